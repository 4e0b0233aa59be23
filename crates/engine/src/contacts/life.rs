//! The stages that one person was in, and those that will come if nothing is heard of them.
//!
//! None of it is stored: the rules are the present ones, and a changed rule changes the past too. The person's own
//! events are folded one by one into an index that holds nobody else. It is asked after each of them, and for each
//! day between, since rules look at ages too. What the events do not tell is not guessed: where the walk
//! ends in another stage than the person's rows do, no life is told. No rule asks for a campaign, whose outcomes are
//! nobody's own events.

use audience::{Index, IndexBuilder};
use chrono_tz::Tz;
use domain::event::Event;
use domain::expression::Resolved;
use domain::ids::{ContactId, ContactNumber, StageId, WorkspaceId};
use domain::time::{DAY_MS, Millis};
use store::{ReadTx, events};

use super::find;
use crate::catalog::WorkspaceCatalog;
use crate::facts::RowFacts;
use crate::{EngineError, Result};

/// How far ahead silence is followed.
const AHEAD_MS: Millis = 90 * DAY_MS;
/// The life of a person with more events is not told.
const EVENTS_MAX: usize = 5_000;
const EVENTS_READ_AT_ONCE: usize = 1_000;

/// A stage, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeStage {
    pub id: StageId,
    pub name: String,
    pub from: Millis,
}

/// The stages of a person in the order of time: those that were, the present one, and those that will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Empty where there are no stages, and where it cannot be told.
    pub stages: Vec<LifeStage>,
    pub now: Millis,
    /// Beyond, nothing is told.
    pub until: Millis,
}

pub(super) fn read(tx: &ReadTx<'_>, workspace: WorkspaceId, id: ContactId, now: Millis) -> Result<Life> {
    find(tx, workspace, id)?;
    let catalog = WorkspaceCatalog::load(tx, workspace, id.bot())?;
    let rules = catalog.resolved_stages()?;
    let until = now + AHEAD_MS;
    let untold = Life { stages: Vec::new(), now, until };
    let Some(events) = own_events(tx, id)? else { return Ok(untold) };
    let turns = Walk::through(events, id.number(), &rules, catalog.zone, until)?;
    let facts = RowFacts::load(tx, id.bot(), id.number())?;
    let present = turns.iter().rfind(|(from, _)| *from <= now).map(|(_, rule)| *rule);
    for (rule, (_, _, is)) in rules.iter().enumerate() {
        if facts.matches(is, now, catalog.zone)? != (present == Some(rule)) {
            return Ok(untold);
        }
    }
    let stages = turns.into_iter().map(|(from, rule)| {
        let (id, name, _) = &rules[rule];
        LifeStage { id: *id, name: name.clone(), from }
    });
    Ok(Life { stages: stages.collect(), now, until })
}

/// Everything that happened with the person, oldest first; `None` where that is too much.
fn own_events(tx: &ReadTx<'_>, id: ContactId) -> Result<Option<Vec<Event>>> {
    let mut all: Vec<Event> = Vec::new();
    loop {
        let below = all.last().map_or(i64::MAX, |event| event.number);
        let read = events::of_contact(tx, id.bot(), id.number(), below, EVENTS_READ_AT_ONCE)?;
        let full = read.len() == EVENTS_READ_AT_ONCE;
        all.extend(read);
        if all.len() > EVENTS_MAX {
            return Ok(None);
        }
        if !full {
            all.reverse();
            return Ok(Some(all));
        }
    }
}

/// A walk through a person's time.
struct Walk<'r> {
    index: Index,
    number: ContactNumber,
    rules: &'r [(StageId, String, Resolved)],
    clock: Millis,
    /// From when on which rule decided.
    turns: Vec<(Millis, usize)>,
}

impl<'r> Walk<'r> {
    /// From when on which rule decided, until a moment.
    fn through(
        events: Vec<Event>,
        number: ContactNumber,
        rules: &'r [(StageId, String, Resolved)],
        zone: Tz,
        until: Millis,
    ) -> Result<Vec<(Millis, usize)>> {
        let mut builder = IndexBuilder::new(zone);
        builder.contact_numbers(number.0);
        let clock = events.first().map_or(until, |event| event.at);
        let mut walk = Self { index: builder.finish(0), number, rules, clock, turns: Vec::new() };
        for event in events {
            walk.take(event)?;
        }
        walk.wait_until(until);
        Ok(walk.turns)
    }

    /// The days until an event, and the event. One that was told late changes nothing before its telling.
    fn take(&mut self, event: Event) -> Result<()> {
        self.wait_until(event.at);
        let event = Event { number: self.index.number() + 1, ..event };
        let folded = self.index.apply(&event);
        folded.map_err(|error| EngineError::Internal(format!("the life of {}: {error}", self.number.0)))?;
        self.note(self.rule_at(self.clock));
        Ok(())
    }

    /// Lets time pass without an event.
    fn wait_until(&mut self, until: Millis) {
        let mut rule = self.rule_at(self.clock);
        while self.clock < until {
            let next = until.min(self.clock + DAY_MS);
            if self.rule_at(next) == rule {
                self.clock = next;
                continue;
            }
            self.clock = self.turn_between(rule, next);
            rule = self.rule_at(self.clock);
            self.note(rule);
        }
    }

    /// The first moment of a day at which another rule decides than at its beginning.
    fn turn_between(&self, before: Option<usize>, next: Millis) -> Millis {
        let (mut same, mut other) = (self.clock, next);
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if self.rule_at(middle) == before {
                same = middle;
            } else {
                other = middle;
            }
        }
        other
    }

    fn rule_at(&self, moment: Millis) -> Option<usize> {
        self.rules.iter().position(|(_, _, is)| self.index.contains(is, moment, self.number))
    }

    fn note(&mut self, rule: Option<usize>) {
        let Some(rule) = rule else { return };
        // What lasted no time was not.
        if self.turns.last().is_some_and(|(from, _)| *from == self.clock) {
            self.turns.pop();
        }
        if self.turns.last().is_none_or(|(_, last)| *last != rule) {
            self.turns.push((self.clock, rule));
        }
    }
}
