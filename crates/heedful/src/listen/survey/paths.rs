//! Every way through a survey.

use serde::Serialize;

use super::Survey;
use super::condition::{Condition, Matches, Within};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::sorted::SortedSet;
use crate::listen::session::{Answer, Context, Session, Step, StepType, Written};

/// One way through a survey, with answers that lead there.
///
/// ```
/// use heedful::survey::{Context, Session, Survey};
///
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks"},
///     "follow_up": {"wording": "Why?", "when": {"attribute": {"name": "plan", "is": ["pro"]}}}}"#)?;
/// let paths = survey.paths()?;
/// assert_eq!(paths.len(), 6); // three bands, with the question and without
/// let asked = paths.iter().find(|path| path.steps.len() == 3).unwrap();
/// assert_eq!((&asked.steps[1], &asked.attributes[..]), (&"comment".to_owned(), &[("plan".to_owned(), "pro".to_owned())][..]));
/// // The answers lead there.
/// let mut session = Session::start(survey, Context { attributes: asked.attributes.clone(), ..Context::default() })?;
/// for (step, answer) in &asked.answers {
///     session.answer(step, answer.clone())?;
/// }
/// assert_eq!((session.step().id.as_str(), &session.response().band), ("thanks", &asked.band));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// The ids of the steps that are shown, the thanks last.
    pub steps: Vec<String>,
    /// The band of the rating.
    pub band: Option<String>,
    /// An example of the attributes that lead there; only those that conditions look at.
    pub attributes: Vec<(String, String)>,
    /// An example of the answers that lead there.
    pub answers: Vec<(String, Answer)>,
}

/// Sessions that are tried before the survey is called too branched to list.
const MOST_SESSIONS: usize = 100_000;
/// Options that are combined with each other; beyond that each alone and all together.
const MOST_COMBINED: usize = 6;

impl Survey {
    /// Every way through the survey, told apart by the steps that are shown and the band of the rating.
    ///
    /// Answers are tried at both sides of everything that a condition, a wording or a sub-reason looks at, so
    /// each step that somebody can reach is in some path.
    ///
    /// ```
    /// let survey = heedful::survey::Survey::preset("nps")?;
    /// let paths = survey.paths()?;
    /// assert_eq!(paths.len(), 3); // one for each band
    /// assert_eq!(paths[0].steps, ["rating", "comment", "thanks"]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`Survey::check`] finds; `too-many` where more than 100,000 combinations of answers matter.
    pub fn paths(&self) -> Result<Vec<Path>> {
        self.check()?;
        let looks = Looks::of(self);
        let mut walk = Walk { looks: &looks, seen: SortedSet::new(), paths: Vec::new(), tried: 0 };
        for attributes in looks.attributes(self) {
            let context = Context { attributes, ..Context::default() };
            walk.go(&Session::start(self.clone(), context)?)?;
        }
        Ok(walk.paths)
    }
}

/// What the conditions of a survey look at.
struct Looks<'a> {
    ranges: Vec<(&'a Condition, Within)>,
    reasons: SortedSet<&'a str>,
    attributes: Vec<(&'a str, SortedSet<&'a str>)>,
    answers: Vec<&'a Matches>,
}

impl<'a> Looks<'a> {
    fn of(survey: &'a Survey) -> Self {
        let mut looks = Self {
            ranges: Vec::new(),
            reasons: SortedSet::new(),
            attributes: Vec::new(),
            answers: Vec::new(),
        };
        for (_, condition) in survey.conditions() {
            condition.walk(&mut |condition| match condition {
                Condition::Rating(range)
                | Condition::CommentLength(range)
                | Condition::Sentiment(range) => looks.ranges.push((condition, *range)),
                Condition::Reason(ids) => looks.reasons.extend(ids.iter().map(String::as_str)),
                Condition::Answer(matches) => looks.answers.push(matches),
                Condition::Attribute(Matches { name, is }) => {
                    let values = is.iter().map(String::as_str);
                    match looks.attributes.iter_mut().find(|(known, _)| known == name) {
                        Some((_, all)) => all.extend(values),
                        None => looks.attributes.push((name, values.collect())),
                    }
                }
                _ => {}
            });
        }
        looks
    }

    /// Every combination of the attributes that matter: each of the values looked at, and another or none.
    fn attributes(&self, survey: &Survey) -> Vec<Vec<(String, String)>> {
        let mut all = vec![Vec::new()];
        for declared in survey.metadata.iter().filter(|declared| declared.required) {
            if !self.attributes.iter().any(|(name, _)| *name == declared.name) {
                let value = declared.values.first().cloned().unwrap_or_default();
                for context in &mut all {
                    context.push((declared.name.clone(), value.clone()));
                }
            }
        }
        for (name, values) in &self.attributes {
            let declared = survey.metadata.iter().find(|declared| declared.name == *name);
            let allowed = declared.map(|declared| declared.values.as_slice()).unwrap_or_default();
            let other = match allowed.iter().find(|value| !values.contains(value.as_str())) {
                Some(value) => Some(value.clone()),
                None if !allowed.is_empty() => None,
                None => Some(String::new()),
            };
            let absent = declared.is_none_or(|declared| !declared.required);
            let values = values
                .iter()
                .filter(|value| allowed.is_empty() || allowed.iter().any(|known| known == *value))
                .map(|value| Some((*value).to_owned()))
                .chain(other.map(Some))
                .chain(absent.then_some(None));
            all = values
                .flat_map(|value| {
                    all.iter().cloned().map(move |mut context: Vec<_>| {
                        context.extend(value.clone().map(|value| ((*name).to_owned(), value)));
                        context
                    })
                })
                .collect();
        }
        all
    }

    /// Answers to a step, one for each thing that can come of it. A skip stands for every answer that nothing looks at.
    fn answers(&self, session: &Session, step: &Step) -> Vec<Answer> {
        let survey = session.survey();
        let mut answers = Vec::new();
        if !step.required {
            answers.push(Answer::Skip);
        }
        match step.kind {
            StepType::Rating if step.id == "rating" => {
                let mut seen = SortedSet::new();
                for point in &step.points {
                    let index = survey.metric.scale().index(point.value);
                    let band = index.and_then(|i| survey.metric.band(i)).map(|band| &band.name);
                    let written = point.value.to_string();
                    let follow = survey.follow_up.iter().flat_map(|follow| &follow.ratings);
                    let own = follow.into_iter().position(|(rating, _)| *rating == written);
                    let ranges: Vec<bool> = (self.ranges.iter())
                        .filter(|(condition, _)| matches!(condition, Condition::Rating(_)))
                        .map(|(_, range)| range.holds(point.value))
                        .collect();
                    if seen.insert((band, own, ranges)) {
                        answers.push(Answer::Rating(point.value));
                    }
                }
            }
            StepType::Rating => {
                let named = self.named(&step.id);
                let matters = |point: &f64| named.contains(point.to_string().as_str());
                let points: Vec<f64> = step.points.iter().map(|point| point.value).collect();
                let other = points.iter().find(|point| !matters(point) && step.required);
                let points = points.iter().filter(|point| matters(point)).chain(other);
                answers.extend(points.map(|point| Answer::Rating(*point)));
            }
            StepType::Choice | StepType::Choices => {
                answers.extend(self.choices(survey, step).into_iter().map(Answer::Choices));
            }
            StepType::Text if step.id == "comment" => answers.extend(self.comments(step.required)),
            StepType::Text => {
                let named = self.named(&step.id);
                answers.extend(named.into_iter().map(Answer::text));
                answers.extend(step.required.then(|| Answer::text("-")));
            }
            StepType::Thanks => {}
        }
        answers
    }

    /// The values of a question that conditions name.
    fn named(&self, question: &str) -> SortedSet<&'a str> {
        let matches = self.answers.iter().filter(|matches| matches.name == question);
        matches.flat_map(|matches| &matches.is).map(String::as_str).collect()
    }

    fn choices(&self, survey: &Survey, step: &Step) -> Vec<Vec<String>> {
        let named = self.named(&step.id);
        let below = format!("{}.", step.id);
        let leads =
            |id: &str| step.id.starts_with("reasons") && survey.leads_further(below.as_str(), id);
        let reasons = step.id.starts_with("reasons");
        let (matter, rest): (Vec<_>, Vec<_>) =
            step.options.iter().map(|option| option.id.clone()).partition(|id| {
                step.id == "continue"
                    || named.contains(id.as_str())
                    || (reasons && self.reasons.contains(id.as_str()))
                    || leads(id)
            });
        let mut sets: Vec<Vec<String>> = Vec::new();
        sets.extend(rest.first().filter(|_| step.required).map(|id| vec![id.clone()]));
        if step.kind == StepType::Choices && matter.len() <= MOST_COMBINED {
            for set in 1..1_u32 << matter.len() {
                let chosen = matter.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
                sets.push(chosen.map(|(_, id)| id.clone()).collect());
            }
        } else {
            sets.extend(matter.iter().map(|id| vec![id.clone()]));
            if step.kind == StepType::Choices {
                sets.push(matter);
            }
        }
        sets
    }

    /// Comments at both sides of every length and sentiment that is looked at, without and with each mapped reason.
    fn comments(&self, required: bool) -> Vec<Answer> {
        let (mut lengths, mut sentiments) = (vec![1.0], vec![None]);
        for (condition, Within { from, to }) in &self.ranges {
            for (end, outside) in [(from, -1.0), (to, 1.0)] {
                let Some(end) = *end else { continue };
                match condition {
                    Condition::CommentLength(_) => {
                        lengths.extend([end.ceil(), end.floor() + outside])
                    }
                    Condition::Sentiment(_) => {
                        let near = [end, end + 0.01 * outside].map(|value| value.clamp(-1.0, 1.0));
                        sentiments.extend(near.map(Some));
                    }
                    _ => {}
                }
            }
        }
        lengths.retain(|length| (1.0..=10_000.0).contains(length));
        let mapped = std::iter::once(None).chain(self.reasons.iter().map(Some));
        let mut seen = SortedSet::new();
        if !required {
            seen.insert((None, vec![false; self.ranges.len()]));
        }
        let mut comments = Vec::new();
        for reason in mapped {
            for sentiment in &sentiments {
                for length in &lengths {
                    let holds = (self.ranges.iter())
                        .map(|(condition, range)| match condition {
                            Condition::CommentLength(_) => range.holds(*length),
                            Condition::Sentiment(_) => {
                                sentiment.is_some_and(|value| range.holds(value))
                            }
                            _ => false,
                        })
                        .collect::<Vec<_>>();
                    if seen.insert((reason, holds)) {
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "1 to 10,000"
                        )]
                        let text = "-".repeat(*length as usize);
                        let reasons = reason.iter().map(|reason| (**reason).to_owned()).collect();
                        comments.push(Answer::Text(Written {
                            text,
                            reasons,
                            sentiment: *sentiment,
                        }));
                    }
                }
            }
        }
        comments
    }
}

impl Survey {
    /// Whether an option of the step `reasons.a.` has options below it.
    fn leads_further(&self, step: &str, id: &str) -> bool {
        let mut path = step.trim_end_matches('.').split('.').skip(1).chain(std::iter::once(id));
        self.reasons.iter().any(|reasons| {
            let mut level = &reasons.options;
            path.clone().all(|id| match level.iter().find(|choice| choice.id == id) {
                Some(choice) => {
                    level = &choice.sub;
                    true
                }
                None => false,
            }) && !level.is_empty()
        }) && path.next().is_some()
    }
}

struct Walk<'a> {
    looks: &'a Looks<'a>,
    seen: SortedSet<(Vec<String>, Option<String>)>,
    paths: Vec<Path>,
    tried: usize,
}

impl Walk<'_> {
    fn go(&mut self, session: &Session) -> Result<()> {
        self.tried += 1;
        if self.tried > MOST_SESSIONS {
            let message =
                "more than 100000 combinations of answers matter: the paths are not listed";
            return Err(Error::new(ErrorCode::TooMany, message));
        }
        let step = session.step();
        if step.kind == StepType::Thanks {
            let mut response = session.response();
            response.asked.push(step.id);
            if self.seen.insert((response.asked.clone(), response.band.clone())) {
                self.paths.push(Path {
                    steps: response.asked,
                    band: response.band,
                    attributes: response.attributes,
                    answers: session.answers().given.to_vec(),
                });
            }
            return Ok(());
        }
        for answer in self.looks.answers(session, &step) {
            let mut next = session.clone();
            next.answer(&step.id, answer)?;
            self.go(&next)?;
        }
        Ok(())
    }
}
