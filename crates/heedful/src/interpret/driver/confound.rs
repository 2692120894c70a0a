//! The same driver within segments: is it the driver, or who has it?

use serde::Serialize;

use super::impact::mean;
use super::thirty;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::table::Table;
use crate::base::tally::Tally;
use crate::interpret::columns::intervals;
use crate::interpret::compare::Comparison;
use crate::interpret::frame::{Cells, Frame};
use crate::interpret::mention::Mentions;
use crate::interpret::scoring::Scoring;
use crate::interpret::split::Split;
use crate::listen::responses::Responses;
use crate::stats::distribution::chi_square_sf;
use crate::stats::{Comparison as Test, Interval};

/// A reason's effect overall and within segments.
///
/// The crude effect is the score of the responses with the reason less that of those without. The adjusted
/// effect is the mean of the same difference within each segment, weighted by m₁ m₀ / (m₁ + m₀) (masses with
/// and without), as Mantel and Haenszel weight risk differences: the effect at equal segments. Where the two
/// part, the segments explain some of the crude effect; where their signs differ and the adjusted effect is
/// not 0 by its interval, the crude one misleads (Simpson's paradox).
///
/// ```
/// use heedful::{Column, Confounding, Mentions, Metric, Responses};
///
/// // Business customers are happier and call support more; support helps in both segments.
/// let mut rows = Vec::new();
/// for (segment, with, helped, without, happy) in
///     [("business", 300, 240, 100, 70), ("private", 100, 30, 300, 60)]
/// {
///     rows.extend((0..with).map(|i| (segment, true, if i < helped { 10_u8 } else { 0 })));
///     rows.extend((0..without).map(|i| (segment, false, if i < happy { 10 } else { 0 })));
/// }
/// let responses = Responses::new()
///     .with("score", Column::numbers(rows.iter().map(|r| r.2).collect::<Vec<_>>()))?
///     .with("segment", Column::categories(rows.iter().map(|r| Some(r.0))))?
///     .rating("score");
/// let lists = rows.iter().map(|r| if r.1 { vec!["support"] } else { vec![] });
/// let found = Confounding::new(Metric::nps(), ["segment"])
///     .run(&responses, &Mentions::from_lists(lists)?)?;
/// let support = &found[0];
/// assert!(support.crude.difference.unwrap() > 2.0 * support.adjusted.unwrap());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Confounding {
    /// What is scored: one metric, no groups or periods.
    scoring: Scoring,
    /// Columns that make the segments.
    by: Vec<String>,
    /// Rated responses that a segment needs with and without the reason to be shown by itself.
    #[serde(default = "thirty")]
    minimum_n: u64,
}

/// The effect within one segment.
///
/// ```
/// use heedful::{Column, Confounding, Key, Mentions, Metric, Responses};
///
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 0, 10, 10, 0]))?
///     .with("plan", Column::categories(["free", "free", "free", "pro", "pro"].map(Some)))?
///     .rating("score");
/// let said = Mentions::from_lists([vec!["chat"], vec!["chat"], vec![], vec![], vec![]])?;
/// let found = Confounding::new(Metric::nps(), ["plan"]).minimum_n(1).run(&table, &said)?;
/// let [free, pro] = &found[0].segments[..] else { panic!("two plans") };
/// assert_eq!((&free.keys[..], free.with, free.without), (&[Key::Text("free".into())][..], 2, 1));
/// assert_eq!(free.effect, Some(-100.0)); // 0 with, 100 without
/// assert_eq!((pro.with, pro.without, pro.effect), (0, 2, None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct SegmentEffect {
    /// The segment's values of the columns.
    pub keys: Vec<Key>,
    /// Rated responses with the reason.
    pub with: u64,
    /// Those without.
    pub without: u64,
    /// With less without, in points; `None` below the minimum n on either side.
    pub effect: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Against the direction of the crude effect, by its interval.
    pub reversed: bool,
}

/// One reason, overall and within segments.
///
/// ```
/// use heedful::{Column, Confounding, Data, Mentions, Metric, Responses};
///
/// // Business customers are happier and call more, so who calls looks happier. In each segment calling goes with a score
/// // that is 40 points lower (Simpson's paradox).
/// let groups = [("business", true, 210, 90), ("business", false, 90, 10), ("private", true, 10, 90), ("private", false, 90, 210)];
/// let rows: Vec<(&str, bool, u8)> = groups
///     .into_iter()
///     .flat_map(|(segment, call, happy, not)| {
///         [vec![(segment, call, 10); happy], vec![(segment, call, 0); not]].concat()
///     })
///     .collect();
/// let table = Responses::new()
///     .with("score", Column::numbers(rows.iter().map(|row| row.2).collect::<Vec<_>>()))?
///     .with("segment", Column::categories(rows.iter().map(|row| Some(row.0))))?
///     .rating("score");
/// let said = Mentions::from_lists(rows.iter().map(|row| if row.1 { vec!["call"] } else { vec![] }))?;
/// let call = Confounding::new(Metric::nps(), ["segment"]).run(&table, &said)?.remove(0);
/// assert!((call.crude.difference.unwrap() - 20.0).abs() < 1e-9);
/// assert!((call.adjusted.unwrap() + 40.0).abs() < 1e-9 && call.simpson);
/// // It is the same in both, so nothing speaks against one effect.
/// assert!(call.homogeneity_p_value.unwrap() > 0.99 && call.segments.iter().all(|s| s.reversed));
/// assert_eq!(call.to_table().columns()[1].data, Data::Int(vec![Some(300), Some(100)])); // `with`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ConfoundedDriver {
    /// The reason.
    pub reason: String,
    /// With (`after`) against without (`before`), segments ignored.
    pub crude: Comparison,
    /// The effect at equal segments, in points; `None` where no segment has responses on both sides.
    pub adjusted: Option<f64>,
    /// Its standard error, given the sizes of the segments.
    pub adjusted_standard_error: Option<f64>,
    /// Its Wald interval.
    pub adjusted_interval: Option<Interval>,
    /// Of the same effect in all segments that are large enough (Cochran's Q).
    pub homogeneity_p_value: Option<f64>,
    /// The adjusted effect is against the crude one, and its interval leaves out 0.
    pub simpson: bool,
    /// The columns that made the segments.
    #[serde(skip)]
    by: Vec<String>,
    /// The segments in the order of their keys.
    pub segments: Vec<SegmentEffect>,
}

setters!(Confounding {
    /// Rated responses that a segment needs on either side to be shown by itself; 30 where not set. All
    /// segments count in the adjusted effect.
    minimum_n: u64,
});

record!(Confounding { scoring, by, minimum_n = thirty() });

impl Confounding {
    /// One metric on the column in the role `rating`, segments by these columns.
    #[must_use]
    pub fn new<S: Into<String>>(metric: Metric, by: impl IntoIterator<Item = S>) -> Self {
        Self::of(Scoring::new(metric), by)
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Column, Confounding, Invalid, Mentions, Metric, Responses, Scoring};
    ///
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![99_u8, 10, 0]))?
    ///     .with("plan", Column::categories(["pro"; 3].map(Some)))?
    ///     .rating("score");
    /// let said = Mentions::from_lists([vec!["chat"], vec!["chat"], vec![]])?;
    /// let scoring = Scoring::new(Metric::nps()).invalid(Invalid::Count);
    /// let found = Confounding::of(scoring, ["plan"]).run(&table, &said)?;
    /// // The 99 is counted apart; one segment leaves nothing to adjust.
    /// assert_eq!((found[0].crude.after.n, found[0].crude.before.n), (1, 1));
    /// assert_eq!((found[0].crude.difference, found[0].adjusted), (Some(200.0), Some(200.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of<S: Into<String>>(scoring: Scoring, by: impl IntoIterator<Item = S>) -> Self {
        Self { scoring, by: by.into_iter().map(Into::into).collect(), minimum_n: thirty() }
    }

    /// Reads options from JSON with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Confounding, Metric};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "by": ["plan", "region"]}"#;
    /// assert_eq!(Confounding::from_json(text)?, Confounding::new(Metric::nps(), ["plan", "region"]));
    /// let without = r#"{"scoring": {"metrics": [{"metric": "nps"}]}}"#;
    /// assert!(Confounding::from_json(without).unwrap_err().to_string().contains("`by`"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Each reason overall and within segments, in the order of their numbers.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `invalid-argument` without columns to segment by, `length-mismatch` where
    /// reasons and responses differ in rows.
    pub fn run(&self, responses: &Responses, mentions: &Mentions) -> Result<Vec<ConfoundedDriver>> {
        mentions.check(responses)?;
        if self.by.is_empty() {
            let message = "there are no segments: name columns in `by`";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("by"));
        }
        let frame = Frame::of(&self.scoring, responses)?;
        let split = Split::of(responses, &self.by)?;
        let reasons = mentions.names().len();
        let mut all = Cells::new(split.len(), &frame);
        all.add_rows(split.groups());
        let mut with = Cells::new(split.len() * reasons, &frame);
        for (row, code) in frame.rated() {
            let group = split.group(row) * reasons;
            for reason in mentions.row(row) {
                with.add(group + usize::from(*reason), code, row);
            }
        }
        let (all, with) = (all.tallies(), with.tallies());
        let driver = |reason: usize| {
            let pairs: Vec<(Tally, Tally)> = all
                .iter()
                .enumerate()
                .filter_map(|(group, all)| {
                    let with = with.get(group * reasons + reason)?;
                    Some((with.clone(), all.less(with)))
                })
                .collect();
            let name = mentions.names().get(reason).cloned().unwrap_or_default();
            self.driver(name, &pairs, split.keys(), frame.metric)
        };
        (0..reasons).map(driver).collect()
    }

    fn driver(
        &self,
        reason: String,
        pairs: &[(Tally, Tally)],
        keys: &[Vec<Key>],
        metric: &Metric,
    ) -> Result<ConfoundedDriver> {
        let stated = self.scoring.stated();
        let mut sums = [Tally::new(metric.scale().clone()), Tally::new(metric.scale().clone())];
        let (mut weights, mut weighted, mut variance) = (0.0, 0.0, 0.0);
        let (mut precision, mut mean_effect, mut square) = (0.0, 0.0, 0.0);
        let mut segments = Vec::new();
        for ((with, without), keys) in pairs.iter().zip(keys) {
            let [all_with, all_without] = &mut sums;
            all_with.merge(with)?;
            all_without.merge(without)?;
            if let (Some((m1, a1)), Some((m0, a0))) = (mean(with, metric), mean(without, metric)) {
                let weight = m1 * m0 / (m1 + m0);
                weights += weight;
                weighted += weight * (a1 - a0);
                variance +=
                    weight * weight * (own_variance(with, metric) + own_variance(without, metric));
            }
            let comparison = Comparison::of(without, with, metric, stated)?;
            let enough = with.n().min(without.n()) >= self.minimum_n.max(1);
            let effect = comparison.difference.filter(|_| enough);
            if let (Some(effect), Some(error)) = (effect, comparison.standard_error)
                && error > 0.0
            {
                precision += 1.0 / (error * error);
                mean_effect += effect / (error * error);
                square += effect * effect / (error * error);
            }
            segments.push(SegmentEffect {
                keys: keys.clone(),
                with: with.n(),
                without: without.n(),
                effect,
                interval: comparison.interval.filter(|_| enough),
                reversed: false,
            });
        }
        let [with, without] = sums;
        let crude = Comparison::of(&without, &with, metric, stated)?;
        let direction = crude.difference.unwrap_or_default();
        let against = |effect: f64, interval: Option<Interval>| {
            effect * direction < 0.0 && interval.is_some_and(|i| !i.contains(0.0))
        };
        for segment in &mut segments {
            segment.reversed = segment.effect.is_some_and(|e| against(e, segment.interval));
        }
        let adjusted = (weights > 0.0).then(|| weighted / weights);
        let error = adjusted.map(|_| libm::sqrt(variance) / weights);
        let interval = adjusted
            .zip(error)
            .and_then(|(a, e)| Test::wald(a, e, stated.confidence))
            .map(|test| test.interval);
        let judged = segments.iter().filter(|s| s.effect.is_some()).count();
        let q = square - mean_effect * mean_effect / precision;
        Ok(ConfoundedDriver {
            reason,
            crude,
            adjusted,
            adjusted_standard_error: error,
            adjusted_interval: interval,
            homogeneity_p_value: (judged > 1 && q.is_finite())
                .then(|| chi_square_sf(q.max(0.0), judged as f64 - 1.0)),
            simpson: adjusted.is_some_and(|a| against(a, interval)),
            by: self.by.clone(),
            segments,
        })
    }
}

config::written!(
    Confounding,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "by": ["region"], "minimum_n": 20}"#
);

/// Variance of a tally's mean, linearised.
fn own_variance(tally: &Tally, metric: &Metric) -> f64 {
    mean(tally, metric).map_or(0.0, |(mass, mean)| {
        super::impact::spread(tally, metric, |x| x - mean) / (mass * mass)
    })
}

impl ConfoundedDriver {
    /// The segments as a table.
    ///
    /// Columns: one for each column of the segments under its own name; `with`, `without` (rated
    /// responses), `effect`, `lower`, `upper` (points), `reversed`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        segment_columns(&mut table, &self.by, || self.segments.iter());
        table
    }
}

/// Reasons with their effect overall and at equal segments as a table.
///
/// Columns: `reason`; `with`, `without` (rated responses); `crude`, `crude_lower`, `crude_upper`, `adjusted`, `lower`,
/// `upper` (points); `homogeneity_p_value`; `simpson`.
///
/// ```
/// use heedful::{Column, Confounding, Data, Mentions, Metric, Responses, confounding_table};
///
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 0, 9, 7]))?
///     .with("plan", Column::categories(["free", "free", "pro", "pro"].map(Some)))?
///     .rating("score");
/// let said = Mentions::from_lists([vec!["chat"], vec![], vec!["chat"], vec![]])?;
/// let found = confounding_table(&Confounding::new(Metric::nps(), ["plan"]).run(&table, &said)?);
/// let column = |name: &str| found.columns().iter().find(|c| c.name == name).map(|c| c.data.clone());
/// // 100 against 0 and -100 in the crude; 200 and 100 within the plans.
/// assert_eq!(column("crude"), Some(Data::Float(vec![Some(150.0)])));
/// assert_eq!(column("adjusted"), Some(Data::Float(vec![Some(150.0)])));
/// assert_eq!(column("simpson"), Some(Data::Bool(vec![Some(false)])));
/// # Ok::<(), heedful::Error>(())
/// ```
#[must_use]
pub fn confounding_table(drivers: &[ConfoundedDriver]) -> Table {
    let mut table = Table::new();
    let rows = || drivers.iter();
    table.texts("reason", rows().map(|r| Some(r.reason.as_str())));
    table.ints("with", rows().map(|r| Some(r.crude.after.n)));
    table.ints("without", rows().map(|r| Some(r.crude.before.n)));
    table.floats("crude", rows().map(|r| r.crude.difference));
    intervals(&mut table, "crude_", rows().map(|r| r.crude.interval));
    table.floats("adjusted", rows().map(|r| r.adjusted));
    intervals(&mut table, "", rows().map(|r| r.adjusted_interval));
    table.floats("homogeneity_p_value", rows().map(|r| r.homogeneity_p_value));
    table.bools("simpson", rows().map(|r| Some(r.simpson)));
    table
}

/// The segments of all reasons as a table.
///
/// Columns: `reason`, then those of [`ConfoundedDriver::to_table`].
///
/// ```
/// use heedful::{Column, Confounding, Mentions, Metric, Responses, confounded_segments_table};
///
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 0, 9, 7]))?
///     .with("plan", Column::categories(["free", "free", "pro", "pro"].map(Some)))?
///     .rating("score");
/// let said = Mentions::from_lists([vec!["chat"], vec![], vec!["chat", "app"], vec![]])?;
/// let found = Confounding::new(Metric::nps(), ["plan"]).run(&table, &said)?;
/// let rows = confounded_segments_table(&found);
/// // Both reasons in both segments.
/// assert_eq!((rows.len(), rows.columns()[0].name.as_str(), rows.columns()[1].name.as_str()), (4, "reason", "plan"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[must_use]
pub fn confounded_segments_table(drivers: &[ConfoundedDriver]) -> Table {
    let mut table = Table::new();
    let rows = || drivers.iter().flat_map(|driver| &driver.segments);
    let reasons = drivers.iter().flat_map(|r| r.segments.iter().map(|_| Some(r.reason.as_str())));
    table.texts("reason", reasons);
    segment_columns(&mut table, drivers.first().map_or(&[], |r| r.by.as_slice()), rows);
    table
}

fn segment_columns<'a, I: Iterator<Item = &'a SegmentEffect> + Clone>(
    table: &mut Table,
    by: &[String],
    rows: impl Fn() -> I,
) {
    for (i, name) in by.iter().enumerate() {
        table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
    }
    table.ints("with", rows().map(|r| Some(r.with)));
    table.ints("without", rows().map(|r| Some(r.without)));
    table.floats("effect", rows().map(|r| r.effect));
    intervals(table, "", rows().map(|r| r.interval));
    table.bools("reversed", rows().map(|r| Some(r.reversed)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::driver::what_if::WhatIf;
    use crate::listen::column::Column;
    use crate::stats::Random;

    /// Rows of segment, with the reason, happy, by counts.
    fn table(rows: &[(&str, bool, u64, u64)]) -> (Responses, Mentions) {
        let (mut scores, mut segments, mut lists) = (Vec::new(), Vec::new(), Vec::new());
        for (segment, with, n, happy) in rows {
            for i in 0..*n {
                scores.push(if i < *happy { 10_u8 } else { 0 });
                segments.push(Some(*segment));
                lists.push(if *with { vec!["it"] } else { vec![] });
            }
        }
        let responses = Responses::new()
            .with("score", Column::numbers(scores))
            .unwrap()
            .with("segment", Column::categories(segments))
            .unwrap()
            .rating("score");
        (responses, Mentions::from_lists(lists).unwrap())
    }

    #[test]
    fn simpsons_paradox_is_flagged() {
        // The kidney stones of Charig et al. (1986): better in each segment, worse overall.
        let rows = [
            ("small", true, 87, 81),
            ("small", false, 270, 234),
            ("large", true, 263, 192),
            ("large", false, 80, 55),
        ];
        let rows = rows.map(|(s, w, n, h)| (s, w, 10 * n, 10 * h));
        let (responses, mentions) = table(&rows);
        let found =
            Confounding::new(Metric::nps(), ["segment"]).run(&responses, &mentions).unwrap();
        let it = &found[0];
        assert!(it.crude.difference.unwrap() < 0.0 && it.adjusted.unwrap() > 0.0);
        assert!(it.simpson);
        // Points are twice percentages: the weights are 87 * 270 / 357 and 263 * 80 / 343.
        let weights = [87.0 * 270.0 / 357.0, 263.0 * 80.0 / 343.0];
        let effects = [81.0 / 87.0 - 234.0 / 270.0, 192.0 / 263.0 - 55.0 / 80.0];
        let expected =
            200.0 * (weights[0] * effects[0] + weights[1] * effects[1]) / (weights[0] + weights[1]);
        assert!((it.adjusted.unwrap() - expected).abs() < 1e-9);
        assert_eq!(it.to_table().len(), 2);
        let segments = confounded_segments_table(&found);
        assert_eq!((confounding_table(&found).len(), segments.len()), (1, 2));
        assert_eq!(segments.columns().len(), it.to_table().columns().len() + 1);
        assert!(it.segments.iter().all(|s| s.effect.unwrap() > 0.0));
        let alone = Confounding::new(Metric::nps(), Vec::<String>::new());
        assert_eq!(alone.run(&responses, &mentions).unwrap_err().path(), "by");
    }

    #[test]
    fn a_scenario_within_segments_equals_the_arithmetic() {
        let rows = [
            ("a", true, 100, 20),
            ("a", false, 300, 240),
            ("b", true, 50, 25),
            ("b", false, 50, 30),
        ];
        let (responses, mentions) = table(&rows);
        let what_if = WhatIf::new(Metric::nps(), ["it"], 0.25).segments(["segment"]);
        let report = what_if.run(&responses, &mentions).unwrap();
        // Three quarters of 100 and of 50 come to 80 % and 60 % happy.
        let happy = 20.0 + 240.0 + 25.0 + 30.0 + 75.0 * (0.8 - 0.2) + 37.5 * (0.6 - 0.5);
        let expected = 100.0 * (2.0 * happy / 500.0 - 1.0);
        assert!((report.new_score.unwrap() - expected).abs() < 1e-9);
        let sum: f64 = report.segments.iter().map(|s| s.contribution).sum();
        assert!((sum - report.change.unwrap()).abs() < 1e-9);
        assert_eq!((report.affected, report.borrowed), (150, 0));
        let same = WhatIf::new(Metric::nps(), ["it"], 1.0).run(&responses, &mentions).unwrap();
        assert_eq!(same.change, Some(0.0));
        // The scenario's interval is then the score's own, as Wald states it.
        let own = responses.score(&Metric::nps()).unwrap();
        let half = 1.959_963_984_540_054 * own.standard_error.unwrap();
        assert!((same.interval.unwrap().upper - own.value.unwrap() - half).abs() < 1e-9);
        let strict = what_if.clone().minimum_n(100).run(&responses, &mentions).unwrap();
        assert_eq!(strict.borrowed, 1);
        let error = WhatIf::new(Metric::nps(), ["it"], 9.0).segments(["segment"]);
        assert_eq!(error.run(&responses, &mentions).unwrap_err().path(), "factor");
        let error = WhatIf::new(Metric::nps(), ["that"], 0.5).run(&responses, &mentions);
        assert_eq!(error.unwrap_err().code(), ErrorCode::UnknownName);
    }

    #[test]
    fn the_linearised_error_of_a_change_is_that_of_resampled_rows() {
        let rows = [
            ("a", true, 90, 20),
            ("a", false, 200, 150),
            ("b", true, 60, 35),
            ("b", false, 20, 14),
        ];
        let (responses, mentions) = table(&rows);
        for (factor, minimum_n) in [(0.4, 10), (0.4, 30), (1.1, 10)] {
            let what_if = WhatIf::new(Metric::nps(), ["it"], factor)
                .segments(["segment"])
                .minimum_n(minimum_n);
            let report = what_if.run(&responses, &mentions).unwrap();
            let mut random = Random::new(8);
            let n = responses.len();
            let mut changes = Vec::new();
            let mut levels = Vec::new();
            for _ in 0..300 {
                let rows: Vec<usize> =
                    (0..n).map(|_| (random.uniform() * n as f64) as usize).collect();
                let scores: Vec<f64> = rows
                    .iter()
                    .map(|r| responses.column("score").unwrap().float(*r).unwrap().unwrap())
                    .collect();
                let keys: Vec<Option<String>> = rows
                    .iter()
                    .map(|r| Some(responses.column("segment").unwrap().key(*r).to_string()))
                    .collect();
                let lists = rows
                    .iter()
                    .map(|r| if mentions.row(*r).is_empty() { vec![] } else { vec!["it"] });
                let sample = Responses::new()
                    .with("score", Column::numbers(scores))
                    .unwrap()
                    .with("segment", Column::categories(keys))
                    .unwrap()
                    .rating("score");
                let lists = Mentions::from_lists(lists).unwrap();
                // Which segments borrow is a choice of the analyst, not of the sample.
                let least = if minimum_n == 30 { 37 } else { 1 };
                let again = what_if.clone().minimum_n(least).run(&sample, &lists).unwrap();
                changes.push(again.change.unwrap());
                levels.push(again.new_score.unwrap());
            }
            let deviation = |list: &[f64]| {
                let mean = list.iter().sum::<f64>() / list.len() as f64;
                (list.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / list.len() as f64)
                    .sqrt()
            };
            let ratio = deviation(&changes) / report.change_standard_error.unwrap();
            assert!((ratio - 1.0).abs() < 0.15, "{factor} {minimum_n}: {ratio}");
            let half = report.interval.unwrap().width() / 2.0 / 1.96;
            let ratio = deviation(&levels) / half;
            assert!((ratio - 1.0).abs() < 0.15, "{factor} {minimum_n}: {ratio}");
        }
    }
}
