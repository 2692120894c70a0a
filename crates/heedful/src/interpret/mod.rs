//! Interpreting: what the responses say.

mod bands;
pub(crate) mod cluster;
mod codes;
pub(crate) mod compare;
pub(crate) mod contrast;
pub(crate) mod count;
pub(crate) mod design;
pub(crate) mod emotion;
pub(crate) mod group;
pub(crate) mod keyness;
pub(crate) mod league;
pub(crate) mod reason;
pub(crate) mod sample_size;
pub(crate) mod score;
pub(crate) mod scorer;
pub(crate) mod scoring;
pub(crate) mod segment;
pub(crate) mod select;
pub(crate) mod sentiment;
pub(crate) mod target;
mod vocabulary;
pub(crate) mod weight;
