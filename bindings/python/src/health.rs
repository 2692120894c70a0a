//! Customer health: scorecards, the health of accounts, and what they are worth.

use heedful::health::{Health, HealthBacktest, HealthState, Scorecard, ScorecardFit};
use pyo3::prelude::*;

use crate::guard::{OrRaise, run};
use crate::out::{self, Table};
use crate::table::Input;

/// A scorecard as it stands in JSON, checked.
#[pyfunction]
pub(crate) fn scorecard(py: Python<'_>, json: &str) -> PyResult<String> {
    run(py, || Ok(Scorecard::from_json(json)?.to_json()))
}

/// A table of accounts, one of their lines, and what the next look needs to know.
#[pyfunction]
pub(crate) fn health(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
    now: i64,
    previous: Option<&str>,
) -> PyResult<(Table, Table, String)> {
    let input = Input::new(data, Some(columns), "{}")?;
    run(py, || {
        let previous = previous.map(HealthState::from_json).transpose()?;
        let report = Health::from_json(options)?.run(&input.whole()?, now, previous.as_ref())?;
        Ok((Table(report.to_table()), Table(report.lines_table()), report.state().to_json()))
    })
}

/// The report as JSON, a table of bands and deciles, and one of measures.
#[pyfunction]
pub(crate) fn health_backtest(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
    now: i64,
) -> PyResult<(String, Table, Table)> {
    let input = Input::new(data, Some(columns), "{}")?;
    let report = run(py, || HealthBacktest::from_json(options)?.run(&input.whole()?, now))?;
    let json = out::json(&report).or_raise(py)?;
    Ok((json, Table(report.to_table()), Table(report.measures_table())))
}

/// A scorecard learned from outcomes, as JSON.
#[pyfunction]
pub(crate) fn fit_scorecard(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
) -> PyResult<String> {
    let input = Input::new(data, Some(columns), "{}")?;
    let fitted = run(py, || ScorecardFit::from_json(options)?.run(&input.whole()?))?;
    out::json(&fitted).or_raise(py)
}
