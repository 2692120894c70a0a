//! Targets and benchmarks: is the score where it should be?

use serde::Serialize;

use super::compare::TargetTest;
use super::score::Uncertainty;
use crate::base::config::{self, names, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::{Better, Metric};
use crate::base::number::Shown;
use crate::base::tally::Tally;
use crate::stats::{Confidence, IntervalMethod};

/// Where a score stands against a target, from good to bad news.
///
/// ```
/// use heedful::TargetStatus;
/// assert!(TargetStatus::Reached < TargetStatus::Likely && TargetStatus::Open < TargetStatus::Missed);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetStatus {
    /// The whole interval is at the target or on its good side.
    Reached,
    /// The probability that the target is reached is at least [`Target::likely`].
    Likely,
    /// It could be either.
    Open,
    /// The whole interval is on the bad side.
    Missed,
}

/// A score to reach: a goal of one's own, or a benchmark (a target with a name).
///
/// Quick advice: the value, and a name where there are several. The good direction is the metric's
/// ([`Metric::better`]).
///
/// ```
/// use heedful::{Metric, Tally, Target, TargetStatus};
///
/// let metric = Metric::nps();
/// let tally = Tally::from_counts(metric.scale().clone(), vec![2, 1, 1, 1, 1, 3, 3, 9, 22, 22, 35])?;
/// let goal = Target::new(40.0).assess(&tally, &metric)?;
/// assert_eq!((goal.distance, goal.status), (Some(5.0), TargetStatus::Open));
/// let industry = Target::new(30.0).named("industry").assess(&tally, &metric)?;
/// assert_eq!(industry.status, TargetStatus::Reached);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The score to reach, in the metric's points.
    value: f64,
    /// Of a benchmark, for example `industry`.
    #[serde(default)]
    name: Option<String>,
    /// Of the interval that decides what is reached and missed.
    #[serde(default)]
    confidence: Confidence,
    /// `score` for nets and shares, `t` for means where not set.
    #[serde(default)]
    interval: Option<IntervalMethod>,
    /// Probability from which a target is likely to be reached.
    #[serde(default = "four_of_five")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.5, max = 1.0)))]
    likely: f64,
}

options!(Target, needs [value], takes [name, confidence, interval, likely], from Self::new(0.0));

names!(TargetStatus { Reached = "reached", Likely = "likely", Open = "open", Missed = "missed" });

fn four_of_five() -> f64 {
    0.8
}

/// A score against a [`Target`].
///
/// ```
/// use heedful::{Metric, Tally, Target};
/// let metric = Metric::nps();
/// let tally = Tally::from_counts(metric.scale().clone(), vec![2, 1, 1, 1, 1, 3, 3, 9, 22, 22, 35])?;
/// let goal = Target::new(40.0).assess(&tally, &metric)?; // the score is 45
/// assert_eq!(goal.distance, Some(5.0));
/// assert!((0.7..0.8).contains(&goal.probability.unwrap()));
/// assert!(goal.test.interval.unwrap().contains(0.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // an assessment may come to know more
pub struct Attainment {
    /// Name of the target.
    pub name: Option<String>,
    /// Points beyond the target on its good side; negative where they are lacking. `None` without
    /// rated responses.
    pub distance: Option<f64>,
    /// How sure it is that the target is reached, 0 to 1: 1 less the one-sided p-value of the test
    /// that belongs to the interval, which is also the posterior probability under a flat prior
    /// where the normal approximation holds. `None` where the test cannot say.
    pub probability: Option<f64>,
    /// Where the score stands; [`Open`](TargetStatus::Open) where nothing is known.
    pub status: TargetStatus,
    /// The test, with the score.
    pub test: TargetTest,
}

impl Target {
    /// A target in the metric's points, judged at 95 % confidence, likely from 0.8.
    #[must_use]
    pub fn new(value: f64) -> Self {
        Self {
            value,
            name: None,
            confidence: Confidence::default(),
            interval: None,
            likely: four_of_five(),
        }
    }

    /// Reads a target from JSON: `{"value": 40.0, "name": "industry"}` with the names of the setters
    /// here (`named` sets `name`, `uncertainty` sets `confidence` and `interval`).
    ///
    /// ```
    /// use heedful::{Target, Uncertainty};
    /// let json = r#"{"value": 40, "name": "industry", "likely": 0.9, "confidence": 0.8}"#;
    /// let stated = Uncertainty::from_json(r#"{"confidence": 0.8}"#)?;
    /// assert_eq!(Target::from_json(json)?, Target::new(40.0).named("industry").likely(0.9).uncertainty(stated));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Names the target: a benchmark.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Confidence and method of the interval that decides what is reached and missed: `score`
    /// (default), `adjusted_wald` (nets only) or `wald`; for means `t` (default) or `wald`.
    #[must_use]
    pub fn uncertainty(mut self, uncertainty: Uncertainty) -> Self {
        self.confidence = uncertainty.confidence;
        self.interval = uncertainty.interval;
        self
    }

    /// From which probability on it is likely that the target is reached, 0.5 to 1; 0.8 where not
    /// set.
    #[must_use]
    pub fn likely(mut self, probability: f64) -> Self {
        self.likely = probability;
        self
    }

    /// Where a tally stands.
    ///
    /// ```
    /// use heedful::{Metric, Tally, Target, TargetStatus};
    /// let csat = Metric::csat();
    /// let tally = Tally::from_counts(csat.scale().clone(), vec![2, 3, 5, 40, 50])?;
    /// let goal = Target::new(80.0).assess(&tally, &csat)?;
    /// assert_eq!((goal.distance, goal.status), (Some(10.0), TargetStatus::Reached));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`TargetTest::of`]; `invalid-argument` for a `likely` outside 0.5 to 1.
    pub fn assess(&self, tally: &Tally, metric: &Metric) -> Result<Attainment> {
        if !(0.5..=1.0).contains(&self.likely) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("must lie between 0.5 and 1, got `{}`", Shown(self.likely)),
            )
            .at("likely"));
        }
        let uncertainty = Uncertainty { confidence: self.confidence, interval: self.interval };
        let test = TargetTest::of(tally, metric, self.value, uncertainty)
            .map_err(|e| if e.path() == "target" { e.at("value") } else { e })?;
        let sign = match metric.better() {
            Better::Higher => 1.0,
            Better::Lower => -1.0,
        };
        let distance = test.difference.map(|d| sign * d + 0.0);
        let probability = distance
            .zip(test.p_value)
            .map(|(distance, p)| if distance < 0.0 { 0.5 * p } else { 1.0 - 0.5 * p });
        let interval = test.interval.map(|i| i.scaled(sign));
        let status = match (interval, probability) {
            (Some(interval), Some(_)) if interval.lower >= 0.0 => TargetStatus::Reached,
            (Some(interval), Some(_)) if interval.upper < 0.0 => TargetStatus::Missed,
            (_, Some(probability)) if probability >= self.likely => TargetStatus::Likely,
            _ => TargetStatus::Open,
        };
        Ok(Attainment { name: self.name.clone(), distance, probability, status, test })
    }
}

config::written!(Target, r#"{"value": 40, "name": "industry"}"#);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assess(target: f64, metric: &Metric, counts: &[u64]) -> Attainment {
        let tally = Tally::from_counts(metric.scale().clone(), counts.to_vec()).unwrap();
        Target::new(target).assess(&tally, metric).unwrap()
    }

    #[test]
    fn each_status_in_its_place() {
        // Wilson's 95 % interval of 70 of 100 is 60.4 to 78.1 (R 4.2.2, binom); its one-sided 80 %
        // bound lies at 66.0.
        let metric = Metric::preset("thumbs").unwrap();
        let status = |target| assess(target, &metric, &[30, 70]).status;
        assert_eq!(status(60.0), TargetStatus::Reached);
        assert_eq!(status(61.0), TargetStatus::Likely);
        assert_eq!(status(65.9), TargetStatus::Likely);
        assert_eq!(status(66.1), TargetStatus::Open);
        assert_eq!(status(78.0), TargetStatus::Open);
        assert_eq!(status(78.2), TargetStatus::Missed);
        let even = assess(70.0, &metric, &[30, 70]);
        assert_eq!((even.distance, even.probability), (Some(0.0), Some(0.5)));
        // z = (0.7 - 0.6) / sqrt(0.24 / 100) = 2.0412; P(Z < z) = 0.979385 (tables of the normal).
        let p = assess(60.0, &metric, &[30, 70]).probability.unwrap();
        assert!((p - 0.979_385).abs() < 1e-4, "{p}");
    }

    #[test]
    fn less_effort_is_the_good_side() {
        let metric = Metric::preset("ces_1").unwrap();
        let found = assess(3.0, &metric, &[30, 40, 10, 5, 5]);
        assert_eq!(found.status, TargetStatus::Reached);
        assert!(found.distance.unwrap() > 0.0 && found.test.difference.unwrap() < 0.0);
        assert!(found.probability.unwrap() > 0.99);
    }

    #[test]
    fn nothing_known_is_open() {
        let metric = Metric::nps();
        let found = assess(20.0, &metric, &[0; 11]);
        assert_eq!(
            (found.distance, found.probability, found.status),
            (None, None, TargetStatus::Open)
        );
        // Two happy answers do not make sure of a mean.
        let stars = Metric::preset("stars").unwrap();
        assert_eq!(assess(4.0, &stars, &[0, 0, 0, 0, 2]).status, TargetStatus::Open);
    }

    #[test]
    fn options_are_checked() {
        let tally = Tally::new(Metric::nps().scale().clone());
        let path =
            |target: Target| target.assess(&tally, &Metric::nps()).unwrap_err().path().to_owned();
        assert_eq!(path(Target::new(101.0)), "value");
        assert_eq!(path(Target::new(f64::NAN)), "value");
        assert_eq!(path(Target::new(0.0).likely(f64::NAN)), "likely");
        let target = Target::new(40.0).named("industry").likely(0.9);
        assert_eq!(Target::from_json(&target.to_json()).unwrap(), target);
    }

    proptest! {
        #[test]
        fn a_mirrored_metric_mirrors_the_news(
            counts in prop::collection::vec(0..8_u64, 5),
            target in 0.0..100.0,
        ) {
            let top = Metric::csat();
            let lower = top.clone().with_better(Better::Lower);
            let (a, b) = (assess(target, &top, &counts), assess(target, &lower, &counts));
            prop_assert_eq!(a.distance.map(|d| -d + 0.0), b.distance);
            if let Some((p, q)) = a.probability.zip(b.probability) {
                // At the target itself both are even.
                prop_assert!((p + q - 1.0).abs() < 1e-12, "{} {}", p, q);
            }
            prop_assert_eq!(a.status == TargetStatus::Reached, b.status == TargetStatus::Missed);
            prop_assert_eq!(a.status == TargetStatus::Missed, b.status == TargetStatus::Reached);
        }
    }
}
