//! Iterative proportional fitting on the joint cells of the margins.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::number::Shown;
use crate::interpret::codes::{NONE, pairs};

/// One margin as found in a table.
#[derive(Debug)]
pub(super) struct Margin {
    /// Where it is in the options, and each of its targets.
    pub(super) path: String,
    pub(super) places: Vec<String>,
    /// The target of each row, [`NONE`] where it has none.
    pub(super) rows: Vec<u32>,
    /// What each target should weigh, adding up to 1.
    pub(super) shares: Vec<f64>,
}

impl Margin {
    /// The share of each target by some weights.
    pub(super) fn shares(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.shares.len()];
        for (target, weight) in self.rows.iter().zip(weights) {
            add(&mut sums, *target, *weight);
        }
        let all: f64 = sums.iter().sum();
        sums.iter_mut().for_each(|sum| *sum /= all);
        sums
    }

    /// How many rows have each target.
    pub(super) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.shares.len()];
        for target in &self.rows {
            if let Some(count) = counts.get_mut(*target as usize) {
                *count += 1;
            }
        }
        counts
    }
}

/// Rows that agree in all margins are one cell: they are adjusted alike.
#[derive(Debug)]
pub(crate) struct Joint {
    /// The cell of each row.
    pub(crate) rows: Vec<u32>,
    pub(crate) count: u32,
    /// For each margin the target of each cell, [`NONE`] where it has none.
    pub(crate) targets: Vec<Vec<u32>>,
    /// Weight of each cell before.
    sums: Vec<f64>,
    shares: Vec<Vec<f64>>,
    paths: Vec<(String, Vec<String>)>,
}

/// Adds to a sum; a number that has none is left out.
fn add(sums: &mut [f64], at: u32, value: f64) {
    if let Some(sum) = sums.get_mut(at as usize) {
        *sum += value;
    }
}

impl Joint {
    pub(super) fn new(margins: &[Margin], base: &[f64]) -> Self {
        let mut rows = vec![0_u32; base.len()];
        let mut targets: Vec<Vec<u32>> = Vec::new();
        let mut count = 1_u32;
        for margin in margins {
            let last = u32::try_from(margin.shares.len()).unwrap_or(NONE);
            let right = margin.rows.iter().map(|target| (*target).min(last));
            let (joint, seen) = pairs(&rows, right, (count, last.saturating_add(1)));
            for list in &mut targets {
                let of = |(left, _): &(u32, u32)| list.get(*left as usize).copied().unwrap_or(NONE);
                *list = seen.iter().map(of).collect();
            }
            let own = |(_, right): &(u32, u32)| if *right == last { NONE } else { *right };
            targets.push(seen.iter().map(own).collect());
            count = u32::try_from(seen.len()).unwrap_or(NONE);
            rows = joint;
        }
        let mut sums = vec![0.0; count as usize];
        for (cell, weight) in rows.iter().zip(base) {
            add(&mut sums, *cell, *weight);
        }
        let shares = margins.iter().map(|m| m.shares.clone()).collect();
        let paths = margins.iter().map(|m| (m.path.clone(), m.places.clone())).collect();
        Self { rows, count, targets, sums, shares, paths }
    }

    /// The weight of each target of a margin, and of all of them.
    fn totals(targets: &[u32], weights: &[f64], count: usize) -> (Vec<f64>, f64) {
        let mut sums = vec![0.0; count];
        for (target, weight) in targets.iter().zip(weights) {
            add(&mut sums, *target, *weight);
        }
        let all = sums.iter().sum();
        (sums, all)
    }

    /// What each cell's weights are to be multiplied by, and how many rounds it took.
    pub(super) fn rake(&self, tolerance: f64, rounds: u32) -> Result<(Vec<f64>, u32)> {
        let mut weights = self.sums.clone();
        for round in 1..=rounds.max(1) {
            for (m, (targets, shares)) in self.targets.iter().zip(&self.shares).enumerate() {
                let (sums, all) = Self::totals(targets, &weights, shares.len());
                let by: Vec<f64> = sums
                    .iter()
                    .zip(shares)
                    .enumerate()
                    .map(|(t, (sum, share))| match *sum > 0.0 {
                        true => Ok(share * all / sum),
                        false if *share > 0.0 => Err(self.without_weight(m, t)),
                        false => Ok(1.0),
                    })
                    .collect::<Result<_>>()?;
                for (weight, target) in weights.iter_mut().zip(targets) {
                    *weight *= by.get(*target as usize).copied().unwrap_or(1.0);
                }
            }
            let Some((off, m, t, share)) = self.worst(&weights) else { break };
            if off <= tolerance {
                let factor = |(now, before): (&f64, &f64)| match *before > 0.0 {
                    true => now / before,
                    false => 0.0,
                };
                return Ok((weights.iter().zip(&self.sums).map(factor).collect(), round));
            }
            if round == rounds.max(1) {
                let wanted = self.shares.get(m).and_then(|s| s.get(t)).copied().unwrap_or_default();
                let (path, places) = self.paths.get(m).cloned().unwrap_or_default();
                let place = places.get(t).cloned().unwrap_or_default();
                return Err(Error::new(
                    ErrorCode::NoConvergence,
                    format!(
                        "after {round} iterations the share of `{place}` is {} instead of {}",
                        Shown(share),
                        Shown(wanted)
                    ),
                )
                .at(path));
            }
        }
        Err(Error::new(ErrorCode::Internal, "there was no margin to adjust"))
    }

    fn without_weight(&self, margin: usize, target: usize) -> Error {
        let place = self.paths.get(margin).and_then(|(_, places)| places.get(target)).cloned();
        Error::new(
            ErrorCode::TargetMismatch,
            "the responses with the value of this target have no weight, or other targets of 0 leave them none",
        )
        .at(place.unwrap_or_default())
    }

    /// The target that is off the most: by how much, its margin and number, and its share.
    fn worst(&self, weights: &[f64]) -> Option<(f64, usize, usize, f64)> {
        let mut worst: Option<(f64, usize, usize, f64)> = None;
        for (m, (targets, shares)) in self.targets.iter().zip(&self.shares).enumerate() {
            let (sums, all) = Self::totals(targets, weights, shares.len());
            for (t, (sum, share)) in sums.iter().zip(shares).enumerate() {
                let off = (sum / all - share).abs();
                if worst.is_none_or(|(most, ..)| !(off <= most)) {
                    worst = Some((off, m, t, sum / all));
                }
            }
        }
        worst
    }
}
