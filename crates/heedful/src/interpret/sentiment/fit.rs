//! Sentiment learned from the ratings that came with the comments.

use std::sync::Arc;

use hashbrown::HashMap;
use serde::Serialize;

use super::ridge::solve;
use super::{Sentiment, SentimentOptions, strength, value};
use crate::base::config::{self, record, stored};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::order::sort_by;
use crate::base::scale::{Reading, Scale};
use crate::base::state;
use crate::base::table::Table;
use crate::interpret::emotion::Emotion;
use crate::interpret::reason::split::text_key;
use crate::interpret::sparse::Sparse;
use crate::listen::column::Texts;
use crate::stats::correlation::correlation;
use crate::text::{Kind, Lexer, Token, Word};

const VERSION: u32 = 1;
/// What the reading by words and rules says of a comment; columns before those of the words.
const READ: [&str; 6] =
    ["value", "strength", "first clause", "last clause", "good emotions", "bad emotions"];
/// A word or pair of words counts from this many comments on.
const LEAST: u32 = 2;
/// The most words and pairs that are kept, the most frequent first.
const MOST: usize = 50_000;
/// Fewest rated comments to learn from.
const FEWEST: usize = 20;

/// Learns sentiment from the ratings that came with the comments: no labelling.
///
/// The rating is regressed on the words of the comment (stems, and pairs of neighbours such as "not work"), rare ones
/// weighing more (1 + ln((1 + n) / (1 + comments with it)), each comment's weights of length 1), and on what
/// [`Sentiment`] reads by words and rules, so that it knows what the ratings have not taught. Least squares with a
/// penalty on the weights (ridge regression), solved exactly; the same data give the same model.
///
/// What it predicts is the rating, with the lowest of the scale at -1 and the highest at 1: a model of one's own
/// customers, whose mean is theirs. Words are compared as [`Sentiment`] does; its options hold here too.
///
/// Quick advice: a few hundred rated comments are enough to be better than words and rules; leave the penalty.
///
/// ```
/// use heedful::{Scale, SentimentFit, SentimentOptions};
///
/// let comments = ["brilliant engineer", "engineer never came", "ok", "never again"];
/// let rows = (0..100).map(|row| Some(comments[row % 4]));
/// let ratings: Vec<_> = (0..100).map(|row| Some([10.0, 1.0, 7.0, 0.0][row % 4])).collect();
/// let model = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10")?)
///     .run(&rows.collect(), &ratings)?;
/// let mut reader = model.reader()?;
/// assert!(reader.value("the engineer never came") < Some(-0.5));
/// assert!(reader.value("Brilliant!") > Some(0.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SentimentFit {
    /// How comments are read.
    #[serde(default)]
    sentiment: SentimentOptions,
    /// Of the ratings.
    scale: Scale,
    /// Of the sum of squared weights, against the sum of squared errors.
    #[serde(default = "some_penalty")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    penalty: f64,
}

record!(SentimentFit { sentiment = Default::default(), scale, penalty = some_penalty() });
stored!(Stored { version, sentiment, scale, comments, bias, read, words });

fn some_penalty() -> f64 {
    3.0
}

/// How well ratings are predicted from comments that were not learned from.
///
/// ```
/// use heedful::{Scale, SentimentFit, SentimentOptions};
///
/// let comments = ["brilliant engineer", "engineer never came", "quick repair", "repair failed twice"];
/// let rows = (0..40).map(|row| (row % 5 < 4).then(|| format!("{} on day {row}", comments[row % 5 % 4])));
/// let ratings: Vec<_> = (0..40).map(|row| Some([10.0, 0.0, 9.0, 1.0, 5.0][row % 5])).collect();
/// let held_out = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10")?)
///     .cross_validate(&rows.collect(), &ratings, 4)?;
/// assert_eq!((held_out.n, held_out.predicted[4]), (32, None)); // every fifth has no comment
/// assert!(held_out.correlation > Some(0.9));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HeldOut {
    /// The prediction for each row, -1 to 1; `None` without comment or rating.
    pub predicted: Vec<Option<f64>>,
    /// Rated comments.
    pub n: u64,
    /// Pearson's correlation of prediction and rating; `None` where either does not vary.
    pub correlation: Option<f64>,
}

impl SentimentFit {
    /// For ratings on a scale.
    #[must_use]
    pub fn new(sentiment: SentimentOptions, scale: Scale) -> Self {
        Self { sentiment, scale, penalty: some_penalty() }
    }

    /// Sets the penalty, above 0 (default 3): more of it trusts single words less.
    #[must_use]
    pub fn penalty(mut self, penalty: f64) -> Self {
        self.penalty = penalty;
        self
    }

    /// Reads JSON.
    ///
    /// ```
    /// use heedful::{Scale, SentimentFit, SentimentOptions, text::Language};
    ///
    /// let json = r#"{"sentiment": {"language": "de"}, "scale": "1-5", "penalty": 5}"#;
    /// let fit = SentimentFit::from_json(json)?;
    /// let same = SentimentFit::new(SentimentOptions::new(Language::German), Scale::preset("1-5")?);
    /// assert_eq!(fit, same.penalty(5.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, `invalid-config`, and what the scale refuses, with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Learns from the rows that have both comment and rating.
    ///
    /// # Errors
    /// `length-mismatch`; `rating-out-of-range` and `rating-invalid` for a rating that is not on the scale, with
    /// its row; `too-few` for fewer than 20 rated comments; `invalid-argument`.
    pub fn run(&self, comments: &Texts, ratings: &[Option<f64>]) -> Result<SentimentModel> {
        let rated = self.rated(comments, ratings)?;
        self.learn(
            &rated.iter().map(|(_, comment, target)| (*comment, *target)).collect::<Vec<_>>(),
        )
    }

    /// Predicts every rated comment by a model that has learned from the other parts of the data: how good
    /// [`run`](Self::run) will be. Comments that are the same but for case, spacing and punctuation are in one part.
    ///
    /// ```
    /// use heedful::{Scale, SentimentFit, SentimentOptions};
    ///
    /// let fit = SentimentFit::new(SentimentOptions::default(), Scale::preset("1-5")?);
    /// let words = ["good", "poor"];
    /// let comments: Vec<_> = (0..30).map(|row| format!("{} service {row}", words[row % 2])).collect();
    /// let ratings: Vec<_> = (0..30).map(|row| Some([5.0, 1.0][row % 2])).collect();
    /// let held_out = fit.cross_validate(&comments.iter().map(Some).collect(), &ratings, 5)?;
    /// assert!(held_out.predicted[0] > Some(0.5) && held_out.predicted[1] < Some(-0.5));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run), and `invalid-argument` for fewer than 2 folds.
    pub fn cross_validate(
        &self,
        comments: &Texts,
        ratings: &[Option<f64>],
        folds: u32,
    ) -> Result<HeldOut> {
        if folds < 2 {
            let error = Error::new(ErrorCode::InvalidArgument, "folds must be at least 2");
            return Err(error.at("folds"));
        }
        let rated = self.rated(comments, ratings)?;
        // Places in the order of keys: nothing depends on the order of rows.
        let mut keys: Vec<u64> = rated.iter().map(|(_, comment, _)| text_key(comment)).collect();
        let of_row = keys.clone();
        keys.sort_unstable();
        keys.dedup();
        let fold_of =
            |key: &u64| keys.binary_search(key).unwrap_or_default() as u64 % u64::from(folds);
        let mut predicted = vec![None; comments.len()];
        let mut pairs = Vec::with_capacity(rated.len());
        for fold in 0..u64::from(folds) {
            let (held, kept): (Vec<_>, Vec<_>) =
                rated.iter().zip(&of_row).partition(|(_, key)| fold_of(key) == fold);
            let kept: Vec<_> =
                kept.iter().map(|((_, comment, target), _)| (*comment, *target)).collect();
            let model = self.learn(&kept)?;
            let mut reader = model.reader()?;
            for ((row, comment, target), _) in held {
                let found = reader.expected(comment);
                pairs.push((found, *target));
                if let Some(cell) = predicted.get_mut(*row) {
                    *cell = Some(found);
                }
            }
        }
        Ok(HeldOut { predicted, n: rated.len() as u64, correlation: correlation(&pairs) })
    }

    /// Row, comment, and rating from -1 to 1.
    fn rated<'a>(
        &self,
        comments: &'a Texts,
        ratings: &[Option<f64>],
    ) -> Result<Vec<(usize, &'a str, f64)>> {
        if !(self.penalty > 0.0 && self.penalty.is_finite()) {
            let message = "the penalty must be a number above 0";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("penalty"));
        }
        if comments.len() != ratings.len() {
            let message = format!("{} comments but {} ratings", comments.len(), ratings.len());
            return Err(Error::new(ErrorCode::LengthMismatch, message));
        }
        let (low, high) = (self.scale.min(), self.scale.max());
        let mut rated = Vec::new();
        for (row, (comment, rating)) in comments.iter().zip(ratings).enumerate() {
            let Some(rating) = rating else { continue };
            let reading = self.scale.classify(*rating);
            if let Some(error) = self.scale.refusal(reading, *rating) {
                return Err(error.on_row(row as u64));
            }
            if let (Reading::Point(_), Some(comment)) = (reading, comment) {
                rated.push((row, comment, 2.0 * (rating - low) / (high - low) - 1.0));
            }
        }
        Ok(rated)
    }

    fn learn(&self, rated: &[(&str, f64)]) -> Result<SentimentModel> {
        if rated.len() < FEWEST {
            let message = format!("{} rated comments, at least {FEWEST} are needed", rated.len());
            return Err(Error::new(ErrorCode::TooFew, message));
        }
        let mut collector = Collector::new(&self.sentiment)?;
        for (comment, _) in rated {
            collector.read(comment);
        }
        let vocabulary = collector.vocabulary();
        let mut rows = Sparse::default();
        for (features, read) in &collector.rows {
            let known: Vec<(u32, f64)> =
                features.iter().filter_map(|feature| vocabulary.cell(*feature)).collect();
            let square: f64 = known.iter().map(|(_, worth)| worth * worth).sum();
            let norm = 1.0 / libm::sqrt(square.max(f64::MIN_POSITIVE));
            let read = (0..).zip(read.iter().copied());
            rows.push(read.chain(known.iter().map(|(place, worth)| (*place, worth * norm))));
        }
        let columns = READ.len() + vocabulary.names.len();
        let targets: Vec<f64> = rated.iter().map(|(_, target)| *target).collect();
        let weights = solve(&rows, &targets, columns, self.penalty);
        let (read, rest) = weights.split_at_checked(READ.len()).unwrap_or((&weights, &[]));
        let (bias, words) = rest.split_last().unwrap_or((&0.0, &[]));
        let words = vocabulary.names.into_iter().zip(vocabulary.counts).zip(words);
        Ok(SentimentModel(Arc::new(Stored {
            version: VERSION,
            sentiment: self.sentiment.clone(),
            scale: self.scale.clone(),
            comments: rated.len() as u64,
            bias: *bias,
            read: read.to_vec(),
            words: words.map(|((name, count), weight)| (name, count, short(*weight))).collect(),
        })))
    }
}

config::written!(
    SentimentFit,
    r#"{"sentiment": {"language": "en", "words": {"lag": -0.5}}, "scale": "0-10", "penalty": 2}"#
);

/// Six digits after the point: half the bytes of a stored model, and nothing of what it says.
fn short(weight: f64) -> f64 {
    libm::round(weight * 1e6) / 1e6
}

impl Sentiment {
    /// What words and rules say of a comment: a number for each of [`READ`], and whether they say anything.
    fn summary(&mut self, comment: &str) -> ([f64; READ.len()], bool) {
        let reading = self.run(comment);
        let mut values = reading.parts.iter().filter_map(|part| value(part.mass));
        let first = values.next().unwrap_or_default();
        let last = values.next_back().unwrap_or(first);
        let good = reading.emotions.iter().filter(|e| e.emotion <= Emotion::Valued).count();
        let [good, bad] = [good, reading.emotions.len() - good].map(|count| count.min(3) as f64);
        let whole = value(reading.mass);
        let told = whole.is_some() || !reading.emotions.is_empty();
        ([whole.unwrap_or_default(), strength(reading.mass), first, last, good, bad], told)
    }
}

/// Stems as numbers from 1 on, and by the lexer's slots.
#[derive(Debug, Clone, Default)]
struct Stems {
    numbers: HashMap<Box<str>, u32>,
    /// 0 for what is no feature, `None` for a slot not yet met.
    slots: Vec<Option<u32>>,
    generation: u32,
}

/// What a stem that is not known gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// The next number.
    Numbered,
    /// None: it is no feature.
    Ignored,
}

impl Stems {
    fn number(&mut self, stem: &str, unknown: Unknown) -> u32 {
        if let Some(number) = self.numbers.get(stem) {
            return *number;
        }
        if unknown == Unknown::Ignored {
            return 0;
        }
        let number = self.numbers.len() as u32 + 1;
        self.numbers.insert(stem.into(), number);
        number
    }

    /// The distinct features of the comment that was read last, ascending: a stem, or two neighbours, the first in
    /// the upper half.
    fn features(
        &mut self,
        lexer: &Lexer,
        tokens: &[Token],
        unknown: Unknown,
        features: &mut Vec<u64>,
    ) {
        if lexer.generation() != self.generation {
            self.generation = lexer.generation();
            self.slots.clear();
        }
        self.slots.resize(lexer.words(), None);
        features.clear();
        let mut before = 0;
        for token in tokens {
            let slot = token.slot as usize;
            let number = self.slots.get(slot).copied().flatten().unwrap_or_else(|| {
                let word = lexer.word(token.slot);
                let number = if is_feature(word) { self.number(word.stem(), unknown) } else { 0 };
                if let Some(known) = self.slots.get_mut(slot) {
                    *known = Some(number);
                }
                number
            });
            if number != 0 {
                features.push(number.into());
                if before != 0 {
                    features.push(pair(before, number));
                }
            }
            before = number;
        }
        features.sort_unstable();
        features.dedup();
    }
}

fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// Whether a word's stem is a feature.
fn is_feature(word: &Word) -> bool {
    match word.kind() {
        Kind::Word | Kind::Hashtag | Kind::Emoji | Kind::Emoticon | Kind::Gram => true,
        Kind::Punctuation => matches!(word.folded(), "!" | "?" | "?!"),
        _ => false,
    }
}

/// What a word in `count` of `comments` is worth.
fn worth(count: u32, comments: u64) -> f64 {
    1.0 + libm::log((1.0 + comments as f64) / (1.0 + f64::from(count)))
}

/// The features of the comments that are learned from.
struct Collector {
    sentiment: Sentiment,
    stems: Stems,
    rows: Vec<(Vec<u64>, [f64; READ.len()])>,
}

/// The features that are kept, in the order of their names.
struct Vocabulary {
    names: Vec<String>,
    counts: Vec<u32>,
    /// Column and worth.
    cells: HashMap<u64, (u32, f64)>,
}

impl Collector {
    fn new(options: &SentimentOptions) -> Result<Self> {
        let sentiment = Sentiment::new(options.clone())?;
        Ok(Self { sentiment, stems: Stems::default(), rows: Vec::new() })
    }

    fn read(&mut self, comment: &str) {
        let (read, _) = self.sentiment.summary(comment);
        let mut features = Vec::new();
        let Sentiment { lexer, tokens, .. } = &self.sentiment;
        self.stems.features(lexer, tokens, Unknown::Numbered, &mut features);
        self.rows.push((features, read));
    }

    fn vocabulary(&self) -> Vocabulary {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for feature in self.rows.iter().flat_map(|(features, _)| features) {
            *counts.entry(*feature).or_default() += 1;
        }
        let mut stems = vec![""; self.stems.numbers.len() + 1];
        for (stem, number) in &self.stems.numbers {
            if let Some(place) = stems.get_mut(*number as usize) {
                *place = stem;
            }
        }
        let stem = |number: u64| stems.get(number as usize).copied().unwrap_or_default();
        let name = |feature: u64| match feature >> 32 {
            0 => stem(feature).to_owned(),
            first => format!("{} {}", stem(first), stem(feature & 0xffff_ffff)),
        };
        let mut kept: Vec<(u32, String, u64)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= LEAST)
            .map(|(feature, count)| (count, name(feature), feature))
            .collect();
        if kept.len() > MOST {
            sort_by(&mut kept, |a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            kept.truncate(MOST);
        }
        sort_by(&mut kept, |a, b| a.1.cmp(&b.1));
        let comments = self.rows.len() as u64;
        let mut vocabulary = Vocabulary {
            names: Vec::new(),
            counts: Vec::new(),
            cells: HashMap::with_capacity(kept.len()),
        };
        for (place, (count, name, feature)) in (READ.len() as u32..).zip(kept) {
            vocabulary.cells.insert(feature, (place, worth(count, comments)));
            vocabulary.names.push(name);
            vocabulary.counts.push(count);
        }
        vocabulary
    }
}

impl Vocabulary {
    fn cell(&self, feature: u64) -> Option<(u32, f64)> {
        self.cells.get(&feature).copied()
    }
}

/// What ratings have taught about words; made by [`SentimentFit`].
///
/// It holds stems of words and pairs of stems that occur in at least two comments, with how often they occur: no
/// comment, no id.
///
/// ```
/// use heedful::{Scale, SentimentFit, SentimentModel, SentimentOptions};
///
/// let comments = ["engineer came at once", "engineer never came", "ok"];
/// let rows = (0..60).map(|row| Some(comments[row % 3])).collect();
/// let ratings: Vec<_> = (0..60).map(|row| Some([10.0, 0.0, 6.0][row % 3])).collect();
/// let model = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10")?).run(&rows, &ratings)?;
/// assert_eq!((model.comments(), model.scale().max()), (60, 10.0));
/// let words = model.top_words(2).to_string();
/// let words: Vec<_> = words.lines().skip(1).filter_map(|line| line.split("  ").next()).collect();
/// assert_eq!(words, ["engin never", "never", "onc", "engin came"]); // low ratings, then high ones
/// let stored = SentimentModel::from_bytes(&model.to_bytes())?;
/// assert_eq!(stored, model);
/// assert!(stored.reader()?.value("The engineer never came") < Some(-0.5));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SentimentModel(Arc<Stored>);

#[derive(Debug, PartialEq, Serialize)]
struct Stored {
    version: u32,
    sentiment: SentimentOptions,
    scale: Scale,
    comments: u64,
    bias: f64,
    read: Vec<f64>,
    /// A stem or two, in how many comments, and the weight.
    words: Vec<(String, u32, f64)>,
}

impl SentimentModel {
    /// How many rated comments it has learned from.
    #[must_use]
    pub fn comments(&self) -> u64 {
        self.0.comments
    }

    /// The scale of the ratings.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.0.scale
    }

    /// A reader that predicts; it remembers words, so it is for one thread.
    ///
    /// # Errors
    /// None for a model that was fitted; `invalid-argument` for a stored one whose options do not hold.
    pub fn reader(&self) -> Result<SentimentReader> {
        let mut stems = Stems::default();
        let mut weights = HashMap::with_capacity(self.0.words.len());
        for (name, count, weight) in &self.0.words {
            let feature = match name.split_once(' ') {
                None => stems.number(name, Unknown::Numbered).into(),
                Some((first, second)) => pair(
                    stems.number(first, Unknown::Numbered),
                    stems.number(second, Unknown::Numbered),
                ),
            };
            weights.insert(feature, (worth(*count, self.0.comments), *weight));
        }
        Ok(SentimentReader {
            sentiment: Sentiment::new(self.0.sentiment.clone())?,
            model: self.clone(),
            stems,
            weights,
            features: Vec::new(),
        })
    }

    /// What it has learned: the `most` words and pairs that speak most for a low rating, lowest first, then
    /// those for a high one, highest first. Columns: `word` (stems), `weight` (before comments are brought to
    /// length 1: a word's weight times what its rarity is worth), `comments` that have it.
    #[must_use]
    pub fn top_words(&self, most: usize) -> Table {
        let mut words: Vec<(&str, u32, f64)> = self
            .0
            .words
            .iter()
            .map(|(name, count, weight)| {
                (name.as_str(), *count, weight * worth(*count, self.0.comments))
            })
            .collect();
        sort_by(&mut words, |a, b| a.2.total_cmp(&b.2)); // stable: by name where equal
        let low = words.iter().filter(|word| word.2 < 0.0).take(most);
        let high = words.iter().rev().filter(|word| word.2 > 0.0).take(most);
        let top: Vec<_> = low.chain(high).collect();
        let mut table = Table::new();
        table.texts("word", top.iter().map(|word| Some(word.0)));
        table.floats("weight", top.iter().map(|word| Some(word.2)));
        table.ints("comments", top.iter().map(|word| Some(word.1.into())));
        table
    }

    /// The model as JSON in bytes, read by [`from_bytes`](Self::from_bytes) of this and every later version.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        config::to_json(&*self.0).into_bytes()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// `encoding`, `json`, `invalid-config` with the path; `state-version` for a version that is not known.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorCode::Encoding, "the bytes are not text in UTF-8"))?;
        state::check_version(&Json::parse(text)?, VERSION)?;
        Ok(Self(Arc::new(config::read(text)?)))
    }
}

/// Predicts ratings from comments with a [`SentimentModel`].
///
/// ```
/// use heedful::{Scale, SentimentFit, SentimentOptions};
///
/// let comments = ["engineer came at once", "engineer never came", "ok"];
/// let rows = (0..60).map(|row| Some(comments[row % 3])).collect();
/// let ratings: Vec<_> = (0..60).map(|row| Some([10.0, 0.0, 6.0][row % 3])).collect();
/// let mut reader = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10")?)
///     .run(&rows, &ratings)?
///     .reader()?;
/// assert!(reader.value("The engineer never came!") < Some(-0.8));
/// assert_eq!(reader.values(&[Some("parcel 17"), None].into_iter().collect()), [None, None]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SentimentReader {
    sentiment: Sentiment,
    model: SentimentModel,
    stems: Stems,
    /// Worth and weight of each feature.
    weights: HashMap<u64, (f64, f64)>,
    features: Vec<u64>,
}

impl SentimentReader {
    /// The rating that the comment speaks for, -1 for the scale's lowest and 1 for its highest; `None` where nothing in
    /// the comment was met in learning or is known to carry feeling.
    pub fn value(&mut self, comment: &str) -> Option<f64> {
        let (expected, known) = self.predict(comment);
        known.then_some(expected)
    }

    /// The values of many comments; `None` for a missing one too.
    pub fn values(&mut self, comments: &Texts) -> Vec<Option<f64>> {
        comments.iter().map(|comment| self.value(comment?)).collect()
    }

    /// As [`value`](Self::value), and for a comment that says nothing the mean of those learned from.
    fn expected(&mut self, comment: &str) -> f64 {
        self.predict(comment).0
    }

    fn predict(&mut self, comment: &str) -> (f64, bool) {
        let (read, told) = self.sentiment.summary(comment);
        let Sentiment { lexer, tokens, .. } = &self.sentiment;
        self.stems.features(lexer, tokens, Unknown::Ignored, &mut self.features);
        let (mut sum, mut square) = (0.0, 0.0);
        for (worth, weight) in self.features.iter().filter_map(|feature| self.weights.get(feature))
        {
            sum += worth * weight;
            square += worth * worth;
        }
        let model = &self.model.0;
        let known = square > 0.0;
        let words = if known { sum / libm::sqrt(square) } else { 0.0 };
        let read: f64 = read.iter().zip(&model.read).map(|(value, weight)| value * weight).sum();
        ((model.bias + read + words).clamp(-1.0, 1.0), known || told)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "read")]
    use std::path::Path;

    use super::*;
    #[cfg(feature = "read")]
    use crate::text::Language;
    #[cfg(feature = "read")]
    use crate::{Column, CsvOptions, Metric};

    /// The area under the curve: how often a promoter's comment is predicted above a detractor's.
    fn auc(predicted: &[Option<f64>], ratings: &[Option<f64>]) -> f64 {
        let pick = |keep: fn(f64) -> bool| -> Vec<f64> {
            let rows = predicted.iter().zip(ratings);
            rows.filter(|(_, r)| r.is_some_and(keep)).filter_map(|(p, _)| *p).collect()
        };
        let (low, high) = (pick(|r| r <= 6.0), pick(|r| r >= 9.0));
        let wins: f64 = high
            .iter()
            .flat_map(|h| {
                low.iter().map(move |l| {
                    if h > l {
                        1.0
                    } else if h < l {
                        0.0
                    } else {
                        0.5
                    }
                })
            })
            .sum();
        wins / (low.len() * high.len()) as f64
    }

    /// TF-IDF with logistic regression (scikit-learn 1.9.1, best of the ways tried in `benches/sentiment.py`)
    /// reaches 0.9601 in English and 0.7884 in French, folds as here.
    #[cfg(feature = "read")]
    #[test]
    fn predicts_promoters_from_comments_never_seen() {
        let cases = [
            ("nps_broadband", "NPS_SCORE", "text", Language::English, 0.965),
            ("nps_retail_fr", "nps", "explication", Language::French, 0.795),
        ];
        for (folder, rating, comment, language, least) in cases {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../../../shared/data/{folder}/responses.csv"));
            if !path.exists() {
                eprintln!("skipped: no {}", path.display());
                return;
            }
            let read = CsvOptions::new()
                .rating(rating)
                .metric(Metric::nps())
                .comment(comment)
                .read_path(&path);
            let responses = read.unwrap().responses;
            let Column::Text(comments) = responses.require(comment).unwrap() else {
                panic!("comments are texts")
            };
            let ratings = responses.require(rating).unwrap();
            let ratings: Vec<_> =
                (0..comments.len()).map(|row| ratings.float(row).unwrap()).collect();
            let fit =
                SentimentFit::new(SentimentOptions::new(language), Scale::preset("0-10").unwrap());
            let held = fit.cross_validate(comments, &ratings, 5).unwrap();
            let found = auc(&held.predicted, &ratings);
            eprintln!("{folder}: n {}, auc {found:.4}, r {:?}", held.n, held.correlation);
            assert!(found >= least, "{folder}: {found}");
        }
    }

    fn learned() -> (Texts, Vec<Option<f64>>, SentimentModel) {
        let said = [
            ("brilliant engineer!", 10.0),
            ("engineer never came", 1.0),
            ("it was ok", 7.0),
            ("does not work", 0.0),
            ("works well", 9.0),
        ];
        let rows = (0..200).map(|row| said[row % said.len()]);
        let ratings: Vec<_> = rows.clone().map(|(_, rating)| Some(rating)).collect();
        let comments: Texts = rows.map(|(comment, _)| Some(comment)).collect();
        let fit = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10").unwrap());
        let model = fit.run(&comments, &ratings).unwrap();
        (comments, ratings, model)
    }

    #[test]
    fn learns_words_and_pairs_and_stores_them() {
        let (comments, ratings, model) = learned();
        let mut reader = model.reader().unwrap();
        assert!(reader.value("the engineer NEVER came") < Some(-0.5));
        assert!(reader.value("Brilliant") > Some(0.3));
        assert_eq!(reader.value("zzz"), None);
        let table = model.top_words(20).to_string();
        assert!(table.contains("not work") && table.contains("brilliant"), "{table}");

        let bytes = model.to_bytes();
        let again = SentimentModel::from_bytes(&bytes).unwrap();
        assert_eq!(again, model);
        let mut other = again.reader().unwrap();
        assert_eq!(other.values(&comments), reader.values(&comments));
        let newer = String::from_utf8(bytes).unwrap().replacen("\"version\":1", "\"version\":2", 1);
        let code = SentimentModel::from_bytes(newer.as_bytes()).unwrap_err().code();
        assert_eq!(code, ErrorCode::StateVersion);

        // The order of rows does not matter.
        let fit = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10").unwrap());
        let back: Texts = (0..comments.len()).rev().map(|row| comments.get(row)).collect();
        let reversed: Vec<_> = ratings.iter().rev().copied().collect();
        let mut other = fit.run(&back, &reversed).unwrap().reader().unwrap();
        let (a, b) = (reader.value("it works").unwrap(), other.value("it works").unwrap());
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }

    #[test]
    fn repeated_comments_are_not_on_both_sides() {
        // Every text twice, with ratings that only memory could know.
        let comments: Texts =
            (0..200).map(|row| Some(format!("wordnumber{} x{}", row / 2, row / 2))).collect();
        let ratings: Vec<_> =
            (0..200).map(|row| Some(if row / 2 % 2 == 0 { 0.0 } else { 10.0 })).collect();
        let fit = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10").unwrap());
        let held = fit.cross_validate(&comments, &ratings, 5).unwrap();
        assert!(auc(&held.predicted, &ratings) < 0.6);
    }

    #[test]
    fn refuses_what_it_cannot_learn_from() {
        let fit = SentimentFit::new(SentimentOptions::default(), Scale::preset("0-10").unwrap());
        let comments: Texts = vec![Some("good"); 30].into_iter().collect();
        let code = |fit: &SentimentFit, ratings: &[Option<f64>]| {
            fit.run(&comments, ratings).unwrap_err().code()
        };
        assert_eq!(code(&fit, &[Some(1.0)]), ErrorCode::LengthMismatch);
        assert_eq!(code(&fit, &[None; 30]), ErrorCode::TooFew);
        assert_eq!(code(&fit, &[Some(11.0); 30]), ErrorCode::RatingOutOfRange);
        assert_eq!(
            code(&fit.clone().penalty(f64::NAN), &[Some(1.0); 30]),
            ErrorCode::InvalidArgument
        );
        // All alike: the mean is all there is to learn.
        let model = fit.run(&comments, &[Some(10.0); 30]).unwrap();
        assert!(model.reader().unwrap().value("good").is_some_and(|v| (v - 1.0).abs() < 1e-6));
    }
}
