//! The binary's parts: configuration, the assembled server, the commands.
//!
//! Standard output carries results alone; the log goes to standard error.

pub mod assembly;
pub mod bench;
pub mod commands;
pub mod config;
pub mod console;
pub mod demo;

/// Why a command could not do its work: one clear sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A failure in words.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<engine::EngineError> for Failure {
    fn from(error: engine::EngineError) -> Self {
        Self(error.to_string())
    }
}
