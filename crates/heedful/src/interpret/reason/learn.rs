//! A mapper that learns: a trained model beside the terms.

use std::sync::Arc;

use super::labels::Labels;
use super::mapper::ReasonMapper;
use super::mappings::{Found, Source};
use super::matcher::Reading;
use super::model::{Model, ModelOptions, Predictions, Predictor, Terms};
use super::taxonomy::Reason;
use crate::base::error::Result;
use crate::text::Language;

/// A span speaks for a reason where its words carry at least this share of what the strongest carries.
const TELLING: f64 = 0.5;

/// A model and where its reasons stand in the taxonomy.
#[derive(Debug, Clone)]
pub(super) struct Learned {
    pub(super) model: Model,
    places: Vec<u32>,
    /// Reasons of the taxonomy that the model knows.
    knows: Vec<bool>,
}

impl Learned {
    /// Whether the model knows a reason by its place in the taxonomy.
    pub(super) fn knows(&self, reason: u32) -> bool {
        self.knows.get(reason as usize).copied().unwrap_or(false)
    }
}

impl ReasonMapper {
    /// Learns from comments with known reasons: clicks, codes of a person, or mappings by terms. Which terms of the
    /// taxonomy are found is a feature like words are. Reasons that the taxonomy lacks are added to its top, without
    /// terms.
    ///
    /// About the reasons that it has learned the model is trusted and terms are silent. The model reads comments in the
    /// language of the options, or else of the mapper; about comments in another language terms go on to speak.
    ///
    /// ```
    /// use heedful::text::Language;
    /// use heedful::{Given, Labels, ModelOptions, ReasonMapper, Source, Taxonomy};
    ///
    /// let texts = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me"];
    /// let labels = Labels::single(["delay", "delay", "price", "price", "delay", "price"].map(Some))?;
    /// let mapper = ReasonMapper::new(Taxonomy::new("shop", Language::English))?
    ///     .fit(&texts, &labels, &ModelOptions::default())?;
    /// let mappings = mapper.map(&[Some("The parcel was late")], Given::default())?;
    /// let found: Vec<_> = mappings.iter().map(|m| (m.id, m.source)).collect();
    /// assert_eq!(found, [("delay", Source::Model)]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Model::fit`]; `invalid-argument` for a new reason with an id that a taxonomy does not take.
    pub fn fit(&self, texts: &[&str], labels: &Labels, options: &ModelOptions) -> Result<Self> {
        let mapper = self.knowing(labels)?;
        let language = options.language.unwrap_or(self.language());
        let options = options.clone().language(language);
        let terms = mapper.terms_of(texts, language);
        let model = Model::fit_with(texts, terms.as_ref(), labels, &options)?;
        mapper.with_model(model)
    }

    /// Refines the model with more comments; learns afresh where there is none. See [`Model::fit_more`].
    ///
    /// ```
    /// use heedful::text::Language;
    /// use heedful::{Labels, ModelOptions, ReasonMapper, Taxonomy};
    ///
    /// let options = ModelOptions::default();
    /// let texts = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me"];
    /// let labels = Labels::single(["delay", "delay", "price", "price", "delay", "price"].map(Some))?;
    /// let mapper = ReasonMapper::new(Taxonomy::new("shop", Language::English))?;
    /// assert!(mapper.model().is_none());
    /// let mapper = mapper.fit(&texts, &labels, &options)?;
    /// let texts = ["tardy courier", "courier tardy", "so tardy", "pricey", "pricey parcel", "so pricey"];
    /// let labels = Labels::single(["delay", "delay", "delay", "price", "price", "price"].map(Some))?;
    /// let mapper = mapper.fit_more(&texts, &labels, &options)?;
    /// assert_eq!(mapper.model().map(|model| model.comments()), Some(12));
    /// let best = |text: &str| mapper.predictions(&[text])?.best(0).map(str::to_owned);
    /// assert_eq!(best("the tardy courier").as_deref(), Some("delay")); // new
    /// assert_eq!(best("how dear").as_deref(), Some("price")); // still known
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`fit`](Self::fit).
    pub fn fit_more(
        &self,
        texts: &[&str],
        labels: &Labels,
        options: &ModelOptions,
    ) -> Result<Self> {
        let Some(learned) = &self.learned else { return self.fit(texts, labels, options) };
        let mapper = self.knowing(labels)?;
        let terms = mapper.terms_of(texts, learned.model.language());
        let model = learned.model.fit_more_with(texts, terms.as_ref(), labels, options)?;
        mapper.with_model(model)
    }

    /// Adds a model that was trained before, or takes the place of the one there is.
    ///
    /// ```
    /// use heedful::{Labels, Model, ModelOptions, ReasonMapper, Taxonomy};
    ///
    /// let texts = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me"];
    /// let labels = Labels::single(["delay", "delay", "price", "price", "delay", "price"].map(Some))?;
    /// let stored = Model::fit(&texts, &labels, &ModelOptions::default())?.to_bytes();
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "delay"}, {"id": "price"}]}"#)?;
    /// let mapper = ReasonMapper::new(taxonomy)?.with_model(Model::from_bytes(&stored)?)?;
    /// assert_eq!(mapper.predict(&["dear dear"], false)?, [Some("price".to_owned())]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` where it knows a reason that the taxonomy does not.
    pub fn with_model(&self, model: Model) -> Result<Self> {
        let places: Vec<u32> =
            model.ids().iter().map(|id| self.place(id)).collect::<Result<_>>()?;
        let mut knows = vec![false; self.nodes.len()];
        for place in &places {
            knows.get_mut(*place as usize).into_iter().for_each(|knows| *knows = true);
        }
        let mut mapper = self.clone();
        mapper.prepare(model.language());
        mapper.learned = Some(Arc::new(Learned { model, places, knows }));
        Ok(mapper)
    }

    /// The trained model, to be stored or asked apart; `None` for a mapper that has not learned.
    #[must_use]
    pub fn model(&self) -> Option<&Model> {
        self.learned.as_ref().map(|learned| &learned.model)
    }

    /// What the model says of each text, terms of the taxonomy told to it; one row for each text. `None` for
    /// a mapper that has not learned.
    ///
    /// [`Model::predict`] reads the texts alone: use this one for a model that was trained by [`fit`](Self::fit).
    #[must_use]
    pub fn predictions<T: AsRef<str>>(&self, texts: &[T]) -> Option<Predictions> {
        let model = self.model()?;
        let Some(prepared) = self.prepared.get(&model.language()) else {
            return Some(model.predict(texts));
        };
        if prepared.terms.is_empty() {
            return Some(model.predict(texts));
        }
        let mut reading = prepared.matcher.reading();
        Some(model.predict_with(texts.len(), |row, predictor, all| {
            prepared.matcher.find(&mut reading, texts.get(row).map_or("", AsRef::as_ref));
            let fired = self.fired(&reading, model.language());
            let (odds, known) = predictor.read(model, reading.lexer(), &reading.tokens, &fired);
            all.extend_from_slice(odds);
            known
        }))
    }

    /// The rows of the texts whose labels would teach the model most, terms of the taxonomy told to it: see
    /// [`Model::suggest`]. `None` for a mapper that has not learned.
    ///
    /// ```
    /// use heedful::{Labels, ModelOptions, ReasonMapper, Taxonomy, text::Language};
    ///
    /// let texts = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me"];
    /// let labels = Labels::single(["delay", "delay", "price", "price", "delay", "price"].map(Some))?;
    /// let mapper = ReasonMapper::new(Taxonomy::new("shop", Language::English))?;
    /// assert!(mapper.suggest(&texts, 1).is_none());
    /// let mapper = mapper.fit(&texts, &labels, &ModelOptions::default())?;
    /// assert_eq!(mapper.suggest(&["so late", "what a strange shop", "dear me"], 1), Some(vec![1]));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn suggest<T: AsRef<str>>(&self, texts: &[T], count: usize) -> Option<Vec<usize>> {
        let predictions = self.predictions(texts)?;
        Some(self.model()?.suggested(texts, &predictions, count))
    }

    /// The same mapper, whose taxonomy has all reasons of the labels.
    fn knowing(&self, labels: &Labels) -> Result<Self> {
        let mut taxonomy = self.taxonomy().clone();
        for id in labels.ids() {
            if taxonomy.get(id).is_none() {
                taxonomy.add(Reason::new(id.as_str()), None)?;
            }
        }
        if taxonomy == *self.taxonomy() {
            return Ok(self.clone());
        }
        let mut mapper = Self::with_options(taxonomy, self.options().clone())?;
        if let Some(classifier) = &self.classifier {
            mapper = mapper.with_classifier(Arc::clone(classifier))?;
        }
        Ok(mapper)
    }

    /// Of which reasons terms are found in each text; `None` where there are no terms.
    fn terms_of(&self, texts: &[&str], language: Language) -> Option<Terms> {
        let prepared = self.prepared.get(&language).filter(|p| !p.terms.is_empty())?;
        let mut reading = prepared.matcher.reading();
        let mut terms = Terms::default();
        for text in texts {
            prepared.matcher.find(&mut reading, text);
            terms.push(self.fired(&reading, language));
        }
        Some(terms)
    }

    /// The numbers of the reasons whose terms were found: they follow from the ids, so that a model outlives changes of
    /// the taxonomy elsewhere.
    fn fired(&self, reading: &Reading, language: Language) -> Vec<u32> {
        let Some(prepared) = self.prepared.get(&language) else { return Vec::new() };
        let reason = |term: u32| prepared.terms.get(term as usize).map(|(reason, ..)| *reason);
        let mut places: Vec<u32> =
            reading.hits.iter().filter_map(|hit| reason(hit.group)).collect();
        places.sort_unstable();
        places.dedup();
        let number = |place: u32| {
            let id = self.nodes.get(place as usize).map_or("", |node| &node.id);
            id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            })
        };
        places.into_iter().map(number).collect()
    }
}

impl ReasonMapper {
    /// What the model says of a text that was read.
    pub(super) fn learned_of(
        &self,
        learned: &Learned,
        predictor: &mut Predictor,
        reading: &Reading,
    ) -> Vec<Found> {
        let Learned { model, places, .. } = learned;
        let fired = self.fired(reading, model.language());
        let lexer = reading.lexer();
        let (odds, known) = predictor.read(model, lexer, &reading.tokens, &fired);
        if !known {
            return Vec::new();
        }
        let given: Vec<(usize, f64)> = (odds.iter().copied().enumerate())
            .filter(|(label, odds)| *odds >= model.threshold(*label))
            .collect();
        let found = given.into_iter().filter_map(|(label, odds)| {
            let evidence = predictor.evidence(model, &reading.tokens, label);
            Some(Found {
                reason: *places.get(label)?,
                source: Source::Model,
                confidence: Model::confidence(odds),
                spans: telling(&evidence, reading),
                sentiment: None,
            })
        });
        found.collect()
    }
}

/// The words that speak most for a reason; neighbours are one span.
fn telling(evidence: &[i64], reading: &Reading) -> Vec<(u32, u32)> {
    let most = evidence.iter().copied().max().unwrap_or(0);
    let mut spans: Vec<(u32, u32)> = Vec::new();
    let mut before = None;
    for (place, (weight, token)) in evidence.iter().zip(&reading.tokens).enumerate() {
        if *weight <= 0 || (*weight as f64) < TELLING * most as f64 {
            continue;
        }
        match spans.last_mut().filter(|_| before.is_some_and(|before| before + 1 == place)) {
            Some(last) => last.1 = last.1.max(token.end),
            None => spans.push((token.start, token.end)),
        }
        before = Some(place);
    }
    spans
}
