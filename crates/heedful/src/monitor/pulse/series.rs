//! The responses of one key: those of the window and of the one before it, counted point by point.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};

use super::names::{NONE, Names};
use super::rule::Standing;
use super::window::Bounds;
use crate::base::key::Key;
use crate::base::kind::Kind;

/// A response. Records are in order of time; the rest of the order makes it the same however they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// The hash of the id, or [`NONE`].
    pub(super) id: u64,
    /// The point of the scale.
    pub(super) point: u8,
    pub(super) key_contact: bool,
    /// The hash of the customer, or [`NONE`].
    pub(super) customer: u64,
}

/// What all series share.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    pub(super) names: Names,
    /// The ids of all records.
    pub(super) ids: HashSet<u64>,
    /// The last two answers of customers, by series and customer; kept where a rule asks for them.
    pub(super) people: HashMap<(u32, u64), Person>,
}

/// The last two answers of a customer in a series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    last: Record,
    before: Option<Record>,
    records: u32,
}

impl Person {
    /// The points of the last two answers.
    fn last_two(&self) -> Option<(u8, u8)> {
        self.before.map(|before| (before.point, self.last.point))
    }
}

/// A key contact and the last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyContact {
    pub(super) customer: u64,
    pub(super) last: i64,
}

/// Bands from and to, as points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Move {
    pub(super) from: Vec<bool>,
    pub(super) to: Vec<bool>,
}

impl Move {
    fn holds(&self, person: &Person) -> bool {
        let is = |points: &[bool], point: u8| points.get(usize::from(point)) == Some(&true);
        person.last_two().is_some_and(|(from, to)| is(&self.from, from) && is(&self.to, to))
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

/// The responses of a key and kind.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) key: Key,
    pub(super) kind: Option<Kind>,
    /// In order: `old` of the window before, `current` of the window, and those that are still to come.
    pub(super) records: VecDeque<Record>,
    old: usize,
    current: usize,
    /// Counts for each point: of the window, then of the one before.
    counts: Box<[u32]>,
    /// The latest answer that was counted: time and point.
    pub(super) last: Option<(i64, u8)>,
    /// Customers for whom each [`Move`] holds.
    pub(super) moved: Vec<u32>,
    pub(super) contacts: Vec<KeyContact>,
    /// One for each rule, once one was raised.
    pub(super) standings: Vec<Standing>,
    /// It is among those that the next judgement looks at.
    pub(super) waiting: bool,
    /// The day on which it is looked at again although nothing came.
    pub(super) due: i32,
    /// Something came that may have to be looked at earlier.
    pub(super) unplanned: bool,
}

impl Series {
    pub(super) fn new(key: Key, kind: Option<Kind>, points: usize, personal: &Personal) -> Self {
        Self {
            key,
            kind,
            records: VecDeque::new(),
            old: 0,
            current: 0,
            counts: vec![0; 2 * points].into(),
            last: None,
            moved: vec![0; personal.moves.len()],
            contacts: Vec::new(),
            standings: Vec::new(),
            waiting: false,
            due: i32::MAX,
            unplanned: true,
        }
    }

    /// The counts of the window, and of the one before.
    pub(super) fn counts(&self) -> (&[u32], &[u32]) {
        self.counts.split_at(self.counts.len() / 2)
    }

    /// The responses in the window, and in the one before.
    pub(super) fn n(&self) -> (u32, u32) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (count(self.current), count(self.old))
    }

    /// The records of the window.
    pub(super) fn window(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().skip(self.old).take(self.current)
    }

    /// The first records of the window before, of the window, and of those to come.
    pub(super) fn firsts(&self) -> [Option<&Record>; 3] {
        let first = |place: usize, len: usize| self.records.get(place).filter(|_| len > 0);
        let counted = self.old + self.current;
        [
            first(0, self.old),
            first(self.old, self.current),
            first(counted, self.records.len() - counted),
        ]
    }

    fn count(&mut self, window: Window, point: u8, by: i32) {
        let half = self.counts.len() / 2;
        let place = usize::from(point) + if window == Window::Before { half } else { 0 };
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add_signed(by);
        }
    }

    /// Adds a record that is not older than `bounds.before`. Names are held by who adds.
    pub(super) fn insert(
        &mut self,
        number: u32,
        record: Record,
        bounds: &Bounds,
        personal: &Personal,
        shared: &mut Shared,
    ) {
        if self.records.back().is_none_or(|last| *last <= record) {
            self.records.push_back(record);
            self.unplanned |= self.current == 0;
        } else {
            self.unplanned = true;
            let place = self.records.partition_point(|other| *other <= record);
            self.records.insert(place, record);
        }
        // Those after `now` are counted when their time has come.
        if record.at <= bounds.now {
            let window = if record.at < bounds.start { Window::Before } else { Window::Current };
            match window {
                Window::Before => self.old += 1,
                Window::Current => self.current += 1,
            }
            self.count(window, record.point, 1);
            self.met(number, record, personal, shared);
        }
    }

    /// Moves the windows on. A record that is out of both is dropped.
    pub(super) fn advance(
        &mut self,
        number: u32,
        bounds: &Bounds,
        personal: &Personal,
        shared: &mut Shared,
    ) {
        while let Some(record) =
            self.records.get(self.old + self.current).filter(|record| record.at <= bounds.now)
        {
            let record = *record;
            self.current += 1;
            self.count(Window::Current, record.point, 1);
            self.met(number, record, personal, shared);
        }
        while self.current > 0
            && let Some(record) = self.records.get(self.old).filter(|r| r.at < bounds.start)
        {
            let point = record.point;
            self.count(Window::Current, point, -1);
            self.count(Window::Before, point, 1);
            self.current -= 1;
            self.old += 1;
        }
        while self.old > 0
            && let Some(record) = self.records.front().filter(|r| r.at < bounds.before).copied()
        {
            self.records.pop_front();
            self.old -= 1;
            self.count(Window::Before, record.point, -1);
            self.gone(number, record, personal, shared);
        }
    }

    /// A record was counted.
    fn met(&mut self, number: u32, record: Record, personal: &Personal, shared: &mut Shared) {
        if self.last.is_none_or(|last| (record.at, record.point) > last) {
            self.last = Some((record.at, record.point));
        }
        if record.customer == NONE || !personal.any() {
            return;
        }
        let person = shared.people.get(&(number, record.customer)).copied();
        let met = match person {
            None => Person { last: record, before: None, records: 1 },
            Some(Person { last, before, records }) => {
                let (last, older) = if record > last { (record, last) } else { (last, record) };
                let before = Some(before.map_or(older, |before| before.max(older)));
                Person { last, before, records: records + 1 }
            }
        };
        self.moves(personal, person.as_ref(), Some(&met));
        shared.people.insert((number, record.customer), met);
        if personal.contacts && met.last == record {
            self.contact(record, &mut shared.names);
        }
    }

    /// A customer's last answer says whether the customer is a key contact.
    fn contact(&mut self, record: Record, names: &mut Names) {
        let place = self.contacts.iter().position(|contact| contact.customer == record.customer);
        match (place, record.key_contact) {
            (Some(place), true) => {
                if let Some(contact) = self.contacts.get_mut(place) {
                    contact.last = contact.last.max(record.at);
                }
            }
            (Some(place), false) => {
                self.contacts.swap_remove(place);
                names.release(record.customer);
            }
            (None, true) => {
                self.contacts.push(KeyContact { customer: record.customer, last: record.at });
                names.again(record.customer);
            }
            (None, false) => {}
        }
    }

    /// A key contact of whom there need not be a record any more.
    pub(super) fn add_contact(
        &mut self,
        number: u32,
        (customer, name): (u64, &str),
        last: i64,
        shared: &mut Shared,
    ) {
        let person = shared.people.get(&(number, customer));
        let no_longer = person.is_some_and(|p| p.last.at >= last && !p.last.key_contact);
        match self.contacts.iter_mut().find(|contact| contact.customer == customer) {
            Some(contact) => contact.last = contact.last.max(last),
            None if !no_longer => {
                self.contacts.push(KeyContact { customer, last });
                shared.names.hold(customer, name);
            }
            None => {}
        }
    }

    /// A record is no longer remembered.
    fn gone(&mut self, number: u32, record: Record, personal: &Personal, shared: &mut Shared) {
        shared.ids.remove(&record.id);
        if record.customer == NONE || !personal.any() {
            return;
        }
        shared.names.release(record.customer);
        let Some(person) = shared.people.get(&(number, record.customer)).copied() else { return };
        let records = person.records - 1;
        // The oldest goes first, so of two the last one stays.
        let left = (records > 0).then(|| Person {
            before: person.before.filter(|_| records > 1),
            records,
            ..person
        });
        self.moves(personal, Some(&person), left.as_ref());
        match left {
            Some(left) => drop(shared.people.insert((number, record.customer), left)),
            None => drop(shared.people.remove(&(number, record.customer))),
        }
    }

    /// Counts a customer for the moves that hold now instead of those that held before.
    fn moves(&mut self, personal: &Personal, before: Option<&Person>, after: Option<&Person>) {
        for (of, moved) in personal.moves.iter().zip(&mut self.moved) {
            let holds = |person: Option<&Person>| person.is_some_and(|person| of.holds(person));
            *moved = *moved + u32::from(holds(after)) - u32::from(holds(before));
        }
    }

    /// The customers for whom a move holds, by number.
    pub(super) fn movers(&self, number: u32, of: &Move, shared: &Shared) -> Vec<u64> {
        let counted = self.records.iter().take(self.old + self.current);
        let mut customers: Vec<u64> = counted.map(|record| record.customer).collect();
        customers.sort_unstable();
        customers.dedup();
        customers.retain(|customer| {
            shared.people.get(&(number, *customer)).is_some_and(|person| of.holds(person))
        });
        customers
    }

    /// Takes a customer out of the records, which go on to count. Gives the number of records that were changed.
    pub(super) fn forget(
        &mut self,
        number: u32,
        customer: u64,
        personal: &Personal,
        shared: &mut Shared,
    ) -> u64 {
        let mut changed = 0;
        for record in self.records.iter_mut().filter(|record| record.customer == customer) {
            shared.ids.remove(&record.id);
            shared.names.release(customer);
            (record.customer, record.id, record.key_contact) = (NONE, NONE, false);
            changed += 1;
        }
        if changed > 0 {
            // Records of one time are in order of their ids.
            self.records.make_contiguous().sort_unstable();
        }
        let before = self.contacts.len();
        self.contacts.retain(|contact| contact.customer != customer);
        if self.contacts.len() < before {
            shared.names.release(customer);
        }
        if let Some(person) = shared.people.remove(&(number, customer)) {
            self.moves(personal, Some(&person), None);
        }
        changed
    }

    /// Whether there are no responses and no key contacts.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.contacts.is_empty()
    }
}

/// A window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Current,
    Before,
}
