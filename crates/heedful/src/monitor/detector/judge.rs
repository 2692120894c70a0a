//! Periods are judged: every series against its own past, all at one rate of false alarms.

use std::collections::BTreeMap;

use super::{Cell, Detector, Series, SeriesId};
use crate::base::error::Result;
use crate::monitor::Direction;
use crate::monitor::baseline::model::Parts;
use crate::monitor::baseline::score::ScoreBaseline;
use crate::monitor::baseline::stream::{Answer, Baseline};
use crate::monitor::cadence::Cadence;
use crate::monitor::episode::Episodes;
use crate::monitor::method::Method;
use crate::stats::Adjustment;

/// False alarms a month where no rate is asked for.
const USUAL: f64 = 2.0;

/// The level of a test such that so many tests a period give the wanted alarms a month.
fn level(alarms: f64, every: Cadence, tests: usize) -> f64 {
    (alarms / every.per_month() / tests.max(1) as f64).min(0.25)
}

/// The fit of another series, and how large a new one is beside it, where that is known.
struct Loan {
    parts: Parts,
    ratio: Option<f64>,
}

impl Detector {
    /// The level at which a count of one series is judged now; where a false-discovery rate is controlled, that of
    /// one series alone.
    pub(super) fn level(&self) -> f64 {
        let watcher = &self.watcher;
        match watcher.fdr {
            Some(rate) => rate.min(0.25),
            None => {
                let alarms = watcher.alarms_per_month.unwrap_or(USUAL);
                level(alarms, watcher.every, self.series()).max(1e-12)
            }
        }
    }

    /// Takes in the periods before this one without judging them.
    pub(super) fn learn_until(&mut self, end: i32) {
        let from = self.next;
        if end <= from {
            return;
        }
        let later = self.pending.split_off(&end);
        let past = std::mem::replace(&mut self.pending, later);
        // Series by series, so that each is fitted once.
        let mut by_series: BTreeMap<SeriesId, BTreeMap<i32, Cell>> = BTreeMap::new();
        for (period, cells) in past {
            for (id, cell) in cells {
                by_series.entry(id).or_default().insert(period, cell);
            }
        }
        let known: Vec<SeriesId> = self.series.keys().copied().collect();
        for id in known {
            by_series.entry(id).or_default();
        }
        // Places come before the topics in them, which need their volumes.
        for (id, cells) in by_series {
            let first = cells.keys().next().copied().unwrap_or(from);
            let Some(mut series) = self.started(id, first) else { continue };
            let begun = series.baseline.next_period();
            let empty = Cell::default();
            let of = |period: &i32| cells.get(period).unwrap_or(&empty);
            let counts: Vec<Option<u64>> =
                (begun..end).map(|period| Some(of(&period).count)).collect();
            let volumes = self.volumes(id, begun, end);
            // Counts were counted by us: none is above its volume.
            let _ = series.baseline.learn(&counts, volumes.as_deref());
            if let Some(score) = &mut series.score {
                for period in begun..end {
                    score.update(&self.calendar, period, &of(&period).points, Direction::Both);
                }
            }
            self.series.insert(id, series);
        }
        self.next = end;
    }

    /// The volumes of a series from one period to before another: all responses of its place. `None` where it is no
    /// share.
    fn volumes(&self, id: SeriesId, from: i32, to: i32) -> Option<Vec<Option<u64>>> {
        if !(self.watcher.share && id.topic.is_some()) {
            return None;
        }
        let place = self.series.get(&SeriesId { topic: None, ..id })?;
        let (first, counts) = place.baseline.history();
        let skipped = usize::try_from(i64::from(from) - i64::from(first)).unwrap_or(0);
        let mut volumes: Vec<Option<u64>> = counts.skip(skipped).collect();
        volumes.resize(usize::try_from(to - from).unwrap_or(0), None);
        Some(volumes)
    }

    /// A series that is known, or a new one that begins with its place.
    fn started(&mut self, id: SeriesId, first: i32) -> Option<Series> {
        if let Some(series) = self.series.remove(&id) {
            return Some(series);
        }
        let whole = match id {
            SeriesId { topic: None, place: None } => None,
            SeriesId { topic: Some(_), .. } => Some(SeriesId { topic: None, ..id }),
            SeriesId { topic: None, .. } => None,
        };
        let start = match whole {
            Some(whole) => self.series.get(&whole)?.baseline.history().0,
            None if id.place.is_none() => self.first?,
            None => first,
        };
        let every = self.watcher.every;
        let values = self.watcher.metric.as_ref().map(crate::base::metric::Metric::values);
        Some(Series {
            baseline: Baseline::new(&self.settings(id, start)).ok()?,
            score: values.map(ScoreBaseline::new),
            episodes: Episodes::new(every),
            score_episodes: Episodes::new(every),
            sum: 0.0,
        })
    }

    /// Begins the series that have their first response in a period.
    fn begin(&mut self, period: i32, cells: &BTreeMap<SeriesId, Cell>) {
        for id in cells.keys() {
            if self.series.contains_key(id) {
                continue;
            }
            let Some(mut series) = self.started(*id, period) else { continue };
            let begun = series.baseline.next_period();
            if begun < period {
                let counts = vec![Some(0); usize::try_from(period - begun).unwrap_or(0)];
                let volumes = self.volumes(*id, begun, period);
                let _ = series.baseline.learn(&counts, volumes.as_deref());
            }
            self.series.insert(*id, series);
        }
    }

    /// Judges one period.
    pub(super) fn judge(&mut self, period: i32) -> Result<()> {
        let cells = self.pending.remove(&period).unwrap_or_default();
        self.begin(period, &cells);
        let volumes: BTreeMap<Option<(u32, u32)>, u64> = cells
            .iter()
            .filter(|(id, _)| id.topic.is_none())
            .map(|(id, cell)| (id.place, cell.count))
            .collect();
        let empty = Cell::default();
        let mut answers: Vec<Answer> = Vec::with_capacity(2 * self.series.len());
        let loans = self.loans();
        let (method, level) = (self.watcher.method, self.level());
        for (id, series) in &mut self.series {
            let cell = cells.get(id).unwrap_or(&empty);
            let volume = (self.watcher.share && id.topic.is_some())
                .then(|| volumes.get(&id.place).copied().unwrap_or(0));
            let lender = loans.get(id).map(|loan| (&loan.parts, loan.ratio));
            let own = series.baseline.update_beside(Some(cell.count), volume, lender)?;
            answers.push(if method == Method::Baseline {
                own
            } else {
                let settings = series.baseline.settings().clone().alpha(level);
                method.latest(&settings, &series.baseline, own, &mut series.sum)?
            });
            if let Some(score) = &mut series.score {
                let answer = score.update(&self.calendar, period, &cell.points, Direction::Both);
                answers.push(match answer {
                    Some(answer) => Answer::of_score(period, &answer),
                    None => Answer::missing(period),
                });
            }
        }
        let p_values: Vec<Option<f64>> = answers.iter().map(|answer| answer.p_value).collect();
        // A published detector has been asked at its level, unless its p-values are to be judged together.
        let asked = method != Method::Baseline && self.watcher.fdr.is_none();
        let known =
            |answer: &&Answer| answer.p_value.or(answer.expected.filter(|_| asked)).is_some();
        let alarms = self.alarms(&p_values, answers.iter().filter(known).count());
        let mut decided = answers.into_iter().zip(alarms).map(|(mut answer, alarm)| {
            if asked && answer.alarm.is_some() {
                let alarm = answer.alarm == Some(true) && answer.enough;
                answer.alarm = Some(alarm);
                answer.direction = alarm.then_some(Direction::Up);
            } else {
                answer.decide(alarm);
            }
            answer
        });
        for series in self.series.values_mut() {
            if let Some(answer) = decided.next() {
                series.episodes.update(&answer);
            }
            if series.score.is_some()
                && let Some(answer) = decided.next()
            {
                series.score_episodes.update(&answer);
            }
        }
        Ok(())
    }

    /// What series of new places borrow: a topic there from the topic everywhere, as large as the place is; all
    /// responses there from all everywhere.
    fn loans(&self) -> BTreeMap<SeriesId, Loan> {
        let all = SeriesId { topic: None, place: None };
        let cases = |id: SeriesId, periods: usize| {
            self.series.get(&id).map_or(0.0, |series| series.baseline.last_cases(periods))
        };
        let new = self
            .series
            .iter()
            .filter(|(id, series)| id.place.is_some() && series.baseline.may_borrow());
        let loan = |(id, series): (&SeriesId, &Series)| {
            let lender = self.series.get(&SeriesId { place: None, ..*id })?;
            let parts = lender.baseline.parts()?.clone();
            let periods = series.baseline.periods();
            let ratio = match id.topic {
                // The levels of shares are shares.
                Some(_) if self.watcher.share => Some(1.0),
                Some(_) => {
                    let place = cases(SeriesId { topic: None, ..*id }, periods);
                    Some(place / cases(all, periods).max(1.0))
                }
                None => None,
            };
            Some((*id, Loan { parts, ratio }))
        };
        new.filter_map(loan).collect()
    }

    /// Which of so many tests alarm.
    fn alarms(&self, p_values: &[Option<f64>], tests: usize) -> Vec<Option<bool>> {
        let below = |values: &[Option<f64>], limit: f64| {
            values.iter().map(|p| p.map(|p| p <= limit)).collect()
        };
        match self.watcher.fdr {
            Some(rate) => below(&Adjustment::BenjaminiHochberg.adjust(p_values), rate),
            None => {
                let alarms = self.watcher.alarms_per_month.unwrap_or(USUAL);
                below(p_values, level(alarms, self.watcher.every, tests))
            }
        }
    }
}
