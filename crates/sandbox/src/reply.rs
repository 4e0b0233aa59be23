//! Answers of the Bot API: one envelope, one list of refusals.

use serde_json::{Value, json};

/// An answer: the HTTP status, the envelope, and the seconds to wait after a 429.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub retry_after_s: Option<i64>,
}

impl Reply {
    /// A success with its result.
    pub fn ok(result: Value) -> Self {
        Self { status: 200, body: json!({"ok": true, "result": result}), retry_after_s: None }
    }

    /// A success with its result and a word about it.
    pub fn told(result: Value, description: &str) -> Self {
        let body = json!({"ok": true, "result": result, "description": description});
        Self { status: 200, body, retry_after_s: None }
    }

    /// The `result` of a success.
    pub fn result(&self) -> Option<&Value> {
        self.body.get("result")
    }

    /// The `description` of a refusal.
    pub fn description(&self) -> Option<&str> {
        self.body.get("description")?.as_str()
    }
}

/// Why a call is refused. Every text is the one that Telegram's server gives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400, with the words behind the prefix.
    #[error("Bad Request: {0}")]
    BadRequest(String),
    /// 403, with the words behind the prefix.
    #[error("Forbidden: {0}")]
    Forbidden(&'static str),
    #[error("Unauthorized")]
    Unauthorized,
    #[error("Unauthorized: invalid token specified")]
    InvalidToken,
    #[error("Not Found")]
    NotFound,
    #[error("Not Found: method not found")]
    MethodNotFound,
    #[error(
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )]
    OtherPoll,
    #[error("Conflict: terminated by setWebhook request")]
    WebhookCame,
    #[error(
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )]
    WebhookActive,
    #[error("Request Entity Too Large")]
    TooLarge,
    #[error("Too Many Requests: retry after {retry_after_s}")]
    TooManyRequests { retry_after_s: i64 },
    /// A server error made on purpose.
    #[error("{text}")]
    Server { status: u16, text: &'static str },
}

impl Refusal {
    /// A 400. As the server does, a capital letter is lowered unless it begins a constant.
    pub fn bad(words: impl Into<String>) -> Self {
        let words = words.into();
        let mut chars = words.chars();
        let lowered = match (chars.next(), chars.next()) {
            (Some(first), Some(second)) if second != '_' && !second.is_ascii_uppercase() => {
                format!("{}{}", first.to_ascii_lowercase(), &words[first.len_utf8()..])
            }
            _ => words,
        };
        Refusal::BadRequest(lowered)
    }

    /// A 400 whose words must stay as they are.
    pub fn exact(words: &str) -> Self {
        Refusal::BadRequest(words.to_string())
    }

    /// The HTTP status, which equals `error_code`.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::BadRequest(_) => 400,
            Refusal::Forbidden(_) => 403,
            Refusal::Unauthorized | Refusal::InvalidToken => 401,
            Refusal::NotFound | Refusal::MethodNotFound => 404,
            Refusal::OtherPoll | Refusal::WebhookCame | Refusal::WebhookActive => 409,
            Refusal::TooLarge => 413,
            Refusal::TooManyRequests { .. } => 429,
            Refusal::Server { status, .. } => *status,
        }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.status();
        let mut body = json!({"ok": false, "error_code": status, "description": refusal.to_string()});
        let mut retry_after = None;
        if let Refusal::TooManyRequests { retry_after_s } = refusal {
            body["parameters"] = json!({"retry_after": retry_after_s});
            retry_after = Some(retry_after_s);
        }
        Reply { status, body, retry_after_s: retry_after }
    }
}
