//! A call's parameters, however they came: query, form, multipart or JSON.

use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A file of a multipart body.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The name that the sender gave.
    pub name: Option<String>,
    /// The content type that the sender gave.
    pub content_type: Option<String>,
    pub bytes: Arc<[u8]>,
}

/// Named values. In a form everything is text, nested objects too; the readers here take both.
#[derive(Clone, Debug, Default)]
pub struct Params {
    values: Map<String, Value>,
    files: HashMap<String, Upload>,
}

impl Params {
    /// From a JSON object; anything else has no parameters.
    pub fn from_json(value: Value) -> Self {
        match value {
            Value::Object(values) => Self { values, files: HashMap::new() },
            _ => Self::default(),
        }
    }

    /// From pairs of text; the last of equal names wins.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        Self { values, files: HashMap::new() }
    }

    /// Adds what `more` has and this does not.
    pub fn or(mut self, more: Params) -> Self {
        for (name, value) in more.values {
            self.values.entry(name).or_insert(value);
        }
        self
    }

    /// The same with the files of the body.
    pub fn with_files(mut self, files: HashMap<String, Upload>) -> Self {
        self.files = files;
        self
    }

    /// A file of the body, by the name of its field.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.files.get(name)
    }

    /// Some other parameters that refer to the same files: the items of an album.
    pub fn item(&self, values: Map<String, Value>) -> Self {
        Self { values, files: self.files.clone() }
    }

    /// Whether a parameter was given at all.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// Text; numbers and booleans as they are written.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// A whole number, also one written as text.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A yes or no; what is not a yes is a no.
    pub fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1"),
            _ => false,
        }
    }

    /// A nested value: itself, or JSON in a text; a null that was sent is one. The error is that
    /// the text is not JSON.
    pub fn nested(&self, name: &str) -> Result<Option<Value>, serde_json::Error> {
        match self.values.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some),
            Some(other) => Ok(Some(other.clone())),
        }
    }
}
