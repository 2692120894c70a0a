//! What came of cases, by how fast somebody reacted and by what was done.

use std::collections::BTreeMap;

use serde::Serialize;

use super::desk::Desk;
use super::event::{CaseEvent, CaseOutcome};
use super::model::{Case, DutyKind};
use super::policy::{Assignee, CasePolicy};
use crate::base::config::{self, options, setters, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::number::Shown;
use crate::base::table::{Data, Table};
use crate::base::time::{Clock, TimeUnit};
use crate::listen::column::{Column, Times};
use crate::listen::funnel::Rate;
use crate::listen::responses::Responses;
use crate::stats::{Confidence, Interval, MeanSample, ProportionSample};

const HOUR: f64 = 3_600_000.0;

/// What came of the cases of a desk.
///
/// - The recovery rate is the share of recovered cases among those that ended recovered, lost or without contact.
/// - A reply is in time by the due time of the first reply; closing by that of closing where the policy sets one, else
///   by the reply's. What is open and not yet due is not counted, and false alarms are not.
/// - The lift is the mean change from the rating that the case is about to the one that the customer gave later.
///
/// Groups are compared as they came about: fast replies may go to cases that are easier to recover.
///
/// ```
/// use heedful::cases::{CaseEvent, CaseOutcome, CasePolicy, Desk, Facts, Outcomes};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// let hour = 3_600_000;
/// let monday_at_nine = 1_767_603_600_000;
/// for (id, hours, outcome) in [("a", 1, CaseOutcome::Recovered), ("b", 2, CaseOutcome::Recovered), ("c", 30, CaseOutcome::Lost)] {
///     let now = monday_at_nine + hours * hour;
///     desk.open(Facts { rating: Some(2.0), reasons: vec!["price".to_owned()], ..Facts::new(id) }, monday_at_nine)?;
///     desk.apply(id, &CaseEvent::Reply, None, now)?;
///     desk.apply(id, &CaseEvent::Close { outcome }, None, now)?;
///     desk.apply(id, &CaseEvent::Rated { rating: 2.0 + 30.0 / hours as f64 }, None, now + hour)?;
/// }
/// let report = Outcomes::default().run(&desk, monday_at_nine + 100 * hour)?;
/// assert_eq!(report.recovery.rate.unwrap().value, 2.0 / 3.0);
/// assert_eq!(report.reply_hours, Some(2.0)); // the median, in business hours
/// let fast = report.groups.iter().find(|group| group.by == "speed" && group.name == "0-4").unwrap();
/// assert_eq!((fast.recovery.n, fast.recovery.count), (2, 2));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct Outcomes {
    /// Of the intervals.
    confidence: Confidence,
    /// Where bands of speed end, in business hours from opening to the first reply, ascending.
    speeds: Vec<f64>,
}

options!(Outcomes, takes [confidence, speeds], from Self::default());
written!(Outcomes of cases, r#"{"confidence": 0.9, "speeds": [2, 8]}"#);

setters!(Outcomes {
    /// Of the intervals.
    confidence: Confidence,
});

/// How many of how many, with a Wilson interval.
///
/// ```
/// use heedful::cases::{CasePolicy, Desk, Outcomes};
/// let report = Outcomes::default().run(&Desk::new(CasePolicy::default())?, 0)?;
/// assert_eq!((report.recovery.n, report.recovery.rate), (0, None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CaseShare {
    /// Cases that count.
    pub n: u64,
    /// Those of them that did.
    pub count: u64,
    /// The share; `None` where no case counts.
    pub rate: Option<Rate>,
}

/// The mean change from the first rating to the later one.
///
/// ```
/// use heedful::cases::{CaseEvent, CasePolicy, Desk, Facts, Outcomes};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// for (id, later) in [("a", 8.0), ("b", 4.0)] {
///     desk.open(Facts { rating: Some(2.0), ..Facts::new(id) }, 0)?;
///     desk.apply(id, &CaseEvent::Rated { rating: later }, None, 0)?;
/// }
/// let lift = Outcomes::default().run(&desk, 0)?.lift.unwrap();
/// assert_eq!((lift.n, lift.value), (2, 4.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RatingLift {
    /// Cases with both ratings.
    pub n: u64,
    /// The mean change, in points of the scale.
    pub value: f64,
    /// Student's t interval; `None` for one case.
    pub interval: Option<Interval>,
}

/// What came of the cases of a group.
///
/// ```
/// use heedful::cases::{CasePolicy, Desk, Facts, Outcomes};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// desk.open(Facts { rating: Some(2.0), ..Facts::new("r1") }, 0)?;
/// let groups = Outcomes::default().run(&desk, 0)?.groups;
/// assert!(groups.iter().any(|group| (group.by, group.name.as_str(), group.cases) == ("tier", "0-2", 1)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct OutcomeGroup {
    /// What cases are grouped by: `reason`, `speed`, `remedy`, `tier`, `value_tier`, `touchpoint`, `segment`, `owner`
    /// or `role`. A case with several reasons or remedies is in the group of each.
    pub by: &'static str,
    /// The group. Of speed for example `0-4`, from 0 to 4 business hours, `8-` for more, `none` without a reply; of
    /// remedies `none` without one.
    pub name: String,
    /// Cases in it.
    pub cases: u64,
    /// Recovered ones.
    pub recovery: CaseShare,
    /// Median of the business hours to the first reply; `None` without one.
    pub reply_hours: Option<f64>,
    /// Ratings later against those before.
    pub lift: Option<RatingLift>,
}

/// What came of cases.
///
/// ```
/// use heedful::cases::{CasePolicy, Desk, Facts, Outcomes};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// desk.open(Facts { no_contact: true, ..Facts::new("r1") }, 0)?;
/// let report = Outcomes::default().run(&desk, 0)?;
/// assert_eq!((report.cases, report.open, report.without_contact), (1, 1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct OutcomeReport {
    /// All cases, also those of forgotten customers.
    pub cases: u64,
    /// Open ones.
    pub open: u64,
    /// Those that are overdue.
    pub overdue: u64,
    /// Closed ones by outcome, also those of forgotten customers.
    pub outcomes: BTreeMap<String, u64>,
    /// Those of customers who asked not to be contacted.
    pub without_contact: u64,
    /// Those that were opened again at least once.
    pub reopened: u64,
    /// Recovered cases.
    pub recovery: CaseShare,
    /// Cases with the first reply in time.
    pub replied_in_time: CaseShare,
    /// Cases that were closed in time, by the first closing.
    pub closed_in_time: CaseShare,
    /// Median of the business hours from opening to the first reply.
    pub reply_hours: Option<f64>,
    /// Nine in ten replies came within so many business hours.
    pub reply_hours_90: Option<f64>,
    /// Ratings later against those before.
    pub lift: Option<RatingLift>,
    /// By what and which group, in order.
    pub groups: Vec<OutcomeGroup>,
}

impl Default for Outcomes {
    /// 95 % intervals; speeds up to half a day, a day and two days of eight hours.
    fn default() -> Self {
        Self { confidence: Confidence::default(), speeds: vec![4.0, 8.0, 16.0] }
    }
}

impl Outcomes {
    /// Reads options.
    ///
    /// ```
    /// use heedful::cases::Outcomes;
    /// assert_eq!(Outcomes::from_json(r#"{"speeds": [2, 8]}"#)?, Outcomes::default().speeds([2.0, 8.0]));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json` or `invalid-config` with a path; what is out of range shows when it runs.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Where bands of speed end, in business hours.
    #[must_use]
    pub fn speeds(mut self, hours: impl IntoIterator<Item = f64>) -> Self {
        self.speeds = hours.into_iter().collect();
        self
    }

    /// The outcomes of a desk as of a time, in milliseconds since 1970.
    ///
    /// # Errors
    /// `invalid-argument` for bands of speed that do not ascend from above 0.
    pub fn run(&self, desk: &Desk, now: i64) -> Result<OutcomeReport> {
        let bounds = || std::iter::once(0.0).chain(self.speeds.iter().copied());
        if !bounds().zip(self.speeds.iter()).all(|(before, at)| *at > before && at.is_finite()) {
            let message = "bands of speed end one after the other, above 0";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("speeds"));
        }
        let cases: Vec<&Case> = desk.cases().collect();
        let count =
            |test: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| test(case)).count() as u64;
        let mut outcomes = BTreeMap::new();
        for outcome in cases.iter().filter_map(|case| case.outcome) {
            *outcomes.entry(outcome.as_str().to_owned()).or_default() += 1;
        }
        let open = count(&Case::is_open);
        let (mut all, mut forgotten_open) = (cases.len() as u64, 0);
        for (name, count) in desk.forgotten() {
            all += count;
            // Under an outcome where the case was closed, under a state where it was open.
            if CaseOutcome::ALL.iter().any(|outcome| outcome.as_str() == name) {
                *outcomes.entry(name.clone()).or_default() += count;
            } else {
                forgotten_open += count;
            }
        }
        let all_group = self.group("", String::new(), &cases, desk.policy());
        let mut hours = reply_hours(&cases, desk.policy());
        Ok(OutcomeReport {
            cases: all,
            open: open + forgotten_open,
            overdue: count(&|case| case.is_overdue(now)),
            outcomes,
            without_contact: count(&|case| case.no_contact),
            reopened: count(&|case| case.reopened > 0),
            recovery: all_group.recovery,
            replied_in_time: self.share(cases.iter().filter_map(|case| replied_in_time(case, now))),
            closed_in_time: self.share(cases.iter().filter_map(|case| closed_in_time(case, now))),
            reply_hours: all_group.reply_hours,
            reply_hours_90: quantile(&mut hours, 0.9),
            lift: all_group.lift,
            groups: self.groups(&cases, desk.policy()),
        })
    }

    fn groups(&self, cases: &[&Case], policy: &CasePolicy) -> Vec<OutcomeGroup> {
        let one = |name: Option<&String>| name.cloned().into_iter().collect::<Vec<_>>();
        let assignee = |case: &Case| {
            let (owner, role) = Assignee::parts(case.assignee.as_ref());
            (owner.map(str::to_owned), role.map(str::to_owned))
        };
        let mut groups = Vec::new();
        let mut add = |by: &'static str, names: &dyn Fn(&Case) -> Vec<String>| {
            // In the order of their places, then of their names: bands of speed have places.
            let mut members: BTreeMap<(usize, String), Vec<&Case>> = BTreeMap::new();
            for case in cases {
                let mut names = names(case);
                names.sort_unstable();
                names.dedup();
                for name in names {
                    let place = self.speed_place(by, &name);
                    members.entry((place, name)).or_default().push(case);
                }
            }
            groups.extend(
                members.into_iter().map(|((_, name), own)| self.group(by, name, &own, policy)),
            );
        };
        add("reason", &|case| case.facts.reasons.clone());
        add("speed", &|case| vec![self.speed(case, policy)]);
        add("remedy", &|case| {
            let done: Vec<String> = case.remedies.iter().map(|r| r.remedy.clone()).collect();
            if done.is_empty() { vec!["none".to_owned()] } else { done }
        });
        add("tier", &|case| one(case.tier.as_ref()));
        add("value_tier", &|case| one(case.value_tier.as_ref()));
        add("touchpoint", &|case| one(case.facts.touchpoint.as_ref()));
        add("segment", &|case| one(case.facts.segment.as_ref()));
        add("owner", &|case| one(assignee(case).0.as_ref()));
        add("role", &|case| one(assignee(case).1.as_ref()));
        groups
    }

    fn group(
        &self,
        by: &'static str,
        name: String,
        cases: &[&Case],
        policy: &CasePolicy,
    ) -> OutcomeGroup {
        let ended = cases.iter().filter_map(|case| case.outcome);
        let judged = ended.filter(|outcome| *outcome != CaseOutcome::FalseAlarm);
        OutcomeGroup {
            by,
            name,
            cases: cases.len() as u64,
            recovery: self.share(judged.map(|outcome| outcome == CaseOutcome::Recovered)),
            reply_hours: quantile(&mut reply_hours(cases, policy), 0.5),
            lift: self.lift(cases),
        }
    }

    fn share(&self, cases: impl Iterator<Item = bool>) -> CaseShare {
        let (mut n, mut count) = (0_u64, 0_u64);
        for case in cases {
            n += 1;
            count += u64::from(case);
        }
        let sample = ProportionSample::new(count as f64, n as f64);
        let rate = sample
            .map(|sample| Rate { value: sample.value(), interval: sample.score(self.confidence) });
        CaseShare { n, count, rate }
    }

    fn lift(&self, cases: &[&Case]) -> Option<RatingLift> {
        let change = |case: &&Case| Some(case.rated? - case.facts.rating?);
        let changes: Vec<f64> = cases.iter().filter_map(change).collect();
        let n = changes.len() as f64;
        let value = changes.iter().sum::<f64>() / n;
        let squares: f64 = changes.iter().map(|change| (change - value).powi(2)).sum();
        let interval = MeanSample::new(value, squares / (n - 1.0), n);
        let interval = interval.and_then(|sample| sample.t(self.confidence));
        (!changes.is_empty()).then_some(RatingLift { n: changes.len() as u64, value, interval })
    }

    /// The band of speed of a case.
    fn speed(&self, case: &Case, policy: &CasePolicy) -> String {
        let Some(hours) = hours_to_reply(case, policy) else { return "none".to_owned() };
        let place = self.speeds.partition_point(|end| *end < hours);
        self.speed_name(place)
    }

    fn speed_name(&self, place: usize) -> String {
        let from = place.checked_sub(1).and_then(|before| self.speeds.get(before)).unwrap_or(&0.0);
        match self.speeds.get(place) {
            Some(to) => format!("{}-{}", Shown(*from), Shown(*to)),
            None => format!("{}-", Shown(*from)),
        }
    }

    fn speed_place(&self, by: &str, name: &str) -> usize {
        let beyond = self.speeds.len() + 1;
        let place = (0..beyond).find(|place| by == "speed" && self.speed_name(*place) == name);
        place.unwrap_or(beyond)
    }
}

/// Business hours from opening to the first reply.
fn hours_to_reply(case: &Case, policy: &CasePolicy) -> Option<f64> {
    let millis = policy.business().millis_between(case.opened, case.first_reply()?).ok()?;
    Some(millis as f64 / HOUR)
}

fn reply_hours(cases: &[&Case], policy: &CasePolicy) -> Vec<f64> {
    cases.iter().filter_map(|case| hours_to_reply(case, policy)).collect()
}

/// The quantile by linear interpolation between order statistics (R's type 7).
fn quantile(values: &mut [f64], p: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let place = p * values.len().checked_sub(1)? as f64;
    let at = |place: f64| values.get(place as usize).copied();
    let (low, high) = (at(place.floor())?, at(place.ceil())?);
    Some(low + (high - low) * place.fract())
}

/// Whether something was done by when it was due; `None` where that is not yet known, or nothing was due.
fn in_time(due: Option<i64>, done: Option<i64>, given_up: bool, now: i64) -> Option<bool> {
    match (due?, done) {
        (due, Some(done)) => Some(done <= due),
        (due, None) => (given_up || due < now).then_some(false),
    }
}

fn counts(case: &Case) -> bool {
    case.outcome != Some(CaseOutcome::FalseAlarm)
}

fn replied_in_time(case: &Case, now: i64) -> Option<bool> {
    let reply = case.duties.iter().find(|duty| duty.kind == DutyKind::Reply)?;
    let given_up = reply.ended.is_some() && !case.no_contact;
    let done = reply.ended.filter(|_| reply.kept);
    // Whose customer asked not to be contacted in the meantime owes no reply.
    if !counts(case) || (done.is_none() && case.no_contact) {
        return None;
    }
    in_time(reply.due, done, given_up, now)
}

fn closed_in_time(case: &Case, now: i64) -> Option<bool> {
    let due = |kind| case.duties.iter().find(|duty| duty.kind == kind).and_then(|duty| duty.due);
    let closed = case.trail.iter().find(|e| matches!(e.event, CaseEvent::Close { .. }));
    if !counts(case) {
        return None;
    }
    let due = due(DutyKind::Close).or_else(|| due(DutyKind::Reply));
    in_time(due, closed.map(|entry| entry.at), false, now)
}

impl OutcomeReport {
    /// A row for each group: `by`, `name`, `cases`, `n`, `recovered`, `rate`, `lower`, `upper`, `reply_hours`,
    /// `lift_n`, `lift`, `lift_lower`, `lift_upper`.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Outcomes};
    /// let report = Outcomes::default().run(&Desk::new(CasePolicy::default())?, 0)?;
    /// assert_eq!(report.to_table().columns().len(), 13);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.groups.iter();
        let rate = |group: &OutcomeGroup| group.recovery.rate;
        let lift = |group: &OutcomeGroup| group.lift.and_then(|lift| lift.interval);
        table.texts("by", rows().map(|row| Some(row.by)));
        table.texts("name", rows().map(|row| Some(row.name.as_str())));
        table.ints("cases", rows().map(|row| Some(row.cases)));
        table.ints("n", rows().map(|row| Some(row.recovery.n)));
        table.ints("recovered", rows().map(|row| Some(row.recovery.count)));
        table.floats("rate", rows().map(|row| rate(row).map(|rate| rate.value)));
        table.floats("lower", rows().map(|row| rate(row).map(|rate| rate.interval.lower)));
        table.floats("upper", rows().map(|row| rate(row).map(|rate| rate.interval.upper)));
        table.floats("reply_hours", rows().map(|row| row.reply_hours));
        table.ints("lift_n", rows().map(|row| row.lift.map(|lift| lift.n)));
        table.floats("lift", rows().map(|row| row.lift.map(|lift| lift.value)));
        table.floats("lift_lower", rows().map(|row| lift(row).map(|interval| interval.lower)));
        table.floats("lift_upper", rows().map(|row| lift(row).map(|interval| interval.upper)));
        table
    }
}

/// Columns of the table of cases that are times.
const TIMES: &[&str] = &["opened", "due", "first_reply", "closed", "rated_at"];

impl Desk {
    /// The cases as responses to score again: the columns of [`Desk::to_table`], of which `rated`, the later rating,
    /// is the rating, and `rated_at` its time.
    ///
    /// ```
    /// use heedful::cases::{CaseEvent, CaseOutcome, CasePolicy, Desk, Facts};
    /// use heedful::Metric;
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// for (id, later, outcome) in [("a", 9.0, CaseOutcome::Recovered), ("b", 2.0, CaseOutcome::Lost)] {
    ///     desk.open(Facts { rating: Some(2.0), ..Facts::new(id) }, 0)?;
    ///     desk.apply(id, &CaseEvent::Close { outcome }, None, 0)?;
    ///     desk.apply(id, &CaseEvent::Rated { rating: later }, None, 0)?;
    /// }
    /// let scores = desk.to_responses(0)?.score_by(&Metric::nps(), ["outcome"])?;
    /// assert_eq!(scores.rows[1].score.value, Some(100.0)); // recovered, after lost
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// None of a desk's own making.
    pub fn to_responses(&self, now: i64) -> Result<Responses> {
        let mut responses = Responses::new();
        for column in self.to_table(now).columns() {
            let made = match &column.data {
                Data::Text(values) => Column::categories(values.iter().map(Option::as_deref)),
                Data::Int(values) if TIMES.contains(&column.name.as_str()) => Column::Time(Times {
                    values: values.iter().map(|value| value.unwrap_or_default()).collect(),
                    validity: Some(values.iter().map(Option::is_some).collect()),
                    unit: TimeUnit::Millisecond,
                    clock: Clock::Instant,
                }),
                Data::Int(values) => {
                    let values: Vec<Option<f64>> =
                        values.iter().map(|value| value.map(|value| value as f64)).collect();
                    Column::optional_numbers(&values)
                }
                Data::Float(values) => Column::optional_numbers(values),
                Data::Bool(values) => Column::categories(
                    values.iter().map(|value| value.map(|yes| if yes { "yes" } else { "no" })),
                ),
                Data::Date(_) | Data::Time(_) => continue, // there are none
            };
            responses = responses.with(column.name.as_str(), made)?;
        }
        Ok(responses.rating("rated").at("rated_at").customer("customer").account("account"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::case::facts::Facts;

    const HOURS: i64 = 3_600_000;
    const MONDAY: i64 = 1_767_571_200_000 + 9 * HOURS;

    /// Reasons, hours to the reply, outcome, later rating.
    type Story = (&'static str, Option<i64>, Option<CaseOutcome>, Option<f64>);

    fn desk(stories: &[Story]) -> Desk {
        let mut desk = Desk::new(CasePolicy::default()).unwrap();
        for (i, (reasons, reply, outcome, later)) in stories.iter().enumerate() {
            let id = format!("{i}");
            let facts = Facts {
                rating: Some(4.0),
                reasons: reasons.split(';').map(str::to_owned).collect(),
                customer: Some(format!("customer {i}")),
                ..Facts::new(id.as_str())
            };
            desk.open(facts, MONDAY).unwrap();
            let mut at = MONDAY;
            if let Some(hours) = reply {
                at = MONDAY + hours * HOURS;
                desk.apply(&id, &CaseEvent::Reply, None, at).unwrap();
            }
            if let Some(outcome) = outcome {
                desk.apply(&id, &CaseEvent::Close { outcome: *outcome }, None, at).unwrap();
            }
            if let Some(rating) = later {
                desk.apply(&id, &CaseEvent::Rated { rating: *rating }, None, at).unwrap();
            }
        }
        desk
    }

    fn stories() -> Vec<Story> {
        use CaseOutcome::{FalseAlarm, Lost, NoContact, Recovered};
        vec![
            ("price", Some(1), Some(Recovered), Some(9.0)),
            ("price;staff", Some(7), Some(Recovered), Some(8.0)),
            ("price", Some(24), Some(Lost), Some(3.0)), // Tuesday at nine: 8 business hours
            ("price", None, Some(NoContact), None),
            ("staff", Some(49), Some(Lost), None), // an hour late
            ("staff", None, Some(FalseAlarm), None),
            ("staff", None, None, None),
        ]
    }

    #[test]
    fn rates_have_wilson_intervals() {
        let report = Outcomes::default().run(&desk(&stories()), MONDAY).unwrap();
        assert_eq!((report.cases, report.open, report.overdue), (7, 1, 0));
        assert_eq!((report.recovery.n, report.recovery.count), (5, 2));
        let price = report.groups.iter().find(|g| g.by == "reason" && g.name == "price").unwrap();
        assert_eq!((price.cases, price.recovery.n, price.recovery.count), (4, 4, 2));
        // Wilson's formula at 2 of 4 with z = 1.959964: (0.5 + z²/8 ∓ z √(1/16 + z²/64)) / (1 + z²/4).
        let interval = price.recovery.rate.unwrap().interval;
        assert!(
            (interval.lower - 0.150_039).abs() < 1e-6 && (interval.upper - 0.849_961).abs() < 1e-6
        );
    }

    #[test]
    fn what_is_due_is_in_time_or_not() {
        let report = Outcomes::default().run(&desk(&stories()), MONDAY).unwrap();
        // Five of six are known: one is open, one was given up without a reply; the false alarm does not count.
        assert_eq!((report.replied_in_time.n, report.replied_in_time.count), (5, 3));
        assert_eq!((report.closed_in_time.n, report.closed_in_time.count), (5, 4));
        let later = Outcomes::default().run(&desk(&stories()), MONDAY + 72 * HOURS).unwrap();
        assert_eq!((later.replied_in_time.n, later.closed_in_time.n, later.overdue), (6, 6, 1));
    }

    #[test]
    fn speed_is_in_business_hours() {
        let report = Outcomes::default().run(&desk(&stories()), MONDAY).unwrap();
        // 1, 7, 8 and 17 business hours.
        assert_eq!((report.reply_hours, report.reply_hours_90), (Some(7.5), Some(14.3)));
        let speed: Vec<(&str, u64)> = report
            .groups
            .iter()
            .filter(|g| g.by == "speed")
            .map(|g| (g.name.as_str(), g.cases))
            .collect();
        assert_eq!(speed, [("0-4", 1), ("4-8", 2), ("16-", 1), ("none", 3)]);
    }

    #[test]
    fn ratings_are_compared_in_pairs() {
        let report = Outcomes::default().run(&desk(&stories()), MONDAY).unwrap();
        let lift = report.lift.unwrap();
        // Changes 5, 4 and -1: mean 8/3, standard deviation √(31/3), t with 2 degrees of freedom 4.302653.
        let half = 4.302_652_729_9 * (31.0_f64 / 3.0 / 3.0).sqrt();
        let interval = lift.interval.unwrap();
        assert!((lift.value - 8.0 / 3.0).abs() < 1e-12);
        assert!(
            (interval.lower - (lift.value - half)).abs() < 1e-6
                && (interval.upper - (lift.value + half)).abs() < 1e-6
        );
    }

    #[test]
    fn the_forgotten_still_count() {
        let mut desk = desk(&stories());
        desk.forget("customer 0");
        desk.forget("customer 6");
        let report = Outcomes::default().run(&desk, MONDAY).unwrap();
        assert_eq!((report.cases, report.open), (7, 1));
        assert_eq!(report.outcomes.get("recovered"), Some(&2));
        assert_eq!(report.recovery.n, 4); // of which nothing more is known
    }

    #[test]
    fn speeds_ascend() {
        let empty = Desk::new(CasePolicy::default()).unwrap();
        for speeds in [vec![0.0], vec![4.0, 4.0], vec![f64::NAN]] {
            assert_eq!(
                Outcomes::default().speeds(speeds).run(&empty, 0).unwrap_err().path(),
                "speeds"
            );
        }
        let one = Outcomes::default().speeds([]).run(&desk(&stories()), MONDAY).unwrap();
        assert!(one.groups.iter().any(|group| group.by == "speed" && group.name == "0-"));
    }
}
