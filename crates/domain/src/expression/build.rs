//! Documents of expressions that Muster itself asks: each made of the type that it is read into, in its canonical form.
//!
//! Documents, and not trees, since they are joined with what people wrote and are given to the console as they are.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{
    CampaignOutcome, CampaignTest, Duration, DurationUnit, EventTest, Expression, Moment, SourceTest,
    TagMode, TagTest, TimeField, TimeTest, Unreachable,
};
use crate::ids::CampaignId;

/// So many days.
pub fn days(count: i64) -> Duration {
    Duration { count, unit: DurationUnit::Day }
}

/// Everybody.
pub fn everyone() -> Value {
    Expression::All(Vec::new()).to_json()
}

/// Whoever each of some documents matches.
pub fn all(parts: impl Into<Vec<Value>>) -> Value {
    json!({ "all": parts.into() })
}

/// Whoever one of some documents matches.
pub fn any(parts: impl Into<Vec<Value>>) -> Value {
    json!({ "any": parts.into() })
}

/// Whoever a document does not match.
pub fn not(part: Value) -> Value {
    json!({ "not": part })
}

/// Whoever may be sent bulk messages.
pub fn reachable() -> Value {
    Expression::Reachable(true).to_json()
}

/// Whoever may not be written to for a reason, perhaps among others.
pub fn unreachable(reason: Unreachable) -> Value {
    Expression::Unreachable(reason).to_json()
}

/// Whoever has a tag.
pub fn tag(name: &str) -> Value {
    let test = TagTest { mode: TagMode::Has, tags: vec![name.to_owned()], added_within: None };
    Expression::Tag(test).to_json()
}

/// Whose time of a kind is so old at most.
pub fn within(field: TimeField, age: Duration) -> Value {
    Expression::Time(field, TimeTest { within: Some(age), ..TimeTest::default() }).to_json()
}

/// Whose time of a kind is older.
pub fn older_than(field: TimeField, age: Duration) -> Value {
    Expression::Time(field, TimeTest { older_than: Some(age), ..TimeTest::default() }).to_json()
}

/// Who was first seen before a day.
pub fn seen_before(day: NaiveDate) -> Value {
    let test = TimeTest { before: Some(Moment::Date(day)), ..TimeTest::default() };
    Expression::Time(TimeField::FirstSeen, test).to_json()
}

/// Who was first seen on a day or after it, and before another.
pub fn seen_between(from: NaiveDate, until: NaiveDate) -> Value {
    let (after, before) = (Some(Moment::Date(from)), Some(Moment::Date(until)));
    Expression::Time(TimeField::FirstSeen, TimeTest { after, before, ..TimeTest::default() }).to_json()
}

/// Whose last interaction came so long after the first sight, or later.
pub fn lasted(length: Duration) -> Value {
    Expression::Lasted(length).to_json()
}

/// Something that happened once or more; narrow it with the fields, and end with [`event`].
pub fn happened(kind: &'static str) -> EventTest {
    EventTest { kind, object: None, at_least: None, at_most: None, within: None, since: None, until: None }
}

/// To whom something happened.
pub fn event(test: EventTest) -> Value {
    Expression::Event(test).to_json()
}

/// Whose source's field has one of some values.
pub fn source(field: &'static str, values: Vec<String>) -> Value {
    Expression::Source(SourceTest { field, values }).to_json()
}

/// A group of a campaign's recipients; narrow it with the fields, and end with [`campaign`].
pub fn outcome(campaign: CampaignId, outcome: CampaignOutcome) -> CampaignTest {
    CampaignTest {
        campaign,
        outcome,
        frozen_stage: None,
        frozen_tag: None,
        frozen_source: None,
        frozen_segment: None,
        answer: None,
    }
}

/// A campaign's recipients.
pub fn campaign(test: CampaignTest) -> Value {
    Expression::Campaign(test).to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_read_back_as_it_is() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let pressed = EventTest {
            object: Some("Buy".into()),
            at_least: Some(3),
            within: Some(days(30)),
            ..happened("button")
        };
        let clicked = outcome(CampaignId(7), CampaignOutcome::Clicked);
        for (built, document) in [
            (everyone(), json!({"all": []})),
            (
                all([reachable(), not(tag("vip"))]),
                json!({"all": [{"reachable": true}, {"not": {"tag": {"has": "vip"}}}]}),
            ),
            (any([everyone()]), json!({"any": [{"all": []}]})),
            (within(TimeField::LastInteraction, days(7)), json!({"last_interaction": {"within": "7d"}})),
            (older_than(TimeField::FirstSeen, days(2)), json!({"first_seen": {"older_than": "2d"}})),
            (seen_before(day(2)), json!({"first_seen": {"before": "2026-11-02"}})),
            (
                seen_between(day(1), day(2)),
                json!({"first_seen": {"after": "2026-11-01", "before": "2026-11-02"}}),
            ),
            (lasted(days(7)), json!({"last_interaction": {"after_first_seen": "7d"}})),
            (event(happened("conversion")), json!({"event": {"kind": "conversion"}})),
            (
                event(pressed),
                json!({"event": {"kind": "button", "object": "Buy", "at_least": 3, "within": "30d"}}),
            ),
            (
                event(EventTest { since: Some(day(3)), ..happened("blocked") }),
                json!({"event": {"kind": "blocked", "since": "2026-11-03"}}),
            ),
            (
                event(EventTest { since: Some(day(3)), until: Some(day(4)), ..happened("interaction") }),
                json!({"event": {"kind": "interaction", "since": "2026-11-03", "until": "2026-11-04"}}),
            ),
            (unreachable(Unreachable::OptedOut), json!({"unreachable": "opted_out"})),
            (source("link", vec!["fb".into()]), json!({"source": {"link": "fb"}})),
            (
                source("utm_term", vec!["a".into(), "b".into()]),
                json!({"source": {"utm_term": {"in": ["a", "b"]}}}),
            ),
            (campaign(clicked), json!({"campaign": {"id": 7, "outcome": "clicked"}})),
        ] {
            assert_eq!(built, document);
            assert_eq!(Expression::parse(&document).map(|read| read.to_json()), Ok(document));
        }
    }
}
