//! Ratings as codes of points, prepared once for analyses that look at rows several times.

use std::borrow::Cow;

use super::count::{Coder, any_byte};
use super::scorer::first_off_scale;
use super::scoring::Scoring;
use super::select::weights;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::base::scale::{Invalid, Reading};
use crate::base::tally::Tally;
use crate::listen::responses::Responses;

/// What the analyses of drivers, changes and segments stand on: one metric's code for each row.
#[derive(Debug, Clone)]
pub(crate) struct Frame<'a> {
    pub(crate) metric: &'a Metric,
    /// The index of the point that was chosen; [`points`](Self::points) or more where the row has no
    /// rating or is left out.
    pub(crate) codes: Cow<'a, [u8]>,
    pub(crate) points: usize,
    pub(crate) weights: Option<Vec<f64>>,
}

impl<'a> Frame<'a> {
    /// The rows that a scoring takes, by its one metric.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `invalid-argument` for several metrics, groups, periods, clusters and
    /// designs.
    pub(crate) fn of(scoring: &'a Scoring, responses: &'a Responses) -> Result<Self> {
        scoring.check()?;
        scoring.check_independent()?;
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        let [of] = scoring.metrics.as_slice() else {
            return bad("scoring.metrics", "one metric at a time");
        };
        if !scoring.by.is_empty() || scoring.every.is_some() {
            return bad("scoring", "groups and periods are not set in the scoring here");
        }
        let mask = scoring.mask(responses, &mut Vec::new())?;
        let (path, column) = of.column(responses)?;
        let coder =
            Coder::new(column, of.metric.scale(), &scoring.missing).map_err(|e| e.at(path))?;
        let codes = coder.codes(responses.len(), mask.as_deref());
        if scoring.invalid == Invalid::Error {
            // After the points come missing, invalid, out of range and left out.
            let points = coder.points();
            if any_byte(&codes, |code| (code == points + 1) | (code == points + 2)) {
                first_off_scale(&coder, column, &of.metric, mask.as_deref())
                    .map_err(|e| e.at(path))?;
            }
        }
        Ok(Self {
            metric: &of.metric,
            codes: codes.into(),
            points: usize::from(coder.points()),
            weights: weights(responses)?,
        })
    }

    /// The rated rows: row, index of the point.
    pub(crate) fn rated(&self) -> impl Iterator<Item = (usize, usize)> {
        let points = self.points;
        let codes = self.codes.iter().map(|code| usize::from(*code));
        codes.enumerate().filter(move |(_, code)| *code < points)
    }

    /// The weight of a row; 1 without weights.
    #[inline]
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w.get(row).copied().unwrap_or_default())
    }

    /// The tally of all rows that are not left out.
    pub(crate) fn total(&self) -> Tally {
        let mut cells = Cells::new(1, self);
        for (row, code) in self.rated() {
            cells.add(0, code, row);
        }
        self.with_unrated(cells.tally())
    }

    /// A tally of the rated rows with those that have no rating beside them: missing, invalid, out of range.
    pub(crate) fn with_unrated(&self, mut tally: Tally) -> Tally {
        let rated = |code: u8| usize::from(code) < self.points;
        if any_byte(&self.codes, |code| !rated(code)) {
            let unrated = [Reading::Missing, Reading::Invalid, Reading::OutOfRange];
            for (code, reading) in (self.points..).zip(unrated) {
                let with_it = self.codes.iter().filter(|own| usize::from(**own) == code);
                tally.count(reading, with_it.count() as u64, None);
            }
        }
        tally
    }
}

/// Responses of one group with one point: how many, their sum of weights and of squared weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) count: u32,
    pub(crate) mass: f64,
    pub(crate) square: f64,
}

/// Counters of groups by point, dense.
pub(crate) struct Cells<'a> {
    frame: &'a Frame<'a>,
    counts: Vec<u32>,
    /// Sum of weights and of their squares.
    weights: Vec<[f64; 2]>,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(groups: usize, frame: &'a Frame<'a>) -> Self {
        let size = groups * frame.points;
        let weights = if frame.weights.is_some() { size } else { 0 };
        Self { frame, counts: vec![0; size], weights: vec![[0.0; 2]; weights] }
    }

    #[inline]
    pub(crate) fn add(&mut self, group: usize, code: usize, row: usize) {
        let at = group * self.frame.points + code;
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        if let Some([sum, square]) = self.weights.get_mut(at) {
            let weight = self.frame.weight(row);
            *sum += weight;
            *square += weight * weight;
        }
    }

    /// Adds every rated row to the group that is listed for it.
    pub(crate) fn add_rows<T: Copy + Into<u32>>(&mut self, groups: &[T]) {
        let points = self.frame.points;
        let weighted = self.frame.weights.is_some();
        let codes = self.frame.codes.iter().map(|code| usize::from(*code));
        let pairs = groups.iter().map(|group| (*group).into() as usize).zip(codes);
        for (row, (group, code)) in pairs.enumerate().filter(|(_, (_, code))| *code < points) {
            if weighted {
                self.add(group, code, row);
            } else if let Some(count) = self.counts.get_mut(group * points + code) {
                *count += 1;
            }
        }
    }

    /// Adds what another cell of the same point holds.
    pub(crate) fn add_cell(&mut self, group: usize, point: usize, cell: Cell) {
        let at = group * self.frame.points + point;
        if let Some(count) = self.counts.get_mut(at) {
            *count += cell.count;
        }
        if let Some([sum, square]) = self.weights.get_mut(at) {
            *sum += cell.mass;
            *square += cell.square;
        }
    }

    /// The cells that hold anything: group, point, cell.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize, Cell)> {
        let points = self.frame.points.max(1);
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(move |(at, count)| {
            let plain = [f64::from(*count); 2];
            let [mass, square] = self.weights.get(at).copied().unwrap_or(plain);
            (at / points, at % points, Cell { count: *count, mass, square })
        })
    }

    /// The tally of the only group.
    pub(crate) fn tally(&self) -> Tally {
        self.tallies().pop().unwrap_or_else(|| Tally::new(self.frame.metric.scale().clone()))
    }

    pub(crate) fn tallies(&self) -> Vec<Tally> {
        let points = self.frame.points.max(1);
        let mut weights = self.weights.chunks(points);
        let tally = |counts: &[u32]| {
            let mut tally = Tally::new(self.frame.metric.scale().clone());
            let weights = weights.next().unwrap_or_default();
            for (point, count) in counts.iter().enumerate() {
                let weight = weights.get(point).map(|[sum, square]| (*sum, *square));
                tally.count(Reading::Point(point), u64::from(*count), weight);
            }
            tally
        };
        self.counts.chunks(points).map(tally).collect()
    }
}
