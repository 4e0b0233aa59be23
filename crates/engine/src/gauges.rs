//! Figures of every bot, for whoever watches the installation from outside. No names of people, no words.

use domain::bot::Status;
use domain::event::Outcome;
use domain::time::Millis;
use store::nodes::{self, Duty};
use store::outbox::{self, Lane};
use store::{ReadTx, bots, recipients};

use crate::Result;
use crate::nodes::held;

/// One bot's figures at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotGauges {
    pub username: String,
    pub running: bool,
    pub contacts: i64,
    pub events: i64,
    /// Updates that could not be taken in, ever.
    pub ingest_failed: i64,
    pub last_update_at: Option<Millis>,
    /// Telegram asked to wait until then.
    pub blocked_until: Option<Millis>,
    /// Messages outside campaigns that wait, by lane.
    pub waiting: [(&'static str, i64); 3],
    /// Recipients of all campaigns, by outcome.
    pub recipients: Vec<(Outcome, i64)>,
}

/// A node that is there, and how many bots it has each duty of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeGauges {
    pub name: String,
    pub taken_in_for: usize,
    pub sent_for: usize,
}

/// The nodes that share the database; none where it is one server's alone.
///
/// # Errors
/// The database failed.
pub fn nodes(tx: &ReadTx<'_>) -> Result<Vec<NodeGauges>> {
    let standing = nodes::standing(tx)?;
    let nodes = standing.nodes.iter().map(|node| NodeGauges {
        name: node.name.clone(),
        taken_in_for: held(&standing, node.id, Duty::Intake),
        sent_for: held(&standing, node.id, Duty::Sending),
    });
    Ok(nodes.collect())
}

/// Reads them in one snapshot.
///
/// # Errors
/// The database failed.
pub fn read(tx: &ReadTx<'_>) -> Result<Vec<BotGauges>> {
    let mut all = Vec::new();
    for bot in bots::all(tx)? {
        let waiting = |lane| outbox::count_waiting(tx, bot.id, lane);
        all.push(BotGauges {
            running: bot.status == Status::Running,
            contacts: bot.next_contact,
            events: bot.next_event - 1,
            ingest_failed: bot.ingest_failed,
            last_update_at: bot.last_update_at,
            blocked_until: bot.blocked_until,
            waiting: [
                (Lane::Agents.into_str(), waiting(Lane::Agents)?),
                (Lane::Flows.into_str(), waiting(Lane::Flows)?),
                (Lane::Tests.into_str(), waiting(Lane::Tests)?),
            ],
            recipients: recipients::totals(tx, bot.id)?,
            username: bot.username,
        });
    }
    Ok(all)
}
