//! How long a count takes while events are folded by another thread.

use std::sync::mpsc;

use domain::event::Event;
use domain::expression::Resolved;

use super::Timer;
use super::population::{NOW, Population};
use crate::index::Index;
use crate::live::LiveIndex;

/// Events a second that come in meanwhile.
const EVENTS_A_SECOND: f64 = 5_000.0;
const QUIET_COUNTS: usize = 1_000;
const BUSY_COUNTS: usize = 1_000;

/// Counts alone, then counts while another thread folds what is due; gives percentiles in milliseconds, and
/// what one event took in microseconds.
pub(super) fn count_while_folding(
    index: Index,
    wanted: &Resolved,
    timer: Timer<'_>,
) -> Vec<(&'static str, f64, &'static str)> {
    let mut next = index.number() + 1;
    let mut people = Population::new(index.contact_numbers(), 77);
    let live = LiveIndex::new(index);
    let one_count = |timer: &mut dyn FnMut() -> f64| {
        let start = timer();
        std::hint::black_box(live.snapshot().count(wanted, NOW));
        timer() - start
    };
    let quiet: Vec<f64> = (0..QUIET_COUNTS).map(|_| one_count(timer)).collect();
    let (due, batches) = mpsc::sync_channel::<Vec<Event>>(64);
    let mut busy = Vec::with_capacity(BUSY_COUNTS);
    let mut folded = 0.0;
    let begun = timer();
    std::thread::scope(|scope| {
        let live = &live;
        scope.spawn(move || {
            for batch in batches {
                // Numbers follow each other, so nothing can be refused.
                let _ = live.apply_batch(&batch);
            }
        });
        for _ in 0..BUSY_COUNTS {
            let owed = ((timer() - begun) * EVENTS_A_SECOND - folded).clamp(1.0, 500.0);
            let batch: Vec<Event> = (0..owed as i64).map(|offset| people.event(next + offset, NOW)).collect();
            next += batch.len() as i64;
            folded += batch.len() as f64;
            if due.send(batch).is_err() {
                break;
            }
            busy.push(one_count(timer));
        }
        drop(due);
    });
    let rate = folded / (timer() - begun).max(f64::EPSILON);
    vec![
        ("count_alone_p50", percentile(quiet.clone(), 0.5), "ms"),
        ("count_alone_p99", percentile(quiet, 0.99), "ms"),
        ("count_while_folding_p50", percentile(busy.clone(), 0.5), "ms"),
        ("count_while_folding_p99", percentile(busy, 0.99), "ms"),
        ("count_while_folding_rate", rate, "events/s"),
    ]
}

fn percentile(mut times: Vec<f64>, share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(place).map_or(0.0, |seconds| seconds * 1_000.0)
}
