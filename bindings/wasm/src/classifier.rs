//! A classifier of the page: it speaks before the module is asked, so that it may take its time and nothing
//! calls back into the page.

use std::sync::{Arc, Mutex};

use heedful::{Claim, Classifier, ReasonMapper, Result};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::output::failure;
use crate::reason::Mapper;

/// What was said of the texts that are mapped next.
#[derive(Debug)]
pub(crate) struct Said {
    reasons: Vec<String>,
    claims: Mutex<Vec<Vec<Claim>>>,
}

impl Classifier for Said {
    fn reasons(&self) -> Vec<String> {
        self.reasons.clone()
    }

    fn classify(&self, texts: &[&str]) -> Result<Vec<Vec<Claim>>> {
        let mut said = self.claims.lock().map(|mut said| std::mem::take(&mut *said));
        if let Ok(said) = &mut said {
            said.resize_with(texts.len(), Vec::new);
        }
        Ok(said.unwrap_or_default())
    }
}

/// A claim of a reason, its confidence, and starts and ends in UTF-16 code units.
fn claim(parts: &Array, bytes: &[usize]) -> Claim {
    // Within a pair or beyond the text, which the core refuses.
    let byte = |place: JsValue| {
        let units = place.as_f64().filter(|units| *units >= 0.0 && units.fract() == 0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number that is not negative"
        )]
        units.and_then(|units| bytes.get(units as usize).copied()).unwrap_or(usize::MAX)
    };
    let spans = (2..parts.length()).step_by(2);
    Claim {
        reason: parts.get(0).as_string().unwrap_or_default(),
        confidence: parts.get(1).as_f64().unwrap_or(f64::NAN),
        spans: spans.map(|at| (byte(parts.get(at)), byte(parts.get(at + 1)))).collect(),
    }
}

/// The byte of each UTF-16 code unit and of the end.
fn bytes_of_units(text: &str) -> Vec<usize> {
    let units = text.char_indices().flat_map(|(at, c)| {
        std::iter::once(at).chain(std::iter::repeat_n(usize::MAX, c.len_utf16() - 1))
    });
    units.chain(std::iter::once(text.len())).collect()
}

#[wasm_bindgen]
impl Mapper {
    /// Announces a classifier by the reasons that it can tell.
    ///
    /// # Errors
    /// As for [`ReasonMapper::with_classifier`].
    pub fn announce(&mut self, reasons: &Array) -> Result<(), JsValue> {
        let reasons = reasons.iter().filter_map(|id| id.as_string()).collect();
        let said = Arc::new(Said { reasons, claims: Mutex::default() });
        let mapper = ReasonMapper::clone(&self.mapper).with_classifier(said.clone());
        *self = Self::of(mapper.map_err(|error| failure(&error))?, Some(said));
        Ok(())
    }

    /// Takes what the classifier says of the comments of the next call, those that there are: for each an array of claims.
    /// One that was not announced can tell what it claims, and terms are not silent about it.
    ///
    /// # Errors
    /// None.
    pub fn hear(&mut self, texts: &Array, claims: &Array) -> Result<(), JsValue> {
        if self.said.is_none() {
            self.announce(&Array::new())?;
        }
        let each = texts.iter().zip(claims.iter()).map(|(text, claims)| {
            let bytes = bytes_of_units(&text.as_string().unwrap_or_default());
            let parts = Array::from(&claims).into_iter().map(|parts| Array::from(&parts));
            parts.map(|parts| claim(&parts, &bytes)).collect()
        });
        if let Some(Ok(mut said)) = self.said.as_ref().map(|said| said.claims.lock()) {
            *said = each.collect();
        }
        Ok(())
    }
}
