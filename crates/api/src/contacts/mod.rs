//! The people of a bot.

mod import;
mod shape;

use axum::Json;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::event::Origin;
use domain::ids::{BotId, ContactId};
use domain::team::Right;
use engine::contacts::{ContactPatch, Contacts, ListPlace, ListQuery, Order, PeoplePage};
use engine::history::Place;
use engine::team::Caller;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Body, Path, Query};
use crate::page::{self, List, Listing, Page, PageQuery};
use crate::problem::{Problem, Result};
use crate::schemas;

pub(crate) use import::__path_import;
pub use import::{BODY_BYTES_MAX as IMPORT_BYTES_MAX, import};
pub use shape::{
    Attribute, Contact, ContactCampaign, ContactItem, ContactLife, CountryBy, Entry, Explanation, Visit,
};

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactOrder {
    /// Latest interaction first.
    #[default]
    Recent,
    /// Latest to be met first.
    FirstSeen,
    Name,
}

impl From<ContactOrder> for Order {
    fn from(order: ContactOrder) -> Self {
        match order {
            ContactOrder::Recent => Self::Recent,
            ContactOrder::FirstSeen => Self::FirstSeen,
            ContactOrder::Name => Self::Name,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAsk {
    pub bot_id: i64,
    /// An expression as JSON; everybody where absent.
    pub expression: Option<String>,
    /// Searched in name, username and Telegram id.
    pub q: Option<String>,
    #[param(inline)]
    pub order: Option<ContactOrder>,
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactPage {
    pub items: Vec<ContactItem>,
    #[schema(required)]
    pub next: Option<String>,
    /// How many there are on all pages, exactly.
    pub count: u64,
}

impl ContactPage {
    /// A page of a list, with the place where the next begins.
    pub(crate) fn of(found: PeoplePage, listing: &Listing) -> Self {
        Self {
            items: found.items.into_iter().map(ContactItem::from).collect(),
            next: found.next.as_ref().map(|place| listing.next(place)),
            count: found.count,
        }
    }
}

/// An expression in the query string.
pub(crate) fn expression(text: Option<&str>) -> Result<Option<Value>> {
    let read = |text: &str| {
        serde_json::from_str(text)
            .map_err(|error| Problem::field("/expression", "malformed", format!("is not JSON: {error}")))
    };
    text.filter(|text| !text.is_empty()).map(read).transpose()
}

/// A member acts by hand, a program by the API.
fn origin(caller: &Caller) -> Origin {
    caller.member.map_or(Origin::Api, Origin::Agent)
}

/// People who match, page by page.
#[utoipa::path(get, path = "/contacts", tag = "contacts", operation_id = "list_contacts", params(ListAsk),
    responses((status = 200, body = ContactPage)))]
pub async fn list(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Query(ask): Query<ListAsk>,
) -> Result<Json<ContactPage>> {
    let order = ask.order.unwrap_or_default();
    let listing = Listing::of(&("contacts", ask.bot_id, &ask.expression, &ask.q, order));
    let query = ListQuery {
        expression: expression(ask.expression.as_deref())?,
        q: ask.q.unwrap_or_default(),
        order: order.into(),
        after: listing.cursor::<ListPlace>(ask.cursor.as_deref())?,
        limit: page::limit(ask.limit)?,
    };
    let found = contacts.list(caller.workspace, BotId(ask.bot_id), query).await?;
    Ok(Json(ContactPage::of(found, &listing)))
}

/// One person in full.
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", operation_id = "get_contact",
    params(("id" = i64, Path)), responses((status = 200, body = Contact)))]
pub async fn get(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<Contact>> {
    Ok(Json(contacts.get(caller.workspace, ContactId(id)).await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// A text, a number, true or false sets a key; `null` removes it.
    #[schema(value_type = Option<BTreeMap<String, schemas::AttributeChange>>)]
    pub attributes: Option<Map<String, Value>>,
    /// Whether the person gets no bulk messages.
    pub opted_out: Option<bool>,
}

/// Changes attributes, or whether the person gets bulk messages.
#[utoipa::path(patch, path = "/contacts/{id}", tag = "contacts", operation_id = "update_contact",
    params(("id" = i64, Path)), request_body = ContactChange, responses((status = 200, body = Contact)))]
pub async fn update(
    State(contacts): State<Contacts>,
    caller: may::EditContacts,
    Path(id): Path<i64>,
    Body(body): Body<ContactChange>,
) -> Result<Json<Contact>> {
    let patch = ContactPatch { attributes: body.attributes, opted_out: body.opted_out };
    Ok(Json(contacts.patch(caller.workspace, ContactId(id), patch).await?.into()))
}

/// Names of tags; those in `add` are made where they are new.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagChange {
    #[serde(default)]
    pub add: Vec<String>,
    #[serde(default)]
    pub remove: Vec<String>,
}

/// Puts tags on a person and takes others off.
#[utoipa::path(post, path = "/contacts/{id}/tags", tag = "contacts", operation_id = "tag_contact",
    params(("id" = i64, Path)), request_body = TagChange, responses((status = 200, body = Contact)))]
pub async fn tag(
    State(contacts): State<Contacts>,
    caller: may::EditContacts,
    Path(id): Path<i64>,
    Body(body): Body<TagChange>,
) -> Result<Json<Contact>> {
    let origin = origin(&caller);
    let id = ContactId(id);
    let card = contacts.change_tags(caller.workspace, id, &body.add, &body.remove, origin).await?;
    Ok(Json(card.into()))
}

/// Forgets a person for good. That something happened stays, without words, and so does an opt-out, should they come
/// back.
#[utoipa::path(delete, path = "/contacts/{id}", tag = "contacts", operation_id = "erase_contact",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn erase(
    State(contacts): State<Contacts>,
    caller: may::EraseContacts,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    contacts.erase(caller.workspace, ContactId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Everything that is known of a person, as one document: what they may ask for.
#[utoipa::path(get, path = "/contacts/{id}/export", tag = "contacts", operation_id = "export_contact",
    params(("id" = i64, Path)), responses((status = 200, body = Object)))]
pub async fn dossier(
    State(contacts): State<Contacts>,
    caller: may::ExportContacts,
    Path(id): Path<i64>,
) -> Result<Response> {
    let dossier = contacts.dossier(caller.workspace, ContactId(id)).await?;
    let disposition = format!("attachment; filename=\"person-{id}.json\"");
    Ok(([(header::CONTENT_DISPOSITION, disposition)], Json(dossier)).into_response())
}

/// What happened with a person, newest first.
#[utoipa::path(get, path = "/contacts/{id}/timeline", tag = "contacts", operation_id = "contact_timeline",
    params(("id" = i64, Path), PageQuery), responses((status = 200, body = Page<Entry>)))]
pub async fn timeline(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Path(id): Path<i64>,
    Query(ask): Query<PageQuery>,
) -> Result<Json<Page<Entry>>> {
    let listing = Listing::of(&("timeline", id));
    let below = ask.cursor::<Place>(listing)?;
    let found = contacts.timeline(caller.workspace, ContactId(id), below, ask.limit()?).await?;
    Ok(Json(Page {
        items: found.items.into_iter().map(Entry::from).collect(),
        next: found.next.as_ref().map(|place| listing.next(place)),
    }))
}

/// The latest fifty visits of links through which a person started, latest first. An agent is not told the address.
#[utoipa::path(get, path = "/contacts/{id}/visits", tag = "contacts", operation_id = "contact_visits",
    params(("id" = i64, Path)), responses((status = 200, body = List<Visit>)))]
pub async fn visits(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<List<Visit>>> {
    let with_address = caller.rights.contains(Right::SeeAddresses);
    let visits = contacts.visits(caller.workspace, ContactId(id)).await?;
    let items = visits.into_iter().map(|visit| Visit::of(visit, with_address)).collect();
    Ok(Json(List { items }))
}

/// How a person stands in the campaigns whose audience they were in: the latest hundred, the latest campaign first.
#[utoipa::path(get, path = "/contacts/{id}/campaigns", tag = "contacts", operation_id = "contact_campaigns",
    params(("id" = i64, Path)), responses((status = 200, body = List<ContactCampaign>)))]
pub async fn campaigns(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<List<ContactCampaign>>> {
    let found = contacts.campaigns(caller.workspace, ContactId(id)).await?;
    Ok(Json(List { items: found.into_iter().map(ContactCampaign::from).collect() }))
}

/// The stages that a person was in by the present rules, and those that come if nothing is heard of them.
#[utoipa::path(get, path = "/contacts/{id}/stages", tag = "contacts", operation_id = "contact_stages",
    params(("id" = i64, Path)), responses((status = 200, body = ContactLife)))]
pub async fn stages(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<ContactLife>> {
    Ok(Json(contacts.life(caller.workspace, ContactId(id)).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplainAsk {
    /// An expression as JSON.
    pub expression: String,
}

/// Why a person matches an expression, or not.
#[utoipa::path(get, path = "/contacts/{id}/explain", tag = "contacts", operation_id = "explain_contact",
    params(("id" = i64, Path), ExplainAsk), responses((status = 200, body = Explanation)))]
pub async fn explain(
    State(contacts): State<Contacts>,
    caller: may::Read,
    Path(id): Path<i64>,
    Query(ask): Query<ExplainAsk>,
) -> Result<Json<Explanation>> {
    let expression = expression(Some(&ask.expression))?;
    let missing = || Problem::field("/expression", "required", "must not be empty");
    let expression = expression.ok_or_else(missing)?;
    Ok(Json(contacts.explain(caller.workspace, ContactId(id), expression).await?.into()))
}

/// Tags for all who match.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkTagChange {
    pub bot_id: i64,
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
    #[serde(default)]
    pub add: Vec<String>,
    #[serde(default)]
    pub remove: Vec<String>,
}

/// How many people changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changed {
    pub changed: u64,
}

/// Puts tags on all who match and takes others off.
#[utoipa::path(post, path = "/contacts/tags", tag = "contacts", operation_id = "tag_contacts",
    request_body = BulkTagChange, responses((status = 200, body = Changed)))]
pub async fn tag_all(
    State(contacts): State<Contacts>,
    caller: may::EditAudiences,
    Body(body): Body<BulkTagChange>,
) -> Result<Json<Changed>> {
    let names = (body.add.as_slice(), body.remove.as_slice());
    let bot = BotId(body.bot_id);
    let origin = origin(&caller);
    let changed = contacts.tag_matching(caller.workspace, bot, body.expression, names, origin).await?;
    Ok(Json(Changed { changed }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportAsk {
    pub bot_id: i64,
    /// An expression as JSON; everybody where absent.
    pub expression: Option<String>,
}

/// All who match, as a table that an import reads.
#[utoipa::path(get, path = "/contacts/export", tag = "contacts", operation_id = "export_contacts",
    params(ExportAsk), responses((status = 200, body = String, content_type = "text/csv")))]
pub async fn export(
    State(contacts): State<Contacts>,
    caller: may::ExportContacts,
    Query(ask): Query<ExportAsk>,
) -> Result<Response> {
    let expression = expression(ask.expression.as_deref())?;
    let export = contacts.export(caller.workspace, BotId(ask.bot_id), expression).await?;
    let pieces = futures_util::stream::unfold(export, |mut export| async move {
        let piece = export.next().await?;
        // The table ends short: whoever reads it sees a broken transfer, never a whole file with people missing.
        let piece = piece.map(Bytes::from).map_err(|error| std::io::Error::other(error.to_string()));
        Some((piece, export))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"people.csv\""),
    ];
    Ok((headers, HttpBody::from_stream(pieces)).into_response())
}
