//! A playbook under way.

use serde::Serialize;

use super::options::{PlaybookStep, StepKind};
use crate::base::config::{self, Config, Object, names, options, stored, tagged};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::state::check_version;

pub(super) const VERSION: u32 = 1;

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
    pub(super) version: u32,
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
    /// When the customer was last asked for something, as far as the run was told.
    pub asked: Option<i64>,
    /// The customer asked not to be contacted.
    pub no_contact: bool,
    /// One for each step of the playbook.
    pub steps: Vec<RunStep>,
    /// When it ended.
    pub ended: Option<i64>,
}

stored!(
    Run,
    needs [version, playbook, started, steps],
    takes [subject, customer, employee, asked, no_contact, ended],
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
    /// Why it was left out: `asked_recently`, `no_contact`, `no_employee`, `stopped`.
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
/// let change = books.advance(&started[0].run, &RunEvent::Stop, &Past::default(), 5)?;
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

impl Effect {
    pub(super) fn of(kind: EffectKind, step: &PlaybookStep) -> Self {
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
        for step in &mut self.steps {
            step.by.take_if(|name| name == customer);
        }
        known
    }
}
