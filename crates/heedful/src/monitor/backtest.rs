//! What would have been raised, and how sensitive a detector may be for a team that reads its alarms.

use serde::Serialize;

use super::detect::Detection;
use super::episode::{Episode, Episodes};
use crate::base::table::Table;

/// A detector at one level, run over history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// The level of each period's test.
    pub alpha: f64,
    /// Periods that were tested.
    pub periods: usize,
    /// What would have been raised.
    pub episodes: Vec<Episode>,
    /// Episodes a month.
    pub per_month: f64,
    /// False alarms a month that the level stands for, at most.
    pub false_per_month: f64,
}

/// Levels that are tried, most sensitive first.
const LEVELS: [f64; 10] = [0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 5e-4, 2e-4, 1e-4, 1e-5];
/// Weeks in a month, on average.
const WEEKS: f64 = 365.2425 / 12.0 / 7.0;

impl Detection {
    /// The same series at another level; nothing is fitted again, since the level plays no part in that.
    #[must_use]
    pub fn at_level(&self, alpha: f64) -> Backtest {
        let every = self.every();
        let mut episodes = Episodes::new(every);
        let mut periods = 0;
        for answer in &self.answers {
            let mut answer = *answer;
            periods += usize::from(answer.p_value.is_some());
            answer.decide(answer.p_value.map(|p| p <= alpha));
            episodes.update(&answer);
        }
        let episodes = episodes.finish();
        let months = (periods as f64 / every.per_month()).max(f64::MIN_POSITIVE);
        let (raised, tested) = (episodes.len() as f64, periods as f64);
        Backtest {
            alpha,
            periods,
            per_month: if periods == 0 { 0.0 } else { raised / months },
            false_per_month: if periods == 0 { 0.0 } else { alpha * tested / months },
            episodes,
        }
    }

    /// The most sensitive of ten levels (0.05 to 0.00001) that would have raised at most so many episodes a week.
    #[must_use]
    pub fn level_for(&self, episodes_per_week: f64) -> Option<Backtest> {
        let month = episodes_per_week * WEEKS;
        LEVELS.into_iter().map(|alpha| self.at_level(alpha)).find(|test| test.per_month <= month)
    }

    /// One row a level: `alpha`, `episodes`, `per_month`, `false_per_month`.
    #[must_use]
    pub fn levels_table(&self) -> Table {
        let tests: Vec<Backtest> = LEVELS.into_iter().map(|alpha| self.at_level(alpha)).collect();
        let mut table = Table::new();
        table.floats("alpha", tests.iter().map(|t| Some(t.alpha)));
        table.ints("episodes", tests.iter().map(|t| Some(t.episodes.len() as u64)));
        table.floats("per_month", tests.iter().map(|t| Some(t.per_month)));
        table.floats("false_per_month", tests.iter().map(|t| Some(t.false_per_month)));
        table
    }
}

#[cfg(test)]
mod tests {
    use crate::monitor::detect::tests::poisson;
    use crate::stats::Random;
    use crate::{Detect, Every};

    #[test]
    fn fewer_alarms_at_stricter_levels() {
        let mut random = Random::new(1);
        let mut counts: Vec<Option<u64>> =
            (0..600).map(|_| Some(poisson(&mut random, 15.0))).collect();
        counts[500] = Some(60);
        let found = Detect::new(Every::Day).run(&counts, None).unwrap();
        assert_eq!(found.at_level(0.01).episodes, found.episodes);
        let levels = [0.05, 0.01, 0.001].map(|alpha| found.at_level(alpha).per_month);
        assert!(levels[0] >= levels[1] && levels[1] >= levels[2] && levels[2] > 0.0);
        let chosen = found.level_for(0.02).unwrap();
        assert!(chosen.per_month <= 0.02 * 4.35 && !chosen.episodes.is_empty());
        assert_eq!(found.levels_table().len(), 10);
    }
}
