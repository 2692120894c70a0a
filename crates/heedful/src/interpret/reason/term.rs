//! What a reason sounds like: terms, and the short syntax in which people write them.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::base::config::{Config, deserialized, names, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;

/// Words that a gap may leap over.
pub(crate) const GAP: usize = 3;
/// Phrases are short; a longer one is a mistake in the document.
const MOST_PIECES: usize = 12;
/// Alternatives multiply: `a|b c|d` is four phrases.
const MOST_PHRASES: usize = 64;

/// Where context words are looked for.
///
/// ```
/// use heedful::{ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "clause", "terms": ["slow +app"]},
///     {"id": "comment", "terms": [{"term": "slow +app", "within": "comment"}]}
/// ]}"#)?;
/// let mapper = ReasonMapper::new(taxonomy)?;
/// let found = mapper.session().map("Your app is nice. Support is slow.")?;
/// assert_eq!(found.iter().map(|m| m.id).collect::<Vec<_>>(), ["comment"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Up to the next mark of punctuation on either side.
    #[default]
    Clause,
    /// Anywhere in the comment.
    Comment,
}

names!(Within { Clause = "clause", Comment = "comment" });

/// A word or phrase that stands for a reason, with conditions.
///
/// The text is made of pieces with spaces between them:
///
/// | piece | matches |
/// | --- | --- |
/// | `delivery` | the word in every form that has its stem (`deliveries`) |
/// | `=us` | this form only, whatever its capitals |
/// | `deliver*` | every word that begins so |
/// | `*` | up to 3 words of any kind, none included |
/// | `slow\|late` | one or the other |
/// | `+battery` | needs this word (or one of `+battery\|phone`) in the same clause |
/// | `-free` | must not have this word (or one of several) in the same clause |
///
/// Pieces match in the order of the text; hyphens and apostrophes are as in the text, so `check-in` is
/// the phrase `check in`. Conditions stand at the end.
///
/// In JSON a term is such a text, or an object: `{"term": "problem", "negated": false}` with
/// `within` (`clause` or `comment`) and `negated` (`true`: only where the term is negated, `false`:
/// only where it is not).
///
/// ```
/// use heedful::Term;
///
/// let term = Term::new("took|takes * minutes|hours -only")?;
/// assert_eq!(term.text(), "took|takes * minutes|hours -only");
/// assert_eq!(Term::new("* minutes").unwrap_err().code().as_str(), "invalid-argument");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    text: String,
    within: Within,
    negated: Option<bool>,
}

/// A place in a phrase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece<'a> {
    /// Any form with the stem of this word.
    Word(&'a str),
    /// This form only.
    Exact(&'a str),
    /// Any word that begins so.
    Prefix(&'a str),
    /// Up to [`GAP`] words.
    Gap,
}

/// A term taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed<'a> {
    /// Places with their alternatives.
    pub(crate) places: Vec<Vec<Piece<'a>>>,
    /// Of each group one word is needed.
    pub(crate) with: Vec<Vec<&'a str>>,
    /// None of these words may be there.
    pub(crate) without: Vec<&'a str>,
}

impl<'a> Parsed<'a> {
    /// Every way through the alternatives.
    pub(crate) fn phrases(&self) -> Vec<Vec<Piece<'a>>> {
        let mut phrases = vec![Vec::new()];
        for place in &self.places {
            phrases = phrases
                .iter()
                .flat_map(|phrase| {
                    place.iter().map(move |piece| {
                        let mut longer = phrase.clone();
                        longer.push(piece.clone());
                        longer
                    })
                })
                .collect();
        }
        phrases
    }
}

fn piece(text: &str) -> Result<Piece<'_>, &'static str> {
    let exact = text.strip_prefix('=');
    let prefix = text.strip_suffix('*');
    let word = exact.or(prefix).unwrap_or(text);
    if word.is_ascii() && !word.chars().any(char::is_alphanumeric) {
        return Err("a piece needs a letter, a digit or a symbol");
    }
    if word.contains(['*', '=', '|']) {
        return Err("`*`, `=` and `|` stand at the end, at the beginning and between words only");
    }
    Ok(match (exact, prefix) {
        (Some(_), Some(_)) => return Err("a piece is exact or a prefix, not both"),
        (Some(word), None) => Piece::Exact(word),
        (None, Some(word)) if word.chars().count() < 2 => {
            return Err("a prefix has at least 2 letters");
        }
        (None, Some(word)) => Piece::Prefix(word),
        (None, None) => Piece::Word(word),
    })
}

fn parse(text: &str) -> Result<Parsed<'_>, &'static str> {
    let mut parsed = Parsed { places: Vec::new(), with: Vec::new(), without: Vec::new() };
    for part in text.split_whitespace() {
        fn words(list: &str) -> impl Iterator<Item = &str> {
            list.split('|').filter(|word| !word.is_empty())
        }
        if let Some(list) = part.strip_prefix('+') {
            parsed.with.push(words(list).collect());
        } else if let Some(list) = part.strip_prefix('-') {
            parsed.without.extend(words(list));
        } else if !parsed.with.is_empty() || !parsed.without.is_empty() {
            return Err("conditions stand at the end");
        } else if part == "*" {
            parsed.places.push(vec![Piece::Gap]);
        } else {
            parsed.places.push(part.split('|').map(piece).collect::<Result<_, _>>()?);
        }
    }
    let gap = |place: Option<&Vec<Piece<'_>>>| place.is_some_and(|p| *p == [Piece::Gap]);
    if parsed.places.is_empty() {
        return Err("a term has at least one word");
    }
    if gap(parsed.places.first()) || gap(parsed.places.last()) {
        return Err("a gap lies between words");
    }
    if parsed.with.iter().any(Vec::is_empty) {
        return Err("a condition names a word");
    }
    if parsed.places.len() > MOST_PIECES {
        return Err("a term has at most 12 pieces");
    }
    let ways = parsed.places.iter().map(Vec::len).fold(1_usize, usize::saturating_mul);
    if ways > MOST_PHRASES {
        return Err("alternatives make more than 64 phrases");
    }
    Ok(parsed)
}

impl Term {
    /// A term in the short syntax.
    ///
    /// # Errors
    /// `invalid-argument` where the text is not in the syntax.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match parse(&text) {
            Ok(_) => Ok(Self { text, within: Within::Clause, negated: None }),
            Err(message) => Err(Error::new(ErrorCode::InvalidArgument, message)),
        }
    }

    /// Where the context words are looked for.
    #[must_use]
    pub fn within(mut self, within: Within) -> Self {
        self.within = within;
        self
    }

    /// Counts only where it is negated (`true`) or only where it is not (`false`).
    #[must_use]
    pub fn negated(mut self, negated: bool) -> Self {
        self.negated = Some(negated);
        self
    }

    /// The term in the short syntax.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn scope(&self) -> Within {
        self.within
    }

    pub(crate) fn wants_negated(&self) -> Option<bool> {
        self.negated
    }

    pub(crate) fn parsed(&self) -> Parsed<'_> {
        // The constructor has parsed it before.
        parse(&self.text).unwrap_or(Parsed {
            places: Vec::new(),
            with: Vec::new(),
            without: Vec::new(),
        })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Term {
    /// The text alone where that says all.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.within == Within::Clause && self.negated.is_none() {
            return serializer.serialize_str(&self.text);
        }
        let mut object = serializer.serialize_struct("Term", 3)?;
        object.serialize_field("term", &self.text)?;
        object.serialize_field("within", &self.within)?;
        object.serialize_field("negated", &self.negated)?;
        object.end()
    }
}

/// A term with conditions, as JSON has it.
#[derive(Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, deny_unknown_fields))]
struct Object {
    /// In the short syntax.
    term: String,
    /// Where context words are looked for.
    #[cfg_attr(feature = "schema", schemars(default))]
    within: Within,
    /// `true`: only where the term is negated; `false`: only where it is not.
    #[cfg_attr(feature = "schema", schemars(default))]
    negated: Option<bool>,
}

options!(Object, needs [term], takes [within, negated], from Self::default());

impl Config for Term {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(text) => Self::new(text.as_str()),
            Json::Object(_) => {
                let o = Object::read(json)?;
                let term = Self::new(o.term).map_err(|e| e.at("term"))?;
                Ok(Self { within: o.within, negated: o.negated, ..term })
            }
            _ => Err(json.refused("a term or an object with a term")),
        }
    }
}

deserialized!(Term);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Term {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Term".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A word or phrase that stands for a reason: words match by stem, `=word` exactly, \
                `word*` by its beginning, `*` leaps over up to 3 words, `a|b` is one or the other, `+word` and \
                `-word` need or exclude a word in the same clause.",
            "anyOf": [{ "type": "string", "minLength": 1 }, generator.subschema_for::<Object>()],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config;

    #[test]
    fn the_syntax_is_taken_apart() {
        let term = Term::new("took|takes  * min* =Us +cold|warm +x -free|gratis").unwrap();
        let parsed = term.parsed();
        assert_eq!(
            parsed.places,
            [
                vec![Piece::Word("took"), Piece::Word("takes")],
                vec![Piece::Gap],
                vec![Piece::Prefix("min")],
                vec![Piece::Exact("Us")],
            ]
        );
        assert_eq!(parsed.with, [vec!["cold", "warm"], vec!["x"]]);
        assert_eq!(parsed.without, ["free", "gratis"]);
        let phrases = parsed.phrases();
        assert_eq!(phrases.len(), 2);
        assert_eq!(phrases[1][0], Piece::Word("takes"));
    }

    #[test]
    fn what_is_not_in_the_syntax_is_refused() {
        for text in [
            "",
            " ",
            "*",
            "* a",
            "a *",
            "+a",
            "a +",
            "a +b c",
            "a||b",
            "=a*",
            "a*b",
            "x*",
            "!",
            "a -b c",
            "a b c d e f g h i j k l m",
            "a|b|c|d|e a|b|c|d|e a|b|c|d|e",
        ] {
            let error = Term::new(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidArgument, "{text}");
        }
        for text in ["😡", "check-in", "24/7", "c++", "wi-fi", "don't work", "価格"] {
            assert!(Term::new(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn json_is_short_where_it_can_be() {
        let read = |text: &str| config::read::<Vec<Term>>(text);
        let text = r#"["a b",{"term":"c +d","within":"comment","negated":false}]"#;
        let terms = read(text).unwrap();
        assert_eq!(config::to_json(&terms), text);
        assert_eq!(terms[1], Term::new("c +d").unwrap().within(Within::Comment).negated(false));
        let error = read(r#"["a", {"term": "* b"}]"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "[1].term"));
        let error = read(r#"["a", {"term": "b", "near": 1}]"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, "[1].near"));
    }
}
