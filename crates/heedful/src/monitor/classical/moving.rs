//! Detectors that compare a count with a mean and a standard deviation of earlier counts: EARS C1 to C3,
//! seasonal z, and CUSUM.

use serde::Serialize;

use crate::base::config::{self, names, options, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::table::{Data, Table};
use crate::stats::distribution::normal_quantile;

/// What a simple detector says of one period; `None` where there was nothing to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PeriodReading {
    /// Row of the series, counted from 0.
    pub row: usize,
    /// The count.
    pub observed: Option<f64>,
    /// The mean that it is compared with.
    pub expected: Option<f64>,
    /// A count above this alarms.
    pub upper: Option<f64>,
    /// The detector's own statistic: higher is more anomalous.
    pub strength: Option<f64>,
    /// Whether the count is above the bound.
    pub alarm: Option<bool>,
}

/// One row a period: `row`, `observed`, `expected`, `upper`, `strength`, `alarm`.
#[must_use]
pub fn reading_table(readings: &[PeriodReading]) -> Table {
    let mut table = Table::new();
    table.ints("row", readings.iter().map(|r| Some(r.row as u64)));
    table.floats("observed", readings.iter().map(|r| r.observed));
    table.floats("expected", readings.iter().map(|r| r.expected));
    table.floats("upper", readings.iter().map(|r| r.upper));
    table.floats("strength", readings.iter().map(|r| r.strength));
    table.push("alarm", Data::Bool(readings.iter().map(|r| r.alarm).collect()));
    table
}

/// Mean and sample standard deviation of what is not missing; two values at least.
fn moments(values: impl Iterator<Item = Option<f64>> + Clone) -> Option<(f64, f64)> {
    let present = values.flatten();
    let n = present.clone().count() as f64;
    if n < 2.0 {
        return None;
    }
    let mean = present.clone().sum::<f64>() / n;
    let squares: f64 = present.map(|y| (y - mean) * (y - mean)).sum();
    Some((mean, libm::sqrt(squares / (n - 1.0))))
}

/// Which of the EARS detectors (Hutwagner et al., "The bioterrorism preparedness and response Early Aberration
/// Reporting System", 2003).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EarsMethod {
    /// Against the periods just before.
    C1,
    /// Against periods that end two before.
    C2,
    /// What C2's last three values have above 1, added up.
    C3,
    /// C3 as R's surveillance package computes it (1.20 to 1.26): its bound starts from the current count
    /// instead of the mean, so that the alarm depends on the two periods before only.
    C3AsCoded,
}

names!(EarsMethod { C1 = "c1", C2 = "c2", C3 = "c3", C3AsCoded = "c3_as_coded" });

/// EARS C1, C2 or C3.
///
/// ```
/// use heedful::{Ears, EarsMethod};
/// let counts: Vec<Option<u64>> = [3, 4, 5, 4, 3, 4, 5, 20].map(Some).to_vec();
/// let readings = Ears::new(EarsMethod::C1).run(&counts)?;
/// assert_eq!(readings[7].alarm, Some(true));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ears {
    method: EarsMethod,
    #[serde(default = "seven")]
    baseline: usize,
    #[serde(default)]
    alpha: Option<f64>,
}

fn seven() -> usize {
    7
}

impl Ears {
    /// The method with its published settings: 7 periods, alpha 0.001 (C3: 0.025).
    #[must_use]
    pub fn new(method: EarsMethod) -> Self {
        Self { method, baseline: seven(), alpha: None }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// How many periods the mean and the standard deviation are taken from (at least 3).
    #[must_use]
    pub fn baseline(mut self, periods: usize) -> Self {
        self.baseline = periods;
        self
    }

    /// One-sided level of the test.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = Some(alpha);
        self
    }

    /// Tests every period.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a level outside 0..0.5 or fewer than 3 periods.
    pub fn run(&self, counts: &[Option<u64>]) -> Result<Vec<PeriodReading>> {
        let third = matches!(self.method, EarsMethod::C3 | EarsMethod::C3AsCoded);
        let alpha = self.alpha.unwrap_or(if third { 0.025 } else { 0.001 });
        check_level(alpha)?;
        if self.baseline < 3 {
            let message = "a baseline needs at least 3 periods";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("baseline"));
        }
        let z = normal_quantile(1.0 - alpha);
        let counts: Vec<Option<f64>> = counts.iter().map(|y| y.map(|y| y as f64)).collect();
        let lag = if self.method == EarsMethod::C1 { 0 } else { 2 };
        let before = |row: usize| {
            let end = row.checked_sub(lag)?;
            let window = counts.get(end.checked_sub(self.baseline)?..end)?;
            moments(window.iter().copied())
        };
        // What C2 has above 1, `None` where the standard deviation is 0 and the count is the mean.
        let excess = |row: usize| {
            let (mean, sd) = before(row)?;
            let c2 = (counts.get(row).copied().flatten()? - mean) / sd;
            (!c2.is_nan()).then(|| (c2 - 1.0).max(0.0))
        };
        let read = |row: usize| {
            let observed = counts.get(row).copied().flatten();
            let moments = before(row);
            let expected = moments.map(|(mean, _)| mean);
            let (upper, strength) = match (moments, observed) {
                (Some((mean, sd)), observed) if !third => {
                    let c = observed.map(|y| (y - mean) / sd).filter(|c| !c.is_nan());
                    (Some(mean + z * sd), c)
                }
                (Some((mean, sd)), Some(y)) => {
                    let earlier =
                        || Some(excess(row.checked_sub(1)?)? + excess(row.checked_sub(2)?)?);
                    let from = if self.method == EarsMethod::C3 { mean } else { y };
                    let upper = earlier().map(|sum| from + sd * (z - sum));
                    // The bound of the whole sum: the current count's own part has 1 taken off as well.
                    let upper = if self.method == EarsMethod::C3 {
                        upper
                    } else {
                        upper.map(|u| u.max(0.0))
                    };
                    (upper, earlier().and_then(|sum| Some(sum + excess(row)?)))
                }
                _ => (None, None),
            };
            let alarm = upper.zip(observed).map(|(upper, y)| y > upper);
            PeriodReading { row, observed, expected, upper, strength, alarm }
        };
        Ok((0..counts.len()).map(read).collect())
    }
}

options!(Ears, needs [method], takes [baseline, alpha], from Self::new(EarsMethod::C1));
written!(Ears, r#"{"method": "c2", "baseline": 7, "alpha": 0.001}"#);

fn check_level(alpha: f64) -> Result<()> {
    if alpha > 0.0 && alpha < 0.5 {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidArgument, "alpha must lie between 0 and 0.5").at("alpha"))
}

/// A count against the mean and standard deviation at the same place of earlier seasons: the same weekday of
/// the last weeks, or the same weeks of the last years.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SeasonalZ {
    season: usize,
    seasons: usize,
    #[serde(default)]
    half_window: usize,
    #[serde(default = "percent")]
    alpha: f64,
}

fn percent() -> f64 {
    0.01
}

impl SeasonalZ {
    /// Seasons of so many periods, so many of them looked back: `new(7, 8)` is the same weekday of eight weeks.
    #[must_use]
    pub fn new(season: usize, seasons: usize) -> Self {
        Self { season, seasons, half_window: 0, alpha: percent() }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Periods either side of the same place that are taken too.
    #[must_use]
    pub fn half_window(mut self, periods: usize) -> Self {
        self.half_window = periods;
        self
    }

    /// One-sided level of the test, 0.01 where not given.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Tests every period that has all its seasons.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a level outside 0..0.5, no seasons, or a window longer than one.
    pub fn run(&self, counts: &[Option<u64>]) -> Result<Vec<PeriodReading>> {
        check_level(self.alpha)?;
        if self.season == 0 || self.seasons == 0 || 2 * self.half_window >= self.season {
            let message = "seasons must be there, and windows shorter than a season";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("season"));
        }
        let z = normal_quantile(1.0 - self.alpha);
        let counts: Vec<Option<f64>> = counts.iter().map(|y| y.map(|y| y as f64)).collect();
        let read = |row: usize| {
            let observed = counts.get(row).copied().flatten();
            let reach = self.season.saturating_mul(self.seasons).saturating_add(self.half_window);
            let moments = (row >= reach).then(|| {
                let places = (1..=self.seasons).flat_map(|i| {
                    let centre = row - i * self.season;
                    centre - self.half_window..=centre + self.half_window
                });
                moments(places.map(|place| counts.get(place).copied().flatten()))
            });
            let moments = moments.flatten();
            let upper = moments.map(|(mean, sd)| mean + z * sd);
            let strength = moments.zip(observed).map(|((mean, sd), y)| (y - mean) / sd);
            PeriodReading {
                row,
                observed,
                expected: moments.map(|(mean, _)| mean),
                upper,
                strength: strength.filter(|s| !s.is_nan()),
                alarm: upper.zip(observed).map(|(upper, y)| y > upper),
            }
        };
        Ok((0..counts.len()).map(read).collect())
    }
}

options!(SeasonalZ, needs [season, seasons], takes [half_window, alpha], from Self::new(7, 8));
written!(SeasonalZ, r#"{"season": 7, "seasons": 8, "alpha": 0.001}"#);

/// Page's cumulative sum of standardised counts, S = max(0, S + z - k), which alarms above h and starts again
/// (Page, "Continuous inspection schemes", 1954).
///
/// The z of a count y with mean m is Rossi's (y - 3m + 2 √(y m)) / (2 √m) (Rossi et al., "An approximate CUSUM
/// procedure for surveillance of health events", 1999), or, where the counts vary more than Poisson's, the z of
/// the square roots 2 (√y - √m) / √φ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cusum {
    #[serde(default = "reference")]
    k: f64,
    #[serde(default = "limit")]
    h: f64,
    #[serde(default)]
    dispersion: Option<f64>,
}

fn reference() -> f64 {
    1.04
}

fn limit() -> f64 {
    2.26
}

impl Default for Cusum {
    fn default() -> Self {
        Self { k: reference(), h: limit(), dispersion: None }
    }
}

impl Cusum {
    /// Reference value k (half the shift that matters, in standard deviations) and limit h.
    #[must_use]
    pub fn new(k: f64, h: f64) -> Self {
        Self { k, h, dispersion: None }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Variance over mean, where it is above 1.
    #[must_use]
    pub fn dispersion(mut self, phi: f64) -> Self {
        self.dispersion = Some(phi);
        self
    }

    /// Adds up along the series, against the expected count of each period (a fitted baseline's, or a mean).
    /// A period without count or expectation leaves the sum as it is.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for settings out of range; [`ErrorCode::LengthMismatch`] where there is
    /// not one expectation for each count.
    pub fn run(
        &self,
        counts: &[Option<u64>],
        expected: &[Option<f64>],
    ) -> Result<Vec<PeriodReading>> {
        let sane = self.k >= 0.0 && self.h > 0.0 && self.dispersion.is_none_or(|phi| phi >= 1.0);
        if !sane {
            let message = "k must be 0 or more, h positive, a dispersion 1 or more";
            return Err(Error::new(ErrorCode::InvalidArgument, message));
        }
        if counts.len() != expected.len() {
            let message = "counts and expectations differ in length";
            return Err(Error::new(ErrorCode::LengthMismatch, message).at("expected"));
        }
        let dispersion = self.dispersion;
        let pairs = counts.iter().zip(expected);
        Ok(self.sums(pairs.map(|(count, mean)| (*count, *mean, dispersion))))
    }

    /// The limit that false alarms reach once in 1 / `alpha` periods on average, by Siegmund's approximation
    /// ("Sequential analysis", 1985): (exp(2kb) - 2kb - 1) / (2k²) periods, where b = h + 1.166.
    pub(crate) fn at_level(alpha: f64) -> Self {
        let k = reference();
        let periods = |h: f64| {
            let x = 2.0 * k * (h + 1.166);
            (libm::exp(x) - x - 1.0) / (2.0 * k * k)
        };
        let (mut low, mut high) = (0.0, 350.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if periods(middle) * alpha < 1.0 { low = middle } else { high = middle }
        }
        Self::new(k, high)
    }

    /// Adds up along periods, each with its count, what is expected of it, and its variance over the mean.
    pub(crate) fn sums(
        &self,
        periods: impl Iterator<Item = (Option<u64>, Option<f64>, Option<f64>)>,
    ) -> Vec<PeriodReading> {
        let mut sum = 0.0;
        let reading = |(row, period)| PeriodReading { row, ..self.add(&mut sum, period) };
        periods.enumerate().map(reading).collect()
    }

    /// Adds a period to a sum; an alarm begins it anew.
    pub(crate) fn add(
        &self,
        sum: &mut f64,
        (count, mean, dispersion): (Option<u64>, Option<f64>, Option<f64>),
    ) -> PeriodReading {
        let observed = count.map(|y| y as f64);
        let mean = mean.filter(|m| *m > 0.0 && m.is_finite());
        let z = observed.zip(mean).map(|(y, m)| match dispersion {
            Some(phi) => 2.0 * (libm::sqrt(y) - libm::sqrt(m)) / libm::sqrt(phi),
            None => (y - 3.0 * m + 2.0 * libm::sqrt(y * m)) / (2.0 * libm::sqrt(m)),
        });
        let strength = z.map(|z| (*sum + z - self.k).max(0.0));
        let alarm = strength.map(|s| s > self.h);
        *sum = if alarm == Some(true) { 0.0 } else { strength.unwrap_or(*sum) };
        PeriodReading { row: 0, observed, expected: mean, upper: None, strength, alarm }
    }
}

options!(Cusum, takes [k, h, dispersion], from Self::default());
written!(Cusum, r#"{"k": 1.0, "h": 3.0, "dispersion": 1.4}"#);

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::farrington::tests::vectors;
    use super::*;

    #[test]
    fn ears_agrees_with_surveillance_1_20_3_on_every_period() {
        let Some(file) = vectors() else { return };
        let mut periods = 0;
        for call in file["others"].as_array().unwrap() {
            let id = call["id"].as_str().unwrap();
            let mut parts = id.split('_');
            if parts.next() != Some("ears") {
                continue;
            }
            let method = match parts.next().unwrap() {
                "C1" => EarsMethod::C1,
                "C2" => EarsMethod::C2,
                _ => EarsMethod::C3AsCoded,
            };
            let baseline = parts.next().unwrap().trim_start_matches('b').parse().unwrap();
            let series = &file["series"][call["series"].as_str().unwrap()]["counts"];
            let counts: Vec<Option<u64>> =
                series.as_array().unwrap().iter().map(Value::as_u64).collect();
            let readings = Ears::new(method).baseline(baseline).run(&counts).unwrap();
            for (i, index) in call["index_1based"].as_array().unwrap().iter().enumerate() {
                let reading = readings[usize::try_from(index.as_u64().unwrap()).unwrap() - 1];
                let upper = call["upperbound"][i].as_f64();
                match (reading.upper, upper) {
                    (Some(a), Some(e)) => {
                        assert!((a - e).abs() < 1e-9 * e.max(1.0), "{id} {index}")
                    }
                    (a, e) => assert_eq!(a, e, "{id} {index}"),
                }
                assert_eq!(reading.alarm, call["alarm"][i].as_bool(), "{id} {index}");
                periods += 1;
            }
        }
        assert!(periods > 1000, "{periods}");
    }

    fn some(counts: &[u64]) -> Vec<Option<u64>> {
        counts.iter().copied().map(Some).collect()
    }

    #[test]
    fn c3_as_documented_depends_on_the_current_count() {
        let mut counts = some(&[4, 5, 6, 4, 5, 6, 5, 4, 6, 5, 5, 7, 7]);
        let run = |counts: &[Option<u64>]| Ears::new(EarsMethod::C3).run(counts).unwrap();
        assert_eq!(run(&counts).last().unwrap().alarm, Some(true));
        *counts.last_mut().unwrap() = Some(2);
        assert_eq!(run(&counts).last().unwrap().alarm, Some(false));
        let coded = Ears::new(EarsMethod::C3AsCoded).run(&counts).unwrap();
        assert!(coded.last().unwrap().upper.is_some());
    }

    #[test]
    fn seasonal_z_looks_at_the_same_place_of_each_season() {
        // By hand: places 2 and 6 before row 10 in seasons of 4: 3 and 5, mean 4, standard deviation √2.
        let counts = some(&[9, 9, 3, 9, 9, 9, 5, 9, 9, 9, 12]);
        let readings = SeasonalZ::new(4, 2).run(&counts).unwrap();
        assert_eq!(readings[7].expected, None);
        let last = readings[10];
        assert_eq!(last.expected, Some(4.0));
        assert!((last.strength.unwrap() - 8.0 / 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(last.alarm, Some(true));
        assert!(SeasonalZ::new(4, 2).half_window(2).run(&counts).is_err());
    }

    #[test]
    fn cusum_adds_up_and_starts_again() {
        // z of 9 with mean 4 is (9 - 12 + 12) / 4 = 2.25, of 4 it is 0.
        let counts = some(&[4, 9, 9, 9, 4]);
        let readings = Cusum::new(1.0, 2.0).run(&counts, &[Some(4.0); 5]).unwrap();
        let sums: Vec<f64> = readings.iter().map(|r| r.strength.unwrap()).collect();
        assert_eq!(sums, [0.0, 1.25, 2.5, 1.25, 0.25]);
        assert_eq!(readings[2].alarm, Some(true));
        let gap = Cusum::default().run(&[Some(9), None, Some(9)], &[Some(4.0); 3]).unwrap();
        assert_eq!(gap[1].strength, None);
        assert!((gap[2].strength.unwrap() - 2.42).abs() < 1e-12);
        // The limit of surveillance's find.kh(ARLa=500, ARLr=7) is 2.26 at k = 1.04.
        assert!((Cusum::at_level(1.0 / 500.0).h - 2.26).abs() < 0.1);
        assert!(Cusum::at_level(0.49).h >= 0.0 && Cusum::at_level(1e-300).h < 350.0);
        assert!(Cusum::new(f64::NAN, 1.0).run(&counts, &[None; 5]).is_err());
    }
}
