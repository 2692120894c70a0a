//! Rolling scores of accounts against rules, and alerts.

use heedful::alert::{self, AlertOptions, Happening, alert_changes_table};
use heedful::playbook::{Past, Playbooks, Run, RunEvent, Trigger};
use heedful::pulse::{self, PulseAlert, PulseOptions};
use heedful::{Mentions, Result};
use pyo3::prelude::*;

use crate::guard::{Held, run};
use crate::out::{self, Table};
use crate::table::Input;

/// Rolling scores and what rules say of them.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Pulse(Held<pulse::Pulse>);

#[pymethods]
impl Pulse {
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        Held::new(py, || pulse::Pulse::new(PulseOptions::from_json(options)?)).map(Self)
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        Held::new(py, || pulse::Pulse::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |pulse| Ok(pulse.to_json()))
    }

    /// The options as JSON.
    fn options(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |pulse| Ok(pulse.options().to_json()))
    }

    /// How many responses came, by what became of them, as JSON.
    fn counts(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |pulse| out::json(&pulse.counts()))
    }

    /// The same of a table.
    fn observe(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        roles: &str,
    ) -> PyResult<String> {
        let input = Input::new(data, Some(columns), roles)?;
        self.0.with(py, |pulse| out::json(&pulse.observe_table(&input.whole()?)?))
    }

    /// The alerts as JSON, and as a table. `daily` looks at the end of every day.
    fn judge(&self, py: Python<'_>, now: i64, daily: bool) -> PyResult<(String, Table)> {
        self.0.with(py, |pulse| {
            let alerts: Vec<PulseAlert> =
                if daily { pulse.judge_daily(now)? } else { pulse.judge(now)? };
            // What alerts take.
            let happenings = out::json(&Happening::of_pulse(&alerts))?;
            Ok((happenings, Table(pulse.alerts_table(&alerts))))
        })
    }

    fn state(&self, py: Python<'_>) -> PyResult<Table> {
        self.0.with(py, |pulse| Ok(Table(pulse.to_table()?)))
    }

    fn merge(&self, py: Python<'_>, stored: &str) -> PyResult<()> {
        self.0.with(py, |pulse| pulse.merge(&pulse::Pulse::from_json(stored)?))
    }

    fn forget(&self, py: Python<'_>, customer: &str) -> PyResult<u64> {
        self.0.with(py, |pulse| Ok(pulse.forget(customer)))
    }
}

/// Open alerts.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Alerts(Held<alert::Alerts>);

#[pymethods]
impl Alerts {
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        Held::new(py, || alert::Alerts::new(AlertOptions::from_json(options)?)).map(Self)
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        Held::new(py, || alert::Alerts::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |alerts| Ok(alerts.to_json()))
    }

    /// The changes as JSON and as a table, by happenings as JSON.
    fn take(&self, py: Python<'_>, happenings: &str, now: i64) -> PyResult<(String, Table)> {
        self.0.with(py, |alerts| changed(alerts, Happening::list_from_json(happenings)?, now))
    }

    /// The same by a table of responses.
    #[expect(clippy::too_many_arguments, reason = "what the other side has to say")]
    fn take_responses(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        roles: &str,
        id: Option<&str>,
        reasons: Option<Vec<Vec<String>>>,
        now: i64,
    ) -> PyResult<(String, Table)> {
        let input = Input::new(data, Some(columns), roles)?;
        self.0.with(py, |alerts| {
            let reasons = reasons.map(Mentions::from_lists).transpose()?;
            let happenings = alerts.options().of_table(&input.whole()?, id, reasons.as_ref())?;
            changed(alerts, happenings, now)
        })
    }

    /// The open alerts as JSON and as a table.
    fn open(&self, py: Python<'_>) -> PyResult<(String, Table)> {
        self.0.with(py, |alerts| {
            let open: Vec<&alert::Alert> = alerts.open().collect();
            Ok((out::json(&open)?, Table(alerts.to_table())))
        })
    }

    fn forget(&self, py: Python<'_>, customer: &str) -> PyResult<u64> {
        self.0.with(py, |alerts| Ok(alerts.forget(customer)))
    }
}

fn changed(
    alerts: &mut alert::Alerts,
    happenings: Vec<Happening>,
    now: i64,
) -> Result<(String, Table)> {
    let changes = alerts.take(happenings, now);
    Ok((out::json(&changes)?, Table(alert_changes_table(&changes))))
}

/// The runs that a trigger starts and what is to be done, as JSON.
#[pyfunction]
pub(crate) fn playbook_start(
    py: Python<'_>,
    playbooks: &str,
    trigger: &str,
    past: &str,
    now: i64,
) -> PyResult<String> {
    run(py, || {
        let past = Past::from_json(past)?;
        let trigger = Trigger::from_json(trigger)?;
        out::json(&Playbooks::from_json(playbooks)?.start(&trigger, &past, now))
    })
}

/// A run moved on by an event and what is to be done, as JSON.
#[pyfunction]
pub(crate) fn playbook_advance(
    py: Python<'_>,
    playbooks: &str,
    state: &str,
    event: &str,
    past: &str,
    now: i64,
) -> PyResult<String> {
    run(py, || {
        let past = Past::from_json(past)?;
        let event = RunEvent::from_json(event)?;
        let state = Run::from_json(state)?;
        out::json(&Playbooks::from_json(playbooks)?.advance(&state, &event, &past, now)?)
    })
}

/// Playbooks as they stand in JSON, checked.
#[pyfunction]
pub(crate) fn playbooks(py: Python<'_>, json: &str) -> PyResult<String> {
    run(py, || Ok(Playbooks::from_json(json)?.to_json()))
}
