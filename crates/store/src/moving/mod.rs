//! The way of a SQLite folder into PostgreSQL: every row is copied, then both sides are read again, row by row in the
//! order of their keys, and compared (ADR 14).
//!
//! The folder's file is not changed. At the end the folder is marked, so that no server goes on from there beside the
//! one on PostgreSQL: two of them would write to everybody twice. At each moment in between at least one of the two
//! refuses to be served, and the move can be begun again.

mod table;
mod target;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::backup::FILE_NAME;
use crate::server::{self, Occupancy, Server, Side, Statements as _};
use crate::writer::{Synchronous, connect, lock_folder};
use crate::{Result, StoreError, migrate};
use table::{Count, Table};

pub(crate) use target::refuse_unfinished;

/// The file that says of a folder that its database went to PostgreSQL.
pub const MARK_NAME: &str = "muster.moved";
/// Rows between two notes of progress.
const ROWS_A_NOTE: u64 = 1_000;
/// Texts that had to be changed and are named; more are counted only.
const NAMED_MAX: usize = 100;

/// A move that was begun. Dropping it leaves the target unfinished.
pub struct Move {
    folder: PathBuf,
    source: rusqlite::Connection,
    target: server::Connection,
    target_name: String,
    tables: Vec<Table>,
    _lock: File,
}

/// What became of one table's rows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Copied {
    pub rows: u64,
    /// Texts with a NUL, which PostgreSQL has no place for: each became U+FFFD.
    pub nul_count: u64,
    /// Where they are, the first hundred: `contacts.name at bot_id 1, number 7`.
    pub nul_places: Vec<String>,
}

/// What comparing one table came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub rows: u64,
    pub rows_moved: u64,
    /// SHA-256 of the folder's rows, and of PostgreSQL's.
    pub digest: String,
    pub digest_moved: String,
    /// The first row that is not the same on both sides, and how.
    pub difference: Option<String>,
}

impl Proof {
    /// Whether both sides have the same rows.
    pub fn is_equal(&self) -> bool {
        self.difference.is_none() && self.rows == self.rows_moved && self.digest == self.digest_moved
    }
}

impl Move {
    /// Takes a folder and a PostgreSQL database for itself, and marks the latter as unfinished.
    ///
    /// # Errors
    /// The folder has no database, or another process has it; the database cannot be reached, is in use or is not
    /// empty.
    pub fn begin(folder: &Path, url: &str) -> Result<Self> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            return Err(StoreError::Database(format!("{} is not there", path.display())));
        }
        let lock = lock_folder(folder)?;
        let mut source = connect(&path, Synchronous::Full)?;
        migrate::sqlite(&mut source)?;
        // Commands that work beside a server wait, and then hear that it is locked.
        source.execute_batch("BEGIN IMMEDIATE")?;
        let tables = Table::all(&source)?;
        let server = Arc::new(Server::of(url, Synchronous::Full, Occupancy::Alone)?);
        let mut target = server::Connection::open(&server, Side::Writes)?;
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        target::prepare(&mut target, &names, &server.name())?;
        let folder = folder.to_path_buf();
        Ok(Self { folder, source, target, target_name: server.name(), tables, _lock: lock })
    }

    /// The tables, by name.
    pub fn tables(&self) -> Vec<String> {
        self.tables.iter().map(|table| table.name.clone()).collect()
    }

    /// How many rows a table of the folder has.
    ///
    /// # Errors
    /// There is no such table, or what SQLite said.
    pub fn rows(&self, table: &str) -> Result<u64> {
        let name = &self.table(table)?.name;
        let rows: i64 =
            self.source.query_row(&format!("SELECT COUNT(*) FROM \"{name}\""), [], |row| row.get(0))?;
        Ok(rows.unsigned_abs())
    }

    fn table(&self, name: &str) -> Result<&Table> {
        let found = self.tables.iter().find(|table| table.name == name);
        found.ok_or_else(|| StoreError::Database(format!("there is no table {name}")))
    }

    /// Copies a table in one transaction. `progress` hears of rows that are on their way.
    ///
    /// # Errors
    /// What either database said; nothing of the table is moved then.
    pub fn copy(&mut self, table: &str, mut progress: impl FnMut(u64)) -> Result<Copied> {
        let table = self.table(table)?.clone();
        let mut copied = Copied::default();
        let mut statement = self.source.prepare(&table.select())?;
        let mut rows = statement.query([])?;
        let session = self.target.begin()?;
        let written = session.copy_in(&table.copy_in(), &table.types(), |writer| {
            while let Some(row) = rows.next()? {
                let mut columns = Vec::new();
                let values = table.ours(row, |column| columns.push(column.to_owned()))?;
                for column in columns {
                    copied.nul_count += 1;
                    if copied.nul_places.len() < NAMED_MAX {
                        let place = table.place_of(&values);
                        copied.nul_places.push(format!("{}.{column} at {place}", table.name));
                    }
                }
                let params: Vec<_> = values.iter().map(table::Value::param).collect();
                writer.write_raw(params.iter().map(|param| param as &(dyn postgres::types::ToSql + Sync)))?;
                copied.rows += 1;
                if copied.rows % ROWS_A_NOTE == 0 {
                    progress(copied.rows);
                }
            }
            Ok(())
        })?;
        session.commit()?;
        progress(copied.rows);
        if written == copied.rows {
            Ok(copied)
        } else {
            Err(StoreError::Database(format!("{}: {written} of {} rows were taken", table.name, copied.rows)))
        }
    }

    /// Reads a table again on both sides, each for itself, and compares row by row and by digest.
    ///
    /// # Errors
    /// What either database said. That the two differ is no error here: the proof says so.
    pub fn prove(&mut self, table: &str, mut progress: impl FnMut(u64)) -> Result<Proof> {
        let table = self.table(table)?.clone();
        let mut statement = self.source.prepare(&table.select())?;
        let mut rows = statement.query([])?;
        let (mut ours, mut theirs, mut difference) = (Count::default(), Count::default(), None);
        let session = self.target.begin()?;
        session.walk(&table.select(), &[], &mut |moved| {
            let moved = table.theirs(moved)?;
            theirs.add(&moved);
            let row = rows.next()?;
            let row = row.map(|row| table.ours(row, |_| {})).transpose()?;
            if let Some(row) = &row {
                ours.add(row);
            }
            if difference.is_none() {
                difference = differs(&table, row.as_deref(), Some(&moved));
            }
            if theirs.rows % ROWS_A_NOTE == 0 {
                progress(theirs.rows);
            }
            Ok(true)
        })?;
        while let Some(row) = rows.next()? {
            let row = table.ours(row, |_| {})?;
            ours.add(&row);
            difference = difference.or_else(|| differs(&table, Some(&row), None));
        }
        progress(theirs.rows);
        let (rows, rows_moved) = (ours.rows, theirs.rows);
        Ok(Proof { rows, rows_moved, digest: ours.hex(), digest_moved: theirs.hex(), difference })
    }

    /// Ends the move: the folder is marked as moved, then the target is a database like any other.
    ///
    /// # Errors
    /// The folder cannot be written, or what PostgreSQL said; the move can be begun again then.
    pub fn finish(mut self) -> Result<()> {
        let text = format!(
            "The database of this folder was moved into PostgreSQL at {}.\n\
             {FILE_NAME} is as it was then, and is not opened any more while this file is here.\n\
             muster.key is needed where it is.\n",
            self.target_name
        );
        let unwritable = |error: std::io::Error| StoreError::Unwritable {
            path: self.folder.display().to_string(),
            reason: error.to_string(),
        };
        let write = || {
            let mut mark = File::create(self.folder.join(MARK_NAME))?;
            mark.write_all(text.as_bytes())?;
            mark.sync_all()?;
            // The file's name is durable with its folder.
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(unwritable)?;
        target::finish(&mut self.target)
    }
}

/// How a row of the folder and one of PostgreSQL differ; nothing when they do not.
fn differs(
    table: &Table,
    ours: Option<&[table::Value<'_>]>,
    theirs: Option<&[table::Value<'_>]>,
) -> Option<String> {
    match (ours, theirs) {
        (None, None) => None,
        (Some(ours), None) => Some(format!("{}: not moved", table.place_of(ours))),
        (None, Some(theirs)) => Some(format!("{}: only in PostgreSQL", table.place_of(theirs))),
        (Some(ours), Some(theirs)) => {
            let (place, place_moved) = (table.place_of(ours), table.place_of(theirs));
            if place != place_moved {
                return Some(format!("{place} in the folder, {place_moved} in PostgreSQL"));
            }
            let column = table.difference(ours, theirs)?;
            Some(format!("{place}: {column} is not the same"))
        }
    }
}

/// Refuses a folder whose database was moved.
pub(crate) fn refuse_moved(folder: &Path) -> Result<()> {
    let mark = folder.join(MARK_NAME);
    if mark.exists() {
        return Err(StoreError::Moved {
            folder: folder.display().to_string(),
            mark: mark.display().to_string(),
        });
    }
    Ok(())
}
