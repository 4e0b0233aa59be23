//! How calls ended, written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::campaign::{PauseReason, Status, guard_rail};
use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::{BotId, CampaignId};
use domain::time::Millis;
use store::outbox::Lane;
use store::recipients::Tally;
use store::{bots, campaigns, contacts, outbox, recipients};
use telegram::SendError;

use super::{Answer, Ended, Target};
use crate::journal::{Journal, Reach};
use crate::{Result, dead_token};

/// What calls taught about the bot as a whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Learned {
    /// The token is dead: stop.
    pub token_dead: bool,
    /// Telegram could not be reached: try again after a while.
    pub unreachable: bool,
}

/// An outcome with its words for the ledger.
pub(super) struct Verdict<'a> {
    pub outcome: Outcome,
    pub message_id: Option<i64>,
    pub reason: Option<&'a str>,
    /// What it says about the person.
    pub reach: Option<Reach>,
}

pub(super) fn verdict(answer: &Answer) -> Verdict<'_> {
    let plain = |outcome, reason| Verdict { outcome, message_id: None, reason, reach: None };
    match answer {
        Ok(sent) => Verdict { message_id: Some(sent.message_id), ..plain(Outcome::Sent, None) },
        Err(SendError::NotSent { .. } | SendError::RetryAfter { .. } | SendError::Unauthorized { .. }) => {
            plain(Outcome::Pending, None)
        }
        Err(SendError::Blocked { reason }) => {
            Verdict { reach: Some(Reach::BlockFound), ..plain(Outcome::Blocked, Some(reason)) }
        }
        Err(SendError::Deactivated { reason }) => {
            Verdict { reach: Some(Reach::Deactivated), ..plain(Outcome::Blocked, Some(reason)) }
        }
        Err(SendError::ChatNotFound { reason }) => plain(Outcome::Failed, Some(reason)),
        Err(
            SendError::BadContent { description }
            | SendError::Refused { description, .. }
            | SendError::Conflict { description },
        ) => plain(Outcome::Failed, Some(description)),
        Err(SendError::Unknown { reason }) => plain(Outcome::Unknown, Some(reason)),
    }
}

/// Writes down how calls ended: rows, counts, reachability, one event a campaign.
pub(super) fn settle(
    journal: &mut Journal<'_>,
    bot: BotId,
    ended: &[Arc<Ended>],
    clock: &mut telegram::Clock,
    now: Millis,
) -> Result<Learned> {
    let mut learned = Learned::default();
    let mut outcomes: BTreeMap<CampaignId, Vec<OutcomeChange>> = BTreeMap::new();
    let mut tally = Tally::default();
    for call in ended {
        learn(journal, bot, &call.answer, clock, now, &mut learned)?;
        let verdict = verdict(&call.answer);
        match call.lease.target {
            Target::Outbox { id, lane } => {
                outbox::settle(journal.tx(), bot, id, verdict.outcome, verdict.message_id, verdict.reason)?;
                if lane == Lane::Tests && verdict.outcome == Outcome::Pending && learned.token_dead {
                    outbox::settle(
                        journal.tx(),
                        bot,
                        id,
                        Outcome::Failed,
                        None,
                        Some("the bot's token is dead"),
                    )?;
                }
            }
            Target::Recipient { campaign, position } => {
                let change = recipients::Change {
                    position,
                    from: Outcome::Leased,
                    to: verdict.outcome,
                    at: None,
                    message_id: verdict.message_id,
                    reason: verdict.reason,
                };
                let moved = tally.change(journal.tx(), bot, campaign, &change)?;
                if moved && verdict.outcome != Outcome::Pending {
                    let (contact, at) = (call.lease.contact, call.lease.at);
                    let change = OutcomeChange { contact, outcome: verdict.outcome, at };
                    outcomes.entry(campaign).or_default().push(change);
                }
                if let Err(SendError::BadContent { description }) = &call.answer {
                    pause(journal, bot, campaign, PauseReason::Content, description)?;
                }
            }
        }
        if let Some(reach) = verdict.reach
            && let Some(mut contact) = contacts::get(journal.tx(), bot, call.lease.contact)?
        {
            journal.set_reachability(&mut contact, now, reach)?;
        }
    }
    tally.keep(journal.tx(), bot)?;
    for (campaign, changes) in outcomes {
        journal.record(None, now, EventBody::Outcomes { campaign, changes })?;
        watch_guard_rails(journal, bot, campaign)?;
    }
    Ok(learned)
}

fn learn(
    journal: &Journal<'_>,
    bot: BotId,
    answer: &Answer,
    clock: &mut telegram::Clock,
    now: Millis,
    learned: &mut Learned,
) -> Result<()> {
    match answer {
        Ok(_) => clock.on_success(now),
        Err(SendError::RetryAfter { seconds }) => {
            clock.on_retry_after(now, *seconds);
            bots::set_blocked_until(journal.tx(), bot, clock.blocked_until(now))?;
        }
        Err(error @ SendError::NotSent { .. }) => {
            learned.unreachable = true;
            bots::set_error(journal.tx(), bot, Some(&error.to_string()), now)?;
        }
        Err(error @ SendError::Unauthorized { .. }) => {
            learned.token_dead = true;
            dead_token::stop_bot(journal.tx(), bot, &error.to_string(), now)?;
        }
        Err(_) => {}
    }
    Ok(())
}

/// Pauses a campaign that is being sent; one that is not stays as it is.
fn pause(
    journal: &Journal<'_>,
    bot: BotId,
    campaign: CampaignId,
    reason: PauseReason,
    detail: &str,
) -> Result<()> {
    let Some(mut found) = campaigns::get(journal.tx(), bot, campaign)? else { return Ok(()) };
    if Status::from_name(&found.status).is_some_and(Status::is_sending) {
        found.status = Status::Paused.name().into();
        found.pause_reason = Some(reason.name().into());
        found.pause_detail = Some(detail.to_owned());
        campaigns::update(journal.tx(), bot, &found)?;
    }
    Ok(())
}

/// Pauses a campaign whose outcomes pass a limit.
fn watch_guard_rails(journal: &Journal<'_>, bot: BotId, campaign: CampaignId) -> Result<()> {
    let counts: BTreeMap<Outcome, i64> =
        recipients::counts(journal.tx(), bot, campaign)?.into_iter().collect();
    let of = |outcome| counts.get(&outcome).copied().unwrap_or(0);
    let called = of(Outcome::Sent) + of(Outcome::Blocked) + of(Outcome::Failed) + of(Outcome::Unknown);
    if called < guard_rail::SENT_MIN {
        return Ok(());
    }
    for (outcome, percent_max, name) in [
        (Outcome::Blocked, guard_rail::BLOCKED_PERCENT_MAX, "blocked"),
        (Outcome::Failed, guard_rail::FAILED_PERCENT_MAX, "failed"),
        (Outcome::Unknown, guard_rail::UNKNOWN_PERCENT_MAX, "unknown"),
    ] {
        if of(outcome) * 100 > called * percent_max {
            let detail = format!("{name}: {} of {called}, over {percent_max} %", of(outcome));
            return pause(journal, bot, campaign, PauseReason::GuardRail, &detail);
        }
    }
    Ok(())
}
