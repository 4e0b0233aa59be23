//! How long a workspace keeps what people wrote and what their visits told, and the keeper that blanks what is older.
//!
//! Blanking leaves kind, number and time: **no** count, report or segment changes by it.

mod keeper;

use std::sync::Arc;

use domain::ids::{BotId, MemberId, WorkspaceId};
use domain::named::Named;
use domain::retention::{Kept, Retention};
use domain::time::Millis;
use serde_json::json;
use store::retention::{self, Decision, Walk};
use store::{ReadTx, Store, bots, team};
use tokio::sync::Notify;

use crate::{Clock, EngineError, Result};

/// The room of retention.
#[derive(Clone)]
pub struct Keeper {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Days that addresses of visitors are kept whole, by the installation's configuration.
    address_days: u32,
    /// Rung when a workspace has decided.
    decided: Arc<Notify>,
}

/// What a workspace keeps, and who decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub retention: Retention,
    /// Rises with every change; 0 is nobody's decision: the defaults.
    pub version: i64,
    pub changed_at: Option<Millis>,
    /// A member and their name, as far as they are still there.
    pub changed_by: Option<(MemberId, String)>,
    /// Days after which a visitor's address is cut to its network.
    pub address_days: u32,
}

/// Rows that are older than what is kept and still have words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Older {
    /// Messages to and from people.
    pub texts: i64,
    pub raw: i64,
    pub visits: i64,
    pub notes: i64,
}

impl Keeper {
    /// The rules of every workspace of the store.
    pub fn new(store: Store, clock: Arc<dyn Clock>, address_days: u32) -> Self {
        Self { store, clock, address_days, decided: Arc::default() }
    }

    /// What the workspace keeps.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rules(&self, workspace: WorkspaceId) -> Result<Rules> {
        let address_days = self.address_days;
        self.store.reader().read(move |tx| rules(tx, workspace, address_days)).await
    }

    /// Decides what is kept from now on; the keeper begins at once.
    ///
    /// # Errors
    /// A time out of range, under its field; `version` is not the present one: somebody else decided meanwhile.
    pub async fn decide(
        &self,
        workspace: WorkspaceId,
        wanted: Retention,
        version: i64,
        by: Option<MemberId>,
    ) -> Result<Rules> {
        let retention = wanted.checked().map_err(EngineError::Invalid)?;
        let (now, address_days) = (self.clock.now(), self.address_days);
        let write = self.store.write(move |tx| {
            let present = retention::get(tx, workspace)?;
            if present.version != version {
                let message = "somebody else changed what is kept meanwhile".to_owned();
                return Err(EngineError::Conflict {
                    message,
                    current: Some(json!({"version": present.version})),
                });
            }
            let changed_at = Some(now);
            let decision = Decision { retention, version: version + 1, changed_at, changed_by: by };
            retention::put(tx, workspace, &decision)?;
            rules(tx, workspace, address_days)
        });
        let rules = write.await?;
        self.decided.notify_one();
        Ok(rules)
    }

    /// What would go if a workspace decided so.
    ///
    /// # Errors
    /// A time out of range, under its field.
    pub async fn preview(&self, workspace: WorkspaceId, wanted: Retention) -> Result<Older> {
        let wanted = wanted.checked().map_err(EngineError::Invalid)?;
        let now = self.clock.now();
        self.store.reader().read(move |tx| older(tx, workspace, &wanted, now)).await
    }
}

fn rules(tx: &ReadTx<'_>, workspace: WorkspaceId, address_days: u32) -> Result<Rules> {
    let Decision { retention, version, changed_at, changed_by } = retention::get(tx, workspace)?;
    let member = changed_by.map(|member| team::member(tx, workspace, member)).transpose()?.flatten();
    let changed_by = member.map(|member| (member.id, member.name));
    Ok(Rules { retention, version, changed_at, changed_by, address_days })
}

fn older(tx: &ReadTx<'_>, workspace: WorkspaceId, wanted: &Retention, now: Millis) -> Result<Older> {
    let mut found = Older::default();
    for bot in bots::list(tx, workspace)? {
        for walk in Walk::ALL.iter().copied() {
            let Some(before) = wanted.before(walk.kept(), now) else { continue };
            let count = count(tx, workspace, bot.id, walk, before)?;
            match walk {
                Walk::EventTexts | Walk::Outbox => found.texts += count,
                Walk::EventRaw => found.raw += count,
            }
        }
        if let Some(before) = wanted.before(Kept::Notes, now) {
            found.notes += retention::count_notes(tx, bot.id, before)?;
        }
    }
    if let Some(before) = wanted.before(Kept::Visits, now) {
        found.visits = retention::count_visits(tx, workspace, before)?;
    }
    Ok(found)
}

fn count(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, walk: Walk, before: Millis) -> Result<i64> {
    let mark = retention::mark(tx, workspace, bot, walk)?;
    Ok(retention::count_worded(tx, bot, walk, mark, before)?)
}
