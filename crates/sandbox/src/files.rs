//! Files that were uploaded: their ids, what they are, and their bytes.

use crate::dice::mixed;
use crate::limits;
use crate::params::Upload;
use crate::picture::{self, Size};
use crate::reply::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a file was sent as. An id serves this kind only, as in Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    Photo,
    Document,
    Video,
}

impl FileKind {
    /// The name of the field on the wire.
    pub fn field(self) -> &'static str {
        match self {
            FileKind::Photo => "photo",
            FileKind::Document => "document",
            FileKind::Video => "video",
        }
    }

    /// The name in Telegram's errors.
    pub fn title(self) -> &'static str {
        match self {
            FileKind::Photo => "Photo",
            FileKind::Document => "Document",
            FileKind::Video => "Video",
        }
    }

    fn id_prefix(self) -> &'static str {
        match self {
            FileKind::Photo => "AgACAgIAAxkBAAI",
            FileKind::Document => "BQACAgIAAxkBAAI",
            FileKind::Video => "BAACAgIAAxkBAAI",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            FileKind::Photo => "photos",
            FileKind::Document => "documents",
            FileKind::Video => "videos",
        }
    }
}

/// One uploaded file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredFile {
    pub kind: FileKind,
    id: String,
    unique_id: String,
    /// Its number among all files, and its name in the path of a download.
    number: u64,
    name: Option<String>,
    content_type: String,
    size: Size,
    duration_s: u32,
    byte_count: usize,
    /// Saved beside the state, not within.
    #[serde(skip)]
    bytes: Option<Arc<[u8]>>,
}

impl StoredFile {
    /// The id that sends it again.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its number among all files of the world.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The bytes, as long as they are kept.
    pub fn bytes(&self) -> Option<&Arc<[u8]>> {
        self.bytes.as_ref()
    }

    /// What the bytes are.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    fn path(&self) -> String {
        let own = match (&self.name, self.content_type.as_str()) {
            (Some(name), _) if name.contains('.') => name.rsplit('.').next().unwrap_or("bin"),
            (_, "image/jpeg") => "jpg",
            (_, kind) => kind.rsplit('/').next().unwrap_or("bin"),
        };
        let ending: String = own.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        format!("{}/file_{}.{ending}", self.kind.folder(), self.number)
    }

    /// The value of the message's `photo`, `document` or `video`.
    pub fn told(&self) -> Value {
        let mut told = json!({
            "file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.byte_count,
        });
        let (width, height) = self.size;
        match self.kind {
            FileKind::Photo => {
                told["width"] = width.into();
                told["height"] = height.into();
                // The smaller size is the same bytes: nothing is drawn anew here.
                let small = small_size(self.size).map(|(width, height)| {
                    json!({
                        "file_id": format!("{}s", self.id), "file_unique_id": format!("{}s", self.unique_id),
                        "file_size": self.byte_count, "width": width, "height": height,
                    })
                });
                return Value::Array(small.into_iter().chain([told]).collect());
            }
            FileKind::Video => {
                told["width"] = width.into();
                told["height"] = height.into();
                told["duration"] = self.duration_s.into();
            }
            FileKind::Document => {}
        }
        told["mime_type"] = self.content_type.as_str().into();
        if let Some(name) = &self.name {
            told["file_name"] = name.as_str().into();
        }
        told
    }
}

/// A photo's small size: within a square of 320, if it is larger.
fn small_size((width, height): Size) -> Option<Size> {
    let longest = width.max(height);
    let shrunk = |side: u32| (u64::from(side) * 320 / u64::from(longest)).max(1) as u32;
    (longest > 320).then(|| (shrunk(width), shrunk(height)))
}

/// All files of a world, by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Files {
    stored: BTreeMap<u64, StoredFile>,
    count: u64,
}

impl Files {
    /// Keeps an upload as a kind of file, or says in Telegram's words why not. `size` and
    /// `duration_s` are what the caller says of a video.
    pub fn keep(
        &mut self,
        kind: FileKind,
        upload: &Upload,
        size: Size,
        duration_s: u32,
    ) -> Result<String, Refusal> {
        let byte_count = upload.bytes.len();
        if byte_count == 0 {
            return Err(Refusal::exact("file must be non-empty"));
        }
        let own_size = picture::size(&upload.bytes);
        if kind == FileKind::Photo {
            check_photo(byte_count, own_size)?;
        }
        let sniffed = picture::content_type(&upload.bytes);
        let said = upload.content_type.as_deref().filter(|kind| *kind != "application/octet-stream");
        let content_type = match kind {
            FileKind::Video => sniffed.filter(|kind| kind.starts_with("video/")).unwrap_or("video/mp4"),
            FileKind::Photo | FileKind::Document => sniffed.or(said).unwrap_or("application/octet-stream"),
        };
        self.count += 1;
        let number = self.count;
        let high = mixed(number ^ 0x6669_6c65);
        let id = format!("{}{high:016x}{number:08x}", kind.id_prefix());
        let file = StoredFile {
            kind,
            id: id.clone(),
            unique_id: format!("AQAD{:012x}", high >> 16),
            number,
            name: upload.name.clone().filter(|_| kind != FileKind::Photo),
            content_type: content_type.to_string(),
            size: own_size.unwrap_or(size),
            duration_s,
            byte_count,
            bytes: Some(upload.bytes.clone()),
        };
        self.stored.insert(number, file);
        self.forget_oldest_bytes();
        Ok(id)
    }

    /// Bounds the memory: of the oldest files only the record stays.
    fn forget_oldest_bytes(&mut self) {
        let kept = |file: &StoredFile| file.bytes.as_ref().map_or(0, |bytes| bytes.len());
        let mut total: usize = self.stored.values().map(kept).sum();
        for file in self.stored.values_mut() {
            if total <= limits::FILES_BYTES_MAX {
                return;
            }
            total -= kept(file);
            file.bytes = None;
        }
    }

    /// A file by its id or that of its small size.
    pub fn get(&self, id: &str) -> Option<&StoredFile> {
        let id = id.strip_suffix('s').unwrap_or(id);
        let digits = id.get(id.len().checked_sub(8)?..)?;
        let number = u64::from_str_radix(digits, 16).ok()?;
        self.stored.get(&number).filter(|file| file.id == id)
    }

    /// A file by the path that `getFile` gave.
    pub fn at_path(&self, path: &str) -> Option<&StoredFile> {
        let number = path.split_once("/file_")?.1.split('.').next()?.parse().ok()?;
        self.stored.get(&number).filter(|file| file.path() == path)
    }

    /// The `File` of `getFile`.
    pub fn told(&self, id: &str) -> Result<Value, Refusal> {
        let file = self.get(id).ok_or(Refusal::exact("invalid file_id"))?;
        if file.byte_count > limits::DOWNLOAD_BYTES_MAX {
            return Err(Refusal::exact("file is too big"));
        }
        if file.bytes.is_none() {
            return Err(Refusal::exact("wrong file_id or the file is temporarily unavailable"));
        }
        let small = if id.ends_with('s') { "s" } else { "" };
        Ok(json!({
            "file_id": id, "file_unique_id": format!("{}{small}", file.unique_id),
            "file_size": file.byte_count, "file_path": file.path(),
        }))
    }

    /// All files, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &StoredFile> {
        self.stored.values()
    }

    /// Gives a file its bytes back after the state was read.
    pub fn restore_bytes(&mut self, number: u64, bytes: Vec<u8>) {
        if let Some(file) = self.stored.get_mut(&number) {
            file.bytes = Some(bytes.into());
        }
    }
}

fn check_photo(byte_count: usize, size: Option<Size>) -> Result<(), Refusal> {
    let max = limits::PHOTO_BYTES_MAX;
    if byte_count > max {
        return Err(Refusal::BadRequest(format!(
            "file of size {byte_count} bytes is too big for a photo; the maximum size is {max} bytes"
        )));
    }
    let (width, height) = size.ok_or(Refusal::exact("IMAGE_PROCESS_FAILED"))?;
    let is_thin = width.max(height) > width.min(height).saturating_mul(limits::PHOTO_RATIO_MAX);
    if width.saturating_add(height) > limits::PHOTO_SIDES_MAX || is_thin {
        return Err(Refusal::exact("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(())
}
