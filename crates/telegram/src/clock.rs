//! A bot's clock: when it may send, and who goes first.
//!
//! One bucket of tokens serves four lanes. Each lane leaves a reserve to the lanes above it, so agents never wait
//! behind a bulk send, and while higher lanes take all that comes in, lower ones get nothing. The moment is always
//! an argument. A new clock begins with an empty bucket: what was sent before a restart is not known.
//!
//! A 429 is one chat's or the whole bot's; [`crate::doubt`] says how that is found out. A chat that is refused waits by
//! itself; the bot's wait stops every lane and halves the rate, which comes back in two minutes at most.

use serde::{Deserialize, Serialize};

use crate::chats::Chats;
use crate::doubt::Doubt;

/// One token, in the unit of the bucket.
const TOKEN: i64 = 1_000_000;
/// Tokens a second, in the bucket's unit a millisecond.
const PER_MS: i64 = TOKEN / 1_000;
/// The rate never falls below this many a second.
const RATE_MIN_PER_S: u32 = 1;
/// How long it takes from nothing to the configured rate after 429s, while calls succeed.
const RECOVERY_MS: i64 = 120_000;
/// A longer silence between two successes counts as this much towards recovery.
const RECOVERY_STEP_MS_MAX: i64 = 1_000;

/// How long nothing begins after the first failure to reach Telegram; doubled with each further one.
const AWAY_MS: i64 = 3_000;
/// The same at most.
const AWAY_MS_MAX: i64 = 30_000;
/// The same where whoever refused asked for longer.
const AWAY_ASKED_MS_MAX: i64 = 600_000;
/// A rate that moved by such a part of the configured one is worth storing.
const KEPT_PARTS: i64 = 20;

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

/// Whether a call may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// It may, and is taken from the budget.
    Now,
    /// This chat must wait until then; another need not.
    ChatWaits(i64),
    /// Nobody of this lane may now.
    NobodyNow,
}

/// How a call ended, as far as the clock asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Telegram took the message.
    Sent,
    /// Telegram said no, but for another reason than a limit.
    Refused,
    /// 429.
    RetryAfter { seconds: i64 },
    /// Telegram was not reached; whoever refused may have asked to wait.
    Away { wait_s: Option<i64> },
    /// Not known.
    Lost,
}

/// Whose limit a 429 was, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttled {
    /// The chat's: it waits until then.
    Chat { until: i64 },
    /// The whole bot's: see [`Clock::blocked_until`].
    Bot,
    /// The whole bot's, and the chat waits by itself for far longer, until then.
    Both { until: i64 },
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
    doubt: Doubt,
    /// Calls that began and did not end.
    under_way: usize,
    /// No call before this moment, since Telegram could not be reached.
    away_until: i64,
    /// How often in a row it could not.
    away_count: u32,
    /// The rate that was last given to be stored.
    kept_rate: i64,
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
        let rate = if adapted > 0 { adapted.clamp(rate_least(), most) } else { most };
        Self {
            rate_most,
            rate,
            level: 0,
            at: now_ms,
            blocked_until: snapshot.blocked_until,
            grown_at: now_ms,
            chats: Chats::default(),
            doubt: Doubt::default(),
            under_way: 0,
            away_until: 0,
            away_count: 0,
            kept_rate: rate,
        }
    }

    /// Tells of a chat that an earlier clock put aside.
    pub fn put_aside(&mut self, now_ms: i64, chat_id: i64, until_ms: i64) {
        self.chats.put_aside(now_ms, chat_id, until_ms);
    }

    /// What to keep for [`Clock::restore`]. It changes with the ends of calls.
    pub fn snapshot(&self) -> ClockSnapshot {
        ClockSnapshot { blocked_until: self.blocked_until, rate_milli: self.rate / (PER_MS / 1_000) }
    }

    /// The adapted rate where it has moved so far that it is worth storing: thousandths of a message a second, or
    /// `None` for the configured one. Whoever asks stores it.
    pub fn rate_to_keep(&mut self) -> Option<Option<i64>> {
        let most = self.rate_most?;
        let is_whole = self.rate >= most;
        if self.rate == self.kept_rate || (self.rate - self.kept_rate).abs() * KEPT_PARTS < most && !is_whole
        {
            return None;
        }
        self.kept_rate = self.rate;
        Some((!is_whole).then_some(self.rate / (PER_MS / 1_000)))
    }

    /// Whether a call to a chat may begin. One that is `paced` keeps the chat's own budget of one a second with a burst
    /// of three: bulk and flows; an agent's own hand is slow enough. Whoever is told [`Begin::Now`] tells how it
    /// [ended](Clock::ended).
    pub fn begin(&mut self, now_ms: i64, lane: Lane, chat_id: i64, paced: bool) -> Begin {
        let paced = paced && self.rate_most.is_some();
        let mut chat_at = self.chats.aside_until(now_ms, chat_id);
        if paced {
            chat_at = chat_at.max(self.chats.next_at(now_ms, chat_id));
        }
        if chat_at > now_ms {
            return Begin::ChatWaits(chat_at);
        }
        if self.doubt.next_at(now_ms, self.under_way) > now_ms || self.permit(now_ms, lane, 1) == 0 {
            return Begin::NobodyNow;
        }
        if paced && !self.chats.permit(now_ms, chat_id) {
            self.give_back(1);
            return Begin::NobodyNow;
        }
        self.doubt.begins(now_ms, chat_id);
        self.under_way += 1;
        Begin::Now
    }

    /// A call ended. For a 429: whose limit it was.
    pub fn ended(&mut self, now_ms: i64, chat_id: i64, end: End) -> Option<Throttled> {
        self.under_way = self.under_way.saturating_sub(1);
        match end {
            End::Sent | End::Refused => {
                (self.away_count, self.away_until) = (0, 0);
                let somebody_waits = self.chats.first_wait_over(now_ms).is_some();
                self.doubt.answered(now_ms, chat_id, somebody_waits);
                if end == End::Sent {
                    self.grow(now_ms);
                }
                None
            }
            End::RetryAfter { seconds } => {
                (self.away_count, self.away_until) = (0, 0);
                Some(self.refused(now_ms, chat_id, seconds))
            }
            End::Away { wait_s } => {
                self.doubt.probe_ended(chat_id);
                self.away(now_ms, wait_s);
                None
            }
            End::Lost => {
                self.doubt.probe_ended(chat_id);
                None
            }
        }
    }

    fn refused(&mut self, now_ms: i64, chat_id: i64, seconds: i64) -> Throttled {
        let until = now_ms.saturating_add(seconds.max(1).saturating_mul(1_000));
        let bots_wait_ms = self.doubt.refused(now_ms, chat_id, until.saturating_sub(now_ms));
        if bots_wait_ms.is_none() && self.chats.put_aside(now_ms, chat_id, until) {
            return Throttled::Chat { until };
        }
        let bot_until = bots_wait_ms.map_or(until, |wait_ms| now_ms.saturating_add(wait_ms));
        self.refill(now_ms);
        // A call that was under way when the bot was told to wait brings the same news again.
        if now_ms >= self.blocked_until {
            self.rate = (self.rate / 2).max(rate_least());
        }
        self.blocked_until = self.blocked_until.max(bot_until);
        self.grown_at = self.blocked_until;
        self.level = 0;
        if until > self.blocked_until && self.chats.put_aside(now_ms, chat_id, until) {
            return Throttled::Both { until };
        }
        Throttled::Bot
    }

    /// Telegram could not be reached. Calls that were under way bring the same news again.
    fn away(&mut self, now_ms: i64, wait_s: Option<i64>) {
        if now_ms >= self.away_until {
            let wait = AWAY_MS.saturating_mul(1 << self.away_count.min(16)).min(AWAY_MS_MAX);
            self.away_until = now_ms + wait;
            self.away_count = self.away_count.saturating_add(1);
        }
        let asked = wait_s.unwrap_or(0).saturating_mul(1_000).clamp(0, AWAY_ASKED_MS_MAX);
        self.away_until = self.away_until.max(now_ms + asked);
    }

    /// When the first chat that was put aside may be called again.
    pub fn first_wait_over(&mut self, now_ms: i64) -> Option<i64> {
        self.chats.first_wait_over(now_ms)
    }

    /// How many calls of the lane may begin now, at most `wanted`. They are taken from the budget.
    fn permit(&mut self, now_ms: i64, lane: Lane, wanted: usize) -> usize {
        if now_ms < self.blocked_until.max(self.away_until) {
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

    /// Puts back permits that were not used.
    fn give_back(&mut self, unused: usize) {
        let most = self.capacity();
        self.level = self.level.saturating_add(unused as i64 * TOKEN).min(most);
    }

    /// When the lane may next begin a call, if nobody else takes from the budget until then; `now_ms` if at once.
    pub fn next_at(&mut self, now_ms: i64, lane: Lane) -> i64 {
        let free_at = now_ms.max(self.blocked_until);
        // Tokens ripen meanwhile, other than in a wait of the bot.
        let held_until = self.away_until.max(self.doubt.next_at(now_ms, self.under_way));
        if self.rate_most.is_none() {
            return free_at.max(held_until);
        }
        self.refill(now_ms);
        let missing = self.reserve(lane) + TOKEN - self.level;
        let wait_ms = if missing > 0 { (missing + self.rate - 1) / self.rate } else { 0 };
        (free_at + wait_ms).max(held_until)
    }

    /// A call succeeded: a lowered rate grows back a little.
    fn grow(&mut self, now_ms: i64) {
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
        flood(&mut clock, 1_000, 2_282);
        flood(&mut clock, 1_001, 3);
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
        flood(&mut unlimited, 0, 5);
        assert_eq!((unlimited.permit(4_999, Lane::Bulk, 9), unlimited.permit(5_000, Lane::Bulk, 9)), (0, 9));
    }

    #[test]
    fn the_rate_comes_back_within_two_minutes_and_is_worth_storing_on_the_way() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        assert_eq!(clock.rate_to_keep(), None);
        flood(&mut clock, 0, 1);
        assert_eq!(clock.rate_to_keep(), Some(Some(15_000)));
        assert_eq!(clock.rate_to_keep(), None, "once");
        let mut kept = Vec::new();
        for now in (1_000..=61_000).step_by(100) {
            clock.ended(now, now, End::Sent);
            kept.extend(clock.rate_to_keep());
        }
        assert_eq!(clock.rate_per_s(), Some(30), "from half in a minute");
        assert_eq!(kept.last(), Some(&None), "the configured one again");
        assert!((5..=11).contains(&kept.len()), "now and then: {}", kept.len());
    }

    #[test]
    fn a_server_that_is_not_reached_is_tried_less_and_less() {
        let mut clock = Clock::new(Rate::PerSecond(30), 0);
        let mut now = 10_000;
        for wait in [3_000, 6_000, 12_000, 24_000, 30_000, 30_000] {
            assert_eq!(clock.begin(now, Lane::Agents, 1, false), Begin::Now);
            // Two that were under way bring the same news.
            clock.ended(now, 1, End::Away { wait_s: None });
            clock.ended(now + 1, 2, End::Away { wait_s: None });
            assert_eq!(clock.next_at(now + 1, Lane::Agents), now + wait);
            assert_eq!(clock.begin(now + wait - 1, Lane::Agents, 1, false), Begin::NobodyNow);
            now += wait;
        }
        clock.ended(now, 1, End::Away { wait_s: Some(100) });
        assert_eq!(clock.next_at(now, Lane::Bulk), now + 100_000, "as was asked");
        clock.ended(now, 2, End::Refused);
        assert_eq!(clock.begin(now, Lane::Agents, 1, false), Begin::Now, "Telegram answers");
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

    /// So many chats in a row are told to wait that it is the bot's limit, whatever was proved before.
    fn flood(clock: &mut Clock, now: i64, seconds: i64) {
        let told: Vec<_> = (1..=5).map(|chat| clock.ended(now, chat, End::RetryAfter { seconds })).collect();
        assert_eq!(told[4], Some(Throttled::Bot));
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
                    flood(clock, now, seconds);
                    blocked_until = blocked_until.max(now + seconds * 1_000);
                }
                Act::Success => {
                    clock.ended(now, 0, End::Sent);
                }
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
