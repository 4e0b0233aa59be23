//! Events sent in: conversions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{BotId, ContactId};
use engine::conversions::{Conversions, NewConversion, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::Body;
use crate::problem::{Problem, Result};

/// Somebody bought something, or did what was hoped for. Either `contact_id`, or `bot_id` and `telegram_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    pub contact_id: Option<i64>,
    pub bot_id: Option<i64>,
    pub telegram_id: Option<i64>,
    /// Such as `purchase`.
    #[schema(max_length = 128)]
    pub name: String,
    /// In the currency's own unit: 19.90 for 19 dollars and 90 cents. Payments that go through Telegram, which counts
    /// cents, are recorded in the same unit.
    pub value: Option<f64>,
    /// Three capital letters of ISO 4217, or XTR for Telegram Stars; goes with a value only.
    pub currency: Option<String>,
    /// Now unless told; not in the future, at most a year back.
    pub at: Option<i64>,
}

/// The number of the event in its bot's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventNumber {
    pub number: i64,
}

/// Records a conversion.
#[utoipa::path(post, path = "/events", tag = "events", operation_id = "record_event", request_body = NewEvent,
    responses((status = 202, body = EventNumber)))]
pub async fn record(
    State(conversions): State<Conversions>,
    caller: may::ImportContacts,
    Body(body): Body<NewEvent>,
) -> Result<(StatusCode, Json<EventNumber>)> {
    let new = NewConversion {
        who: who(&body)?,
        name: body.name,
        value: body.value,
        currency: body.currency,
        at: body.at,
    };
    let number = conversions.record(caller.workspace, new).await?;
    Ok((StatusCode::ACCEPTED, Json(EventNumber { number })))
}

fn who(body: &NewEvent) -> Result<Who> {
    match (body.contact_id, body.bot_id, body.telegram_id) {
        (Some(contact), None, None) => Ok(Who::Contact(ContactId(contact))),
        (None, Some(bot), Some(telegram_id)) => Ok(Who::Telegram { bot: BotId(bot), telegram_id }),
        (None, None, None) => {
            Err(Problem::field("/contact_id", "required", "is missing; or give bot_id and telegram_id"))
        }
        (None, Some(_), None) => Err(Problem::field("/telegram_id", "required", "goes with bot_id")),
        (None, None, Some(_)) => Err(Problem::field("/bot_id", "required", "goes with telegram_id")),
        (Some(_), _, _) => {
            Err(Problem::field("/contact_id", "conflict", "cannot go with bot_id or telegram_id"))
        }
    }
}
