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

#[cfg(test)]
mod tests {
    use super::*;

    fn mind(last_act_ms: i64, last_bot_ms: i64, was_answered: bool) -> Mind {
        Mind {
            patience: 1.0,
            last_act_ms,
            last_bot_ms,
            was_answered,
            silent_at_ms: i64::MAX,
            muted_until_ms: 0,
            is_silent: false,
        }
    }

    #[test]
    fn the_first_message_since_an_act_is_its_answer() {
        let hour_ms = 3_600_000;
        assert!(!mind(i64::MIN, i64::MIN, false).is_answer(0, 1.0), "nobody asked");
        assert!(mind(0, -5, false).is_answer(6 * hour_ms, 1.0));
        assert!(!mind(0, -5, false).is_answer(6 * hour_ms + 1, 1.0), "too late");
        assert!(!mind(0, -5, false).is_answer(hour_ms, 60.0), "too late for a life that fast");
        assert!(mind(0, -5, false).is_answer(5_000, 1e9), "no bot is faster");
    }

    #[test]
    fn what_follows_an_answer_at_once_belongs_to_it() {
        assert!(mind(0, 100, true).is_answer(2_100, 1.0));
        assert!(!mind(0, 100, true).is_answer(2_101, 1.0));
        assert!(!mind(0, 100, false).is_answer(200, 1.0), "it follows a message that was unasked itself");
    }
}
