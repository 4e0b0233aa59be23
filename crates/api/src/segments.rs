//! Segments: saved expressions, counted whenever they are asked for; and previews of expressions.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{BotId, SegmentId};
use engine::segments::{self, BreakdownBy, Edited, LiveSegment, SegmentChange, Segments};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::contacts::ContactItem;
use crate::page::{self, Listing, Page};
use crate::problem::{Problem, Result};
use crate::schemas;
use crate::usage::UsedBy;

/// A saved expression with who is in it now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Segment {
    pub id: i64,
    pub bot_id: i64,
    pub name: String,
    pub description: String,
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
    pub count: u64,
    /// Of them, who may be sent bulk messages.
    pub reachable: u64,
    pub used_by: Vec<UsedBy>,
    pub created_at: i64,
    pub updated_at: i64,
    /// Rises with every edit.
    pub version: i64,
}

impl From<LiveSegment> for Segment {
    fn from(live: LiveSegment) -> Self {
        let row = live.segment;
        Self {
            id: row.id.0,
            bot_id: row.bot.0,
            name: row.name,
            description: row.description,
            expression: row.expression,
            count: live.count,
            reachable: live.reachable,
            used_by: live.used_by.into_iter().map(UsedBy::from).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SegmentQuery {
    /// All bots' unless told.
    pub bot_id: Option<i64>,
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    pub bot_id: i64,
    pub name: String,
    pub description: Option<String>,
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SegmentChange)]
pub struct SegmentPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    #[schema(value_type = Option<schemas::Expression>)]
    pub expression: Option<Value>,
    /// The version that was edited.
    pub version: i64,
}

/// What to break a match down by.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakdownKey {
    Tag,
    Stage,
    Source,
    Language,
    /// Days since the last interaction: `0` is at most a day, `1` more than one and at most two, and so on to `60` for
    /// all beyond; who never interacted is in none.
    Silence,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewOrder {
    pub bot_id: i64,
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
    pub breakdown: Option<BreakdownKey>,
}

/// A part of a match.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakdownGroup {
    /// A tag's or stage's name, a source such as `link=fb-summer`, a language (a region is counted with its
    /// language where some have that alone: `zh-hans` with `zh`).
    pub key: String,
    pub name: String,
    pub count: u64,
}

/// Who an expression matches now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentPreview {
    pub count: u64,
    pub reachable: u64,
    /// Match, and cannot be sent bulk messages.
    pub left_out: u64,
    /// Up to ten of them, the same for the same match.
    pub sample: Vec<ContactItem>,
    /// Microseconds that counting took.
    pub took_us: u64,
    /// The largest part first, but stages in their order.
    /// At most 100 groups, by source 100 of each field.
    pub breakdown: Vec<BreakdownGroup>,
    /// How many have no value, by what the match is broken down by: `language`, or each field of the source.
    pub without: BTreeMap<String, u64>,
    /// The number of the latest event that the count knows.
    pub number: i64,
}

impl From<segments::Preview> for SegmentPreview {
    fn from(preview: segments::Preview) -> Self {
        let group =
            |group: segments::Group| BreakdownGroup { key: group.key, name: group.name, count: group.count };
        Self {
            count: preview.count,
            reachable: preview.reachable,
            left_out: preview.left_out,
            sample: preview.sample.into_iter().map(ContactItem::from).collect(),
            took_us: preview.took_us,
            breakdown: preview.breakdown.into_iter().map(group).collect(),
            without: preview.without.into_iter().map(|(field, count)| (field.to_owned(), count)).collect(),
            number: preview.number,
        }
    }
}

/// Segments, by bot and name.
#[utoipa::path(get, path = "/segments", tag = "segments", operation_id = "list_segments", params(SegmentQuery),
    responses((status = 200, body = Page<Segment>)))]
pub async fn list(
    State(segments): State<Segments>,
    caller: may::Read,
    Query(query): Query<SegmentQuery>,
) -> Result<Json<Page<Segment>>> {
    let limit = page::limit(query.limit)?;
    let listing = Listing::of(&("segments", query.bot_id));
    let after: Option<(i64, String, i64)> = listing.cursor(query.cursor.as_deref())?;
    let key = |live: &LiveSegment| {
        let row = &live.segment;
        (row.bot.0, row.name.clone(), row.id.0)
    };
    let mut rest = segments.list(caller.workspace, query.bot_id.map(BotId)).await?;
    rest.retain(|live| after.as_ref().is_none_or(|after| key(live) > *after));
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|last| listing.next(&key(last)));
    Ok(Json(Page { items: rest.into_iter().map(Segment::from).collect(), next }))
}

/// One segment.
#[utoipa::path(get, path = "/segments/{id}", tag = "segments", operation_id = "get_segment",
    params(("id" = i64, Path)), responses((status = 200, body = Segment)))]
pub async fn get(
    State(segments): State<Segments>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<Segment>> {
    Ok(Json(segments.get(caller.workspace, SegmentId(id)).await?.into()))
}

/// Saves an expression.
#[utoipa::path(post, path = "/segments", tag = "segments", operation_id = "create_segment",
    request_body = NewSegment, responses((status = 201, body = Segment)))]
pub async fn create(
    State(segments): State<Segments>,
    caller: may::EditAudiences,
    Body(body): Body<NewSegment>,
) -> Result<(StatusCode, Json<Segment>)> {
    let new = segments::NewSegment {
        bot: BotId(body.bot_id),
        name: body.name,
        description: body.description.unwrap_or_default(),
        expression: body.expression,
    };
    let made = segments.create(caller.workspace, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Changes a segment. A `version` that is not the present one answers 409 with the present segment.
#[utoipa::path(patch, path = "/segments/{id}", tag = "segments", operation_id = "update_segment",
    params(("id" = i64, Path)), request_body = SegmentPatch, responses((status = 200, body = Segment)))]
pub async fn update(
    State(segments): State<Segments>,
    caller: may::EditAudiences,
    Path(id): Path<i64>,
    Body(body): Body<SegmentPatch>,
) -> Result<Json<Segment>> {
    let change = SegmentChange {
        name: body.name,
        description: body.description,
        expression: body.expression,
        version: body.version,
    };
    match segments.update(caller.workspace, SegmentId(id), change).await? {
        Edited::Saved(live) => Ok(Json(live.into())),
        Edited::Outdated(live) => {
            Err(Problem::outdated("somebody else changed this segment meanwhile", &Segment::from(live)))
        }
    }
}

/// Deletes a segment. One that something depends on answers 409 with who does.
#[utoipa::path(delete, path = "/segments/{id}", tag = "segments", operation_id = "delete_segment",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(segments): State<Segments>,
    caller: may::EditAudiences,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    segments.delete(caller.workspace, SegmentId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Counts, samples and breaks down an expression that need not be saved.
#[utoipa::path(post, path = "/segments/preview", tag = "segments", operation_id = "preview_segment",
    request_body = PreviewOrder, responses((status = 200, body = SegmentPreview)))]
pub async fn preview(
    State(segments): State<Segments>,
    caller: may::Read,
    Body(body): Body<PreviewOrder>,
) -> Result<Json<SegmentPreview>> {
    let by = body.breakdown.map(|key| match key {
        BreakdownKey::Tag => BreakdownBy::Tag,
        BreakdownKey::Stage => BreakdownBy::Stage,
        BreakdownKey::Source => BreakdownBy::Source,
        BreakdownKey::Language => BreakdownBy::Language,
        BreakdownKey::Silence => BreakdownBy::Silence,
    });
    let preview = segments.preview(caller.workspace, BotId(body.bot_id), body.expression, by).await?;
    Ok(Json(preview.into()))
}
