//! Ground floor: statistics that know nothing of surveys.
//!
//! Plain numbers in, plain numbers out. Counts are `f64` because a weighted sample enters with its
//! effective, fractional size. What cannot be known is `None`, never NaN. Transcendental functions come
//! from `libm` and `statrs`, so a native build and a WASM build agree.
//!
//! | module | holds |
//! | --- | --- |
//! | [`interval`] | intervals of one net score, proportion or mean |
#![cfg_attr(test, expect(clippy::float_cmp, reason = "tests assert that exact results are exact"))]

mod distribution;
pub mod interval;
mod root;
#[cfg(test)]
pub(crate) mod testing;

pub use interval::{Confidence, Interval, IntervalMethod, MeanSample, NetSample, ProportionSample};
