//! A chunk's worth of contacts, one bit each.

/// Contacts a chunk: as many as 16 bits can number.
pub const CHUNK_CONTACTS: usize = 1 << 16;
/// 64-bit words of a dense chunk.
pub(crate) const WORDS: usize = CHUNK_CONTACTS / 64;

/// One bit a contact; contact `low` of the chunk is bit `low % 64` of word `low / 64`.
pub(crate) type Words = [u64; WORDS];

pub(crate) fn word_of(low: u16) -> usize {
    usize::from(low) >> 6
}

pub(crate) fn bit_of(low: u16) -> u64 {
    1 << (low & 63)
}

pub(crate) fn contains(words: &Words, low: u16) -> bool {
    words[word_of(low)] & bit_of(low) != 0
}

pub(crate) fn set(words: &mut Words, low: u16) {
    words[word_of(low)] |= bit_of(low);
}

pub(crate) fn clear(words: &mut Words, low: u16) {
    words[word_of(low)] &= !bit_of(low);
}

/// Every set bit in rising order.
pub(crate) fn lows(words: &Words) -> impl Iterator<Item = u16> + '_ {
    words.iter().enumerate().flat_map(|(place, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                (place * 64) as u16 + bit as u16
            })
        })
    })
}

/// A zeroed chunk on the heap.
pub(crate) fn zeroed() -> Box<Words> {
    Box::new([0; WORDS])
}
