//! Starting: the audience is frozen, then written into the ledger, then the first wave may go.
//!
//! The frozen order is stored before the first line, so that a start that was cut short goes on where it stopped.

use std::time::Duration;

use audience::{FreezeOrder, FrozenAudience, FrozenNames};
use domain::campaign::{Action, Happening, Status};
use domain::contact::SOURCE_FIELDS;
use domain::event::EventBody;
use domain::expression::Resolved;
use domain::ids::{BotId, CampaignId, ContactNumber, WorkspaceId};
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::campaigns::{FrozenSet, SetKind};
use store::{WriteTx, bots, campaigns, recipients, segments, tags};
use tokio_util::sync::CancellationToken;

use super::{CampaignView, Campaigns, allow, owned};
use crate::catalog::WorkspaceCatalog;
use crate::people::Snapshot;
use crate::{EngineError, Result, dead_token, journal};

/// Ledger lines that one commit writes.
const LINES_A_COMMIT: usize = 5_000;
/// How often starts that were cut short are looked for.
const RESUME_EVERY: Duration = Duration::from_secs(10);
/// Saved segments whose people are kept for the report's breakdown: the latest changed.
const FROZEN_SEGMENTS_MAX: usize = 100;

impl Campaigns {
    /// Freezes the audience and begins to send: to the first `canary` people, or to everyone.
    ///
    /// # Errors
    /// It is no draft; the audience names something that is gone, or nobody is in it.
    pub async fn start(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        canary: Option<i64>,
    ) -> Result<CampaignView> {
        if canary.is_some_and(|people| people < 1) {
            return Err(EngineError::field("/canary", "out_of_range", "must be at least 1"));
        }
        let bot = self.store.reader().read(move |tx| owned(tx, workspace, id)).await?.0;
        let snapshot = self.people.latest(bot).await?;
        let now = self.clock.now();
        self.store.write(move |tx| freeze(tx, workspace, id, canary, &snapshot, now)).await?;
        self.fill_ledger(bot, id).await?;
        self.get(workspace, id).await
    }

    /// Goes on with every start that was cut short, on this node or another, until told to stop.
    pub async fn keep_starting(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.resume_starts().await {
                tracing::error!(%error, "a campaign whose start was cut short does not go on yet");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(RESUME_EVERY) => {}
            }
        }
    }

    /// Goes on with every start that was cut short. One that goes on already is only helped: each commit reads where
    /// the last one ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resume_starts(&self) -> Result<()> {
        let starting = self
            .store
            .reader()
            .read(|tx| {
                let mut all = Vec::new();
                for bot in bots::all(tx)? {
                    let rows = campaigns::list(tx, bot.id, Some(Status::Starting), i64::MAX, 1_000)?;
                    all.extend(rows.into_iter().map(|row| (bot.id, row.id)));
                }
                Ok::<_, EngineError>(all)
            })
            .await?;
        for (bot, id) in starting {
            self.fill_ledger(bot, id).await?;
        }
        Ok(())
    }

    /// Writes the frozen order into the ledger, and then lets the sender have it.
    async fn fill_ledger(&self, bot: BotId, id: CampaignId) -> Result<()> {
        let now = self.clock.now();
        loop {
            let filled = self.store.write(move |tx| fill_some(tx, bot, id, now)).await?;
            if filled {
                return Ok(());
            }
        }
    }
}

fn freeze(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    id: CampaignId,
    canary: Option<i64>,
    snapshot: &Snapshot,
    now: Millis,
) -> Result<()> {
    let (bot, mut campaign) = owned(tx, workspace, id)?;
    allow(&campaign, Action::Start)?;
    dead_token::refuse(tx, bot)?;
    let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
    let (_, resolved) = catalog.resolve_at("/audience", &campaign.audience)?;
    let tag_names: Vec<_> = tags::list(tx, workspace)?.into_iter().map(|tag| (tag.id, tag.name)).collect();
    let rules = catalog.stage_rules()?;
    let segments = segment_rules(tx, workspace, bot, &catalog)?;
    let names =
        FrozenNames { tags: &tag_names, stages: &rules, sources: &SOURCE_FIELDS, segments: &segments };
    let order = FreezeOrder {
        seed: rand::random(),
        // A percent is a hundred basis points.
        held_out_basis_points: (campaign.held_out_percent * 100.0).round() as u32,
    };
    let frozen = snapshot.index.frozen(&resolved, now, order, &names);
    if frozen.order.is_empty() {
        let left = frozen.left_out;
        let message = if left == 0 {
            "nobody matches this audience".to_owned()
        } else {
            format!("nobody of this audience can be written to: all {left} are blocked, gone or opted out")
        };
        return Err(EngineError::field("/audience", "empty_audience", message));
    }
    store_sets(tx, bot, id, &frozen)?;
    let audience_count = frozen.order.len() as i64;
    campaign.course = campaign.course.step(Happening::Frozen { audience_count }, now)?;
    campaign.canary = canary;
    campaign.frozen_at = Some(now);
    campaign.frozen_number = Some(frozen.number);
    campaign.left_out = i64::try_from(frozen.left_out).unwrap_or(i64::MAX);
    campaigns::update(tx, bot, &campaign)?;
    Ok(())
}

/// What the bot's saved segments ask for, the latest changed first. One that names something that is gone has no
/// people, and stops no campaign.
fn segment_rules(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    catalog: &WorkspaceCatalog,
) -> Result<Vec<(String, Resolved)>> {
    let mut saved = segments::list(tx, workspace, Some(bot))?;
    saved.sort_by_key(|segment| std::cmp::Reverse(segment.updated_at));
    saved.truncate(FROZEN_SEGMENTS_MAX);
    let resolved = saved.into_iter().filter_map(|segment| {
        let (_, rule) = catalog.resolve_at("", &segment.expression).ok()?;
        Some((segment.name, rule))
    });
    Ok(resolved.collect())
}

fn store_sets(tx: &WriteTx<'_>, bot: BotId, id: CampaignId, frozen: &FrozenAudience) -> Result<()> {
    let put = |kind: SetKind, key: &str, set: &RoaringBitmap| -> Result<()> {
        let mut bitmap = Vec::with_capacity(set.serialized_size());
        set.serialize_into(&mut bitmap)
            .map_err(|error| EngineError::Internal(format!("a set cannot be stored: {error}")))?;
        campaigns::put_set(tx, bot, id, &FrozenSet { kind, key: key.into(), bitmap })?;
        Ok(())
    };
    put(SetKind::Audience, "", &frozen.frozen.audience)?;
    put(SetKind::HeldOut, "", &frozen.frozen.held_out)?;
    let groups = [
        (SetKind::Stage, &frozen.frozen.stages),
        (SetKind::Tag, &frozen.frozen.tags),
        (SetKind::Source, &frozen.frozen.sources),
        (SetKind::Segment, &frozen.frozen.segments),
    ];
    for (kind, sets) in groups {
        for (key, set) in sets {
            put(kind, key, set)?;
        }
    }
    let order: Vec<u8> = frozen.order.iter().flat_map(|number| number.0.to_le_bytes()).collect();
    campaigns::put_order(tx, bot, id, &order)?;
    Ok(())
}

/// Writes the next lines; true when the ledger is whole and the sender may have it.
fn fill_some(tx: &WriteTx<'_>, bot: BotId, id: CampaignId, now: Millis) -> Result<bool> {
    let mut campaign = campaigns::get(tx, bot, id)?.ok_or(EngineError::NotFound("campaign"))?;
    if campaign.course.status != Status::Starting {
        return Ok(true);
    }
    let first = recipients::next_position(tx, bot, id)?;
    let bytes = campaigns::order_part(tx, bot, id, first as usize * 4, LINES_A_COMMIT * 4)?;
    if bytes.is_empty() {
        journal::append(tx, bot, |journal| {
            journal.record(None, now, EventBody::CampaignStarted { campaign: id })?;
            Ok::<_, EngineError>(())
        })?;
        campaigns::forget_order(tx, bot, id)?;
        let wave_end = match campaign.canary {
            Some(people) => recipients::position_after(tx, bot, id, people)?,
            None => None,
        };
        campaign.course = campaign.course.step(Happening::LedgerWritten { wave_end }, now)?;
        campaigns::update(tx, bot, &campaign)?;
        return Ok(true);
    }
    let held_out = campaigns::set(tx, bot, id, SetKind::HeldOut, "")?.unwrap_or_default();
    let held_out = RoaringBitmap::deserialize_from(held_out.as_slice())
        .map_err(|error| EngineError::Internal(format!("a frozen set cannot be read: {error}")))?;
    let people: Vec<(ContactNumber, bool)> = bytes
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .map(|number| (ContactNumber(number), held_out.contains(number)))
        .collect();
    recipients::insert(tx, bot, id, first, &people)?;
    Ok(false)
}
