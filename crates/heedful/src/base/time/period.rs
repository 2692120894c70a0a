//! Civil periods: days, ISO weeks, months, quarters and years, each numbered without gaps.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::super::config::names;
use super::civil::{Civil, days_in_month, saturate};
use crate::{Error, ErrorCode, Result};

/// A civil period that time is cut into.
///
/// A period is an `i32` index; the period after `i` is `i + 1`, so empty periods can be shown. Index 0 is the
/// period that holds 1970-01-01. Days are counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// ```
/// use heedful::Every;
///
/// let day = 19_789; // 2024-03-07
/// let week = Every::Week.index_of_day(day);
/// assert_eq!(Every::Week.label(week), "2024-W10");
/// assert_eq!(Every::Week.first_day(week), 19_786); // Monday 2024-03-04
/// assert_eq!(Every::Week.label(week + 1), "2024-W11");
/// assert_eq!("month".parse::<Every>()?.label(650), "2024-03");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// A civil day, labelled `2024-03-07`.
    Day,
    /// An ISO 8601 week, Monday to Sunday, labelled by its ISO year: `2024-W10`.
    Week,
    /// A calendar month, labelled `2024-03`.
    Month,
    /// A calendar quarter, labelled `2024-Q1`.
    Quarter,
    /// A calendar year, labelled `2024`.
    Year,
}

names!(Every { Day = "day", Week = "week", Month = "month", Quarter = "quarter", Year = "year" });

/// Monday of the week that holds 1970-01-01, a Thursday.
const FIRST_MONDAY: i64 = -3;

impl Every {
    /// Every period there is, shortest first.
    ///
    /// ```
    /// let labels: Vec<_> = heedful::Every::ALL.iter().map(|every| every.label(every.index_of_day(19_789))).collect();
    /// assert_eq!(labels, ["2024-03-07", "2024-W10", "2024-03", "2024-Q1", "2024"]);
    /// ```
    pub const ALL: &[Self] = &[Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The name: `day`, `week`, `month`, `quarter` or `year`.
    ///
    /// ```
    /// assert_eq!("quarter".parse::<heedful::Every>()?.as_str(), "quarter");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The period that holds a day. Exact for every `i32`.
    ///
    /// ```
    /// use heedful::Every;
    /// // 1970 is year 0 here, and so is its first month, quarter and day.
    /// assert_eq!([Every::Year, Every::Month, Every::Day].map(|every| every.index_of_day(0)), [0, 0, 0]);
    /// ```
    #[must_use]
    pub fn index_of_day(self, day: i32) -> i32 {
        match self {
            Self::Day => day,
            Self::Week => saturate((i64::from(day) - FIRST_MONDAY).div_euclid(7)),
            Self::Month => months(day),
            Self::Quarter => months(day).div_euclid(3),
            Self::Year => saturate(Civil::of_day(day).year - 1970),
        }
    }

    /// The first day of a period.
    ///
    /// Exact where that day is an `i32`, some 5.8 million years around 1970; the nearest `i32` elsewhere.
    ///
    /// ```
    /// use heedful::Every;
    /// // Day 59 after 1970-01-01 is 1 March: in the first quarter, which began on day 0.
    /// let quarter = Every::Quarter.index_of_day(59);
    /// assert_eq!((Every::Quarter.first_day(quarter), Every::Quarter.first_day(quarter + 1)), (0, 90));
    /// ```
    #[must_use]
    pub fn first_day(self, index: i32) -> i32 {
        let index = i64::from(index);
        saturate(match self {
            Self::Day => index,
            Self::Week => index * 7 + FIRST_MONDAY,
            Self::Month => first_of_month(index),
            Self::Quarter => first_of_month(index * 3),
            Self::Year => first_of_month(index * 12),
        })
    }

    /// The label of a period: `2024-03-07`, `2024-W10`, `2024-03`, `2024-Q1` or `2024`.
    ///
    /// A year outside 0 to 9999 is written with a sign and at least six digits, as ISO 8601 has it.
    ///
    /// ```
    /// use heedful::Every;
    /// assert_eq!(Every::Month.label(Every::Month.index_of_day(59)), "1970-03");
    /// ```
    #[must_use]
    pub fn label(self, index: i32) -> String {
        // A year index can lie beyond the days that an `i32` counts.
        if self == Self::Year {
            return year_label(1970 + i64::from(index));
        }
        let first = self.first_day(index);
        match self {
            Self::Week => {
                // A week belongs to the year of its Thursday.
                let thursday = first.saturating_add(3);
                let year = Civil::of_day(thursday).year;
                let new_year = Civil { year, month: 1, day: 1 }.days();
                let week = (i64::from(thursday) - new_year) / 7 + 1;
                format!("{}-W{week:02}", year_label(year))
            }
            _ => {
                let Civil { year, month, day } = Civil::of_day(first);
                let year = year_label(year);
                match self {
                    Self::Quarter => format!("{year}-Q{}", (month - 1) / 3 + 1),
                    Self::Month => format!("{year}-{month:02}"),
                    _ => format!("{year}-{month:02}-{day:02}"),
                }
            }
        }
    }
}

impl Every {
    /// The same date so many years earlier; 29 February becomes 1 March in a common year.
    pub(crate) fn years_before(day: i32, years: i32) -> i32 {
        let date = Civil::of_day(day);
        saturate(Civil { year: date.year - i64::from(years), ..date }.days())
    }

    /// The same date so many months earlier (later where negative), or the last of a month that is shorter.
    pub(crate) fn months_before(day: i32, months: i32) -> i32 {
        let date = Civil::of_day(day);
        let count = (date.year * 12 + i64::from(date.month) - 1) - i64::from(months);
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u32 + 1);
        let day = date.day.min(days_in_month(year, month));
        saturate(Civil { year, month, day }.days())
    }
}

fn months(day: i32) -> i32 {
    let Civil { year, month, .. } = Civil::of_day(day);
    saturate((year - 1970) * 12 + i64::from(month) - 1)
}

fn first_of_month(months: i64) -> i64 {
    let month = months.rem_euclid(12) as u32 + 1;
    Civil { year: 1970 + months.div_euclid(12), month, day: 1 }.days()
}

fn year_label(year: i64) -> String {
    if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Every {
    type Err = Error;

    /// # Errors
    /// [`ErrorCode::UnknownName`] when the text is not one of the names, in lower case.
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|every| every.as_str() == name).ok_or_else(|| {
            Error::new(
                ErrorCode::UnknownName,
                format!("unknown period `{name}`: expected day, week, month, quarter or year"),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn months_back_and_forth() {
        let day = |y: i16, m, d| {
            let since = date(y, m, d).since((jiff::Unit::Day, date(1970, 1, 1))).unwrap();
            since.get_days()
        };
        assert_eq!(Every::months_before(day(2026, 8, 31), 6), day(2026, 2, 28));
        assert_eq!(Every::months_before(day(2024, 1, 15), 13), day(2022, 12, 15));
        assert_eq!(Every::months_before(day(2024, 8, 31), -6), day(2025, 2, 28));
    }

    /// The days that jiff knows: -9999-01-01 to 9999-12-31.
    const KNOWN: std::ops::RangeInclusive<i32> = -4_371_587..=2_932_896;

    fn jiff_date(day: i32) -> Date {
        date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap()
    }

    fn slow_first(every: Every, d: Date) -> Date {
        match every {
            Every::Day => d,
            Every::Week => {
                let back = i32::from(d.weekday().to_monday_zero_offset());
                d.checked_sub(jiff::Span::new().days(back)).unwrap()
            }
            Every::Month => d.first_of_month(),
            Every::Quarter => date(d.year(), (d.month() - 1) / 3 * 3 + 1, 1),
            Every::Year => d.first_of_year(),
        }
    }

    fn slow_label(every: Every, d: Date) -> String {
        let year = |y: i16| if y < 0 { format!("-{:06}", -y) } else { format!("{y:04}") };
        match every {
            Every::Day => d.to_string(),
            Every::Week => {
                let week = d.iso_week_date();
                format!("{}-W{:02}", year(week.year()), week.week())
            }
            Every::Month => format!("{}-{:02}", year(d.year()), d.month()),
            Every::Quarter => format!("{}-Q{}", year(d.year()), (d.month() + 2) / 3),
            Every::Year => year(d.year()),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(day in KNOWN) {
            let d = jiff_date(day);
            // A week that begins before the first day jiff knows.
            prop_assume!(d >= date(-9999, 1, 8));
            for &every in Every::ALL {
                let index = every.index_of_day(day);
                prop_assert_eq!(jiff_date(every.first_day(index)), slow_first(every, d));
                prop_assert_eq!(every.label(index), slow_label(every, d));
            }
        }

        #[test]
        fn periods_follow_each_other(day in i32::MIN + 400..i32::MAX - 400) {
            for &every in Every::ALL {
                let index = every.index_of_day(day);
                let (first, next) = (every.first_day(index), every.first_day(index + 1));
                prop_assert!(first <= day && day < next);
                prop_assert_eq!(every.index_of_day(first), index);
                prop_assert_eq!(every.index_of_day(next), index + 1);
                prop_assert_eq!(every.index_of_day(next - 1), index);
            }
        }

        #[test]
        fn is_total(index in any::<i32>()) {
            for &every in Every::ALL {
                prop_assert!(every.first_day(index) <= every.first_day(index.saturating_add(1)));
                prop_assert!(!every.label(index).is_empty());
            }
        }
    }

    #[test]
    fn labels_the_turn_of_the_year() {
        let day = |year, month, day| Civil { year, month, day }.days() as i32;
        let week = |d| Every::Week.label(Every::Week.index_of_day(d));
        assert_eq!(week(day(2024, 12, 30)), "2025-W01");
        assert_eq!(week(day(2021, 1, 3)), "2020-W53");
        assert_eq!(week(day(2023, 1, 1)), "2022-W52");
        assert_eq!(week(day(2026, 12, 31)), "2026-W53");
    }

    #[test]
    fn bounds_do_not_overflow() {
        for &every in Every::ALL {
            assert!(every.index_of_day(i32::MIN) < every.index_of_day(i32::MAX));
            assert!(every.first_day(i32::MIN) < every.first_day(i32::MAX));
            assert_ne!(every.label(i32::MIN), every.label(i32::MAX));
        }
        assert_eq!(Every::Year.label(-1970), "0000");
        assert_eq!(Every::Year.label(-1971), "-000001");
        assert_eq!(Every::Year.label(8030), "+010000");
    }

    #[test]
    fn names_round_trip() {
        for &every in Every::ALL {
            assert_eq!(every.as_str().parse::<Every>().unwrap(), every);
            assert_eq!(serde_json::to_string(&every).unwrap(), format!("\"{every}\""));
        }
        let error = "Week".parse::<Every>().unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownName);
        assert!(serde_json::from_str::<Every>("\"fortnight\"").is_err());
    }
}
