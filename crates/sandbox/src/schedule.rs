//! What people are going to do, in the order of time.

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something that a person is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Intent {
    /// The first /start.
    Arrive,
    /// Opens the chat without being called.
    Visit,
    /// Sees this message, which came unasked.
    See(i64),
    /// Sees this message, which answers something that the person did.
    SeeAnswer(i64),
    /// Presses a button of this message.
    Press(i64),
    /// Follows a link of this message.
    Open(i64),
    /// Answers in words.
    Write,
    /// Asks for a human.
    AskHuman,
    /// Asks for no more bulk messages.
    OptOut,
    Block,
    Unblock,
    /// Comes back after a silence.
    Return,
    /// Telegram's crawler opens the first link of this message.
    Preview(i64),
    /// Starts the bot that a page led to.
    StartLed,
}

/// Order: time, then the order in which it was planned.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Planned {
    at_ms: i64,
    number: u64,
    person: u32,
    intent: Intent,
}

/// All plans.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Schedule {
    plans: BinaryHeap<Reverse<Planned>>,
    count: u64,
}

impl Schedule {
    /// Plans an intent of a person.
    pub fn plan(&mut self, at_ms: i64, person: usize, intent: Intent) {
        self.count += 1;
        self.plans.push(Reverse(Planned { at_ms, number: self.count, person: person as u32, intent }));
    }

    /// The time of the next plan.
    pub fn next_ms(&self) -> Option<i64> {
        self.plans.peek().map(|Reverse(next)| next.at_ms)
    }

    /// The next plan that is due.
    pub fn take_due(&mut self, now_ms: i64) -> Option<(i64, usize, Intent)> {
        if self.next_ms()? > now_ms {
            return None;
        }
        self.plans.pop().map(|Reverse(next)| (next.at_ms, next.person as usize, next.intent))
    }

    /// Stretches the time until every plan by a factor.
    pub fn rescale(&mut self, now_ms: i64, factor: f64) {
        let plans = std::mem::take(&mut self.plans).into_vec();
        self.plans = plans
            .into_iter()
            .map(|Reverse(mut plan)| {
                plan.at_ms = now_ms + ((plan.at_ms - now_ms).max(0) as f64 * factor) as i64;
                Reverse(plan)
            })
            .collect();
    }
}
