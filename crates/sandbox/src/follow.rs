//! Links that were opened, by people or by Telegram's preview crawler.

use serde::Serialize;

/// Who opens a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// The person, in their browser.
    Person,
    /// Telegram's crawler, seconds after the message was sent.
    Preview,
    /// A previewer or a crawler that met the address elsewhere.
    Crawler,
}

/// One visit of a link that is to be made, or handed over in a replayed history.
#[derive(Clone, Debug, Serialize)]
pub struct Follow {
    /// By this number the answer's status is recorded.
    pub follow_id: u64,
    pub telegram_id: i64,
    /// Unix milliseconds.
    pub at_ms: i64,
    pub url: String,
    pub user_agent: String,
    /// What the visitor's browser says in `Accept-Language`.
    pub language: &'static str,
    pub visitor: Visitor,
}

/// Visits that nobody has made yet.
#[derive(Debug, Default)]
pub struct Follows {
    waiting: Vec<Follow>,
    count: u64,
}

/// Visits that are kept for someone to take; without anyone the oldest are dropped.
const WAITING_MAX: usize = 200_000;

impl Follows {
    /// A number for the next visit.
    pub fn take_id(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Continues the numbers of an earlier run.
    pub fn raise_count(&mut self, count: u64) {
        self.count = self.count.max(count);
    }

    /// How many numbers were taken.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn push(&mut self, follow: Follow) {
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.drain(..WAITING_MAX / 2);
        }
        self.waiting.push(follow);
    }

    pub fn take(&mut self) -> Vec<Follow> {
        std::mem::take(&mut self.waiting)
    }
}
