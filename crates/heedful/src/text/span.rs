//! Where something stands in a text, in the unit of the reader's language.

use serde::{Deserialize, Serialize};

use crate::base::table::{Data, Table};

/// What an offset into a text counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes of UTF-8, as Rust does.
    #[default]
    Bytes,
    /// Code units of UTF-16, as JavaScript does.
    Utf16,
    /// Code points, as Python does.
    Characters,
}

/// Turns offsets in bytes into those of another unit. Cheapest in ascending order.
///
/// ```
/// use heedful::text::{Offsets, Unit};
///
/// let text = "é👍 ok";
/// let at = text.find("ok").unwrap();
/// assert_eq!(at, 7);
/// assert_eq!(Offsets::new(text, Unit::Utf16).at(at), 4);
/// assert_eq!(Offsets::new(text, Unit::Characters).at(at), 3);
/// ```
#[derive(Debug, Clone)]
pub struct Offsets<'a> {
    text: &'a str,
    unit: Unit,
    /// Up to here it is counted.
    byte: usize,
    count: usize,
}

impl<'a> Offsets<'a> {
    /// For the offsets of a text.
    #[must_use]
    pub fn new(text: &'a str, unit: Unit) -> Self {
        let unit = if text.is_ascii() { Unit::Bytes } else { unit };
        Self { text, unit, byte: 0, count: 0 }
    }

    /// The offset in the unit. One that is not on the boundary of a character counts that character, and one beyond the
    /// text is its end.
    pub fn at(&mut self, byte: usize) -> usize {
        if self.unit == Unit::Bytes {
            return byte.min(self.text.len());
        }
        if byte < self.byte {
            (self.byte, self.count) = (0, 0);
        }
        for character in self.text.get(self.byte..).unwrap_or_default().chars() {
            if self.byte >= byte {
                break;
            }
            self.byte += character.len_utf8();
            self.count += if self.unit == Unit::Utf16 { character.len_utf16() } else { 1 };
        }
        self.count
    }
}

/// A table with the columns `row`, `start` and `end`, its offsets in another unit; `text` gives the text of a row.
#[must_use]
pub fn in_unit<'a>(table: Table, unit: Unit, text: impl Fn(usize) -> Option<&'a str>) -> Table {
    if unit == Unit::Bytes {
        return table;
    }
    let ints = |name: &str| match table.columns().iter().find(|c| c.name == name).map(|c| &c.data) {
        Some(Data::Int(values)) => values.as_slice(),
        _ => &[],
    };
    let (mut starts, mut ends) = (ints("start").to_vec(), ints("end").to_vec());
    let mut offsets: Option<(i64, Offsets<'a>)> = None;
    for (row, (start, end)) in ints("row").iter().zip(starts.iter_mut().zip(&mut ends)) {
        let Some(row) = *row else { continue };
        if offsets.as_ref().is_none_or(|(known, _)| *known != row) {
            let text = usize::try_from(row).ok().and_then(&text).unwrap_or_default();
            offsets = Some((row, Offsets::new(text, unit)));
        }
        for value in [start, end].into_iter().flatten() {
            if let (Some((_, offsets)), Ok(byte)) = (&mut offsets, usize::try_from(*value)) {
                *value = i64::try_from(offsets.at(byte)).unwrap_or(i64::MAX);
            }
        }
    }
    table.replaced("start", Data::Int(starts)).replaced("end", Data::Int(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_the_prefix() {
        let text = "a\u{301}é👩‍👩‍👧 שלום 中文";
        for unit in [Unit::Utf16, Unit::Characters] {
            let slow = |byte: usize| match unit {
                Unit::Utf16 => text[..byte].encode_utf16().count(),
                _ => text[..byte].chars().count(),
            };
            let mut offsets = Offsets::new(text, unit);
            let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            for byte in ends.iter().chain(ends.iter().rev()) {
                assert_eq!(offsets.at(*byte), slow(*byte));
            }
            assert_eq!(offsets.at(1_000), slow(text.len()));
        }
    }

    #[test]
    fn tables_change_their_offsets_alone() {
        let mut table = Table::new();
        table.ints("row", [Some(0), Some(2), Some(2)].into_iter());
        table.ints("start", [Some(2), None, Some(4)].into_iter());
        table.ints("end", [Some(3), None, Some(6)].into_iter());
        table.ints("spans", [Some(2), Some(0), Some(4)].into_iter());
        let texts = ["éa", "", "👍ok"];
        let table = in_unit(table, Unit::Utf16, |row| texts.get(row).copied());
        let column =
            |name: &str| table.columns().iter().find(|c| c.name == name).unwrap().data.clone();
        assert_eq!(column("start"), Data::Int(vec![Some(1), None, Some(2)]));
        assert_eq!(column("end"), Data::Int(vec![Some(2), None, Some(4)]));
        assert_eq!(column("spans"), Data::Int(vec![Some(2), Some(0), Some(4)]));
    }
}
