//! Tests of what became of a campaign's recipients, as docs/ARCHITECTURE.md defines it.

use crate::event::Outcome;
use crate::ids::CampaignId;
use crate::message::ButtonPlace;
use crate::recipient::Answers;

/// A group of a campaign's recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum CampaignOutcome {
    /// Everybody frozen with the campaign, held out included.
    Audience,
    /// For whom a call to Telegram began, whatever came of it: what shares of outcomes are of.
    Called,
    Sent,
    Failed,
    Blocked,
    Skipped,
    Unknown,
    /// Waiting, or in a call that has not ended.
    Pending,
    /// Pressed a button or followed a link, of those sent to.
    Clicked,
    /// Sent to, and neither pressed nor followed.
    NotClicked,
    Pressed,
    Followed,
    Replied,
    /// Direct or assisted.
    Tagged,
    TaggedDirect,
    TaggedAssisted,
    Converted,
    BlockedAfter,
    OptedOut,
    /// Held out, whether their turn has come or not.
    HeldOut,
    /// Their turn came: written to or deliberately not. Both sides of the lift.
    Reached,
    /// Of those reached, who wrote in the window.
    WindowMessage,
    WindowTag,
    WindowConversion,
    WindowBlock,
}

/// The definition of a group: the outcome is one of `outcomes`, the answers share a bit with `any` where it is
/// given, and none with `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeMask {
    /// Bit n stands for the outcome whose [`OutcomeMask::bit`] is n.
    pub outcomes: u16,
    pub any: Option<Answers>,
    pub none: Answers,
}

impl OutcomeMask {
    /// The place of an outcome in `outcomes`.
    pub fn bit(outcome: Outcome) -> u16 {
        u16::from(outcome as u8)
    }

    fn of(outcomes: &[Outcome]) -> Self {
        let outcomes = outcomes.iter().fold(0, |all, outcome| all | 1 << Self::bit(*outcome));
        Self { outcomes, any: None, none: Answers(0) }
    }

    /// Whether a recipient belongs to the group.
    pub fn holds(&self, outcome: Outcome, answers: Answers) -> bool {
        self.outcomes >> Self::bit(outcome) & 1 == 1
            && self.any.is_none_or(|any| any.intersects(answers))
            && !self.none.intersects(answers)
    }
}

impl CampaignOutcome {
    /// The definition.
    pub fn mask(self) -> OutcomeMask {
        let clicked = Answers::PRESSED.union(Answers::FOLLOWED);
        let sent_and = |any: Answers| OutcomeMask { any: Some(any), ..OutcomeMask::of(&[Outcome::Sent]) };
        let reached = OutcomeMask::of(&[
            Outcome::Sent,
            Outcome::Failed,
            Outcome::Blocked,
            Outcome::Skipped,
            Outcome::Unknown,
            Outcome::HeldOutReached,
        ]);
        let reached_and = |any: Answers| OutcomeMask { any: Some(any), ..reached };
        match self {
            Self::Audience => OutcomeMask { outcomes: u16::MAX, any: None, none: Answers(0) },
            Self::Called => {
                OutcomeMask::of(&[Outcome::Sent, Outcome::Failed, Outcome::Blocked, Outcome::Unknown])
            }
            Self::Sent => OutcomeMask::of(&[Outcome::Sent]),
            Self::Failed => OutcomeMask::of(&[Outcome::Failed]),
            Self::Blocked => OutcomeMask::of(&[Outcome::Blocked]),
            Self::Skipped => OutcomeMask::of(&[Outcome::Skipped]),
            Self::Unknown => OutcomeMask::of(&[Outcome::Unknown]),
            Self::Pending => OutcomeMask::of(&[Outcome::Pending, Outcome::Leased]),
            Self::Clicked => sent_and(clicked),
            Self::NotClicked => OutcomeMask { none: clicked, ..OutcomeMask::of(&[Outcome::Sent]) },
            Self::Pressed => sent_and(Answers::PRESSED),
            Self::Followed => sent_and(Answers::FOLLOWED),
            Self::Replied => sent_and(Answers::REPLIED),
            Self::Tagged => sent_and(Answers::TAGGED_DIRECT.union(Answers::TAGGED_ASSISTED)),
            Self::TaggedDirect => sent_and(Answers::TAGGED_DIRECT),
            Self::TaggedAssisted => sent_and(Answers::TAGGED_ASSISTED),
            Self::Converted => sent_and(Answers::WINDOW_CONVERSION),
            Self::BlockedAfter => sent_and(Answers::BLOCKED_AFTER),
            Self::OptedOut => sent_and(Answers::OPTED_OUT_AFTER),
            Self::HeldOut => OutcomeMask::of(&[Outcome::HeldOut, Outcome::HeldOutReached]),
            Self::Reached => reached,
            Self::WindowMessage => reached_and(Answers::WINDOW_MESSAGE),
            Self::WindowTag => reached_and(Answers::WINDOW_TAG),
            Self::WindowConversion => reached_and(Answers::WINDOW_CONVERSION),
            Self::WindowBlock => reached_and(Answers::WINDOW_BLOCK),
        }
    }
}

/// Recipients of a campaign in one group, optionally of one part of a breakdown as it was frozen at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignTest {
    pub campaign: CampaignId,
    pub outcome: CampaignOutcome,
    /// A stage's name at the start.
    pub frozen_stage: Option<String>,
    /// A tag's name, held at the start.
    pub frozen_tag: Option<String>,
    /// A source at the start, such as `link=fb-summer`.
    pub frozen_source: Option<String>,
    /// A saved segment's name, matched at the start.
    pub frozen_segment: Option<String>,
    /// What exactly the answer was given with.
    pub answer: Option<AnswerTest>,
}

/// One button of a campaign's message, or one tag that it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerTest {
    /// Pressed or followed this button.
    Button(ButtonPlace),
    /// Pressed or followed a button of this text, before places were kept.
    ButtonText(String),
    /// Gained this tag by a press of the message, whether they still have it or not.
    Tag(String),
}
