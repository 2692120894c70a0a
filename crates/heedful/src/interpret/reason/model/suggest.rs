//! Which comments to label next.

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
        let mut candidates: Vec<Candidate> = doubts
            .into_iter()
            .map(|(doubt, row)| {
                lexer.read(texts.get(row).map_or("", AsRef::as_ref), &mut tokens);
                let stems = tokens.iter().map(|token| lexer.word(token.slot).stem().to_owned());
                Candidate { doubt, row, stems: stems.collect(), overlap: 0.0 }
            })
            .collect();
        let mut chosen = Vec::new();
        while chosen.len() < count {
            let worth = |c: &Candidate| c.doubt * (1.0 - c.overlap);
            // The first of equals: the order is by doubt, then by row.
            let mut best: Option<(usize, f64)> = None;
            for (place, candidate) in candidates.iter().enumerate() {
                if best.is_none_or(|(_, most)| worth(candidate) > most) {
                    best = Some((place, worth(candidate)));
                }
            }
            let Some((place, _)) = best else { break };
            let taken = candidates.remove(place);
            for candidate in &mut candidates {
                candidate.overlap = candidate.overlap.max(jaccard(&candidate.stems, &taken.stems));
            }
            chosen.push(taken.row);
        }
        chosen
    }
}

struct Candidate {
    doubt: f64,
    row: usize,
    stems: HashSet<String>,
    overlap: f64,
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
