//! Playbooks: what to do when something happens, step by step.
//!
//! Everything is a function of what it is given: a trigger starts runs, an event moves a run on and says what is to be
//! done. The host keeps runs, sends messages and tells what was done.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alert::happening::AlertSource;
use crate::base::config::{self, Config, Object, deserialized, names, options, stored, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::severity::Severity;
use crate::base::state::check_version;

const VERSION: u32 = 1;
const HOUR: i64 = 3_600_000;

/// What to do when something happens.
///
/// ```
/// use heedful::playbook::{EffectKind, Past, Playbooks, RunEvent, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [
///     {"id": "save", "on": {"band": {"from": "green", "to": "yellow"}}, "steps": [
///         {"id": "call", "kind": "reply", "what": "call the customer", "role": "owner", "due_hours": 24},
///         {"id": "check", "what": "check that it got better", "after": "call", "due_days": 14, "done_when": ["band:green"]}
///     ]},
///     {"id": "advocate", "on": {"rated": {"band": "promoter"}}, "steps": [
///         {"id": "praise", "kind": "praise", "what": "tell the colleague"},
///         {"id": "review", "kind": "ask", "what": "ask for a review", "due_days": 2, "done_when": ["reviewed"]}
///     ]}
/// ]}"#)?;
/// let yellow = Trigger::from_json(r#"{"happened": {"band": {"from": "green", "to": "yellow"}}, "subject": "acme"}"#)?;
/// let started = books.start(&yellow, &Past::default(), 0);
/// assert_eq!((started[0].run.playbook.as_str(), started[0].effects[0].due), ("save", Some(86_400_000)));
/// assert!(started[0].effects[0].human_only);
/// let done = RunEvent::from_json(r#"{"done": {"step": "call", "by": "bo", "human": true}}"#)?;
/// let next = books.advance(&started[0].run, &done, 1000)?;
/// assert_eq!((next.effects[0].kind, next.effects[0].step.as_str()), (EffectKind::Do, "check"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Playbooks {
    /// The playbooks; of those of one trigger all start.
    pub playbooks: Vec<Playbook>,
    /// Days after an ask in which the customer is asked for nothing else.
    pub ask_gap_days: u32,
}

options!(Playbooks, takes [playbooks, ask_gap_days], from Self::default());

config::written!(Playbooks of playbook, r#"{"playbooks": [{"id": "thank", "on": {"rated": {"band": "promoter"}},
    "steps": [{"id": "thanks", "what": "say thank you"}]}]}"#);

impl Default for Playbooks {
    /// None; 90 days between asks.
    fn default() -> Self {
        Self { playbooks: Vec::new(), ask_gap_days: 90 }
    }
}

/// Steps on a trigger.
///
/// ```
/// use heedful::playbook::{Playbooks};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// assert_eq!((books.playbooks[0].id.as_str(), books.playbooks[0].again_after_days), ("why", 0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Its name.
    pub id: String,
    /// What starts it.
    pub on: On,
    /// What is to be done.
    pub steps: Vec<PlaybookStep>,
    /// Days after a start in which it is not started again for the same customer or account.
    #[cfg_attr(feature = "schema", serde(default))]
    pub again_after_days: u32,
}

options!(Playbook, needs [id, on, steps], takes [again_after_days], from Self {
    id: String::new(),
    on: On::Rated(OnRated::default()),
    steps: Vec::new(),
    again_after_days: 0,
});

/// What starts a playbook. In JSON an object with one key.
///
/// ```
/// use heedful::playbook::{On, Playbooks};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// assert!(matches!(&books.playbooks[0].on, On::Rated(rated) if rated.band == "detractor"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further triggers may come
pub enum On {
    /// An account went from one health band to another.
    Band(BandChange),
    /// An alert was opened.
    Alert(OnAlert),
    /// A response in a band: a promoter, a passive, a detractor without a comment.
    Rated(OnRated),
}

tagged!(On { Band = "band", Alert = "alert", Rated = "rated" });

/// From one health band to another; any where not set.
///
/// ```
/// use heedful::playbook::BandChange;
/// let any: BandChange = serde_json::from_str("{}").unwrap();
/// assert_eq!(any, BandChange { from: None, to: None });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BandChange {
    /// The band before.
    pub from: Option<String>,
    /// The band now.
    pub to: Option<String>,
}

options!(BandChange, takes [from, to], from Self::default());

/// An alert; any where nothing is set.
///
/// ```
/// use heedful::alert::Severity;
/// use heedful::playbook::OnAlert;
/// let bad: OnAlert = serde_json::from_str(r#"{"severity": "high"}"#).unwrap();
/// assert_eq!((bad.severity, bad.source), (Some(Severity::High), None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OnAlert {
    /// What saw it: `rating`, `reason`, `pulse`, `health` or `anomaly`.
    pub source: Option<AlertSource>,
    /// Its cause: a rule, a reason.
    pub cause: Option<String>,
    /// It is as bad as this or worse; any where not set.
    pub severity: Option<Severity>,
}

options!(OnAlert, takes [source, cause, severity], from Self::default());

/// A response in a band.
///
/// ```
/// use heedful::playbook::{On, OnRated, Playbooks};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// let rated = OnRated { band: "detractor".to_owned(), comment: Some(false) };
/// assert_eq!(books.playbooks[0].on, On::Rated(rated));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OnRated {
    /// The band, for example `detractor`.
    pub band: String,
    /// With a comment, or without; either where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<bool>,
}

options!(OnRated, needs [band], takes [comment], from Self::default());

/// One thing to do.
///
/// ```
/// use heedful::playbook::{Playbooks};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// assert_eq!((books.playbooks[0].steps[0].due_days, books.playbooks[0].steps[0].due_hours), (Some(2), None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaybookStep {
    /// Its name within the playbook.
    pub id: String,
    /// What is to be done, in words.
    pub what: String,
    /// Of which sort it is.
    #[cfg_attr(feature = "schema", serde(default))]
    pub kind: StepKind,
    /// Who does it: an owner or a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The step that must be done (or left out) before; at once where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Hours within which it is due, from the time at which its turn comes. Either this or `due_days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<u32>,
    /// Days (of 24 hours) within which it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u32>,
    /// Things that happen and make it done, beside somebody's saying so: `band:green`, `answered`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", serde(default))]
    pub done_when: Vec<String>,
}

options!(
    PlaybookStep,
    needs [id, what],
    takes [kind, role, after, due_hours, due_days, done_when],
    from Self::default()
);

/// Of which sort a step is.
///
/// ```
/// use heedful::playbook::StepKind;
/// assert_eq!(serde_json::to_string(&StepKind::Praise).unwrap(), "\"praise\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Something that somebody does.
    #[default]
    Task,
    /// The customer is asked for something: a review, a referral, what happened. Never twice within the gap.
    Ask,
    /// The customer hears from us, and only a human may send it.
    Reply,
    /// The employee who earned it is praised; done once it is told.
    Praise,
}

names!(StepKind { Task = "task", Ask = "ask", Reply = "reply", Praise = "praise" });

/// What happened, and to whom.
///
/// ```
/// use heedful::playbook::{Past, Playbooks, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}, "customer": "ada"}"#)?;
/// let started = books.start(&trigger, &Past::default(), 0);
/// assert_eq!(started[0].run.customer, trigger.customer);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trigger {
    /// What happened.
    pub happened: Happened,
    /// The account.
    pub subject: Option<String>,
    /// The customer.
    pub customer: Option<String>,
    /// The employee whom the customer dealt with.
    pub employee: Option<String>,
}

options!(Trigger, needs [happened], takes [subject, customer, employee], from Self {
    happened: Happened::Band(BandChange::default()),
    subject: None,
    customer: None,
    employee: None,
});

impl Trigger {
    /// Reads a trigger with the fields of this type.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

/// What happened. In JSON an object with one key.
///
/// ```
/// use heedful::playbook::{Happened, Trigger};
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "passive"}}, "customer": "ada"}"#)?;
/// assert!(matches!(trigger.happened, Happened::Rated(_)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further triggers may come
pub enum Happened {
    /// A health band changed.
    Band(BandChange),
    /// An alert was opened: source, cause and severity.
    Alert(OnAlert),
    /// Somebody answered; whether with a comment is `comment`.
    Rated(OnRated),
}

impl Config for Happened {
    fn read(json: &Json) -> Result<Self> {
        // What happened is told as what is waited for.
        Ok(match On::read(json)? {
            On::Band(change) => Self::Band(change),
            On::Alert(alert) => Self::Alert(alert),
            On::Rated(rated) => Self::Rated(rated),
        })
    }
}

deserialized!(Happened);

/// What is known of the past of the customer and the account.
///
/// ```
/// let past = heedful::playbook::Past::from_json(r#"{"asked": 1767614400000, "started": {"save": 1767614400000}}"#)?;
/// assert_eq!(past.asked, Some(1_767_614_400_000));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Past {
    /// When the customer was last asked for something, in milliseconds since 1970.
    pub asked: Option<i64>,
    /// When each playbook was last started.
    pub started: BTreeMap<String, i64>,
}

options!(Past, takes [asked, started], from Self::default());

impl Past {
    /// Reads `{"asked": .., "started": {playbook: ..}}`; both may be left out.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

/// A playbook under way.
///
/// ```
/// use heedful::playbook::{Past, Playbooks, Run, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "thank", "on": {"rated": {"band": "promoter"}},
///     "steps": [{"id": "thanks", "what": "say thank you"}]}]}"#)?;
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "promoter"}}, "customer": "ada"}"#)?;
/// let mut run = books.start(&trigger, &Past::default(), 0).remove(0).run;
/// assert_eq!(Run::from_json(&run.to_json())?, run);
/// assert!(run.forget("ada") && !run.to_json().contains("ada"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Run {
    version: u32,
    /// The playbook.
    pub playbook: String,
    /// The account.
    pub subject: Option<String>,
    /// The customer.
    pub customer: Option<String>,
    /// The employee whom the customer dealt with.
    pub employee: Option<String>,
    /// When it was started, in milliseconds since 1970.
    pub started: i64,
    /// When the customer was last asked for something.
    pub asked: Option<i64>,
    /// One for each step of the playbook.
    pub steps: Vec<RunStep>,
    /// When it ended.
    pub ended: Option<i64>,
}

stored!(
    Run,
    needs [version, playbook, started, steps],
    takes [subject, customer, employee, asked, ended],
    from Self::default()
);

/// A step of a run.
///
/// ```
/// use heedful::playbook::{Past, Playbooks, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}, "customer": "ada"}"#)?;
/// let started = books.start(&trigger, &Past::default(), 0);
/// assert_eq!((started[0].run.steps[0].due, started[0].run.steps[0].late), (Some(172_800_000), false));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RunStep {
    /// The step of the playbook.
    pub id: String,
    /// Where it stands.
    pub state: StepState,
    /// When it is due, in milliseconds since 1970.
    pub due: Option<i64>,
    /// When it was done or left out.
    pub done: Option<i64>,
    /// Who did it.
    pub by: Option<String>,
    /// It was told that it is overdue.
    pub late: bool,
}

stored!(RunStep, needs [id, state], takes [due, done, by, late], from Self::default());

/// Where a step stands.
///
/// ```
/// use heedful::playbook::{Past, Playbooks, StepState, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}, "customer": "ada"}"#)?;
/// let started = books.start(&trigger, &Past::default(), 0);
/// assert_eq!(started[0].run.steps[0].state, StepState::Open);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// To be done.
    Open,
    /// Done.
    Done,
    /// Left out.
    Skipped,
}

names!(StepState { Waiting = "waiting", Open = "open", Done = "done", Skipped = "skipped" });

/// What moves a run on. In JSON a name, or an object with one key.
///
/// ```
/// use heedful::playbook::RunEvent;
/// assert_eq!(RunEvent::from_json(r#"{"happened": "answered"}"#)?, RunEvent::Happened("answered".to_owned()));
/// assert_eq!(RunEvent::from_json(r#""tick""#)?, RunEvent::Tick);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // more may come to happen
pub enum RunEvent {
    /// Somebody did a step.
    Done(StepDone),
    /// Something happened that steps may wait for.
    Happened(String),
    /// Time went by.
    Tick,
    /// The rest is not to be done.
    Stop,
}

/// Somebody did a step.
///
/// ```
/// use heedful::playbook::{RunEvent, StepDone};
/// let done = RunEvent::from_json(r#"{"done": {"step": "call"}}"#).unwrap();
/// assert_eq!(done, RunEvent::Done(StepDone { step: "call".to_owned(), by: None, human: false }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StepDone {
    /// The step.
    pub step: String,
    /// Who did it.
    pub by: Option<String>,
    /// A human did it.
    pub human: bool,
}

options!(StepDone, needs [step], takes [by, human], from Self::default());

tagged!(RunEvent { Done = "done", Happened = "happened" } Tick = "tick", Stop = "stop");

impl RunEvent {
    /// Reads an event.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

/// Something for the host to do.
///
/// ```
/// use heedful::playbook::{EffectKind, Past, Playbooks, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}, "customer": "ada"}"#)?;
/// let started = books.start(&trigger, &Past::default(), 0);
/// let effect = &started[0].effects[0];
/// assert_eq!((effect.kind, effect.to.as_deref(), effect.human_only), (EffectKind::Ask, Some("ada"), false));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Effect {
    /// What sort of thing.
    pub kind: EffectKind,
    /// The step, empty for the run as a whole.
    pub step: String,
    /// What is to be done, in the playbook's words.
    pub what: String,
    /// For whom: the role, the customer who is asked or answered, the employee who is praised.
    pub to: Option<String>,
    /// By when, in milliseconds since 1970.
    pub due: Option<i64>,
    /// Only a human may send it.
    pub human_only: bool,
    /// Why it was left out: `asked_recently`, `no_employee`, `stopped`.
    pub why: Option<&'static str>,
}

/// What sort of thing an effect is.
///
/// ```
/// use heedful::playbook::EffectKind;
/// assert_eq!(serde_json::to_string(&EffectKind::Overdue).unwrap(), "\"overdue\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Somebody is to do a step.
    Do,
    /// The customer is to be asked.
    Ask,
    /// A human is to answer the customer.
    Reply,
    /// The employee is to be told.
    Praise,
    /// A step is overdue.
    Overdue,
    /// A step was left out.
    Skipped,
    /// The run is over.
    Ended,
}

/// A run after an event, and what is to be done.
///
/// ```
/// use heedful::playbook::{EffectKind, Past, Playbooks, RunEvent, Trigger};
/// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "why", "on": {"rated": {"band": "detractor", "comment": false}},
///     "steps": [{"id": "ask", "what": "what happened?", "kind": "ask", "due_days": 2}]}]}"#)?;
/// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}, "customer": "ada"}"#)?;
/// let started = books.start(&trigger, &Past::default(), 0);
/// let change = books.advance(&started[0].run, &RunEvent::Stop, 5)?;
/// assert_eq!((change.run.ended, change.effects[1].kind), (Some(5), EffectKind::Ended));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunChange {
    /// The run.
    pub run: Run,
    /// What is to be done, in order.
    pub effects: Vec<Effect>,
}

impl On {
    fn fits(&self, happened: &Happened) -> bool {
        fn any<T: PartialEq>(wanted: &Option<T>, found: &Option<T>) -> bool {
            wanted.is_none() || wanted == found
        }
        match (self, happened) {
            (Self::Band(wanted), Happened::Band(found)) => {
                any(&wanted.from, &found.from) && any(&wanted.to, &found.to)
            }
            (Self::Alert(wanted), Happened::Alert(found)) => {
                any(&wanted.source, &found.source)
                    && any(&wanted.cause, &found.cause)
                    && wanted
                        .severity
                        .is_none_or(|least| found.severity.unwrap_or_default() >= least)
            }
            (Self::Rated(wanted), Happened::Rated(found)) => {
                let comment = Some(found.comment.unwrap_or(false));
                wanted.band == found.band && any(&wanted.comment, &comment)
            }
            _ => false,
        }
    }
}

impl PlaybookStep {
    fn due(&self, now: i64) -> Option<i64> {
        let hours = self.due_hours.or(self.due_days.map(|days| days.saturating_mul(24)));
        hours.map(|hours| now.saturating_add(i64::from(hours) * HOUR))
    }
}

impl Playbooks {
    /// Reads playbooks with the fields of this type.
    ///
    /// # Errors
    /// `json`; `invalid-config` and `invalid-argument` with a path; `duplicate-key` for two playbooks or steps of one
    /// name; `unknown-name` for a step after one that does not come before it.
    pub fn from_json(text: &str) -> Result<Self> {
        let books: Self = config::read(text)?;
        books.check()?;
        Ok(books)
    }

    fn check(&self) -> Result<()> {
        let error = |code, message: String, path: &str| Err(Error::new(code, message).at(path));
        for (place, book) in self.playbooks.iter().enumerate() {
            let path = format!("playbooks[{place}]");
            if self.playbooks.iter().take(place).any(|other| other.id == book.id) {
                let message = format!("`{}` is there twice", book.id);
                return error(ErrorCode::DuplicateKey, message, &format!("{path}.id"));
            }
            if book.steps.is_empty() {
                let message = "a playbook needs a step".to_owned();
                return error(ErrorCode::InvalidArgument, message, &format!("{path}.steps"));
            }
            for (place, step) in book.steps.iter().enumerate() {
                let path = format!("{path}.steps[{place}]");
                let earlier =
                    |id: &String| book.steps.iter().take(place).any(|other| other.id == *id);
                if earlier(&step.id) {
                    let message = format!("`{}` is there twice", step.id);
                    return error(ErrorCode::DuplicateKey, message, &format!("{path}.id"));
                }
                if step.after.as_ref().is_some_and(|after| !earlier(after)) {
                    let message = "no step of this name comes before".to_owned();
                    return error(ErrorCode::UnknownName, message, &format!("{path}.after"));
                }
                if step.due_hours.is_some() && step.due_days.is_some() {
                    let message = "due in hours or in days, not both".to_owned();
                    return error(ErrorCode::InvalidArgument, message, &format!("{path}.due_days"));
                }
            }
        }
        Ok(())
    }

    /// Starts every playbook that waits for what happened and was not started for the same lately, in their order, at a
    /// time (milliseconds since 1970).
    #[must_use]
    pub fn start(&self, trigger: &Trigger, past: &Past, now: i64) -> Vec<RunChange> {
        let mut asked = past.asked;
        let mut started = Vec::new();
        for book in self.playbooks.iter().filter(|book| book.on.fits(&trigger.happened)) {
            let rest = i64::from(book.again_after_days) * 24 * HOUR;
            let last = past.started.get(&book.id);
            if last.is_some_and(|last| now.saturating_sub(*last) < rest) {
                continue;
            }
            let step = |step: &PlaybookStep| RunStep { id: step.id.clone(), ..RunStep::default() };
            let mut run = Run {
                version: VERSION,
                playbook: book.id.clone(),
                subject: trigger.subject.clone(),
                customer: trigger.customer.clone(),
                employee: trigger.employee.clone(),
                started: now,
                asked,
                steps: book.steps.iter().map(step).collect(),
                ended: None,
            };
            let effects = self.settle(book, &mut run, now);
            // Nor by another playbook of the same moment.
            asked = run.asked;
            started.push(RunChange { run, effects });
        }
        started
    }

    /// Moves a run on by an event at a time (milliseconds since 1970).
    ///
    /// ```
    /// use heedful::playbook::{EffectKind, Past, Playbooks, RunEvent, StepDone, Trigger};
    /// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "sorry", "on": {"rated": {"band": "detractor"}},
    ///     "steps": [{"id": "answer", "kind": "reply", "what": "say sorry", "due_hours": 1}]}]}"#)?;
    /// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}}"#)?;
    /// let run = books.start(&trigger, &Past::default(), 0).remove(0).run;
    /// let by_machine = RunEvent::Done(StepDone { step: "answer".to_owned(), by: None, human: false });
    /// assert_eq!(books.advance(&run, &by_machine, 0).unwrap_err().code().as_str(), "invalid-argument");
    /// let late = books.advance(&run, &RunEvent::Tick, 3_600_001)?;
    /// assert_eq!(late.effects[0].kind, EffectKind::Overdue);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` for a playbook or a step that is not there; `wrong-step` for a step whose turn it is not, or a run
    /// that is over; `invalid-argument` where a reply was not sent by a human. The run is as it was.
    pub fn advance(&self, run: &Run, event: &RunEvent, now: i64) -> Result<RunChange> {
        let missing =
            |what: &str| Error::new(ErrorCode::UnknownName, format!("there is no such {what}"));
        let book = self.playbooks.iter().find(|book| book.id == run.playbook);
        let book = book.ok_or_else(|| missing("playbook").at("playbook"))?;
        let mut run = run.clone();
        if run.steps.len() != book.steps.len()
            || run.steps.iter().zip(&book.steps).any(|(a, b)| a.id != b.id)
        {
            let message = "the run has other steps than the playbook";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("steps"));
        }
        let mut effects = Vec::new();
        if run.ended.is_some() {
            return match event {
                RunEvent::Done(_) => {
                    Err(Error::new(ErrorCode::WrongStep, "the run is over").at("step"))
                }
                _ => Ok(RunChange { run, effects }),
            };
        }
        match event {
            RunEvent::Done(done) => {
                let mut both = book.steps.iter().zip(&mut run.steps);
                let (step, state) = both
                    .find(|(step, _)| step.id == done.step)
                    .ok_or_else(|| missing("step").at("step"))?;
                if state.state != StepState::Open {
                    let message = "it is not the turn of this step";
                    return Err(Error::new(ErrorCode::WrongStep, message).at("step"));
                }
                if step.kind == StepKind::Reply && !done.human {
                    let message = "only a human may send this reply";
                    return Err(Error::new(ErrorCode::InvalidArgument, message).at("human"));
                }
                (state.state, state.done) = (StepState::Done, Some(now));
                state.by.clone_from(&done.by);
            }
            RunEvent::Happened(name) => {
                for (step, state) in book.steps.iter().zip(&mut run.steps) {
                    if state.state == StepState::Open && step.done_when.contains(name) {
                        (state.state, state.done) = (StepState::Done, Some(now));
                    }
                }
            }
            RunEvent::Tick => {
                for (step, state) in book.steps.iter().zip(&mut run.steps) {
                    let over = state.due.is_some_and(|due| now > due);
                    if state.state == StepState::Open && over && !state.late {
                        state.late = true;
                        let role = step.role.clone();
                        effects.push(Effect {
                            to: role,
                            due: state.due,
                            ..Effect::of(EffectKind::Overdue, step)
                        });
                    }
                }
            }
            RunEvent::Stop => {
                for (step, state) in book.steps.iter().zip(&mut run.steps) {
                    if matches!(state.state, StepState::Open | StepState::Waiting) {
                        (state.state, state.done) = (StepState::Skipped, Some(now));
                        effects.push(Effect {
                            why: Some("stopped"),
                            ..Effect::of(EffectKind::Skipped, step)
                        });
                    }
                }
            }
        }
        effects.extend(self.settle(book, &mut run, now));
        Ok(RunChange { run, effects })
    }

    /// Opens the steps whose turn has come, and ends the run when nothing is left. Steps come after those they wait for.
    fn settle(&self, book: &Playbook, run: &mut Run, now: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let gap = i64::from(self.ask_gap_days) * 24 * HOUR;
        for (place, step) in book.steps.iter().enumerate() {
            let over =
                |state: &RunStep| matches!(state.state, StepState::Done | StepState::Skipped);
            let ready = step.after.as_ref().is_none_or(|after| {
                run.steps.iter().find(|state| state.id == *after).is_some_and(over)
            });
            let Some(state) = run.steps.get_mut(place) else { continue };
            if state.state != StepState::Waiting || !ready {
                continue;
            }
            let why = match step.kind {
                StepKind::Ask if run.asked.is_some_and(|asked| now.saturating_sub(asked) < gap) => {
                    Some("asked_recently")
                }
                StepKind::Praise if run.employee.is_none() => Some("no_employee"),
                _ => None,
            };
            if why.is_some() {
                (state.state, state.done) = (StepState::Skipped, Some(now));
                effects.push(Effect { why, ..Effect::of(EffectKind::Skipped, step) });
                continue;
            }
            (state.state, state.due) = (StepState::Open, step.due(now));
            let (kind, to) = match step.kind {
                StepKind::Task => (EffectKind::Do, step.role.clone()),
                StepKind::Ask => {
                    run.asked = Some(now);
                    (EffectKind::Ask, run.customer.clone())
                }
                StepKind::Reply => (EffectKind::Reply, run.customer.clone()),
                StepKind::Praise => {
                    (state.state, state.done) = (StepState::Done, Some(now));
                    (EffectKind::Praise, run.employee.clone())
                }
            };
            effects.push(Effect { to, due: state.due, ..Effect::of(kind, step) });
        }
        let left =
            run.steps.iter().any(|s| matches!(s.state, StepState::Open | StepState::Waiting));
        if !left && run.ended.is_none() {
            run.ended = Some(now);
            effects.push(Effect::of(EffectKind::Ended, &PlaybookStep::default()));
        }
        effects
    }
}

impl Effect {
    fn of(kind: EffectKind, step: &PlaybookStep) -> Self {
        Self {
            kind,
            step: step.id.clone(),
            what: step.what.clone(),
            to: None,
            due: None,
            human_only: step.kind == StepKind::Reply,
            why: None,
        }
    }
}

impl Run {
    /// The run as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `json`, `invalid-config`, or `state-version` for a later version.
    pub fn from_json(text: &str) -> Result<Self> {
        let json = Json::parse(text)?;
        Object::of(&json)?;
        check_version(&json, VERSION)?;
        Self::read(&json)
    }

    /// Takes a customer out of it; whether the run was about the customer. To be stopped by the host, since nobody is
    /// left to react to.
    pub fn forget(&mut self, customer: &str) -> bool {
        let is = |name: &Option<String>| name.as_deref() == Some(customer);
        let known = is(&self.customer) || is(&self.subject);
        self.customer.take_if(|name| name == customer);
        self.subject.take_if(|name| name == customer);
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * HOUR;

    fn books() -> Playbooks {
        Playbooks::from_json(
            r#"{"ask_gap_days": 60, "playbooks": [
                {"id": "save", "on": {"band": {"from": "green", "to": "yellow"}}, "again_after_days": 30, "steps": [
                    {"id": "call", "kind": "reply", "what": "call", "role": "owner", "due_hours": 24},
                    {"id": "check", "what": "check", "after": "call", "due_days": 14, "done_when": ["band:green"]}]},
                {"id": "ask", "on": {"rated": {"band": "detractor", "comment": false}}, "steps": [
                    {"id": "why", "kind": "ask", "what": "what happened?", "done_when": ["answered"]}]},
                {"id": "advocate", "on": {"rated": {"band": "promoter"}}, "steps": [
                    {"id": "praise", "kind": "praise", "what": "well done"},
                    {"id": "review", "kind": "ask", "what": "a review"},
                    {"id": "refer", "kind": "ask", "what": "a friend", "after": "review"}]},
                {"id": "fire", "on": {"alert": {"source": "pulse", "severity": "high"}}, "steps": [
                    {"id": "look", "what": "look", "due_hours": 2}]}
            ]}"#,
        )
        .unwrap()
    }

    fn start(json: &str, past: &Past, now: i64) -> Vec<RunChange> {
        books().start(&Trigger::from_json(json).unwrap(), past, now)
    }

    fn kinds(change: &RunChange) -> Vec<(EffectKind, &str)> {
        change.effects.iter().map(|effect| (effect.kind, effect.step.as_str())).collect()
    }

    fn done(step: &str, human: bool) -> RunEvent {
        RunEvent::Done(StepDone { step: step.to_owned(), by: Some("bo".to_owned()), human })
    }

    #[test]
    fn each_trigger_starts_its_own() {
        let none = Past::default();
        let started = |json: &str| -> Vec<String> {
            start(json, &none, 0).into_iter().map(|change| change.run.playbook).collect()
        };
        assert_eq!(
            started(r#"{"happened": {"band": {"from": "green", "to": "yellow"}}}"#),
            ["save"]
        );
        assert!(started(r#"{"happened": {"band": {"from": "yellow", "to": "green"}}}"#).is_empty());
        assert_eq!(started(r#"{"happened": {"rated": {"band": "detractor"}}}"#), ["ask"]);
        assert!(
            started(r#"{"happened": {"rated": {"band": "detractor", "comment": true}}}"#)
                .is_empty()
        );
        let alert = |source: &str, severity: &str| {
            started(&format!(
                r#"{{"happened": {{"alert": {{"source": "{source}", "severity": "{severity}"}}}}}}"#
            ))
        };
        assert_eq!(alert("pulse", "critical"), ["fire"]);
        assert!(alert("pulse", "medium").is_empty() && alert("health", "critical").is_empty());
    }

    #[test]
    fn a_run_goes_step_by_step_and_refuses_what_is_not_its_turn() {
        let yellow = r#"{"happened": {"band": {"from": "green", "to": "yellow"}}, "subject": "acme", "customer": "ada"}"#;
        let run = start(yellow, &Past::default(), 0).remove(0).run;
        let code = |event: &RunEvent| books().advance(&run, event, 1).unwrap_err().code();
        assert_eq!(code(&done("check", true)), ErrorCode::WrongStep);
        assert_eq!(code(&done("call", false)), ErrorCode::InvalidArgument);
        assert_eq!(code(&done("dance", true)), ErrorCode::UnknownName);
        // What does not happen changes nothing; what is late is told once.
        assert_eq!(
            books().advance(&run, &RunEvent::Happened("band:green".into()), 1).unwrap().run,
            run
        );
        assert!(books().advance(&run, &RunEvent::Tick, DAY).unwrap().effects.is_empty());
        let late = books().advance(&run, &RunEvent::Tick, DAY + 1).unwrap();
        assert_eq!(kinds(&late), [(EffectKind::Overdue, "call")]);
        assert!(books().advance(&late.run, &RunEvent::Tick, DAY + 2).unwrap().effects.is_empty());
        let next = books().advance(&late.run, &done("call", true), 2 * DAY).unwrap();
        assert_eq!(kinds(&next), [(EffectKind::Do, "check")]);
        assert_eq!(next.effects[0].due, Some(16 * DAY));
        let stored = Run::from_json(&next.run.to_json()).unwrap();
        let end =
            books().advance(&stored, &RunEvent::Happened("band:green".into()), 3 * DAY).unwrap();
        assert_eq!((kinds(&end), end.run.ended), (vec![(EffectKind::Ended, "")], Some(3 * DAY)));
        assert_eq!(
            books().advance(&end.run, &done("check", true), 4 * DAY).unwrap_err().code(),
            ErrorCode::WrongStep
        );
        let stopped = books().advance(&next.run, &RunEvent::Stop, 3 * DAY).unwrap();
        assert_eq!(kinds(&stopped), [(EffectKind::Skipped, "check"), (EffectKind::Ended, "")]);
    }

    #[test]
    fn nobody_is_asked_twice() {
        let promoter =
            r#"{"happened": {"rated": {"band": "promoter"}}, "customer": "ada", "employee": "bo"}"#;
        let first = start(promoter, &Past::default(), 0).remove(0);
        assert_eq!(kinds(&first), [(EffectKind::Praise, "praise"), (EffectKind::Ask, "review")]);
        assert_eq!(first.effects[0].to.as_deref(), Some("bo"));
        assert_eq!(first.run.asked, Some(0));
        let soon = books().advance(&first.run, &done("review", false), 59 * DAY).unwrap();
        assert_eq!(kinds(&soon), [(EffectKind::Skipped, "refer"), (EffectKind::Ended, "")]);
        assert_eq!(soon.effects[0].why, Some("asked_recently"));
        let later = books().advance(&first.run, &done("review", false), 60 * DAY).unwrap();
        assert_eq!(kinds(&later), [(EffectKind::Ask, "refer")]);
        // Asked by another playbook, or already under way.
        let past = Past::from_json(r#"{"asked": 0, "started": {"save": 0}}"#).unwrap();
        let nobody = r#"{"happened": {"rated": {"band": "promoter"}}, "customer": "ada"}"#;
        let skipped = start(nobody, &past, DAY).remove(0);
        let all =
            [EffectKind::Skipped, EffectKind::Skipped, EffectKind::Skipped, EffectKind::Ended];
        assert_eq!(skipped.effects.iter().map(|effect| effect.kind).collect::<Vec<_>>(), all);
        let yellow = r#"{"happened": {"band": {"from": "green", "to": "yellow"}}}"#;
        assert!(start(yellow, &past, 29 * DAY).is_empty());
        assert_eq!(start(yellow, &past, 30 * DAY).len(), 1);
    }

    #[test]
    fn refuses_what_is_wrong_with_its_place() {
        let steps = |steps: &str| {
            let json = format!(
                r#"{{"playbooks": [{{"id": "a", "on": {{"band": {{}}}}, "steps": {steps}}}]}}"#
            );
            Playbooks::from_json(&json).unwrap_err().path().to_owned()
        };
        assert_eq!(steps("[]"), "playbooks[0].steps");
        assert_eq!(
            steps(r#"[{"id": "x", "what": "", "after": "y"}]"#),
            "playbooks[0].steps[0].after"
        );
        assert_eq!(
            steps(r#"[{"id": "x", "what": ""}, {"id": "x", "what": ""}]"#),
            "playbooks[0].steps[1].id"
        );
        assert_eq!(
            steps(r#"[{"id": "x", "what": "", "due_hours": 1, "due_days": 1}]"#),
            "playbooks[0].steps[0].due_days"
        );
        assert_eq!(
            steps(r#"[{"id": "x", "what": "", "kind": "dance"}]"#),
            "playbooks[0].steps[0].kind"
        );
    }
}
