//! Differences between two samples, and between a sample and a target, with interval and p-value.
//!
//! The p-value belongs to the interval: it is below 1 - confidence exactly when the interval leaves out 0.

use serde::Serialize;

use super::distribution::{normal_sf, t_sf};
use super::interval::{
    Confidence, Interval, IntervalMethod, MeanSample, NetSample, ProportionSample,
};
use super::root::bracketed;
use crate::base::config::stored;

/// A difference with how sure it is, on the scale of what was compared (a net: -2 to 2; its target: as the net).
///
/// ```
/// use heedful::stats::{Comparison, Confidence};
/// let difference = Comparison::wald(0.2, 0.1, Confidence::default()).unwrap();
/// assert!((difference.p_value.unwrap() - 0.0455).abs() < 1e-4); // two standard errors
/// assert!(!difference.interval.contains(0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// First less second, or value less target.
    pub difference: f64,
    /// Standard error of the difference from the samples' own variances.
    pub standard_error: f64,
    /// Interval of the difference.
    pub interval: Interval,
    /// Two-sided p-value of no difference; `None` where the method cannot say (no difference and a standard
    /// error of 0).
    pub p_value: Option<f64>,
    /// How interval and p-value were made.
    pub method: IntervalMethod,
}

stored!(Comparison { difference, standard_error, interval, p_value = None, method });

impl Comparison {
    /// Wald's test of any difference whose standard error is known (a weighted or clustered one, say). `None`
    /// unless the difference is finite and the standard error finite and not negative.
    ///
    /// ```
    /// use heedful::stats::{Comparison, Confidence};
    /// let change = Comparison::wald(0.45, 0.104283268073071, Confidence::default()).unwrap();
    /// assert!((change.p_value.unwrap() - 1.59480333414841e-5).abs() < 1e-16); // R's NPS 1.1
    /// ```
    #[must_use]
    pub fn wald(difference: f64, standard_error: f64, confidence: Confidence) -> Option<Self> {
        let interval = Interval::wald(difference, standard_error, confidence)?;
        let p_value = p_value(difference, standard_error, normal_sf);
        Some(Self { difference, standard_error, interval, p_value, method: IntervalMethod::Wald })
    }

    /// The t test of any difference whose standard error has `df` degrees of freedom. `None` as for
    /// [`wald`](Self::wald), or unless `df` is positive.
    ///
    /// ```
    /// use heedful::stats::{Comparison, Confidence};
    /// let test = Comparison::t(2.228_139, 1.0, 10.0, Confidence::default()).unwrap();
    /// assert!((test.p_value.unwrap() - 0.05).abs() < 1e-6); // tables of Student's t
    /// ```
    #[must_use]
    pub fn t(
        difference: f64,
        standard_error: f64,
        df: f64,
        confidence: Confidence,
    ) -> Option<Self> {
        let interval = Interval::t(difference, standard_error, df, confidence)?;
        let tail = |t| if df.is_finite() { t_sf(t, df) } else { normal_sf(t) };
        let p_value = p_value(difference, standard_error, tail);
        Some(Self { difference, standard_error, interval, p_value, method: IntervalMethod::T })
    }
}

fn p_value(difference: f64, standard_error: f64, tail: impl Fn(f64) -> f64) -> Option<f64> {
    let statistic = difference.abs() / standard_error;
    (!statistic.is_nan()).then(|| 2.0 * tail(statistic))
}

/// Degrees of freedom of a sum or difference of independent estimates, from each one's standard error and degrees
/// of freedom (Welch and Satterthwaite).
pub(crate) fn satterthwaite<const N: usize>(estimates: [(f64, f64); N]) -> f64 {
    let standard_error = libm::sqrt(estimates.iter().map(|(error, _)| error * error).sum());
    if !(standard_error > 0.0) {
        // Samples without variance: any number gives the same answer.
        return f64::INFINITY;
    }
    let share = |(error, df): (f64, f64)| {
        let part = error / standard_error;
        part * part * part * part / df
    };
    1.0 / estimates.map(share).iter().sum::<f64>()
}

/// Beyond this normal quantile a tail is smaller than any double.
const LARGEST_Z: f64 = 40.0;

/// MOVER, Newcombe's hybrid: the bounds of a difference from the bounds of its parts (R. G. Newcombe,
/// "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998,
/// method 10; Zou and Donner 2008 for parameters in general; G. Zou, W. Huang and X. Zhang, "A note on confidence
/// interval estimation for a linear function of binomial proportions", Computational Statistics and Data Analysis
/// 53, 2009, for any number of parts). Each part is a factor and an estimate; `bounds(z)` gives the parts' score
/// bounds.
pub(crate) fn mover<const N: usize>(
    parts: [(f64, f64); N],
    standard_error: f64,
    confidence: Confidence,
    bounds: impl Fn(f64) -> [(f64, f64); N],
) -> Comparison {
    let difference = parts.iter().map(|(factor, value)| factor * value).sum::<f64>();
    let reach = |z: f64, down: bool| {
        let each = parts.iter().zip(bounds(z)).map(|((factor, value), (lower, upper))| {
            let end = if down == (*factor > 0.0) { lower } else { upper };
            let part = factor * (value - end);
            part * part
        });
        libm::sqrt(each.sum())
    };
    by_reach(difference, standard_error, confidence, reach)
}

/// MOVER for a weight times a difference whose standard error (`deviation`) is known from elsewhere, since the weight is
/// random as well, or the parts are not independent. What that error holds beyond the two parts' own is added on either
/// side; what it lacks is their correlation, with which their reaches are combined (Zou and Donner 2008). Each part is an
/// estimate and its standard error.
pub(crate) fn mover_times(
    weight: f64,
    [first, second]: [(f64, f64); 2],
    deviation: f64,
    confidence: Confidence,
    bounds: impl Fn(f64) -> [(f64, f64); 2],
) -> Comparison {
    let own = weight * weight * (first.1 * first.1 + second.1 * second.1);
    let beyond = deviation * deviation - own;
    let both = 2.0 * weight * weight * first.1 * second.1;
    let correlation = if both > 0.0 { (-beyond / both).clamp(0.0, 1.0) } else { 0.0 };
    let reach = |z: f64, down: bool| {
        let [a, b] = bounds(z);
        let (a, b) =
            if down { (first.0 - a.0, b.1 - second.0) } else { (a.1 - first.0, second.0 - b.0) };
        let parts = weight * weight * (a * a + b * b - 2.0 * correlation * a * b);
        libm::sqrt((parts + z * z * beyond.max(0.0)).max(0.0))
    };
    by_reach(weight * (first.0 - second.0), deviation, confidence, reach)
}

/// A difference from how far its interval reaches at a normal quantile, down (`true`) or up, and the p-value that
/// belongs to it.
fn by_reach(
    difference: f64,
    standard_error: f64,
    confidence: Confidence,
    reach: impl Fn(f64, bool) -> f64,
) -> Comparison {
    let below = |z| reach(z, true);
    let above = |z| reach(z, false);
    let z = confidence.z();
    let interval = Interval::new(
        (difference - below(z), difference + above(z)),
        confidence,
        IntervalMethod::Score,
    );
    // The z at which the interval's end reaches 0.
    let reaches = |reach: &dyn Fn(f64) -> f64| {
        if reach(LARGEST_Z) <= difference.abs() {
            return f64::INFINITY;
        }
        bracketed(0.0, LARGEST_Z, |z| reach(z) - difference.abs())
    };
    let statistic = if difference > 0.0 {
        reaches(&below)
    } else if difference < 0.0 {
        reaches(&above)
    } else {
        0.0
    };
    let p_value = Some(2.0 * normal_sf(statistic));
    Comparison { difference, standard_error, interval, p_value, method: IntervalMethod::Score }
}

/// A sample against a target: `interval` is the sample's own, `statistic` the normal one that it inverts.
fn against(
    value: f64,
    target: f64,
    standard_error: f64,
    interval: Interval,
    statistic: f64,
) -> Comparison {
    let interval =
        Interval { lower: interval.lower - target, upper: interval.upper - target, ..interval };
    // 0/0: at an estimate with no variance, which its own interval holds at every confidence.
    let p_value = if statistic.is_nan() { 1.0 } else { 2.0 * normal_sf(statistic.abs()) };
    let (difference, method) = (value - target, interval.method);
    Comparison { difference, standard_error, interval, p_value: Some(p_value), method }
}

impl NetSample {
    /// This net less another one: `score` (the default choice; MOVER of the two Tango intervals) or `wald`;
    /// `None` for other methods.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, NetSample};
    /// let now = NetSample::new(12.0, 31.0, 57.0).unwrap();
    /// let before = NetSample::new(30.0, 40.0, 30.0).unwrap();
    /// let change = now.compare(&before, IntervalMethod::Score, Confidence::default()).unwrap();
    /// assert_eq!(change.difference, 0.45);
    /// assert!(change.interval.lower > 0.0 && change.p_value.unwrap() < 1e-4);
    /// ```
    #[must_use]
    pub fn compare(
        &self,
        other: &Self,
        method: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Comparison> {
        let standard_error = libm::hypot(self.standard_error(), other.standard_error());
        let parts = [(1.0, self.value()), (-1.0, other.value())];
        match method {
            IntervalMethod::Score => Some(mover(parts, standard_error, confidence, |z| {
                [self.score_bounds(z), other.score_bounds(z)]
            })),
            IntervalMethod::Wald => {
                Comparison::wald(self.value() - other.value(), standard_error, confidence)
            }
            _ => None,
        }
    }

    /// This net less a target in -1..1: `score` (Tango's test), `adjusted_wald` or `wald`; `None` for other
    /// methods and for a target outside -1..1.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, NetSample};
    /// let sample = NetSample::new(15.0, 25.0, 60.0).unwrap();
    /// let test = sample.compare_to_target(0.3, IntervalMethod::Score, Confidence::default()).unwrap();
    /// assert!((test.difference - 0.15).abs() < 1e-12 && test.interval.lower < 0.0);
    /// ```
    #[must_use]
    pub fn compare_to_target(
        &self,
        target: f64,
        method: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Comparison> {
        if !(target.abs() <= 1.0) {
            return None;
        }
        let (value, standard_error) = (self.value(), self.standard_error());
        match method {
            IntervalMethod::Score => {
                let under_target = libm::sqrt(self.constrained_variance(target) / self.n());
                let statistic = (value - target) / under_target;
                let interval = self.score(confidence);
                Some(against(value, target, standard_error, interval, statistic))
            }
            IntervalMethod::AdjustedWald => {
                let adjusted = self.adjusted();
                let statistic = (adjusted.value() - target) / adjusted.standard_error();
                let interval = self.adjusted_wald(confidence);
                Some(against(value, target, standard_error, interval, statistic))
            }
            IntervalMethod::Wald => Comparison::wald(value - target, standard_error, confidence),
            _ => None,
        }
    }
}

impl ProportionSample {
    /// This proportion less another one: `score` (the default choice; Newcombe's hybrid of the two Wilson
    /// intervals) or `wald` (unpooled variance); `None` for other methods.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, ProportionSample};
    /// let sample = |successes| ProportionSample::new(successes, 100.0).unwrap();
    /// let test = sample(70.0).compare(&sample(50.0), IntervalMethod::Score, Confidence::default()).unwrap();
    /// assert!((test.difference - 0.2).abs() < 1e-12 && test.p_value.unwrap() < 0.01);
    /// ```
    #[must_use]
    pub fn compare(
        &self,
        other: &Self,
        method: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Comparison> {
        let standard_error = libm::hypot(self.standard_error(), other.standard_error());
        let parts = [(1.0, self.value()), (-1.0, other.value())];
        match method {
            IntervalMethod::Score => Some(mover(parts, standard_error, confidence, |z| {
                [self.score_bounds(z), other.score_bounds(z)]
            })),
            IntervalMethod::Wald => {
                Comparison::wald(self.value() - other.value(), standard_error, confidence)
            }
            _ => None,
        }
    }

    /// This proportion less a target in 0..1: `score` (variance at the target, which Wilson's interval inverts)
    /// or `wald`; `None` for other methods and for a target outside 0..1.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, ProportionSample};
    /// let sample = ProportionSample::new(70.0, 100.0).unwrap();
    /// let test = sample.compare_to_target(0.6, IntervalMethod::Score, Confidence::default()).unwrap();
    /// assert!((test.p_value.unwrap() - 0.041_227).abs() < 1e-6); // z = 0.1 / √(0.24 / 100)
    /// ```
    #[must_use]
    pub fn compare_to_target(
        &self,
        target: f64,
        method: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Comparison> {
        if !(0.0..=1.0).contains(&target) {
            return None;
        }
        let (value, standard_error) = (self.value(), self.standard_error());
        match method {
            IntervalMethod::Score => {
                let under_target = libm::sqrt(target * (1.0 - target) / self.n());
                let statistic = (value - target) / under_target;
                let interval = self.score(confidence);
                Some(against(value, target, standard_error, interval, statistic))
            }
            IntervalMethod::Wald => Comparison::wald(value - target, standard_error, confidence),
            _ => None,
        }
    }
}

impl MeanSample {
    /// This mean less another one: `t` (the default choice; Welch's test, with Satterthwaite's degrees of
    /// freedom) or `wald`; `None` for other methods and where either sample has fewer than 2 responses.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, MeanSample};
    /// let [a, b] = [5.0, 4.0].map(|mean| MeanSample::new(mean, 2.0, 50.0).unwrap());
    /// let test = a.compare(&b, IntervalMethod::T, Confidence::default()).unwrap();
    /// assert!((test.difference - 1.0).abs() < 1e-12 && test.interval.lower > 0.0);
    /// ```
    #[must_use]
    pub fn compare(
        &self,
        other: &Self,
        method: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Comparison> {
        let (a, b) = (self.standard_error()?, other.standard_error()?);
        let difference = self.value() - other.value();
        let standard_error = libm::hypot(a, b);
        match method {
            IntervalMethod::T => {
                let df = satterthwaite([(a, self.n() - 1.0), (b, other.n() - 1.0)]);
                Comparison::t(difference, standard_error, df, confidence)
            }
            IntervalMethod::Wald => Comparison::wald(difference, standard_error, confidence),
            _ => None,
        }
    }

    /// This mean less a finite target: `t` or `wald`; `None` for other methods and for fewer than 2 responses.
    ///
    /// ```
    /// use heedful::stats::{Confidence, IntervalMethod, MeanSample};
    /// let sample = MeanSample::new(5.0, 7.0, 28.0).unwrap(); // standard error 0.5
    /// let test = sample.compare_to_target(4.0, IntervalMethod::T, Confidence::default()).unwrap();
    /// assert!((test.p_value.unwrap() - 0.055_647).abs() < 1e-4); // t = 2 with 27 degrees of freedom
    /// ```
    #[must_use]
    pub fn compare_to_target(
        &self,
        target: f64,
        method: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Comparison> {
        let (difference, error) = (self.value() - target, self.standard_error()?);
        match method {
            IntervalMethod::T => Comparison::t(difference, error, self.n() - 1.0, confidence),
            IntervalMethod::Wald => Comparison::wald(difference, error, confidence),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::reference;
    use super::*;

    fn net(counts: [f64; 3]) -> NetSample {
        NetSample::new(counts[0], counts[1], counts[2]).unwrap()
    }

    fn confidence(level: f64) -> Confidence {
        Confidence::new(level).unwrap()
    }

    #[track_caller]
    fn close(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual - expected).abs() <= tolerance, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn wald_of_nets_agrees_with_r_4_2_2() {
        let Some(r) = reference("nps.json") else { return };
        let one = r["one_sample"].as_array().unwrap();
        let number = |v: &serde_json::Value| v.as_f64().unwrap();
        let sample = |name: &serde_json::Value| {
            let case = one.iter().find(|case| case["name"] == *name).unwrap();
            net(["detractors", "passives", "promoters"].map(|band| number(&case[band])))
        };
        for case in one {
            let s = sample(&case["name"]);
            let c = s.compare_to_target(0.0, IntervalMethod::Wald, Confidence::default()).unwrap();
            match case["test95"]["p_value"].as_f64() {
                // The file's p-values come from 2 * (1 - pnorm(z)): absolute precision.
                Some(p) => close(c.p_value.unwrap(), p, 3e-16 + 1e-12 * p),
                None => assert_eq!(c.p_value, None),
            }
        }
        for case in r["two_sample"].as_array().unwrap() {
            let (x, y) = (sample(&case["x"]), sample(&case["y"]));
            let c = x.compare(&y, IntervalMethod::Wald, Confidence::default()).unwrap();
            close(c.difference, number(&case["signed_delta"]), 1e-14);
            close(c.standard_error, number(&case["se"]), 1e-14);
            let sign = if c.difference < 0.0 { -1.0 } else { 1.0 };
            let size = c.interval.scaled(sign);
            close(size.lower, number(&case["lower_abs"]), 1e-13);
            close(size.upper, number(&case["upper_abs"]), 1e-13);
            let p = number(&case["p_value"]);
            close(c.p_value.unwrap(), p, 3e-16 + 1e-12 * p);
        }
    }

    #[test]
    fn proportions_agree_with_r_4_2_2() {
        let Some(r) = reference("proportions.json") else { return };
        let number = |v: &serde_json::Value| v.as_f64().unwrap();
        let sample = |x, n| ProportionSample::new(number(x), number(n)).unwrap();
        for case in r["two_sample"].as_array().unwrap() {
            let (a, b) = (sample(&case["x1"], &case["n1"]), sample(&case["x2"], &case["n2"]));
            let c = a.compare(&b, IntervalMethod::Wald, Confidence::default()).unwrap();
            let expected = &case["no_correction"];
            close(c.difference, number(&expected["diff"]), 1e-13);
            close(c.interval.lower, number(&expected["lower"]), 1e-13);
            close(c.interval.upper, number(&expected["upper"]), 1e-13);
        }
        for case in r["one_sample"].as_array().unwrap() {
            let c = sample(&case["x"], &case["n"])
                .compare_to_target(0.5, IntervalMethod::Score, Confidence::default())
                .unwrap();
            let p = number(&case["prop_test"]["p"]);
            close(c.p_value.unwrap(), p, 1e-12 * p);
        }
    }

    #[test]
    fn newcombe_reproduces_his_table() {
        // Newcombe (1998), table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 0/10 - 0/10, 10/10 - 0/20.
        for ((x, m), (y, n), lower, upper) in [
            ((56.0, 70.0), (48.0, 80.0), 0.0524, 0.3339),
            ((9.0, 10.0), (3.0, 10.0), 0.1705, 0.8090),
            ((0.0, 10.0), (0.0, 10.0), -0.2775, 0.2775),
            ((10.0, 10.0), (0.0, 20.0), 0.6791, 1.0),
        ] {
            let (a, b) =
                (ProportionSample::new(x, m).unwrap(), ProportionSample::new(y, n).unwrap());
            let c = a.compare(&b, IntervalMethod::Score, Confidence::default()).unwrap();
            close(c.interval.lower, lower, 5.1e-5);
            close(c.interval.upper, upper, 5.1e-5);
        }
    }

    #[test]
    fn welch_agrees_with_r_4_2_2() {
        let Some(r) = reference("multiplicity_moments.json") else { return };
        let sample = |name: &str| {
            let d = &r["describe"][name];
            let n = d["x"].as_array().unwrap().len() as f64;
            MeanSample::new(d["mean"].as_f64().unwrap(), d["var"].as_f64().unwrap(), n).unwrap()
        };
        let welch = &r["tests"]["welch_t"];
        let c = sample("gamma50")
            .compare(&sample("neg"), IntervalMethod::T, Confidence::default())
            .unwrap();
        close(c.interval.lower, welch["ci"][0].as_f64().unwrap(), 1e-12);
        close(c.interval.upper, welch["ci"][1].as_f64().unwrap(), 1e-12);
        close(c.difference / c.standard_error, welch["t"].as_f64().unwrap(), 1e-11);
        close(c.p_value.unwrap(), welch["p"].as_f64().unwrap(), 1e-24);
    }

    /// The p-value is the least 1 - confidence at which the interval leaves 0 out.
    #[track_caller]
    fn consistent(compare: impl Fn(Confidence) -> Comparison) {
        let p = compare(Confidence::default()).p_value.unwrap();
        if !(1e-14..1.0 - 1e-9).contains(&p) {
            return;
        }
        let excludes = |level: f64| {
            let interval = compare(confidence(level)).interval;
            interval.lower > 0.0 || interval.upper < 0.0
        };
        assert!(excludes(1.0 - p * (1.0 + 1e-6) - 1e-14), "{:?}", compare(Confidence::default()));
        assert!(!excludes(1.0 - p * (1.0 - 1e-6) + 1e-14), "{:?}", compare(Confidence::default()));
    }

    #[test]
    fn p_values_belong_to_their_intervals() {
        let counts = [
            [12.0, 31.0, 57.0],
            [30.0, 40.0, 30.0],
            [0.0, 0.0, 10.0],
            [15.0, 0.0, 0.0],
            [0.0, 15.0, 0.0],
            [0.5, 0.25, 0.125],
            [1.0, 200.0, 3.0],
        ];
        use IntervalMethod::*;
        for x in counts {
            for y in counts {
                consistent(|c| net(x).compare(&net(y), Score, c).unwrap());
                let (a, b) = (x[0] + x[1] + x[2], y[0] + y[1] + y[2]);
                let a = ProportionSample::new(x[2], a).unwrap();
                let b = ProportionSample::new(y[2], b).unwrap();
                consistent(|c| a.compare(&b, Score, c).unwrap());
                let (a, b) = (MeanSample::new(x[0], x[1], 9.5), MeanSample::new(y[0], y[1], 20.0));
                let (a, b) = (a.unwrap(), b.unwrap());
                if a.variance() + b.variance() > 0.0 {
                    consistent(|c| a.compare(&b, T, c).unwrap());
                }
            }
            for target in [-0.9, -0.2, 0.0, 0.37] {
                for method in [Score, AdjustedWald] {
                    consistent(|c| net(x).compare_to_target(target, method, c).unwrap());
                }
                let p = ProportionSample::new(x[2], x[0] + x[1] + x[2]).unwrap();
                consistent(|c| p.compare_to_target(target.abs(), Score, c).unwrap());
            }
        }
    }

    #[test]
    fn exchange_of_the_samples_mirrors_everything() {
        let (a, b) = (net([12.0, 31.0, 57.0]), net([3.0, 0.0, 4.0]));
        let c = Confidence::default();
        let there = a.compare(&b, IntervalMethod::Score, c).unwrap();
        let back = b.compare(&a, IntervalMethod::Score, c).unwrap();
        close(there.interval.lower, -back.interval.upper, 1e-15);
        close(there.p_value.unwrap(), back.p_value.unwrap(), 1e-15);
    }

    #[test]
    fn certain_and_equal_samples() {
        let c = Confidence::default();
        let all = net([0.0, 0.0, 1e9]);
        let none = net([1e9, 0.0, 0.0]);
        assert_eq!(all.compare(&none, IntervalMethod::Score, c).unwrap().p_value, Some(0.0));
        assert_eq!(all.compare(&all, IntervalMethod::Score, c).unwrap().p_value, Some(1.0));
        assert_eq!(all.compare(&all, IntervalMethod::Wald, c).unwrap().p_value, None);
        for (target, p) in [(1.0, 1.0), (-1.0, 0.0)] {
            let result = all.compare_to_target(target, IntervalMethod::Score, c).unwrap();
            assert_eq!(result.p_value, Some(p));
        }
        assert!(all.compare_to_target(1.1, IntervalMethod::Score, c).is_none());
        assert!(all.compare_to_target(f64::NAN, IntervalMethod::Score, c).is_none());
        let same = MeanSample::new(4.0, 0.0, 5.0).unwrap();
        assert_eq!(same.compare(&same, IntervalMethod::T, c).unwrap().p_value, None);
        let other = MeanSample::new(4.5, 0.0, 5.0).unwrap();
        assert_eq!(same.compare(&other, IntervalMethod::T, c).unwrap().p_value, Some(0.0));
        let one = MeanSample::new(4.0, 0.0, 1.0).unwrap();
        assert!(one.compare(&same, IntervalMethod::T, c).is_none());
    }
}
