//! What feedback is about and how it came about.

use serde::{Deserialize, Serialize};

/// Relational and transactional feedback answer different questions and are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// About the relation as a whole, asked on a schedule.
    Relational,
    /// About one contact, asked after it.
    Transactional,
}

/// How feedback came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Asked for: a survey.
    Solicited,
    /// Given unasked: a review, a call.
    Unsolicited,
    /// Read from behaviour.
    Inferred,
}
