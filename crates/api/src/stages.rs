//! Lifecycle stages: the ordered rules as a whole.

use axum::Json;
use axum::extract::State;
use domain::ids::{BotId, StageId};
use engine::stages::{self, MovePreview, Replaced, StageDraft, Stages};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Query};
use crate::problem::{Problem, Result};
use crate::schemas;

/// A stage: the first whose expression matches is a person's.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stage {
    pub id: i64,
    pub name: String,
    pub color: String,
    /// From 0.
    pub position: usize,
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
    /// People in it now.
    pub count: u64,
}

/// The rules in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageRules {
    pub items: Vec<Stage>,
    /// Of the rules as a whole; rises with every edit.
    pub version: i64,
}

impl From<stages::StageRules> for StageRules {
    fn from(rules: stages::StageRules) -> Self {
        let stage = |(position, live): (usize, stages::LiveStage)| Stage {
            id: live.stage.id.0,
            name: live.stage.name,
            color: live.stage.color,
            position,
            expression: live.stage.expression,
            count: live.count,
        };
        Self { items: rules.stages.into_iter().enumerate().map(stage).collect(), version: rules.version }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StageQuery {
    /// Count this bot's people; everybody's unless told.
    pub bot_id: Option<i64>,
}

/// A stage as it is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StageDraft)]
pub struct WantedStage {
    /// A present stage that stays, under another name perhaps.
    pub id: Option<i64>,
    pub name: String,
    pub color: String,
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
}

impl From<WantedStage> for StageDraft {
    fn from(wanted: WantedStage) -> Self {
        Self {
            id: wanted.id.map(StageId),
            name: wanted.name,
            color: wanted.color,
            expression: wanted.expression,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedStages {
    pub stages: Vec<WantedStage>,
    /// The version that was edited.
    pub version: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StagePreviewOrder {
    pub bot_id: i64,
    pub stages: Vec<WantedStage>,
}

/// How many would be in a stage, and how many are in the same one now.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageTally {
    pub name: String,
    pub count: u64,
    pub before: u64,
}

/// People who would change their stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageMove {
    pub from: String,
    pub to: String,
    pub count: u64,
}

/// What other rules would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct StagePreview {
    pub items: Vec<StageTally>,
    /// The most people first.
    pub moves: Vec<StageMove>,
}

impl From<MovePreview> for StagePreview {
    fn from(preview: MovePreview) -> Self {
        let tally = |tally: stages::StageTally| StageTally {
            name: tally.name,
            count: tally.count,
            before: tally.before,
        };
        let step = |step: stages::StageMove| StageMove { from: step.from, to: step.to, count: step.count };
        Self {
            items: preview.stages.into_iter().map(tally).collect(),
            moves: preview.moves.into_iter().map(step).collect(),
        }
    }
}

/// The stages in their order.
#[utoipa::path(get, path = "/stages", tag = "stages", operation_id = "list_stages", params(StageQuery),
    responses((status = 200, body = StageRules)))]
pub async fn list(
    State(stages): State<Stages>,
    caller: may::Read,
    Query(query): Query<StageQuery>,
) -> Result<Json<StageRules>> {
    Ok(Json(stages.list(caller.workspace, query.bot_id.map(BotId)).await?.into()))
}

/// Replaces the rules. A `version` that is not the present one answers 409 with the present rules.
#[utoipa::path(put, path = "/stages", tag = "stages", operation_id = "replace_stages",
    request_body = WantedStages, responses((status = 200, body = StageRules)))]
pub async fn replace(
    State(stages): State<Stages>,
    caller: may::EditAudiences,
    Body(body): Body<WantedStages>,
) -> Result<Json<StageRules>> {
    let drafts = body.stages.into_iter().map(StageDraft::from).collect();
    match stages.replace(caller.workspace, drafts, body.version).await? {
        Replaced::Saved(rules) => Ok(Json(rules.into())),
        Replaced::Outdated(rules) => {
            let told = "somebody else changed the stages meanwhile";
            Err(Problem::outdated(told, &StageRules::from(rules)))
        }
    }
}

/// Who would move under other rules.
#[utoipa::path(post, path = "/stages/preview", tag = "stages", operation_id = "preview_stages",
    request_body = StagePreviewOrder, responses((status = 200, body = StagePreview)))]
pub async fn preview(
    State(stages): State<Stages>,
    caller: may::Read,
    Body(body): Body<StagePreviewOrder>,
) -> Result<Json<StagePreview>> {
    let drafts = body.stages.into_iter().map(StageDraft::from).collect();
    Ok(Json(stages.preview(caller.workspace, BotId(body.bot_id), drafts).await?.into()))
}
