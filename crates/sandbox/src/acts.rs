//! What a person can do: start, write, press, follow, pay, block, unblock. Used by the people
//! themselves, by the phone and by tests; each act is recorded and reported to the bot.

use crate::chat::{Chat, Message, Payment};
use crate::dice::mixed;
use crate::follow::{Follow, Visitor};
use crate::limits;
use crate::markup::Action;
use crate::names::PREVIEWER;
use crate::text::plain;
use crate::truth::Act;
use crate::world::World;
use serde_json::{Value, json};
use std::sync::Arc;

/// Why a person cannot do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    #[error("there is no such person")]
    NoSuchPerson,
    #[error("the person has not started the bot")]
    NotStarted,
    #[error("the person has blocked the bot")]
    Blocked,
    #[error("the person has not blocked the bot")]
    NotBlocked,
    #[error("the person's account is deleted")]
    Deactivated,
    #[error("the chat has no such message")]
    NoSuchMessage,
    #[error("the message has no such button or link")]
    NoSuchButton,
    #[error("a start payload has at most 64 of A-Z, a-z, 0-9, _ and -")]
    BadPayload,
    #[error("a message needs 1 to 4096 characters")]
    BadText,
    #[error("a file needs bytes, a photo those of a picture, and a caption has at most 1024 characters")]
    BadFile,
    #[error("the message is not an invoice, or was paid")]
    NotPayable,
    #[error("the chat has no such topic")]
    NoSuchTopic,
}

impl World {
    /// Presses Start, also again; unblocks the bot if need be. The id of the message.
    pub fn person_start(
        &mut self,
        telegram_id: i64,
        payload: Option<&str>,
        now_ms: i64,
    ) -> Result<i64, ActError> {
        let index = self.living(telegram_id)?;
        let payload = payload.filter(|payload| !payload.is_empty());
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if payload.is_some_and(|p| p.len() > limits::START_PAYLOAD_CHARS_MAX || !p.bytes().all(allowed)) {
            return Err(ActError::BadPayload);
        }
        Ok(self.start(index, payload, None, now_ms))
    }

    pub(crate) fn start(
        &mut self,
        index: usize,
        payload: Option<&str>,
        by: Option<Box<str>>,
        now_ms: i64,
    ) -> i64 {
        let gate = self.chat_gate(now_ms);
        let chat = self.people[index].state.chat.get_or_insert_with(|| Chat::new(gate));
        if chat.blocked {
            self.set_blocked(index, false, now_ms);
        }
        let text = payload.map_or("/start".to_string(), |payload| format!("/start {payload}"));
        let message_id = self.say(index, &text, None, now_ms);
        let act = Act::Started { at_ms: now_ms, message_id, payload: payload.map(str::to_string), by };
        self.people[index].state.acts.push(act);
        message_id
    }

    /// Writes a text; commands too. The id of the message.
    pub fn person_write(&mut self, telegram_id: i64, text: &str, now_ms: i64) -> Result<i64, ActError> {
        let index = self.writing(telegram_id)?;
        let shown = plain(text).text;
        if shown.is_empty() || crate::entity::units(&shown) > limits::TEXT_UNITS_MAX {
            return Err(ActError::BadText);
        }
        Ok(self.write(index, &shown, now_ms))
    }

    pub(crate) fn write(&mut self, index: usize, text: &str, now_ms: i64) -> i64 {
        let message_id = self.say(index, text, None, now_ms);
        self.people[index].state.acts.push(Act::Wrote {
            at_ms: now_ms,
            message_id,
            text: text.into(),
            media: None,
        });
        message_id
    }

    /// Begins a topic in the chat. Its id.
    pub fn person_open_topic(&mut self, telegram_id: i64) -> Result<i64, ActError> {
        let index = self.writing(telegram_id)?;
        let id = self.take_message_id();
        if let Some(chat) = &mut self.people[index].state.chat {
            chat.topics.insert(id);
        }
        Ok(id)
    }

    /// Deletes a topic; whether it was there.
    pub fn person_delete_topic(&mut self, telegram_id: i64, topic: i64) -> Result<bool, ActError> {
        let index = self.writing(telegram_id)?;
        let chat = self.people[index].state.chat.as_mut();
        Ok(chat.is_some_and(|chat| chat.topics.remove(&topic)))
    }

    /// Writes a text in a topic. The id of the message.
    pub fn person_write_in(
        &mut self,
        telegram_id: i64,
        topic: i64,
        text: &str,
        now_ms: i64,
    ) -> Result<i64, ActError> {
        let index = self.writing(telegram_id)?;
        let is_there = |chat: &Chat| chat.topics.contains(&topic);
        if !self.people[index].state.chat.as_ref().is_some_and(is_there) {
            return Err(ActError::NoSuchTopic);
        }
        let message_id = self.say(index, text, Some(topic), now_ms);
        let (text, media) = (text.into(), None);
        self.people[index].state.acts.push(Act::Wrote { at_ms: now_ms, message_id, text, media });
        Ok(message_id)
    }

    /// Puts a person's message in the chat and tells the bot.
    fn say(&mut self, index: usize, text: &str, topic: Option<i64>, now_ms: i64) -> i64 {
        let content = plain(text);
        let id = self.take_message_id();
        let mut message = Message::new(id, now_ms, false, content.text.into(), content.entities);
        message.topic = topic;
        self.tell_message(index, message, now_ms);
        id
    }

    pub(crate) fn tell_message(&mut self, index: usize, message: Message, now_ms: i64) {
        let told = self.message_json(index, &message);
        let state = &mut self.people[index].state;
        state.mind.last_act_ms = now_ms;
        if let Some(chat) = &mut state.chat {
            chat.messages.push(message);
        }
        self.queue_update("message", told, now_ms);
    }

    /// Presses the button of a message that sends this data. The id of the callback query.
    pub fn person_press(
        &mut self,
        telegram_id: i64,
        message_id: i64,
        data: &str,
        now_ms: i64,
    ) -> Result<String, ActError> {
        let index = self.writing(telegram_id)?;
        let message = self.message_of(index, message_id)?;
        let has_it = message
            .keyboard
            .iter()
            .flat_map(|rows| rows.iter().flatten())
            .any(|button| matches!(&button.action, Action::Callback(own) if own == data));
        if !has_it {
            return Err(ActError::NoSuchButton);
        }
        Ok(self.press(index, message_id, data, now_ms))
    }

    pub(crate) fn press(&mut self, index: usize, message_id: i64, data: &str, now_ms: i64) -> String {
        let person = &self.people[index];
        let callback_id = self.callbacks.open(person.id, index, now_ms);
        let shown = person.state.chat.as_ref().and_then(|chat| chat.message(message_id));
        let query = json!({
            "id": callback_id,
            "from": person.user(),
            "message": shown.map(|message| self.message_json(index, message)),
            "chat_instance": (mixed(person.id as u64 ^ self.bot_id as u64) as i64).to_string(),
            "data": data,
        });
        let state = &mut self.people[index].state;
        state.mind.last_act_ms = now_ms;
        let id = callback_id.clone();
        state.acts.push(Act::Pressed { at_ms: now_ms, message_id, data: data.to_string(), callback_id: id });
        self.queue_update("callback_query", query, now_ms);
        callback_id
    }

    /// Puts an emoji under a message, or takes it away (none). The bot is told when it asked for `message_reaction`.
    pub fn person_react(
        &mut self,
        telegram_id: i64,
        message_id: i64,
        emoji: Option<&str>,
        now_ms: i64,
    ) -> Result<(), ActError> {
        let index = self.writing(telegram_id)?;
        let message = self.message_json(index, self.message_of(index, message_id)?);
        let shown: Vec<Value> = emoji.iter().map(|emoji| json!({"type": "emoji", "emoji": emoji})).collect();
        let told = json!({
            "chat": message["chat"],
            "message_id": message_id,
            "user": self.people[index].user(),
            "date": now_ms / 1_000,
            "old_reaction": [],
            "new_reaction": shown,
        });
        self.people[index].state.mind.last_act_ms = now_ms;
        self.queue_update("message_reaction", told, now_ms);
        Ok(())
    }

    /// Follows a link: one of a message, or any address seen elsewhere. The number of the visit.
    pub fn person_follow(
        &mut self,
        telegram_id: i64,
        message_id: Option<i64>,
        url: &str,
        now_ms: i64,
    ) -> Result<u64, ActError> {
        let index = self.living(telegram_id)?;
        let Some(url) = crate::link::normalized(url) else { return Err(ActError::NoSuchButton) };
        if let Some(message_id) = message_id {
            let message = self.message_of(index, message_id)?;
            if !links_of(message).contains(&url) {
                return Err(ActError::NoSuchButton);
            }
        }
        Ok(self.follow(index, message_id, url, now_ms))
    }

    pub(crate) fn follow(&mut self, index: usize, message_id: Option<i64>, url: String, now_ms: i64) -> u64 {
        let follow_id = self.follows.take_id();
        let person = &mut self.people[index];
        let record = Act::Followed { at_ms: now_ms, message_id, url: url.clone(), status: None, follow_id };
        person.state.mind.last_act_ms = now_ms;
        person.state.acts.push(record);
        let (telegram_id, user_agent) = (person.id, person.profile.browser.to_string());
        let (language, visitor) = (person.profile.language, Visitor::Person);
        self.follows.push(Follow {
            follow_id,
            telegram_id,
            at_ms: now_ms,
            url,
            user_agent,
            language,
            visitor,
        });
        self.wake.notify_waiters();
        follow_id
    }

    /// Telegram's crawler opens the first link of a message.
    pub(crate) fn preview(&mut self, index: usize, message_id: i64, now_ms: i64) {
        let Ok(message) = self.message_of(index, message_id) else { return };
        let Some(url) = text_links(message).into_iter().next() else { return };
        let follow_id = self.follows.take_id();
        let person = &mut self.people[index];
        person.state.acts.push(Act::Previewed {
            at_ms: now_ms,
            message_id: Some(message_id),
            url: url.clone(),
            status: None,
            follow_id,
            user_agent: PREVIEWER.into(),
        });
        self.follows.push(Follow {
            follow_id,
            telegram_id: person.id,
            at_ms: now_ms,
            url,
            user_agent: PREVIEWER.to_string(),
            language: "en",
            visitor: Visitor::Preview,
        });
    }

    /// Visits that were decided and are still to be made.
    pub fn take_follows(&mut self) -> Vec<Follow> {
        self.follows.take()
    }

    /// Records what a visit was answered: the status, and the address that it was led on to. A person who was led
    /// to this bot may start it.
    pub fn record_follow(&mut self, follow: &Follow, http_status: u16, location: Option<&str>) {
        if let Some(location) = location.filter(|_| follow.visitor == Visitor::Person) {
            self.led_to(follow, location);
        }
        let Some(index) = self.index_of(follow.telegram_id) else { return };
        let acts = &mut self.people[index].state.acts;
        for act in acts.iter_mut().rev() {
            if let Act::Followed { follow_id, status, .. } | Act::Previewed { follow_id, status, .. } = act
                && *follow_id == follow.follow_id
            {
                *status = Some(http_status);
                return;
            }
        }
    }

    /// Pays: the bot gets a message with `successful_payment`. The id of the message.
    pub fn person_pay(
        &mut self,
        telegram_id: i64,
        currency: &str,
        amount: i64,
        now_ms: i64,
    ) -> Result<i64, ActError> {
        let index = self.writing(telegram_id)?;
        Ok(self.pay(index, currency, amount, now_ms))
    }

    pub(crate) fn pay(&mut self, index: usize, currency: &str, amount: i64, now_ms: i64) -> i64 {
        let payload = format!("order-{}", self.next_message_id);
        self.settle(index, currency, amount, payload, now_ms)
    }

    /// Money flows: the bot is told in a message.
    pub(crate) fn settle(
        &mut self,
        index: usize,
        currency: &str,
        amount: i64,
        payload: String,
        now_ms: i64,
    ) -> i64 {
        let id = self.take_message_id();
        let payment = Box::new(Payment {
            currency: currency.to_string(),
            amount,
            payload,
            // Of the message alone, which no other has: two payments with one id would be one, told twice.
            charge_id: format!("{:016x}", mixed(id as u64)),
        });
        let mut message = Message::new(id, now_ms, false, Arc::from(""), Vec::new());
        message.payment = Some(payment.clone());
        self.tell_message(index, message, now_ms);
        self.people[index].state.acts.push(Act::Paid { at_ms: now_ms, message_id: id, payment });
        id
    }

    /// Blocks the bot.
    pub fn person_block(&mut self, telegram_id: i64, now_ms: i64) -> Result<(), ActError> {
        let index = self.writing(telegram_id)?;
        self.set_blocked(index, true, now_ms);
        Ok(())
    }

    /// Unblocks the bot.
    pub fn person_unblock(&mut self, telegram_id: i64, now_ms: i64) -> Result<(), ActError> {
        let index = self.living(telegram_id)?;
        match &self.people[index].state.chat {
            None => Err(ActError::NotStarted),
            Some(chat) if !chat.blocked => Err(ActError::NotBlocked),
            Some(_) => {
                self.set_blocked(index, false, now_ms);
                Ok(())
            }
        }
    }

    pub(crate) fn set_blocked(&mut self, index: usize, blocked: bool, now_ms: i64) {
        let bot = self.bot_user();
        let member = |is_member: bool| {
            if is_member {
                json!({"status": "member", "user": bot})
            } else {
                json!({"status": "kicked", "user": bot, "until_date": 0})
            }
        };
        let person = &mut self.people[index];
        if let Some(chat) = &mut person.state.chat {
            chat.blocked = blocked;
        }
        let act = if blocked { Act::Blocked { at_ms: now_ms } } else { Act::Unblocked { at_ms: now_ms } };
        person.state.acts.push(act);
        let change = json!({
            "chat": person.chat(), "from": person.user(), "date": now_ms / 1000,
            "old_chat_member": member(blocked), "new_chat_member": member(!blocked),
        });
        self.queue_update("my_chat_member", change, now_ms);
    }

    pub(crate) fn deactivate(&mut self, index: usize, now_ms: i64) {
        let state = &mut self.people[index].state;
        state.deactivated = true;
        state.acts.push(Act::Deactivated { at_ms: now_ms });
    }

    fn living(&self, telegram_id: i64) -> Result<usize, ActError> {
        let index = self.index_of(telegram_id).ok_or(ActError::NoSuchPerson)?;
        if self.people[index].state.deactivated { Err(ActError::Deactivated) } else { Ok(index) }
    }

    /// A person who can write to the bot now.
    pub(crate) fn writing(&self, telegram_id: i64) -> Result<usize, ActError> {
        let index = self.living(telegram_id)?;
        match &self.people[index].state.chat {
            None => Err(ActError::NotStarted),
            Some(chat) if chat.blocked => Err(ActError::Blocked),
            Some(_) => Ok(index),
        }
    }

    pub(crate) fn message_of(&self, index: usize, message_id: i64) -> Result<&Message, ActError> {
        let chat = self.people[index].state.chat.as_ref().ok_or(ActError::NotStarted)?;
        chat.message(message_id).ok_or(ActError::NoSuchMessage)
    }

    /// What a person looks like to the sandbox's pages.
    pub fn person(&self, telegram_id: i64) -> Option<Value> {
        self.index_of(telegram_id).map(|index| Value::Object(self.people[index].told()))
    }
}

/// Links in the text of a message, in reading order.
fn text_links(message: &Message) -> Vec<String> {
    use crate::entity::Kind;
    let wide: Vec<u16> = message.text.encode_utf16().collect();
    let mut links = Vec::new();
    for entity in &message.entities {
        let address = match &entity.kind {
            Kind::TextLink { url } => Some(url.clone()),
            Kind::Url => wide.get(entity.offset..entity.end()).map(String::from_utf16_lossy),
            _ => None,
        };
        links.extend(address.and_then(|address| crate::link::normalized(&address)));
    }
    links
}

/// All links of a message: buttons first, then the text's.
pub(crate) fn links_of(message: &Message) -> Vec<String> {
    let buttons = message.keyboard.iter().flat_map(|rows| rows.iter().flatten());
    let mut links: Vec<String> = buttons
        .filter_map(|button| match &button.action {
            Action::Url(url) => Some(url.clone()),
            _ => None,
        })
        .collect();
    links.append(&mut text_links(message));
    links
}
