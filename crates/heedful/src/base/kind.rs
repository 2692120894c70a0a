//! What feedback is about and how it came about.

use serde::Serialize;

use super::config::names;

/// Relational and transactional feedback answer different questions and are kept apart.
///
/// ```
/// use heedful::{Column, Kind, Metric, Responses, Scoring};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3]))?
///     .with("kind", Column::categories(["relational", "transactional"].map(Some)))?
///     .rating("score")
///     .kind("kind");
/// let scoring = || Scoring::new(Metric::nps());
/// assert!(scoring().run(&responses).is_err()); // never pooled unasked
/// assert_eq!(Kind::Relational.as_str(), "relational");
/// assert_eq!(scoring().kind(Kind::Relational).run(&responses)?.rows[0].score.value, Some(100.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// About the relation as a whole, asked on a schedule.
    Relational,
    /// About one contact, asked after it.
    Transactional,
}

names!(Kind { Relational = "relational", Transactional = "transactional" });

impl Kind {
    /// The name: `relational` or `transactional`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relational => "relational",
            Self::Transactional => "transactional",
        }
    }
}

/// How feedback came about.
///
/// ```
/// use heedful::{Column, Metric, Responses, Scoring, Signal};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3]))?
///     .with("signal", Column::categories(["solicited", "unsolicited"].map(Some)))?
///     .rating("score")
///     .signal("signal");
/// let scoring = || Scoring::new(Metric::nps());
/// assert_eq!(scoring().run(&responses)?.rows[0].score.n, 1); // who was asked
/// let all = scoring().signals([Signal::Solicited, Signal::Unsolicited]).run(&responses)?;
/// assert_eq!(all.rows[0].score.n, 2);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

names!(Signal { Solicited = "solicited", Unsolicited = "unsolicited", Inferred = "inferred" });
