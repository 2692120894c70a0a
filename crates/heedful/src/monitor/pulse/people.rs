//! The last two answers of customers, key by key; kept where a rule asks for them.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::days::Record;

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
    /// The records of the person that are counted.
    pub(super) held: u32,
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
    /// Half of the hash and the slot: the table grows without looking at slots, which lie far apart.
    places: HashTable<(u32, u32)>,
    pub(super) coming: Coming,
}

/// Hashes of customers are spread already.
#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
fn half_hash(series: u32, customer: u64) -> u32 {
    customer.wrapping_add(u64::from(series).wrapping_mul(0x9e37_79b9_7f4a_7c15)) as u32
}

fn whole(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

impl People {
    pub(super) fn get(&self, place: u32) -> Option<&Person> {
        self.slots.get(place as usize)
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut Person> {
        self.slots.get_mut(place as usize)
    }

    pub(super) fn find(&self, series: u32, customer: u64) -> Option<u32> {
        let half = half_hash(series, customer);
        let (_, place) = self.places.find(whole(half), |(known, place)| {
            let person = self.slots.get(*place as usize).filter(|_| *known == half);
            person.is_some_and(|person| (person.series, person.customer) == (series, customer))
        })?;
        Some(*place)
    }

    /// A customer who is new to a series, whose people are `chain`.
    pub(super) fn add(&mut self, series: u32, chain: &mut u32, customer: u64) -> u32 {
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
        let half = half_hash(series, customer);
        self.places.insert_unique(whole(half), (half, place), |(half, _)| whole(*half));
        place
    }

    /// Notes the id of a person where it was not known yet: the one given, or that of a record that was to come.
    pub(super) fn call(&mut self, place: u32, name: Option<&str>) {
        let Some(person) = self.slots.get_mut(place as usize).filter(|person| !person.is_named)
        else {
            return;
        };
        let name = name.or_else(|| self.coming.name(person.customer));
        person.is_named = name.is_some();
        if let Some(slot) = self.names.get_mut(place as usize) {
            *slot = name.map(Into::into);
        }
    }

    /// The id of a person.
    pub(super) fn name(&self, place: u32) -> Option<&str> {
        self.names.get(place as usize)?.as_deref()
    }

    pub(super) fn remove(&mut self, place: u32, chain: &mut u32) {
        if let Some(slot) = self.names.get_mut(place as usize) {
            *slot = None;
        }
        let Some(person) = self.get(place) else { return };
        let (series, customer, next, previous) =
            (person.series, person.customer, person.next, person.previous);
        match self.slots.get_mut(previous as usize) {
            Some(person) => person.next = next,
            None => *chain = next,
        }
        if let Some(person) = self.slots.get_mut(next as usize) {
            person.previous = previous;
        }
        let hash = whole(half_hash(series, customer));
        if let Ok(entry) = self.places.find_entry(hash, |(_, known)| *known == place) {
            entry.remove();
            self.free.push(place);
        }
    }

    /// The people of a series.
    pub(super) fn of(&self, chain: u32) -> impl Iterator<Item = (u32, &Person)> {
        let at = |place: u32| self.get(place).map(|person| (place, person));
        std::iter::successors(at(chain), move |(_, person)| at(person.next))
    }

    /// Those of a customer in all series: where they are, and the series.
    pub(super) fn of_customer(&self, customer: u64) -> Vec<(u32, u32)> {
        let all = self.places.iter().filter_map(|(_, place)| {
            let person = self.get(*place)?;
            (person.customer == customer).then_some((*place, person.series))
        });
        let mut all: Vec<(u32, u32)> = all.collect();
        all.sort_unstable();
        all
    }

    /// The ids of customers by their hashes, in no order and of a customer of several series several times.
    pub(super) fn names(&self) -> impl Iterator<Item = (u64, &str)> {
        self.places
            .iter()
            .filter_map(|(_, place)| Some((self.get(*place)?.customer, self.name(*place)?)))
    }
}

/// The ids of customers of whom records are to come: who is a person of a series is looked up when records are counted,
/// many at a time. Those of records that were counted meanwhile stay until no more are to come, or too many.
#[derive(Debug, Clone, Default)]
pub(super) struct Coming {
    text: String,
    /// The hash of a customer, and where in the text the id begins and ends.
    places: HashTable<(u64, usize, usize)>,
}

impl Coming {
    pub(super) fn add(&mut self, customer: u64, name: &str) {
        let known = |(known, ..): &(u64, usize, usize)| *known == customer;
        if let Entry::Vacant(free) = self.places.entry(customer, known, |(customer, ..)| *customer)
        {
            let start = self.text.len();
            self.text.push_str(name);
            free.insert((customer, start, self.text.len()));
        }
    }

    pub(super) fn name(&self, customer: u64) -> Option<&str> {
        let (_, start, end) = self.places.find(customer, |(known, ..)| *known == customer)?;
        self.text.get(*start..*end)
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The ids of these customers only.
    pub(super) fn only(&self, customers: impl Iterator<Item = u64>) -> Self {
        let mut kept = Self::default();
        for customer in customers {
            if let Some(name) = self.name(customer) {
                kept.add(customer, name);
            }
        }
        kept
    }
}
