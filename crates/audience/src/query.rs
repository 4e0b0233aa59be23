//! Questions to an index at a moment.

use std::collections::HashMap;

use domain::contact::{SOURCE_FIELDS, source_key};
use domain::expression::{ProfileField, Resolved, second};
use domain::ids::{ContactNumber, TagId};
use domain::time::Millis;
use roaring::RoaringBitmap;

use crate::column::enumerated::NUMBERED;
use crate::evaluate::Evaluator;
use crate::index::Index;
use crate::kernel;
use crate::operand::Operand;
use crate::permutation::Permutation;
use crate::plan::{Step, plan};
use crate::words::{self, Words};

/// Where languages stand among the numbered fields.
const LANGUAGE: usize = 0;
const _: () = assert!(matches!(NUMBERED[LANGUAGE], ProfileField::Language));

/// How many match, and how many of these may be sent bulk messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub count: u64,
    pub reachable: u64,
}

/// What a set is broken down by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Groups<'a> {
    pub tags: &'a [TagId],
    /// The rules of the stages in their order: each contact is counted in the first that matches.
    pub stages: &'a [Resolved],
    /// Of [`SOURCE_FIELDS`].
    pub sources: &'a [&'a str],
    /// Whether by language too.
    pub languages: bool,
    /// Days since the last interaction that are told apart; none at zero.
    pub silent_days: usize,
}

/// A set's size in all and by group, from one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    pub counts: Counts,
    /// Beside [`Groups::tags`].
    pub tags: Vec<u64>,
    /// Beside [`Groups::stages`].
    pub stages: Vec<u64>,
    /// Values that occur, for each field the most frequent first.
    pub sources: Vec<SourceCount>,
    /// Languages that occur, in no order. A region is counted with its language where that occurs by itself:
    /// whoever asks for `zh` is given `zh-hans` too, and so each person is in one group.
    pub languages: Vec<(String, u64)>,
    /// By how long ago the last interaction was: at most a day, more than one and at most two, and so on, and all
    /// beyond at the end. Who never interacted is in none. `within` of `n` days are the first `n`.
    pub silence: Vec<u64>,
}

/// How many of a set came from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCount {
    pub field: String,
    pub value: String,
    pub count: u64,
}

/// Who came and who went between two moments, by the passing of time alone: both are asked of the same events.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub entered: RoaringBitmap,
    pub left: RoaringBitmap,
}

impl Index {
    /// How many match.
    pub fn count(&self, resolved: &Resolved, now: Millis) -> u64 {
        let step = plan(self, resolved, now);
        let mut evaluator = Evaluator::new(self);
        let mut sum = 0;
        for (place, chunk) in self.chunks.iter().enumerate() {
            let found = evaluator.step(&step, place);
            let who = &chunk.reachability;
            sum += u64::from(found.count(&who.living, who.living_count));
            evaluator.scratch.give_back(found);
        }
        sum
    }

    /// How many match, and how many of them are reachable.
    pub fn counts(&self, resolved: &Resolved, now: Millis) -> Counts {
        let step = plan(self, resolved, now);
        let mut evaluator = Evaluator::new(self);
        let mut counts = Counts::default();
        for (place, chunk) in self.chunks.iter().enumerate() {
            let found = evaluator.step(&step, place);
            let who = &chunk.reachability;
            counts.count += u64::from(found.count(&who.living, who.living_count));
            let reachable = match &found {
                Operand::Everyone => kernel::count(&who.reachable),
                found => found.count(&who.reachable, 0),
            };
            counts.reachable += u64::from(reachable);
            evaluator.scratch.give_back(found);
        }
        counts
    }

    /// Everybody who matches.
    pub fn set(&self, resolved: &Resolved, now: Millis) -> RoaringBitmap {
        let step = plan(self, resolved, now);
        let mut evaluator = Evaluator::new(self);
        let mut set = RoaringBitmap::new();
        for (place, chunk) in self.chunks.iter().enumerate() {
            let found = evaluator.step(&step, place);
            append(&mut set, place, &found, &chunk.reachability.living);
            evaluator.scratch.give_back(found);
        }
        set
    }

    /// Everybody, erased people left out.
    pub fn everyone(&self) -> RoaringBitmap {
        let mut set = RoaringBitmap::new();
        for (place, chunk) in self.chunks.iter().enumerate() {
            append(&mut set, place, &Operand::Everyone, &chunk.reachability.living);
        }
        set
    }

    /// Everybody who may be sent bulk messages.
    pub fn reachable(&self) -> RoaringBitmap {
        let mut set = RoaringBitmap::new();
        for (place, chunk) in self.chunks.iter().enumerate() {
            append(&mut set, place, &Operand::Everyone, &chunk.reachability.reachable);
        }
        set
    }

    /// Whether one contact matches.
    pub fn contains(&self, resolved: &Resolved, now: Millis, number: ContactNumber) -> bool {
        let place = (number.0 >> 16) as usize;
        let low = number.0 as u16;
        let Some(chunk) = self.chunks.get(place) else { return false };
        let step = plan(self, resolved, now);
        words::contains(&chunk.reachability.living, low)
            && Evaluator::new(self).step(&step, place).contains(low)
    }

    /// A set's size in all and by group.
    pub fn breakdown(&self, resolved: &Resolved, now: Millis, groups: &Groups<'_>) -> Breakdown {
        let step = plan(self, resolved, now);
        let rules: Vec<Step> = groups.stages.iter().map(|rule| plan(self, rule, now)).collect();
        let mut evaluator = Evaluator::new(self);
        let mut tally = Tally {
            counts: Counts::default(),
            tags: vec![0; groups.tags.len()],
            stages: vec![0; rules.len()],
            sources: vec![Vec::new(); groups.sources.len()],
            languages: Vec::new(),
            silence: vec![0; if groups.silent_days > 0 { groups.silent_days + 1 } else { 0 }],
            now_s: second(now),
        };
        for place in 0..self.chunks.len() {
            let found = evaluator.step(&step, place);
            if matches!(found, Operand::Nobody) {
                continue;
            }
            let mut set = evaluator.scratch.own(found);
            kernel::and(&mut set, &self.chunks[place].reachability.living);
            if !kernel::is_empty(&set) {
                self.tally_chunk(&mut tally, place, &set, groups);
                tally.stages(&mut evaluator, &rules, place, &mut set);
            }
            evaluator.scratch.give_back(Operand::Own(set));
        }
        Breakdown {
            counts: tally.counts,
            tags: tally.tags,
            stages: tally.stages,
            sources: self.source_counts(groups.sources, tally.sources),
            languages: self.language_counts(&tally.languages),
            silence: tally.silence,
        }
    }

    fn tally_chunk(&self, tally: &mut Tally, place: usize, set: &Words, groups: &Groups<'_>) {
        let chunk = &self.chunks[place];
        tally.counts.count += u64::from(kernel::count(set));
        tally.counts.reachable += u64::from(kernel::count_both(set, &chunk.reachability.reachable));
        chunk.tags.tally(set, groups.tags, &mut tally.tags);
        for (field, counts) in groups.sources.iter().zip(&mut tally.sources) {
            if let Some(column) = SOURCE_FIELDS.iter().position(|known| known == field) {
                chunk.enumerated.source[column].tally(set, counts);
            }
        }
        if groups.languages {
            chunk.enumerated.profile[LANGUAGE].tally(set, &mut tally.languages);
        }
        if groups.silent_days > 0 {
            chunk.last_interaction.tally_days(set, tally.now_s, &mut tally.silence);
        }
    }

    fn source_counts(&self, fields: &[&str], tallies: Vec<Vec<u64>>) -> Vec<SourceCount> {
        let mut all = Vec::new();
        for (field, counts) in fields.iter().zip(tallies) {
            let Some(column) = SOURCE_FIELDS.iter().position(|known| known == field) else { continue };
            let dictionary = &self.names.enumerated.source[column];
            // Code zero counts those without a value.
            let values = counts.iter().enumerate().skip(1).filter(|(_, count)| **count > 0);
            let spelled: Vec<(String, u64)> =
                values.map(|(code, count)| (dictionary.text(code as u32), *count)).collect();
            let named = by_name(field, spelled, |count| *count, |all, more| *all += more);
            let counted = |(value, count)| SourceCount { field: (*field).to_owned(), value, count };
            let mut named: Vec<SourceCount> = named.into_iter().map(counted).collect();
            named.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            all.append(&mut named);
        }
        all
    }

    fn language_counts(&self, tally: &[u64]) -> Vec<(String, u64)> {
        let dictionary = &self.names.enumerated.profile[LANGUAGE];
        // Code zero counts those without a value.
        let values = tally.iter().enumerate().skip(1).filter(|(_, count)| **count > 0);
        let mut spelled: Vec<(String, u64)> =
            values.map(|(code, count)| (dictionary.text(code as u32), *count)).collect();
        // A language comes before its regions.
        spelled.sort_unstable_by_key(|(language, _)| language.len());
        let mut languages: Vec<(String, u64)> = Vec::new();
        for (language, count) in spelled {
            let is_whole =
                |whole: &&mut (String, u64)| ProfileField::Language.key_matches(&language, &whole.0);
            match languages.iter_mut().find(is_whole) {
                Some((_, sum)) => *sum += count,
                None => languages.push((language, count)),
            }
        }
        languages
    }

    /// Who came in and who went out between two moments, as far as time alone moves people.
    pub fn difference(&self, resolved: &Resolved, before: Millis, after: Millis) -> Difference {
        let earlier = self.set(resolved, before);
        let later = self.set(resolved, after);
        Difference { entered: &later - &earlier, left: earlier - later }
    }

    /// Up to `size` members of a set at random, in a random order: the same for the same set and salt, and
    /// nearly the same for nearly the same set.
    pub fn sample(&self, set: &RoaringBitmap, size: usize, salt: u64) -> Vec<ContactNumber> {
        sample(set, self.contacts, size, salt)
    }
}

/// The spellings of one name of a source as one, under the spelling that most people have.
pub(crate) fn by_name<T>(
    field: &str,
    mut spelled: Vec<(String, T)>,
    size: impl Fn(&T) -> u64,
    join: impl Fn(&mut T, T),
) -> Vec<(String, T)> {
    spelled.sort_by(|(a, left), (b, right)| size(right).cmp(&size(left)).then_with(|| a.cmp(b)));
    let mut named: Vec<(String, T)> = Vec::with_capacity(spelled.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (value, part) in spelled {
        let place = *places.entry(source_key(field, &value)).or_insert(named.len());
        match named.get_mut(place) {
            Some((_, all)) => join(all, part),
            None => named.push((value, part)),
        }
    }
    named
}

/// Walks the permutation and keeps whom it meets; or, where it would meet few, asks each member for its place.
/// Both give the members that come first in the permutation.
fn sample(set: &RoaringBitmap, numbers: u32, size: usize, salt: u64) -> Vec<ContactNumber> {
    let order = Permutation::new(numbers, salt);
    let members = set.len();
    let wanted = (size as u64).min(members);
    let probes = wanted.saturating_mul(order.len()).checked_div(members).unwrap_or(0);
    let mut found: Vec<u32> = if probes < members {
        (0..=u32::MAX)
            .take(order.len() as usize)
            .map(|place| order.at(place))
            .filter(|number| set.contains(*number))
            .take(wanted as usize)
            .collect()
    } else {
        let mut places: Vec<u32> = set.iter().map(|number| order.place_of(number)).collect();
        places.sort_unstable();
        places.iter().take(wanted as usize).map(|place| order.at(*place)).collect()
    };
    found.truncate(size);
    found.into_iter().map(ContactNumber).collect()
}

/// Sums over chunks.
struct Tally {
    counts: Counts,
    tags: Vec<u64>,
    stages: Vec<u64>,
    sources: Vec<Vec<u64>>,
    languages: Vec<u64>,
    silence: Vec<u64>,
    now_s: u32,
}

impl Tally {
    /// Counts each member in the first stage whose rule matches; what is left of the set is in none.
    fn stages(&mut self, evaluator: &mut Evaluator<'_>, rules: &[Step], place: usize, rest: &mut Words) {
        for (rule, count) in rules.iter().zip(&mut self.stages) {
            let matched = evaluator.step(rule, place);
            match &matched {
                Operand::Nobody => {}
                Operand::Everyone => {
                    *count += u64::from(kernel::count(rest));
                    rest.fill(0);
                }
                Operand::List(lows) => {
                    for low in lows.iter().filter(|low| words::contains(rest, **low)).collect::<Vec<_>>() {
                        words::clear(rest, *low);
                        *count += 1;
                    }
                }
                Operand::Words(_) | Operand::Own(_) => {
                    if let Some(matched) = matched.words() {
                        *count += u64::from(kernel::count_both(rest, matched));
                        kernel::and_not(rest, matched);
                    }
                }
            }
            evaluator.scratch.give_back(matched);
        }
    }
}

/// Appends a chunk's members that live to a set of earlier chunks.
pub(crate) fn append(set: &mut RoaringBitmap, place: usize, found: &Operand<'_>, living: &Words) {
    let first = (place as u32) << 16;
    let masked = match found {
        Operand::Nobody => return,
        Operand::List(lows) => {
            let kept = lows.iter().filter(|low| words::contains(living, **low));
            set.extend(kept.map(|low| first | u32::from(*low)));
            return;
        }
        Operand::Everyone => words_to_bytes(living, None),
        Operand::Words(words) => words_to_bytes(words, Some(living)),
        Operand::Own(words) => words_to_bytes(words, Some(living)),
    };
    *set |= RoaringBitmap::from_lsb0_bytes(first, &masked);
}

fn words_to_bytes(words: &Words, living: Option<&Words>) -> Vec<u8> {
    match living {
        None => words.iter().flat_map(|word| word.to_le_bytes()).collect(),
        Some(living) => words.iter().zip(living).flat_map(|(a, b)| (a & b).to_le_bytes()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_and_scanning_give_the_same_sample() {
        // The share of members decides which way is taken: both sides of it, for the same permutation.
        let numbers = 100_000;
        for step in [2, 3, 50, 1_000] {
            let set: RoaringBitmap = (0..numbers).step_by(step).collect();
            for size in [1, 10, 300] {
                let order = Permutation::new(numbers, 9);
                let mut by_place: Vec<u32> = set.iter().collect();
                by_place.sort_by_key(|number| order.place_of(*number));
                by_place.truncate(size);
                let wanted: Vec<ContactNumber> = by_place.into_iter().map(ContactNumber).collect();
                assert_eq!(sample(&set, numbers, size, 9), wanted, "every {step}th, {size} wanted");
            }
        }
        assert!(sample(&RoaringBitmap::new(), 0, 10, 9).is_empty());
        assert_eq!(sample(&RoaringBitmap::from_iter([0]), 1, 10, 9), [ContactNumber(0)]);
    }
}
