//! How much of what is private is taken out of comments made for this purpose, and what is taken out by mistake.

use std::collections::BTreeMap;

use heedful::text::Redactor;
use heedful::{Column, CsvOptions};
use heedful_tests::{here, shared};
use serde_json::Value;

const NAMES: [&str; 10] =
    ["Anna", "Jürgen", "Chloé", "José", "Søren", "Päivi", "O'Neill", "Anne-Marie", "Zoë", "Björn"];

#[test]
fn structured_items_are_found_and_other_numbers_stay() {
    let corpus = std::fs::read_to_string(here().join("redaction/corpus.jsonl")).unwrap();
    let mut redactor = Redactor::new(NAMES);
    let mut found: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let mut missed = Vec::new();
    for line in corpus.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let text = record["text"].as_str().unwrap();
        let spans = redactor.find(text);
        let mut planted = Vec::new();
        for item in record["items"].as_array().unwrap() {
            let (kind, piece) = (item["kind"].as_str().unwrap(), item["text"].as_str().unwrap());
            let start = text.find(piece).unwrap();
            let end = start + piece.len();
            planted.push((start, end));
            // Every letter and digit of it must be gone.
            let mut letters =
                (start..end).filter(|at| text.as_bytes()[*at].is_ascii_alphanumeric());
            let whole =
                letters.all(|at| spans.iter().any(|span| (span.start..span.end).contains(&at)));
            let (of, hits) = found.entry(kind.to_owned()).or_default();
            *of += 1;
            *hits += u32::from(whole);
            if !whole {
                missed.push(format!("{kind}: {text}"));
            }
        }
        for span in &spans {
            if !planted.iter().any(|(start, end)| span.start < *end && *start < span.end) {
                mistakes.push(format!("{}: {text}", span.kind.as_str()));
            }
        }
    }
    eprintln!("{found:?}\nmissed: {missed:#?}\nby mistake: {mistakes:#?}");
    for (kind, (of, hits)) in &found {
        assert!(f64::from(*hits) >= 0.98 * f64::from(*of), "{kind}: {hits} of {of}: {missed:#?}");
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

/// How many hits of each kind.
type Hits = &'static [(&'static str, u32)];

/// The hits in real comments are those that were looked at by hand: `docs/privacy.md`. A hit more or less is to be looked at.
#[test]
fn hits_in_real_comments_are_those_that_were_looked_at() {
    let sets: [(&str, &str, Hits); 2] = [
        ("nps_broadband/responses.csv", "text", &[("email", 1), ("phone", 2)]),
        (
            "nps_retail_fr/responses.csv",
            "explication",
            &[("email", 4), ("number", 3), ("phone", 2)],
        ),
    ];
    for (path, column, known) in sets {
        let Some(file) = shared(path) else { return };
        let options = CsvOptions::new().comment(column);
        let read = options.read(std::fs::File::open(file).unwrap()).unwrap().responses;
        let comments: Vec<Option<String>> = match read.column(column) {
            Some(Column::Text(texts)) => texts.iter().map(|t| t.map(str::to_owned)).collect(),
            other => panic!("{other:?}"),
        };
        let names: [&str; 0] = [];
        let mut found: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, span) in Redactor::new(names).redact_all(&comments).spans {
            *found.entry(span.kind.as_str()).or_default() += 1;
        }
        assert_eq!(found.into_iter().collect::<Vec<_>>().as_slice(), known, "{path}");
    }
}
