//! Rolling scores against rules, alerts, and playbooks.

use heedful::alert::{self, Alert, AlertChange, AlertOptions, Happening, alert_changes_table};
use heedful::playbook::{Past, Playbooks, Run, RunEvent, Trigger};
use heedful::pulse::{self, PulseOptions};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{mentions, responses, whole};
use crate::output::{answer, failure};
use crate::table::Columns;

/// Rolling scores and what rules say of them. They live in the module until they are freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Pulse(pulse::Pulse);

#[wasm_bindgen]
impl Pulse {
    /// Nothing observed yet.
    ///
    /// # Errors
    /// As for [`PulseOptions::from_json`] and [`pulse::Pulse::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Self, JsValue> {
        let made = PulseOptions::from_json(options).and_then(pulse::Pulse::new);
        made.map(Self).map_err(|error| failure(&error))
    }

    /// A stored pulse.
    ///
    /// # Errors
    /// As for [`pulse::Pulse::from_json`].
    pub fn stored(text: &str) -> Result<Self, JsValue> {
        pulse::Pulse::from_json(text).map(Self).map_err(|error| failure(&error))
    }

    /// The pulse as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The options as JSON.
    #[must_use]
    pub fn options(&self) -> String {
        self.0.options().to_json()
    }

    /// How many responses came, by what became of them.
    ///
    /// # Errors
    /// None.
    pub fn counts(&self) -> Answer {
        answer(Ok(self.0.counts()))
    }

    /// The same of a table.
    ///
    /// # Errors
    /// As for [`pulse::Pulse::observe_table`].
    pub fn observe(&mut self, columns: &Array, roles: &str) -> Answer {
        answer(responses(columns, roles).and_then(|table| self.0.observe_table(&table)))
    }

    /// The alerts as a table, and as what alerts take. `daily` looks at the end of every day.
    ///
    /// # Errors
    /// As for [`pulse::Pulse::judge`].
    pub fn judge(&mut self, now: f64, daily: bool) -> Answer {
        #[derive(Serialize)]
        struct Judged {
            alerts: Columns,
            happenings: Vec<Happening>,
        }
        let now = whole(now);
        let found = if daily { self.0.judge_daily(now) } else { self.0.judge(now) };
        answer(found.map(|alerts| Judged {
            alerts: Columns(self.0.alerts_table(&alerts)),
            happenings: Happening::of_pulse(&alerts),
        }))
    }

    /// The state as a table.
    ///
    /// # Errors
    /// As for [`pulse::Pulse::to_table`].
    pub fn state(&self) -> Answer {
        answer(self.0.to_table().map(Columns))
    }

    /// Adds what a stored pulse observed.
    ///
    /// # Errors
    /// As for [`pulse::Pulse::from_json`] and [`pulse::Pulse::merge`].
    pub fn merge(&mut self, stored: &str) -> Result<(), JsValue> {
        let merged = pulse::Pulse::from_json(stored).and_then(|other| self.0.merge(&other));
        merged.map_err(|error| failure(&error))
    }

    /// Forgets a customer; how many responses were changed.
    pub fn forget(&mut self, customer: &str) -> f64 {
        self.0.forget(customer) as f64
    }
}

/// Open alerts. They live in the module until they are freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Alerts(alert::Alerts);

#[wasm_bindgen]
impl Alerts {
    /// None open.
    ///
    /// # Errors
    /// As for [`AlertOptions::from_json`].
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Self, JsValue> {
        let made = AlertOptions::from_json(options).and_then(alert::Alerts::new);
        made.map(Self).map_err(|error| failure(&error))
    }

    /// Stored ones.
    ///
    /// # Errors
    /// As for [`alert::Alerts::from_json`].
    pub fn stored(text: &str) -> Result<Self, JsValue> {
        alert::Alerts::from_json(text).map(Self).map_err(|error| failure(&error))
    }

    /// The alerts as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// What became of alerts by happenings.
    ///
    /// # Errors
    /// As for [`Happening::list_from_json`].
    pub fn take(&mut self, happenings: &str, now: f64) -> Answer {
        self.changed(Happening::list_from_json(happenings), now)
    }

    /// What became of alerts by a table of responses.
    ///
    /// # Errors
    /// As for [`AlertOptions::of_table`].
    pub fn take_responses(
        &mut self,
        columns: &Array,
        roles: &str,
        id: Option<String>,
        reasons: Option<Array>,
        now: f64,
    ) -> Answer {
        let run = || {
            let reasons = reasons.as_ref().map(mentions).transpose()?;
            let table = responses(columns, roles)?;
            self.0.options().of_table(&table, id.as_deref(), reasons.as_ref())
        };
        let happenings = run();
        self.changed(happenings, now)
    }

    /// The open alerts as a table, and with their members.
    ///
    /// # Errors
    /// None.
    pub fn open(&self) -> Answer {
        #[derive(Serialize)]
        struct Open<'a> {
            table: Columns,
            alerts: Vec<&'a Alert>,
        }
        let table = Columns(self.0.to_table());
        answer(Ok(Open { table, alerts: self.0.open().collect() }))
    }

    /// Forgets a customer; how many members were changed.
    pub fn forget(&mut self, customer: &str) -> f64 {
        self.0.forget(customer) as f64
    }
}

impl Alerts {
    fn changed(&mut self, happenings: heedful::Result<Vec<Happening>>, now: f64) -> Answer {
        #[derive(Serialize)]
        struct Changed {
            changes: Columns,
            alerts: Vec<AlertChange>,
        }
        answer(happenings.map(|happenings| {
            let alerts = self.0.take(happenings, whole(now));
            Changed { changes: Columns(alert_changes_table(&alerts)), alerts }
        }))
    }
}

/// Playbooks, checked and in full, as JSON.
///
/// # Errors
/// As for [`Playbooks::from_json`].
#[wasm_bindgen]
pub fn playbooks(json: &str) -> Result<String, JsValue> {
    let read = Playbooks::from_json(json);
    read.map(|books| books.to_json()).map_err(|error| failure(&error))
}

/// The runs that a trigger starts, and what is to be done.
///
/// # Errors
/// As for [`Trigger::from_json`] and [`Past::from_json`].
#[wasm_bindgen]
pub fn playbook_start(playbooks: &str, trigger: &str, past: &str, now: f64) -> Answer {
    let run = || {
        let (past, trigger) = (Past::from_json(past)?, Trigger::from_json(trigger)?);
        Ok(Playbooks::from_json(playbooks)?.start(&trigger, &past, whole(now)))
    };
    answer(run())
}

/// A run moved on by an event, and what is to be done.
///
/// # Errors
/// As for [`Run::from_json`], [`RunEvent::from_json`], [`Past::from_json`] and [`Playbooks::advance`].
#[wasm_bindgen]
pub fn playbook_advance(playbooks: &str, state: &str, event: &str, past: &str, now: f64) -> Answer {
    let run = || {
        let (event, state) = (RunEvent::from_json(event)?, Run::from_json(state)?);
        let past = Past::from_json(past)?;
        Playbooks::from_json(playbooks)?.advance(&state, &event, &past, whole(now))
    };
    answer(run())
}
