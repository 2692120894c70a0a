//! A baseline that goes along with its series.

use serde::Serialize;

use super::calendar::{Calendar, Mark};
use super::counted::Counted;
use super::evidence::{Evidence, Predictive, scan};
use super::feedback::{Feedback, Ruling, ruled};
use super::fit::{Fitted, Stretch, borrow, fit, period};
use super::model::{Expectation, Kind, Parts};
use super::score::ScoreAnswer;
use crate::base::error::{Error, ErrorCode, Result};
use crate::monitor::Direction;
use crate::monitor::cadence::Cadence;
use crate::monitor::detect::Detect;

/// What a baseline says of one period. `None` where the period is missing or there is too little history.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Answer {
    /// Index of the period (see [`Cadence`](crate::Cadence)).
    pub period: i32,
    /// The count.
    pub observed: Option<f64>,
    /// The volume that it is out of, for a share.
    pub volume: Option<f64>,
    /// The expected count.
    pub expected: Option<f64>,
    /// Chance of evidence at least as strong, over all windows that end here, if nothing has changed. Counts
    /// being whole numbers, half of the chance of the observed count itself is left out (but no more than a fifth of
    /// the whole), so that alarms at level alpha are about as frequent as alpha from some twenty expected cases on,
    /// and rarer below.
    pub p_value: Option<f64>,
    /// -log10 of a p-value that takes half of the chance of the observed count itself: higher is more anomalous.
    pub strength: Option<f64>,
    /// Whether the p-value is at most alpha, and there are cases enough.
    pub alarm: Option<bool>,
    /// Up or down, where there is an alarm.
    pub direction: Option<Direction>,
    /// How many periods, this one included, the strongest evidence comes from.
    pub window: Option<usize>,
    /// The expected count without trend, time of year, weekday and holiday.
    pub level: Option<f64>,
    /// The trend since the last fit, as a factor.
    pub trend: Option<f64>,
    /// Time of year and weekday, as a factor.
    pub season: Option<f64>,
    /// Holiday or day after one, as a factor.
    pub holiday: Option<f64>,
    /// Whether the evidence holds as many cases as the settings ask for.
    #[serde(skip)]
    pub(crate) enough: bool,
    /// The predictive distribution, for bounds.
    #[serde(skip)]
    pub(crate) predictive: Option<Predictive>,
    /// Bounds that a published detector has.
    #[serde(skip)]
    pub(crate) limits: Option<(f64, f64)>,
}

impl Answer {
    /// Of a period about which nothing is known.
    pub(crate) fn missing(period: i32) -> Self {
        Self {
            period,
            observed: None,
            volume: None,
            expected: None,
            p_value: None,
            strength: None,
            alarm: None,
            direction: None,
            window: None,
            level: None,
            trend: None,
            season: None,
            holiday: None,
            enough: false,
            predictive: None,
            limits: None,
        }
    }

    /// What a score says, in the form of an answer about counts: sums of its values are what counts are.
    pub(crate) fn of_score(period: i32, score: &ScoreAnswer) -> Self {
        Self {
            observed: Some(score.observed),
            expected: Some(score.expected),
            p_value: score.p_value,
            window: Some(score.window),
            enough: true,
            ..Self::missing(period)
        }
    }

    /// Alarms or not, by a rule other than the level of the baseline.
    pub(crate) fn decide(&mut self, alarm: Option<bool>) {
        let side = match self.observed.zip(self.expected) {
            Some((observed, expected)) if observed < expected => Direction::Down,
            _ => Direction::Up,
        };
        self.alarm = alarm.map(|alarm| alarm && self.enough);
        self.direction = (self.alarm == Some(true)).then_some(side);
    }

    /// The least and the largest count that are not surprising: `tail` is the chance beyond each bound.
    #[must_use]
    pub fn bounds(&self, tail: f64) -> Option<(f64, f64)> {
        if self.limits.is_some() {
            return self.limits;
        }
        let predictive = self.predictive.filter(|_| tail > 0.0 && tail < 0.5)?;
        Some((predictive.quantile(tail), predictive.quantile(1.0 - tail)))
    }
}

/// A baseline of one series of counts (or shares), period after period.
///
/// Every period is answered from those before it, then learned; from time to time the baseline is fitted anew to
/// what it remembers (three years of days, twelve of weeks). It holds nothing else but counts: [`to_bytes`](Self::to_bytes)
/// writes some kilobytes, and counts of the same series kept elsewhere [merge](Self::merge).
///
/// ```
/// use heedful::{Baseline, Detect, Every};
///
/// let mut baseline = Baseline::new(&Detect::new(Every::Day).start(19_723))?; // 2024-01-01
/// for day in 0..60 {
///     baseline.update(Some(10 + day % 7), None)?;
/// }
/// let answer = baseline.update(Some(40), None)?;
/// assert_eq!(answer.alarm, Some(true));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    pub(super) settings: Detect,
    pub(super) calendar: Calendar,
    /// Period of the first count that is remembered.
    pub(super) first: i32,
    pub(super) counted: Counted,
    pub(super) rulings: Vec<Ruling>,
    /// How many of the counts the last fit saw.
    pub(super) fitted_rows: usize,
    pub(super) fitted: Option<Fitted>,
}

/// A new fit when the history has grown by one part in so many.
const GROWTH: usize = 10;
/// Larger counts would leave the whole numbers that a float holds.
const MOST: u64 = 1 << 53;

impl Baseline {
    /// A baseline that has seen nothing.
    ///
    /// # Errors
    /// Those of [`Detect::run`] about settings.
    pub fn new(settings: &Detect) -> Result<Self> {
        settings.check()?;
        let calendar = Calendar::new(settings.every, settings.holidays.clone());
        Ok(Self {
            first: settings.first_period(),
            settings: settings.clone(),
            calendar,
            counted: Counted::default(),
            rulings: Vec::new(),
            fitted_rows: 0,
            fitted: None,
        })
    }

    /// What is remembered: the first period and the counts.
    pub(crate) fn history(&self) -> (i32, impl Iterator<Item = Option<u64>> + '_) {
        let present = |(count, exposure): (f64, f64)| (exposure > 0.0).then_some(count as u64);
        (self.first, self.counted.iter().map(present))
    }

    /// The volumes of what is remembered.
    pub(crate) fn volumes(&self) -> impl Iterator<Item = Option<u64>> + '_ {
        self.counted.iter().map(|(_, exposure)| (exposure > 0.0).then_some(exposure as u64))
    }

    /// Variance over mean, where it is known.
    pub(crate) fn dispersion(&self) -> f64 {
        self.fitted.as_ref().map_or(1.0, |fitted| fitted.parts.phi)
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &Detect {
        &self.settings
    }

    /// The period that the next update is about.
    #[must_use]
    pub fn next_period(&self) -> i32 {
        period(self.first, self.counted.len())
    }

    /// Periods before the first answer.
    fn warm_up(&self) -> usize {
        match self.settings.every {
            Cadence::Hour => 14 * 24,
            Cadence::Day => 21,
            _ => 8,
        }
    }

    fn kind(&self) -> Kind {
        if self.settings.share { Kind::Share } else { Kind::Count }
    }

    /// Answers the next period and learns it. `None` is a missing period; a share needs its volume, other series
    /// may have one (more volume, more cases).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a count above its volume or beyond 2^53, and for a share without volume.
    pub fn update(&mut self, count: Option<u64>, volume: Option<u64>) -> Result<Answer> {
        let (count, exposure) = self.checked(count, volume)?;
        if self.fit_is_due() {
            self.refit();
        }
        Ok(self.take(count, exposure))
    }

    /// Count and exposure as they are stored.
    pub(crate) fn checked(&self, count: Option<u64>, volume: Option<u64>) -> Result<(f64, f64)> {
        let refuse = |message: &str| Err(Error::new(ErrorCode::InvalidArgument, message));
        let Some(count) = count else { return Ok((0.0, 0.0)) };
        if count > MOST || volume.is_some_and(|volume| volume > MOST) {
            return refuse("counts and volumes must be at most 2^53");
        }
        match volume {
            None if self.settings.share => refuse("a share needs a volume for each count"),
            Some(volume) if self.settings.share && count > volume => {
                refuse("a count is larger than its volume")
            }
            Some(0) => Ok((0.0, 0.0)),
            Some(volume) => Ok((count as f64, volume as f64)),
            None => Ok((count as f64, 1.0)),
        }
    }

    /// Answers as [`update`](Self::update); while it has too little history for a fit of its own it borrows that of
    /// another series, at a ratio of levels where one is known.
    pub(crate) fn update_beside(
        &mut self,
        count: Option<u64>,
        volume: Option<u64>,
        lender: Option<(&Parts, Option<f64>)>,
    ) -> Result<Answer> {
        if let Some((parts, ratio)) = lender
            && self.may_borrow()
        {
            let (counted, exposure) = self.checked(count, volume)?;
            let stretch = Stretch {
                first: self.first,
                counted: &self.counted,
                rows: self.counted.len(),
                rulings: &self.rulings,
            };
            self.fitted = borrow(&self.calendar, parts, ratio, stretch);
            let answer = self.take(counted, exposure);
            // Borrowed anew for every period: what is stored is counts alone.
            self.fitted = None;
            return Ok(answer);
        }
        self.update(count, volume)
    }

    /// Whether there are some periods, and too few for a fit.
    pub(crate) fn may_borrow(&self) -> bool {
        (self.warm_up() / 3..self.warm_up()).contains(&self.counted.len())
    }

    /// What others may borrow.
    pub(crate) fn parts(&self) -> Option<&Parts> {
        self.fitted.as_ref().map(|fitted| &fitted.parts)
    }

    /// Cases of the last so many periods.
    pub(crate) fn last_cases(&self, periods: usize) -> f64 {
        let before = self.counted.len().saturating_sub(periods);
        self.counted.iter().skip(before).map(|(count, _)| count).sum()
    }

    /// Periods that are remembered.
    pub(crate) fn periods(&self) -> usize {
        self.counted.len()
    }

    fn fit_is_due(&self) -> bool {
        let rows = self.counted.len();
        let since = rows - self.fitted_rows.min(rows);
        rows >= self.warm_up() && since >= (self.fitted_rows / GROWTH).max(1)
    }

    /// Fits anew to what is remembered, and forgets what is older.
    pub(crate) fn refit(&mut self) {
        let surplus = self.counted.len().saturating_sub(self.settings.memory_periods());
        self.first = period(self.first, surplus);
        self.counted.forget(surplus);
        self.rulings.retain(|ruling| ruling.to >= self.first);
        self.fitted_rows = self.counted.len();
        self.fitted = self.fit_rows(self.fitted_rows);
    }

    pub(super) fn fit_rows(&self, rows: usize) -> Option<Fitted> {
        let stretch = Stretch {
            first: self.first,
            counted: &self.counted,
            rows: rows.min(self.counted.len()),
            rulings: &self.rulings,
        };
        fit(&self.calendar, self.kind(), stretch)
    }

    /// Takes the periods in that came after a fit.
    pub(super) fn go_on(&self, fitted: &mut Fitted, from: usize) {
        let path = Path { calendar: &self.calendar, rulings: &self.rulings, direction: None };
        for (row, (count, exposure)) in self.counted.iter().enumerate().skip(from) {
            path.advance(fitted, period(self.first, row), count, exposure);
        }
    }

    fn take(&mut self, count: f64, exposure: f64) -> Answer {
        let at = self.next_period();
        let present = exposure > 0.0;
        let mut answer = Answer {
            observed: present.then_some(count),
            volume: (present && self.settings.share).then_some(exposure),
            ..Answer::missing(at)
        };
        if let Some(fitted) = &mut self.fitted {
            let direction = Some(self.settings.direction);
            let path = Path { calendar: &self.calendar, rulings: &self.rulings, direction };
            let Step { position, mark, expected, evidence } =
                path.advance(fitted, at, count, exposure);
            if present {
                let parts = &fitted.parts;
                let (level, trend) = fitted.course.told(parts, position);
                let level = exposure * level;
                let holiday = parts.holiday_factor(mark);
                answer.expected = Some(expected.mean);
                answer.level = Some(level);
                answer.trend = Some(trend);
                answer.holiday = Some(holiday);
                answer.season = Some(expected.mean / (level * trend * holiday));
                let variance = expected.variance_of(1, parts);
                answer.predictive = Some(Predictive::new(parts, expected.mean, exposure, variance));
            }
            if let Some(found) = evidence {
                let enough = found.cases >= self.settings.min_cases as f64;
                let alarm = found.p_value <= self.settings.alpha && enough;
                let side = if found.up { Direction::Up } else { Direction::Down };
                answer.p_value = Some(found.p_value);
                answer.strength = Some(libm::log10(found.mid.max(f64::MIN_POSITIVE)).abs());
                answer.enough = enough;
                answer.alarm = Some(alarm);
                answer.direction = alarm.then_some(side);
                answer.window = Some(found.window);
            }
        }
        self.counted.push(count, exposure);
        answer
    }

    /// Takes in periods that nobody asks about.
    ///
    /// # Errors
    /// Those of [`update`](Self::update).
    pub fn learn(&mut self, counts: &[Option<u64>], volume: Option<&[Option<u64>]>) -> Result<()> {
        self.counted.reserve(counts.len());
        for (row, count) in counts.iter().enumerate() {
            let volume = volume.and_then(|volume| volume.get(row).copied().flatten());
            let (count, exposure) =
                self.checked(*count, volume).map_err(|error| error.on_row(row as u64))?;
            self.counted.push(count, exposure);
        }
        if self.counted.len() >= self.warm_up() {
            self.refit();
        }
        Ok(())
    }

    /// Records what a person said of the periods `from` to `to` (both included), and fits anew.
    pub fn feedback(&mut self, from: i32, to: i32, feedback: Feedback) {
        self.rulings.push(Ruling { from, to, feedback });
        if self.counted.len() >= self.warm_up() {
            self.refit();
        }
    }
}

/// What a fitted baseline goes along.
struct Path<'a> {
    calendar: &'a Calendar,
    rulings: &'a [Ruling],
    /// Which departures are looked for; `None` where nobody asks.
    direction: Option<Direction>,
}

/// What a period is, is expected to be, and says.
struct Step {
    position: usize,
    mark: Mark,
    expected: Expectation,
    evidence: Option<Evidence>,
}

impl Path<'_> {
    fn advance(&self, fitted: &mut Fitted, at: i32, count: f64, exposure: f64) -> Step {
        let Fitted { parts, course } = fitted;
        course.reach(self.calendar, parts, at);
        let (position, mark) = (self.calendar.position(at), self.calendar.mark(at));
        let expected = course.expect(parts, position, mark, exposure);
        let asked = self.direction.filter(|_| exposure > 0.0);
        let evidence = asked.and_then(|direction| {
            scan(count, exposure, expected, &course.recent, parts, direction)
        });
        let phi = parts.phi * parts.kind.binomial(expected.mean, exposure);
        let ruled = ruled(self.rulings, at);
        let weights = parts.weights(count, expected.mean, phi, ruled);
        course.learn(count, exposure, expected, weights, phi, ruled);
        Step { position, mark, expected, evidence }
    }
}
