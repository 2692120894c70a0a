//! The words that were seen: one look-up for each token, no allocation on the way.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::word::Word;

const EMPTY: u32 = u32::MAX;
/// More steps than this from where a word belongs mean that the words were chosen to collide.
const FAR: usize = 128;

/// Up to 16 bytes stand for themselves, longer surfaces by a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    low: u64,
    high: u64,
    len: u32,
}

impl Mark {
    pub(super) fn of(surface: &[u8]) -> Self {
        let len = surface.len() as u32;
        let mut words = surface.chunks(8).map(|chunk| {
            let mut bytes = [0; 8];
            for (to, from) in bytes.iter_mut().zip(chunk) {
                *to = *from;
            }
            u64::from_le_bytes(bytes)
        });
        let low = words.next().unwrap_or(0);
        let high = words.next().unwrap_or(0);
        let mut mark = Self { low, high, len };
        for word in words {
            mark.low = (mark.low.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mark.high = (mark.high ^ mark.low).rotate_left(31).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        mark
    }
}

#[derive(Debug, Clone, Copy)]
struct Place {
    mark: Mark,
    slot: u32,
}

/// Open addressing with a power of two of places, at most half of them taken.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    places: Vec<Place>,
    shift: u32,
    seed: u64,
    words: Vec<Word>,
    none: Word,
    /// The slot of the first word that has each stem.
    stems: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Cache {
    pub(super) fn new() -> Self {
        let mut cache = Self {
            places: Vec::new(),
            shift: 0,
            seed: 0x9E37_79B9_7F4A_7C15,
            words: Vec::new(),
            none: Word::none(),
            stems: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        };
        cache.resize(10);
        cache
    }

    fn resize(&mut self, bits: u32) {
        let empty = Place { mark: Mark { low: 0, high: 0, len: 0 }, slot: EMPTY };
        self.shift = 64 - bits;
        let old = std::mem::replace(&mut self.places, vec![empty; 1 << bits]);
        for place in old.into_iter().filter(|place| place.slot != EMPTY) {
            self.place(place);
        }
    }

    fn home(&self, mark: Mark) -> usize {
        let mixed = mark.low.wrapping_mul(self.seed)
            ^ mark.high.wrapping_mul(self.seed.rotate_left(32) | 1);
        (mixed >> self.shift) as usize
    }

    /// Puts it into the first free place; returns how far that is from where it belongs.
    fn place(&mut self, place: Place) -> usize {
        let mask = self.places.len() - 1;
        let home = self.home(place.mark);
        for step in 0..self.places.len() {
            if let Some(free) = self.places.get_mut((home + step) & mask)
                && free.slot == EMPTY
            {
                *free = place;
                return step;
            }
        }
        0
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word of a slot; an empty one where there is no such slot.
    pub(super) fn word(&self, slot: u32) -> &Word {
        self.words.get(slot as usize).unwrap_or(&self.none)
    }

    pub(super) fn find(&self, mark: Mark, surface: &[u8]) -> Option<u32> {
        let mask = self.places.len() - 1;
        let mut at = self.home(mark);
        loop {
            let place = self.places.get(at & mask)?;
            if place.slot == EMPTY {
                return None;
            }
            let same = || mark.len <= 16 || self.word(place.slot).surface().as_bytes() == surface;
            if place.mark == mark && same() {
                return Some(place.slot);
            }
            at += 1;
        }
    }

    /// Adds a word that is not there yet.
    pub(super) fn add(&mut self, mark: Mark, mut word: Word) -> u32 {
        let slot = self.words.len() as u32;
        let (words, hasher) = (&self.words, &self.hasher);
        let stem_of = |slot: &u32| words.get(*slot as usize).map_or("", Word::stem);
        let count = self.stems.len() as u32;
        let entry = self.stems.entry(
            hasher.hash_one(word.stem()),
            |first| stem_of(first) == word.stem(),
            |first| hasher.hash_one(stem_of(first)),
        );
        word.stem_id = match entry {
            Entry::Occupied(first) => {
                words.get(*first.get() as usize).map_or(0, |first| first.stem_id)
            }
            Entry::Vacant(vacant) => {
                vacant.insert(slot);
                count
            }
        };
        self.words.push(word);
        if self.words.len() * 2 > self.places.len() {
            self.resize(65 - self.shift);
        }
        let far = self.place(Place { mark, slot });
        if far > FAR {
            self.seed = self.seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(2);
            self.resize(64 - self.shift);
        }
        slot
    }

    /// Forgets every word and gives memory back.
    pub(super) fn clear(&mut self) {
        let hasher = self.hasher.clone();
        *self = Self::new();
        self.hasher = hasher;
    }
}
