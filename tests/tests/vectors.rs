//! Runs `vectors/` in Rust; the bindings run the same files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use heedful::pulse::{Pulse, PulseOptions};
use heedful::{
    Clock, Column, Comparison, Contrast, CsvOptions, DateReader, Error, Funnel, FunnelCounts,
    FunnelOptions, Join, League, Metric, Responses, Result, Roles, SampleSize, Scoring, Tally,
    Target, TimeUnit, Times, Uncertainty, Weighting,
};
use heedful_tests::{column, contact, difference, health, here, money, table, why};
use serde_json::{Map, Value, json};

#[path = "vectors/text.rs"]
mod text;
#[path = "vectors/watch.rs"]
mod watch;

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

/// Milliseconds since the epoch, or texts of wall-clock times, in the column of times.
fn with_times(input: &Value, at: Option<&str>) -> Result<Responses> {
    let mut responses = Responses::new();
    for (name, values) in input.as_object().into_iter().flatten() {
        let column = if Some(name.as_str()) == at { times(values)? } else { column(values) };
        responses = responses.with(name, column)?;
    }
    Ok(responses)
}

fn times(values: &Value) -> Result<Column> {
    let values = values.as_array().unwrap();
    let mut reader = DateReader::new(None);
    for (row, text) in (0..).zip(values) {
        match text.as_str() {
            Some(text) => reader.push(row, text)?,
            None => reader.push_missing(),
        }
    }
    let dates = reader.finish()?;
    let numbers = values.iter().zip(dates.millis).map(|(v, read)| v.as_i64().unwrap_or(read));
    Ok(Column::Time(Times {
        values: numbers.collect::<Vec<_>>().into(),
        validity: Some(values.iter().map(|v| !v.is_null()).collect::<Vec<_>>().into()),
        unit: TimeUnit::Millisecond,
        clock: dates.kind.unwrap_or(Clock::Instant),
    }))
}

/// The options by name: those that are in `names`, and the others.
fn split(options: &Value, names: &[&str]) -> (Map<String, Value>, Map<String, Value>) {
    let all = options.as_object().unwrap().clone();
    all.into_iter().partition(|(name, _)| names.contains(&name.as_str()))
}

fn tally(values: &Value, metric: &Metric) -> Result<Tally> {
    Responses::new().with("values", column(values))?.rating("values").tally(metric)
}

fn stated(options: &Value) -> Uncertainty {
    let mut only = options.as_object().unwrap().clone();
    only.retain(|key, _| key == "confidence" || key == "interval");
    serde_json::from_value(Value::Object(only)).unwrap()
}

fn answer(function: &str, input: &Value, options: &Value) -> Result<Value> {
    if let Some(answer) = text::answer(function, input, options) {
        return answer;
    }
    if let Some(answer) = watch::answer(function, input, options) {
        return answer;
    }
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
            let tally = |side: &str| tally(&input[side], &metric);
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
            let mut asked = SampleSize::from_json(&options.to_string())?;
            if !input["pilot"].is_null() {
                let metric = Metric::from_json(&options["metric"].to_string())?;
                asked = asked.pilot(tally(&input["pilot"], &metric)?);
            }
            let plan = asked.run()?;
            Ok(serde_json::to_value(plan).unwrap())
        }
        "league" => {
            let (mut league, rest) =
                split(options, &["between", "smoothing", "k", "draws", "seed"]);
            let (mut scoring, roles) = split(&Value::Object(rest), &["by", "confidence"]);
            scoring.insert("metrics".to_owned(), json!([{ "metric": options["metric"] }]));
            league.insert("scoring".to_owned(), Value::Object(scoring));
            let (roles, _) = split(&Value::Object(roles), &["rating"]);
            let roles = Roles::from_json(&Value::Object(roles).to_string())?;
            let league = League::from_json(&Value::Object(league).to_string())?;
            let standings = league.run(&table(&input["table"])?.with_roles(roles))?;
            Ok(serde_json::to_value(standings.to_table()).unwrap())
        }
        "join" => {
            let (at, join) = split(options, &["at"]);
            let at = at.get("at").and_then(Value::as_str);
            let mut responses = with_times(&input["table"], at)?;
            if let Some(at) = at {
                responses = responses.at(at);
            }
            let customers = with_times(&input["customers"], options["valid_from"].as_str())?;
            let joined =
                Join::from_json(&Value::Object(join).to_string())?.run(&responses, &customers)?;
            let mut found = serde_json::to_value(&joined).unwrap();
            let all = joined.responses.columns().iter();
            let new = all.filter(|(name, _)| responses.column(name).is_none());
            let cells = new.map(|(name, column)| {
                let keys = (0..column.len()).map(|row| column.key(row));
                (name.clone(), keys.map(|key| serde_json::to_value(key).unwrap()).collect())
            });
            found["columns"] = Value::Object(cells.collect());
            Ok(found)
        }
        "funnel" => {
            let (roles, options) = split(options, &["rating", "comment", "signal_column"]);
            let confidence = stated(&Value::Object(options.clone())).confidence;
            let funnel = if input["counts"].is_null() {
                let roles = Value::Object(roles).to_string().replace("signal_column", "signal");
                let invited = table(&input["table"])?.with_roles(Roles::from_json(&roles)?);
                FunnelOptions::from_json(&Value::Object(options).to_string())?.run(&invited)?
            } else {
                Funnel::new(&FunnelCounts::from_json(&input["counts"].to_string())?, confidence)?
            };
            Ok(serde_json::to_value(funnel.to_table()).unwrap())
        }
        "target" => {
            let (_, target) = split(options, &["metric"]);
            let metric = Metric::from_json(&options["metric"].to_string())?;
            let target = Target::from_json(&Value::Object(target).to_string())?;
            let found = target.assess(&tally(&input["values"], &metric)?, &metric)?;
            Ok(serde_json::to_value(found).unwrap())
        }
        "pulse" => {
            let mut pulse = Pulse::new(PulseOptions::from_json(&options.to_string())?)?;
            let roles =
                r#"{"rating": "rating", "at": "at", "customer": "customer", "kind": "kind"}"#;
            let responses = with_times(&input["table"], Some("at"))?;
            pulse.observe_table(&responses.with_roles(Roles::from_json(roles)?))?;
            let mut alerts = Vec::new();
            for now in input["looks"].as_array().unwrap() {
                alerts.extend(pulse.judge(now.as_i64().unwrap())?);
            }
            Ok(json!({ "alerts": pulse.alerts_table(&alerts), "state": pulse.to_table()? }))
        }
        other => {
            let answer = why::answer(other, input, options)
                .or_else(|| contact::answer(other, input, options))
                .or_else(|| health::answer(other, input, options))
                .or_else(|| money::answer(other, input, options));
            answer.unwrap_or_else(|| panic!("no runner for `{other}`"))
        }
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
                    difference(&text::local(&vector["expected"]), &found, tolerance, "")
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
    assert!(ran > 250, "only {ran} vectors were found");
}
