//! What part a reason plays: who speaks of it.

use serde::Serialize;

use super::reason_tallies;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::{Better, Metric};
use crate::base::table::{Data, Table};
use crate::base::tally::Tally;
use crate::interpret::columns::intervals;
use crate::interpret::frame::Frame;
use crate::interpret::mention::Mentions;
use crate::interpret::scoring::Scoring;
use crate::listen::responses::Responses;
use crate::stats::{
    Adjustment, Comparison as Test, Confidence, Interval, IntervalMethod, ProportionSample,
};

/// The part that a reason plays.
///
/// A reason drives detraction where the unhappy speak of it more often than those in between, and
/// promotion where the happy do.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRole, ReasonRoles, Responses};
///
/// // 100 detractors, 100 passives, 100 promoters: half of both ends speak of the repair, a tenth of all of the shop.
/// let table = Responses::new().with("score", Column::numbers([[2_u8; 100], [8; 100], [10; 100]].concat()))?;
/// let said = (0..300).map(|i| match (i / 100, i % 10) {
///     (0 | 2, 0..5) => vec!["repair"],
///     (_, 9) => vec!["shop"],
///     _ => vec![],
/// });
/// let report = ReasonRoles::new(Metric::nps()).run(&table.rating("score"), &Mentions::from_lists(said)?)?;
/// let roles: Vec<_> = report.rows.iter().map(|row| row.role).collect();
/// assert_eq!(roles, [ReasonRole::Selector, ReasonRole::Neither]);
/// assert_eq!((roles[0].as_str(), ReasonRole::MustHave.as_str()), ("selector", "must_have"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonRole {
    /// Drives detraction only: taken for granted, noticed when it fails (hygiene).
    MustHave,
    /// Drives promotion only.
    Delighter,
    /// Drives both: customers choose by it; a moment of truth.
    Selector,
    /// Drives neither, as far as can be told.
    Neither,
}

record!(ReasonRoles { scoring, adjustment = Default::default() });

impl ReasonRole {
    fn of(detraction: bool, promotion: bool) -> Self {
        match (detraction, promotion) {
            (true, false) => Self::MustHave,
            (false, true) => Self::Delighter,
            (true, true) => Self::Selector,
            (false, false) => Self::Neither,
        }
    }

    /// The snake-case spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MustHave => "must_have",
            Self::Delighter => "delighter",
            Self::Selector => "selector",
            Self::Neither => "neither",
        }
    }
}

/// How a role changed between two periods.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRoles, Responses, RoleShift};
///
/// let table = Responses::new().with("score", Column::numbers([[2_u8; 100], [8; 100], [10; 100]].concat()))?.rating("score");
/// // How many promoters praise the staff:
/// let praised = |by: usize| {
///     Mentions::from_lists((0..300).map(|i| if (200..200 + by).contains(&i) { vec!["staff"] } else { vec![] }))
/// };
/// let (much, little) = (praised(60)?, praised(20)?);
/// let roles = ReasonRoles::new(Metric::nps());
/// let shift = |before, after| Ok::<_, heedful::Error>(roles.compare((&table, before), (&table, after))?[0].shift);
/// assert_eq!(shift(&much, &little)?, RoleShift::DelightErodes);
/// assert_eq!(shift(&little, &much)?.as_str(), "delight_grows");
/// assert_eq!(shift(&much, &much)?, RoleShift::Steady);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleShift {
    /// No change that can be told from chance.
    Steady,
    /// It promotes less than it did: delight erodes into what is expected.
    DelightErodes,
    /// It promotes more than it did.
    DelightGrows,
    /// It detracts more than it did.
    FailureGrows,
    /// It detracts less than it did.
    FailureFades,
    /// It detracted, and now promotes too: hygiene grows into a moment of truth.
    BecomesMomentOfTruth,
}

impl RoleShift {
    /// The snake-case spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::DelightErodes => "delight_erodes",
            Self::DelightGrows => "delight_grows",
            Self::FailureGrows => "failure_grows",
            Self::FailureFades => "failure_fades",
            Self::BecomesMomentOfTruth => "becomes_moment_of_truth",
        }
    }
}

/// The roles of reasons, from who speaks of them.
///
/// The metric's worst and best bands (detractors and promoters) are each compared with the responses in
/// between (passives); with two bands only, with each other. Shares are of the band's rated responses, with
/// Wilson intervals; differences are tested by Newcombe's method, two-sided, all of them adjusted together.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRole, ReasonRoles, Responses};
///
/// // Outages: every other detractor. Staff: every other promoter.
/// let ratings: Vec<u8> = (0..300).map(|i| [2, 8, 10][i % 3]).collect();
/// let reasons = (0..300).map(|i| match (i % 3, i % 2) {
///     (0, 0) => vec!["outages"],
///     (2, 0) => vec!["staff"],
///     _ => vec![],
/// });
/// let responses = Responses::new().with("score", Column::numbers(ratings))?.rating("score");
/// let mentions = Mentions::from_lists(reasons)?;
/// let report = ReasonRoles::new(Metric::nps()).run(&responses, &mentions)?;
/// let roles: Vec<_> = report.rows.iter().map(|row| (row.reason.as_str(), row.role)).collect();
/// assert_eq!(roles, [("outages", ReasonRole::MustHave), ("staff", ReasonRole::Delighter)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonRoles {
    /// What is scored: one metric with at least two bands, no groups or periods.
    scoring: Scoring,
    /// How p-values are adjusted for how many were looked at.
    #[serde(default)]
    adjustment: Adjustment,
}

/// The share of a band that speaks of a reason.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRoles, Responses};
///
/// let table = Responses::new().with("score", Column::numbers(vec![2_u8, 3, 4, 5, 10]))?.rating("score");
/// let said = Mentions::from_lists([vec!["price"], vec![], vec![], vec![], vec![]])?;
/// let row = ReasonRoles::new(Metric::nps()).run(&table, &said)?.rows.remove(0);
/// assert_eq!((row.worst.count, row.worst.share), (1, Some(0.25)));
/// // Wilson's interval of 1 of 4 at 95 %.
/// let interval = row.worst.interval.unwrap();
/// assert!((interval.lower - 0.0456).abs() < 1e-4 && (interval.upper - 0.6994).abs() < 1e-4);
/// // Nobody is in between.
/// assert_eq!((row.middle.count, row.middle.share), (0, None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BandShare {
    /// 0 to 1; `None` where nobody is in the band.
    pub share: Option<f64>,
    /// Wilson interval, 0 to 1.
    pub interval: Option<Interval>,
    /// Responses of the band that mention the reason, never weighted.
    pub count: u64,
}

/// How much more often one end speaks of a reason than the middle.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRoles, Responses};
///
/// // 40 of 100 detractors and 10 of 100 passives speak of the price.
/// let table = Responses::new().with("score", Column::numbers([[2_u8; 100], [8; 100], [10; 100]].concat()))?;
/// let said = (0..300).map(|i| if i < 40 || (100..110).contains(&i) { vec!["price"] } else { vec![] });
/// let report = ReasonRoles::new(Metric::nps()).run(&table.rating("score"), &Mentions::from_lists(said)?)?;
/// let lift = report.rows[0].detraction.unwrap();
/// assert!((lift.difference - 0.3).abs() < 1e-12);
/// assert!((lift.standard_error - (0.4 * 0.6 / 100.0 + 0.1 * 0.9 / 100.0_f64).sqrt()).abs() < 1e-12);
/// assert!(lift.interval.lower > 0.15 && lift.interval.upper < 0.45 && lift.p_value < Some(0.001));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lift {
    /// Difference of the shares, -1 to 1.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval.
    pub interval: Interval,
    /// Of no difference.
    pub p_value: Option<f64>,
    /// The same, adjusted for how many were looked at.
    pub p_adjusted: Option<f64>,
}

/// One reason's role.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRole, ReasonRoles, Responses};
///
/// // A metric of two bands has nobody in between: its ends are compared with each other.
/// let table = Responses::new().with("up", Column::numbers([[0_u8; 50], [1; 50]].concat()))?.rating("up");
/// let said = (0..100).map(|i| if i < 30 || i >= 95 { vec!["wait"] } else { vec![] });
/// let row = ReasonRoles::new(Metric::preset("thumbs")?).run(&table, &Mentions::from_lists(said)?)?.rows.remove(0);
/// assert_eq!((row.reason.as_str(), row.worst.share, row.best.share), ("wait", Some(0.6), Some(0.1)));
/// assert_eq!((row.middle.share, row.role), (None, ReasonRole::MustHave));
/// assert!((row.detraction.unwrap().difference - 0.5).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RoleRow {
    /// The reason.
    pub reason: String,
    /// Share of the worst band (detractors).
    pub worst: BandShare,
    /// Share of those between (passives).
    pub middle: BandShare,
    /// Share of the best band (promoters).
    pub best: BandShare,
    /// The worst band less the middle; `None` where either is empty.
    pub detraction: Option<Lift>,
    /// The best band less the middle.
    pub promotion: Option<Lift>,
    /// What follows from them.
    pub role: ReasonRole,
}

/// The roles of all reasons, in the order of their numbers.
///
/// ```
/// use heedful::{Column, Data, Mentions, Metric, ReasonRoles, Responses};
///
/// let table = Responses::new().with("score", Column::numbers(vec![2_u8, 8, 10, 10]))?.rating("score");
/// let said = Mentions::from_lists([vec!["price"], vec![], vec!["staff"], vec![]])?;
/// let report = ReasonRoles::new(Metric::nps()).run(&table, &said)?;
/// assert_eq!((report.worst.as_str(), report.best.as_str()), ("detractor", "promoter"));
/// let table = report.to_table();
/// let column = |name: &str| table.columns().iter().find(|c| c.name == name).map(|c| c.data.clone());
/// assert_eq!(column("share_best"), Some(Data::Float(vec![Some(0.0), Some(0.5)])));
/// assert_eq!(column("promotion"), Some(Data::Float(vec![Some(0.0), Some(0.5)])));
/// assert_eq!(column("role"), Some(Data::Text(vec![Some("neither".to_owned()); 2]))); // too few to tell
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RoleReport {
    /// Name of the worst band.
    pub worst: String,
    /// Name of the best band.
    pub best: String,
    /// One for each reason.
    pub rows: Vec<RoleRow>,
}

/// How one reason's role changed.
///
/// ```
/// use heedful::{Column, Mentions, Metric, ReasonRole, ReasonRoles, Responses, RoleShift};
///
/// let table = Responses::new().with("score", Column::numbers([[2_u8; 100], [8; 100], [10; 100]].concat()))?.rating("score");
/// // Detractors who blame the app: none, then half.
/// let [before, after] = [0, 50].map(|most| {
///     Mentions::from_lists((0..300).map(|i| if i < most || i == 299 { vec!["app"] } else { vec![] }))
/// });
/// let roles = ReasonRoles::new(Metric::nps());
/// let app = roles.compare((&table, &before?), (&table, &after?))?.remove(0);
/// assert_eq!((app.before, app.after), (ReasonRole::Neither, ReasonRole::MustHave));
/// assert_eq!((app.shift, app.detraction.unwrap().difference), (RoleShift::FailureGrows, 0.5));
/// assert_eq!(app.promotion.unwrap().difference, 0.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RoleChange {
    /// The reason.
    pub reason: String,
    /// Its role before.
    pub before: ReasonRole,
    /// Its role after.
    pub after: ReasonRole,
    /// Change of the detraction lift, after less before, with a Wald interval.
    pub detraction: Option<Lift>,
    /// Change of the promotion lift.
    pub promotion: Option<Lift>,
    /// What happened, judged by the adjusted p-values.
    pub shift: RoleShift,
}

/// Rated responses of each end and the middle.
struct Ends {
    /// The end of each point: worst, middle, best.
    of_point: Vec<usize>,
    worst: String,
    best: String,
    has_middle: bool,
}

impl Ends {
    fn of(metric: &Metric) -> Result<Self> {
        let bands = metric.bands();
        let (Some(lowest), Some(highest)) = (bands.first(), bands.last()) else {
            return Err(Self::too_few(metric));
        };
        if bands.len() < 2 {
            return Err(Self::too_few(metric));
        }
        let (worst, best) = match metric.better() {
            Better::Higher => (lowest, highest),
            Better::Lower => (highest, lowest),
        };
        let end = |point: usize| match metric.band(point).map(|band| &band.name) {
            Some(name) if *name == worst.name => 0,
            Some(name) if *name == best.name => 2,
            _ => 1,
        };
        let of_point: Vec<usize> = (0..metric.scale().points().len()).map(end).collect();
        let has_middle = of_point.contains(&1);
        Ok(Self { of_point, worst: worst.name.clone(), best: best.name.clone(), has_middle })
    }

    fn too_few(metric: &Metric) -> Error {
        let message = format!("{} has fewer than 2 bands", metric.name());
        Error::new(ErrorCode::InvalidArgument, message).at("scoring.metrics")
    }

    /// Count, sum of weights and of squared weights at each end.
    fn masses(&self, tally: &Tally) -> [(u64, f64, f64); 3] {
        let mut ends = [(0, 0.0, 0.0); 3];
        let squares = super::impact::squares(tally);
        let each = tally.counts().iter().zip(tally.masses()).zip(squares);
        for (((count, mass), square), end) in each.zip(&self.of_point) {
            if let Some((n, m, s)) = ends.get_mut(*end) {
                *n += count;
                *m += mass;
                *s += square;
            }
        }
        ends
    }
}

setters!(ReasonRoles {
    /// How p-values are adjusted; Benjamini and Hochberg's false-discovery rate where not set.
    adjustment: Adjustment,
});

impl ReasonRoles {
    /// One metric on the column in the role `rating`.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self::of(Scoring::new(metric))
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Column, Invalid, Mentions, Metric, ReasonRoles, Responses, Scoring};
    ///
    /// let table = Responses::new().with("score", Column::numbers(vec![2_u8, 99, 8, 10]))?.rating("score");
    /// let said = Mentions::from_lists([vec!["price"], vec!["price"], vec![], vec![]])?;
    /// let scoring = Scoring::new(Metric::nps()).invalid(Invalid::Count);
    /// let row = ReasonRoles::of(scoring).run(&table, &said)?.rows.remove(0);
    /// assert_eq!((row.worst.count, row.middle.count, row.best.count), (1, 0, 0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self { scoring, adjustment: Adjustment::default() }
    }

    /// Reads options from JSON with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Metric, ReasonRoles, stats::Adjustment};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "adjustment": "holm"}"#;
    /// assert_eq!(ReasonRoles::from_json(text)?, ReasonRoles::new(Metric::nps()).adjustment(Adjustment::Holm));
    /// assert_eq!(ReasonRoles::from_json(&text.replace("holm", "none")).unwrap_err().path(), "adjustment");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The roles of reasons.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `invalid-argument` for a metric with fewer than two bands,
    /// `length-mismatch` where reasons and responses differ in rows.
    pub fn run(&self, responses: &Responses, mentions: &Mentions) -> Result<RoleReport> {
        mentions.check(responses)?;
        let frame = Frame::of(&self.scoring, responses)?;
        let ends = Ends::of(frame.metric)?;
        let confidence = self.scoring.stated().confidence;
        let all = ends.masses(&frame.total());
        // Responses count as many as their weights are worth.
        let sizes =
            all.map(|(_, mass, square)| if square > 0.0 { mass * mass / square } else { 0.0 });
        let mut rows = Vec::new();
        for (name, tally) in mentions.names().iter().zip(reason_tallies(&frame, mentions)) {
            let own = ends.masses(&tally);
            let samples: Vec<Option<ProportionSample>> = own
                .iter()
                .zip(&all)
                .zip(sizes)
                .map(|(((_, mass, _), (_, whole, _)), size)| {
                    let share = (mass / whole).min(1.0);
                    ProportionSample::new(share * size, size)
                })
                .collect();
            let sample = |end: usize| samples.get(end).copied().flatten();
            let share = |end: usize| BandShare {
                share: sample(end).map(|s| s.value()),
                interval: sample(end).map(|s| s.score(confidence)),
                count: own.get(end).map_or(0, |(count, _, _)| *count),
            };
            let lift = |end: usize| {
                let other = if ends.has_middle { 1 } else { 2 - end };
                let found =
                    sample(end)?.compare(&sample(other)?, IntervalMethod::Score, confidence)?;
                Some(Lift::of(found))
            };
            rows.push(RoleRow {
                reason: name.clone(),
                worst: share(0),
                middle: share(1),
                best: share(2),
                detraction: lift(0),
                promotion: lift(2),
                role: ReasonRole::Neither,
            });
        }
        self.adjust(rows.iter_mut().flat_map(|r| [&mut r.detraction, &mut r.promotion]));
        for row in &mut rows {
            row.role = ReasonRole::of(
                Lift::is_up(row.detraction, confidence),
                Lift::is_up(row.promotion, confidence),
            );
        }
        Ok(RoleReport { worst: ends.worst, best: ends.best, rows })
    }

    fn adjust<'a>(&self, lifts: impl Iterator<Item = &'a mut Option<Lift>>) {
        let mut lifts: Vec<&mut Lift> = lifts.flatten().collect();
        let p_values: Vec<Option<f64>> = lifts.iter().map(|lift| lift.p_value).collect();
        for (lift, adjusted) in lifts.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            lift.p_adjusted = adjusted;
        }
    }

    /// How roles changed between two periods, for the reasons that both have, in the order of the first.
    ///
    /// The change of a lift is tested by its normal approximation; p-values of all changes are adjusted
    /// together. A shift is named where such a p-value is below 1 - confidence; of two, the one on the side of
    /// promotion is.
    ///
    /// ```
    /// use heedful::{Column, Mentions, Metric, ReasonRoles, Responses, RoleShift};
    ///
    /// let table = Responses::new().with("score", Column::numbers(vec![2_u8, 8, 10, 10]))?.rating("score");
    /// let before = Mentions::from_lists([vec!["price"], vec![], vec!["staff"], vec!["staff"]])?;
    /// let after = Mentions::from_lists([vec![], vec![], vec!["staff"], vec![]])?;
    /// // "price" is in the first period only; four responses cannot tell a change of the other.
    /// let changes = ReasonRoles::new(Metric::nps()).compare((&table, &before), (&table, &after))?;
    /// let found: Vec<_> = changes.iter().map(|c| (c.reason.as_str(), c.shift)).collect();
    /// assert_eq!(found, [("staff", RoleShift::Steady)]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn compare(
        &self,
        before: (&Responses, &Mentions),
        after: (&Responses, &Mentions),
    ) -> Result<Vec<RoleChange>> {
        let first = self.run(before.0, before.1)?;
        let second = self.run(after.0, after.1)?;
        let confidence = self.scoring.stated().confidence;
        let change = |old: Option<Lift>, new: Option<Lift>| {
            let (old, new) = (old?, new?);
            let error = libm::hypot(old.standard_error, new.standard_error);
            Test::wald(new.difference - old.difference, error, confidence).map(Lift::of)
        };
        let mut changes = Vec::new();
        for old in first.rows {
            let Some(new) = second.rows.iter().find(|row| row.reason == old.reason) else {
                continue;
            };
            changes.push(RoleChange {
                detraction: change(old.detraction, new.detraction),
                promotion: change(old.promotion, new.promotion),
                reason: old.reason,
                before: old.role,
                after: new.role,
                shift: RoleShift::Steady,
            });
        }
        self.adjust(changes.iter_mut().flat_map(|c| [&mut c.detraction, &mut c.promotion]));
        for change in &mut changes {
            let up = |lift| Lift::is_up(lift, confidence);
            let down = |lift: Option<Lift>| {
                up(lift.map(|lift| Lift { difference: -lift.difference, ..lift }))
            };
            change.shift = if up(change.promotion) {
                let grown = (change.before, change.after);
                if grown == (ReasonRole::MustHave, ReasonRole::Selector) {
                    RoleShift::BecomesMomentOfTruth
                } else {
                    RoleShift::DelightGrows
                }
            } else if down(change.promotion) {
                RoleShift::DelightErodes
            } else if up(change.detraction) {
                RoleShift::FailureGrows
            } else if down(change.detraction) {
                RoleShift::FailureFades
            } else {
                RoleShift::Steady
            };
        }
        Ok(changes)
    }
}

config::written!(
    ReasonRoles,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "adjustment": "holm"}"#
);

impl Lift {
    fn of(test: Test) -> Self {
        Self {
            difference: test.difference,
            standard_error: test.standard_error,
            interval: test.interval,
            p_value: test.p_value,
            p_adjusted: None,
        }
    }

    fn is_up(lift: Option<Self>, confidence: Confidence) -> bool {
        lift.is_some_and(|lift| {
            lift.difference > 0.0 && lift.p_adjusted.is_some_and(|p| p < 1.0 - confidence.get())
        })
    }
}

/// Changes of roles as a table.
///
/// Columns: `reason`, `before`, `after`, `shift`; `detraction` and `promotion` (changes of differences of shares)
/// with `detraction_lower`, `detraction_upper`, `detraction_p_adjusted`, the same for `promotion`.
///
/// ```
/// use heedful::{Column, Data, Mentions, Metric, ReasonRoles, Responses, role_changes_table};
///
/// let table = Responses::new().with("score", Column::numbers(vec![2_u8, 8, 10, 10]))?.rating("score");
/// let before = Mentions::from_lists([vec![], vec![], vec!["staff"], vec!["staff"]])?;
/// let after = Mentions::from_lists([vec![], vec![], vec!["staff"], vec!["price"]])?;
/// let changes = ReasonRoles::new(Metric::nps()).compare((&table, &before), (&table, &after))?;
/// let table = role_changes_table(&changes);
/// // "price" is in the later period only, so there is nothing to compare it with.
/// assert_eq!(table.columns()[0].data, Data::Text(vec![Some("staff".to_owned())]));
/// let promotion = table.columns().iter().find(|c| c.name == "promotion").unwrap();
/// assert_eq!(promotion.data, Data::Float(vec![Some(-0.5)]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[must_use]
pub fn role_changes_table(changes: &[RoleChange]) -> Table {
    let mut table = Table::new();
    let rows = || changes.iter();
    table.texts("reason", rows().map(|r| Some(r.reason.as_str())));
    table.texts("before", rows().map(|r| Some(r.before.as_str())));
    table.texts("after", rows().map(|r| Some(r.after.as_str())));
    table.texts("shift", rows().map(|r| Some(r.shift.as_str())));
    let mut lift = |name: &str, pick: fn(&RoleChange) -> Option<Lift>| {
        table.floats(name, rows().map(|r| Some(pick(r)?.difference)));
        let each = rows().map(|r| Some(pick(r)?.interval));
        intervals(&mut table, &format!("{name}_"), each);
        table.floats(&format!("{name}_p_adjusted"), rows().map(|r| pick(r)?.p_adjusted));
    };
    lift("detraction", |r| r.detraction);
    lift("promotion", |r| r.promotion);
    table
}

impl RoleReport {
    /// The roles as a table.
    ///
    /// Columns: `reason`; for `worst`, `middle` and `best` the share (`share_worst`, 0 to 1) with
    /// `share_worst_lower`, `share_worst_upper` and the count (`n_worst`); `detraction` and `promotion`
    /// (differences of shares) with `detraction_p_adjusted`, `promotion_p_adjusted`; `role`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        table.texts("reason", rows().map(|r| Some(r.reason.as_str())));
        let mut share = |name: &str, pick: fn(&RoleRow) -> &BandShare| {
            table.floats(&format!("share_{name}"), rows().map(|r| pick(r).share));
            intervals(&mut table, &format!("share_{name}_"), rows().map(|r| pick(r).interval));
            table.ints(&format!("n_{name}"), rows().map(|r| Some(pick(r).count)));
        };
        share("worst", |r| &r.worst);
        share("middle", |r| &r.middle);
        share("best", |r| &r.best);
        let mut lift = |name: &str, pick: fn(&RoleRow) -> Option<Lift>| {
            table.floats(name, rows().map(|r| pick(r).map(|l| l.difference)));
            let adjusted = rows().map(|r| pick(r).and_then(|l| l.p_adjusted));
            table.floats(&format!("{name}_p_adjusted"), adjusted);
        };
        lift("detraction", |r| r.detraction);
        lift("promotion", |r| r.promotion);
        let roles = rows().map(|r| Some(r.role.as_str().to_owned()));
        table.push("role", Data::Text(roles.collect()));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;
    use crate::stats::Random;

    /// Shares of detractors, passives and promoters that speak of one reason.
    fn period(shares: [f64; 3], seed: u64) -> (Responses, Mentions) {
        let mut random = Random::new(seed);
        let (mut ratings, mut lists) = (Vec::new(), Vec::new());
        for i in 0..1500 {
            ratings.push([3_u8, 7, 9][i % 3]);
            lists.push(if random.uniform() < shares[i % 3] { vec!["it"] } else { vec![] });
        }
        let responses =
            Responses::new().with("score", Column::numbers(ratings)).unwrap().rating("score");
        (responses, Mentions::from_lists(lists).unwrap())
    }

    #[test]
    fn roles_follow_the_shares() {
        for (shares, role) in [
            ([0.4, 0.1, 0.1], ReasonRole::MustHave),
            ([0.1, 0.1, 0.4], ReasonRole::Delighter),
            ([0.4, 0.1, 0.4], ReasonRole::Selector),
            ([0.2, 0.2, 0.2], ReasonRole::Neither),
            ([0.1, 0.3, 0.1], ReasonRole::Neither),
        ] {
            let (responses, mentions) = period(shares, 1);
            let report = ReasonRoles::new(Metric::nps()).run(&responses, &mentions).unwrap();
            assert_eq!(report.rows[0].role, role, "{shares:?}");
            let share = report.rows[0].worst;
            assert!(share.interval.unwrap().contains(shares[0]), "{share:?}");
            assert_eq!((report.worst.as_str(), report.best.as_str()), ("detractor", "promoter"));
        }
    }

    #[test]
    fn shifts_are_named() {
        let low = [0.1, 0.1, 0.1];
        let cases = [
            ([0.1, 0.1, 0.4], low, RoleShift::DelightErodes),
            ([0.4, 0.1, 0.1], [0.4, 0.1, 0.4], RoleShift::BecomesMomentOfTruth),
            (low, [0.4, 0.1, 0.1], RoleShift::FailureGrows),
            ([0.4, 0.1, 0.1], low, RoleShift::FailureFades),
            (low, [0.1, 0.1, 0.4], RoleShift::DelightGrows),
            (low, low, RoleShift::Steady),
        ];
        for (before, after, shift) in cases {
            let (first, second) = (period(before, 1), period(after, 2));
            let roles = ReasonRoles::new(Metric::nps());
            let changes = roles.compare((&first.0, &first.1), (&second.0, &second.1)).unwrap();
            assert_eq!(changes[0].shift, shift, "{before:?} {after:?}");
        }
    }

    #[test]
    fn two_bands_are_compared_with_each_other_and_lower_can_be_better() {
        let metric = Metric::preset("psat").unwrap();
        let ratings: Vec<u8> = (0..200).map(|i| (i % 2) as u8).collect();
        let responses =
            Responses::new().with("score", Column::numbers(ratings)).unwrap().rating("score");
        let lists = (0..200).map(|i| if i % 4 == 0 { vec!["it"] } else { vec![] });
        let mentions = Mentions::from_lists(lists).unwrap();
        let run = |metric: Metric| {
            ReasonRoles::new(metric).run(&responses, &mentions).unwrap().rows[0].role
        };
        assert_eq!(run(metric.clone()), ReasonRole::MustHave);
        assert_eq!(run(metric.with_better(Better::Lower)), ReasonRole::Delighter);
    }
}
