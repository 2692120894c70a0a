//! Acting: what is at stake, and what was done about it.

pub(crate) mod initiative;
pub(crate) mod money;
