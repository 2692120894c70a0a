//! Customer data beside responses, as it was when each response was given.

use hashbrown::HashMap;
use serde::Serialize;

use super::column::{Column, Times};
use super::responses::Responses;
use crate::base::config::{self, names, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::order::sort_by;
use crate::base::time::Clock;
use crate::base::time::Zone;

/// What happens where two rows of customer data have the same key and nothing tells which counts.
///
/// ```
/// use heedful::{Column, Duplicates, Join, Responses};
/// let who = || Column::categories(["ada", "ada"].map(Some));
/// let responses = Responses::new().with("who", Column::categories([Some("ada")]))?;
/// let customers = Responses::new().with("who", who())?.with("plan", Column::categories(["free", "pro"].map(Some)))?;
/// let join = Join::new().on("who");
/// assert!(join.run(&responses, &customers).is_err());
/// let joined = join.duplicates(Duplicates::Last).run(&responses, &customers)?;
/// assert_eq!(joined.responses.column("plan").unwrap().key(0).to_string(), "pro");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It is an error that names the row.
    #[default]
    Error,
    /// The last row counts.
    Last,
}

names!(Duplicates { Error = "error", Last = "last" });

/// How customer data (plan, value, region) is joined onto responses.
///
/// Quick advice: where customer data has a history, name the column of the time from which a row
/// is valid: each response then gets what was true when it was given, not what is true now.
///
/// Without `on`, responses are joined by the column in the role `customer`; without `key`, the
/// customer data by its own column in that role, or else by the column of the same name. In JSON:
/// `{"on": "customer", "key": "id", "valid_from": "since", "columns": ["plan"], "duplicates":
/// "last", "time_zone": "Europe/Copenhagen"}`, every field optional.
///
/// ```
/// use heedful::{Column, Join, Responses};
///
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3]))?
///     .with("customer", Column::categories([Some("ada"), Some("bo")]))?
///     .rating("score").customer("customer");
/// let customers = Responses::new()
///     .with("id", Column::categories([Some("bo"), Some("cy")]))?
///     .with("plan", Column::categories([Some("pro"), Some("free")]))?;
/// let joined = Join::new().key("id").run(&responses, &customers)?;
/// assert_eq!((joined.matched, joined.unmatched, joined.unused), (1, 1, 1));
/// assert_eq!(joined.responses.column("plan").unwrap().key(1).to_string(), "pro");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default, deny_unknown_fields)
)]
pub struct Join {
    /// Column of responses that names the customer; the role `customer` where not set.
    on: Option<String>,
    /// Column of customer data that names the customer; the role `customer`, then as `on` where not set.
    key: Option<String>,
    /// Column of customer data: the time from which a row is valid.
    valid_from: Option<String>,
    /// Columns of customer data that are taken; all but key and time where not set.
    columns: Option<Vec<String>>,
    /// What happens where two rows are of the same customer (and time).
    duplicates: Duplicates,
    /// In which wall-clock times are read where the other side has instants.
    time_zone: Option<Zone>,
}

options!(Join, takes [on, key, valid_from, columns, duplicates, time_zone], from Self::new());

/// Responses with customer data, and how well the two fit.
///
/// Every response is in exactly one of `matched`, `unmatched`, `without_key`, `too_early` and
/// `without_time`; the new columns are missing in all but the matched ones.
///
/// ```
/// use heedful::{Column, Join, Responses};
/// let who = |names: [Option<&str>; 3]| Responses::new().with("who", Column::categories(names));
/// let responses = who([Some("ada"), Some("bo"), None])?;
/// let customers = who([Some("ada"), Some("cy"), Some("di")])?;
/// let joined = Join::new().on("who").find(&responses, &customers)?;
/// assert_eq!((joined.matched, joined.unmatched, joined.without_key, joined.unused), (1, 1, 1, 2));
/// assert_eq!(joined.rows, [Some(0), None, None]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // more may be told about a join
pub struct Joined {
    /// The responses, in their order, with the new columns.
    #[serde(skip)]
    pub responses: Responses,
    /// For each response the row of customer data that it found.
    #[serde(skip)]
    pub rows: Vec<Option<usize>>,
    /// Responses that found their customer.
    pub matched: u64,
    /// Responses whose customer is not in the customer data.
    pub unmatched: u64,
    /// Responses without a customer.
    pub without_key: u64,
    /// Responses from before the first row of their customer was valid.
    pub too_early: u64,
    /// Responses without a time, where rows are valid from a time.
    pub without_time: u64,
    /// Rows of customer data that gave way to a later one with the same key (and time).
    pub duplicates: u64,
    /// Rows of customer data without a key.
    pub keyless: u64,
    /// Customers that no response matched.
    pub unused: u64,
}

impl Join {
    /// By the role `customer`, all columns, no history.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads options from JSON.
    ///
    /// ```
    /// use heedful::{Duplicates, Join, Zone};
    /// let json = r#"{"on": "customer", "key": "id", "valid_from": "since", "columns": ["plan"], "duplicates": "last",
    ///     "time_zone": "+01:00"}"#;
    /// let join = Join::new().on("customer").key("id").valid_from("since").columns(["plan"]);
    /// assert_eq!(Join::from_json(json)?, join.duplicates(Duplicates::Last).time_zone(Zone::named("+01:00")?));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The column of responses that names the customer.
    #[must_use]
    pub fn on(mut self, column: impl Into<String>) -> Self {
        self.on = Some(column.into());
        self
    }

    /// The column of customer data that names the customer.
    #[must_use]
    pub fn key(mut self, column: impl Into<String>) -> Self {
        self.key = Some(column.into());
        self
    }

    /// The column of times from which a row of customer data is valid, that time included, until
    /// the customer's next row is. A row without a time is valid from the beginning.
    ///
    /// ```
    /// use heedful::{Clock, Column, Join, Responses, TimeUnit, Times};
    /// let days = |days: Vec<i64>| {
    ///     Column::Time(Times { values: days.into_iter().map(|d| d * 86_400).collect(), validity: None, unit: TimeUnit::Second, clock: Clock::Wall })
    /// };
    /// let responses = Responses::new()
    ///     .with("customer", Column::categories(["ada", "ada"].map(Some)))?
    ///     .with("at", days(vec![10, 30]))?
    ///     .customer("customer")
    ///     .at("at");
    /// let history = Responses::new()
    ///     .with("customer", Column::categories(["ada", "ada"].map(Some)))?
    ///     .with("plan", Column::categories(["free", "pro"].map(Some)))?
    ///     .with("since", days(vec![0, 20]))?;
    /// // On day 10 she was on the free plan still.
    /// let joined = Join::new().valid_from("since").run(&responses, &history)?.responses;
    /// assert_eq!([0, 1].map(|row| joined.column("plan").unwrap().key(row).to_string()), ["free", "pro"]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn valid_from(mut self, column: impl Into<String>) -> Self {
        self.valid_from = Some(column.into());
        self
    }

    /// The columns that are joined; all but key and time where not set.
    #[must_use]
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// What happens to rows with the same key (and time).
    #[must_use]
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// The zone in which wall-clock times are read where the other side has instants.
    #[must_use]
    pub fn time_zone(mut self, zone: Zone) -> Self {
        self.time_zone = Some(zone);
        self
    }

    /// Joins.
    ///
    /// # Errors
    /// `missing-column`; `duplicate-column` where the responses have a column of that name;
    /// `duplicate-key` with the row of customer data; `column-type` where the keys of the two sides
    /// can never be equal (numbers and texts), or times are no times; `date-mixed` where one side
    /// has instants, the other wall-clock times, and no zone is set.
    pub fn run(&self, responses: &Responses, customers: &Responses) -> Result<Joined> {
        let (mut joined, key) = self.matched(responses, customers)?;
        let taken: Vec<&str> = match &self.columns {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => {
                let names = customers.columns().iter().map(|(name, _)| name.as_str());
                names.filter(|n| *n != key && Some(*n) != self.valid_from.as_deref()).collect()
            }
        };
        for name in taken {
            let column = customers.require(name)?.gather(&joined.rows);
            joined.responses = joined.responses.with(name, column)?;
        }
        Ok(joined)
    }

    /// As [`run`](Self::run), but takes no columns: for hosts that have [`rows`](Joined::rows) of their own to join.
    ///
    /// ```
    /// use heedful::{Column, Join, Responses};
    /// let responses = Responses::new().with("who", Column::categories([Some("bo"), Some("ada")]))?;
    /// let customers = Responses::new().with("who", Column::categories([Some("ada"), Some("bo")]))?;
    /// let joined = Join::new().on("who").find(&responses, &customers)?;
    /// assert_eq!((joined.rows, joined.responses), (vec![Some(1), Some(0)], responses));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn find(&self, responses: &Responses, customers: &Responses) -> Result<Joined> {
        self.matched(responses, customers).map(|(joined, _)| joined)
    }

    /// The join without columns, and the name of the key.
    fn matched(&self, responses: &Responses, customers: &Responses) -> Result<(Joined, String)> {
        let roles = responses.roles();
        let on = self.on.as_deref().or(roles.customer.as_deref());
        let on_column = responses.role("customer", on)?;
        let on = on.unwrap_or_default();
        let key = self.key.as_deref().or(customers.roles().customer.as_deref()).unwrap_or(on);
        let key_column = customers.require(key)?;
        same_type(on_column, key_column).map_err(|e| e.at(key))?;
        let (asked, since) = self.times(responses, customers)?;

        let mut history = History::default();
        let keys = Column::Category(key_column.to_category().into_owned());
        for row in 0..customers.len() {
            // What has no time is valid from the beginning.
            let since = since.get(row).copied().flatten().unwrap_or(i128::MIN);
            history.add(keys.key(row), since, row);
        }
        let duplicates = history.sort();
        if let (Duplicates::Error, Some(row)) = (self.duplicates, history.duplicate) {
            let message = match self.valid_from {
                None => "two rows have this key",
                Some(_) => "two rows have this key and are valid from the same time",
            };
            return Err(Error::new(ErrorCode::DuplicateKey, message).at(key).on_row(row as u64));
        }

        let mut joined = Joined {
            responses: responses.clone(),
            rows: Vec::new(),
            matched: 0,
            unmatched: 0,
            without_key: 0,
            too_early: 0,
            without_time: 0,
            duplicates,
            keyless: history.keyless,
            unused: 0,
        };
        let keys = Column::Category(on_column.to_category().into_owned());
        joined.rows = (0..responses.len())
            .map(|row| {
                let key = keys.key(row);
                if key == Key::Missing {
                    joined.without_key += 1;
                    return None;
                }
                let Some(customer) = history.customers.get_mut(&key) else {
                    joined.unmatched += 1;
                    return None;
                };
                let at = match &self.valid_from {
                    None => i128::MAX,
                    Some(_) => match asked.get(row).copied().flatten() {
                        Some(at) => at,
                        None => {
                            joined.without_time += 1;
                            return None;
                        }
                    },
                };
                let valid = customer.rows.partition_point(|(since, _)| *since <= at);
                let Some((_, row)) = valid.checked_sub(1).and_then(|last| customer.rows.get(last))
                else {
                    joined.too_early += 1;
                    return None;
                };
                customer.used = true;
                joined.matched += 1;
                Some(*row)
            })
            .collect();
        joined.unused = history.customers.values().filter(|c| !c.used).count() as u64;
        Ok((joined, key.to_owned()))
    }

    /// When responses were given and when customer data became valid, on one clock, in
    /// nanoseconds; nothing where it does not matter.
    fn times(&self, responses: &Responses, customers: &Responses) -> Result<(Moments, Moments)> {
        let Some(valid_from) = &self.valid_from else { return Ok((Vec::new(), Vec::new())) };
        let at = responses.roles().at.as_deref();
        let asked = responses.role("at", at)?.times(at.unwrap_or_default())?;
        let since = customers.require(valid_from)?.times(valid_from)?;
        let zone = match (asked.clock == since.clock, &self.time_zone) {
            (true, _) => None,
            (false, Some(zone)) => Some(zone),
            (false, None) => {
                return Err(Error::new(
                    ErrorCode::DateMixed,
                    "one side has times with an offset from UTC, the other without: set `time_zone`",
                )
                .at(valid_from));
            }
        };
        Ok((nanoseconds(asked, zone), nanoseconds(since, zone)))
    }
}

config::written!(Join, r#"{"on": "customer", "columns": ["plan"], "duplicates": "last"}"#);

/// Nanoseconds by row.
type Moments = Vec<Option<i128>>;

/// With a zone, instants as the clocks there showed them.
fn nanoseconds(times: &Times, zone: Option<&Zone>) -> Moments {
    let mut clock = zone.filter(|_| times.clock == Clock::Instant).map(Zone::clock);
    let scale = 1_000_000_000 / i128::from(times.unit.per_second());
    let read = |(row, value): (usize, &i64)| {
        if times.validity.as_ref().is_some_and(|validity| validity.is_null(row)) {
            return None;
        }
        let seconds = times.unit.seconds(*value);
        let offset = clock.as_mut().map_or(0, |clock| clock.offset(seconds));
        Some(i128::from(*value) * scale + i128::from(offset) * 1_000_000_000)
    };
    times.values.iter().enumerate().map(read).collect()
}

/// Keys of different kinds never match, and a join without a match would look like bad data.
fn same_type(on: &Column, key: &Column) -> Result<()> {
    let sample = |column: &Column| {
        (0..column.len()).map(|row| column.key(row)).find(|key| *key != Key::Missing)
    };
    let text = |key: &Key| matches!(key, Key::Text(_));
    match (sample(on), sample(key)) {
        (Some(a), Some(b)) if text(&a) != text(&b) => Err(Error::new(
            ErrorCode::ColumnType,
            "the keys are texts on one side and numbers on the other",
        )),
        _ => Ok(()),
    }
}

/// The rows of each customer by time.
#[derive(Default)]
struct History {
    customers: HashMap<Key, Customer>,
    keyless: u64,
    /// The first row that has the same key and time as another.
    duplicate: Option<usize>,
}

#[derive(Default)]
struct Customer {
    rows: Vec<(i128, usize)>,
    used: bool,
}

impl History {
    fn add(&mut self, key: Key, since: i128, row: usize) {
        if key == Key::Missing {
            self.keyless += 1;
        } else {
            self.customers.entry(key).or_default().rows.push((since, row));
        }
    }

    /// Orders each customer's rows by time, then by row, so that the last one counts. How many have
    /// the key and time of another.
    fn sort(&mut self) -> u64 {
        let mut duplicates = 0;
        for customer in self.customers.values_mut() {
            sort_by(&mut customer.rows, Ord::cmp);
            for (one, other) in customer.rows.iter().zip(customer.rows.iter().skip(1)) {
                if one.0 == other.0 {
                    duplicates += 1;
                    let first = self.duplicate.get_or_insert(other.1);
                    *first = other.1.min(*first);
                }
            }
        }
        duplicates
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::time::TimeUnit;

    fn names(values: &[&str]) -> Column {
        Column::categories(values.iter().map(|v| (!v.is_empty()).then_some(*v)))
    }

    fn at(values: &[Option<i64>], unit: TimeUnit, clock: Clock) -> Column {
        let present: Vec<bool> = values.iter().map(Option::is_some).collect();
        Column::Time(Times {
            values: values.iter().map(|v| v.unwrap_or(77)).collect(),
            validity: Some(present.into()),
            unit,
            clock,
        })
    }

    fn table(columns: Vec<(&str, Column)>) -> Responses {
        columns.into_iter().fold(Responses::new(), |t, (name, c)| t.with(name, c).unwrap())
    }

    fn texts(responses: &Responses, column: &str) -> Vec<String> {
        let column = responses.column(column).unwrap();
        (0..responses.len()).map(|row| column.key(row).to_string()).collect()
    }

    #[test]
    fn responses_get_what_was_true_at_their_time() {
        let (ms, s, wall) = (TimeUnit::Millisecond, TimeUnit::Second, Clock::Wall);
        let asked =
            [Some(999), Some(1000), Some(4999), Some(5000), None, Some(1), Some(1), Some(1)];
        let responses = table(vec![
            ("who", names(&["a", "a", "a", "a", "a", "", "b", "z"])),
            ("when", at(&asked, ms, wall)),
        ])
        .customer("who")
        .at("when");
        let customers = table(vec![
            ("who", names(&["a", "b", "a", "c", ""])),
            ("since", at(&[Some(5), None, Some(1), Some(1), Some(1)], s, wall)),
            ("plan", names(&["new", "old", "old", "x", "y"])),
            ("worth", Column::numbers(vec![5.0, 6.0, 7.0, 8.0, 9.0])),
            ("note", Column::texts([Some("n1"), Some("n2"), Some("n3"), None, None])),
        ]);
        let joined = Join::new().valid_from("since").run(&responses, &customers).unwrap();
        let missing = "(missing)";
        let plans = [missing, "old", "old", "new", missing, missing, "old", missing];
        assert_eq!(texts(&joined.responses, "plan"), plans);
        assert_eq!(texts(&joined.responses, "worth")[1..4], ["7", "7", "5"]);
        assert_eq!(texts(&joined.responses, "note")[3], "n1");
        assert_eq!(joined.responses.columns().len(), 5);
        assert_eq!(joined.responses.roles(), responses.roles());
        let counts = (joined.matched, joined.unmatched, joined.without_key, joined.too_early);
        assert_eq!((counts, joined.without_time), ((4, 1, 1, 1), 1));
        assert_eq!((joined.duplicates, joined.keyless, joined.unused), (0, 1, 1));
    }

    #[test]
    fn duplicate_keys_are_an_error_unless_the_last_counts() {
        let responses = table(vec![("who", names(&["a", "b"]))]).customer("who");
        let customers = table(vec![
            ("id", names(&["b", "a", "a", "b", "a"])),
            ("plan", names(&["1", "2", "3", "4", "5"])),
        ]);
        let join = Join::new().key("id");
        let error = join.run(&responses, &customers).unwrap_err();
        let place = (error.code(), error.path(), error.row());
        assert_eq!(place, (ErrorCode::DuplicateKey, "id", Some(2)));
        let joined = join.duplicates(Duplicates::Last).run(&responses, &customers).unwrap();
        assert_eq!(texts(&joined.responses, "plan"), ["5", "4"]);
        assert_eq!((joined.matched, joined.duplicates, joined.unused), (2, 3, 0));
    }

    #[test]
    fn clocks_meet_in_a_zone() {
        let responses = table(vec![
            ("who", names(&["a", "a"])),
            // 22:59 and 23:00 in UTC on 31 December 1969: midnight an hour east of it.
            ("when", at(&[Some(-3601), Some(-3600)], TimeUnit::Second, Clock::Instant)),
        ])
        .customer("who")
        .at("when");
        let customers = table(vec![
            ("who", names(&["a"])),
            ("since", at(&[Some(0)], TimeUnit::Second, Clock::Wall)),
            ("plan", names(&["new"])),
        ]);
        let join = Join::new().valid_from("since");
        let error = join.run(&responses, &customers).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::DateMixed, "since"));
        let zone = Zone::fixed(3600).unwrap();
        let joined = join.time_zone(zone).run(&responses, &customers).unwrap();
        assert_eq!(texts(&joined.responses, "plan"), ["(missing)", "new"]);
    }

    #[test]
    fn what_cannot_be_joined_is_an_error() {
        let responses = table(vec![("who", names(&["a"])), ("plan", names(&["x"]))]);
        let customers = table(vec![("who", names(&["a"])), ("plan", names(&["y"]))]);
        let code = |join: &Join, customers: &Responses| {
            let error = join.run(&responses, customers).unwrap_err();
            (error.code(), error.path().to_owned())
        };
        let on = Join::new().on("who");
        assert_eq!(code(&Join::new(), &customers).0, ErrorCode::MissingColumn);
        assert_eq!(code(&on, &customers), (ErrorCode::DuplicateColumn, "plan".to_owned()));
        let numbers = table(vec![("who", Column::numbers(vec![1_u8]))]);
        assert_eq!(code(&on, &numbers), (ErrorCode::ColumnType, "who".to_owned()));
        let bad = on.clone().columns(["region"]);
        assert_eq!(code(&bad, &customers), (ErrorCode::MissingColumn, "region".to_owned()));
        let json = Join::from_json(r#"{"on": "who", "columns": ["region"]}"#).unwrap();
        assert_eq!(json, bad);
        assert_eq!(Join::from_json(r#"{"by": "who"}"#).unwrap_err().path(), "by");
    }

    proptest! {
        /// Against a search of all rows for each response.
        #[test]
        fn agrees_with_a_search(
            responses in prop::collection::vec((0..5_u8, 0..9_i64), 0..30),
            customers in prop::collection::vec((0..5_u8, 0..9_i64), 0..30),
        ) {
            let times = |rows: &[(u8, i64)]| {
                let times: Vec<_> = rows.iter().map(|r| Some(r.1)).collect();
                at(&times, TimeUnit::Second, Clock::Wall)
            };
            let ids = |rows: &[(u8, i64)]| {
                Column::categories(rows.iter().map(|r| Some(r.0.to_string())))
            };
            let plans = Column::numbers((0..customers.len() as u32).collect::<Vec<_>>());
            let left = table(vec![("id", ids(&responses)), ("at", times(&responses))]);
            let right =
                table(vec![("id", ids(&customers)), ("from", times(&customers)), ("row", plans)]);
            let join = Join::new().on("id").valid_from("from").duplicates(Duplicates::Last);
            let joined = join.run(&left.at("at"), &right).unwrap();
            for (row, (id, at)) in responses.iter().enumerate() {
                let valid = customers.iter().enumerate().filter(|(_, c)| c.0 == *id && c.1 <= *at);
                let expected = valid.max_by_key(|(row, c)| (c.1, *row));
                let expected = expected.map_or(Key::Missing, |(row, _)| Key::Int(row as i64));
                prop_assert_eq!(joined.responses.column("row").unwrap().key(row), expected);
            }
        }
    }
}
