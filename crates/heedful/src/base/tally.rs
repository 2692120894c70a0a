//! Mergeable counts from which every score is computed.

use serde::Serialize;

use super::config::{self, Config, deserialized};
use super::error::{Error, ErrorCode, Result};
use super::json::Json;
use super::scale::{Reading, Scale};

/// Version of the stored form.
const VERSION: u32 = 1;

/// How many responses chose each point of a scale: everything a score needs.
///
/// Tallies merge: merging is associative, commutative, and equals tallying all at once (counts
/// exactly, sums of weights to rounding). A rating that is missing, invalid or out of range is
/// counted apart and is no part of `n`.
///
/// ```
/// use heedful::{Scale, Tally};
///
/// let mut tally = Tally::new(Scale::preset("0-10")?);
/// for rating in [10.0, 9.0, 11.0, f64::NAN] {
///     tally.observe(rating);
/// }
/// assert_eq!((tally.n(), tally.out_of_range(), tally.missing()), (2, 1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(try_from = "Stored"))]
#[serde(into = "Stored")]
pub struct Tally {
    scale: Scale,
    counts: Vec<u64>,
    missing: u64,
    invalid: u64,
    out_of_range: u64,
    weights: Option<Weights>,
}

/// Sums of weights and of their squares for each point.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Weights {
    pub(crate) sums: Vec<f64>,
    pub(crate) squares: Vec<f64>,
}

impl Tally {
    /// An empty tally.
    ///
    /// ```
    /// use heedful::{Metric, Tally};
    /// let mut tally = Tally::new(Metric::nps().scale().clone());
    /// [10.0, 3.0, f64::NAN, 6.9, 11.0].map(|rating| tally.observe(rating));
    /// assert_eq!((tally.n(), tally.missing(), tally.invalid(), tally.out_of_range()), (2, 1, 1, 1));
    /// ```
    #[must_use]
    pub fn new(scale: Scale) -> Self {
        let counts = vec![0; scale.points().len()];
        Self { scale, counts, missing: 0, invalid: 0, out_of_range: 0, weights: None }
    }

    /// A tally of counts that somebody else made, one count for each point of the scale.
    ///
    /// ```
    /// use heedful::{Metric, Score, Tally, Uncertainty};
    /// let csat = Metric::csat();
    /// let tally = Tally::from_counts(csat.scale().clone(), vec![1, 0, 1, 2, 4])?;
    /// assert_eq!(Score::from_tally(&tally, &csat, Uncertainty::default())?.value, Some(75.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `length-mismatch` where there are not as many counts as points.
    pub fn from_counts(scale: Scale, counts: Vec<u64>) -> Result<Self> {
        let mut tally = Self::new(scale);
        if counts.len() != tally.counts.len() {
            return Err(Error::new(
                ErrorCode::LengthMismatch,
                format!("{} counts for {} points", counts.len(), tally.counts.len()),
            )
            .at("counts"));
        }
        tally.counts = counts;
        Ok(tally)
    }

    /// Counts one rating; NaN is missing. Returns where it was counted.
    ///
    /// ```
    /// use heedful::{Metric, Reading, Tally};
    /// let mut tally = Tally::new(Metric::csat().scale().clone());
    /// assert_eq!((tally.observe(5.0), tally.observe(6.0)), (Reading::Point(4), Reading::OutOfRange));
    /// assert_eq!(tally.counts(), [0, 0, 0, 0, 1]);
    /// ```
    pub fn observe(&mut self, rating: f64) -> Reading {
        let reading = self.scale.classify(rating);
        self.count(reading, 1, None);
        reading
    }

    /// Counts one rating with a weight. Once a weight is seen, ratings without one weigh 1.
    ///
    /// ```
    /// use heedful::{Metric, Score, Tally, Uncertainty};
    /// let mut tally = Tally::new(Metric::nps().scale().clone());
    /// tally.observe_weighted(10.0, 3.0)?;
    /// tally.observe_weighted(0.0, 1.0)?;
    /// assert!(tally.is_weighted());
    /// assert_eq!(Score::from_tally(&tally, &Metric::nps(), Uncertainty::default())?.value, Some(50.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `weight-invalid` for a weight that is negative or not finite.
    pub fn observe_weighted(&mut self, rating: f64, weight: f64) -> Result<Reading> {
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(Error::new(
                ErrorCode::WeightInvalid,
                "a weight must be a finite number of at least 0",
            ));
        }
        let reading = self.scale.classify(rating);
        self.count(reading, 1, Some((weight, weight * weight)));
        Ok(reading)
    }

    /// Adds `times` responses of one reading, with the sums of their weights and squares.
    pub(crate) fn count(&mut self, reading: Reading, times: u64, weight: Option<(f64, f64)>) {
        let index = match reading {
            Reading::Point(index) => index,
            Reading::Missing => return self.missing += times,
            Reading::Invalid => return self.invalid += times,
            Reading::OutOfRange => return self.out_of_range += times,
        };
        if weight.is_some() && self.weights.is_none() {
            self.weights = Some(self.unit_weights());
        }
        if let Some(count) = self.counts.get_mut(index) {
            *count += times;
        }
        if let Some(weights) = &mut self.weights {
            let (sum, square) = weight.unwrap_or((times as f64, times as f64));
            if let Some(s) = weights.sums.get_mut(index) {
                *s += sum;
            }
            if let Some(s) = weights.squares.get_mut(index) {
                *s += square;
            }
        }
    }

    fn unit_weights(&self) -> Weights {
        let sums: Vec<f64> = self.counts.iter().map(|c| *c as f64).collect();
        Weights { squares: sums.clone(), sums }
    }

    /// Adds another tally of the same scale. A tally without weights counts each response as 1.
    ///
    /// ```
    /// use heedful::{Metric, Tally};
    /// let mut may = Tally::from_counts(Metric::csat().scale().clone(), vec![0, 0, 1, 2, 3])?;
    /// let june = Tally::from_counts(Metric::csat().scale().clone(), vec![1, 0, 0, 0, 4])?;
    /// may.merge(&june)?;
    /// assert_eq!(may.counts(), [1, 0, 1, 2, 7]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `scale-mismatch` where the scales differ.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.scale != other.scale {
            return Err(Error::new(
                ErrorCode::ScaleMismatch,
                format!("a tally on {} cannot be merged into one on {}", other.scale, self.scale),
            ));
        }
        if self.weights.is_some() || other.weights.is_some() {
            let mine = self.weights.take().unwrap_or_else(|| self.unit_weights());
            let theirs = other.weights.clone().unwrap_or_else(|| other.unit_weights());
            let add = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(b).map(|(a, b)| a + b).collect();
            self.weights = Some(Weights {
                sums: add(mine.sums, theirs.sums),
                squares: add(mine.squares, theirs.squares),
            });
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.missing += other.missing;
        self.invalid += other.invalid;
        self.out_of_range += other.out_of_range;
        Ok(())
    }

    /// The ratings that are left when those of `part`, which are all in here, are taken out; missing and
    /// invalid ones are not looked at. Sums of weights are differences, 0 where nobody is left.
    pub(crate) fn less(&self, part: &Self) -> Self {
        let counts: Vec<u64> = self
            .counts
            .iter()
            .zip(&part.counts)
            .map(|(all, part)| all.saturating_sub(*part))
            .collect();
        let weights = self.weights.as_ref().map(|all| {
            let part = part.weights.clone().unwrap_or_else(|| part.unit_weights());
            let rest = |all: &[f64], part: Vec<f64>| {
                let each = all.iter().zip(part).zip(&counts);
                each.map(|((all, part), left)| if *left > 0 { (all - part).max(0.0) } else { 0.0 })
                    .collect()
            };
            Weights { sums: rest(&all.sums, part.sums), squares: rest(&all.squares, part.squares) }
        });
        Self { counts, weights, ..Self::new(self.scale.clone()) }
    }

    /// The scale.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Responses for each point, in the order of the scale.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Rated responses.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Responses without a rating.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Ratings inside the scale's range that are none of its points, or no numbers.
    #[must_use]
    pub fn invalid(&self) -> u64 {
        self.invalid
    }

    /// Ratings outside the scale's range, infinities among them.
    #[must_use]
    pub fn out_of_range(&self) -> u64 {
        self.out_of_range
    }

    /// Whether any response was weighted.
    #[must_use]
    pub fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    pub(crate) fn weights(&self) -> Option<&Weights> {
        self.weights.as_ref()
    }

    /// Weight (or count, where unweighted) of each point.
    pub(crate) fn masses(&self) -> Vec<f64> {
        match &self.weights {
            Some(weights) => weights.sums.clone(),
            None => self.counts.iter().map(|c| *c as f64).collect(),
        }
    }

    /// Stores the tally as JSON, with a version.
    ///
    /// ```
    /// use heedful::{Metric, Tally};
    /// let tally = Tally::from_counts(Metric::csat().scale().clone(), vec![0, 0, 1, 2, 3])?;
    /// assert_eq!(Tally::from_json(&tally.to_json())?, tally);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        super::config::to_json(self)
    }

    /// Reads a stored tally; fields that this version does not know are ignored.
    ///
    /// ```
    /// let json = r#"{"version": 1, "scale": "1-5", "counts": [0, 0, 1, 2, 3],
    ///     "missing": 4, "invalid": 0, "out_of_range": 0}"#;
    /// let tally = heedful::Tally::from_json(json)?;
    /// assert_eq!((tally.n(), tally.missing()), (6, 4));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, `invalid-config`, or `state-version` for a version that is not known.
    pub fn from_json(text: &str) -> Result<Self> {
        let json = Json::parse(text)?;
        super::state::check_version(&json, VERSION)?;
        Self::read(&json)
    }
}

/// The stored form.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Stored {
    version: u32,
    scale: Scale,
    counts: Vec<u64>,
    missing: u64,
    invalid: u64,
    out_of_range: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<Weights>,
}

impl From<Tally> for Stored {
    fn from(t: Tally) -> Self {
        Self {
            version: VERSION,
            scale: t.scale,
            counts: t.counts,
            missing: t.missing,
            invalid: t.invalid,
            out_of_range: t.out_of_range,
            weights: t.weights,
        }
    }
}

impl Config for Tally {
    fn read(json: &Json) -> Result<Self> {
        let mut scale = Scale::preset("0-10")?;
        let (mut counts, mut weights) = (Vec::new(), None);
        let (mut missing, mut invalid, mut out_of_range) = (0, 0, 0);
        let mut object = config::Object::of(json)?;
        object.needs("scale", &mut scale);
        object.needs("counts", &mut counts);
        object.needs("missing", &mut missing);
        object.needs("invalid", &mut invalid);
        object.needs("out_of_range", &mut out_of_range);
        object.takes("weights", &mut weights);
        object.finish_state()?;
        let tally = Self::from_counts(scale, counts)?;
        if let Some(Weights { sums, squares }) = &weights {
            let sound = |list: &[f64]| {
                list.len() == tally.counts.len() && list.iter().all(|x| *x >= 0.0 && x.is_finite())
            };
            if !sound(sums) || !sound(squares) {
                return Err(Error::new(
                    ErrorCode::WeightInvalid,
                    "stored sums of weights must be one finite number of at least 0 for each point",
                )
                .at("weights"));
            }
        }
        Ok(Self { missing, invalid, out_of_range, weights, ..tally })
    }
}

deserialized!(Tally);

impl Config for Weights {
    fn read(json: &Json) -> Result<Self> {
        let mut weights = Self::default();
        let mut object = config::Object::of(json)?;
        object.needs("sums", &mut weights.sums);
        object.needs("squares", &mut weights.squares);
        object.finish_state()?;
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(ratings: &[(f64, Option<f64>)]) -> Tally {
        let mut tally = Tally::new(Scale::preset("0-10").unwrap());
        for (rating, weight) in ratings {
            match weight {
                Some(weight) => drop(tally.observe_weighted(*rating, *weight).unwrap()),
                None => drop(tally.observe(*rating)),
            }
        }
        tally
    }

    fn rating() -> impl Strategy<Value = f64> {
        prop_oneof![
            8 => (0..=10u8).prop_map(f64::from),
            1 => Just(f64::NAN),
            1 => Just(11.0),
            1 => Just(6.5),
        ]
    }

    proptest! {
        #[test]
        fn merging_equals_tallying_all(
            // Weights are powers of two, so sums are exact in any order.
            ratings in prop::collection::vec((rating(), prop::option::of((0..4u8).prop_map(|e| f64::from(1 << e)))), 0..60),
            at in 0..60usize,
        ) {
            let at = at.min(ratings.len());
            let (left, right) = ratings.split_at(at);
            let mut merged = tally(left);
            merged.merge(&tally(right)).unwrap();
            prop_assert_eq!(&merged, &tally(&ratings));
            let mut swapped = tally(right);
            swapped.merge(&tally(left)).unwrap();
            prop_assert_eq!(&merged, &swapped);
            prop_assert_eq!(Tally::from_json(&merged.to_json()).unwrap(), merged);
        }
    }

    #[test]
    fn refuses_what_it_cannot_read_or_merge() {
        let mut nps = Tally::new(Scale::preset("0-10").unwrap());
        let csat = Tally::new(Scale::preset("1-5").unwrap());
        assert_eq!(nps.merge(&csat).unwrap_err().code(), ErrorCode::ScaleMismatch);
        let newer = nps.to_json().replace("\"version\":1", "\"version\":2");
        assert_eq!(Tally::from_json(&newer).unwrap_err().code(), ErrorCode::StateVersion);
        let added = nps.to_json().replace("\"version\":1", "\"version\":1,\"later\":true");
        assert_eq!(Tally::from_json(&added).unwrap(), nps);
        assert_eq!(nps.observe_weighted(9.0, -1.0).unwrap_err().code(), ErrorCode::WeightInvalid);
        assert_eq!(
            nps.observe_weighted(9.0, f64::NAN).unwrap_err().code(),
            ErrorCode::WeightInvalid
        );
        assert_eq!(nps.n(), 0);
    }
}
