//! Scorecards learned from outcomes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::learn::{Candidate, Curve, Values, learn};
use super::outcome::{outcomes, separates};
use super::points::{FULL, invalid};
use super::scorecard::{Measure, MeasureGroup, Missing, Scorecard};
use crate::base::config::{self, record};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Better;
use crate::base::order::sort_by;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::forecast::{Auc, CalibrationBin, brier, calibration, calibration_error};
use crate::stats::penalised::penalised_logistic;
use crate::stats::regression::{Design, logistic, logistic_cdf};
use crate::stats::{Confidence, Random};

/// Penalties among which cross-validation chooses.
const PENALTIES: [f64; 4] = [0.3, 3.0, 30.0, 300.0];
/// The penalty of the line from total to probability where the totals leave no doubt.
const DOUBT: f64 = 0.01;
/// Bins of the calibration curve.
const BINS: usize = 10;

/// Learns a readable scorecard from what became of accounts.
///
/// Each column becomes points by how often accounts with such values stayed: numbers along a straight line, or a curve that
/// never turns where it forecasts better, categories one by one. Whether a missing value is left out or has 50 points is
/// chosen in the cross-validation. Weights come from a logistic regression on the points with a ridge penalty, [where
/// asked](ScorecardFit::non_negative) without negative ones; the measures that move totals least are dropped until no more
/// than [`most`](ScorecardFit::most) are left. All of it, dropping included, is repeated in each fold of the cross-validation, so its figures are of accounts that were
/// not looked at (the penalty and what missing means alone are chosen by the same folds). Dropped one by one, measures cost
/// time by more than their square: for 300 accounts 64 of them take about a second, 128 about 5.
///
/// ```
/// use heedful::health::ScorecardFit;
/// use heedful::{Column, Responses};
///
/// // Those who log in rarely leave more often; the colour of the logo says nothing.
/// let logins = (0..400).map(|i| f64::from(i % 20));
/// let left = (0..400).map(|i| Some(if (i * 7 % 11) > i % 20 { "yes" } else { "no" }));
/// let colour = (0..400).map(|i| Some(["red", "blue"][i / 3 % 2]));
/// let table = Responses::new()
///     .with("logins", Column::numbers(logins.collect::<Vec<f64>>()))?
///     .with("colour", Column::categories(colour))?
///     .with("left", Column::categories(left))?;
/// let fitted = ScorecardFit::new("left", ["logins", "colour"]).most(1).run(&table)?;
/// assert_eq!(fitted.scorecard.measures().next().unwrap().1.id, "logins");
/// assert!(fitted.auc.value > 0.7);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScorecardFit {
    /// The column of what became of the account: true, 1 or yes where it left.
    outcome: String,
    /// The columns to choose from.
    measures: Vec<String>,
    /// The direction that is better, for columns of numbers where it is known.
    #[serde(default)]
    better: BTreeMap<String, Better>,
    /// The group of a column; all are in one where none is said.
    #[serde(default)]
    groups: BTreeMap<String, String>,
    /// Measures that the scorecard has at most.
    #[serde(default = "six")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    most: usize,
    /// Parts of the cross-validation.
    #[serde(default = "five")]
    #[cfg_attr(feature = "schema", schemars(range(min = 2)))]
    folds: usize,
    /// Whether a measure that forecasts the other way round beside the others is left out; else its points are turned over,
    /// unless its direction is declared.
    #[serde(default)]
    non_negative: bool,
    /// Seed of the division into folds.
    #[serde(default)]
    seed: u64,
    /// Confidence of the intervals.
    #[serde(default)]
    confidence: Confidence,
}

record!(ScorecardFit { outcome, measures, better = Default::default(), groups = Default::default(), most = six(), folds = five(), seed = Default::default(), confidence = Default::default(), non_negative = Default::default() });

fn six() -> usize {
    6
}

fn five() -> usize {
    5
}

/// A scorecard learned from outcomes, and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct FittedScorecard {
    /// The scorecard, its measures from the heaviest down within each group.
    pub scorecard: Scorecard,
    /// The probability that an account leaves is `1 / (1 + exp(slope · total - intercept))`.
    pub intercept: f64,
    /// See `intercept`; above 0.
    pub slope: f64,
    /// Area under the ROC curve of the scorecard on held-out accounts.
    pub auc: Auc,
    /// The same with every measure that was offered.
    pub full_auc: Auc,
    /// Brier score on held-out accounts.
    pub brier: f64,
    /// Mean difference between probability and share over ten bins, on held-out accounts.
    pub calibration_error: f64,
    /// The calibration curve on held-out accounts.
    pub calibration: Vec<CalibrationBin>,
    /// The penalty that was chosen.
    pub penalty: f64,
    /// Columns that were not taken.
    pub left_out: Vec<String>,
    /// Columns, taken or not, that separate those who left from the others all but perfectly, by their values or by
    /// whether there is one: they may know the outcome, or stand for the account itself.
    pub leaks: Vec<String>,
}

impl FittedScorecard {
    /// The probability that an account with this total leaves.
    ///
    /// # Errors
    /// `invalid-argument` for a total that is not within 0 to 100.
    pub fn probability(&self, total: f64) -> Result<f64> {
        super::points::in_range(total)?;
        Ok(logistic_cdf(self.intercept - self.slope * total))
    }
}

impl ScorecardFit {
    /// Learns from the outcome in one column which of the others are worth how much.
    pub fn new<S: Into<String>>(
        outcome: impl Into<String>,
        measures: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            outcome: outcome.into(),
            measures: measures.into_iter().map(Into::into).collect(),
            better: BTreeMap::new(),
            groups: BTreeMap::new(),
            most: six(),
            folds: five(),
            non_negative: false,
            seed: 0,
            confidence: Confidence::default(),
        }
    }

    /// Says that more, or less, of a column of numbers is better; learned from the data where nothing is said.
    #[must_use]
    pub fn better(mut self, measure: impl Into<String>, better: Better) -> Self {
        self.better.insert(measure.into(), better);
        self
    }

    /// Puts a column into a group of the scorecard.
    #[must_use]
    pub fn group(mut self, measure: impl Into<String>, group: impl Into<String>) -> Self {
        self.groups.insert(measure.into(), group.into());
        self
    }

    /// The most measures that the scorecard may have; 6 where not set.
    #[must_use]
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Parts of the cross-validation; 5 where not set.
    #[must_use]
    pub fn folds(mut self, folds: usize) -> Self {
        self.folds = folds;
        self
    }

    /// Whether a measure that forecasts the other way round beside the others is left out. Where not set its points are
    /// turned over: more of it is worse then, although alone it is better, which may be hard to explain. A measure whose
    /// direction is [declared](Self::better) is never turned.
    #[must_use]
    pub fn non_negative(mut self, non_negative: bool) -> Self {
        self.non_negative = non_negative;
        self
    }

    /// Seed of the division into folds; 0 where not set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Reads `{"outcome": "left", "measures": ["logins", "plan"]}` with the names of the setters here.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The options as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Learns from every row whose outcome is known.
    ///
    /// # Errors
    /// `missing-column`; `column-type` for a column of times, or an outcome that is no yes or no; `invalid-argument` for
    /// folds below 2, no measure, or a direction that is better of a column of categories; `unknown-name` for a direction or
    /// a group of a column that is not offered; `too-few` for fewer than two accounts of either outcome a fold, or where
    /// nothing tells them apart.
    pub fn run(&self, table: &Responses) -> Result<FittedScorecard> {
        if self.folds < 2 {
            return Err(invalid("cross-validation needs 2 folds").at("folds"));
        }
        if self.measures.is_empty() || self.most == 0 {
            return Err(invalid("a scorecard needs a measure").at("measures"));
        }
        let (known, known_events) = outcomes(table.require(&self.outcome)?, &self.outcome)?;
        let mut events = vec![false; table.len()];
        for (row, event) in known.iter().zip(known_events) {
            if let Some(slot) = events.get_mut(*row) {
                *slot = event;
            }
        }
        let candidates = self.candidates(table)?;
        let folds = self.divide(&known, &events)?;
        let candidates = &candidates;
        let data = Data { candidates, events: &events, non_negative: self.non_negative };
        let mut trained: Vec<Trained<'_>> = (0..self.folds)
            .map(|fold| {
                let others = known.iter().zip(&folds).filter(|(_, of)| **of != fold);
                data.learn(others.map(|(row, _)| *row).collect())
            })
            .collect();
        let mut held_out = |penalty, most, missing| -> Vec<f64> {
            let mut probabilities = vec![0.0; known.len()];
            for (fold, trained) in trained.iter_mut().enumerate() {
                let model = trained.fit(penalty, most, missing);
                for ((slot, row), of) in probabilities.iter_mut().zip(&known).zip(&folds) {
                    if *of == fold {
                        *slot = model.probability(*row);
                    }
                }
            }
            probabilities
        };

        // The penalty, and what missing means, under which all measures together forecast best.
        let gaps = candidates.iter().any(|candidate| candidate.has_gaps(&known));
        let ways =
            if gaps { &[Missing::LeaveOut, Missing::Neutral][..] } else { &[Missing::LeaveOut] };
        let mut best: Option<(f64, f64, Missing, Vec<f64>)> = None;
        for penalty in PENALTIES {
            for missing in ways {
                let full = held_out(penalty, usize::MAX, *missing);
                let loss = log_loss(&full, &known, &events);
                if best.as_ref().is_none_or(|(least, ..)| loss < *least) {
                    best = Some((loss, penalty, *missing, full));
                }
            }
        }
        let too_few = || Error::new(ErrorCode::TooFew, "nothing tells the outcomes apart");
        let (_, penalty, missing, full) = best.ok_or_else(too_few)?;
        let small = held_out(penalty, self.most, missing);
        let outcomes: Vec<bool> =
            known.iter().map(|row| events.get(*row).copied().unwrap_or_default()).collect();
        let auc = |p: &[f64]| Auc::of(p, &outcomes, self.confidence).ok_or_else(too_few);
        let curve = calibration(&small, &outcomes, BINS, self.confidence);
        let mut whole = data.learn(known.clone());
        let leaks = whole.parts.iter().filter(|part| {
            let points: Vec<Option<f64>> =
                known.iter().map(|row| part.curve.of(part.candidate, *row)).collect();
            separates(&points, &outcomes)
        });
        let leaks = leaks.map(|part| part.candidate.id.clone()).collect();
        let model = whole.fit(penalty, self.most, missing);
        if !(model.slope > 0.0) {
            return Err(too_few());
        }
        let taken: Vec<&str> = model.parts.iter().map(|part| part.candidate.id.as_str()).collect();
        let left_out = self.measures.iter().filter(|name| !taken.contains(&name.as_str()));
        Ok(FittedScorecard {
            scorecard: self.card(&model)?,
            intercept: model.intercept,
            slope: model.slope,
            auc: auc(&small)?,
            full_auc: auc(&full)?,
            brier: brier(&small, &outcomes).unwrap_or_default(),
            calibration_error: calibration_error(&curve).unwrap_or_default(),
            calibration: curve,
            penalty,
            left_out: left_out.cloned().collect(),
            leaks,
        })
    }

    /// The columns to choose from, and the group of each by its place.
    fn candidates(&self, table: &Responses) -> Result<Vec<Candidate>> {
        for (path, names) in [
            ("better", Vec::from_iter(self.better.keys())),
            ("groups", Vec::from_iter(self.groups.keys())),
        ] {
            if let Some(name) = names.into_iter().find(|name| !self.measures.contains(name)) {
                let message = format!("`{name}` is none of the measures");
                return Err(Error::new(ErrorCode::UnknownName, message).at(path));
            }
        }
        let mut groups: Vec<Option<&String>> = Vec::new();
        let mut found = Vec::with_capacity(self.measures.len());
        for name in &self.measures {
            let of = self.groups.get(name);
            let group = groups.iter().position(|group| *group == of).unwrap_or(groups.len());
            if group == groups.len() {
                groups.push(of);
            }
            let better = self.better.get(name).copied();
            found.push(candidate(table.require(name)?, name, group, better)?);
        }
        Ok(found)
    }

    /// The fold of each known row: outcomes are spread evenly.
    fn divide(&self, known: &[usize], events: &[bool]) -> Result<Vec<usize>> {
        let mut random = Random::new(self.seed);
        let mut folds = vec![0; known.len()];
        for wanted in [false, true] {
            let mut places: Vec<(u64, usize)> = (known.iter().enumerate())
                .filter(|(_, row)| events.get(**row) == Some(&wanted))
                .map(|(place, _)| (random.word(), place))
                .collect();
            if places.len() < 2 * self.folds {
                let message = "each fold needs two accounts that left and two that stayed";
                return Err(Error::new(ErrorCode::TooFew, message).at(&self.outcome));
            }
            places.sort_unstable();
            for (turn, (_, place)) in places.into_iter().enumerate() {
                if let Some(fold) = folds.get_mut(place) {
                    *fold = turn % self.folds;
                }
            }
        }
        Ok(folds)
    }

    fn card(&self, model: &Model<'_>) -> Result<Scorecard> {
        let mut groups: Vec<MeasureGroup> = Vec::new();
        for part in &model.parts {
            let measure = Measure {
                weight: part.weight,
                better: part.curve.better,
                missing: model.missing,
                ..Measure::new(&part.candidate.id, part.curve.points.clone())
            };
            let id = self.groups.get(&part.candidate.id).map_or("all", String::as_str);
            match groups.iter_mut().find(|group| group.id == id) {
                Some(group) => {
                    group.weight += part.weight;
                    group.measures.push(measure);
                }
                None => groups.push(MeasureGroup::new(id, part.weight, vec![measure])),
            }
        }
        for group in &mut groups {
            group.weight = libm::round(10.0 * group.weight) / 10.0;
        }
        Scorecard::new("fitted", groups)
    }
}

/// Weights as tenths of a hundredth part, for people to read: one at least, a thousand in all.
fn shares(weights: &[f64]) -> Vec<u32> {
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

fn log_loss(probabilities: &[f64], known: &[usize], events: &[bool]) -> f64 {
    let loss = |(p, row): (&f64, &usize)| {
        let p = if events.get(*row) == Some(&true) { *p } else { 1.0 - p };
        -libm::log(p.max(f64::MIN_POSITIVE))
    };
    probabilities.iter().zip(known).map(loss).sum()
}

fn candidate(
    column: &Column,
    name: &str,
    group: usize,
    better: Option<Better>,
) -> Result<Candidate> {
    let at = |error: Error| error.at(name);
    let values = match column {
        Column::Number(..) => {
            let read = |row| column.float(row).map_err(at);
            let values = (0..column.len()).map(read).collect::<Result<Vec<_>>>()?;
            if let Some(row) = values.iter().position(|v| v.is_some_and(f64::is_infinite)) {
                return Err(at(invalid("an infinite number")).on_row(row as u64));
            }
            Values::Numbers(values)
        }
        Column::Category(_) | Column::Text(_) if better.is_some() => {
            let message = format!(
                "only numbers have a direction: the points of `{name}` are learned one by one"
            );
            return Err(invalid(message).at("better"));
        }
        Column::Category(_) | Column::Text(_) => {
            let mut names: BTreeMap<String, usize> = BTreeMap::new();
            let keys: Vec<Key> = (0..column.len()).map(|row| column.key(row)).collect();
            for key in keys.iter().filter(|key| **key != Key::Missing) {
                names.insert(key.to_string(), 0);
            }
            names.values_mut().enumerate().for_each(|(place, slot)| *slot = place);
            let place =
                |key: &Key| names.get(&key.to_string()).copied().filter(|_| *key != Key::Missing);
            Values::Categories(keys.iter().map(place).collect(), names.keys().cloned().collect())
        }
        _ => {
            let message = format!(
                "the column holds {}: give numbers or categories, such as days since a time",
                column.kind()
            );
            return Err(at(Error::new(ErrorCode::ColumnType, message)));
        }
    };
    Ok(Candidate { id: name.to_owned(), group, values, better })
}

#[derive(Clone, Copy)]
struct Data<'a> {
    candidates: &'a [Candidate],
    events: &'a [bool],
    non_negative: bool,
}

/// Curves learned from some of the rows, and the weights that were found last: the next search begins there.
struct Trained<'a> {
    rows: Vec<usize>,
    stayed: Vec<bool>,
    parts: Vec<Part<'a>>,
    intercept: f64,
    non_negative: bool,
}

/// A measure of a model.
#[derive(Clone)]
struct Part<'a> {
    candidate: &'a Candidate,
    curve: Curve,
    weight: f64,
    /// Its points as a share of 1 for the rows it was learned from; a value that is missing stands at the mean.
    column: Vec<f64>,
    /// Standard deviation of `column`.
    spread: f64,
}

struct Model<'a> {
    parts: Vec<Part<'a>>,
    /// What a value that is missing means.
    missing: Missing,
    intercept: f64,
    /// 0 where totals tell nothing.
    slope: f64,
    /// The probability where no measure has a value, or none tells anything.
    rate: f64,
}

impl Candidate {
    /// Whether one of the rows has no value.
    fn has_gaps(&self, rows: &[usize]) -> bool {
        rows.iter().any(|row| match &self.values {
            Values::Numbers(values) => values.get(*row).is_some_and(Option::is_none),
            Values::Categories(places, _) => places.get(*row).is_some_and(Option::is_none),
        })
    }
}

impl<'a> Data<'a> {
    /// The curves of candidates whose curve is not level.
    fn learn(self, rows: Vec<usize>) -> Trained<'a> {
        let left = |row: &usize| self.events.get(*row).copied().unwrap_or_default();
        let stayed = rows.iter().map(|row| !left(row)).collect();
        let part = |candidate: &'a Candidate| {
            let curve = learn(candidate, &rows, self.events)?;
            let points: Vec<Option<f64>> =
                rows.iter().map(|row| curve.of(candidate, *row)).collect();
            let known = points.iter().flatten().count().max(1) as f64;
            let mean = points.iter().flatten().sum::<f64>() / known;
            let column: Vec<f64> = points.iter().map(|p| p.unwrap_or(mean) / FULL).collect();
            let n = column.len() as f64;
            let mean = column.iter().sum::<f64>() / n;
            let spread =
                libm::sqrt(column.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n);
            Some(Part { candidate, curve, weight: 0.0, column, spread })
        };
        let parts = self.candidates.iter().filter_map(part).collect();
        Trained { rows, stayed, parts, intercept: 0.0, non_negative: self.non_negative }
    }
}

impl<'a> Trained<'a> {
    fn fit(&mut self, penalty: f64, most: usize, missing: Missing) -> Model<'a> {
        let mut parts = std::mem::take(&mut self.parts);
        let mut intercept = self.intercept;
        self.weigh(&mut parts, &mut intercept, penalty);
        (self.parts, self.intercept) = (parts.clone(), intercept);
        loop {
            // Without what has no weight the best weights of the others are the same.
            parts.retain(|part| part.weight > 0.0);
            if parts.len() <= most {
                break;
            }
            // What moves totals least goes.
            let moves = parts.iter().map(|part| part.weight * part.spread).enumerate();
            let Some((place, _)) = moves.min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
            parts.remove(place);
            self.weigh(&mut parts, &mut intercept, penalty);
        }
        let weights: Vec<f64> = parts.iter().map(|part| part.weight).collect();
        for (part, tenths) in parts.iter_mut().zip(shares(&weights)) {
            part.weight = f64::from(tenths) / 10.0;
        }
        sort_by(&mut parts, |a, b| b.weight.total_cmp(&a.weight));
        let left = self.stayed.iter().filter(|stayed| !**stayed).count() as f64;
        let rate = left / self.rows.len() as f64;
        let mut model = Model { parts, missing, intercept: 0.0, slope: 0.0, rate };
        let (mut totals, mut kept) = (Vec::new(), Vec::new());
        for (row, stayed) in self.rows.iter().zip(&self.stayed) {
            if let Some(total) = model.total(*row) {
                totals.push(total);
                kept.push(*stayed);
            }
        }
        let weights = vec![1.0; totals.len()];
        let line = logistic(Design { values: &totals, width: 1, weights: &weights }, &kept);
        let coefficients = line.map(|line| line.coefficients).unwrap_or_else(|| {
            // Where totals leave no doubt no line is likeliest; with a small penalty one is.
            let shares: Vec<f64> = totals.iter().map(|total| total / FULL).collect();
            let design = Design { values: &shares, width: 1, weights: &weights };
            let mut found = penalised_logistic(design, &kept, DOUBT, &[false], &[]);
            found.iter_mut().skip(1).for_each(|slope| *slope /= FULL);
            found
        });
        if let [intercept, slope] = coefficients.as_slice()
            && *slope > 0.0
        {
            (model.intercept, model.slope) = (-intercept, *slope);
        }
        model
    }

    /// Sets the weights of the parts, from where they and the intercept stand.
    fn weigh(&self, parts: &mut [Part<'_>], intercept: &mut f64, penalty: f64) {
        let cell = |row: usize| {
            parts.iter().map(move |part| part.column.get(row).copied().unwrap_or_default())
        };
        let values: Vec<f64> = (0..self.rows.len()).flat_map(cell).collect();
        let weights = vec![1.0; self.rows.len()];
        let design = Design { values: &values, width: parts.len(), weights: &weights };
        let is_free = |part: &Part<'_>| !self.non_negative && part.candidate.better.is_none();
        let free: Vec<bool> = parts.iter().map(is_free).collect();
        let start: Vec<f64> =
            std::iter::once(*intercept).chain(parts.iter().map(|part| part.weight)).collect();
        let coefficients = penalised_logistic(design, &self.stayed, penalty, &free, &start);
        let Some((first, slopes)) = coefficients.split_first() else { return };
        *intercept = *first;
        for (part, slope) in parts.iter_mut().zip(slopes) {
            part.weight = *slope;
            if *slope < 0.0 {
                // The same model, with the points turned over.
                *intercept += slope;
                part.weight = -slope;
                part.curve.turn();
                part.column.iter_mut().for_each(|points| *points = 1.0 - *points);
            }
        }
    }
}

impl Model<'_> {
    fn total(&self, row: usize) -> Option<f64> {
        // As the scorecard does: the mean of groups' means, over what is known.
        let mut groups: BTreeMap<usize, [f64; 3]> = BTreeMap::new();
        for part in &self.parts {
            let [sum, known, all] = groups.entry(part.candidate.group).or_default();
            *all += part.weight;
            let neutral = (self.missing == Missing::Neutral).then_some(FULL / 2.0);
            if let Some(points) = part.curve.of(part.candidate, row).or(neutral) {
                *sum += part.weight * points;
                *known += part.weight;
            }
        }
        let (mut sum, mut weights) = (0.0, 0.0);
        for [points, known, all] in groups.into_values().filter(|[_, known, _]| *known > 0.0) {
            sum += all * points / known;
            weights += all;
        }
        (weights > 0.0).then(|| sum / weights)
    }

    fn probability(&self, row: usize) -> f64 {
        let total = self.total(row).filter(|_| self.slope > 0.0);
        total.map_or(self.rate, |total| logistic_cdf(self.intercept - self.slope * total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::health::points::Points;

    /// `more` and `less` rise together; who leaves has little of the one for how much they have of the other, so that
    /// `less` alone is good and beside `more` is bad.
    fn table() -> Responses {
        let mut random = Random::new(7);
        let (mut more, mut less, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..1500 {
            let common = random.normal();
            let (a, b) = (common + 0.5 * random.normal(), common + 0.5 * random.normal());
            more.push(a);
            less.push(b);
            left.push(random.uniform() < logistic_cdf(-1.0 - 3.0 * a + 2.0 * b));
        }
        let left = Column::numbers(left.into_iter().map(u8::from).collect::<Vec<_>>());
        Responses::new()
            .with("more", Column::numbers(more))
            .and_then(|t| t.with("less", Column::numbers(less)))
            .and_then(|t| t.with("left", left))
            .unwrap()
    }

    fn directions(fitted: &FittedScorecard) -> Vec<(&str, Better)> {
        fitted.scorecard.measures().map(|(_, m)| (m.id.as_str(), m.better)).collect()
    }

    fn weights(fitted: &FittedScorecard) -> Vec<f64> {
        fitted.scorecard.measures().map(|(_, measure)| measure.weight).collect()
    }

    /// Columns of normal numbers, and who left by a logistic model of them.
    fn made(n: usize, slopes: &[f64], level: f64) -> (Vec<Vec<f64>>, Vec<bool>) {
        let mut random = Random::new(11);
        let columns: Vec<Vec<f64>> =
            slopes.iter().map(|_| (0..n).map(|_| random.normal()).collect()).collect();
        let odds = |row: usize| {
            level + slopes.iter().zip(&columns).map(|(slope, c)| slope * c[row]).sum::<f64>()
        };
        let left = (0..n).map(|row| random.uniform() < logistic_cdf(odds(row))).collect();
        (columns, left)
    }

    fn with_left(columns: Vec<(String, Column)>, left: &[bool]) -> Responses {
        let left = Column::numbers(left.iter().map(|left| u8::from(*left)).collect::<Vec<_>>());
        let all = columns.into_iter().chain([("left".to_owned(), left)]);
        all.fold(Responses::new(), |table, (name, column)| table.with(name, column).unwrap())
    }

    #[test]
    fn what_is_straight_stays_straight_and_weights_are_a_hundred() {
        let slopes = [1.0, -0.8, 0.5, 0.3];
        let (columns, left) = made(3000, &slopes, -1.5);
        // What the true model reaches on these accounts, which no other beats by more than chance.
        let odds: Vec<f64> = (0..left.len())
            .map(|row| slopes.iter().zip(&columns).map(|(slope, c)| slope * c[row]).sum())
            .collect();
        let truth = Auc::of(&odds, &left, Confidence::default()).unwrap().value;
        let named = columns.into_iter().enumerate();
        let named: Vec<_> = named.map(|(i, c)| (format!("x{i}"), Column::numbers(c))).collect();
        let fitted = ScorecardFit::new("left", ["x0", "x1", "x2", "x3"])
            .run(&with_left(named, &left))
            .unwrap();
        assert!(fitted.auc.value > truth - 0.003, "{} {truth}", fitted.auc.value);
        for (_, measure) in fitted.scorecard.measures() {
            let Points::Linear(knots) = &measure.points else { panic!("{measure:?}") };
            assert_eq!(knots.len(), 2, "{measure:?}");
        }
        assert!((weights(&fitted).iter().sum::<f64>() - 100.0).abs() < 1e-9);
        // Shares 2 : 1, 3 to the ratio of slopes; points go over the same range of values.
        let first = weights(&fitted)[0];
        assert!((first / weights(&fitted)[2] - 2.0).abs() < 0.35, "{:?}", weights(&fitted));
        assert_eq!(shares(&[1.0, 1.0, 1.0]).iter().sum::<u32>(), 1000);
        let mut tiny = vec![1e-9; 20];
        tiny.push(1.0);
        let tiny = shares(&tiny);
        assert_eq!((tiny.iter().sum::<u32>(), tiny[0], tiny[20]), (1000, 1, 980));
    }

    #[test]
    fn a_leak_is_named_and_names_of_accounts_teach_nothing() {
        let (columns, left) = made(400, &[1.5], -1.0);
        let ids = (0..left.len()).map(|row| Some(format!("c{row}")));
        let knows = left.iter().map(|left| if *left { 1.0 } else { 0.0 }).collect::<Vec<_>>();
        let farewell: Vec<Option<f64>> =
            left.iter().enumerate().map(|(i, left)| left.then_some((i % 9) as f64)).collect();
        let table = with_left(
            vec![
                ("x".to_owned(), Column::numbers(columns[0].clone())),
                ("id".to_owned(), Column::texts(ids)),
                ("knows".to_owned(), Column::numbers(knows)),
                ("farewell".to_owned(), Column::optional_numbers(&farewell)),
            ],
            &left,
        );
        let honest = ScorecardFit::new("left", ["x", "id"]).run(&table).unwrap();
        assert_eq!((honest.left_out.as_slice(), honest.leaks.len()), (&["id".to_owned()][..], 0));
        let leaky = ScorecardFit::new("left", ["x", "knows", "farewell"]).run(&table).unwrap();
        assert_eq!(leaky.leaks, ["knows", "farewell"]);
        assert!(leaky.auc.value > 0.999 && leaky.slope > 0.0);
    }

    #[test]
    fn missing_values_are_left_out_or_neutral_as_forecasts_better() {
        let (columns, left) = made(3000, &[1.0, -0.8, 0.5], -1.5);
        let mut random = Random::new(3);
        let mut holes = |column: &Vec<f64>| {
            let hole = |v: &f64| (random.uniform() > 0.4).then_some(*v);
            Column::optional_numbers(&column.iter().map(hole).collect::<Vec<_>>())
        };
        let named = columns.iter().enumerate();
        let table = with_left(named.map(|(i, c)| (format!("x{i}"), holes(c))).collect(), &left);
        let fitted = ScorecardFit::new("left", ["x0", "x1", "x2"]).run(&table).unwrap();
        // A value that is not there says nothing here: the mean of the others would say too much.
        assert!(fitted.scorecard.measures().all(|(_, m)| m.missing == Missing::Neutral));
    }

    #[test]
    fn a_direction_or_group_of_something_else_is_refused() {
        let table = table();
        let fit = || ScorecardFit::new("left", ["more"]);
        for (fit, code, path) in [
            (fit().better("les", Better::Higher), "unknown-name", "better"),
            (fit().group("less", "use"), "unknown-name", "groups"),
        ] {
            let error = fit.run(&table).unwrap_err();
            assert_eq!((error.code().as_str(), error.path()), (code, path));
        }
        let plan = Column::categories((0..table.len()).map(|i| Some(["a", "b"][i % 2])));
        let table = table.with("plan", plan).unwrap();
        let fit = ScorecardFit::new("left", ["plan"]).better("plan", Better::Lower);
        let error = fit.run(&table).unwrap_err();
        assert_eq!((error.code().as_str(), error.path()), ("invalid-argument", "better"));
    }

    #[test]
    fn measures_count_the_other_way_round_unless_asked_or_a_direction_is_declared() {
        let table = table();
        let fit = ScorecardFit::new("left", ["more", "less"]);
        let asked = fit.clone().non_negative(true).run(&table).unwrap();
        assert_eq!(directions(&asked), [("more", Better::Higher)]);
        let free = fit.run(&table).unwrap();
        assert_eq!(directions(&free), [("more", Better::Higher), ("less", Better::Lower)]);
        assert!(free.auc.value > asked.auc.value + 0.02, "{free:?} {asked:?}");
        for (_, measure) in free.scorecard.measures() {
            let Points::Linear(knots) = &measure.points else { panic!("{measure:?}") };
            let rises = measure.better == Better::Higher;
            assert!(measure.weight > 0.0);
            assert!(
                knots
                    .windows(2)
                    .all(|two| two[0][1] == two[1][1] || (two[0][1] < two[1][1]) == rises)
            );
        }
        let declared = fit.better("less", Better::Higher).run(&table).unwrap();
        assert_eq!(directions(&declared), [("more", Better::Higher)]);
    }
}
