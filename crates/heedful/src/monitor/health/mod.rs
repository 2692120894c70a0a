//! Customer health: scorecards as data, their result for each account, and whether they are worth believing.
//!
//! | module | holds |
//! | --- | --- |
//! | `scorecard` | measures, weights, bands and alarms as data |
//! | `points` | how a raw value becomes 0 to 100 |
//! | `reading` | the values of an account, from columns |
//! | `backtest` | totals against what became of accounts |
//! | `agreement` | bands against what account managers say |
//! | `fit` | scorecards learned from outcomes |
//! | `learn`, `model` | how values enter the regression, and the scorecards it makes |
//! | `lint` | what is doubtful about a scorecard |
//! | `assess` | totals, bands, contributions, what changed |
//! | `report` | the same as values and tables, and what the next look needs to know |

pub(crate) mod agreement;
pub(crate) mod assess;
pub(crate) mod backtest;
pub(crate) mod condition;
pub(crate) mod fit;
mod learn;
pub(crate) mod lint;
mod model;
pub(crate) mod outcome;
pub(crate) mod points;
pub(crate) mod reading;
pub(crate) mod report;
pub(crate) mod scorecard;
#[cfg(test)]
mod tests;
