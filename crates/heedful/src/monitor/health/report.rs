//! What is told of accounts: totals, contributions, changes, as values and as tables; and what the next look needs to know.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::config::{self, stored};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::state;
use crate::base::table::Table;

pub(super) const STATE_VERSION: u32 = 1;

stored!(HealthState { version, accounts });
stored!(Remembered { formula, total = Default::default(), band = Default::default(), contributions = Default::default(), numbers = Default::default() });

/// What became of a line of the scorecard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStatus {
    /// The measure has a value.
    Present,
    /// The value is older than the measure allows and counts as missing.
    Stale,
    /// There is no value.
    Missing,
    /// The line is that of an alarm which changes the total.
    Alarm,
}

impl LineStatus {
    /// The name: `present`, `stale`, `missing` or `alarm`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Alarm => "alarm",
        }
    }
}

/// A part of a total.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthLine {
    /// The id of the measure or alarm.
    pub name: String,
    /// The group of the measure.
    pub group: Option<String>,
    /// The raw value.
    pub value: Key,
    /// Points, 0 to 100; those that stand in where the value is missing; `None` where the measure is left out.
    pub points: Option<f64>,
    /// The share of the total that is the measure's, 0 to 1.
    pub weight: f64,
    /// What the line adds to the total. The lines add up to it exactly, in whatever order and by whatever rule they are
    /// added.
    pub contribution: f64,
    /// What became of it.
    pub status: LineStatus,
}

/// The cheapest single measure to raise into the next band, also one without a fresh value: to measure it, and have it
/// at least so high. Alarms stay as they are.
///
/// What is left out is raised from the points with which it would change nothing: the mean of its group, and in a group
/// of which nothing is known the total.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Improvement {
    /// The measure.
    pub measure: String,
    /// The band that the account would be in.
    pub band: String,
    /// Its points now, also those that stand in for a value that is missing; `None` where it is left out.
    pub points: Option<f64>,
    /// The points it needs.
    pub to_points: f64,
    /// The raw value that has them; `None` where no number can be named (categories, percentiles, milestones). For
    /// points that decay it is days.
    pub to_value: Option<f64>,
    /// The points it is raised by times the measure's effort.
    pub effort: f64,
}

/// How an account differs from the last look.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthChange {
    /// The total now less the total then; `None` where one of them has no total or the formula is another.
    pub total: Option<f64>,
    /// The band then.
    pub band_before: Option<String>,
    /// The scorecard, or its version, is another: totals are not compared.
    pub reformulated: bool,
    /// What each line adds to the change, the largest first; lines without a change are left out.
    pub causes: Vec<(String, f64)>,
}

/// The health of one account.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct AccountHealth {
    /// The account.
    pub account: String,
    /// The stage; `None` where the account is in none, and then there is nothing else.
    pub stage: Option<String>,
    /// 0 to 100; `None` where a required measure is missing or all are.
    pub total: Option<f64>,
    /// Standard error of the total, from those of its survey scores; `None` where no measure has one.
    pub standard_error: Option<f64>,
    /// The band, after hysteresis.
    pub band: Option<String>,
    /// Probability that the true total lies in the band, by the standard error; `None` without one.
    pub band_probability: Option<f64>,
    /// Lines that add up to the total, in the order of the scorecard, then alarms.
    pub lines: Vec<HealthLine>,
    /// Required measures that are missing.
    pub required: Vec<String>,
    /// Alarms that fired, in the order of the scorecard.
    pub alarms: Vec<String>,
    /// Against the last look; `None` where there was none.
    pub change: Option<HealthChange>,
    /// The cheapest single improvement that changes the band; `None` where none does, or in the highest one.
    pub improvement: Option<Improvement>,
}

/// The health of all accounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthReport {
    /// As of when, in milliseconds since 1970.
    pub now: i64,
    /// One for each account, in the order of the table.
    pub accounts: Vec<AccountHealth>,
    #[serde(skip)]
    pub(super) state: HealthState,
}

/// What the next look needs to know of this one. It holds ids of accounts and numbers, no comments.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct HealthState {
    pub(super) version: u32,
    pub(super) accounts: BTreeMap<String, Remembered>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct Remembered {
    /// Tells formulas apart.
    pub(super) formula: String,
    #[serde(default)]
    pub(super) total: Option<f64>,
    #[serde(default)]
    pub(super) band: Option<String>,
    #[serde(default)]
    pub(super) contributions: Vec<(String, f64)>,
    #[serde(default)]
    pub(super) numbers: BTreeMap<String, f64>,
}

impl HealthState {
    /// Reads what [`HealthState::to_json`] wrote, also by an earlier or later version.
    ///
    /// # Errors
    /// `json`, `invalid-config`, or `state-version` for one that this version cannot read.
    pub fn from_json(text: &str) -> Result<Self> {
        state::check_version(&Json::parse(text)?, STATE_VERSION)?;
        config::read(text)
    }

    /// The state as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Removes all that is known of an account; whether there was anything.
    pub fn forget(&mut self, account: &str) -> bool {
        self.accounts.remove(account).is_some()
    }
}

impl AccountHealth {
    pub(super) fn none(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            stage: None,
            total: None,
            standard_error: None,
            band: None,
            band_probability: None,
            lines: Vec::new(),
            required: Vec::new(),
            alarms: Vec::new(),
            change: None,
            improvement: None,
        }
    }

    /// How many measures have this status.
    #[must_use]
    pub fn count(&self, status: LineStatus) -> usize {
        self.lines.iter().filter(|line| line.status == status).count()
    }
}

impl HealthReport {
    /// What the next look needs to know of this one.
    #[must_use]
    pub fn state(&self) -> &HealthState {
        &self.state
    }

    /// One row for each account: `account`, `stage`, `total` (0 to 100), `standard_error`, `band`, `band_probability`,
    /// `missing` and `stale` (measures), `alarms` (joined by `, `), `change` (of the total), `cause` (the line that
    /// changed most), `band_before`, `reformulated` (totals are not compared), `improve` (the cheapest measure to raise, or
    /// to measure at all), `improve_from` (none where it is left out), `improve_to` (points) and `improve_value` (raw).
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let accounts = || self.accounts.iter();
        let improvement = || accounts().map(|a| a.improvement.as_ref());
        table.texts("account", accounts().map(|a| Some(a.account.clone())));
        table.texts("stage", accounts().map(|a| a.stage.clone()));
        table.floats("total", accounts().map(|a| a.total));
        table.floats("standard_error", accounts().map(|a| a.standard_error));
        table.texts("band", accounts().map(|a| a.band.clone()));
        table.floats("band_probability", accounts().map(|a| a.band_probability));
        for status in [LineStatus::Missing, LineStatus::Stale] {
            table.ints(status.as_str(), accounts().map(|a| Some(a.count(status) as u64)));
        }
        table.texts("alarms", accounts().map(|a| Some(a.alarms.join(", "))));
        let change = || accounts().map(|a| a.change.as_ref());
        table.floats("change", change().map(|c| c?.total));
        table.texts("cause", change().map(|c| c?.causes.first().map(|(name, _)| name.clone())));
        table.texts("band_before", change().map(|c| c?.band_before.clone()));
        table.bools("reformulated", change().map(|c| Some(c?.reformulated)));
        table.texts("improve", improvement().map(|i| i.map(|i| i.measure.clone())));
        table.floats("improve_from", improvement().map(|i| i?.points));
        table.floats("improve_to", improvement().map(|i| i.map(|i| i.to_points)));
        table.floats("improve_value", improvement().map(|i| i?.to_value));
        table
    }

    /// What changed since the last look: one row for each account and line that did, the largest first, also lines that are
    /// gone: `account`, `name`, `change` (of the total).
    ///
    /// ```
    /// use heedful::health::{Health, Measure, MeasureGroup, Points, Scorecard};
    /// use heedful::{Column, Responses};
    ///
    /// let logins = Measure::new("logins", Points::Linear(vec![[0.0, 0.0], [20.0, 100.0]]));
    /// let health = Health::new(Scorecard::new("use", vec![MeasureGroup::new("use", 1.0, vec![logins])])?, "account");
    /// let table = |logins| {
    ///     Responses::new()
    ///         .with("account", Column::texts([Some("a")]))?
    ///         .with("logins", Column::numbers(vec![logins]))
    /// };
    /// let first = health.run(&table(16.0)?, 0, None)?;
    /// let second = health.run(&table(10.0)?, 86_400_000, Some(first.state()))?;
    /// assert_eq!(second.accounts[0].change.as_ref().unwrap().causes, [("logins".to_owned(), -30.0)]);
    /// assert_eq!(second.changes_table().len(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn changes_table(&self) -> Table {
        let mut table = Table::new();
        let causes = || {
            let of = |account: &AccountHealth| account.change.clone().unwrap_or_default().causes;
            self.accounts.iter().flat_map(move |a| of(a).into_iter().map(move |cause| (a, cause)))
        };
        table.texts("account", causes().map(|(a, _)| Some(a.account.clone())));
        table.texts("name", causes().map(|(_, (name, _))| Some(name)));
        table.floats("change", causes().map(|(_, (_, by))| Some(by)));
        table
    }

    /// One row for each account and line: `account`, `name`, `group`, `value` (raw, as text), `points`, `weight`,
    /// `contribution` and `status`.
    #[must_use]
    pub fn lines_table(&self) -> Table {
        let mut table = Table::new();
        let lines = || self.accounts.iter().flat_map(|a| a.lines.iter().map(move |line| (a, line)));
        table.texts("account", lines().map(|(a, _)| Some(a.account.clone())));
        table.texts("name", lines().map(|(_, line)| Some(line.name.clone())));
        table.texts("group", lines().map(|(_, line)| line.group.clone()));
        table.texts("value", lines().map(|(_, line)| line.value.known()));
        table.floats("points", lines().map(|(_, line)| line.points));
        table.floats("weight", lines().map(|(_, line)| Some(line.weight)));
        table.floats("contribution", lines().map(|(_, line)| Some(line.contribution)));
        table.texts("status", lines().map(|(_, line)| Some(line.status.as_str().to_owned())));
        table
    }
}
