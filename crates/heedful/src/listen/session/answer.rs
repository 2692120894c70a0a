//! What comes in: who is asked, and what is answered.

use serde::Serialize;

use crate::base::config::{self, options, tagged};
use crate::base::error::Result;

/// Who is asked, where and how.
///
/// ```
/// use heedful::survey::{Context, Session, Survey};
///
/// let context = Context::from_json(r#"{"language": "de", "attributes": [["company", "Northwind"]]}"#)?;
/// let session = Session::start(Survey::preset("nps")?, context)?;
/// assert!(session.step().text.contains("Northwind") && session.step().text.starts_with("Wie wahrscheinlich"));
/// assert_eq!(Context::from_json(r#"{"lang": "de"}"#).unwrap_err().path(), "lang");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Context {
    /// The respondent's language tag; the survey's fallback where empty.
    pub language: String,
    /// Where the survey is shown; the survey's channel where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The person asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The organisation the person belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What the host knows, by name, in order: `[["plan", "pro"]]`.
    pub attributes: Vec<(String, String)>,
    /// How the scale is presented, for example `buttons` or `stars`; kept with the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presentation: Option<String>,
    /// Draws the order of options that are shuffled.
    pub seed: u32,
}

options!(Context, takes [language, channel, customer, account, attributes, presentation, seed], from Self::default());
tagged!(Answer { Rating = "rating", Choices = "choices", Text = "text" } Skip = "skip");
options!(Written, takes [text, reasons, sentiment], from Self::default());

impl Context {
    /// Reads a context from JSON.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

/// An answer to a step.
///
/// In JSON `{"rating": 9}`, `{"choices": ["price"]}`, `{"text": {"text": "too slow"}}` or `"skip"`.
///
/// ```
/// use heedful::survey::Answer;
///
/// assert_eq!(Answer::from_json(r#"{"rating": 9}"#)?, Answer::Rating(9.0));
/// assert_eq!(Answer::from_json(r#"{"choices": ["price"]}"#)?, Answer::choice("price"));
/// assert_eq!(Answer::from_json(r#"{"text": {"text": "too slow"}}"#)?, Answer::text("too slow"));
/// assert_eq!(Answer::from_json(r#""skip""#)?, Answer::Skip);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// A point of the scale.
    Rating(f64),
    /// Ids of the options that were chosen.
    Choices(Vec<String>),
    /// Something written.
    Text(Written),
    /// Nothing, where an answer is not required.
    Skip,
}

/// A text, with what the host has made of it.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey, Written};
///
/// let mut session = Session::start(Survey::preset("nps")?, Context::default())?;
/// session.answer("rating", Answer::Rating(2.0))?;
/// let written = |sentiment| Written { text: "  money back ".into(), reasons: vec!["refund".into()], sentiment };
/// // A sentiment lies between -1 and 1.
/// assert!(session.answer("comment", Answer::Text(written(Some(-2.0)))).is_err());
/// session.answer("comment", Answer::Text(written(Some(-0.5))))?;
/// let response = session.response();
/// assert_eq!((response.comment.as_deref(), response.sentiment), (Some("money back"), Some(-0.5)));
/// assert_eq!(response.mapped_reasons, ["refund"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Written {
    /// As it was written.
    pub text: String,
    /// Reasons that the host has mapped the text to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Sentiment that the host has found, -1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
}

impl Answer {
    /// One option.
    #[must_use]
    pub fn choice(id: impl Into<String>) -> Self {
        Self::Choices(vec![id.into()])
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Written { text: text.into(), ..Written::default() })
    }

    /// Reads an answer from JSON.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    pub(crate) fn chosen(&self) -> &[String] {
        match self {
            Self::Choices(ids) => ids,
            _ => &[],
        }
    }
}

config::written!(Answer of survey, r#"{"text": {"text": "too slow"}}"#);
