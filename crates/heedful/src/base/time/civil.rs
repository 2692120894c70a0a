//! The proleptic Gregorian calendar: days since 1970-01-01 to and from year, month and day.
//!
//! The formulas count years from 1 March, so that the leap day comes last, in eras of 400 years (146 097 days);
//! see Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". They are written out here because the
//! browser build then needs no calendar library.

const DAYS_IN_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_SHIFT: i64 = 719_468;

/// A date. One that was read may not exist: see [`Civil::existing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// 1 to 12.
    pub(super) month: u32,
    /// 1 to 31.
    pub(super) day: u32,
}

impl Civil {
    /// The day, counted from 1970-01-01, of a date that may not exist (31 April, month 13).
    pub(super) fn existing(self) -> Option<i64> {
        let length = days_in_month(self.year, self.month);
        (1..=length).contains(&self.day).then(|| self.days())
    }

    /// The day, counted from 1970-01-01, of a date that exists. The year may be any that comes from an `i32` day.
    pub(super) fn days(self) -> i64 {
        let Self { year, month, day } = self;
        let year = year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = i64::from((153 * month_from_march + 2) / 5 + day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_IN_ERA + day_of_era - EPOCH_SHIFT
    }

    /// The date of a day counted from 1970-01-01.
    pub(super) fn of_day(day: i32) -> Self {
        let shifted = i64::from(day) + EPOCH_SHIFT;
        let era = shifted.div_euclid(DAYS_IN_ERA);
        let day_of_era = shifted.rem_euclid(DAYS_IN_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self { year, month: month as u32, day: day as u32 }
    }
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month, 0 for a month that does not exist.
pub(super) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

/// Narrows to `i32`; what lies outside becomes the nearest bound.
pub(super) fn saturate(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every day from 1599 to 2401 (two leap centuries) and at the bounds of what jiff knows.
    #[test]
    fn agrees_with_jiff_day_by_day() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for first in [-4_371_587, -135_508, 2_932_896 - 292_900] {
            let start = epoch.checked_add(jiff::Span::new().days(first)).unwrap();
            for (day, date) in (first..).zip(start.series(jiff::Span::new().days(1))).take(292_901)
            {
                let civil = Civil::of_day(day);
                let expected = Civil {
                    year: date.year().into(),
                    month: date.month() as u32,
                    day: date.day() as u32,
                };
                assert_eq!(civil, expected);
                assert_eq!(civil.existing(), Some(i64::from(day)));
                assert_eq!(days_in_month(civil.year, civil.month), date.days_in_month() as u32);
            }
        }
    }

    #[test]
    fn what_does_not_exist_is_none() {
        for (year, month, day) in
            [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31)]
        {
            assert_eq!(Civil { year, month, day }.existing(), None);
        }
    }
}
