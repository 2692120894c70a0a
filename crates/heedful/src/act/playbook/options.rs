//! Playbooks as data.

use serde::Serialize;

use crate::act::alert::happening::AlertSource;
use crate::base::config::{self, names, options, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::severity::Severity;
use crate::base::sorted::SortedSet;
use crate::base::time::business::BusinessCalendar;

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
/// let next = books.advance(&started[0].run, &done, &Past::default(), 1000)?;
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
    /// What counts as business time; Monday to Friday from 9 to 17 in UTC where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<BusinessCalendar>,
}

options!(Playbooks, takes [playbooks, ask_gap_days, calendar], from Self::default());

config::written!(Playbooks of playbook, r#"{"playbooks": [{"id": "thank", "on": {"rated": {"band": "promoter"}},
    "steps": [{"id": "thanks", "what": "say thank you"}]}]}"#);

impl Default for Playbooks {
    /// None; 90 days between asks.
    fn default() -> Self {
        Self { playbooks: Vec::new(), ask_gap_days: 90, calendar: None }
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
    /// Hours within which it is due, from the time at which its turn comes. One of the four spans at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<u32>,
    /// Days (of 24 hours) within which it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u32>,
    /// Business hours of the calendar within which it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_business_hours: Option<u32>,
    /// Business days of the calendar within which it is due, at the same time on the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_business_days: Option<u32>,
    /// Things that happen and make it done, beside somebody's saying so: `band:green`, `answered`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", serde(default))]
    pub done_when: Vec<String>,
}

options!(
    PlaybookStep,
    needs [id, what],
    takes [kind, role, after, due_hours, due_days, due_business_hours, due_business_days, done_when],
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
    /// The customer is asked for something: a review, a referral, what happened. Never twice within the gap, and not
    /// where the customer asked not to be contacted.
    Ask,
    /// The customer hears from us, and only a human may send it; not where the customer asked not to be contacted.
    Reply,
    /// The employee who earned it is praised; done once it is told.
    Praise,
}

names!(StepKind { Task = "task", Ask = "ask", Reply = "reply", Praise = "praise" });

impl PlaybookStep {
    /// The spans that it may be due within; one of them at most is set.
    fn spans(&self) -> [(&'static str, bool); 4] {
        [
            ("due_hours", self.due_hours.is_some()),
            ("due_days", self.due_days.is_some()),
            ("due_business_hours", self.due_business_hours.is_some()),
            ("due_business_days", self.due_business_days.is_some()),
        ]
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
        if let Some(calendar) = &self.calendar {
            calendar.check().map_err(|error| error.below("calendar"))?;
        }
        let mut books = SortedSet::new();
        for (place, book) in self.playbooks.iter().enumerate() {
            let path = format!("playbooks[{place}]");
            if !books.insert(&book.id) {
                let message = format!("`{}` is there twice", book.id);
                return error(ErrorCode::DuplicateKey, message, &format!("{path}.id"));
            }
            if book.steps.is_empty() {
                let message = "a playbook needs a step".to_owned();
                return error(ErrorCode::InvalidArgument, message, &format!("{path}.steps"));
            }
            let mut earlier = SortedSet::new();
            for (place, step) in book.steps.iter().enumerate() {
                let path = format!("{path}.steps[{place}]");
                if earlier.contains(&step.id) {
                    let message = format!("`{}` is there twice", step.id);
                    return error(ErrorCode::DuplicateKey, message, &format!("{path}.id"));
                }
                if step.after.as_ref().is_some_and(|after| !earlier.contains(after)) {
                    let message = "no step of this name comes before".to_owned();
                    return error(ErrorCode::UnknownName, message, &format!("{path}.after"));
                }
                let mut spans = step.spans().into_iter().filter(|(_, is_set)| *is_set);
                if let (Some(_), Some((second, _))) = (spans.next(), spans.next()) {
                    let message = "due within one span, not two".to_owned();
                    return error(ErrorCode::InvalidArgument, message, &format!("{path}.{second}"));
                }
                earlier.insert(&step.id);
            }
        }
        Ok(())
    }
}
