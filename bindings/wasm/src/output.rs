//! Answers and errors as JSON documents.

use std::io;

use heedful::Error;
use serde::Serialize;
use serde_json::ser::Formatter;
use wasm_bindgen::JsValue;

/// An error as JavaScript gets it: code, message, path, row and line.
pub(crate) fn failure(error: &Error) -> JsValue {
    #[derive(Serialize)]
    struct Failure<'a> {
        code: &'static str,
        message: &'a str,
        path: &'a str,
        row: Option<u64>,
        line: Option<u64>,
    }
    let failure = Failure {
        code: error.code().as_str(),
        message: error.message(),
        path: error.path(),
        row: error.row(),
        line: error.line(),
    };
    JsValue::from_str(&json(&failure))
}

/// A result as JSON.
#[cfg(any(feature = "scores", feature = "read", feature = "text"))]
pub(crate) fn answer<T: Serialize>(result: heedful::Result<T>) -> crate::Answer {
    match result {
        Ok(value) => Ok(json(&value)),
        Err(error) => Err(failure(&error)),
    }
}

/// Writes numbers as Rust prints them: they read back the same, and the tables of serde_json's own printer
/// are a tenth of the module.
struct Plain;

impl Formatter for Plain {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value}")
    }
}

/// The JSON of a value with string keys.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    let mut text = Vec::new();
    // Writing to memory fails only for keys that are no strings, and the engine has none.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Plain));
    String::from_utf8(text).unwrap_or_default()
}
