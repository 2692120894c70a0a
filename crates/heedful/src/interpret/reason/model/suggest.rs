//! Which comments to label next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::calibrate::probability;
use super::{Model, Predictions};
use crate::base::order::sort_by;
use crate::text::{Kind, Lexer};
use hashbrown::HashSet;

impl Model {
    /// The rows of the comments whose labels would teach the model most, the most useful first, up to `count`.
    ///
    /// A comment is useful where the model is undecided: the entropy of its most doubtful reason. Among the more
    /// doubtful ones, each next is chosen to be unlike those before: its doubt times one less its greatest overlap
    /// (Jaccard's, of stems) with a comment chosen before. Comments without a word are never proposed.
    ///
    /// ```
    /// # use heedful::{Labels, Model, ModelOptions};
    /// # let texts = ["late delivery", "late again", "too expensive", "expensive stuff"];
    /// # let labels = Labels::single(["delay", "delay", "price", "price"].map(Some))?;
    /// # let model = Model::fit(&texts, &labels, &ModelOptions::default())?;
    /// let more = ["late", "what a strange shop", "expensive and late", "What a strange shop!"];
    /// assert_eq!(model.suggest(&more, 2).len(), 2);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn suggest<T: AsRef<str>>(&self, texts: &[T], count: usize) -> Vec<usize> {
        self.suggested(texts, &self.predict(texts), count)
    }

    /// [`suggest`](Self::suggest) by what was predicted of the texts.
    pub(crate) fn suggested<T: AsRef<str>>(
        &self,
        texts: &[T],
        predictions: &Predictions,
        count: usize,
    ) -> Vec<usize> {
        let mut lexer = Lexer::new(self.language());
        let mut tokens = Vec::new();
        let mut doubts: Vec<(f64, usize)> = Vec::new();
        for (row, text) in texts.iter().enumerate() {
            lexer.read(text.as_ref(), &mut tokens);
            if !tokens.iter().any(|token| lexer.word(token.slot).kind() != Kind::Punctuation) {
                continue;
            }
            let odds = predictions.odds(row).iter();
            doubts.push((odds.map(|z| entropy(*z)).fold(0.0, f64::max), row));
        }
        sort_by(&mut doubts, |(a, i), (b, j)| b.total_cmp(a).then(i.cmp(j)));
        doubts.truncate(count.saturating_mul(10).max(100));
        let candidates = doubts
            .into_iter()
            .map(|(doubt, row)| {
                lexer.read(texts.get(row).map_or("", AsRef::as_ref), &mut tokens);
                let stems = tokens.iter().map(|token| lexer.word(token.slot).stem().to_owned());
                Candidate { doubt, row, stems: stems.collect(), overlap: 0.0, compared: 0 }
            })
            .collect();
        unlike(candidates, count)
    }
}

/// The rows of up to `count` candidates, each next one the one that is worth most beside those chosen before.
fn unlike(mut candidates: Vec<Candidate>, count: usize) -> Vec<usize> {
    // By what they were worth when they were last compared: the more are chosen, the less. Of equals the first comes first.
    // The bits of numbers from 0 on are in the order of the numbers.
    let worth =
        |place: usize, c: &Candidate| ((c.doubt * (1.0 - c.overlap)).to_bits(), Reverse(place));
    let mut best: BinaryHeap<(u64, Reverse<usize>)> =
        candidates.iter().enumerate().map(|(place, c)| worth(place, c)).collect();
    let mut chosen: Vec<HashSet<String>> = Vec::new();
    let mut rows = Vec::new();
    while rows.len() < count {
        let Some((_, Reverse(place))) = best.pop() else { break };
        let Some(candidate) = candidates.get_mut(place) else { break };
        for taken in chosen.iter().skip(candidate.compared) {
            candidate.overlap = candidate.overlap.max(jaccard(&candidate.stems, taken));
        }
        candidate.compared = chosen.len();
        let now = worth(place, candidate);
        if best.peek().is_some_and(|other| *other > now) {
            best.push(now);
            continue;
        }
        rows.push(candidate.row);
        chosen.push(std::mem::take(&mut candidate.stems));
    }
    rows
}

#[derive(Clone)]
struct Candidate {
    doubt: f64,
    row: usize,
    stems: HashSet<String>,
    /// With the closest of those chosen, as far as it was compared.
    overlap: f64,
    /// With how many of those chosen it was compared.
    compared: usize,
}

fn jaccard(one: &HashSet<String>, other: &HashSet<String>) -> f64 {
    let both = one.intersection(other).count();
    let all = one.len() + other.len() - both;
    if all == 0 { 1.0 } else { both as f64 / all as f64 }
}

/// Of a yes or no with log-odds `z`, in nats.
fn entropy(z: f64) -> f64 {
    let p = probability(-z.abs());
    if p > 0.0 { -p * libm::log(p) - (1.0 - p) * libm::log1p(-p) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The slow twin compares every candidate in every round.
        #[test]
        fn each_is_the_best_beside_those_before(
            candidates in prop::collection::vec((0..4_u8, prop::collection::hash_set(0..6_u8, 0..4)), 0..40), count in 0..50_usize,
        ) {
            let candidates: Vec<Candidate> = candidates.into_iter().enumerate().map(|(row, (doubt, stems))| {
                let stems = stems.into_iter().map(|stem| stem.to_string()).collect();
                Candidate { doubt: f64::from(doubt) / 4.0, row, stems, overlap: 0.0, compared: 0 }
            }).collect();
            let (mut left, mut wanted) = (candidates.clone(), Vec::<Candidate>::new());
            while wanted.len() < count && !left.is_empty() {
                let worth = |c: &Candidate| {
                    let overlaps = wanted.iter().map(|taken| jaccard(&c.stems, &taken.stems));
                    c.doubt * (1.0 - overlaps.fold(0.0, f64::max))
                };
                let best = (0..left.len()).rev().max_by(|a, b| worth(&left[*a]).total_cmp(&worth(&left[*b]))).unwrap();
                wanted.push(left.remove(best));
            }
            let wanted: Vec<usize> = wanted.into_iter().map(|c| c.row).collect();
            prop_assert_eq!(unlike(candidates, count), wanted);
        }
    }
}
