//! Steering a campaign that was started: pause, resume, cancel, and deciding on `unknown`.

use domain::campaign::{Action, Happening, PauseReason, Status};
use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::{BotId, CampaignId, ContactId, WorkspaceId};
use domain::time::Millis;
use store::recipients::{self, Change, Recipient};
use store::{WriteTx, campaigns};

use super::{CampaignView, Campaigns, allow, owned, view};
use crate::{EngineError, Result, dead_token, journal, proof};

/// What a person decides on sends whose end is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send again, and accept that some may get it twice.
    Resend,
    /// Leave them as they are.
    Leave,
}

impl Campaigns {
    /// Lets calls in flight land, then stops.
    ///
    /// # Errors
    /// It is not being sent.
    pub async fn pause(&self, workspace: WorkspaceId, id: CampaignId) -> Result<CampaignView> {
        self.tell(workspace, id, Happening::Paused(PauseReason::Member.into())).await
    }

    /// Goes on exactly where it stopped. After a first wave: with everyone. One that was paused within its first wave
    /// goes on with that.
    ///
    /// # Errors
    /// It is not paused, or its bot cannot send.
    pub async fn resume(&self, workspace: WorkspaceId, id: CampaignId) -> Result<CampaignView> {
        self.tell(workspace, id, Happening::Resumed).await
    }

    /// Ends it: who was not written to stays `pending` for ever.
    ///
    /// # Errors
    /// It ended already, or was never started.
    pub async fn cancel(&self, workspace: WorkspaceId, id: CampaignId) -> Result<CampaignView> {
        self.tell(workspace, id, Happening::Cancelled).await
    }

    /// What a member does to a campaign that was started.
    async fn tell(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        happening: Happening,
    ) -> Result<CampaignView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (bot, mut campaign) = owned(tx, workspace, id)?;
                let sends = happening == Happening::Resumed;
                campaign.course = campaign.course.step(happening, now)?;
                if sends {
                    dead_token::refuse(tx, bot)?;
                }
                campaigns::update(tx, bot, &campaign)?;
                view(tx, bot, campaign, now)
            })
            .await
    }

    /// Decides on sends whose end is not known: all of them, or some people's.
    ///
    /// # Errors
    /// It was never started; a contact is no recipient whose send is unknown.
    pub async fn resolve(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        decision: Decision,
        contacts: Option<Vec<ContactId>>,
    ) -> Result<CampaignView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (bot, mut campaign) = owned(tx, workspace, id)?;
                allow(&campaign, Action::Resolve)?;
                let lines = unknown_lines(tx, bot, id, contacts.as_deref())?;
                settle_unknown(tx, bot, id, &lines, decision, now)?;
                let done = campaign.course.status == Status::Done;
                if decision == Decision::Resend && done && !lines.is_empty() {
                    campaign.course = campaign.course.step(Happening::Reopened, now)?;
                    campaigns::update(tx, bot, &campaign)?;
                }
                view(tx, bot, campaign, now)
            })
            .await
    }
}

fn unknown_lines(
    tx: &WriteTx<'_>,
    bot: BotId,
    id: CampaignId,
    contacts: Option<&[ContactId]>,
) -> Result<Vec<Recipient>> {
    let Some(contacts) = contacts else {
        return Ok(recipients::list(tx, bot, id, &[Outcome::Unknown], -1, usize::MAX >> 1)?);
    };
    let mut lines = Vec::with_capacity(contacts.len());
    for (place, contact) in contacts.iter().enumerate() {
        let line = if contact.bot() == bot { recipients::get(tx, bot, id, contact.number())? } else { None };
        match line.filter(|line| line.outcome == Outcome::Unknown) {
            Some(line) => lines.push(line),
            None => {
                let path = format!("/contacts/{place}");
                return Err(EngineError::field(path, "not_unknown", "is no recipient whose send is unknown"));
            }
        }
    }
    Ok(lines)
}

fn settle_unknown(
    tx: &WriteTx<'_>,
    bot: BotId,
    id: CampaignId,
    lines: &[Recipient],
    decision: Decision,
    now: Millis,
) -> Result<()> {
    let decided = match decision {
        Decision::Resend => (Outcome::Pending, Some("sent again on a member's decision")),
        Decision::Leave => (Outcome::Unknown, Some("left so on a member's decision")),
    };
    let mut changes = Vec::new();
    for line in lines {
        // A line from before answers were weighed when its call ended.
        let known = proof::weigh(tx, bot, line, (Outcome::Unknown, None))?;
        let (to, reason) = if known.0 == Outcome::Sent { known } else { decided };
        let change = Change {
            position: line.position,
            from: Outcome::Unknown,
            to,
            at: None,
            message_id: line.message_id,
            reason,
        };
        recipients::change(tx, bot, id, &change)?;
        if to != Outcome::Unknown {
            changes.push(OutcomeChange { contact: line.contact, outcome: to, at: line.at.unwrap_or(now) });
        }
    }
    if !changes.is_empty() {
        journal::append(tx, bot, |journal| {
            journal.record(None, now, EventBody::Outcomes { campaign: id, changes })
        })?;
    }
    Ok(())
}
