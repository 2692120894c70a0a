//! The words that were seen: one look-up for each token, no allocation on the way.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::word::Word;

/// No slot.
pub(super) const NONE: u32 = u32::MAX;
/// Added to the slot of a word that may start an address.
pub(super) const ADDRESS: u32 = 1 << 31;
/// Added in the table alone to the slot of a word of more than 12 bytes: what stands there is not all of it.
pub(super) const LONG: u32 = 1 << 30;
/// More steps than this from where a word belongs mean that the words were chosen to collide.
const FAR: usize = 128;

/// A surface of up to 16 bytes, none of them zero, stands for itself; a longer one for its hash with a zero first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Mark {
    /// Of the first `len` of these 16 bytes, of which one to 16 count.
    #[inline]
    pub(super) fn short(low: u64, high: u64, len: usize) -> Self {
        let beyond = 8 * len as u32;
        if beyond < 64 {
            Self { low: low & !(u64::MAX << beyond), high: 0 }
        } else {
            Self { low, high: high & !u64::MAX.checked_shl(beyond - 64).unwrap_or(0) }
        }
    }

    pub(super) fn of(surface: &[u8]) -> Self {
        let mut words = surface.chunks(8).map(|chunk| {
            let mut bytes = [0; 8];
            for (to, from) in bytes.iter_mut().zip(chunk) {
                *to = *from;
            }
            u64::from_le_bytes(bytes)
        });
        let low = words.next().unwrap_or(0);
        let high = words.next().unwrap_or(0);
        let mut mark = Self { low, high };
        for word in words {
            mark.low = (mark.low.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mark.high = (mark.high ^ mark.low).rotate_left(31).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        if surface.len() > 16 {
            mark.low &= !0xFF;
        }
        mark
    }

    fn is_whole(self) -> bool {
        self.low & 0xFF != 0
    }

    /// Whether the surface has at most 12 bytes: then `low` and `check` are all of it.
    #[inline]
    fn is_small(self) -> bool {
        self.high >> 32 == 0 && self.is_whole()
    }

    #[inline]
    fn check(self) -> u32 {
        self.high as u32 ^ ((self.high >> 32) as u32).wrapping_mul(0x9E37_79B1)
    }
}

/// Four to a cache line.
#[derive(Debug, Clone, Copy)]
struct Place {
    low: u64,
    check: u32,
    slot: u32,
}

/// Open addressing with a power of two of places, at most half of them taken.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    places: Vec<Place>,
    shift: u32,
    seed: u64,
    second: u64,
    words: Vec<Word>,
    marks: Vec<Mark>,
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
            seed: 0,
            second: 0,
            words: Vec::new(),
            marks: Vec::new(),
            none: Word::none(),
            stems: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        };
        cache.sow(0x9E37_79B9_7F4A_7C15);
        cache.build(10);
        cache
    }

    /// Makes a table of so many bits. Slots go in by order, so that frequent words, which tend to come early,
    /// stand where they belong.
    fn build(&mut self, bits: u32) {
        self.shift = 64 - bits;
        self.places = vec![Place { low: 0, check: 0, slot: NONE }; 1 << bits];
        for slot in 0..self.words.len() as u32 {
            self.place(slot);
        }
    }

    fn sow(&mut self, seed: u64) {
        self.seed = seed | 1;
        self.second = seed.rotate_left(32) | 1;
    }

    #[inline]
    fn home(&self, mark: Mark) -> usize {
        let mixed = mark.low.wrapping_mul(self.seed) ^ mark.high.wrapping_mul(self.second);
        (mixed >> self.shift) as usize
    }

    /// The slot with what is told about it on the way.
    fn marked(&self, slot: u32) -> u32 {
        if self.word(slot).may_be_address() { slot | ADDRESS } else { slot }
    }

    /// Puts a word into the first free place; returns how far that is from where it belongs.
    fn place(&mut self, slot: u32) -> usize {
        let Some(&mark) = self.marks.get(slot as usize) else { return 0 };
        let long = if mark.is_small() { 0 } else { LONG };
        let place = Place { low: mark.low, check: mark.check(), slot: self.marked(slot) | long };
        let mask = self.places.len() - 1;
        let home = self.home(mark);
        for step in 0..self.places.len() {
            if let Some(free) = self.places.get_mut((home + step) & mask)
                && free.slot == NONE
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

    /// The slot of a surface of at most 12 bytes that stands where it belongs and starts no address, which is
    /// nearly every word; anything from `LONG` on where that is not so.
    #[inline]
    pub(super) fn near(&self, mark: Mark) -> u32 {
        match self.places.get(self.home(mark)) {
            Some(place) if place.low == mark.low && u64::from(place.check) == mark.high => {
                place.slot
            }
            _ => NONE,
        }
    }

    /// The slot of a surface, plus `ADDRESS` where it may start an address; `NONE` where it is not known.
    pub(super) fn find(&self, mark: Mark, surface: &[u8]) -> u32 {
        let mask = self.places.len() - 1;
        let (small, check) = (mark.is_small(), mark.check());
        let mut at = self.home(mark);
        while let Some(place) = self.places.get(at & mask) {
            if place.low == mark.low && place.check == check {
                if place.slot & LONG == 0 {
                    if small {
                        return place.slot;
                    }
                } else if self.is(place.slot & !(LONG | ADDRESS), mark, surface) {
                    return place.slot & !LONG;
                }
            }
            if place.slot == NONE {
                break;
            }
            at += 1;
        }
        NONE
    }

    fn is(&self, slot: u32, mark: Mark, surface: &[u8]) -> bool {
        self.marks.get(slot as usize) == Some(&mark)
            && (mark.is_whole() || self.word(slot).surface().as_bytes() == surface)
    }

    /// Adds a word that is not there yet; returns what [`find`](Self::find) will.
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
        self.marks.push(mark);
        if self.words.len() * 2 > self.places.len() {
            self.build(65 - self.shift);
        } else if self.place(slot) > FAR {
            self.sow(self.seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(2));
            self.build(64 - self.shift);
        }
        self.marked(slot)
    }

    /// Forgets every word and gives memory back.
    pub(super) fn clear(&mut self) {
        let hasher = self.hasher.clone();
        *self = Self::new();
        self.hasher = hasher;
    }
}
