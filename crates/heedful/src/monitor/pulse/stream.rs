//! Responses in, alerts out.

use std::collections::BTreeMap;

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};
use serde::Serialize;

use super::days::{Days, NONE, Record, hash_of};
use super::options::{PulseOptions, When, Who};
use super::rule::{Judge, Known, PulseAlert, Standing};
use super::series::{AHEAD, View, Watched};
use super::window::{Bounds, local_day, start_of_day};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::kind::Kind;
use crate::base::scale::{Invalid, Reading};
use crate::base::time::Zone;

/// Rolling scores of accounts, projects or contacts, and the alerts that rules raise on them.
///
/// Responses are observed in any order, and the pulse is asked what changed as of a time: [`observe`](Self::observe)
/// as they come, [`judge`](Self::judge) after each, each minute or each day. Time goes on only with `judge`. A response
/// costs the same however many accounts and responses there are (amortised), also one that comes late. What is kept is the responses of two windows (the window and
/// the one before it), and nothing of an account of which there is nothing left; a response that is older when it comes
/// is counted as late and changes nothing. An id counts once as long as it is kept (ids are kept as hashes of 64 bits:
/// among ten million, two are taken for one with a probability of three in a million).
///
/// An alert that was raised stands until its rule says that it is over, or until no response is left in the window.
///
/// ```
/// use heedful::pulse::{Observation, Pulse, PulseOptions, PulseStatus};
/// const DAY: i64 = 86_400_000;
/// let rules = r#"{"rules": [{"id": "low", "when": {"average": {"below": 6.5, "clear": 7}}, "minimum_n": 2}]}"#;
/// let mut pulse = Pulse::new(PulseOptions::from_json(rules)?)?;
/// for (day, rating) in [(0, 3.0), (1, 8.0)] {
///     pulse.observe(&Observation::new("acme", rating, day * DAY).id(&format!("r{day}")))?;
/// }
/// let alerts = pulse.judge(2 * DAY)?;
/// assert_eq!((alerts[0].rule.as_str(), alerts[0].value, alerts[0].n), ("low", Some(5.5), 2));
/// pulse.observe(&Observation::new("acme", 10.0, 3 * DAY))?;
/// assert_eq!(pulse.judge(3 * DAY)?[0].status, PulseStatus::Cleared); // the average is 7
/// assert_eq!(Pulse::from_json(&pulse.to_json())?, pulse);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pulse {
    pub(super) options: PulseOptions,
    pub(super) judge: Judge,
    pub(super) zone: Zone,
    pub(super) bounds: Bounds,
    pub(super) days: Days,
    /// The ids of all responses; they are hashes.
    pub(super) ids: HashTable<u64>,
    pub(super) watched: Watched,
    /// Series by the day on which time alone changes them.
    due: BTreeMap<i32, Vec<u32>>,
    pub(super) counts: PulseCounts,
    known: Known,
}

/// One response.
///
/// ```
/// use heedful::Kind;
/// use heedful::pulse::Observation;
/// let response = Observation::new("acme", 9.0, 1_767_614_400_000).id("r-17").customer("ada").kind(Kind::Transactional);
/// assert_eq!((response.id, response.key_contact), (Some("r-17"), false));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Observation<'a> {
    /// The account, project or contact.
    pub key: Key,
    /// The rating; NaN where missing.
    pub rating: f64,
    /// When it was given, in milliseconds since 1970 in UTC.
    pub at: i64,
    /// Its id.
    pub id: Option<&'a str>,
    /// Who gave it.
    pub customer: Option<&'a str>,
    /// The customer is a key contact of the account.
    pub key_contact: bool,
    /// Relational or transactional.
    pub kind: Option<Kind>,
}

impl<'a> Observation<'a> {
    /// A response without id and customer.
    #[must_use]
    pub fn new(key: impl Into<Key>, rating: f64, at: i64) -> Self {
        let key = key.into();
        Self { key, rating, at, id: None, customer: None, key_contact: false, kind: None }
    }

    /// Its id.
    #[must_use]
    pub fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// Who gave it.
    #[must_use]
    pub fn customer(mut self, customer: &'a str) -> Self {
        self.customer = Some(customer);
        self
    }

    /// Given by a key contact.
    #[must_use]
    pub fn key_contact(mut self, customer: &'a str) -> Self {
        self.key_contact = true;
        self.customer(customer)
    }

    /// Relational or transactional.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }
}

/// What became of a response.
///
/// ```
/// use heedful::Metric;
/// use heedful::pulse::{Observation, Pulse, PulseOptions, Received};
/// let mut pulse = Pulse::new(PulseOptions::new(Metric::nps()))?;
/// let response = Observation::new("acme", 9.0, 0).id("r1");
/// assert_eq!(pulse.observe(&response)?, Received::Counted);
/// assert_eq!(pulse.observe(&response)?, Received::Repeated);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Received {
    /// It counts from its time on.
    Counted,
    /// Its id is known: it does not count.
    Repeated,
    /// It is older than the window before: it does not count.
    Late,
    /// It has no rating.
    Unrated,
    /// Its rating is not on the scale.
    Invalid,
    /// It has no key.
    Keyless,
}

/// How many responses came, by what became of them.
///
/// ```
/// use heedful::{Column, Metric, Responses};
/// use heedful::pulse::{Pulse, PulseOptions};
/// let table = Responses::new()
///     .with("account", Column::categories([Some("acme"), None]))?
///     .with("score", Column::numbers(vec![9_u8, 3]))?
///     .with("at", Column::numbers(vec![0_i64, 0]))?
///     .rating("score")
///     .at("at");
/// let counts = Pulse::new(PulseOptions::new(Metric::nps()))?.observe_table(&table)?;
/// assert_eq!((counts.counted, counts.keyless), (1, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PulseCounts {
    /// They count.
    pub counted: u64,
    /// Their ids were known.
    pub repeated: u64,
    /// They were older than the window before.
    pub late: u64,
    /// They had no rating.
    pub unrated: u64,
    /// Their ratings are not on the scale.
    pub invalid: u64,
    /// They had no key.
    pub keyless: u64,
}

impl PulseCounts {
    pub(super) fn add(&mut self, received: Received) {
        *match received {
            Received::Counted => &mut self.counted,
            Received::Repeated => &mut self.repeated,
            Received::Late => &mut self.late,
            Received::Unrated => &mut self.unrated,
            Received::Invalid => &mut self.invalid,
            Received::Keyless => &mut self.keyless,
        } += 1;
    }

    pub(super) fn each(&mut self) -> [(&'static str, &mut u64); 6] {
        let Self { counted, repeated, late, unrated, invalid, keyless } = self;
        [
            ("counted", counted),
            ("repeated", repeated),
            ("late", late),
            ("unrated", unrated),
            ("invalid", invalid),
            ("keyless", keyless),
        ]
    }
}

/// A response whose rating, id and customer were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) at: i64,
    pub(super) point: u8,
    pub(super) id: u64,
    /// The hash, and the id itself where it is known.
    pub(super) customer: (u64, Option<&'a str>),
    pub(super) key_contact: bool,
}

impl Pulse {
    /// Nothing observed yet.
    ///
    /// # Errors
    /// `invalid-argument`, `unknown-name` (a band) or `duplicate-key` with the path in the options.
    pub fn new(options: PulseOptions) -> Result<Self> {
        options.check()?;
        let (judge, personal) = Judge::new(&options);
        let points = options.metric.scale().points().len();
        Ok(Self {
            watched: Watched::new(points, options.rules.len(), personal),
            judge,
            zone: options.time_zone.clone().unwrap_or_else(Zone::utc),
            bounds: Bounds::NONE,
            days: Days::default(),
            ids: HashTable::new(),
            due: BTreeMap::new(),
            counts: PulseCounts::default(),
            known: Known::default(),
            options,
        })
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &PulseOptions {
        &self.options
    }

    /// The time of the last judgement, in milliseconds since 1970.
    ///
    /// ```
    /// # use heedful::{Metric, pulse::{Pulse, PulseOptions}};
    /// let mut pulse = Pulse::new(PulseOptions::new(Metric::nps()))?;
    /// assert_eq!(pulse.now(), None);
    /// pulse.judge(5)?;
    /// assert_eq!(pulse.now(), Some(5));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn now(&self) -> Option<i64> {
        (self.bounds != Bounds::NONE).then_some(self.bounds.now)
    }

    /// How many responses came, by what became of them.
    #[must_use]
    pub fn counts(&self) -> PulseCounts {
        self.counts
    }

    /// Takes in a response. It counts from the next judgement on; one that is later than that, from its time on.
    ///
    /// # Errors
    /// `rating-out-of-range` and `rating-invalid` for a rating that is not on the scale, where invalid ratings are not
    /// to be counted.
    pub fn observe(&mut self, response: &Observation<'_>) -> Result<Received> {
        let scale = self.options.metric.scale();
        let reading = scale.classify(response.rating);
        let received = match reading {
            _ if response.key == Key::Missing => Received::Keyless,
            Reading::Missing => Received::Unrated,
            Reading::Point(point) => {
                let id = response.id.map_or(NONE, hash_of);
                let received = self.admit(response.at, id, false);
                if received == Received::Counted {
                    let arrival = Arrival {
                        at: response.at,
                        point: u8::try_from(point).unwrap_or(u8::MAX),
                        id,
                        customer: (response.customer.map_or(NONE, hash_of), response.customer),
                        key_contact: response.key_contact,
                    };
                    let number = self.number(&response.key, response.kind);
                    self.take(number, arrival);
                }
                received
            }
            Reading::Invalid | Reading::OutOfRange => {
                let refusal = scale.refusal(reading, response.rating);
                match refusal.filter(|_| self.options.invalid == Invalid::Error) {
                    Some(error) => return Err(error),
                    None => Received::Invalid,
                }
            }
        };
        self.counts.add(received);
        Ok(received)
    }

    /// The series of a key, made where there is none.
    pub(super) fn number(&mut self, key: &Key, kind: Option<Kind>) -> u32 {
        self.watched.number(key, kind.filter(|_| !self.options.pool))
    }

    /// Whether there is a response of this id.
    pub(super) fn knows(&self, id: u64) -> bool {
        self.ids.find(id, |known| *known == id).is_some()
    }

    /// Whether a response counts, which is not too old and has an id that is new. That it `is_known` may have been found
    /// before, while others of many were looked up: the waits for memory overlap.
    pub(super) fn admit(&mut self, at: i64, id: u64, is_known: bool) -> Received {
        if at < self.bounds.before {
            return Received::Late;
        }
        if is_known {
            return Received::Repeated;
        }
        if id != NONE {
            // Ids are spread already.
            match self.ids.entry(id, |known| *known == id, |known| *known) {
                Entry::Occupied(_) => return Received::Repeated,
                Entry::Vacant(free) => drop(free.insert(id)),
            }
        }
        Received::Counted
    }

    /// Takes in a response that was admitted.
    pub(super) fn take(&mut self, number: u32, arrival: Arrival<'_>) {
        let Arrival { at, point, id, customer: (customer, name), key_contact } = arrival;
        self.watched.hold(number);
        let key_contact = key_contact && customer != NONE;
        let record = Record { at, id, point, key_contact, who: customer, series: number };
        let counted = at <= self.bounds.now;
        self.days.add(record, &self.zone, counted);
        if counted {
            self.watched.met(&record, at >= self.bounds.start, name);
        } else {
            self.watched.expect(customer, name);
        }
    }

    /// Moves the windows on.
    fn advance(&mut self, bounds: Bounds) {
        let Self { days, watched, ids, bounds: current, .. } = self;
        let old = std::mem::replace(current, bounds);
        days.come(old.now, bounds.now, |records| watched.all_met(records));
        watched.let_go(days);
        if bounds.start > old.start {
            days.between(old.start, bounds.start).for_each(|record| watched.aged(record));
        }
        while let Some(day) = days.leave(bounds.before) {
            for record in &day {
                watched.gone(record, &bounds);
                forget_id(ids, record.id);
            }
        }
    }

    /// Moves on to a time (milliseconds since 1970) and gives the alerts that were raised or cleared since the last
    /// judgement, by key, kind and in the order of the rules. Looks at what is new and at what left a window, not at
    /// everything.
    ///
    /// # Errors
    /// `invalid-argument` for a time before the last one.
    pub fn judge(&mut self, now: i64) -> Result<Vec<PulseAlert>> {
        if now < self.bounds.now {
            let message = "time does not go back: the pulse was judged at a later time";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("now"));
        }
        let zone = self.zone.clone();
        let mut clock = zone.clock();
        let day = local_day(&mut clock, now);
        self.advance(match self.bounds {
            // Within a day nothing but the end moves.
            bounds if bounds.day == day && bounds != Bounds::NONE => Bounds { now, ..bounds },
            _ => Bounds::at(self.options.window, &zone, now),
        });
        let Self { options, judge, watched, due, bounds, known, .. } = self;
        while let Some(of_day) = due.first_entry().filter(|of_day| *of_day.key() <= day) {
            of_day.remove().into_iter().for_each(|number| watched.wake(number));
        }
        let mut alerts = Vec::new();
        let waiting = watched.take_waiting();
        for (place, number) in waiting.iter().copied().enumerate() {
            if place % AHEAD == 0 {
                let ahead = waiting.iter().skip(place).take(AHEAD);
                watched.read_ahead(ahead);
            }
            let Some(mut view) = watched.view(number) else { continue };
            let changed =
                judge.judge(&options.rules, &watched.personal, &view, bounds, known, &mut alerts);
            if !changed.is_empty() {
                watched.stand(number, changed);
                let Some(after) = watched.view(number) else { continue };
                view = after;
            }
            if is_over(options, &view, now) {
                watched.remove(number);
                continue;
            }
            let next = Judge::next(&options.rules, &view, now);
            let next = next.map(|next| local_day(&mut clock, next));
            if let Some(day) = watched.plan(number, next, day) {
                due.entry(day).or_default().push(number);
            }
        }
        // A series has its alerts in the order of the rules.
        alerts.sort_by_cached_key(|alert| (alert.key.head(), alert.key.clone(), alert.kind));
        Ok(alerts)
    }

    /// As [`judge`](Self::judge) at the end of every day up to `now`, and then at `now`: what a look each day would have
    /// told. Begins at the day of the last judgement, or of the first response.
    ///
    /// ```
    /// use heedful::pulse::{Observation, Pulse, PulseOptions};
    /// const DAY: i64 = 86_400_000;
    /// let rules = r#"{"rules": [{"id": "low", "when": {"score": {"below": 0}}}]}"#;
    /// let mut pulse = Pulse::new(PulseOptions::from_json(rules)?)?;
    /// pulse.observe(&Observation::new("acme", 2.0, 0))?;
    /// pulse.observe(&Observation::new("acme", 9.0, 3 * DAY))?;
    /// let alerts = pulse.judge_daily(5 * DAY)?;
    /// assert_eq!(alerts.iter().map(|alert| alert.at).collect::<Vec<_>>(), [DAY - 1, 4 * DAY - 1]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`judge`](Self::judge).
    pub fn judge_daily(&mut self, now: i64) -> Result<Vec<PulseAlert>> {
        let first = match self.now() {
            Some(last) => Some(last),
            None => self.days.first(),
        };
        let zone = self.zone.clone();
        let mut clock = zone.clock();
        let (from, to) = (first.map_or(now, |first| first.min(now)), local_day(&mut clock, now));
        let mut alerts = Vec::new();
        for day in local_day(&mut clock, from)..to {
            alerts.extend(self.judge(start_of_day(&mut clock, day.saturating_add(1)) - 1)?);
        }
        alerts.extend(self.judge(now)?);
        Ok(alerts)
    }

    /// Adds what another pulse of the same options observed. Responses count as if all had come here, those of one id
    /// once. Where a rule stands for a key that both know is what the later of the two changes left; of two at one time,
    /// raised. The time is the later one; what follows from the union is told by the next judgement.
    ///
    /// ```
    /// use heedful::pulse::{Observation, Pulse, PulseOptions};
    /// let options = PulseOptions::from_json(r#"{"rules": [{"id": "low", "when": {"score": {"below": 0}}}]}"#)?;
    /// let mut monday = Pulse::new(options.clone())?;
    /// monday.observe(&Observation::new("acme", 2.0, 0).id("r1"))?;
    /// let mut tuesday = Pulse::new(options)?;
    /// tuesday.observe(&Observation::new("acme", 2.0, 0).id("r1"))?; // delivered twice
    /// tuesday.observe(&Observation::new("acme", 3.0, 90_000_000).id("r2"))?;
    /// monday.merge(&tuesday)?;
    /// assert_eq!(monday.judge(100_000_000)?[0].n, 2);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` where the options differ.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.options != other.options {
            let message = "pulses of different options cannot be merged";
            return Err(Error::new(ErrorCode::InvalidArgument, message));
        }
        if other.bounds.now > self.bounds.now {
            self.advance(other.bounds);
        }
        self.due.clear();
        self.watched.refresh();
        for ((_, count), (_, more)) in self.counts.each().into_iter().zip(other.counts().each()) {
            *count += *more;
        }
        let mut numbers = HashMap::new();
        for View { number, series, .. } in other.watched.all() {
            numbers.insert(number, self.number(&series.key, series.kind));
        }
        for record in other.days.all() {
            let Record { at, id, point, key_contact, series, who } = *record;
            let received = self.admit(at, id, false);
            match numbers.get(&series) {
                Some(number) if received == Received::Counted => {
                    let customer = (who, other.watched.name(record));
                    self.take(*number, Arrival { at, point, id, customer, key_contact });
                }
                _ => {
                    // It counted there.
                    self.counts.counted = self.counts.counted.saturating_sub(1);
                    self.counts.add(received);
                }
            }
        }
        for view in other.watched.all() {
            let contacts = view.series.contacts.iter().filter_map(|contact| {
                Some((contact.customer, view.name(contact.customer)?, contact.last))
            });
            if let Some(number) = numbers.get(&view.number) {
                self.join(*number, view.last, contacts, view.standings());
            }
        }
        Ok(())
    }

    /// What a series knows beside its records.
    pub(super) fn join<'a>(
        &mut self,
        number: u32,
        last: Option<(i64, u8)>,
        contacts: impl Iterator<Item = (u64, &'a str, i64)>,
        standings: impl Iterator<Item = Standing>,
    ) {
        self.watched.add_last(number, last);
        for (customer, name, last) in contacts {
            self.watched.add_contact(number, (customer, name), last);
        }
        let Some(view) = self.watched.view(number) else { return };
        let later = |(_, theirs): &(usize, Standing), mine: Standing| {
            (theirs.since, theirs.raised) > (mine.since, mine.raised)
        };
        let changed: Vec<(usize, Standing)> =
            standings.enumerate().filter(|theirs| later(theirs, view.standing(theirs.0))).collect();
        self.watched.stand(number, changed);
        self.watched.wake(number);
    }

    /// Forgets a customer: no id, no rating of the customer and nothing else that tells of the person stays. Ratings go
    /// on to count anonymously; where keys are customers the key goes with all that it had. Gives the number of
    /// responses that were changed. A response that is delivered again afterwards is new.
    ///
    /// ```
    /// use heedful::Metric;
    /// use heedful::pulse::{Observation, Pulse, PulseOptions};
    /// let mut pulse = Pulse::new(PulseOptions::new(Metric::nps()))?;
    /// pulse.observe(&Observation::new("acme", 9.0, 0).id("r1").customer("ada"))?;
    /// assert_eq!(pulse.forget("ada"), 1);
    /// assert!(!pulse.to_json().contains("ada"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn forget(&mut self, customer: &str) -> u64 {
        let gone = hash_of(customer);
        let mut changed = 0;
        let Self { days, watched, ids, .. } = self;
        days.retain(|record| {
            if record.who == gone {
                forget_id(ids, record.id);
                (record.who, record.id, record.key_contact) = (NONE, NONE, false);
                changed += 1;
            }
            true
        });
        watched.forget(gone, days);
        if self.options.people {
            changed += self.forget_key(customer);
        }
        changed
    }

    fn forget_key(&mut self, customer: &str) -> u64 {
        let Self { days, watched, ids, .. } = self;
        let of_key = watched.all().filter(|view| view.series.key.to_string() == customer);
        let gone: Vec<u32> = of_key.map(|view| view.number).collect();
        let mut changed = 0;
        days.retain(|record| {
            let keeps = !gone.contains(&record.series);
            if !keeps {
                forget_id(ids, record.id);
                changed += 1;
            }
            keeps
        });
        gone.into_iter().for_each(|number| watched.remove(number));
        changed
    }
}

fn forget_id(ids: &mut HashTable<u64>, id: u64) {
    if let Ok(entry) = ids.find_entry(id, |known| *known == id) {
        entry.remove();
    }
}

/// Whether nothing is left to be said of a series.
fn is_over(options: &PulseOptions, view: &View<'_>, now: i64) -> bool {
    view.is_empty()
        && options.rules.iter().zip(view.standings()).all(|(rule, standing)| {
            let waits = matches!(&rule.when, When::Silent(silent) if silent.who == Who::Anybody)
                && (rule.kind.is_none() || rule.kind == view.series.kind);
            !waits && !standing.raised && now >= standing.cools_until(rule)
        })
}
