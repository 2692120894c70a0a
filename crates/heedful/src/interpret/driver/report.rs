//! What an analysis of drivers finds.

use serde::Serialize;

use crate::base::key::Key;
use crate::base::table::{Data, Table};
use crate::interpret::columns::intervals;
use crate::interpret::score::Score;
use crate::stats::{Adjustment, Interval};

/// What kind of thing a driver is.
///
/// ```
/// use heedful::{Column, Drivers, DriverSource, Key, Mentions, Metric, Responses};
///
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![0_u8, 9]))?
///     .with("plan", Column::categories(["free", "free"].map(Some)))?
///     .rating("score");
/// let said = Mentions::from_lists([vec!["price"], vec![]])?;
/// let report = Drivers::new(Metric::nps()).attributes(["plan"]).minimum_n(1).run_with(&table, &said)?;
/// let [price, plan] = &report.drivers[..] else { panic!("a reason and a value") };
/// assert_eq!((price.source, &price.value), (DriverSource::Reason, &None));
/// assert_eq!((plan.source, &plan.value), (DriverSource::Attribute, &Some(Key::Text("free".into()))));
/// // All have the plan: there is no score without it.
/// assert_eq!(plan.impact, None);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Drivers, Mentions, Metric, Responses};
///
/// // 40 of 200 speak of the price, half of them as detractors; all others are promoters.
/// let scores: Vec<u8> = (0..200).map(|i| if i < 20 { 3 } else { 9 }).collect();
/// let table = Responses::new().with("score", Column::numbers(scores))?.rating("score");
/// let said = Mentions::from_lists((0..200).map(|i| if i < 40 { vec!["price"] } else { vec![] }))?;
/// let price = Drivers::new(Metric::nps()).run_with(&table, &said)?.drivers.remove(0);
/// assert_eq!((price.n, price.share), (40, Some(0.2)));
/// assert_eq!((price.with, price.without), (Some(0.0), Some(100.0)));
/// assert_eq!(price.impact, Some(-20.0)); // 80 in all
/// assert!(price.interval.unwrap().upper < 0.0 && price.bootstrap.unwrap().upper < 0.0);
/// assert!(price.p_adjusted.unwrap() < 0.001);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, ContributionMethod, Drivers, Mentions, Metric, Responses};
///
/// // 16 reasons, each given once: more orders than can all be tried.
/// let table = Responses::new().with("score", Column::numbers([[9_u8; 9], [2; 9]].concat()))?.rating("score");
/// let names: Vec<String> = (0..16).map(|i| format!("reason {i}")).collect();
/// let run = |most: usize| {
///     let lists = (0..18).map(|i| if i < most { vec![names[i].as_str()] } else { vec![] });
///     let said = Mentions::from_lists(lists)?;
///     let report = Drivers::new(Metric::nps()).minimum_n(1).replicates(0).run_with(&table, &said)?;
///     Ok::<_, heedful::Error>(report.contributions.unwrap())
/// };
/// let (exact, sampled) = (run(15)?, run(16)?);
/// assert_eq!((exact.method, exact.rows[0].sampling_error), (ContributionMethod::Exact, None));
/// assert_eq!(sampled.method, ContributionMethod::Sampled);
/// assert!(sampled.rows.iter().all(|row| row.sampling_error.is_some()));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContributionMethod {
    /// From all coalitions.
    Exact,
    /// From sampled orders; each row states its sampling error.
    Sampled,
}

/// A reason's fair share of the distance between the score and the reference.
///
/// ```
/// use heedful::{Column, Drivers, Mentions, Metric, Responses};
///
/// // Without reasons: 10 and 10. "price": 0. "wait": 10. Both: 0.
/// let table = Responses::new().with("score", Column::numbers(vec![10_u8, 10, 0, 10, 0]))?.rating("score");
/// let said = Mentions::from_lists([vec![], vec![], vec!["price"], vec!["wait"], vec!["price", "wait"]])?;
/// let report = Drivers::new(Metric::nps()).minimum_n(1).replicates(0).run_with(&table, &said)?;
/// let [price, wait] = &report.contributions.unwrap().rows[..] else { panic!("two reasons") };
/// // The score is 100 of those without, 100/3 with "price" let in, 100 with "wait", 20 with both. Either comes first in
/// // one of two orders.
/// assert!((price.contribution - 0.5 * ((100.0 / 3.0 - 100.0) + (20.0 - 100.0))).abs() < 1e-9);
/// assert!((wait.contribution - 0.5 * (0.0 + (20.0 - 100.0 / 3.0))).abs() < 1e-9);
/// assert_eq!((price.name.as_str(), price.n), ("price", 2));
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Data, Drivers, Mentions, Metric, Responses};
///
/// // Everybody gives a reason, so what they would say without one is declared.
/// let table = Responses::new().with("score", Column::numbers(vec![0_u8, 0, 9, 9]))?.rating("score");
/// let said = Mentions::from_lists([vec!["price"], vec!["price"], vec!["staff"], vec!["staff"]])?;
/// let drivers = Drivers::new(Metric::nps()).minimum_n(1).replicates(0);
/// assert_eq!(drivers.run_with(&table, &said)?.contributions, None);
/// let found = drivers.reference(20.0).run_with(&table, &said)?.contributions.unwrap();
/// assert_eq!((found.reference, found.reference_n, found.declared), (20.0, 0, true));
/// // -100 and 100 less 20, averaged with the way to both (0): the sum is 0 less 20.
/// let shares: Vec<f64> = found.rows.iter().map(|row| row.contribution).collect();
/// assert_eq!(shares, [-110.0, 90.0]);
/// assert_eq!(found.to_table().columns()[1].data, Data::Int(vec![Some(2), Some(2)])); // `n`
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Data, Drivers, Metric, Responses};
/// use heedful::stats::Adjustment;
///
/// // East 100 points, north -100, west 0; 30 responses in each.
/// let scores = [[10_u8; 30], [0; 30], [8; 30]].concat();
/// let regions = ["east", "north", "west"].into_iter().flat_map(|name| [Some(name); 30]);
/// let table = Responses::new()
///     .with("score", Column::numbers(scores))?
///     .with("region", Column::categories(regions))?
///     .rating("score");
/// let report = Drivers::new(Metric::nps()).attributes(["region"]).run(&table)?;
/// assert_eq!(report.score.value, Some(0.0));
/// // 0 less the mean of the two others; the greatest first, whatever its sign.
/// let impacts: Vec<_> = report.drivers.iter().map(|d| d.impact.unwrap()).collect();
/// assert_eq!(impacts, [50.0, -50.0, 0.0]);
/// assert!(report.contributions.is_none() && report.adjustment == Adjustment::BenjaminiHochberg);
/// let values = ["east", "north", "west"].map(|name| Some(name.to_owned()));
/// assert_eq!(report.to_table().columns()[2].data, Data::Text(values.to_vec()));
/// # Ok::<(), heedful::Error>(())
/// ```
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
