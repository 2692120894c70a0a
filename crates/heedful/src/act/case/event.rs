//! What happens to a case, and what follows from it.

use serde::Serialize;

use super::model::Case;
use super::policy::{Assignee, Due};
use crate::base::config::{self, Config, Object, deserialized, names};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::table::{Data, Table};

/// Where a case stands. Whether it is overdue is computed: [`Case::is_overdue`].
///
/// ```
/// use heedful::cases::CaseState;
/// assert_eq!(CaseState::InProgress.as_str(), "in_progress");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Nobody has begun.
    #[default]
    New,
    /// Somebody works on it.
    InProgress,
    /// For the customer or somebody else.
    Waiting,
    /// Done; it can be opened again.
    Closed,
}

names!(CaseState { New = "new", InProgress = "in_progress", Waiting = "waiting", Closed = "closed" });

impl CaseState {
    /// The name: `new`, `in_progress`, `waiting` or `closed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::InProgress => "in_progress",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
        }
    }
}

/// What came of a case.
///
/// ```
/// use heedful::cases::CaseOutcome;
/// let outcome: CaseOutcome = serde_json::from_str(r#""no_contact""#).unwrap();
/// assert_eq!((outcome, outcome.as_str()), (CaseOutcome::NoContact, "no_contact"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseOutcome {
    /// The customer is content again.
    #[default]
    Recovered,
    /// The customer is gone, or as unhappy as before.
    Lost,
    /// The customer could not be reached, or asked not to be contacted.
    NoContact,
    /// There was nothing to react to.
    FalseAlarm,
}

names!(CaseOutcome {
    Recovered = "recovered",
    Lost = "lost",
    NoContact = "no_contact",
    FalseAlarm = "false_alarm",
});

impl CaseOutcome {
    pub(crate) const ALL: &[Self] =
        &[Self::Recovered, Self::Lost, Self::NoContact, Self::FalseAlarm];

    /// The name: `recovered`, `lost`, `no_contact` or `false_alarm`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Lost => "lost",
            Self::NoContact => "no_contact",
            Self::FalseAlarm => "false_alarm",
        }
    }
}

/// What happens to a case. In JSON an object with the name as `event` and what belongs to it:
/// `{"event": "close", "outcome": "recovered"}`.
///
/// ```
/// use heedful::cases::{CaseEvent, CaseOutcome};
/// let event = CaseEvent::from_json(r#"{"event": "close", "outcome": "recovered"}"#)?;
/// assert_eq!((event.name(), &event), ("close", &CaseEvent::Close { outcome: CaseOutcome::Recovered }));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive] // further events may come
pub enum CaseEvent {
    /// It was opened. Only the desk says so.
    Open,
    /// Somebody else gets it.
    Assign {
        /// Who.
        to: Assignee,
    },
    /// Work begins, or goes on after waiting.
    Start,
    /// The customer heard from us. Not for a case without contact.
    Reply,
    /// It waits; work in progress alone can.
    Wait {
        /// Until when, in milliseconds since 1970; without an end where not given.
        until: Option<i64>,
    },
    /// The customer is there: what is due at the next interaction is due now, and waiting ends.
    Interaction,
    /// Something was done for the customer.
    Remedy {
        /// What, for example `refund`.
        remedy: String,
        /// What it cost, in money.
        cost: Option<f64>,
    },
    /// Something was promised to the customer, which is a duty of its own. Not for a case without contact.
    Promise {
        /// What; open promises of a case have different names.
        what: String,
        /// By when.
        due: Due,
    },
    /// An open promise was kept.
    Keep {
        /// Which.
        what: String,
    },
    /// An open promise no longer holds.
    Withdraw {
        /// Which.
        what: String,
    },
    /// It is done. Open promises must be kept or withdrawn before.
    Close {
        /// What came of it.
        outcome: CaseOutcome,
    },
    /// A closed case is taken up again, with due times from now on.
    Reopen,
    /// The customer asks not to be contacted: the case is routed anew, without contact, and owes nothing.
    OptOut,
    /// The customer rated again.
    Rated {
        /// The rating.
        rating: f64,
    },
    /// A duty was reminded of. Only [`tick`](super::policy::CasePolicy::tick) says so.
    Remind {
        /// The duty.
        duty: String,
        /// Which reminder, from 1.
        step: u32,
    },
    /// Somebody else heard of an overdue duty. Only [`tick`](super::policy::CasePolicy::tick) says so.
    Escalate {
        /// The duty.
        duty: String,
        /// Which step, from 1.
        step: u32,
    },
    /// The time to wait is over. Only [`tick`](super::policy::CasePolicy::tick) says so.
    Resume,
}

const EVENTS: &[&str] = &[
    "open",
    "assign",
    "start",
    "reply",
    "wait",
    "interaction",
    "remedy",
    "promise",
    "keep",
    "withdraw",
    "close",
    "reopen",
    "opt_out",
    "rated",
    "remind",
    "escalate",
    "resume",
];

impl CaseEvent {
    /// Reads an event.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The name, as in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assign { .. } => "assign",
            Self::Start => "start",
            Self::Reply => "reply",
            Self::Wait { .. } => "wait",
            Self::Interaction => "interaction",
            Self::Remedy { .. } => "remedy",
            Self::Promise { .. } => "promise",
            Self::Keep { .. } => "keep",
            Self::Withdraw { .. } => "withdraw",
            Self::Close { .. } => "close",
            Self::Reopen => "reopen",
            Self::OptOut => "opt_out",
            Self::Rated { .. } => "rated",
            Self::Remind { .. } => "remind",
            Self::Escalate { .. } => "escalate",
            Self::Resume => "resume",
        }
    }
}

impl Config for CaseEvent {
    fn read(json: &Json) -> Result<Self> {
        let mut object = Object::of(json)?;
        let event = read_fields(&mut object, json)?;
        object.finish()?;
        Ok(event)
    }
}

deserialized!(CaseEvent);

/// Asks an object for the fields of the event that it names.
pub(super) fn read_fields(object: &mut Object<'_>, json: &Json) -> Result<CaseEvent> {
    let mut name = String::new();
    object.needs("event", &mut name);
    let mut what = String::new();
    let mut step = 0_u32;
    Ok(match name.as_str() {
        "open" => CaseEvent::Open,
        "assign" => {
            let mut to = Assignee::Role(String::new());
            object.needs("to", &mut to);
            CaseEvent::Assign { to }
        }
        "start" => CaseEvent::Start,
        "reply" => CaseEvent::Reply,
        "wait" => {
            let mut until = None;
            object.takes("until", &mut until);
            CaseEvent::Wait { until }
        }
        "interaction" => CaseEvent::Interaction,
        "remedy" => {
            let mut cost = None;
            object.needs("remedy", &mut what);
            object.takes("cost", &mut cost);
            CaseEvent::Remedy { remedy: what, cost }
        }
        "promise" => {
            let mut due = Due::AtOnce;
            object.needs("what", &mut what);
            object.needs("due", &mut due);
            CaseEvent::Promise { what, due }
        }
        "keep" => {
            object.needs("what", &mut what);
            CaseEvent::Keep { what }
        }
        "withdraw" => {
            object.needs("what", &mut what);
            CaseEvent::Withdraw { what }
        }
        "close" => {
            let mut outcome = CaseOutcome::Recovered;
            object.needs("outcome", &mut outcome);
            CaseEvent::Close { outcome }
        }
        "reopen" => CaseEvent::Reopen,
        "opt_out" => CaseEvent::OptOut,
        "rated" => {
            let mut rating = 0.0;
            object.needs("rating", &mut rating);
            CaseEvent::Rated { rating }
        }
        "remind" | "escalate" => {
            object.needs("duty", &mut what);
            object.needs("step", &mut step);
            if name == "remind" {
                CaseEvent::Remind { duty: what, step }
            } else {
                CaseEvent::Escalate { duty: what, step }
            }
        }
        "resume" => CaseEvent::Resume,
        // Where there is no name at all the object says so, with the other things that are wrong with it.
        _ if matches!(json, Json::Object(fields) if fields.iter().any(|(field, _)| field == "event")) =>
        {
            return Err(config::unknown("variant", &name, EVENTS).at("event"));
        }
        _ => CaseEvent::Open,
    })
}

/// What somebody has to be told.
///
/// ```
/// use heedful::cases::EffectKind;
/// assert_eq!(EffectKind::Escalation.as_str(), "escalation");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// A case came to them.
    Assigned,
    /// A duty is due before long.
    Reminder,
    /// A duty of somebody else is overdue.
    Escalation,
    /// The case waits no longer.
    Resumed,
}

impl EffectKind {
    /// The name: `assigned`, `reminder`, `escalation` or `resumed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Reminder => "reminder",
            Self::Escalation => "escalation",
            Self::Resumed => "resumed",
        }
    }
}

/// What follows from an event: a message that the host sends, inside of the organisation.
///
/// ```
/// use heedful::cases::{Assignee, CasePolicy, Desk, EffectKind, Facts};
/// let policy = CasePolicy::default().fallback(Assignee::Role("care".to_owned()));
/// let effects = Desk::new(policy)?.open(Facts::new("r1"), 1_767_603_600_000)?;
/// assert_eq!((effects[0].kind, effects[0].case.as_str()), (EffectKind::Assigned, "r1"));
/// assert_eq!(effects[0].to.as_ref().and_then(Assignee::role), Some("care"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to say more
pub struct CaseEffect {
    /// The case.
    pub case: String,
    /// What it is about.
    pub kind: EffectKind,
    /// Who is told; `None` where nobody is in charge.
    pub to: Option<Assignee>,
    /// The duty, of a reminder or an escalation: `reply`, `close`, or what was promised.
    pub duty: Option<String>,
    /// Which reminder or step of escalation, from 1.
    pub step: Option<u32>,
    /// When the duty is or was due; of a new case, when its next one is. Milliseconds since 1970.
    pub due: Option<i64>,
}

/// Effects as a table: `case`, `kind`, `owner`, `role`, `duty`, `step`, `due`.
///
/// ```
/// use heedful::cases::effects_table;
/// assert_eq!(effects_table(&[]).columns().len(), 7);
/// ```
#[must_use]
pub fn effects_table(effects: &[CaseEffect]) -> Table {
    let mut table = Table::new();
    let all = || effects.iter();
    table.texts("case", all().map(|effect| Some(effect.case.as_str())));
    table.texts("kind", all().map(|effect| Some(effect.kind.as_str())));
    table.texts("owner", all().map(|effect| Assignee::parts(effect.to.as_ref()).0));
    table.texts("role", all().map(|effect| Assignee::parts(effect.to.as_ref()).1));
    table.texts("duty", all().map(|effect| effect.duty.as_deref()));
    table.ints("step", all().map(|effect| effect.step.map(u64::from)));
    table.push("due", Data::Int(all().map(|effect| effect.due).collect()));
    table
}

/// A case after an event, and what follows.
///
/// ```
/// use heedful::cases::{CaseEvent, CasePolicy, CaseState, Facts};
/// let policy = CasePolicy::default();
/// let opened = policy.open(Facts::new("r1"), 1_767_603_600_000)?;
/// let begun = policy.apply(&opened.case, &CaseEvent::Start, Some("bo"), 1_767_603_660_000)?;
/// assert_eq!((opened.case.state, begun.case.state), (CaseState::New, CaseState::InProgress));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CaseStep {
    /// The case.
    pub case: Case,
    /// What follows.
    pub effects: Vec<CaseEffect>,
}
