//! The one error type of the crate.

use std::fmt;

/// A result whose error is [`Error`].
///
/// ```
/// fn above(goal: f64, ratings: &[u8]) -> heedful::Result<bool> {
///     Ok(heedful::Score::nps(ratings.iter().copied())?.value > Some(goal))
/// }
/// assert!(above(40.0, &[10, 9, 8])?);
/// assert!(above(40.0, &[11]).is_err());
/// # Ok::<(), heedful::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What went wrong, stable for ever and the same in every language.
        ///
        /// ```
        /// use heedful::{ErrorCode, Score};
        /// let error = Score::nps([10, 11]).unwrap_err();
        /// assert_eq!(error.code(), ErrorCode::RatingOutOfRange);
        /// assert_eq!(error.code().as_str(), "rating-out-of-range");
        /// assert!(ErrorCode::ALL.contains(&error.code()));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive] // a later version may find new things to refuse
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kebab-case spelling, for example `rating-out-of-range`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// An option has a value that is not allowed (a confidence of 1.2, say).
    InvalidArgument = "invalid-argument",
    /// A configuration document does not have the documented shape.
    InvalidConfig = "invalid-config",
    /// A preset or a name that does not exist was asked for.
    UnknownName = "unknown-name",
    /// A column that was asked for is not in the table.
    MissingColumn = "missing-column",
    /// Two columns have the same name.
    DuplicateColumn = "duplicate-column",
    /// A column has a type that cannot serve the purpose it was named for.
    ColumnType = "column-type",
    /// Columns of one table differ in length.
    LengthMismatch = "length-mismatch",
    /// A rating lies outside its scale, or is infinite.
    RatingOutOfRange = "rating-out-of-range",
    /// A rating is within the scale's range but not one of its points, or is not a number.
    RatingInvalid = "rating-invalid",
    /// Several columns of an export could be the rating, and none is named.
    RatingAmbiguous = "rating-ambiguous",
    /// A weight is negative or not finite.
    WeightInvalid = "weight-invalid",
    /// Two tallies or scores of different scales or metrics were combined.
    ScaleMismatch = "scale-mismatch",
    /// A text is not a date in the declared or settled format.
    DateInvalid = "date-invalid",
    /// Dates can be read as day/month or month/day and no row settles it.
    DateAmbiguous = "date-ambiguous",
    /// Times with and without an offset from UTC are mixed in one column.
    DateMixed = "date-mixed",
    /// A time zone is unknown, or no time-zone data is at hand.
    TimeZone = "time-zone",
    /// A file is not well-formed CSV.
    Csv = "csv",
    /// A text is not well-formed JSON.
    Json = "json",
    /// Bytes are not text in the declared encoding.
    Encoding = "encoding",
    /// The operating system refused to read or write.
    Io = "io",
    /// Relational and transactional responses, or different signals, would be pooled unasked.
    MixedKinds = "mixed-kinds",
    /// There are too few responses (or groups) for what was asked.
    TooFew = "too-few",
    /// A weighting target does not fit the data.
    TargetMismatch = "target-mismatch",
    /// An iteration did not reach its tolerance.
    NoConvergence = "no-convergence",
    /// A join key occurs more than once where it must be unique.
    DuplicateKey = "duplicate-key",
    /// An answer does not fit the step of the survey that it was given to.
    AnswerInvalid = "answer-invalid",
    /// A step of a survey was skipped that needs an answer, or an attribute that it needs is missing.
    AnswerRequired = "answer-required",
    /// Another step of the survey is due than the one that was answered.
    WrongStep = "wrong-step",
    /// A case cannot go where an event would take it.
    IllegalTransition = "illegal-transition",
    /// There is more than can be listed or held.
    TooMany = "too-many",
    /// Stored state was written by a version that this one cannot read.
    StateVersion = "state-version",
    /// A defect of this library: please report it.
    Internal = "internal",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error: a stable [code](Error::code), where it is ([path](Error::path), [row](Error::row),
/// [line](Error::line)), and a message for people.
///
/// Messages hold no customer text. `row` counts data rows from 0; `line` counts a file's lines from 1.
///
/// ```
/// let error = heedful::Score::nps([10, 11]).unwrap_err();
/// assert_eq!(error.code().as_str(), "rating-out-of-range");
/// assert_eq!(error.row(), Some(1));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    code: ErrorCode,
    message: String,
    path: String,
    row: Option<u64>,
    line: Option<u64>,
}

impl Error {
    /// An error with a message in lower case, without a full stop, free of customer text.
    ///
    /// ```
    /// use heedful::{Error, ErrorCode};
    /// // What a host reports in the same form: a code, the place, a message.
    /// let error = Error::new(ErrorCode::MissingColumn, "there is no such column").at("score").on_row(3).on_line(5);
    /// assert_eq!((error.code().as_str(), error.path()), ("missing-column", "score"));
    /// assert_eq!((error.row(), error.line()), (Some(3), Some(5)));
    /// assert_eq!(error.message(), "there is no such column");
    /// ```
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            path: String::new(),
            row: None,
            line: None,
        }))
    }

    /// Puts a step before the path: the field or place in a list that the value with the error is in.
    pub(crate) fn below(mut self, step: &str) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, step);
        self
    }

    /// Adds where in the input it is: a column name or a path such as `rule.positive[1]`.
    ///
    /// ```
    /// use heedful::{Error, ErrorCode};
    /// assert_eq!(Error::new(ErrorCode::ColumnType, "no numbers").at("score").path(), "score");
    /// ```
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = path.into();
        self
    }

    /// Adds the data row, counted from 0.
    #[must_use]
    pub fn on_row(mut self, row: u64) -> Self {
        self.0.row = Some(row);
        self
    }

    /// Adds the line of the file, counted from 1.
    #[must_use]
    pub fn on_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// Where in the input: a column, or a path in a configuration; empty where neither applies.
    ///
    /// ```
    /// use heedful::Metric;
    /// let error = Metric::from_json(r#"{"name": "own", "scale": "1-5", "rule": {"type": "max"}}"#).unwrap_err();
    /// assert!(error.path().starts_with("rule"));
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The data row, counted from 0, where one row is to blame.
    ///
    /// ```
    /// let error = heedful::Score::csat([5, 4, 9]).unwrap_err();
    /// assert_eq!(error.row(), Some(2)); // counted from 0
    /// ```
    #[must_use]
    pub fn row(&self) -> Option<u64> {
        self.0.row
    }

    /// The line of the file, counted from 1, where a file was read.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// What happened, in words, without code and place.
    ///
    /// ```
    /// let error = heedful::Score::csat([9]).unwrap_err();
    /// assert_eq!(error.message(), "rating 9 is outside the scale 1-5");
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        let Inner { path, row, line, .. } = &*self.0;
        if !path.is_empty() {
            write!(f, " at `{path}`")?;
        }
        match (line, row) {
            (Some(line), _) => write!(f, " on line {line}")?,
            (None, Some(row)) => write!(f, " in row {row}")?,
            (None, None) => {}
        }
        write!(f, " ({})", self.0.code)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(ErrorCode::Io, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_and_crosses_threads() {
        fn portable<T: Send + Sync + 'static>() {}
        portable::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn codes_are_distinct_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ErrorCode::ALL {
            assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            assert!(seen.insert(code.as_str()));
        }
    }

    #[test]
    fn says_what_where_and_code() {
        let error = Error::new(ErrorCode::RatingOutOfRange, "rating 11 is not on the scale 0-10");
        assert_eq!(
            error.at("score").on_row(3).to_string(),
            "rating 11 is not on the scale 0-10 at `score` in row 3 (rating-out-of-range)"
        );
    }
}
