//! `getUpdates`, as far as it does not wait: waiting is the server's part.

use crate::limits;
use crate::params::Params;
use crate::reply::Refusal;
use crate::world::World;
use serde_json::Value;

impl World {
    pub(crate) fn get_updates(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        if self.webhook.is_some() {
            return Err(Refusal::WebhookActive);
        }
        self.note_allowed_updates(params)?;
        let limit = params.integer("limit").filter(|limit| *limit > 0).unwrap_or(limits::UPDATES_MAX as i64);
        Ok(Value::Array(self.queue.take(params.integer("offset").unwrap_or(0), limit, now_ms)))
    }

    /// `allowed_updates`, which stick until another call names some.
    pub(super) fn note_allowed_updates(&mut self, params: &Params) -> Result<(), Refusal> {
        match params.nested("allowed_updates") {
            Ok(None | Some(Value::Null)) => {}
            Ok(Some(Value::Array(kinds))) => {
                self.queue.allow(kinds.iter().filter_map(Value::as_str).map(str::to_string).collect());
            }
            _ => return Err(Refusal::exact("can't parse allowed_updates JSON object")),
        }
        Ok(())
    }
}
