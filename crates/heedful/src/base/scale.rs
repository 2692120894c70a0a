//! The points a respondent can choose.

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::config::{self, Config, deserialized, names, options};
use super::error::{Error, ErrorCode, Result};
use super::json::Json;
use super::letters::fold;
use super::number::{Shown, decimal};

/// The most points that a scale can have.
pub(crate) const MAX_POINTS: usize = 250;

/// The points a respondent can choose, in ascending order; it says nothing about scoring.
///
/// In JSON a scale is the name of a preset (`"0-10"`) or an object
/// `{"points": [1, 2, 3], "labels": ["bad", null, "good"]}`, where labels are optional and null
/// leaves a point without one. Cheap to clone.
///
/// ```
/// use heedful::Scale;
///
/// let scale = Scale::preset("0-10")?;
/// assert_eq!(scale.points().len(), 11);
/// assert_eq!(scale.read("10 - Extremely likely"), Some(10.0));
/// assert_eq!(scale.read("6.9"), Some(6.9)); // read, but not a point of this scale
/// assert_eq!(scale.index(6.9), None);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(schema_with = "schema"))]
pub struct Scale(Arc<Inner>);

#[derive(PartialEq)]
struct Inner {
    name: Option<&'static str>,
    points: Vec<f64>,
    labels: Vec<Option<String>>,
    /// Points are consecutive integers, so that an index is a subtraction.
    consecutive: bool,
}

/// Name, first and last point, and the labels of ends that exports write out.
const PRESETS: &[(&str, u8, u8, &[&str])] = &[
    ("0-10", 0, 10, &[]),
    ("1-10", 1, 10, &[]),
    ("1-7", 1, 7, &[]),
    ("1-5", 1, 5, &[]),
    ("1-4", 1, 4, &[]),
    ("1-3", 1, 3, &[]),
    ("0-100", 0, 100, &[]),
    ("binary", 0, 1, &["no", "yes"]),
    ("thumbs", 0, 1, &["down", "up"]),
    ("smileys", 1, 3, &["unhappy", "neutral", "happy"]),
    ("disappointment", 1, 3, &["not disappointed", "somewhat disappointed", "very disappointed"]),
];

impl Scale {
    /// A scale by its name: `0-10`, `1-10`, `1-7`, `1-5`, `1-4`, `1-3`, `0-100`, `binary`
    /// (0 no, 1 yes), `thumbs` (0 down, 1 up), `smileys` (1 unhappy, 2 neutral, 3 happy) or
    /// `disappointment` (1 not, 2 somewhat, 3 very disappointed).
    ///
    /// ```
    /// use heedful::Scale;
    /// assert_eq!(Scale::preset("1-7")?.points().len(), 7);
    /// assert_eq!(Scale::preset("thumbs")?.label(1), Some("up"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name`.
    pub fn preset(name: &str) -> Result<Self> {
        let Some(&(name, first, last, labels)) = PRESETS.iter().find(|p| p.0 == name) else {
            let known: Vec<_> = PRESETS.iter().map(|p| p.0).collect();
            return Err(Error::new(
                ErrorCode::UnknownName,
                format!("no scale is called `{name}`: known are {}", known.join(", ")),
            ));
        };
        let mut scale = Self::checked(
            (first..=last).map(f64::from).collect(),
            labels.iter().map(|l| Some((*l).to_owned())).collect(),
        )?;
        if let Some(inner) = Arc::get_mut(&mut scale.0) {
            inner.name = Some(name);
        }
        Ok(scale)
    }

    /// The integers from `first` to `last`.
    ///
    /// ```
    /// use heedful::Scale;
    /// assert_eq!(Scale::integers(1, 5)?, Scale::preset("1-5")?);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for fewer than 2 or more than 250 points.
    pub fn integers(first: i32, last: i32) -> Result<Self> {
        if i64::from(last) - i64::from(first) >= MAX_POINTS as i64 {
            return Err(bad_points());
        }
        Self::checked((first..=last).map(f64::from).collect(), Vec::new())
    }

    /// Custom points with labels; a label may be empty to say that there is none.
    ///
    /// ```
    /// # use heedful::Scale;
    /// let scale = Scale::labelled([(0.0, "never"), (0.5, ""), (1.0, "always")])?;
    /// assert_eq!(scale.read("Always"), Some(1.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` unless there are 2 to 250 finite points in strictly ascending order, or
    /// where two points carry the same label.
    pub fn labelled<'a>(points: impl IntoIterator<Item = (f64, &'a str)>) -> Result<Self> {
        let (points, labels) =
            points.into_iter().map(|(p, l)| (p, (!l.is_empty()).then(|| l.to_owned()))).unzip();
        Self::checked(points, labels)
    }

    /// Reads a scale from JSON: the name of a preset in quotes, or an object with points.
    ///
    /// ```
    /// use heedful::Scale;
    /// let often = Scale::from_json(r#"{"points": [0, 1, 2], "labels": ["never", "at times", "always"]}"#)?;
    /// assert_eq!(often.read("Always"), Some(2.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json` where the text is not JSON, `invalid-config` where it is not a scale.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    fn checked(points: Vec<f64>, mut labels: Vec<Option<String>>) -> Result<Self> {
        let ascending = points.iter().zip(points.iter().skip(1)).all(|(a, b)| a < b);
        if !(2..=MAX_POINTS).contains(&points.len())
            || !points.iter().all(|p| p.is_finite())
            || !ascending
        {
            return Err(bad_points());
        }
        if labels.iter().all(Option::is_none) {
            labels.clear();
        }
        if !labels.is_empty() && labels.len() != points.len() {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("{} labels for {} points", labels.len(), points.len()),
            )
            .at("labels"));
        }
        let mut seen: Vec<String> = Vec::new();
        for label in labels.iter().flatten() {
            let folded = fold(label);
            if seen.contains(&folded) {
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    format!("two points are labelled `{label}`"),
                )
                .at("labels"));
            }
            seen.push(folded);
        }
        // Presets compare equal to the same points given by hand, so the name is found again.
        let name = PRESETS.iter().find(|p| {
            p.3.len() == labels.len()
                && (p.1..=p.2).map(f64::from).eq(points.iter().copied())
                && p.3.iter().zip(&labels).all(|(a, b)| b.as_deref() == Some(a))
        });
        let first = points.first().copied().unwrap_or_default();
        let consecutive = points.iter().enumerate().all(|(i, p)| *p == first + i as f64)
            && first.fract() == 0.0
            && first.abs() < 1e9;
        Ok(Self(Arc::new(Inner { name: name.map(|p| p.0), points, labels, consecutive })))
    }

    /// The points, ascending.
    ///
    /// ```
    /// let scale = heedful::Scale::preset("1-5")?;
    /// assert_eq!((scale.min(), scale.max(), scale.points()[1]), (1.0, 5.0, 2.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn points(&self) -> &[f64] {
        &self.0.points
    }

    /// The label of the point with this index.
    ///
    /// ```
    /// let thumbs = heedful::Scale::preset("thumbs")?;
    /// assert_eq!((thumbs.label(0), thumbs.label(2)), (Some("down"), None));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn label(&self, index: usize) -> Option<&str> {
        self.0.labels.get(index)?.as_deref()
    }

    /// The lowest point.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.0.points.first().copied().unwrap_or_default()
    }

    /// The highest point.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.0.points.last().copied().unwrap_or_default()
    }

    /// The index of a value that is exactly a point of the scale.
    ///
    /// ```
    /// let scale = heedful::Scale::preset("1-5")?;
    /// assert_eq!([1.0, 5.0, 5.5].map(|v| scale.index(v)), [Some(0), Some(4), None]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn index(&self, value: f64) -> Option<usize> {
        if self.0.consecutive {
            let steps = value - self.min();
            // NaN fails both comparisons.
            let on_scale = steps >= 0.0 && value <= self.max() && steps.fract() == 0.0;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 249 by the check"
            )]
            return on_scale.then_some(steps as usize);
        }
        self.0.points.binary_search_by(|p| p.total_cmp(&(value + 0.0))).ok()
    }

    /// The first point where the points are consecutive integers.
    pub(crate) fn first_of_consecutive(&self) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "below 10^9 where consecutive")]
        self.0.consecutive.then(|| self.min() as i64)
    }

    /// Where a rating stands: a point of the scale, missing (NaN), outside the range (infinities
    /// too), or invalid (inside the range but between two points).
    ///
    /// ```
    /// use heedful::{Reading, Scale};
    /// let scale = Scale::preset("0-10")?;
    /// let readings = [9.0, 6.9, 11.0, f64::NAN].map(|rating| scale.classify(rating));
    /// assert_eq!(readings, [Reading::Point(9), Reading::Invalid, Reading::OutOfRange, Reading::Missing]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn classify(&self, value: f64) -> Reading {
        match self.index(value) {
            Some(index) => Reading::Point(index),
            None if value.is_nan() => Reading::Missing,
            None if value >= self.min() && value <= self.max() => Reading::Invalid,
            None => Reading::OutOfRange,
        }
    }

    /// Why a rating is refused; `None` where it is a point or missing. The message shows the number.
    pub(crate) fn refusal(&self, reading: Reading, rating: f64) -> Option<Error> {
        match reading {
            Reading::Point(_) | Reading::Missing => None,
            Reading::Invalid if rating.is_nan() => {
                Some(Error::new(ErrorCode::RatingInvalid, "the rating is not a number"))
            }
            Reading::Invalid => Some(Error::new(
                ErrorCode::RatingInvalid,
                format!("rating {} is not a point of the scale {self}", Shown(rating)),
            )),
            Reading::OutOfRange => Some(Error::new(
                ErrorCode::RatingOutOfRange,
                format!("rating {} is outside the scale {self}", Shown(rating)),
            )),
        }
    }

    /// Reads a text as a rating: a label of this scale in any case, a number, or a number with
    /// words behind it (`10 - Extremely likely`, `5 stars`). The number need not be a point.
    /// `None` is a text that is neither.
    ///
    /// ```
    /// let scale = heedful::Scale::preset("0-10")?;
    /// assert_eq!(scale.read("10 - Extremely likely"), Some(10.0));
    /// assert_eq!(scale.read("likely"), None);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn read(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let labels = self.0.labels.iter().zip(&self.0.points);
        if !self.0.labels.is_empty() {
            let folded = fold(text);
            for (label, point) in labels {
                if label.as_ref().is_some_and(|l| fold(l) == folded) {
                    return Some(*point);
                }
            }
        }
        read_number(text)
    }
}

config::written!(Scale, r#"{"points": [0, 1, 2], "labels": ["never", null, "always"]}"#);

/// What happens to a rating that is not on its scale.
///
/// ```
/// use heedful::{Column, Invalid, Metric, Responses, Scoring};
/// let responses = Responses::new().with("score", Column::numbers(vec![10_u8, 11]))?.rating("score");
/// assert!(Scoring::new(Metric::nps()).run(&responses).is_err());
/// let counted = Scoring::new(Metric::nps()).invalid(Invalid::Count).run(&responses)?;
/// assert_eq!((counted.rows[0].score.n, counted.rows[0].score.out_of_range), (1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Invalid {
    /// It is an error that names the row.
    #[default]
    Error,
    /// It is counted as invalid or out of range, and the score goes on without it.
    Count,
}

names!(Invalid { Error = "error", Count = "count" });

/// Words that stand for no value unless others are declared; blank text always does.
pub(crate) const MISSING: [&str; 2] = ["NA", "N/A"];

/// A rating against a scale: the result of [`Scale::classify`].
///
/// ```
/// use heedful::{Reading, Scale};
/// assert_eq!(Scale::preset("1-5")?.classify(0.0), Reading::OutOfRange);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A point, by its index.
    Point(usize),
    /// No rating.
    Missing,
    /// Inside the range but not a point, or not a number at all.
    Invalid,
    /// Below the lowest or above the highest point.
    OutOfRange,
}

fn bad_points() -> Error {
    Error::new(
        ErrorCode::InvalidArgument,
        format!("a scale needs 2 to {MAX_POINTS} finite points in strictly ascending order"),
    )
    .at("points")
}

/// A number, or a number with words behind it. Never `nan` or `inf` spelled out.
pub(crate) fn read_number(text: &str) -> Option<f64> {
    let end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*i == 0 && (*c == '-' || *c == '+'))))
        .map_or(text.len(), |(i, _)| i);
    let (number, rest) = text.split_at_checked(end)?;
    if rest.is_empty() {
        return decimal(number);
    }
    if let exponent @ Some(_) = decimal(text).filter(|n| n.is_finite()) {
        return exponent.filter(|_| rest.starts_with(['e', 'E']));
    }
    // `10 - Extremely likely`: a separator, then a word; `10-11`, `9/10` and `7,5` are refused.
    let separated = rest.starts_with(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '=' | '(' | ')')
    });
    let word =
        rest.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_alphabetic);
    (separated && word).then(|| decimal(number.trim_end_matches('.')))?
}

impl fmt::Debug for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name {
            Some(name) => write!(f, "Scale({name})"),
            None => f.debug_tuple("Scale").field(&self.0.points).finish(),
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name {
            Some(name) => f.write_str(name),
            None => write!(f, "{} to {}", Shown(self.min()), Shown(self.max())),
        }
    }
}

impl Serialize for Scale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(name) = self.0.name {
            return serializer.serialize_str(name);
        }
        let labelled = !self.0.labels.is_empty();
        let mut object = serializer.serialize_struct("Scale", 1 + usize::from(labelled))?;
        object.serialize_field("points", &self.0.points)?;
        if labelled {
            object.serialize_field("labels", &self.0.labels)?;
        }
        object.end()
    }
}

/// A scale that is not a preset, as JSON has it.
#[derive(Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, deny_unknown_fields))]
struct Object {
    /// Finite, in strictly ascending order.
    #[cfg_attr(feature = "schema", schemars(length(min = 2, max = MAX_POINTS)))]
    points: Vec<f64>,
    /// As many as points, or none; null leaves a point without one.
    #[cfg_attr(feature = "schema", schemars(default))]
    labels: Vec<Option<String>>,
}

options!(Object, needs [points], takes [labels], from Self::default());

#[cfg(feature = "schema")]
fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let names: Vec<_> = PRESETS.iter().map(|p| p.0).collect();
    schemars::json_schema!({ "anyOf": [{ "enum": names }, generator.subschema_for::<Object>()] })
}

impl Config for Scale {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(name) => Self::preset(name),
            Json::Object(_) => {
                let object = Object::read(json)?;
                Self::checked(object.points, object.labels)
            }
            _ => Err(json.refused("the name of a scale or an object with points")),
        }
    }
}

deserialized!(Scale);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifies_without_clamping() {
        let scale = Scale::preset("0-10").unwrap();
        assert_eq!(scale.classify(0.0), Reading::Point(0));
        assert_eq!(scale.classify(-0.0), Reading::Point(0));
        assert_eq!(scale.classify(10.0), Reading::Point(10));
        assert_eq!(scale.classify(11.0), Reading::OutOfRange);
        assert_eq!(scale.classify(-1.0), Reading::OutOfRange);
        assert_eq!(scale.classify(f64::INFINITY), Reading::OutOfRange);
        assert_eq!(scale.classify(f64::NEG_INFINITY), Reading::OutOfRange);
        assert_eq!(scale.classify(6.9), Reading::Invalid);
        assert_eq!(scale.classify(f64::NAN), Reading::Missing);
        let halves = Scale::labelled([(-0.5, ""), (0.0, ""), (0.5, "")]).unwrap();
        assert_eq!(halves.classify(-0.0), Reading::Point(1));
        assert_eq!(halves.classify(0.25), Reading::Invalid);
        assert_eq!(halves.classify(0.75), Reading::OutOfRange);
    }

    #[test]
    fn reads_numbers_with_words_and_refuses_the_rest() {
        for (text, value) in [
            ("10 - Extremely likely", 10.0),
            ("0 – Not at all likely", 0.0),
            ("5 stars", 5.0),
            (" 7 ", 7.0),
            ("-1: worse", -1.0),
            ("1. Poor", 1.0),
            ("9.0", 9.0),
            ("1e1", 10.0),
            ("+3", 3.0),
        ] {
            assert_eq!(read_number(text.trim()), Some(value), "{text}");
        }
        for text in ["", "x", "9/10", "7,5", "10-11", "nan", "inf", "infinity", "1.2.3", "-", "."] {
            assert_eq!(read_number(text), None, "{text}");
        }
    }

    #[test]
    fn json_is_a_name_or_points() {
        let scale: Scale = serde_json::from_str("\"1-5\"").unwrap();
        assert_eq!(scale, Scale::integers(1, 5).unwrap());
        assert_eq!(serde_json::to_string(&scale).unwrap(), "\"1-5\"");
        let text = r#"{"points":[0.0,0.5,1.0],"labels":["never",null,"always"]}"#;
        let scale: Scale = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&scale).unwrap(), text);
        for bad in [
            r#"{"points":[1]}"#,
            r#"{"points":[1,1]}"#,
            r#"{"points":[2,1]}"#,
            r#"{"points":[1,2],"labels":["a","A"]}"#,
            r#"{"points":[1,2],"labels":["a"]}"#,
            r#"{"points":[1,2],"colour":1}"#,
            "\"0-11\"",
            "5",
        ] {
            assert!(serde_json::from_str::<Scale>(bad).is_err(), "{bad}");
        }
    }
}
