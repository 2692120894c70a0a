//! Ratings as codes.

use arrow_buffer::NullBuffer;

use super::block::{each_null, each_pair};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::scale::{Reading, Scale};
use crate::listen::column::{Column, Keys, Numbers, Primitive, each_type};

/// Turns the ratings of one column into codes.
pub(crate) struct Coder<'a> {
    pub(super) source: Source<'a>,
    pub(super) validity: Option<&'a NullBuffer>,
    points: u8,
}

pub(super) enum Source<'a> {
    /// A code for each of the 256 values; and the first point where codes are the bytes less that point
    /// and all other bytes are out of range, which takes no table.
    Bytes(&'a [u8], Box<[u8; 256]>, Option<u8>),
    Numbers(&'a Numbers, &'a Scale, Option<i64>),
    /// Labels: a code for each entry of the dictionary.
    Labels(&'a Keys, Vec<u8>),
    Owned(Vec<u8>),
}

impl<'a> Coder<'a> {
    /// # Errors
    /// `column-type` for a column of times.
    pub(crate) fn new(column: &'a Column, scale: &'a Scale, missing: &[String]) -> Result<Self> {
        let points = u8::try_from(scale.points().len())
            .map_err(|_| Error::new(ErrorCode::Internal, "a scale has too many points"))?;
        let code = |reading| code_of(reading, points);
        let read = |text: &str| {
            let text = text.trim();
            if text.is_empty() || missing.iter().any(|token| token == text) {
                return Reading::Missing;
            }
            scale.read(text).map_or(Reading::Invalid, |value| scale.classify(value))
        };
        let (source, validity) = match column {
            Column::Number(Numbers::U8(values), validity) => {
                let mut table = Box::new([0; 256]);
                for (value, entry) in (0..=u8::MAX).zip(table.iter_mut()) {
                    *entry = code(scale.classify(f64::from(value)));
                }
                let first = (0..=u8::MAX).find(|first| {
                    let steps = (0..=u8::MAX).map(|value| step(value, *first, points));
                    steps.eq(table.iter().copied())
                });
                (Source::Bytes(values, table, first), validity.as_ref())
            }
            Column::Number(numbers, validity) => {
                (Source::Numbers(numbers, scale, scale.first_of_consecutive()), validity.as_ref())
            }
            Column::Category(category) => {
                let codes = category.values.iter().map(|value| {
                    code(match value {
                        Key::Text(text) => read(text),
                        Key::Int(value) => scale.classify(*value as f64),
                        Key::Float(value) => scale.classify(*value),
                        Key::Bool(value) => scale.classify(f64::from(u8::from(*value))),
                        Key::Missing => Reading::Missing,
                        Key::Date(_) => Reading::Invalid,
                    })
                });
                (Source::Labels(&category.keys, codes.collect()), category.validity.as_ref())
            }
            Column::Text(texts) => {
                let codes = texts.iter().map(|text| code(text.map_or(Reading::Missing, read)));
                (Source::Owned(codes.collect()), None)
            }
            Column::Time(_) => {
                return Err(Error::new(
                    ErrorCode::ColumnType,
                    "the column holds times, not ratings",
                ));
            }
        };
        Ok(Self { source, validity, points })
    }

    /// Codes that a counter table needs room for.
    pub(crate) fn stride(&self) -> usize {
        usize::from(self.points) + 4
    }

    /// The codes of the rows from `start` on.
    fn fill(&self, start: usize, out: &mut [u8]) {
        let end = start + out.len();
        let missing = code_of(Reading::Missing, self.points);
        match &self.source {
            Source::Bytes(values, table, first) => {
                let values = values.get(start..end).unwrap_or_default();
                if let Some(first) = *first {
                    each_pair(out, values, |_, value| step(value, first, self.points));
                } else {
                    #[expect(clippy::indexing_slicing, reason = "256 entries for a byte")]
                    each_pair(out, values, |_, value| table[usize::from(value)]);
                }
            }
            Source::Numbers(numbers, scale, first) => each_type!(Numbers, numbers, values => {
                let values = values.get(start..end).unwrap_or_default();
                fill_numbers(values, scale, *first, self.points, out);
            }),
            Source::Labels(keys, codes) => each_type!(Keys, keys, keys => {
                for (out, key) in out.iter_mut().zip(keys.get(start..end).unwrap_or_default()) {
                    *out = codes.get(key.position()).copied().unwrap_or(missing);
                }
            }),
            Source::Owned(codes) => out.copy_from_slice(codes.get(start..end).unwrap_or_default()),
        }
        each_null(self.validity, start, out.len(), |i| {
            if let Some(out) = out.get_mut(i) {
                *out = missing;
            }
        });
    }

    /// As [`fill`](Self::fill), with the last code in rows that are left out.
    pub(super) fn fill_kept(&self, start: usize, codes: &mut [u8], mask: Option<&[bool]>) {
        self.fill(start, codes);
        if let Some(mask) = mask {
            let left_out = self.points + 3;
            for (code, keep) in codes.iter_mut().zip(mask.iter().skip(start)) {
                if !keep {
                    *code = left_out;
                }
            }
        }
    }

    /// The code of every row; rows that are left out have the last one, [`stride`](Self::stride) - 1.
    pub(crate) fn codes(&self, len: usize, mask: Option<&[bool]>) -> Vec<u8> {
        let mut codes = vec![0; len];
        self.fill_kept(0, &mut codes, mask);
        codes
    }

    /// How many points there are; codes from here on are no ratings.
    pub(crate) fn points(&self) -> u8 {
        self.points
    }

    /// Where the rating of one row stands.
    pub(crate) fn reading(&self, row: usize) -> Reading {
        let mut code = [0];
        self.fill(row, &mut code);
        reading_of(code[0], self.points)
    }
}

/// The code of a byte on a scale of consecutive points.
#[inline]
fn step(value: u8, first: u8, points: u8) -> u8 {
    let steps = value.wrapping_sub(first);
    if steps < points { steps } else { points + 2 }
}

fn fill_numbers<T: Primitive>(
    values: &[T],
    scale: &Scale,
    first: Option<i64>,
    points: u8,
    out: &mut [u8],
) {
    for (out, value) in out.iter_mut().zip(values) {
        let value = value.float();
        if let Some(first) = first {
            let steps = value - first as f64;
            #[expect(clippy::cast_possible_truncation, reason = "saturates, and is compared back")]
            let whole = steps as i32;
            if f64::from(whole) == steps && whole >= 0 && whole < i32::from(points) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 249"
                )]
                {
                    *out = whole as u8;
                }
                continue;
            }
        }
        *out = code_of(scale.classify(value), points);
    }
}

/// Codes after the points: missing, invalid, out of range, and rows that are left out.
fn code_of(reading: Reading, points: u8) -> u8 {
    match reading {
        #[expect(clippy::cast_possible_truncation, reason = "an index of at most 250 points")]
        Reading::Point(index) => index as u8,
        Reading::Missing => points,
        Reading::Invalid => points + 1,
        Reading::OutOfRange => points + 2,
    }
}

/// What a code means where there are this many points.
pub(crate) fn reading_of(code: u8, points: u8) -> Reading {
    match code.checked_sub(points) {
        None => Reading::Point(usize::from(code)),
        Some(0) => Reading::Missing,
        Some(1) => Reading::Invalid,
        Some(_) => Reading::OutOfRange,
    }
}
