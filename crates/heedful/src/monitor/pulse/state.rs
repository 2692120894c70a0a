//! A pulse as JSON: options, responses without comments, where rules stand. The same whatever the order of arrival.

use hashbrown::HashMap;
use serde::Serialize;

use super::days::Record;
use super::options::PulseOptions;
use super::rule::Standing;
use super::series::View;
use super::stream::{Arrival, Pulse, PulseCounts, Received};
use super::window::Bounds;
use crate::base::config::{self, Config, Object, invalid};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::kind::Kind;
use crate::base::state::check_version;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Stored<'a> {
    version: u32,
    options: &'a PulseOptions,
    now: Option<i64>,
    counts: PulseCounts,
    /// The ids of hashes, where a rule is to name them; by hash.
    customers: Vec<(u64, &'a str)>,
    series: Vec<StoredSeries>,
}

/// A series with its records in columns.
#[derive(Serialize)]
struct StoredSeries {
    key: StoredKey,
    kind: Option<Kind>,
    at: Vec<i64>,
    /// Hashes; 0 is none.
    id: Vec<u64>,
    point: Vec<u8>,
    /// Hashes; 0 is nobody.
    customer: Vec<u64>,
    key_contact: Vec<bool>,
    last: Option<(i64, u8)>,
    contacts: Vec<(u64, i64)>,
    /// Whether the rule is raised, and since when it is or is not; nothing where it never was.
    standings: Vec<Option<(bool, i64)>>,
}

/// A key with its type: a date is told from a text.
#[derive(Serialize)]
#[serde(untagged)]
enum StoredKey {
    Date { date: i32 },
    Plain(Key),
}

impl Config for StoredKey {
    fn read(json: &Json) -> Result<Self> {
        Ok(Self::Plain(match json {
            Json::Bool(value) => Key::Bool(*value),
            Json::Unsigned(_) | Json::Signed(_) => Key::Int(i64::read(json)?),
            Json::Float(value) => Key::Float(*value),
            Json::Text(text) => Key::text(text),
            Json::Null => Key::Missing,
            _ => {
                let mut date = 0;
                let mut object = Object::of(json)?;
                object.needs("date", &mut date);
                object.finish_state()?;
                return Ok(Self::Date { date });
            }
        }))
    }
}

impl StoredKey {
    fn of(key: &Key) -> Self {
        match key {
            Key::Date(date) => Self::Date { date: *date },
            key => Self::Plain(key.clone()),
        }
    }

    fn key(self) -> Key {
        match self {
            Self::Date { date } => Key::Date(date),
            Self::Plain(key) => key,
        }
    }
}

impl Config for PulseCounts {
    fn read(json: &Json) -> Result<Self> {
        let mut counts = Self::default();
        let mut object = Object::of(json)?;
        for (name, count) in counts.each() {
            object.takes(name, count);
        }
        object.finish_state()?;
        Ok(counts)
    }
}

impl Config for StoredSeries {
    fn read(json: &Json) -> Result<Self> {
        let mut key = StoredKey::Plain(Key::Missing);
        let (mut kind, mut last) = (None, None);
        let (mut at, mut id, mut point) = (Vec::new(), Vec::new(), Vec::new());
        let (mut customer, mut key_contact) = (Vec::new(), Vec::new());
        let (mut contacts, mut standings) = (Vec::new(), Vec::new());
        let mut object = Object::of(json)?;
        object.needs("key", &mut key);
        object.takes("kind", &mut kind);
        object.needs("at", &mut at);
        object.needs("id", &mut id);
        object.needs("point", &mut point);
        object.needs("customer", &mut customer);
        object.needs("key_contact", &mut key_contact);
        object.takes("last", &mut last);
        object.takes("contacts", &mut contacts);
        object.takes("standings", &mut standings);
        object.finish_state()?;
        let lengths = [id.len(), point.len(), customer.len(), key_contact.len()];
        if lengths.iter().any(|len| *len != at.len()) {
            return Err(invalid("the columns of a series differ in length"));
        }
        Ok(Self { key, kind, at, id, point, customer, key_contact, last, contacts, standings })
    }
}

impl StoredSeries {
    /// A series and its records.
    fn of(view: &View<'_>, mut records: Vec<Record>) -> Self {
        records.sort_unstable();
        let each = || records.iter();
        let mut contacts: Vec<(u64, i64)> =
            view.series.contacts.iter().map(|contact| (contact.customer, contact.last)).collect();
        contacts.sort_unstable();
        let standing = |standing: Standing| {
            (standing != Standing::NEVER).then_some((standing.raised, standing.since))
        };
        let mut standings: Vec<Option<(bool, i64)>> = view.standings().map(standing).collect();
        if standings.iter().all(Option::is_none) {
            standings.clear();
        }
        Self {
            key: StoredKey::of(&view.series.key),
            kind: view.series.kind,
            at: each().map(|record| record.at).collect(),
            id: each().map(|record| record.id).collect(),
            point: each().map(|record| record.point).collect(),
            customer: each().map(|record| record.who).collect(),
            key_contact: each().map(|record| record.key_contact).collect(),
            last: view.last,
            contacts,
            standings,
        }
    }
}

impl Pulse {
    /// The pulse as JSON: options, the ratings of two windows with the hashes of their ids and customers, where rules
    /// stand, and the ids of customers where a rule is to name them. There are no comments in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut records: HashMap<u32, Vec<Record>> = HashMap::new();
        for record in self.days.all() {
            records.entry(record.series).or_default().push(*record);
        }
        let mut of = |view: &View<'_>| records.remove(&view.number).unwrap_or_default();
        config::to_json(&Stored {
            version: VERSION,
            options: &self.options,
            now: self.now(),
            counts: self.counts,
            customers: self.watched.names(&self.days),
            series: self.watched.sorted().iter().map(|v| StoredSeries::of(v, of(v))).collect(),
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote; the pulse goes on exactly as the stored one would have.
    ///
    /// # Errors
    /// `json`, `invalid-config`, or `state-version` for a later version.
    pub fn from_json(text: &str) -> Result<Self> {
        let json = Json::parse(text)?;
        check_version(&json, VERSION)?;
        let mut options = PulseOptions::default();
        let (mut now, mut counts) = (None::<i64>, PulseCounts::default());
        let (mut customers, mut series) = (Vec::<(u64, String)>::new(), Vec::<StoredSeries>::new());
        let mut object = Object::of(&json)?;
        object.needs("options", &mut options);
        object.takes("now", &mut now);
        object.takes("counts", &mut counts);
        object.needs("customers", &mut customers);
        object.needs("series", &mut series);
        object.finish_state()?;
        let mut pulse = Self::new(options)?;
        if let Some(now) = now {
            pulse.bounds = Bounds::at(pulse.options.window, &pulse.zone, now);
        }
        let customers: HashMap<u64, String> = customers.into_iter().collect();
        let points = pulse.options.metric.scale().points().len();
        for (place, stored) in series.into_iter().enumerate() {
            pulse
                .restore(stored, &customers, points)
                .map_err(|error| error.below(&format!("series[{place}]")))?;
        }
        pulse.counts = counts;
        Ok(pulse)
    }

    fn restore(
        &mut self,
        stored: StoredSeries,
        customers: &HashMap<u64, String>,
        points: usize,
    ) -> Result<()> {
        let name = |customer: &u64| customers.get(customer).map(String::as_str);
        if stored.point.iter().any(|point| usize::from(*point) >= points) {
            return Err(invalid("there is no such point").at("point"));
        }
        if stored.standings.len() > self.options.rules.len() {
            return Err(invalid("there are more standings than rules").at("standings"));
        }
        let number = self.number(&stored.key.key(), stored.kind);
        let rows = stored.at.iter().zip(&stored.id).zip(&stored.point);
        for (((at, id), point), (customer, key_contact)) in
            rows.zip(stored.customer.iter().zip(&stored.key_contact))
        {
            let customer = (*customer, name(customer));
            let (at, id, point, key_contact) = (*at, *id, *point, *key_contact);
            if self.admit(at, id, false) == Received::Counted {
                self.take(number, Arrival { at, point, id, customer, key_contact });
            }
        }
        let contacts = stored
            .contacts
            .iter()
            .filter_map(|(customer, last)| Some((*customer, name(customer)?, *last)));
        let standings = stored
            .standings
            .iter()
            .map(|s| s.map_or(Standing::NEVER, |(raised, since)| Standing { raised, since }));
        self.join(number, stored.last, contacts, standings);
        Ok(())
    }
}

impl PartialEq for Pulse {
    /// Whether both know the same and go on alike.
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}
