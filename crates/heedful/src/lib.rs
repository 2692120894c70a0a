//! Voice-of-customer engine.
#![forbid(unsafe_code)]

mod base;
pub mod stats;

pub use base::error::{Error, ErrorCode, Result};
pub use base::time::{
    DateFormat, DateReader, DateStream, Dates, Every, LocalClock, Moment, TimeKind, TimeUnit, Zone,
};
