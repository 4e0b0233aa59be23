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
    /// Another `serve` or `demo` has the PostgreSQL database.
    #[error("the database {0} is in use by another Muster; stop that one, or give another database_url")]
    DatabaseInUse(String),
    /// The folder's database went to PostgreSQL.
    #[error(
        "the database of the data folder {folder} was moved into PostgreSQL; give that as database_url, or delete {mark} to go back to the folder as it was then"
    )]
    Moved { folder: String, mark: String },
    /// A move into the PostgreSQL database was cut short.
    #[error(
        "a move into the database {0} was begun and did not end; run muster move again, or give another database_url"
    )]
    Unfinished(String),
    /// A database to move into has something in it.
    #[error("the database {0} is not empty; give an empty one to move into")]
    NotEmpty(String),
    /// PostgreSQL does not answer, or the URL says nothing that can be asked.
    #[error(
        "PostgreSQL at {server} cannot be reached ({reason}); check database_url, and that the server runs and listens there"
    )]
    Unreachable { server: String, reason: String },
    /// PostgreSQL answers and does not let us in.
    #[error(
        "PostgreSQL at {server} refused the sign-in ({reason}); check user, password and sslmode in database_url"
    )]
    Refused { server: String, reason: String },
    /// The server has no TLS where it is wanted, or does not prove that it is the one.
    #[error(
        "PostgreSQL at {server} is not what sslmode asks for ({reason}); check host, sslmode and sslrootcert in database_url"
    )]
    Untrusted { server: String, reason: String },
    /// A PostgreSQL before 15.
    #[error("PostgreSQL {found} is too old; Muster needs 15 or newer")]
    TooOld { found: String },
    /// Something that only a SQLite file can do was asked of PostgreSQL.
    #[error("the database is PostgreSQL, and this works on a SQLite file only; use PostgreSQL's own tools")]
    NotSqlite,
    /// A uniqueness rule of the schema refused a row. Mapped to a domain error where the insert happens.
    #[error("{0} already exists")]
    Duplicate(&'static str),
    /// The writer has stopped: the process is shutting down, or a disk failed.
    #[error("the database is closed")]
    Closed,
    /// Another process kept the database locked for longer than a write waits.
    #[error("the database is locked by another process; try again when that has ended")]
    Locked,
    /// There is no room for what was to be written.
    #[error(
        "the database's disk is full; make room: until then nothing is written, acknowledged or sent, and nothing is lost"
    )]
    Full,
    /// A server whose database takes no writes at present: turned read-only by an operator or a host, or a standby.
    #[error(
        "the database {0} is read-only (transaction_read_only); let it be written, or point database_url at the primary: until then nothing is written, acknowledged or sent, and nothing is lost"
    )]
    ReadOnly(String),
    /// Anything else the database said.
    #[error("database: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the database takes nothing at present, whoever asks: the same may be taken later.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Full | Self::Locked | Self::ReadOnly(_) | Self::Unreachable { .. } | Self::Refused { .. }
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Locked,
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        if error.code() == Some(&postgres::error::SqlState::DISK_FULL) {
            return Self::Full;
        }
        Self::Database(crate::server::said(&error))
    }
}
