//! The team: the workspace, its members and what they may do, how they sign in, and the tokens of their programs.

mod attempts;
mod caller;
mod defaults;
mod invitations;
mod members;
mod password;
mod phrases;
mod sessions;
mod telegram_account;
#[cfg(test)]
mod tests;
mod tokens;
mod workspace;

use std::sync::Arc;

use parking_lot::Mutex;
use store::Store;

use crate::Clock;
use attempts::Attempts;
use password::Passwords;
use tokens::LastUses;

pub use caller::Caller;
pub use domain::team::Role;
pub use invitations::{Invitation, OpenLink};
pub use members::Member;
pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
pub use phrases::DecidedPhrases;
pub use sessions::{OpenSession, SESSION_LIFETIME_MS, SignedIn};
pub use store::team::Purpose;
pub use telegram_account::{TelegramAccount, TelegramLink};
pub use tokens::{ApiToken, NewApiToken};
pub use workspace::Workspace;

/// The room of the team.
#[derive(Clone)]
pub struct Team {
    store: Store,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    attempts: Arc<Mutex<Attempts>>,
    last_uses: Arc<Mutex<LastUses>>,
}

impl Team {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            passwords: Passwords::new(),
            attempts: Arc::default(),
            last_uses: Arc::default(),
        }
    }
}
