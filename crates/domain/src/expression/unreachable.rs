//! Why somebody may not be written to.

use crate::contact::Reachability;
use crate::named::Named;

/// One reason, in the order in which they are told: whoever has several is named and counted at the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Unreachable {
    Blocked,
    Deactivated,
    /// Telegram has no chat in which they could be written to.
    NoChat,
    OptedOut,
}

impl Unreachable {
    /// The first reason that holds.
    pub fn of(reach: Reachability) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.holds(reach))
    }

    /// Whether the reason holds.
    pub fn holds(self, reach: Reachability) -> bool {
        match self {
            Self::Blocked => reach.blocked,
            Self::Deactivated => reach.deactivated,
            Self::NoChat => reach.no_chat.is_some(),
            Self::OptedOut => reach.opted_out,
        }
    }
}
