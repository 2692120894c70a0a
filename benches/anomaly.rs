//! The detector on simulated series, and its speed; `anomaly.py` beside it runs this and scores the output.
//!
//! `anomaly weekly SCORES ALARMS < counts` and `anomaly daily SCORES ALARMS HOLIDAY,... < counts` read one series a
//! line (counts with commas between) and write the evaluated periods; `anomaly speed` times; `anomaly many [SERIES]` fits
//! three years of many series and detects the last 90 days, with time and memory; `anomaly history [SERIES]` tests every day
//! of them; `anomaly rows [ROWS]` does the same as `many` from rows of responses: a hundred topics in a hundred places.

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
use heedful::{
    Baseline, Clock, Column, Detect, Detector, Every, Farrington, Responses, TimeUnit, Times,
    Watcher,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, rest @ ..] = arguments.as_slice() else { return };
    match (kind.as_str(), rest) {
        ("speed", _) => speed(),
        ("many", rest) => many(rest.first().map_or(10_000, |n| n.parse().expect("a number"))),
        ("history", rest) => history(rest.first().map_or(1_000, |n| n.parse().expect("a number"))),
        ("rows", rest) => rows(rest.first().map_or(3_000_000, |n| n.parse().expect("a number"))),
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

/// Three years of days of one of many series.
fn three_years(series: usize) -> Vec<Option<u64>> {
    let mut random = Random::new(1 + series as u64);
    let mean = [0.7, 2.0, 5.0, 20.0, 60.0][series % 5];
    (0..1095).map(|_| Some(poisson(&mut random, mean))).collect()
}

/// Seconds of processor time that this thread has had, whatever else the machine does; known to some milliseconds.
fn worked() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e9
}

/// The most memory that the process has held, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

fn many(series: usize) {
    let settings = Detect::new(Every::Day).start(18_631);
    let (mut baselines, mut last) = (Vec::with_capacity(series), Vec::with_capacity(series));
    let mut seconds = 0.0;
    for one in 0..series {
        let counts = three_years(one);
        let (past, rest) = counts.split_at(1005);
        let start = worked();
        let mut baseline = Baseline::new(&settings).expect("right settings");
        baseline.learn(past, None).expect("right counts");
        seconds += worked() - start;
        baselines.push(baseline);
        last.push(rest.to_vec());
    }
    let fitted = seconds;
    // Day by day, as they come.
    let start = worked();
    let mut alarms = 0;
    for day in 0..90 {
        for (baseline, rest) in baselines.iter_mut().zip(&last) {
            let answer = baseline.update(rest[day], None).expect("right counts");
            alarms += usize::from(answer.alarm == Some(true));
        }
    }
    seconds += worked() - start;
    println!(
        "{series} series: fit 3 years {fitted:.2} s, with the last 90 days {seconds:.2} s, {alarms} alarms, {:.0} MB",
        peak()
    );
}

fn history(series: usize) {
    let settings = Detect::new(Every::Day).start(18_631);
    let (mut seconds, mut bytes) = (0.0, [0, 0]);
    for one in 0..series {
        let counts = three_years(one);
        let start = worked();
        let found = settings.run(&counts, None).expect("right counts");
        seconds += worked() - start;
        bytes[0] += found.baseline.to_bytes().len();
        bytes[1] += found.baseline.to_json().len();
    }
    let each = bytes.map(|all| all / series);
    println!(
        "every day of 3 years: {:.2} s per 10,000 series; state {} bytes, {} as JSON",
        seconds / series as f64 * 1e4,
        each[0],
        each[1]
    );
}

/// Responses of three years, each about one of a hundred topics in one of a hundred places, some of each far more
/// frequent than others: 10,201 series with the totals.
fn responses(rows: usize) -> Responses {
    let mut random = Random::new(5);
    let names: Vec<String> = (0..100).map(|name| format!("name {name}")).collect();
    let mut days: Vec<i64> = (0..rows).map(|_| (random.uniform() * 1095.0) as i64).collect();
    days.sort_unstable();
    let values = days.into_iter().map(|day| (18_631 + day) * 86_400).collect();
    let at = Times { values, validity: None, unit: TimeUnit::Second, clock: Clock::Wall };
    let mut column = || {
        let draw = |_| (random.uniform() * random.uniform() * 100.0) as usize;
        Column::categories((0..rows).map(draw).map(|name| Some(names[name].as_str())))
    };
    let (topic, place) = (column(), column());
    let table = Responses::new().with("at", Column::Time(at)).expect("a new column");
    let table = table.with("topic", topic).expect("a new column");
    table.with("place", place).expect("a new column").at("at")
}

fn rows(rows: usize) {
    let responses = responses(rows);
    let input = peak();
    let watcher = Watcher::new(Every::Day).topic("topic").by(["place"]).since(18_631 + 1005);
    let start = worked();
    let mut detector = Detector::new(watcher).expect("right settings");
    let found = detector.run(&responses, None).expect("right columns");
    println!(
        "{rows} rows, {} series: {:.2} s, {} anomalies, {:.0} MB beyond the {input:.0} MB before",
        found.series,
        worked() - start,
        found.anomalies.len(),
        peak() - input
    );
}
