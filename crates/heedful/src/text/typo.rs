//! The words that a misspelt one may be meant to be.

use hashbrown::HashMap;

/// Letters that a word needs before typing errors in it are forgiven.
pub(super) const TYPO_LETTERS: usize = 5;

/// Words, by what is left of them without one of their letters.
#[derive(Debug, Clone, Default)]
pub(super) struct Typos {
    deletions: HashMap<Box<str>, Vec<(Box<str>, u32)>>,
}

impl Typos {
    /// Words and what each stands for.
    pub(super) fn new(mut words: Vec<(Box<str>, u32)>) -> Self {
        words.sort_unstable();
        words.dedup();
        let mut typos = Self::default();
        for (word, symbol) in words {
            if word.chars().count() < TYPO_LETTERS - 1 {
                continue;
            }
            for cut in cuts(&word).into_iter().chain([word.clone()]) {
                typos.deletions.entry(cut).or_default().push((word.clone(), symbol));
            }
        }
        typos
    }

    /// The word that a misspelt one is meant to be: the first in alphabetical order of those one insertion,
    /// deletion, replacement or exchange of neighbours away.
    pub(super) fn meant(&self, word: &str) -> Option<u32> {
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
}
