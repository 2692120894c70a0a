//! Accounts with several contacts: responses that are not independent of each other.

use serde::{Deserialize, Serialize};

use super::codes::{self, Numberer};
use super::count::Coder;
use super::score::{Robust, Score, Uncertainty};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::base::scale::{Reading, Scale};
use crate::base::tally::Tally;
use crate::listen::responses::Responses;

/// How accounts with several contacts count. In JSON `"none"`, `"robust"`, `"votes"` or
/// `{"value": "revenue"}`.
///
/// All but `none` need a column in the role `account` and all responses at once. A response without
/// an account is an account of its own, since nobody knows that it belongs to another. Each group
/// and period is judged by the accounts that rated in it: m accounts give a variance of
/// m / (m - 1) Σ z² / (Σ weight)², where z is an account's sum of weight × (value - score), and
/// m - 1 degrees of freedom (linearisation, as in W. Cochran, "Sampling Techniques", 1977, and in
/// R's `survey`). One account alone has no standard error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clusters {
    /// Responses are taken as independent.
    #[default]
    None,
    /// Every response counts as it does without clusters, but the standard error knows that an
    /// account's contacts agree with each other.
    Robust,
    /// One vote for each account: the score is the mean of the accounts' scores. Within an account
    /// responses count by their weights.
    Votes,
    /// As `votes`, but an account counts by its value in this column: the mean over its rated
    /// responses in the group. Values must be there and not negative.
    Value(String),
}

/// What the responses of one unit (an account) of a group come to at one code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) unit: u32,
    pub(crate) reading: Reading,
    pub(crate) count: u64,
    /// Sums of weights, of their squares and of the account's value.
    pub(crate) weight: f64,
    pub(crate) square: f64,
    pub(crate) value: f64,
}

impl Cell {
    fn order(&self) -> (u32, usize) {
        let code = match self.reading {
            Reading::Point(index) => index,
            Reading::Missing => usize::MAX - 2,
            Reading::Invalid => usize::MAX - 1,
            Reading::OutOfRange => usize::MAX,
        };
        (self.unit, code)
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.weight += other.weight;
        self.square += other.square;
        self.value += other.value;
    }
}

/// The cells of one group, by unit and then by point.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cells(pub(crate) Vec<Cell>);

impl Cells {
    fn sorted(mut cells: Vec<Cell>) -> Self {
        cells.sort_by_key(Cell::order);
        Self(cells)
    }

    /// Adds the cells of another group.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
        self.0.sort_by_key(Cell::order);
        self.0.dedup_by(|later, kept| {
            let same = later.order() == kept.order();
            if same {
                kept.add(later);
            }
            same
        });
    }

    /// Rated responses.
    pub(crate) fn n(&self) -> u64 {
        self.0.iter().filter(|c| matches!(c.reading, Reading::Point(_))).map(|c| c.count).sum()
    }

    /// Each unit that rated, with its cells that are rated.
    pub(crate) fn units(&self) -> impl Iterator<Item = &[Cell]> {
        self.0
            .chunk_by(|a, b| a.unit == b.unit)
            .map(|cells| {
                let rated = cells.partition_point(|c| matches!(c.reading, Reading::Point(_)));
                cells.get(..rated).unwrap_or_default()
            })
            .filter(|cells| !cells.is_empty())
    }

    /// Counts everything, each unit's weights multiplied by a factor.
    pub(crate) fn tally(
        &self,
        scale: &Scale,
        weighted: bool,
        factor: impl Fn(u32) -> f64,
    ) -> Tally {
        let mut tally = Tally::new(scale.clone());
        for cell in &self.0 {
            let by = factor(cell.unit);
            let weight = weighted.then_some((by * cell.weight, by * by * cell.square));
            tally.count(cell.reading, cell.count, weight);
        }
        tally
    }
}

/// What of a table the cells are made from.
pub(crate) struct Rows<'a> {
    /// Group of each row.
    pub(crate) groups: &'a [u32],
    pub(crate) group_count: usize,
    /// Unit of each row, and how many there are.
    pub(crate) units: &'a [u32],
    pub(crate) unit_count: u32,
    /// One weight for each row.
    pub(crate) weights: Option<&'a [f64]>,
    /// One value for each row.
    pub(crate) values: Option<&'a [f64]>,
}

impl Rows<'_> {
    /// The cells of each group.
    pub(crate) fn cells(&self, coder: &Coder<'_>, codes: &[u8]) -> Vec<Cells> {
        let group_count = u32::try_from(self.group_count).unwrap_or(u32::MAX);
        let bound = (group_count, self.unit_count);
        let (joint, pairs) = codes::pairs(self.groups, self.units.iter().copied(), bound);
        let stride = coder.stride() as u64;
        let mut numberer = Numberer::new((pairs.len() as u64).saturating_mul(stride));
        let mut cells: Vec<(u32, Cell)> = Vec::new();
        for (row, (pair, code)) in joint.iter().zip(codes).enumerate() {
            let Some(reading) = coder.meaning(*code) else { continue };
            let number = numberer.number(u64::from(*pair) * stride + u64::from(*code)) as usize;
            if number == cells.len() {
                let (group, unit) = pairs.get(*pair as usize).copied().unwrap_or_default();
                let empty = Cell { unit, reading, count: 0, weight: 0.0, square: 0.0, value: 0.0 };
                cells.push((group, empty));
            }
            let weight = self.weights.map_or(1.0, |w| w.get(row).copied().unwrap_or_default());
            let value = self.values.map_or(0.0, |v| v.get(row).copied().unwrap_or_default());
            if let Some((_, cell)) = cells.get_mut(number) {
                let one = Cell { count: 1, weight, square: weight * weight, value, ..*cell };
                cell.add(&one);
            }
        }
        let mut groups = vec![Vec::new(); self.group_count];
        for (group, cell) in cells {
            if let Some(cells) = groups.get_mut(group as usize) {
                cells.push(cell);
            }
        }
        groups.into_iter().map(Cells::sorted).collect()
    }
}

/// The sum of weight × (value - score) of some cells.
pub(crate) fn deviation(cells: &[Cell], values: &[f64], score: f64) -> f64 {
    let each = cells.iter().filter_map(|cell| match cell.reading {
        Reading::Point(index) => Some(cell.weight * (values.get(index)? - score)),
        _ => None,
    });
    each.sum()
}

/// The weighted mean of the values of a tally's points.
pub(crate) fn mean(tally: &Tally, values: &[f64]) -> Option<(f64, f64)> {
    let masses = tally.masses();
    let mass: f64 = masses.iter().sum();
    let sum: f64 = masses.iter().zip(values).map(|(m, v)| m * v).sum();
    (mass > 0.0).then(|| (sum / mass, mass))
}

impl Clusters {
    /// The accounts of each row, and how many there are.
    pub(crate) fn units(responses: &Responses) -> Result<(Vec<u32>, u32)> {
        let accounts = responses.role("account", responses.roles().account.as_deref())?;
        Ok(codes::Codes::of(accounts).separate())
    }

    /// The value of the account in each row that is taken.
    pub(crate) fn values(
        &self,
        responses: &Responses,
        mask: Option<&[bool]>,
    ) -> Result<Option<Vec<f64>>> {
        let Self::Value(name) = self else { return Ok(None) };
        let column = responses.require(name)?;
        let read = |row: usize| {
            if mask.is_some_and(|m| m.get(row) != Some(&true)) {
                return Ok(0.0);
            }
            let value = column.float(row).map_err(|e| e.at(name))?;
            value.filter(|v| *v >= 0.0 && v.is_finite()).ok_or_else(|| {
                Error::new(
                    ErrorCode::WeightInvalid,
                    "the value of an account must be a finite number of at least 0 in every row",
                )
                .at(name)
                .on_row(row as u64)
            })
        };
        (0..responses.len()).map(read).collect::<Result<Vec<f64>>>().map(Some)
    }

    /// The score of one group.
    pub(crate) fn score(
        &self,
        cells: &Cells,
        weighted: bool,
        metric: &Metric,
        uncertainty: Uncertainty,
    ) -> Result<Score> {
        // What each account's weights are multiplied by; accounts are few enough to look up by
        // bisection, being sorted.
        let factors: Vec<(u32, f64)> = cells
            .units()
            .map(|unit| {
                let weight: f64 = unit.iter().map(|c| c.weight).sum();
                let vote = match self {
                    Self::None | Self::Robust => weight,
                    Self::Votes => 1.0,
                    Self::Value(_) => {
                        let count: u64 = unit.iter().map(|c| c.count).sum();
                        unit.iter().map(|c| c.value).sum::<f64>() / count as f64
                    }
                };
                // An account whose responses weigh nothing has no vote.
                let factor = if weight > 0.0 { vote / weight } else { 0.0 };
                (unit.first().map_or(0, |c| c.unit), factor)
            })
            .collect();
        let factor = |unit: u32| {
            let at = factors.binary_search_by_key(&unit, |(unit, _)| *unit).ok();
            at.and_then(|at| factors.get(at)).map_or(0.0, |(_, factor)| *factor)
        };
        let plain = matches!(self, Self::None | Self::Robust);
        let tally = if plain {
            cells.tally(metric.scale(), weighted, |_| 1.0)
        } else {
            cells.tally(metric.scale(), true, factor)
        };
        let robust = mean(&tally, metric.values()).map(|(score, mass)| {
            let squares = cells.units().zip(&factors).map(|(unit, (_, factor))| {
                let factor = if plain { 1.0 } else { *factor };
                let z = factor * deviation(unit, metric.values(), score);
                z * z
            });
            let squares: f64 = squares.sum();
            let m = factors.len() as f64;
            Robust {
                standard_error: (m > 1.0).then(|| libm::sqrt(m / (m - 1.0) * squares) / mass),
                df: m - 1.0,
            }
        });
        let score = Score::build(&tally, metric, uncertainty, robust)?;
        Ok(Score { accounts: Some(factors.len() as u64), ..score })
    }
}

#[cfg(test)]
mod tests;
