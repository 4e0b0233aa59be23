//! The store's promises, held on both databases: each test of the suite runs once on SQLite and once on PostgreSQL.

mod bulk;
mod conversations;
mod duties;
mod encryption;
mod files;
mod last_interactions;
mod retention;
mod schema;
mod search;
mod servers;
mod suite;
mod visit_counts;

use domain::contact::Profile;
use domain::ids::{BotId, ContactNumber, WorkspaceId};

use crate::contacts::Contact;
use crate::{Store, StoreError, StoreOptions, WriteTx, bots, team};

/// A database of a test's own.
pub(crate) struct House {
    pub(crate) options: StoreOptions,
    _folder: tempfile::TempDir,
}

impl House {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { options: StoreOptions::new(folder.path()), _folder: folder }
    }

    /// None where PostgreSQL is not installed; the test says so and passes.
    fn postgres() -> Option<Self> {
        let mut house = Self::sqlite();
        house.options.postgres_url = Some(cluster::database_or_skip()?);
        Some(house)
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(&self.options).unwrap()
    }

    /// As a command beside a running server does.
    fn open_beside(&self) -> Store {
        Store::open(&StoreOptions { exclusive: false, ..self.options.clone() }).unwrap()
    }
}

/// Runs every test of the suite on both databases.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&crate::tests::House::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(house) = crate::tests::House::postgres() {
                    super::$test(&house).await;
                }
            })+
        }
    };
}
use on_both;

/// Somebody of whom nothing is known but a name.
pub(crate) fn person(number: u32, first_name: impl Into<String>) -> Contact {
    Contact {
        number: ContactNumber(number),
        telegram_id: i64::from(number) + 1_000,
        profile: Profile { first_name: Some(first_name.into()), ..Profile::default() },
        source: Default::default(),
        attributes: Default::default(),
        reachability: Default::default(),
        first_seen: 1,
        last_interaction: None,
        imported_interaction: None,
        erased: false,
    }
}

pub(crate) fn bot(tx: &WriteTx<'_>, telegram_id: i64) -> Result<(WorkspaceId, BotId), StoreError> {
    let workspace = team::insert_workspace(tx, "Lantern", "UTC", 1)?;
    let new = bots::NewBot {
        telegram_id,
        username: "lantern_bot",
        name: "Lantern",
        token_sealed: b"sealed",
        bulk_per_second: None,
        now: 1,
    };
    Ok((workspace, bots::insert(tx, workspace, &new)?))
}
