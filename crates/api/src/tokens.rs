//! API tokens: programs' keys.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use engine::team::{self, Team};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::{Body, Path};
use crate::idempotency::HoldsSecret;
use crate::page::List;
use crate::problem::Result;

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub created_at: i64,
    /// To within ten minutes.
    #[schema(required)]
    pub used_at: Option<i64>,
}

impl From<team::ApiToken> for ApiToken {
    fn from(token: team::ApiToken) -> Self {
        Self { id: token.id, name: token.name, created_at: token.created_at, used_at: token.used_at }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenName {
    pub name: String,
}

/// A token with its secret, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiToken {
    pub id: i64,
    pub name: String,
    pub token: String,
    pub created_at: i64,
}

/// The tokens, latest first.
#[utoipa::path(get, path = "/tokens", tag = "team", operation_id = "list_tokens",
    responses((status = 200, body = List<ApiToken>)))]
pub async fn list(State(team): State<Team>, caller: may::ManageTeam) -> Result<Json<List<ApiToken>>> {
    Ok(Json(List::of(team.tokens(caller.workspace).await?)))
}

/// Makes a token.
#[utoipa::path(post, path = "/tokens", tag = "team", operation_id = "create_token", request_body = TokenName,
    responses((status = 201, body = NewApiToken)))]
pub async fn create(
    State(team): State<Team>,
    caller: may::ManageTeam,
    Body(body): Body<TokenName>,
) -> Result<(StatusCode, Extension<HoldsSecret>, Json<NewApiToken>)> {
    let made = team.create_token(caller.workspace, &body.name).await?;
    let made = NewApiToken { id: made.id, name: made.name, token: made.token, created_at: made.created_at };
    Ok((StatusCode::CREATED, Extension(HoldsSecret), Json(made)))
}

/// Ends a token at once.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "team", operation_id = "delete_token",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(team): State<Team>,
    caller: may::ManageTeam,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    team.delete_token(caller.workspace, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
