//! The quasi-Poisson regression inside Farrington's method: a log-linear model with a level for each group of
//! weeks and, if wanted, one common slope in time.
//!
//! It follows the rounds of R's `glm` to the letter (start, stopping rule, which round's weights make the
//! dispersion), because the published numbers depend on them. The normal equations of such a model are an arrow:
//! groups meet only in the slope, so that a round is one pass over the rows.

use super::rows::Run;

/// What is computed once for a series: functions of a count alone.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) y: Vec<f64>,
    /// ln(y + 0.1), the first round's predictor.
    log_start: Vec<f64>,
    /// y ln y.
    y_log_y: Vec<f64>,
    /// y^(2/3).
    y_two_thirds: Vec<f64>,
    /// Logarithm of the offset (population); empty without one.
    log_offset: Vec<f64>,
}

impl Counts {
    /// Missing counts are 0 here: no run holds them.
    pub(super) fn new(counts: &[Option<f64>], offset: Option<&[f64]>) -> Self {
        let y: Vec<f64> = counts.iter().map(|y| y.unwrap_or(0.0)).collect();
        let log_start = y.iter().map(|y| libm::log(y + 0.1)).collect();
        let x_log_x = |y: &f64| if *y > 0.0 { y * libm::log(*y) } else { 0.0 };
        let y_log_y = y.iter().map(x_log_x).collect();
        let two_thirds = |y: &f64| {
            let root = libm::cbrt(*y);
            root * root
        };
        let y_two_thirds = y.iter().map(two_thirds).collect();
        let log_offset =
            offset.map_or_else(Vec::new, |o| o.iter().map(|o| libm::log(*o)).collect());
        Self { y, log_start, y_log_y, y_two_thirds, log_offset }
    }

    pub(super) fn log_offset(&self, row: usize) -> f64 {
        self.log_offset.get(row).copied().unwrap_or(0.0)
    }
}

/// Sums of one group: the weights, the same times time and time squared, and the right-hand side.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    w: f64,
    wt: f64,
    wtt: f64,
    z: f64,
    zt: f64,
}

/// The design of one tested week: its reference weeks by group.
#[derive(Debug)]
pub(super) struct Design<'a> {
    pub(super) counts: &'a Counts,
    pub(super) runs: &'a [Run],
    /// Groups are 0..groups; one without rows takes no parameter.
    pub(super) groups: usize,
    pub(super) with_trend: bool,
    /// The tested week, from which time is counted.
    pub(super) origin: usize,
}

/// Coefficients: a level for each group, a slope for each week.
#[derive(Debug, Clone, Default)]
struct Coefficients {
    levels: Vec<f64>,
    slope: f64,
}

/// A fitted model.
#[derive(Debug)]
pub(super) struct Fit {
    coefficients: Coefficients,
    /// Sums with the weights of the last round.
    sums: Vec<Sums>,
    /// Σ w (t - mean of its group)².
    spread: f64,
    pub(super) converged: bool,
    /// Rows less parameters.
    pub(super) df: f64,
    /// Pearson's dispersion: below 1 where counts vary less than Poisson's.
    pearson: f64,
    /// The same, at least 1.
    pub(super) phi: f64,
    /// Pearson's dispersion with prior weights in the place of the last round's (see the module on the package's quirk).
    prior_dispersion: f64,
    /// Fitted means and last round's means, a row each.
    means: Vec<f64>,
    last_means: Vec<f64>,
}

/// R's `glm.control`.
const EPSILON: f64 = 1e-8;
const MOST_ROUNDS: usize = 25;

impl Design<'_> {
    fn rows(&self) -> usize {
        self.runs.iter().map(|run| run.length).sum()
    }

    /// Time of a row, in weeks after the tested one (so 0 or less).
    fn time(&self, row: usize) -> f64 {
        row as f64 - self.origin as f64
    }

    fn solve(&self, sums: &[Sums]) -> (Vec<f64>, f64, f64) {
        let (mut spread, mut right) = (0.0, 0.0);
        for s in sums.iter().filter(|s| s.w > 0.0) {
            let centre = s.wt / s.w;
            spread += s.wtt - s.wt * centre;
            right += s.zt - s.z * centre;
        }
        let slope = if self.with_trend { right / spread } else { 0.0 };
        let level = |s: &Sums| if s.w > 0.0 { (s.z - slope * s.wt) / s.w } else { 0.0 };
        (sums.iter().map(level).collect(), slope, spread)
    }

    /// Fits with prior weights, one for each row (empty: all 1). `None` where there is nothing to fit or a
    /// number leaves the floats.
    pub(super) fn fit(&self, prior: &[f64]) -> Option<Fit> {
        let c = self.counts;
        let weight = |number: usize| prior.get(number).copied().unwrap_or(1.0);
        let rows = self.rows();
        let mut sums = vec![Sums::default(); self.groups];
        let (mut means, mut last_means) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let (mut number, mut deviance) = (0, 0.0);
        for run in self.runs {
            let mut s = Sums::default();
            for row in run.start..run.start + run.length {
                let (y, log_mean) = (*c.y.get(row)?, *c.log_start.get(row)?);
                let (omega, mean, t) = (weight(number), y + 0.1, self.time(row));
                let z = omega * (mean * (log_mean - c.log_offset(row)) - 0.1);
                let w = omega * mean;
                s = Sums {
                    w: s.w + w,
                    wt: s.wt + w * t,
                    wtt: s.wtt + w * t * t,
                    z: s.z + z,
                    zt: s.zt + z * t,
                };
                deviance += omega * (c.y_log_y.get(row)? - y * log_mean + 0.1);
                means.push(mean);
                number += 1;
            }
            sums.get_mut(run.group)?.add(s);
        }
        let mut at = Coefficients { levels: vec![0.0; self.groups], slope: 0.0 };
        let mut used = Vec::new();
        let (mut converged, mut spread) = (false, 0.0);
        deviance *= 2.0;
        for _ in 0..MOST_ROUNDS {
            let (levels, slope, used_spread) = self.solve(&sums);
            spread = used_spread;
            for (level, step) in at.levels.iter_mut().zip(levels) {
                *level += step;
            }
            at.slope += slope;
            used = sums;
            let previous = deviance;
            std::mem::swap(&mut means, &mut last_means);
            (sums, deviance) = self.round(&at, prior, &mut means)?;
            if !deviance.is_finite() {
                return None;
            }
            if (deviance - previous).abs() / (deviance.abs() + 0.1) < EPSILON {
                converged = true;
                break;
            }
        }
        let parameters = used.iter().filter(|s| s.w > 0.0).count() + usize::from(self.with_trend);
        let df = rows as f64 - parameters as f64;
        let (mut pearson, mut unweighted, mut number) = (0.0, 0.0, 0);
        for run in self.runs {
            for row in run.start..run.start + run.length {
                let mean = means.get(number)?;
                let residual = (c.y.get(row)? - mean) / mean;
                let omega = weight(number);
                pearson += omega * last_means.get(number)? * residual * residual;
                unweighted += omega * residual * residual;
                number += 1;
            }
        }
        let fit = Fit {
            coefficients: at,
            sums: used,
            spread,
            converged,
            df,
            pearson: pearson / df,
            phi: (pearson / df).max(1.0),
            prior_dispersion: unweighted / df,
            means,
            last_means,
        };
        (df > 0.0 && pearson.is_finite()).then_some(fit)
    }

    /// Sums and deviance at the coefficients; the right-hand side is that of the step from there. `means` takes the
    /// means of the rows.
    fn round(
        &self,
        at: &Coefficients,
        prior: &[f64],
        means: &mut Vec<f64>,
    ) -> Option<(Vec<Sums>, f64)> {
        let c = self.counts;
        let mut sums = vec![Sums::default(); self.groups];
        let factors: Vec<f64> = at.levels.iter().map(|level| libm::exp(*level)).collect();
        let growth = libm::exp(at.slope);
        let (mut number, mut deviance) = (0, 0.0);
        means.clear();
        // The trend is a geometric series from row to row, whatever their groups: an exponential only after a gap.
        let (mut trend, mut next) = (1.0, None);
        for run in self.runs {
            let level = at.levels.get(run.group)?;
            let rows = run.start..run.start + run.length;
            let mut t = self.time(run.start);
            if next != Some(run.start) {
                trend = libm::exp(at.slope * t);
            }
            next = Some(rows.end);
            let factor = factors.get(run.group)?;
            let mut s = Sums::default();
            let y = c.y.get(rows.clone())?.iter().zip(c.y_log_y.get(rows)?);
            for (i, (y, y_log_y)) in y.enumerate() {
                let omega = prior.get(number + i).copied().unwrap_or(1.0);
                let offset = c.log_offset.get(run.start + i).copied().unwrap_or(0.0);
                let mean = factor * trend;
                let mu = if offset == 0.0 { mean } else { mean * libm::exp(offset) };
                means.push(mu);
                let w = omega * mu;
                let wt = w * t;
                let z = omega * (y - mu);
                s.w += w;
                s.wt += wt;
                s.wtt += wt * t;
                s.z += z;
                s.zt += z * t;
                deviance += omega * (y_log_y - y * (offset + level + at.slope * t) - (y - mu));
                trend *= growth;
                t += 1.0;
            }
            number += run.length;
            sums.get_mut(run.group)?.add(s);
        }
        Some((sums, 2.0 * deviance))
    }
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.w += other.w;
        self.wt += other.wt;
        self.wtt += other.wtt;
        self.z += other.z;
        self.zt += other.zt;
    }
}

impl Fit {
    /// Variance of the linear predictor for a group at a time, without the dispersion.
    fn unscaled_variance(&self, design: &Design<'_>, group: usize, t: f64) -> f64 {
        let Some(s) = self.sums.get(group).filter(|s| s.w > 0.0) else { return 0.0 };
        let off = t - s.wt / s.w;
        1.0 / s.w + if design.with_trend { off * off / self.spread } else { 0.0 }
    }

    /// Prior weights from Anscombe residuals above the threshold.
    pub(super) fn reweight(&self, design: &Design<'_>, threshold: f64) -> Vec<f64> {
        let mut weights = Vec::with_capacity(self.means.len());
        let mut number = 0;
        for run in design.runs {
            for row in run.start..run.start + run.length {
                let mean = self.means.get(number).copied().unwrap_or(1.0);
                let last = self.last_means.get(number).copied().unwrap_or(1.0);
                number += 1;
                // Only counts above their mean can be outlying.
                if design.counts.y.get(row).is_some_and(|y| *y <= mean) {
                    weights.push(1.0);
                    continue;
                }
                let hat = last * self.unscaled_variance(design, run.group, design.time(row));
                let root = libm::sqrt(mean);
                let power = design.counts.y_two_thirds.get(row).copied().unwrap_or(0.0);
                let scale = libm::sqrt(self.phi * (1.0 - hat));
                let residual = 1.5 * (power / libm::cbrt(root) - root) / scale;
                let outlying = residual > threshold;
                weights.push(if outlying { 1.0 / (residual * residual) } else { 1.0 });
            }
        }
        let total: f64 = weights.iter().sum();
        let gamma = weights.len() as f64 / total;
        weights.iter_mut().for_each(|w| *w *= gamma);
        weights
    }

    pub(super) fn slope(&self) -> f64 {
        self.coefficients.slope
    }

    /// The logarithm of the expected count of a group at the tested week, without offset, and its standard
    /// error; `reweighted` says that the package has replaced the weights by then.
    pub(super) fn predict(
        &self,
        design: &Design<'_>,
        group: usize,
        reweighted: bool,
    ) -> Option<(f64, f64)> {
        let level = *self.coefficients.levels.get(group)?;
        self.sums.get(group).filter(|s| s.w > 0.0)?;
        let variance = self.unscaled_variance(design, group, 0.0) * self.dispersion(reweighted);
        Some((level, libm::sqrt(variance)))
    }

    /// The slope over its standard error.
    pub(super) fn slope_statistic(&self, reweighted: bool) -> f64 {
        self.slope() / libm::sqrt(self.dispersion(reweighted) / self.spread)
    }

    fn dispersion(&self, reweighted: bool) -> f64 {
        if reweighted { self.prior_dispersion } else { self.pearson }
    }
}
