//! Tallies that Python holds.

use heedful::{Metric, Score, Scorer, Scoring, Uncertainty};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out;
use crate::table::Input;

/// Counts for each point of a scale.
#[pyclass(frozen, eq, module = "heedful._heedful")]
#[derive(PartialEq)]
pub(crate) struct Tally(pub(crate) heedful::Tally);

#[pymethods]
impl Tally {
    /// The tally of all rows; `options` as for scores.
    #[staticmethod]
    fn of(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        roles: &str,
        options: &str,
    ) -> PyResult<Self> {
        let scoring = run(py, || Scoring::from_json(options))?;
        let input = Input::new(data, Some(columns), roles)?;
        run(py, || {
            if scoring.needs_whole() {
                return scoring.total(&input.whole()?).map(Self);
            }
            let mut scorer = Scorer::new(scoring);
            input.each(|batch| scorer.observe(batch))?;
            scorer.total().map(Self)
        })
    }

    #[staticmethod]
    fn from_counts(py: Python<'_>, scale: &str, counts: Vec<u64>) -> PyResult<Self> {
        let scale = run(py, || heedful::Scale::from_json(scale))?;
        run(py, || heedful::Tally::from_counts(scale, counts).map(Self))
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, json: &str) -> PyResult<Self> {
        run(py, || heedful::Tally::from_json(json).map(Self))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        run(py, || {
            let mut sum = self.0.clone();
            sum.merge(&other.0)?;
            Ok(Self(sum))
        })
    }

    /// The score as JSON.
    fn score(&self, py: Python<'_>, metric: &str, uncertainty: &str) -> PyResult<String> {
        let metric = run(py, || Metric::from_json(metric))?;
        let uncertainty = run(py, || Uncertainty::from_json(uncertainty))?;
        run(py, || out::json(&Score::from_tally(&self.0, &metric, uncertainty)?))
    }
}
