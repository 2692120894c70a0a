//! The counting kernel: ratings and group keys in columns become counts per group and point.
//!
//! Rows are taken in blocks that fit the first-level cache. For each block a rating becomes a code
//! (the index of its point, or one of four special codes), the keys become one slot number, and the
//! pair addresses a counter. Each step is a simple loop over one column, so any combination of
//! column types costs no more code than their sum. Where 16 bits can address all counters they do: a vector
//! holds twice as many, and a table that has all of them needs no check of bounds.

mod address;
mod block;
mod coder;
mod dimension;
#[cfg(test)]
mod tests;
mod ungrouped;

use self::address::{Address, NARROW};
pub(crate) use self::block::any_byte;
use self::block::{BLOCK, each_block, each_thread};
pub(crate) use self::coder::{Coder, reading_of};
pub(crate) use self::dimension::{Dimension, groups};
use self::ungrouped::{bytes_alone, ungrouped};
use crate::base::key::Key;
use crate::base::scale::Scale;
use crate::base::tally::Tally;

/// Copies of the counters that rows take in turn, so that a row does not wait for the counter that the row
/// before changed; only of so few counters that the copies stay in the first-level cache.
const COPIES: usize = 4;
const MOST_COPIED: usize = 1024;
/// Counters beyond which groups are found by hashing instead of by position.
const DENSE_LIMIT: usize = 1 << 22;

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
            coder.fill_kept(start, codes, rows.mask);
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
