//! What down-weighting does to counts in which nothing is wrong, so that a fit can make up for it.
//!
//! A rule that trusts large counts less also trusts those less that are large by chance: mean and dispersion come out too
//! small, the more so the rarer and the more clustered the counts. Here both are computed from the negative binomial
//! itself, and the estimates are those whose model shows what the data show (Fisher consistency).

use super::model::learning_weight;

/// Means from which on the counts are taken for normal.
const NORMAL: f64 = 12.0;
/// What down-weighting leaves of the dispersion of a normal variable, and how many standard deviations it takes off
/// the mean.
const OF_NORMAL: (f64, f64) = (1.0 / 1.04, 0.016);
/// The largest dispersion that is solved for.
const MOST: f64 = 20.0;
/// Expected cases in a period below which squares are down-weighted less.
const SPARSE: f64 = 0.03;

/// The weight of a period's square: where hardly anything is expected, two cases in a period are what tells of
/// overdispersion.
pub(super) fn square_weight(weight: f64, mean: f64) -> f64 {
    weight + (1.0 - weight) * SPARSE / (SPARSE + mean)
}

/// Counts with a mean, and the weights that a dispersion gives them.
pub(super) struct Thinned {
    mean: f64,
    phi: f64,
    /// Of 0, 1, 2, ... cases.
    weights: Vec<f64>,
}

impl Thinned {
    pub(super) fn new(mean: f64, phi: f64) -> Self {
        let mut weights = Vec::new();
        if mean < NORMAL {
            let last = mean + 10.0 * libm::sqrt(MOST * mean) + 10.0;
            let counts = (0..=last as u32).map(f64::from);
            weights = counts.map(|count| learning_weight(count, mean, phi)).collect();
        }
        Self { mean, phi, weights }
    }

    /// Calls with each count, its chance at a dispersion, and its weight.
    fn each(&self, phi: f64, mut call: impl FnMut(f64, f64, f64)) {
        let over = phi - 1.0;
        let slope = if over > 1e-9 { libm::log(phi) / over } else { 1.0 };
        let mut chance = libm::exp(-self.mean * slope);
        let mut count = 0.0;
        for weight in &self.weights {
            call(count, chance, *weight);
            chance *= (self.mean + count * over) / (phi * (count + 1.0));
            count += 1.0;
        }
    }

    /// What the weighted mean is of the true one.
    pub(super) fn of_mean(&self) -> f64 {
        if self.weights.is_empty() {
            return 1.0 - OF_NORMAL.1 * libm::sqrt(self.phi / self.mean);
        }
        let (mut cases, mut total) = (0.0, 0.0);
        self.each(self.phi, |count, chance, weight| {
            cases += chance * weight * count;
            total += chance * weight;
        });
        if cases > 0.0 { cases / (total * self.mean) } else { 1.0 }
    }

    /// The mean weighted square (over the mean) that counts of a dispersion show.
    fn square(&self, phi: f64) -> f64 {
        let (mut squares, mut total) = (0.0, 0.0);
        self.each(phi, |count, chance, weight| {
            let weight = chance * square_weight(weight, self.mean);
            squares += weight * (count - self.mean) * (count - self.mean) / self.mean;
            total += weight;
        });
        squares / total
    }

    /// The dispersion of counts that show a mean weighted square.
    pub(super) fn dispersion(&self, square: f64) -> f64 {
        if self.weights.is_empty() {
            return square / OF_NORMAL.0;
        }
        let least = self.square(1.0);
        if !(square > least) {
            return square / least;
        }
        let (mut low, mut high) = (1.0, MOST);
        for _ in 0..12 {
            let middle = libm::sqrt(low * high);
            if self.square(middle) < square { low = middle } else { high = middle }
        }
        libm::sqrt(low * high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::detect::tests::poisson;
    use crate::stats::Random;

    #[test]
    fn says_of_its_own_counts_what_they_are() {
        let mut random = Random::new(11);
        for (mean, phi) in [(0.1, 1.0), (0.1, 2.5), (0.5, 1.6), (2.0, 2.5), (8.0, 1.6), (20.0, 2.5)]
        {
            let thinned = Thinned::new(mean, phi);
            let (mut cases, mut weights, mut squares, mut total) = (0.0, 0.0, 0.0, 0.0);
            for _ in 0..200_000 {
                let rate = match phi > 1.0 {
                    true => random.gamma(mean / (phi - 1.0)) * (phi - 1.0),
                    false => mean,
                };
                let count = poisson(&mut random, rate) as f64;
                let weight = learning_weight(count, mean, phi);
                (cases, weights) = (cases + weight * count, weights + weight);
                let weight = square_weight(weight, mean);
                squares += weight * (count - mean) * (count - mean) / mean;
                total += weight;
            }
            let of_mean = cases / weights / mean;
            assert!((thinned.of_mean() / of_mean - 1.0).abs() < 0.02, "{mean} {phi} {of_mean}");
            let found = thinned.dispersion(squares / total);
            assert!((found / phi - 1.0).abs() < 0.06, "{mean} {phi} {found}");
        }
    }
}
