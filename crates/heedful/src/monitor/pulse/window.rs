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

/// The first and the last millisecond of the day that a time is in.
pub(super) fn day_around(clock: &mut LocalClock<'_>, at: i64) -> (i64, i64) {
    let mut day = local_day(clock, at);
    // Where clocks go back over midnight a day begins when the clock says so first.
    if at < start_of_day(clock, day) {
        day = day.saturating_sub(1);
    } else if at >= start_of_day(clock, day.saturating_add(1)) {
        day = day.saturating_add(1);
    }
    // The first and the last day have no end.
    let first = if day == i32::MIN { i64::MIN } else { start_of_day(clock, day) };
    let last = if day == i32::MAX { i64::MAX } else { start_of_day(clock, day + 1) - 1 };
    (first, last)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_one_day_also_where_clocks_go_back_over_midnight() {
        // An hour back at 00:30 of the 2nd: from there it is 23:30 of the 1st again.
        let zone = Zone::from_transitions(3600, vec![(86_400 - 1800, 0)]).unwrap();
        let mut clock = zone.clock();
        let mut at = -DAY;
        while at < 3 * DAY {
            let (first, last) = day_around(&mut clock, at);
            assert!((first..=last).contains(&at));
            for inside in [first, last] {
                assert_eq!(day_around(&mut clock, inside), (first, last));
            }
            assert_eq!(day_around(&mut clock, last + 1).0, last + 1);
            at += 600_000;
        }
        let ends = [i64::MIN, i64::MAX].map(|at| day_around(&mut clock, at));
        assert_eq!((ends[0].0, ends[1].1), (i64::MIN, i64::MAX));
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
