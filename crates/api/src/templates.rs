//! Templates, with what became of the campaigns that they come from; and canned replies.

use std::cmp::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{CampaignId, TemplateId, WorkspaceId};
use engine::reports::{Reports, Results};
use engine::templates::{self, FromCampaign, SavedTemplate, TemplateSource, Templates};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::page::{self, List, Listing, Page};
use crate::problem::{Problem, Result};
use crate::schemas;

/// A saved message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Template {
    pub id: i64,
    pub name: String,
    #[schema(value_type = schemas::Message)]
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
    pub sent: u64,
    /// A fraction of those accepted by Telegram; 0 of nobody.
    pub open_rate: f64,
    pub replied: u64,
    /// Blocked the bot after it (the report's `blocked_after`): what the message caused.
    pub blocked: u64,
    /// Who is behind each number.
    pub people: TemplatePeople,
    /// What templates are ranked by: the least open rate that its people make likely (the lower end of Wilson's 95 %
    /// interval). Null where fewer than 30 people got it: too few to tell.
    #[schema(required)]
    pub rank: Option<f64>,
}

/// Expressions that list exactly the people of a template's results.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplatePeople {
    #[schema(value_type = schemas::Expression)]
    pub sent: Value,
    /// Those of the open rate.
    #[schema(value_type = schemas::Expression)]
    pub opened: Value,
    #[schema(value_type = schemas::Expression)]
    pub replied: Value,
    #[schema(value_type = schemas::Expression)]
    pub blocked: Value,
}

impl From<Results> for TemplateResults {
    fn from(results: Results) -> Self {
        let rank = results.rank();
        let Results { accepted, open, replied, blocked_after } = results;
        let (replied, blocked) = (replied.counted, blocked_after.counted);
        Self {
            sent: accepted.count(),
            open_rate: open.share().unwrap_or(0.0),
            replied: replied.count(),
            blocked: blocked.count(),
            people: TemplatePeople {
                sent: accepted.people().clone(),
                opened: open.counted.people().clone(),
                replied: replied.people().clone(),
                blocked: blocked.people().clone(),
            },
            rank,
        }
    }
}

/// In what order templates come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateOrder {
    /// The latest first.
    #[default]
    Latest,
    /// The best first, by `results.rank`; then those that too few got, then those without results, each the latest
    /// first.
    Results,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplatesAsk {
    /// `latest` unless told.
    #[serde(default)]
    #[param(inline)]
    pub order: TemplateOrder,
    /// Where the last page ended: its `next`, in the same order.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

/// Either a message, or the campaign to take it from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    pub name: String,
    #[schema(value_type = Option<schemas::Message>)]
    pub message: Option<Value>,
    pub from_campaign: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateChange)]
pub struct TemplatePatch {
    pub name: Option<String>,
    #[schema(value_type = Option<schemas::Message>)]
    pub message: Option<Value>,
    /// The one that the change began from.
    pub version: Option<String>,
}

/// A reply that agents send with a few keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct CannedReply {
    pub id: i64,
    pub name: String,
    #[schema(value_type = schemas::Message)]
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
    #[schema(value_type = schemas::Message)]
    pub message: Value,
}

/// The templates, in an order.
#[utoipa::path(get, path = "/templates", tag = "templates", operation_id = "list_templates", params(TemplatesAsk),
    responses((status = 200, body = Page<Template>)))]
pub async fn list(
    State(templates): State<Templates>,
    State(reports): State<Reports>,
    caller: may::Read,
    Query(ask): Query<TemplatesAsk>,
) -> Result<Json<Page<Template>>> {
    let order = ask.order;
    let limit = page::limit(ask.limit)?;
    let listing = Listing::of(&("templates", order));
    let below: Option<i64> = listing.cursor(ask.cursor.as_deref())?;
    let saved = templates.list(caller.workspace).await?;
    let mut items = Vec::new();
    if order == TemplateOrder::Results {
        // The order is known once all results are.
        for template in saved {
            items.push(shown(&reports, caller.workspace, template).await?);
        }
        items.sort_by(by_results);
    } else {
        let after = saved.into_iter().skip_while(|one| below.is_some_and(|below| one.id.0 >= below));
        for template in after.take(limit + 1) {
            items.push(shown(&reports, caller.workspace, template).await?);
        }
    }
    if let Some(below) = below.filter(|_| order == TemplateOrder::Results) {
        let place = items.iter().position(|template| template.id == below);
        items.drain(..place.map_or(0, |place| place + 1));
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| listing.next(&last.id));
    Ok(Json(Page { items, next }))
}

/// The best first; without a rank those that were sent, then the rest; the latest first among equals.
fn by_results(a: &Template, b: &Template) -> Ordering {
    let standing = |template: &Template| {
        let results = template.results.as_ref();
        (results.and_then(|results| results.rank).unwrap_or(-1.0), results.is_some())
    };
    let (a_rank, a_sent) = standing(a);
    let (b_rank, b_sent) = standing(b);
    b_rank.total_cmp(&a_rank).then(b_sent.cmp(&a_sent)).then(b.id.cmp(&a.id))
}

/// Saves a message, or a campaign's message.
#[utoipa::path(post, path = "/templates", tag = "templates", operation_id = "create_template",
    request_body = NewTemplate, responses((status = 201, body = Template)))]
pub async fn create(
    State(templates): State<Templates>,
    State(reports): State<Reports>,
    caller: may::EditTemplates,
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
    let made = templates.create(caller.workspace, &body.name, source).await?;
    Ok((StatusCode::CREATED, Json(shown(&reports, caller.workspace, made).await?)))
}

/// Changes name or message.
#[utoipa::path(patch, path = "/templates/{id}", tag = "templates", operation_id = "update_template",
    params(("id" = i64, Path)), request_body = TemplatePatch, responses((status = 200, body = Template)))]
pub async fn update(
    State(templates): State<Templates>,
    State(reports): State<Reports>,
    caller: may::EditTemplates,
    Path(id): Path<i64>,
    Body(body): Body<TemplatePatch>,
) -> Result<Json<Template>> {
    let name = body.name.as_deref();
    let changed =
        templates.update(caller.workspace, TemplateId(id), name, body.message, body.version).await?;
    Ok(Json(shown(&reports, caller.workspace, changed).await?))
}

/// Deletes a template; campaigns made from it have their own copy.
#[utoipa::path(delete, path = "/templates/{id}", tag = "templates", operation_id = "delete_template",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(templates): State<Templates>,
    caller: may::EditTemplates,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    templates.delete(caller.workspace, TemplateId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The canned replies, by name.
#[utoipa::path(get, path = "/canned", tag = "conversations", operation_id = "list_canned",
    responses((status = 200, body = List<CannedReply>)))]
pub async fn list_canned(
    State(templates): State<Templates>,
    caller: may::Read,
) -> Result<Json<List<CannedReply>>> {
    Ok(Json(List::of(templates.canned(caller.workspace).await?)))
}

/// Saves a canned reply.
#[utoipa::path(post, path = "/canned", tag = "conversations", operation_id = "create_canned",
    request_body = NewCannedReply, responses((status = 201, body = CannedReply)))]
pub async fn create_canned(
    State(templates): State<Templates>,
    caller: may::Converse,
    Body(body): Body<NewCannedReply>,
) -> Result<(StatusCode, Json<CannedReply>)> {
    let made = templates.create_canned(caller.workspace, &body.name, body.message).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Deletes a canned reply.
#[utoipa::path(delete, path = "/canned/{id}", tag = "conversations", operation_id = "delete_canned",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete_canned(
    State(templates): State<Templates>,
    caller: may::Converse,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    templates.delete_canned(caller.workspace, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(reports: &Reports, workspace: WorkspaceId, template: SavedTemplate) -> Result<Template> {
    let results = match &template.from {
        Some(FromCampaign { id, started: true, .. }) => {
            Some(TemplateResults::from(reports.results(workspace, *id).await?))
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
