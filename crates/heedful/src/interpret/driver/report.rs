//! What an analysis of drivers finds.

use serde::Serialize;

use crate::base::key::Key;
use crate::base::table::{Data, Table};
use crate::interpret::columns::intervals;
use crate::interpret::score::Score;
use crate::stats::{Adjustment, Interval};

/// What kind of thing a driver is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverSource {
    /// A reason that responses mention.
    Reason,
    /// A value of an attribute.
    Attribute,
}

impl DriverSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Attribute => "attribute",
        }
    }
}

/// A candidate with its impact.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a driver may come to know more
pub struct Driver {
    /// Reason or attribute.
    pub source: DriverSource,
    /// The reason, or the column of the attribute.
    pub name: String,
    /// The attribute's value.
    pub value: Option<Key>,
    /// Rated responses that have it.
    pub n: u64,
    /// Their share of the rated responses, 0 to 1, weighted where scores are.
    pub share: Option<f64>,
    /// The score of the responses with it, in points; missing, as all that follows, below the minimum n.
    pub with: Option<f64>,
    /// The score of those without.
    pub without: Option<f64>,
    /// The score of all less the score without, in points: negative where it pulls the score down.
    pub impact: Option<f64>,
    /// Linearised standard error of the impact.
    pub standard_error: Option<f64>,
    /// Impact ± t standard errors.
    pub interval: Option<Interval>,
    /// Percentile interval of bootstrap replicates.
    pub bootstrap: Option<Interval>,
    /// Of no difference between the responses with and without (as [`Comparison`](crate::Comparison)).
    pub p_value: Option<f64>,
    /// The p-value, adjusted for how many candidates were looked at.
    pub p_adjusted: Option<f64>,
}

/// How contributions were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContributionMethod {
    /// From all coalitions.
    Exact,
    /// From sampled orders; each row states its sampling error.
    Sampled,
}

/// A reason's fair share of the distance between the score and the reference.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // as the driver
pub struct Contribution {
    /// The reason.
    pub name: String,
    /// Rated responses that mention it.
    pub n: u64,
    /// In points.
    pub contribution: f64,
    /// Linearised standard error.
    pub standard_error: Option<f64>,
    /// Contribution ± z standard errors.
    pub interval: Option<Interval>,
    /// Percentile interval of bootstrap replicates; up to 15 reasons.
    pub bootstrap: Option<Interval>,
    /// Standard error from sampling orders, where they are sampled.
    pub sampling_error: Option<f64>,
    /// Of no contribution, from the linearised standard error.
    pub p_value: Option<f64>,
    /// The p-value, adjusted over the reasons.
    pub p_adjusted: Option<f64>,
}

/// Contributions that add up: `reference` and all rows give the score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // as the driver
pub struct Contributions {
    /// The score without any reason, in points.
    pub reference: f64,
    /// Rated responses without any reason.
    pub reference_n: u64,
    /// Whether the reference was declared because those are too few.
    pub declared: bool,
    /// Exact or sampled.
    pub method: ContributionMethod,
    /// The reasons that are mentioned at all, in the order of their numbers.
    pub rows: Vec<Contribution>,
}

/// The drivers of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // as the driver
pub struct DriverReport {
    /// The score of all.
    pub score: Score,
    /// From the greatest impact to the least; those too small to be judged last.
    pub drivers: Vec<Driver>,
    /// Fair shares of the reasons; `None` without reasons, and where too few responses are without
    /// reasons and no reference is declared.
    pub contributions: Option<Contributions>,
    /// How p-values were adjusted.
    pub adjustment: Adjustment,
}

impl DriverReport {
    /// The drivers as a table.
    ///
    /// Columns: `source`, `name`, `attribute_value`, `n`, `share` (0 to 1), `with`, `without`, `impact`,
    /// `standard_error`, `lower`, `upper`, `bootstrap_lower`, `bootstrap_upper` (points), `p_value`,
    /// `p_adjusted`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.drivers.iter();
        table.texts("source", rows().map(|r| Some(r.source.as_str())));
        table.texts("name", rows().map(|r| Some(r.name.as_str())));
        let text = |r: &Driver| {
            r.value.as_ref().filter(|key| **key != Key::Missing).map(ToString::to_string)
        };
        table.push("attribute_value", Data::Text(rows().map(text).collect()));
        table.ints("n", rows().map(|r| Some(r.n)));
        table.floats("share", rows().map(|r| r.share));
        table.floats("with", rows().map(|r| r.with));
        table.floats("without", rows().map(|r| r.without));
        table.floats("impact", rows().map(|r| r.impact));
        table.floats("standard_error", rows().map(|r| r.standard_error));
        intervals(&mut table, "", rows().map(|r| r.interval));
        intervals(&mut table, "bootstrap_", rows().map(|r| r.bootstrap));
        table.floats("p_value", rows().map(|r| r.p_value));
        table.floats("p_adjusted", rows().map(|r| r.p_adjusted));
        table
    }
}

impl Contributions {
    /// The contributions as a table.
    ///
    /// Columns: `reason`, `n`, `contribution`, `standard_error`, `lower`, `upper`, `bootstrap_lower`,
    /// `bootstrap_upper`, `sampling_error` (points), `p_value`, `p_adjusted`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        table.texts("reason", rows().map(|r| Some(r.name.as_str())));
        table.ints("n", rows().map(|r| Some(r.n)));
        table.floats("contribution", rows().map(|r| Some(r.contribution)));
        table.floats("standard_error", rows().map(|r| r.standard_error));
        intervals(&mut table, "", rows().map(|r| r.interval));
        intervals(&mut table, "bootstrap_", rows().map(|r| r.bootstrap));
        table.floats("sampling_error", rows().map(|r| r.sampling_error));
        table.floats("p_value", rows().map(|r| r.p_value));
        table.floats("p_adjusted", rows().map(|r| r.p_adjusted));
        table
    }
}
