//! Listening: responses and where they come from.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
pub(crate) mod cells;
pub(crate) mod column;
pub(crate) mod contact;
pub(crate) mod funnel;
#[cfg(feature = "read")]
pub(crate) mod import;
pub(crate) mod join;
#[cfg(any(feature = "arrow", feature = "read"))]
pub(crate) mod labels;
pub(crate) mod privacy;
pub(crate) mod responses;
pub(crate) mod session;
pub(crate) mod survey;
