//! Tests of `last_interaction` and `first_seen`.

use chrono_tz::Tz;

use super::moment::{Duration, Moment, second};
use crate::time::Millis;

/// Which time of a contact is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeField {
    /// The latest of all interactions, `/start` included, in whatever order they arrived.
    LastInteraction,
    FirstSeen,
}

impl TimeField {
    /// The key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::LastInteraction => "last_interaction",
            Self::FirstSeen => "first_seen",
        }
    }
}

/// Bounds of a time; all that are given must hold. Somebody for whom it never came matches `never` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeTest {
    /// An age of at most this.
    pub within: Option<Duration>,
    /// An age of more than this.
    pub older_than: Option<Duration>,
    /// Earlier than this.
    pub before: Option<Moment>,
    /// At this or later.
    pub after: Option<Moment>,
    /// It never came. Stands alone.
    pub never: bool,
}

/// The seconds that match, both ends included, or `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondRange {
    Never,
    /// Empty when the first is above the second.
    Between(i64, i64),
}

impl SecondRange {
    /// Whether a time matches.
    pub fn holds(self, at: Option<Millis>) -> bool {
        match (self, at) {
            (Self::Never, at) => at.is_none(),
            (Self::Between(..), None) => false,
            (Self::Between(first, last), Some(at)) => (first..=last).contains(&i64::from(second(at))),
        }
    }
}

impl TimeTest {
    /// What the test means at this moment.
    pub fn range(&self, now: Millis, zone: Tz) -> SecondRange {
        if self.never {
            return SecondRange::Never;
        }
        let now_s = i64::from(second(now));
        let (mut first, mut last) = (1, i64::from(u32::MAX));
        if let Some(age) = self.within {
            first = first.max(now_s - age.seconds());
        }
        if let Some(age) = self.older_than {
            last = last.min(now_s - age.seconds() - 1);
        }
        if let Some(moment) = self.after {
            first = first.max(i64::from(second(moment.start(zone))));
        }
        if let Some(moment) = self.before {
            last = last.min(i64::from(second(moment.start(zone))) - 1);
        }
        SecondRange::Between(first, last)
    }

    /// The next moment at which the answer for this time can change by the passing of time alone.
    pub fn changes_at(&self, at: Option<Millis>, now: Millis) -> Option<Millis> {
        let at_s = i64::from(second(at?));
        let ends = [self.within, self.older_than].into_iter().flatten();
        ends.map(|age| (at_s + age.seconds() + 1) * 1_000).filter(|change| *change > now).min()
    }
}
