//! Ground floor: statistics that know nothing of surveys.
//!
//! Plain numbers in, plain numbers out. Counts are `f64` because a weighted sample enters with its
//! effective, fractional size. What cannot be known is `None`, never NaN. Transcendental functions come
//! from `libm` and `statrs`, so a native build and a WASM build agree.
//!
//! | module | holds |
//! | --- | --- |
//! | [`interval`] | intervals of one net score, proportion or mean |
//! | [`test`](mod@test) | differences between two samples, and from a target |
//! | [`multiplicity`] | p-values corrected for how many were looked at |
//! | [`BetweenVariance`] | how much groups truly differ |
//! | [`sample_size`] | responses needed for a margin or to see a difference |
//! | [`Auc`], [`brier`], [`calibration`] | how good a forecast of a yes or no was |
//! | [`Kappa`] | how well two judges agree beyond chance |
//! | [`Random`], [`resample`] | seeded draws, bootstrap replicates of a tally |
#![cfg_attr(test, expect(clippy::float_cmp, reason = "tests assert that exact results are exact"))]

pub(crate) mod clustered;
pub(crate) mod correlation;
pub(crate) mod distribution;
pub(crate) mod forecast;
pub(crate) mod heterogeneity;
pub mod interval;
mod kappa;
pub mod multiplicity;
mod online;
pub(crate) mod penalised;
pub(crate) mod poisson;
mod quadrature;
mod random;
pub(crate) mod regression;
mod resample;
mod root;
pub(crate) mod saddlepoint;
pub mod sample_size;
pub mod test;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod total;

pub use forecast::{Auc, CalibrationBin, brier, calibration, calibration_error, stability_index};
pub use heterogeneity::BetweenVariance;
pub use interval::{Confidence, Interval, IntervalMethod, MeanSample, NetSample, ProportionSample};
pub use kappa::{Kappa, KappaWeights};
pub use multiplicity::Adjustment;
pub use online::OnlineFdr;
pub use random::Random;
pub use resample::resample;
pub use test::Comparison;
