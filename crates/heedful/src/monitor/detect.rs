//! One series in, a table of periods and a table of episodes out.

use serde::Serialize;

use super::Direction;
use super::baseline::stream::{Answer, Baseline};
use super::cadence::Cadence;
use super::episode::{Episode, Episodes};
use super::method::Method;
use crate::base::config::{self, options, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::table::{Data, Table};

/// How a series is watched.
///
/// ```
/// use heedful::{Detect, Every};
///
/// let mut counts: Vec<Option<u64>> = (0..120).map(|week| Some(20 + week % 5)).collect();
/// counts[118] = Some(60);
/// let found = Detect::new(Every::Week).start(11_323).run(&counts, None)?; // 2001-01-01
/// assert_eq!(found.answers[118].alarm, Some(true));
/// assert_eq!(found.episodes.len(), 1);
/// println!("{}", found.to_table());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Detect {
    /// The length of a period.
    pub(super) every: Cadence,
    /// A day of the first period, counted from 1970-01-01.
    #[serde(default)]
    pub(super) start: i32,
    /// The hour of the first period on that day, 0 to 23, where periods are hours.
    #[serde(default, skip_serializing_if = "is_midnight")]
    pub(super) start_hour: u8,
    /// The wanted rate of false alarms, for each period.
    #[serde(default = "percent")]
    pub(super) alpha: f64,
    /// Which departures alarm.
    #[serde(default)]
    pub(super) direction: Direction,
    /// Whether counts are a part of their volume.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) share: bool,
    /// Holidays, as days since 1970-01-01.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) holidays: Vec<i32>,
    /// Silence where the evidence holds fewer cases.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) min_cases: u64,
    /// What tests the periods.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub(super) method: Method,
    /// How many periods are remembered; half a year of hours, three years of days and twelve of weeks where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) memory: Option<usize>,
}

fn percent() -> f64 {
    0.01
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_usual(method: &Method) -> bool {
    *method == Method::Baseline
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_midnight(hour: &u8) -> bool {
    *hour == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")
)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl Detect {
    /// Watches for more than expected, with one false alarm in a hundred periods.
    #[must_use]
    pub fn new(every: impl Into<Cadence>) -> Self {
        Self {
            every: every.into(),
            start: 0,
            start_hour: 0,
            alpha: percent(),
            direction: Direction::Up,
            share: false,
            holidays: Vec::new(),
            min_cases: 0,
            memory: None,
            method: Method::Baseline,
        }
    }

    /// What tests the periods: a baseline, or a published detector with its own settings and this level.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// A day of the first period, counted from 1970-01-01. Weekdays, holidays and the time of year follow from it.
    #[must_use]
    pub fn start(mut self, day: i32) -> Self {
        self.start = day;
        self
    }

    /// The hour of the first period, where periods are hours.
    #[must_use]
    pub fn start_hour(mut self, hour: u8) -> Self {
        self.start_hour = hour;
        self
    }

    /// The wanted rate of false alarms, for each period: 0.01.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Which departures alarm.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// Counts are a part of their volume, which must be given: a share is watched, and more volume is no news.
    /// Without, a volume says how many cases are to be expected, but a count may exceed it.
    #[must_use]
    pub fn share(mut self) -> Self {
        self.share = true;
        self
    }

    /// Holidays, as days since 1970-01-01, past and future. They and the days after them have factors of their own.
    #[must_use]
    pub fn holidays(mut self, days: impl IntoIterator<Item = i32>) -> Self {
        self.holidays = days.into_iter().collect();
        self
    }

    /// No alarm where the evidence holds fewer cases: quieter for rare topics, whose first cases then go unsaid.
    #[must_use]
    pub fn min_cases(mut self, cases: u64) -> Self {
        self.min_cases = cases;
        self
    }

    /// How many periods are remembered (at least 30).
    #[must_use]
    pub fn memory(mut self, periods: usize) -> Self {
        self.memory = Some(periods);
        self
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        let settings: Self = config::read(text)?;
        settings.check()?;
        Ok(settings)
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if !(self.alpha > 0.0 && self.alpha < 0.5) {
            return refuse("alpha", "alpha must lie between 0 and 0.5");
        }
        let hours = if self.every == Cadence::Hour { 24 } else { 1 };
        if self.start_hour >= hours {
            return refuse("start_hour", "an hour is 0 to 23, and periods are hours");
        }
        if self.memory.is_some_and(|memory| !(30..=100_000).contains(&memory)) {
            return refuse("memory", "memory must be 30 to 100000 periods");
        }
        Ok(())
    }

    pub(super) fn is_share(&self) -> bool {
        self.share
    }

    pub(super) fn memory_periods(&self) -> usize {
        self.memory.unwrap_or(match self.every {
            Cadence::Hour => 26 * 7 * 24,
            Cadence::Day => 1096,
            Cadence::Week => 626,
            Cadence::Month | Cadence::Quarter | Cadence::Year => 240,
        })
    }

    /// The same, from a period on.
    pub(super) fn start_at(mut self, period: i32) -> Self {
        self.start = self.every.first_day(period);
        let hour = period.saturating_sub(self.every.index_of_day(self.start));
        self.start_hour = u8::try_from(hour).unwrap_or(0);
        self
    }

    pub(super) fn first_period(&self) -> i32 {
        self.every.index_of_day(self.start).saturating_add(i32::from(self.start_hour))
    }

    /// What must agree for counts to add up.
    pub(super) fn kind_of(&self) -> (Cadence, bool, Direction) {
        (self.every, self.share, self.direction)
    }

    /// Tests every period against those before it. `counts` and `volume` have a value for each period, `None`
    /// where it is missing.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for settings out of range, a count above its volume, or one beyond 2^53;
    /// [`ErrorCode::LengthMismatch`] for a volume of another length.
    pub fn run(&self, counts: &[Option<u64>], volume: Option<&[Option<u64>]>) -> Result<Detection> {
        if volume.is_some_and(|volume| volume.len() != counts.len()) {
            let message = "volume and counts differ in length";
            return Err(Error::new(ErrorCode::LengthMismatch, message).at("volume"));
        }
        let mut baseline = Baseline::new(self)?;
        let mut answers = Vec::with_capacity(counts.len());
        if self.method == Method::Baseline {
            for (row, count) in counts.iter().enumerate() {
                let volume = volume.and_then(|volume| volume.get(row).copied().flatten());
                let answer = baseline.update(*count, volume);
                answers.push(answer.map_err(|error| error.on_row(row as u64))?);
            }
        } else {
            answers = self.method.run(self, counts, volume, 0..counts.len())?;
            baseline.learn(counts, volume)?;
        }
        let mut episodes = Episodes::new(self.every);
        for answer in &answers {
            episodes.update(answer);
        }
        Ok(Detection { settings: self.clone(), answers, episodes: episodes.finish(), baseline })
    }
}

options!(
    Detect,
    needs [every],
    takes [start, start_hour, alpha, direction, share, holidays, min_cases, method, memory],
    from Self::new(Cadence::Day)
);
written!(Detect, r#"{"every": "day", "alpha": 0.01}"#);

/// What was found in a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    settings: Detect,
    /// An answer for each period.
    pub answers: Vec<Answer>,
    /// The episodes, in order of time.
    pub episodes: Vec<Episode>,
    /// The baseline at the end, ready for the next period.
    pub baseline: Baseline,
}

impl Detection {
    pub(crate) fn every(&self) -> Cadence {
        self.settings.every
    }

    pub(crate) fn alpha(&self) -> f64 {
        self.settings.alpha
    }

    /// One row a period: `period` (its first day, or the hour), `observed`, `expected`, `lower`, `upper` (each with a chance of
    /// alpha beyond), `p_value`, `strength` (higher is more anomalous), `alarm`, `direction`, `window`, and why so
    /// much is expected: `level`, `trend`, `season`, `holiday` (factors of the level).
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows = &self.answers;
        let mut table = Table::new();
        table.push("period", self.settings.every.column(rows.iter().map(|a| a.period)));
        table.floats("observed", rows.iter().map(|a| a.observed));
        table.floats("expected", rows.iter().map(|a| a.expected));
        let bounds: Vec<Option<(f64, f64)>> =
            rows.iter().map(|a| a.bounds(self.settings.alpha)).collect();
        table.floats("lower", bounds.iter().map(|b| b.map(|b| b.0)));
        table.floats("upper", bounds.iter().map(|b| b.map(|b| b.1)));
        table.floats("p_value", rows.iter().map(|a| a.p_value));
        table.floats("strength", rows.iter().map(|a| a.strength));
        table.push("alarm", Data::Bool(rows.iter().map(|a| a.alarm).collect()));
        table.texts("direction", rows.iter().map(|a| a.direction.map(Direction::as_str)));
        table.ints("window", rows.iter().map(|a| a.window.map(|w| w as u64)));
        table.floats("level", rows.iter().map(|a| a.level));
        table.floats("trend", rows.iter().map(|a| a.trend));
        table.floats("season", rows.iter().map(|a| a.season));
        table.floats("holiday", rows.iter().map(|a| a.holiday));
        table
    }

    /// One row an episode; see [`Episode`].
    #[must_use]
    pub fn episodes_table(&self) -> Table {
        super::episode::to_table(self.settings.every, &self.episodes)
    }
}

#[cfg(test)]
pub(crate) mod tests;
