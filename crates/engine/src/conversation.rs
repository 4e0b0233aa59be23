//! The head of a conversation: who waits, who has it, what was said last. Whoever changes it, the inbox or an
//! update, does so here, since the index follows status and assignee by event.

use domain::conversation::{Speaker, Status};
use domain::event::EventBody;
use domain::ids::ContactNumber;
use domain::time::Millis;
use store::contacts::Contact;
use store::conversations::{self, Conversation};

use crate::Result;
use crate::journal::Journal;

/// How much of a message the list shows.
pub const LAST_TEXT_CHARS: usize = 200;

/// The conversation of somebody with whom there was none.
pub fn silent(contact: &Contact) -> Conversation {
    Conversation {
        contact: contact.number,
        status: Status::Closed,
        assignee: None,
        waiting_since: None,
        unread: 0,
        last_at: contact.last_interaction.unwrap_or(contact.first_seen),
        last_text: String::new(),
        last_from: Speaker::Person,
    }
}

/// Words the last line anew; nothing else changes by it.
///
/// # Errors
/// The database failed.
pub fn reword(journal: &mut Journal<'_>, contact: ContactNumber, text: &str) -> Result<()> {
    let Some(before) = conversations::get(journal.tx(), journal.bot(), contact)? else { return Ok(()) };
    let last_text = text.chars().take(LAST_TEXT_CHARS).collect();
    let after = Conversation { last_text, ..before.clone() };
    conversations::put(journal.tx(), journal.bot(), Some(&before), &after)?;
    Ok(())
}

/// Writes a conversation, with the event where status or assignee changed. No change, no row and no event.
///
/// # Errors
/// The database failed.
pub fn put(
    journal: &mut Journal<'_>,
    before: Option<&Conversation>,
    after: &Conversation,
    now: Millis,
) -> Result<()> {
    if before == Some(after) {
        return Ok(());
    }
    conversations::put(journal.tx(), journal.bot(), before, after)?;
    let same = |before: &Conversation| before.status == after.status && before.assignee == after.assignee;
    if !before.is_some_and(same) {
        let body = EventBody::ConversationChanged { status: after.status, assignee: after.assignee };
        journal.record(Some(after.contact), now, body)?;
    }
    Ok(())
}
