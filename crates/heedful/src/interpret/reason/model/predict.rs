//! Applying a model to the words of a comment.

use super::Model;
use super::feature::{MOST_WORDS, gram_keys, most_pairs, pairs, stem_key, term_key};
use super::rows::HEAD;
use crate::text::{Lexer, Token};

/// The largest weight of a word: sums over a comment stay within 32 bits.
const LARGEST: i32 = 1 << 20;

/// Applies a model and remembers, for every word of a lexer, what the model says of it. One for each lexer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Predictor {
    generation: u32,
    words: Vec<Slot>,
    /// By slot: one weight for each label, as long as the model's stride.
    weights: Vec<i32>,
    comment: u32,
    stems: Vec<u32>,
    sums: Vec<i32>,
    odds: Vec<f64>,
    keys: Vec<u32>,
    cells: Vec<(u32, u32)>,
    places: Vec<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The last comment it was in; 0 for a slot not yet met.
    last: u32,
    /// 0 where the model does not read it.
    stem: u32,
    /// The sum of the squares of what its features are worth.
    square: u64,
}

impl Predictor {
    /// The log-odds of each reason, in the order of the model's ids, and whether any word is known. `terms` are the numbers of what else
    /// fires on the comment.
    pub(crate) fn read(
        &mut self,
        model: &Model,
        lexer: &Lexer,
        tokens: &[Token],
        terms: &[u32],
    ) -> (&[f64], bool) {
        let stride = model.rows.stride();
        self.prepare(lexer, stride);
        self.stems.clear();
        self.sums.clear();
        self.sums.resize(stride, 0);
        let mut square = 0_u64;
        for token in tokens {
            let slot = token.slot as usize;
            match self.words.get_mut(slot) {
                Some(word) if word.last == self.comment => continue,
                Some(word) if word.last != 0 => word.last = self.comment,
                _ => self.meet(model, lexer, token.slot),
            }
            let Some(word) = self.words.get(slot) else { continue };
            if word.stem == 0 {
                continue;
            }
            if self.stems.len() == MOST_WORDS {
                break;
            }
            self.stems.push(word.stem);
            square += word.square;
            let weights = self.weights.get(slot * stride..(slot + 1) * stride).unwrap_or_default();
            for (sums, weights) in
                self.sums.as_chunks_mut::<8>().0.iter_mut().zip(weights.as_chunks::<8>().0)
            {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += weight;
                }
            }
        }
        // Keys first, then their cells, then the heads of their rows, then the rows: in each short loop the waits for
        // memory overlap.
        let window = model.shape.recipe.window;
        self.keys.resize(most_pairs(self.stems.len(), window), 0);
        let mut count = 0;
        pairs(&self.stems, window, |_, key, is_pair| {
            if let Some(slot) = self.keys.get_mut(count) {
                *slot = key;
            }
            count += usize::from(is_pair & model.index.may_have(key));
        });
        self.keys.truncate(count);
        self.keys.extend(terms.iter().take(MOST_WORDS).map(|term| term_key(*term)));
        self.cells.clear();
        self.cells.extend(self.keys.iter().map(|key| model.index.first(*key)));
        self.places.clear();
        let cells = self.keys.iter().zip(&self.cells);
        self.places.extend(cells.filter_map(|(key, cell)| model.index.resolve(*key, *cell)));
        square += self.places.iter().map(|place| model.rows.square(*place)).sum::<u64>();
        for place in &self.places {
            model.rows.add(*place, &mut self.sums);
        }
        let scale = model.unit / libm::sqrt(square.max(1) as f64);
        self.odds.clear();
        let labels = self.sums.iter().skip(HEAD).zip(&model.bias).zip(&model.calibrations);
        self.odds.extend(labels.map(|((sum, bias), calibration)| {
            calibration.slope * (f64::from(*sum) * scale + bias) + calibration.intercept
        }));
        (&self.odds, square > 0)
    }

    /// How much each token speaks for a label, in no unit: its own weight twice and that of each pair that it is in.
    /// Call after [`read`](Self::read) with the same tokens.
    pub(crate) fn evidence(&self, model: &Model, tokens: &[Token], label: usize) -> Vec<i64> {
        let own = |token: &Token| {
            let at = token.slot as usize * model.rows.stride() + HEAD + label;
            self.weights.get(at).map_or(0, |weight| 2 * i64::from(*weight))
        };
        let mut evidence: Vec<i64> = tokens.iter().map(own).collect();
        let stem = |token: &Token| self.words.get(token.slot as usize).map_or(0, |word| word.stem);
        let read: Vec<(usize, u32)> = tokens.iter().map(stem).enumerate().collect();
        let read: Vec<(usize, u32)> =
            read.into_iter().filter(|(_, stem)| *stem != 0).take(MOST_WORDS).collect();
        let stems: Vec<u32> = read.iter().map(|(_, stem)| *stem).collect();
        pairs(&stems, model.shape.recipe.window, |(one, other), key, is_pair| {
            let weight = if is_pair { model.weight(key, label) } else { 0 };
            for place in [one, other] {
                let at = read.get(place).map(|(at, _)| *at);
                if let Some(evidence) = at.and_then(|at| evidence.get_mut(at)) {
                    *evidence += weight;
                }
            }
        });
        evidence
    }

    fn prepare(&mut self, lexer: &Lexer, stride: usize) {
        if lexer.generation() != self.generation || self.comment == u32::MAX {
            self.generation = lexer.generation();
            self.words.clear();
            self.weights.clear();
            self.comment = 0;
        }
        self.comment += 1;
        let words = lexer.words();
        if self.words.len() < words {
            self.words.resize(words, Slot::default());
            self.weights.resize(words * stride, 0);
        }
    }

    /// Sums up the weights of a word that was not met before.
    fn meet(&mut self, model: &Model, lexer: &Lexer, slot: u32) {
        let word = lexer.word(slot);
        let at = slot as usize;
        let Some(entry) = self.words.get_mut(at) else { return };
        entry.last = self.comment;
        let Some(stem) = stem_key(word) else { return };
        entry.stem = stem;
        self.keys.clear();
        self.keys.push(stem);
        gram_keys(word, &model.shape.recipe, &mut self.keys);
        let stride = model.rows.stride();
        let range = at * stride..(at + 1) * stride;
        let Some(weights) = self.weights.get_mut(range) else { return };
        for key in &self.keys {
            if let Some(place) = model.index.find(*key) {
                entry.square += model.rows.square(place);
                model.rows.add(place, weights);
            }
        }
        for weight in weights {
            *weight = (*weight).clamp(-LARGEST, LARGEST);
        }
    }
}
