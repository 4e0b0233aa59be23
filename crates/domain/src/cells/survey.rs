//! Looking over a column before its cells are read.

use super::numbers::{self, DecimalMark};
use super::{DayOrder, Kind, Reading, dates, flags};

/// A column is of a kind when at least this share of its cells are: 3 of 4.
const SHARE: (u64, u64) = (3, 4);

/// What the cells of one column look like, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Cells that are not empty.
    pub cells: u64,
    flags: u64,
    /// Numbers, if the decimal mark is a point, or a comma.
    with_point: u64,
    with_comma: u64,
    /// Of them, those that are numbers in no other way.
    only_point: u64,
    only_comma: u64,
    codes: u64,
    dates: u64,
    day_first: u64,
    month_first: u64,
    unclear_dates: u64,
}

/// How a whole file writes numbers and days, as far as its columns agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileManner {
    only_point: u64,
    only_comma: u64,
    only_day_first: u64,
    only_month_first: u64,
    semicolons: bool,
}

impl FileManner {
    /// Nothing is known yet but whether semicolons stand between the cells: where they do, the comma is usually the
    /// decimal mark.
    pub fn new(semicolons: bool) -> Self {
        Self { semicolons, ..Self::default() }
    }

    /// Adds what a column tells.
    pub fn add(&mut self, survey: &Survey) {
        // A column of texts that hold a number here and there tells nothing.
        if survey.is_of(survey.with_point.max(survey.with_comma)) {
            self.only_point += survey.only_point;
            self.only_comma += survey.only_comma;
        }
        if survey.is_of(survey.dates) {
            self.only_day_first += survey.dates - survey.month_first;
            self.only_month_first += survey.dates - survey.day_first;
        }
    }
}

impl Survey {
    /// Looks at a cell; empty ones tell nothing.
    pub fn add(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        self.cells += 1;
        self.flags += u64::from(flags::read(cell, false).is_some());
        self.codes += u64::from(numbers::is_code(cell) || numbers::is_shortened(cell));
        let point = numbers::read(cell, DecimalMark::Point).is_some();
        let comma = numbers::read(cell, DecimalMark::Comma).is_some();
        self.with_point += u64::from(point);
        self.with_comma += u64::from(comma);
        self.only_point += u64::from(point && !comma);
        self.only_comma += u64::from(comma && !point);
        if let Some(date) = dates::read(cell) {
            self.dates += 1;
            self.day_first += u64::from(date.fits(DayOrder::DayFirst));
            self.month_first += u64::from(date.fits(DayOrder::MonthFirst));
            self.unclear_dates += u64::from(date.is_unclear());
        }
    }

    /// How the column is read: of the kind that is known, else of the one that most of its cells are.
    pub fn decide(&self, known: Option<Kind>, file: &FileManner) -> Reading {
        let decimal = self.decimal(file);
        let day_order = self.day_order(file);
        let kind = known.unwrap_or_else(|| self.kind(decimal, day_order));
        Reading { kind, decimal, day_order }
    }

    fn kind(&self, decimal: DecimalMark, day_order: Option<DayOrder>) -> Kind {
        let numbers = match decimal {
            DecimalMark::Point => self.with_point,
            DecimalMark::Comma => self.with_comma,
        };
        if self.is_of(self.flags) {
            Kind::Bool
        } else if self.codes == 0 && self.is_of(numbers) {
            Kind::Number
        } else if self.is_of(self.dates) && (day_order.is_some() || self.unclear_dates == 0) {
            Kind::Date
        } else {
            Kind::Text
        }
    }

    /// Whether so many of the cells make the column's kind.
    fn is_of(&self, count: u64) -> bool {
        count > 0 && count * SHARE.1 >= self.cells * SHARE.0
    }

    fn decimal(&self, file: &FileManner) -> DecimalMark {
        let told = |point: u64, comma: u64| match point.cmp(&comma) {
            std::cmp::Ordering::Greater => Some(DecimalMark::Point),
            std::cmp::Ordering::Less => Some(DecimalMark::Comma),
            std::cmp::Ordering::Equal => None,
        };
        let by_itself = told(self.only_point, self.only_comma);
        let by_file = || told(file.only_point, file.only_comma);
        let usual = if file.semicolons { DecimalMark::Comma } else { DecimalMark::Point };
        by_itself.or_else(by_file).unwrap_or(usual)
    }

    fn day_order(&self, file: &FileManner) -> Option<DayOrder> {
        let told = |only_day: u64, only_month: u64| match only_day.cmp(&only_month) {
            std::cmp::Ordering::Greater => Some(DayOrder::DayFirst),
            std::cmp::Ordering::Less => Some(DayOrder::MonthFirst),
            std::cmp::Ordering::Equal => None,
        };
        told(self.dates - self.month_first, self.dates - self.day_first)
            .or_else(|| told(file.only_day_first, file.only_month_first))
    }
}
