//! The posterior of a net score: the difference of two shares of a Dirichlet.

use crate::stats::distribution::{beta_logit_density, beta_quantile, beta_tails};
use crate::stats::quadrature::double_exponential;
use crate::stats::root::bracketed;

/// Posterior of p₊ - p₋ where (p₋, p₀, p₊) is Dirichlet with these shapes, all positive and finite.
pub(super) struct NetPosterior {
    negative: f64,
    neutral: f64,
    positive: f64,
}

/// Nodes on either side of the middle, and their spacing, in the double-exponential rule. The test doubles both.
const NODES: i32 = 50;
const STEP: f64 = 1.0 / 16.0;

/// Mass left out on either side of the variable that is integrated over.
const NEGLIGIBLE: f64 = 1e-17;

impl NetPosterior {
    pub(super) fn new(negative: f64, neutral: f64, positive: f64) -> Self {
        Self { negative, neutral, positive }
    }

    /// The net below which a share `p` of the posterior lies.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        bracketed(-1.0, 1.0, |net| self.cdf(net, NODES, STEP) - p)
    }

    /// P(p₊ - p₋ <= net) by one-dimensional quadrature.
    ///
    /// The share with the smallest shape is integrated over, since the conditional distribution of the other two
    /// is the broader one and so the integrand is smooth on the scale of the rule.
    fn cdf(&self, net: f64, nodes: i32, step: f64) -> f64 {
        let Self { negative, neutral, positive } = *self;
        if neutral <= negative && neutral <= positive {
            // Given p₀, p₊ = (1 - p₀) r with r ~ Beta(positive, negative).
            let most = 1.0 - net.abs();
            let beyond = if net >= 0.0 { 1.0 } else { 0.0 };
            let outer = Outer { a: neutral, b: negative + positive };
            outer.integrate((0.0, 0.0), (most, beyond), nodes, step, |_, rest| {
                let above = (0.5 * (1.0 - net / rest)).clamp(0.0, 1.0);
                let below = (0.5 * (1.0 + net / rest)).clamp(0.0, 1.0);
                beta_tails(positive, negative, below, above).0
            })
        } else if negative <= positive {
            // Given p₋, p₊ = (1 - p₋) t with t ~ Beta(positive, neutral).
            let outer = Outer { a: negative, b: neutral + positive };
            let least = (-net).max(0.0);
            outer.integrate((least, 0.0), (0.5 * (1.0 - net), 1.0), nodes, step, |share, rest| {
                let below = ((net + share) / rest).clamp(0.0, 1.0);
                let above = ((rest - share - net) / rest).clamp(0.0, 1.0);
                beta_tails(positive, neutral, below, above).0
            })
        } else {
            1.0 - Self::new(positive, neutral, negative).cdf(-net, nodes, step)
        }
    }
}

/// The share that is integrated over, Beta(a, b).
struct Outer {
    a: f64,
    b: f64,
}

impl Outer {
    /// The mean of a function that is `inner(x, 1 - x)` between two values of x and constant outside of them:
    /// `(x, value below)`, `(x, value above)`.
    ///
    /// Double-exponential quadrature (Takahasi and Mori 1974) over the logit of x, where the density has no
    /// singularity; the rule takes the roots that `inner` has at the ends.
    fn integrate(
        &self,
        (from, below): (f64, f64),
        (to, above): (f64, f64),
        nodes: i32,
        step: f64,
        inner: impl Fn(f64, f64) -> f64,
    ) -> f64 {
        let Self { a, b } = *self;
        let (left, _) = beta_tails(a, b, from, 1.0 - from);
        let (_, right) = beta_tails(a, b, to, 1.0 - to);
        let outside = below * left + above * right;
        let least = beta_quantile(NEGLIGIBLE, a, b).max(f64::MIN_POSITIVE);
        let most = beta_quantile(NEGLIGIBLE, b, a).max(f64::MIN_POSITIVE);
        let logit = |x: f64| libm::log(x) - libm::log1p(-x);
        let lower = logit(least).max(if from > 0.0 { logit(from) } else { f64::NEG_INFINITY });
        let upper = (-logit(most)).min(if to < 1.0 { logit(to) } else { f64::INFINITY });
        if !(lower < upper) {
            return outside;
        }
        // Cut near the peak: the rule has its nodes close together at the ends of a range.
        let middle = libm::log(a / b).clamp(lower, upper);
        let density = |u: f64| {
            let (x, rest) = (1.0 / (1.0 + libm::exp(-u)), 1.0 / (1.0 + libm::exp(u)));
            beta_logit_density(a, b, x, rest) * inner(x, rest)
        };
        let part = |from, to| {
            double_exponential(from, to, nodes, step)
                .map(|(u, weight)| weight * density(u))
                .sum::<f64>()
        };
        outside + part(lower, middle) + part(middle, upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    #[test]
    fn uniform_prior_without_data_is_triangular() {
        let posterior = NetPosterior::new(1.0, 1.0, 1.0);
        for p in [1e-6_f64, 0.025, 0.3] {
            let expected = (2.0 * p).sqrt() - 1.0;
            assert!((posterior.quantile(p) - expected).abs() < 1e-12, "{p}");
            assert!((posterior.quantile(1.0 - p) + expected).abs() < 1e-9, "{p}");
        }
    }

    #[test]
    fn twice_the_nodes_change_nothing() {
        for shapes in SHAPES {
            let [a, b, c] = shapes;
            let posterior = NetPosterior::new(a, b, c);
            let total: f64 = a + b + c;
            let mean = (c - a) / total;
            let sd = ((a + c) / total - mean * mean).sqrt() / (total + 1.0).sqrt();
            for z in [-4.0, -2.0, -0.5, 0.0, 1.0, 2.0, 3.0] {
                let net = mean + z * sd;
                if net.abs() >= 1.0 {
                    continue;
                }
                let coarse = posterior.cdf(net, NODES, STEP);
                let fine = posterior.cdf(net, 2 * NODES, 0.5 * STEP);
                assert!((coarse - fine).abs() < 1e-11, "{shapes:?} {net}: {coarse:e} {fine:e}");
            }
        }
    }

    #[test]
    fn large_posteriors_are_normal() {
        for n in [1e5, 1e7, 1e9] {
            for [a, b, c] in [[0.15, 0.25, 0.6], [0.4, 0.2, 0.4], [0.3, 0.6, 0.1]] {
                let posterior = NetPosterior::new(a * n, b * n, c * n);
                let (mean, sd) = (c - a, ((a + c - (c - a) * (c - a)) / (n + 1.0)).sqrt());
                let z = (posterior.quantile(0.025) - mean) / sd;
                assert!((z + 1.959964).abs() < 2.0 / n.sqrt(), "{n:e} {a} {b} {c}: {z}");
            }
        }
    }

    const SHAPES: [[f64; 3]; 9] = [
        [15.5, 25.5, 60.5],
        [0.5, 2.5, 8.5],
        [0.5, 0.5, 10.5],
        [0.5, 0.5, 0.5],
        [3.5, 0.5, 4.5],
        [1000.5, 0.5, 2000.5],
        [60.5, 25.5, 0.5],
        [0.5, 40.5, 0.5],
        [200.5, 3000.5, 1.5],
    ];

    #[test]
    fn agrees_with_seeded_draws() {
        let draws = 20_000;
        for shapes in SHAPES {
            let mut random = Random::new(99);
            let mut nets: Vec<f64> = (0..draws)
                .map(|_| {
                    let shares = random.dirichlet(&shapes);
                    shares[2] - shares[0]
                })
                .collect();
            nets.sort_by(f64::total_cmp);
            let [a, b, c] = shapes;
            let posterior = NetPosterior::new(a, b, c);
            for p in [0.025, 0.2, 0.5, 0.9, 0.975] {
                // The share of draws below the quantile is binomial.
                let quantile = posterior.quantile(p);
                let n = f64::from(draws);
                let share = nets.partition_point(|net| *net <= quantile) as f64 / n;
                let error = (p * (1.0 - p) / n).sqrt();
                assert!((share - p).abs() < 4.5 * error, "{shapes:?} {p}: {share}");
            }
        }
    }
}
