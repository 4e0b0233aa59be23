//! What a bot may be doing, and how its updates come in.

use serde::{Deserialize, Serialize};

/// Whether a bot works.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Status {
    Running,
    /// A member stopped it.
    Stopped,
    /// Telegram no longer knows its token.
    TokenDead,
}

/// How a bot is shown to be: that it was started and not yet heard of is seen from its row.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Condition {
    Starting,
    Running,
    Stopped,
    TokenDead,
}

/// How updates reach us.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Intake {
    /// We ask for them.
    Polling,
    /// Telegram pushes them.
    Webhook,
}
