//! After a backup was restored: what waited when it was taken may have been sent since, and nothing here knows.
//!
//! So everything that waited becomes `unknown`, which is never sent again until a person decides, and every campaign
//! that was under way is paused with the reason `restored`.

use domain::campaign::{Happening, PauseReason};
use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::BotId;
use domain::time::Millis;
use store::campaigns::Campaign;
use store::outbox::{self, Lane};
use store::{Store, WriteTx, bots, campaigns, recipients};

use crate::journal::{self, Journal};
use crate::{EngineError, Result, proof};

const REASON: &str = "a backup was restored; it may have been sent since";
/// Lines that one commit moves.
const LINES_AT_ONCE: usize = 5_000;

/// What was left open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    pub campaigns: usize,
    pub recipients: usize,
    pub messages: usize,
}

/// Settles everything that waited. No bot may be running, and every start must have been finished.
///
/// # Errors
/// The database failed.
pub async fn settle(store: &Store, now: Millis) -> Result<Settled> {
    let all = store.reader().read(bots::all).await?;
    // Whoever remembers more of the log than the backup had must not go on from there.
    store.write(crate::people::rename_log).await?;
    let mut settled = Settled::default();
    for bot in all {
        let bot = bot.id;
        settled.messages += store.write(move |tx| settle_messages(tx, bot)).await?;
        let open = store.reader().read(move |tx| campaigns::unfinished(tx, bot)).await?;
        for campaign in open {
            // Only what was under way can be restored; a start that was cut short goes on as one.
            let Ok(course) = campaign.course.step(Happening::Paused(PauseReason::Restored.into()), now)
            else {
                continue;
            };
            let mut moved = 0;
            loop {
                let of = campaign.clone();
                let lines = store.write(move |tx| settle_lines(tx, bot, &of, now)).await?;
                if lines == 0 {
                    break;
                }
                moved += lines;
            }
            let paused = Campaign { course, ..campaign };
            store.write(move |tx| campaigns::update(tx, bot, &paused)).await?;
            settled.recipients += moved;
            settled.campaigns += 1;
        }
    }
    Ok(settled)
}

fn settle_messages(tx: &WriteTx<'_>, bot: BotId) -> Result<usize> {
    let mut moved = 0;
    let settle = |id| outbox::settle(tx, bot, id, Outcome::Unknown, None, Some(REASON));
    for row in outbox::leased(tx, bot)? {
        settle(row.id)?;
        moved += 1;
    }
    for lane in [Lane::Agents, Lane::Flows, Lane::Tests] {
        for row in outbox::waiting(tx, bot, lane, None, usize::MAX >> 1)? {
            settle(row.id)?;
            moved += 1;
        }
    }
    Ok(moved)
}

fn settle_lines(tx: &WriteTx<'_>, bot: BotId, campaign: &Campaign, now: Millis) -> Result<usize> {
    let mut lines = recipients::leased(tx, bot, campaign.id)?;
    lines.extend(recipients::pending(tx, bot, campaign.id, LINES_AT_ONCE)?);
    let mut changes = Vec::with_capacity(lines.len());
    for line in &lines {
        let (to, reason) = proof::weigh(tx, bot, line, (Outcome::Unknown, Some(REASON)))?;
        let change = recipients::Change {
            position: line.position,
            from: line.outcome,
            to,
            at: None,
            message_id: None,
            reason,
        };
        if !recipients::change(tx, bot, campaign.id, &change)? {
            return Err(EngineError::Internal("a ledger line moved inside its own transaction".into()));
        }
        // Where no call had begun, no window of answers begins either: what came since the backup nobody knows.
        let at = line.at.unwrap_or(now);
        changes.push(OutcomeChange { contact: line.contact, outcome: to, at });
    }
    if !changes.is_empty() {
        journal::append(tx, bot, |journal: &mut Journal<'_>| {
            journal.record(None, now, EventBody::Outcomes { campaign: campaign.id, changes })
        })?;
    }
    Ok(lines.len())
}
