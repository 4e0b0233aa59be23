//! Carrying out what happens to a conversation: [`domain::conversation`] says how it stands then, and it is written
//! here, the inbox's acts and an update's alike, since the index follows status and assignee by event.

use domain::conversation::{Conversation, Happening, Refusal};
use domain::event::EventBody;
use domain::ids::ContactNumber;
use domain::time::Millis;
use store::contacts::Contact;
use store::conversations;

use crate::journal::Journal;
use crate::{EngineError, Result};

/// The conversation of somebody with whom there was none.
pub fn silent(contact: &Contact) -> Conversation {
    Conversation::silent(contact.number, contact.last_interaction.unwrap_or(contact.first_seen))
}

/// Lets something happen to the conversation with a person.
///
/// # Errors
/// It cannot happen as the conversation stands, or the database failed.
pub fn happen(
    journal: &mut Journal<'_>,
    contact: &Contact,
    happening: Happening<'_>,
    at: Millis,
) -> Result<()> {
    let before = conversations::get(journal.tx(), journal.bot(), contact.number)?;
    let known = before.clone().unwrap_or_else(|| silent(contact));
    let after = known.step(happening, at).map_err(|refusal| EngineError::WrongState(refusal.to_string()))?;
    put(journal, before.as_ref(), &after, at)
}

/// Gives a person to the team: to the member whose turn it is, unless somebody has the conversation.
///
/// # Errors
/// The database failed.
pub fn hand_over(journal: &mut Journal<'_>, contact: &Contact, at: Millis) -> Result<()> {
    let (tx, workspace) = (journal.tx(), journal.workspace());
    let known = conversations::get(tx, journal.bot(), contact.number)?;
    let is_nobodys = known.is_none_or(|conversation| conversation.assignee.is_none());
    let turn = if is_nobodys { conversations::next_assignee(tx, workspace)? } else { None };
    if let Some(member) = turn {
        conversations::assigned(tx, workspace, member, at)?;
    }
    happen(journal, contact, Happening::HandedOver { turn }, at)
}

/// Words the last line anew, where it is of that message; nothing else changes by it.
///
/// # Errors
/// The database failed.
pub fn reword(
    journal: &mut Journal<'_>,
    contact: ContactNumber,
    (message, written_at): (i64, Option<Millis>),
    text: &str,
    at: Millis,
) -> Result<()> {
    let Some(before) = conversations::get(journal.tx(), journal.bot(), contact)? else { return Ok(()) };
    match before.step(Happening::Reworded { message, written_at, text }, at) {
        Ok(after) => put(journal, Some(&before), &after, at),
        Err(Refusal::OtherWordsSince) => Ok(()),
    }
}

/// Writes a conversation, with the event where status or assignee changed. No change, no row and no event.
fn put(
    journal: &mut Journal<'_>,
    before: Option<&Conversation>,
    after: &Conversation,
    at: Millis,
) -> Result<()> {
    if before == Some(after) {
        return Ok(());
    }
    conversations::put(journal.tx(), journal.bot(), before, after)?;
    if after.is_told_after(before) {
        let body = EventBody::ConversationChanged { status: after.status, assignee: after.assignee };
        journal.record(Some(after.contact), at, body)?;
    }
    Ok(())
}
