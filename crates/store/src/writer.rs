//! The writer: one thread that commits many pieces of work at a time.
//!
//! A caller's closure runs in a savepoint of its own; the caller hears of it after the commit that holds it is
//! durable. So an acknowledged piece of work survives `kill -9`, and with [`Synchronous::Full`] a power cut, at a
//! fraction of the price of a commit for each.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use domain::ids::NodeId;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot, watch};

use crate::group::{Attempt, Group, Job, Once, Repeatable};
use crate::reader::Refusal;
use crate::server::{Occupancy, Server, Side, off_the_runtime};
use crate::sql::{Backend, WriteTx};
use crate::{Reader, Result, StoreError, migrate, moving, server};

/// Pieces of work that may wait for the writer; callers beyond wait for room.
const QUEUE_MAX: usize = 1_024;
/// Pieces of work that one commit may hold.
const GROUP_MAX: usize = 256;
/// How long to wait for another process (an import, say) that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// The disk: a commit survives a power cut.
    #[default]
    Full,
    /// The operating system: a commit survives the process.
    Normal,
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The folder of the database file `muster.db`.
    pub folder: PathBuf,
    pub synchronous: Synchronous,
    /// Refuse the folder when another process has it exclusively (`serve`, `demo`), and the PostgreSQL database when
    /// any server has it. Commands that work beside a running server leave this off.
    pub exclusive: bool,
    /// Which node this is: the PostgreSQL database is shared with other nodes then.
    pub node: Option<NodeId>,
    /// Read connections.
    pub readers: usize,
    /// `postgres://user:password@host/database`: the tables are there, not in the folder.
    pub postgres_url: Option<String>,
}

impl StoreOptions {
    /// The defaults for a folder: durable, exclusive, four readers.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            synchronous: Synchronous::Full,
            exclusive: true,
            node: None,
            readers: 4,
            postgres_url: None,
        }
    }
}

type Queue = mpsc::Receiver<Box<dyn Job>>;

/// A database that can be written. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::Sender<Box<dyn Job>>,
    committed: watch::Sender<u64>,
    reader: Reader,
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    is_shared: bool,
    thread: parking_lot::Mutex<Option<JoinHandle<()>>>,
    _lock: Option<File>,
}

impl Store {
    /// Opens or makes the database of a folder, or of a PostgreSQL server, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Unwritable`], [`StoreError::TooNew`], [`StoreError::Moved`], for a server
    /// also [`StoreError::Unreachable`], [`StoreError::Refused`], [`StoreError::Untrusted`],
    /// [`StoreError::TooOld`], [`StoreError::DatabaseInUse`] and [`StoreError::Unfinished`], or what the database said.
    pub fn open(options: &StoreOptions) -> Result<Self> {
        match &options.postgres_url {
            None => Self::open_folder(options),
            Some(url) => {
                let occupancy = match options.node {
                    _ if !options.exclusive => Occupancy::Beside,
                    Some(node) => Occupancy::Node(node),
                    None => Occupancy::Alone,
                };
                let server = Arc::new(Server::of(url, options.synchronous, occupancy)?);
                let readers = options.readers;
                off_the_runtime(move || Self::open_server(&server, readers))?
            }
        }
    }

    fn open_folder(options: &StoreOptions) -> Result<Self> {
        let folder = &options.folder;
        moving::refuse_moved(folder)?;
        let unwritable =
            |reason: String| StoreError::Unwritable { path: folder.display().to_string(), reason };
        std::fs::create_dir_all(folder).map_err(|error| unwritable(error.to_string()))?;
        let lock = if options.exclusive { Some(lock_folder(folder)?) } else { None };
        let path = folder.join("muster.db");
        let mut connection = connect(&path, options.synchronous).map_err(|error| match error {
            StoreError::Database(reason) => unwritable(reason),
            other => other,
        })?;
        migrate::sqlite(&mut connection)?;
        let reader = Reader::open(&path, options.readers)?;
        Self::begin(reader, lock, path, false, move |queue, ends| {
            write_until_closed(&connection, queue, ends)
        })
    }

    fn open_server(server: &Arc<Server>, readers: usize) -> Result<Self> {
        let mut connection = server::Connection::open(server, Side::Writes)?;
        migrate::postgres(&mut connection, &server.name())?;
        let reader = Reader::to_server(server, readers)?;
        let path = PathBuf::from(server.name());
        let is_shared = server.is_shared();
        let store = Self::begin(reader, None, path, is_shared, move |queue, ends| {
            write_to_server_until_closed(&mut connection, queue, ends);
        })?;
        if server.is_listening() {
            store.follow(Arc::clone(server))?;
        }
        Ok(store)
    }

    fn begin(
        reader: Reader,
        lock: Option<File>,
        path: PathBuf,
        is_shared: bool,
        write: impl FnOnce(Queue, &Ends) + Send + 'static,
    ) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        let committed = watch::Sender::new(0);
        let ends = Ends { commits: committed.clone(), refusal: reader.refusal.clone() };
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write(queue, &ends))
            .map_err(|error| StoreError::Database(error.to_string()))?;
        let shared = Shared { path, is_shared, thread: parking_lot::Mutex::new(Some(thread)), _lock: lock };
        Ok(Self { jobs, committed, reader, shared: Arc::new(shared) })
    }

    /// Counts other processes' commits too, for as long as anybody has this store.
    fn follow(&self, server: Arc<Server>) -> Result<()> {
        let commits = self.committed.clone();
        let jobs = self.jobs.downgrade();
        let heard = move |is_news: bool| {
            if is_news {
                commits.send_modify(|count| *count += 1);
            }
            jobs.strong_count() > 0
        };
        std::thread::Builder::new()
            .name("store-listener".into())
            .spawn(move || server.listen(heard))
            .map(drop)
            .map_err(|error| StoreError::Database(error.to_string()))
    }

    /// Runs `work` in a savepoint of the next group commit and answers once that commit is durable.
    ///
    /// `work` must not wait for anything: every other writer waits for it.
    ///
    /// # Errors
    /// What `work` answered (its changes are undone then), or the failure of the commit.
    pub async fn write<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let (answer, heard) = oneshot::channel();
        self.hand_in(Box::new(Once::new(work, answer)), heard).await
    }

    /// As [`Store::write`], for work that happens often: it shares a savepoint with its neighbours, which is much
    /// cheaper. When it or one of them fails, all of them are undone and each runs again, in a savepoint of its own;
    /// what it answered before is forgotten. So `work` must have no effect besides those on the transaction.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_repeatably<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&WriteTx<'_>, Attempt) -> std::result::Result<T, E> + Send + 'static,
    {
        let (answer, heard) = oneshot::channel();
        self.hand_in(Box::new(Repeatable::new(work, answer)), heard).await
    }

    async fn hand_in<T, E: From<StoreError>>(
        &self,
        job: Box<dyn Job>,
        heard: oneshot::Receiver<std::result::Result<T, E>>,
    ) -> std::result::Result<T, E> {
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        heard.await.map_err(|_| StoreError::Closed)?
    }

    /// The read side alone.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Changes with every commit of this process, and with those of other nodes on PostgreSQL. It is a hint: another
    /// process's commit to a SQLite file does not show here, and one may be missed while the server is away. Who
    /// follows the log also looks at it from time to time.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Whether other servers may have the database at the same time.
    pub fn is_shared(&self) -> bool {
        self.shared.is_shared
    }

    /// The database file; of a PostgreSQL database, its host and name.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Waits until everything that was handed in is durable and the file is closed. Other handles answer
    /// [`StoreError::Closed`] once the last of them is gone.
    pub async fn close(self) {
        let shared = Arc::clone(&self.shared);
        drop(self);
        let thread = shared.thread.lock().take();
        if let Some(thread) = thread {
            // A writer that panicked has already failed every waiting caller.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

pub(crate) fn lock_folder(folder: &Path) -> Result<File> {
    let path = folder.join("muster.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(|error| {
        StoreError::Unwritable { path: folder.display().to_string(), reason: error.to_string() }
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(StoreError::InUse(folder.display().to_string())),
    }
}

/// A connection with the settings that every one of ours has.
pub(crate) fn connect(path: &Path, synchronous: Synchronous) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(
        None,
        "synchronous",
        match synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        },
    )?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    // What is erased is overwritten, so that the file does not remember a person who was to be forgotten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // 16 MiB of pages a connection: the working set of a writer, and small enough for an idle server.
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.set_prepared_statement_cache_capacity(256);
    // A plan never depends on a value: otherwise SQLite makes the plan of a statement with a `LIMIT` anew at every run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn write_until_closed(connection: &Connection, mut queue: Queue, ends: &Ends) {
    while let Some(first) = queue.blocking_recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            ends.refuse_all(first, &mut queue, &error.into());
            continue;
        }
        let tx = WriteTx::new(Backend::Sqlite(connection));
        let (jobs, ready) = run_group(&tx, first, &mut queue);
        let commit = ready.and_then(|()| Ok(connection.execute_batch("COMMIT")?));
        if commit.is_err() && !connection.is_autocommit() {
            // The transaction is doomed; a failing rollback changes nothing about that.
            let _ = connection.execute_batch("ROLLBACK");
        }
        ends.acknowledge(jobs, &commit, tx.has_met_full());
    }
    // Leaves a small file behind for whoever copies the folder; a failure costs nothing.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// A group is run once: who waits for a group whose connection was lost hears of a failure, and the next group
/// connects again. A commit whose answer was lost is asked after: what stands is acknowledged.
fn write_to_server_until_closed(connection: &mut server::Connection, mut queue: Queue, ends: &Ends) {
    while let Some(first) = queue.blocking_recv() {
        let session = match connection.begin() {
            Ok(session) => session,
            Err(error) => {
                ends.refuse_all(first, &mut queue, &error);
                continue;
            }
        };
        let tx = WriteTx::new(Backend::Postgres(&session));
        let (jobs, ready) = run_group(&tx, first, &mut queue);
        let met_full = tx.has_met_full();
        let commit = match ready {
            Ok(()) => session.commit().or_else(|lost| connection.outcome_of(lost)),
            Err(error) => {
                // Takes back what it did.
                drop(session);
                Err(error)
            }
        };
        ends.acknowledge(jobs, &commit, met_full);
    }
}

/// How groups end, for whoever wants to know.
struct Ends {
    commits: watch::Sender<u64>,
    refusal: Refusal,
}

impl Ends {
    fn acknowledge(&self, jobs: Vec<Box<dyn Job>>, commit: &Result<()>, met_full: bool) {
        if let Err(error) = commit {
            tracing::error!(%error, "a commit failed; nothing of it was acknowledged");
        }
        // A piece that found no room heard so, while its neighbours may have been committed.
        let full = met_full.then_some(&StoreError::Full);
        self.refusal.set(full.or(commit.as_ref().err()));
        self.commits.send_modify(|count| *count += 1);
        for job in jobs {
            job.answer(commit.clone());
        }
    }

    /// The database takes no writes: a job and those that wait behind it hear why, and none of their work is begun.
    /// Each would wait as long for the same answer.
    fn refuse_all(&self, first: Box<dyn Job>, queue: &mut Queue, error: &StoreError) {
        tracing::error!(%error, "the database takes no writes");
        self.refusal.set(Some(error));
        first.answer(Err(error.clone()));
        for _ in 0..QUEUE_MAX {
            let Ok(job) = queue.try_recv() else { break };
            job.answer(Err(error.clone()));
        }
    }
}

/// The group's jobs, and whether there is anything to commit.
fn run_group(tx: &WriteTx<'_>, first: Box<dyn Job>, queue: &mut Queue) -> (Vec<Box<dyn Job>>, Result<()>) {
    let mut group = Group::new(tx);
    group.take(first);
    while group.len() < GROUP_MAX
        && let Ok(job) = queue.try_recv()
    {
        group.take(job);
    }
    group.finish()
}
