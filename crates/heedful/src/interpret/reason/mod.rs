//! Reasons: what customers speak of.

pub(crate) mod labels;
mod matcher;
pub(crate) mod preset;
pub(crate) mod taxonomy;
pub(crate) mod term;
