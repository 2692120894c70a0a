//! Taxonomies and what they find: what lives on between calls, since it is prepared once and then used
//! on every keystroke.

use std::rc::Rc;
use std::sync::Arc;

use heedful::text::{Language, Unit, convert_spans};
use heedful::{
    Error, Given, Labels, MapperOptions, MapperSession, Mappings, Model, ReasonCount, ReasonMapper,
    Result, Taxonomy,
};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::classifier::Said;
use crate::output::{answer, failure};
use crate::text::{comments, labels, written};

/// A taxonomy prepared to be found in comments.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Mapper {
    pub(crate) mapper: Rc<ReasonMapper>,
    session: MapperSession<Rc<ReasonMapper>>,
    /// What a classifier of the page says, where there is one.
    pub(crate) said: Option<Arc<Said>>,
}

/// A mapping, its places in UTF-16 code units.
#[derive(Serialize)]
struct Shown<'a> {
    row: usize,
    reason: &'a str,
    main: bool,
    source: &'static str,
    confidence: f64,
    sentiment: Option<f64>,
    start: Option<usize>,
    end: Option<usize>,
    spans: Vec<(usize, usize)>,
}

fn shown<'a>(mappings: &'a Mappings, text: impl Fn(usize) -> Option<&'a str>) -> Vec<Shown<'a>> {
    let show = |m: heedful::Mapping<'a>| {
        let mut spans: Vec<_> =
            m.spans.iter().map(|(start, end)| (*start as usize, *end as usize)).collect();
        convert_spans(text(m.row).unwrap_or_default(), Unit::Utf16, &mut spans);
        Shown {
            row: m.row,
            reason: m.id,
            main: m.main,
            source: m.source.as_str(),
            confidence: m.confidence,
            sentiment: m.sentiment,
            start: spans.first().map(|span| span.0),
            end: spans.first().map(|span| span.1),
            spans,
        }
    };
    mappings.iter().map(show).collect()
}

/// What is known beside the comments.
#[derive(Default)]
pub(crate) struct Known {
    clicks: Option<Labels>,
    manual: Option<Labels>,
    touchpoints: Option<Vec<Option<String>>>,
    languages: Option<Vec<Option<Language>>>,
    level: Option<f64>,
}

impl Known {
    /// Of an array of clicks, manual codes, touchpoints and languages, each an array or undefined, and the level of the
    /// tree at which to count, a number or undefined.
    pub(crate) fn of(given: &Array) -> Result<Self> {
        let list = |place| given.get(place).dyn_into::<Array>().ok();
        let language = |(row, code): (usize, Option<String>)| {
            let language = code.as_deref().map(str::parse).transpose();
            language.map_err(|error: Error| error.at("language").on_row(row as u64))
        };
        let languages = |list: Array| {
            comments(&list).into_iter().enumerate().map(language).collect::<Result<Vec<_>>>()
        };
        Ok(Self {
            clicks: list(0).map(|list| labels(&list)).transpose()?,
            manual: list(1).map(|list| labels(&list)).transpose()?,
            touchpoints: list(2).map(|list| comments(&list)),
            languages: list(3).map(languages).transpose()?,
            level: given.get(4).as_f64(),
        })
    }

    pub(crate) fn map(&self, mapper: &ReasonMapper, texts: &[Option<String>]) -> Result<Mappings> {
        let touchpoints: Option<Vec<Option<&str>>> =
            self.touchpoints.as_ref().map(|names| names.iter().map(Option::as_deref).collect());
        let given = Given {
            clicks: self.clicks.as_ref(),
            manual: self.manual.as_ref(),
            touchpoints: touchpoints.as_deref(),
            languages: self.languages.as_deref(),
        };
        let mappings = mapper.map(texts, given)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number that is not negative"
        )]
        let level = self.level.map(|level| level as u32);
        Ok(match level {
            Some(level) => mappings.at_level(level),
            None => mappings,
        })
    }
}

impl Mapper {
    pub(crate) fn of(mapper: ReasonMapper, said: Option<Arc<Said>>) -> Self {
        let mapper = Rc::new(mapper);
        Self { session: MapperSession::new(Rc::clone(&mapper)), mapper, said }
    }
}

#[wasm_bindgen]
impl Mapper {
    /// Prepares a taxonomy, with a trained model or without.
    ///
    /// # Errors
    /// As for [`Taxonomy::from_json`], [`ReasonMapper::with_options`], [`Model::from_bytes`] and
    /// [`ReasonMapper::with_model`].
    #[wasm_bindgen(constructor)]
    pub fn new(taxonomy: &str, options: &str, model: Option<Vec<u8>>) -> Result<Self, JsValue> {
        let run = || {
            let options = MapperOptions::from_json(options)?;
            let mapper = ReasonMapper::with_options(Taxonomy::from_json(taxonomy)?, options)?;
            match model {
                Some(bytes) => mapper.with_model(Model::from_bytes(&bytes)?),
                None => Ok(mapper),
            }
        };
        run().map(|mapper| Self::of(mapper, None)).map_err(|error| failure(&error))
    }

    /// The code of the language of comments for which none is given.
    #[must_use]
    pub fn language(&self) -> String {
        self.mapper.language().code().to_owned()
    }

    /// The taxonomy.
    ///
    /// # Errors
    /// None.
    pub fn taxonomy(&self) -> Answer {
        answer(Ok(self.mapper.taxonomy()))
    }

    /// The trained model, if there is one.
    #[must_use]
    pub fn model(&self) -> Option<Vec<u8>> {
        self.mapper.model().map(Model::to_bytes)
    }

    /// The reasons of one comment.
    ///
    /// # Errors
    /// None that is known.
    pub fn read(&mut self, comment: &str) -> Answer {
        match self.session.map(comment) {
            Ok(mappings) => answer(Ok(shown(&mappings, |_| Some(comment)))),
            Err(error) => Err(failure(&error)),
        }
    }

    /// The reasons of comments.
    ///
    /// # Errors
    /// As for [`ReasonMapper::map`].
    pub fn map(&self, texts: &Array, given: &Array) -> Answer {
        let texts = comments(texts);
        match Known::of(given).and_then(|known| known.map(&self.mapper, &texts)) {
            Ok(mappings) => {
                answer(Ok(shown(&mappings, |row| texts.get(row).and_then(Option::as_deref))))
            }
            Err(error) => Err(failure(&error)),
        }
    }

    /// How often each reason comes up.
    ///
    /// # Errors
    /// As for [`ReasonMapper::map`].
    pub fn totals(&self, texts: &Array, given: &Array) -> Answer {
        let run = || Known::of(given)?.map(&self.mapper, &comments(texts));
        answer(run().map(|mappings| mappings.totals()))
    }

    /// The best reason of each comment, of the trained model or else of the terms, null where there is none; with
    /// `abstain` only where it is sure.
    ///
    /// # Errors
    /// As for [`ReasonMapper::predict`].
    pub fn predict(&self, texts: &Array, abstain: bool) -> Answer {
        let run = || {
            let texts = comments(texts);
            let mut best = vec![None; texts.len()];
            let (written, rows) = written(&texts);
            for (reason, row) in self.mapper.predict(&written, abstain)?.into_iter().zip(rows) {
                if let Some(best) = best.get_mut(row) {
                    *best = reason;
                }
            }
            Ok(best)
        };
        answer(run())
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
}

impl Mapper {
    pub(crate) fn mappings(&self, texts: &Array, given: &Array) -> Result<Mappings> {
        Known::of(given)?.map(&self.mapper, &comments(texts))
    }
}
