//! What contacts cost that nobody would have needed.

use serde::Serialize;

use super::quantity::Quantity;
use super::risk::amount;
use crate::base::config::{self, options, setters};
use crate::base::error::{Error, Result};
use crate::base::key::Key;
use crate::base::order::sort_by;
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::interpret::columns::intervals;
use crate::interpret::flag::truths;
use crate::interpret::mention::Mentions;
use crate::listen::responses::Responses;
use crate::monitor::health::points::invalid;
use crate::stats::total::Total;
use crate::stats::{Confidence, Interval, ProportionSample};

const DAYS_PER_YEAR: f64 = 365.25;

/// What failure demand costs, by reason: contacts that come because something was not done, or not done right for the
/// customer (J. Seddon, "Freedom from Command and Control", 2003), against those that the customer wanted.
///
/// The table has a row for each contact. Which are failures: those that a column of truth values says, or those with one of
/// the named reasons. What a contact costs is one number or a column. A contact with several reasons counts in full with
/// each, or in equal parts with [`share_reasons`](Self::share_reasons); with named reasons only those named make a failure.
///
/// What comes in is taken as a matter of chance (Poisson): intervals say what another such time would cost (Hall 1992,
/// for skewed amounts). This is money that is saved without any customer changing what they do, which is why a
/// [`BusinessCase`](crate::money::BusinessCase) lists it before revenue.
///
/// ```
/// use heedful::{Column, Mentions, Responses};
/// use heedful::money::AvoidableContacts;
///
/// let contacts = Responses::new().with("minutes", Column::numbers(vec![5.0, 8.0, 3.0, 12.0]))?;
/// let reasons = Mentions::from_lists([vec!["where is my order"], vec!["wrong bill"], vec!["new address"], vec!["wrong bill"]])?;
/// let report = AvoidableContacts::new(6.0)
///     .failure_reasons(["where is my order", "wrong bill"])
///     .days(30.0)
///     .run_with(&contacts, &reasons)?;
/// let all = &report.rows[0];
/// assert_eq!((all.contacts, all.failures, all.cost, all.failure_cost), (4, 3, 24.0, 18.0));
/// assert!((all.yearly.unwrap() - 219.15).abs() < 1e-9);
/// assert_eq!(report.rows[1].reason.to_string(), "wrong bill"); // the dearest first
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct AvoidableContacts {
    /// What a contact costs, in money, at least 0.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    cost: Option<f64>,
    /// The column of what each contact costs.
    cost_column: Option<String>,
    /// The column that is true where a contact would not have been needed.
    failure: Option<String>,
    /// The reasons that make a contact a failure.
    failure_reasons: Vec<String>,
    /// Divides a contact among its reasons.
    share_reasons: bool,
    /// How many days the table covers.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    days: Option<f64>,
    /// Confidence of the intervals.
    confidence: Confidence,
}

options!(
    AvoidableContacts,
    takes [cost, cost_column, failure, failure_reasons, share_reasons, days, confidence],
    from Self::default()
);

setters!(AvoidableContacts {
    /// The column that is true where a contact would not have been needed.
    failure: name,
    /// The reasons that make a contact a failure.
    failure_reasons: names,
    /// Divides a contact equally among its reasons, so that reasons add up.
    share_reasons: bool,
    /// How many days the table covers: what failures cost in a year is told too.
    days: some f64,
    /// Confidence of the intervals; 0.95 where not set.
    confidence: Confidence,
});

config::written!(AvoidableContacts of money, r#"{"cost": 6, "failure_reasons": ["wrong bill"], "days": 30}"#);

/// The contacts of a reason.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::AvoidableContacts;
/// let contacts = Responses::new().with("again", Column::numbers(vec![1_u8, 0, 1, 0]))?;
/// let row = AvoidableContacts::new(10.0).failure("again").run(&contacts)?.rows.remove(0);
/// assert_eq!((row.share, row.failure_cost, row.yearly), (Some(0.5), 20.0, None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ContactRow {
    /// The reason; missing for contacts without one, and in the first row, which is about all.
    pub reason: Key,
    /// Contacts.
    pub contacts: u64,
    /// What they cost.
    pub cost: f64,
    /// Those that would not have been needed.
    pub failures: u64,
    /// Their share, from 0 to 1.
    pub share: Option<f64>,
    /// Its Wilson interval.
    pub share_interval: Option<Interval>,
    /// What they cost.
    pub failure_cost: f64,
    /// Its interval; `None` for fewer than two.
    pub interval: Option<Interval>,
    /// The same in a year; `None` where nobody said how many days the table covers.
    pub yearly: Option<f64>,
    /// Its interval.
    pub yearly_interval: Option<Interval>,
    /// The yearly cost as a business case takes it (`saved`), if all of it can be avoided.
    pub quantity: Option<Quantity>,
}

/// What failure demand costs.
///
/// ```
/// use heedful::{Column, Responses};
/// use heedful::money::AvoidableContacts;
/// let contacts = Responses::new()
///     .with("again", Column::numbers(vec![1_u8, 0]))?
///     .with("cost", Column::optional_numbers(&[Some(4.0), None]))?;
/// let report = AvoidableContacts::by_column("cost").failure("again").run(&contacts)?;
/// assert_eq!((report.without_cost, report.rows.len(), report.to_table().len()), (1, 1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ContactReport {
    /// All contacts first, then reasons, the dearest failures first.
    pub rows: Vec<ContactRow>,
    /// Contacts without a cost: left out.
    pub without_cost: u64,
    /// Whether contacts are divided among reasons.
    pub shared: bool,
}

#[derive(Default)]
struct Sums {
    contacts: u64,
    cost: f64,
    failures: Total,
}

impl AvoidableContacts {
    /// Every contact costs the same.
    #[must_use]
    pub fn new(cost: f64) -> Self {
        Self { cost: Some(cost), ..Self::default() }
    }

    /// A column says what each contact costs.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// use heedful::money::AvoidableContacts;
    /// let contacts = Responses::new()
    ///     .with("again", Column::numbers(vec![1_u8, 0, 1]))?
    ///     .with("cost", Column::numbers(vec![4.0, 5.0, 9.0]))?;
    /// let report = AvoidableContacts::by_column("cost").failure("again").run(&contacts)?;
    /// assert_eq!((report.rows[0].failure_cost, report.rows[0].cost), (13.0, 18.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn by_column(column: impl Into<String>) -> Self {
        Self { cost_column: Some(column.into()), ..Self::default() }
    }

    /// Reads `{"cost": 6, "failure": "again"}` with the names of the setters here, or `cost_column`.
    ///
    /// ```
    /// use heedful::money::AvoidableContacts;
    /// let read = AvoidableContacts::from_json(r#"{"cost": 6, "failure": "again", "days": 30}"#)?;
    /// assert_eq!(read, AvoidableContacts::new(6.0).failure("again").days(30.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Runs over a table with a row for each contact.
    ///
    /// # Errors
    /// `missing-column`; `column-type`; `invalid-argument` for options that do not go together and for a cost below 0.
    pub fn run(&self, contacts: &Responses) -> Result<ContactReport> {
        self.report(contacts, None)
    }

    /// The same with the reasons of each contact.
    ///
    /// # Errors
    /// As [`run`](Self::run); `length-mismatch` where there are not as many rows of reasons as contacts; `unknown-name` for
    /// a named reason that no contact has.
    pub fn run_with(&self, contacts: &Responses, reasons: &Mentions) -> Result<ContactReport> {
        reasons.check(contacts)?;
        self.report(contacts, Some(reasons))
    }

    fn check(&self, reasons: Option<&Mentions>) -> Result<Vec<u16>> {
        let bad = |path: &str, message: &str| Err(invalid(message).at(path));
        if self.cost.is_some() == self.cost_column.is_some() {
            return bad("cost", "a contact costs one number, or what a column says");
        }
        if self.cost.is_some_and(|cost| !(cost >= 0.0 && cost.is_finite())) {
            return bad("cost", "an amount is a number of at least 0");
        }
        if self.failure.is_some() != self.failure_reasons.is_empty() {
            return bad("failure", "failures are told by a column or by reasons");
        }
        if self.days.is_some_and(|days| !(days > 0.0 && days.is_finite())) {
            return bad("days", "a table covers more than 0 days");
        }
        if self.failure_reasons.is_empty() {
            return Ok(Vec::new());
        }
        let Some(reasons) = reasons else {
            return bad("failure_reasons", "nothing tells the reasons of contacts");
        };
        let located = |error: Error| error.at("failure_reasons");
        self.failure_reasons.iter().map(|name| reasons.require(name).map_err(located)).collect()
    }

    fn report(&self, table: &Responses, reasons: Option<&Mentions>) -> Result<ContactReport> {
        let named = self.check(reasons)?;
        let costs = self.cost_column.as_ref().map(|name| table.require(name)).transpose()?;
        let flags = match &self.failure {
            Some(name) => Some(truths(table.require(name)?).map_err(|error| error.at(name))?),
            None => None,
        };
        let mut without_cost = 0;
        let mut all = Sums::default();
        let mut by_reason: SortedMap<Key, Sums> = SortedMap::new();
        for row in 0..table.len() {
            let cost = match costs {
                Some(column) => amount(column, row).map_err(|error| {
                    error.at(self.cost_column.as_deref().unwrap_or_default()).on_row(row as u64)
                })?,
                None => self.cost,
            };
            let Some(cost) = cost else {
                without_cost += 1;
                continue;
            };
            let own = reasons.map_or(&[][..], |reasons| reasons.row(row));
            let flagged = flags.as_ref().and_then(|flags| flags.get(row)).is_some_and(|f| *f != 0);
            all.add(cost, flagged || own.iter().any(|code| named.contains(code)));
            let Some(reasons) = reasons else { continue };
            if own.is_empty() {
                by_reason.entry(Key::Missing).or_default().add(cost, flagged);
            }
            let part = if self.share_reasons { cost / own.len() as f64 } else { cost };
            for code in own {
                let Some(name) = reasons.names().get(usize::from(*code)) else { continue };
                let failure = flagged || named.contains(code);
                by_reason.entry(Key::text(name)).or_default().add(part, failure);
            }
        }
        let mut rows: Vec<ContactRow> =
            by_reason.into_iter().map(|(reason, sums)| self.row(reason, &sums)).collect();
        // Of equals in the order of their names; those without a reason last.
        sort_by(&mut rows, |a, b| {
            let unnamed = |row: &ContactRow| row.reason == Key::Missing;
            (unnamed(a).cmp(&unnamed(b))).then(b.failure_cost.total_cmp(&a.failure_cost))
        });
        rows.insert(0, self.row(Key::Missing, &all));
        Ok(ContactReport { rows, without_cost, shared: self.share_reasons })
    }

    fn row(&self, reason: Key, sums: &Sums) -> ContactRow {
        let sample = ProportionSample::new(sums.failures.n as f64, sums.contacts as f64);
        let interval = sums.failures.poisson_interval(self.confidence);
        let yearly = self.days.map(|days| DAYS_PER_YEAR / days);
        ContactRow {
            reason,
            contacts: sums.contacts,
            cost: sums.cost,
            failures: sums.failures.n,
            share: sample.map(|sample| sample.value()),
            share_interval: sample.map(|sample| sample.score(self.confidence)),
            failure_cost: sums.failures.sum,
            interval,
            yearly: yearly.map(|factor| factor * sums.failures.sum),
            yearly_interval: yearly.zip(interval).map(|(factor, ends)| ends.scaled(factor)),
            quantity: yearly.map(|factor| Quantity::Normal {
                mean: factor * sums.failures.sum,
                sd: factor * sums.failures.poisson_error(),
            }),
        }
    }
}

impl Sums {
    fn add(&mut self, cost: f64, failure: bool) {
        self.contacts += 1;
        self.cost += cost;
        if failure {
            self.failures.add(cost);
        }
    }
}

impl ContactReport {
    /// One row for all contacts (`kind` is `all`), then one for each `reason`: `kind`, `reason`, `contacts`, `cost`,
    /// `failures`, `share`, `share_lower`, `share_upper`, `failure_cost`, `lower`, `upper`, `yearly`, `yearly_lower`,
    /// `yearly_upper`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        let kind = |place| if place == 0 { "all" } else { "reason" };
        table.texts("kind", rows().enumerate().map(|(place, _)| Some(kind(place))));
        table.texts("reason", rows().map(|row| row.reason.known()));
        table.ints("contacts", rows().map(|row| Some(row.contacts)));
        table.floats("cost", rows().map(|row| Some(row.cost)));
        table.ints("failures", rows().map(|row| Some(row.failures)));
        table.floats("share", rows().map(|row| row.share));
        intervals(&mut table, "share_", rows().map(|row| row.share_interval));
        table.floats("failure_cost", rows().map(|row| Some(row.failure_cost)));
        intervals(&mut table, "", rows().map(|row| row.interval));
        table.floats("yearly", rows().map(|row| row.yearly));
        intervals(&mut table, "yearly_", rows().map(|row| row.yearly_interval));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorCode;
    use crate::listen::column::Column;

    fn contacts() -> (Responses, Mentions) {
        let table = Responses::new()
            .with("again", Column::categories([Some("x"); 5]))
            .and_then(|t| t.with("flag", Column::numbers(vec![1_u8, 1, 0, 0, 1])))
            .and_then(|t| {
                t.with(
                    "cost",
                    Column::optional_numbers(&[Some(4.0), Some(6.0), Some(10.0), None, Some(2.0)]),
                )
            })
            .unwrap();
        let lists = [vec!["bill", "order"], vec!["bill"], vec!["address"], vec!["bill"], vec![]];
        (table, Mentions::from_lists(lists).unwrap())
    }

    fn told(report: &ContactReport) -> Vec<(String, u64, f64)> {
        report
            .rows
            .iter()
            .map(|row| (row.reason.to_string(), row.failures, row.failure_cost))
            .collect()
    }

    #[test]
    fn flags_tell_failures_and_reasons_share_or_not() {
        let (table, reasons) = contacts();
        let asked = AvoidableContacts::by_column("cost").failure("flag");
        let report = asked.run_with(&table, &reasons).unwrap();
        assert_eq!(report.without_cost, 1);
        let names = [
            ("", 3, 12.0),
            ("bill", 2, 10.0),
            ("order", 1, 4.0),
            ("address", 0, 0.0),
            ("", 1, 2.0),
        ];
        let expected: Vec<(u64, f64)> = names.iter().map(|n| (n.1, n.2)).collect();
        assert_eq!(told(&report).iter().map(|t| (t.1, t.2)).collect::<Vec<_>>(), expected);
        let shared = asked.share_reasons(true).run_with(&table, &reasons).unwrap();
        let sum: f64 = shared.rows.iter().skip(1).map(|row| row.failure_cost).sum();
        assert!((sum - shared.rows[0].failure_cost).abs() < 1e-12);
    }

    #[test]
    fn only_named_reasons_make_a_failure() {
        let (table, reasons) = contacts();
        let asked = AvoidableContacts::new(5.0).failure_reasons(["order"]).days(73.05);
        let report = asked.run_with(&table, &reasons).unwrap();
        assert_eq!((report.rows[0].failures, report.rows[0].contacts), (1, 5));
        assert_eq!(
            (report.rows[1].reason.to_string(), report.rows[1].yearly),
            ("order".to_owned(), Some(25.0))
        );
        let bill = report.rows.iter().find(|row| row.reason == Key::text("bill")).unwrap();
        assert_eq!((bill.contacts, bill.failures), (3, 0));
        assert_eq!(report.rows[1].quantity, Some(Quantity::Normal { mean: 25.0, sd: 25.0 }));
    }

    #[test]
    fn mistakes_are_named() {
        let (table, reasons) = contacts();
        let fails = |asked: AvoidableContacts| {
            let error = asked.run_with(&table, &reasons).unwrap_err();
            (error.code(), error.path().to_owned())
        };
        let bad = ErrorCode::InvalidArgument;
        assert_eq!(fails(AvoidableContacts::default()), (bad, "cost".into()));
        assert_eq!(fails(AvoidableContacts::new(1.0)), (bad, "failure".into()));
        assert_eq!(fails(AvoidableContacts::new(-1.0).failure("flag")), (bad, "cost".into()));
        assert_eq!(
            fails(AvoidableContacts::new(1.0).failure("flag").days(0.0)),
            (bad, "days".into())
        );
        assert_eq!(
            fails(AvoidableContacts::new(1.0).failure("again")),
            (ErrorCode::ColumnType, "again".into())
        );
        let unknown = AvoidableContacts::new(1.0).failure_reasons(["speed"]);
        assert_eq!(fails(unknown.clone()), (ErrorCode::UnknownName, "failure_reasons".into()));
        assert_eq!(unknown.run(&table).unwrap_err().path(), "failure_reasons");
    }
}
