//! The sandbox's own record of what happened, written at the moment it happens.

use crate::chat::{Media, Payment};
use crate::markup::{Action, Keyboard};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One thing that a person did or that happened to them, with its time in unix milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Act {
    Started {
        at_ms: i64,
        message_id: i64,
        payload: Option<String>,
        /// The address that led here, when a page did.
        #[serde(default)]
        by: Option<Box<str>>,
    },
    Received {
        at_ms: i64,
        message_id: i64,
        text: Arc<str>,
        keyboard: Option<Arc<Keyboard>>,
        #[serde(default)]
        media: Option<Box<Media>>,
    },
    Edited {
        at_ms: i64,
        message_id: i64,
        text: Arc<str>,
        keyboard: Option<Arc<Keyboard>>,
    },
    Deleted {
        at_ms: i64,
        message_id: i64,
    },
    Saw {
        at_ms: i64,
        message_id: i64,
    },
    Pressed {
        at_ms: i64,
        message_id: i64,
        data: String,
        callback_id: String,
    },
    Answered {
        at_ms: i64,
        callback_id: String,
        text: String,
        alert: bool,
    },
    Followed {
        at_ms: i64,
        message_id: Option<i64>,
        url: String,
        status: Option<u16>,
        follow_id: u64,
    },
    Previewed {
        at_ms: i64,
        message_id: Option<i64>,
        url: String,
        status: Option<u16>,
        follow_id: u64,
        /// What the program calls itself.
        #[serde(default)]
        user_agent: Box<str>,
    },
    Wrote {
        at_ms: i64,
        message_id: i64,
        text: Arc<str>,
        #[serde(default)]
        media: Option<Box<Media>>,
    },
    CheckedOut {
        at_ms: i64,
        message_id: i64,
        query_id: String,
    },
    Paid {
        at_ms: i64,
        message_id: i64,
        payment: Box<Payment>,
    },
    Blocked {
        at_ms: i64,
    },
    Unblocked {
        at_ms: i64,
    },
    Deactivated {
        at_ms: i64,
    },
}

/// The texts and actions of a keyboard, in reading order.
pub fn buttons(keyboard: &Keyboard) -> Vec<Value> {
    let one = |button: &crate::markup::Button| match &button.action {
        Action::Url(url) => json!({"text": button.text, "url": url}),
        Action::Callback(data) => json!({"text": button.text, "data": data}),
        Action::Other(name, _) => json!({"text": button.text, "kind": name}),
    };
    keyboard.iter().flatten().map(one).collect()
}

/// Adds `media {kind, file_id, album}` to what is told of a message with a file.
fn with_media(mut told: Value, media: &Option<Box<Media>>) -> Value {
    if let Some(media) = media {
        told["media"] = json!({"kind": media.kind.field(), "file_id": media.file_id, "album": media.album});
    }
    told
}

impl Act {
    /// Sorts the act under its name in the truth line, and says it in JSON.
    fn told(&self) -> (&'static str, Value) {
        let content = |at_ms: i64, message_id: i64, text: &str, keyboard: &Option<Arc<Keyboard>>| {
            let buttons = keyboard.as_deref().map(buttons).unwrap_or_default();
            json!({"at_ms": at_ms, "message_id": message_id, "text": text, "buttons": buttons})
        };
        match self {
            Act::Started { at_ms, message_id, payload, by } => {
                ("started", json!({"at_ms": at_ms, "message_id": message_id, "payload": payload, "by": by}))
            }
            Act::Received { at_ms, message_id, text, keyboard, media } => {
                ("received", with_media(content(*at_ms, *message_id, text, keyboard), media))
            }
            Act::Edited { at_ms, message_id, text, keyboard } => {
                ("edited", content(*at_ms, *message_id, text, keyboard))
            }
            Act::Deleted { at_ms, message_id } => {
                ("deleted", json!({"at_ms": at_ms, "message_id": message_id}))
            }
            Act::Saw { at_ms, message_id } => ("saw", json!({"at_ms": at_ms, "message_id": message_id})),
            Act::Pressed { at_ms, message_id, data, callback_id } => (
                "pressed",
                json!({"at_ms": at_ms, "message_id": message_id, "data": data, "callback_id": callback_id}),
            ),
            Act::Answered { at_ms, callback_id, text, alert } => (
                "answered",
                json!({"at_ms": at_ms, "callback_id": callback_id, "text": text, "alert": alert}),
            ),
            Act::Followed { at_ms, message_id, url, status, .. } => {
                ("followed", json!({"at_ms": at_ms, "message_id": message_id, "url": url, "status": status}))
            }
            Act::Previewed { at_ms, message_id, url, status, user_agent, .. } => (
                "previewed",
                json!({"at_ms": at_ms, "message_id": message_id, "url": url, "status": status,
                       "user_agent": user_agent}),
            ),
            Act::Wrote { at_ms, message_id, text, media } => {
                let wrote = json!({"at_ms": at_ms, "message_id": message_id, "text": &**text});
                ("wrote", with_media(wrote, media))
            }
            Act::CheckedOut { at_ms, message_id, query_id } => (
                "checked_out",
                json!({"at_ms": at_ms, "message_id": message_id, "pre_checkout_query_id": query_id}),
            ),
            Act::Paid { at_ms, message_id, payment } => (
                "paid",
                json!({"at_ms": at_ms, "message_id": message_id, "amount": payment.amount,
                       "currency": payment.currency, "payload": payment.payload}),
            ),
            Act::Blocked { at_ms } => ("blocked", json!({"at_ms": at_ms})),
            Act::Unblocked { at_ms } => ("unblocked", json!({"at_ms": at_ms})),
            Act::Deactivated { at_ms } => ("deactivated", json!({"at_ms": at_ms})),
        }
    }
}

/// All acts of one person as lists by name; every name is there, also with nothing in it.
pub fn lists(acts: &[Act]) -> Map<String, Value> {
    const NAMES: &[&str] = &[
        "started",
        "received",
        "edited",
        "deleted",
        "saw",
        "pressed",
        "answered",
        "followed",
        "previewed",
        "wrote",
        "checked_out",
        "paid",
        "blocked",
        "unblocked",
        "deactivated",
    ];
    let mut lists: Map<String, Value> =
        NAMES.iter().map(|name| (name.to_string(), Value::Array(Vec::new()))).collect();
    for act in acts {
        let (name, told) = act.told();
        if let Some(Value::Array(list)) = lists.get_mut(name) {
            list.push(told);
        }
    }
    lists
}

/// The bot's latest answers to presses, newest last.
pub fn latest_answers(acts: &[Act], count_max: usize) -> Vec<Value> {
    let answers = acts.iter().rev().filter(|act| matches!(act, Act::Answered { .. }));
    let mut latest: Vec<Value> = answers.take(count_max).map(|act| act.told().1).collect();
    latest.reverse();
    latest
}
