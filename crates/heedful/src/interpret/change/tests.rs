use proptest::prelude::*;

use super::*;
use crate::listen::column::Column;

type Row = (u8, u8, u8, u8, Vec<&'static str>);

fn table(rows: &[Row]) -> (Responses, Mentions) {
    let text = |prefix: &str, v: u8| Some(format!("{prefix}{v}"));
    let responses = Responses::new()
        .with("score", Column::numbers(rows.iter().map(|r| r.0).collect::<Vec<_>>()))
        .unwrap()
        .with("region", Column::categories(rows.iter().map(|r| text("r", r.1))))
        .unwrap()
        .with("store", Column::categories(rows.iter().map(|r| text("s", r.2))))
        .unwrap()
        .with("who", Column::categories(rows.iter().map(|r| text("c", r.3))))
        .unwrap()
        .rating("score")
        .customer("who");
    (responses, Mentions::from_lists(rows.iter().map(|r| r.4.clone())).unwrap())
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let reasons = prop_oneof![
        Just(vec![]),
        Just(vec!["price"]),
        Just(vec!["staff"]),
        Just(vec!["price", "staff"]),
    ];
    prop::collection::vec((0..11_u8, 0..4_u8, 0..3_u8, 0..40_u8, reasons), 1..50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn every_way_adds_up(before in rows(), after in rows()) {
        let (first, second) = (table(&before), table(&after));
        let change = Change::new(Metric::nps())
            .by(["region", "store"])
            .reference(10.0)
            .minimum_n(5)
            .replicates(0);
        let report = change.run_with((&first.0, &first.1), (&second.0, &second.1)).unwrap();
        let difference = report.comparison.difference.unwrap();
        let close = |sum: f64| (sum - difference).abs() < 1e-9;
        let top = report.segments.iter().filter(|s| s.keys.len() == 1);
        prop_assert!(close(top.map(|s| s.mix.value + s.rate.value).sum()));
        // The same without any double counting: all mix, and the rate of the finest.
        let all = report.segments.iter();
        let once = all.map(|s| s.mix.value + if s.finest { s.rate.value } else { 0.0 }).sum();
        prop_assert!(close(once));
        for segment in &report.segments {
            let held = report.segments.iter().filter(|s| {
                s.keys.len() == segment.keys.len() + 1 && s.keys.starts_with(&segment.keys)
            });
            if !segment.finest {
                let sum: f64 = held.map(|s| s.mix.value + s.rate.value).sum();
                prop_assert!((sum - segment.rate.value).abs() < 1e-9);
            }
            if segment.status != SegmentStatus::Continuing {
                prop_assert_eq!(segment.rate.value, 0.0);
            }
        }
        let reasons = report.reasons.unwrap();
        if !reasons.declared {
            let sum: f64 = reasons.rows.iter().map(|r| r.effect.value).sum();
            prop_assert!(close(sum + reasons.reference.value));
        }
        if let Some(cohorts) = report.cohorts {
            let sum = cohorts.staying.value + cohorts.joining.value + cohorts.leaving.value;
            prop_assert!(close(sum + cohorts.unidentified));
        }
    }
}

/// Kitagawa's two sums written out for one level.
#[test]
fn mix_and_rate_by_hand() {
    let mut before = Vec::new();
    let mut after = Vec::new();
    let add = |list: &mut Vec<Row>, region, n, promoters| {
        list.extend((0..n).map(|i| (if i < promoters { 10 } else { 5 }, region, 0, 0, vec![])));
    };
    add(&mut before, 0, 60, 45); // 50 points
    add(&mut before, 1, 40, 10); // -50
    add(&mut after, 0, 30, 24); // 60
    add(&mut after, 1, 50, 15); // -40
    add(&mut after, 2, 20, 20); // 100, new
    let (first, second) = (table(&before), table(&after));
    let report =
        Change::new(Metric::nps()).by(["region"]).minimum_n(1).run(&first.0, &second.0).unwrap();
    // 10 before, 18 after: the middle is 14.
    let expected = [
        (-0.3 * (55.0 - 14.0), 0.45 * 10.0),
        (0.1 * (-45.0 - 14.0), 0.45 * 10.0),
        (0.2 * (100.0 - 14.0), 0.0),
    ];
    for (row, (mix, rate)) in report.segments.iter().zip(expected) {
        assert!((row.mix.value - mix).abs() < 1e-9, "{row:?}");
        assert!((row.rate.value - rate).abs() < 1e-9, "{row:?}");
    }
    assert_eq!(report.segments[2].status, SegmentStatus::New);
    assert_eq!(report.to_table().len(), 3);
    let sentences = report.sentences();
    assert!(sentences[0].starts_with("NPS rose by 8.0 points, from 10.0 to 18.0 (95 % interval -"));
    assert!(sentences[0].ends_with("), which can be chance."));
    let fall = Change::new(Metric::nps()).by(["region"]).run(&second.0, &first.0).unwrap();
    assert!(fall.sentences()[0].starts_with("NPS fell by 8.0 points, from 18.0 to 10.0"));
    assert!(sentences.iter().any(|s| s.contains("region r2 added 17.2 points by its weight")));
}

#[test]
fn errors_of_effects_are_those_of_resampled_rows() {
    let mut random = Random::new(12);
    let mut draw = |n: usize, shift: f64| -> Vec<Row> {
        (0..n)
            .map(|_| {
                let region = (random.uniform() * 3.0) as u8;
                let mean = 7.0 + f64::from(region) + shift;
                let score = (mean + 2.5 * random.normal()).clamp(0.0, 10.0) as u8;
                (score, region, (random.uniform() * 2.0) as u8, 0, vec![])
            })
            .collect()
    };
    let (before, after) = (draw(300, 0.0), draw(250, 0.5));
    let change = Change::new(Metric::nps()).by(["region", "store"]);
    let run = |a: &[Row], b: &[Row], replicates| {
        change.clone().replicates(replicates).run(&table(a).0, &table(b).0).unwrap().segments
    };
    let found = run(&before, &after, 1000);
    let mut moments = vec![[super::mix_rate::Moments::default(); 2]; found.len()];
    for _ in 0..300 {
        let mut pick = |rows: &[Row]| -> Vec<Row> {
            let n = rows.len();
            (0..n).map(|_| rows[(random.uniform() * n as f64) as usize].clone()).collect()
        };
        let (a, b) = (pick(&before), pick(&after));
        for (moments, row) in moments.iter_mut().zip(run(&a, &b, 0)) {
            moments[0].add(row.mix.value);
            moments[1].add(row.rate.value);
        }
    }
    for (moments, row) in moments.iter().zip(&found) {
        for (moment, effect) in moments.iter().zip([&row.mix, &row.rate]) {
            let ratio = moment.deviation() / effect.standard_error.unwrap();
            assert!((ratio - 1.0).abs() < 0.2, "{ratio} {row:?}");
        }
    }
}

#[test]
fn it_warns_where_the_unhappy_left() {
    // 100 unhappy and 100 happy customers; the unhappy no longer answer.
    let row = |score, who| (score, 0, 0, who, vec![]);
    let before: Vec<Row> = (0..200).map(|i| row(if i < 100 { 2 } else { 9 }, i)).collect();
    let after: Vec<Row> = (90..200).map(|i| row(if i < 100 { 2 } else { 9 }, i)).collect();
    let (first, second) = (table(&before), table(&after));
    let report = Change::new(Metric::nps()).run(&first.0, &second.0).unwrap();
    let cohorts = report.cohorts.as_ref().unwrap();
    assert_eq!((cohorts.stayers, cohorts.joiners, cohorts.leavers), (110, 0, 90));
    assert_eq!((cohorts.staying.value, cohorts.joining.value), (0.0, 0.0));
    assert_eq!(report.warnings, [ChangeWarning::UnhappyLeft]);
    let sentences = report.sentences();
    assert!(sentences.iter().any(|s| s.starts_with("Customers who no longer answer added 81.8")));
    assert!(sentences.last().unwrap().starts_with("Careful"));
    // The other way round: they came back, which is no leaving.
    let back = Change::new(Metric::nps()).run(&second.0, &first.0).unwrap();
    assert!(back.warnings.is_empty() && back.cohorts.unwrap().joining.value < -80.0);
}

#[test]
fn options_are_checked() {
    let (first, _) = table(&[(9, 0, 0, 0, vec![]), (3, 0, 0, 1, vec![])]);
    let error = Change::new(Metric::nps()).replicates(1).run(&first, &first).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "replicates"));
    let error = Change::new(Metric::nps()).by(["nope"]).run(&first, &first).unwrap_err();
    assert_eq!(error.code(), ErrorCode::MissingColumn);
    let none =
        Responses::new().with("score", Column::optional_numbers(&[None])).unwrap().rating("score");
    let report = Change::new(Metric::nps()).run(&none, &none).unwrap();
    assert_eq!(report.sentences()[0], "There are no ratings to compare.");
}

/// Cohorts of 60 customers in which nearly all are happy: intervals hold the truth about as often as they say.
#[test]
fn intervals_of_cohorts_hold_for_few_and_happy_customers() {
    let shares = [[0.03, 0.07, 0.9], [0.03, 0.05, 0.92], [0.1, 0.1, 0.8], [0.02, 0.08, 0.9]];
    let [stay_0, stay_1, left, joined] = shares.map(|[bad, _, good]| 100.0 * (good - bad));
    let truth = [stay_1 - stay_0, 0.4 * (joined - stay_1), 0.4 * (stay_0 - left)];
    let mut random = Random::new(77);
    let (mut held, mut repeats) = ([0_u32; 3], 0);
    for seed in 0..150 {
        let mut draw = |[bad, middle, _]: [f64; 3]| match random.uniform() {
            u if u < bad => 3_u8,
            u if u < bad + middle => 8,
            _ => 10,
        };
        let mut rows: [Vec<(u8, String)>; 2] = Default::default();
        for i in 0..60 {
            if i % 5 < 3 {
                rows[0].push((draw(shares[0]), format!("s{i}")));
                rows[1].push((draw(shares[1]), format!("s{i}")));
            } else {
                rows[0].push((draw(shares[2]), format!("l{i}")));
                rows[1].push((draw(shares[3]), format!("j{i}")));
            }
        }
        let [before, after] = rows.map(|rows| {
            Responses::new()
                .with("score", Column::numbers(rows.iter().map(|r| r.0).collect::<Vec<_>>()))
                .unwrap()
                .with("who", Column::categories(rows.into_iter().map(|r| Some(r.1))))
                .unwrap()
                .rating("score")
                .customer("who")
        });
        let change = Change::new(Metric::nps()).replicates(100).seed(seed);
        let cohorts = change.run(&before, &after).unwrap().cohorts.unwrap();
        repeats += 1;
        let effects = [cohorts.staying, cohorts.joining, cohorts.leaving];
        for ((held, effect), truth) in held.iter_mut().zip(effects).zip(truth) {
            *held += u32::from(effect.interval.unwrap().contains(truth));
        }
    }
    // 92 % is three standard errors below 95 % or so; intervals of estimate ± z errors hold 89 % of the last.
    assert!(held.iter().all(|held| *held >= repeats * 92 / 100), "{held:?} of {repeats}");
}
