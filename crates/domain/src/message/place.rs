//! Where a button stands: what tells two buttons of the same text apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Row and column of a button, both from 0; written `0.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ButtonPlace {
    pub row: u8,
    pub column: u8,
}

impl ButtonPlace {
    /// The place of a button in a message. A message has far fewer rows and columns than 256.
    pub fn new(row: usize, column: usize) -> Self {
        let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        Self { row: byte(row), column: byte(column) }
    }
}

impl fmt::Display for ButtonPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.row, self.column)
    }
}

impl FromStr for ButtonPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('.').and_then(|(row, column)| row.parse().ok().zip(column.parse().ok()));
        let (row, column) = parts.ok_or("must be a row and a column from 0, such as \"0.1\"")?;
        Ok(Self { row, column })
    }
}

impl TryFrom<String> for ButtonPlace {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ButtonPlace> for String {
    fn from(place: ButtonPlace) -> Self {
        place.to_string()
    }
}
