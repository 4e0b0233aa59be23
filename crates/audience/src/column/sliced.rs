//! A whole number a contact, in as many bits as the largest of a chunk needs.

use crate::bytes::{Damaged, Input, Output, ensure};
use crate::kernel;
use crate::words::WORDS;

/// Numbers of one chunk, cut into bits: those of 64 neighbours are one word for each bit, the words of a group
/// next to each other. Five browsers so take three bits a contact instead of eight, and looking for one of them
/// costs three operations for 64 people. Whoever stands past the end has zero.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sliced {
    /// Words a group, at most 32. Zero while all numbers are.
    bits: usize,
    words: Vec<u64>,
}

/// How many bits a number needs.
pub(crate) fn bits_of(number: u32) -> usize {
    (u32::BITS - number.leading_zeros()) as usize
}

impl Sliced {
    pub(crate) fn set(&mut self, low: u16, number: u32) {
        if bits_of(number) > self.bits {
            self.widen(bits_of(number));
        }
        let end = (usize::from(low >> 6) + 1) * self.bits;
        if self.words.len() < end {
            if number == 0 {
                return;
            }
            self.words.resize(end, 0);
        }
        let place = u32::from(low) & 63;
        for (bit, word) in self.words[end - self.bits..end].iter_mut().enumerate() {
            *word = *word & !(1 << place) | u64::from(number >> bit & 1) << place;
        }
    }

    fn widen(&mut self, bits: usize) {
        let mut words = Vec::with_capacity(self.groups().len() * bits);
        for group in self.groups() {
            words.extend_from_slice(group);
            words.resize(words.len() + bits - self.bits, 0);
        }
        *self = Self { bits, words };
    }

    pub(crate) fn get(&self, low: u16) -> u32 {
        let start = usize::from(low >> 6) * self.bits;
        let group = self.words.get(start..start + self.bits).unwrap_or(&[]);
        let bit_of = |word: &u64| (word >> (low & 63) & 1) as u32;
        group.iter().rev().fold(0, |number, word| number << 1 | bit_of(word))
    }

    /// Sixty-four neighbours' words each, from the first contact on.
    pub(crate) fn groups(&self) -> std::slice::ChunksExact<'_, u64> {
        self.words.chunks_exact(self.bits.max(1))
    }

    /// The numbers of one group of 64.
    pub(crate) fn numbers(&self, group: usize) -> [u32; 64] {
        let mut numbers = [0; 64];
        let words = self.words.get(group * self.bits..(group + 1) * self.bits);
        kernel::join_bits(words.unwrap_or(&[]), &mut numbers);
        numbers
    }

    /// The same numbers after a change of each, zero staying zero.
    pub(crate) fn map(&self, change: impl Fn(u32) -> u32) -> Self {
        let mut changed = Self::default();
        for group in 0..self.groups().len() {
            for (number, low) in self.numbers(group).into_iter().zip(group * 64..) {
                changed.set(low as u16, change(number));
            }
        }
        changed
    }

    /// The largest number, found bit by bit among those who have all higher bits of it.
    pub(crate) fn highest(&self) -> u32 {
        let mut leading = vec![u64::MAX; self.groups().len()];
        let mut highest = 0;
        for bit in (0..self.bits).rev() {
            let having = || leading.iter().zip(self.groups()).map(|(leading, group)| leading & group[bit]);
            if having().any(|word| word != 0) {
                highest |= 1 << bit;
                leading = having().collect();
            }
        }
        highest
    }

    pub(crate) fn write(&self, out: &mut Output) {
        out.byte(self.bits as u8);
        out.longs(&self.words);
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let bits = usize::from(input.byte()?);
        let words = input.longs()?;
        let whole = bits <= 32 && words.len().is_multiple_of(bits.max(1)) && words.len() <= bits * WORDS;
        ensure(whole, "numbers have no chunk's length")?;
        Ok(Self { bits, words })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }

    pub(crate) fn shrink(&mut self) {
        self.words.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Against a plain list, from no bits to all of them.
        #[test]
        fn numbers_stand_as_in_a_list(seed in any::<u32>(), span in 1..65_536_u32, sets in 0..400_u32, most in 0..33_u32) {
            let mut wanted = vec![0_u32; 1 << 16];
            let mut sliced = Sliced::default();
            for n in 0..sets {
                let mixed = n.wrapping_mul(2_654_435_761) ^ seed;
                let low = (mixed >> 3) % span;
                // Small numbers first, so that the words are widened again and again.
                let number = mixed.rotate_left(7).checked_shr(32 - (n * most / sets.max(1))).unwrap_or(0);
                let number = if n % 5 == 0 { 0 } else { number };
                wanted[low as usize] = number;
                sliced.set(low as u16, number);
            }
            let mut out = Output::default();
            sliced.write(&mut out);
            let bytes = out.into_bytes();
            let again = Sliced::read(&mut Input::new(&bytes)).unwrap();
            for sliced in [&sliced, &again] {
                prop_assert_eq!(sliced.highest(), wanted.iter().copied().max().unwrap());
                for group in 0..WORDS {
                    prop_assert_eq!(&sliced.numbers(group)[..], &wanted[group * 64..group * 64 + 64]);
                }
                prop_assert!((0..=u16::MAX).all(|low| sliced.get(low) == wanted[usize::from(low)]));
            }
            let halves = sliced.map(|number| number / 2);
            prop_assert!((0..=u16::MAX).all(|low| halves.get(low) == wanted[usize::from(low)] / 2));
        }
    }
}
