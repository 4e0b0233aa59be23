//! What goes on in a person: patience, silence, what was last said.

use crate::person::Habits;
use serde::{Deserialize, Serialize};

/// The changing part of a person's temper. Times are unix milliseconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mind {
    /// Irrelevant messages that will still be borne.
    pub patience: f64,
    /// The person's last own act; `i64::MIN` before the first.
    pub last_act_ms: i64,
    /// The bot's last message.
    pub last_bot_ms: i64,
    /// From then on the person says nothing more.
    pub silent_at_ms: i64,
    /// The chat is muted until then.
    pub muted_until_ms: i64,
    /// The silence has begun, and what comes with it was decided.
    pub is_silent: bool,
}

/// An own act counts as the reason of what the bot says for so long.
const ANSWER_WINDOW_MS: i64 = 10 * 60_000;

impl Mind {
    /// The mind of a person who has never heard of the bot.
    pub fn new(habits: &Habits) -> Self {
        Self {
            patience: habits.patience,
            last_act_ms: i64::MIN,
            last_bot_ms: i64::MIN,
            silent_at_ms: i64::MAX,
            muted_until_ms: i64::MIN,
            is_silent: false,
        }
    }

    /// Whether a message that arrives now answers the person rather than disturbing them: it is
    /// the first since their last act, or comes soon behind it.
    pub fn is_answer(&self, now_ms: i64) -> bool {
        if self.last_act_ms == i64::MIN {
            return false;
        }
        let since_ms = now_ms - self.last_act_ms;
        since_ms <= ANSWER_WINDOW_MS || (self.last_bot_ms < self.last_act_ms && since_ms <= 24 * 3_600_000)
    }
}
