//! Many cases.

use std::collections::BTreeMap;

use super::cases::Cases;
use super::event::{CaseEffect, CaseEvent, CaseStep};
use super::facts::Facts;
use super::model::Case;
use super::policy::{Assignee, CasePolicy};
use crate::base::config;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::sorted::SortedSet;
use crate::base::table::{Data, Table};

/// Cases under one policy. It is a value: desks of the same policy merge, and are stored as JSON.
///
/// ```
/// use heedful::cases::{CaseEvent, CaseOutcome, CasePolicy, Desk, EffectKind, Facts};
/// let policy = CasePolicy::from_json(r#"{"fallback": {"role": "care"}, "escalations": [{"to": {"role": "head"}}]}"#)?;
/// let mut desk = Desk::new(policy)?;
/// let monday_at_nine = 1_767_603_600_000;
/// let unhappy = Facts { rating: Some(2.0), customer: Some("ada".to_owned()), ..Facts::new("r1") };
/// let content = Facts { rating: Some(9.0), ..Facts::new("r2") };
/// assert_eq!(desk.observe(unhappy, monday_at_nine)?.len(), 1); // somebody in care has it
/// assert!(desk.observe(content, monday_at_nine)?.is_empty());
/// let friday = monday_at_nine + 4 * 86_400_000;
/// assert_eq!(desk.tick(friday)?[0].kind, EffectKind::Escalation);
/// desk.apply("r1", &CaseEvent::Close { outcome: CaseOutcome::Lost }, Some("bo"), friday)?;
/// let stored = Desk::from_json(&desk.to_json())?;
/// assert_eq!(stored, desk);
/// assert_eq!(desk.forget("ada"), 1);
/// assert!(!desk.to_json().contains("ada"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    pub(super) policy: CasePolicy,
    pub(super) cases: Cases,
    /// How many cases of forgotten customers there were, by outcome, or by state where they were open.
    pub(super) forgotten: BTreeMap<String, u64>,
    /// Customers who asked not to be contacted.
    pub(super) no_contact: SortedSet<String>,
}

impl Desk {
    /// A desk without cases.
    ///
    /// # Errors
    /// As [`CasePolicy::from_json`].
    pub fn new(policy: CasePolicy) -> Result<Self> {
        policy.check()?;
        Ok(Self {
            policy,
            cases: Cases::default(),
            forgotten: BTreeMap::new(),
            no_contact: SortedSet::new(),
        })
    }

    /// The policy.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk};
    /// assert_eq!(Desk::new(CasePolicy::default())?.policy(), &CasePolicy::default());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn policy(&self) -> &CasePolicy {
        &self.policy
    }

    /// Opens a case where the policy says so. A response that has a case already changes nothing. A customer who asks not
    /// to be contacted is heard in any case, as by [`opt_out`](Self::opt_out).
    ///
    /// # Errors
    /// As [`CasePolicy::open`].
    pub fn observe(&mut self, facts: Facts, now: i64) -> Result<Vec<CaseEffect>> {
        facts.check()?;
        if self.policy.opens(&facts) { self.open(facts, now) } else { self.hear(&facts, now) }
    }

    /// Opens a case, whatever the policy opens by itself: for an alert, or by hand. Facts that have a case already
    /// change nothing. A customer who asked not to be contacted, in these facts or before, has all cases without contact.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// assert_eq!(desk.open(Facts::new("alert 7"), 0)?.len(), 1);
    /// assert!(desk.open(Facts::new("alert 7"), 60_000)?.is_empty());
    /// assert_eq!(desk.cases().count(), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CasePolicy::open`].
    pub fn open(&mut self, mut facts: Facts, now: i64) -> Result<Vec<CaseEffect>> {
        if self.cases.get(&facts.id).is_some() {
            return Ok(Vec::new());
        }
        let known = facts.customer.as_ref().is_some_and(|known| self.no_contact.contains(known));
        facts.no_contact |= known;
        let step = self.policy.open(facts, now)?;
        let heard = self.hear(&step.case.facts, now)?;
        let mut effects = self.keep(step);
        effects.extend(heard);
        Ok(effects)
    }

    /// Takes note of facts that say that the customer asks not to be contacted.
    fn hear(&mut self, facts: &Facts, now: i64) -> Result<Vec<CaseEffect>> {
        match &facts.customer {
            Some(customer) if facts.no_contact && !self.no_contact.contains(customer) => {
                self.opt_out(customer, now)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Takes an event of a case. One that says that the customer asks not to be contacted is for all cases of theirs, as
    /// [`opt_out`](Self::opt_out).
    ///
    /// # Errors
    /// `unknown-name` where there is no such case, or as [`CasePolicy::apply`]; the case is as it was.
    pub fn apply(
        &mut self,
        id: &str,
        event: &CaseEvent,
        by: Option<&str>,
        now: i64,
    ) -> Result<Vec<CaseEffect>> {
        let case = self.cases.get(id).ok_or_else(|| {
            Error::new(ErrorCode::UnknownName, "there is no such case").at("case")
        })?;
        let step = self.policy.apply(case, event, by, now)?;
        let customer = case.facts.customer.clone().filter(|_| *event == CaseEvent::OptOut);
        let mut effects = self.keep(step);
        if let Some(customer) = customer {
            effects.extend(self.opt_out(&customer, now)?);
        }
        Ok(effects)
    }

    /// Takes note that a customer asks not to be contacted, in all cases of theirs that there are and that will come.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// desk.open(Facts { customer: Some("ada".to_owned()), ..Facts::new("r1") }, 0)?;
    /// desk.opt_out("ada", 60_000)?;
    /// desk.open(Facts { customer: Some("ada".to_owned()), ..Facts::new("r2") }, 120_000)?;
    /// assert!(desk.cases().all(|case| case.no_contact));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CasePolicy::apply`].
    pub fn opt_out(&mut self, customer: &str, now: i64) -> Result<Vec<CaseEffect>> {
        let open = self.cases.of(customer).filter(|case| !case.no_contact);
        // It was heard of no earlier than what the trail says last.
        let heard = |case: &Case| case.trail.last().map_or(now, |entry| now.max(entry.at));
        let apply = |case| self.policy.apply(case, &CaseEvent::OptOut, None, heard(case));
        let steps = open.map(apply).collect::<Result<Vec<_>>>()?;
        self.no_contact.insert(customer.to_owned());
        Ok(steps.into_iter().flat_map(|step| self.keep(step)).collect())
    }

    /// The customer may be contacted again: in cases that are opened from now on. Whether there was such a wish.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// desk.opt_out("ada", 0)?;
    /// assert!(desk.opt_in("ada") && !desk.opt_in("ada"));
    /// desk.open(Facts { customer: Some("ada".to_owned()), ..Facts::new("r1") }, 60_000)?;
    /// assert!(!desk.case("r1").unwrap().no_contact);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn opt_in(&mut self, customer: &str) -> bool {
        self.no_contact.remove(customer)
    }

    /// What has happened by itself up to a time: reminders, escalations, the end of waiting; by case.
    ///
    /// # Errors
    /// As [`CasePolicy::tick`].
    pub fn tick(&mut self, now: i64) -> Result<Vec<CaseEffect>> {
        let steps = self.cases.ready(now).into_iter().map(|case| self.policy.tick(case, now));
        let steps = steps.collect::<Result<Vec<_>>>()?;
        Ok(steps.into_iter().flat_map(|step| self.keep(step)).collect())
    }

    /// When [`Desk::tick`] next has something to say.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default().reminder(4.0))?;
    /// let monday_at_nine = 1_767_603_600_000;
    /// desk.open(Facts::new("r1"), monday_at_nine)?;
    /// assert_eq!(desk.next_tick(), Some(monday_at_nine + 28 * 3_600_000)); // Tuesday at one
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn next_tick(&self) -> Option<i64> {
        self.cases.next_tick()
    }

    /// A case.
    #[must_use]
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.get(id)
    }

    /// All cases, by id.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.values()
    }

    /// How many cases of customers there were who are forgotten, by outcome, or by state where they were open.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// desk.open(Facts { customer: Some("ada".to_owned()), ..Facts::new("r1") }, 0)?;
    /// desk.forget("ada");
    /// assert_eq!(desk.forgotten().get("new"), Some(&1));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn forgotten(&self) -> &BTreeMap<String, u64> {
        &self.forgotten
    }

    /// Removes the cases of a customer, of which only a count by outcome stays; how many there were. A wish not to be
    /// contacted is forgotten too: who must keep it keeps it elsewhere.
    pub fn forget(&mut self, customer: &str) -> u64 {
        self.no_contact.remove(customer);
        let own: Vec<String> = self.cases.of(customer).map(|case| case.id().to_owned()).collect();
        let cases = own.iter().filter_map(|id| self.cases.remove(id));
        let mut count = 0;
        for case in cases {
            let name = case.outcome.map_or(case.state.as_str(), |outcome| outcome.as_str());
            *self.forgotten.entry(name.to_owned()).or_default() += 1;
            count += 1;
        }
        count
    }

    /// Adds the cases of another desk. Of a case that both have, the one with the longer trail stays. Who asked either desk
    /// not to be contacted has asked both, for the cases that will come.
    ///
    /// ```
    /// use heedful::cases::{CaseEvent, CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// desk.open(Facts::new("r1"), 0)?;
    /// let mut other = desk.clone();
    /// other.apply("r1", &CaseEvent::Start, None, 60_000)?;
    /// other.open(Facts::new("r2"), 60_000)?;
    /// desk.merge(&other)?;
    /// assert_eq!(desk, other);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `scale-mismatch` for a desk with another policy.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.policy != other.policy {
            let message = "desks with different policies do not add up";
            return Err(Error::new(ErrorCode::ScaleMismatch, message));
        }
        for theirs in other.cases() {
            match self.cases.get(theirs.id()) {
                Some(ours) if rank(ours) >= rank(theirs) => {}
                _ => drop(self.cases.insert(theirs.clone())),
            }
        }
        self.no_contact.extend(other.no_contact.iter().cloned());
        for (name, count) in &other.forgotten {
            *self.forgotten.entry(name.clone()).or_default() += count;
        }
        Ok(())
    }

    /// The cases as a table as of a time: what they are about, `state`, `overdue`, who has them, when they are due,
    /// and what came of them. Times are milliseconds since 1970; reasons and remedies are apart by `;`.
    ///
    /// ```
    /// use heedful::cases::{CasePolicy, Desk, Facts};
    /// let mut desk = Desk::new(CasePolicy::default())?;
    /// desk.open(Facts { rating: Some(1.0), ..Facts::new("r1") }, 0)?;
    /// let table = desk.to_table(60_000);
    /// assert_eq!((table.len(), table.columns()[0].name.as_str()), (1, "case"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self, now: i64) -> Table {
        let mut table = Table::new();
        let text = |table: &mut Table, name: &str, of: &dyn Fn(&Case) -> Option<String>| {
            table.texts(name, self.cases().map(of));
        };
        let float = |table: &mut Table, name: &str, of: &dyn Fn(&Case) -> Option<f64>| {
            table.floats(name, self.cases().map(of));
        };
        let time = |table: &mut Table, name: &str, of: &dyn Fn(&Case) -> Option<i64>| {
            table.push(name, Data::Int(self.cases().map(of).collect()));
        };
        let owner = |case: &Case| Assignee::parts(case.assignee.as_ref()).0.map(str::to_owned);
        let role = |case: &Case| Assignee::parts(case.assignee.as_ref()).1.map(str::to_owned);
        text(&mut table, "case", &|case| Some(case.id().to_owned()));
        text(&mut table, "response", &|case| case.facts.response.clone());
        text(&mut table, "alert", &|case| case.facts.alert.clone());
        text(&mut table, "severity", &|case| case.facts.severity.map(|s| s.as_str().to_owned()));
        text(&mut table, "customer", &|case| case.facts.customer.clone());
        text(&mut table, "account", &|case| case.facts.account.clone());
        float(&mut table, "rating", &|case| case.facts.rating);
        text(&mut table, "reasons", &|case| joined(case.facts.reasons.iter()));
        text(&mut table, "touchpoint", &|case| case.facts.touchpoint.clone());
        text(&mut table, "segment", &|case| case.facts.segment.clone());
        text(&mut table, "tier", &|case| case.tier.clone());
        text(&mut table, "value_tier", &|case| case.value_tier.clone());
        float(&mut table, "value", &|case| case.facts.value);
        table.ints("priority", self.cases().map(|case| Some(u64::from(case.priority))));
        text(&mut table, "state", &|case| Some(case.state.as_str().to_owned()));
        table.bools("overdue", self.cases().map(|case| Some(case.is_overdue(now))));
        table.bools("no_contact", self.cases().map(|case| Some(case.no_contact)));
        text(&mut table, "owner", &owner);
        text(&mut table, "role", &role);
        text(&mut table, "route", &|case| case.route.clone());
        time(&mut table, "opened", &|case| Some(case.opened));
        time(&mut table, "due", &Case::next_due);
        time(&mut table, "first_reply", &Case::first_reply);
        time(&mut table, "closed", &|case| case.closed);
        text(&mut table, "outcome", &|case| {
            case.outcome.map(|outcome| outcome.as_str().to_owned())
        });
        text(&mut table, "remedies", &|case| joined(case.remedies.iter().map(|r| &r.remedy)));
        table.ints("reopened", self.cases().map(|case| Some(u64::from(case.reopened))));
        float(&mut table, "rated", &|case| case.rated);
        time(&mut table, "rated_at", &|case| case.rated_at);
        table
    }

    fn keep(&mut self, step: CaseStep) -> Vec<CaseEffect> {
        self.cases.insert(step.case);
        step.effects
    }
}

/// Texts apart by `;`; `None` where there are none.
pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a String>) -> Option<String> {
    let texts: Vec<&str> = texts.map(String::as_str).collect();
    (!texts.is_empty()).then(|| texts.join(";"))
}

/// Which of two editions of a case is the further one. Where even the trail says nothing, the text decides, so that
/// the order of merging does not matter.
fn rank(case: &Case) -> (usize, Option<i64>, String) {
    (case.trail.len(), case.trail.last().map(|entry| entry.at), config::to_json(case))
}
