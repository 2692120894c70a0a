//! How often a series is counted.

use std::fmt;

use serde::Serialize;

use crate::base::config::names;
use crate::base::table::Data;
use crate::base::time::Every;

/// The length of the periods of a watched series: an hour of the clock, or what [`Every`] has. An hour is counted from
/// 1970-01-01 00:00.
///
/// ```
/// use heedful::{Cadence, Every};
/// assert_eq!(Cadence::from(Every::Week), Cadence::Week);
/// assert_eq!((Cadence::Hour.index_of_day(2), Cadence::Hour.first_day(49)), (48, 2));
/// assert_eq!(Cadence::Hour.label(49), "1970-01-03T01:00:00");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A year.
    Year,
}

names!(Cadence {
    Hour = "hour",
    Day = "day",
    Week = "week",
    Month = "month",
    Quarter = "quarter",
    Year = "year",
});

impl From<Every> for Cadence {
    fn from(every: Every) -> Self {
        match every {
            Every::Day => Self::Day,
            Every::Week => Self::Week,
            Every::Month => Self::Month,
            Every::Quarter => Self::Quarter,
            Every::Year => Self::Year,
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.calendar().map_or("hour", Every::as_str))
    }
}

/// Days in a month, on average.
const MONTH: f64 = 365.2425 / 12.0;
pub(super) const HOURS: i32 = 24;

impl Cadence {
    /// Its period of the calendar; `None` for hours.
    const fn calendar(self) -> Option<Every> {
        Some(match self {
            Self::Hour => return None,
            Self::Day => Every::Day,
            Self::Week => Every::Week,
            Self::Month => Every::Month,
            Self::Quarter => Every::Quarter,
            Self::Year => Every::Year,
        })
    }

    /// The index of the period in which a day (counted from 1970-01-01) begins.
    #[must_use]
    pub fn index_of_day(self, day: i32) -> i32 {
        self.calendar().map_or(day.saturating_mul(HOURS), |every| every.index_of_day(day))
    }

    /// The index of the period in which a day ends.
    pub(super) fn last_of_day(self, day: i32) -> i32 {
        let hours = || day.saturating_mul(HOURS).saturating_add(HOURS - 1);
        self.calendar().map_or_else(hours, |every| every.index_of_day(day))
    }

    /// The day on which a period begins.
    #[must_use]
    pub fn first_day(self, index: i32) -> i32 {
        self.calendar().map_or(index.div_euclid(HOURS), |every| every.first_day(index))
    }

    /// The day on which a period begins, and its hour where periods are hours.
    #[must_use]
    pub fn label(self, index: i32) -> String {
        let day = Every::Day.label(self.first_day(index));
        match self {
            Self::Hour => format!("{day}T{:02}:00:00", index.rem_euclid(HOURS)),
            _ => day,
        }
    }

    /// The index of the period that holds a time, in seconds of local time.
    pub(super) fn index_of_second(self, seconds: i64) -> i32 {
        let clip = |value: i64| i32::try_from(value).unwrap_or(i32::MAX * value.signum() as i32);
        let index = seconds.div_euclid(3600);
        match self {
            Self::Hour => clip(index),
            _ => self.index_of_day(clip(index.div_euclid(i64::from(HOURS)))),
        }
    }

    /// Periods as a column: first days, or times where periods are hours.
    pub(super) fn column(self, periods: impl Iterator<Item = i32>) -> Data {
        match self {
            Self::Hour => Data::Time(periods.map(|at| Some(i64::from(at) * 3600)).collect()),
            _ => Data::Date(periods.map(|at| Some(self.first_day(at))).collect()),
        }
    }

    /// How many periods a month has, on average.
    pub(super) fn per_month(self) -> f64 {
        match self {
            Self::Hour => MONTH * f64::from(HOURS),
            Self::Day => MONTH,
            Self::Week => MONTH / 7.0,
            Self::Month => 1.0,
            Self::Quarter => 1.0 / 3.0,
            Self::Year => 1.0 / 12.0,
        }
    }

    /// So many days, or other periods; hours are looked at by the quarter of a day.
    pub(super) const fn stretch(self, periods: i32) -> i32 {
        match self {
            Self::Hour => 6 * periods,
            _ => periods,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_follow_each_other_across_days() {
        for index in [-25, -24, -1, 0, 23, 24, 500_000] {
            let day = Cadence::Hour.first_day(index);
            assert!(Cadence::Hour.index_of_day(day) <= index);
            assert!(index <= Cadence::Hour.last_of_day(day));
            assert_eq!(Cadence::Hour.index_of_second(i64::from(index) * 3600 + 3599), index);
        }
        assert_eq!(Cadence::Hour.label(-1), "1969-12-31T23:00:00");
        assert_eq!(Cadence::Day.index_of_second(-1), -1);
        assert_eq!(Cadence::Week.index_of_second(86_400 * 4), 1);
        assert_eq!(Cadence::Hour.index_of_second(i64::MIN), i32::MIN + 1);
        for every in Every::ALL {
            assert_eq!(Cadence::from(*every).to_string(), every.to_string());
        }
    }
}
