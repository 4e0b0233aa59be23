//! Templates, with what became of the campaigns that they come from; and canned replies.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{CampaignId, TemplateId, WorkspaceId};
use engine::reports::{By, Report, Reports};
use engine::templates::{self, FromCampaign, SavedTemplate, TemplateSource, Templates};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::{Agent, Marketer};
use crate::body::{Body, Path, Query};
use crate::page::{self, List, Page, PageQuery};
use crate::problem::{Problem, Result};

/// A saved message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Template {
    pub id: i64,
    pub name: String,
    #[schema(value_type = Object)]
    pub message: Value,
    #[schema(required)]
    pub from_campaign: Option<CampaignRef>,
    /// What became of that campaign, once it was started.
    #[schema(required)]
    pub results: Option<TemplateResults>,
    pub created_at: i64,
    /// Of name and message. A change that names it is refused when somebody else was faster.
    pub version: String,
}

/// A campaign's name.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignRef {
    pub id: i64,
    pub name: String,
}

/// A campaign's figures in short; its report defines them.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateResults {
    pub sent: i64,
    /// A fraction of those accepted by Telegram; 0 of nobody.
    pub open_rate: f64,
    pub replied: i64,
    pub blocked: i64,
}

impl From<&Report> for TemplateResults {
    fn from(report: &Report) -> Self {
        let figure =
            |wanted: &str| report.figures.iter().find(|(name, _)| *name == wanted).map(|(_, figure)| figure);
        Self {
            sent: report.accepted.count,
            open_rate: figure("open_rate").and_then(|figure| figure.share()).unwrap_or(0.0),
            replied: figure("replied").map_or(0, |figure| figure.count),
            blocked: figure("blocked").map_or(0, |figure| figure.count),
        }
    }
}

/// Either a message, or the campaign to take it from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    pub name: String,
    #[schema(value_type = Option<Object>)]
    pub message: Option<Value>,
    pub from_campaign: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateChange)]
pub struct TemplatePatch {
    pub name: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub message: Option<Value>,
    /// The one that the change began from.
    pub version: Option<String>,
}

/// A reply that agents send with a few keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct CannedReply {
    pub id: i64,
    pub name: String,
    #[schema(value_type = Object)]
    pub message: Value,
}

impl From<templates::CannedReply> for CannedReply {
    fn from(reply: templates::CannedReply) -> Self {
        Self { id: reply.id, name: reply.name, message: reply.message }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCannedReply {
    pub name: String,
    #[schema(value_type = Object)]
    pub message: Value,
}

/// The templates, latest first.
#[utoipa::path(get, path = "/templates", tag = "templates", operation_id = "list_templates", params(PageQuery),
    responses((status = 200, body = Page<Template>)))]
pub async fn list(
    State(templates): State<Templates>,
    State(reports): State<Reports>,
    agent: Agent,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Template>>> {
    let limit = query.limit()?;
    let below: Option<i64> = query.cursor()?;
    let mut rest = templates.list(agent.workspace).await?;
    rest.retain(|template| below.is_none_or(|below| template.id.0 < below));
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|last| page::next(&last.id.0));
    let mut items = Vec::with_capacity(rest.len());
    for template in rest {
        items.push(shown(&reports, agent.workspace, template).await?);
    }
    Ok(Json(Page { items, next }))
}

/// Saves a message, or a campaign's message.
#[utoipa::path(post, path = "/templates", tag = "templates", operation_id = "create_template",
    request_body = NewTemplate, responses((status = 201, body = Template)))]
pub async fn create(
    State(templates): State<Templates>,
    State(reports): State<Reports>,
    marketer: Marketer,
    Body(body): Body<NewTemplate>,
) -> Result<(StatusCode, Json<Template>)> {
    let source = match (body.message, body.from_campaign) {
        (Some(message), None) => TemplateSource::Message(message),
        (None, Some(campaign)) => TemplateSource::Campaign(CampaignId(campaign)),
        (None, None) => return Err(Problem::field("/message", "required", "is missing, or from_campaign")),
        (Some(_), Some(_)) => {
            return Err(Problem::field("/from_campaign", "conflict", "cannot stand beside message"));
        }
    };
    let made = templates.create(marketer.workspace, &body.name, source).await?;
    Ok((StatusCode::CREATED, Json(shown(&reports, marketer.workspace, made).await?)))
}

/// Changes name or message.
#[utoipa::path(patch, path = "/templates/{id}", tag = "templates", operation_id = "update_template",
    params(("id" = i64, Path)), request_body = TemplatePatch, responses((status = 200, body = Template)))]
pub async fn update(
    State(templates): State<Templates>,
    State(reports): State<Reports>,
    marketer: Marketer,
    Path(id): Path<i64>,
    Body(body): Body<TemplatePatch>,
) -> Result<Json<Template>> {
    let name = body.name.as_deref();
    let changed =
        templates.update(marketer.workspace, TemplateId(id), name, body.message, body.version).await?;
    Ok(Json(shown(&reports, marketer.workspace, changed).await?))
}

/// Deletes a template; campaigns made from it have their own copy.
#[utoipa::path(delete, path = "/templates/{id}", tag = "templates", operation_id = "delete_template",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(templates): State<Templates>,
    marketer: Marketer,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    templates.delete(marketer.workspace, TemplateId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The canned replies, by name.
#[utoipa::path(get, path = "/canned", tag = "conversations", operation_id = "list_canned",
    responses((status = 200, body = List<CannedReply>)))]
pub async fn list_canned(
    State(templates): State<Templates>,
    agent: Agent,
) -> Result<Json<List<CannedReply>>> {
    Ok(Json(List::of(templates.canned(agent.workspace).await?)))
}

/// Saves a canned reply.
#[utoipa::path(post, path = "/canned", tag = "conversations", operation_id = "create_canned",
    request_body = NewCannedReply, responses((status = 201, body = CannedReply)))]
pub async fn create_canned(
    State(templates): State<Templates>,
    agent: Agent,
    Body(body): Body<NewCannedReply>,
) -> Result<(StatusCode, Json<CannedReply>)> {
    let made = templates.create_canned(agent.workspace, &body.name, body.message).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Deletes a canned reply.
#[utoipa::path(delete, path = "/canned/{id}", tag = "conversations", operation_id = "delete_canned",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete_canned(
    State(templates): State<Templates>,
    agent: Agent,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    templates.delete_canned(agent.workspace, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(reports: &Reports, workspace: WorkspaceId, template: SavedTemplate) -> Result<Template> {
    let results = match &template.from {
        Some(FromCampaign { id, started: true, .. }) => {
            Some(TemplateResults::from(&reports.report(workspace, *id, By::Stage).await?))
        }
        _ => None,
    };
    Ok(Template {
        id: template.id.0,
        name: template.name,
        message: template.message,
        from_campaign: template.from.map(|from| CampaignRef { id: from.id.0, name: from.name }),
        results,
        created_at: template.created_at,
        version: template.version,
    })
}
