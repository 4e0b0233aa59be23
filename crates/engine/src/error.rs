//! What a room can answer instead of a result. Three kinds:
//!
//! - what the asker did wrong ([`EngineError::Invalid`], [`EngineError::NotFound`] …): said to them in full;
//! - what Telegram said no to ([`EngineError::Telegram`]): said to them as well;
//! - what broke on our side ([`EngineError::Store`]): logged, and only named to them.

use domain::campaign::OutOfCourse;
use domain::field_error::FieldError;
use domain::naming::{is_blank, tidied};
use serde_json::Value;
use store::StoreError;

/// What every room answers.
pub type Result<T> = std::result::Result<T, EngineError>;

/// A refusal or a failure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// Some fields are wrong; each is named.
    #[error("{}", .0.first().map_or("the request is not valid", |first| first.message.as_str()))]
    Invalid(Vec<FieldError>),
    /// No such thing in this workspace.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It is taken, used, or was changed by somebody else meanwhile; `current` is how it stands now.
    #[error("{message}")]
    Conflict { message: String, current: Option<Value> },
    /// Not possible as things stand: pausing a draft, say.
    #[error("{0}")]
    WrongState(String),
    /// The role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// Who asks is not known: bad password, dead token, link used up.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Asked too often: wait so many seconds.
    #[error("too many failed tries; wait {retry_after_s} seconds")]
    TooManyTries { retry_after_s: i64 },
    /// Telegram refused, or could not be reached.
    #[error("Telegram: {0}")]
    Telegram(String),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// A rule of ours was broken. Logged where it is met.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate(thing) => {
                Self::Conflict { message: format!("{thing} already exists"), current: None }
            }
            other => Self::Store(other),
        }
    }
}

impl From<OutOfCourse> for EngineError {
    fn from(error: OutOfCourse) -> Self {
        Self::WrongState(error.to_string())
    }
}

impl EngineError {
    /// One wrong field.
    pub fn field(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { path: path.into(), code, message: message.into() }])
    }

    /// The same errors below a field of a larger document.
    pub fn under(prefix: &str, errors: Vec<FieldError>) -> Self {
        let moved =
            errors.into_iter().map(|error| FieldError { path: format!("{prefix}{}", error.path), ..error });
        Self::Invalid(moved.collect())
    }
}

/// Checks a name that a person gives to something, and tidies it: what looks the same is the same.
///
/// # Errors
/// Empty, too long, or with control characters, under `path`.
pub fn checked_name(path: &str, name: &str, chars_max: usize) -> Result<String> {
    let name = tidied(name);
    if is_blank(&name) {
        return Err(EngineError::field(path, "required", "must not be empty"));
    }
    if name.chars().count() > chars_max {
        return Err(EngineError::field(
            path,
            "too_long",
            format!("must have at most {chars_max} characters"),
        ));
    }
    if name.chars().any(char::is_control) {
        return Err(EngineError::field(path, "bad_character", "must not hold control characters"));
    }
    Ok(name)
}
