//! The stages as they stood some days ago, from the log as it stood then.
//!
//! Rules are the present ones. Asking the present index about an earlier moment would be wrong: who was silent
//! then and wrote yesterday has only the later time in it. So an index is folded anew from the first event up to
//! that day, asked, and dropped; the answers are kept.

use audience::Index;
use chrono_tz::Tz;
use domain::event::EventBody;
use domain::ids::{BotId, StageId, WorkspaceId};
use domain::time::day_start;
use roaring::RoaringBitmap;
use store::{ReadTx, bots, events};

use super::number_at;
use crate::catalog::WorkspaceCatalog;
use crate::people::frozen_sets;
use crate::{EngineError, Result};

/// A longer log is not read again for a first page: its stages are shown without movement.
const PAST_EVENTS_MAX: i64 = 1_000_000;
const EVENTS_READ_AT_ONCE: usize = 5_000;

/// What a past was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PastKey {
    /// The beginning of this day, the first that the page shows.
    pub day: i32,
    /// The version of the stages' rules.
    pub version: i64,
    pub zone: Tz,
}

/// The people of each stage at one moment.
pub(super) struct Past {
    pub key: PastKey,
    stages: Vec<(StageId, RoaringBitmap)>,
}

impl Past {
    /// Folds the log up to the moment; `None` when it is too long.
    pub(super) fn read(
        tx: &ReadTx<'_>,
        workspace: WorkspaceId,
        bot: BotId,
        key: PastKey,
    ) -> Result<Option<Self>> {
        let moment = day_start(key.day, key.zone);
        let last = bots::of(tx, bot)?.ok_or(EngineError::NotFound("bot"))?.next_event - 1;
        let until = number_at(tx, bot, last, moment)?;
        if until > PAST_EVENTS_MAX {
            return Ok(None);
        }
        let index = fold(tx, bot, key.zone, until)?;
        let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
        let stages = catalog.resolved_stages()?.into_iter();
        let stages = stages.map(|(id, _, is)| (id, index.set(&is, moment))).collect();
        Ok(Some(Self { key, stages }))
    }

    /// Who of some people was in a stage. The log of that time knows people who were erased since: the past is of those
    /// who still are.
    pub(super) fn stage(&self, id: StageId, among: &RoaringBitmap) -> RoaringBitmap {
        let found = self.stages.iter().find(|(stage, _)| *stage == id);
        found.map(|(_, people)| people & among).unwrap_or_default()
    }
}

fn fold(tx: &ReadTx<'_>, bot: BotId, zone: Tz, until: i64) -> Result<Index> {
    let mut index = Index::new(zone);
    while index.number() < until {
        let batch = events::after(tx, bot, index.number(), EVENTS_READ_AT_ONCE)?;
        if batch.is_empty() {
            return Err(EngineError::Internal(format!("the log of bot {bot} ends before {until}")));
        }
        for event in batch.iter().take_while(|event| event.number <= until) {
            if let EventBody::CampaignStarted { campaign } = event.body {
                index.freeze(campaign, &frozen_sets(tx, bot, campaign)?);
            }
            let folded = index.apply(event);
            folded.map_err(|error| EngineError::Internal(format!("the past of bot {bot}: {error}")))?;
        }
    }
    Ok(index)
}
