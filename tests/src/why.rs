//! Runs the vectors of drivers, changes, scans and journeys.

use heedful::{
    Asymmetry, Change, Confounding, Drivers, Importance, Journey, JourneyAnalysis, Mentions,
    ReasonRoles, Responses, Result, Roles, Scan, WhatIf,
};
use serde_json::{Map, Value, json};

use crate::table;

/// A table with its rating, and its customers where they are named.
fn responses(columns: &Value, options: &Value) -> Result<Responses> {
    let mut roles = Roles { rating: Some("score".to_owned()), ..Roles::default() };
    roles.customer = options["customer"].as_str().map(ToOwned::to_owned);
    Ok(table(columns)?.with_roles(roles))
}

fn mentions(lists: &Value) -> Result<Mentions> {
    let names = |list: &Value| -> Vec<String> {
        let names = list.as_array().map(Vec::as_slice).unwrap_or_default();
        names.iter().filter_map(|name| name.as_str().map(ToOwned::to_owned)).collect()
    };
    Mentions::from_lists(lists.as_array().into_iter().flatten().map(names))
}

/// The options as the core takes them.
fn document(options: &Value) -> String {
    let mut rest: Map<String, Value> = options.as_object().cloned().unwrap_or_default();
    rest.remove("customer");
    let metric = rest.remove("metric").unwrap_or_default();
    rest.insert("scoring".to_owned(), json!({ "metrics": [{ "metric": metric }] }));
    if let Some(change) = rest.remove("change") {
        rest.insert("reasons".to_owned(), change);
    }
    Value::Object(rest).to_string()
}

/// The answer to a vector of these functions; `None` for any other.
///
/// # Errors
/// What the core refuses.
#[must_use]
pub fn answer(function: &str, input: &Value, options: &Value) -> Option<Result<Value>> {
    let known = [
        "drivers",
        "importance",
        "reason_roles",
        "asymmetry",
        "what_if",
        "explain_change",
        "scan",
        "journey_lint",
        "journey_run",
        "confounding",
        "role_changes",
        "journey_moments",
        "journey_views",
        "journey_compare",
    ];
    known.contains(&function).then(|| run(function, input, options))
}

fn run(function: &str, input: &Value, options: &Value) -> Result<Value> {
    let asked = document(options);
    let first = || responses(&input["table"], options);
    let reasons = || mentions(&input["reasons"]);
    Ok(match function {
        "drivers" => json!(Drivers::from_json(&asked)?.run_with(&first()?, &reasons()?)?),
        "importance" => json!(Importance::from_json(&asked)?.run(&first()?)?),
        "reason_roles" => json!(ReasonRoles::from_json(&asked)?.run(&first()?, &reasons()?)?),
        "asymmetry" => {
            let [bad, good] = ["failures", "delights"].map(|side| mentions(&input[side]));
            json!(Asymmetry::from_json(&asked)?.run(&first()?, &bad?, &good?)?)
        }
        "what_if" => json!(WhatIf::from_json(&asked)?.run(&first()?, &reasons()?)?),
        "explain_change" => {
            let change = Change::from_json(&asked)?;
            let [before, after] =
                ["before", "after"].map(|period| responses(&input[period], options));
            let (before, after) = (before?, after?);
            if input["after_reasons"].is_null() {
                json!(change.run(&before, &after)?)
            } else {
                let (old, new) =
                    (mentions(&input["before_reasons"])?, mentions(&input["after_reasons"])?);
                json!(change.run_with((&before, &old), (&after, &new))?)
            }
        }
        "scan" => json!(Scan::from_json(&asked)?.run(&first()?)?),
        "journey_lint" => json!(Journey::from_json(&input["journey"].to_string())?.lint()),
        "confounding" => {
            let found = Confounding::from_json(&asked)?.run(&first()?, &reasons()?)?;
            json!({ "reasons": found })
        }
        "role_changes" => {
            let side = |table: &str, reasons: &str| -> Result<(Responses, Mentions)> {
                Ok((responses(&input[table], options)?, mentions(&input[reasons])?))
            };
            let old = side("before", "before_reasons")?;
            let new = side("after", "after_reasons")?;
            let roles = ReasonRoles::from_json(&asked)?;
            json!({ "rows": roles.compare((&old.0, &old.1), (&new.0, &new.1))? })
        }
        "journey_moments" | "journey_views" | "journey_compare" => ways(function, input, options)?,
        _ => {
            let analysis = analysis(input, options)?;
            json!(analysis.run_with(&first()?, &reasons()?)?)
        }
    })
}

fn analysis(input: &Value, options: &Value) -> Result<JourneyAnalysis> {
    let mut asked: Map<String, Value> =
        serde_json::from_str(&document(options)).unwrap_or_default();
    asked.insert("journey".to_owned(), input["journey"].clone());
    JourneyAnalysis::from_json(&Value::Object(asked).to_string())
}

/// What customers' ways show, and the same steps seen twice; no comment tells of a touchpoint here.
fn ways(function: &str, input: &Value, options: &Value) -> Result<Value> {
    let analysis = analysis(input, options)?;
    let side = |name: &str| responses(&input[name], options);
    let silent = |table: &Responses| Mentions::none(table.len());
    Ok(match function {
        "journey_moments" => {
            let table = side("table")?;
            json!(analysis.moments(&table, &silent(&table), &side("relational")?)?)
        }
        "journey_views" => {
            let (customers, company) = (side("customers")?, side("company")?);
            let (none, nobody) = (silent(&customers), silent(&company));
            json!(analysis.views((&customers, &none), (&company, &nobody))?)
        }
        _ => {
            let (before, after) = (side("before")?, side("after")?);
            let earlier = Journey::from_json(&input["earlier"].to_string())?;
            let (old, new) = (silent(&before), silent(&after));
            json!(analysis.compare(&earlier, (&before, &old), (&after, &new))?)
        }
    })
}
