//! A message on its way out: as one person gets it, and as the outbox keeps it until it is sent.
//!
//! What it looks like in a call to Telegram, the crate `telegram` alone knows.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::entity::{Entity, Formatted};
use super::media::Media;

/// The version of the form in which the outbox keeps messages. The first one had no number: it was the parameters of
/// the call.
const VERSION: u64 = 2;

/// A message with one person's values filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The file; the text is written under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<OutgoingButton>>,
    /// `false` asks Telegram to show no preview of a link.
    #[serde(default = "shown", skip_serializing_if = "is_shown")]
    pub link_preview: bool,
    /// The topic of the person's chat in which it belongs, by Telegram's number; none for the chat's general part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i64>,
}

/// A button with what travels on the wire for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingButton {
    pub text: String,
    #[serde(flatten)]
    pub wire: ButtonWire,
}

/// What Telegram is told of a button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonWire {
    /// Data that come back with the press: 1 to 64 bytes.
    Press(String),
    /// Opened by the person's client, without a word to the bot.
    Url(String),
}

fn shown() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_shown(link_preview: &bool) -> bool {
    *link_preview
}

impl From<Formatted> for Outgoing {
    fn from(formatted: Formatted) -> Self {
        let Formatted { text, entities } = formatted;
        Self { text, entities, media: None, buttons: Vec::new(), link_preview: true, topic: None }
    }
}

impl Default for Outgoing {
    fn default() -> Self {
        Self::from(Formatted::default())
    }
}

impl Outgoing {
    /// A text without formatting, file and buttons.
    pub fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// A message as a row of the outbox has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredMessage {
    Current(Outgoing),
    /// The form that had no number, which `telegram::stored_message` reads.
    Unversioned(Value),
    /// Its words are no longer kept.
    Blanked,
    /// In the form of a later version, or broken.
    Unreadable,
}

#[derive(Serialize)]
struct Versioned<'a> {
    v: u64,
    #[serde(flatten)]
    message: &'a Outgoing,
}

impl StoredMessage {
    /// The text that the outbox keeps of a message.
    pub fn write(message: &Outgoing) -> String {
        json!(Versioned { v: VERSION, message }).to_string()
    }

    /// Reads what the outbox keeps.
    pub fn read(document: Value) -> Self {
        if document.as_object().is_some_and(serde_json::Map::is_empty) {
            return Self::Blanked;
        }
        match document.get("v") {
            None => Self::Unversioned(document),
            Some(version) if *version == VERSION => {
                Outgoing::deserialize(&document).map_or(Self::Unreadable, Self::Current)
            }
            Some(_) => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EntityKind, MediaKind};
    use super::*;
    use crate::ids::MediaId;

    #[test]
    fn the_outbox_keeps_every_part_in_a_form_with_a_version() {
        let bold = Entity { offset: 0, length: 2, kind: EntityKind::Bold };
        let press = OutgoingButton { text: "Claim".into(), wire: ButtonWire::Press("c.1.0.0".into()) };
        let link = OutgoingButton { text: "Shop".into(), wire: ButtonWire::Url("https://a.example/".into()) };
        let message = Outgoing {
            text: "Hi".into(),
            entities: vec![bold],
            media: Some(Media { kind: MediaKind::Photo, id: MediaId(7) }),
            buttons: vec![vec![press, link]],
            link_preview: false,
            topic: Some(12),
        };
        let stored: Value = serde_json::from_str(&StoredMessage::write(&message)).unwrap();
        let form = json!({"v": 2, "text": "Hi", "entities": [{"type": "bold", "offset": 0, "length": 2}],
            "media": {"kind": "photo", "media_id": 7}, "link_preview": false, "topic": 12,
            "buttons": [[{"text": "Claim", "press": "c.1.0.0"}, {"text": "Shop", "url": "https://a.example/"}]]});
        assert_eq!(stored, form, "rows of this form are in databases");
        assert_eq!(StoredMessage::read(stored), StoredMessage::Current(message));
        let bare: Value = serde_json::from_str(&StoredMessage::write(&Outgoing::plain("Hi"))).unwrap();
        assert_eq!(bare, json!({"v": 2, "text": "Hi"}));
        assert_eq!(StoredMessage::read(bare), StoredMessage::Current(Outgoing::plain("Hi")));
    }

    #[test]
    fn what_is_in_no_present_form_is_told_from_what_was_blanked() {
        assert_eq!(StoredMessage::read(json!({})), StoredMessage::Blanked);
        let old = json!({"text": "Hi"});
        assert_eq!(StoredMessage::read(old.clone()), StoredMessage::Unversioned(old));
        for strange in [json!({"v": 3, "text": "Hi"}), json!({"v": 2, "text": 5}), json!({"v": "2"})] {
            assert_eq!(StoredMessage::read(strange), StoredMessage::Unreadable);
        }
    }
}
