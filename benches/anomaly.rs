//! The detector on simulated series, and its speed; `anomaly.py` beside it runs this and scores the output.
//!
//! `anomaly weekly SCORES ALARMS < counts` and `anomaly daily SCORES ALARMS HOLIDAY,... < counts` read one series a
//! line (counts with commas between) and write the evaluated periods; `anomaly speed` times.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark without its data has nothing to do, and prints what it found"
)]

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use heedful::stats::Random;
use heedful::{Baseline, Detect, Every, Farrington};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, rest @ ..] = arguments.as_slice() else { return };
    match (kind.as_str(), rest) {
        ("speed", _) => speed(),
        ("weekly", [scores, alarms]) => {
            let settings = Detect::new(Every::Week).start(11_323);
            score(&settings, 575, scores, alarms);
        }
        ("daily", [scores, alarms, holidays]) => {
            let holidays = holidays.split(',').filter_map(|day| day.parse().ok());
            let settings = Detect::new(Every::Day).start(18_631).holidays(holidays);
            score(&settings, 1092, scores, alarms);
        }
        _ => {}
    }
}

/// Periods before the evaluated ones that are answered too, so that windows have their past.
const BEFORE: usize = 14;

fn score(settings: &Detect, evaluated: usize, scores: &str, alarms: &str) {
    let input = std::io::read_to_string(std::io::stdin()).expect("counts on the standard input");
    let (mut of_scores, mut of_alarms) = (String::new(), String::new());
    for line in input.lines() {
        let counts: Vec<Option<u64>> = line.split(',').map(|c| c.parse().ok()).collect();
        let mut baseline = Baseline::new(settings).expect("settings are right");
        let (past, rest) = counts.split_at(evaluated - BEFORE);
        baseline.learn(past, None).expect("counts are right");
        let mut line = [String::new(), String::new()];
        for (i, count) in rest.iter().enumerate() {
            let answer = baseline.update(*count, None).expect("counts are right");
            if i >= BEFORE {
                let [scores, alarms] = &mut line;
                let _ = write!(scores, "{},", answer.strength.unwrap_or(0.0));
                let _ = write!(alarms, "{},", u8::from(answer.alarm == Some(true)));
            }
        }
        for (all, line) in [&mut of_scores, &mut of_alarms].into_iter().zip(line) {
            all.push_str(line.trim_end_matches(','));
            all.push('\n');
        }
    }
    std::fs::write(scores, of_scores).expect("a file to write to");
    std::fs::write(alarms, of_alarms).expect("a file to write to");
}

fn poisson(random: &mut Random, mean: f64) -> u64 {
    (random.gamma(mean) + 0.5 * random.normal()).max(0.0).round() as u64
}

fn best(what: &str, unit: &str, per: f64, mut run: impl FnMut()) {
    let mut least = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        run();
        least = least.min(start.elapsed().as_secs_f64());
    }
    println!("{what}: {:.4} {unit}", least * per);
}

fn speed() {
    let mut random = Random::new(1);
    let weekly: Vec<Vec<Option<u64>>> = (0..20)
        .map(|i| {
            let mean = [0.5, 2.0, 8.0, 30.0, 120.0][i % 5];
            (0..624).map(|_| Some(poisson(&mut random, mean))).collect()
        })
        .collect();
    let weeks = 49 * weekly.len();
    for (name, method) in [("default", Farrington::new()), ("noufaily", Farrington::noufaily())] {
        best(
            &format!("farrington {name}"),
            "s per 1,000 series-weeks",
            1000.0 / weeks as f64,
            || {
                for counts in &weekly {
                    black_box(method.run(counts, None, None, 575..624).expect("right settings"));
                }
            },
        );
    }
    let daily: Vec<Vec<Option<u64>>> = (0..50)
        .map(|i| {
            let mean = [0.7, 2.0, 5.0, 20.0, 60.0][i % 5];
            (0..1095).map(|_| Some(poisson(&mut random, mean))).collect()
        })
        .collect();
    let settings = Detect::new(Every::Day).start(18_631);
    best("fit 3 years, detect 90 days", "s per 10,000 series", 10_000.0 / 50.0, || {
        for counts in &daily {
            let (past, rest) = counts.split_at(1005);
            let mut baseline = Baseline::new(&settings).expect("right settings");
            baseline.learn(past, None).expect("right counts");
            for count in rest {
                black_box(baseline.update(*count, None).expect("right counts"));
            }
        }
    });
    best("fit 3 years", "µs per series", 1e6 / 50.0, || {
        for counts in &daily {
            let mut baseline = Baseline::new(&settings).expect("right settings");
            baseline.learn(counts, None).expect("right counts");
            black_box(&baseline);
        }
    });
    let learned: Vec<Baseline> = daily
        .iter()
        .map(|counts| {
            let mut baseline = Baseline::new(&settings).expect("right settings");
            baseline.learn(counts, None).expect("right counts");
            baseline
        })
        .collect();
    // 90 days: fewer than there are between two fits.
    let mut least = f64::INFINITY;
    for _ in 0..5 {
        let mut ready = learned.clone();
        let start = Instant::now();
        for (baseline, counts) in ready.iter_mut().zip(&daily) {
            for count in counts.iter().take(90) {
                black_box(baseline.update(*count, None).expect("right counts"));
            }
        }
        least = least.min(start.elapsed().as_secs_f64());
    }
    let rate = 90.0 * 50.0 / least;
    println!("update between fits: {:.2} million series-days a second", rate / 1e6);
    best("update with fits", "µs per series-day", 1e6 / (50.0 * 365.0), || {
        let mut ready = learned.clone();
        for (baseline, counts) in ready.iter_mut().zip(&daily) {
            for count in counts.iter().take(365) {
                black_box(baseline.update(*count, None).expect("right counts"));
            }
        }
    });
}
