//! Time: 64-bit unix milliseconds everywhere, durations as people write them, and a workspace's days.

use chrono::{Days, NaiveTime, TimeZone};
use chrono_tz::Tz;

/// A moment, in milliseconds since 1970 in UTC.
pub type Millis = i64;

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;
/// How long after a bulk message an answer is still charged to it: the window (at, at + 24 h].
pub const ANSWER_WINDOW_MS: i64 = DAY_MS;

/// Reads a duration such as `90s`, `15m`, `12h`, `7d` or `2w` into milliseconds.
///
/// # Errors
/// A sentence for the person who wrote it: not a number with a unit, zero, or longer than 100 years.
pub fn parse_duration(text: &str) -> Result<i64, &'static str> {
    const FORM: &str = "must be a whole number with a unit: s, m, h, d or w, such as \"7d\"";
    let unit = text.chars().last().ok_or(FORM)?;
    let unit_ms = match unit {
        's' => SECOND_MS,
        'm' => 60 * SECOND_MS,
        'h' => 3_600 * SECOND_MS,
        'd' => DAY_MS,
        'w' => 7 * DAY_MS,
        _ => return Err(FORM),
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || digits.len() > 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(FORM);
    }
    let count: i64 = digits.parse().map_err(|_| FORM)?;
    if count == 0 {
        return Err("must be longer than zero");
    }
    match count.checked_mul(unit_ms) {
        Some(ms) if ms <= 36_525 * DAY_MS => Ok(ms),
        _ => Err("must be at most 100 years"),
    }
}

/// The local day that holds a moment, as days since 1970-01-01 of that time zone's calendar.
pub fn day_number(at: Millis, zone: Tz) -> i32 {
    let local = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default().with_timezone(&zone);
    let epoch = chrono::NaiveDate::default();
    local.date_naive().signed_duration_since(epoch).num_days() as i32
}

/// The moment a local day begins. Where a clock change skips midnight, the first moment that exists.
pub fn day_start(day: i32, zone: Tz) -> Millis {
    let epoch = chrono::NaiveDate::default();
    let date = if day >= 0 {
        epoch.checked_add_days(Days::new(day as u64))
    } else {
        epoch.checked_sub_days(Days::new(u64::from(day.unsigned_abs())))
    };
    let midnight = date.unwrap_or(epoch).and_time(NaiveTime::MIN);
    let mut local = midnight;
    loop {
        if let Some(found) = zone.from_local_datetime(&local).earliest() {
            return found.timestamp_millis();
        }
        local += chrono::Duration::minutes(15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_refused() {
        assert_eq!(parse_duration("90s"), Ok(90_000));
        assert_eq!(parse_duration("7d"), Ok(604_800_000));
        assert_eq!(parse_duration("2w"), parse_duration("14d"));
        for bad in ["", "d", "7", "-1d", "1.5h", "7 d", "0d", "99999999999d", "7天", "40000d"] {
            assert!(parse_duration(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn days_follow_the_zone() {
        let shanghai: Tz = "Asia/Shanghai".parse().unwrap();
        // 2026-11-24T16:30Z is already the 25th in Shanghai.
        let at = 1_795_537_800_000;
        assert_eq!(day_number(at, shanghai), day_number(at, Tz::UTC) + 1);
        assert_eq!(day_start(day_number(at, shanghai), shanghai), at - 30 * 60_000);
    }

    #[test]
    fn a_skipped_midnight_begins_at_the_first_moment_there_is() {
        let cairo: Tz = "Africa/Cairo".parse().unwrap();
        // Egypt, 28 April 2023: 00:00 became 01:00.
        let day = day_number(1_682_640_000_000, cairo);
        assert_eq!(day_start(day, cairo), 1_682_632_800_000);
    }
}
