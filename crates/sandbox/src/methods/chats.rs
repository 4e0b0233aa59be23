//! `getChat`.

use super::sending;
use crate::params::Params;
use crate::reply::Refusal;
use crate::world::World;
use serde_json::{Value, json};

impl World {
    /// A private chat that the bot has.
    pub(crate) fn get_chat(&self, params: &Params) -> Result<Value, Refusal> {
        let index = self.addressed(params)?;
        let person = &self.people[index];
        if person.state.chat.is_none() {
            return Err(sending::chat_not_found());
        }
        let mut chat = person.chat();
        chat["accent_color_id"] = (person.id % 7).into();
        chat["max_reaction_count"] = 11.into();
        chat["accepted_gift_types"] = json!({
            "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true,
            "premium_subscription": true, "gifts_from_channels": true,
        });
        if let Some(username) = chat.get("username").cloned() {
            chat["active_usernames"] = json!([username]);
        }
        Ok(chat)
    }
}
