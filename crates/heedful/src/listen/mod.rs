//! Listening: responses and where they come from.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
pub(crate) mod column;
pub(crate) mod responses;
