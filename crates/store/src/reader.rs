//! Readers: a few connections, each read in one snapshot, none in the way of the writer.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::sql::ReadTx;
use crate::writer::{Synchronous, connect};
use crate::{Result, StoreError};

/// The side of the store that cannot change anything.
#[derive(Clone)]
pub struct Reader {
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Reader {
    pub(crate) fn open(path: &Path, count: usize) -> Result<Self> {
        let count = count.max(1);
        let mut free = Vec::with_capacity(count);
        for _ in 0..count {
            let connection = connect(path, Synchronous::Normal)?;
            connection.pragma_update(None, "query_only", "ON")?;
            free.push(connection);
        }
        Ok(Self { free: Arc::new(Mutex::new(free)), permits: Arc::new(Semaphore::new(count)) })
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
            let connection = free.lock().pop().ok_or(StoreError::Closed)?;
            let lent = Lent { connection: Some(connection), free };
            lent.snapshot(work)
        });
        task.await.map_err(|error| StoreError::Database(format!("a read failed: {error}")))?
    }
}

/// A connection that goes back to the pool however its reader ends.
struct Lent {
    connection: Option<Connection>,
    free: Arc<Mutex<Vec<Connection>>>,
}

impl Lent {
    fn snapshot<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&ReadTx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let connection = self.connection.as_ref().ok_or(StoreError::Closed)?;
        connection.execute_batch("BEGIN").map_err(StoreError::from)?;
        let answer = work(&ReadTx(connection));
        connection.execute_batch("COMMIT").map_err(StoreError::from)?;
        answer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            if !connection.is_autocommit() {
                // A reader that panicked left its snapshot open.
                let _ = connection.execute_batch("ROLLBACK");
            }
            self.free.lock().push(connection);
        }
    }
}
