//! What must hold of an account's columns.

use serde::Serialize;

use super::points::invalid;
use super::reading::{Reading, Source};
use crate::base::config::{record, tagged};
use crate::base::error::{Error, Result};
use crate::base::key::Key;

/// A condition on one column of an account. A missing value meets [`Test::Missing`] alone.
///
/// In JSON: `{"column": "open_tickets", "test": {"at_least": 5}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// What its value must be.
    pub test: Test,
}

/// What a value must be.
///
/// ```
/// use heedful::health::Test;
/// let fell: Test = serde_json::from_str(r#"{"fell": {"from": 9, "to": 6}}"#).unwrap();
/// assert!(matches!(fell, Test::Fell(_)));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive] // rules may come to ask for more
pub enum Test {
    /// A number below this one.
    Below(f64),
    /// A number that is this one or more.
    AtLeast(f64),
    /// One of these, as texts.
    Is(Vec<String>),
    /// A time more than so many days before now.
    OlderThanDays(f64),
    /// A number that was `from` or more the last time and is `to` or less now: a promoter who became a detractor.
    Fell(Fell),
    /// No value.
    Missing,
}

/// A fall between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fell {
    /// It was this or more.
    pub from: f64,
    /// It is this or less.
    pub to: f64,
}

record!(Condition { column, test });
tagged!(Test { Below = "below", AtLeast = "at_least", Is = "is", OlderThanDays = "older_than_days", Fell = "fell" } Missing = "missing");
record!(Fell { from, to });

impl Condition {
    /// A condition on a column.
    pub fn new(column: impl Into<String>, test: Test) -> Self {
        Self { column: column.into(), test }
    }

    pub(super) fn check(&self) -> Result<()> {
        let fine = match &self.test {
            Test::Below(value) | Test::AtLeast(value) => value.is_finite(),
            Test::OlderThanDays(days) => *days >= 0.0,
            Test::Fell(fell) => fell.from > fell.to,
            Test::Is(values) => !values.is_empty(),
            Test::Missing => true,
        };
        if fine { Ok(()) } else { Err(invalid("a condition that never holds").at("test")) }
    }

    /// Whether it holds; `before` gives a column's number of the last time.
    pub(super) fn holds(
        &self,
        source: &Source<'_>,
        row: usize,
        before: impl Fn(&str) -> Option<f64>,
    ) -> Result<bool> {
        let column = source.column(&self.column)?;
        let reading = Reading { column, row, now: source.now };
        let number = || reading.number().map_err(|error| self.locate(error, row));
        Ok(match &self.test {
            Test::Below(most) => number()?.is_some_and(|value| value < *most),
            Test::AtLeast(least) => number()?.is_some_and(|value| value >= *least),
            Test::Is(values) => {
                let key = reading.key();
                key != Key::Missing && values.contains(&key.to_string())
            }
            Test::OlderThanDays(days) => reading
                .days_ago()
                .map_err(|error| self.locate(error, row))?
                .is_some_and(|ago| ago > *days),
            Test::Fell(fell) => {
                let was = before(&self.column).is_some_and(|value| value >= fell.from);
                was && number()?.is_some_and(|value| value <= fell.to)
            }
            Test::Missing => reading.key() == Key::Missing,
        })
    }

    /// Columns whose numbers of today the next look will ask for.
    pub(super) fn remembers(&self) -> Option<&str> {
        matches!(self.test, Test::Fell(_)).then_some(self.column.as_str())
    }

    fn locate(&self, error: Error, row: usize) -> Error {
        error.at(&self.column).on_row(row as u64)
    }
}
