//! The pulse: rolling scores of accounts, projects or contacts against rules.
//!
//! | module | holds |
//! | --- | --- |
//! | `options` | window and rules as data |
//! | `window` | which responses are in the window at a time |
//! | `days` | the responses of two windows, day by day |
//! | `people` | the last answers of customers, where a rule asks for them |
//! | `series` | what is counted of each key |
//! | `rule` | what a rule reads, and whether it raises |
//! | `stream` | responses in, alerts out |
//! | `state` | the pulse as JSON |
//! | `table` | tables in and out |

mod days;
pub(crate) mod options;
mod people;
pub(crate) mod rule;
mod series;
mod state;
pub(crate) mod stream;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod window;
