//! The sample of R's reference numbers.

use serde_json::Value;

use super::*;

/// The responses of the file, with design weights and the size of each stratum's population.
pub(crate) fn responses(file: &Value) -> Responses {
    let list = |name: &str| file["data"][name].as_array().unwrap().clone();
    let mut responses = Responses::new().weight("w");
    for name in ["stratum", "age", "sex", "psu"] {
        let list = list(name);
        let texts = list.iter().map(Value::as_str);
        responses = responses.with(name, Column::categories(texts)).unwrap();
    }
    for name in ["rec", "csat", "w"] {
        let numbers: Vec<f64> = list(name).iter().map(|v| v.as_f64().unwrap()).collect();
        responses = responses.with(name, Column::numbers(numbers)).unwrap();
    }
    let size = |s: &Value| file["population"]["fpc"][s.as_str().unwrap()].as_f64().unwrap();
    let sizes: Vec<f64> = list("stratum").iter().map(size).collect();
    responses.with("fpc", Column::numbers(sizes)).unwrap()
}

fn target(weighting: Weighting, file: &Value, name: &str) -> Weighting {
    let rows = file["population"][name].as_array().unwrap();
    let share = |r: &Value| (Key::text(r[name].as_str().unwrap()), r["Freq"].as_f64().unwrap());
    weighting.target(name, rows.iter().map(share))
}

pub(crate) fn post_stratification(file: &Value) -> Weighting {
    target(Weighting::new().total(100_000.0), file, "stratum")
}

pub(crate) fn raking(file: &Value) -> Weighting {
    let margins = ["age", "sex"].iter();
    margins.fold(post_stratification(file), |w, name| target(w, file, name)).tolerance(1e-12)
}

/// As R stops by default: when a round moves no joint cell by more than 1 of 100 000.
pub(crate) fn loose_raking(file: &Value) -> Weighting {
    raking(file).tolerance(1e-6)
}
