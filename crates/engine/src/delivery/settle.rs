//! How calls ended, written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::campaign::{Happening, Pause, PauseReason, guard_rail};
use domain::contact::NoChat;
use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::{BotId, CampaignId, OutboxId};
use domain::message::Outgoing;
use domain::recipient::Answers;
use domain::time::{DAY_MS, Millis};
use store::outbox::Lane;
use store::recipients::Tally;
use store::{bots, campaigns, chat_waits, contacts, events, outbox, recipients};
use telegram::{Barrier, End, SendError, Throttled};

use super::{Answer, Ended, Lease, Target};
use crate::journal::{Journal, Reach};
use crate::{Result, dead_token, proof};

/// What shows that a person can be written to.
const ACTS: [&str; 7] =
    ["start", "message", "message_edited", "command", "button", "unblocked", "unblock_told"];

/// How long Telegram may ask to wait with one chat, again and again, before what waits for it is given up.
const CHAT_WAIT_MAX_MS: Millis = DAY_MS;
/// Why it is then.
const WAITED_TOO_LONG: &str = "Telegram asked to wait with this chat for more than a day";

/// What calls taught about the bot as a whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Learned {
    /// The token of the calls is dead: stop.
    pub token_dead: bool,
    /// It is the bot's own, which has no other.
    pub bot_stopped: bool,
}

/// What is known of the way to Telegram.
pub(super) struct Way<'a> {
    pub clock: &'a mut telegram::Clock,
    /// What the bot's card says since Telegram was last not reached.
    pub away: &'a mut Option<String>,
    /// The token of the calls, sealed as the bot's row has it.
    pub token_sealed: &'a [u8],
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
        Err(
            SendError::NotSent { .. }
            | SendError::NotTelegram { .. }
            | SendError::RetryAfter { .. }
            | SendError::Unauthorized { .. }
            // The carrier forgot the id that Telegram does not know: the next call uploads the file.
            | SendError::FileUnknown { .. },
        ) => plain(Outcome::Pending, None),
        Err(SendError::Unreachable { why, reason }) => {
            let (outcome, reach) = unreachable(*why);
            Verdict { reach: Some(reach), ..plain(outcome, Some(reason)) }
        }
        Err(
            SendError::BadContent { description }
            | SendError::Refused { description, .. }
            | SendError::WebhookActive { description }
            | SendError::Conflict { description },
        ) => plain(Outcome::Failed, Some(description)),
        Err(SendError::Unknown { reason }) => plain(Outcome::Unknown, Some(reason)),
    }
}

/// What becomes of a message to somebody who cannot be written to, and of them: only a block is charged as one.
fn unreachable(why: Barrier) -> (Outcome, Reach) {
    match why {
        Barrier::Blocked => (Outcome::Blocked, Reach::BlockFound),
        Barrier::Deactivated => (Outcome::Failed, Reach::Deactivated),
        Barrier::NotFound => (Outcome::Failed, Reach::NoChat(NoChat::ChatNotFound)),
        Barrier::NotStarted => (Outcome::Failed, Reach::NoChat(NoChat::NotStarted)),
        Barrier::Bot => (Outcome::Failed, Reach::NoChat(NoChat::IsBot)),
        Barrier::Refused => (Outcome::Failed, Reach::NoChat(NoChat::WriteRefused)),
    }
}

/// A failure that lies with the person, so that it says nothing against the campaign.
pub(super) fn is_unreachable(verdict: &Verdict<'_>) -> bool {
    verdict.outcome == Outcome::Failed && verdict.reach.is_some()
}

/// Writes down how calls ended: rows, counts, reachability, one event a campaign.
pub(super) fn settle(
    journal: &mut Journal<'_>,
    bot: BotId,
    ended: &[Arc<Ended>],
    way: Way<'_>,
    now: Millis,
) -> Result<Learned> {
    let Way { clock, away, token_sealed } = way;
    let mut learned = Learned::default();
    let mut outcomes: BTreeMap<CampaignId, Vec<OutcomeChange>> = BTreeMap::new();
    let mut tally = Tally::default();
    for call in ended {
        let waited_too_long =
            learn(journal, bot, call, Way { clock, away, token_sealed }, now, &mut learned)?;
        let mut verdict = verdict(&call.answer);
        if waited_too_long {
            (verdict.outcome, verdict.reason) = (Outcome::Failed, Some(WAITED_TOO_LONG));
        }
        match call.lease.target {
            Target::Outbox { id, lane } => {
                let is_lost =
                    lane == Lane::Tests && verdict.outcome == Outcome::Pending && learned.bot_stopped;
                let (outcome, reason) = if is_lost {
                    (Outcome::Failed, Some("the bot's token is dead"))
                } else if leaves_its_topic(journal, call, id)? {
                    (Outcome::Pending, None)
                } else {
                    (verdict.outcome, verdict.reason)
                };
                outbox::settle(journal.tx(), bot, id, outcome, verdict.message_id, reason)?;
            }
            Target::Recipient { campaign, position } => {
                if let Some(change) = settle_line(journal, &mut tally, call, &verdict, (campaign, position))?
                {
                    outcomes.entry(campaign).or_default().push(change);
                }
            }
        }
        if let Some(reach) = verdict.reach {
            mark(journal, &call.lease, reach, now)?;
        }
    }
    tally.keep(journal.tx(), bot)?;
    if let Some(rate) = clock.rate_to_keep() {
        bots::set_rate(journal.tx(), bot, rate)?;
    }
    for (campaign, changes) in outcomes {
        journal.record(None, now, EventBody::Outcomes { campaign, changes })?;
        watch_guard_rails(journal, campaign, now)?;
    }
    Ok(learned)
}

/// Whether a message is to go to the chat's general part now: its topic is gone, and the refusal proved that nothing was
/// sent and that the chat is there. It waits for another call like any other, and what is said to the person from now
/// on looks for no such topic.
fn leaves_its_topic(journal: &Journal<'_>, call: &Ended, id: OutboxId) -> Result<bool> {
    if !call.answer.as_ref().is_err_and(SendError::is_topic_gone) {
        return Ok(false);
    }
    let (tx, bot) = (journal.tx(), journal.bot());
    let message = outbox::get(tx, bot, id)?.and_then(|row| telegram::stored_message(&row.message));
    let Some((message, topic)) = message.and_then(|message| message.topic.map(|topic| (message, topic)))
    else {
        return Ok(false);
    };
    contacts::leave_topic(tx, bot, call.lease.contact, topic)?;
    outbox::put_message(tx, bot, id, &Outgoing { topic: None, ..message })?;
    Ok(true)
}

/// Moves the line of a campaign's call. The outcome to record, where there is one.
fn settle_line(
    journal: &mut Journal<'_>,
    tally: &mut Tally,
    call: &Ended,
    verdict: &Verdict<'_>,
    (campaign, position): (CampaignId, i64),
) -> Result<Option<OutcomeChange>> {
    let (tx, bot) = (journal.tx(), journal.bot());
    let told = (verdict.outcome, verdict.reason);
    let line = match verdict.outcome {
        Outcome::Pending | Outcome::Unknown => recipients::get(tx, bot, campaign, call.lease.contact)?,
        _ => None,
    };
    let (to, reason) = line.map_or(Ok(told), |line| proof::weigh(tx, bot, &line, told))?;
    let change = recipients::Change {
        position,
        from: Outcome::Leased,
        to,
        at: None,
        message_id: verdict.message_id,
        reason,
    };
    let moved = tally.change(tx, bot, campaign, &change)?;
    if moved && is_unreachable(verdict) {
        campaigns::count_unreachable(tx, bot, campaign, 1)?;
    }
    if moved && !matches!(to, Outcome::Sent | Outcome::Unknown) {
        charge_what_arrived(journal, &call.lease, campaign)?;
    }
    if let Err(SendError::BadContent { description }) = &call.answer {
        let detail = Some(description.clone());
        pause(journal, campaign, Pause { reason: PauseReason::Content, detail }, call.lease.at)?;
    }
    let is_news = moved && to != Outcome::Pending;
    let (contact, at) = (call.lease.contact, call.lease.at);
    Ok(is_news.then_some(OutcomeChange { contact, outcome: to, at }))
}

/// A block that was told while a call was open is charged to its campaign, as the message may have arrived. It did not:
/// the block is charged to what had arrived before.
pub(super) fn charge_what_arrived(
    journal: &mut Journal<'_>,
    lease: &Lease,
    campaign: CampaignId,
) -> Result<()> {
    let (tx, bot, contact) = (journal.tx(), journal.bot(), lease.contact);
    let line = recipients::get(tx, bot, campaign, contact)?;
    if !line.is_some_and(|line| line.answers.intersects(Answers::BLOCKED_AFTER)) {
        return Ok(());
    }
    journal.write_down()?;
    let told = events::since(tx, bot, contact, &["blocked", "block_told"], lease.at)?;
    match told.iter().find(|event| event.body.campaign() == Some(campaign)) {
        Some(block) => journal.charge_block(contact, block.at),
        None => Ok(()),
    }
}

/// Keeps what a refusal says about a person, unless they were heard of after the call had begun: which of the two came
/// first nobody knows then, and one call more costs less than silence.
pub(super) fn mark(journal: &mut Journal<'_>, lease: &Lease, reach: Reach, now: Millis) -> Result<()> {
    let (tx, bot) = (journal.tx(), journal.bot());
    let Some(mut contact) = contacts::get(tx, bot, lease.contact)? else { return Ok(()) };
    journal.write_down()?;
    if events::since(tx, bot, lease.contact, &ACTS, lease.at)?.is_empty() {
        journal.set_reachability(&mut contact, now, reach)?;
    }
    Ok(())
}

/// What a call says about the bot, the way and the chat. Whether Telegram has asked to wait with this chat for so long
/// that what is for it is given up.
fn learn(
    journal: &Journal<'_>,
    bot: BotId,
    call: &Ended,
    Way { clock, away, token_sealed }: Way<'_>,
    now: Millis,
    learned: &mut Learned,
) -> Result<bool> {
    let tx = journal.tx();
    let refused = clock.ended(now, call.lease.chat, end(&call.answer));
    let mut waited_too_long = false;
    if let Some(Throttled::Chat { until } | Throttled::Both { until }) = refused {
        let since = chat_waits::put(tx, bot, call.lease.contact, until, now)?;
        waited_too_long = until - since > CHAT_WAIT_MAX_MS;
    }
    if let Some(Throttled::Bot | Throttled::Both { .. }) = refused {
        bots::set_blocked_until(tx, bot, clock.blocked_until(now))?;
    }
    match &call.answer {
        Err(error @ (SendError::NotSent { .. } | SendError::NotTelegram { .. })) => {
            let text = error.to_string();
            bots::set_error(tx, bot, Some(&text), now)?;
            *away = Some(text);
        }
        Err(error @ SendError::Unauthorized { .. }) => {
            learned.token_dead = true;
            learned.bot_stopped |= dead_token::stop_bot(tx, bot, token_sealed, &error.to_string(), now)?;
        }
        Err(SendError::Unknown { .. }) => {}
        _ => {
            if let Some(text) = away.take() {
                bots::clear_error(tx, bot, &text)?;
            }
        }
    }
    Ok(waited_too_long)
}

/// What the clock asks of an answer.
fn end(answer: &Answer) -> End {
    match answer {
        Ok(_) => End::Sent,
        Err(SendError::RetryAfter { seconds }) => End::RetryAfter { seconds: *seconds },
        Err(SendError::NotSent { .. }) => End::Away { wait_s: None },
        Err(SendError::NotTelegram { wait_s, .. }) => End::Away { wait_s: *wait_s },
        Err(SendError::Unknown { .. }) => End::Lost,
        Err(
            SendError::Unreachable { .. }
            | SendError::BadContent { .. }
            | SendError::FileUnknown { .. }
            | SendError::Refused { .. }
            | SendError::Unauthorized { .. }
            | SendError::WebhookActive { .. }
            | SendError::Conflict { .. },
        ) => End::Refused,
    }
}

/// Pauses a campaign that is being sent; one that is not stays as it is.
fn pause(journal: &Journal<'_>, campaign: CampaignId, pause: Pause, now: Millis) -> Result<()> {
    let bot = journal.bot();
    let Some(mut found) = campaigns::get(journal.tx(), bot, campaign)? else { return Ok(()) };
    if let Ok(course) = found.course.step(Happening::Paused(pause), now) {
        found.course = course;
        campaigns::update(journal.tx(), bot, &found)?;
    }
    Ok(())
}

/// Pauses a campaign whose outcomes pass a limit.
fn watch_guard_rails(journal: &Journal<'_>, campaign: CampaignId, now: Millis) -> Result<()> {
    let bot = journal.bot();
    let counts: BTreeMap<Outcome, i64> =
        recipients::counts(journal.tx(), bot, campaign)?.into_iter().collect();
    let of = |outcome| counts.get(&outcome).copied().unwrap_or(0);
    // Old ids that lead to nobody are no fault of the message, and nobody is called twice by them.
    let failed = of(Outcome::Failed) - campaigns::unreachable(journal.tx(), bot, campaign)?;
    let called = of(Outcome::Sent) + of(Outcome::Blocked) + failed + of(Outcome::Unknown);
    if called < guard_rail::SENT_MIN {
        return Ok(());
    }
    for (count, percent_max, name) in [
        (of(Outcome::Blocked), guard_rail::BLOCKED_PERCENT_MAX, "blocked"),
        (failed, guard_rail::FAILED_PERCENT_MAX, "failed"),
        (of(Outcome::Unknown), guard_rail::UNKNOWN_PERCENT_MAX, "unknown"),
    ] {
        if count * 100 > called * percent_max {
            let detail = format!("{name}: {count} of {called}, over {percent_max} %");
            let guard_rail = Pause { reason: PauseReason::GuardRail, detail: Some(detail) };
            return pause(journal, campaign, guard_rail, now);
        }
    }
    Ok(())
}
