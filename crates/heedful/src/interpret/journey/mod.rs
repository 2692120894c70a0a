//! Journeys: stages and touchpoints as data, and what customers say along them.

mod analysis;
mod lint;
mod moments;
record!(Journey { name, stages });
record!(Stage { name, touchpoints = Default::default() });
record!(Touchpoint { name, channel = Default::default(), owner = Default::default(), outcome = Default::default(), importance = Default::default(), survey = Default::default(), reasons = Default::default() });

#[cfg(test)]
mod tests;
mod views;

use serde::Serialize;

pub use analysis::{
    Estimate, JourneyAnalysis, JourneyReport, MeasureAt, TouchpointFeeling, TouchpointResult,
};
pub use lint::{JourneyIssue, JourneyProblem};
pub use moments::{JourneyGap, JourneyMoments, MakeOrBreak, PeakEnd};
pub use views::{JourneyChange, JourneyDifference, StepChange, ViewGap};

use crate::base::config::{self, record};
use crate::base::error::{Error, ErrorCode, Result};

/// A journey: stages in order, each with its touchpoints in order.
///
/// ```
/// use heedful::Journey;
///
/// let journey = Journey::from_json(r#"{
///     "name": "new customer",
///     "stages": [
///         {"name": "buy", "touchpoints": [
///             {"name": "web shop", "channel": "web", "owner": "sales", "importance": 8, "survey": "checkout"}
///         ]},
///         {"name": "set up", "touchpoints": [
///             {"name": "installation", "owner": "field", "importance": 9, "outcome": "works at once"},
///             {"name": "hotline", "channel": "phone", "reasons": ["support", "waiting time"]}
///         ]}
///     ]
/// }"#)?;
/// let names: Vec<_> = journey.touchpoints().map(|t| t.name.as_str()).collect();
/// assert_eq!(names, ["web shop", "installation", "hotline"]);
/// // Important, and nobody asks:
/// assert!(journey.lint().iter().any(|issue| issue.touchpoint.as_deref() == Some("installation")));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Journey {
    /// For example `new customer`.
    pub name: String,
    /// The stages from the first to the last.
    pub stages: Vec<Stage>,
}

/// A stage of a journey.
///
/// ```
/// use heedful::{Journey, Stage};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "arrive", "touchpoints": [{"name": "parking"}, {"name": "reception"}]}, {"name": "leave"}
/// ]}"#)?;
/// let touchpoints = |stage: &Stage| stage.touchpoints.len();
/// assert_eq!(journey.stages.iter().map(touchpoints).collect::<Vec<_>>(), [2, 0]);
/// assert_eq!(journey.stages[1].name, "leave");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// For example `set up`.
    pub name: String,
    /// The touchpoints from the first to the last.
    #[serde(default)]
    pub touchpoints: Vec<Touchpoint>,
}

/// A step where customer and company meet.
///
/// ```
/// use heedful::Journey;
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "arrive", "touchpoints": [
///     {"name": "reception", "channel": "desk", "importance": 8, "reasons": ["waiting"]}
/// ]}]}"#)?;
/// let reception = &journey.stages[0].touchpoints[0];
/// assert_eq!((reception.channel.as_deref(), reception.owner.as_deref()), (Some("desk"), None));
/// assert_eq!((reception.importance, &reception.reasons[..]), (Some(8.0), &["waiting".to_owned()][..]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Touchpoint {
    /// For example `installation`; the only one of this name in the journey.
    pub name: String,
    /// Where it takes place: web, phone, shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the customer wants from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// How much it matters, 0 to 10, as the company sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10)))]
    pub importance: Option<f64>,
    /// The survey that asks about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<String>,
    /// Reasons that speak of it, beside its own name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl Journey {
    /// Reads a journey from JSON.
    ///
    /// # Errors
    /// `json`, `invalid-config` with a path, and those of [`check`](Self::check).
    pub fn from_json(text: &str) -> Result<Self> {
        let journey: Self = config::read(text)?;
        journey.check()?;
        Ok(journey)
    }

    /// The journey as JSON.
    ///
    /// ```
    /// use heedful::Journey;
    /// let text = r#"{"name": "stay", "stages": [{"name": "arrive", "touchpoints": [{"name": "reception", "importance": 8}]}]}"#;
    /// let journey = Journey::from_json(text)?;
    /// assert_eq!(Journey::from_json(&journey.to_json())?, journey);
    /// assert!(journey.to_json().contains(r#""reception""#));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Whether names are there and unique, and importances in their range.
    ///
    /// ```
    /// use heedful::{ErrorCode, Journey};
    ///
    /// let text = r#"{"name": "stay", "stages": [{"name": "arrive", "touchpoints": [{"name": "reception"}, {"name": "parking"}]}]}"#;
    /// let mut journey = Journey::from_json(text)?;
    /// journey.stages[0].touchpoints[1].importance = Some(11.0);
    /// assert_eq!(journey.check().unwrap_err().path(), "stages[0].touchpoints[1].importance");
    /// journey.stages[0].touchpoints[1].importance = Some(10.0);
    /// journey.check()?;
    /// journey.stages[0].touchpoints[1].name = "reception".to_owned();
    /// assert_eq!(journey.check().unwrap_err().code(), ErrorCode::DuplicateKey);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `duplicate-key` for two stages or touchpoints of one name, and for a reason that two touchpoints
    /// claim; `invalid-argument` for blank names and importances that are not 0 to 10.
    pub fn check(&self) -> Result<()> {
        let bad = |path: String, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        let twice = |path: String, message: &str| {
            Err(Error::new(ErrorCode::DuplicateKey, message).at(path))
        };
        let mut stages: Vec<&str> = Vec::new();
        let mut claimed: Vec<&str> = Vec::new();
        for (i, stage) in self.stages.iter().enumerate() {
            if stage.name.trim().is_empty() {
                return bad(format!("stages[{i}].name"), "a name is blank");
            }
            if stages.contains(&stage.name.as_str()) {
                return twice(format!("stages[{i}].name"), "two stages have one name");
            }
            stages.push(&stage.name);
            for (j, touchpoint) in stage.touchpoints.iter().enumerate() {
                let path = |field: &str| format!("stages[{i}].touchpoints[{j}].{field}");
                if touchpoint.name.trim().is_empty() {
                    return bad(path("name"), "a name is blank");
                }
                if touchpoint.importance.is_some_and(|v| !(0.0..=10.0).contains(&v)) {
                    return bad(path("importance"), "an importance is a number from 0 to 10");
                }
                if claimed.contains(&touchpoint.name.as_str()) {
                    return twice(path("name"), "another touchpoint has this name or reason");
                }
                claimed.push(&touchpoint.name);
                for reason in touchpoint.reasons.iter().filter(|reason| **reason != touchpoint.name)
                {
                    if claimed.contains(&reason.as_str()) {
                        return twice(
                            path("reasons"),
                            "another touchpoint has this name or reason",
                        );
                    }
                    claimed.push(reason);
                }
            }
        }
        Ok(())
    }

    /// All touchpoints in order.
    pub fn touchpoints(&self) -> impl Iterator<Item = &Touchpoint> {
        self.stages.iter().flat_map(|stage| &stage.touchpoints)
    }

    /// The stage and touchpoint in each place.
    fn steps<'a>(&'a self) -> impl Iterator<Item = (&'a Stage, &'a Touchpoint)> {
        let of_stage = |stage: &'a Stage| stage.touchpoints.iter().map(move |step| (stage, step));
        self.stages.iter().flat_map(of_stage)
    }

    /// The place of the touchpoint that a name, or a reason, stands for.
    fn place(&self, name: &str) -> Option<usize> {
        self.touchpoints().position(|t| t.name == name || t.reasons.iter().any(|r| r == name))
    }
}
