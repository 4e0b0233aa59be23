//! What the members of a team may do.

use serde::{Deserialize, Serialize};

/// What a member is in the team.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Role {
    /// Reads, and works with contacts and conversations.
    Agent,
    /// Everything but members, bots and tokens.
    Marketer,
    /// Everything.
    Owner,
}
