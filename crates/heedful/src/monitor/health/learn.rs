//! Curves from data: the points of a raw value by how often accounts like it stayed.

use std::collections::BTreeMap;

use super::points::{FULL, Points};
use crate::base::metric::Better;
use crate::base::order::sort_by;
use crate::stats::forecast::equal_parts;
use crate::stats::regression::{Design, linear_predictor, log_odds_parts, logistic};

/// Bins of equally many accounts that a number's curve is drawn through.
const BINS: usize = 10;
/// Accounts of a category below which it is like all accounts: names of accounts and the like teach nothing.
const FEWEST: f64 = 5.0;
/// The share of accounts beyond each end of a straight line, where it is level.
const BEYOND: f64 = 0.01;
/// Accounts at the overall rate that are added to every bin, so that a few accounts prove little.
const PRIOR: f64 = 10.0;

/// A column that may become a measure.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: String,
    /// The place of its group.
    pub(super) group: usize,
    pub(super) values: Values,
    /// Which direction is better; learned where it is not declared.
    pub(super) better: Option<Better>,
}

#[derive(Debug)]
pub(super) enum Values {
    Numbers(Vec<Option<f64>>),
    /// Places in the list of names.
    Categories(Vec<Option<usize>>, Vec<String>),
}

/// What was learned of a candidate.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) points: Points,
    pub(super) better: Better,
    /// The points of each category, by its place.
    places: Vec<f64>,
}

impl Curve {
    /// Turns it over: what was best is worst.
    pub(super) fn turn(&mut self) {
        self.places.iter_mut().for_each(|points| *points = FULL - *points);
        match &mut self.points {
            Points::Linear(knots) => {
                knots.iter_mut().for_each(|[_, points]| *points = FULL - *points);
                self.better = match self.better {
                    Better::Higher => Better::Lower,
                    Better::Lower => Better::Higher,
                };
            }
            Points::Categories(points) => {
                points.values_mut().for_each(|points| *points = FULL - *points);
            }
            _ => {}
        }
    }

    /// The points of a row.
    pub(super) fn of(&self, candidate: &Candidate, row: usize) -> Option<f64> {
        match &candidate.values {
            Values::Numbers(values) => self.points.of((*values.get(row)?)?),
            Values::Categories(places, _) => self.places.get((*places.get(row)?)?).copied(),
        }
    }
}

/// Learns a curve from the rows; `None` where it would be level.
pub(super) fn learn(candidate: &Candidate, rows: &[usize], events: &[bool]) -> Option<Curve> {
    let rate = rows.iter().filter(|row| events.get(**row) == Some(&true)).count() as f64
        / rows.len() as f64;
    match &candidate.values {
        Values::Numbers(values) => numbers(values, candidate.better, rows, events, rate),
        Values::Categories(places, names) => categories(places, names, rows, events, rate),
    }
}

/// Log odds of staying, with the prior.
fn staying(n: f64, events: f64, rate: f64) -> f64 {
    libm::log((n - events + PRIOR * (1.0 - rate)) / (events + PRIOR * rate))
}

#[derive(Debug, Clone, Copy)]
struct Bin {
    value: f64,
    n: f64,
    events: f64,
}

fn numbers(
    values: &[Option<f64>],
    better: Option<Better>,
    rows: &[usize],
    events: &[bool],
    rate: f64,
) -> Option<Curve> {
    let mut cases: Vec<(f64, bool)> = Vec::with_capacity(rows.len());
    for row in rows {
        if let (Some(Some(value)), Some(event)) = (values.get(*row), events.get(*row)) {
            cases.push((*value, *event));
        }
    }
    sort_by(&mut cases, |a, b| a.0.total_cmp(&b.0));
    let bin = |cases: &[(f64, bool)]| {
        let n = cases.len() as f64;
        let events = cases.iter().filter(|(_, event)| *event).count() as f64;
        Bin { value: cases.iter().map(|(value, _)| value).sum::<f64>() / n, n, events }
    };
    let bins: Vec<Bin> =
        equal_parts(&cases, BINS, |a, b| a.0 == b.0).into_iter().map(bin).collect();
    let drawn = |better| (better, monotone(&bins, better, rate));
    let (better, odds) = match better {
        Some(better) => drawn(better),
        // The direction along which the curve goes further.
        None => {
            let ways = [drawn(Better::Higher), drawn(Better::Lower)];
            ways.into_iter().max_by(|a, b| spread(&a.1, &bins).total_cmp(&spread(&b.1, &bins)))?
        }
    };
    let scale = Scale::of(&odds)?;
    if let Some(knots) = straight(&cases, better, &bins, &odds) {
        return Some(Curve { points: Points::Linear(knots), better, places: Vec::new() });
    }
    let mut knots: Vec<[f64; 2]> = bins
        .iter()
        .zip(&odds)
        .map(|(bin, odds)| [round_value(bin.value), scale.points(*odds)])
        .collect();
    knots.dedup_by(|next, last| next[0] <= last[0]);
    // A knot between two of the same height says nothing.
    let mut place = 1;
    while place + 1 < knots.len() {
        let around = place.checked_sub(1).and_then(|before| knots.get(before..=place + 1));
        let level = around.is_some_and(|three| {
            three.windows(2).all(|two| matches!(two, [[_, a], [_, b]] if a == b))
        });
        if level {
            knots.remove(place);
        } else {
            place += 1;
        }
    }
    Some(Curve { points: Points::Linear(knots), better, places: Vec::new() })
}

/// One straight line, where the bends of the curve forecast no better than so many numbers to choose must (by the Bayesian
/// information criterion); which loses nothing between bins and beyond the last ones.
fn straight(
    cases: &[(f64, bool)],
    better: Better,
    bins: &[Bin],
    odds: &[f64],
) -> Option<Vec<[f64; 2]>> {
    let heights = odds.chunk_by(|a, b| a == b).count();
    let n = cases.len() as f64;
    let mean = cases.iter().map(|(value, _)| value / n).sum::<f64>();
    let spread = libm::sqrt(cases.iter().map(|(v, _)| (v - mean) * (v - mean) / n).sum::<f64>());
    if heights <= 2 || !(spread > 0.0 && spread.is_finite()) {
        return None;
    }
    let values: Vec<f64> = cases.iter().map(|(value, _)| (value - mean) / spread).collect();
    let stayed: Vec<bool> = cases.iter().map(|(_, event)| !event).collect();
    let weights = vec![1.0; values.len()];
    let line = logistic(Design { values: &values, width: 1, weights: &weights }, &stayed)?;
    let rises = *line.coefficients.get(1)? > 0.0;
    let likelihood = |odds: f64, stayed: bool| {
        let (yes, no) = log_odds_parts(odds);
        if stayed { yes } else { no }
    };
    let curve = Points::Linear(bins.iter().zip(odds).map(|(bin, o)| [bin.value, *o]).collect());
    let mut gained = 0.0;
    for (((value, _), scaled), stayed) in cases.iter().zip(&values).zip(stayed) {
        let along = linear_predictor(&line.coefficients, &[*scaled]);
        gained += likelihood(curve.of(*value)?, stayed) - likelihood(along, stayed);
    }
    if rises != (better == Better::Higher) || 2.0 * gained > (heights - 2) as f64 * libm::log(n) {
        return None;
    }
    let beyond = (BEYOND * n) as usize;
    let first = round_value(cases.get(beyond)?.0);
    let last = round_value(cases.iter().rev().nth(beyond)?.0);
    let (low, high) = if rises { (0.0, FULL) } else { (FULL, 0.0) };
    (first < last).then(|| vec![[first, low], [last, high]])
}

/// Pools adjacent bins until their log odds of staying rise with the value (fall where less is better).
fn monotone(bins: &[Bin], better: Better, rate: f64) -> Vec<f64> {
    let sign = if better == Better::Higher { 1.0 } else { -1.0 };
    let mut pools: Vec<(Bin, usize)> = Vec::new();
    for bin in bins {
        let (mut last, mut many) = (*bin, 1);
        while let Some((before, count)) = pools.last() {
            let odds = |bin: &Bin| sign * staying(bin.n, bin.events, rate);
            if odds(before) < odds(&last) {
                break;
            }
            last = Bin {
                value: last.value,
                n: before.n + last.n,
                events: before.events + last.events,
            };
            many += count;
            pools.pop();
        }
        pools.push((last, many));
    }
    let odds = |(bin, many): &(Bin, usize)| vec![staying(bin.n, bin.events, rate); *many];
    pools.iter().flat_map(odds).collect()
}

/// The variance of log odds over accounts.
fn spread(odds: &[f64], bins: &[Bin]) -> f64 {
    let n: f64 = bins.iter().map(|bin| bin.n).sum();
    let mean = odds.iter().zip(bins).map(|(odds, bin)| odds * bin.n).sum::<f64>() / n;
    odds.iter().zip(bins).map(|(odds, bin)| (odds - mean) * (odds - mean) * bin.n).sum()
}

fn categories(
    places: &[Option<usize>],
    names: &[String],
    rows: &[usize],
    events: &[bool],
    rate: f64,
) -> Option<Curve> {
    let mut counts = vec![(0.0, 0.0); names.len()];
    for row in rows {
        let place = places.get(*row).copied().flatten();
        if let (Some((n, came)), Some(event)) =
            (place.and_then(|p| counts.get_mut(p)), events.get(*row))
        {
            *n += 1.0;
            *came += f64::from(u8::from(*event));
        }
    }
    let own = |(n, came): &(f64, f64)| {
        if *n < FEWEST { staying(0.0, 0.0, rate) } else { staying(*n, *came, rate) }
    };
    let odds: Vec<f64> = counts.iter().map(own).collect();
    let scale = Scale::of(&odds)?;
    let places: Vec<f64> = odds.iter().map(|odds| scale.points(*odds)).collect();
    let points: BTreeMap<String, f64> = names.iter().cloned().zip(places.iter().copied()).collect();
    Some(Curve { points: Points::Categories(points), better: Better::Higher, places })
}

/// From the lowest log odds, 0 points, to the highest, 100.
struct Scale {
    lowest: f64,
    width: f64,
}

impl Scale {
    fn of(odds: &[f64]) -> Option<Self> {
        let lowest = odds.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (highest > lowest).then_some(Self { lowest, width: highest - lowest })
    }

    /// Whole points, for people to read.
    fn points(&self, odds: f64) -> f64 {
        libm::round(FULL * (odds - self.lowest) / self.width)
    }
}

/// Three significant digits, for people to read.
fn round_value(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(value.abs())) - 2.0);
    // Units below 1 are divided by their inverse, which is exact in decimals.
    if unit < 1.0 {
        let inverse = libm::round(1.0 / unit);
        return libm::round(value * inverse) / inverse;
    }
    libm::round(value / unit) * unit
}
