//! Where a period lies in the week and the year.

use std::sync::Arc;

use crate::base::time::Every;

/// The calendar of a series: which period a row is, and what is special about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calendar {
    pub(crate) every: Every,
    /// First days of holidays, sorted; days since 1970-01-01.
    holidays: Arc<[i32]>,
}

/// What is special about a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Plain,
    Holiday,
    /// The day after a holiday, which often catches up.
    After,
}

/// Days in a year, on average.
pub(crate) const YEAR: f64 = 365.2425;

impl Calendar {
    pub(crate) fn new(every: Every, mut holidays: Vec<i32>) -> Self {
        holidays.sort_unstable();
        holidays.dedup();
        Self { every, holidays: holidays.into() }
    }

    /// Positions in a block: a daily series has weeks of 7 days, others have blocks of one period.
    pub(crate) fn positions(&self) -> usize {
        if self.every == Every::Day { 7 } else { 1 }
    }

    /// The block of a period.
    pub(crate) fn block(&self, period: i32) -> i32 {
        if self.every == Every::Day { Every::Week.index_of_day(period) } else { period }
    }

    /// The place of a period in its block, from 0 (Monday).
    pub(crate) fn position(&self, period: i32) -> usize {
        if self.every == Every::Day { (period.wrapping_add(3)).rem_euclid(7) as usize } else { 0 }
    }

    pub(crate) fn mark(&self, period: i32) -> Mark {
        if self.holidays.is_empty() {
            return Mark::Plain;
        }
        let has = |from: i32, to: i32| {
            let at = self.holidays.partition_point(|day| *day < from);
            self.holidays.get(at).is_some_and(|day| *day < to)
        };
        let first = self.every.first_day(period);
        let next = self.every.first_day(period.saturating_add(1));
        if has(first, next) {
            Mark::Holiday
        } else if self.every == Every::Day && has(first.saturating_sub(1), first) {
            Mark::After
        } else {
            Mark::Plain
        }
    }

    /// The middle of a period, in years since 1970.
    pub(crate) fn years(&self, period: i32) -> f64 {
        match self.every {
            Every::Day => (f64::from(period) + 0.5) / YEAR,
            Every::Week => (f64::from(period) * 7.0 + 0.5) / YEAR,
            Every::Month => (f64::from(period) + 0.5) / 12.0,
            Every::Quarter => (f64::from(period) + 0.5) / 4.0,
            Every::Year => f64::from(period) + 0.5,
        }
    }

    /// The middle of a block, in years since 1970.
    pub(crate) fn block_years(&self, block: i32) -> f64 {
        match self.every {
            Every::Day => (f64::from(block) * 7.0 + 0.5) / YEAR,
            _ => self.years(block),
        }
    }

    /// How many periods there are in a year.
    pub(crate) fn per_year(&self) -> f64 {
        match self.every {
            Every::Day => YEAR,
            Every::Week => YEAR / 7.0,
            Every::Month => 12.0,
            Every::Quarter => 4.0,
            Every::Year => 1.0,
        }
    }
}
