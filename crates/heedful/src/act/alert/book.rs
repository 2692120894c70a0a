//! Open alerts: each thing once, those of one cause together.

use serde::Serialize;

use super::happening::{AlertSource, Happening};
use super::options::AlertOptions;
use super::report::{Alert, AlertChange, AlertMember, AlertStep, alerts_table};
use crate::base::config::{self, Object};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::severity::Severity;
use crate::base::sorted::{SortedMap, SortedSet};
use crate::base::state::check_version;
use crate::base::table::Table;

const VERSION: u32 = 1;
const HOUR: i64 = 3_600_000;

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
/// assert_eq!(opened[0].why, "acme: the score is -100.0 (1 response), below 0");
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
    open: SortedMap<u64, Open>,
    /// The alert of a member, and its place there.
    names: SortedMap<Name, (u64, usize)>,
    /// The alerts of a cause, by when something last happened.
    causes: SortedMap<Cause, SortedSet<(i64, u64)>>,
    /// All alerts, by when something last happened.
    lasts: SortedSet<(i64, u64)>,
}

/// An open alert, with what is known of it: another member, or another time, costs the same however many it has.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    alert: Alert,
    /// How often its members happened.
    times: u64,
    /// How many members are not over.
    live: usize,
    /// The place of the worst member.
    worst: usize,
    /// What is known of each member.
    heard: Vec<Heard>,
}

/// The responses and the customers of a member, to be looked up.
#[derive(Debug, Clone, PartialEq)]
struct Heard {
    responses: SortedSet<String>,
    customers: SortedSet<String>,
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

impl Open {
    fn of(mut alert: Alert) -> Self {
        let members = || alert.members.iter();
        let worst = alert.worst();
        let severity = members().map(|member| member.first.severity).max();
        let last = members().map(|member| member.last).max();
        // Members may come late.
        let opened = members().map(|member| member.first.at).min();
        let (times, live) = (alert.times(), members().filter(|member| !member.over).count());
        let heard = members().map(Heard::of).collect();
        alert.severity = severity.unwrap_or_default();
        alert.last = last.unwrap_or(alert.last);
        alert.opened = opened.map_or(alert.opened, |first| first.min(alert.opened));
        Self { alert, times, live, worst, heard }
    }

    fn join(&mut self, member: AlertMember, heard: Heard) {
        let place = self.alert.members.len();
        self.times += member.times;
        self.live += usize::from(!member.over);
        self.alert.last = self.alert.last.max(member.last);
        self.alert.opened = self.alert.opened.min(member.first.at);
        let severity = member.first.severity;
        self.alert.members.push(member);
        self.heard.push(heard);
        self.worsen(place, severity);
    }

    /// Whether it was news: a response that is delivered again is not.
    fn again(&mut self, place: usize, happening: &Happening) -> bool {
        let (Some(member), Some(heard)) =
            (self.alert.members.get_mut(place), self.heard.get_mut(place))
        else {
            return false;
        };
        let response = happening.response.as_ref();
        if response.is_some_and(|response| heard.responses.contains(response)) {
            return false;
        }
        self.live = self.live + usize::from(!happening.over) - usize::from(!member.over);
        member.last = member.last.max(happening.at);
        member.over = happening.over;
        self.alert.last = self.alert.last.max(member.last);
        if happening.over {
            return true;
        }
        member.times += 1;
        self.times += 1;
        heard.responses.extend(response.cloned());
        member.responses.extend(response.cloned());
        // Whose responses these are, so that they can be forgotten.
        for customer in &happening.customers {
            if heard.customers.insert(customer.clone()) {
                member.first.customers.push(customer.clone());
            }
        }
        member.first.severity = member.first.severity.max(happening.severity);
        let severity = member.first.severity;
        self.worsen(place, severity);
        true
    }

    /// Of members as bad as each other the first tells why.
    fn worsen(&mut self, place: usize, severity: Severity) {
        if severity > self.alert.severity || (severity == self.alert.severity && place < self.worst)
        {
            (self.alert.severity, self.worst) = (severity, place);
        }
    }

    fn change(&self, step: AlertStep, into: Option<u64>, seen: Option<Happening>) -> AlertChange {
        let alert = &self.alert;
        let only = alert.members.first().filter(|_| alert.members.len() == 1);
        let subject = seen.as_ref().or_else(|| only.map(|member| &member.first));
        AlertChange {
            step,
            into,
            id: alert.id,
            source: alert.source,
            cause: alert.cause.clone(),
            severity: alert.severity,
            opened: alert.opened,
            last: alert.last,
            members: alert.members.len() as u64,
            times: self.times,
            subject: subject.and_then(|seen| seen.subject.clone()),
            why: alert.why(self.worst),
            seen,
            closed: None,
        }
    }
}

impl Heard {
    fn of(member: &AlertMember) -> Self {
        Self {
            responses: member.responses.iter().cloned().collect(),
            customers: member.first.customers.iter().cloned().collect(),
        }
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
            lasts: SortedSet::new(),
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
        self.open.values().map(|open| &open.alert)
    }

    /// An open alert.
    ///
    /// ```
    /// use heedful::alert::{AlertOptions, AlertSource, Alerts, Happening};
    /// let mut alerts = Alerts::new(AlertOptions::default())?;
    /// let change = alerts.take([Happening::new(AlertSource::Anomaly, "outage", 0, "logins fail")], 0).remove(0);
    /// assert_eq!(alerts.get(change.id).unwrap().members.len(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Alert> {
        self.open.get(&id).map(|open| &open.alert)
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
            match self.names.get(&name) {
                Some(&(id, place)) => self.again(id, place, happening, &mut changes),
                None if happening.over || now.saturating_sub(happening.at) >= quiet => {}
                None => self.add(name, happening, &mut changes),
            }
        }
        let over = self.lasts.iter().take_while(|(last, _)| now.saturating_sub(*last) >= quiet);
        let mut over: Vec<u64> = over.map(|(_, id)| *id).collect();
        over.sort_unstable();
        for id in over {
            if let Some(open) = self.out(id) {
                self.close(open, None, &mut changes);
            }
        }
        changes
    }

    fn again(
        &mut self,
        id: u64,
        place: usize,
        happening: Happening,
        changes: &mut Vec<AlertChange>,
    ) {
        let Some(mut open) = self.out(id) else { return };
        if open.again(place, &happening) {
            if open.live == 0 {
                return self.close(open, Some(happening), changes);
            }
            if !happening.over {
                changes.push(open.change(AlertStep::Repeated, None, Some(happening)));
            }
        }
        self.back(open);
    }

    fn add(&mut self, name: Name, happening: Happening, changes: &mut Vec<AlertChange>) {
        let cause = cause_of(happening.source, &happening.cause);
        let near = self.near(&cause, happening.at);
        let is_storm = |id: &&u64| self.get(**id).is_some_and(Alert::is_storm);
        let members = self.options.storm.map_or(usize::MAX, |storm| storm.members as usize);
        let many = near.len() + 1 >= members;
        // The oldest takes the others in.
        let home = near.iter().find(is_storm).or_else(|| near.first().filter(|_| many)).copied();
        let member = AlertMember::new(happening.clone());
        let Some(mut open) = home.and_then(|home| self.out(home)) else {
            let alert = Alert {
                id: self.next,
                source: happening.source,
                cause: happening.cause.clone(),
                severity: happening.severity,
                opened: happening.at,
                last: happening.at,
                members: vec![member],
            };
            self.next += 1;
            self.names.insert(name, (alert.id, 0));
            let open = Open::of(alert);
            changes.push(open.change(AlertStep::Opened, None, Some(happening)));
            self.back(open);
            return;
        };
        let id = open.alert.id;
        for other in near.into_iter().filter(|other| *other != id) {
            let Some(gone) = self.out(other) else { continue };
            changes.push(gone.change(AlertStep::Merged, Some(id), None));
            for (member, heard) in gone.alert.members.into_iter().zip(gone.heard) {
                self.names.insert(name_of(&member.first), (id, open.alert.members.len()));
                open.join(member, heard);
            }
        }
        self.names.insert(name, (id, open.alert.members.len()));
        let heard = Heard::of(&member);
        open.join(member, heard);
        changes.push(open.change(AlertStep::Joined, None, Some(happening)));
        self.back(open);
    }

    /// The alerts of a cause to which something happened near a time, the oldest first.
    fn near(&self, cause: &Cause, at: i64) -> Vec<u64> {
        let (Some(storm), Some(lasts)) = (self.options.storm, self.causes.get(cause)) else {
            return Vec::new();
        };
        let span = i64::from(storm.hours) * HOUR;
        let from = (at.saturating_sub(span), 0);
        let near = lasts.from(&from).take_while(|(last, _)| *last <= at.saturating_add(span));
        let mut near: Vec<u64> = near.map(|(_, id)| *id).collect();
        near.sort_unstable();
        near
    }

    /// Closes an alert that was taken out, because of what happened or because nothing did.
    fn close(&mut self, open: Open, seen: Option<Happening>, changes: &mut Vec<AlertChange>) {
        for member in &open.alert.members {
            self.names.remove(&name_of(&member.first));
        }
        let change = open.change(AlertStep::Closed, None, seen);
        changes.push(AlertChange { closed: Some(open.alert), ..change });
    }

    /// Takes an alert out, but for the names of its members.
    fn out(&mut self, id: u64) -> Option<Open> {
        let open = self.open.remove(&id)?;
        let (cause, key) = (cause_of(open.alert.source, &open.alert.cause), (open.alert.last, id));
        self.lasts.remove(&key);
        if let Some(lasts) = self.causes.get_mut(&cause) {
            lasts.remove(&key);
            if lasts.len() == 0 {
                self.causes.remove(&cause);
            }
        }
        Some(open)
    }

    /// Puts an alert in, but for the names of its members.
    fn back(&mut self, open: Open) {
        let key = (open.alert.last, open.alert.id);
        self.lasts.insert(key);
        self.causes.entry(cause_of(open.alert.source, &open.alert.cause)).or_default().insert(key);
        self.open.insert(open.alert.id, open);
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
        for Open { alert, .. } in self.open.values_mut() {
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
        if changed > 0 {
            let alerts: Vec<Alert> =
                std::mem::take(&mut self.open).into_values().map(|open| open.alert).collect();
            self.fill(alerts);
        }
        changed
    }

    /// Puts alerts in place of those that are open.
    fn fill(&mut self, alerts: Vec<Alert>) {
        (self.open, self.names) = Default::default();
        (self.causes, self.lasts) = Default::default();
        for alert in alerts.into_iter().filter(|alert| !alert.members.is_empty()) {
            for (place, member) in alert.members.iter().enumerate() {
                self.names.insert(name_of(&member.first), (alert.id, place));
            }
            self.back(Open::of(alert));
        }
    }

    /// The open alerts as JSON; there are no comments in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(&Stored {
            version: VERSION,
            options: &self.options,
            next: self.next,
            open: self.open().collect(),
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
        alerts.fill(open);
        Ok(alerts)
    }

    /// The open alerts, one row for each: `id`, `source`, `cause`, `severity`, `opened` and `last` (milliseconds since
    /// 1970), `members`, `times`, `subjects` (with commas between), `why`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        alerts_table(&self.open().collect::<Vec<_>>())
    }
}
