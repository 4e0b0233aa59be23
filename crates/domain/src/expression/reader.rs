//! Strict reading of JSON objects, with every fault collected under its path.

use serde_json::{Map, Value};

use super::moment::{Duration, Moment};
use crate::field_error::{FieldError, pointer_segment};
use crate::limits::{ATTRIBUTE_VALUE_CHARS_MAX, EXPRESSION_LIST_MAX, FIELD_ERRORS_MAX};
use crate::named::Named;

/// Collects faults; past the limit they are counted but not kept.
#[derive(Default)]
pub(super) struct Reader {
    errors: Vec<FieldError>,
    failures: usize,
    /// Nodes read so far.
    pub(super) nodes: usize,
}

impl Reader {
    pub(super) fn fail(&mut self, path: &str, code: &'static str, message: impl Into<String>) {
        self.failures += 1;
        if self.errors.len() < FIELD_ERRORS_MAX {
            self.errors.push(FieldError { path: path.to_owned(), code, message: message.into() });
        }
    }

    /// What was read, unless anything was wrong.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, Vec<FieldError>> {
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(self.errors),
        }
    }

    pub(super) fn object<'v>(&mut self, value: &'v Value, path: &str) -> Option<&'v Map<String, Value>> {
        let map = value.as_object();
        if map.is_none() {
            self.fail(path, "not_an_object", "must be an object");
        }
        map
    }

    /// An object in which only these keys may stand.
    pub(super) fn fields<'r, 'v>(
        &'r mut self,
        value: &'v Value,
        path: &str,
        allowed: &[&str],
    ) -> Option<Fields<'r, 'v>> {
        let map = self.object(value, path)?;
        let failures_before = self.failures;
        for key in map.keys().filter(|key| !allowed.contains(&key.as_str())) {
            let path = format!("{path}/{}", pointer_segment(key));
            self.fail(&path, "unknown_key", format!("is not known here; known are {}", allowed.join(", ")));
        }
        Some(Fields { reader: self, map, path: path.to_owned(), failures_before })
    }

    /// A list with at least one and not too many entries.
    pub(super) fn list<'v>(&mut self, value: &'v Value, path: &str) -> Option<&'v [Value]> {
        let Some(list) = value.as_array() else {
            self.fail(path, "not_a_list", "must be a list");
            return None;
        };
        if list.is_empty() {
            self.fail(path, "empty_list", "must name at least one");
            return None;
        }
        if list.len() > EXPRESSION_LIST_MAX {
            self.fail(path, "too_many", format!("must have at most {EXPRESSION_LIST_MAX} entries"));
            return None;
        }
        Some(list)
    }

    pub(super) fn text(&mut self, value: &Value, path: &str) -> Option<String> {
        let Some(text) = value.as_str() else {
            self.fail(path, "not_a_text", "must be a text");
            return None;
        };
        if text.is_empty() {
            self.fail(path, "empty_text", "must not be empty");
            return None;
        }
        if text.chars().count() > ATTRIBUTE_VALUE_CHARS_MAX {
            self.fail(path, "too_long", format!("must have at most {ATTRIBUTE_VALUE_CHARS_MAX} characters"));
            return None;
        }
        Some(text.to_owned())
    }

    /// One of these names.
    pub(super) fn named<T: Named>(&mut self, value: &Value, path: &str) -> Option<T> {
        let text = self.text(value, path)?;
        let found = T::from_name(&text);
        if found.is_none() {
            let known: Vec<&str> = T::names().collect();
            self.fail(path, "unknown_value", format!("must be one of {}", known.join(", ")));
        }
        found
    }

    pub(super) fn texts(&mut self, value: &Value, path: &str) -> Option<Vec<String>> {
        let list = self.list(value, path)?;
        let read: Vec<String> = list
            .iter()
            .enumerate()
            .filter_map(|(place, entry)| self.text(entry, &format!("{path}/{place}")))
            .collect();
        (read.len() == list.len()).then_some(read)
    }
}

/// One object while it is read. A getter gives none for an absent or faulty field; [`Fields::done`] then gives
/// none for the whole.
pub(super) struct Fields<'r, 'v> {
    reader: &'r mut Reader,
    map: &'v Map<String, Value>,
    path: String,
    failures_before: usize,
}

impl<'v> Fields<'_, 'v> {
    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub(super) fn value(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key)
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        format!("{}/{key}", self.path)
    }

    /// A fault of one field.
    pub(super) fn fail(&mut self, key: &str, code: &'static str, message: impl Into<String>) {
        self.reader.fail(&self.path_of(key), code, message);
    }

    /// A fault of the object as a whole. Not told beside another fault of it: a misspelt key is one mistake.
    pub(super) fn fail_whole(&mut self, code: &'static str, message: impl Into<String>) {
        if self.reader.failures == self.failures_before {
            self.reader.fail(&self.path, code, message);
        }
    }

    /// Notes that a key is missing.
    pub(super) fn require(&mut self, key: &str) {
        if !self.has(key) {
            self.fail_whole("missing_key", format!("must have the key \"{key}\""));
        }
    }

    /// The one key of these that is there; none or several is a fault.
    pub(super) fn one_of(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        let found: Vec<&'static str> = keys.iter().copied().filter(|key| self.has(key)).collect();
        if let [key] = found[..] {
            return Some(key);
        }
        self.fail_whole("one_of", format!("must have exactly one of the keys {}", keys.join(", ")));
        None
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let path = self.path_of(key);
        self.map.get(key).and_then(|value| self.reader.text(value, &path))
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let path = self.path_of(key);
        self.map.get(key).and_then(|value| self.reader.texts(value, &path))
    }

    /// A list under a key, for the caller to read.
    pub(super) fn list(&mut self, key: &str) -> Option<&'v [Value]> {
        let path = self.path_of(key);
        self.map.get(key).and_then(|value| self.reader.list(value, &path))
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.map.get(key)?;
        if !value.is_boolean() {
            self.fail(key, "not_a_boolean", "must be true or false");
        }
        value.as_bool()
    }

    /// A whole number between two bounds, both included.
    pub(super) fn whole(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.map.get(key)?;
        let number = value.as_i64().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.fail(key, "bad_number", format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// One of these names.
    pub(super) fn named<T: Named>(&mut self, key: &str) -> Option<T> {
        let names: Vec<&str> = T::names().collect();
        self.one_name(key, &names).and_then(T::from_name)
    }

    pub(super) fn one_name<'n>(&mut self, key: &str, names: &[&'n str]) -> Option<&'n str> {
        let text = self.text(key)?;
        let found = names.iter().find(|name| **name == text);
        if found.is_none() {
            self.fail(key, "unknown_value", format!("must be one of {}", names.join(", ")));
        }
        found.copied()
    }

    pub(super) fn duration(&mut self, key: &str) -> Option<Duration> {
        let text = self.text(key)?;
        let read = Duration::parse(&text);
        if let Err(message) = read {
            self.fail(key, "bad_duration", message);
        }
        read.ok()
    }

    pub(super) fn moment(&mut self, key: &str) -> Option<Moment> {
        let text = self.text(key)?;
        let read = Moment::parse(&text);
        if let Err(message) = read {
            self.fail(key, "bad_time", message);
        }
        read.ok()
    }

    /// The whole, unless a field was faulty.
    pub(super) fn done<T>(self, read: T) -> Option<T> {
        (self.reader.failures == self.failures_before).then_some(read)
    }
}
