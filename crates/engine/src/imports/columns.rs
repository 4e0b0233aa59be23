//! The head of an import's table: which column holds what.

use std::collections::BTreeMap;

use csv::ByteRecord;
use domain::cells::Kind;
use domain::field_error::FieldError;
use domain::naming::{name_key, tidied};

use crate::attributes::{check_key, known_spelling};
use crate::{EngineError, Result};

/// Where errors of the head are told.
const PATH: &str = "/file";
/// Columns of one table.
const COLUMNS_MAX: usize = 200;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    TelegramId,
    Username,
    FirstName,
    LastName,
    Language,
    Tags,
    Source,
    FirstSeen,
    LastInteraction,
    Attribute(String),
}

const NAMED: [(&str, Column); 9] = [
    ("telegram_id", Column::TelegramId),
    ("username", Column::Username),
    ("first_name", Column::FirstName),
    ("last_name", Column::LastName),
    ("language", Column::Language),
    ("tags", Column::Tags),
    ("source", Column::Source),
    ("first_seen", Column::FirstSeen),
    ("last_interaction", Column::LastInteraction),
];

/// The columns in the file's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    all: Vec<(String, Column)>,
}

impl Column {
    /// What its cells hold, where the column says so itself; an attribute's kind is decided over its cells.
    pub fn holds(&self) -> Option<&'static str> {
        Some(match self {
            Self::TelegramId => "id",
            Self::Tags => "tags",
            Self::Source => "source",
            Self::FirstSeen | Self::LastInteraction => "time",
            Self::Username | Self::FirstName | Self::LastName | Self::Language => "text",
            Self::Attribute(_) => return None,
        })
    }
}

impl Columns {
    /// Reads the head.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] with every fault: `telegram_id` is missing, a column is not known, or there twice.
    pub fn read(head: &ByteRecord) -> Result<Self> {
        if head.len() > COLUMNS_MAX {
            let message = format!("has {} columns, at most {COLUMNS_MAX} are allowed", head.len());
            return Err(EngineError::field(PATH, "too_many", message));
        }
        let mut faults = Vec::new();
        let mut all: Vec<(String, Column)> = Vec::with_capacity(head.len());
        // Spreadsheets write empty cells behind the last column: they name none.
        let named = head.iter().rposition(|cell| !cell.trim_ascii().is_empty()).map_or(0, |last| last + 1);
        for (index, cell) in head.iter().take(named).enumerate() {
            let Ok(cell) = std::str::from_utf8(cell) else {
                let message = format!("has a column whose name is not UTF-8, in place {}", index + 1);
                faults.push(fault("bad_character", message));
                continue;
            };
            let name = cell.trim().to_owned();
            match column(&name) {
                Err(message) => faults.push(fault("unknown_column", message)),
                Ok(_) if all.iter().any(|(known, _)| *known == name) => {
                    faults.push(fault("duplicate", format!("has the column \"{name}\" twice")));
                }
                Ok(column) => all.push((name, column)),
            }
        }
        if faults.is_empty() && !all.iter().any(|(_, column)| *column == Column::TelegramId) {
            faults.push(fault("required", "has no column \"telegram_id\"".to_owned()));
        }
        if faults.is_empty() { Ok(Self { all }) } else { Err(EngineError::Invalid(faults)) }
    }

    /// The same with every attribute as it is spelled where it is known; a new one is tidied.
    ///
    /// # Errors
    /// [`EngineError::Invalid`]: two columns name one attribute.
    pub fn spelled(mut self, known: &BTreeMap<String, Option<Kind>>) -> Result<Self> {
        for index in 0..self.all.len() {
            let (before, rest) = self.all.split_at_mut(index);
            let Some((name, Column::Attribute(key))) = rest.first_mut() else { continue };
            let is_known = known_spelling(known, key);
            let is_new = is_known.is_none();
            *key = is_known.unwrap_or_else(|| tidied(key));
            let twin = before.iter().find(|(_, other)| match other {
                Column::Attribute(other) => other == key || (is_new && name_key(other) == name_key(key)),
                _ => false,
            });
            if let Some((twin, _)) = twin {
                let message = format!("has the columns \"{twin}\" and \"{name}\", which name one attribute");
                return Err(EngineError::field(PATH, "duplicate", message));
            }
        }
        Ok(self)
    }

    /// How many cells of a head name a column; none where none is `telegram_id`.
    pub fn count_known(head: &ByteRecord) -> usize {
        let names: Vec<&str> =
            head.iter().filter_map(|cell| std::str::from_utf8(cell).ok()).map(str::trim).collect();
        if names.contains(&"telegram_id") {
            names.iter().filter(|name| column(name).is_ok()).count()
        } else {
            0
        }
    }

    /// Name and meaning of each column, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.all.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// The key of the attribute's column that a key means: exactly, or in the normal form.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        let keys = || {
            self.all.iter().filter_map(|(_, column)| match column {
                Column::Attribute(own) => Some(own.as_str()),
                _ => None,
            })
        };
        keys().find(|own| *own == key).or_else(|| keys().find(|own| name_key(own) == name_key(key)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }
}

fn fault(code: &'static str, message: String) -> FieldError {
    FieldError { path: PATH.to_owned(), code, message }
}

fn column(name: &str) -> std::result::Result<Column, String> {
    if let Some(key) = name.strip_prefix("attr.") {
        return match check_key(key) {
            Ok(()) => Ok(Column::Attribute(key.to_owned())),
            Err(refusal) => Err(format!("has the column \"{}\": {}", shortened(name), refusal.message)),
        };
    }
    let found = NAMED.iter().find(|(known, _)| *known == name).map(|(_, column)| column.clone());
    found.ok_or_else(|| {
        let known: Vec<&str> = NAMED.iter().map(|(known, _)| *known).collect();
        format!("has a column \"{}\"; known are {} and attr.NAME", shortened(name), known.join(", "))
    })
}

/// At most 80 characters of a text that came from outside.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
