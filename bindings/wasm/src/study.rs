//! What those look at who make taxonomies and models: words, what is wrong with terms, which labels to ask for, how coders
//! agree, and sentiment learned from ratings.

use heedful::text::{Language, Lexer, Unit, in_unit};
use heedful::{
    Agreement, Error, ErrorCode, EvaluateOptions, Labels, Mappings, ReasonCount, Result,
    SentimentFit, SentimentReader, Split, Texts,
};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::{answer, failure};
use crate::reason::{Known, Mapper};
use crate::text::{comments, labels};

/// The tokens of texts: a table.
///
/// # Errors
/// `unknown-name` for a language that is not known.
#[wasm_bindgen]
pub fn tokens(texts: &Array, language: &str) -> Answer {
    let run = || {
        let language: Language = language.parse().map_err(|error: Error| error.at("language"))?;
        let texts = comments(texts);
        let table = Lexer::new(language).read_all(&texts);
        Ok(in_unit(table, Unit::Utf16, |row| texts.get(row)?.as_deref()))
    };
    answer(run())
}

/// Rows to learn from and rows to measure on.
///
/// # Errors
/// As for [`Split::new`].
#[wasm_bindgen]
pub fn split(texts: &Array, known: &Array, share: f64, seed: f64) -> Answer {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number that is not negative"
    )]
    answer(labels(known).and_then(|known| Split::new(&texts_of(texts), &known, share, seed as u64)))
}

/// How well coders agree, each an array of labels.
///
/// # Errors
/// As for [`Agreement::of`].
#[wasm_bindgen]
pub fn agreement(coders: &Array, options: &str) -> Answer {
    let run = || {
        let coders = coders.iter().map(|coder| labels(&Array::from(&coder)));
        let coders = coders.collect::<Result<Vec<Labels>>>()?;
        Agreement::of(&coders.iter().collect::<Vec<_>>(), &EvaluateOptions::from_json(options)?)
    };
    answer(run())
}

/// The comments, with nothing for those that are missing.
fn texts_of(texts: &Array) -> Vec<String> {
    comments(texts).into_iter().map(Option::unwrap_or_default).collect()
}

fn nothing_learned() -> Error {
    Error::new(ErrorCode::TooFew, "nothing was learned yet: fit the mapper first")
}

#[wasm_bindgen]
impl Mapper {
    /// What is wrong with terms, and which reasons overlap.
    ///
    /// # Errors
    /// None.
    pub fn lint(&self, texts: &Array) -> Answer {
        let texts: Vec<String> = comments(texts).into_iter().flatten().collect();
        answer(Ok(self.mapper.lint(&texts)))
    }

    /// What other thresholds of the model would give: a table.
    ///
    /// # Errors
    /// `too-few` where nothing was learned; as for [`heedful::Predictions::curve`].
    pub fn curve(&self, texts: &Array, known: &Array) -> Answer {
        let run = || {
            let predictions = self.mapper.predictions(&texts_of(texts));
            predictions.ok_or_else(nothing_learned)?.curve(&labels(known)?)
        };
        answer(run())
    }

    /// The comments whose labels would teach most, as rows.
    ///
    /// # Errors
    /// `too-few` where nothing was learned.
    pub fn suggest(&self, texts: &Array, count: usize) -> Answer {
        let model = self.mapper.model().ok_or_else(nothing_learned);
        answer(model.map(|model| model.suggest(&texts_of(texts), count)))
    }

    /// The reasons of each comment, all of them or the main one.
    ///
    /// # Errors
    /// As for [`heedful::ReasonMapper::map`].
    pub fn labels(&self, texts: &Array, given: &Array, main: bool) -> Answer {
        let count = if main { ReasonCount::Main } else { ReasonCount::Mentions };
        answer(self.mappings(texts, given).and_then(|mappings| mappings.labels(count)))
    }

    /// Rows with a comment in which nothing was found.
    ///
    /// # Errors
    /// As for [`heedful::ReasonMapper::map`].
    pub fn unmapped(&self, texts: &Array, given: &Array) -> Result<Vec<usize>, JsValue> {
        let mappings = self.mappings(texts, given).map_err(|error| failure(&error))?;
        Ok(mappings.unmapped().collect())
    }

    /// Rows that were clicked for one thing and speak of others: row, clicked, read.
    ///
    /// # Errors
    /// As for [`heedful::ReasonMapper::map`].
    pub fn disagreements(&self, texts: &Array, given: &Array) -> Answer {
        let run = || {
            let mappings = self.mappings(texts, given)?;
            let each = mappings.disagreements();
            let each = each.map(|d| (d.row, d.clicked.to_owned(), d.read.to_owned()));
            Ok(each.collect::<Vec<_>>())
        };
        answer(run())
    }
}

impl Mapper {
    fn mappings(&self, texts: &Array, given: &Array) -> Result<Mappings> {
        Known::of(given)?.map(&self.mapper, &comments(texts))
    }
}

/// Sentiment learned from ratings.
#[derive(Debug)]
#[wasm_bindgen]
pub struct SentimentModel {
    model: heedful::SentimentModel,
    reader: SentimentReader,
}

/// Comments and ratings, NaN where there is none.
fn rated(texts: &Array, ratings: &[f64]) -> (Texts, Vec<Option<f64>>) {
    let ratings = ratings.iter().map(|rating| (!rating.is_nan()).then_some(*rating)).collect();
    (comments(texts).iter().map(Option::as_deref).collect(), ratings)
}

impl SentimentModel {
    fn of(model: Result<heedful::SentimentModel>) -> Result<Self, JsValue> {
        let ready = model.and_then(|model| Ok(Self { reader: model.reader()?, model }));
        ready.map_err(|error| failure(&error))
    }
}

#[wasm_bindgen]
impl SentimentModel {
    /// Learns.
    ///
    /// # Errors
    /// As for [`SentimentFit::run`].
    pub fn fit(texts: &Array, ratings: &[f64], options: &str) -> Result<Self, JsValue> {
        let (texts, ratings) = rated(texts, ratings);
        Self::of(SentimentFit::from_json(options).and_then(|fit| fit.run(&texts, &ratings)))
    }

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

/// What sentiment that is learned says of comments that were held out in turn.
///
/// # Errors
/// As for [`SentimentFit::cross_validate`].
#[wasm_bindgen]
pub fn cross_validate_sentiment(
    texts: &Array,
    ratings: &[f64],
    options: &str,
    folds: u32,
) -> Answer {
    let (texts, ratings) = rated(texts, ratings);
    let fit = SentimentFit::from_json(options);
    answer(fit.and_then(|fit| fit.cross_validate(&texts, &ratings, folds)))
}
