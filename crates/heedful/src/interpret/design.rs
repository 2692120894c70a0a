//! Survey designs: standard errors that know how the sample was drawn and weighted.

use serde::Serialize;

use super::cluster::{self, Cells};
use super::codes::{self, Codes, NONE};
use super::score::{Robust, Score, Uncertainty};
use super::select::weights;
use super::weight::{Fitted, Weighting};
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::listen::column::Column;
use crate::listen::responses::Responses;

/// Rounds after which the residuals of a calibration are as good as they get.
const PROJECTIONS: u32 = 100;

/// How a sample was drawn and weighted, for linearised standard errors.
///
/// In JSON: `{"strata": "region", "clusters": "branch", "fpc": "branches", "weighting": {...}}`, all
/// optional; without any, responses are taken as drawn independently with the weights of the role
/// `weight`. Everything is as in R's package `survey` (T. Lumley, "Complex Surveys", 2010):
///
/// - The variance is between the clusters of a stratum, m / (m - 1) Σ (z - mean of z)², where z is a
///   cluster's sum of weight × (value - score) / Σ weight. Clusters are nested in strata; without a
///   column of clusters every response is one, and so is a response without a cluster. Responses
///   without a stratum are a stratum of their own.
/// - A group is a domain: clusters without responses in it count into m all the same, because which
///   clusters have any is chance as well. This differs from [`Clusters`](crate::Clusters), which takes each
///   group as a sample of its own. Degrees of freedom are the group's clusters less its strata.
/// - `fpc` names a column with the number of clusters that each stratum has in the population; drawing
///   many of them without replacement reduces the variance.
/// - `weighting` weights the responses first, and takes residuals of the calibration instead of
///   deviations from the score, which is smaller where the targets explain the rating. Residuals of
///   one margin are weighted by the weights before, those of several margins are not; trimming is
///   not known to them.
///
/// ```
/// use heedful::{Column, Design, Metric, Responses, Scoring};
///
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 10, 0, 3, 7]))?
///     .with("region", Column::categories(["n", "n", "n", "s", "s", "s"].map(Some)))?
///     .rating("score");
/// let scores = Scoring::new(Metric::nps()).design(Design::new().strata("region")).run(&responses)?;
/// let score = &scores.rows[0].score;
/// // Regions agree within themselves, so they were worth asking apart.
/// assert!(score.design_effect.unwrap() < 1.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct Design {
    /// Column of the strata that were drawn from apart.
    strata: Option<String>,
    /// Column of the clusters that were drawn.
    clusters: Option<String>,
    /// Column of the number of clusters that a row's stratum has in the population.
    fpc: Option<String>,
    /// Weights the responses first.
    weighting: Option<Weighting>,
}

options!(Design, takes [strata, clusters, fpc, weighting], from Self::new());

impl Design {
    /// Independent responses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads options from JSON, with the names of the setters here.
    ///
    /// ```
    /// use heedful::Design;
    /// let json = r#"{"strata": "region", "clusters": "school", "fpc": "schools"}"#;
    /// assert_eq!(Design::from_json(json)?, Design::new().strata("region").clusters("school").fpc("schools"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The column of the strata that were drawn from apart.
    #[must_use]
    pub fn strata(mut self, column: impl Into<String>) -> Self {
        self.strata = Some(column.into());
        self
    }

    /// The column of the clusters that were drawn.
    #[must_use]
    pub fn clusters(mut self, column: impl Into<String>) -> Self {
        self.clusters = Some(column.into());
        self
    }

    /// The column that says how many clusters (responses, without clusters) a row's stratum has in
    /// the population.
    #[must_use]
    pub fn fpc(mut self, column: impl Into<String>) -> Self {
        self.fpc = Some(column.into());
        self
    }

    /// Weights the responses first.
    #[must_use]
    pub fn weighting(mut self, weighting: Weighting) -> Self {
        self.weighting = Some(weighting);
        self
    }

    /// Looks everything up in the rows that are taken.
    pub(crate) fn prepare(&self, responses: &Responses, mask: Option<&[bool]>) -> Result<Prepared> {
        let taken = |row: usize| mask.is_none_or(|m| m.get(row) == Some(&true));
        let strata = match &self.strata {
            Some(name) => {
                let codes = Codes::of(responses.require(name)?);
                let last = codes.len();
                codes.rows.iter().map(|code| (*code).min(last)).collect()
            }
            None => vec![0; responses.len()],
        };
        let stratum_count = strata.iter().max().map_or(0, |last| last.saturating_add(1));
        let (units, unit_strata) = match &self.clusters {
            Some(name) => {
                let (clusters, count) = Codes::of(responses.require(name)?).separate();
                let bound = (stratum_count, count);
                let (units, seen) = codes::pairs(&strata, clusters.into_iter(), bound);
                (units, seen.into_iter().map(|(stratum, _)| stratum).collect())
            }
            None => ((0..).take(responses.len()).collect(), strata.clone()),
        };
        let mut drawn = vec![false; unit_strata.len()];
        for (_, unit) in units.iter().enumerate().filter(|(row, _)| taken(*row)) {
            if let Some(drawn) = drawn.get_mut(*unit as usize) {
                *drawn = true;
            }
        }
        let mut sizes = vec![0.0; stratum_count as usize];
        for (stratum, _) in unit_strata.iter().zip(&drawn).filter(|(_, drawn)| **drawn) {
            if let Some(size) = sizes.get_mut(*stratum as usize) {
                *size += 1.0;
            }
        }
        let open = match &self.fpc {
            Some(name) => {
                fpc(responses.require(name)?, &strata, &sizes, taken).map_err(|e| e.at(name))?
            }
            None => vec![1.0; sizes.len()],
        };
        if sizes.iter().zip(&open).any(|(m, open)| *m > 0.0 && *m < 2.0 && *open > 0.0) {
            let path = self.strata.as_ref().or(self.clusters.as_ref()).cloned().unwrap_or_default();
            return Err(Error::new(
                ErrorCode::TooFew,
                "a stratum with a single cluster says nothing of the variance within it: join strata",
            )
            .at(path));
        }
        let unit_count = u32::try_from(unit_strata.len()).unwrap_or(NONE);
        let (weights, calibration) = match &self.weighting {
            Some(weighting) => {
                let fitted = weighting.fit(responses, mask)?;
                let calibration = Calibration::new(&fitted);
                (Some(fitted.weights.weights), Some(calibration))
            }
            None => (weights(responses)?, None),
        };
        Ok(Prepared { units, unit_count, unit_strata, sizes, open, weights, calibration })
    }
}

config::written!(
    Design,
    r#"{"strata": "region", "weighting": {"targets": {"region": {"EU": 0.4, "US": 0.6}}}}"#
);

/// The share of each stratum that was not drawn.
fn fpc(
    column: &Column,
    strata: &[u32],
    sizes: &[f64],
    taken: impl Fn(usize) -> bool,
) -> Result<Vec<f64>> {
    let mut all: Vec<Option<f64>> = vec![None; sizes.len()];
    for (row, stratum) in strata.iter().enumerate().filter(|(row, _)| taken(*row)) {
        let bad =
            |text: &str| Error::new(ErrorCode::InvalidArgument, text.to_owned()).on_row(row as u64);
        let drawn = sizes.get(*stratum as usize).copied().unwrap_or_default();
        let size = column.float(row)?.filter(|size| *size >= drawn && size.is_finite());
        let size = size.ok_or_else(|| {
            bad("a stratum's size must be a number of at least the clusters drawn from it")
        })?;
        let Some(known) = all.get_mut(*stratum as usize) else { continue };
        if known.get_or_insert(size).total_cmp(&size).is_ne() {
            return Err(bad("the size of a stratum differs between its rows"));
        }
    }
    let open = |(m, size): (&f64, &Option<f64>)| size.map_or(1.0, |size| 1.0 - m / size);
    Ok(sizes.iter().zip(&all).map(open).collect())
}

/// A design as found in a table.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The cluster of each row, and how many there are.
    pub(crate) units: Vec<u32>,
    pub(crate) unit_count: u32,
    unit_strata: Vec<u32>,
    /// Clusters drawn from each stratum, and the share that was not drawn.
    sizes: Vec<f64>,
    open: Vec<f64>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) calibration: Option<Calibration>,
}

/// What the clusters of a stratum come to.
#[derive(Debug, Clone, Copy, Default)]
struct Stratum {
    rated: bool,
    sum: f64,
    square: f64,
}

impl Stratum {
    fn add(&mut self, z: f64) {
        self.sum += z;
        self.square += z * z;
    }
}

impl Prepared {
    fn stratum<'a>(&self, unit: u32, strata: &'a mut [Stratum]) -> Option<&'a mut Stratum> {
        strata.get_mut(*self.unit_strata.get(unit as usize)? as usize)
    }

    /// The score of one group.
    pub(crate) fn score(
        &self,
        cells: &Cells,
        calibrated: &Cells,
        metric: &Metric,
        uncertainty: Uncertainty,
    ) -> Result<Score> {
        let tally = cells.tally(metric.scale(), self.weights.is_some(), |_: &[_]| 1.0);
        let robust = cluster::mean(&tally, metric.values()).map(|(score, mass)| {
            let values = metric.values();
            let mut strata = vec![Stratum::default(); self.sizes.len()];
            let mut units = 0.0;
            let mut whole = self
                .calibration
                .as_ref()
                .map(|c| c.fitted(calibrated, values, score, &self.units, self.unit_count));
            for (unit, cells) in cells.units() {
                units += 1.0;
                let z = cluster::deviation(cells, values, score);
                let Some(stratum) = self.stratum(unit, &mut strata) else { continue };
                stratum.rated = true;
                match whole.as_mut().and_then(|all| all.get_mut(unit as usize)) {
                    // Fitted values are taken off all clusters, so this one waits for them.
                    Some(residual) => *residual += z,
                    None => stratum.add(z),
                }
            }
            for (unit, z) in (0..).zip(whole.iter().flatten()) {
                if let Some(stratum) = self.stratum(unit, &mut strata) {
                    stratum.add(*z);
                }
            }
            let df = units - strata.iter().filter(|s| s.rated).count() as f64;
            let variance = strata.iter().zip(&self.sizes).zip(&self.open).map(|((s, m), open)| {
                let between = (s.square - s.sum * s.sum / m).max(0.0);
                if *m > 1.0 { open * m / (m - 1.0) * between } else { 0.0 }
            });
            let variance: f64 = variance.sum();
            let error = libm::sqrt(variance) / mass;
            Robust { standard_error: (df >= 1.0).then_some(error), df: df.max(0.0) }
        });
        Score::build(&tally, metric, uncertainty, robust)
    }
}

/// What the residuals of a calibration are made from.
#[derive(Debug)]
pub(crate) struct Calibration {
    /// Joint cell of each row, how many there are, and for each margin the target of each cell.
    rows: Vec<u32>,
    count: u32,
    targets: Vec<Vec<u32>>,
    /// Weight of each row in the regression on the margins; sums by cell.
    regression: Vec<f64>,
    masses: Vec<f64>,
    /// Weight of each row before trimming.
    raked: Vec<f64>,
}

impl Calibration {
    fn new(fitted: &Fitted) -> Self {
        let Fitted { weights, base, raked, joint } = fitted;
        // One margin is post-stratification, whose group means R weights by the weights before;
        // those of raking it does not weight.
        let single = joint.targets.len() == 1;
        let mut masses = vec![0.0; joint.count as usize];
        let mut regression = Vec::with_capacity(raked.len());
        let rows = raked.iter().zip(base).zip(&weights.weights).zip(&joint.rows);
        for (((raked, base), weight), cell) in rows {
            let taken = *raked > 0.0;
            let own = if single { *base } else { f64::from(u8::from(taken)) };
            regression.push(if taken { own * weight / raked } else { 0.0 });
            if let Some(mass) = masses.get_mut(*cell as usize).filter(|_| taken) {
                *mass += own;
            }
        }
        Self {
            rows: joint.rows.clone(),
            count: joint.count,
            targets: joint.targets.clone(),
            regression,
            masses,
            raked: raked.clone(),
        }
    }

    /// What the cells of the regression are made from.
    pub(crate) fn rows<'a>(&'a self, groups: &'a [u32], group_count: usize) -> cluster::Rows<'a> {
        cluster::Rows {
            groups,
            group_count,
            units: &self.rows,
            unit_count: self.count,
            weights: Some(&self.regression),
            values: None,
        }
    }

    /// Less the fitted values of the regression of (value - score) on the margins, weighted, for
    /// each cluster.
    fn fitted(
        &self,
        cells: &Cells,
        values: &[f64],
        score: f64,
        units: &[u32],
        unit_count: u32,
    ) -> Vec<f64> {
        let mut left = vec![0.0; self.count as usize];
        for (cell, cells) in cells.units() {
            if let Some(left) = left.get_mut(cell as usize) {
                *left += cluster::deviation(cells, values, score);
            }
        }
        let scale: f64 = left.iter().map(|l: &f64| l.abs()).sum();
        let mut fitted = vec![0.0; left.len()];
        for _ in 0..PROJECTIONS {
            let mut moved = 0.0_f64;
            for targets in &self.targets {
                let count = targets.iter().filter(|t| **t != NONE).max().map_or(0, |t| t + 1);
                let mut sums = vec![(0.0, 0.0); count as usize];
                for ((target, left), mass) in targets.iter().zip(&left).zip(&self.masses) {
                    if let Some((sum, all)) = sums.get_mut(*target as usize) {
                        *sum += left;
                        *all += mass;
                    }
                }
                let means: Vec<f64> = sums
                    .iter()
                    .map(|(sum, all)| if *all > 0.0 { sum / all } else { 0.0 })
                    .collect();
                let rest = fitted.iter_mut().zip(&mut left).zip(&self.masses);
                for (target, ((fitted, left), mass)) in targets.iter().zip(rest) {
                    if let Some(mean) = means.get(*target as usize) {
                        *fitted += mean;
                        *left -= mass * mean;
                        moved = moved.max((mass * mean).abs());
                    }
                }
            }
            if moved <= 1e-15 * scale {
                break;
            }
        }
        let mut off = vec![0.0; unit_count as usize];
        for ((unit, cell), weight) in units.iter().zip(&self.rows).zip(&self.raked) {
            let fitted = fitted.get(*cell as usize).copied().unwrap_or_default();
            if let Some(off) = off.get_mut(*unit as usize) {
                *off -= weight * fitted;
            }
        }
        off
    }
}

#[cfg(test)]
mod tests;
