//! Series of counts, watched.

use heedful::Detect;
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::Table;

/// A table of periods and one of episodes.
#[pyfunction]
pub(crate) fn detect(
    py: Python<'_>,
    counts: Vec<Option<u64>>,
    volume: Option<Vec<Option<u64>>>,
    options: &str,
) -> PyResult<(Table, Table)> {
    run(py, || {
        let found = Detect::from_json(options)?.run(&counts, volume.as_deref())?;
        Ok((Table(found.to_table()), Table(found.episodes_table())))
    })
}
