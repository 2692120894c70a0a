//! Rows numbered by value, so that whatever follows works on dense arrays.

use crate::base::key::Key;
use crate::listen::column::{Category, Column, Primitive, each_type};

/// The number of a row without a value.
pub(crate) const NONE: u32 = u32::MAX;
/// Keys up to which numbers are looked up by position instead of by hash.
const DENSE_LIMIT: u64 = 1 << 22;

/// Numbers different keys from 0 in order of first appearance.
#[derive(Debug)]
pub(crate) struct Numberer {
    dense: Vec<u32>,
    sparse: hashbrown::HashMap<u64, u32>,
    seen: Vec<u64>,
}

impl Numberer {
    /// All keys are less than `bound`; `u64::MAX` where nothing is known.
    pub(crate) fn new(bound: u64) -> Self {
        let dense = usize::try_from(bound).ok().filter(|_| bound <= DENSE_LIMIT).unwrap_or(0);
        Self { dense: vec![NONE; dense], sparse: hashbrown::HashMap::new(), seen: Vec::new() }
    }

    /// The number of a key.
    pub(crate) fn number(&mut self, key: u64) -> u32 {
        let next = u32::try_from(self.seen.len()).unwrap_or(NONE);
        let position = usize::try_from(key).unwrap_or(usize::MAX);
        let slot = match self.dense.get_mut(position) {
            Some(slot) => slot,
            None => self.sparse.entry(key).or_insert(NONE),
        };
        if *slot == NONE {
            *slot = next;
            self.seen.push(key);
        }
        *slot
    }

    /// The key of each number.
    pub(crate) fn seen(&self) -> &[u64] {
        &self.seen
    }
}

/// A column as numbers of its different values.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    /// One number for each row, [`NONE`] where the value is missing.
    pub(crate) rows: Vec<u32>,
    /// The values by number, all different, none missing.
    pub(crate) values: Vec<Key>,
}

impl Codes {
    pub(crate) fn of(column: &Column) -> Self {
        let mut numbers: hashbrown::HashMap<Key, u32> = hashbrown::HashMap::new();
        let mut values: Vec<Key> = Vec::new();
        let mut number = |key: Key| {
            if key == Key::Missing {
                return NONE;
            }
            *numbers.entry(key).or_insert_with_key(|key| {
                values.push(key.clone());
                u32::try_from(values.len() - 1).unwrap_or(NONE)
            })
        };
        let rows = match column {
            Column::Number(..) | Column::Time(_) => {
                (0..column.len()).map(|row| number(column.key(row))).collect()
            }
            Column::Category(_) | Column::Text(_) => {
                let category = column.to_category();
                let Category { keys, validity, values } = &*category;
                // Values of a dictionary may repeat: each is numbered once.
                let known: Vec<u32> = values.iter().map(|key| number(key.clone())).collect();
                let valid = |row| validity.as_ref().is_none_or(|v| v.is_valid(row));
                each_type!(Keys, keys, keys => keys
                    .iter()
                    .enumerate()
                    .map(|(row, key)| known.get(key.position()).copied().filter(|_| valid(row)))
                    .map(|code| code.unwrap_or(NONE))
                    .collect())
            }
        };
        Self { rows, values }
    }

    /// How many different values there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.values.len()).unwrap_or(NONE)
    }

    /// Gives every row without a value a number of its own, and returns how many numbers there are.
    pub(crate) fn separate(mut self) -> (Vec<u32>, u32) {
        let mut next = self.len();
        for code in self.rows.iter_mut().filter(|code| **code == NONE) {
            *code = next;
            next = next.saturating_add(1);
        }
        (self.rows, next)
    }
}

/// Numbers pairs of numbers: the pair of each row, and the two numbers of each pair.
pub(crate) fn pairs(
    left: &[u32],
    right: impl Iterator<Item = u32>,
    bound: (u32, u32),
) -> (Vec<u32>, Vec<(u32, u32)>) {
    let stride = u64::from(bound.1).max(1);
    let mut numberer = Numberer::new(u64::from(bound.0).saturating_mul(stride));
    let rows =
        left.iter().zip(right).map(|(l, r)| numberer.number(u64::from(*l) * stride + u64::from(r)));
    let rows = rows.collect();
    let half = |key: u64| u32::try_from(key).unwrap_or(NONE);
    let seen = numberer.seen().iter().map(|key| (half(key / stride), half(key % stride)));
    (rows, seen.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn equal_values_have_one_number_whatever_the_column() {
        let repeated = Column::Category(Category {
            keys: vec![0_i8, 1, 2, -1, 7].into(),
            validity: None,
            values: Arc::new(vec![Key::text("a"), Key::text("b"), Key::text("a")]),
        });
        assert_eq!(Codes::of(&repeated).rows, [0, 1, 0, NONE, NONE]);
        let numbers = Column::optional_numbers(&[Some(7.0), None, Some(-1.0), Some(7.0)]);
        assert_eq!(Codes::of(&numbers).rows, [0, NONE, 1, 0]);
        let texts = Column::texts([Some("x"), Some("y"), None, Some("x"), None]);
        let codes = Codes::of(&texts);
        assert_eq!((&codes.rows[..], codes.len()), (&[0, 1, NONE, 0, NONE][..], 2));
        assert_eq!(codes.separate(), (vec![0, 1, 2, 0, 3], 4));
    }

    #[test]
    fn pairs_are_numbered_alike_by_position_and_by_hash() {
        let left = [0, 1, 0, 1, 2];
        let right = [1, 0, 1, 1, 0];
        let small = pairs(&left, right.into_iter(), (3, 2));
        assert_eq!(small, (vec![0, 1, 0, 2, 3], vec![(0, 1), (1, 0), (1, 1), (2, 0)]));
        assert_eq!(pairs(&left, right.into_iter(), (1 << 20, 1 << 20)), small);
    }
}
