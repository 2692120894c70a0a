//! The pulse: rolling scores of accounts, projects or contacts against rules.
//!
//! | module | holds |
//! | --- | --- |
//! | `options` | window and rules as data |
//! | `window` | which responses are in the window at a time |
//! | `names` | customers by number |
//! | `series` | the responses of one key, counted |
//! | `rule` | what a rule reads, and whether it raises |
//! | `stream` | responses in, alerts out |
//! | `state` | the pulse as JSON |
//! | `table` | tables in and out |

mod names;
pub(crate) mod options;
pub(crate) mod rule;
mod series;
mod state;
pub(crate) mod stream;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod window;
