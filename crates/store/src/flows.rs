//! Command flows: drafts, published versions, runs and their counts.

use std::collections::BTreeMap;

use domain::flow::Status;
use domain::ids::{BotId, ContactNumber, FlowId};
use domain::time::Millis;
use serde_json::Value;

use crate::sql::{Row, json, params};
use crate::{ReadTx, Result, WriteTx};

/// A flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    pub id: FlowId,
    pub name: String,
    pub status: Status,
    pub draft: Value,
    pub published_version: Option<i64>,
    /// Rises with every edit: who saves an older one is told.
    pub edit_version: i64,
    pub created_at: Millis,
    pub updated_at: Millis,
}

const COLUMNS: &str = "id, name, status, draft, published_version, edit_version, created_at, updated_at";

fn read(row: &Row<'_>) -> Result<Flow> {
    Ok(Flow {
        id: row.get(0)?,
        name: row.get(1)?,
        status: row.get(2)?,
        draft: json(row, 3)?,
        published_version: row.get(4)?,
        edit_version: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

/// The flows of a bot, oldest first.
pub fn list(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Flow>> {
    tx.rows(&format!("SELECT {COLUMNS} FROM flows WHERE bot_id = $1 ORDER BY id"), params![bot], read)
}

/// One flow.
pub fn get(tx: &ReadTx<'_>, bot: BotId, flow: FlowId) -> Result<Option<Flow>> {
    let sql = format!("SELECT {COLUMNS} FROM flows WHERE bot_id = $1 AND id = $2");
    tx.row(&sql, params![bot, flow], read)
}

/// The bot of a flow: for callers that know the flow alone and check the bot's workspace next.
pub fn bot_of(tx: &ReadTx<'_>, flow: FlowId) -> Result<Option<BotId>> {
    tx.row("SELECT bot_id FROM flows WHERE id = $1", params![flow], |row| row.get(0))
}

/// Adds a draft.
pub fn insert(tx: &WriteTx<'_>, bot: BotId, name: &str, draft: &Value, now: Millis) -> Result<FlowId> {
    let id = tx.next_id("flow")?;
    tx.run(
        "INSERT INTO flows (bot_id, id, name, status, draft, edit_version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $6)",
        params![bot, id, name, Status::Draft, draft.to_string().as_str(), now],
    )?;
    Ok(FlowId(id))
}

/// Writes name and draft where the edit version is still the present one; false when it is not.
pub fn update_draft(tx: &WriteTx<'_>, bot: BotId, flow: &Flow, now: Millis) -> Result<bool> {
    let changed = tx.run(
        "UPDATE flows SET name = $4, draft = $5, edit_version = edit_version + 1, updated_at = $6 \
         WHERE bot_id = $1 AND id = $2 AND edit_version = $3",
        params![bot, flow.id, flow.edit_version, &flow.name, flow.draft.to_string().as_str(), now],
    )?;
    Ok(changed == 1)
}

/// Makes the draft the next version and runs it.
pub fn publish(tx: &WriteTx<'_>, bot: BotId, flow: &Flow, now: Millis) -> Result<i64> {
    let version = flow.published_version.unwrap_or(0) + 1;
    tx.run(
        "INSERT INTO flow_versions (bot_id, flow_id, version, graph, published_at) VALUES ($1, $2, $3, $4, $5)",
        params![bot, flow.id, version, flow.draft.to_string().as_str(), now],
    )?;
    tx.run(
        "UPDATE flows SET status = $5, published_version = $3, updated_at = $4 WHERE bot_id = $1 AND id = $2",
        params![bot, flow.id, version, now, Status::Published],
    )?;
    Ok(version)
}

/// Stops a flow: nobody starts it any more, runs end with their next step.
pub fn stop(tx: &WriteTx<'_>, bot: BotId, flow: FlowId, now: Millis) -> Result<()> {
    tx.run(
        "UPDATE flows SET status = $3, updated_at = $4 WHERE bot_id = $1 AND id = $2",
        params![bot, flow, Status::Stopped, now],
    )?;
    Ok(())
}

/// A published version's graph.
pub fn version(tx: &ReadTx<'_>, bot: BotId, flow: FlowId, version: i64) -> Result<Option<Value>> {
    tx.row(
        "SELECT graph FROM flow_versions WHERE bot_id = $1 AND flow_id = $2 AND version = $3",
        params![bot, flow, version],
        |row| json(row, 0),
    )
}

/// A published version's graph, as it is stored.
pub fn version_text(tx: &ReadTx<'_>, bot: BotId, flow: FlowId, version: i64) -> Result<Option<String>> {
    tx.row(
        "SELECT graph FROM flow_versions WHERE bot_id = $1 AND flow_id = $2 AND version = $3",
        params![bot, flow, version],
        |row| row.get(0),
    )
}

/// A flow that runs, with the graph of its present version as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub flow: FlowId,
    pub name: String,
    pub version: i64,
    pub graph: String,
}

/// The flows that run, oldest first.
pub fn published(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Published>> {
    tx.rows(
        "SELECT f.id, f.name, v.version, v.graph FROM flows f JOIN flow_versions v ON v.bot_id = f.bot_id \
         AND v.flow_id = f.id AND v.version = f.published_version \
         WHERE f.bot_id = $1 AND f.status = $2 ORDER BY f.id",
        params![bot, Status::Published],
        |row| {
            Ok(Published { flow: row.get(0)?, name: row.get(1)?, version: row.get(2)?, graph: row.get(3)? })
        },
    )
}

/// Puts another text of the same graph in a version's place: after a tag was renamed.
pub fn rewrite_version(
    tx: &WriteTx<'_>,
    bot: BotId,
    flow: FlowId,
    version: i64,
    graph: &Value,
) -> Result<()> {
    tx.run(
        "UPDATE flow_versions SET graph = $4 WHERE bot_id = $1 AND flow_id = $2 AND version = $3",
        params![bot, flow, version, graph.to_string().as_str()],
    )?;
    Ok(())
}

/// All versions, latest first: version, time, graph.
pub fn versions(tx: &ReadTx<'_>, bot: BotId, flow: FlowId) -> Result<Vec<(i64, Millis, Value)>> {
    tx.rows(
        "SELECT version, published_at, graph FROM flow_versions WHERE bot_id = $1 AND flow_id = $2 \
         ORDER BY version DESC",
        params![bot, flow],
        |row| Ok((row.get(0)?, row.get(1)?, json(row, 2)?)),
    )
}

/// Where a person stands in a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    pub flow: FlowId,
    pub version: i64,
    pub run: Value,
    pub started_at: Millis,
}

/// The run of one person.
pub fn run_of(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber) -> Result<Option<StoredRun>> {
    tx.row(
        "SELECT flow_id, version, run, started_at FROM flow_runs WHERE bot_id = $1 AND contact = $2",
        params![bot, contact],
        |row| {
            Ok(StoredRun {
                flow: row.get(0)?,
                version: row.get(1)?,
                run: json(row, 2)?,
                started_at: row.get(3)?,
            })
        },
    )
}

/// Writes where a person stands, in place of any other run.
pub fn put_run(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    run: &StoredRun,
    now: Millis,
) -> Result<()> {
    tx.run(
        "INSERT INTO flow_runs (bot_id, contact, flow_id, version, run, started_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (bot_id, contact) DO UPDATE SET \
         flow_id = excluded.flow_id, version = excluded.version, run = excluded.run, \
         started_at = excluded.started_at, updated_at = excluded.updated_at",
        params![bot, contact, run.flow, run.version, run.run.to_string().as_str(), run.started_at, now],
    )?;
    Ok(())
}

/// Ends a person's run.
pub fn end_run(tx: &WriteTx<'_>, bot: BotId, contact: ContactNumber) -> Result<()> {
    tx.run("DELETE FROM flow_runs WHERE bot_id = $1 AND contact = $2", params![bot, contact])?;
    Ok(())
}

/// The versions of a flow in which people stand now.
pub fn versions_in_use(tx: &ReadTx<'_>, bot: BotId, flow: FlowId) -> Result<Vec<i64>> {
    tx.rows(
        "SELECT DISTINCT version FROM flow_runs WHERE bot_id = $1 AND flow_id = $2 ORDER BY version",
        params![bot, flow],
        |row| row.get(0),
    )
}

/// People who stand in a flow now.
pub fn active_runs(tx: &ReadTx<'_>, bot: BotId, flow: FlowId) -> Result<i64> {
    let count = tx.row(
        "SELECT COUNT(*) FROM flow_runs WHERE bot_id = $1 AND flow_id = $2",
        params![bot, flow],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Adds one to a named count of a flow.
pub fn count_up(tx: &WriteTx<'_>, bot: BotId, flow: FlowId, name: &str) -> Result<()> {
    tx.run(
        "INSERT INTO flow_counts (bot_id, flow_id, name, count) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (bot_id, flow_id, name) DO UPDATE SET count = flow_counts.count + 1",
        params![bot, flow, name],
    )?;
    Ok(())
}

/// The named counts of a flow.
pub fn counts(tx: &ReadTx<'_>, bot: BotId, flow: FlowId) -> Result<BTreeMap<String, i64>> {
    let rows = tx.rows(
        "SELECT name, count FROM flow_counts WHERE bot_id = $1 AND flow_id = $2",
        params![bot, flow],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}
