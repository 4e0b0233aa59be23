//! Recency: a time a contact in seconds, zero for never.

use std::sync::Arc;

use super::sliced::{Sliced, bits_of};
use crate::bytes::{Damaged, Input, Output, ensure};
use crate::kernel;
use crate::operand::{Operand, Scratch};
use crate::words::{self, CHUNK_CONTACTS};

/// Seconds of one chunk, as long as it needs to be, in steps of 64.
///
/// A chunk's times span some years at most, so each stands as steps of that span in 16 bits, and what is left of
/// the second in as few bits as a step has. A window reads the steps alone, half of what seconds would be; only
/// who stands in the same step as one of its ends, some twenty of a chunk, is looked at to the second.
///
/// The steps are one piece of memory: cut into blocks of 16 KiB, which would be cheaper to copy when an event
/// comes while a reader looks, a window over ten million contacts took ten times as long, for want of
/// neighbouring pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecondsColumn {
    times: Arc<Times>,
}

#[derive(Debug, Clone, Default)]
struct Times {
    frame: Frame,
    /// Zero for never.
    steps: Vec<u16>,
    rests: Sliced,
}

/// How a second is cut in two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Frame {
    /// The second at which the first step begins.
    base: u32,
    /// Bits of a second within its step.
    shift: u32,
}

/// A chunk with room for all seconds would have more than 2^16 steps of 2^16 seconds, since none stands for never.
const SHIFT_MAX: u32 = 17;

const DAY_S: u32 = 86_400;

impl Frame {
    /// The smallest steps that reach from one second to another.
    fn spanning(first: u32, last: u32) -> Self {
        let mut shift = bits_of(last - first).saturating_sub(16) as u32;
        if (last - first) >> shift == u32::from(u16::MAX) {
            shift += 1;
        }
        Self { base: first, shift }
    }

    /// The step of a second, as if there were any number of them, and the rest; none before the first.
    fn cut(self, second: u32) -> Option<(u32, u32)> {
        let after = second.checked_sub(self.base)?;
        Some(((after >> self.shift).saturating_add(1), after & self.rest_max()))
    }

    fn second(self, step: u16, rest: u32) -> u32 {
        let after =
            |step: u16| self.base.saturating_add((u32::from(step) << self.shift).saturating_add(rest));
        step.checked_sub(1).map_or(0, after)
    }

    fn rest_max(self) -> u32 {
        (1 << self.shift) - 1
    }
}

impl Times {
    fn get(&self, low: u16) -> u32 {
        let step = self.steps.get(usize::from(low)).copied().unwrap_or(0);
        if step == 0 { 0 } else { self.frame.second(step, self.rests.get(low)) }
    }

    /// The seconds of a group of 64.
    fn seconds(&self, group: usize) -> [u32; 64] {
        let mut seconds = self.rests.numbers(group);
        let steps = self.steps.get(group * 64..).unwrap_or(&[]).iter().copied().chain(std::iter::repeat(0));
        seconds.iter_mut().zip(steps).for_each(|(rest, step)| *rest = self.frame.second(step, *rest));
        seconds
    }

    fn set(&mut self, low: u16, second: u32) {
        let (step, rest) = match self.frame.cut(second) {
            _ if second == 0 => (0, 0),
            Some((step, rest)) if step <= u32::from(u16::MAX) => (step as u16, rest),
            _ => {
                self.fit(Some(second));
                return self.set(low, second);
            }
        };
        let place = usize::from(low);
        if self.steps.len() <= place {
            if second == 0 {
                return;
            }
            self.steps.resize((place / 64 + 1) * 64, 0);
        }
        self.steps[place] = step;
        self.rests.set(low, rest);
    }

    /// Cuts all anew, as finely as can be. For a second that has no place yet, with a quarter of the span to spare
    /// before the first, so that a chunk filled in any order is cut anew a few times only.
    fn fit(&mut self, more: Option<u32>) {
        let groups = self.steps.len() / 64;
        let known = (0..groups).flat_map(|group| self.seconds(group)).filter(|second| *second != 0);
        let (mut first, mut last) = (u32::MAX, 0);
        for second in known.chain(more) {
            first = first.min(second);
            last = last.max(second);
        }
        if first > last {
            *self = Self::default();
            return;
        }
        if more.is_some() {
            first = first.saturating_sub((last - first) / 4);
        }
        let frame = Frame::spanning(first, last);
        if frame != self.frame {
            let old = std::mem::replace(self, Self { frame, ..Self::default() });
            self.steps = Vec::with_capacity(old.steps.len());
            for (low, second) in (0..groups).flat_map(|group| old.seconds(group)).enumerate() {
                self.set(low as u16, second);
            }
        }
    }

    /// Sets a bit for each second between the two, both included and neither of them zero.
    fn between(&self, first: u32, last: u32, scratch: &mut Scratch) -> Operand<'static> {
        let frame = self.frame;
        let (first_step, first_rest) = frame.cut(first).unwrap_or((1, 0));
        let Some((last_step, last_rest)) = frame.cut(last) else { return Operand::Nobody };
        if first_step > u32::from(u16::MAX) || self.steps.is_empty() {
            return Operand::Nobody;
        }
        let mut out = scratch.take();
        let highest = last_step.min(u32::from(u16::MAX)) as u16;
        kernel::shorts_in_range(&self.steps, first_step as u16, highest, &mut out[..]);
        out[self.steps.len() / 64..].fill(0);
        let first_cut = Some(first_step).filter(|_| first_rest > 0);
        let last_cut = Some(last_step).filter(|_| last_rest < frame.rest_max());
        let last_cut = last_cut.filter(|step| *step <= u32::from(u16::MAX) && first_cut != last_cut);
        for step in first_cut.into_iter().chain(last_cut) {
            self.settle(step as u16, first..=last, &mut out, scratch);
        }
        Operand::Own(out)
    }

    /// Looks at everybody of one step to the second.
    fn settle(
        &self,
        step: u16,
        wanted: std::ops::RangeInclusive<u32>,
        out: &mut words::Words,
        scratch: &mut Scratch,
    ) {
        let mut same = scratch.take();
        kernel::shorts_in_range(&self.steps, step, step, &mut same[..]);
        same[self.steps.len() / 64..].fill(0);
        for (group, word) in same.iter().enumerate().filter(|(_, word)| **word != 0) {
            let mut rest = *word;
            while rest != 0 {
                let low = (group * 64) as u16 + rest.trailing_zeros() as u16;
                rest &= rest - 1;
                if !wanted.contains(&self.get(low)) {
                    words::clear(out, low);
                }
            }
        }
        scratch.give_back(Operand::Own(same));
    }
}

impl SecondsColumn {
    pub(crate) fn set(&mut self, low: u16, second: u32) {
        if self.get(low) != second {
            Arc::make_mut(&mut self.times).set(low, second);
        }
    }

    /// Keeps the later of the two.
    pub(crate) fn raise(&mut self, low: u16, second: u32) {
        if self.get(low) < second {
            self.set(low, second);
        }
    }

    /// The second of one contact, zero for never.
    pub(crate) fn get(&self, low: u16) -> u32 {
        self.times.get(low)
    }

    /// Counts each of a set by the days that its second lies before `now_s`: at most one day, at most two, and so
    /// on, and all beyond in the last of the counts. Zero stands for never, which is counted nowhere.
    pub(crate) fn tally_days(&self, set: &words::Words, now_s: u32, counts: &mut [u64]) {
        let Some(last) = counts.len().checked_sub(1) else { return };
        for (group, word) in set.iter().take(self.times.steps.len() / 64).enumerate() {
            if *word == 0 {
                continue;
            }
            let seconds = self.times.seconds(group);
            let mut rest = *word;
            while rest != 0 {
                let second = seconds[rest.trailing_zeros() as usize];
                rest &= rest - 1;
                if second != 0 {
                    let day = now_s.saturating_sub(second).saturating_sub(1) / DAY_S;
                    counts[(day as usize).min(last)] += 1;
                }
            }
        }
    }

    /// Who has a second between the two, both included. Zero stands for never, which is asked for alone.
    pub(crate) fn between(&self, first: u32, last: u32, scratch: &mut Scratch) -> Operand<'static> {
        if last > 0 {
            return self.times.between(first, last, scratch);
        }
        let mut out = scratch.take_filled(u64::MAX);
        kernel::shorts_in_range(&self.times.steps, 0, 0, &mut out[..]);
        Operand::Own(out)
    }

    /// Who has a second here that lies at least so far behind the other column's. Zero stands for never, in both.
    pub(crate) fn long_after(&self, earlier: &Self, seconds: u32, scratch: &mut Scratch) -> Operand<'static> {
        let mut out = scratch.take_filled(0);
        for (group, word) in out.iter_mut().take(self.times.steps.len() / 64).enumerate() {
            let pairs = self.times.seconds(group).into_iter().zip(earlier.times.seconds(group));
            for (place, (late, early)) in pairs.enumerate() {
                let far =
                    late != 0 && early != 0 && late.checked_sub(early).is_some_and(|gap| gap >= seconds);
                *word |= u64::from(far) << place;
            }
        }
        Operand::Own(out)
    }

    pub(crate) fn write(&self, out: &mut Output) {
        let Times { frame, steps, rests } = &*self.times;
        out.number(frame.base);
        out.byte(frame.shift as u8);
        out.shorts(steps);
        rests.write(out);
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let frame = Frame { base: input.number()?, shift: u32::from(input.byte()?) };
        let (steps, rests) = (input.shorts()?, Sliced::read(input)?);
        let length = steps.len();
        ensure(length <= CHUNK_CONTACTS && length.is_multiple_of(64), "times have no chunk's length")?;
        let fits = frame.shift <= SHIFT_MAX && rests.highest() <= frame.rest_max();
        ensure(fits, "a time is cut in another way")?;
        Ok(Self { times: Arc::new(Times { frame, steps, rests }) })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.times.steps.capacity() * 2 + self.times.rests.bytes()
    }

    /// Cuts the seconds as finely as can be, and gives back what growth reserved.
    pub(crate) fn shrink(&mut self) {
        let times = Arc::make_mut(&mut self.times);
        times.fit(None);
        times.steps.shrink_to_fit();
        times.rests.shrink();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Against a plain list: times of any span in any order, windows that begin and end at one of them, a
        /// second before and a second after.
        #[test]
        fn times_stand_to_the_second(
            sets in prop::collection::vec((any::<u16>(), any::<u32>()), 1..200),
            base in any::<u32>(),
            span in 0..33_u32,
            shrunk in any::<bool>(),
        ) {
            let mut column = SecondsColumn::default();
            let mut wanted = vec![0_u32; CHUNK_CONTACTS];
            for (low, second) in &sets {
                let second = base.saturating_add(second.checked_shr(32 - span).unwrap_or(0));
                wanted[usize::from(*low)] = second;
                column.set(*low, second);
            }
            if shrunk {
                column.shrink();
            }
            let mut out = Output::default();
            column.write(&mut out);
            let column = SecondsColumn::read(&mut Input::new(&out.into_bytes())).unwrap();
            prop_assert!((0..=u16::MAX).all(|low| column.get(low) == wanted[usize::from(low)]));
            let edge = |place: usize, by: i64| {
                let second = i64::from(wanted[usize::from(sets[place % sets.len()].0)]) + by;
                second.clamp(1, i64::from(u32::MAX)) as u32
            };
            for place in 0..12 {
                let edges = [edge(place, place as i64 % 3 - 1), edge(place * 7, 1 - place as i64 / 4)];
                let (first, last) = (edges[0].min(edges[1]), edges[0].max(edges[1]));
                for (first, last) in [(first, last), (1, last), (first, u32::MAX), (0, 0)] {
                    let found = column.between(first, last, &mut Scratch::default());
                    for (low, second) in (0..=u16::MAX).zip(&wanted) {
                        prop_assert_eq!(found.contains(low), (first..=last).contains(second), "{} {}", first, last);
                    }
                }
            }
        }
    }
}
