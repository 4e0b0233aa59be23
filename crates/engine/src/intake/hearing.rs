//! What an act proves: whoever starts, writes or presses in a private chat can be written to, whatever a send had found
//! out before. An opt-out stays: it is what the person wants.
//!
//! `my_chat_member` and messages may come in either order, so that a block that Telegram told is compared with a message
//! by Telegram's own dates, in whole seconds: the later one counts, and in the same second the one that comes later. A
//! block that a send found out has our clock's time, and is over with whatever comes after it. A press has no date
//! either: it counts when it comes, and clears; a block that is told after it holds.

#[cfg(test)]
mod tests;

use domain::event::EventBody;
use domain::time::{Millis, SECOND_MS};
use store::contacts::Contact;
use store::events;

use crate::Result;
use crate::journal::{Journal, Reach};

/// What a person does of which Telegram tells when.
const DATED_ACTS: [&str; 4] = ["start", "message", "message_edited", "command"];

/// A person acted. `dated`: `at` is Telegram's date and not the time of the receipt.
pub(super) fn heard(journal: &mut Journal<'_>, contact: &mut Contact, at: Millis, dated: bool) -> Result<()> {
    if contact.reachability.answerable() || (dated && was_blocked_after(journal, contact, at)?) {
        return Ok(());
    }
    journal.set_reachability(contact, at, Reach::Unblocked)
}

/// Telegram told of a block. It is a fact of its time also where the person was heard of later, and is over then.
pub(super) fn blocked(journal: &mut Journal<'_>, contact: &mut Contact, at: Millis) -> Result<()> {
    journal.set_reachability(contact, at, Reach::Blocked)?;
    journal.write_down()?;
    let later = events::since(journal.tx(), journal.bot(), contact.number, &DATED_ACTS, next_second(at))?;
    match later.iter().map(|event| event.at).max() {
        Some(heard_at) => journal.set_reachability(contact, heard_at, Reach::Unblocked),
        None => Ok(()),
    }
}

/// Whether Telegram told of a block that is younger than what the person did.
fn was_blocked_after(journal: &mut Journal<'_>, contact: &Contact, at: Millis) -> Result<bool> {
    if !contact.reachability.blocked {
        return Ok(false);
    }
    journal.write_down()?;
    let later = events::since(journal.tx(), journal.bot(), contact.number, &["blocked"], next_second(at))?;
    Ok(later.iter().any(|event| matches!(event.body, EventBody::Blocked { found: false, .. })))
}

fn next_second(at: Millis) -> Millis {
    (at.div_euclid(SECOND_MS) + 1) * SECOND_MS
}
