//! Runs `vectors/act/alerts.json` in Rust: alerts and playbooks; Python runs the same file.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use heedful::Result;
use heedful::alert::{AlertOptions, Alerts, Answered, Happening};
use heedful::playbook::{Past, Playbooks, RunEvent, Trigger};
use heedful_tests::departures;
use serde_json::{Value, json};

fn written<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

fn millis(value: &Value) -> i64 {
    value["now"].as_i64().unwrap()
}

/// What the rules say of the rows, one by one.
fn seen(options: &AlertOptions, rows: &Value) -> Vec<Happening> {
    let of = |row: &Value| {
        let reasons = row["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str());
        let reasons: Vec<&str> = reasons.map(Option::unwrap).collect();
        options.of_response(&Answered {
            at: row["at"].as_i64().unwrap(),
            rating: row["score"].as_f64(),
            reasons: &reasons,
            id: row["id"].as_str(),
            customer: row["customer"].as_str(),
            account: row["account"].as_str(),
        })
    };
    rows.as_array().unwrap().iter().filter_map(of).collect()
}

fn playbook(input: &Value, options: &Value) -> Result<Value> {
    let books = Playbooks::from_json(&options.to_string())?;
    let trigger = Trigger::from_json(&input["trigger"].to_string())?;
    let past = Past::from_json(&input["past"].to_string())?;
    let started = books.start(&trigger, &past, millis(input));
    let mut run = started.first().map(|change| change.run.clone());
    let mut events = Vec::new();
    for told in input["events"].as_array().unwrap() {
        let event = RunEvent::from_json(&told["event"].to_string())?;
        let past = Past::from_json(&told["past"].to_string())?;
        events.push(match books.advance(run.as_ref().unwrap(), &event, &past, millis(told)) {
            Ok(change) => {
                run = Some(change.run);
                json!({ "effects": written(&change.effects) })
            }
            Err(error) => json!({ "error": error.code().as_str() }),
        });
    }
    Ok(json!({ "started": written(&started), "events": events, "run": written(&run) }))
}

fn answer(function: &str, input: &Value, options: &Value) -> Result<Value> {
    if function == "playbook" {
        return playbook(input, options);
    }
    let mut alerts = Alerts::new(AlertOptions::from_json(&options.to_string())?)?;
    let changes = match function {
        "alerts" => {
            let mut all = Vec::new();
            for batch in input["batches"].as_array().unwrap() {
                let seen = Happening::list_from_json(&batch["happenings"].to_string())?;
                all.push(written(&alerts.take(seen, millis(batch))));
                // A stored book goes on alike.
                alerts = Alerts::from_json(&alerts.to_json())?;
            }
            Value::from(all)
        }
        "responses" => {
            let seen = seen(alerts.options(), &input["rows"]);
            written(&alerts.take(seen, millis(input)))
        }
        other => panic!("no runner for `{other}`"),
    };
    Ok(json!({ "changes": changes, "open": written(&alerts.to_table()) }))
}

#[test]
fn every_vector_holds() {
    let (all, wrong) = departures("act/alerts.json", answer);
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all >= 40, "only {all} vectors were found");
}
