//! What is counted of each key: of the window and of the one before it, point by point.

use std::hint::black_box;

use hashbrown::HashMap;

use super::days::{Days, NONE, Record};
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

/// A key and kind, beside its row.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) key: Key,
    pub(super) kind: Option<Kind>,
    pub(super) contacts: Vec<KeyContact>,
    /// The chain of its people.
    chain: u32,
}

impl Series {
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
    /// Its responses, also those that are to come.
    pub(super) held: u32,
    /// The latest answer that was counted: time and point.
    pub(super) last: Option<(i64, u8)>,
    /// Counts for each point: of the window, and of the one before.
    pub(super) now: &'a [u32],
    pub(super) before: &'a [u32],
    /// The responses in the window, and in the one before.
    pub(super) n: u32,
    pub(super) n_before: u32,
    /// Customers for whom each [`Move`](super::people::Move) holds.
    pub(super) moved: &'a [u32],
    /// A bit for each rule.
    raised: &'a [u32],
    since: &'a [i64],
    people: &'a People,
}

impl<'a> View<'a> {
    /// The ids of the people for whom something holds, at most so many.
    pub(super) fn names(&self, holds: impl Fn(&Person) -> bool, most: u32) -> Vec<&'a str> {
        let people = self.people.of(self.series.chain).filter(|(_, person)| holds(person));
        people.take(most as usize).filter_map(|(place, _)| self.people.name(place)).collect()
    }

    /// The id of a customer.
    pub(super) fn name(&self, customer: u64) -> Option<&'a str> {
        self.people.name(self.people.find(self.number, customer)?)
    }

    /// Whether a rule stands.
    pub(super) fn is_raised(&self, rule: usize) -> bool {
        let (word, bit) = bit(rule);
        self.raised.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Where a rule stands.
    pub(super) fn standing(&self, rule: usize) -> Standing {
        let since = self.since.get(rule).copied().unwrap_or(Standing::NEVER.since);
        Standing { raised: self.is_raised(rule), since }
    }

    /// One for each rule.
    pub(super) fn standings(&self) -> impl Iterator<Item = Standing> {
        (0..self.since.len()).map(|rule| self.standing(rule))
    }

    /// Whether there are no responses and no key contacts.
    pub(super) fn is_empty(&self) -> bool {
        self.held == 0 && self.series.contacts.is_empty()
    }
}

/// What becomes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Taken,
    /// Of a series that the next judgement looks at.
    Waiting,
}

/// All series. What is touched by each response lies side by side, in little space.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) personal: Personal,
    pub(super) people: People,
    /// The points of the scale.
    points: usize,
    rules: usize,
    /// By key: of no kind, and of each kind.
    numbers: [HashMap<Key, u32>; 3],
    places: Vec<Place>,
    free: Vec<u32>,
    waiting: Vec<u32>,
    /// The responses of each series, also those that are to come.
    held: Vec<u32>,
    /// A row for each series: [`HEAD`], the counts of the window, of the one before, how many customers moved, and a bit
    /// for each rule that stands.
    rows: Vec<u32>,
    /// A row for each series: since when its rules stand or do not.
    since: Vec<i64>,
    series: Vec<Series>,
}

/// So many are looked up together.
pub(super) const AHEAD: usize = 64;

/// The head of a row: the last answer's point plus one (0 where there is none), both halves of its time, and the day on
/// which the series is looked at again although nothing came.
const HEAD: usize = 4;
const NO_ANSWER: [u32; HEAD] = [0, 0, 0, i32::MAX.cast_unsigned()];

fn last_of(row: &[u32]) -> Option<(i64, u8)> {
    let [point, low, high, ..] = row else { return None };
    let point = u8::try_from(point.checked_sub(1)?).ok()?;
    Some(((u64::from(*high) << 32 | u64::from(*low)).cast_signed(), point))
}

fn set_last(row: &mut [u32], (at, of): (i64, u8)) {
    if let [point, low, high, ..] = row {
        let at = at.cast_unsigned();
        (*point, *low, *high) = (u32::from(of) + 1, at as u32, (at >> 32) as u32);
    }
}

/// The word and the bit of a rule.
fn bit(rule: usize) -> (usize, u32) {
    (rule / 32, 1 << (rule % 32))
}

/// The row of a series.
fn row<T>(rows: &[T], number: u32, width: usize) -> &[T] {
    let first = number as usize * width;
    rows.get(first..first + width).unwrap_or_default()
}

/// Reads something of every line of the cache that a row lies in.
fn touched(row: &[u32]) -> u32 {
    let lines = row.iter().step_by(64 / size_of::<u32>()).chain(row.last());
    lines.fold(0, |all, word| all ^ word)
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
            places: Vec::new(),
            free: Vec::new(),
            waiting: Vec::new(),
            held: Vec::new(),
            rows: Vec::new(),
            since: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Where in a row the numbers of customers who moved begin.
    fn moves(&self) -> usize {
        HEAD + 2 * self.points
    }

    fn width(&self) -> usize {
        self.moves() + self.personal.moves.len() + self.rules.div_ceil(32)
    }

    /// The series of a key, made where there is none.
    pub(super) fn number(&mut self, key: &Key, kind: Option<Kind>) -> u32 {
        let numbers = self.numbers.get(slot(kind));
        if let Some(number) = numbers.and_then(|numbers| numbers.get(key)) {
            return *number;
        }
        let (width, rules) = (self.width(), self.rules);
        let series = Series { key: key.clone(), kind, contacts: Vec::new(), chain: NOBODY };
        let number = if let Some(number) = self.free.pop() {
            if let Some(slot) = self.series.get_mut(number as usize) {
                *slot = series;
            }
            number
        } else {
            self.series.push(series);
            self.places.push(Place::Free);
            self.held.push(0);
            self.rows.resize(self.rows.len() + width, 0);
            self.since.resize(self.since.len() + rules, Standing::NEVER.since);
            // More keys than that do not fit into memory.
            u32::try_from(self.series.len() - 1).unwrap_or(u32::MAX)
        };
        if let Some(place) = self.places.get_mut(number as usize) {
            *place = Place::Taken;
        }
        if let Some(head) = row_mut(&mut self.rows, number, width).first_chunk_mut() {
            *head = NO_ANSWER;
        }
        if let Some(numbers) = self.numbers.get_mut(slot(kind)) {
            numbers.insert(key.clone(), number);
        }
        number
    }

    pub(super) fn view(&self, number: u32) -> Option<View<'_>> {
        if *self.places.get(number as usize)? == Place::Free {
            return None;
        }
        let row = row(&self.rows, number, self.width());
        let (now, rest) = row.get(HEAD..)?.split_at_checked(self.points)?;
        let (before, rest) = rest.split_at_checked(self.points)?;
        let (moved, raised) = rest.split_at_checked(self.personal.moves.len())?;
        Some(View {
            series: self.series.get(number as usize)?,
            number,
            held: *self.held.get(number as usize)?,
            last: last_of(row),
            now,
            before,
            n: now.iter().sum(),
            n_before: before.iter().sum(),
            moved,
            raised,
            since: self::row(&self.since, number, self.rules),
            people: &self.people,
        })
    }

    /// Notes where rules stand now, by their places.
    pub(super) fn stand(
        &mut self,
        number: u32,
        changed: impl IntoIterator<Item = (usize, Standing)>,
    ) {
        let (width, words) = (self.width(), self.rules.div_ceil(32));
        let row = row_mut(&mut self.rows, number, width);
        let Some((_, raised)) = row.split_at_mut_checked(width - words) else { return };
        let since = row_mut(&mut self.since, number, self.rules);
        for (rule, standing) in changed {
            let (word, bit) = bit(rule);
            if let (Some(word), Some(since)) = (raised.get_mut(word), since.get_mut(rule)) {
                *word = if standing.raised { *word | bit } else { *word & !bit };
                *since = standing.since;
            }
        }
    }

    /// Plans to look at a series on a day although nothing came, where that is not planned earlier; `None` where it is.
    pub(super) fn plan(&mut self, number: u32, next: Option<i32>, today: i32) -> Option<i32> {
        let width = self.width();
        let due = row_mut(&mut self.rows, number, width).get_mut(HEAD - 1)?;
        if due.cast_signed() <= today {
            *due = i32::MAX.cast_unsigned();
        }
        // It may be due again later on this day.
        let next = next.filter(|next| *next < due.cast_signed())?.max(today);
        *due = next.cast_unsigned();
        Some(next)
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
        if let Some(place) = self.places.get_mut(number as usize)
            && *place == Place::Taken
        {
            *place = Place::Waiting;
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
        let width = self.width();
        for (number, _) in (0..).zip(0..self.series.len()) {
            if let Some(due) = row_mut(&mut self.rows, number, width).get_mut(HEAD - 1) {
                *due = i32::MAX.cast_unsigned();
            }
            self.wake(number);
        }
    }

    /// Reads ahead the rows of a few series, so that the waits for them overlap.
    pub(super) fn read_ahead<'a>(&self, numbers: impl Iterator<Item = &'a u32>) {
        let width = self.width();
        let rows = numbers.map(|number| row(&self.rows, *number, width));
        black_box(rows.fold(0, |all, row| all ^ touched(row)));
    }

    /// Those to look at, in the order in which they lie in memory.
    pub(super) fn take_waiting(&mut self) -> Vec<u32> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable();
        waiting.retain(|number| {
            let place = self.places.get_mut(*number as usize);
            place.filter(|place| **place == Place::Waiting).is_some_and(|place| {
                *place = Place::Taken;
                true
            })
        });
        waiting
    }

    /// A response has come to a series, which may be counted later.
    pub(super) fn hold(&mut self, number: u32) {
        add(&mut self.held, number as usize, 1);
    }

    /// Where the person of a record is among the people, where a rule asks for them and the person is known.
    fn person(&self, record: &Record) -> Option<u32> {
        if record.who == NONE || !self.personal.any() {
            return None;
        }
        self.people.find(record.series, record.who)
    }

    /// A customer of a series, who is added where there is none yet.
    fn enter(&mut self, number: u32, customer: u64) -> Option<u32> {
        let found = self.people.find(number, customer);
        found.or_else(|| {
            let series = self.series.get_mut(number as usize)?;
            Some(self.people.add(number, &mut series.chain, customer))
        })
    }

    /// Responses that came before are counted, all in the window.
    pub(super) fn all_met(&mut self, records: &[Record]) {
        let width = self.width();
        let mut known = [None; AHEAD];
        for records in records.chunks(AHEAD) {
            // What lies far apart in memory is looked up in a row, so that the waits for it overlap.
            let mut seen = 0;
            for (known, record) in known.iter_mut().zip(records) {
                seen ^= touched(row(&self.rows, record.series, width));
                *known = self.person(record);
                if known.is_none() {
                    // Who is new will be called by name.
                    let name = self.people.coming.name(record.who);
                    seen ^= name.and_then(|name| name.bytes().next()).map_or(0, u32::from);
                }
            }
            black_box(seen);
            for (known, record) in known.iter().zip(records) {
                self.count(record, true, *known, None);
            }
        }
    }

    /// A response is counted, in the window or in the one before.
    pub(super) fn met(&mut self, record: &Record, in_window: bool, name: Option<&str>) {
        let known = self.person(record);
        self.count(record, in_window, known, name);
    }

    fn count(&mut self, record: &Record, in_window: bool, known: Option<u32>, name: Option<&str>) {
        let (width, moves) = (self.width(), self.moves());
        // Who was not known a moment ago may be by now.
        let place = if record.who == NONE || !self.personal.any() {
            None
        } else {
            known.or_else(|| self.enter(record.series, record.who))
        };
        let row = row_mut(&mut self.rows, record.series, width);
        let first = if in_window { HEAD } else { HEAD + self.points };
        add(row, first + usize::from(record.point), 1);
        if last_of(row).is_none_or(|last| (record.at, record.point) > last) {
            set_last(row, (record.at, record.point));
        }
        if let Some(place) = place {
            self.people.call(place, name);
            if let Some(person) = self.people.get_mut(place) {
                let answer = Answer::of(record);
                let moved = row.get_mut(moves..).unwrap_or_default();
                person.held += 1;
                moving(&self.personal, moved, person, |person| person.met(answer));
                if self.personal.contacts
                    && person.last == Some(answer)
                    && (person.contact || answer.key_contact)
                    && let Some(series) = self.series.get_mut(record.series as usize)
                {
                    series.contact(person, answer);
                }
            }
        }
        self.changed(record.series);
    }

    /// A response goes from the window to the one before.
    pub(super) fn aged(&mut self, record: &Record) {
        let (width, place) = (self.width(), HEAD + usize::from(record.point));
        let row = row_mut(&mut self.rows, record.series, width);
        add(row, place, -1);
        add(row, place + self.points, 1);
        self.changed(record.series);
    }

    /// A response leaves the window before.
    pub(super) fn gone(&mut self, record: &Record, bounds: &Bounds) {
        let (width, moves) = (self.width(), self.moves());
        let person = self.person(record);
        let row = row_mut(&mut self.rows, record.series, width);
        add(row, HEAD + self.points + usize::from(record.point), -1);
        add(&mut self.held, record.series as usize, -1);
        if let Some(place) = person
            && let Some(person) = self.people.get_mut(place)
        {
            let moved = row.get_mut(moves..).unwrap_or_default();
            person.held = person.held.saturating_sub(1);
            moving(&self.personal, moved, person, |person| person.age(bounds.before));
            self.settle(record.series, place);
        }
        if self.held.get(record.series as usize) == Some(&0) {
            self.wake(record.series);
        } else {
            self.changed(record.series);
        }
    }

    /// Takes out a person of whom nothing is left.
    fn settle(&mut self, number: u32, place: u32) {
        if self.people.get(place).is_some_and(Person::is_over)
            && let Some(series) = self.series.get_mut(number as usize)
        {
            self.people.remove(place, &mut series.chain);
        }
    }

    /// What a series knows of its last answer elsewhere.
    pub(super) fn add_last(&mut self, number: u32, last: Option<(i64, u8)>) {
        let width = self.width();
        let row = row_mut(&mut self.rows, number, width);
        if let Some(last) = last.max(last_of(row)) {
            set_last(row, last);
        }
    }

    /// A key contact of whom there need not be a record any more.
    pub(super) fn add_contact(&mut self, number: u32, (customer, name): (u64, &str), last: i64) {
        let Some(place) = self.enter(number, customer) else { return };
        self.people.call(place, Some(name));
        let Some(series) = self.series.get_mut(number as usize) else { return };
        let Some(person) = self.people.get_mut(place) else { return };
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
        self.settle(number, place);
    }

    /// The id of the customer of a record.
    pub(super) fn name(&self, record: &Record) -> Option<&str> {
        let person = self.person(record).and_then(|place| self.people.name(place));
        person.or_else(|| self.people.coming.name(record.who))
    }

    /// The id of a customer of whom a record is to come, where a rule may want to name the customer.
    pub(super) fn expect(&mut self, customer: u64, name: Option<&str>) {
        if let Some(name) = name.filter(|_| self.personal.any()) {
            self.people.coming.add(customer, name);
        }
    }

    /// Lets go of the ids of customers of whom no record is to come any more, from time to time.
    pub(super) fn let_go(&mut self, days: &Days) {
        let (named, coming) = (self.people.coming.len(), days.many_coming());
        if named > 0 && (coming == 0 || named > 2 * coming + AHEAD) {
            self.keep_names(days);
        }
    }

    fn keep_names(&mut self, days: &Days) {
        let customers = days.coming().map(|record| record.who);
        self.people.coming = self.people.coming.only(customers);
    }

    /// The ids of customers, in the order of their hashes.
    pub(super) fn names(&self, days: &Days) -> Vec<(u64, &str)> {
        let coming = days.coming().map(|record| record.who);
        let coming = coming.filter_map(|who| Some((who, self.people.coming.name(who)?)));
        let mut names: Vec<(u64, &str)> = self.people.names().chain(coming).collect();
        names.sort_unstable();
        names.dedup_by_key(|(customer, _)| *customer);
        names
    }

    /// Takes out what is known of a customer beside the records, which no longer name the customer.
    pub(super) fn forget(&mut self, customer: u64, days: &Days) {
        let (width, moves) = (self.width(), self.moves());
        self.keep_names(days);
        for (place, number) in self.people.of_customer(customer) {
            let Some(series) = self.series.get_mut(number as usize) else { continue };
            series.contacts.retain(|contact| contact.customer != customer);
            let row = row_mut(&mut self.rows, number, width);
            if let Some(person) = self.people.get_mut(place) {
                let moved = row.get_mut(moves..).unwrap_or_default();
                moving(&self.personal, moved, person, Person::clear);
            }
            self.people.remove(place, &mut series.chain);
            self.wake(number);
        }
    }

    /// Takes out a series with all that is known of it beside its records.
    pub(super) fn remove(&mut self, number: u32) {
        let (width, place) = (self.width(), number as usize);
        let Some(series) = self.series.get_mut(place) else { return };
        let people: Vec<u32> = self.people.of(series.chain).map(|(place, _)| place).collect();
        for place in people {
            self.people.remove(place, &mut series.chain);
        }
        if let Some(numbers) = self.numbers.get_mut(slot(series.kind)) {
            numbers.remove(&series.key);
        }
        (series.key, series.contacts) = (Key::Missing, Vec::new());
        row_mut(&mut self.rows, number, width).fill(0);
        row_mut(&mut self.since, number, self.rules).fill(Standing::NEVER.since);
        if let (Some(held), Some(place)) = (self.held.get_mut(place), self.places.get_mut(place)) {
            (*held, *place) = (0, Place::Free);
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
