//! Expressions, messages and graphs: what `domain` reads and writes is what the OpenAPI document describes.

use std::collections::BTreeSet;

use domain::expression::{Expression, FORMS};
use domain::flow::{Graph, Node};
use domain::message::{EntityKind, Format, Message};
use serde_json::{Value, json};

use crate::house::contract::{check, faults};

const EXPRESSION: &str = "/components/schemas/Expression";
const MESSAGE: &str = "/components/schemas/Message";
const GRAPH: &str = "/components/schemas/FlowGraph";

/// Every form, each with everything that it can hold.
fn expressions() -> Vec<Value> {
    let mut all = vec![
        json!({"all": [{"reachable": true}, {"not": {"any": [{"reachable": false}]}}]}),
        json!({"any": [{"all": []}]}),
        json!({"not": {"all": []}}),
        json!({"tag": {"has": "VIP", "added_within": "7d"}}),
        json!({"tag": {"has_any": ["VIP", "Reader"]}}),
        json!({"tag": {"has_all": ["VIP"]}}),
        json!({"last_interaction": {"within": "7d", "older_than": "90s", "before": "2026-11-24"}}),
        json!({"last_interaction": {"after": "2026-11-24T16:30:00Z"}}),
        json!({"last_interaction": {"after_first_seen": "2w"}}),
        json!({"first_seen": {"never": true}}),
        json!({"first_seen": {"within": "12h"}}),
        json!({"event": {"kind": "button", "object": "Prices", "at_least": 1, "at_most": 3, "within": "30d"}}),
        json!({"event": {"kind": "click", "since": "2026-11-01", "until": "2026-11-03"}}),
        json!({"stage": {"in": ["New", "Active"]}}),
        json!({"profile": {"field": "language", "in": ["en", "zh"]}}),
        json!({"profile": {"premium": true}}),
        json!({"attribute": {"key": "vip", "op": "eq", "value": true}}),
        json!({"attribute": {"key": "spent", "op": "gte", "value": 19.5}}),
        json!({"attribute": {"key": "plan", "op": "contains", "value": "pro"}}),
        json!({"attribute": {"key": "plan", "op": "exists"}}),
        json!({"campaign": {"id": 4, "outcome": "tagged_direct", "frozen_stage": "New", "frozen_tag": "VIP",
            "frozen_source": "link=fb", "frozen_segment": "Readers", "tag": "Bought"}}),
        json!({"campaign": {"id": 4, "outcome": "clicked", "button": "0.1"}}),
        json!({"campaign": {"id": 4, "outcome": "clicked", "button_text": "Prices"}}),
        json!({"segment": {"id": 9}}),
        json!({"reachable": false}),
        json!({"unreachable": "no_chat"}),
        json!({"sample": {"percent": 0.25, "salt": "a"}}),
        json!({"conversation": {"status": "open", "assignee": null}}),
        json!({"conversation": {"assignee": 3}}),
    ];
    for field in domain::contact::SOURCE_FIELDS {
        all.push(json!({"source": {field: "fb"}}));
        all.push(json!({"source": {field: {"in": ["fb", "ig"]}}}));
    }
    all
}

/// Names every variant, so that a new one does not compile until it is here and, with it, in `expressions`.
fn form(expression: &Expression) -> &'static str {
    match expression {
        Expression::All(_) => "all",
        Expression::Any(_) => "any",
        Expression::Not(_) => "not",
        Expression::Tag(_) => "tag",
        Expression::Time(field, _) => field.key(),
        Expression::Lasted(_) => "last_interaction",
        Expression::Event(_) => "event",
        Expression::Stage(_) => "stage",
        Expression::Source(_) => "source",
        Expression::Profile(_) => "profile",
        Expression::Attribute(_) => "attribute",
        Expression::Campaign(_) => "campaign",
        Expression::Segment(_) => "segment",
        Expression::Reachable(_) => "reachable",
        Expression::Unreachable(_) => "unreachable",
        Expression::Sample(_) => "sample",
        Expression::Conversation(_) => "conversation",
    }
}

#[test]
fn every_form_of_expression_is_described() {
    let mut seen = BTreeSet::new();
    for written in expressions() {
        let expression = Expression::parse(&written).unwrap_or_else(|faults| panic!("{written}: {faults:?}"));
        seen.insert(form(&expression));
        check(EXPRESSION, &written, "expression");
        check(EXPRESSION, &expression.to_json(), "expression");
    }
    assert_eq!(seen, BTreeSet::from(FORMS));
}

#[test]
fn the_document_takes_no_expression_that_the_domain_refuses() {
    for wrong in [
        json!({}),
        json!({"everybody": []}),
        json!({"tag": {"had": "VIP"}}),
        json!({"reachable": "yes"}),
        json!({"unreachable": "asleep"}),
        json!({"stage": {"in": "New"}}),
        json!({"event": {"kind": "dance"}}),
        json!({"attribute": {"key": "plan", "op": "like", "value": "pro"}}),
        json!({"campaign": {"id": 4, "outcome": "liked"}}),
        json!({"profile": {"field": "shoe_size", "in": ["44"]}}),
        json!({"conversation": {"status": "asleep"}}),
    ] {
        assert!(Expression::parse(&wrong).is_err(), "{wrong} is read");
        assert!(!faults(EXPRESSION, &wrong).is_empty(), "{wrong} is as described");
    }
}

fn entities() -> Vec<Value> {
    let plain = ["bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre"];
    let mut all: Vec<Value> =
        plain.into_iter().map(|kind| json!({"type": kind, "offset": 0, "length": 2})).collect();
    all.push(json!({"type": "blockquote", "offset": 0, "length": 5}));
    all.push(json!({"type": "expandable_blockquote", "offset": 0, "length": 5}));
    all.push(json!({"type": "pre", "offset": 0, "length": 2, "language": "rust"}));
    all.push(json!({"type": "text_link", "offset": 0, "length": 2, "url": "https://example.org/"}));
    all.push(
        json!({"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "5368324170671202286"}),
    );
    all.push(json!({"type": "date_time", "offset": 0, "length": 2, "unix_time": 1_795_521_600, "date_time_format": "wDT"}));
    all
}

/// Names every variant, as [`form`] does.
fn entity_type(kind: &EntityKind) -> &'static str {
    match kind {
        EntityKind::Bold => "bold",
        EntityKind::Italic => "italic",
        EntityKind::Underline => "underline",
        EntityKind::Strikethrough => "strikethrough",
        EntityKind::Spoiler => "spoiler",
        EntityKind::Blockquote => "blockquote",
        EntityKind::ExpandableBlockquote => "expandable_blockquote",
        EntityKind::Code => "code",
        EntityKind::Pre { .. } => "pre",
        EntityKind::TextLink { .. } => "text_link",
        EntityKind::CustomEmoji { .. } => "custom_emoji",
        EntityKind::DateTime { .. } => "date_time",
    }
}

#[test]
fn every_kind_of_formatting_is_described() {
    for entity in entities() {
        let written = json!({"text": "hello", "entities": [entity]});
        let message = Message::parse(&written).unwrap_or_else(|faults| panic!("{written}: {faults:?}"));
        check(MESSAGE, &written, "message");
        check(MESSAGE, &message.to_json(), "message");
        let kind = entity["type"].as_str().unwrap();
        let wrong =
            json!({"text": "hello", "entities": [{"type": format!("{kind}ly"), "offset": 0, "length": 2}]});
        assert!(Message::parse(&wrong).is_err());
        assert!(!faults(MESSAGE, &wrong).is_empty(), "{wrong} is as described");
    }
    let html = "<b>a</b> <i>b</i> <u>c</u> <s>d</s> <tg-spoiler>e</tg-spoiler> <code>f</code> <pre>g</pre> \
                <a href=\"https://example.org/\">h</a><blockquote>i</blockquote>\
                <blockquote expandable>j</blockquote>";
    let read = Format::Html.read(html).unwrap();
    assert_eq!(read.entities.len(), 10);
    for entity in read.entities {
        let written = serde_json::to_value(&entity).unwrap();
        assert_eq!(written["type"], entity_type(&entity.kind));
        check("/components/schemas/MessageEntity", &written, "entity");
    }
}

#[test]
fn messages_are_described() {
    for written in [
        json!({"text": "hi {first_name|friend}"}),
        json!({"text": "<b>hi</b>", "format": "html", "link_preview": false}),
        json!({"text": "*hi*", "format": "markdown", "media": null, "entities": null}),
        json!({"media": {"kind": "photo", "media_id": 4}}),
        json!({"text": "x", "media": {"kind": "document", "media_id": 4}, "buttons": [[
            {"text": "Prices", "press": {"add_tags": ["VIP"], "remove_tags": ["New"], "reply": "ok", "flow": 2}},
            {"text": "Shop", "url": "https://example.org/", "track": false},
        ], [{"text": "Count", "press": {}}, {"text": "Chat", "url": "tg://resolve?domain=shop"}]]}),
    ] {
        let message = Message::parse(&written).unwrap_or_else(|faults| panic!("{written}: {faults:?}"));
        check(MESSAGE, &written, "message");
        check(MESSAGE, &message.to_json(), "message");
    }
    for wrong in [
        json!({"text": "x", "format": "rtf"}),
        json!({"text": "x", "keyboard": []}),
        json!({"text": "x", "media": {"kind": "song", "media_id": 4}}),
        json!({"text": "x", "buttons": [[{"text": "Prices"}]]}),
        json!({"text": "x", "buttons": [[{"text": "Prices", "press": {}, "url": "https://example.org/"}]]}),
    ] {
        assert!(Message::parse(&wrong).is_err(), "{wrong} is read");
        assert!(!faults(MESSAGE, &wrong).is_empty(), "{wrong} is as described");
    }
}

/// Names every kind of node, as [`form`] does.
fn node_type(node: &Node) -> &'static str {
    match node {
        Node::Start { .. } => "start",
        Node::Message { .. } => "message",
        Node::Menu(_) => "menu",
        Node::Condition { .. } => "condition",
        Node::Handover { .. } => "handover",
        Node::End => "end",
    }
}

#[test]
fn every_kind_of_node_is_described() {
    let written = json!({"start": "a", "nodes": {
        "a": {"type": "start", "next": "b", "position": {"x": 1.5, "y": -2},
            "triggers": [{"command": "start"}, {"payload": "fb"}, {"keyword": "price"}]},
        "b": {"type": "message", "message": {"text": "hi"}, "next": "c"},
        "c": {"type": "menu", "message": {"text": "what?"}, "columns": 2, "options": [
            {"key": "x", "text": "X", "add_tags": ["VIP"], "remove_tags": ["New"], "next": "d"},
            {"key": "y", "text": "Y", "next": null}]},
        "d": {"type": "condition", "expression": {"tag": {"has": "VIP"}}, "then": "e", "else": "f"},
        "e": {"type": "handover", "message": {"text": "wait"}},
        "f": {"type": "message", "message": {"text": "bye"}, "next": "g"},
        "g": {"type": "end"},
    }});
    let graph = Graph::parse(&written).unwrap();
    check(GRAPH, &written, "graph");
    let seen: BTreeSet<&str> = graph.nodes().map(|(_, node)| node_type(node)).collect();
    assert_eq!(seen.len(), 6, "a kind of node is not in this graph");
    let mut wrong = written;
    wrong["nodes"]["g"] = json!({"type": "ending"});
    assert!(Graph::parse(&wrong).is_err());
    assert!(!faults(GRAPH, &wrong).is_empty(), "a node of no kind is as described");
}
