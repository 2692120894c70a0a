//! Comments: what is private in them, how they feel.
//!
//! Comments come as an array of texts, null where there is none; positions leave in UTF-16 code units. A lone surrogate
//! arrives as U+FFFD, which is one code unit as well.

use std::cell::RefCell;

use heedful::text::{PrivateSpan, Redactor, Unit, convert_spans};
use heedful::{Feeling, Labels, Result, Sentiment, SentimentOptions, SentimentReader};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::{answer, failure};

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

/// The comments that there are, and the row of each.
pub(crate) fn written(comments: &[Option<String>]) -> (Vec<&str>, Vec<usize>) {
    let rows = comments.iter().enumerate();
    rows.filter_map(|(row, comment)| Some((comment.as_deref()?, row))).unzip()
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

/// Sentiment learned from ratings.
#[derive(Debug)]
#[wasm_bindgen]
pub struct SentimentModel {
    model: heedful::SentimentModel,
    reader: SentimentReader,
}

impl SentimentModel {
    pub(crate) fn of(model: Result<heedful::SentimentModel>) -> Result<Self, JsValue> {
        let ready = model.and_then(|model| Ok(Self { reader: model.reader()?, model }));
        ready.map_err(|error| failure(&error))
    }
}

#[wasm_bindgen]
impl SentimentModel {
    /// A stored model.
    ///
    /// # Errors
    /// As for [`heedful::SentimentModel::from_bytes`].
    pub fn stored(bytes: &[u8]) -> Result<Self, JsValue> {
        Self::of(heedful::SentimentModel::from_bytes(bytes))
    }

    /// The model to be stored.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.model.to_bytes()
    }

    /// How many rated comments it learned from.
    #[must_use]
    pub fn comments(&self) -> f64 {
        self.model.comments() as f64
    }

    /// The ratings that comments stand for, -1 to 1.
    ///
    /// # Errors
    /// None.
    pub fn values(&mut self, texts: &Array) -> Answer {
        let texts = comments(texts);
        answer(Ok(self.reader.values(&texts.iter().map(Option::as_deref).collect())))
    }

    /// The words that weigh most: a table.
    ///
    /// # Errors
    /// None.
    pub fn top_words(&self, most: usize) -> Answer {
        answer(Ok(self.model.top_words(most)))
    }
}
