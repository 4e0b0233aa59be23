//! How often each chat may be written to, and which of them Telegram asked to wait with.

use std::collections::HashMap;

/// Time between messages to one chat, once its burst is used up.
const SPACING_MS: i64 = 1_000;
/// Messages to one chat that may follow each other at once.
const BURST: i64 = 3;
/// Chats remembered at once. Each was written to in the last [`BURST`] seconds, so a bot would have to send some
/// 20,000 messages a second to fill it; then new chats wait.
const CHATS_MAX: usize = 65_536;
/// Below this many it is not worth sweeping.
const SWEEP_CHATS_MIN: usize = 1_024;

/// For each chat that was written to lately, the time when its budget is full again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chats {
    full_at: HashMap<i64, i64>,
    /// When entries that say nothing any more were last swept out.
    swept_at_ms: i64,
    /// Until when chats wait that Telegram refused.
    waits: HashMap<i64, i64>,
}

impl Chats {
    /// Takes a message of the chat's budget if there is one.
    pub(crate) fn permit(&mut self, now_ms: i64, chat_id: i64) -> bool {
        if self.next_at(now_ms, chat_id) > now_ms || !self.has_room(now_ms, chat_id) {
            return false;
        }
        let full_at = self.full_at.entry(chat_id).or_insert(now_ms);
        *full_at = now_ms.max(*full_at) + SPACING_MS;
        true
    }

    /// When the chat may be written to: `now_ms` if it may already.
    pub(crate) fn next_at(&self, now_ms: i64, chat_id: i64) -> i64 {
        let full_at = self.full_at.get(&chat_id).copied().unwrap_or(now_ms);
        // A clock that was set back must not shut a chat for long.
        let full_at = full_at.min(now_ms + BURST * SPACING_MS);
        now_ms.max(full_at - (BURST - 1) * SPACING_MS)
    }

    /// Puts a chat aside; false where too many are: no chat's own limit then.
    pub(crate) fn put_aside(&mut self, now_ms: i64, chat_id: i64, until_ms: i64) -> bool {
        if self.waits.len() >= CHATS_MAX {
            self.waits.retain(|_, until| *until > now_ms);
        }
        if self.waits.len() >= CHATS_MAX && !self.waits.contains_key(&chat_id) {
            return false;
        }
        let until = self.waits.entry(chat_id).or_insert(until_ms);
        *until = until_ms.max(*until);
        true
    }

    /// When the chat's wait is over: `now_ms` if it is.
    pub(crate) fn aside_until(&self, now_ms: i64, chat_id: i64) -> i64 {
        self.waits.get(&chat_id).map_or(now_ms, |until| now_ms.max(*until))
    }

    /// When the first of the waits is over; those that are, are forgotten.
    pub(crate) fn first_wait_over(&mut self, now_ms: i64) -> Option<i64> {
        self.waits.retain(|_, until| *until > now_ms);
        self.waits.values().min().copied()
    }

    fn has_room(&mut self, now_ms: i64, chat_id: i64) -> bool {
        // Entries expire in seconds; sweeping more often than that finds nothing and costs much.
        let is_due = (now_ms - self.swept_at_ms).abs() >= SPACING_MS;
        if self.full_at.len() >= SWEEP_CHATS_MIN && is_due {
            self.full_at.retain(|_, full_at| *full_at > now_ms);
            self.swept_at_ms = now_ms;
        }
        self.full_at.len() < CHATS_MAX || self.full_at.contains_key(&chat_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_burst_then_one_a_second() {
        let mut chats = Chats::default();
        let sent: Vec<bool> = (0..5).map(|_| chats.permit(0, 7)).collect();
        assert_eq!(sent, [true, true, true, false, false]);
        assert_eq!(chats.next_at(0, 7), 1_000);
        assert!(!chats.permit(999, 7));
        assert!(chats.permit(1_000, 7));
        assert!(!chats.permit(1_001, 7));
        assert!(chats.permit(0, 8), "another chat is not affected");
    }

    #[test]
    fn memory_is_bounded() {
        let mut chats = Chats::default();
        for chat in 0..200_000 {
            chats.permit(0, chat);
        }
        assert_eq!(chats.full_at.len(), CHATS_MAX);
        assert!(!chats.permit(0, 1_000_000));
        assert!(chats.permit(5_000, 1_000_000));
        assert_eq!(chats.full_at.len(), 1);
    }

    proptest! {
        #[test]
        fn never_above_burst_and_one_a_second(gaps in prop::collection::vec(0_i64..800, 1..200)) {
            let mut chats = Chats::default();
            let mut now = 0;
            let mut sent = Vec::new();
            for gap in gaps {
                now += gap;
                if chats.permit(now, 1) {
                    sent.push(now);
                }
            }
            for (index, from) in sent.iter().enumerate() {
                for (count, to) in sent[index..].iter().enumerate() {
                    prop_assert!((count as i64) < BURST + (to - from) / SPACING_MS);
                }
            }
        }
    }
}
