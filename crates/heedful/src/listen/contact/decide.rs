//! One candidate: ask, later or never, and by which rule.

use serde::Serialize;

use super::history::Past;
use super::{
    Candidate, Contact, ContactPolicy, ContactRule, DAY, Histories, MINUTE, Outcome, Quiet,
    Recurring, Reminder, Sample, span,
};
use crate::base::error::Result;
use crate::base::hash;
use crate::base::time::Zone;
use crate::base::time::week::place_in_week;

/// Whether to ask a candidate, with everything that speaks against it.
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, HoldCode, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"first_contact": {"days": 30}}, {"gap": {"days": 90}}]}"#)?;
/// let ada = Candidate::new(Customer { since: Some(0), ..Customer::new("ada") }, "nps");
/// let decision = policy.decide(&[Contact::new("ada", "csat", 5 * DAY)], &ada, 10 * DAY)?;
/// // Both rules speak against it, and the longer one ends on day 95.
/// let codes: Vec<_> = decision.holds.iter().map(|hold| hold.code).collect();
/// assert_eq!(codes, [HoldCode::FirstContact, HoldCode::Gap]);
/// assert_eq!(decision.verdict, Verdict::Later { at: 95 * DAY });
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive] // a decision may come to say more
pub struct Decision {
    /// Ask, later or never.
    pub verdict: Verdict,
    /// The rules that hold it back at the time asked about, in the order of the policy; after those that hold it
    /// back for good, nothing else matters.
    pub holds: Vec<Hold>,
}

/// What to do with a candidate.
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, Verdict};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"quiet": {"from": "20:00", "to": "08:00"}}]}"#)?;
/// let mut ada = Candidate::new(Customer::new("ada"), "nps");
/// let hour = |hour: i64| hour * 3_600_000;
/// assert_eq!(policy.decide(&[], &ada, hour(12))?.verdict, Verdict::Ask { channel: None });
/// assert_eq!(policy.decide(&[], &ada, hour(21))?.verdict, Verdict::Later { at: hour(32) });
/// ada.customer.opted_out = true;
/// assert_eq!(policy.decide(&[], &ada, hour(12))?.verdict, Verdict::Never);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Verdict {
    /// Now.
    Ask {
        /// The channel, where one was wanted or chosen by a rule.
        channel: Option<String>,
    },
    /// Not before this time, in milliseconds since 1970 in UTC, if nothing else happens until then.
    Later {
        /// The next time at which no rule holds it back.
        at: i64,
    },
    /// Not at all, as things are.
    Never,
}

/// A rule that speaks against asking now.
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"enough": {"margin": 3}}, {"first_contact": {"days": 1}}]}"#)?;
/// let mut ada = Candidate::new(Customer { since: Some(0), ..Customer::new("ada") }, "nps");
/// ada.margin = Some(2.5);
/// let [enough, first] = &policy.decide(&[], &ada, 1_000)?.holds[..] else { panic!("both rules") };
/// assert_eq!((enough.code, enough.rule, enough.until), (HoldCode::Enough, Some(0), None));
/// assert_eq!((first.rule, first.until), (Some(1), Some(86_400_000)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Why.
    pub code: HoldCode,
    /// The position of the rule in the policy; `None` for what the customer has said.
    pub rule: Option<usize>,
    /// Until when; `None` is for good.
    pub until: Option<i64>,
}

/// Why somebody is not asked now; stable for ever.
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, HoldCode};
///
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"sample": {"salt": "2026", "rate": 0}}]}"#)?;
/// let decision = policy.decide(&[], &Candidate::new(Customer::new("ada"), "nps"), 0)?;
/// assert_eq!(decision.holds[0].code, HoldCode::NotSampled);
/// assert_eq!(decision.holds[0].code.as_str(), "not-sampled");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive] // further rules may come
pub enum HoldCode {
    /// The customer does not want to be asked.
    OptedOut,
    /// The customer is left alone for a while.
    Quarantine,
    /// Too soon after another contact.
    Gap,
    /// Too many contacts in the window.
    Cap,
    /// Not in the sample.
    NotSampled,
    /// The event has not happened, or is another.
    NoEvent,
    /// The event is too fresh.
    TooEarly,
    /// The event is too long ago, or its occasion has passed.
    Expired,
    /// Asked already on this occasion, or for this event.
    AskedAlready,
    /// It is not known when the customer began.
    SinceUnknown,
    /// The customer is too new.
    FirstContact,
    /// Night or rest where the customer lives.
    Quiet,
    /// No channel that is allowed reaches the customer.
    NoChannel,
    /// The score is known well enough.
    Enough,
    /// There is no open invitation to remind of.
    NothingOpen,
    /// Reminded often enough.
    RemindedEnough,
    /// Reminders of this survey are not foreseen.
    NoReminders,
}

/// Times are looked for in so many steps: each rule pushes a time beyond what it forbids.
const MOST_STEPS: usize = 1_000;

impl ContactPolicy {
    /// Decides about a candidate at a time, given the contacts of the customer, the account and the household
    /// (others are ignored). Contacts after `now` count as well: they are promised.
    ///
    /// # Errors
    /// What [`ContactPolicy::check`] finds.
    pub fn decide(&self, history: &[Contact], candidate: &Candidate, now: i64) -> Result<Decision> {
        self.check()?;
        Ok(self.decided(&Past::few(history, &candidate.customer), candidate, now))
    }

    /// As [`ContactPolicy::decide`], among the contacts of everybody.
    ///
    /// ```
    /// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Histories, HoldCode};
    ///
    /// let policy = ContactPolicy::from_json(r#"{"rules": [{"cap": {"at_most": 1, "days": 30, "per": "account"}}]}"#)?;
    /// // Somebody else at Ada's company was asked yesterday.
    /// let colleague = Contact { account: Some("acme".into()), ..Contact::new("bob", "nps", 0) };
    /// let histories = Histories::from_iter([colleague]);
    /// let asked = |account: &str| {
    ///     let customer = Customer { account: Some(account.into()), ..Customer::new("ada") };
    ///     policy.decide_in(&histories, &Candidate::new(customer, "nps"), 86_400_000)
    /// };
    /// assert_eq!(asked("acme")?.holds[0].code, HoldCode::Cap);
    /// assert!(asked("globex")?.holds.is_empty());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`ContactPolicy::check`] finds.
    pub fn decide_in(
        &self,
        histories: &Histories,
        candidate: &Candidate,
        now: i64,
    ) -> Result<Decision> {
        self.check()?;
        Ok(self.decided(&histories.of(&candidate.customer), candidate, now))
    }

    /// As [`ContactPolicy::decide`], for a policy that is checked.
    pub(super) fn decided(&self, past: &Past<'_>, candidate: &Candidate, now: i64) -> Decision {
        let mut channel = candidate.channel.clone();
        let holds = self.holds(past, candidate, now, &mut channel);
        if holds.is_empty() {
            return Decision { verdict: Verdict::Ask { channel }, holds };
        }
        let verdict = self
            .later(past, candidate, now, &holds)
            .map_or(Verdict::Never, |at| Verdict::Later { at });
        Decision { verdict, holds }
    }

    /// The next time at which nothing holds the candidate back.
    fn later(
        &self,
        past: &Past<'_>,
        candidate: &Candidate,
        now: i64,
        holds: &[Hold],
    ) -> Option<i64> {
        let latest = |holds: &[Hold]| {
            let until: Option<Vec<i64>> = holds.iter().map(|hold| hold.until).collect();
            until?.into_iter().max()
        };
        let mut at = latest(holds)?;
        for _ in 0..MOST_STEPS {
            let holds = self.holds(past, candidate, at, &mut candidate.channel.clone());
            if holds.is_empty() {
                return Some(at).filter(|at| *at > now);
            }
            // Every hold ends after the time it was asked about.
            at = latest(&holds)?.max(at + 1);
        }
        None
    }

    fn holds(
        &self,
        past: &Past<'_>,
        candidate: &Candidate,
        now: i64,
        channel: &mut Option<String>,
    ) -> Vec<Hold> {
        let customer = &candidate.customer;
        let history = past.own.as_slice();
        let mut holds = Vec::new();
        let mut hold = |code, rule, until| holds.push(Hold { code, rule, until });
        if customer.opted_out {
            hold(HoldCode::OptedOut, None, None);
        }
        if let Some(until) = customer.quarantine_until.filter(|until| now < *until) {
            hold(HoldCode::Quarantine, None, Some(until));
        }
        let reminders = self.reminder(candidate);
        let exempt = candidate.reminder && reminders.is_none_or(|(_, rule)| !rule.counted);
        if candidate.reminder {
            match reminders {
                None => hold(HoldCode::NoReminders, None, None),
                Some((index, rule)) => {
                    if let Some((code, until)) = remind(rule, history, candidate, now) {
                        hold(code, Some(index), until);
                    }
                }
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if !rule.of().takes(candidate) {
                continue;
            }
            let found = match rule {
                ContactRule::Gap(_) | ContactRule::Cap(_) if exempt => None,
                ContactRule::Gap(gap) => {
                    let last = (history.iter())
                        .filter(|contact| self.is_counted(contact))
                        .filter(|contact| contact.customer == customer.id)
                        .filter(|contact| gap.counts.counts(contact))
                        .filter(|c| gap.after.is_empty() || gap.after.contains(&c.outcome))
                        .map(|contact| contact.at.saturating_add(span(gap.days)))
                        .max();
                    last.filter(|until| now < *until).map(|until| (HoldCode::Gap, Some(until)))
                }
                ContactRule::Cap(cap) => {
                    // There is room when the last of so many latest ones has left the window.
                    let until = |contact: &Contact| contact.at.saturating_add(span(cap.days));
                    let inside = |contact: &&Contact| now < until(contact);
                    let mut latest = (past.latest(cap.per).take_while(inside))
                        .filter(|contact| self.is_counted(contact) && cap.counts.counts(contact));
                    match (cap.at_most as usize).checked_sub(1) {
                        None => Some((HoldCode::Cap, None)),
                        Some(last) => latest.nth(last).map(|c| (HoldCode::Cap, Some(until(c)))),
                    }
                }
                ContactRule::Sample(sample) => {
                    (!sampled(sample, candidate)).then_some((HoldCode::NotSampled, None))
                }
                ContactRule::Trigger(trigger) => match &candidate.event {
                    Some((name, at)) if *name == trigger.event => {
                        let from = at.saturating_add(span(trigger.after_days));
                        let to = from.saturating_add(span(trigger.within_days));
                        window(from, to, history, candidate, now)
                    }
                    _ => Some((HoldCode::NoEvent, None)),
                },
                ContactRule::Recurring(rule) => recurring(rule, history, candidate, now),
                ContactRule::FirstContact(rule) => match customer.since {
                    None => Some((HoldCode::SinceUnknown, None)),
                    Some(since) => {
                        let until = since.saturating_add(span(rule.days));
                        (now < until).then_some((HoldCode::FirstContact, Some(until)))
                    }
                },
                ContactRule::Quiet(quiet) => {
                    let until = quiet.until(customer.zone.as_ref(), now);
                    until.map(|until| (HoldCode::Quiet, Some(until)))
                }
                ContactRule::Channels(rule) => {
                    let reaches = |channel: &&String| {
                        (customer.channels.is_empty() || customer.channels.contains(channel))
                            && candidate.channel.as_ref().is_none_or(|wanted| wanted == *channel)
                    };
                    match rule.channels.iter().find(reaches) {
                        Some(chosen) => {
                            channel.get_or_insert_with(|| chosen.clone());
                            None
                        }
                        None => Some((HoldCode::NoChannel, None)),
                    }
                }
                ContactRule::Enough(rule) => {
                    let known = candidate.margin.is_some_and(|margin| margin <= rule.margin);
                    known.then_some((HoldCode::Enough, None))
                }
                ContactRule::Reminder(_) => None,
            };
            if let Some((code, until)) = found {
                hold(code, Some(index), until);
            }
        }
        holds
    }

    /// Whether gaps and caps look at a contact.
    fn is_counted(&self, contact: &Contact) -> bool {
        let rule = self.rules.iter().find_map(|rule| match rule {
            ContactRule::Reminder(rule) if rule.of.counts(contact) => Some(rule),
            _ => None,
        });
        !contact.reminder || rule.is_some_and(|rule| rule.counted)
    }

    fn reminder(&self, candidate: &Candidate) -> Option<(usize, &Reminder)> {
        self.rules.iter().enumerate().find_map(|(index, rule)| match rule {
            ContactRule::Reminder(rule) if rule.of.takes(candidate) => Some((index, rule)),
            _ => None,
        })
    }
}

impl ContactRule {
    pub(super) fn of(&self) -> &super::Which {
        match self {
            Self::Gap(rule) => &rule.of,
            Self::Cap(rule) => &rule.of,
            Self::Sample(rule) => &rule.of,
            Self::Trigger(rule) => &rule.of,
            Self::Recurring(rule) => &rule.of,
            Self::FirstContact(rule) => &rule.of,
            Self::Quiet(rule) => &rule.of,
            Self::Channels(rule) => &rule.of,
            Self::Enough(rule) => &rule.of,
            Self::Reminder(rule) => &rule.of,
        }
    }
}

type Found = Option<(HoldCode, Option<i64>)>;

/// From `from` to `to`, once. A reminder belongs to an invitation and is not asked again for being within.
fn window(from: i64, to: i64, history: &[&Contact], candidate: &Candidate, now: i64) -> Found {
    if now >= to {
        return Some((HoldCode::Expired, None));
    }
    let asked = history.iter().any(|contact| {
        contact.customer == candidate.customer.id
            && contact.survey == candidate.survey
            && !contact.reminder
            && (from..to).contains(&contact.at)
    });
    if asked && !candidate.reminder {
        return Some((HoldCode::AskedAlready, None));
    }
    (now < from).then_some((HoldCode::TooEarly, Some(from)))
}

fn recurring(rule: &Recurring, history: &[&Contact], candidate: &Candidate, now: i64) -> Found {
    let Some(since) = candidate.customer.since else {
        return Some((HoldCode::SinceUnknown, None));
    };
    let every = span(rule.every_days).max(1);
    let within = span(rule.within_days).min(every);
    let gone = now.saturating_sub(since).div_euclid(every).max(0);
    let occasion = |count: i64| since.saturating_add(every.saturating_mul(count));
    let next = Some(occasion(gone + 1));
    if gone == 0 {
        return Some((HoldCode::TooEarly, next));
    }
    let from = occasion(gone);
    let found = window(from, from.saturating_add(within), history, candidate, now);
    found.map(|(code, _)| (code, next))
}

/// The open invitation is the last one without an answer.
fn remind(rule: &Reminder, history: &[&Contact], candidate: &Candidate, now: i64) -> Found {
    let own = || {
        history.iter().filter(|contact| {
            contact.customer == candidate.customer.id && contact.survey == candidate.survey
        })
    };
    let invitation = own().filter(|contact| !contact.reminder).max_by_key(|contact| contact.at);
    let Some(invitation) = invitation.filter(|contact| contact.outcome == Outcome::Open) else {
        return Some((HoldCode::NothingOpen, None));
    };
    if now >= invitation.at.saturating_add(span(rule.deadline_days)) {
        return Some((HoldCode::Expired, None));
    }
    let reminders = || own().filter(|contact| contact.reminder && contact.at >= invitation.at);
    if reminders().count() >= rule.at_most as usize {
        return Some((HoldCode::RemindedEnough, None));
    }
    let last = reminders().map(|contact| contact.at).max().unwrap_or(invitation.at);
    let until = last.saturating_add(span(rule.after_days));
    (now < until).then_some((HoldCode::TooEarly, Some(until)))
}

fn sampled(sample: &Sample, candidate: &Candidate) -> bool {
    let attributes = &candidate.customer.attributes;
    let segment = sample.segments.iter().find(|segment| {
        attributes
            .iter()
            .any(|(name, value)| *name == segment.attribute && segment.is.contains(value))
    });
    let rate = segment.map_or(sample.rate, |segment| segment.rate);
    draw(&[&sample.salt, &candidate.survey, &candidate.customer.id]) < rate
}

/// A number from 0 to 1 that depends on the texts alone: FNV-1a of their bytes, each closed by a byte that no text
/// holds, then mixed as `SplitMix64` does. The same in every version and language.
pub(super) fn draw(texts: &[&str]) -> f64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain(std::iter::once(0xff)));
    let mixed = hash::mixed(hash::fnv(bytes));
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

impl Quiet {
    /// The end of the quiet time that `now` lies in.
    fn until(&self, zone: Option<&Zone>, now: i64) -> Option<i64> {
        let mut clock = zone.map(Zone::clock);
        let mut offset = |at: i64| {
            clock.as_mut().map_or(0, |clock| i64::from(clock.offset(at.div_euclid(1000)))) * 1000
        };
        let local = now + offset(now);
        let (day, minute) = (local.div_euclid(DAY), local.rem_euclid(DAY) / MINUTE);
        let (from, to) = (i64::from(self.from.minutes()), i64::from(self.to.minutes()));
        let end = if self.rests(day) {
            day * DAY + DAY
        } else if from < to && (from..to).contains(&minute) {
            day * DAY + to * MINUTE
        } else if from > to && minute >= from {
            day * DAY + DAY + to * MINUTE
        } else if from > to && minute < to {
            day * DAY + to * MINUTE
        } else {
            return None;
        };
        // The offset at the end may be another one; after a change of the clock the end may still be quiet, and
        // is asked about again.
        let first = end - offset(now);
        Some((end - offset(first)).max(now + 1))
    }

    fn rests(&self, day: i64) -> bool {
        self.days.iter().any(|rest| *rest as i64 == place_in_week(day))
    }
}
