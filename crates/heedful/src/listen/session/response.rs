//! What a session has brought.

use serde::Serialize;

use super::answer::Answer;
use crate::base::config::names;
use crate::base::kind::Kind;

names!(SessionStatus { Open = "open", Partial = "partial", Complete = "complete", Declined = "declined" });

/// How far a session came.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, SessionStatus, Survey};
///
/// let start = || Session::start(Survey::preset("nps")?, Context::default());
/// let mut session = start()?;
/// assert_eq!(session.status(), SessionStatus::Open);
/// session.answer("rating", Answer::Rating(9.0))?;
/// assert_eq!(session.status(), SessionStatus::Partial);
/// // Declining after the rating keeps what was said; before, there is nothing to keep.
/// session.decline();
/// assert_eq!((session.status(), session.response().declined), (SessionStatus::Partial, true));
/// let mut other = start()?;
/// other.decline();
/// assert_eq!(other.status(), SessionStatus::Declined);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Nothing was answered yet.
    Open,
    /// The main question was answered, but not everything was gone through.
    Partial,
    /// Everything was gone through.
    Complete,
    /// The respondent declined before rating.
    Declined,
}

/// What a session has brought, at any point.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, SessionStatus, Survey};
///
/// let mut survey = Survey::preset("nps")?;
/// survey.anonymous = true;
/// let context = Context { customer: Some("ada".into()), ..Context::default() };
/// let mut session = Session::start(survey, context)?;
/// session.answer("rating", Answer::Rating(7.0))?;
/// session.answer("comment", Answer::text("fine"))?;
/// let response = session.response();
/// assert_eq!((response.status, response.rating, response.band.as_deref()), (SessionStatus::Complete, Some(7.0), Some("passive")));
/// assert_eq!((response.metric.as_str(), &response.asked[..]), ("nps", &["rating".to_owned(), "comment".to_owned()][..]));
/// assert_eq!(response.customer, None); // the survey is anonymous
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a response may come to keep more
pub struct SurveyResponse {
    /// Id of the survey.
    pub survey: String,
    /// Version of the survey.
    pub survey_version: u32,
    /// How far it came.
    pub status: SessionStatus,
    /// Whether the respondent declined to go on (at any point).
    pub declined: bool,
    /// About the relation or one contact.
    pub kind: Kind,
    /// What was asked about.
    pub touchpoint: Option<String>,
    /// The step of the journey.
    pub journey_step: Option<String>,
    /// Where it was asked.
    pub channel: Option<String>,
    /// The language asked for.
    pub language: String,
    /// How the scale was presented.
    pub presentation: Option<String>,
    /// Name of the metric.
    pub metric: String,
    /// `None` in anonymous surveys.
    pub customer: Option<String>,
    /// `None` in anonymous surveys.
    pub account: Option<String>,
    /// In anonymous surveys only the declared ones.
    pub attributes: Vec<(String, String)>,
    /// The main rating.
    pub rating: Option<f64>,
    /// Its band.
    pub band: Option<String>,
    /// Reasons chosen, sub-reasons after them.
    pub reasons: Vec<String>,
    /// Reasons that the host mapped from what was written.
    pub mapped_reasons: Vec<String>,
    /// What was written to the follow-up question.
    pub comment: Option<String>,
    /// Its sentiment, as the host has found it.
    pub sentiment: Option<f64>,
    /// Answers to the extra questions.
    pub answers: Vec<(String, Answer)>,
    /// The steps that were shown and answered or skipped, in order.
    pub asked: Vec<String>,
    /// The order in which shuffled options were shown, by step.
    pub orders: Vec<(String, Vec<String>)>,
}
