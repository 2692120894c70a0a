//! Tables in: whatever Python calls a table becomes responses, whole or batch by batch.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::ArrayStreamReader;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, new_empty_array};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema};
use heedful::{
    ArrowReader, Category, Clock, Column, DateFormat, Error, ErrorCode, Keys, Numbers, Responses,
    Result, Roles, TimeUnit, Times,
};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use serde_json::Value;

use crate::cells::{self, Wanted};
use crate::guard::{OrRaise, attached, exception, run};
use crate::{ffi, out, responses};

/// A table on its way in.
pub(crate) enum Input {
    Whole(Responses),
    Batches(Batches),
}

/// Record batches that are read when they are needed.
pub(crate) struct Batches {
    stream: ArrayStreamReader,
    field: FieldRef,
    columns: Option<Vec<String>>,
    reader: ArrowReader,
    started: bool,
}

impl Input {
    /// `columns` names what is needed; everything where it is `None`.
    pub(crate) fn new(
        data: &Bound<'_, PyAny>,
        columns: Option<Vec<String>>,
        roles: &str,
    ) -> PyResult<Self> {
        attached(data.py(), || Self::imported(data, columns, roles))
    }

    fn imported(
        data: &Bound<'_, PyAny>,
        columns: Option<Vec<String>>,
        roles: &str,
    ) -> PyResult<Self> {
        let py = data.py();
        let Played { roles, date_format } = Played::read(roles).or_raise(py)?;
        let mut reader = ArrowReader::new(roles.clone());
        if let Some(format) = &date_format {
            reader = reader.date_format(format.clone());
        }
        if let Ok(responses) = data.cast::<responses::Responses>() {
            let responses = responses.get().0.clone();
            let roles = overridden(responses.roles(), roles);
            return Ok(Self::Whole(responses.with_roles(roles)));
        }
        if let Ok(columns) = data.cast::<PyDict>() {
            let mut responses = Responses::new().with_roles(roles.clone());
            for (name, values) in columns {
                let name: String = name.extract()?;
                let column = column(&mut reader, (&roles, &date_format), &name, &values)?;
                responses = responses.with(name, column).or_raise(py)?;
            }
            return Ok(Self::Whole(responses));
        }
        match arrow(data)? {
            Some(Arrow::Stream(stream, field)) => {
                fields(&field, columns.as_deref()).or_raise(py)?;
                Ok(Self::Batches(Batches { stream, field, columns, reader, started: false }))
            }
            Some(Arrow::Array(field, array)) => {
                fields(&field, columns.as_deref()).or_raise(py)?;
                let batch = batch(&field, &array, columns.as_deref()).or_raise(py)?;
                reader.batch(&batch).map(Self::Whole).or_raise(py)
            }
            None => Err(exception(py, &not_a_table())),
        }
    }

    /// Calls `act` with each part in turn.
    pub(crate) fn each(self, mut act: impl FnMut(&Responses) -> Result<()>) -> Result<()> {
        match self {
            Self::Whole(responses) => act(&responses),
            Self::Batches(batches) => batches.into_iter().try_for_each(|batch| act(&batch?)),
        }
    }

    /// All of it as one table; batches are joined, which copies where there are several.
    pub(crate) fn whole(self) -> Result<Responses> {
        match self {
            Self::Whole(responses) => Ok(responses),
            Self::Batches(batches) => {
                Responses::concat(&batches.into_iter().collect::<Result<Vec<_>>>()?)
            }
        }
    }
}

impl Iterator for Batches {
    type Item = Result<Responses>;

    fn next(&mut self) -> Option<Self::Item> {
        // A stream without batches is a table without rows: its columns are there all the same.
        let array = match self.stream.next() {
            None if !self.started => Ok(new_empty_array(self.field.data_type())),
            array => array?,
        };
        self.started = true;
        Some(array.map_err(|e| stream_error(&e)).and_then(|array| {
            self.reader.batch(&batch(&self.field, &array, self.columns.as_deref())?)
        }))
    }
}

/// What the columns are to be.
struct Played {
    roles: Roles,
    /// Of times that are texts.
    date_format: Option<DateFormat>,
}

impl Played {
    /// Roles as JSON, with a field more.
    fn read(json: &str) -> Result<Self> {
        let broken = |e: serde_json::Error| Error::new(ErrorCode::InvalidConfig, e.to_string());
        let mut fields: serde_json::Map<String, Value> =
            serde_json::from_str(json).map_err(broken)?;
        let date_format = match fields.remove("date_format") {
            Some(Value::String(text)) => {
                Some(text.parse().map_err(|error: Error| error.at("date_format"))?)
            }
            Some(_) => {
                let error = Error::new(ErrorCode::InvalidArgument, "a date format is a text");
                return Err(error.at("date_format"));
            }
            None => None,
        };
        Ok(Self {
            roles: serde_json::from_value(Value::Object(fields)).map_err(broken)?,
            date_format,
        })
    }
}

/// The roles given with the call go before those that the responses have.
fn overridden(old: &Roles, new: Roles) -> Roles {
    macro_rules! first {
        ($($role:ident),*) => { Roles { $($role: new.$role.or_else(|| old.$role.clone())),* } };
    }
    first!(rating, at, comment, customer, account, weight, kind, signal)
}

fn not_a_table() -> Error {
    Error::new(
        ErrorCode::ColumnType,
        "a table is a data frame, an Arrow table or stream, a dict of columns or a list of dicts",
    )
}

fn stream_error(error: &ArrowError) -> Error {
    Error::new(ErrorCode::Io, format!("the Arrow stream failed: {error}"))
}

/// Refuses what is no table, or one that lacks a column.
fn fields(field: &Field, columns: Option<&[String]>) -> Result<()> {
    let DataType::Struct(fields) = field.data_type() else { return Err(not_a_table()) };
    let names: Vec<&str> = fields.iter().map(|f| f.name().as_str()).collect();
    require(columns.unwrap_or_default(), &names)
}

/// The columns that are needed of a struct array.
fn batch(field: &Field, array: &ArrayRef, columns: Option<&[String]>) -> Result<RecordBatch> {
    let (DataType::Struct(fields), Some(table)) = (field.data_type(), array.as_struct_opt()) else {
        return Err(not_a_table());
    };
    let wanted = |name: &String| columns.is_none_or(|columns| columns.contains(name));
    let kept = fields.iter().zip(table.columns()).filter(|(field, _)| wanted(field.name()));
    let (fields, arrays): (Vec<FieldRef>, Vec<ArrayRef>) =
        kept.map(|(field, array)| (Arc::clone(field), Arc::clone(array))).unzip();
    let options = RecordBatchOptions::new().with_row_count(Some(table.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|e| stream_error(&e))
}

/// Refuses a table that lacks a column, in the core's words.
pub(crate) fn require(needed: &[String], available: &[&str]) -> Result<()> {
    let mut known = available.to_vec();
    known.sort_unstable();
    if needed.iter().all(|name| known.binary_search(&name.as_str()).is_ok()) {
        return Ok(());
    }
    // The core says what is wrong, and what there is.
    let mut table = Responses::new();
    for name in available {
        if table.column(name).is_none() {
            table = table.with(*name, Column::numbers(Vec::<u8>::new()))?;
        }
    }
    needed.iter().try_for_each(|name| table.require(name).map(drop))
}

enum Arrow {
    Stream(ArrayStreamReader, FieldRef),
    Array(Field, ArrayRef),
}

/// What an object with Arrow's interface exports.
fn arrow(object: &Bound<'_, PyAny>) -> PyResult<Option<Arrow>> {
    use arrow_array::ArrayReader;

    let py = object.py();
    let unreadable =
        |e: ArrowError| Error::new(ErrorCode::ColumnType, format!("not readable as Arrow: {e}"));
    if let Some(export) = object.getattr_opt("__arrow_c_stream__")? {
        let capsule = export.call0()?;
        let stream = ffi::stream(capsule.cast::<PyCapsule>()?)?.map_err(unreadable).or_raise(py)?;
        let field = Arc::clone(stream.field());
        return Ok(Some(Arrow::Stream(stream, field)));
    }
    if let Some(export) = object.getattr_opt("__arrow_c_array__")? {
        let capsules: (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = export.call0()?.extract()?;
        let (field, array) =
            ffi::array(&capsules.0, &capsules.1)?.map_err(unreadable).or_raise(py)?;
        return Ok(Some(Arrow::Array(field, array)));
    }
    Ok(None)
}

/// The keys of a column of categories as an array, and the list they point into; -1 is missing.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Codes {
    keys: Py<PyAny>,
    values: Py<PyList>,
}

#[pymethods]
impl Codes {
    #[new]
    fn new(keys: Py<PyAny>, values: Py<PyList>) -> Self {
        Self { keys, values }
    }
}

/// Times as an array of int64 since 1970-01-01; the smallest one is missing.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Stamps {
    values: Py<PyAny>,
    unit: String,
    zoned: bool,
}

#[pymethods]
impl Stamps {
    #[new]
    fn new(values: Py<PyAny>, unit: String, zoned: bool) -> Self {
        Self { values, unit, zoned }
    }
}

/// One column by itself.
pub(crate) fn one(name: &str, values: &Bound<'_, PyAny>) -> PyResult<Column> {
    column(&mut ArrowReader::new(Roles::default()), (&Roles::default(), &None), name, values)
}

/// The arrays of a column of Arrow; `None` for anything else.
pub(crate) fn arrays(values: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<Vec<ArrayRef>>> {
    Ok(match arrow(values)? {
        Some(Arrow::Stream(stream, _)) => {
            let parts = stream.map(|part| part.map_err(|e| stream_error(&e).at(name)));
            Some(parts.collect::<Result<_>>().or_raise(values.py())?)
        }
        Some(Arrow::Array(_, array)) => Some(vec![array]),
        None => None,
    })
}

/// One column of a dict.
fn column(
    reader: &mut ArrowReader,
    (roles, date_format): (&Roles, &Option<DateFormat>),
    name: &str,
    values: &Bound<'_, PyAny>,
) -> PyResult<Column> {
    let py = values.py();
    let refuse =
        |code: ErrorCode, message: &str| exception(py, &Error::new(code, message).at(name));
    let unsuitable = || refuse(ErrorCode::ColumnType, "an array of this kind cannot be used");
    let wanted = if roles.at.as_deref() == Some(name) {
        Wanted::Times(date_format.clone())
    } else if roles.comment.as_deref() == Some(name) {
        Wanted::Texts
    } else {
        Wanted::Anything
    };
    if let Ok(list) = values.cast::<PyList>() {
        return cells::column(list, &wanted).map_err(|e| e.at(name)).or_raise(py);
    }
    if let Ok(codes) = values.cast::<Codes>() {
        let Codes { keys, values } = codes.get();
        let keys = match numbers(keys.bind(py))? {
            Some(Numbers::I8(keys)) => Keys::I8(keys),
            Some(Numbers::U8(keys)) => Keys::U8(keys),
            Some(Numbers::I16(keys)) => Keys::I16(keys),
            Some(Numbers::I32(keys)) => Keys::I32(keys),
            Some(Numbers::I64(keys)) => Keys::I64(keys),
            _ => return Err(unsuitable()),
        };
        let values = cells::keys(values.bind(py)).map_err(|e| e.at(name)).or_raise(py)?;
        return Ok(Column::Category(Category { keys, validity: None, values: Arc::new(values) }));
    }
    if let Ok(stamps) = values.cast::<Stamps>() {
        let Stamps { values, unit, zoned } = stamps.get();
        let Some(Numbers::I64(values)) = numbers(values.bind(py))? else {
            return Err(unsuitable());
        };
        let unit = match unit.as_str() {
            "s" => TimeUnit::Second,
            "ms" => TimeUnit::Millisecond,
            "us" => TimeUnit::Microsecond,
            "ns" => TimeUnit::Nanosecond,
            _ => return Err(unsuitable()),
        };
        let present = || values.iter().map(|v| *v != i64::MIN).collect::<Vec<_>>();
        let validity = values.contains(&i64::MIN).then(|| present().into());
        let clock = if *zoned { Clock::Instant } else { Clock::Wall };
        return Ok(Column::Time(Times { values, validity, unit, clock }));
    }
    match arrow(values)? {
        Some(Arrow::Stream(stream, _)) => {
            let part = |array: std::result::Result<ArrayRef, ArrowError>| {
                let array = array.map_err(|e| stream_error(&e).at(name))?;
                Responses::new().with(name, reader.column(name, &array)?)
            };
            let parts = stream.map(part).collect::<Result<Vec<_>>>().or_raise(py)?;
            if parts.is_empty() {
                return cells::column(&PyList::empty(py), &wanted).or_raise(py);
            }
            let joined = Responses::concat(&parts).or_raise(py)?;
            joined.require(name).cloned().or_raise(py)
        }
        Some(Arrow::Array(_, array)) => reader.column(name, &array).or_raise(py),
        None => match numbers(values)? {
            Some(numbers) => Ok(Column::Number(numbers, None)),
            None => Err(unsuitable()),
        },
    }
}

/// The memory of a NumPy array of numbers, uncopied. The Python half sees to it that it is contiguous, aligned and
/// in the machine's byte order.
fn numbers(array: &Bound<'_, PyAny>) -> PyResult<Option<Numbers>> {
    let Some(interface) = array.getattr_opt("__array_interface__")? else { return Ok(None) };
    let (address, _): (usize, bool) = interface.get_item("data")?.extract()?;
    let shape: Vec<usize> = interface.get_item("shape")?.extract()?;
    let kind: String = interface.get_item("typestr")?.extract()?;
    let foreign = if cfg!(target_endian = "little") { '>' } else { '<' };
    let contiguous = interface.call_method1("get", ("strides",))?.is_none();
    let [len] = shape[..] else { return Ok(None) };
    if !contiguous || kind.starts_with(foreign) {
        return Ok(None);
    }
    macro_rules! borrowed {
        ($($code:literal => $variant:ident),*) => {
            match kind.get(1..) {
                $(Some($code) => ffi::borrow(array, address, len).map(Numbers::$variant),)*
                _ => None,
            }
        };
    }
    Ok(borrowed!(
        "u1" => U8, "i1" => I8, "u2" => U16, "i2" => I16, "u4" => U32, "i4" => I32, "u8" => U64, "i8" => I64,
        "f4" => F32, "f8" => F64
    ))
}

/// What needs the whole table and makes another one.
pub(crate) fn tabular(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    work: impl FnOnce(&Responses) -> Result<heedful::Table> + Send,
) -> PyResult<out::Table> {
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || work(&input.whole()?).map(out::Table))
}
