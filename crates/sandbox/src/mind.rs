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
    /// That message answered the person.
    pub was_answered: bool,
    /// From then on the person says nothing more.
    pub silent_at_ms: i64,
    /// The chat is muted until then.
    pub muted_until_ms: i64,
    /// The silence has begun, and what comes with it was decided.
    pub is_silent: bool,
}

/// The bot's first message since an own act answers it for so long, at a speed of one.
const ANSWER_WINDOW_MS: f64 = 6.0 * 3_600_000.0;
/// A bot is never too fast to be waited for so long, whatever the speed.
const ANSWER_WINDOW_LEAST_MS: i64 = 5_000;
/// What follows an answer within this time belongs to it.
const SAME_ANSWER_MS: i64 = 2_000;

impl Mind {
    /// The mind of a person who has never heard of the bot.
    pub fn new(habits: &Habits) -> Self {
        Self {
            patience: habits.patience,
            last_act_ms: i64::MIN,
            last_bot_ms: i64::MIN,
            was_answered: false,
            silent_at_ms: i64::MAX,
            muted_until_ms: i64::MIN,
            is_silent: false,
        }
    }

    /// Whether a message that arrives now answers the person rather than disturbing them: it is
    /// the first since their last act, or belongs to that one.
    pub fn is_answer(&self, now_ms: i64, speed: f64) -> bool {
        if self.last_act_ms == i64::MIN {
            return false;
        }
        if self.last_bot_ms > self.last_act_ms {
            return self.was_answered && now_ms - self.last_bot_ms <= SAME_ANSWER_MS;
        }
        let window_ms = ((ANSWER_WINDOW_MS / speed.max(1e-6)) as i64).max(ANSWER_WINDOW_LEAST_MS);
        now_ms - self.last_act_ms <= window_ms
    }
}
