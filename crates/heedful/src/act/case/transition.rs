//! `(case, event, now) -> case + effects`.

use super::event::{CaseEffect, CaseEvent, CaseState, CaseStep, EffectKind};
use super::facts::Facts;
use super::model::{Case, Duty, DutyKind, Entry, Remedy};
use super::policy::{Assignee, CasePolicy, Due};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::time::business::millis_of;

impl CasePolicy {
    /// Opens a case at a time, in milliseconds since 1970: it has a priority, somebody who is in charge, and duties.
    ///
    /// # Errors
    /// `invalid-argument` for facts out of range, or where a due time lies beyond a century.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Facts};
    /// let opened = CasePolicy::default().open(Facts::new("r1"), 1_767_603_600_000)?;
    /// assert_eq!((opened.case.id(), opened.case.is_open()), ("r1", true));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn open(&self, facts: Facts, now: i64) -> Result<CaseStep> {
        facts.check()?;
        let mut case = Case {
            tier: self.tier(&facts).map(str::to_owned),
            value_tier: self.value_tier(&facts).map(str::to_owned),
            priority: self.priority(&facts),
            opened: now,
            no_contact: facts.no_contact,
            facts,
            ..Case::default()
        };
        (case.assignee, case.route) = self.routed(&case.facts, case.no_contact);
        self.owe(&mut case, now)?;
        case.enter(CaseEvent::Open, None, now);
        let effects = vec![case.told(EffectKind::Assigned)];
        Ok(CaseStep { case, effects })
    }

    /// What an event makes of a case at a time, and what follows. `by` is who did it. The case that is given stays as
    /// it is.
    ///
    /// | event | in states | to |
    /// | --- | --- | --- |
    /// | `start` | new, waiting | in progress |
    /// | `reply`, `remedy`, `promise` | new, in progress, waiting | in progress from new, else the same |
    /// | `assign`, `keep`, `withdraw` | new, in progress, waiting | the same |
    /// | `interaction` | new, in progress, waiting | in progress from waiting, else the same |
    /// | `wait` | in progress | waiting |
    /// | `close` | new, in progress, waiting | closed |
    /// | `reopen` | closed | in progress |
    /// | `rated`, `opt_out` | all | the same |
    ///
    /// # Errors
    /// `illegal-transition` for an event that the state does not allow, for one of the desk's own, for a reply or a
    /// promise without contact, for closing with an open promise, and for a promise that is not open or is there
    /// already; `invalid-argument` for a time before the last entry of the trail, or a number out of range.
    ///
    /// ```
    /// use heedful::cases::{CaseEvent, CaseOutcome, CasePolicy, CaseState, Facts};
    /// let policy = CasePolicy::default();
    /// let case = policy.open(Facts::new("r1"), 0)?.case;
    /// let close = CaseEvent::Close { outcome: CaseOutcome::Recovered };
    /// let closed = policy.apply(&case, &close, Some("bo"), 60_000)?.case;
    /// assert_eq!((closed.state, closed.outcome), (CaseState::Closed, Some(CaseOutcome::Recovered)));
    /// let again = policy.apply(&closed, &close, Some("bo"), 60_000).unwrap_err();
    /// assert_eq!(again.code().as_str(), "illegal-transition");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn apply(
        &self,
        case: &Case,
        event: &CaseEvent,
        by: Option<&str>,
        now: i64,
    ) -> Result<CaseStep> {
        if case.trail.last().is_some_and(|entry| now < entry.at) {
            let message = "the event is earlier than the last entry of the trail";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("now"));
        }
        let mut next = case.clone();
        let told = self.change(&mut next, event, now)?;
        next.enter(event.clone(), by, now);
        let effects = told.into_iter().map(|kind| next.told(kind)).collect();
        Ok(CaseStep { case: next, effects })
    }

    fn change(&self, case: &mut Case, event: &CaseEvent, now: i64) -> Result<Option<EffectKind>> {
        use CaseState::{Closed, InProgress, New, Waiting};
        let state = case.state;
        let anytime = matches!(event, CaseEvent::Rated { .. } | CaseEvent::OptOut);
        let reopens = *event == CaseEvent::Reopen;
        if !anytime && reopens != (state == Closed) {
            return Err(illegal(event, state));
        }
        let work = |case: &mut Case| {
            if case.state == New {
                case.state = InProgress;
            }
        };
        match event {
            CaseEvent::Assign { to } => {
                case.assignee = Some(to.clone());
                case.route = None;
                return Ok(Some(EffectKind::Assigned));
            }
            CaseEvent::Start if state != InProgress => case.resume(),
            CaseEvent::Reply if !case.no_contact => {
                work(case);
                case.end(now, true, |duty| duty.kind == DutyKind::Reply);
            }
            CaseEvent::Wait { until } if state == InProgress => {
                if until.is_some_and(|until| until < now) {
                    let message = "waiting ends before it begins";
                    return Err(Error::new(ErrorCode::InvalidArgument, message).at("until"));
                }
                (case.state, case.waiting_until) = (Waiting, *until);
            }
            CaseEvent::Interaction => {
                if state == Waiting {
                    case.resume();
                }
                for duty in case.duties.iter_mut().filter(|d| d.is_open() && d.due.is_none()) {
                    (duty.since, duty.due) = (now, Some(now));
                    self.schedule(duty)?;
                }
            }
            CaseEvent::Remedy { remedy, cost } => {
                if !cost.is_none_or(f64::is_finite) {
                    let message = "the number is not finite";
                    return Err(Error::new(ErrorCode::InvalidArgument, message).at("cost"));
                }
                work(case);
                case.remedies.push(Remedy { remedy: remedy.clone(), at: now, cost: *cost });
            }
            CaseEvent::Promise { what, due } if !case.no_contact => {
                if case.promised(what) {
                    return Err(refused("a promise of that name is open already"));
                }
                work(case);
                self.add(case, DutyKind::Promise, Some(what.clone()), *due, now)?;
            }
            CaseEvent::Keep { what } | CaseEvent::Withdraw { what } => {
                if !case.promised(what) {
                    return Err(refused("there is no open promise of that name"));
                }
                let kept = matches!(event, CaseEvent::Keep { .. });
                case.end(now, kept, |duty| duty.is_promise(what));
            }
            CaseEvent::Close { outcome } => {
                if case.duties.iter().any(|d| d.is_open() && d.kind == DutyKind::Promise) {
                    return Err(refused("a promise is open: keep or withdraw it first"));
                }
                case.end(now, true, |duty| duty.kind == DutyKind::Close);
                case.end(now, false, |_| true);
                (case.state, case.waiting_until) = (Closed, None);
                (case.outcome, case.closed) = (Some(*outcome), Some(now));
            }
            CaseEvent::Reopen => {
                case.state = InProgress;
                (case.outcome, case.closed) = (None, None);
                case.reopened += 1;
                self.owe(case, now)?;
                return Ok(Some(EffectKind::Assigned));
            }
            CaseEvent::OptOut if !case.no_contact => {
                case.no_contact = true;
                case.end(now, false, |_| true);
                // A closed case too: it may be opened again.
                (case.assignee, case.route) = self.routed(&case.facts, true);
                return Ok((state != Closed).then_some(EffectKind::Assigned));
            }
            CaseEvent::Rated { rating } => {
                if !rating.is_finite() {
                    let message = "the number is not finite";
                    return Err(Error::new(ErrorCode::InvalidArgument, message).at("rating"));
                }
                (case.rated, case.rated_at) = (Some(*rating), Some(now));
            }
            CaseEvent::Reply | CaseEvent::Promise { .. } => {
                let event = event.name();
                return Err(refused(&format!(
                    "no `{event}`: the customer asks not to be contacted"
                )));
            }
            _ => return Err(illegal(event, state)),
        }
        Ok(None)
    }

    /// What has happened by itself up to a time: reminders, escalations, the end of waiting. How often it is asked
    /// between two events makes no difference to what follows in the end.
    ///
    /// # Errors
    /// `invalid-argument` where a due time lies beyond a century.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, EffectKind, Facts};
    /// let policy = CasePolicy::default().reminder(4.0);
    /// let monday_at_nine = 1_767_603_600_000;
    /// let case = policy.open(Facts::new("r1"), monday_at_nine)?.case;
    /// // Due on Wednesday at nine: four business hours before is Tuesday at one.
    /// let reminder = monday_at_nine + 28 * 3_600_000;
    /// assert_eq!(case.next_tick(), Some(reminder));
    /// assert_eq!(policy.tick(&case, reminder)?.effects[0].kind, EffectKind::Reminder);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn tick(&self, case: &Case, now: i64) -> Result<CaseStep> {
        let mut case = case.clone();
        let mut effects = Vec::new();
        // A host whose clock is behind has nothing to hear.
        let now = case.trail.last().map_or(now, |entry| now.max(entry.at));
        while let Some(at) = case.next_tick().filter(|at| *at <= now) {
            if case.waiting_until == Some(at) {
                case.resume();
                case.enter(CaseEvent::Resume, None, now);
                effects.push(case.told(EffectKind::Resumed));
                continue;
            }
            let place = case.duties.iter().position(|duty| duty.is_open() && duty.next == Some(at));
            let Some(duty) = place.and_then(|place| case.duties.get_mut(place)) else { break };
            let (name, due) = (duty.name().to_owned(), duty.due);
            let reminding = (duty.reminders as usize) < self.reminders().len();
            let step = if reminding { &mut duty.reminders } else { &mut duty.escalations };
            *step += 1;
            let step = *step;
            self.schedule(duty)?;
            let (kind, event, to) = if reminding {
                let event = CaseEvent::Remind { duty: name.clone(), step };
                (EffectKind::Reminder, event, case.assignee.clone())
            } else {
                let event = CaseEvent::Escalate { duty: name.clone(), step };
                let to = self.escalations().get(step as usize - 1).map(|step| step.to.clone());
                (EffectKind::Escalation, event, to)
            };
            case.enter(event, None, now);
            let effect =
                CaseEffect { to, duty: Some(name), step: Some(step), due, ..case.told(kind) };
            effects.push(effect);
        }
        Ok(CaseStep { case, effects })
    }

    /// Adds what is owed from now on. Without contact nobody waits for anything.
    fn owe(&self, case: &mut Case, now: i64) -> Result<()> {
        if case.no_contact {
            return Ok(());
        }
        let (reply, close) = self.owed(&case.facts);
        self.add(case, DutyKind::Reply, None, reply, now)?;
        if let Some(close) = close {
            self.add(case, DutyKind::Close, None, close, now)?;
        }
        Ok(())
    }

    fn add(
        &self,
        case: &mut Case,
        kind: DutyKind,
        what: Option<String>,
        due: Due,
        now: i64,
    ) -> Result<()> {
        let mut duty =
            Duty { kind, what, since: now, due: self.due_at(due, now)?, ..Duty::default() };
        self.schedule(&mut duty)?;
        case.duties.push(duty);
        Ok(())
    }

    /// Finds the next reminder or escalation of a duty. A reminder that would come before the duty began does not.
    fn schedule(&self, duty: &mut Duty) -> Result<()> {
        duty.next = None;
        let Some(due) = duty.due else { return Ok(()) };
        let span =
            if due > duty.since { self.business().millis_between(duty.since, due)? } else { 0 };
        while let Some(before) = self.reminders().get(duty.reminders as usize) {
            let before = millis_of(*before)?;
            if before < span {
                duty.next = Some(self.business().add_millis(duty.since, span - before)?);
                return Ok(());
            }
            duty.reminders += 1;
        }
        if let Some(step) = self.escalations().get(duty.escalations as usize) {
            duty.next = Some(self.business().add_hours(due, step.after_hours)?);
        }
        Ok(())
    }
}

impl Case {
    /// Writes the trail: the one place where it grows.
    fn enter(&mut self, event: CaseEvent, by: Option<&str>, at: i64) {
        self.trail.push(Entry { at, by: by.map(str::to_owned), event, state: self.state });
    }

    fn resume(&mut self) {
        (self.state, self.waiting_until) = (CaseState::InProgress, None);
    }

    /// Ends open duties.
    fn end(&mut self, now: i64, kept: bool, which: impl Fn(&Duty) -> bool) {
        for duty in self.duties.iter_mut().filter(|duty| duty.is_open() && which(duty)) {
            (duty.ended, duty.kept, duty.next) = (Some(now), kept, None);
        }
    }

    fn promised(&self, what: &str) -> bool {
        self.duties.iter().any(|duty| duty.is_open() && duty.is_promise(what))
    }

    /// An effect for who is in charge.
    fn told(&self, kind: EffectKind) -> CaseEffect {
        CaseEffect {
            case: self.id().to_owned(),
            kind,
            to: self.assignee.clone(),
            duty: None,
            step: None,
            due: self.next_due(),
        }
    }
}

impl Duty {
    fn is_promise(&self, what: &str) -> bool {
        self.kind == DutyKind::Promise && self.what.as_deref() == Some(what)
    }
}

impl Assignee {
    /// Owner and role, of which one is there.
    pub(crate) fn parts(this: Option<&Self>) -> (Option<&str>, Option<&str>) {
        (this.and_then(Self::owner), this.and_then(Self::role))
    }
}

fn illegal(event: &CaseEvent, state: CaseState) -> Error {
    refused(&format!("`{}` is not possible for a case that is {}", event.name(), state.as_str()))
}

fn refused(message: &str) -> Error {
    Error::new(ErrorCode::IllegalTransition, message)
}
