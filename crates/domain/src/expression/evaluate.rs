//! Evaluation for one contact.

use chrono_tz::Tz;

use super::{
    CampaignTest, ContactFacts, EventTest, FrozenGroups, Node, Resolved, StageRule, TagMode, Test, TimeField,
    in_sample, second,
};
use crate::contact::source_group_key;
use crate::ids::TagId;
use crate::naming::{meant, name_key};
use crate::recipient::Detail;
use crate::time::Millis;

/// Whether a contact matches at a moment, in the workspace's time zone.
pub fn evaluate_one(resolved: &Resolved, facts: &dyn ContactFacts, now: Millis, zone: Tz) -> bool {
    Evaluator { facts, now, zone }.node(&resolved.root)
}

/// One contact at one moment.
pub(super) struct Evaluator<'f> {
    pub(super) facts: &'f dyn ContactFacts,
    pub(super) now: Millis,
    pub(super) zone: Tz,
}

impl Evaluator<'_> {
    pub(super) fn node(&self, node: &Node) -> bool {
        match &node.test {
            Test::All(parts) => parts.iter().all(|part| self.node(part)),
            Test::Any(parts) => parts.iter().any(|part| self.node(part)),
            Test::Not(part) => !self.node(part),
            Test::Segment(_, inner) => self.node(inner),
            Test::Stage(rules) => self.stage(rules).is_some_and(|rule| rule.wanted),
            Test::Tags { mode, tags, added_within_s } => self.tags(*mode, tags, *added_within_s),
            Test::Time(field, test) => test.range(self.now, self.zone).holds(self.time(*field)),
            Test::Lasted(seconds) => self.lasted().is_some_and(|lasted| lasted >= *seconds),
            Test::Event(test) => self.event(test),
            Test::Source(test) => test.matches(self.facts.source()),
            Test::Profile(test) => test.matches(self.facts.profile()),
            Test::Attribute(test) => test.matches(self.facts.attribute(&test.key)),
            Test::Campaign(test, answer) => self.campaign(test, answer.as_ref()),
            Test::Reachable(wanted) => self.facts.reachability().reachable() == *wanted,
            Test::Unreachable(reason) => reason.holds(self.facts.reachability()),
            Test::Sample(test) => in_sample(test, self.facts.number()),
            Test::Conversation(test) => {
                self.facts.conversation().is_some_and(|thread| test.matches(thread.open, thread.assignee))
            }
        }
    }

    /// The first of the rules that matches.
    pub(super) fn stage<'r>(&self, rules: &'r [StageRule]) -> Option<&'r StageRule> {
        rules.iter().find(|stage| self.node(&stage.rule))
    }

    pub(super) fn time(&self, field: TimeField) -> Option<Millis> {
        match field {
            TimeField::LastInteraction => self.facts.last_interaction(),
            TimeField::FirstSeen => self.facts.first_seen(),
        }
    }

    /// Seconds from the first sight to the last interaction.
    pub(super) fn lasted(&self) -> Option<i64> {
        let (first, last) = (self.facts.first_seen()?, self.facts.last_interaction()?);
        Some(i64::from(second(last)) - i64::from(second(first)))
    }

    fn tags(&self, mode: TagMode, tags: &[TagId], added_within_s: Option<i64>) -> bool {
        let has = |tag: &TagId| {
            self.facts.tag_added_at(*tag).is_some_and(|added| match added_within_s {
                None => true,
                Some(age_s) => i64::from(second(self.now)) - i64::from(second(added)) <= age_s,
            })
        };
        match mode {
            TagMode::Has | TagMode::HasAll => tags.iter().all(has),
            TagMode::HasAny => tags.iter().any(has),
        }
    }

    /// How often the event happened in its window.
    pub(super) fn count(&self, test: &EventTest) -> u64 {
        self.facts.count_events(test.kind, test.object.as_deref(), test.window(self.now, self.zone))
    }

    fn event(&self, test: &EventTest) -> bool {
        let (least, most) = test.bounds();
        let count = self.count(test);
        u64::from(least) <= count && (most == u32::MAX || count <= u64::from(most))
    }

    fn campaign(&self, test: &CampaignTest, answer: Option<&Detail>) -> bool {
        let Some(recipient) = self.facts.campaign(test.campaign) else { return false };
        test.outcome.mask().holds(recipient.outcome, recipient.answers)
            && belonged(test.frozen_stage.as_deref(), &recipient.frozen_stages, name_key)
            && belonged(test.frozen_tag.as_deref(), &recipient.frozen_tags, name_key)
            && belonged(test.frozen_source.as_deref(), &recipient.frozen_sources, source_group_key)
            && belonged(test.frozen_segment.as_deref(), &recipient.frozen_segments, name_key)
            && answer.is_none_or(|answer| self.facts.answered(test.campaign, answer))
    }
}

/// Whether somebody was in the group of a breakdown that a name means; where none is asked for, everybody was.
fn belonged(wanted: Option<&str>, groups: &FrozenGroups, key: fn(&str) -> String) -> bool {
    wanted.is_none_or(|wanted| {
        let group = meant(groups.keys().map(String::as_str), wanted, key);
        group.is_some_and(|group| groups.get(group) == Some(&true))
    })
}
