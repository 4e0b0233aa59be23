//! What an update or a member does to a person, inside the transaction that records it: tags and messages.

use domain::event::{EventBody, Origin};
use domain::ids::ContactNumber;
use domain::message::{ButtonWire, MessageAuthor, Outgoing};
use domain::naming::is_blank;
use domain::time::Millis;
use store::contacts::Contact;
use store::outbox::Lane;
use store::{contacts, outbox, tags};

use crate::Result;
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
    // A document from before names were looked at may hold one that nobody sees.
    for name in names.iter().filter(|name| !is_blank(name)) {
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

#[cfg(test)]
mod tests;
