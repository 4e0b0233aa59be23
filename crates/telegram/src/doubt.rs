//! Whose limit a 429 was. Telegram does not tell: one chat may have had enough, or the whole bot.
//!
//! The rule: the refused chat waits, and what other calls answer shows whose limit it was.
//! - After a refusal nothing new begins until the calls under way have ended, for a quarter of a second at most: what
//!   they answer costs nothing. Then *one* call goes out, the probe.
//! - When the probe is answered by anything but 429, the limit was the chat's: all goes on, and for a minute further
//!   refusals hold up nobody else.
//! - When three different chats were refused in a row, with no answer between them, it is the whole bot; five in that
//!   minute, since refusals at random come in rows too. Until somebody is answered again, one more is enough.

/// How long calls under way are waited for before the probe.
const DRAIN_MS: i64 = 250;
/// How long a probe's answer is waited for before another goes out.
const PROBE_MS: i64 = 2_000;
/// How long a chat's own limit that was proved speaks for the next.
const TRUST_MS: i64 = 60_000;
/// A wait that is longer than another's by so much is not the same limit's.
const FAR_MS: i64 = 60_000;
/// Different chats refused in a row that show the bot's own limit.
const IN_A_ROW: usize = 3;
/// The same while it was lately proved that chats have limits of their own.
const IN_A_ROW_TRUSTED: usize = 5;

/// What is known of the last refusals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doubt {
    /// Different chats refused since the last answer, at most as many as are needed.
    refused: Vec<i64>,
    /// How long the last two refusals told to wait.
    waits_ms: Option<[i64; 2]>,
    /// When the first refusal came whose limit is not known yet.
    since: Option<i64>,
    /// The chat of the probe, and when it began.
    probe: Option<(i64, i64)>,
    trusted_until: i64,
}

impl Doubt {
    /// A chat was refused, and told to wait so long. How long the whole bot has to wait, where that shows its limit: as
    /// long as was told last, but no single chat's far longer wait becomes everybody's.
    pub(crate) fn refused(&mut self, now_ms: i64, chat_id: i64, wait_ms: i64) -> Option<i64> {
        self.waits_ms = Some([self.waits_ms.map_or(wait_ms, |[_, last]| last), wait_ms]);
        if !self.refused.contains(&chat_id) && self.refused.len() < IN_A_ROW_TRUSTED {
            self.refused.push(chat_id);
        }
        self.probe_ended(chat_id);
        let is_trusted = now_ms < self.trusted_until;
        if self.refused.len() >= if is_trusted { IN_A_ROW_TRUSTED } else { IN_A_ROW } {
            // Whoever is refused next after the wait, with no answer before, shows that it goes on.
            let refused = std::mem::take(&mut self.refused);
            *self = Self { refused, waits_ms: self.waits_ms, ..Self::default() };
            return self.waits_ms.map(bots_wait_ms);
        }
        if !is_trusted {
            self.since.get_or_insert(now_ms);
        }
        None
    }

    /// A chat's call was answered, by a yes or a no. `somebody_waits`: a chat's own wait is still on.
    pub(crate) fn answered(&mut self, now_ms: i64, chat_id: i64, somebody_waits: bool) {
        self.refused.clear();
        self.waits_ms = None;
        if self.probe.is_some_and(|(probe, _)| probe == chat_id) {
            (self.since, self.probe) = (None, None);
        }
        // A call that was under way when the first was refused may have been taken before it: no proof.
        if self.since.is_none() && somebody_waits {
            self.trusted_until = now_ms.saturating_add(TRUST_MS);
        }
    }

    /// A call ended of which nothing was learnt.
    pub(crate) fn probe_ended(&mut self, chat_id: i64) {
        if self.probe.is_some_and(|(probe, _)| probe == chat_id) {
            self.probe = None;
        }
    }

    /// When a call may begin, as far as this goes, unless one under way ends before.
    pub(crate) fn next_at(&self, now_ms: i64, under_way: usize) -> i64 {
        match (self.since, self.probe) {
            (None, _) => now_ms,
            // A clock that was set back must not shut everything for long.
            (Some(_), Some((_, began))) => now_ms.max(began.min(now_ms) + PROBE_MS),
            (Some(_), None) if under_way == 0 => now_ms,
            (Some(since), None) => now_ms.max(since.min(now_ms) + DRAIN_MS),
        }
    }

    /// A call begins; in doubt it is the probe.
    pub(crate) fn begins(&mut self, now_ms: i64, chat_id: i64) {
        if self.since.is_some() {
            self.probe = Some((chat_id, now_ms));
        }
    }
}

/// Of two waits that one limit can have told the longer, else the shorter: after it one call shows more.
fn bots_wait_ms([one, other]: [i64; 2]) -> i64 {
    let (shorter, longer) = (one.min(other), one.max(other));
    if longer - shorter > FAR_MS { shorter } else { longer }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What everybody is told, in milliseconds.
    const WAIT: i64 = 8_000;

    #[test]
    fn one_chat_is_proved_by_a_probe() {
        let mut doubt = Doubt::default();
        assert_eq!(doubt.refused(0, 1, WAIT), None);
        assert_eq!(doubt.next_at(0, 2), 250, "calls under way come first");
        doubt.answered(10, 8, true);
        assert_eq!(doubt.next_at(10, 1), 250, "one of them proves nothing");
        assert_eq!(doubt.next_at(20, 0), 20);
        doubt.begins(20, 2);
        assert_eq!(doubt.next_at(21, 1), 2_020, "one at a time");
        doubt.answered(40, 2, true);
        assert_eq!(doubt.next_at(40, 9), 40, "all goes on");
        for (now, chat) in [(50, 3), (60, 4), (70, 5), (80, 6)] {
            assert_eq!(doubt.refused(now, chat, WAIT), None, "chats have limits of their own, as was proved");
            assert_eq!(doubt.next_at(now, 9), now);
        }
        assert_eq!(doubt.refused(90, 7, WAIT), Some(WAIT), "five in a row");
    }

    #[test]
    fn three_in_a_row_are_the_bot_and_then_one_is_enough_until_somebody_is_answered() {
        let mut doubt = Doubt::default();
        assert_eq!(doubt.refused(0, 1, WAIT), None);
        assert_eq!(doubt.refused(5, 1, WAIT), None, "the same chat shows nothing new");
        doubt.begins(10, 2);
        assert_eq!(doubt.refused(20, 2, WAIT), None);
        doubt.begins(20, 3);
        assert_eq!(doubt.refused(30, 3, WAIT), Some(WAIT));
        assert_eq!(doubt.next_at(30, 0), 30, "the wait itself is the clock's");
        assert_eq!(doubt.refused(9_000, 4, WAIT), Some(WAIT), "it goes on");
        doubt.answered(20_000, 5, false);
        assert_eq!(doubt.refused(20_010, 6, WAIT), None, "it is over");
    }

    #[test]
    fn the_bot_waits_as_long_as_one_limit_tells_and_no_single_chats_far_longer_wait() {
        let waits = |told: &[i64]| {
            let mut doubt = Doubt::default();
            (1..).zip(told).map(|(chat, wait)| doubt.refused(0, chat, *wait)).last().flatten()
        };
        assert_eq!(waits(&[2_000, 2_000, 10_072_000]), Some(2_000), "the third is a chat's own");
        assert_eq!(waits(&[10_072_000, 2_000, 2_000]), Some(2_000), "the first was");
        assert_eq!(waits(&[2_000, 2_000, 30_000]), Some(30_000), "one limit's waits differ by seconds");
        assert_eq!(waits(&[2_000, 2_000, 10_072_000, 10_071_000]), Some(10_072_000), "two say so");
    }

    #[test]
    fn a_probe_that_hangs_or_breaks_holds_up_nobody_for_long() {
        let mut doubt = Doubt::default();
        doubt.refused(0, 1, WAIT);
        doubt.begins(0, 2);
        doubt.probe_ended(9);
        assert_eq!(doubt.next_at(1, 0), 2_000, "another's end is not the probe's");
        doubt.probe_ended(2);
        assert_eq!(doubt.next_at(1, 0), 1);
        doubt.begins(1, 3);
        assert_eq!(doubt.next_at(5_000, 1), 5_000);
    }
}
