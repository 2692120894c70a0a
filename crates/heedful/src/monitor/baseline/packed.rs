//! Counts as text, for state in JSON: short, and as safe to copy as any word.
//!
//! A number is written in groups of five bits, the lowest first, a letter of Base64 for each; the sixth bit says that
//! more follow (Base64 VLQ, as in source maps, without signs). 0 is a missing count, others are the count plus 1. After
//! two equal numbers in a row a number tells how many more of them follow.

use serde::{Serialize, Serializer};

use crate::base::config::Config;
use crate::base::error::Result;
use crate::base::json::Json;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// More than any baseline remembers.
const MOST: u64 = 1 << 20;

/// Counts in order, `None` where one is missing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Packed(pub(crate) Vec<Option<u64>>);

fn put(text: &mut String, mut value: u64) {
    loop {
        let (low, rest) = (value & 31, value >> 5);
        let digit = if rest > 0 { low | 32 } else { low };
        let letter = usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit));
        text.extend(letter.map(|letter| char::from(*letter)));
        if rest == 0 {
            return;
        }
        value = rest;
    }
}

/// Takes a number off the front.
fn take(letters: &mut std::str::Bytes<'_>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(5) {
        let letter = letters.next()?;
        let digit = DIGITS.iter().position(|digit| *digit == letter)? as u64;
        value |= (digit & 31).checked_shl(shift).filter(|part| part >> shift == digit & 31)?;
        if digit < 32 {
            return Some(value);
        }
    }
    None
}

impl Packed {
    fn text(&self) -> String {
        let mut text = String::with_capacity(2 * self.0.len());
        let mut rest = self.0.as_slice();
        while let Some((count, after)) = rest.split_first() {
            let equal = 1 + after.iter().take_while(|other| *other == count).count();
            for _ in 0..equal.min(2) {
                put(&mut text, count.map_or(0, |count| count + 1));
            }
            if equal >= 2 {
                put(&mut text, (equal - 2) as u64);
            }
            rest = rest.get(equal..).unwrap_or(&[]);
        }
        text
    }

    fn of_text(text: &str) -> Option<Self> {
        let mut letters = text.bytes();
        let mut counts: Vec<Option<u64>> = Vec::with_capacity(text.len());
        let mut before = None;
        while letters.len() > 0 {
            let number = take(&mut letters)?;
            counts.push(number.checked_sub(1));
            if before != Some(number) {
                before = Some(number);
                continue;
            }
            let more = take(&mut letters).filter(|more| *more <= MOST)?;
            if counts.len() as u64 + more > MOST {
                return None;
            }
            counts.extend((0..more).map(|_| number.checked_sub(1)));
            before = None;
        }
        Some(Self(counts))
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl Config for Packed {
    /// State of version 1 has a list of numbers.
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::List(_) => Config::read(json).map(Self),
            _ => Self::of_text(json.text()?).ok_or_else(|| json.refused("packed counts")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count() -> impl Strategy<Value = Option<u64>> {
        prop_oneof![3 => Just(None), 5 => (0_u64..3).prop_map(Some), 2 => (0_u64..=1 << 53).prop_map(Some)]
    }

    proptest! {
        #[test]
        fn reads_what_it_wrote(counts in prop::collection::vec(count(), 0..60)) {
            let packed = Packed(counts);
            prop_assert_eq!(Packed::of_text(&packed.text()), Some(packed));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9+/ é]{0,20}") {
            let _ = Packed::of_text(&text);
        }
    }

    #[test]
    fn is_short() {
        // 0 is written as 1; the run of 100 as itself twice and 98 more.
        let mut counts = vec![Some(0); 100];
        counts.extend([None, Some(6), Some(31), Some(30)]);
        assert_eq!(Packed(counts).text(), "BBiDAHgBf");
        assert_eq!(Packed::of_text("BB"), None);
        assert_eq!(Packed::of_text("BB/////D"), None);
        assert_eq!(Packed::of_text("g"), None);
    }
}
