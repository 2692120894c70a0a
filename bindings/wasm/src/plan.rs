//! Planning a survey.

use heedful::SampleSize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::answer;

/// How many responses are needed.
///
/// # Errors
/// As for [`SampleSize::run`].
#[wasm_bindgen]
pub fn sample_size(options: &str) -> Answer {
    let run = || SampleSize::from_json(options)?.run();
    answer(run())
}
