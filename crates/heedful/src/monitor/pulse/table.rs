//! Tables of responses in, tables of state and alerts out.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::days::{NONE, hash_of};
use super::rule::PulseAlert;
use super::series::{AHEAD, View, slot};
use super::stream::{Arrival, Pulse, PulseCounts, Received};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::kind::Kind;
use crate::base::table::Table;
use crate::base::tally::Tally;
use crate::interpret::compare::Comparison;
use crate::interpret::frame::Frame;
use crate::interpret::score::{Score, Uncertainty};
use crate::interpret::scoring::Scoring;
use crate::interpret::select::kinds_of;
use crate::listen::column::{Category, Column};
use crate::listen::responses::Responses;
use crate::monitor::instant::instants;

/// A table whose columns were read.
struct Rows<'a> {
    /// The points of the scale.
    points: usize,
    keys: Cow<'a, Category>,
    at: Vec<i64>,
    kinds: Option<Vec<Option<Kind>>>,
    customers: Option<&'a Column>,
    contacts: Option<Vec<bool>>,
    /// The series of each key, by kind, where they were looked up.
    numbers: Vec<[Option<u32>; 3]>,
}

impl Rows<'_> {
    /// Gives a row to a pulse, with the code of its rating, the hash of its id and whether that is known. `None` where it
    /// is not to be counted at all.
    fn give(
        &mut self,
        pulse: &mut Pulse,
        row: usize,
        code: usize,
        (id, is_known): (u64, bool),
    ) -> Option<Received> {
        if code > self.points + 2 {
            return None;
        }
        let key = self.keys.position(row);
        let Some((place, key)) = key.and_then(|place| Some((place, self.keys.values.get(place)?)))
        else {
            return Some(Received::Keyless);
        };
        if code >= self.points {
            return Some(if code == self.points { Received::Unrated } else { Received::Invalid });
        }
        let at = self.at.get(row).copied().unwrap_or_default();
        let received = pulse.admit(at, id, is_known);
        if received == Received::Counted {
            let kind = self.kinds.as_ref().and_then(|kinds| kinds.get(row).copied().flatten());
            let known = self.numbers.get_mut(place).and_then(|known| known.get_mut(slot(kind)));
            let number = match known {
                Some(Some(number)) => *number,
                Some(slot) => *slot.insert(pulse.number(key, kind)),
                None => pulse.number(key, kind),
            };
            let name = self.customers.and_then(|customers| customers.text(row));
            let name = name.as_deref();
            let arrival = Arrival {
                at,
                point: u8::try_from(code).unwrap_or(u8::MAX),
                id,
                customer: (name.map_or(NONE, hash_of), name),
                key_contact: self.contacts.as_ref().is_some_and(|c| c.get(row) == Some(&true)),
            };
            pulse.take(number, arrival);
        }
        Some(received)
    }
}

impl Pulse {
    /// Takes in a table of responses, one in each row, in any order: the columns that have the roles `rating` and `at`
    /// (a time, or milliseconds since 1970; wall-clock times are those of the pulse's zone), `customer`, `kind` and
    /// `signal` where there are such, and the columns of the options `by`, `id` and `key_contact`. Only solicited
    /// responses count. A table that fails adds nothing. Gives how many came, by what became of them.
    ///
    /// # Errors
    /// `missing-column`, `column-type`; `invalid-argument` with the row for a time, a kind or a key contact that is none;
    /// for ratings as [`observe`](Self::observe), with the row.
    pub fn observe_table(&mut self, responses: &Responses) -> Result<PulseCounts> {
        let options = self.options().clone();
        let scoring = Scoring::new(options.metric.clone()).pool().invalid(options.invalid);
        let frame = Frame::of(&scoring, responses)?;
        let roles = responses.roles();
        let keys = responses.require(&options.by)?.to_category();
        let at = responses.role("at", roles.at.as_deref())?;
        let at_name = roles.at.clone().unwrap_or_default();
        let at = instants(at, &self.zone).map_err(|error| error.at(&at_name))?;
        let kinds = match &roles.kind {
            Some(name) => Some(kinds_of(responses.require(name)?).map_err(|e| e.at(name))?),
            None => None,
        };
        let column =
            |name: &Option<String>| name.as_ref().map(|n| responses.require(n)).transpose();
        let ids = column(&options.id)?;
        let contacts = match (column(&options.key_contact)?, &options.key_contact) {
            (Some(column), Some(name)) => Some(flags(column).map_err(|error| error.at(name))?),
            _ => None,
        };
        let numbers = vec![[None; 3]; keys.values.len()];
        let customers = column(&roles.customer)?;
        let mut rows = Rows { points: frame.points, keys, at, kinds, customers, contacts, numbers };
        let mut counts = PulseCounts::default();
        for (part, codes) in frame.codes.chunks(AHEAD).enumerate() {
            let rows_of_part = || (part * AHEAD..).take(codes.len());
            let mut of_part = [NONE; AHEAD];
            if let Some(ids) = ids {
                for (id, row) in of_part.iter_mut().zip(rows_of_part()) {
                    *id = ids.text(row).map_or(NONE, |id| hash_of(&id));
                }
            }
            let known = of_part.map(|id| self.knows(id));
            for ((row, code), id) in rows_of_part().zip(codes).zip(of_part.into_iter().zip(known)) {
                if let Some(received) = rows.give(self, row, usize::from(*code), id) {
                    counts.add(received);
                }
            }
        }
        let mut more = counts;
        for ((_, count), (_, more)) in self.counts.each().into_iter().zip(more.each()) {
            *count += *more;
        }
        Ok(counts)
    }

    /// The state as of the last judgement, one row for each key and kind with responses in one of the two windows, a
    /// rule that stands or a key contact, in order: the key, `kind`, `n` (responses in the window), `voices` (customers
    /// among them; each response without one is one), `average`, `score` with `lower` and `upper` (95 %), `n_before` and
    /// `score_before` (of the window before), `change` with `change_lower` and `change_upper`, `last_rating` and
    /// `last_at` (milliseconds since 1970), `raised` (rules that stand, with commas between).
    ///
    /// # Errors
    /// `internal`, which is a defect of ours.
    pub fn to_table(&self) -> Result<Table> {
        let metric = &self.options.metric;
        let views = self.watched.sorted();
        let tally = |counts: &[u32]| {
            let counts = counts.iter().map(|count| u64::from(*count)).collect();
            Tally::from_counts(metric.scale().clone(), counts)
        };
        let mut scores = Vec::with_capacity(views.len());
        for view in &views {
            let (now, before) = (tally(view.now)?, tally(view.before)?);
            let score = Score::from_tally(&now, metric, Uncertainty::default())?;
            scores.push((score, Comparison::of(&before, &now, metric, Uncertainty::default())?));
        }
        let voices = self.voices();
        let voices = |view: &View<'_>| voices.get(&view.number).copied().unwrap_or_default();
        let interval = |score: &Score| score.interval;
        let mut table = Table::new();
        table.keys(&self.options.by, views.iter().map(|view| &view.series.key));
        table.texts("kind", views.iter().map(|view| view.series.kind.map(Kind::as_str)));
        table.ints("n", views.iter().map(|view| Some(u64::from(view.n))));
        table.ints("voices", views.iter().map(|view| Some(voices(view))));
        table.floats("average", views.iter().map(|view| self.judge.average(view)));
        table.floats("score", scores.iter().map(|(score, _)| score.value));
        table.floats("lower", scores.iter().map(|(score, _)| interval(score).map(|i| i.lower)));
        table.floats("upper", scores.iter().map(|(score, _)| interval(score).map(|i| i.upper)));
        table.ints("n_before", views.iter().map(|view| Some(u64::from(view.n_before))));
        table.floats("score_before", views.iter().map(|view| self.judge.scores(view).1));
        table.floats("change", scores.iter().map(|(_, change)| change.difference));
        table.floats("change_lower", scores.iter().map(|(_, c)| c.interval.map(|i| i.lower)));
        table.floats("change_upper", scores.iter().map(|(_, c)| c.interval.map(|i| i.upper)));
        let points = metric.scale().points();
        let last = |view: &View<'_>| {
            view.last.and_then(|(_, point)| points.get(usize::from(point)).copied())
        };
        table.floats("last_rating", views.iter().map(last));
        let last_at = views.iter().map(|view| view.last.map(|(at, _)| at));
        millis(&mut table, "last_at", last_at);
        table.texts("raised", views.iter().map(|view| Some(self.standing(view).join(","))));
        Ok(table)
    }

    /// Customers in the window by the numbers of series; each response without one is one.
    fn voices(&self) -> HashMap<u32, u64> {
        let records = self.days.between(self.bounds.start, i64::MAX);
        let mut all: Vec<(u32, u64)> = records.map(|record| (record.series, record.who)).collect();
        all.sort_unstable();
        all.dedup_by(|a, b| a == b && a.1 != NONE);
        let mut voices = HashMap::new();
        for (series, _) in all {
            *voices.entry(series).or_default() += 1;
        }
        voices
    }

    /// The rules that stand, in their order.
    fn standing(&self, view: &View<'_>) -> Vec<&str> {
        let rules = self.options.rules.iter().enumerate();
        rules.filter(|(rule, _)| view.is_raised(*rule)).map(|(_, rule)| rule.id.as_str()).collect()
    }

    /// Alerts as a table, one row for each: the key, `kind`, `rule`, `status` (`raised` or `cleared`), `severity`, `at` and
    /// `raised_at` (milliseconds since 1970), `measure`, `value`, `level`, `probability`, `n`, `n_before`, `customers`
    /// (with commas between), `why` (a sentence).
    ///
    /// ```
    /// use heedful::pulse::{Observation, Pulse, PulseOptions};
    /// let rules = r#"{"rules": [{"id": "low", "when": {"score": {"below": 0}}}]}"#;
    /// let mut pulse = Pulse::new(PulseOptions::from_json(rules)?)?;
    /// pulse.observe(&Observation::new("acme", 2.0, 0))?;
    /// let alerts = pulse.judge(1000)?;
    /// let table = pulse.alerts_table(&alerts);
    /// assert_eq!((table.len(), table.columns()[0].name.as_str()), (1, "account"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn alerts_table(&self, alerts: &[PulseAlert]) -> Table {
        let mut table = Table::new();
        let each = || alerts.iter();
        table.keys(&self.options.by, each().map(|alert| &alert.key));
        table.texts("kind", each().map(|alert| alert.kind.map(Kind::as_str)));
        table.texts("rule", each().map(|alert| Some(alert.rule.as_str())));
        table.texts("status", each().map(|alert| Some(alert.status.as_str())));
        table.texts("severity", each().map(|alert| Some(alert.severity.as_str())));
        millis(&mut table, "at", each().map(|alert| Some(alert.at)));
        millis(&mut table, "raised_at", each().map(|alert| Some(alert.raised_at)));
        table.texts("measure", each().map(|alert| Some(alert.measure)));
        table.floats("value", each().map(|alert| alert.value));
        table.floats("level", each().map(|alert| Some(alert.level)));
        table.floats("probability", each().map(|alert| alert.probability));
        table.ints("n", each().map(|alert| Some(u64::from(alert.n))));
        table.ints("n_before", each().map(|alert| Some(u64::from(alert.n_before))));
        table.texts("customers", each().map(|alert| Some(alert.customers.join(","))));
        table.texts("why", each().map(|alert| Some(alert.explain())));
        table
    }
}

fn millis(table: &mut Table, name: &str, values: impl Iterator<Item = Option<i64>>) {
    table.push(name, crate::base::table::Data::Int(values.collect()));
}

fn flags(column: &Column) -> Result<Vec<bool>> {
    let flag = |row: usize| match column.key(row) {
        Key::Missing | Key::Bool(false) | Key::Int(0) => Ok(false),
        Key::Bool(true) | Key::Int(1) => Ok(true),
        Key::Float(value) if value == 0.0 || value == 1.0 => Ok(value == 1.0),
        Key::Text(text) if &*text == "true" || &*text == "false" => Ok(&*text == "true"),
        _ => {
            Err(Error::new(ErrorCode::InvalidArgument, "expected true or false").on_row(row as u64))
        }
    };
    (0..column.len()).map(flag).collect()
}
