//! From JavaScript's arrays to the engine's columns.

#[cfg(feature = "mentions")]
use heedful::Mentions;
use heedful::{
    Category, Clock, Column, Error, ErrorCode, Keys, Responses, Result, Roles, TimeUnit, Times,
};
#[cfg(feature = "mentions")]
use js_sys::Uint16Array;
use js_sys::{Array, Float64Array, Uint8Array, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::key::key;

/// Builds the table of `columns`, each an array of its name, its kind and its data.
pub(crate) fn responses(columns: &Array, roles: &str) -> Result<Responses> {
    let mut table = Responses::new().with_roles(Roles::from_json(roles)?);
    for parts in columns.iter() {
        let parts: Array = cast(parts)?;
        let text = |place| parts.get(place).as_string().ok_or_else(defect);
        table = table.with(text(0)?, column(&text(1)?, parts.get(2), parts.get(3))?)?;
    }
    Ok(table)
}

fn column(kind: &str, data: JsValue, values: JsValue) -> Result<Column> {
    Ok(match kind {
        // Nothing missing.
        "bytes" => Column::numbers(cast::<Uint8Array>(data)?.to_vec()),
        // NaN is missing.
        "numbers" => Column::numbers(cast::<Float64Array>(data)?.to_vec()),
        // Positions in the list of values; one beyond it is missing.
        "category" => Column::Category(Category {
            keys: Keys::from(cast::<Uint32Array>(data)?.to_vec()),
            validity: None,
            values: cast::<Array>(values)?.iter().map(key).collect::<Vec<_>>().into(),
        }),
        // Milliseconds since 1970, NaN is missing.
        "instants" => times(&cast::<Float64Array>(data)?.to_vec(), Clock::Instant),
        "wall_times" => times(&cast::<Float64Array>(data)?.to_vec(), Clock::Wall),
        "texts" => Column::texts(cast::<Array>(data)?.iter().map(|text| text.as_string())),
        _ => return Err(defect()),
    })
}

/// The reasons of rows: names, where the codes of each row end, codes.
#[cfg(feature = "mentions")]
pub(crate) fn mentions(parts: &Array) -> Result<Mentions> {
    let names: Array = cast(parts.get(0))?;
    let names = names.iter().filter_map(|name| name.as_string()).collect();
    let offsets = cast::<Uint32Array>(parts.get(1))?.to_vec();
    let codes = cast::<Uint16Array>(parts.get(2))?.to_vec();
    Mentions::new(names, &offsets, &codes)
}

pub(crate) fn cast<T: JsCast>(value: JsValue) -> Result<T> {
    value.dyn_into().map_err(|_| defect())
}

fn times(milliseconds: &[f64], clock: Clock) -> Column {
    let missing = milliseconds.iter().any(|at| at.is_nan());
    let validity = missing.then(|| milliseconds.iter().map(|at| !at.is_nan()).collect());
    #[expect(clippy::cast_possible_truncation, reason = "JavaScript's times are below 2^53")]
    let values = milliseconds.iter().map(|at| at.floor() as i64).collect();
    Column::Time(Times { values, validity, unit: TimeUnit::Millisecond, clock })
}

/// A time in milliseconds, or a number of something.
#[cfg(any(feature = "health", feature = "contact", feature = "act"))]
#[expect(clippy::cast_possible_truncation, reason = "JavaScript's whole numbers are below 2^53")]
pub(crate) fn whole(value: f64) -> i64 {
    value.floor() as i64
}

/// The wrapper broke its promise to this module.
pub(crate) fn defect() -> Error {
    Error::new(ErrorCode::Internal, "a column is not what its kind says")
}
