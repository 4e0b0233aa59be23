//! The inner loops, each compiled three times: for any processor, for one with AVX2 and for one with AVX-512, chosen
//! at run time. A build for the oldest 64-bit processors would otherwise be six times slower at the loops over
//! columns; AVX-512 counts bits eight words at a time and compares without packing.
//!
//! The only `unsafe` of the crate is here, and all of it is one kind: calling a function that was compiled for
//! some instructions after the processor was asked whether it has them. The functions themselves are safe code on
//! slices.
#![allow(unsafe_code)]

use crate::words::{CHUNK_CONTACTS, WORDS, Words};

/// Chooses the widest build of a loop that the processor has the instructions for.
macro_rules! dispatched {
    (
        $(#[$doc:meta])*
        $name:ident, $widest:ident, $wide:ident, $body:ident, ($($arg:ident: $kind:ty),*) $(-> $out:ty)?
    ) => {
        $(#[$doc])*
        pub(crate) fn $name($($arg: $kind),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            if has_widest() {
                // SAFETY: the processor was asked for everything that the function is compiled for.
                return unsafe { $widest($($arg),*) };
            } else if has_wide() {
                // SAFETY: as above.
                return unsafe { $wide($($arg),*) };
            }
            $body($($arg),*)
        }
    };
}

/// Wide builds that are the plain loop, left to the compiler to vectorise.
macro_rules! wide_of_body {
    ($widest:ident, $wide:ident, $body:ident, ($($arg:ident: $kind:ty),*) $(-> $out:ty)?) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,popcnt")]
        fn $widest($($arg: $kind),*) $(-> $out)? {
            $body($($arg),*)
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,popcnt")]
        fn $wide($($arg: $kind),*) $(-> $out)? {
            $body($($arg),*)
        }
    };
}

// The answers are cached by the standard library.

#[cfg(target_arch = "x86_64")]
fn has_widest() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("popcnt")
}

#[cfg(target_arch = "x86_64")]
fn has_wide() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
}

dispatched!(
    /// How many bits are set.
    count, count_widest, count_wide, count_body, (words: &Words) -> u32
);
wide_of_body!(count_widest, count_wide, count_body, (words: &Words) -> u32);

#[inline(always)]
fn count_body(words: &Words) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

dispatched!(
    /// How many bits are set in both.
    count_both, count_both_widest, count_both_wide, count_both_body, (a: &Words, b: &Words) -> u32
);
wide_of_body!(count_both_widest, count_both_wide, count_both_body, (a: &Words, b: &Words) -> u32);

#[inline(always)]
fn count_both_body(a: &Words, b: &Words) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a & b).count_ones()).sum()
}

dispatched!(
    /// How many numbers of a list have their bit set.
    count_list, count_list_widest, count_list_wide, count_list_body, (lows: &[u16], words: &Words) -> u32
);

#[inline(always)]
fn count_list_body(lows: &[u16], words: &Words) -> u32 {
    // Four sums, so that no addition waits for the one before.
    let (fours, rest) = lows.as_chunks::<4>();
    let mut sums = [0_u64; 4];
    for four in fours {
        for (sum, low) in sums.iter_mut().zip(four) {
            *sum += bit_at(*low, words);
        }
    }
    (sums.iter().sum::<u64>() + rest.iter().map(|low| bit_at(*low, words)).sum::<u64>()) as u32
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn count_list_wide(lows: &[u16], words: &Words) -> u32 {
    count_list_body(lows, words)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,popcnt")]
fn count_list_widest(lows: &[u16], words: &Words) -> u32 {
    // As plain as can be: the compiler makes gathers of eight words of it.
    lows.iter().map(|low| bit_at(*low, words)).sum::<u64>() as u32
}

#[inline(always)]
fn bit_at(low: u16, words: &Words) -> u64 {
    words[usize::from(low >> 6)] >> (low & 63) & 1
}

dispatched!(
    /// Sets a bit for each value between `first` and `last`, both included. `values` holds a multiple of 64;
    /// words past its end are left.
    shorts_in_range, shorts_in_range_widest, shorts_in_range_wide, shorts_in_range_body,
    (values: &[u16], first: u16, last: u16, out: &mut [u64])
);

#[inline(always)]
fn shorts_in_range_body(values: &[u16], first: u16, last: u16, out: &mut [u64]) {
    let span = last.wrapping_sub(first);
    for (word, group) in out.iter_mut().zip(values.chunks_exact(64)) {
        let hits = group.iter().enumerate();
        *word =
            hits.fold(0, |bits, (place, value)| bits | u64::from(value.wrapping_sub(first) <= span) << place);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn shorts_in_range_wide(values: &[u16], first: u16, last: u16, out: &mut [u64]) {
    use std::arch::x86_64::{
        _mm256_cmpeq_epi16, _mm256_min_epu16, _mm256_movemask_epi8, _mm256_packs_epi16,
        _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_setr_epi16, _mm256_sub_epi16,
    };
    let base = _mm256_set1_epi16(first as i16);
    let span = _mm256_set1_epi16(last.wrapping_sub(first) as i16);
    for (word, group) in out.iter_mut().zip(values.as_chunks::<64>().0) {
        let mut inside = [base; 4];
        for (inside, sixteen) in inside.iter_mut().zip(group.as_chunks::<16>().0) {
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = sixteen.map(|value| value as i16);
            let loaded = _mm256_setr_epi16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
            let offset = _mm256_sub_epi16(loaded, base);
            *inside = _mm256_cmpeq_epi16(_mm256_min_epu16(offset, span), offset);
        }
        let mut bits = 0;
        for (place, [low, high]) in inside.as_chunks::<2>().0.iter().enumerate() {
            // Packing goes by halves, so the middle quarters change places.
            let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(*low, *high));
            bits |= u64::from(_mm256_movemask_epi8(bytes) as u32) << (place * 32);
        }
        *word = bits;
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,popcnt")]
fn shorts_in_range_widest(values: &[u16], first: u16, last: u16, out: &mut [u64]) {
    use std::arch::x86_64::{_mm512_cmple_epu16_mask, _mm512_set_epi64, _mm512_set1_epi16, _mm512_sub_epi16};
    let base = _mm512_set1_epi16(first as i16);
    let span = _mm512_set1_epi16(last.wrapping_sub(first) as i16);
    for (word, group) in out.iter_mut().zip(values.as_chunks::<64>().0) {
        let mut bits = 0;
        for (place, half) in group.as_chunks::<32>().0.iter().enumerate() {
            let mut lanes = [0; 8];
            for (lane, [a, b, c, d]) in lanes.iter_mut().zip(half.as_chunks::<4>().0) {
                *lane = i64::from(*a) | i64::from(*b) << 16 | i64::from(*c) << 32 | i64::from(*d) << 48;
            }
            let [a, b, c, d, e, f, g, h] = lanes;
            let offset = _mm512_sub_epi16(_mm512_set_epi64(h, g, f, e, d, c, b, a), base);
            bits |= u64::from(_mm512_cmple_epu16_mask(offset, span)) << (place * 32);
        }
        *word = bits;
    }
}

dispatched!(
    /// Puts the bits of 64 numbers, one word a bit, together.
    join_bits, join_bits_widest, join_bits_wide, join_bits_body, (bits: &[u64], numbers: &mut [u32; 64])
);
wide_of_body!(join_bits_widest, join_bits_wide, join_bits_body, (bits: &[u64], numbers: &mut [u32; 64]));

#[inline(always)]
fn join_bits_body(bits: &[u64], numbers: &mut [u32; 64]) {
    numbers.fill(0);
    let (low, high) = numbers.split_at_mut(32);
    for (bit, word) in bits.iter().enumerate() {
        for (half, word) in [(&mut *low, *word as u32), (&mut *high, (*word >> 32) as u32)] {
            half.iter_mut().zip(0..).for_each(|(number, place)| *number |= (word >> place & 1) << bit);
        }
    }
}

dispatched!(
    /// Sets a bit for each byte between `first` and `last`, both included. `values` holds a multiple of 64;
    /// words past its end are left.
    bytes_in_range, bytes_in_range_widest, bytes_in_range_wide, bytes_in_range_body,
    (values: &[u8], first: u8, last: u8, out: &mut [u64])
);

#[inline(always)]
fn bytes_in_range_body(values: &[u8], first: u8, last: u8, out: &mut [u64]) {
    let span = last.wrapping_sub(first);
    for (word, group) in out.iter_mut().zip(values.chunks_exact(64)) {
        let hits = group.iter().enumerate();
        *word =
            hits.fold(0, |bits, (place, value)| bits | u64::from(value.wrapping_sub(first) <= span) << place);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn bytes_in_range_wide(values: &[u8], first: u8, last: u8, out: &mut [u64]) {
    use std::arch::x86_64::{
        _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set_epi64x, _mm256_set1_epi8,
        _mm256_sub_epi8,
    };
    let base = _mm256_set1_epi8(first as i8);
    let span = _mm256_set1_epi8(last.wrapping_sub(first) as i8);
    for (word, group) in out.iter_mut().zip(values.chunks_exact(64)) {
        let mut bits = 0;
        for (place, half) in group.as_chunks::<32>().0.iter().enumerate() {
            let lane = |lane: usize| {
                let bytes = half.as_chunks::<8>().0[lane];
                i64::from_le_bytes(bytes)
            };
            let loaded = _mm256_set_epi64x(lane(3), lane(2), lane(1), lane(0));
            let offset = _mm256_sub_epi8(loaded, base);
            let inside = _mm256_cmpeq_epi8(_mm256_min_epu8(offset, span), offset);
            bits |= u64::from(_mm256_movemask_epi8(inside) as u32) << (place * 32);
        }
        *word = bits;
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,popcnt")]
fn bytes_in_range_widest(values: &[u8], first: u8, last: u8, out: &mut [u64]) {
    use std::arch::x86_64::{_mm512_cmple_epu8_mask, _mm512_set_epi64, _mm512_set1_epi8, _mm512_sub_epi8};
    let base = _mm512_set1_epi8(first as i8);
    let span = _mm512_set1_epi8(last.wrapping_sub(first) as i8);
    for (word, group) in out.iter_mut().zip(values.as_chunks::<64>().0) {
        let lane = |lane: usize| i64::from_le_bytes(group.as_chunks::<8>().0[lane]);
        let loaded = _mm512_set_epi64(lane(7), lane(6), lane(5), lane(4), lane(3), lane(2), lane(1), lane(0));
        *word = _mm512_cmple_epu8_mask(_mm512_sub_epi8(loaded, base), span);
    }
}

dispatched!(
    /// Sets a bit for each contact of a chunk whose rank under a seed lies below the threshold.
    sampled, sampled_widest, sampled_wide, sampled_body, (seed: u64, first_number: u32, threshold: u64, out: &mut Words)
);
wide_of_body!(
    sampled_widest, sampled_wide, sampled_body, (seed: u64, first_number: u32, threshold: u64, out: &mut Words)
);

#[inline(always)]
fn sampled_body(seed: u64, first_number: u32, threshold: u64, out: &mut Words) {
    let Some(highest) = threshold.checked_sub(1) else {
        out.fill(0);
        return;
    };
    let highest = u32::try_from(highest).unwrap_or(u32::MAX);
    let mut ranks = [0_u32; 64];
    for (place, word) in out.iter_mut().enumerate() {
        let first = first_number + (place * 64) as u32;
        for (offset, rank) in ranks.iter_mut().enumerate() {
            *rank = domain::expression::sample_rank(seed, first + offset as u32);
        }
        let hits = ranks.iter().enumerate();
        *word = hits.fold(0, |bits, (offset, rank)| bits | u64::from(*rank <= highest) << offset);
    }
}

/// `counts[low] += 1` for each, not beyond what a byte holds.
pub(crate) fn tally(lows: &[u16], counts: &mut [u8; CHUNK_CONTACTS]) {
    for low in lows {
        let count = &mut counts[usize::from(*low)];
        *count = count.saturating_add(1);
    }
}

dispatched!(
    /// `acc &= other`.
    and, and_widest, and_wide, and_body, (acc: &mut Words, other: &Words)
);
wide_of_body!(and_widest, and_wide, and_body, (acc: &mut Words, other: &Words));

#[inline(always)]
fn and_body(acc: &mut Words, other: &Words) {
    acc.iter_mut().zip(other).for_each(|(a, b)| *a &= b);
}

dispatched!(
    /// `acc |= other`.
    or, or_widest, or_wide, or_body, (acc: &mut Words, other: &Words)
);
wide_of_body!(or_widest, or_wide, or_body, (acc: &mut Words, other: &Words));

#[inline(always)]
fn or_body(acc: &mut Words, other: &Words) {
    acc.iter_mut().zip(other).for_each(|(a, b)| *a |= b);
}

dispatched!(
    /// `acc &= !other`.
    and_not, and_not_widest, and_not_wide, and_not_body, (acc: &mut Words, other: &Words)
);
wide_of_body!(and_not_widest, and_not_wide, and_not_body, (acc: &mut Words, other: &Words));

#[inline(always)]
fn and_not_body(acc: &mut Words, other: &Words) {
    acc.iter_mut().zip(other).for_each(|(a, b)| *a &= !b);
}

dispatched!(
    /// `out = a & b`.
    both, both_widest, both_wide, both_body, (a: &Words, b: &Words, out: &mut Words)
);
wide_of_body!(both_widest, both_wide, both_body, (a: &Words, b: &Words, out: &mut Words));

#[inline(always)]
fn both_body(a: &Words, b: &Words, out: &mut Words) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = a & b);
}

dispatched!(
    /// `out = a | b`.
    either, either_widest, either_wide, either_body, (a: &Words, b: &Words, out: &mut Words)
);
wide_of_body!(either_widest, either_wide, either_body, (a: &Words, b: &Words, out: &mut Words));

#[inline(always)]
fn either_body(a: &Words, b: &Words, out: &mut Words) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = a | b);
}

/// Whether no bit is set.
pub(crate) fn is_empty(words: &Words) -> bool {
    // By groups, so that a full chunk is known after a few words and an empty one is read at full width.
    words.chunks_exact(WORDS / 16).all(|group| group.iter().fold(0, |all, word| all | word) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a loop's builds that this processor has the instructions for, and gives what each answers.
    macro_rules! every_build {
        ($widest:ident, $wide:ident, $body:ident, |$run:ident| $answer:expr) => {{
            let mut answers = Vec::new();
            {
                let $run = $body;
                answers.push($answer);
            }
            #[cfg(target_arch = "x86_64")]
            if has_wide() {
                // SAFETY: the processor was asked.
                let $run = |a, b, c, d| unsafe { $wide(a, b, c, d) };
                answers.push($answer);
            }
            #[cfg(target_arch = "x86_64")]
            if has_widest() {
                // SAFETY: the processor was asked.
                let $run = |a, b, c, d| unsafe { $widest(a, b, c, d) };
                answers.push($answer);
            }
            answers
        }};
    }

    /// Each build of the loops over columns against the definition, bit by bit.
    #[test]
    fn all_builds_agree_with_the_definition() {
        let values: Vec<u16> = (0..640_u16).map(|n| n.wrapping_mul(40_503)).collect();
        for (first, last) in [(0, 0), (1, u16::MAX), (0, u16::MAX), (1 << 15, u16::MAX), (7, 1 << 14)] {
            let answers =
                every_build!(shorts_in_range_widest, shorts_in_range_wide, shorts_in_range_body, |run| {
                    let mut out = [u64::MAX; 10];
                    run(&values[..], first, last, &mut out[..]);
                    out
                });
            for (place, value) in values.iter().enumerate() {
                let wanted = (first..=last).contains(value);
                assert!(answers.iter().all(|out| (out[place / 64] >> (place % 64) & 1 == 1) == wanted));
            }
        }
        let bytes: Vec<u8> = (0..640_u32).map(|n| (n * 37 % 256) as u8).collect();
        for (first, last) in [(0, 0), (1, 255), (3, 3), (128, 200)] {
            let answers =
                every_build!(bytes_in_range_widest, bytes_in_range_wide, bytes_in_range_body, |run| {
                    let mut out = [u64::MAX; 10];
                    run(&bytes[..], first, last, &mut out[..]);
                    out
                });
            for (place, value) in bytes.iter().enumerate() {
                let wanted = (first..=last).contains(value);
                assert!(answers.iter().all(|out| (out[place / 64] >> (place % 64) & 1 == 1) == wanted));
            }
        }
    }

    /// The loops over bits: every build says the same, which the properties of sets hold to be right.
    #[test]
    fn all_builds_count_alike() {
        let mut words = [0; WORDS];
        words.iter_mut().zip(0_u64..).for_each(|(word, n)| *word = n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let other = words.map(|word| word.rotate_left(23));
        let lows: Vec<u16> = (0..3_001_u32).map(|n| (n * 21) as u16).collect();
        let listed = lows.iter().filter(|low| crate::words::contains(&words, **low)).count() as u32;
        assert_eq!((count_list(&lows, &words), count_list_body(&lows, &words)), (listed, listed));
        assert_eq!(count(&words), count_body(&words));
        assert_eq!(count_both(&words, &other), count_both_body(&words, &other));
        #[cfg(target_arch = "x86_64")]
        if has_wide() {
            // SAFETY: the processor was asked.
            unsafe {
                assert_eq!(count_list_wide(&lows, &words), listed);
                assert_eq!(count_wide(&words), count_body(&words));
                assert_eq!(count_both_wide(&words, &other), count_both_body(&words, &other));
            }
        }
        let (mut joined, mut plain) = ([0; 64], [0; 64]);
        join_bits(&words[..13], &mut joined);
        join_bits_body(&words[..13], &mut plain);
        assert_eq!(joined, plain);
    }
}
