//! Differences: between two scores, and between a score and a target.

use serde::Serialize;

use super::score::{Sample, Score, Uncertainty};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::{Kind, Metric};
use crate::base::number::Shown;
use crate::base::tally::Tally;
use crate::stats::test::{self, satterthwaite};
use crate::stats::{Confidence, Interval, IntervalMethod};

/// The difference between two scores of one metric, with how sure it is.
///
/// Positive where the score rose; whether that is good news says [`Metric::better`]. The two samples
/// are taken to be independent: other people, or the same ones long enough apart.
///
/// | metric | method | what it is |
/// | --- | --- | --- |
/// | nets, shares | `score` (default) | MOVER: the bounds of the two score intervals combined (Newcombe 1998; Zou and Donner 2008) |
/// | means | `t` (default) | Welch's t test |
/// | all | `wald` | difference ± z standard errors |
///
/// The p-value is two-sided and belongs to the interval: it is below 1 - confidence exactly where
/// the interval leaves out 0. Weighted tallies enter with their linearised standard errors (`wald`,
/// `t`) or effective counts (`score`).
///
/// ```
/// use heedful::{Comparison, Metric, Tally, Uncertainty};
///
/// let metric = Metric::nps();
/// let tally = |counts: [u64; 11]| Tally::from_counts(metric.scale().clone(), counts.to_vec());
/// let before = tally([5, 5, 5, 5, 5, 5, 0, 20, 20, 15, 15])?;
/// let after = tally([2, 2, 2, 2, 2, 2, 0, 15, 16, 27, 30])?;
/// let change = Comparison::of(&before, &after, &metric, Uncertainty::default())?;
/// assert_eq!(change.difference, Some(45.0));
/// let interval = change.interval.unwrap();
/// assert!(interval.lower > 20.0 && interval.upper < 65.0);
/// assert!(change.p_value.unwrap() < 0.001);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a comparison may come to know more
pub struct Comparison {
    /// Name of the metric.
    pub metric: String,
    /// `after` less `before`, in the metric's points; `None` where either has no rated responses.
    pub difference: Option<f64>,
    /// Standard error of the difference, in points.
    pub standard_error: Option<f64>,
    /// Interval of the difference, in points. For `t`, `None` where a side has a single response or
    /// all of a side are alike, since nothing then says how its answers vary.
    pub interval: Option<Interval>,
    /// Two-sided p-value of no difference; missing where the interval is, and for `wald` without
    /// any difference or variance.
    pub p_value: Option<f64>,
    /// How interval and p-value were made.
    pub method: IntervalMethod,
    /// The score that is compared with.
    pub before: Score,
    /// The score that is compared.
    pub after: Score,
}

impl Comparison {
    /// Compares two tallies.
    ///
    /// ```
    /// use heedful::{Comparison, Metric, Tally, Uncertainty};
    /// let csat = Metric::csat();
    /// let tally = |counts: [u64; 5]| Tally::from_counts(csat.scale().clone(), counts.to_vec());
    /// let (before, after) = (tally([10, 10, 10, 10, 10])?, tally([5, 5, 10, 15, 15])?);
    /// let change = Comparison::of(&before, &after, &csat, Uncertainty::default())?;
    /// assert_eq!(change.difference, Some(20.0));
    /// assert!(change.interval.unwrap().lower > 0.0 && change.p_value.unwrap() < 0.05);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `scale-mismatch` where a tally is on another scale than the metric, `invalid-argument` for an
    /// interval method that cannot compare.
    pub fn of(
        before: &Tally,
        after: &Tally,
        metric: &Metric,
        uncertainty: Uncertainty,
    ) -> Result<Self> {
        let method = method(metric, uncertainty, &[IntervalMethod::Wald])?;
        let stated = Uncertainty { interval: Some(method), ..uncertainty };
        let scores =
            [Score::from_tally(before, metric, stated)?, Score::from_tally(after, metric, stated)?];
        let samples = [Sample::new(before, metric, None), Sample::new(after, metric, None)];
        let found = difference(&samples, metric, method, uncertainty.confidence);
        let [before, after] = scores;
        Ok(Self {
            metric: metric.name().to_owned(),
            difference: after.value.zip(before.value).map(|(after, before)| after - before),
            standard_error: after
                .standard_error
                .zip(before.standard_error)
                .map(|(after, before)| libm::hypot(after, before)),
            interval: found.map(|f| f.interval),
            p_value: found.and_then(|f| f.p_value),
            method,
            before,
            after,
        })
    }
}

/// How far a score is from a target, with how sure that is.
///
/// The interval is the score's own, moved by the target, and the p-value belongs to it. Methods:
/// `score` (default) and `wald` for nets and shares, `adjusted_wald` for nets, `t` (default) and
/// `wald` for means.
///
/// ```
/// use heedful::{Metric, Tally, TargetTest, Uncertainty};
///
/// let metric = Metric::csat();
/// let tally = Tally::from_counts(metric.scale().clone(), vec![2, 3, 5, 40, 50])?;
/// let test = TargetTest::of(&tally, &metric, 80.0, Uncertainty::default())?;
/// assert_eq!(test.difference, Some(10.0));
/// assert!(test.p_value.unwrap() < 0.05);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // as a comparison
pub struct TargetTest {
    /// Name of the metric.
    pub metric: String,
    /// The target, in the metric's points.
    pub target: f64,
    /// Score less target, in points; `None` without rated responses.
    pub difference: Option<f64>,
    /// Standard error of the score, in points.
    pub standard_error: Option<f64>,
    /// Interval of the difference, in points; for `t` as in [`Comparison::interval`].
    pub interval: Option<Interval>,
    /// Two-sided p-value of the score being the target; missing as in [`Comparison::p_value`].
    pub p_value: Option<f64>,
    /// How interval and p-value were made.
    pub method: IntervalMethod,
    /// The score.
    pub score: Score,
}

impl TargetTest {
    /// Compares a tally with a target.
    ///
    /// # Errors
    /// `scale-mismatch` where the tally is on another scale than the metric, `invalid-argument` for
    /// a target outside of the metric's range and for an interval method that cannot compare.
    pub fn of(
        tally: &Tally,
        metric: &Metric,
        target: f64,
        uncertainty: Uncertainty,
    ) -> Result<Self> {
        let (lowest, highest) = metric.range();
        if !(target >= lowest && target <= highest) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "{} lies between {} and {}, got `{}`",
                    metric.name(),
                    Shown(lowest),
                    Shown(highest),
                    Shown(target)
                ),
            )
            .at("target"));
        }
        let method =
            method(metric, uncertainty, &[IntervalMethod::Wald, IntervalMethod::AdjustedWald])?;
        let stated = Uncertainty { interval: Some(method), ..uncertainty };
        let score = Score::from_tally(tally, metric, stated)?;
        let sample = Sample::new(tally, metric, None);
        let found = distance(&sample, metric, target, method, uncertainty.confidence);
        Ok(Self {
            metric: metric.name().to_owned(),
            target,
            difference: score.value.map(|value| value - target),
            standard_error: score.standard_error,
            interval: found.map(|f| f.interval),
            p_value: found.and_then(|f| f.p_value),
            method,
            score,
        })
    }
}

/// The method asked for, or the default of the metric's kind. `others` can be had by name.
pub(crate) fn method(
    metric: &Metric,
    uncertainty: Uncertainty,
    others: &[IntervalMethod],
) -> Result<IntervalMethod> {
    let default = match metric.kind() {
        Kind::Net | Kind::Share => IntervalMethod::Score,
        Kind::Mean => IntervalMethod::T,
    };
    let method = uncertainty.interval.unwrap_or(default);
    let suits = |m: &IntervalMethod| {
        others.contains(m) && (*m != IntervalMethod::AdjustedWald || metric.kind() == Kind::Net)
    };
    if method == default || suits(&method) {
        return Ok(method);
    }
    let names: Vec<_> = others.iter().filter(|m| suits(m)).map(|m| m.as_str()).collect();
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!(
            "interval `{}` cannot compare {}: use {} or {}",
            method.as_str(),
            metric.name(),
            default.as_str(),
            names.join(" or ")
        ),
    )
    .at("interval"))
}

/// The second sample less the first, in points.
fn difference(
    [before, after]: &[Sample; 2],
    metric: &Metric,
    method: IntervalMethod,
    confidence: Confidence,
) -> Option<test::Comparison> {
    combination([(1.0, after), (-1.0, before)], metric, method, confidence)
}

/// A sum of independent samples times their factors, in points.
pub(crate) fn combination<const N: usize>(
    parts: [(f64, &Sample); N],
    metric: &Metric,
    method: IntervalMethod,
    confidence: Confidence,
) -> Option<test::Comparison> {
    let value = each(&parts, |(factor, sample)| Some(factor * sample.value?))?.iter().sum();
    let error = |errors: [f64; N]| libm::sqrt(errors.iter().map(|error| error * error).sum());
    match (method, metric.kind()) {
        (IntervalMethod::Score, Kind::Net) => {
            let nets = each(&parts, |(factor, sample)| Some((*factor, sample.net(metric)?)))?;
            let error = error(nets.map(|(factor, net)| factor * net.standard_error()));
            let parts = nets.map(|(factor, net)| (factor, net.value()));
            let bounds = |z| nets.map(|(_, net)| net.score_bounds(z));
            Some(in_points(test::mover(parts, error, confidence, bounds)))
        }
        (IntervalMethod::Score, Kind::Share) => {
            let shares = each(&parts, |(factor, sample)| Some((*factor, sample.share(metric)?)))?;
            let error = error(shares.map(|(factor, share)| factor * share.standard_error()));
            let parts = shares.map(|(factor, share)| (factor, share.value()));
            let bounds = |z| shares.map(|(_, share)| share.score_bounds(z));
            Some(in_points(test::mover(parts, error, confidence, bounds)))
        }
        (IntervalMethod::T, _) => {
            let errors = each(&parts, |(factor, sample)| {
                let (error, df) = varying(sample, metric)?;
                Some((factor * error, df))
            })?;
            let df = satterthwaite(errors);
            test::Comparison::t(value, error(errors.map(|(error, _)| error)), df, confidence)
        }
        _ => {
            let errors = each(&parts, |(factor, sample)| Some(factor * sample.standard_error?))?;
            test::Comparison::wald(value, error(errors), confidence)
        }
    }
}

/// A weight times the difference of two samples, by their score bounds and the standard error of it all, in points;
/// `None` for means and for empty samples.
pub(crate) fn weighted_difference(
    weight: f64,
    [plus, minus]: [&Sample; 2],
    deviation: f64,
    metric: &Metric,
    confidence: Confidence,
) -> Option<test::Comparison> {
    let deviation = deviation / 100.0;
    let found = match metric.kind() {
        Kind::Net => {
            let nets = [plus.net(metric)?, minus.net(metric)?];
            let parts = nets.map(|net| (net.value(), net.standard_error()));
            let bounds = |z| nets.map(|net| net.score_bounds(z));
            test::mover_times(weight, parts, deviation, confidence, bounds)
        }
        Kind::Share => {
            let shares = [plus.share(metric)?, minus.share(metric)?];
            let parts = shares.map(|share| (share.value(), share.standard_error()));
            let bounds = |z| shares.map(|share| share.score_bounds(z));
            test::mover_times(weight, parts, deviation, confidence, bounds)
        }
        Kind::Mean => return None,
    };
    Some(in_points(found))
}

/// What each part gives; `None` where one gives nothing.
fn each<const N: usize, T>(
    parts: &[(f64, &Sample); N],
    of: impl Fn(&(f64, &Sample)) -> Option<T>,
) -> Option<[T; N]> {
    parts.iter().map(of).collect::<Option<Vec<T>>>()?.try_into().ok()
}

/// The sample less the target, in points.
fn distance(
    sample: &Sample,
    metric: &Metric,
    target: f64,
    method: IntervalMethod,
    confidence: Confidence,
) -> Option<test::Comparison> {
    let difference = sample.value? - target;
    match (method, metric.kind()) {
        (IntervalMethod::Score | IntervalMethod::AdjustedWald, Kind::Net) => {
            let net = sample.net(metric)?;
            net.compare_to_target(target / 100.0, method, confidence).map(in_points)
        }
        (IntervalMethod::Score, Kind::Share) => {
            let share = sample.share(metric)?;
            share.compare_to_target(target / 100.0, method, confidence).map(in_points)
        }
        (IntervalMethod::T, _) => {
            let (error, df) = varying(sample, metric)?;
            test::Comparison::t(difference, error, df, confidence)
        }
        _ => test::Comparison::wald(difference, sample.standard_error?, confidence),
    }
}

/// Standard error and degrees of freedom of a sample in which any two answers differ: t's quantile
/// allows for a variance known from few responses, not for one that has not been seen at all.
fn varying(sample: &Sample, metric: &Metric) -> Option<(f64, f64)> {
    let pairs = metric.values().iter().zip(&sample.effective);
    let mut chosen = pairs.filter(|(_, mass)| **mass > 0.0).map(|(value, _)| *value);
    let first = chosen.next()?;
    let varies = chosen.any(|value| (value - first).abs() > 0.0);
    let error = sample.standard_error?;
    (varies && sample.df > 0.0).then_some((error, sample.df))
}

fn in_points(found: test::Comparison) -> test::Comparison {
    test::Comparison { interval: found.interval.scaled(100.0), ..found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::reference;
    use proptest::prelude::*;

    fn tally(metric: &Metric, counts: &[u64]) -> Tally {
        Tally::from_counts(metric.scale().clone(), counts.to_vec()).unwrap()
    }

    fn compare(metric: &Metric, before: &[u64], after: &[u64], method: &str) -> Comparison {
        let interval = serde_json::from_value(serde_json::json!(method)).unwrap();
        let uncertainty = Uncertainty { interval, ..Uncertainty::default() };
        Comparison::of(&tally(metric, before), &tally(metric, after), metric, uncertainty).unwrap()
    }

    #[track_caller]
    fn close(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual - expected).abs() <= tolerance, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn wald_of_nps_agrees_with_r_4_2_2_nps_1_1() {
        let Some(r) = reference("nps.json") else { return };
        let metric = Metric::nps();
        let counts = |name: &serde_json::Value| -> Vec<u64> {
            let all = r["one_sample"].as_array().unwrap();
            let case = all.iter().find(|case| case["name"] == *name).unwrap();
            let list = case["counts_0_to_10"].as_array().unwrap();
            list.iter().map(|c| c.as_u64().unwrap()).collect()
        };
        for case in r["two_sample"].as_array().unwrap() {
            let number = |key: &str| case[key].as_f64().unwrap();
            let c = compare(&metric, &counts(&case["y"]), &counts(&case["x"]), "wald");
            let difference = c.difference.unwrap();
            close(difference, 100.0 * number("signed_delta"), 1e-12);
            close(c.standard_error.unwrap(), 100.0 * number("se"), 1e-12);
            let size = c.interval.unwrap().scaled(difference.signum());
            close(size.lower, 100.0 * number("lower_abs"), 1e-11);
            close(size.upper, 100.0 * number("upper_abs"), 1e-11);
            let p = number("p_value");
            close(c.p_value.unwrap(), p, 3e-16 + 1e-11 * p);
        }
    }

    #[test]
    fn wald_of_shares_agrees_with_r_4_2_2() {
        let Some(r) = reference("proportions.json") else { return };
        let metric = Metric::preset("thumbs").unwrap();
        for case in r["two_sample"].as_array().unwrap() {
            let count = |key: &str| case[key].as_u64().unwrap();
            let counts = |x: u64, n: u64| [n - x, x];
            let first = counts(count("x1"), count("n1"));
            let second = counts(count("x2"), count("n2"));
            let c = compare(&metric, &second, &first, "wald");
            let expected = &case["no_correction"];
            let number = |key: &str| 100.0 * expected[key].as_f64().unwrap();
            close(c.difference.unwrap(), number("diff"), 1e-11);
            close(c.interval.unwrap().lower, number("lower"), 1e-11);
            close(c.interval.unwrap().upper, number("upper"), 1e-11);
        }
    }

    #[test]
    fn newcombe_is_reproduced_in_points() {
        // Newcombe (1998), table II, method 10: 56/70 - 48/80 is .0524 to .3339.
        let metric = Metric::preset("thumbs").unwrap();
        let c = compare(&metric, &[32, 48], &[14, 56], "score");
        close(c.interval.unwrap().lower, 5.24, 5e-3);
        close(c.interval.unwrap().upper, 33.39, 5e-3);
    }

    #[test]
    fn welch_by_hand() {
        // Ratings 3, 4, 5 against 1, 2: variances 1 and 1/2, errors² 1/3 and 1/4, so that
        // df = (7/12)² / ((1/3)²/2 + (1/4)²/1) = 2.8824, and t = 2.5 / sqrt(7/12) = 3.2733.
        let metric = Metric::preset("stars").unwrap();
        let c = compare(&metric, &[1, 1, 0, 0, 0], &[0, 0, 1, 1, 1], "t");
        close(c.standard_error.unwrap(), (7.0_f64 / 12.0).sqrt(), 1e-15);
        let t = Interval::t(2.5, (7.0_f64 / 12.0).sqrt(), 49.0 / 17.0, Confidence::default());
        close(c.interval.unwrap().lower, t.unwrap().lower, 1e-12);
        // Between the p-values of 2 and 3 degrees of freedom in any table of t (.082 and .047).
        assert!((0.047..0.082).contains(&c.p_value.unwrap()));
    }

    #[test]
    fn what_cannot_be_known_is_none() {
        let metric = Metric::nps();
        let some = [1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0];
        let c = compare(&metric, &[0; 11], &some, "score");
        assert_eq!(
            (c.difference, c.standard_error, c.interval, c.p_value),
            (None, None, None, None)
        );
        assert_eq!(c.after.value, Some(25.0));
        let stars = Metric::preset("stars").unwrap();
        for alike in [[0, 0, 0, 0, 1], [0, 0, 0, 0, 7]] {
            let c = compare(&stars, &alike, &[5, 5, 5, 5, 5], "t");
            assert_eq!((c.difference, c.interval, c.p_value), (Some(-2.0), None, None));
            let test = TargetTest::of(&tally(&stars, &alike), &stars, 4.0, Uncertainty::default());
            assert_eq!(test.unwrap().p_value, None);
        }
        let mut alike = Tally::new(stars.scale().clone());
        for weight in [0.1, 0.7, 0.3] {
            alike.observe_weighted(5.0, weight).unwrap();
        }
        let test = TargetTest::of(&alike, &stars, 4.0, Uncertainty::default()).unwrap();
        assert_eq!(test.p_value, None);
    }

    #[test]
    fn weighted_sides_use_their_design() {
        let metric = Metric::nps();
        let mut before = Tally::new(metric.scale().clone());
        let mut after = before.clone();
        for (i, rating) in [0, 3, 7, 8, 9, 10, 10, 6].into_iter().enumerate() {
            let rating = f64::from(rating);
            before.observe_weighted(rating, 1.0 + (i % 3) as f64).unwrap();
            after.observe_weighted(10.0 - rating, 1.0 + (i % 2) as f64).unwrap();
        }
        let wald = Uncertainty { interval: Some(IntervalMethod::Wald), ..Uncertainty::default() };
        let c = Comparison::of(&before, &after, &metric, wald).unwrap();
        let errors = [&c.before, &c.after].map(|s| s.standard_error.unwrap());
        close(c.standard_error.unwrap(), (errors[0].powi(2) + errors[1].powi(2)).sqrt(), 1e-12);
        let half = 1.959_963_984_540_054 * c.standard_error.unwrap();
        close(c.interval.unwrap().upper, c.difference.unwrap() + half, 1e-10);
        // MOVER is built from the score intervals that the two scores show.
        let c = Comparison::of(&before, &after, &metric, Uncertainty::default()).unwrap();
        let bounds = |s: &Score| (s.value.unwrap(), s.interval.unwrap());
        let ((a, i), (b, j)) = (bounds(&c.after), bounds(&c.before));
        let below = ((a - i.lower).powi(2) + (j.upper - b).powi(2)).sqrt();
        close(c.interval.unwrap().lower, a - b - below, 1e-10);
    }

    #[test]
    fn methods_must_be_able_to_compare() {
        let metric = Metric::nps();
        let some = tally(&metric, &[1; 11]);
        let by = |method| Uncertainty { interval: Some(method), ..Uncertainty::default() };
        for method in [IntervalMethod::Bayes, IntervalMethod::AdjustedWald, IntervalMethod::T] {
            let error = Comparison::of(&some, &some, &metric, by(method)).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "interval"));
        }
        assert!(TargetTest::of(&some, &metric, 0.0, by(IntervalMethod::AdjustedWald)).is_ok());
        let csat = Metric::csat();
        let five = tally(&csat, &[1; 5]);
        assert!(TargetTest::of(&five, &csat, 0.0, by(IntervalMethod::AdjustedWald)).is_err());
        for target in [100.5, f64::NAN] {
            let error = TargetTest::of(&some, &metric, target, by(IntervalMethod::Wald));
            assert_eq!(error.unwrap_err().path(), "target");
        }
        let error = Comparison::of(&some, &five, &metric, Uncertainty::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ScaleMismatch);
    }

    fn metrics() -> impl Strategy<Value = Metric> {
        prop_oneof![Just("nps"), Just("acsi"), Just("psat_7"), Just("ces"), Just("ces_net")]
            .prop_map(|name| Metric::preset(name).unwrap())
    }

    proptest! {
        #[test]
        fn swapping_mirrors_and_p_belongs_to_the_interval(
            metric in metrics(),
            before in prop::collection::vec(0..6_u64, 11),
            after in prop::collection::vec(0..6_u64, 11),
            weights in prop::option::of(prop::collection::vec(1..5_u8, 11)),
            target in 0.0..1.0,
            wald: bool,
        ) {
            let points = metric.scale().points();
            let make = |counts: &[u64]| {
                let mut tally = Tally::new(metric.scale().clone());
                for (i, (point, count)) in points.iter().zip(counts).enumerate() {
                    for _ in 0..*count {
                        match &weights {
                            Some(w) => tally.observe_weighted(*point, f64::from(w[i])).unwrap(),
                            None => tally.observe(*point),
                        };
                    }
                }
                tally
            };
            let (before, after) = (make(&before), make(&after));
            let interval = wald.then_some(IntervalMethod::Wald);
            let u = Uncertainty { interval, ..Uncertainty::default() };
            let c = Comparison::of(&before, &after, &metric, u).unwrap();
            let m = Comparison::of(&after, &before, &metric, u).unwrap();
            prop_assert_eq!(c.difference.map(|d| -d + 0.0), m.difference.map(|d| d + 0.0));
            prop_assert_eq!(c.standard_error, m.standard_error);
            prop_assert_eq!(c.interval.map(|i| i.scaled(-1.0)), m.interval);
            prop_assert_eq!(c.p_value, m.p_value);
            if let Some((interval, p)) = c.interval.zip(c.p_value) {
                prop_assert!((0.0..=1.0).contains(&p));
                if (p - 0.05).abs() > 1e-9 {
                    prop_assert_eq!(interval.contains(0.0), p > 0.05);
                }
                let d = c.difference.unwrap();
                prop_assert!(interval.lower <= d + 1e-9 && d <= interval.upper + 1e-9);
            }
            let itself = Comparison::of(&before, &before, &metric, u).unwrap();
            prop_assert_eq!(itself.difference, itself.before.value.map(|_| 0.0));
            if let Some(p) = itself.p_value {
                prop_assert!(p >= 1.0);
            }

            let (low, high) = metric.range();
            let target = low + target * (high - low);
            let test = TargetTest::of(&before, &metric, target, u).unwrap();
            if let Some((interval, p)) = test.interval.zip(test.p_value) {
                let own = test.score.interval.unwrap();
                prop_assert!((interval.lower + target - own.lower).abs() < 1e-9);
                prop_assert!((interval.upper + target - own.upper).abs() < 1e-9);
                if (p - 0.05).abs() > 1e-9 {
                    prop_assert_eq!(own.contains(target), p > 0.05);
                }
            }
        }
    }
}
