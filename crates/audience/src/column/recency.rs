//! Recency: a time a contact in seconds, zero for never.

use std::sync::Arc;

use crate::kernel;
use crate::operand::{Operand, Scratch};

/// Contacts a block. A block is what is copied when an event comes while a reader looks.
const BLOCK_CONTACTS: usize = 4_096;
const BLOCK_WORDS: usize = BLOCK_CONTACTS / 64;

/// Seconds of one chunk, in blocks. The last block is as long as it needs to be, in steps of 64.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecondsColumn {
    blocks: Vec<Arc<Vec<u32>>>,
}

impl SecondsColumn {
    /// The second of one contact, to be changed.
    fn value_mut(&mut self, low: u16) -> &mut u32 {
        let (block, place) = (usize::from(low) / BLOCK_CONTACTS, usize::from(low) % BLOCK_CONTACTS);
        while self.blocks.len() <= block {
            self.blocks.push(Arc::default());
        }
        let values = Arc::make_mut(&mut self.blocks[block]);
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
        let value = self.value_mut(low);
        *value = second.max(*value);
    }

    /// Who has a second between the two, both included. Zero stands for never.
    pub(crate) fn between(&self, first: u32, last: u32, scratch: &mut Scratch) -> Operand<'static> {
        let mut out = scratch.take();
        let mut covered = 0;
        for (words, values) in out.chunks_exact_mut(BLOCK_WORDS).zip(&self.blocks) {
            kernel::in_range(values, first, last, words);
            words[values.len() / 64..].fill(0);
            covered += BLOCK_WORDS;
        }
        out[covered..].fill(0);
        Operand::Own(out)
    }

    /// The second of one contact, zero for never.
    pub(crate) fn get(&self, low: u16) -> u32 {
        let block = self.blocks.get(usize::from(low) / BLOCK_CONTACTS);
        block.and_then(|values| values.get(usize::from(low) % BLOCK_CONTACTS)).copied().unwrap_or(0)
    }

    pub(crate) fn bytes(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(|values| values.capacity() * 4 + 40).sum();
        blocks + self.blocks.capacity() * 8
    }

    pub(crate) fn shrink(&mut self) {
        self.blocks.iter_mut().for_each(|values| Arc::make_mut(values).shrink_to_fit());
    }
}
