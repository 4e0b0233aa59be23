//! The lift of a campaign: how much likelier an act is among those reached than among those held out, with its
//! uncertainty.

/// Some people, and how many of them did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub n: u64,
    pub hits: u64,
}

/// The difference of two shares, with its 95 % interval, as fractions (0.05 is five points).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub difference: f64,
    pub low: f64,
    pub high: f64,
}

/// Below so many people in either group, or so many hits in both together, a difference is not told apart from
/// chance, and the page says "too few to tell".
const GROUP_MIN: u64 = 30;
const HITS_MIN: u64 = 5;

/// The normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval of one share (Wilson 1927).
fn wilson(share: Share) -> (f64, f64) {
    let n = share.n as f64;
    let p = share.hits as f64 / n;
    let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// The difference `reached − held_out` with Newcombe's hybrid score interval (Newcombe 1998, method 10). `None`
/// when a group is empty.
pub fn difference(reached: Share, held_out: Share) -> Option<Difference> {
    if reached.n == 0 || held_out.n == 0 {
        return None;
    }
    let (p1, p2) = (reached.hits as f64 / reached.n as f64, held_out.hits as f64 / held_out.n as f64);
    let ((l1, u1), (l2, u2)) = (wilson(reached), wilson(held_out));
    let difference = p1 - p2;
    Some(Difference {
        difference,
        low: difference - ((p1 - l1).powi(2) + (u2 - p2).powi(2)).sqrt(),
        high: difference + ((u1 - p1).powi(2) + (p2 - l2).powi(2)).sqrt(),
    })
}

/// Whether there are enough people and acts to say anything.
pub fn enough(reached: Share, held_out: Share) -> bool {
    reached.n >= GROUP_MIN && held_out.n >= GROUP_MIN && reached.hits + held_out.hits >= HITS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked examples (a), (c) and (g) of Newcombe 1998, table II, method 10.
    #[test]
    fn newcombes_own_examples() {
        for (one, two, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ] {
            let share = |(hits, n): (u64, u64)| Share { n, hits };
            let found = difference(share(one), share(two)).unwrap();
            assert!((found.low - low).abs() < 5e-5, "{one:?} {two:?} low {}", found.low);
            assert!((found.high - high).abs() < 5e-5, "{one:?} {two:?} high {}", found.high);
        }
    }

    #[test]
    fn an_empty_group_has_no_difference() {
        assert_eq!(difference(Share { n: 10, hits: 1 }, Share { n: 0, hits: 0 }), None);
    }
}
