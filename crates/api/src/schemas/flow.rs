//! Graphs of flows.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::expression::Expression;
use super::message::Message;

/// What a bot walks through with a person.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowGraph {
    /// By id: 1 to 64 letters, digits, `_` and `-`.
    pub nodes: BTreeMap<String, FlowNode>,
    /// The id of the node where a run begins that no trigger started.
    pub start: String,
}

/// One step.
#[derive(ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FlowNode {
    /// Where a run begins.
    Start {
        triggers: Option<Vec<FlowTrigger>>,
        next: String,
        position: Option<NodePosition>,
    },
    /// Says something and goes on.
    Message {
        message: Message,
        /// Null ends the run.
        next: Option<String>,
        position: Option<NodePosition>,
    },
    /// Asks, and waits for a press.
    Menu {
        /// Without buttons of its own.
        message: Message,
        /// Options side by side; 1 unless told.
        columns: Option<u32>,
        options: Vec<MenuOption>,
        position: Option<NodePosition>,
    },
    /// Goes one of two ways.
    Condition {
        expression: Expression,
        then: String,
        r#else: String,
        position: Option<NodePosition>,
    },
    /// Gives the person to the team, and ends.
    Handover {
        message: Option<Message>,
        position: Option<NodePosition>,
    },
    End {
        position: Option<NodePosition>,
    },
}

/// Where an editor draws the node.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodePosition {
    pub x: f64,
    pub y: f64,
}

/// What begins a run: exactly one of the three.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowTrigger {
    /// Without its slash.
    Command(String),
    /// What a deep link carries to `/start`.
    Payload(String),
    /// A word or phrase in what the person writes.
    Keyword(String),
}

/// One answer of a menu.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuOption {
    /// Unique within its menu.
    pub key: String,
    pub text: String,
    pub add_tags: Option<Vec<String>>,
    pub remove_tags: Option<Vec<String>>,
    /// Null ends the run.
    pub next: Option<String>,
}
