//! Money: what is at stake, and whether a change pays.

use heedful::money::{BusinessCase, ValueAtRisk};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::{self, Table};
use crate::responses::Responses;
use crate::why::{Found, Reasons};

/// The value of customers at risk: a table of all, segments and reasons.
#[pyfunction]
pub(crate) fn value_at_risk(
    py: Python<'_>,
    customers: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let asked = ValueAtRisk::from_json(options)?;
        let found = match reasons {
            Some(reasons) => asked.run_with(&customers.0, &reasons.0)?,
            None => asked.run(&customers.0)?,
        };
        Ok((out::json(&found)?, vec![Table(found.to_table())]))
    })
}

/// A simulated case: a table of its lines, and the tornado.
#[pyfunction]
pub(crate) fn business_case(py: Python<'_>, options: &str) -> PyResult<Found> {
    run(py, || {
        let found = BusinessCase::from_json(options)?.run()?;
        Ok((out::json(&found)?, vec![Table(found.to_table()), Table(found.tornado_table())]))
    })
}
