//! Interpreting: what the responses say.

pub(crate) mod score;
