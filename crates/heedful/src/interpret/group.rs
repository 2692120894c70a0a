//! Groups before they are scored: periods filled and rolled, clusters and designs by unit.

use super::cluster::{self, Cells, Clusters};
use super::count::{self, Coder};
use super::scorer::first_off_scale;
use super::scoring::{MetricOf, Scoring};
use super::segment::{GroupScore, Scores};
use super::select::weights;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::scale::Invalid;
use crate::base::sorted::SortedMap;
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

/// Contents by the keys of their group.
#[derive(Debug, Clone)]
pub(super) struct Groups<C> {
    places: SortedMap<Vec<Key>, usize>,
    contents: Vec<Option<C>>,
}

impl<C: Content> Groups<C> {
    pub(super) fn new() -> Self {
        Self { places: SortedMap::new(), contents: Vec::new() }
    }

    /// Adds to the group of the keys.
    pub(super) fn add(&mut self, keys: Vec<Key>, content: C) -> Result<()> {
        let place = *self.places.entry(keys).or_insert(self.contents.len());
        match self.contents.get_mut(place) {
            Some(Some(group)) => group.merge(&content)?,
            _ => self.contents.push(Some(content)),
        }
        Ok(())
    }

    pub(super) fn contents(&self) -> impl Iterator<Item = &C> {
        self.contents.iter().flatten()
    }
}

/// A row of a result: its keys, and the places of the groups that it takes.
struct Row {
    keys: Vec<Key>,
    places: Vec<usize>,
}

impl Row {
    /// The keys but the last.
    fn head(&self) -> &[Key] {
        self.keys.split_last().map_or(&[], |(_, head)| head)
    }
}

impl Scoring {
    /// The groups in the order of their keys: periods filled and rolled, small ones hidden.
    pub(super) fn settled<C: Content>(
        &self,
        groups: Groups<C>,
        empty: &C,
    ) -> Result<Vec<Group<C>>> {
        let Groups { places, mut contents } = groups;
        let mut settled: Vec<Group<C>> = Vec::new();
        for Row { keys, places } in self.rows(places)? {
            let mut places = places.iter();
            let own = places.next().and_then(|place| contents.get_mut(*place));
            // A window needs the contents again.
            let own = if self.rolling.is_some() {
                own.cloned().flatten()
            } else {
                own.and_then(Option::take)
            };
            let mut tally = own.unwrap_or_else(|| empty.clone());
            for other in places.filter_map(|place| contents.get(*place)?.as_ref()) {
                tally.merge(other)?;
            }
            settled.push(Group { keys, tally, hidden: false });
        }
        let sizes: Vec<(&[Key], u64)> =
            settled.iter().map(|group| (group.keys.as_slice(), group.tally.n())).collect();
        let hidden = self.hiding().hidden(&sizes);
        for (group, hidden) in settled.iter_mut().zip(hidden) {
            group.hidden = hidden;
        }
        Ok(settled)
    }

    /// The rows of the result, and which groups are merged into each.
    fn rows(&self, places: SortedMap<Vec<Key>, usize>) -> Result<Vec<Row>> {
        let row = |(keys, place)| Row { keys, places: vec![place] };
        let mut rows: Vec<Row> = places.into_iter().map(row).collect();
        if self.by.is_empty() && self.every.is_none() && rows.is_empty() {
            rows.push(Row { keys: Vec::new(), places: Vec::new() });
        }
        if let Some(every) = self.every {
            rows = fill_periods(rows, every)?;
            if let Some(window) = self.rolling {
                roll(&mut rows, window);
            }
        }
        Ok(rows)
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
            let mut groups = Groups::new();
            for ((key, units), calibrated) in keys.iter().zip(units).zip(calibrated) {
                if !units.is_empty() {
                    groups.add(key.clone(), UnitCells { units, calibrated })?;
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
fn fill_periods(rows: Vec<Row>, every: Every) -> Result<Vec<Row>> {
    let indices = rows.iter().filter_map(|row| match row.keys.last() {
        Some(Key::Date(day)) => Some(every.index_of_day(*day)),
        _ => None,
    });
    let (Some(first), Some(last)) = (indices.clone().min(), indices.max()) else { return Ok(rows) };
    let mut heads: Vec<Vec<Key>> = rows.iter().map(|row| row.head().to_vec()).collect();
    heads.dedup();
    // One date of the year 9999 must not fill the memory with empty days.
    if (i64::from(last) - i64::from(first)).saturating_mul(heads.len() as i64) > MOST_PERIODS {
        let message =
            format!("the times span more than {MOST_PERIODS} periods: look for wrong dates");
        return Err(Error::new(ErrorCode::InvalidArgument, message).at("every"));
    }
    let mut filled = Vec::new();
    let mut rows = rows.into_iter().peekable();
    for head in heads {
        for index in first..=last {
            let mut keys = head.clone();
            keys.push(Key::Date(every.first_day(index)));
            let known = rows.next_if(|row| row.keys == keys);
            filled.push(known.unwrap_or(Row { keys, places: Vec::new() }));
        }
        // Responses without a time come after all periods.
        while let Some(row) = rows.next_if(|row| row.head() == head) {
            filled.push(row);
        }
    }
    Ok(filled)
}

/// Adds to each period those before it in the window that ends with it. Responses without a time
/// stay as they are.
fn roll(rows: &mut [Row], window: u32) {
    // From the last to the first, so that the periods before are still alone. Periods are without gaps.
    for at in (0..rows.len()).rev() {
        let (before, rest) = rows.split_at_mut(at);
        let Some(row) =
            rest.first_mut().filter(|row| matches!(row.keys.last(), Some(Key::Date(_))))
        else {
            continue;
        };
        let start = (at + 1).saturating_sub(window as usize);
        let window = before.iter().skip(start).filter(|other| other.head() == row.head());
        let places: Vec<usize> = window.flat_map(|other| other.places.clone()).collect();
        row.places.extend(places);
    }
}
