//! Runs `vectors/` in Rust; the bindings run the same files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use heedful::{
    Clock, Column, Comparison, Contrast, CsvOptions, Error, Metric, Responses, Result, Roles,
    SampleSize, Scoring, TimeUnit, Times, Uncertainty, Weighting,
};
use heedful_tests::{column, difference, here, table};
use serde_json::{Map, Value, json};

/// Splits the options of a vector into roles of columns and the options of scoring.
fn scoring(options: &Value, rating: &str) -> Result<(Roles, Scoring)> {
    let mut roles = Roles { rating: Some(rating.to_owned()), ..Roles::default() };
    let mut rest = Map::new();
    for (key, value) in options.as_object().into_iter().flatten() {
        let name = value.as_str().map(ToOwned::to_owned);
        match key.as_str() {
            "rating" => roles.rating = name,
            "at" => roles.at = name,
            "weight" => roles.weight = name,
            "metric" => drop(rest.insert("metrics".to_owned(), json!([{ "metric": value }]))),
            _ => drop(rest.insert(key.clone(), value.clone())),
        }
    }
    Ok((roles, Scoring::from_json(&Value::Object(rest).to_string())?))
}

/// Milliseconds since the epoch in the column of times.
fn with_times(input: &Value, at: Option<&str>) -> Result<Responses> {
    let mut responses = Responses::new();
    for (name, values) in input.as_object().into_iter().flatten() {
        let column = if Some(name.as_str()) == at {
            let values: Vec<i64> =
                values.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
            Column::Time(Times {
                values: values.into(),
                validity: None,
                unit: TimeUnit::Millisecond,
                clock: Clock::Instant,
            })
        } else {
            column(values)
        };
        responses = responses.with(name, column)?;
    }
    Ok(responses)
}

fn stated(options: &Value) -> Uncertainty {
    let mut only = options.as_object().unwrap().clone();
    only.retain(|key, _| key == "confidence" || key == "interval");
    serde_json::from_value(Value::Object(only)).unwrap()
}

fn answer(function: &str, input: &Value, options: &Value) -> Result<Value> {
    match function {
        "score" => {
            let (roles, scoring) = scoring(options, "values")?;
            let values = Responses::new().with("values", column(&input["values"]))?;
            let scores = scoring.run(&values.with_roles(roles))?;
            Ok(serde_json::to_value(&scores.rows[0].score).unwrap())
        }
        "score_table" => {
            let (roles, scoring) = scoring(options, "score")?;
            let scores = scoring.run(&table(&input["table"])?.with_roles(roles))?;
            Ok(serde_json::to_value(scores.to_table()).unwrap())
        }
        "trend" => {
            let (roles, scoring) = scoring(options, "score")?;
            let responses = with_times(&input["table"], roles.at.as_deref())?;
            let scores = scoring.run(&responses.with_roles(roles))?;
            Ok(serde_json::to_value(scores.to_table()).unwrap())
        }
        "compare" => {
            let metric = Metric::from_json(&options["metric"].to_string())?;
            let tally = |side: &str| {
                Responses::new().with(side, column(&input[side]))?.rating(side).tally(&metric)
            };
            let compared =
                Comparison::of(&tally("before")?, &tally("after")?, &metric, stated(options))?;
            Ok(serde_json::to_value(compared).unwrap())
        }
        "weight" => {
            let weights =
                Weighting::from_json(&options.to_string())?.run(&table(&input["table"])?)?;
            Ok(serde_json::to_value(weights).unwrap())
        }
        "contrast" => {
            let (roles, scoring) = scoring(options, "score")?;
            let contrasts =
                Contrast::of(scoring).run(&table(&input["table"])?.with_roles(roles))?;
            Ok(serde_json::to_value(contrasts.to_table()).unwrap())
        }
        "read_csv" => {
            let mut reading = options.as_object().unwrap().clone();
            let every = reading.remove("every");
            let options = CsvOptions::from_json(&Value::Object(reading).to_string())?;
            let responses =
                Responses::read_csv(input["text"].as_str().unwrap().as_bytes(), &options)?;
            let mut scoring = Scoring::new(Metric::nps());
            if let Some(every) = every {
                scoring = scoring.every(every.as_str().unwrap().parse()?);
                return Ok(serde_json::to_value(scoring.run(&responses)?.to_table()).unwrap());
            }
            let mut found = serde_json::to_value(&scoring.run(&responses)?.rows[0].score).unwrap();
            found["rows"] = json!(responses.len());
            Ok(found)
        }
        "sample_size" => {
            let plan = SampleSize::from_json(&options.to_string())?.run()?;
            Ok(serde_json::to_value(plan).unwrap())
        }
        other => panic!("no runner for `{other}`"),
    }
}

fn check_error(expected: &Value, error: &Error) -> Option<String> {
    let found = json!({ "code": error.code().as_str(), "path": error.path(), "row": error.row() });
    difference(expected, &found, 0.0, "error")
}

#[test]
fn every_vector_holds() {
    let mut ran = 0;
    let mut wrong = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(here().join("vectors"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    for file in files {
        let vectors: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for vector in vectors {
            let function = vector["function"].as_str().unwrap();
            let tolerance = vector["tolerance"].as_f64().unwrap();
            assert!(vector["source"].as_str().is_some_and(|s| !s.is_empty()));
            let problem = match answer(function, &vector["input"], &vector["options"]) {
                Ok(found) if vector["error"].is_null() => {
                    difference(&vector["expected"], &found, tolerance, "")
                }
                Ok(_) => Some("expected an error".to_owned()),
                Err(error) if vector["error"].is_null() => Some(error.to_string()),
                Err(error) => check_error(&vector["error"], &error),
            };
            if let Some(problem) = problem {
                wrong.push(format!("{}: {problem}", vector["id"]));
            }
            ran += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {ran}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(ran > 100, "only {ran} vectors were found");
}
