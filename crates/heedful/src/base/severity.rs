//! How bad it is.

use serde::Serialize;

use super::config::names;

/// How bad something is, from the least to the worst.
///
/// ```
/// use heedful::alert::Severity;
/// assert!(Severity::Low < Severity::Critical);
/// assert_eq!(Severity::High.as_str(), "high");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Low,
    /// To be looked at.
    #[default]
    Medium,
    /// To be looked at soon.
    High,
    /// At once.
    Critical,
}

names!(Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical" });

impl Severity {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name: `low`, `medium`, `high` or `critical`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
