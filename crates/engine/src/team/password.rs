//! Passwords: hashed on threads for blocking work, a few at a time, in equal time for everybody.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use crate::secrets::{hash_password, verify_password};
use crate::{EngineError, Result};

/// The shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// The longest password, in characters.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Hashes computed at once: each takes 19 MiB.
const HASHES_MAX: usize = 4;

/// Hashes and checks passwords.
#[derive(Clone)]
pub(super) struct Passwords {
    permits: Arc<Semaphore>,
}

/// The hash of no password: checked when the address is not known, so that the answer takes as long.
static NOBODY: OnceLock<Option<String>> = OnceLock::new();

impl Passwords {
    pub(super) fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(HASHES_MAX)) }
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// It is too short or too long, under `/password`.
    pub(super) async fn hash(&self, password: String) -> Result<String> {
        let chars = password.chars().count();
        if chars < PASSWORD_CHARS_MIN {
            let message = format!("must have at least {PASSWORD_CHARS_MIN} characters");
            return Err(EngineError::field("/password", "too_short", message));
        }
        if chars > PASSWORD_CHARS_MAX {
            let message = format!("must have at most {PASSWORD_CHARS_MAX} characters");
            return Err(EngineError::field("/password", "too_long", message));
        }
        self.blocking(move || hash_password(&password)).await?
    }

    /// Whether the password is the one that was hashed; never for a missing hash, but as slowly.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return Ok(false);
        }
        self.blocking(move || {
            let known = hash.is_some();
            let nobody = || NOBODY.get_or_init(|| hash_password("nobody has this password").ok()).clone();
            let hash = hash.or_else(nobody);
            hash.is_some_and(|hash| verify_password(&password, &hash)) && known
        })
        .await
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let ended = |_| EngineError::Internal("hashing a password ended early".into());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| {
            // The semaphore is never closed.
            EngineError::Internal("no password can be hashed".into())
        })?;
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        task.await.map_err(ended)
    }
}
