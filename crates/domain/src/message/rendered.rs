//! A message as one person gets it, and its parameters on the wire.

use serde_json::{Value, json};

use super::entity::{Entity, Formatted};
use super::media::Media;

/// A message with one person's values filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    pub entities: Vec<Entity>,
    /// The file; the text is its caption.
    pub media: Option<Media>,
    pub buttons: Vec<Vec<RenderedButton>>,
    /// `false` asks Telegram to show no preview of a link.
    pub link_preview: bool,
}

/// A button with what travels on the wire for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedButton {
    pub text: String,
    pub wire: ButtonWire,
}

/// What Telegram is told of a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonWire {
    /// Comes back with the press: 1 to 64 bytes.
    CallbackData(String),
    /// Opened by the person's client, without a word to the bot.
    Url(String),
}

impl From<Formatted> for Rendered {
    fn from(formatted: Formatted) -> Self {
        let Formatted { text, entities } = formatted;
        Self { text, entities, media: None, buttons: Vec::new(), link_preview: true }
    }
}

impl Rendered {
    /// The parameters of `sendMessage`; with a file also `media`, of which the sender makes the call that fits.
    pub fn to_send_message_params(&self, chat_id: i64) -> Value {
        let mut params = json!({"chat_id": chat_id, "text": self.text});
        if let Some(media) = self.media {
            params["media"] = media.to_json();
        }
        self.write_rest(&mut params);
        params
    }

    /// The parameters of `editMessageText`.
    pub fn to_edit_message_params(&self, chat_id: i64, message_id: i64) -> Value {
        let mut params = json!({"chat_id": chat_id, "message_id": message_id, "text": self.text});
        self.write_rest(&mut params);
        params
    }

    fn write_rest(&self, params: &mut Value) {
        if !self.entities.is_empty() {
            params["entities"] = json!(self.entities);
        }
        if let Some(markup) = self.reply_markup() {
            params["reply_markup"] = markup;
        }
        if !self.link_preview {
            params["link_preview_options"] = json!({"is_disabled": true});
        }
    }

    /// The keyboard alone; `None` without buttons.
    pub fn reply_markup(&self) -> Option<Value> {
        if self.buttons.is_empty() {
            return None;
        }
        let button = |button: &RenderedButton| match &button.wire {
            ButtonWire::CallbackData(data) => json!({"text": button.text, "callback_data": data}),
            ButtonWire::Url(url) => json!({"text": button.text, "url": url}),
        };
        let rows: Vec<Vec<Value>> = self.buttons.iter().map(|row| row.iter().map(button).collect()).collect();
        Some(json!({"inline_keyboard": rows}))
    }
}
