//! Detectors by their published names, for those who must match numbers made elsewhere.
//!
//! Nothing here is tuned: every default is the published one.

pub(crate) mod farrington;
pub(crate) mod moving;
