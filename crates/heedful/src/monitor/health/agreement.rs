//! Whether health says what those say who know the accounts.

use std::cmp::Reverse;

use serde::Serialize;

use super::assess::Health;
use super::scorecard::Scorecard;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::table::{Data, Table};
use crate::listen::responses::Responses;
use crate::stats::{Confidence, Kappa, KappaWeights};

/// Compares the bands of a scorecard with the bands that account managers put their accounts into: what can be checked
/// before there are outcomes.
///
/// ```
/// use heedful::health::{HealthAgreement, Measure, MeasureGroup, Points, Scorecard};
/// use heedful::{Column, Responses};
///
/// let table = Responses::new()
///     .with("account", Column::texts(["a", "b", "c", "d"].map(Some)))?
///     .with("logins", Column::numbers(vec![1.0, 12.0, 18.0, 19.0]))?
///     .with("manager", Column::categories(["red", "yellow", "green", "red"].map(Some)))?;
/// let points = Points::Linear(vec![[0.0, 0.0], [20.0, 100.0]]);
/// let card = Scorecard::new("use", vec![MeasureGroup::new("use", 1.0, vec![Measure::new("logins", points)])])?;
/// let report = HealthAgreement::new(card, "account", "manager").run(&table, 0)?;
/// assert_eq!((report.n, report.same), (4, 3));
/// // The card says green of d, who looks well by use; their manager says red.
/// assert_eq!((report.disputes[0].account.as_str(), report.disputes[0].steps), ("d", -2));
/// assert_eq!(report.kappa.unwrap().n, 4);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HealthAgreement {
    /// The column of the account's id.
    account: String,
    /// What is checked.
    scorecard: Scorecard,
    /// The column of the band that the manager gives: the names of the scorecard's bands, in upper or lower case.
    manager: String,
    /// How much two different bands disagree.
    #[serde(default)]
    weights: KappaWeights,
    /// Confidence of the interval.
    #[serde(default)]
    confidence: Confidence,
}

/// An account of which scorecard and manager say different things.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Dispute {
    /// The account.
    pub account: String,
    /// Its total.
    pub total: Option<f64>,
    /// Its band by the scorecard.
    pub band: String,
    /// Its band by the manager.
    pub manager: String,
    /// Bands by which the manager sees it higher; below 0, lower.
    pub steps: i64,
}

/// How well scorecard and managers agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthAgreementReport {
    /// Accounts with both bands.
    pub n: u64,
    /// Those whose bands are the same.
    pub same: u64,
    /// Agreement beyond chance; `None` where both always say one band, or no account has both.
    pub kappa: Option<Kappa>,
    /// The bands, from the lowest.
    pub bands: Vec<String>,
    /// Accounts by the scorecard's band (rows) and the manager's (columns).
    pub counts: Vec<Vec<u64>>,
    /// The accounts in dispute, those furthest apart first, else in the order of the table.
    pub disputes: Vec<Dispute>,
    /// Accounts without a band by the scorecard, and by the manager.
    pub left_out: [u64; 2],
}

setters!(HealthAgreement {
    /// How much two different bands disagree; by the steps between them where not set.
    weights: KappaWeights,
    /// Confidence of the interval; 95 % where not set.
    confidence: Confidence,
});

record!(HealthAgreement { account, scorecard, manager, weights = Default::default(), confidence = Default::default() });

impl HealthAgreement {
    /// Compares a scorecard; the columns of the account's id and of the manager's band.
    pub fn new(
        scorecard: Scorecard,
        account: impl Into<String>,
        manager: impl Into<String>,
    ) -> Self {
        Self {
            account: account.into(),
            scorecard,
            manager: manager.into(),
            weights: KappaWeights::default(),
            confidence: Confidence::default(),
        }
    }

    /// Reads `{"account": "id", "scorecard": {..}, "manager": "opinion"}` with the names of the setters here.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The options as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Assesses the table of accounts as of `now`, in milliseconds since 1970, and compares.
    ///
    /// # Errors
    /// Those of [`Health::run`]; `unknown-name` with the row for a manager's band that the scorecard does not have.
    pub fn run(&self, table: &Responses, now: i64) -> Result<HealthAgreementReport> {
        let report = Health::new(self.scorecard.clone(), &self.account).run(table, now, None)?;
        let column = table.require(&self.manager)?;
        let bands: Vec<String> =
            self.scorecard.bands.iter().map(|band| band.name.clone()).collect();
        let mut counts = vec![vec![0; bands.len()]; bands.len()];
        let mut disputes = Vec::new();
        let mut left_out = [0, 0];
        for (row, account) in report.accounts.iter().enumerate() {
            let said = match column.key(row) {
                Key::Missing => None,
                key => Some(place(&bands, &key.to_string()).ok_or_else(|| {
                    let message = format!("a band is one of `{}`", bands.join("`, `"));
                    Error::new(ErrorCode::UnknownName, message).at(&self.manager).on_row(row as u64)
                })?),
            };
            let band = account.band.as_ref().and_then(|band| place(&bands, band));
            let (Some(by_card), Some(by_manager)) = (band, said) else {
                left_out[0] += u64::from(band.is_none());
                left_out[1] += u64::from(said.is_none());
                continue;
            };
            if let Some(count) = counts.get_mut(by_card).and_then(|row| row.get_mut(by_manager)) {
                *count += 1;
            }
            if by_card != by_manager {
                let name = |place: usize| bands.get(place).cloned().unwrap_or_default();
                disputes.push(Dispute {
                    account: account.account.clone(),
                    total: account.total,
                    band: name(by_card),
                    manager: name(by_manager),
                    steps: by_manager as i64 - by_card as i64,
                });
            }
        }
        disputes.sort_by_key(|dispute| Reverse(dispute.steps.abs()));
        let n: u64 = counts.iter().flatten().sum();
        Ok(HealthAgreementReport {
            n,
            same: n - disputes.len() as u64,
            kappa: Kappa::of(&counts, self.weights, self.confidence),
            bands,
            counts,
            disputes,
            left_out,
        })
    }
}

fn place(bands: &[String], name: &str) -> Option<usize> {
    bands.iter().position(|band| band.eq_ignore_ascii_case(name.trim()))
}

impl HealthAgreementReport {
    /// One row for each account in dispute: `account`, `total`, `band`, `manager`, `steps`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let disputes = || self.disputes.iter();
        table.texts("account", disputes().map(|d| Some(d.account.as_str())));
        table.floats("total", disputes().map(|d| d.total));
        table.texts("band", disputes().map(|d| Some(d.band.as_str())));
        table.texts("manager", disputes().map(|d| Some(d.manager.as_str())));
        table.push("steps", Data::Int(disputes().map(|d| Some(d.steps)).collect()));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;
    use crate::monitor::health::points::Points;
    use crate::monitor::health::scorecard::{Measure, MeasureGroup};

    fn agreement() -> HealthAgreement {
        let measure = Measure::new("x", Points::Linear(vec![[0.0, 0.0], [100.0, 100.0]]));
        let card = Scorecard::new("x", vec![MeasureGroup::new("x", 1.0, vec![measure])]).unwrap();
        HealthAgreement::new(card, "account", "manager")
    }

    fn table(rows: &[(Option<f64>, Option<&str>)]) -> Responses {
        let x: Vec<Option<f64>> = rows.iter().map(|(x, _)| *x).collect();
        let accounts: Vec<u32> = (0..).take(rows.len()).collect();
        Responses::new()
            .with("account", Column::numbers(accounts))
            .and_then(|t| t.with("x", Column::optional_numbers(&x)))
            .and_then(|t| t.with("manager", Column::categories(rows.iter().map(|(_, m)| *m))))
            .unwrap()
    }

    #[test]
    fn disputes_come_with_those_furthest_apart_first() {
        let rows = [
            (Some(60.0), Some("Yellow")),
            (Some(60.0), Some("green")),
            (Some(20.0), Some("GREEN")),
            (Some(90.0), Some("green")),
            (Some(90.0), Some("yellow")),
            (Some(10.0), Some("red")),
            (None, Some("red")),
            (Some(80.0), None),
            (None, None),
        ];
        let report = agreement().run(&table(&rows), 0).unwrap();
        assert_eq!((report.n, report.same, report.left_out), (6, 3, [2, 2]));
        assert_eq!(report.counts, [[1, 0, 1], [0, 1, 1], [0, 1, 1]]);
        let disputes: Vec<_> =
            report.disputes.iter().map(|d| (d.account.as_str(), d.steps)).collect();
        assert_eq!(disputes, [("2", 2), ("1", 1), ("4", -1)]);
        // scikit-learn 1.9.1, cohen_kappa_score(weights="linear") of 0 0 1 1 2 2 and 0 2 1 2 1 2, and "quadratic".
        let kappa = |weights| {
            agreement().weights(weights).run(&table(&rows), 0).unwrap().kappa.unwrap().value
        };
        assert!((kappa(KappaWeights::Linear) - 0.25).abs() < 1e-12);
        assert!((kappa(KappaWeights::Quadratic) - 0.25).abs() < 1e-12);
        assert_eq!(report.to_table().len(), 3);
    }

    #[test]
    fn a_band_that_the_card_does_not_have_is_refused() {
        let rows = [(Some(60.0), Some("red")), (Some(60.0), Some("amber"))];
        let error = agreement().run(&table(&rows), 0).unwrap_err();
        let found = (error.code().as_str(), error.path(), error.row());
        assert_eq!(found, ("unknown-name", "manager", Some(1)));
        assert!(!error.to_string().contains("amber"), "{error}");
        let again = HealthAgreement::from_json(&agreement().to_json()).unwrap();
        assert_eq!(again, agreement());
    }
}
