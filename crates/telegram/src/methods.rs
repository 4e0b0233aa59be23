//! The methods that Muster calls.

use std::time::Duration;

use domain::message::Outgoing;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::error::SendError;
use crate::outgoing::Text;
use crate::update::Received;

/// The bot itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: i64,
    #[serde(default)]
    pub first_name: String,
    /// Without `@`; every bot has one.
    #[serde(default)]
    pub username: String,
}

/// A message that Telegram accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Unique within its chat.
    pub message_id: i64,
    /// Unix time in seconds.
    #[serde(default)]
    pub date: i64,
}

/// An entry of the bot's command menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BotCommand {
    /// Without its slash: 1 to 32 of `a-z0-9_`.
    pub command: String,
    /// 1 to 256 characters.
    pub description: String,
}

fn read<T: DeserializeOwned>(result: &RawValue) -> Result<T, SendError> {
    serde_json::from_str(result.get())
        .map_err(|error| SendError::Unknown { reason: format!("a result that cannot be read: {error}") })
}

/// Where and how Telegram is to push updates.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Webhook<'a> {
    pub url: &'a str,
    /// Comes back with every push: 1 to 256 of `A-Za-z0-9_-`.
    pub secret_token: &'a str,
    /// Pushes under way at once: 1 to 100.
    pub max_connections: u8,
    /// Empty: Telegram's default kinds.
    pub allowed_updates: &'a [&'a str],
}

/// What Telegram says of a webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WebhookInfo {
    /// Empty without one.
    pub url: String,
    /// Updates that wait to be pushed.
    pub pending_update_count: i64,
    /// Unix seconds.
    pub last_error_date: Option<i64>,
    pub last_error_message: Option<String>,
}

/// Every call fails as [`SendError`] says.
#[allow(clippy::missing_errors_doc)] // said once, above
impl Client {
    /// Who the bot is; also the cheapest proof that its token is good.
    pub async fn get_me(&self) -> Result<Me, SendError> {
        read(&self.call("getMe", &json!({})).await?)
    }

    /// Waits up to `timeout_s` for updates from `offset` on, at most `limit` (1 to 100) of them. `None` leaves the
    /// offset out. An update that is not understood is in the answer too, as [`crate::Update::Unknown`].
    pub async fn get_updates(
        &self,
        offset: Option<i64>,
        limit: u8,
        timeout_s: u32,
        allowed_updates: &[&str],
    ) -> Result<Vec<Received>, SendError> {
        let mut params = json!({"limit": limit, "timeout": timeout_s, "allowed_updates": allowed_updates});
        if let Some(offset) = offset {
            params["offset"] = json!(offset);
        }
        let within = self.call_timeout + Duration::from_secs(u64::from(timeout_s));
        let result = self.call_within("getUpdates", &params, within).await?;
        let updates: Vec<Box<RawValue>> = read(&result)?;
        let received = updates.iter().filter_map(|raw| match Received::parse(raw.get()) {
            Ok(received) => Some(received),
            Err(error) => {
                // Without an id it can be neither confirmed nor told from another: not an update at all.
                tracing::warn!(%error, "getUpdates gave something that is no update");
                None
            }
        });
        Ok(received.collect())
    }

    /// Asks Telegram to push updates to `webhook`; what waits there is kept.
    pub async fn set_webhook(&self, webhook: &Webhook<'_>) -> Result<(), SendError> {
        self.call("setWebhook", webhook).await.map(drop)
    }

    /// Where updates are pushed, and how that goes.
    pub async fn get_webhook_info(&self) -> Result<WebhookInfo, SendError> {
        read(&self.call("getWebhookInfo", &json!({})).await?)
    }

    /// Takes away the webhook that an earlier program set, which forbids polling; what waits there is kept.
    pub async fn delete_webhook(&self) -> Result<(), SendError> {
        self.call("deleteWebhook", &json!({"drop_pending_updates": false})).await.map(drop)
    }

    /// Sends a message without its file; see [`Client::send_file`].
    pub async fn send_message(&self, chat: i64, message: &Outgoing) -> Result<Sent, SendError> {
        read(&self.call("sendMessage", &Text::of(chat, message)).await?)
    }

    /// Takes a message back; possible for 48 hours.
    pub async fn delete_message(&self, chat_id: i64, message_id: i64) -> Result<(), SendError> {
        let params = json!({"chat_id": chat_id, "message_id": message_id});
        self.call("deleteMessage", &params).await.map(drop)
    }

    /// Ends the waiting sign on a pressed button, with a text of at most 200 characters if given.
    pub async fn answer_callback_query(
        &self,
        id: &str,
        text: Option<&str>,
        show_alert: bool,
    ) -> Result<(), SendError> {
        let mut params = json!({"callback_query_id": id});
        if let Some(text) = text {
            params["text"] = json!(text);
            params["show_alert"] = json!(show_alert);
        }
        self.call("answerCallbackQuery", &params).await.map(drop)
    }

    /// Lets a payment go on, or declines it with words for the person. Telegram waits for ten seconds.
    pub async fn answer_pre_checkout_query(&self, id: &str, declined: Option<&str>) -> Result<(), SendError> {
        let mut params = json!({"pre_checkout_query_id": id, "ok": declined.is_none()});
        if let Some(words) = declined {
            params["error_message"] = json!(words);
        }
        self.call("answerPreCheckoutQuery", &params).await.map(drop)
    }

    /// Replaces the bot's command menu; at most 100 commands.
    pub async fn set_my_commands(&self, commands: &[BotCommand]) -> Result<(), SendError> {
        self.call("setMyCommands", &json!({"commands": commands})).await.map(drop)
    }

    /// Shows for some seconds that the bot does something, such as `typing`.
    pub async fn send_chat_action(&self, chat_id: i64, action: &str) -> Result<(), SendError> {
        self.call("sendChatAction", &json!({"chat_id": chat_id, "action": action})).await.map(drop)
    }
}
