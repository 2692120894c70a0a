//! Sentiment and emotions of comments, by words and rules.

use hashbrown::HashMap;
use serde::Serialize;

use super::emotion::{Emotion, EmotionMention};
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::number::Shown;
use crate::base::sorted::SortedMap;
use crate::base::table::{Data, Table};
use crate::listen::column::Texts;
use crate::text::trie::{Found, Search, settle};
use crate::text::{Kind, Language, Lexer, Token, Word};

mod fit;
mod lexicon;
mod phrase;
mod ridge;
mod rules;
#[cfg(test)]
mod tests;

pub use fit::{HeldOut, SentimentFit, SentimentModel, SentimentReader};
use lexicon::{Entry, Lexicon};
use phrase::Phrases;
use rules::{Grammar, Mark, Mass, Mood, Reading, Sense};

/// Half of what a value is measured against: a sum of √20 over √n words is a value of 0.71.
const SPREAD: f64 = 20.0;
/// Values nearer to 0 are neutral.
const NEUTRAL: f64 = 0.1;
/// Values further from 0 are very negative or very positive.
const VERY: f64 = 0.5;
/// A comment is mixed where its lesser side has at least this much, on the lexicon's scale of 4, ...
const MIXED_LEAST: f32 = 1.0;
/// ... and this share of the greater side.
const MIXED_SHARE: f32 = 0.5;

/// Reads how customers feel from what they wrote, by words and rules: no training, no model.
///
/// Values are those of VADER's English list (C. J. Hutto and E. Gilbert, "VADER: a parsimonious rule-based model
/// for sentiment analysis of social media text", ICWSM 2014) and lists of our own, in English, German, French
/// and Spanish: what is said in reviews and surveys ("easy to use", "stopped working"), written by hand, not
/// fitted to any ratings. In other languages emoji and emoticons speak alone.
///
/// Words act on each other within a clause: negations turn up to three words after them ("no problems" is good
/// news; in German and French also the word before, "gefällt mir nicht"), intensifiers and capitals strengthen,
/// "less" turns in part. What follows "but" outweighs what came before it; questions, conditions and what is
/// asked for count less or against ("would be nice if it were faster").
///
/// The value of a comment or clause is x / √(x² + 20), where x is the sum of its n words' values (each -4 to 4)
/// over √n.
///
/// An analyser remembers the words that it has seen; it is for one thread, and a clone for another.
///
/// ```
/// use heedful::{Feeling, FeelingBand, Sentiment, SentimentOptions};
///
/// let mut sentiment = Sentiment::new(SentimentOptions::default())?;
/// let comment = "The food was great, but the service was terribly slow.";
/// let feeling = sentiment.read(comment);
/// assert!(feeling.mixed);
/// let service = comment.find("service").unwrap();
/// assert!(feeling.around(service, service + 7) < Some(0.0));
/// assert_eq!(sentiment.read("No problems.").band, Some(FeelingBand::Positive));
/// assert_eq!(sentiment.read("Parcel 17").value, None);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sentiment {
    options: SentimentOptions,
    lexer: Lexer,
    tokens: Vec<Token>,
    analyser: Analyser,
}

/// What reads tokens, those of one lexer.
#[derive(Debug, Clone)]
struct Analyser {
    language: Language,
    lexicon: &'static Lexicon,
    own: HashMap<Box<str>, Entry>,
    phrases: Phrases,
    search: Search,
    found: Vec<Found>,
    /// By the lexer's slots.
    known: Vec<Option<Sense>>,
    generation: u32,
    reading: Reading,
}

/// How [`Sentiment`] reads.
///
/// Quick advice: the language of the comments, and nothing else; add words that mean something in your business.
///
/// ```
/// use heedful::{Sentiment, SentimentOptions};
/// use heedful::text::Language;
///
/// let options = SentimentOptions::new(Language::English).word("buffering", -0.6).word("sick beats", 0.7);
/// assert_eq!(options, SentimentOptions::from_json(r#"{"words": {"buffering": -0.6, "sick beats": 0.7}}"#)?);
/// assert!(Sentiment::new(options)?.read("Buffering again").value < Some(0.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SentimentOptions {
    /// Of the comments.
    #[serde(default)]
    language: Language,
    /// Values of words and phrases, -1 to 1, before those of the lists; 0 makes a word neutral.
    #[serde(default)]
    words: SortedMap<String, f64>,
}

options!(SentimentOptions, takes [language, words], from Self::default());

impl SentimentOptions {
    /// For comments in a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language, ..Self::default() }
    }

    /// Gives a word or phrase a value from -1 to 1, whatever the lists say; 0 makes it neutral. Words are
    /// compared in lower case, phrases by the stems of their words.
    #[must_use]
    pub fn word(mut self, word: impl Into<String>, value: f64) -> Self {
        self.words.insert(word.into(), value);
        self
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// `json`, `invalid-config`, with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

config::written!(SentimentOptions, r#"{"language": "pt-BR", "words": {"lag": -0.5}}"#);

/// What a comment says about how its writer feels.
///
/// ```
/// use heedful::{FeelingBand, Sentiment, SentimentOptions};
///
/// let mut sentiment = Sentiment::new(SentimentOptions::default())?;
/// let comment = "The room was lovely, but the waiter was rude.";
/// let feeling = sentiment.read(comment);
/// assert!(feeling.mixed && feeling.strength > 0.5);
/// assert_eq!(feeling.band, feeling.value.map(FeelingBand::of));
/// let waiter = comment.find("waiter").unwrap_or_default();
/// assert_eq!(feeling.around(waiter, waiter + 6), feeling.clauses[1].value);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Feeling {
    /// From -1 to 1; `None` where no word or sign of the comment is known to carry feeling. That is not the
    /// same as 0, which stands for good and bad in balance: count it as neutral only where that is meant.
    pub value: Option<f64>,
    /// How much feeling there is, good and bad together, 0 to 1; 0 where `value` is `None`.
    pub strength: f64,
    /// The value in words; `None` where `value` is.
    pub band: Option<FeelingBand>,
    /// Good and bad are both there, neither less than half of the other.
    pub mixed: bool,
    /// The clauses in order: "food great, service slow" are two.
    pub clauses: Vec<FeelingClause>,
    /// Emotions in order of their mention.
    pub emotions: Vec<EmotionMention>,
}

/// The value of a comment in words.
///
/// ```
/// use heedful::FeelingBand;
///
/// let bands = [-0.5, -0.1, 0.0, 0.4, 0.9].map(|value| FeelingBand::of(value).as_str());
/// assert_eq!(bands, ["very_negative", "negative", "neutral", "positive", "very_positive"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeelingBand {
    /// -0.5 or less.
    VeryNegative,
    /// -0.1 or less.
    Negative,
    /// Between -0.1 and 0.1.
    Neutral,
    /// 0.1 or more.
    Positive,
    /// 0.5 or more.
    VeryPositive,
}

impl FeelingBand {
    /// The band of a value from -1 to 1; a value beyond belongs to the band at that end.
    #[must_use]
    pub fn of(value: f64) -> Self {
        match value {
            v if v <= -VERY => Self::VeryNegative,
            v if v <= -NEUTRAL => Self::Negative,
            v if v >= VERY => Self::VeryPositive,
            v if v >= NEUTRAL => Self::Positive,
            _ => Self::Neutral,
        }
    }

    /// The name in JSON and tables, for example `very_negative`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VeryNegative => "very_negative",
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
            Self::VeryPositive => "very_positive",
        }
    }
}

/// A part of a comment that says one thing.
///
/// ```
/// use heedful::{Sentiment, SentimentOptions};
///
/// let mut sentiment = Sentiment::new(SentimentOptions::default())?;
/// let comment = "Cheap parts, but they broke at once. When do you refund?";
/// let clauses = sentiment.read(comment).clauses;
/// let texts: Vec<_> = clauses.iter().filter_map(|clause| comment.get(clause.start..clause.end)).collect();
/// assert_eq!(texts, ["Cheap parts", "but they broke at once", "When do you refund"]);
/// assert_eq!(clauses.iter().map(|clause| clause.sentence).collect::<Vec<_>>(), [0, 0, 1]);
/// assert!(clauses[1].contrast && clauses[1].value < Some(0.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct FeelingClause {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// From -1 to 1; `None` where no word of it is known to carry feeling.
    pub value: Option<f64>,
    /// Good and bad together, 0 to 1.
    pub strength: f64,
    /// Whether it says, asks, or asks for something.
    pub mood: ClauseMood,
    /// The number of its sentence, from 0.
    pub sentence: u32,
    /// It is set against another clause ("but", "although").
    pub contrast: bool,
    #[serde(skip)]
    mass: (f32, f32, u32),
    /// The nearest clauses before and after that speak for it where it is silent.
    #[serde(skip)]
    before: Option<u32>,
    #[serde(skip)]
    after: Option<u32>,
}

/// What a clause does.
///
/// ```
/// use heedful::{ClauseMood, Sentiment, SentimentOptions};
///
/// let mut sentiment = Sentiment::new(SentimentOptions::default())?;
/// let clauses = sentiment.read("Parcel came. Where is the invoice? Please add a dark mode.").clauses;
/// let moods: Vec<_> = clauses.iter().map(|clause| clause.mood).collect();
/// assert_eq!(moods, [ClauseMood::Statement, ClauseMood::Question, ClauseMood::Request]);
/// assert_eq!(moods[2].as_str(), "request");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // a later version may tell more apart
pub enum ClauseMood {
    /// It states.
    Statement,
    /// It ends with a question mark.
    Question,
    /// It asks for something that is not there: "please add", "would be nice if".
    Request,
}

impl Feeling {
    /// What is felt about what stands at the bytes from `start` to `end`: the value of the clauses that the span
    /// touches. Where those carry no feeling, that of the nearest clause of the same sentence which does and is
    /// not set against them, the next before the one before ("the staff, all of them, were great"). `None` where
    /// there is none.
    #[must_use]
    pub fn around(&self, start: usize, end: usize) -> Option<f64> {
        // Clauses lie one after the other.
        let from = self.clauses.partition_point(|clause| clause.end <= start);
        let rest = self.clauses.get(from..).unwrap_or_default();
        let to = rest.partition_point(|clause| clause.start < end.max(start + 1));
        let touched = rest.get(..to).unwrap_or_default();
        let mut mass = Mass::default();
        for clause in touched {
            let (good, bad, count) = clause.mass;
            mass.merge(Mass { good, bad, count }, 1.0);
        }
        if mass.count > 0 {
            return value(mass);
        }
        let (first, last) = (touched.first()?, touched.last()?);
        let value_of = |place: Option<u32>| self.clauses.get(place? as usize)?.value;
        let after = value_of(last.after).filter(|_| first.sentence == last.sentence);
        after.or_else(|| value_of(first.before))
    }
}

/// Notes for each clause the nearest ones that speak for it where it is silent.
fn link(clauses: &mut [FeelingClause]) {
    let mut before: Option<(u32, Option<u32>)> = None;
    for (place, clause) in (0..).zip(&mut *clauses) {
        // A clause that is set against the one before it is not spoken for by that.
        let near = before.filter(|(sentence, _)| *sentence == clause.sentence);
        clause.before = near.and_then(|near| near.1).filter(|_| !clause.contrast);
        let speaks = if clause.value.is_some() { Some(place) } else { clause.before };
        before = Some((clause.sentence, speaks));
    }
    let mut after: Option<(u32, Option<u32>)> = None;
    for (place, clause) in clauses.iter_mut().enumerate().rev() {
        clause.after =
            after.filter(|(sentence, _)| *sentence == clause.sentence).and_then(|near| near.1);
        let speaks = if clause.value.is_some() { Some(place as u32) } else { clause.after };
        after = Some((clause.sentence, speaks.filter(|_| !clause.contrast)));
    }
}

/// The feelings of many comments.
///
/// ```
/// use heedful::{Sentiment, SentimentOptions};
///
/// let comments = [Some("I am furious: the worst service"), None, Some("Thank you, great team!")];
/// let mut sentiment = Sentiment::new(SentimentOptions::default())?;
/// let feelings = sentiment.read_all(&comments.into_iter().collect());
/// assert!(feelings.rows[0].as_ref().and_then(|feeling| feeling.value) < Some(0.0));
/// assert_eq!((feelings.to_table().len(), feelings.rows[1].as_ref()), (3, None));
/// assert_eq!(feelings.clauses_to_table().len(), 4);
/// let emotions = feelings.emotions_to_table().to_string();
/// assert_eq!(emotions.lines().nth(1).and_then(|line| line.split_whitespace().nth(1)), Some("angry"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Feelings {
    /// One for each row; `None` for a missing comment.
    pub rows: Vec<Option<Feeling>>,
}

impl Feelings {
    /// One row for each comment: `value`, `strength`, `band`, `mixed`, and `emotion`, the strongest that is
    /// named, the first of equals. All are missing where there is no comment.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter().map(Option::as_ref);
        table.floats("value", rows().map(|row| row?.value));
        table.floats("strength", rows().map(|row| Some(row?.strength)));
        table.texts("band", rows().map(|row| Some(row?.band?.as_str())));
        table.push("mixed", Data::Bool(rows().map(|row| Some(row?.mixed)).collect()));
        table.texts("emotion", rows().map(|row| Some(strongest(&row?.emotions)?.as_str())));
        table
    }

    /// One row for each clause: `row`, `start` and `end` (bytes), `value`, `strength`, `mood`, `sentence`
    /// (its number, from 0), `contrast` (whether it is set against another).
    #[must_use]
    pub fn clauses_to_table(&self) -> Table {
        let mut table = Table::new();
        let clauses = || {
            self.numbered().flat_map(|(row, feeling)| feeling.clauses.iter().map(move |c| (row, c)))
        };
        table.ints("row", clauses().map(|(row, _)| Some(row)));
        table.ints("start", clauses().map(|(_, c)| Some(c.start as u64)));
        table.ints("end", clauses().map(|(_, c)| Some(c.end as u64)));
        table.floats("value", clauses().map(|(_, c)| c.value));
        table.floats("strength", clauses().map(|(_, c)| Some(c.strength)));
        table.texts("mood", clauses().map(|(_, c)| Some(c.mood.as_str())));
        table.ints("sentence", clauses().map(|(_, c)| Some(c.sentence.into())));
        table.bools("contrast", clauses().map(|(_, c)| Some(c.contrast)));
        table
    }

    /// One row for each mention of an emotion: `row`, `emotion`, `intensity`, `start` and `end` (bytes).
    #[must_use]
    pub fn emotions_to_table(&self) -> Table {
        let mut table = Table::new();
        let all = || {
            self.numbered()
                .flat_map(|(row, feeling)| feeling.emotions.iter().map(move |e| (row, e)))
        };
        table.ints("row", all().map(|(row, _)| Some(row)));
        table.texts("emotion", all().map(|(_, e)| Some(e.emotion.as_str())));
        table.floats("intensity", all().map(|(_, e)| Some(e.intensity)));
        table.ints("start", all().map(|(_, e)| Some(e.start as u64)));
        table.ints("end", all().map(|(_, e)| Some(e.end as u64)));
        table
    }

    fn numbered(&self) -> impl Iterator<Item = (u64, &Feeling)> {
        (0..).zip(&self.rows).filter_map(|(row, feeling)| Some((row, feeling.as_ref()?)))
    }
}

impl ClauseMood {
    /// The name in JSON and tables, for example `request`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Question => "question",
            Self::Request => "request",
        }
    }
}

fn strongest(emotions: &[EmotionMention]) -> Option<Emotion> {
    let first = emotions.first()?;
    let best = emotions
        .iter()
        .fold(first, |best, next| if next.intensity > best.intensity { next } else { best });
    Some(best.emotion)
}

impl Sentiment {
    /// An analyser.
    ///
    /// # Errors
    /// `invalid-argument` with the path `words` where a word's value is not from -1 to 1.
    pub fn new(options: SentimentOptions) -> Result<Self> {
        let language = options.language;
        let lexicon = Lexicon::of(language);
        let mut own = HashMap::new();
        let mut phrases = Vec::new();
        for (word, value) in &options.words {
            if !(-1.0..=1.0).contains(value) {
                let message =
                    format!("a word's value must lie from -1 to 1, not at {}", Shown(*value));
                return Err(Error::new(ErrorCode::InvalidArgument, message).at("words"));
            }
            let entry = Entry::valued((value * 4.0) as f32);
            let folded = word.to_lowercase();
            if folded.split_whitespace().nth(1).is_some() {
                phrases.push((folded, entry));
            } else {
                own.insert(folded.into_boxed_str(), entry);
            }
        }
        let given = phrases.iter().map(|(phrase, entry)| (phrase.as_str(), *entry));
        let analyser = Analyser {
            language,
            lexicon,
            own,
            phrases: Phrases::compile(language, lexicon, given),
            search: Search::default(),
            found: Vec::new(),
            known: Vec::new(),
            generation: 0,
            reading: Reading::default(),
        };
        Ok(Self { options, lexer: Lexer::new(language), tokens: Vec::new(), analyser })
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &SentimentOptions {
        &self.options
    }

    /// What a comment says.
    pub fn read(&mut self, comment: &str) -> Feeling {
        self.run(comment).feeling()
    }

    /// What a comment says of which another lexer, always the same, has just read the tokens.
    pub(super) fn read_tokens(&mut self, lexer: &Lexer, tokens: &[Token]) -> Feeling {
        self.analyser.run(lexer, tokens).feeling()
    }

    /// The value of a comment alone, as [`read`](Self::read) gives it.
    pub fn value(&mut self, comment: &str) -> Option<f64> {
        value(self.run(comment).mass)
    }

    /// What many comments say.
    ///
    /// ```
    /// use heedful::{Sentiment, SentimentOptions};
    ///
    /// let comments = [Some("Superb support"), None, Some("Parcel 17")];
    /// let mut sentiment = Sentiment::new(SentimentOptions::default().word("superb", 1.0))?;
    /// let feelings = sentiment.read_all(&comments.into_iter().collect());
    /// let values: Vec<_> = feelings.rows.iter().map(|row| row.as_ref().and_then(|f| f.value)).collect();
    /// assert_eq!(values, [sentiment.value("Superb support"), None, None]);
    /// assert_eq!(sentiment.options(), &SentimentOptions::default().word("superb", 1.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn read_all(&mut self, comments: &Texts) -> Feelings {
        Feelings { rows: comments.iter().map(|comment| Some(self.read(comment?))).collect() }
    }

    fn run(&mut self, comment: &str) -> &Reading {
        self.lexer.read(comment, &mut self.tokens);
        self.analyser.run(&self.lexer, &self.tokens)
    }
}

impl Reading {
    fn feeling(&self) -> Feeling {
        let Self { parts, emotions, mass, .. } = self;
        let value = value(*mass);
        let (lesser, greater) = (mass.good.min(-mass.bad), mass.good.max(-mass.bad));
        let mut clauses: Vec<FeelingClause> = parts
            .iter()
            .map(|part| FeelingClause {
                start: part.start as usize,
                end: part.end as usize,
                value: self::value(part.mass),
                strength: strength(part.mass),
                mood: match part.mood {
                    Mood::Says => ClauseMood::Statement,
                    Mood::Asks => ClauseMood::Question,
                    Mood::Requests => ClauseMood::Request,
                },
                sentence: part.sentence,
                contrast: part.contrast,
                mass: (part.mass.good, part.mass.bad, part.mass.count),
                before: None,
                after: None,
            })
            .collect();
        link(&mut clauses);
        Feeling {
            value,
            strength: strength(*mass),
            band: value.map(FeelingBand::of),
            mixed: lesser >= MIXED_LEAST && lesser >= MIXED_SHARE * greater,
            clauses,
            emotions: emotions.clone(),
        }
    }
}

impl Analyser {
    fn run(&mut self, lexer: &Lexer, tokens: &[Token]) -> &Reading {
        if lexer.generation() != self.generation {
            self.known.clear();
            self.generation = lexer.generation();
        }
        self.reading.senses.clear();
        for token in tokens {
            let sense = match self.known.get(token.slot as usize) {
                Some(Some(sense)) => *sense,
                _ => self.learn(lexer.word(token.slot), token.slot),
            };
            self.reading.senses.push(sense);
        }
        self.phrases.trie.find(&mut self.search, lexer, tokens, &mut self.found);
        settle(&mut self.found);
        let grammar = Grammar {
            trails: matches!(self.language, Language::German | Language::French),
            concord: matches!(self.language, Language::French | Language::Spanish),
        };
        self.reading.run(tokens, &self.phrases, &self.found, grammar);
        &self.reading
    }

    /// Looks up what is known of a word that is met for the first time.
    #[cold]
    fn learn(&mut self, word: &Word, slot: u32) -> Sense {
        let mut sense = Sense { mark: mark(word), ..Sense::default() };
        let bangs = word.surface().bytes().filter(|byte| *byte == b'!').count();
        if sense.mark == Mark::Word {
            let found = self.own.get(word.folded()).copied();
            sense.entry = found
                .or_else(|| self.lexicon.look_up(word.folded(), word.is_elongated()))
                .unwrap_or_default();
            sense.letters = word.kind() == Kind::Word;
            sense.upper = sense.letters && word.is_upper();
        } else {
            sense.bangs = bangs.min(4) as u8;
        }
        let slot = slot as usize;
        if self.known.len() <= slot {
            self.known.resize(slot + 1, None);
        }
        if let Some(known) = self.known.get_mut(slot) {
            *known = Some(sense);
        }
        sense
    }
}

fn mark(word: &Word) -> Mark {
    match word.kind() {
        Kind::Punctuation if word.folded().contains('?') => Mark::Question,
        Kind::Punctuation if word.ends_sentence() => Mark::Stop,
        Kind::Punctuation => Mark::Comma,
        _ => Mark::Word,
    }
}

/// x / √(x² + 20) of the sum of values over the root of their number.
fn value(mass: Mass) -> Option<f64> {
    (mass.count > 0).then(|| squash(f64::from(mass.good + mass.bad), mass.count))
}

/// The same of the sum of all values as if they were good.
fn strength(mass: Mass) -> f64 {
    if mass.count == 0 { 0.0 } else { squash(f64::from(mass.good - mass.bad), mass.count) }
}

fn squash(sum: f64, count: u32) -> f64 {
    let x = sum / f64::from(count).sqrt();
    x / (x * x + SPREAD).sqrt()
}
