//! Random expressions of every form.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::contact::AttributeValue;
use domain::event::COUNTED_KINDS;
use domain::expression::{
    AnswerTest, AttributeOp, AttributeTest, CampaignOutcome, CampaignTest, ConversationTest, Duration,
    EventTest, Expression, FORMS, Moment, ProfileField, ProfileTest, SampleTest, SourceTest, TagMode,
    TagTest, TimeField, TimeTest, Unreachable,
};
use domain::ids::{MemberId, SegmentId};
use domain::message::ButtonPlace;
use domain::named::Named;
use domain::time::{DAY_MS, Millis};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::world::{KEYS, LANGUAGES, NAMES, OBJECTS, PLACES, TAGS, TEXTS, offset, value};

fn texts(from: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    let text = prop::sample::select(from).prop_map(str::to_owned);
    prop::collection::vec(text, 1..=most)
}

fn durations(from: &'static [&'static str]) -> impl Strategy<Value = Duration> {
    prop::sample::select(from).prop_map(|text| Duration::parse(text).expect("a duration"))
}

fn any_duration() -> impl Strategy<Value = Duration> {
    durations(&["1s", "90s", "1h", "12h", "1d", "2d", "7d", "2w", "30d"])
}

fn days() -> impl Strategy<Value = Duration> {
    durations(&["1d", "2d", "7d", "2w", "30d"])
}

fn tag() -> impl Strategy<Value = Expression> {
    let mode = prop::sample::select(&[TagMode::Has, TagMode::HasAny, TagMode::HasAll][..]);
    (mode, texts(&TAGS, 3), prop::option::of(any_duration())).prop_map(|(mode, mut tags, added_within)| {
        if mode == TagMode::Has {
            tags.truncate(1);
        }
        Expression::Tag(TagTest { mode, tags, added_within })
    })
}

fn moment(base: Millis) -> impl Strategy<Value = Moment> {
    (offset(), any::<bool>()).prop_map(move |(offset, date)| {
        let at = base + offset;
        let utc = chrono::DateTime::from_timestamp_millis(at).expect("a time");
        let text = if date { utc.format("%Y-%m-%d").to_string() } else { utc.to_rfc3339() };
        Moment::parse(&text).expect("a moment")
    })
}

fn time(base: Millis) -> impl Strategy<Value = Expression> {
    let field = prop::sample::select(&[TimeField::LastInteraction, TimeField::FirstSeen][..]);
    let bounds = (
        prop::option::of(any_duration()),
        prop::option::of(any_duration()),
        prop::option::weighted(0.3, moment(base)),
        prop::option::weighted(0.3, moment(base)),
    );
    (field, bounds).prop_map(|(field, (within, older_than, before, after))| {
        let never = within.is_none() && older_than.is_none() && before.is_none() && after.is_none();
        Expression::Time(field, TimeTest { within, older_than, before, after, never })
    })
}

fn lasted() -> impl Strategy<Value = Expression> {
    any_duration().prop_map(Expression::Lasted)
}

/// Dates about a moment, some of them to come.
fn dates(base: Millis) -> impl Strategy<Value = NaiveDate> {
    (-40..2_i64).prop_map(move |days| {
        let at = chrono::DateTime::from_timestamp_millis(base + days * DAY_MS);
        at.expect("a moment of this century").date_naive()
    })
}

fn event(base: Millis) -> impl Strategy<Value = Expression> {
    let window = prop_oneof![3 => days().prop_map(Ok), 1 => between(base).prop_map(Err)];
    let object = prop::option::of(prop::sample::select(&OBJECTS[..3]).prop_map(str::to_owned));
    let bound =
        || prop::option::of(prop_oneof![4 => 1..4_u32, 1 => Just(254), 1 => Just(255), 1 => Just(1_000)]);
    let kind = prop::sample::select(&COUNTED_KINDS[..]);
    (kind, object, bound(), bound(), any::<bool>(), prop::option::of(window)).prop_map(
        |(kind, object, at_least, at_most, at_none, window)| {
            let at_most = at_most.map(|most| if at_none { most - 1 } else { most });
            let at_most = at_most.filter(|most| at_least.is_none_or(|least| least <= *most));
            let (within, (since, until)) = match window {
                Some(Ok(length)) => (Some(length), (None, None)),
                Some(Err(dates)) => (None, dates),
                None => (None, (None, None)),
            };
            Expression::Event(EventTest { kind, object, at_least, at_most, within, since, until })
        },
    )
}

/// Since a day, until a day, or from one to another.
fn between(base: Millis) -> impl Strategy<Value = (Option<NaiveDate>, Option<NaiveDate>)> {
    let two = (dates(base), dates(base)).prop_map(|(one, other)| (one.min(other), one.max(other)));
    prop_oneof![
        dates(base).prop_map(|since| (Some(since), None)),
        dates(base).prop_map(|until| (None, Some(until))),
        two.prop_map(|(since, until)| (Some(since), Some(until).filter(|until| since < *until))),
    ]
}

fn source() -> impl Strategy<Value = Expression> {
    let field = prop::sample::select(&["link", "utm_source", "payload", "channel"][..]);
    (field, texts(&["fb-summer", "tg", "夏", "nobody"], 3))
        .prop_map(|(field, values)| Expression::Source(SourceTest { field, values }))
}

fn profile() -> impl Strategy<Value = Expression> {
    let one = |field: ProfileField, from: &'static [&'static str]| {
        texts(from, 3).prop_map(move |values| Expression::Profile(ProfileTest::In(field, values)))
    };
    prop_oneof![
        any::<bool>().prop_map(|wanted| Expression::Profile(ProfileTest::Premium(wanted))),
        one(ProfileField::Language, &LANGUAGES),
        one(ProfileField::Language, &["zh", "en", "de"]),
        one(ProfileField::Username, &["@ANN_lee", "bob", "carl"]),
        one(ProfileField::FirstName, &NAMES),
        one(ProfileField::LastName, &NAMES),
        one(ProfileField::Country, &PLACES),
        one(ProfileField::Browser, &["TG", "夏"]),
        one(ProfileField::Os, &["linux"]),
    ]
}

fn attribute() -> impl Strategy<Value = Expression> {
    use AttributeOp::{Contains, Eq, Exists, Gt, Gte, Lt, Lte, Ne};
    let order = prop::sample::select(&[Gt, Gte, Lt, Lte][..]);
    let ordered =
        value().prop_filter("flags have no order", |value| !matches!(value, AttributeValue::Bool(_)));
    let equal = prop::sample::select(&[Eq, Ne][..]);
    let part = prop::sample::select(&["PRO", "Plan", "STRASSE", "ß", "0", "·"][..]);
    let rest = prop_oneof![
        (order, ordered).prop_map(|(op, value)| (op, Some(value))),
        (equal, value()).prop_map(|(op, value)| (op, Some(value))),
        part.prop_map(|text| (Contains, Some(AttributeValue::Text(text.to_owned())))),
        prop::sample::select(&TEXTS[..]).prop_map(|text| (Eq, Some(AttributeValue::Text(text.to_owned())))),
        Just((Exists, None)),
    ];
    (prop::sample::select(&KEYS[..]), rest).prop_map(|(key, (op, value))| {
        Expression::Attribute(AttributeTest { key: key.to_owned(), op, value })
    })
}

fn campaign() -> impl Strategy<Value = Expression> {
    let outcomes: Vec<CampaignOutcome> = CampaignOutcome::ALL.to_vec();
    let part = |names: &'static [&'static str]| {
        prop::option::weighted(0.2, prop::sample::select(names).prop_map(str::to_owned))
    };
    (
        super::world::campaign(),
        prop::sample::select(outcomes),
        part(&["活跃", "rest", "Rest", "churned"]),
        part(&["兴趣-科技", "兴趣-金融", "vip", "VIP", "Vip"]),
        part(&["link=fb-summer", "link=FB-summer", "link=x", "utm_source=tg", "utm_source=TG"]),
        part(&["readers", "Readers", "nobody's"]),
        prop::option::weighted(0.5, answer()),
    )
        .prop_map(
            |(campaign, outcome, frozen_stage, frozen_tag, frozen_source, frozen_segment, answer)| {
                Expression::Campaign(CampaignTest {
                    campaign,
                    outcome,
                    frozen_stage,
                    frozen_tag,
                    frozen_source,
                    frozen_segment,
                    answer,
                })
            },
        )
}

fn answer() -> impl Strategy<Value = AnswerTest> {
    prop_oneof![
        (0..2_u8, 0..2_u8).prop_map(|(row, column)| AnswerTest::Button(ButtonPlace { row, column })),
        prop::sample::select(&OBJECTS[..3]).prop_map(|text| AnswerTest::ButtonText(text.to_owned())),
        prop::sample::select(&TAGS[..2]).prop_map(|name| AnswerTest::Tag(name.to_owned())),
    ]
}

fn conversation() -> impl Strategy<Value = Expression> {
    let member = prop::option::of((1..3_i64).prop_map(MemberId));
    let wanted = (prop::option::of(any::<bool>()), prop::option::of(member));
    wanted.prop_map(|(open, assignee)| {
        let open = if assignee.is_none() { open.or(Some(true)) } else { open };
        Expression::Conversation(ConversationTest { open, assignee })
    })
}

/// A form that refers to no segment or stage.
fn plain(base: Millis) -> impl Strategy<Value = Expression> {
    let basis_points = prop_oneof![Just(1_u32), Just(2_500), Just(5_000), Just(10_000)];
    let sample =
        (basis_points, prop::sample::select(&["x", "夏", "y"][..])).prop_map(|(basis_points, salt)| {
            Expression::Sample(SampleTest { basis_points, salt: salt.to_owned() })
        });
    prop_oneof![
        4 => tag(),
        4 => time(base),
        2 => lasted(),
        4 => event(base),
        1 => source(),
        2 => profile(),
        2 => attribute(),
        3 => campaign(),
        1 => any::<bool>().prop_map(Expression::Reachable),
        1 => prop::sample::select(Unreachable::ALL).prop_map(Expression::Unreachable),
        1 => sample,
        1 => conversation(),
    ]
}

fn joined(leaf: BoxedStrategy<Expression>) -> impl Strategy<Value = Expression> {
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 0..4).prop_map(Expression::All),
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Expression::Any),
            2 => inner.prop_map(|part| Expression::Not(Box::new(part))),
        ]
    })
}

/// The rule of a stage or a segment.
pub fn rule(base: Millis) -> impl Strategy<Value = Expression> {
    joined(plain(base).boxed())
}

/// Any expression, over two segments and the stages.
pub fn expression(base: Millis) -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        8 => plain(base),
        1 => texts(&["churned", "CUSTOMER", "customer", "活跃", "Rest"], 3).prop_map(Expression::Stage),
        1 => (1..3_i64).prop_map(|id| Expression::Segment(SegmentId(id))),
    ];
    joined(leaf.boxed())
}

/// What a crowd has in large numbers, asked in each of the ways in which it is answered.
pub fn of_a_crowd() -> Vec<Expression> {
    [
        r#"{"tag":{"has":"兴趣-科技"}}"#,
        r#"{"tag":{"has":"兴趣-科技","added_within":"7d"}}"#,
        r#"{"all":[{"tag":{"has":"兴趣-科技"}},{"not":{"tag":{"has":"vip"}}},{"last_interaction":{"within":"7d"}}]}"#,
        r#"{"any":[{"tag":{"has":"vip"}},{"all":[{"tag":{"has":"兴趣-科技"}},{"reachable":true}]}]}"#,
        r#"{"event":{"kind":"button","object":"pricing","at_least":3,"within":"30d"}}"#,
        r#"{"event":{"kind":"button","object":"pricing","at_most":2,"within":"7d"}}"#,
        r#"{"event":{"kind":"button","object":"pricing","at_least":2,"at_most":3}}"#,
        r#"{"event":{"kind":"interaction","at_least":1,"within":"1d"}}"#,
        r#"{"event":{"kind":"interaction","at_most":300}}"#,
        r#"{"campaign":{"id":1,"outcome":"sent"}}"#,
        r#"{"campaign":{"id":1,"outcome":"pending","frozen_stage":"rest"}}"#,
        r#"{"campaign":{"id":1,"outcome":"audience","frozen_tag":"兴趣-科技"}}"#,
        r#"{"profile":{"field":"username","in":["@ann_LEE"]}}"#,
        r#"{"not":{"sample":{"percent":33.33,"salt":"x"}}}"#,
    ]
    .iter()
    .map(|text| {
        let value = serde_json::from_str(text).expect("JSON");
        Expression::parse(&value).expect("an expression")
    })
    .collect()
}

/// The forms that an expression holds, outside in.
fn forms(expression: &Expression) -> Vec<String> {
    let within: Vec<&Expression> = match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().collect(),
        Expression::Not(part) => vec![&**part],
        _ => Vec::new(),
    };
    let document = expression.to_json();
    let own = document.as_object().into_iter().flat_map(|object| object.keys().cloned());
    own.chain(within.into_iter().flat_map(forms)).collect()
}

/// A form that is never drawn would never be compared.
#[test]
fn every_form_is_drawn() {
    const NOW: Millis = 1_795_521_600_000;
    let (drawn, mut runner) = (expression(NOW), TestRunner::deterministic());
    let mut missing: BTreeSet<&str> = FORMS.into_iter().collect();
    for _ in 0..2_000 {
        let tree = drawn.new_tree(&mut runner).expect("an expression");
        forms(&tree.current()).iter().for_each(|form| {
            missing.remove(form.as_str());
        });
    }
    assert!(missing.is_empty(), "never drawn: {missing:?}");
}
