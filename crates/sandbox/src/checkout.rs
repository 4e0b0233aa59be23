//! Checkouts that wait for the bot's yes or no.

use crate::dice::mixed;
use crate::limits;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// One person who wants to pay an invoice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkout {
    pub id: String,
    pub index: u32,
    /// The invoice's message.
    pub message_id: i64,
    at_ms: i64,
}

/// The open checkouts, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Checkouts {
    open: VecDeque<Checkout>,
    count: u64,
}

impl Checkouts {
    /// Opens one; its id.
    pub fn open(&mut self, index: usize, message_id: i64, now_ms: i64) -> String {
        self.expire(now_ms);
        self.count += 1;
        let id = (mixed(self.count ^ (message_id as u64).rotate_left(32)) >> 1).to_string();
        self.open.push_back(Checkout { id: id.clone(), index: index as u32, message_id, at_ms: now_ms });
        id
    }

    /// Takes one that can still be answered.
    pub fn close(&mut self, id: &str, now_ms: i64) -> Option<Checkout> {
        self.expire(now_ms);
        let at = self.open.iter().position(|checkout| checkout.id == id)?;
        self.open.remove(at)
    }

    fn expire(&mut self, now_ms: i64) {
        while self.open.front().is_some_and(|first| first.at_ms + limits::CHECKOUT_ANSWER_MS <= now_ms) {
            self.open.pop_front();
        }
    }
}
