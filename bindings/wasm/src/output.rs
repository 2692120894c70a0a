//! Answers and errors as JSON documents.

use heedful::{Data, Error, ErrorCode, Every, Table};
use serde::Serialize;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

/// An error as JavaScript gets it: code, message, path, row and line.
pub(crate) fn failure(error: &Error) -> JsValue {
    let document = json!({
        "code": error.code().as_str(),
        "message": error.message(),
        "path": error.path(),
        "row": error.row(),
        "line": error.line(),
    });
    JsValue::from_str(&document.to_string())
}

/// A result as it serialises.
pub(crate) fn document<T: Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value)
        .map_err(|error| failure(&Error::new(ErrorCode::Internal, error.to_string())))
}

/// A table by columns: `[{"name": ..., "given": ..., "values": [...]}, ...]`, dates as `2024-03-01`.
pub(crate) fn table(table: &Table) -> String {
    let columns = table.columns().iter().map(|column| {
        let values = match &column.data {
            Data::Text(values) => json!(values),
            Data::Int(values) => json!(values),
            Data::Float(values) => json!(values),
            Data::Bool(values) => json!(values),
            Data::Date(days) => {
                days.iter().map(|day| day.map(|day| Every::Day.label(day))).collect()
            }
            // A kind of data that this version does not know.
            _ => Value::Null,
        };
        json!({ "name": column.name, "given": column.given, "values": values })
    });
    Value::Array(columns.collect()).to_string()
}
