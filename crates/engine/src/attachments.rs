//! Whether a message's file is there and fits what it is to be sent as, and whether its links lead somewhere: asked
//! wherever a message is composed.

use domain::field_error::FieldError;
use domain::ids::WorkspaceId;
use domain::message::{MediaKind, Message};
use domain::named::Named;
use store::ReadTx;
use store::media::{self, MediaFile};

use crate::{EngineError, Result};

/// The largest file that Telegram takes from a bot, in bytes.
pub const FILE_BYTES_MAX: usize = 50 << 20;
/// The largest photo.
const PHOTO_BYTES_MAX: i64 = 10 << 20;
/// A photo's width and height together, in pixels.
const PHOTO_SIDES_MAX: i64 = 10_000;
/// A photo's longer side in its shorter ones.
const PHOTO_RATIO_MAX: i64 = 20;

/// What a file can be sent as, best first.
pub fn kinds(file: &MediaFile) -> Vec<&'static str> {
    [MediaKind::Photo, MediaKind::Video, MediaKind::Document]
        .into_iter()
        .filter(|kind| unfit(file, *kind).is_none())
        .map(MediaKind::name)
        .collect()
}

/// Why a file cannot be sent as this kind, if it cannot.
fn unfit(file: &MediaFile, kind: MediaKind) -> Option<String> {
    match kind {
        MediaKind::Document => None,
        MediaKind::Video if file.content_type == "video/mp4" => None,
        MediaKind::Video => Some(format!("is {}; Telegram shows only MP4 as a video", file.content_type)),
        MediaKind::Photo => {
            let (Some(width), Some(height)) = (file.width, file.height) else {
                return Some(format!("is {}, not a JPEG, PNG or WebP picture", file.content_type));
            };
            if file.byte_count > PHOTO_BYTES_MAX {
                return Some(format!("has {} bytes; a photo may have {PHOTO_BYTES_MAX}", file.byte_count));
            }
            let is_thin = width.max(height) > width.min(height) * PHOTO_RATIO_MAX;
            (width + height > PHOTO_SIDES_MAX || is_thin).then(|| {
                format!(
                    "is {width} × {height}; a photo's sides may be {PHOTO_SIDES_MAX} together, and one at most \
                     {PHOTO_RATIO_MAX} times the other"
                )
            })
        }
    }
}

/// The faults of a message's file and links, below `path`, the place of the message.
///
/// # Errors
/// The database failed.
pub fn faults(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    message: &Message,
    path: &str,
) -> Result<Vec<FieldError>> {
    let below = |fault: FieldError| FieldError { path: format!("{path}{}", fault.path), ..fault };
    let mut faults: Vec<FieldError> = message.composing_faults().into_iter().map(below).collect();
    let Some(wanted) = message.media else { return Ok(faults) };
    match media::get(tx, workspace, wanted.id)? {
        None => {
            let message = format!("there is no file {}; upload it first", wanted.id);
            faults.push(FieldError {
                path: format!("{path}/media/media_id"),
                code: "unknown_media",
                message,
            });
        }
        Some(file) => {
            let message = unfit(&file, wanted.kind);
            let path = format!("{path}/media/kind");
            faults.extend(message.map(|message| FieldError { path, code: "wrong_kind", message }));
        }
    }
    Ok(faults)
}

/// The same as a refusal.
///
/// # Errors
/// The file is not there or does not fit, a link leads nowhere, or the database failed.
pub fn check(tx: &ReadTx<'_>, workspace: WorkspaceId, message: &Message, path: &str) -> Result<()> {
    let faults = faults(tx, workspace, message, path)?;
    if faults.is_empty() { Ok(()) } else { Err(EngineError::Invalid(faults)) }
}
