//! A set of contacts of one chunk while an expression is evaluated, and how two combine.

use std::borrow::Cow;

use crate::kernel;
use crate::members::{Members, SPARSE_MAX};
use crate::words::{self, CHUNK_CONTACTS, Words};

/// Borrowed from a column where it stands there already. Bits of numbers that no contact bears are of no
/// meaning: the end of an evaluation takes only those that live.
pub(crate) enum Operand<'a> {
    Nobody,
    Everyone,
    /// Sorted, no duplicates.
    List(Cow<'a, [u16]>),
    Words(&'a Words),
    Own(Box<Words>),
}

impl<'a> From<&'a Members> for Operand<'a> {
    fn from(members: &'a Members) -> Self {
        match members {
            Members::Sparse(lows) if lows.is_empty() => Self::Nobody,
            Members::Sparse(lows) => Self::List(Cow::Borrowed(lows)),
            Members::Dense { words, .. } => Self::Words(words),
        }
    }
}

impl Operand<'_> {
    pub(crate) fn of_list(lows: Vec<u16>) -> Self {
        if lows.is_empty() { Self::Nobody } else { Self::List(Cow::Owned(lows)) }
    }

    pub(crate) fn contains(&self, low: u16) -> bool {
        match self {
            Self::Nobody => false,
            Self::Everyone => true,
            Self::List(lows) => lows.binary_search(&low).is_ok(),
            Self::Words(words) => words::contains(words, low),
            Self::Own(words) => words::contains(words, low),
        }
    }

    /// The bits, where there are any.
    pub(crate) fn words(&self) -> Option<&Words> {
        match self {
            Self::Words(words) => Some(words),
            Self::Own(words) => Some(words),
            _ => None,
        }
    }

    /// How many of these live.
    pub(crate) fn count(&self, living: &Words, living_count: u32) -> u32 {
        match self {
            Self::Nobody => 0,
            Self::Everyone => living_count,
            Self::List(lows) => kernel::count_list(lows, living),
            Self::Words(words) => kernel::count_both(words, living),
            Self::Own(words) => kernel::count_both(words, living),
        }
    }
}

/// Buffers that one evaluation uses again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    free: Vec<Box<Words>>,
    counts: Option<Box<[u8; CHUNK_CONTACTS]>>,
}

impl Scratch {
    /// A buffer with any content.
    pub(crate) fn take(&mut self) -> Box<Words> {
        self.free.pop().unwrap_or_else(words::zeroed)
    }

    pub(crate) fn take_filled(&mut self, word: u64) -> Box<Words> {
        let mut buffer = self.take();
        buffer.fill(word);
        buffer
    }

    pub(crate) fn give_back(&mut self, operand: Operand<'_>) {
        if let Operand::Own(buffer) = operand {
            self.free.push(buffer);
        }
    }

    /// A byte a contact, all zero; to be given back so.
    pub(crate) fn take_counts(&mut self) -> Box<[u8; CHUNK_CONTACTS]> {
        self.counts.take().unwrap_or_else(|| Box::new([0; CHUNK_CONTACTS]))
    }

    pub(crate) fn give_back_counts(&mut self, counts: Box<[u8; CHUNK_CONTACTS]>) {
        self.counts = Some(counts);
    }

    /// Bits of any operand, in a buffer that may be written.
    pub(crate) fn own(&mut self, operand: Operand<'_>) -> Box<Words> {
        match operand {
            Operand::Own(buffer) => buffer,
            Operand::Nobody => self.take_filled(0),
            Operand::Everyone => self.take_filled(u64::MAX),
            Operand::Words(words) => {
                let mut buffer = self.take();
                *buffer = *words;
                buffer
            }
            Operand::List(lows) => {
                let mut buffer = self.take_filled(0);
                lows.iter().for_each(|low| words::set(&mut buffer, *low));
                buffer
            }
        }
    }

    pub(crate) fn and<'a>(&mut self, a: Operand<'a>, b: Operand<'a>) -> Operand<'a> {
        match (a, b) {
            (Operand::Nobody, other) | (other, Operand::Nobody) => {
                self.give_back(other);
                Operand::Nobody
            }
            (Operand::Everyone, other) | (other, Operand::Everyone) => other,
            (Operand::List(list), other) | (other, Operand::List(list)) => {
                let kept = list.iter().copied().filter(|low| other.contains(*low)).collect();
                self.give_back(other);
                Operand::of_list(kept)
            }
            (Operand::Words(a), Operand::Words(b)) => {
                let mut buffer = self.take();
                kernel::both(a, b, &mut buffer);
                Operand::Own(buffer)
            }
            (Operand::Own(mut buffer), other) | (other, Operand::Own(mut buffer)) => {
                if let Some(words) = other.words() {
                    kernel::and(&mut buffer, words);
                }
                self.give_back(other);
                Operand::Own(buffer)
            }
        }
    }

    pub(crate) fn or<'a>(&mut self, a: Operand<'a>, b: Operand<'a>) -> Operand<'a> {
        match (a, b) {
            (Operand::Nobody, other) | (other, Operand::Nobody) => other,
            (Operand::Everyone, other) | (other, Operand::Everyone) => {
                self.give_back(other);
                Operand::Everyone
            }
            (Operand::List(a), Operand::List(b)) if a.len() + b.len() <= SPARSE_MAX => {
                let mut joined = [&a[..], &b[..]].concat();
                // Two runs in order: the sort merges them.
                joined.sort();
                joined.dedup();
                Operand::of_list(joined)
            }
            (Operand::List(list), other) | (other, Operand::List(list)) => {
                let mut buffer = self.own(other);
                list.iter().for_each(|low| words::set(&mut buffer, *low));
                Operand::Own(buffer)
            }
            (Operand::Words(a), Operand::Words(b)) => {
                let mut buffer = self.take();
                kernel::either(a, b, &mut buffer);
                Operand::Own(buffer)
            }
            (Operand::Own(mut buffer), other) | (other, Operand::Own(mut buffer)) => {
                if let Some(words) = other.words() {
                    kernel::or(&mut buffer, words);
                }
                self.give_back(other);
                Operand::Own(buffer)
            }
        }
    }

    /// `a` without `b`.
    pub(crate) fn and_not<'a>(&mut self, a: Operand<'a>, b: Operand<'a>) -> Operand<'a> {
        match (a, b) {
            (Operand::Nobody, other) | (other, Operand::Everyone) => {
                self.give_back(other);
                Operand::Nobody
            }
            (a, Operand::Nobody) => a,
            (Operand::List(list), b) => {
                let kept = list.iter().copied().filter(|low| !b.contains(*low)).collect();
                self.give_back(b);
                Operand::of_list(kept)
            }
            (a, Operand::List(list)) => {
                let mut buffer = self.own(a);
                list.iter().for_each(|low| words::clear(&mut buffer, *low));
                Operand::Own(buffer)
            }
            (a, b) => {
                let mut buffer = self.own(a);
                if let Some(words) = b.words() {
                    kernel::and_not(&mut buffer, words);
                }
                self.give_back(b);
                Operand::Own(buffer)
            }
        }
    }

    pub(crate) fn not<'a>(&mut self, a: Operand<'a>) -> Operand<'a> {
        self.and_not(Operand::Everyone, a)
    }
}
