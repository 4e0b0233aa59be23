//! What an update or a member does to a person, inside the transaction that records it: tags and messages.

use domain::conversation::{Speaker, Status};
use domain::event::{EventBody, Origin};
use domain::ids::ContactNumber;
use domain::message::{ButtonWire, MessageAuthor, Outgoing};
use domain::time::Millis;
use store::contacts::Contact;
use store::conversations::{self, Conversation};
use store::outbox::Lane;
use store::{contacts, outbox, tags};

use crate::Result;
use crate::conversation::{self, LAST_TEXT_CHARS};
use crate::journal::Journal;

/// Applies tags by name, makes those that are new, and records what changed. Returns how many did.
pub fn add_tags(
    journal: &mut Journal<'_>,
    contact: ContactNumber,
    names: &[String],
    origin: Origin,
    at: Millis,
) -> Result<usize> {
    if names.is_empty() {
        return Ok(0);
    }
    let workspace = journal.workspace();
    let mut added = 0;
    for name in names {
        let tag = tags::ensure(journal.tx(), workspace, name, at)?;
        if contacts::add_tag(journal.tx(), journal.bot(), contact, tag, at, origin)? {
            journal.record(Some(contact), at, EventBody::TagAdded { tag, origin })?;
            added += 1;
        }
    }
    Ok(added)
}

/// Takes tags away by name; unknown ones are nobody's. Returns how many changed.
pub fn remove_tags(
    journal: &mut Journal<'_>,
    contact: ContactNumber,
    names: &[String],
    origin: Origin,
    at: Millis,
) -> Result<usize> {
    if names.is_empty() {
        return Ok(0);
    }
    let workspace = journal.workspace();
    let mut removed = 0;
    for name in names {
        let Some(tag) = tags::by_name(journal.tx(), workspace, name)? else { continue };
        if contacts::remove_tag(journal.tx(), journal.bot(), contact, tag)? {
            journal.record(Some(contact), at, EventBody::TagRemoved { tag, origin })?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Queues a message for a person. One who cannot be answered has a line of it all the same: the lease finds
/// out, and says why it was skipped.
pub fn send(
    journal: &mut Journal<'_>,
    contact: &Contact,
    lane: Lane,
    message: &Outgoing,
    author: MessageAuthor,
    now: Millis,
) -> Result<()> {
    // An answer appears where the person is.
    let there = Outgoing { topic: journal.topic(contact.number)?, ..message.clone() };
    outbox::insert(journal.tx(), journal.bot(), contact.number, lane, &there, author, now)?;
    Ok(())
}

/// A message without buttons of ours needs no wire for them.
pub fn no_wire(_: usize, _: usize, button: &domain::message::Button) -> ButtonWire {
    match &button.action {
        domain::message::Action::Url { url, .. } => ButtonWire::Url(url.clone()),
        domain::message::Action::Press(_) => ButtonWire::Press("none".into()),
    }
}

/// Puts the person's words at the head of the conversation: it opens, and somebody waits.
pub fn person_wrote(journal: &mut Journal<'_>, contact: &Contact, text: &str, at: Millis) -> Result<()> {
    let before = conversations::get(journal.tx(), journal.bot(), contact.number)?;
    let kept = before.clone().unwrap_or_else(|| conversation::silent(contact));
    let after = Conversation {
        status: Status::Open,
        waiting_since: kept.waiting_since.or(Some(at)),
        unread: kept.unread + 1,
        last_at: kept.last_at.max(at),
        last_text: text.chars().take(LAST_TEXT_CHARS).collect(),
        last_from: Speaker::Person,
        ..kept
    };
    conversation::put(journal, before.as_ref(), &after, at)
}

/// Opens the conversation and gives it to the member whose turn it is, unless somebody has it.
pub fn hand_over(journal: &mut Journal<'_>, contact: &Contact, at: Millis) -> Result<()> {
    let tx = journal.tx();
    let before = conversations::get(tx, journal.bot(), contact.number)?;
    let kept = before.clone().unwrap_or_else(|| conversation::silent(contact));
    let assignee = match kept.assignee {
        Some(member) => Some(member),
        None => {
            let next = conversations::next_assignee(tx, journal.workspace())?;
            if let Some(member) = next {
                conversations::assigned(tx, journal.workspace(), member, at)?;
            }
            next
        }
    };
    let after = Conversation {
        status: Status::Open,
        assignee,
        waiting_since: kept.waiting_since.or(Some(at)),
        unread: kept.unread.max(1),
        last_at: kept.last_at.max(at),
        last_from: Speaker::Person,
        ..kept
    };
    conversation::put(journal, before.as_ref(), &after, at)
}

#[cfg(test)]
mod tests;
