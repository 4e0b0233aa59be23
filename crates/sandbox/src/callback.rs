//! Button presses that wait for an answer.

use crate::dice::mixed;
use crate::limits;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};

/// Presses of the last 150 seconds, by query id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Callbacks {
    open: HashMap<String, u32>,
    by_age: VecDeque<(i64, String)>,
    count: u64,
}

impl Callbacks {
    /// Opens a query for a person's press; its id.
    pub fn open(&mut self, person_id: i64, index: usize, now_ms: i64) -> String {
        self.expire(now_ms);
        self.count += 1;
        // As real ones do, an id carries the person above and chance below.
        let low = mixed(self.count ^ (person_id as u64).rotate_left(32)) & 0xffff_ffff;
        let id = (((person_id as u64) << 32 | low) >> 1).to_string();
        self.open.insert(id.clone(), index as u32);
        self.by_age.push_back((now_ms, id.clone()));
        id
    }

    /// The person who pressed, while the query can be answered.
    pub fn person(&mut self, id: &str, now_ms: i64) -> Option<usize> {
        self.expire(now_ms);
        self.open.get(id).map(|index| *index as usize)
    }

    fn expire(&mut self, now_ms: i64) {
        while self.by_age.front().is_some_and(|(at_ms, _)| at_ms + limits::CALLBACK_LIFE_MS <= now_ms) {
            if let Some((_, id)) = self.by_age.pop_front() {
                self.open.remove(&id);
            }
        }
    }
}
