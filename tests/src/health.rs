//! Runs the vectors of health and behaviour.

use heedful::behaviour::{Behaviour, Repurchase};
use heedful::health::{Health, HealthAgreement, HealthBacktest, HealthState, ScorecardFit};
use heedful::{Clock, Column, Responses, Result, TimeUnit, Times};
use serde_json::{Value, json};

use crate::column;

/// A table of which some columns hold times: milliseconds since 1970.
fn table(columns: &Value, times: &[&str]) -> Result<Responses> {
    let mut table = Responses::new();
    for (name, values) in columns.as_object().into_iter().flatten() {
        let cells = values.as_array().map(Vec::as_slice).unwrap_or_default();
        let column = if times.contains(&name.as_str()) {
            Column::Time(Times {
                values: cells.iter().map(|at| at.as_i64().unwrap_or_default()).collect(),
                validity: Some(cells.iter().map(|at| !at.is_null()).collect::<Vec<_>>().into()),
                unit: TimeUnit::Millisecond,
                clock: Clock::Instant,
            })
        } else {
            column(values)
        };
        table = table.with(name, column)?;
    }
    Ok(table)
}

/// The answer to a vector of these functions; `None` for any other.
///
/// # Errors
/// What the core refuses.
#[must_use]
pub fn answer(function: &str, input: &Value, options: &Value) -> Option<Result<Value>> {
    let known =
        ["health", "backtest", "health_agreement", "fit_scorecard", "behaviour", "repurchase"];
    known.contains(&function).then(|| run(function, input, options))
}

fn run(function: &str, input: &Value, options: &Value) -> Result<Value> {
    let mut asked = options.clone();
    let mut times: Vec<&str> =
        options["times"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    times.extend(options["at"].as_str());
    let card = &input["scorecard"];
    match function {
        "health" => asked = json!({"stages": [{"name": "all", "scorecard": card}]}),
        "backtest" | "health_agreement" => asked["scorecard"] = card.clone(),
        _ => {}
    }
    if !card.is_null() {
        asked["account"] = json!("account");
    }
    let (asked, table) = (asked.to_string(), table(&input["table"], &times)?);
    let now = input["now"].as_i64();
    let at = now.unwrap_or_default();
    Ok(match function {
        "health" => {
            let before = &input["before"];
            let past = if before.is_null() {
                None
            } else {
                let card = if before["scorecard"].is_null() { card } else { &before["scorecard"] };
                let first =
                    json!({"scorecard": card, "table": before["table"], "now": before["now"]});
                Some(HealthState::from_json(
                    run("health", &first, options)?["state"].as_str().unwrap_or_default(),
                )?)
            };
            let report = Health::from_json(&asked)?.run(&table, at, past.as_ref())?;
            let state = report.state().to_json();
            json!({"accounts": report.to_table(), "lines": report.lines_table(), "state": state})
        }
        "backtest" => json!(HealthBacktest::from_json(&asked)?.run(&table, at)?),
        "health_agreement" => json!(HealthAgreement::from_json(&asked)?.run(&table, at)?),
        "fit_scorecard" => json!(ScorecardFit::from_json(&asked)?.run(&table)?),
        "behaviour" => {
            let report = Behaviour::from_json(&asked)?.run(&table, now)?;
            let mut found = json!(report);
            found["customers"] = json!(report.to_table());
            found
        }
        _ => json!(Repurchase::from_json(&asked)?.run(&table)?),
    })
}
