//! Whether a change pays: cost, effect, and the chain from it to money, as distributions.

use serde::Serialize;

use super::quantity::Quantity;
use crate::base::config::{self, options, setters};
use crate::base::error::{Error, Result};
use crate::base::table::Table;
use crate::monitor::health::points::invalid;
use crate::stats::correlation::correlation;
use crate::stats::poisson::sorted_quantile;
use crate::stats::{Confidence, Random};

const MONTHS_PER_YEAR: f64 = 12.0;
/// A century is beyond any plan.
const MOST_MONTHS: u32 = 1200;
const MOST_DRAWS: u32 = 1_000_000;
/// Each input is moved from what it stays below once in ten times to what it exceeds once in ten times.
const TORNADO: (f64, f64) = (0.1, 0.9);
const SHOWN_QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// A business case by simulation: what a change costs, what it does to a driver, the driver to the score, the score to
/// behaviour and behaviour to money.
///
/// The gain of a year is the product `effect × driver_to_score × score_to_behaviour × behaviour_to_money`, for example
/// 0.4 points of ease × 8 points of NPS for each × -0.1 points of churn for each × -2,000,000 for each point of churn. To
/// it comes what is saved each year (avoidable contacts, say), which needs no customer to change anything and is
/// therefore listed first. Cost is spent at once, running cost each year; gains and savings begin after `delay_months` and
/// last to the end of `months`, monthly, discounted by a yearly rate where one is given.
///
/// Every link is a number or a distribution ([`Quantity`]); links are drawn independently of each other. A link learned
/// from data (`Linkage`) brings its own uncertainty.
///
/// With [`loss_aversion`](Self::loss_aversion) a gain below 0 counts that many times: a failed expectation costs about
/// twice what delight earns (that it costs more: E. W. Anderson and V. Mittal, "Strengthening the satisfaction-profit
/// chain", Journal of Service Research 3, 2000; how much more: 2.25 times in A. Tversky and D. Kahneman, "Advances in
/// prospect theory", Journal of Risk and Uncertainty 5, 1992). The return without it is given beside it.
///
/// ```
/// use heedful::money::{BusinessCase, Quantity};
/// let case = BusinessCase::new(100_000.0)
///     .effect(Quantity::Normal { mean: 0.4, sd: 0.1 })
///     .driver_to_score(8.0)
///     .score_to_behaviour(-0.1)
///     .behaviour_to_money(-200_000.0)
///     .saved(10_000.0)
///     .months(24);
/// let report = case.run()?;
/// // Two years of 0.4 × 8 × 0.1 × 200,000 + 10,000, less the cost:
/// assert!((report.expected_return - (2.0 * 74_000.0 - 100_000.0)).abs() < 4.0 * report.standard_error);
/// // The return is normal: it is below 0 where the effect is below 0.25.
/// assert!((report.chance_of_loss - 0.0668).abs() < 4.0 * report.chance_standard_error);
/// assert_eq!(report.lines[0].name.as_str(), "cost_saved"); // before the revenue gained
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["cost"]))
)]
pub struct BusinessCase {
    /// What the change costs at once, in money.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    cost: Quantity,
    /// What it costs each year.
    running_cost: Quantity,
    /// What is saved each year, without any customer changing.
    saved: Quantity,
    /// What the change does to the driver, in the driver's points.
    effect: Option<Quantity>,
    /// What a point of the driver does to the score; 1 where the effect is one on the score itself.
    driver_to_score: Quantity,
    /// What a point of the score does to behaviour, in the points of the behaviour.
    score_to_behaviour: Option<Quantity>,
    /// What a point of the behaviour is worth in a year, in money.
    behaviour_to_money: Option<Quantity>,
    /// How long is looked ahead.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1200)))]
    months: u32,
    /// Months until gains and savings begin, fewer than `months`.
    delay_months: u32,
    /// Yearly rate at which money to come is discounted, above -1.
    discount: f64,
    /// How many times a gain below 0 counts.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    loss_aversion: Option<f64>,
    /// Draws.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 1_000_000)))]
    draws: u32,
    /// Of the draws.
    seed: u64,
    /// Confidence of the ranges.
    confidence: Confidence,
}

options!(
    BusinessCase,
    needs [cost],
    takes [
        running_cost, saved, effect, driver_to_score, score_to_behaviour, behaviour_to_money, months, delay_months,
        discount, loss_aversion, draws, seed, confidence
    ],
    from Self::any()
);

setters!(BusinessCase {
    /// How long is looked ahead, 1 to 1200 months; 36 where not set.
    months: u32,
    /// Months until gains and savings begin; 0 where not set.
    delay_months: u32,
    /// Yearly rate at which money to come is discounted; 0 where not set.
    discount: f64,
    /// How many times a gain below 0 counts, at least 1: 2 is usual.
    loss_aversion: some f64,
    /// Draws, 100 to 1,000,000; 10,000 where not set.
    draws: u32,
    /// Of the draws; 0 where not set.
    seed: u64,
    /// Confidence of the ranges; 0.95 where not set.
    confidence: Confidence,
});

config::written!(BusinessCase of money, r#"{"cost": 100, "saved": {"uniform": {"low": 50, "high": 90}}}"#);

/// A part of the case.
///
/// ```
/// use heedful::money::BusinessCase;
/// let report = BusinessCase::new(100.0).saved(60.0).months(24).run()?;
/// let told: Vec<_> = report.lines.iter().map(|line| (line.name.as_str(), line.mean)).collect();
/// assert_eq!(told, [("cost_saved", 120.0), ("revenue_gained", 0.0), ("cost", 100.0), ("return", 20.0)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct CaseLine {
    /// `cost_saved`, `revenue_gained`, `cost` or `return`.
    pub name: String,
    /// Its mean over the draws, in money of today.
    pub mean: f64,
    /// Its standard deviation over the draws.
    pub sd: f64,
    /// The range that holds it with the confidence: lower and upper end.
    pub range: (f64, f64),
}

/// What one input does to the return.
///
/// ```
/// use heedful::money::{BusinessCase, Quantity};
/// let saved = Quantity::Uniform { low: 0.0, high: 100.0 };
/// let report = BusinessCase::new(Quantity::Uniform { low: 40.0, high: 50.0 }).saved(saved).months(12).run()?;
/// let most = &report.tornado[0];
/// assert_eq!((most.input.as_str(), most.low, most.high), ("saved", 10.0, 90.0));
/// assert_eq!((most.return_at_low, most.return_at_high, most.swing), (-35.0, 45.0, 80.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct CaseInput {
    /// The name of the input.
    pub input: String,
    /// Its 10th percentile.
    pub low: f64,
    /// Its 90th percentile.
    pub high: f64,
    /// The return with the input at its 10th percentile and all others at their means.
    pub return_at_low: f64,
    /// The same at its 90th percentile.
    pub return_at_high: f64,
    /// The distance between the two.
    pub swing: f64,
    /// Its share of what varies: squared correlations with the return over the draws, made to add up to 1.
    pub importance: Option<f64>,
}

/// What a case promises.
///
/// ```
/// use heedful::money::BusinessCase;
/// let report = BusinessCase::new(100.0).saved(60.0).run()?;
/// assert_eq!((report.expected_return, report.chance_of_loss, report.payback_months), (80.0, 0.0, Some(20.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct CaseReport {
    /// Mean of savings and gains less cost, over the draws, in money of today.
    pub expected_return: f64,
    /// Its error by the number of draws; more draws make it smaller.
    pub standard_error: f64,
    /// Expected return as a share of expected cost; `None` without cost.
    pub return_on_cost: Option<f64>,
    /// Share of draws whose return is below 0.
    pub chance_of_loss: f64,
    /// Its error by the number of draws.
    pub chance_standard_error: f64,
    /// Median of the months until savings and gains have paid for cost, undiscounted; `None` where half of the draws or
    /// more never do within the time that is looked ahead.
    pub payback_months: Option<f64>,
    /// The range that holds it with the confidence; `None` for an end that is never reached.
    pub payback_range: (Option<f64>, Option<f64>),
    /// Share of draws that pay back within that time.
    pub chance_of_payback: f64,
    /// The factor of losses that was asked for.
    pub loss_aversion: Option<f64>,
    /// The expected return without that factor; `None` where none was asked for.
    pub return_without_loss_aversion: Option<f64>,
    /// Cost saved, revenue gained, cost, and the return.
    pub lines: Vec<CaseLine>,
    /// Quantiles of the return: probability and value.
    pub quantiles: Vec<(f64, f64)>,
    /// Inputs that are not known exactly, from the widest swing down.
    pub tornado: Vec<CaseInput>,
    /// How long was looked ahead.
    pub months: u32,
    /// Draws.
    pub draws: u32,
}

/// One state of the inputs, in the order of [`NAMES`].
type Inputs = [f64; NAMES.len()];

const NAMES: [&str; 7] = [
    "cost",
    "running_cost",
    "saved",
    "effect",
    "driver_to_score",
    "score_to_behaviour",
    "behaviour_to_money",
];

/// What one state comes to, in money of today.
struct Outcome {
    saved: f64,
    gained: f64,
    cost: f64,
    /// Of loss aversion, at most 0.
    aversion: f64,
    payback: f64,
}

impl Outcome {
    fn net(&self) -> f64 {
        self.saved + self.gained - self.cost
    }
}

/// Sums of discount factors: of all months, and of those after the delay; each month is a twelfth of a year.
struct Factors {
    all: f64,
    later: f64,
}

impl BusinessCase {
    fn any() -> Self {
        Self {
            cost: Quantity::Fixed(0.0),
            running_cost: Quantity::Fixed(0.0),
            saved: Quantity::Fixed(0.0),
            effect: None,
            driver_to_score: Quantity::Fixed(1.0),
            score_to_behaviour: None,
            behaviour_to_money: None,
            months: 36,
            delay_months: 0,
            discount: 0.0,
            loss_aversion: None,
            draws: 10_000,
            seed: 0,
            confidence: Confidence::default(),
        }
    }

    /// With what the change costs at once.
    #[must_use]
    pub fn new(cost: impl Into<Quantity>) -> Self {
        Self { cost: cost.into(), ..Self::any() }
    }

    /// What it costs each year.
    #[must_use]
    pub fn running_cost(mut self, quantity: impl Into<Quantity>) -> Self {
        self.running_cost = quantity.into();
        self
    }

    /// What is saved each year.
    #[must_use]
    pub fn saved(mut self, quantity: impl Into<Quantity>) -> Self {
        self.saved = quantity.into();
        self
    }

    /// What the change does to the driver.
    #[must_use]
    pub fn effect(mut self, quantity: impl Into<Quantity>) -> Self {
        self.effect = Some(quantity.into());
        self
    }

    /// What a point of the driver does to the score.
    #[must_use]
    pub fn driver_to_score(mut self, quantity: impl Into<Quantity>) -> Self {
        self.driver_to_score = quantity.into();
        self
    }

    /// What a point of the score does to behaviour.
    #[must_use]
    pub fn score_to_behaviour(mut self, quantity: impl Into<Quantity>) -> Self {
        self.score_to_behaviour = Some(quantity.into());
        self
    }

    /// What a point of the behaviour is worth in a year.
    #[must_use]
    pub fn behaviour_to_money(mut self, quantity: impl Into<Quantity>) -> Self {
        self.behaviour_to_money = Some(quantity.into());
        self
    }

    /// Reads `{"cost": 100, "effect": {"normal": {"mean": 0.4, "sd": 0.1}}, ..}` with the names of the setters here.
    ///
    /// ```
    /// use heedful::money::BusinessCase;
    /// let read = BusinessCase::from_json(r#"{"cost": 100, "saved": 60, "months": 24}"#)?;
    /// assert_eq!(read, BusinessCase::new(100.0).saved(60.0).months(24));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Simulates the case.
    ///
    /// # Errors
    /// `invalid-argument` with a path, for a quantity that is no distribution, a chain that lacks a link, and options out
    /// of their range.
    pub fn run(&self) -> Result<CaseReport> {
        let inputs = self.inputs()?;
        let factors = self.factors();
        let mut random = Random::new(self.seed);
        let draws = self.draws as usize;
        let mut drawn: Vec<Inputs> = Vec::with_capacity(draws);
        let mut outcomes = Vec::with_capacity(draws);
        for _ in 0..draws {
            let state = inputs.map(|input| input.draw(&mut random));
            outcomes.push(self.outcome(&state, &factors));
            drawn.push(state);
        }
        let column = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).collect::<Vec<f64>>();
        let returns = column(Outcome::net);
        let n = draws as f64;
        let lines = [
            self.line("cost_saved", column(|outcome| outcome.saved)),
            self.line("revenue_gained", column(|outcome| outcome.gained)),
            self.line("cost", column(|outcome| outcome.cost)),
            self.line("return", returns.clone()),
        ];
        let [_, _, cost, net] = &lines;
        let loss = returns.iter().filter(|net| **net < 0.0).count() as f64 / n;
        let aversion = outcomes.iter().map(|outcome| outcome.aversion).sum::<f64>() / n;
        let mut payback = column(|outcome| outcome.payback);
        payback.sort_unstable_by(f64::total_cmp);
        let paid = payback.partition_point(|months| months.is_finite()) as f64 / n;
        let within = |p| sorted_quantile(&payback, p).filter(|months| months.is_finite());
        let tail = self.confidence.tail();
        let mut sorted = returns.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let quantile = |p: f64| Some((p, sorted_quantile(&sorted, p)?));
        Ok(CaseReport {
            expected_return: net.mean,
            standard_error: net.sd / libm::sqrt(n),
            return_on_cost: (cost.mean > 0.0).then(|| net.mean / cost.mean),
            chance_of_loss: loss,
            chance_standard_error: libm::sqrt(loss * (1.0 - loss) / n),
            payback_months: within(0.5),
            payback_range: (within(tail), within(1.0 - tail)),
            chance_of_payback: paid,
            loss_aversion: self.loss_aversion,
            return_without_loss_aversion: self.loss_aversion.map(|_| net.mean - aversion),
            quantiles: SHOWN_QUANTILES.into_iter().filter_map(quantile).collect(),
            tornado: self.tornado(&inputs, &factors, &drawn, &returns),
            lines: lines.into(),
            months: self.months,
            draws: self.draws,
        })
    }

    fn inputs(&self) -> Result<[Quantity; NAMES.len()]> {
        let bad = |path: &str, message: &str| Err::<(), Error>(invalid(message).at(path));
        if !(1..=MOST_MONTHS).contains(&self.months) {
            bad("months", "from 1 to 1200 months can be looked ahead")?;
        }
        if self.delay_months >= self.months {
            bad("delay_months", "gains begin within the time that is looked ahead")?;
        }
        if !(self.discount > -1.0 && self.discount.is_finite()) {
            bad("discount", "a rate of discount is above -1")?;
        }
        if self.loss_aversion.is_some_and(|factor| !(factor >= 1.0 && factor.is_finite())) {
            bad("loss_aversion", "a loss counts at least once")?;
        }
        if !(100..=MOST_DRAWS).contains(&self.draws) {
            bad("draws", "draws are from 100 to 1000000")?;
        }
        let chain = [
            ("effect", self.effect),
            ("score_to_behaviour", self.score_to_behaviour),
            ("behaviour_to_money", self.behaviour_to_money),
        ];
        if chain.iter().any(|(_, link)| link.is_some())
            && let Some((name, _)) = chain.iter().find(|(_, link)| link.is_none())
        {
            bad(name, "the chain from the effect to money lacks a link")?;
        }
        let link = |quantity: Option<Quantity>| quantity.unwrap_or(Quantity::Fixed(0.0));
        let inputs = [
            self.cost,
            self.running_cost,
            self.saved,
            link(self.effect),
            self.driver_to_score,
            link(self.score_to_behaviour),
            link(self.behaviour_to_money),
        ];
        for (input, name) in inputs.iter().zip(NAMES) {
            input.check().map_err(|error| error.at(name))?;
        }
        Ok(inputs)
    }

    fn factors(&self) -> Factors {
        let factor = |month: u32| {
            let years = f64::from(month) / MONTHS_PER_YEAR;
            libm::pow(1.0 + self.discount, -years)
        };
        Factors {
            all: (1..=self.months).map(factor).sum::<f64>() / MONTHS_PER_YEAR,
            later: (self.delay_months + 1..=self.months).map(factor).sum::<f64>() / MONTHS_PER_YEAR,
        }
    }

    fn outcome(&self, state: &Inputs, factors: &Factors) -> Outcome {
        let [cost, running, saved, effect, to_score, to_behaviour, to_money] = *state;
        let plain = effect * to_score * to_behaviour * to_money;
        let gained = match self.loss_aversion {
            Some(factor) if plain < 0.0 => factor * plain,
            _ => plain,
        };
        let each_month = (saved + gained - running) / MONTHS_PER_YEAR;
        let delay = f64::from(self.delay_months);
        let owed = cost + running * delay / MONTHS_PER_YEAR;
        let payback = if owed <= 0.0 { 0.0 } else { delay + owed / each_month };
        let reached = owed <= 0.0 || (each_month > 0.0 && payback <= f64::from(self.months));
        Outcome {
            saved: saved * factors.later,
            gained: gained * factors.later,
            cost: cost + running * factors.all,
            aversion: (gained - plain) * factors.later,
            payback: if reached { payback } else { f64::INFINITY },
        }
    }

    fn line(&self, name: &str, mut draws: Vec<f64>) -> CaseLine {
        let (mean, sd) = moments(&draws);
        draws.sort_unstable_by(f64::total_cmp);
        let tail = self.confidence.tail();
        let end = |p| sorted_quantile(&draws, p).unwrap_or(mean);
        CaseLine { name: name.to_owned(), mean, sd, range: (end(tail), end(1.0 - tail)) }
    }

    fn tornado(
        &self,
        inputs: &[Quantity; NAMES.len()],
        factors: &Factors,
        drawn: &[Inputs],
        returns: &[f64],
    ) -> Vec<CaseInput> {
        let means = inputs.map(|input| input.mean());
        let mut rows = Vec::new();
        for (place, (input, name)) in inputs.iter().zip(NAMES).enumerate() {
            if input.is_fixed() {
                continue;
            }
            let at = |value: f64| {
                let mut state = means;
                if let Some(slot) = state.get_mut(place) {
                    *slot = value;
                }
                self.outcome(&state, factors).net()
            };
            let (low, high) = (input.quantile(TORNADO.0), input.quantile(TORNADO.1));
            let own = drawn.iter().filter_map(|state| state.get(place).copied());
            let pairs: Vec<(f64, f64)> = own.zip(returns.iter().copied()).collect();
            rows.push(CaseInput {
                input: name.to_owned(),
                low,
                high,
                return_at_low: at(low),
                return_at_high: at(high),
                swing: (at(high) - at(low)).abs(),
                importance: correlation(&pairs).map(|r| r * r),
            });
        }
        let all: f64 = rows.iter().filter_map(|row| row.importance).sum();
        for row in &mut rows {
            row.importance = row.importance.filter(|_| all > 0.0).map(|own| own / all);
        }
        // Of equals in the order of the chain.
        rows.sort_by(|a, b| b.swing.total_cmp(&a.swing));
        rows
    }
}

/// Mean and standard deviation. Amounts that are all alike are their mean exactly.
fn moments(draws: &[f64]) -> (f64, f64) {
    let n = draws.len() as f64;
    let first = draws.first().copied().unwrap_or_default();
    let mean = first + draws.iter().map(|draw| draw - first).sum::<f64>() / n;
    let squares: f64 = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum();
    (mean, libm::sqrt(squares / (n - 1.0)))
}

impl CaseReport {
    /// One row for each line, cost saved before revenue gained: `line`, `mean`, `sd`, `lower`, `upper`.
    ///
    /// ```
    /// use heedful::money::BusinessCase;
    /// let report = BusinessCase::new(100.0).saved(60.0).run()?;
    /// assert_eq!((report.to_table().len(), report.tornado_table().len()), (4, 0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.lines.iter();
        table.texts("line", rows().map(|line| Some(line.name.clone())));
        table.floats("mean", rows().map(|line| Some(line.mean)));
        table.floats("sd", rows().map(|line| Some(line.sd)));
        table.floats("lower", rows().map(|line| Some(line.range.0)));
        table.floats("upper", rows().map(|line| Some(line.range.1)));
        table
    }

    /// One row for each input that is not known exactly, from the widest swing down: `input`, `low`, `high` (its 10th and
    /// 90th percentile), `return_at_low`, `return_at_high`, `swing`, `importance`.
    #[must_use]
    pub fn tornado_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.tornado.iter();
        table.texts("input", rows().map(|row| Some(row.input.clone())));
        table.floats("low", rows().map(|row| Some(row.low)));
        table.floats("high", rows().map(|row| Some(row.high)));
        table.floats("return_at_low", rows().map(|row| Some(row.return_at_low)));
        table.floats("return_at_high", rows().map(|row| Some(row.return_at_high)));
        table.floats("swing", rows().map(|row| Some(row.swing)));
        table.floats("importance", rows().map(|row| row.importance));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::distribution::normal_cdf;

    fn chain() -> BusinessCase {
        BusinessCase::new(Quantity::Triangular { low: 80.0, mode: 100.0, high: 150.0 })
            .effect(Quantity::Normal { mean: 0.4, sd: 0.1 })
            .driver_to_score(Quantity::Uniform { low: 4.0, high: 8.0 })
            .score_to_behaviour(Quantity::Normal { mean: -0.1, sd: 0.03 })
            .behaviour_to_money(Quantity::Pert { low: -600.0, mode: -400.0, high: -300.0 })
            .draws(40_000)
    }

    #[test]
    fn a_product_of_independent_links_has_the_moments_of_theory() {
        let case = chain();
        let report = case.run().unwrap();
        let links = case.inputs().unwrap();
        let (mean, square) = links[3..].iter().fold((1.0, 1.0), |(mean, square), link| {
            let (m, s) = (link.mean(), link.sd());
            (mean * m, square * (m * m + s * s))
        });
        let years = 3.0;
        let gained = &report.lines[1];
        let sd = years * (square - mean * mean).sqrt();
        assert!((gained.mean - years * mean).abs() < 4.0 * sd / 200.0, "{gained:?}");
        assert!((gained.sd / sd - 1.0).abs() < 0.03, "{gained:?} {sd}");
        let net = years * mean - links[0].mean();
        assert!((report.expected_return - net).abs() < 4.0 * report.standard_error);
        assert!(report.tornado.iter().all(|row| row.swing > 0.0) && report.tornado.len() == 5);
        let importance: f64 = report.tornado.iter().filter_map(|row| row.importance).sum();
        assert!((importance - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_product_of_lognormals_loses_as_often_as_theory_says() {
        let link = |mean: f64, sd: f64| Quantity::Lognormal { mean, sd };
        let (a, b, c) = (link(2.0, 1.0), link(3.0, 1.0), link(5.0, 4.0));
        let case = BusinessCase::new(60.0)
            .effect(a)
            .driver_to_score(b)
            .score_to_behaviour(c)
            .behaviour_to_money(1.0)
            .months(24)
            .draws(40_000);
        let report = case.run().unwrap();
        // Below 0 where the product is below 30; its logarithm is normal.
        let (mut location, mut variance) = (0.0, 0.0);
        for (mean, sd) in [(2.0, 1.0), (3.0, 1.0), (5.0, 4.0)] {
            let own = f64::ln_1p(sd * sd / (mean * mean));
            location += f64::ln(mean) - own / 2.0;
            variance += own;
        }
        let chance = normal_cdf((f64::ln(30.0) - location) / variance.sqrt());
        assert!((report.chance_of_loss - chance).abs() < 4.0 * report.chance_standard_error);
        let median = 2.0 * location.exp() - 60.0;
        assert!((report.quantiles[2].1 - median).abs() < 1.5, "{:?} {median}", report.quantiles);
    }

    #[test]
    fn discount_and_delay_are_those_of_an_annuity() {
        let report = BusinessCase::new(0.0)
            .saved(12.0)
            .discount(0.1)
            .delay_months(6)
            .months(30)
            .run()
            .unwrap();
        let month = f64::powf(1.1, -1.0 / 12.0);
        let annuity = |n: i32| month * (1.0 - month.powi(n)) / (1.0 - month);
        let expected = annuity(30) - annuity(6);
        assert!((report.expected_return - expected).abs() < 1e-10, "{}", report.expected_return);
        let running =
            BusinessCase::new(0.0).running_cost(12.0).discount(0.1).months(30).run().unwrap();
        assert!((running.expected_return + annuity(30)).abs() < 1e-10);
        assert_eq!(running.chance_of_loss, 1.0);
    }

    #[test]
    fn payback_counts_months_and_those_that_never_pay() {
        let case = BusinessCase::new(100.0).running_cost(12.0).saved(60.0).delay_months(5);
        // 5 months of running cost are owed as well; from then on 4 come in each month.
        let report = case.clone().run().unwrap();
        assert_eq!(report.payback_months, Some(5.0 + 105.0 / 4.0));
        let never = case.months(30).run().unwrap();
        assert_eq!((never.payback_months, never.chance_of_payback), (None, 0.0));
        let rarely =
            BusinessCase::new(30.0).saved(Quantity::Uniform { low: 0.0, high: 50.0 }).months(12);
        let report = rarely.run().unwrap();
        assert!((report.chance_of_payback - 0.4).abs() < 0.02 && report.payback_months.is_none());
        assert!(report.payback_range.0.is_some() && report.payback_range.1.is_none());
        assert_eq!(report.chance_of_payback, 1.0 - report.chance_of_loss);
    }

    #[test]
    fn losses_count_twice_where_asked_and_it_is_said() {
        let case = BusinessCase::new(0.0)
            .effect(Quantity::Normal { mean: 0.0, sd: 1.0 })
            .score_to_behaviour(1.0)
            .behaviour_to_money(1.0)
            .months(12)
            .draws(40_000);
        let plain = case.clone().run().unwrap();
        let averse = case.loss_aversion(2.0).run().unwrap();
        assert!(
            (averse.return_without_loss_aversion.unwrap() - plain.expected_return).abs() < 1e-12
        );
        assert_eq!((plain.return_without_loss_aversion, averse.loss_aversion), (None, Some(2.0)));
        // The mean of the lower half of a standard normal, once more: -1 / sqrt(2 pi).
        let expected = -1.0 / (2.0 * std::f64::consts::PI).sqrt();
        assert!((averse.expected_return - expected).abs() < 4.0 * averse.standard_error);
        assert_eq!(plain.chance_of_loss, averse.chance_of_loss);
    }

    #[test]
    fn seeds_repeat_and_mistakes_are_named() {
        assert_eq!(chain().run().unwrap(), chain().run().unwrap());
        assert_ne!(chain().run().unwrap(), chain().seed(1).run().unwrap());
        let path = |case: BusinessCase| case.run().unwrap_err().path().to_owned();
        let case = || BusinessCase::new(1.0);
        assert_eq!(path(case().effect(1.0)), "score_to_behaviour");
        assert_eq!(path(case().saved(Quantity::Normal { mean: 0.0, sd: -1.0 })), "saved");
        assert_eq!(path(case().months(0)), "months");
        assert_eq!(path(case().delay_months(36)), "delay_months");
        assert_eq!(path(case().discount(-1.0)), "discount");
        assert_eq!(path(case().loss_aversion(0.5)), "loss_aversion");
        assert_eq!(path(case().draws(1)), "draws");
    }
}
