//! Scores by group and over time.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cluster::{self, Cells, Clusters};
use super::count::{self, Coder, Counters, Dimension, Rows};
use super::design::Design;
use super::score::{Score, Uncertainty, rating_error};
use super::select::{Kind, Repeats, Selection, Signal, weights};
use crate::base::config;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::scale::{Invalid, MISSING, Reading};
use crate::base::suppression::Suppression;
use crate::base::table::{Data, Table};
use crate::base::tally::Tally;
use crate::base::time::{Every, Zone};
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::{Confidence, IntervalMethod};

/// A metric and the column it is scored on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MetricOf {
    /// The metric.
    pub metric: Metric,
    /// The column; the one in the role `rating` where not set.
    #[serde(default)]
    pub rating: Option<String>,
}

/// How responses are scored: which metrics, in which groups, over which periods.
///
/// Quick advice: `Scoring::new(metric)` and [`by`](Self::by) are all that most calls need. Set
/// [`every`](Self::every) for a trend and [`minimum_n`](Self::minimum_n) before publishing small
/// groups; leave the rest alone.
///
/// ```
/// use heedful::{Column, Metric, Responses, Scoring};
///
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 3, 7]))?
///     .with("plan", Column::categories([Some("pro"), Some("free"), None, Some("pro")]))?
///     .rating("score");
/// let scores = Scoring::new(Metric::nps()).by(["plan"]).run(&responses)?;
/// let rows: Vec<_> = scores.rows.iter().map(|r| (r.keys[0].to_string(), r.score.value)).collect();
/// assert_eq!(rows, [
///     ("free".to_owned(), Some(100.0)),
///     ("pro".to_owned(), Some(50.0)),
///     ("(missing)".to_owned(), Some(-100.0)),
/// ]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// What is scored.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    metrics: Vec<MetricOf>,
    /// Columns to group by.
    #[serde(default)]
    by: Vec<String>,
    /// Scores each period apart, by the column in the role `at`.
    #[serde(default)]
    every: Option<Every>,
    /// In which an instant falls into a period; UTC where not set.
    #[serde(default)]
    time_zone: Option<Zone>,
    /// Periods that each score takes, up to and including its own.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    rolling: Option<u32>,
    /// Of intervals.
    #[serde(default)]
    confidence: Confidence,
    /// `score` for nets and shares, `t` for means where not set.
    #[serde(default)]
    interval: Option<IntervalMethod>,
    /// Groups with fewer rated responses are hidden.
    #[serde(default)]
    minimum_n: u64,
    /// Hides small groups also from subtraction.
    #[serde(default)]
    secondary: bool,
    /// What happens to ratings that are not on the scale.
    #[serde(default)]
    invalid: Invalid,
    /// Which of a customer's answers count.
    #[serde(default)]
    repeats: Repeats,
    /// Takes one kind of response only.
    #[serde(default)]
    kind: Option<Kind>,
    /// Pools relational and transactional responses.
    #[serde(default)]
    pool: bool,
    /// Takes responses with these signals.
    #[serde(default = "solicited")]
    signals: Vec<Signal>,
    /// Words in a column of texts that stand for no rating, beside blank text.
    #[serde(default = "missing_words")]
    missing: Vec<String>,
    /// Shares the rows among this many threads.
    #[serde(default = "one")]
    threads: usize,
    /// How accounts with several contacts count.
    #[serde(default)]
    clusters: Clusters,
    /// How the sample was drawn and weighted.
    #[serde(default)]
    design: Option<Design>,
}

impl MetricOf {
    /// The column of the ratings and its name.
    fn column<'a>(&'a self, batch: &'a Responses) -> Result<(&'a str, &'a Column)> {
        let name = self.rating.as_deref().or(batch.roles().rating.as_deref());
        Ok((name.unwrap_or_default(), batch.role("rating", name)?))
    }
}

/// Columns of the result tables of scores, contrasts and leagues, which attributes cannot be called.
const COLUMNS: &[&str] = &[
    "period",
    "metric",
    "value",
    "lower",
    "upper",
    "standard_error",
    "n",
    "missing",
    "invalid",
    "out_of_range",
    "mean",
    "effective_n",
    "design_effect",
    "suppressed",
    "accounts",
    "rest",
    "rest_n",
    "difference",
    "p_value",
    "p_adjusted",
    "method",
    "rank",
    "rank_lower",
    "rank_upper",
    "expected_rank",
    "p_top",
    "p_bottom",
    "shrunk",
    "shrunk_lower",
    "shrunk_upper",
    "own_weight",
];

fn solicited() -> Vec<Signal> {
    vec![Signal::Solicited]
}

fn missing_words() -> Vec<String> {
    MISSING.map(str::to_owned).to_vec()
}

fn one() -> usize {
    1
}

impl Scoring {
    /// One metric on the column in the role `rating`, all responses in one group.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self {
            metrics: vec![MetricOf { metric, rating: None }],
            by: Vec::new(),
            every: None,
            time_zone: None,
            rolling: None,
            confidence: Confidence::default(),
            interval: None,
            minimum_n: 0,
            secondary: false,
            invalid: Invalid::Error,
            repeats: Repeats::All,
            kind: None,
            pool: false,
            signals: solicited(),
            missing: missing_words(),
            threads: one(),
            clusters: Clusters::None,
            design: None,
        }
    }

    /// Several metrics at once, each on a column of its own.
    ///
    /// ```
    /// # use heedful::{Metric, Scoring};
    /// Scoring::of([(Metric::nps(), "nps"), (Metric::csat(), "satisfaction")]);
    /// ```
    #[must_use]
    pub fn of<'a>(metrics: impl IntoIterator<Item = (Metric, &'a str)>) -> Self {
        let metrics = metrics
            .into_iter()
            .map(|(metric, rating)| MetricOf { metric, rating: Some(rating.to_owned()) })
            .collect();
        Self { metrics, ..Self::new(Metric::nps()) }
    }

    /// Reads options from JSON: `{"metrics": [{"metric": "nps", "rating": "score"}], "by":
    /// ["plan"], "every": "month", ...}` with the names of the setters here.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::from_json(text)
    }

    /// Groups by the values of these columns.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Scores each period apart, empty ones included, by the column in the role `at`. Responses
    /// without a time are a group of their own.
    #[must_use]
    pub fn every(mut self, every: Every) -> Self {
        self.every = Some(every);
        self
    }

    /// The time zone that decides in which period an instant falls; UTC where not set. Wall-clock
    /// times are in their own zone already.
    #[must_use]
    pub fn time_zone(mut self, zone: Zone) -> Self {
        self.time_zone = Some(zone);
        self
    }

    /// Each period's score takes this many periods up to and including it.
    #[must_use]
    pub fn rolling(mut self, periods: u32) -> Self {
        self.rolling = Some(periods);
        self
    }

    /// Confidence and method of intervals.
    #[must_use]
    pub fn uncertainty(mut self, uncertainty: Uncertainty) -> Self {
        self.confidence = uncertainty.confidence;
        self.interval = uncertainty.interval;
        self
    }

    /// Hides groups with fewer rated responses.
    #[must_use]
    pub fn minimum_n(mut self, minimum_n: u64) -> Self {
        self.minimum_n = minimum_n;
        self
    }

    /// Hides small groups also from subtraction.
    #[must_use]
    pub fn suppression(mut self, suppression: Suppression) -> Self {
        self.minimum_n = suppression.minimum_n;
        self.secondary = suppression.secondary;
        self
    }

    /// What happens to ratings that are not on the scale.
    #[must_use]
    pub fn invalid(mut self, invalid: Invalid) -> Self {
        self.invalid = invalid;
        self
    }

    /// Which of a customer's answers count.
    #[must_use]
    pub fn repeats(mut self, repeats: Repeats) -> Self {
        self.repeats = repeats;
        self
    }

    /// Takes one kind of response only.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Pools relational and transactional responses.
    #[must_use]
    pub fn pool(mut self) -> Self {
        self.pool = true;
        self
    }

    /// Takes these signals instead of solicited ones only.
    #[must_use]
    pub fn signals(mut self, signals: impl IntoIterator<Item = Signal>) -> Self {
        self.signals = signals.into_iter().collect();
        self
    }

    /// Words in a column of texts that stand for no rating; `NA` and `N/A` where not set. Blank text
    /// always does.
    #[must_use]
    pub fn missing<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.missing = words.into_iter().map(Into::into).collect();
        self
    }

    /// Shares the rows among this many threads where the crate has the feature `parallel`. Results
    /// do not depend on it; weighted sums are always taken in order.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// How accounts with several contacts count.
    ///
    /// ```
    /// use heedful::{Clusters, Column, Metric, Responses, Scoring};
    ///
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 10, 10, 0]))?
    ///     .with("company", Column::categories(["big", "big", "big", "small"].map(Some)))?
    ///     .rating("score")
    ///     .account("company");
    /// let scores = Scoring::new(Metric::nps()).clusters(Clusters::Votes).run(&responses)?;
    /// let score = &scores.rows[0].score;
    /// assert_eq!((score.value, score.n, score.accounts), (Some(0.0), 4, Some(2)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn clusters(mut self, clusters: Clusters) -> Self {
        self.clusters = clusters;
        self
    }

    /// How the sample was drawn and weighted, for standard errors as survey statisticians make them.
    #[must_use]
    pub fn design(mut self, design: Design) -> Self {
        self.design = Some(design);
        self
    }

    /// Scores a table.
    ///
    /// # Errors
    /// `missing-column`, `column-type`, `rating-out-of-range` and `rating-invalid` with column and
    /// row, `weight-invalid`, `mixed-kinds`, `invalid-argument`; with a design also `too-few`,
    /// `target-mismatch`, `no-convergence`.
    pub fn run(&self, responses: &Responses) -> Result<Scores> {
        if self.by_unit() {
            return self.run_by_unit(responses);
        }
        let mut scorer = Scorer::new(self.clone());
        scorer.observe_batch(responses)?;
        scorer.finish()
    }

    /// The groups of each metric, for what compares them.
    pub(crate) fn groups(&self, responses: &Responses) -> Result<Vec<Vec<Group>>> {
        self.check_independent()?;
        let mut scorer = Scorer::new(self.clone());
        scorer.observe_batch(responses)?;
        Ok(scorer.groups()?.1)
    }

    fn check_independent(&self) -> Result<()> {
        if !self.by_unit() {
            return Ok(());
        }
        let path = if self.design.is_some() { "design" } else { "clusters" };
        let message = "comparisons take responses as independent: leave this out";
        Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
    }

    /// The tally of a table on the first metric's column, all groups together: what
    /// [`Comparison`](crate::Comparison) and [`Target`](crate::Target) judge.
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn total(&self, responses: &Responses) -> Result<Tally> {
        self.check_independent()?;
        let mut scorer = Scorer::new(self.clone());
        scorer.observe_batch(responses)?;
        scorer.total()
    }

    /// Whether the answer needs all responses at once, not batch by batch.
    #[must_use]
    pub fn needs_whole(&self) -> bool {
        self.repeats == Repeats::Latest || self.by_unit()
    }

    /// Whether units of several responses are looked at, not responses alone.
    fn by_unit(&self) -> bool {
        self.clusters != Clusters::None || self.design.is_some()
    }

    /// The rows that are taken, `None` where all are; `kinds` as for [`Selection::mask`].
    fn mask(&self, batch: &Responses, kinds: &mut Vec<Kind>) -> Result<Option<Vec<bool>>> {
        let selection = Selection {
            kind: self.kind,
            pool: self.pool,
            signals: self.signals.clone(),
            repeats: self.repeats,
        };
        let apart = batch.roles().kind.as_ref().is_some_and(|kind| self.by.contains(kind));
        selection.mask(batch, apart, kinds)
    }

    /// What makes the groups; `utc` is where no zone was asked for.
    fn dimensions<'a>(&'a self, batch: &'a Responses, utc: &'a Zone) -> Result<Vec<Dimension<'a>>> {
        let mut dimensions = Vec::new();
        for name in &self.by {
            let column = batch.require(name)?;
            dimensions.push(Dimension::of_column(column).map_err(|e| e.at(name))?);
        }
        if let Some(every) = self.every {
            let at = batch.roles().at.as_deref();
            let column = batch.role("at", at)?;
            let Column::Time(times) = column else {
                return Err(Error::new(
                    ErrorCode::ColumnType,
                    format!("the column holds {}, not times", column.kind()),
                )
                .at(at.unwrap_or_default()));
            };
            let zone = self.time_zone.as_ref().unwrap_or(utc);
            dimensions.push(Dimension::of_periods(times, every, zone));
        }
        Ok(dimensions)
    }

    pub(crate) fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().map(|of| &of.metric)
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.by
    }

    pub(crate) fn periods(&self) -> Option<Every> {
        self.every
    }

    pub(crate) fn hiding(&self) -> Suppression {
        Suppression { minimum_n: self.minimum_n, secondary: self.secondary }
    }

    pub(crate) fn stated(&self) -> Uncertainty {
        Uncertainty { confidence: self.confidence, interval: self.interval }
    }

    fn check(&self) -> Result<()> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if self.metrics.is_empty() {
            return bad("metrics", "there is no metric to score");
        }
        if self.rolling.is_some() && self.every.is_none() {
            return bad("rolling", "a rolling score needs periods: set `every`");
        }
        if self.rolling == Some(0) {
            return bad("rolling", "a rolling score takes at least 1 period");
        }
        if self.clusters != Clusters::None && self.design.is_some() {
            return bad("clusters", "a design names its own clusters: set one or the other");
        }
        for (i, name) in self.by.iter().enumerate() {
            if self.by.iter().take(i).any(|other| other == name) {
                return Err(Error::new(ErrorCode::DuplicateColumn, "grouped by twice").at(name));
            }
            if COLUMNS.contains(&name.as_str()) || name.starts_with("share_") {
                return Err(Error::new(
                    ErrorCode::DuplicateColumn,
                    "the result has a column of this name: rename the attribute",
                )
                .at(name));
            }
        }
        Ok(())
    }
}

/// Scores responses batch by batch, in memory that grows with the groups, not with the responses.
///
/// ```
/// use heedful::{Column, Metric, Responses, Scorer, Scoring};
///
/// let batch = |ratings: Vec<u8>| {
///     Responses::new().with("score", Column::numbers(ratings)).map(|r| r.rating("score"))
/// };
/// let mut scorer = Scorer::new(Scoring::new(Metric::nps()));
/// scorer.observe(&batch(vec![10, 9])?)?;
/// scorer.observe(&batch(vec![8, 3])?)?;
/// assert_eq!(scorer.finish()?.rows[0].score.value, Some(25.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scorer {
    scoring: Scoring,
    groups: Vec<BTreeMap<Vec<Key>, Tally>>,
    pending: Vec<Option<Pending>>,
    kinds: Vec<Kind>,
    rows: u64,
}

/// Counters that still speak of the positions of one set of dictionaries.
#[derive(Debug, Clone)]
struct Pending {
    values: Vec<Arc<Vec<Key>>>,
    counters: Counters,
}

impl Scorer {
    /// Nothing observed yet.
    #[must_use]
    pub fn new(scoring: Scoring) -> Self {
        let metrics = scoring.metrics.len();
        Self {
            scoring,
            groups: vec![BTreeMap::new(); metrics],
            pending: vec![None; metrics],
            kinds: Vec::new(),
            rows: 0,
        }
    }

    /// Adds a batch. Rows in errors count from the first batch on. A batch that fails adds nothing.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; also `invalid-argument` for options that need all responses at
    /// once ([`Scoring::needs_whole`]).
    pub fn observe(&mut self, batch: &Responses) -> Result<()> {
        if self.scoring.needs_whole() {
            let (path, message) = if self.scoring.repeats == Repeats::Latest {
                ("repeats", "the latest response of each customer needs all responses at once")
            } else if self.scoring.design.is_some() {
                ("design", "a design needs all responses at once")
            } else {
                ("clusters", "clusters need all responses at once")
            };
            return Err(Error::new(ErrorCode::InvalidArgument, message).at(path));
        }
        self.observe_batch(batch)
    }

    fn observe_batch(&mut self, batch: &Responses) -> Result<()> {
        let first_row = self.rows;
        let counted = self.count(batch).map_err(|e| match e.row() {
            Some(row) => e.on_row(first_row + row),
            None => e,
        })?;
        for (metric, batch) in counted.into_iter().enumerate() {
            self.add(metric, batch)?;
        }
        self.rows += batch.len() as u64;
        Ok(())
    }

    fn count(&mut self, batch: &Responses) -> Result<Vec<Pending>> {
        let scoring = &self.scoring;
        scoring.check()?;
        let mut kinds = self.kinds.clone();
        let mask = scoring.mask(batch, &mut kinds)?;
        let weights = weights(batch)?;
        let utc = Zone::utc();
        let dimensions = scoring.dimensions(batch, &utc)?;
        let rows = Rows {
            mask: mask.as_deref(),
            weights: weights.as_deref(),
            threads: scoring.threads.max(1),
        };
        let mut counted = Vec::new();
        for of in &scoring.metrics {
            let MetricOf { metric, .. } = of;
            let (path, column) = of.column(batch)?;
            let coder =
                Coder::new(column, metric.scale(), &scoring.missing).map_err(|e| e.at(path))?;
            let counters = Counters::of(&coder, &dimensions, batch.len(), rows);
            if scoring.invalid == Invalid::Error {
                refuse_invalid(&counters, &coder, column, metric, rows.mask)
                    .map_err(|e| e.at(path))?;
            }
            let values = dimensions.iter().map(Dimension::values).collect();
            counted.push(Pending { values, counters });
        }
        self.kinds = kinds;
        Ok(counted)
    }

    /// Adds counters to those of the same dictionaries, or else to the groups by key.
    fn add(&mut self, metric: usize, batch: Pending) -> Result<()> {
        let Some(pending) = self.pending.get_mut(metric) else { return Ok(()) };
        let same = |a: &Arc<Vec<Key>>, b: &Arc<Vec<Key>>| Arc::ptr_eq(a, b) || a == b;
        if let Some(Pending { values: old, counters: sum }) = pending
            && old.len() == batch.values.len()
            && old.iter().zip(&batch.values).all(|(a, b)| same(a, b))
            && sum.add_all(&batch.counters)
        {
            return Ok(());
        }
        if let Some(before) = pending.replace(batch) {
            self.settle(metric, &before.counters)?;
        }
        Ok(())
    }

    fn settle(&mut self, metric: usize, counters: &Counters) -> Result<()> {
        let (Some(groups), Some(of)) =
            (self.groups.get_mut(metric), self.scoring.metrics.get(metric))
        else {
            return Ok(());
        };
        let scale = of.metric.scale();
        for (keys, tally) in counters.tallies(scale) {
            match groups.get_mut(&keys) {
                Some(group) => group.merge(&tally)?,
                None => drop(groups.insert(keys, tally)),
            }
        }
        Ok(())
    }

    /// The tally of everything observed on the first metric's column, all groups together.
    ///
    /// # Errors
    /// `invalid-argument` for options that do not go together.
    pub fn total(mut self) -> Result<Tally> {
        self.scoring.check()?;
        self.settle_all()?;
        let scale = self.scoring.metrics.first().map(|of| of.metric.scale().clone());
        let mut total = scale.map(Tally::new).ok_or_else(|| {
            Error::new(ErrorCode::Internal, "a check let pass options without a metric")
        })?;
        for tally in self.groups.first().into_iter().flat_map(BTreeMap::values) {
            total.merge(tally)?;
        }
        Ok(total)
    }

    fn settle_all(&mut self) -> Result<()> {
        for metric in 0..self.pending.len() {
            if let Some(pending) = self.pending.get_mut(metric).and_then(Option::take) {
                self.settle(metric, &pending.counters)?;
            }
        }
        Ok(())
    }

    /// The scores of everything observed.
    ///
    /// # Errors
    /// `invalid-argument` for options that do not go together.
    pub fn finish(self) -> Result<Scores> {
        let (scoring, metrics) = self.groups()?;
        let mut rows = Vec::new();
        for (of, groups) in scoring.metrics.iter().zip(metrics) {
            for Group { keys, tally, hidden } in groups {
                let shown = if hidden { Tally::new(of.metric.scale().clone()) } else { tally };
                let score = Score::from_tally(&shown, &of.metric, scoring.stated())?;
                rows.push(GroupScore { keys, suppressed: hidden, score });
            }
        }
        Ok(Scores { by: scoring.by, every: scoring.every, rows, accounts: false })
    }

    /// The groups of each metric in the order of their keys: what scores and comparisons stand on.
    pub(crate) fn groups(mut self) -> Result<(Scoring, Vec<Vec<Group>>)> {
        self.scoring.check()?;
        self.settle_all()?;
        let Self { scoring, groups, .. } = self;
        let mut metrics = Vec::new();
        for (of, groups) in scoring.metrics.iter().zip(groups) {
            let empty = Tally::new(of.metric.scale().clone());
            metrics.push(scoring.settled(groups, &empty)?);
        }
        Ok((scoring, metrics))
    }
}

/// One group before it is scored.
#[derive(Debug, Clone)]
pub(crate) struct Group<C = Tally> {
    pub(crate) keys: Vec<Key>,
    pub(crate) tally: C,
    /// Too small to be shown; the tally is there all the same, for totals.
    pub(crate) hidden: bool,
}

/// What the score of a group is made from.
trait Content: Clone {
    /// Rated responses.
    fn n(&self) -> u64;
    fn merge(&mut self, other: &Self) -> Result<()>;
}

impl Content for Tally {
    fn n(&self) -> u64 {
        self.n()
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.merge(other)
    }
}

/// Cells by unit; where weights were calibrated also by cell of the calibration.
#[derive(Clone, Default)]
struct UnitCells {
    units: Cells,
    calibrated: Cells,
}

impl Content for UnitCells {
    fn n(&self) -> u64 {
        self.units.n()
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.units.merge(&other.units);
        self.calibrated.merge(&other.calibrated);
        Ok(())
    }
}

impl Scoring {
    /// The groups in the order of their keys: periods filled and rolled, small ones hidden.
    fn settled<C: Content>(
        &self,
        mut groups: BTreeMap<Vec<Key>, C>,
        empty: &C,
    ) -> Result<Vec<Group<C>>> {
        if self.by.is_empty() && self.every.is_none() && groups.is_empty() {
            groups.insert(Vec::new(), empty.clone());
        }
        if let Some(every) = self.every {
            fill_periods(&mut groups, every, empty)?;
            if let Some(window) = self.rolling {
                roll(&mut groups, window)?;
            }
        }
        let sizes: Vec<(&[Key], u64)> =
            groups.iter().map(|(keys, group)| (keys.as_slice(), group.n())).collect();
        let hidden = self.hiding().hidden(&sizes);
        let group = |((keys, tally), hidden)| Group { keys, tally, hidden };
        Ok(groups.into_iter().zip(hidden).map(group).collect())
    }

    /// The scores where units of several responses are looked at.
    fn run_by_unit(&self, responses: &Responses) -> Result<Scores> {
        self.check()?;
        let mask = self.mask(responses, &mut Vec::new())?;
        let mask = mask.as_deref();
        let utc = Zone::utc();
        let dimensions = self.dimensions(responses, &utc)?;
        let (groups, keys) = count::groups(&dimensions, responses.len());
        let prepared = self.design.as_ref().map(|d| d.prepare(responses, mask)).transpose()?;
        let own;
        let (units, unit_count, weights) = match &prepared {
            Some(design) => (&design.units, design.unit_count, design.weights.clone()),
            None => {
                own = Clusters::units(responses)?;
                (&own.0, own.1, weights(responses)?)
            }
        };
        let values = self.clusters.values(responses, mask)?;
        let by_unit = cluster::Rows {
            groups: &groups,
            group_count: keys.len(),
            units,
            unit_count,
            weights: weights.as_deref(),
            values: values.as_deref(),
        };
        let mut rows = Vec::new();
        for of in &self.metrics {
            let MetricOf { metric, .. } = of;
            let (path, column) = of.column(responses)?;
            let coder =
                Coder::new(column, metric.scale(), &self.missing).map_err(|e| e.at(path))?;
            if self.invalid == Invalid::Error {
                first_off_scale(&coder, column, metric, mask).map_err(|e| e.at(path))?;
            }
            let codes = coder.codes(responses.len(), mask);
            let units = by_unit.cells(&coder, &codes);
            let calibrated = match prepared.as_ref().and_then(|p| p.calibration.as_ref()) {
                Some(calibration) => calibration.rows(&groups, keys.len()).cells(&coder, &codes),
                None => vec![Cells::default(); keys.len()],
            };
            let mut groups: BTreeMap<Vec<Key>, UnitCells> = BTreeMap::new();
            for ((key, units), calibrated) in keys.iter().zip(units).zip(calibrated) {
                if !units.is_empty() {
                    let cells = UnitCells { units, calibrated };
                    match groups.get_mut(key) {
                        Some(group) => group.merge(&cells)?,
                        None => drop(groups.insert(key.clone(), cells)),
                    }
                }
            }
            let weighted = weights.is_some();
            let empty = UnitCells::default();
            for Group { keys, tally, hidden } in self.settled(groups, &empty)? {
                let UnitCells { units, calibrated } = if hidden { &empty } else { &tally };
                let score = match &prepared {
                    Some(design) => design.score(units, calibrated, metric, self.stated()),
                    None => self.clusters.score(units, weighted, metric, self.stated()),
                };
                rows.push(GroupScore { keys, suppressed: hidden, score: score? });
            }
        }
        let accounts = self.clusters != Clusters::None;
        Ok(Scores { by: self.by.clone(), every: self.every, rows, accounts })
    }
}

/// The first rating that is not on the scale, as an error.
fn refuse_invalid(
    counters: &Counters,
    coder: &Coder<'_>,
    column: &Column,
    metric: &Metric,
    mask: Option<&[bool]>,
) -> Result<()> {
    if counters.any_off_scale() { first_off_scale(coder, column, metric, mask) } else { Ok(()) }
}

fn first_off_scale(
    coder: &Coder<'_>,
    column: &Column,
    metric: &Metric,
    mask: Option<&[bool]>,
) -> Result<()> {
    for row in 0..column.len() {
        if mask.is_some_and(|m| m.get(row) != Some(&true)) {
            continue;
        }
        let reading = coder.reading(row);
        if matches!(reading, Reading::Invalid | Reading::OutOfRange) {
            let value = match column.key(row) {
                Key::Text(text) => metric.scale().read(&text),
                _ => column.float(row).ok().flatten(),
            };
            if let Some(error) = rating_error(reading, value.unwrap_or(f64::NAN), metric) {
                return Err(error.on_row(row as u64));
            }
        }
    }
    Ok(())
}

/// The most rows that a trend may have.
const MOST_PERIODS: i64 = 1_000_000;

/// Adds the periods without responses between the first and the last of all groups, for each group.
fn fill_periods<C: Content>(
    groups: &mut BTreeMap<Vec<Key>, C>,
    every: Every,
    empty: &C,
) -> Result<()> {
    let indices = groups.keys().filter_map(|keys| match keys.last() {
        Some(Key::Date(day)) => Some(every.index_of_day(*day)),
        _ => None,
    });
    let (Some(first), Some(last)) = (indices.clone().min(), indices.max()) else { return Ok(()) };
    let mut heads: Vec<Vec<Key>> =
        groups.keys().map(|keys| keys.iter().take(keys.len() - 1).cloned().collect()).collect();
    heads.dedup();
    // One date of the year 9999 must not fill the memory with empty days.
    if (i64::from(last) - i64::from(first)).saturating_mul(heads.len() as i64) > MOST_PERIODS {
        let message =
            format!("the times span more than {MOST_PERIODS} periods: look for wrong dates");
        return Err(Error::new(ErrorCode::InvalidArgument, message).at("every"));
    }
    for head in heads {
        for index in first..=last {
            let mut keys = head.clone();
            keys.push(Key::Date(every.first_day(index)));
            groups.entry(keys).or_insert_with(|| empty.clone());
        }
    }
    Ok(())
}

/// Replaces each period's group by that of the window that ends with it. Responses without a time
/// stay as they are.
fn roll<C: Content>(groups: &mut BTreeMap<Vec<Key>, C>, window: u32) -> Result<()> {
    let single: Vec<(Vec<Key>, C)> = groups.iter().map(|(k, t)| (k.clone(), t.clone())).collect();
    for (at, (keys, _)) in single.iter().enumerate() {
        if !matches!(keys.last(), Some(Key::Date(_))) {
            continue;
        }
        let head = keys.split_last().map(|(_, head)| head);
        let start = (at + 1).saturating_sub(window as usize);
        let before = single.iter().take(at).skip(start);
        let Some(sum) = groups.get_mut(keys) else { continue };
        // Periods are without gaps, so the rows before are the periods before.
        for (other, tally) in before {
            if other.split_last().map(|(_, head)| head) == head {
                sum.merge(tally)?;
            }
        }
    }
    Ok(())
}

/// The score of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupScore {
    /// The group's values of the columns in [`Scores::by`], then the first day of the period where
    /// there are periods.
    pub keys: Vec<Key>,
    /// The group was too small to be shown; its score is empty.
    pub suppressed: bool,
    /// The score.
    pub score: Score,
}

/// Scores by group, sorted by metric in the order asked for, then by keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// The columns that made the groups.
    pub by: Vec<String>,
    /// The periods.
    pub every: Option<Every>,
    /// One row for each metric and group.
    pub rows: Vec<GroupScore>,
    /// Whether accounts were looked at.
    #[serde(skip)]
    accounts: bool,
}

impl Scores {
    /// The scores as a table.
    ///
    /// Columns: one for each attribute of `by` under its own name; `period` (the first day) where
    /// there are periods; `metric`, `value`, `lower`, `upper`, `standard_error`, `n`, `missing`,
    /// `invalid`, `out_of_range`, `mean`, `effective_n`, `design_effect`; `share_` and the name of
    /// each band (0 to 1); `accounts` (how many rated) where [`Clusters`] asks for them; `suppressed`. In a suppressed row all numbers are missing.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        let shown = |r: &GroupScore, v: u64| (!r.suppressed).then_some(v);
        for (i, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
        }
        if self.every.is_some() {
            let day = |r: &GroupScore| match r.keys.last() {
                Some(Key::Date(day)) => Some(*day),
                _ => None,
            };
            table.push("period", Data::Date(rows().map(day).collect()));
        }
        table.texts("metric", rows().map(|r| Some(r.score.metric.as_str())));
        table.floats("value", rows().map(|r| r.score.value));
        table.floats("lower", rows().map(|r| r.score.interval.map(|i| i.lower)));
        table.floats("upper", rows().map(|r| r.score.interval.map(|i| i.upper)));
        table.floats("standard_error", rows().map(|r| r.score.standard_error));
        table.ints("n", rows().map(|r| shown(r, r.score.n)));
        table.ints("missing", rows().map(|r| shown(r, r.score.missing)));
        table.ints("invalid", rows().map(|r| shown(r, r.score.invalid)));
        table.ints("out_of_range", rows().map(|r| shown(r, r.score.out_of_range)));
        table.floats("mean", rows().map(|r| r.score.mean));
        table.floats("effective_n", rows().map(|r| (!r.suppressed).then_some(r.score.effective_n)));
        table.floats("design_effect", rows().map(|r| r.score.design_effect));
        let mut bands: Vec<&str> = Vec::new();
        for share in rows().flat_map(|r| &r.score.shares) {
            if !bands.contains(&share.band.as_str()) {
                bands.push(&share.band);
            }
        }
        for band in bands {
            table.floats(&format!("share_{band}"), rows().map(|r| r.score.share(band)));
        }
        if self.accounts {
            let accounts = |r: &GroupScore| r.score.accounts.filter(|_| !r.suppressed);
            table.ints("accounts", rows().map(accounts));
        }
        table.push("suppressed", Data::Bool(rows().map(|r| Some(r.suppressed)).collect()));
        table
    }
}

impl Responses {
    /// The score of all responses in one number; [`Scoring`] does more.
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn score(&self, metric: &Metric) -> Result<Score> {
        let scores = Scoring::new(metric.clone()).run(self)?;
        let row = scores.rows.into_iter().next();
        row.map(|row| row.score).ok_or_else(|| Error::new(ErrorCode::Internal, "no row was made"))
    }

    /// The tally that [`score`](Self::score) scores: comparisons and sample sizes start from it.
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn tally(&self, metric: &Metric) -> Result<Tally> {
        let groups = Scoring::new(metric.clone()).groups(self)?;
        let group = groups.into_iter().flatten().next();
        group
            .map(|group| group.tally)
            .ok_or_else(|| Error::new(ErrorCode::Internal, "no tally was made"))
    }

    /// The score of each group: `responses.score_by(&Metric::nps(), ["plan"])?`.
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn score_by<S: Into<String>>(
        &self,
        metric: &Metric,
        by: impl IntoIterator<Item = S>,
    ) -> Result<Scores> {
        Scoring::new(metric.clone()).by(by).run(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Clock;
    use crate::base::time::TimeUnit;
    use crate::listen::column::Times;

    fn table() -> Responses {
        let days = [0_i64, 0, 40, 40, 70, 0];
        let valid: Vec<bool> = vec![true, true, true, true, true, false];
        Responses::new()
            .with(
                "score",
                Column::optional_numbers(&[
                    Some(10.0),
                    Some(0.0),
                    Some(9.0),
                    None,
                    Some(8.0),
                    Some(3.0),
                ]),
            )
            .unwrap()
            .with("plan", Column::categories(["a", "b", "a", "a", "b", "b"].map(Some)))
            .unwrap()
            .with(
                "when",
                Column::Time(Times {
                    values: days.map(|d| d * 86_400).to_vec().into(),
                    validity: Some(valid.into()),
                    unit: TimeUnit::Second,
                    clock: Clock::Wall,
                }),
            )
            .unwrap()
            .rating("score")
            .at("when")
    }

    fn summary(scores: &Scores) -> Vec<(String, u64, Option<f64>)> {
        let name =
            |r: &GroupScore| r.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        scores.rows.iter().map(|r| (name(r), r.score.n, r.score.value)).collect()
    }

    #[test]
    fn groups_and_periods_with_empty_ones() {
        let scores = Scoring::new(Metric::nps()).every(Every::Month).run(&table()).unwrap();
        let row = |name: &str, n, value| (name.to_owned(), n, value);
        assert_eq!(
            summary(&scores),
            [
                row("1970-01-01", 2, Some(0.0)),
                row("1970-02-01", 1, Some(100.0)),
                row("1970-03-01", 1, Some(0.0)),
                row("(missing)", 1, Some(-100.0)),
            ]
        );
        let by =
            Scoring::new(Metric::nps()).by(["plan"]).every(Every::Month).run(&table()).unwrap();
        assert_eq!(
            summary(&by),
            [
                row("a 1970-01-01", 1, Some(100.0)),
                row("a 1970-02-01", 1, Some(100.0)),
                row("a 1970-03-01", 0, None),
                row("b 1970-01-01", 1, Some(-100.0)),
                row("b 1970-02-01", 0, None),
                row("b 1970-03-01", 1, Some(0.0)),
                row("b (missing)", 1, Some(-100.0)),
            ]
        );
        let rolling =
            Scoring::new(Metric::nps()).every(Every::Month).rolling(2).run(&table()).unwrap();
        let n: Vec<u64> = rolling.rows.iter().map(|r| r.score.n).collect();
        assert_eq!(n, [2, 3, 2, 1]);
    }

    #[test]
    fn batches_equal_the_whole() {
        let scoring = Scoring::new(Metric::nps()).by(["plan"]).every(Every::Month);
        let whole = scoring.run(&table()).unwrap();
        for cut in 0..=6 {
            let mut scorer = Scorer::new(scoring.clone());
            scorer.observe(&table().slice(0, cut)).unwrap();
            scorer.observe(&table().slice(cut, 6)).unwrap();
            assert_eq!(scorer.finish().unwrap(), whole);
        }
    }

    #[test]
    fn a_bad_rating_is_named_or_counted() {
        let bad = Responses::new()
            .with("score", Column::numbers(vec![10.0, 11.0, 6.9, f64::INFINITY]))
            .unwrap()
            .rating("score");
        let mut scorer = Scorer::new(Scoring::new(Metric::nps()));
        scorer.observe(&bad.slice(0, 1)).unwrap();
        let error = scorer.observe(&bad.slice(1, 3)).unwrap_err();
        assert_eq!(
            (error.code(), error.path(), error.row()),
            (ErrorCode::RatingOutOfRange, "score", Some(1))
        );
        let counted = Scoring::new(Metric::nps()).invalid(Invalid::Count).run(&bad).unwrap();
        let score = &counted.rows[0].score;
        assert_eq!((score.n, score.invalid, score.out_of_range), (1, 1, 2));
    }

    #[test]
    fn small_groups_are_hidden_with_everything_they_know() {
        let scores = Scoring::new(Metric::nps()).by(["plan"]).minimum_n(3).run(&table()).unwrap();
        let flags: Vec<bool> = scores.rows.iter().map(|r| r.suppressed).collect();
        assert_eq!(flags, [true, false]);
        assert_eq!((scores.rows[0].score.n, scores.rows[0].score.value), (0, None));
        let text = serde_json::to_string(&scores.to_table()).unwrap();
        assert!(text.contains(r#""plan":"a","metric":"nps","value":null,"lower":null"#), "{text}");
        assert!(text.contains(r#""n":null"#));
    }

    #[test]
    fn declared_words_are_missing() {
        let words = Responses::new()
            .with("score", Column::categories(["9", "NA", "n.a.", "", "N/A"].map(Some)))
            .unwrap()
            .rating("score");
        let error = words.score(&Metric::nps()).unwrap_err();
        assert_eq!((error.code(), error.row()), (ErrorCode::RatingInvalid, Some(2)));
        let scores =
            Scoring::new(Metric::nps()).missing(["n.a.", "NA", "N/A"]).run(&words).unwrap();
        assert_eq!((scores.rows[0].score.n, scores.rows[0].score.missing), (1, 4));
    }

    #[test]
    fn an_attribute_must_not_hide_a_result() {
        let table = Responses::new()
            .with("score", Column::numbers(vec![9_u8]))
            .unwrap()
            .with("n", Column::numbers(vec![1_u8]))
            .unwrap()
            .rating("score");
        let error = table.score_by(&Metric::nps(), ["n"]).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::DuplicateColumn, "n"));
        let scores =
            Scoring::new(Metric::nps()).by(["when"]).run(&super::tests::table()).unwrap_err();
        assert_eq!((scores.code(), scores.path()), (ErrorCode::ColumnType, "when"));
    }

    #[test]
    fn options_are_checked() {
        let error = Scoring::new(Metric::nps()).rolling(2).run(&table()).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "rolling"));
        let error = Scoring::new(Metric::nps()).by(["nope"]).run(&table()).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "nope"));
        let error = Scoring::from_json(r#"{"metrics":[{"metric":"nps"}],"bye":[]}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, "bye"));
        let error = Scoring::from_json(r#"{"metrics":[{"metric":"np"}]}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::UnknownName, "metrics[0].metric"));
        let json =
            r#"{"metrics":[{"metric":"nps","rating":"score"}],"by":["plan"],"confidence":0.9}"#;
        assert_eq!(Scoring::from_json(json).unwrap().run(&table()).unwrap().rows.len(), 2);
    }

    #[test]
    fn weights_count() {
        let weighted =
            table().with("w", Column::numbers(vec![2_u8, 1, 1, 1, 1, 1])).unwrap().weight("w");
        let score = weighted.score(&Metric::nps()).unwrap();
        let tally = weighted.tally(&Metric::nps()).unwrap();
        let again = Score::from_tally(&tally, &Metric::nps(), Uncertainty::default()).unwrap();
        assert_eq!(score, again);
        // Promoters weigh 2 + 1, detractors 1 + 1, passives 1.
        assert!((score.value.unwrap() - 100.0 / 6.0).abs() < 1e-12);
        let bad = table()
            .with("w", Column::numbers(vec![1.0, 1.0, -1.0, 1.0, 1.0, 1.0]))
            .unwrap()
            .weight("w");
        let error = bad.score(&Metric::nps()).unwrap_err();
        assert_eq!(
            (error.code(), error.path(), error.row()),
            (ErrorCode::WeightInvalid, "w", Some(2))
        );
    }
}
