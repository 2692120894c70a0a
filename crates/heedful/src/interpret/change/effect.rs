//! One part of a difference.

use serde::Serialize;

use crate::base::metric::Metric;
use crate::interpret::compare::weighted_difference;
use crate::interpret::score::Sample;
use crate::stats::{Comparison as Test, Confidence, Interval};

/// A part of a difference, in points, with how sure it is.
///
/// ```
/// use heedful::{Change, Column, Metric, Responses};
///
/// let table = |scores: [[u8; 50]; 2]| {
///     let regions = (0..100).map(|i| Some(if i < 50 { "north" } else { "south" }));
///     Responses::new()
///         .with("score", Column::numbers(scores.concat()))?
///         .with("region", Column::categories(regions))
///         .map(|table| table.rating("score"))
/// };
/// let mixed = std::array::from_fn(|i| if i % 2 == 0 { 10 } else { 3 });
/// let (before, after) = (table([[10; 50], mixed])?, table([[3; 50], mixed])?);
/// let change = Change::new(Metric::nps()).by(["region"]);
/// let segments = change.run(&before, &after)?.segments;
/// // Half of all fall from 100 to -100; the other half stays at 0.
/// let [north, south] = [segments[0].rate, segments[1].rate];
/// assert_eq!((north.value, south.value), (-100.0, 0.0));
/// assert!(north.p_adjusted < Some(0.001) && south.p_adjusted > Some(0.5));
/// assert!(south.interval.is_some_and(|interval| interval.contains(0.0)));
/// // Without replicates nothing is known of how sure they are.
/// assert_eq!(change.replicates(0).run(&before, &after)?.segments[0].rate.interval, None);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Effect {
    /// In points; all parts of a difference add up to it.
    pub value: f64,
    /// From bootstrap replicates; `None` without any.
    pub standard_error: Option<f64>,
    /// Value ± z standard errors.
    pub interval: Option<Interval>,
    /// Of no effect.
    pub p_value: Option<f64>,
    /// The same, adjusted over all effects that were looked at; `None` where it is not judged.
    pub p_adjusted: Option<f64>,
}

impl Effect {
    pub(super) fn new(value: f64, deviation: f64, replicates: u32, confidence: Confidence) -> Self {
        let error = (replicates > 0 && deviation > 0.0).then_some(deviation);
        let test = error.and_then(|error| Test::wald(value, error, confidence));
        Self {
            value,
            standard_error: error,
            interval: test.map(|t| t.interval),
            p_value: test.and_then(|t| t.p_value),
            p_adjusted: None,
        }
    }

    /// The same for a weight times the difference of two scores: where the metric is a net or a share, the interval and
    /// its p-value are made from the two score intervals, which hold for few responses and extreme scores too.
    pub(super) fn between(
        value: f64,
        deviation: f64,
        replicates: u32,
        confidence: Confidence,
        (weight, samples): (f64, [&Sample; 2]),
        metric: &Metric,
    ) -> Self {
        let plain = Self::new(value, deviation, replicates, confidence);
        if replicates == 0 || !(weight > 0.0) {
            return plain;
        }
        match weighted_difference(weight, samples, deviation, metric, confidence) {
            Some(found) => Self { interval: Some(found.interval), p_value: found.p_value, ..plain },
            None => plain,
        }
    }

    /// Whether it is told from chance at this confidence, corrected.
    pub(super) fn stands_out(&self, confidence: Confidence) -> bool {
        self.p_adjusted.is_some_and(|p| p < 1.0 - confidence.get())
    }
}
