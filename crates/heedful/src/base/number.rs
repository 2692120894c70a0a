//! Numbers written out.

use std::cmp::Ordering;
use std::fmt;
use std::iter::repeat_n;

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
    let (significand, power_of_two) = parts(value);
    // Between the two lies (2 · significand + 1) · 2^half.
    let half = power_of_two - 1;
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

/// Significand and power of two of a number that is not negative.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
    let significand = if exponent == 0 { fraction } else { fraction | (1 << 52) };
    (significand, exponent.max(1) - 1075)
}

/// Writes a number by the fewest digits that read back as it, without an exponent: `7`, `-0.5`.
///
/// The standard library writes the same by tables and code of 14 kB; results leave a web page's module as they are,
/// and what is left are the numbers in messages and names.
pub(crate) struct Shown(pub(crate) f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, sign) = (self.0.abs(), if self.0.is_sign_negative() { "-" } else { "" });
        if value.is_nan() {
            return f.pad("NaN");
        }
        let mut text = sign.to_owned();
        if !value.is_finite() {
            text.push_str("inf");
        } else if value <= WHOLE as f64 && value.fract() == 0.0 {
            text.push_str(&(value as u64).to_string());
        } else {
            let (digits, point) = shortest(value, Tie::Up);
            text.push_str(&plain(&digits, point));
        }
        f.pad(&text)
    }
}

/// Digits with the point after so many of them.
fn plain(digits: &[u8], point: i32) -> String {
    let mut text = String::new();
    if point <= 0 {
        text.push_str("0.");
        text.extend(repeat_n('0', point.unsigned_abs() as usize));
    }
    for (place, digit) in (0..).zip(digits) {
        if place == point && point > 0 {
            text.push('.');
        }
        text.push(char::from(b'0' + digit));
    }
    let behind = usize::try_from(point).unwrap_or(0).saturating_sub(digits.len());
    text.extend(repeat_n('0', behind));
    text
}

/// Which of two equally near last digits is written.
#[derive(Clone, Copy, PartialEq)]
enum Tie {
    /// As the standard library has it.
    Up,
    /// As serde_json has it.
    #[cfg(any(test, target_arch = "wasm32"))]
    Even,
}

/// A finite number as serde_json writes it, which is by tables of 10 kB: with a point or an exponent.
#[cfg(any(test, target_arch = "wasm32"))]
pub(crate) fn json(value: f64) -> String {
    let (digits, point) =
        if value == 0.0 { (vec![0], 1) } else { shortest(value.abs(), Tie::Even) };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if (-4..=16).contains(&point) {
        let whole = usize::try_from(point).is_ok_and(|point| point >= digits.len());
        return sign.to_owned() + &plain(&digits, point) + if whole { ".0" } else { "" };
    }
    let text = sign.to_owned() + &plain(&digits, 1);
    text + if point > 0 { "e+" } else { "e" } + &(point - 1).to_string()
}

/// The digits of a positive number, and how many of them stand before the point: Steele and White 1990, "How to print
/// floating-point numbers accurately".
fn shortest(value: f64, tie: Tie) -> (Vec<u8>, i32) {
    let (significand, power) = parts(value);
    let even = significand % 2 == 0;
    // The number, and half the way to its neighbours above and below, in quarters of its last binary place. Below a
    // power of two the numbers are twice as dense.
    let dense = significand == 1 << 52 && power > -1074;
    let mut unit = Natural::new(4);
    let mut number = Natural::new(4 * significand);
    let (mut above, mut below) = (Natural::new(2), Natural::new(if dense { 1 } else { 2 }));
    // More than enough places before the point: zeros are skipped.
    let bits = power + 64 - significand.leading_zeros().cast_signed();
    let mut point = ((bits * 1233) >> 12) + 2;
    for all in [&mut number, &mut above, &mut below] {
        all.times(2, power.max(0).unsigned_abs());
        all.times(10, point.min(0).unsigned_abs());
    }
    unit.times(2, power.min(0).unsigned_abs());
    unit.times(10, point.max(0).unsigned_abs());
    let mut digits = Vec::new();
    loop {
        for all in [&mut number, &mut above, &mut below] {
            all.times(10, 1);
        }
        let mut digit = 0;
        while number.compare(&unit) != Ordering::Less {
            number.less(&unit);
            digit += 1;
        }
        let mut rest = Natural(unit.0.clone());
        rest.less(&number);
        // Whether the digits so far, or the next greater ones, read back; the middle between two numbers is even's.
        let reads = |off: &Natural, limit: &Natural| match off.compare(limit) {
            Ordering::Less => true,
            Ordering::Equal => even,
            Ordering::Greater => false,
        };
        let (down, up) = (reads(&number, &below), reads(&rest, &above));
        if down || up {
            let nearer = match number.compare(&rest) {
                Ordering::Equal => tie == Tie::Up || digit % 2 == 1,
                order => order == Ordering::Greater,
            };
            digits.push(digit + u8::from(up && (!down || nearer)));
            return (digits, point);
        }
        if digit > 0 || !digits.is_empty() {
            digits.push(digit);
        } else {
            point -= 1;
        }
    }
}

/// A whole number of any size, its lowest 32 bits first, without zeros at the end.
struct Natural(Vec<u32>);

impl Natural {
    fn new(value: u64) -> Self {
        let mut natural = Self(vec![value as u32, (value >> 32) as u32]);
        natural.trim();
        natural
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Subtracts a number that is not greater.
    fn less(&mut self, other: &Self) {
        let mut borrowed = false;
        for (i, digit) in self.0.iter_mut().enumerate() {
            let (part, under) = digit.overflowing_sub(other.0.get(i).copied().unwrap_or(0));
            let (part, again) = part.overflowing_sub(u32::from(borrowed));
            (*digit, borrowed) = (part, under || again);
        }
        self.trim();
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
        fn is_shown_as_the_standard_library_does(bits in any::<u64>(), exponent in 0_u64..80) {
            let near = (bits & 0x800F_FFFF_FFFF_FFFF) | ((1003 + exponent) << 52);
            for value in [f64::from_bits(bits), f64::from_bits(near), (bits >> 20) as f64 / 1e4] {
                prop_assert_eq!(Shown(value).to_string(), value.to_string());
                if value.is_finite() {
                    prop_assert_eq!(json(value), serde_json::to_string(&value).unwrap());
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
    fn shows_the_ends_and_powers() {
        let ends =
            [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE];
        let powers = (-1074..1024).map(|power| libm::exp2(f64::from(power)));
        let tens = (-323..309).map(|power| format!("1e{power}").parse().unwrap());
        for value in ends.into_iter().chain(powers).chain(tens) {
            for value in [value, value.next_up(), value.next_down()] {
                assert_eq!(Shown(value).to_string(), value.to_string());
                if value.is_finite() {
                    assert_eq!(json(value), serde_json::to_string(&value).unwrap());
                }
            }
        }
        assert_eq!(format!("{:>6}|", Shown(0.5)), "   0.5|");
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
