//! What the one-contact evaluator wants to know about a person.

use std::collections::BTreeMap;

use crate::contact::{AttributeValue, Profile, Reachability, Source};
use crate::event::Outcome;
use crate::ids::{CampaignId, ContactNumber, MemberId, TagId};
use crate::recipient::{Answers, Detail};
use crate::time::Millis;

/// One contact as a transaction sees it, effects so far included. The engine implements it over the rows.
pub trait ContactFacts {
    /// The place within the bot.
    fn number(&self) -> ContactNumber;
    /// When the tag was last applied; none if the contact does not have it.
    fn tag_added_at(&self, tag: TagId) -> Option<Millis>;
    /// The latest time of all interactions, `/start` and an imported one included.
    fn last_interaction(&self) -> Option<Millis>;
    fn first_seen(&self) -> Option<Millis>;
    /// How many events of a kind (one of [`crate::event::COUNTED_KINDS`]) happened within a window.
    /// `interaction` stands for messages, commands, presses and clicks, and an imported last interaction is one
    /// more of them (without an object).
    fn count_events(&self, kind: &str, object: Option<&str>, window: EventWindow) -> u64;
    fn profile(&self) -> &Profile;
    fn source(&self) -> &Source;
    fn attribute(&self, key: &str) -> Option<&AttributeValue>;
    fn reachability(&self) -> Reachability;
    /// None for somebody who is no recipient of it.
    fn campaign(&self, campaign: CampaignId) -> Option<CampaignFacts>;
    /// Whether an event of theirs was this answer to the campaign.
    fn answered(&self, campaign: CampaignId, answer: &Detail) -> bool;
    /// None for somebody without a thread.
    fn conversation(&self) -> Option<ConversationFacts>;
}

/// The moments between which events count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventWindow {
    /// At this moment or later; none when it never began.
    pub since: Option<Millis>,
    /// Before this moment; none when it is open.
    pub until: Option<Millis>,
}

impl EventWindow {
    /// Whether what happened then counts.
    pub fn holds(self, at: Millis) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// One row of a campaign's ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignFacts {
    pub outcome: Outcome,
    /// The time of the outcome, where it has one.
    pub at: Option<Millis>,
    pub answers: Answers,
    pub frozen_stages: FrozenGroups,
    /// As far as the campaign keeps them.
    pub frozen_tags: FrozenGroups,
    /// Such as `link=fb-summer`.
    pub frozen_sources: FrozenGroups,
    /// Of the saved segments.
    pub frozen_segments: FrozenGroups,
}

/// A breakdown of a campaign's audience at its start: each group's name, and whether the contact belonged to it.
pub type FrozenGroups = BTreeMap<String, bool>;

/// The state of the thread with the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationFacts {
    pub open: bool,
    pub assignee: Option<MemberId>,
}
