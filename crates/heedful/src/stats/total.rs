//! Totals of amounts such as money: few are large, so an interval of them is not symmetric.

use super::distribution::normal_quantile;
use super::interval::{Confidence, Interval, IntervalMethod};

/// Sums of powers of the amounts that make a total; amounts of 0 need not be added.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Total {
    /// Amounts that were added.
    pub(crate) n: u64,
    /// The total.
    pub(crate) sum: f64,
    squares: f64,
    cubes: f64,
}

impl Total {
    pub(crate) fn add(&mut self, amount: f64) {
        self.n += 1;
        self.sum += amount;
        self.squares += amount * amount;
        self.cubes += amount * amount * amount;
    }

    /// The interval of the total of a sample of `rows` units, those without an amount included; `further` is variance of
    /// another source, independent of which units were drawn. `None` for fewer than two amounts.
    pub(crate) fn interval(
        &self,
        rows: u64,
        further: f64,
        confidence: Confidence,
    ) -> Option<Interval> {
        let n = rows as f64;
        let mean = self.sum / n;
        let second = (self.squares / n - mean * mean).max(0.0);
        let third = self.cubes / n - 3.0 * mean * self.squares / n + 2.0 * mean * mean * mean;
        if self.n < 2 || rows < 2 {
            return None;
        }
        let variance = n * n / (n - 1.0) * second + further;
        Some(self.hall(variance, n * third, confidence.t(n - 1.0), confidence))
    }

    /// The same where the number of units is a matter of chance too, as that of contacts in a period: Poisson.
    pub(crate) fn poisson_interval(&self, confidence: Confidence) -> Option<Interval> {
        (self.n > 1).then(|| self.hall(self.squares, self.cubes, confidence.z(), confidence))
    }

    /// The standard error of the total where the number of units is a matter of chance.
    pub(crate) fn poisson_error(&self) -> f64 {
        libm::sqrt(self.squares)
    }

    /// Hall's interval by the cubic transformation that takes out the skewness (P. Hall, "On the removal of skewness by
    /// transformation", Journal of the Royal Statistical Society B 54, 1992); not below 0, because amounts are not.
    fn hall(&self, variance: f64, third: f64, quantile: f64, confidence: Confidence) -> Interval {
        let error = libm::sqrt(variance);
        let skewness = if variance > 0.0 { third / (variance * error) } else { 0.0 };
        let turned = |x: f64| {
            if skewness.abs() < 1e-9 {
                return x;
            }
            3.0 / skewness * (libm::cbrt(1.0 + skewness * (x - skewness / 6.0)) - 1.0)
        };
        let ends = (self.sum - error * turned(quantile), self.sum - error * turned(-quantile));
        Interval::new((ends.0.max(0.0), ends.1), confidence, IntervalMethod::Hall)
    }
}

/// The cumulants of a sum of independent losses, each of which comes with a probability: what it may come to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Losses {
    most: f64,
    mean: f64,
    variance: f64,
    third: f64,
}

impl Losses {
    pub(crate) fn add(&mut self, amount: f64, probability: f64) {
        let spread = probability * (1.0 - probability);
        self.most += amount;
        self.mean += amount * probability;
        self.variance += amount * amount * spread;
        self.third += amount * amount * amount * spread * (1.0 - 2.0 * probability);
    }

    /// The loss that is not exceeded with this probability, by the first terms of Cornish and Fisher's expansion
    /// (1938); between nothing and everything.
    pub(crate) fn quantile(&self, probability: f64) -> f64 {
        let z = normal_quantile(probability);
        let error = libm::sqrt(self.variance);
        if !(error > 0.0) {
            return self.mean;
        }
        let skewness = self.third / (self.variance * error);
        let turned = z + skewness * (z * z - 1.0) / 6.0;
        (self.mean + error * turned).clamp(0.0, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        // Customers of whom a share is at risk, with lognormal values: the mean is exp(sigma² / 2).
        let mut random = Random::new(1);
        for (rows, share, sigma, least) in [
            (50_u64, 0.3, 0.5, 0.94),
            (200, 0.1, 1.0, 0.93),
            (200, 0.03, 1.0, 0.93),
            (1000, 0.05, 1.0, 0.92),
            (1000, 0.05, 1.5, 0.905),
        ] {
            let truth = rows as f64 * share * libm::exp(sigma * sigma / 2.0);
            let (mut held, mut plain, tries) = (0, 0, 2000);
            for _ in 0..tries {
                let mut total = Total::default();
                for _ in 0..rows {
                    if random.uniform() < share {
                        total.add(libm::exp(sigma * random.normal()));
                    }
                }
                let interval = total.interval(rows, 0.0, Confidence::default());
                held += u32::from(interval.is_some_and(|interval| interval.contains(truth)));
                let error = libm::sqrt(total.squares - total.sum * total.sum / rows as f64);
                plain += u32::from((total.sum - truth).abs() <= 1.96 * error);
            }
            let coverage = f64::from(held) / f64::from(tries);
            assert!((least..0.985).contains(&coverage), "{rows} {share} {sigma}: {coverage}");
            assert!(held > plain, "{rows} {share} {sigma}: {held} is no better than {plain}");
        }
    }

    #[test]
    fn equal_amounts_of_all_units_are_certain() {
        let mut total = Total::default();
        (0..20).for_each(|_| total.add(3.0));
        let interval = total.interval(20, 0.0, Confidence::default()).unwrap();
        assert!((interval.lower - 60.0).abs() < 1e-6 && (interval.upper - 60.0).abs() < 1e-6);
        // As a count of contacts it is not: 20 ± about two times the root of 20, of 3 each.
        let interval = total.poisson_interval(Confidence::default()).unwrap();
        assert!(interval.lower < 39.0 && interval.lower > 30.0 && interval.upper > 86.0);
        assert_eq!(Total::default().poisson_interval(Confidence::default()), None);
    }

    #[test]
    fn quantiles_of_losses_are_those_of_draws() {
        let mut random = Random::new(4);
        let customers: Vec<(f64, f64)> =
            (0..300).map(|_| (libm::exp(random.normal()), 0.02 + 0.3 * random.uniform())).collect();
        let mut losses = Losses::default();
        customers.iter().for_each(|(value, p)| losses.add(*value, *p));
        for p in [0.025, 0.5, 0.95, 0.99] {
            let quantile = losses.quantile(p);
            let tries = 20_000;
            let below = (0..tries).filter(|_| {
                let drawn = |(v, p): &(f64, f64)| if random.uniform() < *p { *v } else { 0.0 };
                customers.iter().map(drawn).sum::<f64>() <= quantile
            });
            let share = below.count() as f64 / f64::from(tries);
            assert!((share - p).abs() < 0.006, "{p}: {share}");
        }
        assert_eq!(Losses::default().quantile(0.9), 0.0);
    }
}
