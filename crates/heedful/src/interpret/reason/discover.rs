//! Reasons that nobody thought of: topics of comments that no reason explains.

use hashbrown::{HashMap, HashSet};
use serde::Serialize;

use super::mapper::{Given, ReasonMapper};
use super::taxonomy::{Reason, unknown_reason};
use super::term::Term;
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::order::sort_by;
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::interpret::sentiment::{Sentiment, SentimentOptions};
use crate::interpret::vocabulary::{Limits, Vocabulary};
use crate::text::Language;

/// Words that only praise or blame name no topic: the feeling of a word from which on it does so.
const VERDICT: f64 = 0.3;
/// Terms of a topic, its seed included.
const MOST_TERMS: usize = 10;
/// A word belongs to a topic where it stands so many times as often beside the seed as elsewhere.
const LEAST_LIFT: f64 = 2.0;

/// Words that name no topic by themselves, folded: degrees, quantities, particles, verbs of all work.
fn light(language: Language) -> &'static str {
    match language {
        Language::English => {
            "very really quite much more most many lot lots so too only still yet even well up out back again \
             get gets got getting make makes made making go goes going went gone come comes came coming take \
             takes took taken taking put let say says said saying know knew thing things way one two first \
             second last next other others far use used using try tried trying need needs needed want wanted \
             give given gave keep kept look looking able lack everything something anything"
        }
        Language::German => {
            "sehr mehr viel viele nur noch schon immer wieder ganz etwas alles mal gibt geben geht gehen ging \
             kommt kommen kam macht machen gemacht sagt sagen gesagt bekommt bekommen lassen lässt eins zwei \
             erste ersten letzte letzten andere anderen leider einfach wirklich ziemlich zu"
        }
        Language::French => {
            "très trop plus bien peu beaucoup vraiment toujours encore souvent parfois aussi va vont aller vais \
             faut fallait doit dit dire mettre mis voir vu prendre pris donner donné chose choses fois deux \
             premier première dernier dernière assez jamais rien"
        }
        Language::Spanish => {
            "muy más mucho mucha muchos muchas poco poca siempre ya todo toda todos solo aún todavía también bien \
             va van ir voy ver visto hacer hace hacen hecho dar da dan dice decir dijo poner cosa cosas vez \
             veces dos primera primer última otro otra nada nunca"
        }
        _ => "",
    }
}

/// Negations, folded: they make a phrase ("no internet") but name nothing alone.
fn negations(language: Language) -> &'static str {
    match language {
        Language::English => {
            "not no never nothing nobody without don't doesn't didn't isn't wasn't aren't weren't won't \
             wouldn't can't cannot couldn't haven't hasn't hadn't shouldn't"
        }
        Language::German => "nicht kein keine keinen keinem keiner nie ohne nichts",
        Language::French => "pas sans aucun aucune",
        Language::Spanish => "no sin ningún ninguna",
        _ => "",
    }
}

/// How topics are looked for.
///
/// A topic grows from a seed: the word or phrase that stands in most comments that no topic before has
/// taken. Words that stand beside the seed far more often than elsewhere join it; comments with the seed,
/// or with two of the words that joined, are the topic's. Then the next seed is taken. There is no random
/// start: the same comments, in any order, give the same topics, and a few comments more hardly change
/// them, because what decides are counts of many comments.
///
/// Words that only say good or bad are no topics, and neither are stop words.
///
/// ```
/// use heedful::Discover;
///
/// let comments: Vec<String> = (0..30)
///     .map(|i| match i % 3 {
///         0 => format!("no parking near shop {i}"),
///         1 => format!("the parking garage was full on day {i}"),
///         _ => format!("wifi password did not work in room {i}"),
///     })
///     .collect();
/// let topics = Discover::default().run(&comments)?;
/// assert_eq!(topics.topics[0].name, "parking");
/// assert_eq!((topics.topics[0].comments, topics.topics[1].comments), (20, 10));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Discover {
    /// Of the comments.
    pub language: Language,
    /// The most topics.
    pub most: usize,
    /// Comments that a topic needs, at least 2.
    #[cfg_attr(feature = "schema", schemars(range(min = 2)))]
    pub minimum_comments: u64,
    /// Words in the longest phrase, 1 to 5.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub words: usize,
    /// Comments shown of each kind of example.
    pub examples: usize,
}

options!(Discover, takes [language, most, minimum_comments, words, examples], from Self::default());

impl Default for Discover {
    fn default() -> Self {
        Self { language: Language::English, most: 20, minimum_comments: 5, words: 2, examples: 3 }
    }
}

/// A word or phrase of a topic.
///
/// ```
/// use heedful::Discover;
///
/// let said = [
///     "parking full", "parking full", "parking dear", "parking far",
///     "pool full", "pool cold", "no towels", "loud bar",
/// ];
/// let comments: Vec<_> = (0..32).map(|i| said[i % 8]).collect();
/// let topics = Discover::default().run(&comments)?.topics;
/// let terms = &topics[0].terms;
/// assert_eq!((terms[0].text.as_str(), terms[0].comments, terms[0].lift), ("parking", 16, None)); // the seed
/// let full = terms.iter().find(|term| term.text == "full");
/// assert_eq!(full.and_then(|term| term.lift), Some(2.0)); // half of parking, a quarter of the others
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct TopicTerm {
    /// As it is written most often, in lower case.
    pub text: String,
    /// Comments that have it, of all that were read.
    pub comments: u64,
    /// How many times as often it stands beside the seed as elsewhere; `None` for the seed, and where
    /// it stands nowhere else.
    pub lift: Option<f64>,
}

/// A candidate for a reason.
///
/// ```
/// use heedful::Discover;
///
/// let comments: Vec<_> =
///     (0..30).map(|i| ["no parking left", "parking was dear", "slow lift"][i % 3]).collect();
/// let topics = Discover::default().run(&comments)?.topics;
/// let parking = &topics[0];
/// assert_eq!((parking.name.as_str(), parking.comments, parking.share), ("parking", 20, 20.0 / 30.0));
/// assert_eq!(parking.rows[..3], [0, 1, 3]);
/// assert!(parking.representative.iter().all(|row| comments[*row].contains("parking")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Topic {
    /// Its seed.
    pub name: String,
    /// The seed, then the words that joined it, the closest first.
    pub terms: Vec<TopicTerm>,
    /// How many comments it has.
    pub comments: u64,
    /// Of the comments that were read, 0 to 1.
    pub share: f64,
    /// How much its comments say the same, 0 to 1; see [`Topics::homogeneity`]. `None` for fewer than 2
    /// comments with words that count.
    pub homogeneity: Option<f64>,
    /// The comments, as rows.
    pub rows: Vec<usize>,
    /// Comments that show what it is about: those with the most of its words for their length.
    pub representative: Vec<usize>,
    /// Comments that show how far it reaches: each as unlike those before as possible.
    pub diverse: Vec<usize>,
}

impl Topic {
    /// The topic as a reason, to be [added](super::taxonomy::Taxonomy::add) to a taxonomy: its terms,
    /// no comments (these are customers' words).
    ///
    /// ```
    /// use heedful::{Discover, Taxonomy, text::Language};
    ///
    /// let comments = vec!["the parking garage was full"; 8];
    /// let topics = Discover::default().run(&comments)?;
    /// let mut taxonomy = Taxonomy::new("shop", Language::English);
    /// taxonomy.add(topics.topics[0].to_reason("parking", Language::English), None)?;
    /// assert!(!taxonomy.get("parking").unwrap().terms(Language::English).is_empty());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_reason(&self, id: impl Into<String>, language: Language) -> Reason {
        let terms = self.terms.iter().filter_map(|term| Term::new(&term.text).ok());
        Reason::new(id).with_name(language, &self.name).with_terms(language, terms)
    }
}

/// How much the comments of a group say the same.
///
/// ```
/// use heedful::{Discover, Key};
///
/// let comments = ["parking", "parking", "parking", "wifi", "lift", "wifi", "lift", "parking"];
/// let groups: Vec<Key> = ["1", "1", "1", "2", "2", "2", "2", "2"].map(Key::from).to_vec();
/// let topics = Discover::default().run_grouped(&comments, &groups)?;
/// let groups: Vec<_> = topics.by_group.iter().map(|g| (g.group.to_string(), g.comments, g.value)).collect();
/// assert_eq!(groups, [("1".to_owned(), 3, Some(1.0)), ("2".to_owned(), 5, Some(0.2))]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Homogeneity {
    /// The group.
    pub group: Key,
    /// Comments with at least one word that counts.
    pub comments: u64,
    /// 0 (nobody says what another says) to 1 (all say the same); `None` for fewer than 2 such comments.
    pub value: Option<f64>,
}

/// Topics, the first seed first: roughly by size.
///
/// ```
/// use heedful::{Discover, Key};
///
/// let comments: Vec<_> = (0..24).map(|i| ["no parking", "slow wifi", "good"][i % 3]).collect();
/// let stars: Vec<Key> = (0..24).map(|i| Key::from(["1", "2", "5"][i % 3])).collect();
/// let topics = Discover::default().run_grouped(&comments, &stars)?;
/// assert_eq!((topics.topics.len(), topics.comments, topics.rest.len()), (2, 24, 8));
/// let table = topics.to_table().to_string();
/// assert_eq!(table.lines().nth(1), Some("no parking  no parking, parking         8   0.33         1.00"));
/// assert_eq!(topics.groups_to_table().len(), 3); // all who give a star say the same
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Topics {
    /// The topics.
    pub topics: Vec<Topic>,
    /// Comments that were read: those that no reason explained, or that are within the reason asked for.
    pub comments: u64,
    /// Comments that no topic has.
    pub rest: Vec<usize>,
    /// How much all comments that were read say the same: the mean cosine between two of them, over words
    /// weighted by their rarity (stop words and numbers do not count), 0 to 1. `None` for fewer than 2 comments with
    /// words that count.
    pub homogeneity: Option<f64>,
    /// The same by group, in the order of groups; empty where there are none.
    pub by_group: Vec<Homogeneity>,
}

impl Topics {
    /// One row for each topic: `topic`, `terms` (separated by commas), `comments`, `share`,
    /// `homogeneity`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows = || self.topics.iter();
        let words = |topic: &Topic| {
            topic.terms.iter().map(|term| term.text.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut table = Table::new();
        table.texts("topic", rows().map(|t| Some(t.name.as_str())));
        table.texts("terms", rows().map(|t| Some(words(t))));
        table.ints("comments", rows().map(|t| Some(t.comments)));
        table.floats("share", rows().map(|t| Some(t.share)));
        table.floats("homogeneity", rows().map(|t| t.homogeneity));
        table
    }

    /// One row for each group: `group`, `comments`, `homogeneity`.
    #[must_use]
    pub fn groups_to_table(&self) -> Table {
        let groups = || self.by_group.iter();
        let mut table = Table::new();
        table.keys("group", groups().map(|g| &g.group));
        table.ints("comments", groups().map(|g| Some(g.comments)));
        table.floats("homogeneity", groups().map(|g| g.value));
        table
    }
}

impl Discover {
    /// The default options for a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language, ..Self::default() }
    }

    /// Reads options from JSON.
    ///
    /// ```
    /// use heedful::{Discover, text::Language};
    ///
    /// let discover = Discover::from_json(r#"{"language": "de", "most": 5}"#)?;
    /// assert_eq!(discover, Discover { most: 5, ..Discover::new(Language::German) });
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The topics of all comments.
    ///
    /// # Errors
    /// `invalid-argument` for options out of range.
    pub fn run<T: AsRef<str>>(&self, comments: &[T]) -> Result<Topics> {
        self.run_grouped(comments, &[])
    }

    /// The topics of all comments, and homogeneity by group (bands, say; one for each comment, or none).
    ///
    /// ```
    /// use heedful::{Discover, Key};
    ///
    /// let comments = ["wifi down", "wifi down", "lift stuck", "no towels", "wifi slow"];
    /// let groups: Vec<Key> = ["1", "1", "2", "2", "2"].map(Key::from).to_vec();
    /// let discover = Discover { minimum_comments: 3, ..Discover::default() };
    /// let topics = discover.run_grouped(&comments, &groups)?;
    /// assert_eq!((topics.topics[0].name.as_str(), topics.topics[0].comments), ("wifi", 3));
    /// assert_eq!(topics.by_group[0].value, Some(1.0)); // group 1 says one thing
    /// let error = discover.run_grouped(&comments, &groups[1..]).unwrap_err();
    /// assert_eq!(error.code().as_str(), "length-mismatch");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `length-mismatch` for groups of another length; as for [`run`](Self::run).
    pub fn run_grouped<T: AsRef<str>>(&self, comments: &[T], groups: &[Key]) -> Result<Topics> {
        check_groups(comments.len(), groups)?;
        let written =
            |row: &usize| comments.get(*row).is_some_and(|text| !text.as_ref().trim().is_empty());
        let rows: Vec<usize> = (0..comments.len()).filter(written).collect();
        self.topics(comments, &rows, groups, |_| false)
    }

    /// The topics of the comments that a mapper finds no reason in; with `within`, of those that mention
    /// this reason: its sub-reasons, and whether everybody says the same. What the terms of the reason, or of those
    /// below it, match as a whole is no topic. `groups` (bands, say; one for each comment, or none) tells
    /// homogeneity by group.
    ///
    /// ```
    /// use heedful::{Discover, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "room", "terms": ["room"]}]}"#)?;
    /// let mapper = ReasonMapper::new(taxonomy)?;
    /// let said = ["smoke in the room", "parking full", "room full of smoke", "parking dear"];
    /// let comments: Vec<_> = (0..20).map(|i| said[i % 4]).collect();
    /// let unexplained = Discover::default().run_known(&comments, &mapper, None, &[])?;
    /// assert_eq!((unexplained.comments, unexplained.topics[0].name.as_str()), (10, "parking"));
    /// let within = Discover::default().run_known(&comments, &mapper, Some("room"), &[])?;
    /// assert_eq!((within.comments, within.topics[0].name.as_str()), (10, "smoke"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` where the taxonomy has no such reason, `length-mismatch` for groups of another
    /// length; as for [`run`](Self::run) and [`ReasonMapper::map`].
    pub fn run_known<T: AsRef<str>>(
        &self,
        comments: &[T],
        known: &ReasonMapper,
        within: Option<&str>,
        groups: &[Key],
    ) -> Result<Topics> {
        check_groups(comments.len(), groups)?;
        let texts: Vec<Option<&str>> = comments.iter().map(|text| Some(text.as_ref())).collect();
        let mappings = known.map(&texts, Given::default())?;
        let Some(id) = within else {
            let rows: Vec<usize> = mappings.unmapped().collect();
            return self.topics(comments, &rows, groups, |_| false);
        };
        let reason = known.taxonomy().get(id).ok_or_else(|| unknown_reason(id).at("within"))?;
        let mut ids = Vec::new();
        let mut open = vec![reason];
        while let Some(reason) = open.pop() {
            ids.push(reason.id());
            open.extend(reason.reasons());
        }
        let about = |row: &usize| mappings.row(*row).any(|m| ids.contains(&m.id));
        let rows: Vec<usize> = (0..comments.len()).filter(about).collect();
        let mut terms = known.terms_in(self.language);
        self.topics(comments, &rows, groups, |text| {
            terms.as_mut().is_some_and(|terms| terms.cover(text).any(|id| ids.contains(&id)))
        })
    }

    fn topics<T: AsRef<str>>(
        &self,
        comments: &[T],
        rows: &[usize],
        groups: &[Key],
        is_known: impl FnMut(&str) -> bool,
    ) -> Result<Topics> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if self.minimum_comments < 2 {
            return bad("minimum_comments", "a topic has at least 2 comments");
        }
        if !(1..=5).contains(&self.words) {
            return bad("words", "a phrase has 1 to 5 words");
        }
        let texts: Vec<&str> =
            rows.iter().filter_map(|row| comments.get(*row)).map(AsRef::as_ref).collect();
        let limits = Limits { language: self.language, words: self.words, comments: 2, npmi: 0.3 };
        let vocabulary = Vocabulary::of(&texts, limits);
        let vectors = Vectors::of(&vocabulary);
        let open = self.nameable(&vocabulary, is_known)?;
        let mut growth = Growth::new(&vocabulary, self.minimum_comments);
        let mut topics = Vec::new();
        while topics.len() < self.most
            && let Some(seed) = growth.seed(&open)
        {
            let terms = growth.grow(seed, &open);
            let members = growth.take(seed, &terms);
            if members.len() as u64 >= self.minimum_comments {
                topics.push(self.topic(seed, &terms, &members, &vocabulary, &vectors, rows));
            }
        }
        let place = |at: usize| rows.get(at).copied().unwrap_or(at);
        let all: Vec<usize> = (0..rows.len()).collect();
        let mut by_group: SortedMap<&Key, Vec<usize>> = SortedMap::new();
        for at in &all {
            if let Some(group) = groups.get(place(*at)) {
                by_group.entry(group).or_default().push(*at);
            }
        }
        let by_group = by_group
            .into_iter()
            .map(|(group, members)| {
                let (comments, value) = vectors.homogeneity(&members);
                Homogeneity { group: group.clone(), comments, value }
            })
            .collect();
        Ok(Topics {
            topics,
            comments: rows.len() as u64,
            rest: growth.rest().map(place).collect(),
            homogeneity: vectors.homogeneity(&all).1,
            by_group,
        })
    }

    /// Which items can name a topic or belong to one.
    fn nameable(
        &self,
        vocabulary: &Vocabulary,
        mut is_known: impl FnMut(&str) -> bool,
    ) -> Result<Vec<bool>> {
        let mut feelings = Sentiment::new(SentimentOptions::new(self.language))?;
        let light: HashSet<&str> = light(self.language).split_whitespace().collect();
        let negations: HashSet<&str> = negations(self.language).split_whitespace().collect();
        let mut open = |item: &crate::interpret::vocabulary::Item| {
            let verdict = item.words == 1
                && feelings.value(&item.text).is_some_and(|value| value.abs() >= VERDICT);
            let mut words = item.text.split(' ');
            let first = words.next().unwrap_or_default();
            let last = words.next_back().unwrap_or(first);
            let named =
                !light.contains(first) && !light.contains(last) && !negations.contains(last);
            named && !verdict && Term::new(&item.text).is_ok() && !is_known(&item.text)
        };
        Ok(vocabulary.items.iter().map(&mut open).collect())
    }

    fn topic(
        &self,
        seed: u32,
        terms: &[(u32, Option<f64>)],
        members: &[usize],
        vocabulary: &Vocabulary,
        vectors: &Vectors,
        rows: &[usize],
    ) -> Topic {
        let item = |place: u32| vocabulary.items.get(place as usize);
        let text = |place: u32| item(place).map_or_else(String::new, |item| item.text.clone());
        let count = |place: u32| item(place).map_or(0, |item| item.comments);
        let all = [(seed, None)].into_iter().chain(terms.iter().copied());
        let listed = all
            .clone()
            .map(|(place, lift)| TopicTerm { text: text(place), comments: count(place), lift })
            .collect();
        let own: Vec<u32> = all.map(|(place, _)| place).collect();
        let mut ranked: Vec<(f64, usize)> =
            members.iter().map(|at| (vectors.share(*at, &own), *at)).collect();
        sort_by(&mut ranked, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let ranked: Vec<usize> = ranked.into_iter().map(|(_, at)| at).collect();
        let place = |at: &usize| rows.get(*at).copied().unwrap_or(*at);
        Topic {
            name: text(seed),
            terms: listed,
            comments: members.len() as u64,
            share: members.len() as f64 / rows.len() as f64,
            homogeneity: vectors.homogeneity(members).1,
            rows: members.iter().map(place).collect(),
            representative: ranked.iter().take(self.examples).map(place).collect(),
            diverse: vectors.diverse(&ranked, self.examples).iter().map(place).collect(),
        }
    }
}

config::written!(Discover, r#"{"language": "de", "minimum_comments": 5}"#);

fn check_groups(comments: usize, groups: &[Key]) -> Result<()> {
    if groups.is_empty() || groups.len() == comments {
        return Ok(());
    }
    let message = format!("{} groups for {comments} comments", groups.len());
    Err(Error::new(ErrorCode::LengthMismatch, message).at("groups"))
}

/// Takes topics one after the other.
struct Growth<'a> {
    vocabulary: &'a Vocabulary,
    minimum: u64,
    /// Comments of each item.
    places: Vec<Vec<usize>>,
    taken: Vec<bool>,
    /// Items that were seeds, or too small for one.
    used: Vec<bool>,
}

impl<'a> Growth<'a> {
    fn new(vocabulary: &'a Vocabulary, minimum: u64) -> Self {
        let mut places = vec![Vec::new(); vocabulary.items.len()];
        for (row, items) in vocabulary.rows.iter().enumerate() {
            for item in items {
                if let Some(places) = places.get_mut(*item as usize) {
                    places.push(row);
                }
            }
        }
        Self {
            vocabulary,
            minimum,
            places,
            taken: vec![false; vocabulary.rows.len()],
            used: vec![false; vocabulary.items.len()],
        }
    }

    fn at(&self, item: u32) -> &[usize] {
        self.places.get(item as usize).map_or(&[], Vec::as_slice)
    }

    fn free(&self, row: usize) -> bool {
        self.taken.get(row) == Some(&false)
    }

    /// The item in most comments that are not taken; of equals the longest phrase, then the first.
    fn seed(&mut self, open: &[bool]) -> Option<u32> {
        let mut best: Option<(u64, usize, u32)> = None;
        for (place, item) in self.vocabulary.items.iter().enumerate() {
            if self.used.get(place) != Some(&false) || open.get(place) != Some(&true) {
                continue;
            }
            let free = self.at(place as u32).iter().filter(|row| self.free(**row)).count() as u64;
            if free < self.minimum {
                // Comments are only ever taken: it cannot become a seed any more.
                self.used.get_mut(place).into_iter().for_each(|used| *used = true);
                continue;
            }
            if best.is_none_or(|(most, words, _)| (free, item.words) > (most, words)) {
                best = Some((free, item.words, place as u32));
            }
        }
        let (_, _, seed) = best?;
        self.used.get_mut(seed as usize).into_iter().for_each(|used| *used = true);
        Some(seed)
    }

    /// The items that stand beside a seed more than elsewhere, over all comments: what was taken before
    /// does not matter, so that a topic keeps its words when others change.
    fn grow(&self, seed: u32, open: &[bool]) -> Vec<(u32, Option<f64>)> {
        let home = self.at(seed);
        let mut beside: HashMap<u32, u64> = HashMap::new();
        for items in home.iter().filter_map(|row| self.vocabulary.rows.get(*row)) {
            for item in items {
                *beside.entry(*item).or_default() += 1;
            }
        }
        let elsewhere = (self.vocabulary.rows.len() - home.len()) as f64;
        let needed = self.minimum.div_ceil(2).max(2);
        let mut terms: Vec<(f64, u64, u32, Option<f64>)> = beside
            .into_iter()
            .filter(|(item, both)| {
                *item != seed && *both >= needed && open.get(*item as usize) == Some(&true)
            })
            .filter_map(|(item, both)| {
                let other = self.at(item).len() as u64 - both;
                let share = both as f64 / home.len() as f64;
                let lift = (other > 0).then(|| share / (other as f64 / elsewhere));
                // How much of the item stands here: what is common everywhere does not join.
                let belongs = both as f64 / (both + other) as f64;
                let close = lift.is_none_or(|lift| lift >= LEAST_LIFT) && belongs >= 0.3;
                close.then_some((belongs * (both as f64).ln_1p(), both, item, lift))
            })
            .collect();
        sort_by(&mut terms, |a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
        terms.truncate(MOST_TERMS - 1);
        terms.into_iter().map(|(.., item, lift)| (item, lift)).collect()
    }

    /// The free comments of a topic, which are taken: with the seed, or with two of its terms that are
    /// not parts of each other.
    fn take(&mut self, seed: u32, terms: &[(u32, Option<f64>)]) -> Vec<usize> {
        let mut votes: SortedMap<usize, Vec<u32>> = SortedMap::new();
        for (term, _) in terms {
            for row in self.at(*term) {
                votes.entry(*row).or_default().push(*term);
            }
        }
        let item = |place: &u32| self.vocabulary.items.get(*place as usize);
        let apart = |list: &[u32]| {
            list.iter().enumerate().any(|(i, a)| {
                list.iter().skip(i + 1).any(|b| {
                    let (Some(a), Some(b)) = (item(a), item(b)) else { return false };
                    !a.contains(b) && !b.contains(a)
                })
            })
        };
        let mut members: Vec<usize> =
            votes.iter().filter(|(_, list)| apart(list)).map(|(row, _)| *row).collect();
        members.extend_from_slice(self.at(seed));
        members.sort_unstable();
        members.dedup();
        members.retain(|row| self.free(*row));
        for row in &members {
            self.taken.get_mut(*row).into_iter().for_each(|taken| *taken = true);
        }
        members
    }

    fn rest(&self) -> impl Iterator<Item = usize> {
        self.taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(row, _)| row)
    }
}

/// Comments as vectors of length 1 over words, weighted by rarity. Words of a single comment make it longer, and so unlike
/// all others.
struct Vectors {
    /// The words that several comments have.
    rows: Vec<Vec<(u32, f64)>>,
    /// Whether a comment has any word at all.
    written: Vec<bool>,
}

impl Vectors {
    fn of(vocabulary: &Vocabulary) -> Self {
        let n = vocabulary.rows.len() as f64;
        let weight = |item: &u32| {
            let item = vocabulary.items.get(*item as usize)?;
            (item.words == 1).then(|| 1.0 + (n / item.comments as f64).ln())
        };
        let single = 1.0 + n.ln();
        let rows = vocabulary.rows.iter().zip(&vocabulary.rare).map(|(items, rare)| {
            let mut row: Vec<(u32, f64)> =
                items.iter().filter_map(|item| Some((*item, weight(item)?))).collect();
            let square = row.iter().map(|(_, w)| w * w).sum::<f64>();
            let length = (square + f64::from(*rare) * single * single).sqrt();
            row.iter_mut().for_each(|(_, w)| *w /= length);
            row
        });
        let rows: Vec<Vec<(u32, f64)>> = rows.collect();
        let written = rows.iter().zip(&vocabulary.rare);
        let written = written.map(|(row, rare)| !row.is_empty() || *rare > 0).collect();
        Self { rows, written }
    }

    fn row(&self, at: usize) -> &[(u32, f64)] {
        self.rows.get(at).map_or(&[], Vec::as_slice)
    }

    /// How much of a comment's length is of these items, 0 to 1.
    fn share(&self, at: usize, items: &[u32]) -> f64 {
        let own = self.row(at).iter().filter(|(item, _)| items.contains(item));
        own.map(|(_, weight)| weight * weight).sum()
    }

    fn cosine(&self, a: usize, b: usize) -> f64 {
        let other: HashMap<u32, f64> = self.row(b).iter().copied().collect();
        self.row(a).iter().map(|(item, w)| w * other.get(item).copied().unwrap_or(0.0)).sum()
    }

    /// The mean cosine between two different comments: (|Σv|² - Σ|v|²) / (n (n - 1)).
    fn homogeneity(&self, members: &[usize]) -> (u64, Option<f64>) {
        let mut sum: SortedMap<u32, f64> = SortedMap::new();
        let (mut n, mut own) = (0_u64, 0.0);
        for at in members.iter().filter(|at| self.written.get(**at) == Some(&true)) {
            n += 1;
            for (item, weight) in self.row(*at) {
                *sum.entry(*item).or_default() += weight;
                own += weight * weight;
            }
        }
        let count = n as f64;
        let square: f64 = sum.values().map(|w| w * w).sum();
        let mean = (square - own) / (count * (count - 1.0));
        (n, (n > 1).then(|| mean.clamp(0.0, 1.0)))
    }

    /// From the first on, each as unlike those before as possible.
    fn diverse(&self, ranked: &[usize], count: usize) -> Vec<usize> {
        // The most representative 200 are enough to choose from.
        let pool = ranked.get(..ranked.len().min(200)).unwrap_or_default();
        let mut chosen: Vec<usize> = pool.iter().take(count.min(1)).copied().collect();
        while chosen.len() < count.min(pool.len()) {
            let nearest = |at: &usize| {
                chosen.iter().map(|other| self.cosine(*at, *other)).fold(0.0, f64::max)
            };
            let mut best: Option<(f64, usize)> = None;
            for at in pool.iter().filter(|at| !chosen.contains(at)) {
                let near = nearest(at);
                if best.is_none_or(|(least, _)| near < least) {
                    best = Some((near, *at));
                }
            }
            let Some((_, at)) = best else { break };
            chosen.push(at);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::reason::taxonomy::Taxonomy;

    fn comments(n: usize) -> Vec<String> {
        let kinds = [
            "no parking space anywhere",
            "the parking garage was closed again",
            "parking space too small",
            "wifi password never worked",
            "weak wifi signal in the lobby",
            "great",
            "elevator out of order",
        ];
        (0..n).map(|i| kinds[i % kinds.len()].to_owned()).collect()
    }

    fn names(topics: &Topics) -> Vec<(&str, u64)> {
        topics.topics.iter().map(|t| (t.name.as_str(), t.comments)).collect()
    }

    #[test]
    fn topics_are_what_comments_share() {
        let all = comments(70);
        let topics = Discover::default().run(&all).unwrap();
        assert_eq!(names(&topics)[..2], [("parking", 30), ("wifi", 20)]);
        assert_eq!(topics.topics[2].comments, 10);
        assert_eq!(topics.rest.len(), 10);
        assert!(topics.rest.iter().all(|row| all[*row] == "great"));
        let parking = &topics.topics[0];
        assert!(parking.terms.iter().any(|t| t.text == "parking space"), "{:?}", parking.terms);
        let shown: HashSet<&str> = parking.diverse.iter().map(|row| all[*row].as_str()).collect();
        assert_eq!(shown.len(), 3);
        assert_eq!(topics.to_table().len(), topics.topics.len());
    }

    #[test]
    fn order_and_a_few_comments_more_change_nothing() {
        let mut all = comments(70);
        let before = Discover::default().run(&all).unwrap();
        all.reverse();
        let reversed = Discover::default().run(&all).unwrap();
        assert_eq!(names(&before), names(&reversed));
        all.extend(["wifi was slow", "one more parking ticket", "nice view"].map(str::to_owned));
        let after = Discover::default().run(&all).unwrap();
        let words = |topics: &Topics| {
            names(topics).iter().map(|(n, _)| (*n).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words(&before), words(&after));
    }

    #[test]
    fn homogeneity_is_the_mean_over_pairs() {
        let all =
            ["slow wifi", "wifi slow", "parking full", "wifi password", "parking ticket", "ok ok"];
        let topics = Discover { minimum_comments: 2, ..Discover::default() }.run(&all).unwrap();
        // scikit-learn 1.9.1: the mean off the diagonal of `cosine_similarity` of `TfidfVectorizer(smooth_idf=False)`
        // over the stems, whose weights are 1 + ln(n / comments) as well.
        let homogeneity = topics.homogeneity.unwrap();
        assert!((homogeneity - 0.134_152_091_122_960_6).abs() < 1e-12, "{homogeneity}");
    }

    #[test]
    fn what_only_one_says_is_not_what_all_say() {
        let mut all: Vec<String> = (0..98).map(|i| format!("wort{i}a ding{i}b")).collect();
        all.extend(["parking full", "parking full"].map(str::to_owned));
        // One of 4,950 pairs says the same.
        let homogeneity = Discover::default().run(&all).unwrap().homogeneity.unwrap();
        assert!((homogeneity - 1.0 / 4950.0).abs() < 1e-12, "{homogeneity}");
    }

    #[test]
    fn a_reason_is_not_a_topic_of_itself() {
        let taxonomy = Taxonomy::from_json(
            r#"{"reasons": [
                {"id": "communication", "terms": ["communicat*"]},
                {"id": "room", "terms": ["room"], "reasons": [{"id": "bed", "terms": ["bed|mattress * hard"]}]}]}"#,
        )
        .unwrap();
        let mapper = ReasonMapper::new(taxonomy).unwrap();
        let said = [
            "communication about invoices",
            "your communication of the invoices",
            "communications: only invoices",
            "the rooms by the elevator",
            "room elevator, bed hard",
            "beds very hard in rooms near the elevator",
        ];
        let all: Vec<&str> = (0..60).map(|i| said[i % 6]).collect();
        let inside = |id| {
            let topics = Discover::default().run_known(&all, &mapper, Some(id), &[]).unwrap();
            names(&topics).iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>()
        };
        assert_eq!(inside("communication"), [("invoices".to_owned(), 30)]);
        let room = inside("room");
        assert_eq!(room[0], ("elevator".to_owned(), 30), "{room:?}");
        let known = ["rooms", "room", "bed hard"];
        assert!(room.iter().all(|(name, _)| !known.contains(&name.as_str())), "{room:?}");
    }

    #[test]
    fn blank_comments_are_none() {
        let all: Vec<&str> = (0..20).map(|i| ["parking full", "", " \n "][i % 3]).collect();
        let topics = Discover::default().run(&all).unwrap();
        assert_eq!((topics.comments, topics.rest.len()), (7, 0));
        assert_eq!(topics.topics[0].share, 1.0);
    }

    #[test]
    fn what_is_known_is_left_out_or_looked_into() {
        let all = comments(70);
        let taxonomy = Taxonomy::from_json(
            r#"{"reasons": [{"id": "parking", "terms": ["parking"]}, {"id": "lift", "terms": ["elevator"]}]}"#,
        )
        .unwrap();
        let mapper = ReasonMapper::new(taxonomy).unwrap();
        let topics = Discover::default().run_known(&all, &mapper, None, &[]).unwrap();
        assert_eq!(topics.comments, 30);
        assert_eq!(names(&topics), [("wifi", 20)]);
        let bands: Vec<Key> =
            (0..70).map(|i| Key::text(if i % 7 == 0 { "low" } else { "high" })).collect();
        let inside = Discover::default().run_known(&all, &mapper, Some("parking"), &bands).unwrap();
        assert_eq!(inside.comments, 30);
        assert!(inside.topics.iter().all(|t| t.name != "parking"), "{:?}", names(&inside));
        let low = inside.by_group.iter().find(|g| g.group == Key::text("low")).unwrap();
        let high = inside.by_group.iter().find(|g| g.group == Key::text("high")).unwrap();
        assert_eq!(low.comments, 10);
        assert!(low.value.unwrap() > 0.999 && high.value < low.value, "{:?}", inside.by_group);
        let error = Discover::default().run_known(&all, &mapper, Some("zoo"), &[]).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::UnknownName, "within"));
        let error =
            Discover::default().run_known(&all, &mapper, None, &[Key::Missing]).unwrap_err();
        assert_eq!(error.path(), "groups");
    }

    #[test]
    fn options_are_checked() {
        let path = |options: Discover| options.run(&["a"]).unwrap_err().path().to_owned();
        assert_eq!(
            path(Discover { minimum_comments: 1, ..Discover::default() }),
            "minimum_comments"
        );
        assert_eq!(path(Discover { words: 9, ..Discover::default() }), "words");
        assert_eq!(Discover::from_json(r#"{"topics": 1}"#).unwrap_err().path(), "topics");
        let nothing = Discover::default().run::<&str>(&[]).unwrap();
        assert!(nothing.topics.is_empty() && nothing.homogeneity.is_none());
    }

    /// Leaving out every 33rd of the real comments changes at most two of the first ten topics.
    #[test]
    fn topics_of_real_comments_are_stable() {
        let path = format!(
            "{}/../../../shared/data/nps_broadband/responses.csv",
            env!("CARGO_MANIFEST_DIR")
        );
        let Ok(bytes) = std::fs::read(&path) else {
            println!("skipped: {path} is missing");
            return;
        };
        // Columns are quoted but for the rating, so that the comment starts at the third `,\"`.
        let text = String::from_utf8_lossy(&bytes);
        let all: Vec<&str> = text.lines().filter_map(|line| line.split(",\"").nth(3)).collect();
        assert!(all.len() > 1000, "{}", all.len());
        let options = Discover { minimum_comments: 10, most: 20, ..Discover::default() };
        let whole = options.run(&all).unwrap();
        let fewer: Vec<&str> =
            all.iter().enumerate().filter(|(i, _)| i % 33 != 7).map(|(_, t)| *t).collect();
        let part = options.run(&fewer).unwrap();
        let first = |topics: &Topics| {
            names(topics).iter().take(10).map(|(n, _)| (*n).to_owned()).collect::<Vec<_>>()
        };
        for topic in &whole.topics {
            let terms: Vec<&str> = topic.terms.iter().map(|t| t.text.as_str()).collect();
            println!(
                "{:5} {:.3} {}",
                topic.comments,
                topic.homogeneity.unwrap_or(0.0),
                terms.join(", ")
            );
        }
        println!("rest {} of {}", whole.rest.len(), whole.comments);
        let (a, b) = (first(&whole), first(&part));
        let kept = a.iter().filter(|name| b.contains(name)).count();
        assert!(kept >= 8, "{a:?} {b:?}");
    }
}
