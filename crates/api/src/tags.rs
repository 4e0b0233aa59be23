//! Tags: listed with their use, renamed everywhere at once, merged.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::event::Origin;
use domain::ids::{BotId, TagId};
use engine::tags::{TagChange, TagInUse, Tags};
use engine::team::Caller;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::page::List;
use crate::problem::Result;
use crate::usage::UsedBy;

/// A tag with its use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tag {
    pub id: i64,
    pub name: String,
    /// A name of the palette: blue, teal, green, amber, orange, red, violet or gray.
    pub color: String,
    pub description: String,
    /// People who have it now.
    pub people: i64,
    pub applied_by: AppliedBy,
    pub used_by: Vec<UsedBy>,
}

/// How many have the tag from whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppliedBy {
    pub flow: i64,
    pub agent: i64,
    pub campaign: i64,
    pub link: i64,
    pub import: i64,
    pub api: i64,
}

impl From<TagInUse> for Tag {
    fn from(shown: TagInUse) -> Self {
        let by = |origin: &str| shown.applied_by.get(origin).copied().unwrap_or(0);
        let applied_by = AppliedBy {
            flow: by("flow"),
            agent: by("agent"),
            campaign: by("campaign"),
            link: by("link"),
            import: by("import"),
            api: by("api"),
        };
        Self {
            id: shown.tag.id.0,
            name: shown.tag.name,
            color: shown.tag.color,
            description: shown.tag.description,
            people: shown.people,
            applied_by,
            used_by: shown.used_by.into_iter().map(UsedBy::from).collect(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TagQuery {
    /// Count this bot's people; everybody's unless told.
    pub bot_id: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTag {
    pub name: String,
    /// The next of the palette unless told.
    pub color: Option<String>,
    pub description: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagPatch {
    pub name: Option<String>,
    pub color: Option<String>,
    pub description: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeTag {
    /// The tag that stays.
    pub into: i64,
}

/// All tags, by name.
#[utoipa::path(get, path = "/tags", tag = "tags", operation_id = "list_tags", params(TagQuery),
    responses((status = 200, body = List<Tag>)))]
pub async fn list(
    State(tags): State<Tags>,
    caller: may::Read,
    Query(query): Query<TagQuery>,
) -> Result<Json<List<Tag>>> {
    Ok(Json(List::of(tags.list(caller.workspace, query.bot_id.map(BotId)).await?)))
}

/// Makes a tag.
#[utoipa::path(post, path = "/tags", tag = "tags", operation_id = "create_tag", request_body = NewTag,
    responses((status = 201, body = Tag)))]
pub async fn create(
    State(tags): State<Tags>,
    caller: may::EditAudiences,
    Body(body): Body<NewTag>,
) -> Result<(StatusCode, Json<Tag>)> {
    let description = body.description.unwrap_or_default();
    let tag = tags.create(caller.workspace, &body.name, body.color.as_deref(), &description).await?;
    Ok((StatusCode::CREATED, Json(tag.into())))
}

/// Changes name, colour or description. A new name stands everywhere at once.
#[utoipa::path(patch, path = "/tags/{id}", tag = "tags", operation_id = "update_tag", params(("id" = i64, Path)),
    request_body = TagPatch, responses((status = 200, body = Tag)))]
pub async fn update(
    State(tags): State<Tags>,
    caller: may::EditAudiences,
    Path(id): Path<i64>,
    Body(body): Body<TagPatch>,
) -> Result<Json<Tag>> {
    let change = TagChange { name: body.name, color: body.color, description: body.description };
    Ok(Json(tags.update(caller.workspace, TagId(id), change).await?.into()))
}

/// Takes a tag off everybody and deletes it. One that something depends on answers 409 with who does.
#[utoipa::path(delete, path = "/tags/{id}", tag = "tags", operation_id = "delete_tag", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn delete(
    State(tags): State<Tags>,
    caller: may::EditAudiences,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    tags.delete(caller.workspace, TagId(id), by(&caller)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives everybody with this tag another one instead, and deletes this one.
#[utoipa::path(post, path = "/tags/{id}/merge", tag = "tags", operation_id = "merge_tag",
    params(("id" = i64, Path)), request_body = MergeTag, responses((status = 200, body = Tag)))]
pub async fn merge(
    State(tags): State<Tags>,
    caller: may::EditAudiences,
    Path(id): Path<i64>,
    Body(body): Body<MergeTag>,
) -> Result<Json<Tag>> {
    let merged = tags.merge(caller.workspace, TagId(id), TagId(body.into), by(&caller)).await?;
    Ok(Json(merged.into()))
}

/// Who changes tags by hand.
fn by(caller: &Caller) -> Origin {
    caller.member.map_or(Origin::Api, Origin::Agent)
}
