//! From margins to probabilities and thresholds.
//!
//! Margins of comments that a model was not trained on are counted in bins, apart for comments that have the reason
//! and that have not. The counts are part of the model and merge, so that probabilities can be fitted again and
//! thresholds be chosen for another aim without the comments.

use super::options::Aim;

/// Bins of a margin, from -4 to 4.
pub(super) const BINS: usize = 256;
const LOWEST: f64 = -4.0;
const WIDTH: f64 = 8.0 / BINS as f64;

/// Counts of held-out margins of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Margins {
    pub(super) with: Vec<u32>,
    pub(super) without: Vec<u32>,
}

/// What follows from the counts for one reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    /// Log-odds are slope times margin plus intercept; the slope is above 0.
    pub(super) slope: f64,
    pub(super) intercept: f64,
    /// The reason is given from these log-odds on; infinite where it never is.
    pub(super) threshold: f64,
}

impl Calibration {
    /// Where nothing was held out: the margins of what was learned, 1 and -1, are odds of twenty to one.
    pub(super) fn untold(aim: Aim) -> Self {
        let threshold = if let Aim::Probability(p) = aim { libm::log(p / (1.0 - p)) } else { 0.0 };
        Self { slope: libm::log(20.0), intercept: 0.0, threshold }
    }
}

impl Margins {
    pub(super) fn new() -> Self {
        Self { with: vec![0; BINS], without: vec![0; BINS] }
    }

    pub(super) fn add(&mut self, margin: f64, has: bool) {
        let bin = ((margin - LOWEST) / WIDTH).clamp(0.0, (BINS - 1) as f64) as usize;
        let side = if has { &mut self.with } else { &mut self.without };
        if let Some(count) = side.get_mut(bin) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (own, other) in [(&mut self.with, &other.with), (&mut self.without, &other.without)] {
            for (own, other) in own.iter_mut().zip(other) {
                *own = own.saturating_add(*other);
            }
        }
    }

    /// Comments that have the reason.
    pub(super) fn with(&self) -> u64 {
        self.with.iter().map(|n| u64::from(*n)).sum()
    }

    pub(super) fn calibrate(&self, aim: Aim) -> Calibration {
        let (slope, intercept) = self.platt();
        let margin = match aim {
            Aim::Probability(p) => {
                let threshold = libm::log(p / (1.0 - p));
                return Calibration { slope, intercept, threshold };
            }
            Aim::F1 => {
                let best = self.best(|found, wrong, all| 2.0 * found / (found + wrong + all));
                best.filter(|margin| self.tells(*margin))
            }
            Aim::Precision(least) => self.best(|found, wrong, _| {
                let precision = found / (found + wrong);
                // Every threshold that is precise enough beats every other; among them the one that finds most.
                if precision >= least { 1.0 + found } else { precision }
            }),
            Aim::Recall(share) => self.recall(share),
        };
        let threshold = margin.map_or(f64::INFINITY, |margin| slope * margin + intercept);
        Calibration { slope, intercept, threshold }
    }

    /// From the highest bin down: its lower end, comments with and without the reason in it.
    fn down(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let bins = self.with.iter().zip(&self.without).enumerate().rev();
        bins.map(|(bin, (with, without))| {
            (LOWEST + WIDTH * bin as f64, f64::from(*with), f64::from(*without))
        })
    }

    /// The threshold with the largest worth, given right and wrong finds and how many there are to find; the highest of equals.
    fn best(&self, worth: impl Fn(f64, f64, f64) -> f64) -> Option<f64> {
        let all: f64 = self.with.iter().map(|n| f64::from(*n)).sum();
        let (mut found, mut wrong, mut most, mut best) = (0.0, 0.0, 0.0, None);
        for (end, with, without) in self.down() {
            found += with;
            wrong += without;
            if with + without == 0.0 || found == 0.0 {
                continue;
            }
            let worth = worth(found, wrong, all);
            if worth > most {
                most = worth;
                best = Some(end);
            }
        }
        best
    }

    /// Whether a threshold finds more than chance does, or what is more often right than not. Where texts tell nothing
    /// of a reason the largest F1 is that of giving it to nearly all.
    fn tells(&self, margin: f64) -> bool {
        let (mut found, mut wrong, mut with, mut all) = (0.0, 0.0, 0.0, 0.0);
        for (end, own, other) in self.down() {
            (with, all) = (with + own, all + own + other);
            if end >= margin {
                (found, wrong) = (found + own, wrong + other);
            }
        }
        let (given, usual) = (found + wrong, with / all);
        let by_chance = libm::sqrt(usual * (1.0 - usual) * given);
        found >= wrong || found - usual * given > BEYOND_CHANCE * by_chance
    }

    /// The threshold above which this share of the comments with the reason lies, evenly spread within a bin.
    fn recall(&self, share: f64) -> Option<f64> {
        let wanted = share * self.with.iter().map(|n| f64::from(*n)).sum::<f64>();
        let mut found = 0.0;
        for (end, with, _) in self.down() {
            if with > 0.0 && found + with >= wanted {
                return Some(end + WIDTH * (1.0 - (wanted - found) / with));
            }
            found += with;
        }
        None
    }

    /// Slope and intercept of Platt's scaling (1999), by Newton's method with targets drawn in from 0 and 1 (Lin, Lin
    /// and Weng 2007).
    fn platt(&self) -> (f64, f64) {
        let sum = |side: &[u32]| side.iter().map(|n| f64::from(*n)).sum::<f64>();
        let (with, without) = (sum(&self.with), sum(&self.without));
        let (high, low) = ((with + 1.0) / (with + 2.0), 1.0 / (without + 2.0));
        let bins: Vec<(f64, f64, f64)> = self
            .down()
            .filter(|(_, with, without)| with + without > 0.0)
            .map(|(end, with, without)| {
                (end + 0.5 * WIDTH, with * high + without * low, with + without)
            })
            .collect();
        let loss = |slope: f64, intercept: f64| {
            let of = |(margin, hits, n): &(f64, f64, f64)| {
                let z = slope * margin + intercept;
                let soft = if z > 0.0 {
                    z + libm::log1p(libm::exp(-z))
                } else {
                    libm::log1p(libm::exp(z))
                };
                n * soft - hits * z
            };
            bins.iter().map(of).sum::<f64>()
        };
        let (mut slope, mut intercept) = (0.0, libm::log((with + 1.0) / (without + 1.0)));
        let mut value = loss(slope, intercept);
        for _ in 0..100 {
            let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
            for (margin, hits, n) in &bins {
                let p = probability(slope * margin + intercept);
                let (residual, weight) = (n * p - hits, n * p * (1.0 - p));
                g0 += residual * margin;
                g1 += residual;
                h00 += weight * margin * margin;
                h01 += weight * margin;
                h11 += weight;
            }
            if g0.abs() < 1e-9 && g1.abs() < 1e-9 {
                break;
            }
            let determinant = h00 * h11 - h01 * h01;
            let step0 = -(h11 * g0 - h01 * g1) / determinant;
            let step1 = -(h00 * g1 - h01 * g0) / determinant;
            let mut part = 1.0;
            loop {
                let next = loss(slope + part * step0, intercept + part * step1);
                if next < value + 1e-4 * part * (g0 * step0 + g1 * step1) {
                    value = next;
                    slope += part * step0;
                    intercept += part * step1;
                    break;
                }
                part *= 0.5;
                if part < 1e-10 {
                    return (slope.max(LEAST_SLOPE), intercept);
                }
            }
        }
        (slope.max(LEAST_SLOPE), intercept)
    }
}

/// Standard errors by which finds are more often right than those of chance: the best threshold of many is looked at.
const BEYOND_CHANCE: f64 = 3.0;

/// A reason that nothing tells is still ranked by its margin.
const LEAST_SLOPE: f64 = 1e-3;

/// The probability of log-odds.
pub(super) fn probability(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + libm::exp(-z))
    } else {
        let e = libm::exp(z);
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margins(counts: &[(f64, u32, u32)]) -> Margins {
        let mut margins = Margins::new();
        for (margin, with, without) in counts {
            (0..*with).for_each(|_| margins.add(*margin, true));
            (0..*without).for_each(|_| margins.add(*margin, false));
        }
        margins
    }

    fn example() -> Margins {
        margins(&[
            (-1.5, 0, 9),
            (-0.75, 1, 12),
            (-0.25, 3, 5),
            (0.25, 6, 4),
            (0.75, 8, 1),
            (1.5, 7, 0),
        ])
    }

    /// scikit-learn 1.9.1, `calibration._sigmoid_calibration` of the middles of the bins (its signs are the opposite).
    #[test]
    fn scales_as_platt() {
        let (slope, intercept) = example().platt();
        assert!((slope - 2.408_536_483).abs() < 1e-4, "{slope}");
        assert!((intercept + 0.162_497_885).abs() < 1e-4, "{intercept}");
    }

    #[test]
    fn thresholds_are_what_was_asked_for() {
        let margins = example();
        let threshold = |aim| {
            let found = margins.calibrate(aim);
            (found.threshold - found.intercept) / found.slope
        };
        // Found, wrong and missed from -0.25 up: 24, 10, 1; from 0.25 up: 21, 5, 4.
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        near(threshold(Aim::F1), 0.25);
        near(threshold(Aim::Recall(0.84)), 0.25);
        near(threshold(Aim::Recall(0.9)), -0.25 + WIDTH * 0.5);
        near(threshold(Aim::Precision(0.9)), 0.75);
        near(threshold(Aim::Precision(0.8)), 0.25);
        near(margins.calibrate(Aim::Probability(0.5)).threshold, 0.0);
    }

    #[test]
    fn a_reason_that_texts_do_not_tell_is_not_given_to_all() {
        // One in ten, whatever the margin: F1 is largest where all are given.
        let noise = margins(&[(-0.9, 20, 180), (-0.5, 21, 179), (-0.1, 19, 181)]);
        assert_eq!(noise.calibrate(Aim::F1).threshold, f64::INFINITY);
        assert!(noise.calibrate(Aim::Recall(0.5)).threshold.is_finite());
        // A rare one that is often taken for others, but told: 3 of 13, where one in a hundred has it.
        let rare = margins(&[(-0.9, 3, 587), (0.1, 3, 10)]).calibrate(Aim::F1);
        assert!((rare.threshold - (rare.slope * 0.09375 + rare.intercept)).abs() < 1e-9);
        // Most have it, and nothing tells who: right more often than not.
        let usual = margins(&[(0.5, 80, 20), (0.9, 80, 20)]).calibrate(Aim::F1);
        assert!((usual.threshold - (usual.slope * 0.5 + usual.intercept)).abs() < 1e-9);
    }

    #[test]
    fn a_reason_never_seen_is_never_given_and_an_untold_one_stays_ordered() {
        let unseen = margins(&[(-1.0, 0, 50)]).calibrate(Aim::F1);
        assert_eq!(unseen.threshold, f64::INFINITY);
        assert!(probability(unseen.slope - 1.0 + unseen.intercept) < 0.1);
        let contrary = margins(&[(-1.0, 9, 1), (1.0, 1, 9)]).calibrate(Aim::F1);
        assert_eq!(contrary.slope, LEAST_SLOPE);
        let empty = Margins::new().calibrate(Aim::Recall(0.9));
        assert!(empty.slope > 0.0 && empty.intercept == 0.0 && empty.threshold == f64::INFINITY);
    }
}
