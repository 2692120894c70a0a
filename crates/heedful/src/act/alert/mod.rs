//! Alerts: what happened that somebody should know, once.
//!
//! | module | holds |
//! | --- | --- |
//! | `happening` | what was seen by ratings, reasons, pulse, health and anomalies, in one form |
//! | `options` | which responses raise, and when alerts are one storm |
//! | `book` | open alerts: deduplicated, grouped, closed |
//! | `report` | an alert, its members, and what became of it |

pub(crate) mod book;
pub(crate) mod happening;
pub(crate) mod options;
pub(crate) mod report;
#[cfg(test)]
mod tests;
