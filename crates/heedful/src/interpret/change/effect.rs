//! One part of a difference.

use serde::Serialize;

use crate::stats::{Comparison as Test, Confidence, Interval};

/// A part of a difference, in points, with how sure it is.
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

    /// Whether it is told from chance at this confidence, corrected.
    pub(super) fn stands_out(&self, confidence: Confidence) -> bool {
        self.p_adjusted.is_some_and(|p| p < 1.0 - confidence.get())
    }
}
