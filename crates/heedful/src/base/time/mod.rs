//! Time: civil periods, zones, and reading dates.
//!
//! A moment is either an *instant* (a point on the UTC line: it carried an offset, or it was a number since the
//! epoch) or a *wall-clock* time (what the clock on the respondent's wall showed). Instants become civil days
//! through a [`Zone`]; wall-clock times already are local and are never converted.

mod civil;
mod period;
mod unit;
mod zone;

pub use period::Every;
pub use unit::TimeUnit;
pub use zone::{LocalClock, Zone};
