//! Test sends: the message as it will be, to chosen people or to oneself, outside the ledger.

use std::collections::HashSet;
use std::time::Duration;

use domain::event::Outcome;
use domain::ids::{BotId, CampaignId, ContactId, MemberId, OutboxId, WorkspaceId};
use domain::limits::TEST_CONTACTS_MAX;
use domain::message::MessageAuthor;
use domain::time::Millis;
use store::outbox::{self, Lane};
use store::{WriteTx, contacts, team, testers};

use super::{Campaigns, owned};
use crate::wires::Wires;
use crate::{EngineError, Result, Secrets, posts};

/// How long the answer to a test waits for its calls to end; what has not ended by then is told as it stands.
const WAIT: Duration = Duration::from_secs(8);

/// Whom a test goes to; each gets it once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrialOrder {
    pub contacts: Vec<ContactId>,
    /// This member's own bound account.
    pub me: Option<MemberId>,
    /// The bot's saved test group.
    pub group: bool,
}

/// How a test send to one person stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialOutcome {
    pub contact: ContactId,
    pub state: Outcome,
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
        order: TrialOrder,
    ) -> Result<Vec<TrialOutcome>> {
        let (secrets, public_url, now) = (self.secrets.clone(), self.public_url.clone(), self.clock.now());
        let mut committed = self.store.committed();
        let (bot, queued) = self
            .store
            .write(move |tx| {
                let trial =
                    Trial { workspace, campaign: id, secrets: &secrets, public_url: &public_url, now };
                trial.queue(tx, order)
            })
            .await?;
        let deadline = tokio::time::Instant::now() + WAIT;
        loop {
            committed.mark_unchanged();
            let rows = queued.clone();
            let outcomes = self.store.reader().read(move |tx| stand(tx, bot, &rows)).await?;
            let ended =
                outcomes.iter().all(|outcome| !matches!(outcome.state, Outcome::Pending | Outcome::Leased));
            if ended {
                return Ok(outcomes);
            }
            if tokio::time::timeout_at(deadline, committed.changed()).await.is_err() {
                return Ok(outcomes);
            }
        }
    }
}

pub(super) struct Trial<'a> {
    pub workspace: WorkspaceId,
    pub campaign: CampaignId,
    pub secrets: &'a Secrets,
    pub public_url: &'a str,
    pub now: Millis,
}

impl Trial<'_> {
    pub fn queue(&self, tx: &WriteTx<'_>, order: TrialOrder) -> Result<(BotId, Vec<(ContactId, OutboxId)>)> {
        let (bot, campaign) = owned(tx, self.workspace, self.campaign)?;
        let message = posts::read(&campaign).map_err(|errors| EngineError::under("/message", errors))?;
        let TrialOrder { contacts: mut to, me, group } = order;
        if group {
            let saved = testers::list(tx, bot)?;
            if saved.is_empty() {
                return Err(EngineError::field("/group", "empty_group", "nobody is in the test group yet"));
            }
            to.extend(saved.into_iter().map(|number| ContactId::new(bot, number)));
        }
        if let Some(member) = me {
            let bound = team::bound_contacts(tx, self.workspace, member)?;
            let own = bound.into_iter().find(|(of, _)| *of == bot).ok_or_else(|| {
                EngineError::field("/me", "not_bound", "your Telegram account is not bound to this bot yet")
            })?;
            to.push(ContactId::new(bot, own.1));
        }
        // Whoever is named twice, or is in the group as well, gets it once.
        let mut known = HashSet::new();
        to.retain(|id| known.insert(*id));
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
                test: true,
            };
            let message = wires.render(&message, &contact);
            let author = MessageAuthor::Test(self.campaign);
            let row = outbox::insert(tx, bot, contact.number, Lane::Tests, &message, author, self.now)?;
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
        outcomes.push(TrialOutcome { contact: *contact, state: outcome.told(), reason });
    }
    Ok(outcomes)
}
