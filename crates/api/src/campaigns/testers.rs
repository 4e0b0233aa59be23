//! The saved test group of a bot.

use axum::Json;
use axum::extract::State;
use domain::ids::{BotId, ContactId};
use engine::campaigns::{self, Campaigns};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::{Body, Path};
use crate::page::List;
use crate::problem::Result;

/// Somebody who is shown messages before many get them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tester {
    pub contact_id: i64,
    pub telegram_id: i64,
    pub name: String,
    #[schema(required)]
    pub username: Option<String>,
    pub reachable: bool,
}

impl From<campaigns::Tester> for Tester {
    fn from(tester: campaigns::Tester) -> Self {
        Self {
            contact_id: tester.contact.0,
            telegram_id: tester.telegram_id,
            name: tester.name,
            username: tester.username,
            reachable: tester.unreachable.is_none(),
        }
    }
}

/// Who is in the test group from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TesterOrder {
    /// At most 20; none empties it.
    pub contacts: Vec<i64>,
}

/// The test group of a bot.
#[utoipa::path(get, path = "/bots/{id}/testers", tag = "campaigns", operation_id = "list_testers",
    params(("id" = i64, Path)), responses((status = 200, body = List<Tester>)))]
pub async fn list(
    State(campaigns): State<Campaigns>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<List<Tester>>> {
    Ok(Json(List::of(campaigns.testers(caller.workspace, BotId(id)).await?)))
}

/// Says who is in the test group.
#[utoipa::path(put, path = "/bots/{id}/testers", tag = "campaigns", operation_id = "set_testers",
    params(("id" = i64, Path)), request_body = TesterOrder, responses((status = 200, body = List<Tester>)))]
pub async fn set(
    State(campaigns): State<Campaigns>,
    caller: may::SendCampaigns,
    Path(id): Path<i64>,
    Body(body): Body<TesterOrder>,
) -> Result<Json<List<Tester>>> {
    let people = body.contacts.into_iter().map(ContactId).collect();
    Ok(Json(List::of(campaigns.set_testers(caller.workspace, BotId(id), people).await?)))
}
