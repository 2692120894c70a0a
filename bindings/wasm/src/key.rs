//! From JavaScript's values to the engine's keys.

use heedful::Key;
use wasm_bindgen::JsValue;

/// Texts, numbers and booleans are themselves, everything else is missing.
pub(crate) fn key(value: JsValue) -> Key {
    if let Some(text) = value.as_string() {
        return Key::text(&text);
    }
    match (value.as_f64(), value.as_bool()) {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        (Some(number), _) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Key::Int(number as i64)
        }
        (Some(number), _) if !number.is_nan() => Key::Float(number),
        (_, Some(value)) => Key::Bool(value),
        _ => Key::Missing,
    }
}
