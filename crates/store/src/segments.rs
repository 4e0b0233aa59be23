//! Saved expressions.

use domain::ids::{BotId, SegmentId, WorkspaceId};
use domain::naming::name_key;
use domain::time::Millis;
use serde_json::Value;

use crate::sql::{Row, json, params};
use crate::{ReadTx, Result, StoreError, WriteTx};

/// A segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub id: SegmentId,
    pub bot: BotId,
    pub name: String,
    pub description: String,
    pub expression: Value,
    /// Rises with every edit: who saves an older one is told.
    pub version: i64,
    pub created_at: Millis,
    pub updated_at: Millis,
}

const COLUMNS: &str = "id, bot_id, name, description, expression, version, created_at, updated_at";

fn read(row: &Row<'_>) -> Result<Segment> {
    Ok(Segment {
        id: row.get(0)?,
        bot: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        expression: json(row, 4)?,
        version: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

/// The segments of a workspace, of one bot where given, by name.
pub fn list(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: Option<BotId>) -> Result<Vec<Segment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM segments WHERE workspace_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR bot_id = $2) \
         ORDER BY name, id"
    );
    tx.rows(&sql, params![workspace, bot], read)
}

/// One segment.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, segment: SegmentId) -> Result<Option<Segment>> {
    let sql = format!("SELECT {COLUMNS} FROM segments WHERE workspace_id = $1 AND id = $2");
    tx.row(&sql, params![workspace, segment], read)
}

/// Refuses a name that another segment of the bot has in the normal form.
fn check_free(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    segment: &Segment,
    but: Option<SegmentId>,
) -> Result<()> {
    let key = name_key(&segment.name);
    let others = list(tx, workspace, Some(segment.bot))?;
    if others.iter().any(|other| Some(other.id) != but && name_key(&other.name) == key) {
        return Err(StoreError::Duplicate("a segment of this name"));
    }
    Ok(())
}

/// Adds a segment; its `id` and `version` are given here.
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the bot has one of this name.
pub fn insert(tx: &WriteTx<'_>, workspace: WorkspaceId, segment: &Segment) -> Result<SegmentId> {
    check_free(tx, workspace, segment, None)?;
    let id = tx.next_id("segment")?;
    tx.run_unique(
        "a segment of this name",
        "INSERT INTO segments (workspace_id, id, bot_id, name, description, expression, version, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)",
        params![
            workspace,
            id,
            segment.bot,
            &segment.name,
            &segment.description,
            segment.expression.to_string().as_str(),
            segment.created_at
        ],
    )?;
    Ok(SegmentId(id))
}

/// Writes a changed segment where its version is still the present one; false when it is not.
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the name is taken.
pub fn update(tx: &WriteTx<'_>, workspace: WorkspaceId, segment: &Segment) -> Result<bool> {
    let renamed = get(tx, workspace, segment.id)?.is_none_or(|before| before.name != segment.name);
    if renamed {
        check_free(tx, workspace, segment, Some(segment.id))?;
    }
    let changed = tx.run_unique(
        "a segment of this name",
        "UPDATE segments SET name = $4, description = $5, expression = $6, updated_at = $7, version = version + 1 \
         WHERE workspace_id = $1 AND id = $2 AND version = $3",
        params![
            workspace,
            segment.id,
            segment.version,
            &segment.name,
            &segment.description,
            segment.expression.to_string().as_str(),
            segment.updated_at
        ],
    )?;
    Ok(changed == 1)
}

/// Deletes a segment.
pub fn delete(tx: &WriteTx<'_>, workspace: WorkspaceId, segment: SegmentId) -> Result<bool> {
    let gone =
        tx.run("DELETE FROM segments WHERE workspace_id = $1 AND id = $2", params![workspace, segment])?;
    Ok(gone == 1)
}
