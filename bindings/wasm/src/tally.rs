//! Tallies, metrics and what is computed from them.

use heedful::{Comparison, Metric, Scale, Score, Scorer, Scoring, Tally, Target, Uncertainty};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::output::answer;
use crate::{Answer, input};

/// A metric in full, from its name or definition.
///
/// # Errors
/// As for [`Metric::from_json`].
#[wasm_bindgen]
pub fn metric(definition: &str) -> Answer {
    answer(Metric::from_json(definition))
}

/// The names of the metrics that are known.
///
/// # Errors
/// None.
#[wasm_bindgen]
pub fn metrics() -> Answer {
    answer(Ok(Metric::presets()))
}

/// An empty tally of a scale.
///
/// # Errors
/// As for [`Scale::from_json`].
#[wasm_bindgen]
pub fn tally_empty(scale: &str) -> Answer {
    answer(Scale::from_json(scale).map(Tally::new))
}

/// The tally of a table.
///
/// # Errors
/// As for [`Scorer::observe`].
#[wasm_bindgen]
pub fn tally_table(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || {
        let mut scorer = Scorer::new(Scoring::from_json(options)?);
        scorer.observe(&input::responses(columns, roles)?)?;
        scorer.total()
    };
    answer(run())
}

/// A stored tally, checked.
///
/// # Errors
/// As for [`Tally::from_json`].
#[wasm_bindgen]
pub fn tally_stored(tally: &str) -> Answer {
    answer(Tally::from_json(tally))
}

/// Two tallies as one.
///
/// # Errors
/// As for [`Tally::from_json`] and [`Tally::merge`].
#[wasm_bindgen]
pub fn tally_merge(one: &str, other: &str) -> Answer {
    let run = || {
        let mut sum = Tally::from_json(one)?;
        sum.merge(&Tally::from_json(other)?)?;
        Ok(sum)
    };
    answer(run())
}

/// The score of a tally.
///
/// # Errors
/// As for [`Score::from_tally`].
#[wasm_bindgen]
pub fn tally_score(tally: &str, metric: &str, uncertainty: &str) -> Answer {
    let run = || {
        let (metric, uncertainty) =
            (Metric::from_json(metric)?, Uncertainty::from_json(uncertainty)?);
        Score::from_tally(&Tally::from_json(tally)?, &metric, uncertainty)
    };
    answer(run())
}

/// The difference between two tallies.
///
/// # Errors
/// As for [`Comparison::of`].
#[wasm_bindgen]
pub fn compare(before: &str, after: &str, metric: &str, uncertainty: &str) -> Answer {
    let run = || {
        let (metric, uncertainty) =
            (Metric::from_json(metric)?, Uncertainty::from_json(uncertainty)?);
        let (before, after) = (Tally::from_json(before)?, Tally::from_json(after)?);
        Comparison::of(&before, &after, &metric, uncertainty)
    };
    answer(run())
}

/// Where a tally stands against a target.
///
/// # Errors
/// As for [`Target::assess`].
#[wasm_bindgen]
pub fn assess(tally: &str, metric: &str, target: &str) -> Answer {
    let run = || {
        let (target, metric) = (Target::from_json(target)?, Metric::from_json(metric)?);
        target.assess(&Tally::from_json(tally)?, &metric)
    };
    answer(run())
}
