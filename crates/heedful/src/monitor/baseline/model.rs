//! A fitted baseline as it goes along its series, a period at a time.

use std::collections::VecDeque;

use super::calendar::{Calendar, Mark, YEAR};
use super::evidence::{Period, Recent};
use super::feedback::Feedback;
use super::level::{Level, Ratio};
use super::smooth::{Basis, Factor, LARGEST, Terms, dot};
use super::thinned::{BINS, bin};

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
    /// What down-weighting leaves of the mean where nothing is wrong, by the half-octave of the mean.
    pub(crate) fair: [f64; BINS],
    /// A factor for each place in a block, and the variance of its logarithm.
    pub(crate) positions: Vec<f64>,
    pub(crate) position_variance: Vec<f64>,
    /// Factors of a holiday and of the day after one.
    pub(crate) holiday: [f64; 2],
}

impl Parts {
    /// The level at the end of the fit, of an exposure of 1.
    fn level(&self) -> f64 {
        let [level, ..] = self.terms;
        libm::exp(level.clamp(-LARGEST, LARGEST))
    }

    /// The trend since then, as a factor.
    fn trend(&self, years: f64) -> f64 {
        let [_, slope, ..] = self.terms;
        libm::exp((slope * self.basis.time(years)).clamp(-LARGEST, LARGEST))
    }

    /// The trend over a part of a year, as a factor.
    fn growth(&self, years: f64) -> f64 {
        let [_, slope, ..] = self.terms;
        let [trend, ..] = self.basis.parts;
        if trend { libm::exp((slope * years).clamp(-LARGEST, LARGEST)) } else { 1.0 }
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
                [weight, weight * self.fair.get(bin(mean)).copied().unwrap_or(1.0)]
            }
        }
    }

    /// The day of a place in a block: hours go by their day.
    fn day(&self, position: usize) -> usize {
        if self.positions.len() > 7 { position / 24 } else { position }
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
    /// The same of the trend alone, and the level of the fit.
    trend: [f64; 2],
    height: f64,
    pub(crate) ratio: Ratio,
    /// Variance of the logarithm of the mean.
    variance: f64,
    pub(crate) recent: Recent,
}

/// What is expected of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expectation {
    pub(crate) mean: f64,
    /// Variance of the logarithm of the mean, but for that of the place in the block.
    pub(crate) variance: f64,
    pub(crate) of_place: f64,
    /// Without the moving level: what the level learns from.
    pub(crate) fitted: f64,
}

impl Expectation {
    /// The variance for a window of so many periods: the doubts about its weekdays even out.
    pub(crate) fn variance_of(&self, periods: usize, parts: &Parts) -> f64 {
        let days = parts.positions.len();
        let different = if days <= 7 { periods.min(days) } else { 1 };
        self.variance + self.of_place / different as f64
    }
}

/// From this Anscombe residual on a period counts less.
const OUTLYING: f64 = 2.0;

/// How much a period counts in what is learned: less the further it is above what was expected, so that past
/// anomalies do not hide the next.
pub(crate) fn learning_weight(observed: f64, mean: f64, phi: f64) -> f64 {
    if is_ordinary(observed, mean, phi) { 1.0 } else { Outlying::new(mean, phi).weight(observed) }
}

/// Whether a count is surely learned from in full. A single case always is: a rare topic has no others.
fn is_ordinary(observed: f64, mean: f64, phi: f64) -> bool {
    observed < 2.0 || (observed - mean) * (observed - mean) < 2.25 * phi * mean
}

/// Weighs counts of a mean and a dispersion.
pub(crate) struct Outlying {
    mean: f64,
    phi: f64,
    root: f64,
    sixth_root: f64,
    scale: f64,
}

impl Outlying {
    pub(crate) fn new(mean: f64, phi: f64) -> Self {
        let root = libm::sqrt(mean);
        Self { mean, phi, root, sixth_root: libm::cbrt(root), scale: 1.5 / libm::sqrt(phi) }
    }

    /// How much a count matters.
    pub(crate) fn weight(&self, observed: f64) -> f64 {
        if is_ordinary(observed, self.mean, self.phi) {
            return 1.0;
        }
        let power = libm::cbrt(observed);
        let residual = self.scale * (power * power / self.sixth_root - self.root);
        if residual > OUTLYING { OUTLYING * OUTLYING / (residual * residual) } else { 1.0 }
    }
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
            trend: [1.0; 2],
            height: 0.0,
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
        self.settle(calendar, parts);
    }

    /// Level and trend of the block, which answers tell.
    pub(crate) fn settle(&mut self, calendar: &Calendar, parts: &Parts) {
        let Some(block) = self.block else { return };
        let day = if calendar.has_weeks() { 1.0 / YEAR } else { 0.0 };
        let first = parts.trend(calendar.block_years(block) - 3.0 * day);
        self.trend = [first, parts.growth(day)];
        self.height = parts.level();
    }

    /// The level that is expected of an exposure of 1, and the trend since the fit at a place in the block, as a factor.
    pub(crate) fn told(&self, parts: &Parts, position: usize) -> (f64, f64) {
        let [mut trend, growth] = self.trend;
        for _ in 0..parts.day(position) {
            trend *= growth;
        }
        (self.height * self.ratio.value, trend)
    }

    /// Trend and time of year on a day of the current block.
    pub(crate) fn smooth(&self, day: usize) -> f64 {
        let mut smooth = self.mean;
        for _ in 0..day {
            smooth *= self.growth;
        }
        smooth
    }

    /// What is expected of a period of the current block.
    pub(crate) fn expect(
        &self,
        parts: &Parts,
        position: usize,
        mark: Mark,
        exposure: f64,
    ) -> Expectation {
        let smooth = self.smooth(parts.day(position));
        self.expect_on(smooth, parts, position, mark, exposure)
    }

    /// The same, where trend and time of year are known.
    fn expect_on(
        &self,
        smooth: f64,
        parts: &Parts,
        position: usize,
        mark: Mark,
        exposure: f64,
    ) -> Expectation {
        let place = parts.positions.get(position).copied().unwrap_or(1.0);
        let fitted = exposure * smooth * place * parts.holiday_factor(mark);
        let of_place = parts.position_variance.get(position).copied().unwrap_or(0.0);
        let mean = fitted * self.ratio.value;
        // A share stays below 1.
        let most = if parts.kind == Kind::Share { 0.999 * exposure } else { f64::INFINITY };
        Expectation { mean: mean.min(most), variance: self.variance, of_place, fitted }
    }

    /// What is expected of the periods of the current block, one after the other, from a place on.
    pub(crate) fn along(&self, parts: &Parts, position: usize) -> Along {
        Along { position, smooth: self.smooth(parts.day(position)) }
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
        self.absorb(observed, expected, weights);
        self.remember(observed, exposure, expected, phi, ruled);
    }

    /// Takes a period in for the level.
    pub(crate) fn absorb(&mut self, observed: f64, expected: Expectation, weights: [f64; 2]) {
        let [of_observed, of_expected] = weights;
        self.current.observed += of_observed * observed;
        self.current.expected += of_expected * expected.fitted;
    }

    /// Takes a period in for the windows that will hold it: what it alone has said is not said again by them.
    pub(crate) fn remember(
        &mut self,
        observed: f64,
        exposure: f64,
        expected: Expectation,
        phi: f64,
        ruled: Option<Feedback>,
    ) {
        let root = libm::sqrt(expected.mean) + 0.5 * SPOKEN * libm::sqrt(phi);
        let observed = match ruled {
            Some(Feedback::Expected) => expected.mean,
            _ => observed.min(root * root),
        };
        self.recent.push(Period { observed, expected: expected.mean, exposure });
    }
}

/// Goes along the periods of a block.
pub(crate) struct Along {
    pub(crate) position: usize,
    smooth: f64,
}

impl Along {
    pub(crate) fn expect(
        &self,
        course: &Course,
        parts: &Parts,
        mark: Mark,
        exposure: f64,
    ) -> Expectation {
        course.expect_on(self.smooth, parts, self.position, mark, exposure)
    }

    pub(crate) fn step(&mut self, course: &Course, parts: &Parts) {
        let day = parts.day(self.position);
        self.position += 1;
        if parts.day(self.position) != day {
            self.smooth *= course.growth;
        }
    }
}
