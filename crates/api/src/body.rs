//! Reading requests: JSON bodies, query strings and path segments, each refusal a [`Problem`] that names the place.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use domain::field_error::pointer_segment;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path as FieldPath, Segment};

use crate::problem::{Code, Problem};

/// A JSON body. Unknown fields are refused by the types themselves.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "the body must be JSON, with the header \"Content-Type: application/json\"";
            return Err(Problem::new(Code::Malformed, detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        read(&bytes).map(Self)
    }
}

/// Reads a JSON document, naming the place of what is wrong.
///
/// # Errors
/// [`Code::Malformed`] for what is no JSON, [`Code::Invalid`] for what has another shape.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            Problem::field(path, field_code(&inner.to_string()), sentence(&inner))
        } else {
            Problem::new(Code::Malformed, format!("the body is not JSON: {inner}"))
        }
    })?;
    let end = reader.end();
    end.map_err(|error| Problem::new(Code::Malformed, format!("the body is not JSON: {error}")))?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// A body that could not be taken in.
pub(crate) fn unread(error: &BytesRejection) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::TooLarge, "the body is too large")
    } else {
        Problem::new(Code::Malformed, "the body could not be read to its end")
    }
}

/// A JSON pointer (RFC 6901).
fn pointer(path: &FieldPath) -> String {
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&pointer_segment(key));
            }
            // The variant's name is no step into the document, and an unknown place is the document's own.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn field_code(message: &str) -> &'static str {
    if message.starts_with("unknown field") {
        "unknown_field"
    } else if message.starts_with("missing field") {
        "required"
    } else {
        "wrong_type"
    }
}

/// What serde says, without the place in the text: the path tells it better.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The query string.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            match text.split_once(": ") {
                Some((field, message)) => Problem::field(format!("/{field}"), field_code(message), message),
                None => Problem::field("", field_code(text), text),
            }
        })
    }
}

/// The variable parts of the path. What does not even look like an id is not found.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|_| Problem::not_found("thing"))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // only its shape matters
    struct Outer {
        list: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        count: i64,
    }

    fn fault(text: &str) -> (Code, String, &'static str) {
        let problem = read::<Outer>(text.as_bytes()).unwrap_err();
        let first = problem.errors.first();
        let (path, code) = first.map_or((String::new(), ""), |error| (error.path.clone(), error.code));
        (problem.code, path, code)
    }

    #[test]
    fn faults_name_their_place() {
        let invalid = |path: &str, code| (Code::Invalid, path.to_owned(), code);
        assert_eq!(fault(r#"{"list":[{"count":1},{"count":"x"}]}"#), invalid("/list/1/count", "wrong_type"));
        assert_eq!(fault(r#"{"list":[{"count":1,"a/b":2}]}"#), invalid("/list/0/a~1b", "unknown_field"));
        assert_eq!(fault("{}"), invalid("", "required"));
        assert_eq!(fault(r#"{"list":["#).0, Code::Malformed);
        assert_eq!(fault(r#"{"list":[]} x"#).0, Code::Malformed);
    }
}
