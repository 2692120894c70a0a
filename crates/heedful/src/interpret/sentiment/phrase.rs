//! Phrases of the lexicon, found by the stems of their words.

use super::lexicon::{Entry, Lexicon};
use crate::text::Language;
use crate::text::trie::{Builder, Form, ROOT, Trie};

/// Phrases and what they mean, by their number.
#[derive(Debug, Clone)]
pub(super) struct Phrases {
    pub(super) trie: Trie,
    entries: Vec<Entry>,
}

impl Phrases {
    /// Compiles the phrases of a lexicon and those of the caller, which come before.
    pub(super) fn compile<'a>(
        language: Language,
        lexicon: &'a Lexicon,
        own: impl Iterator<Item = (&'a str, Entry)>,
    ) -> Self {
        let mut builder = Builder::new(language).without_accents();
        let mut entries: Vec<Entry> = Vec::new();
        for (item, entry) in own.chain(lexicon.phrases.iter().copied()) {
            for spelling in spellings(&item.replace('_', " ")) {
                let (node, _) = builder.words(ROOT, &spelling, Form::Stem, false);
                let Some(number) = builder.end(node, entries.len() as u32, 0) else { continue };
                match entries.get_mut(number as usize) {
                    // Two spellings of one phrase: what the first does not say is taken from the second.
                    Some(known) => *known = known.or(entry),
                    None => entries.push(entry),
                }
            }
        }
        Self { trie: builder.build(), entries }
    }

    /// What a phrase means.
    pub(super) fn entry(&self, number: u32) -> Option<Entry> {
        self.entries.get(number as usize).copied()
    }
}

/// A phrase as it stands in the list, and where English joins "not" to a word also without the apostrophe and in full.
fn spellings(phrase: &str) -> impl Iterator<Item = String> {
    let full = || phrase.replace("can't", "cannot").replace("won't", "will not");
    let joined = phrase.contains("n't");
    let others = joined.then(|| [phrase.replace("n't", "nt"), full().replace("n't", " not")]);
    std::iter::once(phrase.to_owned()).chain(others.into_iter().flatten())
}
