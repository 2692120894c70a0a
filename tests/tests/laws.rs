//! What holds for any responses.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use heedful::{Clock, Key, Score, Tally, Uncertainty};
use heedful::{
    Column, Every, Invalid, Metric, Responses, Scorer, Scores, Scoring, TimeUnit, Times,
};
use proptest::prelude::*;

type Row = (Option<i8>, Option<u8>, Option<bool>, i64, u8);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        prop::option::weighted(0.9, prop_oneof![9 => 0..=10i8, 1 => -2..14i8]),
        prop::option::weighted(0.9, 0..4u8),
        prop::option::of(any::<bool>()),
        0..200_000_000_i64,
        0..5u8,
    );
    prop::collection::vec(row, 1..80)
}

fn table(rows: &[Row]) -> Responses {
    let ratings: Vec<Option<f64>> = rows.iter().map(|r| r.0.map(f64::from)).collect();
    let keys: Vec<Option<String>> = rows.iter().map(|r| r.2.map(|b| b.to_string())).collect();
    Responses::new()
        .with("score", Column::optional_numbers(&ratings))
        .unwrap()
        .with("region", Column::categories(rows.iter().map(|r| r.1.map(|v| format!("r{v}")))))
        .unwrap()
        .with("flag", Column::texts(keys))
        .unwrap()
        .with(
            "at",
            Column::Time(Times {
                values: rows.iter().map(|r| r.3).collect(),
                validity: None,
                unit: TimeUnit::Second,
                clock: Clock::Instant,
            }),
        )
        .unwrap()
        // Powers of two, so that sums are exact in any order.
        .with(
            "weight",
            Column::numbers(rows.iter().map(|r| f64::from(1 << r.4)).collect::<Vec<_>>()),
        )
        .unwrap()
        .rating("score")
        .at("at")
}

fn scoring() -> Scoring {
    Scoring::new(Metric::nps()).by(["region", "flag"]).every(Every::Quarter).invalid(Invalid::Count)
}

fn totals(scores: &Scores) -> [u64; 4] {
    scores.rows.iter().fold([0; 4], |sum, row| {
        let s = &row.score;
        [sum[0] + s.n, sum[1] + s.missing, sum[2] + s.invalid, sum[3] + s.out_of_range]
    })
}

proptest! {
    #[test]
    fn order_does_not_matter(rows in rows(), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
        }
        for weighted in [false, true] {
            let with = |rows: &[Row]| {
                let table = table(rows);
                if weighted { table.weight("weight") } else { table }
            };
            let whole = scoring().run(&with(&rows)).unwrap();
            prop_assert_eq!(&scoring().run(&with(&shuffled)).unwrap(), &whole);
            prop_assert_eq!(&scoring().threads(3).run(&with(&rows)).unwrap(), &whole);
            let mut scorer = Scorer::new(scoring());
            for start in (0..rows.len()).step_by(7) {
                scorer.observe(&with(&rows).slice(start, 7)).unwrap();
            }
            prop_assert_eq!(&scorer.finish().unwrap(), &whole);
        }
    }

    #[test]
    fn groups_add_up_to_the_whole(rows in rows()) {
        let whole = Scoring::new(Metric::nps()).invalid(Invalid::Count).run(&table(&rows)).unwrap();
        let groups = scoring().run(&table(&rows)).unwrap();
        prop_assert_eq!(totals(&groups), totals(&whole));
        prop_assert_eq!(totals(&whole).iter().sum::<u64>(), rows.len() as u64);
        // The mean of the groups' scores, weighted by n, is the score.
        let sum: f64 = groups.rows.iter().filter_map(|r| Some(r.score.value? * r.score.n as f64)).sum();
        if let Some(value) = whole.rows[0].score.value {
            prop_assert!((sum / whole.rows[0].score.n as f64 - value).abs() < 1e-10);
        }
    }

    #[test]
    fn unit_weights_change_only_the_divisor(counts in prop::collection::vec(0..30u64, 11)) {
        let metric = Metric::nps();
        let plain = Tally::from_counts(metric.scale().clone(), counts.clone()).unwrap();
        let mut weighted = Tally::new(metric.scale().clone());
        for (rating, count) in (0..).zip(&counts) {
            for _ in 0..*count {
                weighted.observe_weighted(f64::from(rating), 1.0).unwrap();
            }
        }
        let score = |tally| Score::from_tally(tally, &metric, Uncertainty::default()).unwrap();
        let (a, b) = (score(&plain), score(&weighted));
        prop_assert_eq!(a.value, b.value);
        prop_assert_eq!(&a.shares.iter().map(|s| s.share).collect::<Vec<_>>(), &b.shares.iter().map(|s| s.share).collect::<Vec<_>>());
        if let (Some(x), Some(y), true) = (a.standard_error, b.standard_error, a.n > 1) {
            let n = a.n as f64;
            prop_assert!((y - x * (n / (n - 1.0)).sqrt()).abs() < 1e-12 * y.max(1.0));
        }
    }

    #[test]
    fn an_interval_holds_its_score(counts in prop::collection::vec(0..40u64, 11), confidence in 0.5..0.999f64) {
        let uncertainty = Uncertainty {
            confidence: heedful::stats::Confidence::new(confidence).unwrap(),
            interval: None,
        };
        for name in ["nps", "acsi"] {
            let metric = Metric::preset(name).unwrap();
            let counts = counts[..metric.scale().points().len()].to_vec();
            let tally = Tally::from_counts(metric.scale().clone(), counts).unwrap();
            let score = Score::from_tally(&tally, &metric, uncertainty).unwrap();
            if let (Some(value), Some(interval)) = (score.value, score.interval) {
                prop_assert!(interval.lower <= value + 1e-9 && value <= interval.upper + 1e-9);
                if name == "nps" {
                    prop_assert!(interval.lower >= -100.0 && interval.upper <= 100.0);
                }
            }
        }
    }
}

#[test]
fn a_missing_attribute_is_a_group() {
    let scores = Scoring::new(Metric::nps())
        .by(["region"])
        .run(&table(&[(Some(9), None, None, 0, 0), (Some(0), Some(1), None, 0, 0)]))
        .unwrap();
    let keys: Vec<&Key> = scores.rows.iter().map(|r| &r.keys[0]).collect();
    assert_eq!(keys, [&Key::text("r1"), &Key::Missing]);
}
