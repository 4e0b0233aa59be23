//! Reading a graph's document, node by node.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::limits::FLOW_NODES_MAX;
use crate::message::limits::ROW_BUTTONS_MAX;
use crate::message::{Findings, Message, Object, child, label};
use crate::named::Named;

use super::{Graph, KEY_BYTES_MAX, MENU_OPTIONS_MAX, Menu, MenuOption, Node, NodeId, NodeKind, trigger};

/// Reads all nodes; the faults go to `findings`.
pub(super) fn read(findings: &mut Findings, value: &Value) -> Option<Graph> {
    let object = findings.object(value, "", &["nodes", "start"])?;
    let start = findings.required(object, "start").and_then(|start| findings.text(start, "/start"));
    let Value::Object(entries) = findings.required(object, "nodes")? else {
        findings.add("/nodes", "wrong_type", "must be an object of nodes by id");
        return None;
    };
    if entries.len() > FLOW_NODES_MAX {
        findings.add("/nodes", "too_many", format!("has {} nodes, at most {FLOW_NODES_MAX}", entries.len()));
        return None;
    }
    let mut nodes = BTreeMap::new();
    for (id, value) in entries {
        let path = child("/nodes", id);
        if !is_key(id) {
            findings.add(&path, "invalid_key", KEY_FORM);
        }
        nodes.extend(node(findings, value, &path).map(|node| (id.clone(), node)));
    }
    Some(Graph { nodes, start: start?.to_owned() })
}

const KEY_FORM: &str = "is named by 1 to 64 letters, digits, _ and - only";

fn is_key(text: &str) -> bool {
    (1..=KEY_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

pub(super) fn node(findings: &mut Findings, value: &Value, path: &str) -> Option<Node> {
    let kind = value.get("type").and_then(Value::as_str).and_then(NodeKind::from_name);
    let Some(kind) = kind else {
        let message = "must be start, message, menu, condition, handover or end";
        findings.add(child(path, "type"), "unknown_value", message);
        return None;
    };
    let own_keys: &[&str] = match kind {
        NodeKind::Start => &["triggers", "next"],
        NodeKind::Message => &["message", "next"],
        NodeKind::Menu => &["message", "columns", "options"],
        NodeKind::Condition => &["expression", "then", "else"],
        NodeKind::Handover => &["message"],
        NodeKind::End => &[],
    };
    let allowed: Vec<&str> = [&["type", "position"], own_keys].concat();
    let object = findings.object(value, path, &allowed)?;
    position(findings, object);
    match kind {
        NodeKind::Start => {
            let triggers = trigger::read_all(findings, object);
            Some(Node::Start { triggers, next: edge(findings, object, "next")? })
        }
        NodeKind::Message => {
            let message = findings.required(object, "message");
            let message = message.and_then(|value| Message::read(findings, value, &object.at("message")));
            let next = optional_edge(findings, object, "next");
            Some(Node::Message { message: message?, next })
        }
        NodeKind::Menu => menu(findings, object).map(Node::Menu),
        NodeKind::Condition => {
            let expression = findings.required(object, "expression").cloned();
            if expression.as_ref().is_some_and(|value| !value.is_object()) {
                findings.add(
                    object.at("expression"),
                    "wrong_type",
                    "must be an expression, which is an object",
                );
            }
            let (then, otherwise) = (edge(findings, object, "then"), edge(findings, object, "else"));
            Some(Node::Condition { expression: expression?, then: then?, otherwise: otherwise? })
        }
        NodeKind::Handover => {
            let message = object.get("message");
            let message = message.and_then(|value| Message::read(findings, value, &object.at("message")));
            Some(Node::Handover { message })
        }
        NodeKind::End => Some(Node::End),
    }
}

/// Where an editor draws the node. It is checked, and means nothing here.
fn position(findings: &mut Findings, object: Object<'_, '_>) {
    let Some(value) = object.get("position") else { return };
    let path = object.at("position");
    let Some(place) = findings.object(value, &path, &["x", "y"]) else { return };
    for axis in ["x", "y"] {
        if findings.required(place, axis).is_some_and(|value| !value.is_number()) {
            findings.add(place.at(axis), "wrong_type", "must be a number");
        }
    }
}

fn edge(findings: &mut Findings, object: Object<'_, '_>, key: &str) -> Option<NodeId> {
    findings.required(object, key)?;
    optional_edge(findings, object, key)
}

fn optional_edge(findings: &mut Findings, object: Object<'_, '_>, key: &str) -> Option<NodeId> {
    let value = object.get(key)?;
    findings.text(value, &object.at(key)).map(str::to_owned)
}

fn menu(findings: &mut Findings, object: Object<'_, '_>) -> Option<Menu> {
    let place = object.at("message");
    let message = findings.required(object, "message");
    let message = message.and_then(|value| Message::read(findings, value, &place));
    if message.as_ref().is_some_and(|message| !message.buttons.is_empty()) {
        findings.add(
            child(&place, "buttons"),
            "conflict",
            "cannot go with a menu, whose options are its buttons",
        );
    }
    let columns = object.get("columns").map_or(Some(1), |value| {
        let fits = |count: &usize| (1..=ROW_BUTTONS_MAX).contains(count);
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok()).filter(fits);
        if count.is_none() {
            findings.add(object.at("columns"), "out_of_range", format!("must be 1 to {ROW_BUTTONS_MAX}"));
        }
        count
    });
    let path = object.at("options");
    let items = findings.required(object, "options");
    let items = items.and_then(|value| findings.list(value, &path, MENU_OPTIONS_MAX))?;
    if items.is_empty() {
        findings.add(&path, "empty", "must hold at least one option; nobody could leave the menu");
    }
    let mut options: Vec<MenuOption> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = format!("{path}/{index}");
        let Some(option) = option(findings, item, &place) else { continue };
        if options.iter().any(|other| other.key == option.key) {
            findings.add(child(&place, "key"), "duplicate", format!("\"{}\" is used twice here", option.key));
        }
        options.push(option);
    }
    Some(Menu { message: message?, columns: columns?, options })
}

fn option(findings: &mut Findings, value: &Value, path: &str) -> Option<MenuOption> {
    let object = findings.object(value, path, &["key", "text", "add_tags", "remove_tags", "next"])?;
    let key = findings.required(object, "key").and_then(|key| findings.text(key, &object.at("key")));
    if key.is_some_and(|key| !is_key(key)) {
        findings.add(object.at("key"), "invalid_key", KEY_FORM);
    }
    let text = label(findings, object, "text");
    let (add_tags, remove_tags) = findings.tag_changes(object);
    let next = optional_edge(findings, object, "next");
    Some(MenuOption { key: key?.to_owned(), text: text?, add_tags, remove_tags, next })
}
