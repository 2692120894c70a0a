//! From comments and clicks to reasons.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use super::labels::Labels;
use super::learn::Learned;
use super::mappings::{Found, Mappings, Node, Source};
use super::matcher::{Matcher, Reading};
use super::model::Predictor;
use super::taxonomy::{Taxonomy, unknown_reason};
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::sorted::SortedMap;
use crate::interpret::sentiment::{Sentiment, SentimentOptions};
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::text::Language;

/// How a taxonomy is read in comments.
///
/// Quick advice: set [`typos`](Self::typos) for comments typed on telephones; leave the rest alone.
///
/// ```
/// use heedful::{Given, MapperOptions, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "delivery", "terms": ["delivery"]}]}"#)?;
/// let options = MapperOptions::from_json(r#"{"typos": true, "sentiment": false}"#)?;
/// let mapper = ReasonMapper::with_options(taxonomy, options)?;
/// let mappings = mapper.map(&[Some("terrible delivry")], Given::default())?;
/// let found: Vec<_> = mappings.iter().map(|m| (m.id, m.confidence, m.sentiment)).collect();
/// assert_eq!(found, [("delivery", 0.4, None)]); // 0.5 for a word, 0.8 times that for the typing error
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MapperOptions {
    /// The language of comments for which none is given; that of the taxonomy where not set.
    pub language: Option<Language>,
    /// Forgives one typing error in words of 5 letters or more.
    pub typos: bool,
    /// Reads the feeling about each reason.
    pub sentiment: bool,
    /// Leaves out reasons that are not asked for with this metric.
    pub metric: Option<String>,
    /// The least confidence that a classifier's claim needs, 0 to 1; 0 (default) leaves it to the
    /// classifier.
    pub least_confidence: f64,
}

options!(MapperOptions, takes [language, typos, sentiment, metric, least_confidence], from Self::default());

impl Default for MapperOptions {
    fn default() -> Self {
        Self { language: None, typos: false, sentiment: true, metric: None, least_confidence: 0.0 }
    }
}

impl MapperOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

config::written!(MapperOptions, r#"{"typos": true, "metric": "nps"}"#);

/// What a classifier says of a text.
///
/// ```
/// use heedful::Claim;
///
/// let sure = Claim::new("delivery", 0.9);
/// let shown = Claim { spans: vec![(4, 10)], ..sure.clone() };
/// assert!(sure.spans.is_empty());
/// assert_eq!("The parcel came late".get(shown.spans[0].0..shown.spans[0].1), Some("parcel"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The id of a reason of the taxonomy.
    pub reason: String,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// The bytes of the text that made it think so, from the first to after the last; may be empty.
    pub spans: Vec<(usize, usize)>,
}

impl Claim {
    /// A claim without spans.
    #[must_use]
    pub fn new(reason: impl Into<String>, confidence: f64) -> Self {
        Self { reason: reason.into(), confidence, spans: Vec::new() }
    }
}

/// Anything that can tell reasons from texts: a trained model, a language model, a hosted service.
///
/// Its claims have the source [`Source::Model`].
///
/// ```
/// use std::sync::Arc;
/// use heedful::{Claim, Classifier, Given, ReasonMapper, Result, Source, Taxonomy};
///
/// struct Shouting;
/// impl Classifier for Shouting {
///     fn reasons(&self) -> Vec<String> {
///         vec!["anger".to_owned()]
///     }
///     fn classify(&self, texts: &[&str]) -> Result<Vec<Vec<Claim>>> {
///         let claim = |text: &&str| text.ends_with("!!").then(|| Claim::new("anger", 0.8));
///         Ok(texts.iter().map(|text| claim(text).into_iter().collect()).collect())
///     }
/// }
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "anger", "terms": ["angry"]}]}"#)?;
/// let mapper = ReasonMapper::new(taxonomy)?.with_classifier(Arc::new(Shouting))?;
/// let mappings = mapper.map(&[Some("NO REPLY!!"), Some("not angry")], Given::default())?;
/// let found: Vec<_> = mappings.iter().map(|m| (m.row, m.source)).collect();
/// assert_eq!(found, [(0, Source::Model)]); // terms are silent about what the classifier knows
/// # Ok::<(), heedful::Error>(())
/// ```
pub trait Classifier: Send + Sync {
    /// The ids of the reasons that it can tell. Terms are silent about these: where it does not claim
    /// one of them, it is not there.
    fn reasons(&self) -> Vec<String>;

    /// What it says of each text of a batch, in order: as many lists as texts (else mapping fails with
    /// `length-mismatch`), of known reasons (`unknown-name`) with confidences from 0 to 1 and spans on
    /// boundaries of characters (`invalid-argument`). Of several claims about one reason the surest counts.
    ///
    /// # Errors
    /// Whatever kept it from answering.
    fn classify(&self, texts: &[&str]) -> Result<Vec<Vec<Claim>>>;
}

/// What is known beside the comments, row by row.
///
/// ```
/// use heedful::{Given, Labels, ReasonMapper, Source, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "staff", "terms": ["staff"]},
///     {"id": "checkout", "terms": ["till"], "touchpoints": ["store"]}
/// ]}"#)?;
/// let mapper = ReasonMapper::new(taxonomy)?;
/// let clicks = Labels::single([Some("staff"), None])?;
/// let touchpoints = [Some("store"), Some("web")];
/// let given = Given { clicks: Some(&clicks), touchpoints: Some(&touchpoints), ..Given::default() };
/// let mappings = mapper.map(&[Some("waited at the till"), Some("the till again")], given)?;
/// let found: Vec<_> = mappings.iter().map(|m| (m.row, m.id, m.source)).collect();
/// assert_eq!(found, [(0, "staff", Source::Click), (0, "checkout", Source::Terms)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// The reasons that customers clicked.
    pub clicks: Option<&'a Labels>,
    /// The reasons that a person gave after reading; an empty list says "none of these".
    pub manual: Option<&'a Labels>,
    /// Where each comment was made.
    pub touchpoints: Option<&'a [Option<&'a str>]>,
    /// In which language each comment is.
    pub languages: Option<&'a [Option<Language>]>,
}

/// Which columns of responses a mapper reads.
///
/// ```
/// use heedful::{Column, ReasonColumns, ReasonMapper, Responses, Source, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "price"}, {"id": "staff"}]}"#)?;
/// let responses = Responses::new()
///     .with("text", Column::texts([Some("hm"), None]))?
///     .with("button", Column::texts([Some("staff | price"), None]))?;
/// let columns = ReasonColumns::from_json(r#"{"comment": "text", "clicks": "button", "separator": "|"}"#)?;
/// let mappings = ReasonMapper::new(taxonomy)?.map_responses(&responses, &columns)?;
/// let found: Vec<_> = mappings.iter().map(|m| (m.row, m.id, m.source)).collect();
/// assert_eq!(found, [(0, "price", Source::Click), (0, "staff", Source::Click)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReasonColumns {
    /// The comment; the column in the role `comment` where not set.
    pub comment: Option<String>,
    /// The ids of the reasons that were clicked. A missing cell says nothing, an empty one that none was
    /// clicked.
    pub clicks: Option<String>,
    /// The ids of the reasons that a person gave. A missing cell says nothing, an empty one "none of these".
    pub manual: Option<String>,
    /// What stands between several ids in one cell; `;` where not set.
    pub separator: String,
    /// Where the response was given.
    pub touchpoint: Option<String>,
    /// The language of the comment, as a code such as `en`.
    pub language: Option<String>,
}

options!(ReasonColumns, takes [comment, clicks, manual, separator, touchpoint, language], from Self::default());

impl Default for ReasonColumns {
    fn default() -> Self {
        Self {
            comment: None,
            clicks: None,
            manual: None,
            separator: ";".to_owned(),
            touchpoint: None,
            language: None,
        }
    }
}

impl ReasonColumns {
    /// Reads columns from JSON: `{"comment": "text", "clicks": "button"}`.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The reasons in a column of ids; a missing cell is not known, an empty one says none.
    fn labels(&self, cells: &[Option<String>]) -> Result<Labels> {
        Labels::sets(cells.iter().map(|cell| {
            let ids = cell.as_deref()?.split(self.separator.as_str());
            Some(ids.map(str::trim).filter(|id| !id.is_empty()).collect::<Vec<_>>())
        }))
    }
}

config::written!(ReasonColumns, r#"{"comment": "text", "clicks": "button"}"#);

/// The texts of a column; what is not a text is written as one.
fn cells(column: &Column) -> Vec<Option<String>> {
    let text = |row: usize| match column.key(row) {
        Key::Missing => None,
        key => Some(key.to_string()),
    };
    (0..column.len()).map(text).collect()
}

/// A taxonomy prepared to be found in comments.
///
/// Where sources speak of one comment, click beats manual beats model beats terms:
///
/// - a click is kept as it is, and is the comment's main reason;
/// - where a person has coded a comment, model and terms are silent about it;
/// - about the reasons that a [`Classifier`] knows, terms are silent;
/// - a reason that several sources name has the most trusted one.
///
/// Terms are matched by stem, the leftmost and then the longest of each reason; terms of different
/// reasons may overlap, except that what lies within a term of a reason says nothing about the
/// branches above it.
///
/// The confidence of a click or a manual code is 1, that of a model its own. That of terms is a rule of
/// thumb, not a probability: 1 - ∏(1 - c) over the distinct terms found, where c is 0.5 for a word,
/// 0.7 for a phrase, and 0.8 times that where a typing error was forgiven.
///
/// ```
/// use heedful::{Given, ReasonMapper, Source, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "food", "terms": ["food", "meal", "pasta"]},
///     {"id": "service", "terms": ["service", "wait* * minutes"]}
/// ]}"#)?;
/// let mapper = ReasonMapper::new(taxonomy)?;
/// let comments = [Some("The food was great, but terrible service: we waited forty minutes"), None];
/// let mappings = mapper.map(&comments, Given::default())?;
/// let found: Vec<_> = mappings.iter().map(|m| (m.id, m.source, m.sentiment > Some(0.0))).collect();
/// assert_eq!(found, [("service", Source::Terms, false), ("food", Source::Terms, true)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Clone)]
pub struct ReasonMapper {
    taxonomy: Taxonomy,
    options: MapperOptions,
    pub(super) nodes: Arc<Vec<Node>>,
    /// Whether the metric asks for each reason.
    asked: Vec<bool>,
    /// Touchpoints of each reason or of what is above it; empty for all.
    touchpoints: Vec<Vec<String>>,
    pub(super) prepared: SortedMap<Language, Prepared>,
    pub(super) classifier: Option<Arc<dyn Classifier>>,
    pub(super) learned: Option<Arc<Learned>>,
    /// Reasons that the classifier knows: terms are silent about them.
    silent: Vec<bool>,
    /// Where what is below each reason ends.
    below: Vec<u32>,
}

/// For each node of a tree, parents first, the place after the last that is below it.
fn ends_below(nodes: &[Node]) -> Vec<u32> {
    let mut ends: Vec<u32> = (1..=nodes.len() as u32).collect();
    for (place, node) in nodes.iter().enumerate().rev() {
        let end = ends.get(place).copied().unwrap_or_default();
        if let Some(above) = node.parent.and_then(|parent| ends.get_mut(parent as usize)) {
            *above = end.max(*above);
        }
    }
    ends
}

/// The terms of one language.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) matcher: Matcher,
    /// The reason of each term, its place among the reason's terms, and its weight.
    pub(super) terms: Vec<(u32, u32, f64)>,
}

/// Clicks and codes by place in the taxonomy, for each row.
struct KnownReasons {
    clicks: Vec<Option<Vec<u32>>>,
    manual: Vec<Option<Vec<u32>>>,
}

/// Reads comments one after the other; see [`ReasonMapper::session`].
///
/// ```
/// use std::sync::Arc;
/// use heedful::{MapperSession, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "price", "terms": ["price*"]}]}"#)?;
/// let mapper = Arc::new(ReasonMapper::new(taxonomy)?);
/// let mut session = MapperSession::new(Arc::clone(&mapper));
/// let typed = ["Your pri", "Your prices a", "Your prices are up"];
/// let found = typed.map(|text| session.map(text).map(|mappings| mappings.len()));
/// assert_eq!(found, [Ok(0), Ok(1), Ok(1)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug)]
pub struct MapperSession<M> {
    mapper: M,
    readings: SortedMap<Language, Reading>,
    feelings: SortedMap<Language, Sentiment>,
    predictor: Predictor,
}

impl fmt::Debug for ReasonMapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReasonMapper")
            .field("taxonomy", &self.taxonomy.id())
            .field("options", &self.options)
            .field("classifier", &self.classifier.is_some())
            .field("model", &self.learned.is_some())
            .finish_non_exhaustive()
    }
}

impl ReasonMapper {
    /// Prepares a taxonomy with the default options.
    ///
    /// # Errors
    /// As for [`with_options`](Self::with_options).
    pub fn new(taxonomy: Taxonomy) -> Result<Self> {
        Self::with_options(taxonomy, MapperOptions::default())
    }

    /// Prepares a taxonomy.
    ///
    /// ```
    /// use heedful::{MapperOptions, ReasonMapper, Taxonomy, text::Language};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
    ///     {"id": "price", "terms": {"en": ["price"], "de": ["Preis"]}}
    /// ]}"#)?;
    /// let options = MapperOptions { language: Some(Language::German), ..MapperOptions::default() };
    /// let mapper = ReasonMapper::with_options(taxonomy, options.clone())?;
    /// assert_eq!((mapper.language(), mapper.taxonomy().language()), (Language::German, Language::English));
    /// assert_eq!(mapper.options(), &options);
    /// assert_eq!(mapper.session().map("Die Preise steigen")?.len(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` where `least_confidence` does not lie between 0 and 1.
    pub fn with_options(taxonomy: Taxonomy, options: MapperOptions) -> Result<Self> {
        if !(0.0..=1.0).contains(&options.least_confidence) {
            return Err(Error::new(ErrorCode::InvalidArgument, "must lie between 0 and 1")
                .at("least_confidence"));
        }
        let language = options.language.unwrap_or(taxonomy.language());
        let mut nodes = Vec::new();
        let mut asked: Vec<bool> = Vec::new();
        let mut touchpoints: Vec<Vec<String>> = Vec::new();
        for entry in taxonomy.iter() {
            let reason = entry.reason;
            nodes.push(Node {
                id: reason.id().to_owned(),
                name: reason.name(language).to_owned(),
                parent: entry.parent.map(|parent| parent as u32),
                level: entry.level as u32,
            });
            let above = entry.parent.and_then(|parent| asked.get(parent).copied()).unwrap_or(true);
            let metrics = reason.metrics();
            let wanted = options.metric.as_ref().is_none_or(|metric| {
                metrics.is_empty() || metrics.iter().any(|name| name == metric)
            });
            asked.push(above && wanted);
            let own = reason.touchpoints();
            let inherited = entry.parent.and_then(|parent| touchpoints.get(parent).cloned());
            touchpoints.push(if own.is_empty() {
                inherited.unwrap_or_default()
            } else {
                own.to_vec()
            });
        }
        let mut prepared = SortedMap::new();
        for language in taxonomy.languages() {
            let mut terms = Vec::new();
            let mut all = Vec::new();
            for (reason, entry) in taxonomy.iter().enumerate() {
                for (place, term) in entry.reason.terms(language).iter().enumerate() {
                    let words = term.parsed().places.len();
                    let weight = if words > 1 { 0.7 } else { 0.5 };
                    terms.push((reason as u32, place as u32, weight));
                    all.push(term);
                }
            }
            let matcher = Matcher::new(language, options.typos, all);
            prepared.insert(language, Prepared { matcher, terms });
        }
        let silent = vec![false; nodes.len()];
        let below = ends_below(&nodes);
        Ok(Self {
            taxonomy,
            options,
            nodes: Arc::new(nodes),
            asked,
            touchpoints,
            prepared,
            classifier: None,
            learned: None,
            silent,
            below,
        })
    }

    /// Adds a classifier, which is trusted more than terms.
    ///
    /// # Errors
    /// `unknown-name` where it knows a reason that the taxonomy does not.
    pub fn with_classifier(mut self, classifier: Arc<dyn Classifier>) -> Result<Self> {
        for id in classifier.reasons() {
            let place = self.place(&id)?;
            if let Some(silent) = self.silent.get_mut(place as usize) {
                *silent = true;
            }
        }
        self.classifier = Some(classifier);
        Ok(self)
    }

    /// The taxonomy.
    #[must_use]
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &MapperOptions {
        &self.options
    }

    /// The language of comments for which none is given.
    #[must_use]
    pub fn language(&self) -> Language {
        self.options.language.unwrap_or(self.taxonomy.language())
    }

    /// Makes sure that texts in a language can be read, even without terms.
    pub(super) fn prepare(&mut self, language: Language) {
        let typos = self.options.typos;
        self.prepared.entry(language).or_insert_with(|| Prepared {
            matcher: Matcher::new(language, typos, Vec::new()),
            terms: Vec::new(),
        });
    }

    pub(super) fn place(&self, id: &str) -> Result<u32> {
        let place = self.nodes.iter().position(|node| node.id == id);
        place.map(|place| place as u32).ok_or_else(|| unknown_reason(id))
    }

    pub(super) fn prepared(&self) -> &SortedMap<Language, Prepared> {
        &self.prepared
    }

    /// The terms of a language; `None` where there are none.
    pub(super) fn terms_in(&self, language: Language) -> Option<TermsIn<'_>> {
        let prepared = self.prepared.get(&language)?;
        Some(TermsIn { mapper: self, prepared, reading: prepared.matcher.reading() })
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Maps comments, in order; `None`, or a blank one, is a response without one.
    ///
    /// # Errors
    /// `length-mismatch` where what is given has another number of rows, and `unknown-name` for a click or
    /// code that the taxonomy does not have, with the path (`clicks`, `manual`, `touchpoints`, `languages`);
    /// what the classifier reports, and with the path `classifier` what is wrong with its answer (see
    /// [`Classifier::classify`]).
    pub fn map<T: AsRef<str>>(&self, comments: &[Option<T>], given: Given<'_>) -> Result<Mappings> {
        let texts: Vec<Option<&str>> =
            comments.iter().map(|text| text.as_ref().map(T::as_ref)).collect();
        let known = self.given(&texts, given)?;
        let mut session = self.session();
        let mut claims = self.claims(&texts)?.into_iter();
        let mut mappings = Mappings::new(Arc::clone(&self.nodes));
        for (row, text) in texts.iter().enumerate() {
            let at = |list: Option<&[Option<Language>]>| list.and_then(|l| l.get(row).copied()?);
            let language = at(given.languages).unwrap_or(self.language());
            let touchpoint = given.touchpoints.and_then(|list| list.get(row).copied()?);
            let claims =
                if text.is_some() { claims.next().unwrap_or_default() } else { Vec::new() };
            let read = text.map(|text| session.read(text, language, touchpoint, &claims));
            let read = read.transpose().map_err(|e| e.on_row(row as u64))?.unwrap_or_default();
            let clicks = known.clicks.get(row).and_then(Option::as_deref);
            let manual = known.manual.get(row).and_then(Option::as_deref);
            mappings.push_row(
                text.is_some_and(|text| !text.trim().is_empty()),
                clicks,
                manual,
                read,
            );
        }
        Ok(mappings)
    }

    /// The best reason of each comment. Of a mapper that has learned: the most probable one of the model, and `None` only
    /// where no word is known; with `abstain` only one that reaches its threshold. Otherwise the main reason of
    /// [`map`](Self::map).
    ///
    /// # Errors
    /// As for [`map`](Self::map).
    pub fn predict<T: AsRef<str>>(
        &self,
        comments: &[T],
        abstain: bool,
    ) -> Result<Vec<Option<String>>> {
        let rows = 0..comments.len();
        if let Some(predictions) = self.predictions(comments) {
            let best = |row| if abstain { predictions.sure(row) } else { predictions.best(row) };
            return Ok(rows.map(|row| best(row).map(str::to_owned)).collect());
        }
        let texts: Vec<Option<&str>> = comments.iter().map(|text| Some(text.as_ref())).collect();
        let mappings = self.map(&texts, Given::default())?;
        Ok(rows.map(|row| mappings.row(row).next().map(|m| m.id.to_owned())).collect())
    }

    /// Maps responses by their columns.
    ///
    /// ```
    /// use heedful::{Column, ReasonColumns, ReasonMapper, Responses, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "price", "terms": ["price", "dear"]}]}"#)?;
    /// let responses = Responses::new()
    ///     .with("why", Column::texts([Some("too dear"), None, Some("no idea")]))?
    ///     .comment("why");
    /// let mappings = ReasonMapper::new(taxonomy)?.map_responses(&responses, &ReasonColumns::default())?;
    /// assert_eq!(mappings.iter().map(|m| (m.row, m.id)).collect::<Vec<_>>(), [(0, "price")]);
    /// assert_eq!(mappings.unmapped().collect::<Vec<_>>(), [2]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; `unknown-name` for a language that is not known; as for [`map`](Self::map).
    pub fn map_responses(
        &self,
        responses: &Responses,
        columns: &ReasonColumns,
    ) -> Result<Mappings> {
        let name = columns.comment.as_deref().or(responses.roles().comment.as_deref());
        let comments = cells(responses.role("comment", name)?);
        let read = |name: &Option<String>| -> Result<Option<Vec<Option<String>>>> {
            name.as_ref().map(|name| Ok(cells(responses.require(name)?))).transpose()
        };
        let labels = |name: &Option<String>| -> Result<Option<Labels>> {
            read(name)?.map(|cells| columns.labels(&cells)).transpose()
        };
        let (clicks, manual) = (labels(&columns.clicks)?, labels(&columns.manual)?);
        let touchpoints = read(&columns.touchpoint)?;
        let touchpoints: Option<Vec<Option<&str>>> =
            touchpoints.as_ref().map(|cells| cells.iter().map(Option::as_deref).collect());
        let language = |(row, code): (usize, &Option<String>)| -> Result<Option<Language>> {
            let language = code.as_deref().map(str::parse).transpose();
            let column = columns.language.as_deref().unwrap_or_default();
            language.map_err(|e: Error| e.at(column).on_row(row as u64))
        };
        let languages = read(&columns.language)?
            .map(|cells| cells.iter().enumerate().map(language).collect::<Result<Vec<_>>>())
            .transpose()?;
        let given = Given {
            clicks: clicks.as_ref(),
            manual: manual.as_ref(),
            touchpoints: touchpoints.as_deref(),
            languages: languages.as_deref(),
        };
        self.map(&comments, given)
    }

    /// A reader that keeps what it learnt of words from one comment to the next: for a field that is
    /// typed into, or a stream.
    #[must_use]
    pub fn session(&self) -> MapperSession<&Self> {
        MapperSession::new(self)
    }

    /// Clicks and codes by place in the taxonomy.
    fn given(&self, texts: &[Option<&str>], given: Given<'_>) -> Result<KnownReasons> {
        let len = texts.len();
        let mismatch = |path: &str, other: usize| {
            let message = format!("there are {other} rows for {len} comments");
            Error::new(ErrorCode::LengthMismatch, message).at(path)
        };
        if let Some(list) = given.touchpoints.filter(|list| list.len() != len) {
            return Err(mismatch("touchpoints", list.len()));
        }
        if let Some(list) = given.languages.filter(|list| list.len() != len) {
            return Err(mismatch("languages", list.len()));
        }
        let places = |labels: Option<&Labels>, path: &str| -> Result<Vec<Option<Vec<u32>>>> {
            let Some(labels) = labels else { return Ok(vec![None; len]) };
            if labels.len() != len {
                return Err(mismatch(path, labels.len()));
            }
            let row_of =
                |label| labels.iter().position(|row| row.is_some_and(|r| r.contains(&label)));
            let places: Vec<u32> = (0..)
                .zip(labels.ids())
                .map(|(label, id)| {
                    let row = || row_of(label).unwrap_or_default() as u64;
                    self.place(id).map_err(|e| e.at(path).on_row(row()))
                })
                .collect::<Result<_>>()?;
            let row = |row: &[u16]| {
                row.iter().filter_map(|label| places.get(usize::from(*label)).copied()).collect()
            };
            Ok(labels.iter().map(|labels| labels.map(row)).collect())
        };
        Ok(KnownReasons {
            clicks: places(given.clicks, "clicks")?,
            manual: places(given.manual, "manual")?,
        })
    }

    fn claims(&self, texts: &[Option<&str>]) -> Result<Vec<Vec<Claim>>> {
        let Some(classifier) = &self.classifier else { return Ok(Vec::new()) };
        let present: Vec<&str> = texts.iter().copied().flatten().collect();
        let claims = classifier.classify(&present)?;
        if claims.len() != present.len() {
            let message =
                format!("the classifier answered {} of {} texts", claims.len(), present.len());
            return Err(Error::new(ErrorCode::LengthMismatch, message).at("classifier"));
        }
        Ok(claims)
    }
}

impl<M: Deref<Target = ReasonMapper> + Clone> MapperSession<M> {
    /// A reader of a mapper: by reference, or by an `Arc` or `Rc` that keeps it.
    #[must_use]
    pub fn new(mapper: M) -> Self {
        Self {
            mapper,
            readings: SortedMap::new(),
            feelings: SortedMap::new(),
            predictor: Predictor::default(),
        }
    }

    /// The reasons of one comment, the main one first.
    ///
    /// ```
    /// use heedful::{ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
    ///     {"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}
    /// ]}"#)?;
    /// let mapper = ReasonMapper::new(taxonomy)?;
    /// let mut session = mapper.session();
    /// let main = |mappings: heedful::Mappings| mappings.row(0).next().map(|m| m.id.to_owned());
    /// assert_eq!(main(session.map("Rude staff, and the price!")?).as_deref(), Some("staff"));
    /// assert_eq!(main(session.map("")?), None);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// What the classifier reports.
    pub fn map(&mut self, comment: &str) -> Result<Mappings> {
        let claims = self.mapper.claims(&[Some(comment)])?.into_iter().next().unwrap_or_default();
        let read = self.read(comment, self.mapper.language(), None, &claims)?;
        let mut mappings = Mappings::new(Arc::clone(&self.mapper.nodes));
        mappings.push_row(!comment.trim().is_empty(), None, None, read);
        Ok(mappings)
    }

    /// What classifier and terms say of a text.
    fn read(
        &mut self,
        text: &str,
        language: Language,
        touchpoint: Option<&str>,
        claims: &[Claim],
    ) -> Result<Vec<Found>> {
        let mapper = self.mapper.clone();
        let mut found = mapper.claimed(text, claims)?;
        let mut read = None;
        if let Some(prepared) = mapper.prepared.get(&language) {
            let reading =
                self.readings.entry(language).or_insert_with(|| prepared.matcher.reading());
            prepared.matcher.find(reading, text);
            // Of comments in another language than its own a model knows nothing: there terms speak.
            let learned = mapper.learned.as_deref().filter(|l| l.model.language() == language);
            if let Some(learned) = learned {
                found.extend(mapper.learned_of(learned, &mut self.predictor, reading));
            }
            found.extend(mapper.spoken(prepared, reading, learned));
            read = Some(reading);
        }
        found.retain(|found| mapper.applies(found.reason, touchpoint));
        if mapper.options.sentiment && !found.is_empty() {
            let feelings = self.feelings.entry(language);
            let feelings =
                feelings.or_try_insert_with(|| Sentiment::new(SentimentOptions::new(language)))?;
            let feeling = match read {
                Some(reading) => feelings.read_tokens(reading.lexer(), &reading.tokens),
                None => feelings.read(text),
            };
            for found in &mut found {
                found.sentiment = if found.spans.is_empty() {
                    feeling.value
                } else {
                    let each: Vec<f64> = found
                        .spans
                        .iter()
                        .filter_map(|(start, end)| feeling.around(*start as usize, *end as usize))
                        .collect();
                    (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
                };
            }
        }
        Ok(found)
    }
}

/// The terms of one language, to be looked for in phrases.
pub(super) struct TermsIn<'a> {
    mapper: &'a ReasonMapper,
    prepared: &'a Prepared,
    reading: Reading,
}

impl<'a> TermsIn<'a> {
    /// The ids of the reasons of which a term matches all of a phrase.
    pub(super) fn cover(&mut self, phrase: &str) -> impl Iterator<Item = &'a str> {
        self.prepared.matcher.find(&mut self.reading, phrase);
        let all = self.reading.tokens.len() as u32;
        let whole =
            self.reading.hits.iter().filter(move |hit| hit.first == 0 && hit.last + 1 == all);
        let (mapper, prepared) = (self.mapper, self.prepared);
        whole.filter_map(move |hit| {
            let (reason, ..) = prepared.terms.get(hit.group as usize)?;
            mapper.nodes.get(*reason as usize).map(|node| node.id.as_str())
        })
    }
}

/// Whether a term lies within one of what is below its branch: a branch has nothing to say there.
fn is_covered(hit: &Spoken, below: &[(u32, u32)]) -> bool {
    let before = below.partition_point(|(first, _)| *first <= hit.first);
    let reach = before.checked_sub(1).and_then(|before| below.get(before));
    reach.is_some_and(|(_, last)| hit.last <= *last)
}

/// A term that was found.
#[derive(Clone, Copy)]
struct Spoken {
    reason: u32,
    first: u32,
    last: u32,
    term: u32,
    weight: f64,
}

impl ReasonMapper {
    fn applies(&self, reason: u32, touchpoint: Option<&str>) -> bool {
        let reason = reason as usize;
        let places = self.touchpoints.get(reason).map_or(&[][..], Vec::as_slice);
        let here = places.is_empty() || touchpoint.is_none_or(|t| places.iter().any(|p| p == t));
        here && self.asked.get(reason).copied().unwrap_or(false)
    }

    /// The claims that are sure enough, the surest of each reason.
    fn claimed(&self, text: &str, claims: &[Claim]) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = Vec::new();
        for claim in claims {
            if !(0.0..=1.0).contains(&claim.confidence) {
                let message = "a classifier's confidence must lie between 0 and 1";
                return Err(Error::new(ErrorCode::InvalidArgument, message).at("classifier"));
            }
            if claim.confidence < self.options.least_confidence {
                continue;
            }
            let span = |(start, end): &(usize, usize)| {
                text.get(*start..*end).map(|_| (*start as u32, *end as u32))
            };
            let spans: Option<Vec<(u32, u32)>> = claim.spans.iter().map(span).collect();
            let spans = spans.ok_or_else(|| {
                let message =
                    "a classifier's span must lie within the text, on boundaries of characters";
                Error::new(ErrorCode::InvalidArgument, message).at("classifier")
            })?;
            let reason = self.place(&claim.reason).map_err(|e| e.at("classifier"))?;
            let confidence = claim.confidence;
            match found.iter_mut().find(|known| known.reason == reason) {
                Some(known) if known.confidence >= confidence => {}
                Some(known) => (known.confidence, known.spans) = (confidence, spans),
                None => {
                    found.push(Found {
                        reason,
                        source: Source::Model,
                        confidence,
                        spans,
                        sentiment: None,
                    });
                }
            }
        }
        Ok(found)
    }

    /// What the terms that were found say.
    fn spoken(
        &self,
        prepared: &Prepared,
        reading: &Reading,
        learned: Option<&Learned>,
    ) -> Vec<Found> {
        let mut all: Vec<Spoken> = Vec::with_capacity(reading.hits.len());
        for hit in &reading.hits {
            let term = hit.group;
            let Some((reason, _, weight)) = prepared.terms.get(term as usize) else { continue };
            if self.silent.get(*reason as usize).copied().unwrap_or(true)
                || learned.is_some_and(|learned| learned.knows(*reason))
            {
                continue;
            }
            let weight = if hit.typo { 0.8 * weight } else { *weight };
            let (first, last) = (hit.first, hit.last);
            all.push(Spoken { reason: *reason, first, last, term, weight });
        }
        // Leftmost, then longest, then surest.
        all.sort_unstable_by(|a, b| {
            let order = (a.reason, a.first, b.last).cmp(&(b.reason, b.first, a.last));
            order.then(b.weight.total_cmp(&a.weight)).then(a.term.cmp(&b.term))
        });
        let mut last: Option<(u32, u32)> = None;
        all.retain(|hit| {
            let free = last.is_none_or(|(reason, last)| reason != hit.reason || last < hit.first);
            if free {
                last = Some((hit.reason, hit.last));
            }
            free
        });
        let mut found: Vec<Found> = Vec::new();
        let mut heard: Vec<u32> = Vec::new();
        for hits in all.chunk_by(|one, next| one.reason == next.reason) {
            let Some(Spoken { reason, .. }) = hits.first().copied() else { continue };
            let below = self.below(reason, &all);
            heard.clear();
            for hit in hits.iter().filter(|hit| !is_covered(hit, &below)) {
                let token = |place: u32| reading.tokens.get(place as usize);
                let (Some(first), Some(last)) = (token(hit.first), token(hit.last)) else {
                    continue;
                };
                let span = (first.start, last.end);
                if heard.is_empty() {
                    heard.push(hit.term);
                    found.push(Found {
                        reason,
                        source: Source::Terms,
                        confidence: hit.weight,
                        spans: vec![span],
                        sentiment: None,
                    });
                    continue;
                }
                let Some(found) = found.last_mut() else { continue };
                found.spans.push(span);
                // After some fifty terms there is no doubt left: this bounds the list as well.
                if found.confidence < 1.0 && !heard.contains(&hit.term) {
                    heard.push(hit.term);
                    found.confidence = 1.0 - (1.0 - found.confidence) * (1.0 - hit.weight);
                }
            }
        }
        found
    }

    /// For each term found of what is below a branch, by its first token: how far the terms up to there reach.
    fn below(&self, branch: u32, all: &[Spoken]) -> Vec<(u32, u32)> {
        let end = self.below.get(branch as usize).copied().unwrap_or(branch + 1);
        let place = |reason: u32| all.partition_point(|hit| hit.reason < reason);
        let hits = all.get(place(branch + 1)..place(end)).unwrap_or_default();
        let mut reach: Vec<(u32, u32)> = hits.iter().map(|hit| (hit.first, hit.last)).collect();
        reach.sort_unstable();
        let mut furthest = 0;
        for (_, last) in &mut reach {
            furthest = furthest.max(*last);
            *last = furthest;
        }
        reach
    }
}

#[cfg(test)]
#[path = "mapper_tests.rs"]
mod tests;
