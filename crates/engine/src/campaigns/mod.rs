//! Campaigns: one bulk message to an audience, from the draft to the ledger.

mod ledger;
mod preview;
mod start;
mod steer;
mod testers;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::campaign::{Action, Course, OutOfCourse, Status};
use domain::event::Outcome;
use domain::expression::Expression;
use domain::ids::{BotId, CampaignId, MemberId, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use domain::message::Message;
use domain::named::Named;
use domain::time::Millis;
use serde_json::{Value, json};
use store::campaigns::Campaign;
use store::{ReadTx, Store, WriteTx, bots, campaigns, recipients, tags};

use crate::catalog::WorkspaceCatalog;
use crate::clock::Clock;
use crate::error::checked_name;
use crate::people::People;
use crate::{EngineError, Result, Secrets, attachments, posts};

pub use ledger::{LedgerAsk, LedgerLine, LedgerPage};
pub use preview::{Preview, Warning, WarningCode};
pub use steer::Decision;
pub use testers::Tester;
pub use trial::{TrialOrder, TrialOutcome};

/// The room of campaigns.
#[derive(Clone)]
pub struct Campaigns {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    people: People,
    /// Where tracked links lead through.
    public_url: String,
}

/// What a draft is made of.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    pub bot: BotId,
    pub name: String,
    pub audience: Value,
    pub message: Value,
    /// 0 to 50.
    pub held_out_percent: f64,
    pub created_by: Option<MemberId>,
}

/// What may change about a draft.
#[derive(Debug, Clone, Default)]
pub struct DraftChange {
    pub name: Option<String>,
    pub audience: Option<Value>,
    pub message: Option<Value>,
    pub held_out_percent: Option<f64>,
    /// The version that was seen; another present one is a conflict.
    pub version: i64,
}

/// How many people stand where. `audience = held_out + pending + leased + sent + failed + blocked + skipped +
/// unknown`, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub audience: i64,
    /// Matched but not reachable at the freeze: outside the sum.
    pub left_out: i64,
    pub held_out: i64,
    pub pending: i64,
    pub leased: i64,
    pub sent: i64,
    pub failed: i64,
    pub blocked: i64,
    pub skipped: i64,
    pub unknown: i64,
}

/// A campaign as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignView {
    pub bot: BotId,
    pub campaign: Campaign,
    pub counts: Counts,
    /// The bot's bulk rate; absent without limit.
    pub rate_per_second: Option<i64>,
    /// When the rest will have been sent, while it is being sent.
    pub finishes_at: Option<Millis>,
}

impl Campaigns {
    /// The campaigns of every bot of the store.
    pub fn new(
        store: Store,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        people: People,
        public_url: impl Into<String>,
    ) -> Self {
        Self { store, secrets, clock, people, public_url: public_url.into() }
    }

    /// Makes a draft, and the tags that its message names.
    ///
    /// # Errors
    /// Faults of name, audience, message or share, each under its field; no such bot.
    pub async fn create(&self, workspace: WorkspaceId, new: NewCampaign) -> Result<CampaignView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                bots::get(tx, workspace, new.bot)?.ok_or(EngineError::NotFound("bot"))?;
                let mut campaign = blank(new.created_by, now);
                let change = DraftChange {
                    name: Some(new.name),
                    audience: Some(new.audience),
                    message: Some(new.message),
                    held_out_percent: Some(new.held_out_percent),
                    version: 0,
                };
                apply(tx, workspace, new.bot, &mut campaign, change, now)?;
                campaign.id = campaigns::insert(tx, new.bot, &campaign)?;
                view(tx, new.bot, campaign, now)
            })
            .await
    }

    /// Changes a draft.
    ///
    /// # Errors
    /// As [`Campaigns::create`]; it is no draft any more; somebody else changed it meanwhile.
    pub async fn change(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        change: DraftChange,
    ) -> Result<CampaignView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (bot, mut campaign) = owned(tx, workspace, id)?;
                allow(&campaign, Action::Edit)?;
                if campaign.version != change.version {
                    return Err(EngineError::Conflict {
                        message: "somebody else changed this campaign meanwhile".into(),
                        current: Some(json!({
                            "name": campaign.name, "audience": campaign.audience, "message": campaign.message,
                            "held_out_percent": campaign.held_out_percent, "version": campaign.version,
                        })),
                    });
                }
                apply(tx, workspace, bot, &mut campaign, change, now)?;
                campaign.version += 1;
                campaigns::update(tx, bot, &campaign)?;
                view(tx, bot, campaign, now)
            })
            .await
    }

    /// Deletes a draft.
    ///
    /// # Errors
    /// It is no draft any more.
    pub async fn delete(&self, workspace: WorkspaceId, id: CampaignId) -> Result<()> {
        self.store
            .write(move |tx| {
                let (bot, campaign) = owned(tx, workspace, id)?;
                allow(&campaign, Action::Delete)?;
                campaigns::delete(tx, bot, id)?;
                Ok(())
            })
            .await
    }

    /// One campaign with its counts.
    ///
    /// # Errors
    /// There is none in this workspace.
    pub async fn get(&self, workspace: WorkspaceId, id: CampaignId) -> Result<CampaignView> {
        let now = self.clock.now();
        self.store
            .reader()
            .read(move |tx| {
                let (bot, campaign) = owned(tx, workspace, id)?;
                view(tx, bot, campaign, now)
            })
            .await
    }

    /// A bot's campaigns, latest first, below an id.
    ///
    /// # Errors
    /// No such bot, or no such status.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        status: Option<String>,
        below: Option<CampaignId>,
        limit: usize,
    ) -> Result<Vec<CampaignView>> {
        let now = self.clock.now();
        let unknown = || EngineError::field("/status", "unknown", "is not a status of a campaign");
        let status = status.map(|name| Status::from_name(&name).ok_or_else(unknown)).transpose()?;
        self.store
            .reader()
            .read(move |tx| {
                bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
                let below = below.map_or(i64::MAX, |id| id.0);
                let rows = campaigns::list(tx, bot, status, below, limit)?;
                rows.into_iter().map(|row| view(tx, bot, row, now)).collect()
            })
            .await
    }
}

fn blank(created_by: Option<MemberId>, now: Millis) -> Campaign {
    Campaign {
        id: CampaignId(0),
        name: String::new(),
        course: Course::draft(),
        audience: Value::Null,
        message: Value::Null,
        held_out_percent: 0.0,
        canary: None,
        frozen_at: None,
        frozen_number: None,
        left_out: 0,
        version: 1,
        created_by,
        created_at: now,
    }
}

/// Checks what is given and puts it into the draft, in canonical form. All faults are told at once.
fn apply(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    campaign: &mut Campaign,
    change: DraftChange,
    now: Millis,
) -> Result<()> {
    let mut faults = Vec::new();
    let mut keep = |fault: EngineError| match fault {
        EngineError::Invalid(errors) => {
            faults.extend(errors);
            Ok(())
        }
        other => Err(other),
    };
    if let Some(name) = change.name {
        match checked_name("/name", &name, NAME_CHARS_MAX) {
            Ok(name) => campaign.name = name,
            Err(fault) => keep(fault)?,
        }
    }
    if let Some(percent) = change.held_out_percent {
        if (0.0..=50.0).contains(&percent) {
            campaign.held_out_percent = percent;
        } else {
            keep(EngineError::field("/held_out_percent", "out_of_range", "must be from 0 to 50"))?;
        }
    }
    if let Some(message) = change.message {
        match checked_message(tx, workspace, bot, &message) {
            Ok(message) => campaign.message = message,
            Err(fault) => keep(fault)?,
        }
    }
    if let Some(audience) = change.audience {
        match WorkspaceCatalog::load(tx, workspace, bot)?.resolve_at("/audience", &audience) {
            Ok((expression, _)) => campaign.audience = expression.to_json(),
            Err(fault) => keep(fault)?,
        }
    }
    if !faults.is_empty() {
        return Err(EngineError::Invalid(faults));
    }
    let message = posts::read(campaign).map_err(EngineError::Invalid)?;
    for name in message.tags() {
        tags::ensure(tx, workspace, name, now)?;
    }
    Ok(())
}

/// A message from outside in canonical form: its flows are this bot's.
fn checked_message(tx: &WriteTx<'_>, workspace: WorkspaceId, bot: BotId, message: &Value) -> Result<Value> {
    let parsed = Message::parse(message).map_err(|errors| EngineError::under("/message", errors))?;
    attachments::check(tx, workspace, &parsed, "/message")?;
    for (row, buttons) in parsed.buttons.iter().enumerate() {
        for (column, button) in buttons.iter().enumerate() {
            if let domain::message::Action::Press(press) = &button.action
                && let Some(flow) = press.flow
                && store::flows::get(tx, bot, flow)?.is_none()
            {
                let path = format!("/message/buttons/{row}/{column}/press/flow");
                return Err(EngineError::field(path, "unknown_flow", "this bot has no such flow"));
            }
        }
    }
    Ok(parsed.to_json())
}

/// A campaign of the workspace, with its bot.
pub(crate) fn owned(tx: &ReadTx<'_>, workspace: WorkspaceId, id: CampaignId) -> Result<(BotId, Campaign)> {
    let missing = || EngineError::NotFound("campaign");
    let bot = campaigns::bot_of(tx, id)?.ok_or_else(missing)?;
    bots::get(tx, workspace, bot)?.ok_or_else(missing)?;
    let campaign = campaigns::get(tx, bot, id)?.ok_or_else(missing)?;
    Ok((bot, campaign))
}

fn allow(campaign: &Campaign, action: Action) -> Result<()> {
    let status = campaign.course.status;
    if status.allows(action) { Ok(()) } else { Err(OutOfCourse::of_action(status, action).into()) }
}

/// The counts of a campaign.
pub(crate) fn counts(tx: &ReadTx<'_>, bot: BotId, campaign: &Campaign) -> Result<Counts> {
    let by: BTreeMap<Outcome, i64> = recipients::counts(tx, bot, campaign.id)?.into_iter().collect();
    let of = |outcome| by.get(&outcome).copied().unwrap_or(0);
    Ok(Counts {
        audience: campaign.course.audience_count,
        left_out: campaign.left_out,
        held_out: of(Outcome::HeldOut) + of(Outcome::HeldOutReached),
        pending: of(Outcome::Pending),
        leased: of(Outcome::Leased),
        sent: of(Outcome::Sent),
        failed: of(Outcome::Failed),
        blocked: of(Outcome::Blocked),
        skipped: of(Outcome::Skipped),
        unknown: of(Outcome::Unknown),
    })
}

fn view(tx: &ReadTx<'_>, bot: BotId, campaign: Campaign, now: Millis) -> Result<CampaignView> {
    let counts = counts(tx, bot, &campaign)?;
    let row = bots::of(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let rate = crate::rates::rate_of(row.bulk_per_second);
    let sending = campaign.course.status.is_sending();
    let finishes_at = sending.then(|| {
        let clock = telegram::Clock::restore(rate, crate::rates::learnt(&row), now);
        clock.finishing_at(now, (counts.pending + counts.leased).unsigned_abs())
    });
    let rate_per_second = match rate {
        telegram::Rate::PerSecond(rate) => Some(i64::from(rate)),
        telegram::Rate::Unlimited => None,
    };
    Ok(CampaignView { bot, campaign, counts, rate_per_second, finishes_at })
}

/// The stored audience, as an expression.
fn stored_audience(campaign: &Campaign) -> Result<Expression> {
    Expression::parse(&campaign.audience).map_err(|errors| EngineError::under("/audience", errors))
}
