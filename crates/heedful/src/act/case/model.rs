//! A case with its duties and its trail.

use serde::Serialize;

use super::event::{CaseEvent, CaseOutcome, CaseState, read_fields};
use super::facts::Facts;
use super::policy::Assignee;
use crate::base::config::{Config, Object, names, stored};
use crate::base::error::Result;
use crate::base::json::Json;

/// Somebody owes a customer a reaction.
///
/// A case comes from [`CasePolicy::open`](super::policy::CasePolicy::open) and changes by
/// [`CasePolicy::apply`](super::policy::CasePolicy::apply) alone, each time with an entry in its trail.
///
/// ```
/// use heedful::cases::{CaseEvent, CasePolicy, Facts};
/// let policy = CasePolicy::default();
/// let monday_at_nine = 1_767_603_600_000;
/// let case = policy.open(Facts { rating: Some(1.0), ..Facts::new("r1") }, monday_at_nine)?.case;
/// let two_days = monday_at_nine + 2 * 86_400_000;
/// assert_eq!((case.tier.as_deref(), case.next_due()), (Some("0-2"), Some(two_days)));
/// assert!(case.is_overdue(two_days + 1) && !case.is_overdue(two_days));
/// let answered = policy.apply(&case, &CaseEvent::Reply, Some("bo"), two_days)?.case;
/// assert_eq!((answered.first_reply(), answered.is_overdue(two_days + 1)), (Some(two_days), false));
/// assert_eq!((answered.id(), answered.is_open(), answered.next_tick()), ("r1", true, None));
/// assert_eq!(answered.trail.iter().map(|entry| entry.event.name()).collect::<Vec<_>>(), ["open", "reply"]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Case {
    /// What it is about.
    pub facts: Facts,
    /// The tier of the rating.
    pub tier: Option<String>,
    /// The tier of the value.
    pub value_tier: Option<String>,
    /// 1 is the most urgent.
    pub priority: u32,
    /// When it was opened, in milliseconds since 1970, as all times.
    pub opened: i64,
    /// Where it stands.
    pub state: CaseState,
    /// Who has it.
    pub assignee: Option<Assignee>,
    /// The route by which it came there; `None` for the fallback, or where somebody assigned it.
    pub route: Option<String>,
    /// The customer asked not to be contacted.
    pub no_contact: bool,
    /// Until when it waits.
    pub waiting_until: Option<i64>,
    /// What is owed: a reply, closing, promises.
    pub duties: Vec<Duty>,
    /// What was done for the customer.
    pub remedies: Vec<Remedy>,
    /// What came of it.
    pub outcome: Option<CaseOutcome>,
    /// When it was closed.
    pub closed: Option<i64>,
    /// How often it was opened again.
    pub reopened: u32,
    /// What the customer said later.
    pub rated: Option<f64>,
    /// When.
    pub rated_at: Option<i64>,
    /// Everything that happened to it, in order.
    pub trail: Vec<Entry>,
}

stored!(
    Case,
    needs [facts, priority, opened, state, trail],
    takes [
        tier, value_tier, assignee, route, no_contact, waiting_until, duties, remedies, outcome, closed, reopened,
        rated, rated_at
    ],
    from Self::default()
);

/// What is owed.
///
/// ```
/// use heedful::cases::DutyKind;
/// assert!(DutyKind::Reply < DutyKind::Close && DutyKind::Close < DutyKind::Promise);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// The customer hears from us.
    #[default]
    Reply,
    /// The case is closed.
    Close,
    /// What was promised is done.
    Promise,
}

names!(DutyKind { Reply = "reply", Close = "close", Promise = "promise" });

/// A duty of a case, with its due time.
///
/// ```
/// use heedful::cases::{CasePolicy, DutyKind, Facts};
/// let case = CasePolicy::default().open(Facts::new("r1"), 1_767_603_600_000)?.case;
/// let reply = &case.duties[0];
/// assert_eq!((reply.kind, reply.name(), reply.is_open()), (DutyKind::Reply, "reply", true));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Duty {
    /// What is owed.
    pub kind: DutyKind,
    /// What was promised.
    pub what: Option<String>,
    /// Since when.
    pub since: i64,
    /// By when; `None` until the next interaction.
    pub due: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// It ended because it was done.
    pub kept: bool,
    /// Reminders that were sent or are over.
    pub reminders: u32,
    /// Steps of escalation that were taken.
    pub escalations: u32,
    /// When the next reminder or escalation comes.
    pub next: Option<i64>,
}

stored!(
    Duty,
    needs [kind, since],
    takes [what, due, ended, kept, reminders, escalations, next],
    from Self::default()
);

/// Something that was done for the customer.
///
/// ```
/// use heedful::cases::Remedy;
/// let refund = Remedy { remedy: "refund".to_owned(), at: 0, cost: Some(20.0) };
/// assert_eq!(refund.cost, Some(20.0));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Remedy {
    /// What.
    pub remedy: String,
    /// When.
    pub at: i64,
    /// What it cost, in money.
    pub cost: Option<f64>,
}

stored!(Remedy, needs [remedy, at], takes [cost], from Self::default());

/// A line of a case's trail.
///
/// ```
/// use heedful::cases::{CasePolicy, CaseState, Facts};
/// let case = CasePolicy::default().open(Facts::new("r1"), 1_767_603_600_000)?.case;
/// assert_eq!((case.trail[0].event.name(), case.trail[0].state), ("open", CaseState::New));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to say more
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who did it, as the host names people; `None` for the desk itself.
    pub by: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub event: CaseEvent,
    /// Where the case stood afterwards.
    pub state: CaseState,
}

impl Config for Entry {
    fn read(json: &Json) -> Result<Self> {
        let mut object = Object::of(json)?;
        let (mut at, mut by, mut state) = (0, None, CaseState::New);
        object.needs("at", &mut at);
        object.takes("by", &mut by);
        object.needs("state", &mut state);
        let event = read_fields(&mut object, json)?;
        object.finish_state()?;
        Ok(Self { at, by, event, state })
    }
}

impl Duty {
    /// What it is called: `reply`, `close`, or what was promised.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.kind {
            DutyKind::Reply => "reply",
            DutyKind::Close => "close",
            DutyKind::Promise => self.what.as_deref().unwrap_or("promise"),
        }
    }

    /// Whether it is still owed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}

impl Case {
    /// The id, which is that of the facts.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.facts.id
    }

    /// Whether it is not closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != CaseState::Closed
    }

    /// When the next open duty is or was due; `None` where none has a time.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        self.duties.iter().filter(|duty| duty.is_open()).filter_map(|duty| duty.due).min()
    }

    /// Whether an open duty should have been done before `now`.
    #[must_use]
    pub fn is_overdue(&self, now: i64) -> bool {
        self.next_due().is_some_and(|due| due < now)
    }

    /// When the customer first heard from us.
    #[must_use]
    pub fn first_reply(&self) -> Option<i64> {
        let replies = self.duties.iter().filter(|duty| duty.kind == DutyKind::Reply && duty.kept);
        replies.filter_map(|duty| duty.ended).min()
    }

    /// When something happens by itself: a reminder, an escalation, the end of waiting.
    #[must_use]
    pub fn next_tick(&self) -> Option<i64> {
        let open = self.duties.iter().filter(|duty| duty.is_open());
        open.filter_map(|duty| duty.next).chain(self.waiting_until).min()
    }
}
