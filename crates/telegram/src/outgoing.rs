//! A message as the Bot API takes it: the only place that knows the names of these parameters.

use domain::message::{ButtonWire, Entity, Media, Outgoing, OutgoingButton, StoredMessage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The parameters of `sendMessage`.
#[derive(Debug, Serialize)]
pub(crate) struct Text<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i64>,
    text: &'a str,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    entities: &'a [Entity],
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<Keyboard<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link_preview_options: Option<LinkPreview>,
}

/// The parameters of `sendPhoto` and its like, without the file.
#[derive(Debug, Serialize)]
pub(crate) struct Captioned<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    caption: &'a str,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    caption_entities: &'a [Entity],
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<Keyboard<'a>>,
}

/// Rows of buttons under a message.
#[derive(Debug, Serialize)]
struct Keyboard<'a> {
    inline_keyboard: Vec<Vec<Button<'a>>>,
}

#[derive(Debug, Serialize)]
struct Button<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LinkPreview {
    is_disabled: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn of(chat: i64, message: &'a Outgoing) -> Self {
        Self {
            chat_id: chat,
            message_thread_id: message.topic,
            text: &message.text,
            entities: &message.entities,
            reply_markup: Keyboard::of(message),
            link_preview_options: (!message.link_preview).then_some(LinkPreview { is_disabled: true }),
        }
    }
}

impl<'a> Captioned<'a> {
    pub(crate) fn of(chat: i64, message: &'a Outgoing) -> Self {
        Self {
            chat_id: chat,
            message_thread_id: message.topic,
            caption: &message.text,
            caption_entities: &message.entities,
            reply_markup: Keyboard::of(message),
        }
    }
}

impl<'a> Keyboard<'a> {
    fn of(message: &'a Outgoing) -> Option<Self> {
        let row = |row: &'a Vec<OutgoingButton>| row.iter().map(Button::of).collect();
        let inline_keyboard: Vec<Vec<Button<'a>>> = message.buttons.iter().map(row).collect();
        (!inline_keyboard.is_empty()).then_some(Self { inline_keyboard })
    }
}

impl<'a> Button<'a> {
    fn of(button: &'a OutgoingButton) -> Self {
        let (callback_data, url) = match &button.wire {
            ButtonWire::Press(data) => (Some(data.as_str()), None),
            ButtonWire::Url(url) => (None, Some(url.as_str())),
        };
        Self { text: &button.text, callback_data, url }
    }
}

/// The parameters of `sendMessage` as JSON, for whoever answers calls without a network.
pub fn send_message_params(chat: i64, message: &Outgoing) -> Value {
    json!(Text::of(chat, message))
}

/// The message of an outbox row, in whichever form it is kept. `None` where its words are gone or cannot be read.
pub fn stored_message(stored: &StoredMessage) -> Option<Outgoing> {
    match stored {
        StoredMessage::Current(message) => Some(message.clone()),
        StoredMessage::Unversioned(params) => StoredParams::deserialize(params).ok().map(Outgoing::from),
        StoredMessage::Blanked | StoredMessage::Unreadable => None,
    }
}

/// What the outbox kept before its form had a version: the parameters of `sendMessage` without the chat, and the file
/// beside them.
#[derive(Debug, Deserialize)]
struct StoredParams {
    text: String,
    #[serde(default)]
    entities: Vec<Entity>,
    media: Option<Media>,
    reply_markup: Option<StoredKeyboard>,
    link_preview_options: Option<LinkPreview>,
}

#[derive(Debug, Deserialize)]
struct StoredKeyboard {
    inline_keyboard: Vec<Vec<StoredButton>>,
}

#[derive(Debug, Deserialize)]
struct StoredButton {
    text: String,
    #[serde(flatten)]
    wire: StoredWire,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredWire {
    CallbackData(String),
    Url(String),
}

impl From<StoredParams> for Outgoing {
    fn from(params: StoredParams) -> Self {
        let rows = params.reply_markup.map(|keyboard| keyboard.inline_keyboard).unwrap_or_default();
        let row = |row: Vec<StoredButton>| row.into_iter().map(OutgoingButton::from).collect();
        Self {
            text: params.text,
            entities: params.entities,
            media: params.media,
            buttons: rows.into_iter().map(row).collect(),
            link_preview: params.link_preview_options.is_none_or(|options| !options.is_disabled),
            topic: None,
        }
    }
}

impl From<StoredButton> for OutgoingButton {
    fn from(button: StoredButton) -> Self {
        let wire = match button.wire {
            StoredWire::CallbackData(data) => ButtonWire::Press(data),
            StoredWire::Url(url) => ButtonWire::Url(url),
        };
        Self { text: button.text, wire }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of the outbox as it was stored before, and the calls that it becomes.
    fn sent(row: Value) -> (Value, Value) {
        let message = stored_message(&StoredMessage::read(row)).expect("the row is read");
        // What is written today says the same.
        let again = serde_json::from_str(&StoredMessage::write(&message)).unwrap();
        assert_eq!(stored_message(&StoredMessage::read(again)).as_ref(), Some(&message));
        (send_message_params(5, &message), json!(Captioned::of(5, &message)))
    }

    #[test]
    fn rows_of_earlier_versions_become_the_calls_that_they_were_meant_for() {
        let text = json!({"text": "Hi Ada", "entities": [{"type": "bold", "offset": 3, "length": 3},
            {"type": "text_link", "offset": 0, "length": 2, "url": "https://a.example/"}]});
        let mut wanted = text.clone();
        wanted["chat_id"] = 5.into();
        assert_eq!(sent(text).0, wanted);

        let buttons = json!({"text": "Hi", "link_preview_options": {"is_disabled": true},
            "reply_markup": {"inline_keyboard": [[{"text": "Claim", "callback_data": "c.1.0.0.abc"}],
                [{"text": "Shop", "url": "https://a.example/c/xyz"}, {"text": "No", "callback_data": "n"}]]}});
        let mut wanted = buttons.clone();
        wanted["chat_id"] = 5.into();
        assert_eq!(sent(buttons).0, wanted);

        let photo = json!({"text": "", "media": {"kind": "photo", "media_id": 7}});
        let read = stored_message(&StoredMessage::read(photo.clone())).unwrap();
        assert_eq!(
            read.media.map(|media| (media.kind, media.id.0)),
            Some((domain::message::MediaKind::Photo, 7))
        );
        assert_eq!(sent(photo).1, json!({"chat_id": 5}));

        let captioned = json!({"text": "Look", "entities": [{"type": "italic", "offset": 0, "length": 4}],
            "media": {"kind": "document", "media_id": 8}, "link_preview_options": {"is_disabled": true},
            "reply_markup": {"inline_keyboard": [[{"text": "Shop", "url": "https://a.example/"}]]}});
        let wanted = json!({"chat_id": 5, "caption": "Look",
            "caption_entities": [{"type": "italic", "offset": 0, "length": 4}],
            "reply_markup": {"inline_keyboard": [[{"text": "Shop", "url": "https://a.example/"}]]}});
        assert_eq!(sent(captioned).1, wanted, "a file's text is its caption, and shows no preview");

        // What /stop was answered with.
        let stopped = json!({"text": "Stopped.",
            "reply_markup": {"inline_keyboard": [[{"text": "Undo", "callback_data": "opt-in"}]]}});
        let mut wanted = stopped.clone();
        wanted["chat_id"] = 5.into();
        assert_eq!(sent(stopped).0, wanted);
    }

    #[test]
    fn what_belongs_in_a_topic_is_sent_there() {
        let message = Outgoing { topic: Some(12), ..Outgoing::plain("Hi") };
        assert_eq!(
            send_message_params(5, &message),
            json!({"chat_id": 5, "message_thread_id": 12, "text": "Hi"})
        );
        assert_eq!(
            json!(Captioned::of(5, &message)),
            json!({"chat_id": 5, "message_thread_id": 12, "caption": "Hi"})
        );
    }

    #[test]
    fn what_is_gone_or_strange_is_no_message() {
        for row in [json!({}), json!({"v": 9, "text": "Hi"}), json!({"photo": "x"}), json!("Hi")] {
            assert_eq!(stored_message(&StoredMessage::read(row.clone())), None, "{row}");
        }
    }
}
