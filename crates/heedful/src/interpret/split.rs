//! Rows split into the groups of several columns.

use super::codes::{Codes, NONE, pairs};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::listen::responses::Responses;

/// The group of each row, by the values of columns; groups are numbered in the order of their keys.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    groups: Vec<u32>,
    keys: Vec<Vec<Key>>,
}

impl Split {
    /// Missing values are a group of their own, the last.
    ///
    /// # Errors
    /// `missing-column`, or `duplicate-column` for a column that is named twice.
    pub(crate) fn of(responses: &Responses, columns: &[String]) -> Result<Self> {
        let mut groups = vec![0_u32; responses.len()];
        let mut keys: Vec<Vec<Key>> = vec![Vec::new()];
        for (i, name) in columns.iter().enumerate() {
            if columns.iter().take(i).any(|other| other == name) {
                return Err(Error::new(ErrorCode::DuplicateColumn, "named twice").at(name));
            }
            let codes = Codes::of(responses.require(name)?);
            let missing = codes.len();
            let values = codes.rows.iter().map(|code| if *code == NONE { missing } else { *code });
            let bound = (u32::try_from(keys.len()).unwrap_or(NONE), missing + 1);
            let (rows, seen) = pairs(&groups, values, bound);
            groups = rows;
            keys = seen
                .into_iter()
                .map(|(left, right)| {
                    let mut key = keys.get(left as usize).cloned().unwrap_or_default();
                    key.push(codes.values.get(right as usize).cloned().unwrap_or(Key::Missing));
                    key
                })
                .collect();
        }
        let mut order: Vec<u32> = (0..u32::try_from(keys.len()).unwrap_or(NONE)).collect();
        order.sort_by(|a, b| keys.get(*a as usize).cmp(&keys.get(*b as usize)));
        let mut place = vec![0_u32; keys.len()];
        for (new, old) in (0_u32..).zip(&order) {
            if let Some(slot) = place.get_mut(*old as usize) {
                *slot = new;
            }
        }
        for group in &mut groups {
            *group = place.get(*group as usize).copied().unwrap_or_default();
        }
        keys.sort();
        Ok(Self { groups, keys })
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The group of a row.
    #[inline]
    pub(crate) fn group(&self, row: usize) -> usize {
        self.groups.get(row).map_or(0, |group| *group as usize)
    }

    /// The group of each row.
    pub(crate) fn groups(&self) -> &[u32] {
        &self.groups
    }

    /// The keys of each group.
    pub(crate) fn keys(&self) -> &[Vec<Key>] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;

    #[test]
    fn groups_come_in_the_order_of_their_keys() {
        let table = Responses::new()
            .with("a", Column::categories([Some("y"), None, Some("x"), Some("y")]))
            .unwrap()
            .with("b", Column::numbers(vec![2_u8, 1, 1, 1]))
            .unwrap();
        let split = Split::of(&table, &["a".to_owned(), "b".to_owned()]).unwrap();
        assert_eq!(split.groups(), [2, 3, 0, 1]);
        let key = |a: Key, b| vec![a, Key::Int(b)];
        let expected = [
            key(Key::text("x"), 1),
            key(Key::text("y"), 1),
            key(Key::text("y"), 2),
            key(Key::Missing, 1),
        ];
        assert_eq!(split.keys(), expected);
        assert_eq!(Split::of(&table, &[]).unwrap().groups(), [0; 4]);
    }
}
