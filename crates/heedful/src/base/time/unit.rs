//! Units of a time since the epoch.

use super::civil::saturate;

/// What a number since 1970-01-01T00:00:00 counts.
///
/// ```
/// use heedful::TimeUnit;
///
/// assert_eq!(TimeUnit::Millisecond.seconds(-1), -1); // floor, not towards zero
/// assert_eq!(TimeUnit::Second.day(-1), -1);
/// assert_eq!(TimeUnit::Nanosecond.day(86_400_000_000_000), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Seconds.
    Second,
    /// Thousandths of a second.
    Millisecond,
    /// Millionths of a second.
    Microsecond,
    /// Billionths of a second.
    Nanosecond,
}

pub(super) const SECONDS_PER_DAY: i64 = 86_400;

impl TimeUnit {
    /// How many of the unit make a second.
    ///
    /// ```
    /// assert_eq!(heedful::TimeUnit::Millisecond.per_second(), 1000);
    /// ```
    #[must_use]
    pub const fn per_second(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Millisecond => 1_000,
            Self::Microsecond => 1_000_000,
            Self::Nanosecond => 1_000_000_000,
        }
    }

    /// Whole seconds since the epoch, rounded down: the second that holds the value.
    #[must_use]
    pub const fn seconds(self, value: i64) -> i64 {
        // A constant divisor per arm, so that no division instruction is left.
        match self {
            Self::Second => value,
            Self::Millisecond => value.div_euclid(1_000),
            Self::Microsecond => value.div_euclid(1_000_000),
            Self::Nanosecond => value.div_euclid(1_000_000_000),
        }
    }

    /// Whole milliseconds since the epoch, rounded down; `None` where they are too many.
    pub(crate) const fn millis(self, value: i64) -> Option<i64> {
        match self {
            Self::Second => value.checked_mul(1_000),
            Self::Millisecond => Some(value),
            Self::Microsecond => Some(value.div_euclid(1_000)),
            Self::Nanosecond => Some(value.div_euclid(1_000_000)),
        }
    }

    /// Days since 1970-01-01, rounded down: the day that holds the value, read as it stands (UTC, or a wall
    /// clock). Beyond 5.8 million years, which only seconds and milliseconds reach, the nearest `i32`.
    #[must_use]
    pub fn day(self, value: i64) -> i32 {
        saturate(self.seconds(value).div_euclid(SECONDS_PER_DAY))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNITS: [TimeUnit; 4] =
        [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

    proptest! {
        #[test]
        fn floors_exactly(value in any::<i64>()) {
            for unit in UNITS {
                let length = i128::from(unit.per_second());
                let second = i128::from(unit.seconds(value));
                prop_assert!(second * length <= i128::from(value));
                prop_assert!(i128::from(value) < (second + 1) * length);
                let day = i128::from(unit.day(value));
                if day > i128::from(i32::MIN) && day < i128::from(i32::MAX) {
                    prop_assert!(day * 86_400 <= second && second < (day + 1) * 86_400);
                }
            }
        }
    }

    #[test]
    fn bounds() {
        for unit in UNITS {
            assert_eq!(unit.day(0), 0);
            assert_eq!(unit.day(-1), -1);
            assert_eq!(unit.day(86_400 * unit.per_second() - 1), 0);
            assert_eq!(unit.day(-86_400 * unit.per_second()), -1);
        }
        assert_eq!(TimeUnit::Second.day(i64::MAX), i32::MAX);
        assert_eq!(TimeUnit::Second.day(i64::MIN), i32::MIN);
    }
}
