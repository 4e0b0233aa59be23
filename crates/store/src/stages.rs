//! The lifecycle stages of a workspace, in their order.

use domain::ids::{StageId, WorkspaceId};
use serde_json::Value;

use crate::sql::{json, params};
use crate::{ReadTx, Result, WriteTx};

/// A stage: the first whose expression matches is a person's.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    pub id: StageId,
    pub name: String,
    pub color: String,
    pub expression: Value,
}

/// The stages in order.
pub fn list(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<Stage>> {
    tx.rows(
        "SELECT id, name, color, expression FROM stages WHERE workspace_id = $1 ORDER BY position",
        params![workspace],
        |row| Ok(Stage { id: row.get(0)?, name: row.get(1)?, color: row.get(2)?, expression: json(row, 3)? }),
    )
}

/// The version of the rules as a whole.
pub fn version(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<i64> {
    let version =
        tx.row("SELECT stages_version FROM workspaces WHERE id = $1", params![workspace], |row| row.get(0))?;
    Ok(version.unwrap_or(0))
}

/// Replaces the rules. Stages without an id (0) get one. The version rises.
pub fn replace(tx: &WriteTx<'_>, workspace: WorkspaceId, stages: &[Stage]) -> Result<()> {
    tx.run("DELETE FROM stages WHERE workspace_id = $1", params![workspace])?;
    for (position, stage) in stages.iter().enumerate() {
        let id = if stage.id.0 == 0 { tx.next_id("stage")? } else { stage.id.0 };
        tx.run(
            "INSERT INTO stages (workspace_id, position, id, name, color, expression) VALUES ($1, $2, $3, $4, $5, $6)",
            params![
                workspace,
                position as i64,
                id,
                &stage.name,
                &stage.color,
                stage.expression.to_string().as_str()
            ],
        )?;
    }
    tx.run("UPDATE workspaces SET stages_version = stages_version + 1 WHERE id = $1", params![workspace])?;
    Ok(())
}
