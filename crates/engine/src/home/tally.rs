//! What the page counts by day, and who cannot be written to: kept from one asking to the next, brought level by
//! the events since.

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use domain::contact::Reachability;
use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactNumber};
use domain::time::{Millis, day_number, day_start};
use roaring::RoaringBitmap;
use store::{ReadTx, contacts, events};

use super::{HOME_DAYS_MAX, number_at};
use crate::Result;
use crate::people::Snapshot;

/// Events that are looked at for the first asking; days before them count nothing.
const FIRST_EVENTS_MAX: i64 = 2_000_000;
const EVENTS_READ_AT_ONCE: usize = 5_000;
/// Different buttons that one day remembers.
const BUTTONS_MAX: usize = 500;

/// One day of the workspace.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// Who interacted.
    pub active: RoaringBitmap,
    /// How often each button was pressed.
    pub presses: HashMap<String, u64>,
}

/// Who cannot be written to, by reason; several may hold.
#[derive(Debug, Default)]
pub(super) struct Unreachable {
    pub blocked: RoaringBitmap,
    deactivated: RoaringBitmap,
    no_chat: RoaringBitmap,
    opted_out: RoaringBitmap,
}

impl Unreachable {
    /// Deactivated and not blocked.
    pub(super) fn deactivated_alone(&self) -> u64 {
        self.deactivated.difference_len(&self.blocked)
    }

    /// Without a chat, and neither blocked nor deactivated.
    pub(super) fn no_chat_alone(&self) -> u64 {
        (&self.no_chat - &self.blocked).difference_len(&self.deactivated)
    }

    /// Opted out, and nothing else.
    pub(super) fn opted_out_alone(&self) -> u64 {
        (&self.opted_out - &self.blocked - &self.no_chat).difference_len(&self.deactivated)
    }

    fn set(&mut self, number: u32, reach: Reachability) {
        let sets = [
            (&mut self.blocked, reach.blocked),
            (&mut self.deactivated, reach.deactivated),
            (&mut self.no_chat, reach.no_chat.is_some()),
            (&mut self.opted_out, reach.opted_out),
        ];
        for (set, wanted) in sets {
            if wanted {
                set.insert(number)
            } else {
                set.remove(number)
            };
        }
    }
}

/// The counts at one event number.
#[derive(Debug)]
pub(super) struct Tally {
    number: i64,
    zone: Tz,
    days: BTreeMap<i32, Day>,
    pub unreachable: Unreachable,
}

impl Tally {
    /// The tally, level with the index: an earlier one goes on, else a new one is begun.
    pub(super) fn level(
        earlier: Option<Self>,
        tx: &ReadTx<'_>,
        bot: BotId,
        snapshot: &Snapshot,
        now: Millis,
    ) -> Result<Self> {
        let last = snapshot.index.number();
        let mut tally = match earlier.filter(|tally| tally.zone == snapshot.zone()) {
            Some(tally) => tally,
            None => Self::begun(tx, bot, snapshot, last, now)?,
        };
        tally.follow(tx, bot, last)?;
        let oldest = day_number(now, tally.zone) - HOME_DAYS_MAX;
        tally.days = tally.days.split_off(&oldest);
        Ok(tally)
    }

    /// One day's counts; `None` when nothing happened.
    pub(super) fn day(&self, day: i32) -> Option<&Day> {
        self.days.get(&day)
    }

    /// The days from one on.
    pub(super) fn days_from(&self, day: i32) -> impl Iterator<Item = &Day> {
        self.days.range(day..).map(|(_, day)| day)
    }

    /// Reachability comes from the rows, which may be newer than the index: the events between are folded at the
    /// next asking and end where the rows stand. The events of the last days are read for the days alone.
    fn begun(tx: &ReadTx<'_>, bot: BotId, snapshot: &Snapshot, last: i64, now: Millis) -> Result<Self> {
        let zone = snapshot.zone();
        let since = day_start(day_number(now, zone) - HOME_DAYS_MAX, zone);
        let first = number_at(tx, bot, last, since)?.max(last - FIRST_EVENTS_MAX);
        let mut tally =
            Self { number: first, zone, days: BTreeMap::new(), unreachable: Unreachable::default() };
        tally.follow(tx, bot, last)?;
        tally.unreachable = Unreachable::default();
        for number in snapshot.index.everyone() - snapshot.index.reachable() {
            if let Some(contact) = contacts::get(tx, bot, ContactNumber(number))? {
                tally.unreachable.set(number, contact.reachability);
            }
        }
        Ok(tally)
    }

    fn follow(&mut self, tx: &ReadTx<'_>, bot: BotId, last: i64) -> Result<()> {
        while self.number < last {
            let batch = events::after(tx, bot, self.number, EVENTS_READ_AT_ONCE)?;
            let Some(end) = batch.last() else { break };
            self.number = end.number;
            batch.iter().for_each(|event| self.fold(event));
        }
        Ok(())
    }

    fn fold(&mut self, event: &Event) {
        let Some(ContactNumber(number)) = event.contact else { return };
        let unreachable = &mut self.unreachable;
        match event.body {
            EventBody::Blocked { .. } => {
                unreachable.blocked.insert(number);
            }
            EventBody::Unblocked => {
                unreachable.blocked.remove(number);
                unreachable.deactivated.remove(number);
                unreachable.no_chat.remove(number);
            }
            EventBody::NoChat { .. } => {
                unreachable.no_chat.insert(number);
            }
            EventBody::Deactivated => {
                unreachable.deactivated.insert(number);
            }
            EventBody::OptedOut { .. } => {
                unreachable.opted_out.insert(number);
            }
            EventBody::OptedIn => {
                unreachable.opted_out.remove(number);
            }
            _ => {}
        }
        if !event.body.is_interaction() {
            return;
        }
        let day = self.days.entry(day_number(event.at, self.zone)).or_default();
        day.active.insert(number);
        // A game's button had no name before it was kept raw: nobody can be found by it.
        if let EventBody::Button { object, .. } = &event.body
            && !object.is_empty()
            && (day.presses.len() < BUTTONS_MAX || day.presses.contains_key(object))
        {
            *day.presses.entry(object.clone()).or_default() += 1;
        }
    }
}
