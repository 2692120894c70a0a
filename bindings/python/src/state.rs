//! Tables and responses as plain Python values and back: what pickling keeps of them.

use std::sync::Arc;

use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
use heedful::{
    Category, Clock, Column, Data, Error, ErrorCode, Keys, Numbers, Result, Roles, TableColumn,
    TimeUnit, Times,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::cells;
use crate::guard::OrRaise;
use crate::out::{Table, epoch};
use crate::responses::Responses;

/// The name of a column, whether it is the user's, what it holds, and the values.
pub(crate) type Stored<'py> = (String, bool, String, Bound<'py, PyList>);

/// A table from what its columns were stored as.
#[pyfunction]
pub(crate) fn restored_table(columns: Vec<Stored<'_>>) -> PyResult<Table> {
    let mut table = heedful::Table::new();
    for (name, given, kind, values) in columns {
        let data = match kind.as_str() {
            "int" => Data::Int(values.extract()?),
            "float" => Data::Float(values.extract()?),
            "bool" => Data::Bool(values.extract()?),
            "date" => Data::Date(cells::days(&values)?),
            "time" => Data::Time(seconds(&values)?),
            _ => Data::Text(values.extract()?),
        };
        table = table.with(TableColumn { name, given, data });
    }
    Ok(Table(table))
}

fn seconds(values: &Bound<'_, PyList>) -> PyResult<Vec<Option<i64>>> {
    let (epoch, step) = epoch(values.py())?;
    let second = |value: Bound<'_, PyAny>| {
        if value.is_none() {
            return Ok(None);
        }
        value.sub(&epoch)?.floor_div(&step)?.extract().map(Some)
    };
    values.iter().map(second).collect()
}

/// Responses from columns as `out::column` makes them, roles as JSON, and the column for whose values rows stand
/// several times.
#[pyfunction]
#[pyo3(signature = (columns, roles, unfolded = None))]
pub(crate) fn restored_responses(
    py: Python<'_>,
    columns: Vec<(String, Bound<'_, PyDict>)>,
    roles: &str,
    unfolded: Option<String>,
) -> PyResult<Responses> {
    let mut responses = heedful::Responses::new().with_roles(Roles::from_json(roles).or_raise(py)?);
    for (name, stored) in columns {
        responses = responses.with(name, column(&stored)?).or_raise(py)?;
    }
    Ok(Responses(match unfolded {
        Some(column) => responses.with_unfolded(column),
        None => responses,
    }))
}

fn column(stored: &Bound<'_, PyDict>) -> PyResult<Column> {
    let py = stored.py();
    let field = |name: &str| stored.as_any().get_item(name);
    let text = |name: &str| field(name)?.extract::<String>();
    let kind = text("kind")?;
    if kind == "text" {
        return Ok(Column::texts(field("values")?.extract::<Vec<Option<String>>>()?));
    }
    let dtype = text("dtype")?;
    let data = field("data")?;
    let numbers = numbers(&dtype, data.extract()?).or_raise(py)?;
    let validity = match stored.get_item("mask")? {
        Some(missing) => Some(
            missing
                .extract::<&[u8]>()?
                .iter()
                .map(|missing| *missing == 0)
                .collect::<Vec<_>>()
                .into(),
        ),
        None => None,
    };
    Ok(match (kind.as_str(), numbers) {
        ("time", Numbers::I64(values)) => {
            let (unit, zoned) = (unit(&dtype), field("zoned")?.is_truthy()?);
            let clock = if zoned { Clock::Instant } else { Clock::Wall };
            Column::Time(Times { values, validity, unit: unit.or_raise(py)?, clock })
        }
        ("category", Numbers::I32(keys)) => {
            let values = cells::keys(field("values")?.cast()?).or_raise(py)?;
            let (keys, values) = (Keys::I32(keys), Arc::new(values));
            Column::Category(Category { keys, validity: None, values })
        }
        (_, numbers) => Column::Number(numbers, validity),
    })
}

/// The memory under NumPy's name of the type.
fn numbers(dtype: &str, bytes: &[u8]) -> Result<Numbers> {
    macro_rules! each {
        ($($variant:ident => $name:literal),*) => {
            match dtype {
                $($name => Numbers::$variant(copied(bytes)),)*
                _ if dtype.starts_with("M8") => Numbers::I64(copied(bytes)),
                _ => return Err(unreadable()),
            }
        };
    }
    Ok(each!(
        U8 => "u1", I8 => "i1", U16 => "u2", I16 => "i2", U32 => "u4", I32 => "i4", U64 => "u8", I64 => "i8",
        F32 => "f4", F64 => "f8"
    ))
}

fn copied<T: ArrowNativeType>(bytes: &[u8]) -> ScalarBuffer<T> {
    ScalarBuffer::from(Buffer::from(bytes))
}

fn unit(dtype: &str) -> Result<TimeUnit> {
    Ok(match dtype {
        "M8[s]" => TimeUnit::Second,
        "M8[ms]" => TimeUnit::Millisecond,
        "M8[us]" => TimeUnit::Microsecond,
        "M8[ns]" => TimeUnit::Nanosecond,
        _ => return Err(unreadable()),
    })
}

fn unreadable() -> Error {
    Error::new(ErrorCode::ColumnType, "a stored column cannot be read")
}
