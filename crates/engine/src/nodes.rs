//! The servers of an installation: what each of them does, and which one sees to which bot.
//!
//! Every node works out the same answer from the same rows, so nobody has to be asked, and a bot moves when a node
//! comes or goes. That two never act on different answers at once is the holds' business (`store::nodes`).

use std::collections::BTreeSet;

use domain::ids::{BotId, NodeId};
use domain::named::Named;
use domain::time::Millis;
use store::nodes::{Duty, Node, Standing};

/// How long a node is believed to be there after it was last heard of, and keeps what it holds.
pub const HOLD_MS: i64 = 15_000;
/// How often a node says that it is there.
pub const RENEW_MS: i64 = HOLD_MS / 3;

/// A part of the work that a node does, named as in the configuration.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Role {
    /// Console, API, webhooks, links and clicks.
    Web,
    /// Polls bots, or sees to their webhooks.
    Intake,
    /// Sends messages.
    Sender,
}

impl Role {
    /// Whether a node has it.
    pub fn is_of(self, node: &Node) -> bool {
        node.roles.split(' ').any(|name| name == self.into_str())
    }

    fn of(duty: Duty) -> Self {
        match duty {
            Duty::Intake => Self::Intake,
            Duty::Sending => Self::Sender,
        }
    }
}

/// This process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThisNode {
    pub id: NodeId,
    pub name: String,
    pub roles: BTreeSet<Role>,
}

impl ThisNode {
    /// A process that does everything.
    pub fn with_all_roles(name: impl Into<String>) -> Self {
        Self::new(name, Role::ALL.iter().copied())
    }

    /// A process with some roles. Its id is drawn, so that one that was killed and started again is another.
    pub fn new(name: impl Into<String>, roles: impl IntoIterator<Item = Role>) -> Self {
        let id = NodeId(rand::random_range(1..i64::from(i32::MAX)));
        Self { id, name: name.into(), roles: roles.into_iter().collect() }
    }

    /// Whether it has a role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// As the others see it.
    pub fn row(&self, started_at: Millis) -> Node {
        let roles: Vec<_> = self.roles.iter().map(|role| role.into_str()).collect();
        Node { id: self.id, name: self.name.clone(), roles: roles.join(" "), started_at }
    }

    /// Whether a bot's duty should be this node's, as things stand.
    pub fn is_chosen(&self, bot: BotId, duty: Duty, standing: &Standing) -> bool {
        let role = Role::of(duty);
        if !self.is(role) {
            return false;
        }
        let able = standing.nodes.iter().filter(|node| role.is_of(node)).map(|node| node.id);
        // A folder's one server, or a node that just woke up, is not among those who are there.
        let chosen = able.chain([self.id]).max_by_key(|node| (weight(*node, bot, duty), node.0));
        chosen == Some(self.id)
    }
}

/// How many bots a node has a duty of.
pub fn held(standing: &Standing, node: NodeId, duty: Duty) -> usize {
    standing.holds.iter().filter(|point| point.hold.node == node && point.hold.duty == duty).count()
}

/// Rendezvous hashing (Thaler and Ravishankar, 1998): the node with the highest weight has the duty, so that one that
/// comes or goes moves no bot but its own.
fn weight(node: NodeId, bot: BotId, duty: Duty) -> u64 {
    [node.0, bot.0, duty as i64].into_iter().fold(0, |state, part| mixed(state ^ part.cast_unsigned()))
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the input moves every bit of the output.
fn mixed(input: u64) -> u64 {
    let state = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(nodes: &[&ThisNode]) -> Standing {
        Standing { nodes: nodes.iter().map(|node| node.row(0)).collect(), ..Standing::default() }
    }

    fn chosen(nodes: &[&ThisNode], duty: Duty) -> Vec<Vec<i64>> {
        let standing = standing(nodes);
        let of = |node: &&ThisNode| {
            (1..=1_000).filter(|bot| node.is_chosen(BotId(*bot), duty, &standing)).collect()
        };
        nodes.iter().map(of).collect()
    }

    #[test]
    fn every_bot_has_one_node_and_a_node_that_goes_moves_only_its_own() {
        let nodes: Vec<_> = (0..3).map(|n| ThisNode::with_all_roles(n.to_string())).collect();
        let all: Vec<_> = nodes.iter().collect();
        let before = chosen(&all, Duty::Sending);
        let mut bots: Vec<_> = before.iter().flatten().copied().collect();
        bots.sort_unstable();
        assert_eq!(bots, (1..=1_000).collect::<Vec<_>>());
        // A third each, within five standard deviations of a fair draw.
        assert!(before.iter().all(|bots| (258..=408).contains(&bots.len())), "{before:?}");
        let after = chosen(&all[..2], Duty::Sending);
        for (before, after) in before.iter().zip(&after) {
            assert!(before.iter().all(|bot| after.contains(bot)), "a bot moved between nodes that stayed");
        }
    }

    #[test]
    fn a_duty_is_for_those_who_have_the_role() {
        let web = ThisNode::new("web", [Role::Web]);
        let sender = ThisNode::new("sender", [Role::Sender]);
        let sending = chosen(&[&web, &sender], Duty::Sending);
        assert_eq!((sending[0].len(), sending[1].len()), (0, 1_000));
        let intake = chosen(&[&web, &sender], Duty::Intake);
        assert_eq!((intake[0].len(), intake[1].len()), (0, 0), "nobody takes it in");
        assert!(sender.is_chosen(BotId(1), Duty::Sending, &Standing::default()), "alone");
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(*role));
        }
        assert_eq!(Role::from_name("all"), None);
    }
}
