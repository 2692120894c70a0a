//! The solver: least squares with a penalty, on sparse rows.
//!
//! Targets are numbers on a scale; what the solver of reasons learns is on which side of a margin a row lies.

use crate::interpret::sparse::Sparse;

/// Nothing moves any more: the residual against that at the start, squared.
const TOLERANCE: f64 = 1e-12;
const MOST_STEPS: usize = 300;

/// XᵀX w + penalty w; the last column, the intercept, is 1 in every row and not penalised.
fn normal(rows: &Sparse<f64>, weights: &[f64], penalty: f64) -> Vec<f64> {
    let Some((intercept, features)) = weights.split_last() else { return Vec::new() };
    let mut product: Vec<f64> = features.iter().map(|weight| penalty * weight).collect();
    let mut sum = 0.0;
    for row in rows.iter() {
        let fitted = row.iter().fold(*intercept, |fitted, (column, value)| {
            fitted + value * features.get(*column as usize).copied().unwrap_or_default()
        });
        add(&mut product, row, fitted);
        sum += fitted;
    }
    product.push(sum);
    product
}

fn add(to: &mut [f64], row: &[(u32, f64)], factor: f64) {
    for (column, value) in row {
        if let Some(cell) = to.get_mut(*column as usize) {
            *cell += factor * value;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Minimises Σ (y - w·x - b)² + penalty ‖w‖² by conjugate gradients, preconditioned by the diagonal; returns the
/// weights and, last, the intercept.
pub(super) fn solve(rows: &Sparse<f64>, targets: &[f64], columns: usize, penalty: f64) -> Vec<f64> {
    let mut diagonal = vec![penalty; columns];
    let mut residual = vec![0.0; columns];
    for (row, target) in rows.iter().zip(targets) {
        add(&mut residual, row, *target);
        for (column, value) in row {
            if let Some(cell) = diagonal.get_mut(*column as usize) {
                *cell += value * value;
            }
        }
    }
    diagonal.push(targets.len() as f64);
    residual.push(targets.iter().sum());
    let mut weights = vec![0.0; columns + 1];
    let scaled = |residual: &[f64]| -> Vec<f64> {
        residual.iter().zip(&diagonal).map(|(r, d)| r / d).collect()
    };
    let mut direction = scaled(&residual);
    let mut rate = dot(&residual, &direction);
    let enough = rate * TOLERANCE;
    for _ in 0..MOST_STEPS {
        if !(rate > enough) {
            break;
        }
        let image = normal(rows, &direction, penalty);
        let step = rate / dot(&direction, &image);
        for (((weight, residual), direction), image) in
            weights.iter_mut().zip(&mut residual).zip(&direction).zip(&image)
        {
            *weight += step * direction;
            *residual -= step * image;
        }
        let next = scaled(&residual);
        let next_rate = dot(&residual, &next);
        let turn = next_rate / rate;
        for (direction, next) in direction.iter_mut().zip(next) {
            *direction = next + turn * *direction;
        }
        rate = next_rate;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.9.1: `Ridge(alpha=0.5).fit([[1, 0], [0, 2], [1, 1], [3, 0]], [1, -1, 0.5, 2])`.
    #[test]
    fn equals_scikit_learn() {
        let mut rows = Sparse::default();
        rows.push([(0, 1.0)].into_iter());
        rows.push([(1, 2.0)].into_iter());
        rows.push([(0, 1.0), (1, 1.0)].into_iter());
        rows.push([(0, 3.0)].into_iter());
        let found = solve(&rows, &[1.0, -1.0, 0.5, 2.0], 2, 0.5);
        let expected = [0.519_736_842_105_263_2, -0.598_684_210_526_315_7, 0.424_342_105_263_157_8];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}
