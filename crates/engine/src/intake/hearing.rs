//! What an act proves: whoever starts, writes or presses in a private chat can be written to, whatever a send had found
//! out before. An opt-out stays: it is what the person wants.
//!
//! `my_chat_member` and messages may come in any order, so that what Telegram tells is compared by Telegram's own dates, in
//! whole seconds: a block, its end and a message. The latest counts, and of the same second the one that comes last. What
//! is told and changes nothing is kept as a fact of its time. A block that a send found out has our clock's time, and is
//! over with whatever comes after it. A press has no date either: it counts when it comes, and clears; a block that is
//! told after it holds.

#[cfg(test)]
mod tests;

use domain::event::{Event, EventBody};
use domain::time::{Millis, SECOND_MS};
use store::contacts::Contact;
use store::events;

use crate::Result;
use crate::journal::{Journal, Reach};

/// What a person does of which Telegram tells when.
const DATED_ACTS: [&str; 4] = ["start", "message", "message_edited", "command"];
/// What says how a person stands.
const STANDINGS: [&str; 4] = ["blocked", "block_told", "unblocked", "unblock_told"];

/// A person acted. `dated`: `at` is Telegram's date and not the time of the receipt.
pub(super) fn heard(journal: &mut Journal<'_>, contact: &mut Contact, at: Millis, dated: bool) -> Result<()> {
    if contact.reachability.answerable() || (dated && was_blocked_after(journal, contact, at)?) {
        return Ok(());
    }
    journal.set_reachability(contact, at, Reach::Heard)
}

/// Telegram told of a block. It is a fact of its time also where a later one is known, or where the person was heard of
/// later, and is over then.
pub(super) fn blocked(journal: &mut Journal<'_>, contact: &mut Contact, at: Millis) -> Result<()> {
    let known = told_from(journal, contact, second_of(at))?;
    if contact.reachability.blocked {
        let is_same = |event: &Event| is_told_block(event) && second_of(event.at) == second_of(at);
        if known.iter().any(is_same) {
            return Ok(());
        }
        journal.record(Some(contact.number), at, EventBody::BlockTold { charged: None })?;
    } else {
        journal.set_reachability(contact, at, Reach::Blocked)?;
    }
    match later_release(&known, at) {
        Some(heard_at) => journal.set_reachability(contact, heard_at, Reach::Heard),
        None => Ok(()),
    }
}

/// Telegram told of the end of a block.
pub(super) fn unblocked(journal: &mut Journal<'_>, contact: &mut Contact, at: Millis) -> Result<()> {
    if contact.reachability.answerable() || was_blocked_after(journal, contact, at)? {
        journal.record(Some(contact.number), at, EventBody::UnblockTold)?;
        return Ok(());
    }
    journal.set_reachability(contact, at, Reach::Unblocked)
}

/// Whether Telegram told of a block that is younger than what the person did.
fn was_blocked_after(journal: &mut Journal<'_>, contact: &Contact, at: Millis) -> Result<bool> {
    if !contact.reachability.blocked {
        return Ok(false);
    }
    let later = told_from(journal, contact, second_of(at) + SECOND_MS)?;
    Ok(later.iter().any(is_told_block))
}

/// When the person last let the bot write, of what is known of the time from a block on: in a later second than that
/// block and every other that was told, and not before a send found one out.
fn later_release(known: &[Event], blocked_at: Millis) -> Option<Millis> {
    let told = known.iter().filter(|event| is_told_block(event)).map(|event| event.at);
    let last_block = told.chain([blocked_at]).map(second_of).max()?;
    let is_found = |event: &&Event| matches!(event.body, EventBody::Blocked { found: true, .. });
    let found = known.iter().filter(is_found).map(|event| event.number).max();
    let is_over =
        |event: &&Event| second_of(event.at) > last_block && found.is_none_or(|found| event.number > found);
    known.iter().filter(|event| is_told_release(event)).filter(is_over).map(|event| event.at).max()
}

fn is_told_block(event: &Event) -> bool {
    matches!(event.body, EventBody::Blocked { found: false, .. } | EventBody::BlockTold { .. })
}

/// What the person did, or what Telegram told of them. That they were heard of says no more than the act itself.
fn is_told_release(event: &Event) -> bool {
    match event.body {
        EventBody::Unblocked { told } => told,
        EventBody::Blocked { .. } | EventBody::BlockTold { .. } => false,
        _ => true,
    }
}

/// What is known of a person from a moment on.
fn told_from(journal: &mut Journal<'_>, contact: &Contact, from: Millis) -> Result<Vec<Event>> {
    journal.write_down()?;
    let kinds = [&DATED_ACTS[..], &STANDINGS[..]].concat();
    Ok(events::since(journal.tx(), journal.bot(), contact.number, &kinds, from)?)
}

/// The beginning of a moment's second.
fn second_of(at: Millis) -> Millis {
    at.div_euclid(SECOND_MS) * SECOND_MS
}
