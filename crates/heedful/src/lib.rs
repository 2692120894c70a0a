//! Voice-of-customer engine.
#![forbid(unsafe_code)]

mod base;
pub mod stats;

pub use base::error::{Error, ErrorCode, Result};
pub use base::time::{Every, LocalClock, TimeUnit, Zone};
