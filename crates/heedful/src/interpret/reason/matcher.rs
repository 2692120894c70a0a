//! Finding the terms of a taxonomy in a text: phrases, and what else must or must not be near them.

use hashbrown::HashMap;

use super::term::{GAP, Piece, Term, Within};
use crate::text::trie::{Builder, Form, Found, Leap, ROOT, Search, Trie};
use crate::text::{Language, Lexer, Token};

/// Terms prepared for matching: the group of what is found is the place of its term in the list.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    trie: Trie,
    negators: HashMap<&'static str, ()>,
    conditions: Vec<Condition>,
    /// Whether a word is named in a condition, by symbol.
    asked: Vec<bool>,
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
        !self.has_context() && self.negated.is_none()
    }

    fn has_context(&self) -> bool {
        !(self.with.is_empty() && self.without.is_empty())
    }
}

/// A text's tokens and what they match, used again for the next text.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    lexer: Lexer,
    search: Search,
    context: Context,
    pub(super) tokens: Vec<Token>,
    pub(super) hits: Vec<Found>,
}

impl Reading {
    /// What the tokens are words of.
    pub(super) fn lexer(&self) -> &Lexer {
        &self.lexer
    }
}

/// Where in a text stands what conditions ask for, so that each is checked without reading the text again.
#[derive(Debug, Clone, Default)]
struct Context {
    /// Tokens that are punctuation.
    stops: Vec<u32>,
    /// Symbols that conditions name and the tokens that have them, ascending.
    named: Vec<(u32, u32)>,
}

impl Context {
    fn read(&mut self, asked: &[bool], search: &Search, tokens: &[Token]) {
        self.stops.clear();
        self.named.clear();
        for (at, token) in (0..).zip(tokens) {
            if search.is_punctuation(token.slot) {
                self.stops.push(at);
            }
            let symbols = search.symbols(token.slot);
            let symbols = symbols.filter(|symbol| asked.get(*symbol as usize) == Some(&true));
            self.named.extend(symbols.map(|symbol| (symbol, at)));
        }
        self.named.sort_unstable();
    }

    /// The first token of the clause of a token, and the one after its last.
    fn clause(&self, first: u32, last: u32) -> (u32, u32) {
        let before = self.stops.partition_point(|stop| *stop < first);
        let start = before.checked_sub(1).and_then(|before| self.stops.get(before));
        let end = self.stops.get(self.stops.partition_point(|stop| *stop < last));
        (start.map_or(0, |stop| stop + 1), end.copied().unwrap_or(u32::MAX))
    }

    /// Whether a symbol stands between two tokens, the second not included.
    fn has(&self, symbol: u32, from: u32, to: u32) -> bool {
        let place = self.named.partition_point(|named| *named < (symbol, from));
        self.named.get(place).is_some_and(|named| *named < (symbol, to))
    }
}

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
        let mut builder = Builder::new(language).with_typos(typos);
        let mut conditions = Vec::new();
        for term in terms {
            let place = conditions.len() as u32;
            conditions.push(add(&mut builder, place, term));
        }
        let named = conditions.iter().flat_map(|c: &Condition| c.with.iter().chain([&c.without]));
        let mut asked = Vec::new();
        for symbol in named.flatten() {
            let symbol = *symbol as usize;
            if asked.len() <= symbol {
                asked.resize(symbol + 1, false);
            }
            if let Some(asked) = asked.get_mut(symbol) {
                *asked = true;
            }
        }
        // A condition may hold for a shorter fit of a term alone.
        let shorter = !conditions.iter().all(Condition::is_none);
        Self {
            trie: builder.with_shorter(shorter).build(),
            negators: negators(language).split_whitespace().map(|word| (word, ())).collect(),
            conditions,
            asked,
        }
    }

    pub(super) fn reading(&self) -> Reading {
        Reading {
            lexer: Lexer::new(self.trie.language()),
            search: Search::default(),
            context: Context::default(),
            tokens: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// Finds every term in a text, into `reading.hits`: overlapping ones too.
    pub(super) fn find(&self, reading: &mut Reading, text: &str) {
        let Reading { lexer, search, context, tokens, hits } = reading;
        lexer.read(text, tokens);
        self.trie.find(search, lexer, tokens, hits);
        let condition = |hit: &Found| {
            self.conditions.get(hit.group as usize).filter(|condition| !condition.is_none())
        };
        if hits.iter().any(|hit| condition(hit).is_some()) {
            context.read(&self.asked, search, tokens);
            hits.retain(|hit| {
                condition(hit).is_none_or(|c| self.holds(c, *hit, lexer, context, tokens))
            });
        }
    }

    fn holds(
        &self,
        condition: &Condition,
        Found { first, last, .. }: Found,
        lexer: &Lexer,
        context: &Context,
        tokens: &[Token],
    ) -> bool {
        let clause = context.clause(first, last);
        let (from, to) = match condition.within {
            Within::Clause => clause,
            Within::Comment => (0, u32::MAX),
        };
        let near = |word: &u32| context.has(*word, from, first) || context.has(*word, last + 1, to);
        if condition.without.iter().any(near)
            || !condition.with.iter().all(|any| any.iter().any(near))
        {
            return false;
        }
        condition.negated.is_none_or(|wanted| {
            let from = (clause.0 as usize).max((first as usize).saturating_sub(NEGATION_REACH));
            let before = tokens.get(from..first as usize).unwrap_or_default();
            let negates =
                |token: &Token| self.negators.contains_key(lexer.word(token.slot).folded());
            wanted == before.iter().any(negates)
        })
    }

    /// The phrases of each term, as numbers: two terms with one number are alike in every text.
    pub(super) fn phrases(&self) -> Vec<Vec<u32>> {
        let mut phrases = vec![Vec::new(); self.conditions.len()];
        for (node, term) in self.trie.ends() {
            if let Some(phrases) = phrases.get_mut(term as usize) {
                phrases.push(node);
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

/// Adds the phrases of a term, and gives its conditions.
fn add(builder: &mut Builder, place: u32, term: &Term) -> Condition {
    let parsed = term.parsed();
    for phrase in parsed.phrases() {
        let mut node = ROOT;
        for piece in phrase {
            node = match piece {
                Piece::Gap => builder.gap(node, Leap { words: GAP as u8, clauses: false }),
                Piece::Word(word) => builder.words(node, word, Form::Stem, false).0,
                Piece::Exact(word) => builder.words(node, word, Form::Exact, false).0,
                Piece::Prefix(word) => builder.words(node, word, Form::Stem, true).0,
            };
        }
        builder.end(node, place, place);
    }
    let mut symbol = |word: &&str| builder.symbol(word);
    let with = parsed.with.iter().map(|any| any.iter().filter_map(&mut symbol).collect()).collect();
    let without = parsed.without.iter().filter_map(&mut symbol).collect();
    Condition { with, without, within: term.scope(), negated: term.wants_negated() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(terms: &[&str], language: Language, typos: bool, text: &str) -> Vec<(u32, String)> {
        let terms: Vec<Term> = terms.iter().map(|text| Term::new(*text).unwrap()).collect();
        let matcher = Matcher::new(language, typos, &terms);
        let mut reading = matcher.reading();
        matcher.find(&mut reading, text);
        let span = |hit: &Found| {
            let start = reading.tokens[hit.first as usize].start as usize;
            text.get(start..reading.tokens[hit.last as usize].end as usize).unwrap().to_owned()
        };
        reading.hits.iter().map(|hit| (hit.group, span(hit))).collect()
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
                reading.hits.iter().map(|h| (h.group, h.first, h.last)).collect();
            // Of several ways from one word on the longest must be there.
            let longest = |all: &std::collections::BTreeSet<(u32, u32, u32)>| {
                let ends = all.iter().map(|(term, first, last)| ((*term, *first), *last));
                ends.collect::<std::collections::BTreeMap<_, _>>()
            };
            proptest::prop_assert!(hits.is_subset(&expected));
            proptest::prop_assert_eq!(longest(&hits), longest(&expected));
            // A condition may hold for a shorter one alone: with one in the list all are there.
            let matcher = Matcher::new(Language::Other, false, terms.iter().chain([&Term::new("x +x").unwrap()]));
            let mut reading = matcher.reading();
            matcher.find(&mut reading, &text);
            let hits: std::collections::BTreeSet<_> =
                reading.hits.iter().map(|h| (h.group, h.first, h.last)).collect();
            proptest::prop_assert_eq!(hits, expected);
        }
    }
}
