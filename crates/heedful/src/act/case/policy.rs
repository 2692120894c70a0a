//! How cases are handled, as data.

use serde::Serialize;

use super::facts::Facts;
use crate::base::config::{self, options, setters, tagged, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::severity::Severity;
use crate::base::sorted::SortedMap;
use crate::base::time::business::{BusinessCalendar, millis_of};
use crate::monitor::health::scorecard::unique;

/// How cases are handled: which responses open one, how urgent it is, who gets it, and by when.
///
/// Wherever rules overlap, the first one in declared order speaks.
///
/// ```
/// use heedful::cases::{CasePolicy, Facts};
/// let policy = CasePolicy::from_json(r#"{
///     "calendar": {"zone": "+01:00"},
///     "values": [{"name": "A", "from": 50000}, {"name": "B", "from": 5000}, {"name": "C"}],
///     "routes": [
///         {"name": "prices", "when": {"reasons": ["price"]}, "to": {"role": "representative"}},
///         {"name": "key accounts", "when": {"values": ["A"]}, "to": {"owner": "anna"}}
///     ],
///     "fallback": {"role": "customer care"},
///     "due": [{"when": {"touchpoints": ["delivery"], "tiers": ["0-2"]}, "reply": "at_once"}],
///     "reminders": [4], "escalations": [{"after_hours": 4, "to": {"role": "head of care"}}]
/// }"#)?;
/// let facts = Facts { rating: Some(2.0), value: Some(60_000.0), ..Facts::new("r1") };
/// assert_eq!(policy.tier(&facts), Some("0-2"));
/// assert_eq!(policy.value_tier(&facts), Some("A"));
/// assert_eq!(policy.priority(&facts), 1);
/// assert!(policy.opens(&facts));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct CasePolicy {
    /// When people work; due times are counted in it.
    calendar: BusinessCalendar,
    /// Tiers of ratings, the most urgent first; 0-2, 3-4 and 5-6 of 0-10 where not given. Higher ratings are in none.
    tiers: Vec<RatingTier>,
    /// Tiers of what a customer is worth, the most valuable first; A, B and C where not given.
    values: Vec<ValueTier>,
    /// The priority by value tier and rating tier, 1 the most urgent; where not given the places in the two lists
    /// added up: A and 0-2 has 1, A and 3-4 as well as B and 0-2 have 2.
    priority: SortedMap<String, SortedMap<String, u32>>,
    /// The priority of cases that the matrix does not name; one more than its largest where not given.
    priority_otherwise: Option<u32>,
    /// The priority that a case of an alert has at least, by the severity of the alert; it counts for worse ones too. Where
    /// not given a `critical` alert has 1 and other severities change nothing.
    priority_by_severity: SortedMap<String, u32>,
    /// Which responses open a case: those that one of these fits. Any rating in a tier where not given.
    opens: Option<Vec<When>>,
    /// Who gets a case: the first that fits.
    routes: Vec<Route>,
    /// Who gets a case that no route fits; nobody where not given.
    fallback: Option<Assignee>,
    /// Who gets a case of a customer who asked not to be contacted, where no route without contact fits; nobody where
    /// not given.
    fallback_without_contact: Option<Assignee>,
    /// By when: the first that fits. A reply is due after two business days where none does.
    due: Vec<DueRule>,
    /// Reminders: business hours before a duty is due.
    reminders: Vec<f64>,
    /// Escalations: steps after a duty was due.
    escalations: Vec<Escalation>,
}

options!(
    CasePolicy,
    takes [
        calendar, tiers, values, priority, priority_otherwise, priority_by_severity, opens, routes,
        fallback, fallback_without_contact, due, reminders, escalations
    ],
    from Self::default()
);
written!(CasePolicy of cases, r#"{"fallback": {"role": "care"}, "reminders": [8, 2]}"#);

setters!(CasePolicy {
    /// When people work.
    calendar: BusinessCalendar,
    /// The priority of cases that the matrix does not name.
    priority_otherwise: some u32,
    /// Who gets a case that no route fits.
    fallback: some Assignee,
    /// Who gets a case without contact that no route fits.
    fallback_without_contact: some Assignee,
});

/// A tier of ratings.
///
/// ```
/// use heedful::cases::RatingTier;
/// let worst: RatingTier = serde_json::from_str(r#"{"name": "0-2", "from": 0, "to": 2}"#).unwrap();
/// assert_eq!(worst, RatingTier { name: "0-2".to_owned(), from: 0.0, to: 2.0 });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RatingTier {
    /// For example `0-2`.
    pub name: String,
    /// The lowest rating in it.
    pub from: f64,
    /// The highest rating in it.
    pub to: f64,
}

options!(RatingTier, needs [name, from, to], takes [], from Self { name: String::new(), from: 0.0, to: 0.0 });

/// A tier of what a customer is worth.
///
/// ```
/// use heedful::cases::ValueTier;
/// let most: ValueTier = serde_json::from_str(r#"{"name": "A", "from": 50000}"#).unwrap();
/// assert_eq!(most.from, Some(50_000.0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ValueTier {
    /// For example `A`.
    pub name: String,
    /// The least money in it. Without one, facts name the tier; in the last tier it is everything else.
    #[serde(default)]
    pub from: Option<f64>,
}

options!(ValueTier, needs [name], takes [from], from Self { name: String::new(), from: None });

/// What a rule is about. An empty list fits everything, also what is not known.
///
/// ```
/// use heedful::cases::{CasePolicy, Facts, When};
/// let when: When = serde_json::from_str(r#"{"reasons": ["price"], "tiers": ["0-2"]}"#).unwrap();
/// let facts = Facts { rating: Some(1.0), reasons: vec!["price/fees".to_owned()], ..Facts::new("r1") };
/// assert!(when.fits(&facts, &CasePolicy::default())); // a branch stands for what is below it
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// One of the reasons of the case is one of these, or below one of these (`price/fees` below `price`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Segments of the customer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Value tiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Touchpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touchpoints: Vec<String>,
    /// Rating tiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
}

options!(When, takes [reasons, segments, values, touchpoints, tiers], from Self::default());

/// Who gets a case.
///
/// ```
/// use heedful::cases::Assignee;
/// let anna: Assignee = serde_json::from_str(r#"{"owner": "anna"}"#).unwrap();
/// assert_eq!((anna.owner(), anna.role()), (Some("anna"), None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// A person.
    Owner(String),
    /// Whoever has the role.
    Role(String),
}

/// A routing rule.
///
/// ```
/// use heedful::cases::Route;
/// let route: Route = serde_json::from_str(r#"{"name": "report", "to": {"role": "analyst"}, "contact": false}"#).unwrap();
/// assert!(!route.contact);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What it is called: the reason that a case names for going there.
    pub name: String,
    /// The cases it is for.
    #[serde(default)]
    pub when: When,
    /// Who gets them.
    pub to: Assignee,
    /// Whether they speak with the customer. Customers who asked not to be contacted only take routes without.
    #[serde(default = "yes")]
    pub contact: bool,
}

options!(Route, needs [name, to], takes [when, contact], from Self {
    name: String::new(),
    when: When::default(),
    to: Assignee::Role(String::new()),
    contact: yes(),
});

fn yes() -> bool {
    true
}

/// When something is due.
///
/// In JSON `"at_once"`, `"next_interaction"`, `{"business_hours": 4}`, `{"business_days": 2}`, `{"at": 1767614400000}`.
///
/// ```
/// use heedful::cases::Due;
/// let due: Due = serde_json::from_str(r#"{"business_days": 2}"#).unwrap();
/// assert_eq!(due, Due::BusinessDays(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// The moment it is owed.
    AtOnce,
    /// When the customer is next there: not before the case hears of an interaction.
    NextInteraction,
    /// After so many business hours.
    BusinessHours(f64),
    /// After so many business days, at the same time on the clock.
    BusinessDays(u32),
    /// At a time, in milliseconds since 1970 in UTC. For promises, not for rules.
    At(i64),
}

/// By when cases need a reply, and to be closed.
///
/// ```
/// use heedful::cases::{Due, DueRule};
/// let rule: DueRule = serde_json::from_str(
///     r#"{"when": {"touchpoints": ["delivery"]}, "reply": "at_once", "close": {"business_days": 3}}"#,
/// ).unwrap();
/// assert_eq!((rule.reply, rule.close), (Due::AtOnce, Some(Due::BusinessDays(3))));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DueRule {
    /// The cases it is for.
    #[serde(default)]
    pub when: When,
    /// By when the customer hears from us.
    pub reply: Due,
    /// By when the case is closed; at no set time where not given.
    #[serde(default)]
    pub close: Option<Due>,
}

options!(DueRule, needs [reply], takes [when, close], from Self {
    when: When::default(),
    reply: Due::AtOnce,
    close: None,
});

/// Who hears of a duty that is overdue.
///
/// ```
/// use heedful::cases::{Assignee, Escalation};
/// let step: Escalation = serde_json::from_str(r#"{"after_hours": 8, "to": {"role": "head"}}"#).unwrap();
/// assert_eq!(step.to, Assignee::Role("head".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Business hours after it was due.
    #[serde(default)]
    pub after_hours: f64,
    /// Who hears of it.
    pub to: Assignee,
}

options!(Escalation, needs [to], takes [after_hours], from Self {
    after_hours: 0.0,
    to: Assignee::Role(String::new()),
});

impl Assignee {
    /// The person, where it is one.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        let Self::Owner(name) = self else { return None };
        Some(name)
    }

    /// The role, where it is one.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        let Self::Role(name) = self else { return None };
        Some(name)
    }
}

tagged!(Assignee { Owner = "owner", Role = "role" });

tagged!(Due {
    BusinessHours = "business_hours",
    BusinessDays = "business_days",
    At = "at",
} AtOnce = "at_once", NextInteraction = "next_interaction");

impl When {
    /// Whether facts are of this kind.
    #[must_use]
    pub fn fits(&self, facts: &Facts, policy: &CasePolicy) -> bool {
        fn among(list: &[String], value: Option<&str>) -> bool {
            list.is_empty() || value.is_some_and(|value| list.iter().any(|item| item == value))
        }
        let below = |reason: &str, rule: &str| {
            reason.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let any = |rule: &String| facts.reasons.iter().any(|reason| below(reason, rule));
        (self.reasons.is_empty() || self.reasons.iter().any(any))
            && among(&self.segments, facts.segment.as_deref())
            && among(&self.touchpoints, facts.touchpoint.as_deref())
            && among(&self.tiers, policy.tier(facts))
            && among(&self.values, policy.value_tier(facts))
    }
}

impl Default for CasePolicy {
    fn default() -> Self {
        let tier =
            |(name, from, to): (&str, f64, f64)| RatingTier { name: name.to_owned(), from, to };
        let value = |name: &str| ValueTier { name: name.to_owned(), from: None };
        Self {
            calendar: BusinessCalendar::default(),
            tiers: [("0-2", 0.0, 2.0), ("3-4", 3.0, 4.0), ("5-6", 5.0, 6.0)].map(tier).to_vec(),
            values: ["A", "B", "C"].map(value).to_vec(),
            priority: SortedMap::new(),
            priority_otherwise: None,
            priority_by_severity: [(Severity::Critical.as_str().to_owned(), 1)]
                .into_iter()
                .collect(),
            opens: None,
            routes: Vec::new(),
            fallback: None,
            fallback_without_contact: None,
            due: Vec::new(),
            reminders: Vec::new(),
            escalations: Vec::new(),
        }
    }
}

impl CasePolicy {
    /// Reads a policy and checks it.
    ///
    /// # Errors
    /// `json`, `invalid-config`; `invalid-argument` with a path for tiers that overlap or are not declared, negative
    /// times, or a calendar without hours; `duplicate-key` for a name that is there twice.
    pub fn from_json(text: &str) -> Result<Self> {
        let policy: Self = config::read(text)?;
        policy.check()?;
        Ok(policy)
    }

    /// The priority that a case of an alert has at least, by the severity of the alert, instead of what was said before.
    ///
    /// ```
    /// use heedful::alert::Severity;
    /// use heedful::cases::{CasePolicy, Facts};
    /// let policy = CasePolicy::default().priority_by_severity([(Severity::High, 2)]);
    /// assert_eq!(policy.priority(&Facts { severity: Some(Severity::Critical), ..Facts::new("a1") }), 2);
    /// ```
    #[must_use]
    pub fn priority_by_severity(
        mut self,
        priorities: impl IntoIterator<Item = (Severity, u32)>,
    ) -> Self {
        let named = |(severity, priority): (Severity, _)| (severity.as_str().to_owned(), priority);
        self.priority_by_severity = priorities.into_iter().map(named).collect();
        self
    }

    /// Adds a route behind those that there are.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Adds a rule of due times behind those that there are.
    #[must_use]
    pub fn due(mut self, rule: DueRule) -> Self {
        self.due.push(rule);
        self
    }

    /// Adds a reminder, in business hours before a duty is due.
    #[must_use]
    pub fn reminder(mut self, before_hours: f64) -> Self {
        self.reminders.push(before_hours);
        self
    }

    /// Adds a step of escalation.
    #[must_use]
    pub fn escalation(mut self, step: Escalation) -> Self {
        self.escalations.push(step);
        self
    }

    pub(crate) fn business(&self) -> &BusinessCalendar {
        &self.calendar
    }

    /// The tier of the rating; `None` without a rating or for one that is in none.
    #[must_use]
    pub fn tier(&self, facts: &Facts) -> Option<&str> {
        let rating = facts.rating?;
        let tier = self.tiers.iter().find(|tier| (tier.from..=tier.to).contains(&rating));
        tier.map(|tier| tier.name.as_str())
    }

    /// The value tier: the one that the facts name, or the first that their money reaches.
    #[must_use]
    pub fn value_tier(&self, facts: &Facts) -> Option<&str> {
        let last = self.values.len().saturating_sub(1);
        let tier = match (&facts.value_tier, facts.value) {
            (Some(name), _) => self.values.iter().find(|tier| tier.name == *name),
            // Without amounts, money says nothing of tiers.
            (None, Some(_)) if self.values.iter().all(|tier| tier.from.is_none()) => None,
            (None, Some(value)) => (self.values.iter().enumerate())
                .find(|(i, tier)| match tier.from {
                    Some(from) => value >= from,
                    None => *i == last,
                })
                .map(|(_, tier)| tier),
            (None, None) => None,
        };
        tier.map(|tier| tier.name.as_str())
    }

    /// How urgent it is, 1 is the most urgent: by value tier and rating tier, or by the severity of the alert where that
    /// is more urgent.
    ///
    /// ```
    /// use heedful::alert::Severity;
    /// use heedful::cases::{CasePolicy, Facts};
    /// let policy = CasePolicy::from_json(r#"{"priority_by_severity": {"high": 2, "critical": 1}}"#)?;
    /// let of = |severity| policy.priority(&Facts { severity, ..Facts::new("a1") });
    /// assert_eq!([of(None), of(Some(Severity::High)), of(Some(Severity::Critical))], [6, 2, 1]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn priority(&self, facts: &Facts) -> u32 {
        let by_matrix = self.priority_by_matrix(facts);
        let reached = Severity::ALL.iter().filter(|reached| facts.severity >= Some(**reached));
        let least = reached.filter_map(|severity| self.priority_by_severity.get(severity.as_str()));
        least.copied().fold(by_matrix, u32::min)
    }

    fn priority_by_matrix(&self, facts: &Facts) -> u32 {
        let (value, tier) = (self.value_tier(facts), self.tier(facts));
        let cell = value.zip(tier).and_then(|(value, tier)| {
            if !self.priority.is_empty() {
                return self.priority.get(value)?.get(tier).copied();
            }
            let row = self.values.iter().position(|known| known.name == value)?;
            let column = self.tiers.iter().position(|known| known.name == tier)?;
            u32::try_from(row + column + 1).ok()
        });
        cell.or(self.priority_otherwise).unwrap_or_else(|| {
            let largest = self.priority.values().flat_map(SortedMap::values).max().copied();
            let by_place = (self.tiers.len() + self.values.len()).saturating_sub(1);
            largest.unwrap_or_else(|| u32::try_from(by_place).unwrap_or(u32::MAX)).saturating_add(1)
        })
    }

    /// Whether a response with these facts opens a case.
    #[must_use]
    pub fn opens(&self, facts: &Facts) -> bool {
        match &self.opens {
            Some(rules) => rules.iter().any(|rule| rule.fits(facts, self)),
            None => self.tier(facts).is_some(),
        }
    }

    /// Who gets the case, and by which route. A case without contact never takes a route with contact.
    pub(crate) fn routed(
        &self,
        facts: &Facts,
        no_contact: bool,
    ) -> (Option<Assignee>, Option<String>) {
        let open = |route: &&Route| !(no_contact && route.contact) && route.when.fits(facts, self);
        if let Some(route) = self.routes.iter().find(open) {
            return (Some(route.to.clone()), Some(route.name.clone()));
        }
        let fallback = if no_contact { &self.fallback_without_contact } else { &self.fallback };
        (fallback.clone(), None)
    }

    /// When the reply is due, and when closing is.
    pub(crate) fn owed(&self, facts: &Facts) -> (Due, Option<Due>) {
        let rule = self.due.iter().find(|rule| rule.when.fits(facts, self));
        rule.map_or((Due::BusinessDays(2), None), |rule| (rule.reply, rule.close))
    }

    /// The time that something is due; `None` for the next interaction.
    pub(crate) fn due_at(&self, due: Due, now: i64) -> Result<Option<i64>> {
        Ok(Some(match due {
            Due::AtOnce => now,
            Due::NextInteraction => return Ok(None),
            Due::BusinessHours(hours) => self.calendar.add_hours(now, hours)?,
            Due::BusinessDays(days) => self.calendar.add_days(now, days)?,
            Due::At(at) => at,
        }))
    }

    pub(crate) fn reminders(&self) -> &[f64] {
        &self.reminders
    }

    pub(crate) fn escalations(&self) -> &[Escalation] {
        &self.escalations
    }

    /// # Errors
    /// As [`CasePolicy::from_json`].
    pub(crate) fn check(&self) -> Result<()> {
        self.calendar.check().map_err(|error| error.below("calendar"))?;
        unique("tiers", self.tiers.iter().map(|tier| &tier.name))?;
        unique("values", self.values.iter().map(|tier| &tier.name))?;
        unique("routes", self.routes.iter().map(|route| &route.name))?;
        for (i, tier) in self.tiers.iter().enumerate() {
            let mut before = self.tiers.iter().take(i);
            let apart = |other: &RatingTier| tier.to < other.from || tier.from > other.to;
            if !(tier.from <= tier.to && tier.from.is_finite() && tier.to.is_finite()) {
                return wrong(
                    format!("tiers[{i}]"),
                    "a tier runs from a rating to one not below it",
                );
            }
            if !before.all(apart) {
                return wrong(format!("tiers[{i}]"), "tiers of ratings overlap");
            }
        }
        let amounts: Vec<f64> = self.values.iter().filter_map(|tier| tier.from).collect();
        if !amounts.is_sorted_by(|more, less| more > less) || !amounts.iter().all(|a| a.is_finite())
        {
            return wrong("values".to_owned(), "amounts fall from the most valuable tier down");
        }
        for (value, row) in &self.priority {
            known("priority", value, self.values.iter().map(|tier| &tier.name))?;
            for tier in row.keys() {
                let path = format!("priority.{value}");
                known(&path, tier, self.tiers.iter().map(|tier| &tier.name))?;
            }
        }
        for name in self.priority_by_severity.keys() {
            if Severity::ALL.iter().all(|severity| severity.as_str() != name) {
                let message = format!("there is no severity `{name}`");
                return wrong(format!("priority_by_severity.{name}"), &message);
            }
        }
        let opens = self.opens.iter().flatten().enumerate();
        let opens = opens.map(|(i, when)| (format!("opens[{i}]"), when));
        let routes = self.routes.iter().enumerate();
        let routes = routes.map(|(i, route)| (format!("routes[{i}].when"), &route.when));
        let due = self.due.iter().enumerate();
        let due = due.map(|(i, rule)| (format!("due[{i}].when"), &rule.when));
        for (path, when) in opens.chain(routes).chain(due) {
            for tier in &when.tiers {
                known(&format!("{path}.tiers"), tier, self.tiers.iter().map(|t| &t.name))?;
            }
            for value in &when.values {
                known(&format!("{path}.values"), value, self.values.iter().map(|t| &t.name))?;
            }
        }
        for (i, rule) in self.due.iter().enumerate() {
            for (name, due) in [("reply", Some(rule.reply)), ("close", rule.close)] {
                let path = format!("due[{i}].{name}");
                match due {
                    Some(Due::At(_)) => return wrong(path, "a rule needs a span, not a time"),
                    Some(Due::BusinessHours(hours)) => {
                        millis_of(hours).map_err(|error| error.at(path))?;
                    }
                    _ => {}
                }
            }
        }
        for (i, hours) in self.reminders.iter().enumerate() {
            millis_of(*hours).map_err(|error| error.at(format!("reminders[{i}]")))?;
        }
        if !self.reminders.is_sorted_by(|earlier, later| earlier > later) {
            return wrong(
                "reminders".to_owned(),
                "reminders come nearer to the due time, one by one",
            );
        }
        for (i, step) in self.escalations.iter().enumerate() {
            let path = format!("escalations[{i}].after_hours");
            millis_of(step.after_hours).map_err(|error| error.at(path))?;
        }
        if !self.escalations.is_sorted_by(|a, b| a.after_hours <= b.after_hours) {
            return wrong("escalations".to_owned(), "steps of escalation are in order of time");
        }
        Ok(())
    }
}

fn wrong(path: String, message: &str) -> Result<()> {
    Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
}

fn known<'a>(path: &str, name: &str, mut names: impl Iterator<Item = &'a String>) -> Result<()> {
    if names.any(|known| known == name) {
        return Ok(());
    }
    wrong(path.to_owned(), &format!("there is no tier `{name}`"))
}
