//! Ground floor: what every wing stands on.

#[cfg(feature = "arrow")]
mod arrow;
pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod hash;
pub(crate) mod json;
pub(crate) mod key;
pub(crate) mod kind;
pub(crate) mod letters;
pub(crate) mod metric;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod scale;
pub(crate) mod severity;
pub(crate) mod sorted;
pub(crate) mod state;
pub(crate) mod suppression;
pub(crate) mod table;
pub(crate) mod tally;
pub(crate) mod time;
