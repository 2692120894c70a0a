//! Scorecards learned from outcomes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::learn::{Candidate, Values};
use super::model::{Choices, Data, Model};
use super::outcome::{outcomes, separates};
use super::points::invalid;
use super::scorecard::{Measure, MeasureGroup, Scorecard};
use crate::base::config::{self, record};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Better;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::forecast::{Auc, CalibrationBin, brier, calibration, calibration_error};
use crate::stats::regression::logistic_cdf;
use crate::stats::{Confidence, Random};

/// Bins of the calibration curve.
const BINS: usize = 10;

/// Learns a readable scorecard from what became of accounts.
///
/// Numbers count along a straight line, or along a curve that never turns where that forecasts better; each category
/// has a slope of its own (where there are very many, how often each stayed counts as a number, for each account from
/// the others). Points and weights are what a logistic regression on all of it finds with a ridge penalty, [where
/// asked](ScorecardFit::non_negative) without measures that run against what they say alone; the measures that it can
/// spare best are dropped until no more than [`most`](ScorecardFit::most) are left. The penalty, from next to none to
/// one that leaves next to nothing, and whether a missing value is left out or has 50 points are chosen by
/// cross-validation. All that is learned, lines, curves, weights, which measures, is learned again in each of its
/// parts, and the choice for a part is made by the others: the figures are of accounts that were not looked at.
/// Dropped one by one, measures cost time by more than their square.
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
    /// The penalty that was chosen, for values of standard deviation 1.
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
        let (known, events) = outcomes(table.require(&self.outcome)?, &self.outcome)?;
        let candidates = self.candidates(table)?;
        let folds = self.divide(&events)?;
        let gaps = candidates.iter().any(|candidate| candidate.has_gaps(&known));
        let choices = Choices::new(self.most.min(candidates.len()), candidates.len(), gaps);
        let data = Data { candidates: &candidates, non_negative: self.non_negative };

        let too_few = || Error::new(ErrorCode::TooFew, "nothing tells the outcomes apart");
        let mut held_out = vec![vec![0.0; known.len()]; choices.0.len()];
        for fold in 0..self.folds {
            let (mut taught, mut stayed) = (Vec::new(), Vec::new());
            for ((row, event), of) in known.iter().zip(&events).zip(&folds) {
                if *of != fold {
                    taught.push(*row);
                    stayed.push(!event);
                }
            }
            let models = data.models(&taught, &stayed, &choices.0);
            for (model, forecasts) in models.iter().zip(&mut held_out) {
                for ((slot, row), of) in forecasts.iter_mut().zip(&known).zip(&folds) {
                    if *of == fold {
                        *slot = model.probability(*row);
                    }
                }
            }
        }
        let losses: Vec<Vec<f64>> =
            held_out.iter().map(|p| log_losses(p, &events, &folds, self.folds)).collect();
        // What forecasts a fold is chosen by the others, so that no choice knows what it is judged by.
        let honest = |size: usize| -> Option<Vec<f64>> {
            let best = |fold| choices.best(size, &losses, Some(fold));
            let best = (0..self.folds).map(best).collect::<Option<Vec<usize>>>()?;
            let forecast =
                |(row, fold): (usize, &usize)| held_out.get(*best.get(*fold)?)?.get(row).copied();
            folds.iter().enumerate().map(forecast).collect()
        };
        let small = honest(self.most.min(candidates.len())).ok_or_else(too_few)?;
        let full = honest(candidates.len()).ok_or_else(too_few)?;
        let auc = |p: &[f64]| Auc::of(p, &events, self.confidence).ok_or_else(too_few);
        let curve = calibration(&small, &events, BINS, self.confidence);

        let chosen = choices.best(self.most.min(candidates.len()), &losses, None);
        let chosen = *chosen.and_then(|at| choices.0.get(at)).ok_or_else(too_few)?;
        let stayed: Vec<bool> = events.iter().map(|event| !event).collect();
        let model = data.models(&known, &stayed, &[chosen]).pop().ok_or_else(too_few)?;
        if !(model.slope > 0.0) {
            return Err(too_few());
        }
        let taken: Vec<&str> =
            model.measures.iter().map(|measure| measure.candidate.id.as_str()).collect();
        let left_out = self.measures.iter().filter(|name| !taken.contains(&name.as_str()));
        let leaks = candidates.iter().filter(|c| separates(&c.alone(&known, &stayed), &events));
        Ok(FittedScorecard {
            scorecard: self.card(&model)?,
            intercept: model.intercept,
            slope: model.slope,
            auc: auc(&small)?,
            full_auc: auc(&full)?,
            brier: brier(&small, &events).unwrap_or_default(),
            calibration_error: calibration_error(&curve).unwrap_or_default(),
            calibration: curve,
            penalty: chosen.penalty,
            left_out: left_out.cloned().collect(),
            leaks: leaks.map(|candidate| candidate.id.clone()).collect(),
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
    fn divide(&self, events: &[bool]) -> Result<Vec<usize>> {
        let mut random = Random::new(self.seed);
        let mut folds = vec![0; events.len()];
        for wanted in [false, true] {
            let mut places: Vec<(u64, usize)> = (events.iter().enumerate())
                .filter(|(_, event)| **event == wanted)
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
        for part in &model.measures {
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

/// The loss in each fold.
fn log_losses(forecasts: &[f64], events: &[bool], folds: &[usize], many: usize) -> Vec<f64> {
    let mut losses = vec![0.0; many];
    for ((p, event), fold) in forecasts.iter().zip(events).zip(folds) {
        if let Some(loss) = losses.get_mut(*fold) {
            *loss -= libm::log((if *event { *p } else { 1.0 - p }).max(f64::MIN_POSITIVE));
        }
    }
    losses
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

#[cfg(test)]
mod tests {
    use super::super::model::shares;
    use super::*;
    use crate::monitor::health::points::Points;
    use crate::monitor::health::scorecard::Missing;

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
    fn noise_teaches_next_to_nothing() {
        let fit = |n: usize, slopes: &[f64]| {
            let (columns, left) = made(n, slopes, -1.5);
            let names: Vec<String> = (0..slopes.len()).map(|i| format!("x{i}")).collect();
            let named = names.iter().cloned().zip(columns.into_iter().map(Column::numbers));
            let table = with_left(named.collect(), &left);
            (ScorecardFit::new("left", names).run(&table).unwrap(), left)
        };
        // Forecasts are hardly worse than the share of all.
        let (fitted, left) = fit(300, &[0.0; 20]);
        let rate = left.iter().filter(|left| **left).count() as f64 / left.len() as f64;
        assert!(fitted.brier < 1.06 * rate * (1.0 - rate), "{} {rate}", fitted.brier);
        // Five columns that matter are found among many more: all of the truth is worth 0.82.
        let mut slopes = vec![0.0; 60];
        slopes[..5].copy_from_slice(&[1.0, -0.8, 0.6, 0.5, -0.4]);
        let (fitted, _) = fit(1000, &slopes);
        assert!(fitted.auc.value > 0.76, "{}", fitted.auc.value);
        assert!(fitted.scorecard.measures().any(|(_, measure)| measure.id == "x0"));
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
