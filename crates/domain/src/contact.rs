//! A contact: a person who met a bot in a private chat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What Telegram and links tell about a person. Absent where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// IETF tag as Telegram gives it, such as `zh-hans` or `pt-br`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub premium: bool,
    /// Two letters, from a link visit's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(value: &bool) -> bool {
    !value
}

/// Where a person came from, by name: `link`, `channel`, `utm_source`, `utm_medium`, `utm_campaign`, …
/// The first source is kept for ever.
pub type Source = BTreeMap<String, String>;

/// The names that a [`Source`] may carry.
pub const SOURCE_FIELDS: [&str; 8] =
    ["link", "channel", "payload", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

/// A value of a contact's attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    Bool(bool),
    Number(f64),
    Text(String),
}

/// Attributes by key.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// Why a contact can or cannot be written to. Several may hold at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reachability {
    /// Blocked the bot: nothing can be sent.
    pub blocked: bool,
    /// The account is gone: nothing can be sent.
    pub deactivated: bool,
    /// Wants no bulk messages; answers to what the person writes still go out.
    pub opted_out: bool,
}

impl Reachability {
    /// May be sent bulk messages.
    pub fn reachable(self) -> bool {
        !self.blocked && !self.deactivated && !self.opted_out
    }

    /// Can be sent an answer to what the person wrote.
    pub fn answerable(self) -> bool {
        !self.blocked && !self.deactivated
    }

    /// Why a person gets no bulk messages: `deactivated`, `blocked` or `opted_out`. Where several hold, the one that
    /// is hardest to undo.
    pub fn unreachable_reason(self) -> Option<&'static str> {
        if self.deactivated {
            Some("deactivated")
        } else if self.blocked {
            Some("blocked")
        } else if self.opted_out {
            Some("opted_out")
        } else {
            None
        }
    }
}
