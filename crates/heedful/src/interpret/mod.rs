//! Interpreting: what the responses say.

pub(crate) mod cluster;
mod codes;
pub(crate) mod count;
pub(crate) mod design;
pub(crate) mod score;
pub(crate) mod segment;
pub(crate) mod select;
pub(crate) mod weight;
