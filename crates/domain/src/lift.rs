//! The lift of a campaign: how much likelier an act is among those reached than among those held out, with its
//! uncertainty; and whether a difference may be called clear.
//!
//! A line is judged by Fisher's exact test with the mid-P correction (Lancaster 1961; recommended for 2 × 2 tables
//! by Lydersen, Fagerland and Laake, "Recommended tests for association in 2 × 2 tables", Statistics in Medicine
//! 28, 2009), and only where chance alone would put five or more into each cell of the smaller group (Cochran,
//! "Some methods for strengthening the common χ² tests", Biometrics 10, 1954). Without that rule a group of a tenth
//! and a rare act raise false alarms in one direction alone: few people held out can show too many acts, but never
//! too few. Lines that are judged together are corrected together (Holm, "A simple sequentially rejective multiple
//! test procedure", Scandinavian Journal of Statistics 6, 1979). `clear` asks moreover that the interval shown
//! leaves zero out, so that the page never contradicts itself; both together keep false alarms at 5 % or below for
//! every size and rate (see `placebo` below).

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

/// How many people chance alone must put into each cell of the smaller group before a difference is judged at all;
/// below, the page says "too few to tell".
const EXPECTED_MIN: u128 = 5;
/// A line is clear below this.
const ALPHA: f64 = 0.05;

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

/// The least share that these people make likely: the lower end of Wilson's 95 % interval. `None` of nobody.
pub fn lower_bound(share: Share) -> Option<f64> {
    (share.n > 0).then(|| wilson(share).0)
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

/// Whether there are enough people and acts to say anything: were both groups alike, the smaller one would hold five
/// who did it and five who did not.
pub fn enough(reached: Share, held_out: Share) -> bool {
    let (n, hits) = (
        u128::from(reached.n) + u128::from(held_out.n),
        u128::from(reached.hits) + u128::from(held_out.hits),
    );
    let smaller = u128::from(reached.n.min(held_out.n));
    let expects = |of: u128| smaller * of >= EXPECTED_MIN * n;
    n > 0 && expects(hits) && expects(n - hits)
}

/// How probable a division of the acts at least as uneven as this one is by chance alone: Fisher's exact test, two
/// sides, with half of the probability of the division itself (mid-P).
pub fn mid_p(reached: Share, held_out: Share) -> f64 {
    let hits = reached.hits + held_out.hits;
    let first = hits.saturating_sub(held_out.n);
    let last = hits.min(reached.n);
    // The hypergeometric weight of `k + 1` hits among those reached, relative to that of `k`.
    let ratio = |k: u64| {
        let (k, n1, n2, m) = (k as f64, reached.n as f64, held_out.n as f64, hits as f64);
        (m - k) * (n1 - k) / ((k + 1.0) * (n2 - m + k + 1.0))
    };
    let all = (u128::from(reached.n) + u128::from(held_out.n) + 2).max(1);
    let mode = (u128::from(hits + 1) * u128::from(reached.n + 1) / all) as u64;
    let mode = mode.clamp(first, last);
    // Both arms fall from the mode: they end where the weights no longer count.
    let up = std::iter::successors(Some((mode, 1.0)), |(k, weight)| {
        (*k < last).then(|| (k + 1, weight * ratio(*k))).filter(|(_, weight)| *weight > NEGLIGIBLE)
    });
    let down = std::iter::successors(Some((mode, 1.0)), |(k, weight)| {
        (*k > first).then(|| (k - 1, weight / ratio(k - 1))).filter(|(_, weight)| *weight > NEGLIGIBLE)
    });
    let weights: Vec<(u64, f64)> = up.chain(down.skip(1)).collect();
    let Some(own) = weights.iter().find(|(k, _)| *k == reached.hits).map(|(_, weight)| *weight) else {
        return 0.0;
    };
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let uneven: f64 =
        weights.iter().map(|(_, weight)| weight).filter(|weight| **weight <= own * (1.0 + TIE)).sum();
    ((uneven - own / 2.0) / total).min(1.0)
}

/// A weight that adds nothing to a sum of which the greatest is 1.
const NEGLIGIBLE: f64 = 1e-20;
/// Two weights that differ by less are the same one, told apart by rounding.
const TIE: f64 = 1e-7;

/// Holm's correction: what each of several probabilities is worth when the least of them would have been believed.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    let mut corrected = vec![1.0; probabilities.len()];
    let mut least: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        least = least.max((probabilities.len() - rank) as f64 * probabilities[place]).min(1.0);
        corrected[place] = least;
    }
    corrected
}

/// What may be said of one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    pub difference: Option<Difference>,
    /// See [`enough`].
    pub enough: bool,
    /// The corrected probability of such a difference by chance, where there is enough.
    pub p: Option<f64>,
    /// The difference is more than chance explains.
    pub clear: bool,
}

/// Judges the lines of one campaign together, each of those reached and those held out. Nothing is clear before all
/// windows have ended (`settled`): who looks again and again would find something at last. Which lines have enough
/// depends on the sums of both groups alone, never on their difference, so only those share the correction.
pub fn judge(lines: &[(Share, Share)], settled: bool) -> Vec<Verdict> {
    let enough: Vec<bool> = lines.iter().map(|(reached, held_out)| enough(*reached, *held_out)).collect();
    let told = lines.iter().zip(&enough).filter(|(_, enough)| **enough);
    let probabilities: Vec<f64> = told.map(|((reached, held_out), _)| mid_p(*reached, *held_out)).collect();
    let mut corrected = holm(&probabilities).into_iter();
    let verdict = |((reached, held_out), enough): (&(Share, Share), bool)| {
        let difference = difference(*reached, *held_out);
        let p = if enough { corrected.next() } else { None };
        let apart = difference.is_some_and(|found| found.low > 0.0 || found.high < 0.0);
        Verdict { difference, enough, p, clear: settled && apart && p.is_some_and(|p| p < ALPHA) }
    };
    lines.iter().zip(enough).map(verdict).collect()
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
            let found = difference(share(one), share(two)).unwrap();
            assert!((found.low - low).abs() < 5e-5, "{one:?} {two:?} low {}", found.low);
            assert!((found.high - high).abs() < 5e-5, "{one:?} {two:?} high {}", found.high);
        }
    }

    #[test]
    fn an_empty_group_has_no_difference() {
        assert_eq!(difference(Share { n: 10, hits: 1 }, Share { n: 0, hits: 0 }), None);
    }

    fn share((hits, n): (u64, u64)) -> Share {
        Share { n, hits }
    }

    /// SciPy 1.17.1: `fisher_exact(…)[1] - hypergeom.pmf(…) / 2`; statsmodels 0.15.0:
    /// `confint_proportions_2indep(…, method="newcomb")`.
    #[test]
    fn an_independent_implementation_finds_the_same() {
        for (one, two, p, low, high) in [
            ((56, 70), (48, 80), 0.010_421_139_96, 0.052_431, 0.333_873),
            ((7, 100), (1, 100), 0.050_333_220_22, 0.002_972, 0.127_995),
            ((300, 3_000), (20, 300), 0.058_278_568_78, -0.002_226, 0.059_027),
            ((50, 1_000), (11, 100), 0.014_503_559_39, -0.137_231, -0.010_132),
            ((42, 9_000), (11, 1_000), 0.013_421_939_01, -0.015_008, -0.001_218),
            ((5_200, 100_000), (450, 10_000), 0.002_261_790_465, 0.002_547, 0.011_133),
            ((0, 500), (6, 50), 2.123_994_881e-7, -0.238_048, -0.055_722),
            ((130, 50_000), (130, 50_000), 0.975_250_232_9, -0.000_636, 0.000_636),
        ] {
            let (one, two) = (share(one), share(two));
            let (found, interval) = (mid_p(one, two), difference(one, two).unwrap());
            assert!((found - p).abs() < p * 1e-6, "{one:?} {two:?} p {found}");
            assert!((found - mid_p(two, one)).abs() < p * 1e-9, "{one:?} {two:?}: the sides are alike");
            assert!((interval.low - low).abs() < 1e-6, "{one:?} {two:?} low {}", interval.low);
            assert!((interval.high - high).abs() < 1e-6, "{one:?} {two:?} high {}", interval.high);
        }
        assert_eq!(mid_p(share((0, 10)), share((0, 10))), 0.5, "one division alone is possible");
        assert!(mid_p(share((500_000, 1_000_000)), share((1, 1_000_000))) < 1e-12);
    }

    /// statsmodels 0.15.0: `proportion_confint(…, method="wilson")[0]`.
    #[test]
    fn a_share_of_few_people_is_ranked_by_what_is_likely() {
        for (of, wanted) in
            [((20, 30), 0.487_801), ((3, 30), 0.034_600), ((0, 50), 0.0), ((229, 1_000), 0.204_023)]
        {
            assert!((lower_bound(share(of)).unwrap() - wanted).abs() < 1e-6, "{of:?}");
        }
        assert_eq!(lower_bound(share((0, 0))), None);
    }

    /// statsmodels 0.15.0: `multipletests(…, method="holm")[1]`.
    #[test]
    fn several_lines_are_corrected_for() {
        for (given, wanted) in [
            ([0.02, 0.04, 0.03].as_slice(), [0.06, 0.06, 0.06].as_slice()),
            (&[0.01, 0.5, 0.02], &[0.03, 0.5, 0.04]),
            (&[0.9, 0.6], &[1.0, 1.0]),
            (&[], &[]),
        ] {
            let found = holm(given);
            assert_eq!(found.len(), wanted.len());
            assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{given:?} {found:?}");
        }
    }

    #[test]
    fn five_are_expected_in_each_cell_of_the_smaller_group() {
        let cases = [
            // Twenty acts, of whom the smaller group would have two.
            ((20, 1_000), (0, 100), false),
            ((50, 1_000), (5, 100), true),
            ((49, 1_000), (5, 100), false),
            // All but a few did it: the other cell is as empty.
            ((951, 1_000), (96, 100), false),
            ((940, 1_000), (90, 100), true),
            ((5, 30), (5, 30), true),
            ((0, 0), (0, 0), false),
        ];
        for (reached, held_out, wanted) in cases {
            assert_eq!(enough(share(reached), share(held_out)), wanted, "{reached:?} {held_out:?}");
        }
    }

    #[test]
    fn nothing_is_clear_before_it_has_settled_or_for_one_line_of_many_alone() {
        // 0.0145 alone; three such lines of chance make it 0.0435, four 0.058.
        let (low, chance) = ((share((50, 1_000)), share((11, 100))), (share((100, 1_000)), share((10, 100))));
        let clear = |lines: &[(Share, Share)], settled| judge(lines, settled)[0].clear;
        assert!(clear(&[low, chance, chance], true));
        assert!(!clear(&[low, chance, chance], false));
        assert!(!clear(&[low, chance, chance, chance], true));
        let too_few = (share((1, 1_000)), share((3, 100)));
        assert!(clear(&[low, too_few, too_few, too_few], true), "what is not judged corrects nothing");
        assert!(!clear(&[too_few], true) && judge(&[too_few], true)[0].p.is_none());
    }

    /// The binomial probabilities of n people, as far as they count.
    fn binomial(n: u64, p: f64) -> Vec<(u64, f64)> {
        let mode = ((n + 1) as f64 * p) as u64;
        let ratio = |k: u64| (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        let up = std::iter::successors(Some((mode, 1.0)), |(k, w)| {
            (*k < n).then(|| (k + 1, w * ratio(*k))).filter(|(_, w)| *w > 1e-9)
        });
        let down = std::iter::successors(Some((mode, 1.0)), |(k, w)| {
            (*k > 0).then(|| (k - 1, w / ratio(k - 1))).filter(|(_, w)| *w > 1e-9)
        });
        let mut all: Vec<(u64, f64)> = up.chain(down.skip(1)).collect();
        let total: f64 = all.iter().map(|(_, w)| w).sum();
        all.iter_mut().for_each(|(_, w)| *w /= total);
        all
    }

    /// False alarms of a single line, by every result that two groups of the same rate can have: (all, "lower" alone).
    fn false_alarms((n1, n2): (u64, u64), rate: f64) -> (f64, f64) {
        let (mut all, mut lower) = (0.0, 0.0);
        let held_out = binomial(n2, rate);
        for (a, weight) in binomial(n1, rate) {
            for (b, other) in &held_out {
                let line = (share((a, n1)), share((*b, n2)));
                let verdict = judge(&[line], true)[0];
                if verdict.clear {
                    all += weight * other;
                    lower += if verdict.difference.unwrap().difference < 0.0 { weight * other } else { 0.0 };
                }
            }
        }
        (all, lower)
    }

    /// Every cell of the table is at 5 % or below, and where there is enough for most, at more than a half of that.
    #[test]
    fn placebo() {
        println!("false alarms in %, of one line, every result weighed (of them: reached is lower)");
        for sizes in [(100, 100), (400, 400), (300, 30), (500, 50), (1_000, 100), (2_000, 200)] {
            for rate in [0.01, 0.02, 0.05, 0.1, 0.3] {
                let (all, lower) = false_alarms(sizes, rate);
                println!(
                    "{:>5} to {:<4} {rate:<4} {:.2} ({:.2})",
                    sizes.0,
                    sizes.1,
                    all * 100.0,
                    lower * 100.0
                );
                assert!(all < 0.05, "{sizes:?} at {rate}: {all}");
                let expected = rate * sizes.1 as f64;
                assert!(expected < 9.0 || all > 0.025, "{sizes:?} at {rate} tells too little: {all}");
            }
        }
    }
}
