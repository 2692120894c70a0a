//! What a person said of an alarm, and what the baseline makes of it.

use std::str::FromStr;

use serde::Serialize;

use crate::base::config::{names, stored};
use crate::base::error::{Error, ErrorCode, Result};

/// What a person says of periods that were, or could be, called abnormal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    /// It was real and its cause is known (a promotion, an outage): nothing is learned from these periods, and
    /// later windows do not count them as evidence.
    Expected,
    /// It was nothing: such counts are normal, and these periods count in full.
    FalseAlarm,
}

names!(Feedback { Expected = "expected", FalseAlarm = "false_alarm" });
stored!(Ruling { from, to, feedback });

impl FromStr for Feedback {
    type Err = Error;

    /// # Errors
    /// [`ErrorCode::UnknownName`] when the text is neither `expected` nor `false_alarm`.
    fn from_str(name: &str) -> Result<Self> {
        match name {
            "expected" => Ok(Self::Expected),
            "false_alarm" => Ok(Self::FalseAlarm),
            _ => {
                let message = "feedback is `expected` or `false_alarm`";
                Err(Error::new(ErrorCode::UnknownName, message).at("feedback"))
            }
        }
    }
}

impl Feedback {
    pub(crate) fn weight(self) -> f64 {
        match self {
            Self::Expected => 0.0,
            Self::FalseAlarm => 1.0,
        }
    }
}

/// Feedback on the periods `from` to `to`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Ruling {
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) feedback: Feedback,
}

/// The latest feedback on a period.
pub(crate) fn ruled(rulings: &[Ruling], period: i32) -> Option<Feedback> {
    let covers = |ruling: &&Ruling| (ruling.from..=ruling.to).contains(&period);
    rulings.iter().rev().find(covers).map(|ruling| ruling.feedback)
}
