//! What a better score is worth: from data, or as somebody states it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::linked::LinkedOutcome;
use super::panel::{Outcome, controls, months, numbers, units};
use super::quantity::Quantity;
use crate::base::config::{self, options, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::table::Table;
use crate::interpret::columns::intervals;
use crate::listen::responses::Responses;
use crate::monitor::health::points::invalid;
use crate::stats::regression::Design;
use crate::stats::{Adjustment, Confidence, Interval, ProportionSample, clustered};

/// Events, and the opposite, that each coefficient needs (P. Peduzzi and others, "A simulation study of the number of
/// events per variable in logistic regression analysis", Journal of Clinical Epidemiology 49, 1996).
const EVENTS_PER_COEFFICIENT: u64 = 10;
const MOST_LAG: u32 = 120;

/// How a score is linked to what customers do later: to churn, upsell or referral.
///
/// **From data.** Rows are customers (`unit`), with `at` once for each month. Each outcome is regressed on the score some
/// months before, for every lag from 3 to 11 months, with controls as they were at the time of the score, by least
/// squares. A yes or no counts as 100 and 0, so that a slope is in points of the outcome for a point of the score.
/// Standard errors are between units, since their rows are alike. The best lag is the one with the smallest p-value;
/// p-values are corrected for how many lags were looked at (Holm), and intervals are wide enough to hold for all of them
/// at once (Bonferroni), so that the best one is not believed too easily. Without `at` a row has the score and what came
/// later. A slope is what goes along with the score where the controls are equal: not proof that it is the cause.
///
/// **From an assumption**, where the data are thin: fewer than `minimum_n` pairs, fewer than `minimum_units` units, or
/// fewer than ten events or their opposite for each coefficient, at every lag. [`Link::basis`] says which of the two a
/// link rests on; they are never mixed, and an assumption that was not needed is shown beside.
///
/// **By band**: the share of customers of each band whose outcome came, with Wilson's interval. With `at` each unit counts
/// once, with its first band, and the outcome is whether it came within the lags after it. Units that came too late to be
/// followed to the last lag are left out, those that left as well as those that stayed: otherwise every rate would be too high.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::{Assumed, Basis, Linkage, LinkedOutcome};
///
/// // Four customers are too few to learn from, so the assumption stands in: ten points more, one point of churn less.
/// let table = Responses::new()
///     .with("nps", Column::numbers(vec![9_u8, 3, 10, 6]))?
///     .with("left", Column::numbers(vec![0_u8, 1, 0, 0]))?;
/// let churn = LinkedOutcome::new("left").worth(-2_000_000.0).assumed(Assumed::new(10.0, -1.0));
/// let report = Linkage::new("nps", [churn]).run(&table)?;
/// let link = &report.links[0];
/// assert_eq!((link.basis, link.slope, link.money), (Basis::Assumption, Some(-0.1), Some(200_000.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["score", "outcomes"]))
)]
pub struct Linkage {
    /// The column of the score.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    score: String,
    /// What is linked to it.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    outcomes: Vec<LinkedOutcome>,
    /// The column of the customer or account.
    unit: Option<String>,
    /// The column of the month: times, or numbers that count months.
    at: Option<String>,
    /// The first and the last lag, in months.
    lags: [u32; 2],
    /// Columns of what else may be behind the outcome.
    controls: Vec<String>,
    /// The column of the customer's band.
    band: Option<String>,
    /// The metric whose bands the score has, where no column says them.
    metric: Option<Metric>,
    /// Pairs of score and outcome below which data are thin.
    minimum_n: u64,
    /// Units below which data are thin.
    minimum_units: u64,
    /// How p-values of lags are corrected.
    adjustment: Adjustment,
    /// Confidence of the intervals.
    confidence: Confidence,
}

options!(
    Linkage,
    needs [score, outcomes],
    takes [unit, at, lags, controls, band, metric, minimum_n, minimum_units, adjustment, confidence],
    from Self::any()
);

setters!(Linkage {
    /// The column of the customer or account, whose rows are alike; every row is one where not set.
    unit: name,
    /// The column of the month: times, or whole numbers that count months. Needs `unit`.
    at: name,
    /// Columns of what else may be behind the outcome, as numbers or names.
    controls: names,
    /// The column of the customer's band.
    band: name,
    /// The metric whose bands the score has, where no column says them.
    metric: some Metric,
    /// Pairs of score and outcome below which data are thin; 100 where not set.
    minimum_n: u64,
    /// Units below which data are thin; 30 where not set.
    minimum_units: u64,
    /// How p-values of lags are corrected; Holm where not set.
    adjustment: Adjustment,
    /// Confidence of the intervals; 0.95 where not set.
    confidence: Confidence,
});

config::written!(Linkage of money, r#"{"score": "nps", "outcomes": [{"column": "left", "worth": -2e6}], "unit": "account", "at": "month"}"#);

/// What a link rests on.
///
/// ```
/// assert_eq!(heedful::money::Basis::Assumption.as_str(), "assumption");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Learned from the data.
    Data,
    /// Stated by somebody.
    Assumption,
    /// On nothing: the data are thin and nobody stated anything.
    Nothing,
}

impl Basis {
    /// The snake-case spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Assumption => "assumption",
            Self::Nothing => "nothing",
        }
    }
}

/// The outcome of the customers of a band.
///
/// ```
/// use heedful::{Column, Key, Responses};
/// use heedful::money::{Linkage, LinkedOutcome};
/// let table = Responses::new()
///     .with("nps", Column::numbers(vec![9_u8, 3, 10, 6]))?
///     .with("band", Column::categories(["promoter", "detractor", "promoter", "detractor"].map(Some)))?
///     .with("left", Column::numbers(vec![0_u8, 1, 0, 0]))?;
/// let report = Linkage::new("nps", [LinkedOutcome::new("left")]).band("band").run(&table)?;
/// let worst = &report.bands[0];
/// assert_eq!((&worst.band, worst.n, worst.events, worst.rate), (&Key::text("detractor"), 2, 1, Some(0.5)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct LinkedBand {
    /// The outcome.
    pub outcome: String,
    /// The band; missing for customers without one.
    pub band: Key,
    /// Customers whose outcome is known.
    pub n: u64,
    /// Those whose outcome came.
    pub events: u64,
    /// The share, from 0 to 1.
    pub rate: Option<f64>,
    /// Its Wilson interval.
    pub interval: Option<Interval>,
    /// The share against that of all: 2 is twice as many.
    pub lift: Option<f64>,
}

/// The link of an outcome to the score some months before.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::{Linkage, LinkedOutcome};
/// let table = Responses::new()
///     .with("nps", Column::numbers(vec![9.0, 3.0, 10.0, 6.0]))?
///     .with("spend", Column::numbers(vec![90.0, 30.0, 100.0, 60.0]))?;
/// let report = Linkage::new("nps", [LinkedOutcome::new("spend")]).run(&table)?;
/// let effect = &report.lags[0];
/// assert_eq!((effect.lag, effect.n, effect.thin), (None, 4, true));
/// assert!((effect.slope.unwrap() - 10.0).abs() < 1e-9);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct LagEffect {
    /// The outcome.
    pub outcome: String,
    /// Months from the score to the outcome; `None` where a row has both.
    pub lag: Option<u32>,
    /// Pairs of score and outcome whose controls are known.
    pub n: u64,
    /// Units that they are of.
    pub units: u64,
    /// Pairs whose outcome came; `None` for one that is no yes or no.
    pub events: Option<u64>,
    /// Points of the outcome for a point of the score; `None` where nothing can be fitted.
    pub slope: Option<f64>,
    /// Its standard error, between units.
    pub standard_error: Option<f64>,
    /// Its interval, which holds for all lags at once.
    pub interval: Option<Interval>,
    /// Of no link.
    pub p_value: Option<f64>,
    /// The same, corrected for how many lags were looked at.
    pub p_adjusted: Option<f64>,
    /// Too few data to rest a link on.
    pub thin: bool,
}

/// What a point of the score does to an outcome.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::{Basis, Linkage, LinkedOutcome, Quantity};
/// let scores: Vec<f64> = (0..200).map(|i| f64::from(i % 11)).collect();
/// let spend: Vec<f64> = (0..200).map(|i| 2.0 * f64::from(i % 11) + f64::from(i % 7)).collect();
/// let table = Responses::new().with("nps", Column::numbers(scores))?.with("spend", Column::numbers(spend))?;
/// let link = Linkage::new("nps", [LinkedOutcome::new("spend")]).run(&table)?.links.remove(0);
/// assert_eq!(link.basis, Basis::Data);
/// assert!((link.slope.unwrap() - 2.0).abs() < 0.1 && link.told);
/// assert!(matches!(link.quantity, Some(Quantity::Normal { .. }))); // for a business case
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Link {
    /// The outcome.
    pub outcome: String,
    /// What it rests on: the data or an assumption, never both.
    pub basis: Basis,
    /// The lag with the smallest p-value; `None` for an assumption, and where a row has score and outcome.
    pub lag: Option<u32>,
    /// Points of the outcome for a point of the score.
    pub slope: Option<f64>,
    /// Its standard error; `None` for an assumption.
    pub standard_error: Option<f64>,
    /// Its interval: of data the one that holds for all lags at once; `None` for an assumption.
    pub interval: Option<Interval>,
    /// P-value corrected for the lags that were looked at; `None` for an assumption.
    pub p_adjusted: Option<f64>,
    /// Whether data tell it from no link at this confidence, corrected.
    pub told: bool,
    /// What a point of the score is worth in a year, in money.
    pub money: Option<f64>,
    /// Its interval.
    pub money_interval: Option<Interval>,
    /// The slope as a business case takes it (`score_to_behaviour`): of data a normal distribution whose central range is
    /// the interval, so that the best of several lags is not taken for surer than it is.
    pub quantity: Option<Quantity>,
    /// The slope that was assumed, whether it was needed or not.
    pub assumed: Option<f64>,
}

/// How a score is linked to outcomes.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::{Basis, Linkage, LinkedOutcome};
/// let table = Responses::new()
///     .with("nps", Column::numbers(vec![9_u8, 3]))?
///     .with("left", Column::numbers(vec![0_u8, 1]))?;
/// let report = Linkage::new("nps", [LinkedOutcome::new("left")]).run(&table)?;
/// assert_eq!((report.links[0].basis, report.links[0].slope), (Basis::Nothing, None)); // nothing is made up
/// assert_eq!((report.to_table().len(), report.lags_table().len(), report.bands_table().len()), (1, 1, 0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct LinkageReport {
    /// One for each outcome, in their order.
    pub links: Vec<Link>,
    /// Every lag of every outcome.
    pub lags: Vec<LagEffect>,
    /// Shares by band, of outcomes that are a yes or no.
    pub bands: Vec<LinkedBand>,
}

/// A table read once.
struct Panel {
    score: Vec<Option<f64>>,
    controls: Vec<Vec<Option<f64>>>,
    units: Vec<usize>,
    months: Option<Vec<Option<i64>>>,
    /// Rows by unit and month.
    places: BTreeMap<(usize, i64), usize>,
}

impl Linkage {
    fn any() -> Self {
        Self {
            score: String::new(),
            outcomes: Vec::new(),
            unit: None,
            at: None,
            lags: [3, 11],
            controls: Vec::new(),
            band: None,
            metric: None,
            minimum_n: 100,
            minimum_units: 30,
            adjustment: Adjustment::Holm,
            confidence: Confidence::default(),
        }
    }

    /// With the column of the score, and what is linked to it.
    #[must_use]
    pub fn new(
        score: impl Into<String>,
        outcomes: impl IntoIterator<Item = LinkedOutcome>,
    ) -> Self {
        let outcomes = outcomes.into_iter().collect();
        Self { score: score.into(), outcomes, ..Self::any() }
    }

    /// The first and the last lag in months; 3 and 11 where not set.
    #[must_use]
    pub fn lags(mut self, first: u32, last: u32) -> Self {
        self.lags = [first, last];
        self
    }

    /// Reads `{"score": "nps", "outcomes": [{"column": "left"}]}` with the names of the setters here.
    ///
    /// ```
    /// use heedful::money::{Linkage, LinkedOutcome};
    /// let read = Linkage::from_json(r#"{"score": "nps", "outcomes": [{"column": "left"}], "lags": [3, 6]}"#)?;
    /// assert_eq!(read, Linkage::new("nps", [LinkedOutcome::new("left")]).lags(3, 6));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Runs over a table.
    ///
    /// # Errors
    /// `missing-column`; `column-type` for a score that is no number, an outcome that is neither yes or no nor a number, and
    /// months that are none; `duplicate-key` for a unit that has a month twice; `invalid-argument` for options.
    pub fn run(&self, table: &Responses) -> Result<LinkageReport> {
        self.check()?;
        let panel = self.panel(table)?;
        let mut report = LinkageReport { links: Vec::new(), lags: Vec::new(), bands: Vec::new() };
        let bands = self.bands(table)?;
        for asked in &self.outcomes {
            let outcome = Outcome::of(table, &asked.column)?;
            let lags = self.effects(&panel, &outcome, &asked.column);
            report.links.push(self.link(asked, &lags));
            report.lags.extend(lags);
            if let Some(bands) = bands.as_ref().filter(|_| outcome.binary) {
                report.bands.extend(self.shares(&panel, &outcome, &asked.column, bands));
            }
        }
        Ok(report)
    }

    fn check(&self) -> Result<()> {
        let bad = |path: &str, message: &str| Err(invalid(message).at(path));
        if self.outcomes.is_empty() {
            return bad("outcomes", "nothing is linked to the score");
        }
        if self.at.is_some() && self.unit.is_none() {
            return bad("unit", "months need the column of the customer or account");
        }
        let [first, last] = self.lags;
        if !(first <= last && last <= MOST_LAG) {
            return bad("lags", "lags go from the first to the last, at most 120 months");
        }
        for (place, outcome) in self.outcomes.iter().enumerate() {
            let path = format!("outcomes[{place}]");
            if outcome.worth.is_some_and(|worth| !worth.is_finite()) {
                return bad(&format!("{path}.worth"), "not a finite number");
            }
            if let Some(assumed) = &outcome.assumed {
                assumed.check().map_err(|error| error.below("assumed").below(&path))?;
            }
        }
        Ok(())
    }

    fn panel(&self, table: &Responses) -> Result<Panel> {
        let unit = self.unit.as_ref().map(|name| table.require(name)).transpose()?;
        let (units, _) = units(unit, table.len());
        let months = self.at.as_ref().map(|at| months(table, at)).transpose()?;
        let mut places = BTreeMap::new();
        for (row, (unit, month)) in units.iter().zip(months.iter().flatten()).enumerate() {
            let Some(month) = month else { continue };
            if places.insert((*unit, *month), row).is_some() {
                let message = "the customer has a row of this month above already";
                let at = self.at.as_deref().unwrap_or_default();
                return Err(Error::new(ErrorCode::DuplicateKey, message).at(at).on_row(row as u64));
            }
        }
        Ok(Panel {
            score: numbers(table, &self.score)?,
            controls: controls(table, &self.controls)?,
            units,
            months,
            places,
        })
    }

    fn bands(&self, table: &Responses) -> Result<Option<Vec<Key>>> {
        if let Some(band) = &self.band {
            let column = table.require(band)?;
            return Ok(Some((0..table.len()).map(|row| column.key(row)).collect()));
        }
        self.metric.as_ref().map(|metric| table.bands(metric, Some(&self.score))).transpose()
    }

    fn effects(&self, panel: &Panel, outcome: &Outcome, name: &str) -> Vec<LagEffect> {
        let [first, last] = self.lags;
        let lags: Vec<Option<u32>> =
            if panel.months.is_some() { (first..=last).map(Some).collect() } else { vec![None] };
        // Bonferroni, so that the interval of the best lag holds too.
        let tail = (1.0 - self.confidence.get()) / lags.len() as f64;
        let wide = Confidence::new(1.0 - tail).unwrap_or(self.confidence);
        let mut effects: Vec<LagEffect> =
            lags.iter().map(|lag| self.effect(panel, outcome, name, *lag, wide)).collect();
        let p_values: Vec<Option<f64>> = effects.iter().map(|effect| effect.p_value).collect();
        for (effect, adjusted) in effects.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            effect.p_adjusted = adjusted;
        }
        effects
    }

    fn effect(
        &self,
        panel: &Panel,
        outcome: &Outcome,
        name: &str,
        lag: Option<u32>,
        confidence: Confidence,
    ) -> LagEffect {
        let (mut values, mut response, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        for (row, result) in outcome.values.iter().enumerate() {
            let (Some(result), Some(from)) = (result, panel.before(row, lag)) else { continue };
            let Some(own) = panel.predictors(from) else { continue };
            values.extend(own);
            response.push(*result);
            let Some(unit) = panel.units.get(row) else { continue };
            let next = numbers.len();
            clusters.push(*numbers.entry(*unit).or_insert(next));
        }
        let width = 1 + panel.controls.len();
        let weights = vec![1.0; response.len()];
        let design = Design { values: &values, width, weights: &weights };
        let fit = clustered::linear(design, &response, &clusters);
        let test = fit.as_ref().and_then(|fit| fit.test(1, confidence));
        let n = response.len() as u64;
        let events = response.iter().filter(|result| **result > 0.0).count() as u64;
        let rarer = events.min(n - events);
        let units = numbers.len() as u64;
        let few = outcome.binary && rarer < EVENTS_PER_COEFFICIENT * (1 + width as u64);
        LagEffect {
            outcome: name.to_owned(),
            lag,
            n,
            units,
            events: outcome.binary.then_some(events),
            slope: test.map(|test| test.difference),
            standard_error: test.map(|test| test.standard_error),
            interval: test.map(|test| test.interval),
            p_value: test.and_then(|test| test.p_value),
            p_adjusted: None,
            thin: test.is_none() || n < self.minimum_n || units < self.minimum_units || few,
        }
    }

    fn link(&self, asked: &LinkedOutcome, lags: &[LagEffect]) -> Link {
        let p = |effect: &&LagEffect| effect.p_value.unwrap_or(1.0);
        let enough = lags.iter().filter(|effect| !effect.thin);
        // Of equal p-values the shortest lag.
        let best = enough.min_by(|a, b| p(a).total_cmp(&p(b)));
        let basis = match (best, asked.assumed) {
            (Some(_), _) => Basis::Data,
            (None, Some(_)) => Basis::Assumption,
            (None, None) => Basis::Nothing,
        };
        let assumed = asked.assumed.map(|assumed| assumed.slope());
        let slope = match best {
            Some(best) => best.slope,
            None => assumed,
        };
        let interval = best.and_then(|best| best.interval);
        let quantity = match best {
            Some(best) => {
                // As wide as the interval, which knows that the best of several lags was taken.
                best.slope.zip(best.interval).map(|(mean, ends)| Quantity::Normal {
                    mean,
                    sd: (ends.upper - ends.lower) / (2.0 * self.confidence.z()),
                })
            }
            None => asked.assumed.map(|assumed| assumed.quantity()),
        };
        let p_adjusted = best.and_then(|best| best.p_adjusted);
        Link {
            outcome: asked.column.clone(),
            basis,
            lag: best.and_then(|best| best.lag),
            slope,
            standard_error: best.and_then(|best| best.standard_error),
            interval,
            p_adjusted,
            told: p_adjusted.is_some_and(|p| p < 1.0 - self.confidence.get()),
            money: slope.zip(asked.worth).map(|(slope, worth)| slope * worth),
            money_interval: interval.zip(asked.worth).map(|(ends, worth)| ends.scaled(worth)),
            quantity,
            assumed,
        }
    }

    fn shares(
        &self,
        panel: &Panel,
        outcome: &Outcome,
        name: &str,
        bands: &[Key],
    ) -> Vec<LinkedBand> {
        let mut counts: BTreeMap<&Key, (u64, u64)> = BTreeMap::new();
        for (row, event) in panel.cases(outcome, bands, self.lags) {
            let Some(band) = bands.get(row) else { continue };
            let (n, events) = counts.entry(band).or_default();
            *n += 1;
            *events += u64::from(event);
        }
        let all = counts.values().fold((0, 0), |all, own| (all.0 + own.0, all.1 + own.1));
        let share = all.1 as f64 / all.0 as f64;
        let row = |(band, (n, events)): (&Key, (u64, u64))| {
            let sample = ProportionSample::new(events as f64, n as f64);
            let rate = sample.map(|sample| sample.value());
            LinkedBand {
                outcome: name.to_owned(),
                band: band.clone(),
                n,
                events,
                rate,
                interval: sample.map(|sample| sample.score(self.confidence)),
                lift: rate.map(|rate| rate / share).filter(|lift| lift.is_finite()),
            }
        };
        counts.into_iter().map(row).collect()
    }
}

impl Panel {
    /// The row of the same unit so many months before; the row itself without a lag.
    fn before(&self, row: usize, lag: Option<u32>) -> Option<usize> {
        let Some(lag) = lag else { return Some(row) };
        let month = self.months.as_ref()?.get(row).copied().flatten()?;
        self.places.get(&(*self.units.get(row)?, month - i64::from(lag))).copied()
    }

    /// Score and controls of a row; `None` where one of them is missing.
    fn predictors(&self, row: usize) -> Option<Vec<f64>> {
        let known = |values: &Vec<Option<f64>>| values.get(row).copied().flatten();
        std::iter::once(&self.score).chain(&self.controls).map(known).collect()
    }

    /// Rows whose outcome is known, and whether it came: with months the first row of each unit that has a band, and
    /// whether it came within the lags.
    fn cases(
        &self,
        outcome: &Outcome,
        bands: &[Key],
        [first, last]: [u32; 2],
    ) -> Vec<(usize, bool)> {
        if self.months.is_none() {
            let known = |(row, value): (usize, &Option<f64>)| value.map(|value| (row, value > 0.0));
            return outcome.values.iter().enumerate().filter_map(known).collect();
        }
        let mut cases = Vec::new();
        let mut done = None;
        let known = self.places.iter().filter(|(_, row)| outcome.at(**row).is_some());
        let end = known.map(|((_, month), _)| *month).max();
        // Units in turn, each from its first month on.
        for ((unit, month), row) in &self.places {
            let banded = bands.get(*row).is_some_and(|band| *band != Key::Missing);
            if done == Some(unit) || !banded {
                continue;
            }
            done = Some(unit);
            // Of those who came late only the ones that left would be seen.
            if end.is_none_or(|end| month + i64::from(last) > end) {
                continue;
            }
            let within = (*unit, month + i64::from(first))..=(*unit, month + i64::from(last));
            let results = self.places.range(within);
            let known: Vec<(i64, f64)> = results
                .filter_map(|((_, at), row)| Some((at - month, outcome.at(*row)?)))
                .collect();
            let came = known.iter().any(|(_, value)| *value > 0.0);
            // Somebody who was lost from sight may have left.
            let followed = known.iter().any(|(after, _)| *after == i64::from(last));
            if came || followed {
                cases.push((*row, came));
            }
        }
        cases
    }
}

impl LinkageReport {
    /// One row for each outcome: `outcome`, `basis` (`data`, `assumption`, `nothing`), `lag`, `slope`, `standard_error`,
    /// `lower`, `upper`, `p_adjusted`, `told`, `money`, `money_lower`, `money_upper`, `assumed`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.links.iter();
        table.texts("outcome", rows().map(|link| Some(link.outcome.clone())));
        table.texts("basis", rows().map(|link| Some(link.basis.as_str())));
        table.ints("lag", rows().map(|link| link.lag.map(u64::from)));
        table.floats("slope", rows().map(|link| link.slope));
        table.floats("standard_error", rows().map(|link| link.standard_error));
        intervals(&mut table, "", rows().map(|link| link.interval));
        table.floats("p_adjusted", rows().map(|link| link.p_adjusted));
        table.bools("told", rows().map(|link| Some(link.told)));
        table.floats("money", rows().map(|link| link.money));
        intervals(&mut table, "money_", rows().map(|link| link.money_interval));
        table.floats("assumed", rows().map(|link| link.assumed));
        table
    }

    /// One row for each lag of each outcome: `outcome`, `lag`, `n`, `units`, `events`, `slope`, `standard_error`, `lower`,
    /// `upper`, `p_value`, `p_adjusted`, `thin`.
    #[must_use]
    pub fn lags_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.lags.iter();
        table.texts("outcome", rows().map(|row| Some(row.outcome.clone())));
        table.ints("lag", rows().map(|row| row.lag.map(u64::from)));
        table.ints("n", rows().map(|row| Some(row.n)));
        table.ints("units", rows().map(|row| Some(row.units)));
        table.ints("events", rows().map(|row| row.events));
        table.floats("slope", rows().map(|row| row.slope));
        table.floats("standard_error", rows().map(|row| row.standard_error));
        intervals(&mut table, "", rows().map(|row| row.interval));
        table.floats("p_value", rows().map(|row| row.p_value));
        table.floats("p_adjusted", rows().map(|row| row.p_adjusted));
        table.bools("thin", rows().map(|row| Some(row.thin)));
        table
    }

    /// One row for each band of each outcome: `outcome`, `band`, `n`, `events`, `rate`, `lower`, `upper`, `lift`.
    #[must_use]
    pub fn bands_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.bands.iter();
        table.texts("outcome", rows().map(|row| Some(row.outcome.clone())));
        table.texts("band", rows().map(|row| row.band.known()));
        table.ints("n", rows().map(|row| Some(row.n)));
        table.ints("events", rows().map(|row| Some(row.events)));
        table.floats("rate", rows().map(|row| row.rate));
        intervals(&mut table, "", rows().map(|row| row.interval));
        table.floats("lift", rows().map(|row| row.lift));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::super::linked::Assumed;
    use super::*;
    use crate::listen::column::Column;
    use crate::stats::Random;

    /// Accounts by month whose churn follows the score of `lag` months before: 6 points less for each unit of score.
    fn panel(accounts: i64, link: f64, lag: usize, seed: u64) -> Responses {
        let mut random = Random::new(seed);
        let (mut unit, mut at, mut score, mut left, mut size) =
            (vec![], vec![], vec![], vec![], vec![]);
        for account in 0..accounts {
            let big = random.uniform() < 0.5;
            let own = if big { 1.0 } else { -1.0 };
            let scores: Vec<f64> = (0..18).map(|_| own + random.normal()).collect();
            for month in 0..18_usize {
                let before = month.checked_sub(lag).and_then(|m| scores.get(m));
                let p =
                    0.25 - if big { 0.1 } else { 0.0 } - link * before.copied().unwrap_or_default();
                unit.push(account);
                at.push(month as i64);
                score.push(scores[month]);
                left.push(u8::from(random.uniform() < p));
                size.push(Some(if big { "big" } else { "small" }));
            }
        }
        Responses::new()
            .with("account", Column::numbers(unit))
            .and_then(|t| t.with("month", Column::numbers(at)))
            .and_then(|t| t.with("score", Column::numbers(score)))
            .and_then(|t| t.with("left", Column::numbers(left)))
            .and_then(|t| t.with("size", Column::categories(size)))
            .unwrap()
    }

    fn asked() -> Linkage {
        let left = LinkedOutcome::new("left").worth(-1000.0).assumed(Assumed::new(10.0, -1.0));
        Linkage::new("score", [left]).unit("account").at("month").controls(["size"])
    }

    #[test]
    fn the_lag_and_the_slope_are_found() {
        let report = asked().run(&panel(400, 0.05, 6, 1)).unwrap();
        let link = &report.links[0];
        assert_eq!((link.basis, link.lag, link.told), (Basis::Data, Some(6), true));
        // Five points of churn for each unit of the score; probabilities are cut at 0 here and there.
        assert!(link.interval.unwrap().contains(-5.0), "{link:?}");
        assert_eq!(link.money, link.slope.map(|slope| slope * -1000.0));
        let Some(Quantity::Normal { mean, sd }) = link.quantity else { panic!("{link:?}") };
        // Nine lags were looked at: 2.77 standard errors on either side instead of 1.96.
        let wider = sd / link.standard_error.unwrap();
        assert!(Some(mean) == link.slope && (wider - 2.77 / 1.96).abs() < 0.02, "{wider}");
        assert_eq!(link.assumed, Some(-0.1), "shown beside, not mixed in");
        assert_eq!(report.lags.len(), 9);
        assert!(report.lags.iter().all(|lag| !lag.thin && lag.p_adjusted >= lag.p_value));
    }

    #[test]
    fn controls_take_out_what_is_behind_both() {
        let table = panel(400, 0.0, 6, 2);
        let all = asked().lags(6, 6);
        let with = all.clone().run(&table).unwrap();
        let without = all.controls(Vec::<String>::new()).run(&table).unwrap();
        assert!(!with.links[0].told && with.links[0].interval.unwrap().contains(0.0));
        assert!(without.links[0].told, "size makes both the score and churn: {without:?}");
    }

    #[test]
    fn the_best_of_nine_lags_is_not_believed_too_easily() {
        let (mut told, mut raw, tries) = (0, 0, 60);
        for seed in 0..tries {
            let link = asked().run(&panel(60, 0.0, 6, 100 + seed)).unwrap();
            told += u32::from(link.links[0].told);
            raw += u32::from(link.lags.iter().any(|lag| lag.p_value.unwrap() < 0.05));
        }
        // Five in a hundred are allowed; of so few tries at most nine are within four standard errors.
        assert!(told <= 9 && raw > told, "{told} told, {raw} without the correction");
    }

    #[test]
    fn thin_data_stand_on_the_assumption_or_on_nothing() {
        let table = panel(10, 0.05, 6, 3);
        let report = asked().run(&table).unwrap();
        let link = &report.links[0];
        assert_eq!((link.basis, link.slope, link.interval), (Basis::Assumption, Some(-0.1), None));
        assert_eq!(
            (link.lag, link.told, link.quantity),
            (None, false, Some(Quantity::Fixed(-0.1)))
        );
        assert!(report.lags.iter().all(|lag| lag.thin));
        let ranged = LinkedOutcome::new("left").assumed(Assumed::new(-10.0, 1.0).between(0.5, 3.0));
        let link =
            Linkage::new("score", [ranged]).run(&table.slice(0, 50)).unwrap().links.remove(0);
        let expected = Quantity::Pert { low: -0.3, mode: -0.1, high: -0.05 };
        assert_eq!((link.quantity, link.money), (Some(expected), None));
        let nothing =
            Linkage::new("score", [LinkedOutcome::new("left")]).run(&table.slice(0, 50)).unwrap();
        assert_eq!((nothing.links[0].basis, nothing.links[0].slope), (Basis::Nothing, None));
    }

    #[test]
    fn bands_count_each_customer_once_and_only_those_that_were_followed() {
        // Three accounts: one leaves in month 5, one stays to month 11, one is followed to month 6 alone.
        let mut rows: Vec<(i64, i64, Option<&str>, u8)> = Vec::new();
        rows.extend((0..=5).map(|m| (1, m, Some("low"), u8::from(m == 5))));
        rows.extend((0..=11).map(|m| (2, m, (m > 0).then_some("high"), 0)));
        rows.extend((1..=12).map(|m| (3, m, Some("high"), 0)));
        rows.extend((0..=6).map(|m| (4, m, Some("high"), 0)));
        let table = Responses::new()
            .with("a", Column::numbers(rows.iter().map(|r| r.0).collect::<Vec<_>>()))
            .and_then(|t| {
                t.with("m", Column::numbers(rows.iter().map(|r| r.1).collect::<Vec<_>>()))
            })
            .and_then(|t| t.with("band", Column::categories(rows.iter().map(|r| r.2))))
            .and_then(|t| {
                t.with("left", Column::numbers(rows.iter().map(|r| r.3).collect::<Vec<_>>()))
            })
            .and_then(|t| t.with("score", Column::numbers(vec![1_u8; rows.len()])))
            .unwrap();
        let asked =
            Linkage::new("score", [LinkedOutcome::new("left")]).unit("a").at("m").band("band");
        let found: Vec<(String, u64, u64)> = asked
            .run(&table)
            .unwrap()
            .bands
            .iter()
            .map(|band| (band.band.to_string(), band.n, band.events))
            .collect();
        // Account 2 has its first band in month 1, whose month 12 nobody saw; account 4 was not followed.
        assert_eq!(found, [("high".to_owned(), 1, 0), ("low".to_owned(), 1, 1)]);
    }

    #[test]
    fn rates_of_bands_hold_where_customers_come_all_along() {
        // Four in a hundred leave each month; customers come in any of the 24 months.
        let mut random = Random::new(9);
        let (mut who, mut at, mut left) = (vec![], vec![], vec![]);
        for customer in 0..3000_i64 {
            let first = (24.0 * random.uniform()) as i64;
            for month in first..24 {
                let leaves = month > first && random.uniform() < 0.04;
                who.push(customer);
                at.push(month);
                left.push(u8::from(leaves));
                if leaves {
                    break;
                }
            }
        }
        let table = Responses::new()
            .with("score", Column::numbers(vec![1_u8; who.len()]))
            .and_then(|t| t.with("band", Column::categories(vec![Some("low"); who.len()])))
            .and_then(|t| t.with("who", Column::numbers(who)))
            .and_then(|t| t.with("at", Column::numbers(at)))
            .and_then(|t| t.with("left", Column::numbers(left)))
            .unwrap();
        let asked = Linkage::new("score", [LinkedOutcome::new("left")]).unit("who").at("at");
        let band = asked.band("band").run(&table).unwrap().bands.remove(0);
        // Of those who were there for two months, within the nine after them.
        let truth = 1.0 - 0.96_f64.powi(9);
        let wide = 4.0 * (truth * (1.0 - truth) / band.n as f64).sqrt();
        assert!(band.n > 1000 && (band.rate.unwrap() - truth).abs() < wide, "{band:?} {truth}");
    }

    #[test]
    fn mistakes_are_named() {
        let table = panel(3, 0.0, 6, 1);
        let fails = |asked: Linkage| {
            let error = asked.run(&table).unwrap_err();
            (error.code().as_str(), error.path().to_owned())
        };
        let left = || LinkedOutcome::new("left");
        assert_eq!(fails(Linkage::new("score", [])), ("invalid-argument", "outcomes".into()));
        assert_eq!(fails(Linkage::new("size", [left()])), ("column-type", "size".into()));
        assert_eq!(
            fails(Linkage::new("score", [LinkedOutcome::new("size")])),
            ("column-type", "size".into())
        );
        assert_eq!(
            fails(Linkage::new("score", [left()]).at("month")),
            ("invalid-argument", "unit".into())
        );
        let twice = Linkage::new("score", [left()]).unit("size").at("month");
        assert_eq!(fails(twice).0, "duplicate-key");
        let assumed = left().assumed(Assumed::new(0.0, 1.0));
        assert_eq!(
            fails(Linkage::new("score", [assumed])),
            ("invalid-argument", "outcomes[0].assumed.score".into())
        );
        let lags = Linkage::new("score", [left()]).lags(5, 3);
        assert_eq!(fails(lags), ("invalid-argument", "lags".into()));
    }
}
