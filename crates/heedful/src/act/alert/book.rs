//! Open alerts: each thing once, those of one cause together.

use serde::Serialize;

use super::happening::{AlertSource, Happening};
use super::options::AlertOptions;
use crate::base::config::{self, Object, names, stored};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::severity::Severity;
use crate::base::sorted::SortedMap;
use crate::base::state::check_version;
use crate::base::table::{Data, Table};

const VERSION: u32 = 1;
const HOUR: i64 = 3_600_000;

/// One alert: a thing that happened, or a storm of things of one cause.
///
/// ```
/// use heedful::alert::{AlertOptions, AlertSource, Alerts, Happening};
/// let mut alerts = Alerts::new(AlertOptions::default())?;
/// let late = |account: &str| Happening {
///     subject: Some(account.to_owned()), ..Happening::new(AlertSource::Reason, "late delivery", 0, "rated 2 for `late`")
/// };
/// alerts.take(["a", "b", "c", "d", "e", "f"].map(late), 0);
/// let storm = alerts.open().next().unwrap();
/// assert_eq!((alerts.open().count(), storm.members.len(), storm.is_storm()), (1, 6, true));
/// assert_eq!(storm.explain(), "6 times `late delivery`: rated 2 for `late`");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Alert {
    /// Its number, from 1.
    pub id: u64,
    /// What saw it.
    pub source: AlertSource,
    /// What its members have in common.
    pub cause: String,
    /// The worst of its members.
    pub severity: Severity,
    /// When it began, in milliseconds since 1970.
    pub opened: i64,
    /// When something last happened.
    pub last: i64,
    /// What it is made of, in the order in which it came.
    pub members: Vec<AlertMember>,
}

stored!(
    Alert,
    needs [id, source, cause, opened, last, members],
    takes [severity],
    from Self::default()
);

/// A thing that happened, as often as it did.
///
/// ```
/// use heedful::alert::{AlertOptions, AlertSource, Alerts, Happening};
/// let mut alerts = Alerts::new(AlertOptions::default())?;
/// let again = |at| Happening { subject: Some("acme".into()), ..Happening::new(AlertSource::Pulse, "low", at, "low") };
/// alerts.take([again(0), again(5)], 5);
/// let member = &alerts.open().next().unwrap().members[0];
/// assert_eq!((member.times, member.last), (2, 5));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct AlertMember {
    /// What happened first, as bad as it was at its worst.
    pub first: Happening,
    /// How often.
    pub times: u64,
    /// When last, in milliseconds since 1970.
    pub last: i64,
    /// It is over.
    pub over: bool,
    /// The responses that said so.
    pub responses: Vec<String>,
}

stored!(
    AlertMember,
    needs [first, times, last],
    takes [over, responses],
    from Self::default()
);

/// What became of an alert.
///
/// ```
/// assert_eq!(heedful::alert::AlertStep::Merged.as_str(), "merged");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStep {
    /// It is new.
    #[default]
    Opened,
    /// It has a member more.
    Joined,
    /// A member happened again.
    Repeated,
    /// It went into another one: the two are one storm.
    Merged,
    /// It is over, or nothing happened for long.
    Closed,
}

names!(AlertStep {
    Opened = "opened",
    Joined = "joined",
    Repeated = "repeated",
    Merged = "merged",
    Closed = "closed",
});

impl AlertStep {
    /// The name: `opened`, `joined`, `repeated`, `merged` or `closed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::Repeated => "repeated",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }
}

/// An alert as a step left it.
///
/// ```
/// use heedful::alert::{AlertOptions, AlertSource, AlertStep, Alerts, Happening};
/// let mut alerts = Alerts::new(AlertOptions::default())?;
/// let changes = alerts.take([Happening::new(AlertSource::Anomaly, "outage", 0, "logins fail")], 0);
/// assert_eq!((changes[0].step, changes[0].alert.id, changes[0].into), (AlertStep::Opened, 1, None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct AlertChange {
    /// What became of it.
    pub step: AlertStep,
    /// The alert after it.
    pub alert: Alert,
    /// The alert that it went into.
    pub into: Option<u64>,
}

/// What makes two happenings the same: source, rule, subject, and the customer or response of a rating or reason.
type Name = (AlertSource, String, Option<String>, Option<String>);

/// Open alerts.
///
/// A happening that an open alert already has (the same rule, account and customer) is counted there; a response that is
/// delivered again is not. As many of one cause within as many hours as [`Storm`](crate::alert::Storm) says become one
/// alert. A happening that says that it is over closes its alert when all members are over; what nothing happens to
/// is closed after some time.
///
/// ```
/// use heedful::alert::{AlertOptions, AlertStep, Alerts, Happening};
/// use heedful::pulse::{Observation, Pulse, PulseOptions};
/// const DAY: i64 = 86_400_000;
/// let rules = r#"{"rules": [{"id": "low", "when": {"score": {"below": 0}}, "severity": "high"}]}"#;
/// let mut pulse = Pulse::new(PulseOptions::from_json(rules)?)?;
/// let mut alerts = Alerts::new(AlertOptions::default())?;
/// pulse.observe(&Observation::new("acme", 2.0, 0))?;
/// let opened = alerts.take(Happening::of_pulse(&pulse.judge(DAY)?), DAY);
/// assert_eq!(opened[0].alert.explain(), "acme: the score is -100.0 (1 response), below 0");
/// pulse.observe(&Observation::new("acme", 9.0, DAY))?;
/// let closed = alerts.take(Happening::of_pulse(&pulse.judge(2 * DAY)?), 2 * DAY);
/// assert_eq!((closed[0].step, alerts.open().count()), (AlertStep::Closed, 0));
/// assert_eq!(Alerts::from_json(&alerts.to_json())?, alerts);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Alerts {
    options: AlertOptions,
    next: u64,
    open: SortedMap<u64, Alert>,
    /// The alert of a member.
    names: SortedMap<Name, u64>,
    /// The alerts of a cause.
    causes: SortedMap<Cause, Vec<u64>>,
}

#[derive(Serialize)]
struct Stored<'a> {
    version: u32,
    options: &'a AlertOptions,
    next: u64,
    open: Vec<&'a Alert>,
}

fn name_of(happening: &Happening) -> Name {
    let who = match happening.source {
        // Of the two sources that tell one customer or response from another.
        AlertSource::Rating | AlertSource::Reason => {
            let customer = happening.customers.first().cloned();
            customer
                .or_else(|| happening.response.clone())
                .or_else(|| Some(happening.at.to_string()))
        }
        _ => None,
    };
    let who = who.filter(|_| {
        // A happening about nobody in particular is one thing.
        !happening.customers.is_empty()
            || happening.response.is_some()
            || happening.subject.is_none()
    });
    (happening.source, happening.rule.clone(), happening.subject.clone(), who)
}

/// What makes a storm.
type Cause = (AlertSource, String);

/// What customers complain of is one storm, whether a rule asked for the reason or for the rating.
fn cause_of(source: AlertSource, cause: &str) -> Cause {
    let said = matches!(source, AlertSource::Rating | AlertSource::Reason);
    (if said { AlertSource::Reason } else { source }, cause.to_owned())
}

impl Alert {
    fn cause(&self) -> Cause {
        cause_of(self.source, &self.cause)
    }

    /// Whether several things of one cause are in it.
    #[must_use]
    pub fn is_storm(&self) -> bool {
        self.members.len() > 1
    }

    /// Why, in a sentence: that of its worst member, and of how many.
    #[must_use]
    pub fn explain(&self) -> String {
        let worst = self.members.iter().rev().max_by_key(|member| member.first.severity);
        let why = worst.map(|member| member.first.why.clone()).unwrap_or_default();
        match self.members.len() {
            0 | 1 => why,
            members => format!("{members} times `{}`: {why}", self.cause),
        }
    }

    fn settle(&mut self) {
        let worst = self.members.iter().map(|member| member.first.severity).max();
        self.severity = worst.unwrap_or_default();
        let last = self.members.iter().map(|member| member.last).max();
        self.last = last.unwrap_or(self.last);
        // Members may come late.
        let first = self.members.iter().map(|member| member.first.at).min();
        self.opened = first.map_or(self.opened, |first| first.min(self.opened));
    }
}

impl AlertMember {
    fn new(first: Happening) -> Self {
        let responses = first.response.clone().into_iter().collect();
        Self { last: first.at, first, times: 1, over: false, responses }
    }
}

impl Alerts {
    /// None open.
    ///
    /// # Errors
    /// `invalid-argument` or `duplicate-key` with the path in the options.
    pub fn new(options: AlertOptions) -> Result<Self> {
        options.check()?;
        Ok(Self {
            options,
            next: 1,
            open: SortedMap::new(),
            names: SortedMap::new(),
            causes: SortedMap::new(),
        })
    }

    /// The options.
    ///
    /// ```
    /// use heedful::alert::{AlertOptions, Alerts};
    /// let alerts = Alerts::new(AlertOptions::default())?;
    /// assert_eq!(alerts.options().close_after_days, 30);
    /// assert!(alerts.to_table().is_empty());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn options(&self) -> &AlertOptions {
        &self.options
    }

    /// The open alerts, the oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Alert> {
        self.open.values()
    }

    /// Takes in what happened, in this order, and moves on to a time (milliseconds since 1970). Gives what became of
    /// alerts, step by step. What would be closed at once, because it is older than `close_after_days`, opens nothing: a
    /// table that is given again and again raises no alert that was closed before.
    pub fn take(
        &mut self,
        happenings: impl IntoIterator<Item = Happening>,
        now: i64,
    ) -> Vec<AlertChange> {
        let mut changes = Vec::new();
        let quiet = i64::from(self.options.close_after_days) * 24 * HOUR;
        for happening in happenings {
            let name = name_of(&happening);
            match self.names.get(&name).copied() {
                Some(id) => self.again(id, &name, &happening, &mut changes),
                None if happening.over || now.saturating_sub(happening.at) >= quiet => {}
                None => self.add(name, happening, &mut changes),
            }
        }
        let over: Vec<u64> = self
            .open
            .values()
            .filter(|alert| now.saturating_sub(alert.last) >= quiet)
            .map(|alert| alert.id)
            .collect();
        for id in over {
            self.close(id, AlertStep::Closed, None, &mut changes);
        }
        changes
    }

    fn again(
        &mut self,
        id: u64,
        name: &Name,
        happening: &Happening,
        changes: &mut Vec<AlertChange>,
    ) {
        let Some(alert) = self.open.get_mut(&id) else { return };
        let Some(member) = alert.members.iter_mut().find(|member| name_of(&member.first) == *name)
        else {
            return;
        };
        if happening.response.as_ref().is_some_and(|response| member.responses.contains(response)) {
            return;
        }
        member.last = member.last.max(happening.at);
        member.over = happening.over;
        if !happening.over {
            member.times += 1;
            member.first.severity = member.first.severity.max(happening.severity);
            member.responses.extend(happening.response.clone());
            // Whose responses these are, so that they can be forgotten.
            for customer in &happening.customers {
                if !member.first.customers.contains(customer) {
                    member.first.customers.push(customer.clone());
                }
            }
        }
        alert.settle();
        if alert.members.iter().all(|member| member.over) {
            self.close(id, AlertStep::Closed, None, changes);
        } else if !happening.over {
            changes.push(AlertChange {
                step: AlertStep::Repeated,
                alert: alert.clone(),
                into: None,
            });
        }
    }

    fn add(&mut self, name: Name, happening: Happening, changes: &mut Vec<AlertChange>) {
        let cause = cause_of(happening.source, &happening.cause);
        let hours = self.options.storm.map_or(0, |storm| i64::from(storm.hours) * HOUR);
        let near: Vec<u64> = self
            .causes
            .get(&cause)
            .into_iter()
            .flatten()
            .copied()
            .filter(|id| {
                let last = self.open.get(id).map(|alert| alert.last);
                self.options.storm.is_some()
                    && last.is_some_and(|last| happening.at.abs_diff(last) <= hours.unsigned_abs())
            })
            .collect();
        let storm = near.iter().copied().find(|id| self.open.get(id).is_some_and(Alert::is_storm));
        let members = self.options.storm.map_or(usize::MAX, |storm| storm.members as usize);
        let many = near.len() + 1 >= members;
        // The oldest takes the others in.
        let home = storm.or_else(|| near.first().copied().filter(|_| many));
        let Some(home) = home else {
            let id = self.next;
            self.next += 1;
            let alert = Alert {
                id,
                source: happening.source,
                cause: happening.cause.clone(),
                severity: happening.severity,
                opened: happening.at,
                last: happening.at,
                members: vec![AlertMember::new(happening)],
            };
            self.names.insert(name, id);
            self.causes.entry(cause).or_default().push(id);
            changes.push(AlertChange { step: AlertStep::Opened, alert: alert.clone(), into: None });
            self.open.insert(id, alert);
            return;
        };
        for other in near.into_iter().filter(|id| *id != home) {
            let Some(gone) = self.close(other, AlertStep::Merged, Some(home), changes) else {
                continue;
            };
            for member in gone.members {
                self.names.insert(name_of(&member.first), home);
                if let Some(alert) = self.open.get_mut(&home) {
                    alert.members.push(member);
                }
            }
        }
        self.names.insert(name, home);
        if let Some(alert) = self.open.get_mut(&home) {
            alert.members.push(AlertMember::new(happening));
            alert.settle();
            changes.push(AlertChange { step: AlertStep::Joined, alert: alert.clone(), into: None });
        }
    }

    fn close(
        &mut self,
        id: u64,
        step: AlertStep,
        into: Option<u64>,
        changes: &mut Vec<AlertChange>,
    ) -> Option<Alert> {
        let alert = self.open.remove(&id)?;
        for member in &alert.members {
            self.names.remove(&name_of(&member.first));
        }
        if let Some(of_cause) = self.causes.get_mut(&alert.cause()) {
            of_cause.retain(|other| *other != id);
            if of_cause.is_empty() {
                self.causes.remove(&alert.cause());
            }
        }
        changes.push(AlertChange { step, alert: alert.clone(), into });
        Some(alert)
    }

    /// Forgets a customer: the id of the person and of the responses are taken out of open alerts, which stay; what
    /// was about the customer as the subject goes. Gives the number of members that were changed.
    ///
    /// ```
    /// use heedful::alert::{AlertOptions, AlertSource, Alerts, Happening};
    /// let mut alerts = Alerts::new(AlertOptions::default())?;
    /// let mut furious = Happening::new(AlertSource::Rating, "furious", 0, "rated 1");
    /// furious.customers = vec!["ada".to_owned()];
    /// alerts.take([furious], 0);
    /// assert_eq!((alerts.forget("ada"), alerts.open().count()), (1, 1));
    /// assert!(!alerts.to_json().contains("ada"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn forget(&mut self, customer: &str) -> u64 {
        let mut changed = 0;
        for alert in self.open.values_mut() {
            let before = alert.members.len();
            alert.members.retain(|member| member.first.subject.as_deref() != Some(customer));
            changed += (before - alert.members.len()) as u64;
            for member in &mut alert.members {
                let known = member.first.customers.len();
                member.first.customers.retain(|other| other != customer);
                if member.first.customers.len() < known {
                    member.responses.clear();
                    member.first.response = None;
                    changed += 1;
                }
            }
        }
        self.open.retain(|_, alert| !alert.members.is_empty());
        self.index();
        changed
    }

    fn index(&mut self) {
        (self.names, self.causes) = Default::default();
        for alert in self.open.values() {
            self.causes.entry(alert.cause()).or_default().push(alert.id);
            for member in &alert.members {
                self.names.insert(name_of(&member.first), alert.id);
            }
        }
    }

    /// The open alerts as JSON; there are no comments in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(&Stored {
            version: VERSION,
            options: &self.options,
            next: self.next,
            open: self.open.values().collect(),
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `json`, `invalid-config`, or `state-version` for a later version.
    pub fn from_json(text: &str) -> Result<Self> {
        let json = Json::parse(text)?;
        check_version(&json, VERSION)?;
        let mut options = AlertOptions::default();
        let (mut next, mut open) = (1_u64, Vec::<Alert>::new());
        let mut object = Object::of(&json)?;
        object.needs("options", &mut options);
        object.needs("next", &mut next);
        object.needs("open", &mut open);
        object.finish_state()?;
        let mut alerts = Self::new(options)?;
        let newest = open.iter().map(|alert| alert.id.saturating_add(1)).max();
        alerts.next = next.max(newest.unwrap_or(1));
        alerts.open = open.into_iter().map(|alert| (alert.id, alert)).collect();
        alerts.index();
        Ok(alerts)
    }

    /// The open alerts, one row for each: `id`, `source`, `cause`, `severity`, `opened` and `last` (milliseconds since
    /// 1970), `members`, `times`, `subjects` (with commas between), `why`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        columns(&mut table, &self.open.values().collect::<Vec<_>>());
        table
    }
}

/// Changes as a table, one row for each: `step`, `into`, and the columns of [`Alerts::to_table`].
///
/// ```
/// use heedful::alert::{AlertOptions, AlertSource, Alerts, Happening, alert_changes_table};
/// let mut alerts = Alerts::new(AlertOptions::default())?;
/// let changes = alerts.take([Happening::new(AlertSource::Anomaly, "outage", 0, "logins fail")], 0);
/// assert_eq!(alert_changes_table(&changes).len(), 1);
/// # Ok::<(), heedful::Error>(())
/// ```
#[must_use]
pub fn alert_changes_table(changes: &[AlertChange]) -> Table {
    let mut table = Table::new();
    table.texts("step", changes.iter().map(|change| Some(change.step.as_str())));
    table.ints("into", changes.iter().map(|change| change.into));
    columns(&mut table, &changes.iter().map(|change| &change.alert).collect::<Vec<_>>());
    table
}

fn columns(table: &mut Table, alerts: &[&Alert]) {
    let each = || alerts.iter();
    let millis = |values: Vec<i64>| Data::Int(values.into_iter().map(Some).collect());
    table.ints("id", each().map(|alert| Some(alert.id)));
    table.texts("source", each().map(|alert| Some(alert.source.as_str())));
    table.texts("cause", each().map(|alert| Some(alert.cause.as_str())));
    table.texts("severity", each().map(|alert| Some(alert.severity.as_str())));
    table.push("opened", millis(each().map(|alert| alert.opened).collect()));
    table.push("last", millis(each().map(|alert| alert.last).collect()));
    table.ints("members", each().map(|alert| Some(alert.members.len() as u64)));
    table.ints("times", each().map(|alert| Some(alert.members.iter().map(|m| m.times).sum())));
    let subjects = |alert: &&Alert| {
        let named = alert.members.iter().filter_map(|member| member.first.subject.as_deref());
        let mut subjects: Vec<&str> = named.collect();
        subjects.sort_unstable();
        subjects.dedup();
        Some(subjects.join(","))
    };
    table.texts("subjects", each().map(subjects));
    table.texts("why", each().map(|alert| Some(alert.explain())));
}
