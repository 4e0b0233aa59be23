//! What a failed call proves: whether the message may have been sent, and who is affected.

use serde::Serialize;

/// Waited when a 429 does not say how long.
const RETRY_AFTER_S_DEFAULT: i64 = 5;

/// Why a call failed. Only [`SendError::NotSent`], [`SendError::NotTelegram`] and [`SendError::RetryAfter`] prove that
/// the same call may be made again without doing it twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum SendError {
    /// No connection was made (name, TCP, TLS): nothing reached Telegram.
    #[error("no connection to the Bot API: {reason}")]
    NotSent { reason: String },
    /// A redirect or a 4xx without Telegram's words: something in between refused, so Telegram was not reached. It says
    /// nothing about a person, the token or the message.
    #[error(
        "the Bot API's address answered HTTP {status}, and not in Telegram's words: a proxy or gateway in between \
         refused, and nothing was sent"
    )]
    NotTelegram {
        status: u16,
        /// From the header, where there is one.
        wait_s: Option<i64>,
    },
    /// 429: nothing was done. The limit may be the chat's or the bot's: it is not told whose.
    #[error("Telegram asks to wait {seconds} s")]
    RetryAfter { seconds: i64 },
    /// This person cannot be written to; others can.
    #[error("{reason}")]
    Unreachable { why: Barrier, reason: String },
    /// 400 or 413 about the content: it fails for everyone, so stop the campaign.
    #[error("{description}")]
    BadContent { description: String },
    /// The id of a file is not, or no longer, good: upload it again. Nothing was sent.
    #[error("{description}")]
    FileUnknown { description: String },
    /// Any other 4xx: final, for this call alone.
    #[error("{description} ({code})")]
    Refused { code: u16, description: String },
    /// 401, or an address where no bot of that token lives: stop the bot and tell its owner.
    #[error("the bot's token is not accepted: {description}")]
    Unauthorized { description: String },
    /// 409 to polling: a webhook is set.
    #[error("{description}")]
    WebhookActive { description: String },
    /// 409: another program polls with this token.
    #[error("{description}")]
    Conflict { description: String },
    /// 5xx, or a time-out, reset or unreadable answer after the request may have been written.
    #[error("not known whether it was done: {reason}")]
    Unknown { reason: String },
}

/// Why a person cannot be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// They blocked the bot.
    Blocked,
    /// Their account is gone.
    Deactivated,
    /// Telegram knows no such chat for this bot.
    NotFound,
    /// They never started the bot, and a bot cannot begin.
    NotStarted,
    /// It is a bot.
    Bot,
    /// Refused for another reason that lies with the person or the chat.
    Refused,
}

impl SendError {
    /// What a refusal in Telegram's own words proves, however it came.
    pub fn told(error_code: u16, description: &str, retry_after_s: Option<i64>) -> Self {
        Refusal { code: error_code, description, retry_after_s, retry_after_header_s: None }.classify()
    }

    /// The topic that the message was meant for is gone; the chat is there, and nothing was sent.
    pub fn is_topic_gone(&self) -> bool {
        const WORDS: [&str; 3] = ["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"];
        matches!(self, Self::Refused { code: 400, description }
            if WORDS.iter().any(|words| contains(description, words)))
    }

    /// The same call may be made again: nothing was done.
    pub fn is_proof_of_nothing(&self) -> bool {
        matches!(self, Self::NotSent { .. } | Self::NotTelegram { .. } | Self::RetryAfter { .. })
    }
}

/// Content faults, as Telegram words them. Codes in capitals come from its inner servers.
const CONTENT_FAULTS: [&str; 25] = [
    "message text is empty",
    "message is too long",
    "MESSAGE_TOO_LONG",
    "message caption is too long",
    "MEDIA_CAPTION_TOO_LONG",
    "can't parse entities",
    "BUTTON_DATA_INVALID",
    "BUTTON_URL_INVALID",
    "BUTTON_TYPE_INVALID",
    "REPLY_MARKUP_TOO_LONG",
    "reply markup is too long",
    "Text buttons are unallowed in the inline keyboard",
    "wrong HTTP URL specified",
    "failed to get HTTP URL content",
    "wrong type of the web page content",
    "can't upload file by URL",
    "IMAGE_PROCESS_FAILED",
    "PHOTO_INVALID_DIMENSIONS",
    "is too big for a photo",
    "can't use file of type",
    "file must be non-empty",
    "object expected as reply markup",
    "inline keyboard button URL",
    "can't parse inline keyboard button",
    "ENTITY_BOUNDS_INVALID",
];

/// What Telegram says of a `file_id` that it does not know.
const FILE_FAULTS: [&str; 5] = [
    "wrong file identifier",
    "wrong remote file identifier",
    "wrong file_id",
    "FILE_REFERENCE_",
    "FILE_ID_INVALID",
];

/// What Telegram says of people who cannot be written to, as 400 or 403: the Bot API's sentences, and the names that
/// its inner servers give the same. The first that fits counts.
const BARRIERS: [(&str, Barrier); 26] = [
    ("bot was blocked by the user", Barrier::Blocked),
    ("USER_IS_BLOCKED", Barrier::Blocked),
    ("user is deactivated", Barrier::Deactivated),
    // INPUT_USER_DEACTIVATED and USER_DEACTIVATED_BAN too.
    ("USER_DEACTIVATED", Barrier::Deactivated),
    ("can't initiate conversation", Barrier::NotStarted),
    ("PEER_ID_INVALID", Barrier::NotStarted),
    ("can't send messages to the bot", Barrier::Bot),
    ("can't send messages to bots", Barrier::Bot),
    ("USER_IS_BOT", Barrier::Bot),
    ("USER_BOT_INVALID", Barrier::Bot),
    ("chat not found", Barrier::NotFound),
    ("user not found", Barrier::NotFound),
    ("USER_ID_INVALID", Barrier::NotFound),
    ("CHAT_ID_INVALID", Barrier::NotFound),
    ("chat_id is empty", Barrier::NotFound),
    ("group chat was upgraded to a supergroup chat", Barrier::NotFound),
    ("group chat was deleted", Barrier::NotFound),
    ("CHAT_WRITE_FORBIDDEN", Barrier::Refused),
    ("CHAT_RESTRICTED", Barrier::Refused),
    ("CHAT_SEND_", Barrier::Refused),
    ("have no rights to send a message", Barrier::Refused),
    ("USER_PRIVACY_RESTRICTED", Barrier::Refused),
    ("YOU_BLOCKED_USER", Barrier::Refused),
    ("PRIVACY_PREMIUM_REQUIRED", Barrier::Refused),
    ("ALLOW_PAYMENT_REQUIRED", Barrier::Refused),
    ("bot was kicked", Barrier::Refused),
];

fn contains(description: &str, part: &str) -> bool {
    description.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

/// An answer that says no.
#[derive(Debug)]
pub(crate) struct Refusal<'a> {
    /// The `error_code`.
    pub(crate) code: u16,
    pub(crate) description: &'a str,
    /// From `parameters`.
    pub(crate) retry_after_s: Option<i64>,
    /// From the header.
    pub(crate) retry_after_header_s: Option<i64>,
}

impl Refusal<'_> {
    /// What Telegram's own words prove.
    pub(crate) fn classify(&self) -> SendError {
        let description = self.description.to_owned();
        let known = |parts: &[&str]| parts.iter().any(|part| contains(&description, part));
        let barrier = BARRIERS.iter().find(|(part, _)| contains(&description, part)).map(|(_, why)| *why);
        match (self.code, barrier) {
            (429, _) => {
                let told = self.retry_after_s.or(self.retry_after_header_s).or_else(|| wait_in(&description));
                SendError::RetryAfter { seconds: told.unwrap_or(RETRY_AFTER_S_DEFAULT).max(1) }
            }
            (400 | 403, Some(why)) => SendError::Unreachable { why, reason: description },
            // A refusal in words that are not known yet: it is the person's, and no block.
            (403, None) => SendError::Unreachable { why: Barrier::Refused, reason: description },
            (400, None) if known(&FILE_FAULTS) => SendError::FileUnknown { description },
            (400, None) if known(&CONTENT_FAULTS) => SendError::BadContent { description },
            // The bot was moved to another Bot API server: no call of it will be taken here.
            (400, None) if known(&["logged out"]) => SendError::Unauthorized { description },
            (413, _) => SendError::BadContent { description },
            (401, _) => SendError::Unauthorized { description },
            // A token of the wrong form makes a path that is not there; a method that is not is told in more words.
            (404, _) if description.trim().eq_ignore_ascii_case("not found") => {
                SendError::Unauthorized { description }
            }
            (409, _) if known(&["webhook is active"]) => SendError::WebhookActive { description },
            (409, _) => SendError::Conflict { description },
            (code @ 400..=499, _) => SendError::Refused { code, description },
            (code, _) => SendError::Unknown { reason: format!("{description} ({code})") },
        }
    }
}

/// What an answer proves that holds no words of Telegram: some machine in between gave it.
///
/// A redirect is not followed, and whoever refuses passes nothing on, so nothing was sent. A 5xx may come after the call
/// was passed on, and so may a 408: of it and of 499 the machine says that it waited for somebody in vain, not for whom.
pub(crate) fn not_telegram(status: u16, wait_s: Option<i64>) -> SendError {
    match status {
        408 | 499 => SendError::Unknown { reason: format!("no answer of a Bot API ({status})") },
        300..=499 => SendError::NotTelegram { status, wait_s },
        _ => SendError::Unknown { reason: format!("no answer of a Bot API ({status})") },
    }
}

/// `Too Many Requests: retry after 35`
fn wait_in(description: &str) -> Option<i64> {
    description.rsplit_once("retry after ")?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, description: &str) -> Refusal<'_> {
        Refusal { code, description, retry_after_s: None, retry_after_header_s: None }
    }

    fn class(code: u16, description: &str) -> &'static str {
        match refusal(code, description).classify() {
            SendError::NotSent { .. } => "not_sent",
            SendError::NotTelegram { .. } => "not_telegram",
            SendError::RetryAfter { .. } => "retry_after",
            SendError::Unreachable { why: Barrier::Blocked, .. } => "blocked",
            SendError::Unreachable { why: Barrier::Deactivated, .. } => "deactivated",
            SendError::Unreachable { why: Barrier::NotFound, .. } => "not_found",
            SendError::Unreachable { why: Barrier::NotStarted, .. } => "not_started",
            SendError::Unreachable { why: Barrier::Bot, .. } => "bot",
            SendError::Unreachable { why: Barrier::Refused, .. } => "write_refused",
            SendError::BadContent { .. } => "bad_content",
            SendError::FileUnknown { .. } => "file_unknown",
            SendError::Refused { .. } => "refused",
            SendError::Unauthorized { .. } => "unauthorized",
            SendError::WebhookActive { .. } => "webhook_active",
            SendError::Conflict { .. } => "conflict",
            SendError::Unknown { .. } => "unknown",
        }
    }

    /// Every sentence that the project knows of Telegram, word for word.
    #[test]
    fn telegram_s_sentences() {
        for (code, description, expected) in [
            (403, "Forbidden: bot was blocked by the user", "blocked"),
            (403, "Forbidden: user is deactivated", "deactivated"),
            (403, "Forbidden: bot can't initiate conversation with a user", "not_started"),
            (403, "Forbidden: the bot can't send messages to the bot", "bot"),
            (403, "Forbidden: bot can't send messages to bots", "bot"),
            (403, "Forbidden: bot was kicked from the group chat", "write_refused"),
            (403, "Forbidden: a reason of next year", "write_refused"),
            (400, "Bad Request: chat not found", "not_found"),
            (400, "Bad Request: user not found", "not_found"),
            (400, "Bad Request: USER_ID_INVALID", "not_found"),
            (400, "Bad Request: PEER_ID_INVALID", "not_started"),
            (400, "Bad Request: USER_IS_BLOCKED", "blocked"),
            (403, "Forbidden: USER_IS_BLOCKED", "blocked"),
            (400, "Bad Request: INPUT_USER_DEACTIVATED", "deactivated"),
            (403, "Forbidden: INPUT_USER_DEACTIVATED", "deactivated"),
            (400, "Bad Request: USER_DEACTIVATED_BAN", "deactivated"),
            (400, "Bad Request: USER_IS_BOT", "bot"),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "write_refused"),
            (403, "Forbidden: CHAT_WRITE_FORBIDDEN", "write_refused"),
            (400, "Bad Request: have no rights to send a message", "write_refused"),
            (403, "Forbidden: USER_PRIVACY_RESTRICTED", "write_refused"),
            (400, "Bad Request: group chat was upgraded to a supergroup chat", "not_found"),
            (400, "Bad Request: message text is empty", "bad_content"),
            (400, "Bad Request: message is too long", "bad_content"),
            (400, "Bad Request: message caption is too long", "bad_content"),
            (400, "Bad Request: can't parse entities: Unclosed start tag at byte offset 5", "bad_content"),
            (400, "Bad Request: BUTTON_DATA_INVALID", "bad_content"),
            (400, "Bad Request: BUTTON_URL_INVALID", "bad_content"),
            (400, "Bad Request: Text buttons are unallowed in the inline keyboard", "bad_content"),
            (400, "Bad Request: wrong file identifier/HTTP URL specified", "file_unknown"),
            (400, "Bad Request: wrong remote file identifier specified: Wrong string length", "file_unknown"),
            (400, "Bad Request: FILE_REFERENCE_EXPIRED", "file_unknown"),
            (400, "Bad Request: reply markup is too long", "bad_content"),
            (400, "Bad Request: wrong HTTP URL specified", "bad_content"),
            (400, "Logged out", "unauthorized"),
            (400, "Bad Request: failed to get HTTP URL content", "bad_content"),
            (400, "Bad Request: wrong type of the web page content", "bad_content"),
            (400, "Bad Request: object expected as reply markup", "bad_content"),
            (400, "Bad Request: message to edit not found", "refused"),
            (400, "Bad Request: message to delete not found", "refused"),
            (400, "Bad Request: message can't be deleted", "refused"),
            (
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                "refused",
            ),
            (401, "Unauthorized", "unauthorized"),
            (401, "Unauthorized: invalid token specified", "unauthorized"),
            (404, "Not Found", "unauthorized"),
            (404, "Not Found: method not found", "refused"),
            (
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                "conflict",
            ),
            (
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                 webhook first",
                "webhook_active",
            ),
            (413, "Request Entity Too Large", "bad_content"),
            (429, "Too Many Requests: retry after 35", "retry_after"),
            (500, "Internal Server Error: restart", "unknown"),
            (502, "Bad Gateway", "unknown"),
            (504, "Gateway Timeout", "unknown"),
        ] {
            assert_eq!(class(code, description), expected, "{code} {description}");
        }
    }

    #[test]
    fn a_wait_is_read_wherever_it_is_told() {
        let told = |body, header, description: &'static str| {
            let refusal =
                Refusal { code: 429, description, retry_after_s: body, retry_after_header_s: header };
            match refusal.classify() {
                SendError::RetryAfter { seconds } => seconds,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(Some(10_072), Some(3), ""), 10_072);
        assert_eq!(told(None, Some(3), ""), 3);
        assert_eq!(told(None, None, "Too Many Requests: retry after 35"), 35);
        assert_eq!(told(None, None, ""), RETRY_AFTER_S_DEFAULT);
    }

    /// Whatever a machine in between says, nothing is concluded of a person, a token or a message.
    #[test]
    fn a_gateway_s_refusal_proves_only_that_nothing_was_sent() {
        for status in [301, 302, 400, 401, 403, 404, 407, 409, 413, 429] {
            let answer = not_telegram(status, None);
            assert_eq!(answer, SendError::NotTelegram { status, wait_s: None });
            assert!(answer.is_proof_of_nothing());
        }
        for status in [100, 408, 499, 500, 502, 503, 504] {
            assert!(matches!(not_telegram(status, None), SendError::Unknown { .. }), "{status}");
        }
    }
}
