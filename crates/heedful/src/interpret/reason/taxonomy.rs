//! The taxonomy: a tree of reasons with names and terms in each language.

use serde::Serialize;

use super::term::Term;
use crate::base::config::{self, Config, deserialized, entries, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::sorted::{SortedMap, SortedSet};
use crate::text::Language;

/// Levels that a tree may have: deeper ones are a mistake in the document.
const MOST_LEVELS: usize = 8;

/// A tree of reasons: what customers speak of, and the words in which they do.
///
/// It is data: JSON in and out, unknown fields are errors with a path. What is written without a
/// language is in the taxonomy's `language`:
///
/// ```
/// use heedful::Taxonomy;
///
/// let taxonomy = Taxonomy::from_json(r#"{
///     "id": "shop",
///     "language": "en",
///     "reasons": [
///         {"id": "price", "name": "Price", "terms": ["price", "expens*", "too much +pay|paid"]},
///         {"id": "delivery", "name": {"en": "Delivery", "de": "Lieferung"},
///          "terms": {"en": ["deliver*", "arrived * late"], "de": ["liefer*", "Paket"]},
///          "reasons": [{"id": "damage", "name": "Damage", "terms": ["broken", "crushed"]}]}
///     ]
/// }"#)?;
/// let ids: Vec<&str> = taxonomy.iter().map(|entry| entry.reason.id()).collect();
/// assert_eq!(ids, ["price", "delivery", "damage"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taxonomy {
    id: String,
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    name: SortedMap<Language, String>,
    language: Language,
    reasons: Vec<Reason>,
    /// Where each reason stands.
    #[serde(skip)]
    places: Places,
}

/// The place of each reason by its id: at the top, then below that, and so on.
type Places = SortedMap<String, Vec<u32>>;

/// A reason: a leaf or a branch of a [`Taxonomy`].
///
/// Ids are unique in a taxonomy, so that `damage` needs no path; a branch can have terms of its own.
///
/// ```
/// use heedful::{Reason, Term, text::Language};
///
/// let delivery = Reason::new("delivery")
///     .with_name(Language::German, "Lieferung")
///     .with_terms(Language::English, [Term::new("deliver*")?, Term::new("arrived * late")?])
///     .with_examples(Language::English, ["The parcel never arrived"])
///     .at_touchpoints(["order"])
///     .for_metrics(["nps"])
///     .with_reason(Reason::new("damage"));
/// assert_eq!((delivery.id(), delivery.reasons()[0].id()), ("delivery", "damage"));
/// assert_eq!([Language::German, Language::French].map(|l| delivery.name(l)), ["Lieferung", "delivery"]);
/// assert_eq!(delivery.terms(Language::English)[1].text(), "arrived * late");
/// assert_eq!(delivery.examples(Language::German), &[] as &[String]);
/// assert_eq!([delivery.touchpoints(), delivery.metrics()].concat(), ["order", "nps"]);
/// assert!(delivery.labels().is_empty());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    id: String,
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    name: SortedMap<Language, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    terms: SortedMap<Language, Vec<Term>>,
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    examples: SortedMap<Language, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    touchpoints: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
}

/// A reason and where it is in the tree.
///
/// ```
/// use heedful::Taxonomy;
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "price"}, {"id": "delivery", "reasons": [{"id": "delay"}, {"id": "damage"}]}
/// ]}"#)?;
/// let entries: Vec<_> = taxonomy.iter().collect();
/// let damage = entries[3];
/// assert_eq!((damage.reason.id(), damage.level), ("damage", 1));
/// assert_eq!(damage.parent.map(|place| entries[place].reason.id()), Some("delivery"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The reason.
    pub reason: &'a Reason,
    /// Position of its parent in the order of [`Taxonomy::iter`]; `None` at the top.
    pub parent: Option<usize>,
    /// 0 at the top.
    pub level: usize,
}

impl Taxonomy {
    /// No reasons yet; what is added without a language is in this one.
    #[must_use]
    pub fn new(id: impl Into<String>, language: Language) -> Self {
        let (name, reasons, places) = (SortedMap::new(), Vec::new(), Places::new());
        Self { id: id.into(), name, language, reasons, places }
    }

    /// Reads a taxonomy from JSON.
    ///
    /// # Errors
    /// `json`; `invalid-config` or `invalid-argument` with a path such as `reasons[3].terms.en[7]`;
    /// `duplicate-key` where two reasons have one id.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The taxonomy as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Adds a reason at the top, or under another one.
    ///
    /// # Errors
    /// `unknown-name` where there is no such parent, `duplicate-key` where the id is taken,
    /// `invalid-argument` for an empty id or one with `/`, `;` or `|`, and beyond 8 levels. The reason is not
    /// added then.
    pub fn add(&mut self, reason: Reason, under: Option<&str>) -> Result<()> {
        let mut place = match under {
            None => Vec::new(),
            Some(parent) => {
                let above = self.places.get(parent);
                above.ok_or_else(|| unknown_reason(parent).at("under"))?.clone()
            }
        };
        let siblings = match self.at(&place) {
            Some(parent) => parent.reasons.len(),
            None => self.reasons.len(),
        };
        place.push(siblings as u32);
        let mut new = Places::new();
        note(&reason, &mut place, &self.places, &mut new)?;
        place.pop();
        match self.at_mut(&place) {
            Some(parent) => parent.reasons.push(reason),
            None => self.reasons.push(reason),
        }
        self.places.extend(new);
        Ok(())
    }

    /// Adds what another taxonomy knows: languages, terms, examples and reasons, by id. A reason that
    /// both have stays where it is here.
    ///
    /// # Errors
    /// `duplicate-key` where a reason of the other has an id that is used elsewhere in this tree.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let mut merged = self.clone();
        fill(&mut merged.name, &other.name);
        merge_reasons(&mut merged.reasons, &other.reasons);
        merged.places = places(&merged.reasons)?;
        *self = merged;
        Ok(())
    }

    /// For example `retail`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name in a language; in the taxonomy's own or the id where there is none.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        named(&self.name, [language, self.language], &self.id)
    }

    /// The language of what is written without one.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The languages in which there are terms, sorted by name.
    #[must_use]
    pub fn languages(&self) -> Vec<Language> {
        let mut all: Vec<Language> =
            self.iter().flat_map(|e| e.reason.terms.keys().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The reasons at the top.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// All reasons, each before those below it: the order of every list of reasons.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut entries = Vec::new();
        list(&self.reasons, None, 0, &mut entries);
        entries.into_iter()
    }

    /// A reason by id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Reason> {
        self.at(self.places.get(id)?)
    }

    /// The reason at a place; none at the empty place, which is above the top.
    fn at(&self, place: &[u32]) -> Option<&Reason> {
        let (last, above) = place.split_last()?;
        let level = above
            .iter()
            .try_fold(&self.reasons, |level, at| Some(&level.get(*at as usize)?.reasons));
        level?.get(*last as usize)
    }

    fn at_mut(&mut self, place: &[u32]) -> Option<&mut Reason> {
        let (last, above) = place.split_last()?;
        let mut level = &mut self.reasons;
        for at in above {
            level = &mut level.get_mut(*at as usize)?.reasons;
        }
        level.get_mut(*last as usize)
    }

    /// Adds terms in a language to a reason.
    ///
    /// ```
    /// use heedful::{Reason, Taxonomy, Term, text::Language};
    ///
    /// let mut shop = Taxonomy::new("shop", Language::English);
    /// shop.add(Reason::new("price"), None)?;
    /// shop.add(Reason::new("fees"), Some("price"))?;
    /// shop.add_terms("fees", Language::English, [Term::new("fee")?])?;
    /// shop.add_terms("fees", Language::French, [Term::new("frais")?])?;
    /// assert_eq!(shop.language(), Language::English);
    /// assert_eq!(shop.languages(), [Language::English, Language::French]);
    /// assert_eq!((shop.reasons().len(), shop.iter().count()), (1, 2));
    /// assert_eq!(Taxonomy::from_json(&shop.to_json())?, shop);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` where there is no such reason.
    pub fn add_terms(
        &mut self,
        id: &str,
        language: Language,
        terms: impl IntoIterator<Item = Term>,
    ) -> Result<()> {
        let place = self.places.get(id).cloned().unwrap_or_default();
        let reason = self.at_mut(&place).ok_or_else(|| unknown_reason(id))?;
        let terms: Vec<Term> = terms.into_iter().collect();
        append(reason.terms.entry(language).or_default(), &terms);
        Ok(())
    }
}

pub(crate) fn unknown_reason(id: &str) -> Error {
    Error::new(ErrorCode::UnknownName, format!("no reason is called `{id}`"))
}

/// The places of all reasons of a tree, which is checked on the way.
fn places(reasons: &[Reason]) -> Result<Places> {
    let mut places = Places::new();
    for (at, reason) in (0..).zip(reasons) {
        note(reason, &mut vec![at], &Places::new(), &mut places)?;
    }
    Ok(places)
}

/// Notes the places of a reason and of those below it, whose ids must not be known already.
fn note(reason: &Reason, place: &mut Vec<u32>, known: &Places, new: &mut Places) -> Result<()> {
    let bad = |code, message: String, field: &str| {
        let steps: Vec<String> = place.iter().map(|at| format!("reasons[{at}]")).collect();
        Err(Error::new(code, message).at(format!("{}.{field}", steps.join("."))))
    };
    let id = &reason.id;
    if id.trim().is_empty() || id.contains(['/', ';', '|']) {
        let message = "an id has a letter and no `/`, `;` or `|`";
        return bad(ErrorCode::InvalidArgument, message.to_owned(), "id");
    }
    if known.contains_key(id) || new.insert(id.clone(), place.clone()).is_some() {
        return bad(ErrorCode::DuplicateKey, format!("two reasons have the id `{id}`"), "id");
    }
    if place.len() == MOST_LEVELS && !reason.reasons.is_empty() {
        let message = format!("a taxonomy has at most {MOST_LEVELS} levels");
        return bad(ErrorCode::InvalidArgument, message, "reasons");
    }
    for (at, below) in (0..).zip(&reason.reasons) {
        place.push(at);
        note(below, place, known, new)?;
        place.pop();
    }
    Ok(())
}

fn list<'a>(
    reasons: &'a [Reason],
    parent: Option<usize>,
    level: usize,
    entries: &mut Vec<Entry<'a>>,
) {
    for reason in reasons {
        let place = entries.len();
        entries.push(Entry { reason, parent, level });
        list(&reason.reasons, Some(place), level + 1, entries);
    }
}

fn named<'a>(
    names: &'a SortedMap<Language, String>,
    languages: [Language; 2],
    id: &'a str,
) -> &'a str {
    languages.iter().find_map(|language| names.get(language)).map_or(id, String::as_str)
}

fn fill<K: Ord + Copy, V: Clone>(into: &mut SortedMap<K, V>, from: &SortedMap<K, V>) {
    for (key, value) in from {
        into.entry(*key).or_insert_with(|| value.clone());
    }
}

fn join<K: Ord + Copy, V: Clone + Ord>(
    into: &mut SortedMap<K, Vec<V>>,
    from: &SortedMap<K, Vec<V>>,
) {
    for (key, values) in from {
        append(into.entry(*key).or_default(), values);
    }
}

/// Adds what is not there yet.
fn append<V: Clone + Ord>(into: &mut Vec<V>, from: &[V]) {
    let mut known: SortedSet<&V> = into.iter().collect();
    let new: Vec<V> = from.iter().filter(|value| known.insert(value)).cloned().collect();
    into.extend(new);
}

fn merge_reasons(into: &mut Vec<Reason>, from: &[Reason]) {
    let ids = into.iter().map(|reason| reason.id.clone());
    let places: SortedMap<String, usize> = ids.zip(0..).collect();
    for other in from {
        let known = places.get(&other.id).and_then(|place| into.get_mut(*place));
        match known {
            None => into.push(other.clone()),
            Some(reason) => {
                fill(&mut reason.name, &other.name);
                append(&mut reason.labels, &other.labels);
                join(&mut reason.terms, &other.terms);
                join(&mut reason.examples, &other.examples);
                append(&mut reason.touchpoints, &other.touchpoints);
                append(&mut reason.metrics, &other.metrics);
                merge_reasons(&mut reason.reasons, &other.reasons);
            }
        }
    }
}

impl Reason {
    /// A reason with neither names nor terms.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: SortedMap::new(),
            labels: Vec::new(),
            terms: SortedMap::new(),
            examples: SortedMap::new(),
            touchpoints: Vec::new(),
            metrics: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// Names it in a language.
    #[must_use]
    pub fn with_name(mut self, language: Language, name: impl Into<String>) -> Self {
        self.name.insert(language, name.into());
        self
    }

    /// Gives it these terms in a language.
    #[must_use]
    pub fn with_terms(mut self, language: Language, terms: impl IntoIterator<Item = Term>) -> Self {
        self.terms.insert(language, terms.into_iter().collect());
        self
    }

    /// Gives it comments in a language that are about it.
    #[must_use]
    pub fn with_examples<S: Into<String>>(
        mut self,
        language: Language,
        examples: impl IntoIterator<Item = S>,
    ) -> Self {
        self.examples.insert(language, examples.into_iter().map(Into::into).collect());
        self
    }

    /// The touchpoints at which it can come up; everywhere where there are none.
    #[must_use]
    pub fn at_touchpoints<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.touchpoints = names.into_iter().map(Into::into).collect();
        self
    }

    /// The metrics with which it is asked for; all where there are none.
    #[must_use]
    pub fn for_metrics<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.metrics = names.into_iter().map(Into::into).collect();
        self
    }

    /// Puts a reason below this one.
    #[must_use]
    pub fn with_reason(mut self, reason: Self) -> Self {
        self.reasons.push(reason);
        self
    }

    /// For example `delivery`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name in a language; in English, or the id, where there is none.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        named(&self.name, [language, Language::English], &self.id)
    }

    /// What public data sets call this reason: how its labels go with theirs.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The terms in a language.
    #[must_use]
    pub fn terms(&self, language: Language) -> &[Term] {
        self.terms.get(&language).map_or(&[], Vec::as_slice)
    }

    /// Comments in a language that are about it.
    #[must_use]
    pub fn examples(&self, language: Language) -> &[String] {
        self.examples.get(&language).map_or(&[], Vec::as_slice)
    }

    /// The touchpoints at which it can come up; everywhere where there are none.
    #[must_use]
    pub fn touchpoints(&self) -> &[String] {
        &self.touchpoints
    }

    /// The metrics with which it is asked for; all where there are none.
    #[must_use]
    pub fn metrics(&self) -> &[String] {
        &self.metrics
    }

    /// The reasons below it.
    #[must_use]
    pub fn reasons(&self) -> &[Self] {
        &self.reasons
    }
}

/// A value in one language that is not named, or in several.
#[derive(Clone)]
struct ByLanguage<T> {
    plain: Option<T>,
    by: SortedMap<Language, T>,
}

impl<T> Default for ByLanguage<T> {
    fn default() -> Self {
        Self { plain: None, by: SortedMap::new() }
    }
}

impl<T> ByLanguage<T> {
    fn settle(mut self, language: Language) -> SortedMap<Language, T> {
        if let Some(plain) = self.plain {
            self.by.insert(language, plain);
        }
        self.by
    }
}

impl<T: Config> Config for ByLanguage<T> {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(_) | Json::List(_) => {
                Ok(Self { plain: Some(T::read(json)?), by: SortedMap::new() })
            }
            Json::Object(_) => {
                let value = |(code, value): (String, T)| match code.parse::<Language>() {
                    Ok(language) => Ok((language, value)),
                    Err(error) => Err(error.below(&code)),
                };
                let by = entries(json)?.into_iter().map(value).collect::<Result<_>>()?;
                Ok(Self { plain: None, by })
            }
            _ => Err(json.refused("a value, or an object with one for each language")),
        }
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for ByLanguage<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("ByLanguage_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<T>();
        schemars::json_schema!({
            "anyOf": [value, { "type": "object", "additionalProperties": value }],
        })
    }
}

/// A taxonomy as JSON has it.
#[derive(Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Taxonomy", deny_unknown_fields)
)]
pub(crate) struct Document {
    /// For example `retail`.
    #[cfg_attr(feature = "schema", schemars(default))]
    id: String,
    #[cfg_attr(feature = "schema", schemars(default))]
    name: ByLanguage<String>,
    /// The language (ISO 639-1) of what is written without one.
    #[cfg_attr(feature = "schema", schemars(default))]
    language: Language,
    reasons: Vec<Node>,
}

options!(Document, needs [reasons], takes [id, name, language], from Self::default());

/// A reason as JSON has it.
#[derive(Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Reason", deny_unknown_fields)
)]
struct Node {
    /// Unique in the taxonomy.
    id: String,
    #[cfg_attr(feature = "schema", schemars(default))]
    name: ByLanguage<String>,
    /// What public data sets call it.
    #[cfg_attr(feature = "schema", schemars(default))]
    labels: Vec<String>,
    #[cfg_attr(feature = "schema", schemars(default))]
    terms: ByLanguage<Vec<Term>>,
    /// Comments that are about it.
    #[cfg_attr(feature = "schema", schemars(default))]
    examples: ByLanguage<Vec<String>>,
    /// At which it can come up; everywhere where not set.
    #[cfg_attr(feature = "schema", schemars(default))]
    touchpoints: Vec<String>,
    /// With which it is asked for; all where not set.
    #[cfg_attr(feature = "schema", schemars(default))]
    metrics: Vec<String>,
    /// The reasons below it.
    #[cfg_attr(feature = "schema", schemars(default))]
    reasons: Vec<Node>,
}

options!(
    Node,
    needs [id],
    takes [name, labels, terms, examples, touchpoints, metrics, reasons],
    from Self::default()
);

impl Node {
    fn settle(self, language: Language) -> Reason {
        Reason {
            id: self.id,
            name: self.name.settle(language),
            labels: self.labels,
            terms: self.terms.settle(language),
            examples: self.examples.settle(language),
            touchpoints: self.touchpoints,
            metrics: self.metrics,
            reasons: self.reasons.into_iter().map(|node| node.settle(language)).collect(),
        }
    }
}

impl Config for Taxonomy {
    fn read(json: &Json) -> Result<Self> {
        let Document { id, name, language, reasons } = Document::read(json)?;
        let reasons: Vec<Reason> = reasons.into_iter().map(|node| node.settle(language)).collect();
        let places = places(&reasons)?;
        Ok(Self { id, name: name.settle(language), language, reasons, places })
    }
}

deserialized!(Taxonomy);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Taxonomy {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Taxonomy".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Document::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Taxonomy {
        Taxonomy::from_json(
            r#"{"id": "shop", "language": "en", "reasons": [
                {"id": "price", "name": "Price", "terms": ["price"], "metrics": ["nps"]},
                {"id": "delivery", "name": {"en": "Delivery", "de": "Lieferung"},
                 "terms": {"de": ["Paket"]}, "reasons": [{"id": "damage", "terms": ["broken"]}]}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn json_round_trips_and_languages_settle() {
        let shop = shop();
        assert_eq!(Taxonomy::from_json(&shop.to_json()).unwrap(), shop);
        assert_eq!(shop.languages(), [Language::English, Language::German]);
        let price = shop.get("price").unwrap();
        assert_eq!(price.terms(Language::English)[0].text(), "price");
        assert_eq!(
            (price.name(Language::French), price.metrics()),
            ("Price", &["nps".to_owned()][..])
        );
        assert_eq!(shop.get("delivery").unwrap().name(Language::German), "Lieferung");
        assert_eq!(shop.get("damage").unwrap().name(Language::German), "damage");
        let places: Vec<_> = shop.iter().map(|e| (e.reason.id(), e.parent, e.level)).collect();
        assert_eq!(places, [("price", None, 0), ("delivery", None, 0), ("damage", Some(1), 1)]);
    }

    #[test]
    fn errors_have_a_path() {
        let cases = [
            (r#"{"reasons": [{"id": "a", "term": []}]}"#, "invalid-config", "reasons[0].term"),
            (r#"{"reasons": [{"id": " "}]}"#, "invalid-argument", "reasons[0].id"),
            (r#"{"reasons": [{"id": "a/b"}]}"#, "invalid-argument", "reasons[0].id"),
            (
                r#"{"reasons": [{"id": "a", "reasons": [{"id": "b"}]}, {"id": "b"}]}"#,
                "duplicate-key",
                "reasons[1].id",
            ),
            (
                r#"{"reasons": [{"id": "a", "terms": {"en": ["x", "* y"]}}]}"#,
                "invalid-argument",
                "reasons[0].terms.en[1]",
            ),
            (
                r#"{"reasons": [{"id": "a", "terms": ["*"]}]}"#,
                "invalid-argument",
                "reasons[0].terms[0]",
            ),
            (r#"{"reasons": [{"id": "a", "terms": 3}]}"#, "invalid-config", "reasons[0].terms"),
            (r#"{"id": "x"}"#, "invalid-config", ""),
        ];
        for (text, code, path) in cases {
            let error = Taxonomy::from_json(text).unwrap_err();
            assert_eq!((error.code().as_str(), error.path()), (code, path), "{text}: {error}");
        }
        let deep = (0..9)
            .fold(String::new(), |inner, i| format!(r#"{{"id": "r{i}", "reasons": [{inner}]}}"#));
        let error = Taxonomy::from_json(&format!(r#"{{"reasons": [{deep}]}}"#)).unwrap_err();
        assert!(error.path().ends_with("reasons"), "{error}");
    }

    #[test]
    fn trees_grow_and_merge() {
        let mut tree = shop();
        tree.add(Reason::new("queue"), Some("delivery")).unwrap();
        assert_eq!(tree.get("delivery").unwrap().reasons().len(), 2);
        assert_eq!(tree.add(Reason::new("x"), Some("y")).unwrap_err().path(), "under");
        let before = tree.clone();
        assert_eq!(
            tree.add(Reason::new("price"), None).unwrap_err().code().as_str(),
            "duplicate-key"
        );
        assert_eq!(tree, before);
        let german = Taxonomy::from_json(
            r#"{"language": "de", "reasons": [{"id": "price", "name": "Preis", "terms": ["Preis", "teuer"]}]}"#,
        )
        .unwrap();
        tree.merge(&german).unwrap();
        tree.merge(&german).unwrap();
        let price = tree.get("price").unwrap();
        assert_eq!(price.terms(Language::German).len(), 2);
        assert_eq!(
            (price.name(Language::German), price.name(Language::English)),
            ("Preis", "Price")
        );
        tree.add_terms(
            "price",
            Language::English,
            [Term::new("price").unwrap(), Term::new("cost").unwrap()],
        )
        .unwrap();
        assert_eq!(tree.get("price").unwrap().terms(Language::English).len(), 2);
    }

    #[test]
    fn many_reasons_are_added_one_by_one() {
        let mut tree = Taxonomy::new("large", Language::English);
        // Copying or searching all for each new one would take minutes.
        for place in 0..30_000 {
            let above = format!("r{}", place - place % 10);
            tree.add(Reason::new(format!("r{place}")), (place % 10 > 0).then_some(above.as_str()))
                .unwrap();
        }
        assert_eq!((tree.reasons().len(), tree.iter().count()), (3_000, 30_000));
        assert!(
            tree.iter()
                .all(|entry| std::ptr::eq(tree.get(entry.reason.id()).unwrap(), entry.reason))
        );
        let before = tree.clone();
        let twice = Reason::new("new").with_reason(Reason::new("r29999"));
        let error = tree.add(twice, Some("r10")).unwrap_err();
        assert_eq!(
            (error.code(), error.path()),
            (ErrorCode::DuplicateKey, "reasons[1].reasons[9].reasons[0].id")
        );
        let deep = (0..8)
            .fold(Reason::new("d"), |below, i| Reason::new(format!("d{i}")).with_reason(below));
        assert_eq!(tree.add(deep, None).unwrap_err().code(), ErrorCode::InvalidArgument);
        assert_eq!(tree, before);
        assert!(tree.merge(&before.clone()).is_ok() && tree == before);
    }
}
