//! Columns of truth values, eight together.

use std::borrow::Cow;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::interpret::count::any_byte;
use crate::listen::column::{Column, Keys, Numbers, Primitive, each_type};

/// Rows whose flags are read together.
pub(crate) const BLOCK: usize = 1024;

/// A block in which nothing is true.
pub(crate) const NONE: [u8; BLOCK] = [0; BLOCK];

/// Calls `act` for each block of rows with the bits of their flags, eight flags (not 0) to a byte, and with how many
/// rows there are.
pub(crate) fn each_block(
    flags: &[Cow<'_, [u8]>],
    rows: usize,
    mut act: impl FnMut(&[[u8; BLOCK]], usize),
) {
    let mut bytes = vec![NONE; flags.len().div_ceil(8)];
    let mut rest = [NONE; 8];
    for start in (0..rows).step_by(BLOCK) {
        let len = BLOCK.min(rows - start);
        for (eight, bytes) in flags.chunks(8).zip(&mut bytes) {
            for (flags, rest) in eight.iter().zip(&mut rest).filter(|_| len < BLOCK) {
                for (rest, flag) in rest.iter_mut().zip(flags.iter().skip(start)) {
                    *rest = *flag;
                }
            }
            let flag = |place: usize| {
                let flags = eight.get(place).and_then(|flags| flags.get(start..));
                flags
                    .map_or(&NONE, |flags| flags.first_chunk().or(rest.get(place)).unwrap_or(&NONE))
            };
            pack(std::array::from_fn(flag), bytes);
        }
        act(&bytes, len);
    }
}

/// One bit of a byte for each of eight flags: all at once, because each alone would wait for its memory.
fn pack([a, b, c, d, e, f, g, h]: [&[u8; BLOCK]; 8], bytes: &mut [u8; BLOCK]) {
    let bit = |flag: &u8, place: u8| if *flag == 0 { 0 } else { 1 << place };
    let low = a.iter().zip(b).zip(c.iter().zip(d));
    let high = e.iter().zip(f).zip(g.iter().zip(h));
    for (byte, (((a, b), (c, d)), ((e, f), (g, h)))) in bytes.iter_mut().zip(low.zip(high)) {
        let low = bit(a, 0) | bit(b, 1) | bit(c, 2) | bit(d, 3);
        *byte = low | bit(e, 4) | bit(f, 5) | bit(g, 6) | bit(h, 7);
    }
}

/// A byte for each row that is not 0 where the column is true, or a number other than 0.
///
/// # Errors
/// `column-type` for a column of anything else.
pub(crate) fn truths(column: &Column) -> Result<Cow<'_, [u8]>> {
    if let Column::Number(Numbers::U8(values), None) = column {
        return Ok(Cow::Borrowed(values));
    }
    let truth = |key: &Key| match key {
        Key::Bool(value) => Some(u8::from(*value)),
        Key::Int(value) => Some(u8::from(*value != 0)),
        Key::Float(value) => Some(u8::from(value.abs() > 0.0)),
        Key::Missing => Some(0),
        _ => None,
    };
    let wrong =
        || Error::new(ErrorCode::ColumnType, "a reason's column holds truth values or numbers");
    match column {
        Column::Category(category) => {
            let known = category.values.iter().map(truth).collect::<Option<Vec<u8>>>();
            let known = known.ok_or_else(wrong)?;
            // Truth values of a host: their positions are the flags as they are.
            if let (Keys::U8(keys), None, [0, 1]) =
                (&category.keys, &category.validity, known.as_slice())
                && !any_byte(keys, |key| key > 1)
            {
                return Ok(Cow::Borrowed(keys));
            }
            let flag = |row| category.position(row).and_then(|p| known.get(p).copied());
            Ok((0..column.len()).map(|row| flag(row).unwrap_or(0)).collect())
        }
        Column::Number(numbers, validity) => {
            let flag = |number: f64| u8::from(number.abs() > 0.0);
            let flags: Vec<u8> = each_type!(Numbers, numbers, values => {
                values.iter().map(|value| flag(value.float())).collect()
            });
            Ok(match validity {
                None => flags.into(),
                Some(present) => {
                    let both = flags.iter().zip(present.iter());
                    both.map(|(flag, present)| flag & u8::from(present)).collect()
                }
            })
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_every_kind_are_the_same() {
        use crate::listen::column::Category;

        let bools = |values: &[Key], keys: Keys| {
            Column::Category(Category { keys, validity: None, values: values.to_vec().into() })
        };
        let (no, yes) = (Key::Bool(false), Key::Bool(true));
        let plain = bools(&[no.clone(), yes.clone()], Keys::from(vec![1_u8, 0, 1]));
        assert!(matches!(truths(&plain).unwrap(), Cow::Borrowed([1, 0, 1])));
        for column in [
            bools(&[yes.clone(), no.clone()], Keys::from(vec![0_u8, 1, 0])),
            bools(&[no.clone(), yes.clone()], Keys::from(vec![1_i32, -1, 1])),
            Column::numbers(vec![-2_i64, 0, 1]),
            Column::numbers(vec![0.5, f64::NAN, 7.0]),
            Column::Number(vec![1_i8, 1, 1].into(), Some(vec![true, false, true].into())),
        ] {
            assert_eq!(*truths(&column).unwrap(), [1, 0, 1], "{column:?}");
        }
        // A position beyond the values is missing, not true.
        let beyond = bools(&[no, yes], Keys::from(vec![1_u8, 255, 1]));
        assert_eq!(*truths(&beyond).unwrap(), [1, 0, 1]);
    }

    #[test]
    fn bits_are_flags_in_every_block_and_in_the_rest() {
        let rows = 2 * BLOCK + 5;
        let flag = |row: usize, place: usize| (row * 31 + place * 17) % 7 < 3;
        let column = |place| (0..rows).map(|row| u8::from(flag(row, place)) * 9).collect();
        let flags: Vec<Cow<'_, [u8]>> = (0..11).map(column).collect();
        let mut seen = 0;
        each_block(&flags, rows, |bytes, len| {
            for (row, place) in (0..len).flat_map(|row| (0..16).map(move |place| (row, place))) {
                let bit = bytes[place / 8][row] >> (place % 8) & 1 == 1;
                assert_eq!(bit, place < 11 && flag(seen + row, place), "{row} {place}");
            }
            seen += len;
        });
        assert_eq!(seen, rows);
        each_block(&[], 3, |bytes, len| assert_eq!((bytes.len(), len), (0, 3)));
    }
}
