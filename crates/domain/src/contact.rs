//! A contact: a person who met a bot in a private chat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expression::Unreachable;
use crate::naming::name_key;

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
    /// Two letters, from a visit of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The country is the one of the visitor's network; otherwise it is a guess by the browser's language.
    #[serde(skip_serializing_if = "is_false")]
    pub country_by_network: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
}

impl Profile {
    /// Takes the country that a visit told. A network's is believed rather than a guess by the language; among equals
    /// the first stays.
    pub fn learn_country(&mut self, told: Option<&str>, by_network: bool) {
        let better = self.country.is_none() || (by_network && !self.country_by_network);
        if let Some(told) = told.filter(|_| better) {
            self.country = Some(told.to_owned());
            self.country_by_network = by_network;
        }
    }
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

/// The fields of a [`Source`] that hold codes, which compare to the letter; the others hold names.
const SOURCE_CODES: [&str; 2] = ["link", "payload"];

/// What two values of a source's field are compared by: a name in its normal form, a code as it is.
pub fn source_key(field: &str, value: &str) -> String {
    if SOURCE_CODES.contains(&field) { value.to_owned() } else { name_key(value) }
}

/// The same of a group of a breakdown by source, such as `utm_source=tg`.
pub fn source_group_key(group: &str) -> String {
    match group.split_once('=') {
        Some((field, value)) => format!("{field}={}", source_key(field, value)),
        None => group.to_owned(),
    }
}

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

/// A person's value of an attribute, however the key is spelled: two spellings of one name from before are each found
/// by their own.
pub fn attribute_of<'a>(attributes: &'a Attributes, key: &str) -> Option<&'a AttributeValue> {
    attributes.get(key).or_else(|| {
        let wanted = name_key(key);
        attributes.iter().find(|(known, _)| name_key(known) == wanted).map(|(_, value)| value)
    })
}

/// Why Telegram has no chat in which a person could be written to: neither a block nor a dead account.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum NoChat {
    /// Telegram knows no such person for this bot.
    ChatNotFound,
    /// They never started the bot, and a bot cannot begin.
    NotStarted,
    /// It is a bot.
    IsBot,
    /// Telegram refuses for another reason that lies with the person.
    WriteRefused,
}

/// Why a contact can or cannot be written to. Several may hold at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reachability {
    /// Blocked the bot: nothing can be sent.
    pub blocked: bool,
    /// The account is gone: nothing can be sent.
    pub deactivated: bool,
    /// There is no chat to send to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_chat: Option<NoChat>,
    /// Wants no bulk messages; answers to what the person writes still go out.
    pub opted_out: bool,
}

impl Reachability {
    /// May be sent bulk messages.
    pub fn reachable(self) -> bool {
        self.answerable() && !self.opted_out
    }

    /// Can be sent an answer to what the person wrote.
    pub fn answerable(self) -> bool {
        !self.blocked && !self.deactivated && self.no_chat.is_none()
    }

    /// The same person once they were heard of in their chat: it is there, and they let the bot write. What they want
    /// stays.
    pub fn heard(self) -> Self {
        Self { opted_out: self.opted_out, ..Self::default() }
    }

    /// Why a person gets no bulk messages: the name of the first [`Unreachable`] that holds, of a missing chat that of
    /// its [`NoChat`].
    pub fn unreachable_reason(self) -> Option<&'static str> {
        let reason = Unreachable::of(self)?;
        let no_chat = self.no_chat.filter(|_| reason == Unreachable::NoChat);
        Some(no_chat.map_or_else(|| reason.into_str(), |no_chat| no_chat.into_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::named::Named;

    #[test]
    fn the_country_of_a_network_is_believed_rather_than_a_guess() {
        let mut profile = Profile::default();
        for (told, by_network, expected) in [
            (None, true, None),
            (Some("BR"), false, Some("BR")),
            (Some("PT"), false, Some("BR")),
            (None, true, Some("BR")),
            (Some("DE"), true, Some("DE")),
            (Some("FR"), true, Some("DE")),
            (Some("BR"), false, Some("DE")),
        ] {
            profile.learn_country(told, by_network);
            assert_eq!(profile.country.as_deref(), expected);
        }
        let old: Profile = serde_json::from_str(r#"{"country":"BR"}"#).unwrap();
        assert!(!old.country_by_network, "what was known before was a guess");
    }

    #[test]
    fn of_several_reasons_the_first_in_order_is_named() {
        let all =
            Reachability { blocked: true, deactivated: true, no_chat: Some(NoChat::IsBot), opted_out: true };
        let left = [
            (all, "blocked"),
            (Reachability { blocked: false, ..all }, "deactivated"),
            (Reachability { blocked: false, deactivated: false, ..all }, "is_bot"),
            (Reachability { opted_out: true, ..Reachability::default() }, "opted_out"),
        ];
        for (reach, reason) in left {
            assert_eq!(reach.unreachable_reason(), Some(reason), "as the counts of the first page");
        }
        assert_eq!(Reachability::default().unreachable_reason(), None);
    }

    #[test]
    fn who_is_heard_of_can_be_written_to_and_keeps_what_they_want() {
        for no_chat in NoChat::ALL.iter().copied() {
            let none =
                Reachability { blocked: true, deactivated: true, no_chat: Some(no_chat), opted_out: true };
            assert!(!none.answerable());
            assert_eq!(none.heard(), Reachability { opted_out: true, ..Reachability::default() });
            let silent = Reachability { no_chat: Some(no_chat), ..Reachability::default() };
            assert!(!silent.reachable() && !silent.answerable() && silent.heard().reachable());
            assert_eq!(silent.unreachable_reason(), Some(no_chat.into_str()));
        }
    }
}
