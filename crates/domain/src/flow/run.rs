//! One person's walk through a flow.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::FLOW_STEP_NODES_MAX;
use crate::message::Message;
use crate::naming::{name_key, search_fold, tidied};
use crate::time::Millis;

use super::{Graph, Menu, MenuOption, Node, NodeId, keyword_matches};

/// Where a person stands in a flow. It belongs to one version of the graph and must be stepped with that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub node: NodeId,
    pub waits: Wait,
    pub started_at: Millis,
    /// When it came to its node.
    pub moved_at: Millis,
    /// Nodes passed since the person last acted.
    passed: usize,
    /// Conditions met so far; the present one's id.
    checks: u32,
}

/// What a run stands still for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    Person,
    /// For the engine, within the same transaction.
    Check,
}

/// What comes to a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Begins a run, and ends one that is under way.
    Started(Start),
    /// A press on a menu of this graph, also on an older one.
    Pressed { node: NodeId, option: String },
    /// Free text. With a run it may name an option; without one it may hold a keyword.
    Text(String),
    /// The answer to a [`Check`].
    CheckAnswer { id: u32, matched: bool },
}

/// What began a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A command without its slash; the payload of `/start`. Begins at the start node that [`Graph::trigger_for`]
    /// names, and at the graph's own start where it names none.
    Command { name: String, payload: Option<String> },
    /// A button of a message, or the API: begins at the graph's own start.
    Direct,
}

/// What the engine has to do, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    RunStarted,
    /// The person came to a node.
    Reached {
        node: NodeId,
    },
    /// The person took an option of a menu.
    Chosen {
        node: NodeId,
        option: String,
    },
    AddTags(Vec<String>),
    RemoveTags(Vec<String>),
    /// A message; with a menu's buttons in rows, empty for any other node's message.
    Send {
        node: NodeId,
        message: Message,
        menu: Vec<Vec<MenuButton>>,
    },
    /// The team takes over.
    HandOver,
    /// The run is over; it is always the last of its run.
    Ended,
}

/// A button of a menu: what it says, and what [`Input::Pressed`] must bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuButton {
    pub node: NodeId,
    pub option: String,
    pub text: String,
}

/// A question to the one-contact evaluator, asked after the effects so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub id: u32,
    pub expression: Value,
}

/// What came of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `None` where no run is under way now.
    pub run: Option<Run>,
    pub effects: Vec<Effect>,
    /// To be answered with [`Input::CheckAnswer`] before anything else.
    pub check: Option<Check>,
    /// Whether the flow had a use for the input. A text that was not consumed is for the inbox.
    pub consumed: bool,
}

/// Takes one step: from an input to the next moment at which the person, or the evaluator, is waited for. It passes
/// at most [`FLOW_STEP_NODES_MAX`] nodes, check answers included.
pub fn step(graph: &Graph, run: Option<Run>, input: Input, now: Millis) -> Step {
    match &input {
        Input::Started(_) => {
            let node = graph.trigger_for(&input).map_or(graph.start(), |found| found.node);
            begin(graph, run.is_some(), node, now)
        }
        Input::Pressed { node, option } => match graph.option(node, option) {
            Some((_, option)) => choose(graph, run, node, option, now),
            None => untouched(run),
        },
        Input::Text(text) => match &run {
            Some(Run { node, waits: Wait::Person, .. }) => {
                let menu = graph.node(node);
                match menu.and_then(|menu| named_option(menu, text)) {
                    Some(option) => choose(graph, run.clone(), node, option, now),
                    None => untouched(run),
                }
            }
            Some(_) => untouched(run),
            None => match graph.trigger_for(&input) {
                Some(found) => begin(graph, false, found.node, now),
                None => untouched(None),
            },
        },
        Input::CheckAnswer { id, matched } => answered(graph, run, *id, *matched, now),
    }
}

fn untouched(run: Option<Run>) -> Step {
    Step { run, effects: Vec::new(), check: None, consumed: false }
}

fn begin(graph: &Graph, replaces: bool, node: &str, now: Millis) -> Step {
    let mut walk = Walk::new(graph, now, now, 0, 0);
    if replaces {
        walk.effects.push(Effect::Ended);
    }
    walk.effects.push(Effect::RunStarted);
    walk.go(Some(node))
}

fn choose(graph: &Graph, run: Option<Run>, node: &str, option: &MenuOption, now: Millis) -> Step {
    let (started_at, checks) = run.as_ref().map_or((now, 0), |run| (run.started_at, run.checks));
    let mut walk = Walk::new(graph, now, started_at, 0, checks);
    if run.is_none() {
        walk.effects.push(Effect::RunStarted);
    }
    walk.effects.push(Effect::Chosen { node: node.to_owned(), option: option.key.clone() });
    if !option.add_tags.is_empty() {
        walk.effects.push(Effect::AddTags(option.add_tags.clone()));
    }
    if !option.remove_tags.is_empty() {
        walk.effects.push(Effect::RemoveTags(option.remove_tags.clone()));
    }
    walk.go(option.next.as_deref())
}

fn answered(graph: &Graph, run: Option<Run>, id: u32, matched: bool, now: Millis) -> Step {
    let condition = run.as_ref().filter(|run| run.waits == Wait::Check && run.checks == id);
    let condition = condition.and_then(|run| Some((run, graph.node(&run.node)?)));
    let Some((at, Node::Condition { then, otherwise, .. })) = condition else { return untouched(run) };
    let walk = Walk::new(graph, now, at.started_at, at.passed, at.checks);
    walk.go(Some(if matched { then } else { otherwise }))
}

/// The option that a free text names: the one that it equals, or the only one whose text it holds.
fn named_option<'g>(node: &'g Node, text: &str) -> Option<&'g MenuOption> {
    let Node::Menu(menu) = node else { return None };
    let only = |is: &dyn Fn(&str) -> bool| {
        let mut found = menu.options.iter().filter(|option| is(&option.text));
        found.next().filter(|_| found.next().is_none())
    };
    let (named, folded) = (name_key(text), search_fold(&tidied(text)));
    // Two options may differ by an accent alone.
    menu.options
        .iter()
        .find(|option| name_key(&option.text) == named)
        .or_else(|| only(&|option| search_fold(&tidied(option)) == folded))
        .or_else(|| only(&|option| keyword_matches(option, text)))
}

/// A walk from node to node.
struct Walk<'g> {
    graph: &'g Graph,
    now: Millis,
    started_at: Millis,
    passed: usize,
    checks: u32,
    effects: Vec<Effect>,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g Graph, now: Millis, started_at: Millis, passed: usize, checks: u32) -> Self {
        Self { graph, now, started_at, passed, checks, effects: Vec::new() }
    }

    fn go(mut self, mut next: Option<&'g str>) -> Step {
        while let Some((id, node)) = next.and_then(|id| Some((id, self.graph.node(id)?))) {
            // A checked graph never comes to this; one that was changed from outside must not hang the engine.
            if self.passed == FLOW_STEP_NODES_MAX {
                break;
            }
            self.passed += 1;
            self.effects.push(Effect::Reached { node: id.to_owned() });
            next = match node {
                Node::Start { next, .. } => Some(next),
                Node::Message { message, next } => {
                    self.send(id, message, Vec::new());
                    next.as_deref()
                }
                Node::Menu(menu) => {
                    self.send(id, &menu.message, rows(id, menu));
                    return self.stop(id, Wait::Person, None);
                }
                Node::Condition { expression, .. } => {
                    self.checks = self.checks.wrapping_add(1);
                    let check = Check { id: self.checks, expression: expression.clone() };
                    return self.stop(id, Wait::Check, Some(check));
                }
                Node::Handover { message } => {
                    if let Some(message) = message {
                        self.send(id, message, Vec::new());
                    }
                    self.effects.push(Effect::HandOver);
                    None
                }
                Node::End => None,
            };
        }
        self.effects.push(Effect::Ended);
        Step { run: None, effects: self.effects, check: None, consumed: true }
    }

    fn send(&mut self, node: &str, message: &Message, menu: Vec<Vec<MenuButton>>) {
        self.effects.push(Effect::Send { node: node.to_owned(), message: message.clone(), menu });
    }

    fn stop(self, node: &str, waits: Wait, check: Option<Check>) -> Step {
        let Self { now, started_at, passed, checks, effects, .. } = self;
        let run = Run { node: node.to_owned(), waits, started_at, moved_at: now, passed, checks };
        Step { run: Some(run), effects, check, consumed: true }
    }
}

fn rows(node: &str, menu: &Menu) -> Vec<Vec<MenuButton>> {
    let button = |option: &MenuOption| MenuButton {
        node: node.to_owned(),
        option: option.key.clone(),
        text: option.text.clone(),
    };
    menu.options.chunks(menu.columns.max(1)).map(|row| row.iter().map(button).collect()).collect()
}
