//! Alerts: what happened that somebody should know, once.
//!
//! | module | holds |
//! | --- | --- |
//! | `happening` | what was seen by ratings, reasons, pulse, health and anomalies, in one form |
//! | `options` | which responses raise, and when alerts are one storm |
//! | `book` | open alerts: deduplicated, grouped, closed |

pub(crate) mod book;
pub(crate) mod happening;
pub(crate) mod options;
#[cfg(test)]
mod tests;
