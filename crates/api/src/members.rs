//! The members of the team, and one's own Telegram account.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use domain::ids::{BotId, MemberId};
use domain::team::Role;
use engine::team::{self, Team};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Person, may};
use crate::body::{Body, Path};
use crate::idempotency::HoldsSecret;
use crate::page::List;
use crate::problem::Result;
use crate::schemas;
use crate::state::ApiOptions;

/// A person of the team.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    pub id: i64,
    pub name: String,
    pub email: String,
    #[schema(value_type = schemas::Role)]
    pub role: Role,
    /// Was invited and has not followed the link yet.
    pub invited: bool,
    pub created_at: i64,
}

impl From<team::Member> for Member {
    fn from(member: team::Member) -> Self {
        Self {
            id: member.id.0,
            name: member.name,
            email: member.email,
            role: member.role,
            invited: member.invited,
            created_at: member.created_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    pub email: String,
    pub name: String,
    #[schema(value_type = schemas::Role)]
    pub role: Role,
}

/// An invited member, with the link to send to them. It is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    pub member: Member,
    pub link: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    pub name: Option<String>,
    #[schema(value_type = Option<schemas::Role>)]
    pub role: Option<Role>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindTelegram {
    pub bot_id: i64,
}

/// Opening the link binds the Telegram account that opens it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelegramLink {
    pub link: String,
    pub code: String,
    pub expires_at: i64,
}

/// The members, oldest first.
#[utoipa::path(get, path = "/members", tag = "team", operation_id = "list_members",
    responses((status = 200, body = List<Member>)))]
pub async fn list(State(team): State<Team>, caller: may::Read) -> Result<Json<List<Member>>> {
    Ok(Json(List::of(team.members(caller.workspace).await?)))
}

/// Invites somebody.
#[utoipa::path(post, path = "/members", tag = "team", operation_id = "invite_member", request_body = NewMember,
    responses((status = 201, body = Invited)))]
pub async fn invite(
    State(team): State<Team>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::ManageTeam,
    Body(body): Body<NewMember>,
) -> Result<(StatusCode, Extension<HoldsSecret>, Json<Invited>)> {
    let invitation = team.invite(caller.workspace, &body.email, &body.name, body.role).await?;
    let link = format!("{}/setup/{}", options.public_url.trim_end_matches('/'), invitation.token);
    let invited = Invited { member: invitation.member.into(), link };
    Ok((StatusCode::CREATED, Extension(HoldsSecret), Json(invited)))
}

/// Changes name or role.
#[utoipa::path(patch, path = "/members/{id}", tag = "team", operation_id = "update_member",
    params(("id" = i64, Path)), request_body = MemberChange, responses((status = 200, body = Member)))]
pub async fn update(
    State(team): State<Team>,
    caller: may::ManageTeam,
    Path(id): Path<i64>,
    Body(body): Body<MemberChange>,
) -> Result<Json<Member>> {
    let member = team.update_member(caller.workspace, MemberId(id), body.name.as_deref(), body.role).await?;
    Ok(Json(member.into()))
}

/// Removes a member; their sessions end at once.
#[utoipa::path(delete, path = "/members/{id}", tag = "team", operation_id = "remove_member",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn remove(
    State(team): State<Team>,
    caller: may::ManageTeam,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    team.remove_member(caller.workspace, MemberId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link that binds one's own Telegram account, for test sends.
#[utoipa::path(post, path = "/members/me/telegram", tag = "team", operation_id = "bind_telegram",
    request_body = BindTelegram, responses((status = 201, body = TelegramLink)))]
pub async fn bind_telegram(
    State(team): State<Team>,
    person: Person,
    Body(body): Body<BindTelegram>,
) -> Result<(StatusCode, Extension<HoldsSecret>, Json<TelegramLink>)> {
    let link = team.telegram_link(person.caller.workspace, person.member, BotId(body.bot_id)).await?;
    let link = TelegramLink { link: link.link, code: link.code, expires_at: link.expires_at };
    Ok((StatusCode::CREATED, Extension(HoldsSecret), Json(link)))
}
