//! Why a contact matches or does not: the same evaluation, with the facts behind each node.

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Value, json};

use super::evaluate::Evaluator;
use super::{
    CampaignTest, ContactFacts, EventTest, EventWindow, Node, Resolved, StageRule, TagMode, Test, TimeField,
};
use crate::conversation::Status;
use crate::ids::TagId;
use crate::time::{Millis, day_start};

/// One node of an expression with its answer for one contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The node's place, as in [`Node::path`].
    pub path: String,
    /// `all`, `any`, `not`, `tag`, `last_interaction` …
    pub form: &'static str,
    pub matched: bool,
    /// The facts behind the answer, by name. Times are unix milliseconds.
    pub facts: Value,
    /// When the answer turns round by the passing of time alone; none where it does not.
    pub changes_at: Option<Millis>,
    pub parts: Vec<Explanation>,
}

/// Explains the answer of [`super::evaluate_one`].
pub fn explain_one(resolved: &Resolved, facts: &dyn ContactFacts, now: Millis, zone: Tz) -> Explanation {
    Evaluator { facts, now, zone }.explain(&resolved.root)
}

impl Evaluator<'_> {
    fn explain(&self, node: &Node) -> Explanation {
        let matched = self.node(node);
        let (form, facts, changes_at) = self.detail(&node.test, matched);
        let parts = match &node.test {
            Test::All(parts) | Test::Any(parts) => parts.iter().map(|part| self.explain(part)).collect(),
            Test::Not(part) | Test::Segment(_, part) => vec![self.explain(part)],
            // Rules after the one that matched were not asked.
            Test::Stage(rules) => {
                let last = rules.iter().position(|stage| self.node(&stage.rule)).unwrap_or(rules.len());
                rules.iter().take(last + 1).map(|stage| self.explain(&stage.rule)).collect()
            }
            _ => Vec::new(),
        };
        Explanation { path: node.path.clone(), form, matched, facts, changes_at, parts }
    }

    fn detail(&self, test: &Test, matched: bool) -> (&'static str, Value, Option<Millis>) {
        let facts = self.facts;
        let plain = |form, facts| (form, facts, None);
        match test {
            Test::All(_) => plain("all", json!({})),
            Test::Any(_) => plain("any", json!({})),
            Test::Not(_) => plain("not", json!({})),
            Test::Segment(id, _) => plain("segment", json!({ "segment_id": id })),
            Test::Stage(rules) => plain("stage", self.stage_facts(rules)),
            Test::Tags { mode, tags, added_within_s } => {
                let (known, change) = self.tag_facts(*mode, tags, *added_within_s, matched);
                ("tag", known, change)
            }
            Test::Time(field, test) => {
                let at = self.time(*field);
                let key = match field {
                    TimeField::LastInteraction => "last_interaction_at",
                    TimeField::FirstSeen => "first_seen_at",
                };
                let turns = |change: &Millis| test.range(*change, self.zone).holds(at) != matched;
                let change = test.changes_at(at, self.now).filter(turns);
                (field.key(), Value::Object([(key.to_owned(), json!(at))].into_iter().collect()), change)
            }
            Test::Lasted(_) => {
                let (first, last) = (self.time(TimeField::FirstSeen), self.time(TimeField::LastInteraction));
                plain("last_interaction", json!({ "first_seen_at": first, "last_interaction_at": last }))
            }
            Test::Event(test) => {
                let window = test.window(self.now, self.zone);
                let known =
                    json!({ "count": self.count(test), "since": window.since, "until": window.until });
                ("event", known, self.event_change(test, matched))
            }
            Test::Source(test) => plain("source", json!({ test.field: facts.source().get(test.field) })),
            Test::Profile(super::ProfileTest::Premium(_)) => {
                plain("profile", json!({ "premium": facts.profile().premium }))
            }
            Test::Profile(super::ProfileTest::In(field, _)) => {
                plain("profile", json!({ field.into_str(): field.of(facts.profile()) }))
            }
            Test::Attribute(test) => plain("attribute", json!({ "value": facts.attribute(&test.key) })),
            Test::Campaign(test, _) => plain("campaign", self.campaign_facts(test)),
            Test::Reachable(_) | Test::Unreachable(_) => plain("reachable", json!(facts.reachability())),
            Test::Sample(_) => plain("sample", json!({ "number": facts.number() })),
            Test::Conversation(_) => {
                let thread = facts.conversation();
                let status = thread.map(|thread| Status::of(thread.open));
                let assignee = thread.and_then(|thread| thread.assignee);
                plain("conversation", json!({ "status": status, "assignee": assignee }))
            }
        }
    }

    fn stage_facts(&self, rules: &[StageRule]) -> Value {
        let found = self.stage(rules);
        json!({ "stage_id": found.map(|rule| rule.stage), "stage": found.map(|rule| &rule.name) })
    }

    /// The tags' times, and when the youngest or oldest of them grows too old.
    fn tag_facts(
        &self,
        mode: TagMode,
        tags: &[TagId],
        added_within_s: Option<i64>,
        matched: bool,
    ) -> (Value, Option<Millis>) {
        let added: Vec<(TagId, Option<Millis>)> =
            tags.iter().map(|tag| (*tag, self.facts.tag_added_at(*tag))).collect();
        let listed: Vec<Value> =
            added.iter().map(|(tag, at)| json!({ "tag_id": tag, "added_at": at })).collect();
        // Tags only grow older: what does not match yet will not match by waiting.
        let times = added.iter().filter_map(|(_, at)| *at);
        let decisive = match mode {
            TagMode::Has | TagMode::HasAll => times.min(),
            TagMode::HasAny => times.max(),
        };
        let change = added_within_s
            .filter(|_| matched)
            .zip(decisive)
            .map(|(age_s, at)| (i64::from(super::second(at)) + age_s + 1) * 1_000);
        (json!({ "tags": listed }), change)
    }

    /// When enough old days have left the window to turn the answer round. The count falls with each day, so a
    /// search by halves finds the day. With both bounds given it could turn twice, and none is told.
    fn event_change(&self, test: &EventTest, matched: bool) -> Option<Millis> {
        let length_ms = test.within?.ms();
        let turns = match (test.at_least, test.at_most) {
            (Some(_), Some(_)) => false,
            (_, Some(_)) => !matched,
            _ => matched,
        };
        if !turns {
            return None;
        }
        let (least, most) = test.bounds();
        let turned = |first_day: i32| {
            let window = EventWindow { since: Some(day_start(first_day, self.zone)), until: None };
            let count = self.facts.count_events(test.kind, test.object.as_deref(), window);
            (u64::from(least) <= count && count <= u64::from(most)) != matched
        };
        let mut early = super::day_holding(self.now - length_ms, self.zone);
        // Past tomorrow nothing that happened so far is in the window.
        let mut late = super::day_holding(self.now, self.zone) + 2;
        if !turned(late) {
            return None;
        }
        while late - early > 1 {
            let middle = early + (late - early) / 2;
            if turned(middle) { late = middle } else { early = middle }
        }
        Some(day_start(late, self.zone) + length_ms)
    }

    fn campaign_facts(&self, test: &CampaignTest) -> Value {
        let Some(recipient) = self.facts.campaign(test.campaign) else {
            return json!({ "campaign_id": test.campaign, "recipient": false });
        };
        json!({
            "campaign_id": test.campaign,
            "recipient": true,
            "outcome": recipient.outcome,
            "at": recipient.at,
            "answers": answer_names(recipient.answers),
        })
    }
}

fn answer_names(answers: crate::recipient::Answers) -> Vec<&'static str> {
    let named = crate::recipient::Answers::NAMED.iter();
    named.filter(|(_, answer)| answers.intersects(*answer)).map(|(name, _)| *name).collect()
}
