//! A report on survey responses, on the terminal.
//!
//! `cargo run --release --example report` shows a sample; with a file and the names of its columns it does the
//! same for any CSV or JSON Lines. `--help` lists the options.

use std::fmt::Write;
use std::io::Write as _;
use std::process::ExitCode;

use heedful::stats::{Adjustment, Interval};
use heedful::{Column, Contrast, CsvOptions, Every, Key, Metric, Read, Responses, Scores, Scoring};

const USAGE: &str = "\
usage: report [FILE --rating COLUMN] [options]

Without a file, a bundled sample of invented responses is shown.

  --rating COLUMN       the column of ratings
  --metric NAME         how they are scored: nps (default), csat, ces, stars, thumbs, ...
  --at COLUMN           the column of dates, for the trend
  --by COLUMN,COLUMN    the columns to slice by
  --comment COLUMN      the column of comments
  --every PERIOD        day, week, month (default), quarter or year
  --date-format FORMAT  how dates are written, for example %d/%m/%Y
  --delimiter CHARACTER what separates fields; found by itself among , ; | and tab
  --encoding NAME       utf-8 (default), latin-1 or utf-16
  --minimum-n N         hide segments with fewer ratings (default 10)
  --help                this text
";

/// Invented; `make_sample.rs` makes it.
const SAMPLE: &str = include_str!("../data/sample.csv");
/// Segments shown at either end, periods shown at most, and the width of bars.
const ENDS: usize = 5;
const PERIODS: usize = 36;
const WIDTH: usize = 31;
const LABEL: usize = 34;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match report(&arguments) {
        Ok(text) => {
            // A reader that closed the pipe has seen enough.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

struct Request {
    file: Option<String>,
    options: CsvOptions,
    metric: Metric,
    has_times: bool,
    comment: Option<String>,
    by: Vec<String>,
    every: Every,
    minimum_n: u64,
}

/// The report, or what is wrong with the arguments or the file.
pub(crate) fn report(arguments: &[String]) -> Result<String, String> {
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return Ok(USAGE.to_owned());
    }
    let request = parse(arguments)?;
    let read = match &request.file {
        Some(file) => request.options.read_path(file),
        None => request.options.read(SAMPLE.as_bytes()),
    };
    let read = read.map_err(|error| error.to_string())?;
    write(&request, &read).map_err(|error| error.to_string())
}

fn parse(arguments: &[String]) -> Result<Request, String> {
    let mut file = None;
    let mut set = std::collections::BTreeMap::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(name) = argument.strip_prefix("--") else {
            if file.replace(argument.clone()).is_some() {
                return Err("name one file only".to_owned());
            }
            continue;
        };
        let known = USAGE.lines().any(|line| line.trim_start().split(' ').next() == Some(argument));
        if !known {
            return Err(format!("there is no option `{argument}`; --help lists them"));
        }
        let value = rest.next().ok_or_else(|| format!("`{argument}` needs a value"))?;
        set.insert(name.to_owned(), value.clone());
    }
    if file.is_none() {
        let sample = [
            ("rating", "score"),
            ("at", "created"),
            ("by", "plan,region,channel"),
            ("comment", "comment"),
        ];
        for (name, value) in sample {
            set.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    let text = |name: &str| set.get(name).map(String::as_str);
    let rating = text("rating").ok_or("name the column of ratings: --rating COLUMN")?;
    let metric = Metric::preset(text("metric").unwrap_or("nps")).map_err(|e| e.to_string())?;
    let by: Vec<String> = text("by")
        .map(|by| by.split(',').map(|name| name.trim().to_owned()).collect())
        .unwrap_or_default();
    let mut options = CsvOptions::new().rating(rating).metric(metric.clone()).attributes(&by);
    if let Some(at) = text("at") {
        options = options.at(at);
    }
    if let Some(comment) = text("comment") {
        options = options.comment(comment);
    }
    if let Some(format) = text("date-format") {
        options = options.date_format(format.parse().map_err(|e: heedful::Error| e.to_string())?);
    }
    if let Some(delimiter) = text("delimiter") {
        let mut letters = delimiter.chars();
        match (letters.next(), letters.next()) {
            (Some(one), None) => options = options.delimiter(one),
            (Some('\\'), Some('t')) => options = options.delimiter('\t'),
            _ => return Err("the delimiter is one character".to_owned()),
        }
    }
    if let Some(encoding) = text("encoding") {
        let known = serde_json::from_value(encoding.into());
        options = options.encoding(
            known.map_err(|_| format!("no encoding is called `{encoding}`; --help lists them"))?,
        );
    }
    let every = text("every").unwrap_or("month");
    let every = Every::ALL.iter().copied().find(|known| known.as_str() == every);
    let minimum_n = text("minimum-n").unwrap_or("10").parse();
    Ok(Request {
        file,
        has_times: text("at").is_some(),
        comment: text("comment").map(str::to_owned),
        options,
        metric,
        by,
        every: every.ok_or("a period is day, week, month, quarter or year")?,
        minimum_n: minimum_n.map_err(|_| "`--minimum-n` needs a whole number".to_owned())?,
    })
}

fn write(request: &Request, read: &Read) -> heedful::Result<String> {
    let mut out = String::new();
    match &request.file {
        Some(file) => out.push_str(file),
        None => out.push_str(
            "A sample of invented responses; --help says how to report on a file of yours",
        ),
    }
    out.push('\n');
    let scores = Scoring::new(request.metric.clone()).run(&read.responses)?;
    responses(&mut out, request, read, &scores);
    score(&mut out, request, &scores);
    if request.has_times {
        trend(&mut out, request, &read.responses)?;
    }
    if !request.by.is_empty() {
        segments(&mut out, request, &read.responses)?;
    }
    Ok(out)
}

/// Writing to a string cannot fail.
macro_rules! line {
    ($out:expr, $($part:tt)*) => {{
        let _ = writeln!($out, $($part)*);
    }};
}

fn responses(out: &mut String, request: &Request, read: &Read, scores: &Scores) {
    let Some(score) = scores.rows.first().map(|row| &row.score) else { return };
    line!(out, "\nResponses");
    line!(out, "  {:<10} {:>9}", "all", count(read.rows));
    line!(out, "  {:<10} {:>9}", "rated", count(score.n));
    line!(out, "  {:<10} {:>9}", "unrated", count(score.missing));
    if let Some(Column::Text(texts)) =
        request.comment.as_ref().and_then(|name| read.responses.column(name))
    {
        let given = texts.iter().flatten().count() as u64;
        line!(out, "  {:<10} {:>9}{}", "comments", count(given), percent(given, read.rows));
    }
    let Some(Column::Time(times)) =
        read.responses.roles().at.as_ref().and_then(|name| read.responses.column(name))
    else {
        return;
    };
    let present = |row: usize| times.validity.as_ref().is_none_or(|v| v.is_valid(row));
    let days = times.values.iter().enumerate().filter(|(row, _)| present(*row));
    let days: Vec<i32> = days.map(|(_, value)| times.unit.day(*value)).collect();
    if let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) {
        let order = match read.dates.and_then(|dates| dates.day_first) {
            Some(true) => "; the day comes before the month, as the dates themselves show",
            Some(false) => "; the month comes before the day, as the dates themselves show",
            None => "",
        };
        let (first, last) = (Every::Day.label(*first), Every::Day.label(*last));
        line!(out, "  {:<10} {first} to {last}{order}", "dates");
    }
    let undated = read.rows - days.len() as u64;
    if undated > 0 {
        line!(out, "  {:<10} {:>9}", "undated", count(undated));
    }
}

fn score(out: &mut String, request: &Request, scores: &Scores) {
    let Some(score) = scores.rows.first().map(|row| &row.score) else { return };
    let name = request.metric.name();
    line!(out, "\nScore");
    let Some(value) = score.value else {
        line!(out, "  nobody gave a rating");
        return;
    };
    line!(out, "  {name:<22} {:>7}{}", points(value), interval(score.interval, 1.0));
    for share in &score.shares {
        if let Some(value) = share.share {
            let shown = points(100.0 * value);
            line!(
                out,
                "  {:<22} {shown:>7}{}",
                format!("{} %", share.band),
                interval(share.interval, 100.0)
            );
        }
    }
    if let Some(mean) = score.mean {
        line!(out, "  {:<22} {:>8}", "mean rating", format!("{mean:.2}"));
    }
    line!(out, "\nDistribution");
    let most = score.counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    for (index, (point, n)) in score.counts.iter().enumerate() {
        let label = match request.metric.scale().label(index) {
            Some(label) => format!("{point} {label}"),
            None => point.to_string(),
        };
        let band = request.metric.band(index).map_or("", |band| band.name.as_str());
        line!(
            out,
            "  {label:>3} {:<WIDTH$} {:>7}{}  {band}",
            bar(*n as f64 / most.max(1) as f64),
            count(*n),
            percent(*n, score.n)
        );
    }
}

fn trend(out: &mut String, request: &Request, responses: &Responses) -> heedful::Result<()> {
    let scoring = Scoring::new(request.metric.clone()).every(request.every);
    let scores = scoring.minimum_n(request.minimum_n).run(responses)?;
    let dated: Vec<_> = scores
        .rows
        .iter()
        .filter_map(|row| match row.keys.last() {
            Some(Key::Date(day)) => {
                Some((request.every.label(request.every.index_of_day(*day)), row))
            }
            _ => None,
        })
        .collect();
    line!(out, "\nTrend by {}", request.every.as_str());
    let skipped = dated.len().saturating_sub(PERIODS);
    if skipped > 0 {
        line!(out, "  ({} earlier ones are not shown)", count(skipped as u64));
    }
    for (label, row) in dated.into_iter().skip(skipped) {
        let score = &row.score;
        match score.value {
            Some(value) => line!(
                out,
                "  {label:<10} {:>7}  {}  n {:>6}{}",
                points(value),
                strip(&request.metric, value, score.interval),
                count(score.n),
                interval(score.interval, 1.0)
            ),
            None if row.suppressed => {
                line!(out, "  {label:<10}       -  fewer than {}", request.minimum_n)
            }
            None => line!(out, "  {label:<10}       -  no ratings"),
        }
    }
    Ok(())
}

struct Segment {
    label: String,
    value: f64,
    interval: Option<Interval>,
    n: u64,
    difference: Option<f64>,
    p_value: Option<f64>,
}

fn segments(out: &mut String, request: &Request, responses: &Responses) -> heedful::Result<()> {
    let mut segments = Vec::new();
    let mut hidden = 0;
    for name in &request.by {
        let scoring = Scoring::new(request.metric.clone()).by([name]).minimum_n(request.minimum_n);
        let contrasts = Contrast::of(scoring.clone()).run(responses)?;
        for (row, contrast) in scoring.run(responses)?.rows.iter().zip(&contrasts.rows) {
            let (Some(value), false) = (row.score.value, contrast.suppressed) else {
                hidden += 1;
                continue;
            };
            let key = row.keys.first().unwrap_or(&Key::Missing);
            segments.push(Segment {
                label: match request.by.as_slice() {
                    [_] => shorten(&key.to_string()),
                    _ => shorten(&format!("{name}: {key}")),
                },
                value,
                interval: row.score.interval,
                n: row.score.n,
                difference: contrast.comparison.difference,
                p_value: contrast.comparison.p_value,
            });
        }
    }
    // All segments are looked at together, so their p-values are adjusted together.
    let p_values: Vec<Option<f64>> = segments.iter().map(|s| s.p_value).collect();
    let adjusted = Adjustment::default().adjust(&p_values);
    let mut ranked: Vec<(Segment, Option<f64>)> = segments.into_iter().zip(adjusted).collect();
    let better = request.metric.better();
    ranked.sort_by(|(a, _), (b, _)| {
        let order = b.value.total_cmp(&a.value);
        let order = if better == heedful::Better::Higher { order } else { order.reverse() };
        order.then_with(|| a.label.cmp(&b.label))
    });
    let mut show = |title: &str, rows: &[(Segment, Option<f64>)]| {
        line!(
            out,
            "\n{title:<36} {:>7}  {:<WIDTH$}  {:>8}  {:>9}  {:>7}",
            "",
            "",
            "n",
            "to others",
            "p"
        );
        for (segment, p_value) in rows {
            line!(
                out,
                "  {:<LABEL$} {:>7}  {}  {:>8}  {:>9}  {:>7}",
                segment.label,
                points(segment.value),
                strip(&request.metric, segment.value, segment.interval),
                count(segment.n),
                segment.difference.map_or("-".to_owned(), |d| format!("{d:+.1}")),
                p_value.map_or("-".to_owned(), probability)
            );
        }
    };
    if ranked.len() <= 2 * ENDS {
        show("Segments, best first", &ranked);
    } else {
        let (best, rest) = ranked.split_at(ENDS);
        show("Best segments", best);
        show("Worst segments", rest.split_at(rest.len() - ENDS).1);
    }
    if hidden > 0 {
        line!(
            out,
            "  ({} with fewer than {} ratings are not shown)",
            count(hidden),
            request.minimum_n
        );
    }
    line!(
        out,
        "\nto others: difference from all other responses, with p-values adjusted for the number of segments"
    );
    Ok(())
}

fn shorten(label: &str) -> String {
    let clean: String = label.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= LABEL {
        return clean;
    }
    clean.chars().take(LABEL - 3).chain("...".chars()).collect()
}

fn points(value: f64) -> String {
    // No minus before a zero.
    let value = (value * 10.0).round() / 10.0 + 0.0;
    format!("{value:.1}")
}

fn interval(interval: Option<Interval>, factor: f64) -> String {
    interval.map_or_else(String::new, |i| {
        let level = 100.0 * i.confidence;
        format!("   {} to {} ({level:.0} %)", points(i.lower * factor), points(i.upper * factor))
    })
}

fn probability(p: f64) -> String {
    if p < 0.001 { "< .001".to_owned() } else { format!("{p:.3}") }
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    format!("  {:>5.1} %", 100.0 * part as f64 / whole as f64)
}

fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A bar in eighths of a character.
fn bar(share: f64) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = place(share, 8 * WIDTH);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(end) = EIGHTHS.get(eighths % 8).filter(|end| **end != ' ') {
        bar.push(*end);
    }
    bar
}

/// The value and its interval within the range of the metric.
fn strip(metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let (low, high) = metric.range();
    let at = |value: f64| place((value - low) / (high - low), WIDTH - 1);
    let (lower, upper) = interval.map_or((value, value), |i| (i.lower, i.upper));
    let zero = (low < 0.0).then(|| at(0.0));
    (0..WIDTH)
        .map(|i| match i {
            i if i == at(value) => '●',
            i if i >= at(lower) && i <= at(upper) => '─',
            i if Some(i) == zero => '|',
            _ => '·',
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to the width by the clamp"
)]
fn place(share: f64, width: usize) -> usize {
    (share.clamp(0.0, 1.0) * width as f64).round() as usize
}
