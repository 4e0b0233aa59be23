//! Diversion links of a workspace.

use std::borrow::Cow;

use domain::ids::{BotId, FlowId, LinkId, WorkspaceId};
use domain::link::{LinkBot, Utm};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::sql::{Row, json, params};
use crate::{ReadTx, Result, StoreError, WriteTx};

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub id: LinkId,
    /// Never changes: people's sources name it.
    pub code: String,
    pub name: String,
    pub channel: String,
    pub utm: Utm,
    /// Names of the tags that a start applies.
    pub tags: Vec<String>,
    pub bots: Vec<LinkBot>,
    pub archived_at: Option<Millis>,
    pub created_at: Millis,
}

/// What a start does, as a message's press is written.
#[derive(Serialize, Deserialize)]
struct StoredEffects<'l> {
    #[serde(default)]
    add_tags: Cow<'l, [String]>,
}

#[derive(Serialize, Deserialize)]
struct StoredBot {
    bot_id: BotId,
    weight: i64,
    flow_id: Option<FlowId>,
}

const COLUMNS: &str = "id, code, name, channel, utm, effects, bots, archived_at, created_at";

fn read(row: &Row<'_>) -> Result<Link> {
    let bots: Vec<StoredBot> = json(row, 6)?;
    let bots = bots.into_iter().map(|b| LinkBot { bot: b.bot_id, weight: b.weight, flow: b.flow_id });
    let effects: StoredEffects<'_> = json(row, 5)?;
    Ok(Link {
        id: row.get(0)?,
        code: row.get(1)?,
        name: row.get(2)?,
        channel: row.get(3)?,
        utm: json(row, 4)?,
        tags: effects.add_tags.into_owned(),
        bots: bots.collect(),
        archived_at: row.get(7)?,
        created_at: row.get(8)?,
    })
}

/// The columns that are JSON: the defaults, the bots and the effects.
fn texts(link: &Link) -> Result<(String, String, String)> {
    let stored = |b: &LinkBot| StoredBot { bot_id: b.bot, weight: b.weight, flow_id: b.flow };
    let bots: Vec<StoredBot> = link.bots.iter().map(stored).collect();
    let text = |error: serde_json::Error| StoreError::Database(error.to_string());
    let effects = StoredEffects { add_tags: Cow::Borrowed(&link.tags) };
    let (utm, bots) = (serde_json::to_string(&link.utm), serde_json::to_string(&bots));
    Ok((utm.map_err(text)?, bots.map_err(text)?, serde_json::to_string(&effects).map_err(text)?))
}

/// The links of a workspace, latest first.
pub fn list(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<Link>> {
    let sql = format!("SELECT {COLUMNS} FROM links WHERE workspace_id = $1 ORDER BY id DESC");
    tx.rows(&sql, params![workspace], read)
}

/// One link.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, link: LinkId) -> Result<Option<Link>> {
    let sql = format!("SELECT {COLUMNS} FROM links WHERE workspace_id = $1 AND id = $2");
    tx.row(&sql, params![workspace, link], read)
}

/// The link of a code and its workspace: for the public address, which names no workspace.
pub fn by_code(tx: &ReadTx<'_>, code: &str) -> Result<Option<(WorkspaceId, Link)>> {
    let sql = format!("SELECT {COLUMNS}, workspace_id FROM links WHERE code = $1");
    tx.row(&sql, params![code], |row| Ok((row.get(9)?, read(row)?)))
}

/// A link by its code in whatever case: the one of exactly this code, else the oldest of those that differ in case alone.
pub fn by_code_in_any_case(tx: &ReadTx<'_>, code: &str) -> Result<Option<(WorkspaceId, Link)>> {
    let sql = format!(
        "SELECT {COLUMNS}, workspace_id FROM links WHERE LOWER(code) = LOWER($1) \
         ORDER BY CASE WHEN code = $1 THEN 0 ELSE 1 END, id LIMIT 1"
    );
    tx.row(&sql, params![code], |row| Ok((row.get(9)?, read(row)?)))
}

/// Adds a link; its id is given here.
///
/// # Errors
/// [`StoreError::Duplicate`] when the code is taken, in whatever workspace.
pub fn insert(tx: &WriteTx<'_>, workspace: WorkspaceId, link: &Link) -> Result<LinkId> {
    let id = LinkId(tx.next_id("link")?);
    let (utm, bots, effects) = texts(link)?;
    tx.run_unique(
        "a link of this code",
        "INSERT INTO links (workspace_id, id, code, name, channel, utm, effects, bots, archived_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            workspace,
            id,
            &link.code,
            &link.name,
            &link.channel,
            &utm,
            &effects,
            &bots,
            link.archived_at,
            link.created_at
        ],
    )?;
    Ok(id)
}

/// Writes everything but id and code.
pub fn update(tx: &WriteTx<'_>, workspace: WorkspaceId, link: &Link) -> Result<()> {
    let (utm, bots, effects) = texts(link)?;
    tx.run(
        "UPDATE links SET name = $3, channel = $4, utm = $5, effects = $6, bots = $7, archived_at = $8 \
         WHERE workspace_id = $1 AND id = $2",
        params![workspace, link.id, &link.name, &link.channel, &utm, &effects, &bots, link.archived_at],
    )?;
    Ok(())
}
