//! Many phrases as one tree, in which the words of a text lead from node to node.
//!
//! A distinct word is looked up once: its stem, its folded form and its beginnings may each be a symbol of the
//! tree. Most words are none, and cost one read of a list for each token.

use std::ops::Range;

use hashbrown::HashMap;

use super::language::Language;
use super::lexer::{Lexer, Token};
use super::typo::{TYPO_LETTERS, Typos};
use super::word::{Kind, Word, without_accents};

/// No node, no gap, no end.
pub(super) const NONE: u32 = u32::MAX;
/// The node where every phrase starts.
pub(crate) const ROOT: u32 = 0;

/// How a word of a phrase is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Any word with the same stem.
    Stem,
    /// This word only, whatever its capitals.
    Exact,
    /// Any word that begins so.
    Prefix,
}

/// What a gap may pass over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leap {
    /// The most words.
    pub(crate) words: u8,
    /// Commas, brackets and the like as well; the end of a sentence never.
    pub(crate) clauses: bool,
}

/// The numbers of the words that phrases are made of.
#[derive(Debug, Clone)]
struct Symbols {
    language: Language,
    stems: HashMap<Box<str>, u32>,
    exact: HashMap<Box<str>, u32>,
    prefixes: HashMap<Box<str>, u32>,
    /// Lengths in bytes of the shortest and longest prefix; nothing fits where there is none.
    lengths: (usize, usize),
    count: u32,
    /// Accents do not matter to stems.
    plain: bool,
    typos: Option<Typos>,
}

impl Symbols {
    fn number(&mut self, form: Form, word: &Word) -> u32 {
        let (map, text) = match form {
            Form::Stem if self.plain => {
                (&mut self.stems, without_accents(self.language, word.stem()).into_boxed_str())
            }
            Form::Stem => (&mut self.stems, word.stem().into()),
            Form::Exact => (&mut self.exact, word.folded().into()),
            Form::Prefix => {
                let length = word.folded().len();
                self.lengths = (self.lengths.0.min(length), self.lengths.1.max(length));
                (&mut self.prefixes, word.folded().into())
            }
        };
        let number = *map.entry(text).or_insert(self.count);
        self.count += u32::from(number == self.count);
        number
    }

    /// What a word of a text can stand for, and whether it is misspelt.
    fn of(&self, word: &Word, found: &mut Vec<u32>) -> bool {
        let before = found.len();
        let folded = word.folded();
        if self.plain {
            found.extend(self.stems.get(&*without_accents(self.language, word.stem())));
        } else {
            found.extend(self.stems.get(word.stem()));
        }
        found.extend(self.exact.get(folded));
        for length in self.lengths.0..=self.lengths.1.min(folded.len()) {
            found.extend(folded.get(..length).and_then(|head| self.prefixes.get(head)));
        }
        let Some(typos) = self.typos.as_ref().filter(|_| found.len() == before) else {
            return false;
        };
        let may_err = matches!(word.kind(), Kind::Word | Kind::Hashtag)
            && !word.is_stop()
            && folded.chars().count() >= TYPO_LETTERS;
        if may_err {
            found.extend(typos.meant(folded).or_else(|| typos.meant(word.stem())));
        }
        found.len() > before
    }
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

const LEAF: Node = Node { edge: 0, count: 0, end: NONE, gap: NONE };

/// To which node a word leads.
#[derive(Debug, Clone, Copy)]
struct Edge {
    symbol: u32,
    to: u32,
}

/// A node after the first word of a phrase, with what tells most words that lead nowhere from it.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// `NONE` where no phrase starts with the word.
    node: u32,
    /// The first phrase that ends at the node, in `ends`.
    end: u32,
    /// The most words that may stand between the first word and one behind a gap, plus 1; 0 where there is no gap.
    reach: u32,
    /// A bit for each word that leads on from the node, and for each that does behind one of its gaps.
    next: u64,
    behind: u64,
}

const NO_HEAD: Head = Head { node: NONE, end: NONE, reach: 0, next: 0, behind: 0 };

/// The bit of a symbol: several have the same.
fn bit(symbol: u32) -> u64 {
    1 << (symbol % 64)
}

#[derive(Debug, Clone, Copy)]
struct Gap {
    leap: Leap,
    /// The node behind it.
    node: u32,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct End {
    phrase: u32,
    group: u32,
    next: u32,
}

/// Collects phrases.
#[derive(Debug)]
pub(crate) struct Builder {
    lexer: Lexer,
    tokens: Vec<Token>,
    trie: Trie,
    edges: HashMap<(u32, u32), u32>,
    /// Stems and folded forms, where typing errors are to be forgiven.
    spelt: Option<Vec<(Box<str>, u32)>>,
}

impl Builder {
    pub(crate) fn new(language: Language) -> Self {
        let symbols = Symbols {
            language,
            stems: HashMap::new(),
            exact: HashMap::new(),
            prefixes: HashMap::new(),
            lengths: (usize::MAX, 0),
            count: 0,
            plain: false,
            typos: None,
        };
        let trie = Trie {
            symbols,
            longest: true,
            nodes: vec![LEAF],
            heads: Vec::new(),
            edges: Vec::new(),
            ends: Vec::new(),
            gaps: Vec::new(),
        };
        let lexer = Lexer::new(language);
        Self { lexer, tokens: Vec::new(), trie, edges: HashMap::new(), spelt: None }
    }

    /// Accents do not matter to stems.
    pub(crate) fn without_accents(mut self) -> Self {
        self.trie.symbols.plain = true;
        self
    }

    /// Finds shorter fits of a phrase beside the longest from the same token on.
    pub(crate) fn with_shorter(mut self, shorter: bool) -> Self {
        self.trie.longest = !shorter;
        self
    }

    /// Forgives one typing error in words that are nothing else.
    pub(crate) fn with_typos(mut self, typos: bool) -> Self {
        self.spelt = typos.then(Vec::new);
        self
    }

    /// The node after the words of a text, which follow each other without punctuation, and how many they are. The
    /// last of them may be `open`: any word that begins so.
    pub(crate) fn words(&mut self, from: u32, text: &str, form: Form, open: bool) -> (u32, usize) {
        self.lexer.read(text, &mut self.tokens);
        self.tokens.retain(|token| self.lexer.word(token.slot).kind() != Kind::Punctuation);
        let (mut node, mut count) = (from, 0);
        let mut before = 0;
        for (place, token) in self.tokens.iter().enumerate() {
            let word = self.lexer.word(token.slot);
            let gram = word.kind() == Kind::Gram;
            // Pairs of characters overlap: the last character alone says nothing beyond the pair before it.
            if gram && token.end <= before {
                continue;
            }
            before = token.end;
            // A single character of a script without spaces stands at the head of a pair.
            let single = gram && word.folded().chars().nth(1).is_none();
            let last = place + 1 == self.tokens.len();
            let form = if single || (open && last) { Form::Prefix } else { form };
            let symbol = self.trie.symbols.number(form, word);
            if let Some(spelt) = self.spelt.as_mut().filter(|_| form == Form::Stem) {
                spelt.extend([(word.stem().into(), symbol), (word.folded().into(), symbol)]);
            }
            let next = self.trie.nodes.len() as u32;
            node = *self.edges.entry((node, symbol)).or_insert(next);
            if node == next {
                self.trie.nodes.push(LEAF);
            }
            count += 1;
        }
        (node, count)
    }

    /// The node after a gap.
    pub(crate) fn gap(&mut self, from: u32, leap: Leap) -> u32 {
        let Some(node) = self.trie.nodes.get_mut(from as usize) else { return from };
        let first = node.gap;
        let mut at = first;
        while let Some(gap) = self.trie.gaps.get(at as usize) {
            if gap.leap == leap {
                return gap.node;
            }
            at = gap.next;
        }
        node.gap = self.trie.gaps.len() as u32;
        let to = self.trie.nodes.len() as u32;
        self.trie.gaps.push(Gap { leap, node: to, next: first });
        self.trie.nodes.push(LEAF);
        to
    }

    /// Ends a phrase of a group at a node, which must not be the root. Where the one that ended there last is of the
    /// same group, the two are one; returns the number of that.
    pub(crate) fn end(&mut self, node: u32, phrase: u32, group: u32) -> Option<u32> {
        let end = self.trie.ends.len() as u32;
        let node = self.trie.nodes.get_mut(node as usize).filter(|_| node != ROOT)?;
        if let Some(last) = self.trie.ends.get(node.end as usize).filter(|end| end.group == group) {
            return Some(last.phrase);
        }
        self.trie.ends.push(End { phrase, group, next: node.end });
        node.end = end;
        Some(phrase)
    }

    /// The symbol of the first word of a text, to be asked for by [`Search::symbols`].
    pub(crate) fn symbol(&mut self, text: &str) -> Option<u32> {
        self.lexer.read(text, &mut self.tokens);
        let word = self.lexer.word(self.tokens.first()?.slot);
        Some(self.trie.symbols.number(Form::Stem, word))
    }

    /// Puts the edges into their order.
    pub(crate) fn build(self) -> Trie {
        let Self { mut trie, edges, spelt, .. } = self;
        let mut edges: Vec<_> = edges.into_iter().collect();
        edges.sort_unstable();
        trie.symbols.typos = spelt.map(Typos::new);
        trie.edges.reserve_exact(edges.len());
        for ((from, symbol), to) in edges {
            if let Some(node) = trie.nodes.get_mut(from as usize) {
                if node.count == 0 {
                    node.edge = trie.edges.len() as u32;
                }
                node.count += 1;
            }
            trie.edges.push(Edge { symbol, to });
        }
        let mut heads = vec![NO_HEAD; trie.symbols.count as usize];
        for Edge { symbol, to } in trie.leaving(ROOT) {
            if let Some(head) = heads.get_mut(*symbol as usize) {
                *head = trie.head(*to);
            }
        }
        trie.heads = heads;
        trie
    }
}

/// Phrases prepared for search.
#[derive(Debug, Clone)]
pub(crate) struct Trie {
    symbols: Symbols,
    /// Of the ways in which a phrase fits from a token on only the longest counts.
    longest: bool,
    nodes: Vec<Node>,
    /// Where each symbol leads from the root.
    heads: Vec<Head>,
    /// By node, then by symbol; those of the root too.
    edges: Vec<Edge>,
    ends: Vec<End>,
    gaps: Vec<Gap>,
}

/// A phrase in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) phrase: u32,
    pub(crate) group: u32,
    /// Tokens from `first` to `last`, both included.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// A word was read with a typing error.
    pub(crate) typo: bool,
}

/// A word that occurs in no phrase.
const INERT: u32 = 0;
/// Punctuation within a sentence.
const CLAUSE: u32 = 1;
/// The end of a sentence.
const SENTENCE: u32 = 2;
/// Codes from here on are words of phrases: this much more than their symbol, ...
const WORDS: u32 = 3;
/// ... or with this bit the place of a set of symbols.
const SETS: u32 = 1 << 31;
/// More hits than these from one token on are looked through for those that do not count.
const MANY: usize = 8;
/// Stands for several symbols.
const SEVERAL: u32 = u32::MAX - 1;

/// The symbols of a word.
#[derive(Debug, Clone, Copy)]
struct Set {
    start: u32,
    end: u32,
    typo: bool,
}

impl Set {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A gap that is open on the way through a text.
#[derive(Debug, Clone, Copy)]
struct Open {
    gap: u32,
    /// The node behind it.
    node: u32,
    /// The last word, counted from the first of the phrase, that may stand behind it.
    until: u32,
    typo: bool,
}

impl Open {
    fn place(self) -> usize {
        2 * self.gap as usize + usize::from(self.typo)
    }
}

/// What one text after another is searched with: remembers what each distinct word of a lexer stands for.
///
/// Use it with one lexer and one tree, of one language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Search {
    generation: Option<u32>,
    codes: Vec<u32>,
    /// With which symbol each word leads from the root: `NONE`, one, or `SEVERAL`.
    starts: Vec<u32>,
    /// Whether there is any: small, since it is asked of every token.
    opens: Vec<bool>,
    /// The bits of the symbols that each word stands for; all where they are several, and of a comma.
    bits: Vec<u64>,
    /// The tokens at which a phrase may start, and whether it may have more words.
    firsts: Vec<(u32, bool)>,
    sets: Vec<Set>,
    symbols: Vec<u32>,
    /// Nodes that the last word led to, and whether with a typing error; and those that this one leads to.
    reached: Vec<(u32, bool)>,
    arrived: Vec<(u32, bool)>,
    open: Vec<Open>,
    /// For each gap, read rightly and with a typing error, where in `open` it may be.
    places: Vec<u32>,
    /// Pieces of work done, for tests to count.
    #[cfg(test)]
    pub(crate) steps: u64,
}

impl Search {
    /// What a word of a lexer stands for, once a text with it was searched.
    pub(crate) fn symbols(&self, slot: u32) -> impl Iterator<Item = u32> {
        let code = self.codes.get(slot as usize).copied().unwrap_or(INERT);
        let set = self.set(code).and_then(|set| self.symbols.get(set.range()));
        let several = set.unwrap_or_default().iter().copied();
        if code & SETS == 0 { code.checked_sub(WORDS) } else { None }.into_iter().chain(several)
    }

    fn set(&self, code: u32) -> Option<Set> {
        self.sets.get((code & SETS != 0).then_some(code & !SETS)? as usize).copied()
    }

    /// Whether a word of a lexer is punctuation, once a text with it was searched.
    pub(crate) fn is_punctuation(&self, slot: u32) -> bool {
        self.codes.get(slot as usize).is_some_and(|code| matches!(*code, CLAUSE | SENTENCE))
    }

    #[inline]
    fn code(&self, tokens: &[Token], at: usize) -> u32 {
        let Some(token) = tokens.get(at) else { return SENTENCE };
        self.codes.get(token.slot as usize).copied().unwrap_or(INERT)
    }

    #[inline]
    fn start(&self, tokens: &[Token], at: usize) -> u32 {
        let start = tokens.get(at).and_then(|token| self.starts.get(token.slot as usize));
        start.copied().unwrap_or(NONE)
    }

    #[inline]
    fn bits(&self, slot: u32) -> u64 {
        self.bits.get(slot as usize).copied().unwrap_or_default()
    }

    /// Lists the tokens at which a phrase may start. Which these are nothing could predict, so there is no branch.
    fn list_firsts(&mut self, tokens: &[Token]) -> usize {
        if self.firsts.len() < tokens.len() {
            self.firsts.resize(tokens.len(), (0, false));
        }
        let mut count = 0;
        for (at, token) in (0..).zip(tokens) {
            if let Some(first) = self.firsts.get_mut(count) {
                *first = (at, false);
            }
            let opens = self.opens.get(token.slot as usize).copied();
            count += usize::from(opens.unwrap_or_default());
        }
        count
    }

    /// Opens a gap, or for longer where it is open.
    fn open(&mut self, open: Open) {
        let Some(place) = self.places.get_mut(open.place()) else { return };
        match self.open.get_mut(*place as usize) {
            Some(known) if known.place() == open.place() => known.until = open.until,
            _ => {
                *place = self.open.len() as u32;
                self.open.push(open);
            }
        }
    }

    /// Notes where in the list of open gaps one is now.
    fn mark(&mut self, place: usize) {
        if let Some(open) = self.open.get(place)
            && let Some(slot) = self.places.get_mut(open.place())
        {
            *slot = place as u32;
        }
    }

    #[inline]
    fn tick(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }
}

impl Trie {
    pub(crate) fn language(&self) -> Language {
        self.symbols.language
    }

    /// The nodes at which phrases end, with their groups.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..).zip(&self.nodes).flat_map(|(place, node)| {
            let end = |at: u32| self.ends.get(at as usize);
            std::iter::successors(end(node.end), move |last| end(last.next))
                .map(move |end| (place, end.group))
        })
    }

    #[inline]
    fn leaving(&self, node: u32) -> &[Edge] {
        let Some(&Node { edge, count, .. }) = self.nodes.get(node as usize) else { return &[] };
        self.edges.get(edge as usize..(edge + count) as usize).unwrap_or_default()
    }

    fn head(&self, node: u32) -> Head {
        let bits = |node| self.leaving(node).iter().fold(0, |bits, edge| bits | bit(edge.symbol));
        let end = self.nodes.get(node as usize).map_or(NONE, |node| node.end);
        let mut head = Head { node, end, next: bits(node), ..NO_HEAD };
        // Gaps, and how many words may be passed before they begin.
        let gap = |node: u32| self.nodes.get(node as usize).map_or(NONE, |node| node.gap);
        let mut open = vec![(gap(node), 1)];
        while let Some((gap_at, before)) = open.pop() {
            let Some(&Gap { leap, node, next }) = self.gaps.get(gap_at as usize) else { continue };
            let reach = before + u32::from(leap.words);
            head.behind |= bits(node);
            head.reach = head.reach.max(reach);
            open.extend([(next, before), (gap(node), reach)]);
        }
        head
    }

    /// Where a symbol leads from a node.
    #[inline]
    fn next(&self, node: u32, symbol: u32) -> Option<u32> {
        if node == ROOT {
            let head = self.heads.get(symbol as usize)?;
            return Some(head.node).filter(|to| *to != NONE);
        }
        let edges = self.leaving(node);
        let at = match edges.len() {
            ..8 => edges.iter().position(|edge| edge.symbol == symbol)?,
            8.. => edges.binary_search_by_key(&symbol, |edge| edge.symbol).ok()?,
        };
        edges.get(at).map(|edge| edge.to)
    }

    /// Finds every phrase in the tokens that the lexer just read, overlapping ones too, in order of the first token;
    /// `found` is cleared before.
    ///
    /// The work is linear in the number of tokens, whatever they are: from each token on a phrase reaches over a
    /// bounded number of words, and in each of these a node of the tree is stood on at most once.
    pub(crate) fn find(
        &self,
        search: &mut Search,
        lexer: &Lexer,
        tokens: &[Token],
        found: &mut Vec<Found>,
    ) {
        found.clear();
        self.meet(search, lexer);
        let firsts = search.list_firsts(tokens);
        for place in 0..self.sift(search, tokens, firsts) {
            let Some((first, leads)) = search.firsts.get(place).copied() else { return };
            let first = first as usize;
            let start = search.start(tokens, first);
            if !leads {
                let end = self.heads.get(start as usize).map_or(NONE, |head| head.end);
                self.end(end, (first, first), false, found);
                continue;
            }
            let before = found.len();
            self.walk(search, start, tokens, first, found);
            if self.longest && found.len() > before + MANY {
                keep_longest(found, before);
            }
        }
    }

    /// Of the tokens at which a phrase may start keeps those at which one ends as well, or after which a word may lead
    /// on; again without a branch.
    fn sift(&self, search: &mut Search, tokens: &[Token], firsts: usize) -> usize {
        let mut kept = 0;
        for place in 0..firsts {
            let Some((first, _)) = search.firsts.get(place).copied() else { break };
            let start = search.start(tokens, first as usize);
            let head = self.heads.get(start as usize).copied().unwrap_or(NO_HEAD);
            let ahead = tokens.get(first as usize + 1..).unwrap_or_default();
            let mut ahead = ahead.iter().map(|token| search.bits(token.slot));
            let next = ahead.next().unwrap_or(0);
            let rest = head.reach.saturating_sub(1) as usize;
            let seen = ahead.take(rest).fold(next, |seen, bits| seen | bits);
            let leads = ((head.next & next) | (head.behind & seen) != 0) | (start == SEVERAL);
            if let Some(keep) = search.firsts.get_mut(kept) {
                *keep = (first, leads);
            }
            kept += usize::from(leads | (head.end != NONE));
        }
        kept
    }

    /// Looks up the words that are new.
    fn meet(&self, search: &mut Search, lexer: &Lexer) {
        if search.generation != Some(lexer.generation()) {
            search.generation = Some(lexer.generation());
            search.codes.clear();
            search.starts.clear();
            search.opens.clear();
            search.bits.clear();
            search.sets.clear();
            search.symbols.clear();
            search.places.resize(2 * self.gaps.len(), 0);
        }
        for slot in search.codes.len()..lexer.words() {
            self.learn(search, lexer.word(slot as u32));
        }
    }

    #[cold]
    fn learn(&self, search: &mut Search, word: &Word) {
        let mut start = NONE;
        let code = if word.kind() == Kind::Punctuation {
            if word.ends_sentence() { SENTENCE } else { CLAUSE }
        } else {
            let first = search.symbols.len();
            let typo = self.symbols.of(word, &mut search.symbols);
            let symbols = search.symbols.get(first..).unwrap_or_default();
            let mut starts = symbols.iter().filter(|symbol| self.next(ROOT, **symbol).is_some());
            start = match (starts.next(), starts.next()) {
                (None, _) => NONE,
                (Some(symbol), None) if !typo => *symbol,
                _ => SEVERAL,
            };
            match *symbols {
                [] => INERT,
                [symbol] if !typo => {
                    search.symbols.pop();
                    WORDS + symbol
                }
                _ => {
                    let (start, end) = (first as u32, search.symbols.len() as u32);
                    search.sets.push(Set { start, end, typo });
                    SETS | (search.sets.len() as u32 - 1)
                }
            }
        };
        search.bits.push(match code {
            INERT | SENTENCE => 0,
            WORDS..SETS => bit(code - WORDS),
            _ => u64::MAX,
        });
        search.codes.push(code);
        search.starts.push(start);
        search.opens.push(start != NONE);
    }

    /// Notes the phrases of a list that end at a token.
    #[inline]
    fn end(&self, mut end: u32, (first, last): (usize, usize), typo: bool, found: &mut Vec<Found>) {
        let (first, last) = (first as u32, last as u32);
        while let Some(&End { phrase, group, next }) = self.ends.get(end as usize) {
            found.push(Found { phrase, group, first, last, typo });
            end = next;
        }
    }

    /// Finds the phrases that start at a token.
    fn walk(
        &self,
        search: &mut Search,
        start: u32,
        tokens: &[Token],
        first: usize,
        found: &mut Vec<Found>,
    ) {
        search.reached.clear();
        search.open.clear();
        // Words since the first, and the last that may stand behind a gap.
        let (mut word, mut until) = (0, 0);
        match self.heads.get(start as usize) {
            Some(head) => search.arrived.push((head.node, false)),
            None => self.follow(search, ROOT, false, search.code(tokens, first)),
        }
        self.arrive(search, (first, first), word, &mut until, found);
        let mut at = first;
        while !search.reached.is_empty() || word < until {
            at += 1;
            let code = search.code(tokens, at);
            match code {
                SENTENCE => return,
                CLAUSE => {
                    search.reached.clear();
                    until = self.close(search);
                    continue;
                }
                _ => word += 1,
            }
            search.tick();
            if code < WORDS {
                search.reached.clear();
                continue;
            }
            for place in 0..search.reached.len() {
                let Some((node, typo)) = search.reached.get(place).copied() else { return };
                self.follow(search, node, typo, code);
            }
            search.reached.clear();
            let mut place = 0;
            while let Some(open) = search.open.get(place).copied() {
                if open.until < word {
                    search.open.swap_remove(place);
                    search.mark(place);
                } else {
                    self.follow(search, open.node, open.typo, code);
                    place += 1;
                }
            }
            self.arrive(search, (first, at), word, &mut until, found);
        }
    }

    /// Closes the gaps that end with a clause; returns the last word that may stand behind one of the others.
    fn close(&self, search: &mut Search) -> u32 {
        let clauses =
            |open: &Open| self.gaps.get(open.gap as usize).is_some_and(|g| g.leap.clauses);
        search.open.retain(clauses);
        (0..search.open.len()).for_each(|place| search.mark(place));
        search.open.iter().map(|open| open.until).max().unwrap_or(0)
    }

    /// Follows the edges of a node that the token is a word for.
    #[inline]
    fn follow(&self, search: &mut Search, node: u32, typo: bool, code: u32) {
        search.tick();
        if code & SETS == 0 {
            let to = code.checked_sub(WORDS).and_then(|symbol| self.next(node, symbol));
            search.arrived.extend(to.map(|to| (to, typo)));
            return;
        }
        let Some(set) = search.set(code) else { return };
        for symbol in search.symbols.get(set.range()).unwrap_or_default() {
            if let Some(to) = self.next(node, *symbol) {
                search.arrived.push((to, typo || set.typo));
            }
        }
    }

    /// Notes the phrases that end at the nodes that a word led to, and what may follow.
    #[inline]
    fn arrive(
        &self,
        search: &mut Search,
        span: (usize, usize),
        word: u32,
        until: &mut u32,
        found: &mut Vec<Found>,
    ) {
        while let Some((node, typo)) = search.arrived.pop() {
            search.tick();
            let Some(&Node { end, gap, count, .. }) = self.nodes.get(node as usize) else {
                return;
            };
            self.end(end, span, typo, found);
            if count > 0 {
                search.reached.push((node, typo));
            }
            if gap != NONE {
                *until = (*until).max(self.enter(search, gap, word + 1, typo));
            }
        }
    }

    /// Opens a gap and those after it in the list, behind which the next word may stand; returns the last word that
    /// may stand behind one of them. One that is open already stays open for longer, so that gaps within gaps do not
    /// multiply.
    fn enter(&self, search: &mut Search, mut gap: u32, next_word: u32, typo: bool) -> u32 {
        let mut last = 0;
        while let Some(&Gap { leap, node, next }) = self.gaps.get(gap as usize) {
            let until = next_word + u32::from(leap.words);
            search.open(Open { gap, node, until, typo });
            last = last.max(until);
            // A gap right behind it may begin wherever this one ends.
            let behind = self.nodes.get(node as usize).map_or(NONE, |node| node.gap);
            if behind != NONE {
                last = last.max(self.enter(search, behind, until, typo));
            }
            gap = next;
        }
        last
    }
}

/// Of the hits from a place on, which start at one token, keeps the longest of each phrase.
#[cold]
fn keep_longest(found: &mut Vec<Found>, from: usize) {
    let mut all = found.split_off(from);
    all.sort_unstable_by_key(|hit| (hit.phrase, hit.typo, std::cmp::Reverse(hit.last)));
    all.dedup_by_key(|hit| (hit.phrase, hit.typo));
    found.append(&mut all);
}

/// Keeps the leftmost and of those the longest of each group, none of which overlap.
pub(crate) fn settle(found: &mut Vec<Found>) {
    // Mostly they are few, and settled as they are.
    if found.is_sorted_by(|one, next| one.last < next.first) {
        return;
    }
    found.sort_unstable_by_key(|hit| {
        (hit.group, hit.first, std::cmp::Reverse(hit.last), hit.phrase)
    });
    let mut last: Option<Found> = None;
    found.retain(|hit| {
        let free = last.is_none_or(|last| last.group != hit.group || last.last < hit.first);
        if free {
            last = Some(*hit);
        }
        free
    });
    found.sort_unstable_by_key(|hit| (hit.first, hit.last, hit.group));
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAUSE: Leap = Leap { words: 3, clauses: false };

    fn trie<'a>(phrases: impl IntoIterator<Item = &'a str>, leap: Leap) -> Trie {
        let mut builder = Builder::new(Language::Other);
        for (number, phrase) in (0..).zip(phrases) {
            let node = phrase.split(' ').fold(ROOT, |node, piece| match piece {
                "*" => builder.gap(node, leap),
                word => builder.words(node, word, Form::Stem, false).0,
            });
            builder.end(node, number, number);
        }
        builder.build()
    }

    /// Pieces of work and hits for a text.
    fn work(trie: &Trie, text: &str) -> (u64, usize) {
        let mut lexer = Lexer::new(Language::Other);
        let (mut tokens, mut found) = (Vec::new(), Vec::new());
        lexer.read(text, &mut tokens);
        let mut search = Search::default();
        trie.find(&mut search, &lexer, &tokens, &mut found);
        (search.steps, found.len())
    }

    #[test]
    fn work_is_linear_in_the_text_whatever_the_gaps() {
        let wide = Leap { words: 20, clauses: true };
        let many = ["a"; 12].join(" * ");
        for (phrases, leap, most) in [
            (vec!["a * b * c * d"], CLAUSE, 60),
            (vec!["a * b * c * d", "a * a * a * a", "a a a a"], CLAUSE, 200),
            (vec!["a * * * * a"], CLAUSE, 100),
            (vec![many.as_str()], CLAUSE, 1_000),
            (vec!["a * b * c * d", "a * a * a * a"], wide, 800),
        ] {
            let trie = trie(phrases.iter().copied(), leap);
            // Twice the text, twice the work, but for what the end of the text saves.
            let check = |text: &dyn Fn(usize) -> String| {
                let [one, two, four] = [500, 1_000, 2_000].map(|size| work(&trie, &text(size)).0);
                assert_eq!(four - two, 2 * (two - one), "{phrases:?} {}", text(1));
                assert!(four <= most * 4 * 2_000, "{phrases:?} {}: {four}", text(1));
            };
            for piece in ["a ", "a b ", "a b c d ", "a, ", "a , ,", ",", "b a ", "x "] {
                check(&|size| piece.repeat(size));
            }
            // Runs of one word, so that every gap is left open for long.
            check(&|size| ["a ", "b ", "c ", "d "].map(|word| word.repeat(size)).concat());
        }
    }

    #[test]
    fn work_does_not_grow_with_phrases_that_do_not_fit() {
        let few = ["late * delivery", "late delivery", "rude"];
        let text = "late the delivery, late delivery rude late w7 x delivery ".repeat(50);
        let with = |count: usize| {
            let more: Vec<String> = (0..count).map(|i| format!("late * w{i} delivery")).collect();
            work(&trie(few.into_iter().chain(more.iter().map(String::as_str)), CLAUSE), &text)
        };
        assert_eq!(with(10), with(5_000));
        assert_eq!(with(0).1, with(5_000).1);
    }

    #[test]
    fn of_many_fits_from_one_word_on_the_longest_stays() {
        let wide = Leap { words: 20, clauses: true };
        let trie = trie(["a * a * a"], wide);
        let (_, hits) = work(&trie, &"a ".repeat(400));
        assert!(hits <= 400 * MANY, "{hits}");
    }
}
