//! Logistic regression with a ridge penalty, some of whose coefficients may not be negative.

use super::regression::{Square, linear_predictor, log_odds_parts, logistic_cdf};

const MOST_STEPS: u32 = 100;
const MOST_SWEEPS: u32 = 500;
/// What a step must promise of the log-likelihood, where all digits count.
pub(crate) const EXACT: f64 = 1e-20;
/// The same where fits are only compared.
pub(crate) const ROUGH: f64 = 1e-9;
/// A step that promises less is too short to be wrong, and what it gains too little to be told from rounding.
const SHORT: f64 = 1e-8;
/// A step that promises more than this part of the one before asks for a new curvature.
const SLOW: f64 = 0.1;

/// A logistic regression for many penalties, one after the other: each begins where the last ended.
///
/// What is maximised is the log-likelihood less `penalty / 2` times the sum of squared slopes, no slope below 0 but those
/// that are free. The intercept comes first and is free. There is always one maximum where the penalty is above 0, also for
/// separated data.
///
/// Newton's method with a curvature that is kept as long as it serves; each step's quadratic is solved coordinate by
/// coordinate (Friedman, Hastie and Tibshirani 2010).
#[derive(Debug)]
pub(crate) struct Ridge<'a> {
    /// Row by row, `width` values each, without the intercept.
    values: Vec<f64>,
    width: usize,
    response: &'a [bool],
    free: Vec<bool>,
    coefficients: Vec<f64>,
    odds: Vec<f64>,
    /// Without the penalty.
    curvature: Square,
    is_stale: bool,
}

impl<'a> Ridge<'a> {
    pub(crate) fn new(values: Vec<f64>, response: &'a [bool], free: Vec<bool>) -> Self {
        let size = free.len() + 1;
        Self {
            values,
            width: free.len(),
            response,
            free,
            coefficients: vec![0.0; size],
            odds: vec![0.0; response.len()],
            curvature: Square::new(size),
            is_stale: true,
        }
    }

    /// Intercept first.
    pub(crate) fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// Linear predictors of the rows.
    pub(crate) fn odds(&self) -> &[f64] {
        &self.odds
    }

    /// The penalised information matrix near the maximum.
    pub(crate) fn penalised(&self, penalty: f64) -> Square {
        let mut penalised = self.curvature.clone();
        (1..penalised.size).for_each(|i| penalised.add(i, i, penalty));
        penalised
    }

    /// The values of these predictors, row by row.
    pub(crate) fn select(&self, columns: &[usize]) -> Vec<f64> {
        let pick = |row: &[f64]| -> Vec<f64> {
            columns.iter().map(|column| row.get(*column).copied().unwrap_or_default()).collect()
        };
        self.values.chunks(self.width.max(1)).flat_map(pick).collect()
    }

    /// Which of these are free.
    pub(crate) fn free(&self) -> &[bool] {
        &self.free
    }

    /// Climbs until a step promises no more than this.
    pub(crate) fn fit(&mut self, penalty: f64, enough: f64) {
        let mut value = self.objective(&self.coefficients, &self.odds, penalty);
        let mut last = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            if self.is_stale {
                self.curve();
            }
            let gradient = self.gradient(penalty);
            let penalised = self.penalised(penalty);
            let step = quadratic_step(&self.coefficients, &gradient, &penalised, &self.free);
            let promise: f64 = gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
            if !(promise > enough) {
                break;
            }
            self.is_stale = promise > SLOW * last;
            last = promise;
            let along = self.along(&step);
            let mut length = 1.0;
            let (coefficients, odds, gained) = loop {
                let move_by = |at: &[f64], by: &[f64]| -> Vec<f64> {
                    at.iter().zip(by).map(|(at, by)| at + length * by).collect()
                };
                let moved = move_by(&self.coefficients, &step);
                let odds = move_by(&self.odds, &along);
                let gained = self.objective(&moved, &odds, penalty);
                if gained >= value || promise < SHORT || length < 1e-6 {
                    break (moved, odds, gained);
                }
                self.is_stale = true;
                length /= 2.0;
            };
            if !(gained >= value || promise < SHORT) {
                break;
            }
            (self.coefficients, self.odds, value) = (coefficients, odds, gained);
        }
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        let width = self.width;
        (0..self.response.len())
            .map(move |row| self.values.get(row * width..(row + 1) * width).unwrap_or_default())
    }

    /// What the coefficients make of each row.
    fn along(&self, coefficients: &[f64]) -> Vec<f64> {
        self.rows().map(|x| linear_predictor(coefficients, x)).collect()
    }

    fn objective(&self, coefficients: &[f64], odds: &[f64], penalty: f64) -> f64 {
        let likelihood = |(odds, success): (&f64, &bool)| {
            let (one, zero) = log_odds_parts(*odds);
            if *success { one } else { zero }
        };
        let fit: f64 = odds.iter().zip(self.response).map(likelihood).sum();
        fit - penalty / 2.0 * coefficients.iter().skip(1).map(|c| c * c).sum::<f64>()
    }

    fn gradient(&self, penalty: f64) -> Vec<f64> {
        let mut gradient: Vec<f64> = self.coefficients.iter().map(|c| -penalty * c).collect();
        let Some((intercept, slopes)) = gradient.split_first_mut() else { return gradient };
        *intercept = 0.0;
        for ((x, odds), success) in self.rows().zip(&self.odds).zip(self.response) {
            let residual = f64::from(u8::from(*success)) - logistic_cdf(*odds);
            *intercept += residual;
            for (sum, value) in slopes.iter_mut().zip(x) {
                *sum += residual * value;
            }
        }
        gradient
    }

    /// Takes the curvature where the coefficients stand.
    fn curve(&mut self) {
        let mut curvature = Square::new(self.width + 1);
        let mut row = vec![1.0; self.width + 1];
        for (x, odds) in self.rows().zip(&self.odds) {
            row.truncate(1);
            row.extend_from_slice(x);
            let p = logistic_cdf(*odds);
            // Never quite flat, so that no coordinate is without a scale.
            curvature.add_upper(&row, (p * (1.0 - p)).max(1e-9));
        }
        curvature.mirror();
        (self.curvature, self.is_stale) = (curvature, false);
    }
}

/// The step that maximises the quadratic while no slope falls below 0 that is not free.
fn quadratic_step(
    coefficients: &[f64],
    gradient: &[f64],
    curvature: &Square,
    free: &[bool],
) -> Vec<f64> {
    let is_free = |i: usize| i.checked_sub(1).is_none_or(|slope| free.get(slope) == Some(&true));
    let mut step = vec![0.0; coefficients.len()];
    let mut left = gradient.to_vec();
    let mut first = 1e-300_f64;
    for _ in 0..MOST_SWEEPS {
        let mut largest = 0.0_f64;
        for (i, coefficient) in coefficients.iter().enumerate() {
            let (Some(at), Some(slope)) = (step.get_mut(i), left.get(i).copied()) else { continue };
            let lowest = if is_free(i) { f64::NEG_INFINITY } else { -coefficient };
            let moved = (*at + slope / curvature.at(i, i)).max(lowest);
            let by = moved - *at;
            *at = moved;
            if by != 0.0 {
                left.iter_mut().zip(curvature.row(i)).for_each(|(rest, entry)| *rest -= by * entry);
            }
            largest = largest.max((by * slope).abs());
        }
        first = first.max(largest);
        if largest < 1e-8 * first {
            break;
        }
    }
    step
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::regression::{Design, logistic};

    fn rows() -> impl Strategy<Value = Vec<([f64; 3], bool)>> {
        prop::collection::vec((prop::array::uniform3(0.0..1.0_f64), any::<bool>()), 20..60)
    }

    fn objective(rows: &[([f64; 3], bool)], c: &[f64], penalty: f64) -> f64 {
        let fit: f64 = rows
            .iter()
            .map(|(x, y)| {
                let eta = c[0] + x.iter().zip(&c[1..]).map(|(x, c)| x * c).sum::<f64>();
                -f64::ln_1p(f64::exp(if *y { -eta } else { eta }))
            })
            .sum();
        fit - penalty / 2.0 * c[1..].iter().map(|c| c * c).sum::<f64>()
    }

    proptest! {
        #[test]
        fn no_neighbour_is_better(
            rows in rows(), penalty in 0.05..5.0, free in prop::array::uniform3(any::<bool>()),
            before in prop::collection::vec(0.05..500.0_f64, 0..3),
        ) {
            let values: Vec<f64> = rows.iter().flat_map(|(x, _)| *x).collect();
            let events: Vec<bool> = rows.iter().map(|(_, y)| *y).collect();
            let mut ridge = Ridge::new(values, &events, free.to_vec());
            before.into_iter().for_each(|penalty| ridge.fit(penalty, ROUGH));
            ridge.fit(penalty, EXACT);
            let found = ridge.coefficients();
            for ((x, _), odds) in rows.iter().zip(ridge.odds()) {
                prop_assert!((linear_predictor(found, x) - odds).abs() < 1e-9);
            }
            prop_assert!(found[1..].iter().zip(free).all(|(slope, free)| free || *slope >= 0.0));
            let best = objective(&rows, found, penalty);
            for i in 0..4 {
                for by in [-1e-3, 1e-3] {
                    let mut moved = found.to_vec();
                    moved[i] += by;
                    if i > 0 && !free[i - 1] {
                        moved[i] = moved[i].max(0.0);
                    }
                    prop_assert!(objective(&rows, &moved, penalty) <= best + 1e-10);
                }
            }
        }
    }

    #[test]
    fn is_that_of_maximum_likelihood_where_nothing_binds() {
        let rows: Vec<(f64, bool)> =
            (0..200).map(|i| (f64::from(i) / 200.0, i * 37 % 200 < i)).collect();
        let values: Vec<f64> = rows.iter().map(|(x, _)| *x).collect();
        let events: Vec<bool> = rows.iter().map(|(_, y)| *y).collect();
        let weights = vec![1.0; rows.len()];
        let design = Design { values: &values, width: 1, weights: &weights };
        let free = logistic(design, &events).unwrap().coefficients;
        let mut ridge = Ridge::new(values.clone(), &events, vec![false]);
        ridge.fit(1e-9, EXACT);
        let found = ridge.coefficients();
        assert!(free.iter().zip(found).all(|(a, b)| (a - b).abs() < 1e-6), "{free:?} {found:?}");
    }
}
