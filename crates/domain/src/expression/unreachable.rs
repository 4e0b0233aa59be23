//! Why somebody may not be written to.

use crate::contact::Reachability;

/// One reason. Several may hold for the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    Blocked,
    Deactivated,
    /// Telegram has no chat in which they could be written to.
    NoChat,
    OptedOut,
}

impl Unreachable {
    /// Every reason with its name in JSON, in the order in which they are told: whoever has several is named and counted
    /// at the first.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("blocked", Self::Blocked),
        ("deactivated", Self::Deactivated),
        ("no_chat", Self::NoChat),
        ("opted_out", Self::OptedOut),
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, reason)| *reason == self).map_or("blocked", |(name, _)| name)
    }

    /// The first reason that holds.
    pub fn of(reach: Reachability) -> Option<Self> {
        Self::NAMED.into_iter().map(|(_, reason)| reason).find(|reason| reason.holds(reach))
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
