//! Alarms that belong together: one episode, however many periods it lasts.

use serde::Serialize;

use super::Direction;
use super::baseline::stream::Answer;
use super::cadence::Cadence;
use crate::base::config::{names, stored};
use crate::base::table::Table;

/// How an episode stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeStatus {
    /// Its first alarm was this period.
    Raised,
    /// It goes on.
    Growing,
    /// No alarm for some periods.
    Ended,
}

/// A departure from the baseline, from its estimated start to its last alarm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Episode {
    /// Where it seems to have begun: the first period of the window that raised it.
    pub start: i32,
    /// The period of the first alarm.
    pub raised: i32,
    /// The period of the last alarm so far.
    pub last: i32,
    /// How it stands.
    pub status: EpisodeStatus,
    /// More or less than expected.
    pub direction: Direction,
    /// Counts from start to last alarm.
    pub observed: f64,
    /// What was expected of them.
    pub expected: f64,
    /// The smallest p-value; `None` where the method has none.
    pub p_value: Option<f64>,
    /// The period with the largest difference from what was expected.
    pub peak: i32,
    /// Periods with an alarm.
    pub alarms: usize,
}

names!(EpisodeStatus { Raised = "raised", Growing = "growing", Ended = "ended" });
stored!(Episode {
    start,
    raised,
    last,
    status,
    direction,
    observed,
    expected,
    p_value,
    peak,
    alarms
});
stored!(Episodes { patience, recent, current = None, peak, ended, closed = Default::default() });

impl Episode {
    /// Cases beyond (or short of) what was expected.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.observed - self.expected
    }

    /// The smallest p-value to compare by: 1 where there is none.
    pub(crate) fn chance(&self) -> f64 {
        self.p_value.unwrap_or(1.0)
    }
}

/// Follows the answers of one series and keeps its episodes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Episodes {
    /// Periods without alarm after which an episode is over.
    patience: i32,
    /// The last periods: index, observed, expected.
    recent: Vec<(i32, f64, f64)>,
    current: Option<Episode>,
    peak: f64,
    ended: Vec<Episode>,
    /// The last alarm of the last episode that ended.
    #[serde(default)]
    closed: Option<i32>,
}

/// As many periods as the longest window holds.
const KEPT: usize = 14;

impl Episodes {
    /// An episode is over after three days without alarm, or six hours; two periods where they are longer.
    #[must_use]
    pub fn new(every: impl Into<Cadence>) -> Self {
        let patience = match every.into() {
            Cadence::Hour => 6,
            Cadence::Day => 3,
            _ => 2,
        };
        Self {
            patience,
            recent: Vec::new(),
            current: None,
            peak: 0.0,
            ended: Vec::new(),
            closed: None,
        }
    }

    /// Takes in an answer. The episode that it belongs to, or that it ends.
    pub fn update(&mut self, answer: &Answer) -> Option<Episode> {
        if let (Some(observed), Some(expected)) = (answer.observed, answer.expected) {
            if self.recent.len() == KEPT {
                self.recent.remove(0);
            }
            self.recent.push((answer.period, observed, expected));
        }
        if answer.alarm == Some(true) {
            let direction = answer.direction.unwrap_or_default();
            match self.current {
                Some(episode) if episode.direction == direction => self.extend(episode, answer),
                _ => {
                    self.close();
                    self.open(answer, direction);
                }
            }
            return self.current;
        }
        let episode = self.current.as_mut()?;
        if answer.period.saturating_sub(episode.last) > self.patience {
            self.close();
            return self.ended.last().copied();
        }
        None
    }

    fn open(&mut self, answer: &Answer, direction: Direction) {
        let window = i32::try_from(answer.window.unwrap_or(1)).unwrap_or(1);
        let start = answer.period.saturating_sub(window - 1);
        // Not into the episode before.
        let start = self.closed.map_or(start, |last| start.max(last.saturating_add(1)));
        let mut episode = Episode {
            start,
            raised: answer.period,
            last: answer.period,
            status: EpisodeStatus::Raised,
            direction,
            observed: 0.0,
            expected: 0.0,
            p_value: answer.p_value,
            peak: answer.period,
            alarms: 1,
        };
        self.peak = 0.0;
        self.add(&mut episode, start);
        self.current = Some(episode);
    }

    fn extend(&mut self, mut episode: Episode, answer: &Answer) {
        let from = episode.last.saturating_add(1);
        episode.last = answer.period;
        episode.status = EpisodeStatus::Growing;
        let p_values = [episode.p_value, answer.p_value];
        episode.p_value = p_values.into_iter().flatten().min_by(f64::total_cmp);
        episode.alarms += 1;
        self.add(&mut episode, from);
        self.current = Some(episode);
    }

    fn add(&mut self, episode: &mut Episode, from: i32) {
        for (period, observed, expected) in self.recent.iter().filter(|recent| recent.0 >= from) {
            episode.observed += observed;
            episode.expected += expected;
            let off = (observed - expected).abs();
            if off > self.peak {
                self.peak = off;
                episode.peak = *period;
            }
        }
    }

    fn close(&mut self) {
        if let Some(mut episode) = self.current.take() {
            episode.status = EpisodeStatus::Ended;
            self.closed = Some(episode.last);
            self.ended.push(episode);
        }
    }

    /// The episodes that ended since the last call, and the one that goes on.
    pub(crate) fn take(&mut self) -> Vec<Episode> {
        let mut all = std::mem::take(&mut self.ended);
        all.extend(self.current);
        all
    }

    /// The episode that goes on, if any.
    #[must_use]
    pub fn current(&self) -> Option<&Episode> {
        self.current.as_ref()
    }

    /// All episodes, in order of time; the last may be going on.
    #[must_use]
    pub fn finish(mut self) -> Vec<Episode> {
        self.ended.extend(self.current);
        self.ended
    }
}

/// One row an episode: `start`, `raised`, `last` and `peak` (first days of periods, or hours), `status`, `direction`,
/// `observed`, `expected`, `excess`, `p_value`, `alarms`.
pub(crate) fn to_table(every: Cadence, episodes: &[Episode]) -> Table {
    let mut table = Table::new();
    columns(&mut table, every, episodes);
    table
}

pub(crate) fn columns(table: &mut Table, every: Cadence, episodes: &[Episode]) {
    let mut days = |name: &str, of: fn(&Episode) -> i32| {
        table.push(name, every.column(episodes.iter().map(of)));
    };
    days("start", |e| e.start);
    days("raised", |e| e.raised);
    days("last", |e| e.last);
    days("peak", |e| e.peak);
    table.texts("status", episodes.iter().map(|e| Some(e.status.as_str())));
    table.texts("direction", episodes.iter().map(|e| Some(e.direction.as_str())));
    table.floats("observed", episodes.iter().map(|e| Some(e.observed)));
    table.floats("expected", episodes.iter().map(|e| Some(e.expected)));
    table.floats("excess", episodes.iter().map(|e| Some(e.excess())));
    table.floats("p_value", episodes.iter().map(|e| e.p_value));
    table.ints("alarms", episodes.iter().map(|e| Some(e.alarms as u64)));
}

impl EpisodeStatus {
    /// The name: `raised`, `growing` or `ended`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Growing => "growing",
            Self::Ended => "ended",
        }
    }
}
