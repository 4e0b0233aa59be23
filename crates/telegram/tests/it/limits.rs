//! The clock in front of a server that refuses: one chat, chats at random, or the whole bot.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use telegram::{Begin, Clock, End, Lane, Rate, Throttled};

/// Whom the server refuses at a moment, and for how many seconds.
type Refuses = Box<dyn FnMut(i64, i64) -> Option<i64>>;

struct Run {
    clock: Clock,
    refuses: Refuses,
    /// How long a call takes.
    takes_ms: i64,
    /// Who has not got the message yet, in order.
    waiting: VecDeque<i64>,
    /// Calls under way: the chat and the answer, by the time at which it comes.
    under_way: BTreeMap<(i64, i64), End>,
    /// Each call: when, to whom, and whether it was refused.
    calls: Vec<(i64, i64, bool)>,
    /// Until when each refused chat may not be called.
    told: BTreeMap<i64, i64>,
}

impl Run {
    fn new(people: i64, takes_ms: i64, refuses: Refuses) -> Self {
        let clock = Clock::new(Rate::PerSecond(30), 0);
        let (under_way, calls, told) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Self { clock, refuses, takes_ms, waiting: (0..people).collect(), under_way, calls, told }
    }

    /// Runs until everyone but `except` has the message, or for so long; when it ended.
    fn until(&mut self, except: usize, at_most_ms: i64) -> i64 {
        for now in 0..at_most_ms {
            self.answers(now);
            self.begins(now);
            if self.under_way.is_empty() && self.waiting.len() <= except {
                return now;
            }
        }
        at_most_ms
    }

    fn answers(&mut self, now: i64) {
        while let Some(first) = self.under_way.first_entry().filter(|first| first.key().0 <= now) {
            let ((_, chat), end) = first.remove_entry();
            self.clock.ended(now, chat, end);
            if let End::RetryAfter { seconds } = end {
                self.told.insert(chat, now + seconds * 1_000);
                self.waiting.push_front(chat);
            }
        }
    }

    fn begins(&mut self, now: i64) {
        let mut passed_over = Vec::new();
        while self.under_way.len() < 30
            && let Some(chat) = self.waiting.pop_front()
        {
            match self.clock.begin(now, Lane::Bulk, chat, true) {
                Begin::Now => {
                    let early = self.told.get(&chat).is_some_and(|until| now < *until);
                    assert!(!early, "chat {chat} is called at {now}, inside its wait");
                    let refused = (self.refuses)(now, chat);
                    self.calls.push((now, chat, refused.is_some()));
                    let end = refused.map_or(End::Sent, |seconds| End::RetryAfter { seconds });
                    self.under_way.insert((now + self.takes_ms, chat), end);
                }
                Begin::ChatWaits(until) => {
                    assert!(until > now);
                    passed_over.push(chat);
                }
                Begin::NobodyNow => {
                    passed_over.push(chat);
                    break;
                }
            }
        }
        passed_over.into_iter().rev().for_each(|chat| self.waiting.push_front(chat));
    }
}

/// Numbers that look random, the same in each run.
fn dice(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

#[test]
fn one_chat_that_is_always_refused_holds_up_nobody() {
    for takes_ms in [1, 50, 300] {
        let refuses: Refuses = Box::new(|_, chat| (chat == 3).then_some(30));
        let mut run = Run::new(400, takes_ms, refuses);
        let ended = run.until(1, 60_000);
        assert!((13_000..15_000).contains(&ended), "{ended} ms at {takes_ms} ms a call");
        let to_it = run.calls.iter().filter(|(_, chat, _)| *chat == 3).count();
        assert_eq!(to_it, 1, "one call, and then its wait");
    }
}

#[test]
fn one_chats_own_wait_does_not_become_everybodys() {
    let mut clock = Clock::new(Rate::PerSecond(30), 0);
    let told = |clock: &mut Clock, now, chat, seconds| clock.ended(now, chat, End::RetryAfter { seconds });
    for chat in 1..=3 {
        told(&mut clock, 1_000, chat, 2);
    }
    assert_eq!(clock.blocked_until(1_000), Some(3_000));
    // Under way all the while.
    assert_eq!(told(&mut clock, 1_100, 4, 10_072), Some(Throttled::Both { until: 10_073_100 }));
    assert_eq!(clock.blocked_until(1_100), Some(3_100));
    assert_eq!(clock.begin(6_000, Lane::Bulk, 4, true), Begin::ChatWaits(10_073_100));
    assert_eq!(clock.begin(6_000, Lane::Bulk, 5, true), Begin::Now, "one goes out and shows more");
    clock.ended(6_050, 5, End::Sent);
    assert_eq!(clock.begin(7_000, Lane::Bulk, 6, true), Begin::Now);
}

#[test]
fn refusals_at_random_cost_their_own_time_only() {
    let mut slow = 0;
    for seed in 0..100 {
        let mut roll = dice(seed);
        let refuses: Refuses = Box::new(move |_, _| roll().is_multiple_of(10).then_some(1));
        let mut run = Run::new(400, 50, refuses);
        let ended = run.until(0, 600_000);
        assert_eq!(run.calls.iter().filter(|(_, _, refused)| !refused).count(), 400);
        slow += u32::from(ended > 18_000);
    }
    assert!(slow <= 3, "{slow} of 100 runs took a wait of the whole bot");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The whole bot is refused from some moment on: a few probes at most go out beside what was under way, and when the
    /// limit is known nobody calls before its end.
    #[test]
    fn a_flood_of_the_whole_bot_is_known_at_once(
        begins in 500_i64..5_000, seconds in 2_i64..40, takes_ms in 1_i64..400, trusted in any::<bool>(),
    ) {
        let ends = begins + seconds * 1_000;
        let refuses: Refuses = Box::new(move |now, chat| {
            let alone = trusted && chat == 1;
            let left = (ends - now + 999) / 1_000;
            if (begins..ends).contains(&now) { Some(left) } else { alone.then_some(60) }
        });
        let mut run = Run::new(400, takes_ms, refuses);
        run.until(usize::from(trusted), 120_000);
        let into = run.calls.iter().filter(|(at, _, _)| (begins..ends).contains(at));
        let times: Vec<i64> = into.map(|(at, _, _)| *at).collect();
        let first_answer = begins.max(times[0]) + takes_ms;
        let late = times.iter().filter(|at| **at > first_answer).count();
        prop_assert!(late <= if trusted { 4 + usize::try_from(takes_ms / 25).unwrap() } else { 2 }, "{times:?} from {begins}");
        let last = *times.last().unwrap();
        prop_assert!(last <= first_answer + 3 * takes_ms.max(250) + 300, "{times:?} from {begins}");
    }

    /// Whoever is refused, whenever, and however long: no call to a chat inside its wait, and everybody is served.
    #[test]
    fn nobody_is_called_inside_a_wait_and_nobody_is_lost(
        seed in any::<u64>(), one_in in 2_u64..30, seconds in 1_i64..6, takes_ms in 1_i64..500,
    ) {
        let mut roll = dice(seed);
        let refuses: Refuses = Box::new(move |_, _| roll().is_multiple_of(one_in).then_some(seconds));
        let mut run = Run::new(60, takes_ms, refuses);
        run.until(0, 1_200_000);
        prop_assert!(run.waiting.is_empty(), "{} wait", run.waiting.len());
        prop_assert_eq!(run.calls.iter().filter(|(_, _, refused)| !refused).count(), 60);
    }
}
