//! The page of a one-time link: the owner's first account, or an invitation.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum_extra::extract::cookie::CookieJar;
use engine::team::Purpose;
use engine::team::Team;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::user_agent;
use crate::body::{Body, Path};
use crate::problem::Result;
use crate::sessions::{Session, begun, from_own_page};
use crate::state::ApiState;

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetupPurpose {
    Owner,
    Invite,
}

/// What a link is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Setup {
    pub purpose: SetupPurpose,
    pub workspace_name: String,
    /// The address that was invited.
    #[schema(required)]
    pub email: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    pub name: String,
    /// Whoever was invited may leave it out and keep the invited address.
    pub email: Option<String>,
    pub password: String,
}

/// What a link is for.
#[utoipa::path(get, path = "/setup/{token}", tag = "session", params(("token" = String, Path)),
    responses((status = 200, body = Setup)))]
pub async fn show(State(team): State<Team>, Path(token): Path<String>) -> Result<Json<Setup>> {
    let link = team.open_link(&token).await?;
    let purpose = if link.purpose == Purpose::Owner { SetupPurpose::Owner } else { SetupPurpose::Invite };
    Ok(Json(Setup { purpose, workspace_name: link.workspace_name, email: link.email }))
}

/// Makes the account and signs in.
#[utoipa::path(post, path = "/setup/{token}", tag = "session", params(("token" = String, Path)),
    request_body = NewAccount, responses((status = 200, body = Session)))]
pub async fn accept(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    jar: CookieJar,
    Body(body): Body<NewAccount>,
) -> Result<(CookieJar, Json<Session>)> {
    from_own_page(&headers, &state.options)?;
    let (email, agent) = (body.email.as_deref(), user_agent(&headers));
    let signed_in = state.rooms.team.set_up(&token, &body.name, email, &body.password, agent).await?;
    begun(&state, jar, signed_in).await
}
