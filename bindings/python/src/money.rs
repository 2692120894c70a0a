//! Money: what is at stake, what a better score is worth, and whether a change pays; and what a change did.

use heedful::initiative::Initiative;
use heedful::money::{AvoidableContacts, BusinessCase, Linkage, ValueAtRisk};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::{self, Found};
use crate::responses::Responses;
use crate::why::{Reasons, with_reasons};

/// The value of customers at risk: a table of all, segments and reasons.
#[pyfunction]
pub(crate) fn value_at_risk(
    py: Python<'_>,
    customers: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let found = with_reasons!(ValueAtRisk::from_json(options)?, customers, reasons);
        out::found(&found, [found.to_table()])
    })
}

/// A simulated case: a table of its lines, and the tornado.
#[pyfunction]
pub(crate) fn business_case(py: Python<'_>, options: &str) -> PyResult<Found> {
    run(py, || {
        let found = BusinessCase::from_json(options)?.run()?;
        out::found(&found, [found.to_table(), found.tornado_table()])
    })
}

/// How a score is linked to outcomes: tables of links, lags and bands.
#[pyfunction]
pub(crate) fn linkage(py: Python<'_>, responses: &Responses, options: &str) -> PyResult<Found> {
    run(py, || {
        let found = Linkage::from_json(options)?.run(&responses.0)?;
        out::found(&found, [found.to_table(), found.lags_table(), found.bands_table()])
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
        let found = with_reasons!(AvoidableContacts::from_json(options)?, contacts, reasons);
        out::found(&found, [found.to_table()])
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
        let found = with_reasons!(Initiative::from_json(options)?, responses, reasons);
        out::found(&found, [found.to_table(), found.tell_table(), found.cells_table()])
    })
}
