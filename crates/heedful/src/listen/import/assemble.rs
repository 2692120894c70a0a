//! From the texts of rows to typed columns.

use arrow_buffer::NullBufferBuilder;
use serde::Serialize;

use super::options::{Attributes, CsvOptions};
use super::rating::{Ratings, Value};
use super::tool::without_zone_name;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::number::decimal;
use crate::base::scale::Scale;
use crate::base::time::Clock;
use crate::base::time::{DateReader, DateStream, TimeUnit};
use crate::listen::column::{Column, TextsBuilder, Times};
use crate::listen::labels::Labels;
use crate::listen::responses::{Responses, Roles};

/// What a column becomes.
#[derive(Debug, Clone, PartialEq)]
enum Purpose {
    Rating(Option<Scale>),
    Time,
    Comment,
    Weight,
    Category,
}

/// The columns that are read, in the order in which they stand in the table.
#[derive(Debug)]
pub(super) struct Plan {
    columns: Vec<(String, Purpose)>,
    roles: Roles,
    /// Whether times end in names of zones that are left out.
    pub(super) zone_names: bool,
}

impl Plan {
    /// Attributes that are not named one by one are added by [`Plan::add_attribute`].
    ///
    /// # Errors
    /// `duplicate-column` where a column is named for two purposes that need different types.
    pub(super) fn new(options: &CsvOptions) -> Result<Self> {
        let roles = Roles {
            rating: options.rating.0.first().map(|rating| rating.column.clone()),
            at: options.at.clone(),
            comment: options.comment.clone(),
            customer: options.customer.clone(),
            account: options.account.clone(),
            weight: options.weight.clone(),
            kind: options.kind.clone(),
            signal: options.signal.clone(),
        };
        let mut plan = Self { columns: Vec::new(), roles, zone_names: false };
        for rating in &options.rating.0 {
            let metric = rating.metric.as_ref().or(options.metric.as_ref());
            let scale = metric.map(|metric| metric.scale().clone());
            plan.add(&rating.column, Purpose::Rating(scale))?;
        }
        for (name, purpose) in [
            (&options.at, Purpose::Time),
            (&options.comment, Purpose::Comment),
            (&options.customer, Purpose::Category),
            (&options.account, Purpose::Category),
            (&options.weight, Purpose::Weight),
            (&options.kind, Purpose::Category),
            (&options.signal, Purpose::Category),
        ] {
            if let Some(name) = name {
                plan.add(name, purpose)?;
            }
        }
        if let Attributes::Named(names) = &options.attributes {
            names.iter().for_each(|name| plan.add_attribute(name));
        }
        Ok(plan)
    }

    fn add(&mut self, name: &str, purpose: Purpose) -> Result<()> {
        match self.columns.iter().find(|(other, _)| other == name) {
            None => self.columns.push((name.to_owned(), purpose)),
            Some((_, other)) if *other == purpose => {}
            Some(_) => {
                return Err(Error::new(
                    ErrorCode::DuplicateColumn,
                    "the column is named for two purposes that need different types",
                )
                .at(name));
            }
        }
        Ok(())
    }

    /// A column with a role can be grouped by as it is.
    pub(super) fn add_attribute(&mut self, name: &str) {
        if self.names().all(|other| other != name) {
            self.columns.push((name.to_owned(), Purpose::Category));
        }
    }

    /// The names in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Which columns hold ratings.
    pub(super) fn ratings(&self) -> Vec<bool> {
        self.columns.iter().map(|(_, purpose)| matches!(purpose, Purpose::Rating(_))).collect()
    }
}

/// What was found out about the times of a file.
///
/// ```
/// use heedful::{Clock, CsvOptions};
/// let file = "score,at\n10,04/03/2024\n9,28/02/2024\n";
/// let dates = CsvOptions::new().rating("score").at("at").read(file.as_bytes())?.dates.unwrap();
/// // The second row settles that the first one is of March.
/// assert_eq!((dates.clock, dates.day_first), (Clock::Wall, Some(true)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DatesRead {
    /// Whether they carried an offset from UTC (or were numbers) or not.
    pub clock: Clock,
    /// Whether day and month in digits were read with the day first; `None` where no row had to
    /// settle it, or the format was declared.
    pub day_first: Option<bool>,
}

#[derive(Debug)]
enum Builder {
    Rating(Ratings),
    Time { dates: Dates, present: NullBufferBuilder },
    Comment(TextsBuilder),
    Weight { values: Vec<f64>, present: NullBufferBuilder },
    Labels(Labels),
}

#[derive(Debug)]
enum Dates {
    /// Both orders of day and month are kept until a row settles it.
    Whole(DateReader),
    Stream {
        reader: DateStream,
        millis: Vec<i64>,
        clock: Clock,
    },
}

/// Columns that grow row by row. A row goes into all of them or into none.
#[derive(Debug)]
pub(super) struct Assembler {
    columns: Vec<(String, Builder)>,
    roles: Roles,
    missing: Vec<String>,
    zone_names: bool,
    /// What the ratings and weights of the row in hand say.
    values: Vec<Value>,
    rows: usize,
}

impl Assembler {
    pub(super) fn new(plan: Plan, options: &CsvOptions, streaming: bool) -> Self {
        let present = || NullBufferBuilder::new(0);
        let format = || options.date_format.clone();
        let builder = |purpose| match purpose {
            Purpose::Rating(scale) => Builder::Rating(Ratings::new(scale, options.invalid)),
            Purpose::Time => {
                let dates = if streaming {
                    let clock = format().as_ref().map_or(Clock::Wall, |f| f.kind());
                    let reader = DateStream::new(format());
                    Dates::Stream { reader, millis: Vec::new(), clock }
                } else {
                    Dates::Whole(DateReader::new(format()))
                };
                Builder::Time { dates, present: present() }
            }
            Purpose::Comment => Builder::Comment(TextsBuilder::default()),
            Purpose::Weight => Builder::Weight { values: Vec::new(), present: present() },
            Purpose::Category => Builder::Labels(Labels::default()),
        };
        let columns: Vec<_> =
            plan.columns.into_iter().map(|(name, purpose)| (name, builder(purpose))).collect();
        Self {
            values: vec![Value::Missing; columns.len()],
            columns,
            roles: plan.roles,
            zone_names: plan.zone_names,
            missing: options.missing.clone(),
            rows: 0,
        }
    }

    /// How many rows there are since the last [`take`](Self::take).
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row, given the text of each column. `row` is for messages.
    ///
    /// # Errors
    /// With the path of the column that cannot be read; then nothing was added.
    #[inline]
    pub(super) fn push<'a>(
        &mut self,
        row: u64,
        text: impl Fn(usize) -> Option<&'a str>,
    ) -> Result<()> {
        let Self { columns, missing, values, zone_names, .. } = self;
        let text = |column| text(column).filter(|text| !is_missing(text, missing));
        // What can fail comes first, and times last, for the reader of times keeps what it took.
        let mut times = None;
        for (column, ((name, builder), value)) in columns.iter_mut().zip(&mut *values).enumerate() {
            let read = match builder {
                Builder::Rating(ratings) => text(column).map(|text| ratings.read(text)),
                Builder::Weight { .. } => text(column).map(weight),
                Builder::Time { dates, present } => {
                    times = Some((column, &*name, dates, present));
                    continue;
                }
                Builder::Comment(_) | Builder::Labels(_) => continue,
            };
            *value = read.unwrap_or(Ok(Value::Missing)).map_err(|e| e.at(&*name))?;
        }
        if let Some((column, name, dates, present)) = times {
            let text = text(column);
            let text = if *zone_names { text.map(without_zone_name) } else { text };
            dates.push(row, text).map_err(|e| e.at(name))?;
            present.append(text.is_some());
        }
        for (column, ((_, builder), value)) in columns.iter_mut().zip(values).enumerate() {
            match builder {
                Builder::Rating(ratings) => {
                    let text = if *value == Value::Text { text(column) } else { None };
                    ratings.push(*value, text);
                }
                Builder::Weight { values, present } => {
                    let weight =
                        if let Value::Number(weight) = value { Some(*weight) } else { None };
                    values.push(weight.unwrap_or_default());
                    present.append(weight.is_some());
                }
                Builder::Comment(texts) => texts.push(text(column)),
                Builder::Labels(labels) => labels.push(text(column)),
                Builder::Time { .. } => {}
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// The rows so far; the next ones start a new table.
    ///
    /// # Errors
    /// `date-ambiguous` where no row settles the order of day and month.
    pub(super) fn take(&mut self) -> Result<(Responses, Option<DatesRead>)> {
        let mut responses = Responses::new().with_roles(self.roles.clone());
        let mut read = None;
        for (name, builder) in &mut self.columns {
            let column = match builder {
                Builder::Rating(ratings) => ratings.take(),
                Builder::Time { dates, present } => {
                    let (millis, of) = dates.take().map_err(|e| e.at(&*name))?;
                    read = Some(of);
                    Column::Time(Times {
                        values: millis.into(),
                        validity: present.finish(),
                        unit: TimeUnit::Millisecond,
                        clock: of.clock,
                    })
                }
                Builder::Comment(texts) => Column::Text(std::mem::take(texts).finish()),
                Builder::Weight { values, present } => {
                    Column::Number(std::mem::take(values).into(), present.finish())
                }
                Builder::Labels(labels) => std::mem::take(labels).finish(),
            };
            responses = responses.with(&*name, column)?;
        }
        self.rows = 0;
        Ok((responses, read))
    }
}

impl Dates {
    #[inline]
    fn push(&mut self, row: u64, text: Option<&str>) -> Result<()> {
        match (self, text) {
            (Self::Whole(reader), Some(text)) => reader.push(row, text)?,
            (Self::Whole(reader), None) => reader.push_missing(),
            (Self::Stream { reader, millis, clock }, Some(text)) => {
                let moment = reader.read(row, text)?;
                *clock = moment.kind;
                millis.push(moment.millis);
            }
            (Self::Stream { millis, .. }, None) => millis.push(0),
        }
        Ok(())
    }

    fn take(&mut self) -> Result<(Vec<i64>, DatesRead)> {
        match self {
            Self::Whole(reader) => {
                let dates = std::mem::replace(reader, DateReader::new(None)).finish()?;
                let clock = dates.kind.unwrap_or(Clock::Wall);
                Ok((dates.millis, DatesRead { clock, day_first: dates.day_first }))
            }
            Self::Stream { millis, clock, .. } => {
                Ok((std::mem::take(millis), DatesRead { clock: *clock, day_first: None }))
            }
        }
    }
}

#[inline]
fn is_missing(text: &str, tokens: &[String]) -> bool {
    let text = text.trim_ascii();
    text.is_empty() || tokens.iter().any(|token| token == text)
}

fn weight(text: &str) -> Result<Value> {
    let weight = decimal(text.trim()).filter(|w| *w >= 0.0 && w.is_finite());
    weight.map(Value::Number).ok_or_else(|| {
        Error::new(ErrorCode::WeightInvalid, "a weight must be a finite number of at least 0")
    })
}
