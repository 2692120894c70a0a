//! Money: what is at stake, what a better score is worth, and whether a change pays; and what a change did.

use heedful::initiative::Initiative;
use heedful::money::{AvoidableContacts, BusinessCase, Linkage, ValueAtRisk};
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

/// How a score is linked to outcomes: tables of links, lags and bands.
#[pyfunction]
pub(crate) fn linkage(py: Python<'_>, responses: &Responses, options: &str) -> PyResult<Found> {
    run(py, || {
        let found = Linkage::from_json(options)?.run(&responses.0)?;
        let tables = [found.to_table(), found.lags_table(), found.bands_table()];
        Ok((out::json(&found)?, tables.map(Table).into()))
    })
}

/// What contacts cost that nobody would have needed: a table of all and of reasons.
#[pyfunction]
pub(crate) fn avoidable_contacts(
    py: Python<'_>,
    contacts: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let asked = AvoidableContacts::from_json(options)?;
        let found = match reasons {
            Some(reasons) => asked.run_with(&contacts.0, &reasons.0)?,
            None => asked.run(&contacts.0)?,
        };
        Ok((out::json(&found)?, vec![Table(found.to_table())]))
    })
}

/// What an initiative did, whom to tell, and the means behind the effect.
#[pyfunction]
pub(crate) fn initiative(
    py: Python<'_>,
    responses: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let asked = Initiative::from_json(options)?;
        let found = match reasons {
            Some(reasons) => asked.run_with(&responses.0, &reasons.0)?,
            None => asked.run(&responses.0)?,
        };
        let tables = [found.to_table(), found.tell_table(), found.cells_table()];
        Ok((out::json(&found)?, tables.map(Table).into()))
    })
}
