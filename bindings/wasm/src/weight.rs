//! Weights.

use heedful::Weighting;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::output::answer;
use crate::{Answer, input};

/// Weights a table to targets.
///
/// # Errors
/// As for [`Weighting::run`].
#[wasm_bindgen]
pub fn weight(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || Weighting::from_json(options)?.run(&input::responses(columns, roles)?);
    answer(run())
}
