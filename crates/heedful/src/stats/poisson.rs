//! The Poisson bootstrap: each response counts Poisson(1) times, so that a cell of many like responses is
//! drawn at once, and the cells independently of each other.
//!
//! N. Chamandy, O. Muralidharan, A. Najmi and S. Naidu, "Estimating uncertainty for massive data streams"
//! (2012). Given how many responses there are in all it is the ordinary bootstrap; for scores, which are
//! ratios, the two agree.

use super::interval::{Confidence, Interval, IntervalMethod};
use super::random::Random;

/// Draws of a Poisson variable, prepared once for its mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Poisson {
    mean: f64,
    shape: Shape,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Small means: by inversion, from the probability of 0.
    Inversion(f64),
    /// W. Hörmann, "The transformed rejection method for generating Poisson random variables" (1993), PTRS.
    Rejection { a: f64, b: f64, inverse_alpha: f64, v: f64, log_mean: f64 },
}

impl Poisson {
    /// A mean that is not positive and finite draws 0 always.
    pub(crate) fn new(mean: f64) -> Self {
        if !(mean > 0.0 && mean.is_finite()) {
            return Self { mean: 0.0, shape: Shape::Inversion(1.0) };
        }
        if mean < 10.0 {
            return Self { mean, shape: Shape::Inversion(libm::exp(-mean)) };
        }
        let b = 0.931 + 2.53 * libm::sqrt(mean);
        let shape = Shape::Rejection {
            a: -0.059 + 0.024_83 * b,
            b,
            inverse_alpha: 1.1239 + 1.1328 / (b - 3.4),
            v: 0.9277 - 3.6224 / (b - 2.0),
            log_mean: libm::log(mean),
        };
        Self { mean, shape }
    }

    /// The next draw: one word for means below 10, else two per attempt.
    #[inline]
    pub(crate) fn draw(&self, random: &mut Random) -> f64 {
        match self.shape {
            Shape::Inversion(none) => {
                let (mut u, mut k, mut p) = (random.uniform(), 0.0, none);
                // Beyond 200 lie fewer than the spacing of uniforms can tell apart.
                while u >= p && k < 200.0 {
                    u -= p;
                    k += 1.0;
                    p *= self.mean / k;
                }
                k
            }
            Shape::Rejection { a, b, inverse_alpha, v: quick, log_mean } => loop {
                let u = random.uniform() - 0.5;
                let v = random.uniform();
                let us = 0.5 - u.abs();
                let x = (2.0 * a / us + b) * u + self.mean + 0.43;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "cuts a positive number to a whole one; others are refused"
                )]
                let k = (x as i64) as f64;
                if us >= 0.07 && v <= quick {
                    return k;
                }
                if x < 0.0 || (us < 0.013 && v > us) {
                    continue;
                }
                let left = libm::log(v * inverse_alpha / (a / (us * us) + b));
                if left <= k * log_mean - self.mean - libm::lgamma(k + 1.0) {
                    return k;
                }
            },
        }
    }
}

/// The mass of a cell of responses in bootstrap replicates.
///
/// With weights the draws have the mean (sum of weights) and the variance (sum of squared weights) that
/// drawing the rows one by one gives; without, they are exactly that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CellDraw {
    count: Poisson,
    unit: f64,
}

impl CellDraw {
    /// From the sum of weights and the sum of their squares; both are the count without weights.
    pub(crate) fn new(mass: f64, squares: f64) -> Self {
        if !(mass > 0.0 && squares > 0.0) {
            return Self { count: Poisson::new(0.0), unit: 0.0 };
        }
        Self { count: Poisson::new(mass * mass / squares), unit: squares / mass }
    }

    #[inline]
    pub(crate) fn draw(&self, random: &mut Random) -> f64 {
        self.unit * self.count.draw(random)
    }
}

/// The percentile interval of bootstrap replicates, which are sorted on the way (quantiles as R's type 7).
/// `None` for fewer than 100 replicates that could be computed.
pub(crate) fn percentile(replicates: &mut [f64], confidence: Confidence) -> Option<Interval> {
    if replicates.len() < 100 {
        return None;
    }
    replicates.sort_unstable_by(f64::total_cmp);
    let quantile = |p: f64| sorted_quantile(replicates, p);
    let tail = confidence.tail();
    let bounds = (quantile(tail)?, quantile(1.0 - tail)?);
    Some(Interval::new(bounds, confidence, IntervalMethod::Bootstrap))
}

/// The quantile of sorted values at a probability, between two of them by a straight line (R's type 7). `None` without any.
pub(crate) fn sorted_quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = p * last as f64;
    let floor = libm::floor(place);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last place"
    )]
    let below = floor as usize;
    let low = *sorted.get(below)?;
    let high = *sorted.get((below + 1).min(last))?;
    // Of equals also where they are infinite.
    Some(if place > floor && low < high { low + (place - floor) * (high - low) } else { low })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_the_distribution() {
        let mut random = Random::new(20_261_122);
        for mean in [0.3, 1.0, 4.0, 9.99, 10.0, 37.5, 1_000.0, 2.5e6] {
            let poisson = Poisson::new(mean);
            let draws: Vec<f64> = (0..40_000).map(|_| poisson.draw(&mut random)).collect();
            let n = draws.len() as f64;
            let m = draws.iter().sum::<f64>() / n;
            let v = draws.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / n;
            let third = draws.iter().map(|x| (x - m) * (x - m) * (x - m)).sum::<f64>() / n;
            assert!((m - mean).abs() < 5.0 * (mean / n).sqrt(), "{mean}: mean {m}");
            let kurtosis = 3.0 + 1.0 / mean;
            let error = mean * ((kurtosis - 1.0) / n).sqrt();
            assert!((v - mean).abs() < 5.0 * error, "{mean}: variance {v}");
            // The third central moment is the mean; its error is about sqrt(15 mean³ / n) and more.
            let error = (15.0 * mean * mean * mean + 40.0 * mean * mean + mean).sqrt() / n.sqrt();
            assert!((third - mean).abs() < 6.0 * error, "{mean}: third moment {third}");
            // Chances of single counts around the mean, as the distribution has them.
            let k = mean.floor();
            let chance = (k * mean.ln() - mean - libm::lgamma(k + 1.0)).exp();
            let seen = draws.iter().filter(|x| **x == k).count() as f64 / n;
            assert!(
                (seen - chance).abs() < 5.0 * (chance / n).sqrt() + 1e-9,
                "{mean}: {seen} {chance}"
            );
        }
        assert_eq!(Poisson::new(0.0).draw(&mut random), 0.0);
        assert_eq!(Poisson::new(f64::NAN).draw(&mut random), 0.0);
    }

    #[test]
    fn weighted_cells_vary_as_their_rows_would() {
        let weights = [0.5, 2.0, 4.0, 1.5];
        let (mass, squares) = (8.0, 0.25 + 4.0 + 16.0 + 2.25);
        let cell = CellDraw::new(mass, squares);
        let mut random = Random::new(3);
        let one = Poisson::new(1.0);
        let n = 60_000;
        let moments = |mut draw: Box<dyn FnMut(&mut Random) -> f64>, random: &mut Random| {
            let draws: Vec<f64> = (0..n).map(|_| draw(random)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            (mean, draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n))
        };
        let whole = moments(Box::new(move |r| cell.draw(r)), &mut random);
        let rows =
            moments(Box::new(move |r| weights.iter().map(|w| w * one.draw(r)).sum()), &mut random);
        assert!(
            (whole.0 - rows.0).abs() < 0.15 && (whole.0 - mass).abs() < 0.1,
            "{whole:?} {rows:?}"
        );
        assert!((whole.1 / rows.1 - 1.0).abs() < 0.05 && (whole.1 / squares - 1.0).abs() < 0.05);
    }

    #[test]
    fn percentiles_are_rs_type_7() {
        let mut values: Vec<f64> = (0..101).rev().map(f64::from).collect();
        let interval = percentile(&mut values, Confidence::default()).unwrap();
        assert!((interval.lower - 2.5).abs() < 1e-12 && (interval.upper - 97.5).abs() < 1e-12);
        assert!(percentile(&mut [1.0; 99], Confidence::default()).is_none());
    }
}
