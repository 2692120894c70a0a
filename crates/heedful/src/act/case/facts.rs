//! What a case is about.

use serde::Serialize;

use crate::base::config::{self, Config, options, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::severity::Severity;
use crate::interpret::mention::Mentions;
use crate::listen::cells::Cells;
use crate::listen::responses::Responses;

/// What a case is about: a response, an alert, and what is known of the customer. There are no comments in it.
///
/// ```
/// use heedful::cases::Facts;
/// let facts = Facts::from_json(r#"{"id": "r1", "customer": "ada", "rating": 2, "reasons": ["price"]}"#)?;
/// assert_eq!(facts, Facts {
///     customer: Some("ada".to_owned()), rating: Some(2.0), reasons: vec!["price".to_owned()], ..Facts::new("r1")
/// });
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Of the case; the same facts twice are one case. The response's id serves well.
    pub id: String,
    /// The response.
    #[serde(default)]
    pub response: Option<String>,
    /// The alert.
    #[serde(default)]
    pub alert: Option<String>,
    /// How bad the alert is, which may raise the priority
    /// ([`priority_by_severity`](super::policy::CasePolicy::priority_by_severity)).
    #[serde(default)]
    pub severity: Option<Severity>,
    /// The person.
    #[serde(default)]
    pub customer: Option<String>,
    /// The organisation.
    #[serde(default)]
    pub account: Option<String>,
    /// The rating.
    #[serde(default)]
    pub rating: Option<f64>,
    /// Ids of reasons; a path such as `price/fees` where branches shall count.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What was asked about.
    #[serde(default)]
    pub touchpoint: Option<String>,
    /// The segment of the customer.
    #[serde(default)]
    pub segment: Option<String>,
    /// The value tier, where it is given rather than found by the money.
    #[serde(default)]
    pub value_tier: Option<String>,
    /// What the customer is worth, in money.
    #[serde(default)]
    pub value: Option<f64>,
    /// Probability that the customer leaves if nobody does anything, 0 to 1.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
    pub churn: Option<f64>,
    /// Money expected from a better band, where the reaction brings the customer there.
    #[serde(default)]
    pub growth: Option<f64>,
    /// Hours of work that the reaction takes, above 0.
    #[serde(default)]
    pub effort: Option<f64>,
    /// The customer asked not to be contacted.
    #[serde(default)]
    pub no_contact: bool,
    /// When the customer said it, in milliseconds since 1970 in UTC; when the case is opened where not given.
    #[serde(default)]
    pub at: Option<i64>,
}

options!(
    Facts,
    needs [id],
    takes [
        response, alert, severity, customer, account, rating, reasons, touchpoint, segment, value_tier, value, churn,
        growth, effort, no_contact, at
    ],
    from Self::default()
);
written!(Facts of cases, r#"{"id": "r1", "rating": 2, "value": 1200.5}"#);

impl Facts {
    /// Facts of which nothing but the id is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Reads facts and checks them.
    ///
    /// # Errors
    /// `json`, `invalid-config`; `invalid-argument` with a path for numbers out of range.
    pub fn from_json(text: &str) -> Result<Self> {
        let facts: Self = config::read(text)?;
        facts.check()?;
        Ok(facts)
    }

    /// Facts from a table with a row for each case. Columns are named as the fields, and only `id` is needed; reasons
    /// in a column `reasons` are apart by `;`, or are given beside the table. Other columns are not looked at.
    ///
    /// ```
    /// use heedful::{Column, Responses, cases::Facts};
    /// let table = Responses::new()
    ///     .with("id", Column::texts([Some("r1"), Some("r2")]))?
    ///     .with("rating", Column::optional_numbers(&[Some(2.0), None]))?
    ///     .with("reasons", Column::texts([Some("price;staff"), None]))?;
    /// let facts = Facts::from_table(&table, None)?;
    /// assert_eq!((facts[0].rating, facts[0].reasons.len(), facts[1].rating), (Some(2.0), 2, None));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; `column-type` and `invalid-argument` with column and row for a value that is none;
    /// `invalid-config` for a severity that is none; `length-mismatch` where reasons are of other rows.
    pub fn from_table(table: &Responses, reasons: Option<&Mentions>) -> Result<Vec<Self>> {
        table.require("id")?;
        let own = match (reasons, table.column("reasons")) {
            (None, Some(column)) => {
                Some(Mentions::from_values(column).map_err(|error| error.at("reasons"))?)
            }
            _ => None,
        };
        let reasons = reasons.or(own.as_ref());
        if let Some(reasons) = reasons {
            reasons.check(table)?;
        }
        let cells = Cells(table);
        let names = |row: usize| {
            let codes = reasons.map(|reasons| (reasons.names(), reasons.row(row)));
            let (names, codes) = codes.unwrap_or_default();
            codes.iter().filter_map(|code| names.get(usize::from(*code)).cloned()).collect()
        };
        let severity = |row: usize| {
            let read = |name| Severity::read(&Json::Text(name));
            let read = cells.text("severity", row).map(read).transpose();
            read.map_err(|error| error.at("severity").on_row(row as u64))
        };
        let facts = |row: usize| {
            let facts = Self {
                response: cells.text("response", row),
                alert: cells.text("alert", row),
                severity: severity(row)?,
                customer: cells.text("customer", row),
                account: cells.text("account", row),
                rating: cells.number("rating", row)?,
                reasons: names(row),
                touchpoint: cells.text("touchpoint", row),
                segment: cells.text("segment", row),
                value_tier: cells.text("value_tier", row),
                value: cells.number("value", row)?,
                churn: cells.number("churn", row)?,
                growth: cells.number("growth", row)?,
                effort: cells.number("effort", row)?,
                no_contact: cells.flag("no_contact", row)?,
                at: cells.time("at", row)?,
                id: cells.needed("id", row)?,
            };
            facts.check().map_err(|error| error.on_row(row as u64))?;
            Ok(facts)
        };
        (0..table.len()).map(facts).collect()
    }

    /// # Errors
    /// As [`Facts::from_json`].
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if self.id.is_empty() {
            return wrong("id", "a case needs an id");
        }
        let money = [("value", self.value), ("growth", self.growth), ("rating", self.rating)];
        for (path, amount) in money {
            if !amount.is_none_or(f64::is_finite) {
                return wrong(path, "the number is not finite");
            }
        }
        if !self.churn.is_none_or(|churn| (0.0..=1.0).contains(&churn)) {
            return wrong("churn", "a probability lies from 0 to 1");
        }
        if !self.effort.is_none_or(|effort| effort > 0.0 && effort.is_finite()) {
            return wrong("effort", "effort is above 0");
        }
        Ok(())
    }
}
