//! How fast the pulse takes in responses and judges: `pulse [responses] [accounts] [rules]`, the last one of the names
//! below; all where not given.
//!
//! A year of responses to so many accounts in the order of time, with an id and a customer each, one in a hundred a day
//! late and one in a hundred delivered twice; judged at the end of every day by rules of all kinds. Prints responses a
//! second of CPU time, and by how much the process grew for each account (of the first rules that run: later ones get
//! memory that was given back).

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark without its data has nothing to do, and prints what it found"
)]

use std::fmt::Write;
use std::hint::black_box;

use heedful::pulse::{Observation, Pulse, PulseOptions};
use heedful::stats::Random;
use heedful::{Column, Key, Responses};

const DAY: i64 = 86_400_000;

/// What customers choose: most are content.
const RATINGS: [f64; 12] = [10.0, 10.0, 10.0, 9.0, 9.0, 9.0, 8.0, 8.0, 7.0, 6.0, 3.0, 0.0];

/// Without rules; with all that need no certainty; with certainty too.
const RULES: [(&str, &str); 3] = [
    ("no rules", "[]"),
    (
        "five rules",
        r#"[{"id": "average", "when": {"average": {"below": 6.5, "clear": 7}}, "minimum_n": 5},
            {"id": "drop", "when": {"drop": {"by": 20, "clear": 10}}, "minimum_n": 10},
            {"id": "turned", "when": {"turned": {"from": "promoter", "to": "detractor"}}},
            {"id": "repeated", "when": {"repeated": {"band": "detractor", "times": 10}}},
            {"id": "silent", "when": {"silent": {"days": 60, "who": "anybody"}}}]"#,
    ),
    (
        "with certainty",
        r#"[{"id": "average", "when": {"average": {"below": 6.5, "clear": 7}}, "minimum_n": 5},
            {"id": "sure", "when": {"score": {"below": 45, "certainty": 0.8}}, "minimum_n": 5}]"#,
    ),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().and_then(|argument| argument.parse().ok());
    let responses: u64 = number().unwrap_or(3_000_000);
    let accounts: u64 = number().unwrap_or(100_000);
    let wanted = arguments.next();
    for (name, rules) in RULES {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            run(name, rules, responses, accounts);
            run_table(name, rules, responses, accounts);
        }
    }
}

fn run(name: &str, rules: &str, responses: u64, accounts: u64) {
    let options = PulseOptions::from_json(&format!(r#"{{"rules": {rules}}}"#))
        .expect("the options are right");
    let mut pulse = Pulse::new(options).expect("the options are right");
    let mut random = Random::new(1);
    let keys: Vec<Key> =
        (0..accounts).map(|account| Key::text(&format!("account-{account}"))).collect();
    let (mut spent, mut alerts, before) = (0.0, 0, resident_kib());
    let per_day = responses.div_ceil(365);
    let mut texts: Vec<(String, String)> = vec![Default::default(); per_day as usize];
    for day in 0..365_i64 {
        // What a host has at hand is made before the clock runs.
        let mut batch: Vec<(usize, f64, i64)> = Vec::with_capacity(per_day as usize);
        for (i, (id, customer)) in (0_i64..).zip(&mut texts) {
            let account = random.word() % accounts;
            id.clear();
            customer.clear();
            let number = if i % 100 == 99 { i - 1 } else { i };
            let _ = write!(id, "response-{day}-{number}");
            let _ = write!(customer, "customer-{account}-{}", random.word() % 8);
            let late = if i % 100 == 50 { DAY } else { 0 };
            let at = day * DAY + DAY * i / per_day as i64 - late;
            batch.push((account as usize, RATINGS[(random.word() % 12) as usize], at));
        }
        let start = cpu_seconds();
        for ((account, rating, at), (id, customer)) in batch.iter().zip(&texts) {
            let key = keys.get(*account).expect("an account").clone();
            let response = Observation::new(key, *rating, *at).id(id).customer(customer);
            black_box(pulse.observe(&response)).expect("a rating on the scale");
        }
        alerts += pulse.judge((day + 1) * DAY - 1).expect("time goes on").len();
        spent += cpu_seconds() - start;
    }
    let counts = pulse.counts();
    println!(
        "{name}: {:.2} million responses a second of CPU time over {accounts} accounts, {:.0} bytes each ({} counted, {} \
         repeated, {} late; {alerts} alerts)",
        (per_day * 365) as f64 / spent / 1e6,
        (resident_kib() - before) * 1024.0 / accounts as f64,
        counts.counted,
        counts.repeated,
        counts.late
    );
}

/// The same responses in one table, judged once.
fn run_table(name: &str, rules: &str, responses: u64, accounts: u64) {
    let mut random = Random::new(1);
    let mut draw = |below: u64| random.word() % below;
    let rows: Vec<(u64, u8, i64, u64)> = (0..responses)
        .map(|i| {
            let at = 365 * DAY * i as i64 / responses as i64;
            (draw(accounts), RATINGS[draw(12) as usize] as u8, at, draw(8))
        })
        .collect();
    let each = || rows.iter();
    let texts = |of: &dyn Fn(usize, u64, u64) -> String| {
        Column::texts(each().enumerate().map(|(i, row)| Some(of(i, row.0, row.3))))
    };
    let table = Responses::new()
        .with("account", texts(&|_, account, _| format!("account-{account}")))
        .and_then(|t| t.with("id", texts(&|i, _, _| format!("response-{}", i - i % 100 / 99))))
        .and_then(|t| {
            t.with("customer", texts(&|_, account, who| format!("customer-{account}-{who}")))
        })
        .and_then(|t| {
            t.with("score", Column::numbers(each().map(|row| row.1).collect::<Vec<u8>>()))
        })
        .and_then(|t| t.with("at", Column::numbers(each().map(|row| row.2).collect::<Vec<i64>>())))
        .expect("columns of one length")
        .rating("score")
        .at("at")
        .customer("customer");
    let options = PulseOptions::from_json(&format!(r#"{{"rules": {rules}, "id": "id"}}"#))
        .expect("the options are right");
    let mut pulse = Pulse::new(options).expect("the options are right");
    let start = cpu_seconds();
    pulse.observe_table(&table).expect("the table is right");
    let observed = cpu_seconds();
    let alerts = pulse.judge(365 * DAY).expect("time goes on").len();
    let judged = cpu_seconds();
    println!(
        "{name}, as one table: {:.2} million responses a second of CPU time, {:.2} observed alone ({alerts} alerts)",
        responses as f64 / (judged - start) / 1e6,
        responses as f64 / (observed - start) / 1e6,
    );
}

/// CPU time of this process so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells the CPU time");
    let nanoseconds = stat.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.expect("nanoseconds on the CPU") / 1e9
}

/// Memory that the process holds.
fn resident_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells the memory");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the memory");
    line.trim().trim_end_matches(" kB").parse().expect("KiB")
}
