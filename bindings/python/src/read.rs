//! Files in.

use heedful::CsvOptions;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::guard::{OrRaise, run};
use crate::out;
use crate::responses::Responses;

/// A file by its path; the responses, and what was found out about it as JSON.
#[pyfunction]
pub(crate) fn read_path(
    py: Python<'_>,
    path: &str,
    options: &str,
) -> PyResult<(Responses, String)> {
    let options = run(py, || CsvOptions::from_json(options))?;
    let read = run(py, || options.read_path(path))?;
    found(py, read)
}

/// A file that is in memory already.
#[pyfunction]
#[pyo3(signature = (bytes, format, options))]
pub(crate) fn read_bytes(
    py: Python<'_>,
    bytes: PyBackedBytes,
    format: Option<&str>,
    options: &str,
) -> PyResult<(Responses, String)> {
    let options = run(py, || CsvOptions::from_json(options))?;
    let bytes: &[u8] = &bytes;
    let read = run(py, || match format {
        Some("jsonl") => options.read_jsonl(bytes),
        Some("json") => options.read_json(bytes),
        Some(_) => options.read(bytes),
        None => options.read_bytes(bytes),
    })?;
    found(py, read)
}

fn found(py: Python<'_>, read: heedful::Read) -> PyResult<(Responses, String)> {
    let report = out::json(&read).or_raise(py)?;
    Ok((Responses(read.responses), report))
}
