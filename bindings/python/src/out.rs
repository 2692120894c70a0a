//! Tables out: result tables, and columns as what NumPy and pandas are made from.

use heedful::{Column, Data, Key, Numbers, Result, TimeUnit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList};
use serde::Serialize;

use crate::ffi;
use crate::guard::run;
use crate::state::Stored;

/// A table of results.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Table(pub(crate) heedful::Table);

#[pymethods]
impl Table {
    /// The rows as JSON.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || json(&self.0))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    /// The names in order.
    fn columns(&self) -> Vec<&str> {
        self.0.columns().iter().map(|column| column.name.as_str()).collect()
    }

    /// The values of a column as Python objects.
    fn values<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyList>> {
        match self.0.columns().get(index).map(|column| &column.data) {
            Some(Data::Text(values)) => PyList::new(py, values),
            Some(Data::Int(values)) => PyList::new(py, values),
            Some(Data::Float(values)) => PyList::new(py, values),
            Some(Data::Bool(values)) => PyList::new(py, values),
            Some(Data::Date(values)) => {
                let dates = py.import("datetime")?.getattr("date")?;
                // 719 163 is 1970-01-01 in the calendar that counts from year 1.
                let date = |day: &Option<i32>| {
                    let ordinal = day.map(|day| i64::from(day) + 719_163);
                    ordinal.map(|day| dates.call_method1("fromordinal", (day,))).transpose()
                };
                PyList::new(py, values.iter().map(date).collect::<PyResult<Vec<_>>>()?)
            }
            Some(Data::Time(values)) => {
                let (epoch, step) = epoch(py)?;
                let time = |seconds: &Option<i64>| {
                    seconds.map(|seconds| epoch.add(step.mul(seconds)?)).transpose()
                };
                PyList::new(py, values.iter().map(time).collect::<PyResult<Vec<_>>>()?)
            }
            _ => Ok(PyList::empty(py)),
        }
    }

    /// What the column holds: `text`, `int`, `float`, `bool`, `date` or `time`.
    fn kind(&self, index: usize) -> &'static str {
        match self.0.columns().get(index).map(|column| &column.data) {
            Some(Data::Int(_)) => "int",
            Some(Data::Float(_)) => "float",
            Some(Data::Bool(_)) => "bool",
            Some(Data::Date(_)) => "date",
            Some(Data::Time(_)) => "time",
            _ => "text",
        }
    }

    /// A column of numbers as float64, NaN where it is missing.
    fn floats<'py>(&self, py: Python<'py>, index: usize) -> Option<Bound<'py, PyBytes>> {
        match &self.0.columns().get(index)?.data {
            Data::Float(values) => {
                let bytes = values.iter().flat_map(|v| v.unwrap_or(f64::NAN).to_ne_bytes());
                Some(PyBytes::new(py, &bytes.collect::<Vec<u8>>()))
            }
            _ => None,
        }
    }

    /// How pickling restores it.
    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Vec<Stored<'py>>,))> {
        let stored = |(index, column): (usize, &heedful::TableColumn)| {
            let kind = self.kind(index).to_owned();
            Ok((column.name.clone(), column.given, kind, self.values(py, index)?))
        };
        let columns = self.0.columns().iter().enumerate().map(stored);
        Ok((restorer(py, "restored_table")?, (columns.collect::<PyResult<_>>()?,)))
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer ignore a schema that it does not support.
        drop(requested_schema);
        ffi::export(py, run(py, || self.0.to_record_batch())?)
    }
}

/// 1970-01-01 as a time without a zone, and a second.
pub(crate) fn epoch(py: Python<'_>) -> PyResult<(Bound<'_, PyAny>, Bound<'_, PyAny>)> {
    let datetime = py.import("datetime")?;
    let first = datetime.getattr("datetime")?.call1((1970, 1, 1))?;
    Ok((first, datetime.getattr("timedelta")?.call1((0, 1))?))
}

/// The function of this module that pickling calls.
pub(crate) fn restorer<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("heedful._heedful")?.getattr(name)
}

/// A column as a dict that NumPy and pandas can be made from: `kind`, then the memory as `bytes` with NumPy's name
/// of the type, a mask of one byte for each row where any is missing, and what else the kind needs.
pub(crate) fn column<'py>(py: Python<'py>, column: &Column) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    let validity = match column {
        Column::Number(numbers, validity) => {
            out.set_item("kind", "number")?;
            let (dtype, bytes) = memory(numbers);
            out.set_item("dtype", dtype)?;
            out.set_item("data", PyBytes::new(py, bytes))?;
            validity.as_ref()
        }
        Column::Time(times) => {
            out.set_item("kind", "time")?;
            let unit = match times.unit {
                TimeUnit::Second => "s",
                TimeUnit::Millisecond => "ms",
                TimeUnit::Microsecond => "us",
                TimeUnit::Nanosecond => "ns",
            };
            out.set_item("dtype", format!("M8[{unit}]"))?;
            out.set_item("data", PyBytes::new(py, times.values.inner().as_slice()))?;
            out.set_item("zoned", times.clock == heedful::Clock::Instant)?;
            times.validity.as_ref()
        }
        Column::Category(category) => {
            out.set_item("kind", "category")?;
            out.set_item("data", PyBytes::new(py, &positions(category, column.len())))?;
            out.set_item("dtype", "i4")?;
            let values = category.values.iter().map(|key| value(py, key));
            out.set_item("values", values.collect::<PyResult<Vec<_>>>()?)?;
            None
        }
        Column::Text(texts) => {
            out.set_item("kind", "text")?;
            out.set_item("values", PyList::new(py, texts.iter().collect::<Vec<_>>())?)?;
            None
        }
        _ => None,
    };
    if let Some(validity) = validity.filter(|v| v.null_count() > 0) {
        let mask: Vec<u8> = validity.iter().map(|valid| u8::from(!valid)).collect();
        out.set_item("mask", PyBytes::new(py, &mask))?;
    }
    Ok(out)
}

/// NumPy's name of the type, and the memory.
fn memory(numbers: &Numbers) -> (&'static str, &[u8]) {
    macro_rules! each {
        ($($variant:ident => $name:literal),*) => {
            match numbers {
                $(Numbers::$variant(values) => ($name, values.inner().as_slice()),)*
                _ => ("u1", &[]),
            }
        };
    }
    each!(
        U8 => "u1", I8 => "i1", U16 => "u2", I16 => "i2", U32 => "u4", I32 => "i4", U64 => "u8", I64 => "i8",
        F32 => "f4", F64 => "f8"
    )
}

/// The positions as int32, -1 where the row is missing.
fn positions(category: &heedful::Category, rows: usize) -> Vec<u8> {
    let position = |row| category.position(row).and_then(|p| i32::try_from(p).ok()).unwrap_or(-1);
    (0..rows).flat_map(|row| position(row).to_ne_bytes()).collect()
}

/// A key as a Python object; a day as `datetime.date`.
fn value<'py>(py: Python<'py>, key: &Key) -> PyResult<Bound<'py, PyAny>> {
    Ok(match key {
        Key::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Key::Int(value) => value.into_pyobject(py)?.into_any(),
        Key::Float(value) => value.into_pyobject(py)?.into_any(),
        Key::Text(value) => value.as_ref().into_pyobject(py)?.into_any(),
        Key::Date(day) => {
            let dates = py.import("datetime")?.getattr("date")?;
            dates.call_method1("fromordinal", (i64::from(*day) + 719_163,))?
        }
        _ => py.None().into_bound(py),
    })
}

/// A result as JSON and as tables.
pub(crate) type Found = (String, Vec<Table>);

pub(crate) fn found<T: Serialize>(
    result: &T,
    tables: impl IntoIterator<Item = heedful::Table>,
) -> Result<Found> {
    Ok((json(result)?, tables.into_iter().map(Table).collect()))
}

/// A result as JSON, which the Python half turns into its own objects.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| heedful::Error::new(heedful::ErrorCode::Internal, e.to_string()))
}
