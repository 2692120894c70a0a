//! Exports in the layouts of the tools, written by hand: what they are recognised as, and what is read.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::PathBuf;

use heedful::{CsvOptions, Metric, Preset, Read};
use serde_json::Value;

fn path(file: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("exports").join(file)
}

fn expected() -> Vec<Value> {
    let text = std::fs::read_to_string(path("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn check(case: &Value, read: &Read) {
    let file = &case["file"];
    let recognised = serde_json::to_value(read.recognised.as_ref().unwrap()).unwrap();
    assert_eq!(recognised["preset"], case["preset"], "{file}");
    assert_eq!(recognised["header_rows"], case["header_rows"], "{file}");
    let columns = recognised["columns"].as_array().unwrap();
    for role in ["rating", "at", "comment", "customer"] {
        let found: Vec<&Value> = columns.iter().filter(|c| c["role"] == role).collect();
        let name = found.first().map_or(&Value::Null, |c| &c["column"]);
        assert_eq!((found.len() < 2, name), (true, &case[role]), "{file} {role}");
    }
    let metric =
        columns.iter().find(|c| c["role"] == "rating").map_or(&Value::Null, |c| &c["metric"]);
    assert_eq!(metric, &case["metric"], "{file}");
    let attributes =
        columns.iter().filter(|c| c["role"] == "attribute").map(|c| c["column"].clone());
    assert_eq!(Value::Array(attributes.collect()), case["attributes"], "{file}");
    assert_eq!(Value::from(read.rows), case["rows"], "{file}");
    assert_eq!((read.rejected.len(), read.responses.len() as u64), (0, read.rows), "{file}");

    let written = read.responses.to_jsonl();
    let first: Value = serde_json::from_str(written.lines().next().unwrap()).unwrap();
    assert_eq!(first[case["at"].as_str().unwrap()], case["first_at"], "{file}");
    if case["rating"].is_null() {
        return;
    }
    assert_eq!(first[case["comment"].as_str().unwrap()], case["first_comment"], "{file}");
    let score = read.responses.score(&Metric::nps()).unwrap();
    assert_eq!(Value::from(score.n), case["n"], "{file}");
    assert_eq!(Value::from(score.missing), case["missing"], "{file}");
    assert!((score.value.unwrap() - case["value"].as_f64().unwrap()).abs() < 1e-9, "{file}");
}

#[test]
fn every_tool_is_recognised_and_read() {
    for case in expected() {
        let file = case["file"].as_str().unwrap();
        let read = CsvOptions::new().preset(Preset::Auto).read_path(path(file));
        if let Some(code) = case["error"].as_str() {
            let error = read.unwrap_err();
            assert_eq!(
                (error.code().as_str(), error.path()),
                (code, case["path"].as_str().unwrap())
            );
            continue;
        }
        let read = read.unwrap_or_else(|error| panic!("{file}: {error}"));
        check(&case, &read);
        // Asked for by name, and from memory, it is the same.
        let preset =
            CsvOptions::from_json(&format!(r#"{{"preset": {}}}"#, case["preset"])).unwrap();
        let bytes = std::fs::read(path(file)).unwrap();
        assert_eq!(preset.read_bytes(&bytes).unwrap().responses, read.responses, "{file}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    for case in expected().iter().filter(|case| case["rating"].is_string()) {
        let file = case["file"].as_str().unwrap();
        let read = CsvOptions::new().preset(Preset::Auto).read_path(path(file)).unwrap();
        let name = |role: &str| case[role].as_str();
        let mut options = CsvOptions::new().rating(name("rating").unwrap());
        options = options.at(name("at").unwrap()).comment(name("comment").unwrap());
        if let Some(customer) = name("customer") {
            options = options.customer(customer);
        }
        let attributes = case["attributes"].as_array().unwrap().iter();
        let options = options.attributes(attributes.map(|name| name.as_str().unwrap()));
        let csv = read.responses.to_csv();
        assert_eq!(options.read(csv.as_bytes()).unwrap().responses.to_csv(), csv, "{file}");
        let jsonl = read.responses.to_jsonl();
        let again = options.read_jsonl(jsonl.as_bytes()).unwrap().responses;
        assert_eq!(again.to_csv(), csv, "{file}");
    }
}

#[test]
fn columns_that_are_named_are_taken_as_named() {
    let options = CsvOptions::new().preset(Preset::Auto).rating("rating").attributes(["id"]);
    let read = options.read_path(path("ambiguous.csv")).unwrap();
    let names: Vec<&str> = read.responses.columns().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["rating", "comment", "id"]);
    assert_eq!(read.recognised.unwrap().columns[1].why, "it is named in the options");
}

#[test]
fn a_stream_recognises_from_its_head() {
    let file = std::fs::File::open(path("qualtrics.csv")).unwrap();
    let mut batches = CsvOptions::new().preset(Preset::Auto).stream(file, 2).unwrap();
    assert_eq!(batches.recognised().unwrap().preset, Preset::Qualtrics);
    let rows: usize = batches.by_ref().map(|batch| batch.unwrap().len()).sum();
    assert_eq!((rows, batches.rows()), (5, 5));
}
