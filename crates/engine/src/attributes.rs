//! What an attribute may be: its key, its value, and how many a person may have.

use std::collections::BTreeMap;

use domain::cells::Kind;
use domain::contact::{AttributeValue, Attributes};
use domain::event::EventBody;
use domain::field_error::pointer_segment;
use domain::ids::WorkspaceId;
use domain::limits::{ATTRIBUTE_KEY_CHARS_MAX, ATTRIBUTE_VALUE_CHARS_MAX, ATTRIBUTES_MAX};
use domain::naming::{is_blank, name_key};
use domain::time::Millis;
use store::contacts::Contact;
use store::{ReadTx, contacts, tags};

use crate::Result;
use crate::journal::Journal;

/// A change of attributes: a value sets a key, `None` removes it.
pub type AttributeChanges = BTreeMap<String, Option<AttributeValue>>;

/// Why something is no attribute: a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

fn refusal(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into() }
}

/// How a key is spelled among those that are known: as it is asked for, or else as the first that is the same in the
/// normal form.
pub fn known_spelling<T>(known: &BTreeMap<String, T>, key: &str) -> Option<String> {
    if known.contains_key(key) {
        return Some(key.to_owned());
    }
    let wanted = name_key(key);
    known.keys().find(|known| name_key(known) == wanted).cloned()
}

/// Checks a key.
///
/// # Errors
/// It is empty, too long, or has blanks at its ends or control characters.
pub fn check_key(key: &str) -> std::result::Result<(), Refusal> {
    if is_blank(key) || key.trim() != key {
        return Err(refusal("invalid_key", "a key must not be empty nor begin or end with a blank"));
    }
    if key.chars().count() > ATTRIBUTE_KEY_CHARS_MAX {
        let message = format!("a key must have at most {ATTRIBUTE_KEY_CHARS_MAX} characters");
        return Err(refusal("too_long", message));
    }
    if key.chars().any(char::is_control) {
        return Err(refusal("bad_character", "a key must not hold control characters"));
    }
    Ok(())
}

/// Checks a value.
///
/// # Errors
/// A text is too long or holds control characters other than line breaks and tabs; a number is not finite.
pub fn check_value(value: &AttributeValue) -> std::result::Result<(), Refusal> {
    match value {
        AttributeValue::Bool(_) => Ok(()),
        AttributeValue::Number(number) if number.is_finite() => Ok(()),
        AttributeValue::Number(_) => Err(refusal("bad_number", "must be a finite number")),
        AttributeValue::Text(text) if text.chars().count() > ATTRIBUTE_VALUE_CHARS_MAX => {
            Err(refusal("too_long", format!("must have at most {ATTRIBUTE_VALUE_CHARS_MAX} characters")))
        }
        AttributeValue::Text(text) if text.chars().any(|c| c.is_control() && !"\n\t".contains(c)) => {
            Err(refusal("bad_character", "must not hold control characters"))
        }
        AttributeValue::Text(_) => Ok(()),
    }
}

/// A value as one of its attribute's kind. A key that is new takes the kind of its first value; one whose values are
/// of mixed kinds takes any.
///
/// # Errors
/// The value cannot be read as one of the kind; the database failed.
fn fitted(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    key: &str,
    value: AttributeValue,
    path: &str,
) -> Result<AttributeValue> {
    let Some(Some(kind)) = tags::attribute_kind(tx, workspace, key)? else { return Ok(value) };
    kind.take(value).map_err(|reason| {
        let at = if path.is_empty() { String::new() } else { format!("{path}/{}", pointer_segment(key)) };
        let holds = kind.plural();
        crate::EngineError::field(
            at,
            "wrong_kind",
            format!("{reason}; the attribute \"{key}\" holds {holds}"),
        )
    })
}

/// Applies checked changes to a person: the row, the known keys and the event together. What stands so already
/// is no change; without any change there is no event. Returns whether there was one.
///
/// # Errors
/// [`crate::EngineError::Invalid`] under `path` when the person would have too many, or a value is not of its
/// attribute's kind; the database failed.
pub fn apply(
    journal: &mut Journal<'_>,
    workspace: WorkspaceId,
    contact: &mut Contact,
    changes: AttributeChanges,
    path: &str,
    now: Millis,
) -> Result<bool> {
    let mut news = AttributeChanges::new();
    for (key, value) in changes {
        let key = tags::attribute_spelling(journal.tx(), workspace, &key)?;
        let value = value.map(|value| fitted(journal.tx(), workspace, &key, value, path)).transpose()?;
        if contact.attributes.get(&key) != value.as_ref() {
            news.insert(key, value);
        }
    }
    let changes = news;
    if changes.is_empty() {
        return Ok(false);
    }
    for (key, value) in &changes {
        match value {
            Some(value) => contact.attributes.insert(key.clone(), value.clone()),
            None => contact.attributes.remove(key),
        };
    }
    check_count(&contact.attributes, path)?;
    for (key, value) in &changes {
        if let Some(value) = value {
            tags::know_attribute(journal.tx(), workspace, key, Kind::of(value))?;
        }
    }
    contacts::set_attributes(journal.tx(), journal.bot(), contact.number, &contact.attributes)?;
    journal.record(Some(contact.number), now, EventBody::AttributesSet { set: changes })?;
    Ok(true)
}

/// Checks how many attributes a person has.
///
/// # Errors
/// [`crate::EngineError::Invalid`] under `path`: too many.
pub fn check_count(attributes: &Attributes, path: &str) -> Result<()> {
    if attributes.len() > ATTRIBUTES_MAX {
        let message = format!("a person can have at most {ATTRIBUTES_MAX} attributes");
        return Err(crate::EngineError::field(path, "too_many", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_beyond_their_bounds_are_refused() {
        assert!(check_key(&"k".repeat(ATTRIBUTE_KEY_CHARS_MAX)).is_ok());
        for key in [
            "",
            "\u{200b}",
            "\u{feff}\u{fe0f}",
            " plan",
            "pl\u{7}an",
            &"k".repeat(ATTRIBUTE_KEY_CHARS_MAX + 1),
        ] {
            assert!(check_key(key).is_err(), "{key:?}");
        }
        let long = AttributeValue::Text("值".repeat(ATTRIBUTE_VALUE_CHARS_MAX + 1));
        assert_eq!(check_value(&long).unwrap_err().code, "too_long");
        assert_eq!(check_value(&AttributeValue::Number(f64::NAN)).unwrap_err().code, "bad_number");
        assert!(check_value(&AttributeValue::Text("two\nlines".into())).is_ok());
    }
}
