//! The pulse against a slow twin that keeps every response and counts anew at each look.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, Unit};

use super::options::{PulseOptions, PulseWindow, When, Who};
use super::rule::{PulseAlert, PulseStatus};
use super::stream::{Observation, Pulse, Received};
use crate::base::key::Key;
use crate::base::kind::Kind;
use crate::base::metric::Metric;
use crate::base::table::Data;
use crate::base::time::Zone;
use crate::stats::Random;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

#[derive(Debug, Clone, PartialEq)]
struct Given {
    key: String,
    kind: Option<Kind>,
    at: i64,
    rating: u8,
    id: Option<String>,
    customer: Option<String>,
    key_contact: bool,
}

impl Given {
    fn observation(&self) -> Observation<'_> {
        Observation {
            key: Key::text(&self.key),
            rating: f64::from(self.rating),
            at: self.at,
            id: self.id.as_deref(),
            customer: self.customer.as_deref(),
            key_contact: self.key_contact,
            kind: self.kind,
        }
    }
}

type Name = (String, Option<Kind>);

/// What an alert says: key, kind, rule, raised, value, n, n before, customers.
type Said = (String, Option<Kind>, String, bool, Option<String>, u32, u32, Vec<String>);

fn said(alert: &PulseAlert) -> Said {
    (
        alert.key.to_string(),
        alert.kind,
        alert.rule.clone(),
        alert.status == PulseStatus::Raised,
        alert.value.map(|value| format!("{value:.6}")),
        alert.n,
        alert.n_before,
        alert.customers.clone(),
    )
}

/// Keeps everything.
struct Twin {
    options: PulseOptions,
    /// Hours that the zone is east.
    east: i64,
    now: i64,
    given: Vec<Given>,
    names: BTreeSet<Name>,
    standing: BTreeMap<(Name, usize), (bool, i64)>,
}

impl Twin {
    /// The first milliseconds of the window and of the one before.
    fn starts(&self) -> (i64, i64) {
        let epoch = Date::constant(1970, 1, 1);
        let day = (self.now + self.east * HOUR).div_euclid(DAY);
        let today = epoch.checked_add(Span::new().days(day)).unwrap();
        let first = |windows: i64| {
            let back = match self.options.window {
                PulseWindow::Months(months) => Span::new().months(i64::from(months) * windows),
                PulseWindow::Days(days) => Span::new().days(i64::from(days) * windows),
            };
            let day = today.checked_sub(back).unwrap().tomorrow().unwrap();
            let days = day.since((Unit::Day, epoch)).unwrap().get_days();
            i64::from(days) * DAY - self.east * HOUR
        };
        (first(1), first(2))
    }

    fn observe(&mut self, given: &Given) -> Received {
        let before = if self.now == i64::MIN { i64::MIN } else { self.starts().1 };
        if given.at < before {
            return Received::Late;
        }
        let same =
            |other: &&Given| other.id.is_some() && other.id == given.id && other.at >= before;
        if self.given.iter().any(|other| same(&other)) {
            return Received::Repeated;
        }
        self.given.push(given.clone());
        self.names.insert((given.key.clone(), given.kind.filter(|_| !self.options.pool)));
        Received::Counted
    }

    fn of(&self, name: &Name, from: i64, to: i64) -> Vec<&Given> {
        let kind = |given: &Given| given.kind.filter(|_| !self.options.pool);
        let mut of: Vec<&Given> = self
            .given
            .iter()
            .filter(|g| g.key == name.0 && kind(g) == name.1 && g.at >= from && g.at <= to)
            .collect();
        of.sort_by_key(|g| g.at);
        of
    }

    /// (raise, clear, value, customers); `None` where nothing can be said.
    fn see(&self, name: &Name, rule: usize) -> Option<(bool, bool, f64, Vec<String>)> {
        let (start, before) = self.starts();
        let now = self.of(name, start, self.now);
        let old = self.of(name, before, start - 1);
        let both = self.of(name, before, self.now);
        let ever = self.of(name, i64::MIN, self.now);
        let rule = &self.options.rules[rule];
        let enough = now.len() >= rule.minimum_n as usize;
        let mean = |of: &[&Given], value: fn(u8) -> f64| {
            (!of.is_empty())
                .then(|| of.iter().map(|g| value(g.rating)).sum::<f64>() / of.len() as f64)
        };
        let nps = |rating: u8| {
            if rating >= 9 {
                100.0
            } else if rating <= 6 {
                -100.0
            } else {
                0.0
            }
        };
        // The two last answers of each customer.
        let mut people: BTreeMap<&String, Vec<&Given>> = BTreeMap::new();
        for given in &both {
            if let Some(customer) = &given.customer {
                people.entry(customer).or_default().push(given);
            }
        }
        match &rule.when {
            When::Average(level) if enough => {
                let value = mean(&now, f64::from)?;
                let below = level.below.unwrap();
                Some((value < below, value >= level.clear.unwrap_or(below), value, vec![]))
            }
            When::Score(level) if enough => {
                let value = mean(&now, nps)?;
                let certainty = level.certainty.unwrap();
                let p = probability(&now, level.below.unwrap());
                let q = probability(&now, level.clear.unwrap_or(level.below.unwrap()));
                Some((
                    p > certainty,
                    q <= level.clear_certainty.unwrap_or(certainty),
                    value,
                    vec![],
                ))
            }
            When::Drop(drop) if enough && old.len() >= rule.minimum_n as usize => {
                let worse = mean(&old, nps)? - mean(&now, nps)?;
                Some((worse >= drop.by, worse < drop.clear.unwrap_or(drop.by), worse, vec![]))
            }
            When::Turned(_) => {
                let turned = people.iter().filter(|(_, answers)| {
                    let [.., a, b] = answers.as_slice() else { return false };
                    a.rating >= 9 && b.rating <= 6
                });
                let customers: Vec<String> = turned.map(|(name, _)| (*name).clone()).collect();
                let any = !customers.is_empty();
                Some((any, !any, customers.len() as f64, customers))
            }
            When::Repeated(repeated) if enough => {
                let times = now.iter().filter(|g| g.rating <= 6).count() as u32;
                let clear = repeated.clear.unwrap_or(repeated.times - 1);
                Some((times >= repeated.times, times <= clear, f64::from(times), vec![]))
            }
            When::Silent(silent) => {
                let quiet = |last: i64| self.now - last > i64::from(silent.days) * DAY;
                let mut latest: BTreeMap<&String, &Given> = BTreeMap::new();
                for given in &ever {
                    if let Some(customer) = &given.customer {
                        latest.insert(customer, given);
                    }
                }
                let contacts: Vec<(&String, i64)> = latest
                    .iter()
                    .filter(|(_, given)| given.key_contact)
                    .map(|(name, given)| (*name, given.at))
                    .collect();
                let (last, customers) = match silent.who {
                    Who::Anybody => (ever.last()?.at, vec![]),
                    Who::KeyContact => (
                        contacts.iter().map(|(_, at)| *at).min()?,
                        contacts
                            .iter()
                            .filter(|(_, at)| quiet(*at))
                            .map(|(n, _)| (*n).clone())
                            .collect(),
                    ),
                };
                Some((quiet(last), !quiet(last), (self.now - last) as f64 / DAY as f64, customers))
            }
            _ => None,
        }
    }

    fn judge(&mut self, now: i64) -> Vec<Said> {
        self.now = now;
        let (start, before) = self.starts();
        let mut all = Vec::new();
        for name in self.names.clone() {
            for rule in 0..self.options.rules.len() {
                let definition = &self.options.rules[rule];
                if definition.kind.is_some() && definition.kind != name.1 {
                    continue;
                }
                let n = self.of(&name, start, now).len() as u32;
                let (raised, since) =
                    self.standing.get(&(name.clone(), rule)).copied().unwrap_or((false, i64::MIN));
                let seen = self.see(&name, rule);
                let (raise, clear) = seen.as_ref().map_or((false, n == 0), |seen| (seen.0, seen.1));
                let cool = since.saturating_add(i64::from(definition.cool_down_days) * DAY);
                let change = if raised { clear && !raise } else { raise && now >= cool };
                if !change {
                    continue;
                }
                self.standing.insert((name.clone(), rule), (!raised, now));
                let customers = seen.as_ref().map(|seen| seen.3.clone()).unwrap_or_default();
                all.push((
                    name.0.clone(),
                    name.1,
                    definition.id.clone(),
                    !raised,
                    seen.map(|seen| format!("{:.6}", seen.2)),
                    n,
                    self.of(&name, before, start - 1).len() as u32,
                    if raised { vec![] } else { customers },
                ));
            }
        }
        all
    }
}

/// P(NPS < level): the moments of a Dirichlet with half a response each, by the textbook, and another library's beta.
fn probability(given: &[&Given], level: f64) -> f64 {
    let count = |keep: fn(u8) -> bool| 0.5 + given.iter().filter(|g| keep(g.rating)).count() as f64;
    let a = [count(|r| r <= 6), count(|r| (7..=8).contains(&r)), count(|r| r >= 9)];
    let total: f64 = a.iter().sum();
    let x = [0.0, 0.5, 1.0];
    let mean: f64 = (0..3).map(|i| x[i] * a[i] / total).sum();
    // Variances and covariances of the shares.
    let mut variance = 0.0;
    for i in 0..3 {
        for j in 0..3 {
            let own = if i == j { a[i] * total } else { 0.0 };
            variance += x[i] * x[j] * (own - a[i] * a[j]) / (total * total * (total + 1.0));
        }
    }
    let size = mean * (1.0 - mean) / variance - 1.0;
    let at = (level + 100.0) / 200.0;
    statrs::function::beta::beta_reg(mean * size, (1.0 - mean) * size, at)
}

fn options(window: &str, pool: bool, zone: i32) -> PulseOptions {
    let options = PulseOptions::from_json(&format!(
        r#"{{"window": {window}, "pool": {pool}, "rules": [
            {{"id": "average", "when": {{"average": {{"below": 6.5, "clear": 7.5}}}}, "minimum_n": 3}},
            {{"id": "sure", "when": {{"score": {{"below": 30, "clear": 40, "certainty": 0.8, "clear_certainty": 0.7}}}},
              "minimum_n": 2, "cool_down_days": 9}},
            {{"id": "drop", "when": {{"drop": {{"by": 40, "clear": 20}}}}, "minimum_n": 2}},
            {{"id": "turned", "when": {{"turned": {{"from": "promoter", "to": "detractor"}}}}}},
            {{"id": "repeated", "when": {{"repeated": {{"band": "detractor", "times": 4, "clear": 2}}}},
              "cool_down_days": 3}},
            {{"id": "contact", "when": {{"silent": {{"days": 20}}}}}},
            {{"id": "nobody", "when": {{"silent": {{"days": 15, "who": "anybody"}}}}}}
        ]}}"#
    ))
    .unwrap();
    options.time_zone(Zone::fixed(zone).unwrap())
}

fn pick(random: &mut Random, below: u64) -> u64 {
    random.word() % below
}

fn response(random: &mut Random, now: i64, ids: u64) -> Given {
    // Mostly new, at times late, seldom far too late or from a clock that is ahead.
    let back = match pick(random, 10) {
        0 => -(pick(random, 40) as i64) * HOUR,
        1..=2 => pick(random, 40) as i64 * DAY,
        _ => pick(random, 20) as i64 * HOUR,
    };
    let customer = pick(random, 5);
    Given {
        key: format!("k{}", pick(random, 4)),
        kind: [None, Some(Kind::Relational), Some(Kind::Transactional)][pick(random, 3) as usize],
        // Times differ, so that the last of two answers is known without looking at ids.
        at: now - back + ids as i64 % HOUR,
        rating: [0, 3, 6, 7, 8, 9, 10, 10][pick(random, 8) as usize],
        id: (pick(random, 5) > 0).then(|| format!("r{}", ids - pick(random, 8).min(ids) / 6)),
        customer: (customer > 0).then(|| format!("c{customer}")),
        key_contact: customer < 3 && pick(random, 3) > 0,
    }
}

#[test]
fn equals_the_slow_twin_and_survives_storage() {
    let mut alerts_of_all = BTreeMap::<(String, bool), u32>::new();
    for (seed, (window, pool, east)) in [
        (r#"{"days": 10}"#, false, 0),
        (r#"{"months": 1}"#, true, 3),
        (r#"{"days": 30}"#, true, -5),
    ]
    .into_iter()
    .enumerate()
    {
        let options = options(window, pool, 3600 * east);
        let mut random = Random::new(seed as u64);
        let mut pulse = Pulse::new(options.clone()).unwrap();
        let mut twin = Twin {
            options,
            east: i64::from(east),
            now: i64::MIN,
            given: Vec::new(),
            names: BTreeSet::new(),
            standing: BTreeMap::new(),
        };
        let mut now = 1_770_000_000_000;
        for step in 0..500_u64 {
            for more in 0..pick(&mut random, 4) {
                let given = response(&mut random, now, step * 10 + more + 10);
                assert_eq!(
                    pulse.observe(&given.observation()).unwrap(),
                    twin.observe(&given),
                    "{seed} {step}"
                );
            }
            // Within a day, from day to day, and after a pause.
            now += match pick(&mut random, 20) {
                0 => 25 * DAY,
                1..=9 => DAY,
                _ => 5 * HOUR,
            };
            let alerts = pulse.judge(now).unwrap();
            let found: Vec<Said> = alerts.iter().map(said).collect();
            assert_eq!(found, twin.judge(now), "{seed} {step}");
            for alert in &alerts {
                let raised = alert.status == PulseStatus::Raised;
                *alerts_of_all.entry((alert.rule.clone(), raised)).or_default() += 1;
            }
            if step % 50 == 7 {
                let stored = pulse.to_json();
                pulse = Pulse::from_json(&stored).unwrap();
                assert_eq!(pulse.to_json(), stored);
            }
        }
    }
    // Every rule had its say, both ways, or the test shows nothing.
    assert_eq!(alerts_of_all.len(), 14, "{alerts_of_all:?}");
}

fn floats(pulse: &Pulse, name: &str) -> Vec<Option<f64>> {
    let table = pulse.to_table().unwrap();
    match &table.columns().iter().find(|column| column.name == name).unwrap().data {
        Data::Float(values) => values.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_order_of_arrival_and_the_split_do_not_matter() {
    let mut random = Random::new(5);
    let now = 1_770_000_000_000;
    let given: Vec<Given> = (0..300)
        .map(|i| Given { id: Some(format!("r{i}")), ..response(&mut random, now, i * 10 + 10) })
        .collect();
    let observed = |given: &[Given]| {
        let mut pulse = Pulse::new(options(r#"{"months": 1}"#, false, 0)).unwrap();
        for one in given {
            pulse.observe(&one.observation()).unwrap();
        }
        pulse
    };
    let whole = observed(&given);
    let backwards: Vec<Given> = given.iter().rev().cloned().collect();
    assert_eq!(observed(&backwards), whole);
    // Overlapping parts in either order, one of them judged before.
    let (left, right) = (&given[..200], &given[150..]);
    for (a, b) in [(left, right), (right, left)] {
        for early in [None, Some(now - 50 * DAY)] {
            let mut merged = observed(a);
            if let Some(early) = early {
                merged.judge(early).unwrap();
            }
            merged.merge(&observed(b)).unwrap();
            assert_eq!(merged.counts().counted, 300);
            let mut whole = whole.clone();
            merged.judge(now).unwrap();
            whole.judge(now).unwrap();
            for column in ["average", "score", "score_before", "change_lower", "last_rating"] {
                assert_eq!(floats(&merged, column), floats(&whole, column), "{column}");
            }
        }
    }
}

#[test]
fn never_flaps_inside_the_gap() {
    let rules = r#"{"window": {"days": 20}, "rules": [
        {"id": "average", "when": {"average": {"below": 6, "clear": 7}}},
        {"id": "sure", "when": {"score": {"below": 0, "certainty": 0.6, "clear_certainty": 0.4}}}]}"#;
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut pulse = Pulse::new(PulseOptions::from_json(rules).unwrap()).unwrap();
        let mut raised = [false, false];
        for day in 0..200 {
            let rating = [3.0, 6.0, 7.0, 8.0, 9.0][pick(&mut random, 5) as usize];
            pulse.observe(&Observation::new("k", rating, day * DAY)).unwrap();
            for alert in pulse.judge(day * DAY).unwrap() {
                let rule = usize::from(alert.rule == "sure");
                let up = alert.status == PulseStatus::Raised;
                assert_ne!(raised[rule], up, "raised and cleared take turns");
                raised[rule] = up;
                let (value, bounds) = match rule {
                    0 => (alert.value.unwrap(), (6.0, 7.0)),
                    _ => (-alert.probability.unwrap(), (-0.6, -0.4)),
                };
                // A change is never inside the gap, and on the right side of it.
                assert!(if up { value < bounds.0 } else { value >= bounds.1 }, "{alert:?}");
            }
        }
    }
}

#[test]
fn a_forgotten_customer_leaves_no_trace() {
    let mut pulse = Pulse::new(options(r#"{"days": 30}"#, true, 0)).unwrap();
    let give = |pulse: &mut Pulse, customer: &str, rating: f64, at: i64| {
        let id = format!("{customer}-{at}");
        let observation = Observation::new("acme", rating, at).id(&id).key_contact(customer);
        pulse.observe(&observation).unwrap();
    };
    give(&mut pulse, "ada", 10.0, 0);
    give(&mut pulse, "ada", 2.0, DAY);
    give(&mut pulse, "bo", 9.0, 2 * DAY);
    let raised: Vec<String> = pulse.judge(3 * DAY).unwrap().into_iter().map(|a| a.rule).collect();
    assert_eq!(raised, ["turned"]);
    let score = floats(&pulse, "score");
    assert_eq!(pulse.forget("ada"), 2);
    assert_eq!(pulse.forget("ada"), 0);
    let stored = pulse.to_json();
    assert!(stored.contains("bo") && !stored.contains("ada"));
    // What never had the customer's name knows as much.
    let mut anonymous = Pulse::new(options(r#"{"days": 30}"#, true, 0)).unwrap();
    anonymous.observe(&Observation::new("acme", 10.0, 0)).unwrap();
    anonymous.observe(&Observation::new("acme", 2.0, DAY)).unwrap();
    give(&mut anonymous, "bo", 9.0, 2 * DAY);
    anonymous.judge(3 * DAY).unwrap();
    let cleared = pulse.judge(3 * DAY).unwrap();
    assert_eq!((cleared[0].rule.as_str(), cleared[0].status), ("turned", PulseStatus::Cleared));
    assert_eq!(floats(&pulse, "score"), score);
    assert_eq!(floats(&anonymous, "score"), score);
    // Where keys are customers the key goes.
    let mut people = Pulse::new(PulseOptions::new(Metric::nps()).people(true)).unwrap();
    people.observe(&Observation::new("ada", 2.0, 0).id("r1")).unwrap();
    people.observe(&Observation::new("bo", 2.0, 0).id("r2")).unwrap();
    assert_eq!(people.forget("ada"), 1);
    assert!(!people.to_json().contains("ada"));
    assert_eq!(
        people.observe(&Observation::new("bo", 2.0, 0).id("r1")).unwrap(),
        Received::Counted
    );
}

#[test]
fn what_is_over_is_not_kept() {
    let mut pulse = Pulse::new(PulseOptions::new(Metric::nps())).unwrap();
    for key in 0..100 {
        let (name, customer) = (format!("k{key}"), format!("c{key}"));
        pulse
            .observe(&Observation::new(name.as_str(), 9.0, 0).customer(&customer).id(&name))
            .unwrap();
    }
    pulse.judge(DAY).unwrap();
    assert_eq!(pulse.to_table().unwrap().len(), 100);
    pulse.judge(400 * DAY).unwrap();
    assert_eq!(pulse.to_table().unwrap().len(), 0);
    assert!(pulse.ids.is_empty() && pulse.watched.names(&pulse.days).is_empty());
    assert!(pulse.to_json().len() < 600, "{}", pulse.to_json());
}

#[test]
fn refuses_what_is_wrong_with_its_place() {
    let path = |json: &str| {
        let error = PulseOptions::from_json(json).unwrap_err();
        (error.code().as_str(), error.path().to_owned())
    };
    let rule = |when: &str| format!(r#"{{"rules": [{{"id": "x", "when": {when}}}]}}"#);
    for (json, code, at) in [
        (rule(r#"{"average": {}}"#), "invalid-argument", "rules[0].when.average"),
        (rule(r#"{"score": {"below": 1, "above": 2}}"#), "invalid-argument", "rules[0].when.score"),
        (
            rule(r#"{"score": {"below": 1, "certainty": 1}}"#),
            "invalid-argument",
            "rules[0].when.score.certainty",
        ),
        (
            rule(r#"{"score": {"below": 1, "clear_certainty": 0.5}}"#),
            "invalid-argument",
            "rules[0].when.score.clear_certainty",
        ),
        (rule(r#"{"drop": {"by": 0}}"#), "invalid-argument", "rules[0].when.drop.by"),
        (
            rule(r#"{"turned": {"from": "promoter", "to": "hater"}}"#),
            "unknown-name",
            "rules[0].when.turned.to",
        ),
        (
            rule(r#"{"repeated": {"band": "detractor", "times": 0}}"#),
            "invalid-argument",
            "rules[0].when.repeated",
        ),
        (rule(r#"{"silent": {}}"#), "invalid-config", "rules[0].when.silent"),
        (rule(r#"{"quiet": {}}"#), "invalid-config", "rules[0].when"),
        (rule(r#"{}"#), "invalid-config", "rules[0].when"),
        (r#"{"window": {"months": 0}}"#.to_owned(), "invalid-argument", "window"),
        (r#"{"windows": 1}"#.to_owned(), "invalid-config", "windows"),
    ] {
        assert_eq!(path(&json), (code, at.to_owned()), "{json}");
    }
    let mut pulse = Pulse::new(PulseOptions::new(Metric::nps())).unwrap();
    pulse.judge(5).unwrap();
    assert_eq!(pulse.judge(4).unwrap_err().path(), "now");
    assert!(pulse.observe(&Observation::new("k", 11.0, 0)).is_err());
    let newer = pulse.to_json().replace("\"version\":1", "\"version\":2");
    assert_eq!(Pulse::from_json(&newer).unwrap_err().code().as_str(), "state-version");
    let mut other = Pulse::new(PulseOptions::new(Metric::nps()).pool(true)).unwrap();
    assert!(other.merge(&pulse).is_err());
}
