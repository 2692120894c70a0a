//! Training: comments and labels in, a model out.

use std::ops::Range;

use hashbrown::HashMap;

use super::calibrate::Margins;
use super::feature::{MOST_WORDS, gram_keys, pairs, stem_key, term_key};
use super::options::{Aim, ClassWeight, ModelOptions, Recipe};
use super::rows::{MOST_SHIFT, Rows};
use super::solve::{Problem, Solver, Weights};
use super::{Features, Index, Model, Terms, calibrations};
use crate::interpret::reason::labels::Labels;
use crate::interpret::reason::split::{deal, text_key};
use crate::interpret::sparse::Sparse;
use crate::stats::Random;
use crate::text::{Language, Lexer, Token};
use crate::{Error, ErrorCode, Result};

/// Nothing moves any more: a thousandth of a margin.
const TOLERANCE: f32 = 1e-3;
/// Passes to find the solution without a part of the comments from the solution with all of them. The first ones
/// look only at what mattered to that.
const PASSES_WITHOUT: Range<u16> = 1..7;

/// Reads comments into lists of keys, one list for each comment and a key as often as it occurs.
struct Reader {
    lexer: Lexer,
    recipe: Recipe,
    tokens: Vec<Token>,
    generation: u32,
    /// By slot: the stem (0 for none) and where its keys are in `keys`; `None` for a slot not yet met.
    words: Vec<Option<(u32, usize, usize)>>,
    keys: Vec<u32>,
    /// By slot: the last comment that it was in.
    last: Vec<u32>,
    comment: u32,
    stems: Vec<u32>,
}

impl Reader {
    fn new(language: Language, recipe: Recipe) -> Self {
        Self {
            lexer: Lexer::new(language),
            recipe,
            tokens: Vec::new(),
            generation: 0,
            words: Vec::new(),
            keys: Vec::new(),
            last: Vec::new(),
            comment: 0,
            stems: Vec::new(),
        }
    }

    fn read(&mut self, text: &str, mut each: impl FnMut(u32)) {
        self.lexer.read(text, &mut self.tokens);
        if self.lexer.generation() != self.generation {
            self.generation = self.lexer.generation();
            self.words.clear();
            self.keys.clear();
            self.last.clear();
        }
        self.words.resize(self.lexer.words(), None);
        self.last.resize(self.lexer.words(), 0);
        self.comment += 1;
        self.stems.clear();
        let mut distinct = 0;
        for token in &self.tokens {
            let slot = token.slot as usize;
            let Some(last) = self.last.get_mut(slot) else { continue };
            if *last == self.comment {
                continue;
            }
            *last = self.comment;
            let Some(word) = self.words.get_mut(slot) else { continue };
            let (stem, start, end) = *word.get_or_insert_with(|| {
                let word = self.lexer.word(token.slot);
                let start = self.keys.len();
                let stem = stem_key(word);
                if let Some(stem) = stem {
                    self.keys.push(stem);
                    gram_keys(word, &self.recipe, &mut self.keys);
                }
                (stem.unwrap_or_default(), start, self.keys.len())
            });
            if stem == 0 {
                continue;
            }
            if distinct == MOST_WORDS {
                break;
            }
            distinct += 1;
            self.stems.push(stem);
            self.keys.get(start..end).unwrap_or_default().iter().for_each(|key| each(*key));
        }
        pairs(&self.stems, self.recipe.window, |_, key, is_pair| {
            if is_pair {
                each(key);
            }
        });
    }
}

/// The features of the labelled comments, numbered in the order in which they were met.
struct Collected {
    /// Where each comment ends.
    ends: Vec<usize>,
    numbers: Vec<u32>,
    keys: Vec<u32>,
}

fn collect(texts: &[&str], terms: Option<&Terms>, rows: &[usize], options: &Shape) -> Collected {
    let mut reader = Reader::new(options.language, options.recipe);
    let mut seen: HashMap<u32, u32> = HashMap::new();
    let mut collected = Collected { ends: Vec::new(), numbers: Vec::new(), keys: Vec::new() };
    for row in rows {
        let Collected { numbers, keys, .. } = &mut collected;
        let mut each = |key| {
            let number = *seen.entry(key).or_insert_with(|| {
                keys.push(key);
                keys.len() as u32 - 1
            });
            numbers.push(number);
        };
        reader.read(texts.get(*row).copied().unwrap_or_default(), &mut each);
        terms.map_or(&[][..], |terms| terms.of(*row)).iter().for_each(|term| each(term_key(*term)));
        collected.ends.push(collected.numbers.len());
    }
    collected
}

impl Collected {
    fn rows(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let row = self.numbers.get(start..*end).unwrap_or_default();
            start = *end;
            row
        })
    }

    /// In how many comments each feature is.
    fn frequencies(&self) -> Vec<u32> {
        let mut counts = vec![(0_u32, 0_u32); self.keys.len()];
        for (row, numbers) in (1..).zip(self.rows()) {
            for number in numbers {
                if let Some((count, last)) = counts.get_mut(*number as usize)
                    && *last != row
                {
                    *last = row;
                    *count += 1;
                }
            }
        }
        counts.into_iter().map(|(count, _)| count).collect()
    }
}

/// What a model keeps of its options, whatever comes later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub(super) language: Language,
    pub(super) recipe: Recipe,
}

/// What a feature in `frequency` of `comments` is worth, in sixteenths: 1 + log((1 + comments) / (1 + frequency)).
fn worth(frequency: u32, comments: u64) -> u8 {
    let rarity = (1.0 + comments as f64) / (1.0 + f64::from(frequency));
    libm::round(16.0 * (1.0 + libm::log(rarity.max(1.0)))).min(255.0) as u8
}

/// Trains from nothing, or goes on from a model.
pub(super) fn train(
    texts: &[&str],
    terms: Option<&Terms>,
    labels: &Labels,
    options: &ModelOptions,
    before: Option<&Model>,
) -> Result<Model> {
    let rows: Vec<usize> = (0..labels.len()).filter(|row| labels.row(*row).is_some()).collect();
    if rows.len() < 2 || labels.ids().is_empty() && before.is_none() {
        let message = "at least two labelled comments and one reason are needed to learn from";
        return Err(Error::new(ErrorCode::TooFew, message));
    }
    let language = options.language.unwrap_or(Language::English);
    let shape = before.map_or(Shape { language, recipe: options.recipe() }, |model| model.shape);
    let collected = collect(texts, terms, &rows, &shape);
    let comments = before.map_or(0, |model| model.comments) + rows.len() as u64;
    let (features, places) = vocabulary(&collected, comments, options, before);

    let ids = united(before, labels);
    let place_of = |id: &String| ids.binary_search(id).map_or(u16::MAX, |place| place as u16);
    let translated: Vec<u16> = labels.ids().iter().map(place_of).collect();
    let sets: Vec<Vec<u16>> = rows
        .iter()
        .map(|row| {
            let set = labels.row(*row).unwrap_or_default().iter();
            set.filter_map(|label| translated.get(usize::from(*label)).copied()).collect()
        })
        .collect();
    let sets: Vec<&[u16]> = sets.iter().map(Vec::as_slice).collect();

    let (matrix, bundles) = matrix(&collected, &features, &places);
    let costs = costs(&sets, ids.len(), options);
    let problem = Problem { matrix: &matrix, labels: &sets, costs: &costs };
    let started = start(before, &features, &bundles, &ids);
    let mut margins = margins_of(before, &ids);
    let mut random = Random::new(options.seed);
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    let mut solver = Solver::new(&problem, started.clone());
    if before.is_some() {
        // What the old model says of comments that it has not seen is the honest measure.
        let told: Vec<bool> =
            ids.iter().map(|id| before.is_some_and(|model| model.aim_of(id).is_some())).collect();
        count_margins(&solver, &problem, &order, &told, &mut margins);
    }
    solver.run(&problem, &mut order, 0..options.passes, TOLERANCE, &mut random);
    if before.is_none() {
        let folds = options.folds_for(rows.len());
        let keys: Vec<u64> = texts.iter().map(|text| text_key(text)).collect();
        let dealt = deal(&keys, labels, options.seed);
        let fold_of: Vec<usize> = rows
            .iter()
            .map(|row| dealt.get(*row).copied().flatten().unwrap_or_default())
            .map(|place| place % folds)
            .collect();
        for fold in 0..folds {
            let (held, mut kept): (Vec<u32>, Vec<u32>) = (0..rows.len() as u32)
                .partition(|row| fold_of.get(*row as usize).copied() == Some(fold));
            let mut without = solver.clone();
            without.forget(&problem, &held);
            without.run(&problem, &mut kept, PASSES_WITHOUT, TOLERANCE, &mut random);
            let told = told(&kept, &rows, &sets, &keys, ids.len());
            count_margins(&without, &problem, &held, &told, &mut margins);
        }
    }
    let aims: Vec<Aim> = ids
        .iter()
        .map(|id| before.and_then(|model| model.aim_of(id)).unwrap_or(options.aim))
        .collect();
    let old_places: Option<Vec<Option<usize>>> =
        before.map(|model| model.ids.iter().map(|id| ids.binary_search(id).ok()).collect());
    let old = before.zip(old_places.as_deref());
    let weights = &solver.weights;
    let row = |place, row: &mut [f64]| {
        learned(place, &features, &bundles, (&started, weights), old, row);
    };
    let (unit, packed) = round(&features, ids.len(), row);
    Ok(Model {
        index: Index::new(&features.keys),
        calibrations: calibrations(&margins, &aims),
        bias: weights.bias().iter().map(|bias| f64::from(*bias)).collect(),
        rows: packed,
        shape,
        comments,
        ids,
        features,
        unit,
        margins,
        aims,
    })
}

/// Rounds weights to signed bytes with a shift for each feature; also returns what 1 stands for.
fn round(features: &Features, labels: usize, row_of: impl Fn(usize, &mut [f64])) -> (f64, Rows) {
    let count = features.keys.len();
    let mut row = vec![0.0; labels];
    let mut largest = Vec::with_capacity(count);
    for place in 0..count {
        row_of(place, &mut row);
        largest.push(row.iter().fold(0.0_f64, |most, weight| most.max(weight.abs())));
    }
    let most = largest.iter().copied().fold(0.0_f64, f64::max);
    let unit = if most > 0.0 { most / f64::from(127_u32 << MOST_SHIFT) } else { 1.0 };
    let size = |shift: u8| unit * f64::from(1_u32 << shift);
    let mut rows = Rows::new(labels, count);
    for (place, (largest, worth)) in largest.iter().zip(&features.worth).enumerate() {
        row_of(place, &mut row);
        let fits = |shift: &u8| *largest <= 127.0 * size(*shift);
        let shift = (0..MOST_SHIFT).find(fits).unwrap_or(MOST_SHIFT);
        let rounded = |w: &f64| libm::round(w / size(shift)).clamp(-127.0, 127.0) as i8;
        rows.push(*worth, shift, row.iter().map(rounded));
    }
    (unit, rows)
}

/// Texts that tell a reason: from fewer it is not learned well enough to say how well it will be found in others.
const TELLING: usize = 3;

/// Whether enough different texts of the `kept` comments have each reason.
fn told(kept: &[u32], rows: &[usize], sets: &[&[u16]], keys: &[u64], reasons: usize) -> Vec<bool> {
    let mut texts: Vec<Vec<u64>> = vec![Vec::new(); reasons];
    for at in kept.iter().map(|at| *at as usize) {
        let key = rows.get(at).and_then(|row| keys.get(*row)).copied().unwrap_or_default();
        for label in sets.get(at).copied().unwrap_or_default() {
            let known = texts.get_mut(usize::from(*label));
            if let Some(known) =
                known.filter(|known| known.len() < TELLING && !known.contains(&key))
            {
                known.push(key);
            }
        }
    }
    texts.iter().map(|known| known.len() == TELLING).collect()
}

/// Counts what is said of comments that were held out, of the reasons that others `told`.
fn count_margins(
    solver: &Solver,
    problem: &Problem<'_>,
    rows: &[u32],
    told: &[bool],
    margins: &mut [Margins],
) {
    for row in rows {
        let found = solver.margins(problem.matrix.row(*row as usize));
        let has = problem.labels.get(*row as usize).copied().unwrap_or_default();
        let each = margins.iter_mut().zip(found).zip(told);
        for (label, ((margins, margin), _)) in (0..).zip(each).filter(|(_, (_, told))| **told) {
            margins.add(f64::from(margin), has.contains(&label));
        }
    }
}

fn margins_of(before: Option<&Model>, ids: &[String]) -> Vec<Margins> {
    let of = |id| before.and_then(|model| model.margins_of(id)).cloned();
    ids.iter().map(|id| of(id).unwrap_or_else(Margins::new)).collect()
}

fn united(before: Option<&Model>, labels: &Labels) -> Vec<String> {
    let mut ids = before.map_or_else(Vec::new, |model| model.ids.clone());
    ids.extend_from_slice(labels.ids());
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The features that are used, and for each collected feature its place among them.
fn vocabulary(
    collected: &Collected,
    comments: u64,
    options: &ModelOptions,
    before: Option<&Model>,
) -> (Features, Vec<Option<u32>>) {
    let old = |key: u32| before.and_then(|model| model.index.find(key));
    let mut fresh: Vec<(u32, u32)> = collected
        .frequencies()
        .into_iter()
        .zip(&collected.keys)
        .filter(|(frequency, key)| *frequency >= options.least && old(**key).is_none())
        .map(|(frequency, key)| (frequency, *key))
        .collect();
    let room = (options.most as usize).saturating_sub(before.map_or(0, |m| m.features.keys.len()));
    if fresh.len() > room {
        fresh.sort_unstable_by_key(|(frequency, key)| (std::cmp::Reverse(*frequency), *key));
        fresh.truncate(room);
    }
    let new = fresh.into_iter().map(|(frequency, key)| (key, worth(frequency, comments)));
    let known = before.into_iter().flat_map(|model| {
        model.features.keys.iter().copied().zip(model.features.worth.iter().copied())
    });
    let mut pairs: Vec<(u32, u8)> = known.chain(new).collect();
    pairs.sort_unstable_by_key(|(key, worth)| (*worth, *key));
    let (keys, worth): (Vec<u32>, Vec<u8>) = pairs.into_iter().unzip();
    let index = Index::new(&keys);
    let places = collected.keys.iter().map(|key| Some(index.find(*key)? as u32)).collect();
    (Features { keys, worth }, places)
}

/// Features that are in the same comments, equally often in each: training tells them apart by nothing, so they are
/// learned as one and the outcome is shared out by what each is worth. This changes no result and halves the work.
struct Bundles {
    /// For each feature, its bundle.
    of: Vec<u32>,
    /// For each bundle, the root of the sum of squares of what its features are worth.
    sizes: Vec<f64>,
}

/// The rows as numbers: for each bundle in it, its size as often as it occurs, over the norm of the comment.
fn matrix(
    collected: &Collected,
    features: &Features,
    places: &[Option<u32>],
) -> (Sparse<f32>, Bundles) {
    let mut counts = vec![0_u16; features.keys.len()];
    let mut present = Vec::new();
    let mut count_row = |numbers: &[u32], each: &mut dyn FnMut(u32, u16)| {
        for number in numbers {
            let Some(place) = places.get(*number as usize).copied().flatten() else { continue };
            let Some(count) = counts.get_mut(place as usize) else { continue };
            if *count == 0 {
                present.push(place);
            }
            *count = count.saturating_add(1);
        }
        for place in present.drain(..) {
            if let Some(count) = counts.get_mut(place as usize) {
                each(place, std::mem::take(count));
            }
        }
    };
    let mut prints = vec![0_u64; features.keys.len()];
    for (row, numbers) in (1_u64..).zip(collected.rows()) {
        count_row(numbers, &mut |place, count| {
            if let Some(print) = prints.get_mut(place as usize) {
                *print = mix(*print ^ mix((row << 16) | u64::from(count)));
            }
        });
    }
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut firsts: Vec<bool> = Vec::with_capacity(prints.len());
    let mut squares: Vec<u64> = Vec::new();
    let mut of = Vec::with_capacity(prints.len());
    for (place, print) in prints.iter().enumerate() {
        let next = squares.len() as u32;
        let bundle = *seen.entry(*print).or_insert(next);
        firsts.push(bundle == next);
        if bundle == next {
            squares.push(0);
        }
        if let Some(square) = squares.get_mut(bundle as usize) {
            *square += features.square(place);
        }
        of.push(bundle);
    }
    let sizes: Vec<f64> = squares.iter().map(|square| libm::sqrt(*square as f64)).collect();
    let mut matrix = Sparse::default();
    let mut cells: Vec<(u32, f64)> = Vec::new();
    for numbers in collected.rows() {
        cells.clear();
        let mut square = 0_u64;
        count_row(numbers, &mut |place, count| {
            let at = place as usize;
            square += u64::from(count) * features.square(at);
            if firsts.get(at).copied().unwrap_or_default()
                && let Some(bundle) = of.get(at)
            {
                let size = sizes.get(*bundle as usize).copied().unwrap_or_default();
                cells.push((*bundle, f64::from(count) * size));
            }
        });
        let scale = 1.0 / libm::sqrt(square.max(1) as f64);
        matrix.push(cells.iter().map(|(bundle, value)| (*bundle, (value * scale) as f32)));
    }
    (matrix, Bundles { of, sizes })
}

fn mix(word: u64) -> u64 {
    let z = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where an older model's weights for `ids` and bundles stand.
fn start(
    before: Option<&Model>,
    features: &Features,
    bundles: &Bundles,
    ids: &[String],
) -> Weights {
    let mut weights = Weights::new(bundles.sizes.len(), ids.len());
    let Some(model) = before else { return weights };
    let places: Vec<Option<usize>> =
        model.ids.iter().map(|id| ids.binary_search(id).ok()).collect();
    for (key, bundle) in features.keys.iter().zip(&bundles.of) {
        let Some(own) = model.index.find(*key) else { continue };
        let size = bundles.sizes.get(*bundle as usize).copied().unwrap_or(1.0);
        let row = weights.of_mut(*bundle as usize);
        for (weight, to) in model.rows.weights(own).zip(&places) {
            if let Some(slot) = to.and_then(|to| row.get_mut(to)) {
                *slot += (f64::from(weight) * model.unit / size) as f32;
            }
        }
    }
    for (bias, to) in model.bias.iter().zip(&places) {
        if let Some(slot) = to.and_then(|to| weights.bias_mut().get_mut(to)) {
            *slot = *bias as f32;
        }
    }
    weights
}

/// What a feature adds to each margin, times the norm of the comment: what an older model said and what was learned on top.
fn learned(
    place: usize,
    features: &Features,
    bundles: &Bundles,
    (started, ended): (&Weights, &Weights),
    before: Option<(&Model, &[Option<usize>])>,
    row: &mut [f64],
) {
    row.fill(0.0);
    if let Some((model, places)) = before
        && let Some(own) = features.keys.get(place).and_then(|key| model.index.find(*key))
    {
        for (weight, to) in model.rows.weights(own).zip(places) {
            if let Some(slot) = to.and_then(|to| row.get_mut(to)) {
                *slot = f64::from(weight) * model.unit;
            }
        }
    }
    let bundle = bundles.of.get(place).copied().unwrap_or_default() as usize;
    let size = bundles.sizes.get(bundle).copied().unwrap_or(1.0);
    let part = features.square(place) as f64 / size;
    let moves = started.of(bundle).iter().zip(ended.of(bundle));
    for (slot, (started, ended)) in row.iter_mut().zip(moves) {
        *slot += (f64::from(*ended) - f64::from(*started)) * part;
    }
}

/// What missing and wrongly finding each label costs.
fn costs(sets: &[&[u16]], labels: usize, options: &ModelOptions) -> Vec<(f32, f32)> {
    let mut with = vec![0_u32; labels];
    for label in sets.iter().copied().flatten() {
        if let Some(count) = with.get_mut(usize::from(*label)) {
            *count += 1;
        }
    }
    let all = sets.len() as f64;
    let cost = |with: u32| {
        let with = f64::from(with).clamp(1.0, (all - 1.0).max(1.0));
        let (miss, find) = match options.class_weight {
            ClassWeight::Equal => (1.0, 1.0),
            ClassWeight::Moderate => (libm::sqrt(libm::sqrt((all - with) / with)).max(1.0), 1.0),
            ClassWeight::Balanced => (0.5 * all / with, 0.5 * all / (all - with)),
        };
        ((options.cost * miss) as f32, (options.cost * find) as f32)
    };
    with.into_iter().map(cost).collect()
}
