//! Recency: a time a contact in seconds, zero for never.

use std::sync::Arc;

use crate::bytes::{Damaged, Input, Output, ensure};
use crate::kernel;
use crate::operand::{Operand, Scratch};
use crate::words::CHUNK_CONTACTS;

/// Seconds of one chunk, as long as it needs to be, in steps of 64.
///
/// One piece of memory: cut into blocks of 16 KiB, which would be cheaper to copy when an event comes while a
/// reader looks, a window over ten million contacts took ten times as long, for want of neighbouring pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecondsColumn {
    values: Arc<Vec<u32>>,
}

impl SecondsColumn {
    /// The second of one contact, to be changed.
    fn value_mut(&mut self, low: u16) -> &mut u32 {
        let place = usize::from(low);
        let values = Arc::make_mut(&mut self.values);
        if values.len() <= place {
            values.resize((place / 64 + 1) * 64, 0);
        }
        &mut values[place]
    }

    pub(crate) fn set(&mut self, low: u16, second: u32) {
        *self.value_mut(low) = second;
    }

    /// Keeps the later of the two.
    pub(crate) fn raise(&mut self, low: u16, second: u32) {
        if self.get(low) < second {
            self.set(low, second);
        }
    }

    /// The second of one contact, zero for never.
    pub(crate) fn get(&self, low: u16) -> u32 {
        self.values.get(usize::from(low)).copied().unwrap_or(0)
    }

    /// Who has a second between the two, both included. Zero stands for never.
    pub(crate) fn between(&self, first: u32, last: u32, scratch: &mut Scratch) -> Operand<'static> {
        let mut out = scratch.take();
        kernel::in_range(&self.values, first, last, &mut out[..]);
        out[self.values.len() / 64..].fill(0);
        Operand::Own(out)
    }

    /// Who has a second here that lies at least so far behind the other column's. Zero stands for never, in both.
    pub(crate) fn long_after(&self, earlier: &Self, seconds: u32, scratch: &mut Scratch) -> Operand<'static> {
        let mut out = scratch.take();
        out.fill(0);
        for (place, (late, early)) in self.values.iter().zip(earlier.values.iter()).enumerate() {
            let far = *late != 0 && *early != 0 && late.checked_sub(*early).is_some_and(|gap| gap >= seconds);
            out[place / 64] |= u64::from(far) << (place % 64);
        }
        Operand::Own(out)
    }

    pub(crate) fn write(&self, out: &mut Output) {
        out.numbers(&self.values);
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let values = input.numbers()?;
        let length = values.len();
        ensure(length <= CHUNK_CONTACTS && length.is_multiple_of(64), "times have no chunk's length")?;
        Ok(Self { values: Arc::new(values) })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.capacity() * 4
    }

    pub(crate) fn shrink(&mut self) {
        Arc::make_mut(&mut self.values).shrink_to_fit();
    }
}
