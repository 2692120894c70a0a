//! Groups before they are scored: periods filled and rolled, clusters and designs by unit.

use std::collections::BTreeMap;

use super::cluster::{self, Cells, Clusters};
use super::count::{self, Coder};
use super::scorer::first_off_scale;
use super::scoring::{MetricOf, Scoring};
use super::segment::{GroupScore, Scores};
use super::select::weights;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::scale::Invalid;
use crate::base::tally::Tally;
use crate::base::time::{Every, Zone};
use crate::listen::responses::Responses;

/// One group before it is scored.
#[derive(Debug, Clone)]
pub(crate) struct Group<C = Tally> {
    pub(crate) keys: Vec<Key>,
    pub(crate) tally: C,
    /// Too small to be shown; the tally is there all the same, for totals.
    pub(crate) hidden: bool,
}

/// What the score of a group is made from.
pub(super) trait Content: Clone {
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
    pub(super) fn settled<C: Content>(
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
    pub(super) fn run_by_unit(&self, responses: &Responses) -> Result<Scores> {
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

/// The most rows that a trend may have.
const MOST_PERIODS: i64 = 1_000_000;

/// Adds the periods without responses between the first and the last of all groups, for each group.
pub(super) fn fill_periods<C: Content>(
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
pub(super) fn roll<C: Content>(groups: &mut BTreeMap<Vec<Key>, C>, window: u32) -> Result<()> {
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
