//! How columns are written down, and read again without believing anything: every length is held against what is
//! left before memory is asked for, and what later code relies on is checked by each column as it is read.
//!
//! Numbers are little-endian; a list is its length as 32 bits, then its values.

use thiserror::Error;

use crate::words::{self, WORDS, Words};

/// Why written bytes make no index: what is wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Damaged(pub(crate) &'static str);

/// Fails unless what was read holds.
pub(crate) fn ensure(holds: bool, otherwise: &'static str) -> Result<(), Damaged> {
    if holds { Ok(()) } else { Err(Damaged(otherwise)) }
}

/// Whether each value is larger than the one before.
pub(crate) fn is_rising<T: PartialOrd>(values: &[T]) -> bool {
    values.is_sorted_by(|a, b| a < b)
}

/// Bytes being written.
#[derive(Debug, Default)]
pub(crate) struct Output(Vec<u8>);

impl Output {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(crate) fn number(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn long(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn length(&mut self, length: usize) {
        // No list of a chunk, and no dictionary, comes near four thousand million.
        self.number(u32::try_from(length).unwrap_or(u32::MAX));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn bytes(&mut self, values: &[u8]) {
        self.length(values.len());
        self.0.extend_from_slice(values);
    }

    pub(crate) fn shorts(&mut self, values: &[u16]) {
        self.length(values.len());
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn numbers(&mut self, values: &[u32]) {
        self.length(values.len());
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn longs(&mut self, values: &[u64]) {
        self.length(values.len());
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn words(&mut self, words: &Words) {
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
}

/// What is left to be read.
#[derive(Debug)]
pub(crate) struct Input<'b>(&'b [u8]);

impl<'b> Input<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// Fails if anything is left.
    pub(crate) fn end(&self) -> Result<(), Damaged> {
        ensure(self.0.is_empty(), "there is more than belongs to it")
    }

    fn take(&mut self, bytes: usize) -> Result<&'b [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn number(&mut self) -> Result<u32, Damaged> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn long(&mut self) -> Result<i64, Damaged> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// The length of a list each of whose values takes at least so many bytes: no longer than what is left allows.
    pub(crate) fn length(&mut self, bytes_each: usize) -> Result<usize, Damaged> {
        let length = self.number()? as usize;
        ensure(length <= self.0.len() / bytes_each, "it ends too early")?;
        Ok(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'b str, Damaged> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Damaged("a text is none"))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Damaged> {
        let length = self.length(1)?;
        self.take(length)
    }

    pub(crate) fn shorts(&mut self) -> Result<Vec<u16>, Damaged> {
        let length = self.length(2)?;
        let values = self.take(length * 2)?.as_chunks().0;
        Ok(values.iter().map(|value| u16::from_le_bytes(*value)).collect())
    }

    pub(crate) fn numbers(&mut self) -> Result<Vec<u32>, Damaged> {
        let length = self.length(4)?;
        let values = self.take(length * 4)?.as_chunks().0;
        Ok(values.iter().map(|value| u32::from_le_bytes(*value)).collect())
    }

    pub(crate) fn longs(&mut self) -> Result<Vec<u64>, Damaged> {
        let length = self.length(8)?;
        let values = self.take(length * 8)?.as_chunks().0;
        Ok(values.iter().map(|value| u64::from_le_bytes(*value)).collect())
    }

    pub(crate) fn words(&mut self) -> Result<Box<Words>, Damaged> {
        let mut read = words::zeroed();
        let values = self.take(WORDS * 8)?.as_chunks().0;
        for (word, value) in read.iter_mut().zip(values) {
            *word = u64::from_le_bytes(*value);
        }
        Ok(read)
    }
}
