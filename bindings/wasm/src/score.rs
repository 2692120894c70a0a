//! Scores, tallies and metrics.

use heedful::{Result, Scores, Scoring};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::output::{failure, json, table};
use crate::{Answer, input};

fn scored(roles: &str, columns: &str, arrays: &Array, options: &str) -> Result<Scores> {
    Scoring::from_json(options)?.run(&input::responses(roles, columns, arrays)?)
}

/// Scores a table by the options of [`Scoring`]: a table.
///
/// # Errors
/// As for [`Scoring::run`].
#[wasm_bindgen]
pub fn score_table(roles: &str, columns: &str, arrays: &Array, options: &str) -> Answer {
    let scores = scored(roles, columns, arrays, options).map_err(|error| failure(&error))?;
    Ok(table(&scores.to_table()))
}

/// Scores a table without groups: one [`Score`].
///
/// # Errors
/// As for [`Scoring::run`].
#[wasm_bindgen]
pub fn score_one(roles: &str, columns: &str, arrays: &Array, options: &str) -> Answer {
    let scores = scored(roles, columns, arrays, options).map_err(|error| failure(&error))?;
    Ok(json(&scores.rows.first().map(|row| &row.score)))
}
