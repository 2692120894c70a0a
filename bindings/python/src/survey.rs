//! Surveys and sessions: definitions and answers as JSON in, steps as JSON out.

use heedful::survey::{self, Answer, Context};
use pyo3::prelude::*;

use crate::guard::{OrRaise, run};
use crate::out;

/// A survey that was read and checked.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Survey(survey::Survey);

#[pymethods]
impl Survey {
    #[new]
    fn new(py: Python<'_>, json: &str) -> PyResult<Self> {
        run(py, || survey::Survey::from_json(json)).map(Self)
    }

    /// A survey by its name.
    #[staticmethod]
    fn preset(py: Python<'_>, name: &str) -> PyResult<Self> {
        survey::Survey::preset(name).map(Self).or_raise(py)
    }

    /// The names that are known.
    #[staticmethod]
    fn presets() -> Vec<&'static str> {
        survey::Survey::presets().collect()
    }

    fn json(&self) -> String {
        self.0.to_json()
    }

    /// What is doubtful about it, as JSON.
    fn lint(&self, py: Python<'_>) -> PyResult<String> {
        let findings = run(py, || self.0.lint())?;
        out::json(&findings).or_raise(py)
    }

    /// Every way through it, as JSON.
    fn paths(&self, py: Python<'_>) -> PyResult<String> {
        let paths = run(py, || self.0.paths())?;
        out::json(&paths).or_raise(py)
    }
}

/// A survey under way.
#[pyclass(module = "heedful._heedful")]
pub(crate) struct Session(survey::Session);

#[pymethods]
impl Session {
    /// Starts a survey; the context is JSON.
    #[new]
    fn new(py: Python<'_>, survey: &Survey, context: &str) -> PyResult<Self> {
        let context = Context::from_json(context).or_raise(py)?;
        run(py, || survey::Session::start(survey.0.clone(), context)).map(Self)
    }

    /// Goes on with what was stored.
    #[staticmethod]
    fn resume(py: Python<'_>, survey: &Survey, json: &str) -> PyResult<Self> {
        run(py, || survey::Session::from_json(survey.0.clone(), json)).map(Self)
    }

    fn step(&self, py: Python<'_>) -> PyResult<String> {
        out::json(&self.0.step()).or_raise(py)
    }

    fn answer(&mut self, py: Python<'_>, step: &str, answer: &str) -> PyResult<String> {
        let answer = Answer::from_json(answer).or_raise(py)?;
        let session = &mut self.0;
        let next = run(py, || session.answer(step, answer))?;
        out::json(&next).or_raise(py)
    }

    fn back(&mut self, py: Python<'_>) -> PyResult<String> {
        out::json(&self.0.back()).or_raise(py)
    }

    fn decline(&mut self, py: Python<'_>) -> PyResult<String> {
        out::json(&self.0.decline()).or_raise(py)
    }

    fn forget(&mut self, customer: &str) -> bool {
        self.0.forget(customer)
    }

    fn status(&self, py: Python<'_>) -> PyResult<String> {
        out::json(&self.0.status()).or_raise(py)
    }

    fn response(&self, py: Python<'_>) -> PyResult<String> {
        out::json(&self.0.response()).or_raise(py)
    }

    fn json(&self) -> String {
        self.0.to_json()
    }
}
