//! After a start: leases of a process that is gone. Their calls may have begun, and nobody knows how they ended.

use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::BotId;
use domain::time::Millis;
use store::outbox::{self, Lane};
use store::{campaigns, recipients};

use crate::journal::Journal;
use crate::{Result, proof};

const REASON: &str = "the server stopped during the call";

/// Bulk and agents' messages become `unknown`, never a second send, until a person decides, or `sent` where an answer
/// proves it. Flow messages are
/// sent again and marked so: a menu twice is better than a person who waits.
pub(super) fn recover(journal: &mut Journal<'_>, bot: BotId, now: Millis) -> Result<usize> {
    let tx = journal.tx();
    let mut recovered = 0;
    for row in outbox::leased(tx, bot)? {
        recovered += 1;
        match row.lane {
            Lane::Flows => outbox::again(tx, bot, row.id)?,
            Lane::Agents | Lane::Tests => {
                outbox::settle(tx, bot, row.id, Outcome::Unknown, None, Some(REASON))?;
            }
        }
    }
    for campaign in campaigns::unfinished(tx, bot)? {
        let mut changes = Vec::new();
        for line in recipients::leased(tx, bot, campaign.id)? {
            let (to, reason) = proof::weigh(tx, bot, &line, (Outcome::Unknown, Some(REASON)))?;
            let change = recipients::Change {
                position: line.position,
                from: Outcome::Leased,
                to,
                at: None,
                message_id: None,
                reason,
            };
            recipients::change(tx, bot, campaign.id, &change)?;
            let at = line.at.unwrap_or(now);
            changes.push(OutcomeChange { contact: line.contact, outcome: to, at });
        }
        if !changes.is_empty() {
            recovered += changes.len();
            journal.record(None, now, EventBody::Outcomes { campaign: campaign.id, changes })?;
        }
    }
    Ok(recovered)
}
