//! The last two answers of customers, key by key; kept where a rule asks for them.

use hashbrown::HashTable;

use super::days::{NONE, Record};

/// Bands from and to, as points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Move {
    pub(super) from: Vec<bool>,
    pub(super) to: Vec<bool>,
}

impl Move {
    pub(super) fn holds(&self, person: &Person) -> bool {
        let is = |points: &[bool], answer: Option<Answer>| {
            answer.is_some_and(|answer| points.get(usize::from(answer.point)) == Some(&true))
        };
        is(&self.from, person.before) && is(&self.to, person.last)
    }
}

/// What rules ask of customers one by one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Personal {
    /// Of the rules of this sort, in their order.
    pub(super) moves: Vec<Move>,
    /// A rule asks for key contacts.
    pub(super) contacts: bool,
}

impl Personal {
    pub(super) fn any(&self) -> bool {
        self.contacts || !self.moves.is_empty()
    }
}

/// What a customer answered, in order of time; the rest of the order makes it the same however answers came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Answer {
    pub(super) at: i64,
    point: u8,
    pub(super) key_contact: bool,
}

impl Answer {
    pub(super) fn of(record: &Record) -> Self {
        let Record { at, point, key_contact, .. } = *record;
        Self { at, point, key_contact }
    }
}

/// A customer of a series; a line of a cache.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Person {
    /// The hash.
    pub(super) customer: u64,
    /// The last two answers that are counted.
    pub(super) last: Option<Answer>,
    pub(super) before: Option<Answer>,
    series: u32,
    /// The records of the person, also those that are to come.
    held: u32,
    /// A neighbour in the chain of the series, or [`NOBODY`].
    next: u32,
    previous: u32,
    /// Among the key contacts of the series.
    pub(super) contact: bool,
    is_named: bool,
}

impl Person {
    /// Takes in an answer.
    pub(super) fn met(&mut self, answer: Answer) {
        let (last, older) = match self.last {
            Some(last) if answer > last => (answer, Some(last)),
            Some(last) => (last, Some(answer)),
            None => (answer, None),
        };
        self.last = Some(last);
        self.before = self.before.max(older);
    }

    pub(super) fn clear(&mut self) {
        (self.last, self.before) = (None, None);
    }

    /// Whether nothing is left to be said of the person.
    pub(super) fn is_over(&self) -> bool {
        self.held == 0 && !self.contact
    }

    /// Forgets the answers before a time.
    pub(super) fn age(&mut self, before: i64) {
        self.last = self.last.filter(|answer| answer.at >= before);
        self.before = self.before.filter(|answer| answer.at >= before);
    }
}

/// The end of a chain.
pub(super) const NOBODY: u32 = u32::MAX;

/// Customers by series, each series with the chain of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    slots: Vec<Person>,
    /// The ids of slots, to be named in alerts.
    names: Vec<Option<Box<str>>>,
    free: Vec<u32>,
    places: HashTable<u32>,
}

/// Hashes of customers are spread already.
fn hash(series: u32, customer: u64) -> u64 {
    customer.wrapping_add(u64::from(series).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

impl People {
    /// What a record calls the person at a place; never [`NONE`].
    fn who(place: u32) -> u64 {
        u64::from(place) + 1
    }

    fn place(who: u64) -> Option<usize> {
        usize::try_from(who.checked_sub(NONE + 1)?).ok()
    }

    pub(super) fn get(&self, who: u64) -> Option<&Person> {
        self.slots.get(Self::place(who)?)
    }

    pub(super) fn get_mut(&mut self, who: u64) -> Option<&mut Person> {
        self.slots.get_mut(Self::place(who)?)
    }

    pub(super) fn find(&self, series: u32, customer: u64) -> Option<u64> {
        let place = self.places.find(hash(series, customer), |place| {
            let person = self.slots.get(*place as usize);
            person.is_some_and(|person| (person.series, person.customer) == (series, customer))
        });
        place.copied().map(Self::who)
    }

    /// A customer who is new to a series, whose people are `chain`.
    pub(super) fn add(&mut self, series: u32, chain: &mut u32, customer: u64) -> u64 {
        let person = Person {
            customer,
            last: None,
            before: None,
            series,
            held: 0,
            next: *chain,
            previous: NOBODY,
            contact: false,
            is_named: false,
        };
        let place = match self.free.pop() {
            Some(place) => {
                if let Some(slot) = self.slots.get_mut(place as usize) {
                    *slot = person;
                }
                place
            }
            None => {
                self.slots.push(person);
                self.names.push(None);
                // More people than that do not fit into memory.
                u32::try_from(self.slots.len() - 1).unwrap_or(NOBODY)
            }
        };
        if let Some(next) = self.slots.get_mut(*chain as usize) {
            next.previous = place;
        }
        *chain = place;
        let slots = &self.slots;
        self.places.insert_unique(hash(series, customer), place, |place| {
            slots.get(*place as usize).map_or(0, |person| hash(person.series, person.customer))
        });
        Self::who(place)
    }

    /// So many records more of a person, who may have told the name only now.
    pub(super) fn hold(&mut self, who: u64, name: Option<&str>, more: u32) {
        if let Some(person) = self.get_mut(who) {
            person.held += more;
            if person.is_named {
                return;
            }
            person.is_named = name.is_some();
            if let Some(slot) = Self::place(who).and_then(|place| self.names.get_mut(place)) {
                *slot = name.map(Into::into);
            }
        }
    }

    /// The id of a person.
    pub(super) fn name(&self, who: u64) -> Option<&str> {
        self.names.get(Self::place(who)?)?.as_deref()
    }

    /// One record less of a person.
    pub(super) fn release(&mut self, who: u64) {
        if let Some(person) = self.get_mut(who) {
            person.held = person.held.saturating_sub(1);
        }
    }

    pub(super) fn remove(&mut self, who: u64, chain: &mut u32) {
        if let Some(slot) = Self::place(who).and_then(|place| self.names.get_mut(place)) {
            *slot = None;
        }
        let Some(person) = self.get_mut(who) else { return };
        let (series, customer, next, previous) =
            (person.series, person.customer, person.next, person.previous);
        match self.slots.get_mut(previous as usize) {
            Some(person) => person.next = next,
            None => *chain = next,
        }
        if let Some(person) = self.slots.get_mut(next as usize) {
            person.previous = previous;
        }
        let entry =
            self.places.find_entry(hash(series, customer), |place| Self::who(*place) == who);
        if let Ok(entry) = entry {
            self.free.push(entry.remove().0);
        }
    }

    /// The people of a series.
    pub(super) fn of(&self, chain: u32) -> impl Iterator<Item = (u64, &Person)> {
        let at =
            |place: u32| self.slots.get(place as usize).map(|person| (Self::who(place), person));
        std::iter::successors(at(chain), move |(_, person)| at(person.next))
    }

    /// Those of a customer, in all series: what records call them, and the series.
    pub(super) fn of_customer(&self, customer: u64) -> Vec<(u64, u32)> {
        let all = self.places.iter().filter_map(|place| {
            let person = self.slots.get(*place as usize)?;
            (person.customer == customer).then_some((Self::who(*place), person.series))
        });
        let mut all: Vec<(u64, u32)> = all.collect();
        all.sort_unstable();
        all
    }

    /// The ids of customers, in the order of their hashes.
    pub(super) fn names(&self) -> Vec<(u64, &str)> {
        let known = self.places.iter().filter_map(|place| {
            let person = self.slots.get(*place as usize)?;
            Some((person.customer, self.name(Self::who(*place))?))
        });
        let mut names: Vec<(u64, &str)> = known.collect();
        names.sort_unstable();
        names.dedup_by_key(|(customer, _)| *customer);
        names
    }
}
