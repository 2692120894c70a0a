//! Languages: which stemmer and which stop words a text asks for.

use std::fmt;
use std::str::FromStr;

use rust_stemmers::Algorithm;
use serde::{Serialize, Serializer};

use super::stop;
use crate::base::config::{Config, deserialized};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;

macro_rules! languages {
    ($($(#[$doc:meta])* $name:ident $code:literal $english:literal $stemmer:expr, $stop:expr;)*) => {
        /// The language of a text: it decides about stems, stop words and contractions.
        ///
        /// In JSON it is the ISO 639-1 code (`"en"`). Every language is split into words alike, by script and
        /// by the Unicode rules, so that a declared language never loses text in another one.
        ///
        /// ```
        /// use heedful::text::Language;
        ///
        /// assert_eq!("pt-BR".parse::<Language>()?, Language::Portuguese);
        /// assert_eq!((Language::Swedish.code(), Language::Swedish.name()), ("sv", "Swedish"));
        /// # Ok::<(), heedful::Error>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        #[non_exhaustive] // a later version may know more
        pub enum Language { $($(#[$doc])* $name,)* }

        impl Language {
            /// Every language there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The ISO 639-1 code, for example `en`; `und` for a language that is not known.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The English name, for example `English`; `other` for a language that is not known.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $english,)* }
            }

            pub(super) const fn algorithm(self) -> Option<Algorithm> {
                match self { $(Self::$name => $stemmer,)* }
            }

            const fn stop_list(self) -> &'static str {
                match self { $(Self::$name => $stop,)* }
            }
        }
    };
}

languages! {
    /// Arabic.
    Arabic "ar" "Arabic" Some(Algorithm::Arabic), stop::ARABIC;
    /// Chinese, by pairs of characters.
    Chinese "zh" "Chinese" None, "";
    /// Danish.
    Danish "da" "Danish" Some(Algorithm::Danish), stop::DANISH;
    /// Dutch.
    Dutch "nl" "Dutch" Some(Algorithm::Dutch), stop::DUTCH;
    /// English.
    #[default]
    English "en" "English" Some(Algorithm::English), stop::ENGLISH;
    /// Finnish.
    Finnish "fi" "Finnish" Some(Algorithm::Finnish), stop::FINNISH;
    /// French.
    French "fr" "French" Some(Algorithm::French), stop::FRENCH;
    /// German.
    German "de" "German" Some(Algorithm::German), stop::GERMAN;
    /// Greek.
    Greek "el" "Greek" Some(Algorithm::Greek), stop::GREEK;
    /// Hungarian.
    Hungarian "hu" "Hungarian" Some(Algorithm::Hungarian), stop::HUNGARIAN;
    /// Italian.
    Italian "it" "Italian" Some(Algorithm::Italian), stop::ITALIAN;
    /// Japanese, by pairs of characters.
    Japanese "ja" "Japanese" None, "";
    /// Norwegian.
    Norwegian "no" "Norwegian" Some(Algorithm::Norwegian), stop::NORWEGIAN;
    /// Portuguese.
    Portuguese "pt" "Portuguese" Some(Algorithm::Portuguese), stop::PORTUGUESE;
    /// Romanian.
    Romanian "ro" "Romanian" Some(Algorithm::Romanian), stop::ROMANIAN;
    /// Russian.
    Russian "ru" "Russian" Some(Algorithm::Russian), stop::RUSSIAN;
    /// Spanish.
    Spanish "es" "Spanish" Some(Algorithm::Spanish), stop::SPANISH;
    /// Swedish.
    Swedish "sv" "Swedish" Some(Algorithm::Swedish), stop::SWEDISH;
    /// Tamil.
    Tamil "ta" "Tamil" Some(Algorithm::Tamil), stop::TAMIL;
    /// Thai, by pairs of characters.
    Thai "th" "Thai" None, "";
    /// Turkish.
    Turkish "tr" "Turkish" Some(Algorithm::Turkish), stop::TURKISH;
    /// Any other language: words are folded, not stemmed, and none is a stop word.
    Other "und" "other" None, "";
}

impl Language {
    /// The words that say little by themselves: articles, pronouns, prepositions, auxiliaries, conjunctions,
    /// folded. Negations ("not", "never") and degrees ("very", "too") are not among them, because they do
    /// say something about a customer's mind.
    ///
    /// ```
    /// use heedful::text::Language;
    ///
    /// let stop: Vec<_> = Language::English.stop_words().collect();
    /// assert!(stop.contains(&"the") && !stop.contains(&"not"));
    /// assert_eq!(Language::Other.stop_words().next(), None);
    /// ```
    pub fn stop_words(self) -> impl Iterator<Item = &'static str> {
        self.stop_list().split_whitespace()
    }
}

impl FromStr for Language {
    type Err = Error;

    /// Reads a code; what follows a hyphen or underscore (a region, a script) does not matter.
    ///
    /// # Errors
    /// `unknown-name`.
    fn from_str(code: &str) -> Result<Self> {
        let primary = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let primary = match primary.as_str() {
            "nb" | "nn" => "no",
            other => other,
        };
        Self::ALL.iter().find(|language| language.code() == primary).copied().ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|language| language.code()).collect();
            let known = known.join(", ");
            let message = format!("no language has the code `{code}`: known are {known}");
            Error::new(ErrorCode::UnknownName, message)
        })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Config for Language {
    fn read(json: &Json) -> Result<Self> {
        json.text()?.parse()
    }
}

deserialized!(Language);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Language {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Language".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // Letters in any case, as the reader takes them; `nb` and `nn` are Norwegian.
        let either = |c: char| format!("[{}{}]", c.to_ascii_uppercase(), c);
        let codes = Self::ALL.iter().map(|language| language.code()).chain(["nb", "nn"]);
        let codes: Vec<String> = codes.map(|code| code.chars().map(either).collect()).collect();
        schemars::json_schema!({
            "description": "The ISO 639-1 code of a language, with or without a region: `en`, `pt-BR`.",
            "type": "string",
            "pattern": format!("^({})([-_].*)?$", codes.join("|")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_and_write() {
        for &language in Language::ALL {
            assert_eq!(language.code().parse::<Language>().unwrap(), language);
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(serde_json::from_str::<Language>(&json).unwrap(), language);
        }
        for (code, language) in [
            ("EN", Language::English),
            ("nb_NO", Language::Norwegian),
            ("zh-Hant", Language::Chinese),
        ] {
            assert_eq!(code.parse::<Language>().unwrap(), language);
        }
        for code in ["", "xx", "english", "-en"] {
            assert_eq!(code.parse::<Language>().unwrap_err().code(), ErrorCode::UnknownName);
        }
    }

    #[test]
    fn stop_words_are_folded_and_distinct() {
        for language in Language::ALL {
            let words: Vec<_> = language.stop_words().collect();
            let distinct: std::collections::BTreeSet<_> = words.iter().collect();
            let twice: Vec<_> = distinct
                .iter()
                .filter(|d| words.iter().filter(|w| *w == **d).count() > 1)
                .collect();
            assert!(twice.is_empty(), "{language}: {twice:?}");
            assert!(words.iter().all(|word| word.to_lowercase() == **word), "{language}");
            assert_eq!(
                language.algorithm().is_some(),
                words.len() >= 40,
                "{language}: {}",
                words.len()
            );
        }
    }
}
