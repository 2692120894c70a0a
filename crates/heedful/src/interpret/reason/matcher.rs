//! Finding the terms of a taxonomy in a text: a trie over what words can match.
//!
//! A word is looked up once for each distinct form: its stem, the form itself and its beginnings may
//! each be a symbol of the trie. Most words are none, and cost one read of an array per token.

use hashbrown::HashMap;

use super::term::{GAP, Piece, Term, Within};
use crate::text::{Kind, Language, Lexer, Token};

/// A term in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Position of the term in the list that was compiled.
    pub(super) term: u32,
    /// Tokens from `first` to `last`, both included.
    pub(super) first: u32,
    pub(super) last: u32,
    /// A word was read with a typing error.
    pub(super) typo: bool,
}

/// Terms prepared for matching.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    language: Language,
    typos: bool,
    stems: HashMap<Box<str>, u32>,
    exact: HashMap<Box<str>, u32>,
    prefixes: HashMap<Box<str>, u32>,
    /// Longest prefix, in bytes.
    longest: usize,
    negators: HashMap<Box<str>, ()>,
    edges: HashMap<(u32, u32), u32>,
    /// The node after a gap that may follow this one.
    gaps: HashMap<u32, u32>,
    /// Terms that end at a node.
    ends: HashMap<u32, Vec<u32>>,
    conditions: Vec<Condition>,
    /// Stems and forms of the terms, where typing errors are forgiven.
    spelt: Vec<(Box<str>, u32)>,
    /// These without one of their letters.
    deletions: HashMap<Box<str>, Vec<(Box<str>, u32)>>,
    nodes: u32,
    symbols: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Condition {
    with: Vec<Vec<u32>>,
    without: Vec<u32>,
    within: Within,
    negated: Option<bool>,
}

impl Condition {
    fn is_none(&self) -> bool {
        self.with.is_empty() && self.without.is_empty() && self.negated.is_none()
    }
}

/// What a distinct word can match.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    start: u32,
    len: u16,
    seen: bool,
    typo: bool,
    /// Ends a clause.
    stop: bool,
    negates: bool,
}

/// A text's tokens and what they match, used again for the next text.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    lexer: Lexer,
    generation: u32,
    known: Vec<Known>,
    symbols: Vec<u32>,
    pub(super) tokens: Vec<Token>,
    active: Vec<State>,
    next: Vec<State>,
    pub(super) hits: Vec<Hit>,
}

impl Reading {
    /// What the tokens are words of.
    pub(super) fn lexer(&self) -> &Lexer {
        &self.lexer
    }
}

/// A place in the trie on the way through a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    node: u32,
    /// Words that the gap before may still leap over.
    leap: u8,
    typo: bool,
}

/// Letters that a word needs before typing errors in it are forgiven.
const TYPO_LETTERS: usize = 5;
/// Words before a term within which a negation reaches it.
const NEGATION_REACH: usize = 4;

/// Words that turn what follows into its opposite, folded.
fn negators(language: Language) -> &'static str {
    match language {
        Language::English => {
            "no not never none nothing nobody without hardly barely neither nor cannot can't don't \
             doesn't didn't isn't wasn't aren't weren't won't wouldn't couldn't shouldn't haven't hasn't \
             hadn't ain't zero"
        }
        Language::German => {
            "nicht kein keine keinen keinem keiner keines nie niemals ohne weder nichts kaum"
        }
        Language::French => "pas sans jamais aucun aucune ni rien plus guère",
        Language::Spanish => "no sin nunca jamás ningún ninguna ninguno ni nada tampoco",
        _ => "",
    }
}

impl Matcher {
    pub(super) fn new<'a>(
        language: Language,
        typos: bool,
        terms: impl IntoIterator<Item = &'a Term>,
    ) -> Self {
        let mut matcher = Self {
            language,
            typos,
            stems: HashMap::new(),
            exact: HashMap::new(),
            prefixes: HashMap::new(),
            longest: 0,
            negators: negators(language).split_whitespace().map(|word| (word.into(), ())).collect(),
            edges: HashMap::new(),
            gaps: HashMap::new(),
            ends: HashMap::new(),
            conditions: Vec::new(),
            spelt: Vec::new(),
            deletions: HashMap::new(),
            nodes: 1,
            symbols: 0,
        };
        let mut lexer = Lexer::new(language);
        let mut tokens = Vec::new();
        for (place, term) in terms.into_iter().enumerate() {
            matcher.add(&mut lexer, &mut tokens, place as u32, term);
        }
        if typos {
            matcher.prepare_typos();
        }
        matcher
    }

    fn add(&mut self, lexer: &mut Lexer, tokens: &mut Vec<Token>, place: u32, term: &Term) {
        let parsed = term.parsed();
        for phrase in parsed.phrases() {
            let mut node = 0;
            for piece in phrase {
                match piece {
                    Piece::Gap => node = self.gap(node),
                    Piece::Word(word) => node = self.follow(lexer, tokens, node, word, Form::Stem),
                    Piece::Exact(word) => {
                        node = self.follow(lexer, tokens, node, word, Form::Exact)
                    }
                    Piece::Prefix(word) => {
                        node = self.follow(lexer, tokens, node, word, Form::Prefix);
                    }
                }
            }
            if node != 0 {
                let ends = self.ends.entry(node).or_default();
                if ends.last() != Some(&place) {
                    ends.push(place);
                }
            }
        }
        let mut symbol = |word: &&str| -> Option<u32> {
            lexer.read(word, tokens);
            let slot = tokens.first()?.slot;
            let stem = lexer.word(slot).stem();
            Some(intern(&mut self.stems, stem, &mut self.symbols))
        };
        let with =
            parsed.with.iter().map(|any| any.iter().filter_map(&mut symbol).collect()).collect();
        let without = parsed.without.iter().filter_map(&mut symbol).collect();
        let (within, negated) = (term.scope(), term.wants_negated());
        self.conditions.push(Condition { with, without, within, negated });
    }

    /// The node after the words of a piece, made where it is not there.
    fn follow(
        &mut self,
        lexer: &mut Lexer,
        tokens: &mut Vec<Token>,
        mut node: u32,
        text: &str,
        form: Form,
    ) -> u32 {
        lexer.read(text, tokens);
        let gram = |token: &Token| lexer.word(token.slot).kind() == Kind::Gram;
        // Pairs of characters overlap: the last character alone adds nothing to the pair before.
        if tokens.len() > 1
            && tokens.last().is_some_and(gram)
            && tokens.iter().rev().nth(1).is_some_and(gram)
        {
            tokens.pop();
        }
        let count = tokens.len();
        for (i, token) in tokens.iter().enumerate() {
            let word = lexer.word(token.slot);
            if word.kind() == Kind::Punctuation {
                continue;
            }
            let symbols = &mut self.symbols;
            let last = i + 1 == count;
            let symbol = match form {
                Form::Exact => intern(&mut self.exact, word.folded(), symbols),
                Form::Prefix if last => {
                    self.longest = self.longest.max(word.folded().len());
                    intern(&mut self.prefixes, word.folded(), symbols)
                }
                // A single character of a script without spaces stands at the head of a pair.
                Form::Stem if word.kind() == Kind::Gram && count == 1 => {
                    self.longest = self.longest.max(word.folded().len());
                    intern(&mut self.prefixes, word.folded(), symbols)
                }
                _ => intern(&mut self.stems, word.stem(), symbols),
            };
            if self.typos && form == Form::Stem {
                self.spelt.extend([(word.stem().into(), symbol), (word.folded().into(), symbol)]);
            }
            let nodes = &mut self.nodes;
            node = *self.edges.entry((node, symbol)).or_insert_with(|| {
                *nodes += 1;
                *nodes - 1
            });
        }
        node
    }

    fn gap(&mut self, node: u32) -> u32 {
        let nodes = &mut self.nodes;
        *self.gaps.entry(node).or_insert_with(|| {
            *nodes += 1;
            *nodes - 1
        })
    }

    fn prepare_typos(&mut self) {
        let mut spelt = std::mem::take(&mut self.spelt);
        spelt.sort_unstable();
        spelt.dedup();
        for (word, symbol) in spelt {
            if word.chars().count() < TYPO_LETTERS - 1 {
                continue;
            }
            for cut in cuts(&word).into_iter().chain([word.clone()]) {
                self.deletions.entry(cut).or_default().push((word.clone(), symbol));
            }
        }
    }

    /// The word of a term that a misspelt one is meant to be: the first in alphabetical order of those
    /// one insertion, deletion, replacement or exchange of neighbours away.
    fn meant(&self, word: &str) -> Option<u32> {
        let mut best: Option<(&str, u32)> = None;
        for cut in cuts(word).into_iter().chain([word.into()]) {
            for (known, symbol) in self.deletions.get(&cut).into_iter().flatten() {
                if one_apart(word, known) && best.is_none_or(|(best, _)| **known < *best) {
                    best = Some((known, *symbol));
                }
            }
        }
        best.map(|(_, symbol)| symbol)
    }

    pub(super) fn reading(&self) -> Reading {
        let lexer = Lexer::new(self.language);
        Reading {
            generation: lexer.generation(),
            lexer,
            known: Vec::new(),
            symbols: Vec::new(),
            tokens: Vec::new(),
            active: Vec::new(),
            next: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// Finds every term in a text, into `reading.hits`: overlapping ones too.
    pub(super) fn find(&self, reading: &mut Reading, text: &str) {
        let mut tokens = std::mem::take(&mut reading.tokens);
        reading.lexer.read(text, &mut tokens);
        if reading.lexer.generation() != reading.generation {
            reading.known.clear();
            reading.symbols.clear();
            reading.generation = reading.lexer.generation();
        }
        reading.known.resize(reading.lexer.words(), Known::default());
        reading.hits.clear();
        for start in 0..tokens.len() {
            let known = self.known(reading, &tokens, start);
            if known.len == 0 {
                continue;
            }
            self.walk(reading, &tokens, start);
        }
        reading.tokens = tokens;
        if self.conditions.iter().any(|condition| !condition.is_none()) {
            let mut hits = std::mem::take(&mut reading.hits);
            hits.retain(|hit| self.holds(reading, *hit));
            reading.hits = hits;
        }
    }

    fn known(&self, reading: &mut Reading, tokens: &[Token], at: usize) -> Known {
        let Some(token) = tokens.get(at) else { return Known::default() };
        match reading.known.get(token.slot as usize) {
            Some(known) if known.seen => *known,
            _ => self.learn(reading, token.slot),
        }
    }

    /// Looks up a word that is met for the first time.
    #[cold]
    fn learn(&self, reading: &mut Reading, slot: u32) -> Known {
        let word = reading.lexer.word(slot);
        let start = reading.symbols.len();
        let folded = word.folded();
        let mut typo = false;
        let stop = word.kind() == Kind::Punctuation;
        if !stop {
            reading.symbols.extend(self.stems.get(word.stem()));
            reading.symbols.extend(self.exact.get(folded));
            for (end, _) in folded.char_indices().skip(1).chain([(folded.len(), ' ')]) {
                if end > self.longest {
                    break;
                }
                let head = folded.get(..end).unwrap_or_default();
                reading.symbols.extend(self.prefixes.get(head));
            }
            let forgiven = self.typos
                && reading.symbols.len() == start
                && matches!(word.kind(), Kind::Word | Kind::Hashtag)
                && !word.is_stop()
                && folded.chars().count() >= TYPO_LETTERS;
            if forgiven {
                let meant = self.meant(folded).or_else(|| self.meant(word.stem()));
                reading.symbols.extend(meant);
                typo = meant.is_some();
            }
        }
        let known = Known {
            start: start as u32,
            len: (reading.symbols.len() - start) as u16,
            seen: true,
            typo,
            stop,
            negates: self.negators.contains_key(folded),
        };
        if let Some(place) = reading.known.get_mut(slot as usize) {
            *place = known;
        }
        known
    }

    /// Follows the trie from one token on.
    fn walk(&self, reading: &mut Reading, tokens: &[Token], start: usize) {
        reading.active.clear();
        reading.active.push(State { node: 0, leap: 0, typo: false });
        let mut at = start;
        while !reading.active.is_empty() && at < tokens.len() {
            let known = self.known(reading, tokens, at);
            if known.stop {
                return;
            }
            reading.next.clear();
            for i in 0..reading.active.len() {
                let Some(state) = reading.active.get(i).copied() else { break };
                let range = known.start as usize..known.start as usize + usize::from(known.len);
                for symbol in reading.symbols.get(range).unwrap_or_default() {
                    let Some(&node) = self.edges.get(&(state.node, *symbol)) else { continue };
                    let typo = state.typo || known.typo;
                    for &term in self.ends.get(&node).into_iter().flatten() {
                        reading.hits.push(Hit { term, first: start as u32, last: at as u32, typo });
                    }
                    self.enter(&mut reading.next, State { node, leap: 0, typo });
                }
                if state.leap > 0 {
                    self.enter(&mut reading.next, State { leap: state.leap - 1, ..state });
                }
            }
            std::mem::swap(&mut reading.active, &mut reading.next);
            at += 1;
        }
    }

    /// Adds a state, and those behind the gaps that may follow it; one that is there already is not
    /// added again, so that gaps within gaps do not multiply.
    fn enter(&self, states: &mut Vec<State>, mut state: State) {
        while !states.contains(&state) {
            states.push(state);
            let Some(&node) = self.gaps.get(&state.node) else { return };
            state = State { node, leap: GAP as u8, ..state };
        }
    }

    fn holds(&self, reading: &mut Reading, hit: Hit) -> bool {
        let Some(condition) = self.conditions.get(hit.term as usize) else { return false };
        if condition.is_none() {
            return true;
        }
        let tokens = std::mem::take(&mut reading.tokens);
        let (first, last) = (hit.first as usize, hit.last as usize);
        let clause_start = |reading: &mut Reading| {
            (0..first)
                .rev()
                .find(|at| self.known(reading, &tokens, *at).stop)
                .map_or(0, |at| at + 1)
        };
        let (from, to) = match condition.within {
            Within::Comment => (0, tokens.len()),
            Within::Clause => {
                let end = (last..tokens.len()).find(|at| self.known(reading, &tokens, *at).stop);
                (clause_start(reading), end.unwrap_or(tokens.len()))
            }
        };
        let mut with = vec![false; condition.with.len()];
        let mut without = false;
        if !condition.with.is_empty() || !condition.without.is_empty() {
            for at in (from..to).filter(|at| !(first..=last).contains(at)) {
                let known = self.known(reading, &tokens, at);
                let range = known.start as usize..known.start as usize + usize::from(known.len);
                for symbol in reading.symbols.get(range).unwrap_or_default() {
                    for (found, any) in with.iter_mut().zip(&condition.with) {
                        *found |= any.contains(symbol);
                    }
                    without |= condition.without.contains(symbol);
                }
            }
        }
        let negated = condition.negated.is_none_or(|wanted| {
            let from = clause_start(reading).max(first.saturating_sub(NEGATION_REACH));
            wanted == (from..first).any(|at| self.known(reading, &tokens, at).negates)
        });
        reading.tokens = tokens;
        !without && negated && with.iter().all(|found| *found)
    }

    /// The phrases of each term, as numbers: two terms with one number are alike in every text.
    pub(super) fn phrases(&self) -> Vec<Vec<u32>> {
        let mut phrases = vec![Vec::new(); self.conditions.len()];
        for (node, ends) in &self.ends {
            for term in ends {
                if let Some(phrases) = phrases.get_mut(*term as usize) {
                    phrases.push(*node);
                }
            }
        }
        phrases.iter_mut().for_each(|phrases| phrases.sort_unstable());
        phrases
    }

    /// Whether two terms have the same conditions.
    pub(super) fn same_conditions(&self, a: u32, b: u32) -> bool {
        self.conditions.get(a as usize) == self.conditions.get(b as usize)
    }

    /// Whether the conditions of a term exclude each other.
    pub(super) fn contradicts_itself(&self, term: u32) -> bool {
        self.conditions.get(term as usize).is_some_and(|condition| {
            let excluded = |any: &Vec<u32>| any.iter().all(|word| condition.without.contains(word));
            condition.with.iter().any(excluded)
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Stem,
    Exact,
    Prefix,
}

fn intern(map: &mut HashMap<Box<str>, u32>, text: &str, symbols: &mut u32) -> u32 {
    if let Some(symbol) = map.get(text) {
        return *symbol;
    }
    let symbol = *symbols;
    map.insert(text.into(), symbol);
    *symbols += 1;
    symbol
}

/// A word without one of its letters, in every way.
fn cuts(word: &str) -> Vec<Box<str>> {
    word.char_indices()
        .map(|(at, letter)| {
            let (head, tail) = word.split_at_checked(at).unwrap_or_default();
            let tail = tail.get(letter.len_utf8()..).unwrap_or_default();
            [head, tail].concat().into()
        })
        .collect()
}

/// Whether two different words are one insertion, deletion, replacement or exchange of neighbours apart.
fn one_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let tails = |skip_short: usize, skip_long: usize| {
        short.get(head + skip_short..).is_some_and(|s| Some(s) == long.get(head + skip_long..))
    };
    match long.len() - short.len() {
        0 if head == short.len() => false,
        0 => {
            let exchanged =
                short.get(head) == long.get(head + 1) && short.get(head + 1) == long.get(head);
            tails(1, 1) || (exchanged && tails(2, 2))
        }
        1 => tails(0, 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(terms: &[&str], language: Language, typos: bool, text: &str) -> Vec<(u32, String)> {
        let terms: Vec<Term> = terms.iter().map(|text| Term::new(*text).unwrap()).collect();
        let matcher = Matcher::new(language, typos, &terms);
        let mut reading = matcher.reading();
        matcher.find(&mut reading, text);
        let span = |hit: &Hit| {
            let start = reading.tokens[hit.first as usize].start as usize;
            text.get(start..reading.tokens[hit.last as usize].end as usize).unwrap().to_owned()
        };
        reading.hits.iter().map(|hit| (hit.term, span(hit))).collect()
    }

    fn english(terms: &[&str], text: &str) -> Vec<String> {
        found(terms, Language::English, false, text).into_iter().map(|(_, span)| span).collect()
    }

    #[test]
    fn every_form_of_piece_matches() {
        assert_eq!(english(&["delivery"], "Two DELIVERIES, deliver!"), ["DELIVERIES"]);
        assert_eq!(
            english(&["deliver*"], "deliveries undelivered deliver"),
            ["deliveries", "deliver"]
        );
        assert_eq!(english(&["=us"], "use us, U.S. US"), ["us", "US"]);
        assert_eq!(
            english(&["check-in"], "Check in or check-in, check, in"),
            ["Check in", "check-in"]
        );
        assert_eq!(
            english(&["slow|late service"], "slow service late services"),
            ["slow service", "late services"]
        );
        assert_eq!(english(&["don't work"], "It doesn't work, dont work"), ["dont work"]);
        assert_eq!(english(&["😡"], "so 😡"), ["😡"]);
        let text = "take a wait of forty minutes. wait minutes wait one two three four minutes";
        assert_eq!(english(&["wait * minutes"], text), ["wait of forty minutes", "wait minutes"]);
        assert_eq!(english(&["a * b * c"], "a x b y y y c"), ["a x b y y y c"]);
        assert_eq!(english(&["wait * minutes"], "wait, ten minutes"), [""; 0]);
        assert_eq!(english(&["a", "a b", "b"], "a b"), ["a", "a b", "b"]);
    }

    #[test]
    fn other_scripts_match() {
        let french =
            |text| found(&["accueil", "rapport qualité-prix"], Language::French, false, text);
        assert_eq!(french("L’accueil !"), [(0, "L’accueil".to_owned())]);
        assert_eq!(french("bon rapport qualité/prix").len(), 1);
        let chinese = |term: &str, text| found(&[term], Language::Chinese, false, text).len();
        assert_eq!(
            (chinese("送货", "你们送货慢"), chinese("送货慢", "送货慢"), chinese("慢", "送货慢了")),
            (1, 1, 1)
        );
        assert_eq!(chinese("送货慢", "送货"), 0);
    }

    #[test]
    fn conditions_hold_in_their_scope() {
        let one = |term: Term, text: &str| {
            let matcher = Matcher::new(Language::English, false, [&term]);
            let mut reading = matcher.reading();
            matcher.find(&mut reading, text);
            reading.hits.len()
        };
        let term = |text: &str| Term::new(text).unwrap();
        assert_eq!(one(term("charge +phone|battery"), "it charges my phone"), 1);
        assert_eq!(one(term("charge +phone|battery"), "they charge me, my phone broke"), 0);
        assert_eq!(
            one(term("charge +phone").within(Within::Comment), "they charge me, my phone broke"),
            1
        );
        assert_eq!(one(term("charge -free"), "free of charge"), 0);
        assert_eq!(one(term("charge -free"), "free, then a charge"), 1);
        assert_eq!(one(term("problem").negated(false), "there was a problem"), 1);
        assert_eq!(one(term("problem").negated(false), "never had a problem"), 0);
        assert_eq!(one(term("problem").negated(true), "never had a problem"), 1);
        assert_eq!(one(term("problem").negated(false), "not bad, a problem"), 1);
    }

    #[test]
    fn typing_errors_are_forgiven_when_asked() {
        let typo =
            |text| found(&["delivery", "bill", "price"], Language::English, true, text).len();
        for text in ["delivry", "dellivery", "delivrey", "deluvery", "delivary", "pirce"] {
            assert_eq!(typo(text), 1, "{text}");
        }
        for text in ["bull", "delvry", "liver"] {
            assert_eq!(typo(text), 0, "{text}");
        }
        assert_eq!(english(&["delivery"], "delivry"), [""; 0]);
    }

    /// Optimal string alignment by the textbook table.
    fn distance(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let same = usize::from(a[i - 1] != b[j - 1]);
                    let mut best = (table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1)
                        .min(table[i - 1][j - 1] + same);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn one_apart_is_a_distance_of_one() {
        let words = [
            "", "a", "ab", "ba", "abc", "acb", "bac", "abcd", "abdc", "é", "eé", "aab", "aba",
            "bab",
        ];
        for a in words {
            for b in words {
                assert_eq!(one_apart(a, b), distance(a, b) == 1, "{a} {b}");
            }
        }
    }

    proptest::proptest! {
        /// A twin without a trie: every term tried at every word.
        #[test]
        fn finds_what_a_plain_search_finds(
            terms in proptest::collection::vec("[abc]( [abc*]){0,2} [abc]", 1..6),
            text in "([abc,] ){0,14}",
        ) {
            let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
            let parsed: Vec<Vec<&str>> = terms.iter().map(|t| t.split(' ').collect()).collect();
            let words: Vec<&str> = text.split_whitespace().collect();
            fn ends(words: &[&str], at: usize, term: &[&str], out: &mut std::collections::BTreeSet<usize>) {
                match term {
                    [] => { out.insert(at - 1); }
                    ["*", rest @ ..] => for leap in 0..=GAP {
                        let over = words.get(at..(at + leap).min(words.len())).unwrap_or_default();
                        if over.len() == leap && !over.contains(&",") {
                            ends(words, at + leap, rest, out);
                        }
                    },
                    [word, rest @ ..] => if words.get(at) == Some(word) {
                        ends(words, at + 1, rest, out);
                    },
                }
            }
            let mut expected = std::collections::BTreeSet::new();
            for (place, term) in parsed.iter().enumerate() {
                for start in 0..words.len() {
                    let mut out = std::collections::BTreeSet::new();
                    ends(&words, start, term, &mut out);
                    expected.extend(out.into_iter().map(|end| (place as u32, start as u32, end as u32)));
                }
            }
            let terms: Vec<Term> = terms.iter().map(|t| Term::new(*t).unwrap()).collect();
            let matcher = Matcher::new(Language::Other, false, &terms);
            let mut reading = matcher.reading();
            matcher.find(&mut reading, &text);
            let hits: std::collections::BTreeSet<_> =
                reading.hits.iter().map(|h| (h.term, h.first, h.last)).collect();
            proptest::prop_assert_eq!(hits, expected);
        }
    }
}
