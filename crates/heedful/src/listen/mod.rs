//! Listening: responses and where they come from.

pub(crate) mod column;
pub(crate) mod responses;
