//! Customer health: scorecards, the health of accounts, what they are worth, and behaviour as a sign.

use heedful::alert::{Happening, Severity};
use heedful::behaviour::{Behaviour, Repurchase};
use heedful::health::{
    Health, HealthAgreement, HealthBacktest, HealthState, Scorecard, ScorecardFit,
};
use pyo3::prelude::*;
use serde_json::json;

use crate::guard::{OrRaise, run};
use crate::out::{self, Table};
use crate::table::Input;

/// A scorecard as it stands in JSON, checked.
#[pyfunction]
pub(crate) fn scorecard(py: Python<'_>, json: &str) -> PyResult<String> {
    run(py, || Ok(Scorecard::from_json(json)?.to_json()))
}

/// What is doubtful about a scorecard, as JSON; with a table also about its measures.
#[pyfunction]
pub(crate) fn scorecard_lint(
    py: Python<'_>,
    scorecard: &str,
    data: Option<&Bound<'_, PyAny>>,
    columns: Vec<String>,
    account: &str,
    now: Option<i64>,
) -> PyResult<String> {
    let input = data.map(|data| Input::new(data, Some(columns), "{}")).transpose()?;
    run(py, || {
        let card = Scorecard::from_json(scorecard)?;
        let look = |input: Input| {
            let health = Health::new(card.clone(), account);
            health.run(&input.whole()?, now.unwrap_or_default(), None)
        };
        let report = input.map(look).transpose()?;
        out::json(&card.lint(now, report.as_ref()))
    })
}

/// A table of accounts, one of their lines, one of what changed, what the next look needs to know, and what happened since
/// what happened before.
#[pyfunction]
pub(crate) fn health(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
    now: i64,
    previous: Option<&str>,
    before: &str,
) -> PyResult<(Table, Table, Table, String, String)> {
    let input = Input::new(data, Some(columns), "{}")?;
    run(py, || {
        let before = Happening::list_from_json(before)?;
        let previous = previous.map(HealthState::from_json).transpose()?;
        let report = Health::from_json(options)?.run(&input.whole()?, now, previous.as_ref())?;
        let tables = [report.to_table(), report.lines_table(), report.changes_table()];
        let [accounts, lines, changes] = tables.map(Table);
        let happenings = Happening::of_health(&report, &before, Severity::default());
        Ok((accounts, lines, changes, report.state().to_json(), out::json(&happenings)?))
    })
}

/// The report as JSON, charts of its calibration and lift, a table of bands and deciles, and one of measures.
#[pyfunction]
pub(crate) fn health_backtest(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
    now: i64,
) -> PyResult<(String, String, Table, Table)> {
    let input = Input::new(data, Some(columns), "{}")?;
    let report = run(py, || HealthBacktest::from_json(options)?.run(&input.whole()?, now))?;
    let json = out::json(&report).or_raise(py)?;
    let charts = json!({
        "calibration": report.calibration_chart("Calibration"),
        "lift": report.lift_chart("Lift"),
    });
    Ok((json, charts.to_string(), Table(report.to_table()), Table(report.measures_table())))
}

/// The report as JSON, and a table of the accounts in dispute.
#[pyfunction]
pub(crate) fn health_agreement(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
    now: i64,
) -> PyResult<(String, Table)> {
    let input = Input::new(data, Some(columns), "{}")?;
    let report = run(py, || HealthAgreement::from_json(options)?.run(&input.whole()?, now))?;
    Ok((out::json(&report).or_raise(py)?, Table(report.to_table())))
}

/// A scorecard learned from outcomes as JSON, and a chart of its calibration.
#[pyfunction]
pub(crate) fn fit_scorecard(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
) -> PyResult<(String, String)> {
    let input = Input::new(data, Some(columns), "{}")?;
    let fitted = run(py, || ScorecardFit::from_json(options)?.run(&input.whole()?))?;
    let chart = fitted.calibration_chart("Calibration").to_string();
    Ok((out::json(&fitted).or_raise(py)?, chart))
}

/// What is known of all customers as JSON, and a table of them.
#[pyfunction]
pub(crate) fn behaviour(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
    now: Option<i64>,
) -> PyResult<(String, Table)> {
    let input = Input::new(data, Some(columns), roles)?;
    let report = run(py, || Behaviour::from_json(options)?.run(&input.whole()?, now))?;
    let summary = json!({
        "model": report.model,
        "fit": report.fit,
        "typical_gap_days": report.typical_gap_days,
        "left_out": report.left_out,
    });
    Ok((summary.to_string(), Table(report.to_table())))
}

/// The model as JSON, and a table of forecasts.
#[pyfunction]
pub(crate) fn repurchase(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: &str,
) -> PyResult<(String, Table)> {
    let input = Input::new(data, Some(columns), "{}")?;
    let report = run(py, || Repurchase::from_json(options)?.run(&input.whole()?))?;
    let summary = json!({"model": report.model, "fit": report.fit});
    Ok((summary.to_string(), Table(report.to_table())))
}
