//! Answers and errors as JSON documents.

use std::io;

use heedful::{Data, Error, Every, Result, Table};
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::ser::Formatter;
use wasm_bindgen::JsValue;

use crate::Answer;

/// An error as JavaScript gets it: code, message, path, row and line.
fn failure(error: &Error) -> JsValue {
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
pub(crate) fn answer<T: Serialize>(result: Result<T>) -> Answer {
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

/// A table by columns: `[{"name": ..., "given": ..., "values": [...]}, ...]`, dates as `2024-03-01`.
#[derive(Debug)]
pub(crate) struct Columns(pub(crate) Table);

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Column<'a> {
            name: &'a str,
            given: bool,
            values: Values<'a>,
        }
        serializer.collect_seq(self.0.columns().iter().map(|column| Column {
            name: &column.name,
            given: column.given,
            values: Values(&column.data),
        }))
    }
}

struct Values<'a>(&'a Data);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Data::Text(values) => values.serialize(serializer),
            Data::Int(values) => values.serialize(serializer),
            Data::Float(values) => values.serialize(serializer),
            Data::Bool(values) => values.serialize(serializer),
            Data::Date(days) => {
                serializer.collect_seq(days.iter().map(|day| day.map(|day| Every::Day.label(day))))
            }
            _ => Err(serde::ser::Error::custom("a kind of data that this version does not know")),
        }
    }
}
