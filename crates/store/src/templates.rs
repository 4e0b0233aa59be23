//! Messages kept for later: templates, and the canned replies of agents.

use domain::ids::{BotId, CampaignId, TemplateId, WorkspaceId};
use domain::time::Millis;
use serde_json::Value;

use crate::sql::{Row, json, params};
use crate::{ReadTx, Result, WriteTx};

/// A saved message, perhaps with the campaign that it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub id: TemplateId,
    pub name: String,
    pub message: Value,
    pub campaign: Option<(BotId, CampaignId)>,
    pub created_at: Millis,
}

fn read(row: &Row<'_>) -> Result<Template> {
    let bot: Option<BotId> = row.get(3)?;
    let campaign: Option<CampaignId> = row.get(4)?;
    Ok(Template {
        id: row.get(0)?,
        name: row.get(1)?,
        message: json(row, 2)?,
        campaign: bot.zip(campaign),
        created_at: row.get(5)?,
    })
}

const COLUMNS: &str = "id, name, message, bot_id, campaign, created_at";

/// Latest first.
pub fn list(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<Template>> {
    let sql = format!("SELECT {COLUMNS} FROM templates WHERE workspace_id = $1 ORDER BY id DESC");
    tx.rows(&sql, params![workspace], read)
}

/// One template.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, id: TemplateId) -> Result<Option<Template>> {
    let sql = format!("SELECT {COLUMNS} FROM templates WHERE workspace_id = $1 AND id = $2");
    tx.row(&sql, params![workspace, id], read)
}

/// Saves a template; its id is given here.
pub fn insert(tx: &WriteTx<'_>, workspace: WorkspaceId, template: &Template) -> Result<TemplateId> {
    let id = tx.next_id("template")?;
    tx.run(
        "INSERT INTO templates (workspace_id, id, name, message, bot_id, campaign, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            workspace,
            id,
            &template.name,
            template.message.to_string().as_str(),
            template.campaign.map(|of| of.0),
            template.campaign.map(|of| of.1),
            template.created_at
        ],
    )?;
    Ok(TemplateId(id))
}

/// Writes name and message.
pub fn update(tx: &WriteTx<'_>, workspace: WorkspaceId, template: &Template) -> Result<()> {
    tx.run(
        "UPDATE templates SET name = $3, message = $4 WHERE workspace_id = $1 AND id = $2",
        params![workspace, template.id, &template.name, template.message.to_string().as_str()],
    )?;
    Ok(())
}

/// Deletes a template; false when there is none.
pub fn delete(tx: &WriteTx<'_>, workspace: WorkspaceId, id: TemplateId) -> Result<bool> {
    Ok(tx.run("DELETE FROM templates WHERE workspace_id = $1 AND id = $2", params![workspace, id])? == 1)
}

/// A reply that agents send with a few keys: id, name, message.
pub type CannedReply = (i64, String, Value);

/// Canned replies by name.
pub fn canned(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<CannedReply>> {
    tx.rows(
        "SELECT id, name, message FROM canned_replies WHERE workspace_id = $1 ORDER BY name, id",
        params![workspace],
        |row| Ok((row.get(0)?, row.get(1)?, json(row, 2)?)),
    )
}

/// Saves a canned reply.
pub fn insert_canned(tx: &WriteTx<'_>, workspace: WorkspaceId, name: &str, message: &Value) -> Result<i64> {
    let id = tx.next_id("canned_reply")?;
    tx.run(
        "INSERT INTO canned_replies (workspace_id, id, name, message) VALUES ($1, $2, $3, $4)",
        params![workspace, id, name, message.to_string().as_str()],
    )?;
    Ok(id)
}

/// Writes name and message of a canned reply.
pub fn update_canned(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    id: i64,
    name: &str,
    message: &Value,
) -> Result<()> {
    tx.run(
        "UPDATE canned_replies SET name = $3, message = $4 WHERE workspace_id = $1 AND id = $2",
        params![workspace, id, name, message.to_string().as_str()],
    )?;
    Ok(())
}

/// Deletes a canned reply; false when there is none.
pub fn delete_canned(tx: &WriteTx<'_>, workspace: WorkspaceId, id: i64) -> Result<bool> {
    Ok(tx.run("DELETE FROM canned_replies WHERE workspace_id = $1 AND id = $2", params![workspace, id])? == 1)
}
