//! Messages that the person changed: one entry of the thread shows the latest words and keeps the earlier ones.

use std::collections::{HashMap, HashSet};

use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactNumber};
use domain::time::Millis;
use store::{ReadTx, events};
use telegram::said;

use crate::Result;

/// Changes of one person that a thread looks at; a place that is shared live changes many times.
const EDITS_MAX: usize = 2_000;
/// Earlier words of one message that are shown, the latest.
const EARLIER_MAX: usize = 20;

/// What a message said before it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub at: Millis,
    pub text: String,
}

/// The changes of one person.
#[derive(Default)]
pub(super) struct Edits {
    /// By message, in the order in which they were made.
    of: HashMap<i64, Vec<Event>>,
    /// Messages whose first words are in the log.
    known: HashSet<i64>,
}

impl Edits {
    /// Reads them.
    ///
    /// # Errors
    /// The database failed.
    pub(super) fn read(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber) -> Result<Self> {
        let mut edits = Self::default();
        for event in events::edits_of_contact(tx, bot, contact, EDITS_MAX)? {
            if let EventBody::MessageEdited { message_id, .. } = event.body {
                edits.of.entry(message_id).or_default().push(event);
            }
        }
        if edits.of.is_empty() {
            return Ok(edits);
        }
        for changes in edits.of.values_mut() {
            changes.sort_by_key(|event| (event.at, event.number));
        }
        events::each_said(tx, bot, contact, |body| {
            edits.known.extend(message_of(body).filter(|id| edits.of.contains_key(id)));
        })?;
        Ok(edits)
    }

    /// Whether an event has an entry of its own: a change has one only where the first words are not known.
    pub(super) fn have_no_entry_for(&self, event: &Event) -> bool {
        let EventBody::MessageEdited { message_id, .. } = event.body else { return false };
        let is_first =
            || self.of.get(&message_id).and_then(|all| all.first()).is_some_and(|one| one == event);
        self.known.contains(&message_id) || !is_first()
    }

    /// The latest change of the message of an event, and the words before it, oldest first.
    pub(super) fn since<'e>(&'e self, event: &'e Event) -> Option<(&'e Event, Vec<Wording>)> {
        let id = match event.body {
            EventBody::MessageEdited { message_id, .. } => message_id,
            ref body => message_of(body)?,
        };
        let changes = self.of.get(&id)?;
        let latest = changes.last()?;
        let before = std::iter::once(event).chain(changes).filter(|one| one.number != latest.number);
        let mut earlier: Vec<Wording> = Vec::new();
        for one in before {
            let wording = Wording { at: one.at, text: words(&one.body) };
            // The first change of an unknown message is both the entry and the first of the changes.
            if earlier.last() != Some(&wording) {
                earlier.push(wording);
            }
        }
        let too_many = earlier.len().saturating_sub(EARLIER_MAX);
        Some((latest, earlier.split_off(too_many)))
    }
}

fn message_of(body: &EventBody) -> Option<i64> {
    match body {
        EventBody::Message { message_id, .. }
        | EventBody::Command { message_id, .. }
        | EventBody::Start { message_id, .. } => Some(*message_id),
        _ => None,
    }
}

fn words(body: &EventBody) -> String {
    match body {
        EventBody::Message { text, details, .. } | EventBody::MessageEdited { text, details, .. } => {
            let text = text.clone().unwrap_or_default();
            match details {
                Some(kept) if text.is_empty() => said::in_one_line(&said::details(kept, "")),
                _ => text,
            }
        }
        EventBody::Command { text, .. } => text.clone(),
        EventBody::Start { payload, .. } => {
            format!("/start {}", payload.as_deref().unwrap_or_default()).trim_end().to_owned()
        }
        _ => String::new(),
    }
}
