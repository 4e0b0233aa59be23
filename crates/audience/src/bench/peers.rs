//! Plain ways to the same answers.

use domain::event::EventBody;
use roaring::RoaringBitmap;
use serde_json::json;

use super::population::{NOW, Population, day_of};
use super::resolved;
use crate::freeze::Generator;
use crate::index::Index;
use crate::oracle::Workspace;

/// One bit a contact.
#[derive(Debug, Default)]
pub(super) struct Dense(pub(super) Vec<u64>);

impl Dense {
    fn new(set: &RoaringBitmap, contacts: u32) -> Self {
        let mut words = vec![0; contacts.div_ceil(64) as usize];
        set.iter().for_each(|number| words[number as usize / 64] |= 1 << (number % 64));
        Self(words)
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(super) fn count_both(&self, other: &Self) -> u64 {
        self.0.iter().zip(&other.0).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }

    fn contains(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 == 1
    }
}

/// Everything ready-made.
pub(super) struct Peers {
    pub(super) tags: Vec<Dense>,
    pub(super) stages: Vec<Dense>,
    pub(super) recent: Dense,
    pub(super) reachable: Dense,
    pub(super) roaring_tags: Vec<RoaringBitmap>,
    pub(super) roaring_stages: Vec<RoaringBitmap>,
    pub(super) roaring_recent: RoaringBitmap,
    pub(super) roaring_reachable: RoaringBitmap,
    /// Last interactions, zero for never.
    pub(super) seconds: Vec<u32>,
    pub(super) presses: Presses,
}

impl Peers {
    pub(super) fn new(index: &Index, workspace: &Workspace) -> Self {
        let contacts = index.contact_numbers();
        let set = |written: serde_json::Value| index.set(&resolved(workspace, &written), NOW);
        let roaring_tags: Vec<RoaringBitmap> =
            workspace.tags.iter().map(|(name, _)| set(json!({"tag":{"has":name}}))).collect();
        let roaring_stages: Vec<RoaringBitmap> =
            workspace.stages.iter().map(|(_, name, _)| set(json!({"stage":{"in":[name]}}))).collect();
        let roaring_recent = set(json!({"last_interaction":{"within":"7d"}}));
        let roaring_reachable = index.reachable();
        let dense = |sets: &[RoaringBitmap]| sets.iter().map(|set| Dense::new(set, contacts)).collect();
        Self {
            tags: dense(&roaring_tags),
            stages: dense(&roaring_stages),
            recent: Dense::new(&roaring_recent, contacts),
            reachable: Dense::new(&roaring_reachable, contacts),
            seconds: seconds(index),
            presses: Presses::new(contacts),
            roaring_tags,
            roaring_stages,
            roaring_recent,
            roaring_reachable,
        }
    }
}

/// The column as one array.
fn seconds(index: &Index) -> Vec<u32> {
    let mut all = vec![0; index.contact_numbers() as usize];
    for (place, chunk) in index.chunks.iter().enumerate() {
        let from = place << 16;
        let to = all.len().min(from + crate::CHUNK_CONTACTS);
        for (offset, second) in all[from..to].iter_mut().enumerate() {
            *second = chunk.last_interaction.get(offset as u16);
        }
    }
    all
}

/// Presses of `pricing`.
pub(super) struct Presses {
    contacts: u32,
    /// Each day with everybody who pressed on it, once a press.
    days: Vec<(i32, Vec<u32>)>,
    /// The same as bitmaps; who pressed again on the same day stands in the next one of that day.
    bitmaps: Vec<(i32, RoaringBitmap)>,
}

impl Presses {
    fn new(contacts: u32) -> Self {
        let mut days: Vec<(i32, Vec<u32>)> = Vec::new();
        Population::new(contacts, 42).each_event(&mut |event| {
            let pressed = matches!(&event.body, EventBody::Button { object, .. } if object == "pricing");
            let Some(contact) = event.contact.filter(|_| pressed) else { return };
            let day = day_of(event.at);
            match days.last_mut() {
                Some((last, numbers)) if *last == day => numbers.push(contact.0),
                _ => days.push((day, vec![contact.0])),
            }
        });
        let mut bitmaps = Vec::new();
        for (day, numbers) in &days {
            let mut rest: Vec<u32> = numbers.clone();
            while !rest.is_empty() {
                let mut bitmap = RoaringBitmap::new();
                rest.retain(|number| !bitmap.insert(*number));
                bitmaps.push((*day, bitmap));
            }
        }
        Self { contacts, days, bitmaps }
    }

    /// Each day with everybody who pressed on it, once a press.
    pub(super) fn days(&self) -> &[(i32, Vec<u32>)] {
        &self.days
    }

    /// A byte a contact, and the list of each day.
    pub(super) fn at_least_three(&self, first_day: i32, tag: &Dense) -> u64 {
        let mut counts = vec![0_u8; self.contacts as usize];
        for (_, numbers) in self.days.iter().filter(|(day, _)| *day >= first_day) {
            numbers.iter().for_each(|number| {
                let count = &mut counts[*number as usize];
                *count = count.saturating_add(1);
            });
        }
        let numbers = (0..).zip(&counts);
        numbers.filter(|(number, count)| **count >= 3 && tag.contains(*number)).count() as u64
    }

    /// Three bitmaps that say who was met once, twice and three times.
    pub(super) fn at_least_three_by_bitmaps(&self, first_day: i32, tag: &RoaringBitmap) -> u64 {
        let [mut once, mut twice, mut thrice] = [(); 3].map(|()| RoaringBitmap::new());
        for (_, met) in self.bitmaps.iter().filter(|(day, _)| *day >= first_day) {
            thrice |= &twice & met;
            twice |= &once & met;
            once |= met;
        }
        thrice.intersection_len(tag)
    }
}

/// A sample of a set by one pass over it.
pub(super) fn reservoir(set: &RoaringBitmap, size: usize, seed: u64) -> Vec<u32> {
    let mut random = Generator::new(seed);
    let mut kept: Vec<u32> = Vec::with_capacity(size);
    for (seen, number) in set.iter().enumerate() {
        if kept.len() < size {
            kept.push(number);
        } else if let Some(place) = kept.get_mut(random.below(seen as u64 + 1) as usize) {
            *place = number;
        }
    }
    kept
}
