//! Test sends: the message as it will be, to chosen people or to oneself, outside the ledger.

use std::time::Duration;

use domain::event::Outcome;
use domain::ids::{BotId, CampaignId, ContactId, MemberId, OutboxId, WorkspaceId};
use domain::limits::TEST_CONTACTS_MAX;
use domain::message::Message;
use domain::time::Millis;
use serde_json::json;
use store::outbox::{self, Lane};
use store::{WriteTx, contacts, team};

use super::ledger::outcome_name;
use super::{Campaigns, owned};
use crate::wires::Wires;
use crate::{EngineError, Result, Secrets, effects};

/// How long the answer to a test waits for its calls to end; what has not ended by then is told as it stands.
const WAIT: Duration = Duration::from_secs(8);

/// How a test send to one person stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialOutcome {
    pub contact: ContactId,
    pub state: &'static str,
    pub reason: Option<String>,
}

impl Campaigns {
    /// Sends the message to some people now, and tells how it went.
    ///
    /// # Errors
    /// No such campaign or contact; nobody named; one's own account is not bound to this bot.
    pub async fn test(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        to: Vec<ContactId>,
        me: Option<MemberId>,
    ) -> Result<Vec<TrialOutcome>> {
        let (secrets, public_url, now) = (self.secrets.clone(), self.public_url.clone(), self.clock.now());
        let mut committed = self.store.committed();
        let (bot, queued) = self
            .store
            .write(move |tx| {
                let trial =
                    Trial { workspace, campaign: id, secrets: &secrets, public_url: &public_url, now };
                trial.queue(tx, to, me)
            })
            .await?;
        let deadline = tokio::time::Instant::now() + WAIT;
        loop {
            committed.mark_unchanged();
            let rows = queued.clone();
            let outcomes = self.store.reader().read(move |tx| stand(tx, bot, &rows)).await?;
            let ended =
                outcomes.iter().all(|outcome| outcome.state != "pending" && outcome.state != "leased");
            if ended {
                return Ok(outcomes);
            }
            if tokio::time::timeout_at(deadline, committed.changed()).await.is_err() {
                return Ok(outcomes);
            }
        }
    }
}

struct Trial<'a> {
    workspace: WorkspaceId,
    campaign: CampaignId,
    secrets: &'a Secrets,
    public_url: &'a str,
    now: Millis,
}

impl Trial<'_> {
    fn queue(
        &self,
        tx: &WriteTx<'_>,
        mut to: Vec<ContactId>,
        me: Option<MemberId>,
    ) -> Result<(BotId, Vec<(ContactId, OutboxId)>)> {
        let (bot, campaign) = owned(tx, self.workspace, self.campaign)?;
        let message =
            Message::parse(&campaign.message).map_err(|errors| EngineError::under("/message", errors))?;
        if let Some(member) = me {
            let bound = team::bound_contacts(tx, self.workspace, member)?;
            let own = bound.into_iter().find(|(of, _)| *of == bot).ok_or_else(|| {
                EngineError::field("/me", "not_bound", "your Telegram account is not bound to this bot yet")
            })?;
            to.push(ContactId::new(bot, own.1));
        }
        to.dedup();
        if to.is_empty() {
            return Err(EngineError::field(
                "/contacts",
                "required",
                "name at least one contact, or yourself",
            ));
        }
        if to.len() > TEST_CONTACTS_MAX {
            let message = format!("must name at most {TEST_CONTACTS_MAX} people");
            return Err(EngineError::field("/contacts", "too_many", message));
        }
        let mut queued = Vec::with_capacity(to.len());
        for (place, id) in to.into_iter().enumerate() {
            let found = if id.bot() == bot { contacts::get(tx, bot, id.number())? } else { None };
            let contact = found.ok_or_else(|| {
                EngineError::field(
                    format!("/contacts/{place}"),
                    "unknown_contact",
                    "this bot has no such contact",
                )
            })?;
            let wires = Wires {
                secrets: self.secrets,
                public_url: self.public_url,
                bot,
                contact: contact.number,
                campaign: self.campaign,
            };
            let params = effects::without_chat(&wires.render(&message, &contact));
            let author = json!({"by": "test", "id": self.campaign});
            let row = outbox::insert(tx, bot, contact.number, Lane::Tests, &params, &author, self.now)?;
            queued.push((id, row));
        }
        Ok((bot, queued))
    }
}

fn stand(tx: &store::ReadTx<'_>, bot: BotId, queued: &[(ContactId, OutboxId)]) -> Result<Vec<TrialOutcome>> {
    let mut outcomes = Vec::with_capacity(queued.len());
    for (contact, id) in queued {
        let row = outbox::get(tx, bot, *id)?;
        let (outcome, reason) = row.map_or((Outcome::Pending, None), |row| (row.state, row.reason));
        outcomes.push(TrialOutcome { contact: *contact, state: outcome_name(outcome), reason });
    }
    Ok(outcomes)
}
