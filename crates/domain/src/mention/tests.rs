//! What is mentioned, held against documents whose names and ids are marked: whatever is marked must be found, at its
//! place, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::expression::{Expression, FORMS};
use crate::flow::{Graph, NodeKind};
use crate::ids::{CampaignId, FlowId, MediaId, MemberId, SegmentId};
use crate::named::Named;

/// Every form of expression with all that it can name. Names as they once were (`frozen_…`) bear no mark.
fn expressions() -> Vec<Value> {
    vec![
        json!({"all": [{"tag": {"has": "tag:a"}}, {"reachable": true}]}),
        json!({"any": [{"reachable": false}, {"stage": {"in": ["stage:new"]}}]}),
        json!({"not": {"segment": {"id": 3_001}}}),
        json!({"tag": {"has": "tag:a", "added_within": "7d"}}),
        json!({"tag": {"has_any": ["tag:a", "tag:b"]}}),
        json!({"tag": {"has_all": ["tag:a", "tag:b"], "added_within": "12h"}}),
        json!({"last_interaction": {"within": "7d"}}),
        json!({"last_interaction": {"after_first_seen": "7d"}}),
        json!({"first_seen": {"before": "2026-11-24"}}),
        json!({"event": {"kind": "button", "object": "a", "at_least": 3, "within": "30d"}}),
        json!({"event": {"kind": "link_visit", "object": "link:fb", "since": "2026-11-24"}}),
        json!({"stage": {"in": ["stage:new", "stage:active"]}}),
        json!({"source": {"link": "link:fb"}}),
        json!({"source": {"link": {"in": ["link:fb", "link:ig"]}}}),
        json!({"source": {"utm_source": {"in": ["fb", "ig"]}}}),
        json!({"profile": {"field": "language", "in": ["zh", "en"]}}),
        json!({"attribute": {"key": "attribute:plan", "op": "eq", "value": "pro"}}),
        json!({"campaign": {"id": 4_001, "outcome": "clicked", "button": "0.1"}}),
        json!({"campaign": {"id": 4_001, "outcome": "clicked", "button_text": "a"}}),
        json!({"campaign": {"id": 4_001, "outcome": "tagged_direct", "tag": "tag:a"}}),
        json!({"campaign": {"id": 4_001, "outcome": "sent", "frozen_stage": "new", "frozen_tag": "a",
            "frozen_source": "link=fb", "frozen_segment": "s"}}),
        json!({"segment": {"id": 3_002}}),
        json!({"reachable": true}),
        json!({"unreachable": "opted_out"}),
        json!({"sample": {"percent": 10, "salt": "a"}}),
        json!({"conversation": {"status": "open", "assignee": 5_001}}),
        json!({"conversation": {"assignee": null}}),
    ]
}

fn message() -> Value {
    json!({"text": "Your plan: {attr.attribute:plan|none}", "media": {"kind": "photo", "media_id": 7_001},
        "buttons": [[{"text": "tag", "press": {"add_tags": ["tag:a", "tag:b"], "remove_tags": ["tag:c"],
            "reply": "for {attr.attribute:city|you}", "flow": 6_001}}],
            [{"text": "all", "url": "https://example.org/"}, {"text": "x", "press": {}}]]})
}

fn graph() -> Value {
    json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}, {"payload": "fb"}], "next": "m",
            "position": {"x": 7_002, "y": 0}},
        "m": {"type": "message", "message": message(), "next": "c"},
        "c": {"type": "condition", "then": "q", "else": "h",
            "expression": {"not": {"tag": {"has_any": ["tag:d", "tag:e"]}}}},
        "q": {"type": "menu", "message": {"text": "?", "media": {"kind": "video", "media_id": 7_003}}, "columns": 2,
            "options": [{"key": "x", "text": "X", "add_tags": ["tag:f"], "remove_tags": ["tag:g"], "next": "e"},
                {"key": "y", "text": "tag"}]},
        "h": {"type": "handover", "message": {"text": "wait, {attr.attribute:name|you}"}},
        "e": {"type": "end"}}})
}

/// What bears a mark, with its place.
fn marked(document: &Value) -> BTreeMap<String, Vec<Mention>> {
    let mut found = BTreeMap::new();
    walk(document, String::new(), &mut found);
    found
}

fn walk(value: &Value, place: String, found: &mut BTreeMap<String, Vec<Mention>>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, inner)| walk(inner, child(&place, key), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, inner)| walk(inner, format!("{place}/{at}"), found));
        }
        Value::String(text) => {
            let mut note = |mention| found.entry(place.clone()).or_default().push(mention);
            match text.split_once(':') {
                Some(("tag", _)) => note(Mention::Tag(text.clone())),
                Some(("stage", _)) => note(Mention::Stage(text.clone())),
                Some(("link", _)) => note(Mention::Link(text.clone())),
                Some(("attribute", _)) => note(Mention::Attribute(text.clone())),
                _ => text.split("{attr.").skip(1).for_each(|rest| {
                    let key = rest.split(['|', '}']).next().unwrap_or_default();
                    note(Mention::Attribute(key.to_owned()));
                }),
            }
        }
        Value::Number(number) => {
            let id = number.as_i64().unwrap_or_default();
            let mention = match id {
                _ if place.contains("/position/") => return,
                3_000..4_000 => Mention::Segment(SegmentId(id)),
                4_000..5_000 => Mention::Campaign(CampaignId(id)),
                5_000..6_000 => Mention::Member(MemberId(id)),
                6_000..7_000 => Mention::Flow(FlowId(id)),
                7_000..8_000 => Mention::Media(MediaId(id)),
                _ => return,
            };
            found.entry(place).or_default().push(mention);
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn found(kind: DocumentKind, document: &Value) -> BTreeMap<String, Vec<Mention>> {
    let mentions = kind.mentions(document);
    assert!(mentions.unread.is_empty(), "{document}: {:?}", mentions.unread);
    let mut found: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
    for (place, mention) in mentions.found() {
        found.entry(place.to_owned()).or_default().push(mention.clone());
    }
    found
}

#[test]
fn every_form_of_expression_says_what_it_mentions() {
    let mut seen = BTreeSet::new();
    for document in expressions() {
        let expression =
            Expression::parse(&document).unwrap_or_else(|faults| panic!("{document}: {faults:?}"));
        assert_eq!(expression.to_json(), document, "the place is that of the canonical document");
        seen.extend(document.as_object().unwrap().keys().cloned());
        assert_eq!(found(DocumentKind::Expression, &document), marked(&document), "{document}");
    }
    assert_eq!(seen, FORMS.map(str::to_owned).into(), "a form is not in the table");
}

#[test]
fn every_kind_of_node_says_what_it_mentions() {
    let read = Graph::parse(&graph()).unwrap();
    let seen: BTreeSet<&str> = read.nodes().map(|(_, node)| NodeKind::from(node).name()).collect();
    assert_eq!(seen, NodeKind::names().collect(), "a kind of node is not in the graph");
    assert_eq!(found(DocumentKind::Graph, &graph()), marked(&graph()));
    for kind in ["m", "c", "q", "h"] {
        let place = format!("/nodes/{kind}/");
        assert!(marked(&graph()).keys().any(|at| at.starts_with(&place)), "{kind} has no mark");
    }
}

#[test]
fn a_message_says_what_it_mentions() {
    assert_eq!(found(DocumentKind::Message, &message()), marked(&message()));
    assert_eq!(marked(&message()).len(), 7);
}

/// A draft's condition that nobody finished.
fn unfinished() -> Value {
    let mut graph = graph();
    graph["nodes"]["c"]["expression"] = json!({"all": [
        {"tag": {"has": "tag:d"}}, {"tag": {"has_any": ["Tag:Half", ""]}}, {"segment": {"id": 3_001, "x": 7_777}}]});
    graph
}

#[test]
fn a_part_that_does_not_read_hides_nothing() {
    assert!(Graph::parse(&unfinished()).is_ok(), "a draft may hold it");
    let mentions = DocumentKind::Graph.mentions(&unfinished());
    assert!(mentions.names_tag("tag:d") && mentions.names_tag("tag:a"), "what stands beside it is found");
    assert!(mentions.names_tag("tag:half") && mentions.names_stage("tag:half"), "any text may be a name");
    assert!(mentions.names_segment(SegmentId(3_001)) && !mentions.names_segment(SegmentId(3_002)));
    assert!(mentions.files().contains(&MediaId(7_777)), "any number may be an id");
    for kind in [DocumentKind::Expression, DocumentKind::Message, DocumentKind::Graph] {
        let strange = json!({"form_of_tomorrow": {"name": "vip", "id": 3_001}});
        let mentions = kind.mentions(&strange);
        assert!(mentions.names_tag("VIP") && mentions.names_segment(SegmentId(3_001)), "{kind:?}");
        assert!(!mentions.names_tag("other"), "{kind:?}");
    }
}

#[test]
fn renaming_leaves_what_does_not_read_and_says_where() {
    let mut document = unfinished();
    let rewritten = Renames::tag("tag:half", "whole").apply(DocumentKind::Graph, &mut document);
    let left = vec!["/nodes/c/expression/all/1".to_owned()];
    assert_eq!(rewritten, Rewritten { changed: false, left: left.clone() });
    assert_eq!(document, unfinished());
    let rewritten = Renames::tag("tag:d", "whole").apply(DocumentKind::Graph, &mut document);
    assert_eq!(rewritten, Rewritten { changed: true, left: Vec::new() });
    assert_eq!(document["nodes"]["c"]["expression"]["all"][0], json!({"tag": {"has": "whole"}}));
}

/// The document with each marked tag of a name under another.
fn with_tag_renamed(document: &Value, from: &str, to: &str) -> Value {
    let mut changed = document.clone();
    for (place, mentions) in marked(document) {
        if mentions == [Mention::Tag(from.to_owned())] {
            *changed.pointer_mut(&place).unwrap() = json!(to);
        }
    }
    changed
}

#[test]
fn renaming_reaches_every_mention_and_nothing_else() {
    let documents = [(DocumentKind::Message, message()), (DocumentKind::Graph, graph())]
        .into_iter()
        .chain(expressions().into_iter().map(|document| (DocumentKind::Expression, document)));
    for (kind, document) in documents {
        let mut changed = document.clone();
        let rewritten = Renames::tag("TAG:A", "z").apply(kind, &mut changed);
        let expected = with_tag_renamed(&document, "tag:a", "z");
        assert_eq!(rewritten.changed, expected != document, "{document}");
        assert_eq!(changed, expected);
    }
    // As it was stored before names were compared without case: what is read of it has fewer names.
    let press = |add: Value, remove: Value| json!({"text": "x", "buttons": [[{"text": "b", "press": {"add_tags": add, "remove_tags": remove}}]]});
    let mut old = press(json!(["VIP", "vip", " ", "gold"]), json!(["vip", "old"]));
    Renames::tag("gold", "silver").apply(DocumentKind::Message, &mut old);
    Renames::tag("old", "older").apply(DocumentKind::Message, &mut old);
    assert_eq!(old, press(json!(["VIP", "vip", " ", "silver"]), json!(["vip", "older"])));
    let mut list = json!({"tag": {"has_any": ["a", "b"]}});
    assert!(Renames::tag("a", "b").apply(DocumentKind::Expression, &mut list).changed);
    assert_eq!(list, json!({"tag": {"has_any": ["b"]}}), "two that became one stand once");
    let mut tags = vec!["a".to_owned(), "c".to_owned(), "b".to_owned()];
    assert!(Renames::tag("A", "b").apply_to_tags(&mut tags));
    assert_eq!(tags, ["b", "c"]);
}

#[test]
fn two_stages_can_swap_their_names() {
    let swap = [("a", "b"), ("b", "a")].map(|(from, to)| (from.to_owned(), to.to_owned()));
    let renames = Renames { stages: BTreeMap::from(swap), ..Renames::default() };
    let mut rule = json!({"all": [{"stage": {"in": ["a"]}}, {"tag": {"has": "a"}}]});
    assert!(renames.apply(DocumentKind::Expression, &mut rule).changed);
    assert_eq!(rule, json!({"all": [{"stage": {"in": ["b"]}}, {"tag": {"has": "a"}}]}));
}

fn any_expression() -> impl Strategy<Value = Value> {
    prop::sample::select(expressions()).prop_recursive(4, 24, 4, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 0..4).prop_map(|parts| json!({ "all": parts })),
            prop::collection::vec(part.clone(), 1..4).prop_map(|parts| json!({ "any": parts })),
            part.prop_map(|part| json!({ "not": part })),
        ]
    })
}

proptest! {
    #[test]
    fn however_they_are_joined_all_is_found(document in any_expression()) {
        prop_assert_eq!(found(DocumentKind::Expression, &document), marked(&document));
        let mut changed = document.clone();
        Renames::tag("tag:b", "z").apply(DocumentKind::Expression, &mut changed);
        prop_assert_eq!(changed, with_tag_renamed(&document, "tag:b", "z"));
    }

    #[test]
    fn no_document_breaks_the_search(document in crate::message::tests::any_json()) {
        for kind in [DocumentKind::Expression, DocumentKind::Message, DocumentKind::Graph] {
            let mut changed = document.clone();
            Renames::tag("a", "b").apply(kind, &mut changed);
            let _ = kind.mentions(&json!({"start": "a", "nodes": {"a": document.clone()}})).files();
        }
    }
}
