//! `editMessageText`, `editMessageCaption` and `editMessageReplyMarkup`.

use super::{content, sending};
use crate::chat::Message;
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::FormattedText;
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
        let (index, old) = self.edited(params)?;
        if old.media.is_some() || old.invoice.is_some() {
            return Err(Refusal::exact("there is no text in the message to edit"));
        }
        self.edit(params, index, &old, content, now_ms)
    }

    /// A missing caption removes it.
    pub(crate) fn edit_message_caption(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let content = content::caption(params)?;
        let (index, old) = self.edited(params)?;
        if old.media.is_none() {
            return Err(Refusal::exact("there is no caption in the message to edit"));
        }
        self.edit(params, index, &old, content, now_ms)
    }

    /// Changes the buttons alone.
    pub(crate) fn edit_message_reply_markup(
        &mut self,
        params: &Params,
        now_ms: i64,
    ) -> Result<Value, Refusal> {
        let (index, old) = self.edited(params)?;
        let content = FormattedText { text: old.text.to_string(), entities: old.entities.clone() };
        self.edit(params, index, &old, content, now_ms)
    }

    /// The bot's own message that a call names.
    fn edited(&self, params: &Params) -> Result<(usize, Message), Refusal> {
        let index = self.addressed(params)?;
        let id = params.integer("message_id").ok_or(Refusal::exact("message identifier is not specified"))?;
        let chat = self.people[index].state.chat.as_ref().ok_or_else(sending::chat_not_found)?;
        let message = chat.message(id).ok_or_else(not_found)?;
        if !message.from_bot {
            return Err(Refusal::exact("message can't be edited"));
        }
        Ok((index, message.clone()))
    }

    fn edit(
        &mut self,
        params: &Params,
        index: usize,
        old: &Message,
        content: FormattedText,
        now_ms: i64,
    ) -> Result<Value, Refusal> {
        let keyboard = sending::inline_markup(params)?;
        if *old.text == *content.text && old.entities == content.entities && old.keyboard == keyboard {
            return Err(Refusal::exact(NOT_MODIFIED));
        }
        self.spend_rate(index, false, now_ms)?;
        let text: Arc<str> = content.text.into();
        let state = &mut self.people[index].state;
        let message = state.chat.as_mut().and_then(|chat| chat.message_mut(old.id)).ok_or_else(not_found)?;
        message.text = text.clone();
        message.entities = content.entities;
        message.keyboard = keyboard.clone();
        message.edited_at_ms = Some(now_ms);
        let edited = message.clone();
        state.acts.push(Act::Edited { at_ms: now_ms, message_id: old.id, text, keyboard });
        Ok(self.message_json(index, &edited))
    }
}

fn not_found() -> Refusal {
    Refusal::exact("message to edit not found")
}
