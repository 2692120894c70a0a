//! Whom to ask and when, weights against silence, pseudonyms, forgetting, and tables written back.

use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Histories, PlanOptions};
use heedful::{Key, Metric, Propensities, Propensity, Responses, Result, Zone};
use js_sys::{Array, Float64Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{cast, defect, responses, whole};
use crate::output::answer;
use crate::table::Columns;

/// A policy, checked and in full, as JSON; what the field advises for an empty text.
///
/// # Errors
/// As for [`ContactPolicy::from_json`].
#[wasm_bindgen]
pub fn policy(json: &str) -> Answer {
    let policy = match json {
        "" => Ok(ContactPolicy::advised()),
        json => ContactPolicy::from_json(json),
    };
    answer(policy)
}

/// Decides about each candidate at a time. Zones are arrays of a name, the seconds at which offsets begin (the first is
/// for everything before the second), and those offsets.
///
/// # Errors
/// As for [`ContactPolicy::decide`] and [`Candidate::from_table`].
#[wasm_bindgen]
pub fn decide(policy: &str, candidates: &Array, past: &Array, zones: &Array, now: f64) -> Answer {
    let run = || {
        let policy = ContactPolicy::from_json(policy)?;
        let (candidates, past) = (candidates_of(candidates, zones)?, histories(past)?);
        let decisions = candidates.iter().map(|one| policy.decide_in(&past, one, whole(now)));
        decisions.collect::<Result<Vec<_>>>()
    };
    answer(run())
}

/// Plans a window: a table with a row for each candidate.
///
/// # Errors
/// As for [`ContactPolicy::plan`] and [`Candidate::from_table`].
#[wasm_bindgen]
pub fn plan_contacts(
    policy: &str,
    candidates: &Array,
    past: &Array,
    zones: &Array,
    options: &str,
) -> Answer {
    let run = || {
        let policy = ContactPolicy::from_json(policy)?;
        let (candidates, past) = (candidates_of(candidates, zones)?, histories(past)?);
        policy.plan(past, &candidates, &PlanOptions::from_json(options)?)
    };
    answer(run().map(|plan| Columns(plan.to_table())))
}

/// What a policy would have done with past contacts.
///
/// # Errors
/// As for [`ContactPolicy::replay`] and [`Customer::from_table`].
#[wasm_bindgen]
pub fn replay(
    policy: &str,
    past: &Array,
    customers: &Array,
    zones: &Array,
    deviation: Option<f64>,
) -> Answer {
    let run = || {
        let policy = ContactPolicy::from_json(policy)?;
        let past = histories(past)?;
        let customers = match customers.length() {
            0 => Vec::new(),
            _ => Customer::from_table_with(&responses(customers, "{}")?, known(zones)?)?,
        };
        policy.replay(past.contacts(), &customers, deviation)
    };
    answer(run())
}

fn candidates_of(columns: &Array, zones: &Array) -> Result<Vec<Candidate>> {
    match columns.length() {
        0 => Ok(Vec::new()),
        _ => Candidate::from_table_with(&responses(columns, "{}")?, known(zones)?),
    }
}

/// No columns are no contacts.
fn histories(columns: &Array) -> Result<Histories> {
    match columns.length() {
        0 => Ok(std::iter::empty::<Contact>().collect()),
        _ => Histories::from_table(&responses(columns, "{}")?),
    }
}

fn known(zones: &Array) -> Result<Vec<(String, Zone)>> {
    let zone = |parts: JsValue| {
        let parts: Array = cast(parts)?;
        let name = parts.get(0).as_string().ok_or_else(defect)?;
        let starts = cast::<Float64Array>(parts.get(1))?.to_vec();
        let offsets = cast::<Float64Array>(parts.get(2))?.to_vec();
        let mut changes = starts.iter().zip(&offsets).map(|(at, offset)| {
            let offset = i32::try_from(whole(*offset)).map_err(|_| defect())?;
            Ok((whole(*at), offset))
        });
        let (_, first) = changes.next().ok_or_else(defect)??;
        Ok((name, Zone::from_transitions(first, changes.collect::<Result<_>>()?)?))
    };
    zones.iter().map(zone).collect()
}

/// Response rates by cell, weights, and between which values the score of all lies.
///
/// # Errors
/// As for [`Propensity::run`], and those of scoring.
#[wasm_bindgen]
pub fn response_propensity(columns: &Array, roles: &str, options: &str, metric: &str) -> Answer {
    #[derive(Serialize)]
    struct Found {
        cells: Columns,
        weights: Vec<f64>,
        rates: Propensities,
        value: Option<f64>,
        bounds: Option<(f64, f64)>,
    }
    let run = || {
        let (propensity, metric) = (Propensity::from_json(options)?, Metric::from_json(metric)?);
        let invitations = responses(columns, roles)?;
        let value = invitations.score(&metric)?.value;
        let rates = propensity.run(&invitations)?;
        Ok(Found {
            cells: Columns(rates.to_table()),
            weights: rates.weights.iter().map(|weight| weight.unwrap_or_default()).collect(),
            value,
            bounds: value.map(|value| rates.bounds(&metric, value)),
            rates,
        })
    };
    answer(run())
}

/// The pseudonym of each id, null where it is missing.
///
/// # Errors
/// None.
#[wasm_bindgen]
pub fn pseudonym(ids: &Array, key: &[u8]) -> Answer {
    let hidden = |id: JsValue| id.as_string().map(|id| heedful::pseudonym(key, &id));
    answer(Ok(ids.iter().map(hidden).collect::<Vec<_>>()))
}

/// The rows of customers who are forgotten, and the columns that lose their values there.
///
/// # Errors
/// As for [`Responses::forget`].
#[wasm_bindgen]
pub fn forget(columns: &Array, roles: &str, customers: &Array, also: &Array) -> Answer {
    #[derive(Serialize)]
    struct Forgotten {
        rows: Vec<usize>,
        columns: Vec<String>,
    }
    let run = || {
        let table = responses(columns, roles)?;
        let texts = |list: &Array| list.iter().filter_map(|text| text.as_string()).collect();
        let (customers, also): (Vec<String>, Vec<String>) = (texts(customers), texts(also));
        let also: Vec<&str> = also.iter().map(String::as_str).collect();
        let (left, _) = table.forget(customers, &also)?;
        let who = table.roles().customer.clone().unwrap_or_default();
        let lost = |name: &str, row: usize| {
            let missing = |of: &Responses| {
                of.column(name).is_none_or(|column| column.key(row) == Key::Missing)
            };
            missing(&left) && !missing(&table)
        };
        let rows: Vec<usize> = (0..table.len()).filter(|row| lost(&who, *row)).collect();
        let names = table.columns().iter().map(|(name, _)| name);
        let names = names.filter(|name| rows.iter().any(|row| lost(name, *row)));
        Ok(Forgotten { columns: names.cloned().collect(), rows })
    };
    answer(run())
}

/// A table as CSV, or as JSON Lines.
///
/// # Errors
/// Those of tables.
#[wasm_bindgen]
pub fn write_table(columns: &Array, lines: bool) -> Answer {
    let table = responses(columns, "{}");
    answer(table.map(|table| if lines { table.to_jsonl() } else { table.to_csv() }))
}
