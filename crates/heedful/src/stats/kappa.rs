//! How well two judges agree beyond chance.

use serde::Serialize;

use super::interval::{Confidence, Interval};
use crate::base::config::names;

/// How much two different categories disagree.
///
/// ```
/// use heedful::stats::KappaWeights;
/// assert_eq!(KappaWeights::default(), KappaWeights::Linear);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KappaWeights {
    /// All alike: categories without an order.
    Nominal,
    /// By the steps between them.
    #[default]
    Linear,
    /// By the square of the steps.
    Quadratic,
}

names!(KappaWeights { Nominal = "nominal", Linear = "linear", Quadratic = "quadratic" });

/// Cohen's kappa (1960; weighted 1968): 1 for judges who always agree, 0 for no more agreement than by chance.
///
/// ```
/// use heedful::stats::{Confidence, Kappa, KappaWeights};
/// // Rows are what the first judge says, columns the second.
/// let table = [vec![20, 5], vec![10, 15]];
/// let kappa = Kappa::of(&table, KappaWeights::Nominal, Confidence::default()).unwrap();
/// assert!((kappa.value - 0.4).abs() < 1e-12);
/// assert!(kappa.interval.contains(0.4) && kappa.n == 50);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Kappa {
    /// -1 to 1.
    pub value: f64,
    /// By Fleiss, Cohen and Everitt (1969), for large samples; 0 where all agree.
    pub standard_error: f64,
    /// The Wald interval, ended at -1 and 1.
    pub interval: Interval,
    /// Cases.
    pub n: u64,
}

impl Kappa {
    /// Of a square table of counts, its categories in their order. `None` for a table that is not square, without cases,
    /// or whose judges both say the same of all.
    #[must_use]
    pub fn of(table: &[Vec<u64>], weights: KappaWeights, confidence: Confidence) -> Option<Self> {
        let size = table.len();
        let n: u64 = table.iter().flatten().sum();
        if n == 0 || table.iter().any(|row| row.len() != size) {
            return None;
        }
        let all = n as f64;
        // How much a pair of categories agrees, 0 to 1.
        let agree = |i: usize, j: usize| {
            let steps = i.abs_diff(j) as f64 / (size - 1).max(1) as f64;
            1.0 - match weights {
                KappaWeights::Nominal => f64::from(u8::from(i != j)),
                KappaWeights::Linear => steps,
                KappaWeights::Quadratic => steps * steps,
            }
        };
        let cells = || {
            table.iter().enumerate().flat_map(move |(i, row)| {
                row.iter().enumerate().map(move |(j, n)| (i, j, *n as f64 / all))
            })
        };
        let (mut rows, mut columns) = (vec![0.0; size], vec![0.0; size]);
        let mut observed = 0.0;
        for (i, j, share) in cells() {
            observed += share * agree(i, j);
            for (sums, place) in [(&mut rows, i), (&mut columns, j)] {
                if let Some(sum) = sums.get_mut(place) {
                    *sum += share;
                }
            }
        }
        // What a category of one judge agrees with the other by chance.
        let mean = |of: &dyn Fn(usize) -> f64, shares: &[f64]| -> f64 {
            shares.iter().enumerate().map(|(place, share)| share * of(place)).sum()
        };
        let by_row: Vec<f64> = (0..size).map(|i| mean(&|j| agree(i, j), &columns)).collect();
        let by_column: Vec<f64> = (0..size).map(|j| mean(&|i| agree(i, j), &rows)).collect();
        let chance = mean(&|i| by_row.get(i).copied().unwrap_or_default(), &rows);
        let room = 1.0 - chance;
        if !(room > 1e-15) {
            return None;
        }
        let mut variance = 0.0;
        for (i, j, share) in cells() {
            let Some((row, column)) = by_row.get(i).zip(by_column.get(j)) else { continue };
            let part = agree(i, j) * room - (row + column) * (1.0 - observed);
            variance += share * part * part;
        }
        let off = observed * chance - 2.0 * chance + observed;
        let standard_error = libm::sqrt(((variance - off * off) / all).max(0.0)) / (room * room);
        let value = (observed - chance) / room;
        let mut interval = Interval::wald(value, standard_error, confidence)?;
        (interval.lower, interval.upper) = (interval.lower.max(-1.0), interval.upper.min(1.0));
        Some(Self { value, standard_error, interval, n })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(table: &[Vec<u64>], weights: KappaWeights) -> Option<Kappa> {
        Kappa::of(table, weights, Confidence::default())
    }

    /// scikit-learn 1.9.1 `cohen_kappa_score`; statsmodels 0.15.0 `cohens_kappa` for errors and intervals.
    #[test]
    fn equals_scikit_learn_and_statsmodels() {
        let table = [vec![30, 8, 1], vec![6, 41, 9], vec![2, 5, 48]];
        for (weights, value, error, lower, upper) in [
            (
                KappaWeights::Nominal,
                0.685_895_703_863_820_6,
                0.050_238_766_182_458_094,
                0.587_429_531_518_473_9,
                0.784_361_876_209_167_3,
            ),
            (
                KappaWeights::Linear,
                0.733_764_877_845_061_6,
                0.045_382_369_861_612_84,
                0.644_817_067_383_224_4,
                0.822_712_688_306_898_8,
            ),
            (
                KappaWeights::Quadratic,
                0.784_637_473_079_684_1,
                0.044_806_352_195_640_35,
                0.696_818_636_497_610_9,
                0.872_456_309_661_757_4,
            ),
        ] {
            let kappa = of(&table, weights).unwrap();
            let pairs = [
                (kappa.value, value),
                (kappa.standard_error, error),
                (kappa.interval.lower, lower),
                (kappa.interval.upper, upper),
            ];
            assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-12), "{pairs:?}");
        }
    }

    #[test]
    fn extremes() {
        let perfect = of(&[vec![3, 0], vec![0, 4]], KappaWeights::Linear).unwrap();
        assert_eq!((perfect.value, perfect.standard_error), (1.0, 0.0));
        let opposed = of(&[vec![0, 5], vec![5, 0]], KappaWeights::Linear).unwrap();
        assert_eq!(opposed.value, -1.0);
        for table in [&[][..], &[vec![0, 0], vec![0, 0]], &[vec![5, 0], vec![0, 0]], &[vec![1, 2]]]
        {
            assert_eq!(of(table, KappaWeights::Quadratic), None);
        }
    }
}
