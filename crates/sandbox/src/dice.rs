//! Chance from a seed: small, the same on every machine, and kept with a person in a snapshot.

use serde::{Deserialize, Serialize};

/// The finalizer of SplitMix64: spreads a number over all 64 bits.
pub fn mixed(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A stream of draws. Each person has one, so that what one does never shifts another's luck.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// The stream number `stream` of a seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { state: mixed(seed ^ mixed(stream)) }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.state)
    }

    /// Evenly in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index below `count`, which must not be zero.
    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize % count.max(1)
    }

    /// One of a list that is not empty.
    pub fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// An index, drawn by weight; the last one where rounding leaves none.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// A standard normal draw.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A log-normal draw around a median; `spread` is the deviation of the logarithm.
    pub fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    /// An exponential draw with a mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_shape_they_claim() {
        let mut dice = Dice::new(42, 7);
        let draws = 20_000;
        let mean =
            |values: &mut dyn FnMut() -> f64| (0..draws).map(|_| values()).sum::<f64>() / f64::from(draws);
        assert!((mean(&mut || dice.clone_step().unit()) - 0.5).abs() < 0.02);
        assert!((mean(&mut || dice.clone_step().exponential(3.0)) - 3.0).abs() < 0.15);
        let below = (0..draws).filter(|_| dice.log_normal(60.0, 1.2) < 60.0).count();
        assert!((below as f64 / f64::from(draws) - 0.5).abs() < 0.02, "the median is the median");
        let heavy = (0..draws).filter(|_| dice.weighted(&[1.0, 3.0]) == 1).count();
        assert!((heavy as f64 / f64::from(draws) - 0.75).abs() < 0.02);
    }

    impl Dice {
        fn clone_step(&mut self) -> Dice {
            Dice { state: self.bits() }
        }
    }

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |seed, stream| Dice::new(seed, stream).bits();
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
    }
}
