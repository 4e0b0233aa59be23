//! The canonical JSON of an expression.

use serde_json::{Map, Value, json};

use super::{
    AnswerTest, AttributeTest, CampaignTest, ConversationTest, EventTest, Expression, ProfileTest,
    SampleTest, SourceTest, TagMode, TagTest, TimeTest,
};
use crate::contact::AttributeValue;
use crate::conversation::Status;

impl Expression {
    /// The canonical form: what [`Expression::parse`] reads back as the same expression.
    pub fn to_json(&self) -> Value {
        match self {
            Self::All(parts) => json!({ "all": list(parts) }),
            Self::Any(parts) => json!({ "any": list(parts) }),
            Self::Not(part) => json!({ "not": part.to_json() }),
            Self::Tag(test) => json!({ "tag": tag(test) }),
            Self::Time(field, test) => entry(field.key(), time(test)),
            Self::Lasted(length) => entry("last_interaction", entry("after_first_seen", length.to_string())),
            Self::Event(test) => json!({ "event": event(test) }),
            Self::Stage(stages) => json!({ "stage": { "in": stages } }),
            Self::Source(test) => json!({ "source": source(test) }),
            Self::Profile(test) => json!({ "profile": profile(test) }),
            Self::Attribute(test) => json!({ "attribute": attribute(test) }),
            Self::Campaign(test) => json!({ "campaign": campaign(test) }),
            Self::Segment(id) => json!({ "segment": { "id": id } }),
            Self::Reachable(wanted) => json!({ "reachable": wanted }),
            Self::Unreachable(reason) => json!({ "unreachable": reason.into_str() }),
            Self::Sample(test) => json!({ "sample": sample(test) }),
            Self::Conversation(test) => json!({ "conversation": conversation(test) }),
        }
    }
}

fn list(parts: &[Expression]) -> Vec<Value> {
    parts.iter().map(Expression::to_json).collect()
}

fn entry(key: &str, value: impl Into<Value>) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value.into())]))
}

/// An object of those entries that are there.
fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let present = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(present.collect())
}

fn text(value: Option<impl ToString>) -> Option<Value> {
    value.map(|value| Value::String(value.to_string()))
}

/// A number without a needless fraction.
fn number(value: f64) -> Value {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT_MAX { json!(value as i64) } else { json!(value) }
}

fn tag(test: &TagTest) -> Value {
    let tags = match test.mode {
        TagMode::Has => json!(test.tags.first()),
        TagMode::HasAny | TagMode::HasAll => json!(test.tags),
    };
    object([(test.mode.key(), Some(tags)), ("added_within", text(test.added_within))])
}

fn time(test: &TimeTest) -> Value {
    object([
        ("within", text(test.within)),
        ("older_than", text(test.older_than)),
        ("before", text(test.before)),
        ("after", text(test.after)),
        ("never", test.never.then_some(Value::Bool(true))),
    ])
}

fn event(test: &EventTest) -> Value {
    object([
        ("kind", Some(json!(test.kind))),
        ("object", text(test.object.as_ref())),
        ("at_least", test.at_least.map(Value::from)),
        ("at_most", test.at_most.map(Value::from)),
        ("within", text(test.within)),
        ("since", text(test.since)),
        ("until", text(test.until)),
    ])
}

fn source(test: &SourceTest) -> Value {
    match &test.values[..] {
        [value] => entry(test.field, value.as_str()),
        values => entry(test.field, json!({ "in": values })),
    }
}

fn profile(test: &ProfileTest) -> Value {
    match test {
        ProfileTest::Premium(wanted) => json!({ "premium": wanted }),
        ProfileTest::In(field, values) => json!({ "field": field.into_str(), "in": values }),
    }
}

fn attribute(test: &AttributeTest) -> Value {
    let value = test.value.as_ref().map(|value| match value {
        AttributeValue::Bool(flag) => json!(flag),
        AttributeValue::Number(value) => number(*value),
        AttributeValue::Text(text) => json!(text),
    });
    object([("key", Some(json!(test.key))), ("op", Some(json!(test.op.into_str()))), ("value", value)])
}

fn campaign(test: &CampaignTest) -> Value {
    let (button, button_text, tag) = match &test.answer {
        Some(AnswerTest::Button(place)) => (Some(place), None, None),
        Some(AnswerTest::ButtonText(words)) => (None, Some(words), None),
        Some(AnswerTest::Tag(name)) => (None, None, Some(name)),
        None => (None, None, None),
    };
    object([
        ("id", Some(json!(test.campaign))),
        ("outcome", Some(json!(test.outcome.into_str()))),
        ("frozen_stage", text(test.frozen_stage.as_ref())),
        ("frozen_tag", text(test.frozen_tag.as_ref())),
        ("frozen_source", text(test.frozen_source.as_ref())),
        ("frozen_segment", text(test.frozen_segment.as_ref())),
        ("button", text(button)),
        ("button_text", text(button_text)),
        ("tag", text(tag)),
    ])
}

fn sample(test: &SampleTest) -> Value {
    json!({ "percent": number(f64::from(test.basis_points) / 100.0), "salt": test.salt })
}

fn conversation(test: &ConversationTest) -> Value {
    let status = test.open.map(|open| json!(Status::of(open)));
    let assignee = test.assignee.map(|assignee| json!(assignee));
    object([("status", status), ("assignee", assignee)])
}
