//! The values of an account, from columns.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::listen::column::{Column, Times};
use crate::listen::responses::Responses;

const MILLIS_PER_DAY: f64 = 86_400_000.0;

/// A table of one row for each account, looked at as of a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) table: &'a Responses,
    /// Milliseconds since 1970.
    pub(super) now: i64,
}

impl<'a> Source<'a> {
    pub(super) fn column(&self, name: &str) -> Result<&'a Column> {
        self.table.require(name)
    }
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) column: &'a Column,
    pub(super) row: usize,
    pub(super) now: i64,
}

impl Reading<'_> {
    pub(super) fn key(&self) -> Key {
        self.column.key(self.row)
    }

    /// # Errors
    /// `column-type` where the column holds no numbers; `invalid-argument` for an infinite one.
    pub(super) fn number(&self) -> Result<Option<f64>> {
        let value = self.column.float(self.row)?;
        if value.is_some_and(f64::is_infinite) {
            return Err(Error::new(ErrorCode::InvalidArgument, "an infinite number"));
        }
        Ok(value)
    }

    /// Days from a time until now; negative for a time to come.
    pub(super) fn days_ago(&self) -> Result<Option<f64>> {
        let Column::Time(times) = self.column else {
            let message = format!("the column holds {}, not times", self.column.kind());
            return Err(Error::new(ErrorCode::ColumnType, message));
        };
        Ok(millis(times, self.row).map(|at| (self.now as f64 - at) / MILLIS_PER_DAY))
    }

    /// The points of a milestone.
    pub(super) fn reached(&self) -> Result<Option<f64>> {
        if matches!(self.column, Column::Time(_)) {
            // A time that is missing is a milestone not yet reached.
            let reached = self.days_ago()?.is_some_and(|days| days >= 0.0);
            return Ok(Some(if reached { 100.0 } else { 0.0 }));
        }
        match self.key() {
            Key::Missing => Ok(None),
            Key::Bool(true) | Key::Int(1) => Ok(Some(100.0)),
            Key::Bool(false) | Key::Int(0) => Ok(Some(0.0)),
            Key::Float(value) if value == 1.0 || value == 0.0 => Ok(Some(100.0 * value)),
            _ => {
                let message = "a milestone is true or false, 1 or 0, or the time it was reached";
                Err(Error::new(ErrorCode::ColumnType, message))
            }
        }
    }
}

/// Milliseconds since 1970 of a row; `None` where the time is missing.
pub(crate) fn millis(times: &Times, row: usize) -> Option<f64> {
    if times.validity.as_ref().is_some_and(|valid| row >= valid.len() || valid.is_null(row)) {
        return None;
    }
    let value = times.values.get(row)?;
    Some(*value as f64 / times.unit.per_second() as f64 * 1000.0)
}
