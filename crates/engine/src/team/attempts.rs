//! How often signing in failed: a limit for each e-mail address and each network address.
//!
//! Kept in memory: a restart forgets it, which costs an attacker a restart.

use std::collections::{HashMap, VecDeque};

use domain::time::Millis;

/// Failures in the window after which no further try is answered.
const FAILURES_MAX: usize = 10;
/// How far back failures count.
const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// Addresses remembered. When full, the ones that failed longest ago are forgotten.
const KEYS_MAX: usize = 20_000;

/// Failed tries by key.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    failures: HashMap<String, VecDeque<Millis>>,
}

impl Attempts {
    /// Counts a try as failed before it is made, so that many at once cannot slip through together.
    ///
    /// # Errors
    /// Too many failures: the milliseconds until the next try is answered.
    pub(super) fn begin(&mut self, keys: &[String], now: Millis) -> Result<(), i64> {
        let wait_ms = keys.iter().filter_map(|key| self.wait_ms(key, now)).max();
        if let Some(wait_ms) = wait_ms {
            return Err(wait_ms);
        }
        for key in keys {
            if self.failures.len() >= KEYS_MAX && !self.failures.contains_key(key) {
                self.forget_some(now);
            }
            self.failures.entry(key.clone()).or_default().push_back(now);
        }
        Ok(())
    }

    /// Takes the count of [`Attempts::begin`] back: the try was good.
    pub(super) fn succeeded(&mut self, keys: &[String]) {
        for key in keys {
            if let Some(failures) = self.failures.get_mut(key) {
                failures.pop_back();
                if failures.is_empty() {
                    self.failures.remove(key);
                }
            }
        }
    }

    fn wait_ms(&mut self, key: &str, now: Millis) -> Option<i64> {
        let failures = self.failures.get_mut(key)?;
        while failures.front().is_some_and(|at| at + WINDOW_MS <= now) {
            failures.pop_front();
        }
        let oldest = *failures.front()?;
        (failures.len() >= FAILURES_MAX).then_some(oldest + WINDOW_MS - now)
    }

    fn forget_some(&mut self, now: Millis) {
        self.failures.retain(|_, failures| failures.back().is_some_and(|at| at + WINDOW_MS > now));
        if self.failures.len() >= KEYS_MAX {
            let mut latest: Vec<Millis> = self.failures.values().filter_map(|f| f.back().copied()).collect();
            latest.sort_unstable();
            let median = latest[latest.len() / 2];
            self.failures.retain(|_, failures| failures.back().is_some_and(|at| *at > median));
        }
        if self.failures.len() >= KEYS_MAX {
            // All failed in the same millisecond: nothing tells them apart.
            self.failures.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    #[test]
    fn the_eleventh_try_waits_until_the_first_failure_is_old() {
        let mut attempts = Attempts::default();
        for at in 0..10 {
            assert_eq!(attempts.begin(&key("a"), at), Ok(()));
        }
        assert_eq!(attempts.begin(&key("a"), 10), Err(WINDOW_MS - 10));
        assert_eq!(attempts.begin(&key("b"), 10), Ok(()), "another address is not in the way");
        assert_eq!(attempts.begin(&key("a"), WINDOW_MS), Ok(()));
    }

    #[test]
    fn a_good_try_does_not_count() {
        let mut attempts = Attempts::default();
        for at in 0..50 {
            attempts.begin(&key("a"), at).unwrap();
            attempts.succeeded(&key("a"));
        }
        assert!(attempts.failures.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut attempts = Attempts::default();
        for number in 0..3 * KEYS_MAX {
            attempts.begin(&key(&number.to_string()), number as i64 / 1_000).unwrap();
        }
        assert!(attempts.failures.len() <= KEYS_MAX);
        assert!(attempts.failures.contains_key(&(3 * KEYS_MAX - 1).to_string()), "the latest are kept");
    }
}
