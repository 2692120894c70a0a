//! Which reasons comments have.

use hashbrown::HashMap;
use serde::{Serialize, Serializer};

use crate::{Error, ErrorCode, Result};

/// The most reasons that can be told apart.
pub(crate) const MOST: usize = 4096;

/// The reasons of each comment: some, none ("none of these"), or not known.
///
/// ```
/// use heedful::Labels;
/// let labels = Labels::sets([Some(vec!["price", "staff"]), Some(vec![]), None])?;
/// assert_eq!(labels.ids(), ["price", "staff"]);
/// assert_eq!(labels.row(0), Some(&[0, 1][..]));
/// assert_eq!(labels.row(1), Some(&[][..]));
/// assert_eq!(labels.row(2), None);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    ids: Vec<String>,
    /// Where each row ends, and whether it is known.
    rows: Vec<(usize, bool)>,
    cells: Vec<u16>,
}

impl Labels {
    /// One reason for each comment; `None` where it is not known.
    ///
    /// ```
    /// use heedful::Labels;
    ///
    /// let labels = Labels::single([Some("staff"), None, Some("price")])?;
    /// assert_eq!((labels.len(), labels.is_empty()), (3, false));
    /// assert_eq!(labels.iter().collect::<Vec<_>>(), [Some(&[1][..]), None, Some(&[0][..])]);
    /// assert_eq!((labels.id(1), labels.names(0)), (Some("staff"), Some(vec!["staff"])));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `invalid-argument` for an empty id or more than 4,096 different ones.
    pub fn single<T: AsRef<str>>(rows: impl IntoIterator<Item = Option<T>>) -> Result<Self> {
        Self::sets(rows.into_iter().map(|row| row.map(|id| [id])))
    }

    /// The reasons of each comment: a list, empty for none of them, `None` where they are not known. The same
    /// id twice counts once.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for an empty id or more than 4,096 different ones.
    pub fn sets<R, T>(rows: impl IntoIterator<Item = Option<R>>) -> Result<Self>
    where
        R: IntoIterator<Item = T>,
        T: AsRef<str>,
    {
        let mut seen: HashMap<String, u16> = HashMap::new();
        let mut cells = Vec::new();
        let mut ends = Vec::new();
        for (row, ids) in rows.into_iter().enumerate() {
            let known = ids.is_some();
            for id in ids.into_iter().flatten() {
                let id = id.as_ref();
                let number = match seen.get(id) {
                    Some(number) => *number,
                    None => {
                        if id.is_empty() || seen.len() >= MOST {
                            let message = if id.is_empty() {
                                "a reason must have an id"
                            } else {
                                "more than 4096 different reasons"
                            };
                            return Err(
                                Error::new(ErrorCode::InvalidArgument, message).on_row(row as u64)
                            );
                        }
                        let number = seen.len() as u16;
                        seen.insert(id.to_owned(), number);
                        number
                    }
                };
                cells.push(number);
            }
            ends.push((cells.len(), known));
        }
        let mut order: Vec<(String, u16)> = seen.into_iter().collect();
        order.sort_unstable();
        let mut rank = vec![0_u16; order.len()];
        for (place, (_, number)) in order.iter().enumerate() {
            if let Some(rank) = rank.get_mut(usize::from(*number)) {
                *rank = place as u16;
            }
        }
        let mut labels =
            Self { ids: order.into_iter().map(|(id, _)| id).collect(), ..Self::default() };
        let mut start = 0;
        for (end, known) in ends {
            let row = cells.get(start..end).unwrap_or_default();
            let places = row.iter().filter_map(|number| rank.get(usize::from(*number)).copied());
            labels.push(known.then(|| places.collect::<Vec<_>>()).as_deref());
            start = end;
        }
        Ok(labels)
    }

    /// Labels over given ids, which must be ascending; rows are added by [`push`](Self::push).
    pub(crate) fn over(ids: Vec<String>) -> Self {
        Self { ids, ..Self::default() }
    }

    pub(crate) fn push(&mut self, row: Option<&[u16]>) {
        let start = self.cells.len();
        self.cells.extend_from_slice(row.unwrap_or_default());
        if let Some(added) = self.cells.get_mut(start..) {
            added.sort_unstable();
        }
        let mut kept = start;
        for at in start..self.cells.len() {
            let here = self.cells.get(at).copied();
            if at == start || here != kept.checked_sub(1).and_then(|k| self.cells.get(k)).copied() {
                self.cells.swap(at, kept);
                kept += 1;
            }
        }
        self.cells.truncate(kept);
        self.rows.push((kept, row.is_some()));
    }

    /// The ids in ascending order: a label is an index into these.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The id of a label.
    #[must_use]
    pub fn id(&self, label: u16) -> Option<&str> {
        self.ids.get(usize::from(label)).map(String::as_str)
    }

    /// How many comments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The labels of a comment, ascending; `None` where they are not known.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&[u16]> {
        let (end, known) = *self.rows.get(row)?;
        let start = row.checked_sub(1).and_then(|before| self.rows.get(before));
        let start = start.map_or(0, |(end, _)| *end);
        known.then(|| self.cells.get(start..end).unwrap_or_default())
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&[u16]>> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The ids of a comment's reasons; `None` where they are not known.
    #[must_use]
    pub fn names(&self, row: usize) -> Option<Vec<&str>> {
        Some(self.row(row)?.iter().filter_map(|label| self.id(*label)).collect())
    }
}

impl Serialize for Labels {
    /// A list with, for each comment, the list of its reasons' ids or null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.len()).map(|row| self.names(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_rows_are_sets() {
        let labels =
            Labels::sets([Some(vec!["b", "a", "b"]), None, Some(vec![]), Some(vec!["c", "a"])])
                .unwrap();
        assert_eq!(labels.ids(), ["a", "b", "c"]);
        let rows: Vec<_> = labels.iter().collect();
        assert_eq!(rows, [Some(&[0, 1][..]), None, Some(&[]), Some(&[0, 2])]);
        assert_eq!(serde_json::to_string(&labels).unwrap(), r#"[["a","b"],null,[],["a","c"]]"#);
    }

    #[test]
    fn too_many_or_nameless_reasons_are_refused() {
        let many = Labels::single((0..5000).map(|i| Some(i.to_string()))).unwrap_err();
        assert_eq!((many.code(), many.row()), (ErrorCode::InvalidArgument, Some(4096)));
        let nameless = Labels::single([Some("a"), Some("")]).unwrap_err();
        assert_eq!((nameless.code(), nameless.row()), (ErrorCode::InvalidArgument, Some(1)));
    }
}
