//! What happened, to whom, and what happened before.

use std::collections::BTreeMap;

use serde::Serialize;

use super::options::{BandChange, On, OnAlert, OnRated};
use crate::base::config::{self, Config, deserialized, options};
use crate::base::error::Result;
use crate::base::json::Json;

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

/// What is known of the past of the customer and the account, beside the run itself: what other runs and other programs
/// did. It is told at the start and with every event, so that two runs under way do not both ask.
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
    /// The customer asked not to be contacted: asks and replies are left out from then on.
    pub no_contact: bool,
}

options!(Past, takes [asked, started, no_contact], from Self::default());

impl Past {
    /// Reads `{"asked": .., "started": {playbook: ..}, "no_contact": true}`; each may be left out.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

impl On {
    pub(super) fn fits(&self, happened: &Happened) -> bool {
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
