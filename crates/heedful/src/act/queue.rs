//! Which cases come first where hours are limited.

use std::cmp::Ordering;

use serde::Serialize;

use super::case::desk::Desk;
use super::case::event::CaseState;
use super::case::model::Case;
use crate::base::config::{self, names, options, setters, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::order::sort_by;
use crate::base::sorted::SortedMap;
use crate::base::table::{Data, Table};

const HOUR: f64 = 3_600_000.0;

/// The order in which open cases are worked on, and how far the hours reach.
///
/// By the matrix cases go by priority, then by due time. By value they go by what an hour of work on them is expected
/// to save:
///
/// `(value × churn × chance × ½^(hours gone by / half-life) + growth) / effort`
///
/// where `value`, `churn`, `growth` (money expected from a better band) and `effort` are the case's
/// [`Facts`](crate::cases::Facts), and hours count from when the customer said it. Cases that wait, and those of
/// customers who asked not to be contacted, are not in the queue. Along the order each case is taken for which the
/// hours that are left suffice.
///
/// ```
/// use heedful::cases::{CasePolicy, Desk, Facts, Queue, Recovery};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// let red = Facts { value: Some(10_000.0), churn: Some(0.4), effort: Some(4.0), ..Facts::new("red") };
/// let yellow = Facts { value: Some(8_000.0), churn: Some(0.1), growth: Some(900.0), ..Facts::new("yellow") };
/// desk.open(red, 0)?;
/// desk.open(yellow, 0)?;
/// let queue = Queue::by_value(Recovery { chance: 0.5, half_life_hours: 24.0 }).hours(4.0);
/// let report = queue.run(&desk, 0)?;
/// // 8000 × 0.1 × 0.5 + 900 an hour, against 10000 × 0.4 × 0.5 in four.
/// assert_eq!((report.rows[0].case.as_str(), report.rows[0].per_hour), ("yellow", Some(1300.0)));
/// assert_eq!((report.rows[1].saved, report.rows[1].done), (Some(2000.0), false)); // three hours are left
/// assert_eq!((report.saved, report.undone, report.undone_cost), (1300.0, 1, 2000.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct Queue {
    /// What the order is by; `value` needs `recovery`.
    by: QueueBy,
    /// Hours of work that there are; no limit where not given.
    hours: Option<f64>,
    /// The chance that a reaction brings the customer back.
    recovery: Option<Recovery>,
    /// Hours of work of a case that does not say.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    effort: f64,
    /// Probability of leaving by rating tier, for cases that do not say.
    churn: SortedMap<String, f64>,
}

options!(Queue, takes [by, hours, recovery, effort, churn], from Self::default());
written!(Queue of cases, r#"{"by": "value", "hours": 6, "recovery": {"chance": 0.5, "half_life_hours": 48}}"#);

setters!(Queue {
    /// Hours of work that there are.
    hours: some f64,
    /// The chance that a reaction brings the customer back.
    recovery: some Recovery,
    /// Hours of work of a case that does not say.
    effort: f64,
});

/// What a [`Queue`] is ordered by.
///
/// ```
/// use heedful::cases::QueueBy;
/// assert_eq!(serde_json::from_str::<QueueBy>(r#""value""#).unwrap(), QueueBy::Value);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QueueBy {
    /// The priority, then the due time.
    #[default]
    Matrix,
    /// What an hour is expected to save.
    Value,
}

names!(QueueBy { Matrix = "matrix", Value = "value" });

/// The chance that a reaction brings the customer back, and how it falls.
///
/// ```
/// use heedful::cases::Recovery;
/// let recovery = Recovery { chance: 0.6, half_life_hours: 24.0 };
/// assert_eq!((recovery.after(0.0), recovery.after(48.0)), (0.6, 0.15));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// At once, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
    pub chance: f64,
    /// Hours in which it halves, above 0.
    pub half_life_hours: f64,
}

options!(
    Recovery,
    needs [chance, half_life_hours],
    takes [],
    from Self { chance: 0.0, half_life_hours: 0.0 }
);

/// A case in its place.
///
/// ```
/// use heedful::cases::{CasePolicy, Desk, Facts, Queue};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// desk.open(Facts::new("r1"), 0)?;
/// let row = Queue::default().run(&desk, 0)?.rows.remove(0);
/// assert_eq!((row.effort, row.done, row.saved), (1.0, true, None)); // of the money nothing is known
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct QueueRow {
    /// The case.
    pub case: String,
    /// Its priority, 1 the most urgent.
    pub priority: u32,
    /// When its next duty is due, in milliseconds since 1970.
    pub due: Option<i64>,
    /// What a reaction now is expected to save, in money; `None` where value or churn are not known and nor is growth,
    /// or without a [`Recovery`].
    pub saved: Option<f64>,
    /// The same for an hour of work.
    pub per_hour: Option<f64>,
    /// Hours of work.
    pub effort: f64,
    /// Whether the hours suffice for it.
    pub done: bool,
}

/// A queue, and what it leaves undone.
///
/// ```
/// use heedful::cases::{CasePolicy, Desk, Facts, Queue};
/// let mut desk = Desk::new(CasePolicy::default())?;
/// desk.open(Facts { no_contact: true, ..Facts::new("r1") }, 0)?;
/// let report = Queue::default().run(&desk, 0)?;
/// assert_eq!((report.rows.len(), report.without_contact), (0, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct QueueReport {
    /// Cases in their order.
    pub rows: Vec<QueueRow>,
    /// Hours of work of the cases that the hours suffice for.
    pub used: f64,
    /// What they are expected to save, as far as it is known.
    pub saved: f64,
    /// Cases that are left undone.
    pub undone: u64,
    /// What leaving them undone is expected to cost, as far as it is known.
    pub undone_cost: f64,
    /// No choice of cases within the hours is expected to save more than this.
    pub most: f64,
    /// Cases of which it is not known what they save.
    pub unknown: u64,
    /// Open cases of customers who asked not to be contacted.
    pub without_contact: u64,
    /// Cases that wait.
    pub waiting: u64,
}

impl Default for Queue {
    /// By the matrix, without a limit, an hour for each case.
    fn default() -> Self {
        Self {
            by: QueueBy::Matrix,
            hours: None,
            recovery: None,
            effort: 1.0,
            churn: SortedMap::new(),
        }
    }
}

impl Recovery {
    /// The chance after so many hours.
    #[must_use]
    pub fn after(&self, hours: f64) -> f64 {
        self.chance * libm::exp2(-hours / self.half_life_hours)
    }
}

impl Queue {
    /// By what an hour saves.
    #[must_use]
    pub fn by_value(recovery: Recovery) -> Self {
        Self { by: QueueBy::Value, recovery: Some(recovery), ..Self::default() }
    }

    /// Reads options.
    ///
    /// ```
    /// use heedful::cases::Queue;
    /// assert_eq!(Queue::from_json(r#"{"hours": 6}"#)?, Queue::default().hours(6.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json` or `invalid-config` with a path; what is out of range shows when it runs.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The probability of leaving of a rating tier, for cases that do not say.
    #[must_use]
    pub fn churn(mut self, tier: impl Into<String>, probability: f64) -> Self {
        self.churn.insert(tier.into(), probability);
        self
    }

    /// The queue of a desk as of a time, in milliseconds since 1970.
    ///
    /// # Errors
    /// `invalid-argument` for numbers out of range, or for an order by value without a recovery.
    pub fn run(&self, desk: &Desk, now: i64) -> Result<QueueReport> {
        self.check()?;
        let open = || desk.cases().filter(|case| case.is_open());
        let waits = |case: &&Case| case.state == CaseState::Waiting;
        let ready = open().filter(|case| !case.no_contact && !waits(case));
        let mut places: Vec<(i64, QueueRow)> =
            ready.map(|case| (case.opened, self.row(case, now))).collect();
        sort_by(&mut places, |(a_opened, a), (b_opened, b)| {
            let by_value = match self.by {
                QueueBy::Matrix => Ordering::Equal,
                QueueBy::Value => known_first(a.per_hour, b.per_hour, |a, b| b.total_cmp(&a)),
            };
            by_value
                .then(a.priority.cmp(&b.priority))
                .then(known_first(a.due, b.due, |a, b| a.cmp(&b)))
                .then(a_opened.cmp(b_opened))
                .then_with(|| a.case.cmp(&b.case))
        });
        let mut report = QueueReport {
            rows: places.into_iter().map(|(_, row)| row).collect(),
            used: 0.0,
            saved: 0.0,
            undone: 0,
            undone_cost: 0.0,
            most: 0.0,
            unknown: 0,
            without_contact: open().filter(|case| case.no_contact).count() as u64,
            waiting: open().filter(|case| !case.no_contact).filter(waits).count() as u64,
        };
        let hours = self.hours.unwrap_or(f64::INFINITY);
        for row in &mut report.rows {
            row.done = report.used + row.effort <= hours;
            let saved = row.saved.unwrap_or(0.0);
            if row.done {
                report.used += row.effort;
                report.saved += saved;
            } else {
                report.undone += 1;
                report.undone_cost += saved;
            }
            report.unknown += u64::from(row.saved.is_none());
        }
        report.most = most(&report.rows, hours);
        Ok(report)
    }

    fn row(&self, case: &Case, now: i64) -> QueueRow {
        let facts = &case.facts;
        let effort = facts.effort.unwrap_or(self.effort);
        let by_tier = || self.churn.get(case.tier.as_deref()?).copied();
        let lost = facts.value.zip(facts.churn.or_else(by_tier));
        let gone = now.saturating_sub(facts.at.unwrap_or(case.opened)).max(0) as f64 / HOUR;
        let kept = lost
            .zip(self.recovery)
            .map(|((value, churn), recovery)| value * churn * recovery.after(gone));
        let saved = match (kept, facts.growth) {
            (None, None) => None,
            (kept, growth) => Some(kept.unwrap_or(0.0) + growth.unwrap_or(0.0)),
        };
        QueueRow {
            case: case.id().to_owned(),
            priority: case.priority,
            due: case.next_due(),
            saved,
            per_hour: saved.map(|saved| saved / effort),
            effort,
            done: false,
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if !self.hours.is_none_or(|hours| hours >= 0.0) {
            return wrong("hours", "hours are not negative");
        }
        if !(self.effort > 0.0 && self.effort.is_finite()) {
            return wrong("effort", "effort is above 0");
        }
        if !self.churn.values().all(|churn| (0.0..=1.0).contains(churn)) {
            return wrong("churn", "a probability lies from 0 to 1");
        }
        if let Some(Recovery { chance, half_life_hours }) = self.recovery {
            if !(0.0..=1.0).contains(&chance) {
                return wrong("recovery.chance", "a probability lies from 0 to 1");
            }
            if !(half_life_hours > 0.0) {
                return wrong("recovery.half_life_hours", "a half-life is above 0");
            }
        } else if self.by == QueueBy::Value {
            return wrong("recovery", "an order by value needs the chance of recovery");
        }
        Ok(())
    }
}

impl QueueReport {
    /// A row for each case in its order: `case`, `priority`, `due`, `saved`, `per_hour`, `effort`, `done`.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Queue};
    /// let report = Queue::default().run(&Desk::new(CasePolicy::default())?, 0)?;
    /// assert_eq!(report.to_table().columns().len(), 7);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        table.texts("case", rows().map(|row| Some(row.case.as_str())));
        table.ints("priority", rows().map(|row| Some(u64::from(row.priority))));
        table.push("due", Data::Int(rows().map(|row| row.due).collect()));
        table.floats("saved", rows().map(|row| row.saved));
        table.floats("per_hour", rows().map(|row| row.per_hour));
        table.floats("effort", rows().map(|row| Some(row.effort)));
        table.bools("done", rows().map(|row| Some(row.done)));
        table
    }
}

/// What is not known comes last.
fn known_first<T>(a: Option<T>, b: Option<T>, compare: impl Fn(T, T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// What the hours would save if cases could be done in part: the best first, the last one as far as the hours reach.
fn most(rows: &[QueueRow], hours: f64) -> f64 {
    let mut best: Vec<(f64, f64)> =
        rows.iter().filter_map(|row| Some((row.per_hour?, row.effort))).collect();
    best.retain(|(per_hour, _)| *per_hour > 0.0);
    sort_by(&mut best, |a, b| b.0.total_cmp(&a.0));
    let mut left = hours;
    let part = |(per_hour, effort): (f64, f64)| {
        let spent = effort.min(left);
        left -= spent;
        per_hour * spent
    };
    // An empty sum would be -0.
    best.into_iter().map(part).fold(0.0, |all, saved| all + saved)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::act::case::event::CaseEvent;
    use crate::act::case::facts::Facts;
    use crate::act::case::policy::CasePolicy;

    const RECOVERY: Recovery = Recovery { chance: 0.5, half_life_hours: 24.0 };

    fn desk(all: impl IntoIterator<Item = Facts>) -> Desk {
        let mut desk = Desk::new(CasePolicy::default()).unwrap();
        for facts in all {
            desk.open(facts, 0).unwrap();
        }
        desk
    }

    fn order(report: &QueueReport) -> Vec<&str> {
        report.rows.iter().map(|row| row.case.as_str()).collect()
    }

    #[test]
    fn the_matrix_is_the_default() {
        let facts = |id: &str, tier: &str, rating| Facts {
            value_tier: Some(tier.to_owned()),
            rating: Some(rating),
            growth: Some(rating),
            ..Facts::new(id)
        };
        let mut desk = desk([
            facts("c", "C", 6.0),
            facts("b", "B", 0.0),
            facts("a", "A", 0.0),
            facts("aa", "A", 3.0),
        ]);
        assert_eq!(order(&Queue::default().run(&desk, 0).unwrap()), ["a", "aa", "b", "c"]);
        // One that waits, and one without contact, are counted apart.
        desk.apply("a", &CaseEvent::Start, None, 0).unwrap();
        desk.apply("a", &CaseEvent::Wait { until: None }, None, 0).unwrap();
        desk.apply("c", &CaseEvent::OptOut, None, 0).unwrap();
        let report = Queue::default().hours(1.0).run(&desk, 0).unwrap();
        assert_eq!(
            (order(&report), report.waiting, report.without_contact),
            (vec!["aa", "b"], 1, 1)
        );
        assert_eq!((report.undone, report.undone_cost, report.used), (1, 0.0, 1.0));
    }

    #[test]
    fn the_chance_falls_with_the_hours_gone_by() {
        let facts = |id: &str, at| Facts {
            value: Some(1000.0),
            churn: Some(0.5),
            at: Some(at),
            ..Facts::new(id)
        };
        let day = 86_400_000;
        let desk = desk([facts("old", 0), facts("new", day)]);
        let report = Queue::by_value(RECOVERY).run(&desk, 2 * day).unwrap();
        assert_eq!(order(&report), ["new", "old"]);
        assert_eq!(
            report.rows.iter().map(|row| row.saved).collect::<Vec<_>>(),
            [Some(125.0), Some(62.5)]
        );
    }

    #[test]
    fn what_is_not_known_comes_last_and_tiers_may_say() {
        let facts =
            |id: &str, rating| Facts { value: Some(100.0), rating: Some(rating), ..Facts::new(id) };
        let desk = desk([facts("a", 0.0), facts("b", 4.0)]);
        let report = Queue::by_value(RECOVERY).churn("3-4", 0.4).run(&desk, 0).unwrap();
        assert_eq!((order(&report), report.unknown), (vec!["b", "a"], 1));
        assert_eq!(report.rows[0].saved, Some(20.0));
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        let desk = desk([]);
        for (text, path) in [
            (r#"{"hours": -1}"#, "hours"),
            (r#"{"effort": 0}"#, "effort"),
            (r#"{"churn": {"0-2": 1.5}}"#, "churn"),
            (r#"{"by": "value"}"#, "recovery"),
            (r#"{"recovery": {"chance": 2, "half_life_hours": 1}}"#, "recovery.chance"),
            (r#"{"recovery": {"chance": 1, "half_life_hours": 0}}"#, "recovery.half_life_hours"),
        ] {
            let queue = Queue::from_json(text).unwrap();
            assert_eq!(queue.run(&desk, 0).unwrap_err().path(), path);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The slow twin: the order by looking for the best case again and again, and every choice of cases within
        /// the hours.
        #[test]
        fn agrees_with_trying_everything(
            cases in prop::collection::vec((1..2000_u32, 0..=10_u8, 0..500_u32, 1..6_u8, 0..72_i64), 1..9),
            hours in 0..20_u8,
            alike in any::<bool>(),
        ) {
            let now = 72 * 3_600_000;
            let facts: Vec<Facts> = cases.iter().enumerate().map(|(i, &(value, churn, growth, effort, at))| Facts {
                value: Some(f64::from(value)),
                churn: Some(f64::from(churn) / 10.0),
                growth: Some(f64::from(growth)),
                effort: Some(if alike { 2.0 } else { f64::from(effort) }),
                at: Some(at * 3_600_000),
                ..Facts::new(format!("{i}"))
            }).collect();
            let saved = |facts: &Facts| {
                let gone = (now - facts.at.unwrap()) as f64 / 3_600_000.0;
                facts.value.unwrap() * facts.churn.unwrap() * 0.5 * 0.5_f64.powf(gone / 24.0) + facts.growth.unwrap()
            };
            let report = Queue::by_value(RECOVERY).hours(f64::from(hours)).run(&desk(facts.clone()), now).unwrap();

            let (mut left, mut used, mut sum, mut undone) = (facts.clone(), 0.0, 0.0, 0.0);
            for row in &report.rows {
                let rate = |facts: &Facts| saved(facts) / facts.effort.unwrap();
                let best = left.iter().map(rate).fold(f64::NEG_INFINITY, f64::max);
                let place = left.iter().position(|facts| facts.id == row.case).unwrap();
                let facts = left.remove(place);
                prop_assert!((rate(&facts) - best).abs() <= 1e-9 * best.abs().max(1.0));
                let fits = used + facts.effort.unwrap() <= f64::from(hours);
                prop_assert_eq!(row.done, fits);
                if fits { used += facts.effort.unwrap(); sum += saved(&facts) } else { undone += saved(&facts) }
            }
            prop_assert!(left.is_empty());
            prop_assert!((report.saved - sum).abs() < 1e-6 && (report.undone_cost - undone).abs() < 1e-6);

            let mut optimum = 0.0_f64;
            for choice in 0_u32..1 << facts.len() {
                let chosen = || facts.iter().enumerate().filter(|(i, _)| (choice >> i) & 1 == 1).map(|(_, facts)| facts);
                if chosen().map(|facts| facts.effort.unwrap()).sum::<f64>() <= f64::from(hours) {
                    optimum = optimum.max(chosen().map(saved).sum());
                }
            }
            prop_assert!(optimum <= report.most + 1e-6);
            // Where all take as long, no choice is better; otherwise the order and the single best case reach half.
            let single = facts.iter().filter(|f| f.effort.unwrap() <= f64::from(hours)).map(saved).fold(0.0, f64::max);
            let reached = if alike { report.saved } else { 2.0 * report.saved.max(single) };
            prop_assert!(reached >= optimum - 1e-6);
        }
    }
}
