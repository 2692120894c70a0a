//! Responses in, alerts out.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Serialize;

use super::names::{NONE, hash_of};
use super::options::{PulseOptions, When, Who};
use super::rule::{Judge, PulseAlert, Standing};
use super::series::{Record, Series, Shared};
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
/// costs the same however many accounts and responses there are (amortised); one that comes late is put in its place,
/// and costs as much as there are later ones of its account. What is kept is the responses of two windows (the window and
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
    pub(super) shared: Shared,
    numbers: HashMap<(Key, Option<Kind>), u32>,
    pub(super) series: Vec<Option<Series>>,
    free: Vec<u32>,
    /// Series that have something new.
    waiting: Vec<u32>,
    /// Series by the day on which time alone changes them.
    due: BTreeMap<i32, Vec<u32>>,
    pub(super) counts: PulseCounts,
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
        Ok(Self {
            judge: Judge::new(&options),
            zone: options.time_zone.clone().unwrap_or_else(Zone::utc),
            bounds: Bounds::NONE,
            shared: Shared::default(),
            numbers: HashMap::new(),
            series: Vec::new(),
            free: Vec::new(),
            waiting: Vec::new(),
            due: BTreeMap::new(),
            counts: PulseCounts::default(),
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
                let arrival = Arrival {
                    at: response.at,
                    point: u8::try_from(point).unwrap_or(u8::MAX),
                    id: response.id.map_or(NONE, hash_of),
                    customer: (response.customer.map_or(NONE, hash_of), response.customer),
                    key_contact: response.key_contact,
                };
                let number = self.number(&response.key, response.kind);
                self.take(number, arrival)
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
        let name = (key.clone(), kind.filter(|_| !self.options.pool));
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let points = self.options.metric.scale().points().len();
        let series = Some(Series::new(name.0.clone(), name.1, points, &self.judge.personal));
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(slot) = self.series.get_mut(number as usize) {
                    *slot = series;
                }
                number
            }
            None => {
                self.series.push(series);
                // More keys than that do not fit into memory.
                u32::try_from(self.series.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.numbers.insert(name, number);
        number
    }

    pub(super) fn take(&mut self, number: u32, arrival: Arrival<'_>) -> Received {
        let Some(Some(series)) = self.series.get_mut(number as usize) else {
            return Received::Keyless;
        };
        if !series.waiting {
            series.waiting = true;
            self.waiting.push(number);
        }
        let Arrival { at, point, id, customer: (customer, name), key_contact } = arrival;
        if at < self.bounds.before {
            return Received::Late;
        }
        if id != NONE && !self.shared.ids.insert(id) {
            return Received::Repeated;
        }
        if let Some(name) = name.filter(|_| self.judge.personal.any()) {
            self.shared.names.hold(customer, name);
        }
        let key_contact = key_contact && customer != NONE;
        let record = Record { at, id, point, key_contact, customer };
        series.insert(number, record, &self.bounds, &self.judge.personal, &mut self.shared);
        Received::Counted
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
        let Self { options, judge, zone, shared, due, .. } = self;
        let mut clock = zone.clock();
        let day = local_day(&mut clock, now);
        self.bounds = match self.bounds {
            // Within a day nothing but the end moves.
            bounds if bounds.day == day && bounds != Bounds::NONE => Bounds { now, ..bounds },
            _ => Bounds::at(options.window, zone, now),
        };
        let bounds = self.bounds;
        let mut numbers = std::mem::take(&mut self.waiting);
        let later = due.split_off(&day.saturating_add(1));
        for number in std::mem::replace(due, later).into_values().flatten() {
            if let Some(Some(series)) = self.series.get_mut(number as usize)
                && !series.waiting
            {
                series.waiting = true;
                numbers.push(number);
            }
        }
        let mut alerts = Vec::new();
        for number in numbers {
            let Some(slot) = self.series.get_mut(number as usize) else { continue };
            let Some(series) = slot else { continue };
            series.waiting = false;
            series.advance(number, &bounds, &judge.personal, shared);
            judge.judge(&options.rules, (number, series), shared, &bounds, &mut alerts);
            if is_over(options, series, now) {
                self.numbers.remove(&(series.key.clone(), series.kind));
                *slot = None;
                self.free.push(number);
                continue;
            }
            let mut day_of = |at: i64| local_day(&mut clock, at);
            let next = judge.next(&options.rules, series, now).map(&mut day_of);
            let [old, current, to_come] = series.firsts();
            let to_come = to_come.map(|record| day_of(record.at));
            let mut first = next.into_iter().chain(to_come).fold(i32::MAX, i32::min);
            // Records leave in their order: what is planned holds until then.
            if series.due <= day || series.due == i32::MAX || series.unplanned {
                let leaves = [(old, 2), (current, 1)].map(|(record, windows)| {
                    record.map(|record| options.window.leaves(day_of(record.at), windows))
                });
                first = leaves.into_iter().flatten().fold(first, i32::min);
                series.unplanned = false;
                if series.due <= day {
                    series.due = i32::MAX;
                }
            }
            if first < series.due {
                // It may be due again later on this day.
                series.due = first.max(day);
                due.entry(series.due).or_default().push(number);
            }
        }
        // A series has its alerts in the order of the rules.
        alerts.sort_by(|a, b| (&a.key, a.kind).cmp(&(&b.key, b.kind)));
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
            None => {
                self.series.iter().flatten().filter_map(|s| s.records.front()).map(|r| r.at).min()
            }
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
            self.bounds = other.bounds;
        }
        self.refresh();
        for ((_, count), (_, more)) in self.counts.each().into_iter().zip(other.counts().each()) {
            *count += *more;
        }
        for series in other.series.iter().flatten() {
            let number = self.number(&series.key, series.kind);
            for record in &series.records {
                let Record { at, id, point, key_contact, customer } = *record;
                let customer = (customer, other.shared.names.name(customer));
                let received = self.take(number, Arrival { at, point, id, customer, key_contact });
                if received != Received::Counted {
                    // It counted there.
                    self.counts.counted = self.counts.counted.saturating_sub(1);
                    self.counts.add(received);
                }
            }
            let contacts = series.contacts.iter().filter_map(|contact| {
                let name = other.shared.names.name(contact.customer)?;
                Some((contact.customer, name, contact.last))
            });
            self.join(number, series.last, contacts, &series.standings);
        }
        Ok(())
    }

    /// What a series knows beside its records.
    pub(super) fn join<'a>(
        &mut self,
        number: u32,
        last: Option<(i64, u8)>,
        contacts: impl Iterator<Item = (u64, &'a str, i64)>,
        standings: &[Standing],
    ) {
        let Some(Some(series)) = self.series.get_mut(number as usize) else { return };
        if !series.waiting {
            series.waiting = true;
            self.waiting.push(number);
        }
        series.last = series.last.max(last);
        for (customer, name, last) in contacts {
            series.add_contact(number, (customer, name), last, &mut self.shared);
        }
        if series.standings.is_empty() {
            series.standings = standings.to_vec();
            return;
        }
        for (mine, theirs) in series.standings.iter_mut().zip(standings) {
            if (theirs.since, theirs.raised) > (mine.since, mine.raised) {
                *mine = *theirs;
            }
        }
    }

    /// Has every series looked at by the next judgement.
    fn refresh(&mut self) {
        self.due.clear();
        self.waiting.clear();
        for (number, series) in (0..).zip(&mut self.series) {
            if let Some(series) = series {
                series.waiting = true;
                series.due = i32::MAX;
                series.unplanned = true;
                self.waiting.push(number);
                series.advance(number, &self.bounds, &self.judge.personal, &mut self.shared);
            }
        }
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
        let mut changed = 0;
        for (number, series) in (0..).zip(&mut self.series) {
            let Some(series) = series else { continue };
            let gone = hash_of(customer);
            changed += series.forget(number, gone, &self.judge.personal, &mut self.shared);
            if !series.waiting {
                series.waiting = true;
                self.waiting.push(number);
            }
        }
        if self.options.people {
            changed += self.forget_key(customer);
        }
        changed
    }

    fn forget_key(&mut self, customer: &str) -> u64 {
        let mut changed = 0;
        for (number, slot) in (0..).zip(&mut self.series) {
            let Some(series) = slot.take_if(|series| series.key.to_string() == customer) else {
                continue;
            };
            for record in &series.records {
                self.shared.ids.remove(&record.id);
                self.shared.names.release(record.customer);
                self.shared.people.remove(&(number, record.customer));
            }
            for contact in &series.contacts {
                self.shared.names.release(contact.customer);
            }
            changed += series.records.len() as u64;
            self.numbers.remove(&(series.key, series.kind));
            self.free.push(number);
        }
        changed
    }

    /// The series by key and kind.
    pub(super) fn sorted(&self) -> Vec<&Series> {
        let mut series: Vec<&Series> = self.series.iter().flatten().collect();
        series.sort_by(|a, b| (&a.key, a.kind).cmp(&(&b.key, b.kind)));
        series
    }
}

/// Whether nothing is left to be said of a series.
fn is_over(options: &PulseOptions, series: &Series, now: i64) -> bool {
    let mut standings = series.standings.iter().copied().chain(std::iter::repeat(Standing::NEVER));
    series.is_empty()
        && options.rules.iter().all(|rule| {
            let standing = standings.next().unwrap_or(Standing::NEVER);
            let waits = matches!(&rule.when, When::Silent(silent) if silent.who == Who::Anybody)
                && (rule.kind.is_none() || rule.kind == series.kind);
            !waits && !standing.raised && now >= standing.cools_until(rule)
        })
}
