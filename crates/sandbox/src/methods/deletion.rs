//! `deleteMessage`.

use super::sending;
use crate::limits;
use crate::params::Params;
use crate::reply::Refusal;
use crate::truth::Act;
use crate::world::World;
use serde_json::Value;

impl World {
    /// Either side's message, for 48 hours.
    pub(crate) fn delete_message(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let index = self.addressed(params)?;
        let id = params.integer("message_id").ok_or(Refusal::exact("message identifier is not specified"))?;
        let state = &mut self.people[index].state;
        let chat = state.chat.as_mut().ok_or_else(sending::chat_not_found)?;
        let message = chat.message_mut(id).ok_or(Refusal::exact("message to delete not found"))?;
        if now_ms - message.at_ms >= limits::DELETE_LIFE_MS {
            return Err(Refusal::exact("message can't be deleted"));
        }
        message.deleted = true;
        state.acts.push(Act::Deleted { at_ms: now_ms, message_id: id });
        Ok(Value::Bool(true))
    }
}
