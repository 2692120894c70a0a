//! How many responses are needed, in the metric's points.

use std::collections::BTreeMap;

use serde::Serialize;

use super::score::Sample;
use crate::base::config::{self, Config, deserialized, entries, names, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::metric::Metric;
use crate::base::number::Shown;
use crate::base::tally::Tally;
use crate::stats::{Confidence, sample_size};

/// Expected answers: in JSON an object of bands or a list of points.
///
/// ```
/// use heedful::{ExpectedShares, Metric, SampleSize};
/// let bands = r#"{"metric": "psat", "margin": 3, "shares": {"satisfied": 0.8}}"#;
/// let points = r#"{"metric": "psat", "margin": 3, "shares": [0.2, 0.8]}"#;
/// assert_eq!(SampleSize::from_json(bands)?.run()?.n, SampleSize::from_json(points)?.run()?.n);
/// assert_eq!(serde_json::to_string(&ExpectedShares::Points(vec![0.2, 0.8])).unwrap(), "[0.2,0.8]");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ExpectedShares {
    /// A share, 0 to 1, for each band by name. What they leave out of 1 goes to the bands that are
    /// not named.
    Bands(BTreeMap<String, f64>),
    /// A share for each point of the scale, in its order; together 1.
    Points(Vec<f64>),
}

names!(Assumption { WorstCase = "worst_case", Shares = "shares", Pilot = "pilot" });

impl Config for ExpectedShares {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Object(_) => {
                let mut bands = BTreeMap::new();
                // One by one: collecting sorts first, by code compiled for this type.
                for (band, share) in entries(json)? {
                    bands.insert(band, share);
                }
                Ok(Self::Bands(bands))
            }
            Json::List(_) => Vec::read(json).map(Self::Points),
            _ => Err(json
                .refused("an object with shares of bands or a list with a share for each point")),
        }
    }
}

deserialized!(ExpectedShares);

/// Where the assumed variance came from.
///
/// ```
/// use heedful::{Assumption, Metric, SampleSize};
/// let plan = |options: SampleSize| options.margin(5.0).run().map(|plan| plan.assumption);
/// assert_eq!(plan(SampleSize::new(Metric::nps()))?, Assumption::WorstCase);
/// let expected = SampleSize::new(Metric::nps()).shares([("promoter", 0.5), ("detractor", 0.2)]);
/// assert_eq!(plan(expected)?, Assumption::Shares);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumption {
    /// The largest there is: half of the answers at either end (a net: half promoters, half
    /// detractors). The answer is safe and often far too large.
    WorstCase,
    /// Expected shares.
    Shares,
    /// Earlier responses.
    Pilot,
}

/// Plans a survey: how many responses are needed, or what a number of responses can show.
///
/// Ask for exactly one of [`margin`](Self::margin), [`difference`](Self::difference) and
/// [`n`](Self::n). All in the metric's points (a margin of 5 is 5 NPS points), by the normal
/// approximation. State what you expect by [`shares`](Self::shares) or [`pilot`](Self::pilot);
/// without, the worst case is assumed. Responses are rated ones: divide by the response rate for
/// how many to ask.
///
/// ```
/// use heedful::{Metric, SampleSize};
///
/// let plan = SampleSize::new(Metric::nps()).margin(5.0).run()?;
/// assert_eq!((plan.n, plan.variance), (1537, 10_000.0));
/// let likely = SampleSize::new(Metric::nps()).margin(5.0);
/// let plan = likely.shares([("promoter", 0.5), ("detractor", 0.2)]).run()?;
/// assert_eq!((plan.n, plan.variance.round()), (938, 6_100.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SampleSize {
    /// What is to be scored.
    metric: Metric,
    /// Points either side of the score. One of `margin`, `difference` and `n` is asked for.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    margin: Option<f64>,
    /// True difference between two groups that is to be found, in points.
    #[serde(default)]
    difference: Option<f64>,
    /// Responses, to find out what they can show.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    n: Option<u64>,
    /// Of the interval; the level of a test is 1 less this.
    #[serde(default)]
    confidence: Confidence,
    /// Chance with which a true difference is to be found.
    #[serde(default = "four_of_five")]
    #[cfg_attr(feature = "schema", schemars(extend("minimum" = 0.5, "exclusiveMaximum" = 1)))]
    power: f64,
    /// Expected answers; the worst case where neither these nor a pilot are given.
    #[serde(default)]
    shares: Option<ExpectedShares>,
    /// Earlier responses, as a stored tally.
    #[serde(default)]
    pilot: Option<Tally>,
    /// How many people there are in all, for a margin.
    #[serde(default)]
    population: Option<u64>,
}

options!(
    SampleSize,
    needs [metric],
    takes [margin, difference, n, confidence, power, shares, pilot, population],
    from Self::new(Metric::nps())
);

fn four_of_five() -> f64 {
    0.8
}

/// The answer of a [`SampleSize`], with what it assumes.
///
/// ```
/// use heedful::{Metric, SampleSize};
/// let plan = SampleSize::new(Metric::nps()).difference(10.0).run()?;
/// // In each of the two groups, for a power of 0.8 and the worst case.
/// assert_eq!((plan.n, plan.power, plan.variance), (1570, Some(0.8), 10_000.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a plan may come to know more
pub struct SamplePlan {
    /// Name of the metric.
    pub metric: String,
    /// Rated responses: in all for a margin, in each of two groups for a difference, both for a
    /// given number.
    pub n: u64,
    /// Half the width of the score's interval with `n` responses, in points; `None` for a
    /// difference.
    pub margin: Option<f64>,
    /// The smallest true difference between two groups of `n` responses each that a two-sided test
    /// finds with probability `power`, in points; `None` for a margin.
    pub difference: Option<f64>,
    /// Confidence of the interval; the test's level is 1 less this.
    pub confidence: f64,
    /// Chance of finding the difference; `None` for a margin.
    pub power: Option<f64>,
    /// Variance of one response that was assumed, in points squared; for a difference, in either
    /// group.
    pub variance: f64,
    /// Where the variance came from.
    pub assumption: Assumption,
    /// Design effect of the pilot, by which `n` is multiplied; `None` where there is none.
    pub design_effect: Option<f64>,
    /// Size of the population that the margin allows for.
    pub population: Option<u64>,
}

impl SampleSize {
    /// Nothing asked yet: 95 % confidence, power 0.8, worst case, a population without end.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self {
            metric,
            margin: None,
            difference: None,
            n: None,
            confidence: Confidence::default(),
            power: four_of_five(),
            shares: None,
            pilot: None,
            population: None,
        }
    }

    /// Reads options from JSON: `{"metric": "nps", "margin": 5.0, "shares": {"promoter": 0.5,
    /// "detractor": 0.2}}` with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Metric, SampleSize};
    /// let json = r#"{"metric": "nps", "margin": 5, "confidence": 0.9, "population": 1000, "shares": {"promoter": 0.5}}"#;
    /// let options = SampleSize::new(Metric::nps()).margin(5.0).shares([("promoter", 0.5)]).population(1000);
    /// assert_eq!(SampleSize::from_json(json)?, options.confidence(heedful::stats::Confidence::new(0.9)?));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Asks for the responses that bring the interval to this many points either side.
    #[must_use]
    pub fn margin(mut self, points: f64) -> Self {
        self.margin = Some(points);
        self
    }

    /// Asks for the responses in each of two groups that show a true difference of this many points.
    ///
    /// ```
    /// use heedful::{Metric, SampleSize};
    /// let plan = SampleSize::new(Metric::nps()).difference(10.0).power(0.9).run()?;
    /// assert_eq!((plan.n, plan.power), (2102, Some(0.9))); // in each of the two groups
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn difference(mut self, points: f64) -> Self {
        self.difference = Some(points);
        self
    }

    /// Asks for the margin of this many responses, and for the difference that two groups of as many
    /// can show.
    ///
    /// ```
    /// let plan = heedful::SampleSize::new(heedful::Metric::nps()).n(400).run()?;
    /// assert_eq!((plan.margin.unwrap().round(), plan.difference.unwrap().round()), (10.0, 20.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn n(mut self, n: u64) -> Self {
        self.n = Some(n);
        self
    }

    /// Confidence; 0.95 where not set.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The chance with which a true difference is to be found, at least 0.5; 0.8 where not set.
    #[must_use]
    pub fn power(mut self, power: f64) -> Self {
        self.power = power;
        self
    }

    /// Expects these shares of bands, each 0 to 1; what they leave out of 1 goes to the bands that
    /// are not named. Every band must hold points of one value only, as those of nets do.
    #[must_use]
    pub fn shares<S: Into<String>>(mut self, bands: impl IntoIterator<Item = (S, f64)>) -> Self {
        let bands = bands.into_iter().map(|(name, share)| (name.into(), share)).collect();
        self.shares = Some(ExpectedShares::Bands(bands));
        self
    }

    /// Expects these shares of the scale's points, in their order.
    ///
    /// ```
    /// use heedful::{Metric, SampleSize};
    /// let plan = SampleSize::new(Metric::ces()).point_shares([0.0, 0.0, 0.1, 0.1, 0.2, 0.3, 0.3]).margin(0.2).run()?;
    /// assert_eq!((plan.variance * 100.0).round(), 164.0);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn point_shares(mut self, shares: impl IntoIterator<Item = f64>) -> Self {
        self.shares = Some(ExpectedShares::Points(shares.into_iter().collect()));
        self
    }

    /// Expects answers like earlier ones. Where these are weighted, as many more responses are
    /// needed as their design effect says.
    ///
    /// ```
    /// use heedful::{Assumption, Metric, SampleSize, Tally};
    /// let pilot = Tally::from_counts(Metric::nps().scale().clone(), vec![2, 1, 1, 1, 1, 3, 3, 9, 22, 22, 35])?;
    /// let plan = SampleSize::new(Metric::nps()).pilot(pilot).margin(5.0).run()?;
    /// assert_eq!((plan.assumption, plan.n < 1537), (Assumption::Pilot, true));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn pilot(mut self, pilot: Tally) -> Self {
        self.pilot = Some(pilot);
        self
    }

    /// How many people there are in all, for a margin: of few people, fewer need to answer.
    ///
    /// ```
    /// use heedful::{Metric, SampleSize};
    /// assert_eq!(SampleSize::new(Metric::nps()).margin(5.0).population(500).run()?.n, 378); // not 1537
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn population(mut self, population: u64) -> Self {
        self.population = Some(population);
        self
    }

    /// The answer.
    ///
    /// ```
    /// use heedful::{Assumption, Metric, SampleSize};
    /// let plan = SampleSize::new(Metric::csat()).margin(5.0).run()?;
    /// assert_eq!((plan.n, plan.assumption), (385, Assumption::WorstCase));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for options out of range or that do not go together, `too-few` for a pilot
    /// of fewer than 2 rated responses, `scale-mismatch` for one on another scale.
    pub fn run(&self) -> Result<SamplePlan> {
        let (variance, assumption, design_effect) = self.assumed()?;
        // Of one response, as far as the size of the sample is concerned.
        let effective = variance * design_effect.unwrap_or(1.0);
        let confidence = self.confidence;
        let plan = |n| SamplePlan {
            metric: self.metric.name().to_owned(),
            n,
            margin: None,
            difference: None,
            confidence: confidence.get(),
            power: None,
            variance,
            assumption,
            design_effect,
            population: self.population,
        };
        match (self.margin, self.difference, self.n) {
            (Some(margin), None, None) => {
                let n = match self.population {
                    None => sample_size::for_margin(effective, margin, confidence)?,
                    Some(size) => of_population(effective, margin, size, confidence)?,
                };
                Ok(SamplePlan { margin: Some(self.reached(effective, n)?), ..plan(n) })
            }
            (None, Some(difference), None) => {
                if self.population.is_some() {
                    return Err(bad("population", "a population only bears on a margin"));
                }
                let variances = [effective; 2];
                let n = sample_size::for_difference(variances, difference, self.power, confidence)?;
                let difference = Some(self.detectable(effective, n)?);
                Ok(SamplePlan { difference, power: Some(self.power), ..plan(n) })
            }
            (None, None, Some(n)) => Ok(SamplePlan {
                margin: Some(self.reached(effective, n)?),
                difference: Some(self.detectable(effective, n)?),
                power: Some(self.power),
                ..plan(n)
            }),
            _ => Err(bad("margin", "ask for exactly one of `margin`, `difference` and `n`")),
        }
    }

    /// The margin of `n` responses, in a population where there is one.
    fn reached(&self, variance: f64, n: u64) -> Result<f64> {
        let margin = sample_size::margin(variance, n as f64, self.confidence)?;
        let Some(size) = self.population else { return Ok(margin) };
        if n > size {
            return Err(bad("population", "there are more responses than people"));
        }
        let left_out = if size > 1 { (size - n) as f64 / (size - 1) as f64 } else { 0.0 };
        Ok(margin * libm::sqrt(left_out))
    }

    fn detectable(&self, variance: f64, n: u64) -> Result<f64> {
        let n = n as f64;
        sample_size::detectable_difference([variance; 2], [n; 2], self.power, self.confidence)
    }

    /// Variance of one response, where it came from, and a pilot's design effect.
    fn assumed(&self) -> Result<(f64, Assumption, Option<f64>)> {
        let metric = &self.metric;
        match (&self.shares, &self.pilot) {
            (Some(_), Some(_)) => Err(bad("shares", "give shares or a pilot, not both")),
            (None, None) => {
                let (low, high) = metric.range();
                Ok((0.25 * (high - low) * (high - low), Assumption::WorstCase, None))
            }
            (Some(shares), None) => {
                Ok((variance_of(&self.pairs(shares)?), Assumption::Shares, None))
            }
            (None, Some(pilot)) => {
                if pilot.scale() != metric.scale() {
                    return Err(Error::new(
                        ErrorCode::ScaleMismatch,
                        format!("a pilot on {} cannot serve {}", pilot.scale(), metric.name()),
                    )
                    .at("pilot"));
                }
                let sample = Sample::new(pilot, metric, None);
                let n = pilot.n() as f64;
                if !(n >= 2.0) || sample.value.is_none() {
                    let message = "a pilot needs at least 2 rated responses";
                    return Err(Error::new(ErrorCode::TooFew, message).at("pilot"));
                }
                Ok((sample.variance * n / (n - 1.0), Assumption::Pilot, sample.design_effect))
            }
        }
    }

    /// Shares as (value, share).
    fn pairs(&self, shares: &ExpectedShares) -> Result<Vec<(f64, f64)>> {
        let metric = &self.metric;
        let values = metric.values();
        let mut pairs = match shares {
            ExpectedShares::Points(list) if list.len() == values.len() => {
                values.iter().copied().zip(list.iter().copied()).collect::<Vec<_>>()
            }
            ExpectedShares::Points(list) => {
                let message = format!("{} shares for {} points", list.len(), values.len());
                return Err(Error::new(ErrorCode::LengthMismatch, message).at("shares"));
            }
            ExpectedShares::Bands(named) => {
                let mut pairs = Vec::new();
                for (name, share) in named {
                    pairs.push((self.value_of_band(name)?, *share));
                }
                pairs
            }
        };
        let sum: f64 = pairs.iter().map(|(_, share)| share).sum();
        if !(pairs.iter().all(|(_, share)| *share >= 0.0) && sum <= 1.0 + 1e-9) {
            return Err(bad("shares", "shares must be at least 0 and add up to at most 1"));
        }
        if sum < 1.0 - 1e-9 {
            let value = match shares {
                ExpectedShares::Points(_) => None,
                ExpectedShares::Bands(named) => self.value_of_others(named)?,
            };
            let value = value.ok_or_else(|| {
                bad("shares", format!("shares add up to {}, not to 1", Shown(sum)))
            })?;
            pairs.push((value, 1.0 - sum));
        }
        Ok(pairs)
    }

    /// The one value of the bands that are not named, if it is one.
    fn value_of_others(&self, named: &BTreeMap<String, f64>) -> Result<Option<f64>> {
        let mut found: Option<f64> = None;
        for band in self.metric.bands().iter().filter(|b| !named.contains_key(&b.name)) {
            let value = self.value_of_band(&band.name)?;
            if found.is_some_and(|found| (value - found).abs() > 0.0) {
                return Ok(None);
            }
            found = Some(value);
        }
        Ok(found)
    }

    fn value_of_band(&self, name: &str) -> Result<f64> {
        let metric = &self.metric;
        let path = format!("shares.{name}");
        let mut inside = metric.values().iter().enumerate().filter_map(|(i, value)| {
            metric.band(i).filter(|band| band.name == name).map(|_| *value)
        });
        let Some(value) = inside.next() else {
            let names: Vec<&str> = metric.bands().iter().map(|b| b.name.as_str()).collect();
            return Err(Error::new(
                ErrorCode::UnknownName,
                format!("{} has no such band: known are {}", metric.name(), names.join(", ")),
            )
            .at(path));
        };
        if inside.any(|other| (other - value).abs() > 0.0) {
            let message = "the points of this band differ in value: give a share for each point";
            return Err(bad(&path, message));
        }
        Ok(value)
    }
}

config::written!(SampleSize, r#"{"metric": "csat", "margin": 3, "shares": {"satisfied": 0.8}}"#);

fn bad(path: &str, message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidArgument, message).at(path)
}

fn variance_of(pairs: &[(f64, f64)]) -> f64 {
    let total: f64 = pairs.iter().map(|(_, share)| share).sum();
    let mean = pairs.iter().map(|(value, share)| value * share).sum::<f64>() / total;
    let spread = |(value, share): &(f64, f64)| share * (value - mean) * (value - mean);
    pairs.iter().map(spread).sum::<f64>() / total
}

/// Responses needed out of a population: n₀ N / (N - 1 + n₀) for n₀ = z² variance / margin² (Cochran,
/// Sampling Techniques, 1977, 4.2).
fn of_population(variance: f64, margin: f64, size: u64, confidence: Confidence) -> Result<u64> {
    if size == 0 {
        return Err(bad("population", "a population has at least 1 person"));
    }
    if !(margin > 0.0 && margin.is_finite()) {
        return Err(bad(
            "margin",
            format!("must be finite and greater than 0, got `{}`", Shown(margin)),
        ));
    }
    let root = sample_size::margin(variance, 1.0, confidence)? / margin;
    let infinite = root * root;
    let share = if infinite.is_finite() { infinite / (size as f64 - 1.0 + infinite) } else { 1.0 };
    let n = libm::ceil(share * size as f64 * (1.0 - 1e-12));
    Ok((n.max(1.0) as u64).min(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nps() -> SampleSize {
        SampleSize::new(Metric::nps())
    }

    #[test]
    fn krejcie_and_morgan_are_reproduced() {
        // R. V. Krejcie, D. W. Morgan, "Determining sample size for research activities",
        // Educational and Psychological Measurement 30, 1970, table 1: ± 5 % at half. They round to
        // the nearest, we round up.
        let table = [(10, 10), (100, 80), (500, 217), (1000, 278), (10_000, 370), (100_000, 384)];
        for (population, published) in table {
            let plan = SampleSize::new(Metric::csat()).margin(5.0).population(population);
            let plan = plan.run().unwrap();
            assert!(plan.n.abs_diff(published) <= 1, "{population}: {}", plan.n);
            assert!(plan.margin.unwrap() <= 5.0 && plan.n <= population);
            // One response less does not do.
            let less = SampleSize::new(Metric::csat()).n(plan.n - 1).population(population);
            assert!(less.run().unwrap().margin.unwrap() > 5.0);
        }
        assert_eq!(SampleSize::new(Metric::csat()).margin(5.0).run().unwrap().n, 385);
    }

    #[test]
    fn a_difference_in_points() {
        // (1.959964 + 0.841621)² × 2 × 5600 / 5² = 3516.3
        let shares = [("promoter", 0.4), ("detractor", 0.2)];
        let plan = nps().difference(5.0).shares(shares).run().unwrap();
        assert!((plan.variance - 5600.0).abs() < 1e-9);
        assert_eq!(plan.n, 3517);
        assert!(plan.difference.unwrap() <= 5.0 && plan.margin.is_none());
        let back = nps().n(plan.n).shares(shares).run().unwrap();
        assert_eq!(back.difference, plan.difference);
        assert_eq!(back.power, Some(0.8));
    }

    #[test]
    fn states_what_it_assumes() {
        let plan = nps().margin(5.0).run().unwrap();
        assert_eq!((plan.assumption, plan.variance), (Assumption::WorstCase, 10_000.0));
        let ces = SampleSize::new(Metric::ces()).margin(0.1).run().unwrap();
        assert_eq!((ces.variance, ces.n), (9.0, 3458));
        let mut pilot = Tally::new(Metric::nps().scale().clone());
        for rating in [10.0, 9.0, 8.0, 3.0] {
            pilot.observe(rating);
        }
        let plan = nps().margin(5.0).pilot(pilot.clone()).run().unwrap();
        // Values 100, 100, 0, -100 around 25, divisor 3.
        assert_eq!((plan.assumption, plan.variance), (Assumption::Pilot, 27_500.0 / 3.0));
        assert_eq!(plan.design_effect, None);
        let error = nps().margin(5.0).pilot(pilot).shares([("promoter", 1.0)]).run().unwrap_err();
        assert_eq!(error.path(), "shares");
        let json = serde_json::to_value(nps().margin(5.0).run().unwrap()).unwrap();
        assert_eq!(json["assumption"], "worst_case");
    }

    #[test]
    fn a_weighted_pilot_needs_more() {
        let mut pilot = Tally::new(Metric::nps().scale().clone());
        for (rating, weight) in [(10.0, 4.0), (9.0, 1.0), (8.0, 1.0), (3.0, 3.0), (7.0, 1.0)] {
            pilot.observe_weighted(rating, weight).unwrap();
        }
        let plan = nps().margin(5.0).pilot(pilot).run().unwrap();
        let without = (plan.variance * (1.959_963_984_540_054_f64 / 5.0).powi(2)).ceil();
        assert!(plan.design_effect.unwrap() > 1.2 && plan.n as f64 > 1.2 * without);
    }

    #[test]
    fn shares_by_band_and_by_point_agree() {
        let by_band = nps().margin(5.0).shares([("promoter", 0.5), ("passive", 0.3)]).run();
        let mut points = vec![0.0; 11];
        (points[0], points[6], points[7], points[9]) = (0.1, 0.1, 0.3, 0.5);
        let by_point = nps().margin(5.0).point_shares(points).run().unwrap();
        let by_band = by_band.unwrap();
        assert_eq!(by_band.n, by_point.n);
        assert!((by_band.variance - by_point.variance).abs() < 1e-9);
        // The rest goes to two bands of the same value.
        let csat = SampleSize::new(Metric::csat()).margin(5.0).shares([("satisfied", 0.8)]);
        assert!((csat.run().unwrap().variance - 1600.0).abs() < 1e-9);
    }

    #[test]
    fn options_are_checked() {
        let code = |s: SampleSize| {
            let error = s.run().unwrap_err();
            (error.code(), error.path().to_owned())
        };
        let invalid = |path: &str| (ErrorCode::InvalidArgument, path.to_owned());
        assert_eq!(code(nps()), invalid("margin"));
        assert_eq!(code(nps().margin(5.0).n(3)), invalid("margin"));
        assert_eq!(code(nps().margin(-1.0)), invalid("margin"));
        assert_eq!(code(nps().margin(0.0).population(10)), invalid("margin"));
        assert_eq!(code(nps().margin(5.0).population(0)), invalid("population"));
        assert_eq!(code(nps().difference(5.0).population(100)), invalid("population"));
        assert_eq!(code(nps().n(11).population(10)), invalid("population"));
        assert_eq!(code(nps().n(0)), invalid("n"));
        assert_eq!(code(nps().difference(5.0).power(f64::NAN)), invalid("power"));
        assert_eq!(code(nps().margin(5.0).shares([("promoter", 1.1)])), invalid("shares"));
        assert_eq!(code(nps().margin(5.0).shares([("promoter", f64::NAN)])), invalid("shares"));
        assert_eq!(code(nps().margin(5.0).shares([("promoter", 0.5)])), invalid("shares"));
        assert_eq!(
            code(nps().margin(5.0).shares([("happy", 0.5)])),
            (ErrorCode::UnknownName, "shares.happy".to_owned())
        );
        let ces = SampleSize::new(Metric::ces()).margin(0.1).shares([("easy", 0.5)]);
        assert_eq!(code(ces), invalid("shares.easy"));
        let short = nps().margin(5.0).point_shares([0.5, 0.5]);
        assert_eq!(code(short), (ErrorCode::LengthMismatch, "shares".to_owned()));
        let empty = Tally::new(Metric::nps().scale().clone());
        assert_eq!(code(nps().margin(5.0).pilot(empty)), (ErrorCode::TooFew, "pilot".to_owned()));
        let json = r#"{"metric":"nps","margin":5.0,"shares":{"promoter":0.5,"detractor":0.2}}"#;
        assert_eq!(SampleSize::from_json(json).unwrap().run().unwrap().n, 938);
        let refused = |json: &str| {
            let error = SampleSize::from_json(json).unwrap_err();
            (error.path().to_owned(), error.message().to_owned())
        };
        assert_eq!(refused(r#"{"metric":"nps","margins":5.0}"#).0, "margins");
        let (path, message) = refused(r#"{"metric":"nps","shares":{"promoter":"half"}}"#);
        assert_eq!(path, "shares.promoter");
        assert!(message.contains("expected a number"), "{message}");
        let (path, message) = refused(r#"{"metric":"nps","shares":0.5}"#);
        assert_eq!(path, "shares");
        assert!(message.contains("an object with shares of bands or a list"), "{message}");
        let plan = nps().margin(5.0).point_shares(vec![0.5; 2]).population(100);
        assert_eq!(SampleSize::from_json(&plan.to_json()).unwrap(), plan);
    }
}
