//! Numbers written out.

use std::cmp::Ordering;

/// Powers of ten up to this one are exact.
const EXACT: u32 = 22;
/// Whole numbers up to this one are exact.
const WHOLE: u64 = 1 << 53;
/// Beyond this power every number is infinite or zero.
const LAST: u32 = 400;
/// Digits beyond this many of the mantissa change nothing but the power.
const MANTISSA: u64 = 1_000_000_000_000_000_000;

/// Reads a decimal number: `7`, `-0.5`, `+3`, `1.`, `.5`, `1e3`; not `nan`, `inf` or anything else.
///
/// The number is the nearest one, of two equally near ones the even one; of digits, the first 19 count. The standard
/// library does so for any length by tables of 10 kB, a tenth of what a web page may load.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, power) = match unsigned.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (mut mantissa, mut power) = (0_u64, power);
    let places = whole.bytes().map(|b| (b, 0)).chain(fraction.bytes().map(|b| (b, 1)));
    for (byte, place) in places {
        let digit = char::from(byte).to_digit(10)?;
        if mantissa < MANTISSA {
            mantissa = mantissa * 10 + u64::from(digit);
            power = power.saturating_sub(place);
        } else {
            power = power.saturating_add(1 - place);
        }
    }
    let value = nearest(mantissa, power);
    Some(if text.starts_with('-') { -value } else { value })
}

/// The number nearest to `mantissa · 10^power`.
fn nearest(mantissa: u64, power: i32) -> f64 {
    let mut value = mantissa as f64;
    let mut left = power.unsigned_abs().min(LAST);
    let exact = mantissa <= WHOLE && left <= EXACT;
    while left > 0 && value != 0.0 {
        let step = left.min(EXACT);
        let factor = 10_f64.powi(step.cast_signed());
        value = if power < 0 { value / factor } else { value * factor };
        left -= step;
    }
    // No mantissa brings these back into the range of numbers.
    if exact || mantissa == 0 || power.unsigned_abs() >= LAST {
        return value;
    }
    // Each step rounded: the nearest number is at most a few away.
    value = value.min(f64::MAX);
    while value.is_finite() && beyond(mantissa, power, value) {
        value = value.next_up();
    }
    while value > 0.0 && !beyond(mantissa, power, value.next_down()) {
        value = value.next_down();
    }
    value
}

/// Whether `mantissa · 10^power` is nearer to the number after `value` than to `value`, which is finite.
fn beyond(mantissa: u64, power: i32, value: f64) -> bool {
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
    let significand = if exponent == 0 { fraction } else { fraction | (1 << 52) };
    // Between the two lies (2 · significand + 1) · 2^half.
    let half = exponent.max(1) - 1076;
    let (mut number, mut middle) = (Natural::new(mantissa), Natural::new(2 * significand + 1));
    let tens = if power < 0 { &mut middle } else { &mut number };
    tens.times(10, power.unsigned_abs());
    let twos = if half < 0 { &mut number } else { &mut middle };
    twos.times(2, half.unsigned_abs());
    match number.compare(&middle) {
        Ordering::Less => false,
        Ordering::Equal => significand % 2 == 1,
        Ordering::Greater => true,
    }
}

/// A whole number of any size, its lowest 32 bits first, without zeros at the end.
struct Natural(Vec<u32>);

impl Natural {
    fn new(value: u64) -> Self {
        let mut natural = Self(vec![value as u32, (value >> 32) as u32]);
        while natural.0.last() == Some(&0) {
            natural.0.pop();
        }
        natural
    }

    /// Multiplies by `factor^power`.
    fn times(&mut self, factor: u32, power: u32) {
        let fits = u32::MAX.ilog(factor);
        let mut left = power;
        while left > 0 {
            let step = left.min(fits);
            let mut carry = 0_u64;
            for digit in &mut self.0 {
                carry += u64::from(*digit) * u64::from(factor.pow(step));
                *digit = carry as u32;
                carry >>= 32;
            }
            if carry > 0 {
                self.0.push(carry as u32);
            }
            left -= step;
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_decimals_and_nothing_else() {
        for text in [
            "7", "-0.5", "+3", "1.", ".5", "1e3", "1E-3", "0", "-0", "6.9", "0.1", "1e400",
            "1e-400", "0e999",
        ] {
            let value = decimal(text).unwrap();
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        for text in [
            "", ".", "-", "e5", "1e", "1e+", "nan", "inf", "infinity", "1,5", " 1", "1 ", "--1",
            "1.2.3", "٣", "0x1",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn is_exact_for_15_digits(digits in 0_u64..1_000_000_000_000_000, point in 0_usize..16) {
            let mut text = format!("{digits:015}");
            text.insert(point, '.');
            prop_assert_eq!(decimal(&text), text.parse().ok());
        }

        #[test]
        fn what_is_printed_is_read_exactly(bits in any::<u64>(), exponent in 0_u64..80) {
            // Anything, and numbers around 1 to 2^60, where two shortest decimals are often equally near.
            let near = (bits & 0x800F_FFFF_FFFF_FFFF) | ((1003 + exponent) << 52);
            for value in [f64::from_bits(bits), f64::from_bits(near)] {
                if !value.is_finite() {
                    continue;
                }
                for text in [value.to_string(), format!("{value:e}"), serde_json::to_string(&value).unwrap()] {
                    prop_assert_eq!(decimal(&text).unwrap().to_bits(), value.to_bits(), "{}", text);
                }
            }
        }

        #[test]
        fn is_exact_for_19_digits(mantissa in any::<u64>(), power in -345_i32..310) {
            let text = format!("{}e{power}", mantissa % 10_000_000_000_000_000_000);
            prop_assert_eq!(decimal(&text), text.parse().ok(), "{}", text);
        }
    }

    #[test]
    fn ties_and_ends_are_exact() {
        for text in [
            "271821092707313.62",
            "-2107065429562686.2",
            "5e-323",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "9007199254740993",
            "9007199254740995",
            "2.2250738585072011e-308",
            "9999999999999999999",
            "1e309",
            "1e-330",
            "0.0000000000000000000000000000000000000000000000000000000000000000000000000012345678901234567",
        ] {
            assert_eq!(
                decimal(text).unwrap().to_bits(),
                text.parse::<f64>().unwrap().to_bits(),
                "{text}"
            );
        }
    }
}
