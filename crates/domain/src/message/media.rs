//! A file that goes with a message; the text is its caption.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::findings::{Findings, Object};
use crate::ids::MediaId;
use crate::named::Named;

/// What a file is shown as.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum MediaKind {
    Photo,
    Video,
    Document,
}

/// An uploaded file, as a message names it. Whether it is there, and fits its kind, the engine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    pub kind: MediaKind,
    #[serde(rename = "media_id")]
    pub id: MediaId,
}

impl Media {
    /// The document of it.
    pub fn to_json(self) -> Value {
        json!({"kind": self.kind.into_str(), "media_id": self.id.0})
    }

    pub(super) fn read(findings: &mut Findings, message: Object<'_, '_>) -> Option<Self> {
        let value = message.get("media")?;
        let path = message.at("media");
        let object = findings.object(value, &path, &["kind", "media_id"])?;
        let kind = findings.required(object, "kind").and_then(|kind| {
            let known = kind.as_str().and_then(MediaKind::from_name);
            if known.is_none() {
                findings.add(object.at("kind"), "unknown_value", "must be photo, video or document");
            }
            known
        });
        let id = findings.required(object, "media_id").and_then(|id| {
            let number = id.as_i64().filter(|id| *id > 0);
            if number.is_none() {
                findings.add(object.at("media_id"), "wrong_type", "must be the number of an uploaded file");
            }
            number
        });
        Some(Self { kind: kind?, id: MediaId(id?) })
    }
}
