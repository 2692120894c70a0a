//! Many phrases at once, found on the stems of a text.

use hashbrown::{HashMap, HashSet};

use super::language::Language;
use super::lexer::{Lexer, Token};
use super::word::{Kind, Word};
use crate::base::error::{Error, ErrorCode, Result};

/// The most words and gaps of a phrase.
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

    /// Whether words must be just these, upper and lower case apart, instead of having the same stems.
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

/// What a word of a phrase asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Stem(Box<str>),
    Folded(Box<str>),
    Prefix(Box<str>),
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// Its first edge, in `edges`, and how many it has.
    edge: u32,
    count: u32,
    /// The first phrase that ends here, in `ends`.
    end: u32,
    /// The first gap that begins here, in `gaps`.
    gap: u32,
}

impl Node {
    fn new() -> Self {
        Self { edge: 0, count: 0, end: NONE, gap: NONE }
    }
}

/// An edge of the trie: to which node a word leads.
#[derive(Debug, Clone, Copy)]
struct Edge {
    symbol: u32,
    to: u32,
}

#[derive(Debug, Clone, Copy)]
struct Gap {
    words: u8,
    node: u32,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct End {
    phrase: u32,
    group: u32,
    next: u32,
}

/// Where a symbol leads from a node, while phrases are added.
type Edges = HashMap<(u32, u32), u32>;

const ROOT: u32 = 0;
const NONE: u32 = u32::MAX;

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
    language: Language,
    parts: HashMap<Part, u32>,
    /// Lengths in bytes of the shortest and longest prefix; nothing fits where there is none.
    prefixes: (usize, usize),
    nodes: Vec<Node>,
    /// Where each symbol leads from the root.
    root: Vec<u32>,
    /// By node, then by symbol; those of the root too.
    edges: Vec<Edge>,
    ends: Vec<End>,
    gaps: Vec<Gap>,
    count: u32,
}

impl Phrases {
    /// Prepares phrases.
    ///
    /// # Errors
    /// `invalid-argument` with the path `[i]` of a phrase without words, with more than 32 words and gaps, with a
    /// gap at its start or end, or with a gap of more than 20 words.
    pub fn new<'a>(
        language: Language,
        phrases: impl IntoIterator<Item = Phrase<'a>>,
    ) -> Result<Self> {
        let mut this = Self {
            language,
            parts: HashMap::new(),
            prefixes: (usize::MAX, 0),
            nodes: vec![Node::new()],
            root: Vec::new(),
            edges: Vec::new(),
            ends: Vec::new(),
            gaps: Vec::new(),
            count: 0,
        };
        let mut lexer = Lexer::new(language);
        let mut edges = HashMap::new();
        for phrase in phrases {
            let at = this.count;
            this.add(&mut lexer, &phrase, &mut edges).map_err(|problem| {
                Error::new(ErrorCode::InvalidArgument, problem).at(format!("[{at}]"))
            })?;
        }
        this.lay_out(edges);
        Ok(this)
    }

    /// Puts the edges into their order.
    fn lay_out(&mut self, edges: Edges) {
        let mut edges: Vec<_> = edges.into_iter().collect();
        edges.sort_unstable();
        self.root = vec![NONE; self.parts.len()];
        let mut at = 0;
        for (from, node) in self.nodes.iter_mut().enumerate() {
            node.edge = at as u32;
            while let Some(&((_, symbol), to)) =
                edges.get(at).filter(|edge| edge.0.0 as usize == from)
            {
                self.edges.push(Edge { symbol, to });
                node.count += 1;
                if from == ROOT as usize
                    && let Some(place) = self.root.get_mut(symbol as usize)
                {
                    *place = to;
                }
                at += 1;
            }
        }
        self.edges.shrink_to_fit();
    }

    /// Where a symbol leads from a node.
    fn next(&self, node: u32, symbol: u32) -> Option<u32> {
        if node == ROOT {
            return self.root.get(symbol as usize).copied().filter(|to| *to != NONE);
        }
        let &Node { edge, count, .. } = self.nodes.get(node as usize)?;
        let edges = self.edges.get(edge as usize..(edge + count) as usize)?;
        let at = match edges.len() {
            ..8 => edges.iter().position(|edge| edge.symbol == symbol)?,
            8.. => edges.binary_search_by_key(&symbol, |edge| edge.symbol).ok()?,
        };
        edges.get(at).map(|edge| edge.to)
    }

    /// The language of the phrases.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
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
        Finder {
            phrases: self,
            generation: None,
            codes: Vec::new(),
            starts: Vec::new(),
            sets: Vec::new(),
            symbols: Vec::new(),
            seen: HashSet::new(),
        }
    }

    fn add(
        &mut self,
        lexer: &mut Lexer,
        phrase: &Phrase<'_>,
        edges: &mut Edges,
    ) -> Result<(), &'static str> {
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
                node = self.gap_after(node, phrase.gap);
                gap = true;
                continue;
            }
            for part in read_parts(lexer, piece, phrase.exact) {
                node = self.step(node, part, edges);
                gap = false;
                parts += 1;
            }
        }
        match () {
            () if parts == 0 => return Err("a phrase needs words"),
            () if parts > MOST_PARTS => return Err("a phrase has at most 32 words"),
            () if gap => return Err("a gap stands between two words"),
            () => {}
        }
        let end = self.ends.len() as u32;
        if let Some(node) = self.nodes.get_mut(node as usize) {
            self.ends.push(End { phrase: self.count, group: phrase.group, next: node.end });
            node.end = end;
        }
        self.count += 1;
        Ok(())
    }

    fn step(&mut self, from: u32, part: Part, edges: &mut Edges) -> u32 {
        if let Part::Prefix(prefix) = &part {
            self.prefixes = (self.prefixes.0.min(prefix.len()), self.prefixes.1.max(prefix.len()));
        }
        let next = self.parts.len() as u32;
        let symbol = *self.parts.entry(part).or_insert(next);
        let node = self.nodes.len() as u32;
        let to = *edges.entry((from, symbol)).or_insert(node);
        if to == node {
            self.nodes.push(Node::new());
        }
        to
    }

    fn gap_after(&mut self, from: u32, words: u8) -> u32 {
        let first = self.nodes.get(from as usize).map_or(NONE, |node| node.gap);
        let mut at = first;
        while let Some(gap) = self.gaps.get(at as usize) {
            if gap.words == words {
                return gap.node;
            }
            at = gap.next;
        }
        let to = self.nodes.len() as u32;
        self.nodes.push(Node::new());
        if let Some(node) = self.nodes.get_mut(from as usize) {
            node.gap = self.gaps.len() as u32;
            self.gaps.push(Gap { words, node: to, next: first });
        }
        to
    }

    /// What a word of the text can stand for in a phrase.
    fn symbols(&self, word: &Word, found: &mut Vec<u32>) {
        let mut look = |part: Part| found.extend(self.parts.get(&part));
        look(Part::Stem(word.stem().into()));
        look(Part::Folded(word.folded().into()));
        let folded = word.folded();
        for length in self.prefixes.0..=self.prefixes.1.min(folded.len()) {
            if let Some(prefix) = folded.get(..length) {
                look(Part::Prefix(prefix.into()));
            }
        }
    }
}

/// The parts that a piece of a phrase stands for.
fn read_parts(lexer: &mut Lexer, piece: &str, exact: bool) -> Vec<Part> {
    let mut tokens = Vec::new();
    let open = piece.ends_with('*');
    lexer.read(piece, &mut tokens);
    let words: Vec<&Word> = tokens.iter().map(|token| lexer.word(token.slot)).collect();
    let words: Vec<&Word> =
        words.into_iter().filter(|word| word.kind() != Kind::Punctuation).collect();
    let mut parts = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let single = word.kind() == Kind::Gram && word.folded().chars().count() == 1;
        let after_gram = i
            .checked_sub(1)
            .and_then(|i| words.get(i))
            .is_some_and(|word| word.kind() == Kind::Gram);
        if single && after_gram {
            continue; // the pair before it says the same
        }
        parts.push(if single || (open && i + 1 == words.len()) {
            Part::Prefix(word.folded().into())
        } else if exact {
            Part::Folded(word.folded().into())
        } else {
            Part::Stem(word.stem().into())
        });
    }
    parts
}

/// A word that occurs in no phrase.
const INERT: u32 = 0;
/// Punctuation within a sentence.
const CLAUSE: u32 = 1;
/// The end of a sentence.
const SENTENCE: u32 = 2;
/// Codes from here on are sets of symbols.
const SETS: u32 = 3;
/// Stands for several nodes.
const SEVERAL: u32 = u32::MAX - 1;

/// Searches texts for [`Phrases`]; remembers what each distinct word of a lexer stands for.
///
/// Use it with one lexer, of the language of the phrases. A word that starts no phrase costs one read of a list.
/// Time is linear in the length of the text, whatever the text.
#[derive(Debug, Clone)]
pub struct Finder<'a> {
    phrases: &'a Phrases,
    generation: Option<u32>,
    codes: Vec<u32>,
    /// The node to which each word leads from the root: `NONE`, one, or `SEVERAL`.
    starts: Vec<u32>,
    /// Where each set begins and ends in `symbols`.
    sets: Vec<(u32, u32)>,
    symbols: Vec<u32>,
    /// Nodes behind a second or later gap, with the token from which on they were searched.
    seen: HashSet<(u32, u32)>,
}

impl Finder<'_> {
    /// Finds all phrases in the tokens that the lexer just read, in order of where they start, then of where
    /// they end, then of their group; `hits` is cleared first.
    pub fn find(&mut self, lexer: &Lexer, tokens: &[Token], hits: &mut Vec<Hit>) {
        self.search(lexer, tokens, hits);
        if !hits.is_empty() {
            settle(hits);
        }
    }

    /// Finds all hits, of those that go on alike after a second gap the leftmost.
    fn search(&mut self, lexer: &Lexer, tokens: &[Token], hits: &mut Vec<Hit>) {
        hits.clear();
        if self.generation != Some(lexer.generation()) {
            self.generation = Some(lexer.generation());
            self.codes.clear();
            self.starts.clear();
            self.sets.clear();
            self.symbols.clear();
        }
        for slot in self.codes.len()..lexer.words() {
            let code = self.code(lexer.word(slot as u32));
            self.codes.push(code);
            self.starts.push(self.start(code));
        }
        if !self.seen.is_empty() {
            self.seen.clear();
        }
        for (at, token) in tokens.iter().enumerate() {
            let start = self.starts.get(token.slot as usize).copied().unwrap_or(NONE);
            if start == NONE || !self.goes_on(start, tokens.get(at + 1)) {
                continue;
            }
            let mut search = Search {
                phrases: self.phrases,
                codes: &self.codes,
                sets: &self.sets,
                symbols: &self.symbols,
                seen: &mut self.seen,
                tokens,
                first: at as u32,
                hits,
            };
            match start {
                SEVERAL => search.walk(ROOT, at as u32, false),
                node => search.arrive(node, at as u32, false),
            }
        }
    }

    /// Whether there is more to the node than words that the next token cannot be.
    fn goes_on(&self, node: u32, next: Option<&Token>) -> bool {
        let fits =
            |token: &Token| self.codes.get(token.slot as usize).is_some_and(|code| *code >= SETS);
        match self.phrases.nodes.get(node as usize) {
            Some(node) if node.end == NONE && node.gap == NONE => next.is_some_and(fits),
            _ => true,
        }
    }

    /// The node to which a word leads from the root.
    fn start(&self, code: u32) -> u32 {
        let Some(set) = code.checked_sub(SETS) else { return NONE };
        let Some(&(start, end)) = self.sets.get(set as usize) else { return NONE };
        let symbols = self.symbols.get(start as usize..end as usize).unwrap_or_default();
        let mut nodes = symbols.iter().filter_map(|symbol| self.phrases.next(ROOT, *symbol));
        match (nodes.next(), nodes.next()) {
            (None, _) => NONE,
            (Some(node), None) => node,
            _ => SEVERAL,
        }
    }

    /// What a word of the text means to the phrases.
    fn code(&mut self, word: &Word) -> u32 {
        if word.kind() == Kind::Punctuation {
            return if word.ends_sentence() { SENTENCE } else { CLAUSE };
        }
        let first = self.symbols.len();
        self.phrases.symbols(word, &mut self.symbols);
        let found = self.symbols.get(first..).unwrap_or_default();
        if found.is_empty() {
            return INERT;
        }
        self.sets.push((first as u32, self.symbols.len() as u32));
        SETS + self.sets.len() as u32 - 1
    }
}

/// The search for phrases that start at one token.
struct Search<'a> {
    phrases: &'a Phrases,
    codes: &'a [u32],
    sets: &'a [(u32, u32)],
    symbols: &'a [u32],
    seen: &'a mut HashSet<(u32, u32)>,
    tokens: &'a [Token],
    first: u32,
    hits: &'a mut Vec<Hit>,
}

impl Search<'_> {
    fn code(&self, at: u32) -> u32 {
        let Some(token) = self.tokens.get(at as usize) else { return SENTENCE };
        self.codes.get(token.slot as usize).copied().unwrap_or(INERT)
    }

    /// Follows the words from `at` on, as far as they go.
    fn walk(&mut self, node: u32, at: u32, after_gap: bool) {
        let Some(set) = self.code(at).checked_sub(SETS) else { return };
        let Some(&(start, end)) = self.sets.get(set as usize) else { return };
        let symbols = self.symbols;
        for symbol in symbols.get(start as usize..end as usize).unwrap_or_default() {
            if let Some(next) = self.phrases.next(node, *symbol) {
                self.arrive(next, at, after_gap);
            }
        }
    }

    /// Notes the phrases that end at a node, goes on to the next word, and over the gaps that begin here.
    fn arrive(&mut self, node: u32, last: u32, after_gap: bool) {
        let Some(&Node { mut end, mut gap, count, .. }) = self.phrases.nodes.get(node as usize)
        else {
            return;
        };
        while let Some(&End { phrase, group, next }) = self.phrases.ends.get(end as usize) {
            let first = self.first;
            if let (Some(start), Some(stop)) =
                (self.tokens.get(first as usize), self.tokens.get(last as usize))
            {
                self.hits.push(Hit {
                    start: start.start,
                    end: stop.end,
                    first,
                    last,
                    group,
                    phrase,
                });
            }
            end = next;
        }
        if count > 0 {
            self.walk(node, last + 1, after_gap);
        }
        while let Some(&Gap { words, node, next }) = self.phrases.gaps.get(gap as usize) {
            // Two ways over two gaps may meet: the first that came started leftmost.
            if !after_gap || self.seen.insert((node, last + 1)) {
                self.pass(words, node, last + 1);
            }
            gap = next;
        }
    }

    /// Goes on behind a gap that starts at a token.
    fn pass(&mut self, words: u8, node: u32, from: u32) {
        let mut left = words;
        let mut at = from;
        loop {
            match self.code(at) {
                SENTENCE => return,
                CLAUSE => {}
                code => {
                    if code >= SETS {
                        self.walk(node, at, true);
                    }
                    if left == 0 {
                        return;
                    }
                    left -= 1;
                }
            }
            at += 1;
        }
    }
}

/// Keeps the leftmost and of those the longest hits of each group, none of which overlap.
fn settle(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| {
        (hit.group, hit.first, std::cmp::Reverse(hit.last), hit.phrase)
    });
    let mut last: Option<Hit> = None;
    hits.retain(|hit| {
        let free = last.is_none_or(|last| last.group != hit.group || last.last < hit.first);
        if free {
            last = Some(*hit);
        }
        free
    });
    hits.sort_unstable_by_key(|hit| (hit.first, hit.last, hit.group));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
            let list = phrases.iter().map(|(text, gap)| Phrase::new(text, 0).gap(*gap));
            let compiled = Phrases::new(Language::Other, list).unwrap();
            let words: Vec<char> = text.chars().collect();
            let spaced: String = words.iter().map(|c| if *c == '.' { "\n ".into() } else { format!("{c} ") }).collect();
            let mut lexer = Lexer::new(Language::Other);
            let (mut tokens, mut hits) = (Vec::new(), Vec::new());
            lexer.read(&spaced, &mut tokens);
            prop_assert_eq!(tokens.len(), words.len());
            compiled.finder().search(&lexer, &tokens, &mut hits);
            // Of hits that end alike the leftmost.
            let mut ours = BTreeMap::new();
            for hit in &hits {
                let first = ours.entry((hit.phrase, hit.last)).or_insert(hit.first);
                *first = hit.first.min(*first);
            }
            let mut expected = BTreeMap::new();
            for (phrase, (text, gap)) in phrases.iter().enumerate() {
                let parts: Vec<&str> = text.split(' ').collect();
                for first in 0..words.len() {
                    let mut ends = Vec::new();
                    plain(&parts, *gap, &words, first, &mut ends);
                    for last in ends {
                        expected.entry((phrase as u32, last as u32)).or_insert(first as u32);
                    }
                }
            }
            prop_assert_eq!(ours, expected);
            settle(&mut hits);
            for pair in hits.windows(2) {
                prop_assert!(pair[0].last < pair[1].first);
            }
        }
    }

    #[test]
    fn nested_gaps_do_not_blow_up() {
        let phrase = vec!["a"; 16].join(" * ");
        let compiled = Phrases::new(Language::Other, [Phrase::new(&phrase, 0).gap(20)]).unwrap();
        let text = "a ".repeat(3_000);
        let mut lexer = Lexer::new(Language::Other);
        let (mut tokens, mut hits) = (Vec::new(), Vec::new());
        lexer.read(&text, &mut tokens);
        compiled.finder().find(&lexer, &tokens, &mut hits);
        assert!(!hits.is_empty());
    }
}
