//! Whether health told who would leave.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assess::Health;
use super::outcome::{outcomes, separates};
use super::points::{FULL, invalid};
use super::report::{HealthState, LineStatus};
use super::scorecard::{HealthBand, Scorecard};
use crate::base::config::{self, record};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::order::sort_by;
use crate::base::table::Table;
use crate::interpret::columns::intervals;
use crate::listen::responses::Responses;
use crate::stats::forecast::{
    Auc, CalibrationBin, brier, calibration, calibration_error, equal_parts, stability_index,
};
use crate::stats::regression::{Design, logistic, logistic_cdf};
use crate::stats::{Confidence, Interval, ProportionSample};

const DECILES: usize = 10;

/// Checks a scorecard against what became of accounts.
///
/// The table has what was known at a time, and the outcome later. With a column of times, rows of one time are one look:
/// an account may be in many, each look knows the ones before it (bands with hysteresis, alarms that look back) and none
/// after, and the probability that goes with a total is learned from the earlier half of the looks and judged on the later
/// ones. Without, each half of the accounts (by place in the table, in turns) judges the other.
///
/// ```
/// use heedful::health::{HealthBacktest, Measure, MeasureGroup, Points, Scorecard};
/// use heedful::{Column, Responses};
///
/// let logins: Vec<f64> = (0..200).map(|i| f64::from(i % 20)).collect();
/// let left: Vec<u8> = (0..200).map(|i| u8::from((i * 7 % 11) > i % 20)).collect();
/// let table = Responses::new()
///     .with("account", Column::numbers((0..200).collect::<Vec<i64>>()))?
///     .with("logins", Column::numbers(logins))?
///     .with("left", Column::numbers(left))?;
/// let points = Points::Linear(vec![[0.0, 0.0], [19.0, 100.0]]);
/// let card = Scorecard::new("use", vec![MeasureGroup::new("use", 1.0, vec![Measure::new("logins", points)])])?;
/// let report = HealthBacktest::new(card, "account", "left").run(&table, 0)?;
/// assert!(report.auc.value > 0.7);
/// assert!(report.bands[0].lift.unwrap() > 1.0); // red accounts leave more often than all do
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HealthBacktest {
    /// The column of the account's id.
    account: String,
    /// What is checked.
    scorecard: Scorecard,
    /// The column of what became of the account: true, 1 or yes where it left.
    outcome: String,
    /// The column of the time of the look.
    #[serde(default)]
    at: Option<String>,
    /// Confidence of the intervals.
    #[serde(default)]
    confidence: Confidence,
}

/// Accounts of a band or a decile, and how many left.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthGroup {
    /// The band, or the decile from `1`, the least healthy.
    pub name: String,
    /// The lowest and the highest total.
    pub totals: Option<(f64, f64)>,
    /// Accounts.
    pub n: u64,
    /// Those that left.
    pub events: u64,
    /// The share that left; `None` without accounts.
    pub rate: Option<f64>,
    /// Its Wilson interval.
    pub interval: Option<Interval>,
    /// The share against that of all accounts: 2 is twice as many.
    pub lift: Option<f64>,
}

/// What one measure is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct MeasureCheck {
    /// The measure.
    pub id: String,
    /// Accounts for which it has a value.
    pub n: u64,
    /// The area under the curve by its points alone; `None` where there are too few.
    pub auc: Option<Auc>,
    /// The share that left of the tenth (or, where points are equal, more) with the fewest points, against that of all
    /// accounts for which there are points: 2 is twice as many. `None` where nobody left.
    pub lift: Option<f64>,
    /// What the total's area loses without it; `None` for the only measure. Below 0 it does harm.
    pub cost_of_dropping: Option<f64>,
    /// Stability of its points from the earlier to the later half of the looks; `None` for one look.
    pub stability: Option<f64>,
    /// Its points, or that there is a value at all, separate those who left from the others all but perfectly, whichever
    /// way round: it may know the outcome.
    pub leaks: bool,
}

/// How well health told who would leave.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthBacktestReport {
    /// Rows with a total and a known outcome.
    pub n: u64,
    /// Those that left.
    pub events: u64,
    /// Area under the ROC curve of the total: the probability that one who left had the lower total. Looks at one
    /// account count as separate cases.
    pub auc: Auc,
    /// Brier score of the probability that goes with the total, on rows it was not learned from.
    pub brier: Option<f64>,
    /// That of always forecasting the share of the rows it was learned from.
    pub brier_of_base_rate: Option<f64>,
    /// Mean difference between probability and share over ten bins.
    pub calibration_error: Option<f64>,
    /// The calibration curve.
    pub calibration: Vec<CalibrationBin>,
    /// The bands, from the lowest.
    pub bands: Vec<HealthGroup>,
    /// Tenths of the accounts by total, from the least healthy; fewer where totals are equal.
    pub deciles: Vec<HealthGroup>,
    /// The measures, in the order of the scorecard.
    pub measures: Vec<MeasureCheck>,
    /// Population stability index of totals from the earlier to the later half of the looks; `None` for one look.
    pub stability: Option<f64>,
    /// Rows without an outcome, and without a total.
    pub left_out: [u64; 2],
}

/// A row that counts.
struct Case {
    look: usize,
    total: f64,
    /// Its place.
    band: Option<usize>,
    event: bool,
    /// Points of the measures, in the order of the scorecard.
    points: Vec<Option<f64>>,
    /// Whether there are values.
    known: Vec<bool>,
}

/// The totals that a row with an outcome would have without each measure.
struct Without {
    totals: Vec<Option<f64>>,
    event: bool,
}

record!(HealthBacktest { account, scorecard, outcome, at = Default::default(), confidence = Default::default() });

impl HealthBacktest {
    /// Checks a scorecard; the columns of the account's id and of the outcome.
    pub fn new(
        scorecard: Scorecard,
        account: impl Into<String>,
        outcome: impl Into<String>,
    ) -> Self {
        Self {
            account: account.into(),
            scorecard,
            outcome: outcome.into(),
            at: None,
            confidence: Confidence::default(),
        }
    }

    /// The column of the time of each look.
    #[must_use]
    pub fn at(mut self, column: impl Into<String>) -> Self {
        self.at = Some(column.into());
        self
    }

    /// Confidence of the intervals.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Reads `{"account": "id", "scorecard": {..}, "outcome": "left"}` with the names of the setters here.
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

    /// Runs over the table; `now`, in milliseconds since 1970, is the time of the look where there is no column of times.
    ///
    /// # Errors
    /// Those of [`Health::run`]; `column-type` for an outcome that is no yes or no; `invalid-argument` for a row without a
    /// time; `too-few` for fewer than two accounts with either outcome.
    pub fn run(&self, table: &Responses, now: i64) -> Result<HealthBacktestReport> {
        let looks = self.looks(table, now)?;
        let (cases, all) = self.cases(table, &looks)?;
        let left_out = [(table.len() - all.len()) as u64, (all.len() - cases.len()) as u64];
        let events: Vec<bool> = cases.iter().map(|case| case.event).collect();
        let risk: Vec<f64> = cases.iter().map(|case| -case.total).collect();
        let auc = Auc::of(&risk, &events, self.confidence).ok_or_else(|| {
            let message = "a back-test needs two accounts that left and two that stayed";
            Error::new(ErrorCode::TooFew, message).at(&self.outcome)
        })?;
        let share = auc.events as f64 / auc.n as f64;
        let judged = judge(&cases, looks.len());
        let (probabilities, base_rates, outcomes) = &judged;
        let curve = calibration(probabilities, outcomes, DECILES, self.confidence);
        Ok(HealthBacktestReport {
            n: auc.n,
            events: auc.events,
            auc,
            brier: brier(probabilities, outcomes),
            brier_of_base_rate: brier(base_rates, outcomes),
            calibration_error: calibration_error(&curve),
            calibration: curve,
            bands: self.bands(&cases, share),
            deciles: self.deciles(&cases, share),
            measures: self.measures(looks.len(), &cases, &all, auc.value),
            stability: halves(&cases, looks.len(), |case| Some(case.total)),
            left_out,
        })
    }

    /// The times of looks and their rows, in the order of time.
    fn looks(&self, table: &Responses, now: i64) -> Result<Vec<(i64, Vec<usize>)>> {
        let Some(at) = &self.at else { return Ok(vec![(now, (0..table.len()).collect())]) };
        let times = table.require(at)?.times(at)?;
        let mut looks: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for row in 0..table.len() {
            let Some(millis) = super::reading::millis(times, row) else {
                return Err(invalid("a row without a time").at(at).on_row(row as u64));
            };
            looks.entry(millis as i64).or_default().push(row);
        }
        Ok(looks.into_iter().collect())
    }

    /// The rows that count, look by look; and of all rows with an outcome the totals without each measure, and what
    /// became of the account.
    fn cases(
        &self,
        table: &Responses,
        looks: &[(i64, Vec<usize>)],
    ) -> Result<(Vec<Case>, Vec<Without>)> {
        let health = Health::new(self.scorecard.clone(), &self.account);
        let mut cases = Vec::with_capacity(table.len());
        let mut all = Vec::with_capacity(table.len());
        let mut past = HealthState::default();
        for (place, (now, rows)) in looks.iter().enumerate() {
            // Rows of the only look are those of the table.
            let gathered = (looks.len() > 1).then(|| table.gather(rows));
            let part = gathered.as_ref().unwrap_or(table);
            let located = |error: Error| match error.row().and_then(|row| rows.get(row as usize)) {
                Some(row) => error.on_row(*row as u64),
                None => error,
            };
            let (ids, stages, cards) = health.prepare(part, *now, Some(&past)).map_err(located)?;
            let (known, events) =
                outcomes(part.require(&self.outcome)?, &self.outcome).map_err(located)?;
            let mut known = known.into_iter().zip(events).peekable();
            let mut seen = Vec::new();
            for (row, (id, stage)) in ids.into_iter().zip(&stages).enumerate() {
                let event = known.next_if(|(known, _)| *known == row).map(|(_, event)| event);
                let Some(card) = stage.and_then(|stage| cards.get(stage)) else { continue };
                let mut look = card.look(row, past.accounts.get(&id)).map_err(located)?;
                let band = look.band.and_then(|place| card.band(place));
                if looks.len() > 1 {
                    seen.push((id, card.note(band, row).map_err(located)?));
                }
                let Some(event) = event else { continue };
                if let Some(total) = look.total {
                    cases.push(Case {
                        look: place,
                        total,
                        band: look.band,
                        event,
                        points: look.lines.iter().map(|line| line.points).collect(),
                        known: (look.lines.iter())
                            .map(|line| line.status != LineStatus::Missing)
                            .collect(),
                    });
                }
                let measures = 0..look.lines.len();
                let totals = measures.map(|place| card.without(&mut look, place)).collect();
                all.push(Without { totals, event });
            }
            past.accounts.extend(seen);
        }
        Ok((cases, all))
    }

    fn group(&self, name: String, cases: &[&Case], share: f64) -> HealthGroup {
        let n = cases.len() as f64;
        let events = cases.iter().filter(|case| case.event).count();
        let sample = ProportionSample::new(events as f64, n);
        let rate = sample.map(|sample| sample.value());
        let totals = || cases.iter().map(|case| case.total);
        HealthGroup {
            name,
            totals: totals().reduce(f64::min).zip(totals().reduce(f64::max)),
            n: cases.len() as u64,
            events: events as u64,
            rate,
            interval: sample.map(|sample| sample.score(self.confidence)),
            lift: rate.map(|rate| rate / share),
        }
    }

    fn bands(&self, cases: &[Case], share: f64) -> Vec<HealthGroup> {
        let group = |(place, band): (usize, &HealthBand)| {
            let of: Vec<&Case> = cases.iter().filter(|case| case.band == Some(place)).collect();
            self.group(band.name.clone(), &of, share)
        };
        self.scorecard.bands.iter().enumerate().map(group).collect()
    }

    fn deciles(&self, cases: &[Case], share: f64) -> Vec<HealthGroup> {
        let mut sorted: Vec<&Case> = cases.iter().collect();
        sort_by(&mut sorted, |a, b| a.total.total_cmp(&b.total));
        let parts = equal_parts(&sorted, DECILES, |a, b| a.total == b.total);
        let group =
            |(place, part): (usize, &&[&Case])| self.group((place + 1).to_string(), part, share);
        parts.iter().enumerate().map(group).collect()
    }

    fn measures(
        &self,
        looks: usize,
        cases: &[Case],
        all: &[Without],
        auc: f64,
    ) -> Vec<MeasureCheck> {
        let mut checks = Vec::new();
        let all_events: Vec<bool> = cases.iter().map(|case| case.event).collect();
        for (place, (_, measure)) in self.scorecard.measures().enumerate() {
            let points = |case: &Case| case.points.get(place).copied().flatten();
            let (risk, events): (Vec<f64>, Vec<bool>) =
                cases.iter().filter_map(|case| Some((FULL - points(case)?, case.event))).unzip();
            let own = Auc::of(&risk, &events, self.confidence);
            let known = |case: &Case| points(case).filter(|_| case.known.get(place) == Some(&true));
            let values: Vec<Option<f64>> = cases.iter().map(known).collect();
            // The area by the total of the other measures.
            let total = |row: &Without| row.totals.get(place).copied().flatten();
            let (rest, rest_events): (Vec<f64>, Vec<bool>) =
                all.iter().filter_map(|row| Some((-total(row)?, row.event))).unzip();
            let rest = Auc::of(&rest, &rest_events, self.confidence);
            checks.push(MeasureCheck {
                id: measure.id.clone(),
                n: risk.len() as u64,
                lift: first_lift(&risk, &events),
                cost_of_dropping: rest.map(|rest| auc - rest.value),
                stability: halves(cases, looks, points),
                leaks: separates(&values, &all_events),
                auc: own,
            });
        }
        checks
    }
}

/// The share of events of the tenth with the highest risk against that of all.
fn first_lift(risk: &[f64], events: &[bool]) -> Option<f64> {
    let mut cases: Vec<(f64, bool)> = risk.iter().copied().zip(events.iter().copied()).collect();
    sort_by(&mut cases, |a, b| b.0.total_cmp(&a.0));
    let share = |cases: &[(f64, bool)]| {
        cases.iter().filter(|(_, event)| *event).count() as f64 / cases.len() as f64
    };
    let parts = equal_parts(&cases, DECILES, |a, b| a.0 == b.0);
    let (first, all) = (share(parts.first()?), share(&cases));
    (all > 0.0).then(|| first / all)
}

/// Stability of a value from the earlier half of the looks to the later.
fn halves(cases: &[Case], looks: usize, value: impl Fn(&Case) -> Option<f64>) -> Option<f64> {
    let part = |later: bool| -> Vec<f64> {
        cases.iter().filter(|case| (case.look >= looks / 2) == later).filter_map(&value).collect()
    };
    if looks < 2 { None } else { stability_index(&part(false), &part(true), DECILES) }
}

/// Probabilities, base rates and outcomes of the cases that they were not learned from: the later half of the looks; for
/// one look every case, by the other half of them.
fn judge(cases: &[Case], looks: usize) -> (Vec<f64>, Vec<f64>, Vec<bool>) {
    let half =
        |place: usize, case: &Case| if looks < 2 { place % 2 == 1 } else { case.look >= looks / 2 };
    let (mut probabilities, mut rates, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for judged in [true, false] {
        if looks >= 2 && !judged {
            continue;
        }
        let side = |wanted: bool| {
            cases
                .iter()
                .enumerate()
                .filter(move |(place, case)| half(*place, case) == wanted)
                .map(|(_, case)| case)
        };
        let totals: Vec<f64> = side(!judged).map(|case| case.total).collect();
        let events: Vec<bool> = side(!judged).map(|case| case.event).collect();
        let weights = vec![1.0; totals.len()];
        let line = logistic(Design { values: &totals, width: 1, weights: &weights }, &events);
        let Some([intercept, slope]) =
            line.as_ref().map(|fit| fit.coefficients.as_slice()).and_then(|c| c.first_chunk())
        else {
            continue;
        };
        let rate = events.iter().filter(|event| **event).count() as f64 / events.len() as f64;
        for case in side(judged) {
            probabilities.push(logistic_cdf(intercept + slope * case.total));
            rates.push(rate);
            outcomes.push(case.event);
        }
    }
    (probabilities, rates, outcomes)
}

impl HealthBacktestReport {
    /// One row for each band, then for each decile: `kind` (`band`, `decile`), `name`, `from` and `to` (totals), `n`,
    /// `events`, `rate`, `lower`, `upper`, `lift`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || {
            let bands = self.bands.iter().map(|group| ("band", group));
            bands.chain(self.deciles.iter().map(|group| ("decile", group)))
        };
        table.texts("kind", rows().map(|(kind, _)| Some(kind.to_owned())));
        table.texts("name", rows().map(|(_, group)| Some(group.name.clone())));
        table.floats("from", rows().map(|(_, group)| group.totals.map(|(from, _)| from)));
        table.floats("to", rows().map(|(_, group)| group.totals.map(|(_, to)| to)));
        table.ints("n", rows().map(|(_, group)| Some(group.n)));
        table.ints("events", rows().map(|(_, group)| Some(group.events)));
        table.floats("rate", rows().map(|(_, group)| group.rate));
        intervals(&mut table, "", rows().map(|(_, group)| group.interval));
        table.floats("lift", rows().map(|(_, group)| group.lift));
        table
    }

    /// One row for each measure: `measure`, `n`, `auc`, `lower`, `upper`, `lift`, `cost_of_dropping`, `stability`, `leaks`.
    #[must_use]
    pub fn measures_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.measures.iter();
        table.texts("measure", rows().map(|check| Some(check.id.clone())));
        table.ints("n", rows().map(|check| Some(check.n)));
        table.floats("auc", rows().map(|check| check.auc.map(|auc| auc.value)));
        intervals(&mut table, "", rows().map(|check| check.auc.map(|auc| auc.interval)));
        table.floats("lift", rows().map(|check| check.lift));
        table.floats("cost_of_dropping", rows().map(|check| check.cost_of_dropping));
        table.floats("stability", rows().map(|check| check.stability));
        table.bools("leaks", rows().map(|check| Some(check.leaks)));
        table
    }
}
