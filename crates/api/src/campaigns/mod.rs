//! Campaigns: drafts, starting, steering, the ledger.

mod shape;
pub mod testers;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{BotId, CampaignId, ContactId};
use engine::campaigns::{
    Campaigns, Decision as EngineDecision, DraftChange, LedgerAsk, NewCampaign as EngineNew, TrialOrder,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::page::{self, Listing, Page};
use crate::problem::Result;
use crate::schemas;

pub use shape::{Campaign, LedgerLine, Preview, Test, TestLine};

/// A draft that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCampaign {
    pub bot_id: i64,
    pub name: String,
    /// An expression.
    #[schema(value_type = schemas::Expression)]
    pub audience: Value,
    /// A message.
    #[schema(value_type = schemas::Message)]
    pub message: Value,
    /// 0 to 50; 0 unless told.
    #[schema(minimum = 0, maximum = 50)]
    #[serde(default)]
    pub held_out_percent: f64,
}

/// What changes about a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignPatch {
    pub name: Option<String>,
    #[schema(value_type = Option<schemas::Expression>)]
    pub audience: Option<Value>,
    #[schema(value_type = Option<schemas::Message>)]
    pub message: Option<Value>,
    pub held_out_percent: Option<f64>,
    /// The version that was seen.
    pub version: i64,
}

/// A draft before it is saved: what would be made of it, or its audience alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // name and message make no difference to the numbers, and a draft has them
pub struct PreviewDraft {
    pub bot_id: i64,
    /// May be there; is not looked at.
    pub name: Option<String>,
    #[schema(value_type = schemas::Expression)]
    pub audience: Value,
    /// May be there; is not looked at.
    #[schema(value_type = Option<schemas::Message>)]
    pub message: Option<Value>,
    #[serde(default)]
    pub held_out_percent: f64,
}

/// Whom a test goes to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TestOrder {
    pub contacts: Vec<i64>,
    /// One's own bound Telegram account.
    pub me: bool,
    /// The bot's saved test group.
    pub group: bool,
}

/// How to start.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StartOrder {
    /// Write to so many first, then pause.
    #[schema(minimum = 1)]
    pub canary: Option<i64>,
}

/// What to do with sends whose end is not known.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Resend,
    Leave,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveOrder {
    pub decision: Decision,
    /// All of them unless told.
    pub contacts: Option<Vec<i64>>,
}

/// Which campaigns are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignQuery {
    pub bot_id: i64,
    #[param(value_type = Option<schemas::CampaignStatus>)]
    pub status: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<usize>,
}

/// Which lines of the ledger are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// `pending`, `leased`, `sent`, `failed`, `blocked`, `skipped`, `unknown` or `held_out`.
    #[param(value_type = Option<schemas::LedgerOutcome>)]
    pub outcome: Option<String>,
    /// The place of a button, such as `0.1`, or a text: those who pressed or followed it, or a button with that text.
    pub button: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<usize>,
}

/// A bot's campaigns, latest first.
#[utoipa::path(get, path = "/campaigns", tag = "campaigns", operation_id = "list_campaigns", params(CampaignQuery),
    responses((status = 200, body = Page<Campaign>)))]
pub async fn list(
    State(campaigns): State<Campaigns>,
    caller: may::Read,
    Query(query): Query<CampaignQuery>,
) -> Result<Json<Page<Campaign>>> {
    let limit = page::limit(query.limit)?;
    let listing = Listing::of(&("campaigns", query.bot_id, &query.status));
    let below = listing.cursor::<i64>(query.cursor.as_deref())?.map(CampaignId);
    let bot = BotId(query.bot_id);
    let mut found = campaigns.list(caller.workspace, bot, query.status, below, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().map(|last| listing.next(&last.campaign.id.0)) } else { None };
    Ok(Json(Page { items: found.into_iter().map(Campaign::from).collect(), next }))
}

/// Makes a draft.
#[utoipa::path(post, path = "/campaigns", tag = "campaigns", operation_id = "create_campaign",
    request_body = NewCampaign, responses((status = 201, body = Campaign)))]
pub async fn create(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Body(body): Body<NewCampaign>,
) -> Result<(StatusCode, Json<Campaign>)> {
    let new = EngineNew {
        bot: BotId(body.bot_id),
        name: body.name,
        audience: body.audience,
        message: body.message,
        held_out_percent: body.held_out_percent,
        created_by: caller.member,
    };
    let made = campaigns.create(caller.workspace, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One campaign with its counts.
#[utoipa::path(get, path = "/campaigns/{id}", tag = "campaigns", operation_id = "get_campaign",
    params(("id" = i64, Path)), responses((status = 200, body = Campaign)))]
pub async fn get(
    State(campaigns): State<Campaigns>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<Campaign>> {
    Ok(Json(campaigns.get(caller.workspace, CampaignId(id)).await?.into()))
}

/// Changes a draft.
#[utoipa::path(patch, path = "/campaigns/{id}", tag = "campaigns", operation_id = "update_campaign",
    params(("id" = i64, Path)), request_body = CampaignPatch, responses((status = 200, body = Campaign)))]
pub async fn update(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
    Body(body): Body<CampaignPatch>,
) -> Result<Json<Campaign>> {
    let change = DraftChange {
        name: body.name,
        audience: body.audience,
        message: body.message,
        held_out_percent: body.held_out_percent,
        version: body.version,
    };
    Ok(Json(campaigns.change(caller.workspace, CampaignId(id), change).await?.into()))
}

/// Deletes a draft.
#[utoipa::path(delete, path = "/campaigns/{id}", tag = "campaigns", operation_id = "delete_campaign",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    campaigns.delete(caller.workspace, CampaignId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an unsaved draft would do now.
#[utoipa::path(post, path = "/campaigns/preview", tag = "campaigns", operation_id = "preview_draft",
    request_body = PreviewDraft, responses((status = 200, body = Preview)))]
pub async fn preview_draft(
    State(campaigns): State<Campaigns>,
    caller: may::Read,
    Body(body): Body<PreviewDraft>,
) -> Result<Json<Preview>> {
    let bot = BotId(body.bot_id);
    let preview = campaigns.preview_of(caller.workspace, bot, body.audience, body.held_out_percent).await?;
    Ok(Json(preview.into()))
}

/// What a draft would do now.
#[utoipa::path(post, path = "/campaigns/{id}/preview", tag = "campaigns", operation_id = "preview_campaign",
    params(("id" = i64, Path)), responses((status = 200, body = Preview)))]
pub async fn preview(
    State(campaigns): State<Campaigns>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<Preview>> {
    Ok(Json(campaigns.preview(caller.workspace, CampaignId(id)).await?.into()))
}

/// Sends the message to some people, to the test group or to oneself, and tells how it went.
#[utoipa::path(post, path = "/campaigns/{id}/test", tag = "campaigns", operation_id = "test_campaign",
    params(("id" = i64, Path)), request_body = TestOrder, responses((status = 200, body = Test)))]
pub async fn test(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
    Body(body): Body<TestOrder>,
) -> Result<Json<Test>> {
    let contacts = body.contacts.into_iter().map(ContactId).collect();
    let me = if body.me {
        let person = caller.member.ok_or_else(|| {
            engine::EngineError::field("/me", "not_bound", "a token has no Telegram account; name contacts")
        })?;
        Some(person)
    } else {
        None
    };
    let sent = campaigns
        .test(caller.workspace, CampaignId(id), TrialOrder { contacts, me, group: body.group })
        .await?;
    Ok(Json(Test { sent: sent.into_iter().map(TestLine::from).collect() }))
}

/// Freezes the audience and begins to send.
#[utoipa::path(post, path = "/campaigns/{id}/start", tag = "campaigns", operation_id = "start_campaign",
    params(("id" = i64, Path)), request_body = StartOrder, responses((status = 200, body = Campaign)))]
pub async fn start(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
    Body(body): Body<StartOrder>,
) -> Result<Json<Campaign>> {
    Ok(Json(campaigns.start(caller.workspace, CampaignId(id), body.canary).await?.into()))
}

/// Lets calls in flight land, then stops.
#[utoipa::path(post, path = "/campaigns/{id}/pause", tag = "campaigns", operation_id = "pause_campaign",
    params(("id" = i64, Path)), responses((status = 200, body = Campaign)))]
pub async fn pause(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
) -> Result<Json<Campaign>> {
    Ok(Json(campaigns.pause(caller.workspace, CampaignId(id)).await?.into()))
}

/// Goes on exactly where it stopped.
#[utoipa::path(post, path = "/campaigns/{id}/resume", tag = "campaigns", operation_id = "resume_campaign",
    params(("id" = i64, Path)), responses((status = 200, body = Campaign)))]
pub async fn resume(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
) -> Result<Json<Campaign>> {
    Ok(Json(campaigns.resume(caller.workspace, CampaignId(id)).await?.into()))
}

/// Ends it: who was not written to is not.
#[utoipa::path(post, path = "/campaigns/{id}/cancel", tag = "campaigns", operation_id = "cancel_campaign",
    params(("id" = i64, Path)), responses((status = 200, body = Campaign)))]
pub async fn cancel(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
) -> Result<Json<Campaign>> {
    Ok(Json(campaigns.cancel(caller.workspace, CampaignId(id)).await?.into()))
}

/// Decides on sends whose end is not known.
#[utoipa::path(post, path = "/campaigns/{id}/resolve", tag = "campaigns", operation_id = "resolve_campaign",
    params(("id" = i64, Path)), request_body = ResolveOrder, responses((status = 200, body = Campaign)))]
pub async fn resolve(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
    Body(body): Body<ResolveOrder>,
) -> Result<Json<Campaign>> {
    let decision = match body.decision {
        Decision::Resend => EngineDecision::Resend,
        Decision::Leave => EngineDecision::Leave,
    };
    let contacts = body.contacts.map(|ids| ids.into_iter().map(ContactId).collect());
    let resolved = campaigns.resolve(caller.workspace, CampaignId(id), decision, contacts).await?;
    Ok(Json(resolved.into()))
}

/// One line for each person, in the campaign's own order.
#[utoipa::path(get, path = "/campaigns/{id}/ledger", tag = "campaigns", operation_id = "list_ledger",
    params(("id" = i64, Path), LedgerQuery), responses((status = 200, body = Page<LedgerLine>)))]
pub async fn ledger(
    State(campaigns): State<Campaigns>,
    caller: may::Read,
    Path(id): Path<i64>,
    Query(query): Query<LedgerQuery>,
) -> Result<Json<Page<LedgerLine>>> {
    let limit = page::limit(query.limit)?;
    let listing = Listing::of(&("ledger", id, &query.outcome, &query.button));
    let after = listing.cursor::<i64>(query.cursor.as_deref())?;
    let ask = LedgerAsk { outcome: query.outcome, button: query.button, after, limit };
    let found = campaigns.ledger(caller.workspace, CampaignId(id), ask).await?;
    let items = found.lines.into_iter().map(LedgerLine::from).collect();
    Ok(Json(Page { items, next: found.next.map(|position| listing.next(&position)) }))
}
