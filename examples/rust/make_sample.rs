//! Makes the sample that the report shows: invented responses, the same ones every time.
//!
//! `cargo run --example make_sample > examples/data/sample.csv`
//!
//! Nobody said any of this. Ratings follow the plan and the channel of the response, and from August to October the
//! north has an outage, which a report should find.
#![expect(clippy::print_stdout, reason = "a program that prints a file")]

use std::fmt::Write;

use heedful::Every;
use heedful::stats::Random;

const ROWS: u32 = 2000;
const SEED: u64 = 20_240_101;
/// 2024-01-01 in days since 1970, and the days of that year.
const FIRST_DAY: i32 = 19_723;
const DAYS: f64 = 366.0;

/// Values and how often they occur, in per cent.
const PLANS: &[(&str, u32)] = &[("free", 45), ("basic", 30), ("pro", 20), ("", 5)];
const REGIONS: &[(&str, u32)] = &[("north", 25), ("south", 30), ("east", 20), ("west", 25)];
const CHANNELS: &[(&str, u32)] = &[("email", 40), ("app", 30), ("web", 15), ("phone", 15)];

const PRAISE: &[&str] = &[
    "Setting up took five minutes",
    "Support answered the same day and solved it",
    "It simply works",
    "The new overview saves me an hour a week",
    "Friendly people who know what they talk about",
    "Good value for what we pay",
    "Setting up was quick and the app is easy to use",
    "Fast connection and a fair price",
    "Your engineer came on time, was friendly and explained everything",
    "Never had an outage in three years",
    "The bill is clear and there are no surprises",
    "Chat was so helpful, my router runs again",
];
const DOUBT: &[&str] = &[
    "It is fine but search could be faster",
    "Does what I need, nothing more",
    "The app is good, the website feels old",
    "Good product, the bill is hard to read",
    "I miss an export to a spreadsheet",
    "Speed is good but the price is rather high",
    "Friendly staff, though the wait on the phone was long",
    "Works most days, the signal upstairs is weak",
    "The app could be easier to use",
];
const BLAME: &[&str] = &[
    "I waited three days for an answer",
    "The price went up twice this year",
    "Too many crashes since the last update",
    "I had to explain my problem to four people",
    "Nobody told me that the appointment was moved",
    "Cancelling is far too hard",
    "Rude person on the phone and my problem is not solved",
    "The bill is wrong again and nobody calls back",
    "Slow every evening and far too expensive",
    "The engineer never came and I took a day off for it",
    "The app keeps crashing and support sends me the same answer",
    "Your new contract costs more than you promised",
];
const OUTAGE: &[&str] = &[
    "No connection for two days",
    "The line drops every evening",
    "You said it was repaired and it was not",
    "No signal again and support cannot say until when",
    "Third outage this month, I am so angry",
];
const HAPPY: &[&str] = &[".", ".", ", thank you.", ", and I told my colleagues."];
const ENDINGS: &[&str] = &[
    ".",
    ".",
    ".",
    ".",
    ".\nPlease pass this on.",
    ". As one of you said: \"we are on it\".",
    ". Call me: 020 7946 0018.",
    ". Write to sam@mail.example, please.",
];

fn main() {
    print!("{}", sample());
}

/// The whole file.
pub(crate) fn sample() -> String {
    let mut random = Random::new(SEED);
    let mut file = String::from("response_id,created,customer,plan,region,channel,score,comment\n");
    for row in 0..ROWS {
        // In order of time, with some hours of jitter.
        let day = DAYS * (f64::from(row) + random.uniform()) / f64::from(ROWS);
        let minute = (480.0 + 720.0 * random.uniform()).floor();
        let customer = (900.0 * random.uniform()).floor();
        let plan = pick(&mut random, PLANS);
        let region = pick(&mut random, REGIONS);
        let channel = pick(&mut random, CHANNELS);
        let outage = region == "north" && (213.0..305.0).contains(&day);
        let mood =
            7.6 + match plan {
                "pro" => 0.9,
                "free" => -0.5,
                _ => 0.0,
            } + if channel == "phone" { -0.6 } else { 0.0 }
                + if outage { -2.5 } else { 0.0 };
        let score = (mood + 2.3 * random.normal()).round().clamp(0.0, 10.0);
        let missing = random.uniform() < 0.03;
        let talks = random.uniform() < 0.45;
        let comment = comment(&mut random, score, outage);

        let date = Every::Day.label(FIRST_DAY.saturating_add(floor(day)));
        let time = format!("{:02}:{:02}", (minute / 60.0).floor(), minute % 60.0);
        let score = if missing { String::new() } else { score.to_string() };
        let comment =
            if talks { format!("\"{}\"", comment.replace('"', "\"\"")) } else { String::new() };
        // Writing to a string cannot fail.
        let _ = writeln!(
            file,
            "r{row:04},{date} {time},c{customer:03},{plan},{region},{channel},{score},{comment}"
        );
    }
    file
}

fn comment(random: &mut Random, score: f64, outage: bool) -> String {
    let (sentences, endings) = match score {
        _ if outage && score < 7.0 => (OUTAGE, ENDINGS),
        s if s >= 9.0 => (PRAISE, HAPPY),
        s if s >= 7.0 => (DOUBT, ENDINGS),
        _ => (BLAME, ENDINGS),
    };
    format!("{}{}", one_of(random, sentences), one_of(random, endings))
}

fn one_of<'a>(random: &mut Random, list: &[&'a str]) -> &'a str {
    let place = random.uniform() * list.len() as f64;
    list.get(floor(place).unsigned_abs() as usize).copied().unwrap_or_default()
}

fn pick<'a>(random: &mut Random, values: &[(&'a str, u32)]) -> &'a str {
    let mut left = 100.0 * random.uniform();
    for (value, share) in values {
        left -= f64::from(*share);
        if left < 0.0 {
            return value;
        }
    }
    values.last().map_or("", |(value, _)| value)
}

/// Of small numbers that are not negative.
#[expect(clippy::cast_possible_truncation, reason = "days and places in short lists")]
fn floor(value: f64) -> i32 {
    value as i32
}
