//! Tails of the mean of some responses, where each takes one of a few values.

use std::f64::consts::PI;

use super::distribution::normal_sf;

/// The values that a response can take, with their chances as a family of distributions that are tilted to have any
/// mean between the least and the largest value.
#[derive(Debug, Clone)]
pub(crate) struct Tilted {
    /// Value, scaled to 0..1, and chance.
    cells: Vec<(f64, f64)>,
    low: f64,
    width: f64,
    /// The smallest distance of two values.
    step: f64,
}

/// How far a tilt may go; beyond, all weight is on one value to rounding.
const STEEPEST: f64 = 200.0;

impl Tilted {
    /// `None` unless there are two values at least. Masses must be positive, values different and rising.
    pub(crate) fn new(values: &[f64], masses: &[f64]) -> Option<Self> {
        let mut pairs: Vec<(f64, f64)> = Vec::with_capacity(values.len());
        let mut sorted: Vec<(f64, f64)> =
            values.iter().copied().zip(masses.iter().copied()).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (value, mass) in sorted {
            match pairs.last_mut() {
                Some(last) if !(value > last.0) => last.1 += mass,
                _ => pairs.push((value, mass)),
            }
        }
        let (low, high) = (pairs.first()?.0, pairs.last()?.0);
        let (width, total) = (high - low, pairs.iter().map(|p| p.1).sum::<f64>());
        if !(width > 0.0 && total > 0.0) {
            return None;
        }
        let cells: Vec<(f64, f64)> =
            pairs.iter().map(|(v, m)| ((v - low) / width, m / total)).collect();
        let gaps = cells.windows(2).filter_map(|pair| match pair {
            [a, b] => Some(b.0 - a.0),
            _ => None,
        });
        Some(Self { step: gaps.fold(1.0, f64::min), cells, low, width })
    }

    /// Cumulant function, its first and its second derivative.
    fn cumulant(&self, tilt: f64) -> (f64, f64, f64) {
        // From the end that weighs most, so that nothing overflows.
        let end = if tilt > 0.0 { 1.0 } else { 0.0 };
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for (value, chance) in &self.cells {
            let weight = chance * libm::exp(tilt * (value - end));
            sum += weight;
            first += weight * value;
            second += weight * value * value;
        }
        let mean = first / sum;
        (libm::log(sum) + tilt * end, mean, (second / sum - mean * mean).max(1e-12))
    }

    /// The tilt whose mean is `mean` (0..1, ends excluded): Newton's steps between bounds that close in.
    fn tilt(&self, mean: f64) -> f64 {
        let (mut low, mut high, mut tilt) = (-STEEPEST, STEEPEST, 0.0);
        for _ in 0..60 {
            let (_, at, slope) = self.cumulant(tilt);
            if at > mean {
                high = tilt
            } else {
                low = tilt
            }
            let newton = tilt - (at - mean) / slope;
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            let done = (next - tilt).abs() < 1e-11;
            tilt = next;
            if done {
                break;
            }
        }
        tilt
    }

    /// The chance that `n` responses (not necessarily a whole number) whose true mean is `centre` have a mean of at
    /// least `x`: Lugannani and Rice's formula with Daniels' correction for lattices (H. E. Daniels, "Tail
    /// probability approximations", International Statistical Review 55, 1987).
    pub(crate) fn upper_tail(&self, n: f64, centre: f64, x: f64) -> f64 {
        let scaled = |v: f64| (v - self.low) / self.width;
        let (centre, x) = (scaled(centre).clamp(1e-6, 1.0 - 1e-6), scaled(x));
        let from = self.tilt(centre);
        let (k0, _, variance) = self.cumulant(from);
        let normal = || {
            let off = x - 0.5 * self.step / n - centre;
            normal_sf(off / libm::sqrt(variance / n))
        };
        if x >= 1.0 - 1e-9 {
            let Some((_, chance)) = self.cells.last() else { return 1.0 };
            return libm::exp(n * (libm::log(*chance) + from - k0)).min(1.0);
        }
        if x <= 1e-9 {
            return 1.0;
        }
        let to = self.tilt(x);
        let (k1, _, spread) = self.cumulant(to);
        let (tilt, gain) = (to - from, (to - from) * x - (k1 - k0));
        let w = libm::sqrt((2.0 * n * gain).max(0.0)).copysign(tilt);
        if w.abs() < 0.1 {
            return normal().clamp(0.0, 1.0);
        }
        let u = -libm::expm1(-tilt * self.step) / self.step * libm::sqrt(n * spread);
        let density = libm::exp(-0.5 * w * w) / libm::sqrt(2.0 * PI);
        (normal_sf(w) + density * (1.0 / u - 1.0 / w)).clamp(0.0, 1.0)
    }

    /// The chance of a mean of at most `x`.
    pub(crate) fn lower_tail(&self, n: f64, centre: f64, x: f64) -> f64 {
        let (values, masses): (Vec<f64>, Vec<f64>) =
            self.cells.iter().map(|(v, m)| (-(self.low + v * self.width), *m)).unzip();
        Self::new(&values, &masses).map_or(1.0, |mirror| mirror.upper_tail(n, -centre, -x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chance by going through all sums.
    fn exact(values: &[i32], masses: &[f64], n: usize, least: i32) -> f64 {
        let mut sums = std::collections::BTreeMap::from([(0, 1.0)]);
        for _ in 0..n {
            let mut next = std::collections::BTreeMap::new();
            for (sum, chance) in &sums {
                for (value, mass) in values.iter().zip(masses) {
                    *next.entry(sum + value).or_insert(0.0) += chance * mass;
                }
            }
            sums = next;
        }
        sums.range(least..).map(|(_, chance)| chance).sum()
    }

    #[test]
    fn tails_are_near_the_exact_ones() {
        let values = [-1, 0, 1];
        let masses = [0.15, 0.25, 0.6];
        let tilted = Tilted::new(&[-100.0, 0.0, 100.0], &masses).unwrap();
        for n in [1, 2, 5, 12, 60] {
            for sum in -(n as i32)..=n as i32 {
                let truth = exact(&values, &masses, n, sum);
                let x = 100.0 * f64::from(sum) / n as f64;
                let told = tilted.upper_tail(n as f64, 45.0, x);
                let below = tilted.lower_tail(n as f64, 45.0, x);
                let under = 1.0 - exact(&values, &masses, n, sum + 1);
                for (told, truth) in [(told, truth), (below, under)] {
                    let close = (told / truth - 1.0).abs() < 0.12 || (told - truth).abs() < 0.02;
                    // The middle is nobody's tail.
                    assert!(
                        !(1e-300..0.25).contains(&truth) || close,
                        "{n} {sum}: {told} is not {truth}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_centre_tilts_the_chances() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let tilted = Tilted::new(&values, &[1.0, 1.0, 2.0, 4.0, 8.0]).unwrap();
        let (_, mean, _) = tilted.cumulant(tilted.tilt(0.25));
        assert!((mean - 0.25).abs() < 1e-9);
        assert!(tilted.upper_tail(40.0, 2.0, 3.0) < 1e-4);
        assert!(Tilted::new(&[1.0, 1.0], &[1.0, 1.0]).is_none());
    }
}
