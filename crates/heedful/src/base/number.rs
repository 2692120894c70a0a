//! Numbers written out.

/// Powers of ten up to this one are exact.
const EXACT: u32 = 22;
/// Beyond this power every number is infinite or zero.
const LAST: u32 = 400;
/// How many numbers on either side may be closer to a long decimal than the one found.
const NEARBY: u32 = 64;

/// Reads a decimal number: `7`, `-0.5`, `+3`, `1.`, `.5`, `1e3`; not `nan`, `inf` or anything else.
///
/// Numbers of up to 15 digits and a moderate exponent are read exactly, longer ones to the last bit or two. The
/// standard library reads all of them exactly by tables of 10 kB, a tenth of what a web page may load.
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
        // Digits after the 18th change nothing but the power.
        if mantissa < 100_000_000_000_000_000 {
            mantissa = mantissa * 10 + u64::from(digit);
            power = power.saturating_sub(place);
        } else {
            power = power.saturating_add(1 - place);
        }
    }
    let mut value = mantissa as f64;
    let mut left = power.unsigned_abs().min(LAST);
    while left > 0 && value != 0.0 {
        let step = left.min(EXACT);
        let factor = 10_f64.powi(step.cast_signed());
        value = if power < 0 { value / factor } else { value * factor };
        left -= step;
    }
    Some(if text.starts_with('-') { -value } else { value })
}

/// As [`decimal`], and exact for numbers as Rust and JavaScript print them, with the fewest digits that tell them
/// apart: of the numbers nearby it is the one that is printed with these digits.
pub(crate) fn printed(text: &str) -> Option<f64> {
    let near = decimal(text)?;
    let digits = significant(text);
    let is = |value: &f64| significant(&value.to_string()) == digits;
    let (mut above, mut below) = (near, near);
    for _ in 0..NEARBY {
        if let Some(exact) = [below, above].into_iter().find(is) {
            return Some(exact);
        }
        (below, above) = (below.next_down(), above.next_up());
    }
    Some(near)
}

/// The digits without point, exponent, and zeros at either end.
fn significant(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
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
        fn what_is_printed_is_read_exactly(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            for text in [value.to_string(), format!("{value:e}"), serde_json::to_string(&value).unwrap()] {
                prop_assert_eq!(printed(&text).unwrap().to_bits(), value.to_bits(), "{}", text);
            }
        }

        #[test]
        fn is_near_for_all(value in any::<f64>().prop_filter("finite", |v| v.is_normal())) {
            let read = decimal(&format!("{value:e}")).unwrap();
            prop_assert!((read / value - 1.0).abs() < 1e-14, "{} {}", value, read);
        }
    }
}
