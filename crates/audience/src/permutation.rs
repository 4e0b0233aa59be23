//! A random order of all contact numbers that needs no memory, and can be asked from both ends.

/// A permutation of the numbers below a power of two, chosen by a salt: what a stable sample is taken from the
/// front of. Fixed for ever, so that a sample on a screen stays the same; it changes when the count of numbers
/// grows past a power of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permutation {
    mask: u32,
    /// At least half of the bits, so that shifting twice leaves nothing and each mixing undoes itself.
    shift: u32,
    add: u32,
    /// Odd, so that each has an inverse.
    factors: [u32; ROUNDS],
    inverses: [u32; ROUNDS],
}

const ROUNDS: usize = 4;

impl Permutation {
    /// Of the numbers below the next power of two above `count`, which is at most 2^31.
    pub(crate) fn new(count: u32, salt: u64) -> Self {
        let size = u64::from(count).next_power_of_two().max(2);
        let mask = (size - 1) as u32;
        let bits = mask.count_ones();
        let mut random = crate::freeze::Generator::new(salt);
        let factors = [(); ROUNDS].map(|()| random.next() as u32 | 1);
        let inverses = factors.map(inverse);
        Self { mask, shift: bits.div_ceil(2), add: random.next() as u32 & mask, factors, inverses }
    }

    /// How many numbers it orders.
    pub(crate) fn len(&self) -> u64 {
        u64::from(self.mask) + 1
    }

    /// The place of a number.
    pub(crate) fn place_of(&self, number: u32) -> u32 {
        let mut x = number.wrapping_add(self.add) & self.mask;
        for factor in self.factors {
            x = x.wrapping_mul(factor) & self.mask;
            x ^= x >> self.shift;
        }
        x
    }

    /// The number at a place.
    pub(crate) fn at(&self, place: u32) -> u32 {
        let mut x = place;
        for inverse in self.inverses.iter().rev() {
            x ^= x >> self.shift;
            x = x.wrapping_mul(*inverse) & self.mask;
        }
        x.wrapping_sub(self.add) & self.mask
    }
}

/// The inverse of an odd number modulo 2^32: each step of Newton's doubles the bits that are right.
fn inverse(odd: u32) -> u32 {
    (0..5).fold(odd, |guess, _| guess.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(guess))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_one_place_and_leads_back() {
        for count in [0, 1, 2, 3, 7, 1_000, 70_000] {
            let order = Permutation::new(count, 7);
            let mut seen = vec![false; order.len() as usize];
            for number in 0..order.len() as u32 {
                let place = order.place_of(number);
                assert_eq!(order.at(place), number);
                assert!(!std::mem::replace(&mut seen[place as usize], true));
            }
        }
    }

    #[test]
    fn the_front_is_spread_over_all_numbers() {
        let order = Permutation::new(1 << 20, 42);
        let mut sixteenths = [0; 16];
        (0..16_000).for_each(|place| sixteenths[(order.at(place) >> 16) as usize] += 1);
        // Each should hold a thousand; five standard deviations is about 150.
        assert!(sixteenths.iter().all(|count| (850..1_150).contains(count)), "{sixteenths:?}");
    }
}
