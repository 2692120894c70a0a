//! Surveys as data: one rated question, what follows it, and the words for it.

pub(crate) mod answers;
mod check;
mod condition;
mod lint;
mod paths;
mod preset;
record!(Survey { id, version = one(), kind = relational(), touchpoint = Default::default(), journey_step = Default::default(), channel = Default::default(), languages = Default::default(), metric, question, ends = Default::default(), follow_up = Default::default(), reasons = Default::default(), questions = Default::default(), continuation = Default::default(), thanks, anonymous = Default::default(), metadata = Default::default() });
record!(Ends { low, high });
record!(Reasons { bands = Default::default(), question, options, several = Default::default(), required = Default::default(), shuffle = Default::default() });
record!(Choice { id, text, sub = Default::default() });
record!(Question { id, kind as "type", wording, options = Default::default(), metric = Default::default(), ends = Default::default(), required = Default::default(), shuffle = Default::default(), when = Default::default() });
names!(QuestionType { Choice = "choice", Choices = "choices", Rating = "rating", Text = "text" });
record!(Continuation { wording, yes, no, questions, when = Default::default() });
record!(BandThanks { wording, action = Default::default() });
record!(Action { kind as "type", text, url = Default::default() });
names!(ActionType { Review = "review", Referral = "referral", CallMeBack = "call_me_back", Link = "link" });
record!(Metadata { name, required = Default::default(), values = Default::default() });

#[cfg(test)]
mod tests;
mod wording;

use serde::Serialize;

use crate::base::config::{self, Config, Needed, Object, names, record};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::kind::Kind;
use crate::base::metric::Metric;

pub use condition::{Condition, Matches, Within};
pub use lint::{Finding, FindingCode};
pub use paths::Path;
pub use wording::Wording;
pub(crate) use wording::fill;

/// A survey: one rated question with a metric, reason buttons, a follow-up question, extra questions, thanks.
///
/// The steps come in this order, each only where it applies: `rating`, `reasons` (then the sub-reasons of those
/// chosen), `comment`, the extra questions, the offer to go on with some more questions, those, `thanks`.
///
/// ```
/// use heedful::survey::Survey;
///
/// let survey = Survey::from_json(r#"{
///     "id": "after-support", "metric": "csat", "kind": "transactional", "touchpoint": "support",
///     "question": {"en": "How satisfied were you with the help, {name|friend}?"},
///     "follow_up": {"wording": "What could we do better?", "bands": {"satisfied": "What went well?"}},
///     "reasons": [{"bands": ["dissatisfied"], "question": "What went wrong?",
///         "options": [{"id": "slow", "text": "It took too long"}, {"id": "unsolved", "text": "It is not solved"}]}],
///     "thanks": {"wording": "Thank you!"}
/// }"#)?;
/// assert_eq!(survey.metric.name(), "csat");
/// assert!(Survey::from_json(r#"{"id": "x", "metric": "csat"}"#).is_err()); // no question
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Unique among the surveys of its owner.
    pub id: String,
    /// Goes up whenever the survey changes; kept with every response.
    #[serde(default = "one")]
    pub version: u32,
    /// About the relation as a whole, or about one contact.
    #[serde(default = "relational")]
    pub kind: Kind,
    /// What the survey asks about, for example `delivery`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<String>,
    /// The step of the customer's journey, for example `onboarding`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journey_step: Option<String>,
    /// Where it is asked, for example `web` or `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The languages that every text should have; the first is the fallback. Empty: those of the main question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// How the main question is rated and scored.
    pub metric: Metric,
    /// The main question.
    pub question: Wording,
    /// The words at the ends of the scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// The open question after the rating; without it there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
    /// Reason buttons; the first entry that applies is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reasons>,
    /// Further questions, kept apart from the score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// Asks whether the respondent goes on with some more questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuation: Option<Continuation>,
    /// What is said at the end.
    pub thanks: Thanks,
    /// Customer, account and every attribute that is not declared in `metadata` stay out of the response.
    #[serde(default)]
    pub anonymous: bool,
    /// What the host must hand over for routing and analysis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Metadata>,
}

fn one() -> u32 {
    1
}

fn relational() -> Kind {
    Kind::Relational
}

/// The words at the ends of a scale.
///
/// ```
/// use heedful::survey::{Context, Ends, Session, Survey};
///
/// let mut survey = Survey::preset("nps")?;
/// survey.ends = Some(Ends { low: "Never".into(), high: "At once".into() });
/// let step = Session::start(survey, Context::default())?.step();
/// assert_eq!((step.low.as_deref(), step.high.as_deref()), (Some("Never"), Some("At once")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// At the lowest point, for example "Not at all likely".
    pub low: Wording,
    /// At the highest point.
    pub high: Wording,
}

/// A text for everybody, with others for a band or a single rating; the most particular one is shown.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "follow_up": {"wording": "Why?", "bands": {"detractor": "What went wrong?"}, "ratings": {"0": "That bad?"}}}"#)?;
/// let text = |rating: f64| {
///     let mut session = Session::start(survey.clone(), Context::default())?;
///     session.answer("rating", Answer::Rating(rating)).map(|step| step.text)
/// };
/// assert_eq!([text(8.0)?, text(5.0)?, text(0.0)?], ["Why?", "What went wrong?", "That bad?"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// For everybody else.
    pub wording: Wording,
    /// By the name of a band.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "by_name")]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, Wording>"))]
    pub bands: Vec<(String, Wording)>,
    /// By the rating as it is written, for example `"0"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "by_name")]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, Wording>"))]
    pub ratings: Vec<(String, Wording)>,
    /// Whether an answer is demanded (better not).
    #[serde(default)]
    pub required: bool,
    /// When it is asked; always where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// Reason buttons.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "reasons": [
///         {"bands": ["detractor"], "question": "What went wrong?", "several": true, "options": [{"id": "price", "text": "Price"}, {"id": "wait", "text": "Wait"}]},
///         {"question": "What was best?", "options": [{"id": "staff", "text": "Staff"}, {"id": "room", "text": "Room"}]}
///     ]}"#)?;
/// let mut session = Session::start(survey.clone(), Context::default())?;
/// assert_eq!(session.answer("rating", Answer::Rating(2.0))?.text, "What went wrong?");
/// session.answer("reasons", Answer::Choices(vec!["wait".into(), "price".into()]))?;
/// assert_eq!(session.response().reasons, ["wait", "price"]);
/// // The first entry that applies is shown.
/// let mut session = Session::start(survey, Context::default())?;
/// assert_eq!(session.answer("rating", Answer::Rating(9.0))?.text, "What was best?");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// The bands that see these buttons; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<String>,
    /// What is asked.
    pub question: Wording,
    /// The buttons.
    pub options: Vec<Choice>,
    /// Whether several may be chosen; one where not set.
    #[serde(default)]
    pub several: bool,
    /// Whether a choice is demanded.
    #[serde(default)]
    pub required: bool,
    /// Shows the buttons in an order drawn from the seed of the session; the last stays last where it is `other`.
    #[serde(default)]
    pub shuffle: bool,
}

/// A button.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "reasons": [{"question": "Why?", "options": [
///         {"id": "price", "text": "Price", "sub": [{"id": "fees", "text": "Fees"}, {"id": "level", "text": "Level"}]}, {"id": "wait", "text": "Wait"}
///     ]}]}"#)?;
/// let mut session = Session::start(survey, Context::default())?;
/// session.answer("rating", Answer::Rating(3.0))?;
/// assert_eq!(session.answer("reasons", Answer::choice("price"))?.id, "reasons.price");
/// session.answer("reasons.price", Answer::choice("fees"))?;
/// assert_eq!(session.response().reasons, ["price", "fees"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The id that the response keeps.
    pub id: String,
    /// What it says.
    pub text: Wording,
    /// Narrower reasons, asked for once this one is chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub: Vec<Choice>,
}

/// An extra question.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "questions": [{"id": "visit", "type": "choice", "wording": "Why did you come?", "required": true,
///         "options": [{"id": "work", "text": "Work"}, {"id": "leisure", "text": "Leisure"}]}]}"#)?;
/// let mut session = Session::start(survey, Context::default())?;
/// session.answer("rating", Answer::Rating(9.0))?;
/// assert_eq!(session.answer("visit", Answer::Skip).unwrap_err().code().as_str(), "answer-required");
/// session.answer("visit", Answer::choice("work"))?;
/// assert_eq!(session.response().answers, [("visit".to_owned(), Answer::choice("work"))]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The id that the response keeps.
    pub id: String,
    /// What kind of answer it takes.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// What is asked.
    pub wording: Wording,
    /// The options of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The scale of a rating, through its metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// The words at the ends of a rating's scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// Whether an answer is demanded.
    #[serde(default)]
    pub required: bool,
    /// Shows the options in an order drawn from the seed of the session.
    #[serde(default)]
    pub shuffle: bool,
    /// When it is asked; always where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// The answer that an extra question takes.
///
/// ```
/// use heedful::survey::{QuestionType, Survey};
///
/// let survey = |kind: &str| {
///     Survey::from_json(&format!(r#"{{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {{"wording": "Thanks"}},
///         "questions": [{{"id": "more", "type": "{kind}", "wording": "And?"}}]}}"#))
/// };
/// assert_eq!(survey("text")?.questions[0].kind, QuestionType::Text);
/// // A choice has options, and a rating a metric.
/// assert!(survey("choice").is_err() && survey("rating").is_err());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuestionType {
    /// One option.
    Choice,
    /// Any number of options.
    Choices,
    /// A point of a scale.
    Rating,
    /// Free text.
    Text,
}

/// The offer to go on.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "questions": [{"id": "age", "type": "text", "wording": "How old are you?"}],
///     "continuation": {"wording": "One more question?", "yes": "Yes", "no": "No", "questions": ["age"]}}"#)?;
/// let next = |choice: &str| {
///     let mut session = Session::start(survey.clone(), Context::default())?;
///     assert_eq!(session.answer("rating", Answer::Rating(9.0))?.text, "One more question?");
///     session.answer("continue", Answer::choice(choice)).map(|step| step.id)
/// };
/// assert_eq!([next("yes")?, next("no")?], ["age", "thanks"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Continuation {
    /// For example "Two more questions?".
    pub wording: Wording,
    /// What the button for going on says.
    pub yes: Wording,
    /// What the button for stopping says.
    pub no: Wording,
    /// The ids of the questions that come only then.
    pub questions: Vec<String>,
    /// When it is offered; always where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What is said at the end, and what the respondent is invited to do.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?",
///     "thanks": {"wording": "Thank you, {name|friend}!", "bands": {"detractor": {"wording": "We are sorry."}}}}"#)?;
/// let thanks = |rating: f64| {
///     let mut session = Session::start(survey.clone(), Context::default())?;
///     session.answer("rating", Answer::Rating(rating)).map(|step| step.text)
/// };
/// assert_eq!([thanks(8.0)?, thanks(3.0)?], ["Thank you, friend!", "We are sorry."]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Thanks {
    /// For everybody else.
    pub wording: Wording,
    /// A call to action for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// By the name of a band.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "by_name")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, BandThanks>")
    )]
    pub bands: Vec<(String, BandThanks)>,
}

/// What a band is thanked with.
///
/// ```
/// use heedful::survey::{Action, ActionType, Answer, BandThanks, Context, Session, Survey};
///
/// let mut survey = Survey::preset("nps")?;
/// survey.follow_up = None;
/// let action = Action { kind: ActionType::CallMeBack, text: "Call me".into(), url: None };
/// let sorry = BandThanks { wording: "We are sorry.".into(), action: Some(action) };
/// survey.thanks.bands = vec![("detractor".to_owned(), sorry)];
/// let mut session = Session::start(survey, Context::default())?;
/// let step = session.answer("rating", Answer::Rating(1.0))?;
/// assert_eq!((step.text.as_str(), step.action.unwrap().kind), ("We are sorry.", ActionType::CallMeBack));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BandThanks {
    /// What is said.
    pub wording: Wording,
    /// The call to action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

/// A call to action.
///
/// ```
/// use heedful::survey::{Action, ActionType, Answer, Context, Session, Survey};
///
/// let mut survey = Survey::preset("nps")?;
/// survey.follow_up = None;
/// let url = Some("https://example.com/review?rating={rating}".to_owned());
/// survey.thanks.bands.clear();
/// survey.thanks.action = Some(Action { kind: ActionType::Review, text: "Review us".into(), url });
/// let mut session = Session::start(survey, Context::default())?;
/// let action = session.answer("rating", Answer::Rating(9.0))?.action.unwrap();
/// assert_eq!((action.text.as_str(), action.url.as_deref()), ("Review us", Some("https://example.com/review?rating=9")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What kind: the host may treat each in its own way.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// What the button says.
    pub text: Wording,
    /// Where it leads; pipes are filled. The host acts where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a respondent is invited to.
///
/// ```
/// use heedful::survey::{ActionType, Survey};
///
/// let survey = |kind: &str| {
///     Survey::from_json(&format!(r#"{{"id": "stay", "metric": "nps", "question": "How likely?",
///         "thanks": {{"wording": "Thanks", "action": {{"type": "{kind}", "text": "Go on"}}}}}}"#))
/// };
/// assert_eq!(survey("call_me_back")?.thanks.action.unwrap().kind, ActionType::CallMeBack);
/// assert_eq!(survey("shout").unwrap_err().path(), "thanks.action.type");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionType {
    /// Write a review.
    Review,
    /// Recommend to a friend.
    Referral,
    /// Be called back.
    CallMeBack,
    /// Read or do something else.
    Link,
}

/// An attribute that the survey needs from its host.
///
/// ```
/// use heedful::survey::{Context, Metadata, Session, Survey};
///
/// let mut survey = Survey::preset("nps")?;
/// let values = vec!["pro".to_owned(), "free".to_owned()];
/// survey.metadata = vec![Metadata { name: "plan".to_owned(), required: true, values }];
/// let start = |attributes: &[(&str, &str)]| {
///     let attributes = attributes.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
///     let session = Session::start(survey.clone(), Context { attributes, ..Context::default() });
///     session.map(|session| session.response().attributes.len()).map_err(|error| error.code().as_str())
/// };
/// assert_eq!(start(&[("plan", "pro")]), Ok(1));
/// assert_eq!((start(&[]), start(&[("plan", "trial")])), (Err("answer-required"), Err("answer-invalid")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The attribute.
    pub name: String,
    /// A session does not start without it.
    #[serde(default)]
    pub required: bool,
    /// The values it may have; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl Survey {
    /// A survey with this main question and nothing else but thanks; the fields are public, so add what you need.
    ///
    /// ```
    /// use heedful::{Metric, survey::{Survey, Wording}};
    ///
    /// let question = Wording::of([("de", "Wie zufrieden sind Sie?"), ("en", "How satisfied are you?")]);
    /// let survey = Survey::new("stay", Metric::csat(), question, "Danke!".into());
    /// survey.check()?;
    /// assert_eq!((survey.version, survey.fallback(), survey.paths()?.len()), (1, "de", survey.metric.bands().len()));
    /// assert_eq!(Survey::from_json(&survey.to_json())?, survey);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn new(id: &str, metric: Metric, question: Wording, thanks: Wording) -> Self {
        Self {
            id: id.to_owned(),
            version: one(),
            kind: relational(),
            touchpoint: None,
            journey_step: None,
            channel: None,
            languages: Vec::new(),
            metric,
            question,
            ends: None,
            follow_up: None,
            reasons: Vec::new(),
            questions: Vec::new(),
            continuation: None,
            thanks: Thanks { wording: thanks, action: None, bands: Vec::new() },
            anonymous: false,
            metadata: Vec::new(),
        }
    }

    /// Reads a survey and checks it ([`Survey::check`]).
    ///
    /// # Errors
    /// `json`, `invalid-config` or `invalid-argument` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        let survey: Self = config::read(text)?;
        survey.check()?;
        Ok(survey)
    }

    /// The survey as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// The language that texts fall back to: the first of `languages`, else the first of the main question.
    #[must_use]
    pub fn fallback(&self) -> &str {
        self.languages
            .first()
            .map(String::as_str)
            .or_else(|| self.question.texts().next().map(|(language, _)| language))
            .unwrap_or_default()
    }

    /// The question of this id.
    pub(crate) fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The texts of the survey with the path of each.
    pub(crate) fn wordings(&self) -> Vec<(String, &Wording)> {
        let mut all = vec![("question".to_owned(), &self.question)];
        if let Some(Ends { low, high }) = &self.ends {
            all.extend([("ends.low".to_owned(), low), ("ends.high".to_owned(), high)]);
        }
        if let Some(follow) = &self.follow_up {
            all.push(("follow_up.wording".to_owned(), &follow.wording));
            for (what, list) in [("bands", &follow.bands), ("ratings", &follow.ratings)] {
                all.extend(list.iter().map(|(k, w)| (format!("follow_up.{what}.{k}"), w)));
            }
        }
        for (i, reasons) in self.reasons.iter().enumerate() {
            all.push((format!("reasons[{i}].question"), &reasons.question));
            choice_texts(&format!("reasons[{i}].options"), &reasons.options, &mut all);
        }
        for (i, question) in self.questions.iter().enumerate() {
            all.push((format!("questions[{i}].wording"), &question.wording));
            choice_texts(&format!("questions[{i}].options"), &question.options, &mut all);
            if let Some(Ends { low, high }) = &question.ends {
                all.push((format!("questions[{i}].ends.low"), low));
                all.push((format!("questions[{i}].ends.high"), high));
            }
        }
        if let Some(more) = &self.continuation {
            for (name, text) in [("wording", &more.wording), ("yes", &more.yes), ("no", &more.no)] {
                all.push((format!("continuation.{name}"), text));
            }
        }
        all.push(("thanks.wording".to_owned(), &self.thanks.wording));
        all.extend(self.thanks.action.iter().map(|a| ("thanks.action.text".to_owned(), &a.text)));
        for (band, thanks) in &self.thanks.bands {
            all.push((format!("thanks.bands.{band}.wording"), &thanks.wording));
            all.extend(
                thanks.action.iter().map(|a| (format!("thanks.bands.{band}.action.text"), &a.text)),
            );
        }
        all
    }

    /// The conditions of the survey with the path of each.
    pub(crate) fn conditions(&self) -> Vec<(String, &Condition)> {
        let follow = self.follow_up.iter().filter_map(|f| f.when.as_ref());
        let more = self.continuation.iter().filter_map(|c| c.when.as_ref());
        let mut all: Vec<_> = follow.map(|when| ("follow_up.when".to_owned(), when)).collect();
        for (i, question) in self.questions.iter().enumerate() {
            all.extend(question.when.iter().map(|when| (format!("questions[{i}].when"), when)));
        }
        all.extend(more.map(|when| ("continuation.when".to_owned(), when)));
        all
    }
}

fn choice_texts<'a>(path: &str, choices: &'a [Choice], all: &mut Vec<(String, &'a Wording)>) {
    for (i, choice) in choices.iter().enumerate() {
        all.push((format!("{path}[{i}].text"), &choice.text));
        choice_texts(&format!("{path}[{i}].sub"), &choice.sub, all);
    }
}

/// An object whose keys keep their order.
mod by_name {
    use serde::{Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        list: &[(String, T)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(list.iter().map(|(key, value)| (key, value)))
    }
}

/// A list that is read from an object.
struct ByName<T>(Vec<(String, T)>);

impl<T: Config> Config for ByName<T> {
    fn read(json: &Json) -> Result<Self> {
        config::entries(json).map(Self)
    }
}

impl Config for FollowUp {
    fn read(json: &Json) -> Result<Self> {
        let mut wording = Needed(None);
        let (mut bands, mut ratings) = (ByName(Vec::new()), ByName(Vec::new()));
        let (mut required, mut when) = (false, None);
        let mut object = Object::of(json)?;
        object.needs("wording", &mut wording);
        object.takes("bands", &mut bands);
        object.takes("ratings", &mut ratings);
        object.takes("required", &mut required);
        object.takes("when", &mut when);
        object.finish()?;
        Ok(Self { wording: wording.value()?, bands: bands.0, ratings: ratings.0, required, when })
    }
}

impl Config for Thanks {
    fn read(json: &Json) -> Result<Self> {
        let mut wording = Needed(None);
        let (mut action, mut bands) = (None, ByName(Vec::new()));
        let mut object = Object::of(json)?;
        object.needs("wording", &mut wording);
        object.takes("action", &mut action);
        object.takes("bands", &mut bands);
        object.finish()?;
        Ok(Self { wording: wording.value()?, action, bands: bands.0 })
    }
}
