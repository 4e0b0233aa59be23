//! Copies of a SQLite database, taken beside a running server, and whether a file is whole.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::{Result, StoreError};

/// The name of the database's file in a data folder.
pub const FILE_NAME: &str = "muster.db";

/// Copies the database of a folder, as of one moment, into a new file. Writers go on meanwhile.
///
/// # Errors
/// There is no database, the target exists or cannot be written, or what the database said.
pub fn copy(folder: &Path, target: &Path) -> Result<()> {
    let source = open(&folder.join(FILE_NAME))?;
    // VACUUM wants no transaction around it: it takes its own snapshot.
    source.execute("VACUUM INTO ?1", [target.display().to_string()])?;
    Ok(())
}

/// What SQLite finds wrong with a database's file; nothing when it is whole. `thorough` also compares every index with
/// its table, which reads all of it.
///
/// # Errors
/// The file is not there, or is no database.
pub fn faults(file: &Path, thorough: bool) -> Result<Vec<String>> {
    let connection = open(file)?;
    let check = if thorough { "PRAGMA integrity_check(20)" } else { "PRAGMA quick_check(20)" };
    let mut statement = connection.prepare(check)?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut faults = found.collect::<rusqlite::Result<Vec<_>>>()?;
    faults.retain(|fault| fault != "ok");
    Ok(faults)
}

fn open(file: &Path) -> Result<Connection> {
    if !file.exists() {
        return Err(StoreError::Database(format!("{} is not there", file.display())));
    }
    Ok(Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?)
}
