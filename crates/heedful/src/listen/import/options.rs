//! How a file of responses is read.

use serde::{Serialize, Serializer};

use super::decode::Encoding;
use super::tool::Preset;
use crate::base::config::{self, Config, Object, deserialized, names, options};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::metric::Metric;
use crate::base::scale::{Invalid, MISSING};
use crate::base::time::DateFormat;

/// What happens at the first row that cannot be read.
///
/// ```
/// use heedful::{CsvOptions, OnError};
/// let text = "Score\n10\nmany\n9\n";
/// let options = CsvOptions::new().rating("Score");
/// assert!(options.read(text.as_bytes()).is_err());
/// let read = options.on_error(OnError::Collect).read(text.as_bytes())?;
/// assert_eq!((read.responses.len(), read.rejected.len()), (2, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// Reading stops with an error that has row, line and column.
    #[default]
    Stop,
    /// The row is left out and returned among the rejected ones.
    Collect,
}

names!(OnError { Stop = "stop", Collect = "collect" });

/// A column of ratings, and the metric it is checked against.
///
/// ```
/// use heedful::{CsvOptions, Metric};
/// let json = r#"{"rating": ["likely", {"column": "happy", "metric": "csat"}]}"#;
/// let options = CsvOptions::new().rating("likely").rating_of("happy", Metric::csat());
/// assert_eq!(CsvOptions::from_json(json)?, options);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct RatingColumn {
    /// The name.
    pub column: String,
    /// Its scale gives labels and range; the metric of the options where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
}

impl Config for RatingColumn {
    fn read(json: &Json) -> Result<Self> {
        let mut rating = Self { column: String::new(), metric: None };
        match json {
            Json::Text(column) => rating.column.clone_from(column),
            Json::Object(_) => {
                let mut object = Object::of(json)?;
                object.needs("column", &mut rating.column);
                object.takes("metric", &mut rating.metric);
                object.finish()?;
            }
            _ => return Err(json.refused("a column, or an object with `column` and `metric`")),
        }
        Ok(rating)
    }
}

deserialized!(RatingColumn);

/// Which columns are read beside those that have a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attributes {
    Named(Vec<String>),
    All,
}

/// How a file of responses is read: which column is what, and how texts become values. For CSV and
/// for JSON Lines, where `delimiter` and `quote` mean nothing and a column is a field, or a dotted
/// path to a nested one.
///
/// Quick advice: name the columns, and the [`metric`](Self::metric) so that labels such as "very
/// happy" are understood and ratings off the scale found; declare the
/// [`date_format`](Self::date_format) if you know it. Leave the rest alone until a file asks for it.
///
/// Only columns that are named are read. A text is missing if it is blank or one of the
/// [`missing`](Self::missing) tokens; a 0 is a 0. In JSON:
/// `{"rating": "score", "metric": "nps", "at": "date", "attributes": ["plan"], "on_error":
/// "collect"}`, with the names of the setters; `rating` may be a list of names or of objects
/// `{"column": "ease", "metric": "ces"}`, and `attributes` may be `"all"`.
///
/// ```
/// use heedful::{CsvOptions, Metric, Responses};
///
/// let file = "Score;Plan;When;Why\n10 - Extremely likely;pro;28/02/2024;\"fast;\nfriendly\"\n;free;01/03/2024;\n";
/// let options = CsvOptions::new()
///     .rating("Score").metric(Metric::nps()).at("When").comment("Why").attributes(["Plan"]);
/// let responses = Responses::read_csv(file.as_bytes(), &options)?;
/// let score = responses.score(&Metric::nps())?;
/// assert_eq!((score.n, score.missing), (1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CsvOptions {
    /// Columns of ratings; the first gets the role `rating`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "rating_schema"))]
    pub(super) rating: RatingColumns,
    /// Its scale gives labels and range.
    pub(super) metric: Option<Metric>,
    /// Column of the time.
    pub(super) at: Option<String>,
    /// Column of what the customer wrote.
    pub(super) comment: Option<String>,
    /// Column of the person asked.
    pub(super) customer: Option<String>,
    /// Column of the organisation or project the person belongs to.
    pub(super) account: Option<String>,
    /// Column of the weight: finite numbers of at least 0.
    pub(super) weight: Option<String>,
    /// Column of `relational` or `transactional`.
    pub(super) kind: Option<String>,
    /// Column of `solicited`, `unsolicited` or `inferred`.
    pub(super) signal: Option<String>,
    /// Columns to slice by; `all` takes every column of a CSV file that has no role.
    #[cfg_attr(feature = "schema", schemars(schema_with = "attributes_schema"))]
    pub(super) attributes: Attributes,
    /// How times are written; found out where not set.
    pub(super) date_format: Option<DateFormat>,
    /// One ASCII character; found out where not set.
    pub(super) delimiter: Option<char>,
    /// One ASCII character; null where quotes mean nothing.
    pub(super) quote: Option<char>,
    /// Of a file without a byte order mark.
    pub(super) encoding: Encoding,
    /// Texts that mean that there is no value, beside blank ones.
    pub(super) missing: Vec<String>,
    /// What happens at a row that cannot be read.
    pub(super) on_error: OnError,
    /// What happens at a rating that is not on the scale.
    pub(super) invalid: Invalid,
    /// Whose export the file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preset: Option<Preset>,
}

options!(
    CsvOptions,
    takes [
        rating, metric, at, comment, customer, account, weight, kind, signal, attributes, date_format, delimiter, quote,
        encoding, missing, on_error, invalid, preset
    ],
    from Self::default()
);

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            rating: RatingColumns::default(),
            metric: None,
            at: None,
            comment: None,
            customer: None,
            account: None,
            weight: None,
            kind: None,
            signal: None,
            attributes: Attributes::Named(Vec::new()),
            date_format: None,
            delimiter: None,
            quote: Some('"'),
            encoding: Encoding::Utf8,
            missing: MISSING.map(str::to_owned).to_vec(),
            on_error: OnError::Stop,
            invalid: Invalid::Error,
            preset: None,
        }
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident),*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $role(mut self, column: impl Into<String>) -> Self {
            self.$role = Some(column.into());
            self
        })*
    };
}

impl CsvOptions {
    /// No columns yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads options from JSON.
    ///
    /// ```
    /// use heedful::{CsvOptions, Encoding, Metric, OnError};
    /// let json = r#"{"rating": "Score", "at": "When", "comment": "Why", "attributes": ["Plan"], "date_format": "%d/%m/%Y",
    ///     "delimiter": ";", "encoding": "latin-1", "missing": ["-"], "on_error": "collect", "metric": "csat"}"#;
    /// let options = CsvOptions::new().rating("Score").at("When").comment("Why").attributes(["Plan"]);
    /// let options = options.date_format("%d/%m/%Y".parse()?).delimiter(';').encoding(Encoding::Latin1).missing(["-"]);
    /// assert_eq!(CsvOptions::from_json(json)?, options.on_error(OnError::Collect).metric(Metric::csat()));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Adds a column of ratings. The first one gets the role `rating`.
    ///
    /// `7`, `7.0`, `7 - Likely` are 7. Whole numbers from 0 to 255 become a column of bytes, other
    /// numbers one of floats.
    #[must_use]
    pub fn rating(mut self, column: impl Into<String>) -> Self {
        self.rating.0.push(RatingColumn { column: column.into(), metric: None });
        self
    }

    /// Adds a column of ratings with a metric of its own.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Responses, Scoring};
    /// let options = CsvOptions::new().rating_of("likely", Metric::nps()).rating_of("happy", Metric::csat());
    /// let responses = Responses::read_csv("likely,happy\n10,5\n3,2\n".as_bytes(), &options)?;
    /// let scores = Scoring::of([(Metric::nps(), "likely"), (Metric::csat(), "happy")]).run(&responses)?;
    /// assert_eq!(scores.rows.iter().map(|row| row.score.value.unwrap()).collect::<Vec<_>>(), [0.0, 50.0]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn rating_of(mut self, column: impl Into<String>, metric: Metric) -> Self {
        self.rating.0.push(RatingColumn { column: column.into(), metric: Some(metric) });
        self
    }

    /// The metric whose scale ratings are read by: its labels become points, and what is not a
    /// point is an error, or counted ([`invalid`](Self::invalid)). Without a metric every finite
    /// number is taken as it is, and scoring checks it.
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = Some(metric);
        self
    }

    roles!(
        /// The column of the time. ISO 8601 and seconds or milliseconds since 1970 are understood
        /// by themselves; day and month in digits are settled by the whole column.
        at,
        /// The column of what the customer wrote.
        comment,
        /// The column of the person asked.
        customer,
        /// The column of the organisation or project the person belongs to.
        account,
        /// The column of the weight: finite numbers of at least 0.
        weight,
        /// The column of the kind, `relational` or `transactional`.
        kind,
        /// The column of the signal: `solicited`, `unsolicited` or `inferred`.
        signal
    );

    /// Columns to slice by, read as texts. Attributes and ids become categories, or plain texts
    /// where nearly every row has another one; both can be grouped by.
    #[must_use]
    pub fn attributes<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.attributes = Attributes::Named(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Reads every column of a CSV file that has no role as an attribute.
    #[must_use]
    pub fn all_attributes(mut self) -> Self {
        self.attributes = Attributes::All;
        self
    }

    /// How times are written, in the letters of `strptime`, for all rows.
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.date_format = Some(format);
        self
    }

    /// What separates fields: one ASCII character. Where not set, it is the one of `,` `;` tab `|`
    /// that finds most of the named columns in the header, then the one that finds most fields.
    #[must_use]
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// What encloses fields that hold delimiters or line breaks, doubled inside: one ASCII
    /// character, `"` where not set; `None` where quotes mean nothing.
    #[must_use]
    pub fn quote(mut self, quote: impl Into<Option<char>>) -> Self {
        self.quote = quote.into();
        self
    }

    /// The encoding of a file without a byte order mark; UTF-8 where not set.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Texts that mean that there is no value, in any column, beside blank ones; `NA` and `N/A`
    /// where not set.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Responses};
    /// let options = CsvOptions::new().rating("Score").missing(["-", "none"]);
    /// let responses = Responses::read_csv("Score\n10\n-\nnone\n".as_bytes(), &options)?;
    /// assert_eq!(responses.score(&Metric::nps())?.missing, 2);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn missing<S: Into<String>>(mut self, tokens: impl IntoIterator<Item = S>) -> Self {
        self.missing = tokens.into_iter().map(Into::into).collect();
        self
    }

    /// What happens at a row that cannot be read.
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// What happens at a rating that cannot be read or is not on the scale: it makes its row a bad
    /// one, or the row is kept with the rating as it is, so that a score counts it as invalid or
    /// out of range.
    #[must_use]
    pub fn invalid(mut self, invalid: Invalid) -> Self {
        self.invalid = invalid;
        self
    }

    /// Whose export the file is: columns that are not named are found by it, and every guess is told in
    /// [`Read::recognised`](crate::Read::recognised). Attributes that are not named are all columns that are left.
    ///
    /// ```
    /// use heedful::{CsvOptions, Metric, Preset};
    /// let file = "Timestamp,How likely are you to recommend us?,Why?\n2/28/2024 9:15:00,9,They answer fast\n";
    /// let read = CsvOptions::new().preset(Preset::Auto).read(file.as_bytes())?;
    /// assert_eq!(read.responses.score(&Metric::nps())?.value, Some(100.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = Some(preset);
        self
    }
}

config::written!(CsvOptions, r#"{"rating": ["Score"], "attributes": "all"}"#);

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Named(names) => names.serialize(serializer),
        }
    }
}

#[cfg(feature = "schema")]
fn attributes_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [{ "const": "all" }, generator.subschema_for::<Vec<String>>()] })
}

impl Config for Attributes {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(word) if word == "all" => Ok(Self::All),
            Json::List(_) => Vec::read(json).map(Self::Named),
            _ => Err(json.refused("a list of columns or `all`")),
        }
    }
}

#[cfg(feature = "schema")]
fn rating_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let object = generator.subschema_for::<RatingColumn>();
    let one = schemars::json_schema!({ "anyOf": [{ "type": "string" }, object] });
    schemars::json_schema!({
        "anyOf": [one, { "type": "array", "items": one }, { "type": "null" }],
    })
}

/// The columns of ratings as JSON has them: a name, an object, or a list of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct RatingColumns(pub(super) Vec<RatingColumn>);

impl Config for RatingColumns {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Null => Ok(Self(Vec::new())),
            Json::List(_) => Vec::read(json).map(Self),
            one => Ok(Self(vec![RatingColumn::read(one)?])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorCode;

    #[test]
    fn json_in_and_out() {
        let read = |text: &str| CsvOptions::from_json(text).unwrap();
        assert_eq!(read("{}"), CsvOptions::new());
        let options = CsvOptions::new()
            .rating("a")
            .rating_of("b", Metric::csat())
            .metric(Metric::nps())
            .at("when")
            .all_attributes()
            .date_format("%d/%m/%Y".parse().unwrap())
            .delimiter(';')
            .quote(None)
            .encoding(Encoding::Latin1)
            .missing(["-"])
            .on_error(OnError::Collect)
            .invalid(Invalid::Count);
        assert_eq!(read(&options.to_json()), options);
        let text = r#"{"rating": ["a", {"column": "b", "metric": "csat"}], "metric": "nps",
            "at": "when", "attributes": "all", "date_format": "%d/%m/%Y", "delimiter": ";",
            "quote": null, "encoding": "latin-1", "missing": ["-"], "on_error": "collect",
            "invalid": "count"}"#;
        assert_eq!(read(text), options);
        assert_eq!(read(r#"{"rating": "a"}"#), CsvOptions::new().rating("a"));
        assert_eq!(read(r#"{"rating": null}"#), CsvOptions::new());
    }

    #[test]
    fn json_errors_have_a_path() {
        for (text, path) in [
            (r#"{"ratings": "a"}"#, "ratings"),
            (r#"{"rating": [["a", "b"]]}"#, "rating[0]"),
            (r#"{"rating": 5}"#, "rating"),
            (r#"{"rating": ["a", {"column": "b", "scale": "csat"}]}"#, "rating[1]"),
            (r#"{"attributes": "some"}"#, "attributes"),
            (r#"{"delimiter": "ab"}"#, "delimiter"),
            (r#"{"encoding": "ebcdic"}"#, "encoding"),
        ] {
            let error = CsvOptions::from_json(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidConfig, "{text}");
            assert!(error.path().starts_with(path), "{text}: {error}");
        }
    }
}
