//! Comments: what is private in them, how they feel, what groups write, what they are about.
//!
//! Comments come as an array of texts, null where there is none; positions leave in UTF-16 code units. A lone surrogate
//! arrives as U+FFFD, which is one code unit as well.

use std::cell::RefCell;

use heedful::text::{Language, PrivateSpan, Redactor, Unit, convert_spans};
use heedful::{
    Discover, Error, ErrorCode, EvaluateOptions, Evaluation, Feeling, Key, Keyness, Labels, Metric,
    Reason, Result, Sentiment, SentimentOptions, Topics,
};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::answer;

/// The comments of an array.
pub(crate) fn comments(array: &Array) -> Vec<Option<String>> {
    array.iter().map(|comment| comment.as_string()).collect()
}

/// The reasons of each comment: arrays of ids, or null.
pub(crate) fn labels(array: &Array) -> Result<Labels> {
    let ids = |row: JsValue| -> Option<Vec<String>> {
        Some(row.dyn_into::<Array>().ok()?.iter().filter_map(|id| id.as_string()).collect())
    };
    Labels::sets(array.iter().map(ids))
}

/// The group of each comment that there is.
pub(crate) fn groups(array: &Array, comments: &[Option<String>]) -> Vec<Key> {
    let group = |value: JsValue| match (value.as_string(), value.as_f64(), value.as_bool()) {
        (Some(text), ..) => Key::text(&text),
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        (_, Some(number), _) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Key::Int(number as i64)
        }
        (_, Some(number), _) if !number.is_nan() => Key::Float(number),
        (.., Some(value)) => Key::Bool(value),
        _ => Key::Missing,
    };
    let rows = array.iter().enumerate();
    // A group without a comment beside it is left for the core to count and refuse.
    rows.filter(|(row, _)| comments.get(*row).is_none_or(Option::is_some))
        .map(|(_, value)| group(value))
        .collect()
}

/// The comments that there are, and the row of each.
pub(crate) fn written(comments: &[Option<String>]) -> (Vec<&str>, Vec<usize>) {
    let rows = comments.iter().enumerate();
    rows.filter_map(|(row, comment)| Some((comment.as_deref()?, row))).unzip()
}

/// Numbers of comments that there are as rows of all comments.
pub(crate) fn to_rows(places: &mut [usize], rows: &[usize]) {
    for place in places {
        *place = rows.get(*place).copied().unwrap_or_default();
    }
}

/// What identifies a person, for each text.
///
/// # Errors
/// None.
#[wasm_bindgen]
pub fn private_spans(texts: &Array, names: &Array) -> Answer {
    let mut redactor = Redactor::new(names.iter().filter_map(|name| name.as_string()));
    let mut find = |text: Option<String>| -> Vec<PrivateSpan> {
        let text = text.unwrap_or_default();
        let mut found = redactor.find(&text);
        let mut places: Vec<_> = found.iter().map(|span| (span.start, span.end)).collect();
        convert_spans(&text, Unit::Utf16, &mut places);
        for (span, place) in found.iter_mut().zip(places) {
            (span.start, span.end) = place;
        }
        found
    };
    answer(Ok(comments(texts).into_iter().map(&mut find).collect::<Vec<_>>()))
}

thread_local! {
    /// The reader that was asked last, and its options: a field that is typed into asks the same one every time.
    static READER: RefCell<Option<(String, Sentiment)>> = const { RefCell::new(None) };
}

/// The feeling of each comment, null where there is no comment.
///
/// # Errors
/// As for [`SentimentOptions::from_json`] and [`Sentiment::new`].
#[wasm_bindgen]
pub fn sentiment(texts: &Array, options: &str) -> Answer {
    let run = || {
        let last = READER.take().filter(|(known, _)| known == options);
        let mut reader = match last {
            Some((_, reader)) => reader,
            None => Sentiment::new(SentimentOptions::from_json(options)?)?,
        };
        let mut read = |text: Option<String>| text.map(|text| feeling(&mut reader, &text));
        let feelings: Vec<_> = comments(texts).into_iter().map(&mut read).collect();
        READER.set(Some((options.to_owned(), reader)));
        Ok(feelings)
    };
    answer(run())
}

fn feeling(reader: &mut Sentiment, text: &str) -> Feeling {
    let mut feeling = reader.read(text);
    let clauses = feeling.clauses.iter().map(|clause| (clause.start, clause.end));
    let emotions = feeling.emotions.iter().map(|emotion| (emotion.start, emotion.end));
    let mut places: Vec<_> = clauses.chain(emotions).collect();
    convert_spans(text, Unit::Utf16, &mut places);
    let mut places = places.into_iter();
    for (clause, place) in feeling.clauses.iter_mut().zip(&mut places) {
        (clause.start, clause.end) = place;
    }
    for (emotion, place) in feeling.emotions.iter_mut().zip(places) {
        (emotion.start, emotion.end) = place;
    }
    feeling
}

/// The name of the band that a metric has for each rating of a column: a number, a text that its scale reads, or null.
///
/// # Errors
/// As for [`Metric::from_json`]; as for [`Metric::band_of`], with the column and the row.
#[wasm_bindgen]
pub fn bands(ratings: &Array, metric: &str, column: &str) -> Answer {
    let run = || {
        let metric = Metric::from_json(metric)?;
        let number = |rating: &JsValue| match rating.as_string() {
            Some(text) if !matches!(text.trim(), "" | "NA" | "N/A") => {
                let invalid = || Error::new(ErrorCode::RatingInvalid, "the rating is not a number");
                metric.scale().read(&text).ok_or_else(invalid)
            }
            _ => Ok(rating.as_f64().or(rating.as_bool().map(f64::from)).unwrap_or(f64::NAN)),
        };
        let band = |(row, rating): (usize, JsValue)| {
            let band = number(&rating).and_then(|rating| metric.band_of(rating));
            let band = band.map_err(|error| error.at(column).on_row(row as u64))?;
            Ok(band.map(|band| band.name.clone()))
        };
        ratings.iter().enumerate().map(band).collect::<Result<Vec<_>>>()
    };
    answer(run())
}

/// What each group writes more often than the others.
///
/// # Errors
/// As for [`Keyness::run`].
#[wasm_bindgen]
pub fn keywords(texts: &Array, by: &Array, options: &str) -> Answer {
    let run = || {
        let texts = comments(texts);
        let (written, rows) = written(&texts);
        let mut found = Keyness::from_json(options)?.run(&written, &groups(by, &texts))?;
        for keyword in &mut found.rows {
            to_rows(&mut keyword.examples, &rows);
        }
        Ok(found.rows)
    };
    answer(run())
}

/// The topics of all comments, and homogeneity by group where there are groups.
///
/// # Errors
/// As for [`Discover::run_grouped`].
#[wasm_bindgen]
pub fn discover(texts: &Array, by: &Array, options: &str) -> Answer {
    let run = || {
        let texts = comments(texts);
        let (written, rows) = written(&texts);
        let options = Discover::from_json(options)?;
        let found = options.run_grouped(&written, &groups(by, &texts))?;
        Ok(topics_of_rows(found, &rows, options.language))
    };
    answer(run())
}

/// Topics that name rows of all comments, and each of them as a reason.
#[derive(Serialize)]
pub(crate) struct Candidates {
    found: Topics,
    reasons: Vec<Reason>,
}

pub(crate) fn topics_of_rows(mut found: Topics, rows: &[usize], language: Language) -> Candidates {
    to_rows(&mut found.rest, rows);
    for topic in &mut found.topics {
        to_rows(&mut topic.rows, rows);
        to_rows(&mut topic.representative, rows);
        to_rows(&mut topic.diverse, rows);
    }
    let topics = found.topics.iter();
    let reasons = topics.map(|topic| topic.to_reason(topic.name.as_str(), language)).collect();
    Candidates { found, reasons }
}

/// How well the reasons that were found are those that are known.
///
/// # Errors
/// As for [`Evaluation::of`].
#[wasm_bindgen]
pub fn evaluate(known: &Array, found: &Array, options: &str) -> Answer {
    let run = || {
        let (known, found) = (labels(known)?, labels(found)?);
        Evaluation::of(&known, &found, &EvaluateOptions::from_json(options)?)
    };
    answer(run())
}
