//! Expressions as people write them: every form, every fault, and what resolving fills in.

use std::collections::HashMap;

use domain::expression::{
    Catalog, ContactFacts, ConversationFacts, EventWindow, Expression, Resolved, evaluate_one, explain_one,
    resolve,
};
use domain::ids::{CampaignId, ContactNumber, SegmentId, StageId, TagId};
use domain::time::{DAY_MS, Millis};
use serde_json::{Value, json};

/// Each is documented, or is an extension that the reports need.
fn forms() -> Vec<Value> {
    vec![
        json!({"all":[]}),
        json!({"all":[{"any":[{"reachable":true},{"not":{"reachable":false}}]}]}),
        json!({"tag":{"has":"兴趣-科技"}}),
        json!({"tag":{"has":"兴趣-科技","added_within":"7d"}}),
        json!({"tag":{"has_any":["a","b"]}}),
        json!({"tag":{"has_all":["a","b"],"added_within":"12h"}}),
        json!({"last_interaction":{"within":"7d"}}),
        json!({"last_interaction":{"older_than":"30d"}}),
        json!({"last_interaction":{"older_than":"7d","within":"30d"}}),
        json!({"last_interaction":{"never":true}}),
        json!({"first_seen":{"before":"2026-11-24"}}),
        json!({"first_seen":{"after":"2026-11-24T10:00:00Z","before":"2026-11-25T10:00:00Z"}}),
        json!({"event":{"kind":"button","object":"pricing","at_least":3,"within":"30d"}}),
        json!({"event":{"kind":"interaction","at_most":0,"within":"4w"}}),
        json!({"event":{"kind":"blocked","since":"2026-11-24"}}),
        json!({"campaign":{"id":7,"outcome":"clicked","button":"0.1"}}),
        json!({"campaign":{"id":7,"outcome":"clicked","button_text":"Buy"}}),
        json!({"campaign":{"id":7,"outcome":"tagged_direct","tag":"a"}}),
        json!({"event":{"kind":"conversion"}}),
        json!({"last_interaction":{"after_first_seen":"7d"}}),
        json!({"event":{"kind":"link_visit","object":"fb-summer"}}),
        json!({"stage":{"in":["new","active"]}}),
        json!({"source":{"link":"fb-summer"}}),
        json!({"source":{"utm_source":{"in":["fb","x"]}}}),
        json!({"profile":{"field":"language","in":["zh","en"]}}),
        json!({"profile":{"premium":true}}),
        json!({"attribute":{"key":"plan","op":"eq","value":"pro"}}),
        json!({"attribute":{"key":"age","op":"gte","value":18}}),
        json!({"attribute":{"key":"score","op":"lt","value":0.5}}),
        json!({"attribute":{"key":"vip","op":"ne","value":false}}),
        json!({"attribute":{"key":"plan","op":"contains","value":"PRO"}}),
        json!({"attribute":{"key":"plan","op":"exists"}}),
        json!({"campaign":{"id":7,"outcome":"clicked"}}),
        json!({"campaign":{"id":7,"outcome":"sent","frozen_stage":"active","frozen_tag":"a","frozen_source":"link=x","frozen_segment":"s"}}),
        json!({"segment":{"id":3}}),
        json!({"reachable":false}),
        json!({"sample":{"percent":10,"salt":"x"}}),
        json!({"sample":{"percent":0.25,"salt":"x"}}),
        json!({"conversation":{"status":"open"}}),
        json!({"conversation":{"status":"closed","assignee":5}}),
        json!({"conversation":{"assignee":null}}),
    ]
}

#[test]
fn every_form_comes_back_as_it_was_written() {
    for form in forms() {
        let read = Expression::parse(&form).unwrap_or_else(|errors| panic!("{form}: {errors:?}"));
        assert_eq!(read.to_json(), form);
    }
}

#[test]
fn other_spellings_become_the_canonical_one() {
    for (written, canonical) in [
        (json!({"source":{"link":{"in":["x"]}}}), json!({"source":{"link":"x"}})),
        (json!({"profile":{"field":"premium","in":[true]}}), json!({"profile":{"premium":true}})),
        (json!({"sample":{"percent":10.0,"salt":"x"}}), json!({"sample":{"percent":10,"salt":"x"}})),
    ] {
        assert_eq!(Expression::parse(&written).unwrap().to_json(), canonical);
    }
}

#[test]
fn every_fault_names_its_place_and_kind() {
    let deep = (0..30).fold(json!({"all":[]}), |inner, _| json!({ "not": inner }));
    let faults = [
        (json!("x"), "", "not_an_object"),
        (json!({}), "", "one_key"),
        (json!({"reachable":true,"stage":{"in":["a"]}}), "", "one_key"),
        (json!({"alll":[]}), "/alll", "unknown_key"),
        (json!({"a/b~c":[]}), "/a~1b~0c", "unknown_key"),
        (json!({"any":[]}), "/any", "empty_list"),
        (json!({"all":{}}), "/all", "not_a_list"),
        (json!({"all":[{"all":[]},{"tag":{"hass":"x"}}]}), "/all/1/tag/hass", "unknown_key"),
        (json!({"all":[{"all":[]},{"tag":{"has":1}}]}), "/all/1/tag/has", "not_a_text"),
        (json!({"tag":{"has":""}}), "/tag/has", "empty_text"),
        (json!({"tag":{"has":"a","has_any":["b"]}}), "/tag", "one_of"),
        (json!({"tag":{"has_any":[]}}), "/tag/has_any", "empty_list"),
        (json!({"tag":{"has_any":["a",2]}}), "/tag/has_any/1", "not_a_text"),
        (json!({"tag":{"has":"a","added_within":"7"}}), "/tag/added_within", "bad_duration"),
        (json!({"event":{"kind":"button","since":"2026-11-24T00:00:00Z"}}), "/event/since", "bad_unit"),
        (json!({"event":{"kind":"button","since":"2026-11-24","within":"7d"}}), "/event/since", "conflict"),
        (json!({"campaign":{"id":7,"outcome":"clicked","button":"1"}}), "/campaign/button", "bad_place"),
        (json!({"campaign":{"id":7,"outcome":"sent","button":"0.0","tag":"a"}}), "/campaign", "one_of"),
        (json!({"last_interaction":{}}), "/last_interaction", "one_of"),
        (json!({"last_interaction":{"never":false}}), "/last_interaction/never", "bad_value"),
        (json!({"last_interaction":{"never":true,"within":"7d"}}), "/last_interaction", "one_of"),
        (json!({"first_seen":{"before":"gestern"}}), "/first_seen/before", "bad_time"),
        (json!({"event":{}}), "/event", "missing_key"),
        (json!({"event":{"kind":"sneeze"}}), "/event/kind", "unknown_value"),
        (json!({"event":{"kind":"start","within":"12h"}}), "/event/within", "bad_unit"),
        (json!({"event":{"kind":"start","at_least":0}}), "/event/at_least", "bad_number"),
        (json!({"event":{"kind":"start","at_least":1.5}}), "/event/at_least", "bad_number"),
        (json!({"event":{"kind":"start","at_least":3,"at_most":2}}), "/event/at_most", "bad_range"),
        (json!({"stage":{"in":[]}}), "/stage/in", "empty_list"),
        (json!({"source":{"link":"a","channel":"b"}}), "/source", "one_of"),
        (json!({"source":{"link":{"in":[]}}}), "/source/link/in", "empty_list"),
        (json!({"profile":{"field":"shoe","in":["44"]}}), "/profile/field", "unknown_value"),
        (json!({"profile":{"premium":true,"in":[true]}}), "/profile/in", "unknown_key"),
        (json!({"attribute":{"key":"a","op":"eq"}}), "/attribute", "missing_key"),
        (json!({"attribute":{"key":"a","op":"exists","value":1}}), "/attribute/value", "bad_value"),
        (json!({"attribute":{"key":"a","op":"gt","value":true}}), "/attribute/value", "bad_value"),
        (json!({"attribute":{"key":"a","op":"contains","value":1}}), "/attribute/value", "bad_value"),
        (json!({"attribute":{"key":"a","op":"eq","value":[1]}}), "/attribute/value", "bad_value"),
        (json!({"campaign":{"id":0,"outcome":"sent"}}), "/campaign/id", "bad_number"),
        (json!({"campaign":{"id":1,"outcome":"opened"}}), "/campaign/outcome", "unknown_value"),
        (json!({"segment":{"id":"3"}}), "/segment/id", "bad_number"),
        (json!({"reachable":"yes"}), "/reachable", "not_a_boolean"),
        (json!({"sample":{"percent":0,"salt":"x"}}), "/sample/percent", "bad_number"),
        (json!({"sample":{"percent":10.001,"salt":"x"}}), "/sample/percent", "bad_number"),
        (json!({"sample":{"percent":10}}), "/sample", "missing_key"),
        (json!({"conversation":{}}), "/conversation", "one_of"),
        (json!({"conversation":{"status":"ajar"}}), "/conversation/status", "unknown_value"),
        (
            deep,
            "/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not",
            "too_deep",
        ),
    ];
    for (written, path, code) in faults {
        let errors = Expression::parse(&written).expect_err(&written.to_string());
        let found: Vec<(&str, &str)> = errors.iter().map(|error| (error.path.as_str(), error.code)).collect();
        assert_eq!(found, [(path, code)], "{written}");
    }
}

#[test]
fn several_faults_are_told_at_once_and_their_number_is_bounded() {
    let two = json!({"all":[{"tag":{"has":1}},{"reachable":2}]});
    assert_eq!(Expression::parse(&two).unwrap_err().len(), 2);
    let many = json!({"all": vec![json!({"tag":{}}); 400]});
    assert_eq!(Expression::parse(&many).unwrap_err().len(), domain::limits::FIELD_ERRORS_MAX);
    let part = json!({"all": vec![json!({"reachable":true}); 300]});
    let large = json!({"all": vec![part; 20]});
    let errors = Expression::parse(&large).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), ["too_large"]);
}

/// A workspace with tags by name, and segments and stages as JSON.
#[derive(Default)]
struct Shelf {
    tags: HashMap<String, TagId>,
    segments: HashMap<i64, Value>,
    stages: Vec<(StageId, String, Expression)>,
}

impl Catalog for Shelf {
    fn tag(&self, name: &str) -> Option<TagId> {
        self.tags.get(name).copied()
    }
    fn segment(&self, id: SegmentId) -> Option<Expression> {
        self.segments.get(&id.0).map(|value| Expression::parse(value).unwrap())
    }
    fn stages(&self) -> &[(StageId, String, Expression)] {
        &self.stages
    }
    fn campaign(&self, id: CampaignId) -> bool {
        id.0 == 7
    }
    fn attribute_known(&self, key: &str) -> bool {
        key == "plan"
    }
}

fn stages(rules: &[(&str, Value)]) -> Vec<(StageId, String, Expression)> {
    rules
        .iter()
        .enumerate()
        .map(|(order, (name, rule))| {
            (StageId(order as i64 + 1), (*name).to_owned(), Expression::parse(rule).unwrap())
        })
        .collect()
}

fn codes(shelf: &Shelf, written: &Value) -> Vec<(String, &'static str)> {
    let errors = resolve(&Expression::parse(written).unwrap(), shelf).unwrap_err();
    errors.into_iter().map(|error| (error.path, error.code)).collect()
}

#[test]
fn unknown_names_and_cycles_name_their_place() {
    let mut shelf = Shelf { tags: [("a".to_owned(), TagId(1))].into(), ..Shelf::default() };
    shelf.segments = [
        (1, json!({"segment":{"id":2}})),
        (2, json!({"any":[{"segment":{"id":1}}]})),
        (3, json!({"tag":{"has":"gone"}})),
    ]
    .into();
    shelf.stages = stages(&[
        ("first", json!({"tag":{"has":"a"}})),
        ("loop", json!({"stage":{"in":["rest"]}})),
        ("rest", json!({"all":[]})),
    ]);
    for (written, path, code) in [
        (json!({"tag":{"has":"b"}}), "/tag/has", "unknown_tag"),
        (json!({"not":{"tag":{"has_any":["a","b"]}}}), "/not/tag/has_any/1", "unknown_tag"),
        (json!({"attribute":{"key":"x","op":"exists"}}), "/attribute/key", "unknown_attribute"),
        (json!({"campaign":{"id":8,"outcome":"sent"}}), "/campaign/id", "unknown_campaign"),
        (json!({"segment":{"id":9}}), "/segment/id", "unknown_segment"),
        (json!({"segment":{"id":3}}), "/segment/expression/tag/has", "unknown_tag"),
        (json!({"segment":{"id":1}}), "/segment/expression/segment/expression/any/0/segment/id", "cycle"),
        (json!({"stage":{"in":["first","vip"]}}), "/stage/in/1", "unknown_stage"),
        (json!({"stage":{"in":["loop"]}}), "/stage/rules/1/stage/in", "cycle"),
    ] {
        assert_eq!(codes(&shelf, &written), [(path.to_owned(), code)], "{written}");
    }
}

#[test]
fn a_stage_is_one_name_however_it_is_spelled() {
    let shelf = Shelf {
        stages: stages(&[("New", json!({"tag":{"has":"a"}})), ("Café", json!({"all":[]}))]),
        tags: [("a".to_owned(), TagId(1))].into(),
        ..Shelf::default()
    };
    for (asked, meant) in [("NEW", "New"), ("new", "New"), ("cafe\u{301}", "Café")] {
        let of = |name: &str| {
            resolve(&Expression::parse(&json!({"stage":{"in":[name]}})).unwrap(), &shelf).unwrap()
        };
        assert_eq!(of(asked), of(meant), "{asked}");
    }
}

#[test]
fn what_is_filled_in_is_bounded() {
    // Each segment mentions the one below it three times: 3^13 parts if nothing stopped it.
    let mut shelf = Shelf::default();
    shelf.segments.insert(1, json!({"reachable":true}));
    for id in 2..=14 {
        let below = json!({"segment":{"id":id - 1}});
        shelf.segments.insert(id, json!({"any":[below, below, below]}));
    }
    assert_eq!(codes(&shelf, &json!({"segment":{"id":8}}))[0].1, "too_large");
    assert!(codes(&shelf, &json!({"segment":{"id":14}})).iter().any(|(_, code)| *code == "too_deep"));
}

/// Somebody with a last interaction, some presses, and nothing else.
#[derive(Default)]
struct Person {
    last_interaction: Option<Millis>,
    presses: Vec<Millis>,
    profile: domain::contact::Profile,
    source: domain::contact::Source,
}

impl ContactFacts for Person {
    fn number(&self) -> ContactNumber {
        ContactNumber(0)
    }
    fn tag_added_at(&self, _: TagId) -> Option<Millis> {
        None
    }
    fn last_interaction(&self) -> Option<Millis> {
        self.last_interaction
    }
    fn first_seen(&self) -> Option<Millis> {
        None
    }
    fn count_events(&self, kind: &str, _: Option<&str>, window: EventWindow) -> u64 {
        let counted = self.presses.iter().filter(|at| window.holds(**at)).count();
        if matches!(kind, "button" | "interaction") { counted as u64 } else { 0 }
    }
    fn profile(&self) -> &domain::contact::Profile {
        &self.profile
    }
    fn source(&self) -> &domain::contact::Source {
        &self.source
    }
    fn attribute(&self, _: &str) -> Option<&domain::contact::AttributeValue> {
        None
    }
    fn reachability(&self) -> domain::contact::Reachability {
        domain::contact::Reachability::default()
    }
    fn campaign(&self, _: CampaignId) -> Option<domain::expression::CampaignFacts> {
        None
    }
    fn answered(&self, _: CampaignId, _: &domain::recipient::Detail) -> bool {
        false
    }

    fn conversation(&self) -> Option<ConversationFacts> {
        None
    }
}

fn resolved(written: &Value) -> Resolved {
    resolve(&Expression::parse(written).unwrap(), &Shelf::default()).unwrap()
}

const NOW: Millis = 1_795_537_800_000; // 2026-11-24T16:30:00Z
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

#[test]
fn an_age_of_exactly_the_duration_is_within() {
    let within = resolved(&json!({"last_interaction":{"within":"7d"}}));
    let older = resolved(&json!({"last_interaction":{"older_than":"7d"}}));
    let never = resolved(&json!({"last_interaction":{"never":true}}));
    let answers = |last_interaction| {
        let person = Person { last_interaction, ..Person::default() };
        [&within, &older, &never].map(|test| evaluate_one(test, &person, NOW, ZONE))
    };
    assert_eq!(answers(Some(NOW - 7 * DAY_MS)), [true, false, false]);
    assert_eq!(answers(Some(NOW - 7 * DAY_MS - 1_000)), [false, true, false]);
    assert_eq!(answers(None), [false, false, true]);
}

#[test]
fn a_counted_window_starts_with_the_local_day() {
    // In Shanghai it is 00:30 on the 25th; a day back is the 24th, which began at 16:00Z on the 23rd.
    let day_began = NOW - DAY_MS - 30 * 60_000;
    let test = resolved(&json!({"event":{"kind":"button","within":"1d"}}));
    for (at, wanted) in [(day_began, true), (day_began - 1, false)] {
        let person = Person { presses: vec![at], ..Person::default() };
        assert_eq!(evaluate_one(&test, &person, NOW, ZONE), wanted);
    }
}

#[test]
fn an_explanation_tells_the_moment_at_which_its_answer_turns() {
    let person = Person {
        last_interaction: Some(NOW - 5 * DAY_MS),
        presses: vec![NOW - 20 * DAY_MS, NOW - 3 * DAY_MS],
        ..Person::default()
    };
    for written in [
        json!({"last_interaction":{"within":"7d"}}),
        json!({"last_interaction":{"older_than":"7d"}}),
        json!({"event":{"kind":"button","at_least":2,"within":"30d"}}),
        json!({"event":{"kind":"button","at_most":1,"within":"30d"}}),
        json!({"event":{"kind":"button","within":"30d"}}),
    ] {
        let test = resolved(&written);
        let told = explain_one(&test, &person, NOW, ZONE);
        assert_eq!(told.matched, evaluate_one(&test, &person, NOW, ZONE), "{written}");
        let turn = told.changes_at.unwrap_or_else(|| panic!("{written}: no moment told"));
        assert_eq!(evaluate_one(&test, &person, turn - 1, ZONE), told.matched, "{written}: turned too early");
        assert_eq!(evaluate_one(&test, &person, turn, ZONE), !told.matched, "{written}: turned too late");
    }
    let told = explain_one(&resolved(&json!({"last_interaction":{"within":"2d"}})), &person, NOW, ZONE);
    assert_eq!((told.changes_at, told.facts), (None, json!({"last_interaction_at": NOW - 5 * DAY_MS})));
}
