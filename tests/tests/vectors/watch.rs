//! Series watched.

use heedful::{Anomaly, Detect, Detector, Emerging, Every, Key, Responses, Result, Roles, Watcher};
use serde_json::{Value, json};

use super::{split, times, with_times};

pub(crate) fn answer(function: &str, input: &Value, options: &Value) -> Option<Result<Value>> {
    Some(match function {
        "detect" => detect(input, options),
        "detector" => detector(input, options),
        "emerging" => emerging(input, options),
        _ => return None,
    })
}

/// The number of a day that is written out.
fn day(text: &Value) -> Value {
    let heedful::Column::Time(read) = times(&json!([text])).unwrap() else { return Value::Null };
    json!(read.values[0].div_euclid(86_400_000))
}

/// The options with days as numbers.
fn numbered(options: &Value) -> Value {
    let mut numbered = options.clone();
    for (name, value) in numbered.as_object_mut().unwrap() {
        match name.as_str() {
            "start" | "since" => *value = day(value),
            "holidays" => *value = value.as_array().unwrap().iter().map(day).collect(),
            _ => {}
        }
    }
    numbered
}

fn counts(values: &Value) -> Option<Vec<Option<u64>>> {
    values.as_array().map(|list| list.iter().map(Value::as_u64).collect())
}

fn detect(input: &Value, options: &Value) -> Result<Value> {
    let volume = counts(&input["volume"]);
    let settings = Detect::from_json(&numbered(options).to_string())?;
    let found = settings.run(&counts(&input["counts"]).unwrap(), volume.as_deref())?;
    Ok(json!({ "rows": found.to_table(), "episodes": found.episodes_table() }))
}

fn responses(input: &Value) -> Result<Responses> {
    let roles = r#"{"at": "at", "comment": "comment", "rating": "score"}"#;
    let mut roles = Roles::from_json(roles)?;
    if input["table"]["score"].is_null() {
        roles.rating = None;
    }
    Ok(with_times(&input["table"], Some("at"))?.with_roles(roles))
}

fn detector(input: &Value, options: &Value) -> Result<Value> {
    let mut watcher = numbered(options);
    watcher["topic"] = json!("topic");
    watcher["metric"] = json!("nps");
    let mut detector = Detector::new(Watcher::from_json(&watcher.to_string())?)?;
    let found = detector.run(&responses(input)?, None)?;
    let label = |period: i32| Every::Day.label(found.every.first_day(period));
    let values = |list: &[(String, Key)]| -> Value {
        list.iter().map(|(name, key)| (name.clone(), json!(key))).collect()
    };
    let told = |anomaly: &Anomaly| {
        let episode = anomaly.episode;
        let places = anomaly.places.iter().map(|place| {
            let mut told = json!(place);
            told["values"] = values(&place.values);
            told
        });
        json!({
            "kind": anomaly.kind, "topic": anomaly.topic,
            "place": anomaly.place.as_ref().map(|(attribute, value)| json!({ "attribute": attribute, "value": value })),
            "start": label(episode.start), "last": label(episode.last), "status": episode.status,
            "direction": episode.direction, "observed": episode.observed, "expected": episode.expected,
            "p_value": episode.p_value, "part_of": anomaly.part_of, "places": places.collect::<Value>(),
            "cost": anomaly.cost, "terms": anomaly.terms, "comments": anomaly.comments, "earliest": anomaly.earliest,
        })
    };
    let judged = found.judged.map(|(a, b)| [Every::Day.label(a), Every::Day.label(b)]);
    let anomalies: Value = found.anomalies.iter().map(told).collect();
    Ok(json!({ "judged": judged, "series": found.series, "anomalies": anomalies }))
}

fn emerging(input: &Value, options: &Value) -> Result<Value> {
    let (options, _) = split(&numbered(options), &["every", "fdr", "since", "words", "known"]);
    let found =
        Emerging::from_json(&Value::Object(options).to_string())?.run(&responses(input)?)?;
    Ok(json!(found.to_table()))
}
