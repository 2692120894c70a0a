//! The words and phrases of many comments: what keywords and topics are made from.

use hashbrown::HashMap;

use crate::base::order::sort_by;
use crate::text::{Kind, Language, Lexer};

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
}

/// Stems as texts, the same as numbers, and the item.
type Kept<'a> = (Vec<&'a Box<str>>, &'a [u32], Item);

/// The comments as stems.
struct Sequences {
    stems: Vec<Box<str>>,
    rows: Vec<Vec<u32>>,
}

impl Vocabulary {
    pub(crate) fn of<T: AsRef<str>>(comments: &[T], limits: Limits) -> Self {
        let sequences = Sequences::read(comments, limits.language);
        let words = limits.words.clamp(1, 5);
        let mut counts: HashMap<&[u32], (u64, u64, usize)> = HashMap::new();
        let mut total = 0_u64;
        for (row, sequence) in sequences.rows.iter().enumerate() {
            total += sequence.iter().filter(|stem| **stem != BREAK).count() as u64;
            for (_, phrase) in phrases(sequence, words) {
                let (count, comments, last) = counts.entry(phrase).or_insert((0, 0, usize::MAX));
                *count += 1;
                if *last != row {
                    (*comments, *last) = (*comments + 1, row);
                }
            }
        }
        // Fillers count as parts of a phrase, though not as items.
        let mut fillers: HashMap<u32, u64> = HashMap::new();
        for stem in sequences.rows.iter().flatten().filter(|stem| **stem != BREAK) {
            *fillers.entry(*stem).or_default() += 1;
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
        let rows = sequences
            .rows
            .iter()
            .map(|sequence| {
                let mut row: Vec<u32> = phrases(sequence, words)
                    .filter_map(|(_, phrase)| place.get(phrase).copied())
                    .collect();
                row.sort_unstable();
                row.dedup();
                row
            })
            .collect();
        let mut spelt = Spelling::read(comments, limits.language, words, &place);
        let items = kept
            .iter()
            .enumerate()
            .map(|(place, (.., item))| Item { text: spelt.take(place), ..item.clone() })
            .collect();
        Self { items, rows }
    }
}

/// Every run of up to so many words without punctuation that neither starts nor ends with a filler, and
/// where it starts.
fn phrases(sequence: &[u32], words: usize) -> impl Iterator<Item = (usize, &[u32])> {
    let ends = |stem: Option<&u32>| stem.is_some_and(|stem| *stem & FILLER == 0);
    (0..sequence.len()).filter(move |start| ends(sequence.get(*start))).flat_map(move |start| {
        (start + 1..=sequence.len().min(start + words))
            .map_while(move |end| sequence.get(start..end).filter(|run| !run.contains(&BREAK)))
            .filter(move |run| ends(run.last()))
            .map(move |run| (start, run))
    })
}

/// What a token is for a vocabulary.
fn class(lexer: &Lexer, slot: u32) -> Class {
    let word = lexer.word(slot);
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
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut stems = Vec::new();
        let mut rows = Vec::with_capacity(comments.len());
        for comment in comments {
            lexer.read(comment.as_ref(), &mut tokens);
            let number = |slot: u32| {
                let class = class(&lexer, slot);
                if class == Class::Break {
                    return BREAK;
                }
                let stem = lexer.word(slot).stem();
                let number = *numbers.entry_ref(stem).or_insert_with(|| {
                    stems.push(stem.into());
                    stems.len() as u32 - 1
                });
                if class == Class::Filler { number | FILLER } else { number }
            };
            rows.push(tokens.iter().map(|token| token.slot).map(number).collect());
        }
        Self { stems, rows }
    }
}

/// How items are written, and how often so.
struct Spelling(Vec<HashMap<String, u64>>);

impl Spelling {
    fn read<T: AsRef<str>>(
        comments: &[T],
        language: Language,
        words: usize,
        place: &HashMap<&[u32], u32>,
    ) -> Self {
        let mut spelt = vec![HashMap::new(); place.len()];
        let sequences = Sequences::read(comments, language);
        let mut lexer = Lexer::new(language);
        let mut tokens = Vec::new();
        for (comment, sequence) in comments.iter().zip(&sequences.rows) {
            lexer.read(comment.as_ref(), &mut tokens);
            for (start, phrase) in phrases(sequence, words) {
                let Some(spelt) = place.get(phrase).and_then(|p| spelt.get_mut(*p as usize)) else {
                    continue;
                };
                let forms = tokens.iter().skip(start).take(phrase.len());
                let forms: Vec<&str> = forms.map(|t| lexer.word(t.slot).folded()).collect();
                *spelt.entry(forms.join(" ")).or_default() += 1;
            }
        }
        Self(spelt)
    }

    /// The commonest form; of equally common ones the first in alphabetical order.
    fn take(&mut self, place: usize) -> String {
        let forms = self.0.get_mut(place).map(std::mem::take).unwrap_or_default();
        let best = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
        best.map(|(form, _)| form).unwrap_or_default()
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
