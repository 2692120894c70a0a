//! How good a forecast of a yes or no was: ranking, calibration, stability.

use serde::Serialize;

use super::interval::{Confidence, Interval, ProportionSample};
use crate::base::order::sort_by;

/// The area under the ROC curve: the probability that a case with the event has a higher score than one without,
/// ties counted half.
///
/// ```
/// use heedful::stats::{Auc, Confidence};
/// let scores = [0.9, 0.8, 0.3, 0.6, 0.2];
/// let events = [true, true, false, false, false];
/// let auc = Auc::of(&scores, &events, Confidence::default()).unwrap();
/// assert_eq!(auc.value, 1.0); // every event lies above every other case
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Auc {
    /// 0.5 for no better than chance, 1 for perfect.
    pub value: f64,
    /// By DeLong, DeLong and Clarke-Pearson (1988); 0 where events are separated without a tie.
    pub standard_error: f64,
    /// The Wald interval, ended at 0 and 1.
    pub interval: Interval,
    /// Cases.
    pub n: u64,
    /// Cases with the event.
    pub events: u64,
}

impl Auc {
    /// Of scores and whether the event came. `None` for fewer than 2 cases with the event or 2 without, for a score that
    /// is NaN, or for lists of different lengths.
    #[must_use]
    pub fn of(scores: &[f64], events: &[bool], confidence: Confidence) -> Option<Self> {
        let with = events.iter().filter(|event| **event).count();
        let without = events.len() - with;
        if scores.len() != events.len()
            || with < 2
            || without < 2
            || scores.iter().any(|s| s.is_nan())
        {
            return None;
        }
        // Each case's part: how many of the other kind lie on the right side of it (Sun and Xu 2014, by ranks).
        let (m, n) = (with as f64, without as f64);
        let mut sorted: Vec<(f64, bool)> =
            scores.iter().copied().zip(events.iter().copied()).collect();
        sort_by(&mut sorted, |a, b| a.0.total_cmp(&b.0));
        let (mut below_with, mut below_without) = (0.0, 0.0);
        let mut parts: [Moments; 2] = Default::default();
        for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
            let tied_with = ties.iter().filter(|(_, event)| *event).count() as f64;
            let tied_without = ties.len() as f64 - tied_with;
            let [of_without, of_with] = &mut parts;
            of_with.add((below_without + tied_without / 2.0) / n, tied_with);
            of_without.add((m - below_with - tied_with / 2.0) / m, tied_without);
            below_with += tied_with;
            below_without += tied_without;
        }
        let [of_without, of_with] = &parts;
        let value = of_with.mean;
        let standard_error = libm::sqrt(of_with.variance() / m + of_without.variance() / n);
        let mut interval = Interval::wald(value, standard_error, confidence)?;
        (interval.lower, interval.upper) = (interval.lower.max(0.0), interval.upper.min(1.0));
        Some(Self { value, standard_error, interval, n: events.len() as u64, events: with as u64 })
    }
}

/// Running mean and variance of values that come several times.
#[derive(Default)]
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64, times: f64) {
        if times > 0.0 {
            self.n += times;
            let off = value - self.mean;
            self.mean += off * times / self.n;
            self.squares += times * off * (value - self.mean);
        }
    }

    fn variance(&self) -> f64 {
        self.squares / (self.n - 1.0)
    }
}

/// The Brier score: the mean squared difference between probability and event, 0 at best. `None` for no cases or lists
/// of different lengths.
///
/// ```
/// assert_eq!(heedful::stats::brier(&[0.8, 0.4], &[true, false]), Some(0.1));
/// ```
#[must_use]
pub fn brier(probabilities: &[f64], events: &[bool]) -> Option<f64> {
    if probabilities.is_empty() || probabilities.len() != events.len() {
        return None;
    }
    let square = |(p, event): (&f64, &bool)| {
        let off = p - f64::from(u8::from(*event));
        off * off
    };
    Some(probabilities.iter().zip(events).map(square).sum::<f64>() / events.len() as f64)
}

/// Cases of about the same probability, and how often the event came.
///
/// ```
/// use heedful::stats::{Confidence, calibration};
///
/// // Of five at 10 % one came, of five at 90 % four did.
/// let probabilities = [[0.1; 5], [0.9; 5]].concat();
/// let events = [true, false, false, false, false, false, true, true, true, true];
/// let bins = calibration(&probabilities, &events, 2, Confidence::default());
/// assert_eq!((bins[0].observed, bins[0].n, bins[0].events), (0.2, 5, 1));
/// assert!((bins[0].predicted - 0.1).abs() < 1e-12);
/// // Wilson's interval of 1 of 5 at 95 %.
/// assert!((bins[0].interval.lower - 0.0362).abs() < 1e-4 && (bins[0].interval.upper - 0.6245).abs() < 1e-4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct CalibrationBin {
    /// Mean probability.
    pub predicted: f64,
    /// Share of cases with the event.
    pub observed: f64,
    /// Its Wilson interval.
    pub interval: Interval,
    /// Cases.
    pub n: u64,
    /// Cases with the event.
    pub events: u64,
}

/// The calibration curve in bins of equally many cases, equal probabilities never parted, from the lowest up; so there
/// may be fewer than `bins`. Empty for no cases or lists of different lengths.
///
/// ```
/// use heedful::stats::{Confidence, calibration};
/// let curve = calibration(&[0.1, 0.1, 0.9, 0.9], &[false, false, true, false], 2, Confidence::default());
/// assert_eq!((curve[1].predicted, curve[1].observed, curve[1].n), (0.9, 0.5, 2));
/// ```
#[must_use]
pub fn calibration(
    probabilities: &[f64],
    events: &[bool],
    bins: usize,
    confidence: Confidence,
) -> Vec<CalibrationBin> {
    if probabilities.len() != events.len() {
        return Vec::new();
    }
    let mut cases: Vec<(f64, bool)> =
        probabilities.iter().copied().zip(events.iter().copied()).collect();
    sort_by(&mut cases, |a, b| a.0.total_cmp(&b.0));
    let bin = |cases: &[(f64, bool)]| {
        let n = cases.len() as f64;
        let events = cases.iter().filter(|(_, event)| *event).count();
        let sample = ProportionSample::new(events as f64, n)?;
        Some(CalibrationBin {
            predicted: cases.iter().map(|(p, _)| p).sum::<f64>() / n,
            observed: events as f64 / n,
            interval: sample.score(confidence),
            n: cases.len() as u64,
            events: events as u64,
        })
    };
    equal_parts(&cases, bins, |a, b| a.0 == b.0).into_iter().filter_map(bin).collect()
}

/// The calibration error: the difference between probability and share of events over bins, weighted by their cases.
///
/// ```
/// use heedful::stats::{Confidence, calibration, calibration_error};
///
/// // Three at 20 % of which none came, one at 80 % that did: (3 × 0.2 + 1 × 0.2) / 4.
/// let bins = calibration(&[0.2, 0.2, 0.2, 0.8], &[false, false, false, true], 2, Confidence::default());
/// assert!((calibration_error(&bins).unwrap() - 0.2).abs() < 1e-12);
/// assert_eq!(calibration_error(&[]), None);
/// ```
#[must_use]
pub fn calibration_error(bins: &[CalibrationBin]) -> Option<f64> {
    let n: f64 = bins.iter().map(|bin| bin.n as f64).sum();
    let off: f64 = bins.iter().map(|bin| bin.n as f64 * (bin.predicted - bin.observed).abs()).sum();
    (n > 0.0).then(|| off / n)
}

/// Sorted items in runs of about equal length; items that are the same stay together.
pub(crate) fn equal_parts<T>(
    sorted: &[T],
    parts: usize,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<&[T]> {
    let mut runs = Vec::new();
    let mut start = 0;
    for part in 1..=parts {
        let mut end = sorted.len() * part / parts;
        while end > start && end < sorted.len() {
            match sorted.get(end - 1..=end) {
                Some([last, next]) if same(last, next) => end += 1,
                _ => break,
            }
        }
        if end > start {
            runs.extend(sorted.get(start..end));
            start = end;
        }
    }
    runs
}

/// The population stability index between two samples over the bins that part the first into `bins` equal shares: below
/// 0.1 stable, above 0.25 another population by the usual rule of thumb. Shares are smoothed by half a case a bin, so an
/// empty one is no infinity. `None` where either sample is empty or has a NaN.
///
/// ```
/// let then: Vec<f64> = (0..100).map(f64::from).collect();
/// assert_eq!(heedful::stats::stability_index(&then, &then, 10), Some(0.0));
/// let now: Vec<f64> = then.iter().map(|value| value + 50.0).collect();
/// assert!(heedful::stats::stability_index(&then, &now, 10).unwrap() > 0.25);
/// ```
#[must_use]
pub fn stability_index(then: &[f64], now: &[f64], bins: usize) -> Option<f64> {
    if then.is_empty() || now.is_empty() || then.iter().chain(now).any(|value| value.is_nan()) {
        return None;
    }
    let mut sorted = then.to_vec();
    sorted.sort_by(f64::total_cmp);
    let parts = equal_parts(&sorted, bins, |a, b| a == b);
    let edges: Vec<f64> = parts.iter().skip(1).filter_map(|part| part.first().copied()).collect();
    let shares = |values: &[f64]| {
        let mut counts = vec![0.5; parts.len()];
        for value in values {
            let place = edges.partition_point(|edge| edge <= value);
            if let Some(count) = counts.get_mut(place) {
                *count += 1.0;
            }
        }
        let all: f64 = counts.iter().sum();
        counts.into_iter().map(move |count| count / all)
    };
    Some(shares(then).zip(shares(now)).map(|(p, q)| (q - p) * libm::log(q / p)).sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::reference;

    /// Over all pairs.
    fn slow_auc(scores: &[f64], events: &[bool]) -> (f64, f64) {
        let side = |wanted: bool| -> Vec<f64> {
            scores.iter().zip(events).filter(|(_, e)| **e == wanted).map(|(s, _)| *s).collect()
        };
        let (with, without) = (side(true), side(false));
        let win = |a: f64, b: f64| {
            if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            }
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let tens: Vec<f64> = with
            .iter()
            .map(|a| mean(&without.iter().map(|b| win(*a, *b)).collect::<Vec<_>>()))
            .collect();
        let ones: Vec<f64> = without
            .iter()
            .map(|b| mean(&with.iter().map(|a| win(*a, *b)).collect::<Vec<_>>()))
            .collect();
        let variance = |values: &[f64]| {
            let m = mean(values);
            values.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / (values.len() as f64 - 1.0)
        };
        let total = variance(&tens) / tens.len() as f64 + variance(&ones) / ones.len() as f64;
        (mean(&tens), total.sqrt())
    }

    proptest! {
        #[test]
        fn the_area_equals_that_over_all_pairs(cases in prop::collection::vec((0_u8..12, any::<bool>()), 0..60)) {
            let (scores, events): (Vec<f64>, Vec<bool>) = cases.iter().map(|(s, e)| (f64::from(*s), *e)).unzip();
            let with = events.iter().filter(|e| **e).count();
            let found = Auc::of(&scores, &events, Confidence::default());
            prop_assert_eq!(found.is_some(), with >= 2 && events.len() - with >= 2);
            if let Some(auc) = found {
                let (value, error) = slow_auc(&scores, &events);
                prop_assert!((auc.value - value).abs() < 1e-12);
                prop_assert!((auc.standard_error - error).abs() < 1e-9);
                let turned: Vec<f64> = scores.iter().map(|s| -s).collect();
                let turned = Auc::of(&turned, &events, Confidence::default()).unwrap();
                prop_assert!((auc.value + turned.value - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn parts_hold_everything_and_never_part_equals(mut values in prop::collection::vec(0_u8..20, 0..80), parts in 1_usize..12) {
            values.sort_unstable();
            let runs = equal_parts(&values, parts, |a, b| a == b);
            prop_assert!(runs.len() <= parts && runs.iter().all(|run| !run.is_empty()));
            for two in runs.windows(2) {
                prop_assert!(two[0].last() < two[1].first());
            }
            prop_assert_eq!(runs.concat(), values);
        }
    }

    #[test]
    fn equals_r() {
        // R 4.2.2, pROC 1.18.0; see the meta data of the file.
        let Some(r) = reference("logistic_auc_brier.json") else { return };
        let list = |value: &serde_json::Value| -> Vec<f64> {
            value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
        };
        let events: Vec<bool> = list(&r["data"]["churn"]).iter().map(|v| *v == 1.0).collect();
        let fitted = list(&r["fitted"]);
        let close = |a: f64, b: &serde_json::Value| {
            let b = b.as_f64().unwrap();
            assert!((a - b).abs() < 1e-9, "{a} is not {b}");
        };
        let auc = Auc::of(&fitted, &events, Confidence::default()).unwrap();
        close(auc.value, &r["auc"]);
        close(auc.standard_error * auc.standard_error, &r["auc_delong_var"]);
        close(auc.interval.lower, &r["auc_delong_ci95"][0]);
        close(auc.interval.upper, &r["auc_delong_ci95"][2]);
        let tied =
            Auc::of(&list(&r["auc_with_ties"]["scores"]), &events, Confidence::default()).unwrap();
        close(tied.value, &r["auc_with_ties"]["auc"]);
        close(tied.interval.lower, &r["auc_with_ties"]["delong_ci"][0]);
        close(tied.interval.upper, &r["auc_with_ties"]["delong_ci"][2]);
        close(brier(&fitted, &events).unwrap(), &r["brier"]);
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert_eq!(brier(&[], &[]), None);
        assert_eq!(calibration(&[], &[], 10, Confidence::default()), []);
        assert_eq!(calibration_error(&[]), None);
        assert_eq!(stability_index(&[], &[1.0], 10), None);
        assert_eq!(Auc::of(&[1.0], &[true, false], Confidence::default()), None);
    }

    #[test]
    fn stability_by_hand() {
        // Halves that became one quarter and three quarters, 100 cases each with half a case added to both bins.
        let then: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let now: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i % 4 != 0))).collect();
        let (p, q) = (50.5 / 101.0, 25.5 / 101.0);
        let expected = (q - p) * f64::ln(q / p) + (1.0 - q - p) * f64::ln((1.0 - q) / p);
        let found = stability_index(&then, &now, 10).unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
}
