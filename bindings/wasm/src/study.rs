//! What those look at who make taxonomies and models: words, what groups write, what comments are about, what is wrong with
//! terms, which labels to ask for, how coders agree, and what is learned.

use heedful::text::{Language, Lexer, Unit, in_unit};
use heedful::{
    Agreement, Discover, Error, ErrorCode, EvaluateOptions, Evaluation, Key, Keyness, Labels,
    Metric, ModelOptions, Reason, Result, SentimentFit, Split, Texts, Topics,
};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::key::key;
use crate::output::{answer, failure};
use crate::reason::Mapper;
use crate::text::{SentimentModel, comments, labels, written};

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
    /// Learns from comments with known reasons; with `more` on top of what it knows.
    ///
    /// # Errors
    /// As for [`heedful::ReasonMapper::fit`] and [`heedful::ReasonMapper::fit_more`].
    pub fn fit(
        &mut self,
        texts: &Array,
        known: &Array,
        options: &str,
        more: bool,
    ) -> Result<(), JsValue> {
        let run = || {
            let texts = comments(texts);
            let texts: Vec<&str> =
                texts.iter().map(|text| text.as_deref().unwrap_or_default()).collect();
            let (known, options) = (labels(known)?, ModelOptions::from_json(options)?);
            if more {
                self.mapper.fit_more(&texts, &known, &options)
            } else {
                self.mapper.fit(&texts, &known, &options)
            }
        };
        let mapper = run().map_err(|error| failure(&error))?;
        *self = Self::of(mapper, self.said.take());
        Ok(())
    }

    /// The topics of comments in which no reason is found, or within a reason.
    ///
    /// # Errors
    /// As for [`Discover::run_known`].
    pub fn discover(
        &self,
        texts: &Array,
        within: Option<String>,
        by: &Array,
        options: &str,
    ) -> Answer {
        let run = || {
            let options = Discover::from_json(options)?;
            let (found, rows) = of_groups(texts, by, |texts, groups| {
                options.run_known(texts, &self.mapper, within.as_deref(), groups)
            })?;
            Ok(topics_of_rows(found, &rows, options.language))
        };
        answer(run())
    }

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
        let proposed = self.mapper.suggest(&texts_of(texts), count);
        answer(proposed.ok_or_else(nothing_learned))
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

/// Comments and ratings, NaN where there is none.
fn rated(texts: &Array, ratings: &[f64]) -> (Texts, Vec<Option<f64>>) {
    let ratings = ratings.iter().map(|rating| (!rating.is_nan()).then_some(*rating)).collect();
    (comments(texts).iter().map(Option::as_deref).collect(), ratings)
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

/// What is asked of the comments that there are and the group of each; and the rows of these comments.
fn of_groups<T>(
    texts: &Array,
    by: &Array,
    ask: impl FnOnce(&[&str], &[Key]) -> Result<T>,
) -> Result<(T, Vec<usize>)> {
    let texts = comments(texts);
    let (written, rows) = written(&texts);
    let keys = by.iter().enumerate();
    // A group without a comment beside it is left for the core to count and refuse.
    let keys = keys.filter(|(row, _)| texts.get(*row).is_none_or(Option::is_some));
    let groups: Vec<Key> = keys.map(|(_, value)| key(value)).collect();
    Ok((ask(&written, &groups)?, rows))
}

/// Numbers of comments that there are as rows of all comments.
fn to_rows(places: &mut [usize], rows: &[usize]) {
    for place in places {
        *place = rows.get(*place).copied().unwrap_or_default();
    }
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
        let options = Keyness::from_json(options)?;
        let (mut found, rows) = of_groups(texts, by, |texts, groups| options.run(texts, groups))?;
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
        let options = Discover::from_json(options)?;
        let (found, rows) =
            of_groups(texts, by, |texts, groups| options.run_grouped(texts, groups))?;
        Ok(topics_of_rows(found, &rows, options.language))
    };
    answer(run())
}

/// Topics that name rows of all comments, and each of them as a reason.
#[derive(Serialize)]
struct Candidates {
    found: Topics,
    reasons: Vec<Reason>,
}

fn topics_of_rows(mut found: Topics, rows: &[usize], language: Language) -> Candidates {
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
