//! Accounts with several contacts: responses that are not independent of each other.

use serde::Serialize;

use super::codes;
use super::count::{Coder, reading_of};
use super::score::{Robust, Score, Uncertainty};
use crate::base::config::{Config, Object, deserialized, named};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::metric::Metric;
use crate::base::scale::Scale;
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
///
/// ```
/// use heedful::{Clusters, Column, Metric, Responses, Scoring};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 10, 10, 0]))?
///     .with("account", Column::categories(["big", "big", "big", "small"].map(Some)))?
///     .rating("score")
///     .account("account");
/// let value = |clusters| {
///     let scores = Scoring::new(Metric::nps()).clusters(clusters).run(&responses)?;
///     Ok::<_, heedful::Error>(scores.rows[0].score.value)
/// };
/// assert_eq!((value(Clusters::Robust)?, value(Clusters::Votes)?), (Some(50.0), Some(0.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

impl Config for Clusters {
    fn read(json: &Json) -> Result<Self> {
        if let Json::Object(_) = json {
            let mut column = String::new();
            let mut object = Object::of(json)?;
            object.needs("value", &mut column);
            return object.finish().map(|()| Self::Value(column));
        }
        named(json, &["none", "robust", "votes"], &[Self::None, Self::Robust, Self::Votes])
    }
}

deserialized!(Clusters);

/// What the responses of one unit (an account) of a group come to at one code of the rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) unit: u32,
    /// As [`Coder`] gives it: the index of the point, or a code beyond the points.
    pub(crate) code: u8,
    pub(crate) sums: Sums,
}

/// Sums over responses.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sums {
    pub(crate) count: u64,
    pub(crate) weight: f64,
    /// Of squared weights.
    pub(crate) square: f64,
    /// Of the account's value.
    pub(crate) value: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.weight += other.weight;
        self.square += other.square;
        self.value += other.value;
    }
}

/// The cells of one group, by unit and then by code.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cells {
    cells: Vec<Cell>,
    /// Codes from here on are no ratings.
    points: u8,
}

impl Cells {
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Adds the cells of another group.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.points = self.points.max(other.points);
        let place = |cell: &Cell| (cell.unit, cell.code);
        let mut merged = Vec::with_capacity(self.cells.len() + other.cells.len());
        let mut theirs = other.cells.iter().copied().peekable();
        for mut cell in std::mem::take(&mut self.cells) {
            while let Some(other) = theirs.next_if(|other| place(other) < place(&cell)) {
                merged.push(other);
            }
            if let Some(other) = theirs.next_if(|other| place(other) == place(&cell)) {
                cell.sums.add(other.sums);
            }
            merged.push(cell);
        }
        merged.extend(theirs);
        self.cells = merged;
    }

    /// Rated responses.
    pub(crate) fn n(&self) -> u64 {
        self.cells.iter().filter(|c| c.code < self.points).map(|c| c.sums.count).sum()
    }

    /// Each unit that answered: its cells that are rated, and the others.
    fn parts(&self) -> impl Iterator<Item = (&[Cell], &[Cell])> {
        self.cells
            .chunk_by(|a, b| a.unit == b.unit)
            .map(|cells| cells.split_at(cells.partition_point(|c| c.code < self.points)))
    }

    /// Each unit that rated, with its cells that are rated.
    pub(crate) fn units(&self) -> impl Iterator<Item = (u32, &[Cell])> {
        self.parts().filter_map(|(rated, _)| Some((rated.first()?.unit, rated)))
    }

    /// Counts everything, each unit's weights multiplied by a factor.
    pub(crate) fn tally(
        &self,
        scale: &Scale,
        weighted: bool,
        factor: impl Fn(&[Cell]) -> f64,
    ) -> Tally {
        let mut tally = Tally::new(scale.clone());
        for (rated, others) in self.parts() {
            let by = factor(rated);
            for Cell { code, sums, .. } in rated.iter().chain(others) {
                let weight = weighted.then_some((by * sums.weight, by * by * sums.square));
                tally.count(reading_of(*code, self.points), sums.count, weight);
            }
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
    /// The rows unit by unit, in their order within each: where each unit's rows end, and the rows.
    fn by_unit(&self) -> (Vec<u32>, Vec<u32>) {
        let mut ends = vec![0_u32; self.unit_count as usize];
        for unit in self.units {
            if let Some(end) = ends.get_mut(*unit as usize) {
                *end += 1;
            }
        }
        let mut start = 0;
        for end in &mut ends {
            // From here on where the next row of the unit goes; after the last one, its end.
            start += std::mem::replace(end, start);
        }
        let mut rows = vec![0_u32; self.units.len()];
        for (row, unit) in (0..).zip(self.units) {
            if let Some(next) = ends.get_mut(*unit as usize) {
                if let Some(place) = rows.get_mut(*next as usize) {
                    *place = row;
                }
                *next += 1;
            }
        }
        (ends, rows)
    }

    /// The cells of each group.
    pub(crate) fn cells(&self, coder: &Coder<'_>, codes: &[u8]) -> Vec<Cells> {
        let points = coder.points();
        let stride = coder.stride();
        let left_out = stride - 1;
        let mut groups = vec![Cells { cells: Vec::new(), points }; self.group_count];
        // The groups of the unit at hand, and for each group where in that list it was last put.
        let mut met: Vec<u32> = Vec::new();
        let mut place = vec![0_u32; self.group_count];
        let mut sums: Vec<Sums> = Vec::new();
        let (ends, rows) = self.by_unit();
        let mut start = 0;
        for (unit, end) in (0..).zip(ends) {
            let end = end as usize;
            for row in rows.get(start..end).unwrap_or_default() {
                let row = *row as usize;
                let (Some(group), Some(code)) = (self.groups.get(row), codes.get(row)) else {
                    continue;
                };
                let Some(slot) = place.get_mut(*group as usize) else { continue };
                if usize::from(*code) == left_out {
                    continue;
                }
                if met.get(*slot as usize) != Some(group) {
                    *slot = u32::try_from(met.len()).unwrap_or(u32::MAX);
                    met.push(*group);
                    sums.resize(met.len() * stride, Sums::default());
                }
                let weight = self.weights.map_or(1.0, |w| w.get(row).copied().unwrap_or_default());
                let value = self.values.map_or(0.0, |v| v.get(row).copied().unwrap_or_default());
                if let Some(sums) = sums.get_mut(*slot as usize * stride + usize::from(*code)) {
                    sums.add(Sums { count: 1, weight, square: weight * weight, value });
                }
            }
            for (group, sums) in met.iter().zip(sums.chunks(stride)) {
                let Some(Cells { cells, .. }) = groups.get_mut(*group as usize) else { continue };
                let found = (0..).zip(sums).filter(|(_, sums)| sums.count > 0);
                cells.extend(found.map(|(code, sums)| Cell { unit, code, sums: *sums }));
            }
            met.clear();
            sums.clear();
            start = end;
        }
        groups
    }
}

/// The sum of weight × (value - score) of some cells.
pub(crate) fn deviation(cells: &[Cell], values: &[f64], score: f64) -> f64 {
    let each = cells
        .iter()
        .filter_map(|c| Some(c.sums.weight * (values.get(usize::from(c.code))? - score)));
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
        let plain = matches!(self, Self::None | Self::Robust);
        // What an account's weights are multiplied by.
        let factor = |unit: &[Cell]| {
            let vote = match self {
                Self::None | Self::Robust => return 1.0,
                Self::Votes => 1.0,
                Self::Value(_) => {
                    let count: u64 = unit.iter().map(|c| c.sums.count).sum();
                    unit.iter().map(|c| c.sums.value).sum::<f64>() / count as f64
                }
            };
            let weight: f64 = unit.iter().map(|c| c.sums.weight).sum();
            // An account whose responses weigh nothing has no vote.
            if weight > 0.0 { vote / weight } else { 0.0 }
        };
        let tally = cells.tally(metric.scale(), weighted || !plain, factor);
        let accounts = cells.units().count() as u64;
        let robust = mean(&tally, metric.values()).map(|(score, mass)| {
            let squares = cells.units().map(|(_, unit)| {
                let z = factor(unit) * deviation(unit, metric.values(), score);
                z * z
            });
            let squares: f64 = squares.sum();
            let m = accounts as f64;
            Robust {
                standard_error: (accounts > 1).then(|| libm::sqrt(m / (m - 1.0) * squares) / mass),
                df: m - 1.0,
            }
        });
        let score = Score::build(&tally, metric, uncertainty, robust)?;
        Ok(Score { accounts: Some(accounts), ..score })
    }
}

#[cfg(test)]
mod tests;
