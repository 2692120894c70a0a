//! What down-weighting does to counts in which nothing is wrong, so that a fit can make up for it.
//!
//! A rule that trusts large counts less also trusts those less that are large by chance: mean and dispersion come out too
//! small, the more so the rarer and the more clustered the counts. Here both are computed from the negative binomial
//! itself, and the estimates are those whose model shows what the data show (Fisher consistency). Nights and noons differ
//! in that, so periods are told apart by what was expected of them, in half-octaves.

use super::model::Outlying;

/// Half-octaves of means that are told apart, the first from 1/64 on, and how the first begins as a float.
pub(crate) const BINS: usize = 40;
const FIRST: u64 = 0.015_625_f64.to_bits() >> 51;
/// Expected cases in a period below which it makes no difference how few they are: topics that never were.
const RAREST: f64 = 0.02;
/// Means from which on counts are taken for continuous, with their own skewness.
const CONTINUOUS: f64 = 12.0;
/// Standard deviations from which on continuous counts may be down-weighted, to which, and the step between.
const TAIL: (f64, f64, f64) = (1.0, 7.0, 0.125);
/// The largest dispersion that is solved for.
const MOST: f64 = 20.0;
/// Expected cases in a period below which squares are down-weighted less.
const SPARSE: f64 = 0.03;
/// Expected cases at which a period tells half as much of the dispersion as one of many cases: the variance of a squared
/// residual is 2 and the excess of the kurtosis.
const TELLING: f64 = 1.0;

/// The half-octave of a mean: the exponent and the first digit of a float.
pub(crate) fn bin(mean: f64) -> usize {
    let at = mean.max(RAREST).to_bits() >> 51;
    usize::try_from(at.saturating_sub(FIRST)).unwrap_or(BINS).min(BINS - 1)
}

/// What a period's square counts before it is down-weighted.
pub(super) fn telling(mean: f64) -> f64 {
    let mean = mean.max(RAREST);
    mean / (mean + TELLING)
}

/// The weight of a period's square: where hardly anything is expected, two cases in a period are what tells of
/// overdispersion.
pub(super) fn square_weight(weight: f64, mean: f64) -> f64 {
    if weight < 1.0 { weight + (1.0 - weight) * SPARSE / (SPARSE + mean) } else { 1.0 }
}

/// Periods of about the same mean: how many, the sum of their means, and what their squares count.
#[derive(Debug, Clone, Copy, Default)]
struct Alike {
    periods: f64,
    means: f64,
    telling: f64,
}

/// Periods by what was expected of them.
pub(super) struct Means([Alike; BINS]);

impl Means {
    pub(super) fn new() -> Self {
        Self([Alike::default(); BINS])
    }

    pub(super) fn push(&mut self, mean: f64) {
        if let Some(alike) = self.0.get_mut(bin(mean)) {
            alike.periods += 1.0;
            alike.means += mean.max(RAREST);
            alike.telling += telling(mean);
        }
    }

    /// Those that there are, with their bin and mean.
    fn each(&self) -> impl Iterator<Item = (usize, f64, &Alike)> {
        let present = self.0.iter().enumerate().filter(|(_, alike)| alike.periods > 0.0);
        present.map(|(bin, alike)| (bin, alike.means / alike.periods, alike))
    }

    pub(super) fn periods(&self) -> f64 {
        self.each().map(|(_, _, alike)| alike.periods).sum()
    }

    /// How many squares of normal variables tell as much of a dispersion near `phi` as these periods.
    pub(super) fn freedom(&self, phi: f64) -> f64 {
        let (mut all, mut variance) = (0.0, 0.0);
        for (_, mean, alike) in self.each() {
            // Half of the excess of the kurtosis of a negative binomial count.
            let excess = (3.0 * (phi - 1.0) + 0.5 / phi) / mean;
            all += alike.telling;
            variance += alike.telling * alike.telling / alike.periods * (1.0 + excess);
        }
        if variance > 0.0 { all * all / variance } else { 0.0 }
    }

    /// The dispersion of counts that show a mean square under the weights of the dispersion `at`.
    pub(super) fn dispersion(&self, square: f64, at: f64) -> f64 {
        let thinned = self.each().map(|(_, mean, alike)| (Thinned::new(mean, at), alike.telling));
        let thinned: Vec<(Thinned, f64)> = thinned.collect();
        let shown = |phi: f64| {
            let (mut squares, mut total) = (0.0, 0.0);
            for (thinned, telling) in &thinned {
                let left = thinned.left(phi);
                squares += telling * left.squares;
                total += telling * left.square_weight;
            }
            squares / total
        };
        let least = shown(1.0);
        if !(square > least) {
            return square / least;
        }
        let mut phi = at;
        for _ in 0..8 {
            let ratio = square / shown(phi);
            phi = (phi * ratio).clamp(1.0, MOST);
            if (ratio - 1.0).abs() < 1e-3 {
                break;
            }
        }
        phi
    }

    /// What the weights of a dispersion leave of the mean, by bin; where there was no period, as in the nearest bin.
    pub(super) fn fair(&self, phi: f64) -> [f64; BINS] {
        let mut fair = [f64::NAN; BINS];
        for (bin, mean, _) in self.each() {
            if let Some(fair) = fair.get_mut(bin) {
                let left = Thinned::new(mean, phi).left(phi);
                *fair = left.cases / left.weight;
            }
        }
        let mut near = f64::NAN;
        let mut carry = |fair: &mut f64| {
            if fair.is_nan() { *fair = near } else { near = *fair }
        };
        fair.iter_mut().for_each(&mut carry);
        fair.iter_mut().rev().for_each(&mut carry);
        fair.map(|fair| if fair.is_nan() { 1.0 } else { fair })
    }
}

/// Counts with a mean, and the weights that a dispersion gives them.
struct Thinned {
    mean: f64,
    outlying: Outlying,
    /// What is taken off the weights of 0, 1, 2, ... cases; of continuous counts it is computed where it is needed.
    lost: Vec<f64>,
}

/// What is left, each as a multiple of what there was: weights, cases, and weights and squares over the mean.
struct Left {
    weight: f64,
    cases: f64,
    square_weight: f64,
    squares: f64,
}

impl Thinned {
    fn new(mean: f64, at: f64) -> Self {
        let (mut lost, outlying) = (Vec::new(), Outlying::new(mean, at));
        if mean < CONTINUOUS {
            // Weights matter to twice their own dispersion; nothing is left of the chances beyond.
            let phi = 2.0 * at;
            let last = mean + 7.0 * libm::sqrt(phi * mean) + 8.0 * phi;
            let counts = (0..=last as u32).map(f64::from);
            lost = counts.map(|count| 1.0 - outlying.weight(count)).collect();
        }
        Self { mean, outlying, lost }
    }

    fn left(&self, phi: f64) -> Left {
        let mut left = Left { weight: 1.0, cases: 1.0, square_weight: 1.0, squares: phi };
        let mean = self.mean;
        let of_square = mean / (SPARSE + mean);
        let mut take = |count: f64, lost: f64| {
            left.weight -= lost;
            left.cases -= lost * count / mean;
            left.square_weight -= lost * of_square;
            left.squares -= lost * of_square * (count - mean) * (count - mean) / mean;
        };
        if mean < CONTINUOUS {
            let over = phi - 1.0;
            let slope = if over > 1e-9 { libm::log(phi) / over } else { 1.0 };
            let (mut chance, mut count) = (libm::exp(-mean * slope), 0.0);
            for lost in &self.lost {
                if *lost > 0.0 {
                    take(count, chance * lost);
                }
                count += 1.0;
                chance *= (mean + (count - 1.0) * over) / (phi * count);
            }
            return left;
        }
        // Wilson and Hilferty's cube of a normal variable, with the skewness of the count.
        let sd = libm::sqrt(phi * mean);
        let skewness = (2.0 * phi - 1.0) / sd;
        let (from, to, step) = TAIL;
        let mut z = from + 0.5 * step;
        let mut density = step / libm::sqrt(std::f64::consts::TAU) * libm::exp(-0.5 * z * z);
        let mut falls = libm::exp(-step * (z + 0.5 * step));
        let fall = libm::exp(-step * step);
        while z < to {
            let cube = 1.0 + skewness * (z / 6.0 - skewness / 36.0);
            let count = mean + sd * 2.0 / skewness * (cube * cube * cube - 1.0);
            let lost = 1.0 - self.outlying.weight(count);
            if lost > 0.0 {
                take(count, density * lost);
            }
            density *= falls;
            falls *= fall;
            z += step;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::baseline::model::learning_weight;
    use crate::monitor::detect::tests::poisson;
    use crate::stats::Random;

    #[test]
    fn says_of_its_own_counts_what_they_are() {
        let mut random = Random::new(11);
        for (mean, phi) in [
            (0.1, 1.0),
            (0.1, 2.5),
            (0.5, 1.6),
            (2.0, 2.5),
            (8.0, 1.6),
            (13.0, 2.5),
            (20.0, 2.5),
            (60.0, 1.0),
        ] {
            let mut means = Means::new();
            let (mut cases, mut weights, mut squares, mut total) = (0.0, 0.0, 0.0, 0.0);
            let n = if mean > 5.0 { 100_000 } else { 400_000 };
            for _ in 0..n {
                let rate = match phi > 1.0 {
                    true => random.gamma(mean / (phi - 1.0)) * (phi - 1.0),
                    false => mean,
                };
                let count = poisson(&mut random, rate) as f64;
                means.push(mean);
                let weight = learning_weight(count, mean, phi);
                (cases, weights) = (cases + weight * count, weights + weight);
                let weight = square_weight(weight, mean);
                squares += weight * (count - mean) * (count - mean) / mean;
                total += weight;
            }
            let (of_mean, fair) = (cases / weights / mean, means.fair(phi));
            let told = fair[bin(mean)];
            assert!((told / of_mean - 1.0).abs() < 0.01, "{mean} {phi} {told} {of_mean}");
            let found = means.dispersion(squares / total, phi);
            assert!((found / phi - 1.0).abs() < 0.03, "{mean} {phi} {found}");
        }
    }

    #[test]
    fn means_are_told_apart_by_half_octaves() {
        assert_eq!([0.0, 0.016, 0.02].map(bin), [0, 0, 0]);
        assert_eq!([1.0, 1.49, 1.5, 2.0].map(bin), [12, 12, 13, 14]);
        assert_eq!([1e300, f64::INFINITY].map(bin), [BINS - 1; 2]);
        let mut means = Means::new();
        for mean in [0.5, 3.0, 3.1] {
            means.push(mean);
        }
        let fair = means.fair(2.0);
        assert!(fair.iter().all(|fair| (0.5..=1.0).contains(fair)), "{fair:?}");
        // Three normal squares at the most.
        assert!(means.freedom(1.0) < 3.0 && means.freedom(1.0) > means.freedom(2.0));
    }
}
