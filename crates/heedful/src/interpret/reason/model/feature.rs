//! From the words of a comment to features.
//!
//! A feature is known by a 32-bit key, a hash of what it is. Features of a word (its stem, the groups of
//! characters inside it) are additive: the sum over the distinct words of a comment. Pairs of stems come on
//! top. Keys are part of the stored model, so how they are made must never change.

use super::options::Recipe;
use crate::text::{Kind, Word};

/// Words of a comment beyond so many different ones are not read by a model: this bounds time and sums.
pub(super) const MOST_WORDS: usize = 1024;

const STEM: u64 = 1;
const GRAM: u64 = 2;
const NEXT: u64 = 3;
const NEAR: u64 = 4;
const TERM: u64 = 5;
/// The bit of a stem's key that says that it is a stop word.
const STOP: u32 = 1;
/// At least as many as the widest window.
const RING: usize = 32;
/// How far from a stop word the words are that it makes pairs with.
const CLOSE: usize = 3;
/// What stands before the first and after the last word.
const EDGE: u32 = 0;

/// FNV-1a over bytes, from a start that tells kinds of features apart.
fn hash(kind: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ kind;
    bytes.fold(start.wrapping_mul(0x100_0000_01b3), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// Spreads a hash over 32 bits (the last step of `SplitMix64`).
fn spread(hash: u64) -> u32 {
    let z = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 32) as u32
}

/// The key of a taxonomy term, or of anything else that fires on a comment and has a number.
pub(super) fn term_key(term: u32) -> u32 {
    spread(hash(TERM, term.to_le_bytes().into_iter()))
}

/// The key of a stem; `None` for what a model does not read (most punctuation, addresses, mentions).
pub(super) fn stem_key(word: &Word) -> Option<u32> {
    let read = match word.kind() {
        Kind::Punctuation => matches!(word.folded(), "?" | "!" | "?!"),
        Kind::Url | Kind::Email | Kind::Mention => false,
        _ => true,
    };
    let key = spread(hash(STEM, word.stem().bytes()));
    // 0 is the edge.
    read.then(|| if word.is_stop() { key | STOP } else { (key & !STOP).max(2) })
}

/// Adds the keys of the groups of characters inside a word, its two ends marked.
pub(super) fn gram_keys(word: &Word, recipe: &Recipe, keys: &mut Vec<u32>) {
    if !matches!(word.kind(), Kind::Word | Kind::Hashtag | Kind::Number) {
        return;
    }
    let [shortest, longest] = recipe.grams;
    let marked =
        || std::iter::once('\u{1}').chain(word.folded().chars()).chain(std::iter::once('\u{2}'));
    let mut rest = marked();
    loop {
        let mut length = 0;
        let mut state = hash(GRAM, std::iter::empty());
        for c in rest.clone().take(usize::from(longest)) {
            state = (state ^ u64::from(u32::from(c))).wrapping_mul(0x100_0000_01b3);
            length += 1;
            if length >= shortest {
                keys.push(spread(state));
            }
        }
        if rest.next().is_none() {
            return;
        }
    }
}

fn pair(kind: u64, first: u32, second: u32) -> u32 {
    spread(
        ((u64::from(first) << 32) | u64::from(second)) ^ kind.wrapping_mul(0x9e37_79b9_7f4a_7c15),
    )
}

/// The key of two stems that stand next to each other, in this order.
pub(super) fn next_key(first: u32, second: u32) -> u32 {
    pair(NEXT, first, second)
}

/// The key of two stems in one comment, in any order.
fn near_key(one: u32, other: u32) -> u32 {
    pair(NEAR, one.min(other), one.max(other))
}

/// The pairs of a comment's stems: of neighbours in order (the two ends of the comment count as stems), and in any order of two up to
/// `window` apart, of which one may be a stop word only where they are close, and not both.
///
/// Gives for each candidate the places of the two stems (that of an end is the place of its neighbour), its key, and whether
/// it is a pair: told by a number and not by a branch, which nothing could predict.
pub(super) fn pairs(stems: &[u32], window: u8, mut each: impl FnMut((usize, usize), u32, bool)) {
    if window == 0 || stems.is_empty() {
        return;
    }
    let window = usize::from(window);
    let mut before = EDGE;
    // Where the words further back than that stand that are no stop words, around a circle.
    let (mut content, mut met) = ([0; RING], 0_usize);
    for (at, stem) in stems.iter().enumerate() {
        each((at.saturating_sub(1), at), next_key(before, *stem), true);
        let stop = stem & STOP != 0;
        let near = stems.get(at.saturating_sub(window.min(CLOSE))..at).unwrap_or_default();
        for (distance, other) in (1..).zip(near.iter().rev()) {
            let fits = !stop | (other & STOP == 0);
            each((at - distance, at), near_key(*other, *stem), fits & (other != stem));
        }
        if let Some(place) = at.checked_sub(CLOSE + 1)
            && let (Some(next), Some(other)) = (content.get_mut(met % RING), stems.get(place))
        {
            *next = place;
            met += usize::from(other & STOP == 0);
        }
        let last = if stop { 0 } else { met.min(RING) };
        for back in 1..=last {
            let place = content.get((met - back) % RING).copied().unwrap_or_default();
            let Some(other) = stems.get(place).filter(|_| at - place <= window) else { break };
            each((place, at), near_key(*other, *stem), other != stem);
        }
        before = *stem;
    }
    each((stems.len() - 1, stems.len() - 1), next_key(before, EDGE), true);
}

/// The most pairs that so many stems have.
pub(super) fn most_pairs(stems: usize, window: u8) -> usize {
    stems * (usize::from(window) + 1) + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_those_of_the_definition(
            stems in prop::collection::vec(2_u32..12, 0..60),
            window in 0_u8..=32,
        ) {
            let mut found = Vec::new();
            pairs(&stems, window, |places, key, is_pair| found.extend(is_pair.then_some((places, key))));
            let mut expected = Vec::new();
            for (at, stem) in stems.iter().enumerate().filter(|_| window > 0) {
                let before = at.checked_sub(1).map_or(EDGE, |before| stems[before]);
                expected.push(((at.saturating_sub(1), at), next_key(before, *stem)));
                for place in (at.saturating_sub(usize::from(window))..at).rev() {
                    let other = stems[place];
                    let content = stem % 2 == 0 && other % 2 == 0;
                    // Two stop words that stand close make no pair.
                    let close = at - place <= 3 && (stem % 2 == 0 || other % 2 == 0);
                    if other != *stem && (content || close) {
                        expected.push(((place, at), near_key(other, *stem)));
                    }
                }
            }
            if let (Some(last), true) = (stems.last(), window > 0) {
                expected.push(((stems.len() - 1, stems.len() - 1), next_key(*last, EDGE)));
            }
            prop_assert!(found.len() <= most_pairs(stems.len(), window));
            prop_assert_eq!(found, expected);
        }
    }
}
