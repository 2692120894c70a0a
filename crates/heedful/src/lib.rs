//! Voice-of-customer engine.
#![forbid(unsafe_code)]

mod base;
pub mod stats;

pub use base::error::{Error, ErrorCode, Result};
pub use base::metric::{Band, Better, Metric, Rule};
pub use base::scale::{Reading, Scale};
pub use base::tally::Tally;
