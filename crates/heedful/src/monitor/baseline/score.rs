//! What is normal for a score: a level that may move and a weekday pattern, in the light of how many responses each
//! period has.
//!
//! Responses of a period vary around its true score as the series' own distribution of points, tilted to the expected
//! mean, so that a handful of answers is judged by exact-like tails and not by the normal distribution. True
//! scores vary a little from period to period beyond that, which is learned too.

use serde::Serialize;

use super::calendar::Calendar;
use super::evidence::LONGEST;
use crate::base::config::stored;
use crate::monitor::Direction;
use crate::stats::saddlepoint::Tilted;

/// Lengths of windows and their shares of the level: scores drift more often than they jump.
const WINDOWS: [(usize, f64); 6] =
    [(1, 0.50), (2, 0.32), (3, 0.08), (5, 0.05), (8, 0.03), (14, 0.02)];
/// What makes the rate of false alarms of these windows, which overlap, what was asked for.
const OVERLAP: f64 = 0.6;
/// Standard deviations by which the last period must itself be off for windows of several to count.
const STILL: f64 = 1.2;
/// What followers keep of the blocks before, block by block; the first forgets nothing.
const KEPT: [f64; 4] = [1.0, 0.973_7, 0.917_0, 0.793_7];
/// Responses that pull a follower to the level of all.
const PRIOR: f64 = 20.0;
/// How much the log-likelihoods keep, block by block.
const MEMORY: f64 = 0.985;
/// Prior weight of the fixed level against each follower, as a logarithm.
const FIXED: f64 = 2.5;
/// Prior standard deviation of a weekday's own level, of the width of the metric's range.
const WEEKDAY: f64 = 0.03;
/// Periods with ratings and ratings before the first answer.
const WARM_UP: (u64, f64) = (8, 30.0);
/// Periods by which the variance between periods is drawn to none.
const CALM: f64 = 10.0;

/// Ratings of a period: how many, and the sum of their values.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
struct Rated {
    n: f64,
    sum: f64,
    /// Sum that was expected.
    expected: f64,
}

/// A baseline of the score of one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ScoreBaseline {
    /// The value of each point of the scale.
    values: Vec<f64>,
    /// Ratings of each point, of ordinary periods.
    masses: Vec<f64>,
    /// Of each follower: sum of values, ratings, and how much better than the first it foretold the blocks.
    sums: [f64; 4],
    sizes: [f64; 4],
    gains: [f64; 4],
    /// Departures from the level and ratings, by weekday.
    weekdays: [(f64, f64); 7],
    /// Blocks that are not learned from yet, oldest first: sum less weekday, ratings.
    waiting: Vec<(f64, f64)>,
    current: (f64, f64),
    block: Option<i32>,
    /// Σ n z² in units of the responses' variance, periods and ratings that it is made of.
    squares: (f64, f64, f64),
    /// Last periods, newest first.
    recent: Vec<Rated>,
    periods: u64,
}

/// What a score baseline says of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ScoreAnswer {
    /// Ratings, the sum of their values, and what was expected of it.
    pub(crate) observed: f64,
    pub(crate) expected: f64,
    pub(crate) p_value: Option<f64>,
    pub(crate) up: bool,
    pub(crate) window: usize,
}

stored!(Rated { n, sum, expected });
stored!(ScoreBaseline { values, masses, sums, sizes, gains, weekdays, waiting, current, block = None, squares, recent, periods });

impl ScoreBaseline {
    /// Of scores that are means of these values, one for each point of the scale.
    pub(crate) fn new(values: &[f64]) -> Self {
        Self {
            values: values.to_vec(),
            masses: vec![1.0 / values.len().max(1) as f64; values.len()],
            sums: [0.0; 4],
            sizes: [0.0; 4],
            gains: [0.0; 4],
            weekdays: [(0.0, 0.0); 7],
            waiting: Vec::new(),
            current: (0.0, 0.0),
            block: None,
            squares: (0.0, 0.0, 0.0),
            recent: Vec::new(),
            periods: 0,
        }
    }

    /// Mean and variance of the points.
    fn moments(&self) -> (f64, f64) {
        let total: f64 = self.masses.iter().sum();
        let pairs = || self.values.iter().zip(&self.masses);
        let mean = pairs().map(|(v, m)| v * m).sum::<f64>() / total;
        let variance = pairs().map(|(v, m)| m * (v - mean) * (v - mean)).sum::<f64>() / total;
        (mean, variance.max(1e-9))
    }

    fn width(&self) -> f64 {
        let high = self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = self.values.iter().copied().fold(f64::INFINITY, f64::min);
        (high - low).max(1e-9)
    }

    /// Variance of true scores from period to period over that of responses.
    fn between(&self) -> f64 {
        let (squares, periods, ratings) = self.squares;
        let each = if periods > 0.0 { ratings / periods } else { 1.0 };
        ((squares - periods) / (ratings + CALM * each).max(1.0)).max(0.0)
    }

    /// The level and the variance of its estimate.
    fn level(&self, variance: f64) -> (f64, f64) {
        let [(all, n), ..] = [(self.sums[0], self.sizes[0])];
        let fixed = if n > 0.0 { all / n } else { self.moments().0 };
        let followers = self.sums.iter().zip(&self.sizes);
        let means = followers.map(|(sum, n)| ((sum + PRIOR * fixed) / (n + PRIOR), n + PRIOR));
        let (mut total, mut mean, mut spread) = (0.0, 0.0, 0.0);
        let weigh = |i: usize, gain: &f64| {
            if i == 0 { 1.0 } else { libm::exp((gain - FIXED).clamp(-40.0, 40.0)) }
        };
        let weights = self.gains.iter().enumerate().map(|(i, gain)| weigh(i, gain));
        let weighted: Vec<(f64, f64, f64)> =
            weights.zip(means).map(|(w, (mean, n))| (w, mean, n)).collect();
        for (w, value, _) in &weighted {
            total += w;
            mean += w * value;
        }
        mean /= total;
        for (w, value, n) in &weighted {
            spread += w * ((value - mean) * (value - mean) + variance / n);
        }
        (mean, spread / total)
    }

    fn weekday(&self, position: usize, variance: f64) -> f64 {
        let sd = WEEKDAY * self.width();
        let prior = variance / (sd * sd);
        self.weekdays.get(position).map_or(0.0, |(off, n)| off / (n + prior))
    }

    /// Answers a period from those before it and learns it. `points` has the number of ratings of each point;
    /// `weight` is that of feedback, where there is any.
    pub(crate) fn update(
        &mut self,
        calendar: &Calendar,
        period: i32,
        points: &[u64],
        direction: Direction,
    ) -> Option<ScoreAnswer> {
        self.enter(calendar.block(period), calendar);
        let weekday = calendar.weekday(period);
        let n: f64 = points.iter().map(|count| *count as f64).sum();
        let sum: f64 = self.values.iter().zip(points).map(|(v, count)| v * *count as f64).sum();
        if !(n > 0.0) {
            self.push(Rated::default());
            return None;
        }
        let (_, variance) = self.moments();
        let (level, doubt) = self.level(variance);
        let of_weekday = weekday.map_or(0.0, |weekday| self.weekday(weekday, variance));
        let (low, high) = self.range();
        let mean = (level + of_weekday).clamp(low, high);
        let now = Rated { n, sum, expected: n * mean };
        let (least, ratings) = WARM_UP;
        let ready = self.periods >= least && self.sizes[0] + self.waiting_ratings() >= ratings;
        let answer = ready.then(|| self.judge(now, variance, doubt, direction)).flatten();
        // Far off means less to learn from.
        let between = self.between();
        let z2 = (sum - now.expected) * (sum - now.expected) / (n * variance * (1.0 + n * between));
        let weight = if ready && z2 > 4.0 { 4.0 / z2 } else { 1.0 };
        if ready {
            let (squares, periods, total) = &mut self.squares;
            *squares += weight * (sum - now.expected) * (sum - now.expected) / (n * variance);
            *periods += weight;
            *total += weight * n;
        }
        for (mass, count) in self.masses.iter_mut().zip(points) {
            *mass += weight * *count as f64;
        }
        if let Some((off, size)) = self.weekdays.get_mut(weekday.unwrap_or(0))
            && self.periods >= least
        {
            *off += weight * (sum - n * level);
            *size += weight * n;
        }
        let (total, size) = &mut self.current;
        *total += weight * (sum - n * of_weekday);
        *size += weight * n;
        self.periods += 1;
        self.push(now);
        answer
    }

    fn range(&self) -> (f64, f64) {
        let edge = 0.002 * self.width();
        let high = self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (high - self.width() + edge, high - edge)
    }

    fn waiting_ratings(&self) -> f64 {
        self.waiting.iter().map(|(_, n)| n).sum::<f64>() + self.current.1
    }

    fn push(&mut self, rated: Rated) {
        self.recent.insert(0, rated);
        self.recent.truncate(LONGEST);
    }

    /// Closes the block before.
    fn enter(&mut self, block: i32, calendar: &Calendar) {
        if self.block == Some(block) {
            return;
        }
        if self.block.replace(block).is_some() {
            self.waiting.push(std::mem::take(&mut self.current));
            if self.waiting.len() > super::model::waiting_blocks(calendar) {
                let ready = self.waiting.remove(0);
                self.learn(ready);
            }
        }
    }

    fn learn(&mut self, (sum, n): (f64, f64)) {
        let (_, variance) = self.moments();
        if n > 0.0 && self.sizes[0] > 0.0 {
            let observed = sum / n;
            let all = self.sums[0] / self.sizes[0];
            let error = variance * (1.0 / n + self.between());
            let followers = self.sums.iter().zip(&self.sizes).zip(&mut self.gains);
            for ((total, size), gain) in followers {
                let mean = (total + PRIOR * all) / (size + PRIOR);
                let better =
                    (observed - all) * (observed - all) - (observed - mean) * (observed - mean);
                *gain = (MEMORY * *gain + 0.5 * better / error).clamp(-30.0, 30.0);
            }
        }
        for ((total, size), kept) in self.sums.iter_mut().zip(&mut self.sizes).zip(KEPT) {
            *total = kept * *total + sum;
            *size = kept * *size + n;
        }
    }

    /// The evidence of the last periods: the strongest window, as for counts.
    fn judge(
        &self,
        now: Rated,
        variance: f64,
        doubt: f64,
        direction: Direction,
    ) -> Option<ScoreAnswer> {
        let tilted = Tilted::new(&self.values, &self.masses)?;
        let between = self.between();
        // How many independent responses are as sure as this window is about its mean.
        let size = |rated: &Rated, squares: f64| {
            let share = 1.0 / rated.n + between * squares / (rated.n * rated.n) + doubt / variance;
            1.0 / share
        };
        let z = |rated: &Rated, n: f64| {
            (rated.sum - rated.expected) / rated.n * libm::sqrt(n / variance)
        };
        let mut best: Option<(f64, usize, f64, Rated, f64)> = None;
        let (mut sum, mut squares, mut length) = (now, now.n * now.n, 1);
        let first = z(&now, size(&now, squares));
        let mut before = self.recent.iter();
        for (wanted, share) in WINDOWS {
            while length < wanted {
                let Some(rated) = before.next() else { break };
                sum.n += rated.n;
                sum.sum += rated.sum;
                sum.expected += rated.expected;
                squares += rated.n * rated.n;
                length += 1;
            }
            if length < wanted {
                break;
            }
            let n = size(&sum, squares);
            let value = z(&sum, n);
            // A longer window speaks only while the last period is off to the same side.
            if wanted > 1 && !(first * value.signum() > STILL) {
                continue;
            }
            let rough = -0.5 * value * value - libm::log((value.abs() + 1.0) * share);
            if best.as_ref().is_none_or(|best| rough < best.0) {
                best = Some((rough, wanted, share, sum, n));
            }
        }
        let (_, window, share, rated, n) = best?;
        let (centre, at) = (rated.expected / rated.n, rated.sum / rated.n);
        let up = at >= centre;
        let tail = |up: bool| {
            if up { tilted.upper_tail(n, centre, at) } else { tilted.lower_tail(n, centre, at) }
        };
        let p = match direction {
            Direction::Up => tail(true),
            Direction::Down => tail(false),
            Direction::Both => 2.0 * tail(up),
        };
        Some(ScoreAnswer {
            observed: now.sum,
            expected: now.expected,
            p_value: Some((p * OVERLAP / share).min(1.0)),
            up: if direction == Direction::Both { up } else { direction == Direction::Up },
            window,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Every;
    use crate::stats::Random;

    const NPS: [f64; 11] = [-100., -100., -100., -100., -100., -100., -100., 0., 0., 100., 100.];

    fn points(random: &mut Random, n: u64, promoters: f64, detractors: f64) -> Vec<u64> {
        let mut points = vec![0; 11];
        for _ in 0..n {
            let u = random.uniform();
            let at = if u < promoters {
                9
            } else if u < promoters + detractors {
                3
            } else {
                7
            };
            points[at] += 1;
        }
        points
    }

    fn run(seed: u64, days: i32, n: u64, drop: std::ops::Range<i32>) -> Vec<Option<ScoreAnswer>> {
        let mut random = Random::new(seed);
        let calendar = Calendar::new(Every::Day.into(), Vec::new());
        let mut baseline = ScoreBaseline::new(&NPS);
        (0..days)
            .map(|day| {
                let n = 1 + (random.uniform() * 2.0 * n as f64) as u64;
                let (good, bad) = if drop.contains(&day) { (0.3, 0.45) } else { (0.55, 0.2) };
                let points = points(&mut random, n, good, bad);
                baseline.update(&calendar, day, &points, Direction::Both)
            })
            .collect()
    }

    #[test]
    fn quiet_scores_alarm_about_as_often_as_asked() {
        for n in [1, 3, 10, 60] {
            let (mut alarms, mut tests) = (0, 0);
            for seed in 0..40 {
                for answer in run(1000 * n + seed, 400, n, 0..0).into_iter().flatten() {
                    tests += 1;
                    alarms += usize::from(answer.p_value.is_some_and(|p| p <= 0.01));
                }
            }
            let rate = alarms as f64 / tests as f64;
            println!("{n} responses a day: {rate:.4}");
            assert!((0.001..0.0125).contains(&rate), "{n}: {rate}");
        }
    }

    #[test]
    fn a_drop_of_the_score_is_seen() {
        let mut seen = 0;
        for seed in 0..20 {
            let answers = run(seed, 206, 30, 200..206);
            seen += usize::from(
                answers[200..]
                    .iter()
                    .flatten()
                    .any(|a| !a.up && a.p_value.is_some_and(|p| p <= 0.01)),
            );
        }
        assert!(seen >= 18, "{seen}");
    }

    #[test]
    fn stored_state_goes_on_identically() {
        let mut random = Random::new(4);
        let calendar = Calendar::new(Every::Day.into(), Vec::new());
        let mut baseline = ScoreBaseline::new(&NPS);
        let mut step = |baseline: &mut ScoreBaseline, other: &mut ScoreBaseline, day| {
            let points = points(&mut random, 7, 0.5, 0.3);
            let answer = baseline.update(&calendar, day, &points, Direction::Both);
            assert_eq!(other.update(&calendar, day, &points, Direction::Both), answer);
        };
        let mut other = baseline.clone();
        for day in 0..90 {
            step(&mut baseline, &mut other, day);
        }
        let text = crate::base::config::to_json(&baseline);
        let mut other = crate::base::config::read(&text).unwrap();
        for day in 90..150 {
            step(&mut baseline, &mut other, day);
        }
    }
}
