//! What the cells of a table's column are. A column has one kind, decided over all of its cells and what is known of
//! the attribute already: a cell alone cannot say whether `1,500` is a thousand and a half or one and a half.

mod dates;
mod flags;
mod numbers;
mod spreadsheet;
mod survey;
#[cfg(test)]
mod tests;

use crate::contact::AttributeValue;

pub use dates::DayOrder;
pub use numbers::DecimalMark;
pub use spreadsheet::{is_number_rounded, is_what_a_spreadsheet_leaves};
pub use survey::{FileManner, Survey};

/// The kind of an attribute's values.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Kind {
    /// True or false.
    Bool,
    Number,
    /// A day, perhaps with a time, kept as a text that sorts: `2026-05-01`.
    Date,
    Text,
}

impl Kind {
    /// The kind of a value that stands alone: a text is a text, though it may look like a day.
    pub fn of(value: &AttributeValue) -> Self {
        match value {
            AttributeValue::Bool(_) => Self::Bool,
            AttributeValue::Number(_) => Self::Number,
            AttributeValue::Text(_) => Self::Text,
        }
    }

    /// What its values are called in a sentence.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Bool => "true and false",
            Self::Number => "numbers",
            Self::Date => "dates",
            Self::Text => "texts",
        }
    }

    /// A value of any kind as one of this kind, where it can be read as such without loss.
    ///
    /// # Errors
    /// It cannot: a sentence that goes after the field's name.
    pub fn take(self, value: AttributeValue) -> Result<AttributeValue, String> {
        match (self, value) {
            (Self::Bool, AttributeValue::Number(number)) if number == 0.0 || number == 1.0 => {
                Ok(AttributeValue::Bool(number == 1.0))
            }
            (Self::Bool, value @ AttributeValue::Bool(_)) => Ok(value),
            (Self::Number, value @ AttributeValue::Number(_)) => Ok(value),
            (Self::Text, value) => Ok(AttributeValue::Text(written(&value))),
            (_, AttributeValue::Text(text)) => Reading::of(self).read(text.trim()),
            (_, value) => Err(format!("is {}, and must be one of {}", written(&value), self.plural())),
        }
    }
}

/// A value as it stands in a cell.
pub fn written(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Bool(value) => value.to_string(),
        AttributeValue::Number(value) => value.to_string(),
        AttributeValue::Text(value) => value.clone(),
    }
}

/// How the cells of one column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub kind: Kind,
    pub decimal: DecimalMark,
    /// What `5/1/2026` begins with; `None` where nothing tells.
    pub day_order: Option<DayOrder>,
}

impl Reading {
    /// Reads as programs write: `19.90`, and days with the year first.
    pub fn of(kind: Kind) -> Self {
        Self { kind, decimal: DecimalMark::Point, day_order: None }
    }

    /// Whether a spreadsheet may have made a cell unreadable that it had read: it shortened a long number, or turned a day
    /// around so that nothing tells its order. Only the value from before can tell what it was.
    pub fn may_be_spoilt(self, cell: &str) -> bool {
        match self.kind {
            Kind::Number => numbers::is_shortened(cell),
            Kind::Date => dates::read(cell).is_some_and(|date| date.is_unclear()),
            Kind::Bool | Kind::Text => false,
        }
    }

    /// Reads a cell that is not empty.
    ///
    /// # Errors
    /// It is not of the column's kind: a sentence that goes after the column's name.
    pub fn read(self, cell: &str) -> Result<AttributeValue, String> {
        let misfit = |what: &str| Err(format!("{:?} is not {what}", shortened(cell)));
        match self.kind {
            Kind::Text => Ok(AttributeValue::Text(cell.to_owned())),
            Kind::Bool => match flags::read(cell, true) {
                Some(flag) => Ok(AttributeValue::Bool(flag)),
                None => misfit("true or false"),
            },
            Kind::Number => match numbers::read(cell, self.decimal) {
                Some(number) => Ok(AttributeValue::Number(number)),
                None if numbers::is_shortened(cell) => {
                    misfit("a number: a spreadsheet shortened it, and digits are lost")
                }
                None if numbers::is_code(cell) => misfit("a number that keeps all of its digits"),
                None => misfit("a number"),
            },
            Kind::Date => match dates::read(cell) {
                Some(date) => match date.written(self.day_order) {
                    Some(text) => Ok(AttributeValue::Text(text)),
                    None => misfit("clear: day or month first? Write it as 2026-05-01"),
                },
                None => misfit("a date"),
            },
        }
    }
}

/// At most 40 characters of a text that came from outside.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
