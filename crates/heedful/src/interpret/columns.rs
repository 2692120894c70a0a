//! Columns that several result tables have.

use crate::base::table::Table;
use crate::stats::Interval;

/// Adds two columns, `lower` and `upper` after a prefix, of intervals.
pub(crate) fn intervals(
    table: &mut Table,
    prefix: &str,
    intervals: impl Iterator<Item = Option<Interval>> + Clone,
) {
    table.floats(&format!("{prefix}lower"), intervals.clone().map(|i| i.map(|i| i.lower)));
    table.floats(&format!("{prefix}upper"), intervals.map(|i| i.map(|i| i.upper)));
}
