//! Reading files, whole or batch by batch.

use std::io;
use std::path::Path;

use serde::{Serialize, Serializer};

use super::assemble::{Assembler, DatesRead, Plan};
use super::csv::CsvRecords;
use super::decode::{Decoder, Encoding, not_utf8};
use super::jsonl::JsonLines;
use super::options::{Attributes, CsvOptions, OnError};
use super::tool::{self, Recognised};
use crate::base::config;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::table::Table;
use crate::listen::responses::Responses;

/// A row that could not be read.
///
/// ```
/// use heedful::{CsvOptions, OnError};
/// let read = CsvOptions::new().rating("Score").on_error(OnError::Collect).read("Score\n10\nmany\n".as_bytes())?;
/// let bad = &read.rejected[0];
/// assert_eq!((bad.row, bad.line, bad.column.as_deref()), (1, 3, Some("Score")));
/// assert_eq!((bad.code.as_str(), bad.fields[0].as_str()), ("rating-invalid", "many"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Which data row of the file it is, counted from 0.
    pub row: u64,
    /// The line on which it starts, counted from 1, the header's line included.
    pub line: u64,
    /// The column that is to blame, where one is.
    pub column: Option<String>,
    /// The code of the error.
    #[serde(serialize_with = "code_as_text")]
    pub code: ErrorCode,
    /// The message of the error, free of customer text.
    pub message: String,
    /// The row as it stands in the file, so that nothing is lost: its fields, or the whole line of
    /// JSON; empty where a quote is not closed. Bytes that are not text are replaced here.
    pub fields: Vec<String>,
}

fn code_as_text<S: Serializer>(code: &ErrorCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.as_str())
}

/// A file that was read.
///
/// ```
/// let options = heedful::CsvOptions::new().rating("Score").at("When");
/// let read = options.read("When;Score\n13/04/2018 20:09;10\n".as_bytes())?;
/// assert_eq!((read.rows, read.delimiter), (1, Some(';')));
/// assert_eq!(read.dates.unwrap().day_first, Some(true));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // more may be told about a file
pub struct Read {
    /// The rows that could be read.
    #[serde(skip)]
    pub responses: Responses,
    /// How many rows the file has, rejected ones included.
    pub rows: u64,
    /// The rows that could not be read, in the order of the file.
    pub rejected: Vec<Rejected>,
    /// The delimiter that was declared or sniffed; `None` for JSON Lines.
    pub delimiter: Option<char>,
    /// The encoding that was declared or marked.
    pub encoding: Encoding,
    /// How times were read; `None` where no column of times was asked for.
    pub dates: Option<DatesRead>,
    /// What the file was taken for, where a preset was asked for.
    pub recognised: Option<Recognised>,
}

impl Read {
    /// The rejected rows as a table: `row`, `line`, `column`, `code`, `message`.
    ///
    /// ```
    /// use heedful::{CsvOptions, OnError};
    /// let read = CsvOptions::new().rating("Score").on_error(OnError::Collect).read("Score\nmany\n".as_bytes())?;
    /// assert_eq!(read.rejected_table().len(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn rejected_table(&self) -> Table {
        let mut table = Table::new();
        table.ints("row", self.rejected.iter().map(|r| Some(r.row)));
        table.ints("line", self.rejected.iter().map(|r| Some(r.line)));
        table.texts("column", self.rejected.iter().map(|r| r.column.clone()));
        table.texts("code", self.rejected.iter().map(|r| Some(r.code.as_str())));
        table.texts("message", self.rejected.iter().map(|r| Some(r.message.clone())));
        table
    }
}

impl CsvOptions {
    /// Reads a CSV file whole. Column names are compared after trimming; empty lines are skipped; a
    /// row with more or fewer fields than the header is a bad one.
    ///
    /// ```
    /// use heedful::{CsvOptions, OnError};
    ///
    /// let file = "score,date\n10,28/02/2024\nten,29/02/2024\n0,05/03/2024\n";
    /// let options = CsvOptions::new().rating("score").at("date").on_error(OnError::Collect);
    /// let read = options.read(file.as_bytes())?;
    /// assert_eq!((read.rows, read.responses.len()), (3, 2));
    /// let bad = &read.rejected[0];
    /// assert_eq!((bad.row, bad.line, bad.code.as_str()), (1, 3, "rating-invalid"));
    /// assert_eq!(read.dates.and_then(|d| d.day_first), Some(true));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column` and `duplicate-column` with the column's name, `date-ambiguous` where no
    /// row settles the order of day and month, `encoding`, `io`; and unless bad rows are collected,
    /// with row and line: `csv`, `rating-invalid`, `rating-out-of-range`, `date-invalid`,
    /// `date-mixed`, `weight-invalid`, `encoding`.
    pub fn read(&self, reader: impl io::Read) -> Result<Read> {
        Batches::csv(self, reader, None)?.whole()
    }

    /// Reads a file of JSON Lines whole: one object a line, a column for each field that is named,
    /// nested ones by a dotted path (`respondent.plan`). What is null or absent is missing; numbers
    /// and `true` and `false` are read as if they were texts, as ratings `true` is 1 and `false` 0.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric};
    /// let text = "{\"answer\": {\"score\": 10}}\n{\"answer\": {\"score\": null}}\n";
    /// let read = CsvOptions::new().rating("answer.score").read_jsonl(text.as_bytes())?;
    /// assert_eq!(read.responses.score(&Metric::nps())?.missing, 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`CsvOptions::read`], with the code `json` for a line that is no object;
    /// `missing-column` where no line has the field of the rating; `invalid-argument` where all
    /// attributes are asked for, because there is no header that lists them.
    pub fn read_jsonl(&self, reader: impl io::Read) -> Result<Read> {
        if self.preset.is_some() {
            return self.read_json(reader);
        }
        Batches::jsonl(self, reader, None)?.whole()
    }

    /// Reads a JSON document whole: an array of objects, or what a tool wraps around them (`{"data": [...]}`, the
    /// events of webhooks). Columns are as for [`CsvOptions::read_jsonl`], and so is the text: JSON Lines are read, too. The
    /// line of a record that cannot be read is its number.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Preset};
    /// let text = r#"[{"person": "7", "score": 0, "created_at": 1404197100, "person_properties": {"plan": "pro"}}]"#;
    /// let read = CsvOptions::new().preset(Preset::Auto).read_json(text.as_bytes())?;
    /// assert_eq!(read.recognised.unwrap().preset, Preset::Delighted);
    /// assert_eq!(read.responses.score(&Metric::nps())?.value, Some(-100.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`CsvOptions::read_jsonl`].
    pub fn read_json(&self, reader: impl io::Read) -> Result<Read> {
        let mut decoder = Decoder::new(reader, self.encoding);
        let mut bytes = Vec::new();
        while decoder.fill(&mut bytes)? {}
        let text = std::str::from_utf8(&bytes).map_err(|_| not_utf8())?;
        let (records, layout) = tool::documents(text, self.preset)?;
        let mut lines = String::new();
        for record in &records {
            lines.push_str(&config::to_json(record));
            lines.push('\n');
        }
        let (mut options, recognised) = match &layout {
            Some(layout) => {
                let guess = tool::guess(layout, self)?;
                (guess.options, Some(guess.recognised))
            }
            None => (self.clone(), None),
        };
        options.preset = None;
        options.encoding = Encoding::Utf8;
        let mut read = Batches::jsonl(&options, lines.as_bytes(), None)?.whole()?;
        read.encoding = decoder.encoding();
        read.recognised = recognised;
        Ok(read)
    }

    /// Reads a file that is in memory: JSON where a preset is set and the text starts with a brace or a bracket, else
    /// CSV.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Preset};
    ///
    /// let options = CsvOptions::new().preset(Preset::Auto);
    /// let json = br#"[{"person": "7", "score": 0, "created_at": 1404197100}]"#;
    /// assert_eq!(options.read_bytes(json)?.responses.score(&Metric::nps())?.value, Some(-100.0));
    /// // Without a brace or a bracket it is CSV.
    /// let csv = b"Response ID,Score,Comment,Survey Type,Permalink\n1,10,fast,nps,https://d.example/1\n";
    /// assert_eq!(options.read_bytes(csv)?.responses.score(&Metric::nps())?.value, Some(100.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`CsvOptions::read`].
    pub fn read_bytes(&self, bytes: &[u8]) -> Result<Read> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        match text.first() {
            Some(b'{' | b'[') if self.preset.is_some() => self.read_json(bytes),
            _ => self.read(bytes),
        }
    }

    /// Reads a file: JSON Lines where its name ends in `.jsonl` or `.ndjson`, JSON where it ends in `.json`,
    /// otherwise CSV, with tabs where it ends in `.tsv` and no delimiter is set.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("heedful-read-path-{}.jsonl", std::process::id()));
    /// # std::fs::write(&path, "{\"score\": 10}\n{\"score\": 3}\n").unwrap();
    /// let read = heedful::CsvOptions::new().rating("score").read_path(&path)?; // responses.jsonl
    /// assert_eq!((read.rows, read.delimiter), (2, None));
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `io` where the file cannot be opened; otherwise as for [`CsvOptions::read`].
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<Read> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|error| {
            Error::new(ErrorCode::Io, format!("cannot open `{}`: {error}", path.display()))
        })?;
        if path.is_dir() {
            let message = format!("`{}` is a folder", path.display());
            return Err(Error::new(ErrorCode::Io, message));
        }
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => self.read_jsonl(file),
            "json" => self.read_json(file),
            "tsv" if self.delimiter.is_none() => self.clone().delimiter('\t').read(file),
            _ => self.read(file),
        }
    }

    /// Reads a CSV file in batches of up to `rows` rows, in memory that does not grow with the
    /// file. Day and month in digits need a declared format here, since no later row can settle
    /// them.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Scorer, Scoring};
    ///
    /// let file = "score\n10\n9\n3\n";
    /// let mut scorer = Scorer::new(Scoring::new(Metric::nps()));
    /// for batch in CsvOptions::new().rating("score").stream(file.as_bytes(), 2)? {
    ///     scorer.observe(&batch?)?;
    /// }
    /// assert_eq!(scorer.finish()?.rows[0].score.n, 3);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for batches of 0 rows; what the header can have wrong. The iterator's
    /// errors are those of [`CsvOptions::read`], with `date-ambiguous` for the row; the first one
    /// ends it.
    pub fn stream<R: io::Read>(&self, reader: R, rows: usize) -> Result<Batches<R>> {
        Batches::csv(self, reader, Some(rows))
    }

    /// Reads a file of JSON Lines in batches.
    ///
    /// ```
    /// let text = "{\"score\": 9}\n{\"score\": 4}\n{\"score\": 10}\n";
    /// let mut batches = heedful::CsvOptions::new().rating("score").stream_jsonl(text.as_bytes(), 2)?;
    /// assert_eq!(batches.next().unwrap()?.len(), 2);
    /// assert_eq!((batches.next().unwrap()?.len(), batches.rows()), (1, 3));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`CsvOptions::stream`] and [`CsvOptions::read_jsonl`], but a rating that no line has
    /// is not noticed.
    pub fn stream_jsonl<R: io::Read>(&self, reader: R, rows: usize) -> Result<Batches<R>> {
        Batches::jsonl(self, reader, Some(rows))
    }
}

impl Responses {
    /// Reads a CSV file whole and stops at the first row that cannot be read.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Responses};
    /// let options = CsvOptions::new().rating("Score").attributes(["Plan"]);
    /// let responses = Responses::read_csv("Score,Plan\n10,pro\n3,free\n".as_bytes(), &options)?;
    /// assert_eq!(responses.score_by(&Metric::nps(), ["Plan"])?.rows[1].score.value, Some(100.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`CsvOptions::read`]; where bad rows are collected, they are dropped here: use
    /// [`CsvOptions::read`] to see them.
    pub fn read_csv(reader: impl io::Read, options: &CsvOptions) -> Result<Self> {
        options.read(reader).map(|read| read.responses)
    }

    /// Reads a file of JSON Lines whole.
    ///
    /// ```
    /// use heedful::{CsvOptions, Responses};
    /// let options = CsvOptions::new().rating("score");
    /// assert_eq!(Responses::read_jsonl("{\"score\": 9}\n{\"score\": 4}\n".as_bytes(), &options)?.len(), 2);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`CsvOptions::read_jsonl`].
    pub fn read_jsonl(reader: impl io::Read, options: &CsvOptions) -> Result<Self> {
        options.read_jsonl(reader).map(|read| read.responses)
    }
}

/// Batches of a file: see [`CsvOptions::stream`].
///
/// ```
/// use heedful::{CsvOptions, OnError};
/// let options = CsvOptions::new().rating("score").on_error(OnError::Collect);
/// let mut batches = options.stream("score\n10\nten\n9\n".as_bytes(), 2)?;
/// assert_eq!(batches.next().transpose()?.map(|batch| batch.len()), Some(2));
/// assert_eq!((batches.rows(), batches.take_rejected()[0].line), (3, 3));
/// assert!(batches.next().is_none() && batches.take_rejected().is_empty());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug)]
pub struct Batches<R> {
    source: Source<R>,
    assembler: Assembler,
    collect: bool,
    batch_rows: usize,
    rows: u64,
    rejected: Vec<Rejected>,
    recognised: Option<Recognised>,
    ended: bool,
}

#[derive(Debug)]
enum Source<R> {
    Csv(Box<Csv<R>>),
    Jsonl(JsonLines<R>),
}

#[derive(Debug)]
struct Csv<R> {
    records: CsvRecords<R>,
    /// Where each column stands in the file.
    places: Vec<usize>,
    /// Fields of the header.
    width: usize,
}

impl<R: io::Read> Batches<R> {
    fn csv(options: &CsvOptions, reader: R, batch_rows: Option<usize>) -> Result<Self> {
        let mut plan = Plan::new(options)?;
        let wanted: Vec<&str> = plan.names().collect();
        let CsvOptions { encoding, delimiter, quote, .. } = *options;
        let head = if options.preset.is_some() { LOOKED_AT } else { 0 };
        let (mut records, mut header) =
            CsvRecords::open(reader, encoding, delimiter, quote, &wanted, head)?;
        let mut found = None;
        if let Some(preset) = options.preset {
            let (rows, complete) = records.ahead(ROWS_LOOKED_AT, quote);
            let layout = tool::table(preset, &header, &rows, complete)?;
            let tool::Guess { options: filled, recognised, zone_names } =
                tool::guess(&layout, options)?;
            for _ in 1..layout.header_rows {
                records.advance()?;
            }
            plan = Plan::new(&filled)?;
            plan.zone_names = zone_names;
            header = layout.columns.into_iter().map(|column| column.name).collect();
            found = Some(recognised);
        }
        if options.attributes == Attributes::All && found.is_none() {
            header.iter().filter(|name| !name.is_empty()).for_each(|name| plan.add_attribute(name));
        }
        if plan.names().next().is_none() {
            return Err(none_named(&listed(&header, records.delimiter())));
        }
        let places = plan.names().map(|name| place(&header, name, records.delimiter()));
        let places = places.collect::<Result<_>>()?;
        let source = Csv { records, places, width: header.len() };
        let mut batches = Self::new(Source::Csv(Box::new(source)), plan, options, batch_rows)?;
        batches.recognised = found;
        Ok(batches)
    }

    fn jsonl(options: &CsvOptions, reader: R, batch_rows: Option<usize>) -> Result<Self> {
        if options.preset.is_some() {
            let message = "a preset reads JSON whole: `read_json`";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("preset"));
        }
        if options.attributes == Attributes::All {
            let message = "name the attributes: JSON Lines have no header that lists them";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("attributes"));
        }
        let plan = Plan::new(options)?;
        let columns = plan.names().map(str::to_owned).zip(plan.ratings());
        let mut lines = JsonLines::new(reader, options.encoding, columns);
        if plan.names().next().is_none() {
            let names = shortened(&lines.fields()?);
            return Err(none_named(&format!("the first line has {names}")));
        }
        Self::new(Source::Jsonl(lines), plan, options, batch_rows)
    }

    fn new(
        source: Source<R>,
        plan: Plan,
        options: &CsvOptions,
        batch_rows: Option<usize>,
    ) -> Result<Self> {
        if batch_rows == Some(0) {
            let message = "a batch takes at least 1 row";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("rows"));
        }
        Ok(Self {
            source,
            assembler: Assembler::new(plan, options, batch_rows.is_some()),
            collect: options.on_error == OnError::Collect,
            batch_rows: batch_rows.unwrap_or(usize::MAX),
            rows: 0,
            rejected: Vec::new(),
            recognised: None,
            ended: false,
        })
    }

    /// What the file was taken for, where a preset was asked for.
    ///
    /// ```
    /// use heedful::{CsvOptions, Preset};
    ///
    /// let csv = "Response ID,Score,Comment,Survey Type,Permalink\n1,10,fast,nps,https://d.example/1\n";
    /// let batches = CsvOptions::new().preset(Preset::Auto).stream(csv.as_bytes(), 1_000)?;
    /// assert_eq!(batches.recognised().map(|found| found.preset), Some(Preset::Delighted));
    /// // Nothing is looked for where no preset is asked for.
    /// assert!(CsvOptions::new().rating("Score").stream(csv.as_bytes(), 1_000)?.recognised().is_none());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn recognised(&self) -> Option<&Recognised> {
        self.recognised.as_ref()
    }

    /// How many rows of the file were seen, rejected ones included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes the rows that were rejected since the last call. They pile up unless taken.
    pub fn take_rejected(&mut self) -> Vec<Rejected> {
        std::mem::take(&mut self.rejected)
    }

    fn whole(mut self) -> Result<Read> {
        self.fill()?;
        if let Source::Jsonl(lines) = &self.source {
            lines.check_ratings()?;
        }
        let (responses, dates) = self.assembler.take()?;
        let (delimiter, encoding) = match &self.source {
            Source::Csv(csv) => (Some(csv.records.delimiter()), csv.records.encoding()),
            Source::Jsonl(lines) => (None, lines.encoding()),
        };
        let Self { rows, rejected, recognised, .. } = self;
        Ok(Read { responses, rows, rejected, delimiter, encoding, dates, recognised })
    }

    /// Reads rows until the batch is full or the file ends.
    fn fill(&mut self) -> Result<()> {
        while self.assembler.rows() < self.batch_rows {
            match self.source.row(self.rows, &mut self.assembler) {
                Ok(true) => {}
                Ok(false) => {
                    self.ended = true;
                    break;
                }
                Err(error) => self.reject(error)?,
            }
            self.rows += 1;
        }
        Ok(())
    }

    #[cold]
    fn reject(&mut self, error: Error) -> Result<()> {
        let (line, fields) = match &self.source {
            Source::Csv(csv) => (csv.records.line(), csv.records.shown()),
            Source::Jsonl(lines) => (lines.line(), lines.shown()),
        };
        // An error with a line of its own is not about the row but about what follows; a quote
        // that is not closed is about both, for its row is the last one.
        let beyond = error.code() == ErrorCode::Io
            || (error.line().is_some() && error.code() != ErrorCode::Csv);
        if beyond || !self.collect {
            self.ended = true;
            return Err(if beyond { error } else { error.on_row(self.rows).on_line(line) });
        }
        self.rejected.push(Rejected {
            row: self.rows,
            line,
            column: (!error.path().is_empty()).then(|| error.path().to_owned()),
            code: error.code(),
            message: error.message().to_owned(),
            fields,
        });
        Ok(())
    }
}

impl<R: io::Read> Source<R> {
    /// Reads the next row into the columns; false at the end.
    #[inline]
    fn row(&mut self, row: u64, columns: &mut Assembler) -> Result<bool> {
        match self {
            Self::Csv(csv) => {
                let Csv { records, places, width } = &mut **csv;
                if !records.advance()? {
                    return Ok(false);
                }
                if records.fields() != *width {
                    return Err(width_error(records.fields(), *width));
                }
                let record = records.record().ok_or_else(not_utf8)?;
                columns.push(row, |column| record.get(*places.get(column)?))?;
            }
            Self::Jsonl(lines) => {
                if !lines.advance()? {
                    return Ok(false);
                }
                let object = lines.object()?;
                let texts = lines.texts(&object)?;
                columns.push(row, |column| texts.get(column)?.as_deref())?;
            }
        }
        Ok(true)
    }
}

impl<R: io::Read> Iterator for Batches<R> {
    type Item = Result<Responses>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let filled = self.fill().and_then(|()| self.assembler.take());
        match filled {
            Ok((batch, _)) if batch.is_empty() => None,
            other => Some(other.map(|(batch, _)| batch)),
        }
    }
}

#[cold]
fn width_error(fields: usize, width: usize) -> Error {
    let s = if fields == 1 { "" } else { "s" };
    Error::new(ErrorCode::Csv, format!("the row has {fields} field{s}, the header {width}"))
}

/// How much of a file is looked at for a preset.
const LOOKED_AT: usize = 1 << 20;
const ROWS_LOOKED_AT: usize = 2_000;

/// How many names of a header a message shows, and how much of each.
const MOST_NAMES: usize = 40;
const LONGEST_NAME: usize = 40;

/// Where a column stands in the header.
fn place(header: &[String], name: &str, delimiter: char) -> Result<usize> {
    let mut found = header.iter().enumerate().filter(|(_, other)| *other == name);
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some(_), Some(_)) => {
            Err(Error::new(ErrorCode::DuplicateColumn, "two columns have this name").at(name))
        }
        (None, _) => {
            let message = format!("there is no such column: {}", listed(header, delimiter));
            Err(Error::new(ErrorCode::MissingColumn, message).at(name))
        }
    }
}

/// What the header says, and how it was understood.
fn listed(header: &[String], delimiter: char) -> String {
    format!("the header, split at {delimiter:?}, has {}", shortened(header))
}

fn shortened(names: &[String]) -> String {
    let shown = |name: &String| name.chars().take(LONGEST_NAME).collect::<String>();
    let more = if names.len() > MOST_NAMES { ", ..." } else { "" };
    let names: Vec<String> = names.iter().take(MOST_NAMES).map(shown).collect();
    format!("{}{more}", names.join(", "))
}

/// Without a column there is nothing to read, however many rows the file has.
fn none_named(there_are: &str) -> Error {
    let message =
        format!("no column is named: say which is the `rating`, or name `attributes`; {there_are}");
    Error::new(ErrorCode::MissingColumn, message).at("rating")
}
