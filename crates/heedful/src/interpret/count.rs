//! The counting kernel: ratings and group keys in columns become counts per group and point.
//!
//! Rows are taken in blocks that fit the first-level cache. For each block a rating becomes a code
//! (the index of its point, or one of four special codes), the keys become one slot number, and the
//! pair addresses a counter. Each step is a simple loop over one column, so any combination of
//! column types costs no more code than their sum. Where 16 bits can address all counters they do: a vector
//! holds twice as many, and a table that has all of them needs no check of bounds.

use arrow_buffer::NullBuffer;

use super::codes;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::scale::{Reading, Scale};
use crate::base::tally::Tally;
use crate::base::time::Clock;
use crate::base::time::{Every, Zone};
use crate::listen::column::{Category, Column, Keys, Numbers, Primitive, Times, each_type};

/// Rows in a block: codes and addresses of a block take at most 10 kB.
const BLOCK: usize = 2048;
/// Copies of the counters that rows take in turn, so that a row does not wait for the counter that the row
/// before changed; only of so few counters that the copies stay in the first-level cache.
const COPIES: usize = 4;
const MOST_COPIED: usize = 1024;
/// Counters that 16 bits can address.
const NARROW: usize = 1 << 16;
/// Counters beyond which groups are found by hashing instead of by position.
const DENSE_LIMIT: usize = 1 << 22;

/// Turns the ratings of one column into codes.
pub(crate) struct Coder<'a> {
    source: Source<'a>,
    validity: Option<&'a NullBuffer>,
    points: u8,
}

enum Source<'a> {
    /// A code for each of the 256 values; and the first point where codes are the bytes less that point
    /// and all other bytes are out of range, which takes no table.
    Bytes(&'a [u8], Box<[u8; 256]>, Option<u8>),
    Numbers(&'a Numbers, &'a Scale, Option<i64>),
    /// Labels: a code for each entry of the dictionary.
    Labels(&'a Keys, Vec<u8>),
    Owned(Vec<u8>),
}

impl<'a> Coder<'a> {
    /// # Errors
    /// `column-type` for a column of times.
    pub(crate) fn new(column: &'a Column, scale: &'a Scale, missing: &[String]) -> Result<Self> {
        let points = u8::try_from(scale.points().len())
            .map_err(|_| Error::new(ErrorCode::Internal, "a scale has too many points"))?;
        let code = |reading| code_of(reading, points);
        let read = |text: &str| {
            let text = text.trim();
            if text.is_empty() || missing.iter().any(|token| token == text) {
                return Reading::Missing;
            }
            scale.read(text).map_or(Reading::Invalid, |value| scale.classify(value))
        };
        let (source, validity) = match column {
            Column::Number(Numbers::U8(values), validity) => {
                let mut table = Box::new([0; 256]);
                for (value, entry) in (0..=u8::MAX).zip(table.iter_mut()) {
                    *entry = code(scale.classify(f64::from(value)));
                }
                let first = (0..=u8::MAX).find(|first| {
                    let steps = (0..=u8::MAX).map(|value| step(value, *first, points));
                    steps.eq(table.iter().copied())
                });
                (Source::Bytes(values, table, first), validity.as_ref())
            }
            Column::Number(numbers, validity) => {
                (Source::Numbers(numbers, scale, scale.first_of_consecutive()), validity.as_ref())
            }
            Column::Category(category) => {
                let codes = category.values.iter().map(|value| {
                    code(match value {
                        Key::Text(text) => read(text),
                        Key::Int(value) => scale.classify(*value as f64),
                        Key::Float(value) => scale.classify(*value),
                        Key::Bool(value) => scale.classify(f64::from(u8::from(*value))),
                        Key::Missing => Reading::Missing,
                        Key::Date(_) => Reading::Invalid,
                    })
                });
                (Source::Labels(&category.keys, codes.collect()), category.validity.as_ref())
            }
            Column::Text(texts) => {
                let codes = texts.iter().map(|text| code(text.map_or(Reading::Missing, read)));
                (Source::Owned(codes.collect()), None)
            }
            Column::Time(_) => {
                return Err(Error::new(
                    ErrorCode::ColumnType,
                    "the column holds times, not ratings",
                ));
            }
        };
        Ok(Self { source, validity, points })
    }

    /// Codes that a counter table needs room for.
    pub(crate) fn stride(&self) -> usize {
        usize::from(self.points) + 4
    }

    fn fill(&self, start: usize, out: &mut [u8]) {
        let end = start + out.len();
        let missing = code_of(Reading::Missing, self.points);
        match &self.source {
            Source::Bytes(values, table, first) => {
                let pairs = out.iter_mut().zip(values.get(start..end).unwrap_or_default());
                if let Some(first) = *first {
                    for (out, value) in pairs {
                        *out = step(*value, first, self.points);
                    }
                } else {
                    for (out, value) in pairs {
                        #[expect(clippy::indexing_slicing, reason = "256 entries for a byte")]
                        {
                            *out = table[usize::from(*value)];
                        }
                    }
                }
            }
            Source::Numbers(numbers, scale, first) => each_type!(Numbers, numbers, values => {
                let values = values.get(start..end).unwrap_or_default();
                fill_numbers(values, scale, *first, self.points, out);
            }),
            Source::Labels(keys, codes) => each_type!(Keys, keys, keys => {
                for (out, key) in out.iter_mut().zip(keys.get(start..end).unwrap_or_default()) {
                    *out = codes.get(key.position()).copied().unwrap_or(missing);
                }
            }),
            Source::Owned(codes) => out.copy_from_slice(codes.get(start..end).unwrap_or_default()),
        }
        each_null(self.validity, start, out.len(), |i| {
            if let Some(out) = out.get_mut(i) {
                *out = missing;
            }
        });
    }

    /// The code of every row; rows that are left out have the last one, [`stride`](Self::stride) - 1.
    pub(crate) fn codes(&self, len: usize, mask: Option<&[bool]>) -> Vec<u8> {
        let mut codes = vec![0; len];
        fill_codes(self, 0, &mut codes, mask);
        codes
    }

    /// How many points there are; codes from here on are no ratings.
    pub(crate) fn points(&self) -> u8 {
        self.points
    }

    /// Where the rating of one row stands.
    pub(crate) fn reading(&self, row: usize) -> Reading {
        let mut code = [0];
        self.fill(row, &mut code);
        reading_of(code[0], self.points)
    }
}

/// The code of a byte on a scale of consecutive points.
#[inline]
fn step(value: u8, first: u8, points: u8) -> u8 {
    let steps = value.wrapping_sub(first);
    if steps < points { steps } else { points + 2 }
}

fn fill_numbers<T: Primitive>(
    values: &[T],
    scale: &Scale,
    first: Option<i64>,
    points: u8,
    out: &mut [u8],
) {
    for (out, value) in out.iter_mut().zip(values) {
        let value = value.float();
        if let Some(first) = first {
            let steps = value - first as f64;
            #[expect(clippy::cast_possible_truncation, reason = "saturates, and is compared back")]
            let whole = steps as i32;
            if f64::from(whole) == steps && whole >= 0 && whole < i32::from(points) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 249"
                )]
                {
                    *out = whole as u8;
                }
                continue;
            }
        }
        *out = code_of(scale.classify(value), points);
    }
}

/// Codes after the points: missing, invalid, out of range, and rows that are left out.
fn code_of(reading: Reading, points: u8) -> u8 {
    match reading {
        #[expect(clippy::cast_possible_truncation, reason = "an index of at most 250 points")]
        Reading::Point(index) => index as u8,
        Reading::Missing => points,
        Reading::Invalid => points + 1,
        Reading::OutOfRange => points + 2,
    }
}

/// What a code means where there are this many points.
pub(crate) fn reading_of(code: u8, points: u8) -> Reading {
    match code.checked_sub(points) {
        None => Reading::Point(usize::from(code)),
        Some(0) => Reading::Missing,
        Some(1) => Reading::Invalid,
        Some(_) => Reading::OutOfRange,
    }
}

/// Calls `act` with the place in the block of each row without a value.
fn each_null(validity: Option<&NullBuffer>, start: usize, len: usize, mut act: impl FnMut(usize)) {
    let Some(validity) = validity.filter(|v| v.null_count() > 0) else { return };
    let block = validity.slice(start, len);
    if block.null_count() > 0 {
        (0..len).filter(|i| block.is_null(*i)).for_each(&mut act);
    }
}

/// What addresses a counter: slots of groups first, in the end counters.
trait Address: Copy + Default {
    /// Counters at zero for addresses below `size`.
    fn table(size: usize) -> Vec<u32>;

    /// The greatest where it does not fit.
    fn of(value: usize) -> Self;

    /// A position in a dictionary; beyond any that counters can be addressed for where it does not fit.
    fn position(key: impl Primitive) -> Self;

    /// `self * card + position`, or the last position where there is no such.
    fn then(self, card: Self, position: Self) -> Self;

    /// The last position instead of the one there is.
    fn with_last(self, card: Self) -> Self;

    /// Adds 1 to the counter at each address.
    fn count(addresses: &[Self], table: &mut [u32]);

    fn index(self) -> usize;
}

macro_rules! address {
    ($type:ident, $position:ident, |$size:ident| $least:expr, |$addresses:ident, $table:ident| $count:expr) => {
        impl Address for $type {
            fn table($size: usize) -> Vec<u32> {
                vec![0; $least]
            }

            #[inline]
            fn of(value: usize) -> Self {
                Self::try_from(value).unwrap_or(Self::MAX)
            }

            #[inline]
            fn position(key: impl Primitive) -> Self {
                key.$position()
            }

            #[inline]
            fn then(self, card: Self, position: Self) -> Self {
                // Few enough counters do not wrap; where there are more, slots are filled one
                // dimension at a time.
                self.wrapping_mul(card).wrapping_add(position.min(card - 1))
            }

            #[inline]
            fn with_last(self, card: Self) -> Self {
                self - self % card + (card - 1)
            }

            #[inline]
            fn count($addresses: &[Self], $table: &mut [u32]) {
                $count
            }

            #[inline]
            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

address!(u16, position_u16, |_size| NARROW, |addresses, table| {
    let Some(table) = table.first_chunk_mut::<NARROW>() else { return };
    for address in addresses {
        #[expect(clippy::indexing_slicing, reason = "a counter for each number of 16 bits")]
        {
            table[usize::from(*address)] += 1;
        }
    }
});
address!(u32, position_u32, |size| size, |addresses, table| {
    for address in addresses {
        if let Some(count) = table.get_mut(address.index()) {
            *count += 1;
        }
    }
});

/// One dimension of the groups: an attribute or the period.
pub(crate) struct Dimension<'a> {
    positions: Positions<'a>,
    validity: Option<&'a NullBuffer>,
    /// How many positions there are, the last one for missing.
    card: usize,
    /// The key of each position but the last.
    values: std::sync::Arc<Vec<Key>>,
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
                (Positions::Keys(keys), validity.as_ref(), std::sync::Arc::clone(values))
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
            values: std::sync::Arc::new(values),
        }
    }

    /// The keys that positions stand for, in batches with the same dictionaries the same.
    pub(crate) fn values(&self) -> std::sync::Arc<Vec<Key>> {
        std::sync::Arc::clone(&self.values)
    }

    fn key(&self, position: usize) -> Key {
        self.values.get(position).cloned().unwrap_or(Key::Missing)
    }

    /// Slots become slot * card + position.
    fn fill<A: Address>(&self, start: usize, out: &mut [A]) {
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

fn fill_keys<A: Address>(keys: &Keys, range: std::ops::Range<usize>, card: A, out: &mut [A]) {
    // Positions that do not fit an address, negative ones among them, lie beyond any dictionary.
    each_type!(Keys, keys, keys => {
        for (out, key) in out.iter_mut().zip(keys.get(range).unwrap_or_default()) {
            *out = out.then(card, A::position(*key));
        }
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

/// Which rows count and how much.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rows<'a> {
    /// Rows that are left out are false.
    pub(crate) mask: Option<&'a [bool]>,
    /// One weight for each row, checked.
    pub(crate) weights: Option<&'a [f64]>,
    /// Threads to share the rows; results do not depend on it.
    pub(crate) threads: usize,
}

/// Counters of groups: for each group and code the responses, and sums of weights where there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters {
    pub(crate) stride: usize,
    pub(crate) counts: Vec<u64>,
    pub(crate) sums: Vec<f64>,
    pub(crate) squares: Vec<f64>,
    /// The keys of each group, in the order of the counters.
    pub(crate) keys: Vec<Vec<Key>>,
}

impl Counters {
    /// Counts all rows of the columns, by group.
    pub(crate) fn of(
        coder: &Coder<'_>,
        dimensions: &[Dimension<'_>],
        len: usize,
        rows: Rows<'_>,
    ) -> Self {
        let slots = dimensions.iter().try_fold(1_usize, |all, d| all.checked_mul(d.card));
        let stride = coder.stride();
        match slots.filter(|slots| slots.saturating_mul(stride) <= DENSE_LIMIT) {
            Some(slots) => Self::dense(coder, dimensions, len, rows, slots),
            None => Self::sparse(coder, dimensions, len, rows),
        }
    }

    fn dense(
        coder: &Coder<'_>,
        dimensions: &[Dimension<'_>],
        len: usize,
        rows: Rows<'_>,
        slots: usize,
    ) -> Self {
        let stride = coder.stride();
        let size = slots * stride;
        let mut all = Self { stride, counts: vec![0; size], ..Self::default() };
        if let Some(weights) = rows.weights {
            all.sums = vec![0.0; size];
            all.squares = vec![0.0; size];
            each_block(coder, dimensions, 0..len, rows.mask, 1, |start, addresses: &[u32]| {
                for (address, weight) in addresses.iter().zip(weights.iter().skip(start)) {
                    all.add(address.index(), *weight);
                }
            });
        } else if dimensions.is_empty() && rows.mask.is_none() && bytes_alone(coder) {
            ungrouped(coder, len, &mut all.counts);
        } else if size <= NARROW {
            all.count::<u16>(coder, dimensions, len, rows);
        } else {
            all.count::<u32>(coder, dimensions, len, rows);
        }
        all.keys = (0..slots)
            .map(|slot| {
                let mut rest = slot;
                let mut keys: Vec<Key> = dimensions
                    .iter()
                    .rev()
                    .map(|d| {
                        let key = d.key(rest % d.card);
                        rest /= d.card;
                        key
                    })
                    .collect();
                keys.reverse();
                keys
            })
            .collect();
        all
    }

    /// Adds 1 to its counter for each row.
    fn count<A: Address>(
        &mut self,
        coder: &Coder<'_>,
        dimensions: &[Dimension<'_>],
        len: usize,
        rows: Rows<'_>,
    ) {
        let size = self.counts.len();
        let copies = if size <= MOST_COPIED { COPIES } else { 1 };
        for table in each_thread(len, rows.threads, |range| {
            // Half the memory of 64-bit counters; no range holds 2^32 rows.
            let mut table = A::table(size * copies);
            each_block(coder, dimensions, range, rows.mask, copies, |_, addresses: &[A]| {
                A::count(addresses, &mut table);
            });
            table
        }) {
            for copy in table.chunks(size).take(copies) {
                for (all, part) in self.counts.iter_mut().zip(copy) {
                    *all += u64::from(*part);
                }
            }
        }
    }

    /// Many possible groups, few of them there: slots are numbered as they appear.
    fn sparse(coder: &Coder<'_>, dimensions: &[Dimension<'_>], len: usize, rows: Rows<'_>) -> Self {
        let stride = coder.stride();
        let mut all = Self { stride, ..Self::default() };
        let mut seen: hashbrown::HashMap<Vec<u32>, usize> = hashbrown::HashMap::new();
        // Slots of one dimension after the other, since their product may not fit a number.
        let mut slots = vec![vec![0_u32; BLOCK]; dimensions.len()];
        let mut codes = [0_u8; BLOCK];
        let mut position = Vec::new();
        for start in (0..len).step_by(BLOCK) {
            let size = BLOCK.min(len - start);
            let Some(codes) = codes.get_mut(..size) else { return all };
            fill_codes(coder, start, codes, rows.mask);
            for (slots, dimension) in slots.iter_mut().zip(dimensions) {
                slots.truncate(size);
                slots.fill(0);
                dimension.fill(start, slots);
            }
            for (i, code) in codes.iter().enumerate() {
                if usize::from(*code) + 1 == stride {
                    continue;
                }
                position.clear();
                position.extend(slots.iter().filter_map(|s| s.get(i)));
                let group = if let Some(group) = seen.get(&position) {
                    *group
                } else {
                    let group = all.keys.len();
                    seen.insert(position.clone(), group);
                    let keys = dimensions.iter().zip(&position);
                    all.keys.push(keys.map(|(d, p)| d.key(*p as usize)).collect());
                    all.counts.resize((group + 1) * stride, 0);
                    if rows.weights.is_some() {
                        all.sums.resize((group + 1) * stride, 0.0);
                        all.squares.resize((group + 1) * stride, 0.0);
                    }
                    group
                };
                let at = group * stride + usize::from(*code);
                match rows.weights.and_then(|w| w.get(start + i)) {
                    Some(weight) => all.add(at, *weight),
                    None => all.counts.get_mut(at).map_or((), |count| *count += 1),
                }
            }
        }
        all
    }

    /// Adds counters of the same groups in the same order; false where they are not.
    pub(crate) fn add_all(&mut self, other: &Self) -> bool {
        if self.keys != other.keys
            || self.stride != other.stride
            || self.sums.len() != other.sums.len()
        {
            return false;
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *mine += theirs;
        }
        for (mine, theirs) in self.squares.iter_mut().zip(&other.squares) {
            *mine += theirs;
        }
        true
    }

    /// Whether any rating was invalid or out of range.
    pub(crate) fn any_off_scale(&self) -> bool {
        self.counts
            .chunks(self.stride)
            .any(|group| group.iter().rev().skip(1).take(2).any(|count| *count > 0))
    }

    /// The tally of each group that has any response.
    pub(crate) fn tallies(&self, scale: &Scale) -> impl Iterator<Item = (Vec<Key>, Tally)> {
        let points = scale.points().len() as u8;
        self.keys.iter().enumerate().filter_map(move |(group, keys)| {
            let at = group * self.stride;
            let mut tally = Tally::new(scale.clone());
            let mut any = false;
            for code in 0..points + 3 {
                let at = at + usize::from(code);
                let Some(count) = self.counts.get(at).copied().filter(|c| *c > 0) else { continue };
                any = true;
                let weight = self.sums.get(at).copied().zip(self.squares.get(at).copied());
                tally.count(reading_of(code, points), count, weight);
            }
            any.then(|| (keys.clone(), tally))
        })
    }

    fn add(&mut self, at: usize, weight: f64) {
        if let (Some(count), Some(sum), Some(square)) =
            (self.counts.get_mut(at), self.sums.get_mut(at), self.squares.get_mut(at))
        {
            *count += 1;
            *sum += weight;
            *square += weight * weight;
        }
    }
}

fn fill_codes(coder: &Coder<'_>, start: usize, codes: &mut [u8], mask: Option<&[bool]>) {
    coder.fill(start, codes);
    if let Some(mask) = mask {
        let left_out = coder.points + 3;
        for (code, keep) in codes.iter_mut().zip(mask.iter().skip(start)) {
            if !keep {
                *code = left_out;
            }
        }
    }
}

/// Calls `act` with the first row of each block and the addresses of its rows' counters, of which there are
/// `copies` one after the other.
fn each_block<A: Address>(
    coder: &Coder<'_>,
    dimensions: &[Dimension<'_>],
    range: std::ops::Range<usize>,
    mask: Option<&[bool]>,
    copies: usize,
    mut act: impl FnMut(usize, &[A]),
) {
    let mut codes = [0_u8; BLOCK];
    let mut addresses = [A::default(); BLOCK];
    let turns: [A; BLOCK] = std::array::from_fn(|i| A::of(i % copies));
    let stride = A::of(coder.stride());
    for start in range.clone().step_by(BLOCK) {
        let size = BLOCK.min(range.end - start);
        let (Some(codes), Some(addresses), Some(turns)) =
            (codes.get_mut(..size), addresses.get_mut(..size), turns.get(..size))
        else {
            return;
        };
        fill_codes(coder, start, codes, mask);
        addresses.copy_from_slice(turns);
        for dimension in dimensions {
            dimension.fill(start, addresses);
        }
        for (address, code) in addresses.iter_mut().zip(codes) {
            *address = address.then(stride, A::position(*code));
        }
        act(start, addresses);
    }
}

/// Shares the rows among threads and returns the parts in order.
fn each_thread<T: Send>(
    len: usize,
    threads: usize,
    work: impl Fn(std::ops::Range<usize>) -> T + Sync,
) -> Vec<T> {
    // A thread is not worth starting for fewer rows than this, and a 32-bit counter holds no more
    // than that many.
    let parts = threads.clamp(1, (len / 100_000).max(1)).max(len.div_ceil(1 << 31));
    let size = len.div_ceil(parts).max(1);
    let ranges: Vec<_> =
        (0..parts).map(|p| (p * size).min(len)..((p + 1) * size).min(len)).collect();
    #[cfg(feature = "parallel")]
    if threads > 1 {
        return std::thread::scope(|scope| {
            let handles: Vec<_> = ranges
                .iter()
                .map(|range| {
                    let work = &work;
                    scope.spawn(move || work(range.clone()))
                })
                .collect();
            // A worker cannot panic; were one to, its rows are counted again here, not lost.
            handles
                .into_iter()
                .zip(ranges.iter())
                .map(|(handle, range)| handle.join().unwrap_or_else(|_| work(range.clone())))
                .collect()
        });
    }
    ranges.into_iter().map(work).collect()
}

/// Whether [`ungrouped`] can count these ratings.
fn bytes_alone(coder: &Coder<'_>) -> bool {
    matches!(coder.source, Source::Bytes(..)) && coder.points <= 16
}

/// All rows into one group: the fastest loop, since nothing but the ratings is read.
fn ungrouped(coder: &Coder<'_>, len: usize, counts: &mut [u64]) {
    let points = usize::from(coder.points);
    let Source::Bytes(values, table, _) = &coder.source else { return };
    let values = values.get(..len).unwrap_or(values);
    let bytes = (0..=u8::MAX).zip(table.iter());
    let on_scale: Vec<u8> =
        bytes.filter(|(_, c)| usize::from(**c) < points).map(|(v, _)| v).collect();
    let mut left = values.len() as u64;
    // A chunk stays in the first-level cache while its values are counted one after the other.
    for chunk in values.chunks(LANES * 255) {
        for value in &on_scale {
            let count = occurrences(chunk, *value);
            left -= count;
            let code = table.get(usize::from(*value)).copied().unwrap_or_default();
            if let Some(slot) = counts.get_mut(usize::from(code)) {
                *slot += count;
            }
        }
    }
    if left > 0 {
        // Bytes off the scale are rare: count them by value only where there are any.
        let off = values.iter().filter_map(|v| table.get(usize::from(*v)));
        for code in off.filter(|code| usize::from(**code) >= points) {
            if let Some(slot) = counts.get_mut(usize::from(*code)) {
                *slot += 1;
            }
        }
    }
    // What stands in rows without a value was counted too: move it to the missing.
    let mut missing = 0;
    for (start, block) in values.chunks(BLOCK).enumerate() {
        each_null(coder.validity, start * BLOCK, block.len(), |i| {
            let code = block.get(i).and_then(|v| table.get(usize::from(*v)));
            if let Some(slot) = code.and_then(|c| counts.get_mut(usize::from(*c))) {
                *slot -= 1;
                missing += 1;
            }
        });
    }
    if let Some(slot) = counts.get_mut(points) {
        *slot += missing;
    }
}

/// Bytes that are compared at once: as many vectors as it takes to keep all units busy.
const LANES: usize = 64;

/// How often a byte occurs in a chunk of at most 255 times [`LANES`] bytes, so that lanes of 8-bit counters
/// cannot overflow. Unlike a table of counters this does not slow down where one value prevails.
#[inline(never)] // inlined, it is no longer compiled to vector instructions
fn occurrences(chunk: &[u8], wanted: u8) -> u64 {
    let mut lanes = [0_u8; LANES];
    let (wide, rest) = chunk.as_chunks::<LANES>();
    for bytes in wide {
        for (lane, byte) in lanes.iter_mut().zip(bytes) {
            *lane = lane.wrapping_add(u8::from(*byte == wanted));
        }
    }
    let rest = rest.iter().filter(|byte| **byte == wanted).count() as u64;
    lanes.iter().map(|lane| u64::from(*lane)).sum::<u64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn columns(rows: &[(Option<u8>, Option<u8>, Option<u8>)]) -> [Column; 3] {
        let ratings: Vec<Option<f64>> = rows.iter().map(|r| r.0.map(f64::from)).collect();
        let text = |v: Option<u8>| v.map(|v| format!("g{v}"));
        [
            Column::optional_numbers(&ratings),
            Column::categories(rows.iter().map(|r| text(r.1))),
            Column::texts(rows.iter().map(|r| text(r.2))),
        ]
    }

    /// The slow twin: one map entry after the other.
    fn slow(
        rows: &[(Option<u8>, Option<u8>, Option<u8>)],
    ) -> std::collections::BTreeMap<(Vec<Key>, u8), u64> {
        let mut map = std::collections::BTreeMap::new();
        for (rating, a, b) in rows {
            let key = |v: &Option<u8>| v.map_or(Key::Missing, |v| Key::text(&format!("g{v}")));
            let code = match rating {
                Some(r) if *r <= 10 => *r,
                Some(_) => 13,
                None => 11,
            };
            *map.entry((vec![key(a), key(b)], code)).or_insert(0) += 1;
        }
        map
    }

    fn found(counters: &Counters) -> std::collections::BTreeMap<(Vec<Key>, u8), u64> {
        let mut map = std::collections::BTreeMap::new();
        for (keys, counts) in counters.keys.iter().zip(counters.counts.chunks(counters.stride)) {
            for (code, count) in (0..=u8::MAX).zip(counts) {
                if *count > 0 {
                    *map.entry((keys.clone(), code)).or_insert(0) += count;
                }
            }
        }
        map
    }

    proptest! {
        #[test]
        fn counts_like_the_slow_twin(
            rows in prop::collection::vec(
                (prop::option::of(0..13u8), prop::option::of(0..4u8), prop::option::of(0..3u8)), 0..300),
            threads in 1..4usize,
        ) {
            let [ratings, a, b] = columns(&rows);
            let scale = Scale::preset("0-10").unwrap();
            let coder = Coder::new(&ratings, &scale, &[]).unwrap();
            let dimensions = [Dimension::of_column(&a).unwrap(), Dimension::of_column(&b).unwrap()];
            let how = Rows { threads, ..Rows::default() };
            let expected = slow(&rows);
            prop_assert_eq!(&found(&Counters::of(&coder, &dimensions, rows.len(), how)), &expected);
            prop_assert_eq!(&found(&Counters::sparse(&coder, &dimensions, rows.len(), how)), &expected);
            let mut wide = Counters::of(&coder, &dimensions, rows.len(), how);
            wide.counts.fill(0);
            wide.count::<u32>(&coder, &dimensions, rows.len(), how);
            prop_assert_eq!(&found(&wide), &expected);
            let weights = vec![1.0; rows.len()];
            let weighted = Rows { weights: Some(&weights), ..how };
            let counters = Counters::of(&coder, &dimensions, rows.len(), weighted);
            prop_assert_eq!(&found(&counters), &expected);
            let sums: f64 = counters.sums.iter().sum();
            prop_assert_eq!(sums, rows.len() as f64);
        }

        #[test]
        fn positions_beyond_the_dictionary_are_missing(
            positions in prop::collection::vec(prop_oneof![-3..6i64, any::<i64>()], 1..200),
        ) {
            let rated = |column: Keys| {
                let values = std::sync::Arc::new((0..4).map(Key::Int).collect());
                let column = Column::Category(Category { keys: column, validity: None, values });
                let ratings = Column::numbers(vec![10_u8; positions.len()]);
                let scale = Scale::preset("0-10").unwrap();
                let coder = Coder::new(&ratings, &scale, &[]).unwrap();
                let dimensions = [Dimension::of_column(&column).unwrap()];
                let mut narrow = Counters::of(&coder, &dimensions, positions.len(), Rows::default());
                let counts = found(&narrow);
                narrow.counts.fill(0);
                narrow.count::<u32>(&coder, &dimensions, positions.len(), Rows::default());
                assert_eq!(found(&narrow), counts);
                counts
            };
            let expected = |positions: &[i64]| {
                let mut counts = std::collections::BTreeMap::new();
                for position in positions {
                    let key = if (0..4).contains(position) { Key::Int(*position) } else { Key::Missing };
                    *counts.entry((vec![key], 10)).or_insert(0) += 1;
                }
                counts
            };
            prop_assert_eq!(rated(Keys::from(positions.clone())), expected(&positions));
            macro_rules! each {
                ($($type:ty),*) => {$(
                    #[expect(clippy::allow_attributes, reason = "one body for all types")]
                    {
                        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_lossless, reason = "wraps as meant")]
                        let typed: Vec<$type> = positions.iter().map(|p| *p as $type).collect();
                        #[allow(clippy::cast_possible_wrap, clippy::cast_lossless, reason = "what is negative is beyond, too")]
                        let wide: Vec<i64> = typed.iter().map(|p| *p as i64).collect();
                        prop_assert_eq!(rated(Keys::from(typed)), expected(&wide));
                    }
                )*};
            }
            each!(u8, i8, u16, i16, u32, i32, u64);
        }

        #[test]
        fn bytes_without_a_value_are_missing(
            rows in prop::collection::vec((0..=255u8, any::<bool>()), 0..5000),
        ) {
            let scale = Scale::preset("0-10").unwrap();
            let values: Vec<u8> = rows.iter().map(|r| r.0).collect();
            let validity = NullBuffer::from(rows.iter().map(|r| r.1).collect::<Vec<_>>());
            let column = Column::Number(values.into(), Some(validity));
            let coder = Coder::new(&column, &scale, &[]).unwrap();
            let counters = Counters::of(&coder, &[], rows.len(), Rows::default());
            let mut expected = vec![0; 15];
            for (value, valid) in &rows {
                expected[if !valid { 11 } else if *value <= 10 { usize::from(*value) } else { 13 }] += 1;
            }
            prop_assert_eq!(counters.counts, expected);
        }

        #[test]
        fn every_type_of_rating_counts_alike(ratings in prop::collection::vec(0..=120u8, 0..600)) {
            let scale = Scale::preset("0-10").unwrap();
            let hundred = Scale::preset("0-100").unwrap();
            let types: [Column; 5] = [
                Column::numbers(ratings.clone()),
                Column::numbers(ratings.iter().map(|r| i32::from(*r)).collect::<Vec<_>>()),
                Column::numbers(ratings.iter().map(|r| f64::from(*r)).collect::<Vec<_>>()),
                Column::categories(ratings.iter().map(|r| Some(format!("{r} - likely")))),
                Column::texts(ratings.iter().map(|r| Some(r.to_string()))),
            ];
            for scale in [&scale, &hundred] {
                let top = scale.points().len();
                let mut expected = vec![0; top + 4];
                for rating in &ratings {
                    let code = if usize::from(*rating) < top { usize::from(*rating) } else { top + 2 };
                    expected[code] += 1;
                }
                for column in &types {
                    let coder = Coder::new(column, scale, &[]).unwrap();
                    let counters = Counters::of(&coder, &[], ratings.len(), Rows::default());
                    prop_assert_eq!(&counters.counts, &expected);
                }
            }
        }
    }
}
