//! Cases on tables, and business time.

use heedful::cases::{self, BusinessCalendar, CaseEvent, CasePolicy, Facts, Outcomes, Queue};
use heedful::{Error, ErrorCode, Result};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{mentions, responses, whole};
use crate::output::{answer, document, failure};
use crate::table::Columns;

/// A calendar in full, as JSON.
///
/// # Errors
/// As for [`BusinessCalendar::from_json`].
#[wasm_bindgen]
pub fn calendar(json: &str) -> Result<String, JsValue> {
    let read = BusinessCalendar::from_json(json);
    read.map(|calendar| calendar.to_json()).map_err(|error| failure(&error))
}

/// Asks a calendar about a time; `more` are the hours, the days or the other time that the question is about.
///
/// # Errors
/// Those of the calendar.
#[wasm_bindgen]
pub fn business(question: &str, calendar: &str, at: f64, more: f64) -> Answer {
    let run = || {
        let calendar = BusinessCalendar::from_json(calendar)?;
        let at = whole(at);
        Ok(match question {
            "is_open" => document(&calendar.is_open(at)),
            "next_opening" => document(&calendar.next_opening(at)?),
            "add_hours" => document(&calendar.add_hours(at, more)?),
            "add_days" => document(&calendar.add_days(at, days(more)?)?),
            "hours_between" => document(&calendar.hours_between(at, whole(more))?),
            _ => return Err(Error::new(ErrorCode::Internal, "there is no such question")),
        })
    };
    run().map_err(|error: Error| failure(&error))
}

fn days(number: f64) -> Result<u32> {
    let whole = Some(whole(number)).filter(|_| number.fract() == 0.0);
    whole.and_then(|days| u32::try_from(days).ok()).ok_or_else(|| {
        let message = "a whole number of days of at least 0 is needed";
        Error::new(ErrorCode::InvalidArgument, message).at("days")
    })
}

/// Cases under one policy. They live in the module until they are freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Desk(cases::Desk);

#[wasm_bindgen]
impl Desk {
    /// A desk without cases.
    ///
    /// # Errors
    /// As for [`CasePolicy::from_json`].
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &str) -> Result<Self, JsValue> {
        let made = CasePolicy::from_json(policy).and_then(cases::Desk::new);
        made.map(Self).map_err(|error| failure(&error))
    }

    /// A stored desk.
    ///
    /// # Errors
    /// As for [`cases::Desk::from_json`].
    pub fn stored(text: &str) -> Result<Self, JsValue> {
        cases::Desk::from_json(text).map(Self).map_err(|error| failure(&error))
    }

    /// The desk as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The policy as JSON.
    #[must_use]
    pub fn policy(&self) -> String {
        self.0.policy().to_json()
    }

    /// Opens cases from a table, whose columns are named as the facts that they hold; `all` opens one for each row.
    ///
    /// # Errors
    /// As for [`Facts::from_table`] and [`cases::Desk::open`].
    pub fn open(&mut self, columns: &Array, reasons: Option<Array>, all: bool, now: f64) -> Answer {
        self.told(|desk| {
            let reasons = reasons.as_ref().map(mentions).transpose()?;
            let mut effects = Vec::new();
            for facts in Facts::from_table(&responses(columns, "{}")?, reasons.as_ref())? {
                let now = whole(now);
                let opened = if all { desk.open(facts, now) } else { desk.observe(facts, now) };
                effects.extend(opened?);
            }
            Ok(effects)
        })
    }

    /// What follows from an event of a case.
    ///
    /// # Errors
    /// As for [`cases::Desk::apply`].
    pub fn apply(&mut self, case: &str, event: &str, by: Option<String>, now: f64) -> Answer {
        self.told(|desk| desk.apply(case, &CaseEvent::from_json(event)?, by.as_deref(), whole(now)))
    }

    /// What follows from a customer's wish not to be contacted.
    ///
    /// # Errors
    /// As for [`cases::Desk::opt_out`].
    pub fn opt_out(&mut self, customer: &str, now: f64) -> Answer {
        self.told(|desk| desk.opt_out(customer, whole(now)))
    }

    /// Whether a customer had asked not to be contacted, and may be from now on.
    pub fn opt_in(&mut self, customer: &str) -> bool {
        self.0.opt_in(customer)
    }

    /// What happened by itself.
    ///
    /// # Errors
    /// As for [`cases::Desk::tick`].
    pub fn tick(&mut self, now: f64) -> Answer {
        self.told(|desk| desk.tick(whole(now)))
    }

    /// When something happens by itself next.
    #[must_use]
    pub fn next_tick(&self) -> Option<f64> {
        self.0.next_tick().map(|at| at as f64)
    }

    /// Removes the cases of a customer; how many there were.
    pub fn forget(&mut self, customer: &str) -> f64 {
        self.0.forget(customer) as f64
    }

    /// Adds the cases of a stored desk.
    ///
    /// # Errors
    /// As for [`cases::Desk::from_json`] and [`cases::Desk::merge`].
    pub fn merge(&mut self, stored: &str) -> Result<(), JsValue> {
        let merged = cases::Desk::from_json(stored).and_then(|other| self.0.merge(&other));
        merged.map_err(|error| failure(&error))
    }

    /// How many cases there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.cases().count()
    }

    /// A case with its trail; null where there is none.
    ///
    /// # Errors
    /// None.
    pub fn case(&self, id: &str) -> Answer {
        answer(Ok(self.0.case(id)))
    }

    /// The cases as a table.
    ///
    /// # Errors
    /// None.
    pub fn cases(&self, now: f64) -> Answer {
        answer(Ok(Columns(self.0.to_table(whole(now)))))
    }

    /// Which cases come first.
    ///
    /// # Errors
    /// As for [`Queue::run`].
    pub fn queue(&self, options: &str, now: f64) -> Answer {
        answer(Queue::from_json(options).and_then(|queue| queue.run(&self.0, whole(now))))
    }

    /// What came of the cases, and of groups of them as a table.
    ///
    /// # Errors
    /// As for [`Outcomes::run`].
    pub fn outcomes(&self, options: &str, now: f64) -> Answer {
        #[derive(Serialize)]
        struct Found {
            report: cases::OutcomeReport,
            groups: Columns,
        }
        let run = || {
            let mut report = Outcomes::from_json(options)?.run(&self.0, whole(now))?;
            let groups = Columns(report.to_table());
            report.groups.clear();
            Ok(Found { report, groups })
        };
        answer(run())
    }
}

impl Desk {
    fn told(
        &mut self,
        run: impl FnOnce(&mut cases::Desk) -> Result<Vec<cases::CaseEffect>>,
    ) -> Answer {
        answer(run(&mut self.0).map(|effects| Columns(cases::effects_table(&effects))))
    }
}
