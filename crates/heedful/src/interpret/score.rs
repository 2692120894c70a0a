//! Scores: a value with how sure it is.

use serde::{Serialize, Serializer};

use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::{Kind, Metric};
use crate::base::number::Shown;
use crate::base::scale::Reading;
use crate::base::tally::Tally;
use crate::stats::interval::mean_bayes;
use crate::stats::{Confidence, Interval, IntervalMethod, NetSample, ProportionSample};

/// How uncertainty is stated. The default suits nearly everyone: 95 %, and for each kind of metric
/// the method that keeps its promise at small numbers.
///
/// ```
/// use heedful::{Metric, Score, Tally, Uncertainty};
/// let tally = Tally::from_counts(Metric::csat().scale().clone(), vec![1, 0, 1, 2, 4])?;
/// let stated = Uncertainty::from_json(r#"{"confidence": 0.8, "interval": "wald"}"#)?;
/// let interval = Score::from_tally(&tally, &Metric::csat(), stated)?.interval.unwrap();
/// assert_eq!((interval.confidence, interval.method.as_str()), (0.8, "wald"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Uncertainty {
    /// Share of samples whose interval holds the truth; 0.95 by default.
    pub confidence: Confidence,
    /// `score` for nets (Tango) and shares (Wilson), `t` for means where not set.
    pub interval: Option<IntervalMethod>,
}

options!(Uncertainty, takes [confidence, interval], from Self::default());

impl Uncertainty {
    /// Reads `{"confidence": 0.9, "interval": "wald"}`; both may be left out.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

config::written!(Uncertainty, r#"{"confidence": 0.9, "interval": "wald"}"#);

/// The share of one band.
///
/// ```
/// let score = heedful::Score::nps([10, 9, 8, 3])?;
/// let promoters = score.shares.last().unwrap();
/// assert_eq!((promoters.band.as_str(), promoters.share, promoters.count), ("promoter", Some(0.5), 2));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Share {
    /// Name of the band, for example `promoter`.
    pub band: String,
    /// Share of the rated responses, 0 to 1, weighted where the score is; `None` without any.
    pub share: Option<f64>,
    /// Responses, never weighted.
    pub count: u64,
    /// Wilson interval of the share, 0 to 1.
    pub interval: Option<Interval>,
}

/// A score with its uncertainty and what it was made from.
///
/// ```
/// use heedful::Score;
///
/// let score = Score::nps([10, 9, 8, 3])?;
/// assert_eq!(score.value, Some(25.0));
/// assert_eq!(score.n, 4);
/// let interval = score.interval.unwrap();
/// assert!(interval.lower > -60.0 && interval.upper < 90.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a score may come to know more
pub struct Score {
    /// Name of the metric.
    pub metric: String,
    /// The score in the metric's points, unrounded; `None` without rated responses.
    pub value: Option<f64>,
    /// Rated responses.
    pub n: u64,
    /// Responses without a rating.
    pub missing: u64,
    /// Ratings inside the range of the scale that are none of its points, or no numbers.
    pub invalid: u64,
    /// Ratings outside the range of the scale.
    pub out_of_range: u64,
    /// Standard error in the metric's points. Nets and shares divide by n, means by n - 1;
    /// weighted ones are linearised (with n - 1), clustered ones robust.
    pub standard_error: Option<f64>,
    /// Interval in the metric's points.
    pub interval: Option<Interval>,
    /// Bands from the lowest to the highest.
    #[serde(serialize_with = "shares_as_object")]
    pub shares: Vec<Share>,
    /// Responses for each point of the scale, never weighted.
    #[serde(serialize_with = "counts_as_object")]
    pub counts: Vec<(f64, u64)>,
    /// Mean of the ratings, weighted where the score is.
    pub mean: Option<f64>,
    /// Kish's effective number of responses, (sum of weights)² / sum of squared weights; n where
    /// nothing is weighted.
    pub effective_n: f64,
    /// Variance of the score over that of an unweighted, unclustered sample of the same size
    /// drawn with replacement; `None` where that is 0 or nothing is weighted or clustered.
    pub design_effect: Option<f64>,
    /// Accounts that rated, where the scoring looks at them ([`Clusters`](crate::Clusters)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<u64>,
}

fn shares_as_object<S: Serializer>(shares: &[Share], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(shares.iter().map(|s| (&s.band, s.share)))
}

fn counts_as_object<S: Serializer>(
    counts: &[(f64, u64)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(point, count)| (Shown(*point).to_string(), count)))
}

/// A standard error that comes from elsewhere than the tally.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Robust {
    /// In the metric's points; `None` where there are too few clusters to know it.
    pub(crate) standard_error: Option<f64>,
    /// Degrees of freedom: clusters less strata.
    pub(crate) df: f64,
}

impl Score {
    /// Net promoter score of ratings from 0 to 10. `None` and NaN are missing.
    ///
    /// ```
    /// use heedful::Score;
    /// let score = Score::nps([Some(10), Some(9), None, Some(3)])?;
    /// assert_eq!((score.n, score.missing, score.share("promoter")), (3, 1, Some(2.0 / 3.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `rating-out-of-range` or `rating-invalid` with the row (from 0) of the first bad rating.
    pub fn nps<T: Into<Rating>>(ratings: impl IntoIterator<Item = T>) -> Result<Self> {
        Self::of(&Metric::nps(), ratings)
    }

    /// Customer satisfaction: share of 4 and 5 among ratings from 1 to 5.
    ///
    /// ```
    /// assert_eq!(heedful::Score::csat([5, 4, 2, 1])?.value, Some(50.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Score::nps`].
    pub fn csat<T: Into<Rating>>(ratings: impl IntoIterator<Item = T>) -> Result<Self> {
        Self::of(&Metric::csat(), ratings)
    }

    /// Customer effort score 2.0: mean of ratings from 1 to 7.
    ///
    /// ```
    /// assert_eq!(heedful::Score::ces([7, 6, 2])?.value, Some(5.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Score::nps`].
    pub fn ces<T: Into<Rating>>(ratings: impl IntoIterator<Item = T>) -> Result<Self> {
        Self::of(&Metric::ces(), ratings)
    }

    /// The score of ratings by any metric, at 95 %.
    ///
    /// ```
    /// use heedful::{Metric, Score};
    /// assert_eq!(Score::of(&Metric::preset("thumbs")?, [1, 1, 0, 1])?.value, Some(75.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Score::nps`].
    pub fn of<T: Into<Rating>>(
        metric: &Metric,
        ratings: impl IntoIterator<Item = T>,
    ) -> Result<Self> {
        let mut tally = Tally::new(metric.scale().clone());
        for (row, rating) in ratings.into_iter().enumerate() {
            let rating = rating.into().0;
            let reading = tally.observe(rating);
            if let Some(error) = rating_error(reading, rating, metric) {
                return Err(error.on_row(row as u64));
            }
        }
        Self::from_tally(&tally, metric, Uncertainty::default())
    }

    /// The score of a tally: the one computation behind every score.
    ///
    /// A weighted score's standard error is linearised, n/(n-1) Σ w²(v-score)² / (Σw)², and its
    /// interval is the method's own at the effective size n / design effect, so that it keeps to
    /// the range of the metric and equals the unweighted one where all weights are 1.
    ///
    /// ```
    /// use heedful::{Metric, Score, Tally, Uncertainty};
    /// let tally = Tally::from_counts(Metric::csat().scale().clone(), vec![1, 0, 1, 2, 4])?;
    /// assert_eq!(Score::from_tally(&tally, &Metric::csat(), Uncertainty::default())?.value, Some(75.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `scale-mismatch` where the tally is on another scale, `invalid-argument` for an interval
    /// method that does not suit the metric.
    pub fn from_tally(tally: &Tally, metric: &Metric, uncertainty: Uncertainty) -> Result<Self> {
        Self::build(tally, metric, uncertainty, None)
    }

    pub(crate) fn build(
        tally: &Tally,
        metric: &Metric,
        uncertainty: Uncertainty,
        robust: Option<Robust>,
    ) -> Result<Self> {
        if tally.scale() != metric.scale() {
            return Err(Error::new(
                ErrorCode::ScaleMismatch,
                format!("a tally on {} cannot be scored by {}", tally.scale(), metric.name()),
            ));
        }
        let sample = Sample::new(tally, metric, robust);
        let interval = sample.interval(metric, uncertainty)?;
        let size = sample.shrunk(uncertainty.confidence).size;
        let points = metric.scale().points();
        let masses = tally.masses();
        let mass: f64 = masses.iter().sum();
        let shares = metric.bands().iter().map(|band| {
            let inside =
                |i: &usize| points.get(*i).is_some_and(|p| *p >= band.from && *p <= band.to);
            let pick = |i: usize| masses.get(i).copied().unwrap_or_default();
            let in_band: f64 = (0..points.len()).filter(inside).map(pick).sum();
            let share = (mass > 0.0).then(|| in_band / mass);
            Share {
                band: band.name.clone(),
                share,
                count: (0..points.len()).filter(inside).filter_map(|i| tally.counts().get(i)).sum(),
                interval: share.and_then(|share| {
                    ProportionSample::new(share * size, size)
                        .map(|p| p.score(uncertainty.confidence))
                }),
            }
        });
        Ok(Self {
            metric: metric.name().to_owned(),
            value: sample.value,
            n: tally.n(),
            missing: tally.missing(),
            invalid: tally.invalid(),
            out_of_range: tally.out_of_range(),
            standard_error: sample.standard_error,
            interval,
            shares: shares.collect(),
            counts: points.iter().copied().zip(tally.counts().iter().copied()).collect(),
            mean: (mass > 0.0)
                .then(|| points.iter().zip(&masses).map(|(p, m)| p * m).sum::<f64>() / mass),
            effective_n: sample.kish,
            design_effect: sample.design_effect,
            accounts: None,
        })
    }

    /// The share of a band by name, 0 to 1.
    ///
    /// ```
    /// assert_eq!(heedful::Score::nps([10, 9, 8, 3])?.share("detractor"), Some(0.25));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn share(&self, band: &str) -> Option<f64> {
        self.shares.iter().find(|s| s.band == band)?.share
    }
}

/// What is wrong with a rating, if anything. Ratings are numbers, not customer text, so the message
/// may show them.
pub(crate) fn rating_error(reading: Reading, rating: f64, metric: &Metric) -> Option<Error> {
    metric.scale().refusal(reading, rating)
}

/// What a score is computed from: the tally's values with weights, as moments.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Weight of each point, scaled so that all add up to the effective size.
    pub(crate) effective: Vec<f64>,
    /// n / design effect: the size that intervals and tests use.
    pub(crate) size: f64,
    pub(crate) value: Option<f64>,
    /// Variance of one response, divisor n.
    pub(crate) variance: f64,
    pub(crate) standard_error: Option<f64>,
    /// Degrees of freedom of the standard error.
    pub(crate) df: f64,
    kish: f64,
    pub(crate) design_effect: Option<f64>,
    designed: bool,
    clustered: bool,
}

impl Sample {
    pub(crate) fn new(tally: &Tally, metric: &Metric, robust: Option<Robust>) -> Self {
        let values = metric.values();
        let masses = tally.masses();
        let mass: f64 = masses.iter().sum();
        let n = tally.n() as f64;
        if !(mass > 0.0) {
            return Self {
                effective: masses,
                size: 0.0,
                value: None,
                variance: 0.0,
                standard_error: None,
                df: 0.0,
                kish: 0.0,
                design_effect: None,
                designed: false,
                clustered: false,
            };
        }
        let value = values.iter().zip(&masses).map(|(v, m)| v * m).sum::<f64>() / mass;
        let spread = |masses: &[f64]| {
            values.iter().zip(masses).map(|(v, m)| m * (v - value) * (v - value)).sum::<f64>()
        };
        let variance = spread(&masses) / mass;
        // What a sample of this size drawn at random would have; nets and shares keep the divisor n.
        let simple = (n > 1.0).then(|| variance / (n - 1.0));
        let plain = match metric.kind() {
            Kind::Net | Kind::Share => Some(variance / n),
            Kind::Mean => simple,
        };
        let mut kish = n;
        let mut designed = None;
        if let Some(weights) = tally.weights() {
            kish = mass * mass / weights.squares.iter().sum::<f64>();
            designed =
                Some((n > 1.0).then(|| n / (n - 1.0) * spread(&weights.squares) / (mass * mass)));
        }
        if let Some(robust) = robust {
            designed = Some(robust.standard_error.map(|error| error * error));
        }
        let squared = designed.unwrap_or(plain);
        let design_effect = match (designed.flatten(), simple) {
            (Some(designed), Some(simple)) if simple > 0.0 && designed > 0.0 => {
                Some(designed / simple)
            }
            _ => None,
        };
        // Where the design effect is not known (all agree, say), no more is known than as many
        // responses as there are clusters would tell.
        let unknown = robust.map_or(kish, |r| kish.min(r.df + 1.0));
        let size = if designed.is_some() { design_effect.map_or(unknown, |d| n / d) } else { n };
        let df = robust.map_or(if designed.is_some() { size } else { n } - 1.0, |r| r.df);
        Self {
            effective: masses.iter().map(|m| m * (size / mass)).collect(),
            size,
            value: Some(value),
            variance,
            standard_error: squared.map(f64::sqrt),
            df,
            kish,
            design_effect,
            designed: designed.is_some(),
            clustered: robust.is_some(),
        }
    }

    /// The same with the effective size that intervals are made from: few clusters tell less about
    /// the standard error itself (E. Korn and B. Graubard, "Confidence intervals for proportions with
    /// small expected number of positive counts estimated from survey data", Survey Methodology 24,
    /// 1998).
    fn shrunk(&self, confidence: Confidence) -> Self {
        let mut sample = self.clone();
        if self.clustered && self.df >= 1.0 {
            let ratio = confidence.z() / confidence.t(self.df);
            sample.size *= ratio * ratio;
            sample.effective.iter_mut().for_each(|m| *m *= ratio * ratio);
        }
        sample
    }

    /// Effective counts below, at and above the middle of a net.
    pub(crate) fn net(&self, metric: &Metric) -> Option<NetSample> {
        let sum = |keep: fn(f64) -> bool| {
            let pairs = metric.values().iter().zip(&self.effective);
            pairs.filter(|(v, _)| keep(**v)).map(|(_, m)| *m).sum::<f64>()
        };
        NetSample::new(sum(|v| v < 0.0), sum(|v| v == 0.0), sum(|v| v > 0.0))
    }

    /// Effective successes of a share.
    pub(crate) fn share(&self, metric: &Metric) -> Option<ProportionSample> {
        let pairs = metric.values().iter().zip(&self.effective);
        let successes: f64 = pairs.filter(|(v, _)| **v > 0.0).map(|(_, m)| *m).sum();
        ProportionSample::new(successes.min(self.size), self.size)
    }

    fn interval(&self, metric: &Metric, uncertainty: Uncertainty) -> Result<Option<Interval>> {
        let Uncertainty { confidence, interval } = uncertainty;
        let kind = metric.kind();
        let method = interval.unwrap_or(match kind {
            Kind::Net | Kind::Share => IntervalMethod::Score,
            Kind::Mean => IntervalMethod::T,
        });
        let known: &[IntervalMethod] = match kind {
            Kind::Net => NetSample::METHODS,
            Kind::Share => ProportionSample::METHODS,
            Kind::Mean => &[IntervalMethod::T, IntervalMethod::Wald, IntervalMethod::Bayes],
        };
        // Clusters have degrees of freedom, whatever the metric.
        let t = method == IntervalMethod::T && self.clustered;
        if !(t || known.contains(&method)) {
            let names: Vec<_> = known.iter().map(|m| m.as_str()).collect();
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "interval `{}` does not suit {}: use {}",
                    method.as_str(),
                    metric.name(),
                    names.join(", ")
                ),
            )
            .at("interval"));
        }
        let Some(value) = self.value else { return Ok(None) };
        // Methods built on the standard error take the designed one.
        let on_error = match (method, self.standard_error) {
            (IntervalMethod::Wald, Some(error)) => Some(Interval::wald(value, error, confidence)),
            (IntervalMethod::T, Some(error)) if kind == Kind::Mean || self.designed => {
                Some(Interval::t(value, error, self.df, confidence))
            }
            (IntervalMethod::T | IntervalMethod::Wald, None) => Some(None),
            _ => None,
        };
        if let Some(interval) = on_error {
            return Ok(interval);
        }
        let sample = self.shrunk(confidence);
        Ok(match kind {
            Kind::Net => sample
                .net(metric)
                .and_then(|s| s.interval(method, confidence))
                .map(|i| i.scaled(100.0)),
            Kind::Share => sample
                .share(metric)
                .and_then(|s| s.interval(method, confidence))
                .map(|i| i.scaled(100.0)),
            // Jeffreys' prior: half a response for each point.
            Kind::Mean => mean_bayes(metric.values(), &sample.effective, 0.5, confidence),
        })
    }
}

/// One rating on its way in: any number, or none. NaN is missing.
///
/// ```
/// use heedful::Score;
/// assert_eq!(Score::nps([9.0, f64::NAN])?.missing, 1);
/// assert_eq!(Score::nps([Some(0_u8), None])?.value, Some(-100.0)); // 0 is a rating
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating(pub(crate) f64);

macro_rules! rating {
    ($($type:ty),*) => {
        $(impl From<$type> for Rating {
            fn from(value: $type) -> Self {
                Self(f64::from(value))
            }
        }

        impl From<Option<$type>> for Rating {
            fn from(value: Option<$type>) -> Self {
                value.map_or(Self(f64::NAN), Self::from)
            }
        }

        impl From<&$type> for Rating {
            fn from(value: &$type) -> Self {
                Self::from(*value)
            }
        })*
    };
}
rating!(i32, u8, i8, u16, i16, u32, f32, f64);

impl From<i64> for Rating {
    fn from(value: i64) -> Self {
        Self(value as f64)
    }
}

impl From<Option<i64>> for Rating {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self(f64::NAN), Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_a_rating_and_none_is_missing() {
        let score = Score::nps([Some(0), None, Some(10)]).unwrap();
        assert_eq!((score.value, score.n, score.missing), (Some(0.0), 2, 1));
        let score = Score::nps([0.0, f64::NAN]).unwrap();
        assert_eq!((score.value, score.n, score.missing), (Some(-100.0), 1, 1));
    }

    #[test]
    fn nothing_rated_has_no_value_and_no_nan() {
        let score = Score::csat(Vec::<i32>::new()).unwrap();
        assert_eq!((score.value, score.standard_error, score.interval), (None, None, None));
        assert_eq!(score.share("satisfied"), None);
        assert!(!serde_json::to_string(&score).unwrap().contains("NaN"));
    }

    #[test]
    fn matches_the_published_nps_intervals() {
        // Counts of (detractors, passives, promoters) with score, adjusted Wald and Wald intervals.
        let cases = [
            ((15, 25, 60), [29.2569, 58.1257, 29.3431, 58.0355, 30.4976, 59.5024]),
            ((0, 2, 8), [30.0441, 94.3318, f64::NAN, f64::NAN, f64::NAN, f64::NAN]),
            ((0, 0, 10), [44.4934, 100.0, f64::NAN, f64::NAN, f64::NAN, f64::NAN]),
        ];
        for ((detractors, passives, promoters), expected) in cases {
            let mut counts = vec![0; 11];
            (counts[3], counts[7], counts[10]) = (detractors, passives, promoters);
            let metric = Metric::nps();
            let tally = Tally::from_counts(metric.scale().clone(), counts).unwrap();
            let methods =
                [IntervalMethod::Score, IntervalMethod::AdjustedWald, IntervalMethod::Wald];
            for (method, expected) in methods.into_iter().zip(expected.chunks(2)) {
                let uncertainty = Uncertainty { interval: Some(method), ..Uncertainty::default() };
                let score = Score::from_tally(&tally, &metric, uncertainty).unwrap();
                let interval = score.interval.unwrap();
                if !expected[0].is_nan() {
                    assert!((interval.lower - expected[0]).abs() < 1e-4, "{interval:?}");
                    assert!((interval.upper - expected[1]).abs() < 1e-4, "{interval:?}");
                }
            }
        }
    }

    #[test]
    fn unit_weights_change_only_the_divisor() {
        let metric = Metric::nps();
        let mut plain = Tally::new(metric.scale().clone());
        let mut weighted = plain.clone();
        for rating in [10.0, 9.0, 8.0, 3.0, 10.0, 0.0, 7.0] {
            plain.observe(rating);
            weighted.observe_weighted(rating, 1.0).unwrap();
        }
        let score = |t| Score::from_tally(t, &metric, Uncertainty::default()).unwrap();
        let (a, b) = (score(&plain), score(&weighted));
        assert_eq!((a.value, &a.shares), (b.value, &b.shares));
        assert_eq!(a.interval, b.interval);
        assert_eq!(b.effective_n, 7.0);
        let ratio = b.standard_error.unwrap() / a.standard_error.unwrap();
        assert!((ratio - (7.0_f64 / 6.0).sqrt()).abs() < 1e-14);
    }

    #[test]
    fn a_method_must_suit_the_metric() {
        let tally = Tally::new(Metric::ces().scale().clone());
        let uncertainty =
            Uncertainty { interval: Some(IntervalMethod::Score), ..Uncertainty::default() };
        let error = Score::from_tally(&tally, &Metric::ces(), uncertainty).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "interval"));
        let error = Score::from_tally(&tally, &Metric::nps(), Uncertainty::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ScaleMismatch);
    }
}
