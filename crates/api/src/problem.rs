//! Errors as `application/problem+json` (RFC 9457).
//!
//! Every refusal of this crate is a [`Problem`]: a [`Code`] with a sentence, and perhaps the fields that are wrong.
//! One table turns a code into its status and title. What broke on our side is logged here, once, and only named
//! to whoever asked.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::field_error::FieldError;
use engine::EngineError;
use serde::Serialize;
use serde_json::Value;
use store::StoreError;
use utoipa::ToSchema;

/// Of a database that takes no writes, for everybody.
pub(crate) const READ_ONLY: &str = "the database is read-only; nothing is written, acknowledged or sent, and nothing is lost, until it can be written again";

/// What every handler answers.
pub type Result<T> = std::result::Result<T, Problem>;

/// The stable code of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Invalid,
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    WrongState,
    IdempotencyMismatch,
    TooLarge,
    TooManyTries,
    Telegram,
    Unavailable,
    Internal,
}

impl Code {
    /// The table: status and title of every code.
    fn row(self) -> (StatusCode, &'static str) {
        match self {
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "The request is not valid"),
            Self::Malformed => (StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "Sign in first"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Not allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Not a method of this resource"),
            Self::Conflict => (StatusCode::CONFLICT, "In conflict with what is there"),
            Self::WrongState => (StatusCode::CONFLICT, "Not possible as things stand"),
            Self::IdempotencyMismatch => (StatusCode::CONFLICT, "The key was used for another request"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
            Self::TooManyTries => (StatusCode::TOO_MANY_REQUESTS, "Too many tries"),
            Self::Telegram => (StatusCode::BAD_GATEWAY, "Telegram did not do it"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Not available now"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Something broke on our side"),
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub code: Code,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// How the thing stands now, where somebody else changed it.
    pub current: Option<Value>,
    pub retry_after_s: Option<i64>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// A JSON pointer into the request's body.
    pub path: String,
    pub code: String,
    pub message: String,
}

/// The body of every refusal: `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    #[schema(example = "about:blank")]
    pub r#type: &'static str,
    pub title: &'static str,
    pub status: u16,
    pub code: Code,
    pub detail: String,
    /// The fields that are wrong, if it is about fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemField>,
    /// With `conflict`: how the thing stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
}

impl Problem {
    /// A refusal with a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), current: None, retry_after_s: None }
    }

    /// No such thing, here or anywhere.
    pub fn not_found(thing: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {thing}"))
    }

    /// One wrong field.
    pub fn field(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        EngineError::field(path, code, message).into()
    }

    /// Somebody else was faster: `current` is how the thing stands now.
    pub fn outdated(told: &str, current: &impl Serialize) -> Self {
        // Our own shapes always become JSON.
        let current = serde_json::to_value(current).ok();
        Self { current, ..Self::new(Code::Conflict, told) }
    }

    /// A failure on our side: logged with its cause, which the asker does not see.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(Code::Internal, "the cause is in the server's log")
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let detail = error.to_string();
        match error {
            EngineError::Invalid(errors) => {
                Self { detail: told(&errors), errors, ..Self::new(Code::Invalid, "") }
            }
            EngineError::NotFound(_) => Self::new(Code::NotFound, detail),
            EngineError::Conflict { current, .. } => Self { current, ..Self::new(Code::Conflict, detail) },
            EngineError::WrongState(_) => Self::new(Code::WrongState, detail),
            EngineError::Forbidden => Self::new(Code::Forbidden, detail),
            EngineError::Unauthenticated(_) => Self::new(Code::Unauthenticated, detail),
            EngineError::TooManyTries { retry_after_s } => {
                Self { retry_after_s: Some(retry_after_s), ..Self::new(Code::TooManyTries, detail) }
            }
            EngineError::Telegram(_) => Self::new(Code::Telegram, detail),
            EngineError::Store(StoreError::Closed) => {
                Self::new(Code::Unavailable, "the server is shutting down")
            }
            EngineError::Store(StoreError::Locked | StoreError::Full) => Self::new(Code::Unavailable, detail),
            // Their full words name the database's host.
            EngineError::Store(StoreError::ReadOnly(_)) => Self::new(Code::Unavailable, READ_ONLY),
            EngineError::Store(outage) if outage.is_outage() => {
                tracing::warn!(%outage, "a request could not be answered");
                Self::new(Code::Unavailable, "the database does not answer; try again in a moment")
            }
            EngineError::Store(_) | EngineError::Internal(_) => Self::internal(&detail),
        }
    }
}

/// The first fault in one sentence, with its place.
fn told(errors: &[FieldError]) -> String {
    errors.first().map_or_else(
        || "the request is not valid".to_owned(),
        |first| {
            let field = first.path.trim_start_matches('/').split('/').next().unwrap_or_default();
            if field.is_empty() { first.message.clone() } else { format!("{field}: {}", first.message) }
        },
    )
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title) = self.code.row();
        let errors = self.errors.into_iter().map(|error| ProblemField {
            path: error.path,
            code: error.code.to_owned(),
            message: error.message,
        });
        let body = ProblemBody {
            r#type: "about:blank",
            title,
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
            errors: errors.collect(),
            current: self.current,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
