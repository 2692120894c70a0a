//! Intervals for one net score, proportion or mean.
//!
//! # Which one
//!
//! Leave the default: [`Score`](IntervalMethod::Score) for shares and nets, [`T`](IntervalMethod::T) for
//! means. The others exist to match numbers made elsewhere ([`Wald`](IntervalMethod::Wald),
//! [`AdjustedWald`](IntervalMethod::AdjustedWald)) or to state a probability
//! ([`Bayes`](IntervalMethod::Bayes)).

mod mean;
mod net;
mod posterior;
mod proportion;

use serde::Serialize;

pub(crate) use mean::MeanPosterior;
pub use mean::{MeanSample, mean_bayes};
pub use net::NetSample;
pub use proportion::ProportionSample;

use super::distribution::{normal_quantile, t_quantile};
use crate::base::config::{Config, deserialized, names, stored};
use crate::base::json::Json;
use crate::base::number::Shown;
use crate::{Error, ErrorCode, Result};

/// How an interval was made.
///
/// ```
/// use heedful::stats::IntervalMethod;
/// assert_eq!(IntervalMethod::AdjustedWald.as_str(), "adjusted_wald");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further methods may be added by name
pub enum IntervalMethod {
    /// All values that a score test does not reject: Tango (1998) for nets, Wilson (1927) for proportions.
    Score,
    /// Wald after adding pseudo-responses: 3/4 detractor, 3/2 passive, 3/4 promoter for nets (Rocks 2016),
    /// z²/2 of each kind for proportions (Agresti and Coull 1998); cut to the range of the quantity.
    AdjustedWald,
    /// Estimate ± z standard errors; may leave the range of the quantity and has no width for unanimous
    /// samples.
    Wald,
    /// Estimate ± t standard errors.
    T,
    /// Equal-tailed credible interval of the posterior.
    Bayes,
    /// Percentiles of bootstrap replicates: of analyses that draw them, not to be asked for in a score.
    #[cfg_attr(feature = "schema", schemars(skip))]
    Bootstrap,
    /// Of a total of skewed amounts (P. Hall 1992): of money, not to be asked for in a score.
    #[cfg_attr(feature = "schema", schemars(skip))]
    Hall,
}

names!(IntervalMethod {
    Score = "score",
    AdjustedWald = "adjusted_wald",
    Wald = "wald",
    T = "t",
    Bayes = "bayes",
});

stored!(Interval { lower, upper, confidence, method });

impl IntervalMethod {
    /// The snake-case spelling that JSON uses, for example `adjusted_wald`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::AdjustedWald => "adjusted_wald",
            Self::Wald => "wald",
            Self::T => "t",
            Self::Bayes => "bayes",
            Self::Bootstrap => "bootstrap",
            Self::Hall => "hall",
        }
    }
}

/// A confidence level strictly between 0 and 1; 0.95 by default.
///
/// ```
/// use heedful::stats::Confidence;
/// assert_eq!(Confidence::default().get(), 0.95);
/// assert_eq!(Confidence::new(0.9)?.get(), 0.9);
/// assert!(Confidence::new(95.0).is_err());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))
)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence(f64);

impl Confidence {
    /// A confidence level, as a share: 0.95, not 95.
    ///
    /// # Errors
    ///
    /// `invalid-argument` unless 0 < `level` < 1.
    pub fn new(level: f64) -> Result<Self> {
        if level > 0.0 && level < 1.0 {
            return Ok(Self(level));
        }
        Err(Error::new(
            ErrorCode::InvalidArgument,
            format!("confidence must lie between 0 and 1, got `{}`", Shown(level)),
        ))
    }

    /// The level as a share.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The probability left out on each side.
    pub(crate) fn tail(self) -> f64 {
        0.5 * (1.0 - self.0)
    }

    /// The normal quantile that leaves out [`tail`](Self::tail) on each side: 1.96 for 0.95.
    pub(crate) fn z(self) -> f64 {
        -normal_quantile(self.tail())
    }

    /// The same for Student's t.
    pub(crate) fn t(self, df: f64) -> f64 {
        -t_quantile(self.tail(), df)
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self(0.95)
    }
}

impl TryFrom<f64> for Confidence {
    type Error = Error;

    fn try_from(level: f64) -> Result<Self> {
        Self::new(level)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

impl Config for Confidence {
    fn read(json: &Json) -> Result<Self> {
        Self::new(f64::read(json)?)
    }
}

deserialized!(Confidence);

/// An interval with how it was made. The ends are on the scale of the quantity (a net: -1 to 1).
///
/// ```
/// use heedful::stats::{Confidence, Interval};
/// let interval = Interval::wald(0.5, 0.1, Confidence::default()).unwrap();
/// assert!(interval.contains(0.31) && !interval.contains(0.30));
/// assert!((interval.width() - 0.392).abs() < 1e-3);
/// assert!((interval.scaled(100.0).upper - 69.6).abs() < 1e-2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Confidence (or posterior probability) as a share.
    pub confidence: f64,
    /// How the interval was made.
    pub method: IntervalMethod,
}

impl Interval {
    pub(crate) fn new(
        (lower, upper): (f64, f64),
        confidence: Confidence,
        method: IntervalMethod,
    ) -> Self {
        Self { lower, upper, confidence: confidence.get(), method }
    }

    /// Estimate ± z standard errors, for any estimate whose standard error is known (a weighted one, say).
    /// `None` unless the estimate is finite and the standard error finite and not negative.
    ///
    /// ```
    /// use heedful::stats::{Confidence, Interval};
    /// let interval = Interval::wald(0.45, 0.0698212002188447, Confidence::default()).unwrap();
    /// assert!((interval.lower - 0.313152962213704).abs() < 1e-12); // R's NPS 1.1
    /// ```
    #[must_use]
    pub fn wald(estimate: f64, standard_error: f64, confidence: Confidence) -> Option<Self> {
        let half = confidence.z() * finite_error(estimate, standard_error)?;
        Some(Self::new((estimate - half, estimate + half), confidence, IntervalMethod::Wald))
    }

    /// Estimate ± t standard errors with `df` degrees of freedom. `None` unless the estimate is finite, the
    /// standard error finite and not negative, and `df` positive (it may be infinite: then z).
    ///
    /// ```
    /// use heedful::stats::{Confidence, Interval};
    /// let interval = Interval::t(0.0, 1.0, 10.0, Confidence::default()).unwrap();
    /// assert!((interval.upper - 2.228_139).abs() < 1e-6); // tables of Student's t
    /// ```
    #[must_use]
    pub fn t(estimate: f64, standard_error: f64, df: f64, confidence: Confidence) -> Option<Self> {
        if !(df > 0.0) {
            return None;
        }
        let quantile = if df.is_finite() { confidence.t(df) } else { confidence.z() };
        let half = quantile * finite_error(estimate, standard_error)?;
        Some(Self::new((estimate - half, estimate + half), confidence, IntervalMethod::T))
    }

    /// The distance between the ends.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// Whether `value` lies in the interval, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// The interval in another unit: both ends times `factor` (100 gives a net score in points). A negative
    /// factor exchanges the ends.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let (a, b) = (self.lower * factor, self.upper * factor);
        Self { lower: a.min(b), upper: a.max(b), ..*self }
    }
}

fn finite_error(estimate: f64, standard_error: f64) -> Option<f64> {
    (estimate.is_finite() && standard_error.is_finite() && standard_error >= 0.0)
        .then_some(standard_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_has_one_door() {
        for level in [0.0, 1.0, -0.1, 95.0, f64::NAN, f64::INFINITY] {
            let error = Confidence::new(level).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidArgument);
            assert!(serde_json::from_str::<Confidence>(&level.to_string()).is_err());
        }
        assert_eq!(serde_json::from_str::<Confidence>("0.9").unwrap(), Confidence(0.9));
        assert_eq!(serde_json::to_string(&Confidence::default()).unwrap(), "0.95");
    }

    #[test]
    fn methods_are_spelled_as_in_json() {
        use IntervalMethod::*;
        for method in [Score, AdjustedWald, Wald, T, Bayes] {
            let json = serde_json::to_string(&method).unwrap();
            assert_eq!(json, format!("\"{}\"", method.as_str()));
        }
    }

    #[test]
    fn intervals_round_trip_and_scale() {
        let interval = Interval::t(7.5, 0.5, 9.0, Confidence::default()).unwrap();
        let exact = Interval { lower: 6.5, upper: 8.5, ..interval };
        let json = serde_json::to_string(&exact).unwrap();
        assert_eq!(json, r#"{"lower":6.5,"upper":8.5,"confidence":0.95,"method":"t"}"#);
        assert_eq!(serde_json::from_str::<Interval>(&json).unwrap(), exact);
        let flipped = interval.scaled(-100.0);
        assert!(flipped.lower < flipped.upper && flipped.contains(-750.0));
        assert!(Interval::t(0.0, 1.0, 0.0, Confidence::default()).is_none());
        assert!(Interval::wald(f64::NAN, 1.0, Confidence::default()).is_none());
        assert!(Interval::wald(0.0, -1.0, Confidence::default()).is_none());
        let z = Interval::wald(0.0, 1.0, Confidence::default()).unwrap();
        let t = Interval::t(0.0, 1.0, f64::INFINITY, Confidence::default()).unwrap();
        assert_eq!(z.upper, t.upper);
    }
}
