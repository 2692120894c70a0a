//! Where a period lies in the week and the year.

use std::sync::Arc;

use crate::base::time::Every;
use crate::monitor::cadence::{Cadence, HOURS};

/// The calendar of a series: which period a row is, and what is special about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calendar {
    pub(crate) every: Cadence,
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
    pub(crate) fn new(every: Cadence, mut holidays: Vec<i32>) -> Self {
        holidays.sort_unstable();
        holidays.dedup();
        Self { every, holidays: holidays.into() }
    }

    /// Whether a block is a week of several periods: of hours and days; others have blocks of one period.
    pub(crate) fn has_weeks(&self) -> bool {
        matches!(self.every, Cadence::Hour | Cadence::Day)
    }

    /// Positions in a block.
    pub(crate) fn positions(&self) -> usize {
        match self.every {
            Cadence::Hour => 7 * HOURS as usize,
            Cadence::Day => 7,
            _ => 1,
        }
    }

    /// The block of a period.
    pub(crate) fn block(&self, period: i32) -> i32 {
        if self.has_weeks() {
            Every::Week.index_of_day(self.every.first_day(period))
        } else {
            period
        }
    }

    /// The place of a period in its block, from 0 (Monday, midnight).
    pub(crate) fn position(&self, period: i32) -> usize {
        let weekday = || self.weekday(period).unwrap_or(0);
        match self.every {
            Cadence::Hour => weekday() * HOURS as usize + period.rem_euclid(HOURS) as usize,
            _ => weekday(),
        }
    }

    /// The weekday of a period, from 0 (Monday), where periods are no longer than a day.
    pub(crate) fn weekday(&self, period: i32) -> Option<usize> {
        let day = || self.every.first_day(period).wrapping_add(3).rem_euclid(7) as usize;
        self.has_weeks().then(day)
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
        let next = match self.has_weeks() {
            true => first.saturating_add(1),
            false => self.every.first_day(period.saturating_add(1)),
        };
        if has(first, next) {
            Mark::Holiday
        } else if self.has_weeks() && has(first.saturating_sub(1), first) {
            Mark::After
        } else {
            Mark::Plain
        }
    }

    /// The middle of a period, in years since 1970.
    pub(crate) fn years(&self, period: i32) -> f64 {
        match self.every {
            Cadence::Hour => (f64::from(period) + 0.5) / (YEAR * f64::from(HOURS)),
            Cadence::Day => (f64::from(period) + 0.5) / YEAR,
            Cadence::Week => (f64::from(period) * 7.0 + 0.5) / YEAR,
            Cadence::Month => (f64::from(period) + 0.5) / 12.0,
            Cadence::Quarter => (f64::from(period) + 0.5) / 4.0,
            Cadence::Year => f64::from(period) + 0.5,
        }
    }

    /// The middle of a block, in years since 1970.
    pub(crate) fn block_years(&self, block: i32) -> f64 {
        if self.has_weeks() { (f64::from(block) * 7.0 + 0.5) / YEAR } else { self.years(block) }
    }

    /// How many periods there are in a year.
    pub(crate) fn per_year(&self) -> f64 {
        match self.every {
            Cadence::Hour => YEAR * f64::from(HOURS),
            Cadence::Day => YEAR,
            Cadence::Week => YEAR / 7.0,
            Cadence::Month => 12.0,
            Cadence::Quarter => 4.0,
            Cadence::Year => 1.0,
        }
    }
}
