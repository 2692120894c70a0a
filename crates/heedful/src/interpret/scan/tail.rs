//! How unlikely it is that a random part of the responses scores as a segment does.

use crate::stats::distribution::normal_sf;

/// Values with the share of responses that have each.
#[derive(Debug, Clone)]
pub(super) struct Population {
    /// Value less the mean, and share.
    levels: Vec<(f64, f64)>,
    /// Divisor n - 1, of effective responses.
    pub(super) variance: f64,
    /// Least distance between values that occur; infinite where all are alike.
    step: f64,
}

impl Population {
    /// From the mass of each value; `None` where no responses are left to vary.
    pub(super) fn new(values: &[f64], masses: &[f64], effective: f64) -> Option<Self> {
        let mass: f64 = masses.iter().sum();
        let mean = values.iter().zip(masses).map(|(v, m)| v * m).sum::<f64>() / mass;
        let mut levels: Vec<(f64, f64)> = values
            .iter()
            .zip(masses)
            .filter(|(_, m)| **m > 0.0)
            .map(|(v, m)| (v - mean, m / mass))
            .collect();
        levels.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        if let [(only, _)] = levels.as_mut_slice() {
            *only = 0.0; // all alike: no rounding error is taken for variation
        }
        let variance = levels.iter().map(|(v, p)| p * v * v).sum::<f64>();
        let gaps = levels.windows(2).filter_map(|pair| match pair {
            [a, b] => Some(b.0 - a.0).filter(|gap| *gap > 0.0),
            _ => None,
        });
        let step = gaps.fold(f64::INFINITY, f64::min);
        (!levels.is_empty() && effective > 1.0).then(|| Self {
            levels,
            variance: variance * effective / (effective - 1.0),
            step,
        })
    }

    /// Cumulant generating function of one response less the mean, and its first two derivatives.
    fn cumulants(&self, t: f64) -> [f64; 3] {
        let largest = self.levels.iter().map(|(v, _)| t * v).fold(f64::NEG_INFINITY, f64::max);
        let mut sums = [0.0; 3];
        for (value, share) in &self.levels {
            let weight = share * libm::exp(t * value - largest);
            sums[0] += weight;
            sums[1] += weight * value;
            sums[2] += weight * value * value;
        }
        let mean = sums[1] / sums[0];
        [largest + libm::log(sums[0]), mean, sums[2] / sums[0] - mean * mean]
    }
}

/// One sample of a random part of a population: effective responses in the part, and the factor with which
/// its mean less the population's enters the statistic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) population: &'a Population,
    pub(super) n: f64,
    pub(super) factor: f64,
}

/// Beyond this many standard errors normal tails of skewed values are not to be trusted.
const NEAR: f64 = 2.0;

/// Two-sided p-value of the statistic, the sum of the parts' means less the population means, each times
/// its factor; `error` is its standard error where responses are drawn without replacement.
///
/// Normal near the middle; in the tails by Lugannani and Rice's saddlepoint approximation (R. Lugannani and
/// S. Rice 1980) in Barndorff-Nielsen's form, with a half-step's correction for values on a lattice, on the
/// scale of drawing without replacement. Normal tails would call thousands of chance segments of skewed
/// ratings findings.
pub(super) fn p_value(parts: &[Part<'_>], statistic: f64, error: f64) -> f64 {
    let z = statistic / error;
    if !(z.abs() > NEAR) {
        return (2.0 * normal_sf(z.abs())).min(1.0);
    }
    let sign = statistic.signum();
    let half = parts
        .iter()
        .map(|part| 0.5 * part.population.step * part.factor.abs() / part.n)
        .fold(f64::INFINITY, f64::min);
    let target = sign * (statistic.abs() - half);
    let total = |t: f64| {
        parts.iter().fold([0.0; 3], |[k, k1, k2], part| {
            let scale = part.factor / part.n;
            let [c, c1, c2] = part.population.cumulants(t * scale);
            [k + part.n * c, k1 + part.factor * c1, k2 + part.factor * scale * c2]
        })
    };
    let variance = total(0.0)[2];
    // Newton's steps on a convex function, kept inside a bracket.
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut t = target / variance;
    let mut found = total(t);
    for _ in 0..200 {
        let short = sign * (target - found[1]);
        if short.abs() <= 1e-10 * target.abs() {
            break;
        }
        let size = t.abs();
        if short > 0.0 {
            low = size;
        } else {
            high = size;
        }
        let step = size + short / found[2];
        let inside = step > low && step < high && step.is_finite();
        let next = if inside && step <= 4.0 * size {
            step
        } else if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * size
        };
        t = sign * next;
        found = total(t);
        if next > 1e6 / libm::sqrt(variance) {
            break; // the greatest value there can be
        }
    }
    let [k, _, k2] = found;
    let r = libm::sqrt((2.0 * (t * target - k)).max(0.0));
    let u = t.abs() * libm::sqrt(k2);
    let modified = if u > 0.0 && r > 0.0 { r + libm::log(u / r) / r } else { r };
    // The finite population makes the tails thinner than drawing with replacement does.
    let scaled = modified * libm::sqrt(variance) / error;
    if scaled.is_finite() && scaled > 0.0 {
        (2.0 * normal_sf(scaled)).min(1.0)
    } else {
        (2.0 * normal_sf(z.abs())).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(sum of n draws >= s) of values -1, 0, 1 by convolution.
    fn exact(n: usize, shares: [f64; 3], s: i64) -> f64 {
        let mut chances = vec![1.0];
        for _ in 0..n {
            let mut next = vec![0.0; chances.len() + 2];
            for (i, c) in chances.iter().enumerate() {
                for (j, p) in shares.iter().enumerate() {
                    next[i + j] += c * p;
                }
            }
            chances = next;
        }
        let least = usize::try_from(s + n as i64).unwrap();
        chances.iter().skip(least).sum()
    }

    #[test]
    fn tails_of_skewed_values_are_near_the_exact_ones() {
        let shares = [0.05, 0.15, 0.80];
        let population = Population::new(&[-100.0, 0.0, 100.0], &shares, 1e12).unwrap();
        for (n, sum) in [(50, 12), (50, 5), (50, 49), (80, 20), (200, 90), (200, 185)] {
            let (size, value) = (n as f64, 100.0 * sum as f64 / n as f64 - 75.0);
            let part = Part { population: &population, n: size, factor: 1.0 };
            let error = (population.variance / size).sqrt();
            let found = p_value(&[part], value, error) / 2.0;
            let expected = if value > 0.0 {
                exact(n, shares, sum)
            } else {
                // The lower tail is the upper one of the mirrored values.
                exact(n, [shares[2], shares[1], shares[0]], -sum)
            };
            assert!((found / expected).ln().abs() < 0.25, "{n} {sum}: {found:e} {expected:e}");
            let normal = normal_sf(value.abs() / error);
            assert!(found > normal || value > 0.0, "{n} {sum}: {found:e} {normal:e}");
        }
    }
}
