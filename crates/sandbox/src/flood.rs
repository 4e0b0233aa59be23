//! Telegram's patience with a bot that sends too fast: one bucket a chat, one a bot.

use crate::limits;
use serde::{Deserialize, Serialize};

/// Tokens that refill with time. Zero time has a full bucket.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

impl Bucket {
    fn full(burst: f64, now_ms: i64) -> Self {
        Self { tokens: burst, at_ms: now_ms }
    }

    fn refill(&mut self, rate_per_s: f64, burst: f64, now_ms: i64) {
        let passed_s = (now_ms - self.at_ms).max(0) as f64 / 1000.0;
        self.tokens = (self.tokens + passed_s * rate_per_s).min(burst);
        self.at_ms = self.at_ms.max(now_ms);
    }
}

/// A bucket, and the wait that was told when it ran empty.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Gate {
    bucket: Bucket,
    told_at_ms: i64,
    until_ms: i64,
    told_s: i64,
}

impl Gate {
    /// A gate that has not been used.
    pub fn new(burst: f64, now_ms: i64) -> Self {
        Self {
            bucket: Bucket::full(burst, now_ms),
            told_at_ms: i64::MIN / 2,
            until_ms: i64::MIN / 2,
            told_s: 0,
        }
    }

    /// Seconds to wait if the gate is shut or the bucket empty; nothing is spent.
    ///
    /// A call during a wait doubles it, except for calls that were under way when it was told.
    pub fn check(&mut self, rate_per_s: f64, burst: f64, least_wait_s: i64, now_ms: i64) -> Result<(), i64> {
        self.bucket.refill(rate_per_s, burst, now_ms);
        if now_ms < self.until_ms {
            if now_ms > self.told_at_ms + limits::RETRY_GRACE_MS {
                self.told_s = (self.told_s * 2).min(limits::RETRY_AFTER_S_MAX);
                self.shut(now_ms);
            }
            return Err(seconds_up(self.until_ms - now_ms));
        }
        if self.bucket.tokens >= 1.0 {
            return Ok(());
        }
        let missing_s = ((1.0 - self.bucket.tokens) / rate_per_s).ceil() as i64;
        self.told_s = missing_s.max(least_wait_s).min(limits::RETRY_AFTER_S_MAX);
        self.shut(now_ms);
        Err(self.told_s)
    }

    fn shut(&mut self, now_ms: i64) {
        self.told_at_ms = now_ms;
        self.until_ms = now_ms + self.told_s * 1000;
    }

    /// Takes one token; call it after every gate's check has passed.
    pub fn spend(&mut self) {
        self.bucket.tokens -= 1.0;
    }
}

fn seconds_up(ms: i64) -> i64 {
    (ms + 999) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_takes_a_burst_then_one_a_second() {
        let mut gate = Gate::new(limits::CHAT_BURST, 0);
        let mut pass = |now_ms| {
            let checked = gate.check(limits::CHAT_RATE_PER_S, limits::CHAT_BURST, 1, now_ms);
            if checked.is_ok() {
                gate.spend();
            }
            checked
        };
        for _ in 0..10 {
            assert_eq!(pass(0), Ok(()));
        }
        assert_eq!(pass(10), Err(1));
        assert_eq!(pass(1010), Ok(()), "the wait that was told is enough");
        assert_eq!(pass(1020), Err(1));
        assert_eq!(pass(2050), Ok(()));
    }

    #[test]
    fn ignoring_a_wait_makes_it_longer() {
        let mut gate = Gate::new(1.0, 0);
        assert_eq!(gate.check(1.0, 1.0, 3, 0), Ok(()));
        gate.spend();
        assert_eq!(gate.check(1.0, 1.0, 3, 0), Err(3));
        assert_eq!(gate.check(1.0, 1.0, 3, 500), Err(3), "it was under way");
        assert_eq!(gate.check(1.0, 1.0, 3, 1500), Err(6));
        assert_eq!(gate.check(1.0, 1.0, 3, 3500), Err(12));
        assert_eq!(gate.check(1.0, 1.0, 3, 15_500), Ok(()));
    }
}
