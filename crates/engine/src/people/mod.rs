//! The audience index of every bot, kept level with the log.
//!
//! It is read from its file ([`keeping`]) or built from the store's [`rows`] in one snapshot of the database, then
//! follows the events table by number: a commit only wakes it, so another process's events count too. **No** truth
//! lives here; what is lost is built again.

mod file;
mod keeping;
mod rows;
mod shelf;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use audience::{Frozen, Index, LiveIndex};
use chrono_tz::Tz;
use domain::event::{Event, EventBody};
use domain::ids::{BotId, CampaignId, WorkspaceId};
use parking_lot::Mutex;
use store::{ReadTx, Reader, bots, events};

use crate::live::{Change, Live};
use crate::{EngineError, Result, catalog};
use keeping::{Keeper, Kept};

pub use file::{Label, Opened, Refusal};
pub use keeping::name_log;
pub(crate) use keeping::rename_log;
pub use rows::frozen_sets;
pub use shelf::{Draft, Shelf};

/// Events that one step of following reads.
const FOLLOW_BATCH: usize = 5_000;

/// The indexes of all bots that were asked for.
#[derive(Clone)]
pub struct People {
    reader: Reader,
    live: Live,
    /// Who keeps snapshots; nobody in a command.
    keeper: Option<Keeper>,
    bots: Arc<Mutex<HashMap<BotId, Arc<Followed>>>>,
}

/// One bot's index and the right to move it.
struct Followed {
    workspace: WorkspaceId,
    /// Held while the log is read and folded, so that each event is folded once.
    present: tokio::sync::Mutex<Option<Arc<LiveIndex>>>,
    kept: Mutex<Kept>,
}

/// How following the log ended.
enum Reached {
    /// At the last committed event.
    Present,
    /// Nowhere: this index cannot go on, for this reason.
    Nothing(&'static str),
}

/// The people of a bot at one event number.
#[derive(Clone)]
pub struct Snapshot {
    pub index: Arc<Index>,
    pub workspace: WorkspaceId,
}

impl Snapshot {
    /// The time zone that the index's days are made with.
    pub fn zone(&self) -> Tz {
        self.index.zone()
    }
}

impl People {
    /// No index is built before somebody asks for it.
    pub fn new(reader: Reader, live: Live) -> Self {
        Self { reader, live, keeper: None, bots: Arc::default() }
    }

    /// The people of a bot, level with the last committed event.
    ///
    /// # Errors
    /// There is no such bot, or the database failed.
    pub async fn latest(&self, bot: BotId) -> Result<Snapshot> {
        let followed = self.followed(bot).await?;
        let mut present = followed.present.lock().await;
        let mut trusted = true;
        loop {
            let live = match &*present {
                Some(live) => Arc::clone(live),
                None => {
                    let live = Arc::new(LiveIndex::new(self.begin(bot, &followed, trusted).await?));
                    *present = Some(Arc::clone(&live));
                    live
                }
            };
            let Reached::Nothing(reason) = self.follow(bot, &followed, &live).await? else {
                self.keep_if_due(bot, &followed, &live);
                return Ok(Snapshot { index: live.snapshot(), workspace: followed.workspace });
            };
            self.distrust(bot, reason).await;
            *present = None;
            trusted = false;
        }
    }

    async fn followed(&self, bot: BotId) -> Result<Arc<Followed>> {
        if let Some(followed) = self.bots.lock().get(&bot) {
            return Ok(Arc::clone(followed));
        }
        let row = self.reader.read(move |tx| bots::of(tx, bot)).await?.ok_or(EngineError::NotFound("bot"))?;
        let fresh = Arc::new(Followed {
            workspace: row.workspace,
            present: tokio::sync::Mutex::new(None),
            kept: Mutex::default(),
        });
        Ok(Arc::clone(self.bots.lock().entry(bot).or_insert(fresh)))
    }

    /// The index to begin with: read from its file, or else built from rows.
    async fn begin(&self, bot: BotId, followed: &Followed, trusted: bool) -> Result<Index> {
        if trusted && let Some(index) = self.shelved(bot, followed).await? {
            return Ok(index);
        }
        let workspace = followed.workspace;
        self.reader.read(move |tx| rows::build(tx, workspace, bot)).await
    }

    /// Folds what is new.
    async fn follow(&self, bot: BotId, followed: &Arc<Followed>, live: &LiveIndex) -> Result<Reached> {
        let (before, workspace) = (live.snapshot(), followed.workspace);
        let mut number = before.number();
        loop {
            let news = self.reader.read(move |tx| read_news(tx, workspace, bot, number)).await?;
            if news.zone != before.zone() {
                return Ok(Reached::Nothing("another time zone"));
            }
            for (campaign, frozen) in &news.frozen {
                live.freeze(*campaign, frozen);
            }
            number = match live.apply_batch(&news.events) {
                Ok(number) => number,
                Err(error) if followed.kept.lock().was_read => {
                    tracing::warn!(%bot, %error, "the index cannot go on");
                    return Ok(Reached::Nothing("a log that went on otherwise"));
                }
                Err(error) => return Err(EngineError::Internal(format!("the index of bot {bot}: {error}"))),
            };
            self.forget_erased(bot, followed, &news.events).await;
            let told = followed.kept.lock().told;
            for event in news.events.iter().filter(|event| event.number > told) {
                self.live.tell(Change::of(workspace, bot, event));
            }
            if news.events.len() < FOLLOW_BATCH {
                return Ok(Reached::Present);
            }
        }
    }
}

/// What a step of following reads, in one snapshot.
struct News {
    zone: Tz,
    events: Vec<Event>,
    frozen: Vec<(CampaignId, Frozen)>,
}

fn read_news(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, number: i64) -> Result<News> {
    let zone = catalog::zone_of(tx, workspace)?;
    let events = events::after(tx, bot, number, FOLLOW_BATCH)?;
    let mut frozen = Vec::new();
    for event in &events {
        if let EventBody::CampaignStarted { campaign } = event.body {
            frozen.push((campaign, frozen_sets(tx, bot, campaign)?));
        }
    }
    Ok(News { zone, events, frozen })
}
