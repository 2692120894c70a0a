//! Time: civil periods, zones, and reading dates.
//!
//! A moment is either an *instant* (a point on the UTC line: it carried an offset, or it was a number since the
//! epoch) or a *wall-clock* time (what the clock on the respondent's wall showed). Instants become civil days
//! through a [`Zone`]; wall-clock times already are local and are never converted.

pub(crate) mod business;
mod civil;
mod detect;
mod format;
mod period;
mod read;
mod scan;
mod unit;
pub(crate) mod week;
mod zone;

pub use format::DateFormat;
pub use period::Every;
pub use read::{DateReader, DateStream, Dates};
pub use unit::TimeUnit;
pub use zone::{LocalClock, Zone};

/// What a time stands for.
///
/// ```
/// use heedful::{Clock, DateStream};
/// let kind = |text: &str| DateStream::new(None).read(0, text).map(|moment| moment.kind);
/// assert_eq!(kind("2024-03-07T12:00:00Z")?, Clock::Instant);
/// assert_eq!(kind("2024-03-07 12:00")?, Clock::Wall);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// A point on the UTC line: it came with an offset, or as a number since the epoch.
    Instant,
    /// Local time without an offset. It is never converted to a zone.
    Wall,
}

/// A time that was read.
///
/// ```
/// use heedful::{Clock, DateStream, Moment};
/// let moment = DateStream::new(None).read(0, "1970-01-02T01:00+01:00")?;
/// assert_eq!(moment, Moment { millis: 86_400_000, kind: Clock::Instant });
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00: in UTC for an instant, on the wall clock otherwise.
    pub millis: i64,
    /// Which of the two it is.
    pub kind: Clock,
}
