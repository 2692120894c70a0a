//! Reasons: what customers speak of.

pub(crate) mod agreement;
pub(crate) mod discover;
pub(crate) mod evaluate;
pub(crate) mod labels;
mod learn;
pub(crate) mod lint;
pub(crate) mod mapper;
pub(crate) mod mappings;
mod matcher;
pub(crate) mod model;
pub(crate) mod patterns;
pub(crate) mod preset;
pub(crate) mod split;
pub(crate) mod taxonomy;
pub(crate) mod term;
