//! A campaign's life, and what may be done in each part of it.

mod course;

use serde::{Deserialize, Serialize};

use crate::named::Named;

pub use course::{Course, Happening, OutOfCourse, Pause};

/// Where a campaign stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Status {
    /// Being written; nothing is frozen.
    Draft,
    /// The audience is being frozen into the ledger; nothing is sent yet.
    Starting,
    /// The first wave is going out.
    Canary,
    /// Everyone else's turn.
    Sending,
    Paused,
    /// Everyone's turn has come.
    Done,
    /// Ended before everyone's turn came.
    Cancelled,
}

/// Why a campaign is paused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum PauseReason {
    /// The first wave is out; somebody decides.
    Canary,
    /// Somebody paused it.
    Member,
    /// Telegram refuses the content: it would fail for everyone.
    Content,
    /// A limit of failures or blocks was passed.
    GuardRail,
    /// The bot's token is dead.
    TokenDead,
    /// A backup was restored: whom it wrote to since is not known.
    Restored,
}

/// What somebody may want to do with a campaign, in the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Action {
    Edit,
    Test,
    Start,
    Pause,
    Resume,
    Cancel,
    Resolve,
    Delete,
}

impl Status {
    /// Whether an action makes sense here.
    pub fn allows(self, action: Action) -> bool {
        match action {
            Action::Edit | Action::Delete | Action::Start => self == Self::Draft,
            Action::Test => true,
            Action::Pause => matches!(self, Self::Canary | Self::Sending),
            Action::Resume => self == Self::Paused,
            Action::Cancel => matches!(self, Self::Canary | Self::Sending | Self::Paused),
            Action::Resolve => matches!(self, Self::Canary | Self::Sending | Self::Paused | Self::Done),
        }
    }

    /// All that makes sense here, in the order of a campaign's life.
    pub fn allowed(self) -> impl Iterator<Item = Action> {
        Action::ALL.iter().copied().filter(move |action| self.allows(*action))
    }

    /// The sender has work with it.
    pub fn is_sending(self) -> bool {
        matches!(self, Self::Canary | Self::Sending)
    }
}

/// Guard rails: a wave that passes one of these shares of those written to pauses the campaign by itself. They
/// say nothing before so many were written to that one person cannot trip them.
pub mod guard_rail {
    /// Written to before a share means anything.
    pub const SENT_MIN: i64 = 100;
    /// Refused with 403, in percent.
    pub const BLOCKED_PERCENT_MAX: i64 = 25;
    /// Failed for other reasons, in percent.
    pub const FAILED_PERCENT_MAX: i64 = 10;
    /// Ended unknown, in percent.
    pub const UNKNOWN_PERCENT_MAX: i64 = 10;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_out_cannot_be_edited_and_what_ended_cannot_go_on() {
        assert!(!Status::Sending.allows(Action::Edit));
        assert!(!Status::Cancelled.allows(Action::Resume));
        assert!(!Status::Done.allows(Action::Cancel));
        assert!(Status::Done.allows(Action::Resolve));
    }
}
