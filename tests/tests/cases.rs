//! Runs `vectors/act/cases.json` in Rust; Python runs the same file.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use heedful::Result;
use heedful::cases::{
    BusinessCalendar, CaseEvent, CasePolicy, Desk, Facts, Outcomes, Queue, effects_table,
};
use heedful_tests::departures;
use serde_json::{Value, json};

fn written<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

fn observe(desk: &mut Desk, cases: &Value, now: i64) -> Result<Value> {
    let mut effects = Vec::new();
    for case in cases.as_array().unwrap() {
        effects.extend(desk.observe(Facts::from_json(&case.to_string())?, now)?);
    }
    Ok(written(&effects_table(&effects)))
}

fn answer(function: &str, input: &Value, options: &Value) -> Result<Value> {
    let time = |name: &str| input[name].as_i64().unwrap();
    if function == "business" {
        let calendar = BusinessCalendar::from_json(&input["calendar"].to_string())?;
        let at = time("at");
        return Ok(json!({
            "is_open": calendar.is_open(at),
            "next_opening": calendar.next_opening(at)?,
            "add_hours": calendar.add_hours(at, input["hours"].as_f64().unwrap())?,
            "add_days": calendar.add_days(at, u32::try_from(time("days")).unwrap())?,
            "hours_between": calendar.hours_between(at, time("to"))?,
        }));
    }
    let mut desk = Desk::new(CasePolicy::from_json(&input["policy"].to_string())?)?;
    match function {
        "desk" => {
            let opened = observe(&mut desk, &input["cases"], time("now"))?;
            let ticked = written(&effects_table(&desk.tick(time("until"))?));
            let cases = written(&desk.to_table(time("until")));
            Ok(json!({ "opened": opened, "ticked": ticked, "cases": cases }))
        }
        "queue" => {
            observe(&mut desk, &input["cases"], time("now"))?;
            let report = Queue::from_json(&options.to_string())?.run(&desk, time("now"))?;
            Ok(json!({ "order": written(&report.to_table()), "report": written(&report) }))
        }
        "outcomes" => {
            observe(&mut desk, &input["cases"], time("start"))?;
            for event in input["events"].as_array().unwrap() {
                let mut told = event.as_object().unwrap().clone();
                let (case, now) = (told.remove("case").unwrap(), told.remove("now").unwrap());
                let told = CaseEvent::from_json(&Value::Object(told).to_string())?;
                desk.apply(case.as_str().unwrap(), &told, Some("bo"), now.as_i64().unwrap())?;
            }
            let report = Outcomes::from_json(&options.to_string())?.run(&desk, time("now"))?;
            let groups = written(&report.to_table());
            let mut groups = groups.as_array().unwrap().iter();
            let price = groups.find(|group| group["by"] == "reason" && group["name"] == "price");
            Ok(json!({ "report": written(&report), "group": price }))
        }
        other => panic!("no runner for `{other}`"),
    }
}

#[test]
fn every_vector_holds() {
    let (all, wrong) = departures("act/cases.json", answer);
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all >= 40, "only {all} vectors were found");
}
