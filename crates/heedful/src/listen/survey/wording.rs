//! Texts in several languages, with names and answers piped in.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::base::config::{self, Config};
use crate::base::error::Result;
use crate::base::json::Json;

/// A text in one or several languages.
///
/// In JSON a text that serves every language, or an object of language tags: `"Thanks!"` or
/// `{"en": "Thanks!", "de": "Danke!"}`. `{name}` is replaced by the answer or the attribute of that name,
/// `{name|friend}` by `friend` where there is none.
///
/// ```
/// use heedful::survey::Wording;
///
/// let thanks = Wording::of([("en", "Thanks!"), ("de", "Danke!")]);
/// assert_eq!(thanks.in_language("de-AT", "en"), Some("Danke!"));
/// assert_eq!(thanks.in_language("fi", "en"), Some("Thanks!"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(schema_with = "schema"))]
pub struct Wording(Vec<(String, String)>);

#[cfg(feature = "schema")]
fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "anyOf": [
            { "type": "string" },
            { "type": "object", "additionalProperties": { "type": "string" } }
        ]
    })
}

/// The tag of a text that serves every language.
const ANY: &str = "";

impl Wording {
    /// One text for every language.
    ///
    /// ```
    /// use heedful::survey::Wording;
    ///
    /// let everybody = Wording::new("Hi!");
    /// assert!(everybody.speaks("sw") && everybody.in_language("sw", "en") == Some("Hi!"));
    /// let two = Wording::of([("en", "Thanks!"), ("de", "Danke!")]);
    /// assert!(two.speaks("de-AT") && !two.speaks("fi"));
    /// assert_eq!(two.texts().collect::<Vec<_>>(), [("en", "Thanks!"), ("de", "Danke!")]);
    /// ```
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(vec![(ANY.to_owned(), text.into())])
    }

    /// Texts by language tag (BCP 47: `de`, `pt-BR`).
    #[must_use]
    pub fn of<L: Into<String>, T: Into<String>>(texts: impl IntoIterator<Item = (L, T)>) -> Self {
        Self(texts.into_iter().map(|(language, text)| (language.into(), text.into())).collect())
    }

    /// The text in a language, else in the language without its region, else for every language, else in
    /// `fallback`; `None` where there is none of these.
    #[must_use]
    pub fn in_language(&self, language: &str, fallback: &str) -> Option<&str> {
        self.exactly(language)
            .or_else(|| self.exactly(base(language)))
            .or_else(|| self.exactly(ANY))
            .or_else(|| self.exactly(fallback))
            .or_else(|| self.exactly(base(fallback)))
    }

    /// Whether somebody who reads this language gets it without the fallback.
    #[must_use]
    pub fn speaks(&self, language: &str) -> bool {
        [language, base(language), ANY].iter().any(|tag| self.exactly(tag).is_some())
    }

    /// The texts with their tags, in the order of the definition.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }

    fn exactly(&self, language: &str) -> Option<&str> {
        let found = self.0.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language))?;
        Some(&found.1)
    }
}

fn base(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Serialize for Wording {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        if let [(tag, text)] = self.0.as_slice()
            && tag == ANY
        {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (language, text) in &self.0 {
            map.serialize_entry(language, text)?;
        }
        map.end()
    }
}

impl Config for Wording {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(text) => Ok(Self::new(text)),
            Json::Object(_) => config::entries(json).map(Self),
            _ => Err(json.refused("a text, or an object of texts by language")),
        }
    }
}

config::deserialized!(Wording);

/// The names that a text asks for, and what it says otherwise: `{name}` or `{name|otherwise}`.
pub(crate) fn pipes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    parts(text).filter_map(|part| match part {
        Part::Pipe { name, otherwise } => Some((name, otherwise)),
        Part::Text(_) => None,
    })
}

/// The text with every pipe replaced by its value, or by what it says otherwise (nothing, where it says nothing).
pub(crate) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Pipe { name, otherwise } => match value(name) {
                Some(value) => filled.push_str(&value),
                None => filled.push_str(otherwise),
            },
        }
    }
    filled
}

enum Part<'a> {
    Text(&'a str),
    Pipe { name: &'a str, otherwise: &'a str },
}

/// A brace without its partner is text.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('{')
            && let Some((pipe, after)) = inside.split_once('}')
        {
            rest = after;
            let (name, otherwise) = pipe.split_once('|').unwrap_or((pipe, ""));
            return Some(Part::Pipe { name: name.trim(), otherwise });
        }
        let next =
            rest.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(rest.len(), |(i, _)| i);
        let (text, after) = rest.split_at(next);
        rest = after;
        Some(Part::Text(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_back_from_region_to_language_to_the_survey_s_own() {
        let text = Wording::of([("en", "colour"), ("en-US", "color"), ("de", "Farbe")]);
        assert_eq!(text.in_language("en-us", "de"), Some("color"));
        assert_eq!(text.in_language("en-GB", "de"), Some("colour"));
        assert_eq!(text.in_language("fr", "de"), Some("Farbe"));
        assert_eq!(text.in_language("fr", "da"), None);
        assert!(text.speaks("de-AT") && !text.speaks("fr"));
        assert_eq!(Wording::new("x").in_language("fr", "da"), Some("x"));
    }

    #[test]
    fn fills_pipes_and_leaves_lone_braces() {
        let value = |name: &str| (name == "name").then(|| "Ada".to_owned());
        for (text, filled) in [
            ("Hi {name}!", "Hi Ada!"),
            ("Hi { name }", "Hi Ada"),
            ("Hi {you|friend}{x}", "Hi friend"),
            ("{", "{"),
            ("a } b {name", "a } b {name"),
            ("ä{name}ö", "äAdaö"),
            ("", ""),
        ] {
            assert_eq!(fill(text, value), filled);
        }
        assert_eq!(pipes("{a} and {b|c} {").collect::<Vec<_>>(), [("a", ""), ("b", "c")]);
    }

    #[test]
    fn reads_and_writes_both_forms() {
        for json in [r#""Hi""#, r#"{"en":"Hi","de":"Hallo"}"#] {
            let text: Wording = crate::base::config::read(json).unwrap();
            assert_eq!(crate::base::config::to_json(&text), json);
        }
        let error = crate::base::config::read::<Wording>(r#"{"en": 3}"#).unwrap_err();
        assert_eq!(error.path(), "en");
    }
}
