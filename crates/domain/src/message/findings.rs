//! A strict reader of JSON documents: it goes on after a fault, so that an author sees all of them at once.

use serde_json::{Map, Value};

use crate::field_error::{FieldError, pointer_segment};
use crate::naming::{is_blank, name_key};

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) errors: Vec<FieldError>,
    /// The document was stored when less was asked of the names of tags: what would be refused today is passed over.
    is_stored: bool,
}

/// An object of the document with its place.
#[derive(Clone, Copy)]
pub(crate) struct Object<'v, 'p> {
    pub(crate) map: &'v Map<String, Value>,
    pub(crate) path: &'p str,
}

impl<'v> Object<'v, '_> {
    /// The place of one of its fields.
    pub(crate) fn at(&self, key: &str) -> String {
        child(self.path, key)
    }

    /// A field's value; `null` counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }
}

/// A JSON pointer's next step, escaped as RFC 6901 wants it.
pub(crate) fn child(path: &str, key: &str) -> String {
    format!("{path}/{}", pointer_segment(key))
}

impl Findings {
    /// For a document that was checked when it was stored.
    pub(crate) fn of_stored() -> Self {
        Self { is_stored: true, ..Self::default() }
    }

    pub(crate) fn add(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError { path: path.into(), code, message: message.into() });
    }

    /// `value` if nothing was found, else all faults.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }

    /// An object that has none but the `allowed` keys.
    pub(crate) fn object<'v, 'p>(
        &mut self,
        value: &'v Value,
        path: &'p str,
        allowed: &[&str],
    ) -> Option<Object<'v, 'p>> {
        let Value::Object(map) = value else {
            self.add(path, "wrong_type", "must be an object");
            return None;
        };
        for key in map.keys().filter(|key| !allowed.contains(&key.as_str())) {
            let known = allowed.join(", ");
            self.add(child(path, key), "unknown_key", format!("is not known here; known: {known}"));
        }
        Some(Object { map, path })
    }

    /// A field that must be there.
    pub(crate) fn required<'v>(&mut self, object: Object<'v, '_>, key: &str) -> Option<&'v Value> {
        let found = object.get(key);
        if found.is_none() {
            self.add(object.at(key), "required", "is missing");
        }
        found
    }

    pub(crate) fn text<'v>(&mut self, value: &'v Value, path: &str) -> Option<&'v str> {
        let found = value.as_str();
        if found.is_none() {
            self.add(path, "wrong_type", "must be a string");
        }
        found
    }

    pub(crate) fn boolean(&mut self, value: &Value, path: &str) -> Option<bool> {
        let found = value.as_bool();
        if found.is_none() {
            self.add(path, "wrong_type", "must be true or false");
        }
        found
    }

    pub(crate) fn list<'v>(&mut self, value: &'v Value, path: &str, items_max: usize) -> Option<&'v [Value]> {
        let Value::Array(items) = value else {
            self.add(path, "wrong_type", "must be a list");
            return None;
        };
        if items.len() > items_max {
            self.add(
                path,
                "too_many",
                format!("has {} entries, at most {items_max} are allowed", items.len()),
            );
            return None;
        }
        Some(items)
    }

    /// An id: a whole number above zero.
    pub(crate) fn id(&mut self, value: &Value, path: &str) -> Option<i64> {
        let found = value.as_i64().filter(|id| *id > 0);
        if found.is_none() {
            self.add(path, "wrong_type", "must be a whole number above 0");
        }
        found
    }

    /// Names of tags: not blank, not too long, each once. An absent field is an empty list.
    pub(crate) fn tags(&mut self, object: Object<'_, '_>, key: &str) -> Vec<String> {
        let path = object.at(key);
        let mut tags: Vec<String> = Vec::new();
        let Some(value) = object.get(key) else { return tags };
        let items = self.list(value, &path, super::limits::PRESS_TAGS_MAX).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let place = format!("{path}/{index}");
            let Some(name) = self.text(item, &place) else { continue };
            let is_named = || tags.iter().any(|tag| name_key(tag) == name_key(name));
            if self.is_stored && (is_blank(name) || is_named()) {
                continue;
            }
            if is_blank(name) || name.trim() != name {
                self.add(place, "invalid_tag", "must not be empty nor begin or end with a space");
            } else if name.chars().count() > crate::limits::TAG_NAME_CHARS_MAX {
                let most = crate::limits::TAG_NAME_CHARS_MAX;
                self.add(place, "too_long", format!("must have at most {most} characters"));
            } else if name.chars().any(char::is_control) {
                self.add(place, "invalid_tag", "must not hold control characters");
            } else if is_named() {
                self.add(place, "duplicate", format!("\"{name}\" is named twice"));
            } else {
                tags.push(name.to_owned());
            }
        }
        tags
    }

    /// `add_tags` and `remove_tags` of one act. The same tag in both says two things at once; where an older document
    /// does, in two spellings, the tag is added.
    pub(crate) fn tag_changes(&mut self, object: Object<'_, '_>) -> (Vec<String>, Vec<String>) {
        let add = self.tags(object, "add_tags");
        let mut remove = self.tags(object, "remove_tags");
        let is_added = |name: &String| add.iter().any(|added| name_key(added) == name_key(name));
        if self.is_stored {
            remove.retain(|name| !is_added(name));
        }
        for (index, name) in remove.iter().enumerate().filter(|(_, name)| is_added(name)) {
            let place = format!("{}/{index}", object.at("remove_tags"));
            self.add(place, "conflict", format!("\"{name}\" is also added"));
        }
        (add, remove)
    }
}
