//! The responses of two windows, day by day: windows begin with days, so a day leaves as a whole.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::window::day_around;
use crate::base::hash::mixed;
use crate::base::time::Zone;

/// No customer, no id.
pub(super) const NONE: u64 = 0;

/// The hash of a customer or of a response's id.
pub(super) fn hash_of(id: &str) -> u64 {
    let (words, rest) = id.as_bytes().as_chunks();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(last, byte)| *last = *byte);
    let add = |hash, word: &[u8; 8]| mixed(hash ^ u64::from_le_bytes(*word));
    words.iter().chain([&last]).fold(id.len() as u64, add).max(NONE + 1)
}

/// A response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// The hash of the id, or [`NONE`].
    pub(super) id: u64,
    /// The point of the scale.
    pub(super) point: u8,
    pub(super) key_contact: bool,
    /// The hash of the customer, or [`NONE`].
    pub(super) who: u64,
    /// The number of its series.
    pub(super) series: u32,
}

#[derive(Debug, Clone)]
struct Day {
    /// Its first and its last millisecond.
    first: i64,
    last: i64,
    /// In no order.
    counted: Vec<Record>,
    /// Later than the last judgement.
    coming: BinaryHeap<Reverse<Record>>,
}

impl Day {
    fn coming(&self) -> impl Iterator<Item = &Record> {
        self.coming.iter().map(|Reverse(record)| record)
    }

    fn all(&self) -> impl Iterator<Item = &Record> {
        self.counted.iter().chain(self.coming())
    }
}

/// Days in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Days {
    days: VecDeque<Day>,
    /// The responses that are to come.
    coming: usize,
}

impl Days {
    /// The place of the day of a time, which is made where there is none.
    fn place(&mut self, at: i64, zone: &Zone) -> usize {
        let holds = |day: &Day| day.first <= at && at <= day.last;
        if self.days.back().is_some_and(holds) {
            return self.days.len() - 1;
        }
        let after = self.days.partition_point(|day| day.first <= at);
        match after.checked_sub(1) {
            Some(place) if self.days.get(place).is_some_and(holds) => place,
            _ => {
                let (first, last) = day_around(&mut zone.clock(), at);
                let (counted, coming) = (Vec::new(), BinaryHeap::new());
                self.days.insert(after, Day { first, last, counted, coming });
                after
            }
        }
    }

    /// Adds a response that is counted, or one that is to come.
    pub(super) fn add(&mut self, record: Record, zone: &Zone, counted: bool) {
        let place = self.place(record.at, zone);
        let Some(day) = self.days.get_mut(place) else { return };
        if counted {
            day.counted.push(record);
        } else {
            day.coming.push(Reverse(record));
            self.coming += 1;
        }
    }

    /// Tells of those that are after `since`, where all before are counted, and not after `now`, many at a time. They are
    /// counted now.
    pub(super) fn come(&mut self, since: i64, now: i64, mut met: impl FnMut(&[Record])) {
        let begun = self.days.partition_point(|day| day.last <= since);
        for day in self.days.range_mut(begun..) {
            if day.first > now {
                break;
            }
            if day.last <= now {
                let coming = std::mem::take(&mut day.coming).into_iter().map(|Reverse(next)| next);
                let mut coming: Vec<Record> = coming.collect();
                // What is counted of a series lies in the order of their numbers.
                coming.sort_unstable_by_key(|record| record.series);
                met(&coming);
                self.coming -= coming.len();
                if day.counted.is_empty() {
                    day.counted = coming;
                } else {
                    day.counted.append(&mut coming);
                }
                day.counted.shrink_to_fit();
                continue;
            }
            let counted = day.counted.len();
            while let Some(Reverse(next)) =
                day.coming.peek().copied().filter(|next| next.0.at <= now)
            {
                day.coming.pop();
                day.counted.push(next);
            }
            let come = day.counted.get(counted..).unwrap_or_default();
            met(come);
            self.coming -= come.len();
        }
    }

    /// The responses that are to come.
    pub(super) fn coming(&self) -> impl Iterator<Item = &Record> {
        self.days.iter().flat_map(Day::coming)
    }

    /// How many are to come.
    pub(super) fn many_coming(&self) -> usize {
        self.coming
    }

    /// The counted responses of days that begin at `from` or later and before `to`.
    pub(super) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = &Record> {
        let begun = self.days.partition_point(|day| day.first < from);
        let of = self.days.range(begun..).take_while(move |day| day.first < to);
        of.flat_map(|day| &day.counted)
    }

    /// Takes out the first day where it begins before a time.
    pub(super) fn leave(&mut self, before: i64) -> Option<Vec<Record>> {
        self.days.front().filter(|day| day.first < before)?;
        self.days.pop_front().map(|day| day.counted)
    }

    /// All responses, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Record> {
        self.days.iter().flat_map(Day::all)
    }

    /// The time of the first response.
    pub(super) fn first(&self) -> Option<i64> {
        self.days.iter().find_map(|day| day.all().map(|record| record.at).min())
    }

    /// Changes responses or, where told false, takes them out.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut Record) -> bool) {
        self.coming = 0;
        for day in &mut self.days {
            day.counted.retain_mut(&mut keep);
            let mut coming = std::mem::take(&mut day.coming).into_vec();
            coming.retain_mut(|Reverse(record)| keep(record));
            self.coming += coming.len();
            day.coming = coming.into();
        }
    }
}
