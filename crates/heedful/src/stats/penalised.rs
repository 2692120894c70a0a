//! Logistic regression with a ridge penalty, some of whose coefficients may not be negative.

use super::regression::{Design, Square, linear_predictor, log_odds_parts, logistic_cdf};

const MOST_STEPS: u32 = 100;
const MOST_SWEEPS: u32 = 500;

/// Maximises the log-likelihood less `penalty / 2` times the sum of squared slopes, no slope below 0 but those that are
/// `free`. The intercept comes first and is free. There is always one maximum where the penalty is above 0, also for
/// separated data; from wherever the climb starts (zeros are added where `start` is short).
///
/// Newton's method; each step's quadratic is solved coordinate by coordinate (Friedman, Hastie and Tibshirani 2010).
pub(crate) fn penalised_logistic(
    design: Design<'_>,
    response: &[bool],
    penalty: f64,
    free: &[bool],
    start: &[f64],
) -> Vec<f64> {
    let size = design.width + 1;
    let objective = |coefficients: &[f64]| {
        let fit: f64 = (design.rows().zip(response))
            .map(|((x, weight), success)| {
                let (one, zero) = log_odds_parts(linear_predictor(coefficients, x));
                weight * if *success { one } else { zero }
            })
            .sum();
        fit - penalty / 2.0 * coefficients.iter().skip(1).map(|c| c * c).sum::<f64>()
    };
    let mut coefficients = start.to_vec();
    coefficients.resize(size, 0.0);
    let mut value = objective(&coefficients);
    for _ in 0..MOST_STEPS {
        let (gradient, curvature) = derivatives(design, response, &coefficients, penalty);
        let step = quadratic_step(&coefficients, &gradient, &curvature, free);
        let promise: f64 = gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
        if promise <= 1e-16 * (1.0 + value.abs()) {
            break;
        }
        let mut length = 1.0;
        let (next, gained) = loop {
            let moved: Vec<f64> =
                coefficients.iter().zip(&step).map(|(c, s)| c + length * s).collect();
            let gained = objective(&moved);
            if gained >= value || length < 1e-6 {
                break (moved, gained);
            }
            length /= 2.0;
        };
        if !(gained >= value) {
            break;
        }
        (coefficients, value) = (next, gained);
    }
    coefficients
}

fn derivatives(
    design: Design<'_>,
    response: &[bool],
    coefficients: &[f64],
    penalty: f64,
) -> (Vec<f64>, Square) {
    let size = coefficients.len();
    let mut gradient: Vec<f64> = coefficients.iter().map(|c| -penalty * c).collect();
    if let Some(intercept) = gradient.first_mut() {
        *intercept = 0.0;
    }
    let mut curvature = Square::new(size);
    (1..size).for_each(|i| curvature.add(i, i, penalty));
    let mut row = vec![1.0; size];
    for ((x, weight), success) in design.rows().zip(response) {
        row.truncate(1);
        row.extend_from_slice(x);
        let p = logistic_cdf(linear_predictor(coefficients, x));
        let residual = weight * (f64::from(u8::from(*success)) - p);
        for (sum, value) in gradient.iter_mut().zip(&row) {
            *sum += residual * value;
        }
        // Never quite flat, so that no coordinate is without a scale.
        curvature.add_outer(&row, weight * (p * (1.0 - p)).max(1e-9));
    }
    (gradient, curvature)
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
    for _ in 0..MOST_SWEEPS {
        let mut largest = 0.0_f64;
        for (i, coefficient) in coefficients.iter().enumerate() {
            let (Some(at), Some(slope)) = (step.get_mut(i), left.get(i).copied()) else { continue };
            let lowest = if is_free(i) { f64::NEG_INFINITY } else { -coefficient };
            let moved = (*at + slope / curvature.at(i, i)).max(lowest);
            let by = moved - *at;
            *at = moved;
            for (j, rest) in left.iter_mut().enumerate() {
                *rest -= by * curvature.at(i, j);
            }
            largest = largest.max((by * slope).abs());
        }
        if largest < 1e-14 {
            break;
        }
    }
    step
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::regression::logistic;

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
            start in prop::collection::vec(0.0..2.0_f64, 0..4),
        ) {
            let values: Vec<f64> = rows.iter().flat_map(|(x, _)| *x).collect();
            let weights = vec![1.0; rows.len()];
            let events: Vec<bool> = rows.iter().map(|(_, y)| *y).collect();
            let design = Design { values: &values, width: 3, weights: &weights };
            let found = penalised_logistic(design, &events, penalty, &free, &start);
            prop_assert!(found[1..].iter().zip(free).all(|(slope, free)| free || *slope >= 0.0));
            let best = objective(&rows, &found, penalty);
            for i in 0..4 {
                for by in [-1e-3, 1e-3] {
                    let mut moved = found.clone();
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
        let found = penalised_logistic(design, &events, 1e-9, &[false], &[]);
        assert!(free.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-6), "{free:?} {found:?}");
    }
}
