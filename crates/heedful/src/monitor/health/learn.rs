//! How values enter the regression on outcomes, and the points of a raw value by what it found.

use super::points::{FULL, Points};
use crate::base::metric::Better;
use crate::base::order::sort_by;
use crate::stats::forecast::equal_parts;
use crate::stats::regression::{Design, linear_predictor, log_odds_parts, logistic};

/// Bins of equally many accounts that a number's curve is drawn through.
const BINS: usize = 10;
/// Accounts of a category below which it is like all accounts: names of accounts and the like teach nothing.
const FEWEST: usize = 5;
/// Categories that get a slope each; where there are more, their rates together get one.
const LEVELS: usize = 24;
/// Parts of the cross-fitting of rates: no account has a share in the rate that stands for it.
const PARTS: usize = 5;
/// The share of accounts beyond each end of a straight line, where it is level.
const BEYOND: f64 = 0.01;
/// Accounts at the overall rate that are added to every bin and category, so that a few accounts prove little.
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

/// A measure's points as the regression found them.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) points: Points,
    pub(super) better: Better,
    /// The points of each category, by its place.
    places: Vec<f64>,
}

impl Curve {
    /// The points of a row.
    pub(super) fn of(&self, candidate: &Candidate, row: usize) -> Option<f64> {
        match &candidate.values {
            Values::Numbers(values) => self.points.of((*values.get(row)?)?),
            Values::Categories(places, _) => self.places.get((*places.get(row)?)?).copied(),
        }
    }
}

/// The values of a candidate as columns of a regression on some of the rows.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) candidate: &'a Candidate,
    shape: Shape,
    /// One for each slope, in the order of the rows. A value that is missing stands at the mean.
    pub(super) columns: Vec<Vec<f64>>,
    /// Whether slopes may be negative.
    pub(super) is_free: bool,
}

#[derive(Debug)]
enum Shape {
    /// Points along knots, standardised.
    Knots { knots: Vec<[f64; 2]>, better: Better, spread: f64 },
    /// 1 for the rows of a category, 0 for others; the column of each place, and the share of each column.
    Levels { columns: Vec<Option<usize>>, shares: Vec<f64> },
    /// Log odds of staying by place, standardised.
    Rates { odds: Vec<f64>, spread: f64 },
}

/// Some rows and what became of them.
#[derive(Clone, Copy)]
pub(super) struct Taught<'a> {
    pub(super) rows: &'a [usize],
    /// By the place among `rows`.
    pub(super) stayed: &'a [bool],
    /// Measures that forecast the other way round than alone are left out.
    pub(super) non_negative: bool,
}

impl Taught<'_> {
    fn rate(&self) -> f64 {
        self.stayed.iter().filter(|stayed| !**stayed).count() as f64 / self.rows.len() as f64
    }

    /// The columns of a candidate; `None` where its values do not vary.
    pub(super) fn part<'c>(&self, candidate: &'c Candidate) -> Option<Part<'c>> {
        let (shape, columns, is_free) = match &candidate.values {
            Values::Numbers(values) => {
                let (shape, column) = self.numbers(values, candidate.better)?;
                (shape, vec![column], !self.non_negative && candidate.better.is_none())
            }
            Values::Categories(places, names) => self.categories(places, names.len())?,
        };
        Some(Part { candidate, shape, columns, is_free })
    }

    fn numbers(
        &self,
        values: &[Option<f64>],
        declared: Option<Better>,
    ) -> Option<(Shape, Vec<f64>)> {
        let value = |row: &usize| values.get(*row).copied().flatten();
        let known = self.rows.iter().zip(self.stayed);
        let mut cases: Vec<(f64, bool)> =
            known.filter_map(|(row, stayed)| Some((value(row)?, *stayed))).collect();
        sort_by(&mut cases, |a, b| a.0.total_cmp(&b.0));
        let (knots, better) = knots(&cases, declared)?;
        let points = Points::Linear(knots.clone());
        let mut column: Vec<Option<f64>> =
            self.rows.iter().map(|row| points.of(value(row)?)).collect();
        let spread = standardise(&mut column)?;
        let column = column.into_iter().map(Option::unwrap_or_default).collect();
        Some((Shape::Knots { knots, better, spread }, column))
    }

    fn categories(
        &self,
        places: &[Option<usize>],
        names: usize,
    ) -> Option<(Shape, Vec<Vec<f64>>, bool)> {
        let mut counts = vec![0; names];
        let place = |row: &usize| places.get(*row).copied().flatten();
        for place in self.rows.iter().filter_map(place) {
            counts.get_mut(place).map(|count| *count += 1)?;
        }
        let known: usize = counts.iter().sum();
        let mut shares = Vec::new();
        let columns: Vec<Option<usize>> = counts
            .iter()
            .map(|count| {
                (*count >= FEWEST).then(|| {
                    shares.push(*count as f64 / known as f64);
                    shares.len() - 1
                })
            })
            .collect();
        if shares.is_empty() || shares.first() == Some(&1.0) {
            return None;
        }
        if shares.len() > LEVELS || self.non_negative {
            let (shape, column) = self.rates(places, names)?;
            return Some((shape, vec![column], false));
        }
        let mut found = vec![Vec::with_capacity(self.rows.len()); shares.len()];
        for row in self.rows {
            let own = place(row).and_then(|place| columns.get(place).copied().flatten());
            for (i, (column, share)) in found.iter_mut().zip(&shares).enumerate() {
                column.push(own.map_or(*share, |own| f64::from(u8::from(own == i))));
            }
        }
        Some((Shape::Levels { columns, shares }, found, true))
    }

    /// The rate of each category as a number, for each row from other rows: else many small categories would know the
    /// outcomes that they are to forecast.
    fn rates(&self, places: &[Option<usize>], names: usize) -> Option<(Shape, Vec<f64>)> {
        let without = |part| self.odds(places, names, |at| at % PARTS != part);
        let parts: Vec<Vec<f64>> = (0..PARTS).map(without).collect();
        let of = |(at, row): (usize, &usize)| {
            parts.get(at % PARTS)?.get(places.get(*row).copied().flatten()?).copied()
        };
        let mut column: Vec<Option<f64>> = self.rows.iter().enumerate().map(of).collect();
        let spread = standardise(&mut column)?;
        let column = column.into_iter().map(Option::unwrap_or_default).collect();
        Some((Shape::Rates { odds: self.odds(places, names, |_| true), spread }, column))
    }

    /// Log odds of staying by category, from the rows at these places.
    fn odds(
        &self,
        places: &[Option<usize>],
        names: usize,
        counts: impl Fn(usize) -> bool,
    ) -> Vec<f64> {
        let mut seen = vec![(0.0, 0.0); names];
        for (at, (row, stayed)) in self.rows.iter().zip(self.stayed).enumerate() {
            let place = places.get(*row).copied().flatten();
            if let Some((n, events)) = place.filter(|_| counts(at)).and_then(|p| seen.get_mut(p)) {
                *n += 1.0;
                *events += f64::from(u8::from(!stayed));
            }
        }
        let rate = self.rate();
        let own = |(n, events): &(f64, f64)| match *n < FEWEST as f64 {
            true => staying(0.0, 0.0, rate),
            false => staying(*n, *events, rate),
        };
        seen.iter().map(own).collect()
    }
}

impl Part<'_> {
    /// The points that these slopes give to values, and the log odds of staying from 0 to 100 of them; `None` where the
    /// slopes are level.
    pub(super) fn curve(&self, slopes: &[f64]) -> Option<(Curve, f64)> {
        let one = slopes.first().copied()?;
        match &self.shape {
            Shape::Knots { knots, better, spread } => {
                let mut knots = knots.clone();
                let mut better = *better;
                if one < 0.0 {
                    // The same, turned over: what was best is worst.
                    knots.iter_mut().for_each(|[_, points]| *points = FULL - *points);
                    better = match better {
                        Better::Higher => Better::Lower,
                        Better::Lower => Better::Higher,
                    };
                }
                let weight = one.abs() * FULL / spread;
                let curve = Curve { points: Points::Linear(knots), better, places: Vec::new() };
                (weight > 0.0).then_some((curve, weight))
            }
            Shape::Levels { columns, shares } => {
                let mean = slopes.iter().zip(shares).map(|(slope, share)| slope * share).sum();
                let own = |column: &Option<usize>| {
                    column.and_then(|column| slopes.get(column).copied()).unwrap_or(mean)
                };
                self.categories(&columns.iter().map(own).collect::<Vec<f64>>(), 1.0)
            }
            Shape::Rates { odds, spread } => self.categories(odds, one / spread),
        }
    }

    /// From the lowest log odds, 0 points, to the highest, 100.
    fn categories(&self, odds: &[f64], factor: f64) -> Option<(Curve, f64)> {
        let Values::Categories(_, names) = &self.candidate.values else { return None };
        let scale = Scale::of(odds)?;
        let places: Vec<f64> = odds.iter().map(|odds| scale.points(*odds)).collect();
        let points = names.iter().cloned().zip(places.iter().copied()).collect();
        let curve = Curve { points: Points::Categories(points), better: Better::Higher, places };
        let weight = scale.width * factor;
        (weight > 0.0).then_some((curve, weight))
    }

    /// How many slopes it has.
    pub(super) fn width(&self) -> usize {
        match &self.shape {
            Shape::Levels { shares, .. } => shares.len(),
            _ => 1,
        }
    }
}

impl Candidate {
    /// The values of rows as they are, and of categories how many of them stayed: what may know the outcome.
    pub(super) fn alone(&self, rows: &[usize], stayed: &[bool]) -> Vec<Option<f64>> {
        let taught = Taught { rows, stayed, non_negative: false };
        match &self.values {
            Values::Numbers(values) => {
                rows.iter().map(|row| values.get(*row).copied().flatten()).collect()
            }
            Values::Categories(places, names) => {
                let odds = taught.odds(places, names.len(), |_| true);
                let place = |row: &usize| places.get(*row).copied().flatten();
                rows.iter().map(|row| odds.get(place(row)?).copied()).collect()
            }
        }
    }
}

/// Mean 0 and standard deviation 1; returns what the deviation was, `None` where there is none.
fn standardise(column: &mut [Option<f64>]) -> Option<f64> {
    let n = column.iter().flatten().count() as f64;
    let mean = column.iter().flatten().sum::<f64>() / n;
    let squares = column.iter().flatten().map(|v| (v - mean) * (v - mean)).sum::<f64>();
    let spread = libm::sqrt(squares / n);
    column.iter_mut().flatten().for_each(|value| *value = (*value - mean) / spread);
    (spread > 0.0).then_some(spread)
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

/// The line, or the curve that never turns, through sorted values of who stayed.
fn knots(cases: &[(f64, bool)], declared: Option<Better>) -> Option<(Vec<[f64; 2]>, Better)> {
    let (first, last) = ends(cases)?;
    let along = Points::Linear(vec![[first, 0.0], [last, 1.0]]);
    let heights: Vec<f64> = cases.iter().filter_map(|(value, _)| along.of(*value)).collect();
    let mean = heights.iter().sum::<f64>() / heights.len() as f64;
    let tilt: f64 =
        heights.iter().zip(cases).filter(|(_, (_, stayed))| *stayed).map(|(h, _)| h - mean).sum();
    let alone = if tilt < 0.0 { Better::Lower } else { Better::Higher };
    let better = declared.unwrap_or(alone);
    let curve = curve(cases, &heights, better, alone, last - first);
    let knots = curve.unwrap_or_else(|| match better {
        Better::Higher => vec![[first, 0.0], [last, FULL]],
        Better::Lower => vec![[first, FULL], [last, 0.0]],
    });
    Some((knots, better))
}

/// Where a straight line begins and ends: few values reach further.
fn ends(cases: &[(f64, bool)]) -> Option<(f64, f64)> {
    let beyond = (BEYOND * cases.len() as f64) as usize;
    let ends = |beyond: usize| {
        let (first, last) = (cases.get(beyond)?.0, cases.iter().rev().nth(beyond)?.0);
        let reach = last - first;
        let (first, last) = (rounded(first, reach), rounded(last, reach));
        (first < last).then_some((first, last))
    };
    // All but a few may be one value.
    ends(beyond).or_else(|| ends(0))
}

/// A curve, where its bends forecast better than a straight line by more than so many numbers to choose must (by the
/// Bayesian information criterion).
fn curve(
    cases: &[(f64, bool)],
    heights: &[f64],
    better: Better,
    alone: Better,
    reach: f64,
) -> Option<Vec<[f64; 2]>> {
    let left = cases.iter().filter(|(_, stayed)| !stayed).count();
    let rate = left as f64 / cases.len() as f64;
    let bin = |cases: &[(f64, bool)]| {
        let n = cases.len() as f64;
        let events = cases.iter().filter(|(_, stayed)| !stayed).count() as f64;
        Bin { value: cases.iter().map(|(value, _)| value).sum::<f64>() / n, n, events }
    };
    let bins: Vec<Bin> = equal_parts(cases, BINS, |a, b| a.0 == b.0).into_iter().map(bin).collect();
    let odds = monotone(&bins, better, rate);
    let scale = Scale::of(&odds)?;
    let bends = odds.chunk_by(|a, b| a == b).count() - 1;
    let cost = bends as f64 * libm::log(cases.len() as f64);
    let likelihood = |odds: f64, n: f64, events: f64| {
        let (stay, leave) = log_odds_parts(odds);
        stay * (n - events) + leave * events
    };
    let level = staying(0.0, 0.0, rate);
    let most: f64 = (bins.iter().zip(&odds))
        .map(|(bin, odds)| {
            likelihood(*odds, bin.n, bin.events) - likelihood(level, bin.n, bin.events)
        })
        .sum();
    // Most columns end here, without the cost of a regression.
    if 2.0 * most <= cost {
        return None;
    }
    let line = if alone == better {
        let stayed: Vec<bool> = cases.iter().map(|(_, stayed)| *stayed).collect();
        let weights = vec![1.0; heights.len()];
        logistic(Design { values: heights, width: 1, weights: &weights }, &stayed)?.coefficients
    } else {
        vec![level, 0.0]
    };
    let drawn = Points::Linear(bins.iter().zip(&odds).map(|(bin, o)| [bin.value, *o]).collect());
    let mut gained = 0.0;
    for ((value, stayed), height) in cases.iter().zip(heights) {
        let events = f64::from(u8::from(!stayed));
        gained += likelihood(drawn.of(*value)?, 1.0, events);
        gained -= likelihood(linear_predictor(&line, &[*height]), 1.0, events);
    }
    if !(2.0 * gained > cost) {
        return None;
    }
    let mut knots: Vec<[f64; 2]> = bins
        .iter()
        .zip(&odds)
        .map(|(bin, odds)| [rounded(bin.value, reach), scale.points(*odds)])
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
    Some(knots)
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

/// Three digits of how far values reach, for people to read.
fn rounded(value: f64, reach: f64) -> f64 {
    let unit = libm::pow(10.0, libm::floor(libm::log10(reach)) - 2.0);
    // Units below 1 are divided by their inverse, which is exact in decimals.
    if unit < 1.0 {
        let inverse = libm::round(1.0 / unit);
        return libm::round(value * inverse) / inverse;
    }
    libm::round(value / unit) * unit
}
