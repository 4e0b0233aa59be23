//! Command flows: drafts, publishing, versions, traffic.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::flow::Status;
use domain::ids::{BotId, FlowId};
use engine::flows::{self, FlowChange, Flows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::page::List;
use crate::problem::Result;
use crate::schemas;

/// How many walked through.
#[derive(Debug, Serialize, ToSchema)]
pub struct Runs {
    pub started: i64,
    /// People who stand in it now.
    pub active: i64,
    pub ended: i64,
}

/// How many came to a node, and how many of them went on or ended there.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeTraffic {
    pub reached: i64,
    /// How many left it again; for a menu, choices.
    pub left: i64,
}

/// A flow.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flow {
    pub id: i64,
    pub bot_id: i64,
    pub name: String,
    #[schema(value_type = schemas::FlowStatus)]
    pub status: Status,
    /// The published version.
    #[schema(required)]
    pub version: Option<i64>,
    #[schema(value_type = schemas::FlowGraph)]
    pub draft: Value,
    #[schema(required, value_type = Option<schemas::FlowGraph>)]
    pub published: Option<Value>,
    /// The draft differs from what is published.
    pub draft_changed: bool,
    pub runs: Runs,
    /// By node id.
    pub nodes: BTreeMap<String, NodeTraffic>,
    /// By `node/key`.
    pub options: BTreeMap<String, i64>,
    pub updated_at: i64,
    pub edit_version: i64,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersion {
    pub version: i64,
    pub published_at: i64,
    #[schema(value_type = schemas::FlowGraph)]
    pub graph: Value,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFlow {
    pub bot_id: i64,
    pub name: String,
    #[schema(value_type = schemas::FlowGraph)]
    pub graph: Value,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowPatch {
    pub name: Option<String>,
    #[schema(value_type = Option<schemas::FlowGraph>)]
    pub graph: Option<Value>,
    /// The edit version that was seen.
    pub edit_version: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FlowQuery {
    pub bot_id: i64,
}

/// A bot's flows, oldest first.
#[utoipa::path(get, path = "/flows", tag = "flows", operation_id = "list_flows", params(FlowQuery),
    responses((status = 200, body = List<Flow>)))]
pub async fn list(
    State(flows): State<Flows>,
    caller: may::Read,
    Query(query): Query<FlowQuery>,
) -> Result<Json<List<Flow>>> {
    Ok(Json(List::of(flows.list(caller.workspace, BotId(query.bot_id)).await?)))
}

/// Makes a draft.
#[utoipa::path(post, path = "/flows", tag = "flows", operation_id = "create_flow", request_body = NewFlow,
    responses((status = 201, body = Flow)))]
pub async fn create(
    State(flows): State<Flows>,
    caller: may::EditFlows,
    Body(body): Body<NewFlow>,
) -> Result<(StatusCode, Json<Flow>)> {
    let flow = flows.create(caller.workspace, BotId(body.bot_id), body.name, body.graph).await?;
    Ok((StatusCode::CREATED, Json(flow.into())))
}

/// One flow.
#[utoipa::path(get, path = "/flows/{id}", tag = "flows", operation_id = "get_flow", params(("id" = i64, Path)),
    responses((status = 200, body = Flow)))]
pub async fn get(State(flows): State<Flows>, caller: may::Read, Path(id): Path<i64>) -> Result<Json<Flow>> {
    Ok(Json(flows.get(caller.workspace, FlowId(id)).await?.into()))
}

/// Changes name or draft.
#[utoipa::path(patch, path = "/flows/{id}", tag = "flows", operation_id = "update_flow",
    params(("id" = i64, Path)), request_body = FlowPatch, responses((status = 200, body = Flow)))]
pub async fn update(
    State(flows): State<Flows>,
    caller: may::EditFlows,
    Path(id): Path<i64>,
    Body(body): Body<FlowPatch>,
) -> Result<Json<Flow>> {
    let change = FlowChange { name: body.name, graph: body.graph, edit_version: body.edit_version };
    Ok(Json(flows.change(caller.workspace, FlowId(id), change).await?.into()))
}

/// Makes the draft the next version.
#[utoipa::path(post, path = "/flows/{id}/publish", tag = "flows", operation_id = "publish_flow",
    params(("id" = i64, Path)), responses((status = 200, body = Flow)))]
pub async fn publish(
    State(flows): State<Flows>,
    caller: may::EditFlows,
    Path(id): Path<i64>,
) -> Result<Json<Flow>> {
    Ok(Json(flows.publish(caller.workspace, FlowId(id)).await?.into()))
}

/// Nobody begins it any more.
#[utoipa::path(post, path = "/flows/{id}/stop", tag = "flows", operation_id = "stop_flow",
    params(("id" = i64, Path)), responses((status = 200, body = Flow)))]
pub async fn stop(
    State(flows): State<Flows>,
    caller: may::EditFlows,
    Path(id): Path<i64>,
) -> Result<Json<Flow>> {
    Ok(Json(flows.stop(caller.workspace, FlowId(id)).await?.into()))
}

/// Published versions, latest first.
#[utoipa::path(get, path = "/flows/{id}/versions", tag = "flows", operation_id = "list_flow_versions",
    params(("id" = i64, Path)), responses((status = 200, body = List<FlowVersion>)))]
pub async fn versions(
    State(flows): State<Flows>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<List<FlowVersion>>> {
    Ok(Json(List::of(flows.versions(caller.workspace, FlowId(id)).await?)))
}

impl From<flows::FlowVersion> for FlowVersion {
    fn from(version: flows::FlowVersion) -> Self {
        Self { version: version.version, published_at: version.published_at, graph: version.graph }
    }
}

impl From<flows::FlowView> for Flow {
    fn from(view: flows::FlowView) -> Self {
        let chosen_at = |node: &str| -> Option<i64> {
            let prefix = format!("{node}/");
            let counts: Vec<i64> =
                view.chosen.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(_, n)| *n).collect();
            (!counts.is_empty()).then(|| counts.iter().sum())
        };
        let is_menu = |node: &str| {
            let graph = view.published.as_ref().unwrap_or(&view.flow.draft);
            graph["nodes"][node]["type"] == "menu"
        };
        let nodes = view
            .reached
            .iter()
            .map(|(node, reached)| {
                let left = chosen_at(node).unwrap_or(if is_menu(node) { 0 } else { *reached });
                (node.clone(), NodeTraffic { reached: *reached, left })
            })
            .collect();
        let draft_changed = view.published.as_ref() != Some(&view.flow.draft);
        Self {
            id: view.flow.id.0,
            bot_id: view.bot.0,
            name: view.flow.name,
            status: view.flow.status,
            version: view.flow.published_version,
            draft: view.flow.draft,
            published: view.published,
            draft_changed,
            runs: Runs { started: view.started, active: view.active, ended: view.ended },
            nodes,
            options: view.chosen,
            updated_at: view.flow.updated_at,
            edit_version: view.flow.edit_version,
        }
    }
}
