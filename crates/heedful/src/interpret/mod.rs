//! Interpreting: what the responses say.

pub(crate) mod count;
pub(crate) mod score;
pub(crate) mod segment;
pub(crate) mod select;
