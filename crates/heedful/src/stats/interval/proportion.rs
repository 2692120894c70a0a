//! Intervals of a proportion.

use super::{Confidence, Interval, IntervalMethod};
use crate::stats::distribution::beta_quantile;

/// Successes among trials; counts may be fractional (effective counts of a weighted sample).
///
/// ```
/// use heedful::stats::{Confidence, ProportionSample};
/// let top_box = ProportionSample::new(45.0, 100.0).unwrap();
/// let wilson = top_box.score(Confidence::default());
/// assert!((wilson.lower - 0.35614).abs() < 1e-5 && (wilson.upper - 0.54755).abs() < 1e-5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionSample {
    successes: f64,
    n: f64,
}

impl ProportionSample {
    /// Methods that [`interval`](Self::interval) knows.
    ///
    /// ```
    /// use heedful::stats::{Confidence, ProportionSample};
    /// let sample = ProportionSample::new(70.0, 100.0).unwrap();
    /// for method in ProportionSample::METHODS {
    ///     let interval = sample.interval(*method, Confidence::default()).unwrap();
    ///     assert!(interval.contains(0.7) && (0.17..0.19).contains(&interval.width()));
    /// }
    /// ```
    pub const METHODS: &[IntervalMethod] = &[
        IntervalMethod::Score,
        IntervalMethod::AdjustedWald,
        IntervalMethod::Wald,
        IntervalMethod::Bayes,
    ];

    /// `None` unless 0 <= `successes` <= `n`, with `n` positive and finite.
    ///
    /// ```
    /// use heedful::stats::ProportionSample;
    /// let sample = ProportionSample::new(70.0, 100.0).unwrap();
    /// assert_eq!((sample.n(), sample.value()), (100.0, 0.7));
    /// assert!((sample.variance() - 0.21).abs() < 1e-12 && (sample.standard_error() - 0.045_826).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn new(successes: f64, n: f64) -> Option<Self> {
        (successes >= 0.0 && successes <= n && n > 0.0 && n.is_finite())
            .then_some(Self { successes, n })
    }

    /// Number of trials.
    #[must_use]
    pub fn n(&self) -> f64 {
        self.n
    }

    /// The proportion, 0 to 1.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.successes / self.n
    }

    /// Variance of one response, p (1 - p) (divisor n).
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.value() * (self.n - self.successes) / self.n
    }

    /// Standard error, the root of variance over n.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.variance() / self.n)
    }

    /// The interval by name; `None` for a method that is not in [`METHODS`](Self::METHODS). Bayes takes
    /// Jeffreys' prior.
    #[must_use]
    pub fn interval(&self, method: IntervalMethod, confidence: Confidence) -> Option<Interval> {
        match method {
            IntervalMethod::Score => Some(self.score(confidence)),
            IntervalMethod::AdjustedWald => Some(self.adjusted_wald(confidence)),
            IntervalMethod::Wald => Some(self.wald(confidence)),
            IntervalMethod::Bayes => self.bayes([0.5; 2], confidence),
            IntervalMethod::T | IntervalMethod::Bootstrap | IntervalMethod::Hall => None,
        }
    }

    /// Wilson's score interval (Wilson 1927), without continuity correction.
    ///
    /// ```
    /// use heedful::stats::{Confidence, ProportionSample};
    /// let interval = ProportionSample::new(70.0, 100.0).unwrap().score(Confidence::default());
    /// assert!((interval.lower - 0.604_152).abs() < 1e-6 && (interval.upper - 0.781_051).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn score(&self, confidence: Confidence) -> Interval {
        Interval::new(self.score_bounds(confidence.z()), confidence, IntervalMethod::Score)
    }

    /// Wilson's bounds at a normal quantile.
    pub(crate) fn score_bounds(&self, z: f64) -> (f64, f64) {
        let failures = self.n - self.successes;
        let (p, q) = (self.value(), failures / self.n);
        let k = z * z / self.n;
        let root = libm::sqrt(k * (k + 4.0 * p * q));
        // Each end is computed without a difference of near-equal terms.
        let larger = (2.0 * p + k + root) / (2.0 * (1.0 + k));
        let lower = if p > 0.0 { (p / larger * p / (1.0 + k)).min(p) } else { 0.0 };
        let upper = if failures > 0.0 { larger.clamp(p, 1.0) } else { 1.0 };
        (lower, upper)
    }

    /// Agresti and Coull's interval (1998): Wald after adding z²/2 successes and as many failures, cut to 0..1.
    ///
    /// ```
    /// use heedful::stats::{Confidence, ProportionSample};
    /// let interval = ProportionSample::new(70.0, 100.0).unwrap().adjusted_wald(Confidence::default());
    /// // In the middle of Wilson's interval, and a little wider.
    /// assert!((interval.lower - 0.604).abs() < 1e-3 && (interval.upper - 0.781).abs() < 1e-3);
    /// assert!(interval.width() > ProportionSample::new(70.0, 100.0).unwrap().score(Confidence::default()).width());
    /// ```
    #[must_use]
    pub fn adjusted_wald(&self, confidence: Confidence) -> Interval {
        let (value, standard_error) = self.adjusted(confidence.z());
        let half = confidence.z() * standard_error;
        let bounds = ((value - half).max(0.0), (value + half).min(1.0));
        Interval::new(bounds, confidence, IntervalMethod::AdjustedWald)
    }

    fn adjusted(&self, z: f64) -> (f64, f64) {
        let n = self.n + z * z;
        let p = (self.successes + 0.5 * z * z) / n;
        (p, libm::sqrt(p * (1.0 - p) / n))
    }

    /// Wald's interval, not cut to 0..1.
    ///
    /// ```
    /// use heedful::stats::{Confidence, ProportionSample};
    /// let interval = ProportionSample::new(70.0, 100.0).unwrap().wald(Confidence::default());
    /// assert!((interval.upper - 0.789_817).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn wald(&self, confidence: Confidence) -> Interval {
        let half = confidence.z() * self.standard_error();
        let bounds = (self.value() - half, self.value() + half);
        Interval::new(bounds, confidence, IntervalMethod::Wald)
    }

    /// Equal-tailed credible interval of the beta posterior under a beta `prior` ([successes, failures];
    /// Jeffreys: 1/2 each). `None` unless both posterior counts are positive and finite.
    ///
    /// ```
    /// use heedful::stats::{Confidence, ProportionSample};
    /// let even = ProportionSample::new(5.0, 10.0).unwrap().bayes([0.5; 2], Confidence::default()).unwrap();
    /// assert!((even.lower + even.upper - 1.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn bayes(&self, prior: [f64; 2], confidence: Confidence) -> Option<Interval> {
        let [a, b] = [self.successes + prior[0], self.n - self.successes + prior[1]];
        if !(prior.iter().all(|v| *v >= 0.0 && v.is_finite()) && a > 0.0 && b > 0.0) {
            return None;
        }
        let tail = confidence.tail();
        let bounds = (beta_quantile(tail, a, b), beta_quantile(1.0 - tail, a, b));
        Some(Interval::new(bounds, confidence, IntervalMethod::Bayes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confidence(level: f64) -> Confidence {
        Confidence::new(level).unwrap()
    }

    #[track_caller]
    fn close(interval: &Interval, lower: f64, upper: f64) {
        let error = (interval.lower - lower).abs().max((interval.upper - upper).abs());
        assert!(error < 1e-13, "{interval:?} is not {lower}..{upper}");
    }

    #[test]
    fn agrees_with_r_4_2_2() {
        // binom 1.1.1.1: binom.confint(1, 10) and (1, 10, .9); Jeffreys: qbeta(c(.025, .975), 1.5, 9.5).
        let sample = ProportionSample::new(1.0, 10.0).unwrap();
        close(&sample.score(confidence(0.95)), 0.0178762130950729, 0.404150026795238);
        close(&sample.score(confidence(0.90)), 0.0226349087308672, 0.347718667335858);
        close(&sample.adjusted_wald(confidence(0.95)), 0.0, 0.425967737394832);
        close(&sample.wald(confidence(0.95)), -0.0859385096913684, 0.285938509691368);
        let jeffreys = sample.bayes([0.5; 2], confidence(0.95)).unwrap();
        assert!(jeffreys.lower > 0.0110 && jeffreys.lower < 0.0111, "{jeffreys:?}");
        assert!(jeffreys.upper > 0.3813 && jeffreys.upper < 0.3814, "{jeffreys:?}");
    }

    #[test]
    fn agrees_with_every_number_in_the_reference_file() {
        let Some(r) = crate::stats::testing::reference("proportions.json") else { return };
        for case in r["one_sample"].as_array().unwrap() {
            let sample =
                ProportionSample::new(case["x"].as_f64().unwrap(), case["n"].as_f64().unwrap())
                    .unwrap();
            for (level, table) in [(0.95, "intervals95"), (0.9, "intervals90")] {
                let ends = |name: &str| {
                    let row = &case[table][name];
                    Some((row["lower"].as_f64()?, row["upper"].as_f64()?))
                };
                let (lower, upper) = ends("wilson").unwrap();
                close(&sample.score(confidence(level)), lower, upper);
                let (lower, upper) = ends("agresti-coull").unwrap();
                close(&sample.adjusted_wald(confidence(level)), lower.max(0.0), upper.min(1.0));
                if let Some((lower, upper)) = ends("asymptotic") {
                    close(&sample.wald(confidence(level)), lower, upper);
                }
            }
        }
    }

    #[test]
    fn ends_are_exact_and_intervals_hold_the_estimate() {
        for n in [0.3, 1.0, 7.5, 1e4, 1e9] {
            for share in [0.0, 1e-9, 0.2, 0.5, 0.999_999, 1.0] {
                let sample = ProportionSample::new(n * share, n).unwrap();
                for method in ProportionSample::METHODS {
                    let i = sample.interval(*method, Confidence::default()).unwrap();
                    assert!(i.lower <= i.upper, "{i:?}");
                }
                let i = sample.score(Confidence::default());
                assert!(i.lower >= 0.0 && i.upper <= 1.0 && i.contains(sample.value()), "{i:?}");
                assert_eq!(i.lower == 0.0, sample.successes == 0.0);
            }
            assert_eq!(
                ProportionSample::new(n, n).unwrap().score(Confidence::default()).upper,
                1.0
            );
        }
    }

    #[test]
    fn refuses_impossible_counts() {
        for (x, n) in [(0.0, 0.0), (2.0, 1.0), (-1.0, 3.0), (f64::NAN, 3.0), (1.0, f64::INFINITY)] {
            assert!(ProportionSample::new(x, n).is_none());
        }
        let sample = ProportionSample::new(0.0, 3.0).unwrap();
        assert!(sample.bayes([0.0, 1.0], Confidence::default()).is_none());
        assert!(sample.bayes([f64::NAN, 1.0], Confidence::default()).is_none());
    }
}
