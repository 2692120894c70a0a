//! Who answers: response rates by segment, what their silence can hide, and weights against it.

use serde::Serialize;

use crate::base::config::{self, options, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::{Confidence, Interval, ProportionSample};

/// How often those invited answer, by segment, and weights by the inverse of it.
///
/// A table has a row for each invitation; it was answered where the rating is there. The response propensity of an
/// invitation is the rate of its cell, that is of the invitations with the same values in all columns
/// [`by`](Self::by). Cells of fewer than [`minimum`](Self::minimum) invitations or without an answer are taken
/// together. The weight of an answer is the overall rate over its propensity, so that weights are 1 where everybody
/// answers alike; weights above [`cap`](Self::cap) are cut. This corrects for who answers as far as the columns tell,
/// as post-stratification to those invited does (A. Oh and F. Scheuren, 1983, weighting class adjustment), and not for
/// what depends on the opinion itself: for that see [`Propensities::bounds`].
///
/// In JSON: `{"by": ["plan"], "minimum": 30, "cap": 5}`.
///
/// ```
/// use heedful::{Column, Metric, Propensity, Responses};
/// let invited = Responses::new()
///     .with("score", Column::optional_numbers(&[Some(10.0), Some(9.0), Some(2.0), None, None, None]))?
///     .with("plan", Column::categories(["pro", "pro", "free", "free", "free", "free"].map(Some)))?
///     .rating("score");
/// let found = Propensity::by(["plan"]).minimum(1).run(&invited)?;
/// assert_eq!(found.weights, [Some(0.5), Some(0.5), Some(2.0), None, None, None]);
/// let weighted = found.attach(invited, "weight")?;
/// assert!(weighted.score(&Metric::nps())?.value.unwrap() < 0.0); // 33 where nobody weights
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Propensity {
    /// Columns that make the cells.
    by: Vec<String>,
    /// Invitations that a cell needs to stand for itself.
    minimum: u64,
    /// The greatest weight.
    cap: Option<f64>,
    /// Confidence of the intervals of the rates.
    confidence: Confidence,
}

options!(Propensity, takes [by, minimum, cap, confidence], from Self::default());
written!(Propensity, r#"{"by": ["region"], "minimum": 20, "cap": 5.0}"#);

impl Default for Propensity {
    fn default() -> Self {
        Self { by: Vec::new(), minimum: 30, cap: None, confidence: Confidence::default() }
    }
}

impl Propensity {
    /// Cells by the values of these columns.
    #[must_use]
    pub fn by<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self { by: columns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Reads options from JSON.
    ///
    /// ```
    /// use heedful::Propensity;
    ///
    /// let text = r#"{"by": ["plan"], "minimum": 20, "cap": 5}"#;
    /// assert_eq!(Propensity::from_json(text)?, Propensity::by(["plan"]).minimum(20).cap(5.0));
    /// assert_eq!(Propensity::from_json(r#"{"by": ["plan"], "most": 5}"#).unwrap_err().path(), "most");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Invitations that a cell needs to stand for itself; 30 where not set.
    #[must_use]
    pub fn minimum(mut self, invitations: u64) -> Self {
        self.minimum = invitations;
        self
    }

    /// The greatest weight.
    #[must_use]
    pub fn cap(mut self, weight: f64) -> Self {
        self.cap = Some(weight);
        self
    }

    /// Confidence of the intervals of the rates.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Estimates the propensities of a table of invitations.
    ///
    /// # Errors
    /// `missing-column`; `invalid-argument` for a cap below 1; `too-few` where nobody answered.
    pub fn run(&self, invitations: &Responses) -> Result<Propensities> {
        if self.cap.is_some_and(|cap| !(cap >= 1.0)) {
            let message = "a cap is at least 1";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("cap"));
        }
        let rating = invitations.role("rating", invitations.roles().rating.as_deref())?;
        let columns = self.by.iter().map(|name| invitations.require(name));
        let columns: Vec<&Column> = columns.collect::<Result<_>>()?;
        let answered = |row: usize| !matches!(rating.key(row), Key::Missing);
        let keys = |row: usize| columns.iter().map(|column| column.key(row)).collect::<Vec<_>>();

        let mut counts: SortedMap<Vec<Key>, (u64, u64)> = SortedMap::new();
        for row in 0..invitations.len() {
            let (invited, responded) = counts.entry(keys(row)).or_default();
            *invited += 1;
            *responded += u64::from(answered(row));
        }
        let stands = |(invited, responded): &(u64, u64)| *invited >= self.minimum && *responded > 0;
        let sum = |of: &mut dyn Iterator<Item = &(u64, u64)>| {
            of.fold((0, 0), |(i, r), (invited, responded)| (i + invited, r + responded))
        };
        let all = sum(&mut counts.values());
        let pooled = sum(&mut counts.values().filter(|cell| !stands(cell)));
        if all.1 == 0 {
            return Err(Error::new(ErrorCode::TooFew, "nobody answered").at("rating"));
        }
        let rate = |(invited, responded): (u64, u64)| responded as f64 / invited as f64;
        let overall = rate(all);
        // Where nobody in the pooled cells answered, no weight can speak for them.
        let propensity = |cell: &(u64, u64)| match (stands(cell), pooled) {
            (true, _) => Some(rate(*cell)),
            (false, (_, 0)) => None,
            (false, pooled) => Some(rate(pooled)),
        };
        let cells: Vec<PropensityCell> = counts
            .iter()
            .map(|(keys, cell)| {
                let sample = ProportionSample::new(cell.1 as f64, cell.0 as f64);
                PropensityCell {
                    keys: keys.clone(),
                    invited: cell.0,
                    responded: cell.1,
                    rate: rate(*cell),
                    interval: sample.map(|sample| sample.score(self.confidence)),
                    propensity: propensity(cell),
                    pooled: !stands(cell),
                }
            })
            .collect();
        let mut capped = 0;
        let mut weights = Vec::with_capacity(invitations.len());
        for row in 0..invitations.len() {
            let cell = counts.get(&keys(row)).filter(|_| answered(row));
            let weight = cell.and_then(propensity).map(|propensity| overall / propensity);
            capped += u64::from(weight.zip(self.cap).is_some_and(|(weight, cap)| weight > cap));
            weights.push(weight.map(|weight| self.cap.map_or(weight, |cap| weight.min(cap))));
        }
        let given = || weights.iter().flatten();
        let total: f64 = given().sum();
        let squares: f64 = given().map(|weight| weight * weight).sum();
        let effective_n = if squares > 0.0 { total * total / squares } else { 0.0 };
        Ok(Propensities {
            by: self.by.clone(),
            invited: all.0,
            responded: all.1,
            rate: overall,
            unheard: if pooled.1 == 0 { pooled.0 } else { 0 },
            cells,
            weights,
            effective_n,
            capped,
        })
    }
}

/// The response rate of a cell.
///
/// ```
/// use heedful::{Column, Key, Propensity, Responses};
///
/// // 2 of 4 on the free plan answer, 1 of 1 on each of two small ones.
/// let answers = [Some(9.0), Some(3.0), None, None, Some(10.0), Some(8.0)];
/// let invited = Responses::new()
///     .with("score", Column::optional_numbers(&answers))?
///     .with("plan", Column::categories(["free", "free", "free", "free", "pro", "trial"].map(Some)))?
///     .rating("score");
/// let found = Propensity::by(["plan"]).minimum(2).run(&invited)?;
/// let [free, pro, _] = &found.cells[..] else { panic!("three plans") };
/// assert_eq!((free.invited, free.responded, free.rate, free.pooled), (4, 2, 0.5, false));
/// // Wilson's interval of 2 of 4 at 95 %.
/// assert!((free.interval.unwrap().lower - 0.1500).abs() < 1e-4);
/// // One invitation does not stand for itself: the rate is that of both small plans.
/// assert_eq!((&pro.keys[..], pro.pooled, pro.propensity), (&[Key::text("pro")][..], true, Some(1.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // more may be told
pub struct PropensityCell {
    /// The values of the columns.
    #[serde(skip)]
    pub keys: Vec<Key>,
    /// Invitations.
    pub invited: u64,
    /// Answers.
    pub responded: u64,
    /// Answers per invitation, 0 to 1.
    pub rate: f64,
    /// Its Wilson interval.
    pub interval: Option<Interval>,
    /// The rate that its answers are weighted by; `None` where nobody who could speak for it answered.
    pub propensity: Option<f64>,
    /// Whether it is taken together with others.
    pub pooled: bool,
}

/// How often those invited answer, and the weights: see [`Propensity`].
///
/// ```
/// use heedful::{Column, Data, Metric, Propensity, Responses};
///
/// // Free: one of four answers; pro: both do; trial: nobody does, so nobody speaks for it.
/// let answers = [Some(2.0), None, None, None, Some(10.0), Some(9.0), None, None];
/// let plans = ["free", "free", "free", "free", "pro", "pro", "trial", "trial"];
/// let invited = Responses::new()
///     .with("score", Column::optional_numbers(&answers))?
///     .with("plan", Column::categories(plans.map(Some)))?
///     .rating("score");
/// let found = Propensity::by(["plan"]).minimum(1).run(&invited)?;
/// assert_eq!((found.invited, found.responded, found.rate, found.unheard), (8, 3, 0.375, 2));
/// // 0.375 over 0.25 and over 1.
/// assert_eq!(found.weights[0], Some(1.5));
/// assert_eq!(found.weights[4..6], [Some(0.375), Some(0.375)]);
/// assert!((found.effective_n - 2.25 * 2.25 / (2.25 + 2.0 * 0.140_625)).abs() < 1e-12);
/// assert_eq!(found.to_table().columns()[1].data, Data::Int(vec![Some(4), Some(2), Some(2)])); // `invited`
/// // -1.5 and 0.75 of 2.25.
/// let score = found.attach(invited, "weight")?.score(&Metric::nps())?;
/// assert!((score.value.unwrap() + 100.0 / 3.0).abs() < 1e-9);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // more may be told
pub struct Propensities {
    /// The columns.
    pub by: Vec<String>,
    /// Invitations.
    pub invited: u64,
    /// Answers.
    pub responded: u64,
    /// Answers per invitation, 0 to 1.
    pub rate: f64,
    /// Invitations in cells for which nobody speaks.
    pub unheard: u64,
    /// The cells in the order of their keys.
    #[serde(skip)]
    pub cells: Vec<PropensityCell>,
    /// The weight of each row; `None` where there is no answer.
    #[serde(skip)]
    pub weights: Vec<Option<f64>>,
    /// Kish's effective number of answers, (Σ w)² / Σ w².
    pub effective_n: f64,
    /// Answers whose weight was cut.
    pub capped: u64,
}

impl Propensities {
    /// Between which values the score of all who were invited lies, whatever those would have said who did not
    /// answer: `value` is the score of those who did. No assumption is made, so the bounds are wide (C. Manski,
    /// American Economic Review 80, 1990).
    ///
    /// ```
    /// # use heedful::{Column, Metric, Propensity, Responses};
    /// # let invited = Responses::new().with("score", Column::optional_numbers(&[Some(10.0), None]))?.rating("score");
    /// let found = Propensity::default().run(&invited)?;
    /// assert_eq!(found.bounds(&Metric::nps(), 100.0), (0.0, 100.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn bounds(&self, metric: &Metric, value: f64) -> (f64, f64) {
        let (worst, best) = metric.range();
        let with = |silent: f64| self.rate * value + (1.0 - self.rate) * silent;
        (with(worst), with(best))
    }

    /// The table with the weights as a column that has the role `weight`; 0 where there is no answer.
    ///
    /// # Errors
    /// `duplicate-column`, `length-mismatch`.
    pub fn attach(&self, invitations: Responses, name: &str) -> Result<Responses> {
        let weights: Vec<f64> = self.weights.iter().map(|w| w.unwrap_or_default()).collect();
        Ok(invitations.with(name, Column::numbers(weights))?.weight(name))
    }

    /// One row for each cell: the columns, `invited`, `responded`, `rate`, `rate_lower`, `rate_upper`, `propensity`,
    /// `pooled`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let cells = || self.cells.iter();
        let mut table = Table::new();
        for (index, name) in self.by.iter().enumerate() {
            table.keys(name, cells().map(|cell| cell.keys.get(index).unwrap_or(&Key::Missing)));
        }
        table.ints("invited", cells().map(|cell| Some(cell.invited)));
        table.ints("responded", cells().map(|cell| Some(cell.responded)));
        table.floats("rate", cells().map(|cell| Some(cell.rate)));
        table.floats("rate_lower", cells().map(|cell| cell.interval.map(|i| i.lower)));
        table.floats("rate_upper", cells().map(|cell| cell.interval.map(|i| i.upper)));
        table.floats("propensity", cells().map(|cell| cell.propensity));
        table.bools("pooled", cells().map(|cell| Some(cell.pooled)));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitations(rows: &[(Option<f64>, &str, &str)]) -> Responses {
        let ratings: Vec<_> = rows.iter().map(|row| row.0).collect();
        Responses::new()
            .with("score", Column::optional_numbers(&ratings))
            .and_then(|t| t.with("plan", Column::categories(rows.iter().map(|row| Some(row.1)))))
            .and_then(|t| t.with("region", Column::categories(rows.iter().map(|row| Some(row.2)))))
            .unwrap()
            .rating("score")
    }

    /// The weighted answers of a cell stand for its share of the invitations: Horvitz and Thompson.
    #[test]
    fn weights_give_every_cell_its_share_of_the_invitations() {
        let mut random = crate::stats::Random::new(7);
        let rows: Vec<(Option<f64>, &str, &str)> = (0..3_000)
            .map(|_| {
                let plan = if random.uniform() < 0.3 { "pro" } else { "free" };
                let region = if random.uniform() < 0.5 { "eu" } else { "us" };
                let rate = if plan == "pro" { 0.6 } else { 0.15 };
                ((random.uniform() < rate).then_some(9.0), plan, region)
            })
            .collect();
        let found = Propensity::by(["plan", "region"]).run(&invitations(&rows)).unwrap();
        let total: f64 = found.weights.iter().flatten().sum();
        for plan in ["pro", "free"] {
            for region in ["eu", "us"] {
                let here = |row: &(Option<f64>, &str, &str)| (row.1, row.2) == (plan, region);
                let share = rows.iter().filter(|row| here(row)).count() as f64 / 3_000.0;
                let weights = rows.iter().zip(&found.weights).filter(|(row, _)| here(row));
                let weighted: f64 = weights.filter_map(|(_, weight)| *weight).sum();
                assert!((weighted / total - share).abs() < 1e-12, "{plan} {region}");
            }
        }
        assert!((total - found.responded as f64).abs() < 1e-9);
        assert!(found.effective_n < found.responded as f64);
    }

    #[test]
    fn small_and_silent_cells_are_taken_together() {
        let mut rows = vec![(Some(9.0), "pro", "eu"); 20];
        rows.extend(vec![(None, "pro", "eu"); 20]);
        rows.extend([(Some(3.0), "free", "eu"), (None, "free", "eu"), (None, "trial", "eu")]);
        let found = Propensity::by(["plan"]).minimum(10).run(&invitations(&rows)).unwrap();
        let cells: Vec<_> = found.cells.iter().map(|c| (c.pooled, c.propensity)).collect();
        let third = Some(1.0 / 3.0);
        assert_eq!(cells, [(true, third), (false, Some(0.5)), (true, third)]);
        let capped =
            Propensity::by(["plan"]).minimum(10).cap(1.2).run(&invitations(&rows)).unwrap();
        assert_eq!((found.capped, capped.capped, found.unheard), (0, 1, 0));
        rows.retain(|row| row.1 == "pro" || row.0.is_none());
        let found = Propensity::by(["plan"]).minimum(10).run(&invitations(&rows)).unwrap();
        assert_eq!((found.unheard, found.cells[0].propensity), (2, None));
    }

    #[test]
    fn what_cannot_be_estimated_is_an_error() {
        let nobody = invitations(&[(None, "pro", "eu")]);
        assert_eq!(Propensity::default().run(&nobody).unwrap_err().code(), ErrorCode::TooFew);
        let error = Propensity::by(["plan"]).cap(f64::NAN).run(&nobody).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "cap"));
        let error = Propensity::by(["team"]).run(&nobody).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "team"));
    }
}
