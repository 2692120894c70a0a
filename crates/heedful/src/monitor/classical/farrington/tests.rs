use serde_json::Value;

use super::*;
use crate::base::time::Every;

/// The file of R's outputs, or `None` with a message where it is missing.
pub(crate) fn vectors() -> Option<Value> {
    let path = format!(
        "{}/../../../shared/data/anomaly_sim/farrington_vectors.json",
        env!("CARGO_MANIFEST_DIR")
    );
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            println!("skipped: {path}: {error}");
            None
        }
    }
}

fn day(text: &str) -> i32 {
    let date: jiff::civil::Date = text.parse().unwrap();
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(date).unwrap().get_days()
}

fn settings(control: &Value) -> Farrington {
    let whole = |name: &str| usize::try_from(control[name].as_u64().unwrap()).unwrap();
    let number = |name: &str| control[name].as_f64().unwrap();
    let yes = |name: &str| control[name].as_bool().unwrap();
    let power = match control["powertrans"].as_str().unwrap() {
        "2/3" => PowerScale::TwoThirds,
        "1/2" => PowerScale::Half,
        _ => PowerScale::None,
    };
    let threshold = match control["thresholdMethod"].as_str().unwrap() {
        "delta" => FarringtonThreshold::Delta,
        "nbPlugin" => FarringtonThreshold::NbPlugin,
        _ => FarringtonThreshold::Muan,
    };
    Farrington::new()
        .years_back(whole("b"))
        .half_window(whole("w"))
        .groups(whole("noPeriods"))
        .left_out(whole("pastWeeksNotIncluded"))
        .reweight(yes("reweight").then(|| number("weightsThreshold")))
        .trend(yes("trend").then(|| number("pThresholdTrend")))
        .alpha(number("alpha"))
        .min_cases(
            control["limit54"][0].as_u64().unwrap(),
            usize::try_from(control["limit54"][1].as_u64().unwrap()).unwrap(),
        )
        .power(power)
        .threshold(threshold)
}

#[track_caller]
fn close(what: &str, actual: Option<f64>, expected: Option<f64>) {
    match (actual, expected) {
        (None, None) => {}
        (Some(a), Some(e)) => {
            assert!((a - e).abs() <= 1e-9 * e.abs().max(1.0), "{what}: {a} is not {e}");
        }
        _ => panic!("{what}: {actual:?} is not {expected:?}"),
    }
}

#[test]
fn agrees_with_surveillance_1_20_3_on_every_week() {
    let Some(file) = vectors() else { return };
    let mut weeks = 0;
    for call in file["farringtonFlexible"].as_array().unwrap() {
        let (id, control) = (call["id"].as_str().unwrap(), &call["control"]);
        let series = &file["series"][call["series"].as_str().unwrap()];
        let counts: Vec<Option<u64>> =
            series["counts"].as_array().unwrap().iter().map(Value::as_u64).collect();
        let start = series["dates"][0].as_str().map(|d| Every::Week.index_of_day(day(d)));
        let population: Option<Vec<f64>> =
            control["populationOffset"].as_bool().unwrap().then(|| {
                file["population"]["pop"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|p| p.as_f64().unwrap())
                    .collect()
            });
        let method = settings(control);
        for (i, index) in call["index_1based"].as_array().unwrap().iter().enumerate() {
            let row = usize::try_from(index.as_u64().unwrap()).unwrap() - 1;
            let week = method.run(&counts, start, population.as_deref(), row..row + 1).unwrap()[0];
            let r = |name: &str| call[name][i].as_f64();
            let what = |name: &str| format!("{id} week {index} {name}");
            close(&what("upper"), week.upper, r("upperbound"));
            close(&what("dispersion"), week.dispersion, r("phi"));
            close(&what("p_value"), week.p_value, r("pvalue"));
            close(&what("score"), week.score, r("score"));
            close(&what("trend"), week.trend, r("trend_coef"));
            assert_eq!(week.alarm, call["alarm"][i].as_bool(), "{}", what("alarm"));
            let trend = week.dispersion.map(|_| week.trend.is_some());
            assert_eq!(trend, call["trend"][i].as_bool(), "{}", what("trend"));
            // The package says 0 where it has no fit, and nothing where it stays silent.
            if week.upper.is_some() {
                close(&what("expected"), week.expected, r("expected"));
            }
            weeks += 1;
        }
    }
    assert_eq!(weeks, 2355);
}
