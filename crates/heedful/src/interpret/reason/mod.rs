//! Reasons: what customers speak of.

pub(crate) mod labels;
pub(crate) mod model;
pub(crate) mod split;
