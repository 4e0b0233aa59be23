//! `sendMessage` and `sendChatAction`, and what all sending shares.

use super::content;
use crate::chat::Message;
use crate::limits;
use crate::markup::{self, Markup};
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::FormattedText;
use crate::truth::Act;
use crate::world::World;
use serde_json::Value;
use std::sync::Arc;

/// What `reply_parameters` ask for.
struct ReplyTo {
    message_id: i64,
    may_be_gone: bool,
}

impl World {
    pub(crate) fn send_message(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let content = content::text(params)?;
        let preview_off = previews_are_off(params)?;
        self.send(params, content, now_ms, |message| message.preview_off = preview_off)
    }

    /// Sends one message of any kind: `fill` adds what is not text.
    pub(super) fn send(
        &mut self,
        params: &Params,
        content: FormattedText,
        now_ms: i64,
        fill: impl FnOnce(&mut Message),
    ) -> Result<Value, Refusal> {
        let markup = markup(params)?;
        let (index, reply_to) = self.admitted(params, 1, now_ms)?;
        let topic = self.found_topic(index, params)?;
        let id = self.take_message_id();
        let mut message = Message::new(id, now_ms, true, content.text.into(), content.entities);
        message.reply_to = reply_to;
        message.topic = topic;
        message.protected = params.flag("protect_content");
        let Some(chat) = &mut self.people[index].state.chat else { return Err(chat_not_found()) };
        match markup {
            Markup::Inline(keyboard) => message.keyboard = Some(keyboard),
            Markup::Reply(rows) => chat.reply_keyboard = rows,
            Markup::RemoveReply => chat.reply_keyboard.clear(),
            Markup::None | Markup::ForceReply => {}
        }
        fill(&mut message);
        let result = self.message_json(index, &message);
        self.deliver(index, message, true, now_ms);
        Ok(result)
    }

    /// Whether so many messages may be sent: to whom, and in reply to what.
    pub(super) fn admitted(
        &mut self,
        params: &Params,
        count: usize,
        now_ms: i64,
    ) -> Result<(usize, Option<i64>), Refusal> {
        let reply_to = reply_to(params)?;
        let index = self.addressed(params)?;
        for _ in 0..count {
            self.spend_rate(index, params.flag("allow_paid_broadcast"), now_ms)?;
        }
        self.check_reachable(index)?;
        Ok((index, self.found_reply(index, reply_to)?))
    }

    /// The topic that a call names, if the chat has it.
    fn found_topic(&self, index: usize, params: &Params) -> Result<Option<i64>, Refusal> {
        let Some(topic) = params.integer("message_thread_id").filter(|topic| *topic != 0) else {
            return Ok(None);
        };
        let chat = self.people[index].state.chat.as_ref();
        match chat.is_some_and(|chat| chat.topics.contains(&topic)) {
            true => Ok(Some(topic)),
            false => Err(Refusal::exact("message thread not found")),
        }
    }

    /// Puts the bot's message in the chat and lets the person and the crawler notice it, unless it
    /// is a further one of an album.
    pub(super) fn deliver(&mut self, index: usize, message: Message, is_noticed: bool, now_ms: i64) {
        let (id, text, keyboard) = (message.id, message.text.clone(), message.keyboard.clone());
        let media = message.media.clone();
        let has_link = !message.preview_off
            && message.entities.iter().any(|entity| {
                use crate::entity::Kind;
                matches!(entity.kind, Kind::Url | Kind::TextLink { .. })
            });
        let person = &mut self.people[index];
        if let Some(chat) = &mut person.state.chat {
            chat.messages.push(message);
        }
        person.state.acts.push(Act::Received { at_ms: now_ms, message_id: id, text, keyboard, media });
        if is_noticed {
            self.notice_message(index, id, has_link, now_ms);
        }
    }

    pub(crate) fn send_chat_action(&mut self, params: &Params) -> Result<Value, Refusal> {
        let action = params.text("action").unwrap_or_default();
        if !limits::CHAT_ACTIONS.contains(&action.as_str()) {
            return Err(Refusal::exact("wrong parameter action in request"));
        }
        let index = self.addressed(params)?;
        self.check_reachable(index)?;
        Ok(Value::Bool(true))
    }

    /// The person whose chat a call names, whether or not the bot may write there.
    pub(crate) fn addressed(&self, params: &Params) -> Result<usize, Refusal> {
        if params.text("chat_id").is_none_or(|text| text.is_empty()) {
            return Err(Refusal::exact("chat_id is empty"));
        }
        let id = params.integer("chat_id").ok_or_else(chat_not_found)?;
        if id == self.bot_id {
            return Err(Refusal::Forbidden("the bot can't send messages to the bot"));
        }
        self.index_of(id).ok_or_else(chat_not_found)
    }

    /// Whether the bot may write to a person at all.
    pub(super) fn check_reachable(&self, index: usize) -> Result<(), Refusal> {
        let state = &self.people[index].state;
        match &state.chat {
            _ if state.deactivated => Err(Refusal::Forbidden("user is deactivated")),
            None => Err(Refusal::Forbidden("bot can't initiate conversation with a user")),
            Some(chat) if chat.blocked => Err(Refusal::Forbidden("bot was blocked by the user")),
            Some(_) => Ok(()),
        }
    }

    /// Takes one message from the rates of the bot and of the chat, or tells how long to wait.
    pub(crate) fn spend_rate(&mut self, index: usize, paid: bool, now_ms: i64) -> Result<(), Refusal> {
        if !self.config.flood_limits {
            return Ok(());
        }
        let rate_per_s = if paid && self.config.paid_broadcast {
            limits::PAID_RATE_PER_S
        } else {
            self.config.bot_rate_per_s
        };
        let wait = |retry_after_s| Refusal::TooManyRequests { retry_after_s };
        let burst = (rate_per_s * limits::BOT_BURST_S).max(1.0);
        self.bot_gate.check(rate_per_s, burst, limits::BOT_RETRY_AFTER_S, now_ms).map_err(wait)?;
        if let Some(chat) = &mut self.people[index].state.chat {
            chat.gate.check(limits::CHAT_RATE_PER_S, limits::CHAT_BURST, 1, now_ms).map_err(wait)?;
            chat.gate.spend();
        }
        self.bot_gate.spend();
        Ok(())
    }

    fn found_reply(&self, index: usize, reply_to: Option<ReplyTo>) -> Result<Option<i64>, Refusal> {
        let Some(wanted) = reply_to else { return Ok(None) };
        let chat = self.people[index].state.chat.as_ref();
        if chat.is_some_and(|chat| chat.message(wanted.message_id).is_some()) {
            Ok(Some(wanted.message_id))
        } else if wanted.may_be_gone {
            Ok(None)
        } else {
            Err(Refusal::exact("message to be replied not found"))
        }
    }
}

pub(super) fn chat_not_found() -> Refusal {
    Refusal::exact("chat not found")
}

/// The `reply_markup` of a call.
pub(super) fn markup(params: &Params) -> Result<Markup, Refusal> {
    let value = params
        .nested("reply_markup")
        .map_err(|_| Refusal::exact("can't parse reply keyboard markup JSON object"))?;
    markup::parse(value)
}

fn reply_to(params: &Params) -> Result<Option<ReplyTo>, Refusal> {
    let value = params
        .nested("reply_parameters")
        .map_err(|_| Refusal::exact("can't parse reply parameters JSON object"))?;
    if let Some(value) = value.filter(|value| !value.is_null()) {
        let map = value.as_object().ok_or(Refusal::exact("object expected as reply parameters"))?;
        let may_be_gone = map.get("allow_sending_without_reply").and_then(Value::as_bool) == Some(true);
        return match map.get("message_id").and_then(Value::as_i64) {
            Some(message_id) => Ok(Some(ReplyTo { message_id, may_be_gone })),
            None => Err(Refusal::exact("message to be replied not found")),
        };
    }
    let may_be_gone = params.flag("allow_sending_without_reply");
    Ok(params.integer("reply_to_message_id").map(|message_id| ReplyTo { message_id, may_be_gone }))
}

fn previews_are_off(params: &Params) -> Result<bool, Refusal> {
    let options = params
        .nested("link_preview_options")
        .map_err(|_| Refusal::exact("can't parse link preview options JSON object"))?;
    let off = options.is_some_and(|options| options["is_disabled"].as_bool() == Some(true));
    Ok(off || params.flag("disable_web_page_preview"))
}

/// An inline keyboard, where only that is allowed.
pub(super) fn inline_markup(params: &Params) -> Result<Option<Arc<markup::Keyboard>>, Refusal> {
    match markup(params)? {
        Markup::Inline(keyboard) => Ok(Some(keyboard)),
        Markup::None => Ok(None),
        _ => Err(Refusal::exact("inline keyboard expected")),
    }
}
