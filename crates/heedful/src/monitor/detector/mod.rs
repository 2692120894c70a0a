//! The detector: rows of responses in, anomalies of every topic, place and score out.
//!
//! A series is counted for each topic, each value of each attribute, and each topic within each value; with a metric,
//! its score too. All of them are judged together, period by period, at one rate of false alarms.

mod anomaly;
mod count;
mod evidence;
mod judge;
mod options;
mod state;
stored!(SeriesId { topic = None, place = None });
stored!(Cell { count, points = Default::default() });

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::anomaly::{Anomalies, Anomaly, AnomalyKind, Cost};
pub(super) use self::evidence::comment;
pub use self::options::Watcher;
use super::baseline::calendar::Calendar;
use super::baseline::feedback::Feedback;
use super::baseline::score::ScoreBaseline;
use super::baseline::stream::Baseline;
use super::detect::{Detect, Detection};
use super::episode::Episodes;
use crate::base::config::stored;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::interpret::mention::Mentions;
use crate::listen::responses::Responses;

/// Which series: a topic (or all responses) in a place (or everywhere), by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct SeriesId {
    topic: Option<u32>,
    /// Attribute and value.
    place: Option<(u32, u32)>,
}

/// Responses of one period: how many, and how many of them chose each point (empty without a metric).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
struct Cell {
    count: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    points: Vec<u64>,
}

/// One series with what is normal for it.
#[derive(Debug, Clone, PartialEq)]
struct Series {
    baseline: Baseline,
    score: Option<ScoreBaseline>,
    episodes: Episodes,
    score_episodes: Episodes,
    /// What CUSUM has added up.
    sum: f64,
}

/// Days or longer periods of which counts by topic and combination of values are kept, to tell where an episode comes from.
const KEPT: i32 = 84;

/// Counts by topic and combination of values, period by period.
type Cells = BTreeMap<i32, BTreeMap<(Option<u32>, Vec<u32>), Cell>>;

/// Watches responses as they arrive, or history at once.
///
/// ```
/// use heedful::{Column, Detector, Responses, TimeUnit, Every, Watcher};
/// # use heedful::{Clock, Times};
/// // Ten responses a day for eight weeks, half of them about price; on the last day forty more are.
/// let (mut days, mut topics) = (Vec::new(), Vec::new());
/// for day in 0..56 {
///     let n = if day == 55 { 50 } else { 10 };
///     for i in 0..n {
///         days.push(19_723 + day);
///         topics.push(Some(if i % 2 == 0 || i >= 10 { "price" } else { "staff" }));
///     }
/// }
/// # let at = Times { values: days.iter().map(|d| i64::from(*d) * 86_400).collect(), validity: None,
/// #     unit: TimeUnit::Second, clock: Clock::Wall };
/// let responses = Responses::new()
///     .with("day", Column::Time(at))?
///     .with("topic", Column::categories(topics))?
///     .at("day");
/// let mut detector = Detector::new(Watcher::new(Every::Day).topic("topic"))?;
/// let found = detector.run(&responses, None)?;
/// assert_eq!(found.anomalies[0].topic.as_deref(), Some("price"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    watcher: Watcher,
    calendar: Calendar,
    topics: Vec<String>,
    /// The values of each attribute.
    values: Vec<Vec<Key>>,
    series: BTreeMap<SeriesId, Series>,
    /// Rows of periods that are not judged yet.
    pending: BTreeMap<i32, BTreeMap<SeriesId, Cell>>,
    cells: Cells,
    first: Option<i32>,
    /// The next period to be judged.
    next: i32,
    late: u64,
}

impl Detector {
    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for settings out of range.
    pub fn new(watcher: Watcher) -> Result<Self> {
        watcher.check()?;
        let calendar = Calendar::new(watcher.every, watcher.holidays.clone());
        Ok(Self {
            calendar,
            topics: Vec::new(),
            values: vec![Vec::new(); watcher.by.len()],
            series: BTreeMap::new(),
            pending: BTreeMap::new(),
            cells: BTreeMap::new(),
            first: None,
            next: i32::MIN,
            late: 0,
            watcher,
        })
    }

    /// Its settings.
    #[must_use]
    pub fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    /// Rows of periods that had been judged when they came; they are not counted.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    /// How many series are watched, those of scores among them.
    #[must_use]
    pub fn series(&self) -> usize {
        self.series.values().map(|series| 1 + usize::from(series.score.is_some())).sum()
    }

    /// Judges all of history, the last period included. `reasons` are the topics of each row, where they are not a
    /// column.
    ///
    /// # Errors
    /// As for [`update`](Self::update).
    pub fn run(&mut self, responses: &Responses, reasons: Option<&Mentions>) -> Result<Anomalies> {
        self.take(responses, reasons, Through::Last)
    }

    /// Takes in further rows and judges the periods that are over: those before the last one seen, which may go on,
    /// and those up to `through` (a day, counted from 1970-01-01) where it is given.
    ///
    /// # Errors
    /// [`ErrorCode::MissingColumn`] and [`ErrorCode::ColumnType`] for columns; [`ErrorCode::RatingOutOfRange`] and
    /// the like for ratings; [`ErrorCode::LengthMismatch`] for reasons of another length.
    pub fn update(
        &mut self,
        responses: &Responses,
        reasons: Option<&Mentions>,
        through: Option<i32>,
    ) -> Result<Anomalies> {
        let through = match through {
            Some(day) => Through::Period(self.watcher.every.last_of_day(day)),
            None => Through::Before,
        };
        self.take(responses, reasons, through)
    }

    fn take(
        &mut self,
        responses: &Responses,
        reasons: Option<&Mentions>,
        through: Through,
    ) -> Result<Anomalies> {
        let named = self.watcher.columns.clone().map(|roles| responses.clone().with_roles(roles));
        let responses = named.as_ref().unwrap_or(responses);
        let rows = self.count(responses, reasons)?;
        let found = self.judge_all(through, None)?;
        let found = self.told(found, responses, &rows)?;
        let oldest = self.next.saturating_sub(self.watcher.every.stretch(KEPT));
        self.cells.retain(|period, _| *period >= oldest);
        Ok(found)
    }

    /// The bare episodes of history, and the period of each row; of the last `recent` periods where it is given.
    pub(super) fn episodes(
        &mut self,
        responses: &Responses,
        reasons: &Mentions,
        recent: Option<i32>,
    ) -> Result<(Anomalies, Vec<Option<i32>>)> {
        let rows = self.count(responses, Some(reasons))?;
        Ok((self.judge_all(Through::Last, recent)?, rows.periods))
    }

    fn judge_all(&mut self, through: Through, recent: Option<i32>) -> Result<Anomalies> {
        let newest = self.pending.last_key_value().map(|(period, _)| *period);
        let last = match (through, newest) {
            (Through::Period(period), _) => period,
            (Through::Last, Some(newest)) => newest,
            (Through::Before, Some(newest)) => newest.saturating_sub(1),
            (_, None) => self.next.saturating_sub(1),
        };
        let from = self.first.map_or(last, |first| self.next.max(first));
        let since = self.watcher.since.map(|day| self.watcher.every.index_of_day(day));
        let since = since.or(recent.map(|periods| last.saturating_sub(periods - 1)));
        let judged = since.map_or(from, |since| since.max(from));
        if self.first.is_some() {
            self.learn_until(judged.min(last.saturating_add(1)));
            while self.next <= last {
                self.judge(self.next)?;
                self.next = self.next.saturating_add(1);
            }
        }
        Ok(self.found(judged, last))
    }

    /// Records what a person said of an episode, from one day to another (both included, counted from 1970-01-01).
    ///
    /// # Errors
    /// [`ErrorCode::UnknownName`] where there is no such series.
    pub fn feedback(
        &mut self,
        topic: Option<&str>,
        place: Option<(&str, &Key)>,
        days: std::ops::RangeInclusive<i32>,
        feedback: Feedback,
    ) -> Result<()> {
        let id = self.id(topic, place)?;
        let every = self.watcher.every;
        let (from, to) = (every.index_of_day(*days.start()), every.last_of_day(*days.end()));
        if let Some(series) = self.series.get_mut(&id) {
            series.baseline.feedback(from, to, feedback);
        }
        Ok(())
    }

    /// A series by itself: what is remembered of its counts, tested period by period at the level that the detector
    /// has for each test.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownName`] where there is no such series.
    pub fn series_of(&self, topic: Option<&str>, place: Option<(&str, &Key)>) -> Result<Detection> {
        let id = self.id(topic, place)?;
        let series = self.series.get(&id).ok_or_else(unknown)?;
        self.history(series)
    }

    fn history(&self, series: &Series) -> Result<Detection> {
        let (first, counts) = series.baseline.history();
        let counts: Vec<Option<u64>> = counts.collect();
        let volumes: Vec<Option<u64>> = series.baseline.volumes().collect();
        let settings = series.baseline.settings().clone();
        let settings = settings.start_at(first).alpha(self.level());
        let volume = settings.is_share().then_some(volumes.as_slice());
        settings.run(&counts, volume)
    }

    fn id(&self, topic: Option<&str>, place: Option<(&str, &Key)>) -> Result<SeriesId> {
        let number = |at: usize| u32::try_from(at).ok();
        let topic = match topic {
            Some(name) => {
                let at = self.topics.iter().position(|topic| topic == name);
                Some(at.and_then(number).ok_or_else(unknown)?)
            }
            None => None,
        };
        let place = match place {
            Some((attribute, value)) => {
                let at = self.watcher.by.iter().position(|by| by == attribute);
                let values = at.and_then(|at| self.values.get(at));
                let code = values.and_then(|values| values.iter().position(|v| v == value));
                let pair = at.and_then(number).zip(code.and_then(number));
                Some(pair.ok_or_else(unknown)?)
            }
            None => None,
        };
        let id = SeriesId { topic, place };
        if self.series.contains_key(&id) { Ok(id) } else { Err(unknown()) }
    }

    /// The settings of the baselines of a series.
    fn settings(&self, id: SeriesId, start: i32) -> Detect {
        let watcher = &self.watcher;
        let mut settings = Detect::new(watcher.every)
            .start_at(start)
            .direction(watcher.direction)
            .method(watcher.method)
            .holidays(watcher.holidays.iter().copied())
            .min_cases(watcher.min_cases);
        if let Some(memory) = watcher.memory {
            settings = settings.memory(memory);
        }
        if watcher.share && id.topic.is_some() { settings.share() } else { settings }
    }
}

fn unknown() -> Error {
    Error::new(ErrorCode::UnknownName, "no such series is watched")
}

/// Up to which period is judged.
#[derive(Debug, Clone, Copy)]
enum Through {
    /// The last one seen.
    Last,
    /// The one before it.
    Before,
    /// This one.
    Period(i32),
}
