//! Calls into the sandbox without a network, at whatever moment the clock stands.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::message::Outgoing;
use engine::clock::Clock;
use engine::delivery::{Answer, Transport};
use sandbox::{Params, SharedWorld};
use serde_json::Value;
use telegram::{SendError, Sent};

/// The sandbox, called directly.
pub struct Direct {
    pub world: SharedWorld,
    pub clock: Arc<dyn Clock>,
}

impl Transport for Direct {
    fn send(&self, chat: i64, message: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        let now = self.clock.now();
        let params = Params::from_json(telegram::send_message_params(chat, &message));
        let reply = self.world.lock().call("sendMessage", &params, now);
        Box::pin(std::future::ready(answer(&reply.body, reply.status)))
    }
}

fn answer(body: &Value, status: u16) -> Answer {
    if let Some(message_id) = body["result"]["message_id"].as_i64() {
        return Ok(Sent { message_id, date: body["result"]["date"].as_i64().unwrap_or(0) });
    }
    let reason = body["description"].as_str().unwrap_or_default();
    Err(SendError::told(status, reason, body["parameters"]["retry_after"].as_i64()))
}
