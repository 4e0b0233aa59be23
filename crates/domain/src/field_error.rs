//! What is wrong with one field of a document that a person or a program wrote.

use serde::Serialize;

/// A key as a part of a JSON pointer (RFC 6901).
pub fn pointer_segment(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// One fault, with the place where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901), such as `/buttons/0/1/press/add_tags/0`; empty for the document itself.
    pub path: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// A sentence for the person who wrote the document.
    pub message: String,
}
