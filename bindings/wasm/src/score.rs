//! Scores by group, contrasts and leagues.

use heedful::{Contrast, League, Scoring};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::output::answer;
use crate::table::Columns;
use crate::{Answer, input};

/// Scores a table: a table.
///
/// # Errors
/// As for [`Scoring::run`].
#[wasm_bindgen]
pub fn score_table(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || Scoring::from_json(options)?.run(&input::responses(columns, roles)?);
    answer(run().map(|scores| Columns(scores.to_table())))
}

/// Scores a table without groups by one metric: a score.
///
/// # Errors
/// As for [`Scoring::run`].
#[wasm_bindgen]
pub fn score_one(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || Scoring::from_json(options)?.run(&input::responses(columns, roles)?);
    answer(run().map(|scores| scores.rows.into_iter().next().map(|row| row.score)))
}

/// Compares each group with the rest: a table.
///
/// # Errors
/// As for [`Contrast::run`].
#[wasm_bindgen]
pub fn contrast(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || Contrast::from_json(options)?.run(&input::responses(columns, roles)?);
    answer(run().map(|contrasts| Columns(contrasts.to_table())))
}

/// Ranks the groups: a table.
///
/// # Errors
/// As for [`League::run`].
#[wasm_bindgen]
pub fn league(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || League::from_json(options)?.run(&input::responses(columns, roles)?);
    answer(run().map(|standings| Columns(standings.to_table())))
}
