//! What makes a survey impossible to run. What is merely unwise is for the lint.

use super::condition::{Condition, Matches};
use super::{Choice, QuestionType, Survey};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::base::sorted::SortedSet;

/// Ids of steps that a question cannot have.
const RESERVED: &[&str] = &["rating", "reasons", "comment", "continue", "thanks"];

fn bad<T>(path: impl Into<String>, message: impl Into<String>) -> Result<T> {
    Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
}

impl Survey {
    /// Whether the survey can be run: ids are there and unique, every text exists in the fallback language,
    /// bands, ratings, reasons and questions that are named exist, choices have options and ratings a metric.
    ///
    /// ```
    /// use heedful::survey::Survey;
    ///
    /// let mut survey = Survey::preset("nps")?;
    /// survey.check()?;
    /// survey.languages = vec!["en".into(), "it".into()];
    /// survey.check()?; // a translation that is missing falls back to the first language: see `lint`
    /// survey.id = " ".into();
    /// assert_eq!(survey.check().unwrap_err().path(), "id");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` with the path of the first thing that is wrong.
    pub fn check(&self) -> Result<()> {
        if self.id.trim().is_empty() {
            return bad("id", "a survey needs an id");
        }
        unique("languages", self.languages.iter())?;
        let fallback = self.fallback();
        for (path, wording) in self.wordings() {
            if wording.in_language(fallback, fallback).is_none_or(|text| text.trim().is_empty()) {
                let message = if fallback.is_empty() {
                    "it is not for every language, as the question is: name `languages`".to_owned()
                } else {
                    format!("there is no text in the fallback language `{fallback}`")
                };
                return bad(path, message);
            }
        }
        self.check_bands()?;
        for (i, reasons) in self.reasons.iter().enumerate() {
            check_choices(&format!("reasons[{i}].options"), &reasons.options)?;
        }
        self.check_questions()?;
        unique("metadata", self.metadata.iter().map(|m| &m.name))?;
        for (path, condition) in self.conditions() {
            self.check_condition(&path, condition)?;
        }
        Ok(())
    }

    fn check_bands(&self) -> Result<()> {
        let known = band_names(&self.metric);
        let check = |path: String, name: &str| {
            if known.contains(&name) {
                return Ok(());
            }
            bad(path, format!("the metric has no band `{name}`: it has {}", known.join(", ")))
        };
        for (i, reasons) in self.reasons.iter().enumerate() {
            for (j, name) in reasons.bands.iter().enumerate() {
                check(format!("reasons[{i}].bands[{j}]"), name)?;
            }
        }
        for (name, _) in self.follow_up.iter().flat_map(|follow| &follow.bands) {
            check(format!("follow_up.bands.{name}"), name)?;
        }
        for (name, _) in &self.thanks.bands {
            check(format!("thanks.bands.{name}"), name)?;
        }
        let scale = self.metric.scale();
        for (rating, _) in self.follow_up.iter().flat_map(|follow| &follow.ratings) {
            if !scale.points().iter().any(|point| point.to_string() == *rating) {
                return bad(format!("follow_up.ratings.{rating}"), "the scale has no such point");
            }
        }
        Ok(())
    }

    fn check_questions(&self) -> Result<()> {
        unique("questions", self.questions.iter().map(|question| &question.id))?;
        for (i, question) in self.questions.iter().enumerate() {
            let path = |field: &str| format!("questions[{i}].{field}");
            let id = question.id.as_str();
            if id.is_empty() || RESERVED.contains(&id) || id.starts_with("reasons.") {
                return bad(
                    path("id"),
                    "a question's id is not empty and not the id of another step",
                );
            }
            let chooses = matches!(question.kind, QuestionType::Choice | QuestionType::Choices);
            if chooses {
                check_choices(&path("options"), &question.options)?;
                if question.options.iter().any(|option| !option.sub.is_empty()) {
                    return bad(path("options"), "only reasons have options below options");
                }
            } else if !question.options.is_empty() {
                return bad(path("options"), "only a choice has options");
            }
            match (question.kind, &question.metric) {
                (QuestionType::Rating, None) => {
                    return bad(path("metric"), "a rating needs a metric");
                }
                (QuestionType::Rating, Some(_)) | (_, None) => {}
                (_, Some(_)) => return bad(path("metric"), "only a rating has a metric"),
            }
        }
        let Some(more) = &self.continuation else { return Ok(()) };
        unique("continuation.questions", more.questions.iter())?;
        if more.questions.is_empty() {
            return bad("continuation.questions", "there is nothing to go on with");
        }
        for (i, id) in more.questions.iter().enumerate() {
            if self.question(id).is_none() {
                return bad(format!("continuation.questions[{i}]"), "there is no such question");
            }
        }
        Ok(())
    }

    fn check_condition(&self, path: &str, condition: &Condition) -> Result<()> {
        let bands = band_names(&self.metric);
        let reasons: SortedSet<&str> = self.reason_ids();
        let mut wrong = None;
        condition.walk(&mut |condition| {
            let message = match condition {
                Condition::Band(names) => {
                    (names.iter()).find(|name| !bands.contains(&name.as_str())).map(|name| {
                        format!("the metric has no band `{name}`: it has {}", bands.join(", "))
                    })
                }
                // Reasons that the host maps need no button.
                Condition::Reason(ids) if self.follow_up.is_none() => (ids.iter())
                    .find(|id| !reasons.contains(id.as_str()))
                    .map(|id| format!("there is no reason `{id}` and no comment to map")),
                Condition::Rating(range)
                | Condition::CommentLength(range)
                | Condition::Sentiment(range) => {
                    let ends = [range.from, range.to];
                    let finite = ends.iter().flatten().all(|end| end.is_finite());
                    let upright = range.from.zip(range.to).is_none_or(|(from, to)| from <= to);
                    (!(finite && upright))
                        .then(|| "a range ends where it starts or later".to_owned())
                }
                Condition::Answer(Matches { name, is }) => match self.question(name) {
                    None => Some(format!("there is no question `{name}`")),
                    Some(question) => (is.iter())
                        .find(|value| {
                            !question.options.is_empty()
                                && !question.options.iter().any(|option| option.id == **value)
                        })
                        .map(|value| format!("the question `{name}` has no option `{value}`")),
                },
                _ => None,
            };
            if wrong.is_none() {
                wrong = message;
            }
        });
        wrong.map_or(Ok(()), |message| bad(path, message))
    }

    /// The ids of all buttons.
    pub(super) fn reason_ids(&self) -> SortedSet<&str> {
        fn gather<'a>(choices: &'a [Choice], ids: &mut SortedSet<&'a str>) {
            for choice in choices {
                ids.insert(&choice.id);
                gather(&choice.sub, ids);
            }
        }
        let mut ids = SortedSet::new();
        self.reasons.iter().for_each(|reasons| gather(&reasons.options, &mut ids));
        ids
    }
}

fn band_names(metric: &Metric) -> Vec<&str> {
    metric.bands().iter().map(|band| band.name.as_str()).collect()
}

fn unique<'a>(path: &str, ids: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut seen = SortedSet::new();
    for (i, id) in ids.enumerate() {
        if !seen.insert(id) {
            return bad(format!("{path}[{i}]"), format!("`{id}` is there twice"));
        }
    }
    Ok(())
}

fn check_choices(path: &str, choices: &[Choice]) -> Result<()> {
    if choices.len() < 2 {
        return bad(path, "a choice has at least two options");
    }
    unique(path, choices.iter().map(|choice| &choice.id))?;
    for (i, choice) in choices.iter().enumerate() {
        // A dot separates the levels in the id of a step.
        if choice.id.is_empty() || choice.id.contains('.') {
            return bad(format!("{path}[{i}].id"), "an id is not empty and has no dot");
        }
        if !choice.sub.is_empty() {
            check_choices(&format!("{path}[{i}].sub"), &choice.sub)?;
        }
    }
    Ok(())
}
