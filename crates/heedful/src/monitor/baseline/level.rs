//! A level that may move: the fitted level times a ratio that follows the last blocks.
//!
//! Several followers, each forgetting at its own pace, and the fixed level compete by how well they foretold the
//! blocks so far; the ratio is their mean, weighted by that (a discounted gamma-Poisson level: Harvey and
//! Fernandes, "Time series models for count or qualitative observations", 1989).

/// What a follower keeps of the blocks before, block by block: half of it is gone after 26, 8 and 3 blocks.
const KEPT: [f64; 3] = [0.973_7, 0.917_0, 0.793_7];
/// Cases that each follower adds to both sides, so that a few counts do not swing it.
const PRIOR_CASES: f64 = 3.0;
/// How much the log-likelihoods keep, block by block: the last year or so decides.
const MEMORY: f64 = 0.985;
/// Prior weight of the fixed level against each follower, as a logarithm.
const FIXED: f64 = 2.5;

/// The state of the followers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Level {
    observed: [f64; 3],
    expected: [f64; 3],
    /// How much better than the fixed level each follower foretold the blocks.
    gain: [f64; 3],
}

/// The ratio by which the level departs from the fitted one, and the variance of its logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) value: f64,
    pub(crate) variance: f64,
}

impl Ratio {
    pub(crate) const FIXED: Self = Self { value: 1.0, variance: 0.0 };
}

impl Level {
    fn ratios(&self, phi: f64) -> [f64; 3] {
        let prior = PRIOR_CASES * phi;
        let mut ratios = [1.0; 3];
        for (ratio, (o, e)) in ratios.iter_mut().zip(self.observed.iter().zip(&self.expected)) {
            *ratio = (o + prior) / (e + prior);
        }
        ratios
    }

    pub(crate) fn ratio(&self, phi: f64) -> Ratio {
        let ratios = self.ratios(phi);
        let prior = PRIOR_CASES * phi;
        let (mut total, mut mean) = (1.0, 1.0);
        let mut weights = [0.0; 3];
        for (weight, (gain, ratio)) in weights.iter_mut().zip(self.gain.iter().zip(&ratios)) {
            *weight = libm::exp((gain - FIXED).clamp(-40.0, 40.0));
            total += *weight;
            mean += *weight * ratio;
        }
        mean /= total;
        let mut variance = (1.0 - mean) * (1.0 - mean);
        for (weight, (ratio, e)) in weights.iter().zip(ratios.iter().zip(&self.expected)) {
            let off = ratio - mean;
            variance += weight * (off * off + phi * ratio / (e + prior));
        }
        Ratio { value: mean, variance: variance / total / (mean * mean) }
    }

    /// Takes in a block: what was observed and what the fitted level expects.
    pub(crate) fn learn(&mut self, observed: f64, expected: f64, phi: f64) {
        let ratios = self.ratios(phi);
        for (gain, ratio) in self.gain.iter_mut().zip(ratios) {
            let better = (observed * libm::log(ratio) - expected * (ratio - 1.0)) / phi;
            *gain = (MEMORY * *gain + better).clamp(-30.0, 30.0);
        }
        for ((o, e), kept) in self.observed.iter_mut().zip(&mut self.expected).zip(KEPT) {
            *o = kept * *o + observed;
            *e = kept * *e + expected;
        }
    }
}
