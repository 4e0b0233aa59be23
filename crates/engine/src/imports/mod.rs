//! Bringing people in from a table.
//!
//! A line goes in whole or is refused whole, with its number, column and reason. Lines are committed
//! [`IMPORT_BATCH_MAX`] at a time, so that a long import never keeps the bot waiting; what is known of attributes is
//! read again with each. The same file once more changes nothing. **No** event of an import is charged to a campaign.

mod batch;
mod bounded;
mod columns;
mod encoding;
mod layout;
mod rejected;
mod report;
mod row;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};
use std::sync::Arc;

use csv::ByteRecord;
use domain::cells::Kind;
use domain::ids::{BotId, WorkspaceId};
use domain::limits::IMPORT_BATCH_MAX;
use store::{Store, StoreError, bots, tags};

use self::batch::{Done, Line, Written};
use self::layout::Layout;
pub use self::rejected::{RejectedRow, rejected_csv};
pub use self::report::{ColumnReport, ImportReport, MISFITS_KEPT_MAX, Misfit, REJECTED_KEPT_MAX};
use self::row::{ImportRow, RowFault};
use crate::{Clock, EngineError, Result, Secrets};

/// How an import goes about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Try everything, keep nothing.
    pub dry_run: bool,
    /// What the table is written in; without one it must be UTF-8.
    pub encoding: Option<String>,
    /// The kinds of attributes that have none yet, where the cells would be taken for another.
    pub kinds: BTreeMap<String, Kind>,
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
    pub fn new(store: Store, secrets: Secrets, clock: Arc<dyn Clock>) -> Self {
        Self { store, secrets, clock }
    }

    /// Reads a table and brings its people in. It is read twice: what a column holds is decided over all of its cells
    /// before the first line goes in.
    ///
    /// # Errors
    /// The table is not UTF-8 and no encoding was named, its head is not one of ours, the bot is not one of this
    /// workspace, the input cannot be read, or the database failed. What was committed by then is in.
    pub async fn import(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        mut input: impl Read + Seek + Send + 'static,
        options: ImportOptions,
        watcher: ImportWatcher,
    ) -> Result<ImportReport> {
        let known = self.store.reader().read(move |tx| {
            bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
            Ok::<_, EngineError>(tags::attribute_kinds(tx, workspace)?.into_iter().collect())
        });
        let known = known.await?;
        let (store, secrets, clock) = (self.store.clone(), self.secrets.clone(), Arc::clone(&self.clock));
        // Reading blocks: a file on a slow disk must not hold up the server's threads.
        let runtime = tokio::runtime::Handle::current();
        let task = tokio::task::spawn_blocking(move || {
            let layout = Layout::find(&mut input, options.encoding.as_deref(), &options.kinds, &known)?;
            let mut run = Run {
                store,
                secrets,
                clock,
                workspace,
                bot,
                dry_run: options.dry_run,
                watcher,
                report: ImportReport::of(&layout),
                layout: Arc::new(layout),
                lines: HashMap::new(),
            };
            run.all(&runtime, &mut input)?;
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
    layout: Arc<Layout>,
    /// On which line each person was taken: a second line for the same one is refused.
    lines: HashMap<i64, u64>,
}

/// A batch's answer travels as an error where its transaction must not stay.
enum Refused {
    DryRun(Written),
    Failed(EngineError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Run {
    fn all<I: Read + Seek>(&mut self, runtime: &tokio::runtime::Handle, input: &mut I) -> Result<()> {
        let (encoding, separator) = (self.layout.encoding, self.layout.separator);
        let mut records = layout::records(input, encoding, separator)?;
        let mut record = ByteRecord::new();
        layout::head(&mut records, &mut record, separator)?;
        let mut batch = Vec::with_capacity(IMPORT_BATCH_MAX);
        let mut read_on = true;
        while read_on {
            let next = layout::next(&mut records, &mut record);
            read_on = matches!(next, Ok(true));
            // Of a line whose cells were emptied a spreadsheet keeps the separators: nobody is meant.
            if read_on && record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                let byte = record.position().map_or(0, csv::Position::byte);
                let line = records.get_mut().line_at(byte);
                batch.extend(self.accept(&record, line));
            }
            if batch.len() == IMPORT_BATCH_MAX || (!read_on && !batch.is_empty()) {
                let lines = std::mem::replace(&mut batch, Vec::with_capacity(IMPORT_BATCH_MAX));
                runtime.block_on(self.commit(lines))?;
            }
            // What was read before goes in all the same.
            next.map_err(|error| unreadable(&error))?;
        }
        Ok(())
    }

    /// A line that may go in; others are refused here, for the first of their faults.
    fn accept(&mut self, record: &ByteRecord, line: u64) -> Option<Line> {
        self.report.rows += 1;
        let row = match ImportRow::read(&self.layout, record, line, self.clock.now()) {
            Ok(row) => row,
            Err(faults) => {
                faults.iter().for_each(|fault| self.report.note_misfit(line, fault));
                faults.into_iter().take(1).for_each(|fault| self.reject(line, fault));
                return None;
            }
        };
        if let Some(first) = self.lines.get(&row.telegram_id) {
            let fault = RowFault::new("telegram_id", format!("is on line {first} already"));
            self.reject(line, fault);
            return None;
        }
        self.lines.insert(row.telegram_id, line);
        Some(Line { row, record: record.clone() })
    }

    async fn commit(&mut self, lines: Vec<Line>) -> Result<()> {
        let (workspace, bot, dry_run) = (self.workspace, self.bot, self.dry_run);
        let (secrets, layout, now) = (self.secrets.clone(), Arc::clone(&self.layout), self.clock.now());
        let numbers: Vec<u64> = lines.iter().map(|line| line.row.line).collect();
        let written = self.store.write(move |tx| {
            match batch::write(tx, workspace, bot, lines, &layout, &secrets, now) {
                Ok(written) if dry_run => Err(Refused::DryRun(written)),
                Ok(written) => Ok(written),
                Err(error) => Err(Refused::Failed(error)),
            }
        });
        let Written { done, renewed } = match written.await {
            Ok(written) | Err(Refused::DryRun(written)) => written,
            Err(Refused::Failed(error)) => return Err(error),
        };
        if let Some(layout) = renewed {
            self.report.learn(&layout);
            self.layout = Arc::new(layout);
        }
        for (line, done) in numbers.into_iter().zip(done) {
            match done {
                Done::Created => self.report.created += 1,
                Done::Updated => self.report.updated += 1,
                Done::Unchanged => self.report.unchanged += 1,
                Done::Rejected(fault) => {
                    self.report.note_misfit(line, &fault);
                    self.reject(line, fault);
                }
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
