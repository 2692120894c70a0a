//! What customers were asked and what became of them, month by month.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::sorted::SortedMap;
use crate::base::time::{Clock, Every, Zone};
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::monitor::health::outcome::outcomes;
use crate::monitor::health::points::invalid;

/// A control with more names than this is an id.
const MOST_NAMES: usize = 50;

/// The outcome of each row.
#[derive(Debug)]
pub(in crate::act) struct Outcome {
    /// A yes or no as 100 and 0, so that effects are in points; another number as it is.
    pub(in crate::act) values: Vec<Option<f64>>,
    /// Whether it is a yes or no.
    pub(in crate::act) binary: bool,
}

impl Outcome {
    /// # Errors
    /// `column-type` for what is neither a yes or no nor a number.
    pub(in crate::act) fn of(table: &Responses, name: &str) -> Result<Self> {
        let column = table.require(name)?;
        let mut values = vec![None; table.len()];
        match outcomes(column, name) {
            Ok((rows, events)) => {
                for (row, event) in rows.into_iter().zip(events) {
                    if let Some(slot) = values.get_mut(row) {
                        *slot = Some(if event { 100.0 } else { 0.0 });
                    }
                }
                Ok(Self { values, binary: true })
            }
            Err(refused) => {
                for (row, slot) in values.iter_mut().enumerate() {
                    *slot = column.float(row).map_err(|_| refused.clone())?;
                }
                finite(&values, name)?;
                Ok(Self { values, binary: false })
            }
        }
    }

    pub(in crate::act) fn at(&self, row: usize) -> Option<f64> {
        self.values.get(row).copied().flatten()
    }
}

/// The numbers of a column.
///
/// # Errors
/// `column-type`, and `invalid-argument` with the row for an infinite one.
pub(in crate::act) fn numbers(table: &Responses, name: &str) -> Result<Vec<Option<f64>>> {
    let column = table.require(name)?;
    let read = (0..table.len()).map(|row| column.float(row)).collect::<Result<Vec<_>>>();
    let values = read.map_err(|error| error.at(name))?;
    finite(&values, name)?;
    Ok(values)
}

fn finite(values: &[Option<f64>], name: &str) -> Result<()> {
    match values.iter().position(|value| value.is_some_and(f64::is_infinite)) {
        Some(row) => Err(invalid("an infinite number").at(name).on_row(row as u64)),
        None => Ok(()),
    }
}

/// Controls as numbers: a column of names becomes one of 0 and 1 for each name but the first.
///
/// # Errors
/// `missing-column`; `column-type` for times and for names of which there are more than 50.
pub(in crate::act) fn controls(
    table: &Responses,
    names: &[String],
) -> Result<Vec<Vec<Option<f64>>>> {
    let mut made = Vec::new();
    for name in names {
        let column = table.require(name)?;
        let keys: Vec<Key> = (0..table.len()).map(|row| column.key(row)).collect();
        if !keys.iter().any(|key| matches!(key, Key::Text(_) | Key::Bool(_))) {
            made.push(numbers(table, name)?);
            continue;
        }
        let mut known: Vec<&Key> = keys.iter().filter(|key| **key != Key::Missing).collect();
        known.sort();
        known.dedup();
        if known.len() > MOST_NAMES {
            let message = "a control has at most 50 names: this looks like an id";
            return Err(Error::new(ErrorCode::ColumnType, message).at(name));
        }
        for name in known.iter().skip(1) {
            let flag = |key: &Key| match key {
                Key::Missing => None,
                key => Some(if key == *name { 1.0 } else { 0.0 }),
            };
            made.push(keys.iter().map(flag).collect());
        }
    }
    Ok(made)
}

/// The month of each row: of times the calendar month in UTC, of whole numbers the number itself.
///
/// # Errors
/// `column-type` for anything else.
pub(in crate::act) fn months(table: &Responses, name: &str) -> Result<Vec<Option<i64>>> {
    let column = table.require(name)?;
    if let Column::Time(times) = column {
        let zone = Zone::utc();
        let mut clock = zone.clock();
        let month = |(row, value): (usize, &i64)| {
            let there = times.validity.as_ref().is_none_or(|valid| valid.is_valid(row));
            there.then(|| {
                let day = match times.clock {
                    Clock::Wall => times.unit.day(*value),
                    Clock::Instant => clock.local_day(times.unit.seconds(*value)),
                };
                i64::from(Every::Month.index_of_day(day))
            })
        };
        return Ok(times.values.iter().enumerate().map(month).collect());
    }
    let month = |row: usize| match column.key(row) {
        Key::Missing => Ok(None),
        Key::Int(month) => Ok(Some(month)),
        Key::Float(month) if month.fract() == 0.0 && month.abs() < 1e9 => Ok(Some(month as i64)),
        Key::Date(day) => Ok(Some(i64::from(Every::Month.index_of_day(day)))),
        _ => {
            let message = "a month is a time or a whole number";
            Err(Error::new(ErrorCode::ColumnType, message).at(name).on_row(row as u64))
        }
    };
    (0..table.len()).map(month).collect()
}

/// The number of each row's unit (a customer, an account), from 0; rows without one are units of their own. With the
/// number of units.
pub(in crate::act) fn units(column: Option<&Column>, rows: usize) -> (Vec<usize>, usize) {
    let Some(column) = column else { return ((0..rows).collect(), rows) };
    let mut known: SortedMap<Key, usize> = SortedMap::new();
    let mut count = 0;
    let mut next = || {
        count += 1;
        count - 1
    };
    let numbers = (0..rows)
        .map(|row| match column.key(row) {
            Key::Missing => next(),
            key => *known.entry(key).or_insert_with(&mut next),
        })
        .collect();
    (numbers, count)
}
