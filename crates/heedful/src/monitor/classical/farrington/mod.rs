//! Farrington's method in its flexible form, as R's surveillance package has it (`farringtonFlexible`).
//!
//! A tested week is compared with the same weeks of earlier years, by a quasi-Poisson regression in which past
//! outbreaks count less (Farrington et al., "A statistical algorithm for the early detection of outbreaks of
//! infectious disease", 1996; Noufaily et al., "An improved algorithm for outbreak detection in multiple
//! surveillance systems", 2013). Numbers agree with the package to nine digits, which includes two quirks of it:
//! once past weeks were reweighted, the standard error and the test of the trend use a dispersion computed
//! with the prior weights alone; and the score of `nb_plugin` and `muan` sets a count against a logarithm.

mod fit;
mod rows;
mod threshold;

use std::ops::Range;

use serde::Serialize;

use self::fit::{Counts, Design, Fit};
use self::rows::{Plan, Year};
use self::threshold::plugin;
pub use self::threshold::{FarringtonThreshold, PowerScale};
use crate::base::config::{self, options, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::table::{Data, Table};
use crate::stats::distribution::t_sf;

/// The settings of Farrington's flexible method; [`new`](Self::new) has the package's defaults,
/// [`noufaily`](Self::noufaily) those of the improved method.
///
/// ```
/// use heedful::Farrington;
///
/// let counts: Vec<Option<u64>> = (0..312).map(|week| Some(if week == 311 { 40 } else { 5 + week % 3 })).collect();
/// let weeks = Farrington::noufaily().run(&counts, None, None, 310..312)?;
/// assert_eq!(weeks[0].alarm, Some(false));
/// assert_eq!(weeks[1].alarm, Some(true));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Farrington {
    /// How many earlier years are compared with.
    years_back: usize,
    /// Weeks either side of the same week of an earlier year.
    half_window: usize,
    /// Weeks in a year where the series has no dates.
    frequency: usize,
    /// Whether past outbreaks count less.
    reweight: bool,
    /// Anscombe residual from which a past week counts less.
    weights_threshold: f64,
    /// One-sided level of the test.
    alpha: f64,
    /// Whether a trend is tried.
    trend: bool,
    /// A trend stays where its p-value is below this.
    trend_p: f64,
    /// Silence unless there were this many cases ...
    min_cases: u64,
    /// ... in this many last weeks, the tested one included.
    min_cases_weeks: usize,
    /// The scale of the threshold `delta`.
    power: PowerScale,
    /// Parts of the year with a level of their own; 1 uses the same weeks of earlier years only.
    groups: usize,
    /// Last weeks left out of the reference; as many as `half_window` where not given.
    left_out: Option<usize>,
    /// How a prediction becomes a bound.
    threshold: FarringtonThreshold,
}

impl Default for Farrington {
    fn default() -> Self {
        Self::new()
    }
}

/// What Farrington's method says of one week. `None` where there was nothing to fit or to compare.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FarringtonWeek {
    /// Row of the series, counted from 0.
    pub row: usize,
    /// The count.
    pub observed: Option<f64>,
    /// The expected count.
    pub expected: Option<f64>,
    /// Lower and upper bound of a count at the one-sided level; the upper is missing where there were too few
    /// cases to speak.
    pub lower: Option<f64>,
    /// See `lower`.
    pub upper: Option<f64>,
    /// Chance of a count at least as large.
    pub p_value: Option<f64>,
    /// How far the count is from the mean (1: at the bound), as the package has it.
    pub score: Option<f64>,
    /// Whether the count is above the bound.
    pub alarm: Option<bool>,
    /// Variance over mean, at least 1.
    pub dispersion: Option<f64>,
    /// The slope on the log scale for each week, where a trend stayed.
    pub trend: Option<f64>,
}

impl Farrington {
    /// The package's defaults: five years, seven weeks each, trend if it is significant, `delta`, alpha 0.05.
    #[must_use]
    pub fn new() -> Self {
        Self {
            years_back: 5,
            half_window: 3,
            frequency: 52,
            reweight: true,
            weights_threshold: 2.58,
            alpha: 0.05,
            trend: true,
            trend_p: 0.05,
            min_cases: 5,
            min_cases_weeks: 4,
            power: PowerScale::TwoThirds,
            groups: 1,
            left_out: None,
            threshold: FarringtonThreshold::Delta,
        }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The improved method: ten parts of the year, the last 26 weeks left out, a trend always, `nb_plugin`,
    /// alpha 0.01.
    #[must_use]
    pub fn noufaily() -> Self {
        Self {
            groups: 10,
            left_out: Some(26),
            trend_p: 1.0,
            threshold: FarringtonThreshold::NbPlugin,
            alpha: 0.01,
            ..Self::new()
        }
    }

    /// How many earlier years are compared with (at least 1).
    #[must_use]
    pub fn years_back(mut self, years: usize) -> Self {
        self.years_back = years;
        self
    }

    /// Weeks either side of the same week of an earlier year.
    #[must_use]
    pub fn half_window(mut self, weeks: usize) -> Self {
        self.half_window = weeks;
        self
    }

    /// Weeks in a year where the series has no dates: 52.
    #[must_use]
    pub fn frequency(mut self, weeks: usize) -> Self {
        self.frequency = weeks;
        self
    }

    /// Whether past outbreaks count less, and from which Anscombe residual (2.58) on.
    #[must_use]
    pub fn reweight(mut self, from: Option<f64>) -> Self {
        self.reweight = from.is_some();
        self.weights_threshold = from.unwrap_or(self.weights_threshold);
        self
    }

    /// One-sided level of the test.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Whether a trend is tried, and the p-value below which it stays (`Some(1.0)`: always; `None`: no trend).
    #[must_use]
    pub fn trend(mut self, below: Option<f64>) -> Self {
        self.trend = below.is_some();
        self.trend_p = below.unwrap_or(self.trend_p);
        self
    }

    /// Silence unless there were so many cases in so many last weeks: 5 in 4.
    #[must_use]
    pub fn min_cases(mut self, cases: u64, weeks: usize) -> Self {
        self.min_cases = cases;
        self.min_cases_weeks = weeks;
        self
    }

    /// The scale of the threshold `delta`.
    #[must_use]
    pub fn power(mut self, power: PowerScale) -> Self {
        self.power = power;
        self
    }

    /// Parts of the year with a level of their own.
    #[must_use]
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// Last weeks left out of the reference.
    #[must_use]
    pub fn left_out(mut self, weeks: usize) -> Self {
        self.left_out = Some(weeks);
        self
    }

    /// How a prediction becomes a bound.
    #[must_use]
    pub fn threshold(mut self, threshold: FarringtonThreshold) -> Self {
        self.threshold = threshold;
        self
    }

    /// Tests the weeks in `tested` (rows counted from 0), each against the weeks before it.
    ///
    /// `counts` has a value for each week, `None` where it is missing. `start` is the index of the first week
    /// (see [`Every::Week`](crate::Every)); without, a year is [`frequency`](Self::frequency) weeks. A
    /// `population`, one positive number for each week, makes the model one of rates.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for settings or a population out of range, and for tested weeks outside
    /// of the series; [`ErrorCode::LengthMismatch`] for a population of another length.
    pub fn run(
        &self,
        counts: &[Option<u64>],
        start: Option<i32>,
        population: Option<&[f64]>,
        tested: Range<usize>,
    ) -> Result<Vec<FarringtonWeek>> {
        self.check()?;
        let refuse = |message: &str| Err(Error::new(ErrorCode::InvalidArgument, message));
        if tested.end > counts.len() {
            return refuse("tested weeks must lie within the series");
        }
        if let Some(population) = population {
            if population.len() != counts.len() {
                let message = "population and counts differ in length";
                return Err(Error::new(ErrorCode::LengthMismatch, message));
            }
            if !population.iter().all(|p| *p > 0.0 && p.is_finite()) {
                return refuse("a population must be positive and finite");
            }
        }
        let counts: Vec<Option<f64>> = counts.iter().map(|y| y.map(|y| y as f64)).collect();
        let computed = Counts::new(&counts, population);
        let year = start.map_or(Year::Rows(self.frequency), Year::Calendar);
        Ok(tested.map(|row| self.week(&counts, &computed, year, row)).collect())
    }

    fn check(&self) -> Result<()> {
        let refuse = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if !(self.alpha > 0.0 && self.alpha < 0.5) {
            return refuse("alpha", "alpha must lie between 0 and 0.5");
        }
        if self.years_back == 0 || self.years_back > 100 {
            return refuse("years_back", "years must be 1 to 100");
        }
        if self.groups == 0 || self.groups > 53 {
            return refuse("groups", "groups must be 1 to 53");
        }
        if !(2 * self.half_window + 1 < self.frequency && self.frequency <= 400) {
            return refuse("half_window", "a window must be shorter than a year");
        }
        if !(self.weights_threshold > 0.0) {
            return refuse("weights_threshold", "the threshold must be positive");
        }
        if !(0.0..=1.0).contains(&self.trend_p) {
            return refuse("trend_p", "a p-value lies between 0 and 1");
        }
        Ok(())
    }

    fn week(
        &self,
        counts: &[Option<f64>],
        computed: &Counts,
        year: Year,
        row: usize,
    ) -> FarringtonWeek {
        let observed = counts.get(row).copied().flatten();
        let empty = FarringtonWeek {
            row,
            observed,
            expected: None,
            lower: None,
            upper: None,
            p_value: None,
            score: None,
            alarm: None,
            dispersion: None,
            trend: None,
        };
        self.test(counts, computed, year, row)
            .map_or(empty, |tested| FarringtonWeek { observed, ..tested })
    }

    fn test(
        &self,
        counts: &[Option<f64>],
        computed: &Counts,
        year: Year,
        row: usize,
    ) -> Option<FarringtonWeek> {
        let plan = Plan {
            years: self.years_back,
            half_window: self.half_window,
            groups: self.groups,
            left_out: self.left_out.unwrap_or(self.half_window),
        };
        let runs = plan.runs(counts, row, year);
        let rows = runs.iter().flat_map(|run| run.start..run.start + run.length);
        let largest = rows.filter_map(|row| computed.y.get(row)).copied().fold(0.0, f64::max);
        let design = |with_trend| Design {
            counts: computed,
            runs: &runs,
            groups: self.groups,
            with_trend,
            origin: row,
        };
        let windows = self.groups - 1;
        let log_offset = computed.log_offset(row);
        let mut chosen = None;
        if self.trend {
            let (with, fit) = self.fitted(design(true))?;
            let (log_mean, _) = fit.predict(&with, windows, self.reweight)?;
            let p = 2.0 * t_sf(fit.slope_statistic(self.reweight).abs(), fit.df);
            let stays = p < self.trend_p
                && self.years_back >= 3
                && libm::exp(log_mean + log_offset) <= largest;
            if !with.with_trend || stays {
                chosen = Some((with, fit));
            }
        }
        let (design, fit) = match chosen {
            Some(chosen) => chosen,
            None => self.fitted(design(false))?,
        };
        let (log_rate, error) = fit.predict(&design, windows, self.reweight)?;
        let log_mean = log_rate + log_offset;
        let expected = libm::exp(log_mean);
        let last = (row + 1).saturating_sub(self.min_cases_weeks)..=row;
        let cases: f64 = counts.get(last)?.iter().flatten().sum();
        let enough = cases >= self.min_cases as f64;
        let verdict = counts.get(row)?.map(|y| match self.threshold {
            FarringtonThreshold::Delta => {
                self.power.verdict(y, expected, error * expected, fit.phi, self.alpha)
            }
            FarringtonThreshold::NbPlugin => plugin(y, log_mean, log_mean, fit.phi, self.alpha),
            FarringtonThreshold::Muan => {
                let z = crate::stats::distribution::normal_quantile(1.0 - self.alpha);
                plugin(y, log_mean + z * error, log_mean, fit.phi, self.alpha)
            }
        });
        let observed = counts.get(row).copied().flatten();
        let alarm = |upper: f64| observed.map(|y| enough && y > upper && y > 0.0);
        Some(FarringtonWeek {
            row,
            observed,
            expected: Some(expected),
            lower: verdict.map(|v| v.lower),
            upper: verdict.filter(|_| enough).map(|v| v.upper),
            p_value: verdict.map(|v| v.p_value),
            score: verdict.map(|v| v.score),
            alarm: verdict.and_then(|v| alarm(v.upper)),
            dispersion: Some(fit.phi),
            trend: design.with_trend.then(|| fit.slope()),
        })
    }

    /// The regression, and once more with past outbreaks down-weighted; without trend where it does not converge.
    fn fitted<'a>(&self, design: Design<'a>) -> Option<(Design<'a>, Fit)> {
        let mut design = design;
        let mut fit = design.fit(&[]);
        if design.with_trend && !fit.as_ref().is_some_and(|fit| fit.converged) {
            design.with_trend = false;
            fit = design.fit(&[]);
        }
        let mut fit = fit.filter(|fit| fit.converged)?;
        if self.reweight {
            let weights = fit.reweight(&design, self.weights_threshold);
            fit = design.fit(&weights)?;
        }
        Some((design, fit))
    }
}

options!(
    Farrington,
    takes [
        years_back, half_window, frequency, reweight, weights_threshold, alpha, trend, trend_p, min_cases,
        min_cases_weeks, power, groups, left_out, threshold
    ],
    from Self::new()
);
written!(Farrington, r#"{"alpha": 0.01, "groups": 10, "left_out": 26, "threshold": "nb_plugin"}"#);

/// One row a week: `row`, `observed`, `expected`, `lower`, `upper`, `p_value`, `score`, `alarm`, `dispersion`,
/// `trend`.
#[must_use]
pub fn farrington_table(weeks: &[FarringtonWeek]) -> Table {
    let mut table = Table::new();
    table.ints("row", weeks.iter().map(|w| Some(w.row as u64)));
    table.floats("observed", weeks.iter().map(|w| w.observed));
    table.floats("expected", weeks.iter().map(|w| w.expected));
    table.floats("lower", weeks.iter().map(|w| w.lower));
    table.floats("upper", weeks.iter().map(|w| w.upper));
    table.floats("p_value", weeks.iter().map(|w| w.p_value));
    table.floats("score", weeks.iter().map(|w| w.score));
    table.push("alarm", Data::Bool(weeks.iter().map(|w| w.alarm).collect()));
    table.floats("dispersion", weeks.iter().map(|w| w.dispersion));
    table.floats("trend", weeks.iter().map(|w| w.trend));
    table
}

#[cfg(test)]
pub(crate) mod tests;
