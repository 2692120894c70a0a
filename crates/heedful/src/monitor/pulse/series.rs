//! What is counted of each key: of the window and of the one before it, point by point.

use hashbrown::HashMap;

use super::days::{NONE, Record};
use super::people::{Answer, NOBODY, People, Person, Personal};
use super::rule::Standing;
use super::window::Bounds;
use crate::base::key::Key;
use crate::base::kind::Kind;

/// A key contact and the last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyContact {
    pub(super) customer: u64,
    pub(super) last: i64,
}

/// A key and kind, beside its counts.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) key: Key,
    pub(super) kind: Option<Kind>,
    /// The latest answer that was counted: time and point.
    pub(super) last: Option<(i64, u8)>,
    pub(super) contacts: Vec<KeyContact>,
    /// Its responses, also those that are to come.
    held: u32,
    /// The chain of its people.
    chain: u32,
    /// The day on which it is looked at again although nothing came.
    pub(super) due: i32,
}

impl Series {
    /// Whether there are no responses and no key contacts.
    pub(super) fn is_empty(&self) -> bool {
        self.held == 0 && self.contacts.is_empty()
    }

    /// A customer's last answer says whether the customer is a key contact.
    fn contact(&mut self, person: &mut Person, answer: Answer) {
        let customer = person.customer;
        if person.contact {
            let place = self.contacts.iter().position(|contact| contact.customer == customer);
            let Some(place) = place else { return };
            if !answer.key_contact {
                self.contacts.swap_remove(place);
            } else if let Some(contact) = self.contacts.get_mut(place) {
                contact.last = contact.last.max(answer.at);
            }
        } else if answer.key_contact {
            self.contacts.push(KeyContact { customer, last: answer.at });
        }
        person.contact = answer.key_contact;
    }
}

/// A series as a rule sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) series: &'a Series,
    pub(super) number: u32,
    /// Counts for each point: of the window, and of the one before.
    pub(super) now: &'a [u32],
    pub(super) before: &'a [u32],
    /// Customers for whom each [`Move`](super::people::Move) holds.
    pub(super) moved: &'a [u32],
    /// The responses in the window, and in the one before.
    pub(super) n: u32,
    pub(super) n_before: u32,
    /// One for each rule.
    pub(super) standings: &'a [Standing],
    people: &'a People,
}

impl<'a> View<'a> {
    pub(super) fn people(&self) -> impl Iterator<Item = &'a Person> {
        self.people.of(self.series.chain).map(|(_, person)| person)
    }

    /// The id of a customer.
    pub(super) fn name(&self, customer: u64) -> Option<&'a str> {
        self.people.get(self.people.find(self.number, customer)?)?.name.as_deref()
    }
}

/// All series. What is looked at for each response lies in rows side by side.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) personal: Personal,
    pub(super) people: People,
    /// The points of the scale.
    points: usize,
    rules: usize,
    /// By key: of no kind, and of each kind.
    numbers: [HashMap<Key, u32>; 3],
    series: Vec<Option<Series>>,
    free: Vec<u32>,
    /// A row for each series: the counts of the window, of the one before, and how many customers moved.
    counts: Vec<u32>,
    /// A row for each series: where its rules stand.
    standings: Vec<Standing>,
    /// Those that the next judgement looks at.
    waiting: Vec<u32>,
    is_waiting: Vec<bool>,
}

/// The row of a series.
fn row<T>(rows: &[T], number: u32, width: usize) -> &[T] {
    let first = number as usize * width;
    rows.get(first..first + width).unwrap_or_default()
}

fn row_mut<T>(rows: &mut [T], number: u32, width: usize) -> &mut [T] {
    let first = number as usize * width;
    rows.get_mut(first..first + width).unwrap_or_default()
}

fn add(counts: &mut [u32], place: usize, by: i32) {
    if let Some(count) = counts.get_mut(place) {
        *count = count.saturating_add_signed(by);
    }
}

impl Watched {
    pub(super) fn new(points: usize, rules: usize, personal: Personal) -> Self {
        Self {
            personal,
            people: People::default(),
            points,
            rules,
            numbers: Default::default(),
            series: Vec::new(),
            free: Vec::new(),
            counts: Vec::new(),
            standings: Vec::new(),
            waiting: Vec::new(),
            is_waiting: Vec::new(),
        }
    }

    fn width(&self) -> usize {
        2 * self.points + self.personal.moves.len()
    }

    /// The series of a key, made where there is none.
    pub(super) fn number(&mut self, key: &Key, kind: Option<Kind>) -> u32 {
        let numbers = self.numbers.get(slot(kind));
        if let Some(number) = numbers.and_then(|numbers| numbers.get(key)) {
            return *number;
        }
        let (width, rules) = (self.width(), self.rules);
        let series = Series {
            key: key.clone(),
            kind,
            last: None,
            contacts: Vec::new(),
            held: 0,
            chain: NOBODY,
            due: i32::MAX,
        };
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(slot) = self.series.get_mut(number as usize) {
                    *slot = Some(series);
                }
                number
            }
            None => {
                self.series.push(Some(series));
                self.is_waiting.push(false);
                self.counts.resize(self.counts.len() + width, 0);
                self.standings.resize(self.standings.len() + rules, Standing::NEVER);
                // More keys than that do not fit into memory.
                u32::try_from(self.series.len() - 1).unwrap_or(u32::MAX)
            }
        };
        if let Some(numbers) = self.numbers.get_mut(slot(kind)) {
            numbers.insert(key.clone(), number);
        }
        number
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Series> {
        self.series.get_mut(number as usize)?.as_mut()
    }

    pub(super) fn view(&self, number: u32) -> Option<View<'_>> {
        let series = self.series.get(number as usize)?.as_ref()?;
        let counts = row(&self.counts, number, self.width());
        let (now, rest) = counts.split_at_checked(self.points)?;
        let (before, moved) = rest.split_at_checked(self.points)?;
        let (n, n_before) = (now.iter().sum(), before.iter().sum());
        let standings = row(&self.standings, number, self.rules);
        let people = &self.people;
        Some(View { series, number, now, before, moved, n, n_before, standings, people })
    }

    pub(super) fn standings_mut(&mut self, number: u32) -> &mut [Standing] {
        row_mut(&mut self.standings, number, self.rules)
    }

    /// Notes where rules stand now, by their places.
    pub(super) fn stand(&mut self, number: u32, changed: Vec<(usize, Standing)>) {
        let standings = self.standings_mut(number);
        for (place, changed) in changed {
            if let Some(standing) = standings.get_mut(place) {
                *standing = changed;
            }
        }
    }

    /// All series, in the order of their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = View<'_>> {
        (0..).zip(&self.series).filter_map(|(number, _)| self.view(number))
    }

    /// The series by key and kind.
    pub(super) fn sorted(&self) -> Vec<View<'_>> {
        let mut all: Vec<View<'_>> = self.all().collect();
        all.sort_by(|a, b| (&a.series.key, a.series.kind).cmp(&(&b.series.key, b.series.kind)));
        all
    }

    /// Has a series looked at by the next judgement.
    pub(super) fn wake(&mut self, number: u32) {
        if let Some(waits) = self.is_waiting.get_mut(number as usize)
            && !std::mem::replace(waits, true)
        {
            self.waiting.push(number);
        }
    }

    /// Has a series that changed looked at, where that may say something.
    fn changed(&mut self, number: u32) {
        if self.rules > 0 {
            self.wake(number);
        }
    }

    /// Has every series looked at and planned anew by the next judgement.
    pub(super) fn refresh(&mut self) {
        self.series.iter_mut().flatten().for_each(|series| series.due = i32::MAX);
        for (number, _) in (0..).zip(0..self.series.len()) {
            self.wake(number);
        }
    }

    /// Those to look at, in the order in which they lie in memory.
    pub(super) fn take_waiting(&mut self) -> Vec<u32> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable();
        for number in &waiting {
            if let Some(waits) = self.is_waiting.get_mut(*number as usize) {
                *waits = false;
            }
        }
        waiting
    }

    /// A response has come to a series. Gives what its record calls the customer.
    pub(super) fn hold(&mut self, number: u32, customer: u64, name: Option<&str>) -> u64 {
        let Some(Some(series)) = self.series.get_mut(number as usize) else { return NONE };
        series.held += 1;
        if customer == NONE || !self.personal.any() {
            return customer;
        }
        let who = self.people.enter(number, &mut series.chain, customer, name);
        self.people.hold(who);
        who
    }

    /// A response is counted, in the window or in the one before.
    pub(super) fn met(&mut self, record: &Record, in_window: bool) {
        let width = self.width();
        let counts = row_mut(&mut self.counts, record.series, width);
        add(counts, usize::from(record.point) + if in_window { 0 } else { self.points }, 1);
        if let Some(Some(series)) = self.series.get_mut(record.series as usize) {
            if series.last.is_none_or(|last| (record.at, record.point) > last) {
                series.last = Some((record.at, record.point));
            }
            if self.personal.any()
                && let Some(person) = self.people.get_mut(record.who)
            {
                let answer = Answer::of(record);
                let moved = counts.get_mut(2 * self.points..).unwrap_or_default();
                moving(&self.personal, moved, person, |person| person.met(answer));
                if self.personal.contacts && person.last == Some(answer) {
                    series.contact(person, answer);
                }
            }
        }
        self.changed(record.series);
    }

    /// A response goes from the window to the one before.
    pub(super) fn aged(&mut self, record: &Record) {
        let (width, point) = (self.width(), usize::from(record.point));
        let counts = row_mut(&mut self.counts, record.series, width);
        add(counts, point, -1);
        add(counts, point + self.points, 1);
        self.changed(record.series);
    }

    /// A response leaves the window before.
    pub(super) fn gone(&mut self, record: &Record, bounds: &Bounds) {
        let width = self.width();
        let counts = row_mut(&mut self.counts, record.series, width);
        add(counts, usize::from(record.point) + self.points, -1);
        let Some(Some(series)) = self.series.get_mut(record.series as usize) else { return };
        series.held = series.held.saturating_sub(1);
        if self.personal.any()
            && let Some(person) = self.people.get_mut(record.who)
        {
            let moved = counts.get_mut(2 * self.points..).unwrap_or_default();
            moving(&self.personal, moved, person, |person| person.age(bounds.before));
            self.people.release(record.who);
            self.people.settle(record.who, &mut series.chain);
        }
        if series.held == 0 {
            self.wake(record.series);
        } else {
            self.changed(record.series);
        }
    }

    /// A key contact of whom there need not be a record any more.
    pub(super) fn add_contact(&mut self, number: u32, (customer, name): (u64, &str), last: i64) {
        let Some(Some(series)) = self.series.get_mut(number as usize) else { return };
        let who = self.people.enter(number, &mut series.chain, customer, Some(name));
        let Some(person) = self.people.get_mut(who) else { return };
        let no_longer = person.last.is_some_and(|answer| answer.at >= last && !answer.key_contact);
        if person.contact {
            let mut known = series.contacts.iter_mut();
            if let Some(contact) = known.find(|contact| contact.customer == customer) {
                contact.last = contact.last.max(last);
            }
        } else if !no_longer {
            series.contacts.push(KeyContact { customer, last });
            person.contact = true;
        }
        self.people.settle(who, &mut series.chain);
    }

    /// What records call a customer, in any series.
    pub(super) fn calls(&self, customer: u64) -> Vec<u64> {
        if !self.personal.any() {
            return vec![customer];
        }
        self.people.of_customer(customer).into_iter().map(|(who, _)| who).collect()
    }

    /// The hash of the customer of a record.
    pub(super) fn customer(&self, record: &Record) -> u64 {
        if !self.personal.any() {
            return record.who;
        }
        self.people.get(record.who).map_or(NONE, |person| person.customer)
    }

    /// The id of the customer of a record.
    pub(super) fn name(&self, record: &Record) -> Option<&str> {
        self.people.get(record.who)?.name.as_deref()
    }

    /// Takes out what is known of a customer beside the records, which no longer name the customer.
    pub(super) fn forget(&mut self, customer: u64) {
        let width = self.width();
        for (who, number) in self.people.of_customer(customer) {
            let Some(Some(series)) = self.series.get_mut(number as usize) else { continue };
            series.contacts.retain(|contact| contact.customer != customer);
            let counts = row_mut(&mut self.counts, number, width);
            if let Some(person) = self.people.get_mut(who) {
                let moved = counts.get_mut(2 * self.points..).unwrap_or_default();
                moving(&self.personal, moved, person, |person| {
                    (person.last, person.before) = (None, None)
                });
            }
            self.people.remove(who, &mut series.chain);
            self.wake(number);
        }
    }

    /// Takes out a series with all that is known of it beside its records.
    pub(super) fn remove(&mut self, number: u32) {
        let width = self.width();
        let slot_of = self.series.get_mut(number as usize);
        let Some(mut series) = slot_of.and_then(Option::take) else { return };
        let people: Vec<u64> = self.people.of(series.chain).map(|(who, _)| who).collect();
        for who in people {
            self.people.remove(who, &mut series.chain);
        }
        row_mut(&mut self.counts, number, width).fill(0);
        row_mut(&mut self.standings, number, self.rules).fill(Standing::NEVER);
        if let Some(numbers) = self.numbers.get_mut(slot(series.kind)) {
            numbers.remove(&series.key);
        }
        self.free.push(number);
    }
}

/// The place of a kind among those of a key.
pub(super) fn slot(kind: Option<Kind>) -> usize {
    kind.map_or(0, |kind| kind as usize + 1)
}

/// Changes what is known of a person, and the numbers of customers for whom moves hold.
fn moving(
    personal: &Personal,
    moved: &mut [u32],
    person: &mut Person,
    change: impl FnOnce(&mut Person),
) {
    let each = || personal.moves.iter().enumerate();
    for (place, _) in each().filter(|(_, of)| of.holds(person)) {
        add(moved, place, -1);
    }
    change(person);
    for (place, _) in each().filter(|(_, of)| of.holds(person)) {
        add(moved, place, 1);
    }
}
