//! How numbers and bars look.

use heedful::Metric;
use heedful::stats::Interval;

/// The width of bars and of labels.
pub(crate) const WIDTH: usize = 31;
pub(crate) const LABEL: usize = 34;

/// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($part:tt)*) => {{
        let _ = writeln!($out, $($part)*);
    }};
}
pub(crate) use put;

pub(crate) fn shorten(label: &str, width: usize) -> String {
    let clean: String = label.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= width {
        return clean;
    }
    clean.chars().take(width - 3).chain("...".chars()).collect()
}

pub(crate) fn points(value: f64) -> String {
    // No minus before a zero.
    let value = (value * 10.0).round() / 10.0 + 0.0;
    format!("{value:.1}")
}

pub(crate) fn interval(interval: Option<Interval>, factor: f64) -> String {
    interval.map_or_else(String::new, |i| {
        let level = 100.0 * i.confidence;
        format!("   {} to {} ({level:.0} %)", points(i.lower * factor), points(i.upper * factor))
    })
}

pub(crate) fn probability(p: f64) -> String {
    if p < 0.001 { "< .001".to_owned() } else { format!("{p:.3}") }
}

pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    format!("  {:>5.1} %", 100.0 * part as f64 / whole as f64)
}

pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A bar in eighths of a character.
pub(crate) fn bar(share: f64) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = place(share, 8 * WIDTH);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(end) = EIGHTHS.get(eighths % 8).filter(|end| **end != ' ') {
        bar.push(*end);
    }
    bar
}

/// The value and its interval within the range of the metric.
pub(crate) fn strip(metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let (low, high) = metric.range();
    let at = |value: f64| place((value - low) / (high - low), WIDTH - 1);
    let (lower, upper) = interval.map_or((value, value), |i| (i.lower, i.upper));
    let zero = (low < 0.0).then(|| at(0.0));
    (0..WIDTH)
        .map(|i| match i {
            i if i == at(value) => '●',
            i if i >= at(lower) && i <= at(upper) => '─',
            i if Some(i) == zero => '|',
            _ => '·',
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to the width by the clamp"
)]
fn place(share: f64, width: usize) -> usize {
    (share.clamp(0.0, 1.0) * width as f64).round() as usize
}
