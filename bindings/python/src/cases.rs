//! Cases on tables, and business time.

use heedful::Responses;
use heedful::cases::{self, CaseEvent, CasePolicy, Facts, Outcomes, Queue, effects_table};
use pyo3::prelude::*;

use crate::guard::{Held, run};
use crate::out::{self, Table};
use crate::table::Input;
use crate::why::Reasons;

/// When people work.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct BusinessCalendar(cases::BusinessCalendar);

#[pymethods]
impl BusinessCalendar {
    #[new]
    fn new(py: Python<'_>, json: &str) -> PyResult<Self> {
        run(py, || cases::BusinessCalendar::from_json(json)).map(Self)
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn is_open(&self, at: i64) -> bool {
        self.0.is_open(at)
    }

    fn next_opening(&self, py: Python<'_>, at: i64) -> PyResult<i64> {
        run(py, || self.0.next_opening(at))
    }

    fn add_hours(&self, py: Python<'_>, at: i64, hours: f64) -> PyResult<i64> {
        run(py, || self.0.add_hours(at, hours))
    }

    fn add_days(&self, py: Python<'_>, at: i64, days: u32) -> PyResult<i64> {
        run(py, || self.0.add_days(at, days))
    }

    fn hours_between(&self, py: Python<'_>, start: i64, end: i64) -> PyResult<f64> {
        run(py, || self.0.hours_between(start, end))
    }
}

/// Cases under one policy.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Desk(Held<cases::Desk>);

#[pymethods]
impl Desk {
    #[new]
    fn new(py: Python<'_>, policy: &str) -> PyResult<Self> {
        Held::new(py, || cases::Desk::new(CasePolicy::from_json(policy)?)).map(Self)
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        Held::new(py, || cases::Desk::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |desk| Ok(desk.to_json()))
    }

    /// The policy as JSON.
    fn policy(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |desk| Ok(desk.policy().to_json()))
    }

    /// Opens cases from a table, whose columns are named by the facts that they hold; `all` opens one for each row.
    #[expect(clippy::too_many_arguments, reason = "what the other side has to say")]
    fn open(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<(String, String)>,
        roles: &str,
        reasons: Option<&Bound<'_, Reasons>>,
        all: bool,
        now: i64,
    ) -> PyResult<Table> {
        let wanted = columns.iter().map(|(_, column)| column.clone()).collect();
        let input = Input::new(data, Some(wanted), roles)?;
        let reasons = reasons.map(|reasons| reasons.get().0.clone());
        self.0.with(py, |desk| {
            let table = input.whole()?;
            let mut named = Responses::new();
            for (fact, column) in &columns {
                named = named.with(fact.as_str(), table.require(column)?.clone())?;
            }
            let mut effects = Vec::new();
            // Errors name the caller's columns.
            let own = |error: heedful::Error| match columns
                .iter()
                .find(|(fact, _)| *fact == error.path())
            {
                Some((_, column)) => error.at(column),
                None => error,
            };
            for facts in Facts::from_table(&named, reasons.as_ref()).map_err(own)? {
                let opened = if all { desk.open(facts, now) } else { desk.observe(facts, now) };
                effects.extend(opened?);
            }
            Ok(Table(effects_table(&effects)))
        })
    }

    /// What follows from an event of a case.
    fn apply(
        &self,
        py: Python<'_>,
        case: &str,
        event: &str,
        by: Option<&str>,
        now: i64,
    ) -> PyResult<Table> {
        self.0.with(py, |desk| {
            let effects = desk.apply(case, &CaseEvent::from_json(event)?, by, now)?;
            Ok(Table(effects_table(&effects)))
        })
    }

    fn opt_out(&self, py: Python<'_>, customer: &str, now: i64) -> PyResult<Table> {
        self.0.with(py, |desk| Ok(Table(effects_table(&desk.opt_out(customer, now)?))))
    }

    fn opt_in(&self, py: Python<'_>, customer: &str) -> PyResult<bool> {
        self.0.with(py, |desk| Ok(desk.opt_in(customer)))
    }

    fn tick(&self, py: Python<'_>, now: i64) -> PyResult<Table> {
        self.0.with(py, |desk| Ok(Table(effects_table(&desk.tick(now)?))))
    }

    fn next_tick(&self, py: Python<'_>) -> PyResult<Option<i64>> {
        self.0.with(py, |desk| Ok(desk.next_tick()))
    }

    fn forget(&self, py: Python<'_>, customer: &str) -> PyResult<u64> {
        self.0.with(py, |desk| Ok(desk.forget(customer)))
    }

    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = other.get().0.with(py, |desk| Ok(desk.clone()))?;
        self.0.with(py, |desk| desk.merge(&other))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |desk| Ok(desk.cases().count()))
    }

    /// A case as JSON; nothing where there is none.
    fn case(&self, py: Python<'_>, id: &str) -> PyResult<Option<String>> {
        self.0.with(py, |desk| desk.case(id).map(out::json).transpose())
    }

    fn cases(&self, py: Python<'_>, now: i64) -> PyResult<Table> {
        self.0.with(py, |desk| Ok(Table(desk.to_table(now))))
    }

    /// The order as a table, and the report as JSON.
    fn queue(&self, py: Python<'_>, options: &str, now: i64) -> PyResult<(Table, String)> {
        self.0.with(py, |desk| {
            let report = Queue::from_json(options)?.run(desk, now)?;
            Ok((Table(report.to_table()), out::json(&report)?))
        })
    }

    /// Groups as a table, and the report as JSON.
    fn outcomes(&self, py: Python<'_>, options: &str, now: i64) -> PyResult<(Table, String)> {
        self.0.with(py, |desk| {
            let report = Outcomes::from_json(options)?.run(desk, now)?;
            Ok((Table(report.to_table()), out::json(&report)?))
        })
    }
}
