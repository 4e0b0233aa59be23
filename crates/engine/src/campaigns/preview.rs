//! What a campaign would do, before it does it.

use domain::expression::{CampaignOutcome, build};
use domain::ids::{BotId, CampaignId, WorkspaceId};
use domain::time::Millis;
use serde_json::Value;
use store::bots;
use telegram::Clock;

use super::{Campaigns, owned, stored_audience};
use crate::catalog::WorkspaceCatalog;
use crate::{EngineError, Result, rates};

/// The numbers before a start.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Who matches.
    pub matching: i64,
    /// Of them, who cannot be written to.
    pub left_out: i64,
    pub held_out: i64,
    pub writes_to: i64,
    pub seconds: i64,
    /// If it were started now.
    pub finishes_at: Millis,
    pub warnings: Vec<Warning>,
}

/// What to think of before a campaign starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum WarningCode {
    WrittenToWithinADay,
}

/// Something to think of before starting.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    pub code: WarningCode,
    pub message: String,
    pub count: i64,
    /// Who is meant.
    pub expression: Value,
}

impl Campaigns {
    /// What a draft would do now.
    ///
    /// # Errors
    /// There is none; its audience names something that is gone.
    pub async fn preview(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Preview> {
        let (bot, campaign) = self.store.reader().read(move |tx| owned(tx, workspace, id)).await?;
        let audience = stored_audience(&campaign)?.to_json();
        self.preview_of(workspace, bot, audience, campaign.held_out_percent).await
    }

    /// What a draft that was not saved yet would do now.
    ///
    /// # Errors
    /// No such bot; faults of the audience under `/audience`.
    pub async fn preview_of(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        audience: Value,
        held_out_percent: f64,
    ) -> Result<Preview> {
        let now = self.clock.now();
        let asked = audience.clone();
        let (row, resolved, recent) = self
            .store
            .reader()
            .read(move |tx| {
                let row = bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
                let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
                let resolved = catalog.resolve_at("/audience", &asked)?.1;
                let recent = recently_written(tx, bot, &asked, now)?;
                let recent = match recent {
                    Some(expression) => Some((catalog.resolve_at("", &expression)?.1, expression)),
                    None => None,
                };
                Ok::<_, EngineError>((row, resolved, recent))
            })
            .await?;
        let index = self.people.latest(bot).await?.index;
        let counts = index.counts(&resolved, now);
        let (matching, reachable) = (counts.count as i64, counts.reachable as i64);
        let basis_points = (held_out_percent.clamp(0.0, 50.0) * 100.0).round() as i64;
        // Rounded as the freeze rounds it.
        let held_out = (reachable * basis_points + 5_000) / 10_000;
        let writes_to = reachable - held_out;
        let clock = Clock::restore(rates::rate_of(row.bulk_per_second), rates::learnt(&row), now);
        let finishes_at = clock.finishing_at(now, writes_to.unsigned_abs());
        let mut warnings = Vec::new();
        if let Some((resolved, expression)) = recent {
            let count = index.counts(&resolved, now).reachable as i64;
            if count > 0 {
                warnings.push(Warning {
                    code: WarningCode::WrittenToWithinADay,
                    message: format!("{count} of them got another campaign within the last 24 hours"),
                    count,
                    expression,
                });
            }
        }
        Ok(Preview {
            matching,
            left_out: matching - reachable,
            held_out,
            writes_to,
            seconds: (finishes_at - now + 999) / 1_000,
            finishes_at,
            warnings,
        })
    }
}

/// Those of an audience who got a campaign that was started within a day; `None` where there was none.
fn recently_written(
    tx: &store::ReadTx<'_>,
    bot: BotId,
    audience: &Value,
    now: Millis,
) -> Result<Option<Value>> {
    let recent: Vec<Value> = store::campaigns::list(tx, bot, None, i64::MAX, 50)?
        .into_iter()
        .filter(|campaign| campaign.course.started_at.is_some_and(|at| now - at < domain::time::DAY_MS))
        .map(|campaign| build::campaign(build::outcome(campaign.id, CampaignOutcome::Sent)))
        .collect();
    Ok((!recent.is_empty()).then(|| build::all([audience.clone(), build::any(recent), build::reachable()])))
}
