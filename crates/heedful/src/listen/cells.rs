//! The cells of a table, row by row, where columns are looked up by the names that we give them.

use std::borrow::Cow;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::listen::column::Column;
use crate::listen::contact::DAY;
use crate::listen::responses::Responses;

/// A table of which each row is read into a value of ours.
pub(crate) struct Cells<'a>(pub(crate) &'a Responses);

impl Cells<'_> {
    /// The value as a text.
    pub(crate) fn text(&self, name: &str, row: usize) -> Option<String> {
        self.0.column(name)?.text(row).map(Cow::into_owned)
    }

    /// The value as a text that must be there.
    pub(crate) fn needed(&self, name: &str, row: usize) -> Result<String> {
        self.text(name, row).ok_or_else(|| wrong(name, row, "a value"))
    }

    /// Milliseconds since 1970 in UTC.
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers of milliseconds")]
    pub(crate) fn time(&self, name: &str, row: usize) -> Result<Option<i64>> {
        let Some(column) = self.0.column(name) else { return Ok(None) };
        match (column, column.key(row)) {
            (_, Key::Missing) => Ok(None),
            (Column::Time(times), Key::Int(count)) => {
                times.unit.millis(count).map(Some).ok_or_else(|| wrong(name, row, "a time"))
            }
            (_, Key::Int(millis)) => Ok(Some(millis)),
            (_, Key::Float(millis)) if millis.fract() == 0.0 => Ok(Some(millis as i64)),
            (_, Key::Date(day)) => Ok(Some(i64::from(day) * DAY)),
            _ => Err(wrong(name, row, "a time")),
        }
    }

    /// A number; `None` where it is missing.
    pub(crate) fn number(&self, name: &str, row: usize) -> Result<Option<f64>> {
        self.0.column(name).map_or(Ok(None), |column| column.float(row)).map_err(|e| e.at(name))
    }

    /// Yes or no; no where it is missing.
    pub(crate) fn flag(&self, name: &str, row: usize) -> Result<bool> {
        match self.text(name, row).as_deref() {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(wrong(name, row, "true or false")),
        }
    }
}

/// A value that is not what is expected.
pub(crate) fn wrong(name: &str, row: usize, expected: &str) -> Error {
    let error = Error::new(ErrorCode::InvalidArgument, format!("expected {expected}"));
    error.at(name).on_row(row as u64)
}
