//! Listening: responses and where they come from.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
pub(crate) mod column;
#[cfg(feature = "read")]
pub(crate) mod import;
pub(crate) mod responses;
