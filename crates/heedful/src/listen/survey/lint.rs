//! What is unwise in a survey, with the reason.

use std::fmt;

use serde::Serialize;

use super::condition::Condition;
use super::wording::pipes;
use super::{QuestionType, Survey};
use crate::base::error::Result;
use crate::base::metric::Metric;
use crate::base::order::sort_by_key;

/// Something that a survey would be better without.
///
/// ```
/// use heedful::survey::{Finding, Survey};
///
/// let mut survey = Survey::preset("nps")?;
/// if let Some(follow_up) = &mut survey.follow_up {
///     follow_up.required = true;
/// }
/// let found: Vec<Finding> = survey.lint()?;
/// assert_eq!((found.len(), found[0].path.as_str()), (1, "follow_up.required"));
/// assert!(found[0].to_string().contains(&found[0].message));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub code: FindingCode,
    /// Where in the survey.
    pub path: String,
    /// What it is and why it matters.
    pub message: String,
}

/// Kinds of findings, stable for ever.
///
/// ```
/// use heedful::survey::{FindingCode, Survey};
///
/// // A second question on the scale of the score, that only those can be asked who answered above 10.
/// let survey = Survey::from_json(r#"{"id": "stay", "metric": "nps", "question": "How likely?", "thanks": {"wording": "Thanks, {nmae}"},
///     "follow_up": {"wording": "Why?"},
///     "questions": [{"id": "again", "type": "rating", "metric": "nps", "wording": "Come again?", "when": {"rating": {"from": 10.5}}}],
///     "metadata": [{"name": "name"}]}"#)?;
/// let codes: Vec<_> = survey.lint()?.iter().map(|finding| finding.code).collect();
/// for code in [FindingCode::CompetingRatings, FindingCode::UnanswerableCondition, FindingCode::UnknownPipe] {
///     assert!(codes.contains(&code));
/// }
/// assert_eq!(codes.len(), 3);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive] // the lint may come to know more
pub enum FindingCode {
    /// More than 10 questions or 5 minutes.
    TooLong,
    /// Another question is rated on a scale like that of the score.
    CompetingRatings,
    /// A question that nobody can be asked.
    UnanswerableCondition,
    /// A text is not there in a language of the survey.
    MissingTranslation,
    /// An order that leads the respondent.
    BiasedOrder,
    /// A comment is demanded.
    RequiredComment,
    /// The respondent cannot say anything in their own words.
    NoOpenQuestion,
    /// A text asks for something that the survey does not know.
    UnknownPipe,
    /// There are too many combinations of answers to look at.
    TooBranched,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`", self.message, self.path)
    }
}

/// Seconds that a respondent needs, as rules of thumb: a closed question, several options to go through, an open one.
const CLOSED_SECONDS: u32 = 8;
const SEVERAL_SECONDS: u32 = 12;
const OPEN_SECONDS: u32 = 35;
/// A survey is too long beyond these.
const MOST_QUESTIONS: usize = 10;
const MOST_SECONDS: u32 = 5 * 60;
/// With more options the first ones are chosen more often for being first.
const MOST_IN_ORDER: usize = 4;

impl Survey {
    /// What is unwise, in a fixed order. Time is reckoned along the longest path with 8 seconds for a closed
    /// question, 12 for several choices and 35 for an open one.
    ///
    /// ```
    /// use heedful::survey::{FindingCode, Survey};
    ///
    /// let mut survey = Survey::preset("nps")?;
    /// assert!(survey.lint()?.is_empty());
    /// survey.follow_up = None;
    /// assert_eq!(survey.lint()?[0].code, FindingCode::NoOpenQuestion);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`Survey::check`] finds.
    pub fn lint(&self) -> Result<Vec<Finding>> {
        self.check()?;
        let mut findings = Findings(Vec::new());
        self.lint_paths(&mut findings);
        self.lint_ratings(&mut findings);
        self.lint_texts(&mut findings);
        self.lint_order(&mut findings);
        match &self.follow_up {
            Some(follow) if follow.required => findings.add(
                FindingCode::RequiredComment,
                "follow_up.required",
                "a comment that is demanded drives respondents away or brings `...`",
            ),
            None if !self.questions.iter().any(|q| q.kind == QuestionType::Text) => findings.add(
                FindingCode::NoOpenQuestion,
                "follow_up",
                "nothing lets respondents say it in their own words",
            ),
            _ => {}
        }
        sort_by_key(&mut findings.0, |finding| finding.code);
        Ok(findings.0)
    }

    fn lint_paths(&self, findings: &mut Findings) {
        let Ok(paths) = self.paths() else {
            let message = "more combinations of answers matter than can be looked at";
            findings.add(FindingCode::TooBranched, "questions", message);
            return;
        };
        let seconds = |step: &str| match self.question(step).map(|question| question.kind) {
            Some(QuestionType::Text) => OPEN_SECONDS,
            Some(QuestionType::Choices) => SEVERAL_SECONDS,
            None if step == "comment" => OPEN_SECONDS,
            None if step == "thanks" => 0,
            _ => CLOSED_SECONDS,
        };
        let questions = |steps: &[String]| {
            steps.iter().filter(|step| !matches!(step.as_str(), "thanks" | "continue")).count()
        };
        let most = paths.iter().map(|path| questions(&path.steps)).max().unwrap_or(0);
        let time = |steps: &[String]| steps.iter().map(|step| seconds(step)).sum::<u32>();
        let longest = paths.iter().map(|path| time(&path.steps)).max().unwrap_or(0);
        if most > MOST_QUESTIONS || longest > MOST_SECONDS {
            let minutes = f64::from(longest) / 60.0;
            findings.add(
                FindingCode::TooLong,
                "questions",
                format!("a respondent may meet {most} questions, about {minutes:.1} minutes: many will leave"),
            );
        }
        let asked = |id: &str| paths.iter().any(|path| path.steps.iter().any(|step| step == id));
        for (i, question) in self.questions.iter().enumerate() {
            if !asked(&question.id) {
                findings.add(
                    FindingCode::UnanswerableCondition,
                    format!("questions[{i}].when"),
                    "no answers lead to this question",
                );
            }
        }
        let when = |path: &str| self.conditions().iter().any(|(known, _)| known == path);
        for (id, path) in [("comment", "follow_up.when"), ("continue", "continuation.when")] {
            if when(path) && !asked(id) {
                let message = "no answers lead to this question";
                findings.add(FindingCode::UnanswerableCondition, path, message);
            }
        }
    }

    fn lint_ratings(&self, findings: &mut Findings) {
        let points = |metric: &Metric| metric.scale().points().len();
        for (i, question) in self.questions.iter().enumerate() {
            let Some(metric) = &question.metric else { continue };
            if metric.name() == self.metric.name() || points(metric) == points(&self.metric) {
                findings.add(
                    FindingCode::CompetingRatings,
                    format!("questions[{i}].metric"),
                    "two questions are rated alike: it is unclear which one is the score",
                );
            }
        }
    }

    fn lint_texts(&self, findings: &mut Findings) {
        let mut languages: Vec<&str> = self.languages.iter().map(String::as_str).collect();
        if languages.is_empty() {
            languages = self.question.texts().map(|(language, _)| language).collect();
        }
        let mut known: Vec<&str> = self.metadata.iter().map(|m| m.name.as_str()).collect();
        known.extend(self.questions.iter().map(|question| question.id.as_str()));
        known.push("rating");
        for (path, wording) in self.wordings() {
            for language in languages.iter().filter(|language| !wording.speaks(language)) {
                let message =
                    format!("there is no text in `{language}`: the fallback will be shown");
                findings.add(FindingCode::MissingTranslation, path.as_str(), message);
            }
            for (_, text) in wording.texts() {
                for (name, otherwise) in pipes(text).filter(|(name, _)| !known.contains(name)) {
                    if otherwise.is_empty() {
                        let message = format!(
                            "`{{{name}}}` is neither a question nor declared metadata, and says nothing where it is not known"
                        );
                        findings.add(FindingCode::UnknownPipe, path.as_str(), message);
                    }
                }
            }
        }
    }

    fn lint_order(&self, findings: &mut Findings) {
        let lists = (self.reasons.iter().enumerate())
            .map(|(i, r)| (format!("reasons[{i}]"), &r.options, r.shuffle))
            .chain(
                (self.questions.iter().enumerate())
                    .map(|(i, q)| (format!("questions[{i}]"), &q.options, q.shuffle)),
            );
        for (path, options, shuffle) in lists {
            if options.len() > MOST_IN_ORDER && !shuffle {
                findings.add(
                    FindingCode::BiasedOrder,
                    format!("{path}.shuffle"),
                    format!(
                        "{} options always come in the same order: the first are chosen more often",
                        options.len()
                    ),
                );
            }
            let other = options.iter().position(|option| option.id == "other");
            if other.is_some_and(|position| position + 1 != options.len()) {
                let message = "`other` comes before options that might fit better";
                findings.add(FindingCode::BiasedOrder, format!("{path}.options"), message);
            }
        }
        // A question about a reason that every respondent sees puts words into their mouth only where it comes first.
        let early = self.conditions().into_iter().filter(|(path, _)| path == "follow_up.when");
        for (path, condition) in early {
            let mut later = false;
            condition.walk(&mut |condition| later |= matches!(condition, Condition::Answer(_)));
            if later {
                let message =
                    "the follow-up comes before the extra questions and cannot depend on them";
                findings.add(FindingCode::BiasedOrder, path, message);
            }
        }
    }
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, code: FindingCode, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Finding { code, path: path.into(), message: message.into() });
    }
}
