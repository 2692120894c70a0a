//! Whom to ask, and when: contact rules as data.

mod decide;
mod history;
mod plan;
mod replay;
mod table;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::base::config::{self, names, options, record, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::kind::Kind;
use crate::base::time::Zone;
pub use crate::base::time::week::{Clock, Weekday};

pub use decide::{Decision, Hold, HoldCode, Verdict};
pub use history::{Contact, Histories, Outcome};
pub use plan::{Invitation, LeftOut, Plan, PlanOptions};
pub use replay::{Replay, ReplaySurvey};

/// Milliseconds in a day.
pub(crate) const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

/// Rules for whom to ask and when. Every rule is looked at; all that refuse are reported.
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, Verdict};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [
///     {"gap": {"days": 180, "of": {"kinds": ["relational"]}, "counts": {"kinds": ["relational"]}}},
///     {"cap": {"at_most": 2, "days": 90, "per": "account"}},
///     {"quiet": {"from": "20:00", "to": "08:00", "days": ["saturday", "sunday"]}}
/// ]}"#)?;
/// let candidate = Candidate::new(Customer::new("ada"), "nps-2026");
/// let noon_on_a_monday = 1_767_614_400_000;
/// assert!(matches!(policy.decide(&[], &candidate, noon_on_a_monday)?.verdict, Verdict::Ask { .. }));
/// let night = noon_on_a_monday + 12 * 3_600_000;
/// let Verdict::Later { at } = policy.decide(&[], &candidate, night)?.verdict else { panic!() };
/// assert_eq!(at, noon_on_a_monday + 20 * 3_600_000); // Tuesday, 8 o'clock
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactPolicy {
    /// The rules, in the order in which they are reported.
    pub rules: Vec<ContactRule>,
    /// Surveys that compete for a customer, the most important first; others come after them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<String>,
}

/// One rule. In JSON an object with one key, the name of the rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive] // further rules may come
pub enum ContactRule {
    /// A least time since the last contact.
    Gap(Gap),
    /// A greatest number of contacts in a window.
    Cap(Cap),
    /// A share of the customers, always the same ones.
    Sample(Sample),
    /// Only after an event, for a while.
    Trigger(Trigger),
    /// Only at regular times in a customer's life.
    Recurring(Recurring),
    /// Not in the first days of a customer.
    FirstContact(FirstContact),
    /// Not at these hours and days where the customer lives.
    Quiet(Quiet),
    /// Only through these channels.
    Channels(Channels),
    /// Not where the score is known well enough.
    Enough(Enough),
    /// When and how often an invitation without an answer is followed by a reminder.
    Reminder(Reminder),
}

/// The surveys that a rule is about; an empty list is all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Which {
    /// Ids of surveys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub surveys: Vec<String>,
    /// Names of metrics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// Relational, transactional.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// Touchpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touchpoints: Vec<String>,
    /// Channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

/// A least time since the last contact of the same customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Days from the contact to the next; may be a fraction.
    pub days: f64,
    /// The surveys that are held back.
    #[serde(default)]
    pub of: Which,
    /// The contacts that hold back.
    #[serde(default)]
    pub counts: Which,
    /// Only contacts that ended like this; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Outcome>,
}

/// A greatest number of contacts in a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Contacts in any window.
    pub at_most: u32,
    /// Length of the window.
    pub days: f64,
    /// Whose contacts are counted.
    #[serde(default)]
    pub per: Per,
    /// The surveys that are held back.
    #[serde(default)]
    pub of: Which,
    /// The contacts that count.
    #[serde(default)]
    pub counts: Which,
}

/// Whose contacts are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The person asked.
    #[default]
    Customer,
    /// The organisation.
    Account,
    /// The people at one address.
    Household,
}

/// A share of the customers, drawn by a hash of salt, customer and survey: the same customer always gets the same
/// answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Another salt draws another sample.
    pub salt: String,
    /// For everybody else, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
    pub rate: f64,
    /// By segment: the first that fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentRate>,
    /// The surveys that are sampled.
    #[serde(default)]
    pub of: Which,
}

/// The sampling rate of a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SegmentRate {
    /// An attribute of the customer.
    pub attribute: String,
    /// Its values in the segment.
    pub is: Vec<String>,
    /// 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
    pub rate: f64,
}

/// Only after an event, for a while.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Name of the event.
    pub event: String,
    /// Days after the event; negative for before (a renewal).
    #[serde(default)]
    pub after_days: f64,
    /// Days from then on, after which it is too late.
    pub within_days: f64,
    /// The surveys that need the event.
    #[serde(default)]
    pub of: Which,
}

/// Only at regular times since the customer began (onboarding's end, every six months).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// Days between the occasions; the first is this long after the customer began.
    pub every_days: f64,
    /// Days from each on, after which it is too late for it.
    pub within_days: f64,
    /// The surveys that come regularly.
    #[serde(default)]
    pub of: Which,
}

/// Not in the first days of a customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FirstContact {
    /// Days since the customer began.
    pub days: f64,
    /// The surveys that wait.
    #[serde(default)]
    pub of: Which,
}

/// Not at these hours and days where the customer lives (coordinated universal time where the zone is not known).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// Start on the clock, `HH:MM`; the same as `to` for no quiet hours.
    pub from: Clock,
    /// End on the clock; earlier than `from` where the night lies between.
    pub to: Clock,
    /// Whole days of rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// The surveys that keep quiet.
    #[serde(default)]
    pub of: Which,
}

/// Only through these channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// In order of preference: the first that the customer can be reached by is taken.
    pub channels: Vec<String>,
    /// The surveys this is for.
    #[serde(default)]
    pub of: Which,
}

/// Not where the score is known well enough.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Enough {
    /// Half the width of the interval, in points, at which asking stops.
    pub margin: f64,
    /// The surveys that stop.
    #[serde(default)]
    pub of: Which,
}

/// When and how often an invitation without an answer is followed by a reminder.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reminder {
    /// Days after the invitation or the last reminder.
    pub after_days: f64,
    /// Reminders for one invitation.
    pub at_most: u32,
    /// Days after the invitation at which it closes.
    pub deadline_days: f64,
    /// Whether gaps and caps apply to reminders, and reminders count for them.
    #[serde(default)]
    pub counted: bool,
    /// The surveys this is for.
    #[serde(default)]
    pub of: Which,
}

/// What is known of a customer.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(default, deny_unknown_fields))]
pub struct Customer {
    /// Unique.
    pub id: String,
    /// The organisation.
    pub account: Option<String>,
    /// The people at one address.
    pub household: Option<String>,
    /// Where the customer's clock is.
    pub zone: Option<Zone>,
    /// When the customer began, in milliseconds since 1970 in UTC.
    pub since: Option<i64>,
    /// Does not want to be asked.
    pub opted_out: bool,
    /// Not to be asked before this time.
    pub quarantine_until: Option<i64>,
    /// The channels that the customer can be reached by; empty: any.
    pub channels: Vec<String>,
    /// What sampling looks at.
    pub attributes: Vec<(String, String)>,
}

impl Customer {
    /// A customer of whom nothing else is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// A customer who might be asked.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Candidate {
    /// The person.
    pub customer: Customer,
    /// Id of the survey.
    pub survey: String,
    /// Name of its metric.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub metric: Option<String>,
    /// Relational where not set.
    #[cfg_attr(feature = "schema", schemars(default = "relational"))]
    pub kind: Kind,
    /// What it asks about.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub touchpoint: Option<String>,
    /// The channel wanted; rules may choose one.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub channel: Option<String>,
    /// What has happened (or will): its name and when.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub event: Option<(String, i64)>,
    /// Half the width of the score's interval so far, in points.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub margin: Option<f64>,
    /// This is a reminder of an invitation.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub reminder: bool,
}

record!(ContactPolicy { rules, priority = Vec::new() });
tagged!(ContactRule {
    Gap = "gap",
    Cap = "cap",
    Sample = "sample",
    Trigger = "trigger",
    Recurring = "recurring",
    FirstContact = "first_contact",
    Quiet = "quiet",
    Channels = "channels",
    Enough = "enough",
    Reminder = "reminder",
});
options!(Which, takes [surveys, metrics, kinds, touchpoints, channels], from Self::default());
record!(Gap { days, of = Which::default(), counts = Which::default(), after = Vec::new() });
record!(Cap { at_most, days, per = Per::Customer, of = Which::default(), counts = Which::default() });
names!(Per { Customer = "customer", Account = "account", Household = "household" });
record!(Sample { salt, rate, segments = Vec::new(), of = Which::default() });
record!(SegmentRate { attribute, is, rate });
record!(Trigger { event, after_days = 0.0, within_days, of = Which::default() });
record!(Recurring { every_days, within_days, of = Which::default() });
record!(FirstContact { days, of = Which::default() });
record!(Quiet { from, to, days = Vec::new(), of = Which::default() });
record!(Channels { channels, of = Which::default() });
record!(Enough { margin, of = Which::default() });
record!(Reminder { after_days, at_most, deadline_days, counted = false, of = Which::default() });
options!(
    Customer,
    takes [
        id, account, household, zone, since, opted_out, quarantine_until, channels, attributes
    ],
    from Self::default()
);
record!(Candidate {
    customer,
    survey,
    metric = None,
    kind = relational(),
    touchpoint = None,
    channel = None,
    event = None,
    margin = None,
    reminder = false,
});

fn relational() -> Kind {
    Kind::Relational
}

impl Candidate {
    /// A customer for a relational survey.
    #[must_use]
    pub fn new(customer: Customer, survey: impl Into<String>) -> Self {
        Self {
            customer,
            survey: survey.into(),
            metric: None,
            kind: relational(),
            touchpoint: None,
            channel: None,
            event: None,
            margin: None,
            reminder: false,
        }
    }
}

impl ContactPolicy {
    /// What the field advises where nothing else is known: relational surveys 180 days apart, any two surveys 30, 90
    /// days of rest after declining, quiet nights and weekends.
    #[must_use]
    pub fn advised() -> Self {
        let relational = || Which { kinds: vec![Kind::Relational], ..Which::default() };
        let gap = |days, of, counts, after| ContactRule::Gap(Gap { days, of, counts, after });
        Self {
            rules: vec![
                gap(180.0, relational(), relational(), Vec::new()),
                gap(30.0, Which::default(), Which::default(), Vec::new()),
                gap(90.0, Which::default(), Which::default(), vec![Outcome::Declined]),
                ContactRule::Quiet(Quiet {
                    from: Clock::at(20, 0),
                    to: Clock::at(8, 0),
                    days: vec![Weekday::Saturday, Weekday::Sunday],
                    of: Which::default(),
                }),
            ],
            priority: Vec::new(),
        }
    }

    /// Reads a policy and checks it.
    ///
    /// # Errors
    /// `json`, `invalid-config`; `invalid-argument` with a path for negative times, rates outside 0 to 1 and
    /// quiet times that never end.
    pub fn from_json(text: &str) -> Result<Self> {
        let policy: Self = config::read(text)?;
        policy.check()?;
        Ok(policy)
    }

    /// The policy as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Whether every rule can be followed.
    ///
    /// # Errors
    /// `invalid-argument` with a path.
    pub fn check(&self) -> Result<()> {
        let days = |value: f64, name: &str| {
            if (0.0..=36_500.0).contains(&value) {
                return Ok(());
            }
            Err(Error::new(ErrorCode::InvalidArgument, "days lie from 0 to 36500").at(name))
        };
        let share = |value: f64, name: String| {
            if (0.0..=1.0).contains(&value) {
                return Ok(());
            }
            Err(Error::new(ErrorCode::InvalidArgument, "a rate lies from 0 to 1").at(name))
        };
        for (index, rule) in self.rules.iter().enumerate() {
            let checked = match rule {
                ContactRule::Gap(gap) => days(gap.days, "gap.days"),
                ContactRule::Cap(cap) => days(cap.days, "cap.days"),
                ContactRule::Sample(sample) => {
                    share(sample.rate, "sample.rate".into()).and_then(|()| {
                        (sample.segments.iter().enumerate()).try_for_each(|(i, segment)| {
                            share(segment.rate, format!("sample.segments[{i}].rate"))
                        })
                    })
                }
                ContactRule::Trigger(trigger) => {
                    days(trigger.after_days.abs(), "trigger.after_days")
                        .and_then(|()| days(trigger.within_days, "trigger.within_days"))
                }
                ContactRule::Recurring(rule) => days(rule.every_days, "recurring.every_days")
                    .and_then(|()| days(rule.every_days - 1.0 / 24.0, "recurring.every_days"))
                    .and_then(|()| days(rule.within_days, "recurring.within_days")),
                ContactRule::FirstContact(rule) => days(rule.days, "first_contact.days"),
                ContactRule::Quiet(quiet) if quiet.days.len() >= 7 => {
                    let message = "a week needs a day that is not quiet";
                    Err(Error::new(ErrorCode::InvalidArgument, message).at("quiet.days"))
                }
                ContactRule::Enough(rule) if !(rule.margin >= 0.0) => {
                    let message = "a margin is not negative";
                    Err(Error::new(ErrorCode::InvalidArgument, message).at("enough.margin"))
                }
                ContactRule::Reminder(rule) => days(rule.after_days, "reminder.after_days")
                    .and_then(|()| days(rule.deadline_days, "reminder.deadline_days")),
                _ => Ok(()),
            };
            checked.map_err(|error| {
                let path = format!("rules[{index}].{}", error.path());
                error.at(path)
            })?;
        }
        Ok(())
    }
}

impl Which {
    pub(crate) fn holds(
        &self,
        survey: &str,
        metric: Option<&str>,
        kind: Kind,
        touchpoint: Option<&str>,
        channel: Option<&str>,
    ) -> bool {
        fn among(list: &[String], value: Option<&str>) -> bool {
            list.is_empty() || value.is_some_and(|value| list.iter().any(|item| item == value))
        }
        among(&self.surveys, Some(survey))
            && among(&self.metrics, metric)
            && (self.kinds.is_empty() || self.kinds.contains(&kind))
            && among(&self.touchpoints, touchpoint)
            && among(&self.channels, channel)
    }

    pub(crate) fn takes(&self, candidate: &Candidate) -> bool {
        let Candidate { survey, metric, kind, touchpoint, channel, .. } = candidate;
        self.holds(survey, metric.as_deref(), *kind, touchpoint.as_deref(), channel.as_deref())
    }

    pub(crate) fn counts(&self, contact: &Contact) -> bool {
        let Contact { survey, metric, kind, touchpoint, channel, .. } = contact;
        self.holds(survey, metric.as_deref(), *kind, touchpoint.as_deref(), channel.as_deref())
    }
}

/// Days as milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "at most 36,500 days by the check")]
pub(crate) fn span(days: f64) -> i64 {
    (days * DAY as f64).round() as i64
}
