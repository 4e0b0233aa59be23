//! Messages: what a person composed, with all that it holds, and what only tells that something happened.
//!
//! Telegram puts both into the same object and tells them apart by which field is there. A message counts as
//! **written** when it holds one of [`COMPOSED`], or words, or when Telegram marks it in a way that only people's own
//! messages bear: forwarded, part of an album, sent through an inline bot or with an effect. Everything else is a
//! service message, whether its field is known (`pinned_message`, `chat_background_set`) or newer than this list.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::answered::WireAnswered;
use crate::update::{Chat, User};

/// Details of one message beyond this many bytes of JSON are left out, largest first.
const DETAILS_BYTES_MAX: usize = 16 * 1024;

/// What a person composes, or answers a keyboard of the bot's with, by Telegram's names. The first that is there says
/// what the message is: an animation comes with a document, a venue with a location and a live photo with a photo, for
/// old clients' sake, and those stand behind.
pub const COMPOSED: [&str; 26] = [
    "text",
    "rich_message",
    "animation",
    "venue",
    "live_photo",
    "photo",
    "video",
    "voice",
    "video_note",
    "audio",
    "document",
    "sticker",
    "story",
    "paid_media",
    "checklist",
    "contact",
    "dice",
    "game",
    "invoice",
    "location",
    "poll",
    "giveaway",
    "giveaway_winners",
    "users_shared",
    "chat_shared",
    "web_app_data",
];

/// Fields that say who, where, when and in answer to what: they make no content.
const ENVELOPE: [&str; 40] = [
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "date",
    "guest_query_id",
    "business_connection_id",
    "chat",
    "forward_origin",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "entities",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "reply_markup",
];

/// Entities that the words themselves show: nothing is lost without them.
const EVIDENT: [&str; 7] = ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"];

/// A message, as far as Muster reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub message_id: i64,
    /// Unix time in seconds.
    pub date: i64,
    /// When it was last edited, unix time in seconds.
    pub edit_date: Option<i64>,
    pub chat: Chat,
    /// Absent in channels.
    pub from: Option<User>,
    /// The text, or the caption of what was sent.
    pub text: Option<String>,
    /// What the person composed: the name of Telegram's field, such as `text`, `photo`, `voice`; `other` for something
    /// composed of a kind that is not known. `None` for a service message.
    pub content: Option<&'static str>,
    /// What a service message tells of: the name of Telegram's field, such as `pinned_message`. Empty otherwise.
    pub service: String,
    /// The id of its file, of a photo that of the largest size.
    pub file_id: Option<String>,
    /// The topic of the private chat in which it was written, where the bot's chats have topics.
    pub topic: Option<i64>,
    /// The message that it answers.
    pub reply_to_message_id: Option<i64>,
    pub successful_payment: Option<SuccessfulPayment>,
    /// What it holds besides: Telegram's own fields by their names, and `file`, `via_bot` and what it answers cut to
    /// what says something. `None` when there is nothing.
    pub details: Option<Value>,
}

impl Message {
    /// The album that it is a part of: each of its photos is a message of its own.
    pub fn album(&self) -> Option<&str> {
        self.details.as_ref()?.get("media_group_id")?.as_str()
    }
}

/// A payment that went through.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SuccessfulPayment {
    /// Three letters; `XTR` for Telegram Stars.
    pub currency: String,
    /// In the currency's smallest unit.
    pub total_amount: i64,
    #[serde(default)]
    pub invoice_payload: String,
    #[serde(default)]
    pub telegram_payment_charge_id: String,
}

/// A command at the beginning of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// Without its slash, as it was typed.
    pub name: &'a str,
    /// The bot that it is for, where it was told.
    pub bot: Option<&'a str>,
    /// The rest, trimmed: the payload of a `/start`.
    pub argument: &'a str,
}

impl Command<'_> {
    /// Whether it is this command, however it is written: `/Stop` is `/stop`.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it is for the bot of this username, or for whichever reads it.
    pub fn is_for(&self, username: &str) -> bool {
        self.bot.is_none_or(|bot| bot.eq_ignore_ascii_case(username))
    }
}

impl Message {
    /// The command that it begins with. Only in texts: a caption runs none.
    pub fn command(&self) -> Option<Command<'_>> {
        let text = self.text.as_deref().filter(|_| self.content == Some("text"))?;
        let rest = text.strip_prefix('/')?;
        let (head, argument) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let (name, bot) = match head.split_once('@') {
            Some((name, bot)) => (name, Some(bot)),
            None => (head, None),
        };
        let fits =
            (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        fits.then(|| Command { name, bot, argument: argument.trim() })
    }

    /// Reads a message.
    ///
    /// # Errors
    /// A field that Muster understands has another form.
    pub(crate) fn read(body: &str) -> serde_json::Result<Self> {
        let wire: WireMessage = serde_json::from_str(body)?;
        let content = wire.content();
        let service = if content.is_none() { service_of(body)? } else { String::new() };
        let answered: WireAnswered = serde_json::from_str(body)?;
        let (file_id, details) = (wire.file_id(), wire.details(&answered));
        let rich = || wire.rich_message.as_ref().map(rich_words);
        Ok(Self {
            message_id: wire.message_id,
            date: wire.date,
            edit_date: wire.edit_date,
            topic: wire.message_thread_id.filter(|_| wire.is_topic_message),
            chat: wire.chat,
            from: wire.from,
            text: wire.text.or(wire.caption).or_else(rich),
            content,
            service,
            file_id,
            reply_to_message_id: answered.message_id(),
            successful_payment: wire.successful_payment,
            details,
        })
    }
}

/// The field that says what a service message tells of; `message` where none does.
fn service_of(body: &str) -> serde_json::Result<String> {
    let fields: BTreeMap<String, IgnoredAny> = serde_json::from_str(body)?;
    let telling = fields.into_keys().find(|name| !ENVELOPE.contains(&name.as_str()));
    Ok(telling.unwrap_or_else(|| "message".to_owned()))
}

/// The words of a rich message, block by block: it has no text of its own.
fn rich_words(message: &Value) -> String {
    let mut words = String::new();
    gather_words(message, &mut words);
    words.trim().to_owned()
}

fn gather_words(value: &Value, words: &mut String) {
    const NAMED: [&str; 6] = ["text", "caption", "title", "summary", "credit", "expression"];
    match value {
        Value::Array(parts) => parts.iter().for_each(|part| match part {
            Value::String(text) => words.push_str(text),
            part => gather_words(part, words),
        }),
        Value::Object(fields) => {
            let is_block = fields.contains_key("blocks") || fields.contains_key("text");
            for (name, field) in fields {
                match field {
                    Value::String(text) if NAMED.contains(&name.as_str()) => words.push_str(text),
                    Value::Array(_) | Value::Object(_) => gather_words(field, words),
                    _ => {}
                }
            }
            if is_block && fields.get("type").is_some() {
                words.push('\n');
            }
        }
        _ => {}
    }
}

/// Telegram tells a message's content by which field is there.
#[derive(Deserialize)]
struct WireMessage {
    message_id: i64,
    #[serde(default)]
    date: i64,
    edit_date: Option<i64>,
    chat: Chat,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
    from: Option<User>,
    text: Option<String>,
    caption: Option<String>,
    entities: Option<Vec<Value>>,
    caption_entities: Option<Vec<Value>>,
    forward_origin: Option<Value>,
    media_group_id: Option<String>,
    via_bot: Option<User>,
    effect_id: Option<IgnoredAny>,
    successful_payment: Option<SuccessfulPayment>,
    animation: Option<WireFile>,
    audio: Option<WireFile>,
    document: Option<WireFile>,
    live_photo: Option<WireFile>,
    photo: Option<Vec<WireFile>>,
    sticker: Option<WireFile>,
    video: Option<WireFile>,
    video_note: Option<WireFile>,
    voice: Option<WireFile>,
    chat_shared: Option<Value>,
    checklist: Option<Value>,
    contact: Option<Value>,
    dice: Option<Value>,
    game: Option<Value>,
    giveaway: Option<Value>,
    giveaway_winners: Option<Value>,
    invoice: Option<Value>,
    location: Option<Value>,
    paid_media: Option<Value>,
    poll: Option<Value>,
    rich_message: Option<Value>,
    story: Option<Value>,
    users_shared: Option<Value>,
    venue: Option<Value>,
    web_app_data: Option<Value>,
}

#[derive(Deserialize)]
struct WireFile {
    file_id: String,
    file_name: Option<Value>,
    title: Option<Value>,
    performer: Option<Value>,
    duration: Option<Value>,
    emoji: Option<Value>,
}

impl WireMessage {
    /// The file that it is of: the first that is there, as in [`COMPOSED`].
    fn file(&self) -> Option<&WireFile> {
        let photo = self.photo.as_ref().and_then(|sizes| sizes.last());
        let files = [
            self.animation.as_ref(),
            photo,
            self.video.as_ref(),
            self.voice.as_ref(),
            self.video_note.as_ref(),
            self.audio.as_ref(),
            self.document.as_ref(),
            self.sticker.as_ref(),
            self.live_photo.as_ref(),
        ];
        files.into_iter().flatten().next()
    }

    fn file_id(&self) -> Option<String> {
        self.file().map(|file| file.file_id.clone())
    }

    /// Fields that are kept as Telegram gives them.
    fn plain(&self) -> [(&'static str, &Option<Value>); 16] {
        [
            ("forward_origin", &self.forward_origin),
            ("chat_shared", &self.chat_shared),
            ("checklist", &self.checklist),
            ("contact", &self.contact),
            ("dice", &self.dice),
            ("game", &self.game),
            ("giveaway", &self.giveaway),
            ("giveaway_winners", &self.giveaway_winners),
            ("invoice", &self.invoice),
            ("location", &self.location),
            ("paid_media", &self.paid_media),
            ("poll", &self.poll),
            ("rich_message", &self.rich_message),
            ("story", &self.story),
            ("users_shared", &self.users_shared),
            ("web_app_data", &self.web_app_data),
        ]
    }

    fn has(&self, name: &str) -> bool {
        match name {
            "text" => self.text.is_some(),
            "animation" => self.animation.is_some(),
            "audio" => self.audio.is_some(),
            "document" => self.document.is_some(),
            "live_photo" => self.live_photo.is_some(),
            "photo" => self.photo.is_some(),
            "sticker" => self.sticker.is_some(),
            "video" => self.video.is_some(),
            "video_note" => self.video_note.is_some(),
            "voice" => self.voice.is_some(),
            "venue" => self.venue.is_some(),
            name => self.plain().iter().any(|(known, value)| *known == name && value.is_some()),
        }
    }

    fn content(&self) -> Option<&'static str> {
        let known = COMPOSED.into_iter().find(|name| self.has(name));
        let is_marked = self.caption.is_some()
            || self.forward_origin.is_some()
            || self.media_group_id.is_some()
            || self.via_bot.is_some()
            || self.effect_id.is_some();
        known.or_else(|| is_marked.then_some("other"))
    }

    fn details(&self, answered: &WireAnswered) -> Option<Value> {
        let mut kept = Map::new();
        let kept_as_they_are = self.plain().into_iter().chain([("venue", &self.venue)]);
        for (name, value) in kept_as_they_are {
            // A venue holds its location.
            if let Some(value) = value.as_ref().filter(|_| name != "location" || self.venue.is_none()) {
                kept.insert(name.to_owned(), value.clone());
            }
        }
        let entities = self.entities.as_ref().or(self.caption_entities.as_ref()).into_iter().flatten();
        let evident = |entity: &&Value| entity["type"].as_str().is_some_and(|kind| EVIDENT.contains(&kind));
        let entities: Vec<&Value> = entities.filter(|entity| !evident(entity)).collect();
        if !entities.is_empty() {
            kept.insert("entities".into(), json!(entities));
        }
        answered.keep(&mut kept);
        if let Some(album) = &self.media_group_id {
            kept.insert("media_group_id".into(), json!(album));
        }
        if let Some(username) = self.via_bot.as_ref().and_then(|bot| bot.username.as_ref()) {
            kept.insert("via_bot".into(), json!(username));
        }
        if let Some(file) = self.file().and_then(WireFile::facts) {
            kept.insert("file".into(), file);
        }
        (!kept.is_empty()).then(|| bounded(kept))
    }
}

impl WireFile {
    /// What is said of it besides its bytes.
    fn facts(&self) -> Option<Value> {
        let named = [
            ("name", &self.file_name),
            ("title", &self.title),
            ("performer", &self.performer),
            ("duration", &self.duration),
            ("emoji", &self.emoji),
        ];
        let facts: Map<String, Value> =
            named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect();
        (!facts.is_empty()).then_some(Value::Object(facts))
    }
}

/// What is too much is left out, largest first, and named.
fn bounded(mut kept: Map<String, Value>) -> Value {
    let bytes = |value: &Value| value.to_string().len();
    let mut left_out = Vec::new();
    while kept.iter().map(|(name, value)| name.len() + bytes(value)).sum::<usize>() > DETAILS_BYTES_MAX {
        let largest = kept.iter().max_by_key(|(_, value)| bytes(value)).map(|(name, _)| name.clone());
        let Some(name) = largest else { break };
        kept.remove(&name);
        left_out.push(name);
    }
    if !left_out.is_empty() {
        kept.insert("left_out".into(), json!(left_out));
    }
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: Value) -> Message {
        let mut message = json!({"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"},
            "from": {"id": 5, "first_name": "A"}});
        let map = message.as_object_mut().unwrap();
        map.extend(fields.as_object().unwrap().clone());
        Message::read(&message.to_string()).unwrap()
    }

    #[test]
    fn a_service_message_is_nothing_composed_whether_it_is_known_or_newer() {
        for service in [
            "pinned_message",
            "chat_background_set",
            "write_access_allowed",
            "refunded_payment",
            "newest_kind",
        ] {
            let message = read(json!({service: {"x": 1}}));
            assert_eq!((message.content, message.service.as_str()), (None, service));
        }
        assert_eq!(read(json!({})).service, "message");
    }

    #[test]
    fn what_telegram_marks_as_a_persons_own_is_composed_even_if_its_kind_is_new() {
        for marked in [
            json!({"caption": "look"}),
            json!({"forward_origin": {"type": "hidden_user", "sender_user_name": "B", "date": 1}}),
            json!({"media_group_id": "7"}),
            json!({"via_bot": {"id": 9, "username": "gif"}}),
        ] {
            let mut fields = marked.clone();
            fields["hologram"] = json!({"file_id": "h"});
            assert_eq!(read(fields).content, Some("other"), "{marked}");
        }
    }

    /// Every field of a message that the machine-readable API lists, where it is at hand: those that it calls service
    /// messages compose nothing, and none of what people compose is forgotten.
    #[test]
    fn every_content_that_telegram_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/bot_api_10.1.json");
        let Ok(file) = std::fs::read_to_string(path) else {
            println!("skipped: no bot_api_10.1.json beside this repository");
            return;
        };
        let file: Value = serde_json::from_str(&file).unwrap();
        for field in file["types"]["Message"]["fields"].as_array().unwrap() {
            let (name, says) = (field["name"].as_str().unwrap(), field["description"].as_str().unwrap());
            let answers_a_keyboard = ["users_shared", "chat_shared", "web_app_data"].contains(&name);
            if says.to_lowercase().contains("service message") && !answers_a_keyboard {
                assert!(!COMPOSED.contains(&name) && !ENVELOPE.contains(&name), "{name}: {says}");
            }
            let is_content = says.starts_with("Optional. Message is") || says.contains("Message contains");
            if is_content && !says.contains("service message") {
                assert!(COMPOSED.contains(&name), "{name}: {says}");
            }
        }
    }

    #[test]
    fn what_a_message_holds_is_kept_and_what_its_words_show_is_not() {
        let message = read(json!({"text": "Look here @ann", "entities": [
            {"type": "text_link", "offset": 0, "length": 9, "url": "https://example.org/invoice/17"},
            {"type": "mention", "offset": 10, "length": 4}],
            "reply_to_message": {"message_id": 3, "chat": {"id": 5}, "text": "x".repeat(500)}}));
        let details = message.details.unwrap();
        assert_eq!(details["entities"].as_array().unwrap().len(), 1);
        assert_eq!(details["reply"]["message_id"], 3);
        assert_eq!(details["reply"]["text"].as_str().unwrap().len(), crate::answered::ANSWERED_CHARS_MAX);
        assert_eq!(message.reply_to_message_id, Some(3));
        assert_eq!(read(json!({"text": "Hello"})).details, None);
        let place = json!({"latitude": 52.52, "longitude": 13.405});
        let venue =
            read(json!({"location": place, "venue": {"location": place, "title": "T", "address": "A"}}));
        assert_eq!(venue.content, Some("venue"));
        assert_eq!(venue.details.unwrap().as_object().unwrap().len(), 1, "the place stands in the venue");
        let voice = read(json!({"voice": {"file_id": "v", "duration": 7}}));
        assert_eq!(
            (voice.file_id.as_deref(), voice.details.unwrap()["file"]["duration"].as_i64()),
            (Some("v"), Some(7))
        );
    }

    #[test]
    fn too_much_is_left_out_largest_first_and_said() {
        let message = read(json!({"contact": {"phone_number": "+1", "vcard": "v".repeat(20_000)},
            "quote": {"text": "short"}}));
        let details = message.details.unwrap();
        assert_eq!(details["left_out"], json!(["contact"]));
        assert_eq!(details["quote"]["text"], "short");
        assert_eq!(message.content, Some("contact"));
    }

    #[test]
    fn a_rich_message_has_its_words() {
        let blocks = json!([{"type": "heading", "text": "Offer"},
            {"type": "paragraph", "text": ["for ", {"type": "bold", "text": "you"}, " only"]}]);
        let message = read(json!({"rich_message": {"blocks": blocks}}));
        assert_eq!(message.content, Some("rich_message"));
        let text = message.text.unwrap();
        assert!(text.contains("Offer") && text.contains("for you"), "{text}");
    }

    #[test]
    fn a_command_knows_its_bot_and_folds_case() {
        let message = read(json!({"text": "/Stop@Another_Bot"}));
        let command = message.command().unwrap();
        assert!(command.is("stop") && command.is_for("another_bot") && !command.is_for("lantern_bot"));
    }
}
