//! Checks that concern a graph as a whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits::FLOW_STEP_NODES_MAX;
use crate::message::Findings;

use super::{Graph, Node, Trigger};

/// Adds every fault to `findings`, beside the node that it is about.
pub(super) fn check(findings: &mut Findings, graph: &Graph) {
    edges(findings, graph);
    starts(findings, graph);
    if findings.errors.is_empty() {
        reach(findings, graph);
        endless(findings, graph);
    }
}

fn edges(findings: &mut Findings, graph: &Graph) {
    for (id, node) in graph.nodes() {
        for (field, next) in node.edges() {
            if graph.node(next).is_none() {
                findings.add(
                    format!("/nodes/{id}/{field}"),
                    "unknown_node",
                    format!("no node is named \"{next}\""),
                );
            }
        }
    }
}

fn starts(findings: &mut Findings, graph: &Graph) {
    if !matches!(graph.node(graph.start()), Some(Node::Start { .. })) {
        findings.add("/start", "unknown_node", "must name a node of type start");
    }
    let mut seen: BTreeMap<&Trigger, &str> = BTreeMap::new();
    for (id, node) in graph.nodes() {
        let Node::Start { triggers, .. } = node else { continue };
        for (index, trigger) in triggers.iter().enumerate() {
            if let Some(other) = seen.insert(trigger, id) {
                let message = format!("begins at \"{other}\" already");
                findings.add(format!("/nodes/{id}/triggers/{index}"), "duplicate_trigger", message);
            }
        }
    }
}

/// Every node can be come to from a start that can begin.
fn reach(findings: &mut Findings, graph: &Graph) {
    let begins = |id: &str, node: &Node| match node {
        Node::Start { triggers, .. } => id == graph.start() || !triggers.is_empty(),
        _ => false,
    };
    let mut open: Vec<&str> = graph.nodes().filter(|(id, node)| begins(id, node)).map(|(id, _)| id).collect();
    let mut reached: BTreeSet<&str> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        let edges = graph.node(id).map(Node::edges).unwrap_or_default();
        open.extend(edges.into_iter().map(|(_, next)| next).filter(|next| reached.insert(next)));
    }
    for (id, _) in graph.nodes().filter(|(id, _)| !reached.contains(id)) {
        findings.add(format!("/nodes/{id}"), "unreachable", "nothing leads here");
    }
}

/// No walk between two moments at which the person is waited for is longer than a step may be; a loop would be
/// endless. Nodes are taken away from the end: a node is done when all that it leads to without waiting is done.
fn endless(findings: &mut Findings, graph: &Graph) {
    let mut longest: BTreeMap<&str, usize> = BTreeMap::new();
    let mut open: Vec<(&str, &Node)> = graph.nodes().collect();
    loop {
        let before = open.len();
        open.retain(|(id, node)| {
            let edges = if node.waits() { Vec::new() } else { node.edges() };
            let lengths: Option<Vec<usize>> =
                edges.iter().map(|(_, next)| longest.get(next).copied()).collect();
            let Some(lengths) = lengths else { return true };
            longest.insert(id, 1 + lengths.into_iter().max().unwrap_or(0));
            false
        });
        if open.len() == before {
            break;
        }
    }
    for (id, _) in &open {
        let message = "is in, or leads into, a loop that never waits for the person; put a menu into it";
        findings.add(format!("/nodes/{id}"), "endless_loop", message);
    }
    for (id, _) in longest.iter().filter(|(_, length)| **length > FLOW_STEP_NODES_MAX) {
        let message =
            format!("leads through more than {FLOW_STEP_NODES_MAX} nodes without waiting for the person");
        findings.add(format!("/nodes/{id}"), "too_long", message);
    }
}
