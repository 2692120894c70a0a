use super::*;
use crate::listen::column::Column;
use crate::stats::Random;

/// Ratings that fall by `drop` where `hit` says so, and attributes of these sizes.
fn table(
    rows: usize,
    sizes: &[usize],
    seed: u64,
    drop: f64,
    hit: impl Fn(&[usize]) -> bool,
) -> Responses {
    let mut random = Random::new(seed);
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); sizes.len()];
    let mut scores = Vec::new();
    for _ in 0..rows {
        let drawn: Vec<usize> =
            sizes.iter().map(|size| (random.uniform() * *size as f64) as usize).collect();
        for (column, value) in columns.iter_mut().zip(&drawn) {
            column.push(format!("v{value}"));
        }
        let mean = 9.0 - if hit(&drawn) { drop } else { 0.0 };
        scores.push((mean + 1.8 * random.normal()).round().clamp(0.0, 10.0));
    }
    let mut table = Responses::new().with("score", Column::numbers(scores)).unwrap();
    for (i, column) in columns.iter().enumerate() {
        table = table
            .with(format!("a{i}"), Column::categories(column.iter().map(|v| Some(v.as_str()))))
            .unwrap();
    }
    table.rating("score")
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("a{i}")).collect()
}

fn found(report: &ScanReport) -> Vec<String> {
    let table = report.to_table();
    let Data::Text(segments) = &table.columns()[0].data else { panic!("texts") };
    segments.iter().flatten().cloned().collect()
}

#[test]
fn pure_noise_gives_hardly_any_finding() {
    // 60 tables of about 30 single and 330 pair segments each, ratings skewed towards the top.
    let mut false_ones = 0;
    let mut change_ones = 0;
    for seed in 0..60 {
        let noise = |seed| table(1500, &[3, 4, 5, 8, 10], seed, 0.0, |_| false);
        let scan = Scan::new(Metric::nps(), names(5)).minimum_n(20).conditions(3);
        let (first, second) = (noise(seed), noise(1000 + seed));
        let report = scan.run(&first).unwrap();
        assert!(report.looked_at > 150, "{}", report.looked_at);
        false_ones += u32::from(!report.findings.is_empty());
        change_ones += u32::from(!scan.run_change(&first, &second).unwrap().findings.is_empty());
    }
    // Below 10 % in truth: 6 of 60 expected at most.
    assert!(false_ones <= 6 && change_ones <= 6, "{false_ones} {change_ones}");
}

#[test]
fn planted_segments_are_found_alone() {
    let sizes = [3, 4, 5, 6];
    let scan = Scan::new(Metric::nps(), names(4)).conditions(3).minimum_n(30);
    let single = table(6000, &sizes, 1, 1.0, |v| v[2] == 3);
    assert_eq!(found(&scan.run(&single).unwrap()), ["a2 is v3"]);
    let pair = table(6000, &sizes, 2, 2.0, |v| v[0] == 1 && v[3] == 4);
    assert_eq!(found(&scan.run(&pair).unwrap()), ["a0 is v1 and a3 is v4"]);
    let triple = table(20_000, &sizes, 3, 3.0, |v| v[0] == 1 && v[1] == 2 && v[3] == 4);
    let report = scan.run(&triple).unwrap();
    assert!(
        found(&report).contains(&"a0 is v1 and a1 is v2 and a3 is v4".to_owned()),
        "{:?}",
        found(&report)
    );
    let before = table(6000, &sizes, 5, 0.0, |_| false);
    let report = scan.run_change(&before, &pair).unwrap();
    assert_eq!(found(&report), ["a0 is v1 and a3 is v4"]);
    assert!(report.findings[0].difference < -20.0 && report.findings[0].n_before.unwrap() > 100);
    assert!(
        report.sentences()[0].starts_with("Where a0 is v1 and a3 is v4, the score changed by -")
    );
}

#[test]
fn two_planted_segments_are_both_found_with_few_others() {
    // One table may show a false segment by chance: twenty of them may show one in ten findings.
    let planted = ["a0 is v1", "a1 is v2 and a2 is v0"];
    let scan = Scan::new(Metric::nps(), names(4)).conditions(3).minimum_n(30);
    let mut others = 0;
    for seed in 0..20 {
        let both = table(8000, &[3, 4, 5, 6], seed, 1.5, |v| v[0] == 1 || (v[1] == 2 && v[2] == 0));
        let segments = found(&scan.run(&both).unwrap());
        for segment in planted {
            assert!(segments.iter().any(|found| found == segment), "{seed}: {segments:?}");
        }
        others += segments.len() - planted.len();
    }
    assert!(others * 10 <= others + 40, "{others} others beside 40");
}

/// The slow twin filters rows for each pair.
#[test]
fn counts_equal_those_of_filtered_rows() {
    let table = table(800, &[2, 3, 3], 7, 1.0, |v| v[0] == 0);
    let scan = Scan::new(Metric::nps(), names(3)).minimum_n(5).level(0.999_999);
    let frames = [Frame::of(&scan.scoring, &table).unwrap()];
    let (attributes, periods) = rows(&scan.attributes, &[&table], &frames).unwrap();
    let metric = Metric::nps();
    let all = table.score(&metric).unwrap();
    let totals = [(periods[0].masses.clone(), periods[0].total)];
    let whole = Whole::new(metric.values(), &totals).unwrap();
    let candidates = scan.counted(&attributes, &periods, &whole, &mut Vec::new());
    assert_eq!(candidates.len(), 2 + 3 + 3 + 6 + 6 + 9);
    for candidate in candidates {
        let keep: Vec<bool> = (0..table.len())
            .map(|row| {
                candidate.conditions.iter().all(|(a, v)| {
                    let column = table.column(&attributes[*a].name).unwrap();
                    column.key(row) == attributes[*a].values[usize::from(*v)]
                })
            })
            .collect();
        let own = table.filter(&keep).unwrap().score(&metric).unwrap();
        // Drawing n of N at random without replacement: z by the textbook.
        let (n, size) = (own.n as f64, all.n as f64);
        let variance = all.standard_error.unwrap().powi(2) * size * size / (size - 1.0);
        let error = (variance / n * (1.0 - n / size)).sqrt();
        let z = (own.value.unwrap() - all.value.unwrap()) / error;
        assert!((z - candidate.z).abs() < 1e-9, "{z} {candidate:?}");
    }
}

#[test]
fn options_are_checked() {
    let table = table(100, &[2], 1, 0.0, |_| false);
    let scan = || Scan::new(Metric::nps(), names(1));
    let path = |scan: Scan| scan.run(&table).unwrap_err().path().to_owned();
    assert_eq!(path(scan().conditions(4)), "conditions");
    assert_eq!(path(scan().minimum_n(1)), "minimum_n");
    assert_eq!(path(scan().level(0.0)), "level");
    assert_eq!(path(Scan::new(Metric::nps(), ["a0", "a0"])), "a0");
    assert_eq!(path(Scan::new(Metric::nps(), Vec::<String>::new())), "attributes");
    let same = Responses::new()
        .with("score", Column::numbers(vec![9_u8; 200]))
        .unwrap()
        .with("a0", Column::categories((0..200).map(|i| Some(if i % 2 == 0 { "x" } else { "y" }))))
        .unwrap()
        .rating("score");
    let report = scan().run(&same).unwrap();
    assert_eq!((report.value, report.looked_at), (Some(100.0), 0));
}

/// Where all rated alike before, all of a change is of the later period, and is tested as that period is.
#[test]
fn a_change_from_ratings_that_were_all_alike_is_found() {
    let table = |porto: u8| {
        let stores = (0..400).map(|i| Some(["Oslo", "Porto", "Riga", "Sofia"][i % 4]));
        Responses::new()
            .with(
                "score",
                Column::numbers(
                    (0..400).map(|i| if i % 4 == 1 { porto } else { 9 }).collect::<Vec<_>>(),
                ),
            )
            .and_then(|table| table.with("store", Column::categories(stores)))
            .unwrap()
            .rating("score")
    };
    let scan = Scan::new(Metric::nps(), ["store"]);
    let (before, after) = (table(9), table(0));
    for (first, second, difference) in [(&before, &after, -200.0), (&after, &before, 200.0)] {
        let report = scan.run_change(first, second).unwrap();
        assert_eq!(found(&report), ["store is Porto"]);
        assert_eq!(report.findings[0].difference, difference);
    }
    let (change, alone) = (scan.run_change(&before, &after).unwrap(), scan.run(&after).unwrap());
    assert!((change.findings[0].p_value / alone.findings[0].p_value - 1.0).abs() < 1e-6);
    assert_eq!(scan.run_change(&before, &before).unwrap().looked_at, 0);
}
