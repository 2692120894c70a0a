//! Phrases of the lexicon, found by the stems of their words.

use hashbrown::HashMap;

use super::lexicon::{Entry, Lexicon, plain};
use crate::text::{Kind, Language, Lexer, Token};

/// Phrases by the number of their first stem, the longest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    /// The number of each stem that occurs in a phrase, from 1.
    stems: HashMap<Box<str>, u16>,
    /// By the number of the first stem.
    starts: Vec<Vec<Phrase>>,
}

#[derive(Debug, Clone)]
pub(super) struct Phrase {
    /// Stems after the first.
    pub(super) rest: Box<[u16]>,
    pub(super) entry: Entry,
}

impl Phrases {
    /// Compiles the phrases of a lexicon and those of the caller, which come before.
    pub(super) fn compile<'a>(
        language: Language,
        lexer: &mut Lexer,
        lexicon: &'a Lexicon,
        own: impl Iterator<Item = (&'a str, Entry)>,
    ) -> Self {
        let mut phrases = Self { stems: HashMap::new(), starts: vec![Vec::new()] };
        let mut tokens = Vec::new();
        for (item, entry) in own.chain(lexicon.phrases.iter().copied()) {
            lexer.read(&item.replace('_', " "), &mut tokens);
            phrases.add(language, lexer, &tokens, entry);
        }
        for start in &mut phrases.starts {
            start.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len())); // stable: the caller's stay first
        }
        phrases
    }

    fn add(&mut self, language: Language, lexer: &Lexer, tokens: &[Token], entry: Entry) {
        let mut numbers = Vec::new();
        for token in tokens {
            let word = lexer.word(token.slot);
            if word.kind() == Kind::Punctuation {
                continue; // the slash of 10/10
            }
            let stem = plain(language, word.stem());
            let next = u16::try_from(self.stems.len() + 1).unwrap_or(0);
            let number = *self.stems.entry(stem.into_boxed_str()).or_insert(next);
            if number == next {
                self.starts.push(Vec::new());
            }
            numbers.push(number);
        }
        let Some((first, rest)) = numbers.split_first() else { return };
        let Some(start) = self.starts.get_mut(usize::from(*first)) else { return };
        match start.iter_mut().find(|phrase| *phrase.rest == *rest) {
            // Two spellings of one phrase: what the first does not say is taken from the second.
            Some(known) => known.entry = known.entry.or(entry),
            None => start.push(Phrase { rest: rest.into(), entry }),
        }
    }

    /// The number of a stem; 0 where no phrase has it.
    pub(super) fn number(&self, language: Language, stem: &str) -> u16 {
        self.stems.get(&*plain(language, stem)).copied().unwrap_or(0)
    }

    /// Whether phrases start with the stem.
    pub(super) fn starts_with(&self, number: u16) -> bool {
        number > 0 && self.starting(number).next().is_some()
    }

    /// The phrases that start with a stem, the longest first.
    pub(super) fn starting(&self, number: u16) -> impl Iterator<Item = &Phrase> {
        self.starts.get(usize::from(number)).into_iter().flatten()
    }
}
