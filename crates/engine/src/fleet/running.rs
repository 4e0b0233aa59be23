//! The parts of a bot's work that run on this node.

use domain::ids::BotId;
use store::bots::Bot;
use store::nodes::{Duty, Hold, Standing};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::nodes::{Role, ThisNode};

/// One part of a bot's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Work {
    /// Keeps the index and the live feed level with the log: on every node with a console.
    Following,
    /// On the one node that holds [`Duty::Intake`].
    Receiving,
    /// On the one node that holds [`Duty::Sending`].
    Sending,
}

impl Work {
    pub const ALL: [Self; 3] = [Self::Following, Self::Receiving, Self::Sending];

    pub fn name(self) -> &'static str {
        match self {
            Self::Following => "follower",
            Self::Receiving => "reception",
            Self::Sending => "courier",
        }
    }

    /// Whether this node should do it, as things stand.
    pub fn is_wanted(self, node: &ThisNode, bot: BotId, standing: &Standing) -> bool {
        match self {
            Self::Following => node.is(Role::Web),
            Self::Receiving => node.is_chosen(bot, Duty::Intake, standing),
            Self::Sending => node.is_chosen(bot, Duty::Sending, standing),
        }
    }
}

/// Work that runs, and what it was started with.
pub(super) struct Running {
    token_sealed: Vec<u8>,
    bulk_per_second: Option<i64>,
    /// The duty that it is done by; none is needed to follow.
    pub hold: Option<Hold>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub fn new(bot: &Bot, hold: Option<Hold>, stop: CancellationToken, task: JoinHandle<()>) -> Self {
        let (token_sealed, bulk_per_second) = (bot.token_sealed.clone(), bot.bulk_per_second);
        Self { token_sealed, bulk_per_second, hold, stop, task }
    }

    /// Whether it may go on for a bot that runs, as things stand.
    pub fn fits(&self, bot: &Bot, standing: &Standing) -> bool {
        bot.token_sealed == self.token_sealed
            && bot.bulk_per_second == self.bulk_per_second
            && self.hold.is_none_or(|hold| standing.holds.iter().any(|point| point.hold == hold))
    }

    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Asks it to end. It may take a while: calls in flight end first.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub async fn end(self) {
        self.stop.cancel();
        // A task that panicked said so where it did.
        let _ = self.task.await;
    }
}
