//! Scores of values and tables.

use heedful::{Error, ErrorCode, Result, Scorer, Scores, Scoring};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::{self, Table};
use crate::table::Input;

/// The scores of a table by group and period.
#[pyfunction]
pub(crate) fn score(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<Table> {
    let scoring = run(py, || Scoring::from_json(options))?;
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || Ok(Table(scores(scoring, input)?.to_table())))
}

/// The score of all rows as JSON.
#[pyfunction]
pub(crate) fn score_all(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<String> {
    let scoring = run(py, || Scoring::from_json(options))?;
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || {
        let scores = scores(scoring, input)?;
        let row = scores.rows.first();
        out::json(&row.ok_or_else(|| Error::new(ErrorCode::Internal, "no row was made"))?.score)
    })
}

/// Batch by batch where the options allow, so that nothing is copied together.
fn scores(scoring: Scoring, input: Input) -> Result<Scores> {
    if scoring.needs_whole() {
        return scoring.run(&input.whole()?);
    }
    let mut scorer = Scorer::new(scoring);
    input.each(|batch| scorer.observe(batch))?;
    scorer.finish()
}
