//! Positions in other units than bytes.

use crate::base::config::names;
use crate::base::table::{Data, Table};

/// The unit in which a host language counts positions in a text.
///
/// ```
/// use heedful::text::{Positions, Unit};
///
/// let comment = "😡 zu spät";
/// let late = comment.find("spät").unwrap_or_default();
/// let at = |unit| Positions::new(comment, unit).at(late);
/// assert_eq!([Unit::Bytes, Unit::Characters, Unit::Utf16].map(at), [8, 5, 6]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// UTF-8 bytes, as Rust counts.
    Bytes,
    /// Characters (Unicode scalar values), as Python counts.
    Characters,
    /// UTF-16 code units, as JavaScript counts.
    Utf16,
}

names!(Unit { Bytes = "bytes", Characters = "characters", Utf16 = "utf16" });

impl Unit {
    fn of(self, c: char) -> usize {
        match self {
            Self::Bytes => c.len_utf8(),
            Self::Characters => 1,
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// Turns positions in bytes into positions in another unit, one after another.
///
/// Positions that do not descend cost one pass over the text in all; one before the last costs the way back. A position
/// within a character counts as its start, one beyond the end as the end. Text that is ASCII needs no pass.
///
/// ```
/// use heedful::text::{Positions, Unit};
///
/// let mut positions = Positions::new("très 👍 bien", Unit::Utf16);
/// assert_eq!([0, 6, 10, 11].map(|byte| positions.at(byte)), [0, 5, 7, 8]);
/// ```
#[derive(Debug, Clone)]
pub struct Positions<'a> {
    text: &'a str,
    unit: Unit,
    plain: bool,
    byte: usize,
    found: usize,
}

impl<'a> Positions<'a> {
    /// Positions in a text, in a unit.
    #[must_use]
    pub fn new(text: &'a str, unit: Unit) -> Self {
        let plain = unit == Unit::Bytes || text.is_ascii();
        Self { text, unit, plain, byte: 0, found: 0 }
    }

    /// The position of a byte.
    pub fn at(&mut self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        if self.plain {
            return byte;
        }
        if byte < self.byte / 2 {
            (self.byte, self.found) = (0, 0);
        }
        // Pairs of characters overlap: the next one starts before the last one ends.
        let read = self.text.get(..self.byte).unwrap_or_default();
        for c in read.chars().rev() {
            if self.byte <= byte {
                break;
            }
            self.byte -= c.len_utf8();
            self.found -= self.unit.of(c);
        }
        let rest = self.text.get(self.byte..).unwrap_or_default();
        for c in rest.chars() {
            if self.byte + c.len_utf8() > byte {
                break;
            }
            self.byte += c.len_utf8();
            self.found += self.unit.of(c);
        }
        self.found
    }
}

/// Turns starts and ends in bytes, in any order, into those of another unit, in one pass over the text.
///
/// ```
/// use heedful::text::{Unit, convert_spans};
///
/// let mut spans = [(0, 5), (6, 10)];
/// convert_spans("très 👍", Unit::Characters, &mut spans);
/// assert_eq!(spans, [(0, 4), (5, 6)]);
/// ```
pub fn convert_spans(text: &str, unit: Unit, spans: &mut [(usize, usize)]) {
    let mut places: Vec<&mut usize> =
        spans.iter_mut().flat_map(|(start, end)| [start, end]).collect();
    if !places.is_sorted() {
        places.sort_unstable();
    }
    let mut positions = Positions::new(text, unit);
    for place in places {
        *place = positions.at(*place);
    }
}

/// A table with the columns `row`, `start` and `end`, its offsets (in bytes) in another unit; `text` gives
/// the text of a row. Missing offsets stay missing; without a text of the row they are 0.
///
/// ```
/// use heedful::Data;
/// use heedful::text::{Redactor, Unit, in_unit};
///
/// let comments = ["Très cher, écrivez à anna@mail.example"];
/// let table = Redactor::new::<&str>([]).redact_all(&comments.map(Some)).to_table();
/// let table = in_unit(table, Unit::Characters, |row| comments.get(row).copied());
/// let start = table.columns().iter().find(|column| column.name == "start").map(|column| &column.data);
/// assert_eq!(start, Some(&Data::Int(vec![Some(21)])));
/// ```
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
    let mut offsets: Option<(i64, Positions<'a>)> = None;
    for (row, (start, end)) in ints("row").iter().zip(starts.iter_mut().zip(&mut ends)) {
        let Some(row) = *row else { continue };
        if offsets.as_ref().is_none_or(|(known, _)| *known != row) {
            let text = usize::try_from(row).ok().and_then(&text).unwrap_or_default();
            offsets = Some((row, Positions::new(text, unit)));
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_are_those_of_the_text_before(
            text in "[a-zé漢😀\u{301}אΣ]{0,20}",
            bytes in prop::collection::vec((0..60_usize, 0..60_usize), 0..8),
        ) {
            for unit in [Unit::Bytes, Unit::Characters, Unit::Utf16] {
                let count = |byte: usize| {
                    let whole = (0..=byte.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                    let head = text.get(..whole).unwrap();
                    match unit {
                        Unit::Bytes => byte.min(text.len()),
                        Unit::Characters => head.chars().count(),
                        Unit::Utf16 => head.encode_utf16().count(),
                    }
                };
                let mut spans = bytes.clone();
                convert_spans(&text, unit, &mut spans);
                let expected: Vec<_> = bytes.iter().map(|(a, b)| (count(*a), count(*b))).collect();
                prop_assert_eq!(&spans, &expected);
                let mut positions = Positions::new(&text, unit);
                let one_by_one: Vec<_> =
                    bytes.iter().map(|(a, b)| (positions.at(*a), positions.at(*b))).collect();
                prop_assert_eq!(one_by_one, expected);
            }
        }
    }

    /// Pairs of characters overlap: who read the text from its start for each would not come to an end.
    #[test]
    fn overlapping_spans_of_a_long_text_cost_one_pass() {
        let text = "貴".repeat(400_000);
        let mut positions = Positions::new(&text, Unit::Utf16);
        for place in 0..400_000 - 1 {
            assert_eq!(
                [3 * place, 3 * place + 6].map(|byte| positions.at(byte)),
                [place, place + 2]
            );
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
