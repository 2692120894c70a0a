//! Many candidates: a plan of what to send, and why the others are left out.

use serde::Serialize;

use super::decide::draw;
use super::{
    Candidate, Contact, ContactPolicy, ContactRule, DAY, Histories, Hold, HoldCode, Outcome,
    Verdict, span,
};
use crate::base::config::{self, record};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::order::sort_by_key;
use crate::base::sorted::SortedMap;
use crate::base::table::{Data, Table};

/// The window of a plan, and how much is wanted.
///
/// ```
/// use heedful::contact::PlanOptions;
///
/// const DAY: i64 = 86_400_000;
/// let week = PlanOptions::from_json(r#"{"from": 0, "to": 604800000, "target": 70, "spread": true}"#)?;
/// assert_eq!(week, PlanOptions { target: Some(70), spread: true, ..PlanOptions::new(0, 7 * DAY) });
/// assert_eq!(PlanOptions::from_json(r#"{"from": 0, "to": 1, "most": 70}"#).unwrap_err().path(), "most");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanOptions {
    /// Start of the window, in milliseconds since 1970 in UTC.
    pub from: i64,
    /// End of the window; not part of it.
    pub to: i64,
    /// Most invitations of each survey; all where not set.
    #[serde(default)]
    pub target: Option<u64>,
    /// Spreads the invitations of each survey evenly over the days of the window; as early as possible where not.
    #[serde(default)]
    pub spread: bool,
    /// Days before the invitation at which it is announced.
    #[serde(default)]
    pub notice_days: Option<u32>,
    /// Draws the order of candidates with the same priority.
    #[serde(default)]
    pub salt: String,
}

record!(PlanOptions { from, to, target = Default::default(), spread = Default::default(), notice_days = Default::default(), salt = Default::default() });

impl PlanOptions {
    /// Everybody who may be asked in the window, as early as possible.
    #[must_use]
    pub fn new(from: i64, to: i64) -> Self {
        Self { from, to, target: None, spread: false, notice_days: None, salt: String::new() }
    }

    /// Reads options from JSON.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

config::written!(PlanOptions of contact, r#"{"from": 0, "to": 86400000, "target": 100}"#);

/// What to send.
///
/// ```
/// use heedful::{Data, contact::{Candidate, ContactPolicy, Customer, Histories, PlanOptions}};
///
/// const DAY: i64 = 86_400_000;
/// // Seven of ten in a week, evenly.
/// let people: Vec<Candidate> = (0..10).map(|i| Candidate::new(Customer::new(format!("c{i}")), "nps")).collect();
/// let options = PlanOptions { target: Some(7), spread: true, ..PlanOptions::new(0, 7 * DAY) };
/// let plan = ContactPolicy::default().plan(Histories::new(), &people, &options)?;
/// let days: Vec<i64> = plan.invitations.iter().map(|invitation| invitation.at / DAY).collect();
/// assert_eq!(days, [0, 1, 2, 3, 4, 5, 6]);
/// assert_eq!(plan.left_out.len(), 3);
/// let table = plan.to_table();
/// let send = table.columns().iter().find(|column| column.name == "send").unwrap();
/// let Data::Bool(send) = &send.data else { panic!("yes or no") };
/// assert_eq!((send.len(), send.iter().filter(|yes| **yes == Some(true)).count()), (10, 7));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive] // a plan may come to say more
pub struct Plan {
    /// By time, then in the order of the candidates.
    pub invitations: Vec<Invitation>,
    /// In the order of the candidates.
    pub left_out: Vec<LeftOut>,
}

/// An invitation to send.
///
/// ```
/// use heedful::contact::{Candidate, ContactPolicy, Customer, Histories, PlanOptions};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 10}}]}"#)?;
/// let options = PlanOptions { notice_days: Some(1), ..PlanOptions::new(20 * DAY, 27 * DAY) };
/// let plan = policy.plan(Histories::new(), &[Candidate::new(Customer::new("ada"), "nps")], &options)?;
/// let invitation = &plan.invitations[0];
/// assert_eq!((invitation.candidate, invitation.at), (0, 20 * DAY));
/// assert_eq!((invitation.notice, invitation.reminder), (Some(19 * DAY), Some(23 * DAY)));
/// assert_eq!(invitation.deadline, Some(30 * DAY));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// The position of the candidate.
    pub candidate: usize,
    /// When, in milliseconds since 1970 in UTC.
    pub at: i64,
    /// How.
    pub channel: Option<String>,
    /// When it is announced.
    pub notice: Option<i64>,
    /// When the first reminder is due if there is no answer.
    pub reminder: Option<i64>,
    /// When it closes.
    pub deadline: Option<i64>,
}

/// A candidate who is not asked in the window.
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Histories, HoldCode, PlanOptions};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 30}}]}"#)?;
/// let histories = Histories::from_iter([Contact::new("ada", "nps", 0)]);
/// let people = [Candidate::new(Customer::new("ada"), "nps"), Candidate::new(Customer::new("bob"), "nps")];
/// let plan = policy.plan(histories, &people, &PlanOptions::new(7 * DAY, 14 * DAY))?;
/// let [ada] = &plan.left_out[..] else { panic!("one of the two") };
/// assert_eq!((ada.candidate, ada.hold.as_ref().unwrap().code), (0, HoldCode::Gap));
/// assert_eq!(ada.next, Some(30 * DAY)); // after the window
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The position of the candidate.
    pub candidate: usize,
    /// The first rule that holds the candidate back; `None` where enough others are asked.
    pub hold: Option<Hold>,
    /// When the candidate could be asked, after the window.
    pub next: Option<i64>,
}

impl ContactPolicy {
    /// Plans the invitations of a window: the most important surveys first (`priority`), within a survey in an order
    /// drawn from salt, survey and customer. What is planned counts as a contact for those who come after.
    ///
    /// ```
    /// use heedful::contact::{Candidate, ContactPolicy, Customer, Histories, PlanOptions};
    ///
    /// // One for each company in 30 days; the more important survey comes first, whatever the order of the candidates.
    /// let policy = ContactPolicy::from_json(
    ///     r#"{"rules": [{"cap": {"at_most": 1, "days": 30, "per": "account"}}], "priority": ["churn"]}"#,
    /// )?;
    /// let person = |id: &str, survey: &str| {
    ///     Candidate::new(Customer { account: Some("acme".into()), ..Customer::new(id) }, survey)
    /// };
    /// let people = [person("ada", "nps"), person("bob", "churn")];
    /// let plan = policy.plan(Histories::new(), &people, &PlanOptions::new(0, 86_400_000))?;
    /// assert_eq!((plan.invitations.len(), plan.invitations[0].candidate), (1, 1));
    /// let error = policy.plan(Histories::new(), &people, &PlanOptions::new(1, 0)).unwrap_err();
    /// assert_eq!(error.path(), "to");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`ContactPolicy::check`] finds; `invalid-argument` for a window that ends before it starts.
    pub fn plan(
        &self,
        mut histories: Histories,
        candidates: &[Candidate],
        options: &PlanOptions,
    ) -> Result<Plan> {
        self.check()?;
        let PlanOptions { from, to, .. } = *options;
        if from >= to {
            let message = "the window ends before it starts";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("to"));
        }
        let days = to.saturating_sub(from).saturating_add(DAY - 1) / DAY;
        let mut order: Vec<(usize, f64, usize)> = (candidates.iter().enumerate())
            .map(|(index, candidate)| {
                let rank = self.priority.iter().position(|survey| *survey == candidate.survey);
                let drawn = draw(&[&options.salt, &candidate.survey, &candidate.customer.id]);
                (rank.unwrap_or(self.priority.len()), drawn, index)
            })
            .collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut plan = Plan::default();
        let mut planned: SortedMap<&str, u64> = SortedMap::new();
        for (_, _, index) in order {
            let Some(candidate) = candidates.get(index) else { continue };
            let count = planned.entry(candidate.survey.as_str()).or_default();
            if options.target.is_some_and(|target| *count >= target) {
                plan.left_out.push(LeftOut { candidate: index, hold: None, next: None });
                continue;
            }
            #[expect(clippy::cast_possible_wrap, reason = "fewer than 2^63 candidates")]
            let start = match options.spread {
                true => from + (*count as i64 % days) * DAY,
                false => from,
            };
            let history = histories.of(&candidate.customer);
            let mut decision = self.decided(&history, candidate, start);
            let outside = |verdict: &Verdict| match verdict {
                Verdict::Ask { .. } => false,
                Verdict::Later { at } => *at >= to,
                Verdict::Never => true,
            };
            // The day that an even spread would give may be too late; another one may not be.
            if start > from && outside(&decision.verdict) {
                decision = self.decided(&history, candidate, from);
            }
            let (at, channel) = match &decision.verdict {
                Verdict::Ask { channel } => (start, channel.clone()),
                Verdict::Later { at } if *at < to => {
                    match self.decided(&history, candidate, *at).verdict {
                        Verdict::Ask { channel } => (*at, channel),
                        _ => (*at, candidate.channel.clone()),
                    }
                }
                verdict => {
                    let next = match verdict {
                        Verdict::Later { at } => Some(*at),
                        _ => None,
                    };
                    let for_good = decision.holds.iter().find(|hold| hold.until.is_none());
                    let hold = for_good.or(decision.holds.first()).cloned();
                    plan.left_out.push(LeftOut { candidate: index, hold, next });
                    continue;
                }
            };
            *count += 1;
            let rule = self.rules.iter().find_map(|rule| match rule {
                ContactRule::Reminder(rule) if rule.of.takes(candidate) => Some(rule),
                _ => None,
            });
            let after = |days: f64| at.saturating_add(span(days));
            let reminds = rule.filter(|rule| rule.at_most > 0 && !candidate.reminder);
            plan.invitations.push(Invitation {
                candidate: index,
                at,
                channel: channel.clone(),
                notice: options.notice_days.map(|days| at - i64::from(days) * DAY),
                reminder: reminds.map(|rule| after(rule.after_days)),
                deadline: rule.map(|rule| after(rule.deadline_days)),
            });
            histories.add(contact(candidate, at, channel));
        }
        sort_by_key(&mut plan.invitations, |invitation| (invitation.at, invitation.candidate));
        sort_by_key(&mut plan.left_out, |left_out| left_out.candidate);
        Ok(plan)
    }
}

pub(super) fn contact(candidate: &Candidate, at: i64, channel: Option<String>) -> Contact {
    Contact {
        customer: candidate.customer.id.clone(),
        account: candidate.customer.account.clone(),
        household: candidate.customer.household.clone(),
        at,
        survey: candidate.survey.clone(),
        metric: candidate.metric.clone(),
        kind: candidate.kind,
        touchpoint: candidate.touchpoint.clone(),
        channel,
        outcome: Outcome::Open,
        reminder: candidate.reminder,
    }
}

impl Plan {
    /// One row for each candidate: `candidate` (its position), `send` (yes or no), `at`, `channel`, `notice`,
    /// `reminder`, `deadline` (milliseconds since 1970), `code` (why not; `target-reached` where enough others
    /// are asked), `rule` (its position in the policy) and `next` (when it could be asked after the window).
    #[must_use]
    pub fn to_table(&self) -> Table {
        enum Row<'a> {
            In(&'a Invitation),
            Out(&'a LeftOut),
        }
        let mut rows: Vec<(usize, Row<'_>)> =
            self.invitations.iter().map(|i| (i.candidate, Row::In(i))).collect();
        rows.extend(self.left_out.iter().map(|left| (left.candidate, Row::Out(left))));
        sort_by_key(&mut rows, |(candidate, _)| *candidate);
        let sent = |of: fn(&Invitation) -> Option<i64>| {
            let values = rows.iter().map(|(_, row)| match row {
                Row::In(invitation) => of(invitation),
                Row::Out(_) => None,
            });
            Data::Int(values.collect())
        };
        let left = |of: fn(&LeftOut) -> Option<i64>| {
            let values = rows.iter().map(|(_, row)| match row {
                Row::In(_) => None,
                Row::Out(left) => of(left),
            });
            Data::Int(values.collect())
        };
        let channels = rows.iter().map(|(_, row)| match row {
            Row::In(invitation) => invitation.channel.clone(),
            Row::Out(_) => None,
        });
        let codes = rows.iter().map(|(_, row)| match row {
            Row::In(_) => None,
            Row::Out(LeftOut { hold: None, .. }) => Some("target-reached".to_owned()),
            Row::Out(LeftOut { hold: Some(hold), .. }) => Some(hold.code.as_str().to_owned()),
        });
        let whole = |value: usize| i64::try_from(value).ok();
        let columns = [
            ("candidate", Data::Int(rows.iter().map(|(index, _)| whole(*index)).collect())),
            (
                "send",
                Data::Bool(rows.iter().map(|(_, row)| Some(matches!(row, Row::In(_)))).collect()),
            ),
            ("at", sent(|invitation| Some(invitation.at))),
            ("channel", Data::Text(channels.collect())),
            ("notice", sent(|invitation| invitation.notice)),
            ("reminder", sent(|invitation| invitation.reminder)),
            ("deadline", sent(|invitation| invitation.deadline)),
            ("code", Data::Text(codes.collect())),
            (
                "rule",
                left(|left| left.hold.as_ref().and_then(|hold| i64::try_from(hold.rule?).ok())),
            ),
            ("next", left(|left| left.next)),
        ];
        let mut table = Table::new();
        columns.into_iter().for_each(|(name, data)| table.push(name, data));
        table
    }
}

impl HoldCode {
    /// The kebab-case spelling, for example `not-sampled`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OptedOut => "opted-out",
            Self::Quarantine => "quarantine",
            Self::Gap => "gap",
            Self::Cap => "cap",
            Self::NotSampled => "not-sampled",
            Self::NoEvent => "no-event",
            Self::TooEarly => "too-early",
            Self::Expired => "expired",
            Self::AskedAlready => "asked-already",
            Self::SinceUnknown => "since-unknown",
            Self::FirstContact => "first-contact",
            Self::Quiet => "quiet",
            Self::NoChannel => "no-channel",
            Self::Enough => "enough",
            Self::NothingOpen => "nothing-open",
            Self::RemindedEnough => "reminded-enough",
            Self::NoReminders => "no-reminders",
        }
    }
}
