use proptest::prelude::*;

use super::*;
use crate::stats::testing::reference;

fn close(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() < 1e-9 * theirs.abs(), "{what}: {ours} is not R's {theirs}");
}

/// R 4.2.2, survey 4.1.1: `postStratify`, `rake` with tight and default control, `trimWeights` with
/// lower .3 and upper 2 times the mean weight, strict.
#[test]
fn weights_match_r() {
    let Some(file) = reference("survey_weighted.json") else { return };
    let responses = testing::responses(&file);
    let raking = testing::raking(&file);
    for (name, field, weighting) in [
        ("post_stratified", "weights_first10", testing::post_stratification(&file)),
        ("raked_tight", "weights", raking.clone()),
        ("raked_default", "weights_first10", testing::loose_raking(&file)),
        ("trimmed_strict", "weights_first10", raking.cap(2.0).floor(0.3)),
    ] {
        let found = weighting.run(&responses).unwrap();
        let r = &file[name];
        for (row, (ours, theirs)) in
            found.weights.iter().zip(r[field].as_array().unwrap()).enumerate()
        {
            close(*ours, theirs.as_f64().unwrap(), &format!("{name} weight {row}"));
        }
        close(found.effective_n, r["n_eff_kish"].as_f64().unwrap(), name);
        close(found.design_effect, r["kish_deff"].as_f64().unwrap(), name);
        close(found.weights.iter().sum(), 100_000.0, name);
        match name {
            "trimmed_strict" => {
                assert!(found.trimmed > 0 && found.trimmed_weight > 0.0 && found.residual > 1e-4);
                close(found.maximum, 500.0, name);
            }
            "raked_default" => assert_eq!(found.iterations, 4),
            "post_stratified" => assert_eq!((found.iterations, found.trimmed), (1, 0)),
            _ => assert!(found.residual <= 1e-12),
        }
    }
}

#[test]
fn json_and_setters_say_the_same() {
    let built = Weighting::new()
        .target("region", [("US", 40.0), ("EU", 60.0)])
        .target("age", [(Key::text("18-34"), 0.5), (Key::Missing, 0.5)])
        .cells(["region", "sex"], [([Key::text("EU"), Key::Missing], 1.0)])
        .missing(MissingValues::Keep)
        .cap(5.0)
        .total(100.0);
    let read = Weighting::from_json(
        r#"{"targets": {"region": {"US": 40, "EU": 60}, "age": {"18-34": 0.5, "null": 0.5}},
            "cells": [{"keys": {"region": "EU", "sex": null}, "share": 1}],
            "missing": "keep", "cap": 5, "total": 100}"#,
    );
    assert_eq!(read.unwrap(), built);
    for (json, path) in [
        (r#"{"target": {}}"#, "target"),
        (r#"{"targets": {"a": {"x": "y"}}}"#, "targets.a.x"),
        (r#"{"targets": {}, "missing": "drop"}"#, "missing"),
        (r#"{"cells": [{"keys": {"a": 1}, "share": 1}, {"keys": {"b": 1}, "share": 1}]}"#, "cells"),
    ] {
        let error = Weighting::from_json(json).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, path));
    }
}

fn table(regions: &[Option<&str>], ages: &[Option<f64>]) -> Responses {
    Responses::new()
        .with("region", Column::categories(regions.iter().copied()))
        .unwrap()
        .with("age", Column::optional_numbers(ages))
        .unwrap()
}

#[test]
fn targets_and_values_must_fit_each_other() {
    let responses = table(
        &[Some("EU"), Some("US"), None, Some("EU")],
        &[Some(1.0), Some(2.0), Some(2.0), Some(1.0)],
    );
    let refused = |json: &str| {
        let error = Weighting::from_json(json).unwrap().run(&responses).unwrap_err();
        (error.code(), error.path().to_owned(), error.row())
    };
    let mismatch = |path: &str, row| (ErrorCode::TargetMismatch, path.to_owned(), row);
    let invalid = |path: &str| (ErrorCode::InvalidArgument, path.to_owned(), None);
    assert_eq!(
        refused(r#"{"targets": {"age": {"1": 0.5, "2": 0.2, "3": 0.3}}}"#),
        mismatch("targets.age.3", None)
    );
    assert_eq!(refused(r#"{"targets": {"age": {"1": 1}}}"#), mismatch("targets.age.2", Some(1)));
    assert_eq!(
        refused(r#"{"targets": {"region": {"EU": 0.5, "US": 0.5}}}"#),
        mismatch("targets.region.null", Some(2))
    );
    assert_eq!(
        refused(r#"{"cells": [{"keys": {"region": "EU", "age": 1}, "share": 1}]}"#),
        mismatch("cells.US.2", Some(1))
    );
    assert_eq!(refused("{}"), invalid("targets"));
    assert_eq!(refused(r#"{"targets": {"age": {"1": 0.5, "2": 0.4}}}"#), invalid("targets.age"));
    assert_eq!(refused(r#"{"targets": {"age": {"1": -1, "2": 4}}}"#), invalid("targets.age.1"));
    assert_eq!(refused(r#"{"targets": {"age": {"1": 50, "2": 50}}, "cap": 1}"#), invalid("cap"));
    // Both margins cannot hold: EU and age 1 are the same responses.
    let error = Weighting::new()
        .target("region", [(Key::text("EU"), 0.5), (Key::text("US"), 0.25), (Key::Missing, 0.25)])
        .target("age", [(Key::Int(1), 0.6), (Key::Int(2), 0.4)])
        .run(&responses)
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoConvergence);
    assert_eq!(error.path(), "targets.region");
    assert!(error.message().contains("`targets.region.EU` is 0.6 instead of 0.5"), "{error}");
}

#[test]
fn missing_values_keep_their_weights_or_have_a_target() {
    let responses = table(&[Some("EU"), Some("US"), None, Some("EU")], &[Some(1.0); 4]);
    let kept = Weighting::new()
        .target("region", [("EU", 0.5), ("US", 0.5)])
        .missing(MissingValues::Keep)
        .run(&responses)
        .unwrap();
    assert_eq!(kept.weights, [0.75, 1.5, 1.0, 0.75]);
    let keys = [(Key::text("EU"), 0.4), (Key::text("US"), 0.4), (Key::Missing, 0.2)];
    let own = Weighting::new().target("region", keys).run(&responses).unwrap();
    for (ours, expected) in own.weights.iter().zip([0.8, 1.6, 0.8, 0.8]) {
        assert!((ours - expected).abs() < 1e-12);
    }
    let text = serde_json::to_string(&own.to_table()).unwrap();
    assert!(
        text.contains(r#""column":"region","value":"(missing)","n":1,"before":0.25,"target":0.2"#),
        "{text}"
    );
}

#[test]
fn responses_without_weight_stay_without() {
    let responses = table(&[Some("EU"), Some("US"), Some("US"), Some("EU")], &[Some(1.0); 4])
        .with("w", Column::numbers(vec![0.0, 1.0, 9.0, 2.0]))
        .unwrap()
        .weight("w");
    let weighting = Weighting::new().target("region", [("EU", 0.5), ("US", 0.5)]).cap(1.3);
    let found = weighting.run(&responses).unwrap();
    assert_eq!(found.weights[0], 0.0);
    assert_eq!(found.trimmed, 2);
    assert!(found.maximum <= 4.0 / 3.0 * 1.3 + 1e-9);
    assert!((found.weights.iter().sum::<f64>() - 4.0).abs() < 1e-12);
    let empty = Weighting::new().target("region", [("EU", 1.0)]).run(&responses.slice(0, 1));
    assert_eq!(empty.unwrap_err().code(), ErrorCode::TooFew);
}

/// The slow twin: rows, one margin after the other, by the text of the values.
fn slow(rows: &[(u8, u8, f64)], first: &[f64], second: &[f64]) -> Vec<f64> {
    let mut weights: Vec<f64> = rows.iter().map(|r| r.2).collect();
    for _ in 0..300 {
        for (by_first, shares) in [(true, first), (false, second)] {
            let key = |r: &(u8, u8, f64)| usize::from(if by_first { r.0 } else { r.1 });
            let all: f64 = weights.iter().sum();
            let sums: Vec<f64> = (0..shares.len())
                .map(|k| {
                    rows.iter().zip(&weights).filter(|(r, _)| key(r) == k).map(|(_, w)| w).sum()
                })
                .collect();
            for (row, weight) in rows.iter().zip(&mut weights) {
                *weight *= shares[key(row)] * all / sums[key(row)];
            }
        }
    }
    let scale = rows.len() as f64 / weights.iter().sum::<f64>();
    weights.iter().map(|w| w * scale).collect()
}

fn by_rows(rows: &[(u8, u8, f64)]) -> Responses {
    let name = |v: u8| Some(format!("v{v}"));
    Responses::new()
        .with("a", Column::texts(rows.iter().map(|r| name(r.0))))
        .unwrap()
        .with("b", Column::numbers(rows.iter().map(|r| r.1).collect::<Vec<_>>()))
        .unwrap()
        .with("w", Column::numbers(rows.iter().map(|r| r.2).collect::<Vec<_>>()))
        .unwrap()
        .weight("w")
}

/// Who compared each target with all others would not come to an end.
#[test]
fn targets_may_be_very_many() {
    let values: Vec<String> = (0..100_000).map(|value| format!("v{value}")).collect();
    let column = Column::categories(values.iter().map(|value| Some(value.as_str())));
    let responses = Responses::new().with("a", column).unwrap();
    let each = values.iter().map(|value| (Key::text(value), 1e-5));
    let found = Weighting::new().target("a", each.clone()).run(&responses).unwrap();
    assert!(found.weights.iter().all(|weight| (weight - 1.0).abs() < 1e-9));
    let twice = Weighting::new().target("a", each.chain([(Key::text("v7"), 0.0)]));
    assert_eq!(twice.run(&responses).unwrap_err().path(), "targets.a.v7");
}

proptest! {
    #[test]
    fn rakes_like_the_slow_twin_in_any_order(
        mut rows in prop::collection::vec((0..3u8, 0..2u8, 0.5..2.0), 0..60),
        turn in 0..60usize,
    ) {
        // Every joint cell is there, so the targets can be met.
        rows.extend((0..3).flat_map(|a| (0..2).map(move |b| (a, b, 1.0))));
        let weighting = Weighting::new()
            .target("a", [("v0", 0.2), ("v1", 0.3), ("v2", 0.5)])
            .target("b", [(0, 30.0), (1, 70.0)])
            .tolerance(1e-13)
            .max_iterations(300);
        let found = weighting.run(&by_rows(&rows)).unwrap();
        for (ours, theirs) in found.weights.iter().zip(slow(&rows, &[0.2, 0.3, 0.5], &[0.3, 0.7])) {
            prop_assert!((ours - theirs).abs() < 1e-9 * theirs);
        }
        prop_assert!(found.targets.iter().all(|t| (t.achieved - t.target).abs() < 1e-12));
        let at = turn % rows.len();
        rows.rotate_left(at);
        let turned = weighting.run(&by_rows(&rows)).unwrap().weights;
        let mut weights = found.weights;
        weights.rotate_left(at);
        for (a, b) in weights.iter().zip(turned) {
            prop_assert!((a - b).abs() < 1e-9 * b);
        }
    }

    #[test]
    fn cells_are_met_at_once_and_trimming_keeps_the_bounds(
        mut rows in prop::collection::vec((0..3u8, 0..2u8, 0.1..9.0), 0..60),
        cap in 1.2..4.0,
    ) {
        rows.extend((0..3).flat_map(|a| (0..2).map(move |b| (a, b, 1.0))));
        let cells = (0..3).flat_map(|a| (0..2).map(move |b| ([format!("v{a}"), b.to_string()], 1.0 / 6.0)));
        let cells = cells.map(|(keys, share)| (keys.map(|k| Key::text(&k)), share));
        let weighting = Weighting::new().cells(["a", "b"], cells);
        let responses = by_rows(&rows);
        let found = weighting.run(&responses).unwrap();
        prop_assert_eq!(found.iterations, 1);
        prop_assert!(found.residual < 1e-12);
        let trimmed = weighting.cap(cap).run(&responses).unwrap();
        prop_assert!(trimmed.maximum <= cap * (1.0 + 1e-12));
        prop_assert!((trimmed.weights.iter().sum::<f64>() - rows.len() as f64).abs() < 1e-9);
        prop_assert_eq!(trimmed.trimmed > 0, found.maximum > cap * (1.0 + 1e-12));
    }
}
