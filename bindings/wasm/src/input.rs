//! From JavaScript's arrays to the engine's columns.

use heedful::{
    Category, Clock, Column, Error, ErrorCode, Key, Keys, Responses, Result, Roles, TimeUnit, Times,
};
use js_sys::{Array, Float64Array, Uint8Array, Uint32Array};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

/// Builds the table. `columns` is JSON, a list of `[name, kind, values]`; column `i` takes its array from
/// place `i` of `arrays`.
pub(crate) fn responses(roles: &str, columns: &str, arrays: &Array) -> Result<Responses> {
    let columns: Value =
        serde_json::from_str(columns).map_err(|error| defect(&error.to_string()))?;
    let mut table = Responses::new().with_roles(Roles::from_json(roles)?);
    for (place, column) in (0..).zip(list(&columns)) {
        let [Value::String(name), Value::String(kind), values] = list(column) else {
            return Err(defect("a column is not described by name, kind and values"));
        };
        table = table.with(name, read(kind, list(values), arrays.get(place))?)?;
    }
    Ok(table)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn read(kind: &str, values: &[Value], array: JsValue) -> Result<Column> {
    Ok(match kind {
        // Nothing missing.
        "bytes" => Column::numbers(typed::<Uint8Array>(array)?.to_vec()),
        // NaN is missing.
        "numbers" => Column::numbers(typed::<Float64Array>(array)?.to_vec()),
        // Positions in the values; one beyond them is missing.
        "category" => Column::Category(Category {
            keys: Keys::from(typed::<Uint32Array>(array)?.to_vec()),
            validity: None,
            values: values.iter().map(key).collect::<Vec<_>>().into(),
        }),
        // Milliseconds since 1970, NaN is missing.
        "instants" => times(&typed::<Float64Array>(array)?.to_vec(), Clock::Instant),
        "wall_times" => times(&typed::<Float64Array>(array)?.to_vec(), Clock::Wall),
        // No array.
        "texts" => Column::texts(values.iter().map(Value::as_str)),
        _ => return Err(defect("a column of unknown kind")),
    })
}

fn typed<T: JsCast>(array: JsValue) -> Result<T> {
    array.dyn_into().map_err(|_| defect("a column came without its array"))
}

fn times(milliseconds: &[f64], clock: Clock) -> Column {
    let missing = milliseconds.iter().any(|at| at.is_nan());
    let validity = missing.then(|| milliseconds.iter().map(|at| !at.is_nan()).collect());
    #[expect(clippy::cast_possible_truncation, reason = "JavaScript's times are below 2^53")]
    let values = milliseconds.iter().map(|at| at.floor() as i64).collect();
    Column::Time(Times { values, validity, unit: TimeUnit::Millisecond, clock })
}

fn key(value: &Value) -> Key {
    match value {
        Value::String(text) => Key::text(text),
        Value::Bool(value) => Key::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Key::Int(value),
            (None, Some(value)) => Key::Float(value),
            (None, None) => Key::Missing,
        },
        _ => Key::Missing,
    }
}

/// The wrapper broke its promise to this module.
fn defect(message: &str) -> Error {
    Error::new(ErrorCode::Internal, message)
}
