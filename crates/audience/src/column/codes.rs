//! A small number a contact, in as few bytes as the largest needs; zero is none.

use crate::bytes::{Damaged, Input, Output, ensure};
use crate::dictionary::{Occurring, Renumbering};
use crate::kernel;
use crate::operand::{Operand, Scratch};
use crate::words::{self, CHUNK_CONTACTS};

/// One chunk's numbers. Empty while everybody has none. Lengths are multiples of 64.
#[derive(Debug, Clone)]
pub(crate) enum Codes {
    Narrow(Vec<u8>),
    Middle(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

/// Up to this many numbers are looked for one by one; more in a table.
const ONE_BY_ONE_MAX: usize = 4;

impl Codes {
    pub(crate) fn set(&mut self, low: u16, code: u32) {
        let place = usize::from(low);
        if code == 0 && self.len() <= place {
            return;
        }
        self.widen(code);
        let length = (place / 64 + 1) * 64;
        match self {
            Self::Narrow(codes) => put(codes, place, length, code as u8),
            Self::Middle(codes) => put(codes, place, length, code as u16),
            Self::Wide(codes) => put(codes, place, length, code),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Narrow(codes) => codes.len(),
            Self::Middle(codes) => codes.len(),
            Self::Wide(codes) => codes.len(),
        }
    }

    fn widen(&mut self, code: u32) {
        match self {
            Self::Narrow(codes) if code > u32::from(u16::MAX) => {
                *self = Self::Wide(codes.iter().map(|code| u32::from(*code)).collect());
            }
            Self::Narrow(codes) if code > u32::from(u8::MAX) => {
                *self = Self::Middle(codes.iter().map(|code| u16::from(*code)).collect());
            }
            Self::Middle(codes) if code > u32::from(u16::MAX) => {
                *self = Self::Wide(codes.iter().map(|code| u32::from(*code)).collect());
            }
            _ => {}
        }
    }

    pub(crate) fn get(&self, low: u16) -> u32 {
        let place = usize::from(low);
        match self {
            Self::Narrow(codes) => codes.get(place).map_or(0, |code| u32::from(*code)),
            Self::Middle(codes) => codes.get(place).map_or(0, |code| u32::from(*code)),
            Self::Wide(codes) => codes.get(place).copied().unwrap_or(0),
        }
    }

    /// Who has one of these numbers; they are sorted, and zero is not among them.
    pub(crate) fn any_of(&self, wanted: &[u32], scratch: &mut Scratch) -> Operand<'static> {
        if self.len() == 0 || wanted.is_empty() {
            return Operand::Nobody;
        }
        let mut out = scratch.take_filled(0);
        match self {
            Self::Narrow(codes) if wanted.len() <= ONE_BY_ONE_MAX => {
                let mut hits = scratch.take_filled(0);
                for code in wanted.iter().filter_map(|code| u8::try_from(*code).ok()) {
                    kernel::bytes_in_range(codes, code, code, &mut hits[..]);
                    kernel::or(&mut out, &hits);
                }
                scratch.give_back(Operand::Own(hits));
            }
            Self::Narrow(codes) => {
                fill(&mut out, codes, |code| wanted.binary_search(&u32::from(code)).is_ok())
            }
            Self::Middle(codes) => {
                fill(&mut out, codes, |code| wanted.binary_search(&u32::from(code)).is_ok())
            }
            Self::Wide(codes) => fill(&mut out, codes, |code| wanted.binary_search(&code).is_ok()),
        }
        Operand::Own(out)
    }

    /// Adds the members of a set to the count of their number; those with none to the first.
    pub(crate) fn tally(&self, set: &words::Words, counts: &mut Vec<u64>) {
        for low in words::lows(set) {
            let code = self.get(low) as usize;
            if counts.len() <= code {
                counts.resize(code + 1, 0);
            }
            counts[code] += 1;
        }
    }

    pub(crate) fn note(&self, occurring: &mut Occurring) {
        match self {
            Self::Narrow(codes) => codes.iter().for_each(|code| occurring.note(u32::from(*code))),
            Self::Middle(codes) => codes.iter().for_each(|code| occurring.note(u32::from(*code))),
            Self::Wide(codes) => codes.iter().for_each(|code| occurring.note(*code)),
        }
    }

    pub(crate) fn write(&self, numbers: &Renumbering, out: &mut Output) {
        let codes: Vec<u32> = match self {
            Self::Narrow(codes) => codes.iter().map(|code| numbers.of(u32::from(*code))).collect(),
            Self::Middle(codes) => codes.iter().map(|code| numbers.of(u32::from(*code))).collect(),
            Self::Wide(codes) => codes.iter().map(|code| numbers.of(*code)).collect(),
        };
        let highest = codes.iter().copied().max().unwrap_or(0);
        if highest <= u32::from(u8::MAX) {
            out.byte(1);
            out.bytes(&codes.iter().map(|code| *code as u8).collect::<Vec<_>>());
        } else if highest <= u32::from(u16::MAX) {
            out.byte(2);
            out.shorts(&codes.iter().map(|code| *code as u16).collect::<Vec<_>>());
        } else {
            out.byte(4);
            out.numbers(&codes);
        }
    }

    /// Reads numbers of a dictionary with `known` texts.
    pub(crate) fn read(input: &mut Input<'_>, known: usize) -> Result<Self, Damaged> {
        let (codes, highest) = match input.byte()? {
            1 => {
                let codes = input.bytes()?.to_vec();
                let highest = codes.iter().copied().max().map_or(0, u32::from);
                (Self::Narrow(codes), highest)
            }
            2 => {
                let codes = input.shorts()?;
                let highest = codes.iter().copied().max().map_or(0, u32::from);
                (Self::Middle(codes), highest)
            }
            4 => {
                let codes = input.numbers()?;
                let highest = codes.iter().copied().max().unwrap_or(0);
                (Self::Wide(codes), highest)
            }
            _ => return Err(Damaged("numbers are of no known width")),
        };
        let length = codes.len();
        ensure(length <= CHUNK_CONTACTS && length.is_multiple_of(64), "numbers have no chunk's length")?;
        ensure(highest as usize <= known, "a number stands for no text")?;
        Ok(codes)
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Narrow(codes) => codes.capacity(),
            Self::Middle(codes) => codes.capacity() * 2,
            Self::Wide(codes) => codes.capacity() * 4,
        }
    }

    pub(crate) fn shrink(&mut self) {
        match self {
            Self::Narrow(codes) => codes.shrink_to_fit(),
            Self::Middle(codes) => codes.shrink_to_fit(),
            Self::Wide(codes) => codes.shrink_to_fit(),
        }
    }
}

fn put<T: Copy + Default>(codes: &mut Vec<T>, place: usize, length: usize, code: T) {
    if codes.len() < length {
        codes.resize(length, T::default());
    }
    codes[place] = code;
}

fn fill<T: Copy>(out: &mut words::Words, codes: &[T], wanted: impl Fn(T) -> bool) {
    for (word, group) in out.iter_mut().zip(codes.chunks_exact(64)) {
        let hits = group.iter().enumerate();
        *word = hits.fold(0, |bits, (place, code)| bits | u64::from(wanted(*code)) << place);
    }
}
