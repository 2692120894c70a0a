//! Which responses are in the window, and in the one before it.

use super::options::PulseWindow;
use crate::base::time::{Every, LocalClock, Zone};

const SECONDS_PER_DAY: i64 = 86_400;
pub(super) const DAY: i64 = 1000 * SECONDS_PER_DAY;

/// The windows at a time: a response at `start..=now` is in the window, one at `before..start` in the window before.
/// All in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The local day of `now`.
    pub(super) day: i32,
    pub(super) before: i64,
    pub(super) start: i64,
    pub(super) now: i64,
}

impl Bounds {
    /// Before anything was looked at: no response is too old.
    pub(super) const NONE: Self =
        Self { day: i32::MIN, before: i64::MIN, start: i64::MIN, now: i64::MIN };

    pub(super) fn at(window: PulseWindow, zone: &Zone, now: i64) -> Self {
        let mut clock = zone.clock();
        let day = local_day(&mut clock, now);
        let mut first =
            |windows| start_of_day(&mut clock, window.last_out(day, windows).saturating_add(1));
        Self { day, before: first(2), start: first(1), now }
    }
}

pub(super) fn local_day(clock: &mut LocalClock<'_>, at: i64) -> i32 {
    clock.local_day(at.div_euclid(1000))
}

/// The first millisecond of a local day. The day need not begin at midnight.
pub(super) fn start_of_day(clock: &mut LocalClock<'_>, day: i32) -> i64 {
    let midnight = i64::from(day) * SECONDS_PER_DAY;
    // No offset is as much as two days.
    let (mut low, mut high) = (midnight - 2 * SECONDS_PER_DAY, midnight + 2 * SECONDS_PER_DAY);
    while low < high {
        let middle = low + (high - low) / 2;
        if clock.local_day(middle) < day { low = middle + 1 } else { high = middle }
    }
    low * 1000
}

impl PulseWindow {
    /// The last day that is out of so many windows on a day.
    fn last_out(self, day: i32, windows: u32) -> i32 {
        let back = |length: u32| i32::try_from(length * windows).unwrap_or(i32::MAX);
        match self {
            Self::Months(months) => Every::months_before(day, back(months)),
            Self::Days(days) => day.saturating_sub(back(days)),
        }
    }

    /// The first day on which a response of a day is out of so many windows.
    pub(super) fn leaves(self, day: i32, windows: u32) -> i32 {
        let ahead = |length: u32| i32::try_from(length * windows).unwrap_or(i32::MAX);
        let same_date = match self {
            Self::Months(months) => Every::months_before(day, -ahead(months)),
            Self::Days(days) => day.saturating_add(ahead(days)),
        };
        // A date that the later month does not have was brought back to its last.
        if self.last_out(same_date, windows) < day {
            same_date.saturating_add(1)
        } else {
            same_date
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_on_the_first_day_that_is_out() {
        for window in
            [1, 2, 5, 6, 12].map(PulseWindow::Months).into_iter().chain([PulseWindow::Days(90)])
        {
            for day in 19_000..20_600 {
                for windows in [1, 2] {
                    let leaves = window.leaves(day, windows);
                    assert!(window.last_out(leaves, windows) >= day, "{window:?} {day}");
                    assert!(window.last_out(leaves - 1, windows) < day, "{window:?} {day}");
                }
            }
        }
    }

    #[test]
    fn six_months_to_15_july_begin_on_16_january() {
        // 2026-07-15T12:00Z; 2026-01-16 and 2025-07-16, each at 00:00Z.
        let bounds = Bounds::at(PulseWindow::default(), &Zone::utc(), 1_784_116_800_000);
        assert_eq!((bounds.start, bounds.before), (1_768_521_600_000, 1_752_624_000_000));
    }

    #[test]
    fn days_begin_where_the_zone_says() {
        // Three hours east: 2026-07-15T22:00Z is the 16th there, and a day back is the 16th itself.
        let zone = Zone::fixed(3 * 3600).unwrap();
        let bounds = Bounds::at(PulseWindow::Days(1), &zone, 1_784_152_800_000);
        assert_eq!(bounds.start, 1_784_149_200_000); // the 15th, 21:00Z
    }
}
