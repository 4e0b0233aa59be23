//! A bound on one line of a table: a quote that is never closed would otherwise swallow the file.

use std::io::{Error, ErrorKind, Read, Result};

/// Bytes that may be read for one line. The reader's own buffer may hold the beginning of the next ones.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Reads on until one line takes too much.
pub struct Bounded<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Bounded<R> {
    /// The bound stands for the first line.
    pub fn new(inner: R) -> Self {
        Self { inner, left: LINE_BYTES_MAX }
    }

    /// The next line begins.
    pub fn refill(&mut self) {
        self.left = LINE_BYTES_MAX;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            let message = "a line has over a million bytes; is a quotation mark not closed?";
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        let room = buffer.len().min(self.left);
        let read = self.inner.read(&mut buffer[..room])?;
        self.left -= read;
        Ok(read)
    }
}
