//! What happened with one person, newest first: events, what was written to them, and notes, merged by time.
//!
//! Everything has one place `(at, kind, id)` in one order, and a page begins below a place, so that pages never
//! skip or repeat anything while new things happen.

use domain::event::{Event, Outcome};
use domain::ids::{BotId, ContactNumber};
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use store::conversations::Note;
use store::outbox::Queued;
use store::recipients::Recipient;
use store::{ReadTx, conversations, events, outbox, recipients};

use crate::Result;

/// Events that are read at once.
const EVENTS_READ_AT_ONCE: usize = 500;

/// A place in a person's history. Later is greater; at one moment what was answered stands above what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub at: Millis,
    kind: u8,
    id: i64,
}

/// One thing in a person's history.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Event(Event),
    /// A message outside campaigns.
    Message(Queued),
    /// A message of a campaign.
    Campaign(Recipient),
    Note(Note),
}

impl Happening {
    /// Where it stands.
    pub fn place(&self) -> Place {
        let (at, kind, id) = match self {
            Self::Event(event) => (event.at, 0, event.number),
            Self::Message(message) => (message.created_at, 1, message.id.0),
            // A line that is listed has a time; without one it would stand at the very end.
            Self::Campaign(line) => (line.at.unwrap_or(0), 2, line.campaign.0),
            Self::Note(note) => (note.at, 3, note.id),
        };
        Place { at, kind, id }
    }

    /// Its id among the history of its bot, such as `event-12`.
    pub fn id(&self) -> String {
        match self {
            Self::Event(event) => format!("event-{}", event.number),
            Self::Message(message) => message_id(message.id.0),
            Self::Campaign(line) => format!("campaign-{}", line.campaign),
            Self::Note(note) => format!("note-{}", note.id),
        }
    }
}

fn message_id(id: i64) -> String {
    format!("message-{id}")
}

/// The outbox row that an id of [`Happening::id`] names.
pub fn outbox_row(id: &str) -> Option<domain::ids::OutboxId> {
    let number = id.strip_prefix("message-")?.parse().ok()?;
    (message_id(number) == id).then_some(domain::ids::OutboxId(number))
}

/// What a history shows.
pub struct Wanted<'w> {
    /// Which events.
    pub event: &'w dyn Fn(&Event) -> bool,
    pub notes: bool,
}

/// A page of a person's history below a place, and the place where the next begins.
///
/// # Errors
/// The database failed.
pub fn page(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    wanted: &Wanted<'_>,
    below: Option<Place>,
    limit: usize,
) -> Result<(Vec<Happening>, Option<Place>)> {
    let most = limit + 1;
    let mut all = latest_events(tx, bot, contact, wanted.event, below, most)?;
    all.extend(below_place(below, most, |before, limit| {
        let rows = outbox::of_contact(tx, bot, contact, before, limit)?;
        Ok(rows.into_iter().map(Happening::Message).collect())
    })?);
    all.extend(below_place(below, most, |before, limit| {
        let rows = recipients::of_contact(tx, bot, contact, before, limit)?;
        Ok(rows.into_iter().map(Happening::Campaign).collect())
    })?);
    if wanted.notes {
        all.extend(below_place(below, most, |before, limit| {
            let rows = conversations::notes(tx, bot, contact, before, limit)?;
            Ok(rows.into_iter().map(Happening::Note).collect())
        })?);
    }
    all.sort_by_key(|happening| std::cmp::Reverse(happening.place()));
    let more = all.len() > limit;
    all.truncate(limit);
    let next = if more { all.last().map(Happening::place) } else { None };
    Ok((all, next))
}

/// The log is in the order of its numbers, and an event's time may lie before that of an earlier number (a
/// conversion told late), so all of the person's events are looked at; no more than two pages are held.
fn latest_events(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    wanted: &dyn Fn(&Event) -> bool,
    below: Option<Place>,
    most: usize,
) -> Result<Vec<Happening>> {
    let mut kept: Vec<Happening> = Vec::new();
    let mut number = i64::MAX;
    loop {
        let read = events::of_contact(tx, bot, contact, number, EVENTS_READ_AT_ONCE)?;
        let Some(last) = read.last() else { break };
        number = last.number;
        let full = read.len() == EVENTS_READ_AT_ONCE;
        let fitting = read.into_iter().filter(wanted).map(Happening::Event);
        kept.extend(fitting.filter(|event| below.is_none_or(|below| event.place() < below)));
        kept.sort_by_key(|event| std::cmp::Reverse(event.place()));
        kept.truncate(most);
        if !full {
            break;
        }
    }
    Ok(kept)
}

/// Rows that the store gives below a moment, cut to those below a place: several may share a millisecond.
fn below_place(
    below: Option<Place>,
    most: usize,
    read: impl Fn(Millis, usize) -> Result<Vec<Happening>>,
) -> Result<Vec<Happening>> {
    let before = below.map_or(Millis::MAX, |below| below.at.saturating_add(1));
    let mut limit = most;
    loop {
        let mut rows = read(before, limit)?;
        let full = rows.len() == limit;
        rows.retain(|row| shown(row) && below.is_none_or(|below| row.place() < below));
        if rows.len() >= most || !full {
            rows.sort_by_key(|row| std::cmp::Reverse(row.place()));
            rows.truncate(most);
            return Ok(rows);
        }
        limit *= 2;
    }
}

/// A person who was skipped, or still waits, got nothing from a campaign.
fn shown(happening: &Happening) -> bool {
    match happening {
        Happening::Campaign(line) => matches!(
            line.outcome,
            Outcome::Leased | Outcome::Sent | Outcome::Failed | Outcome::Blocked | Outcome::Unknown
        ),
        _ => true,
    }
}
