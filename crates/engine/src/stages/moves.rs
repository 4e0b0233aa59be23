//! Who would move from which stage to which.

use audience::Index;
use domain::expression::Resolved;
use domain::time::Millis;
use store::stages::Stage;

use super::Part;

/// How many are in a stage under other rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTally {
    pub name: String,
    pub count: u64,
    /// In the same stage now; none for a new one.
    pub before: u64,
}

/// People who would change their stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageMove {
    pub from: String,
    pub to: String,
    pub count: u64,
}

/// What other rules would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovePreview {
    pub stages: Vec<StageTally>,
    /// The most people first.
    pub moves: Vec<StageMove>,
}

/// Everybody, each in the first stage whose rule matches.
pub(super) fn partition(index: &Index, rules: &[(String, Resolved)], now: Millis) -> Vec<Part> {
    let mut rest = index.everyone();
    let mut parts = Vec::with_capacity(rules.len());
    for (name, rule) in rules {
        let mut part = index.set(rule, now);
        part &= &rest;
        rest -= &part;
        parts.push((name.clone(), part));
    }
    parts
}

/// Compares two partitions of the same people.
pub(super) fn between(before: &[Stage], now: &[Part], after: &[Stage], wanted: &[Part]) -> MovePreview {
    let mut stages = Vec::with_capacity(after.len());
    let mut moves = Vec::new();
    for (new, (name, people)) in after.iter().zip(wanted) {
        let mut was = 0;
        for (old, (from, present)) in before.iter().zip(now) {
            if old.id == new.id {
                was = present.len();
                continue;
            }
            let count = present.intersection_len(people);
            if count > 0 {
                moves.push(StageMove { from: from.clone(), to: name.clone(), count });
            }
        }
        stages.push(StageTally { name: name.clone(), count: people.len(), before: was });
    }
    moves.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    MovePreview { stages, moves }
}
