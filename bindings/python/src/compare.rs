//! Tallies against each other, against targets, and plans for more.

use heedful::{Comparison, Contrast, League, Metric, SampleSize, Target, Uncertainty};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::{self, Table};
use crate::table::tabular;
use crate::tally::Tally;

/// The difference of two tallies as JSON.
#[pyfunction]
pub(crate) fn compare(
    py: Python<'_>,
    before: &Tally,
    after: &Tally,
    metric: &str,
    uncertainty: &str,
) -> PyResult<String> {
    let metric = run(py, || Metric::from_json(metric))?;
    let uncertainty = run(py, || Uncertainty::from_json(uncertainty))?;
    run(py, || out::json(&Comparison::of(&before.0, &after.0, &metric, uncertainty)?))
}

/// A tally against a target as JSON.
#[pyfunction]
pub(crate) fn target(
    py: Python<'_>,
    tally: &Tally,
    metric: &str,
    target: &str,
) -> PyResult<String> {
    let metric = run(py, || Metric::from_json(metric))?;
    let target = run(py, || Target::from_json(target))?;
    run(py, || out::json(&target.assess(&tally.0, &metric)?))
}

/// A plan as JSON.
#[pyfunction]
pub(crate) fn sample_size(py: Python<'_>, options: &str) -> PyResult<String> {
    let options = run(py, || SampleSize::from_json(options))?;
    run(py, || out::json(&options.run()?))
}

/// Each group against the rest.
#[pyfunction]
pub(crate) fn contrast(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<Table> {
    let contrast = run(py, || Contrast::from_json(options))?;
    tabular(py, data, columns, roles, |table| Ok(contrast.run(table)?.to_table()))
}

/// Groups by rank.
#[pyfunction]
pub(crate) fn league(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<Table> {
    let league = run(py, || League::from_json(options))?;
    tabular(py, data, columns, roles, |table| Ok(league.run(table)?.to_table()))
}
