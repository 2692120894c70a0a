//! Intervals of a mean.

use super::{Confidence, Interval, IntervalMethod};
use crate::stats::distribution::{beta_quantile, beta_tails};

/// Mean and spread of a sample; n may be fractional (the effective size of a weighted sample).
///
/// ```
/// use heedful::stats::{Confidence, MeanSample};
/// let effort = MeanSample::new(5.0, 7.0, 3.0).unwrap(); // 7, 6, 2
/// let interval = effort.t(Confidence::default()).unwrap();
/// assert!((interval.lower - -1.57241).abs() < 1e-5); // t.test(c(7, 6, 2)) in R
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSample {
    mean: f64,
    variance: f64,
    n: f64,
}

impl MeanSample {
    /// `variance` is the sample variance of one response (divisor n - 1). `None` unless the mean is finite,
    /// the variance finite and not negative, and `n` positive and finite.
    ///
    /// ```
    /// let sample = heedful::stats::MeanSample::new(5.0, 7.0, 28.0).unwrap();
    /// assert_eq!((sample.value(), sample.variance(), sample.n()), (5.0, 7.0, 28.0));
    /// assert_eq!(sample.standard_error(), Some(0.5));
    /// ```
    #[must_use]
    pub fn new(mean: f64, variance: f64, n: f64) -> Option<Self> {
        (mean.is_finite() && variance >= 0.0 && variance.is_finite() && n > 0.0 && n.is_finite())
            .then_some(Self { mean, variance, n })
    }

    /// Number of responses.
    #[must_use]
    pub fn n(&self) -> f64 {
        self.n
    }

    /// The mean.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.mean
    }

    /// Variance of one response (divisor n - 1).
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// Standard error, the root of variance over n; `None` for `n` below 2, where the variance is not known.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        (self.n >= 2.0).then(|| libm::sqrt(self.variance / self.n))
    }

    /// The interval by name: `t` or `wald`; `None` for other methods and for `n` below 2.
    /// [`mean_bayes`] needs the counts per point.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, MeanSample};
    /// let effort = MeanSample::new(5.0, 7.0, 3.0).unwrap();
    /// let interval = |method| effort.interval(method, Confidence::default());
    /// assert_eq!(interval(IntervalMethod::T), effort.t(Confidence::default()));
    /// assert!(interval(IntervalMethod::Score).is_none());
    /// ```
    #[must_use]
    pub fn interval(&self, method: IntervalMethod, confidence: Confidence) -> Option<Interval> {
        match method {
            IntervalMethod::T => self.t(confidence),
            IntervalMethod::Wald => self.wald(confidence),
            _ => None,
        }
    }

    /// Student's t interval with n - 1 degrees of freedom; `None` for `n` below 2.
    #[must_use]
    pub fn t(&self, confidence: Confidence) -> Option<Interval> {
        Interval::t(self.mean, self.standard_error()?, self.n - 1.0, confidence)
    }

    /// Mean ± z standard errors; `None` for `n` below 2.
    ///
    /// ```
    /// use heedful::stats::{Confidence, MeanSample};
    /// let interval = MeanSample::new(5.0, 7.0, 28.0).unwrap().wald(Confidence::default()).unwrap();
    /// assert!((interval.upper - 5.979_982).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn wald(&self, confidence: Confidence) -> Option<Interval> {
        Interval::wald(self.mean, self.standard_error()?, confidence)
    }
}

/// Credible interval for the mean of a scale's points, from counts per point.
///
/// The shares of the points have a Dirichlet posterior (counts plus `prior` per point; Jeffreys: 1/2). Its exact
/// mean and variance of the scale mean are matched by a beta distribution on the range of the points, whose
/// equal-tailed quantiles are returned.
///
/// `None` unless `points` and `counts` have the same length, the points are finite and at least two differ,
/// counts are finite and not negative, and `prior` is positive and finite.
///
/// ```
/// use heedful::stats::{Confidence, interval::mean_bayes};
/// let csat = mean_bayes(&[1.0, 2.0, 3.0, 4.0, 5.0], &[0.0, 1.0, 2.0, 9.0, 8.0], 0.5, Confidence::default());
/// let csat = csat.unwrap();
/// assert!(csat.lower > 3.5 && csat.upper < 4.6);
/// ```
#[must_use]
pub fn mean_bayes(
    points: &[f64],
    counts: &[f64],
    prior: f64,
    confidence: Confidence,
) -> Option<Interval> {
    let posterior = MeanPosterior::new(points, counts, prior)?;
    let MeanPosterior { low, range, a, b, .. } = posterior;
    let tail = confidence.tail();
    let bounds =
        (low + range * beta_quantile(tail, a, b), low + range * beta_quantile(1.0 - tail, a, b));
    Some(Interval::new(bounds, confidence, IntervalMethod::Bayes))
}

/// The posterior of the mean of a scale's points, as [`mean_bayes`] has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MeanPosterior {
    low: f64,
    range: f64,
    /// The shapes of the beta distribution on the range of the points.
    a: f64,
    b: f64,
    /// Exact, in points.
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl MeanPosterior {
    /// `None` as for [`mean_bayes`].
    pub(crate) fn new(points: &[f64], counts: &[f64], prior: f64) -> Option<Self> {
        let valid = points.len() == counts.len()
            && points.iter().all(|v| v.is_finite())
            && counts.iter().all(|v| *v >= 0.0 && v.is_finite())
            && prior > 0.0
            && prior.is_finite();
        if !valid {
            return None;
        }
        let low = points.iter().copied().fold(f64::INFINITY, f64::min);
        let range = points.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low;
        if !(range > 0.0 && range.is_finite()) {
            return None;
        }
        let posterior = || {
            points.iter().zip(counts).map(|(point, count)| ((point - low) / range, count + prior))
        };
        let total: f64 = posterior().map(|(_, weight)| weight).sum();
        let mean = posterior().map(|(x, weight)| x * weight).sum::<f64>() / total;
        let spread =
            posterior().map(|(x, weight)| (x - mean) * (x - mean) * weight).sum::<f64>() / total;
        // mean (1 - mean) >= spread on 0..1, so the size is at least that of the Dirichlet.
        let size = mean * (1.0 - mean) * (total + 1.0) / spread - 1.0;
        Some(Self {
            low,
            range,
            a: mean * size,
            b: (1.0 - mean) * size,
            mean: low + range * mean,
            variance: range * range * spread / (total + 1.0),
        })
    }

    /// The probabilities that the mean is at most, and above, a level.
    pub(crate) fn tails(&self, level: f64) -> (f64, f64) {
        let below = (level - self.low) / self.range;
        let above = (self.low + self.range - level) / self.range;
        beta_tails(self.a, self.b, below, above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_interval_agrees_with_r_4_2_2() {
        // t.test(c(7, 6, 2)): mean 5, half width qt(.975, 2) * sqrt(7 / 3) = 4.30265272974946 * 1.527525.
        let i = MeanSample::new(5.0, 7.0, 3.0).unwrap().t(Confidence::default()).unwrap();
        let half = 4.30265272974946 * (7.0_f64 / 3.0).sqrt();
        assert!((i.lower - (5.0 - half)).abs() < 1e-13 && (i.upper - (5.0 + half)).abs() < 1e-13);
    }

    #[test]
    fn one_response_has_no_interval() {
        let one = MeanSample::new(5.0, 0.0, 1.0).unwrap();
        assert_eq!(one.standard_error(), None);
        assert_eq!(one.t(Confidence::default()), None);
        assert_eq!(one.wald(Confidence::default()), None);
        assert!(MeanSample::new(5.0, f64::NAN, 2.0).is_none());
        assert!(MeanSample::new(5.0, 1.0, 0.0).is_none());
    }

    #[test]
    fn two_points_give_the_exact_beta_posterior() {
        let c = Confidence::default();
        let mean = mean_bayes(&[0.0, 1.0], &[7.0, 3.0], 0.5, c).unwrap();
        let exact = super::super::ProportionSample::new(3.0, 10.0).unwrap().bayes([0.5; 2], c);
        let exact = exact.unwrap();
        assert!((mean.lower - exact.lower).abs() < 1e-14);
        assert!((mean.upper - exact.upper).abs() < 1e-14);
    }

    #[test]
    fn posterior_of_a_mean_refuses_nonsense() {
        let c = Confidence::default();
        assert!(mean_bayes(&[1.0, 1.0], &[1.0, 1.0], 0.5, c).is_none());
        assert!(mean_bayes(&[1.0], &[1.0], 0.5, c).is_none());
        assert!(mean_bayes(&[], &[], 0.5, c).is_none());
        assert!(mean_bayes(&[0.0, 1.0], &[1.0], 0.5, c).is_none());
        assert!(mean_bayes(&[0.0, 1.0], &[1.0, -1.0], 0.5, c).is_none());
        assert!(mean_bayes(&[0.0, 1.0], &[1.0, 1.0], 0.0, c).is_none());
        assert!(mean_bayes(&[0.0, f64::NAN], &[1.0, 1.0], 0.5, c).is_none());
    }
}
