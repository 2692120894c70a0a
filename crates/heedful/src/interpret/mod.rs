//! Interpreting: what the responses say.

pub(crate) mod change;
pub(crate) mod cluster;
mod codes;
mod columns;
pub(crate) mod compare;
pub(crate) mod contrast;
pub(crate) mod count;
pub(crate) mod design;
pub(crate) mod driver;
pub(crate) mod frame;
pub(crate) mod group;
pub(crate) mod journey;
pub(crate) mod league;
pub(crate) mod mention;
pub(crate) mod sample_size;
pub(crate) mod scan;
pub(crate) mod score;
pub(crate) mod scorer;
pub(crate) mod scoring;
pub(crate) mod segment;
pub(crate) mod select;
pub(crate) mod split;
pub(crate) mod target;
pub(crate) mod weight;
