//! How good detection is; what it prints is `docs/detection.md`.
//!
//! `detection quiet [SERIES [SEED]]` counts false alarms of series in which nothing changes; `detection surveillance FOLDER`
//! looks for the known outbreaks of the shared surveillance series, beside Farrington's method; `detection nps FILE`
//! tells what is found in the shared survey of a broadband company.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark without its data has nothing to do, and prints what it found"
)]

use heedful::stats::Random;
use heedful::{
    Cadence, CsvOptions, Detect, Detector, Direction, Every, Farrington, Method, Metric, Watcher,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["quiet"] => quiet(1000, 0),
        ["quiet", series] => quiet(series.parse().expect("a number of series"), 0),
        ["quiet", series, seed] => {
            quiet(series.parse().expect("a number of series"), seed.parse().expect("a seed"))
        }
        ["surveillance", folder] => surveillance(folder),
        ["nps", file] => nps(file),
        _ => {}
    }
}

/// A negative binomial count with variance phi times the mean.
fn count(random: &mut Random, mean: f64, phi: f64) -> u64 {
    let mean = if phi > 1.0 { random.gamma(mean / (phi - 1.0)) * (phi - 1.0) } else { mean };
    // Gaps of a Poisson process, exact; the halves of a large mean add up.
    let parts = (mean / 50.0).ceil().max(1.0);
    let mut count = 0;
    for _ in 0..parts as u64 {
        let (limit, mut product) = ((-mean / parts).exp(), random.uniform());
        while product > limit {
            count += 1;
            product *= random.uniform();
        }
    }
    count
}

const WEEK: [f64; 7] = [1.2, 1.15, 1.1, 1.05, 1.0, 0.7, 0.8];
/// 2021-01-04, a Monday.
const MONDAY: i32 = 18_631;
const ALPHA: f64 = 0.01;

/// Alarms and tests of the periods in a range.
type Rates<const N: usize> = [(u64, u64); N];

fn rates<const N: usize>(
    (series, seed): (u64, u64),
    settings: &Detect,
    ends: [usize; N],
    make: impl Fn(&mut Random, usize) -> u64,
) -> Rates<N> {
    let mut rates = [(0, 0); N];
    for one in 0..series {
        let mut random = Random::new(1_000_003 * one + 17 + 7_919 * seed);
        let counts: Vec<Option<u64>> =
            (0..ends[N - 1]).map(|at| Some(make(&mut random, at))).collect();
        let found = settings.run(&counts, None).expect("right settings");
        for (at, answer) in found.answers.iter().enumerate() {
            let Some(alarm) = answer.alarm else { continue };
            let range = ends.iter().position(|end| at < *end).unwrap_or(N - 1);
            rates[range].0 += u64::from(alarm);
            rates[range].1 += 1;
        }
    }
    rates
}

fn shown<const N: usize>(rates: Rates<N>) -> String {
    rates.map(|rate| format!(" {:.2} |", times(rate))).concat()
}

/// Alarms as a multiple of the wanted rate.
fn times((alarms, tests): (u64, u64)) -> f64 {
    alarms as f64 / tests.max(1) as f64 / ALPHA
}

fn quiet(series: u64, seed: u64) {
    let levels = [0.1, 0.3, 1.0, 3.0, 10.0, 20.0, 60.0, 200.0];
    println!(
        "| cases a day | variance / mean | first 90 days | rest of the year | second year | first year |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for phi in [1.0, 1.6, 2.5] {
        for level in levels {
            let settings = Detect::new(Every::Day).start(MONDAY).alpha(ALPHA);
            let made = |random: &mut Random, day: usize| count(random, level * WEEK[day % 7], phi);
            let rates = rates((series, seed), &settings, [111, 365, 730], made);
            let [(alarms, tests), (more, further), _] = rates;
            let year = times((alarms + more, tests + further));
            println!("| {level} | {phi} |{} {year:.2} |", shown(rates));
        }
    }
    println!("\n| cases an hour | variance / mean | third to tenth week | eleventh to twentieth |");
    println!("| --- | --- | --- | --- |");
    for phi in [1.0, 1.6] {
        for level in [0.1, 1.0, 5.0, 20.0] {
            let settings = Detect::new(Cadence::Hour).start(MONDAY).alpha(ALPHA);
            let made = |random: &mut Random, at: usize| {
                let (day, hour) = (at / 24 % 7, (at % 24) as f64);
                let noon = if day == 5 { 15.0 } else { 12.0 };
                let bell = 2.4 * (-(hour - noon) * (hour - noon) / 18.0).exp() + 0.02;
                count(random, level * WEEK[day] * bell, phi)
            };
            let rates = rates((series.div_ceil(10), seed), &settings, [10 * 168, 20 * 168], made);
            println!("| {level} | {phi} |{}", shown(rates));
        }
    }
}

/// What a method said of each week; `None` where it said nothing.
type Said = Vec<Option<bool>>;

fn surveillance(folder: &str) {
    println!(
        "| series | method | outbreaks found | outbreak weeks with alarm | weeks to first alarm | false alarms |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut totals: Vec<(&str, [f64; 7])> = Vec::new();
    for name in ["k1", "m1", "n1"] {
        let text = std::fs::read_to_string(format!("{folder}/{name}.csv")).expect("the series");
        let rows = text.lines().skip(1).map(|line| {
            let cells: Vec<u64> = line.split(',').filter_map(|cell| cell.parse().ok()).collect();
            (cells[1], cells[2] == 1)
        });
        let (counts, outbreak): (Vec<u64>, Vec<bool>) = rows.unzip();
        let counts: Vec<Option<u64>> = counts.into_iter().map(Some).collect();
        // Three years of reference.
        let from = 3 * 52 + 4;
        let farrington = |method: &Farrington| -> Said {
            let method = method.clone().years_back(3).alpha(ALPHA);
            let weeks =
                method.run(&counts, None, None, from..counts.len()).expect("right settings");
            vec![None; from].into_iter().chain(weeks.into_iter().map(|week| week.alarm)).collect()
        };
        let detect = |method: Method| -> Said {
            let settings = Detect::new(Every::Week).start(11_323).alpha(ALPHA).method(method);
            let found = settings.run(&counts, None).expect("right settings");
            found.answers.iter().map(|answer| answer.alarm).collect()
        };
        let own = detect(Method::Baseline);
        let late = own.iter().enumerate().map(|(week, alarm)| alarm.filter(|_| week >= from));
        let methods: [(&str, Said); 6] = [
            ("farringtonFlexible", farrington(&Farrington::new())),
            ("the same, Noufaily", farrington(&Farrington::noufaily())),
            ("baseline, the same weeks", late.collect()),
            ("EARS C1", detect(Method::EarsC1)),
            ("EARS C2", detect(Method::EarsC2)),
            ("baseline", own),
        ];
        for (method, said) in methods {
            let found = judged(&outbreak, &said);
            println!("| {name} | {method} |{}", told(found));
            match totals.iter_mut().find(|(known, _)| *known == method) {
                Some((_, sum)) => sum.iter_mut().zip(found).for_each(|(sum, value)| *sum += value),
                None => totals.push((method, found)),
            }
        }
    }
    for (method, found) in totals {
        println!("| all | {method} |{}", told(found));
    }
}

/// Outbreaks of which a week was tested, those found, weeks from their start to the first alarm of those, tested outbreak
/// weeks, those with alarm, other tested weeks, those with alarm.
fn judged(outbreak: &[bool], said: &[Option<bool>]) -> [f64; 7] {
    let mut sums = [0.0; 7];
    let mut at = 0;
    while at < outbreak.len() {
        let state = outbreak[at];
        let length = outbreak[at..].iter().take_while(|other| **other == state).count();
        let said = &said[at..at + length];
        let tested = said.iter().flatten().count() as f64;
        let raised = said.iter().flatten().filter(|alarm| **alarm).count() as f64;
        at += length;
        if !state {
            sums[5] += tested;
            sums[6] += raised;
        } else if tested > 0.0 {
            let first = said.iter().position(|alarm| *alarm == Some(true));
            sums[0] += 1.0;
            sums[1] += f64::from(u8::from(first.is_some()));
            sums[2] += first.unwrap_or(0) as f64;
            sums[3] += tested;
            sums[4] += raised;
        }
    }
    sums
}

fn told([outbreaks, found, delay, weeks, alarmed, others, wrong]: [f64; 7]) -> String {
    let mean = if found > 0.0 { format!("{:.1}", delay / found) } else { "-".to_owned() };
    format!(
        " {found:.0} of {outbreaks:.0} | {alarmed:.0} of {weeks:.0} | {mean} | {wrong:.0} of {others:.0} |"
    )
}

fn nps(file: &str) {
    let options = CsvOptions::new()
        .rating("NPS_SCORE")
        .at("CUSTOMER_RESPONSE_DATE")
        .date_format("%d/%m/%Y %H:%M".parse().expect("a format"))
        .comment("text")
        .attributes(["SURVEY_SUB_TYPE"]);
    let read = options.read_path(file).expect("the survey");
    for every in [Every::Day, Every::Week] {
        let watcher = Watcher::new(every)
            .by(["SURVEY_SUB_TYPE"])
            .direction(Direction::Both)
            .metric(Metric::nps())
            .alarms_per_month(1.0);
        let mut detector = Detector::new(watcher).expect("right settings");
        let found = detector.run(&read.responses, None).expect("the columns");
        let days = found.judged.map(|(from, to)| [Every::Day.label(from), Every::Day.label(to)]);
        println!("by {every}: {} series, {days:?}", found.series);
        for anomaly in found.told() {
            println!("- {}", anomaly.explain());
            for comment in anomaly.comments.iter().take(2) {
                println!("  > {}", comment.replace('\n', " "));
            }
        }
    }
}
