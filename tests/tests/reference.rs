//! Numbers of R (4.2.2; NPS 1.1, survey 4.1.1), read from `../shared/data/stats_ref`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use heedful::stats::{Confidence, IntervalMethod};
use heedful::{Column, Metric, Responses, Rule, Scale, Score, Scoring, Tally, Uncertainty};
use heedful_tests::shared;
use serde_json::Value;

fn read(name: &str) -> Option<Value> {
    let file = shared(&format!("stats_ref/{name}.json"))?;
    Some(serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
}

#[track_caller]
fn close(found: Option<f64>, expected: &Value, factor: f64, tolerance: f64) {
    let (found, expected) = (found.unwrap(), factor * expected.as_f64().unwrap());
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} {expected}");
}

fn wald(confidence: f64) -> Uncertainty {
    Uncertainty {
        confidence: Confidence::new(confidence).unwrap(),
        interval: Some(IntervalMethod::Wald),
    }
}

#[test]
fn nps_value_error_and_wald_interval() {
    let Some(reference) = read("nps") else { return };
    let metric = Metric::nps();
    let samples = reference["one_sample"].as_array().unwrap();
    assert!(samples.len() >= 9);
    for sample in samples {
        let counts = sample["counts_0_to_10"].as_array().unwrap();
        let counts = counts.iter().map(|c| c.as_u64().unwrap()).collect();
        let tally = Tally::from_counts(metric.scale().clone(), counts).unwrap();
        for (confidence, test) in [(0.95, "test95"), (0.9, "test90")] {
            let score = Score::from_tally(&tally, &metric, wald(confidence)).unwrap();
            close(score.value, &sample["nps"], 100.0, 1e-13);
            close(score.standard_error, &sample["se"], 100.0, 1e-12);
            close(score.interval.map(|i| i.lower), &sample[test]["lower"], 100.0, 1e-12);
            close(score.interval.map(|i| i.upper), &sample[test]["upper"], 100.0, 1e-12);
        }
    }
}

fn survey(reference: &Value) -> Responses {
    let data = &reference["data"];
    let numbers = |name: &str| {
        let values = data[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap());
        Column::numbers(values.collect::<Vec<_>>())
    };
    let names =
        |name: &str| Column::categories(data[name].as_array().unwrap().iter().map(Value::as_str));
    Responses::new()
        .with("rec", numbers("rec"))
        .unwrap()
        .with("csat", numbers("csat"))
        .unwrap()
        .with("w", numbers("w"))
        .unwrap()
        .with("stratum", names("stratum"))
        .unwrap()
        .weight("w")
}

#[test]
fn weighted_scores() {
    let Some(reference) = read("survey_weighted") else { return };
    let responses = survey(&reference);
    let mean = Metric::new("mean", Scale::preset("0-10").unwrap(), Rule::Mean).unwrap();
    let cases = [
        ("nps", Metric::nps(), "rec", 1.0),
        ("t2b", Metric::csat(), "csat", 100.0),
        ("mean_rec", mean, "rec", 1.0),
    ];
    for (name, metric, column, factor) in cases {
        let expected = &reference["iid_weighted"][name];
        let scores =
            Scoring::of([(metric, column)]).uncertainty(wald(0.95)).run(&responses).unwrap();
        let score = &scores.rows[0].score;
        close(score.value, &expected["mean"], factor, 1e-11);
        close(score.standard_error, &expected["se"], factor, 1e-11);
        close(score.design_effect, &expected["deff_srswr"], 1.0, 1e-10);
        close(score.interval.map(|i| i.lower), &expected["ci95_normal"][0], factor, 1e-10);
        close(score.interval.map(|i| i.upper), &expected["ci95_normal"][1], factor, 1e-10);
    }
}
