//! The BG/NBD model fitted by maximum likelihood.

use serde::Serialize;

use super::model::{PurchaseHistory, RepurchaseModel};
use crate::base::error::{Error, ErrorCode, Result};
use crate::stats::regression::{Square, logistic_cdf};

/// Customers with a repeat purchase that four parameters need at the very least.
const FEWEST: u64 = 10;
const MOST_STEPS: u32 = 200;
/// The furthest that a step moves the logarithm of a parameter.
const LONGEST: f64 = 2.0;
/// Where the logarithm of a parameter ends: beyond, the likelihood is level.
const EDGE: f64 = 20.0;
/// A standard error of the logarithm of a parameter beyond which nothing is known of it.
const UNKNOWN: f64 = 5.0;

/// A fitted model, and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RepurchaseFit {
    /// The model.
    pub model: RepurchaseModel,
    /// Standard errors of r, alpha, a and b, by the curvature of the likelihood; `None` where it is level along some way,
    /// as it is where customers are all but alike.
    pub standard_errors: Option<[f64; 4]>,
    /// The largest log-likelihood, as in the paper.
    pub log_likelihood: f64,
    /// Customers.
    pub customers: u64,
    /// Those who bought more than once.
    pub repeaters: u64,
}

impl RepurchaseModel {
    /// The model of greatest likelihood, by Newton's method on the logarithms of the parameters.
    ///
    /// ```
    /// use heedful::behaviour::{PurchaseHistory, RepurchaseModel};
    /// // Of 300 customers known for 200 days some came back often, some seldom, many never.
    /// let history = |i: u32| {
    ///     let purchases = [1, 1, 1, 2, 1, 3, 1, 1, 2, 9][(i % 10) as usize];
    ///     let silent = if purchases == 1 { 200.0 } else { f64::from(i * 37 % 190) };
    ///     PurchaseHistory::new(purchases, silent, 200.0)
    /// };
    /// let histories = (0..300).map(history).collect::<heedful::Result<Vec<_>>>()?;
    /// let fit = RepurchaseModel::fit(&histories)?;
    /// assert_eq!((fit.customers, fit.repeaters), (300, 120));
    /// assert!(fit.model.forecast(&histories[139], 100.0)?.expected > fit.model.forecast(&histories[0], 100.0)?.expected);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `too-few` for fewer than 10 customers who bought more than once.
    pub fn fit(histories: &[PurchaseHistory]) -> Result<RepurchaseFit> {
        let repeaters = histories.iter().filter(|history| history.repeats() > 0).count() as u64;
        if repeaters < FEWEST {
            let message =
                format!("{repeaters} customers bought more than once, {FEWEST} are needed");
            return Err(Error::new(ErrorCode::TooFew, message));
        }
        let patterns = patterns(histories);
        let known: f64 = histories.iter().map(|history| history.days_known()).sum();
        // The likelihood may have a hill on either side of equal rates: the best of two starts.
        let starts = [0.3, 2.0].map(|r| {
            let rate = patterns.iter().map(|p| p.n * p.repeats).sum::<f64>() / known;
            [r, r / rate, 1.0, 3.0].map(libm::log)
        });
        let climbed = starts.map(|start| climb(&patterns, start));
        let best = climbed.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value));
        let Some((logs, top)) = best else {
            return Err(Error::new(ErrorCode::Internal, "no start"));
        };
        let [r, alpha, a, b] = logs.map(libm::exp);
        let inverse = top.curvature.invert(&top.gradient).map(|(inverse, _)| inverse);
        let error = |(i, p): (usize, f64)| {
            let variance = inverse.as_ref()?.at(i, i);
            (variance > 0.0 && variance < UNKNOWN * UNKNOWN).then(|| p * libm::sqrt(variance))
        };
        let errors: Option<Vec<f64>> =
            [r, alpha, a, b].into_iter().enumerate().map(error).collect();
        Ok(RepurchaseFit {
            model: Self::new(r, alpha, a, b)?,
            standard_errors: errors.and_then(|errors| errors.try_into().ok()),
            log_likelihood: top.value,
            customers: histories.len() as u64,
            repeaters,
        })
    }
}

/// Customers with one history, `n` of them.
struct Pattern {
    repeats: f64,
    days_active: f64,
    days_known: f64,
    n: f64,
}

/// By repeats, ascending.
fn patterns(histories: &[PurchaseHistory]) -> Vec<Pattern> {
    let mut sorted: Vec<(u64, f64, f64)> =
        histories.iter().map(|h| (h.repeats(), h.days_known(), h.days_active())).collect();
    sorted.sort_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| a.2.total_cmp(&b.2))
    });
    let pattern = |same: &[(u64, f64, f64)]| {
        let (repeats, days_known, days_active) = *same.first()?;
        Some(Pattern { repeats: repeats as f64, days_active, days_known, n: same.len() as f64 })
    };
    sorted.chunk_by(|a, b| a == b).filter_map(pattern).collect()
}

/// The log-likelihood at a place, with its gradient and the negative of its second derivatives, all by the logarithms of
/// the parameters.
struct Place {
    value: f64,
    gradient: [f64; 4],
    curvature: Square,
}

/// Newton's method, damped where the hill is not round, to the top of the likelihood.
fn climb(patterns: &[Pattern], start: [f64; 4]) -> ([f64; 4], Place) {
    let (mut logs, mut place) = (start, at(patterns, start));
    for _ in 0..MOST_STEPS {
        let step = step(&place);
        let promise: f64 = place.gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
        let is_last = promise <= 1e-12 * place.value.abs();
        let mut length = 1.0;
        let better = loop {
            let mut next = logs;
            for (log, by) in next.iter_mut().zip(&step) {
                *log = (*log + length * by).clamp(-EDGE, EDGE);
            }
            let there = at(patterns, next);
            // The last step gains less than the value's rounding.
            if is_last || there.value > place.value {
                break Some((next, there));
            }
            length /= 2.0;
            if length < 1e-9 {
                break None;
            }
        };
        let Some(better) = better else { break };
        (logs, place) = better;
        if is_last {
            break;
        }
    }
    (logs, place)
}

/// Where the nearest quadratic has its top, no further than [`LONGEST`].
fn step(place: &Place) -> Vec<f64> {
    let scale = (0..4).map(|i| place.curvature.at(i, i).abs()).fold(1e-12, f64::max);
    let mut damping = 0.0;
    // Enough damping makes any matrix positive definite.
    let mut step = loop {
        let mut damped = place.curvature.clone();
        (0..4).for_each(|i| damped.add(i, i, damping));
        match damped.invert(&place.gradient) {
            Some((_, step)) => break step,
            None if damping > 1e6 * scale => break place.gradient.map(|g| g / scale).to_vec(),
            None => damping = (10.0 * damping).max(1e-4 * scale),
        }
    };
    let longest = step.iter().fold(0.0_f64, |longest, by| longest.max(by.abs()));
    if longest > LONGEST {
        step.iter_mut().for_each(|by| *by *= LONGEST / longest);
    }
    step
}

/// ln of the rising factorial `base` (`base` + 1) .. and its derivatives, factor by factor.
struct Rising {
    base: f64,
    value: f64,
    first: f64,
    second: f64,
}

impl Rising {
    fn new(base: f64) -> Self {
        Self { base, value: 0.0, first: 0.0, second: 0.0 }
    }

    fn push(&mut self, k: f64) {
        let factor = self.base + k;
        self.value += libm::log(factor);
        self.first += 1.0 / factor;
        self.second -= 1.0 / (factor * factor);
    }
}

fn at(patterns: &[Pattern], logs: [f64; 4]) -> Place {
    let parameters = logs.map(libm::exp);
    let [r, alpha, a, b] = parameters;
    let (mut of_r, mut of_b, mut of_ab) = (Rising::new(r), Rising::new(b), Rising::new(a + b));
    let mut value = 0.0;
    let mut gradient = [0.0; 4];
    let mut second = Square::new(4);
    let mut k = 0.0;
    for pattern in patterns {
        let &Pattern { repeats, days_active, days_known, n } = pattern;
        while k < repeats {
            [&mut of_r, &mut of_b, &mut of_ab].into_iter().for_each(|rising| rising.push(k));
            k += 1.0;
        }
        // The customer is still active, or left at the last purchase.
        let shape = r + repeats;
        let (now, last) = (alpha + days_known, alpha + days_active);
        let (log_now, log_last) = (libm::log(now), libm::log(last));
        let before = b + repeats - 1.0;
        let (alive, mixture) = if repeats > 0.0 {
            let odds = libm::log(before / a) - shape * (log_now - log_last);
            let alive = logistic_cdf(odds);
            // ln(A3 + A4) from the larger of the two.
            let larger = if odds > 0.0 {
                -shape * log_now
            } else {
                libm::log(a / before) - shape * log_last
            };
            (alive, larger + libm::log1p(libm::exp(-odds.abs())))
        } else {
            (1.0, -shape * log_now)
        };
        let gone = 1.0 - alive;
        let by_alive = [-log_now, -shape / now, 0.0, 0.0];
        let by_gone = [-log_last, -shape / last, 1.0 / a, -1.0 / before];

        value += n * (of_r.value + r * libm::log(alpha) + of_b.value - of_ab.value + mixture);
        let slopes =
            [of_r.first + libm::log(alpha), r / alpha, -of_ab.first, of_b.first - of_ab.first];
        for (((sum, slope), of_alive), of_gone) in
            gradient.iter_mut().zip(slopes).zip(by_alive).zip(by_gone)
        {
            *sum +=
                n * (slope + if gone > 0.0 { alive * of_alive + gone * of_gone } else { of_alive });
        }
        let mut bend = |i: usize, j: usize, by: f64| {
            second.add(i, j, n * by);
            if i != j {
                second.add(j, i, n * by);
            }
        };
        bend(0, 0, of_r.second);
        bend(0, 1, 1.0 / alpha - alive / now - gone / last);
        bend(1, 1, -r / (alpha * alpha) + shape * (alive / (now * now) + gone / (last * last)));
        bend(2, 2, -of_ab.second);
        bend(2, 3, -of_ab.second);
        bend(3, 3, of_b.second - of_ab.second);
        if gone > 0.0 {
            bend(2, 2, -gone / (a * a));
            bend(3, 3, gone / (before * before));
            let mut apart = by_alive;
            apart.iter_mut().zip(by_gone).for_each(|(one, other)| *one -= other);
            second.add_outer(&apart, n * alive * gone);
        }
    }
    // By logarithms.
    let mut curvature = Square::new(4);
    for (i, (slope, p)) in gradient.iter_mut().zip(parameters).enumerate() {
        *slope *= p;
        curvature.add(i, i, -*slope);
        for (j, q) in parameters.into_iter().enumerate() {
            curvature.add(i, j, -p * q * second.at(i, j));
        }
    }
    Place { value, gradient, curvature }
}
