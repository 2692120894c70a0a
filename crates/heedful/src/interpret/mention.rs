//! Which reasons each response gives.

use std::sync::Arc;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::interpret::flag::{each_block, truths};
use crate::listen::column::Column;
use crate::listen::responses::Responses;

/// Names that 16 bits can number.
const MOST_NAMES: usize = 1 << 16;

/// Which reasons (or touchpoints) each response mentions: several, one or none per row.
///
/// A row's reasons are numbers of `names`, ascending and without repeats, so that a reason counts once
/// for a response however often it is spoken of.
///
/// ```
/// use heedful::Mentions;
///
/// let mentions = Mentions::from_lists([vec!["price", "speed"], vec![], vec!["price"]])?;
/// assert_eq!(mentions.names(), ["price", "speed"]);
/// assert_eq!(mentions.row(0), [0, 1]);
/// assert!(mentions.row(1).is_empty());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentions {
    offsets: Vec<u32>,
    codes: Vec<u16>,
    names: Arc<Vec<String>>,
}

impl Mentions {
    /// Rows from offsets into codes (row r is `codes[offsets[r]..offsets[r + 1]]`), codes being
    /// positions in `names`. Codes of a row are sorted and repeats dropped.
    ///
    /// ```
    /// use heedful::Mentions;
    /// let names = vec!["price".to_owned(), "speed".to_owned()];
    /// let mentions = Mentions::new(names, &[0, 2, 2, 3], &[1, 0, 0])?;
    /// assert_eq!(mentions, Mentions::from_lists([vec!["price", "speed"], vec![], vec!["price"]])?);
    /// assert_eq!((mentions.len(), mentions.counts()), (3, vec![2, 1]));
    /// assert_eq!((mentions.code("speed"), mentions.code("staff")), (Some(1), None));
    /// assert_eq!(mentions.iter().map(<[u16]>::len).collect::<Vec<_>>(), [2, 0, 1]);
    /// assert_eq!(mentions.filter(&[true, false, false]).counts(), [1, 1]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` where offsets do not start at 0, fall, or do not end at the number of codes,
    /// where a code has no name, or for more than 65,536 names; `duplicate-key` where two names are
    /// alike.
    pub fn new(names: Vec<String>, offsets: &[u32], codes: &[u16]) -> Result<Self> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if names.len() > MOST_NAMES {
            return Err(too_many().at("names"));
        }
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(
                Error::new(ErrorCode::DuplicateKey, "two reasons have one name").at("names")
            );
        }
        let ends = offsets.first() == Some(&0)
            && offsets.last().map(|end| *end as usize) == Some(codes.len());
        if !ends || !offsets.is_sorted() {
            return bad("offsets", "offsets rise from 0 to the number of codes");
        }
        if codes.iter().any(|code| usize::from(*code) >= names.len()) {
            return bad("codes", "a code has no name");
        }
        let mut builder = Builder::default();
        for pair in offsets.windows(2) {
            let [start, end] = pair else { continue };
            builder.push(codes.get(*start as usize..*end as usize).unwrap_or_default());
        }
        Ok(builder.finish(names))
    }

    /// Lists of names, one for each row; names are numbered in order of first appearance.
    ///
    /// # Errors
    /// `invalid-argument` for more than 65,536 names.
    pub fn from_lists<T: AsRef<str>, R: IntoIterator<Item = T>>(
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Self> {
        let mut names: Vec<String> = Vec::new();
        let mut known: hashbrown::HashMap<String, u16> = hashbrown::HashMap::new();
        let mut builder = Builder::default();
        let mut row = Vec::new();
        for list in rows {
            row.clear();
            for name in list {
                let name = name.as_ref();
                let code = match known.get(name) {
                    Some(code) => *code,
                    None => {
                        let code = u16::try_from(names.len()).map_err(|_| too_many())?;
                        names.push(name.to_owned());
                        known.insert(name.to_owned(), code);
                        code
                    }
                };
                row.push(code);
            }
            builder.push(&row);
        }
        Ok(builder.finish(names))
    }

    /// One reason for each of these columns, named as it is: a row mentions those that are true or a
    /// number other than 0. A missing value mentions nothing.
    ///
    /// ```
    /// use heedful::{Column, Mentions, Responses};
    /// let responses = Responses::new()
    ///     .with("price", Column::numbers(vec![1_u8, 0]))?
    ///     .with("speed", Column::numbers(vec![1_u8, 1]))?;
    /// assert_eq!(Mentions::from_columns(&responses, ["price", "speed"])?.counts(), [1, 2]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`, `column-type` for a column of anything but truth values and numbers,
    /// `duplicate-column`, or `invalid-argument` for more than 65,536 names.
    pub fn from_columns<S: AsRef<str>>(
        responses: &Responses,
        columns: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let mut names = Vec::new();
        let mut flags = Vec::new();
        for name in columns {
            let name = name.as_ref();
            flags.push(truths(responses.require(name)?).map_err(|e| e.at(name))?);
            names.push(name.to_owned());
        }
        if names.len() > MOST_NAMES {
            return Err(too_many().at("columns"));
        }
        let mut builder = Builder::default();
        each_block(&flags, responses.len(), |bytes, len| {
            for row in 0..len {
                let eights = bytes.iter().filter_map(|eight| eight.get(row));
                for (first, eight) in (0..).step_by(8).zip(eights) {
                    let mut left = *eight;
                    while left != 0 {
                        let code = u16::try_from(first + left.trailing_zeros());
                        builder.codes.extend(code.ok());
                        left &= left - 1;
                    }
                }
                builder.end_row();
            }
        });
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if let Some([name, _]) = sorted.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            let message = "the column is named twice";
            return Err(Error::new(ErrorCode::DuplicateColumn, message).at(name.as_str()));
        }
        Ok(builder.finish(names))
    }

    /// The values of a column, several reasons in a text apart by `;`.
    ///
    /// ```
    /// use heedful::{Column, Mentions};
    /// let steps = Column::categories([Some("order"), None, Some("order")]);
    /// assert_eq!(Mentions::from_values(&steps)?.counts(), [2]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for more than 65,536 values.
    pub fn from_values(column: &Column) -> Result<Self> {
        let category = column.to_category();
        let split = |key: &Key| match key {
            Key::Missing => Vec::new(),
            key => {
                let text = key.to_string();
                let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
        };
        let known: Vec<Vec<String>> = category.values.iter().map(split).collect();
        let row = |row| category.position(row).and_then(|at| known.get(at));
        Self::from_lists((0..column.len()).map(|at| row(at).into_iter().flatten()))
    }

    /// Nothing mentioned in any of these rows.
    ///
    /// ```
    /// let mentions = heedful::Mentions::none(3);
    /// assert_eq!((mentions.len(), mentions.names().len(), mentions.is_empty()), (3, 0, false));
    /// ```
    #[must_use]
    pub fn none(rows: usize) -> Self {
        Self { offsets: vec![0; rows + 1], codes: Vec::new(), names: Arc::default() }
    }

    /// The names of the reasons, by number.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of a name.
    #[must_use]
    pub fn code(&self, name: &str) -> Option<u16> {
        u16::try_from(self.names.iter().position(|n| n == name)?).ok()
    }

    /// The number of a name that is needed.
    pub(crate) fn require(&self, name: &str) -> Result<u16> {
        self.code(name).ok_or_else(|| {
            let message =
                format!("there is no reason `{name}`: known are {}", self.names.join(", "));
            Error::new(ErrorCode::UnknownName, message)
        })
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the reasons that a row mentions, ascending; none where there is no such row.
    #[must_use]
    #[inline]
    pub fn row(&self, row: usize) -> &[u16] {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(start), Some(end)) => {
                self.codes.get(*start as usize..*end as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u16]> {
        self.offsets.windows(2).map(|pair| match pair {
            [start, end] => self.codes.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        })
    }

    /// For each row the sum of what its reasons stand for, modulo 2^32.
    ///
    /// As differences of running sums, since loops over rows of few and varying reasons are what
    /// processors guess wrong.
    pub(crate) fn sums(&self, of_code: &[u32]) -> Vec<u32> {
        // Of a block at a time, so that they stay in the cache.
        const BLOCK: usize = 4096;
        let mut sums = Vec::with_capacity(self.len());
        let mut running = Vec::new();
        let mut start = 0;
        for ends in self.offsets.get(1..).unwrap_or_default().chunks(BLOCK) {
            let end = ends.last().map_or(start, |end| *end as usize);
            let mut sum = 0_u32;
            running.clear();
            running.push(sum);
            let codes = self.codes.get(start..end).unwrap_or_default();
            running.extend(codes.iter().map(|code| {
                sum =
                    sum.wrapping_add(of_code.get(usize::from(*code)).copied().unwrap_or_default());
                sum
            }));
            let mut before = 0_u32;
            sums.extend(ends.iter().map(|end| {
                let after = running.get(*end as usize - start).copied().unwrap_or_default();
                let own = after.wrapping_sub(before);
                before = after;
                own
            }));
            start = end;
        }
        sums
    }

    /// How many rows mention each reason.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.names.len()];
        for code in &self.codes {
            if let Some(count) = counts.get_mut(usize::from(*code)) {
                *count += 1;
            }
        }
        counts
    }

    /// The rows where the flag is set.
    #[must_use]
    pub fn filter(&self, keep: &[bool]) -> Self {
        let mut builder = Builder::default();
        for (row, _) in self.iter().zip(keep).filter(|(_, keep)| **keep) {
            builder.push(row);
        }
        Self { names: Arc::clone(&self.names), ..builder.finish(Vec::new()) }
    }

    /// # Errors
    /// `length-mismatch` where there are not as many rows as responses.
    pub(crate) fn check(&self, responses: &Responses) -> Result<()> {
        if self.len() == responses.len() {
            return Ok(());
        }
        let message =
            format!("there are reasons for {} rows, the table has {}", self.len(), responses.len());
        Err(Error::new(ErrorCode::LengthMismatch, message).at("reasons"))
    }
}

fn too_many() -> Error {
    Error::new(ErrorCode::InvalidArgument, "there are more than 65536 names")
}

#[derive(Debug)]
struct Builder {
    offsets: Vec<u32>,
    codes: Vec<u16>,
}

impl Default for Builder {
    fn default() -> Self {
        Self { offsets: vec![0], codes: Vec::new() }
    }
}

impl Builder {
    fn push(&mut self, row: &[u16]) {
        let start = self.codes.len();
        self.codes.extend_from_slice(row);
        if !row.is_sorted_by(|a, b| a < b) {
            let mut sorted = self.codes.split_off(start);
            sorted.sort_unstable();
            sorted.dedup();
            self.codes.append(&mut sorted);
        }
        self.end_row();
    }

    fn end_row(&mut self) {
        self.offsets.push(u32::try_from(self.codes.len()).unwrap_or(u32::MAX));
    }

    fn finish(self, names: Vec<String>) -> Mentions {
        Mentions { offsets: self.offsets, codes: self.codes, names: names.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_content_from_every_source() {
        let names = || vec!["price".to_owned(), "speed".to_owned()];
        let lists =
            Mentions::from_lists([vec!["price"], vec!["speed", "price", "speed"], vec![]]).unwrap();
        let codes = Mentions::new(names(), &[0, 1, 4, 4], &[0, 1, 0, 1]).unwrap();
        let bools = [Key::Bool(true), Key::Bool(false), Key::Missing];
        let table = Responses::new()
            .with("price", Column::numbers(vec![1_u8, 1, 0]))
            .unwrap()
            .with(
                "speed",
                Column::Category(crate::listen::column::Category {
                    keys: vec![2_u8, 0, 1].into(),
                    validity: None,
                    values: bools.to_vec().into(),
                }),
            )
            .unwrap();
        assert_eq!(lists, codes);
        assert_eq!(Mentions::from_columns(&table, ["price", "speed"]).unwrap(), codes);
        assert_eq!(codes.counts(), [2, 1]);
        assert_eq!(codes.filter(&[false, true, true]).row(0), [0, 1]);
        assert_eq!(codes.iter().count(), 3);
        let one = Mentions::from_values(&Column::texts([Some("b"), None, Some("a")])).unwrap();
        assert_eq!((one.names(), one.row(1)), (&["b".to_owned(), "a".to_owned()][..], &[][..]));
        let several = Column::texts([Some("price"), Some("speed; price"), Some(" ;")]);
        assert_eq!(Mentions::from_values(&several).unwrap(), lists);
    }

    #[test]
    fn nonsense_is_refused() {
        let names = || vec!["a".to_owned(), "b".to_owned()];
        for (offsets, codes) in [
            (vec![], vec![]),
            (vec![1, 1], vec![0]),
            (vec![0, 2, 1], vec![0]),
            (vec![0, 1], vec![]),
            (vec![0, 1], vec![2]),
        ] {
            let error = Mentions::new(names(), &offsets, &codes).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidArgument);
        }
        let error = Mentions::new(vec!["a".to_owned(); 2], &[0], &[]).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::DuplicateKey, "names"));
        let table = Responses::new().with("a", Column::texts([Some("x")])).unwrap();
        let error = Mentions::from_columns(&table, ["a"]).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::ColumnType, "a"));
    }
}
