//! A bot's clock: when it may send, and who goes first.
//!
//! One bucket of tokens serves four lanes. Each lane leaves a reserve to the lanes above it, so agents never wait
//! behind a bulk send, and while higher lanes take all that comes in, lower ones get nothing. The moment is always
//! an argument. A new clock begins with an empty bucket: what was sent before a restart is not known.

use serde::{Deserialize, Serialize};

use crate::chats::Chats;

/// One token, in the unit of the bucket.
const TOKEN: i64 = 1_000_000;
/// Tokens a second, in the bucket's unit a millisecond.
const PER_MS: i64 = TOKEN / 1_000;
/// The rate never falls below this many a second.
const RATE_MIN_PER_S: u32 = 1;
/// How long it takes from nothing to the configured rate after 429s, while calls succeed.
const RECOVERY_MS: i64 = 600_000;
/// A longer silence between two successes counts as this much towards recovery.
const RECOVERY_STEP_MS_MAX: i64 = 1_000;

/// Who wants to send; the first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    Agents,
    Flows,
    Tests,
    Bulk,
}

impl Lane {
    /// From first to last.
    pub const ALL: [Self; 4] = [Self::Agents, Self::Flows, Self::Tests, Self::Bulk];

    /// How many steps of the bucket stay for those above.
    fn steps_left(self) -> i64 {
        self as i64
    }
}

/// How fast a bot may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Messages a second over all chats; Telegram bears about 30 without payment.
    PerSecond(u32),
    /// No limit but `retry_after`: for measuring against a server that has none.
    Unlimited,
}

impl Default for Rate {
    fn default() -> Self {
        Self::PerSecond(30)
    }
}

/// What outlives a restart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockSnapshot {
    /// No call before this moment, in unix milliseconds; 0 for none.
    pub blocked_until: i64,
    /// The adapted rate in thousandths of a message a second; 0 for the configured one.
    pub rate_milli: i64,
}

/// A bot's sending budget.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The configured rate in the bucket's unit a millisecond; `None` without limit.
    rate_most: Option<i64>,
    /// The present rate, adapted to what Telegram bears.
    rate: i64,
    level: i64,
    /// When `level` was right.
    at: i64,
    blocked_until: i64,
    grown_at: i64,
    chats: Chats,
}

impl Clock {
    /// A clock with an empty bucket.
    pub fn new(rate: Rate, now_ms: i64) -> Self {
        Self::restore(rate, ClockSnapshot::default(), now_ms)
    }

    /// A clock that still waits out what Telegram told an earlier one. The bucket is empty.
    pub fn restore(rate: Rate, snapshot: ClockSnapshot, now_ms: i64) -> Self {
        let rate_most = match rate {
            Rate::PerSecond(count) => Some(i64::from(count.max(RATE_MIN_PER_S)) * PER_MS),
            Rate::Unlimited => None,
        };
        let most = rate_most.unwrap_or(PER_MS);
        let adapted = snapshot.rate_milli.saturating_mul(PER_MS / 1_000);
        Self {
            rate_most,
            rate: if adapted > 0 { adapted.clamp(rate_least(), most) } else { most },
            level: 0,
            at: now_ms,
            blocked_until: snapshot.blocked_until,
            grown_at: now_ms,
            chats: Chats::default(),
        }
    }

    /// What to keep for [`Clock::restore`]. It changes on [`Clock::on_retry_after`], and slowly on
    /// [`Clock::on_success`].
    pub fn snapshot(&self) -> ClockSnapshot {
        ClockSnapshot { blocked_until: self.blocked_until, rate_milli: self.rate / (PER_MS / 1_000) }
    }

    /// How many calls of the lane may begin now, at most `wanted`. They are taken from the budget.
    pub fn permit(&mut self, now_ms: i64, lane: Lane, wanted: usize) -> usize {
        if now_ms < self.blocked_until {
            return 0;
        }
        if self.rate_most.is_none() {
            return wanted;
        }
        self.refill(now_ms);
        let free = (self.level - self.reserve(lane)).max(0) / TOKEN;
        let granted = usize::try_from(free).unwrap_or(0).min(wanted);
        self.level -= granted as i64 * TOKEN;
        granted
    }

    /// Puts back permits that were not used, since a chat's own budget was empty or the contact had gone.
    pub fn give_back(&mut self, unused: usize) {
        let most = self.capacity();
        self.level = self.level.saturating_add(unused as i64 * TOKEN).min(most);
    }

    /// When the lane may next begin a call, if nobody else takes from the budget until then; `now_ms` if at once.
    pub fn next_at(&mut self, now_ms: i64, lane: Lane) -> i64 {
        let free_at = now_ms.max(self.blocked_until);
        if self.rate_most.is_none() {
            return free_at;
        }
        self.refill(now_ms);
        let missing = self.reserve(lane) + TOKEN - self.level;
        let wait_ms = if missing > 0 { (missing + self.rate - 1) / self.rate } else { 0 };
        free_at + wait_ms
    }

    /// Whether a message to this chat may begin now; if so it is taken from the chat's own budget of one a second
    /// with a burst of three. For bulk and flows: an agent's own hand is slow enough.
    pub fn chat_permit(&mut self, now_ms: i64, chat_id: i64) -> bool {
        self.rate_most.is_none() || self.chats.permit(now_ms, chat_id)
    }

    /// When [`Clock::chat_permit`] will say yes.
    pub fn chat_next_at(&self, now_ms: i64, chat_id: i64) -> i64 {
        if self.rate_most.is_none() { now_ms } else { self.chats.next_at(now_ms, chat_id) }
    }

    /// Telegram said 429. Whose limit it was is not told, so every lane waits, however long. The rate is halved once
    /// a wait: calls that were under way bring the same news again.
    pub fn on_retry_after(&mut self, now_ms: i64, seconds: i64) {
        self.refill(now_ms);
        if now_ms >= self.blocked_until {
            self.rate = (self.rate / 2).max(rate_least());
        }
        let until = now_ms.saturating_add(seconds.max(1).saturating_mul(1_000));
        self.blocked_until = self.blocked_until.max(until);
        self.grown_at = self.blocked_until;
        self.level = 0;
    }

    /// A call succeeded: a lowered rate grows back a little.
    pub fn on_success(&mut self, now_ms: i64) {
        let Some(most) = self.rate_most else { return };
        if self.rate >= most || now_ms <= self.grown_at {
            return;
        }
        self.refill(now_ms);
        let step_ms = (now_ms - self.grown_at).min(RECOVERY_STEP_MS_MAX);
        self.rate = (self.rate + (most * step_ms / RECOVERY_MS).max(1)).min(most);
        self.grown_at = now_ms;
    }

    /// No call before this moment, if it is still to come.
    pub fn blocked_until(&self, now_ms: i64) -> Option<i64> {
        Some(self.blocked_until).filter(|until| *until > now_ms)
    }

    /// Messages a second at present, rounded down; `None` without limit.
    pub fn rate_per_s(&self) -> Option<u32> {
        self.rate_most.map(|_| u32::try_from(self.rate / PER_MS).unwrap_or(u32::MAX))
    }

    /// When so many bulk messages would be sent at the present rate, if nobody else sends. Without limit: at once.
    pub fn finishing_at(&self, now_ms: i64, messages: u64) -> i64 {
        let begin = now_ms.max(self.blocked_until);
        if self.rate_most.is_none() {
            return begin;
        }
        let wanted = i128::from(messages) * i128::from(TOKEN);
        let wait_ms = (wanted + i128::from(self.rate) - 1) / i128::from(self.rate);
        begin.saturating_add(i64::try_from(wait_ms).unwrap_or(i64::MAX))
    }

    /// Tokens between two lanes: what comes in within 33 ms. The last lane may save up two steps, so that waking up
    /// a little late costs no throughput.
    fn step(&self) -> i64 {
        TOKEN * (self.rate / (30 * PER_MS)).max(1)
    }

    fn reserve(&self, lane: Lane) -> i64 {
        self.step() * lane.steps_left()
    }

    fn capacity(&self) -> i64 {
        self.reserve(Lane::Bulk) + 2 * self.step()
    }

    fn refill(&mut self, now_ms: i64) {
        // A clock that was set back gives nothing, and goes on from there. No token ripens during a block.
        let from = self.at.max(self.blocked_until.min(now_ms));
        let passed_ms = (now_ms - from).max(0);
        self.at = now_ms;
        self.level = self.level.saturating_add(self.rate.saturating_mul(passed_ms)).min(self.capacity());
    }
}

fn rate_least() -> i64 {
    i64::from(RATE_MIN_PER_S) * PER_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Runs a lane that always wants more for so long, waking each millisecond.
    fn run(clock: &mut Clock, from: i64, for_ms: i64, lanes: &[Lane]) -> Vec<(i64, Lane)> {
        let mut sent = Vec::new();
        for now in from..from + for_ms {
            for lane in lanes {
                let granted = clock.permit(now, *lane, 10);
                sent.extend(std::iter::repeat_n((now, *lane), granted));
            }
        }
        sent
    }

    #[test]
    fn bulk_reaches_the_rate_and_begins_empty() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        for lane in Lane::ALL {
            assert_eq!(clock.permit(0, lane, 1), 0, "{lane:?}");
        }
        let sent = run(&mut clock, 0, 10_000, &[Lane::Bulk]);
        assert!((296..=300).contains(&sent.len()), "{}", sent.len());
        assert_eq!(clock.finishing_at(0, 3_000), 100_000);
    }

    #[test]
    fn an_agent_does_not_wait_behind_bulk() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        // Asked after bulk each time, which is the worst order.
        run(&mut clock, 0, 5_000, &[Lane::Bulk]);
        assert_eq!(clock.permit(5_000, Lane::Agents, 3), 3);
        assert!(clock.next_at(5_000, Lane::Agents) <= 5_000 + 34);
    }

    #[test]
    fn a_higher_lane_that_wants_all_gets_all() {
        for (high, low) in
            [(Lane::Agents, Lane::Flows), (Lane::Flows, Lane::Tests), (Lane::Tests, Lane::Bulk)]
        {
            let mut clock = Clock::new(Rate::PerSecond(30), 0);
            let sent = run(&mut clock, 0, 10_000, &[low, high]);
            let of = |lane| sent.iter().filter(|(_, of)| *of == lane).count();
            assert!(of(high) >= 295, "{high:?} {}", of(high));
            assert_eq!(of(low), 0, "{low:?}");
        }
    }

    #[test]
    fn a_wait_is_kept_by_all_lanes_and_over_a_restart() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        run(&mut clock, 0, 1_000, &[Lane::Bulk]);
        clock.on_retry_after(1_000, 2_282);
        clock.on_retry_after(1_001, 3);
        assert_eq!(clock.rate_per_s(), Some(15), "one wait halves once");
        let mut clock = Clock::restore(Rate::PerSecond(30), clock.snapshot(), 2_000);
        assert_eq!(clock.rate_per_s(), Some(15));
        for lane in Lane::ALL {
            assert_eq!(clock.permit(2_282_999, lane, 5), 0);
            assert!(clock.next_at(2_000, lane) >= 2_283_000);
        }
        assert_eq!(clock.blocked_until(2_000), Some(2_283_000));
        let sent = run(&mut clock, 2_283_000, 2_000, &[Lane::Bulk]);
        assert!((24..=30).contains(&sent.len()), "half the rate, from an empty bucket: {}", sent.len());
        // Without a limit there is still the wait.
        let mut unlimited = Clock::new(Rate::Unlimited, 0);
        assert_eq!(unlimited.permit(0, Lane::Bulk, 10_000), 10_000);
        unlimited.on_retry_after(0, 5);
        assert_eq!((unlimited.permit(4_999, Lane::Bulk, 9), unlimited.permit(5_000, Lane::Bulk, 9)), (0, 9));
    }

    #[test]
    fn the_rate_comes_back_slowly() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        clock.on_retry_after(0, 1);
        for now in (1_000..=61_000).step_by(100) {
            clock.on_success(now);
        }
        assert_eq!(clock.rate_per_s(), Some(18), "a tenth of 30 in a minute");
        for now in (61_000..=400_000).step_by(100) {
            clock.on_success(now);
        }
        assert_eq!(clock.rate_per_s(), Some(30));
    }

    #[test]
    fn unused_permits_go_back() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        assert_eq!(clock.permit(1_000, Lane::Agents, 9), 5);
        clock.give_back(2);
        assert_eq!(clock.permit(1_000, Lane::Agents, 9), 2);
        clock.give_back(1_000);
        assert_eq!(clock.permit(1_000, Lane::Agents, 999), 5, "never above the bucket");
    }

    #[derive(Debug, Clone)]
    enum Act {
        Ask(Lane, usize),
        RetryAfter(i64),
        Success,
    }

    fn acts(gaps: std::ops::Range<i64>) -> impl Strategy<Value = Vec<(i64, Act)>> {
        let lane = prop::sample::select(Lane::ALL.to_vec());
        let act = prop_oneof![
            40 => (lane, 1_usize..60).prop_map(|(lane, wanted)| Act::Ask(lane, wanted)),
            1 => (1_i64..5).prop_map(Act::RetryAfter),
            10 => Just(Act::Success),
        ];
        prop::collection::vec((gaps, act), 1..400)
    }

    /// Follows the acts, checks what must hold at each, and gives what was granted when.
    fn follow(clock: &mut Clock, rate: u32, acts: Vec<(i64, Act)>) -> Result<Vec<(i64, i64)>, TestCaseError> {
        let mut granted_at = Vec::new();
        let (mut now, mut blocked_until) = (0, 0);
        for (gap, act) in acts {
            now = (now + gap).max(0);
            match act {
                Act::Ask(lane, wanted) => {
                    let granted = clock.permit(now, lane, wanted);
                    prop_assert!(granted <= wanted);
                    prop_assert!(granted == 0 || now >= blocked_until);
                    granted_at.push((now, granted as i64));
                }
                Act::RetryAfter(seconds) => {
                    clock.on_retry_after(now, seconds);
                    blocked_until = blocked_until.max(now + seconds * 1_000);
                }
                Act::Success => clock.on_success(now),
            }
            prop_assert!(clock.rate_per_s().is_some_and(|at| (1..=rate).contains(&at)));
        }
        Ok(granted_at)
    }

    proptest! {
        #[test]
        fn never_above_the_rate(rate in 1_u32..2_000, acts in prop_oneof![acts(0..6), acts(0..120)]) {
            let sent = follow(&mut Clock::new(Rate::PerSecond(rate), 0), rate, acts)?;
            // The bucket's five steps, each a thirtieth of a second's worth and at least one.
            let burst = 5 * i64::from((rate / 30).max(1));
            for (index, (from, _)) in sent.iter().enumerate() {
                let window = sent[index..].iter().take_while(|(at, _)| at - from < 1_000);
                let count: i64 = window.map(|(_, granted)| granted).sum();
                prop_assert!(count <= i64::from(rate) + burst, "{count} in a second at {rate}");
            }
        }

        /// The machine's clock is set back again and again: what is lost is time, never the limit.
        #[test]
        fn a_clock_that_is_set_back_gives_no_more_than_it_runs(acts in acts(-40..40)) {
            let forward: i64 = acts.iter().map(|(gap, _)| (*gap).max(0)).sum();
            let sent = follow(&mut Clock::new(Rate::PerSecond(30), 0), 30, acts)?;
            let count: i64 = sent.iter().map(|(_, granted)| granted).sum();
            prop_assert!(count <= forward * 30 / 1_000 + 5);
        }

        /// What `next_at` promises is kept: not before, and then at once.
        #[test]
        fn the_next_moment_is_exact(rate in 1_u32..500, acts in acts(-40..120), lane in prop::sample::select(Lane::ALL.to_vec())) {
            let mut clock = Clock::new(Rate::PerSecond(rate), 0);
            let now = acts.iter().fold(0, |now: i64, (gap, _)| (now + gap).max(0));
            follow(&mut clock, rate, acts)?;
            let at = clock.next_at(now, lane);
            if at > now {
                prop_assert_eq!(clock.clone().permit(at - 1, lane, 1), 0);
            }
            prop_assert_eq!(clock.permit(at, lane, 1), 1);
        }
    }
}
