//! Which earlier weeks a tested week is compared with.

use crate::base::time::Every;

/// Consecutive weeks of one group, none of them missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) group: usize,
    pub(super) start: usize,
    pub(super) length: usize,
}

/// How reference weeks are chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) years: usize,
    pub(super) half_window: usize,
    pub(super) groups: usize,
    pub(super) left_out: usize,
}

/// Weeks one, two, ... years before: that many rows, or the same date moved to the nearest same weekday.
#[derive(Debug, Clone, Copy)]
pub(super) enum Year {
    Rows(usize),
    /// The index of the series' first week.
    Calendar(i32),
}

impl Year {
    fn before(self, row: usize, years: usize) -> i64 {
        match self {
            Self::Rows(length) => row as i64 - (length * years) as i64,
            Self::Calendar(first) => {
                let week = i64::from(first) + row as i64;
                let clip = |v: i64| i32::try_from(v).unwrap_or(i32::MIN);
                let day = Every::Week.first_day(clip(week));
                let there = Every::years_before(day, i32::try_from(years).unwrap_or(i32::MAX));
                // The nearest Monday: three days either way.
                let nearest = Every::Week.index_of_day(there.saturating_add(3));
                i64::from(nearest) - i64::from(first)
            }
        }
    }
}

impl Plan {
    /// The reference weeks of a tested week, in order of time, as runs of one group without missing counts. The
    /// last group is that of the windows.
    pub(super) fn runs(&self, counts: &[Option<f64>], tested: usize, year: Year) -> Vec<Run> {
        let (w, windows) = (self.half_window as i64, self.groups.saturating_sub(1));
        let last = tested as i64 - self.left_out as i64 - 1;
        let mut blocks: Vec<(i64, i64, usize)> = Vec::new();
        let mut newer = tested as i64;
        blocks.push((newer - w, newer, windows));
        for i in 1..=self.years {
            let reference = year.before(tested, i);
            let gap = newer - reference - 2 * w - 1;
            if windows > 0 && gap > 0 {
                let (size, longer) = (gap / windows as i64, gap % windows as i64);
                let mut start = reference + w + 1;
                for block in 0..windows {
                    let end = start + size + i64::from((block as i64) < longer);
                    blocks.push((start, end - 1, block));
                    start = end;
                }
            }
            blocks.push((reference - w, reference + w, windows));
            newer = reference;
        }
        blocks.sort_unstable();
        let mut runs: Vec<Run> = Vec::new();
        for (start, end, group) in blocks {
            let rows = start.max(0)..=end.min(last);
            for row in rows.filter_map(|row| usize::try_from(row).ok()) {
                if !matches!(counts.get(row), Some(Some(_))) {
                    continue;
                }
                match runs.last_mut() {
                    Some(run) if run.group == group && run.start + run.length == row => {
                        run.length += 1;
                    }
                    _ => runs.push(Run { group, start: row, length: 1 }),
                }
            }
        }
        runs
    }
}
