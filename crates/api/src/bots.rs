//! Bots: connected by token, watched, stopped, forgotten.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::bot::{Condition, Intake};
use domain::ids::BotId;
use engine::bots::{self, BotChange, Bots};
use engine::presets::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::{Body, Path};
use crate::page::List;
use crate::problem::Result;
use crate::schemas;

/// What a bot can be told to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BotOrder {
    Running,
    Stopped,
}

/// A bot, without its token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bot {
    pub id: i64,
    pub telegram_id: i64,
    pub username: String,
    pub name: String,
    #[schema(value_type = schemas::BotStatus)]
    pub status: Condition,
    #[schema(value_type = schemas::IntakeKind)]
    pub intake: Intake,
    /// Why updates are polled where a webhook was wanted.
    #[schema(required)]
    pub intake_note: Option<String>,
    /// What Telegram says of the webhook; none while the bot is polled.
    #[schema(required)]
    pub webhook: Option<WebhookHealth>,
    pub health: BotHealth,
    /// Bulk messages a second; none: the sender's own default.
    #[schema(required)]
    pub bulk_per_second: Option<i64>,
    /// What a person is told whose payment is declined; none: payments are taken.
    #[schema(required)]
    pub decline_payments: Option<String>,
    /// People who met the bot.
    pub contacts: i64,
    pub created_at: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BotHealth {
    #[schema(required)]
    pub last_update_at: Option<i64>,
    #[schema(required)]
    pub last_error: Option<String>,
    #[schema(required)]
    pub last_error_at: Option<i64>,
    /// Telegram asked to wait until then.
    #[schema(required)]
    pub blocked_until: Option<i64>,
    /// Updates that could not be taken in, kept raw.
    pub ingest_failed: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookHealth {
    /// Updates that wait to be pushed.
    pub pending: i64,
    #[schema(required)]
    pub last_error: Option<String>,
    #[schema(required)]
    pub last_error_at: Option<i64>,
    /// When Telegram was asked.
    pub checked_at: i64,
}

impl From<bots::WebhookHealth> for WebhookHealth {
    fn from(health: bots::WebhookHealth) -> Self {
        let bots::WebhookHealth { pending, last_error, last_error_at, checked_at } = health;
        Self { pending, last_error, last_error_at, checked_at }
    }
}

impl From<bots::Bot> for Bot {
    fn from(bot: bots::Bot) -> Self {
        Self {
            id: bot.id.0,
            telegram_id: bot.telegram_id,
            username: bot.username,
            name: bot.name,
            status: bot.status,
            intake: bot.intake,
            intake_note: bot.intake_note,
            webhook: bot.webhook.map(Into::into),
            health: BotHealth {
                last_update_at: bot.last_update_at,
                last_error: bot.last_error,
                last_error_at: bot.last_error_at,
                blocked_until: bot.blocked_until,
                ingest_failed: bot.ingest_failed,
            },
            bulk_per_second: bot.bulk_per_second,
            decline_payments: bot.decline_payments,
            contacts: bot.contacts,
            created_at: bot.created_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBot {
    /// From @BotFather.
    pub token: String,
    #[schema(minimum = 1, maximum = 1000)]
    pub bulk_per_second: Option<i64>,
    /// In which words its first segments are named: active and dormant users. English unless told.
    #[serde(default)]
    pub language: BotLanguage,
}

/// A language of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BotLanguage {
    #[default]
    En,
    Zh,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BotChange)]
pub struct BotPatch {
    #[schema(minimum = 1, maximum = 1000)]
    pub bulk_per_second: Option<i64>,
    pub status: Option<BotOrder>,
    /// A new token of the same bot.
    pub token: Option<String>,
    /// Declines every payment with these words; empty ones take payments.
    #[schema(max_length = 200)]
    pub decline_payments: Option<String>,
}

/// The connected bots, oldest first.
#[utoipa::path(get, path = "/bots", tag = "bots", operation_id = "list_bots",
    responses((status = 200, body = List<Bot>)))]
pub async fn list(State(bots): State<Bots>, caller: may::Read) -> Result<Json<List<Bot>>> {
    Ok(Json(List::of(bots.list(caller.workspace).await?)))
}

/// One bot.
#[utoipa::path(get, path = "/bots/{id}", tag = "bots", operation_id = "get_bot", params(("id" = i64, Path)),
    responses((status = 200, body = Bot)))]
pub async fn get(State(bots): State<Bots>, caller: may::Read, Path(id): Path<i64>) -> Result<Json<Bot>> {
    Ok(Json(bots.get(caller.workspace, BotId(id)).await?.into()))
}

/// Connects a bot; Telegram is asked whose the token is.
#[utoipa::path(post, path = "/bots", tag = "bots", operation_id = "add_bot", request_body = NewBot,
    responses((status = 201, body = Bot)))]
pub async fn add(
    State(bots): State<Bots>,
    caller: may::ManageBots,
    Body(body): Body<NewBot>,
) -> Result<(StatusCode, Json<Bot>)> {
    let language = match body.language {
        BotLanguage::En => Language::English,
        BotLanguage::Zh => Language::Chinese,
    };
    let bot = bots.add(caller.workspace, &body.token, body.bulk_per_second, language).await?;
    Ok((StatusCode::CREATED, Json(bot.into())))
}

/// Changes rate, status or token.
#[utoipa::path(patch, path = "/bots/{id}", tag = "bots", operation_id = "update_bot", params(("id" = i64, Path)),
    request_body = BotPatch, responses((status = 200, body = Bot)))]
pub async fn update(
    State(bots): State<Bots>,
    caller: may::ManageBots,
    Path(id): Path<i64>,
    Body(body): Body<BotPatch>,
) -> Result<Json<Bot>> {
    let change = BotChange {
        bulk_per_second: body.bulk_per_second,
        running: body.status.map(|order| order == BotOrder::Running),
        token: body.token,
        decline_payments: body.decline_payments,
    };
    Ok(Json(bots.update(caller.workspace, BotId(id), change).await?.into()))
}

/// Stops a bot and forgets its token; its people and history stay.
#[utoipa::path(delete, path = "/bots/{id}", tag = "bots", operation_id = "delete_bot", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn delete(
    State(bots): State<Bots>,
    caller: may::ManageBots,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    bots.delete(caller.workspace, BotId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
