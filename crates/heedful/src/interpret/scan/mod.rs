//! Which segments stand out, or moved otherwise than the rest.

mod count;
mod tail;

use serde::Serialize;

use self::count::{Attribute, Rows, Sums, rows};
use self::tail::{Part, Population, p_value};
use super::compare::{combination, method};
use super::frame::{Cells, Frame};
use super::score::Sample;
use super::scoring::Scoring;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::order::sort_by;
use crate::base::sorted::SortedSet;
use crate::base::table::{Data, Table};
use crate::interpret::columns::intervals;
use crate::listen::responses::Responses;
use crate::stats::{Adjustment, Interval, IntervalMethod};

/// Pairs of two attributes' values beyond which the pair is left out.
const MOST_PAIRS: usize = 1 << 22;
/// Significant segments that are examined for what stronger ones explain.
const MOST_EXAMINED: usize = 200;
/// Promising pairs that a third condition is tried on.
const PROMISING: usize = 30;
/// What makes a pair promising.
const PROMISE: f64 = 1e-3;

/// Finds segments (up to three conditions such as `region` is `north`) whose score differs from that of all
/// others, or changed otherwise than it did for all others.
///
/// Every value of every attribute is looked at, and every pair of values of two attributes; third conditions
/// are tried on the 30 most promising pairs. A segment is tested against being a random part of the
/// responses (of its pair, where it has three conditions), with tail probabilities that allow for skewed
/// ratings. P-values are adjusted over everything that was looked at (Benjamini and Hochberg).
///
/// Of the significant segments the strongest is a finding; any other is one only if it still differs when
/// the responses of the k findings before are set aside, with a p-value of at most level × (k + 1) /
/// segments looked at. So a striking pair does not bring its two halves along, nor a striking value all its
/// pairs. The 200 strongest are examined.
///
/// Differences of findings are those of winners: expect a little less of each next time.
///
/// ```
/// use heedful::{Column, Metric, Responses, Scan};
///
/// let text = |names: [&'static str; 4], by: usize| (0..4000).map(move |i| Some(names[i / by % 4]));
/// let scores: Vec<u8> = (0..4000)
///     .map(|i| match (i % 4, i / 4 % 4) {
///         (1, 2) => [3, 9][i / 16 % 2], // Porto by phone
///         _ => [3, 9, 9, 9][i / 16 % 4],
///     })
///     .collect();
/// let responses = Responses::new()
///     .with("score", Column::numbers(scores))?
///     .with("store", Column::categories(text(["Oslo", "Porto", "Riga", "Sofia"], 1)))?
///     .with("channel", Column::categories(text(["app", "mail", "phone", "web"], 4)))?
///     .rating("score");
/// let report = Scan::new(Metric::nps(), ["store", "channel"]).run(&responses)?;
/// let found = &report.findings[0];
/// let conditions: Vec<_> = found.conditions.iter().map(ToString::to_string).collect();
/// assert_eq!(conditions, ["store is Porto", "channel is phone"]);
/// assert_eq!(report.findings.len(), 1);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// What is scored: one metric, no groups or periods.
    scoring: Scoring,
    /// Columns whose values make the segments.
    attributes: Vec<String>,
    /// Conditions that a segment has at most.
    #[serde(default = "two")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3)))]
    conditions: u8,
    /// Rated responses that a segment has at least, in each period.
    #[serde(default = "fifty")]
    #[cfg_attr(feature = "schema", schemars(range(min = 2)))]
    minimum_n: u64,
    /// Adjusted p-value below which a segment is significant.
    #[serde(default = "five_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1)))]
    level: f64,
}

record!(Scan { scoring, attributes, conditions = two(), minimum_n = fifty(), level = five_percent() });

fn two() -> u8 {
    2
}

fn fifty() -> u64 {
    50
}

fn five_percent() -> f64 {
    0.05
}

/// One condition of a segment.
///
/// ```
/// use heedful::{Condition, Key};
///
/// let condition = Condition { attribute: "region".to_owned(), value: Key::text("north") };
/// assert_eq!(condition.to_string(), "region is north");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The column.
    pub attribute: String,
    /// The value that it has; null where it is missing.
    pub value: Key,
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}", self.attribute, self.value)
    }
}

/// A segment that stands out.
///
/// ```
/// use heedful::{Column, Metric, Responses, Scan};
///
/// // Two of three are promoters everywhere but in Oslo, where one of three is.
/// let score = |i: usize| if (i % 4 == 0) == (i / 4 % 3 == 0) { 9_u8 } else { 3 };
/// let stores = (0..1200).map(|i| Some(["Oslo", "Porto", "Riga", "Sofia"][i % 4]));
/// let table = Responses::new()
///     .with("score", Column::numbers((0..1200).map(score).collect::<Vec<_>>()))?
///     .with("store", Column::categories(stores))?
///     .rating("score");
/// let report = Scan::new(Metric::nps(), ["store"]).run(&table)?;
/// let oslo = &report.findings[0];
/// assert_eq!((oslo.conditions[0].to_string().as_str(), oslo.n, oslo.n_before), ("store is Oslo", 300, None));
/// // -33.3 there, 33.3 elsewhere, 16.7 in all.
/// assert!((oslo.difference + 200.0 / 3.0).abs() < 1e-9 && (oslo.impact + 50.0 / 3.0).abs() < 1e-9);
/// assert!(oslo.p_value <= oslo.p_adjusted && oslo.p_adjusted < 1e-9);
/// assert!(oslo.interval.unwrap().upper < 0.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Finding {
    /// What makes the segment.
    pub conditions: Vec<Condition>,
    /// Rated responses; in the later period where there are two.
    pub n: u64,
    /// Rated responses in the earlier period.
    pub n_before: Option<u64>,
    /// Its score (its change of score), in points.
    pub value: f64,
    /// The same of all others.
    pub rest: f64,
    /// Value less rest.
    pub difference: f64,
    /// Interval of the difference from the intervals of the scores it is made of, as in [`Comparison`](crate::Comparison);
    /// not corrected for having been chosen.
    pub interval: Option<Interval>,
    /// Of being a random part of the responses; within its pair for the third condition.
    pub p_value: f64,
    /// The same, adjusted over everything that was looked at.
    pub p_adjusted: f64,
    /// What it does to the whole: the score (change) of all less that of all others.
    pub impact: f64,
}

/// What a scan found.
///
/// ```
/// use heedful::{Column, Data, Metric, Responses, Scan};
///
/// let score = |i: usize| if i % 2 == 0 && i / 2 % 4 > 0 { 3_u8 } else { 9 };
/// let table = Responses::new()
///     .with("score", Column::numbers((0..800).map(score).collect::<Vec<_>>()))?
///     .with("channel", Column::categories((0..800).map(|i| Some(if i % 2 == 0 { "phone" } else { "web" }))))?
///     .with("shoe", Column::categories((0..800).map(|i| Some(["left", "right"][i / 8 % 2]))))?
///     .rating("score");
/// let report = Scan::new(Metric::nps(), ["channel", "shoe"]).run(&table)?;
/// // Four values and four pairs of 200 each; the shoe says nothing, and pairs nothing that the channel does not.
/// assert_eq!((report.value, report.looked_at, report.findings.len()), (Some(25.0), 8, 1));
/// let table = report.to_table();
/// assert_eq!(table.columns()[0].data, Data::Text(vec![Some("channel is phone".to_owned())]));
/// assert_eq!(
///     report.sentences(),
///     ["Where channel is phone, the score is -50.0, 150.0 points below the rest (100.0; 400 responses)."]
/// );
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ScanReport {
    /// The score of all (its change), in points.
    pub value: Option<f64>,
    /// Segments that were looked at and large enough.
    pub looked_at: u64,
    /// Significant segments, those included that stronger ones explain.
    pub significant: u64,
    /// Pairs of attributes left out because they have too many pairs of values.
    pub left_out: Vec<(String, String)>,
    /// The findings, the strongest first.
    pub findings: Vec<Finding>,
}

/// A segment while it is judged.
#[derive(Debug, Clone)]
struct Candidate {
    /// Attribute and number of the value.
    conditions: Vec<(usize, u16)>,
    /// Statistic over its standard error.
    z: f64,
    p: f64,
}

/// All that is tested against: each period's population and totals.
struct Whole {
    populations: Vec<Population>,
    totals: Vec<Sums>,
}

impl Whole {
    fn new(values: &[f64], periods: &[(Vec<f64>, Sums)]) -> Option<Self> {
        let population =
            |(masses, total): &(Vec<f64>, Sums)| Population::new(values, masses, total.effective());
        Some(Self {
            populations: periods.iter().map(population).collect::<Option<_>>()?,
            totals: periods.iter().map(|(_, total)| *total).collect(),
        })
    }

    /// z and p of a segment; `None` where it or the rest is too small. With one period the segment's score
    /// less the rest's, with two the later difference less the earlier.
    fn test(&self, segment: &[Sums], minimum_n: f64) -> Option<(f64, f64)> {
        let (statistic, squared) = self.statistic(segment, minimum_n)?;
        let error = libm::sqrt(squared);
        let z = statistic / error;
        let periods = self.populations.iter().zip(segment).zip(&self.totals);
        let parts: Vec<Part<'_>> = periods
            .enumerate()
            .map(|(period, ((population, own), total))| Part {
                population,
                n: own.effective(),
                factor: self.sign(period) * total.mass / (total.mass - own.mass),
            })
            .collect();
        Some((z, p_value(&parts, statistic, error)))
    }

    fn statistic(&self, segment: &[Sums], minimum_n: f64) -> Option<(f64, f64)> {
        let (mut statistic, mut squared) = (0.0, 0.0);
        let periods = self.populations.iter().zip(segment).zip(&self.totals);
        for (period, ((population, own), total)) in periods.enumerate() {
            let rest = total.less(*own);
            if !(own.n.min(rest.n) >= minimum_n && own.mass > 0.0 && rest.mass > 0.0) {
                return None;
            }
            statistic += self.sign(period) * (own.mean() - rest.mean());
            squared += population.variance
                * (own.square / (own.mass * own.mass) + rest.square / (rest.mass * rest.mass));
        }
        (squared > 0.0).then_some((statistic, squared))
    }

    /// The earlier of two periods counts against.
    fn sign(&self, period: usize) -> f64 {
        if self.totals.len() == 2 && period == 0 { -1.0 } else { 1.0 }
    }
}

setters!(Scan {
    /// Conditions that a segment has at most, 1 to 3; 2 where not set.
    conditions: u8,
    /// Rated responses that a segment has at least, in each period, and 2 or more; 50 where not set.
    minimum_n: u64,
    /// The adjusted p-value below which a segment is significant: the share of false findings that is
    /// borne; 0.05 where not set.
    level: f64,
});

impl Scan {
    /// One metric on the column in the role `rating`, segments by these columns.
    #[must_use]
    pub fn new<S: Into<String>>(metric: Metric, attributes: impl IntoIterator<Item = S>) -> Self {
        Self::of(Scoring::new(metric), attributes)
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Column, Invalid, Metric, Responses, Scan, Scoring};
    ///
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![99_u8, 10, 8, 8]))?
    ///     .with("plan", Column::categories(["free", "free", "pro", "pro"].map(Some)))?
    ///     .rating("score");
    /// let scan = Scan::of(Scoring::new(Metric::nps()).invalid(Invalid::Count), ["plan"]).minimum_n(2);
    /// let report = scan.run(&table)?;
    /// // The 99 is no rating; one is left of the free plan, which is too few to look at.
    /// assert!((report.value.unwrap() - 100.0 / 3.0).abs() < 1e-9 && report.findings.is_empty());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of<S: Into<String>>(scoring: Scoring, attributes: impl IntoIterator<Item = S>) -> Self {
        Self {
            scoring,
            attributes: attributes.into_iter().map(Into::into).collect(),
            conditions: two(),
            minimum_n: fifty(),
            level: five_percent(),
        }
    }

    /// Reads options from JSON: `{"scoring": {"metrics": [{"metric": "nps"}]}, "attributes": ["store"]}`
    /// with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Metric, Scan};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "attributes": ["store"], "conditions": 3}"#;
    /// assert_eq!(Scan::from_json(text)?, Scan::new(Metric::nps(), ["store"]).conditions(3));
    /// assert_eq!(Scan::from_json(&text.replace("3", "true")).unwrap_err().path(), "conditions");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Segments whose score differs from that of all others.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `invalid-argument` for options out of range, an interval that cannot compare, no
    /// attributes, and attributes of more than 65,536 values; `duplicate-column` for one that is named twice.
    pub fn run(&self, responses: &Responses) -> Result<ScanReport> {
        self.scan(&[responses])
    }

    /// Segments whose score changed otherwise than that of all others.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses, Scan};
    ///
    /// // Oslo is at 0 both times and the others at 100, until Porto falls to -100.
    /// let table = |porto: u8| {
    ///     let stores = (0..400).map(|i| Some(["Oslo", "Porto", "Riga", "Sofia"][i % 4]));
    ///     let score = |i: usize| [[3, 9][i / 4 % 2], porto, 9, 9][i % 4];
    ///     Responses::new()
    ///         .with("score", Column::numbers((0..400).map(score).collect::<Vec<u8>>()))?
    ///         .with("store", Column::categories(stores))
    ///         .map(|table| table.rating("score"))
    /// };
    /// let report = Scan::new(Metric::nps(), ["store"]).run_change(&table(9)?, &table(0)?)?;
    /// let porto = &report.findings[0];
    /// assert_eq!((report.value, report.findings.len()), (Some(-50.0), 1));
    /// assert_eq!((porto.value, porto.rest, porto.impact), (-200.0, 0.0, -50.0));
    /// assert_eq!((porto.n_before, porto.n), (Some(100), 100));
    /// assert!(report.sentences()[0].starts_with("Where store is Porto, the score changed by -200.0"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn run_change(&self, before: &Responses, after: &Responses) -> Result<ScanReport> {
        self.scan(&[before, after])
    }

    fn check(&self) -> Result<()> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if self.attributes.is_empty() {
            return bad("attributes", "there is nothing to scan: name columns");
        }
        for (i, name) in self.attributes.iter().enumerate() {
            if self.attributes.iter().take(i).any(|other| other == name) {
                return Err(Error::new(ErrorCode::DuplicateColumn, "scanned twice").at(name));
            }
        }
        if !(1..=3).contains(&self.conditions) {
            return bad("conditions", "a segment has 1 to 3 conditions");
        }
        if self.minimum_n < 2 {
            return bad("minimum_n", "a segment has at least 2 responses");
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return bad("level", "a level lies between 0 and 1");
        }
        Ok(())
    }

    fn scan(&self, tables: &[&Responses]) -> Result<ScanReport> {
        self.check()?;
        let frames = tables
            .iter()
            .map(|table| Frame::of(&self.scoring, table))
            .collect::<Result<Vec<_>>>()?;
        let (attributes, periods) = rows(&self.attributes, tables, &frames)?;
        let metric = self.scoring.metrics().next();
        let how = match metric {
            Some(metric) => method(metric, self.scoring.stated(), &[IntervalMethod::Wald])?,
            None => IntervalMethod::Wald,
        };
        let values = metric.map(Metric::values).unwrap_or_default();
        let signed = |period: usize| if periods.len() == 2 && period == 0 { -1.0 } else { 1.0 };
        let means = periods.iter().enumerate().map(|(i, p)| signed(i) * p.total.mean());
        let mut report = ScanReport {
            value: Some(means.sum()).filter(|v: &f64| v.is_finite()),
            looked_at: 0,
            significant: 0,
            left_out: Vec::new(),
            findings: Vec::new(),
        };
        let totals: Vec<(Vec<f64>, Sums)> =
            periods.iter().map(|p| (p.masses.clone(), p.total)).collect();
        let Some(whole) = Whole::new(values, &totals) else { return Ok(report) };
        let mut candidates = self.counted(&attributes, &periods, &whole, &mut report.left_out);
        if self.conditions > 2 {
            self.refine(&attributes, &periods, values, &mut candidates);
        }
        report.looked_at = candidates.len() as u64;
        let p_values: Vec<Option<f64>> = candidates.iter().map(|c| Some(c.p)).collect();
        let adjusted = Adjustment::BenjaminiHochberg.adjust(&p_values);
        let mut significant: Vec<(Candidate, f64)> = candidates
            .into_iter()
            .zip(adjusted.into_iter().flatten())
            .filter(|(_, adjusted)| *adjusted < self.level)
            .collect();
        report.significant = significant.len() as u64;
        sort_by(&mut significant, |a, b| b.0.z.abs().total_cmp(&a.0.z.abs()));
        significant.truncate(MOST_EXAMINED);
        let each = self.level / report.looked_at.max(1) as f64;
        let found = self.explain(&attributes, &periods, &whole, &significant, each);
        for (candidate, mut finding) in found {
            finding.interval = self.interval(&candidate, &periods, &frames, how);
            report.findings.push(finding);
        }
        Ok(report)
    }

    /// The interval of a finding's difference: its responses against the others, in each period.
    fn interval(
        &self,
        candidate: &Candidate,
        periods: &[Rows],
        frames: &[Frame<'_>],
        how: IntervalMethod,
    ) -> Option<Interval> {
        let metric = self.scoring.metrics().next()?;
        let confidence = self.scoring.stated().confidence;
        let sample = |(rows, frame): (&Rows, &Frame<'_>)| {
            let mut cells = Cells::new(2, frame);
            for (place, (row, code)) in frame.rated().enumerate() {
                cells.add(usize::from(rows.has(place, &candidate.conditions)), code, row);
            }
            let tallies = cells.tallies();
            let mut samples = tallies.iter().map(|tally| Sample::new(tally, metric, None));
            Some([samples.next()?, samples.next()?])
        };
        let samples = periods.iter().zip(frames).map(sample).collect::<Option<Vec<_>>>()?;
        let found = match samples.as_slice() {
            [[rest, own]] => combination([(1.0, own), (-1.0, rest)], metric, how, confidence),
            [[rest, own], [later_rest, later]] => combination(
                [(1.0, later), (-1.0, later_rest), (-1.0, own), (1.0, rest)],
                metric,
                how,
                confidence,
            ),
            _ => None,
        };
        found.map(|found| found.interval)
    }

    /// All single values and all pairs that are large enough, tested.
    fn counted(
        &self,
        attributes: &[Attribute],
        periods: &[Rows],
        whole: &Whole,
        left_out: &mut Vec<(String, String)>,
    ) -> Vec<Candidate> {
        let least = self.minimum_n as f64;
        let mut found = Vec::new();
        let mut judge = |cells: &[Vec<Sums>], conditions: &dyn Fn(usize) -> Vec<(usize, u16)>| {
            let size = cells.first().map_or(0, Vec::len);
            for place in 0..size {
                let own: Vec<Sums> = cells.iter().filter_map(|c| c.get(place).copied()).collect();
                if let Some((z, p)) = whole.test(&own, least) {
                    found.push(Candidate { conditions: conditions(place), z, p });
                }
            }
        };
        for (a, attribute) in attributes.iter().enumerate() {
            let count = |rows: &Rows| {
                let codes = rows.codes.get(a).map(Vec::as_slice).unwrap_or_default();
                rows.count(attribute.values.len(), codes.iter().map(|code| usize::from(*code)))
            };
            let cells: Vec<Vec<Sums>> = periods.iter().map(count).collect();
            judge(&cells, &|place| vec![(a, number(place))]);
        }
        if self.conditions < 2 {
            return found;
        }
        for (a, first) in attributes.iter().enumerate() {
            for (b, second) in attributes.iter().enumerate().skip(a + 1) {
                let width = second.values.len();
                let size = first.values.len().saturating_mul(width);
                if size > MOST_PAIRS {
                    left_out.push((first.name.clone(), second.name.clone()));
                    continue;
                }
                let count = |rows: &Rows| rows.count(size, rows.pairs(a, b, width));
                let cells: Vec<Vec<Sums>> = periods.iter().map(count).collect();
                judge(&cells, &|place| {
                    vec![(a, number(place / width)), (b, number(place % width))]
                });
            }
        }
        found
    }

    /// Tries third conditions on promising pairs, each against the rest of its pair: how a pair was chosen
    /// says nothing about how its responses differ among themselves.
    fn refine(
        &self,
        attributes: &[Attribute],
        periods: &[Rows],
        values: &[f64],
        candidates: &mut Vec<Candidate>,
    ) {
        let mut pairs: Vec<Candidate> = candidates
            .iter()
            .filter(|c| c.conditions.len() == 2 && c.p < PROMISE)
            .cloned()
            .collect();
        sort_by(&mut pairs, |a, b| b.z.abs().total_cmp(&a.z.abs()));
        pairs.truncate(PROMISING);
        // Three pairs lead to one triple.
        let mut seen: SortedSet<Vec<(usize, u16)>> = SortedSet::new();
        for pair in pairs {
            let inside: Vec<Vec<usize>> = periods
                .iter()
                .map(|rows| {
                    (0..rows.values.len()).filter(|row| rows.has(*row, &pair.conditions)).collect()
                })
                .collect();
            let of_pair = |(rows, inside): (&Rows, &Vec<usize>)| {
                let mut masses = vec![0.0; values.len()];
                let mut total = Sums::default();
                for row in inside {
                    let one = rows.row(*row);
                    total = total.plus(one);
                    let same = |v: &f64| !((v - one.sum / one.mass).abs() > 1e-9);
                    let mass = values.iter().position(same).and_then(|at| masses.get_mut(at));
                    if let Some(mass) = mass {
                        *mass += one.mass;
                    }
                }
                (masses, total)
            };
            let totals: Vec<(Vec<f64>, Sums)> = periods.iter().zip(&inside).map(of_pair).collect();
            let Some(whole) = Whole::new(values, &totals) else { continue };
            for (c, attribute) in attributes.iter().enumerate() {
                if pair.conditions.iter().any(|(other, _)| *other == c) {
                    continue;
                }
                let count = |(rows, inside): (&Rows, &Vec<usize>)| {
                    let mut cells = vec![Sums::default(); attribute.values.len()];
                    let codes = rows.codes.get(c).map(Vec::as_slice).unwrap_or_default();
                    for row in inside {
                        let code = codes.get(*row).map(|code| usize::from(*code));
                        if let Some(cell) = code.and_then(|code| cells.get_mut(code)) {
                            *cell = cell.plus(rows.row(*row));
                        }
                    }
                    cells
                };
                let cells: Vec<Vec<Sums>> = periods.iter().zip(&inside).map(count).collect();
                for place in 0..attribute.values.len() {
                    let own: Vec<Sums> =
                        cells.iter().filter_map(|cells| cells.get(place).copied()).collect();
                    if let Some((z, p)) = whole.test(&own, self.minimum_n as f64) {
                        let mut conditions = pair.conditions.clone();
                        conditions.push((c, number(place)));
                        conditions.sort_unstable();
                        if seen.insert(conditions.clone()) {
                            candidates.push(Candidate { conditions, z, p });
                        }
                    }
                }
            }
        }
    }

    /// Keeps the segments that still differ when the findings before are set aside.
    fn explain(
        &self,
        attributes: &[Attribute],
        periods: &[Rows],
        whole: &Whole,
        significant: &[(Candidate, f64)],
        each: f64,
    ) -> Vec<(Candidate, Finding)> {
        let mut findings = Vec::new();
        // Which rows no finding holds yet.
        let mut free: Vec<Vec<bool>> =
            periods.iter().map(|rows| vec![true; rows.values.len()]).collect();
        let mut left: Vec<Sums> = periods.iter().map(|rows| rows.total).collect();
        for (candidate, adjusted) in significant {
            let mut own = vec![Sums::default(); periods.len()];
            let mut free_own = own.clone();
            for (((rows, free), own), free_own) in
                periods.iter().zip(&free).zip(&mut own).zip(&mut free_own)
            {
                for (row, free) in free.iter().enumerate() {
                    if rows.has(row, &candidate.conditions) {
                        let one = rows.row(row);
                        *own = own.plus(one);
                        if *free {
                            *free_own = free_own.plus(one);
                        }
                    }
                }
            }
            if !findings.is_empty() {
                let enough = each * (findings.len() + 1) as f64;
                let rest = Whole { populations: whole.populations.clone(), totals: left.clone() };
                let still = rest.test(&free_own, self.minimum_n as f64);
                if still.is_none_or(|(z, p)| p > enough || z * candidate.z < 0.0) {
                    continue;
                }
            }
            for ((rows, free), left) in periods.iter().zip(&mut free).zip(&mut left) {
                for (row, free) in free.iter_mut().enumerate() {
                    if *free && rows.has(row, &candidate.conditions) {
                        *free = false;
                        *left = left.less(rows.row(row));
                    }
                }
            }
            let finding = finding(attributes, whole, candidate, *adjusted, &own);
            findings.extend(finding.map(|finding| (candidate.clone(), finding)));
        }
        findings
    }
}

fn finding(
    attributes: &[Attribute],
    whole: &Whole,
    candidate: &Candidate,
    p_adjusted: f64,
    own: &[Sums],
) -> Option<Finding> {
    let conditions = candidate.conditions.iter().filter_map(|(attribute, value)| {
        let attribute = attributes.get(*attribute)?;
        let value = attribute.values.get(usize::from(*value))?.clone();
        Some(Condition { attribute: attribute.name.clone(), value })
    });
    let signed = |sums: &[Sums]| -> f64 {
        sums.iter().enumerate().map(|(i, sums)| whole.sign(i) * sums.mean()).sum()
    };
    let rests: Vec<Sums> =
        whole.totals.iter().zip(own).map(|(total, own)| total.less(*own)).collect();
    let (value, rest) = (signed(own), signed(&rests));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
    let count = |sums: &Sums| sums.n as u64;
    Some(Finding {
        conditions: conditions.collect(),
        n: own.last().map(count)?,
        n_before: (own.len() == 2).then(|| own.first().map(count)).flatten(),
        value,
        rest,
        difference: value - rest,
        // Made for those that are reported.
        interval: None,
        p_value: candidate.p,
        p_adjusted,
        impact: signed(&whole.totals) - rest,
    })
}

config::written!(
    Scan,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "attributes": ["region"], "level": 0.1}"#
);

/// Numbers of values fit in 16 bits, which reading them has checked.
fn number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

impl ScanReport {
    /// The findings as a table.
    ///
    /// Columns: `segment` (its conditions in words), `n`, `n_before`, `value`, `rest`, `difference`, `lower`,
    /// `upper`, `impact` (points), `p_value`, `p_adjusted`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.findings.iter();
        let segment = |finding: &Finding| {
            let conditions = finding.conditions.iter().map(ToString::to_string);
            Some(conditions.collect::<Vec<_>>().join(" and "))
        };
        table.push("segment", Data::Text(rows().map(segment).collect()));
        table.ints("n", rows().map(|r| Some(r.n)));
        table.ints("n_before", rows().map(|r| r.n_before));
        table.floats("value", rows().map(|r| Some(r.value)));
        table.floats("rest", rows().map(|r| Some(r.rest)));
        table.floats("difference", rows().map(|r| Some(r.difference)));
        intervals(&mut table, "", rows().map(|r| r.interval));
        table.floats("impact", rows().map(|r| Some(r.impact)));
        table.floats("p_value", rows().map(|r| Some(r.p_value)));
        table.floats("p_adjusted", rows().map(|r| Some(r.p_adjusted)));
        table
    }

    /// The findings in plain English, the strongest first.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |finding: &Finding| {
            let conditions = finding.conditions.iter().map(ToString::to_string);
            let segment = conditions.collect::<Vec<_>>().join(" and ");
            let side = if finding.difference < 0.0 { "below" } else { "above" };
            let what = if finding.n_before.is_some() { "changed by" } else { "scores" };
            format!(
                "Where {segment}, the score {what} {:.1}, {:.1} points {side} the rest ({:.1}; {} responses).",
                finding.value,
                finding.difference.abs(),
                finding.rest,
                finding.n
            )
            .replace("the score scores", "the score is")
        };
        self.findings.iter().map(sentence).collect()
    }
}

#[cfg(test)]
mod tests;
