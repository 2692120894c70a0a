//! What was answered so far, as conditions and pipes see it.

use super::{Survey, Wording};
use crate::base::sorted::SortedMap;
use crate::listen::session::{Answer, Context};

/// A view of the answers of a session.
#[derive(Clone, Copy)]
pub(crate) struct Answers<'a> {
    pub(crate) survey: &'a Survey,
    pub(crate) context: &'a Context,
    /// Ids of steps and their answers, in the order in which they were given.
    pub(crate) given: &'a [(String, Answer)],
    /// Where the answer to a step is among them.
    pub(crate) places: &'a SortedMap<String, usize>,
}

impl<'a> Answers<'a> {
    pub(crate) fn to(self, step: &str) -> Option<&'a Answer> {
        self.given.get(*self.places.get(step)?).map(|(_, answer)| answer)
    }

    pub(crate) fn rating(self) -> Option<f64> {
        match self.to("rating")? {
            Answer::Rating(rating) => Some(*rating),
            _ => None,
        }
    }

    pub(crate) fn band(self) -> Option<&'a str> {
        let metric = &self.survey.metric;
        let point = metric.scale().index(self.rating()?)?;
        metric.band(point).map(|band| band.name.as_str())
    }

    /// Chosen reasons and sub-reasons, then those that the host has mapped.
    pub(crate) fn reasons(self) -> impl Iterator<Item = &'a str> {
        self.chosen_reasons().chain(self.mapped_reasons())
    }

    pub(crate) fn chosen_reasons(self) -> impl Iterator<Item = &'a str> {
        let steps = self.given.iter().filter(|(id, _)| {
            id.strip_prefix("reasons").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        steps.flat_map(|(_, answer)| answer.chosen()).map(String::as_str)
    }

    pub(crate) fn mapped_reasons(self) -> impl Iterator<Item = &'a str> {
        let mapped = self.given.iter().filter_map(|(_, answer)| match answer {
            Answer::Text(text) => Some(&text.reasons),
            _ => None,
        });
        mapped.flatten().map(String::as_str)
    }

    pub(crate) fn comment(self) -> Option<&'a str> {
        match self.to("comment")? {
            Answer::Text(text) => Some(text.text.trim()),
            _ => None,
        }
    }

    pub(crate) fn comment_length(self) -> Option<f64> {
        let characters = self.comment()?.chars().count();
        Some(characters as f64)
    }

    pub(crate) fn sentiment(self) -> Option<f64> {
        match self.to("comment")? {
            Answer::Text(text) => text.sentiment,
            _ => None,
        }
    }

    pub(crate) fn attribute(self, name: &str) -> Option<&'a str> {
        self.context.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The answers to an extra question as texts: ids of options, a rating as it is written, a text.
    pub(crate) fn values(self, question: &str) -> impl Iterator<Item = String> {
        let (rating, text) = match self.to(question) {
            Some(Answer::Rating(rating)) => (Some(rating.to_string()), None),
            Some(Answer::Text(text)) => (None, Some(text.text.clone())),
            _ => (None, None),
        };
        let chosen = self.to(question).map(Answer::chosen).unwrap_or_default();
        chosen.iter().cloned().chain(rating).chain(text)
    }

    /// The text in the language of the session, pipes filled.
    pub(crate) fn say(self, wording: &Wording) -> String {
        let text = wording.in_language(&self.context.language, self.survey.fallback());
        self.fill(text.unwrap_or_default())
    }

    pub(crate) fn fill(self, text: &str) -> String {
        super::fill(text, |name| self.pipe(name))
    }

    /// What stands for a name in a text: the rating, the comment, an answer or an attribute.
    fn pipe(self, name: &str) -> Option<String> {
        if name == "rating" {
            return self.rating().map(|rating| rating.to_string());
        }
        if let Some(question) = self.survey.question(name) {
            let label = |value: String| {
                let option = question.options.iter().find(|option| option.id == value);
                let language = &self.context.language;
                let text = option
                    .and_then(|option| option.text.in_language(language, self.survey.fallback()));
                text.map(str::to_owned).unwrap_or(value)
            };
            let values: Vec<String> = self.values(name).map(label).collect();
            return (!values.is_empty()).then(|| values.join(", "));
        }
        self.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned)
    }
}
