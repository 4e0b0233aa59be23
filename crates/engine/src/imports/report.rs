//! What an import tells of itself.

use domain::cells::{DayOrder, DecimalMark, Kind, Reading};
use domain::named::Named;

use super::columns::Column;
use super::layout::Layout;
use super::rejected::RejectedRow;
use super::row::RowFault;

/// Refused lines that a report keeps; the watcher hears of all.
pub const REJECTED_KEPT_MAX: usize = 1_000;
/// Cells that do not fit, kept for each column.
pub const MISFITS_KEPT_MAX: usize = 20;

/// How an import stands, and at its end how it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines read, the head not counted.
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    /// The person was there, and all that the line says was so already.
    pub unchanged: u64,
    pub rejected_count: u64,
    /// The first [`REJECTED_KEPT_MAX`] of them, by line within each batch.
    pub rejected: Vec<RejectedRow>,
    /// The encoding's name, such as `UTF-8`.
    pub encoding: &'static str,
    /// What stands between the cells.
    pub separator: char,
    /// In the table's order.
    pub columns: Vec<ColumnReport>,
}

/// What was found out about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnReport {
    pub name: String,
    /// Of an attribute `bool`, `number`, `date` or `text`, as its last lines were read; of the other columns `id`, `text`, `tags`, `source` or `time`.
    pub kind: &'static str,
    /// How its cells are read where more than one way is possible: `decimal_point`, `decimal_comma`, `day_first` or
    /// `month_first`; of a source `pairs` or `channel`.
    pub manner: Option<&'static str>,
    /// Cells that are not empty.
    pub cells: u64,
    pub misfit_count: u64,
    /// The first [`MISFITS_KEPT_MAX`] of them.
    pub misfits: Vec<Misfit>,
}

/// A cell that is not of its column's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub line: u64,
    /// The first characters of what stands there.
    pub value: String,
    pub reason: String,
}

impl ImportReport {
    /// Nothing is read yet but the layout.
    pub(super) fn of(layout: &Layout) -> Self {
        let columns = layout.columns.iter().zip(&layout.readings).zip(&layout.cells);
        let columns = columns.map(|(((name, column), reading), cells)| ColumnReport {
            name: name.to_owned(),
            kind: column.holds().or(reading.map(|reading| reading.kind.name())).unwrap_or_default(),
            manner: match column {
                Column::Source => Some(layout.sources.name()),
                _ => reading.and_then(manner),
            },
            cells: *cells,
            misfit_count: 0,
            misfits: Vec::new(),
        });
        Self {
            encoding: layout.encoding.name(),
            separator: char::from(layout.separator),
            columns: columns.collect(),
            ..Self::default()
        }
    }

    /// The columns are read in another way from here on.
    pub(super) fn learn(&mut self, layout: &Layout) {
        for (column, reading) in self.columns.iter_mut().zip(&layout.readings) {
            if let Some(reading) = reading {
                column.kind = reading.kind.name();
                column.manner = manner(*reading);
            }
        }
    }

    /// A cell was read that does not fit.
    pub(super) fn note_misfit(&mut self, line: u64, fault: &RowFault) {
        let Some(value) = &fault.cell else { return };
        let Some(column) = self.columns.iter_mut().find(|column| column.name == fault.column) else { return };
        column.misfit_count += 1;
        if column.misfits.len() < MISFITS_KEPT_MAX {
            column.misfits.push(Misfit { line, value: value.clone(), reason: fault.reason.clone() });
        }
    }
}

fn manner(reading: Reading) -> Option<&'static str> {
    match (reading.kind, reading.decimal, reading.day_order) {
        (Kind::Number, DecimalMark::Point, _) => Some("decimal_point"),
        (Kind::Number, DecimalMark::Comma, _) => Some("decimal_comma"),
        (Kind::Date, _, Some(DayOrder::DayFirst)) => Some("day_first"),
        (Kind::Date, _, Some(DayOrder::MonthFirst)) => Some("month_first"),
        _ => None,
    }
}
