//! Readers: a few connections, each read in one snapshot, none in the way of the writer.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::server::{Server, Side};
use crate::sql::{Backend, ReadTx};
use crate::writer::{Synchronous, connect};
use crate::{Result, StoreError, server};

/// The side of the store that cannot change anything.
#[derive(Clone)]
pub struct Reader {
    free: Arc<Mutex<Vec<Link>>>,
    permits: Arc<Semaphore>,
    pub(crate) refusal: Refusal,
}

/// Why the last group of writes was refused, for as long as none was taken since.
#[derive(Clone, Default)]
pub(crate) struct Refusal(Arc<Mutex<Option<StoreError>>>);

impl Refusal {
    pub(crate) fn set(&self, refused: Option<&StoreError>) {
        let mut known = self.0.lock();
        if known.as_ref() != refused {
            *known = refused.cloned();
        }
    }
}

/// A connection of the pool. Those to a server are boxed, since they are much larger.
enum Link {
    Sqlite(Connection),
    Postgres(Box<server::Connection>),
}

impl Reader {
    pub(crate) fn open(path: &Path, count: usize) -> Result<Self> {
        Self::of(count, || {
            let connection = connect(path, Synchronous::Normal)?;
            connection.pragma_update(None, "query_only", "ON")?;
            Ok(Link::Sqlite(connection))
        })
    }

    pub(crate) fn to_server(server: &Arc<Server>, count: usize) -> Result<Self> {
        Self::of(count, || Ok(Link::Postgres(Box::new(server::Connection::open(server, Side::Reads)?))))
    }

    fn of(count: usize, link: impl Fn() -> Result<Link>) -> Result<Self> {
        let count = count.max(1);
        let free = (0..count).map(|_| link()).collect::<Result<Vec<_>>>()?;
        let permits = Arc::new(Semaphore::new(count));
        Ok(Self { free: Arc::new(Mutex::new(free)), permits, refusal: Refusal::default() })
    }

    /// Why the store took nothing the last time that something was to be written; nothing once it took something
    /// again.
    pub fn refusal(&self) -> Option<StoreError> {
        self.refusal.0.lock().clone()
    }

    /// Runs `work` on a thread for blocking work, in one snapshot of the database.
    ///
    /// # Errors
    /// What `work` answered, or what the database said.
    pub async fn read<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&ReadTx<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let free = Arc::clone(&self.free);
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let link = free.lock().pop().ok_or(StoreError::Closed)?;
            let mut lent = Lent { link: Some(link), free };
            lent.snapshot(work)
        });
        task.await.map_err(|error| StoreError::Database(format!("a read failed: {error}")))?
    }
}

/// A connection that goes back to the pool however its reader ends.
struct Lent {
    link: Option<Link>,
    free: Arc<Mutex<Vec<Link>>>,
}

impl Lent {
    fn snapshot<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&ReadTx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        match self.link.as_mut().ok_or(StoreError::Closed)? {
            Link::Sqlite(connection) => {
                connection.execute_batch("BEGIN").map_err(StoreError::from)?;
                let answer = work(&ReadTx(Backend::Sqlite(connection)));
                connection.execute_batch("COMMIT").map_err(StoreError::from)?;
                answer
            }
            // Dropping the session ends its transaction: there is nothing to commit.
            Link::Postgres(connection) => {
                let session = connection.begin()?;
                work(&ReadTx(Backend::Postgres(&session)))
            }
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(link) = self.link.take() {
            if let Link::Sqlite(connection) = &link
                && !connection.is_autocommit()
            {
                // A reader that panicked left its snapshot open.
                let _ = connection.execute_batch("ROLLBACK");
            }
            self.free.lock().push(link);
        }
    }
}
