//! A survey under way: a pure state machine, one step after the other.

mod answer;
mod response;
mod step;

use std::sync::Arc;

use serde::Serialize;

use super::survey::answers::Answers;
use super::survey::{
    Action, Choice, Ends, FollowUp, Question, QuestionType, Reasons, Survey, Wording,
};
use crate::base::config::{self, stored};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::metric::Metric;
use crate::base::scale::Reading;
use crate::base::sorted::{SortedMap, SortedSet};
use crate::base::state;
use crate::stats::Random;

pub use answer::{Answer, Context, Written};
pub use response::{SessionStatus, SurveyResponse};
pub use step::{Step, StepAction, StepOption, StepPoint, StepType};

stored!(Stored { version, survey, survey_version, context, given, drafts = Default::default(), declined = Default::default() });

/// A survey under way.
///
/// Every call is pure: the same survey, context and answers give the same steps on every device. An answer that
/// does not fit is an error and leaves the session as it was.
///
/// ```
/// use heedful::survey::{Answer, Context, Session, Survey};
///
/// let survey = Survey::preset("nps")?;
/// let mut session = Session::start(survey, Context { language: "de".into(), ..Context::default() })?;
/// assert_eq!(session.step().id, "rating");
/// assert_eq!(session.answer("rating", Answer::Rating(11.0)).unwrap_err().code().as_str(), "rating-out-of-range");
/// let step = session.answer("rating", Answer::Rating(3.0))?;
/// assert_eq!(step.id, "comment");
/// let stored = session.to_json(); // and on another device:
/// let mut session = Session::from_json(session.survey().clone(), &stored)?;
/// assert_eq!(session.answer("comment", Answer::text("zu teuer"))?.id, "thanks");
/// let response = session.response();
/// assert_eq!((response.band.as_deref(), response.comment.as_deref()), (Some("detractor"), Some("zu teuer")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Shared: all ways through a survey are tried with as many sessions.
    survey: Arc<Survey>,
    context: Context,
    given: Vec<(String, Answer)>,
    /// Where the answer to a step is.
    places: SortedMap<String, usize>,
    /// Answers taken back, to be shown again.
    drafts: Vec<(String, Answer)>,
    declined: bool,
}

/// The stored form.
#[derive(Serialize)]
struct Stored {
    version: u32,
    survey: String,
    survey_version: u32,
    context: Context,
    given: Vec<(String, Answer)>,
    #[serde(default)]
    drafts: Vec<(String, Answer)>,
    #[serde(default)]
    declined: bool,
}

const VERSION: u32 = 1;

/// A step before it is put into words.
enum Stop<'a> {
    Rating,
    /// Options at a level of the tree; the path of ids that leads there.
    Reasons(&'a Reasons, &'a [Choice], Vec<&'a str>),
    Comment(&'a FollowUp),
    Question(&'a Question),
    Continue,
    Thanks,
}

impl Stop<'_> {
    fn id(&self) -> String {
        match self {
            Self::Rating => "rating".to_owned(),
            Self::Reasons(_, _, path) => {
                path.iter().fold("reasons".to_owned(), |id, reason| id + "." + reason)
            }
            Self::Comment(_) => "comment".to_owned(),
            Self::Question(question) => question.id.clone(),
            Self::Continue => "continue".to_owned(),
            Self::Thanks => "thanks".to_owned(),
        }
    }
}

impl Session {
    /// Starts a survey.
    ///
    /// # Errors
    /// What [`Survey::check`] finds; `answer-required` where an attribute that the survey must carry is missing,
    /// `answer-invalid` where it has a value that is not declared, with the path in the context.
    pub fn start(survey: Survey, context: Context) -> Result<Self> {
        survey.check()?;
        for declared in &survey.metadata {
            let path = format!("attributes.{}", declared.name);
            let value = context.attributes.iter().find(|(name, _)| *name == declared.name);
            match value {
                None if declared.required => {
                    let message = format!("the survey needs the attribute `{}`", declared.name);
                    return Err(Error::new(ErrorCode::AnswerRequired, message).at(path));
                }
                Some((_, value))
                    if !declared.values.is_empty() && !declared.values.contains(value) =>
                {
                    let known = declared.values.join(", ");
                    let message = format!(
                        "the attribute has a value that is not declared: known are {known}"
                    );
                    return Err(Error::new(ErrorCode::AnswerInvalid, message).at(path));
                }
                _ => {}
            }
        }
        let mut context = context;
        if context.language.is_empty() {
            survey.fallback().clone_into(&mut context.language);
        }
        Ok(Self {
            survey: Arc::new(survey),
            context,
            given: Vec::new(),
            places: SortedMap::new(),
            drafts: Vec::new(),
            declined: false,
        })
    }

    /// The survey.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// What to show now; the thanks at the end and after declining.
    #[must_use]
    pub fn step(&self) -> Step {
        self.show(&self.stop())
    }

    /// Takes the answer to a step and gives the next one. The id guards against answers sent twice.
    ///
    /// # Errors
    /// The session is unchanged by an error: `wrong-step` where another step is due, `answer-required` for a
    /// skip where it is not allowed, `answer-invalid` for an answer of another type, for unknown, repeated or
    /// too many options, or a sentiment outside -1 to 1; `rating-out-of-range`, `rating-invalid`.
    pub fn answer(&mut self, step: &str, answer: Answer) -> Result<Step> {
        let stop = self.stop();
        let due = stop.id();
        if due != step || matches!(stop, Stop::Thanks) {
            let message = format!("the step `{step}` is not due: it is `{due}`");
            return Err(Error::new(ErrorCode::WrongStep, message).at("step"));
        }
        let answer = self.checked(&stop, answer)?;
        self.drafts.retain(|(id, _)| *id != due);
        self.places.insert(due.clone(), self.given.len());
        self.given.push((due, answer));
        Ok(self.step())
    }

    /// Takes the last answer out.
    fn pop(&mut self) -> Option<(String, Answer)> {
        let (id, answer) = self.given.pop()?;
        self.places.remove(&id);
        Some((id, answer))
    }

    /// Takes the last answer back and shows its step again; the first step stays where nothing was answered.
    ///
    /// ```
    /// use heedful::survey::{Answer, Context, Session, Survey};
    ///
    /// let mut session = Session::start(Survey::preset("nps")?, Context::default())?;
    /// session.answer("rating", Answer::Rating(2.0))?;
    /// assert_eq!(session.back().id, "rating");
    /// assert_eq!(session.response().rating, None); // taken back
    /// session.answer("rating", Answer::Rating(9.0))?;
    /// assert_eq!(session.response().band.as_deref(), Some("promoter"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn back(&mut self) -> Step {
        if self.declined {
            self.declined = false;
        } else if let Some((id, answer)) = self.pop() {
            self.drafts.retain(|(draft, _)| *draft != id);
            self.drafts.push((id, answer));
        }
        self.step()
    }

    /// The respondent does not want to (go on). What was answered stays.
    ///
    /// ```
    /// use heedful::survey::{Answer, Context, Session, SessionStatus, Survey};
    ///
    /// let mut session = Session::start(Survey::preset("nps")?, Context::default())?;
    /// session.answer("rating", Answer::Rating(6.0))?;
    /// assert_eq!(session.decline().id, "thanks");
    /// assert_eq!(session.status(), SessionStatus::Partial);
    /// let response = session.response();
    /// assert_eq!((response.rating, response.declined), (Some(6.0), true));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn decline(&mut self) -> Step {
        if !matches!(self.stop(), Stop::Thanks) {
            self.declined = true;
        }
        self.step()
    }

    /// How far it came.
    #[must_use]
    pub fn status(&self) -> SessionStatus {
        let rated = self.answers().rating().is_some();
        match (self.declined, rated) {
            (true, false) => SessionStatus::Declined,
            (false, false) => SessionStatus::Open,
            (false, true) if matches!(self.stop(), Stop::Thanks) => SessionStatus::Complete,
            (_, true) => SessionStatus::Partial,
        }
    }

    /// What it has brought so far.
    #[must_use]
    pub fn response(&self) -> SurveyResponse {
        let Self { survey, context, .. } = self;
        let answers = self.answers();
        let known = |id: &str| survey.question(id).is_some();
        let declared = |name: &str| survey.metadata.iter().any(|m| m.name == name);
        let personal = |value: &Option<String>| value.clone().filter(|_| !survey.anonymous);
        let owned = |reason: &str| reason.to_owned();
        SurveyResponse {
            survey: survey.id.clone(),
            survey_version: survey.version,
            status: self.status(),
            declined: self.declined,
            kind: survey.kind,
            touchpoint: survey.touchpoint.clone(),
            journey_step: survey.journey_step.clone(),
            channel: context.channel.clone().or_else(|| survey.channel.clone()),
            language: context.language.clone(),
            presentation: context.presentation.clone(),
            metric: survey.metric.name().to_owned(),
            customer: personal(&context.customer),
            account: personal(&context.account),
            attributes: (context.attributes.iter())
                .filter(|(name, _)| !survey.anonymous || declared(name))
                .cloned()
                .collect(),
            rating: answers.rating(),
            band: answers.band().map(owned),
            reasons: answers.chosen_reasons().map(owned).collect(),
            mapped_reasons: answers.mapped_reasons().map(owned).collect(),
            comment: answers.comment().filter(|text| !text.is_empty()).map(owned),
            sentiment: answers.sentiment(),
            answers: self.given.iter().filter(|(id, _)| known(id)).cloned().collect(),
            asked: self.given.iter().map(|(id, _)| id.clone()).collect(),
            orders: self.orders(),
        }
    }

    /// The state as JSON, to resume on another device.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(&Stored {
            version: VERSION,
            survey: self.survey.id.clone(),
            survey_version: self.survey.version,
            context: self.context.clone(),
            given: self.given.clone(),
            drafts: self.drafts.clone(),
            declined: self.declined,
        })
    }

    /// Resumes a session of this survey.
    ///
    /// # Errors
    /// `json`, `invalid-config`, `state-version`; `wrong-step` where the state belongs to another survey or
    /// version of it; what [`Session::answer`] says where its answers do not fit.
    pub fn from_json(survey: Survey, text: &str) -> Result<Self> {
        state::check_version(&Json::parse(text)?, VERSION)?;
        let stored: Stored = config::read(text)?;
        if (&stored.survey, stored.survey_version) != (&survey.id, survey.version) {
            let (id, version) = (&stored.survey, stored.survey_version);
            let message = format!("the state belongs to version {version} of the survey `{id}`");
            return Err(Error::new(ErrorCode::WrongStep, message).at("survey"));
        }
        let mut session = Self::start(survey, stored.context)?;
        for (index, (step, answer)) in stored.given.into_iter().enumerate() {
            session.answer(&step, answer).map_err(|error| {
                let path = format!("given[{index}]");
                Error::new(error.code(), error.message()).at(path)
            })?;
        }
        session.drafts = stored.drafts;
        session.declined = stored.declined;
        Ok(session)
    }

    /// Forgets the respondent, if this is the customer: the ids of customer and account, attributes that the survey does
    /// not declare in `metadata`, and everything written go; ratings and choices stay. The session is over, and
    /// [`to_json`](Self::to_json) holds no trace. Whether it was the customer.
    ///
    /// ```
    /// use heedful::survey::{Answer, Context, Session, Survey};
    /// let context = Context { customer: Some("ada".into()), ..Context::default() };
    /// let mut session = Session::start(Survey::preset("nps")?, context)?;
    /// session.answer("rating", Answer::Rating(3.0))?;
    /// session.answer("comment", Answer::text("it is me, Ada"))?;
    /// assert_eq!((session.forget("bo"), session.forget("ada"), session.forget("ada")), (false, true, false));
    /// assert!(!session.to_json().to_lowercase().contains("ada"));
    /// assert_eq!(session.response().rating, Some(3.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn forget(&mut self, customer: &str) -> bool {
        if self.context.customer.as_deref() != Some(customer) {
            return false;
        }
        let Self { survey, context, .. } = self;
        context.customer = None;
        context.account = None;
        context.attributes.retain(|(name, _)| survey.metadata.iter().any(|m| m.name == *name));
        let given = std::mem::take(&mut self.given);
        self.places = SortedMap::new();
        self.drafts.clear();
        self.declined = false;
        // Without what was written other steps may be due: what no longer fits goes as well.
        for (step, answer) in given {
            let answer = if matches!(answer, Answer::Text(_)) { Answer::Skip } else { answer };
            let _ = self.answer(&step, answer);
        }
        self.decline();
        true
    }

    pub(crate) fn answers(&self) -> Answers<'_> {
        let Self { survey, context, given, places, .. } = self;
        Answers { survey, context, given, places }
    }

    /// The first step that applies and has no answer.
    fn stop(&self) -> Stop<'_> {
        if self.declined { Stop::Thanks } else { self.ahead().next().unwrap_or(Stop::Thanks) }
    }

    /// The steps without an answer, as far as the answers say now.
    fn ahead(&self) -> impl Iterator<Item = Stop<'_>> {
        let answers = self.answers();
        let survey = &self.survey;
        let holds = move |when: &Option<super::survey::Condition>| {
            when.as_ref().is_none_or(|when| when.holds(&answers))
        };
        let mut stops = vec![Stop::Rating];
        let band = answers.band();
        let buttons = survey.reasons.iter().find(|reasons| {
            reasons.bands.is_empty()
                || band.is_some_and(|b| reasons.bands.iter().any(|name| name == b))
        });
        // Before the rating it is not known which buttons there will be.
        if let Some(reasons) = buttons.filter(|_| answers.rating().is_some()) {
            self.levels(reasons, &reasons.options, Vec::new(), &mut stops);
        }
        stops.extend(survey.follow_up.iter().filter(|f| holds(&f.when)).map(Stop::Comment));
        let more = survey.continuation.as_ref();
        let offered = |q: &Question| more.is_some_and(|more| more.questions.contains(&q.id));
        let ask = |wanted: bool| {
            let questions = survey.questions.iter().filter(move |q| offered(q) == wanted);
            questions.filter(|q| holds(&q.when)).map(Stop::Question)
        };
        stops.extend(ask(false));
        if let Some(more) = more.filter(|more| holds(&more.when)) {
            stops.push(Stop::Continue);
            let goes_on = answers.to("continue").is_some_and(|a| a.chosen() == ["yes"]);
            stops.extend(ask(true).filter(|_| goes_on && !more.questions.is_empty()));
        }
        stops.into_iter().filter(move |stop| answers.to(&stop.id()).is_none())
    }

    /// The buttons of a level, and below each of those chosen its own.
    fn levels<'a>(
        &'a self,
        reasons: &'a Reasons,
        options: &'a [Choice],
        path: Vec<&'a str>,
        stops: &mut Vec<Stop<'a>>,
    ) {
        let stop = Stop::Reasons(reasons, options, path.clone());
        let chosen = self.answers().to(&stop.id()).map(Answer::chosen).unwrap_or_default();
        stops.push(stop);
        for option in options.iter().filter(|o| !o.sub.is_empty() && chosen.contains(&o.id)) {
            let mut path = path.clone();
            path.push(&option.id);
            self.levels(reasons, &option.sub, path, stops);
        }
    }

    /// The answer, where it fits.
    fn checked(&self, stop: &Stop<'_>, answer: Answer) -> Result<Answer> {
        let (kind, required) = form(stop);
        if answer == Answer::Skip || matches!(&answer, Answer::Choices(ids) if ids.is_empty()) {
            return if required {
                let message = "this step needs an answer; to leave, decline";
                Err(Error::new(ErrorCode::AnswerRequired, message).at("answer"))
            } else {
                Ok(Answer::Skip)
            };
        }
        match (kind, &answer) {
            (StepType::Rating, Answer::Rating(rating)) => {
                let metric = match stop {
                    Stop::Question(question) => question.metric.as_ref(),
                    _ => Some(&self.survey.metric),
                };
                let scale = metric.unwrap_or(&self.survey.metric).scale();
                let reading = match scale.classify(*rating) {
                    Reading::Missing => Reading::Invalid,
                    reading => reading,
                };
                if let Some(refusal) = scale.refusal(reading, *rating) {
                    return Err(refusal.at("answer.rating"));
                }
            }
            (StepType::Choice | StepType::Choices, Answer::Choices(ids)) => {
                let options = self.option_ids(stop);
                let known: SortedSet<&str> = options.iter().copied().collect();
                let mut before = SortedSet::new();
                for (index, id) in ids.iter().enumerate() {
                    let path = format!("answer.choices[{index}]");
                    let invalid = |message: String| {
                        Err(Error::new(ErrorCode::AnswerInvalid, message).at(path))
                    };
                    if !known.contains(id.as_str()) {
                        let known = options.join(", ");
                        return invalid(format!("there is no such option: known are {known}"));
                    }
                    if !before.insert(id.as_str()) {
                        return invalid("the option is chosen twice".to_owned());
                    }
                    if index > 0 && kind == StepType::Choice {
                        return invalid("only one option can be chosen".to_owned());
                    }
                }
            }
            (StepType::Text, Answer::Text(written)) => {
                if written.sentiment.is_some_and(|value| !(-1.0..=1.0).contains(&value)) {
                    let message = "a sentiment lies from -1 to 1";
                    return Err(
                        Error::new(ErrorCode::AnswerInvalid, message).at("answer.text.sentiment")
                    );
                }
                if written.text.trim().is_empty() {
                    return self.checked(stop, Answer::Skip);
                }
            }
            _ => {
                let wants = match kind {
                    StepType::Rating => "a rating",
                    StepType::Text => "a text",
                    _ => "choices",
                };
                let message = format!("the step takes {wants}");
                return Err(Error::new(ErrorCode::AnswerInvalid, message).at("answer"));
            }
        }
        Ok(answer)
    }

    /// The ids of the options in the order of the definition.
    fn option_ids<'a>(&self, stop: &Stop<'a>) -> Vec<&'a str> {
        match stop {
            Stop::Continue => vec!["yes", "no"],
            _ => choices(stop).iter().map(|choice| choice.id.as_str()).collect(),
        }
    }

    fn show(&self, stop: &Stop<'_>) -> Step {
        let answers = self.answers();
        let id = stop.id();
        let (kind, required) = form(stop);
        let (text, metric, ends): (&Wording, Option<&Metric>, Option<&Ends>) = match stop {
            Stop::Rating => {
                (&self.survey.question, Some(&self.survey.metric), self.survey.ends.as_ref())
            }
            Stop::Reasons(reasons, ..) => (&reasons.question, None, None),
            Stop::Comment(follow) => (self.follow_up(follow), None, None),
            Stop::Question(q) => (&q.wording, q.metric.as_ref(), q.ends.as_ref()),
            Stop::Continue => {
                let more = self.survey.continuation.as_ref();
                (more.map_or(&self.survey.question, |more| &more.wording), None, None)
            }
            Stop::Thanks => (self.thanks().0, None, None),
        };
        let scale = metric.filter(|_| kind == StepType::Rating).map(Metric::scale);
        let points = scale.map(|scale| {
            let label = |index| scale.label(index).map(str::to_owned);
            let points = scale.points().iter().enumerate();
            points.map(|(index, value)| StepPoint { value: *value, label: label(index) }).collect()
        });
        let ahead = if self.declined { 0 } else { self.ahead().count() };
        let done = self.given.len();
        let action = matches!(stop, Stop::Thanks).then(|| self.thanks().1).flatten();
        Step {
            text: answers.say(text),
            kind,
            required,
            points: points.unwrap_or_default(),
            low: ends.map(|ends| answers.say(&ends.low)),
            high: ends.map(|ends| answers.say(&ends.high)),
            options: self.options(stop),
            action: action.map(|action| StepAction {
                kind: action.kind,
                text: answers.say(&action.text),
                url: action.url.as_ref().map(|url| answers.fill(url)),
            }),
            previous: self.drafts.iter().find(|(draft, _)| *draft == id).map(|(_, a)| a.clone()),
            progress: if ahead == 0 { 1.0 } else { done as f64 / (done + ahead) as f64 },
            id,
        }
    }

    fn options(&self, stop: &Stop<'_>) -> Vec<StepOption> {
        let answers = self.answers();
        if let (Stop::Continue, Some(more)) = (stop, &self.survey.continuation) {
            let option = |id: &str, text| StepOption { id: id.to_owned(), text: answers.say(text) };
            return vec![option("yes", &more.yes), option("no", &more.no)];
        }
        self.order(stop)
            .into_iter()
            .map(|choice| StepOption { id: choice.id.clone(), text: answers.say(&choice.text) })
            .collect()
    }

    /// The options in the order to show.
    fn order<'a>(&self, stop: &Stop<'a>) -> Vec<&'a Choice> {
        let mut order: Vec<&Choice> = choices(stop).iter().collect();
        if !shuffled(stop) {
            return order;
        }
        let last = order.pop_if(|choice| choice.id == "other");
        let salt = stop.id().bytes().fold(0_u64, |salt, byte| {
            salt.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte))
        });
        shuffle(&mut order, &mut Random::new(salt ^ u64::from(self.context.seed)));
        order.extend(last);
        order
    }

    /// The orders of what was shuffled and answered.
    fn orders(&self) -> Vec<(String, Vec<String>)> {
        // Each step is found again by taking the answers back one by one.
        let mut replay = self.clone();
        replay.declined = false;
        let mut orders = Vec::new();
        while replay.pop().is_some() {
            let stop = replay.stop();
            if shuffled(&stop) {
                let order = replay.order(&stop).into_iter().map(|choice| choice.id.clone());
                orders.push((stop.id(), order.collect()));
            }
        }
        orders.reverse();
        orders
    }

    fn follow_up<'a>(&self, follow: &'a FollowUp) -> &'a Wording {
        let answers = self.answers();
        let rating = answers.rating().map(|rating| rating.to_string());
        let by = |list: &'a [(String, Wording)], key: Option<&str>| {
            list.iter().find(|(name, _)| Some(name.as_str()) == key).map(|(_, wording)| wording)
        };
        by(&follow.ratings, rating.as_deref())
            .or_else(|| by(&follow.bands, answers.band()))
            .unwrap_or(&follow.wording)
    }

    fn thanks(&self) -> (&Wording, Option<&Action>) {
        let thanks = &self.survey.thanks;
        let band = self.answers().band();
        match thanks.bands.iter().find(|(name, _)| Some(name.as_str()) == band) {
            Some((_, own)) => (&own.wording, own.action.as_ref()),
            None => (&thanks.wording, thanks.action.as_ref()),
        }
    }
}

/// What a step takes, and whether it must.
fn form(stop: &Stop<'_>) -> (StepType, bool) {
    match stop {
        Stop::Rating => (StepType::Rating, true),
        Stop::Reasons(reasons, ..) if reasons.several => (StepType::Choices, reasons.required),
        Stop::Reasons(reasons, ..) => (StepType::Choice, reasons.required),
        Stop::Comment(follow) => (StepType::Text, follow.required),
        Stop::Question(question) => {
            let kind = match question.kind {
                QuestionType::Choice => StepType::Choice,
                QuestionType::Choices => StepType::Choices,
                QuestionType::Rating => StepType::Rating,
                QuestionType::Text => StepType::Text,
            };
            (kind, question.required)
        }
        Stop::Continue => (StepType::Choice, false),
        Stop::Thanks => (StepType::Thanks, false),
    }
}

fn choices<'a>(stop: &Stop<'a>) -> &'a [Choice] {
    match stop {
        Stop::Reasons(_, options, _) => options,
        Stop::Question(question) => &question.options,
        _ => &[],
    }
}

fn shuffled(stop: &Stop<'_>) -> bool {
    match stop {
        Stop::Reasons(reasons, ..) => reasons.shuffle,
        Stop::Question(question) => question.shuffle,
        _ => false,
    }
}

/// Fisher and Yates.
fn shuffle<T>(list: &mut [T], random: &mut Random) {
    for last in (1..list.len()).rev() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most `last`"
        )]
        let other = (random.uniform() * (last + 1) as f64) as usize;
        list.swap(last, other.min(last));
    }
}
