//! How surprising the last periods are: one alone, and several together.
//!
//! Sums of negative binomial counts whose variance is φ times the mean are negative binomial again, so the tail of
//! every window is exact given the fitted mean; the uncertainty of the fit widens φ. The windows are combined by the
//! harmonic mean of their p-values, each weighted by its share of the level (Wilson, "The harmonic mean p-value for
//! combining dependent tests", 2019): windows that agree say more than the strongest of them.

use super::model::{Expectation, Kind, Parts};
use crate::monitor::Direction;
use crate::stats::distribution::{CountTails, count_quantile, count_tails, share_tails};

/// The longest window, in periods.
pub(crate) const LONGEST: usize = 14;

/// Lengths of windows and their shares of the level. Short ones get most: they speak first.
const WINDOWS: [(usize, f64); 6] =
    [(1, 0.62), (2, 0.34), (3, 0.02), (5, 0.01), (8, 0.005), (14, 0.005)];
/// Windows of several periods count only while the last one is itself off by so many standard deviations: an
/// episode that is over raises nothing.
const STILL: f64 = 1.6;
/// A window whose chance is roughly so many times (as a logarithm) that of the strongest before it adds nothing.
const WEAKER: f64 = 2.3;
/// The shares add up to 1, which would be right for windows that have nothing in common. These overlap, and longer
/// ones speak only now and then: this makes the rate of false alarms what was asked for where counts are large.
const OVERLAP: f64 = 0.85;
/// Counts are whole numbers: of the chance of the observed one itself half is taken, which makes false alarms as
/// frequent as was asked for on average, but this much of the whole at least, so that none is more frequent than by a
/// quarter where a single case decides.
const LEAST_PART: f64 = 0.8;
/// Above this p-value the doubt about the dispersion does not matter.
const PLAIN: f64 = 0.3;

/// A period's count, what was expected of it, and the volume that it is out of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Period {
    pub(crate) observed: f64,
    pub(crate) expected: f64,
    pub(crate) exposure: f64,
}

/// The last periods.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Recent {
    periods: [Period; LONGEST],
    next: usize,
}

impl Recent {
    pub(crate) fn push(&mut self, period: Period) {
        if let Some(slot) = self.periods.get_mut(self.next) {
            *slot = period;
        }
        self.next = if self.next + 1 == LONGEST { 0 } else { self.next + 1 };
    }

    /// Newest first.
    fn backwards(&self) -> impl Iterator<Item = Period> + '_ {
        let (newer, older) = self.periods.split_at(self.next.min(LONGEST));
        newer.iter().rev().chain(older.iter().rev()).copied()
    }
}

/// What the last periods say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// Chance of something at least as far off, over all windows.
    pub(crate) p_value: f64,
    /// The same with half of the chance of what was observed itself, which ranks discrete counts better.
    pub(crate) mid: f64,
    /// How many periods the strongest window has, and the cases in it.
    pub(crate) window: usize,
    pub(crate) cases: f64,
    /// Whether it is above what is expected.
    pub(crate) up: bool,
}

impl Evidence {
    /// With that of another window; told is the one that is the stronger by itself.
    fn and(self, other: Self, stronger: bool) -> Self {
        let told = if stronger { other } else { self };
        let both = |a: f64, b: f64| if a > 0.0 && b > 0.0 { a * b / (a + b) } else { 0.0 };
        Self { p_value: both(self.p_value, other.p_value), mid: both(self.mid, other.mid), ..told }
    }
}

/// A window's sums.
#[derive(Debug, Clone, Copy)]
struct Sum {
    length: usize,
    share: f64,
    period: Period,
}

/// The distribution of a sum of periods, given what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Predictive {
    kind: Kind,
    mean: f64,
    exposure: f64,
    /// Variance over that of a Poisson (binomial) count, with the uncertainty of the mean.
    phi: f64,
    binomial: f64,
}

impl Predictive {
    pub(crate) fn new(parts: &Parts, mean: f64, exposure: f64, variance: f64) -> Self {
        let binomial = parts.kind.binomial(mean, exposure);
        let phi = parts.phi + mean * variance / binomial;
        Self { kind: parts.kind, mean, exposure, phi, binomial }
    }

    /// Variance over the mean.
    pub(crate) fn dispersion(&self) -> f64 {
        self.phi
    }

    fn tails(&self, observed: f64) -> CountTails {
        match self.kind {
            Kind::Count => count_tails(observed, self.mean, self.phi),
            Kind::Share => {
                share_tails(observed, self.exposure, self.mean / self.exposure, self.phi)
            }
        }
    }

    /// Roughly a standard normal value, by square roots.
    fn z(&self, observed: f64) -> f64 {
        let root = libm::sqrt(observed + 0.375) - libm::sqrt(self.mean + 0.375);
        2.0 * root / libm::sqrt(self.phi * self.binomial)
    }

    /// The least count with at least this chance of being reached from below.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        match self.kind {
            Kind::Count => count_quantile(p, self.mean, self.phi),
            Kind::Share => {
                let (mut low, mut high) = (-1.0, self.exposure);
                while high - low > 1.0 {
                    let middle = libm::floor(0.5 * (low + high));
                    if self.tails(middle).lower >= p { high = middle } else { low = middle }
                }
                high
            }
        }
    }
}

/// The evidence of a period and those before it. `None` where nothing is expected.
pub(crate) fn scan(
    observed: f64,
    exposure: f64,
    expectation: Expectation,
    recent: &Recent,
    parts: &Parts,
    direction: Direction,
) -> Option<Evidence> {
    let now = Period { observed, expected: expectation.mean, exposure };
    if !(now.expected > 0.0 && exposure > 0.0) {
        return None;
    }
    let [(length, share), ..] = WINDOWS;
    let one = Sum { length, share, period: now };
    let of = |sum: &Sum| {
        let Period { expected, exposure, .. } = sum.period;
        Predictive::new(parts, expected, exposure, expectation.variance_of(sum.length, parts))
    };
    let side = |up: bool| {
        let sign = if up { 1.0 } else { -1.0 };
        let tail = |sum: &Sum| {
            let tails = of(sum).tails(sum.period.observed);
            let p = if up { tails.upper } else { tails.lower };
            let level = OVERLAP / sum.share;
            let mid = (p - 0.5 * tails.mass).max(0.0);
            let (p_value, mid) = (mid.max(LEAST_PART * p) * level, mid * level);
            Evidence { p_value, mid, window: sum.length, cases: sum.period.observed, up }
        };
        let alone = tail(&one);
        let z = sign * of(&one).z(observed);
        if !(z > STILL) {
            return alone;
        }
        // Exact tails only of the windows that matter.
        let rough = |z: f64, share: f64| -0.5 * z * z - libm::log((z + 1.0) * share);
        let (mut all, mut strongest, mut least) = (alone, alone.mid, rough(z, one.share));
        for sum in longer(now, recent) {
            let z = (sign * of(&sum).z(sum.period.observed)).max(0.0);
            let chance = rough(z, sum.share);
            if chance > least + WEAKER {
                continue;
            }
            least = least.min(chance);
            let other = tail(&sum);
            all = all.and(other, other.mid < strongest);
            strongest = strongest.min(other.mid);
        }
        all
    };
    let found = match direction {
        Direction::Up => side(true),
        Direction::Down => side(false),
        Direction::Both => {
            let (up, down) = (side(true), side(false));
            let nearer = if up.mid <= down.mid { up } else { down };
            Evidence { p_value: 2.0 * nearer.p_value, mid: 2.0 * nearer.mid, ..nearer }
        }
    };
    let fair = |p: f64| with_doubt(p.min(1.0), parts.freedom);
    Some(Evidence { p_value: fair(found.p_value), mid: fair(found.mid), ..found })
}

/// The windows of more than one period.
fn longer(now: Period, recent: &Recent) -> impl Iterator<Item = Sum> {
    let (mut sum, mut length) = (now, 1);
    let mut backwards = recent.backwards();
    WINDOWS.into_iter().skip(1).map(move |(wanted, share)| {
        for period in backwards.by_ref().take(wanted - length) {
            sum.observed += period.observed;
            sum.expected += period.expected;
            sum.exposure += period.exposure;
        }
        length = wanted;
        Sum { length, share, period: sum }
    })
}

/// A p-value that was computed as if the dispersion were known, with the doubt about it: what Student's t does to
/// the normal, of which ln p is -z² / 2 but for slower terms.
fn with_doubt(p: f64, freedom: f64) -> f64 {
    if p > PLAIN || freedom > 1e5 {
        return p;
    }
    libm::exp(-freedom * libm::log1p(-libm::log(p.max(f64::MIN_POSITIVE)) / freedom))
}
