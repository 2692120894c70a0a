//! Ground floor: what every wing stands on.

pub(crate) mod error;
pub(crate) mod time;
