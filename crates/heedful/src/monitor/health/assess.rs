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
use crate::base::metric::Better;
use crate::base::order::sort_by;
use crate::listen::column::Column;
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
        let (ids, stages, cards) = self.prepare(table, now, previous)?;
        let mut accounts = Vec::with_capacity(ids.len());
        let mut known = Vec::with_capacity(ids.len());
        for (row, (id, stage)) in ids.iter().zip(&stages).enumerate() {
            let Some(card) = stage.and_then(|place| cards.get(place)) else {
                accounts.push(AccountHealth::none(id));
                continue;
            };
            let before = previous.and_then(|state| state.accounts.get(id));
            let look = card.look(row, before)?;
            let account = card.tell(look, row, id, before);
            known.push((id.clone(), card.remember(&account, row)?));
            accounts.push(account);
        }
        let state = HealthState { version: STATE_VERSION, accounts: known.into_iter().collect() };
        Ok(HealthReport { now, accounts, state })
    }

    /// The accounts, the stage of each, and the scorecards.
    pub(super) fn prepare<'a>(
        &'a self,
        table: &'a Responses,
        now: i64,
        previous: Option<&HealthState>,
    ) -> Result<Prepared<'a>> {
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
        Ok((ids, stages, cards))
    }

    fn ids(&self, source: &Source<'_>) -> Result<Vec<String>> {
        let column = source.column(&self.account)?;
        let wrong = |code, message: &str, row: usize| {
            Error::new(code, message).at(&self.account).on_row(row as u64)
        };
        let text = |key: Key| match key {
            Key::Missing => None,
            Key::Text(id) => Some(id.as_ref().to_owned()),
            key => Some(key.to_string()),
        };
        let ids: Vec<String> = (0..column.len()).map_while(|row| text(column.key(row))).collect();
        let mut seen = HashSet::with_capacity(ids.len());
        if let Some(row) = ids.iter().position(|id| !seen.insert(id)) {
            let message = "the account has a row above already";
            return Err(wrong(ErrorCode::DuplicateKey, message, row));
        }
        if ids.len() < column.len() {
            let message = "an account without an id";
            return Err(wrong(ErrorCode::InvalidArgument, message, ids.len()));
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

/// The ids of accounts, the place of the stage of each, and the scorecards.
pub(super) type Prepared<'a> = (Vec<String>, Vec<Option<usize>>, Vec<Card<'a>>);

/// A scorecard ready to assess.
pub(super) struct Card<'a> {
    stage: &'a str,
    card: &'a Scorecard,
    source: Source<'a>,
    formula: String,
    /// In the order of the scorecard; empty where nobody is in the stage.
    measures: Vec<Read<'a>>,
}

/// A measure, where it is read, and what is the same for all accounts.
struct Read<'a> {
    measure: &'a Measure,
    group: &'a MeasureGroup,
    /// The place of the group.
    place: usize,
    column: &'a Column,
    at: Option<&'a Column>,
    standard_error: Option<&'a Column>,
    /// The percentiles of a measure that asks for them, row by row.
    percentiles: BTreeMap<usize, Rank>,
}

/// A percentile among the accounts of a segment.
#[derive(Debug, Clone, Copy)]
struct Rank {
    points: f64,
    /// Those of an account above all others.
    most: f64,
}

/// What was read of a measure, and what it counts.
pub(super) struct Line {
    pub(super) points: Option<f64>,
    standard_error: Option<f64>,
    pub(super) status: LineStatus,
    weight: f64,
}

/// What an account's values come to.
pub(super) struct Look {
    /// In the order of the scorecard.
    pub(super) lines: Vec<Line>,
    /// Those of the lines, then those of alarms that change the total.
    contributions: Vec<f64>,
    /// The places of alarms that fired, and what they do to the total.
    alarms: Vec<(usize, Option<AlarmEffect>)>,
    pub(super) total: Option<f64>,
    /// The place of the band.
    pub(super) band: Option<usize>,
}

impl<'a> Card<'a> {
    fn new(stage: &'a Stage, source: &Source<'a>, rows: &[usize]) -> Result<Self> {
        let card = &stage.scorecard;
        let mut measures = Vec::new();
        for (place, group) in card.groups.iter().enumerate().filter(|_| !rows.is_empty()) {
            for measure in &group.measures {
                let column = |name: &String| source.column(name);
                let mut read = Read {
                    measure,
                    group,
                    place,
                    column: source.column(&measure.id)?,
                    at: measure.at.as_ref().map(column).transpose()?,
                    standard_error: measure.standard_error.as_ref().map(column).transpose()?,
                    percentiles: BTreeMap::new(),
                };
                if let Points::Percentile(among) = &measure.points {
                    read.percentiles =
                        percentile_points(&read, among.within.as_deref(), source, rows)?;
                }
                measures.push(read);
            }
        }
        // What a scorecard is called and when it was changed make no other formula.
        let formula = Scorecard { name: String::new(), changed: None, ..card.clone() };
        let formula = fingerprint(&formula.to_json());
        Ok(Self { stage: &stage.name, card, source: *source, formula, measures })
    }

    pub(super) fn look(&self, row: usize, before: Option<&Remembered>) -> Result<Look> {
        let mut lines = Vec::with_capacity(self.measures.len());
        for read in &self.measures {
            let mut line = read.line(&self.source, row)?;
            if let (Points::Percentile(_), LineStatus::Present) =
                (&read.measure.points, line.status)
            {
                line.points = read.percentiles.get(&row).map(|rank| rank.points);
            }
            lines.push(line);
        }
        let mut alarms = Vec::new();
        for (place, alarm) in self.card.alarms.iter().enumerate() {
            if all_hold(&alarm.when, &self.source, row, before)? {
                alarms.push((place, alarm.effect));
            }
        }
        let mut look = Look { lines, contributions: Vec::new(), alarms, total: None, band: None };
        look.total = self.add_up(&mut look, None);
        let same = before.filter(|before| before.formula == self.formula);
        let settle = |total| self.settle(total, same.and_then(|b| b.band.as_deref()));
        look.band = look.total.and_then(settle);
        Ok(look)
    }

    /// The total that an account would have without the measure at a place.
    pub(super) fn without(&self, look: &mut Look, place: usize) -> Option<f64> {
        self.add_up(look, Some(place))
    }

    /// The name of the band at a place.
    pub(super) fn band(&self, place: usize) -> Option<&'a str> {
        self.card.bands.get(place).map(|band| band.name.as_str())
    }

    fn required(&self, look: &Look, without: Option<usize>) -> impl Iterator<Item = &'a Measure> {
        let absent = |(place, (read, line)): (usize, (&Read<'a>, &Line))| {
            let is_required = read.measure.missing == Missing::Require;
            let lacks = line.status != LineStatus::Present && Some(place) != without;
            (is_required && lacks).then_some(read.measure)
        };
        let found: Vec<_> =
            self.measures.iter().zip(&look.lines).enumerate().filter_map(absent).collect();
        found.into_iter()
    }

    /// Sets the contributions, and the weights of lines; the total, `None` where there is nothing to add up.
    fn add_up(&self, look: &mut Look, without: Option<usize>) -> Option<f64> {
        let known = self.required(look, without).next().is_none()
            && (look.lines.iter().enumerate())
                .any(|(place, line)| line.points.is_some() && Some(place) != without);
        look.contributions.clear();
        if !known {
            look.contributions.resize(look.lines.len(), 0.0);
            return None;
        }
        let points = |place: usize, line: &Line| line.points.filter(|_| Some(place) != without);
        let mut sums = vec![0.0; self.card.groups.len()];
        for (place, (read, line)) in self.measures.iter().zip(&look.lines).enumerate() {
            if let (Some(sum), Some(_)) = (sums.get_mut(read.place), points(place, line)) {
                *sum += read.measure.weight;
            }
        }
        let counted = self.card.groups.iter().zip(&sums).filter(|(_, sum)| **sum > 0.0);
        let groups: f64 = counted.map(|(group, _)| group.weight).sum();
        for (place, (read, line)) in self.measures.iter().zip(&mut look.lines).enumerate() {
            let sum = sums.get(read.place).copied().unwrap_or_default();
            // The points first, so that groups' means come out as by hand.
            let share = |value: f64| value * read.measure.weight / sum * read.group.weight / groups;
            let points = points(place, line);
            line.weight = points.map_or(0.0, |_| share(1.0));
            look.contributions.push(points.map_or(0.0, share));
        }
        let effects = look.alarms.iter().filter_map(|(_, effect)| *effect);
        Some(add_up(&mut look.contributions, effects))
    }

    fn tell(&self, look: Look, row: usize, id: &str, before: Option<&Remembered>) -> AccountHealth {
        let (total, band) = (look.total, look.band);
        let mut variance = None;
        let mut lines = Vec::with_capacity(look.contributions.len());
        for ((read, line), contribution) in
            self.measures.iter().zip(&look.lines).zip(&look.contributions)
        {
            if let Some(error) = line.standard_error {
                *variance.get_or_insert(0.0) += (line.weight * error) * (line.weight * error);
            }
            lines.push(HealthLine {
                name: read.measure.id.clone(),
                group: Some(read.group.id.clone()),
                value: read.column.key(row),
                points: line.points,
                weight: line.weight,
                contribution: *contribution,
                status: line.status,
            });
        }
        let improvement =
            total.zip(band).and_then(|(total, band)| self.improvement(&look, row, total, band));
        let fired = || {
            let alarm =
                |(place, effect): &(usize, _)| Some((self.card.alarms.get(*place)?, *effect));
            look.alarms.iter().filter_map(alarm)
        };
        let effects = fired().filter(|(_, effect): &(_, Option<AlarmEffect>)| effect.is_some());
        for ((alarm, _), contribution) in
            effects.zip(look.contributions.iter().skip(look.lines.len()))
        {
            lines.push(HealthLine {
                name: alarm.id.clone(),
                group: None,
                value: Key::Missing,
                points: None,
                weight: 0.0,
                contribution: *contribution,
                status: LineStatus::Alarm,
            });
        }
        let standard_error = total.and(variance).map(libm::sqrt);
        AccountHealth {
            account: id.to_owned(),
            stage: Some(self.stage.to_owned()),
            total,
            standard_error,
            band: band.and_then(|place| self.band(place)).map(str::to_owned),
            band_probability: self.probability(total, standard_error, band),
            required: self.required(&look, None).map(|measure| measure.id.clone()).collect(),
            alarms: fired().map(|(alarm, _)| alarm.id.clone()).collect(),
            change: before.map(|before| self.change(before, total, &lines)),
            improvement,
            lines,
        }
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

    fn improvement(&self, look: &Look, row: usize, total: f64, band: usize) -> Option<Improvement> {
        let next = self.card.bands.get(band + 1)?;
        let edge = next.from + self.card.hysteresis;
        let holds_below = |effect: &AlarmEffect| {
            let (AlarmEffect::Cap(value) | AlarmEffect::Override(value)) = effect;
            *value < edge
        };
        if look.alarms.iter().any(|(_, effect)| effect.as_ref().is_some_and(holds_below)) {
            return None;
        }
        let mut best: Option<Improvement> = None;
        for (read, line) in self.measures.iter().zip(&look.lines) {
            let measure = read.measure;
            let (points, weight) = match line.points {
                Some(points) => (points, line.weight),
                None => self.left_out(read, look, total),
            };
            let rank = read.percentiles.get(&row);
            let most = rank.map_or_else(|| measure.points.most(), |rank| rank.most);
            let wanted = points + (edge - total) / weight;
            if !(wanted <= most) {
                continue;
            }
            let (to_points, to_value) =
                measure.points.reach((wanted + MARGIN).min(most), measure.better);
            let effort = (to_points - points) * measure.effort;
            if best.as_ref().is_none_or(|least| effort < least.effort) {
                let (measure, band) = (measure.id.clone(), next.name.clone());
                let points = line.points;
                best = Some(Improvement { measure, band, points, to_points, to_value, effort });
            }
        }
        best
    }

    /// The points with which a measure that is left out would change nothing (the mean of its group, of an empty group
    /// the total), and the weight it would have.
    fn left_out(&self, read: &Read<'_>, look: &Look, total: f64) -> (f64, f64) {
        let counted = || {
            let lines = self.measures.iter().zip(&look.lines);
            lines.filter_map(|(one, line)| Some((one, line, line.points?)))
        };
        let (mut own, mut share, mut part) = (0.0, 0.0, 0.0);
        for (one, line, points) in counted().filter(|(one, ..)| one.place == read.place) {
            own += one.measure.weight;
            share += line.weight;
            part += line.weight * points;
        }
        let weight = read.measure.weight;
        if own > 0.0 {
            return (part / share, share * weight / (own + weight));
        }
        let groups = self.card.groups.iter().enumerate();
        let counts = |place: usize| counted().any(|(one, ..)| one.place == place);
        let groups: f64 =
            groups.filter(|(place, _)| counts(*place)).map(|(_, group)| group.weight).sum();
        (total, read.group.weight / (groups + read.group.weight))
    }

    fn remember(&self, account: &AccountHealth, row: usize) -> Result<Remembered> {
        let contributions = account.lines.iter().map(|line| (line.name.clone(), line.contribution));
        Ok(Remembered {
            total: account.total,
            contributions: contributions.collect(),
            ..self.note(account.band.as_deref(), row)?
        })
    }

    /// What the next look needs to know to find totals and bands.
    pub(super) fn note(&self, band: Option<&str>, row: usize) -> Result<Remembered> {
        let conditions = self.card.alarms.iter().flat_map(|alarm| &alarm.when);
        let mut numbers = BTreeMap::new();
        for column in conditions.filter_map(Condition::remembers) {
            let reading =
                Reading { column: self.source.column(column)?, row, now: self.source.now };
            if let Some(number) = reading.number()? {
                numbers.insert(column.to_owned(), number);
            }
        }
        Ok(Remembered {
            formula: self.formula.clone(),
            band: band.map(str::to_owned),
            numbers,
            ..Remembered::default()
        })
    }
}

impl Read<'_> {
    fn line(&self, source: &Source<'_>, row: usize) -> Result<Line> {
        let measure = self.measure;
        let located = |error: Error, name: &str| error.at(name).on_row(row as u64);
        let reading = |column| Reading { column, row, now: source.now };
        let value = reading(self.column);
        let mut points = match &measure.points {
            // The points come from all accounts together.
            Points::Percentile(_) => value.number(),
            by => by.read(&value, measure.better),
        }
        .map_err(|error| located(error, &measure.id))?;
        let mut status = if points.is_some() { LineStatus::Present } else { LineStatus::Missing };
        if let (Some(days), Some(at), Some(name), LineStatus::Present) =
            (measure.fresh_days, self.at, &measure.at, status)
        {
            // A value whose time is unknown cannot be called fresh.
            let age = reading(at).days_ago().map_err(|error| located(error, name))?;
            if age.is_none_or(|age| age > days) {
                status = LineStatus::Stale;
            }
        }
        let mut standard_error = None;
        match (status, measure.missing, self.standard_error.zip(measure.standard_error.as_ref())) {
            (LineStatus::Present, _, Some((column, name))) => {
                let error = reading(column).number().map_err(|error| located(error, name))?;
                if error.is_some_and(|error| !(error >= 0.0)) {
                    return Err(located(invalid("a negative standard error"), name));
                }
                let slope = measure.points.slope();
                standard_error = error.zip(slope).map(|(error, slope)| error * slope.abs());
            }
            (LineStatus::Present, ..) => {}
            (_, Missing::Neutral, _) => points = Some(NEUTRAL),
            (_, Missing::Penalise, _) => points = Some(0.0),
            (_, Missing::LeaveOut | Missing::Require, _) => points = None,
        }
        Ok(Line { points, standard_error, status, weight: 0.0 })
    }
}

/// The rows of a segment that have a value, with it, and those that have none.
type Peers = (Vec<(f64, usize)>, Vec<usize>);

/// Mid-rank percentiles of the rows that have a fresh value.
fn percentile_points(
    read: &Read<'_>,
    within: Option<&str>,
    source: &Source<'_>,
    rows: &[usize],
) -> Result<BTreeMap<usize, Rank>> {
    let segment = within.map(|column| source.column(column)).transpose()?;
    let mut segments: BTreeMap<Key, Peers> = BTreeMap::new();
    for row in rows {
        let line = read.line(source, *row)?;
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
            let rank = if read.measure.better == Better::Lower { FULL - rank } else { rank };
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
fn add_up(contributions: &mut Vec<f64>, effects: impl Iterator<Item = AlarmEffect> + Clone) -> f64 {
    let measures = contributions.len();
    contributions.extend(effects.clone().map(|_| 0.0));
    let place = |value: f64| value.next_up() - value;
    let mut unit = 0.0;
    loop {
        let whole = |value: f64, by: fn(f64) -> f64| {
            if unit > 0.0 { by(value / unit) * unit } else { value }
        };
        let (mut total, mut largest) = (0.0, 0.0);
        let effects = std::iter::repeat_n(None, measures).chain(effects.clone().map(Some));
        for (contribution, effect) in contributions.iter_mut().zip(effects) {
            *contribution = match effect {
                None => whole(*contribution, libm::round),
                Some(AlarmEffect::Cap(most)) => whole(f64::min(most, total), libm::floor) - total,
                Some(AlarmEffect::Override(to)) => whole(to, libm::round) - total,
            };
            total += *contribution;
            largest += contribution.abs();
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
