//! The words and phrases of many comments: what keywords and topics are made from.

use std::ops::Range;

use hashbrown::HashMap;

use crate::base::order::sort_by;
use crate::text::{Kind, Language, Lexer, Word};

/// What the words of a comment are separated by in a sequence of stems: punctuation.
const BREAK: u32 = u32::MAX;
/// What a word that is no candidate is in a sequence: a stop word or a number.
const FILLER: u32 = 1 << 31;

/// A word or phrase, by stems.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// As it is written most often, folded.
    pub(crate) text: String,
    /// How many words it has.
    pub(crate) words: usize,
    /// How closely the words of a phrase belong together, -1 to 1; `None` for a word.
    pub(crate) npmi: Option<f64>,
    /// Comments that have it.
    pub(crate) comments: u64,
    /// How often it occurs.
    pub(crate) count: u64,
    /// Stems, as in the vocabulary.
    stems: Vec<u32>,
}

impl Item {
    /// Whether all words of another one stand in this one, in their order and together.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        !other.stems.is_empty() && self.stems.windows(other.stems.len()).any(|w| w == other.stems)
    }
}

/// How a vocabulary is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) language: Language,
    /// Words in the longest phrase, 1 to 5.
    pub(crate) words: usize,
    /// Comments in which an item occurs at least.
    pub(crate) comments: u64,
    /// Least association of a phrase.
    pub(crate) npmi: f64,
}

/// Candidates and where they occur. Items are sorted by stems, so that numbers do not depend on the
/// order of comments.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    pub(crate) items: Vec<Item>,
    /// For each comment the items that it has, ascending, each once.
    pub(crate) rows: Vec<Vec<u32>>,
    /// For each comment how many different words it has that are no items: they stand in too few comments.
    pub(crate) rare: Vec<u32>,
}

/// Stems as texts, the same as numbers, and the item.
type Kept<'a> = (Vec<&'a Box<str>>, &'a [u32], Item);

/// The words of all comments, one after another, as numbers.
#[derive(Default)]
struct Sequences {
    /// What the numbers of `stem` and of `form` stand for.
    stems: Vec<Box<str>>,
    forms: Vec<Box<str>>,
    /// The stem of each word, with what it is for a phrase, and how it is written, folded.
    stem: Vec<u32>,
    form: Vec<u32>,
    /// Where each comment ends.
    ends: Vec<usize>,
}

impl Vocabulary {
    pub(crate) fn of<T: AsRef<str>>(comments: &[T], limits: Limits) -> Self {
        let sequences = Sequences::read(comments, limits.language);
        let words = limits.words.clamp(1, 5);
        let mut counts: HashMap<&[u32], (u64, u64, usize)> = HashMap::new();
        for (row, range) in sequences.rows().enumerate() {
            for phrase in phrases(&sequences.stem, range, words) {
                let phrase = sequences.stem.get(phrase).unwrap_or_default();
                let (count, comments, last) = counts.entry(phrase).or_insert((0, 0, usize::MAX));
                *count += 1;
                if *last != row {
                    (*comments, *last) = (*comments + 1, row);
                }
            }
        }
        // Fillers count as parts of a phrase, though not as items.
        let mut fillers: HashMap<u32, u64> = HashMap::new();
        let mut total = 0_u64;
        for stem in sequences.stem.iter().filter(|stem| **stem != BREAK) {
            *fillers.entry(*stem).or_default() += 1;
            total += 1;
        }
        let share = |count: u64| count as f64 / total as f64;
        // Generalised to several words: of the joint probability against independent words.
        let npmi = |phrase: &[u32], count: u64| {
            let alone = |stem: &u32| share(fillers.get(stem).copied().unwrap_or(1)).ln();
            let (joint, apart) = (share(count).ln(), phrase.iter().map(alone).sum::<f64>());
            let most = -joint * (phrase.len() as f64 - 1.0);
            if most > 0.0 { (joint - apart) / most } else { 1.0 }
        };
        let name = |stem: &u32| sequences.stems.get((stem & !FILLER) as usize);
        let mut kept: Vec<Kept<'_>> = counts
            .iter()
            .filter(|(_, (_, comments, _))| *comments >= limits.comments.max(1))
            .filter_map(|(&phrase, &(count, comments, _))| {
                let npmi = (phrase.len() > 1).then(|| npmi(phrase, count));
                let item = Item {
                    text: String::new(),
                    words: phrase.len(),
                    npmi,
                    comments,
                    count,
                    stems: phrase.to_vec(),
                };
                let close = npmi.is_none_or(|npmi| npmi >= limits.npmi);
                close.then(|| (phrase.iter().filter_map(name).collect(), phrase, item))
            })
            .collect();
        sort_by(&mut kept, |a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)));
        let place: HashMap<&[u32], u32> = kept
            .iter()
            .enumerate()
            .map(|(place, (_, phrase, _))| (*phrase, place as u32))
            .collect();
        let mut spelt: Spelling<'_> = HashMap::new();
        let mut rare = Vec::new();
        let rows = sequences
            .rows()
            .map(|range| {
                let (mut row, mut others) = (Vec::new(), Vec::new());
                for phrase in phrases(&sequences.stem, range, words) {
                    let stems = sequences.stem.get(phrase.clone()).unwrap_or_default();
                    let Some(&item) = place.get(stems) else {
                        if let [word] = stems {
                            others.push(*word);
                        }
                        continue;
                    };
                    let forms = sequences.form.get(phrase).unwrap_or_default();
                    *spelt.entry((item, forms)).or_default() += 1;
                    row.push(item);
                }
                row.sort_unstable();
                row.dedup();
                others.sort_unstable();
                others.dedup();
                rare.push(others.len() as u32);
                row
            })
            .collect();
        let texts = sequences.commonest(spelt, kept.len());
        let items = kept.iter().zip(texts).map(|((.., item), text)| Item { text, ..item.clone() });
        Self { items: items.collect(), rows, rare }
    }
}

/// How often each item is written in which words.
type Spelling<'a> = HashMap<(u32, &'a [u32]), u64>;

/// Where in the stems of a comment there is a run of up to so many words without punctuation that neither starts nor
/// ends with a filler.
fn phrases(stems: &[u32], range: Range<usize>, words: usize) -> impl Iterator<Item = Range<usize>> {
    let at = |place: usize| stems.get(place).copied().unwrap_or(BREAK);
    range.clone().filter(move |start| at(*start) & FILLER == 0).flat_map(move |start| {
        (start..range.end.min(start + words))
            .take_while(move |last| at(*last) != BREAK)
            .filter(move |last| at(*last) & FILLER == 0)
            .map(move |last| start..last + 1)
    })
}

/// What a token is for a vocabulary.
fn class(word: &Word) -> Class {
    match word.kind() {
        Kind::Punctuation => Class::Break,
        Kind::Number | Kind::Url | Kind::Email | Kind::Mention => Class::Filler,
        Kind::Word if word.is_stop() || word.folded().chars().count() < 2 => Class::Filler,
        _ => Class::Word,
    }
}

#[derive(PartialEq)]
enum Class {
    Break,
    Filler,
    Word,
}

impl Sequences {
    fn read<T: AsRef<str>>(comments: &[T], language: Language) -> Self {
        let mut lexer = Lexer::new(language);
        let mut tokens = Vec::new();
        let (mut stems, mut forms) = (Numbers::default(), Numbers::default());
        // The numbers of each word that the lexer remembers.
        let mut known: Vec<(u32, u32)> = Vec::new();
        let mut generation = lexer.generation();
        let mut all = Self::default();
        for comment in comments {
            lexer.read(comment.as_ref(), &mut tokens);
            if generation != lexer.generation() {
                generation = lexer.generation();
                known.clear();
            }
            for slot in known.len()..lexer.words() {
                let word = lexer.word(slot as u32);
                let stem = match class(word) {
                    Class::Break => BREAK,
                    Class::Filler => stems.of(word.stem()) | FILLER,
                    Class::Word => stems.of(word.stem()),
                };
                known.push((stem, forms.of(word.folded())));
            }
            let numbers = |slot: u32| known.get(slot as usize).copied().unwrap_or((BREAK, 0));
            all.stem.extend(tokens.iter().map(|token| numbers(token.slot).0));
            all.form.extend(tokens.iter().map(|token| numbers(token.slot).1));
            all.ends.push(all.stem.len());
        }
        Self { stems: stems.texts, forms: forms.texts, ..all }
    }

    /// Where the words of each comment are.
    fn rows(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start..*end)
    }

    /// How each item is written most often; of equally common ways the first in alphabetical order.
    fn commonest(&self, spelt: Spelling<'_>, items: usize) -> Vec<String> {
        let mut best = vec![(0, String::new()); items];
        for ((item, forms), count) in spelt {
            let Some((most, text)) = best.get_mut(item as usize) else { continue };
            if count < *most {
                continue;
            }
            let forms = forms.iter().filter_map(|form| self.forms.get(*form as usize));
            let written = forms.map(|form| &**form).collect::<Vec<_>>().join(" ");
            if count > *most || written < *text {
                (*most, *text) = (count, written);
            }
        }
        best.into_iter().map(|(_, text)| text).collect()
    }
}

/// Texts and their numbers.
#[derive(Default)]
struct Numbers {
    numbers: HashMap<String, u32>,
    texts: Vec<Box<str>>,
}

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        *self.numbers.entry_ref(text).or_insert_with(|| {
            self.texts.push(text.into());
            self.texts.len() as u32 - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(comments: &[&str], words: usize) -> Vocabulary {
        let limits = Limits { language: Language::English, words, comments: 1, npmi: -1.0 };
        Vocabulary::of(comments, limits)
    }

    #[test]
    fn items_are_words_and_phrases_between_punctuation() {
        let vocabulary = of(&["Waiting time, time of delivery", "waiting times: 12"], 3);
        let items: Vec<_> =
            vocabulary.items.iter().map(|i| (i.text.as_str(), i.comments, i.count)).collect();
        assert_eq!(
            items,
            [
                ("delivery", 1, 1),
                ("time", 2, 3),
                ("time of delivery", 1, 1),
                ("waiting", 2, 2),
                ("waiting time", 2, 2),
            ]
        );
        assert_eq!(vocabulary.rows, [vec![0, 1, 2, 3, 4], vec![1, 3, 4]]);
        assert!(vocabulary.items[4].contains(&vocabulary.items[1]));
        assert!(!vocabulary.items[1].contains(&vocabulary.items[4]));
    }

    #[test]
    fn words_of_too_few_comments_are_counted() {
        let limits = Limits { language: Language::English, words: 2, comments: 2, npmi: -1.0 };
        let comments = ["slow bus", "slow, slow train to the town", "the 12"];
        let vocabulary = Vocabulary::of(&comments, limits);
        assert_eq!(vocabulary.rows, [vec![0], vec![0], vec![]]);
        assert_eq!(vocabulary.rare, [1, 2, 0]);
    }

    #[test]
    fn association_is_that_of_the_formula() {
        // 8 words: customer 2, service 2, bad 2, good 2; "customer service" twice:
        // ln((2/8) / (2/8 * 2/8)) / -ln(2/8) = 1; "bad customer" once of 8 places.
        let vocabulary = of(&["bad customer service", "good customer service", "good", "bad"], 2);
        let npmi =
            |text: &str| vocabulary.items.iter().find(|i| i.text == text).unwrap().npmi.unwrap();
        assert!((npmi("customer service") - 1.0).abs() < 1e-12);
        let expected = ((1.0_f64 / 8.0) / (2.0 / 8.0 * 2.0 / 8.0)).ln() / -(1.0_f64 / 8.0).ln();
        assert!((npmi("bad customer") - expected).abs() < 1e-12);
    }

    #[test]
    fn order_of_comments_does_not_matter() {
        let (a, b) = (of(&["slow bus", "late train"], 2), of(&["late train", "slow bus"], 2));
        assert_eq!(
            a.items.iter().map(|i| &i.text).collect::<Vec<_>>(),
            b.items.iter().map(|i| &i.text).collect::<Vec<_>>()
        );
        assert_eq!((&a.rows[0], &a.rows[1]), (&b.rows[1], &b.rows[0]));
    }
}
