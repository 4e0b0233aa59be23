//! What was measured, and how it compares.

use serde::Serialize;

/// What a value is counted in, and which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// So many a second.
    PerSecond,
    Milliseconds,
    /// Seconds of processor time.
    CpuSeconds,
    /// A plain number, which is not better either way.
    Count,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "1/s",
            Self::Milliseconds => "ms",
            Self::CpuSeconds => "s of CPU",
            Self::Count => "",
        }
    }

    fn better(self, one: f64, other: f64) -> f64 {
        if self == Self::PerSecond { one.max(other) } else { one.min(other) }
    }

    /// How many times better `muster` is than `other`.
    fn ratio(self, muster: f64, other: f64) -> f64 {
        if self == Self::PerSecond { muster / other } else { other / muster }
    }
}

/// One line.
#[derive(Debug, Serialize)]
struct Record<'a> {
    bench: &'a str,
    case: &'a str,
    peer: &'a str,
    n: usize,
    /// None for a peer that is not at hand.
    value: Option<f64>,
    unit: &'a str,
    /// How many times better Muster is than this line: above one it is the faster, or takes the less.
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Debug)]
struct Measured {
    case: &'static str,
    peer: &'static str,
    n: usize,
    value: Option<f64>,
    unit: Unit,
    note: Option<String>,
}

/// The lines of one bench.
#[derive(Debug)]
pub(super) struct Report {
    bench: &'static str,
    lines: Vec<Measured>,
}

/// Muster's own name among its peers.
pub(super) const MUSTER: &str = "muster";

impl Report {
    pub fn new(bench: &'static str) -> Self {
        Self { bench, lines: Vec::new() }
    }

    /// One round's value: the best of all rounds is kept.
    pub fn measured(&mut self, case: &'static str, peer: &'static str, n: usize, value: f64, unit: Unit) {
        match self.lines.iter_mut().find(|line| line.case == case && line.peer == peer) {
            Some(line) => line.value = Some(line.value.map_or(value, |best| unit.better(best, value))),
            None => self.lines.push(Measured { case, peer, n, value: Some(value), unit, note: None }),
        }
    }

    /// A peer that could not be measured.
    pub fn skipped(&mut self, case: &'static str, peer: &'static str, unit: Unit, why: &str) {
        if !self.lines.iter().any(|line| line.case == case && line.peer == peer) {
            let note = Some(format!("skipped: {why}"));
            self.lines.push(Measured { case, peer, n: 0, value: None, unit, note });
        }
    }

    /// Prints every line, cases in the order in which they were first measured.
    #[allow(clippy::print_stdout)] // the result
    pub fn print(&self, json: bool) {
        for case in self.cases() {
            let of_case = || self.lines.iter().filter(|line| line.case == case);
            let muster = of_case().find(|line| line.peer == MUSTER).and_then(|line| line.value);
            for line in of_case() {
                let ratio = muster.zip(line.value).map(|(ours, theirs)| line.unit.ratio(ours, theirs));
                if json {
                    println!("{}", self.json(line, ratio));
                } else {
                    println!("{}", row(line, ratio));
                }
            }
        }
    }

    fn cases(&self) -> Vec<&'static str> {
        let mut cases = Vec::new();
        for line in &self.lines {
            if !cases.contains(&line.case) {
                cases.push(line.case);
            }
        }
        cases
    }

    fn json(&self, line: &Measured, ratio: Option<f64>) -> String {
        let record = Record {
            bench: self.bench,
            case: line.case,
            peer: line.peer,
            n: line.n,
            value: line.value,
            unit: line.unit.name(),
            // Two counts are not better than each other, but how they compare is what they are there for.
            ratio,
            note: line.note.as_deref(),
        };
        // Names and finite numbers always become JSON.
        serde_json::to_string(&record).unwrap_or_default()
    }
}

fn row(line: &Measured, ratio: Option<f64>) -> String {
    let Some(value) = line.value else {
        return format!("{:<46} {:<28} {}", line.case, line.peer, line.note.as_deref().unwrap_or("–"));
    };
    let shown = if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") };
    let ratio = ratio.map_or_else(String::new, |ratio| format!("×{ratio:.2}"));
    format!("{:<46} {:<28} {shown:>12} {:<9} {ratio}", line.case, line.peer, line.unit.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_round_counts_and_a_ratio_above_one_is_in_musters_favour() {
        let mut report = Report::new("test");
        for value in [900.0, 1_000.0, 800.0] {
            report.measured("rate", MUSTER, 5, value, Unit::PerSecond);
        }
        report.measured("rate", "slow", 5, 250.0, Unit::PerSecond);
        report.measured("time", MUSTER, 5, 4.0, Unit::Milliseconds);
        report.measured("time", MUSTER, 5, 2.0, Unit::Milliseconds);
        report.measured("time", "slow", 5, 8.0, Unit::Milliseconds);
        let line = |at: usize, muster: f64| {
            let line = &report.lines[at];
            let ratio = line.value.map(|value| line.unit.ratio(muster, value));
            serde_json::from_str::<serde_json::Value>(&report.json(line, ratio)).unwrap()
        };
        let slow = line(1, 1_000.0);
        assert_eq!(slow["ratio"], 4.0);
        assert_eq!(line(0, 1_000.0)["value"], 1_000.0);
        assert_eq!((line(2, 2.0)["value"].clone(), line(3, 2.0)["ratio"].clone()), (2.0.into(), 4.0.into()));
        let keys: Vec<&str> = slow.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["bench", "case", "n", "peer", "ratio", "unit", "value"],
            "the contract's keys alone"
        );
    }

    #[test]
    fn a_peer_that_is_not_at_hand_has_no_value_and_says_why() {
        let mut report = Report::new("test");
        report.skipped("rate", "other", Unit::PerSecond, "no Python");
        let line = report.json(&report.lines[0], None);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["value"], &line["ratio"]), (&serde_json::Value::Null, &serde_json::Value::Null));
        assert_eq!(line["note"], "skipped: no Python");
    }
}
