//! Customer health and behaviour: one form for all questions, a table and options.

use heedful::alert::{Happening, Severity};
use heedful::behaviour::{Behaviour, Repurchase};
use heedful::health::{
    Health, HealthAgreement, HealthBacktest, HealthReport, HealthState, Scorecard, ScorecardFit,
};
use heedful::{Error, ErrorCode, Result};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{responses, whole};
use crate::output::{document, failure};

/// Answers a question about a table of accounts, customers or events, given as an array of its columns, as of `now`.
/// `previous` is the state of the last look, empty where there was none, and `before` what happened then.
///
/// # Errors
/// Those of the analysis that is asked for.
#[wasm_bindgen]
pub fn health(
    question: &str,
    columns: &Array,
    options: &str,
    now: Option<f64>,
    previous: &str,
    before: &str,
) -> Answer {
    ask(question, columns, options, now, previous, before).map_err(|error| failure(&error))
}

fn ask(
    question: &str,
    columns: &Array,
    options: &str,
    now: Option<f64>,
    previous: &str,
    before: &str,
) -> Result<Array> {
    let table = responses(columns, "{}")?;
    let now = now.map(whole);
    let at = now.unwrap_or_default();
    Ok(match question {
        "scorecard" => document(&Scorecard::from_json(options)?),
        "stages" => document(&Health::from_json(options)?.stages()),
        "lint" => {
            let health = Health::from_json(options)?;
            // Without a table only the definition is looked at.
            let report =
                (columns.length() > 0).then(|| health.run(&table, at, None)).transpose()?;
            let cards = health.stages().iter().map(|stage| &stage.scorecard);
            let found = cards.flat_map(|card| card.lint(now, report.as_ref()));
            document(&found.collect::<Vec<_>>())
        }
        "health" => {
            let previous = (!previous.is_empty()).then(|| HealthState::from_json(previous));
            let previous = previous.transpose()?;
            let report = Health::from_json(options)?.run(&table, at, previous.as_ref())?;
            let before = Happening::list_from_json(before)?;
            let happenings = Happening::of_health(&report, &before, Severity::default());
            document(&Looked { state: report.state().to_json(), happenings, report: &report })
        }
        "backtest" => document(&HealthBacktest::from_json(options)?.run(&table, at)?),
        "agreement" => document(&HealthAgreement::from_json(options)?.run(&table, at)?),
        "fit" => document(&ScorecardFit::from_json(options)?.run(&table)?),
        "behaviour" => document(&Behaviour::from_json(options)?.run(&table, now)?),
        "repurchase" => document(&Repurchase::from_json(options)?.run(&table)?),
        _ => return Err(Error::new(ErrorCode::Internal, "there is no such question")),
    })
}

#[derive(Serialize)]
struct Looked<'a> {
    #[serde(flatten)]
    report: &'a HealthReport,
    /// What the next look needs to know.
    state: String,
    /// Alarms that fire, and those that no longer do.
    happenings: Vec<Happening>,
}
