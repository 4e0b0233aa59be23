//! A set of contacts of one chunk: a sorted list while small, one bit a contact when large.

use crate::bytes::{Damaged, Input, Output, ensure, is_rising};
use crate::kernel;
use crate::words::{self, Words};

/// Above this many a bit a contact is smaller than a list of 16-bit numbers.
pub(crate) const SPARSE_MAX: usize = 2_048;
/// Below this many a dense set becomes a list again; the gap keeps one at the border from turning each time.
const DENSE_MIN: usize = 1_536;

#[derive(Debug, Clone)]
pub(crate) enum Members {
    /// Sorted, no duplicates.
    Sparse(Vec<u16>),
    /// No bit above `highest` is set.
    Dense { words: Box<Words>, count: usize, highest: u16 },
}

impl Default for Members {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Sparse(lows) => lows.len(),
            Self::Dense { count, .. } => *count,
        }
    }

    pub(crate) fn contains(&self, low: u16) -> bool {
        match self {
            Self::Sparse(lows) => lows.binary_search(&low).is_ok(),
            Self::Dense { words, .. } => words::contains(words, low),
        }
    }

    /// How many members come before this contact: its place in a list that runs beside the set.
    pub(crate) fn rank(&self, low: u16) -> usize {
        match self {
            Self::Sparse(lows) => lows.binary_search(&low).unwrap_or_else(|place| place),
            Self::Dense { count, highest, .. } if low > *highest => *count,
            Self::Dense { words, .. } => {
                let (before, at) = words.split_at(words::word_of(low));
                let whole: u32 = before.iter().map(|word| word.count_ones()).sum();
                (whole + (at[0] & (words::bit_of(low) - 1)).count_ones()) as usize
            }
        }
    }

    /// Adds a contact. Gives its rank, and whether it was new.
    pub(crate) fn insert(&mut self, low: u16) -> (usize, bool) {
        match self {
            Self::Sparse(lows) => {
                let place = match lows.last() {
                    Some(last) if *last >= low => lows.binary_search(&low),
                    _ => Err(lows.len()),
                };
                let place = match place {
                    Ok(place) => return (place, false),
                    Err(place) => place,
                };
                reserve_frugally(lows);
                lows.insert(place, low);
                if lows.len() > SPARSE_MAX {
                    *self = Self::dense_of(lows);
                }
                (place, true)
            }
            Self::Dense { .. } => {
                let rank = self.rank(low);
                let Self::Dense { words, count, highest } = self else { return (rank, false) };
                let new = !words::contains(words, low);
                if new {
                    words::set(words, low);
                    *count += 1;
                    *highest = low.max(*highest);
                }
                (rank, new)
            }
        }
    }

    /// Adds a contact where nobody asks for its rank.
    pub(crate) fn put(&mut self, low: u16) {
        match self {
            Self::Dense { words, .. } if words::contains(words, low) => {}
            Self::Dense { words, count, highest } => {
                words::set(words, low);
                *count += 1;
                *highest = low.max(*highest);
            }
            Self::Sparse(_) => {
                self.insert(low);
            }
        }
    }

    /// Removes a contact. Gives the rank that it had.
    pub(crate) fn remove(&mut self, low: u16) -> Option<usize> {
        if !self.contains(low) {
            return None;
        }
        let rank = self.rank(low);
        match self {
            Self::Sparse(lows) => {
                lows.remove(rank);
            }
            Self::Dense { words, count, .. } => {
                words::clear(words, low);
                *count -= 1;
                if *count < DENSE_MIN {
                    *self = Self::Sparse(words::lows(words).collect());
                }
            }
        }
        Some(rank)
    }

    /// Makes a set of sorted numbers.
    pub(crate) fn of_sorted(lows: Vec<u16>) -> Self {
        if lows.len() > SPARSE_MAX { Self::dense_of(&lows) } else { Self::Sparse(lows) }
    }

    fn dense_of(lows: &[u16]) -> Self {
        let mut words = words::zeroed();
        lows.iter().for_each(|low| words::set(&mut words, *low));
        Self::Dense { words, count: lows.len(), highest: lows.last().copied().unwrap_or(0) }
    }

    /// Every member in rising order.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u16)) {
        match self {
            Self::Sparse(lows) => lows.iter().for_each(|low| visit(*low)),
            Self::Dense { words, .. } => words::lows(words).for_each(visit),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Sparse(lows) => lows.capacity() * 2,
            Self::Dense { .. } => size_of::<Words>(),
        }
    }

    pub(crate) fn write(&self, out: &mut Output) {
        match self {
            Self::Sparse(lows) => {
                out.byte(0);
                out.shorts(lows);
            }
            Self::Dense { words, .. } => {
                out.byte(1);
                out.words(words);
            }
        }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        match input.byte()? {
            0 => {
                let lows = input.shorts()?;
                ensure(is_rising(&lows), "a set is out of order")?;
                Ok(Self::of_sorted(lows))
            }
            1 => Ok(Self::of_words(input.words()?)),
            _ => Err(Damaged("a set is of no known kind")),
        }
    }

    fn of_words(words: Box<Words>) -> Self {
        let count = kernel::count(&words) as usize;
        if count < DENSE_MIN {
            return Self::Sparse(words::lows(&words).collect());
        }
        let highest = words.iter().enumerate().rfind(|(_, word)| **word != 0);
        let highest = highest.map_or(0, |(place, word)| (place * 64) as u16 + word.ilog2() as u16);
        Self::Dense { words, count, highest }
    }

    /// Gives back what growth reserved.
    pub(crate) fn shrink(&mut self) {
        if let Self::Sparse(lows) = self {
            lows.shrink_to_fit();
        }
    }
}

/// Grows a list by an eighth instead of doubling it: at ten million contacts the slack of doubling would be a
/// quarter of all memory.
pub(crate) fn reserve_frugally<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 4);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Against the standard library's set, across both borders between list and bits.
        #[test]
        fn members_behave_like_a_sorted_set(seed in any::<u32>(), grow in 3_000..6_000_u32, shrink in 0..6_000_u32) {
            let (mut members, mut wanted) = (Members::default(), BTreeSet::new());
            let low = |n: u32| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 16) as u16;
            for n in 0..grow {
                let (rank, new) = members.insert(low(n));
                prop_assert_eq!(new, wanted.insert(low(n)));
                if n % 97 == 0 {
                    prop_assert_eq!(rank, wanted.range(..low(n)).count());
                }
            }
            for n in 0..shrink {
                prop_assert_eq!(members.remove(low(n)).is_some(), wanted.remove(&low(n)));
            }
            let mut found = Vec::new();
            members.for_each(|low| found.push(low));
            prop_assert_eq!(found.len(), members.len());
            prop_assert!(found.iter().eq(wanted.iter()));
            for n in (0..grow).step_by(61) {
                prop_assert_eq!(members.contains(low(n)), wanted.contains(&low(n)));
                prop_assert_eq!(members.rank(low(n)), wanted.range(..low(n)).count());
            }
        }
    }
}
