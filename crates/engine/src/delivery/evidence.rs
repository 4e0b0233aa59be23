//! How calls ended whose bot another node has by now: a node that was paused or cut off may still finish
//! what it had begun. The other one settled those rows as a killed process's; what is known after all is put in its
//! place. It is evidence and no more: nothing is sent because of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::CampaignId;
use domain::time::Millis;
use store::recipients::Recipient;
use store::{campaigns, outbox, recipients};

use super::settle::{charge_what_arrived, is_unreachable, mark, verdict};
use super::{Ended, Lease, Target};
use crate::Result;
use crate::journal::Journal;

/// Puts what is known into rows that still stand as the other node left them. A row that moved on since (a person
/// decided, the message is on its way again) is left alone.
pub(super) fn accept(journal: &mut Journal<'_>, ended: &[Arc<Ended>], now: Millis) -> Result<()> {
    let (tx, bot) = (journal.tx(), journal.bot());
    let mut outcomes: BTreeMap<CampaignId, Vec<OutcomeChange>> = BTreeMap::new();
    for call in ended {
        let verdict = verdict(&call.answer);
        // That nobody was written to is no outcome; that nobody knows is what the row says already.
        if matches!(verdict.outcome, Outcome::Pending | Outcome::Unknown) {
            continue;
        }
        let Lease { target, contact, at, .. } = call.lease;
        match target {
            Target::Outbox { id, .. } => {
                outbox::prove(tx, bot, id, at, verdict.outcome, verdict.message_id, verdict.reason)?;
            }
            Target::Recipient { campaign, position } => {
                let line = recipients::get(tx, bot, campaign, contact)?;
                let Some(line) = line.filter(|line| line.at == Some(at) && is_open(line)) else { continue };
                let change = recipients::Change {
                    position,
                    from: line.outcome,
                    to: verdict.outcome,
                    at: None,
                    message_id: verdict.message_id,
                    reason: verdict.reason,
                };
                recipients::change(tx, bot, campaign, &change)?;
                if is_unreachable(&verdict) {
                    campaigns::count_unreachable(tx, bot, campaign, 1)?;
                }
                if verdict.outcome != Outcome::Sent {
                    charge_what_arrived(journal, &call.lease, campaign)?;
                }
                let change = OutcomeChange { contact, outcome: verdict.outcome, at };
                outcomes.entry(campaign).or_default().push(change);
            }
        }
        if let Some(reach) = verdict.reach {
            mark(journal, &call.lease, reach, now)?;
        }
    }
    for (campaign, changes) in outcomes {
        journal.record(None, now, EventBody::Outcomes { campaign, changes })?;
    }
    Ok(())
}

/// Whether Telegram's own word of the call says more than the line knows: nobody knows how it ended, or an answer of the
/// person made it seem sent, without the message's id.
fn is_open(line: &Recipient) -> bool {
    line.outcome == Outcome::Unknown || (line.outcome == Outcome::Sent && line.message_id.is_none())
}
