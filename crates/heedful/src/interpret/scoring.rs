//! What is scored and how: the options of every score by group.

use serde::Serialize;

use super::cluster::Clusters;
use super::count::Dimension;
use super::design::Design;
use super::group::Group;
use super::score::Uncertainty;
use super::scorer::Scorer;
use super::segment::Scores;
use super::select::{Kind, Repeats, Selection, Signal};
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::base::scale::{Invalid, MISSING};
use crate::base::suppression::Suppression;
use crate::base::tally::Tally;
use crate::base::time::{Every, Zone};
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::{Confidence, IntervalMethod};

/// A metric and the column it is scored on.
///
/// ```
/// use heedful::Scoring;
/// let scoring = Scoring::from_json(r#"{"metrics": [{"metric": "nps", "rating": "likely"}, {"metric": "csat", "rating": "happy"}]}"#)?;
/// let csat = heedful::Metric::csat();
/// assert_eq!(scoring, Scoring::of([(heedful::Metric::nps(), "likely"), (csat, "happy")]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MetricOf {
    /// The metric.
    pub metric: Metric,
    /// The column; the one in the role `rating` where not set.
    #[serde(default)]
    pub rating: Option<String>,
}

options!(MetricOf, needs [metric], takes [rating], from Self { metric: Metric::nps(), rating: None });

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
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["metrics"]))
)]
pub struct Scoring {
    /// What is scored.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), skip_serializing_if = "Vec::is_empty")
    )]
    pub(super) metrics: Vec<MetricOf>,
    /// Columns to group by.
    pub(super) by: Vec<String>,
    /// Scores each period apart, by the column in the role `at`.
    pub(super) every: Option<Every>,
    /// In which an instant falls into a period; UTC where not set.
    pub(super) time_zone: Option<Zone>,
    /// Periods that each score takes, up to and including its own.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub(super) rolling: Option<u32>,
    /// Of intervals.
    pub(super) confidence: Confidence,
    /// `score` for nets and shares, `t` for means where not set.
    pub(super) interval: Option<IntervalMethod>,
    /// Groups with fewer rated responses are hidden.
    pub(super) minimum_n: u64,
    /// Hides small groups also from subtraction.
    pub(super) secondary: bool,
    /// What happens to ratings that are not on the scale.
    pub(super) invalid: Invalid,
    /// Which of a customer's answers count.
    pub(super) repeats: Repeats,
    /// Takes one kind of response only.
    pub(super) kind: Option<Kind>,
    /// Pools relational and transactional responses.
    pub(super) pool: bool,
    /// Takes responses with these signals.
    pub(super) signals: Vec<Signal>,
    /// Words in a column of texts that stand for no rating, beside blank text.
    pub(super) missing: Vec<String>,
    /// Shares the rows among this many threads.
    pub(super) threads: usize,
    /// How accounts with several contacts count.
    pub(super) clusters: Clusters,
    /// How the sample was drawn and weighted.
    pub(super) design: Option<Design>,
}

options!(
    Scoring,
    needs [metrics],
    takes [
        by, every, time_zone, rolling, confidence, interval, minimum_n, secondary, invalid, repeats, kind, pool, signals,
        missing, threads, clusters, design
    ],
    from Self::any()
);

impl MetricOf {
    /// The column of the ratings and its name.
    pub(super) fn column<'a>(&'a self, batch: &'a Responses) -> Result<(&'a str, &'a Column)> {
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
    /// What a document changes.
    fn any() -> Self {
        Self { metrics: Vec::new(), ..Self::new(Metric::nps()) }
    }

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
    /// ```
    /// use heedful::{Every, Invalid, Metric, Repeats, Scoring, Signal};
    /// let json = r#"{"metrics": [{"metric": "nps"}], "by": ["plan"], "every": "month", "rolling": 3, "minimum_n": 5,
    ///     "invalid": "count", "repeats": "latest", "pool": true, "signals": ["solicited", "inferred"], "missing": ["-"]}"#;
    /// let scoring = Scoring::new(Metric::nps()).by(["plan"]).every(Every::Month).rolling(3).minimum_n(5);
    /// let scoring = scoring.invalid(Invalid::Count).repeats(Repeats::Latest).pool();
    /// let scoring = scoring.signals([Signal::Solicited, Signal::Inferred]).missing(["-"]);
    /// assert_eq!(Scoring::from_json(json)?, scoring);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Groups by the values of these columns.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Scores each period apart, empty ones included, by the column in the role `at`. Responses
    /// without a time are a group of their own.
    ///
    /// ```
    /// use heedful::{CsvOptions, Every, Metric, Responses, Scoring};
    /// let options = CsvOptions::new().rating("score").at("at");
    /// let responses = Responses::read_csv("score,at\n10,2024-01-05\n3,2024-03-02\n".as_bytes(), &options)?;
    /// let scores = Scoring::new(Metric::nps()).every(Every::Month).run(&responses)?;
    /// let values: Vec<Option<f64>> = scores.rows.iter().map(|row| row.score.value).collect();
    /// assert_eq!(values, [Some(100.0), None, Some(-100.0)]); // nobody answered in February
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
    ///
    /// ```
    /// use heedful::{CsvOptions, Every, Metric, Responses, Scoring};
    /// let options = CsvOptions::new().rating("score").at("at");
    /// let responses = Responses::read_csv("score,at\n10,2024-01-05\n3,2024-03-02\n".as_bytes(), &options)?;
    /// let scores = Scoring::new(Metric::nps()).every(Every::Month).rolling(2).run(&responses)?;
    /// let n: Vec<u64> = scores.rows.iter().map(|row| row.score.n).collect();
    /// assert_eq!(n, [1, 1, 1]); // January alone, January with February, February with March
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn rolling(mut self, periods: u32) -> Self {
        self.rolling = Some(periods);
        self
    }

    /// Confidence and method of intervals.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses, Scoring, Uncertainty};
    /// let responses = Responses::new().with("score", Column::numbers(vec![10_u8, 9, 3]))?.rating("score");
    /// let wald = Uncertainty::from_json(r#"{"confidence": 0.9, "interval": "wald"}"#)?;
    /// let scores = Scoring::new(Metric::nps()).uncertainty(wald).run(&responses)?;
    /// assert_eq!(scores.rows[0].score.interval.unwrap().method.as_str(), "wald");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn uncertainty(mut self, uncertainty: Uncertainty) -> Self {
        self.confidence = uncertainty.confidence;
        self.interval = uncertainty.interval;
        self
    }

    /// Hides groups with fewer rated responses.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses, Scoring};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 9, 3]))?
    ///     .with("plan", Column::categories(["a", "a", "b"].map(Some)))?
    ///     .rating("score");
    /// let scores = Scoring::new(Metric::nps()).by(["plan"]).minimum_n(2).run(&responses)?;
    /// assert_eq!(scores.rows.iter().map(|row| row.suppressed).collect::<Vec<_>>(), [false, true]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
    /// ```
    /// use heedful::{Column, Metric, Responses, Scoring};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 9, 3, 7]))?
    ///     .with("plan", Column::categories([Some("pro"), Some("free"), None, Some("pro")]))?
    ///     .rating("score");
    /// let scores = Scoring::new(Metric::nps()).by(["plan"]).run(&responses)?;
    /// let found = scores.rows.iter().map(|row| row.score.value.unwrap());
    /// assert_eq!(found.collect::<Vec<_>>(), [100.0, 50.0, -100.0]); // free, pro, and without a plan
    /// # Ok::<(), heedful::Error>(())
    /// ```
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

    pub(super) fn check_independent(&self) -> Result<()> {
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
    /// ```
    /// use heedful::{Column, Metric, Responses, Scoring};
    /// let responses = Responses::new().with("score", Column::numbers(vec![10_u8, 9, 3]))?.rating("score");
    /// assert_eq!(Scoring::new(Metric::nps()).total(&responses)?.n(), 3);
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
    ///
    /// ```
    /// use heedful::{Metric, Repeats, Scoring};
    /// assert!(!Scoring::new(Metric::nps()).by(["plan"]).needs_whole());
    /// assert!(Scoring::new(Metric::nps()).repeats(Repeats::Latest).needs_whole());
    /// ```
    #[must_use]
    pub fn needs_whole(&self) -> bool {
        self.repeats == Repeats::Latest || self.by_unit()
    }

    /// Whether units of several responses are looked at, not responses alone.
    pub(super) fn by_unit(&self) -> bool {
        self.clusters != Clusters::None || self.design.is_some()
    }

    /// The rows that are taken, `None` where all are; `kinds` as for [`Selection::mask`].
    pub(super) fn mask(
        &self,
        batch: &Responses,
        kinds: &mut Vec<Kind>,
    ) -> Result<Option<Vec<bool>>> {
        if let Some(column) = batch.unfolded() {
            let bad = |path: &str, message: String| {
                Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
            };
            if !self.by.iter().any(|name| name == column) {
                return bad("by", format!("responses stand once for each `{column}`: group by it"));
            }
            if self.repeats == Repeats::Latest {
                let message = format!(
                    "responses stand once for each `{column}`: take the latest of each customer before"
                );
                return bad("repeats", message);
            }
        }
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
    pub(super) fn dimensions<'a>(
        &'a self,
        batch: &'a Responses,
        utc: &'a Zone,
    ) -> Result<Vec<Dimension<'a>>> {
        let mut dimensions = Vec::new();
        for name in &self.by {
            let column = batch.require(name)?;
            dimensions.push(Dimension::of_column(column).map_err(|e| e.at(name))?);
        }
        if let Some(every) = self.every {
            let at = batch.roles().at.as_deref();
            let times = batch.role("at", at)?.times(at.unwrap_or_default())?;
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

    pub(super) fn check(&self) -> Result<()> {
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

config::written!(
    Scoring,
    r#"{"metrics": [{"metric": "nps"}], "by": ["plan"], "every": "month", "time_zone": "+01:00", "clusters": {"value": "revenue"}}"#
);
