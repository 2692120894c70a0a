//! Scorecards that regressions on outcomes make of columns, one for each way to go about it.

use super::learn::{Candidate, Curve, Part, Taught, Values};
use super::points::FULL;
use super::scorecard::Missing;
use crate::base::order::sort_by;
use crate::stats::penalised::{EXACT, ROUGH, Ridge};
use crate::stats::regression::{Design, Square, logistic, logistic_cdf};

/// Penalties among which cross-validation chooses, for values of standard deviation 1: from next to none to one that
/// leaves next to nothing.
const PENALTIES: [f64; 9] = [16384.0, 4096.0, 1024.0, 256.0, 64.0, 16.0, 4.0, 1.0, 0.25];

/// A way to make a scorecard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    pub(super) penalty: f64,
    /// Measures at most.
    pub(super) most: usize,
    /// What a value that is missing means.
    pub(super) missing: Missing,
}

/// Ways to make scorecards, those of one penalty side by side.
#[derive(Debug)]
pub(super) struct Choices(pub(super) Vec<Choice>);

impl Choices {
    /// Of so many measures, and of all.
    pub(super) fn new(most: usize, all: usize, gaps: bool) -> Self {
        let sizes = if most < all { vec![all, most] } else { vec![all] };
        let ways: &[Missing] =
            if gaps { &[Missing::LeaveOut, Missing::Neutral] } else { &[Missing::LeaveOut] };
        let mut choices = Vec::new();
        for penalty in PENALTIES {
            for most in &sizes {
                choices.extend(ways.iter().map(|way| Choice {
                    penalty,
                    most: *most,
                    missing: *way,
                }));
            }
        }
        Self(choices)
    }

    /// The place of the choice of this size whose losses over folds are least together, without those of one fold.
    pub(super) fn best(
        &self,
        most: usize,
        losses: &[Vec<f64>],
        without: Option<usize>,
    ) -> Option<usize> {
        let counted = |losses: &Vec<f64>| -> f64 {
            let of = losses.iter().enumerate().filter(|(fold, _)| Some(*fold) != without);
            of.map(|(_, loss)| loss).sum()
        };
        let of = self.0.iter().zip(losses).enumerate().filter(|(_, (c, _))| c.most == most);
        of.map(|(place, (_, losses))| (place, counted(losses)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(place, _)| place)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) non_negative: bool,
}

/// A measure of a model.
pub(super) struct Weighed<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) curve: Curve,
    pub(super) weight: f64,
}

/// A scorecard in the making, and the probability that goes with its total.
pub(super) struct Model<'a> {
    /// The heaviest first.
    pub(super) measures: Vec<Weighed<'a>>,
    pub(super) missing: Missing,
    pub(super) intercept: f64,
    /// 0 where totals tell nothing.
    pub(super) slope: f64,
    /// The probability where no measure has a value, or none tells anything.
    rate: f64,
}

impl<'a> Data<'a> {
    /// A model for each choice, those of one penalty side by side, from these rows alone.
    pub(super) fn models(
        self,
        rows: &[usize],
        stayed: &[bool],
        choices: &[Choice],
    ) -> Vec<Model<'a>> {
        let taught = Taught { rows, stayed, non_negative: self.non_negative };
        let mut parts: Vec<Part<'a>> =
            self.candidates.iter().filter_map(|candidate| taught.part(candidate)).collect();
        let columns: Vec<Vec<f64>> =
            parts.iter_mut().flat_map(|part| std::mem::take(&mut part.columns)).collect();
        let cell =
            |row: usize| columns.iter().map(move |c| c.get(row).copied().unwrap_or_default());
        let values: Vec<f64> = (0..rows.len()).flat_map(cell).collect();
        drop(columns);
        let mut trained = Trained { taught, ridge: ridge(values, stayed, &parts), parts };
        // To choose needs fewer digits than what was chosen.
        let enough = if choices.len() > 1 { ROUGH } else { EXACT };
        let mut models = Vec::with_capacity(choices.len());
        for choices in choices.chunk_by(|a, b| a.penalty == b.penalty) {
            let Some(penalty) = choices.first().map(|choice| choice.penalty) else { continue };
            trained.ridge.fit(penalty, enough);
            for choices in choices.chunk_by(|a, b| a.most == b.most) {
                let Some(most) = choices.first().map(|choice| choice.most) else { continue };
                let found = trained.weigh(penalty, most, enough);
                models.extend(choices.iter().map(|choice| trained.model(&found, choice.missing)));
            }
        }
        models
    }
}

fn ridge<'a>(values: Vec<f64>, stayed: &'a [bool], parts: &[Part<'_>]) -> Ridge<'a> {
    let free = parts.iter().flat_map(|part| std::iter::repeat_n(part.is_free, part.width()));
    Ridge::new(values, stayed, free.collect())
}

/// A regression on all candidates that vary.
struct Trained<'a, 'r> {
    taught: Taught<'r>,
    parts: Vec<Part<'a>>,
    ridge: Ridge<'r>,
}

/// Points and weights, and the log odds of staying by the regression they are from.
struct Found<'a> {
    measures: Vec<(&'a Candidate, Curve, f64)>,
    odds: Vec<f64>,
}

impl<'a> Trained<'a, '_> {
    /// The points and weights of no more measures than this.
    fn weigh(&self, penalty: f64, most: usize, enough: f64) -> Found<'a> {
        let mut kept: Vec<usize> = (0..self.parts.len()).collect();
        let slopes = self.ridge.coefficients().get(1..).unwrap_or_default();
        if kept.len() <= most {
            return self.found(&kept, slopes, self.ridge.odds());
        }
        kept = self.choose(penalty, most);
        let columns: Vec<usize> = kept.iter().flat_map(|place| self.columns(*place)).collect();
        let free = columns.iter().map(|c| self.ridge.free().get(*c) == Some(&true)).collect();
        let mut few = Ridge::new(self.ridge.select(&columns), self.taught.stayed, free);
        few.fit(penalty, enough);
        self.found(&kept, few.coefficients().get(1..).unwrap_or_default(), few.odds())
    }

    /// The slopes' places of a part.
    fn columns(&self, place: usize) -> std::ops::Range<usize> {
        let before: usize = self.parts.iter().take(place).map(Part::width).sum();
        before..before + self.parts.get(place).map_or(0, Part::width)
    }

    fn found(&self, kept: &[usize], mut slopes: &[f64], odds: &[f64]) -> Found<'a> {
        let mut measures = Vec::with_capacity(kept.len());
        for part in kept.iter().filter_map(|place| self.parts.get(*place)) {
            let (own, others) = slopes.split_at_checked(part.width()).unwrap_or_default();
            slopes = others;
            measures.extend(part.curve(own).map(|(curve, weight)| (part.candidate, curve, weight)));
        }
        Found { measures, odds: odds.to_vec() }
    }

    /// Drops, one after the other, what the penalised likelihood can spare most easily for the freedom that it has: as Wald
    /// tells it of the quadratic around the maximum (Lawless and Singhal 1978).
    fn choose(&self, penalty: f64, most: usize) -> Vec<usize> {
        let matrix = self.ridge.penalised(penalty);
        let coefficients = self.ridge.coefficients();
        // Last the products that have these coefficients as their solution.
        let mut swept = Square::new(matrix.size + 1);
        let last = matrix.size;
        for i in 0..matrix.size {
            for (j, value) in matrix.row(i).iter().enumerate() {
                swept.add(i, j, *value);
            }
            let product: f64 = matrix.row(i).iter().zip(coefficients).map(|(a, b)| a * b).sum();
            swept.add(i, last, product);
            swept.add(last, i, product);
        }
        (0..last).for_each(|pivot| swept.sweep(pivot));
        let mut kept: Vec<usize> = (0..self.parts.len()).collect();
        while kept.len() > most {
            let spared = |place: usize| {
                let columns: Vec<usize> = self.columns(place).map(|column| column + 1).collect();
                let is_free = self.parts.get(place).is_some_and(|part| part.is_free);
                spared(&swept, &columns, penalty, is_free)
            };
            let costs = kept.iter().map(|place| spared(*place)).enumerate();
            let Some((at, _)) = costs.min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
            let place = kept.remove(at);
            self.columns(place).for_each(|column| swept.sweep(column + 1));
        }
        kept
    }

    fn model(&self, found: &Found<'a>, missing: Missing) -> Model<'a> {
        let exact: Vec<f64> = found.measures.iter().map(|(.., weight)| *weight).collect();
        let weighed = found.measures.iter().zip(shares(&exact));
        let mut measures: Vec<Weighed<'a>> = weighed
            .map(|((candidate, curve, _), tenths)| Weighed {
                candidate,
                curve: curve.clone(),
                weight: f64::from(tenths) / 10.0,
            })
            .collect();
        sort_by(&mut measures, |a, b| b.weight.total_cmp(&a.weight));
        let left = self.taught.stayed.iter().filter(|stayed| !**stayed).count() as f64;
        let rate = left / self.taught.rows.len() as f64;
        let mut model = Model { measures, missing, intercept: 0.0, slope: 0.0, rate };
        let (mut totals, mut odds, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        let rows = self.taught.rows.iter().zip(self.taught.stayed).zip(&found.odds);
        for ((row, stayed), own) in rows {
            if let Some(total) = model.total(*row) {
                totals.push(total);
                odds.push(*own);
                kept.push(*stayed);
            }
        }
        // A point of the total is worth what it is in the regression, so that it is shrunk as that is; less where values
        // are missing and the total is not the regression's.
        let gaps = model.measures.iter().any(|m| m.candidate.has_gaps(self.taught.rows));
        let worth = if gaps { worth(&totals, &odds, &kept) } else { None };
        let slope = worth.unwrap_or_else(|| exact.iter().sum::<f64>() / FULL);
        if slope > 0.0 && !totals.is_empty() {
            let events = kept.iter().filter(|stayed| !**stayed).count() as f64;
            (model.intercept, model.slope) = (intercept(&totals, slope, events), slope);
        }
        model
    }
}

/// What dropping these columns costs the penalised likelihood, twice, less what so many free slopes cost by chance.
fn spared(swept: &Square, columns: &[usize], penalty: f64, is_free: bool) -> f64 {
    let last = swept.size - 1;
    let slopes: Vec<f64> = columns.iter().map(|column| swept.at(*column, last)).collect();
    if !is_free && slopes.iter().any(|slope| !(*slope > 0.0)) {
        return f64::NEG_INFINITY;
    }
    let mut own = Square::new(columns.len());
    let mut freedom = 0.0;
    for (i, row) in columns.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            own.add(i, j, -swept.at(*row, *column));
        }
        freedom += 1.0 + penalty * swept.at(*row, *row);
    }
    let Some((_, solved)) = own.invert(&slopes) else { return 0.0 };
    slopes.iter().zip(&solved).map(|(a, b)| a * b).sum::<f64>() - 2.0 * freedom
}

/// The slope of totals that stands to the one without a penalty as that of the log odds does to 1.
fn worth(totals: &[f64], odds: &[f64], stayed: &[bool]) -> Option<f64> {
    let weights = vec![1.0; totals.len()];
    let slope = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let spread = libm::sqrt(values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n);
        let scaled: Vec<f64> = values.iter().map(|v| (v - mean) / spread).collect();
        let design = Design { values: &scaled, width: 1, weights: &weights };
        let slope = *logistic(design, stayed)?.coefficients.get(1)? / spread;
        (slope > 0.0 && slope.is_finite()).then_some(slope)
    };
    Some(slope(totals)? / slope(odds)?)
}

/// The intercept under which as many are expected to leave as left.
fn intercept(totals: &[f64], slope: f64, events: f64) -> f64 {
    let n = totals.len() as f64;
    let mut intercept =
        slope * totals.iter().sum::<f64>() / n + libm::log(events / (n - events).max(0.5));
    for _ in 0..50 {
        let (mut expected, mut curvature) = (0.0, 0.0);
        for total in totals {
            let p = logistic_cdf(intercept - slope * total);
            expected += p;
            curvature += p * (1.0 - p);
        }
        let step = ((events - expected) / curvature.max(1e-9)).clamp(-1.0, 1.0);
        intercept += step;
        if step.abs() < 1e-12 {
            break;
        }
    }
    intercept
}

/// Weights as tenths of a hundredth part, for people to read: one at least, a thousand in all.
pub(super) fn shares(weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|weight| 1000.0 * weight / sum).collect();
    let mut found: Vec<u32> =
        exact.iter().map(|share| libm::floor(*share).max(1.0) as u32).collect();
    for _ in 0..found.len() {
        let left = 1000 - found.iter().map(|share| i64::from(*share)).sum::<i64>();
        let off =
            exact.iter().zip(&mut found).map(|(exact, found)| (exact - f64::from(*found), found));
        let next = match left.signum() {
            1 => off.max_by(|a, b| a.0.total_cmp(&b.0)),
            -1 => off.filter(|(_, share)| **share > 1).min_by(|a, b| a.0.total_cmp(&b.0)),
            _ => break,
        };
        if let Some((_, share)) = next {
            *share = share.saturating_add_signed(left.signum() as i32);
        }
    }
    found
}

impl Model<'_> {
    fn total(&self, row: usize) -> Option<f64> {
        // As the scorecard does: the mean of groups' means, over what is known.
        let mut groups: Vec<(usize, [f64; 3])> = Vec::new();
        for measure in &self.measures {
            let group = measure.candidate.group;
            let place =
                groups.iter().position(|(known, _)| *known == group).unwrap_or(groups.len());
            if place == groups.len() {
                groups.push((group, [0.0; 3]));
            }
            let Some((_, [sum, known, all])) = groups.get_mut(place) else { continue };
            *all += measure.weight;
            let neutral = (self.missing == Missing::Neutral).then_some(FULL / 2.0);
            if let Some(points) = measure.curve.of(measure.candidate, row).or(neutral) {
                *sum += measure.weight * points;
                *known += measure.weight;
            }
        }
        groups.sort_unstable_by_key(|(group, _)| *group);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (_, [points, known, all]) in
            groups.into_iter().filter(|(_, [_, known, _])| *known > 0.0)
        {
            sum += all * points / known;
            weights += all;
        }
        (weights > 0.0).then(|| sum / weights)
    }

    pub(super) fn probability(&self, row: usize) -> f64 {
        let total = self.total(row).filter(|_| self.slope > 0.0);
        total.map_or(self.rate, |total| logistic_cdf(self.intercept - self.slope * total))
    }
}

impl Candidate {
    /// Whether one of the rows has no value.
    pub(super) fn has_gaps(&self, rows: &[usize]) -> bool {
        rows.iter().any(|row| match &self.values {
            Values::Numbers(values) => values.get(*row).is_some_and(Option::is_none),
            Values::Categories(places, _) => places.get(*row).is_some_and(Option::is_none),
        })
    }
}
