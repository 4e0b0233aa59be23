//! Bringing people in from a table (DESIGN section 5, "CSV").
//!
//! A line goes in whole or is refused whole, with its number, column and reason. Lines are committed
//! [`IMPORT_BATCH_MAX`] at a time, so that a long import never keeps the bot waiting; the same file once more
//! changes nothing. **No** event of an import is charged to a campaign.

mod batch;
mod bounded;
mod columns;
mod rejected;
mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use csv::ByteRecord;
use domain::ids::{BotId, WorkspaceId};
use domain::limits::IMPORT_BATCH_MAX;
use store::{Store, StoreError, bots};

use self::batch::Done;
use self::bounded::Bounded;
use self::columns::Columns;
pub use self::rejected::{RejectedRow, rejected_csv};
use self::row::{ImportRow, RowFault};
use crate::{Clock, EngineError, Result, Secrets};

/// Refused lines that a report keeps; the watcher hears of all.
pub const REJECTED_KEPT_MAX: usize = 1_000;

/// How an import stands, and at its end how it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines read, the head not counted.
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    /// The person was there, and all that the line says was so already.
    pub unchanged: u64,
    pub rejected_count: u64,
    /// The first [`REJECTED_KEPT_MAX`] of them, by line within each batch.
    pub rejected: Vec<RejectedRow>,
}

/// What a watcher hears while an import goes on.
#[derive(Debug)]
pub enum ImportNote<'a> {
    /// A line was refused.
    Rejected(&'a RejectedRow),
    /// A batch was committed.
    Progress(&'a ImportReport),
}

/// Who listens to an import.
pub type ImportWatcher = Box<dyn FnMut(ImportNote<'_>) + Send>;

/// The room.
#[derive(Clone)]
pub struct Imports {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
}

impl Imports {
    /// Opens the room.
    pub fn new(store: Store, secrets: Secrets, clock: Arc<dyn Clock>) -> Self {
        Self { store, secrets, clock }
    }

    /// Reads a table and brings its people in. With `dry_run` everything is tried and nothing is kept.
    ///
    /// # Errors
    /// The head is not one of ours, the bot is not one of this workspace, the input cannot be read, or the
    /// database failed. What was committed by then is in.
    pub async fn import(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        input: impl Read + Send + 'static,
        dry_run: bool,
        watcher: ImportWatcher,
    ) -> Result<ImportReport> {
        let found = self.store.reader().read(move |tx| bots::get(tx, workspace, bot)).await?;
        found.ok_or(EngineError::NotFound("bot"))?;
        let mut run = Run {
            store: self.store.clone(),
            secrets: self.secrets.clone(),
            clock: Arc::clone(&self.clock),
            workspace,
            bot,
            dry_run,
            watcher,
            report: ImportReport::default(),
            lines: HashMap::new(),
        };
        // Reading blocks: a file on a slow disk must not hold up the server's threads.
        let runtime = tokio::runtime::Handle::current();
        let task = tokio::task::spawn_blocking(move || {
            run.all(&runtime, input)?;
            Ok(run.report)
        });
        task.await.map_err(|error| EngineError::Internal(format!("an import ended badly: {error}")))?
    }
}

/// One import on its way.
struct Run {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    workspace: WorkspaceId,
    bot: BotId,
    dry_run: bool,
    watcher: ImportWatcher,
    report: ImportReport,
    /// On which line each person was taken: a second line for the same one is refused.
    lines: HashMap<i64, u64>,
}

/// A batch's answer travels as an error where its transaction must not stay.
enum Refused {
    DryRun(Vec<Done>),
    Failed(EngineError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Run {
    fn all(&mut self, runtime: &tokio::runtime::Handle, input: impl Read) -> Result<()> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Bounded::new(input));
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record).map_err(|error| unreadable(&error))? {
            return Err(EngineError::field(
                "/file",
                "required",
                "is empty; its first line names the columns",
            ));
        }
        let columns = Columns::read(&record)?;
        let mut batch = Vec::with_capacity(IMPORT_BATCH_MAX);
        let mut read_on = true;
        while read_on {
            reader.get_mut().refill();
            let next = reader.read_byte_record(&mut record);
            read_on = matches!(next, Ok(true));
            if read_on {
                let byte = record.position().map_or(0, csv::Position::byte);
                let line = reader.get_mut().line_at(byte);
                batch.extend(self.accept(&columns, &record, line));
            }
            if batch.len() == IMPORT_BATCH_MAX || (!read_on && !batch.is_empty()) {
                let rows = std::mem::replace(&mut batch, Vec::with_capacity(IMPORT_BATCH_MAX));
                runtime.block_on(self.commit(rows))?;
            }
            // What was read before goes in all the same.
            next.map_err(|error| unreadable(&error))?;
        }
        Ok(())
    }

    /// A line that may go in; others are refused here.
    fn accept(&mut self, columns: &Columns, record: &ByteRecord, line: u64) -> Option<ImportRow> {
        self.report.rows += 1;
        let row = match ImportRow::read(columns, record, line, self.clock.now()) {
            Ok(row) => row,
            Err(fault) => {
                self.reject(line, fault);
                return None;
            }
        };
        if let Some(first) = self.lines.get(&row.telegram_id) {
            let fault = RowFault::new("telegram_id", format!("is on line {first} already"));
            self.reject(line, fault);
            return None;
        }
        self.lines.insert(row.telegram_id, line);
        Some(row)
    }

    async fn commit(&mut self, rows: Vec<ImportRow>) -> Result<()> {
        let (workspace, bot, dry_run) = (self.workspace, self.bot, self.dry_run);
        let (secrets, now) = (self.secrets.clone(), self.clock.now());
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        let written =
            self.store.write(move |tx| match batch::write(tx, workspace, bot, &rows, &secrets, now) {
                Ok(done) if dry_run => Err(Refused::DryRun(done)),
                Ok(done) => Ok(done),
                Err(error) => Err(Refused::Failed(error)),
            });
        let done = match written.await {
            Ok(done) | Err(Refused::DryRun(done)) => done,
            Err(Refused::Failed(error)) => return Err(error),
        };
        for (line, done) in lines.into_iter().zip(done) {
            match done {
                Done::Created => self.report.created += 1,
                Done::Updated => self.report.updated += 1,
                Done::Unchanged => self.report.unchanged += 1,
                Done::Rejected(fault) => self.reject(line, fault),
            }
        }
        (self.watcher)(ImportNote::Progress(&self.report));
        Ok(())
    }

    fn reject(&mut self, line: u64, fault: RowFault) {
        let rejected = RejectedRow { line, column: fault.column, reason: fault.reason };
        (self.watcher)(ImportNote::Rejected(&rejected));
        self.report.rejected_count += 1;
        if self.report.rejected.len() < REJECTED_KEPT_MAX {
            self.report.rejected.push(rejected);
        }
    }
}

fn unreadable(error: &csv::Error) -> EngineError {
    EngineError::field("/file", "unreadable", format!("cannot be read: {error}"))
}
