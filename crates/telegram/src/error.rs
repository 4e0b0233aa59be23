//! What a failed call proves: whether the message may have been sent, and who is affected.

use serde::Serialize;

/// Waited when a 429 does not say how long.
const RETRY_AFTER_S_DEFAULT: i64 = 5;

/// Why a call failed. Only [`SendError::NotSent`] and [`SendError::RetryAfter`] prove that the same call may be made
/// again without doing it twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum SendError {
    /// No connection was made (name, TCP, TLS): nothing reached Telegram.
    #[error("no connection to the Bot API: {reason}")]
    NotSent { reason: String },
    /// 429: nothing was done; no call of this bot before so many seconds have passed.
    #[error("Telegram asks to wait {seconds} s")]
    RetryAfter { seconds: i64 },
    /// 403: this person cannot be written to, mostly because they blocked the bot.
    #[error("{reason}")]
    Blocked { reason: String },
    /// 403: the person's account is gone.
    #[error("{reason}")]
    Deactivated { reason: String },
    /// 400: Telegram knows no such chat for this bot.
    #[error("{reason}")]
    ChatNotFound { reason: String },
    /// 400 or 413 about the content: it fails for everyone, so stop the campaign.
    #[error("{description}")]
    BadContent { description: String },
    /// Any other 4xx: final, for this call alone.
    #[error("{description} ({code})")]
    Refused { code: u16, description: String },
    /// 401, or an address where no bot of that token lives: stop the bot and tell its owner.
    #[error("the bot's token is not accepted: {description}")]
    Unauthorized { description: String },
    /// 409: a webhook is set, or another program polls with this token.
    #[error("{description}")]
    Conflict { description: String },
    /// 5xx, or a time-out, reset or unreadable answer after the request may have been written.
    #[error("not known whether it was done: {reason}")]
    Unknown { reason: String },
}

impl SendError {
    /// The same call may be made again: nothing was done.
    pub fn is_proof_of_nothing(&self) -> bool {
        matches!(self, Self::NotSent { .. } | Self::RetryAfter { .. })
    }

    /// The person cannot be reached; another person can.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Blocked { .. } | Self::Deactivated { .. } | Self::ChatNotFound { .. })
    }

    /// An edit that would have changed nothing: as good as done.
    pub fn is_not_modified(&self) -> bool {
        matches!(self, Self::Refused { description, .. } if contains(description, "message is not modified"))
    }
}

/// Content faults, as Telegram words them. Codes in capitals come from its inner servers.
const CONTENT_FAULTS: [&str; 22] = [
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
    "Text buttons are unallowed in the inline keyboard",
    "wrong file identifier/HTTP URL specified",
    "failed to get HTTP URL content",
    "wrong type of the web page content",
    "IMAGE_PROCESS_FAILED",
    "PHOTO_INVALID_DIMENSIONS",
    "is too big for a photo",
    "can't use file of type",
    "file must be non-empty",
    "object expected as reply markup",
    "inline keyboard button URL",
    "can't parse inline keyboard button",
];

const CONTACT_FAULTS: [&str; 3] =
    ["chat not found", "PEER_ID_INVALID", "group chat was upgraded to a supergroup chat"];

fn contains(description: &str, part: &str) -> bool {
    description.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

/// An answer that says no.
#[derive(Debug, Default)]
pub(crate) struct Refusal<'a> {
    /// The `error_code`, or the HTTP status where the body does not tell.
    pub(crate) code: u16,
    /// `None` where the body is no answer of a Bot API: some machine between answered.
    pub(crate) description: Option<&'a str>,
    /// From `parameters`.
    pub(crate) retry_after_s: Option<i64>,
    /// From the header.
    pub(crate) retry_after_header_s: Option<i64>,
}

impl Refusal<'_> {
    pub(crate) fn classify(&self) -> SendError {
        let description = self.description.unwrap_or("no answer of a Bot API").to_owned();
        let known = |parts: &[&str]| parts.iter().any(|part| contains(&description, part));
        match self.code {
            429 => {
                let told = self.retry_after_s.or(self.retry_after_header_s).or_else(|| wait_in(&description));
                SendError::RetryAfter { seconds: told.unwrap_or(RETRY_AFTER_S_DEFAULT).max(1) }
            }
            400 if known(&CONTACT_FAULTS) => SendError::ChatNotFound { reason: description },
            400 if known(&CONTENT_FAULTS) => SendError::BadContent { description },
            413 => SendError::BadContent { description },
            401 => SendError::Unauthorized { description },
            // A path that is not there: a token of the wrong form, or a server that is no Bot API.
            404 if !contains(&description, "method not found") => SendError::Unauthorized { description },
            300..=399 => SendError::Unauthorized { description },
            // Without Telegram's words it is not about the person: a gateway's 403 must not mark them blocked.
            403 if self.description.is_none() => SendError::Refused { code: 403, description },
            403 if known(&["user is deactivated"]) => SendError::Deactivated { reason: description },
            403 => SendError::Blocked { reason: description },
            409 => SendError::Conflict { description },
            code @ 400..=499 => SendError::Refused { code, description },
            code => SendError::Unknown { reason: format!("{description} ({code})") },
        }
    }
}

/// `Too Many Requests: retry after 35`
fn wait_in(description: &str) -> Option<i64> {
    description.rsplit_once("retry after ")?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: u16, description: &str) -> &'static str {
        let refusal = Refusal { code, description: Some(description), ..Refusal::default() };
        match refusal.classify() {
            SendError::NotSent { .. } => "not_sent",
            SendError::RetryAfter { .. } => "retry_after",
            SendError::Blocked { .. } => "blocked",
            SendError::Deactivated { .. } => "deactivated",
            SendError::ChatNotFound { .. } => "chat_not_found",
            SendError::BadContent { .. } => "bad_content",
            SendError::Refused { .. } => "refused",
            SendError::Unauthorized { .. } => "unauthorized",
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
            (403, "Forbidden: bot can't initiate conversation with a user", "blocked"),
            (403, "Forbidden: the bot can't send messages to the bot", "blocked"),
            (403, "Forbidden: bot was kicked from the group chat", "blocked"),
            (400, "Bad Request: chat not found", "chat_not_found"),
            (400, "Bad Request: PEER_ID_INVALID", "chat_not_found"),
            (400, "Bad Request: group chat was upgraded to a supergroup chat", "chat_not_found"),
            (400, "Bad Request: message text is empty", "bad_content"),
            (400, "Bad Request: message is too long", "bad_content"),
            (400, "Bad Request: message caption is too long", "bad_content"),
            (400, "Bad Request: can't parse entities: Unclosed start tag at byte offset 5", "bad_content"),
            (400, "Bad Request: BUTTON_DATA_INVALID", "bad_content"),
            (400, "Bad Request: BUTTON_URL_INVALID", "bad_content"),
            (400, "Bad Request: Text buttons are unallowed in the inline keyboard", "bad_content"),
            (400, "Bad Request: wrong file identifier/HTTP URL specified", "bad_content"),
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
                "conflict",
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
    fn an_edit_that_changes_nothing_is_known() {
        let description = "Bad Request: message is not modified: specified new message content and reply markup are \
                           exactly the same as a current content and reply markup of the message";
        let refusal = Refusal { code: 400, description: Some(description), ..Refusal::default() };
        assert!(refusal.classify().is_not_modified());
    }

    #[test]
    fn a_wait_is_read_wherever_it_is_told() {
        let told = |body, header, description| {
            let refusal =
                Refusal { code: 429, description, retry_after_s: body, retry_after_header_s: header };
            match refusal.classify() {
                SendError::RetryAfter { seconds } => seconds,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(Some(10_072), Some(3), None), 10_072);
        assert_eq!(told(None, Some(3), None), 3);
        assert_eq!(told(None, None, Some("Too Many Requests: retry after 35")), 35);
        assert_eq!(told(None, None, None), RETRY_AFTER_S_DEFAULT);
    }

    #[test]
    fn a_gateway_s_refusal_is_not_about_the_person() {
        let of = |code| Refusal { code, ..Refusal::default() }.classify();
        assert!(matches!(of(403), SendError::Refused { code: 403, .. }));
        assert!(matches!(of(503), SendError::Unknown { .. }));
        assert!(matches!(of(302), SendError::Unauthorized { .. }));
    }
}
