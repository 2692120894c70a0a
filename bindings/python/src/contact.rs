//! Whom to ask, and when, on tables of candidates and past contacts.

use heedful::contact::{self, Candidate, Customer, Histories, PlanOptions};
use pyo3::prelude::*;

use crate::guard::{OrRaise, run};
use crate::out::{self, Table};
use crate::table::Input;

/// Contact rules that were read and checked.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct ContactPolicy(contact::ContactPolicy);

#[pymethods]
impl ContactPolicy {
    /// A policy from JSON; what the field advises without.
    #[new]
    #[pyo3(signature = (json = None))]
    fn new(py: Python<'_>, json: Option<&str>) -> PyResult<Self> {
        let policy = match json {
            Some(json) => run(py, || contact::ContactPolicy::from_json(json))?,
            None => contact::ContactPolicy::advised(),
        };
        Ok(Self(policy))
    }

    fn json(&self) -> String {
        self.0.to_json()
    }

    /// Decides for each row of a table; the decisions as JSON.
    fn decide(
        &self,
        py: Python<'_>,
        candidates: &Bound<'_, PyAny>,
        past: Option<&Bound<'_, PyAny>>,
        now: i64,
    ) -> PyResult<String> {
        let candidates = candidates_of(py, candidates)?;
        let past = histories(py, past)?;
        let decide = |one: &Candidate| self.0.decide_in(&past, one, now);
        let decisions =
            run(py, || candidates.iter().map(decide).collect::<heedful::Result<Vec<_>>>())?;
        out::json(&decisions).or_raise(py)
    }

    /// Plans a window; a row for each candidate.
    fn plan(
        &self,
        py: Python<'_>,
        candidates: &Bound<'_, PyAny>,
        past: Option<&Bound<'_, PyAny>>,
        options: &str,
    ) -> PyResult<Table> {
        let options = run(py, || PlanOptions::from_json(options))?;
        let candidates = candidates_of(py, candidates)?;
        let past = histories(py, past)?;
        run(py, || Ok(Table(self.0.plan(past, &candidates, &options)?.to_table())))
    }

    /// What the policy would have done with past contacts, as JSON.
    fn replay(
        &self,
        py: Python<'_>,
        past: &Bound<'_, PyAny>,
        customers: Option<&Bound<'_, PyAny>>,
        deviation: Option<f64>,
    ) -> PyResult<String> {
        let past = histories(py, Some(past))?;
        let customers: Vec<Customer> = match customers {
            Some(table) => {
                let input = Input::new(table, None, "{}")?;
                run(py, || Customer::from_table(&input.whole()?))?
            }
            None => Vec::new(),
        };
        let replay = run(py, || self.0.replay(past.contacts(), &customers, deviation))?;
        out::json(&replay).or_raise(py)
    }
}

fn candidates_of(py: Python<'_>, table: &Bound<'_, PyAny>) -> PyResult<Vec<Candidate>> {
    let input = Input::new(table, None, "{}")?;
    run(py, || Candidate::from_table(&input.whole()?))
}

fn histories(py: Python<'_>, table: Option<&Bound<'_, PyAny>>) -> PyResult<Histories> {
    let Some(table) = table else { return Ok(Histories::new()) };
    let input = Input::new(table, None, r#"{"at": "at"}"#)?;
    run(py, || Histories::from_table(&input.whole()?))
}
