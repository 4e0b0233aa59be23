//! The private chat of one person with the bot.

use crate::entity::Entity;
use crate::files::FileKind;
use crate::flood::Gate;
use crate::markup::Keyboard;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Money that a person paid, in the currency's smallest unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub currency: String,
    pub amount: i64,
    pub payload: String,
    pub charge_id: String,
}

/// The file of a message; the message's text is its caption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    pub kind: FileKind,
    pub file_id: String,
    pub has_spoiler: bool,
    pub caption_above: bool,
    /// The id that the messages of one album share.
    pub album: Option<String>,
}

/// An offer that can be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub title: String,
    pub description: String,
    pub payload: String,
    pub currency: String,
    pub amount: i64,
    pub start_parameter: String,
}

/// One message, from either side.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    pub id: i64,
    pub at_ms: i64,
    pub from_bot: bool,
    pub text: Arc<str>,
    pub entities: Vec<Entity>,
    pub keyboard: Option<Arc<Keyboard>>,
    pub reply_to: Option<i64>,
    /// The topic of the chat in which it is.
    #[serde(default)]
    pub topic: Option<i64>,
    pub preview_off: bool,
    pub protected: bool,
    pub edited_at_ms: Option<i64>,
    pub deleted: bool,
    pub payment: Option<Box<Payment>>,
    #[serde(default)]
    pub media: Option<Box<Media>>,
    #[serde(default)]
    pub invoice: Option<Box<Invoice>>,
}

impl Message {
    /// A message without a keyboard or anything else beside its text.
    pub fn new(id: i64, at_ms: i64, from_bot: bool, text: Arc<str>, entities: Vec<Entity>) -> Self {
        Self {
            id,
            at_ms,
            from_bot,
            text,
            entities,
            keyboard: None,
            reply_to: None,
            topic: None,
            preview_off: false,
            protected: false,
            edited_at_ms: None,
            deleted: false,
            payment: None,
            media: None,
            invoice: None,
        }
    }
}

/// Everything that a chat holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Chat {
    /// The person has blocked the bot.
    pub blocked: bool,
    /// By rising id.
    pub messages: Vec<Message>,
    pub gate: Gate,
    /// The keyboard that a bot put in place of the person's own.
    pub reply_keyboard: Vec<Vec<String>>,
    /// Topics that are there, each by the message that began it.
    #[serde(default)]
    pub topics: std::collections::BTreeSet<i64>,
}

impl Chat {
    /// An empty chat.
    pub fn new(gate: Gate) -> Self {
        Self {
            blocked: false,
            messages: Vec::new(),
            gate,
            reply_keyboard: Vec::new(),
            topics: Default::default(),
        }
    }

    /// A message that exists, by its id.
    pub fn message(&self, id: i64) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&id, |message| message.id).ok()?;
        Some(&self.messages[at]).filter(|message| !message.deleted)
    }

    /// The same, to be changed.
    pub fn message_mut(&mut self, id: i64) -> Option<&mut Message> {
        let at = self.messages.binary_search_by_key(&id, |message| message.id).ok()?;
        Some(&mut self.messages[at]).filter(|message| !message.deleted)
    }
}
