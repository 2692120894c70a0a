use proptest::prelude::*;

use super::*;
use crate::base::key::Key;
use crate::base::scale::Invalid;
use crate::base::time::Clock;
use crate::base::time::{Every, TimeUnit};
use crate::interpret::design::Design;
use crate::interpret::scorer::Scorer;
use crate::interpret::scoring::Scoring;
use crate::interpret::segment::GroupScore;
use crate::interpret::weight::testing;
use crate::listen::column::{Column, Times};
use crate::stats::testing::reference;
use crate::stats::{Confidence, IntervalMethod};

/// Rating (11 is off the scale), account, group, weight, value of the account, month.
type Row = (Option<u8>, Option<u8>, u8, f64, f64, i64);

fn table(rows: &[Row], weighted: bool) -> Responses {
    let ratings: Vec<Option<f64>> = rows.iter().map(|r| r.0.map(f64::from)).collect();
    let name = |v: u8| format!("x{v}");
    let times = Times {
        values: rows.iter().map(|r| r.5 * 31 * 86_400).collect(),
        validity: None,
        unit: TimeUnit::Second,
        clock: Clock::Wall,
    };
    let table = Responses::new()
        .with("score", Column::optional_numbers(&ratings))
        .unwrap()
        .with("account", Column::texts(rows.iter().map(|r| r.1.map(name))))
        .unwrap()
        .with("group", Column::categories(rows.iter().map(|r| Some(name(r.2)))))
        .unwrap()
        .with("w", Column::numbers(rows.iter().map(|r| r.3).collect::<Vec<_>>()))
        .unwrap()
        .with("revenue", Column::numbers(rows.iter().map(|r| r.4).collect::<Vec<_>>()))
        .unwrap()
        .with("when", Column::Time(times))
        .unwrap()
        .rating("score")
        .account("account")
        .at("when");
    if weighted { table.weight("w") } else { table }
}

fn scoring(clusters: &Clusters) -> Scoring {
    Scoring::new(Metric::nps()).clusters(clusters.clone()).invalid(Invalid::Count)
}

fn value_of(rating: u8) -> f64 {
    match rating {
        9 | 10 => 100.0,
        7 | 8 => 0.0,
        _ => -100.0,
    }
}

/// The slow twin, by the textbook: accounts as a list of lists. Score, standard error, accounts.
fn slow(rows: &[Row], clusters: &Clusters, weighted: bool) -> Option<(f64, Option<f64>, usize)> {
    let mut accounts: Vec<(Option<u8>, Vec<Row>)> = Vec::new();
    for row in rows.iter().filter(|r| r.0.is_some_and(|r| r <= 10)) {
        match accounts.iter_mut().find(|(a, _)| a.is_some() && *a == row.1) {
            Some((_, list)) => list.push(*row),
            None => accounts.push((row.1, vec![*row])),
        }
    }
    let weight = |r: &Row| if weighted { r.3 } else { 1.0 };
    let m = accounts.len() as f64;
    // Each account: how much it counts and its own score.
    let votes: Vec<(f64, f64)> = accounts
        .iter()
        .map(|(_, list)| {
            let all: f64 = list.iter().map(weight).sum();
            let sum: f64 = list.iter().map(|r| weight(r) * value_of(r.0.unwrap())).sum();
            let counts = match clusters {
                Clusters::Votes => 1.0,
                Clusters::Value(_) => list.iter().map(|r| r.4).sum::<f64>() / list.len() as f64,
                _ => all,
            };
            (counts, sum / all)
        })
        .collect();
    let all: f64 = votes.iter().map(|v| v.0).sum();
    let score = votes.iter().map(|v| v.0 * v.1).sum::<f64>() / all;
    let squares: f64 = votes.iter().map(|v| (v.0 * (v.1 - score)).powi(2)).sum();
    let error = (m > 1.0).then(|| (m / (m - 1.0) * squares).sqrt() / all);
    (all > 0.0).then_some((score, error, accounts.len()))
}

fn row() -> impl Strategy<Value = Row> {
    (
        prop::option::weighted(0.9, 0..=11_u8),
        prop::option::weighted(0.8, 0..6_u8),
        0..3_u8,
        0.25..4.0,
        0.5..9.0,
        0..4_i64,
    )
}

fn modes() -> [Clusters; 3] {
    [Clusters::Robust, Clusters::Votes, Clusters::Value("revenue".to_owned())]
}

fn alike(score: &Score, slow: Option<(f64, Option<f64>, usize)>) -> Result<(), TestCaseError> {
    let Some((value, error, accounts)) = slow else {
        prop_assert_eq!(score.value, None);
        return Ok(());
    };
    prop_assert!((score.value.unwrap() - value).abs() < 1e-9, "{score:?} {value}");
    prop_assert_eq!(score.accounts, Some(accounts as u64));
    prop_assert_eq!(score.standard_error.is_some(), error.is_some());
    if let Some(error) = error {
        prop_assert!((score.standard_error.unwrap() - error).abs() < 1e-6, "{score:?} {error}");
    }
    Ok(())
}

fn keep(rows: &[Row], test: impl Fn(&Row) -> bool) -> Vec<Row> {
    rows.iter().copied().filter(test).collect()
}

proptest! {
    #[test]
    fn scores_like_the_slow_twin(rows in prop::collection::vec(row(), 0..50), weighted: bool) {
        for clusters in modes() {
            let whole = scoring(&clusters).run(&table(&rows, weighted)).unwrap();
            alike(&whole.rows[0].score, slow(&rows, &clusters, weighted))?;
            let groups = scoring(&clusters).by(["group"]).run(&table(&rows, weighted)).unwrap();
            let mut n = 0;
            for GroupScore { keys, score, .. } in &groups.rows {
                let own = keep(&rows, |r| Key::text(&format!("x{}", r.2)) == keys[0]);
                alike(score, slow(&own, &clusters, weighted))?;
                n += score.n;
            }
            prop_assert_eq!(n, whole.rows[0].score.n);
        }
    }

    #[test]
    fn windows_take_an_account_once(rows in prop::collection::vec(row(), 1..50)) {
        for clusters in modes() {
            let scoring = scoring(&clusters).every(Every::Month).rolling(2);
            for found in scoring.run(&table(&rows, true)).unwrap().rows {
                let Key::Date(day) = found.keys[0] else { panic!("{found:?}") };
                let index = |r: &Row| Every::Month.index_of_day(i32::try_from(r.5 * 31).unwrap());
                let last = Every::Month.index_of_day(day);
                let own = keep(&rows, |r| (last - 1..=last).contains(&index(r)));
                alike(&found.score, slow(&own, &clusters, true))?;
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        rows in prop::collection::vec(row(), 1..50), turn in 0..50usize,
    ) {
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        for clusters in modes() {
            let scoring = scoring(&clusters).by(["group"]);
            let a = scoring.run(&table(&rows, true)).unwrap();
            let b = scoring.run(&table(&turned, true)).unwrap();
            for (a, b) in a.rows.iter().zip(&b.rows) {
                prop_assert_eq!((&a.keys, a.score.n, a.score.accounts), (&b.keys, b.score.n, b.score.accounts));
                let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-5,
                    (a, b) => a == b,
                };
                prop_assert!(near(a.score.value, b.score.value));
                prop_assert!(near(a.score.standard_error, b.score.standard_error));
            }
        }
    }

    #[test]
    fn accounts_of_one_are_responses(rows in prop::collection::vec(row(), 2..50)) {
        let alone: Vec<Row> = rows.iter().map(|r| (r.0, None, r.2, r.3, r.4, r.5)).collect();
        let plain = Scoring::new(Metric::nps()).invalid(Invalid::Count).run(&table(&alone, true)).unwrap();
        let plain = &plain.rows[0].score;
        let robust = scoring(&Clusters::Robust).run(&table(&alone, true)).unwrap();
        let robust = &robust.rows[0].score;
        prop_assert_eq!((plain.n, plain.missing, plain.out_of_range), (robust.n, robust.missing, robust.out_of_range));
        prop_assert_eq!(plain.n, robust.accounts.unwrap());
        if let (Some(a), Some(b)) = (plain.standard_error, robust.standard_error) {
            prop_assert!((a - b).abs() < 1e-9 * a.max(1e-3));
        }
        // And one vote each is no weight at all.
        let votes = scoring(&Clusters::Votes).run(&table(&alone, true)).unwrap();
        let unweighted = scoring(&Clusters::Robust).run(&table(&alone, false)).unwrap();
        let (a, b) = (&votes.rows[0].score, &unweighted.rows[0].score);
        prop_assert_eq!((a.n, a.accounts), (b.n, b.accounts));
        if let (Some(a), Some(b)) = (a.standard_error, b.standard_error) {
            prop_assert!((a - b).abs() < 1e-9 * a.max(1e-3));
        }
    }
}

/// R 4.2.2, survey 4.1.1: branches nested in strata, so each stratum is a clustered sample of its own.
#[test]
fn clusters_match_r() {
    let Some(file) = reference("survey_weighted.json") else { return };
    let responses = testing::responses(&file).rating("rec").account("psu");
    let scores = scoring(&Clusters::Robust).by(["stratum"]).run(&responses).unwrap();
    let theirs = file["clustered"]["by_stratum"].as_array().unwrap();
    for (row, r) in scores.rows.iter().zip(theirs) {
        assert_eq!(row.keys, [Key::text(r["stratum"].as_str().unwrap())]);
        let (error, theirs) = (row.score.standard_error.unwrap(), r["se_nps"].as_f64().unwrap());
        assert!((error - theirs).abs() < 1e-9 * theirs, "{error} is not R's {theirs}");
        assert_eq!(row.score.accounts, Some(12));
    }
}

fn accounts(list: &[(u8, u8)]) -> Responses {
    let rows: Vec<Row> =
        list.iter().map(|(rating, a)| (Some(*rating), Some(*a), 0, 1.0, 1.0, 0)).collect();
    table(&rows, false)
}

#[test]
fn few_accounts_are_not_taken_for_many_responses() {
    let agreeing: Vec<(u8, u8)> = (0..100).map(|i| (10, i % 2)).collect();
    let score = scoring(&Clusters::Robust).run(&accounts(&agreeing)).unwrap().rows.remove(0).score;
    assert_eq!((score.n, score.accounts, score.standard_error), (100, Some(2), Some(0.0)));
    let interval = score.interval.unwrap();
    assert!(interval.lower < 30.0 && interval.upper <= 100.0, "{interval:?}");
    let one: Vec<(u8, u8)> = (0..11).map(|i| (i, 0)).collect();
    let score = scoring(&Clusters::Votes).run(&accounts(&one)).unwrap().rows.remove(0).score;
    assert_eq!((score.standard_error, score.design_effect, score.accounts), (None, None, Some(1)));
    // A t interval is score ± t(m - 1) standard errors.
    let mixed: Vec<(u8, u8)> = (0..40_u8).map(|i| (10 - i % 11 * (i % 11) % 11, i / 10)).collect();
    let uncertainty =
        Uncertainty { confidence: Confidence::default(), interval: Some(IntervalMethod::T) };
    let scores =
        scoring(&Clusters::Robust).uncertainty(uncertainty).run(&accounts(&mixed)).unwrap();
    let score = &scores.rows[0].score;
    let half = score.interval.unwrap().width() / 2.0;
    // qt(.975, 3) in R 4.2.2.
    let quantile = half / score.standard_error.unwrap();
    assert!((quantile - 3.182_446_305_284_26).abs() < 1e-9, "{quantile}");
}

#[test]
fn the_table_shows_accounts_and_hides_them_with_the_rest() {
    let responses = accounts(&[(10, 0), (9, 0), (3, 1)]);
    let scores = scoring(&Clusters::Votes).run(&responses).unwrap();
    let text = serde_json::to_string(&scores.to_table()).unwrap();
    assert!(text.contains(r#""accounts":2,"suppressed":false"#), "{text}");
    let hidden = scoring(&Clusters::Votes).minimum_n(10).run(&responses).unwrap();
    let text = serde_json::to_string(&hidden.to_table()).unwrap();
    assert!(text.contains(r#""accounts":null,"suppressed":true"#), "{text}");
    let plain = Scoring::new(Metric::nps()).run(&responses).unwrap();
    assert!(plain.to_table().columns().iter().all(|c| c.name != "accounts"));
    assert!(!serde_json::to_string(&plain).unwrap().contains("accounts"));
}

#[test]
fn options_are_checked() {
    let responses = accounts(&[(10, 0), (9, 0), (3, 1)]);
    let json = |clusters: &str| {
        Scoring::from_json(&format!(r#"{{"metrics":[{{"metric":"nps"}}],"clusters":{clusters}}}"#))
    };
    for (text, expected) in [
        (r#""robust""#, Clusters::Robust),
        (r#"{"value":"revenue"}"#, Clusters::Value("revenue".to_owned())),
    ] {
        let read = json(text).unwrap().threads(1);
        assert_eq!(read, Scoring::new(Metric::nps()).clusters(expected));
    }
    assert_eq!(json(r#""vote""#).unwrap_err().path(), "clusters");
    let refused = |scoring: Scoring, responses: &Responses| {
        let error = scoring.run(responses).unwrap_err();
        (error.code(), error.path().to_owned(), error.row())
    };
    let (missing, invalid) = (ErrorCode::MissingColumn, ErrorCode::InvalidArgument);
    let both = scoring(&Clusters::Votes).design(Design::new());
    assert_eq!(refused(both, &responses), (invalid, "clusters".to_owned(), None));
    let nameless = responses
        .clone()
        .with_roles(crate::Roles { rating: Some("score".to_owned()), ..crate::Roles::default() });
    assert_eq!(
        refused(scoring(&Clusters::Robust), &nameless),
        (missing, "account".to_owned(), None)
    );
    let unknown = scoring(&Clusters::Value("arr".to_owned()));
    assert_eq!(refused(unknown, &responses), (missing, "arr".to_owned(), None));
    let negative = responses.with("arr", Column::numbers(vec![1.0, -1.0, 2.0])).unwrap();
    let value = || scoring(&Clusters::Value("arr".to_owned()));
    assert_eq!(refused(value(), &negative), (ErrorCode::WeightInvalid, "arr".to_owned(), Some(1)));
    let bad = accounts(&[(10, 0), (11, 0)]);
    let strict = scoring(&Clusters::Votes).invalid(Invalid::Error);
    assert_eq!(refused(strict, &bad), (ErrorCode::RatingOutOfRange, "score".to_owned(), Some(1)));
    let error = Scorer::new(scoring(&Clusters::Votes)).observe(&bad).unwrap_err();
    assert_eq!((error.code(), error.path()), (invalid, "clusters"));
}
