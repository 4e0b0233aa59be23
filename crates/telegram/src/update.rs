//! Updates: kept as they came, read as far as they are understood.
//!
//! Telegram adds kinds and fields every month. **No** unknown kind, unknown field or strange value makes an update
//! unreadable, as long as it has an id.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::message::Message;

/// An update as it came, and what is understood of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Rises by one; drawn anew after an idle week.
    pub id: i64,
    /// The JSON text, unchanged.
    pub raw: String,
    pub update: Update,
}

/// What happened. At most one kind is in an update.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    Message(Message),
    EditedMessage(Message),
    CallbackQuery(CallbackQuery),
    MessageReaction(MessageReaction),
    /// The bot's own standing in a chat changed; in a private chat: blocked or unblocked.
    MyChatMember(ChatMemberChange),
    PreCheckoutQuery(PreCheckoutQuery),
    Unknown {
        /// The field's name, such as `poll_answer`; empty where there is none.
        kind: String,
        /// Why a kind that is known could not be read.
        problem: Option<String>,
    },
}

/// Not an update at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    #[error("not a JSON object: {reason}")]
    NotAnObject { reason: String },
    #[error("it has no update_id")]
    NoId,
}

/// A Telegram account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: i64,
    pub is_bot: bool,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub language_code: Option<String>,
    pub is_premium: bool,
}

/// Where a message is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Chat {
    /// In a private chat the person's own id.
    pub id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type", default)]
    pub kind: String,
}

impl Chat {
    /// Between the bot and one person.
    pub fn is_private(&self) -> bool {
        self.kind == "private"
    }
}

/// Where in their chat a person wrote or pressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whereabouts {
    /// Nothing tells.
    #[default]
    Untold,
    /// In no topic: the chat has none, or in its general part.
    General,
    /// In the topic of this number.
    Topic(i64),
}

impl Whereabouts {
    fn of(topic: Option<i64>) -> Self {
        topic.map_or(Self::General, Self::Topic)
    }
}

/// A press on a button under a message.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackQuery {
    /// To be answered with, within 150 seconds.
    pub id: String,
    pub from: User,
    /// The message that carries the button, and its chat; absent for messages that are too old or inline.
    pub message_id: Option<i64>,
    pub chat: Option<Chat>,
    /// Where in the private chat the message is. One that is too old does not say.
    pub whereabouts: Whereabouts,
    pub data: Option<String>,
}

/// The emoji that a person has under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageReaction {
    pub chat: Chat,
    pub message_id: i64,
    /// Absent for anonymous ones.
    pub user: Option<User>,
    /// Unix time in seconds.
    pub date: i64,
    /// What stands there now, one after the other; empty when nothing does. An emoji of somebody's own making is shown
    /// as a star.
    pub emoji: String,
    /// Telegram's ids of those of somebody's own making.
    pub custom: Vec<String>,
}

/// A change of a member of a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatMemberChange {
    pub chat: Chat,
    /// Who changed it.
    pub from: User,
    /// Unix time in seconds.
    pub date: i64,
    /// `member`, `kicked`, …
    pub old_status: String,
    pub new_status: String,
}

impl ChatMemberChange {
    /// The person blocked the bot.
    pub fn is_block(&self) -> bool {
        self.chat.is_private() && self.new_status == "kicked"
    }

    /// The person let the bot write again.
    pub fn is_unblock(&self) -> bool {
        self.chat.is_private() && self.new_status == "member"
    }
}

/// A person is about to pay; wants an answer within 10 seconds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PreCheckoutQuery {
    pub id: String,
    pub from: User,
    pub currency: String,
    pub total_amount: i64,
    #[serde(default)]
    pub invoice_payload: String,
}

/// Where the reading failed; the error's own text quotes what somebody wrote.
fn place(error: &serde_json::Error) -> String {
    format!("{:?} at line {} column {}", error.classify(), error.line(), error.column())
}

impl Received {
    /// Reads one update from a webhook's body or a batch.
    ///
    /// # Errors
    /// The text is no JSON object, or has no whole number as `update_id`.
    pub fn parse(raw: &str) -> Result<Self, UpdateError> {
        let fields: BTreeMap<String, &RawValue> =
            serde_json::from_str(raw).map_err(|error| UpdateError::NotAnObject { reason: place(&error) })?;
        let id = fields.get("update_id").and_then(|id| id.get().parse().ok()).ok_or(UpdateError::NoId)?;
        let mut others = fields.iter().filter(|(name, _)| *name != "update_id");
        let update = match others.next() {
            Some((kind, body)) => Update::read(kind, body.get()),
            None => Update::Unknown { kind: String::new(), problem: None },
        };
        Ok(Self { id, raw: raw.to_owned(), update })
    }

    /// The Telegram id of the person who caused it, also where its kind is only kept: a vote, a purchase.
    pub fn person_id(&self) -> Option<i64> {
        if let Some(person) = self.update.person() {
            return Some(person.id);
        }
        let fields: BTreeMap<String, serde_json::Value> = serde_json::from_str(&self.raw).ok()?;
        let (_, body) = fields.iter().find(|(name, _)| *name != "update_id")?;
        ["from", "user"].iter().find_map(|field| body[*field]["id"].as_i64())
    }
}

impl Update {
    fn read(kind: &str, body: &str) -> Self {
        let read = match kind {
            "message" => Message::read(body).map(Self::Message),
            "edited_message" => Message::read(body).map(Self::EditedMessage),
            "callback_query" => {
                serde_json::from_str(body).map(|wire: WireCallbackQuery| Self::CallbackQuery(wire.into()))
            }
            "message_reaction" => {
                serde_json::from_str(body).map(|wire: WireReaction| Self::MessageReaction(wire.into()))
            }
            "my_chat_member" => {
                serde_json::from_str(body).map(|wire: WireChatMember| Self::MyChatMember(wire.into()))
            }
            "pre_checkout_query" => serde_json::from_str(body).map(Self::PreCheckoutQuery),
            _ => return Self::Unknown { kind: kind.to_owned(), problem: None },
        };
        let problem = |error: serde_json::Error| Some(error.to_string());
        read.unwrap_or_else(|error| Self::Unknown { kind: kind.to_owned(), problem: problem(error) })
    }

    /// The person who caused it.
    pub fn person(&self) -> Option<&User> {
        match self {
            Self::Message(message) | Self::EditedMessage(message) => message.from.as_ref(),
            Self::CallbackQuery(query) => Some(&query.from),
            Self::MessageReaction(reaction) => reaction.user.as_ref(),
            Self::MyChatMember(change) => Some(&change.from),
            Self::PreCheckoutQuery(query) => Some(&query.from),
            Self::Unknown { .. } => None,
        }
    }

    /// Where in their chat a person wrote or pressed.
    pub fn whereabouts(&self) -> Whereabouts {
        match self {
            Self::Message(message) if message.chat.is_private() => Whereabouts::of(message.topic),
            Self::CallbackQuery(query) => query.whereabouts,
            _ => Whereabouts::Untold,
        }
    }

    /// The chat where it happened.
    pub fn chat(&self) -> Option<&Chat> {
        match self {
            Self::Message(message) | Self::EditedMessage(message) => Some(&message.chat),
            Self::CallbackQuery(query) => query.chat.as_ref(),
            Self::MessageReaction(reaction) => Some(&reaction.chat),
            Self::MyChatMember(change) => Some(&change.chat),
            Self::PreCheckoutQuery(_) | Self::Unknown { .. } => None,
        }
    }
}

/// Where only an id is of interest.
#[derive(Deserialize)]
pub(crate) struct WireReference {
    pub(crate) message_id: i64,
    /// Unix time in seconds; always 0 for a message that Telegram does not show any more.
    #[serde(default)]
    date: i64,
    chat: Option<Chat>,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
}

impl WireReference {
    /// A message that is not shown any more has its chat, and says nothing of its topic.
    fn whereabouts(&self) -> Whereabouts {
        if self.date == 0 || self.chat.is_none() {
            return Whereabouts::Untold;
        }
        Whereabouts::of(self.message_thread_id.filter(|_| self.is_topic_message))
    }
}

#[derive(Deserialize)]
struct WireCallbackQuery {
    id: String,
    from: User,
    message: Option<WireReference>,
    data: Option<String>,
}

impl From<WireCallbackQuery> for CallbackQuery {
    fn from(wire: WireCallbackQuery) -> Self {
        let WireCallbackQuery { id, from, message, data } = wire;
        let whereabouts = message.as_ref().map_or(Whereabouts::Untold, WireReference::whereabouts);
        let (message_id, chat) = match message {
            Some(message) => (Some(message.message_id), message.chat),
            None => (None, None),
        };
        Self { id, from, message_id, chat, whereabouts, data }
    }
}

#[derive(Deserialize)]
struct WireReaction {
    chat: Chat,
    message_id: i64,
    user: Option<User>,
    #[serde(default)]
    date: i64,
    #[serde(default)]
    new_reaction: Vec<WireEmoji>,
}

#[derive(Deserialize)]
struct WireEmoji {
    emoji: Option<String>,
    custom_emoji_id: Option<String>,
}

impl From<WireReaction> for MessageReaction {
    fn from(wire: WireReaction) -> Self {
        let WireReaction { chat, message_id, user, date, new_reaction } = wire;
        let custom = new_reaction.iter().filter_map(|one| one.custom_emoji_id.clone()).collect();
        let emoji = new_reaction.into_iter().map(|one| one.emoji.unwrap_or_else(|| "⭐".into())).collect();
        Self { chat, message_id, user, date, emoji, custom }
    }
}

#[derive(Deserialize)]
struct WireStatus {
    status: String,
}

#[derive(Deserialize)]
struct WireChatMember {
    chat: Chat,
    from: User,
    #[serde(default)]
    date: i64,
    old_chat_member: Option<WireStatus>,
    new_chat_member: WireStatus,
}

impl From<WireChatMember> for ChatMemberChange {
    fn from(wire: WireChatMember) -> Self {
        Self {
            chat: wire.chat,
            from: wire.from,
            date: wire.date,
            old_status: wire.old_chat_member.map(|member| member.status).unwrap_or_default(),
            new_status: wire.new_chat_member.status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Command;
    use proptest::prelude::*;
    use serde_json::json;

    fn parse(value: &serde_json::Value) -> Received {
        Received::parse(&value.to_string()).unwrap()
    }

    #[test]
    fn a_message_with_a_command() {
        let received = parse(&json!({"update_id": 7, "message": {
            "message_id": 3, "date": 1_700_000_000, "chat": {"id": 5, "type": "private", "new_field": {}},
            "from": {"id": 5, "is_bot": false, "first_name": "Ada", "language_code": "zh-hans"},
            "text": "/start@Some_bot fb-summer", "entities": [{"type": "bot_command", "offset": 0, "length": 15}]}}));
        let Update::Message(message) = &received.update else { panic!("{received:?}") };
        let command = Command { name: "start", bot: Some("Some_bot"), argument: "fb-summer" };
        assert_eq!(message.command(), Some(command));
        assert_eq!((message.content, message.chat.is_private()), (Some("text"), true));
        assert_eq!(received.update.person().unwrap().language_code.as_deref(), Some("zh-hans"));
    }

    #[test]
    fn what_is_no_command() {
        for text in ["start", "/", "/ start", "/ünï", "/a-b", &format!("/{}", "x".repeat(33))] {
            let received = parse(&json!({"update_id": 1, "message": {
                "message_id": 1, "chat": {"id": 5, "type": "private"}, "text": text}}));
            let Update::Message(message) = &received.update else { panic!("{received:?}") };
            assert_eq!(message.command(), None, "{text}");
        }
    }

    #[test]
    fn presses_blocks_and_payments() {
        let press = parse(
            &json!({"update_id": 1, "callback_query": {"id": "9", "from": {"id": 5, "first_name": "A"},
            "message": {"message_id": 4, "date": 0, "chat": {"id": 5, "type": "private"}}, "chat_instance": "1",
            "data": "x"}}),
        );
        let Update::CallbackQuery(query) = press.update else { panic!() };
        assert_eq!((query.message_id, query.data.as_deref()), (Some(4), Some("x")));
        assert_eq!(query.whereabouts, Whereabouts::Untold, "it is not shown any more");
        let member = |status: &str, kind: &str| {
            let change = parse(&json!({"update_id": 1, "my_chat_member": {"chat": {"id": 5, "type": kind},
                "from": {"id": 5}, "date": 1, "old_chat_member": {"status": "member", "user": {"id": 1}},
                "new_chat_member": {"status": status, "user": {"id": 1}, "until_date": 0}}}));
            let Update::MyChatMember(change) = change.update else { panic!() };
            (change.is_block(), change.is_unblock())
        };
        assert_eq!(member("kicked", "private"), (true, false));
        assert_eq!(member("member", "private"), (false, true));
        assert_eq!(member("kicked", "group"), (false, false));
        let paid =
            parse(&json!({"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"},
            "successful_payment": {"currency": "XTR", "total_amount": 50, "invoice_payload": "pro",
            "telegram_payment_charge_id": "c", "provider_payment_charge_id": ""}}}));
        let Update::Message(message) = paid.update else { panic!() };
        assert_eq!(message.successful_payment.unwrap().total_amount, 50);
        assert_eq!((message.content, message.service.as_str()), (None, "successful_payment"));
    }

    #[test]
    fn a_known_kind_that_cannot_be_read_is_kept() {
        let received = parse(&json!({"update_id": 4, "message": {"message_id": "four"}}));
        assert_eq!(received.id, 4);
        assert!(matches!(received.update, Update::Unknown { problem: Some(_), .. }));
        assert_eq!(Received::parse("{\"message\":{}}"), Err(UpdateError::NoId));
        assert!(matches!(Received::parse("[1]"), Err(UpdateError::NotAnObject { .. })));
    }

    /// Every kind of update that the machine-readable API lists, where it is at hand.
    #[test]
    fn every_kind_that_telegram_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/bot_api_10.1.json");
        let Ok(file) = std::fs::read_to_string(path) else {
            println!("skipped: no bot_api_10.1.json beside this repository");
            return;
        };
        let file: serde_json::Value = serde_json::from_str(&file).unwrap();
        let kinds = file["types"]["Update"]["fields"].as_array().unwrap();
        let kinds: Vec<&str> = kinds.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert!(kinds.len() > 20, "{kinds:?}");
        for kind in kinds.into_iter().filter(|kind| *kind != "update_id") {
            for body in [json!({}), json!(null), json!([1, {"a": "b"}]), json!({"message_id": 1, "chat": 5})]
            {
                let received = parse(&json!({"update_id": 12, kind: body}));
                assert_eq!(received.id, 12);
                assert!(
                    matches!(&received.update, Update::Unknown { kind: found, .. } if found == kind),
                    "{kind}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,60}", body in "[\\[\\]{}\",:0-9a-z_ ]{0,60}") {
            let _ = Received::parse(&text);
            let _ = Received::parse(&format!("{{\"update_id\":1,\"message\":{body}}}"));
        }
    }
}
