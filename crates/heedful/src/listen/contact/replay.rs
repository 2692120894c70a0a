//! What another policy would have done with past contacts.

use serde::Serialize;

use super::plan::contact;
use super::{Candidate, Contact, ContactPolicy, Customer, Histories, HoldCode, Outcome, Verdict};
use crate::base::error::Result;
use crate::base::order::sort_by_key;
use crate::base::sorted::SortedMap;
use crate::stats::distribution::normal_quantile;

/// What a policy would have done.
///
/// ```
/// use heedful::contact::{Contact, ContactPolicy, HoldCode, Outcome};
///
/// const DAY: i64 = 86_400_000;
/// // Ada was asked every 30 days and answered the first time and the last.
/// let past: Vec<Contact> = (0..4)
///     .map(|i| Contact {
///         outcome: if i % 3 == 0 { Outcome::Answered } else { Outcome::Open },
///         ..Contact::new("ada", "nps", i * 30 * DAY)
///     })
///     .collect();
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 60}}]}"#)?;
/// let replay = policy.replay(&past, &[], None)?;
/// // Days 0 and 60 would have been; the answer on day 90 would not.
/// assert_eq!((replay.sent, replay.answered), (2, 1));
/// assert_eq!((&replay.refused[..], replay.surveys.len()), (&[(HoldCode::Gap, 2)][..], 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a replay may come to say more
pub struct Replay {
    /// Contacts that would have been made at their time.
    pub sent: u64,
    /// Answers among them, as they came.
    pub answered: u64,
    /// Contacts that would not have been made, by the first rule that held them back.
    pub refused: Vec<(HoldCode, u64)>,
    /// By survey, in the order of their ids.
    pub surveys: Vec<ReplaySurvey>,
}

/// What a policy would have done to a survey.
///
/// ```
/// use heedful::contact::{Contact, ContactPolicy, Outcome};
///
/// const DAY: i64 = 86_400_000;
/// // 100 customers answered twice, ten days apart.
/// let past: Vec<Contact> = (0..200)
///     .map(|i| Contact { outcome: Outcome::Answered, ..Contact::new(format!("c{}", i % 100), "nps", i / 100 * 10 * DAY) })
///     .collect();
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 30}}]}"#)?;
/// let survey = policy.replay(&past, &[], Some(70.0))?.surveys.remove(0);
/// assert_eq!((survey.sent, survey.was_sent, survey.answered, survey.was_answered), (100, 200, 100, 200));
/// // 1.96 × 70 over the root of the answers.
/// assert!((survey.margin.unwrap() - 13.72).abs() < 0.01 && (survey.was_margin.unwrap() - 9.70).abs() < 0.01);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplaySurvey {
    /// Its id.
    pub survey: String,
    /// Contacts that would have been made.
    pub sent: u64,
    /// Contacts that were made.
    pub was_sent: u64,
    /// Answers to those that would have been made.
    pub answered: u64,
    /// Answers that came.
    pub was_answered: u64,
    /// Half the width of the score's interval at 95 %, in points, from the standard deviation of one answer; `None`
    /// without answers or without a standard deviation.
    pub margin: Option<f64>,
    /// The same for the answers that came.
    pub was_margin: Option<f64>,
}

impl ContactPolicy {
    /// Goes through past contacts in the order of time and asks at each whether this policy would have made it,
    /// given those that it has made itself. Contacts that it would have put off count as refused, because nobody
    /// knows what would have come of them.
    ///
    /// `customers` says what is known of those contacted (nothing but their ids where they are not there), and
    /// `deviation` is the standard deviation of one answer in points (about 70 for NPS).
    ///
    /// ```
    /// use heedful::contact::{Contact, ContactPolicy, Customer, HoldCode};
    ///
    /// // What is known of customers counts: Bob has opted out.
    /// let past = ["ada", "bob", "cid"].map(|customer| Contact::new(customer, "nps", 0));
    /// let bob = Customer { opted_out: true, ..Customer::new("bob") };
    /// let replay = ContactPolicy::default().replay(&past, &[bob], None)?;
    /// assert_eq!((replay.sent, &replay.refused[..]), (2, &[(HoldCode::OptedOut, 1)][..]));
    /// assert_eq!(replay.surveys[0].margin, None); // nobody answered
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`ContactPolicy::check`] finds.
    pub fn replay(
        &self,
        past: &[Contact],
        customers: &[Customer],
        deviation: Option<f64>,
    ) -> Result<Replay> {
        self.check()?;
        let known: hashbrown::HashMap<&str, &Customer> =
            customers.iter().map(|customer| (customer.id.as_str(), customer)).collect();
        let mut order: Vec<&Contact> = past.iter().collect();
        sort_by_key(&mut order, |contact| contact.at);
        let mut kept = Histories::new();
        let mut refused = SortedMap::<HoldCode, u64>::new();
        let mut surveys = SortedMap::<&str, [u64; 4]>::new();
        for was in order {
            let candidate = candidate(was, known.get(was.customer.as_str()).copied());
            let decision = self.decided(&kept.of(&candidate.customer), &candidate, was.at);
            let answered = u64::from(was.outcome == Outcome::Answered);
            let [sent, was_sent, kept_answers, answers] =
                surveys.entry(was.survey.as_str()).or_default();
            *was_sent += 1;
            *answers += answered;
            if let Verdict::Ask { channel } = decision.verdict {
                *sent += 1;
                *kept_answers += answered;
                let made = contact(&candidate, was.at, channel);
                kept.add(Contact { outcome: was.outcome, ..made });
            } else if let Some(hold) = decision.holds.first() {
                *refused.entry(hold.code).or_default() += 1;
            }
        }
        let margin = |n: u64| {
            let deviation = deviation.filter(|deviation| *deviation >= 0.0 && n > 0)?;
            Some(normal_quantile(0.975) * deviation / (n as f64).sqrt())
        };
        let surveys: Vec<ReplaySurvey> = (surveys.into_iter())
            .map(|(survey, [sent, was_sent, answered, was_answered])| ReplaySurvey {
                survey: survey.to_owned(),
                sent,
                was_sent,
                answered,
                was_answered,
                margin: margin(answered),
                was_margin: margin(was_answered),
            })
            .collect();
        Ok(Replay {
            sent: surveys.iter().map(|survey| survey.sent).sum(),
            answered: surveys.iter().map(|survey| survey.answered).sum(),
            refused: refused.into_iter().collect(),
            surveys,
        })
    }
}

fn candidate(was: &Contact, known: Option<&Customer>) -> Candidate {
    let mut customer = known.cloned().unwrap_or_else(|| Customer::new(was.customer.clone()));
    customer.account = was.account.clone().or(customer.account);
    customer.household = was.household.clone().or(customer.household);
    Candidate {
        metric: was.metric.clone(),
        kind: was.kind,
        touchpoint: was.touchpoint.clone(),
        channel: was.channel.clone(),
        reminder: was.reminder,
        ..Candidate::new(customer, was.survey.clone())
    }
}
