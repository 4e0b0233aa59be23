//! Which buttons were pressed on which day: kept from one asking to the next, brought level by the events since.

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use domain::event::{Event, EventBody};
use domain::ids::BotId;
use domain::time::{Millis, day_number, day_start};
use store::{ReadTx, events};

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
    /// How often each button was pressed.
    pub presses: HashMap<String, u64>,
}

/// The counts at one event number.
#[derive(Debug)]
pub(super) struct Tally {
    number: i64,
    zone: Tz,
    days: BTreeMap<i32, Day>,
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

    /// The days from one on.
    pub(super) fn days_from(&self, day: i32) -> impl Iterator<Item = &Day> {
        self.days.range(day..).map(|(_, day)| day)
    }

    fn begun(tx: &ReadTx<'_>, bot: BotId, snapshot: &Snapshot, last: i64, now: Millis) -> Result<Self> {
        let zone = snapshot.zone();
        let since = day_start(day_number(now, zone) - HOME_DAYS_MAX, zone);
        let first = number_at(tx, bot, last, since)?.max(last - FIRST_EVENTS_MAX);
        let mut tally = Self { number: first, zone, days: BTreeMap::new() };
        tally.follow(tx, bot, last)?;
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
        // A game's button had no name before it was kept raw: nobody can be found by it.
        let EventBody::Button { object, .. } = &event.body else { return };
        if event.contact.is_none() || object.is_empty() {
            return;
        }
        let presses = &mut self.days.entry(day_number(event.at, self.zone)).or_default().presses;
        if presses.len() < BUTTONS_MAX || presses.contains_key(object) {
            *presses.entry(object.clone()).or_default() += 1;
        }
    }
}
