//! `answerCallbackQuery`.

use crate::limits;
use crate::params::Params;
use crate::reply::Refusal;
use crate::truth::Act;
use crate::world::World;
use serde_json::Value;

impl World {
    /// Within 150 seconds of the press; answering again is harmless.
    pub(crate) fn answer_callback_query(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let id = params.text("callback_query_id").unwrap_or_default();
        let text = params.text("text").unwrap_or_default();
        if text.chars().count() > limits::CALLBACK_ANSWER_CHARS_MAX {
            return Err(Refusal::exact("MESSAGE_TOO_LONG"));
        }
        let too_old = "query is too old and response timeout expired or query ID is invalid";
        let index = self.callbacks.person(&id, now_ms).ok_or(Refusal::exact(too_old))?;
        let alert = params.flag("show_alert");
        self.people[index].state.acts.push(Act::Answered { at_ms: now_ms, callback_id: id, text, alert });
        Ok(Value::Bool(true))
    }
}
