//! Starter taxonomies, written for this library.
//!
//! One file for each field and language, so that a page or a service loads only what it needs; the
//! ids are the same in all languages.

use super::taxonomy::Taxonomy;
#[cfg(feature = "taxonomies")]
use crate::base::error::{Error, ErrorCode, Result};
#[cfg(feature = "taxonomies")]
use crate::text::Language;

/// Fields for which there is a starter.
const FIELDS: &[&str] =
    &["banking", "healthcare", "restaurants", "retail", "software", "support", "telecom", "travel"];

/// Languages in which there are starters.
#[cfg(feature = "taxonomies")]
const LANGUAGES: [Language; 4] =
    [Language::English, Language::German, Language::French, Language::Spanish];

#[cfg(feature = "taxonomies")]
macro_rules! documents {
    ($($field:literal)*) => {
        fn document(field: &str, language: Language) -> Option<&'static str> {
            match (field, language) {
                $(
                    ($field, Language::English) => Some(include_str!(concat!("../../../data/taxonomies/", $field, ".en.json"))),
                    ($field, Language::German) => Some(include_str!(concat!("../../../data/taxonomies/", $field, ".de.json"))),
                    ($field, Language::French) => Some(include_str!(concat!("../../../data/taxonomies/", $field, ".fr.json"))),
                    ($field, Language::Spanish) => Some(include_str!(concat!("../../../data/taxonomies/", $field, ".es.json"))),
                )*
                _ => None,
            }
        }
    };
}

#[cfg(feature = "taxonomies")]
documents! { "banking" "healthcare" "restaurants" "retail" "software" "support" "telecom" "travel" }

impl Taxonomy {
    /// A starter taxonomy: `banking`, `healthcare`, `restaurants`, `retail`, `software`, `support`,
    /// `telecom` or `travel`, with names and terms in English, German, French or Spanish.
    ///
    /// It is a start: terms are written to find most of what is said (recall) at the price of some
    /// wrong matches. Look at the lint on comments of yours, then edit. Each reason's
    /// [`labels`](super::taxonomy::Reason::labels) say what public data sets call it.
    ///
    /// ```
    /// use heedful::{Taxonomy, text::Language};
    ///
    /// let retail = Taxonomy::preset("retail", [Language::English, Language::French])?;
    /// assert_eq!(retail.get("staff").unwrap().name(Language::French), "Personnel");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` where there is no such field, or not in such a language; `invalid-argument`
    /// without any language.
    #[cfg(feature = "taxonomies")]
    pub fn preset(field: &str, languages: impl IntoIterator<Item = Language>) -> Result<Self> {
        let mut whole: Option<Self> = None;
        for language in languages {
            let text = document(field, language).ok_or_else(|| unknown(field, language))?;
            let part = Self::from_json(text)?;
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => whole.merge(&part)?,
            }
        }
        whole.ok_or_else(|| {
            Error::new(ErrorCode::InvalidArgument, "name at least one language").at("language")
        })
    }

    /// The fields for which there is a starter taxonomy.
    ///
    /// ```
    /// use heedful::Taxonomy;
    ///
    /// assert!(Taxonomy::presets().contains(&"retail"));
    /// ```
    #[must_use]
    pub fn presets() -> &'static [&'static str] {
        FIELDS
    }
}

#[cfg(feature = "taxonomies")]
fn unknown(field: &str, language: Language) -> Error {
    if FIELDS.contains(&field) {
        let codes: Vec<&str> = LANGUAGES.iter().map(|l| l.code()).collect();
        let message = format!(
            "no starter is written in `{}`: there are {}",
            language.code(),
            codes.join(", ")
        );
        return Error::new(ErrorCode::UnknownName, message).at("language");
    }
    let message =
        format!("no starter taxonomy is called `{field}`: known are {}", FIELDS.join(", "));
    Error::new(ErrorCode::UnknownName, message)
}

#[cfg(all(test, feature = "taxonomies"))]
mod tests {
    use super::*;

    #[test]
    fn every_starter_reads_and_is_complete() {
        for field in Taxonomy::presets() {
            let english = Taxonomy::preset(field, [Language::English]).unwrap();
            let ids: Vec<String> = english.iter().map(|e| e.reason.id().to_owned()).collect();
            let top = english.reasons().len();
            assert!((8..=15).contains(&top), "{field} has {top} reasons at the top");
            for language in LANGUAGES {
                let starter = Taxonomy::preset(field, [language]).unwrap();
                let same: Vec<String> = starter.iter().map(|e| e.reason.id().to_owned()).collect();
                assert_eq!(same, ids, "{field} {}", language.code());
                for entry in starter.iter() {
                    let reason = entry.reason;
                    let at = format!("{field} {} {}", language.code(), reason.id());
                    let least = if language == Language::English { 20 } else { 12 };
                    let grouping = !reason.reasons().is_empty();
                    let terms = reason.terms(language).len();
                    assert!(grouping || terms >= least, "{at} has {terms} terms");
                    assert!(grouping || reason.examples(language).len() >= 2, "{at}");
                    assert_ne!(reason.name(language), reason.id(), "{at}");
                }
            }
            let all = Taxonomy::preset(field, LANGUAGES).unwrap();
            assert_eq!(all.languages().len(), 4);
        }
        let error = Taxonomy::preset("zoo", [Language::English]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownName);
        let error = Taxonomy::preset("retail", [Language::Tamil]).unwrap_err();
        assert_eq!(error.path(), "language");
        let error = Taxonomy::preset("retail", []).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
    }
}
