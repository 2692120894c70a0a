//! When a question is asked.

use serde::Serialize;

use super::answers::Answers;
use crate::base::config::{record, tagged};

/// When something is shown, given what was answered before.
///
/// A condition about something that was not answered (or is not known) does not hold, and so its [`Not`] does.
///
/// In JSON an object with one key: `{"band": ["detractor"]}`, `{"rating": {"to": 6}}`,
/// `{"all": [{"reason": ["price"]}, {"attribute": {"name": "plan", "is": ["pro"]}}]}`.
///
/// [`Not`]: Condition::Not
///
/// ```
/// use heedful::survey::{Answer, Condition, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "questions": [{"id": "call", "type": "text", "wording": "When may we call?",
///         "when": {"all": [{"band": ["detractor"]}, {"not": {"attribute": {"name": "plan", "is": ["free"]}}}]}}]}"#)?;
/// let Some(Condition::All(parts)) = &survey.questions[0].when else { panic!("two conditions") };
/// assert_eq!(parts[0], Condition::Band(vec!["detractor".to_owned()]));
/// let next = |plan: &str, rating: f64| {
///     let attributes = vec![("plan".to_owned(), plan.to_owned())];
///     let mut session = Session::start(survey.clone(), Context { attributes, ..Context::default() })?;
///     session.answer("rating", Answer::Rating(rating)).map(|step| step.id)
/// };
/// assert_eq!([next("pro", 3.0)?, next("free", 3.0)?, next("pro", 9.0)?], ["call", "thanks", "thanks"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive] // surveys may come to ask for more
pub enum Condition {
    /// All of these hold; an empty list holds.
    All(Vec<Condition>),
    /// At least one of these holds; an empty list does not.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// The rating lies in the range.
    Rating(Within),
    /// The rating lies in one of the metric's bands of these names.
    Band(Vec<String>),
    /// One of these reasons was chosen, or was mapped from the comment by the host.
    Reason(Vec<String>),
    /// The attribute has one of these values.
    Attribute(Matches),
    /// Length of the comment in characters, white space at its ends left out.
    CommentLength(Within),
    /// Sentiment of the comment, -1 to 1, as the host has mapped it.
    Sentiment(Within),
    /// An extra question was answered with one of these: ids of options; for a rating its points.
    Answer(Matches),
}

/// A range, both ends included; an end that is left out is open.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// // Ends are included, and the upper one is open.
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "follow_up": {"wording": "Why?", "when": {"rating": {"from": 9}}}}"#)?;
/// let next = |rating: f64| {
///     let mut session = Session::start(survey.clone(), Context::default())?;
///     session.answer("rating", Answer::Rating(rating)).map(|step| step.id)
/// };
/// assert_eq!([next(8.0)?, next(9.0)?, next(10.0)?], ["thanks", "comment", "comment"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

/// One of several values of something that has a name.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "questions": [
///         {"id": "effort", "type": "rating", "metric": "ces", "wording": "Easy?"},
///         {"id": "why", "type": "text", "wording": "What was hard?", "when": {"answer": {"name": "effort", "is": ["1", "2"]}}}
///     ]}"#)?;
/// let next = |effort: f64| {
///     let mut session = Session::start(survey.clone(), Context::default())?;
///     session.answer("rating", Answer::Rating(9.0))?;
///     session.answer("effort", Answer::Rating(effort)).map(|step| step.id)
/// };
/// assert_eq!([next(2.0)?, next(3.0)?], ["why", "thanks"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Matches {
    /// The attribute, or the id of the question.
    pub name: String,
    /// The values that match.
    pub is: Vec<String>,
}

tagged!(Condition { All = "all", Any = "any", Not = "not", Rating = "rating", Band = "band", Reason = "reason", Attribute = "attribute", CommentLength = "comment_length", Sentiment = "sentiment", Answer = "answer" });
record!(Within { from = Default::default(), to = Default::default() });
record!(Matches { name, is });

impl Within {
    pub(crate) fn holds(&self, value: f64) -> bool {
        self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| value <= to)
    }
}

impl Condition {
    pub(crate) fn holds(&self, answers: &Answers<'_>) -> bool {
        let within =
            |range: &Within, value: Option<f64>| value.is_some_and(|value| range.holds(value));
        match self {
            Self::All(list) => list.iter().all(|condition| condition.holds(answers)),
            Self::Any(list) => list.iter().any(|condition| condition.holds(answers)),
            Self::Not(condition) => !condition.holds(answers),
            Self::Rating(range) => within(range, answers.rating()),
            Self::Band(names) => {
                answers.band().is_some_and(|band| names.iter().any(|name| name == band))
            }
            Self::Reason(ids) => answers.reasons().any(|reason| ids.iter().any(|id| id == reason)),
            Self::Attribute(Matches { name, is }) => {
                answers.attribute(name).is_some_and(|value| is.iter().any(|is| is == value))
            }
            Self::CommentLength(range) => within(range, answers.comment_length()),
            Self::Sentiment(range) => within(range, answers.sentiment()),
            Self::Answer(Matches { name, is }) => {
                answers.values(name).any(|value| is.contains(&value))
            }
        }
    }

    /// Calls `each` with this condition and every one inside it.
    pub(crate) fn walk<'a>(&'a self, each: &mut impl FnMut(&'a Condition)) {
        each(self);
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|inner| inner.walk(each)),
            Self::Not(inner) => inner.walk(each),
            _ => {}
        }
    }
}
