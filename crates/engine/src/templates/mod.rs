//! Messages kept for later: templates, perhaps from a campaign, and the canned replies of agents.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::ids::{BotId, CampaignId, TemplateId, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use domain::message::Message;
use domain::time::Millis;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::templates::{self, Template};
use store::{ReadTx, Store, WriteTx, bots, campaigns, flows, tags};

use crate::error::checked_name;
use crate::{Clock, EngineError, Result, attachments};

/// Templates of a workspace, and as many canned replies.
const TEMPLATES_MAX: usize = 1_000;

/// A saved message.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedTemplate {
    pub id: TemplateId,
    pub name: String,
    pub message: Value,
    pub from: Option<FromCampaign>,
    pub created_at: Millis,
    /// Of name and message: whoever changes them says which they began from.
    pub version: String,
}

/// The campaign that a template was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromCampaign {
    pub id: CampaignId,
    pub name: String,
    /// It was sent, so it has results.
    pub started: bool,
}

/// What to make a template of.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplateSource {
    Message(Value),
    Campaign(CampaignId),
}

/// A reply that agents send with a few keys.
#[derive(Debug, Clone, PartialEq)]
pub struct CannedReply {
    pub id: i64,
    pub name: String,
    pub message: Value,
}

/// The room of templates and canned replies.
#[derive(Clone)]
pub struct Templates {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Templates {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The templates, latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<SavedTemplate>> {
        self.store
            .reader()
            .read(move |tx| {
                templates::list(tx, workspace)?.into_iter().map(|row| shown(tx, workspace, row)).collect()
            })
            .await
    }

    /// Saves a message, or a campaign's message, and the tags that it names.
    ///
    /// # Errors
    /// The name or the message is not valid; there is no such campaign here (`unknown_campaign` under
    /// `/from_campaign`).
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        name: &str,
        source: TemplateSource,
    ) -> Result<SavedTemplate> {
        let name = checked_name("/name", name, NAME_CHARS_MAX)?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                if templates::list(tx, workspace)?.len() >= TEMPLATES_MAX {
                    let message = format!("a workspace has at most {TEMPLATES_MAX} templates");
                    return Err(EngineError::WrongState(message));
                }
                let (message, campaign) = match source {
                    TemplateSource::Message(message) => {
                        (checked_message(tx, workspace, &message, now)?, None)
                    }
                    TemplateSource::Campaign(id) => {
                        let (bot, campaign) = campaign_of(tx, workspace, id)?.ok_or_else(|| {
                            let message = "there is no such campaign";
                            EngineError::field("/from_campaign", "unknown_campaign", message)
                        })?;
                        (campaign.message, Some((bot, id)))
                    }
                };
                let mut row = Template { id: TemplateId(0), name, message, campaign, created_at: now };
                row.id = templates::insert(tx, workspace, &row)?;
                shown(tx, workspace, row)
            })
            .await
    }

    /// Changes name and message, whatever is given. `version` is the one that the change began from, where known.
    ///
    /// # Errors
    /// There is no such template here; the name or the message is not valid; somebody else changed it meanwhile
    /// ([`EngineError::Conflict`] holds how it stands).
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: TemplateId,
        name: Option<&str>,
        message: Option<Value>,
        version: Option<String>,
    ) -> Result<SavedTemplate> {
        let name = name.map(|name| checked_name("/name", name, NAME_CHARS_MAX)).transpose()?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let found = templates::get(tx, workspace, id)?;
                let mut row = found.ok_or(EngineError::NotFound("template"))?;
                let present = version_of(&row);
                if version.is_some_and(|version| version != present) {
                    let current = json!({"name": row.name, "message": row.message, "version": present});
                    let message = "somebody else changed this template meanwhile".into();
                    return Err(EngineError::Conflict { message, current: Some(current) });
                }
                row.name = name.unwrap_or(row.name);
                if let Some(message) = message {
                    row.message = checked_message(tx, workspace, &message, now)?;
                }
                templates::update(tx, workspace, &row)?;
                shown(tx, workspace, row)
            })
            .await
    }

    /// Deletes a template. Campaigns made from it have their own copy.
    ///
    /// # Errors
    /// There is no such template here.
    pub async fn delete(&self, workspace: WorkspaceId, id: TemplateId) -> Result<()> {
        let delete = move |tx: &WriteTx<'_>| templates::delete(tx, workspace, id).map_err(EngineError::from);
        if self.store.write(delete).await? { Ok(()) } else { Err(EngineError::NotFound("template")) }
    }

    /// The canned replies, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn canned(&self, workspace: WorkspaceId) -> Result<Vec<CannedReply>> {
        let read = move |tx: &ReadTx<'_>| templates::canned(tx, workspace).map_err(EngineError::from);
        let rows = self.store.reader().read(read).await?;
        Ok(rows.into_iter().map(|(id, name, message)| CannedReply { id, name, message }).collect())
    }

    /// Saves a canned reply, and the tags that it names.
    ///
    /// # Errors
    /// The name or the message is not valid.
    pub async fn create_canned(
        &self,
        workspace: WorkspaceId,
        name: &str,
        message: Value,
    ) -> Result<CannedReply> {
        let name = checked_name("/name", name, NAME_CHARS_MAX)?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                if templates::canned(tx, workspace)?.len() >= TEMPLATES_MAX {
                    let message = format!("a workspace has at most {TEMPLATES_MAX} canned replies");
                    return Err(EngineError::WrongState(message));
                }
                let message = checked_message(tx, workspace, &message, now)?;
                let id = templates::insert_canned(tx, workspace, &name, &message)?;
                Ok(CannedReply { id, name, message })
            })
            .await
    }

    /// Deletes a canned reply.
    ///
    /// # Errors
    /// There is no such reply here.
    pub async fn delete_canned(&self, workspace: WorkspaceId, id: i64) -> Result<()> {
        let delete =
            move |tx: &WriteTx<'_>| templates::delete_canned(tx, workspace, id).map_err(EngineError::from);
        if self.store.write(delete).await? { Ok(()) } else { Err(EngineError::NotFound("canned reply")) }
    }
}

fn shown(tx: &ReadTx<'_>, workspace: WorkspaceId, row: Template) -> Result<SavedTemplate> {
    let from = match row.campaign {
        Some((_, id)) => campaign_of(tx, workspace, id)?.map(|(_, campaign)| FromCampaign {
            id,
            name: campaign.name,
            started: campaign.frozen_at.is_some(),
        }),
        None => None,
    };
    let version = version_of(&row);
    let Template { id, name, message, created_at, .. } = row;
    Ok(SavedTemplate { id, name, message, from, created_at, version })
}

/// The same words have the same version, so that nothing needs to be counted.
fn version_of(row: &Template) -> String {
    let words = json!([row.name, row.message]).to_string();
    Sha256::digest(words.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn campaign_of(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<Option<(BotId, campaigns::Campaign)>> {
    let Some(bot) = campaigns::bot_of(tx, id)? else { return Ok(None) };
    if bots::get(tx, workspace, bot)?.is_none() {
        return Ok(None);
    }
    Ok(campaigns::get(tx, bot, id)?.map(|campaign| (bot, campaign)))
}

/// A message in its canonical form, with its tags made. The flows that it starts are this workspace's.
fn checked_message(tx: &WriteTx<'_>, workspace: WorkspaceId, message: &Value, now: Millis) -> Result<Value> {
    let parsed = Message::parse(message).map_err(|errors| EngineError::under("/message", errors))?;
    attachments::check(tx, workspace, &parsed, "/message")?;
    for flow in parsed.presses().filter_map(|press| press.flow) {
        let bot = flows::bot_of(tx, flow)?;
        let known = bot.map_or(Ok(None), |bot| bots::get(tx, workspace, bot))?;
        if known.is_none() {
            let text = format!("there is no flow {flow}");
            return Err(EngineError::field("/message/buttons", "unknown_flow", text));
        }
    }
    for name in parsed.tags() {
        tags::ensure(tx, workspace, name, now)?;
    }
    Ok(parsed.to_json())
}
