//! Attributes and periods as positions, and groups made of them.

use std::ops::Range;
use std::sync::Arc;

use arrow_buffer::NullBuffer;

use super::DENSE_LIMIT;
use super::address::Address;
use super::block::{each_null, each_pair};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::time::{Clock, Every, Zone};
use crate::interpret::codes;
use crate::listen::column::{Category, Column, Keys, Times, each_type};

/// One dimension of the groups: an attribute or the period.
pub(crate) struct Dimension<'a> {
    positions: Positions<'a>,
    validity: Option<&'a NullBuffer>,
    /// How many positions there are, the last one for missing.
    pub(super) card: usize,
    /// The key of each position but the last.
    values: Arc<Vec<Key>>,
}

enum Positions<'a> {
    Keys(&'a Keys),
    Owned(Keys),
    Periods(Periods<'a>),
}

struct Periods<'a> {
    times: &'a Times,
    zone: &'a Zone,
    every: Every,
    first: i32,
    /// Position of each day from `first_day`, where the days are few enough to list.
    days: Vec<u32>,
    first_day: i32,
}

impl<'a> Dimension<'a> {
    /// The values of a column.
    ///
    /// # Errors
    /// `column-type` for a column of times: periods are what times are grouped by.
    pub(crate) fn of_column(column: &'a Column) -> Result<Self> {
        let (positions, validity, values) = match column {
            Column::Category(Category { keys, validity, values }) => {
                (Positions::Keys(keys), validity.as_ref(), Arc::clone(values))
            }
            Column::Time(_) => {
                return Err(Error::new(
                    ErrorCode::ColumnType,
                    "the column holds times, which make no groups: name it as `at` and set `every`",
                ));
            }
            other => {
                let mut category = other.to_category().into_owned();
                if let (Keys::U32(keys), Some(validity)) = (&category.keys, &category.validity) {
                    // Owned positions carry their missing rows along.
                    let keys = keys.iter().enumerate();
                    let marked =
                        keys.map(|(i, k)| if validity.is_valid(i) { *k } else { u32::MAX });
                    category.keys = Keys::U32(marked.collect());
                }
                (Positions::Owned(category.keys), None, category.values)
            }
        };
        Ok(Self { positions, validity, card: values.len() + 1, values })
    }

    /// The periods of a column of times.
    pub(crate) fn of_periods(times: &'a Times, every: Every, zone: &'a Zone) -> Self {
        let mut clock = zone.clock();
        let mut range: Option<(i64, i64)> = None;
        let valid = |row| times.validity.as_ref().is_none_or(|v| v.is_valid(row));
        for (row, value) in times.values.iter().enumerate() {
            if valid(row) {
                let (low, high) = range.get_or_insert((*value, *value));
                *low = (*low).min(*value);
                *high = (*high).max(*value);
            }
        }
        let mut day = |value: i64| match times.clock {
            Clock::Wall => times.unit.day(value),
            Clock::Instant => clock.local_day(times.unit.seconds(value)),
        };
        // Zones can turn clocks back across midnight, so a day of slack on either side.
        let (first_day, last_day) = range.map_or((0, 0), |(low, high)| {
            (day(low).saturating_sub(1), day(high).saturating_add(1))
        });
        let first = every.index_of_day(first_day);
        let last = every.index_of_day(last_day);
        let span = |a: i32, b: i32| usize::try_from(i64::from(b) - i64::from(a) + 1).unwrap_or(0);
        let position =
            |day: i32| u32::try_from(i64::from(every.index_of_day(day)) - i64::from(first));
        let days = if span(first_day, last_day) <= DENSE_LIMIT {
            (first_day..=last_day).map(|day| position(day).unwrap_or(u32::MAX)).collect()
        } else {
            Vec::new()
        };
        let values = (first..=last).map(|index| Key::Date(every.first_day(index))).collect();
        Self {
            positions: Positions::Periods(Periods { times, zone, every, first, days, first_day }),
            validity: times.validity.as_ref(),
            card: span(first, last) + 1,
            values: Arc::new(values),
        }
    }

    /// The keys that positions stand for, in batches with the same dictionaries the same.
    pub(crate) fn values(&self) -> Arc<Vec<Key>> {
        Arc::clone(&self.values)
    }

    /// The key that a position stands for.
    pub(super) fn key(&self, position: usize) -> Key {
        self.values.get(position).cloned().unwrap_or(Key::Missing)
    }

    /// Slots become slot * card + position.
    pub(super) fn fill<A: Address>(&self, start: usize, out: &mut [A]) {
        let end = start + out.len();
        let card = A::of(self.card);
        match &self.positions {
            Positions::Keys(keys) => fill_keys(keys, start..end, card, out),
            Positions::Owned(keys) => fill_keys(keys, start..end, card, out),
            Positions::Periods(periods) => {
                let values = periods.times.values.get(start..end).unwrap_or_default();
                let mut clock = periods.zone.clock();
                let unit = periods.times.unit;
                for (out, value) in out.iter_mut().zip(values) {
                    let day = match periods.times.clock {
                        Clock::Wall => unit.day(*value),
                        Clock::Instant => clock.local_day(unit.seconds(*value)),
                    };
                    *out = out.then(card, A::position(periods.position(day)));
                }
            }
        }
        // A missing row may hold any position: put the last one in its place.
        each_null(self.validity, start, out.len(), |i| {
            if let Some(out) = out.get_mut(i) {
                *out = out.with_last(card);
            }
        });
    }
}

fn fill_keys<A: Address>(keys: &Keys, range: Range<usize>, card: A, out: &mut [A]) {
    // Positions that do not fit an address, negative ones among them, lie beyond any dictionary.
    each_type!(Keys, keys, keys => {
        each_pair(out, keys.get(range).unwrap_or_default(), |out, key| out.then(card, A::position(key)));
    });
}

impl Periods<'_> {
    fn position(&self, day: i32) -> u32 {
        let listed = usize::try_from(i64::from(day) - i64::from(self.first_day));
        if let Some(position) = listed.ok().and_then(|i| self.days.get(i)) {
            return *position;
        }
        u32::try_from(i64::from(self.every.index_of_day(day)) - i64::from(self.first))
            .unwrap_or(u32::MAX)
    }
}

/// The group of each row, numbered in order of first appearance, and the keys of each group. Keys
/// of different groups may be equal where a dictionary repeats a value.
pub(crate) fn groups(dimensions: &[Dimension<'_>], len: usize) -> (Vec<u32>, Vec<Vec<Key>>) {
    let mut rows = vec![0_u32; len];
    let mut keys = vec![Vec::new()];
    for dimension in dimensions {
        let mut positions = vec![0_u32; len];
        dimension.fill(0, &mut positions);
        let bound = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (joint, seen) =
            codes::pairs(&rows, positions.into_iter(), (bound(keys.len()), bound(dimension.card)));
        keys = seen
            .into_iter()
            .map(|(group, position)| {
                let mut key: Vec<Key> = keys.get(group as usize).cloned().unwrap_or_default();
                key.push(dimension.key(position as usize));
                key
            })
            .collect();
        rows = joint;
    }
    (rows, keys)
}
