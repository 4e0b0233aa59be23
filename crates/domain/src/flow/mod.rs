//! Command flows: graphs of nodes that a bot walks through with a person.
//!
//! A [`Graph`] is read strictly and checked as a whole: every node can be reached, every edge leads somewhere, and
//! **no** walk goes on for ever without waiting for the person. Walking is pure: [`step`] takes a run
//! and an input and gives the next run and its effects; the engine carries them out.

mod document;
mod mentions;
mod press;
mod run;
mod soundness;
#[cfg(test)]
mod tests;
mod trigger;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::field_error::FieldError;
use crate::message::{Findings, Message};

pub use press::MenuPress;
pub use run::{Check, Effect, Input, MenuButton, Run, Start, Step, Wait, step};
pub use trigger::{Trigger, TriggerMatch, is_payload, keyword_matches};

/// Whether people can begin a flow.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Status {
    /// Was never published.
    Draft,
    Published,
    /// Nobody begins it any more.
    Stopped,
}

/// A node's id, unique within its graph.
pub type NodeId = String;

/// A node's id or an option's key, in bytes: letters, digits, `_` and `-`.
pub const KEY_BYTES_MAX: usize = 64;
/// Options of one menu.
pub const MENU_OPTIONS_MAX: usize = crate::message::limits::BUTTONS_MAX;
/// Triggers of one start.
pub const TRIGGERS_MAX: usize = 50;
/// A keyword, in characters.
pub const KEYWORD_CHARS_MAX: usize = 64;

/// A graph that was checked as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    nodes: BTreeMap<NodeId, Node>,
    start: NodeId,
}

/// One node.
#[derive(Debug, Clone, PartialEq, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(NodeKind),
    doc = "The kinds of nodes.",
    derive(strum::IntoStaticStr, strum::VariantArray),
    strum(serialize_all = "snake_case", const_into_str)
)]
pub enum Node {
    /// Where a run begins.
    Start { triggers: Vec<Trigger>, next: NodeId },
    /// Says something and goes on.
    Message { message: Message, next: Option<NodeId> },
    /// Asks, and waits for a press.
    Menu(Menu),
    /// Goes one of two ways. The expression is read by whoever evaluates it.
    Condition { expression: Value, then: NodeId, otherwise: NodeId },
    /// Gives the person to the team, and ends.
    Handover { message: Option<Message> },
    /// Ends.
    End,
}

/// A question with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Menu {
    /// Without buttons of its own.
    pub message: Message,
    /// Options side by side.
    pub columns: usize,
    pub options: Vec<MenuOption>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct MenuOption {
    /// Unique within its menu; it outlives a change of the text.
    pub key: String,
    pub text: String,
    pub add_tags: Vec<String>,
    pub remove_tags: Vec<String>,
    /// `None` ends the run.
    pub next: Option<NodeId>,
}

impl Graph {
    /// Reads a graph strictly and checks it as a whole.
    ///
    /// # Errors
    /// Every fault with the path of its field. What concerns the whole (an unreachable node, a loop) is told once
    /// the parts are sound.
    pub fn parse(value: &Value) -> Result<Self, Vec<FieldError>> {
        Self::read(Findings::default(), value)
    }

    /// Reads a graph that [`Self::parse`] accepted when it was stored, perhaps long ago: what is asked of the names of
    /// tags since then is mended in place of refused.
    ///
    /// # Errors
    /// As [`Self::parse`]: the row was changed from outside.
    pub fn parse_stored(value: &Value) -> Result<Self, Vec<FieldError>> {
        Self::read(Findings::of_stored(), value)
    }

    fn read(mut findings: Findings, value: &Value) -> Result<Self, Vec<FieldError>> {
        let graph = document::read(&mut findings, value);
        if let Some(graph) = graph.as_ref().filter(|_| findings.errors.is_empty()) {
            soundness::check(&mut findings, graph);
        }
        findings.finish(graph)
    }

    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// All nodes in the order of their ids.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(id, node)| (id.as_str(), node))
    }

    /// Where a run begins that no trigger started, such as one that a button of a message started.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// A menu and one of its options.
    pub fn option(&self, node: &str, key: &str) -> Option<(&Menu, &MenuOption)> {
        let Some(Node::Menu(menu)) = self.nodes.get(node) else { return None };
        menu.options.iter().find(|option| option.key == key).map(|option| (menu, option))
    }

    /// Every message with its node, menus' and handovers' included.
    pub fn messages(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.nodes().filter_map(|(id, node)| match node {
            Node::Message { message, .. } | Node::Handover { message: Some(message) } => Some((id, message)),
            Node::Menu(menu) => Some((id, &menu.message)),
            _ => None,
        })
    }

    /// Every condition's expression with the path of its field, for whoever checks them on publishing.
    pub fn expressions(&self) -> impl Iterator<Item = (String, &Value)> {
        self.nodes().filter_map(|(id, node)| match node {
            Node::Condition { expression, .. } => Some((format!("/nodes/{id}/expression"), expression)),
            _ => None,
        })
    }

    /// Names of all tags that options and messages mention: publishing creates them. Those of conditions are not
    /// among them.
    pub fn tags(&self) -> BTreeSet<&str> {
        let menus = self.nodes.values().filter_map(|node| match node {
            Node::Menu(menu) => Some(menu),
            _ => None,
        });
        let options = menus.flat_map(|menu| &menu.options);
        let names = options.flat_map(|option| option.add_tags.iter().chain(&option.remove_tags));
        names.map(String::as_str).chain(self.messages().flat_map(|(_, message)| message.tags())).collect()
    }
}

impl Node {
    /// Reads one node of a stored graph by itself.
    ///
    /// # Errors
    /// Every fault, each with the path of its field from the node.
    pub(crate) fn parse_stored(value: &Value) -> Result<Self, Vec<FieldError>> {
        let mut findings = Findings::of_stored();
        let node = document::node(&mut findings, value, "");
        findings.finish(node)
    }

    /// The nodes that it leads to, each with the last part of its field's path.
    fn edges(&self) -> Vec<(String, &str)> {
        match self {
            Self::Start { next, .. } | Self::Message { next: Some(next), .. } => {
                vec![("next".into(), next.as_str())]
            }
            Self::Condition { then, otherwise, .. } => {
                vec![("then".into(), then.as_str()), ("else".into(), otherwise.as_str())]
            }
            Self::Menu(menu) => {
                let options = menu.options.iter().enumerate();
                options
                    .filter_map(|(at, option)| Some((format!("options/{at}/next"), option.next.as_deref()?)))
                    .collect()
            }
            Self::Message { next: None, .. } | Self::Handover { .. } | Self::End => Vec::new(),
        }
    }

    /// Stands still until the person acts.
    fn waits(&self) -> bool {
        matches!(self, Self::Menu(_))
    }
}
