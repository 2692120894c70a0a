//! Leave-one-out: what the score would lose or gain without the responses that have something.

use crate::base::metric::Metric;
use crate::base::tally::Tally;
use crate::stats::poisson::{CellDraw, percentile};
use crate::stats::{Confidence, Interval, Random};

/// The different values that a metric gives to points, so that points of one value are one cell.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    pub(crate) values: Vec<f64>,
    /// The level of each point.
    pub(crate) of_point: Vec<usize>,
}

impl Levels {
    pub(crate) fn of(metric: &Metric) -> Self {
        let mut values: Vec<f64> = metric.values().to_vec();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup_by(|a, b| !((*a - *b).abs() > 0.0));
        let place = |value: &f64| values.partition_point(|v| v < value);
        let of_point = metric.values().iter().map(place).collect();
        Self { values, of_point }
    }

    /// Sum of weights and of their squares of each level of a tally; the count, twice, without weights.
    pub(crate) fn masses(&self, tally: &Tally) -> Vec<[f64; 2]> {
        let mut masses = vec![[0.0; 2]; self.values.len()];
        let squares = squares(tally);
        for ((level, mass), square) in self.of_point.iter().zip(tally.masses()).zip(squares) {
            if let Some([m, s]) = masses.get_mut(*level) {
                *m += mass;
                *s += square;
            }
        }
        masses
    }

    /// Bootstrap draws of the cells of a tally, with the value of each; empty cells are left out.
    pub(crate) fn draws(&self, tally: &Tally) -> Vec<(CellDraw, f64)> {
        let cells = self.masses(tally).into_iter().zip(&self.values);
        cells
            .filter(|([mass, _], _)| *mass > 0.0)
            .map(|([mass, square], value)| (CellDraw::new(mass, square), *value))
            .collect()
    }
}

/// Sum of squared weights of each point; the counts without weights.
pub(crate) fn squares(tally: &Tally) -> Vec<f64> {
    match tally.weights() {
        Some(weights) => weights.squares.clone(),
        None => tally.counts().iter().map(|count| *count as f64).collect(),
    }
}

/// Mass and mean of a tally by a metric's values; `None` without any mass.
pub(crate) fn mean(tally: &Tally, metric: &Metric) -> Option<(f64, f64)> {
    let masses = tally.masses();
    let mass: f64 = masses.iter().sum();
    let sum: f64 = metric.values().iter().zip(&masses).map(|(v, m)| v * m).sum();
    (mass > 0.0).then(|| (mass, sum / mass))
}

/// Sum over responses of (weight × influence)², where `influence` is a function of the value.
pub(crate) fn spread(tally: &Tally, metric: &Metric, influence: impl Fn(f64) -> f64) -> f64 {
    let terms = metric.values().iter().zip(squares(tally));
    terms.map(|(value, square)| square * influence(*value) * influence(*value)).sum()
}

/// The score of all less the score without some, with its linearised standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Impact {
    pub(crate) value: f64,
    pub(crate) standard_error: f64,
    pub(crate) interval: Option<Interval>,
}

impl Impact {
    /// From the responses that have it and those that do not; `None` where either are none.
    ///
    /// How many have it is as random as how they answer: the influence of a response is x - V where it is
    /// among them, else x - V - (x - V₀) M / M₀, with V the score of all, V₀ that without, and M the masses.
    pub(crate) fn of(
        with: &Tally,
        without: &Tally,
        metric: &Metric,
        confidence: Confidence,
    ) -> Option<Self> {
        let (mass_1, mean_1) = mean(with, metric)?;
        let (mass_0, mean_0) = mean(without, metric)?;
        let mass = mass_1 + mass_0;
        let all = (mass_1 * mean_1 + mass_0 * mean_0) / mass;
        let squared = spread(with, metric, |x| x - all)
            + spread(without, metric, |x| x - all - (x - mean_0) * mass / mass_0);
        let standard_error = libm::sqrt(squared) / mass;
        let value = mass_1 / mass * (mean_1 - mean_0);
        let df = with.n().min(without.n()) as f64 - 1.0;
        let interval = Interval::t(value, standard_error, df, confidence);
        Some(Self { value, standard_error, interval })
    }

    /// The percentile interval of as many bootstrap replicates.
    pub(crate) fn bootstrap(
        with: &Tally,
        without: &Tally,
        levels: &Levels,
        replicates: u32,
        confidence: Confidence,
        random: &mut Random,
    ) -> Option<Interval> {
        let cells = [levels.draws(with), levels.draws(without)];
        let mut impacts = Vec::with_capacity(replicates as usize);
        for _ in 0..replicates {
            let [with, without] = [0, 1].map(|side: usize| {
                let cells = cells.get(side).map(Vec::as_slice).unwrap_or_default();
                cells.iter().fold([0.0; 2], |[mass, sum], (draw, value)| {
                    let drawn = draw.draw(random);
                    [mass + drawn, sum + drawn * value]
                })
            });
            let all = (with[1] + without[1]) / (with[0] + without[0]);
            let impact = all - without[1] / without[0];
            if impact.is_finite() {
                impacts.push(impact);
            }
        }
        percentile(&mut impacts, confidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(counts: &[u64]) -> Tally {
        Tally::from_counts(Metric::nps().scale().clone(), counts.to_vec()).unwrap()
    }

    #[test]
    fn the_linearised_error_is_that_of_a_jackknife() {
        let metric = Metric::nps();
        let with = [30_u64, 0, 0, 0, 0, 20, 5, 10, 5, 4, 6];
        let without = [10_u64, 0, 0, 0, 0, 10, 15, 40, 45, 60, 60];
        let impact = |a: &[u64], b: &[u64]| {
            Impact::of(&tally(a), &tally(b), &metric, Confidence::default()).unwrap()
        };
        let found = impact(&with, &without);
        // The slow twin: the impact without each response in turn.
        let n: u64 = with.iter().chain(&without).sum();
        let mut spread = 0.0;
        for side in 0..2 {
            for point in 0..11 {
                let (mut a, mut b) = (with, without);
                let counts = if side == 0 { &mut a } else { &mut b };
                let times = counts[point];
                if times > 0 {
                    counts[point] -= 1;
                    let difference = impact(&a, &b).value - found.value;
                    spread += times as f64 * difference * difference;
                }
            }
        }
        let jackknife = (spread * (n as f64 - 1.0) / n as f64).sqrt();
        assert!((found.standard_error / jackknife - 1.0).abs() < 0.01, "{found:?} {jackknife}");
        let interval = Impact::bootstrap(
            &tally(&with),
            &tally(&without),
            &Levels::of(&metric),
            4000,
            Confidence::default(),
            &mut Random::new(5),
        )
        .unwrap();
        let analytic = found.interval.unwrap();
        assert!((interval.lower - analytic.lower).abs() < 0.6, "{interval:?} {analytic:?}");
        assert!((interval.upper - analytic.upper).abs() < 0.6, "{interval:?} {analytic:?}");
    }

    #[test]
    fn levels_join_points_of_one_value() {
        let levels = Levels::of(&Metric::nps());
        assert_eq!(levels.values, [-100.0, 0.0, 100.0]);
        let masses = levels.masses(&tally(&[1, 0, 0, 0, 0, 0, 2, 3, 4, 5, 6]));
        assert_eq!(masses, [[3.0; 2], [7.0; 2], [11.0; 2]]);
    }
}
