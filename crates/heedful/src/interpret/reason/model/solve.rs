//! The solver: linear support vector machines with squared hinge loss, one for each label, all at once.
//!
//! Minimises ½‖w‖² + Σ cᵢ max(0, 1 - yᵢ w·xᵢ)² for every label by dual coordinate descent (Hsieh et al. 2008).
//! The labels share the order of rows and the feature values, so that one pass over a row serves all of them:
//! weights lie feature by feature, the labels of a feature side by side. Sums are taken in a fixed order.

use std::ops::Range;

use crate::interpret::sparse::Sparse;
use crate::stats::Random;

/// The weights: one for each feature and label, and one more feature that is 1 in every row.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    labels: usize,
    /// Labels, rounded up to whole vectors.
    stride: usize,
    values: Vec<f32>,
    bias: Vec<f32>,
}

const LANES: usize = 8;

impl Weights {
    pub(crate) fn new(features: usize, labels: usize) -> Self {
        let stride = labels.next_multiple_of(LANES);
        let mut bias = vec![0.0; labels];
        // The lanes that fill up the last vector stand for labels that no row is ever near to.
        bias.resize(stride, -1e9);
        Self { labels, stride, values: vec![0.0; features * stride], bias }
    }

    /// The weights of a feature, one for each label.
    pub(crate) fn of(&self, feature: usize) -> &[f32] {
        let start = feature * self.stride;
        self.values.get(start..start + self.labels).unwrap_or_default()
    }

    pub(crate) fn of_mut(&mut self, feature: usize) -> &mut [f32] {
        let start = feature * self.stride;
        self.values.get_mut(start..start + self.labels).unwrap_or_default()
    }

    /// One for each label.
    pub(crate) fn bias(&self) -> &[f32] {
        self.bias.get(..self.labels).unwrap_or_default()
    }

    pub(crate) fn bias_mut(&mut self) -> &mut [f32] {
        self.bias.get_mut(..self.labels).unwrap_or_default()
    }

    /// Writes w·x of a row into `margins`, as long as the stride, for the blocks of labels that are asked for.
    fn margins(&self, row: &[(u32, f32)], asked: &[usize], margins: &mut [f32]) {
        margins.copy_from_slice(&self.bias);
        let (margins, _) = margins.as_chunks_mut::<LANES>();
        for (feature, value) in row {
            let start = *feature as usize * self.stride;
            let Some(weights) = self.values.get(start..start + self.stride) else { continue };
            let (weights, _) = weights.as_chunks::<LANES>();
            for block in asked {
                let Some((margins, weights)) = margins.get_mut(*block).zip(weights.get(*block))
                else {
                    continue;
                };
                for (margin, weight) in margins.iter_mut().zip(weights) {
                    *margin += value * weight;
                }
            }
        }
    }

    /// Adds `steps` times the row to the weights of the blocks of labels that are asked for.
    fn add(&mut self, row: &[(u32, f32)], asked: &[usize], steps: &[f32]) {
        for (bias, step) in self.bias.iter_mut().zip(steps) {
            *bias += step;
        }
        let (steps, _) = steps.as_chunks::<LANES>();
        for (feature, value) in row {
            let start = *feature as usize * self.stride;
            let Some(weights) = self.values.get_mut(start..start + self.stride) else { continue };
            let (weights, _) = weights.as_chunks_mut::<LANES>();
            for block in asked {
                let Some((weights, steps)) = weights.get_mut(*block).zip(steps.get(*block)) else {
                    continue;
                };
                for (weight, step) in weights.iter_mut().zip(steps) {
                    *weight += value * step;
                }
            }
        }
    }
}

/// What is learned: rows, and for every row and label whether it has it and what an error costs.
#[derive(Debug)]
pub(crate) struct Problem<'a> {
    pub(crate) matrix: &'a Sparse<f32>,
    /// The labels of each row, ascending.
    pub(crate) labels: &'a [&'a [u16]],
    /// The cost of missing a label, and of finding one where it is not.
    pub(crate) costs: &'a [(f32, f32)],
}

/// A solution in the making.
#[derive(Debug, Clone)]
pub(crate) struct Solver {
    pub(crate) weights: Weights,
    /// The dual variable of each row and label.
    duals: Vec<f32>,
    /// Norm of each row, squared, the constant feature included.
    norms: Vec<f32>,
    /// For each row and block of labels: whether some label of the block is near enough to its margin to matter.
    matters: Vec<bool>,
}

/// All labels are looked at in every so manieth pass, and in between those only that matter.
const FULL_PASS: u16 = 4;
/// How far beyond its margin a label must be not to matter for a while.
const FAR: f32 = 0.4;

impl Solver {
    /// Starts from `weights`: the solution stays as near to them as the errors allow.
    pub(crate) fn new(problem: &Problem<'_>, weights: Weights) -> Self {
        let norm = |row| problem.matrix.row(row).iter().fold(1.0, |sum, (_, v)| sum + v * v);
        let rows = problem.matrix.len();
        Self {
            norms: (0..rows).map(norm).collect(),
            duals: vec![0.0; rows * weights.stride],
            matters: vec![true; rows * (weights.stride / LANES)],
            weights,
        }
    }

    /// Passes over `rows` in a new order each time until nothing moves by more than `tolerance`; every fourth of
    /// the numbered passes is a full one.
    pub(crate) fn run(
        &mut self,
        problem: &Problem<'_>,
        rows: &mut [u32],
        passes: Range<u16>,
        tolerance: f32,
        random: &mut Random,
    ) {
        let stride = self.weights.stride;
        let blocks = stride / LANES;
        let mut margins = vec![0.0; stride];
        let mut signs = vec![-1.0; stride];
        let mut inverse: Vec<[f32; 2]> = Vec::with_capacity(stride);
        for (miss, find) in problem.costs {
            inverse.push([0.5 / find, 0.5 / miss]);
        }
        inverse.resize(stride, [0.0; 2]);
        let mut asked = Vec::with_capacity(blocks);
        for pass in passes {
            let full = pass % FULL_PASS == 0;
            shuffle(rows, random);
            let mut moved = 0.0_f32;
            for row in rows.iter() {
                let row = *row as usize;
                let cells = problem.matrix.row(row);
                let Some(norm) = self.norms.get(row).copied() else { continue };
                let Some(duals) = self.duals.get_mut(row * stride..(row + 1) * stride) else {
                    continue;
                };
                let Some(matters) = self.matters.get_mut(row * blocks..(row + 1) * blocks) else {
                    continue;
                };
                asked.clear();
                asked.extend(
                    (0..blocks).zip(&*matters).filter(|(_, m)| full || **m).map(|(b, _)| b),
                );
                if asked.is_empty() {
                    continue;
                }
                self.weights.margins(cells, &asked, &mut margins);
                let has = problem.labels.get(row).copied().unwrap_or_default();
                mark(&mut signs, has, 1.0);
                let mut largest = 0.0_f32;
                let labels = margins.as_chunks_mut::<LANES>().0.iter_mut();
                let labels = labels.zip(duals.as_chunks_mut::<LANES>().0).zip(matters);
                let sides = signs.as_chunks::<LANES>().0.iter().zip(inverse.as_chunks::<LANES>().0);
                for (((margins, duals), matters), (signs, inverse)) in labels.zip(sides) {
                    if !(full || *matters) {
                        margins.fill(0.0);
                        continue;
                    }
                    *matters = false;
                    let sides = signs.iter().zip(inverse);
                    for ((margin, dual), (sign, inverse)) in
                        margins.iter_mut().zip(duals).zip(sides)
                    {
                        let diagonal = if *sign > 0.0 { inverse[1] } else { inverse[0] };
                        let gradient = sign * *margin - 1.0 + diagonal * *dual;
                        let next = (*dual - gradient / (norm + diagonal)).max(0.0);
                        let step = next - *dual;
                        *matters |= next > 0.0 || gradient < FAR;
                        *dual = next;
                        largest = largest.max(step.abs());
                        *margin = step * sign;
                    }
                }
                mark(&mut signs, has, -1.0);
                if largest > 0.0 {
                    self.weights.add(cells, &asked, &margins);
                }
                moved = moved.max(largest);
            }
            if full && moved <= tolerance {
                return;
            }
        }
    }

    /// Takes rows back out, as if their errors cost nothing.
    pub(crate) fn forget(&mut self, problem: &Problem<'_>, rows: &[u32]) {
        let stride = self.weights.stride;
        let mut steps = vec![0.0; stride];
        let all: Vec<usize> = (0..stride / LANES).collect();
        for row in rows {
            let row = *row as usize;
            let Some(duals) = self.duals.get_mut(row * stride..(row + 1) * stride) else {
                continue;
            };
            for (step, dual) in steps.iter_mut().zip(&mut *duals) {
                *step = *dual;
                *dual = 0.0;
            }
            for label in problem.labels.get(row).copied().unwrap_or_default() {
                if let Some(step) = steps.get_mut(usize::from(*label)) {
                    *step = -*step;
                }
            }
            self.weights.add(problem.matrix.row(row), &all, &steps);
        }
    }

    /// w·x of a row, one for each label.
    pub(crate) fn margins(&self, cells: &[(u32, f32)]) -> Vec<f32> {
        let mut margins = vec![0.0; self.weights.stride];
        let all: Vec<usize> = (0..self.weights.stride / LANES).collect();
        self.weights.margins(cells, &all, &mut margins);
        margins.truncate(self.weights.labels);
        margins
    }
}

fn mark(signs: &mut [f32], labels: &[u16], sign: f32) {
    for label in labels {
        if let Some(slot) = signs.get_mut(usize::from(*label)) {
            *slot = sign;
        }
    }
}

/// Fisher and Yates, from the end; one word for each row.
pub(crate) fn shuffle(rows: &mut [u32], random: &mut Random) {
    for last in (1..rows.len()).rev() {
        let other = (u128::from(random.word()) * (last as u128 + 1)) >> 64;
        rows.swap(last, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.9.1, `LinearSVC(C=2, tol=1e-12)` for each of two labels, with and without a weight of 3 for
    /// rows that have the label.
    #[test]
    fn finds_the_solution_of_liblinear() {
        let rows: [&[(u32, f32)]; 10] = [
            &[(0, 1.0), (2, 0.5)],
            &[(0, 0.8), (1, 0.2)],
            &[(0, 0.9), (3, 0.4)],
            &[(1, 1.0), (2, 0.5)],
            &[(0, 0.1), (1, 0.9), (3, 0.2)],
            &[(1, 0.7), (2, 0.7)],
            &[(2, 1.0), (3, 0.3)],
            &[(0, 0.2), (2, 0.6), (3, 0.8)],
            &[(1, 0.3), (3, 1.0)],
            &[(0, 0.5), (1, 0.5), (2, 0.5), (3, 0.5)],
        ];
        let mut matrix = Sparse::default();
        rows.iter().for_each(|row| matrix.push(row.iter().copied()));
        let labels: [&[u16]; 10] = [&[0], &[0], &[0, 1], &[1], &[1], &[], &[0], &[1], &[], &[0, 1]];
        let expected = [
            (2.0, [1.487_357, -0.900_362, 0.513_004, -0.566_521, -0.146_717]),
            (6.0, [1.832_855, -0.901_858, 1.019_106, -0.413_036, -0.260_798]),
            (2.0, [0.522_632, 1.140_932, -0.095_942, 0.833_423, -0.803_799]),
            (6.0, [0.706_583, 1.296_93, -0.084_723, 1.216_152, -0.676_031]),
        ];
        for (case, (miss, weights)) in expected.into_iter().enumerate() {
            let problem =
                Problem { matrix: &matrix, labels: &labels, costs: &[(miss, 2.0), (miss, 2.0)] };
            let mut solver = Solver::new(&problem, Weights::new(4, 2));
            let mut order: Vec<u32> = (0..10).collect();
            solver.run(&problem, &mut order, 0..1000, 0.0, &mut Random::new(1));
            let label = case / 2;
            let found = (0..4).map(|f| solver.weights.of(f)[label]);
            let found: Vec<f32> = found.chain([solver.weights.bias()[label]]).collect();
            for (found, expected) in found.iter().zip(weights) {
                assert!((found - expected).abs() < 1e-4, "{case}: {found} is not {expected}");
            }
        }
    }

    /// What is left after forgetting rows is the solution without them.
    #[test]
    fn forgotten_rows_leave_no_trace() {
        let mut matrix = Sparse::default();
        let mut random = Random::new(4);
        let sets: Vec<Vec<u16>> =
            (0..60).map(|row| (0..3).filter(|l| (row + l) % 4 == 0).collect()).collect();
        for row in 0..60_u32 {
            matrix.push([(row % 4, 1.0), (4 + row % 7, random.uniform() as f32)].into_iter());
        }
        let labels: Vec<&[u16]> = sets.iter().map(Vec::as_slice).collect();
        let problem = Problem { matrix: &matrix, labels: &labels, costs: &[(1.0, 1.0); 3] };
        let mut order: Vec<u32> = (0..60).collect();
        let mut all = Solver::new(&problem, Weights::new(11, 3));
        all.run(&problem, &mut order, 0..2000, 0.0, &mut random);
        let (held, mut kept): (Vec<u32>, Vec<u32>) = (0..60).partition(|row| row % 5 == 0);
        all.forget(&problem, &held);
        all.run(&problem, &mut kept, 0..2000, 0.0, &mut random);
        let mut without = Solver::new(&problem, Weights::new(11, 3));
        without.run(&problem, &mut kept, 0..2000, 0.0, &mut random);
        for feature in 0..11 {
            for (one, other) in all.weights.of(feature).iter().zip(without.weights.of(feature)) {
                assert!((one - other).abs() < 1e-4, "{feature}: {one} is not {other}");
            }
        }
    }
}
