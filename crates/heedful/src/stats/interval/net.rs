//! Intervals of a net score: share of positive less share of negative responses.

use super::posterior::NetPosterior;
use super::{Confidence, Interval, IntervalMethod};
use crate::stats::root::bracketed;

/// Counts of negative, neutral and positive responses; they may be fractional (effective counts of a weighted
/// sample). The net is on the scale -1 to 1.
///
/// ```
/// use heedful::stats::{Confidence, NetSample};
/// let sample = NetSample::new(15.0, 25.0, 60.0).unwrap();
/// assert_eq!(sample.value(), 0.45);
/// let interval = sample.score(Confidence::default());
/// assert!((interval.lower - 0.292569).abs() < 1e-6);
/// assert!((interval.upper - 0.581257).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetSample {
    negative: f64,
    neutral: f64,
    positive: f64,
}

impl NetSample {
    /// Methods that [`interval`](Self::interval) knows.
    ///
    /// ```
    /// use heedful::stats::{Confidence, NetSample};
    /// let sample = NetSample::new(15.0, 25.0, 60.0).unwrap();
    /// for method in NetSample::METHODS {
    ///     let interval = sample.interval(*method, Confidence::default()).unwrap();
    ///     assert!(interval.contains(0.45) && (0.28..0.31).contains(&interval.width()));
    /// }
    /// ```
    pub const METHODS: &[IntervalMethod] = &[
        IntervalMethod::Score,
        IntervalMethod::AdjustedWald,
        IntervalMethod::Wald,
        IntervalMethod::Bayes,
    ];

    /// `None` unless all counts are finite and not negative and their sum is positive and finite.
    ///
    /// ```
    /// use heedful::stats::NetSample;
    /// let sample = NetSample::new(15.0, 25.0, 60.0).unwrap();
    /// assert_eq!((sample.n(), sample.value()), (100.0, 0.45));
    /// assert!((sample.variance() - 0.5475).abs() < 1e-12 && (sample.standard_error() - 0.073_993).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn new(negative: f64, neutral: f64, positive: f64) -> Option<Self> {
        let n = negative + neutral + positive;
        (negative >= 0.0 && neutral >= 0.0 && positive >= 0.0 && n > 0.0 && n.is_finite())
            .then_some(Self { negative, neutral, positive })
    }

    /// Number of responses.
    #[must_use]
    pub fn n(&self) -> f64 {
        // Added in an order that is the same for the mirrored sample.
        (self.negative + self.positive) + self.neutral
    }

    /// The net, -1 to 1.
    #[must_use]
    pub fn value(&self) -> f64 {
        (self.positive - self.negative) / self.n()
    }

    /// Variance of one response, p₊ + p₋ - (p₊ - p₋)² (divisor n).
    #[must_use]
    pub fn variance(&self) -> f64 {
        let n = self.n();
        let (minus, zero, plus) = (self.negative / n, self.neutral / n, self.positive / n);
        // The same without cancellation.
        zero * (minus + plus) + 4.0 * minus * plus
    }

    /// Standard error, the root of variance over n.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.variance() / self.n())
    }

    /// The interval by name; `None` for a method that is not in [`METHODS`](Self::METHODS). Bayes takes
    /// Jeffreys' prior.
    #[must_use]
    pub fn interval(&self, method: IntervalMethod, confidence: Confidence) -> Option<Interval> {
        match method {
            IntervalMethod::Score => Some(self.score(confidence)),
            IntervalMethod::AdjustedWald => Some(self.adjusted_wald(confidence)),
            IntervalMethod::Wald => Some(self.wald(confidence)),
            IntervalMethod::Bayes => self.bayes([0.5; 3], confidence),
            IntervalMethod::T | IntervalMethod::Bootstrap | IntervalMethod::Hall => None,
        }
    }

    /// Tango's score interval: every net that the score test at the constrained maximum likelihood does not
    /// reject (T. Tango, "Equivalence test and confidence interval for the difference in proportions for the
    /// paired-sample design", Statistics in Medicine 17, 1998; the difference of two paired proportions is a
    /// net of three bands). Has width for unanimous samples and never leaves -1..1.
    ///
    /// ```
    /// use heedful::stats::{Confidence, NetSample};
    /// let interval = NetSample::new(15.0, 25.0, 60.0).unwrap().score(Confidence::default());
    /// assert!((interval.lower - 0.292_569).abs() < 1e-6 && (interval.upper - 0.581_257).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn score(&self, confidence: Confidence) -> Interval {
        Interval::new(self.score_bounds(confidence.z()), confidence, IntervalMethod::Score)
    }

    /// Tango's bounds at a normal quantile `z` >= 0.
    pub(crate) fn score_bounds(&self, z: f64) -> (f64, f64) {
        (self.score_lower(z), -self.mirrored().score_lower(z))
    }

    fn mirrored(&self) -> Self {
        Self { negative: self.positive, neutral: self.neutral, positive: self.negative }
    }

    fn score_lower(&self, z: f64) -> f64 {
        let (n, value) = (self.n(), self.value());
        if value <= -1.0 {
            return -1.0;
        }
        // Unanimous samples, where the variance at the estimate is 0, have closed forms.
        if value >= 1.0 {
            return (n - z * z) / (n + z * z);
        }
        if self.positive + self.negative <= 0.0 {
            return -z * z / (n + z * z);
        }
        let root_n = libm::sqrt(n);
        bracketed(-1.0, value, |net| {
            (value - net) * root_n - z * libm::sqrt(self.constrained_variance(net))
        })
        .min(value)
    }

    /// Variance of one response at the shares of greatest likelihood among those whose net is `net`.
    pub(crate) fn constrained_variance(&self, net: f64) -> f64 {
        if net < 0.0 {
            return self.mirrored().constrained_variance(-net);
        }
        let n = self.n();
        let (minus, plus) = (self.negative / n, self.positive / n);
        // The constrained share of negatives is the positive root of 2 q² + b q - c = 0 (Tango's formula 10,
        // divided by n), written without cancellation.
        let b = (2.0 - plus + minus) * net - (plus + minus);
        let c = minus * net * (1.0 - net);
        let root = libm::sqrt(b * b + 8.0 * c);
        let q = if b > 0.0 { 2.0 * c / (root + b) } else { 0.25 * (root - b) };
        2.0 * q + net * (1.0 - net)
    }

    /// Adjusted Wald: Wald after adding 3/4 negative, 3/2 neutral and 3/4 positive responses, cut to -1..1
    /// (B. Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70, 2016).
    ///
    /// ```
    /// use heedful::stats::{Confidence, NetSample};
    /// let interval = NetSample::new(15.0, 25.0, 60.0).unwrap().adjusted_wald(Confidence::default());
    /// assert!((interval.lower - 0.293_431).abs() < 1e-6 && (interval.upper - 0.580_355).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn adjusted_wald(&self, confidence: Confidence) -> Interval {
        let (lower, upper) = self.adjusted().wald_bounds(confidence);
        Interval::new((lower.max(-1.0), upper.min(1.0)), confidence, IntervalMethod::AdjustedWald)
    }

    pub(crate) fn adjusted(&self) -> Self {
        Self {
            negative: self.negative + 0.75,
            neutral: self.neutral + 1.5,
            positive: self.positive + 0.75,
        }
    }

    /// Wald's interval, not cut to -1..1.
    ///
    /// ```
    /// use heedful::stats::{Confidence, NetSample};
    /// let interval = NetSample::new(15.0, 25.0, 60.0).unwrap().wald(Confidence::default());
    /// assert!((interval.lower - 0.304_976).abs() < 1e-6 && (interval.upper - 0.595_024).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn wald(&self, confidence: Confidence) -> Interval {
        Interval::new(self.wald_bounds(confidence), confidence, IntervalMethod::Wald)
    }

    /// Equal-tailed credible interval of the net under a Dirichlet `prior` ([negative, neutral, positive];
    /// Jeffreys: 1/2 each). The posterior of p₊ - p₋ is integrated numerically, to about 1e-11; a call takes
    /// milliseconds, and longer as the root of n for very large samples. `None` unless the prior is finite and
    /// not negative and the posterior counts are positive.
    ///
    /// ```
    /// use heedful::stats::{Confidence, NetSample};
    /// // Without responses and with a flat prior the net is triangular.
    /// let interval = NetSample::new(0.0, 0.0, 1.0).unwrap().bayes([0.5; 3], Confidence::default()).unwrap();
    /// assert!(interval.lower > -1.0 && interval.upper < 1.0);
    /// ```
    #[must_use]
    pub fn bayes(&self, prior: [f64; 3], confidence: Confidence) -> Option<Interval> {
        let [negative, neutral, positive] = prior;
        let (a, b, c) =
            (self.negative + negative, self.neutral + neutral, self.positive + positive);
        let valid = prior.iter().all(|v| *v >= 0.0 && v.is_finite());
        if !(valid && a > 0.0 && b > 0.0 && c > 0.0) {
            return None;
        }
        // The upper end by the mirrored posterior, so that mirrored samples have mirrored intervals.
        let lower = NetPosterior::new(a, b, c).quantile(confidence.tail());
        let upper = -NetPosterior::new(c, b, a).quantile(confidence.tail());
        Some(Interval::new((lower, upper), confidence, IntervalMethod::Bayes))
    }

    fn wald_bounds(&self, confidence: Confidence) -> (f64, f64) {
        let half = confidence.z() * self.standard_error();
        (self.value() - half, self.value() + half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(negative: f64, neutral: f64, positive: f64) -> NetSample {
        NetSample::new(negative, neutral, positive).unwrap()
    }

    #[track_caller]
    fn close(interval: Interval, lower: f64, upper: f64, tolerance: f64) {
        let error = (interval.lower - lower).abs().max((interval.upper - upper).abs());
        assert!(error <= tolerance, "{interval:?} is not {lower}..{upper}");
    }

    #[test]
    fn reproduces_the_check_vectors() {
        let c = Confidence::default();
        let half = 5.1e-7;
        close(sample(15.0, 25.0, 60.0).score(c), 0.292569, 0.581257, half);
        close(sample(15.0, 25.0, 60.0).adjusted_wald(c), 0.293431, 0.580355, half);
        close(sample(15.0, 25.0, 60.0).wald(c), 0.304976, 0.595024, half);
        close(sample(0.0, 2.0, 8.0).score(c), 0.300441, 0.943318, half);
        close(sample(0.0, 0.0, 10.0).score(c), 0.444934, 1.0, half);
        assert_eq!(sample(0.0, 0.0, 10.0).score(c).upper, 1.0);
    }

    /// Tango's interval again, slowly and sharing no code: the constrained likelihood is maximised by
    /// golden-section search over the share of negatives, the acceptance region scanned from the outside.
    mod twin {
        pub(super) fn variance(counts: [f64; 3], net: f64) -> f64 {
            let [minus, zero, plus] = counts;
            let log_term =
                |count: f64, p: f64| if count > 0.0 { count * p.max(0.0).ln() } else { 0.0 };
            let likelihood = |q: f64| {
                log_term(minus, q) + log_term(plus, q + net) + log_term(zero, 1.0 - net - 2.0 * q)
            };
            let (mut low, mut high) = ((-net).max(0.0), 0.5 * (1.0 - net));
            let golden = 0.5 * (5f64.sqrt() - 1.0);
            for _ in 0..200 {
                let (a, b) = (high - golden * (high - low), low + golden * (high - low));
                if likelihood(a) < likelihood(b) { low = a } else { high = b }
            }
            let q = 0.5 * (low + high);
            q + q + net - net * net
        }

        pub(super) fn accepts(counts: [f64; 3], net: f64, z: f64) -> bool {
            let n: f64 = counts.iter().sum();
            let distance = (counts[2] - counts[0]) / n - net;
            distance * distance * n <= z * z * variance(counts, net).max(0.0)
        }

        /// The outermost accepted values of a grid, refined by bisection.
        pub(super) fn bounds(counts: [f64; 3], z: f64) -> (f64, f64) {
            let n: f64 = counts.iter().sum();
            let value = (counts[2] - counts[0]) / n;
            let end = |from: f64| {
                let steps = 2000;
                let at = |i: i32| from + (value - from) * f64::from(i) / f64::from(steps);
                let first = (0..=steps).find(|i| accepts(counts, at(*i), z)).unwrap_or(steps);
                if first == 0 {
                    return from;
                }
                let (mut outside, mut inside) = (at(first - 1), at(first));
                for _ in 0..60 {
                    let middle = 0.5 * (outside + inside);
                    if accepts(counts, middle, z) { inside = middle } else { outside = middle }
                }
                inside
            };
            (end(-1.0), end(1.0))
        }
    }

    #[test]
    fn score_agrees_with_the_slow_twin() {
        let c = Confidence::default();
        for counts in [
            [15.0, 25.0, 60.0],
            [0.0, 2.0, 8.0],
            [3.0, 0.0, 4.0],
            [1.0, 1.0, 1.0],
            [0.0, 1.0, 0.5],
            [2.5, 7.25, 0.0],
            [1.0, 0.0, 199.0],
            [5.0, 490.0, 5.0],
        ] {
            let [negative, neutral, positive] = counts;
            let (lower, upper) = twin::bounds(counts, c.z());
            close(sample(negative, neutral, positive).score(c), lower, upper, 2e-7);
        }
    }

    #[test]
    fn rejects_exactly_outside_the_interval() {
        // The statistic crosses z once on either side, so that the interval is all of what is accepted.
        let z = Confidence::default().z();
        for a in 0..8 {
            for b in 0..8 {
                for c in 0..8 {
                    let Some(s) = NetSample::new(f64::from(a), f64::from(b), f64::from(c)) else {
                        continue;
                    };
                    let (lower, upper) = s.score_bounds(z);
                    for i in -99..100 {
                        let net = f64::from(i) / 100.0;
                        let statistic = (s.value() - net).abs() * s.n().sqrt()
                            / s.constrained_variance(net).sqrt();
                        let inside = lower <= net && net <= upper;
                        // At the estimate itself a unanimous sample gives 0/0, which is accepted.
                        assert_eq!(inside, !(statistic > z), "{s:?} {net} {lower} {upper}");
                    }
                }
            }
        }
    }

    #[test]
    fn never_fails_whatever_the_counts() {
        let counts = [0.0, 1e-300, 1e-9, 0.3, 1.0, 2.7, 1e3, 1e9, 1e15];
        for level in [1e-9, 0.5, 0.95, 1.0 - 1e-15] {
            let confidence = Confidence::new(level).unwrap();
            for a in counts {
                for b in counts {
                    for c in counts {
                        let Some(s) = NetSample::new(a, b, c) else { continue };
                        let i = s.score(confidence);
                        assert!(
                            -1.0 <= i.lower
                                && i.lower <= s.value()
                                && s.value() <= i.upper
                                && i.upper <= 1.0,
                            "{s:?} {i:?}"
                        );
                        let mirror = s.mirrored().score(confidence);
                        assert_eq!((mirror.lower, mirror.upper), (-i.upper, -i.lower));
                        for i in [s.adjusted_wald(confidence), s.wald(confidence)] {
                            assert!(i.lower <= i.upper, "{s:?} {i:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn large_samples_approach_wald() {
        let s = sample(2e8, 3e8, 5e8);
        let (score, wald) = (s.score(Confidence::default()), s.wald(Confidence::default()));
        assert!((score.lower - wald.lower).abs() < 1e-8 && (score.upper - wald.upper).abs() < 1e-8);
        assert!(score.width() > 9e-5);
    }

    #[test]
    fn wald_agrees_with_r_4_2_2() {
        let Some(r) = crate::stats::testing::reference("nps.json") else { return };
        for case in r["one_sample"].as_array().unwrap() {
            let number = |key: &str| case[key].as_f64().unwrap();
            let s = sample(number("detractors"), number("passives"), number("promoters"));
            assert!((s.value() - number("nps")).abs() < 1e-14);
            assert!((s.variance() - number("var")).abs() < 1e-14);
            assert!((s.standard_error() - number("se")).abs() < 1e-14);
            for (level, key) in [(0.95, "test95"), (0.9, "test90")] {
                let [lower, upper] = ["lower", "upper"].map(|end| case[key][end].as_f64().unwrap());
                close(s.wald(Confidence::new(level).unwrap()), lower, upper, 1e-13);
            }
        }
    }

    /// Exact coverage at 95 % for every trinomial of whole twentieths with all shares at least .05.
    fn coverage(n: u32) -> Vec<([f64; 3], f64)> {
        let mut outcomes = Vec::new();
        // Paths to an outcome are counted by adding one response at a time.
        let mut ways = std::collections::BTreeMap::from([((0, 0), 1.0)]);
        for _ in 0..n {
            let mut next = std::collections::BTreeMap::new();
            for ((a, c), count) in ways {
                for to in [(a + 1, c), (a, c + 1), (a, c)] {
                    *next.entry(to).or_insert(0.0) += count;
                }
            }
            ways = next;
        }
        for ((a, c), count) in ways {
            let b = n - a - c;
            let interval =
                sample(f64::from(a), f64::from(b), f64::from(c)).score(Confidence::default());
            outcomes.push(([a, b, c].map(u32::cast_signed), count, interval));
        }
        let mut result = Vec::new();
        for i in 1..19 {
            for j in 1..(20 - i) {
                let shares = [i, j, 20 - i - j].map(|part| f64::from(part) / 20.0);
                let net = shares[2] - shares[0];
                let covered = outcomes
                    .iter()
                    .filter(|(_, _, i)| i.lower <= net + 1e-12 && net - 1e-12 <= i.upper)
                    .map(|(counts, ways, _)| {
                        ways * (0..3).map(|k| shares[k].powi(counts[k])).product::<f64>()
                    })
                    .sum();
                result.push((shares, covered));
            }
        }
        result
    }

    #[test]
    fn covers_as_promised_in_small_samples() {
        let mut all = Vec::new();
        for n in [5, 10, 20, 30] {
            let cells = coverage(n);
            assert_eq!(cells.len(), 171);
            for (shares, covered) in cells {
                assert!(covered >= 0.915, "n {n} {shares:?}: {covered}");
                all.push(covered);
            }
        }
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        assert!((0.945..=0.965).contains(&mean), "{mean}");
    }

    #[test]
    fn refuses_impossible_counts() {
        for (a, b, c) in [(0.0, 0.0, 0.0), (-1.0, 2.0, 3.0), (f64::NAN, 1.0, 1.0)] {
            assert!(NetSample::new(a, b, c).is_none());
        }
        assert!(NetSample::new(f64::INFINITY, 1.0, 1.0).is_none());
        assert!(sample(1.0, 1.0, 1.0).interval(IntervalMethod::T, Confidence::default()).is_none());
    }
}
