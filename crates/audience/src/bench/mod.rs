//! Measurements of the index against plain peers: the same data and the same questions in one process, so that
//! ratios mean something on any machine. Nothing here reads a clock; the caller hands one in.
//!
//! The peers are bitsets in a straight loop (`dense`), whole-bitmap operations of the roaring crate (`roaring`)
//! and loops over plain lists (`rows`). Each gets its sets ready-made, the window of seven days included, which
//! Muster works out from its columns each time; `dense_and_column` works it out too. Databases are asked by the caller,
//! who is given the population as [`Columns`].

mod columns;
mod live;
mod peers;
mod population;

use domain::expression::{Expression, Resolved, resolve};
use domain::ids::{StageId, TagId};
use domain::time::{DAY_MS, Millis};
use serde::Serialize;
use serde_json::json;

use crate::index::Index;
use crate::oracle::Workspace;
use crate::query::Groups;
pub use columns::{Answered, Columns, Outside};
use peers::Peers;
pub use population::{NOW, Population};

/// One measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    pub bench: &'static str,
    pub case: String,
    /// `muster`, or whom it is compared with.
    pub peer: String,
    /// Contacts.
    pub n: u64,
    pub value: f64,
    pub unit: &'static str,
    /// This line's value over Muster's in the same case: above one, Muster is the faster or the smaller.
    pub ratio: f64,
}

/// Seconds since some moment, never falling.
pub type Timer<'t> = &'t mut dyn FnMut() -> f64;

/// Runs everything at a population of this many contacts.
///
/// # Errors
/// A peer and the index disagree about an answer: the figures would mean nothing.
pub fn run(contacts: u32, timer: Timer<'_>, outside: Outside<'_>) -> Result<Vec<Record>, String> {
    let mut bench = Bench { contacts, timer, records: Vec::new(), answers: Vec::new() };
    let start = (bench.timer)();
    let index = Population::new(contacts, 42).build();
    let built_s = (bench.timer)() - start;
    bench.push("build", "muster", built_s, "s", built_s);
    bench.memory(&index);
    let workspace = workspace();
    let peers = Peers::new(&index, &workspace);
    bench.count(&index, &workspace, &peers)?;
    bench.window(&index, &workspace, &peers)?;
    bench.counted(&index, &workspace, &peers)?;
    bench.breakdown(&index, &workspace, &peers)?;
    bench.sample(&index, &workspace);
    bench.ask_outside(&Columns::new(&peers), outside)?;
    drop(peers);
    let wanted = resolved(&workspace, &count_expression());
    let percentiles = live::count_while_folding(index, &wanted, bench.timer);
    for (case, value, unit) in percentiles {
        bench.push(case, "muster", value, unit, value);
    }
    Ok(bench.records)
}

/// Tag ids 1 to 60, and the default stages.
fn workspace() -> Workspace {
    let stages = [
        ("churned", json!({"last_interaction":{"older_than":"30d"}})),
        ("customer", json!({"event":{"kind":"conversion"}})),
        ("new", json!({"event":{"kind":"interaction","at_most":0}})),
        ("active", json!({"last_interaction":{"within":"7d"}})),
        ("cooling", json!({"all":[]})),
    ];
    let stage = |(place, (name, rule)): (usize, &(&str, serde_json::Value))| {
        (StageId(place as i64 + 1), (*name).to_owned(), parsed(rule))
    };
    Workspace {
        tags: (1..=population::TAGS as i64).map(|id| (format!("tag {id}"), TagId(id))).collect(),
        stages: stages.iter().enumerate().map(stage).collect(),
        ..Workspace::default()
    }
}

fn parsed(written: &serde_json::Value) -> Expression {
    // The expressions of this module are constants, and the tests run each of them.
    Expression::parse(written).unwrap_or(Expression::All(Vec::new()))
}

fn resolved(workspace: &Workspace, written: &serde_json::Value) -> Resolved {
    let everyone = Resolved {
        root: domain::expression::Node {
            path: String::new(),
            test: domain::expression::Test::All(Vec::new()),
        },
    };
    resolve(&parsed(written), workspace).unwrap_or(everyone)
}

fn count_expression() -> serde_json::Value {
    json!({"all":[
        {"any":[{"tag":{"has":"tag 2"}},{"tag":{"has":"tag 5"}}]},
        {"not":{"tag":{"has":"tag 9"}}},
        {"last_interaction":{"within":"7d"}},
        {"reachable":true},
    ]})
}

struct Bench<'t> {
    contacts: u32,
    timer: Timer<'t>,
    records: Vec<Record>,
    /// Muster's answer to each question, and the milliseconds it took.
    answers: Vec<(&'static str, u64, f64)>,
}

/// Runs of each case; the fastest counts, since other programs can only make one slower.
const RUNS: usize = 21;

impl Bench<'_> {
    fn push(&mut self, case: &'static str, peer: &str, value: f64, unit: &'static str, muster: f64) {
        let n = u64::from(self.contacts);
        let (case, peer) = (case.to_owned(), peer.to_owned());
        self.records.push(Record { bench: "audience", case, peer, n, value, unit, ratio: value / muster });
    }

    fn ask_outside(&mut self, columns: &Columns, outside: Outside<'_>) -> Result<(), String> {
        for Answered { case, peer, ms, answer } in outside(columns)? {
            let ours = self.answers.iter().find(|(asked, ..)| *asked == case);
            let Some((asked, wanted, muster_ms)) = ours.copied() else {
                return Err(format!("{peer} answered {case}, which nobody asked"));
            };
            if answer != wanted {
                return Err(format!("{case}: muster says {wanted}, {peer} says {answer}"));
            }
            self.push(asked, &peer, ms, "ms", muster_ms);
        }
        Ok(())
    }

    /// The fastest of several runs in milliseconds, and the answer.
    fn time<T>(&mut self, mut work: impl FnMut() -> T) -> (f64, T) {
        let mut answer = std::hint::black_box(work());
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| {
                let start = (self.timer)();
                answer = std::hint::black_box(work());
                (self.timer)() - start
            })
            .collect();
        times.sort_by(f64::total_cmp);
        (times[0] * 1_000.0, answer)
    }

    /// Times Muster and its peers at one question, one after the other, and compares their answers.
    fn compare(
        &mut self,
        case: &'static str,
        muster: &mut dyn FnMut() -> u64,
        peers: &mut [(&'static str, &mut dyn FnMut() -> u64)],
    ) -> Result<(), String> {
        let (muster_ms, wanted) = self.time(muster);
        self.push(case, "muster", muster_ms, "ms", muster_ms);
        self.answers.push((case, wanted, muster_ms));
        for (peer, work) in peers {
            let (peer_ms, answer) = self.time(work);
            if answer != wanted {
                return Err(format!("{case}: muster says {wanted}, {peer} says {answer}"));
            }
            self.push(case, peer, peer_ms, "ms", muster_ms);
        }
        Ok(())
    }

    fn memory(&mut self, index: &Index) {
        let columns = index.memory_bytes();
        let all: usize = columns.iter().map(|(_, bytes)| bytes).sum();
        let events: usize =
            columns.iter().filter(|(column, _)| *column == "counted").map(|(_, bytes)| bytes).sum();
        let contacts = f64::from(self.contacts);
        let kept = f64::from(self.contacts) * population::EVENTS_A_CONTACT;
        let a_contact = (all - events) as f64 / contacts;
        self.push("memory_contact", "muster", a_contact, "bytes", a_contact);
        self.push("memory_event", "muster", events as f64 / kept, "bytes", events as f64 / kept);
        for (column, bytes) in columns {
            let value = bytes as f64 / contacts;
            self.push("memory_column", column, value, "bytes", a_contact);
        }
    }

    fn count(&mut self, index: &Index, workspace: &Workspace, peers: &Peers) -> Result<(), String> {
        let test = resolved(workspace, &count_expression());
        let (a, b, c) = (&peers.tags[1], &peers.tags[4], &peers.tags[8]);
        let (recent, reachable) = (&peers.recent, &peers.reachable);
        let dense = || {
            let words = a.0.iter().zip(&b.0).zip(&c.0).zip(&recent.0).zip(&reachable.0);
            words.map(|((((a, b), c), d), e)| u64::from(((a | b) & !c & d & e).count_ones())).sum()
        };
        let first = (NOW / 1_000) as u32 - 7 * 86_400;
        let mut dense_and_column = || {
            let mut sum = 0;
            for (place, seconds) in peers.seconds.chunks(64).enumerate() {
                let within = seconds.iter().enumerate();
                let bits = within.fold(0, |bits, (bit, second)| bits | u64::from(*second >= first) << bit);
                let others = (a.0[place] | b.0[place]) & !c.0[place] & reachable.0[place];
                sum += u64::from((others & bits).count_ones());
            }
            sum
        };
        let roaring = || {
            let joined = &peers.roaring_tags[1] | &peers.roaring_tags[4];
            let kept = (joined - &peers.roaring_tags[8]) & &peers.roaring_recent;
            kept.intersection_len(&peers.roaring_reachable)
        };
        let (mut dense, mut roaring) = (dense, roaring);
        let mut muster = || index.count(&test, NOW);
        let mut peers: [(&'static str, &mut dyn FnMut() -> u64); 3] =
            [("dense", &mut dense), ("dense_and_column", &mut dense_and_column), ("roaring", &mut roaring)];
        self.compare("count", &mut muster, &mut peers)
    }

    fn window(&mut self, index: &Index, workspace: &Workspace, peers: &Peers) -> Result<(), String> {
        let test = resolved(workspace, &json!({"last_interaction":{"within":"1000000s"}}));
        let first = (NOW / 1_000) as u32 - 1_000_000;
        let mut rows = || peers.seconds.iter().filter(|second| **second >= first).count() as u64;
        self.compare("window_seconds", &mut || index.count(&test, NOW), &mut [("rows", &mut rows)])
    }

    fn counted(&mut self, index: &Index, workspace: &Workspace, peers: &Peers) -> Result<(), String> {
        let test = resolved(
            workspace,
            &json!({"all":[
                {"event":{"kind":"button","object":"pricing","at_least":3,"within":"30d"}},
                {"tag":{"has":"tag 2"}},
            ]}),
        );
        let first_day = population::LAST_DAY - 30;
        let tag = &peers.tags[1];
        let roaring_tag = &peers.roaring_tags[1];
        let mut rows = || peers.presses.at_least_three(first_day, tag);
        let mut roaring = || peers.presses.at_least_three_by_bitmaps(first_day, roaring_tag);
        let mut peers: [(&'static str, &mut dyn FnMut() -> u64); 2] =
            [("rows", &mut rows), ("roaring", &mut roaring)];
        self.compare("counted_window_and_tag", &mut || index.count(&test, NOW), &mut peers)
    }

    fn breakdown(&mut self, index: &Index, workspace: &Workspace, peers: &Peers) -> Result<(), String> {
        let test = resolved(workspace, &json!({"reachable":true}));
        let tags: Vec<TagId> = workspace.tags.iter().map(|(_, tag)| *tag).collect();
        let stages: Vec<Resolved> =
            workspace.stages.iter().filter_map(|(_, _, rule)| resolve(rule, workspace).ok()).collect();
        let groups = Groups { tags: &tags, stages: &stages, sources: &[], ..Groups::default() };
        let mut muster = || {
            let found = index.breakdown(&test, NOW, &groups);
            found.counts.count + found.tags.iter().sum::<u64>() + found.stages.iter().sum::<u64>()
        };
        let set = &peers.reachable;
        let mut dense = || {
            let groups = peers.tags.iter().chain(&peers.stages);
            set.count() + groups.map(|group| set.count_both(group)).sum::<u64>()
        };
        let roaring_set = &peers.roaring_reachable;
        let mut roaring = || {
            let groups = peers.roaring_tags.iter().chain(&peers.roaring_stages);
            roaring_set.len() + groups.map(|group| group.intersection_len(roaring_set)).sum::<u64>()
        };
        self.compare("breakdown_65", &mut muster, &mut [("dense", &mut dense), ("roaring", &mut roaring)])
    }

    /// Two hundred of the set of the first case. The peer takes a reservoir from all members; its people are
    /// others, so the answers are not compared.
    fn sample(&mut self, index: &Index, workspace: &Workspace) {
        let set = index.set(&resolved(workspace, &count_expression()), NOW);
        let (muster_ms, _) = self.time(|| index.sample(&set, 200, 7));
        self.push("sample_200", "muster", muster_ms, "ms", muster_ms);
        let (peer_ms, _) = self.time(|| peers::reservoir(&set, 200, 7));
        self.push("sample_200", "reservoir", peer_ms, "ms", muster_ms);
    }
}

/// Days back from now, in milliseconds.
fn days_ago(days: i64) -> Millis {
    NOW - days * DAY_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Peers and index agree on a small population, or `run` would fail; and every case is there.
    #[test]
    fn every_case_runs_and_the_peers_agree() {
        let mut ticks = 0.0;
        let mut timer = || {
            ticks += 0.001;
            ticks
        };
        let mut asked = Columns::default();
        let mut outside = |columns: &Columns| {
            asked.clone_from(columns);
            Ok(Vec::new())
        };
        let records = run(3_000, &mut timer, &mut outside).unwrap();
        assert_eq!(
            (asked.tags.len(), asked.stage.iter().min(), asked.stage.iter().max()),
            (3_000, Some(&1), Some(&5))
        );
        for (case, peers) in [
            ("count", 4),
            ("window_seconds", 2),
            ("counted_window_and_tag", 3),
            ("breakdown_65", 3),
            ("sample_200", 2),
            ("memory_contact", 1),
            ("count_while_folding_p99", 1),
        ] {
            assert_eq!(records.iter().filter(|record| record.case == case).count(), peers, "{case}");
        }
    }

    #[test]
    fn a_peer_that_answers_otherwise_ends_the_run() {
        let mut ticks = 0.0;
        let mut timer = || {
            ticks += 0.001;
            ticks
        };
        let answer = |answer| Answered { case: "count".into(), peer: "other".into(), ms: 1.0, answer };
        let refused = run(1_000, &mut timer, &mut |_| Ok(vec![answer(1_001)])).unwrap_err();
        assert!(refused.contains("other says 1001"), "{refused}");
    }
}
