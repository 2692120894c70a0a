//! Which responses raise alerts, and when alerts are one storm.

use serde::Serialize;

use super::happening::{AlertSource, Happening};
use crate::base::config::{self, options, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::number::Shown;
use crate::base::severity::Severity;
use crate::base::time::Zone;
use crate::interpret::mention::Mentions;
use crate::listen::responses::Responses;
use crate::monitor::instant::instants;

/// Which responses raise alerts, and how alerts are put together.
///
/// ```
/// use heedful::alert::AlertOptions;
/// let options = AlertOptions::from_json(r#"{
///     "rules": [
///         {"id": "threat", "reasons": ["legal"], "severity": "critical"},
///         {"id": "furious", "at_most": 2, "severity": "high"},
///         {"id": "detractor", "at_most": 6}
///     ],
///     "storm": {"members": 5, "hours": 24}
/// }"#)?;
/// assert_eq!(AlertOptions::from_json(&options.to_json())?, options);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AlertOptions {
    /// Which responses raise; of those that fit the first one counts.
    pub rules: Vec<AlertRule>,
    /// When alerts of one cause are one storm; never where null.
    pub storm: Option<Storm>,
    /// Days without anything new after which an alert is closed, at least 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub close_after_days: u32,
}

options!(AlertOptions, takes [rules, storm, close_after_days], from Self::default());

config::written!(AlertOptions of alert, r#"{"rules": [{"id": "detractor", "at_most": 6}]}"#);

impl Default for AlertOptions {
    /// No rules for responses; five of one cause within a day are a storm; closed after 30 quiet days.
    fn default() -> Self {
        Self { rules: Vec::new(), storm: Some(Storm::default()), close_after_days: 30 }
    }
}

/// When alerts of one cause are one storm.
///
/// ```
/// let storm = heedful::alert::Storm::default();
/// assert_eq!((storm.members, storm.hours), (5, 24));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Storm {
    /// So many, at least 2.
    #[cfg_attr(feature = "schema", schemars(range(min = 2)))]
    pub members: u32,
    /// Within so many hours of each other, at least 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub hours: u32,
}

options!(Storm, needs [members, hours], takes [], from Self::default());

impl Default for Storm {
    fn default() -> Self {
        Self { members: 5, hours: 24 }
    }
}

/// Which responses raise an alert: those for which all that is set holds.
///
/// ```
/// use heedful::alert::AlertRule;
/// let rule = AlertRule::new("furious").at_most(2.0);
/// assert_eq!((rule.at_most, rule.reasons.is_empty()), (Some(2.0), true));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Its name in alerts.
    pub id: String,
    /// The rating is this or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The rating is this or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// One of these is among the reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// How bad it is.
    #[serde(default)]
    pub severity: Severity,
}

options!(AlertRule, needs [id], takes [at_most, at_least, reasons, severity], from Self::default());

setters!(AlertRule {
    /// The rating is this or less.
    at_most: some f64,
    /// The rating is this or more.
    at_least: some f64,
    /// One of these is among the reasons.
    reasons: names,
    /// How bad it is.
    severity: Severity,
});

/// A response as rules for alerts look at it.
///
/// ```
/// use heedful::alert::{AlertOptions, AlertSource, Answered};
/// let options = AlertOptions::from_json(r#"{"rules": [{"id": "price", "at_most": 6, "reasons": ["price"]}]}"#)?;
/// let response = Answered { rating: Some(4.0), reasons: &["price", "staff"], id: Some("r1"), ..Answered::at(0) };
/// let seen = options.of_response(&response).unwrap();
/// assert_eq!((seen.source, seen.why.as_str()), (AlertSource::Reason, "rated 4 for `price`"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answered<'a> {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The rating.
    pub rating: Option<f64>,
    /// Its reasons, in any order. The cause of what happened is the first that the rule names, or else the first by name.
    pub reasons: &'a [&'a str],
    /// The response's id.
    pub id: Option<&'a str>,
    /// Who gave it.
    pub customer: Option<&'a str>,
    /// The account of the customer.
    pub account: Option<&'a str>,
}

impl Answered<'_> {
    /// A response of which nothing else is known.
    #[must_use]
    pub fn at(at: i64) -> Self {
        Self { at, rating: None, reasons: &[], id: None, customer: None, account: None }
    }
}

impl AlertRule {
    /// A rule that every rated response fits.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// The reason that makes it fit (empty where the rule has none); `None` where it does not.
    fn fits<'a>(&self, response: &Answered<'a>) -> Option<Option<&'a str>> {
        let rated = self.at_most.is_some() || self.at_least.is_some() || self.reasons.is_empty();
        let low = self.at_most.is_none_or(|most| response.rating.is_some_and(|r| r <= most));
        let high = self.at_least.is_none_or(|least| response.rating.is_some_and(|r| r >= least));
        if !(low && high) || (rated && response.rating.is_none()) {
            return None;
        }
        if self.reasons.is_empty() {
            return Some(None);
        }
        let given =
            |known: &String| response.reasons.iter().copied().find(|reason| reason == known);
        self.reasons.iter().find_map(given).map(Some)
    }
}

impl AlertOptions {
    /// Reads options from JSON with the fields of this type.
    ///
    /// # Errors
    /// `json`; `invalid-config` and `invalid-argument` with a path; `duplicate-key` for two rules of one name.
    pub fn from_json(text: &str) -> Result<Self> {
        let options: Self = config::read(text)?;
        options.check()?;
        Ok(options)
    }

    pub(super) fn check(&self) -> Result<()> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if self.close_after_days == 0 {
            return bad("close_after_days", "at least 1");
        }
        if self.storm.is_some_and(|storm| storm.members < 2 || storm.hours == 0) {
            return bad("storm", "a storm has at least 2 members within at least 1 hour");
        }
        for (place, rule) in self.rules.iter().enumerate() {
            let path = format!("rules[{place}].id");
            if rule.id.is_empty() {
                return bad(&path, "a name is empty");
            }
            if self.rules.iter().take(place).any(|other| other.id == rule.id) {
                let message = format!("`{}` is there twice", rule.id);
                return Err(Error::new(ErrorCode::DuplicateKey, message).at(path));
            }
            if !(rule.at_most.is_none_or(f64::is_finite)
                && rule.at_least.is_none_or(f64::is_finite))
            {
                return bad(&format!("rules[{place}]"), "not a finite number");
            }
            if rule.at_least.zip(rule.at_most).is_some_and(|(least, most)| least > most) {
                return bad(
                    &format!("rules[{place}]"),
                    "`at_least` is above `at_most`: no rating fits",
                );
            }
        }
        Ok(())
    }

    /// What a response raises, by the first rule that it fits.
    ///
    /// ```
    /// use heedful::alert::{AlertOptions, Answered};
    /// let options = AlertOptions::from_json(r#"{"rules": [{"id": "furious", "at_most": 2}]}"#)?;
    /// let rated = |rating| options.of_response(&Answered { rating: Some(rating), ..Answered::at(0) });
    /// assert_eq!((rated(2.0).map(|seen| seen.rule), rated(3.0)), (Some("furious".to_owned()), None));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of_response(&self, response: &Answered<'_>) -> Option<Happening> {
        let (rule, reason) =
            self.rules.iter().find_map(|rule| rule.fits(response).map(|reason| (rule, reason)))?;
        let rated = response.rating.map(|rating| format!("rated {}", Shown(rating)));
        let why = match (rated, reason) {
            (Some(rated), Some(reason)) => format!("{rated} for `{reason}`"),
            (Some(rated), None) => rated,
            (None, reason) => format!("said `{}`", reason.unwrap_or_default()),
        };
        let source = if reason.is_some() { AlertSource::Reason } else { AlertSource::Rating };
        // What customers complain of makes a storm, whatever the rule. The order in which reasons come says nothing.
        let cause = reason.or(response.reasons.iter().copied().min()).unwrap_or(&rule.id);
        Some(Happening {
            severity: rule.severity,
            subject: response.account.map(str::to_owned),
            customers: response.customer.map(str::to_owned).into_iter().collect(),
            response: response.id.map(str::to_owned),
            cause: cause.to_owned(),
            evidence: response
                .rating
                .map(|rating| ("rating".to_owned(), rating))
                .into_iter()
                .collect(),
            ..Happening::new(source, rule.id.as_str(), response.at, why)
        })
    }

    /// What the rows of a table raise, in their order: the roles `rating`, `at`, `customer` and `account`, the column
    /// `id` of the response's id, and the reasons of the rows. Wall-clock times count as UTC.
    ///
    /// ```
    /// use heedful::{Column, Responses, alert::AlertOptions};
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![9_u8, 1]))?
    ///     .with("at", Column::numbers(vec![0_i64, 0]))?
    ///     .rating("score")
    ///     .at("at");
    /// let options = AlertOptions::from_json(r#"{"rules": [{"id": "furious", "at_most": 2}]}"#)?;
    /// assert_eq!(options.of_table(&table, None, None)?.len(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`, `column-type`, `length-mismatch` (reasons of another length), `invalid-argument` with the row
    /// for a time that is none.
    pub fn of_table(
        &self,
        responses: &Responses,
        id: Option<&str>,
        reasons: Option<&Mentions>,
    ) -> Result<Vec<Happening>> {
        let roles = responses.roles();
        let ratings = responses.role("rating", roles.rating.as_deref())?;
        let rating_name = roles.rating.clone().unwrap_or_default();
        let at = responses.role("at", roles.at.as_deref())?;
        let at_name = roles.at.clone().unwrap_or_default();
        let at = instants(at, &Zone::utc()).map_err(|error| error.at(&at_name))?;
        let column = |name: Option<&str>| name.map(|name| responses.require(name)).transpose();
        let customers = column(roles.customer.as_deref())?;
        let accounts = column(roles.account.as_deref())?;
        let ids = column(id)?;
        if let Some(reasons) = reasons {
            reasons.check(responses)?;
        }
        let text = |column: Option<&crate::listen::column::Column>, row: usize| {
            column?.text(row).map(std::borrow::Cow::into_owned)
        };
        let mut seen = Vec::new();
        for (row, at) in at.iter().enumerate() {
            let rating = ratings.float(row).map_err(|e| e.at(&rating_name).on_row(row as u64))?;
            let of_row = reasons.map(|reasons| {
                let codes = reasons.row(row).iter();
                codes
                    .filter_map(|code| reasons.names().get(usize::from(*code)))
                    .map(String::as_str)
                    .collect()
            });
            let (id, customer, account) =
                (text(ids, row), text(customers, row), text(accounts, row));
            let of_row: Vec<&str> = of_row.unwrap_or_default();
            seen.extend(self.of_response(&Answered {
                at: *at,
                rating,
                reasons: &of_row,
                id: id.as_deref(),
                customer: customer.as_deref(),
                account: account.as_deref(),
            }));
        }
        Ok(seen)
    }
}
