//! What the server wrote down, held against what the sandbox's people did and got.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{EventBody, Outcome};
use serde_json::Value;
use store::recipients::Recipient;

use crate::stored::Stored;

/// Compares what people did with the log, each in order and once; how many acts are missing.
///
/// # Panics
/// The log has a gap, an act that nobody did, or one twice or out of order.
pub fn lost_acts(stored: &Stored, truth: &[Value]) -> usize {
    let numbers: Vec<i64> = stored.events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "the log has no gaps");
    let mut said: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let mut pressed: BTreeMap<i64, usize> = BTreeMap::new();
    let mut started: BTreeMap<i64, usize> = BTreeMap::new();
    for event in &stored.events {
        let Some(number) = event.contact else { continue };
        let person = stored.people[&number];
        match &event.body {
            EventBody::Message { text: Some(text), .. } | EventBody::Command { text, .. } => {
                said.entry(person).or_default().push(text.clone());
            }
            EventBody::Button { .. } => *pressed.entry(person).or_default() += 1,
            EventBody::Start { .. } => *started.entry(person).or_default() += 1,
            _ => {}
        }
    }
    let mut lost = 0;
    for one in truth {
        let person = one["id"].as_i64().expect("a person has an id");
        let list = |name: &str| one[name].as_array().expect("every list is there");
        let wrote: Vec<&str> = list("wrote").iter().filter_map(|one| one["text"].as_str()).collect();
        let known = said.remove(&person).unwrap_or_default();
        lost += wrote.len().saturating_sub(known.len());
        assert_eq!(known, wrote, "what {person} wrote, in order, once each");
        assert_eq!(pressed.remove(&person).unwrap_or(0), list("pressed").len(), "presses of {person}");
        assert_eq!(started.remove(&person).unwrap_or(0), list("started").len(), "starts of {person}");
    }
    assert!(said.is_empty() && pressed.is_empty() && started.is_empty(), "acts that nobody did");
    lost
}

/// What a ledger came to.
#[derive(Debug, Default)]
pub struct Ledger {
    pub counts: BTreeMap<Outcome, usize>,
    /// Messages that somebody got beyond the first, without a person's decision.
    pub doubled: usize,
}

/// Compares a campaign's lines with what people received whose text holds `words`. A person of `decided` was written
/// to again on a member's decision, and may have got it twice.
///
/// # Panics
/// A line says something else than what its person got.
pub fn ledger(
    stored: &Stored,
    lines: &[Recipient],
    truth: &[Value],
    words: &str,
    decided: &BTreeSet<i64>,
) -> Ledger {
    let mut compared = Ledger::default();
    let wrote = truth.iter().filter(|one| one["wrote"].as_array().is_some_and(|all| !all.is_empty()));
    let wrote: BTreeSet<i64> = wrote.filter_map(|one| one["id"].as_i64()).collect();
    let got: BTreeMap<i64, Vec<&Value>> = truth.iter().map(|one| received(one, words)).collect();
    for line in lines {
        let person = stored.people[&line.contact];
        let received = &got[&person];
        *compared.counts.entry(line.outcome).or_default() += 1;
        let allowed = 1 + usize::from(decided.contains(&person));
        compared.doubled += received.len().saturating_sub(allowed);
        match line.outcome {
            // A reply proved it, and names no message.
            Outcome::Sent if line.message_id.is_none() => {
                assert!(wrote.contains(&person), "{person} is said to have replied");
            }
            Outcome::Sent => {
                let last = received.last().unwrap_or_else(|| panic!("{person} is said to have got it"));
                assert_eq!(last["message_id"].as_i64(), line.message_id, "the message of {person}");
            }
            Outcome::Unknown => {}
            other => assert!(received.is_empty(), "{person} got it, and the ledger says {other:?}"),
        }
    }
    compared
}

fn received<'t>(one: &'t Value, words: &str) -> (i64, Vec<&'t Value>) {
    let all = one["received"].as_array().expect("every list is there");
    let holds = |message: &&Value| message["text"].as_str().is_some_and(|text| text.contains(words));
    (one["id"].as_i64().expect("a person has an id"), all.iter().filter(holds).collect())
}
