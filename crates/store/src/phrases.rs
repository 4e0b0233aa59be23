//! What a workspace's bots understand and say by themselves.

use domain::ids::{MemberId, WorkspaceId};
use domain::time::Millis;

use crate::sql::params;
use crate::{ReadTx, Result, WriteTx};

/// What a workspace has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// As [`domain::phrases::Phrases::to_json`] writes them.
    pub value: String,
    /// Rises with every change.
    pub version: i64,
    pub changed_at: Millis,
    /// `None` is a program with a token.
    pub changed_by: Option<MemberId>,
}

/// What a workspace has decided; `None` is nobody's decision: the defaults.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Option<Decision>> {
    tx.row(
        "SELECT value, version, changed_at, changed_by FROM phrases WHERE workspace_id = $1",
        params![workspace],
        |row| {
            Ok(Decision {
                value: row.get(0)?,
                version: row.get(1)?,
                changed_at: row.get(2)?,
                changed_by: row.get(3)?,
            })
        },
    )
}

/// Writes a decision in place of the last.
pub fn put(tx: &WriteTx<'_>, workspace: WorkspaceId, decision: &Decision) -> Result<()> {
    tx.run(
        "INSERT INTO phrases (workspace_id, version, value, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (workspace_id) DO UPDATE SET version = excluded.version, value = excluded.value, \
         changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        params![
            workspace,
            decision.version,
            decision.value.as_str(),
            decision.changed_at,
            decision.changed_by
        ],
    )?;
    Ok(())
}
