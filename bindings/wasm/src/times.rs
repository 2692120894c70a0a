//! Columns of times as texts.

use heedful::{Clock, DateFormat, DateReader};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::answer;

/// Reads a column of dates, null where they are missing: milliseconds, and whether they are wall-clock times.
///
/// # Errors
/// As for [`DateReader`].
#[wasm_bindgen]
pub fn read_times(texts: &Array, format: Option<String>) -> Answer {
    #[derive(Serialize)]
    struct Times {
        wall: bool,
        at: Vec<Option<i64>>,
    }
    let run = || {
        let format = format.map(|format| format.parse::<DateFormat>()).transpose()?;
        let mut reader = DateReader::new(format);
        let mut present = Vec::new();
        for (row, text) in (0..).zip(texts.iter()) {
            let text = text.as_string();
            match &text {
                Some(text) => reader.push(row, text)?,
                None => reader.push_missing(),
            }
            present.push(text.is_some());
        }
        let dates = reader.finish()?;
        let at = dates.millis.iter().zip(present).map(|(at, present)| present.then_some(*at));
        Ok(Times { wall: dates.kind == Some(Clock::Wall), at: at.collect() })
    };
    answer(run())
}
