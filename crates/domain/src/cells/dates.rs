//! Days, as programs and spreadsheets write them.

use chrono::{NaiveDate, NaiveTime};

/// What a day such as `5/1/2026` begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// A day as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// As a day that begins with the day of the month.
    day_first: Option<NaiveDate>,
    /// As one that begins with the month. The same as `day_first` where the order is clear.
    month_first: Option<NaiveDate>,
    /// As it goes behind the day, with its `T`; empty without a time.
    time: String,
}

impl Written {
    /// Whether it can be read in an order.
    pub(super) fn fits(&self, order: DayOrder) -> bool {
        self.in_order(order).is_some()
    }

    fn in_order(&self, order: DayOrder) -> Option<NaiveDate> {
        match order {
            DayOrder::DayFirst => self.day_first,
            DayOrder::MonthFirst => self.month_first,
        }
    }

    /// Whether both orders are possible and differ.
    pub(super) fn is_unclear(&self) -> bool {
        self.day_first.is_some() && self.month_first.is_some() && self.day_first != self.month_first
    }

    /// As a text that sorts; `None` where the order is not known and matters.
    pub(super) fn written(&self, order: Option<DayOrder>) -> Option<String> {
        let day = match order {
            Some(order) => self.in_order(order)?,
            None if self.is_unclear() => return None,
            None => self.day_first.or(self.month_first)?,
        };
        Some(format!("{}{}", day.format("%Y-%m-%d"), self.time))
    }

    /// Whether it may stand for a day that is written as we write days.
    pub(super) fn may_be(&self, written: &str) -> bool {
        [DayOrder::DayFirst, DayOrder::MonthFirst]
            .into_iter()
            .any(|order| self.written(Some(order)).as_deref() == Some(written))
    }
}

/// Reads a day, perhaps with a time.
pub(super) fn read(cell: &str) -> Option<Written> {
    let (day, time) = match cell.split_once(['T', ' ']) {
        Some((day, time)) => (day, clock(time)?),
        None => (cell, String::new()),
    };
    let between = day.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let parts: Vec<&str> = day.split(between).collect();
    let [first, second, third] = parts[..] else { return None };
    let is_number = |text: &&str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(is_number) || second.len() > 2 {
        return None;
    }
    if first.len() == 4 {
        let date = of(first, second, third).filter(|_| third.len() <= 2)?;
        return Some(Written { day_first: Some(date), month_first: Some(date), time });
    }
    if first.len() > 2 {
        return None;
    }
    let year = year(third, between, first.len() == 2 && second.len() == 2)?;
    let day_first = of(&year, second, first);
    // Points stand in days of languages that begin with the day.
    let month_first = if between == '.' { day_first } else { of(&year, first, second) };
    (day_first.or(month_first).is_some()).then_some(Written { day_first, month_first, time })
}

fn of(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A year of four digits; or of two, where it cannot be the third part of a version such as `1.2.3`.
fn year(text: &str, between: char, in_pairs: bool) -> Option<String> {
    match text.len() {
        4 => Some(text.to_owned()),
        2 if between == '/' || (between == '.' && in_pairs) => {
            let century = if text < "70" { "20" } else { "19" };
            Some(format!("{century}{text}"))
        }
        _ => None,
    }
}

/// A time of the day as it goes behind the day.
fn clock(text: &str) -> Option<String> {
    let zone_at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(zone_at);
    let is_zone = match zone.as_bytes() {
        b"" | b"Z" => true,
        [_, a, b, b':', c, d] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    let forms = ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"];
    let read = forms.iter().find_map(|form| NaiveTime::parse_from_str(time.trim(), form).ok())?;
    is_zone.then(|| format!("T{}{zone}", read.format("%H:%M:%S%.f")))
}
