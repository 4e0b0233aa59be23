//! The audience index of every bot, kept level with the log (DESIGN 3.4).
//!
//! It is built from the store in one snapshot, then follows the events table by number: a commit only wakes it,
//! so another process's events count too. **No** truth lives here; what is lost is built again.

use std::collections::HashMap;
use std::sync::Arc;

use audience::{ContactRow, Frozen, Index, IndexBuilder, LiveIndex};
use chrono_tz::Tz;
use domain::contact::{Attributes, Profile, Source};
use domain::event::{Event, EventBody};
use domain::expression::ConversationFacts;
use domain::ids::{BotId, CampaignId, ContactNumber, WorkspaceId};
use domain::time::Millis;
use parking_lot::Mutex;
use roaring::RoaringBitmap;
use store::{ReadTx, Reader, StoreError, bots, campaigns, contacts, conversations, events, recipients};

use crate::live::{Change, Live};
use crate::{EngineError, Result, catalog};

/// Events that one step of following reads.
const FOLLOW_BATCH: usize = 5_000;

/// The indexes of all bots that were asked for.
#[derive(Clone)]
pub struct People {
    reader: Reader,
    live: Live,
    bots: Arc<Mutex<HashMap<BotId, Arc<Followed>>>>,
}

/// One bot's index and the right to move it.
struct Followed {
    workspace: WorkspaceId,
    /// Held while the log is read and folded, so that each event is folded once.
    present: tokio::sync::Mutex<Option<Arc<LiveIndex>>>,
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
        Self { reader, live, bots: Arc::default() }
    }

    /// The people of a bot, level with the last committed event.
    ///
    /// # Errors
    /// There is no such bot, or the database failed.
    pub async fn latest(&self, bot: BotId) -> Result<Snapshot> {
        let followed = self.followed(bot).await?;
        let workspace = followed.workspace;
        let mut present = followed.present.lock().await;
        loop {
            let live = match &*present {
                Some(live) => Arc::clone(live),
                None => {
                    let index = self.reader.read(move |tx| build(tx, workspace, bot)).await?;
                    let live = Arc::new(LiveIndex::new(index));
                    *present = Some(Arc::clone(&live));
                    live
                }
            };
            if self.follow(bot, workspace, &live).await? {
                return Ok(Snapshot { index: live.snapshot(), workspace });
            }
            // Somebody moved the workspace to another time zone: its days begin at other moments now.
            *present = None;
        }
    }

    async fn followed(&self, bot: BotId) -> Result<Arc<Followed>> {
        if let Some(followed) = self.bots.lock().get(&bot) {
            return Ok(Arc::clone(followed));
        }
        let row = self.reader.read(move |tx| bots::of(tx, bot)).await?.ok_or(EngineError::NotFound("bot"))?;
        let fresh = Arc::new(Followed { workspace: row.workspace, present: tokio::sync::Mutex::new(None) });
        Ok(Arc::clone(self.bots.lock().entry(bot).or_insert(fresh)))
    }

    /// Folds what is new; false when the index cannot go on, since it was made for another time zone.
    async fn follow(&self, bot: BotId, workspace: WorkspaceId, live: &LiveIndex) -> Result<bool> {
        let before = live.snapshot();
        let mut number = before.number();
        loop {
            let news = self.reader.read(move |tx| read_news(tx, workspace, bot, number)).await?;
            if news.zone != before.zone() {
                return Ok(false);
            }
            for (campaign, frozen) in &news.frozen {
                live.freeze(*campaign, frozen);
            }
            number = live
                .apply_batch(&news.events)
                .map_err(|error| EngineError::Internal(format!("the index of bot {bot}: {error}")))?;
            for event in &news.events {
                self.live.tell(Change::of(workspace, bot, event));
            }
            if news.events.len() < FOLLOW_BATCH {
                return Ok(true);
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

/// The sets that were frozen with a campaign's audience.
///
/// # Errors
/// The database failed, or a set is damaged.
pub fn frozen_sets(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId) -> Result<Frozen> {
    let mut frozen = Frozen::default();
    for set in campaigns::sets(tx, bot, campaign)? {
        let bitmap = RoaringBitmap::deserialize_from(set.bitmap.as_slice())
            .map_err(|error| StoreError::Database(format!("a frozen set cannot be read: {error}")))?;
        match set.kind.as_str() {
            "audience" => frozen.audience = bitmap,
            "held_out" => frozen.held_out = bitmap,
            "stage" => frozen.stages.push((set.key, bitmap)),
            "tag" => frozen.tags.push((set.key, bitmap)),
            "segment" => frozen.segments.push((set.key, bitmap)),
            _ => frozen.sources.push((set.key, bitmap)),
        }
    }
    Ok(frozen)
}

fn build(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<Index> {
    let row = bots::of(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let mut builder = IndexBuilder::new(catalog::zone_of(tx, workspace)?);
    let mut threads: HashMap<ContactNumber, ConversationFacts> = HashMap::new();
    conversations::each(tx, bot, |contact, status, assignee| {
        threads.insert(contact, ConversationFacts { open: status == "open", assignee });
    })?;
    contacts::each(tx, bot, |contact| {
        if contact.erased {
            // Belongs to nothing any more, not even to everybody.
            return Ok(true);
        }
        builder.contact(&ContactRow {
            number: contact.number,
            conversation: threads.get(&contact.number).copied(),
            profile: contact.profile,
            source: contact.source,
            attributes: contact.attributes,
            first_seen: contact.first_seen,
            last_interaction: contact.last_interaction.max(contact.imported_interaction),
            reachability: contact.reachability,
        });
        if let Some(at) = contact.imported_interaction {
            builder.event(&imported(contact.number, at));
        }
        Ok(true)
    })?;
    builder.contact_numbers(u32::try_from(row.next_contact).unwrap_or(u32::MAX));
    contacts::each_tag(tx, bot, |contact, tag, at| builder.tag(contact, tag, at))?;
    events::each_counted(tx, bot, |event| builder.event(event))?;
    for campaign in campaigns::frozen(tx, bot)? {
        builder.campaign(campaign, &frozen_sets(tx, bot, campaign)?);
        recipients::each(tx, bot, campaign, |line| {
            builder.recipient(campaign, line.contact, line.outcome, line.answers);
        })?;
    }
    Ok(builder.finish(row.next_event - 1))
}

/// The event that an index counts an imported interaction by.
fn imported(number: ContactNumber, at: Millis) -> Event {
    let body = EventBody::ContactCreated {
        profile: Profile::default(),
        source: Source::default(),
        first_seen: at,
        last_interaction: Some(at),
        attributes: Attributes::default(),
    };
    Event { number: 0, contact: Some(number), at, body, windows: Vec::new() }
}
