//! `setWebhook`, `deleteWebhook` and `getWebhookInfo`.

use crate::limits;
use crate::link;
use crate::params::Params;
use crate::reply::{Refusal, Reply};
use crate::webhook::Webhook;
use crate::world::World;
use serde_json::{Value, json};

impl World {
    /// An empty address removes the webhook.
    pub(crate) fn set_webhook(&mut self, params: &Params, now_ms: i64) -> Result<Reply, Refusal> {
        let url = params.text("url").unwrap_or_default();
        if url.is_empty() {
            return Ok(self.delete_webhook(params));
        }
        let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
        check_secret(secret.as_deref())?;
        let url = checked(&url)?;
        self.note_allowed_updates(params)?;
        if params.flag("drop_pending_updates") {
            self.queue.drain();
        }
        let max = params.integer("max_connections").unwrap_or(limits::WEBHOOK_CONNECTIONS);
        let connections_max = max.clamp(1, limits::WEBHOOK_CONNECTIONS_MAX) as usize;
        let webhook = Webhook { url, secret, connections_max, last_error: None };
        let is_same = self.webhook.as_ref().is_some_and(|old| old.is_same(&webhook));
        if !is_same {
            self.webhook = Some(webhook);
            self.pushes.restart(now_ms);
        }
        // A waiting getUpdates has to end, and the pushing to begin.
        self.wake.notify_waiters();
        let words = if is_same { "Webhook is already set" } else { "Webhook was set" };
        Ok(Reply::told(Value::Bool(true), words))
    }

    pub(crate) fn delete_webhook(&mut self, params: &Params) -> Reply {
        if params.flag("drop_pending_updates") {
            self.queue.drain();
        }
        let words =
            if self.webhook.take().is_some() { "Webhook was deleted" } else { "Webhook is already deleted" };
        Reply::told(Value::Bool(true), words)
    }

    pub(crate) fn webhook_info(&self) -> Value {
        let mut info = json!({
            "url": "", "has_custom_certificate": false, "pending_update_count": self.queue.len(),
        });
        if let Some(webhook) = &self.webhook {
            info["url"] = webhook.url.as_str().into();
            info["max_connections"] = webhook.connections_max.into();
            info["ip_address"] = "127.0.0.1".into();
            if let Some((at_ms, words)) = &webhook.last_error {
                info["last_error_date"] = (at_ms / 1000).into();
                info["last_error_message"] = words.as_str().into();
            }
        }
        if let Some(kinds) = self.queue.allowed() {
            info["allowed_updates"] = json!(kinds);
        }
        info
    }
}

fn check_secret(secret: Option<&str>) -> Result<(), Refusal> {
    let Some(secret) = secret else { return Ok(()) };
    if secret.len() > limits::SECRET_BYTES_MAX {
        return Err(Refusal::exact("secret token is too long"));
    }
    if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return Err(Refusal::exact("secret token contains unallowed characters"));
    }
    Ok(())
}

/// The rules of a webhook's address. As a Bot API server of one's own does, the sandbox also
/// takes plain HTTP and any port, but for this machine alone; other hosts it cannot reach.
fn checked(url: &str) -> Result<String, Refusal> {
    let bad = |words: &str| Refusal::BadRequest(format!("bad webhook: {words}"));
    let url = link::normalized(url).ok_or_else(|| bad("Invalid HTTP URL specified"))?;
    if link::is_loopback(&url) && url.starts_with("http://") {
        return Ok(url);
    }
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(bad("An HTTPS URL must be provided for webhook"));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).unwrap_or(443);
    if !limits::WEBHOOK_PORTS.contains(&port) {
        return Err(bad("Webhook can be set up only on ports 80, 88, 443 or 8443"));
    }
    Err(bad("Failed to resolve host: Name or service not known"))
}
