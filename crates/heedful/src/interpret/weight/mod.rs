//! Weighting responses to what is known of the population.

mod rake;
mod target;

use serde::Serialize;

use self::rake::{Joint, Margin};
pub(crate) use self::target::Target;
use super::select::weights;
use crate::base::config::{self, Config, Object, deserialized, names};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::table::Table;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use target::{Cells, Margins};

/// Rounds of trimming after which weights will not settle.
const TRIM_ROUNDS: u32 = 1000;

/// What happens to responses without a value in a column that has targets, where missing has no
/// target of its own.
///
/// ```
/// use heedful::{Column, MissingValues, Responses, Weighting};
/// let responses = Responses::new().with("region", Column::categories([Some("EU"), Some("US"), Some("US"), None]))?;
/// let weighting = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]);
/// assert!(weighting.run(&responses).is_err());
/// let weights = weighting.missing(MissingValues::Keep).run(&responses)?;
/// assert!((weights.weights[3] - 1.0).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingValues {
    /// They are an error that names the column.
    #[default]
    Error,
    /// The column leaves their weights as they are; its targets are shares of the others.
    Keep,
}

names!(MissingValues { Error = "error", Keep = "keep" });

/// How responses are weighted to targets: raking over several margins, post-stratification over the
/// cells of one or several columns.
///
/// In JSON: `{"targets": {"region": {"EU": 0.45, "US": 0.55}, "age": {...}}, "cap": 5}` or
/// `{"cells": [{"keys": {"region": "EU", "age": "18-34"}, "share": 0.2}, ...]}`. The targets of a
/// column are shares that add up to 1 or counts of the population; they are compared with the
/// column's values by their text, and the key `null` is for responses without a value. Margins are
/// adjusted in the order given, cells after them. Weights in the role `weight` are where it starts
/// from (design weights).
///
/// Raking is iterative proportional fitting (W. Deming and F. Stephan, Annals of Mathematical
/// Statistics 11, 1940): it ends when every margin's shares are met within
/// [`tolerance`](Self::tolerance).
///
/// ```
/// use heedful::{Column, Metric, Responses, Weighting};
///
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 3, 10]))?
///     .with("region", Column::categories(["EU", "EU", "US", "EU"].map(Some)))?
///     .rating("score");
/// let weights = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]).run(&responses)?;
/// // The one response from the US counts for 2, the others for 2/3 each.
/// assert!((weights.weights[2] - 2.0).abs() < 1e-12);
/// assert!((weights.effective_n - 3.0).abs() < 1e-12);
/// let weighted = weights.attach(responses, "weight")?;
/// assert!(weighted.score(&Metric::nps())?.value.unwrap().abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct Weighting {
    /// For each column its values with their shares or counts.
    #[serde(serialize_with = "target::write_margins")]
    #[cfg_attr(feature = "schema", schemars(with = "target::MarginsShape"))]
    targets: Vec<Target>,
    /// Shares or counts of the joint cells of several columns.
    #[serde(serialize_with = "target::write_cells")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<target::Cell>>"))]
    cells: Option<Target>,
    /// What happens to responses without a value.
    missing: MissingValues,
    /// Weights are trimmed above this multiple of their mean.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 1)))]
    cap: Option<f64>,
    /// Weights are raised below this multiple of their mean.
    #[cfg_attr(feature = "schema", schemars(extend("minimum" = 0, "exclusiveMaximum" = 1)))]
    floor: Option<f64>,
    /// What the weights add up to; the number of responses where not set.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    total: Option<f64>,
    /// How far a share may be from its target.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1)))]
    tolerance: f64,
    /// How often all margins are adjusted at most.
    max_iterations: u32,
}

impl Config for Weighting {
    fn read(json: &Json) -> Result<Self> {
        let mut options = Self::default();
        let (mut margins, mut cells) = (Margins::default(), None);
        let mut object = Object::of(json)?;
        object.takes("targets", &mut margins);
        object.takes("cells", &mut cells);
        object.takes("missing", &mut options.missing);
        object.takes("cap", &mut options.cap);
        object.takes("floor", &mut options.floor);
        object.takes("total", &mut options.total);
        object.takes("tolerance", &mut options.tolerance);
        object.takes("max_iterations", &mut options.max_iterations);
        object.finish()?;
        options.targets = margins.0;
        options.cells = cells.map(|Cells(target)| target);
        Ok(options)
    }
}

deserialized!(Weighting);

impl Default for Weighting {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            cells: None,
            missing: MissingValues::Error,
            cap: None,
            floor: None,
            total: None,
            tolerance: 1e-10,
            max_iterations: 200,
        }
    }
}

impl Weighting {
    /// No targets yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads options from JSON, with the names of the setters here.
    ///
    /// ```
    /// use heedful::{MissingValues, Weighting};
    /// let json = r#"{"targets": {"region": {"EU": 0.5, "US": 0.5}}, "missing": "keep", "cap": 5, "floor": 0.2,
    ///     "total": 1000, "tolerance": 1e-9, "max_iterations": 50}"#;
    /// let weighting = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]).missing(MissingValues::Keep);
    /// let weighting = weighting.cap(5.0).floor(0.2).total(1000.0).tolerance(1e-9).max_iterations(50);
    /// assert_eq!(Weighting::from_json(json)?, weighting);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Adds the targets of a column: shares that add up to 1, or counts.
    #[must_use]
    pub fn target<K: Into<Key>>(
        mut self,
        column: impl Into<String>,
        shares: impl IntoIterator<Item = (K, f64)>,
    ) -> Self {
        let shares = shares.into_iter().map(|(key, share)| (vec![key.into()], share)).collect();
        self.targets.push(Target::margin(column.into(), shares));
        self
    }

    /// Sets the targets of the joint cells of several columns: for each cell the values of the
    /// columns, and its share or count.
    ///
    /// ```
    /// # use heedful::Weighting;
    /// Weighting::new().cells(["region", "sex"], [
    ///     (["EU", "f"], 0.3), (["EU", "m"], 0.3), (["US", "f"], 0.2), (["US", "m"], 0.2),
    /// ]);
    /// ```
    #[must_use]
    pub fn cells<C: Into<String>, K: Into<Key>, L: IntoIterator<Item = K>>(
        mut self,
        columns: impl IntoIterator<Item = C>,
        shares: impl IntoIterator<Item = (L, f64)>,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        let keys = |list: L| list.into_iter().map(Into::into).collect();
        let shares = shares.into_iter().map(|(list, share)| (keys(list), share)).collect();
        self.cells = Some(Target::cells(columns, shares));
        self
    }

    /// What happens to responses without a value.
    #[must_use]
    pub fn missing(mut self, missing: MissingValues) -> Self {
        self.missing = missing;
        self
    }

    /// Trims weights above this multiple of their mean (more than 1). What is taken off is added in
    /// equal parts to the weights that were not trimmed, again until no weight is outside, as R's
    /// `trimWeights(strict = TRUE)` does. Trimming moves the margins off their targets; the result
    /// says by how much ([`Weights::residual`]).
    ///
    /// ```
    /// use heedful::{Column, Responses, Weighting};
    /// let regions = [vec!["EU"; 9], vec!["US"]].concat();
    /// let responses = Responses::new().with("region", Column::categories(regions.into_iter().map(Some)))?;
    /// let weighting = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]);
    /// assert!((weighting.run(&responses)?.maximum - 5.0).abs() < 1e-9);
    /// let capped = weighting.cap(3.0).run(&responses)?;
    /// assert!(capped.maximum < 3.0 + 1e-9 && capped.trimmed == 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn cap(mut self, multiple: f64) -> Self {
        self.cap = Some(multiple);
        self
    }

    /// Raises weights below this multiple of their mean (less than 1) in the same way.
    #[must_use]
    pub fn floor(mut self, multiple: f64) -> Self {
        self.floor = Some(multiple);
        self
    }

    /// What the weights add up to; the number of responses where not set.
    #[must_use]
    pub fn total(mut self, total: f64) -> Self {
        self.total = Some(total);
        self
    }

    /// How far a share may be from its target; 1e-10 by default.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// How often all margins are adjusted at most; 200 by default.
    #[must_use]
    pub fn max_iterations(mut self, iterations: u32) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Weights all responses of a table.
    ///
    /// # Errors
    /// `invalid-argument` for options that make no sense, `missing-column`, `weight-invalid` for
    /// design weights; `target-mismatch` with a path such as `targets.region.EU` for a target that
    /// no response has, a value without a target, or missing values without a rule; `no-convergence`
    /// with the path of the margin that is off the most, and by how much; `too-few` without any
    /// response that has weight.
    pub fn run(&self, responses: &Responses) -> Result<Weights> {
        Ok(self.fit(responses, None)?.weights)
    }

    fn check(&self) -> Result<()> {
        let bad =
            |path: &str, text: &str| Err(Error::new(ErrorCode::InvalidArgument, text).at(path));
        if self.targets.is_empty() && self.cells.is_none() {
            return bad("targets", "there is no target to weight to");
        }
        if self.cap.is_some_and(|cap| !(cap > 1.0 && cap.is_finite())) {
            return bad("cap", "the cap is a multiple of the mean weight, more than 1");
        }
        if self.floor.is_some_and(|floor| !(0.0..1.0).contains(&floor)) {
            return bad("floor", "the floor is a multiple of the mean weight, 0 to less than 1");
        }
        if self.total.is_some_and(|total| !(total > 0.0 && total.is_finite())) {
            return bad("total", "the total must be a positive number");
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            return bad("tolerance", "the tolerance is a share, more than 0 and less than 1");
        }
        self.all_targets().try_for_each(Target::check)
    }

    fn all_targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().chain(&self.cells)
    }

    /// Weights the rows that are taken; the others weigh 0.
    pub(crate) fn fit(&self, responses: &Responses, mask: Option<&[bool]>) -> Result<Fitted> {
        self.check()?;
        let mut base = weights(responses)?.unwrap_or_else(|| vec![1.0; responses.len()]);
        let mut n = responses.len();
        if let Some(mask) = mask {
            n = mask.iter().filter(|keep| **keep).count();
            for (weight, keep) in base.iter_mut().zip(mask) {
                *weight = if *keep { *weight } else { 0.0 };
            }
        }
        if !base.iter().any(|w| *w > 0.0) {
            return Err(Error::new(ErrorCode::TooFew, "no response has any weight"));
        }
        let margins = self
            .all_targets()
            .map(|target| target.margin_of(responses, mask, self.missing))
            .collect::<Result<Vec<Margin>>>()?;
        let joint = Joint::new(&margins, &base);
        let (factors, iterations) = joint.rake(self.tolerance, self.max_iterations)?;
        let mut raked: Vec<f64> = base
            .iter()
            .zip(&joint.rows)
            .map(|(w, cell)| w * factors.get(*cell as usize).copied().unwrap_or_default())
            .collect();
        let scale = self.total.unwrap_or(n as f64) / raked.iter().sum::<f64>();
        raked.iter_mut().for_each(|w| *w *= scale);
        let mut trimmed = raked.clone();
        let outside = self.trim(&mut trimmed)?;
        let weights = Weights::new(self, &margins, &base, &raked, trimmed, iterations, outside);
        Ok(Fitted { weights, base, raked, joint })
    }

    /// Trims the weights and returns how many were outside.
    fn trim(&self, weights: &mut [f64]) -> Result<u64> {
        let positive = weights.iter().filter(|w| **w > 0.0).count();
        let mean = weights.iter().sum::<f64>() / positive as f64;
        let cap = self.cap.map_or(f64::INFINITY, |cap| cap * mean);
        let floor = self.floor.map_or(0.0, |floor| floor * mean);
        // Room for rounding, so that what was put on the bounds stays there.
        let inside = |w: f64| w <= cap * (1.0 + 1e-13) && w >= floor * (1.0 - 1e-13);
        let mut outside = vec![false; weights.len()];
        for _ in 0..TRIM_ROUNDS {
            let mut taken = 0.0;
            let mut free = 0_u64;
            let mut settled = true;
            for w in weights.iter().filter(|w| **w > 0.0) {
                if inside(*w) {
                    free += 1;
                } else {
                    settled = false;
                    taken += w - w.clamp(floor, cap);
                }
            }
            if settled {
                for w in weights.iter_mut().filter(|w| **w > 0.0) {
                    *w = w.clamp(floor, cap);
                }
                return Ok(outside.iter().filter(|o| **o).count() as u64);
            }
            let part = if free > 0 { taken / free as f64 } else { 0.0 };
            // Responses without weight stay without.
            for (w, outside) in weights.iter_mut().zip(&mut outside).filter(|(w, _)| **w > 0.0) {
                if inside(*w) {
                    *w += part;
                } else {
                    *w = w.clamp(floor, cap);
                    *outside = true;
                }
            }
        }
        Err(Error::new(
            ErrorCode::NoConvergence,
            format!("after {TRIM_ROUNDS} rounds of trimming there are still weights outside the cap or the floor"),
        )
        .at(if self.cap.is_some() { "cap" } else { "floor" }))
    }
}

config::written!(
    Weighting,
    r#"{"targets": {"region": {"EU": 0.4, "null": 0.6}}, "cells": [{"keys": {"plan": "pro", "paid": true}, "share": 1}]}"#
);

/// What linearisation needs to know of a weighting.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) weights: Weights,
    /// Weights before, 0 for rows that are not taken.
    pub(crate) base: Vec<f64>,
    /// Weights after raking, before trimming.
    pub(crate) raked: Vec<f64>,
    pub(crate) joint: Joint,
}

/// How one target was met.
///
/// ```
/// use heedful::{Column, Responses, Weighting};
/// let responses = Responses::new().with("region", Column::categories(["EU", "EU", "EU", "US"].map(Some)))?;
/// let weights = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]).run(&responses)?;
/// let eu = &weights.targets[0];
/// assert_eq!((eu.n, eu.before, eu.target), (3, 0.75, 0.5));
/// assert!((eu.achieved - 0.5).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetFit {
    /// The columns: one for a margin, several for a cell.
    pub columns: Vec<String>,
    /// The value of each column.
    pub keys: Vec<Key>,
    /// Responses that have them.
    pub n: u64,
    /// Share by the weights before, 0 to 1.
    pub before: f64,
    /// Share that was wanted, 0 to 1.
    pub target: f64,
    /// Share by the new weights, 0 to 1: the target, but for tolerance and trimming.
    pub achieved: f64,
}

/// Weights and what they cost.
///
/// ```
/// use heedful::{Column, Metric, Responses, Weighting};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 3]))?
///     .with("region", Column::categories(["EU", "EU", "US"].map(Some)))?
///     .rating("score");
/// let weights = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]).run(&responses)?;
/// assert!((weights.maximum - 1.5).abs() < 1e-12 && (weights.design_effect - 1.125).abs() < 1e-12);
/// let score = weights.attach(responses, "weight")?.score(&Metric::nps())?;
/// assert!(score.value.unwrap().abs() < 1e-9); // 33 without weights
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // diagnostics may be added
pub struct Weights {
    /// One weight for each response, not negative.
    pub weights: Vec<f64>,
    /// How often all margins were adjusted.
    pub iterations: u32,
    /// Every target and how it was met, in the order given.
    pub targets: Vec<TargetFit>,
    /// The greatest distance of an achieved share from its target.
    pub residual: f64,
    /// Kish's effective number of responses, (Σ w)² / Σ w².
    pub effective_n: f64,
    /// Kish's design effect: responses over the effective number, at least 1.
    pub design_effect: f64,
    /// The smallest weight.
    pub minimum: f64,
    /// The greatest weight.
    pub maximum: f64,
    /// Responses whose weight was trimmed or raised.
    pub trimmed: u64,
    /// Weight that trimming took off the responses above the cap, in units of the weights.
    pub trimmed_weight: f64,
}

impl Weights {
    fn new(
        options: &Weighting,
        margins: &[Margin],
        base: &[f64],
        raked: &[f64],
        weights: Vec<f64>,
        iterations: u32,
        trimmed: u64,
    ) -> Self {
        let mut targets = Vec::new();
        for (target, margin) in options.all_targets().zip(margins) {
            let (before, achieved) = (margin.shares(base), margin.shares(&weights));
            let counts = margin.counts();
            for (i, (keys, _)) in target.shares.iter().enumerate() {
                let at = |list: &[f64]| list.get(i).copied().unwrap_or_default();
                targets.push(TargetFit {
                    columns: target.columns.clone(),
                    keys: keys.clone(),
                    n: counts.get(i).copied().unwrap_or_default(),
                    before: at(&before),
                    target: at(&margin.shares),
                    achieved: at(&achieved),
                });
            }
        }
        let residual = targets.iter().map(|t| (t.achieved - t.target).abs()).fold(0.0, f64::max);
        let sum: f64 = weights.iter().sum();
        let squares: f64 = weights.iter().map(|w| w * w).sum();
        let effective_n = sum * sum / squares;
        let taken = raked.iter().zip(&weights).map(|(before, after)| (before - after).max(0.0));
        Self {
            iterations,
            targets,
            residual,
            effective_n,
            design_effect: weights.len() as f64 / effective_n,
            minimum: weights.iter().copied().fold(f64::INFINITY, f64::min),
            maximum: weights.iter().copied().fold(0.0, f64::max),
            trimmed,
            trimmed_weight: if trimmed > 0 { taken.sum() } else { 0.0 },
            weights,
        }
    }

    /// The responses with the weights as a column of this name, in the role `weight`.
    ///
    /// # Errors
    /// `duplicate-column`, or `length-mismatch` where the responses are others than those weighted.
    pub fn attach(&self, responses: Responses, name: &str) -> Result<Responses> {
        Ok(responses.with(name, Column::numbers(self.weights.clone()))?.weight(name))
    }

    /// The targets as a table.
    ///
    /// Columns: `column` and `value` (joined by ` / ` for cells; a missing value is `(missing)`),
    /// `n`, `before`, `target`, `achieved` (shares), `error` (achieved less target).
    ///
    /// ```
    /// use heedful::{Column, Responses, Weighting};
    /// let responses = Responses::new().with("region", Column::categories(["EU", "EU", "US"].map(Some)))?;
    /// let weights = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]).run(&responses)?;
    /// assert_eq!(weights.to_table().len(), 2); // a row for each value that has a target
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.targets.iter();
        let values = |t: &TargetFit| {
            let texts: Vec<String> = t.keys.iter().map(ToString::to_string).collect();
            Some(texts.join(" / "))
        };
        table.texts("column", rows().map(|t| Some(t.columns.join(" / "))));
        table.texts("value", rows().map(values));
        table.ints("n", rows().map(|t| Some(t.n)));
        table.floats("before", rows().map(|t| Some(t.before)));
        table.floats("target", rows().map(|t| Some(t.target)));
        table.floats("achieved", rows().map(|t| Some(t.achieved)));
        table.floats("error", rows().map(|t| Some(t.achieved - t.target)));
        table
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
