//! The conversation between a person and the team.

use serde::{Deserialize, Serialize};

/// Whether a conversation waits for the team.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Status {
    Open,
    Closed,
}

impl Status {
    /// That of a conversation which waits, or does not.
    pub fn of(is_open: bool) -> Self {
        if is_open { Self::Open } else { Self::Closed }
    }

    /// It waits for the team.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }
}

/// Who wrote something.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Speaker {
    Person,
    Bot,
    Agent,
    Campaign,
    Flow,
}
