//! What is linked to a score, and what somebody holds the link to be.

use serde::Serialize;

use super::quantity::Quantity;
use crate::base::config::{options, setters};
use crate::base::error::Result;
use crate::monitor::health::points::invalid;

/// An outcome that is linked to the score.
///
/// ```
/// use heedful::money::{Assumed, Linkage, LinkedOutcome};
/// let json = r#"{"score": "nps", "outcomes": [{"column": "left", "worth": -2e6, "assumed": {"score": 10, "change": -1}}]}"#;
/// let left = LinkedOutcome::new("left").worth(-2e6).assumed(Assumed::new(10.0, -1.0));
/// assert_eq!(Linkage::from_json(json)?, Linkage::new("nps", [left]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["column"]))
)]
pub struct LinkedOutcome {
    /// The column: a yes or no (churned, bought more, referred), or a number.
    #[cfg_attr(
        feature = "schema",
        schemars(skip_serializing_if = "crate::base::config::required")
    )]
    pub(super) column: String,
    /// What a point more of it is worth in a year, in money; below 0 where it costs.
    pub(super) worth: Option<f64>,
    /// What somebody holds to be the link.
    pub(super) assumed: Option<Assumed>,
}

options!(LinkedOutcome, needs [column], takes [worth, assumed], from Self::any());

setters!(LinkedOutcome {
    /// What a point more of the outcome is worth in a year, in money: a point of churn costs, so it is below 0.
    worth: some f64,
    /// What somebody holds to be the link, for thin data.
    assumed: some Assumed,
});

impl LinkedOutcome {
    fn any() -> Self {
        Self { column: String::new(), worth: None, assumed: None }
    }

    /// With its column.
    #[must_use]
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), ..Self::any() }
    }
}

/// A link as somebody states it: this many points of the score change the outcome by this many points.
///
/// ```
/// use heedful::money::Assumed;
/// let stated = Assumed::new(10.0, -1.0).between(-2.0, -0.5);
/// assert_eq!(stated.slope(), -0.1);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["score", "change"]))
)]
pub struct Assumed {
    /// Points of the score, not 0.
    #[cfg_attr(
        feature = "schema",
        schemars(skip_serializing_if = "crate::base::config::required")
    )]
    score: f64,
    /// Points of the outcome that they bring.
    #[cfg_attr(
        feature = "schema",
        schemars(skip_serializing_if = "crate::base::config::required")
    )]
    change: f64,
    /// The least and the most that it may be.
    range: Option<[f64; 2]>,
}

options!(Assumed, needs [score, change], takes [range], from Self::any());

impl Assumed {
    fn any() -> Self {
        Self::new(0.0, 0.0)
    }

    /// So many points of the score bring so many points of the outcome.
    #[must_use]
    pub fn new(score: f64, change: f64) -> Self {
        Self { score, change, range: None }
    }

    /// The least and the most that the change may be.
    #[must_use]
    pub fn between(mut self, least: f64, most: f64) -> Self {
        self.range = Some([least, most]);
        self
    }

    /// Points of the outcome for each point of the score.
    #[must_use]
    pub fn slope(&self) -> f64 {
        self.change / self.score
    }

    pub(super) fn quantity(&self) -> Quantity {
        let Some([a, b]) = self.range else { return Quantity::Fixed(self.slope()) };
        let (a, b) = (a / self.score, b / self.score);
        Quantity::Pert { low: a.min(b), mode: self.slope(), high: a.max(b) }
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(self.score.is_finite() && self.score != 0.0) {
            return Err(invalid("points of the score are a number other than 0").at("score"));
        }
        self.quantity().check().map_err(|error| error.at("range"))
    }
}
