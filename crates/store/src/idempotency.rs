//! Answers remembered by `Idempotency-Key`, so that a repeated create makes nothing twice.

use domain::ids::WorkspaceId;
use domain::time::Millis;

use crate::sql::params;
use crate::{ReadTx, Result, WriteTx};

/// What a create answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Tells whether the repeated request is the same one.
    pub fingerprint: String,
    pub status: i64,
    pub body: String,
}

/// The answer kept under a key.
pub fn get(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    key: &str,
    not_before: Millis,
) -> Result<Option<Remembered>> {
    tx.row(
        "SELECT fingerprint, status, body FROM idempotency WHERE workspace_id = $1 AND key = $2 AND created_at >= $3",
        params![workspace, key, not_before],
        |row| Ok(Remembered { fingerprint: row.get(0)?, status: row.get(1)?, body: row.get(2)? }),
    )
}

/// Keeps an answer.
pub fn put(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    key: &str,
    answer: &Remembered,
    now: Millis,
) -> Result<()> {
    tx.run(
        "INSERT INTO idempotency (workspace_id, key, fingerprint, status, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, key) DO UPDATE SET \
         fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body, \
         created_at = excluded.created_at",
        params![workspace, key, &answer.fingerprint, answer.status, &answer.body, now],
    )?;
    Ok(())
}

/// Forgets one key.
pub fn remove(tx: &WriteTx<'_>, workspace: WorkspaceId, key: &str) -> Result<()> {
    tx.run("DELETE FROM idempotency WHERE workspace_id = $1 AND key = $2", params![workspace, key])?;
    Ok(())
}

/// Forgets what is older than a moment.
pub fn forget(tx: &WriteTx<'_>, before: Millis) -> Result<usize> {
    tx.run("DELETE FROM idempotency WHERE created_at < $1", params![before])
}
