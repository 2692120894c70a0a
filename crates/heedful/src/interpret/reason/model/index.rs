//! From the key of a feature to its place.

/// A table of keys with open addressing. Most keys that are looked up are not in it; a bit for each
/// of a smaller hash turns them away without touching the large table.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// Place plus 1, 0 where free, and the key.
    cells: Vec<(u32, u32)>,
    bits: Vec<u64>,
    shift: u32,
}

impl Index {
    pub(super) fn new(keys: &[u32]) -> Self {
        let size = (keys.len() * 2).next_power_of_two().max(64);
        let shift = 32 - size.trailing_zeros();
        // Eight bits for each cell.
        let mut index = Self { cells: vec![(0, 0); size], bits: vec![0; size / 8], shift };
        for (place, key) in keys.iter().enumerate() {
            let mut at = (key >> shift) as usize;
            while index.cells.get(at).is_some_and(|cell| cell.0 != 0) {
                at = (at + 1) % size;
            }
            if let Some(cell) = index.cells.get_mut(at) {
                *cell = (place as u32 + 1, *key);
            }
            let (word, bit) = index.bit(*key);
            if let Some(word) = index.bits.get_mut(word) {
                *word |= bit;
            }
        }
        index
    }

    /// Which bit stands for a key: the word by its upper bits (a part of the table has its bits together), the bit by its lower.
    fn bit(&self, key: u32) -> (usize, u64) {
        ((key >> self.shift >> 3) as usize, 1 << (key & 63))
    }

    /// Whether a key may be in it; most that are not are told apart.
    pub(super) fn may_have(&self, key: u32) -> bool {
        let (word, bit) = self.bit(key);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    pub(super) fn find(&self, key: u32) -> Option<usize> {
        if self.may_have(key) { self.resolve(key, self.first(key)) } else { None }
    }

    /// The cell where the search for a key starts.
    pub(super) fn first(&self, key: u32) -> (u32, u32) {
        self.cells.get((key >> self.shift) as usize).copied().unwrap_or_default()
    }

    /// Goes on with the search from the first cell.
    pub(super) fn resolve(&self, key: u32, first: (u32, u32)) -> Option<usize> {
        let (mut place, mut found) = first;
        let mut at = (key >> self.shift) as usize;
        while place != 0 {
            if found == key {
                return Some(place as usize - 1);
            }
            at = (at + 1) % self.cells.len();
            (place, found) = *self.cells.get(at)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_in_it_and_nothing_else() {
        let keys: Vec<u32> = (0..5000_u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
        let index = Index::new(&keys);
        for (place, key) in keys.iter().enumerate() {
            assert_eq!(index.find(*key), Some(place));
            assert_eq!(
                index.find(key ^ 0x8000_0001),
                keys.iter().position(|k| *k == key ^ 0x8000_0001)
            );
        }
        assert_eq!(Index::new(&[]).find(7), None);
        let crowded: Vec<u32> = (u32::MAX - 40..=u32::MAX).collect();
        let index = Index::new(&crowded);
        assert!(crowded.iter().enumerate().all(|(place, key)| index.find(*key) == Some(place)));
    }
}
