//! The servers of an installation (*nodes*), and which of them has which duty of which bot.
//!
//! A *hold* is a lease with a fencing number: it rises whenever the duty goes to anybody, so that whoever had it before
//! finds out inside the transaction in which it would have used it. Times are by the database's own clock, since the
//! nodes' clocks may differ.
//!
//! On SQLite a folder has one server at a time, so that a hold of another node is of a process that is gone.

use domain::ids::{BotId, NodeId};
use domain::time::{DAY_MS, Millis};

use crate::server::NODE_LOCK;
use crate::sql::{Row, params};
use crate::{ReadTx, Result, StoreError, WriteTx};

/// Nobody.
const NOBODY: NodeId = NodeId(0);
/// A node that was not seen for so long is forgotten.
const FORGOTTEN_MS: i64 = DAY_MS;

/// What a node can do for a bot. The numbers are those of the table.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::FromRepr,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[repr(u8)]
pub enum Duty {
    /// Polling it, or seeing to its webhook.
    Intake = 0,
    /// Sending its messages.
    Sending = 1,
}

/// A duty in the hands of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hold {
    pub bot: BotId,
    pub duty: Duty,
    pub node: NodeId,
    /// Rises each time the duty is taken.
    pub fence: i64,
}

/// A running server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub id: NodeId,
    /// What people call it.
    pub name: String,
    /// What it does, with spaces between: `web`, `intake`, `sender`.
    pub roles: String,
    pub started_at: Millis,
}

/// How duties and nodes stand at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The database's clock.
    pub now: Millis,
    /// Nodes that are there.
    pub nodes: Vec<Node>,
    pub holds: Vec<Standpoint>,
}

/// A hold as others see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standpoint {
    pub hold: Hold,
    /// Until then it is its node's, if that is there.
    pub held_until: Millis,
}

/// The database's clock.
fn now(tx: &ReadTx<'_>) -> Result<Millis> {
    let sql = if tx.is_postgres() {
        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
    } else {
        "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    };
    let now = tx.row(sql, &[], |row| row.get(0))?;
    now.ok_or_else(|| StoreError::Database("the database's clock does not answer".into()))
}

/// Whether the node's process is connected. One that was killed is not, at once; one that is only paused still is.
fn is_connected(tx: &ReadTx<'_>, node: NodeId) -> Result<bool> {
    if !tx.is_postgres() {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 \
               AND classid = CAST($1 AS OID) AND objid = CAST($2 AS OID) \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let found = tx.row(sql, params![i64::from(NODE_LOCK), node], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Who is there, and who has what.
pub fn standing(tx: &ReadTx<'_>) -> Result<Standing> {
    let now = now(tx)?;
    let seen = tx.rows(
        "SELECT id, name, roles, started_at FROM nodes WHERE seen_until > $1 ORDER BY id",
        params![now],
        |row| Ok(Node { id: row.get(0)?, name: row.get(1)?, roles: row.get(2)?, started_at: row.get(3)? }),
    )?;
    let mut nodes = Vec::with_capacity(seen.len());
    for node in seen {
        if is_connected(tx, node.id)? {
            nodes.push(node);
        }
    }
    let holds = tx.rows(
        "SELECT bot_id, duty, node, fence, held_until FROM holds ORDER BY bot_id, duty",
        &[],
        |row| Ok(Standpoint { hold: hold(row)?, held_until: row.get(4)? }),
    )?;
    Ok(Standing { now, nodes, holds })
}

fn hold(row: &Row<'_>) -> Result<Hold> {
    Ok(Hold { bot: row.get(0)?, duty: row.get(1)?, node: row.get(2)?, fence: row.get(3)? })
}

/// Says that a node is there, for `lease_ms` more, and with it all that it holds; what that is.
pub fn seen(tx: &WriteTx<'_>, node: &Node, lease_ms: i64) -> Result<Vec<Hold>> {
    let now = now(tx)?;
    let until = now + lease_ms;
    tx.run(
        "INSERT INTO nodes (id, name, roles, started_at, seen_until) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO UPDATE SET seen_until = excluded.seen_until",
        params![node.id, &node.name, &node.roles, node.started_at, until],
    )?;
    tx.run("DELETE FROM nodes WHERE seen_until < $1", params![now - FORGOTTEN_MS])?;
    tx.run("UPDATE holds SET held_until = $2 WHERE node = $1", params![node.id, until])?;
    tx.rows(
        "SELECT bot_id, duty, node, fence FROM holds WHERE node = $1 ORDER BY bot_id, duty",
        params![node.id],
        hold,
    )
}

/// Says that a node goes. What it held is anybody's.
pub fn leave(tx: &WriteTx<'_>, node: NodeId) -> Result<()> {
    let now = now(tx)?;
    tx.run("UPDATE holds SET node = $2, held_until = $3 WHERE node = $1", params![node, NOBODY, now])?;
    tx.run("DELETE FROM nodes WHERE id = $1", params![node])?;
    Ok(())
}

/// Takes a duty for `lease_ms`; nothing while another node that is there has it.
pub fn take(tx: &WriteTx<'_>, bot: BotId, duty: Duty, node: NodeId, lease_ms: i64) -> Result<Option<Hold>> {
    let now = now(tx)?;
    let before: Option<(NodeId, i64, Millis)> = tx.row(
        "SELECT node, fence, held_until FROM holds WHERE bot_id = $1 AND duty = $2",
        params![bot, duty],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let fence = before.map_or(1, |(_, fence, _)| fence + 1);
    if let Some((holder, _, until)) = before
        && ![node, NOBODY].contains(&holder)
        && until > now
        && is_connected(tx, holder)?
    {
        return Ok(None);
    }
    tx.run(
        "INSERT INTO holds (bot_id, duty, node, fence, held_until) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (bot_id, duty) DO UPDATE SET node = excluded.node, fence = excluded.fence, \
         held_until = excluded.held_until",
        params![bot, duty, node, fence, now + lease_ms],
    )?;
    Ok(Some(Hold { bot, duty, node, fence }))
}

/// Gives a duty back, if it is still held so.
pub fn release(tx: &WriteTx<'_>, hold: &Hold) -> Result<()> {
    let now = now(tx)?;
    tx.run(
        "UPDATE holds SET node = $5, held_until = $6 \
         WHERE bot_id = $1 AND duty = $2 AND node = $3 AND fence = $4",
        params![hold.bot, hold.duty, hold.node, hold.fence, NOBODY, now],
    )?;
    Ok(())
}

/// Whether nobody took the duty since: to be asked in the transaction that uses it. That its time is over does not
/// matter until somebody did.
pub fn stands(tx: &ReadTx<'_>, hold: &Hold) -> Result<bool> {
    let found = tx.row(
        "SELECT 1 FROM holds WHERE bot_id = $1 AND duty = $2 AND node = $3 AND fence = $4",
        params![hold.bot, hold.duty, hold.node, hold.fence],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}
