//! What goes out: the step to show.

use serde::Serialize;

use super::answer::Answer;
use crate::listen::survey::ActionType;

/// What to show now: texts are in the respondent's language with everything filled in.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let mut session = Session::start(Survey::preset("csat")?, Context::default())?;
/// let step = session.step();
/// assert_eq!((step.id.as_str(), step.points.len(), step.progress, step.required), ("rating", 5, 0.0, true));
/// session.answer("rating", Answer::Rating(4.0))?;
/// // Going back shows what was answered.
/// assert_eq!(session.back().previous, Some(Answer::Rating(4.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a step may come to say more
pub struct Step {
    /// The id to answer with: `rating`, `reasons`, `reasons.price` (sub-reasons), `comment`, the id of an extra
    /// question, `continue` or `thanks`.
    pub id: String,
    /// What to draw.
    #[serde(rename = "type")]
    pub kind: StepType,
    /// The question, or the thanks.
    pub text: String,
    /// Whether [`Answer::Skip`] is refused.
    pub required: bool,
    /// The points of a rating in ascending order, with their labels.
    pub points: Vec<StepPoint>,
    /// The words at the ends of a scale.
    pub low: Option<String>,
    /// The words at the ends of a scale.
    pub high: Option<String>,
    /// The options of a choice in the order to show.
    pub options: Vec<StepOption>,
    /// The call to action of the thanks.
    pub action: Option<StepAction>,
    /// What was answered before going back.
    pub previous: Option<Answer>,
    /// 0 at the start to 1 at the thanks: steps answered out of those that there are if nothing more is said.
    pub progress: f64,
}

/// What a step looks like.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, StepType, Survey};
///
/// let mut session = Session::start(Survey::preset("nps")?, Context::default())?;
/// let mut kinds = vec![session.step().kind];
/// kinds.push(session.answer("rating", Answer::Rating(9.0))?.kind);
/// kinds.push(session.answer("comment", Answer::Skip)?.kind);
/// assert_eq!(kinds, [StepType::Rating, StepType::Text, StepType::Thanks]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepType {
    /// A point of a scale: takes [`Answer::Rating`].
    Rating,
    /// One option: takes [`Answer::Choices`] with one id.
    Choice,
    /// Any number of options: takes [`Answer::Choices`].
    Choices,
    /// Free text: takes [`Answer::Text`].
    Text,
    /// The end.
    Thanks,
}

/// A point to choose.
///
/// ```
/// use heedful::survey::{Context, Session, Survey};
///
/// let session = Session::start(Survey::preset("nps")?, Context::default())?;
/// let points: Vec<f64> = session.step().points.iter().map(|point| point.value).collect();
/// assert_eq!(points, (0..=10).map(f64::from).collect::<Vec<_>>());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepPoint {
    /// The rating it stands for.
    pub value: f64,
    /// The scale's own label of the point.
    pub label: Option<String>,
}

/// An option to choose.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "languages": ["en", "fr"],
///     "question": "NPS?", "thanks": {"wording": "Thanks"},
///     "reasons": [{"question": "Why?", "options": [
///         {"id": "room", "text": {"en": "The room", "fr": "La chambre"}}, {"id": "staff", "text": {"en": "The staff", "fr": "Le personnel"}}
///     ]}]}"#)?;
/// let mut session = Session::start(survey, Context { language: "fr".into(), ..Context::default() })?;
/// let options = session.answer("rating", Answer::Rating(9.0))?.options;
/// // The id is the same in every language.
/// assert_eq!((options[1].id.as_str(), options[1].text.as_str()), ("staff", "Le personnel"));
/// session.answer("reasons", Answer::choice(options[1].id.clone()))?;
/// assert_eq!(session.response().reasons, ["staff"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepOption {
    /// The id to answer with.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// A call to action.
///
/// ```
/// use heedful::survey::{ActionType, Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks", "bands": {
///     "promoter": {"wording": "Hooray", "action": {"type": "review", "text": "Review us", "url": "https://example.com/?r={rating}"}}
/// }}}"#)?;
/// let mut session = Session::start(survey, Context::default())?;
/// let action = session.answer("rating", Answer::Rating(10.0))?.action.unwrap();
/// assert_eq!((action.kind, action.url.as_deref()), (ActionType::Review, Some("https://example.com/?r=10")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepAction {
    /// What kind.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// What the button says.
    pub text: String,
    /// Where it leads.
    pub url: Option<String>,
}
