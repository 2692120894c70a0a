//! Behaviour as a sign: what customers do, where nobody asked them.
//!
//! | module | holds |
//! | --- | --- |
//! | `model` | the BG/NBD model: what a history of purchases says of the next |
//! | `fit` | its parameters by maximum likelihood |
//! | `events` | recency, frequency and value from a table of events; groups of customers |
//! | `table` | forecasts for histories that are counted already |

pub(crate) mod events;
pub(crate) mod fit;
pub(crate) mod model;
pub(crate) mod table;
#[cfg(test)]
mod tests;
