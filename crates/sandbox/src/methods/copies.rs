//! `copyMessage`.

use super::{content, sending};
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::FormattedText;
use crate::world::World;
use serde_json::{Value, json};

impl World {
    /// The copy has no link to the original; a media's caption may be replaced, buttons are new.
    pub(crate) fn copy_message(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let from = params.integer("from_chat_id").and_then(|id| self.index_of(id));
        let from = from.ok_or_else(sending::chat_not_found)?;
        let chat = self.people[from].state.chat.as_ref().ok_or_else(sending::chat_not_found)?;
        let id = params.integer("message_id").ok_or(Refusal::exact("message identifier is not specified"))?;
        let original = chat.message(id).ok_or(Refusal::exact("message to copy not found"))?.clone();
        if original.payment.is_some() || original.invoice.is_some() {
            return Err(Refusal::exact("message can't be copied"));
        }
        let mut media = original.media;
        let content = if media.is_some() && params.has("caption") {
            content::caption(params)?
        } else {
            FormattedText { text: original.text.to_string(), entities: original.entities }
        };
        if let Some(media) = &mut media {
            media.album = None;
        }
        let sent = self.send(params, content, now_ms, |message| {
            message.media = media;
            message.preview_off = original.preview_off;
        })?;
        Ok(json!({"message_id": sent["message_id"]}))
    }
}
