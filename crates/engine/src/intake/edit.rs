//! What a person changes about what stands in the chat already: the words of a message, the emoji under one.
//!
//! Neither is something new to answer: nobody waits for it, no command runs again and no campaign is answered. The
//! line that lists and searches show follows the words.

use domain::contact::Source;
use domain::event::{Event, EventBody};
use domain::time::Millis;
use serde_json::Value;
use store::contacts::Contact;
use store::events;
use telegram::{Message, MessageReaction, said};

use super::person::{find_or_create_contact, happened_at};
use super::{Intake, hearing};
use crate::Result;
use crate::conversation;
use crate::journal::Journal;

/// Events of one person that are looked through for the message that was edited; older ones are no longer the last.
const LOOKED_AT_MAX: usize = 500;

impl Intake {
    /// Takes an edit in. One of a message that was never seen, from before the bot was connected, is kept as well.
    pub(super) fn edited(
        &self,
        journal: &mut Journal<'_>,
        message: &Message,
        raw: &str,
        received_at: Millis,
    ) -> Result<()> {
        let at = happened_at(message.edit_date.unwrap_or(message.date), received_at);
        let Some(user) = message.from.as_ref().filter(|user| !user.is_bot) else { return Ok(()) };
        let (mut contact, _) = find_or_create_contact(journal, &self.secrets, user, Source::new(), at)?;
        hearing::heard(journal, &mut contact, at, true)?;
        let Some(content) = message.content else {
            let body = EventBody::Raw { object: message.service.clone(), json: raw.to_owned() };
            journal.record(Some(contact.number), at, body)?;
            return Ok(());
        };
        let body = EventBody::MessageEdited {
            message_id: message.message_id,
            text: message.text.clone(),
            content: content.to_owned(),
            file: message.file_id.clone(),
            details: message.details.clone(),
        };
        journal.record(Some(contact.number), at, body)?;
        let written_at = when_last_written(journal, &contact, message.message_id)?;
        let reworded = (message.message_id, written_at);
        conversation::reword(journal, contact.number, reworded, &in_a_line(message, content), at)
    }

    /// Takes in which emoji stand under a message now.
    pub(super) fn reacted(
        &self,
        journal: &mut Journal<'_>,
        reaction: &MessageReaction,
        received_at: Millis,
    ) -> Result<()> {
        let at = happened_at(reaction.date, received_at);
        let Some(user) = reaction.user.as_ref().filter(|user| !user.is_bot) else { return Ok(()) };
        let (contact, _) = find_or_create_contact(journal, &self.secrets, user, Source::new(), at)?;
        let (message_id, emoji) = (reaction.message_id, reaction.emoji.clone());
        let body = EventBody::Reacted { message_id, emoji, custom: reaction.custom.clone() };
        journal.record(Some(contact.number), at, body)?;
        Ok(())
    }
}

/// A message in one line, as lists and searches show it.
pub(super) fn in_a_line(message: &Message, content: &str) -> String {
    line_of(message.text.as_deref(), content, message.details.as_ref())
}

fn line_of(text: Option<&str>, content: &str, details: Option<&Value>) -> String {
    let text = text.unwrap_or_default();
    let held = details.map(|kept| said::in_one_line(&said::details(kept, text))).unwrap_or_default();
    match (text.is_empty(), held.is_empty()) {
        (false, _) => text.to_owned(),
        (true, false) => format!("[{content}] {held}"),
        (true, true) => format!("[{content}]"),
    }
}

/// When the message of this id was written, where no later words of the person stand in the log.
fn when_last_written(
    journal: &mut Journal<'_>,
    contact: &Contact,
    message_id: i64,
) -> Result<Option<Millis>> {
    journal.write_down()?;
    let looked_at = events::of_contact(journal.tx(), journal.bot(), contact.number, i64::MAX, LOOKED_AT_MAX)?;
    let said = looked_at.iter().filter_map(|event| Some((event.at, event.number, words_of(event)?)));
    let last = said.max_by_key(|(at, number, _)| (*at, *number));
    Ok(last.filter(|(_, _, id)| *id == message_id).map(|(at, _, _)| at))
}

/// The id of the message that an event is of, where it is words of the person.
fn words_of(event: &Event) -> Option<i64> {
    match &event.body {
        EventBody::Message { message_id, .. } | EventBody::Command { message_id, .. } => Some(*message_id),
        _ => None,
    }
}

/// How an edit that overtook its message words it: pushes come in any order.
pub(super) fn latest(journal: &Journal<'_>, contact: &Contact, message_id: i64) -> Result<Option<String>> {
    let looked_at = events::of_contact(journal.tx(), journal.bot(), contact.number, i64::MAX, LOOKED_AT_MAX)?;
    let edits = looked_at.into_iter().filter(
        |event| matches!(&event.body, EventBody::MessageEdited { message_id: of, .. } if *of == message_id),
    );
    let latest = edits.max_by_key(|event| (event.at, event.number));
    Ok(latest.and_then(|event| match event.body {
        EventBody::MessageEdited { text, content, details, .. } => {
            Some(line_of(text.as_deref(), &content, details.as_ref()))
        }
        _ => None,
    }))
}
