//! Helpers of the tests that every language shares.
#![expect(clippy::indexing_slicing, reason = "answers are made field by field; a test may panic")]

pub mod contact;
pub mod health;
pub mod money;
pub mod why;

use std::path::PathBuf;

use heedful::{Column, Responses, Result};
use serde_json::Value;

/// The folder of this member, which holds `vectors/` and `state/`.
#[must_use]
pub fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the real data beside the checkout; `None`, with a message, where there is none.
#[must_use]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = here().join("../../shared/data").join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: ../shared/data/{path} is not there");
    None
}

/// Values of a vector as a column: numbers with `null` (non-finite ones are spelled as strings) or
/// texts.
#[must_use]
pub fn column(values: &Value) -> Column {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    let number = |v: &Value| match v {
        Value::Null => Some(f64::NAN),
        Value::String(s) if ["NaN", "Infinity", "-Infinity"].contains(&s.as_str()) => {
            s.parse().ok()
        }
        other => other.as_f64(),
    };
    let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
    let text = |v: &'_ Value| match v {
        Value::Bool(yes) => Some(if *yes { "true" } else { "false" }.to_owned()),
        other => other.as_str().map(str::to_owned),
    };
    let texts = || values.iter().map(text).collect::<Vec<_>>();
    numbers
        .map_or_else(|| Column::categories(texts().iter().map(Option::as_deref)), Column::numbers)
}

/// A table of a vector: an object of columns.
///
/// # Errors
/// As for [`Responses::with`].
pub fn table(columns: &Value) -> Result<Responses> {
    let mut table = Responses::new();
    for (name, values) in columns.as_object().into_iter().flatten() {
        table = table.with(name, column(values))?;
    }
    Ok(table)
}

/// Where `found` departs from what is expected: only what is expected is looked at. Numbers may
/// differ by `tolerance` of the greater of 1 and their size.
#[must_use]
pub fn difference(expected: &Value, found: &Value, tolerance: f64, path: &str) -> Option<String> {
    match (expected, found) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64()?, b.as_f64()?);
            let close = (a - b).abs() <= tolerance * a.abs().max(1.0);
            (!close).then(|| format!("{path}: expected {a}, found {b}"))
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                return Some(format!("{path}: expected {} items, found {}", a.len(), b.len()));
            }
            a.iter()
                .zip(b)
                .enumerate()
                .find_map(|(i, (a, b))| difference(a, b, tolerance, &format!("{path}[{i}]")))
        }
        (Value::Object(a), Value::Object(b)) => a.iter().find_map(|(key, a)| {
            let b = b.get(key).unwrap_or(&Value::Null);
            difference(a, b, tolerance, &format!("{path}.{key}"))
        }),
        (a, b) => (a != b).then(|| format!("{path}: expected {a}, found {b}")),
    }
}

/// The vectors of a file in `vectors/` for which an answer (of a function's name, input and options) departs from what is
/// expected, each with how.
///
/// # Panics
/// Where the file holds no vectors.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
pub fn departures(
    file: &str,
    answer: impl Fn(&str, &Value, &Value) -> Result<Value>,
) -> (usize, Vec<String>) {
    let text = std::fs::read_to_string(here().join("vectors").join(file)).unwrap();
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    let departs = |vector: &Value| {
        let function = vector["function"].as_str().unwrap();
        let tolerance = vector["tolerance"].as_f64().unwrap();
        let problem = match answer(function, &vector["input"], &vector["options"]) {
            Ok(found) if vector["error"].is_null() => {
                difference(&vector["expected"], &found, tolerance, "")
            }
            Ok(_) => Some("expected an error".to_owned()),
            Err(error) => {
                let code = error.code().as_str();
                (vector["error"]["code"] != code).then(|| error.to_string())
            }
        };
        problem.map(|problem| format!("{}: {problem}", vector["id"]))
    };
    (vectors.len(), vectors.iter().filter_map(departs).collect())
}
