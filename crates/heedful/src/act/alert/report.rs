//! What is told of alerts: themselves, their members, and what became of them.

use serde::Serialize;

use super::happening::{AlertSource, Happening};
use crate::base::config::{names, stored};
use crate::base::severity::Severity;
use crate::base::table::{Data, Table};

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

/// What became of an alert by one happening, or by time. It costs the same however many members the alert has: of those it
/// has their number.
///
/// ```
/// use heedful::alert::{AlertOptions, AlertSource, AlertStep, Alerts, Happening};
/// let mut alerts = Alerts::new(AlertOptions::default())?;
/// let outage = Happening::new(AlertSource::Anomaly, "outage", 0, "logins fail");
/// let changes = alerts.take([outage.clone()], 0);
/// assert_eq!((changes[0].step, changes[0].id, changes[0].into), (AlertStep::Opened, 1, None));
/// assert_eq!(changes[0].seen.as_ref(), Some(&outage));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct AlertChange {
    /// What became of it.
    pub step: AlertStep,
    /// The alert that it went into.
    pub into: Option<u64>,
    /// Its number.
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
    /// How many members it has.
    pub members: u64,
    /// How often they happened.
    pub times: u64,
    /// The account, project or contact of what happened, or of its only member.
    pub subject: Option<String>,
    /// Why, as [`Alert::explain`] says.
    pub why: String,
    /// What happened; nothing where it went into another, or is closed because nothing happened.
    pub seen: Option<Happening>,
    /// The alert with all its members where it is closed: it is kept no longer.
    pub closed: Option<Alert>,
}

impl Alert {
    /// Whether several things of one cause are in it.
    #[must_use]
    pub fn is_storm(&self) -> bool {
        self.members.len() > 1
    }

    /// Why, in a sentence: that of its worst member, and of how many.
    #[must_use]
    pub fn explain(&self) -> String {
        self.why(self.worst())
    }

    /// How often its members happened.
    pub(crate) fn times(&self) -> u64 {
        self.members.iter().map(|member| member.times).sum()
    }

    /// The place of its worst member, of several the first.
    pub(crate) fn worst(&self) -> usize {
        let worst = self.members.iter().map(|member| member.first.severity).max();
        let is_worst = |member: &AlertMember| Some(member.first.severity) == worst;
        self.members.iter().position(is_worst).unwrap_or_default()
    }

    /// Why, in the words of a member.
    pub(crate) fn why(&self, member: usize) -> String {
        let why = self.members.get(member).map_or("", |member| &member.first.why);
        match self.members.len() {
            0 | 1 => why.to_owned(),
            members => format!("{members} times `{}`: {why}", self.cause),
        }
    }
}

impl AlertMember {
    pub(crate) fn new(first: Happening) -> Self {
        let responses = first.response.clone().into_iter().collect();
        Self { last: first.at, first, times: 1, over: false, responses }
    }
}

/// Changes as a table, one row for each: `step`, `into`, `id`, `source`, `cause`, `severity`, `opened` and `last`
/// (milliseconds since 1970), `members`, `times`, `subject`, `why`.
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
    let each = || changes.iter();
    table.texts("step", each().map(|change| Some(change.step.as_str())));
    table.ints("into", each().map(|change| change.into));
    table.ints("id", each().map(|change| Some(change.id)));
    table.texts("source", each().map(|change| Some(change.source.as_str())));
    table.texts("cause", each().map(|change| Some(change.cause.as_str())));
    table.texts("severity", each().map(|change| Some(change.severity.as_str())));
    table.push("opened", Data::Int(each().map(|change| Some(change.opened)).collect()));
    table.push("last", Data::Int(each().map(|change| Some(change.last)).collect()));
    table.ints("members", each().map(|change| Some(change.members)));
    table.ints("times", each().map(|change| Some(change.times)));
    table.texts("subject", each().map(|change| change.subject.as_deref()));
    table.texts("why", each().map(|change| Some(change.why.as_str())));
    table
}

/// Alerts as a table, one row for each.
pub(crate) fn alerts_table(alerts: &[&Alert]) -> Table {
    let mut table = Table::new();
    let each = || alerts.iter();
    table.ints("id", each().map(|alert| Some(alert.id)));
    table.texts("source", each().map(|alert| Some(alert.source.as_str())));
    table.texts("cause", each().map(|alert| Some(alert.cause.as_str())));
    table.texts("severity", each().map(|alert| Some(alert.severity.as_str())));
    table.push("opened", Data::Int(each().map(|alert| Some(alert.opened)).collect()));
    table.push("last", Data::Int(each().map(|alert| Some(alert.last)).collect()));
    table.ints("members", each().map(|alert| Some(alert.members.len() as u64)));
    table.ints("times", each().map(|alert| Some(alert.times())));
    let subjects = |alert: &&Alert| {
        let named = alert.members.iter().filter_map(|member| member.first.subject.as_deref());
        let mut subjects: Vec<&str> = named.collect();
        subjects.sort_unstable();
        subjects.dedup();
        Some(subjects.join(","))
    };
    table.texts("subjects", each().map(subjects));
    table.texts("why", each().map(|alert| Some(alert.explain())));
    table
}
