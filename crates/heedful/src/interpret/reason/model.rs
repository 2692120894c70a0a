//! The trained part of mapping: which reasons a comment has, learned from comments with known reasons.

mod calibrate;
mod feature;
mod file;
mod index;
mod options;
mod predict;
mod rows;
mod solve;
mod suggest;
mod train;

use serde::Serialize;

pub use options::{Aim, ClassWeight, ModelOptions};
pub(crate) use predict::Predictor;

use self::calibrate::{Calibration, Margins, probability};
use self::index::Index;
use self::rows::Rows;
use self::train::Shape;
use super::labels::Labels;
use super::split::check_length;
use crate::base::table::Table;
use crate::text::{Language, Lexer};
use crate::{Error, ErrorCode, Result};

/// What else than words fires on comments (terms of a taxonomy), by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    ends: Vec<usize>,
    numbers: Vec<u32>,
}

impl Terms {
    /// Adds the next comment.
    pub(crate) fn push(&mut self, terms: impl IntoIterator<Item = u32>) {
        self.numbers.extend(terms);
        self.ends.push(self.numbers.len());
    }

    pub(crate) fn of(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(row).copied().unwrap_or_default();
        self.numbers.get(start.unwrap_or_default()..end).unwrap_or_default()
    }
}

/// The features of a model, the most frequent first (then by key): what is often used lies together. What each is worth, in
/// sixteenths, grows with its rarity.
#[derive(Debug, Clone, Default, PartialEq)]
struct Features {
    keys: Vec<u32>,
    worth: Vec<u8>,
}

impl Features {
    fn square(&self, place: usize) -> u64 {
        let worth = u64::from(self.worth.get(place).copied().unwrap_or_default());
        worth * worth
    }
}

/// Gives a comment its reasons, as it learned from comments with known reasons.
///
/// A linear model for each reason over stems, pairs of stems and groups of characters inside words. What the words of
/// a comment say is added up from whole numbers, so every platform gives the same answer. Probabilities are
/// calibrated, and thresholds chosen, on comments that were held out in turn.
///
/// A comment has the reasons whose probability reaches their threshold, and none where no reason does.
///
/// ```
/// use heedful::{Labels, Model, ModelOptions};
///
/// let texts = [
///     "the delivery was late", "late delivery again", "delivery took three weeks", "parcel came too late",
///     "far too expensive", "expensive for what it is", "the price is too high", "prices went up again",
/// ];
/// let labels = Labels::single(["delay"; 4].into_iter().chain(["price"; 4]).map(Some))?;
/// let model = Model::fit(&texts, &labels, &ModelOptions::default())?;
/// let predictions = model.predict(&["why is delivery so late?", "too expensive"]);
/// assert_eq!(predictions.best(0), Some("delay"));
/// assert_eq!(predictions.best(1), Some("price"));
/// let same = Model::from_bytes(&model.to_bytes())?;
/// assert_eq!(same.predict(&["too expensive"]).probability(0, 1), predictions.probability(1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Model {
    shape: Shape,
    /// How many labelled comments it has seen.
    comments: u64,
    /// Ascending.
    ids: Vec<String>,
    features: Features,
    index: Index,
    rows: Rows,
    /// What a weight of 1 is as a margin.
    unit: f64,
    bias: Vec<f64>,
    margins: Vec<Margins>,
    aims: Vec<Aim>,
    calibrations: Vec<Calibration>,
}

impl Model {
    /// Learns from comments and their reasons. Comments whose reasons are not known are passed over; a comment
    /// known to have none is an example of what no reason looks like.
    ///
    /// The same input and options give the same model on every platform. Comments that are equal but for
    /// case, spacing and punctuation are held out together.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for options out of range, `length-mismatch` where there are not as many labels as texts,
    /// `too-few` for fewer than two labelled comments or no reason at all.
    pub fn fit(texts: &[&str], labels: &Labels, options: &ModelOptions) -> Result<Self> {
        Self::fit_with(texts, None, labels, options)
    }

    /// [`fit`](Self::fit) with what else is known to fire on each comment.
    pub(crate) fn fit_with(
        texts: &[&str],
        terms: Option<&Terms>,
        labels: &Labels,
        options: &ModelOptions,
    ) -> Result<Self> {
        options.check()?;
        check_length(texts.len(), labels)?;
        train::train(texts, terms, labels, options, None)
    }

    /// Learns from more comments, without those it learned from before: the new model stays as near to the
    /// old as the new labels allow. Language, kinds of features and aims stay; new features and reasons are
    /// added. A reason that is new needs comments that have it and comments that have not among the new ones.
    ///
    /// Training on all comments at once is the better model; this one is for when the old comments are gone.
    /// The calibration counts what the old model said of the new comments, beside what it counted before.
    ///
    /// ```
    /// use heedful::{Labels, Model, ModelOptions, text::Language};
    ///
    /// let options = ModelOptions::default();
    /// let texts = ["late again", "so late", "late parcel", "too dear", "dear stuff", "dear me"];
    /// let labels = Labels::single(["delay", "delay", "delay", "price", "price", "price"].map(Some))?;
    /// let model = Model::fit(&texts, &labels, &options)?;
    /// let texts = ["rude staff", "staff so rude", "rude man", "late", "dear", "a dear parcel"];
    /// let labels = Labels::single(["staff", "staff", "staff", "delay", "price", "price"].map(Some))?;
    /// let model = model.fit_more(&texts, &labels, &options)?;
    /// assert_eq!(model.ids(), ["delay", "price", "staff"]);
    /// assert_eq!((model.comments(), model.language()), (12, Language::English));
    /// assert_eq!(model.predict(&["how rude"]).best(0), Some("staff"));
    /// assert_eq!(model.thresholds().len(), 3);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); `too-few` only for fewer than two labelled comments.
    pub fn fit_more(
        &self,
        texts: &[&str],
        labels: &Labels,
        options: &ModelOptions,
    ) -> Result<Self> {
        self.fit_more_with(texts, None, labels, options)
    }

    /// [`fit_more`](Self::fit_more) with what else is known to fire on each comment.
    pub(crate) fn fit_more_with(
        &self,
        texts: &[&str],
        terms: Option<&Terms>,
        labels: &Labels,
        options: &ModelOptions,
    ) -> Result<Self> {
        options.check()?;
        check_length(texts.len(), labels)?;
        train::train(texts, terms, labels, options, Some(self))
    }

    /// The same model with thresholds for another aim: of one reason, or of all.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for an aim out of range, `unknown-name` for a reason that the model does not know.
    pub fn with_aim(mut self, reason: Option<&str>, aim: Aim) -> Result<Self> {
        aim.check()?;
        let mut found = reason.is_none();
        for (id, own) in self.ids.iter().zip(&mut self.aims) {
            if reason.is_none_or(|reason| reason == id) {
                *own = aim;
                found = true;
            }
        }
        if !found {
            let message = format!("the model knows no reason `{}`", reason.unwrap_or_default());
            return Err(Error::new(ErrorCode::UnknownName, message));
        }
        self.calibrations = calibrations(&self.margins, &self.aims);
        Ok(self)
    }

    /// The ids of the reasons it tells apart, ascending.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The language of its comments.
    #[must_use]
    pub fn language(&self) -> Language {
        self.shape.language
    }

    /// From how many labelled comments it learned.
    #[must_use]
    pub fn comments(&self) -> u64 {
        self.comments
    }

    /// The probabilities (0 to 1) from which on each reason is given, in the order of the ids; `None` where it
    /// never is.
    #[must_use]
    pub fn thresholds(&self) -> Vec<Option<f64>> {
        let of = |c: &Calibration| c.threshold.is_finite().then(|| probability(c.threshold));
        self.calibrations.iter().map(of).collect()
    }

    /// The log-odds from which on a label is given.
    pub(crate) fn threshold(&self, label: usize) -> f64 {
        self.calibrations.get(label).map_or(f64::INFINITY, |c| c.threshold)
    }

    /// Log-odds as a probability.
    pub(crate) fn confidence(odds: f64) -> f64 {
        probability(odds)
    }

    /// What it says of each comment.
    #[must_use]
    pub fn predict<T: AsRef<str>>(&self, texts: &[T]) -> Predictions {
        let mut lexer = Lexer::new(self.language());
        let mut tokens = Vec::new();
        self.predict_with(texts.len(), |row, predictor, all| {
            lexer.read(texts.get(row).map_or("", AsRef::as_ref), &mut tokens);
            let (odds, known) = predictor.read(self, &lexer, &tokens, &[]);
            all.extend_from_slice(odds);
            known
        })
    }

    /// The predictions of rows that `read` adds the log-odds of, and says whether any of their words are known.
    pub(crate) fn predict_with(
        &self,
        rows: usize,
        mut read: impl FnMut(usize, &mut Predictor, &mut Vec<f64>) -> bool,
    ) -> Predictions {
        let mut predictor = Predictor::default();
        let mut odds = Vec::with_capacity(rows * self.ids.len());
        let known = (0..rows).map(|row| read(row, &mut predictor, &mut odds)).collect();
        Predictions {
            ids: self.ids.clone(),
            thresholds: self.calibrations.iter().map(|c| c.threshold).collect(),
            odds,
            known,
        }
    }

    /// The weight of a feature for a label; 0 where the model does not know it.
    fn weight(&self, key: u32, label: usize) -> i64 {
        let place = self.index.find(key);
        place.and_then(|place| self.rows.weights(place).nth(label)).map_or(0, i64::from)
    }

    fn aim_of(&self, id: &String) -> Option<Aim> {
        self.aims.get(self.ids.binary_search(id).ok()?).copied()
    }

    fn margins_of(&self, id: &String) -> Option<&Margins> {
        self.margins.get(self.ids.binary_search(id).ok()?)
    }
}

/// A reason of few texts takes what holds for all reasons together.
fn calibrations(margins: &[Margins], aims: &[Aim]) -> Vec<Calibration> {
    let mut all = Margins::new();
    margins.iter().for_each(|margins| all.merge(margins));
    let of = |(margins, aim): (&Margins, &Aim)| match (margins.with(), all.with()) {
        (0, 0) => Calibration::untold(*aim),
        (0, _) => all.calibrate(*aim),
        _ => margins.calibrate(*aim),
    };
    margins.iter().zip(aims).map(of).collect()
}

/// What a [`Model`] says of comments.
///
/// ```
/// use heedful::{Labels, Model, ModelOptions};
///
/// let texts = ["late again", "so late", "late parcel", "too dear", "dear stuff", "dear me"];
/// let labels = Labels::single(["delay", "delay", "delay", "price", "price", "price"].map(Some))?;
/// let model = Model::fit(&texts, &labels, &ModelOptions::default())?;
/// let said = model.predict(&["very late", "tout va bien"]);
/// assert_eq!((said.ids(), said.len(), said.is_empty()), (model.ids(), 2, false));
/// assert_eq!((said.best(0), said.sure(0)), (Some("delay"), Some("delay")));
/// assert!(said.probability(0, 0) > said.probability(0, 1));
/// assert_eq!((said.best(1), said.sure(1)), (None, None)); // no word is known
/// assert_eq!(said.labels().names(0), Some(vec!["delay"]));
/// assert_eq!(said.to_table().len(), 1);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    ids: Vec<String>,
    thresholds: Vec<f64>,
    /// One for each comment and reason.
    odds: Vec<f64>,
    /// Whether any word of the comment is known to the model.
    known: Vec<bool>,
}

impl Predictions {
    /// The ids of the reasons, ascending.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// How many comments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The log-odds of a comment's reasons.
    fn odds(&self, row: usize) -> &[f64] {
        let labels = self.ids.len();
        self.odds.get(row * labels..(row + 1) * labels).unwrap_or_default()
    }

    /// The calibrated probability (0 to 1) that a comment has a reason: the row of the comment, the place of
    /// the reason in [`ids`](Self::ids). `None` where there is no such row or reason. A comment of which no word
    /// is known has that of comments in general, and is given no reason however high it is.
    #[must_use]
    pub fn probability(&self, row: usize, reason: usize) -> Option<f64> {
        self.odds(row).get(reason).map(|odds| probability(*odds))
    }

    /// The most probable reason of a comment, however improbable it is; the first of equals. `None` only where no word of
    /// the comment is known.
    #[must_use]
    pub fn best(&self, row: usize) -> Option<&str> {
        self.id(self.best_label(row)?)
    }

    /// The most probable of the reasons that reach their threshold; `None` where none does.
    #[must_use]
    pub fn sure(&self, row: usize) -> Option<&str> {
        self.id(self.given(row).max_by(|(a, x), (b, y)| x.total_cmp(y).then(b.cmp(a)))?.0)
    }

    /// The reasons of each comment whose probability reaches their threshold.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let mut labels = Labels::over(self.ids.clone());
        for row in 0..self.len() {
            let given: Vec<u16> = self.given(row).map(|(label, _)| label as u16).collect();
            labels.push(Some(&given));
        }
        labels
    }

    /// One row for each comment and reason given: `row`, `reason`, `confidence` (the calibrated probability).
    #[must_use]
    pub fn to_table(&self) -> Table {
        let given: Vec<(usize, usize, f64)> = (0..self.len())
            .flat_map(|row| self.given(row).map(move |(label, odds)| (row, label, odds)))
            .collect();
        let mut table = Table::new();
        table.ints("row", given.iter().map(|(row, ..)| Some(*row as u64)));
        table.texts("reason", given.iter().map(|(_, label, _)| self.id(*label)));
        table.floats("confidence", given.iter().map(|(.., odds)| Some(probability(*odds))));
        table
    }

    fn id(&self, label: usize) -> Option<&str> {
        self.ids.get(label).map(String::as_str)
    }

    /// Whether any word of a comment is known to the model.
    pub(super) fn knows(&self, row: usize) -> bool {
        self.known.get(row).copied().unwrap_or_default()
    }

    fn given(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let known = self.knows(row);
        let reached = self.odds(row).iter().copied().zip(&self.thresholds).enumerate();
        reached
            .filter(move |(_, (odds, threshold))| known && odds >= *threshold)
            .map(|(label, (odds, _))| (label, odds))
    }

    fn best_label(&self, row: usize) -> Option<usize> {
        if !self.knows(row) {
            return None;
        }
        let odds = self.odds(row).iter().enumerate();
        Some(odds.max_by(|(a, x), (b, y)| x.total_cmp(y).then(b.cmp(a)))?.0)
    }
}

impl Serialize for Predictions {
    /// The rows of [`to_table`](Predictions::to_table).
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_table().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::feature::{gram_keys, pairs, stem_key};
    use super::*;

    const DELAY: [&str; 6] = [
        "the delivery was late",
        "late delivery, again!",
        "my parcel came two weeks late",
        "delayed and delayed and delayed",
        "still waiting for the parcel",
        "delivery took for ever",
    ];
    const PRICE: [&str; 6] = [
        "far too expensive",
        "expensive for what it is",
        "the price is too high",
        "prices went up again",
        "too dear for me",
        "why is the price so high?",
    ];
    const NONE: [&str; 4] = ["thank you", "a nice day out", "nothing to say", "hello"];

    fn labelled() -> (Vec<&'static str>, Labels) {
        let mut texts: Vec<&str> = [&DELAY[..], &PRICE, &NONE].concat();
        texts.push("late and expensive");
        texts.push("never labelled");
        let sets = (0..18).map(|row| match row {
            0..6 => Some(vec!["delay"]),
            6..12 => Some(vec!["price"]),
            12..16 => Some(vec![]),
            16 => Some(vec!["delay", "price"]),
            _ => None,
        });
        (texts, Labels::sets(sets).unwrap())
    }

    pub(super) fn example() -> Model {
        let (texts, labels) = labelled();
        let options = ModelOptions { least: 1, ..ModelOptions::default() };
        Model::fit(&texts, &labels, &options).unwrap()
    }

    #[test]
    fn tells_reasons_apart_and_says_none() {
        let model = example();
        assert_eq!(
            (model.ids(), model.comments()),
            (&["delay".to_owned(), "price".into()][..], 17)
        );
        let texts = [
            "parcels are always late",
            "prices are too high",
            "late and too expensive",
            "hello, thank you",
            "zzz qqq",
            "",
        ];
        let found = model.predict(&texts);
        let labels = found.labels();
        assert_eq!(labels.names(0).unwrap(), ["delay"]);
        assert_eq!(labels.names(1).unwrap(), ["price"]);
        assert_eq!(labels.names(2).unwrap(), ["delay", "price"]);
        assert_eq!((found.sure(3), found.sure(5), found.best(5)), (None, None, None));
        assert_eq!(
            found.to_table().len(),
            labels.iter().flatten().map(<[u16]>::len).sum::<usize>()
        );
        assert!(found.probability(0, 0).unwrap() > found.probability(0, 1).unwrap());
    }

    #[test]
    fn a_reason_of_one_text_is_told_again() {
        let own = [
            ("too expensive and the staff was rude", Some("price")),
            ("great service, friendly staff", Some("staff")),
            ("delivery took ages", Some("delivery")),
            ("love the app", Some("app")),
            ("no problems at all", None),
            ("price too high", Some("price")),
        ];
        let rows: Vec<_> = own.iter().cycle().take(180).collect();
        let texts: Vec<&str> = rows.iter().map(|(text, _)| *text).collect();
        let labels = Labels::sets(rows.iter().map(|(_, id)| Some(id.iter().copied()))).unwrap();
        let model = Model::fit(&texts, &labels, &ModelOptions::default()).unwrap();
        let found = model.predict(&own.map(|(text, _)| text));
        for (row, (text, id)) in own.iter().enumerate().filter(|(_, (_, id))| id.is_some()) {
            assert_eq!(found.best(row), *id, "{text}");
        }
    }

    /// The folded and cached prediction against a plain sum over features.
    #[test]
    fn prediction_is_the_sum_over_features() {
        let model = example();
        let recipe = model.shape.recipe;
        for text in [
            "the parcel came late, late, LATE",
            "why so expensive? Why!",
            "unknown words only",
            "a",
        ] {
            let mut lexer = Lexer::new(Language::English);
            let mut tokens = Vec::new();
            lexer.read(text, &mut tokens);
            let mut keys = Vec::new();
            let mut stems = Vec::new();
            let mut seen = BTreeSet::new();
            for token in &tokens {
                let word = lexer.word(token.slot);
                if seen.insert(word.surface().to_owned())
                    && let Some(stem) = stem_key(word)
                {
                    stems.push(stem);
                    keys.push(stem);
                    gram_keys(word, &recipe, &mut keys);
                }
            }
            pairs(&stems, recipe.window, |_, key, is_pair| keys.extend(is_pair.then_some(key)));
            let places: BTreeMap<u32, usize> =
                model.features.keys.iter().enumerate().map(|(place, key)| (*key, place)).collect();
            let mut sums = [0.0; 2];
            let mut square = 0.0;
            for place in keys.iter().filter_map(|key| places.get(key)) {
                square += f64::from(model.features.worth[*place]).powi(2);
                let (worth, shift) = model.rows.head(*place);
                assert_eq!(worth, model.features.worth[*place]);
                for (sum, weight) in sums.iter_mut().zip(model.rows.bytes(*place)) {
                    *sum += f64::from(weight) * 2_f64.powi(i32::from(shift));
                }
            }
            let found = model.predict(&[text]);
            for (label, sum) in sums.into_iter().enumerate() {
                let margin = model.bias[label] + sum * model.unit / square.max(1.0).sqrt();
                let calibration = model.calibrations[label];
                let odds = calibration.slope * margin + calibration.intercept;
                assert!((found.odds(0)[label] - odds).abs() < 1e-9, "{text}");
            }
        }
    }

    #[test]
    fn the_same_input_gives_the_same_model_and_rows_that_are_not_labelled_do_not_matter() {
        let bytes = example().to_bytes();
        assert_eq!(example().to_bytes(), bytes);
        let (texts, labels) = labelled();
        let rows: Vec<_> = (0..17).map(|row| labels.names(row)).collect();
        let options = ModelOptions { least: 1, ..ModelOptions::default() };
        let without = Model::fit(&texts[..17], &Labels::sets(rows).unwrap(), &options).unwrap();
        assert_eq!(without.to_bytes(), bytes);
    }

    #[test]
    fn aims_move_thresholds() {
        let model = example();
        let found = |aim| {
            let model = model.clone().with_aim(None, aim).unwrap();
            model
                .predict(&[DELAY, PRICE].concat())
                .labels()
                .iter()
                .flatten()
                .map(<[u16]>::len)
                .sum::<usize>()
        };
        assert!(found(Aim::Recall(0.99)) >= found(Aim::F1));
        assert_eq!(found(Aim::Probability(0.999_999)), 0);
        let one = model.clone().with_aim(Some("price"), Aim::Probability(0.9)).unwrap();
        assert!((one.thresholds()[1].unwrap() - 0.9).abs() < 1e-12);
        assert_eq!(one.thresholds()[0], model.thresholds()[0]);
        let unknown = model.clone().with_aim(Some("staff"), Aim::F1).unwrap_err();
        assert_eq!(unknown.code(), ErrorCode::UnknownName);
        assert!(model.with_aim(None, Aim::Recall(90.0)).is_err());
    }

    #[test]
    fn more_labels_add_reasons_and_keep_the_old_ones() {
        let model = example();
        let texts = [
            "rude staff",
            "the staff were rude",
            "staff ignored us",
            "unfriendly staff at the till",
            "parcel late once more",
            "now too expensive",
        ];
        let reasons = ["staff", "staff", "staff", "staff", "delay", "price"];
        let labels = Labels::single(reasons.map(Some)).unwrap();
        let options = ModelOptions { least: 1, ..ModelOptions::default() };
        let more = model.fit_more(&texts, &labels, &options).unwrap();
        assert_eq!((more.ids().len(), more.comments()), (3, 23));
        let found = more.predict(&["very rude staff", "late delivery", "the price is too high"]);
        assert_eq!([0, 1, 2].map(|row| found.best(row).unwrap()), ["staff", "delay", "price"]);
    }

    #[test]
    fn proposes_the_doubtful_and_the_different() {
        let model = example();
        let texts = [
            "the delivery was late",
            "late or expensive",
            "late, or expensive",
            "?",
            "",
            "rude staff again",
        ];
        let proposed = model.suggest(&texts, 3);
        assert_eq!(proposed.len(), 3);
        assert!(!proposed.contains(&3) && !proposed.contains(&4));
        assert!(!(proposed[..2].contains(&1) && proposed[..2].contains(&2)), "{proposed:?}");
        assert_eq!(model.suggest(&texts, 99).len(), 4);
    }

    #[test]
    fn terms_are_learned_and_tokens_are_weighed() {
        let texts = ["x one", "y two", "z three", "x four", "y five", "z six"];
        let labels = Labels::single(["a", "b", "b", "a", "b", "b"].map(Some)).unwrap();
        let mut terms = Terms::default();
        [7, 8, 8, 7, 8, 8].into_iter().for_each(|term| terms.push([term]));
        let options = ModelOptions { least: 1, ..ModelOptions::default() };
        let model = Model::fit_with(&texts, Some(&terms), &labels, &options).unwrap();
        let mut lexer = Lexer::new(Language::English);
        let mut tokens = Vec::new();
        let mut predictor = Predictor::default();
        lexer.read("nothing known", &mut tokens);
        let mut odds = |terms: &[u32]| predictor.read(&model, &lexer, &tokens, terms).0.to_vec();
        assert!(odds(&[7])[0] > odds(&[])[0] && odds(&[8])[0] < odds(&[])[0]);
        assert_eq!(model.threshold(0), model.calibrations[0].threshold);
        lexer.read("nothing but x", &mut tokens);
        predictor.read(&model, &lexer, &tokens, &[]);
        let evidence = predictor.evidence(&model, &tokens, 0);
        assert!(evidence[2] > evidence[0] && evidence[2] > evidence[1], "{evidence:?}");
    }

    #[test]
    fn too_little_and_too_much_is_refused() {
        let fit = |texts: &[&str], labels: &[Option<&str>], options| {
            Model::fit(texts, &Labels::single(labels.iter().copied()).unwrap(), &options)
                .unwrap_err()
                .code()
        };
        let usual = ModelOptions::default;
        assert_eq!(fit(&["a"], &[Some("x")], usual()), ErrorCode::TooFew);
        assert_eq!(fit(&["a", "b"], &[None, None], usual()), ErrorCode::TooFew);
        assert_eq!(fit(&["a"], &[Some("x"), None], usual()), ErrorCode::LengthMismatch);
        let options = ModelOptions { cost: f64::NAN, ..usual() };
        assert_eq!(fit(&["a"], &[Some("x")], options), ErrorCode::InvalidArgument);
        let error = ModelOptions::from_json(r#"{"grams": [3, 2]}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "grams"));
        assert_eq!(ModelOptions::from_json(r#"{"gram": 1}"#).unwrap_err().path(), "gram");
    }
}
