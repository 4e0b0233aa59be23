//! Freezing an audience: who is written to, in one random order, and what they were at that moment.

use domain::expression::Resolved;
use domain::ids::{ContactNumber, TagId};
use domain::time::Millis;
use roaring::RoaringBitmap;

use crate::evaluate::Evaluator;
use crate::index::Index;
use crate::plan::Step;
use crate::query::{append, by_name};
use crate::row::Frozen;

/// Random numbers that are the same for ever for one seed (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    state: u64,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Uniform below a bound that is not zero: a product's high half, with those draws rejected that would
    /// favour some results.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        loop {
            let product = u128::from(self.next()) * u128::from(bound);
            if product as u64 >= bound.wrapping_neg() % bound {
                return (product >> 64) as u64;
            }
        }
    }
}

/// How an audience is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreezeOrder {
    /// The order and the held-out part follow from it.
    pub seed: u64,
    /// The share that is not written to, in hundredths of a percent: 0 to 10,000.
    pub held_out_basis_points: u32,
}

/// The groups whose members are kept for the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrozenNames<'a> {
    pub tags: &'a [(TagId, String)],
    /// The rules of the stages in their order, each with its name.
    pub stages: &'a [(String, Resolved)],
    /// Of [`domain::contact::SOURCE_FIELDS`].
    pub sources: &'a [&'a str],
    /// What each saved segment asks for, with its name.
    pub segments: &'a [(String, Resolved)],
}

/// An audience at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct FrozenAudience {
    /// The event number that it was taken at.
    pub number: i64,
    /// Everybody in the audience, held out included, in the order in which their turns come.
    pub order: Vec<ContactNumber>,
    /// How many matched but may not be written to.
    pub left_out: u64,
    /// The same as sets, with the groups of that moment; empty groups are left out.
    pub frozen: Frozen,
}

impl Index {
    /// Freezes whoever matches and is reachable.
    pub fn frozen(
        &self,
        resolved: &Resolved,
        now: Millis,
        order: FreezeOrder,
        names: &FrozenNames<'_>,
    ) -> FrozenAudience {
        let matching = self.set(resolved, now);
        let audience = &matching & self.reachable();
        let mut random = Generator::new(order.seed);
        let members = shuffled(&audience, &mut random);
        let held_out = held_out(&members, order.held_out_basis_points, &mut random);
        FrozenAudience {
            number: self.number(),
            order: members.into_iter().map(ContactNumber).collect(),
            left_out: matching.len() - audience.len(),
            frozen: Frozen {
                stages: self.stage_sets(&audience, now, names.stages),
                tags: self.tag_sets(&audience, names.tags),
                sources: self.source_sets(&audience, names.sources),
                segments: self.segment_sets(&audience, now, names.segments),
                held_out,
                audience,
            },
        }
    }

    fn stage_sets(
        &self,
        audience: &RoaringBitmap,
        now: Millis,
        stages: &[(String, Resolved)],
    ) -> Vec<(String, RoaringBitmap)> {
        let mut rest = audience.clone();
        let mut sets = Vec::new();
        for (name, rule) in stages {
            let members = &rest & self.set(rule, now);
            rest -= &members;
            sets.push((name.clone(), members));
        }
        present(sets)
    }

    fn segment_sets(
        &self,
        audience: &RoaringBitmap,
        now: Millis,
        segments: &[(String, Resolved)],
    ) -> Vec<(String, RoaringBitmap)> {
        present(segments.iter().map(|(name, asks)| (name.clone(), audience & self.set(asks, now))).collect())
    }

    fn tag_sets(&self, audience: &RoaringBitmap, tags: &[(TagId, String)]) -> Vec<(String, RoaringBitmap)> {
        let set = |tag: TagId| {
            let mut set = RoaringBitmap::new();
            for (place, chunk) in self.chunks.iter().enumerate() {
                append(&mut set, place, &chunk.tags.with(tag), &chunk.reachability.living);
            }
            set
        };
        present(tags.iter().map(|(tag, name)| (name.clone(), set(*tag) & audience)).collect())
    }

    fn source_sets(&self, audience: &RoaringBitmap, fields: &[&str]) -> Vec<(String, RoaringBitmap)> {
        let mut sets = Vec::new();
        for (place, field) in domain::contact::SOURCE_FIELDS.iter().enumerate() {
            if !fields.contains(field) {
                continue;
            }
            let dictionary = &self.names.enumerated.source[place];
            let spelled = dictionary.matching(|_| true).into_iter().map(|code| {
                let members = self.set_of(&Step::Source { place, codes: vec![code] }) & audience;
                (dictionary.text(code), members)
            });
            let named = by_name(field, spelled.collect(), RoaringBitmap::len, |all, more| *all |= more);
            sets.extend(named.into_iter().map(|(name, members)| (format!("{field}={name}"), members)));
        }
        present(sets)
    }

    fn set_of(&self, step: &Step) -> RoaringBitmap {
        let mut evaluator = Evaluator::new(self);
        let mut set = RoaringBitmap::new();
        for (place, chunk) in self.chunks.iter().enumerate() {
            let found = evaluator.step(step, place);
            append(&mut set, place, &found, &chunk.reachability.living);
            evaluator.scratch.give_back(found);
        }
        set
    }
}

fn present(sets: Vec<(String, RoaringBitmap)>) -> Vec<(String, RoaringBitmap)> {
    sets.into_iter().filter(|(_, set)| !set.is_empty()).collect()
}

/// Fisher and Yates' shuffle.
fn shuffled(set: &RoaringBitmap, random: &mut Generator) -> Vec<u32> {
    let mut members: Vec<u32> = set.iter().collect();
    for last in (1..members.len()).rev() {
        members.swap(last, random.below(last as u64 + 1) as usize);
    }
    members
}

/// A share of an order, drawn from all of it, rounded to the nearest whole person.
fn held_out(order: &[u32], basis_points: u32, random: &mut Generator) -> RoaringBitmap {
    let all = order.len() as u64;
    let mut wanted = (all * u64::from(basis_points.min(10_000)) + 5_000) / 10_000;
    let mut held_out = RoaringBitmap::new();
    // Each is taken with the chance that exactly as many as are wanted come from those not yet seen.
    for (seen, number) in order.iter().enumerate() {
        if random.below(all - seen as u64) < wanted {
            held_out.insert(*number);
            wanted -= 1;
        }
    }
    held_out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The reference implementation's first outputs for the seed 1234567.
        let mut random = Generator::new(1_234_567);
        let first = [(); 3].map(|()| random.next());
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_shuffle_is_fair_and_keeps_everybody() {
        let set: RoaringBitmap = (0..6).collect();
        // Where member 0 lands, over many seeds: each of six places a sixth of the time.
        let mut places = [0_u32; 6];
        for seed in 0..6_000 {
            let mut order = shuffled(&set, &mut Generator::new(seed));
            places[order.iter().position(|number| *number == 0).unwrap()] += 1;
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3, 4, 5]);
        }
        assert!(places.iter().all(|count| (850..1_150).contains(count)), "{places:?}");
    }

    #[test]
    fn the_held_out_share_is_exact_and_spread_over_the_order() {
        let order: Vec<u32> = (0..10_000).collect();
        for (basis_points, wanted) in [(0, 0), (1, 1), (1_000, 1_000), (10_000, 10_000)] {
            let drawn = held_out(&order, basis_points, &mut Generator::new(3));
            assert_eq!(drawn.len(), wanted);
        }
        let drawn = held_out(&order, 5_000, &mut Generator::new(3));
        let first_half = drawn.iter().filter(|number| *number < 5_000).count();
        assert!((2_350..2_650).contains(&first_half), "{first_half} of 5,000 in the first half");
    }
}
