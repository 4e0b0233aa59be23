//! What is read of a table, counted: a bound on one line, and the number of each.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Read, Result};

/// Bytes that may be read for one line: a quote that is never closed would otherwise swallow the file. The
/// reader's own buffer may hold the beginning of the next ones.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Reads on until one line takes too much.
pub struct Bounded<R> {
    inner: R,
    left: usize,
    /// Bytes read so far.
    read: u64,
    /// Where `\r` and `\n` (true) stand, of what was read and not yet asked about.
    ends: VecDeque<(u64, bool)>,
    /// How many `\n` stand before all of those.
    lines: u64,
}

impl<R: Read> Bounded<R> {
    /// The bound stands for the first line.
    pub fn new(inner: R) -> Self {
        Self { inner, left: LINE_BYTES_MAX, read: 0, ends: VecDeque::new(), lines: 0 }
    }

    /// The next record begins.
    pub fn refill(&mut self) {
        self.left = LINE_BYTES_MAX;
    }

    /// The number of the line on which the record begins whose reading began at a byte. A reader of records
    /// counts empty lines, and the second half of `\r\n`, to the record after them. Bytes must rise.
    pub fn line_at(&mut self, mut byte: u64) -> u64 {
        while let Some((at, is_line)) = self.ends.front().copied().filter(|(at, _)| *at <= byte) {
            self.lines += u64::from(is_line);
            byte += u64::from(at == byte);
            self.ends.pop_front();
        }
        self.lines + 1
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            let message = "a line has over a million bytes; is a quotation mark not closed?";
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        let room = buffer.len().min(self.left);
        let count = self.inner.read(&mut buffer[..room])?;
        self.left -= count;
        for (at, byte) in (self.read..).zip(&buffer[..count]) {
            if matches!(byte, b'\r' | b'\n') {
                self.ends.push_back((at, *byte == b'\n'));
            }
        }
        self.read += count as u64;
        Ok(count)
    }
}
