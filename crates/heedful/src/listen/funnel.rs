//! The response funnel: how many of those invited came how far.

use serde::Serialize;

use super::column::Column;
use super::responses::Responses;
use crate::base::config::{self, Config, Entries, names, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::letters::fold;
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::stats::{Confidence, Interval, ProportionSample};

/// A step of the funnel.
///
/// ```
/// assert_eq!(heedful::Step::ALL.map(|step| step.as_str())[3..5], ["rated", "gave_reason"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The survey was sent.
    Invited,
    /// It arrived.
    Delivered,
    /// It was looked at.
    Opened,
    /// A rating was given.
    Rated,
    /// A reason was chosen, beside a rating.
    GaveReason,
    /// A comment was written, beside a rating.
    Commented,
    /// The customer refused, whatever came before.
    Declined,
}

names!(Step {
    Invited = "invited",
    Delivered = "delivered",
    Opened = "opened",
    Rated = "rated",
    GaveReason = "gave_reason",
    Commented = "commented",
    Declined = "declined",
});

impl Step {
    /// Every step in order.
    pub const ALL: [Self; 7] = [
        Self::Invited,
        Self::Delivered,
        Self::Opened,
        Self::Rated,
        Self::GaveReason,
        Self::Commented,
        Self::Declined,
    ];

    /// The snake-case spelling, for example `gave_reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Rated => "rated",
            Self::GaveReason => "gave_reason",
            Self::Commented => "commented",
            Self::Declined => "declined",
        }
    }
}

/// How many came to each step; `None` where a step is not known. Only what was asked for counts: a
/// review that nobody invited is no response to a survey.
///
/// ```
/// use heedful::FunnelCounts;
/// let counts = FunnelCounts::from_json(r#"{"invited": 200, "rated": 50}"#)?;
/// assert_eq!(counts, FunnelCounts { invited: 200, rated: Some(50), ..FunnelCounts::default() });
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FunnelCounts {
    /// Surveys sent.
    pub invited: u64,
    /// Of these, delivered.
    pub delivered: Option<u64>,
    /// Of these, opened.
    pub opened: Option<u64>,
    /// Of these, rated.
    pub rated: Option<u64>,
    /// Of those rated, with a reason.
    pub gave_reason: Option<u64>,
    /// Of those rated, with a comment.
    pub commented: Option<u64>,
    /// Of those invited, refused.
    pub declined: Option<u64>,
}

options!(
    FunnelCounts,
    takes [invited, delivered, opened, rated, gave_reason, commented, declined],
    from Self::default()
);

impl FunnelCounts {
    /// Reads counts from JSON: `{"invited": 1000, "rated": 120}`.
    ///
    /// ```
    /// use heedful::{Funnel, FunnelCounts, Step};
    /// let counts = FunnelCounts::from_json(r#"{"invited": 1000, "rated": 120}"#)?;
    /// let funnel = Funnel::new(&counts, Default::default())?;
    /// assert_eq!(funnel.step(Step::Rated).unwrap().of_invited.unwrap().value, 0.12);
    /// assert_eq!(funnel.step(Step::Opened), None); // not known
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    fn get(&self, step: Step) -> Option<u64> {
        match step {
            Step::Invited => Some(self.invited),
            Step::Delivered => self.delivered,
            Step::Opened => self.opened,
            Step::Rated => self.rated,
            Step::GaveReason => self.gave_reason,
            Step::Commented => self.commented,
            Step::Declined => self.declined,
        }
    }

    fn of(step: impl Fn(Step) -> Option<u64>) -> Self {
        Self {
            invited: step(Step::Invited).unwrap_or_default(),
            delivered: step(Step::Delivered),
            opened: step(Step::Opened),
            rated: step(Step::Rated),
            gave_reason: step(Step::GaveReason),
            commented: step(Step::Commented),
            declined: step(Step::Declined),
        }
    }
}

config::written!(FunnelCounts, r#"{"invited": 1000, "opened": 400, "rated": 100}"#);

/// A share with its interval.
///
/// ```
/// use heedful::{Funnel, FunnelCounts, Step};
/// let counts = FunnelCounts { invited: 200, rated: Some(50), ..FunnelCounts::default() };
/// let funnel = Funnel::new(&counts, Default::default())?;
/// let rate = funnel.step(Step::Rated).and_then(|rated| rated.of_invited).unwrap();
/// assert_eq!(rate.value, 0.25);
/// assert!((rate.interval.lower - 0.195).abs() < 1e-3 && (rate.interval.upper - 0.314).abs() < 1e-3);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// 0 to 1.
    pub value: f64,
    /// Wilson interval, 0 to 1.
    pub interval: Interval,
}

/// One step of a [`Funnel`].
///
/// ```
/// use heedful::{Funnel, FunnelCounts, Step};
/// let counts = FunnelCounts { invited: 200, rated: Some(50), commented: Some(10), ..FunnelCounts::default() };
/// let funnel = Funnel::new(&counts, Default::default())?;
/// let commented = funnel.step(Step::Commented).unwrap();
/// assert_eq!((commented.n, commented.previous), (10, Some(Step::Rated)));
/// assert_eq!(commented.of_previous.map(|rate| rate.value), Some(0.2));
/// assert!(funnel.step(Step::Opened).is_none()); // not known
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FunnelStep {
    /// Which one.
    pub step: Step,
    /// How many came here.
    pub n: u64,
    /// The step that it is a part of: the one before that is known; for `gave_reason` and
    /// `commented` the ratings, for `declined` the invitations. `None` for `invited`.
    pub previous: Option<Step>,
    /// Share of the previous step; `None` where nobody came there.
    pub of_previous: Option<Rate>,
    /// Share of those invited; for `rated` this is the response rate.
    pub of_invited: Option<Rate>,
}

/// How many of those invited came how far, with the rate of each step.
///
/// ```
/// use heedful::{Funnel, FunnelCounts};
///
/// let counts = FunnelCounts { invited: 1000, opened: Some(400), rated: Some(100), ..Default::default() };
/// let funnel = Funnel::new(&counts, Default::default())?;
/// let rated = funnel.steps[2];
/// assert_eq!(rated.of_previous.map(|r| r.value), Some(0.25));
/// assert_eq!(rated.of_invited.map(|r| r.value), Some(0.1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Funnel {
    /// The steps that are known, in order.
    pub steps: Vec<FunnelStep>,
}

impl Funnel {
    /// The funnel of counts.
    ///
    /// # Errors
    /// `invalid-argument` with the step's name as path where more came to a step than to the one
    /// that it is a part of.
    pub fn new(counts: &FunnelCounts, confidence: Confidence) -> Result<Self> {
        let rate = |n: u64, of: u64| {
            ProportionSample::new(n as f64, of as f64)
                .map(|sample| Rate { value: sample.value(), interval: sample.score(confidence) })
        };
        let known = |step: &Step| counts.get(*step).is_some();
        let mut steps = Vec::new();
        for (place, step) in Step::ALL.into_iter().enumerate() {
            let Some(n) = counts.get(step) else { continue };
            let last = match step {
                Step::GaveReason | Step::Commented => 4,
                Step::Declined => 1,
                _ => place,
            };
            let previous = Step::ALL.into_iter().take(last).rfind(known);
            let of = previous.and_then(|previous| counts.get(previous));
            if let (Some(of), Some(previous)) = (of, previous)
                && n > of
            {
                let (step, previous) = (step.as_str(), previous.as_str());
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    format!("{n} {step} of {of} {previous}: a step cannot grow"),
                )
                .at(step));
            }
            steps.push(FunnelStep {
                step,
                n,
                previous,
                of_previous: of.and_then(|of| rate(n, of)),
                of_invited: previous.and_then(|_| rate(n, counts.invited)),
            });
        }
        Ok(Self { steps })
    }

    /// One step, where it is known.
    ///
    /// ```
    /// use heedful::{Funnel, FunnelCounts, Step};
    /// let funnel = Funnel::new(&FunnelCounts { invited: 7, ..FunnelCounts::default() }, Default::default())?;
    /// assert_eq!(funnel.step(Step::Invited).map(|step| step.n), Some(7));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn step(&self, step: Step) -> Option<&FunnelStep> {
        self.steps.iter().find(|s| s.step == step)
    }

    /// A row for each step: `step`, `n`, `previous`, `of_previous`, `of_previous_lower`,
    /// `of_previous_upper`, `of_invited`, `of_invited_lower`, `of_invited_upper`.
    ///
    /// ```
    /// use heedful::{Data, Funnel, FunnelCounts};
    /// let counts = FunnelCounts { invited: 200, rated: Some(50), ..FunnelCounts::default() };
    /// let table = Funnel::new(&counts, Default::default())?.to_table();
    /// let rates = table.columns().iter().find(|column| column.name == "of_invited").unwrap();
    /// assert_eq!(rates.data, Data::Float(vec![None, Some(0.25)]));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let steps = || self.steps.iter();
        table.texts("step", steps().map(|s| Some(s.step.as_str())));
        table.ints("n", steps().map(|s| Some(s.n)));
        table.texts("previous", steps().map(|s| s.previous.map(Step::as_str)));
        let mut rates = |name: &str, rate: fn(&FunnelStep) -> Option<Rate>| {
            table.floats(name, steps().map(|s| rate(s).map(|r| r.value)));
            let lower = steps().map(|s| rate(s).map(|r| r.interval.lower));
            table.floats(&format!("{name}_lower"), lower);
            let upper = steps().map(|s| rate(s).map(|r| r.interval.upper));
            table.floats(&format!("{name}_upper"), upper);
        };
        rates("of_previous", |s| s.of_previous);
        rates("of_invited", |s| s.of_invited);
        table
    }
}

/// How a funnel is counted from a table with a row for each invitation.
///
/// Either one column names the furthest step of each row ([`status`](Self::status)), or there is a
/// column for each step: true and false, 1 and 0, yes and no, or a time where the step happened; a
/// missing value is a no. Where no column is named for `rated` and `commented`, the roles `rating`
/// and `comment` tell by having a value. Who came to a step came to those before: an opening that
/// was not tracked is one nevertheless when a rating followed. Reasons and comments count beside a
/// rating. Rows whose signal is not solicited are left out.
///
/// In JSON: `{"columns": {"delivered": "delivered_at", "opened": "opened"}, "confidence": 0.95}`
/// or `{"status": "state", "words": {"SENT": "invited", "DONE": "rated"}}`.
///
/// ```
/// use heedful::{Column, FunnelOptions, Responses, Step};
///
/// let sent = Responses::new()
///     .with("state", Column::categories([Some("rated"), Some("opened"), None, Some("declined")]))?;
/// let funnel = FunnelOptions::new().status("state").run(&sent)?;
/// let counts: Vec<u64> = funnel.steps.iter().take(4).map(|s| s.n).collect();
/// assert_eq!(counts, [4, 3, 3, 1]); // invited, delivered, opened, rated
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FunnelOptions {
    /// Column that names the furthest step of each row.
    status: Option<String>,
    /// What a status is called in that column, in any case; the names of the steps where not set.
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, Step>"))]
    words: Entries<Step>,
    /// For each step the column that tells of it.
    #[cfg_attr(feature = "schema", schemars(schema_with = "columns_schema"))]
    columns: Columns,
    /// Of the intervals of rates.
    confidence: Confidence,
}

/// Columns by the name of their step.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
struct Columns(Entries<String>);

impl Config for Columns {
    fn read(json: &Json) -> Result<Self> {
        let columns = Entries::read(json)?;
        for (step, _) in columns.iter() {
            Step::read(&Json::Text(step.clone())).map_err(|error| error.below(step))?;
        }
        Ok(Self(columns))
    }
}

options!(FunnelOptions, takes [status, words, columns, confidence], from Self::default());

#[cfg(feature = "schema")]
fn columns_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let step = generator.subschema_for::<Step>();
    schemars::json_schema!({
        "type": "object",
        "propertyNames": step,
        "additionalProperties": { "type": "string" },
    })
}

impl FunnelOptions {
    /// By the roles `rating` and `comment`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads options from JSON.
    ///
    /// ```
    /// use heedful::{FunnelOptions, Step};
    /// let json = r#"{"status": "state", "words": {"SENT": "invited", "DONE": "rated"}, "confidence": 0.9}"#;
    /// let options = FunnelOptions::new().status("state").word("SENT", Step::Invited).word("DONE", Step::Rated);
    /// assert_eq!(FunnelOptions::from_json(json)?, options.confidence(heedful::stats::Confidence::new(0.9)?));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The column that names the furthest step of each row; a missing one is `invited`. Somebody
    /// who declined had opened it.
    #[must_use]
    pub fn status(mut self, column: impl Into<String>) -> Self {
        self.status = Some(column.into());
        self
    }

    /// What a status is called in the table, in any case. With words of its own a table has no
    /// others, and steps without a word are not known.
    #[must_use]
    pub fn word(mut self, word: impl Into<String>, step: Step) -> Self {
        self.words.insert(word.into(), step);
        self
    }

    /// The column that tells whether a row came to a step.
    ///
    /// ```
    /// use heedful::{Column, FunnelOptions, Responses, Step};
    /// let sent = Responses::new()
    ///     .with("seen", Column::categories(["yes", "no", "yes"].map(Some)))?
    ///     .with("score", Column::optional_numbers(&[Some(9.0), None, None]))?
    ///     .rating("score");
    /// let funnel = FunnelOptions::new().column(Step::Opened, "seen").run(&sent)?;
    /// assert_eq!(funnel.step(Step::Opened).unwrap().n, 2);
    /// assert_eq!(funnel.step(Step::Rated).unwrap().of_previous.unwrap().value, 0.5);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn column(mut self, step: Step, column: impl Into<String>) -> Self {
        self.columns.0.insert(step.as_str().to_owned(), column.into());
        self
    }

    /// Confidence of the intervals.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Counts.
    ///
    /// # Errors
    /// `missing-column`; `invalid-argument` with column and row for a status, a signal or a yes
    /// that is none, or where both a status and columns are named.
    pub fn run(&self, invitations: &Responses) -> Result<Funnel> {
        let solicited = solicited(invitations)?;
        let counts = match &self.status {
            Some(_) if !self.columns.0.is_empty() => {
                let message = "name either a status or a column for each step";
                return Err(Error::new(ErrorCode::InvalidArgument, message).at("status"));
            }
            Some(status) => self.by_status(invitations, status, &solicited)?,
            None => self.by_columns(invitations, &solicited)?,
        };
        Funnel::new(&counts, self.confidence)
    }

    fn by_status(
        &self,
        invitations: &Responses,
        status: &str,
        solicited: &[bool],
    ) -> Result<FunnelCounts> {
        let column = invitations.require(status)?;
        // Of words that differ in their case alone the last one counts.
        let words: SortedMap<String, Step> = if self.words.is_empty() {
            Step::ALL.iter().map(|step| (step.as_str().to_owned(), *step)).collect()
        } else {
            self.words.iter().map(|(word, step)| (fold(word), *step)).collect()
        };
        let mut furthest = [0_u64; Step::ALL.len()];
        for (row, _) in solicited.iter().enumerate().filter(|(_, solicited)| **solicited) {
            let step = match column.key(row) {
                Key::Missing => Some(Step::Invited),
                key => {
                    let word = fold(&key.to_string());
                    words.get(&word).copied()
                }
            };
            let count = step.and_then(|step| furthest.get_mut(step as usize)).ok_or_else(|| {
                Error::new(ErrorCode::InvalidArgument, "the status is not the name of a step")
                    .at(status)
                    .on_row(row as u64)
            })?;
            *count += 1;
        }
        let known = |step: Step| step == Step::Invited || words.values().any(|s| *s == step);
        let at = |step: Step| furthest.get(step as usize).copied().unwrap_or_default();
        let from = |step: Step| furthest.iter().skip(step as usize).sum();
        Ok(FunnelCounts::of(|step| {
            known(step).then(|| match step {
                Step::Rated => at(Step::Rated) + at(Step::GaveReason) + at(Step::Commented),
                Step::GaveReason | Step::Commented | Step::Declined => at(step),
                _ => from(step),
            })
        }))
    }

    fn by_columns(&self, invitations: &Responses, solicited: &[bool]) -> Result<FunnelCounts> {
        let roles = invitations.roles();
        let mut reached: [Option<Vec<bool>>; Step::ALL.len()] = Default::default();
        for step in Step::ALL {
            let role = match step {
                Step::Rated => &roles.rating,
                Step::Commented => &roles.comment,
                _ => &None,
            };
            let flags = match (self.columns.0.get(step.as_str()), role) {
                (Some(name), _) => yes(invitations.require(name)?).map_err(|e| e.at(name))?,
                (None, Some(name)) => {
                    let column = invitations.require(name)?;
                    (0..column.len()).map(|row| has_value(column, row)).collect()
                }
                (None, None) if step == Step::Invited => vec![true; invitations.len()],
                (None, None) => continue,
            };
            if let Some(place) = reached.get_mut(step as usize) {
                *place = Some(flags);
            }
        }
        let flags = |step: Step| reached.get(step as usize).and_then(Option::as_ref);
        let came =
            |step: Step, row: usize| flags(step).and_then(|flags| flags.get(row)) == Some(&true);
        // Any later step but a refusal shows that a row came here.
        let came_to = |step: Step, row: usize| match step {
            Step::Invited | Step::Delivered | Step::Opened => {
                Step::ALL.into_iter().skip(step as usize).any(|later| {
                    (later != Step::Declined || step == Step::Invited) && came(later, row)
                })
            }
            Step::GaveReason | Step::Commented if flags(Step::Rated).is_some() => {
                came(step, row) && came(Step::Rated, row)
            }
            _ => came(step, row),
        };
        Ok(FunnelCounts::of(|step| {
            flags(step).is_some().then(|| {
                let rows = solicited.iter().enumerate().filter(|(_, solicited)| **solicited);
                rows.filter(|(row, _)| came_to(step, *row)).count() as u64
            })
        }))
    }
}

config::written!(FunnelOptions, r#"{"status": "state", "words": {"SENT": "invited"}}"#);

/// Which rows are answers to a survey.
fn solicited(invitations: &Responses) -> Result<Vec<bool>> {
    let Some(name) = &invitations.roles().signal else {
        return Ok(vec![true; invitations.len()]);
    };
    let column = invitations.require(name)?;
    (0..invitations.len())
        .map(|row| match column.key(row) {
            Key::Missing => Ok(true),
            key => match fold(&key.to_string()).as_str() {
                "solicited" => Ok(true),
                "unsolicited" | "inferred" => Ok(false),
                _ => Err(Error::new(
                    ErrorCode::InvalidArgument,
                    "a signal is solicited, unsolicited or inferred",
                )
                .at(name)
                .on_row(row as u64)),
            },
        })
        .collect()
}

fn has_value(column: &Column, row: usize) -> bool {
    match column.key(row) {
        Key::Missing => false,
        Key::Text(text) => !text.trim().is_empty(),
        _ => true,
    }
}

fn yes(column: &Column) -> Result<Vec<bool>> {
    if let Column::Time(_) = column {
        return Ok((0..column.len()).map(|row| has_value(column, row)).collect());
    }
    (0..column.len())
        .map(|row| {
            let known = match column.key(row) {
                Key::Missing => Some(false),
                Key::Bool(yes) => Some(yes),
                Key::Date(_) => Some(true),
                key => match fold(&key.to_string()).as_str() {
                    "1" | "true" | "yes" | "y" => Some(true),
                    "" | "0" | "false" | "no" | "n" => Some(false),
                    _ => None,
                },
            };
            known.ok_or_else(|| {
                Error::new(ErrorCode::InvalidArgument, "the value is neither a yes nor a no")
                    .on_row(row as u64)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(values: &[&str]) -> Column {
        Column::categories(values.iter().map(|v| (!v.is_empty()).then_some(*v)))
    }

    fn counts(funnel: &Funnel) -> Vec<(&str, u64)> {
        funnel.steps.iter().map(|s| (s.step.as_str(), s.n)).collect()
    }

    fn full() -> FunnelCounts {
        FunnelCounts {
            invited: 1000,
            delivered: Some(950),
            opened: Some(400),
            rated: Some(120),
            gave_reason: Some(60),
            commented: Some(80),
            declined: Some(30),
        }
    }

    #[test]
    fn rates_with_wilson_intervals() {
        let funnel = Funnel::new(&full(), Confidence::default()).unwrap();
        let commented = funnel.step(Step::Commented).unwrap();
        assert_eq!(commented.previous, Some(Step::Rated));
        let rate = commented.of_previous.unwrap();
        assert!((rate.value - 2.0 / 3.0).abs() < 1e-15);
        // Wilson (1927) in the form of the textbooks, centre and half width.
        let (p, n, z) = (2.0 / 3.0, 120.0, 1.959_963_984_540_054_f64);
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * f64::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
        assert!((rate.interval.lower - (centre - half)).abs() < 1e-12, "{rate:?}");
        assert!((rate.interval.upper - (centre + half)).abs() < 1e-12, "{rate:?}");
        let declined = funnel.step(Step::Declined).unwrap();
        assert_eq!(declined.previous, Some(Step::Invited));
        assert_eq!(declined.of_previous.map(|r| r.value), Some(0.03));
        let invited = funnel.step(Step::Invited).unwrap();
        assert_eq!((invited.of_previous, invited.of_invited), (None, None));
        let table = funnel.to_table();
        assert_eq!((table.len(), table.columns().len()), (7, 9));
        let empty = Funnel::new(&FunnelCounts::default(), Confidence::default()).unwrap();
        assert_eq!(counts(&empty), [("invited", 0)]);
        let none = FunnelCounts { rated: Some(0), ..FunnelCounts::default() };
        let none = Funnel::new(&none, Confidence::default()).unwrap();
        assert_eq!(none.steps[1].of_previous, None);
    }

    #[test]
    fn steps_do_not_grow() {
        for (path, counts) in [
            ("delivered", FunnelCounts { delivered: Some(1001), ..full() }),
            ("rated", FunnelCounts { rated: Some(401), ..full() }),
            ("rated", FunnelCounts { opened: None, delivered: None, rated: Some(1001), ..full() }),
            ("commented", FunnelCounts { commented: Some(121), ..full() }),
            ("declined", FunnelCounts { declined: Some(1001), ..full() }),
        ] {
            let error = Funnel::new(&counts, Confidence::default()).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, path));
        }
        // More comments than reasons: both are parts of the ratings.
        assert!(Funnel::new(&full(), Confidence::default()).is_ok());
    }

    #[test]
    fn counted_from_statuses() {
        let table = Responses::new()
            .with("s", names(&["SENT", "", "done", "seen", "refused", "done"]))
            .unwrap()
            .with("signal", names(&["solicited", "", "", "", "", "unsolicited"]))
            .unwrap()
            .signal("signal");
        let options = FunnelOptions::new()
            .status("s")
            .word("sent", Step::Invited)
            .word("Seen", Step::Opened)
            .word("done", Step::Rated)
            .word("refused", Step::Declined);
        let funnel = options.run(&table).unwrap();
        let expected = [("invited", 5), ("opened", 3), ("rated", 1), ("declined", 1)];
        assert_eq!(counts(&funnel), expected);
        let error = FunnelOptions::new().status("s").run(&table).unwrap_err();
        let place = (error.code(), error.path(), error.row());
        assert_eq!(place, (ErrorCode::InvalidArgument, "s", Some(0)));
        let json = r#"{"status": "s", "words": {"sent": "invited", "Seen": "opened",
            "done": "rated", "refused": "declined"}}"#;
        assert_eq!(FunnelOptions::from_json(json).unwrap(), options);
    }

    #[test]
    fn counted_from_columns() {
        let score = Column::optional_numbers(&[Some(0.0), None, Some(9.0), None, None]);
        let table = Responses::new()
            .with("score", score)
            .unwrap()
            .with("why", Column::texts([Some("slow"), Some("x"), Some(" "), None, None]))
            .unwrap()
            .with("opened", names(&["no", "yes", "", "1", "0"]))
            .unwrap()
            .with("refused", names(&["", "", "", "", "true"]))
            .unwrap()
            .rating("score")
            .comment("why");
        let options =
            FunnelOptions::new().column(Step::Opened, "opened").column(Step::Declined, "refused");
        let funnel = options.run(&table).unwrap();
        let expected =
            [("invited", 5), ("opened", 4), ("rated", 2), ("commented", 1), ("declined", 1)];
        assert_eq!(counts(&funnel), expected);
        let json = r#"{"columns": {"opened": "opened", "declined": "refused"}}"#;
        assert_eq!(FunnelOptions::from_json(json).unwrap(), options);
        let error = options.column(Step::Delivered, "why").run(&table).unwrap_err();
        let place = (error.code(), error.path(), error.row());
        assert_eq!(place, (ErrorCode::InvalidArgument, "why", Some(0)));
    }
}
