//! One contact of one campaign: what came back, and which events say so.

use serde::{Deserialize, Serialize};

use crate::event::{EventBody, Origin};
use crate::ids::{CampaignId, TagId};
use crate::message::ButtonPlace;

/// What a recipient did after the message, as a set of bits; stored as one integer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub u32);

impl Answers {
    /// Pressed a button of the message, at any time.
    pub const PRESSED: Self = Self(1);
    /// Followed a tracked link of the message, at any time.
    pub const FOLLOWED: Self = Self(1 << 1);
    /// Wrote in the window, and this was the latest bulk message before it.
    pub const REPLIED: Self = Self(1 << 2);
    /// A press of the message itself applied a tag.
    pub const TAGGED_DIRECT: Self = Self(1 << 3);
    /// Another act of the person in the window applied a tag.
    pub const TAGGED_ASSISTED: Self = Self(1 << 4);
    /// Blocked the bot in the window, and this was the latest bulk message before it.
    pub const BLOCKED_AFTER: Self = Self(1 << 5);
    /// Opted out in the window, and this was the latest bulk message before it.
    pub const OPTED_OUT_AFTER: Self = Self(1 << 6);
    /// Wrote in the window, whatever the latest message was: one side of the lift.
    pub const WINDOW_MESSAGE: Self = Self(1 << 7);
    /// Gained a tag by an act of their own in the window.
    pub const WINDOW_TAG: Self = Self(1 << 8);
    /// Converted in the window.
    pub const WINDOW_CONVERSION: Self = Self(1 << 9);
    /// Blocked the bot in the window, as `my_chat_member` told it.
    pub const WINDOW_BLOCK: Self = Self(1 << 10);

    /// Every single bit, with the name that it bears in the API.
    pub const NAMED: [(&'static str, Self); 11] = [
        ("pressed", Self::PRESSED),
        ("followed", Self::FOLLOWED),
        ("replied", Self::REPLIED),
        ("tagged_direct", Self::TAGGED_DIRECT),
        ("tagged_assisted", Self::TAGGED_ASSISTED),
        ("blocked_after", Self::BLOCKED_AFTER),
        ("opted_out_after", Self::OPTED_OUT_AFTER),
        ("window_message", Self::WINDOW_MESSAGE),
        ("window_tag", Self::WINDOW_TAG),
        ("window_conversion", Self::WINDOW_CONVERSION),
        ("window_block", Self::WINDOW_BLOCK),
    ];

    /// All bits of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Shares a bit with `other`.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Which campaigns an event answers, and how. The store's ledger and the audience index both follow it, so
    /// that they cannot differ.
    pub fn of(body: &EventBody, windows: &[CampaignId]) -> Vec<(CampaignId, Self)> {
        let mut answers: Vec<(CampaignId, Self)> = Vec::new();
        let in_windows = |bit: Self| windows.iter().map(move |campaign| (*campaign, bit));
        match body {
            EventBody::Button { campaign: Some(campaign), .. } => answers.push((*campaign, Self::PRESSED)),
            EventBody::Click { campaign, .. } => answers.push((*campaign, Self::FOLLOWED)),
            EventBody::Message { charged, .. } => {
                answers.extend(charged.map(|campaign| (campaign, Self::REPLIED)));
                answers.extend(in_windows(Self::WINDOW_MESSAGE));
            }
            EventBody::TagAdded { origin, .. } => match origin {
                Origin::Campaign(own) => {
                    answers.push((*own, Self::TAGGED_DIRECT));
                    let others = windows.iter().filter(|campaign| *campaign != own);
                    answers.extend(others.map(|campaign| (*campaign, Self::TAGGED_ASSISTED)));
                    answers.extend(in_windows(Self::WINDOW_TAG));
                }
                Origin::Flow(_) | Origin::Link(_) => {
                    answers.extend(in_windows(Self::TAGGED_ASSISTED));
                    answers.extend(in_windows(Self::WINDOW_TAG));
                }
                // Not an act of the person.
                Origin::Agent(_) | Origin::Test(_) | Origin::Import | Origin::Api => {}
            },
            EventBody::Conversion { .. } => answers.extend(in_windows(Self::WINDOW_CONVERSION)),
            EventBody::Blocked { charged, .. } | EventBody::BlockTold { charged } => {
                answers.extend(charged.map(|campaign| (campaign, Self::BLOCKED_AFTER)));
                answers.extend(in_windows(Self::WINDOW_BLOCK));
            }
            EventBody::OptedOut { charged: Some(campaign) } => {
                answers.push((*campaign, Self::OPTED_OUT_AFTER));
            }
            _ => {}
        }
        answers
    }
}

/// What exactly an answer was given with: one line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Detail {
    /// Pressed or followed this button.
    Button(ButtonPlace),
    /// Pressed or followed a button of this text, before places were kept.
    ButtonText(String),
    /// Gained this tag by a press of the message itself.
    Tag(TagId),
}

impl Detail {
    /// What an event adds to which campaign. The audience index and the one-contact evaluator both follow it.
    pub fn of(body: &EventBody) -> Option<(CampaignId, Self)> {
        match body {
            EventBody::Button { campaign: Some(campaign), object, place, .. }
            | EventBody::Click { campaign, object, place } => {
                let button = place.map_or_else(|| Self::ButtonText(object.clone()), Self::Button);
                Some((*campaign, button))
            }
            EventBody::TagAdded { tag, origin: Origin::Campaign(campaign) } => {
                Some((*campaign, Self::Tag(*tag)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MemberId;

    #[test]
    fn a_campaigns_own_press_is_direct_and_for_other_windows_assisted() {
        let body = EventBody::TagAdded { tag: TagId(1), origin: Origin::Campaign(CampaignId(7)) };
        let answers = Answers::of(&body, &[CampaignId(7), CampaignId(8)]);
        let of = |id| {
            answers.iter().filter(|(c, _)| *c == CampaignId(id)).fold(Answers(0), |all, (_, a)| all.union(*a))
        };
        assert_eq!(of(7), Answers::TAGGED_DIRECT.union(Answers::WINDOW_TAG));
        assert_eq!(of(8), Answers::TAGGED_ASSISTED.union(Answers::WINDOW_TAG));
    }

    #[test]
    fn an_agents_tag_and_a_tests_are_nobodys_answer() {
        for origin in [Origin::Agent(MemberId(1)), Origin::Test(CampaignId(7))] {
            let body = EventBody::TagAdded { tag: TagId(1), origin };
            assert!(Answers::of(&body, &[CampaignId(7)]).is_empty());
            assert_eq!(Detail::of(&body), None);
        }
    }
}
