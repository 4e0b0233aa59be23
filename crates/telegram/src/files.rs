//! Files: sent by upload or by the id of an earlier upload, and fetched.

use std::time::Duration;

use domain::message::{MediaKind, Outgoing};
use domain::named::Named;
use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::SendError;
use crate::methods::Sent;
use crate::outgoing::Captioned;

/// Added to the time of a call that uploads.
const UPLOAD_MS: u64 = 240_000;
/// The largest file that `getFile` gives, in bytes.
pub const DOWNLOAD_BYTES_MAX: usize = 20 * 1024 * 1024;

fn method(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "sendPhoto",
        MediaKind::Video => "sendVideo",
        MediaKind::Document => "sendDocument",
    }
}

/// Where the bytes are.
#[derive(Debug, Clone, Copy)]
pub enum FileSource<'a> {
    /// Uploaded by this bot before.
    Id(&'a str),
    Upload {
        name: &'a str,
        content_type: &'a str,
        bytes: &'a [u8],
    },
}

/// A message that was accepted with its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    pub sent: Sent,
    /// What sends the file again, if Telegram told.
    pub file_id: Option<String>,
}

impl Client {
    /// Sends a file, with the message's text under it.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn send_file(
        &self,
        chat: i64,
        kind: MediaKind,
        message: &Outgoing,
        source: FileSource<'_>,
    ) -> Result<SentFile, SendError> {
        let mut params = json!(Captioned::of(chat, message));
        let result = match source {
            FileSource::Id(id) => {
                params[kind.name()] = id.into();
                self.call(method(kind), &params).await?
            }
            FileSource::Upload { name, content_type, bytes } => {
                let boundary = boundary(bytes);
                let body = multipart(&boundary, &params, kind.name(), name, content_type, bytes);
                let within = self.call_timeout + Duration::from_millis(UPLOAD_MS);
                let kind_of_body = format!("multipart/form-data; boundary={boundary}");
                self.post(method(kind), body, &kind_of_body, within).await?
            }
        };
        sent(kind, &result)
    }

    /// A person's file by its id, at most 20 MB.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn download(&self, file_id: &str) -> Result<Vec<u8>, SendError> {
        let found = self.call("getFile", &json!({"file_id": file_id})).await?;
        let unreadable = || SendError::Unknown { reason: "getFile gave no path".into() };
        let found: Value = serde_json::from_str(found.get()).map_err(|_| unreadable())?;
        let path = found["file_path"].as_str().ok_or_else(unreadable)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
        if path.contains("..") || !path.chars().all(is_plain) {
            return Err(unreadable());
        }
        let address = format!("{}{path}", self.files_base().expose_secret());
        self.fetch(&address, DOWNLOAD_BYTES_MAX).await
    }
}

fn sent(kind: MediaKind, result: &RawValue) -> Result<SentFile, SendError> {
    let unreadable = || SendError::Unknown { reason: "an accepted message that cannot be read".into() };
    let message: Value = serde_json::from_str(result.get()).map_err(|_| unreadable())?;
    let sent: Sent = serde_json::from_str(result.get()).map_err(|_| unreadable())?;
    let file = match &message[kind.name()] {
        // A photo comes in sizes, the largest last.
        Value::Array(sizes) => sizes.last(),
        Value::Object(_) => Some(&message[kind.name()]),
        _ => None,
    };
    let file_id = file.and_then(|file| file["file_id"].as_str()).map(str::to_owned);
    Ok(SentFile { sent, file_id })
}

/// A boundary that the bytes do not hold.
fn boundary(bytes: &[u8]) -> String {
    let holds = |boundary: &str| bytes.windows(boundary.len()).any(|part| part == boundary.as_bytes());
    let candidates = (0_u64..).map(|number| format!("muster-part-{number:016x}"));
    let mut free = candidates.filter(|boundary| !holds(boundary));
    // Bytes that hold every one of 2^64 boundaries do not exist.
    free.next().unwrap_or_default()
}

fn multipart(
    boundary: &str,
    params: &Value,
    field: &str,
    name: &str,
    content_type: &str,
    bytes: &[u8],
) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len() + 2_048);
    for (key, value) in params.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(text.as_bytes());
        body.extend(b"\r\n");
    }
    let name: String =
        name.chars().map(|c| if matches!(c, '"' | '\r' | '\n' | '\\') { '_' } else { c }).collect();
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n{}: {content_type}\r\n\r\n",
        CONTENT_TYPE.as_str()
    );
    body.extend(head.as_bytes());
    body.extend(bytes);
    body.extend(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_never_inside_the_bytes() {
        let first = boundary(b"");
        assert_ne!(boundary(first.as_bytes()), first);
    }

    #[test]
    fn the_largest_size_of_a_photo_is_what_is_sent_again() {
        let raw = r#"{"message_id":7,"date":9,"photo":[{"file_id":"s"},{"file_id":"x"}]}"#;
        let raw = RawValue::from_string(raw.into()).unwrap();
        let sent = sent(MediaKind::Photo, &raw).unwrap();
        assert_eq!((sent.sent.message_id, sent.file_id.as_deref()), (7, Some("x")));
    }
}
