//! Configuration as JSON, checked by the core.

use heedful::{Metric, Scale};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out;

/// A metric's whole definition from any of its spellings.
#[pyfunction]
pub(crate) fn metric(py: Python<'_>, json: &str) -> PyResult<String> {
    run(py, || Metric::from_json(json).map(|metric| metric.to_json()))
}

/// The names of the metrics there are.
#[pyfunction]
pub(crate) fn metrics() -> Vec<&'static str> {
    Metric::presets().to_vec()
}

/// A metric by its name.
#[pyfunction]
pub(crate) fn metric_preset(py: Python<'_>, name: &str) -> PyResult<String> {
    run(py, || Metric::preset(name).map(|metric| metric.to_json()))
}

/// A scale as `{"points": [...], "labels": [...]}` from any of its spellings.
#[pyfunction]
pub(crate) fn scale(
    py: Python<'_>,
    json: &str,
) -> PyResult<(String, Vec<f64>, Vec<Option<String>>)> {
    let scale = run(py, || Scale::from_json(json))?;
    let labels = (0..scale.points().len()).map(|i| scale.label(i).map(str::to_owned)).collect();
    Ok((run(py, || out::json(&scale))?, scale.points().to_vec(), labels))
}
