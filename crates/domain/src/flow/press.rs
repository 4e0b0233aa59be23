//! A menu's button on the wire.

use crate::ids::FlowId;

use super::Graph;

/// What the button of a menu's option carries. Nodes and options are told by their places in their version of the
/// graph, so that it always fits Telegram's 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuPress {
    pub flow: FlowId,
    pub version: i64,
    /// The menu's place among the graph's nodes, ordered by id.
    pub node: u16,
    /// The option's place in its menu.
    pub option: u16,
}

impl MenuPress {
    /// For an option of a graph. `None` where the graph has no such option.
    pub fn new(graph: &Graph, flow: FlowId, version: i64, node: &str, option: &str) -> Option<Self> {
        let (menu, _) = graph.option(node, option)?;
        let node = graph.nodes().position(|(id, _)| id == node)?;
        let option = menu.options.iter().position(|other| other.key == option)?;
        Some(Self { flow, version, node: u16::try_from(node).ok()?, option: u16::try_from(option).ok()? })
    }

    /// The node's id and the option's key. `None` where the graph, which must be of the press's version, has none.
    pub fn resolve(self, graph: &Graph) -> Option<(String, String)> {
        let (id, node) = graph.nodes().nth(usize::from(self.node))?;
        let super::Node::Menu(menu) = node else { return None };
        let option = menu.options.get(usize::from(self.option))?;
        Some((id.to_owned(), option.key.clone()))
    }
}
