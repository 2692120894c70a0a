//! Weights to targets.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use heedful::Weighting;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

use crate::ffi;
use crate::guard::{OrRaise, run};
use crate::out::{self, Table};
use crate::table::Input;

/// Weights and what they cost.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Weights(heedful::Weights);

#[pymethods]
impl Weights {
    /// Weights all rows of a table.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        roles: &str,
        options: &str,
    ) -> PyResult<Self> {
        let weighting = run(py, || Weighting::from_json(options))?;
        let input = Input::new(data, Some(columns), roles)?;
        run(py, || weighting.run(&input.whole()?).map(Self))
    }

    /// All of it but the weights themselves, as JSON.
    fn summary(&self, py: Python<'_>) -> PyResult<String> {
        let heedful::Weights { iterations, residual, trimmed, trimmed_weight, .. } = self.0;
        let heedful::Weights { effective_n, design_effect, minimum, maximum, .. } = self.0;
        let summary = serde_json::json!({
            "iterations": iterations,
            "residual": residual,
            "effective_n": effective_n,
            "design_effect": design_effect,
            "minimum": minimum,
            "maximum": maximum,
            "trimmed": trimmed,
            "trimmed_weight": trimmed_weight,
        });
        out::json(&summary).or_raise(py)
    }

    /// How the targets were met.
    fn targets(&self) -> Table {
        Table(self.0.to_table())
    }

    /// The weights as float64.
    fn floats<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes: Vec<u8> = self.0.weights.iter().flat_map(|w| w.to_ne_bytes()).collect();
        PyBytes::new(py, &bytes)
    }

    fn values(&self) -> Vec<f64> {
        self.0.weights.clone()
    }

    /// A table with the column `weight`.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer ignore a schema that it does not support.
        drop(requested_schema);
        let weights = Arc::new(Float64Array::from(self.0.weights.clone())) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("weight", weights)])
            .map_err(|e| heedful::Error::new(heedful::ErrorCode::Internal, e.to_string()));
        ffi::export(py, batch.or_raise(py)?)
    }
}
