//! What is known of words: values, roles, emotions, and the phrases they make.

use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::base::number::decimal;
use crate::base::order::sort_by_key;
use crate::interpret::emotion::Emotion;
use crate::text::Language;
use crate::text::without_accents;

/// What a word that is turned keeps, where the lexicon does not say ("not good" is a weaker statement than "bad").
const TURNED: f32 = -0.65;
/// An inflection is looked up by its base only where that is long enough to be the same word.
const SHORTEST_BASE: usize = 5;

/// What a word or phrase does to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    None,
    /// Turns the words after it.
    Not,
    /// Turns the next word, in part: "less reliable".
    Less,
    /// Makes the next words stronger or weaker.
    More,
    /// What follows outweighs what was said.
    But,
    /// The clause counts less.
    Although,
    /// The clause is not said to be true.
    If,
    /// May open a new clause.
    And,
    /// Often the subject of a new clause.
    Subject,
    /// What follows is asked for, so it is not there.
    Ask,
}

/// What the lexicon says about a word or phrase.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Entry {
    /// -4 to 4; 0 for neutral.
    pub(super) value: f32,
    /// The value where the word is denied.
    pub(super) denied: f32,
    /// What a word of role [`Role::More`] adds, or the factor of one of role [`Role::Less`].
    pub(super) change: f32,
    /// Of the emotion, 0 to 1.
    pub(super) intensity: f32,
    pub(super) emotion: Option<Emotion>,
    pub(super) role: Role,
    /// Whether the value or role was given, even if it is neutral.
    pub(super) given: bool,
}

impl Entry {
    pub(super) fn valued(value: f32) -> Self {
        Self { value, denied: value * TURNED, given: true, ..Self::default() }
    }

    /// What one says, and of what it does not say what the other says.
    pub(super) fn or(self, other: Self) -> Self {
        let (emotion, intensity) = match self.emotion {
            Some(_) => (self.emotion, self.intensity),
            None => (other.emotion, other.intensity),
        };
        let told = if self.given { self } else { other };
        Self { emotion, intensity, ..told }
    }

    /// Takes what the heading above a list of words says: `2.1 not -1.8`, `more 0.3`, `-1.2 ask`, `angry 0.9`.
    fn set(&mut self, heading: &str) {
        let mut parts = heading.split_whitespace().peekable();
        let number = |parts: &mut std::iter::Peekable<std::str::SplitWhitespace<'_>>| {
            let value = parts.peek().and_then(|part| decimal(part)).map(|value| value as f32);
            if value.is_some() {
                parts.next();
            }
            value
        };
        if let Some(value) = number(&mut parts) {
            (self.value, self.denied, self.given) = (value, value * TURNED, true);
            if parts.peek() == Some(&"not") {
                parts.next();
                self.denied = number(&mut parts).unwrap_or(self.denied);
            }
        }
        while let Some(word) = parts.next() {
            let amount = number(&mut parts);
            if let Some(emotion) = Emotion::ALL.iter().find(|emotion| emotion.as_str() == word) {
                (self.emotion, self.intensity) = (Some(*emotion), amount.unwrap_or(0.5));
                continue;
            }
            self.role = match word {
                "not" => Role::Not,
                "less" => Role::Less,
                "more" => Role::More,
                "but" => Role::But,
                "although" => Role::Although,
                "if" => Role::If,
                "and" => Role::And,
                "subject" => Role::Subject,
                "ask" => Role::Ask,
                _ => continue,
            };
            self.change = amount.unwrap_or_default();
            self.given = true;
        }
    }
}

/// The lists of a language, read once.
#[derive(Debug)]
pub(super) struct Lexicon {
    words: HashMap<&'static str, Entry>,
    /// Beginnings of words, sorted.
    beginnings: Vec<(&'static str, Entry)>,
    /// Phrases, their words joined by `_`.
    pub(super) phrases: Vec<(&'static str, Entry)>,
    language: Language,
}

const VADER: &str = include_str!("../../../data/sentiment/vader.packed");
const SIGNS: &str = include_str!("../../../data/sentiment/signs.txt");
const ENGLISH: &str = include_str!("../../../data/sentiment/en.txt");
const GERMAN: &str = include_str!("../../../data/sentiment/de.txt");
const FRENCH: &str = include_str!("../../../data/sentiment/fr.txt");
const SPANISH: &str = include_str!("../../../data/sentiment/es.txt");

impl Lexicon {
    /// The lists for a language; signs and emoji alone where there are none of its own.
    pub(super) fn of(language: Language) -> &'static Self {
        static ALL: [OnceLock<Lexicon>; 5] = [const { OnceLock::new() }; 5];
        let (place, own) = match language {
            Language::English => (0, ENGLISH),
            Language::German => (1, GERMAN),
            Language::French => (2, FRENCH),
            Language::Spanish => (3, SPANISH),
            _ => (4, ""),
        };
        let [english, german, french, spanish, other] = &ALL;
        let cell = match place {
            0 => english,
            1 => german,
            2 => french,
            3 => spanish,
            _ => other,
        };
        cell.get_or_init(|| Self::read(language, own))
    }

    fn read(language: Language, own: &'static str) -> Self {
        let mut words = HashMap::with_capacity(if own.is_empty() { 2048 } else { 8192 });
        let mut beginnings: HashMap<&'static str, Entry> = HashMap::new();
        let mut phrases: HashMap<&'static str, Entry> = HashMap::new();
        static UNPACKED: OnceLock<Unpacked> = OnceLock::new();
        for (item, heading) in UNPACKED.get_or_init(|| Unpacked::of(VADER)).items() {
            // Emoji and emoticons speak every language; the words of VADER are English. So are its phrases.
            if language == Language::English || !item.starts_with(|c: char| c.is_alphanumeric()) {
                words.entry(item).or_insert_with(Entry::default).set(heading);
            }
        }
        for (item, heading) in items(SIGNS).chain(items(own)) {
            let entry = if let Some(beginning) = item.strip_suffix('*') {
                beginnings.entry(beginning)
            } else if item.contains(['_', '-', '/']) && item.starts_with(char::is_alphanumeric) {
                phrases.entry(item)
            } else {
                words.entry(item)
            };
            entry.or_insert_with(Entry::default).set(heading);
        }
        let sorted = |map: HashMap<&'static str, Entry>| {
            let mut list: Vec<_> = map.into_iter().collect();
            sort_by_key(&mut list, |(item, _)| *item);
            list
        };
        Self { words, beginnings: sorted(beginnings), phrases: sorted(phrases), language }
    }

    /// What is known of a folded word, looked up as it is, by its base (English) or its beginning. Of an elongated
    /// word ("sooo") the repeated letters are taken out as well.
    pub(super) fn look_up(&self, folded: &str, elongated: bool) -> Option<Entry> {
        let plain = without_accents(self.language, folded);
        let exact = self.words.get(&*plain).copied();
        if exact.is_some_and(|entry| entry.given) {
            return exact;
        }
        let found = match self.language {
            Language::English => self.inflected(&plain),
            _ => self.begun(&plain),
        };
        // The list of emotions may have the very word, that of values what it is made from.
        match (exact, found) {
            (Some(exact), Some(found)) => Some(exact.or(found)),
            (None, None) if elongated => self.words.get(&*single(&plain)).copied(),
            (exact, found) => exact.or(found),
        }
    }

    /// By the English base of an inflection: "crashing" as "crash".
    fn inflected(&self, word: &str) -> Option<Entry> {
        const ENDINGS: [(&str, &str); 10] = [
            ("s", ""),
            ("es", ""),
            ("ies", "y"),
            ("ed", ""),
            ("ed", "e"),
            ("ing", ""),
            ("ing", "e"),
            ("'s", ""),
            ("ly", ""),
            ("ied", "y"),
        ];
        ENDINGS.iter().find_map(|(ending, instead)| {
            let stem = word.strip_suffix(ending)?;
            if stem.len() + instead.len() < SHORTEST_BASE {
                return None;
            }
            let entry = self.words.get(&*format!("{stem}{instead}"))?;
            (entry.value.abs() >= 1.0 && entry.role == Role::None).then_some(*entry)
        })
    }

    /// By the listed beginnings, the longest first.
    fn begun(&self, word: &str) -> Option<Entry> {
        let mut found: Option<Entry> = None;
        let mut end = word.len();
        while end > 0 && !found.is_some_and(|entry| entry.given) {
            let beginning = word.get(..end)?;
            if let Ok(place) = self.beginnings.binary_search_by_key(&beginning, |(item, _)| item) {
                let entry = self.beginnings.get(place).map(|(_, entry)| *entry);
                found = found.map_or(entry, |longer| entry.map(|shorter| longer.or(shorter)));
            }
            end = beginning.char_indices().next_back()?.0;
        }
        found
    }
}

/// A long list without what neighbours in sorted order share, which halves it: the headings, one a line; the items, each
/// after a byte that says how many letters it takes from the one before, plus 1; a byte for each item that says which
/// heading it stands under, plus 1. A zero ends each of the three.
struct Unpacked {
    text: String,
    /// Where each item ends, and its heading.
    ends: Vec<(usize, &'static str)>,
}

impl Unpacked {
    fn of(packed: &'static str) -> Self {
        let mut parts = packed.split('\0');
        let mut part = || parts.next().unwrap_or_default();
        let headings: Vec<&'static str> = part().lines().collect();
        let (mut rest, mut under) = (part(), part().bytes());
        let (mut item, mut text, mut ends) = (String::new(), String::new(), Vec::new());
        while let Some(shared) = rest.chars().next() {
            let new = rest.strip_prefix(shared).unwrap_or_default();
            let end = new.find(|c: char| c < ' ').unwrap_or(new.len());
            let Some((new, next)) = new.split_at_checked(end) else { break };
            let kept = (shared as usize).saturating_sub(1);
            let kept: usize = item.chars().take(kept).map(char::len_utf8).sum();
            item.truncate(kept);
            item.push_str(new);
            text.push_str(&item);
            let heading = under.next().and_then(|place| headings.get(usize::from(place) - 1));
            ends.push((text.len(), heading.copied().unwrap_or_default()));
            rest = next;
        }
        Self { text, ends }
    }

    fn items(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        let item = |(start, (end, heading)): (usize, &(usize, &'static str))| {
            (self.text.get(start..*end).unwrap_or_default(), *heading)
        };
        starts.zip(&self.ends).map(item)
    }
}

/// The word with every letter single: what is meant by "sooo".
fn single(word: &str) -> String {
    let mut last = None;
    word.chars().filter(|c| last.replace(*c) != Some(*c)).collect()
}

/// The items of a list with the headings they stand under.
fn items(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut heading = "";
    list.lines().filter(|line| !line.starts_with("# ")).flat_map(move |line| {
        let named = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(named) = named {
            heading = named;
        }
        let under = heading;
        let items = if named.is_some() { "" } else { line };
        items.split_ascii_whitespace().map(move |item| (item, under))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const LIST: &str = include_str!("../../../data/sentiment/vader.txt");

    fn sorted() -> Vec<(&'static str, &'static str)> {
        let mut sorted: Vec<_> = items(LIST).collect();
        sorted.sort_by_key(|(item, _)| *item);
        sorted
    }

    #[test]
    fn the_packed_list_is_the_list() {
        let unpacked = Unpacked::of(VADER);
        assert_eq!(unpacked.items().collect::<Vec<_>>(), sorted());
        assert_eq!(Unpacked::of("").items().count(), 0);
    }

    #[test]
    #[ignore = "packs the list anew: after a change of vader.txt"]
    fn pack_the_list() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, heading) in sorted() {
            *counts.entry(heading).or_default() += 1;
        }
        let mut headings: Vec<&str> = counts.keys().copied().collect();
        headings.sort_by_key(|heading| std::cmp::Reverse(counts[heading]));
        let (mut words, mut under, mut before) = (String::new(), String::new(), "");
        for (item, heading) in sorted() {
            let shared =
                item.chars().zip(before.chars()).take_while(|(a, b)| a == b).count().min(30);
            words.push(char::from(shared as u8 + 1));
            words.extend(item.chars().skip(shared));
            let place = headings.iter().position(|known| *known == heading).unwrap();
            under.push(char::from(u8::try_from(place + 1).unwrap()));
            before = item;
        }
        assert!(under.is_ascii());
        let packed = [headings.join("\n"), words, under].join("\0") + "\0";
        std::fs::write("data/sentiment/vader.packed", packed).unwrap();
    }
}
