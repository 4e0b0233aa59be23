//! Reading the JSON tree.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::reader::{Fields, Reader};
use super::{
    AnswerTest, AttributeOp, AttributeTest, CampaignOutcome, CampaignTest, ConversationTest, EventTest,
    Expression, Moment, ProfileField, ProfileTest, SampleTest, SourceTest, TagMode, TagTest, TimeField,
    TimeTest,
};
use crate::contact::{AttributeValue, SOURCE_FIELDS};
use crate::conversation::Status;
use crate::event::COUNTED_KINDS;
use crate::field_error::FieldError;
use crate::field_error::pointer_segment;
use crate::ids::{CampaignId, MemberId, SegmentId};
use crate::limits::{EVENT_COUNT_MAX, EXPRESSION_DEPTH_MAX, EXPRESSION_LIST_MAX, EXPRESSION_NODES_MAX};

/// The forms of a node.
pub const FORMS: [&str; 17] = [
    "all",
    "any",
    "not",
    "tag",
    "last_interaction",
    "first_seen",
    "event",
    "stage",
    "source",
    "profile",
    "attribute",
    "campaign",
    "segment",
    "reachable",
    "unreachable",
    "sample",
    "conversation",
];

impl Expression {
    /// Reads an expression strictly: an unknown key, an empty list or a value out of range is an error.
    ///
    /// # Errors
    /// Every fault that was found, each with its path, up to [`crate::limits::FIELD_ERRORS_MAX`].
    pub fn parse(value: &Value) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader::default();
        let read = node(&mut reader, value, "", 1);
        reader.finish(read)
    }
}

fn node(reader: &mut Reader, value: &Value, path: &str, depth: usize) -> Option<Expression> {
    if depth > EXPRESSION_DEPTH_MAX {
        reader.fail(path, "too_deep", format!("is nested more than {EXPRESSION_DEPTH_MAX} deep"));
        return None;
    }
    reader.nodes += 1;
    if reader.nodes > EXPRESSION_NODES_MAX {
        if reader.nodes == EXPRESSION_NODES_MAX + 1 {
            reader.fail(path, "too_large", format!("has more than {EXPRESSION_NODES_MAX} parts"));
        }
        return None;
    }
    let (form, inner) = only_entry(reader, value, path)?;
    let at = format!("{path}/{}", pointer_segment(form));
    match form {
        "all" => nodes(reader, inner, &at, depth).map(Expression::All),
        "any" => {
            let parts = nodes(reader, inner, &at, depth)?;
            if parts.is_empty() {
                reader.fail(&at, "empty_list", "must name at least one, since \"any\" of nothing is nobody");
                return None;
            }
            Some(Expression::Any(parts))
        }
        "not" => node(reader, inner, &at, depth + 1).map(|part| Expression::Not(Box::new(part))),
        _ => leaf(reader, form, inner, &at),
    }
}

fn leaf(reader: &mut Reader, form: &str, inner: &Value, at: &str) -> Option<Expression> {
    match form {
        "tag" => tag(reader, inner, at).map(Expression::Tag),
        "last_interaction" => last_interaction(reader, inner, at),
        "first_seen" => time(reader, inner, at).map(|test| Expression::Time(TimeField::FirstSeen, test)),
        "event" => event(reader, inner, at).map(Expression::Event),
        "stage" => stage(reader, inner, at).map(Expression::Stage),
        "source" => source(reader, inner, at).map(Expression::Source),
        "profile" => profile(reader, inner, at).map(Expression::Profile),
        "attribute" => attribute(reader, inner, at).map(Expression::Attribute),
        "campaign" => campaign(reader, inner, at).map(Expression::Campaign),
        "segment" => segment(reader, inner, at).map(Expression::Segment),
        "reachable" => {
            if !inner.is_boolean() {
                reader.fail(at, "not_a_boolean", "must be true or false");
            }
            inner.as_bool().map(Expression::Reachable)
        }
        "unreachable" => reader.named(inner, at).map(Expression::Unreachable),
        "sample" => sample(reader, inner, at).map(Expression::Sample),
        "conversation" => conversation(reader, inner, at).map(Expression::Conversation),
        _ => {
            reader.fail(
                at,
                "unknown_key",
                format!("is not a form of expression; known are {}", FORMS.join(", ")),
            );
            None
        }
    }
}

fn only_entry<'v>(reader: &mut Reader, value: &'v Value, path: &str) -> Option<(&'v str, &'v Value)> {
    let map: &Map<String, Value> = reader.object(value, path)?;
    let mut entries = map.iter();
    match (entries.next(), entries.next()) {
        (Some((form, inner)), None) => Some((form, inner)),
        _ => {
            reader.fail(path, "one_key", "must have exactly one key, the form; join several with \"all\"");
            None
        }
    }
}

/// The parts of a document that joins several, each with the rest of its place; none of one that asks something itself.
pub(super) fn parts(value: &Value) -> Option<Vec<(String, &Value)>> {
    let (form, inner) = only_entry(&mut Reader::default(), value, "")?;
    match (form, inner) {
        ("all" | "any", Value::Array(parts)) => {
            let place = |(index, part)| (format!("/{form}/{index}"), part);
            Some(parts.iter().enumerate().map(place).collect())
        }
        ("not", part) => Some(vec![("/not".into(), part)]),
        _ => None,
    }
}

/// The parts of `all` and `any`. Here an empty list is not yet a fault.
fn nodes(reader: &mut Reader, value: &Value, path: &str, depth: usize) -> Option<Vec<Expression>> {
    let list = match value.as_array() {
        Some(list) if list.is_empty() => return Some(Vec::new()),
        _ => reader.list(value, path)?,
    };
    let read: Vec<Expression> = list
        .iter()
        .enumerate()
        .filter_map(|(place, part)| node(reader, part, &format!("{path}/{place}"), depth + 1))
        .collect();
    (read.len() == list.len()).then_some(read)
}

fn tag(reader: &mut Reader, value: &Value, path: &str) -> Option<TagTest> {
    let mut fields = reader.fields(value, path, &["has", "has_any", "has_all", "added_within"])?;
    let mode = match fields.one_of(&["has", "has_any", "has_all"])? {
        "has" => TagMode::Has,
        "has_any" => TagMode::HasAny,
        _ => TagMode::HasAll,
    };
    let tags = match mode {
        TagMode::Has => fields.text("has").map(|name| vec![name]),
        TagMode::HasAny | TagMode::HasAll => fields.texts(mode.key()),
    };
    let added_within = fields.duration("added_within");
    fields.done(())?;
    Some(TagTest { mode, tags: tags?, added_within })
}

/// A time like the others, or how long after the first sight it came.
fn last_interaction(reader: &mut Reader, value: &Value, path: &str) -> Option<Expression> {
    if value.get("after_first_seen").is_none() {
        return time(reader, value, path).map(|test| Expression::Time(TimeField::LastInteraction, test));
    }
    let mut fields = reader.fields(value, path, &["after_first_seen"])?;
    let length = fields.duration("after_first_seen");
    fields.done(())?;
    length.map(Expression::Lasted)
}

fn time(reader: &mut Reader, value: &Value, path: &str) -> Option<TimeTest> {
    const BOUNDS: [&str; 4] = ["within", "older_than", "before", "after"];
    let mut fields = reader.fields(value, path, &["within", "older_than", "before", "after", "never"])?;
    let never = fields.flag("never");
    let bounded = BOUNDS.iter().any(|key| fields.has(key));
    if never == Some(false) {
        fields.fail("never", "bad_value", "must be true; for the opposite put it inside \"not\"");
    }
    if fields.has("never") == bounded {
        fields.fail_whole(
            "one_of",
            "must have within, older_than, before or after, several of them, or never alone",
        );
    }
    let test = TimeTest {
        within: fields.duration("within"),
        older_than: fields.duration("older_than"),
        before: fields.moment("before"),
        after: fields.moment("after"),
        never: never == Some(true),
    };
    fields.done(test)
}

fn event(reader: &mut Reader, value: &Value, path: &str) -> Option<EventTest> {
    let known = ["kind", "object", "at_least", "at_most", "within", "since", "until"];
    let mut fields = reader.fields(value, path, &known)?;
    fields.require("kind");
    let kind = fields.one_name("kind", &COUNTED_KINDS);
    let object = fields.text("object");
    let at_least = fields.whole("at_least", 1, EVENT_COUNT_MAX);
    let at_most = fields.whole("at_most", 0, EVENT_COUNT_MAX);
    if let (Some(least), Some(most)) = (at_least, at_most)
        && least > most
    {
        fields.fail("at_most", "bad_range", "must not be below at_least");
    }
    let within = fields.duration("within");
    if within.is_some_and(|length| !length.is_whole_days()) {
        fields.fail("within", "bad_unit", "counts whole days: give days or weeks, such as \"30d\"");
    }
    let (since, until) = (day(&mut fields, "since"), day(&mut fields, "until"));
    for (key, bound) in [("since", since), ("until", until)] {
        if within.is_some() && bound.is_some() {
            fields.fail(key, "conflict", "cannot stand beside within");
        }
    }
    if since.is_some() && until.is_some_and(|until| since >= Some(until)) {
        fields.fail("until", "bad_range", "must be a day after since: it is the first that no longer counts");
    }
    let count = |bound: Option<i64>| bound.map(|bound| bound as u32);
    fields.done(())?;
    let (at_least, at_most) = (count(at_least), count(at_most));
    Some(EventTest { kind: kind?, object, at_least, at_most, within, since, until })
}

/// A whole day.
fn day(fields: &mut Fields<'_, '_>, key: &str) -> Option<NaiveDate> {
    match fields.moment(key)? {
        Moment::Date(date) => Some(date),
        Moment::Instant(_) => {
            fields.fail(key, "bad_unit", "counts whole days: give a date, such as \"2026-11-24\"");
            None
        }
    }
}

fn stage(reader: &mut Reader, value: &Value, path: &str) -> Option<Vec<String>> {
    let mut fields = reader.fields(value, path, &["in"])?;
    fields.require("in");
    let stages = fields.texts("in");
    fields.done(())?;
    stages
}

fn source(reader: &mut Reader, value: &Value, path: &str) -> Option<SourceTest> {
    let mut fields = reader.fields(value, path, &SOURCE_FIELDS)?;
    let field = fields.one_of(&SOURCE_FIELDS)?;
    let at = fields.path_of(field);
    let inner = fields.value(field)?;
    fields.done(())?;
    let values = if inner.is_object() {
        let mut list = reader.fields(inner, &at, &["in"])?;
        list.require("in");
        let values = list.texts("in");
        list.done(())?;
        values?
    } else {
        vec![reader.text(inner, &at)?]
    };
    Some(SourceTest { field, values })
}

fn profile(reader: &mut Reader, value: &Value, path: &str) -> Option<ProfileTest> {
    let mut fields = reader.fields(value, path, &["field", "in", "premium"])?;
    match fields.one_of(&["field", "premium"])? {
        "premium" => {
            if fields.has("in") {
                fields.fail("in", "unknown_key", "is known only together with \"field\"");
            }
            let premium = fields.flag("premium");
            fields.done(())?;
            premium.map(ProfileTest::Premium)
        }
        _ => {
            fields.require("in");
            if fields.value("field").and_then(Value::as_str) == Some("premium") {
                return premium_in(fields);
            }
            let field = fields.named::<ProfileField>("field");
            let values = fields.texts("in");
            fields.done(())?;
            Some(ProfileTest::In(field?, values?))
        }
    }
}

/// `{"field":"premium","in":[true]}`, the long way to write `{"premium":true}`.
fn premium_in(mut fields: Fields<'_, '_>) -> Option<ProfileTest> {
    let wanted = match fields.list("in") {
        Some([Value::Bool(wanted)]) => Some(*wanted),
        Some(_) => {
            fields.fail("in", "bad_value", "must be [true] or [false]");
            None
        }
        None => None,
    };
    fields.done(())?;
    wanted.map(ProfileTest::Premium)
}

fn attribute(reader: &mut Reader, value: &Value, path: &str) -> Option<AttributeTest> {
    let mut fields = reader.fields(value, path, &["key", "op", "value"])?;
    fields.require("key");
    fields.require("op");
    let key = fields.text("key");
    let op = fields.named::<AttributeOp>("op");
    let given = fields.value("value");
    let read = match given {
        None => None,
        Some(Value::Bool(flag)) => Some(AttributeValue::Bool(*flag)),
        Some(Value::Number(number)) => number.as_f64().map(AttributeValue::Number),
        Some(Value::String(text)) => Some(AttributeValue::Text(text.clone())),
        Some(_) => {
            fields.fail("value", "bad_value", "must be a text, a number, true or false");
            None
        }
    };
    let fault = match (op, &read) {
        (Some(AttributeOp::Exists), _) if given.is_some() => Some("must not be given with \"exists\""),
        (Some(AttributeOp::Contains), Some(AttributeValue::Text(text))) if !text.is_empty() => None,
        (Some(AttributeOp::Contains), Some(_)) => Some("must be a text that is not empty"),
        (
            Some(AttributeOp::Gt | AttributeOp::Gte | AttributeOp::Lt | AttributeOp::Lte),
            Some(AttributeValue::Bool(_)),
        ) => Some("must be a number or a text, since true and false have no order"),
        _ => None,
    };
    if let Some(fault) = fault {
        fields.fail("value", "bad_value", fault);
    }
    if op.is_some_and(|op| op != AttributeOp::Exists) {
        fields.require("value");
    }
    fields.done(())?;
    Some(AttributeTest { key: key?, op: op?, value: read })
}

fn campaign(reader: &mut Reader, value: &Value, path: &str) -> Option<CampaignTest> {
    const ANSWERS: [&str; 3] = ["button", "button_text", "tag"];
    let keys = ["id", "outcome", "frozen_stage", "frozen_tag", "frozen_source", "frozen_segment"];
    let mut fields = reader.fields(value, path, &[&keys[..], &ANSWERS].concat())?;
    fields.require("id");
    fields.require("outcome");
    let id = fields.whole("id", 1, i64::MAX);
    let outcome = fields.named::<CampaignOutcome>("outcome");
    let frozen_stage = fields.text("frozen_stage");
    let frozen_tag = fields.text("frozen_tag");
    let frozen_source = fields.text("frozen_source");
    let frozen_segment = fields.text("frozen_segment");
    if ANSWERS.iter().filter(|key| fields.has(key)).count() > 1 {
        fields.fail_whole("one_of", "must have at most one of button, button_text and tag");
    }
    let place = fields.text("button").map(|text| text.parse());
    if let Some(Err(fault)) = place {
        fields.fail("button", "bad_place", fault);
    }
    let button = place.and_then(Result::ok).map(AnswerTest::Button);
    let button_text = fields.text("button_text").map(AnswerTest::ButtonText);
    let tag = fields.text("tag").map(AnswerTest::Tag);
    fields.done(())?;
    Some(CampaignTest {
        campaign: CampaignId(id?),
        outcome: outcome?,
        frozen_stage,
        frozen_tag,
        frozen_source,
        frozen_segment,
        answer: button.or(button_text).or(tag),
    })
}

fn segment(reader: &mut Reader, value: &Value, path: &str) -> Option<SegmentId> {
    let mut fields = reader.fields(value, path, &["id"])?;
    fields.require("id");
    let id = fields.whole("id", 1, i64::MAX);
    fields.done(())?;
    id.map(SegmentId)
}

fn sample(reader: &mut Reader, value: &Value, path: &str) -> Option<SampleTest> {
    let mut fields = reader.fields(value, path, &["percent", "salt"])?;
    fields.require("percent");
    fields.require("salt");
    let salt = fields.text("salt");
    let percent = fields.value("percent").map(|value| value.as_f64().unwrap_or(f64::NAN));
    let basis_points = percent.map(|percent| (percent * 100.0).round());
    let exact = percent.zip(basis_points).is_some_and(|(percent, points)| {
        (1.0..=10_000.0).contains(&points) && (points / 100.0 - percent).abs() < 1e-9
    });
    if percent.is_some() && !exact {
        fields.fail("percent", "bad_number", "must be from 0.01 to 100, with at most two decimals");
    }
    fields.done(())?;
    Some(SampleTest { basis_points: basis_points? as u32, salt: salt? })
}

fn conversation(reader: &mut Reader, value: &Value, path: &str) -> Option<ConversationTest> {
    let mut fields = reader.fields(value, path, &["status", "assignee"])?;
    if !fields.has("status") && !fields.has("assignee") {
        fields.fail_whole("one_of", "must have status, assignee or both");
    }
    let open = fields.named("status").map(Status::is_open);
    let assignee = match fields.value("assignee") {
        None => None,
        Some(Value::Null) => Some(None),
        Some(_) => fields.whole("assignee", 1, i64::MAX).map(|id| Some(MemberId(id))),
    };
    fields.done(ConversationTest { open, assignee })
}

// A list can hold no more parts than the whole expression may.
const _: () = assert!(EXPRESSION_LIST_MAX <= EXPRESSION_NODES_MAX);
