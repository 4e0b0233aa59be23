//! Updates that wait for the bot: ids, lifetimes, offsets, kinds.

use crate::webhook::Lane;
use crate::{dice, limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;

/// An update with the time at which it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedUpdate {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// The whole update, `update_id` included.
    pub update: Value,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    id: i64,
    expires_ms: i64,
    timed: TimedUpdate,
    /// What a webhook keeps in order; see [`crate::webhook`].
    #[serde(default)]
    lane: Lane,
}

/// The queue of one bot.
#[derive(Debug, Serialize, Deserialize)]
pub struct Queue {
    next_id: i64,
    last_at_ms: i64,
    waiting: VecDeque<Waiting>,
    /// `None` is the default set.
    allowed: Option<Vec<String>>,
    seed: u64,
}

impl Queue {
    /// An empty queue; the first id is drawn from the seed.
    pub fn new(seed: u64, now_ms: i64) -> Self {
        let next_id = drawn_id(seed, now_ms);
        Self { next_id, last_at_ms: now_ms, waiting: VecDeque::new(), allowed: None, seed }
    }

    /// The id that the next update gets, unless the queue has been idle for a week.
    pub fn next_id(&self) -> i64 {
        self.next_id
    }

    /// Never hands out an id below this one.
    pub fn raise_next_id(&mut self, next_id: i64) {
        self.next_id = self.next_id.max(next_id);
    }

    /// Updates that wait, expired ones included until they are looked at.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether the bot wants this kind of update.
    pub fn wants(&self, kind: &str) -> bool {
        match &self.allowed {
            None => !limits::UPDATE_KINDS_ON_REQUEST.contains(&kind),
            Some(kinds) => kinds.iter().any(|allowed| allowed == kind),
        }
    }

    /// Sets the wanted kinds; an empty list is the default set. It sticks.
    pub fn allow(&mut self, kinds: Vec<String>) {
        let known: Vec<String> =
            kinds.into_iter().filter(|kind| limits::UPDATE_KINDS.contains(&kind.as_str())).collect();
        self.allowed = (!known.is_empty()).then_some(known);
    }

    /// Adds an update of a kind; its id, or none if the bot does not want the kind.
    pub fn push(&mut self, kind: &'static str, content: Value, at_ms: i64) -> Option<i64> {
        if !self.wants(kind) {
            return None;
        }
        if at_ms - self.last_at_ms > limits::UPDATE_ID_IDLE_MS {
            self.next_id = drawn_id(self.seed, at_ms);
        }
        let id = self.next_id;
        self.next_id += 1;
        self.last_at_ms = at_ms;
        if self.waiting.len() >= limits::QUEUE_UPDATES_MAX {
            self.waiting.pop_front();
        }
        let life = match kind {
            "callback_query" | "shipping_query" | "pre_checkout_query" => limits::CALLBACK_LIFE_MS,
            _ => limits::UPDATE_LIFE_MS,
        };
        let lane = lane(kind, &content);
        let mut update = serde_json::Map::new();
        update.insert("update_id".into(), id.into());
        update.insert(kind.into(), content);
        let timed = TimedUpdate { at_ms, update: Value::Object(update) };
        self.waiting.push_back(Waiting { id, expires_ms: at_ms + life, timed, lane });
        Some(id)
    }

    /// What `getUpdates` answers: a positive offset confirms all below it, a negative one keeps
    /// only the last ones, one beyond the newest id counts as none. Expired updates are dropped.
    pub fn take(&mut self, offset: i64, limit: i64, now_ms: i64) -> Vec<Value> {
        if offset < 0 {
            let kept = usize::try_from(-offset).unwrap_or(usize::MAX);
            let surplus = self.waiting.len().saturating_sub(kept);
            self.waiting.drain(..surplus);
        } else if offset > 0 && offset <= self.next_id {
            while self.waiting.front().is_some_and(|first| first.id < offset) {
                self.waiting.pop_front();
            }
        }
        let limit = limit.clamp(1, limits::UPDATES_MAX as i64) as usize;
        let mut taken = Vec::new();
        let mut expired = false;
        for one in &self.waiting {
            if one.expires_ms <= now_ms {
                expired = true;
                continue;
            }
            taken.push(one.timed.update.clone());
            if taken.len() == limit {
                break;
            }
        }
        if expired {
            self.waiting.retain(|one| one.expires_ms > now_ms);
        }
        taken
    }

    /// The kinds that the bot asked for, if it did.
    pub fn allowed(&self) -> Option<&[String]> {
        self.allowed.as_deref()
    }

    /// What a webhook may be sent next, oldest first, with its lane; expired ones are dropped. So
    /// many are looked at that a full queue costs no more than a short one.
    pub fn pushable(&mut self, now_ms: i64) -> impl Iterator<Item = (i64, Lane, &Value)> {
        const LOOKED_AT_MAX: usize = 5_000;
        while self.waiting.front().is_some_and(|first| first.expires_ms <= now_ms) {
            self.waiting.pop_front();
        }
        let alive = self.waiting.iter().take(LOOKED_AT_MAX).filter(move |one| one.expires_ms > now_ms);
        alive.map(|one| (one.id, one.lane, &one.timed.update))
    }

    /// Removes one update that a webhook took.
    pub fn confirm(&mut self, id: i64) {
        if let Some(at) = self.waiting.iter().position(|one| one.id == id) {
            self.waiting.remove(at);
        }
    }

    /// All that waits, in order, confirmed by being taken; lifetimes do not matter here.
    pub fn drain(&mut self) -> Vec<TimedUpdate> {
        self.waiting.drain(..).map(|one| one.timed).collect()
    }
}

/// Messages queue by chat, queries by user, member changes on their own.
fn lane(kind: &str, content: &Value) -> Lane {
    let id = |field: &str| content[field]["id"].as_i64().unwrap_or(0);
    match kind {
        "message" | "edited_message" => (0, id("chat")),
        "callback_query" => (1, id("from")),
        "my_chat_member" | "chat_member" => (2, id("chat")),
        "pre_checkout_query" | "shipping_query" => (3, id("from")),
        _ => (4, 0),
    }
}

/// A first id as Telegram draws them: nine digits.
fn drawn_id(seed: u64, at_ms: i64) -> i64 {
    let drawn = dice::mixed(seed ^ dice::mixed(at_ms as u64 ^ 0x7570_6461_7465));
    100_000_000 + (drawn % 800_000_000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids(updates: &[Value]) -> Vec<i64> {
        updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
    }

    fn filled(count: i64) -> (Queue, i64) {
        let mut queue = Queue::new(1, 0);
        for at in 0..count {
            queue.push("message", json!({}), at).unwrap();
        }
        let first = queue.next_id() - count;
        (queue, first)
    }

    #[test]
    fn offsets_confirm() {
        let (mut queue, first) = filled(150);
        assert_eq!(queue.take(0, 1000, 0).len(), 100, "clamped");
        assert_eq!(queue.take(0, -5, 0).len(), 1, "clamped");
        assert_eq!(ids(&queue.take(first + 148, 100, 0)), [first + 148, first + 149]);
        assert_eq!(ids(&queue.take(0, 100, 0)), [first + 148, first + 149], "confirmed for good");
        assert_eq!(queue.take(first + 150, 100, 0).len(), 0);
        let (mut queue, first) = filled(10);
        assert_eq!(ids(&queue.take(-2, 100, 0)), [first + 8, first + 9]);
        assert_eq!(queue.take(0, 100, 0).len(), 2, "the others are forgotten");
        assert_eq!(queue.take(first + 99, 100, 0).len(), 2, "an offset from the future is none");
    }

    #[test]
    fn presses_wait_150_seconds_and_messages_a_day() {
        let mut queue = Queue::new(1, 0);
        queue.push("callback_query", json!({}), 0);
        queue.push("message", json!({}), 0);
        assert_eq!(queue.take(0, 100, 149_999).len(), 2);
        assert_eq!(queue.take(0, 100, 150_000).len(), 1);
        assert_eq!(queue.take(0, 100, 86_399_999).len(), 1);
        assert_eq!(queue.take(0, 100, 86_400_000).len(), 0);
    }

    #[test]
    fn an_idle_week_draws_a_new_id() {
        let week = limits::UPDATE_ID_IDLE_MS;
        let mut queue = Queue::new(7, 0);
        let first = queue.push("message", json!({}), 0).unwrap();
        assert_eq!(queue.push("message", json!({}), week).unwrap(), first + 1);
        let drawn = queue.push("message", json!({}), 2 * week + 1).unwrap();
        assert_ne!(drawn, first + 2);
        assert_eq!(queue.push("message", json!({}), 2 * week + 2).unwrap(), drawn + 1);
    }

    #[test]
    fn kinds_stick() {
        let mut queue = Queue::new(1, 0);
        assert!(queue.push("message_reaction", json!({}), 0).is_none());
        queue.allow(vec!["callback_query".into(), "no_such_kind".into()]);
        assert!(queue.push("message", json!({}), 0).is_none());
        assert!(queue.push("callback_query", json!({}), 0).is_some());
        queue.allow(Vec::new());
        assert!(queue.push("message", json!({}), 0).is_some());
    }
}
