//! What is missing from a journey.

use serde::Serialize;

use super::{Journey, JourneyReport};

/// What is wrong.
///
/// ```
/// use heedful::{Journey, JourneyProblem};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "book", "touchpoints": []},
///     {"name": "arrive", "touchpoints": [
///         {"name": "reception", "importance": 9, "survey": "arrival", "outcome": "in the room in five minutes"},
///         {"name": "parking", "importance": 3}
///     ]}
/// ]}"#)?;
/// // The parking is not important, so nothing is asked of it.
/// let problems: Vec<_> = journey.lint().iter().map(|issue| issue.problem).collect();
/// assert_eq!(problems, [JourneyProblem::EmptyStage, JourneyProblem::ImportantWithoutOwner]);
/// assert!(problems[0].sentence().contains("touchpoint"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further problems may be seen
pub enum JourneyProblem {
    /// A stage has no touchpoint.
    EmptyStage,
    /// An important touchpoint (7 and more) without a survey.
    ImportantWithoutSurvey,
    /// An important touchpoint that nobody answers for.
    ImportantWithoutOwner,
    /// An important touchpoint without a desired outcome.
    ImportantWithoutOutcome,
    /// An important touchpoint of which too few responses speak.
    ImportantWithoutResponses,
    /// A survey is named, but no response came.
    SurveyWithoutResponses,
    /// Responses name a touchpoint that the journey does not have.
    UnknownTouchpoint,
}

impl JourneyProblem {
    /// The problem in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::EmptyStage => "The stage has no touchpoint.",
            Self::ImportantWithoutSurvey => "The step is important, and no survey asks about it.",
            Self::ImportantWithoutOwner => "The step is important, and nobody answers for it.",
            Self::ImportantWithoutOutcome => {
                "The step is important, and what customers want from it is not written down."
            }
            Self::ImportantWithoutResponses => {
                "The step is important, and hardly anybody speaks of it."
            }
            Self::SurveyWithoutResponses => "The survey of the step has no responses.",
            Self::UnknownTouchpoint => "Responses name a step that the journey does not have.",
        }
    }
}

/// One thing that is missing.
///
/// ```
/// use heedful::{Journey, JourneyIssue, JourneyProblem};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "arrive", "touchpoints": [
///     {"name": "reception", "importance": 7, "owner": "front desk", "survey": "arrival"}
/// ]}]}"#)?;
/// let [issue]: [JourneyIssue; 1] = journey.lint().try_into().expect("one thing is missing");
/// assert_eq!(issue.problem, JourneyProblem::ImportantWithoutOutcome);
/// assert_eq!((issue.stage.as_deref(), issue.touchpoint.as_deref()), (Some("arrive"), Some("reception")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JourneyIssue {
    /// What is wrong.
    pub problem: JourneyProblem,
    /// The stage, where it is about one.
    pub stage: Option<String>,
    /// The touchpoint, where it is about one.
    pub touchpoint: Option<String>,
}

/// From this importance on a touchpoint is important.
const IMPORTANT: f64 = 7.0;

impl Journey {
    /// What is missing, in the order of the journey.
    #[must_use]
    pub fn lint(&self) -> Vec<JourneyIssue> {
        let mut issues = Vec::new();
        for stage in &self.stages {
            let mut issue = |problem, touchpoint: Option<&str>| {
                issues.push(JourneyIssue {
                    problem,
                    stage: Some(stage.name.clone()),
                    touchpoint: touchpoint.map(str::to_owned),
                });
            };
            if stage.touchpoints.is_empty() {
                issue(JourneyProblem::EmptyStage, None);
            }
            for step in &stage.touchpoints {
                if !step.importance.is_some_and(|v| v >= IMPORTANT) {
                    continue;
                }
                let name = Some(step.name.as_str());
                if step.survey.is_none() {
                    issue(JourneyProblem::ImportantWithoutSurvey, name);
                }
                if step.owner.is_none() {
                    issue(JourneyProblem::ImportantWithoutOwner, name);
                }
                if step.outcome.is_none() {
                    issue(JourneyProblem::ImportantWithoutOutcome, name);
                }
            }
        }
        issues
    }

    /// The same with what responses show.
    ///
    /// ```
    /// use heedful::{Column, Journey, JourneyAnalysis, JourneyProblem, Metric, Responses};
    ///
    /// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "stay", "touchpoints": [
    ///     {"name": "reception", "survey": "arrival"}, {"name": "room"}
    /// ]}]}"#)?;
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![9_u8, 3]))?
    ///     .with("step", Column::categories(["room", "spa"].map(Some)))?
    ///     .rating("score");
    /// let report = JourneyAnalysis::new(journey.clone(), Metric::nps()).touchpoint("step").run(&table)?;
    /// let issues = journey.lint_with(&report);
    /// let found: Vec<_> = issues.iter().map(|i| (i.problem, i.touchpoint.as_deref().unwrap())).collect();
    /// assert_eq!(found, [
    ///     (JourneyProblem::SurveyWithoutResponses, "reception"),
    ///     (JourneyProblem::UnknownTouchpoint, "spa"),
    /// ]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn lint_with(&self, report: &JourneyReport) -> Vec<JourneyIssue> {
        let mut issues = self.lint();
        let found = self.steps().zip(&report.touchpoints);
        for ((stage, step), result) in found {
            let problem = if step.survey.is_some() && result.n == 0 {
                JourneyProblem::SurveyWithoutResponses
            } else if step.importance.is_some_and(|v| v >= IMPORTANT) && result.n < report.minimum_n
            {
                JourneyProblem::ImportantWithoutResponses
            } else {
                continue;
            };
            issues.push(JourneyIssue {
                problem,
                stage: Some(stage.name.clone()),
                touchpoint: Some(step.name.clone()),
            });
        }
        issues.extend(report.unknown.iter().map(|name| JourneyIssue {
            problem: JourneyProblem::UnknownTouchpoint,
            stage: None,
            touchpoint: Some(name.clone()),
        }));
        issues
    }
}
