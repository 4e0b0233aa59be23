//! Repeated creates: a key that the asker chose makes the same request happen once (for 24 hours).
//!
//! The key is written down *before* the work begins. So when the process dies between the work and the
//! remembered answer, a repeat is told that nobody knows, and nothing is made twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::ids::WorkspaceId;
use domain::time::{DAY_MS, Millis};
use sha2::{Digest, Sha256};
use store::Store;
use store::idempotency::{self, Remembered};

use crate::{Clock, EngineError, Result};

/// How long a key is remembered.
pub const REMEMBERED_MS: i64 = DAY_MS;
/// Keys that are too old to matter are removed at most this often.
const SWEEP_EVERY_MS: i64 = 60 * 60 * 1_000;
/// The status of a key whose work has begun and not ended.
const BEGUN: i64 = 0;

/// What keeps a request with a key from happening twice.
#[derive(Clone)]
pub struct Idempotency {
    store: Store,
    clock: Arc<dyn Clock>,
    swept_at: Arc<AtomicI64>,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Nothing yet: do the work, then [`Idempotency::finish`] or [`Idempotency::forget`].
    First(Key),
    /// It was done: this was the answer.
    Done { status: u16, body: String },
    /// Another request bore this key.
    Mismatch,
    /// The same request is being worked on, or the process ended in the middle of it.
    Unfinished,
}

/// A key that is being worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    workspace: WorkspaceId,
    key: String,
    fingerprint: String,
}

impl Idempotency {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, swept_at: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// Takes a key for a request, told apart from others by all its `parts` together.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin(&self, workspace: WorkspaceId, key: &str, parts: &[&[u8]]) -> Result<Attempt> {
        let key = Key { workspace, key: key.to_owned(), fingerprint: fingerprint(parts) };
        let now = self.clock.now();
        let sweeps = self.is_time_to_sweep(now);
        self.store
            .write(move |tx| {
                if sweeps {
                    idempotency::forget(tx, now - REMEMBERED_MS)?;
                }
                let known = idempotency::get(tx, workspace, &key.key, now - REMEMBERED_MS)?;
                Ok(match known {
                    None => {
                        let begun = Remembered {
                            fingerprint: key.fingerprint.clone(),
                            status: BEGUN,
                            body: String::new(),
                        };
                        idempotency::put(tx, workspace, &key.key, &begun, now)?;
                        Attempt::First(key)
                    }
                    Some(known) if known.fingerprint != key.fingerprint => Attempt::Mismatch,
                    Some(known) if known.status == BEGUN => Attempt::Unfinished,
                    Some(known) => {
                        let status = u16::try_from(known.status);
                        let status = status.map_err(|_| EngineError::Internal("bad status".into()))?;
                        Attempt::Done { status, body: known.body }
                    }
                })
            })
            .await
    }

    /// Remembers the answer.
    ///
    /// # Errors
    /// The database failed.
    pub async fn finish(&self, key: Key, status: u16, body: String) -> Result<()> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let answer = Remembered { fingerprint: key.fingerprint, status: i64::from(status), body };
                idempotency::put(tx, key.workspace, &key.key, &answer, now).map_err(EngineError::from)
            })
            .await
    }

    /// Gives a key free again: nothing was made.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget(&self, key: Key) -> Result<()> {
        self.store
            .write(move |tx| idempotency::remove(tx, key.workspace, &key.key).map_err(EngineError::from))
            .await
    }

    fn is_time_to_sweep(&self, now: Millis) -> bool {
        let swept_at = self.swept_at.load(Ordering::Relaxed);
        let due = swept_at.saturating_add(SWEEP_EVERY_MS) <= now;
        // Of several at once, one sweeps.
        due && self.swept_at.compare_exchange(swept_at, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// A hash over all parts, each with its length before it.
fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use store::StoreOptions;

    use super::*;
    use crate::ManualClock;

    #[tokio::test]
    async fn a_key_is_worked_on_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
        let clock = Arc::new(ManualClock::new(DAY_MS));
        let room = Idempotency::new(store, clock.clone());
        let (here, there) = (WorkspaceId(1), WorkspaceId(2));
        let begin = |workspace, parts: &'static [&'static [u8]]| {
            let room = room.clone();
            async move { room.begin(workspace, "k", parts).await.unwrap() }
        };
        let Attempt::First(key) = begin(here, &[b"a", b"b"]).await else { panic!("new key") };
        assert_eq!(begin(here, &[b"a", b"b"]).await, Attempt::Unfinished);
        assert_eq!(begin(here, &[b"ab", b""]).await, Attempt::Mismatch);
        assert!(matches!(begin(there, &[b"x"]).await, Attempt::First(_)), "keys are a workspace's own");
        room.finish(key, 201, "{}".into()).await.unwrap();
        let done = Attempt::Done { status: 201, body: "{}".into() };
        assert_eq!(begin(here, &[b"a", b"b"]).await, done);
        clock.set(2 * DAY_MS + 1);
        let Attempt::First(key) = begin(here, &[b"c"]).await else { panic!("forgotten after a day") };
        room.forget(key).await.unwrap();
        assert!(matches!(begin(here, &[b"d"]).await, Attempt::First(_)));
    }

    #[tokio::test]
    async fn old_keys_are_removed_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
        let clock = Arc::new(ManualClock::new(DAY_MS));
        let room = Idempotency::new(store.clone(), clock.clone());
        let here = WorkspaceId(1);
        let kept = |key: &'static str| {
            let store = store.clone();
            async move {
                store.reader().read(move |tx| idempotency::get(tx, here, key, 0)).await.unwrap().is_some()
            }
        };
        room.begin(here, "old", &[]).await.unwrap();
        clock.set(2 * DAY_MS + 1);
        room.begin(here, "new", &[]).await.unwrap();
        assert_eq!((kept("old").await, kept("new").await), (false, true));
    }
}
