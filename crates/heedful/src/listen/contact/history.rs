//! What was sent to whom.

use std::cmp::Reverse;

use hashbrown::HashMap;
use serde::Serialize;

use super::{Customer, Per};
use crate::base::config::{names, record};
use crate::base::kind::Kind;
use crate::base::order::sort_by_key;
use crate::base::sorted::SortedSet;

/// A past contact: an invitation or a reminder.
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Outcome, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 90, "after": ["declined"]}}]}"#)?;
/// let declined = Contact { outcome: Outcome::Declined, ..Contact::new("ada", "nps", DAY) };
/// let verdict = policy.decide(&[declined], &Candidate::new(Customer::new("ada"), "nps"), 2 * DAY)?.verdict;
/// assert_eq!(verdict, Verdict::Later { at: 91 * DAY });
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The person.
    pub customer: String,
    /// The organisation.
    #[serde(default)]
    pub account: Option<String>,
    /// The people at one address.
    #[serde(default)]
    pub household: Option<String>,
    /// When it was sent, in milliseconds since 1970 in UTC.
    pub at: i64,
    /// Id of the survey.
    pub survey: String,
    /// Name of its metric.
    #[serde(default)]
    pub metric: Option<String>,
    /// Relational where not set.
    #[serde(default = "super::relational")]
    pub kind: Kind,
    /// What it asked about.
    #[serde(default)]
    pub touchpoint: Option<String>,
    /// How it was sent.
    #[serde(default)]
    pub channel: Option<String>,
    /// What came of it; open where not set.
    #[serde(default)]
    pub outcome: Outcome,
    /// It was a reminder.
    #[serde(default)]
    pub reminder: bool,
}

/// What came of a contact.
///
/// ```
/// use heedful::{Column, Responses, contact::{Histories, Outcome}};
///
/// let table = Responses::new()
///     .with("customer", Column::categories(["ada", "bob"].map(Some)))?
///     .with("survey", Column::categories(["nps"; 2].map(Some)))?
///     .with("at", Column::numbers(vec![0_i64, 1]))?
///     .with("outcome", Column::categories([Some("answered"), None]))?;
/// let outcomes: Vec<_> = Histories::from_table(&table)?.contacts().iter().map(|c| c.outcome).collect();
/// assert_eq!(outcomes, [Outcome::Answered, Outcome::Open]); // open where nothing is said
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing yet.
    #[default]
    Open,
    /// An answer.
    Answered,
    /// The customer declined.
    Declined,
}

record!(Contact { customer, account = Default::default(), household = Default::default(), at, survey, metric = Default::default(), kind = super::relational(), touchpoint = Default::default(), channel = Default::default(), outcome = Default::default(), reminder = Default::default() });
names!(Outcome { Open = "open", Answered = "answered", Declined = "declined" });

impl Contact {
    /// An invitation to a relational survey that is open.
    #[must_use]
    pub fn new(customer: impl Into<String>, survey: impl Into<String>, at: i64) -> Self {
        Self {
            customer: customer.into(),
            account: None,
            household: None,
            at,
            survey: survey.into(),
            metric: None,
            kind: Kind::Relational,
            touchpoint: None,
            channel: None,
            outcome: Outcome::Open,
            reminder: false,
        }
    }

    /// Whether it was a contact of the same customer, account or household.
    pub(super) fn concerns(&self, customer: &Customer, per: Per) -> bool {
        let same = |own: &Option<String>, other: &Option<String>| own.is_some() && own == other;
        match per {
            Per::Customer => self.customer == customer.id,
            Per::Account => same(&self.account, &customer.account),
            Per::Household => same(&self.household, &customer.household),
        }
    }
}

/// Past contacts, found by customer, account and household.
///
/// ```
/// use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Histories, Verdict};
///
/// const DAY: i64 = 86_400_000;
/// let mut histories = Histories::new();
/// // In any order of time.
/// for (customer, day) in [("ada", 20), ("bob", 25), ("ada", 10)] {
///     histories.add(Contact::new(customer, "nps", day * DAY));
/// }
/// assert_eq!(histories.contacts().len(), 3);
/// let policy = ContactPolicy::from_json(r#"{"rules": [{"gap": {"days": 30}}]}"#)?;
/// let verdict = policy.decide_in(&histories, &Candidate::new(Customer::new("ada"), "nps"), 30 * DAY)?.verdict;
/// assert_eq!(verdict, Verdict::Later { at: 50 * DAY });
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Histories {
    contacts: Vec<Contact>,
    customers: Positions,
    accounts: Positions,
    households: Positions,
}

/// When contacts were made and where they are in the list, by id, the latest first.
type Positions = HashMap<String, SortedSet<(Reverse<i64>, u32)>>;

impl Histories {
    /// No contacts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contact, in any order of time.
    pub fn add(&mut self, contact: Contact) {
        // More contacts than that do not fit into memory.
        let position = u32::try_from(self.contacts.len()).unwrap_or(u32::MAX);
        let note = |positions: &mut Positions, id: &Option<String>| {
            let Some(id) = id else { return };
            positions.entry_ref(id.as_str()).or_default().insert((Reverse(contact.at), position));
        };
        note(&mut self.customers, &Some(contact.customer.clone()));
        note(&mut self.accounts, &contact.account);
        note(&mut self.households, &contact.household);
        self.contacts.push(contact);
    }

    /// Forgets a customer: the ids of person and household are taken out of the contacts, which go on to count for the
    /// account. Gives the number of contacts that were changed.
    ///
    /// ```
    /// use heedful::contact::{Contact, Histories};
    /// let mut histories: Histories = [Contact::new("ada", "nps", 0)].into_iter().collect();
    /// assert_eq!((histories.forget("ada"), histories.forget("ada")), (1, 0));
    /// assert_eq!(histories.contacts()[0].customer, "");
    /// ```
    pub fn forget(&mut self, customer: &str) -> u64 {
        let places = self.customers.remove(customer).unwrap_or_default();
        for place in places.iter() {
            let Some(contact) = self.contacts.get_mut(place.1 as usize) else { continue };
            contact.customer = String::new();
            let Some(household) = contact.household.take() else { continue };
            if let Some(list) = self.households.get_mut(&household) {
                list.remove(place);
                if list.len() == 0 {
                    self.households.remove(&household);
                }
            }
        }
        places.len() as u64
    }

    /// Every contact, in the order in which they were added.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// What a decision about a customer looks at.
    pub(super) fn of<'a>(&'a self, customer: &'a Customer) -> Past<'a> {
        let places = self.customers.get(&customer.id).into_iter().flat_map(SortedSet::iter);
        let mut places: Vec<u32> = places.map(|(_, position)| *position).collect();
        places.sort_unstable();
        let own = places.into_iter().filter_map(|position| self.contacts.get(position as usize));
        Past { own: own.collect(), all: Some(self), customer }
    }
}

/// The contacts that a decision looks at.
pub(super) struct Past<'a> {
    /// Those of the customer, in the order in which they were added. Others may be among them where only these are known.
    pub(super) own: Vec<&'a Contact>,
    /// Where those of account and household are.
    all: Option<&'a Histories>,
    customer: &'a Customer,
}

impl<'a> Past<'a> {
    /// Of a few contacts, in any order of time.
    pub(super) fn few(contacts: &'a [Contact], customer: &'a Customer) -> Self {
        Self { own: contacts.iter().collect(), all: None, customer }
    }

    /// The contacts of the customer, the account or the household, the latest first: an account may have had very many, of
    /// which the latest say all.
    pub(super) fn latest(&self, per: Per) -> Box<dyn Iterator<Item = &'a Contact> + '_> {
        let customer = self.customer;
        let (all, places) = match (self.all, per) {
            (Some(all), Per::Account) => (all, of(&all.accounts, &customer.account)),
            (Some(all), Per::Household) => (all, of(&all.households, &customer.household)),
            _ => {
                let own = self.own.iter().copied();
                let mut own: Vec<&Contact> = own.filter(|c| c.concerns(customer, per)).collect();
                sort_by_key(&mut own, |contact| Reverse(contact.at));
                return Box::new(own.into_iter());
            }
        };
        let places = places.into_iter().flat_map(SortedSet::iter);
        Box::new(places.filter_map(|(_, position)| all.contacts.get(*position as usize)))
    }
}

fn of<'a>(
    positions: &'a Positions,
    id: &Option<String>,
) -> Option<&'a SortedSet<(Reverse<i64>, u32)>> {
    positions.get(id.as_ref()?)
}

impl FromIterator<Contact> for Histories {
    fn from_iter<I: IntoIterator<Item = Contact>>(contacts: I) -> Self {
        let mut histories = Self::new();
        contacts.into_iter().for_each(|contact| histories.add(contact));
        histories
    }
}
