//! How campaigns look on the wire.

use domain::campaign::Course;
use domain::campaign::{PauseReason, Status};
use domain::event::Outcome;
use domain::named::Named;
use engine::campaigns;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::schemas;

/// A campaign with its counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Campaign {
    pub id: i64,
    pub bot_id: i64,
    pub name: String,
    #[schema(value_type = schemas::CampaignStatus)]
    pub status: Status,
    #[schema(required, value_type = Option<schemas::PauseReason>)]
    pub pause_reason: Option<PauseReason>,
    #[schema(required)]
    pub pause_detail: Option<String>,
    #[schema(value_type = schemas::Expression)]
    pub audience: Value,
    #[schema(value_type = schemas::Message)]
    pub message: Value,
    pub held_out_percent: f64,
    #[schema(required)]
    pub canary: Option<i64>,
    pub counts: Counts,
    /// Absent without limit.
    #[schema(required)]
    pub rate_per_second: Option<i64>,
    #[schema(required)]
    pub finishes_at: Option<i64>,
    #[schema(required)]
    pub frozen: Option<Frozen>,
    pub created_at: i64,
    #[schema(required)]
    pub started_at: Option<i64>,
    #[schema(required)]
    pub finished_at: Option<i64>,
    pub version: i64,
    /// What may be done with it as it stands.
    #[schema(value_type = Vec<schemas::CampaignAction>)]
    pub allowed: Vec<String>,
}

/// When and at which event the audience was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Frozen {
    pub at: i64,
    pub number: i64,
}

/// audience = held_out + pending + leased + sent + failed + blocked + skipped + unknown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    pub audience: i64,
    /// Matched but could not be written to: outside the sum.
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

impl From<campaigns::Counts> for Counts {
    fn from(counts: campaigns::Counts) -> Self {
        let campaigns::Counts {
            audience,
            left_out,
            held_out,
            pending,
            leased,
            sent,
            failed,
            blocked,
            skipped,
            unknown,
        } = counts;
        Self { audience, left_out, held_out, pending, leased, sent, failed, blocked, skipped, unknown }
    }
}

impl From<campaigns::CampaignView> for Campaign {
    fn from(view: campaigns::CampaignView) -> Self {
        let campaign = view.campaign;
        let Course { status, pause, started_at, finished_at, .. } = campaign.course;
        let (reason, detail) = pause.map_or((None, None), |pause| (Some(pause.reason), pause.detail));
        let frozen = campaign.frozen_at.zip(campaign.frozen_number);
        Self {
            id: campaign.id.0,
            bot_id: view.bot.0,
            name: campaign.name,
            status,
            allowed: status.allowed().map(|action| action.name().into()).collect(),
            pause_reason: reason,
            pause_detail: detail,
            audience: campaign.audience,
            message: campaign.message,
            held_out_percent: campaign.held_out_percent,
            canary: campaign.canary,
            counts: view.counts.into(),
            rate_per_second: view.rate_per_second,
            finishes_at: view.finishes_at,
            frozen: frozen.map(|(at, number)| Frozen { at, number }),
            created_at: campaign.created_at,
            started_at,
            finished_at,
            version: campaign.version,
        }
    }
}

/// The numbers before a start.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    #[serde(rename = "match")]
    pub matching: i64,
    pub left_out: i64,
    pub held_out: i64,
    pub writes_to: i64,
    pub seconds: i64,
    pub finishes_at: i64,
    pub warnings: Vec<Warning>,
}

/// Something to think of before starting.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warning {
    #[schema(value_type = schemas::WarningCode)]
    pub code: String,
    pub message: String,
    pub count: i64,
    /// Who is meant.
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
}

impl From<campaigns::Preview> for Preview {
    fn from(preview: campaigns::Preview) -> Self {
        let warnings = preview.warnings.into_iter().map(|warning| Warning {
            code: warning.code.name().to_owned(),
            message: warning.message,
            count: warning.count,
            expression: warning.expression,
        });
        Self {
            matching: preview.matching,
            left_out: preview.left_out,
            held_out: preview.held_out,
            writes_to: preview.writes_to,
            seconds: preview.seconds,
            finishes_at: preview.finishes_at,
            warnings: warnings.collect(),
        }
    }
}

/// How a test went.
#[derive(Debug, Serialize, ToSchema)]
pub struct Test {
    pub sent: Vec<TestLine>,
}

/// How a test to one person went.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestLine {
    pub contact_id: i64,
    #[schema(value_type = schemas::LedgerOutcome)]
    pub state: Outcome,
    #[schema(required)]
    pub reason: Option<String>,
}

impl From<campaigns::TrialOutcome> for TestLine {
    fn from(outcome: campaigns::TrialOutcome) -> Self {
        Self { contact_id: outcome.contact.0, state: outcome.state, reason: outcome.reason }
    }
}

/// One line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerLine {
    pub contact_id: i64,
    pub telegram_id: i64,
    pub name: String,
    /// The stage at the freeze.
    #[schema(required)]
    pub stage: Option<String>,
    #[schema(value_type = schemas::LedgerOutcome)]
    pub outcome: Outcome,
    #[schema(required)]
    pub reason: Option<String>,
    #[schema(required)]
    pub message_id: Option<i64>,
    /// When its call began, or a held-out person's turn came.
    #[schema(required)]
    pub at: Option<i64>,
}

impl From<campaigns::LedgerLine> for LedgerLine {
    fn from(line: campaigns::LedgerLine) -> Self {
        Self {
            contact_id: line.contact.0,
            telegram_id: line.telegram_id,
            name: line.name,
            stage: line.stage,
            outcome: line.outcome,
            reason: line.reason,
            message_id: line.message_id,
            at: line.at,
        }
    }
}
