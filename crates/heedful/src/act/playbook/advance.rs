//! From a trigger to runs, and from an event to what is to be done.

use super::HOUR;
use super::options::{Playbook, PlaybookStep, Playbooks, StepKind};
use super::run::{Effect, EffectKind, Run, RunChange, RunEvent, RunStep, StepState, VERSION};
use super::trigger::{Past, Trigger};
use crate::base::error::{Error, ErrorCode, Result};

const NO_CONTACT: &str = "no_contact";

/// Whether the customer hears from us by it.
fn contacts(step: &PlaybookStep) -> bool {
    matches!(step.kind, StepKind::Ask | StepKind::Reply)
}

/// Leaves a step out.
fn left_out(step: &PlaybookStep, state: &mut RunStep, why: &'static str, now: i64) -> Effect {
    (state.state, state.done) = (StepState::Skipped, Some(now));
    Effect { why: Some(why), ..Effect::of(EffectKind::Skipped, step) }
}

impl Playbooks {
    /// Starts every playbook that waits for what happened and was not started for the same lately, in their order, at a
    /// time (milliseconds since 1970).
    #[must_use]
    pub fn start(&self, trigger: &Trigger, past: &Past, now: i64) -> Vec<RunChange> {
        let mut asked = past.asked;
        let mut started = Vec::new();
        for book in self.playbooks.iter().filter(|book| book.on.fits(&trigger.happened)) {
            let rest = i64::from(book.again_after_days) * 24 * HOUR;
            let last = past.started.get(&book.id);
            // Without such a span a late event starts it too.
            if rest > 0 && last.is_some_and(|last| now.saturating_sub(*last) < rest) {
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
                no_contact: past.no_contact,
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

    /// Moves a run on by an event at a time (milliseconds since 1970). The past says what happened outside of the run since
    /// it was started: that the customer was asked by another one, or asked not to be contacted.
    ///
    /// ```
    /// use heedful::playbook::{EffectKind, Past, Playbooks, RunEvent, StepDone, Trigger};
    /// let books = Playbooks::from_json(r#"{"playbooks": [{"id": "sorry", "on": {"rated": {"band": "detractor"}},
    ///     "steps": [{"id": "answer", "kind": "reply", "what": "say sorry", "due_hours": 1}]}]}"#)?;
    /// let trigger = Trigger::from_json(r#"{"happened": {"rated": {"band": "detractor"}}}"#)?;
    /// let run = books.start(&trigger, &Past::default(), 0).remove(0).run;
    /// let by_machine = RunEvent::Done(StepDone { step: "answer".to_owned(), by: None, human: false });
    /// assert_eq!(books.advance(&run, &by_machine, &Past::default(), 0).unwrap_err().code().as_str(), "invalid-argument");
    /// let late = books.advance(&run, &RunEvent::Tick, &Past::default(), 3_600_001)?;
    /// assert_eq!(late.effects[0].kind, EffectKind::Overdue);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` for a playbook or a step that is not there; `wrong-step` for a step whose turn it is not, or a run
    /// that is over; `invalid-argument` where a reply was not sent by a human. The run is as it was.
    pub fn advance(&self, run: &Run, event: &RunEvent, past: &Past, now: i64) -> Result<RunChange> {
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
                        effects.push(left_out(step, state, "stopped", now));
                    }
                }
            }
        }
        run.asked = run.asked.max(past.asked);
        run.no_contact |= past.no_contact;
        if run.no_contact {
            // What somebody was to send already, too.
            for (step, state) in book.steps.iter().zip(&mut run.steps) {
                if state.state == StepState::Open && contacts(step) {
                    effects.push(left_out(step, state, NO_CONTACT, now));
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
                _ if run.no_contact && contacts(step) => Some(NO_CONTACT),
                StepKind::Ask if run.asked.is_some_and(|asked| now.saturating_sub(asked) < gap) => {
                    Some("asked_recently")
                }
                StepKind::Praise if run.employee.is_none() => Some("no_employee"),
                _ => None,
            };
            if let Some(why) = why {
                effects.push(left_out(step, state, why, now));
                continue;
            }
            (state.state, state.due) = (StepState::Open, self.due(step, now));
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

    /// When a step is due whose turn comes now; never where the calendar has no such time within a century.
    fn due(&self, step: &PlaybookStep, now: i64) -> Option<i64> {
        let after = |hours: i64| Some(now.saturating_add(hours * HOUR));
        let calendar = || self.calendar.clone().unwrap_or_default();
        match *step {
            PlaybookStep { due_hours: Some(hours), .. } => after(i64::from(hours)),
            PlaybookStep { due_days: Some(days), .. } => after(24 * i64::from(days)),
            PlaybookStep { due_business_hours: Some(hours), .. } => {
                calendar().add_hours(now, f64::from(hours)).ok()
            }
            PlaybookStep { due_business_days: Some(days), .. } => {
                calendar().add_days(now, days).ok()
            }
            _ => None,
        }
    }
}
