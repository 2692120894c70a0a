//! Why a score moved: mix, rate, reasons, cohorts.

mod cohort;
mod effect;
mod mix_rate;
mod reasons;
mod sentence;

use serde::Serialize;

pub use cohort::Cohorts;
pub use effect::Effect;

use self::mix_rate::{Node, Tree};
use super::compare::Comparison;
use super::driver::{check_replicates, share, thirty};
use super::frame::{Cells, Frame};
use super::mention::Mentions;
use super::score::Sample;
use super::scoring::Scoring;
use super::split::Split;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::{Better, Metric};
use crate::base::sorted::SortedMap;
use crate::base::table::{Data, Table};
use crate::base::tally::Tally;
use crate::interpret::columns::intervals;
use crate::interpret::driver::impact::mean;
use crate::listen::responses::Responses;
use crate::stats::{Adjustment, Confidence, Random};

/// Why a score differs between two periods or groups.
///
/// The difference is taken apart in up to three ways, each of which adds up to it exactly:
///
/// - by **segments** ([`by`](Self::by)): mix (who answered) and rate (how they answered), after Kitagawa,
///   with the mean of both periods as the standard. Columns after the first are nested in those before
///   (region, then store): the rate effect of a region is the sum of all effects of its stores.
/// - by **reasons** ([`run_with`](Self::run_with)): the change of each reason's fair contribution (see
///   [`Drivers`](crate::Drivers)) and of the score without reasons.
/// - by **cohorts**, where the column of customers is named: stayers, joiners and leavers, with a warning
///   where the score rose because the unhappy left.
///
/// Each effect has a standard error (segments and cohorts: bootstrap of the finest segments or of
/// customers; reasons: linearised), an interval, and a p-value adjusted over all effects of the report.
///
/// ```
/// use heedful::{Change, Column, Metric, Responses};
///
/// let table = |north: usize, happy: usize| {
///     let rows = (0..200).map(|i| if i < north { "north" } else { "south" });
///     let scores: Vec<u8> = (0..200).map(|i| if i % 10 < happy { 10 } else { 3 }).collect();
///     Responses::new()
///         .with("score", Column::numbers(scores))?
///         .with("region", Column::categories(rows.map(Some)))
///         .map(|table| table.rating("score"))
/// };
/// let report = Change::new(Metric::nps()).by(["region"]).run(&table(100, 5)?, &table(60, 7)?)?;
/// let sum: f64 = report.segments.iter().map(|s| s.mix.value + s.rate.value).sum();
/// assert!((sum - report.comparison.difference.unwrap()).abs() < 1e-9);
/// assert!(report.sentences()[0].starts_with("NPS rose by 40.0 points, from 0.0 to 40.0"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What is scored: one metric, no groups or periods.
    scoring: Scoring,
    /// Columns of the segments, from the coarsest to the finest.
    #[serde(default)]
    by: Vec<String>,
    /// Effects of segments with fewer rated responses in a period where they are at all are not judged.
    #[serde(default = "thirty")]
    minimum_n: u64,
    /// The score without any reason, where too few responses are without.
    #[serde(default)]
    reference: Option<f64>,
    /// Bootstrap replicates; 0 for no intervals of segments and cohorts.
    #[serde(default = "five_hundred")]
    #[cfg_attr(feature = "schema", schemars(range(max = 100_000)))]
    replicates: u32,
    /// Pairs of sampled orders beyond 15 reasons.
    #[serde(default = "five_hundred")]
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 100_000)))]
    orders: u32,
    /// Of replicates and orders.
    #[serde(default)]
    seed: u64,
    /// How p-values are adjusted for how many effects were looked at.
    #[serde(default)]
    adjustment: Adjustment,
}

record!(Change { scoring, by = Default::default(), minimum_n = thirty(), reference = Default::default(), replicates = five_hundred(), orders = five_hundred(), seed = Default::default(), adjustment = Default::default() });

fn five_hundred() -> u32 {
    500
}

/// Whether a segment is in both periods.
///
/// ```
/// use heedful::{Change, Column, Metric, Responses, SegmentStatus};
///
/// let table = |regions: [&str; 2]| {
///     Responses::new()
///         .with("score", Column::numbers(vec![9_u8, 9]))?
///         .with("region", Column::categories(regions.map(Some)))
///         .map(|table| table.rating("score"))
/// };
/// let change = Change::new(Metric::nps()).by(["region"]).replicates(0);
/// let report = change.run(&table(["east", "north"])?, &table(["north", "west"])?)?;
/// let status: Vec<_> = report.segments.iter().map(|row| row.status).collect();
/// assert_eq!(status, [SegmentStatus::Vanished, SegmentStatus::Continuing, SegmentStatus::New]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentStatus {
    /// In both.
    Continuing,
    /// In the later one only.
    New,
    /// In the earlier one only.
    Vanished,
}

impl SegmentStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Continuing => "continuing",
            Self::New => "new",
            Self::Vanished => "vanished",
        }
    }
}

/// What a segment adds to the difference.
///
/// ```
/// use heedful::{Change, Column, Key, Metric, Responses};
///
/// // North: 60 at 50 points, then 30 at 60; south: 40 at -50, then 70 at -40.
/// let table = |counts: [(usize, u8); 4]| {
///     let regions = ["north", "north", "south", "south"].into_iter().zip(counts);
///     let rows: Vec<_> = regions.flat_map(|(region, (n, rating))| vec![(region, rating); n]).collect();
///     Responses::new()
///         .with("score", Column::numbers(rows.iter().map(|row| row.1).collect::<Vec<_>>()))?
///         .with("region", Column::categories(rows.iter().map(|row| Some(row.0))))
///         .map(|table| table.rating("score"))
/// };
/// let before = table([(45, 10), (15, 5), (10, 10), (30, 5)])?;
/// let after = table([(24, 10), (6, 5), (21, 10), (49, 5)])?;
/// let report = Change::new(Metric::nps()).by(["region"]).replicates(0).run(&before, &after)?;
/// let north = &report.segments[0];
/// assert_eq!((&north.keys[..], north.finest), (&[Key::Text("north".into())][..], true));
/// assert_eq!((north.share_before, north.share_after), (Some(0.6), Some(0.3)));
/// assert_eq!((north.before, north.after), (Some(50.0), Some(60.0)));
/// // All went from 10 to -10, middle 0: its weight does (0.3 - 0.6) (55 - 0), its score 0.45 (60 - 50).
/// assert!((north.mix.value + 16.5).abs() < 1e-9 && (north.rate.value - 4.5).abs() < 1e-9);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct SegmentChange {
    /// The segment's values of as many columns of [`ChangeReport::by`] as it is deep.
    pub keys: Vec<Key>,
    /// Whether it is of the finest level; the rate effect of others is the sum of what they hold.
    pub finest: bool,
    /// Whether it is in both periods.
    pub status: SegmentStatus,
    /// Rated responses before.
    pub n_before: u64,
    /// Rated responses after.
    pub n_after: u64,
    /// Its share of the rated responses before, 0 to 1.
    pub share_before: Option<f64>,
    /// The same after.
    pub share_after: Option<f64>,
    /// Its score before, in points.
    pub before: Option<f64>,
    /// Its score after.
    pub after: Option<f64>,
    /// What its changed weight does, in points.
    pub mix: Effect,
    /// What its changed score does, in points.
    pub rate: Effect,
}

/// What a reason adds to the difference.
///
/// ```
/// use heedful::{Change, Column, Mentions, Metric, Responses};
///
/// // Who does not speak of the price is a promoter, who does a detractor: 2 of 10 before, 4 of 10 after.
/// let period = |complaints: usize| {
///     let scores: Vec<u8> = (0..10).map(|i| if i < complaints { 3 } else { 10 }).collect();
///     let lists = (0..10).map(|i| if i < complaints { vec!["price"] } else { vec![] });
///     let table = Responses::new().with("score", Column::numbers(scores))?.rating("score");
///     Ok::<_, heedful::Error>((table, Mentions::from_lists(lists)?))
/// };
/// let ((before, said_before), (after, said_after)) = (period(2)?, period(4)?);
/// let change = Change::new(Metric::nps()).minimum_n(1);
/// let report = change.run_with((&before, &said_before), (&after, &said_after))?;
/// let price = &report.reasons.unwrap().rows[0];
/// assert_eq!((price.share_before, price.share_after), (0.2, 0.4));
/// // The score is 100 without it, 60 with it before, and 20 after.
/// assert_eq!((price.contribution_before, price.contribution_after), (-40.0, -80.0));
/// assert_eq!((price.reason.as_str(), price.effect.value), ("price", -40.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ReasonChange {
    /// The reason.
    pub reason: String,
    /// Its contribution before, in points.
    pub contribution_before: f64,
    /// Its contribution after.
    pub contribution_after: f64,
    /// Share of the rated responses that gave it before, 0 to 1.
    pub share_before: f64,
    /// The same after.
    pub share_after: f64,
    /// The change of its contribution.
    pub effect: Effect,
}

/// What reasons add to the difference; with that of the reference they add up to it.
///
/// ```
/// use heedful::{Change, Column, Data, Mentions, Metric, Responses};
///
/// // Responses without a reason: NPS 100 before, 0 after. With "wait": always detractors, one of three and one of two.
/// let period = |scores: Vec<u8>, waits: usize| {
///     let lists = (0..scores.len()).map(|i| if i < waits { vec!["wait"] } else { vec![] });
///     let mentions = Mentions::from_lists(lists)?;
///     let table = Responses::new().with("score", Column::numbers(scores))?.rating("score");
///     Ok::<_, heedful::Error>((table, mentions))
/// };
/// let (before, after) = (period(vec![0, 10, 10], 1)?, period(vec![0, 0, 3, 10], 2)?);
/// let change = Change::new(Metric::nps()).minimum_n(1);
/// let report = change.run_with((&before.0, &before.1), (&after.0, &after.1))?;
/// let reasons = report.reasons.unwrap();
/// assert_eq!((reasons.reference_before, reasons.reference_after), (100.0, 0.0));
/// assert_eq!((reasons.reference.value, reasons.declared), (-100.0, false));
/// // With that of the reason (from 33.3 - 100 to -50 - 0) it is the whole difference.
/// let sum = reasons.reference.value + reasons.rows[0].effect.value;
/// assert!((sum - report.comparison.difference.unwrap()).abs() < 1e-9);
/// let table = reasons.to_table();
/// assert_eq!(table.columns()[0].data, Data::Text(vec![None, Some("wait".into())]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ReasonChanges {
    /// The score without reasons before, in points.
    pub reference_before: f64,
    /// The same after.
    pub reference_after: f64,
    /// Whether a reference was declared for want of responses without reasons.
    pub declared: bool,
    /// The change of the reference.
    pub reference: Effect,
    /// The reasons in order of first appearance.
    pub rows: Vec<ReasonChange>,
}

/// Something to be warned of.
///
/// ```
/// use heedful::{Change, ChangeWarning, Column, Metric, Responses};
///
/// // Half of the customers are unhappy and no longer answer.
/// let period = |who: std::ops::Range<u32>| {
///     let scores: Vec<u8> = who.clone().map(|i| if i < 100 { 2 } else { 9 }).collect();
///     Responses::new()
///         .with("score", Column::numbers(scores))?
///         .with("who", Column::categories(who.map(|i| Some(i.to_string()))))
///         .map(|table| table.rating("score").customer("who"))
/// };
/// let report = Change::new(Metric::nps()).run(&period(0..200)?, &period(100..200)?)?;
/// assert_eq!(report.warnings, [ChangeWarning::UnhappyLeft]);
/// assert_eq!(report.sentences().last().unwrap(), report.warnings[0].sentence());
/// assert!(report.warnings[0].sentence().contains("unhappy customers no longer answer"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further warnings may come
pub enum ChangeWarning {
    /// The score got better mostly because unhappy customers no longer answer.
    UnhappyLeft,
    /// The score got worse mostly because happy customers no longer answer.
    HappyLeft,
}

impl ChangeWarning {
    /// The warning in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnhappyLeft => {
                "Careful: the score got better mostly because unhappy customers no longer answer."
            }
            Self::HappyLeft => {
                "Careful: the score got worse mostly because happy customers no longer answer."
            }
        }
    }
}

/// A difference taken apart.
///
/// ```
/// use heedful::{Change, Column, Data, Metric, Responses};
///
/// // Stores within regions: 40 responses in each, all unhappy in one store of the south afterwards.
/// let table = |last: u8| {
///     let stores = ["n1", "n2", "s1", "s2"].map(|store| [Some(store); 40]).concat();
///     let regions = stores.iter().map(|store| Some(if store.unwrap() < "s" { "north" } else { "south" }));
///     Responses::new()
///         .with("score", Column::numbers([[10; 120].as_slice(), &[last; 40]].concat()))?
///         .with("region", Column::categories(regions))?
///         .with("store", Column::categories(stores))
///         .map(|table| table.rating("score"))
/// };
/// let change = Change::new(Metric::nps()).by(["region", "store"]);
/// let report = change.run(&table(10)?, &table(0)?)?;
/// assert_eq!(report.comparison.difference, Some(-50.0));
/// assert_eq!((&report.by[..], report.confidence), (&["region".to_owned(), "store".to_owned()][..], 0.95));
/// // Each region is followed by its stores; all of the difference is the rate of the last.
/// let levels: Vec<usize> = report.segments.iter().map(|row| row.keys.len()).collect();
/// assert_eq!(levels, [1, 2, 2, 1, 2, 2]);
/// assert_eq!(report.segments[5].rate.value, -50.0);
/// assert!(report.sentences()[1].starts_with("region south, store s2 took away 50.0 points"));
/// assert_eq!(report.to_table().columns()[0].name, "region");
/// let halves = vec![Some(0.5), Some(0.25), Some(0.25), Some(0.5), Some(0.25), Some(0.25)];
/// assert_eq!(report.to_table().columns()[7].data, Data::Float(halves)); // `share_before`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ChangeReport {
    /// The difference itself.
    pub comparison: Comparison,
    /// Confidence of all intervals, as a share.
    pub confidence: f64,
    /// The columns of the segments.
    pub by: Vec<String>,
    /// Segments of all levels, each followed by those it holds, in the order of their keys.
    pub segments: Vec<SegmentChange>,
    /// By reasons, where they were given.
    pub reasons: Option<ReasonChanges>,
    /// By cohorts, where customers are named and some answered twice.
    pub cohorts: Option<Cohorts>,
    /// What to be warned of.
    pub warnings: Vec<ChangeWarning>,
}

setters!(Change {
    /// The columns of the segments, from the coarsest to the finest.
    by: names,
    /// Effects of segments with fewer rated responses in a period where they are at all are not judged;
    /// 30 where not set.
    minimum_n: u64,
    /// The score that a response without any reason is taken to have, where too few are without.
    reference: some f64,
    /// Bootstrap replicates, from 100 to 100,000; 500 where not set, 0 for none.
    replicates: u32,
    /// Pairs of orders that are sampled beyond 15 reasons, at least 2; 500 where not set.
    orders: u32,
    /// The seed of replicates and orders.
    seed: u64,
    /// How p-values are adjusted; Benjamini and Hochberg's false-discovery rate where not set.
    adjustment: Adjustment,
});

impl Change {
    /// One metric on the column in the role `rating`.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self::of(Scoring::new(metric))
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Change, Column, Metric, Responses, Scoring, Uncertainty};
    ///
    /// let table = |scores: Vec<u8>| Responses::new().with("stars", Column::numbers(scores));
    /// let sure = Uncertainty::from_json(r#"{"confidence": 0.9}"#)?;
    /// let report = Change::of(Scoring::new(Metric::csat()).uncertainty(sure)).run(
    ///     &table(vec![5, 4, 3, 1])?.rating("stars"),
    ///     &table(vec![5, 3, 3, 1])?.rating("stars"),
    /// )?;
    /// assert_eq!((report.confidence, report.comparison.difference), (0.9, Some(-25.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self {
            scoring,
            by: Vec::new(),
            minimum_n: thirty(),
            reference: None,
            replicates: five_hundred(),
            orders: five_hundred(),
            seed: 0,
            adjustment: Adjustment::default(),
        }
    }

    /// Reads options from JSON: `{"scoring": {"metrics": [{"metric": "nps"}]}, "by": ["region", "store"]}`
    /// with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Change, Metric};
    ///
    /// let nps = r#""scoring": {"metrics": [{"metric": "nps"}]}"#;
    /// let read = Change::from_json(&format!(r#"{{{nps}, "by": ["region", "store"], "seed": 7}}"#))?;
    /// assert_eq!(read, Change::new(Metric::nps()).by(["region", "store"]).seed(7));
    /// let error = Change::from_json(&format!(r#"{{{nps}, "minimum": 30}}"#)).unwrap_err();
    /// assert_eq!(error.path(), "minimum");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Why the second table scores otherwise than the first; by cohorts too where both name their
    /// customers.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `invalid-argument` for options out of range.
    pub fn run(&self, before: &Responses, after: &Responses) -> Result<ChangeReport> {
        self.explain([before, after], None)
    }

    /// The same with the reasons of each response.
    ///
    /// ```
    /// use heedful::{Change, Column, ErrorCode, Mentions, Metric, Responses};
    ///
    /// let table = Responses::new().with("score", Column::numbers(vec![10_u8, 10, 3]))?.rating("score");
    /// let reasons = Mentions::from_lists([vec![], vec![], vec!["price"]])?;
    /// let change = Change::new(Metric::nps()).minimum_n(1);
    /// // A period against itself: every effect is 0.
    /// let report = change.run_with((&table, &reasons), (&table, &reasons))?;
    /// assert_eq!(report.reasons.unwrap().rows[0].effect.value, 0.0);
    /// // Reasons are of the same rows.
    /// let error = change.run_with((&table, &Mentions::none(2)), (&table, &reasons)).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::LengthMismatch);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run); `length-mismatch` where reasons and responses differ in rows.
    pub fn run_with(
        &self,
        before: (&Responses, &Mentions),
        after: (&Responses, &Mentions),
    ) -> Result<ChangeReport> {
        before.1.check(before.0)?;
        after.1.check(after.0)?;
        self.explain([before.0, after.0], Some([before.1, after.1]))
    }

    fn explain(
        &self,
        tables: [&Responses; 2],
        mentions: Option<[&Mentions; 2]>,
    ) -> Result<ChangeReport> {
        check_replicates(self.replicates)?;
        if !(2..=100_000).contains(&self.orders) {
            let message = "pairs of orders are from 2 to 100000";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("orders"));
        }
        let [first, second] = tables;
        let frames = [Frame::of(&self.scoring, first)?, Frame::of(&self.scoring, second)?];
        let frames = [&frames[0], &frames[1]];
        let stated = self.scoring.stated();
        let totals = frames.map(Frame::total);
        let metric = frames[0].metric;
        let comparison = Comparison::of(&totals[0], &totals[1], metric, stated)?;
        let mut random = Random::new(self.seed);
        let mut segments = self.segments(tables, frames, &totals, &mut random)?;
        let mut reasons =
            mentions.and_then(|mentions| self.reason_changes(frames, mentions, &mut random));
        let named = tables.iter().all(|table| table.roles().customer.is_some());
        let mut cohorts = if named {
            let confidence = stated.confidence;
            cohort::cohorts(tables, frames, self.replicates, confidence, &mut random)?
        } else {
            None
        };
        let mut effects: Vec<&mut Effect> = Vec::new();
        for segment in &mut segments {
            let present = [segment.n_before, segment.n_after];
            if present.into_iter().any(|n| n > 0 && n < self.minimum_n) {
                continue;
            }
            effects.extend([&mut segment.mix, &mut segment.rate]);
        }
        if let Some(reasons) = &mut reasons {
            effects.push(&mut reasons.reference);
            effects.extend(reasons.rows.iter_mut().map(|row| &mut row.effect));
        }
        if let Some(cohorts) = &mut cohorts {
            effects.extend([&mut cohorts.staying, &mut cohorts.joining, &mut cohorts.leaving]);
        }
        let p_values: Vec<Option<f64>> = effects.iter().map(|effect| effect.p_value).collect();
        for (effect, adjusted) in effects.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            effect.p_adjusted = adjusted;
        }
        let warnings = cohorts
            .as_ref()
            .zip(comparison.difference)
            .and_then(|(cohorts, d)| warning(cohorts, d, metric.better(), stated.confidence));
        Ok(ChangeReport {
            comparison,
            confidence: stated.confidence.get(),
            by: self.by.clone(),
            segments,
            reasons,
            cohorts,
            warnings: warnings.into_iter().collect(),
        })
    }

    fn segments(
        &self,
        tables: [&Responses; 2],
        frames: [&Frame<'_>; 2],
        totals: &[Tally; 2],
        random: &mut Random,
    ) -> Result<Vec<SegmentChange>> {
        if self.by.is_empty() {
            return Ok(Vec::new());
        }
        let metric = frames[0].metric;
        let mut leaves: SortedMap<Vec<Key>, [Tally; 2]> = SortedMap::new();
        for (period, (table, frame)) in tables.into_iter().zip(frames).enumerate() {
            let split = Split::of(table, &self.by)?;
            let mut cells = Cells::new(split.len(), frame);
            cells.add_rows(split.groups());
            for (keys, tally) in split.keys().iter().zip(cells.tallies()) {
                if tally.n() > 0 {
                    let empty = || Tally::new(metric.scale().clone());
                    let both = leaves.entry(keys.clone()).or_insert_with(|| [empty(), empty()]);
                    if let Some(slot) = both.get_mut(period) {
                        *slot = tally;
                    }
                }
            }
        }
        let tree = Tree::new(leaves, metric);
        let Some(effects) = tree.effects(metric) else { return Ok(Vec::new()) };
        let deviations = tree.deviations(metric, self.replicates, random);
        let confidence = self.scoring.stated().confidence;
        let row = |(i, node): (usize, &Node)| {
            let at = |list: &[f64]| list.get(i).copied().unwrap_or_default();
            let deviation = |pick: fn(&mix_rate::Effects) -> &Vec<f64>| {
                deviations.as_ref().map_or(0.0, |effects| at(pick(effects)))
            };
            let effect =
                |value, deviation| Effect::new(value, deviation, self.replicates, confidence);
            let [before, after] = &node.tallies;
            let samples = [after, before].map(|tally| Sample::new(tally, metric, None));
            SegmentChange {
                keys: node.keys.clone(),
                finest: tree.is_leaf(node),
                status: match (before.n(), after.n()) {
                    (0, _) => SegmentStatus::New,
                    (_, 0) => SegmentStatus::Vanished,
                    _ => SegmentStatus::Continuing,
                },
                n_before: before.n(),
                n_after: after.n(),
                share_before: share(before, &totals[0]),
                share_after: share(after, &totals[1]),
                before: mean(before, metric).map(|(_, mean)| mean),
                after: mean(after, metric).map(|(_, mean)| mean),
                mix: effect(at(&effects.mix), deviation(|e| &e.mix)),
                rate: Effect::between(
                    at(&effects.rate),
                    deviation(|e| &e.rate),
                    self.replicates,
                    confidence,
                    (at(&effects.reach), samples.each_ref()),
                    metric,
                ),
            }
        };
        Ok(tree.nodes.iter().enumerate().map(row).collect())
    }
}

config::written!(
    Change,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "by": ["region", "store"], "seed": 7}"#
);

/// A change for better or worse of which leaving explains more than half, beyond chance.
fn warning(
    cohorts: &Cohorts,
    difference: f64,
    better: Better,
    confidence: Confidence,
) -> Option<ChangeWarning> {
    let leaving = cohorts.leaving.value;
    if !(cohorts.leaving.stands_out(confidence) && leaving * difference > 0.0)
        || leaving.abs() < 0.5 * difference.abs()
    {
        return None;
    }
    let good = match better {
        Better::Higher => difference > 0.0,
        Better::Lower => difference < 0.0,
    };
    Some(if good { ChangeWarning::UnhappyLeft } else { ChangeWarning::HappyLeft })
}

impl ChangeReport {
    /// The segments as a table.
    ///
    /// Columns: one for each of `by` under its own name (missing below the depth of the segment);
    /// `level` (1 for the coarsest), `finest`, `status`, `n_before`, `n_after`, `share_before`,
    /// `share_after` (0 to 1), `before`, `after`; for `mix` and `rate` the effect with `_lower`, `_upper`
    /// (points), `_p_value`, `_p_adjusted`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.segments.iter();
        for (i, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
        }
        table.ints("level", rows().map(|r| Some(r.keys.len() as u64)));
        table.bools("finest", rows().map(|r| Some(r.finest)));
        table.texts("status", rows().map(|r| Some(r.status.as_str())));
        table.ints("n_before", rows().map(|r| Some(r.n_before)));
        table.ints("n_after", rows().map(|r| Some(r.n_after)));
        table.floats("share_before", rows().map(|r| r.share_before));
        table.floats("share_after", rows().map(|r| r.share_after));
        table.floats("before", rows().map(|r| r.before));
        table.floats("after", rows().map(|r| r.after));
        effect_columns(&mut table, "mix", self.segments.iter().map(|r| &r.mix));
        effect_columns(&mut table, "rate", self.segments.iter().map(|r| &r.rate));
        table
    }
}

impl ReasonChanges {
    /// The reasons as a table.
    ///
    /// Columns: `reason`, `share_before`, `share_after` (0 to 1), `contribution_before`,
    /// `contribution_after`, `effect` with `_lower`, `_upper` (points), `_p_value`, `_p_adjusted`. The first
    /// row, without a reason, is the reference.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        let names = std::iter::once(None).chain(rows().map(|r| Some(r.reason.clone())));
        table.push("reason", Data::Text(names.collect()));
        let with = |first, pick: fn(&ReasonChange) -> f64| {
            std::iter::once(first).chain(rows().map(move |r| Some(pick(r))))
        };
        table.floats("share_before", with(None, |r| r.share_before));
        table.floats("share_after", with(None, |r| r.share_after));
        let (before, after) = (self.reference_before, self.reference_after);
        table.floats("contribution_before", with(Some(before), |r| r.contribution_before));
        table.floats("contribution_after", with(Some(after), |r| r.contribution_after));
        let effects = std::iter::once(&self.reference).chain(rows().map(|r| &r.effect));
        effect_columns(&mut table, "effect", effects);
        table
    }
}

fn effect_columns<'a>(
    table: &mut Table,
    name: &str,
    effects: impl Iterator<Item = &'a Effect> + Clone,
) {
    table.floats(name, effects.clone().map(|e| Some(e.value)));
    intervals(table, &format!("{name}_"), effects.clone().map(|e| e.interval));
    table.floats(&format!("{name}_p_value"), effects.clone().map(|e| e.p_value));
    table.floats(&format!("{name}_p_adjusted"), effects.map(|e| e.p_adjusted));
}

#[cfg(test)]
mod tests;
