//! The workspace: its name and its time zone.

use axum::Json;
use axum::extract::State;
use engine::team::Team;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::may;
use crate::body::Body;
use crate::problem::Result;
use crate::sessions::SessionWorkspace;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    pub name: Option<String>,
    /// An IANA name such as `Asia/Shanghai`.
    pub time_zone: Option<String>,
}

/// Changes name or time zone. Days of counted windows follow the new zone.
#[utoipa::path(patch, path = "/workspace", tag = "team", operation_id = "update_workspace",
    request_body = WorkspaceChange, responses((status = 200, body = SessionWorkspace)))]
pub async fn update(
    State(team): State<Team>,
    caller: may::ManageWorkspace,
    Body(body): Body<WorkspaceChange>,
) -> Result<Json<SessionWorkspace>> {
    let (name, zone) = (body.name.as_deref(), body.time_zone.as_deref());
    let place = team.update_workspace(caller.workspace, name, zone).await?;
    Ok(Json(SessionWorkspace { id: place.id.0, name: place.name, time_zone: place.time_zone }))
}
