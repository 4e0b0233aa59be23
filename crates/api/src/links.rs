//! Diversion links: made and changed, and their funnels from the visit to the people who stayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{BotId, FlowId, LinkId};
use domain::link::{LinkBot, Utm};
use engine::links::{self, By, DEFINITIONS, LinkChange, LinkFunnel, LinkView, Links, NewLink};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::page::List;
use crate::problem::Result;
use crate::schemas;
use crate::state::ApiOptions;

/// The five parameters by which campaigns name themselves in addresses.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LinkUtm {
    pub source: Option<String>,
    pub medium: Option<String>,
    pub campaign: Option<String>,
    pub term: Option<String>,
    pub content: Option<String>,
}

impl From<LinkUtm> for Utm {
    fn from(utm: LinkUtm) -> Self {
        let LinkUtm { source, medium, campaign, term, content } = utm;
        Self { source, medium, campaign, term, content }
    }
}

impl From<Utm> for LinkUtm {
    fn from(utm: Utm) -> Self {
        let Utm { source, medium, campaign, term, content } = utm;
        Self { source, medium, campaign, term, content }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LinkTag {
    pub id: i64,
    pub name: String,
    pub color: String,
}

/// One of the bots that a link hands people to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkBotShown {
    pub bot_id: i64,
    pub username: String,
    pub name: String,
    pub weight: i64,
    /// What a start through the link begins.
    #[schema(required)]
    pub flow: Option<LinkFlow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LinkFlow {
    pub id: i64,
    pub name: String,
}

/// A diversion link.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    pub id: i64,
    pub code: String,
    /// The address that people open.
    pub url: String,
    pub name: String,
    /// Where it is put, in the team's own words; may be empty.
    pub channel: String,
    pub utm: LinkUtm,
    pub tags: Vec<LinkTag>,
    pub bots: Vec<LinkBotShown>,
    #[schema(required)]
    pub archived_at: Option<i64>,
    pub created_at: i64,
}

impl Link {
    fn of(view: LinkView, options: &ApiOptions) -> Self {
        let LinkView { link, tags, bots } = view;
        let bots = bots.into_iter().map(|entry| LinkBotShown {
            bot_id: entry.bot.0,
            username: entry.username,
            name: entry.name,
            weight: entry.weight,
            flow: entry.flow.map(|(id, name)| LinkFlow { id: id.0, name }),
        });
        Self {
            id: link.id.0,
            url: format!("{}/l/{}", options.public_url.trim_end_matches('/'), link.code),
            code: link.code,
            name: link.name,
            channel: link.channel,
            utm: link.utm.into(),
            tags: tags
                .into_iter()
                .map(|tag| LinkTag { id: tag.id.0, name: tag.name, color: tag.color })
                .collect(),
            bots: bots.collect(),
            archived_at: link.archived_at,
            created_at: link.created_at,
        }
    }
}

/// A number of people and the expression that lists exactly them.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkPeople {
    pub count: i64,
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

impl From<links::FunnelPeople> for LinkPeople {
    fn from(found: links::FunnelPeople) -> Self {
        Self { count: found.count, people: found.people }
    }
}

/// From the visit to the people who stayed.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkFunnelSteps {
    pub visits: i64,
    pub starts: LinkPeople,
    pub replied: LinkPeople,
    pub kept: LinkPeople,
    /// Those of the starts that are old enough to have been kept.
    pub kept_of: LinkPeople,
}

impl From<links::Funnel> for LinkFunnelSteps {
    fn from(funnel: links::Funnel) -> Self {
        Self {
            visits: funnel.visits,
            starts: funnel.starts.into(),
            replied: funnel.replied.into(),
            kept: funnel.kept.into(),
            kept_of: funnel.kept_of.into(),
        }
    }
}

/// Who opened the link without being a visitor.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkApart {
    pub previewers: i64,
    pub crawlers: i64,
    pub head: i64,
}

impl From<links::Apart> for LinkApart {
    fn from(apart: links::Apart) -> Self {
        Self { previewers: apart.previewers, crawlers: apart.crawlers, head: apart.head }
    }
}

/// A link with its numbers since it was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkWithFunnel {
    #[serde(flatten)]
    pub link: Link,
    pub funnel: LinkFunnelSteps,
    /// People who were known already and came through the link.
    pub again: LinkPeople,
    /// Further starts through visits that had been used.
    pub reused: i64,
    pub apart: LinkApart,
}

impl LinkWithFunnel {
    fn of(found: LinkFunnel, options: &ApiOptions) -> Self {
        Self {
            link: Link::of(found.view, options),
            funnel: found.funnel.into(),
            again: found.again.into(),
            reused: found.reused,
            apart: found.apart.into(),
        }
    }
}

/// One day of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkDay {
    /// Such as `2026-11-24`.
    pub day: String,
    #[serde(flatten)]
    pub funnel: LinkFunnelSteps,
    pub apart: LinkApart,
}

/// One value of a parameter.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkValue {
    /// Absent: the parameter was not given.
    #[schema(required)]
    pub value: Option<String>,
    #[serde(flatten)]
    pub funnel: LinkFunnelSteps,
}

/// Everything of a link's page.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkPage {
    pub link: LinkWithFunnel,
    /// Today first.
    pub days: Vec<LinkDay>,
    /// The most visited first.
    pub values: Vec<LinkValue>,
    /// What each number means, in English.
    pub definitions: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBotInput {
    pub bot_id: i64,
    /// Its share among the weights of all, 1 to 1000; 1 unless told.
    pub weight: Option<i64>,
    /// A flow of this bot that a start through the link begins.
    pub flow_id: Option<i64>,
}

impl From<LinkBotInput> for LinkBot {
    fn from(entry: LinkBotInput) -> Self {
        Self { bot: BotId(entry.bot_id), weight: entry.weight.unwrap_or(1), flow: entry.flow_id.map(FlowId) }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLinkBody {
    /// 1 to 64 of A-Z, a-z, 0-9, _ and -; drawn unless told. It never changes.
    pub code: Option<String>,
    pub name: String,
    pub channel: Option<String>,
    pub utm: Option<LinkUtm>,
    /// Names; new ones are made.
    pub tags: Option<Vec<String>>,
    pub bots: Vec<LinkBotInput>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPatch {
    pub name: Option<String>,
    pub channel: Option<String>,
    pub utm: Option<LinkUtm>,
    pub tags: Option<Vec<String>>,
    pub bots: Option<Vec<LinkBotInput>>,
    /// An archived link leads nowhere; its people and numbers stay.
    pub archived: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinksQuery {
    /// Links that hand people to this bot, and its people.
    pub bot_id: i64,
}

/// What a link's page tells apart.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum LinkBy {
    #[default]
    #[serde(rename = "utm_source")]
    Source,
    #[serde(rename = "utm_medium")]
    Medium,
    #[serde(rename = "utm_campaign")]
    Campaign,
    #[serde(rename = "utm_term")]
    Term,
    #[serde(rename = "utm_content")]
    Content,
}

impl From<LinkBy> for By {
    fn from(by: LinkBy) -> Self {
        match by {
            LinkBy::Source => Self::UtmSource,
            LinkBy::Medium => Self::UtmMedium,
            LinkBy::Campaign => Self::UtmCampaign,
            LinkBy::Term => Self::UtmTerm,
            LinkBy::Content => Self::UtmContent,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinkPageQuery {
    /// Count this bot's visits and people.
    pub bot_id: i64,
    /// 1 to 90; 30 unless told.
    #[param(minimum = 1, maximum = 90)]
    pub days: Option<i32>,
    #[param(inline)]
    pub by: Option<LinkBy>,
}

/// The links of a bot, latest first, with their funnels since they were made.
#[utoipa::path(get, path = "/links", tag = "links", operation_id = "list_links", params(LinksQuery),
    responses((status = 200, body = List<LinkWithFunnel>)))]
pub async fn list(
    State(links): State<Links>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::Read,
    Query(query): Query<LinksQuery>,
) -> Result<Json<List<LinkWithFunnel>>> {
    let found = links.list(caller.workspace, BotId(query.bot_id)).await?;
    Ok(Json(List { items: found.into_iter().map(|link| LinkWithFunnel::of(link, &options)).collect() }))
}

/// Makes a link, and the tags that it names.
#[utoipa::path(post, path = "/links", tag = "links", operation_id = "create_link", request_body = NewLinkBody,
    responses((status = 201, body = Link)))]
pub async fn create(
    State(links): State<Links>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::EditLinks,
    Body(body): Body<NewLinkBody>,
) -> Result<(StatusCode, Json<Link>)> {
    let new = NewLink {
        code: body.code,
        name: body.name,
        channel: body.channel.unwrap_or_default(),
        utm: body.utm.unwrap_or_default().into(),
        tags: body.tags.unwrap_or_default(),
        bots: body.bots.into_iter().map(LinkBot::from).collect(),
    };
    let made = links.create(caller.workspace, new).await?;
    Ok((StatusCode::CREATED, Json(Link::of(made, &options))))
}

/// One link.
#[utoipa::path(get, path = "/links/{id}", tag = "links", operation_id = "get_link", params(("id" = i64, Path)),
    responses((status = 200, body = Link)))]
pub async fn get(
    State(links): State<Links>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<Link>> {
    Ok(Json(Link::of(links.get(caller.workspace, LinkId(id)).await?, &options)))
}

/// Changes what is given; the code stays.
#[utoipa::path(patch, path = "/links/{id}", tag = "links", operation_id = "update_link",
    params(("id" = i64, Path)), request_body = LinkPatch, responses((status = 200, body = Link)))]
pub async fn update(
    State(links): State<Links>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::EditLinks,
    Path(id): Path<i64>,
    Body(body): Body<LinkPatch>,
) -> Result<Json<Link>> {
    let change = LinkChange {
        name: body.name,
        channel: body.channel,
        utm: body.utm.map(Utm::from),
        tags: body.tags,
        bots: body.bots.map(|bots| bots.into_iter().map(LinkBot::from).collect()),
        archived: body.archived,
    };
    Ok(Json(Link::of(links.update(caller.workspace, LinkId(id), change).await?, &options)))
}

/// A link's funnel: since it was made, by day, and by the values of a parameter.
#[utoipa::path(get, path = "/links/{id}/funnel", tag = "links", operation_id = "link_funnel",
    params(("id" = i64, Path), LinkPageQuery), responses((status = 200, body = LinkPage)))]
pub async fn funnel(
    State(links): State<Links>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::Read,
    Path(id): Path<i64>,
    Query(query): Query<LinkPageQuery>,
) -> Result<Json<LinkPage>> {
    let (days, by) = (query.days.unwrap_or(30), query.by.unwrap_or_default());
    let page = links.page(caller.workspace, LinkId(id), BotId(query.bot_id), days, by.into()).await?;
    let days = page.days.into_iter().map(|day| LinkDay {
        day: day.day,
        funnel: day.funnel.into(),
        apart: day.apart.into(),
    });
    let values =
        page.values.into_iter().map(|value| LinkValue { value: value.value, funnel: value.funnel.into() });
    let definitions = DEFINITIONS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Ok(Json(LinkPage {
        link: LinkWithFunnel::of(page.total, &options),
        days: days.collect(),
        values: values.collect(),
        definitions: definitions.collect(),
    }))
}
