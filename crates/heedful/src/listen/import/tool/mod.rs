//! Exports of survey tools: which tool wrote a file, and what its columns are.

mod document;
mod guess;
mod layout;
mod table;

pub(super) use document::documents;
pub(super) use guess::{Guess, guess, without_zone_name};
pub(super) use table::table;

use serde::Serialize;

use crate::base::config::names;

/// Whose export a file is.
///
/// With a preset, columns need not be named: those of the tool are known, the rest is guessed from names and values,
/// and [`Recognised`] tells each guess and what was left out. A column that is named in the options is taken as named.
///
/// ```
/// use heedful::{CsvOptions, Metric, Preset};
/// let file = "Response ID,Score,Comment,Survey Type,Permalink,Plan\n1,10,fast,nps,https://d.example/1,pro\n";
/// let read = CsvOptions::new().preset(Preset::Auto).read(file.as_bytes())?;
/// assert_eq!(read.responses.score(&Metric::nps())?.value, Some(100.0));
/// let recognised = read.recognised.unwrap();
/// assert_eq!(recognised.preset, Preset::Delighted);
/// assert_eq!(recognised.left_out[0].column, "Response ID");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The tool is recognised from the file.
    Auto,
    /// Qualtrics, CSV or TSV: up to three header rows, the last one of `ImportId`s.
    Qualtrics,
    /// SurveyMonkey, CSV: two header rows, condensed or one column for each option.
    Surveymonkey,
    /// Typeform, CSV.
    Typeform,
    /// Google Forms, CSV: the first column is the time.
    GoogleForms,
    /// Delighted, CSV or the JSON of its API.
    Delighted,
    /// Wootric, the JSON of its API (responses and declines) or CSV.
    Wootric,
    /// Formbricks, webhooks collected as JSON or JSON Lines (arrays, or the older single object), or CSV.
    Formbricks,
    /// Medallia and what is laid out like it: CSV with `Likelihood to Recommend`, or field keys such as `q_ltr`.
    Medallia,
    /// Anything else that says by the names of its columns what they are.
    Generic,
}

names!(Preset {
    Auto = "auto",
    Qualtrics = "qualtrics",
    Surveymonkey = "surveymonkey",
    Typeform = "typeform",
    GoogleForms = "google_forms",
    Delighted = "delighted",
    Wootric = "wootric",
    Formbricks = "formbricks",
    Medallia = "medallia",
    Generic = "generic",
});

/// What was recognised in an export: see [`Preset`]. The texts are names of columns and questions, never answers.
///
/// ```
/// use heedful::{CsvOptions, Preset};
///
/// let file = "Timestamp,How likely are you to recommend us?,Why?,Email,IP Address\n\
///     2026-01-05 10:00:00,9,fast,ada@example.com,203.0.113.7\n";
/// let read = CsvOptions::new().preset(Preset::GoogleForms).read(file.as_bytes())?;
/// let recognised = read.recognised.unwrap();
/// assert_eq!((recognised.preset, recognised.header_rows), (Preset::GoogleForms, 1));
/// let roles: Vec<_> = recognised.columns.iter().map(|guess| guess.role).collect();
/// assert_eq!(roles, ["at", "rating", "comment", "customer"]);
/// assert_eq!(recognised.left_out[0].column, "IP Address");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // more may be told
pub struct Recognised {
    /// The tool; never [`Preset::Auto`].
    pub preset: Preset,
    /// What it was recognised by.
    pub why: Vec<String>,
    /// Rows before the first response; 0 for JSON.
    pub header_rows: u64,
    /// The columns that are read, in the order of the file.
    pub columns: Vec<ColumnGuess>,
    /// The columns that are not read, in the order of the file.
    pub left_out: Vec<ColumnLeftOut>,
    /// What else a person should know before trusting the guesses.
    pub notes: Vec<String>,
}

/// A column that is read, and as what.
///
/// ```
/// use heedful::{CsvOptions, Preset};
///
/// let file = "score,plan\n10,pro\n3,free\n";
/// let read = CsvOptions::new().preset(Preset::Generic).rating("score").read(file.as_bytes())?;
/// let columns = read.recognised.unwrap().columns;
/// let [score, plan] = &columns[..] else { panic!("two columns") };
/// assert_eq!((score.column.as_str(), score.role, score.why.as_str()), ("score", "rating", "it is named in the options"));
/// assert_eq!((plan.role, plan.metric, &plan.question), ("attribute", None, &None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive] // more may be told
pub struct ColumnGuess {
    /// Its name in the table; in JSON a path with dots.
    pub column: String,
    /// `rating`, `at`, `comment`, `customer`, `account` or `attribute`.
    pub role: &'static str,
    /// The name of the metric that a rating is read by, where it is clear.
    pub metric: Option<&'static str>,
    /// The question as it was asked, where the file has it beside the name.
    pub question: Option<String>,
    /// Why this role.
    pub why: String,
}

/// A column that is not read.
///
/// ```
/// use heedful::{CsvOptions, Preset};
///
/// let file = "score,full name,plan\n10,Ada Lovelace,pro\n3,Bob Ross,free\n";
/// let read = CsvOptions::new().preset(Preset::Generic).rating("score").read(file.as_bytes())?;
/// let left_out = read.recognised.unwrap().left_out;
/// assert_eq!((left_out.len(), left_out[0].column.as_str()), (1, "full name"));
/// assert!(read.responses.column("full name").is_none() && read.responses.column("plan").is_some());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive] // more may be told
pub struct ColumnLeftOut {
    /// Its name.
    pub column: String,
    /// Why it is not read; to have it all the same, name it among the attributes.
    pub why: &'static str,
}

/// A column as the file shows it before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) question: Option<String>,
    /// The values looked at that are not blank.
    pub(super) values: Vec<String>,
    /// Whether any row holds a list or an object here.
    pub(super) nested: bool,
}

/// The layout of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) preset: Preset,
    pub(super) why: Vec<String>,
    pub(super) header_rows: u64,
    pub(super) columns: Vec<Seen>,
    /// Whether every row was looked at.
    pub(super) complete: bool,
    pub(super) notes: Vec<String>,
}

/// A name without case, spaces and marks, to compare it by.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
