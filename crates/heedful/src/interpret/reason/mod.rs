//! Reasons: what customers speak of.

pub(crate) mod agreement;
pub(crate) mod evaluate;
pub(crate) mod labels;
pub(crate) mod model;
pub(crate) mod patterns;
pub(crate) mod split;
