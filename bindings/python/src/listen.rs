//! Customer data beside responses, and the response funnel.

use heedful::{Funnel, FunnelCounts, FunnelOptions, Join};
use pyo3::prelude::*;

use crate::guard::{OrRaise, run};
use crate::out::{self, Table};
use crate::responses::Responses;
use crate::table::{Input, tabular};

/// A table with what it needs of it, and its roles as JSON.
type Named<'py> = (Bound<'py, PyAny>, Option<Vec<String>>, String);

/// Responses with customer data; and how well the two fit, as JSON.
#[pyfunction]
pub(crate) fn join(
    py: Python<'_>,
    data: Named<'_>,
    customers: Named<'_>,
    options: &str,
) -> PyResult<(Responses, String)> {
    let join = run(py, || Join::from_json(options))?;
    let data = Input::new(&data.0, data.1, &data.2)?;
    let customers = Input::new(&customers.0, customers.1, &customers.2)?;
    let joined = run(py, || join.run(&data.whole()?, &customers.whole()?))?;
    let counts = out::json(&joined).or_raise(py)?;
    Ok((Responses(joined.responses), counts))
}

/// The funnel of a table with a row for each invitation.
#[pyfunction]
pub(crate) fn funnel(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<Table> {
    let funnel = run(py, || FunnelOptions::from_json(options))?;
    tabular(py, data, columns, roles, |table| Ok(funnel.run(table)?.to_table()))
}

/// The funnel of counts.
#[pyfunction]
pub(crate) fn funnel_of_counts(py: Python<'_>, counts: &str, uncertainty: &str) -> PyResult<Table> {
    let counts = run(py, || FunnelCounts::from_json(counts))?;
    let uncertainty = run(py, || heedful::Uncertainty::from_json(uncertainty))?;
    let funnel = Funnel::new(&counts, uncertainty.confidence).or_raise(py)?;
    Ok(Table(funnel.to_table()))
}
