//! The population as plain columns, for peers that are no part of this program.

use domain::time::Millis;
use serde_json::{Value, json};

use super::peers::Peers;
use super::population::{self, NOW};

/// What a peer outside needs to answer the same questions. One entry a contact, but for the presses.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Bit n-1 is tag n.
    pub tags: Vec<u64>,
    /// The last interaction, zero for never.
    pub seconds: Vec<u32>,
    pub reachable: Vec<u8>,
    /// 1 to 5.
    pub stage: Vec<u8>,
    /// Presses of `pricing`: the day of each.
    pub press_day: Vec<i32>,
    /// And who pressed.
    pub press_contact: Vec<u32>,
    /// The questions' numbers.
    pub questions: Value,
}

/// An answer from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// As in [`super::Record::case`].
    pub case: String,
    pub peer: String,
    pub ms: f64,
    pub answer: u64,
}

/// Asks the peers outside, if any are at hand.
pub type Outside<'o> = &'o mut dyn FnMut(&Columns) -> Result<Vec<Answered>, String>;

impl Columns {
    pub(super) fn new(peers: &Peers) -> Self {
        let contacts = peers.seconds.len();
        let mut columns = Self {
            tags: vec![0; contacts],
            seconds: peers.seconds.clone(),
            reachable: vec![0; contacts],
            stage: vec![0; contacts],
            questions: questions(NOW),
            ..Self::default()
        };
        for (place, set) in peers.roaring_tags.iter().enumerate() {
            set.iter().for_each(|number| columns.tags[number as usize] |= 1 << place);
        }
        for (place, set) in (1..).zip(&peers.roaring_stages) {
            set.iter().for_each(|number| columns.stage[number as usize] = place);
        }
        peers.roaring_reachable.iter().for_each(|number| columns.reachable[number as usize] = 1);
        for (day, numbers) in peers.presses.days() {
            columns.press_day.extend(std::iter::repeat_n(*day, numbers.len()));
            columns.press_contact.extend(numbers);
        }
        columns
    }
}

/// The same numbers as in the expressions of this bench.
fn questions(now: Millis) -> Value {
    json!({
        "any_of": [2, 5],
        "none_of": 9,
        "since": now / 1_000 - 7 * 86_400,
        "pressed_tag": 2,
        "at_least": 3,
        "from_day": population::LAST_DAY - 30,
    })
}
