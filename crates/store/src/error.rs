//! What can go wrong with a database, in words that say what to do.

/// A failure of the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another `serve` or `demo` has the folder.
    #[error(
        "the data folder {0} is in use by another Muster; stop that one, or give another folder with --data"
    )]
    InUse(String),
    /// The folder or the file cannot be made or written.
    #[error(
        "the data folder {path} cannot be written ({reason}); check its owner and free space, or give another with --data"
    )]
    Unwritable { path: String, reason: String },
    /// Made by a newer Muster.
    #[error(
        "the database was written by a newer Muster (schema {found}, this one knows {known}); start that version, or restore a backup"
    )]
    TooNew { found: i64, known: i64 },
    /// A uniqueness rule of the schema refused a row. Mapped to a domain error where the insert happens.
    #[error("{0} already exists")]
    Duplicate(&'static str),
    /// The writer has stopped: the process is shutting down, or a disk failed.
    #[error("the database is closed")]
    Closed,
    /// Another process kept the database locked for longer than a write waits.
    #[error("the database is locked by another process; try again when that has ended")]
    Locked,
    /// Anything else the database said.
    #[error("database: {0}")]
    Database(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Database(error.to_string()),
        }
    }
}

impl StoreError {
    /// Turns a violated uniqueness rule into [`StoreError::Duplicate`] with the name of the thing.
    pub(crate) fn duplicate(error: rusqlite::Error, thing: &'static str) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(code, _)
                if code.code == rusqlite::ErrorCode::ConstraintViolation =>
            {
                Self::Duplicate(thing)
            }
            _ => error.into(),
        }
    }
}
