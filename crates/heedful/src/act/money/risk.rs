//! The value of customers at risk.

use serde::Serialize;

use crate::base::config::{self, Config, Object, options, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::sorted::{SortedMap, SortedSet};
use crate::base::table::Table;
use crate::interpret::columns::intervals;
use crate::interpret::mention::Mentions;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::monitor::health::points::invalid;
use crate::stats::total::{Losses, Total};
use crate::stats::{Confidence, Interval};

/// The share of the customers of a band that leaves within the time that the values are of.
///
/// In JSON a number, which is stated and taken as certain, or `{"events": 30, "n": 400}`: customers who left among those
/// that were there, whose uncertainty goes into the interval of the expected loss.
///
/// ```
/// use heedful::money::{ChurnRate, ValueAtRisk};
/// let json = r#"{"value": "revenue", "band": "band", "at_risk": ["red"], "rates": {"red": {"events": 30, "n": 400}}}"#;
/// let counted = ValueAtRisk::new("revenue").band("band", ["red"]).rate("red", ChurnRate::Counted { events: 30, n: 400 });
/// assert_eq!(ValueAtRisk::from_json(json)?, counted);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum ChurnRate {
    /// From 0 to 1, taken as certain.
    Stated(#[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))] f64),
    /// Of customers that were seen.
    Counted {
        /// Those who left.
        events: u64,
        /// All of them.
        n: u64,
    },
}

impl Config for ChurnRate {
    fn read(json: &Json) -> Result<Self> {
        if !matches!(json, Json::Object(_)) {
            return f64::read(json).map(Self::Stated);
        }
        let (mut events, mut n) = (0, 0);
        let mut object = Object::of(json)?;
        object.needs("events", &mut events);
        object.needs("n", &mut n);
        object.finish()?;
        Ok(Self::Counted { events, n })
    }
}

config::deserialized!(ChurnRate);

impl ChurnRate {
    /// The share, and the variance of it (with half a customer more of either kind, so that none of few is not certain).
    fn share(self) -> Result<(f64, f64)> {
        match self {
            Self::Stated(share) if (0.0..=1.0).contains(&share) => Ok((share, 0.0)),
            Self::Counted { events, n } if events <= n && n > 0 => {
                let (a, size) = (events as f64 + 0.5, n as f64 + 1.0);
                let variance = a * (size - a) / (size * size * (size + 1.0));
                Ok((events as f64 / n as f64, variance))
            }
            Self::Stated(_) => Err(invalid("a rate is from 0 to 1")),
            Self::Counted { .. } => {
                Err(invalid("those who left are part of the customers, of whom there is one"))
            }
        }
    }
}

/// What customers at risk are worth, and what of it is likely to be lost: the two apart.
///
/// The table has one row for each customer. **Exposure** is the value of the customers at risk: those whose probability
/// of leaving reaches a threshold, or who are in a band that is named as at risk. **Expected loss** is the sum of value
/// times probability over the same customers. A customer with several reasons counts in full with each of them, so that
/// reasons do not add up to the whole; with [`share_reasons`](Self::share_reasons) the value is divided equally among
/// them and they do. Customers without a reason are a row of their own.
///
/// Intervals take the customers as a sample of customers like them: they say what the same count would give on as many
/// others (Hall 1992, for skewed amounts). What the loss may turn out to be for *these* customers, given the
/// probabilities and each leaving independently of the others, is [`RiskRow::outcome`].
///
/// Customers who say nothing are never mixed in: where [`silent`](Self::silent) states how many of them there are for
/// each one counted as at risk, what they would add is shown apart.
///
/// ```
/// use heedful::{Column, Mentions, Responses};
/// use heedful::money::ValueAtRisk;
///
/// let customers = Responses::new()
///     .with("revenue", Column::numbers(vec![1000.0, 400.0, 250.0, 600.0]))?
///     .with("churn", Column::numbers(vec![0.5, 0.1, 0.8, 0.6]))?
///     .with("plan", Column::categories(["pro", "pro", "free", "pro"].map(Some)))?;
/// let reasons = Mentions::from_lists([vec!["price", "speed"], vec![], vec!["price"], vec![]])?;
/// let report = ValueAtRisk::new("revenue").churn("churn").by(["plan"]).silent(3.0).run_with(&customers, &reasons)?;
/// let all = &report.rows[0];
/// assert_eq!((all.value, all.at_risk, all.exposure), (2250.0, 3, 1850.0));
/// assert_eq!(all.expected_loss, Some(1000.0 * 0.5 + 250.0 * 0.8 + 600.0 * 0.6));
/// assert_eq!(all.silent_exposure, Some(3.0 * 1850.0));
/// let price = report.rows.iter().find(|row| row.kind.as_str() == "reason").unwrap();
/// assert_eq!((price.reason.to_string(), price.exposure), ("price".to_owned(), 1250.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["value"]))
)]
pub struct ValueAtRisk {
    /// The column of what a customer is worth, in money, at least 0.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    value: String,
    /// The column of the probability of leaving, from 0 to 1.
    churn: Option<String>,
    /// The column of the customer's band.
    band: Option<String>,
    /// The bands whose customers are at risk.
    at_risk: Vec<String>,
    /// The rate at which customers of a band leave, by the band's name.
    rates: SortedMap<String, ChurnRate>,
    /// Probability from which a customer is at risk, where bands do not say so.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    threshold: f64,
    /// The columns that make the segments.
    by: Vec<String>,
    /// The column of the customer's id: one that is there twice is refused.
    customer: Option<String>,
    /// Divides the value of a customer among its reasons.
    share_reasons: bool,
    /// Silent customers for each one at risk.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    silent: Option<f64>,
    /// Confidence of the intervals.
    confidence: Confidence,
}

options!(
    ValueAtRisk,
    needs [value],
    takes [churn, band, at_risk, rates, threshold, by, customer, share_reasons, silent, confidence],
    from Self::any()
);

setters!(ValueAtRisk {
    /// The column of the probability of leaving.
    churn: name,
    /// Probability from which a customer is at risk where bands do not say so; 0.5 where not set.
    threshold: f64,
    /// The columns that make the segments.
    by: names,
    /// The column of the customer's id.
    customer: name,
    /// Divides the value of a customer equally among its reasons, so that reasons add up.
    share_reasons: bool,
    /// Silent customers who feel the same for each one at risk: a number that somebody stands for, since the table cannot
    /// know it. What they would add is shown apart.
    silent: some f64,
    /// Confidence of the intervals; 0.95 where not set.
    confidence: Confidence,
});

config::written!(ValueAtRisk of money, r#"{"value": "revenue", "churn": "p", "by": ["plan"], "silent": 2}"#);

/// What a row is about.
///
/// ```
/// use heedful::money::RiskKind;
/// assert_eq!(RiskKind::SegmentReason.as_str(), "segment_reason");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskKind {
    /// All customers.
    All,
    /// A segment.
    Segment,
    /// A reason.
    Reason,
    /// A reason within a segment.
    SegmentReason,
}

impl RiskKind {
    /// The snake-case spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Segment => "segment",
            Self::Reason => "reason",
            Self::SegmentReason => "segment_reason",
        }
    }
}

/// What is at risk with some customers.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::ValueAtRisk;
/// let customers = Responses::new()
///     .with("revenue", Column::numbers(vec![100.0, 100.0]))?
///     .with("churn", Column::numbers(vec![0.5, 0.0]))?;
/// let row = &ValueAtRisk::new("revenue").churn("churn").run(&customers)?.rows[0];
/// assert_eq!((row.exposure, row.expected_loss, row.churn), (100.0, Some(50.0), Some(0.5)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RiskRow {
    /// What it is about.
    pub kind: RiskKind,
    /// The segment's values of the columns; none where it is about all segments.
    pub keys: Vec<Key>,
    /// The reason; missing for customers without one, and where it is about all of them.
    pub reason: Key,
    /// Customers whose value is known.
    pub customers: u64,
    /// What they are worth.
    pub value: f64,
    /// Those at risk.
    pub at_risk: u64,
    /// What those at risk are worth.
    pub exposure: f64,
    /// Its interval; `None` for fewer than two customers at risk.
    pub exposure_interval: Option<Interval>,
    /// Value times probability of leaving, of those at risk; `None` where no probability is known.
    pub expected_loss: Option<f64>,
    /// Its interval.
    pub loss_interval: Option<Interval>,
    /// Expected loss as a share of the exposure.
    pub churn: Option<f64>,
    /// What the loss may come to for these customers, at the same confidence: lower and upper end.
    pub outcome: Option<(f64, f64)>,
    /// Exposure times the stated number of silent customers; not part of the exposure.
    pub silent_exposure: Option<f64>,
    /// Expected loss times that number; not part of the expected loss.
    pub silent_loss: Option<f64>,
}

/// What is at risk, by segment and reason.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::ValueAtRisk;
/// let customers = Responses::new()
///     .with("revenue", Column::optional_numbers(&[Some(100.0), None]))?
///     .with("churn", Column::numbers(vec![0.5, 0.7]))?;
/// let report = ValueAtRisk::new("revenue").churn("churn").run(&customers)?;
/// assert_eq!((report.without_value, report.without_risk), (1, 0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RiskReport {
    /// The columns that made the segments.
    pub by: Vec<String>,
    /// All customers first, then segments, reasons, and reasons within segments, each in the order of their keys.
    pub rows: Vec<RiskRow>,
    /// Customers without a value: left out.
    pub without_value: u64,
    /// Customers with a value but without a band or a probability: not at risk as far as is known.
    pub without_risk: u64,
    /// The stated number of silent customers for each one at risk.
    pub silent: Option<f64>,
    /// Whether values are divided among reasons.
    pub shared: bool,
}

/// What a customer adds to rows.
struct Stake {
    value: f64,
    /// At risk, with the probability where it is known.
    risk: Option<Option<f64>>,
    /// The place of the band's rate.
    rate: Option<usize>,
}

/// The sums of a row.
#[derive(Default)]
struct Sums {
    customers: u64,
    value: f64,
    exposure: Total,
    loss: Total,
    losses: Losses,
    /// Value at risk by the rate that it is multiplied with.
    by_rate: SortedMap<usize, f64>,
}

type Cell = (RiskKind, Vec<Key>, Key);

impl ValueAtRisk {
    fn any() -> Self {
        Self {
            value: String::new(),
            churn: None,
            band: None,
            at_risk: Vec::new(),
            rates: SortedMap::new(),
            threshold: 0.5,
            by: Vec::new(),
            customer: None,
            share_reasons: false,
            silent: None,
            confidence: Confidence::default(),
        }
    }

    /// With the column of what a customer is worth.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::any() }
    }

    /// The column of the customer's band, and the bands whose customers are at risk.
    #[must_use]
    pub fn band<S: Into<String>>(
        mut self,
        column: impl Into<String>,
        at_risk: impl IntoIterator<Item = S>,
    ) -> Self {
        self.band = Some(column.into());
        self.at_risk = at_risk.into_iter().map(Into::into).collect();
        self
    }

    /// The rate at which customers of a band leave.
    #[must_use]
    pub fn rate(mut self, band: impl Into<String>, rate: ChurnRate) -> Self {
        self.rates.insert(band.into(), rate);
        self
    }

    /// Reads `{"value": "revenue", "churn": "p"}` with the names of the setters here, or `band` with `at_risk` and `rates`.
    ///
    /// ```
    /// use heedful::money::ValueAtRisk;
    /// let read = ValueAtRisk::from_json(r#"{"value": "revenue", "churn": "p", "by": ["plan"]}"#)?;
    /// assert_eq!(read, ValueAtRisk::new("revenue").churn("p").by(["plan"]));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Runs over a table with one row for each customer.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// use heedful::money::{ChurnRate, ValueAtRisk};
    /// let customers = Responses::new()
    ///     .with("revenue", Column::numbers(vec![1000.0, 400.0]))?
    ///     .with("band", Column::categories(["red", "green"].map(Some)))?;
    /// let asked = ValueAtRisk::new("revenue").band("band", ["red"]);
    /// assert_eq!(asked.run(&customers)?.rows[0].expected_loss, None); // nobody said how many of them leave
    /// let rated = asked.rate("red", ChurnRate::Stated(0.25)).run(&customers)?;
    /// assert_eq!(rated.rows[0].expected_loss, Some(250.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; `column-type` for what holds no numbers; `invalid-argument` for options that do not go together,
    /// a value below 0 or a probability outside of 0 to 1, with the row; `duplicate-key` for a customer that is there twice.
    pub fn run(&self, customers: &Responses) -> Result<RiskReport> {
        self.report(customers, None)
    }

    /// The same with the reasons of each customer.
    ///
    /// # Errors
    /// As [`run`](Self::run); `length-mismatch` where there are not as many rows of reasons as customers.
    pub fn run_with(&self, customers: &Responses, reasons: &Mentions) -> Result<RiskReport> {
        reasons.check(customers)?;
        self.report(customers, Some(reasons))
    }

    fn check(&self) -> Result<Vec<(f64, f64)>> {
        let bad = |path: &str, message: &str| Err(invalid(message).at(path));
        match (&self.churn, &self.band) {
            (None, None) => return bad("churn", "a column of probabilities or of bands is needed"),
            (_, Some(_)) if self.at_risk.is_empty() => {
                return bad("at_risk", "say which bands are at risk");
            }
            (_, None) if !self.at_risk.is_empty() => {
                return bad("band", "bands at risk need the column of bands");
            }
            (Some(_), _) if !self.rates.is_empty() => {
                return bad("rates", "either a column of probabilities or rates of bands");
            }
            _ => {}
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return bad("threshold", "a probability is from 0 to 1");
        }
        if self.silent.is_some_and(|silent| !(silent >= 0.0 && silent.is_finite())) {
            return bad("silent", "a number of customers is at least 0");
        }
        if !self.rates.is_empty()
            && let Some(band) = self.at_risk.iter().find(|band| !self.rates.contains_key(*band))
        {
            return bad(&format!("rates.{band}"), "a band at risk has no rate");
        }
        let share = |(band, rate): (&String, &ChurnRate)| {
            rate.share().map_err(|error| error.at(format!("rates.{band}")))
        };
        self.rates.iter().map(share).collect()
    }

    fn report(&self, table: &Responses, reasons: Option<&Mentions>) -> Result<RiskReport> {
        let rates = self.check()?;
        let values = table.require(&self.value)?;
        let read = Reader {
            churn: self.churn.as_ref().map(|name| table.require(name)).transpose()?,
            band: self.band.as_ref().map(|name| table.require(name)).transpose()?,
        };
        let by = self.by.iter().map(|name| table.require(name)).collect::<Result<Vec<_>>>()?;
        if let Some(customer) = &self.customer {
            unique(table.require(customer)?, customer)?;
        }
        let mut report = RiskReport {
            by: self.by.clone(),
            rows: Vec::new(),
            without_value: 0,
            without_risk: 0,
            silent: self.silent,
            shared: self.share_reasons,
        };
        let mut cells: SortedMap<Cell, Sums> = SortedMap::new();
        cells.insert((RiskKind::All, Vec::new(), Key::Missing), Sums::default());
        for row in 0..table.len() {
            let located = |error: Error, name: &str| error.at(name).on_row(row as u64);
            let Some(value) = amount(values, row).map_err(|error| located(error, &self.value))?
            else {
                report.without_value += 1;
                continue;
            };
            let Some((risk, rate)) = read.risk(self, &rates, row)? else {
                report.without_risk += 1;
                let stake = Stake { value, risk: None, rate: None };
                self.count(&mut cells, &by, reasons, row, &stake);
                continue;
            };
            self.count(&mut cells, &by, reasons, row, &Stake { value, risk, rate });
        }
        // The sample that a row is a part of is everybody whose value is known.
        let rows = table.len() as u64 - report.without_value;
        let finish = |(cell, sums)| self.row(cell, &sums, rows, &rates);
        report.rows = cells.into_iter().map(finish).collect();
        Ok(report)
    }

    /// Adds a customer to all rows that it is part of.
    fn count(
        &self,
        cells: &mut SortedMap<Cell, Sums>,
        by: &[&Column],
        reasons: Option<&Mentions>,
        row: usize,
        stake: &Stake,
    ) {
        let mut add = |cell: Cell, part: f64| cells.entry(cell).or_default().add(stake, part);
        let keys: Vec<Key> = by.iter().map(|column| column.key(row)).collect();
        add((RiskKind::All, Vec::new(), Key::Missing), 1.0);
        if !by.is_empty() {
            add((RiskKind::Segment, keys.clone(), Key::Missing), 1.0);
        }
        let Some(reasons) = reasons else { return };
        let own = reasons.row(row);
        let named = own.iter().filter_map(|code| reasons.names().get(usize::from(*code)));
        let mut names: Vec<Key> = named.map(|name| Key::text(name)).collect();
        if names.is_empty() {
            names.push(Key::Missing);
        }
        let part = if self.share_reasons { 1.0 / names.len() as f64 } else { 1.0 };
        for name in names {
            if !by.is_empty() {
                add((RiskKind::SegmentReason, keys.clone(), name.clone()), part);
            }
            add((RiskKind::Reason, Vec::new(), name), part);
        }
    }

    fn row(
        &self,
        (kind, keys, reason): Cell,
        sums: &Sums,
        rows: u64,
        rates: &[(f64, f64)],
    ) -> RiskRow {
        let known = self.churn.is_some() || !self.rates.is_empty();
        let further: f64 = (sums.by_rate.iter())
            .filter_map(|(place, value)| Some(value * value * rates.get(*place)?.1))
            .sum();
        let expected = known.then_some(sums.loss.sum);
        let tail = self.confidence.tail();
        let silent = |amount: f64| self.silent.map(|silent| silent * amount);
        RiskRow {
            kind,
            keys,
            reason,
            customers: sums.customers,
            value: sums.value,
            at_risk: sums.exposure.n,
            exposure: sums.exposure.sum,
            exposure_interval: sums.exposure.interval(rows, 0.0, self.confidence),
            expected_loss: expected,
            loss_interval: expected
                .and_then(|_| sums.loss.interval(rows, further, self.confidence)),
            churn: expected
                .filter(|_| sums.exposure.sum > 0.0)
                .map(|loss| loss / sums.exposure.sum),
            outcome: expected
                .filter(|_| sums.exposure.n > 0)
                .map(|_| (sums.losses.quantile(tail), sums.losses.quantile(1.0 - tail))),
            silent_exposure: silent(sums.exposure.sum),
            silent_loss: expected.and_then(silent),
        }
    }
}

impl Sums {
    fn add(&mut self, stake: &Stake, part: f64) {
        let value = part * stake.value;
        self.customers += 1;
        self.value += value;
        let Some(probability) = stake.risk else { return };
        self.exposure.add(value);
        if let Some(probability) = probability {
            self.loss.add(value * probability);
            self.losses.add(value, probability);
            if let Some(rate) = stake.rate {
                *self.by_rate.entry(rate).or_default() += value;
            }
        }
    }
}

/// The columns that say who is at risk.
struct Reader<'a> {
    churn: Option<&'a Column>,
    band: Option<&'a Column>,
}

/// Whether a customer is at risk, with the probability where it is known; and the place of the band's rate.
type Risk = (Option<Option<f64>>, Option<usize>);

impl Reader<'_> {
    /// `None` where nothing is known.
    fn risk(&self, asked: &ValueAtRisk, rates: &[(f64, f64)], row: usize) -> Result<Option<Risk>> {
        let name = asked.churn.as_deref().unwrap_or_default();
        let mut probability = None;
        if let Some(column) = self.churn {
            let located = |error: Error| error.at(name).on_row(row as u64);
            probability = column.float(row).map_err(located)?;
            if probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
                return Err(located(invalid("a probability is from 0 to 1")));
            }
            if probability.is_none() {
                return Ok(None);
            }
        }
        let Some(column) = self.band else {
            let risk = probability.filter(|p| *p >= asked.threshold);
            return Ok(Some((risk.map(Some), None)));
        };
        let key = column.key(row);
        if key == Key::Missing {
            return Ok(None);
        }
        let band = key.to_string();
        if !asked.at_risk.contains(&band) {
            return Ok(Some((None, None)));
        }
        let place = asked.rates.keys().position(|known| *known == band);
        let rate = place.and_then(|place| rates.get(place)).map(|rate| rate.0);
        Ok(Some((Some(probability.or(rate)), place)))
    }
}

/// An amount of money of a row; `None` where it is missing.
///
/// # Errors
/// `column-type`; `invalid-argument` for one that is below 0 or infinite.
pub(super) fn amount(column: &Column, row: usize) -> Result<Option<f64>> {
    let value = column.float(row)?;
    if value.is_some_and(|value| !(value >= 0.0 && value.is_finite())) {
        return Err(invalid("an amount is a number of at least 0"));
    }
    Ok(value)
}

/// # Errors
/// `duplicate-key` with the row for a customer that has a row above; missing ones are nobody.
fn unique(column: &Column, name: &str) -> Result<()> {
    let mut seen = SortedSet::new();
    for row in 0..column.len() {
        let key = column.key(row);
        if key != Key::Missing && !seen.insert(key) {
            let message = "the customer has a row above already";
            return Err(Error::new(ErrorCode::DuplicateKey, message).at(name).on_row(row as u64));
        }
    }
    Ok(())
}

impl RiskReport {
    /// One row for each: `kind` (`all`, `segment`, `reason`, `segment_reason`), the columns of the segments, `reason`,
    /// `customers`, `value`, `at_risk`, `exposure`, `exposure_lower`, `exposure_upper`, `expected_loss`, `loss_lower`,
    /// `loss_upper`, `churn`, `outcome_lower`, `outcome_upper`, `silent_exposure`, `silent_loss`.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// use heedful::money::ValueAtRisk;
    /// let customers = Responses::new()
    ///     .with("revenue", Column::numbers(vec![100.0, 100.0]))?
    ///     .with("churn", Column::numbers(vec![0.5, 0.0]))?;
    /// let table = ValueAtRisk::new("revenue").churn("churn").run(&customers)?.to_table();
    /// assert_eq!((table.len(), table.columns()[0].name.as_str()), (1, "kind"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        table.texts("kind", rows().map(|row| Some(row.kind.as_str())));
        for (place, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|row| row.keys.get(place).unwrap_or(&Key::Missing)));
        }
        table.texts("reason", rows().map(|row| row.reason.known()));
        table.ints("customers", rows().map(|row| Some(row.customers)));
        table.floats("value", rows().map(|row| Some(row.value)));
        table.ints("at_risk", rows().map(|row| Some(row.at_risk)));
        table.floats("exposure", rows().map(|row| Some(row.exposure)));
        intervals(&mut table, "exposure_", rows().map(|row| row.exposure_interval));
        table.floats("expected_loss", rows().map(|row| row.expected_loss));
        intervals(&mut table, "loss_", rows().map(|row| row.loss_interval));
        table.floats("churn", rows().map(|row| row.churn));
        table.floats("outcome_lower", rows().map(|row| row.outcome.map(|ends| ends.0)));
        table.floats("outcome_upper", rows().map(|row| row.outcome.map(|ends| ends.1)));
        table.floats("silent_exposure", rows().map(|row| row.silent_exposure));
        table.floats("silent_loss", rows().map(|row| row.silent_loss));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customers() -> Responses {
        Responses::new()
            .with(
                "value",
                Column::optional_numbers(&[
                    Some(100.0),
                    Some(200.0),
                    Some(300.0),
                    None,
                    Some(50.0),
                ]),
            )
            .and_then(|t| {
                t.with(
                    "p",
                    Column::optional_numbers(&[Some(0.6), Some(0.2), Some(0.5), Some(0.9), None]),
                )
            })
            .and_then(|t| {
                t.with(
                    "band",
                    Column::categories([
                        Some("red"),
                        Some("green"),
                        Some("yellow"),
                        Some("red"),
                        None,
                    ]),
                )
            })
            .and_then(|t| {
                t.with(
                    "plan",
                    Column::categories([Some("a"), Some("b"), None, Some("a"), Some("b")]),
                )
            })
            .unwrap()
    }

    #[test]
    fn exposure_and_loss_are_apart_and_nobody_vanishes() {
        let asked = ValueAtRisk::new("value").churn("p").by(["plan"]);
        let report = asked.run(&customers()).unwrap();
        assert_eq!((report.without_value, report.without_risk), (1, 1));
        let all = &report.rows[0];
        assert_eq!((all.customers, all.value, all.at_risk, all.exposure), (4, 650.0, 2, 400.0));
        assert_eq!((all.expected_loss, all.churn), (Some(210.0), Some(0.525)));
        assert_eq!((all.silent_exposure, all.silent_loss), (None, None));
        let segments: Vec<(String, f64)> =
            report.rows[1..].iter().map(|r| (r.keys[0].to_string(), r.exposure)).collect();
        assert_eq!(segments.iter().map(|s| s.1).sum::<f64>(), all.exposure);
        assert_eq!(segments.len(), 3);
        assert_eq!(report.rows[3].keys, [Key::Missing]);
    }

    #[test]
    fn reasons_count_in_full_or_are_shared() {
        let lists = [vec!["x", "y"], vec!["x"], vec![], vec!["x"], vec![]];
        let mentions = Mentions::from_lists(lists).unwrap();
        let asked = ValueAtRisk::new("value").churn("p").by(["plan"]);
        let reasons = |asked: &ValueAtRisk| -> Vec<(String, f64)> {
            let report = asked.run_with(&customers(), &mentions).unwrap();
            let rows = report.rows.iter().filter(|row| row.kind == RiskKind::Reason);
            rows.map(|row| (row.reason.to_string(), row.exposure)).collect()
        };
        let full = reasons(&asked);
        assert_eq!(full.iter().map(|r| r.1).collect::<Vec<_>>(), [100.0, 100.0, 300.0]);
        let shared = reasons(&asked.clone().share_reasons(true));
        assert_eq!(shared.iter().map(|r| r.1).collect::<Vec<_>>(), [50.0, 50.0, 300.0]);
        let report = asked.share_reasons(true).run_with(&customers(), &mentions).unwrap();
        for kind in [RiskKind::Segment, RiskKind::Reason, RiskKind::SegmentReason] {
            let rows = report.rows.iter().filter(|row| row.kind == kind);
            let sums =
                rows.fold((0.0, 0.0), |s, r| (s.0 + r.value, s.1 + r.expected_loss.unwrap()));
            assert!((sums.0 - 650.0).abs() < 1e-9 && (sums.1 - 210.0).abs() < 1e-9, "{kind:?}");
        }
    }

    #[test]
    fn bands_have_rates_whose_uncertainty_counts() {
        let bands = ValueAtRisk::new("value").band("band", ["red", "yellow"]);
        let report = bands.run(&customers()).unwrap();
        assert_eq!((report.rows[0].exposure, report.rows[0].expected_loss), (400.0, None));
        assert_eq!(report.without_risk, 1);
        let stated = bands
            .clone()
            .rate("red", ChurnRate::Stated(0.5))
            .rate("yellow", ChurnRate::Stated(0.1));
        let counted = bands
            .clone()
            .rate("red", ChurnRate::Counted { events: 5, n: 10 })
            .rate("yellow", ChurnRate::Counted { events: 1, n: 10 });
        let [stated, counted] = [stated, counted].map(|asked| asked.run(&customers()).unwrap());
        assert_eq!(stated.rows[0].expected_loss, Some(80.0));
        assert_eq!(counted.rows[0].expected_loss, Some(80.0));
        let width = |report: &RiskReport| report.rows[0].loss_interval.unwrap().upper;
        assert!(width(&counted) > width(&stated));
        let missing = bands.rate("red", ChurnRate::Stated(0.5)).run(&customers()).unwrap_err();
        assert_eq!((missing.code(), missing.path()), (ErrorCode::InvalidArgument, "rates.yellow"));
    }

    #[test]
    fn mistakes_are_named() {
        let fails = |asked: ValueAtRisk| {
            let error = asked.run(&customers()).unwrap_err();
            (error.code().as_str(), error.path().to_owned(), error.row())
        };
        assert_eq!(fails(ValueAtRisk::new("value")), ("invalid-argument", "churn".into(), None));
        assert_eq!(fails(ValueAtRisk::new("value").churn("value")).0, "invalid-argument");
        assert_eq!(fails(ValueAtRisk::new("value").churn("value")).2, Some(0));
        assert_eq!(
            fails(ValueAtRisk::new("plan").churn("p")),
            ("column-type", "plan".into(), Some(0))
        );
        let twice = ValueAtRisk::new("value").churn("p").customer("plan");
        assert_eq!(fails(twice), ("duplicate-key", "plan".into(), Some(3)));
        let silent = ValueAtRisk::new("value").churn("p").silent(-1.0);
        assert_eq!(fails(silent), ("invalid-argument", "silent".into(), None));
    }
}
