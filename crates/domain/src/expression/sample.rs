//! A stable random share of all contacts.

use crate::ids::ContactNumber;

/// A share of all contacts, drawn by a hash of the salt and the contact's number: the same people for ever,
/// and for another salt others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleTest {
    /// The share in hundredths of a percent, 1 to 10,000.
    pub basis_points: u32,
    pub salt: String,
}

impl SampleTest {
    /// A seed made of the salt.
    pub fn seed(&self) -> u64 {
        // FNV-1a, then a finalizer so that near salts give far seeds. Fixed for ever: samples must not move.
        let hash = self.salt.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mixed = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ mixed >> 32
    }

    /// Ranks below this are in the sample.
    pub fn threshold(&self) -> u64 {
        (u64::from(self.basis_points) << 32) / 10_000
    }
}

/// A contact's rank under a seed, uniform over 32 bits. In 32-bit steps, so that eight fit a vector register.
#[inline]
pub fn sample_rank(seed: u64, number: u32) -> u32 {
    finalize(finalize(number ^ seed as u32) ^ (seed >> 32) as u32)
}

#[inline]
fn finalize(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x21f0_aaad);
    x ^= x >> 15;
    x = x.wrapping_mul(0x735a_2d97);
    x ^ x >> 15
}

/// Whether a contact is in the sample.
pub fn in_sample(test: &SampleTest, number: ContactNumber) -> bool {
    u64::from(sample_rank(test.seed(), number.0)) < test.threshold()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_true_and_salts_independent() {
        let of = |salt: &str, basis_points| SampleTest { basis_points, salt: salt.into() };
        let size = |tests: &[SampleTest]| {
            (0..100_000).filter(|n| tests.iter().all(|test| in_sample(test, ContactNumber(*n)))).count()
        };
        assert!((9_500..10_500).contains(&size(&[of("x", 1_000)])));
        assert!((9_500..10_500).contains(&size(&[of("y", 1_000)])));
        assert!((800..1_200).contains(&size(&[of("x", 1_000), of("y", 1_000)])), "two salts share people");
        assert_eq!(size(&[of("x", 10_000)]), 100_000);
    }

    #[test]
    fn a_sample_never_moves() {
        // Worked out once; people already drawn for a test must stay drawn after an upgrade.
        let first: Vec<u32> = (0..64)
            .filter(|n| in_sample(&SampleTest { basis_points: 1_000, salt: "x".into() }, ContactNumber(*n)))
            .collect();
        assert_eq!(first, PINNED);
    }

    const PINNED: [u32; 7] = [3, 8, 23, 27, 55, 57, 59];
}
