use serde_json::Value;

use super::*;
use crate::base::key::Key;
use crate::interpret::scoring::Scoring;
use crate::interpret::segment::GroupScore;
use crate::interpret::weight::testing;
use crate::stats::IntervalMethod;
use crate::stats::testing::reference;

fn close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    // Where raking stops early, R takes residuals by the weights that it had after each margin; they
    // are those of the last one here.
    let digits = if what.starts_with("raked_default") { 1e-6 } else { 1e-9 };
    assert!(
        (ours - theirs).abs() < digits * theirs.abs().max(1e-3),
        "{what}: {ours} is not R's {theirs}"
    );
}

fn scored(
    file: &Value,
    metric: &Metric,
    column: &str,
    design: &Design,
    by: &[&str],
) -> Vec<GroupScore> {
    let responses = testing::responses(file).rating(column);
    let t = Uncertainty { interval: Some(IntervalMethod::T), ..Uncertainty::default() };
    let scoring = Scoring::new(metric.clone()).design(design.clone()).uncertainty(t);
    scoring.by(by.iter().copied()).run(&responses).unwrap().rows
}

/// R 4.2.2, survey 4.1.1: value, standard error, design effect, degrees of freedom, t interval and
/// the domains of every design in the file.
#[test]
fn every_design_matches_r() {
    let Some(file) = reference("survey_weighted.json") else { return };
    let stratified = Design::new().strata("stratum");
    let raking = testing::raking(&file);
    let designs = [
        ("iid_weighted", Design::new()),
        ("stratified", stratified.clone()),
        ("stratified_fpc", stratified.clone().fpc("fpc")),
        ("clustered", stratified.clusters("psu")),
        ("post_stratified", Design::new().weighting(testing::post_stratification(&file))),
        ("raked_tight", Design::new().weighting(raking.clone())),
        ("trimmed_strict", Design::new().weighting(raking.cap(2.0).floor(0.3))),
        ("raked_default", Design::new().weighting(testing::loose_raking(&file))),
    ];
    let recommend = Metric::from_json(r#"{"scale":"0-10","rule":{"type":"mean"}}"#).unwrap();
    for (name, design) in designs {
        let r = &file[name];
        let metrics = [
            ("nps", Metric::nps(), "rec", 1.0),
            ("t2b", Metric::csat(), "csat", 100.0),
            ("mean_rec", recommend.clone(), "rec", 1.0),
        ];
        for (what, metric, column, points) in metrics {
            let rows = scored(&file, &metric, column, &design, &[]);
            let score = &rows[0].score;
            let of = |field: &str| format!("{name} {what} {field}");
            close(score.value.unwrap() / points, &r[what]["mean"], &of("value"));
            close(score.standard_error.unwrap() / points, &r[what]["se"], &of("se"));
            close(score.design_effect.unwrap(), &r[what]["deff_srswr"], &of("deff"));
            close(score.interval.unwrap().lower / points, &r[what]["ci95_t"][0], &of("lower"));
            close(score.interval.unwrap().upper / points, &r[what]["ci95_t"][1], &of("upper"));
            close(score.effective_n, &r["n_eff_kish"], &of("effective n"));
            if what == "mean_rec" {
                continue;
            }
            let groups = scored(&file, &metric, column, &design, &["stratum"]);
            for (row, r) in groups.iter().zip(r["by_stratum"].as_array().unwrap()) {
                assert_eq!(row.keys, [Key::text(r["stratum"].as_str().unwrap())]);
                close(row.score.value.unwrap() / points, &r[what], &of("domain"));
                let error = row.score.standard_error.unwrap() / points;
                close(error, &r[&format!("se_{what}")], &of("domain se"));
            }
        }
    }
}

/// The same from residuals row by row, sharing no code: a full regression on indicators by
/// Gram-Schmidt, clusters and strata by scanning.
#[test]
fn calibrated_clusters_match_the_slow_twin() {
    let Some(file) = reference("survey_weighted.json") else { return };
    let weighting = testing::raking(&file);
    let design = Design::new().strata("stratum").clusters("psu").weighting(weighting.clone());
    let score = scored(&file, &Metric::nps(), "rec", &design, &[]).remove(0).score;
    let responses = testing::responses(&file);
    let w = weighting.run(&responses).unwrap().weights;
    let text = |name: &str, row: usize| responses.column(name).unwrap().key(row).to_string();
    let n = w.len();
    let value: Vec<f64> = file["data"]["rec"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| match r.as_i64().unwrap() {
            9.. => 100.0,
            ..=6 => -100.0,
            _ => 0.0,
        })
        .collect();
    let mass: f64 = w.iter().sum();
    let mean = w.iter().zip(&value).map(|(w, v)| w * v).sum::<f64>() / mass;
    let mut residual: Vec<f64> = value.iter().map(|v| v - mean).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for (margin, values) in [
        ("stratum", ["EU", "US", "APAC"].as_slice()),
        ("age", &["18-34", "35-54"]),
        ("sex", &["f"]),
    ] {
        for value in values {
            let mut column: Vec<f64> =
                (0..n).map(|row| f64::from(u8::from(text(margin, row) == *value))).collect();
            for other in &basis {
                let dot: f64 = column.iter().zip(other).map(|(a, b)| a * b).sum();
                column.iter_mut().zip(other).for_each(|(c, o)| *c -= dot * o);
            }
            let norm = column.iter().map(|c| c * c).sum::<f64>().sqrt();
            column.iter_mut().for_each(|c| *c /= norm);
            let dot: f64 = residual.iter().zip(&column).map(|(a, b)| a * b).sum();
            residual.iter_mut().zip(&column).for_each(|(r, c)| *r -= dot * c);
            basis.push(column);
        }
    }
    let mut variance = 0.0;
    for stratum in ["EU", "US", "APAC"] {
        let mut totals: Vec<(String, f64)> = Vec::new();
        for row in (0..n).filter(|row| text("stratum", *row) == stratum) {
            let z = w[row] * residual[row] / mass;
            match totals.iter_mut().find(|(psu, _)| *psu == text("psu", row)) {
                Some((_, sum)) => *sum += z,
                None => totals.push((text("psu", row), z)),
            }
        }
        let m = totals.len() as f64;
        let mean = totals.iter().map(|t| t.1).sum::<f64>() / m;
        variance += m / (m - 1.0) * totals.iter().map(|t| (t.1 - mean).powi(2)).sum::<f64>();
    }
    assert!((score.standard_error.unwrap() - variance.sqrt()).abs() < 1e-10);
}

#[test]
fn what_a_design_cannot_know_is_refused() {
    let responses = crate::Responses::new()
        .with("score", Column::numbers(vec![10_u8, 9, 3]))
        .unwrap()
        .with("s", Column::categories(["a", "a", "b"].map(Some)))
        .unwrap()
        .with("size", Column::numbers(vec![10_u8, 11, 4]))
        .unwrap()
        .with("drawn", Column::numbers(vec![10_u8, 10, 1]))
        .unwrap()
        .rating("score");
    let refused = |design: Design| {
        let error = Scoring::new(Metric::nps()).design(design).run(&responses).unwrap_err();
        (error.code(), error.path().to_owned())
    };
    let strata = || Design::new().strata("s");
    assert_eq!(refused(strata()), (ErrorCode::TooFew, "s".to_owned()));
    assert_eq!(refused(strata().fpc("size")), (ErrorCode::InvalidArgument, "size".to_owned()));
    assert_eq!(refused(Design::new().clusters("x")), (ErrorCode::MissingColumn, "x".to_owned()));
    // A stratum that was asked completely has no variance, so one response is enough.
    let complete = Scoring::new(Metric::nps()).design(strata().fpc("drawn")).run(&responses);
    assert_eq!(complete.unwrap().rows[0].score.standard_error, Some(0.0));
    let scoring = Scoring::from_json(
        r#"{"metrics":[{"metric":"nps"}],"design":{"strata":"s","weighting":{"targets":{"s":{"a":0.5,"b":"x"}}}}}"#,
    );
    let error = scoring.unwrap_err();
    assert_eq!(
        (error.code(), error.path()),
        (ErrorCode::InvalidConfig, "design.weighting.targets.s.b")
    );
}
