//! A column of ratings, from texts.

use arrow_buffer::NullBufferBuilder;
use hashbrown::HashMap;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::number::Shown;
use crate::base::scale::{Invalid, Scale, read_number};
use crate::listen::column::{Column, Encoder};

/// How many different texts are remembered, and how long they may be.
const REMEMBERED: usize = 1024;
const LONGEST_REMEMBERED: usize = 64;

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Missing,
    Byte(u8),
    Number(f64),
    /// No rating; kept as a text so that a score counts it as invalid.
    Text,
}

/// Reads ratings and holds them in the narrowest kind of column: bytes, floats, or categories
/// where texts that are no ratings are to be counted.
#[derive(Debug)]
pub(super) struct Ratings {
    scale: Option<Scale>,
    invalid: Invalid,
    /// Which bytes, written in digits, are ratings that need no further look.
    plain: Box<[bool; 256]>,
    known: HashMap<Box<str>, Value>,
    store: Store,
    present: NullBufferBuilder,
}

#[derive(Debug)]
enum Store {
    Bytes(Vec<u8>),
    Floats(Vec<f64>),
    Mixed(Encoder),
}

impl Ratings {
    pub(super) fn new(scale: Option<Scale>, invalid: Invalid) -> Self {
        let mut plain = Box::new([true; 256]);
        if let Some(scale) = &scale {
            for (byte, plain) in (0..=u8::MAX).zip(plain.iter_mut()) {
                // A label in digits may stand for another point.
                let value = f64::from(byte);
                *plain =
                    scale.index(value).is_some() && scale.read(&byte.to_string()) == Some(value);
            }
        }
        Self {
            scale,
            invalid,
            plain,
            known: HashMap::new(),
            store: Store::Bytes(Vec::new()),
            present: NullBufferBuilder::new(0),
        }
    }

    /// What a text that is not blank says.
    ///
    /// # Errors
    /// `rating-invalid`, `rating-out-of-range`, unless they are to be counted.
    #[inline]
    pub(super) fn read(&mut self, text: &str) -> Result<Value> {
        let byte = match text.as_bytes() {
            [one @ b'0'..=b'9'] => Some(one - b'0'),
            [ten @ b'1'..=b'9', one @ b'0'..=b'9'] => Some((ten - b'0') * 10 + (one - b'0')),
            _ => None,
        };
        #[expect(clippy::indexing_slicing, reason = "256 entries for a byte")]
        match byte {
            Some(byte) if self.plain[usize::from(byte)] => Ok(Value::Byte(byte)),
            _ => self.look_up(text),
        }
    }

    fn look_up(&mut self, text: &str) -> Result<Value> {
        if let Some(value) = self.known.get(text) {
            return Ok(*value);
        }
        let value = self.parse(text)?;
        if self.known.len() < REMEMBERED && text.len() <= LONGEST_REMEMBERED {
            self.known.insert(text.into(), value);
        }
        Ok(value)
    }

    fn parse(&self, text: &str) -> Result<Value> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Missing);
        }
        let number = match &self.scale {
            Some(scale) => scale.read(text),
            None => read_number(text),
        };
        let Some(number) = number.or_else(|| infinity(text)) else {
            if text.eq_ignore_ascii_case("nan") {
                return Ok(Value::Missing);
            }
            return match self.invalid {
                Invalid::Count => Ok(Value::Text),
                Invalid::Error => Err(Error::new(
                    ErrorCode::RatingInvalid,
                    "the text is neither a number nor a label of the scale",
                )),
            };
        };
        if self.invalid == Invalid::Error {
            let refusal = match &self.scale {
                Some(scale) => scale.refusal(scale.classify(number), number),
                None if number.is_finite() => None,
                None => Some(Error::new(
                    ErrorCode::RatingOutOfRange,
                    format!("rating {} is on no scale", Shown(number)),
                )),
            };
            if let Some(error) = refusal {
                return Err(error);
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, and is compared back"
        )]
        let byte = number as u8;
        let is_byte = f64::from(byte) == number;
        Ok(if is_byte { Value::Byte(byte) } else { Value::Number(number) })
    }

    /// Appends what was read from a text.
    #[inline]
    pub(super) fn push(&mut self, value: Value, text: Option<&str>) {
        match (&mut self.store, value) {
            (Store::Bytes(bytes), Value::Byte(byte)) => {
                bytes.push(byte);
                self.present.append_non_null();
            }
            (Store::Bytes(bytes), Value::Missing) => {
                bytes.push(0);
                self.present.append_null();
            }
            (Store::Floats(floats), Value::Byte(byte)) => {
                floats.push(f64::from(byte));
                self.present.append_non_null();
            }
            (Store::Floats(floats), Value::Number(number)) => {
                floats.push(number);
                self.present.append_non_null();
            }
            (Store::Floats(floats), Value::Missing) => {
                floats.push(0.0);
                self.present.append_null();
            }
            (Store::Bytes(bytes), Value::Number(_)) => {
                self.store = Store::Floats(bytes.iter().map(|b| f64::from(*b)).collect());
                self.push(value, text);
            }
            (Store::Mixed(encoder), value) => match value {
                Value::Missing => encoder.push(None),
                Value::Byte(byte) => encoder.push_key(&Key::Int(i64::from(byte))),
                Value::Number(number) => encoder.push_key(&Key::Float(number)),
                Value::Text => encoder.push(text),
            },
            (Store::Bytes(_) | Store::Floats(_), Value::Text) => {
                let column = self.take();
                let mut encoder = Encoder::default();
                (0..column.len()).for_each(|row| encoder.push_key(&column.key(row)));
                self.store = Store::Mixed(encoder);
                self.push(value, text);
            }
        }
    }

    /// The column so far; the next one starts empty.
    pub(super) fn take(&mut self) -> Column {
        let present = self.present.finish();
        match std::mem::replace(&mut self.store, Store::Bytes(Vec::new())) {
            Store::Bytes(bytes) => Column::Number(bytes.into(), present),
            Store::Floats(floats) => Column::Number(floats.into(), present),
            Store::Mixed(encoder) => Column::Category(encoder.finish()),
        }
    }
}

/// Infinity spelled out: outside of every scale.
fn infinity(text: &str) -> Option<f64> {
    let (sign, word) = match text.strip_prefix('-') {
        Some(word) => (-1.0, word),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let spelled = ["inf", "infinity", "∞"].iter().any(|known| word.eq_ignore_ascii_case(known));
    spelled.then_some(sign * f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(texts: &[&str], scale: Option<&str>, invalid: Invalid) -> Result<Column> {
        let scale = scale.map(|name| Scale::preset(name).unwrap());
        let mut ratings = Ratings::new(scale, invalid);
        for text in texts {
            let value = if text.is_empty() { Value::Missing } else { ratings.read(text)? };
            ratings.push(value, Some(text));
        }
        Ok(ratings.take())
    }

    fn code(text: &str, scale: Option<&str>) -> Option<ErrorCode> {
        column(&[text], scale, Invalid::Error).err().map(|e| e.code())
    }

    #[test]
    fn the_narrowest_column_that_holds_them() {
        let all = |scale| column(&["10", "", "0", "7"], scale, Invalid::Error).unwrap();
        let present = Some(vec![true, false, true, true].into());
        let expected = Column::Number(vec![10_u8, 0, 0, 7].into(), present);
        assert_eq!(all(None), expected);
        assert_eq!(all(Some("0-10")), expected);
        let floats = column(&["10", "", "6.5"], None, Invalid::Error).unwrap();
        assert_eq!(floats, Column::optional_numbers(&[Some(10.0), None, Some(6.5)]));
        let mixed = column(&["10", "", "rude", "inf"], None, Invalid::Count).unwrap();
        let keys: Vec<Key> = (0..4).map(|row| mixed.key(row)).collect();
        let float = Key::Float(f64::INFINITY);
        assert_eq!(keys, [Key::Int(10), Key::Missing, Key::text("rude"), float]);
    }

    #[test]
    fn labels_and_numbers_with_words() {
        let texts = ["10 - Extremely likely", " 9 ", "08", "7.0", "nan"];
        let read = column(&texts, Some("0-10"), Invalid::Error).unwrap();
        let values: Vec<_> = (0..5).map(|row| read.float(row).unwrap()).collect();
        assert_eq!(values, [Some(10.0), Some(9.0), Some(8.0), Some(7.0), None]);
        let read = column(&["Yes", "no", "1"], Some("binary"), Invalid::Error).unwrap();
        assert_eq!(read, Column::numbers(vec![1_u8, 0, 1]));
    }

    #[test]
    fn a_label_in_digits_goes_before_the_number() {
        let scale = Scale::labelled([(1.0, "3"), (2.0, "2"), (3.0, "1")]).unwrap();
        let mut ratings = Ratings::new(Some(scale), Invalid::Error);
        assert_eq!(ratings.read("1").unwrap(), Value::Byte(3));
        assert_eq!(ratings.read("2").unwrap(), Value::Byte(2));
    }

    #[test]
    fn refuses_without_showing_texts() {
        for scale in [None, Some("0-10")] {
            assert_eq!(code("inf", scale), Some(ErrorCode::RatingOutOfRange));
            assert_eq!(code("-Infinity", scale), Some(ErrorCode::RatingOutOfRange));
            assert_eq!(code("rude", scale), Some(ErrorCode::RatingInvalid));
            assert_eq!(code("7,5", scale), Some(ErrorCode::RatingInvalid));
        }
        assert_eq!(code("11", Some("0-10")), Some(ErrorCode::RatingOutOfRange));
        assert_eq!(code("6.9", Some("0-10")), Some(ErrorCode::RatingInvalid));
        assert_eq!(code("6.9", None), None);
        let error = column(&["rude"], None, Invalid::Error).unwrap_err();
        assert!(!error.to_string().contains("rude"));
    }
}
