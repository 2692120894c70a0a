//! Pseudonyms, forgetting, and weights against silence.

use heedful::health::HealthState;
use heedful::{Metric, Propensity};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::guard::{OrRaise, run};
use crate::out::{self, Table};
use crate::responses::Responses;
use crate::table::Input;

/// The pseudonym of each id.
#[pyfunction]
pub(crate) fn pseudonym(
    py: Python<'_>,
    ids: Vec<Option<String>>,
    key: PyBackedBytes,
) -> PyResult<Vec<Option<String>>> {
    let key: &[u8] = &key;
    let hidden = |id: &Option<String>| id.as_deref().map(|id| heedful::pseudonym(key, id));
    run(py, || Ok(ids.iter().map(hidden).collect()))
}

/// The responses without what these customers said and who they are, and how many rows were changed.
#[pyfunction]
pub(crate) fn forget(
    py: Python<'_>,
    responses: &Responses,
    customers: Vec<String>,
    also: Vec<String>,
) -> PyResult<(Responses, u64)> {
    let also: Vec<&str> = also.iter().map(String::as_str).collect();
    let (left, rows) = run(py, || responses.0.forget(customers, &also))?;
    Ok((Responses(left), rows))
}

/// The stored health of accounts without these, and how many of them were in it.
#[pyfunction]
pub(crate) fn forget_accounts(
    py: Python<'_>,
    state: &str,
    accounts: Vec<String>,
) -> PyResult<(String, u64)> {
    let mut state = HealthState::from_json(state).or_raise(py)?;
    let gone = accounts.iter().filter(|account| state.forget(account)).count();
    Ok((state.to_json(), gone as u64))
}

/// The score of those who answered, and between which values that of all lies.
type Known = (Option<f64>, Option<(f64, f64)>);

/// Response rates by cell, the weights, and the rest as JSON.
#[pyfunction]
pub(crate) fn response_propensity(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
    metric: &str,
) -> PyResult<(Table, Vec<f64>, String, Known)> {
    let propensity = run(py, || Propensity::from_json(options))?;
    let metric = run(py, || Metric::from_json(metric))?;
    let input = Input::new(data, Some(columns), roles)?;
    let (found, value) = run(py, || {
        let invitations = input.whole()?;
        let value = invitations.score(&metric)?.value;
        Ok((propensity.run(&invitations)?, value))
    })?;
    let bounds = value.map(|value| found.bounds(&metric, value));
    let weights = found.weights.iter().map(|weight| weight.unwrap_or_default()).collect();
    Ok((Table(found.to_table()), weights, out::json(&found).or_raise(py)?, (value, bounds)))
}
