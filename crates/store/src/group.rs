//! Pieces of work on their way through the writer, and how a group of them runs in one transaction.
//!
//! **No** failed piece of work takes a neighbour along, or leaves anything of its own behind. A savepoint for each
//! would do, but it is dear: SQLite copies every page that is touched inside, PostgreSQL is asked twice more. So work
//! that may run twice runs hopefully, a row of such pieces inside one savepoint; when one of them fails, the row is
//! undone, and each piece of it runs again in a savepoint of its own.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::sql::WriteTx;
use crate::{Result, StoreError};

/// How work that may run twice is being run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The first time: a failure is undone from outside and leads to another attempt, so that parts which may fail
    /// need no savepoints of their own.
    Hopeful,
    /// Something failed, here or beside: what this attempt answers counts.
    Careful,
}

/// A piece of work and whoever waits for it.
pub(crate) trait Job: Send {
    /// Whether it may run hopefully first.
    fn is_repeatable(&self) -> bool;
    /// Runs it; whether it succeeded. After a careful attempt nothing of a failure is left, after a hopeful one the
    /// caller undoes it.
    fn run(&mut self, tx: &WriteTx<'_>, attempt: Attempt) -> bool;
    /// Tells whoever waits how the commit went.
    fn answer(self: Box<Self>, commit: Result<()>);
}

type Answer<T, E> = oneshot::Sender<std::result::Result<T, E>>;

/// Work that runs once.
pub(crate) struct Once<F, T, E> {
    work: Option<F>,
    outcome: Option<std::result::Result<T, E>>,
    answer: Answer<T, E>,
}

impl<F, T, E> Once<F, T, E> {
    pub fn new(work: F, answer: Answer<T, E>) -> Self {
        Self { work: Some(work), outcome: None, answer }
    }
}

impl<F, T, E> Job for Once<F, T, E>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&WriteTx<'_>) -> std::result::Result<T, E> + Send,
{
    fn is_repeatable(&self) -> bool {
        false
    }

    fn run(&mut self, tx: &WriteTx<'_>, _: Attempt) -> bool {
        if let Some(work) = self.work.take() {
            self.outcome = Some(caught(|| tx.savepoint(work)));
        }
        self.outcome.as_ref().is_some_and(std::result::Result::is_ok)
    }

    fn answer(self: Box<Self>, commit: Result<()>) {
        tell(self.answer, self.outcome, commit);
    }
}

/// Work that may run twice.
pub(crate) struct Repeatable<F, T, E> {
    work: F,
    outcome: Option<std::result::Result<T, E>>,
    answer: Answer<T, E>,
}

impl<F, T, E> Repeatable<F, T, E> {
    pub fn new(work: F, answer: Answer<T, E>) -> Self {
        Self { work, outcome: None, answer }
    }
}

impl<F, T, E> Job for Repeatable<F, T, E>
where
    T: Send,
    E: From<StoreError> + Send,
    F: Fn(&WriteTx<'_>, Attempt) -> std::result::Result<T, E> + Send,
{
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&mut self, tx: &WriteTx<'_>, attempt: Attempt) -> bool {
        let outcome = match attempt {
            Attempt::Hopeful => caught(|| (self.work)(tx, attempt)),
            Attempt::Careful => caught(|| tx.savepoint(|tx| (self.work)(tx, attempt))),
        };
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, commit: Result<()>) {
        tell(self.answer, self.outcome, commit);
    }
}

fn caught<T, E: From<StoreError>>(
    work: impl FnOnce() -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(StoreError::Database(panic_text(&*panic)).into()))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("a write panicked: {}", text.unwrap_or_default())
}

fn tell<T, E: From<StoreError>>(
    answer: Answer<T, E>,
    outcome: Option<std::result::Result<T, E>>,
    commit: Result<()>,
) {
    // The caller may have gone away; its work stays done.
    let _ = answer.send(match (outcome, commit) {
        (Some(Err(error)), _) => Err(error),
        (_, Err(error)) => Err(error.into()),
        (Some(done), Ok(())) => done,
        (None, Ok(())) => Err(StoreError::Closed.into()),
    });
}

/// The pieces of work of one transaction.
pub(crate) struct Group<'t> {
    tx: &'t WriteTx<'t>,
    jobs: Vec<Box<dyn Job>>,
    /// Where the row of pieces begins that ran hopefully, inside a savepoint that is open.
    hopeful_from: Option<usize>,
    /// After a failure the rest of the group runs carefully, so that no piece runs more than twice.
    attempt: Attempt,
    /// Why the transaction is of no use any more.
    lost: Result<()>,
}

impl<'t> Group<'t> {
    pub fn new(tx: &'t WriteTx<'t>) -> Self {
        Self { tx, jobs: Vec::new(), hopeful_from: None, attempt: Attempt::Hopeful, lost: Ok(()) }
    }

    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Runs a piece of work. Once the transaction is lost, it only hears of that with all others.
    pub fn take(&mut self, job: Box<dyn Job>) {
        self.jobs.push(job);
        if self.lost.is_ok() {
            self.lost = self.run_last();
        }
    }

    fn run_last(&mut self) -> Result<()> {
        let last = self.jobs.len() - 1;
        if self.attempt == Attempt::Careful || !self.jobs[last].is_repeatable() {
            self.settle()?;
            return self.run_carefully(last);
        }
        if self.hopeful_from.is_none() {
            self.tx.control("SAVEPOINT hopeful_row")?;
            self.hopeful_from = Some(last);
        }
        if self.jobs[last].run(self.tx, Attempt::Hopeful) { Ok(()) } else { self.repeat() }
    }

    /// Lets the row that ran hopefully stand.
    fn settle(&mut self) -> Result<()> {
        if self.hopeful_from.is_none() {
            return Ok(());
        }
        if self.tx.control("RELEASE hopeful_row").is_err() {
            // PostgreSQL refuses when a statement failed inside, though its work made nothing of it.
            return self.repeat();
        }
        self.hopeful_from = None;
        Ok(())
    }

    /// Undoes the row that ran hopefully, and runs each of its pieces in a savepoint of its own.
    fn repeat(&mut self) -> Result<()> {
        let Some(from) = self.hopeful_from.take() else { return Ok(()) };
        self.attempt = Attempt::Careful;
        self.tx.control("ROLLBACK TO hopeful_row")?;
        self.tx.control("RELEASE hopeful_row")?;
        (from..self.jobs.len()).try_for_each(|index| self.run_carefully(index))
    }

    fn run_carefully(&mut self, index: usize) -> Result<()> {
        if self.jobs[index].run(self.tx, Attempt::Careful) { Ok(()) } else { self.tx.standing() }
    }

    /// The pieces that wait for the commit, and whether there is anything to commit.
    pub fn finish(mut self) -> (Vec<Box<dyn Job>>, Result<()>) {
        if self.lost.is_ok() {
            self.lost = self.settle();
        }
        (self.jobs, self.lost)
    }
}
