//! How good the statements about drivers, changes and segments are, by seeded simulation.
//!
//! `cargo run --release --example driver_quality > docs/drivers.md` makes the page in the documentation.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program that prints tables of data that it makes itself"
)]

use heedful::stats::{Interval, Random};
use heedful::{Change, Column, Drivers, Mentions, Metric, Responses, Scan, WhatIf};

/// Tables per cell of the coverage tables.
const SAMPLES: u64 = 1000;

/// Shares of the reasons, and what each does to the mean of the rating.
const REASONS: [(&str, f64, f64); 4] =
    [("price", 0.25, -1.5), ("staff", 0.20, 0.8), ("speed", 0.10, -0.7), ("app", 0.15, 0.0)];

/// One response: rating, reasons, and whether it is from the north.
fn draw(random: &mut Random, later: bool) -> (u8, Vec<&'static str>, bool) {
    let north = random.uniform() < if later { 0.3 } else { 0.5 };
    let mut mean = if north { 7.5 } else { 8.0 };
    let mut reasons = Vec::new();
    for (name, share, effect) in REASONS {
        // Those who speak of the price speak of more.
        let more = if reasons.contains(&"price") { 1.5 } else { 1.0 };
        if random.uniform() < share * more {
            reasons.push(name);
            mean += effect;
        }
    }
    let score = (mean + 2.0 * random.normal()).round().clamp(0.0, 10.0);
    (score as u8, reasons, north)
}

fn table(random: &mut Random, rows: usize, later: bool) -> (Responses, Mentions) {
    let drawn: Vec<_> = (0..rows).map(|_| draw(random, later)).collect();
    let region = drawn.iter().map(|r| Some(if r.2 { "north" } else { "south" }));
    let responses = Responses::new()
        .with("score", Column::numbers(drawn.iter().map(|r| r.0).collect::<Vec<_>>()))
        .expect("a column")
        .with("region", Column::categories(region))
        .expect("a column")
        .rating("score");
    // Every table numbers the reasons alike.
    let mut offsets = vec![0];
    let mut codes = Vec::new();
    for (_, reasons, _) in &drawn {
        let code = |name: &&str| REASONS.iter().position(|r| r.0 == *name).map(|i| i as u16);
        codes.extend(reasons.iter().filter_map(code));
        offsets.push(codes.len() as u32);
    }
    let names = REASONS.map(|r| r.0.to_owned()).to_vec();
    (responses, Mentions::new(names, &offsets, &codes).expect("codes below the names"))
}

/// What is estimated, in the order of the rows of the table.
struct Estimates {
    names: Vec<String>,
    values: Vec<f64>,
    intervals: Vec<Option<Interval>>,
}

fn estimates(
    before: &(Responses, Mentions),
    after: &(Responses, Mentions),
    replicates: u32,
) -> Estimates {
    let mut found = Estimates { names: Vec::new(), values: Vec::new(), intervals: Vec::new() };
    let mut add = |name: String, value: f64, interval: Option<Interval>| {
        found.names.push(name);
        found.values.push(value);
        found.intervals.push(interval);
    };
    let report = Drivers::new(Metric::nps())
        .minimum_n(5)
        .replicates(replicates)
        .run_with(&before.0, &before.1)
        .expect("a table");
    for (reason, _, _) in REASONS {
        let driver = report.drivers.iter().find(|d| d.name == reason).expect("a reason");
        let value = driver.impact.unwrap_or_default();
        add(format!("impact of {reason}, linearised"), value, driver.interval);
        add(format!("impact of {reason}, bootstrap"), value, driver.bootstrap);
    }
    for row in &report.contributions.expect("responses without reasons").rows {
        add(format!("contribution of {}, linearised", row.name), row.contribution, row.interval);
        add(format!("contribution of {}, bootstrap", row.name), row.contribution, row.bootstrap);
    }
    let scenario = WhatIf::new(Metric::nps(), ["price"], 0.5).segments(["region"]).minimum_n(5);
    let scenario = scenario.run(&before.0, &before.1).expect("a table");
    add(
        "score if price halves".to_owned(),
        scenario.new_score.unwrap_or_default(),
        scenario.interval,
    );
    let change = Change::new(Metric::nps()).by(["region"]).replicates(replicates.max(200));
    let change = change.run_with((&before.0, &before.1), (&after.0, &after.1)).expect("two tables");
    for segment in &change.segments {
        let name = segment.keys[0].to_string();
        add(format!("mix effect of {name}"), segment.mix.value, segment.mix.interval);
        add(format!("rate effect of {name}"), segment.rate.value, segment.rate.interval);
    }
    for row in &change.reasons.expect("reasons").rows {
        add(format!("change by {}", row.reason), row.effect.value, row.effect.interval);
    }
    found
}

type Draw = fn(&mut Random, usize, bool) -> (Responses, Mentions);
type Estimate = fn(&(Responses, Mentions), &(Responses, Mentions), u32) -> Estimates;

/// How often the intervals hold the truth, which comes from tables of `huge` responses.
fn coverage(draw: Draw, estimate: Estimate, huge: usize, sizes: [usize; 3]) {
    let mut random = Random::new(20_261_122);
    let huge = (draw(&mut random, huge, false), draw(&mut random, huge, true));
    let truth = estimate(&huge.0, &huge.1, 0);
    let [a, b, c] = sizes;
    println!(
        "| what | truth, points | n = {a} | n = {b} | n = {c} |\n| --- | --- | --- | --- | --- |"
    );
    let mut held = vec![[0_u64; 3]; truth.values.len()];
    for (column, n) in sizes.into_iter().enumerate() {
        for sample in 0..SAMPLES {
            let mut random = Random::new(1 + sample + 1_000_000 * n as u64);
            let tables = (draw(&mut random, n, false), draw(&mut random, n, true));
            let found = estimate(&tables.0, &tables.1, 400);
            for ((held, interval), truth) in
                held.iter_mut().zip(&found.intervals).zip(&truth.values)
            {
                held[column] += u64::from(interval.is_some_and(|i| i.contains(*truth)));
            }
        }
    }
    for ((name, value), held) in truth.names.iter().zip(&truth.values).zip(&held) {
        let [a, b, c] = held.map(|h| 100.0 * h as f64 / SAMPLES as f64);
        println!("| {name} | {value:.2} | {a:.1} | {b:.1} | {c:.1} |");
    }
    println!();
}

fn coverages() {
    println!("## Coverage of intervals\n");
    println!(
        "Share of {SAMPLES} simulated tables (two periods of n responses each, four overlapping reasons, two regions) whose 95 % interval holds the truth, which is taken from a table of 4 million. The simulation itself is exact to about ± 1.4 points.\n"
    );
    coverage(table, estimates, 4_000_000, [300, 1000, 4000]);
    println!("## Coverage in small and skewed cells\n");
    println!(
        "The same where most recommend (62 % promoters in the one region and 47 % in the other), with n responses from each region in each period on average, one reason that a fifth give, and a scan of the one attribute.\n"
    );
    coverage(skewed, skewed_estimates, 2_000_000, [50, 200, 1000]);
}

/// Two regions of a brand that most recommend, with so many responses from each in each period.
fn skewed(random: &mut Random, per_cell: usize, later: bool) -> (Responses, Mentions) {
    let mut scores = Vec::new();
    let mut lists = Vec::new();
    for _ in 0..2 * per_cell {
        let north = random.uniform() < if later { 0.6 } else { 0.4 };
        let price = random.uniform() < 0.2;
        let mean = 9.2 - 0.6 * f64::from(u8::from(north)) - 1.2 * f64::from(u8::from(price));
        let mean = mean + 0.5 * f64::from(u8::from(later && !north));
        scores.push((north, (mean + 1.5 * random.normal()).round().clamp(0.0, 10.0) as u8));
        lists.push(if price { vec!["price"] } else { vec![] });
    }
    let region = scores.iter().map(|s| Some(if s.0 { "north" } else { "south" }));
    let responses = Responses::new()
        .with("region", Column::categories(region))
        .expect("a column")
        .with("score", Column::numbers(scores.iter().map(|s| s.1).collect::<Vec<_>>()))
        .expect("a column")
        .rating("score");
    (responses, Mentions::from_lists(lists).expect("one name"))
}

/// As [`estimates`], for skewed cells, and of a scan with one attribute.
fn skewed_estimates(
    before: &(Responses, Mentions),
    after: &(Responses, Mentions),
    replicates: u32,
) -> Estimates {
    let mut found = Estimates { names: Vec::new(), values: Vec::new(), intervals: Vec::new() };
    let mut add = |name: String, value: f64, interval: Option<Interval>| {
        found.names.push(name);
        found.values.push(value);
        found.intervals.push(interval);
    };
    let drivers = Drivers::new(Metric::nps()).attributes(["region"]).minimum_n(2);
    let report = drivers.replicates(replicates).run_with(&before.0, &before.1).expect("a table");
    for name in ["price", "region"] {
        let north = |d: &&heedful::Driver| {
            d.name == name && d.value.as_ref().is_none_or(|v| v.to_string() == "north")
        };
        let driver = report.drivers.iter().find(north).expect("a driver");
        let value = driver.impact.unwrap_or_default();
        add(format!("impact of {name}, linearised"), value, driver.interval);
        add(format!("impact of {name}, bootstrap"), value, driver.bootstrap);
    }
    let price = &report.contributions.expect("responses without reasons").rows[0];
    add("contribution of price, linearised".into(), price.contribution, price.interval);
    let change = Change::new(Metric::nps()).by(["region"]).replicates(replicates.max(200));
    let change = change.run_with((&before.0, &before.1), (&after.0, &after.1)).expect("two tables");
    for segment in &change.segments {
        let name = segment.keys[0].to_string();
        add(format!("mix effect of {name}"), segment.mix.value, segment.mix.interval);
        add(format!("rate effect of {name}"), segment.rate.value, segment.rate.interval);
    }
    let price = &change.reasons.expect("reasons").rows[0];
    add("change by price".into(), price.effect.value, price.effect.interval);
    // With two values the strongest is the one or, with the opposite sign, the other: nothing is chosen.
    let scan = Scan::new(Metric::nps(), ["region"]).conditions(1).minimum_n(2).level(1.0 - 1e-12);
    let runs = [
        ("difference of a segment", scan.run(&after.0)),
        ("difference of a segment's change", scan.run_change(&before.0, &after.0)),
    ];
    for (name, report) in runs {
        let report = report.expect("tables");
        let first = report.findings.first();
        let north = first.is_some_and(|f| f.conditions[0].value.to_string() == "north");
        let sign = if north { 1.0 } else { -1.0 };
        let interval = first.and_then(|f| f.interval).map(|i| i.scaled(sign));
        add(name.into(), sign * first.map_or(0.0, |f| f.difference), interval);
    }
    found
}

const SIZES: [usize; 6] = [3, 4, 5, 8, 10, 20];

/// A table with attributes of these sizes whose ratings are lower by `drop` where all conditions hold.
fn planted(rows: usize, seed: u64, drop: f64, conditions: &[(usize, usize)]) -> Responses {
    let mut random = Random::new(seed);
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); SIZES.len()];
    let mut scores = Vec::new();
    for _ in 0..rows {
        let drawn = SIZES.map(|size| (random.uniform() * size as f64) as usize);
        for (column, value) in columns.iter_mut().zip(drawn) {
            column.push(format!("v{value}"));
        }
        let hit = !conditions.is_empty() && conditions.iter().all(|(a, v)| drawn[*a] == *v);
        let mean = 8.8 - if hit { drop } else { 0.0 };
        scores.push((mean + 1.9 * random.normal()).round().clamp(0.0, 10.0));
    }
    let mut table =
        Responses::new().with("score", Column::numbers(scores)).expect("a column").rating("score");
    for (i, column) in columns.iter().enumerate() {
        let column = Column::categories(column.iter().map(|v| Some(v.as_str())));
        table = table.with(format!("a{i}"), column).expect("a column");
    }
    table
}

fn scans() {
    const TABLES: u64 = 200;
    let names = || (0..SIZES.len()).map(|i| format!("a{i}"));
    let scan = Scan::new(Metric::nps(), names()).conditions(3);
    let looked_at = scan.run(&planted(10_000, 1, 0.0, &[])).expect("a table").looked_at / 10 * 10;
    println!("## Scanning\n");
    println!(
        "{TABLES} simulated tables of 10,000 responses (two such for changes), six attributes of 3 to 20 values, up to three conditions, at least 50 responses: about {looked_at} segments looked at. Ratings are skewed as they often are (56 % promoters).\n"
    );
    println!("Pure noise: share of tables with any finding, which is the false-discovery rate.\n");
    println!("| what | share with a finding |\n| --- | --- |");
    let (mut single, mut change) = (0, 0);
    for seed in 0..TABLES {
        let first = planted(10_000, 2 * seed, 0.0, &[]);
        let second = planted(10_000, 2 * seed + 1, 0.0, &[]);
        single += u64::from(!scan.run(&first).expect("a table").findings.is_empty());
        change += u64::from(!scan.run_change(&first, &second).expect("tables").findings.is_empty());
    }
    let share = |n: u64, of: u64| 100.0 * n as f64 / of.max(1) as f64;
    println!("| segments that stand out | {:.1} % |", share(single, TABLES));
    println!("| segments that changed otherwise | {:.1} % |\n", share(change, TABLES));
    println!(
        "One planted segment: the mean rating is lower there by so much. Recall is the share of tables in which a finding is exactly that segment, precision the share of findings that are.\n"
    );
    println!(
        "| conditions | responses in it | lower by | recall | precision | recall of a change | precision |\n| --- | --- | --- | --- | --- | --- | --- |"
    );
    let segments: [&[(usize, usize)]; 4] =
        [&[(4, 3)], &[(1, 2), (2, 0)], &[(2, 1), (3, 5)], &[(0, 1), (1, 2), (2, 3)]];
    for conditions in segments {
        let size = conditions.iter().fold(10_000.0, |n, (a, _)| n / SIZES[*a] as f64);
        let mut wanted: Vec<String> =
            conditions.iter().map(|(a, v)| format!("a{a} is v{v}")).collect();
        wanted.sort();
        for drop in [0.5, 1.0, 2.0] {
            let mut counts = [[0_u64; 2]; 2];
            for seed in 0..TABLES / 2 {
                let now = planted(10_000, 10_000 + seed, drop, conditions);
                let before = planted(10_000, 20_000 + seed, 0.0, &[]);
                let reports = [
                    scan.run(&now).expect("a table"),
                    scan.run_change(&before, &now).expect("tables"),
                ];
                for (counts, report) in counts.iter_mut().zip(reports) {
                    counts[1] += report.findings.len() as u64;
                    let is = |f: &&heedful::Finding| {
                        let own: Vec<String> =
                            f.conditions.iter().map(ToString::to_string).collect();
                        own == wanted
                    };
                    counts[0] += u64::from(report.findings.iter().any(|f| is(&f)));
                }
            }
            let [now, change] = counts;
            println!(
                "| {} | {size:.0} | {drop} | {:.0} % | {:.0} % | {:.0} % | {:.0} % |",
                wanted.join(", "),
                share(now[0], TABLES / 2),
                share(now[0], now[1]),
                share(change[0], TABLES / 2),
                share(change[0], change[1])
            );
        }
    }
}

fn main() {
    println!("# Drivers, changes and scans: how far to trust them\n");
    println!("Made by `cargo run --release --example driver_quality`; seeds are fixed.\n");
    coverages();
    scans();
}
