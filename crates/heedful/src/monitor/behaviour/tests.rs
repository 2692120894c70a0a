use proptest::prelude::*;

use super::events::{Behaviour, BehaviourGroup};
use super::fit::RepurchaseFit;
use super::model::{PurchaseHistory, RepurchaseModel};
use super::table::Repurchase;
use crate::base::time::{Clock, TimeUnit};
use crate::listen::column::{Column, Times};
use crate::listen::responses::Responses;
use crate::stats::Random;

const DAY: i64 = 86_400_000;

/// Repeats, days active and days known, as models are written.
fn history(repeats: u64, active: f64, known: f64) -> PurchaseHistory {
    PurchaseHistory::new(repeats + 1, known - active, known).unwrap()
}

fn close(found: f64, expected: f64, by: f64) {
    assert!((found - expected).abs() <= by * expected.abs(), "{found} is not {expected}");
}

/// What lifetimes 0.11.3 (pandas 2.2.3, numpy 1.26.4) fits to cdnow until 1997-09-30.
fn lifetimes() -> RepurchaseModel {
    let [r, alpha] = [0.251_624_011_424_103_84, 33.522_616_192_289_185];
    RepurchaseModel::new(r, alpha, 0.723_433_035_728_837_9, 2.161_086_981_372_463).unwrap()
}

#[test]
fn forecasts_are_those_of_lifetimes() {
    for (repeats, active, known, alive, expected) in [
        (0, 0.0, 10.0, 1.0, 0.414_311_212_576_037_04),
        (1, 5.0, 30.0, 0.614_995_101_357_193_5, 0.872_928_962_599_241_9),
        (10, 70.0, 77.0, 0.887_496_094_296_372_1, 6.036_145_101_355_748),
        (10, 70.0, 110.0, 0.351_363_584_630_766_06, 1.915_251_360_754_162_6),
        (2, 213.0, 272.0, 0.729_390_439_907_396_3, 0.453_119_568_896_986_1),
        (80, 260.0, 272.0, 0.818_255_358_241_893, 17.604_162_305_486_813),
    ] {
        let found = lifetimes().forecast(&history(repeats, active, known), 90.0).unwrap();
        close(found.alive, alive, 1e-12);
        close(found.expected, expected, 1e-11);
    }
}

/// The purchases of cdnow: customer, day since 1970, value.
fn cdnow() -> Option<(Vec<i64>, Vec<i64>, Vec<f64>)> {
    let path = "../../../shared/data/cdnow/CDNOW_master.txt";
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is not there");
        return None;
    };
    let (mut who, mut days, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let [customer, date, _, value] = parts.as_slice() else { panic!("{line}") };
        let date: i64 = date.parse().unwrap();
        let month = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let since = month[(date / 100 % 100 - 1) as usize] + date % 100 - 1;
        who.push(customer.parse().unwrap());
        // Neither 1997 nor 1998 is a leap year.
        days.push(9862 + (date / 10_000 - 1997) * 365 + since);
        values.push(value.parse().unwrap());
    }
    Some((who, days, values))
}

fn events(who: Vec<i64>, days: &[i64], values: Vec<f64>) -> Responses {
    let times = days.iter().map(|day| day * 86_400).collect::<Vec<_>>();
    let times =
        Times { values: times.into(), validity: None, unit: TimeUnit::Second, clock: Clock::Wall };
    Responses::new()
        .with("who", Column::numbers(who))
        .and_then(|table| table.with("day", Column::Time(times)))
        .and_then(|table| table.with("value", Column::numbers(values)))
        .unwrap()
}

#[test]
fn half_a_year_of_purchases_is_forecast_as_well_as_by_lifetimes() {
    let Some((who, days, values)) = cdnow() else { return };
    let (calibrated, end) = (10_134, 10_407); // 1997-09-30 and 1998-06-30
    let mut held_out: std::collections::BTreeMap<i64, Vec<i64>> = Default::default();
    for (who, day) in who.iter().zip(&days) {
        let later = held_out.entry(*who).or_default();
        if (calibrated + 1..=end).contains(day) && !later.contains(day) {
            later.push(*day);
        }
    }
    let table = events(who, &days, values);
    let behaviour = Behaviour::new("who", "day").amount("value").horizon_days(273.0);
    let report = behaviour.run(&table, Some(calibrated * DAY)).unwrap();
    assert_eq!(report.customers.len(), 23_570);
    let squares: f64 = report
        .customers
        .iter()
        .zip(held_out.values())
        .map(|(customer, later)| (customer.forecast.unwrap().expected - later.len() as f64).powi(2))
        .sum();
    // lifetimes 0.11.3: 1.732911.
    close((squares / 23_570.0).sqrt(), 1.732_911, 1e-5);
    // Its optimiser stops a little before the top, with parameters to about 6 digits.
    let fit = report.fit.as_ref().unwrap();
    for (found, expected) in fit.model.parameters().into_iter().zip(lifetimes().parameters()) {
        close(found, expected, 1e-4);
    }
    let errors = [0.004_202, 0.918_785, 0.053_929, 0.198_589];
    for (found, expected) in fit.standard_errors.unwrap().into_iter().zip(errors) {
        close(found, expected, 1e-2);
    }
    // Its log-likelihood is a mean over customers, of days as parts of the 272 that the longest known are known.
    let repeats: u64 = report.customers.iter().map(|customer| customer.history.repeats()).sum();
    let mean = fit.log_likelihood + repeats as f64 * f64::ln(272.0);
    close(mean / 23_570.0, -0.267_189_407_860_603_3, 1e-9);
    // Of those who came back by behaviour: fanatics really buy more.
    let later = |group: BehaviourGroup| {
        let of = report.customers.iter().zip(held_out.values());
        let (n, sum) = of
            .filter(|(customer, _)| customer.group == Some(group))
            .fold((0.0, 0.0), |(n, sum), (_, later)| (n + 1.0, sum + later.len() as f64));
        sum / n
    };
    let [fanatic, regular, sceptic] =
        [BehaviourGroup::Fanatic, BehaviourGroup::Regular, BehaviourGroup::Sceptic].map(later);
    println!("purchases later: {fanatic:.2} {regular:.2} {sceptic:.2}");
    assert!(fanatic > 3.0 * regular && regular > 2.0 * sceptic);
}

/// The log-likelihood of the paper, term by term.
fn slow_likelihood(histories: &[PurchaseHistory], [r, alpha, a, b]: [f64; 4]) -> f64 {
    let g = libm::lgamma;
    let one = |history: &PurchaseHistory| {
        let x = history.repeats() as f64;
        let now = f64::powf(1.0 / (alpha + history.days_known()), r + x);
        let last = f64::powf(1.0 / (alpha + history.days_active()), r + x);
        let left = if x > 0.0 { a / (b + x - 1.0) * last } else { 0.0 };
        g(r + x) - g(r) + r * alpha.ln() + g(a + b) + g(b + x) - g(b) - g(a + b + x)
            + (now + left).ln()
    };
    histories.iter().map(one).sum()
}

/// Customers as the model has them, known for 20 weeks on average.
fn simulated(seed: u64, n: usize, [r, alpha, a, b]: [f64; 4]) -> Vec<PurchaseHistory> {
    let mut random = Random::new(seed);
    let one = |_| {
        let (rate, leaves) = (random.gamma(r) / alpha, random.beta(a, b));
        let known = 40.0 + 200.0 * random.uniform();
        let (mut repeats, mut last) = (0, 0.0);
        loop {
            let next = last - random.uniform().ln() / rate;
            if !(next < known) {
                return history(repeats, last, known);
            }
            (repeats, last) = (repeats + 1, next);
            if random.uniform() < leaves {
                return history(repeats, last, known);
            }
        }
    };
    (0..n).map(one).collect()
}

#[test]
fn no_neighbour_is_likelier() {
    for (seed, truth) in [[0.5, 20.0, 1.0, 3.0], [2.0, 60.0, 0.4, 2.0], [0.25, 5.0, 3.0, 9.0]]
        .into_iter()
        .enumerate()
    {
        let histories = simulated(seed as u64, 3000, truth);
        let RepurchaseFit { model, log_likelihood, standard_errors, .. } =
            RepurchaseModel::fit(&histories).unwrap();
        let found = model.parameters();
        close(log_likelihood, slow_likelihood(&histories, found), 1e-11);
        for i in 0..4 {
            for by in [0.999, 1.001] {
                let mut moved = found;
                moved[i] *= by;
                assert!(slow_likelihood(&histories, moved) < log_likelihood);
            }
            let error = standard_errors.unwrap()[i];
            assert!((found[i] - truth[i]).abs() < 4.0 * error, "{found:?} {truth:?}");
        }
    }
}

#[test]
fn customers_who_are_all_alike_have_a_model_too() {
    // Nobody leaves, all buy at one rate: r and alpha, and b, have no largest likelihood.
    let histories: Vec<PurchaseHistory> =
        (0..200).map(|i| history(9 + i % 3, 95.0, 100.0)).collect();
    let fit = RepurchaseModel::fit(&histories).unwrap();
    let forecast = fit.model.forecast(&histories[0], 50.0).unwrap();
    assert!(forecast.alive > 0.98 && fit.standard_errors.is_none(), "{fit:?}");
    close(forecast.expected, 5.0, 0.05);
    let few = RepurchaseModel::fit(&histories[..9]).unwrap_err();
    assert_eq!(few.code().as_str(), "too-few");
}

proptest! {
    /// Against the integral over the probability to leave.
    #[test]
    fn expected_purchases_equal_their_integral(
        r in 0.05..20.0_f64, alpha in 0.5..100.0_f64, a in 0.3..5.0_f64, b in 0.3..5.0_f64,
        repeats in 0_u64..60, known in 1.0..400.0_f64, share in 0.05..1.0_f64, horizon in 0.0..2000.0_f64,
    ) {
        let model = RepurchaseModel::new(r, alpha, a, b).unwrap();
        let active = if repeats > 0 { share * known } else { 0.0 };
        let found = model.forecast(&history(repeats, active, known), horizon).unwrap();
        let x = repeats as f64;
        let u = horizon / (alpha + known);
        let steps = 20_000;
        let (mut mass, mut sum) = (0.0, 0.0);
        // p = 1 / (1 + exp(-y)): the density falls on both sides.
        for step in 0..steps {
            let y = 200.0 * ((f64::from(step) + 0.5) / f64::from(steps) - 0.5);
            let (p, q) = (1.0 / (1.0 + (-y).exp()), 1.0 / (1.0 + y.exp()));
            let weight = (a * p.ln() + (b + x) * q.ln()).exp();
            mass += weight;
            sum += weight * -(-(r + x) * (p * u).ln_1p()).exp_m1() / p;
        }
        let expected = found.alive * sum / mass;
        prop_assert!((found.expected - expected).abs() <= 1e-7 * expected.max(1e-9), "{} {expected}", found.expected);
        prop_assert!(found.returns <= found.expected + 1e-12 && (0.0..=1.0).contains(&found.returns));
        prop_assert!((0.0..=1.0).contains(&found.overdue) && found.cycle_days > 0.0);
    }
}

#[test]
fn chances_by_hand() {
    let model = RepurchaseModel::new(1.0, 10.0, 1.0, 1.0).unwrap();
    let once = model.forecast(&history(0, 0.0, 10.0), 20.0).unwrap();
    // 1 - 10 / 20, 1 - 20 / 40, and 10 days a purchase.
    assert_eq!((once.overdue, once.returns, once.cycle_days), (0.5, 0.5, 10.0));
    let twice = model.forecast(&history(1, 10.0, 30.0), 0.0).unwrap();
    // Left with odds of 1 / 1 times (40 / 20)^2.
    close(twice.alive, 0.2, 1e-15);
    assert_eq!((twice.expected, twice.returns), (0.0, 0.0));
    // A far horizon: everybody leaves in the end. With a = 3, b = 1 and x = 1 the mean of 1/p is 2.
    let leaving = RepurchaseModel::new(1.0, 10.0, 3.0, 1.0).unwrap();
    let far = leaving.forecast(&history(1, 10.0, 10.0 + 1e-9), 1e5).unwrap();
    close(far.expected, far.alive * 2.0, 1e-3);
    let bad = model.forecast(&history(0, 0.0, 10.0), f64::NAN).unwrap_err();
    assert_eq!((bad.code().as_str(), bad.path()), ("invalid-argument", "horizon_days"));
    let tiny = RepurchaseModel::new(1.0, 1e-9, 1.0, 1.0).unwrap();
    let error = tiny.forecast(&history(0, 0.0, 0.0), 1e6).unwrap_err();
    assert_eq!(error.code().as_str(), "no-convergence");
}

#[test]
fn events_are_counted_by_day() {
    let table = events(
        vec![2, 1, 2, 2, 1, 2],
        &[100, 104, 100, 110, 104, 121],
        vec![5.0, 1.0, 7.0, f64::NAN, 2.0, 99.0],
    );
    let behaviour = Behaviour::new("who", "day").amount("value");
    let report = behaviour.run(&table, Some(120 * DAY + DAY - 1)).unwrap();
    let [one, two] = report.customers.as_slice() else { panic!("{report:?}") };
    assert_eq!((one.history.purchases(), one.value, one.total), (1, Some(3.0), Some(3.0)));
    // Twice on day 100, no amount on day 110, and day 121 is yet to come.
    assert_eq!((two.history.purchases(), two.value, two.total), (2, Some(12.0), Some(12.0)));
    assert_eq!((two.history.days_since_last(), two.history.days_known()), (10.0, 20.0));
    assert_eq!((report.left_out.later, report.typical_gap_days), (1, Some(10.0)));
    // Too few for a model, not for one that is given.
    assert_eq!((report.model, one.forecast, one.group), (None, None, None));
    let report = behaviour.model(lifetimes()).run(&table, Some(120 * DAY)).unwrap();
    let groups: Vec<_> = report.customers.iter().map(|customer| customer.group).collect();
    assert_eq!(groups, [Some(BehaviourGroup::Sceptic), Some(BehaviourGroup::Regular)]);
    let names: Vec<_> = report.to_table().columns().iter().map(|c| c.name.clone()).collect();
    assert_eq!((names[0].as_str(), names.last().unwrap().as_str()), ("who", "group"));

    // Without a now, the day of the last event.
    let last = Behaviour::new("who", "day").run(&table, None).unwrap();
    assert_eq!((last.left_out.later, last.customers[1].history.days_since_last()), (0, 0.0));

    // The table of histories gives the same forecasts.
    let histories = Responses::new()
        .with("purchases", Column::optional_numbers(&[Some(1.0), None, Some(2.0)]))
        .and_then(|t| t.with("days_since_last", Column::numbers(vec![16.0, 1.0, 10.0])))
        .and_then(|t| t.with("days_known", Column::numbers(vec![16.0, 1.0, 20.0])))
        .unwrap();
    let again = Repurchase::default().model(lifetimes()).run(&histories).unwrap();
    let forecasts: Vec<_> = report.customers.iter().map(|customer| customer.forecast).collect();
    assert_eq!(again.forecasts, [forecasts[0], None, forecasts[1]]);
    let error = Repurchase::new("days_known", "days_since_last", "days_known").run(&histories);
    assert_eq!(error.unwrap_err().row(), Some(0));
}

#[test]
fn settings_out_of_range_are_refused() {
    let table = events(vec![1], &[0], vec![1.0]);
    for (json, path) in [
        (r#"{"customer": "who", "at": "day", "fanatic_share": 1.5}"#, "fanatic_share"),
        (r#"{"customer": "who", "at": "day", "sceptic_below": -0.5}"#, "sceptic_below"),
        // Also where there are too few customers for a model.
        (r#"{"customer": "who", "at": "day", "horizon_days": -1}"#, "horizon_days"),
    ] {
        let error = Behaviour::from_json(json).unwrap().run(&table, None).unwrap_err();
        assert_eq!((error.code().as_str(), error.path()), ("invalid-argument", path));
    }
    let model =
        r#"{"customer": "who", "at": "day", "model": {"r": 1, "alpha": 0, "a": 1, "b": 1}}"#;
    assert_eq!(Behaviour::from_json(model).unwrap_err().path(), "model.alpha");
    let error = Behaviour::new("who", "value").run(&table, None).unwrap_err();
    assert_eq!((error.code().as_str(), error.path()), ("column-type", "value"));
}
