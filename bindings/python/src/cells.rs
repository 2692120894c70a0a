//! Python values, one by one, as a column.

use std::collections::HashMap;
use std::sync::Arc;

use heedful::{
    Category, Clock, Column, DateFormat, DateStream, Error, ErrorCode, Key, Keys, Numbers, Result,
    TimeUnit, Times,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyFloat, PyInt, PyList, PyString};

/// Days from 0001-01-01, which is day 1 in Python, to 1970-01-01.
const EPOCH: i64 = 719_163;

enum Cell {
    Key(Key),
    /// Microseconds since 1970-01-01T00:00 of the clock.
    Time(i64, Clock),
}

/// What a column of Python values is wanted for.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// In this format, where they are texts.
    Times(Option<DateFormat>),
    Texts,
    Anything,
}

/// The column of a list.
pub(crate) fn column(list: &Bound<'_, PyList>, wanted: &Wanted) -> Result<Column> {
    let mut keys = Vec::with_capacity(list.len());
    let mut times = Vec::new();
    let mut clock = None;
    let mut dates = match wanted {
        Wanted::Times(format) => Some(DateStream::new(format.clone())),
        _ => None,
    };
    let timed = dates.is_some();
    for (row, value) in list.iter().enumerate() {
        let here = |error: Error| error.on_row(row as u64);
        let found = match (cell(&value).map_err(here)?, &mut dates) {
            (Cell::Key(Key::Text(text)), Some(dates)) => dated(&text, row as u64, dates)?,
            (found, _) => found,
        };
        match found {
            Cell::Time(micros, of) => {
                if *clock.get_or_insert(of) != of {
                    return Err(here(Error::new(
                        ErrorCode::DateMixed,
                        "times with and without an offset from UTC are mixed",
                    )));
                }
                times.resize(row, None);
                times.push(Some(micros));
            }
            Cell::Key(Key::Date(day)) if timed || clock.is_some() => {
                times.resize(row, None);
                times.push(Some(i64::from(day) * 86_400_000_000));
            }
            Cell::Key(Key::Missing) => {}
            Cell::Key(_) if clock.is_some() => {
                return Err(here(Error::new(
                    ErrorCode::ColumnType,
                    "times are mixed with other values",
                )));
            }
            Cell::Key(key) => {
                keys.resize(row, Key::Missing);
                keys.push(key);
            }
        }
    }
    if !times.is_empty() || (timed && keys.is_empty()) {
        if !keys.is_empty() {
            let error = Error::new(ErrorCode::ColumnType, "times are mixed with other values");
            return Err(error);
        }
        times.resize(list.len(), None);
        return Ok(Column::Time(Times {
            values: times.iter().map(|t| t.unwrap_or_default()).collect(),
            validity: Some(times.iter().map(Option::is_some).collect::<Vec<_>>().into()),
            unit: TimeUnit::Microsecond,
            clock: clock.unwrap_or(Clock::Wall),
        }));
    }
    keys.resize(list.len(), Key::Missing);
    // A column of numbers alone holds no comments: it stays what it is, to be refused.
    let readable = keys.iter().any(|key| matches!(key, Key::Text(_)))
        || keys.iter().all(|key| *key == Key::Missing);
    Ok(if matches!(wanted, Wanted::Texts) && readable { texts(&keys) } else { of_keys(&keys) })
}

/// A time that is a text of one meaning, as ISO 8601 is.
fn dated(text: &str, row: u64, dates: &mut DateStream) -> Result<Cell> {
    if text.trim().is_empty() {
        return Ok(Cell::Key(Key::Missing));
    }
    let moment = dates.read(row, text)?;
    Ok(Cell::Time(moment.millis * 1000, moment.kind))
}

/// The values of a dictionary.
pub(crate) fn keys(list: &Bound<'_, PyList>) -> Result<Vec<Key>> {
    let text = |value: &Bound<'_, PyAny>| Ok(Key::text(value.str()?.to_str()?));
    let key = |value: Bound<'_, PyAny>| match cell(&value)? {
        Cell::Key(key) => Ok(key),
        Cell::Time(..) => text(&value).map_err(|_: PyErr| unsuitable()),
    };
    list.iter().map(key).collect()
}

fn texts(keys: &[Key]) -> Column {
    Column::texts(keys.iter().map(|key| (*key != Key::Missing).then(|| key.to_string())))
}

/// The plainest column that holds all of the keys.
fn of_keys(keys: &[Key]) -> Column {
    let all = |test: fn(&Key) -> bool| keys.iter().all(|k| *k == Key::Missing || test(k));
    let validity = || {
        let present: Vec<bool> = keys.iter().map(|k| *k != Key::Missing).collect();
        present.contains(&false).then(|| present.into())
    };
    if all(|k| matches!(k, Key::Int(_))) && keys.iter().any(|k| *k != Key::Missing) {
        let int = |k: &Key| if let Key::Int(v) = k { *v } else { 0 };
        return Column::Number(Numbers::I64(keys.iter().map(int).collect()), validity());
    }
    if all(|k| matches!(k, Key::Int(_) | Key::Float(_))) {
        let float = |k: &Key| match k {
            Key::Int(v) => *v as f64,
            Key::Float(v) => *v,
            _ => f64::NAN,
        };
        return Column::Number(Numbers::F64(keys.iter().map(float).collect()), validity());
    }
    let mut known: HashMap<&Key, u32> = HashMap::new();
    let mut values = Vec::new();
    let mut position = |key| {
        *known.entry(key).or_insert_with(|| {
            values.push(Key::clone(key));
            values.len() as u32 - 1
        })
    };
    let keys = Keys::U32(keys.iter().map(&mut position).collect());
    Column::Category(Category { keys, validity: None, values: Arc::new(values) })
}

fn cell(value: &Bound<'_, PyAny>) -> Result<Cell> {
    if value.is_none() {
        return Ok(Cell::Key(Key::Missing));
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        return Ok(Cell::Key(of_float(float.value())));
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(Cell::Key(Key::Bool(flag.is_true())));
    }
    if let Ok(int) = value.cast::<PyInt>() {
        return Ok(Cell::Key(of_int(int)));
    }
    if let Ok(text) = value.cast::<PyString>() {
        // Half of a surrogate pair stands for no character.
        let text = text.to_cow().map_err(|_| {
            Error::new(
                ErrorCode::Encoding,
                "the text holds a lone surrogate, which is no character",
            )
        })?;
        return Ok(Cell::Key(Key::text(&text)));
    }
    // pandas' own missing values, known by name because pandas may not be there.
    if let Ok(name) = value.get_type().name()
        && matches!(name.to_string_lossy().as_ref(), "NAType" | "NaTType")
    {
        return Ok(Cell::Key(Key::Missing));
    }
    if let Ok(time) = value.cast::<PyDateTime>() {
        return time_of(time).map_err(|_| unsuitable());
    }
    if let Ok(date) = value.cast::<PyDate>() {
        return day(date).map(|day| Cell::Key(Key::Date(day as i32))).map_err(|_| unsuitable());
    }
    // NumPy's scalars, decimals, fractions.
    if let Ok(int) = value.call_method0("__index__") {
        return int.cast::<PyInt>().map(|int| Cell::Key(of_int(int))).map_err(|_| unsuitable());
    }
    value.extract::<f64>().map(|float| Cell::Key(of_float(float))).map_err(|_| unsuitable())
}

fn unsuitable() -> Error {
    Error::new(ErrorCode::ColumnType, "a value is no number, text, truth value, date or time")
}

fn of_float(value: f64) -> Key {
    if value.is_nan() { Key::Missing } else { Key::Float(value) }
}

/// Integers beyond 64 bits lie outside every scale; as floats they still do.
fn of_int(int: &Bound<'_, PyInt>) -> Key {
    match int.extract::<i64>() {
        Ok(value) => Key::Int(value),
        Err(_) => Key::Float(int.extract::<f64>().unwrap_or(f64::INFINITY)),
    }
}

/// Days since 1970-01-01, of dates.
pub(crate) fn days(dates: &Bound<'_, PyList>) -> PyResult<Vec<Option<i32>>> {
    let known = |date: Bound<'_, PyAny>| {
        let day = (!date.is_none()).then(|| day(&date)).transpose()?;
        Ok(day.map(|day| day as i32))
    };
    dates.iter().map(known).collect()
}

/// Days since 1970-01-01.
fn day(date: &Bound<'_, PyAny>) -> PyResult<i64> {
    Ok(date.call_method0("toordinal")?.extract::<i64>()? - EPOCH)
}

fn time_of(time: &Bound<'_, PyAny>) -> PyResult<Cell> {
    let part = |name: &str| time.getattr(name)?.extract::<i64>();
    let hours = day(time)? * 24 + part("hour")?;
    let seconds = (hours * 60 + part("minute")?) * 60 + part("second")?;
    let micros = seconds * 1_000_000 + part("microsecond")?;
    let offset = time.call_method0("utcoffset")?;
    if offset.is_none() {
        return Ok(Cell::Time(micros, Clock::Wall));
    }
    let part = |name: &str| offset.getattr(name)?.extract::<i64>();
    let offset = (part("days")? * 86_400 + part("seconds")?) * 1_000_000 + part("microseconds")?;
    Ok(Cell::Time(micros - offset, Clock::Instant))
}
