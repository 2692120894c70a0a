//! Responses that Python holds.

use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::guard::{OrRaise, run};
use crate::table::Input;
use crate::{ffi, out};

/// Survey responses in columns.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Responses(pub(crate) heedful::Responses);

/// Columns, roles, and the column for whose values rows stand several times.
type Parts<'py> = (Vec<(String, Bound<'py, PyDict>)>, String, Option<String>);

#[pymethods]
impl Responses {
    /// A table with roles as JSON: these columns, or all.
    #[new]
    #[pyo3(signature = (data, roles, columns = None))]
    fn new(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        roles: &str,
        columns: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let input = Input::new(data, columns, roles)?;
        run(py, || input.whole()).map(Self)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The names in order.
    fn columns(&self) -> Vec<&str> {
        self.0.columns().iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Which column is what, as JSON.
    fn roles(&self, py: Python<'_>) -> PyResult<String> {
        out::json(self.0.roles()).or_raise(py)
    }

    /// The table as CSV or as JSON Lines.
    fn written(&self, py: Python<'_>, jsonl: bool) -> PyResult<String> {
        run(py, || Ok(if jsonl { self.0.to_jsonl() } else { self.0.to_csv() }))
    }

    /// A column as what NumPy and pandas are made from.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyDict>> {
        out::column(py, self.0.require(name).or_raise(py)?)
    }

    /// How pickling restores them.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Parts<'py>)> {
        let columns = self.0.columns().iter();
        let stored = columns.map(|(name, column)| Ok((name.clone(), out::column(py, column)?)));
        let parts = (
            stored.collect::<PyResult<_>>()?,
            self.roles(py)?,
            self.0.unfolded().map(str::to_owned),
        );
        Ok((out::restorer(py, "restored_responses")?, parts))
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer ignore a schema that it does not support.
        drop(requested_schema);
        let batch = run(py, || self.0.to_record_batch())?;
        ffi::export(py, batch)
    }
}
