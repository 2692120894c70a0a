//! Scoring batch by batch.

use std::sync::Arc;

use super::count::{Coder, Counters, Dimension, Rows};
use super::group::{Group, Groups};
use super::score::{Score, rating_error};
use super::scoring::{MetricOf, Scoring};
use super::segment::{GroupScore, Scores};
use super::select::{Kind, Repeats, weights};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::scale::{Invalid, Reading};
use crate::base::tally::Tally;
use crate::base::time::Zone;
use crate::listen::column::Column;
use crate::listen::responses::Responses;

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
    groups: Vec<Groups<Tally>>,
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
            groups: vec![Groups::new(); metrics],
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

    pub(super) fn observe_batch(&mut self, batch: &Responses) -> Result<()> {
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
            groups.add(keys, tally)?;
        }
        Ok(())
    }

    /// The tally of everything observed on the first metric's column, all groups together.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses, Scorer, Scoring};
    /// let mut scorer = Scorer::new(Scoring::new(Metric::nps()));
    /// for batch in [vec![10_u8, 9], vec![3]] {
    ///     scorer.observe(&Responses::new().with("score", Column::numbers(batch))?.rating("score"))?;
    /// }
    /// assert_eq!(scorer.total()?.n(), 3);
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
        for tally in self.groups.first().into_iter().flat_map(Groups::contents) {
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

/// The first rating that is not on the scale, as an error.
pub(super) fn refuse_invalid(
    counters: &Counters,
    coder: &Coder<'_>,
    column: &Column,
    metric: &Metric,
    mask: Option<&[bool]>,
) -> Result<()> {
    if counters.any_off_scale() { first_off_scale(coder, column, metric, mask) } else { Ok(()) }
}

pub(super) fn first_off_scale(
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
