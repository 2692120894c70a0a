//! Listening: responses and where they come from.

pub(crate) mod column;
#[cfg(feature = "read")]
pub(crate) mod import;
pub(crate) mod responses;
