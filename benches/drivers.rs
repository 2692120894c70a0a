//! How fast drivers, changes and scans are; `drivers.py` beside it runs pandas on the same data.
//!
//! `drivers FOLDER` reads `score`, `region` and `reason_0`... as raw bytes, one for each response.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and has nothing to do without its data"
)]

use std::path::Path;
use std::time::Instant;

use heedful::stats::Random;
use heedful::{Category, Column, Drivers, Key, Keys, Mentions, Metric, Responses, Scan};

/// Seconds of the best of some rounds, and the result of the last.
fn best<T>(rounds: u32, mut run: impl FnMut() -> T) -> (f64, T) {
    let mut least = f64::INFINITY;
    let mut last = None;
    for _ in 0..rounds {
        let start = Instant::now();
        last = Some(run());
        least = least.min(start.elapsed().as_secs_f64());
    }
    (least, last.expect("at least one round"))
}

/// Ten attributes of 100 values each.
fn attributes(rows: usize, scores: Vec<u8>) -> Responses {
    let mut random = Random::new(10);
    let mut table =
        Responses::new().with("score", Column::numbers(scores)).expect("a column").rating("score");
    for i in 0..10 {
        // Few large values and many small ones, as stores and products have.
        let keys: Vec<u8> =
            (0..rows).map(|_| (100.0 * random.uniform() * random.uniform()) as u8).collect();
        let values: Vec<Key> = (0..100).map(|v| Key::text(&format!("value {v}"))).collect();
        let column = Category { keys: Keys::from(keys), validity: None, values: values.into() };
        table = table.with(format!("attribute_{i}"), Column::Category(column)).expect("a column");
    }
    table
}

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of the data");
    let folder = Path::new(&folder);
    let bytes = |name: &str| std::fs::read(folder.join(name)).expect("a file of bytes");
    let names: Vec<String> = (0..12).map(|i| format!("reason_{i}")).collect();
    let mut table = Responses::new()
        .with("score", Column::numbers(bytes("score")))
        .expect("a column")
        .rating("score");
    for name in &names {
        table = table.with(name, Column::numbers(bytes(name))).expect("a column");
    }

    let plain = Drivers::new(Metric::nps()).reasons(names.clone()).replicates(0);
    let (columns, report) = best(5, || plain.run(&table).expect("a table without faults"));
    let mentions = Mentions::from_columns(&table, &names).expect("columns of flags");
    let (lists, _) = best(5, || plain.run_with(&table, &mentions).expect("a table"));
    let full = plain.clone().replicates(1000);
    let (replicated, _) = best(3, || full.run_with(&table, &mentions).expect("a table"));
    let scanned = attributes(table.len(), bytes("score"));
    let names = (0..10).map(|i| format!("attribute_{i}"));
    let scan = Scan::new(Metric::nps(), names).minimum_n(50);
    let (scan_time, found) = best(3, || scan.run(&scanned).expect("a table"));
    let impacts: Vec<String> = report
        .drivers
        .iter()
        .map(|d| format!("\"{}\": {:.9}", d.name, d.impact.unwrap_or_default()))
        .collect();
    println!(
        "{{\"scan\": {scan_time:.6}, \"looked_at\": {}, \"found\": {}, \"rows\": {}, \"columns\": {columns:.6}, \"lists\": {lists:.6}, \"replicated\": {replicated:.6}, \"impacts\": {{{}}}}}",
        found.looked_at,
        found.findings.len(),
        table.len(),
        impacts.join(", ")
    );
}
