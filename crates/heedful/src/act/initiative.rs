//! Changes meant for everybody: whom they concern, what they did, and whom to tell.

use serde::Serialize;

use super::money::panel::{Outcome, controls, units};
use crate::base::config::{self, names, options, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::interpret::columns::intervals;
use crate::interpret::flag::truths;
use crate::interpret::mention::Mentions;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::monitor::health::points::invalid;
use crate::monitor::health::reading::millis;
use crate::stats::regression::Design;
use crate::stats::{Comparison, Confidence, Interval, clustered};

/// How the effect of an initiative is told.
///
/// ```
/// use heedful::initiative::{Initiative, Method};
/// let json = r#"{"name": "faster", "method": "randomised", "outcome": "rating", "treated": "new"}"#;
/// assert_eq!(Initiative::from_json(json)?, Initiative::new("faster").method(Method::Randomised).outcome("rating").treated("new"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Chance decided who was treated: the treated less the others, from the start on.
    Randomised,
    /// What changed for the treated less what changed for the others (D. Card and A. Krueger, "Minimum wages and
    /// employment", American Economic Review 84, 1994). It takes it that both would have moved alike otherwise.
    #[default]
    DifferenceInDifferences,
}

names!(Method {
    Randomised = "randomised",
    DifferenceInDifferences = "difference_in_differences",
});

/// A change meant for everybody, not for one customer: the reasons that it is to do away with, its effort and its start.
///
/// Over a table of responses it says three things. **Whom it concerns**: customers who gave one of its reasons before it
/// started. **What it did**: the effect on an outcome (a rating, or a yes or no in points of 100) by comparing the treated
/// with the others, by least squares with controls, standard errors between customers where one answers several times
/// (Liang and Zeger 1986). A check looks at the time before the start, where there is no effect to find: treated against
/// others if chance decided, otherwise whether the two moved apart from the earlier half to the later. **Whom to tell**
/// what changed because of them; customers who asked not to be contacted are counted but not listed.
///
/// ```
/// use heedful::{Column, Mentions, Responses};
/// use heedful::initiative::{Initiative, Method};
///
/// let responses = Responses::new()
///     .with("customer", Column::categories(["ada", "bob", "cem", "ada"].map(Some)))?
///     .with("month", Column::numbers(vec![1_u8, 1, 2, 5]))?
///     .with("silent", Column::numbers(vec![0_u8, 1, 0, 0]))?;
/// let reasons = Mentions::from_lists([vec!["wait"], vec!["wait"], vec!["price"], vec!["wait"]])?;
/// let report = Initiative::new("more staff at noon")
///     .target(["wait"]).customer("customer").at("month").start(3.0).do_not_contact("silent")
///     .run_with(&responses, &reasons)?;
/// assert_eq!((report.affected, report.withheld, report.tell.len()), (2, 1, 1));
/// assert_eq!(report.tell[0].customer.to_string(), "ada");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["name"]))
)]
pub struct Initiative {
    /// What it is called.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    name: String,
    /// The reasons that it is to do away with.
    target: Vec<String>,
    /// What it takes, in a unit of yours, above 0.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    effort: Option<f64>,
    /// When it started: milliseconds since 1970 where `at` holds times, else a number as those of `at`.
    start: Option<f64>,
    /// The column of the time of a response: times or numbers.
    at: Option<String>,
    /// The column of the customer.
    customer: Option<String>,
    /// The column that is true for customers who asked not to be contacted.
    do_not_contact: Option<String>,
    /// The column of what it is to change: a number, or a yes or no.
    outcome: Option<String>,
    /// The column that is true where the initiative reached.
    treated: Option<String>,
    /// How its effect is told.
    method: Method,
    /// Columns of what else may be behind the outcome.
    controls: Vec<String>,
    /// Confidence of the intervals.
    confidence: Confidence,
}

options!(
    Initiative,
    needs [name],
    takes [
        target, effort, start, at, customer, do_not_contact, outcome, treated, method, controls, confidence
    ],
    from Self::any()
);

setters!(Initiative {
    /// The reasons that it is to do away with.
    target: names,
    /// What it takes, in a unit of yours.
    effort: some f64,
    /// When it started: milliseconds since 1970 where `at` holds times, else a number as those of `at`.
    start: some f64,
    /// The column of the time of a response: times or numbers.
    at: name,
    /// The column of the customer.
    customer: name,
    /// The column that is true for customers who asked not to be contacted.
    do_not_contact: name,
    /// The column of what it is to change: a number, or a yes or no, which counts as 100 and 0.
    outcome: name,
    /// The column that is true where the initiative reached. In a comparison of differences also before the start.
    treated: name,
    /// How its effect is told; by difference in differences where not set.
    method: Method,
    /// Columns of what else may be behind the outcome, as numbers or names.
    controls: names,
    /// Confidence of the intervals; 0.95 where not set.
    confidence: Confidence,
});

config::written!(Initiative of initiative, r#"{"name": "faster", "target": ["wait"], "effort": 3}"#);

/// Somebody to tell what changed because of what they said.
///
/// ```
/// use heedful::{Column, Key, Mentions, Responses};
/// use heedful::initiative::Initiative;
/// let responses = Responses::new().with("who", Column::categories([Some("ada"), None]))?;
/// let reasons = Mentions::from_lists([vec!["wait"], vec!["wait"]])?;
/// let report = Initiative::new("staff").target(["wait"]).customer("who").run_with(&responses, &reasons)?;
/// let ada = &report.tell[0];
/// assert_eq!((&ada.customer, ada.row, ada.responses, ada.reasons.join(", ")), (&Key::text("ada"), 0, 1, "wait".to_owned()));
/// assert_eq!(report.nameless, 1);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ToTell {
    /// The customer.
    pub customer: Key,
    /// The row of the latest response with one of the reasons, from 0.
    pub row: u64,
    /// Responses with one of the reasons.
    pub responses: u64,
    /// The reasons that were given, in the order of the initiative.
    pub reasons: Vec<String>,
}

/// The responses of a group and time.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::initiative::{Initiative, Method};
/// let table = Responses::new()
///     .with("rating", Column::numbers(vec![9.0, 7.0, 5.0, 6.0]))?
///     .with("new", Column::numbers(vec![1_u8, 1, 0, 0]))?;
/// let report = Initiative::new("new form").method(Method::Randomised).outcome("rating").treated("new").run(&table)?;
/// let treated = report.cells.iter().find(|cell| cell.treated).unwrap();
/// assert_eq!((treated.after, treated.n, treated.mean), (true, 2, Some(8.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct InitiativeCell {
    /// Whether the initiative reached them.
    pub treated: bool,
    /// From the start on.
    pub after: bool,
    /// Responses whose outcome is known.
    pub n: u64,
    /// Their mean outcome; `None` without any.
    pub mean: Option<f64>,
}

/// What an initiative did, or what was found where there was nothing to find.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::initiative::Initiative;
/// // Both groups gained a point; the treated gained two more.
/// let rating: Vec<f64> = (0..80).map(|i| 5.0 + f64::from(i % 3) + f64::from(i / 40) * (1.0 + 2.0 * f64::from(i % 2))).collect();
/// let table = Responses::new()
///     .with("rating", Column::numbers(rating))?
///     .with("new", Column::numbers((0..80).map(|i| u8::from(i % 2 == 1)).collect::<Vec<_>>()))?
///     .with("month", Column::numbers((0..80).map(|i| i64::from(i) / 40).collect::<Vec<_>>()))?;
/// let report = Initiative::new("new form").outcome("rating").treated("new").at("month").start(1.0).run(&table)?;
/// let effect = report.effect.unwrap();
/// assert!(effect.interval.contains(2.0) && effect.p_value.unwrap() < 0.001);
/// assert_eq!((effect.n, effect.customers), (80, 80));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct InitiativeEffect {
    /// In points of the outcome.
    pub value: f64,
    /// Its standard error, between customers.
    pub standard_error: f64,
    /// Its interval (t, with as many degrees of freedom as customers less one).
    pub interval: Interval,
    /// Of no effect.
    pub p_value: Option<f64>,
    /// Responses.
    pub n: u64,
    /// Customers that they are of.
    pub customers: u64,
}

/// Whom an initiative concerns, what it did, and whom to tell.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::initiative::Initiative;
/// let table = Responses::new().with("rating", Column::numbers(vec![9_u8]))?;
/// let report = Initiative::new("nothing yet").run(&table)?;
/// assert!(report.effect.is_none() && report.tell_table().is_empty());
/// assert_eq!((report.affected, report.cells_table().len()), (0, 0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct InitiativeReport {
    /// What it is called.
    pub name: String,
    /// What it takes.
    pub effort: Option<f64>,
    /// Customers who gave one of its reasons before the start; responses without a customer count one by one.
    pub affected: u64,
    /// Their responses with one of its reasons.
    pub affected_responses: u64,
    /// Affected customers for each unit of effort.
    pub affected_per_effort: Option<f64>,
    /// Who is to be told, in the order of customers.
    pub tell: Vec<ToTell>,
    /// Affected customers who asked not to be contacted.
    pub withheld: u64,
    /// Affected responses without a customer: nobody can be told.
    pub nameless: u64,
    /// What it did; `None` where no outcome is named.
    pub effect: Option<InitiativeEffect>,
    /// The same before the start, where there was nothing to find; `None` where nothing was before.
    pub check: Option<InitiativeEffect>,
    /// The means behind the effect.
    pub cells: Vec<InitiativeCell>,
}

/// A response with what the effect is told by.
struct Case {
    unit: usize,
    value: f64,
    treated: f64,
    /// From the start on.
    after: bool,
    at: Option<f64>,
    controls: Vec<f64>,
}

impl Initiative {
    fn any() -> Self {
        Self {
            name: String::new(),
            target: Vec::new(),
            effort: None,
            start: None,
            at: None,
            customer: None,
            do_not_contact: None,
            outcome: None,
            treated: None,
            method: Method::default(),
            controls: Vec::new(),
            confidence: Confidence::default(),
        }
    }

    /// With its name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::any() }
    }

    /// Reads `{"name": "faster", "target": ["wait"]}` with the names of the setters here.
    ///
    /// ```
    /// use heedful::initiative::Initiative;
    /// let read = Initiative::from_json(r#"{"name": "faster", "target": ["wait"], "effort": 3}"#)?;
    /// assert_eq!(read, Initiative::new("faster").target(["wait"]).effort(3.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Runs over a table of responses without reasons: what the initiative did.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// use heedful::initiative::{Initiative, Method};
    /// let table = Responses::new()
    ///     .with("rating", Column::numbers(vec![9.0, 7.0, 5.0, 6.0]))?
    ///     .with("new", Column::numbers(vec![1_u8, 1, 0, 0]))?;
    /// let report = Initiative::new("form").method(Method::Randomised).outcome("rating").treated("new").run(&table)?;
    /// assert!((report.effect.unwrap().value - 2.5).abs() < 1e-12);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; `column-type`; `invalid-argument` for options that do not go together; `too-few` where the effect
    /// cannot be told: one side has no responses, or controls are collinear.
    pub fn run(&self, table: &Responses) -> Result<InitiativeReport> {
        self.report(table, None)
    }

    /// The same with the reasons of each response.
    ///
    /// # Errors
    /// As [`run`](Self::run); `length-mismatch` where there are not as many rows of reasons as responses; `unknown-name` for
    /// a reason that is not among them: a mapper knows all reasons of its taxonomy, a column those that somebody gave.
    pub fn run_with(&self, table: &Responses, reasons: &Mentions) -> Result<InitiativeReport> {
        reasons.check(table)?;
        self.report(table, Some(reasons))
    }

    fn check(&self, reasons: Option<&Mentions>) -> Result<()> {
        let bad = |path: &str, message: &str| Err(invalid(message).at(path));
        if self.effort.is_some_and(|effort| !(effort > 0.0 && effort.is_finite())) {
            return bad("effort", "an effort is a number above 0");
        }
        if self.start.is_some_and(|start| !start.is_finite()) {
            return bad("start", "a start is a finite number");
        }
        if self.start.is_some() != self.at.is_some() {
            return bad("start", "a start needs the column of times, and times a start");
        }
        if self.outcome.is_some() != self.treated.is_some() {
            return bad("treated", "an effect needs the outcome and whom the initiative reached");
        }
        let differences = self.method == Method::DifferenceInDifferences;
        if self.outcome.is_some() && differences && self.start.is_none() {
            return bad("start", "differences before and after need a start");
        }
        if !self.target.is_empty() && reasons.is_none() {
            return bad("reasons", "nothing tells the reasons of responses");
        }
        Ok(())
    }

    fn report(&self, table: &Responses, reasons: Option<&Mentions>) -> Result<InitiativeReport> {
        self.check(reasons)?;
        let times = self.at.as_ref().map(|name| times(table, name)).transpose()?;
        let customer = self.customer.as_ref().map(|name| table.require(name)).transpose()?;
        let mut report = InitiativeReport {
            name: self.name.clone(),
            effort: self.effort,
            affected: 0,
            affected_responses: 0,
            affected_per_effort: None,
            tell: Vec::new(),
            withheld: 0,
            nameless: 0,
            effect: None,
            check: None,
            cells: Vec::new(),
        };
        if let Some(reasons) = reasons {
            self.concern(&mut report, table, reasons, customer, times.as_deref())?;
        }
        if let (Some(outcome), Some(treated)) = (&self.outcome, &self.treated) {
            let cases = self.cases(table, outcome, treated, customer, times.as_deref())?;
            report.cells = cells(&cases);
            report.check = self.before(&cases);
            report.effect = Some(self.effect(&cases).ok_or_else(|| {
                let message = "too few responses on a side, or controls say the same: the effect cannot be told";
                Error::new(ErrorCode::TooFew, message).at(outcome)
            })?);
        }
        Ok(report)
    }

    /// Whom it concerns, and whom to tell.
    fn concern(
        &self,
        report: &mut InitiativeReport,
        table: &Responses,
        reasons: &Mentions,
        customer: Option<&Column>,
        times: Option<&[Option<f64>]>,
    ) -> Result<()> {
        let code = |name: &String| reasons.require(name).map_err(|error| error.at("target"));
        let codes = self.target.iter().map(code).collect::<Result<Vec<u16>>>()?;
        let silent = match &self.do_not_contact {
            Some(name) => Some(truths(table.require(name)?).map_err(|error| error.at(name))?),
            None => None,
        };
        let asked_not =
            |row: usize| silent.as_ref().and_then(|s| s.get(row)).is_some_and(|s| *s != 0);
        // Who asked not to be contacted in any row, not just in that of the reason.
        let mut withheld: SortedMap<Key, bool> = SortedMap::new();
        let mut found: SortedMap<Key, (ToTell, Vec<bool>, Option<f64>)> = SortedMap::new();
        for row in 0..table.len() {
            let key = customer.map_or(Key::Missing, |column| column.key(row));
            if key != Key::Missing && asked_not(row) {
                withheld.insert(key.clone(), true);
            }
            let at = times.and_then(|times| times.get(row).copied().flatten());
            let before = match (self.start, times) {
                (Some(start), Some(_)) => at.is_some_and(|at| at < start),
                _ => true,
            };
            let given = reasons.row(row);
            let own: Vec<bool> = codes.iter().map(|code| given.contains(code)).collect();
            if !before || !own.contains(&true) {
                continue;
            }
            report.affected_responses += 1;
            if key == Key::Missing {
                report.nameless += 1;
                continue;
            }
            let first = || {
                let tell = ToTell {
                    customer: key.clone(),
                    row: row as u64,
                    responses: 0,
                    reasons: Vec::new(),
                };
                (tell, vec![false; codes.len()], at)
            };
            let (tell, given, latest) = found.entry(key.clone()).or_insert_with(first);
            tell.responses += 1;
            // Of equal times, and without any, the later row.
            if at >= *latest {
                (tell.row, *latest) = (row as u64, at);
            }
            given.iter_mut().zip(own).for_each(|(given, own)| *given |= own);
        }
        report.affected = found.len() as u64 + report.nameless;
        report.affected_per_effort = self.effort.map(|effort| report.affected as f64 / effort);
        for (key, (mut tell, given, _)) in found {
            if withheld.contains_key(&key) {
                report.withheld += 1;
                continue;
            }
            let named = self.target.iter().zip(given).filter(|(_, given)| *given);
            tell.reasons = named.map(|(name, _)| name.clone()).collect();
            report.tell.push(tell);
        }
        Ok(())
    }

    fn cases(
        &self,
        table: &Responses,
        outcome: &str,
        treated: &str,
        customer: Option<&Column>,
        times: Option<&[Option<f64>]>,
    ) -> Result<Vec<Case>> {
        let outcome = Outcome::of(table, outcome)?;
        let column = table.require(treated)?;
        let flags = truths(column).map_err(|error| error.at(treated))?;
        let controls = controls(table, &self.controls)?;
        let (units, _) = units(customer, table.len());
        let mut cases = Vec::new();
        for (row, (unit, flag)) in units.into_iter().zip(flags.iter()).enumerate() {
            let at = times.and_then(|times| times.get(row).copied().flatten());
            let own: Option<Vec<f64>> =
                controls.iter().map(|values| values.get(row).copied().flatten()).collect();
            let (Some(value), Some(controls)) = (outcome.at(row), own) else { continue };
            // Nobody knows on which side a response without a time or a group is.
            if (times.is_some() && at.is_none()) || column.key(row) == Key::Missing {
                continue;
            }
            let after = at.zip(self.start).is_none_or(|(at, start)| at >= start);
            let treated = f64::from(u8::from(*flag != 0));
            cases.push(Case { unit, value, treated, after, at, controls });
        }
        Ok(cases)
    }

    fn effect(&self, cases: &[Case]) -> Option<InitiativeEffect> {
        match self.method {
            Method::Randomised => {
                let after: Vec<&Case> = cases.iter().filter(|case| case.after).collect();
                self.compare(&after, None)
            }
            Method::DifferenceInDifferences => {
                let all: Vec<&Case> = cases.iter().collect();
                self.compare(&all, self.start)
            }
        }
    }

    /// What is found before the start, where there is nothing to find.
    fn before(&self, cases: &[Case]) -> Option<InitiativeEffect> {
        let before: Vec<&Case> = cases.iter().filter(|case| !case.after).collect();
        match self.method {
            Method::Randomised => self.compare(&before, None),
            Method::DifferenceInDifferences => {
                let mut times: Vec<f64> = before.iter().filter_map(|case| case.at).collect();
                times.sort_unstable_by(f64::total_cmp);
                self.compare(&before, times.get(times.len() / 2).copied())
            }
        }
    }

    /// The treated against the others; with a time what changed at it.
    fn compare(&self, cases: &[&Case], split: Option<f64>) -> Option<InitiativeEffect> {
        let (mut values, mut response, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
        let mut numbers: SortedMap<usize, usize> = SortedMap::new();
        for case in cases {
            if let Some(split) = split {
                let after = f64::from(u8::from(case.at.is_some_and(|at| at >= split)));
                values.extend([case.treated * after, case.treated, after]);
            } else {
                values.push(case.treated);
            }
            values.extend(&case.controls);
            response.push(case.value);
            let next = numbers.len();
            clusters.push(*numbers.entry(case.unit).or_insert(next));
        }
        let controls = cases.first().map_or(0, |case| case.controls.len());
        let width = controls + if split.is_some() { 3 } else { 1 };
        let weights = vec![1.0; response.len()];
        let design = Design { values: &values, width, weights: &weights };
        let fit = clustered::linear(design, &response, &clusters)?;
        let Comparison { difference, standard_error, interval, p_value, .. } =
            fit.test(1, self.confidence)?;
        Some(InitiativeEffect {
            value: difference,
            standard_error,
            interval,
            p_value,
            n: response.len() as u64,
            customers: fit.clusters as u64,
        })
    }
}

fn cells(cases: &[Case]) -> Vec<InitiativeCell> {
    let sides = [(false, false), (false, true), (true, false), (true, true)];
    let cell = |(treated, after): (bool, bool)| {
        let own =
            cases.iter().filter(|case| (case.treated > 0.0) == treated && case.after == after);
        let (n, sum) = own.fold((0_u64, 0.0), |(n, sum), case| (n + 1, sum + case.value));
        let mean = (n > 0).then(|| sum / n as f64);
        InitiativeCell { treated, after, n, mean }
    };
    sides.map(cell).into_iter().filter(|cell| cell.n > 0).collect()
}

/// The time of each row as a number.
fn times(table: &Responses, name: &str) -> Result<Vec<Option<f64>>> {
    let column = table.require(name)?;
    let read = |row: usize| match column {
        Column::Time(times) => Ok(millis(times, row)),
        other => other.float(row).map_err(|error| error.at(name).on_row(row as u64)),
    };
    (0..table.len()).map(read).collect()
}

impl InitiativeReport {
    /// The effect, then the check: `what` (`effect`, `check`), `value`, `standard_error`, `lower`, `upper`, `p_value`, `n`,
    /// `customers`.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// use heedful::initiative::{Initiative, Method};
    /// let table = Responses::new()
    ///     .with("rating", Column::numbers(vec![9.0, 7.0, 5.0, 6.0]))?
    ///     .with("new", Column::numbers(vec![1_u8, 1, 0, 0]))?;
    /// let report = Initiative::new("form").method(Method::Randomised).outcome("rating").treated("new").run(&table)?;
    /// assert_eq!((report.to_table().len(), report.cells_table().len()), (1, 2));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let both = [("effect", &self.effect), ("check", &self.check)];
        let rows = || both.iter().filter_map(|(what, found)| Some((*what, found.as_ref()?)));
        table.texts("what", rows().map(|(what, _)| Some(what)));
        table.floats("value", rows().map(|(_, found)| Some(found.value)));
        table.floats("standard_error", rows().map(|(_, found)| Some(found.standard_error)));
        intervals(&mut table, "", rows().map(|(_, found)| Some(found.interval)));
        table.floats("p_value", rows().map(|(_, found)| found.p_value));
        table.ints("n", rows().map(|(_, found)| Some(found.n)));
        table.ints("customers", rows().map(|(_, found)| Some(found.customers)));
        table
    }

    /// One row for each customer to tell: `customer`, `row`, `responses`, `reasons` (apart by `; `).
    #[must_use]
    pub fn tell_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.tell.iter();
        table.keys("customer", rows().map(|tell| &tell.customer));
        table.ints("row", rows().map(|tell| Some(tell.row)));
        table.ints("responses", rows().map(|tell| Some(tell.responses)));
        table.texts("reasons", rows().map(|tell| Some(tell.reasons.join("; "))));
        table
    }

    /// One row for each group and time with responses: `treated`, `after`, `n`, `mean`.
    #[must_use]
    pub fn cells_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.cells.iter();
        table.bools("treated", rows().map(|cell| Some(cell.treated)));
        table.bools("after", rows().map(|cell| Some(cell.after)));
        table.ints("n", rows().map(|cell| Some(cell.n)));
        table.floats("mean", rows().map(|cell| cell.mean));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    fn outcome(i: i64) -> f64 {
        let (customer, month) = (i / 4, i % 4);
        let treated = customer % 2;
        (3 * i * i % 11) as f64 / 2.0
            + (customer % 5) as f64
            + 0.7 * month as f64
            + if treated == 1 && month >= 2 { 1.5 } else { 0.0 }
    }

    /// Sixteen customers with an answer in each of four months; every other one is treated from month 2 on.
    fn table() -> Responses {
        let rows = 0..64_i64;
        Responses::new()
            .with("customer", Column::numbers(rows.clone().map(|i| i / 4).collect::<Vec<_>>()))
            .and_then(|t| {
                t.with("month", Column::numbers(rows.clone().map(|i| i % 4).collect::<Vec<_>>()))
            })
            .and_then(|t| {
                t.with(
                    "treated",
                    Column::numbers(rows.clone().map(|i| i / 4 % 2).collect::<Vec<_>>()),
                )
            })
            .and_then(|t| {
                t.with("size", Column::numbers(rows.clone().map(|i| i / 4 % 5).collect::<Vec<_>>()))
            })
            .and_then(|t| t.with("rating", Column::numbers(rows.map(outcome).collect::<Vec<_>>())))
            .unwrap()
    }

    fn asked() -> Initiative {
        Initiative::new("new form")
            .outcome("rating")
            .treated("treated")
            .at("month")
            .start(2.0)
            .customer("customer")
            .controls(["size"])
    }

    #[test]
    fn effects_agree_with_statsmodels_0_15() {
        // sm.OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": customer}, use_t=True), X with a constant.
        let report = asked().run(&table()).unwrap();
        let randomised = asked().method(Method::Randomised).run(&table()).unwrap();
        let found = [report.effect, report.check, randomised.effect, randomised.check];
        for (found, (value, error, p)) in found.iter().zip(STATSMODELS) {
            let found = found.as_ref().unwrap();
            assert!((found.value - value).abs() < 1e-10, "{found:?}");
            assert!((found.standard_error - error).abs() < 1e-10, "{found:?}");
            assert!((found.p_value.unwrap() - p).abs() < 1e-10, "{found:?}");
            assert_eq!(found.customers, 16);
        }
        assert_eq!(report.cells.iter().map(|cell| cell.n).collect::<Vec<_>>(), [16; 4]);
    }

    const STATSMODELS: [(f64, f64, f64); 4] = [
        (1.437_499_999_999_998_4, 0.709_639_664_470_519_1, 0.060_969_537_152_806_38),
        (-0.374_999_999_999_998_2, 0.878_981_242_513_945, 0.675_708_390_858_289_7),
        (1.741_138_059_701_491_4, 0.569_705_328_307_082_4, 0.008_001_494_305_646_187),
        (0.254_664_179_104_476_64, 0.636_031_956_213_824_5, 0.694_510_038_782_727_7),
    ];

    #[test]
    fn differences_hold_their_confidence_and_ignore_where_groups_began() {
        let mut random = Random::new(8);
        let (mut held, mut alarmed, tries) = (0, 0, 400);
        for _ in 0..tries {
            let (mut who, mut month, mut new, mut rating) = (vec![], vec![], vec![], vec![]);
            for customer in 0..50_i64 {
                let treated = customer % 2;
                // Treated customers were happier all along.
                let own = 2.0 * treated as f64 + random.normal();
                for at in 0..4_i64 {
                    let effect = if at >= 2 { 0.5 + treated as f64 } else { 0.0 };
                    who.push(customer);
                    month.push(at);
                    new.push(treated);
                    rating.push(own + effect + random.normal());
                }
            }
            let table = Responses::new()
                .with("customer", Column::numbers(who))
                .and_then(|t| t.with("month", Column::numbers(month)))
                .and_then(|t| t.with("treated", Column::numbers(new)))
                .and_then(|t| t.with("rating", Column::numbers(rating)))
                .unwrap();
            let report = asked().controls(Vec::<String>::new()).run(&table).unwrap();
            held += u32::from(report.effect.unwrap().interval.contains(1.0));
            alarmed += u32::from(report.check.unwrap().p_value.unwrap() < 0.05);
        }
        let share = |count: u32| f64::from(count) / f64::from(tries);
        assert!((0.91..0.985).contains(&share(held)), "{held}");
        assert!((0.015..0.09).contains(&share(alarmed)), "{alarmed}");
    }

    #[test]
    fn who_asked_not_to_be_contacted_is_counted_and_not_told() {
        let table = Responses::new()
            .with(
                "who",
                Column::categories(["b", "a", "a", "c", "b"].map(Some).into_iter().chain([None])),
            )
            .and_then(|t| t.with("at", Column::numbers(vec![2_u8, 1, 3, 1, 9, 1])))
            .and_then(|t| t.with("never", Column::numbers(vec![0_u8, 0, 0, 0, 1, 0])))
            .unwrap();
        let lists =
            [vec!["wait"], vec!["wait"], vec!["price"], vec!["other"], vec!["wait"], vec!["wait"]];
        let mentions = Mentions::from_lists(lists).unwrap();
        let asked = Initiative::new("staff")
            .target(["price", "wait"])
            .effort(2.0)
            .customer("who")
            .at("at")
            .start(5.0)
            .do_not_contact("never");
        let report = asked.run_with(&table, &mentions).unwrap();
        // b said so only later, and is not told all the same.
        assert_eq!((report.affected, report.withheld, report.nameless), (3, 1, 1));
        assert_eq!((report.affected_responses, report.affected_per_effort), (4, Some(1.5)));
        let told = &report.tell[0];
        assert_eq!((told.customer.to_string(), told.row, told.responses), ("a".to_owned(), 2, 2));
        assert_eq!((report.tell.len(), told.reasons.join(", ")), (1, "price, wait".to_owned()));
        let unheard = Initiative::new("staff").target(["wait", "wiat"]);
        let error = unheard.run_with(&table, &mentions).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::UnknownName, "target"));
        assert!(error.to_string().contains("`wiat`"), "{error}");
    }

    #[test]
    fn mistakes_are_named() {
        let fails = |asked: Initiative| {
            let error = asked.run(&table()).unwrap_err();
            (error.code().as_str(), error.path().to_owned())
        };
        let bad = "invalid-argument";
        let case = || Initiative::new("x");
        assert_eq!(fails(case().effort(0.0)), (bad, "effort".into()));
        assert_eq!(fails(case().start(1.0)), (bad, "start".into()));
        assert_eq!(fails(case().outcome("rating")), (bad, "treated".into()));
        assert_eq!(fails(case().outcome("rating").treated("treated")), (bad, "start".into()));
        assert_eq!(fails(case().target(["wait"])), (bad, "reasons".into()));
        let nobody = case().outcome("rating").treated("month").method(Method::Randomised);
        assert!(nobody.run(&table()).is_ok());
        let one_side = asked().start(0.0);
        assert_eq!(fails(one_side), ("too-few", "rating".into()));
    }
}
