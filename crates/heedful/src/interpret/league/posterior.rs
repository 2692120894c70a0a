//! The joint distribution of true scores given the data.

use crate::base::metric::Better;
use crate::stats::Random;
use crate::stats::heterogeneity::{deviation_posterior, weighted_mean};

/// A mixture: for each variance between groups that may be, a normal distribution of the true scores.
#[derive(Debug)]
pub(super) struct Posterior<'a> {
    /// Value and squared standard error of each group.
    estimates: &'a [(f64, f64)],
    components: Vec<Component>,
}

#[derive(Debug, Clone, Copy)]
struct Component {
    probability: f64,
    /// The variance between groups.
    tau2: f64,
    /// The mean of true scores, and its variance.
    mean: f64,
    mean_variance: f64,
}

/// What is known of the true score of a group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TrueScore {
    pub(super) shrunk: f64,
    /// Of the true score around the shrunk one, with all that is not known.
    pub(super) variance: f64,
    /// The share of the group's own score in the shrunk one.
    pub(super) own_weight: f64,
}

impl Component {
    fn new(estimates: &[(f64, f64)], tau2: f64, probability: f64) -> Self {
        let (mean, mean_variance) = weighted_mean(estimates, tau2);
        Self { probability, tau2, mean, mean_variance }
    }

    /// Share of a group's own score, and its true score given the mean: centre and variance.
    fn given_mean(&self, (value, squared): (f64, f64), mean: f64) -> (f64, f64, f64) {
        let own_weight = self.tau2 / (squared + self.tau2);
        (own_weight, mean + own_weight * (value - mean), own_weight * squared)
    }
}

impl<'a> Posterior<'a> {
    /// Takes the variance between groups as known.
    pub(super) fn given(estimates: &'a [(f64, f64)], tau2: f64) -> Self {
        Self { estimates, components: vec![Component::new(estimates, tau2, 1.0)] }
    }

    /// Allows for every deviation between groups from 0 to the `largest`.
    pub(super) fn integrated(estimates: &'a [(f64, f64)], largest: f64) -> Self {
        let deviations = deviation_posterior(estimates, largest);
        let component = |(tau, probability)| Component::new(estimates, tau * tau, probability);
        Self { estimates, components: deviations.into_iter().map(component).collect() }
    }

    /// Expected mean of true scores.
    pub(super) fn mean(&self) -> f64 {
        self.components.iter().map(|c| c.probability * c.mean).sum()
    }

    /// Expected deviation between groups, τ.
    pub(super) fn deviation(&self) -> f64 {
        self.components.iter().map(|c| c.probability * libm::sqrt(c.tau2)).sum()
    }

    /// Each group's true score.
    pub(super) fn true_scores(&self) -> Vec<TrueScore> {
        self.estimates.iter().map(|group| self.true_score(*group)).collect()
    }

    fn true_score(&self, group: (f64, f64)) -> TrueScore {
        let parts = || {
            self.components.iter().map(|c| {
                let (own_weight, centre, given_mean) = c.given_mean(group, c.mean);
                let rest = 1.0 - own_weight;
                (c.probability, own_weight, centre, given_mean + rest * rest * c.mean_variance)
            })
        };
        let own_weight = parts().map(|(p, own, _, _)| p * own).sum();
        let shrunk: f64 = parts().map(|(p, _, centre, _)| p * centre).sum();
        // Within the components and between them.
        let variance = parts()
            .map(|(p, _, centre, within)| p * (within + (centre - shrunk) * (centre - shrunk)))
            .sum();
        TrueScore { shrunk, variance, own_weight }
    }

    /// The rank (from 1 for the best) of each group in each draw. Where true scores are equal, as
    /// without variance between groups, chance decides.
    pub(super) fn ranks(&self, better: Better, draws: usize, seed: u64) -> Vec<Vec<u32>> {
        let mut random = Random::new(seed);
        let mut ranks = vec![Vec::with_capacity(draws); self.estimates.len()];
        let mut drawn: Vec<(f64, f64, usize)> = Vec::with_capacity(self.estimates.len());
        for _ in 0..draws {
            let Some(component) = self.draw(random.uniform()) else { break };
            let mean = component.mean + libm::sqrt(component.mean_variance) * random.normal();
            drawn.clear();
            drawn.extend(self.estimates.iter().enumerate().map(|(at, group)| {
                let normal = random.normal();
                let (_, centre, variance) = component.given_mean(*group, mean);
                (centre + libm::sqrt(variance) * normal, normal, at)
            }));
            drawn.sort_unstable_by(|a, b| {
                let order = a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2));
                if better == Better::Higher { order.reverse() } else { order }
            });
            for (rank, (_, _, at)) in (1..).zip(&drawn) {
                if let Some(ranks) = ranks.get_mut(*at) {
                    ranks.push(rank);
                }
            }
        }
        ranks
    }

    /// The component at a share of the probability.
    fn draw(&self, share: f64) -> Option<&Component> {
        let mut below = 0.0;
        let reaches = |c: &&Component| {
            below += c.probability;
            below > share
        };
        self.components.iter().find(reaches).or(self.components.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual - expected).abs() <= tolerance, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn equal_errors_have_a_closed_form() {
        // James and Stein: every score moves by the same share s² / variance of the scores.
        let estimates = [(10.0, 4.0), (14.0, 4.0), (18.0, 4.0)];
        let posterior = Posterior::given(&estimates, 12.0);
        assert_eq!((posterior.mean(), posterior.components[0].mean_variance), (14.0, 16.0 / 3.0));
        let first = posterior.true_scores()[0];
        assert_eq!((first.shrunk, first.own_weight), (11.0, 0.75));
        // (1 - B) s² + B² (s² + τ²) / 3 for B = 1/4.
        close(first.variance, 3.0 + 1.0 / 3.0, 1e-15);
    }

    #[test]
    fn agrees_with_a_plain_sum_over_the_deviation() {
        let schools = EIGHT_SCHOOLS.map(|(y, s)| (y, s * s));
        for (groups, largest) in [
            (&schools[..], 100.0),
            (&schools[..2], 60.0),
            (&[(1.0, 1e-4), (1.2, 1e-4), (40.0, 9.0)][..], 50.0),
            (&[(0.2, 1e-8), (0.7, 1e-8), (0.4, 1e-8), (0.9, 1e-8), (0.1, 1e-8)], 1.0),
        ] {
            let found = Posterior::integrated(groups, largest);
            // The slow twin: a million steps in log τ, by the product of normal densities and the mean integrated
            // out by completing the square.
            let mut sums = vec![[0.0; 2]; groups.len()];
            let (mut total, mut deviation) = (0.0, 0.0);
            let (from, to) = ((largest * 1e-9).ln(), largest.ln());
            let steps = 200_000;
            let at = |i: u32| (from + (to - from) * (f64::from(i) + 0.5) / f64::from(steps)).exp();
            let log = |tau: f64| {
                let [mut a, mut b, mut c, mut log] = [0.0; 4];
                for (y, v) in groups {
                    let w = (v + tau * tau).recip();
                    a += w;
                    b += w * y;
                    c += w * y * y;
                    log += 0.5 * w.ln();
                }
                (log - 0.5 * a.ln() - 0.5 * (c - b * b / a), b / a, 1.0 / a)
            };
            let most = (0..steps).map(|i| log(at(i)).0).fold(f64::NEG_INFINITY, f64::max);
            for i in 0..steps {
                let tau = at(i);
                let (log, mean, mean_variance) = log(tau);
                let p = (log - most).exp() * tau;
                total += p;
                deviation += p * tau;
                for ((y, v), sums) in groups.iter().zip(&mut sums) {
                    let precision = 1.0 / v + 1.0 / (tau * tau);
                    let centre = (y / v + mean / (tau * tau)) / precision;
                    let pull = 1.0 / (tau * tau) / precision;
                    sums[0] += p * centre;
                    sums[1] +=
                        p * (1.0 / precision + pull * pull * mean_variance + centre * centre);
                }
            }
            close(found.deviation(), deviation / total, 1e-6 * largest);
            for (score, [sum, squares]) in found.true_scores().iter().zip(sums) {
                let (mean, square) = (sum / total, squares / total);
                close(score.shrunk, mean, 1e-6 * (1.0 + mean.abs()));
                close(
                    score.variance,
                    square - mean * mean,
                    1e-5 * (score.variance + 1e-9 * square),
                );
            }
        }
    }

    /// Effects and standard errors of coaching in eight schools (Rubin 1981).
    const EIGHT_SCHOOLS: [(f64, f64); 8] = [
        (28.0, 15.0),
        (8.0, 10.0),
        (-3.0, 16.0),
        (7.0, 11.0),
        (-1.0, 9.0),
        (1.0, 11.0),
        (18.0, 10.0),
        (12.0, 18.0),
    ];

    #[test]
    fn agrees_with_the_published_analysis_of_eight_schools() {
        // A. Gelman and others, "Bayesian Data Analysis", table 5.3: medians of the effects 10, 8, 7, 8, 5, 6, 10 and 8,
        // from 200 draws; the deviation has a median near 5 (mean 6 to 7).
        let estimates = EIGHT_SCHOOLS.map(|(y, s)| (y, s * s));
        let posterior = Posterior::integrated(&estimates, 100.0);
        let shrunk: Vec<f64> = posterior.true_scores().iter().map(|s| s.shrunk).collect();
        for (found, published) in shrunk.iter().zip([10.0, 8.0, 7.0, 8.0, 5.0, 6.0, 10.0, 8.0]) {
            close(*found, published, 1.7);
        }
        close(posterior.mean(), 8.0, 0.3);
        close(posterior.deviation(), 6.5, 0.5);
    }
}
