//! A fitted baseline as it goes along its series, a period at a time.

use std::collections::VecDeque;

use super::calendar::{Calendar, Mark};
use super::evidence::{Period, Recent};
use super::feedback::Feedback;
use super::level::{Level, Ratio};
use super::smooth::{Basis, Factor, LARGEST, Terms, dot};

/// What a series counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Cases: negative binomial.
    Count,
    /// Cases out of a volume: beta-binomial.
    Share,
}

impl Kind {
    /// What a binomial variance has less than a Poisson one.
    pub(crate) fn binomial(self, mean: f64, exposure: f64) -> f64 {
        match self {
            Self::Count => 1.0,
            Self::Share if exposure > 0.0 => (1.0 - mean / exposure).clamp(0.01, 1.0),
            Self::Share => 1.0,
        }
    }
}

/// The fitted parts that stay as they are until the next fit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) kind: Kind,
    pub(crate) basis: Basis,
    pub(crate) terms: Terms,
    /// Of the information about the terms, over φ.
    pub(crate) factor: Factor,
    pub(crate) phi: f64,
    /// How well φ is known, as degrees of freedom.
    pub(crate) freedom: f64,
    /// What down-weighting leaves of the mean where nothing is wrong.
    pub(crate) fair: f64,
    /// A factor for each place in a block, and the variance of its logarithm.
    pub(crate) positions: Vec<f64>,
    pub(crate) position_variance: Vec<f64>,
    /// Factors of a holiday and of the day after one.
    pub(crate) holiday: [f64; 2],
}

impl Parts {
    /// The level at the end of the fit, of an exposure of 1.
    pub(crate) fn level(&self) -> f64 {
        let [level, ..] = self.terms;
        libm::exp(level.clamp(-LARGEST, LARGEST))
    }

    /// The trend since then, as a factor.
    pub(crate) fn trend(&self, years: f64) -> f64 {
        let [_, slope, ..] = self.terms;
        libm::exp((slope * self.basis.time(years)).clamp(-LARGEST, LARGEST))
    }

    /// How much a period counts in what is learned, on the side of what was observed and of what is expected. `phi` is
    /// the dispersion of its count.
    pub(crate) fn weights(
        &self,
        observed: f64,
        mean: f64,
        phi: f64,
        ruled: Option<Feedback>,
    ) -> [f64; 2] {
        match ruled {
            Some(feedback) => [feedback.weight(); 2],
            None => {
                let weight = learning_weight(observed, mean, phi);
                [weight, weight * self.fair]
            }
        }
    }

    pub(crate) fn holiday_factor(&self, mark: Mark) -> f64 {
        let [holiday, after] = self.holiday;
        match mark {
            Mark::Plain => 1.0,
            Mark::Holiday => holiday,
            Mark::After => after,
        }
    }
}

/// A block that has been read: weighted counts and what the fitted level expects of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Block {
    pub(crate) observed: f64,
    pub(crate) expected: f64,
}

/// Where a baseline stands in its series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Course {
    level: Level,
    /// Blocks that may be part of an episode yet, oldest first.
    waiting: VecDeque<Block>,
    current: Block,
    block: Option<i32>,
    /// Trend and time of year at the first day of the block, and growth from day to day.
    mean: f64,
    growth: f64,
    pub(crate) ratio: Ratio,
    /// Variance of the logarithm of the mean.
    variance: f64,
    pub(crate) recent: Recent,
}

/// What is expected of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expectation {
    pub(crate) mean: f64,
    /// Variance of the logarithm of the mean.
    pub(crate) variance: f64,
    /// Without the moving level: what the level learns from.
    pub(crate) fitted: f64,
}

/// From this Anscombe residual on a period counts less.
const OUTLYING: f64 = 2.0;

/// How much a period counts in what is learned: less the further it is above what was expected, so that past
/// anomalies do not hide the next.
pub(crate) fn learning_weight(observed: f64, mean: f64, phi: f64) -> f64 {
    // A single case is never an anomaly to learn less from: a rare topic has no others.
    if observed < 2.0 || (observed - mean) * (observed - mean) < 2.25 * phi * mean {
        return 1.0;
    }
    let power = libm::cbrt(observed);
    let root = libm::sqrt(mean);
    let residual = 1.5 * (power * power / libm::cbrt(root) - root) / libm::sqrt(phi);
    if residual > OUTLYING { OUTLYING * OUTLYING / (residual * residual) } else { 1.0 }
}

/// Standard deviations above the mean at which a past period is cut off in the windows that hold it.
const SPOKEN: f64 = 2.5;

/// How many whole blocks before the current one are not learned from yet.
pub(crate) fn waiting_blocks(calendar: &Calendar) -> usize {
    if calendar.has_weeks() { 1 } else { 4 }
}

impl Course {
    pub(crate) fn new() -> Self {
        Self {
            level: Level::default(),
            waiting: VecDeque::new(),
            current: Block::default(),
            block: None,
            mean: 0.0,
            growth: 1.0,
            ratio: Ratio::FIXED,
            variance: 0.0,
            recent: Recent::default(),
        }
    }

    /// Closes the block before and makes ready for this one. `around` are the linear predictors of the block
    /// before, this one and the next; `variance` that of this one's.
    pub(crate) fn enter(
        &mut self,
        calendar: &Calendar,
        parts: &Parts,
        block: i32,
        around: [f64; 3],
        variance: f64,
        moving: bool,
    ) {
        if self.block.is_some() {
            self.waiting.push_back(std::mem::take(&mut self.current));
            if self.waiting.len() > waiting_blocks(calendar)
                && let Some(ready) = self.waiting.pop_front()
                && moving
            {
                self.level.learn(ready.observed, ready.expected, parts.phi);
            }
            if moving {
                self.ratio = self.level.ratio(parts.phi);
            }
        }
        self.block = Some(block);
        let [before, here, after] = around;
        let step = if calendar.has_weeks() { (after - before) / 14.0 } else { 0.0 };
        self.mean = libm::exp((here - step * 3.0).clamp(-LARGEST, LARGEST));
        self.growth = libm::exp(step.clamp(-1.0, 1.0));
        self.variance = variance + self.ratio.variance;
    }

    /// Enters the block of a period if it is a new one.
    pub(crate) fn reach(&mut self, calendar: &Calendar, parts: &Parts, period: i32) {
        let block = calendar.block(period);
        if self.block == Some(block) {
            return;
        }
        let terms = |block: i32| parts.basis.at(calendar.block_years(block));
        let at = terms(block);
        let around = if calendar.has_weeks() {
            let eta = |block: i32| dot(&parts.terms, &terms(block));
            [eta(block.saturating_sub(1)), dot(&parts.terms, &at), eta(block.saturating_add(1))]
        } else {
            [dot(&parts.terms, &at); 3]
        };
        let variance = parts.factor.quadratic(&at) * parts.phi;
        self.enter(calendar, parts, block, around, variance, true);
    }

    /// What is expected of a period of the current block.
    pub(crate) fn expect(
        &self,
        parts: &Parts,
        position: usize,
        mark: Mark,
        exposure: f64,
    ) -> Expectation {
        let mut smooth = self.mean;
        // Hours go by their day.
        let day = if parts.positions.len() > 7 { position / 24 } else { position };
        for _ in 0..day {
            smooth *= self.growth;
        }
        let place = parts.positions.get(position).copied().unwrap_or(1.0);
        let fitted = exposure * smooth * place * parts.holiday_factor(mark);
        let of_place = parts.position_variance.get(position).copied().unwrap_or(0.0);
        let mean = fitted * self.ratio.value;
        // A share stays below 1.
        let most = if parts.kind == Kind::Share { 0.999 * exposure } else { f64::INFINITY };
        Expectation { mean: mean.min(most), variance: self.variance + of_place, fitted }
    }

    /// Takes a period in; a missing one has no exposure and is passed over.
    pub(crate) fn learn(
        &mut self,
        observed: f64,
        exposure: f64,
        expected: Expectation,
        weights: [f64; 2],
        phi: f64,
        ruled: Option<Feedback>,
    ) {
        let [of_observed, of_expected] = weights;
        self.current.observed += of_observed * observed;
        self.current.expected += of_expected * expected.fitted;
        // What one period alone has said is not said again by the windows that hold it.
        let root = libm::sqrt(expected.mean) + 0.5 * SPOKEN * libm::sqrt(phi);
        let observed = match ruled {
            Some(Feedback::Expected) => expected.mean,
            _ => observed.min(root * root),
        };
        self.recent.push(Period { observed, expected: expected.mean, exposure });
    }
}
