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
///
/// ```
/// use heedful::contact::{ContactPolicy, ContactRule};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 30}}, {"enough": {"margin": 2}}]}"#)?;
/// let ContactRule::Gap(gap) = &policy.rules[0] else { panic!("a gap") };
/// assert_eq!(gap.days, 30.0);
/// // Each rule is an object of one key.
/// assert!(ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 30}, "enough": {"margin": 2}}]}"#).is_err());
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Kind, contact::{Candidate, ContactPolicy, Customer, Verdict}};
///
/// // Nobody is asked about the relation in the first 90 days.
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"first_contact": {"days": 90, "of": {"kinds": ["relational"]}}}]}"#)?;
/// let customer = Customer { since: Some(0), ..Customer::new("ada") };
/// let relation = Candidate::new(customer, "nps");
/// let support = Candidate { kind: Kind::Transactional, ..relation.clone() };
/// assert_eq!(policy.decide(&[], &relation, 1)?.verdict, Verdict::Later { at: 90 * 86_400_000 });
/// assert_eq!(policy.decide(&[], &support, 1)?.verdict, Verdict::Ask { channel: None });
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, ContactRule, Customer, Gap, Verdict, Which};
///
/// const DAY: i64 = 86_400_000;
/// let gap = Gap { days: 1.5, of: Which::default(), counts: Which::default(), after: vec![] };
/// let policy = ContactPolicy { rules: vec![ContactRule::Gap(gap)], priority: vec![] };
/// let verdict = |customer: &str| {
///     let candidate = Candidate::new(Customer::new(customer), "nps");
///     policy.decide(&[Contact::new("ada", "csat", 0)], &candidate, DAY).map(|found| found.verdict)
/// };
/// assert_eq!(verdict("ada")?, Verdict::Later { at: 3 * DAY / 2 });
/// assert_eq!(verdict("bob")?, Verdict::Ask { channel: None });
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"cap": {"at_most": 2, "days": 30}}]}"#)?;
/// let sent = |days: &[i64]| days.iter().map(|day| Contact::new("ada", "nps", day * DAY)).collect::<Vec<_>>();
/// let ada = Candidate::new(Customer::new("ada"), "nps");
/// assert_eq!(policy.decide(&sent(&[10]), &ada, 20 * DAY)?.verdict, Verdict::Ask { channel: None });
/// // The window is free again 30 days after the first of the two.
/// assert_eq!(policy.decide(&sent(&[5, 10]), &ada, 20 * DAY)?.verdict, Verdict::Later { at: 35 * DAY });
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, ContactRule, Customer, Per};
///
/// let policy = |per: &str| {
///     ContactPolicy::from_json(&format!(r#"{{"rules": [{{"cap": {{"at_most": 1, "days": 30, "per": "{per}"}}}}]}}"#))
/// };
/// let ContactRule::Cap(cap) = &policy("household")?.rules[0] else { panic!("a cap") };
/// assert_eq!(cap.per, Per::Household);
/// // Bob, of Ada's home, was asked.
/// let home = Some("elm street 5".to_owned());
/// let bob = Contact { household: home.clone(), ..Contact::new("bob", "nps", 0) };
/// let ada = Candidate::new(Customer { household: home, ..Customer::new("ada") }, "nps");
/// assert_eq!(policy("household")?.decide(&[bob.clone()], &ada, 1)?.holds.len(), 1);
/// assert_eq!(policy("customer")?.decide(&[bob], &ada, 1)?.holds.len(), 0);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer};
///
/// let sampled = |rate: f64| {
///     let policy = format!(r#"{{"rules": [{{"sample": {{"salt": "2026", "rate": {rate}}}}}]}}"#);
///     let policy = ContactPolicy::from_json(&policy)?;
///     let asked = |i: &u32| {
///         let candidate = Candidate::new(Customer::new(format!("customer {i}")), "nps");
///         policy.decide(&[], &candidate, 0).is_ok_and(|found| found.holds.is_empty())
///     };
///     Ok::<_, heedful::Error>((0..1_000).filter(asked).collect::<Vec<_>>())
/// };
/// let (some, half, all) = (sampled(0.1)?, sampled(0.5)?, sampled(1.0)?);
/// assert_eq!(all.len(), 1_000);
/// assert!((60..140).contains(&some.len())); // 100, give or take four standard deviations
/// // A larger sample holds the smaller one.
/// assert!(some.iter().all(|customer| half.contains(customer)));
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode};
///
/// let policy = ContactPolicy::from_json(
///     r#"{"rules": [{"sample": {"salt": "a", "rate": 0, "segments": [{"attribute": "tier", "is": ["gold"], "rate": 1}]}}]}"#,
/// )?;
/// let holds = |tier: &str| {
///     let attributes = vec![("tier".to_owned(), tier.to_owned())];
///     let customer = Customer { attributes, ..Customer::new("ada") };
///     let decision = policy.decide(&[], &Candidate::new(customer, "nps"), 0)?;
///     Ok::<_, heedful::Error>(decision.holds.into_iter().map(|hold| hold.code).collect::<Vec<_>>())
/// };
/// assert_eq!(holds("gold")?, []);
/// assert_eq!(holds("silver")?, [HoldCode::NotSampled]);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// // From one to fifteen days after a delivery.
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"trigger": {"event": "delivery", "after_days": 1, "within_days": 14}}]}"#)?;
/// let mut ada = Candidate::new(Customer::new("ada"), "csat");
/// assert_eq!(policy.decide(&[], &ada, 0)?.holds[0].code, HoldCode::NoEvent);
/// ada.event = Some(("delivery".into(), 10 * DAY));
/// assert_eq!(policy.decide(&[], &ada, 10 * DAY)?.verdict, Verdict::Later { at: 11 * DAY });
/// assert_eq!(policy.decide(&[], &ada, 12 * DAY)?.verdict, Verdict::Ask { channel: None });
/// assert_eq!(policy.decide(&[], &ada, 26 * DAY)?.holds[0].code, HoldCode::Expired);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"recurring": {"every_days": 182, "within_days": 14}}]}"#)?;
/// let ada = Candidate::new(Customer { since: Some(0), ..Customer::new("ada") }, "nps");
/// let verdict = |day: i64| policy.decide(&[], &ada, day * DAY).map(|found| found.verdict);
/// assert_eq!(verdict(10)?, Verdict::Later { at: 182 * DAY });
/// assert_eq!(verdict(185)?, Verdict::Ask { channel: None });
/// assert_eq!(verdict(200)?, Verdict::Later { at: 364 * DAY }); // too late for this time
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode, Verdict};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"first_contact": {"days": 30}}]}"#)?;
/// let new = Candidate::new(Customer { since: Some(0), ..Customer::new("ada") }, "nps");
/// assert_eq!(policy.decide(&[], &new, 1)?.verdict, Verdict::Later { at: 30 * 86_400_000 });
/// let unknown = Candidate::new(Customer::new("ada"), "nps");
/// assert_eq!(policy.decide(&[], &unknown, 1)?.holds[0].code, HoldCode::SinceUnknown);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Zone, contact::{Candidate, ContactPolicy, Customer, Verdict}};
///
/// const HOUR: i64 = 3_600_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"quiet": {"from": "20:00", "to": "08:00"}}]}"#)?;
/// let noon = 12 * HOUR;
/// let mut ada = Candidate::new(Customer::new("ada"), "nps");
/// assert_eq!(policy.decide(&[], &ada, noon)?.verdict, Verdict::Ask { channel: None });
/// // Where the clock is eleven hours ahead it is 23:00; at 8:00 nine hours have passed.
/// ada.customer.zone = Some(Zone::fixed(11 * 3_600)?);
/// assert_eq!(policy.decide(&[], &ada, noon)?.verdict, Verdict::Later { at: noon + 9 * HOUR });
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode, Verdict};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"channels": {"channels": ["in_app", "email"]}}]}"#)?;
/// let reached_by = |channel: &str| {
///     let customer = Customer { channels: vec![channel.to_owned()], ..Customer::new("ada") };
///     policy.decide(&[], &Candidate::new(customer, "nps"), 0)
/// };
/// assert_eq!(reached_by("email")?.verdict, Verdict::Ask { channel: Some("email".into()) });
/// assert_eq!(reached_by("phone")?.holds[0].code, HoldCode::NoChannel);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode};
///
/// // Nobody more is asked once the score is known to plus or minus 3 points.
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"enough": {"margin": 3}}]}"#)?;
/// let mut ada = Candidate::new(Customer::new("ada"), "nps");
/// ada.margin = Some(3.1);
/// assert!(policy.decide(&[], &ada, 0)?.holds.is_empty());
/// ada.margin = Some(3.0);
/// assert_eq!(policy.decide(&[], &ada, 0)?.holds[0].code, HoldCode::Enough);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, HoldCode, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 10}}]}"#)?;
/// let reminder = Candidate { reminder: true, ..Candidate::new(Customer::new("ada"), "nps") };
/// let invited = Contact::new("ada", "nps", 0);
/// assert_eq!(policy.decide(&[invited.clone()], &reminder, DAY)?.verdict, Verdict::Later { at: 3 * DAY });
/// assert_eq!(policy.decide(&[invited.clone()], &reminder, 4 * DAY)?.verdict, Verdict::Ask { channel: None });
/// assert_eq!(policy.decide(&[invited.clone()], &reminder, 10 * DAY)?.holds[0].code, HoldCode::Expired);
/// let reminded = Contact { reminder: true, ..Contact::new("ada", "nps", 3 * DAY) };
/// let again = policy.decide(&[invited, reminded], &reminder, 7 * DAY)?;
/// assert_eq!(again.holds[0].code, HoldCode::RemindedEnough);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Responses, contact::Customer};
///
/// let table = Responses::new()
///     .with("customer", Column::categories([Some("ada")]))?
///     .with("channels", Column::categories([Some("email|phone")]))?
///     .with("tier", Column::categories([Some("gold")]))?;
/// let ada = Customer::from_table(&table)?.remove(0);
/// // A column that is none of a customer's own is an attribute.
/// let expected = Customer {
///     channels: vec!["email".to_owned(), "phone".to_owned()],
///     attributes: vec![("tier".to_owned(), "gold".to_owned())],
///     ..Customer::new("ada")
/// };
/// assert_eq!(ada, expected);
/// assert_eq!(Customer::from_table_with(&table, Vec::new())?, [expected]);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Kind, Responses, contact::Candidate};
///
/// let table = Responses::new()
///     .with("customer", Column::categories([Some("ada")]))?
///     .with("survey", Column::categories([Some("after-delivery")]))?
///     .with("kind", Column::categories([Some("transactional")]))?
///     .with("event", Column::categories([Some("delivery")]))?
///     .with("event_at", Column::numbers(vec![1_767_614_400_000_i64]))?;
/// let ada = Candidate::from_table(&table)?.remove(0);
/// assert_eq!((ada.customer.id.as_str(), ada.survey.as_str(), ada.kind), ("ada", "after-delivery", Kind::Transactional));
/// assert_eq!(ada.event, Some(("delivery".to_owned(), 1_767_614_400_000)));
/// // Relational where nothing else is said.
/// assert_eq!(Candidate::new(ada.customer, "nps").kind, Kind::Relational);
/// # Ok::<(), heedful::Error>(())
/// ```
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
    ///
    /// ```
    /// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Verdict};
    ///
    /// const DAY: i64 = 86_400_000;
    /// let policy = ContactPolicy::advised();
    /// policy.check()?;
    /// assert_eq!(ContactPolicy::from_json(&policy.to_json())?, policy);
    /// // Asked about the relation on Thursday, 1 January 1970 at noon: 180 days later it is noon on a Tuesday.
    /// let verdict = policy.decide(
    ///     &[Contact::new("ada", "nps", DAY / 2)],
    ///     &Candidate::new(Customer::new("ada"), "nps"),
    ///     7 * DAY,
    /// )?.verdict;
    /// assert_eq!(verdict, Verdict::Later { at: 180 * DAY + DAY / 2 });
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
