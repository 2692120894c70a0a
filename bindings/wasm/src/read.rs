//! Files of responses.

use heedful::{
    Clock, Column, CsvOptions, DatesRead, Encoding, Key, Keys, Read, Recognised, Rejected, Result,
    Roles, Times,
};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::answer;

/// Reads a CSV file whole.
///
/// # Errors
/// As for [`CsvOptions::read`].
#[wasm_bindgen]
pub fn read_csv(bytes: &[u8], options: &str) -> Answer {
    let run = || CsvOptions::from_json(options)?.read(bytes);
    file(run())
}

/// Reads a file of JSON Lines whole.
///
/// # Errors
/// As for [`CsvOptions::read_jsonl`].
#[wasm_bindgen]
pub fn read_jsonl(bytes: &[u8], options: &str) -> Answer {
    let run = || CsvOptions::from_json(options)?.read_jsonl(bytes);
    file(run())
}

/// Reads a JSON document whole.
///
/// # Errors
/// As for [`CsvOptions::read_json`].
#[wasm_bindgen]
pub fn read_json(bytes: &[u8], options: &str) -> Answer {
    let run = || CsvOptions::from_json(options)?.read_json(bytes);
    file(run())
}

/// What was read, with the columns in a form that JavaScript turns into arrays.
#[derive(Serialize)]
struct File<'a> {
    rows: u64,
    rejected: &'a [Rejected],
    delimiter: Option<char>,
    encoding: Encoding,
    dates: Option<DatesRead>,
    recognised: Option<&'a Recognised>,
    roles: &'a Roles,
    columns: Vec<Shown<'a>>,
}

struct Shown<'a>(&'a str, &'a Column);

fn file(read: Result<Read>) -> Answer {
    match &read {
        Ok(read) => answer(Ok(File {
            rows: read.rows,
            rejected: &read.rejected,
            delimiter: read.delimiter,
            encoding: read.encoding,
            dates: read.dates,
            recognised: read.recognised.as_ref(),
            roles: read.responses.roles(),
            columns: read.responses.columns().iter().map(|(name, c)| Shown(name, c)).collect(),
        })),
        Err(error) => answer::<()>(Err(error.clone())),
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(name, column) = self;
        let mut shown = serializer.serialize_struct("Shown", 4)?;
        shown.serialize_field("name", name)?;
        let rows = 0..column.len();
        match column {
            // Positions, and the values once.
            Column::Category(category) if matches!(category.keys, Keys::U32(_)) => {
                let valid = |row| category.validity.as_ref().is_none_or(|v| v.is_valid(row));
                let key = |row: usize| match &category.keys {
                    Keys::U32(keys) if valid(row) => keys.get(row).copied(),
                    _ => None,
                };
                shown.serialize_field("kind", "category")?;
                shown.serialize_field("data", &rows.map(key).collect::<Vec<_>>())?;
                shown.serialize_field("values", &*category.values)?;
            }
            Column::Time(times) => {
                let wall = times.clock == Clock::Wall;
                shown.serialize_field("kind", if wall { "wall_times" } else { "instants" })?;
                let at = rows.map(|row| milliseconds(times, &column.key(row)));
                shown.serialize_field("data", &at.collect::<Vec<_>>())?;
            }
            _ => {
                shown.serialize_field("kind", "values")?;
                shown.serialize_field(
                    "data",
                    &rows.map(|row| column.key(row)).collect::<Vec<_>>(),
                )?;
            }
        }
        shown.end()
    }
}

fn milliseconds(times: &Times, at: &Key) -> Option<f64> {
    let Key::Int(at) = at else { return None };
    Some(*at as f64 / (times.unit.per_second() as f64 / 1000.0))
}
