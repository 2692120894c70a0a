//! The health of every account as of a moment.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::condition::Condition;
use super::points::{FULL, Points, invalid};
use super::reading::{Reading, Source};
use super::report::{
    AccountHealth, HealthChange, HealthLine, HealthReport, HealthState, Improvement, LineStatus,
    Remembered, STATE_VERSION,
};
use super::scorecard::{AlarmEffect, Measure, MeasureGroup, Missing, Scorecard, unique};
use crate::base::config::{self, record};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::hash::fnv;
use crate::base::key::Key;
use crate::base::order::sort_by;
use crate::listen::responses::Responses;
use crate::stats::distribution::normal_cdf;

const NEUTRAL: f64 = 50.0;
/// Points above an edge that an improvement aims at, so that rounding does not leave it below.
const MARGIN: f64 = 1e-9;

/// Assesses accounts by a scorecard, or by one for each stage of their life.
///
/// The table has one row for each account, a column for its id and one for each measure.
///
/// ```
/// use heedful::health::{Health, Measure, MeasureGroup, Points, Scorecard};
/// use heedful::{Column, Responses};
///
/// let table = Responses::new()
///     .with("account", Column::texts([Some("a"), Some("b")]))?
///     .with("logins", Column::numbers(vec![12.0, 4.0]))?
///     .with("nps", Column::optional_numbers(&[Some(50.0), None]))?;
/// let card = Scorecard::new("small", vec![
///     MeasureGroup::new("use", 3.0, vec![Measure::new("logins", Points::Linear(vec![[0.0, 0.0], [20.0, 100.0]]))]),
///     MeasureGroup::new("voice", 1.0, vec![Measure::new("nps", Points::Linear(vec![[-100.0, 0.0], [100.0, 100.0]]))]),
/// ])?;
/// let report = Health::new(card, "account").run(&table, 1_767_225_600_000, None)?;
/// let a = &report.accounts[0];
/// assert_eq!((a.total, a.band.as_deref()), (Some(63.75), Some("yellow"))); // (3 * 60 + 1 * 75) / 4
/// assert_eq!(report.accounts[1].total, Some(20.0)); // without a score, use counts alone
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// The column of the account's id.
    account: String,
    /// Scorecards and whom they are for.
    stages: Vec<Stage>,
}

/// A scorecard and whom it is for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// For example `onboarding`.
    pub name: String,
    /// An account is in the stage where all of these hold; where there are none, every account is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// The scorecard.
    pub scorecard: Scorecard,
}

record!(Health { account, stages });
record!(Stage { name, when = Default::default(), scorecard });

impl Health {
    /// One scorecard for all accounts, whose ids are in this column.
    #[must_use]
    pub fn new(scorecard: Scorecard, account: impl Into<String>) -> Self {
        let name = scorecard.name.clone();
        Self { account: account.into(), stages: vec![Stage { name, when: Vec::new(), scorecard }] }
    }

    /// A scorecard for each stage.
    #[must_use]
    pub fn staged(stages: Vec<Stage>, account: impl Into<String>) -> Self {
        Self { account: account.into(), stages }
    }

    /// The scorecards and whom they are for.
    ///
    /// ```
    /// use heedful::health::Health;
    /// let card = r#"{"name": "use", "groups": [{"id": "use", "measures": [{"id": "trained", "points": "milestone"}]}]}"#;
    /// let health = Health::from_json(&format!(r#"{{"account": "id", "stages": [{{"name": "new", "scorecard": {card}}}]}}"#))?;
    /// assert_eq!(health.stages()[0].scorecard.measures().count(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Reads `{"account": "id", "stages": [{"name": "all", "scorecard": {..}}]}`.
    ///
    /// # Errors
    /// `json`, `invalid-config` with a path; what is wrong with a scorecard shows when it runs.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The options as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Assesses every account as of `now`, milliseconds since 1970, and compares with the last look if there was one.
    ///
    /// # Errors
    /// `invalid-argument` or `duplicate-key` for a scorecard as [`Scorecard::new`], for no stage or two of one name;
    /// `missing-column`; `column-type`,
    /// `unknown-name`, `rating-out-of-range` or `invalid-argument` with column and row for a value that cannot be read;
    /// `duplicate-key` for an account with two rows; `mixed-kinds` for one in two stages.
    pub fn run(
        &self,
        table: &Responses,
        now: i64,
        previous: Option<&HealthState>,
    ) -> Result<HealthReport> {
        if self.stages.is_empty() {
            return Err(invalid("there is no scorecard").at("stages"));
        }
        if self.stages.len() > 1 {
            unique("stages", self.stages.iter().map(|stage| &stage.name))?;
        }
        for (i, stage) in self.stages.iter().enumerate() {
            let path = format!("stages[{i}]");
            stage.scorecard.check().map_err(|e| e.below("scorecard").below(&path))?;
            for (j, condition) in stage.when.iter().enumerate() {
                condition.check().map_err(|e| e.below(&format!("{path}.when[{j}]")))?;
            }
        }
        let source = Source { table, now };
        let ids = self.ids(&source)?;
        let before = |row: usize| previous?.accounts.get(ids.get(row)?);
        let mut stages = Vec::with_capacity(ids.len());
        for (row, id) in ids.iter().enumerate() {
            stages.push(self.stage(&source, row, id, before(row))?);
        }
        let mut cards = Vec::with_capacity(self.stages.len());
        for (place, stage) in self.stages.iter().enumerate() {
            let rows: Vec<usize> =
                (0..ids.len()).filter(|row| stages.get(*row) == Some(&Some(place))).collect();
            cards.push(Card::new(stage, &source, &rows)?);
        }
        let mut report = HealthReport {
            now,
            accounts: Vec::with_capacity(ids.len()),
            state: HealthState { version: STATE_VERSION, accounts: BTreeMap::new() },
        };
        for (row, (id, stage)) in ids.iter().zip(&stages).enumerate() {
            let Some(card) = stage.and_then(|place| cards.get(place)) else {
                report.accounts.push(AccountHealth::none(id));
                continue;
            };
            let (account, remembered) = card.assess(&source, row, id, before(row))?;
            report.accounts.push(account);
            report.state.accounts.insert(id.clone(), remembered);
        }
        Ok(report)
    }

    fn ids(&self, source: &Source<'_>) -> Result<Vec<String>> {
        let column = source.column(&self.account)?;
        let mut seen = HashSet::new();
        let mut ids = Vec::with_capacity(column.len());
        for row in 0..column.len() {
            let wrong = |code, message: &str| {
                Err(Error::new(code, message).at(&self.account).on_row(row as u64))
            };
            let key = column.key(row);
            if key == Key::Missing {
                return wrong(ErrorCode::InvalidArgument, "an account without an id");
            }
            let id = key.to_string();
            if !seen.insert(id.clone()) {
                return wrong(ErrorCode::DuplicateKey, "the account has a row above already");
            }
            ids.push(id);
        }
        Ok(ids)
    }

    fn stage(
        &self,
        source: &Source<'_>,
        row: usize,
        id: &str,
        before: Option<&Remembered>,
    ) -> Result<Option<usize>> {
        let mut found: Option<usize> = None;
        for (place, stage) in self.stages.iter().enumerate() {
            if !all_hold(&stage.when, source, row, before)? {
                continue;
            }
            if let Some(first) = found.and_then(|first| self.stages.get(first)) {
                let message = format!(
                    "account `{id}` is in two stages, `{}` and `{}`",
                    first.name, stage.name
                );
                return Err(Error::new(ErrorCode::MixedKinds, message).on_row(row as u64));
            }
            found = Some(place);
        }
        Ok(found)
    }
}

fn all_hold(
    conditions: &[Condition],
    source: &Source<'_>,
    row: usize,
    before: Option<&Remembered>,
) -> Result<bool> {
    for condition in conditions {
        let number = |column: &str| before?.numbers.get(column).copied();
        if !condition.holds(source, row, number)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A scorecard ready to assess.
struct Card<'a> {
    stage: &'a str,
    card: &'a Scorecard,
    formula: String,
    /// The percentiles of each measure that asks for them, row by row.
    percentiles: Vec<BTreeMap<usize, Rank>>,
}

/// A percentile among the accounts of a segment.
#[derive(Debug, Clone, Copy)]
struct Rank {
    points: f64,
    /// Those of an account above all others.
    most: f64,
}

/// What was read of a measure.
struct Line {
    value: Key,
    points: Option<f64>,
    standard_error: Option<f64>,
    status: LineStatus,
}

impl<'a> Card<'a> {
    fn new(stage: &'a Stage, source: &Source<'_>, rows: &[usize]) -> Result<Self> {
        let card = &stage.scorecard;
        let mut percentiles = Vec::new();
        for (_, measure) in card.measures() {
            percentiles.push(match &measure.points {
                Points::Percentile(among) => {
                    percentile_points(measure, among.within.as_deref(), source, rows)?
                }
                _ => BTreeMap::new(),
            });
        }
        // What a scorecard is called and when it was changed make no other formula.
        let formula = Scorecard { name: String::new(), changed: None, ..card.clone() };
        Ok(Self { stage: &stage.name, card, formula: fingerprint(&formula.to_json()), percentiles })
    }

    fn assess(
        &self,
        source: &Source<'_>,
        row: usize,
        id: &str,
        before: Option<&Remembered>,
    ) -> Result<(AccountHealth, Remembered)> {
        let mut read = Vec::new();
        for ((_, measure), percentiles) in self.card.measures().zip(&self.percentiles) {
            let mut line = read_line(measure, source, row)?;
            if let (Points::Percentile(_), LineStatus::Present) = (&measure.points, line.status) {
                line.points = percentiles.get(&row).map(|rank| rank.points);
            }
            read.push(line);
        }
        let required: Vec<String> = (self.card.measures().zip(&read))
            .filter(|((_, m), line)| {
                m.missing == Missing::Require && line.status != LineStatus::Present
            })
            .map(|((_, measure), _)| measure.id.clone())
            .collect();
        let (mut lines, variance) = self.weigh(read);
        let known = required.is_empty() && lines.iter().any(|line| line.points.is_some());
        if !known {
            for line in &mut lines {
                (line.weight, line.contribution) = (0.0, 0.0);
            }
        }
        let (mut alarms, mut effects) = (Vec::new(), Vec::new());
        // The lowest total that an alarm holds the account at.
        let mut ceiling = FULL;
        for alarm in &self.card.alarms {
            if !all_hold(&alarm.when, source, row, before)? {
                continue;
            }
            alarms.push(alarm.id.clone());
            if let (true, Some(effect)) = (known, alarm.effect) {
                let (AlarmEffect::Cap(value) | AlarmEffect::Override(value)) = effect;
                ceiling = ceiling.min(value);
                effects.push(effect);
                lines.push(HealthLine {
                    name: alarm.id.clone(),
                    group: None,
                    value: Key::Missing,
                    points: None,
                    weight: 0.0,
                    contribution: 0.0,
                    status: LineStatus::Alarm,
                });
            }
        }
        let total = known.then(|| add_up(&mut lines, &effects));
        let same = before.filter(|before| before.formula == self.formula);
        let band = total.and_then(|total| self.settle(total, same.and_then(|b| b.band.as_deref())));
        let name = |place: usize| self.card.bands.get(place).map(|band| band.name.clone());
        let standard_error = total.and(variance).map(libm::sqrt);
        let account = AccountHealth {
            account: id.to_owned(),
            stage: Some(self.stage.to_owned()),
            total,
            standard_error,
            band: band.and_then(name),
            band_probability: self.probability(total, standard_error, band),
            required,
            alarms,
            change: before.map(|before| self.change(before, total, &lines)),
            improvement: total
                .zip(band)
                .and_then(|(total, band)| self.improvement(&lines, row, total, band, ceiling)),
            lines,
        };
        let remembered = self.remember(&account, source, row)?;
        Ok((account, remembered))
    }

    /// Lines with their weights, and the variance of the total where a measure has a standard error.
    fn weigh(&self, read: Vec<Line>) -> (Vec<HealthLine>, Option<f64>) {
        let counts: Vec<bool> = read.iter().map(|line| line.points.is_some()).collect();
        let measures: Vec<_> = self.card.measures().collect();
        let in_group = |id: &str| -> f64 {
            let counted =
                measures.iter().zip(&counts).filter(|((g, _), counts)| g.id == id && **counts);
            counted.map(|((_, measure), _)| measure.weight).sum()
        };
        let sums: BTreeMap<&str, f64> =
            self.card.groups.iter().map(|group| (group.id.as_str(), in_group(&group.id))).collect();
        let sum = |id: &str| sums.get(id).copied().unwrap_or_default();
        let groups: f64 =
            self.card.groups.iter().filter(|g| sum(&g.id) > 0.0).map(|group| group.weight).sum();
        let mut variance = None;
        let lines = measures.iter().zip(read).map(|((group, measure), line)| {
            // The points first, so that groups' means come out as by hand.
            let share =
                |value: f64| value * measure.weight / sum(&group.id) * group.weight / groups;
            let weight = line.points.map_or(0.0, |_| share(1.0));
            if let Some(error) = line.standard_error {
                *variance.get_or_insert(0.0) += (weight * error) * (weight * error);
            }
            HealthLine {
                name: measure.id.clone(),
                group: Some(group.id.clone()),
                value: line.value,
                points: line.points,
                weight,
                contribution: line.points.map_or(0.0, share),
                status: line.status,
            }
        });
        (lines.collect(), variance)
    }

    /// The place of the band: an edge is passed only by more than the hysteresis where a band is known.
    fn settle(&self, total: f64, before: Option<&str>) -> Option<usize> {
        let bands = &self.card.bands;
        let Some(mut place) = before.and_then(|name| bands.iter().position(|b| b.name == name))
        else {
            return bands.iter().rposition(|band| total >= band.from);
        };
        let margin = self.card.hysteresis;
        let from = |place: usize| bands.get(place).map(|band| band.from);
        while from(place + 1).is_some_and(|edge| total >= edge + margin) {
            place += 1;
        }
        while place > 0 && from(place).is_some_and(|edge| total < edge - margin) {
            place -= 1;
        }
        Some(place)
    }

    fn probability(
        &self,
        total: Option<f64>,
        error: Option<f64>,
        band: Option<usize>,
    ) -> Option<f64> {
        let (total, error, band) = (total?, error?, band?);
        let below = |place: usize| -> f64 {
            match self.card.bands.get(place) {
                // A total lies nowhere below the lowest band or above the highest.
                _ if place == 0 => 0.0,
                Some(band) if error > 0.0 => normal_cdf((band.from - total) / error),
                Some(band) => f64::from(u8::from(total < band.from)),
                None => 1.0,
            }
        };
        Some(below(band + 1) - below(band))
    }

    fn change(
        &self,
        before: &Remembered,
        total: Option<f64>,
        lines: &[HealthLine],
    ) -> HealthChange {
        let reformulated = before.formula != self.formula;
        let mut change = HealthChange {
            total: None,
            band_before: before.band.clone(),
            reformulated,
            causes: Vec::new(),
        };
        let (Some(now), Some(then), false) = (total, before.total, reformulated) else {
            return change;
        };
        change.total = Some(now - then);
        let mut parts: BTreeMap<&str, f64> = BTreeMap::new();
        for line in lines {
            *parts.entry(&line.name).or_default() += line.contribution;
        }
        for (name, contribution) in &before.contributions {
            *parts.entry(name).or_default() -= contribution;
        }
        let mut causes: Vec<(String, f64)> = parts
            .into_iter()
            .filter(|(_, by)| *by != 0.0)
            .map(|(name, by)| (name.to_owned(), by))
            .collect();
        sort_by(&mut causes, |a, b| b.1.abs().total_cmp(&a.1.abs()));
        change.causes = causes;
        change
    }

    fn improvement(
        &self,
        lines: &[HealthLine],
        row: usize,
        total: f64,
        band: usize,
        ceiling: f64,
    ) -> Option<Improvement> {
        let next = self.card.bands.get(band + 1)?;
        let edge = next.from + self.card.hysteresis;
        if ceiling < edge {
            return None;
        }
        let raise = |(((group, measure), ranks), line): (
            ((&MeasureGroup, &Measure), &BTreeMap<_, Rank>),
            &HealthLine,
        )| {
            let (points, weight) = match line.points {
                Some(points) => (points, line.weight),
                None => self.left_out(group, measure, lines, total),
            };
            let most = ranks.get(&row).map_or_else(|| measure.points.most(), |rank| rank.most);
            let wanted = points + (edge - total) / weight;
            if !(wanted <= most) {
                return None;
            }
            let wanted = (wanted + MARGIN).min(most);
            let (to_points, to_value) = measure.points.reach(wanted, measure.better);
            Some(Improvement {
                measure: measure.id.clone(),
                band: next.name.clone(),
                points: line.points,
                to_points,
                to_value,
                effort: (to_points - points) * measure.effort,
            })
        };
        let ways = self.card.measures().zip(&self.percentiles).zip(lines).filter_map(raise);
        ways.min_by(|a, b| a.effort.total_cmp(&b.effort))
    }

    /// The points with which a measure that is left out would change nothing (the mean of its group, of an empty group
    /// the total), and the weight it would have.
    fn left_out(
        &self,
        group: &MeasureGroup,
        measure: &Measure,
        lines: &[HealthLine],
        total: f64,
    ) -> (f64, f64) {
        let (mut own, mut share, mut part) = (0.0, 0.0, 0.0);
        for ((of, one), line) in self.card.measures().zip(lines) {
            if let (true, Some(points)) = (of.id == group.id, line.points) {
                own += one.weight;
                share += line.weight;
                part += line.weight * points;
            }
        }
        if own > 0.0 {
            return (part / share, share * measure.weight / (own + measure.weight));
        }
        let counts = |group: &&MeasureGroup| {
            let mut known = self.card.measures().zip(lines);
            known.any(|((of, _), line)| of.id == group.id && line.points.is_some())
        };
        let groups: f64 = self.card.groups.iter().filter(counts).map(|group| group.weight).sum();
        (total, group.weight / (groups + group.weight))
    }

    fn remember(
        &self,
        account: &AccountHealth,
        source: &Source<'_>,
        row: usize,
    ) -> Result<Remembered> {
        let conditions = self.card.alarms.iter().flat_map(|alarm| &alarm.when);
        let mut numbers = BTreeMap::new();
        for column in conditions.filter_map(Condition::remembers) {
            let reading = Reading { column: source.column(column)?, row, now: source.now };
            if let Some(number) = reading.number()? {
                numbers.insert(column.to_owned(), number);
            }
        }
        let contributions = account.lines.iter().map(|line| (line.name.clone(), line.contribution));
        Ok(Remembered {
            formula: self.formula.clone(),
            total: account.total,
            band: account.band.clone(),
            contributions: contributions.collect(),
            numbers,
        })
    }
}

fn read_line(measure: &Measure, source: &Source<'_>, row: usize) -> Result<Line> {
    let place = |name: &str| {
        let (name, row) = (name.to_owned(), row as u64);
        move |error: Error| error.at(name.clone()).on_row(row)
    };
    let reading =
        |name: &str| Ok::<_, Error>(Reading { column: source.column(name)?, row, now: source.now });
    let value = reading(&measure.id)?;
    let mut points = match &measure.points {
        // The points come from all accounts together.
        Points::Percentile(_) => value.number(),
        by => by.read(&value, measure.better),
    }
    .map_err(place(&measure.id))?;
    let mut status = if points.is_some() { LineStatus::Present } else { LineStatus::Missing };
    if let (Some(days), Some(at), LineStatus::Present) = (measure.fresh_days, &measure.at, status) {
        // A value whose time is unknown cannot be called fresh.
        let age = reading(at)?.days_ago().map_err(place(at))?;
        if age.is_none_or(|age| age > days) {
            status = LineStatus::Stale;
        }
    }
    let mut standard_error = None;
    match (status, measure.missing, &measure.standard_error) {
        (LineStatus::Present, _, Some(column)) => {
            let error = reading(column)?.number().map_err(place(column))?;
            if error.is_some_and(|error| !(error >= 0.0)) {
                return Err(place(column)(invalid("a negative standard error")));
            }
            let slope = measure.points.slope();
            standard_error = error.zip(slope).map(|(error, slope)| error * slope.abs());
        }
        (LineStatus::Present, ..) => {}
        (_, Missing::Neutral, _) => points = Some(NEUTRAL),
        (_, Missing::Penalise, _) => points = Some(0.0),
        (_, Missing::LeaveOut | Missing::Require, _) => points = None,
    }
    Ok(Line { value: value.key(), points, standard_error, status })
}

/// The rows of a segment that have a value, with it, and those that have none.
type Peers = (Vec<(f64, usize)>, Vec<usize>);

/// Mid-rank percentiles of the rows that have a fresh value.
fn percentile_points(
    measure: &Measure,
    within: Option<&str>,
    source: &Source<'_>,
    rows: &[usize],
) -> Result<BTreeMap<usize, Rank>> {
    let segment = within.map(|column| source.column(column)).transpose()?;
    let mut segments: BTreeMap<Key, Peers> = BTreeMap::new();
    for row in rows {
        let line = read_line(measure, source, *row)?;
        let key = segment.map_or(Key::Missing, |column| column.key(*row));
        let (values, without) = segments.entry(key).or_default();
        match (line.status, line.points) {
            (LineStatus::Present, Some(value)) => values.push((value, *row)),
            _ => without.push(*row),
        }
    }
    let mut points = BTreeMap::new();
    for (values, without) in segments.values_mut() {
        sort_by(values, |a, b| a.0.total_cmp(&b.0));
        let n = values.len() as f64;
        let best = |n: f64| FULL * (n - 0.5) / n;
        let most = best(n);
        // One that is measured comes to those that are.
        points.extend(without.iter().map(|row| (*row, Rank { points: 0.0, most: best(n + 1.0) })));
        let mut below = 0;
        for ties in values.chunk_by(|a, b| a.0 == b.0) {
            let rank = (below as f64 + ties.len() as f64 / 2.0) / n * FULL;
            let rank = if measure.better == crate::base::metric::Better::Lower {
                FULL - rank
            } else {
                rank
            };
            points.extend(ties.iter().map(|(_, row)| (*row, Rank { points: rank, most })));
            below += ties.len();
        }
    }
    Ok(points)
}

/// Rounds contributions so that they add up to the total, which it returns, and gives those of alarms (the last lines)
/// what their effects do.
///
/// All become multiples of the last binary place of the largest sum there can be, so that every sum of some of them is
/// exact, whoever adds them up.
fn add_up(lines: &mut [HealthLine], effects: &[AlarmEffect]) -> f64 {
    let measures = lines.len().saturating_sub(effects.len());
    let place = |value: f64| value.next_up() - value;
    let mut unit = 0.0;
    loop {
        let whole = |value: f64, by: fn(f64) -> f64| {
            if unit > 0.0 { by(value / unit) * unit } else { value }
        };
        let (mut total, mut largest) = (0.0, 0.0);
        for (at, line) in lines.iter_mut().enumerate() {
            let effect = at.checked_sub(measures).and_then(|at| effects.get(at));
            line.contribution = match effect {
                None => whole(line.contribution, libm::round),
                Some(AlarmEffect::Cap(most)) => whole(most.min(total), libm::floor) - total,
                Some(AlarmEffect::Override(to)) => whole(*to, libm::round) - total,
            };
            total += line.contribution;
            largest += line.contribution.abs();
        }
        if place(largest) <= unit {
            return total;
        }
        unit = place(largest).max(2.0 * unit);
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn fingerprint(text: &str) -> String {
    format!("{:016x}", fnv(text.bytes()))
}
