//! How much groups truly differ, beyond what the chance of their samples explains.

use serde::Serialize;

use super::quadrature::double_exponential;
use super::root::bracketed;
use crate::base::config::names;

/// An estimator of the variance between groups, τ², from each group's estimate and its squared standard error.
///
/// Quick advice: the default. It needs no assumption on the shape of the distribution and holds up where groups
/// differ much in size (Veroniki and others 2016).
///
/// ```
/// use heedful::stats::BetweenVariance;
/// // Three groups that differ no more than their errors explain.
/// let alike = [(50.0, 25.0), (53.0, 25.0), (48.0, 25.0)];
/// assert_eq!(BetweenVariance::default().estimate(&alike), Some(0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further estimators may be added by name
pub enum BetweenVariance {
    /// The τ² at which the weighted sum of squares equals its expectation (R. C. Paule and J. Mandel 1982).
    #[default]
    PauleMandel,
    /// The method of moments in one step with the weights for τ² = 0 (R. DerSimonian and N. Laird 1986).
    DersimonianLaird,
}

names!(BetweenVariance { PauleMandel = "paule_mandel", DersimonianLaird = "dersimonian_laird" });

impl BetweenVariance {
    /// τ² from `(estimate, squared standard error)` of each group; 0 where the groups differ no more than by
    /// chance. `None` for fewer than 2 groups, or unless all estimates are finite and squared errors positive and
    /// finite.
    ///
    /// ```
    /// use heedful::stats::BetweenVariance;
    /// // Equal errors: the variance of the estimates less the squared error.
    /// let groups = [(1.0, 2.0), (3.0, 2.0), (8.0, 2.0)];
    /// let tau2 = BetweenVariance::PauleMandel.estimate(&groups).unwrap();
    /// assert!((tau2 - 11.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn estimate(self, groups: &[(f64, f64)]) -> Option<f64> {
        let sound = |(estimate, squared): &(f64, f64)| {
            estimate.is_finite() && *squared > 0.0 && squared.is_finite()
        };
        if groups.len() < 2 || !groups.iter().all(sound) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 groups")]
        let df = (groups.len() - 1) as f64;
        let excess = |tau2| sum_of_squares(groups, tau2) - df;
        if !(excess(0.0) > 0.0) {
            return Some(0.0);
        }
        Some(match self {
            Self::PauleMandel => {
                // Σ (y - mean)² / τ² bounds the sum from above, so that it is below its expectation at twice the
                // plain variance.
                let count = df + 1.0;
                let mean = groups.iter().map(|(y, _)| y).sum::<f64>() / count;
                let spread: f64 = groups.iter().map(|(y, _)| (y - mean) * (y - mean)).sum();
                bracketed(0.0, 2.0 * spread / df, excess)
            }
            Self::DersimonianLaird => {
                let weights = || groups.iter().map(|(_, squared)| 1.0 / squared);
                let total: f64 = weights().sum();
                let squares: f64 = weights().map(|w| w * w).sum();
                excess(0.0) / (total - squares / total)
            }
        })
    }
}

/// The posterior of τ under a flat prior from 0 to `largest`, as values with probabilities that add up to 1; the
/// groups' mean has a flat prior too. Squared errors must be positive.
///
/// D. B. Rubin (1981) and A. Gelman (2006) recommend this prior: unlike one on log τ it leaves a proper posterior, and unlike
/// an estimate of τ it does not take small differences for none.
pub(crate) fn deviation_posterior(groups: &[(f64, f64)], largest: f64) -> Vec<(f64, f64)> {
    let log_density = |tau: f64| {
        let tau2 = tau * tau;
        let (_, variance) = weighted_mean(groups, tau2);
        let logs: f64 = groups.iter().map(|(_, squared)| libm::log(squared + tau2)).sum();
        0.5 * (libm::log(variance) - logs - sum_of_squares(groups, tau2))
    };
    let (mut lower, mut upper) = (0.0, largest);
    // Closes in on where the density is not negligible.
    loop {
        let step = (upper - lower) / SCAN;
        let scan = || (0_u32..=SCAN as u32).map(|i| lower + f64::from(i) * step);
        let logs: Vec<f64> = scan().map(log_density).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let counts = |log: &f64| *log > most - NEGLIGIBLE;
        let first = logs.iter().position(counts).unwrap_or(0) as f64;
        let last = logs.iter().rposition(counts).unwrap_or(0) as f64;
        let (from, to) =
            (lower + step * (first - 1.0).max(0.0), lower + step * (last + 1.0).min(SCAN));
        let settled = to - from > 0.5 * (upper - lower);
        (lower, upper) = (from, to);
        if settled {
            let nodes: Vec<(f64, f64, f64)> = double_exponential(lower, upper, NODES, STEP)
                .map(|(tau, weight)| (tau, weight, log_density(tau) - most))
                .collect();
            let masses = || nodes.iter().map(|(tau, weight, log)| (*tau, weight * libm::exp(*log)));
            let total: f64 = masses().map(|(_, mass)| mass).sum();
            return masses().map(|(tau, mass)| (tau, mass / total)).collect();
        }
    }
}

/// Steps of a scan for where a density lies.
const SCAN: f64 = 64.0;

/// What a logarithm of a density may fall below the largest one before it is left out.
const NEGLIGIBLE: f64 = 40.0;

/// Nodes on either side of the middle, and their spacing: enough for 10 digits on any density that fills the range.
const NODES: i32 = 75;
const STEP: f64 = 1.0 / 24.0;

/// Mean and its variance for weights 1 / (squared error + τ²).
pub(crate) fn weighted_mean(groups: &[(f64, f64)], tau2: f64) -> (f64, f64) {
    let total: f64 = groups.iter().map(|(_, squared)| 1.0 / (squared + tau2)).sum();
    let sum: f64 = groups.iter().map(|(estimate, squared)| estimate / (squared + tau2)).sum();
    (sum / total, 1.0 / total)
}

/// Cochran's Q, generalised to τ².
fn sum_of_squares(groups: &[(f64, f64)], tau2: f64) -> f64 {
    let (mean, _) = weighted_mean(groups, tau2);
    groups.iter().map(|(y, squared)| (y - mean) * (y - mean) / (squared + tau2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Thirteen trials of a vaccine against tuberculosis (G. A. Colditz and others, JAMA 271, 1994): cases and
    /// others among the vaccinated, the same among controls.
    const BCG: [[f64; 4]; 13] = [
        [4.0, 119.0, 11.0, 128.0],
        [6.0, 300.0, 29.0, 274.0],
        [3.0, 228.0, 11.0, 209.0],
        [62.0, 13536.0, 248.0, 12619.0],
        [33.0, 5036.0, 47.0, 5761.0],
        [180.0, 1361.0, 372.0, 1079.0],
        [8.0, 2537.0, 10.0, 619.0],
        [505.0, 87886.0, 499.0, 87892.0],
        [29.0, 7470.0, 45.0, 7232.0],
        [17.0, 1699.0, 65.0, 1600.0],
        [186.0, 50448.0, 141.0, 27197.0],
        [5.0, 2493.0, 3.0, 2338.0],
        [27.0, 16886.0, 29.0, 17825.0],
    ];

    #[test]
    fn agrees_with_metafor_on_its_example() {
        // Log relative risks; W. Viechtbauer's metafor (R) documents τ² = 0.3088 for DL and 0.3181 for PM, and
        // the mean -0.7141 with error 0.1787 for DL.
        let groups = BCG.map(|[a, b, c, d]| {
            let ratio: f64 = a / (a + b) / (c / (c + d));
            (ratio.ln(), 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d))
        });
        let dl = BetweenVariance::DersimonianLaird.estimate(&groups).unwrap();
        assert!((dl - 0.3088).abs() < 5e-5, "{dl}");
        let pm = BetweenVariance::PauleMandel.estimate(&groups).unwrap();
        assert!((pm - 0.3181).abs() < 5e-5, "{pm}");
        let (mean, variance) = weighted_mean(&groups, dl);
        assert!((mean + 0.7141).abs() < 5e-5, "{mean}");
        assert!((variance.sqrt() - 0.1787).abs() < 5e-5, "{variance}");
    }

    proptest! {
        #[test]
        fn paule_mandel_meets_its_expectation(
            groups in prop::collection::vec((-100.0..100.0, 0.01..400.0), 2..12),
        ) {
            let tau2 = BetweenVariance::PauleMandel.estimate(&groups).unwrap();
            // The slow twin: Q written out, and a scan that finds where it falls below its expectation.
            let q = |tau2: f64| {
                let w: Vec<f64> = groups.iter().map(|g| (g.1 + tau2).recip()).collect();
                let mut q = 0.0;
                for (i, a) in groups.iter().enumerate() {
                    for (j, b) in groups.iter().enumerate().skip(i + 1) {
                        q += w[i] * w[j] * (a.0 - b.0).powi(2);
                    }
                }
                q / w.iter().sum::<f64>()
            };
            let df = groups.len() as f64 - 1.0;
            if tau2 > 0.0 {
                prop_assert!((q(tau2) - df).abs() < 1e-9 * df);
            } else {
                prop_assert!(q(0.0) <= df * (1.0 + 1e-12));
            }
            let dl = BetweenVariance::DersimonianLaird.estimate(&groups).unwrap();
            prop_assert_eq!(dl > 0.0, tau2 > 0.0);
        }
    }

    #[test]
    fn refuses_what_has_no_answer() {
        for groups in [&[(1.0, 1.0)][..], &[(1.0, 0.0), (2.0, 1.0)], &[(f64::NAN, 1.0), (2.0, 1.0)]]
        {
            assert_eq!(BetweenVariance::PauleMandel.estimate(groups), None);
        }
        let alike = [(5.0, 1.0), (5.0, 3.0)];
        assert_eq!(BetweenVariance::DersimonianLaird.estimate(&alike), Some(0.0));
    }
}
