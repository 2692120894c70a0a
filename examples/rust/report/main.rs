//! A report on survey responses, on the terminal.
//!
//! `cargo run --release --example report` shows a sample; with a file and the names of its columns it does the
//! same for any CSV or JSON Lines. `--help` lists the options.

mod alarms;
mod comments;
mod layout;
mod scores;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use heedful::text::Language;
use heedful::{Column, CsvOptions, Every, Metric, Preset, Read, Scoring, Taxonomy};

const USAGE: &str = "\
usage: report [FILE] [options]

Without a file, a bundled sample of invented responses is shown. The export of a survey tool needs no options: what its
columns are is recognised and told.

  --rating COLUMN       the column of ratings; then the others are to be named, too
  --metric NAME         how they are scored: nps (default), csat, ces, stars, thumbs, ...
  --at COLUMN           the column of dates, for the trend and for alarms
  --by COLUMN,COLUMN    the columns to slice by
  --comment COLUMN      the column of comments, for reasons, telling words and quotes
  --taxonomy NAME|FILE  the reasons to look for: banking, healthcare, restaurants, retail, software, support,
                        telecom, travel or a file of yours, as reasons.json; without it the one of these that
                        finds reasons in most comments
  --language CODE       the language of comments: en (default), de, fr or es, with a file any
  --every PERIOD        day, week, month (default), quarter or year
  --date-format FORMAT  how dates are written, for example %d/%m/%Y
  --delimiter CHARACTER what separates fields; found by itself among , ; | and tab
  --encoding NAME       utf-8 (default), latin-1 or utf-16
  --minimum-n N         hide segments with fewer ratings (default 10)
  --help                this text
";

/// Invented; `make_sample.rs` makes it.
const SAMPLE: &str = include_str!("../../data/sample.csv");

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
    /// `None` for the starter that fits best.
    taxonomy: Option<Taxonomy>,
    language: Language,
    by: Vec<String>,
    every: Every,
    minimum_n: u64,
}

/// The report, or what is wrong with the arguments or the file.
pub(crate) fn report(arguments: &[String]) -> Result<String, String> {
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return Ok(USAGE.to_owned());
    }
    let mut request = parse(arguments)?;
    let read = match &request.file {
        Some(file) => request.options.read_path(file),
        None => request.options.read(SAMPLE.as_bytes()),
    };
    let read = read.map_err(|error| error.to_string())?;
    let recognised = recognised(&mut request, &read)?;
    let report = write(&request, &read).map_err(|error| error.to_string())?;
    Ok(recognised + &report)
}

/// What an export was taken for, in words; its columns go into the request.
fn recognised(request: &mut Request, read: &Read) -> Result<String, String> {
    let Some(found) = &read.recognised else { return Ok(String::new()) };
    let roles = read.responses.roles();
    if roles.rating.is_none() {
        return Err(format!(
            "name the column of ratings, --rating COLUMN: {}",
            found.notes.join("; ")
        ));
    }
    request.has_times = roles.at.is_some();
    request.comment.clone_from(&roles.comment);
    if request.by.is_empty() {
        let attributes = found.columns.iter().filter(|column| column.role == "attribute");
        let few = |name: &String| match read.responses.column(name) {
            Some(Column::Category(category)) => (2..=12).contains(&category.values.len()),
            _ => false,
        };
        request.by = attributes.map(|column| column.column.clone()).filter(few).collect();
    }
    let why = found.why.join(", ");
    let preset = serde_json::to_value(found.preset).unwrap_or_default();
    let mut text = format!("Recognised as {} by {why}\n", preset.as_str().unwrap_or_default());
    for column in found.columns.iter().filter(|column| column.role != "attribute") {
        text += &format!("  {:<10}{}: {}\n", column.role, column.column, column.why);
    }
    let left: Vec<&str> = found.left_out.iter().map(|column| column.column.as_str()).collect();
    if !left.is_empty() {
        text += &format!("  not read  {}\n", left.join(", "));
    }
    for note in &found.notes {
        text += &format!("  note      {note}\n");
    }
    Ok(text + "\n")
}

fn parse(arguments: &[String]) -> Result<Request, String> {
    let mut file = None;
    let mut set = BTreeMap::new();
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
    let metric = Metric::preset(text("metric").unwrap_or("nps")).map_err(|e| e.to_string())?;
    let by: Vec<String> = text("by")
        .map(|by| by.split(',').map(|name| name.trim().to_owned()).collect())
        .unwrap_or_default();
    let options = CsvOptions::new().metric(metric.clone()).attributes(&by);
    let mut options = match text("rating") {
        Some(rating) => options.rating(rating),
        None => options.preset(Preset::Auto),
    };
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
    let (taxonomy, language) = taxonomy(text("taxonomy"), text("language"))?;
    for name in ["taxonomy", "language"] {
        if text(name).is_some() && text("comment").is_none() && text("rating").is_some() {
            return Err(format!("`--{name}` needs a column of comments: --comment COLUMN"));
        }
    }
    let every = text("every").unwrap_or("month");
    let every = Every::ALL.iter().copied().find(|known| known.as_str() == every);
    let minimum_n = text("minimum-n").unwrap_or("10").parse();
    Ok(Request {
        file,
        has_times: text("at").is_some(),
        comment: text("comment").map(str::to_owned),
        taxonomy,
        language,
        options,
        metric,
        by,
        every: every.ok_or("a period is day, week, month, quarter or year")?,
        minimum_n: minimum_n.map_err(|_| "`--minimum-n` needs a whole number".to_owned())?,
    })
}

/// The reasons to look for, where they are named, and the language of comments.
fn taxonomy(
    name: Option<&str>,
    language: Option<&str>,
) -> Result<(Option<Taxonomy>, Language), String> {
    let said: Option<Language> =
        language.map(str::parse).transpose().map_err(|e: heedful::Error| e.to_string())?;
    let language = said.unwrap_or(Language::English);
    let Some(name) = name else {
        // Says so now where no starter is written in it.
        let field = Taxonomy::presets().first().copied().unwrap_or_default();
        Taxonomy::preset(field, [language]).map_err(|e| e.to_string())?;
        return Ok((None, language));
    };
    if !name.to_ascii_lowercase().ends_with(".json") {
        let starter = Taxonomy::preset(name, [language]).map_err(|e| e.to_string())?;
        return Ok((Some(starter), language));
    }
    let text = std::fs::read_to_string(name).map_err(|e| format!("cannot read `{name}`: {e}"))?;
    let own = Taxonomy::from_json(&text).map_err(|e| format!("`{name}`: {e}"))?;
    let language = said.unwrap_or(own.language());
    Ok((Some(own), language))
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
    scores::responses(&mut out, request, read, &scores);
    scores::score(&mut out, request, &scores);
    if request.has_times {
        scores::trend(&mut out, request, &read.responses)?;
    }
    if !request.by.is_empty() {
        scores::segments(&mut out, request, &read.responses)?;
    }
    let reasons = match &request.comment {
        Some(column) => comments::comments(&mut out, request, &read.responses, column)?,
        None => None,
    };
    if request.has_times {
        alarms::alarms(&mut out, request, &read.responses, reasons.as_ref())?;
    }
    Ok(out)
}
