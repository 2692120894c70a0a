//! Many phrases at once, found on the stems of a text.

use super::language::Language;
use super::lexer::{Lexer, Token};
use super::trie::{Builder, Form, Found, Leap, ROOT, Search, Trie, settle};
use crate::base::error::{Error, ErrorCode, Result};

/// The most words of a phrase.
const MOST_PARTS: usize = 32;
/// The most words that a gap may pass over.
const WIDEST: u8 = 20;
/// How many words a gap passes over where nothing else is said.
const USUAL_GAP: u8 = 4;

/// A phrase to look for, and the group (a reason, say) that it stands for.
///
/// The text is words as people write them; how they are written is folded away. `*` alone is a gap of any words,
/// at most [`gap`](Self::gap) of them and perhaps none; `*` at the end of a word stands for any ending. Signs
/// do not matter.
///
/// ```
/// use heedful::text::{Language, Lexer, Phrase, Phrases};
///
/// let phrases = Phrases::new(Language::English, [
///     Phrase::new("wait * counter", 7).gap(2),
///     Phrase::new("wait", 8).exact(true),
/// ])?;
/// let mut lexer = Lexer::new(Language::English);
/// let mut groups = |comment| {
///     let (mut tokens, mut hits) = (Vec::new(), Vec::new());
///     lexer.read(comment, &mut tokens);
///     phrases.finder().find(&lexer, &tokens, &mut hits);
///     hits.iter().map(|hit| hit.group).collect::<Vec<_>>()
/// };
/// assert_eq!(groups("Waited at the counter."), [7]);
/// assert_eq!(groups("A wait of an hour at the counter."), [8]); // five words between
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase<'a> {
    text: &'a str,
    group: u32,
    exact: bool,
    gap: u8,
}

impl<'a> Phrase<'a> {
    /// A phrase that matches on stems, with gaps of at most four words.
    #[must_use]
    pub fn new(text: &'a str, group: u32) -> Self {
        Self { text, group, exact: false, gap: USUAL_GAP }
    }

    /// Whether words must be just these, compared [folded](super::Word::folded), instead of having the same
    /// stems.
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    /// The most words that a `*` passes over, from 0 to 20.
    #[must_use]
    pub fn gap(mut self, words: u8) -> Self {
        self.gap = words;
        self
    }
}

/// Where a phrase was found.
///
/// ```
/// use heedful::text::{Hit, Language, Lexer, Phrase, Phrases};
///
/// let phrases = Phrases::new(Language::English, [Phrase::new("late", 4), Phrase::new("rude staff", 9)])?;
/// let mut lexer = Lexer::new(Language::English);
/// let (mut tokens, mut hits) = (Vec::new(), Vec::new());
/// lexer.read("Such rude staff", &mut tokens);
/// phrases.finder().find(&lexer, &tokens, &mut hits);
/// assert_eq!(hits, [Hit { start: 5, end: 15, first: 1, last: 2, group: 9, phrase: 1 }]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hit {
    /// The byte where it starts in the original text.
    pub start: u32,
    /// The byte after its end.
    pub end: u32,
    /// The first of its tokens.
    pub first: u32,
    /// The last of its tokens.
    pub last: u32,
    /// The group of the phrase.
    pub group: u32,
    /// Which phrase, in the order in which they were given.
    pub phrase: u32,
}

/// Phrases prepared for search. Share it (it does not change), and make a [`Finder`] for each thread.
///
/// Words match one after another, never across punctuation; a gap may pass over commas, brackets and the like, never
/// over the end of a sentence. Of the hits of one group the leftmost counts, among those the longest, and no two of
/// them overlap; hits of different groups may.
///
/// ```
/// use heedful::text::{Language, Lexer, Phrase, Phrases};
///
/// let phrases = Phrases::new(Language::English, [
///     Phrase::new("late delivery", 0),
///     Phrase::new("wait * minutes", 1),
///     Phrase::new("rude staff*", 2).exact(true),
/// ])?;
/// let mut finder = phrases.finder();
/// let mut lexer = Lexer::new(Language::English);
/// let (mut tokens, mut hits) = (Vec::new(), Vec::new());
/// let text = "Late deliveries! Waited for over 40 minutes.";
/// lexer.read(text, &mut tokens);
/// finder.find(&lexer, &tokens, &mut hits);
/// let found: Vec<_> = hits.iter().map(|hit| (hit.group, &text[hit.start as usize..hit.end as usize])).collect();
/// assert_eq!(found, [(0, "Late deliveries"), (1, "Waited for over 40 minutes")]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Phrases {
    trie: Trie,
    count: u32,
}

impl Phrases {
    /// Prepares phrases.
    ///
    /// ```
    /// use heedful::text::{Language, Phrase, Phrases};
    ///
    /// let phrases = Phrases::new(Language::German, [Phrase::new("lange Wartezeit", 0)])?;
    /// assert_eq!((phrases.language(), phrases.len(), phrases.is_empty()), (Language::German, 1, false));
    /// let phrases = [Phrase::new("Preis", 0), Phrase::new("* teuer", 0)];
    /// assert_eq!(Phrases::new(Language::German, phrases).unwrap_err().path(), "[1]");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` with the path `[i]` of a phrase without words, with more than 32 words, with a gap
    /// at its start or end or next to another, or with gaps of more than 20 words.
    pub fn new<'a>(
        language: Language,
        phrases: impl IntoIterator<Item = Phrase<'a>>,
    ) -> Result<Self> {
        let mut builder = Builder::new(language);
        let mut count = 0;
        for phrase in phrases {
            add(&mut builder, &phrase, count).map_err(|problem| {
                Error::new(ErrorCode::InvalidArgument, problem).at(format!("[{count}]"))
            })?;
            count += 1;
        }
        Ok(Self { trie: builder.build(), count })
    }

    /// The language of the phrases.
    #[must_use]
    pub fn language(&self) -> Language {
        self.trie.language()
    }

    /// How many phrases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What searches with these phrases.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        Finder { phrases: self, search: Search::default(), found: Vec::new() }
    }
}

/// Adds a phrase, whose number is also how many were there before it.
fn add(builder: &mut Builder, phrase: &Phrase<'_>, number: u32) -> Result<(), &'static str> {
    if phrase.gap > WIDEST {
        return Err("a gap passes over at most 20 words");
    }
    let mut node = ROOT;
    let mut parts = 0;
    let mut gap = false;
    for piece in phrase.text.split_whitespace() {
        if piece == "*" {
            if parts == 0 || gap {
                return Err("a gap stands between two words");
            }
            node = builder.gap(node, Leap { words: phrase.gap, clauses: true });
            gap = true;
            continue;
        }
        let form = if phrase.exact { Form::Exact } else { Form::Stem };
        let (next, words) = builder.words(node, piece, form, piece.ends_with('*'));
        node = next;
        parts += words;
        gap &= words == 0;
    }
    match () {
        () if parts == 0 => return Err("a phrase needs words"),
        () if parts > MOST_PARTS => return Err("a phrase has at most 32 words"),
        () if gap => return Err("a gap stands between two words"),
        () => {}
    }
    builder.end(node, number, phrase.group);
    Ok(())
}

/// Searches texts for [`Phrases`]; remembers what each distinct word of a lexer stands for.
///
/// Use it with one lexer, of the language of the phrases. A word that starts no phrase costs one read of a list.
/// Time is linear in the length of the text, whatever the text.
///
/// ```
/// use heedful::text::{Language, Lexer, Phrase, Phrases};
///
/// let phrases = Phrases::new(Language::English, [Phrase::new("late", 0), Phrase::new("never answer", 1)])?;
/// let (mut finder, mut lexer) = (phrases.finder(), Lexer::new(Language::English));
/// let (mut tokens, mut hits) = (Vec::new(), Vec::new());
/// let mut comments_with = [0, 0];
/// for comment in ["Late again", "They never answered", "late, and never an answer", "fine"] {
///     lexer.read(comment, &mut tokens);
///     finder.find(&lexer, &tokens, &mut hits);
///     hits.dedup_by_key(|hit| hit.group);
///     hits.iter().for_each(|hit| comments_with[hit.group as usize] += 1);
/// }
/// assert_eq!(comments_with, [2, 1]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Finder<'a> {
    phrases: &'a Phrases,
    search: Search,
    found: Vec<Found>,
}

impl Finder<'_> {
    /// Finds all phrases in the tokens that the lexer just read, in order of where they start, then of where
    /// they end, then of their group; `hits` is cleared first.
    pub fn find(&mut self, lexer: &Lexer, tokens: &[Token], hits: &mut Vec<Hit>) {
        self.phrases.trie.find(&mut self.search, lexer, tokens, &mut self.found);
        hits.clear();
        settle(&mut self.found);
        hits.extend(self.found.iter().filter_map(|found| {
            let &Found { first, last, group, phrase, .. } = found;
            let start = tokens.get(first as usize)?.start;
            let end = tokens.get(last as usize)?.end;
            Some(Hit { start, end, first, last, group, phrase })
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn found(phrases: &[Phrase<'_>], language: Language, text: &str) -> Vec<(u32, String)> {
        let phrases = Phrases::new(language, phrases.iter().cloned()).unwrap();
        let mut lexer = Lexer::new(language);
        let (mut tokens, mut hits) = (Vec::new(), Vec::new());
        lexer.read(text, &mut tokens);
        phrases.finder().find(&lexer, &tokens, &mut hits);
        let piece = |hit: &Hit| text.get(hit.start as usize..hit.end as usize).unwrap().to_owned();
        hits.iter().map(|hit| (hit.group, piece(hit))).collect()
    }

    fn english(phrases: &[&str], text: &str) -> Vec<String> {
        let phrases: Vec<_> = phrases.iter().map(|text| Phrase::new(text, 0)).collect();
        found(&phrases, Language::English, text).into_iter().map(|hit| hit.1).collect()
    }

    #[test]
    fn stems_prefixes_gaps_and_exact_words() {
        assert_eq!(
            english(&["late delivery"], "LATE Deliveries, late. Delivery"),
            ["LATE Deliveries"]
        );
        assert_eq!(
            english(&["deliver*"], "deliverability is no delivery"),
            ["deliverability", "delivery"]
        );
        assert_eq!(
            english(&["check-out"], "the check out, the check-out"),
            ["check out", "check-out"]
        );
        assert_eq!(
            english(&["don't like"], "I DON’T LIKE it, dont like it"),
            ["DON’T LIKE", "dont like"]
        );
        assert_eq!(english(&["\u{1F621}"], "so \u{1F621}!"), ["\u{1F621}"]);
        let gap = ["wait * minutes"];
        assert_eq!(english(&gap, "wait minutes"), ["wait minutes"]);
        assert_eq!(
            english(&gap, "waiting, (over) forty long minutes"),
            ["waiting, (over) forty long minutes"]
        );
        assert_eq!(english(&gap, "wait one two three four five minutes"), [""; 0]);
        assert_eq!(english(&gap, "wait. Minutes"), [""; 0]);
        assert_eq!(
            english(&gap, "wait wait wait ten minutes minutes"),
            ["wait wait wait ten minutes minutes"]
        );
        let exact = [Phrase::new("deliveries", 0).exact(true), Phrase::new("delivery", 1)];
        let all = found(&exact, Language::English, "Deliveries delivery");
        assert_eq!(
            all,
            [(0, "Deliveries".into()), (1, "Deliveries".into()), (1, "delivery".into())]
        );
        let wide = [Phrase::new("a * b", 0).gap(0)];
        assert_eq!(found(&wide, Language::English, "a b a x b").len(), 1);
    }

    #[test]
    fn leftmost_longest_in_a_group_and_overlaps_between_groups() {
        let phrases = ["credit card", "card", "card fee", "fee"].map(|text| Phrase::new(text, 0));
        let all = found(&phrases, Language::English, "credit card fee, card fee");
        let all: Vec<_> = all.iter().map(|hit| hit.1.as_str()).collect();
        assert_eq!(all, ["credit card", "fee", "card fee"]);
        let phrases =
            [Phrase::new("credit card", 0), Phrase::new("card fee", 1), Phrase::new("card", 2)];
        let all = found(&phrases, Language::English, "credit card fee");
        assert_eq!(all, [(0, "credit card".into()), (2, "card".into()), (1, "card fee".into())]);
    }

    #[test]
    fn other_languages() {
        let phrases = [Phrase::new("temps d'attente", 0), Phrase::new("accueil", 1)];
        let all = found(&phrases, Language::French, "L’accueil : le temps d'attente");
        assert_eq!(all, [(1, "L’accueil".into()), (0, "temps d'attente".into())]);
        let phrases = [Phrase::new("\u{9001}\u{8D27}\u{6162}", 0), Phrase::new("\u{6162}", 1)];
        let all = found(&phrases, Language::Chinese, "\u{9001}\u{8D27}\u{6162}\u{4E86}");
        assert_eq!(all[0], (0, "\u{9001}\u{8D27}\u{6162}".into()));
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn what_is_no_phrase_is_refused() {
        let long = "a ".repeat(33);
        for text in ["", " . ", "*", "* a", "a *", "a * * b", &long] {
            let phrases = [Phrase::new("fine", 0), Phrase::new(text, 0)];
            let error = Phrases::new(Language::English, phrases).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "[1]"), "{text}");
        }
        assert!(Phrases::new(Language::English, [Phrase::new("a * b", 0).gap(21)]).is_err());
        assert!(Phrases::new(Language::English, []).unwrap().is_empty());
    }

    /// All ways in which a phrase fits, by its definition; words are letters, `.` ends a sentence, `,` a clause.
    fn plain(parts: &[&str], gap: u8, words: &[char], at: usize, ends: &mut Vec<usize>) {
        let Some((part, rest)) = parts.split_first() else { return ends.push(at - 1) };
        if *part == "*" {
            let mut passed = 0;
            for next in at..words.len() {
                plain(rest, gap, words, next, ends);
                match words[next] {
                    '.' => return,
                    ',' => {}
                    _ => passed += 1,
                }
                if passed > gap {
                    return;
                }
            }
        } else if words.get(at).is_some_and(|word| part.starts_with(*word)) {
            plain(rest, gap, words, at + 1, ends);
        }
    }

    proptest! {
        #[test]
        fn finds_what_the_definition_says(
            phrases in prop::collection::vec(("[xyz]( \\*)?( [xyz]( \\*)?){0,3} [xyz]|[xyz]", 0..3_u8), 1..6),
            text in "[xyzxyzw,.]{0,24}",
        ) {
            let list = phrases.iter().zip(0..).map(|((text, gap), group)| Phrase::new(text, group).gap(*gap));
            let compiled = Phrases::new(Language::Other, list).unwrap();
            let words: Vec<char> = text.chars().collect();
            let spaced: String = words.iter().map(|c| if *c == '.' { "\n ".into() } else { format!("{c} ") }).collect();
            let mut lexer = Lexer::new(Language::Other);
            let (mut tokens, mut hits) = (Vec::new(), Vec::new());
            lexer.read(&spaced, &mut tokens);
            prop_assert_eq!(tokens.len(), words.len());
            compiled.finder().find(&lexer, &tokens, &mut hits);
            let mut found = Vec::new();
            compiled.trie.find(&mut Search::default(), &lexer, &tokens, &mut found);
            let all: BTreeSet<_> = found.iter().map(|hit| (hit.phrase, hit.first, hit.last)).collect();
            let mut expected = BTreeSet::new();
            for (phrase, (text, gap)) in phrases.iter().enumerate() {
                let parts: Vec<&str> = text.split(' ').collect();
                for first in 0..words.len() {
                    let mut ends = Vec::new();
                    plain(&parts, *gap, &words, first, &mut ends);
                    expected.extend(ends.into_iter().map(|last| (phrase as u32, first as u32, last as u32)));
                }
            }
            // Of several ways from one word on the longest must be there.
            let longest = |all: &BTreeSet<(u32, u32, u32)>| -> BTreeMap<(u32, u32), u32> {
                all.iter().map(|(phrase, first, last)| ((*phrase, *first), *last)).collect()
            };
            prop_assert!(all.is_subset(&expected));
            prop_assert_eq!(longest(&all), longest(&expected));
            for (one, other) in hits.iter().flat_map(|one| hits.iter().map(move |other| (one, other))) {
                let apart = one.last < other.first || other.last < one.first;
                prop_assert!(one == other || one.group != other.group || apart);
            }
        }
    }
}
