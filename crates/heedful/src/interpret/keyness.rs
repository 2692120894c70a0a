//! Keywords: what one group writes more often than the others.

use serde::Serialize;

use super::vocabulary::{Limits, Vocabulary};
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::order::{sort_by, sort_by_key};
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::Adjustment;
use crate::stats::distribution::chi_square_sf;
use crate::text::Language;

/// How keywords are looked for.
///
/// Each group is compared with all other comments: promoters with the rest, this month with the months
/// before, one region with the others. What counts is in how many comments a word or phrase stands, not
/// how often: one customer who repeats himself is one customer. The test is Dunning's log-likelihood
/// ratio G² of the 2 x 2 table (T. Dunning, "Accurate methods for the statistics of surprise and
/// coincidence", 1993), its p-value from chi-square with 1 degree of freedom, corrected over all words and
/// phrases of all groups together. That is a test for each of them in each group, in time and in memory (16 bytes): 1,000
/// groups and 20,000 terms are 20 million.
///
/// Quick advice: the language, and [`words`](Self::words) 1 for single words only.
///
/// ```
/// use heedful::{Key, Keyness, text::Language};
///
/// let (mut comments, mut groups) = (Vec::new(), Vec::new());
/// for i in 0..40 {
///     comments.push(if i % 2 == 0 { "very long waiting time" } else { "great staff" });
///     groups.push(Key::text(if i % 2 == 0 { "detractor" } else { "promoter" }));
/// }
/// let keywords = Keyness::new(Language::English).run(&comments, &groups)?;
/// let best = &keywords.rows[0];
/// assert_eq!((best.group.to_string().as_str(), best.term.as_str()), ("detractor", "long waiting time"));
/// assert_eq!((best.comments, best.rest_comments), (20, 0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Keyness {
    /// Of the comments.
    pub language: Language,
    /// Words in the longest phrase, 1 to 5.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub words: usize,
    /// Comments in which a word or phrase must stand, in all groups together.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub minimum_comments: u64,
    /// How closely the words of a phrase must belong together: normalised pointwise mutual information,
    /// -1 to 1 (G. Bouma, 2009).
    #[cfg_attr(feature = "schema", schemars(range(min = -1, max = 1)))]
    pub association: f64,
    /// How p-values are corrected.
    pub adjustment: Adjustment,
    /// The greatest corrected p-value that is listed.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub alpha: f64,
    /// The most keywords of a group.
    pub most: usize,
    /// Comments shown with each keyword.
    pub examples: usize,
}

options!(Keyness, takes [language, words, minimum_comments, association, adjustment, alpha, most, examples], from Self::default());

impl Default for Keyness {
    fn default() -> Self {
        Self {
            language: Language::English,
            words: 3,
            minimum_comments: 5,
            association: 0.25,
            adjustment: Adjustment::BenjaminiHochberg,
            alpha: 0.05,
            most: 25,
            examples: 3,
        }
    }
}

/// A word or phrase that a group writes more often than the others.
///
/// ```
/// use heedful::{Key, Keyness, text::Language};
///
/// // "slow" in 15 of 20 complaints and 5 of 20 others.
/// let comments: Vec<&str> = (0..40).map(|i| if i < 15 || i >= 35 { "slow" } else { "fine" }).collect();
/// let groups: Vec<Key> = (0..40).map(|i| Key::text(if i < 20 { "complaint" } else { "praise" })).collect();
/// let keywords = Keyness { words: 1, ..Keyness::new(Language::English) }.run(&comments, &groups)?;
/// let slow = keywords.rows.iter().find(|row| row.term == "slow").unwrap();
/// assert_eq!((slow.group.to_string().as_str(), slow.comments, slow.rest_comments), ("complaint", 15, 5));
/// assert_eq!((slow.share, slow.rest_share), (0.75, 0.25));
/// // 2 Σ O ln(O / 10): every cell is expected at 10.
/// assert!((slow.g2 - 2.0 * (30.0 * 1.5_f64.ln() + 10.0 * 0.5_f64.ln())).abs() < 1e-9);
/// assert!((slow.log_ratio - (15.5_f64 / 5.5).log2()).abs() < 1e-9);
/// assert!(slow.p_value < 0.01 && slow.association.is_none());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Keyword {
    /// The group.
    pub group: Key,
    /// As it is written most often, in lower case.
    pub term: String,
    /// Comments of the group that have it.
    pub comments: u64,
    /// Comments of all others that have it.
    pub rest_comments: u64,
    /// Share of the group's comments, 0 to 1.
    pub share: f64,
    /// Share of the other comments, 0 to 1.
    pub rest_share: f64,
    /// How many times as often as in the others, as a logarithm to base 2: 1 is twice, 2 four times as often.
    /// Half a comment is added to each side, so that a word that the others never write has a ratio.
    pub log_ratio: f64,
    /// G², from 0.
    pub g2: f64,
    /// Of G².
    pub p_value: f64,
    /// Corrected over all words and phrases of all groups.
    pub p_adjusted: f64,
    /// How closely the words of a phrase belong together, -1 to 1; `None` for a word.
    pub association: Option<f64>,
    /// Comments of the group that have it, as rows: the shortest with at least four words first.
    pub examples: Vec<usize>,
}

/// A phrase whose words belong together.
///
/// ```
/// use heedful::{Keyness, text::Language};
///
/// // "customer service" always stands together, "service" never without.
/// let comments: Vec<&str> = (0..30).map(|i| if i < 12 { "customer service" } else { "nothing happened" }).collect();
/// let phrases = Keyness::new(Language::English).collocations(&comments)?;
/// let service = phrases.iter().find(|phrase| phrase.text == "customer service").unwrap();
/// assert_eq!((service.comments, service.count), (12, 12));
/// assert!((service.association - 1.0).abs() < 1e-9); // neither is ever seen without the other
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Collocation {
    /// As it is written most often, in lower case.
    pub text: String,
    /// Comments that have it.
    pub comments: u64,
    /// How often it occurs.
    pub count: u64,
    /// Normalised pointwise mutual information, -1 to 1.
    pub association: f64,
}

/// The keywords of each group, in the order of groups, the surest first.
///
/// ```
/// use heedful::{Column, Data, Keyness, Responses, text::Language};
///
/// let text = |i: usize| if i % 2 == 0 { "slow delivery" } else { "lovely staff" };
/// let table = Responses::new()
///     .with("comment", Column::texts((0..40).map(|i| Some(text(i)))))?
///     .with("plan", Column::categories((0..40).map(|i| Some(["free", "pro"][i % 2]))))?
///     .comment("comment");
/// let keywords = Keyness::new(Language::English).run_responses(&table, None, "plan")?;
/// assert_eq!(keywords.by, "plan");
/// let found: Vec<_> = keywords.rows.iter().map(|row| (row.group.to_string(), row.term.as_str())).collect();
/// assert_eq!(found, [("free".to_owned(), "slow delivery"), ("pro".to_owned(), "lovely staff")]);
/// // Two phrases and their four words, each in two groups.
/// assert_eq!(keywords.tested, 12);
/// let table = keywords.to_table();
/// assert_eq!((table.columns()[0].name.as_str(), table.columns()[1].name.as_str()), ("plan", "term"));
/// assert_eq!(table.columns()[2].data, Data::Int(vec![Some(20), Some(20)])); // `comments`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Keywords {
    /// The column that made the groups; empty where they were given.
    pub by: String,
    /// The keywords.
    pub rows: Vec<Keyword>,
    /// Words and phrases times groups that were tested.
    pub tested: u64,
}

impl Keywords {
    /// Columns: the groups under their own name (`group` where it has none), then `term`, `comments`,
    /// `rest_comments`, `share`, `rest_share`, `log_ratio`, `g2`, `p_value`, `p_adjusted`, `association`,
    /// `example` (the row of the best one).
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows = || self.rows.iter();
        let mut table = Table::new();
        let name = if self.by.is_empty() { "group" } else { &self.by };
        table.keys(name, rows().map(|k| &k.group));
        table.texts("term", rows().map(|k| Some(k.term.as_str())));
        table.ints("comments", rows().map(|k| Some(k.comments)));
        table.ints("rest_comments", rows().map(|k| Some(k.rest_comments)));
        table.floats("share", rows().map(|k| Some(k.share)));
        table.floats("rest_share", rows().map(|k| Some(k.rest_share)));
        table.floats("log_ratio", rows().map(|k| Some(k.log_ratio)));
        table.floats("g2", rows().map(|k| Some(k.g2)));
        table.floats("p_value", rows().map(|k| Some(k.p_value)));
        table.floats("p_adjusted", rows().map(|k| Some(k.p_adjusted)));
        table.floats("association", rows().map(|k| k.association));
        table.ints("example", rows().map(|k| k.examples.first().map(|row| *row as u64)));
        table
    }
}

/// Dunning's log-likelihood ratio of a 2 x 2 table: `a` of `n` against `b` of `m`.
fn g2(a: f64, n: f64, b: f64, m: f64) -> f64 {
    let all = n + m;
    let cell = |observed: f64, row: f64, column: f64| {
        if observed > 0.0 { observed * (observed * all / (row * column)).ln() } else { 0.0 }
    };
    let (with, without) = (a + b, all - a - b);
    let sum =
        cell(a, n, with) + cell(n - a, n, without) + cell(b, m, with) + cell(m - b, m, without);
    (2.0 * sum).max(0.0)
}

impl Keyness {
    /// The default options for a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language, ..Self::default() }
    }

    /// Reads options from JSON.
    ///
    /// ```
    /// use heedful::{Keyness, text::Language};
    ///
    /// let read = Keyness::from_json(r#"{"language": "de", "words": 1}"#)?;
    /// assert_eq!(read, Keyness { words: 1, ..Keyness::new(Language::German) });
    /// assert_eq!(Keyness::from_json(r#"{"word": 1}"#).unwrap_err().path(), "word");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    fn check(&self) -> Result<()> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if !(1..=5).contains(&self.words) {
            return bad("words", "a phrase has 1 to 5 words");
        }
        if !(-1.0..=1.0).contains(&self.association) {
            return bad("association", "must lie between -1 and 1");
        }
        if !(0.0..=1.0).contains(&self.alpha) {
            return bad("alpha", "must lie between 0 and 1");
        }
        Ok(())
    }

    fn vocabulary<T: AsRef<str>>(&self, comments: &[T]) -> Vocabulary {
        let limits = Limits {
            language: self.language,
            words: self.words,
            comments: self.minimum_comments,
            npmi: self.association,
        };
        Vocabulary::of(comments, limits)
    }

    /// The phrases whose words belong together, the closest first.
    ///
    /// ```
    /// use heedful::{Keyness, text::Language};
    ///
    /// let comments = ["long waiting time", "waiting for a long time", "waiting time too long"].repeat(10);
    /// let most = |words| Keyness { words, ..Keyness::new(Language::English) }.collocations(&comments);
    /// assert!(most(2)?.iter().any(|phrase| phrase.text == "waiting time" && phrase.comments == 20));
    /// assert_eq!(most(1)?, []); // no phrases are asked for
    /// assert_eq!(most(9).unwrap_err().path(), "words");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for options out of range.
    pub fn collocations<T: AsRef<str>>(&self, comments: &[T]) -> Result<Vec<Collocation>> {
        self.check()?;
        let items = self.vocabulary(comments).items;
        let mut found: Vec<Collocation> = items
            .into_iter()
            .filter_map(|item| {
                let (text, comments, count) = (item.text, item.comments, item.count);
                Some(Collocation { text, comments, count, association: item.npmi? })
            })
            .collect();
        sort_by(&mut found, |a, b| {
            let ties = || b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text));
            b.association.total_cmp(&a.association).then_with(ties)
        });
        Ok(found)
    }

    /// The keywords of each group of comments.
    ///
    /// A word that a group hardly ever writes outside of a phrase that is listed is left out.
    ///
    /// # Errors
    /// `length-mismatch` where there are not as many groups as comments, `invalid-argument` for options
    /// out of range.
    pub fn run<T: AsRef<str>>(&self, comments: &[T], groups: &[Key]) -> Result<Keywords> {
        self.check()?;
        if groups.len() != comments.len() {
            let message = format!("{} groups for {} comments", groups.len(), comments.len());
            return Err(Error::new(ErrorCode::LengthMismatch, message).at("groups"));
        }
        let vocabulary = self.vocabulary(comments);
        let mut sizes: SortedMap<&Key, Vec<usize>> = SortedMap::new();
        for (row, group) in groups.iter().enumerate() {
            sizes.entry(group).or_default().push(row);
        }
        let all = comments.len() as f64;
        let mut tested: Vec<(Keyword, usize)> = Vec::new();
        let mut p_values = Vec::new();
        for (group, rows) in &sizes {
            let mut counts = vec![0_u64; vocabulary.items.len()];
            for item in rows.iter().filter_map(|row| vocabulary.rows.get(*row)).flatten() {
                counts.get_mut(*item as usize).into_iter().for_each(|n| *n += 1);
            }
            let n = rows.len() as f64;
            let m = all - n;
            for (place, (item, here)) in vocabulary.items.iter().zip(counts).enumerate() {
                let there = item.comments - here;
                let (a, b) = (here as f64, there as f64);
                let g2 = g2(a, n, b, m);
                let p_value = chi_square_sf(g2, 1.0);
                p_values.push(Some(p_value));
                if m == 0.0 || a / n <= b / m {
                    continue; // tested, but not what this group writes more often
                }
                let keyword = Keyword {
                    group: (*group).clone(),
                    term: item.text.clone(),
                    comments: here,
                    rest_comments: there,
                    share: a / n,
                    rest_share: b / m,
                    log_ratio: ((a + 0.5) / (n + 1.0) / ((b + 0.5) / (m + 1.0))).log2(),
                    g2,
                    p_value,
                    p_adjusted: (p_values.len() - 1) as f64, // its place, until all are corrected
                    association: item.npmi,
                    examples: Vec::new(),
                };
                tested.push((keyword, place));
            }
        }
        let adjusted = self.adjustment.adjust(&p_values);
        for (keyword, _) in &mut tested {
            let p = adjusted.get(keyword.p_adjusted as usize).copied().flatten();
            keyword.p_adjusted = p.unwrap_or(1.0);
        }
        tested.retain(|(keyword, _)| keyword.p_adjusted <= self.alpha);
        let words = |place: usize| vocabulary.items.get(place).map_or(0, |item| item.words);
        sort_by(&mut tested, |(a, x), (b, y)| {
            a.group
                .cmp(&b.group)
                .then(b.g2.total_cmp(&a.g2))
                .then_with(|| words(*y).cmp(&words(*x)))
                .then_with(|| a.term.cmp(&b.term))
        });
        let mut kept: Vec<(Keyword, usize)> = Vec::new();
        for (place, (keyword, item)) in tested.iter().enumerate() {
            let same_group = |other: &&(Keyword, usize)| other.0.group == keyword.group;
            let part_of = |(other, at): &(Keyword, usize)| {
                let (Some(whole), Some(part)) =
                    (vocabulary.items.get(*at), vocabulary.items.get(*item))
                else {
                    return false;
                };
                at != item
                    && whole.words > part.words
                    && whole.contains(part)
                    && other.comments as f64 >= 0.8 * keyword.comments as f64
            };
            if kept.iter().rev().take_while(same_group).count() >= self.most {
                continue;
            }
            let rest = tested.get(place..).unwrap_or_default();
            let covered = kept.iter().filter(same_group).any(part_of)
                || rest.iter().take_while(same_group).any(part_of);
            if !covered {
                kept.push((keyword.clone(), *item));
            }
        }
        let lengths: Vec<usize> =
            comments.iter().map(|text| text.as_ref().split_whitespace().count()).collect();
        for (keyword, item) in &mut kept {
            let rows = sizes.get(&keyword.group).map_or(&[][..], Vec::as_slice);
            let has = |row: &&usize| {
                vocabulary.rows.get(**row).is_some_and(|r| r.binary_search(&(*item as u32)).is_ok())
            };
            let mut rows: Vec<usize> = rows.iter().filter(has).copied().collect();
            sort_by_key(&mut rows, |row| {
                let length = lengths.get(*row).copied().unwrap_or(0);
                (length < 4, length, *row)
            });
            rows.truncate(self.examples);
            keyword.examples = rows;
        }
        let rows = kept.into_iter().map(|(keyword, _)| keyword).collect();
        Ok(Keywords { by: String::new(), rows, tested: p_values.len() as u64 })
    }

    /// The keywords of each value of a column, from the comments in the role `comment` (or the column
    /// named). Responses without a comment, or with a blank one, are left out; missing values are a group.
    ///
    /// ```
    /// use heedful::{Column, Keyness, Responses, text::Language};
    ///
    /// // The first row has no comment; rows of examples are those of the table.
    /// let texts = (0..41).map(|i| [Some("great staff"), Some("broken box")][i % 2].filter(|_| i > 0));
    /// let table = Responses::new()
    ///     .with("text", Column::texts(texts))?
    ///     .with("band", Column::categories((0..41).map(|i| Some(["high", "low"][i % 2]))))?;
    /// let keywords = Keyness::new(Language::English).run_responses(&table, Some("text"), "band")?;
    /// let staff = &keywords.rows[0];
    /// assert_eq!((staff.term.as_str(), staff.comments, staff.examples[0]), ("great staff", 20, 2));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; as for [`run`](Self::run).
    pub fn run_responses(
        &self,
        responses: &Responses,
        comment: Option<&str>,
        by: &str,
    ) -> Result<Keywords> {
        let name = comment.or(responses.roles().comment.as_deref());
        let column = responses.role("comment", name)?;
        let groups = responses.require(by)?;
        let (mut comments, mut keys, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..responses.len() {
            let text = match column {
                Column::Text(texts) => texts.get(row).map(str::to_owned),
                other => match other.key(row) {
                    Key::Missing => None,
                    key => Some(key.to_string()),
                },
            };
            if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                comments.push(text);
                keys.push(groups.key(row));
                places.push(row);
            }
        }
        let mut keywords = self.run(&comments, &keys)?;
        keywords.by = by.to_owned();
        for row in keywords.rows.iter_mut().flat_map(|keyword| &mut keyword.examples) {
            *row = places.get(*row).copied().unwrap_or(*row);
        }
        Ok(keywords)
    }
}

config::written!(Keyness, r#"{"language": "de", "words": 2, "adjustment": "holm"}"#);

#[cfg(test)]
mod tests {
    use super::*;

    /// G² by the sums of n ln n, which shares no step with the cells against what is expected.
    fn twin(a: f64, n: f64, b: f64, m: f64) -> f64 {
        let f = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
        let cells = f(a) + f(n - a) + f(b) + f(m - b);
        2.0 * (cells - f(n) - f(m) - f(a + b) - f(n + m - a - b) + f(n + m))
    }

    #[test]
    fn g2_is_that_of_the_other_formula() {
        for (a, n, b, m) in [(10.0, 50.0, 4.0, 80.0), (0.0, 20.0, 7.0, 30.0), (5.0, 5.0, 0.0, 9.0)]
        {
            assert!((g2(a, n, b, m) - twin(a, n, b, m)).abs() < 1e-9);
        }
        // Shares alike: no surprise.
        assert!(g2(10.0, 50.0, 20.0, 100.0) < 1e-12);
    }

    fn corpus() -> (Vec<String>, Vec<Key>) {
        let (mut comments, mut groups) = (Vec::new(), Vec::new());
        for i in 0..120 {
            let low = i % 3 == 0;
            let text = match (low, i % 4) {
                (true, 0..=2) => format!("the customer service was slow, ticket {i}"),
                (true, _) => "slow".to_owned(),
                (false, 0) => "service is great and staff friendly".to_owned(),
                (false, _) => "friendly staff".to_owned(),
            };
            comments.push(text);
            groups.push(Key::text(if low { "low" } else { "high" }));
        }
        (comments, groups)
    }

    #[test]
    fn groups_have_their_words() {
        let (comments, groups) = corpus();
        let keywords = Keyness::default().run(&comments, &groups).unwrap();
        let of = |group: &str| -> Vec<&str> {
            let rows = keywords.rows.iter().filter(|k| k.group == Key::text(group));
            rows.map(|k| k.term.as_str()).collect()
        };
        assert!(
            of("low").contains(&"slow") && of("low").contains(&"customer service"),
            "{:?}",
            of("low")
        );
        assert!(!of("low").contains(&"customer"), "stands in its phrase: {:?}", of("low"));
        assert!(of("high").contains(&"friendly staff"), "{:?}", of("high"));
        let slow = keywords.rows.iter().find(|k| k.term == "slow").unwrap();
        assert_eq!(
            (slow.comments, slow.rest_comments, slow.share, slow.rest_share),
            (40, 0, 1.0, 0.0)
        );
        assert!((slow.g2 - twin(40.0, 40.0, 0.0, 80.0)).abs() < 1e-9 && slow.p_adjusted < 1e-20);
        assert!((slow.log_ratio - ((40.5_f64 / 41.0) / (0.5 / 81.0)).log2()).abs() < 1e-12);
        assert!(
            slow.examples.iter().all(|row| comments[*row].contains("slow"))
                && slow.examples.len() == 3
        );
        assert_eq!(keywords.to_table().len(), keywords.rows.len());
    }

    #[test]
    fn correction_is_over_all_that_was_looked_at() {
        let (comments, groups) = corpus();
        let options = Keyness { alpha: 1.0, most: usize::MAX, words: 1, ..Keyness::default() };
        let keywords = options.run(&comments, &groups).unwrap();
        let words = options.vocabulary(&comments).items.len() as u64;
        assert_eq!(keywords.tested, 2 * words);
        for keyword in &keywords.rows {
            assert!(keyword.p_adjusted >= keyword.p_value);
        }
        // Groups by chance: hardly anything survives.
        let by_chance: Vec<Key> = (0..120).map(|i| Key::Int((i * 7919 % 101) % 2)).collect();
        let found = Keyness::default().run(&comments, &by_chance).unwrap();
        assert!(found.rows.len() <= 1, "{:?}", found.rows);
    }

    #[test]
    fn collocations_are_the_close_ones() {
        let (comments, _) = corpus();
        let phrases = Keyness::default().collocations(&comments).unwrap();
        assert!(
            phrases.iter().any(|p| p.text == "customer service" && p.comments == 30),
            "{phrases:?}"
        );
        assert!(phrases.is_sorted_by(|a, b| a.association >= b.association));
    }

    #[test]
    fn options_are_checked() {
        let path =
            |options: Keyness| options.run(&["a"], &[Key::Missing]).unwrap_err().path().to_owned();
        assert_eq!(path(Keyness { words: 0, ..Keyness::default() }), "words");
        assert_eq!(path(Keyness { association: f64::NAN, ..Keyness::default() }), "association");
        assert_eq!(path(Keyness { alpha: -0.1, ..Keyness::default() }), "alpha");
        assert_eq!(Keyness::default().run(&["a"], &[]).unwrap_err().path(), "groups");
        assert_eq!(Keyness::from_json(r#"{"word": 1}"#).unwrap_err().path(), "word");
        let nothing = Keyness::default().run::<&str>(&[], &[]).unwrap();
        assert!(nothing.rows.is_empty() && nothing.tested == 0);
    }

    #[test]
    fn responses_keep_their_rows() {
        let (mut comments, groups) = corpus();
        let mut texts: Vec<Option<String>> = vec![None];
        texts.extend(comments.drain(..).map(Some));
        let mut keys = vec![Some("high".to_owned())];
        keys.extend(groups.iter().map(|g| Some(g.to_string())));
        let responses = Responses::new()
            .with("text", Column::texts(texts.iter().map(Option::as_deref)))
            .and_then(|r| r.with("band", Column::categories(keys.iter().map(Option::as_deref))))
            .unwrap()
            .comment("text");
        let keywords = Keyness::default().run_responses(&responses, None, "band").unwrap();
        let slow = keywords.rows.iter().find(|k| k.term == "slow").unwrap();
        assert!(slow.examples.iter().all(|row| texts[*row].as_ref().unwrap().contains("slow")));
        assert_eq!(keywords.to_table().columns()[0].name, "band");
    }
}
