//! Durations as people write them, moments, and the two ways in which windows begin.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::time::{DAY_MS, Millis, SECOND_MS, day_number, day_start, parse_duration};

/// The unit that a duration was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl DurationUnit {
    const ALL: [(char, Self, i64); 5] = [
        ('s', Self::Second, SECOND_MS),
        ('m', Self::Minute, 60 * SECOND_MS),
        ('h', Self::Hour, 3_600 * SECOND_MS),
        ('d', Self::Day, DAY_MS),
        ('w', Self::Week, 7 * DAY_MS),
    ];

    fn letter_and_ms(self) -> (char, i64) {
        let found = Self::ALL.iter().find(|(_, unit, _)| *unit == self);
        found.map_or(('s', SECOND_MS), |(letter, _, ms)| (*letter, *ms))
    }
}

/// A duration that keeps its unit, so that `14d` does not come back as `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    pub count: i64,
    pub unit: DurationUnit,
}

impl Duration {
    /// Reads `90s`, `15m`, `12h`, `7d` or `2w`.
    ///
    /// # Errors
    /// A sentence, as [`parse_duration`] gives it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let ms = parse_duration(text)?;
        let letter = text.chars().last().unwrap_or('s');
        let found = DurationUnit::ALL.iter().find(|(known, _, _)| *known == letter);
        let (unit, unit_ms) = found.map_or((DurationUnit::Second, SECOND_MS), |(_, unit, ms)| (*unit, *ms));
        Ok(Self { count: ms / unit_ms, unit })
    }

    /// Its length in milliseconds.
    pub fn ms(self) -> i64 {
        self.count * self.unit.letter_and_ms().1
    }

    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        self.ms() / SECOND_MS
    }

    /// Written in days or weeks: what a counted window wants.
    pub fn is_whole_days(self) -> bool {
        matches!(self.unit, DurationUnit::Day | DurationUnit::Week)
    }
}

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.count, self.unit.letter_and_ms().0)
    }
}

/// A moment in an expression: an instant, or a date that means the beginning of that day in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Cut to the second.
    Instant(Millis),
    Date(NaiveDate),
}

impl Moment {
    /// Reads RFC 3339 (`2026-11-24T16:30:00Z`) or a date (`2026-11-24`).
    ///
    /// # Errors
    /// A sentence for the person who wrote it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be a date such as \"2026-11-24\" or a time such as \"2026-11-24T16:30:00Z\"";
        const RANGE: &str = "must lie between the years 1970 and 2100";
        let moment = match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(time) => Self::Instant(time.timestamp() * SECOND_MS),
            Err(_) => Self::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| FORM)?),
        };
        let at = moment.start(Tz::UTC);
        if (0..4_133_980_800_000).contains(&at) { Ok(moment) } else { Err(RANGE) }
    }

    /// The first millisecond of it, in the workspace's zone.
    pub fn start(self, zone: Tz) -> Millis {
        match self {
            Self::Instant(at) => at,
            Self::Date(date) => {
                let days = date.signed_duration_since(NaiveDate::default()).num_days();
                day_start(days as i32, zone)
            }
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instant(at) => {
                let time = chrono::DateTime::from_timestamp_millis(*at).unwrap_or_default();
                write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%SZ"))
            }
            Self::Date(date) => write!(f, "{}", date.format("%Y-%m-%d")),
        }
    }
}

/// The second that holds a moment, as the columns keep it. Zero is left free for `never`, so moments before
/// 1970 become the second 1 and those after 2106 the last there is.
pub fn second(at: Millis) -> u32 {
    at.div_euclid(SECOND_MS).clamp(1, i64::from(u32::MAX)) as u32
}

/// The local day that holds a moment, counted so that it never falls as time passes: where a clock change
/// repeats an hour across midnight, the new day has begun for good once it began.
pub fn day_holding(at: Millis, zone: Tz) -> i32 {
    let day = day_number(at, zone);
    if day_start(day + 1, zone) <= at { day + 1 } else { day }
}

/// The moment a counted window begins: with the local day that holds `now` minus its length.
pub fn window_start(now: Millis, length_ms: i64, zone: Tz) -> Millis {
    day_start(day_holding(now.saturating_sub(length_ms), zone), zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_dates_come_back_as_written() {
        for text in ["90s", "15m", "12h", "14d", "2w"] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), text);
        }
        for text in ["2026-11-24", "2026-11-24T16:30:00Z"] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        }
        let with_offset = Moment::parse("2026-11-24T18:30:00.900+02:00").unwrap();
        assert_eq!(with_offset.to_string(), "2026-11-24T16:30:00Z");
        for bad in ["2026-02-30", "24.11.2026", "", "1969-12-31", "9999-01-01", "2026-11-24T16:30:00"] {
            assert!(Moment::parse(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn a_repeated_hour_across_midnight_does_not_turn_the_day_back() {
        // Newfoundland, 7 November 2010: at 00:01 clocks went back to 23:01 of the 6th.
        let st_johns: Tz = "America/St_Johns".parse().unwrap();
        let change = 1_289_097_060_000; // 02:31 UTC
        assert_eq!(day_number(change - 1, st_johns), day_number(change, st_johns) + 1, "the example is one");
        let mut before = i32::MIN;
        for minute in -180..180 {
            let day = day_holding(change + minute * 60_000, st_johns);
            assert!(day >= before, "day fell at minute {minute}");
            before = day;
        }
    }
}
