//! `editMessageText`.

use super::{content, sending};
use crate::params::Params;
use crate::reply::Refusal;
use crate::truth::Act;
use crate::world::World;
use serde_json::Value;
use std::sync::Arc;

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly \
                            the same as a current content and reply markup of the message";

impl World {
    /// Without a `reply_markup` the message loses its buttons, as in Telegram.
    pub(crate) fn edit_message_text(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let content = content::text(params)?;
        let keyboard = sending::inline_markup(params)?;
        let index = self.addressed(params)?;
        let id = params.integer("message_id").ok_or(Refusal::exact("message identifier is not specified"))?;
        let not_found = || Refusal::exact("message to edit not found");
        let chat = self.people[index].state.chat.as_ref().ok_or_else(sending::chat_not_found)?;
        let old = chat.message(id).ok_or_else(not_found)?;
        if !old.from_bot {
            return Err(Refusal::exact("message can't be edited"));
        }
        if *old.text == *content.text && old.entities == content.entities && old.keyboard == keyboard {
            return Err(Refusal::exact(NOT_MODIFIED));
        }
        self.spend_rate(index, false, now_ms)?;
        let text: Arc<str> = content.text.into();
        let state = &mut self.people[index].state;
        let message = state.chat.as_mut().and_then(|chat| chat.message_mut(id)).ok_or_else(not_found)?;
        message.text = text.clone();
        message.entities = content.entities;
        message.keyboard = keyboard.clone();
        message.edited_at_ms = Some(now_ms);
        let edited = message.clone();
        state.acts.push(Act::Edited { at_ms: now_ms, message_id: id, text, keyboard });
        Ok(self.message_json(index, &edited))
    }
}
