//! A dictionary's number a contact; zero is none.

use super::sliced::Sliced;
use crate::bytes::{Damaged, Input, Output, ensure};
use crate::dictionary::{Occurring, Renumbering};
use crate::operand::{Operand, Scratch};
use crate::words;

/// One chunk's numbers. Empty while everybody has none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes(Sliced);

/// Up to this many numbers are looked for one by one in the bits; for more the numbers are put together.
const ONE_BY_ONE_MAX: usize = 16;

impl Codes {
    pub(crate) fn set(&mut self, low: u16, code: u32) {
        self.0.set(low, code);
    }

    pub(crate) fn get(&self, low: u16) -> u32 {
        self.0.get(low)
    }

    /// Who has one of these numbers; they are sorted, and zero is not among them.
    pub(crate) fn any_of(&self, wanted: &[u32], scratch: &mut Scratch) -> Operand<'static> {
        let groups = self.0.groups();
        if groups.len() == 0 || wanted.is_empty() {
            return Operand::Nobody;
        }
        let mut out = scratch.take_filled(0);
        if wanted.len() <= ONE_BY_ONE_MAX {
            for (word, group) in out.iter_mut().zip(groups) {
                *word = wanted.iter().fold(0, |hits, code| hits | having(group, *code));
            }
        } else {
            for (group, word) in out.iter_mut().take(groups.len()).enumerate() {
                let hits = self.0.numbers(group).into_iter().enumerate();
                *word = hits.fold(0, |bits, (place, code)| {
                    bits | u64::from(wanted.binary_search(&code).is_ok()) << place
                });
            }
        }
        Operand::Own(out)
    }

    /// Adds the members of a set to the count of their number; those with none to the first.
    pub(crate) fn tally(&self, set: &words::Words, counts: &mut Vec<u64>) {
        let most = self.0.highest() as usize + 1;
        if counts.len() < most {
            counts.resize(most, 0);
        }
        for (group, members) in set.iter().enumerate().filter(|(_, members)| **members != 0) {
            let codes = self.0.numbers(group);
            let mut rest = *members;
            while rest != 0 {
                counts[codes[rest.trailing_zeros() as usize] as usize] += 1;
                rest &= rest - 1;
            }
        }
    }

    pub(crate) fn note(&self, occurring: &mut Occurring) {
        for group in 0..self.0.groups().len() {
            self.0.numbers(group).into_iter().for_each(|code| occurring.note(code));
        }
    }

    pub(crate) fn write(&self, numbers: &Renumbering, out: &mut Output) {
        if numbers.changes() {
            self.0.map(|code| numbers.of(code)).write(out);
        } else {
            self.0.write(out);
        }
    }

    /// Reads numbers of a dictionary with `known` texts.
    pub(crate) fn read(input: &mut Input<'_>, known: usize) -> Result<Self, Damaged> {
        let codes = Sliced::read(input)?;
        ensure(codes.highest() as usize <= known, "a number stands for no text")?;
        Ok(Self(codes))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes()
    }

    pub(crate) fn shrink(&mut self) {
        self.0.shrink();
    }
}

/// Which of a group have a number.
fn having(group: &[u64], code: u32) -> u64 {
    let having =
        |all: u64, (word, bit): (&u64, usize)| all & (word ^ u64::from(code >> bit & 1).wrapping_sub(1));
    let fits = u64::from(code.checked_shr(group.len() as u32).unwrap_or(0) == 0);
    group.iter().zip(0..).fold(fits.wrapping_neg(), having)
}
