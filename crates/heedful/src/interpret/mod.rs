//! Interpreting: what the responses say.

pub(crate) mod compare;
pub(crate) mod count;
pub(crate) mod sample_size;
pub(crate) mod score;
pub(crate) mod segment;
pub(crate) mod select;
