//! From JavaScript's arrays to the engine's columns.

use heedful::{
    Category, Clock, Column, Error, ErrorCode, Key, Keys, Responses, Result, Roles, TimeUnit, Times,
};
use js_sys::{Array, Float64Array, Uint8Array, Uint32Array};
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::JsCast;

/// A table as JavaScript describes it; the arrays of its columns come beside it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    #[serde(default)]
    roles: Roles,
    columns: Vec<Described>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    kind: Kind,
    /// The dictionary of a category, or every text.
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// `Uint8Array`, nothing missing.
    Bytes,
    /// `Float64Array`, NaN is missing.
    Numbers,
    /// `Uint32Array` of positions in `values`; one beyond them is missing.
    Category,
    /// `Float64Array` of milliseconds since 1970 in UTC, NaN is missing.
    Instants,
    /// The same, as a clock on the wall shows them.
    WallTimes,
    /// Texts or null in `values`; no array.
    Texts,
}

/// Builds the table: column `i` takes its array from place `i` of `arrays`.
pub(crate) fn responses(description: &str, arrays: &Array) -> Result<Responses> {
    let Description { roles, columns } =
        serde_json::from_str(description).map_err(|error| defect(&error.to_string()))?;
    let mut table = Responses::new().with_roles(roles);
    for (place, column) in (0..).zip(columns) {
        let Described { name, kind, values } = column;
        let array = arrays.get(place);
        let column = match kind {
            Kind::Bytes => Column::numbers(typed::<Uint8Array>(array)?.to_vec()),
            Kind::Numbers => Column::numbers(typed::<Float64Array>(array)?.to_vec()),
            Kind::Category => Column::Category(Category {
                keys: Keys::from(typed::<Uint32Array>(array)?.to_vec()),
                validity: None,
                values: values.into_iter().map(key).collect::<Vec<_>>().into(),
            }),
            Kind::Instants => times(&typed::<Float64Array>(array)?.to_vec(), Clock::Instant),
            Kind::WallTimes => times(&typed::<Float64Array>(array)?.to_vec(), Clock::Wall),
            Kind::Texts => Column::texts(values.iter().map(Value::as_str)),
        };
        table = table.with(name, column)?;
    }
    Ok(table)
}

fn typed<T: JsCast>(array: wasm_bindgen::JsValue) -> Result<T> {
    array.dyn_into().map_err(|_| defect("a column came without its array"))
}

fn times(milliseconds: &[f64], clock: Clock) -> Column {
    let missing = milliseconds.iter().any(|at| at.is_nan());
    let validity = missing.then(|| milliseconds.iter().map(|at| !at.is_nan()).collect());
    #[expect(clippy::cast_possible_truncation, reason = "JavaScript's times are below 2^53")]
    let values = milliseconds.iter().map(|at| at.floor() as i64).collect();
    Column::Time(Times { values, validity, unit: TimeUnit::Millisecond, clock })
}

fn key(value: Value) -> Key {
    match value {
        Value::String(text) => Key::text(&text),
        Value::Bool(value) => Key::Bool(value),
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
