//! Words and phrases that rise against their own past: what nobody thought to watch.

use serde::Serialize;

use super::cadence::Cadence;
use super::detector::{AnomalyKind, Detector, Watcher};
use super::episode::{self, Episode};
use crate::base::config::{self, options, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::order::{sort_by, sort_by_key};
use crate::base::sorted::SortedSet;
use crate::base::table::Table;
use crate::interpret::mention::Mentions;
use crate::interpret::vocabulary::{Limits, Vocabulary};
use crate::listen::responses::Responses;
use crate::text::{Language, Redactor};

/// Looks for words and phrases that are written more often than their own past lets expect.
///
/// Each word and phrase is a share of all comments, watched as topics are, at one false-discovery rate. Those that
/// stand in the same comments are told as one.
///
/// ```
/// use heedful::{Column, Emerging, Every, Responses, TimeUnit};
/// # use heedful::{Clock, Times};
/// // Fifteen comments a day; on the last of sixty days a third of them speak of something new.
/// let (mut days, mut texts) = (Vec::new(), Vec::new());
/// for day in 0..60_i64 {
///     for i in 0..15 {
///         days.push((19_723 + day) * 86_400);
///         texts.push(Some(if day == 59 && i < 5 { "sales tax on the full price" } else { "good choice, kind staff" }));
///     }
/// }
/// # let at = Times { values: days.into(), validity: None, unit: TimeUnit::Second, clock: Clock::Wall };
/// let responses = Responses::new()
///     .with("day", Column::Time(at))?
///     .with("text", Column::texts(texts))?
///     .at("day")
///     .comment("text");
/// let found = Emerging::new(Every::Day).run(&responses)?;
/// assert!(found.terms[0].terms.iter().any(|term| term.contains("sales tax")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Emerging {
    /// The length of a period.
    every: Cadence,
    /// The false-discovery rate of each period: 0.01.
    #[serde(default = "percent")]
    fdr: f64,
    /// The first day that is judged, since 1970-01-01; the last 14 periods (of hours 84) where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<i32>,
    /// Of the comments.
    #[serde(default)]
    language: Language,
    /// Words in the longest phrase, 1 to 5.
    #[serde(default = "three")]
    words: usize,
    /// Comments in which a word or phrase stands at least, in all.
    #[serde(default = "five")]
    minimum_comments: u64,
    /// Words that are known already: a term that holds one of them is not looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<String>,
}

options!(
    Emerging,
    needs [every],
    takes [fdr, since, language, words, minimum_comments, known],
    from Self::new(Cadence::Day)
);
written!(Emerging, r#"{"every": "week", "fdr": 0.05}"#);

fn percent() -> f64 {
    0.01
}

fn three() -> usize {
    3
}

fn five() -> u64 {
    5
}

/// Periods that are judged where nothing else is asked for.
const RECENT: i32 = 14;
/// How closely the words of a phrase belong together.
const TOGETHER: f64 = 0.25;
/// Terms that share this much of the comments of the rarer one are one thing.
const SAME: f64 = 0.5;
/// Most terms that are watched: those in most comments.
const MOST: usize = 20_000;

/// Terms that rise together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct EmergingTerm {
    /// The strongest first.
    pub terms: Vec<String>,
    /// Of the strongest: comments with it, from its estimated start to its last alarm.
    pub episode: Episode,
    /// One of its comments, without addresses and numbers.
    pub comment: Option<String>,
}

/// What emerges, the strongest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct EmergingTerms {
    /// The length of a period.
    pub every: Cadence,
    /// How many words and phrases were watched.
    pub watched: usize,
    /// What was found.
    pub terms: Vec<EmergingTerm>,
}

impl Emerging {
    /// The last 14 periods, at a false-discovery rate of 1 %, in English.
    #[must_use]
    pub fn new(every: impl Into<Cadence>) -> Self {
        Self {
            every: every.into(),
            fdr: percent(),
            since: None,
            language: Language::default(),
            words: three(),
            minimum_comments: five(),
            known: Vec::new(),
        }
    }

    /// The first day that is judged, since 1970-01-01.
    #[must_use]
    pub fn since(mut self, day: i32) -> Self {
        self.since = Some(day);
        self
    }

    /// The language of the comments.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Words that are known already.
    #[must_use]
    pub fn known<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.known = words.into_iter().map(Into::into).collect();
        self
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Looks at the comments of all rows with a time.
    ///
    /// # Errors
    /// [`ErrorCode::MissingColumn`] and [`ErrorCode::ColumnType`] for columns; [`ErrorCode::InvalidArgument`] for
    /// settings out of range.
    pub fn run(&self, responses: &Responses) -> Result<EmergingTerms> {
        if !(1..=5).contains(&self.words) {
            let message = "a phrase has 1 to 5 words";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("words"));
        }
        let name = responses.roles().comment.as_deref();
        let column = responses.role("comment", name)?;
        let texts: Vec<String> = (0..responses.len())
            .map(|row| super::detector::comment(column, row).unwrap_or_default())
            .collect();
        let limits = Limits {
            language: self.language,
            words: self.words,
            comments: self.minimum_comments,
            npmi: TOGETHER,
        };
        let mentions = self.mentions(&Vocabulary::of(&texts, limits))?;
        let mut watcher =
            Watcher::new(self.every).share(true).fdr(self.fdr).language(self.language);
        if let Some(since) = self.since {
            watcher = watcher.since(since);
        }
        let mut detector = Detector::new(watcher)?;
        let recent = self.since.is_none().then(|| self.every.stretch(RECENT));
        let (found, periods) = detector.episodes(responses, &mentions, recent)?;
        let rising = found.anomalies.into_iter().filter(|a| a.kind == AnomalyKind::Count);
        let mut rising: Vec<(String, Episode)> =
            rising.filter_map(|a| Some((a.topic?, a.episode))).collect();
        sort_by(&mut rising, |a, b| {
            let strength = a.1.chance().total_cmp(&b.1.chance());
            strength.then_with(|| b.0.len().cmp(&a.0.len())).then_with(|| a.0.cmp(&b.0))
        });
        let rows = |term: &str, episode: &Episode| -> SortedSet<usize> {
            let Some(code) = mentions.code(term) else { return SortedSet::new() };
            let inside = |period: &Option<i32>| {
                period.is_some_and(|p| (episode.start..=episode.last).contains(&p))
            };
            let during = periods.iter().enumerate().filter(|(_, period)| inside(period));
            during.map(|(row, _)| row).filter(|row| mentions.row(*row).contains(&code)).collect()
        };
        let mut groups: Vec<(EmergingTerm, SortedSet<usize>)> = Vec::new();
        for (term, episode) in rising {
            let own = rows(&term, &episode);
            let same = groups.iter_mut().find(|(_, other)| {
                let common = own.iter().filter(|row| other.contains(*row)).count() as f64;
                common >= SAME * own.len().min(other.len()).max(1) as f64
            });
            match same {
                Some((group, _)) => group.terms.push(term),
                None => {
                    let group = EmergingTerm { terms: vec![term], episode, comment: None };
                    groups.push((group, own));
                }
            }
        }
        let mut redactor = Redactor::new([""; 0]);
        let terms = groups.into_iter().map(|(mut group, rows)| {
            let shown = rows.iter().filter_map(|row| texts.get(*row));
            group.comment =
                shown.max_by_key(|text| text.len().min(120)).map(|t| redactor.redact(t));
            group
        });
        Ok(EmergingTerms {
            every: self.every,
            watched: mentions.names().len(),
            terms: terms.collect(),
        })
    }

    /// The terms of each row that are not known already.
    fn mentions(&self, vocabulary: &Vocabulary) -> Result<Mentions> {
        let known: Vec<String> = self.known.iter().map(|word| word.to_lowercase()).collect();
        let mut order: Vec<usize> = (0..vocabulary.items.len()).collect();
        sort_by_key(&mut order, |at| {
            std::cmp::Reverse(vocabulary.items.get(*at).map_or(0, |item| item.comments))
        });
        let mut wanted = vec![false; vocabulary.items.len()];
        for at in order.into_iter().take(MOST) {
            let text = vocabulary.items.get(at).map_or("", |item| item.text.as_str());
            let is_known = text.split(' ').any(|word| known.iter().any(|other| other == word));
            if let Some(slot) = wanted.get_mut(at) {
                *slot = !is_known;
            }
        }
        let names = |row: &Vec<u32>| -> Vec<&str> {
            let kept = row.iter().filter(|at| wanted.get(**at as usize) == Some(&true));
            kept.filter_map(|at| vocabulary.items.get(*at as usize))
                .map(|item| item.text.as_str())
                .collect()
        };
        Mentions::from_lists(vocabulary.rows.iter().map(names))
    }
}

impl EmergingTerms {
    /// One row a group: `term` (the strongest), `terms` (all), the columns of an episode, `comment`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows = || self.terms.iter();
        let mut table = Table::new();
        table.texts("term", rows().map(|t| t.terms.first().cloned()));
        table.texts("terms", rows().map(|t| Some(t.terms.join(", "))));
        let episodes: Vec<Episode> = rows().map(|t| t.episode).collect();
        episode::columns(&mut table, self.every, &episodes);
        table.texts("comment", rows().map(|t| t.comment.clone()));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{Clock, Every, TimeUnit};
    use crate::listen::column::{Column, Times};
    use crate::stats::Random;

    fn comments(seed: u64, days: i64, new: bool) -> Responses {
        let mut random = Random::new(seed);
        let words = ["price", "staff", "delivery", "choice", "shop", "website", "parking", "queue"];
        let (mut at, mut texts) = (Vec::new(), Vec::new());
        for day in 0..days {
            for _ in 0..25 {
                let mut pick = || words[(random.uniform() * words.len() as f64) as usize];
                at.push((19_723 + day) * 86_400);
                texts.push(Some(format!("the {} and the {} were fine", pick(), pick())));
            }
            if new && day >= days - 2 {
                for _ in 0..4 {
                    at.push((19_723 + day) * 86_400);
                    texts
                        .push(Some("charged sales tax despite my coupon, mail a@b.org".to_owned()));
                }
            }
        }
        let at =
            Times { values: at.into(), validity: None, unit: TimeUnit::Second, clock: Clock::Wall };
        Responses::new()
            .with("at", Column::Time(at))
            .unwrap()
            .with("text", Column::texts(texts))
            .unwrap()
            .at("at")
            .comment("text")
    }

    #[test]
    fn new_words_are_one_thing_and_old_ones_are_silent() {
        let found = Emerging::new(Every::Day).run(&comments(1, 90, true)).unwrap();
        assert!(found.terms.len() <= 2, "{}", found.to_table());
        let first = &found.terms[0];
        assert!(first.terms.iter().any(|t| t.contains("sales tax")), "{first:?}");
        assert!(first.terms.iter().any(|t| t.contains("coupon")));
        assert_eq!(first.episode.start, 19_723 + 88);
        assert!(!first.comment.as_ref().unwrap().contains("b.org"));
        let known = Emerging::new(Every::Day)
            .known(["sales", "tax", "coupon", "charged", "mail", "despite"]);
        let rest = known.run(&comments(1, 90, true)).unwrap();
        assert!(rest.terms.iter().all(|t| !t.terms.iter().any(|t| t.contains("tax"))));
        let mut quiet = 0;
        for seed in 2..8 {
            quiet += Emerging::new(Every::Day).run(&comments(seed, 90, false)).unwrap().terms.len();
        }
        assert!(quiet <= 2, "{quiet}");
    }
}
