//! Forecasts for a table of histories.

use serde::Serialize;

use super::events::forecasts;
use super::fit::RepurchaseFit;
use super::model::{PurchaseHistory, RepurchaseForecast, RepurchaseModel, check_horizon};
use crate::base::config::{self, options, setters};
use crate::base::error::{Error, Result};
use crate::base::table::Table;
use crate::listen::responses::Responses;
use crate::monitor::health::points::invalid;

/// What a BG/NBD model says of customers whose histories are counted already: a table with one row for each.
///
/// ```
/// use heedful::behaviour::{Repurchase, RepurchaseModel};
/// use heedful::{Column, Responses};
///
/// let table = Responses::new()
///     .with("purchases", Column::numbers(vec![1_u32, 11]))?
///     .with("days_since_last", Column::numbers(vec![110.0, 40.0]))?
///     .with("days_known", Column::numbers(vec![110.0, 110.0]))?;
/// let model = RepurchaseModel::new(0.25, 33.5, 0.72, 2.16)?;
/// let report = Repurchase::default().model(model).run(&table)?;
/// assert!(report.forecasts[1].unwrap().overdue > 0.95);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::default", deny_unknown_fields)
)]
pub struct Repurchase {
    /// The column of days with a purchase.
    purchases: String,
    /// The column of days since the last of them.
    days_since_last: String,
    /// The column of days since the first.
    days_known: String,
    /// Days ahead that are forecast.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    horizon_days: f64,
    /// A model that was fitted before; fitted to these histories where not given.
    model: Option<RepurchaseModel>,
}

options!(
    Repurchase,
    takes [purchases, days_since_last, days_known, horizon_days, model],
    from Self::default()
);

setters!(Repurchase {
    /// Days ahead that are forecast; 90 where not set.
    horizon_days: f64,
    /// A model that was fitted before, on more customers or on another time.
    model: some RepurchaseModel,
});

config::written!(Repurchase of behaviour, r#"{"purchases": "visits", "horizon_days": 30}"#);

impl Default for Repurchase {
    fn default() -> Self {
        Self {
            purchases: "purchases".to_owned(),
            days_since_last: "days_since_last".to_owned(),
            days_known: "days_known".to_owned(),
            horizon_days: 90.0,
            model: None,
        }
    }
}

/// Forecasts of a table of histories.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RepurchaseReport {
    /// One for each row; `None` where a part of its history is missing.
    pub forecasts: Vec<Option<RepurchaseForecast>>,
    /// The model.
    pub model: RepurchaseModel,
    /// How it was fitted; `None` where it was given.
    pub fit: Option<RepurchaseFit>,
}

impl Repurchase {
    /// Columns of days with a purchase, of days since the last and of days since the first.
    pub fn new(
        purchases: impl Into<String>,
        days_since_last: impl Into<String>,
        days_known: impl Into<String>,
    ) -> Self {
        Self {
            purchases: purchases.into(),
            days_since_last: days_since_last.into(),
            days_known: days_known.into(),
            ..Self::default()
        }
    }

    /// Reads options with the names of the setters here.
    ///
    /// # Errors
    /// `json`, `invalid-config` with a path, and those of [`RepurchaseModel::new`].
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Forecasts for every row.
    ///
    /// # Errors
    /// `missing-column`; `column-type` for columns without numbers; `invalid-argument` with the row of a history that
    /// cannot be; those of [`RepurchaseModel::fit`] and [`RepurchaseModel::forecast`].
    pub fn run(&self, table: &Responses) -> Result<RepurchaseReport> {
        check_horizon(self.horizon_days)?;
        let columns = [&self.purchases, &self.days_since_last, &self.days_known];
        let mut histories = Vec::with_capacity(table.len());
        for row in 0..table.len() {
            let located = |error: Error| error.on_row(row as u64);
            let mut values = [None; 3];
            for (value, name) in values.iter_mut().zip(columns) {
                *value = table.require(name)?.float(row).map_err(|e| located(e.at(name)))?;
            }
            let [Some(purchases), Some(since_last), Some(known)] = values else {
                histories.push(None);
                continue;
            };
            let whole = (0.0..1e15).contains(&purchases) && libm::trunc(purchases) == purchases;
            if !whole {
                let error = invalid("purchases are counted in whole numbers").at(&self.purchases);
                return Err(located(error));
            }
            let history = PurchaseHistory::new(purchases as u64, since_last, known);
            histories.push(Some(history.map_err(located)?));
        }
        let fit = match self.model {
            Some(_) => None,
            None => {
                let known: Vec<PurchaseHistory> = histories.iter().flatten().copied().collect();
                Some(RepurchaseModel::fit(&known)?)
            }
        };
        let fitted = || fit.as_ref().map(|fit| fit.model);
        let Some(model) = self.model.or_else(fitted) else {
            return Err(invalid("no model").at("model"));
        };
        let forecast = |history: &Option<PurchaseHistory>| {
            history.map(|history| model.forecast(&history, self.horizon_days)).transpose()
        };
        Ok(RepurchaseReport {
            forecasts: histories.iter().map(forecast).collect::<Result<_>>()?,
            model,
            fit,
        })
    }
}

impl RepurchaseReport {
    /// One row for each row of the table: `alive`, `expected`, `returns`, `cycle_days`, `overdue`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        forecasts(&mut table, &self.forecasts);
        table
    }
}
