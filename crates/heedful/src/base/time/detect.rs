//! Reading a date that declares its layout by its own shape.

use super::civil::Civil;
use super::scan::{Cursor, DAY, TimeOfDay};
use super::{Clock, Moment};

/// What a text can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    One(Moment),
    /// Day and month in digits, the year behind them: milliseconds when the day comes first, and when the month
    /// does. At least one exists.
    DayMonth {
        day_first: Option<i64>,
        month_first: Option<i64>,
        kind: Clock,
    },
}

/// A date without its time, as days since 1970-01-01.
#[derive(Debug, Clone, Copy)]
enum Days {
    One(i64),
    DayMonth { day_first: Option<i64>, month_first: Option<i64> },
}

impl Days {
    fn day_month(day_first: Option<i64>, month_first: Option<i64>) -> Option<Self> {
        day_first.or(month_first).map(|_| Self::DayMonth { day_first, month_first })
    }

    /// Drops the readings that fail a check.
    fn filter(self, holds: impl Fn(&i64) -> bool) -> Option<Self> {
        match self {
            Self::One(day) => holds(&day).then_some(self),
            Self::DayMonth { day_first, month_first } => {
                Self::day_month(day_first.filter(&holds), month_first.filter(&holds))
            }
        }
    }
}

/// Reads a text in one of the known layouts; `None` when it fits none, or no such date exists.
pub(super) fn detect(text: &[u8]) -> Option<Reading> {
    let mut cursor = Cursor::new(text);
    let days = match cursor.peek()? {
        b'0'..=b'9' => match cursor.count_digits() {
            1 | 2 => day_or_month_first(&mut cursor)?,
            4 => Days::One(year_first(&mut cursor)?),
            8 => Days::One(compact(&mut cursor)?),
            14 => return compact_with_time(cursor),
            digits => return epoch(cursor, digits),
        },
        _ => name_first(&mut cursor)?,
    };
    let (time, offset) = time_and_offset(&mut cursor)?;
    let shift = time - offset.unwrap_or(0);
    let kind = if offset.is_some() { Clock::Instant } else { Clock::Wall };
    let millis = |day: i64| day * DAY + shift;
    Some(match days {
        Days::One(day) => Reading::One(Moment { millis: millis(day), kind }),
        Days::DayMonth { day_first, month_first } => Reading::DayMonth {
            day_first: day_first.map(millis),
            month_first: month_first.map(millis),
            kind,
        },
    })
}

fn day_of(year: u32, month: u32, day: u32) -> Option<i64> {
    Civil { year: i64::from(year), month, day }.existing()
}

/// 2024-03-07, 2024/3/7, 2024.03.07, 2024-Mar-07.
fn year_first(cursor: &mut Cursor<'_>) -> Option<i64> {
    let year = cursor.four()?;
    let separator = separator(cursor)?;
    let digits = cursor.peek()?.is_ascii_digit();
    let month = if digits { cursor.one_or_two()? } else { cursor.month_name()? };
    if !cursor.eat(separator) {
        return None;
    }
    day_of(year, month, cursor.one_or_two()?)
}

/// 7/3/2024, 07-03-24, 07.03.2024, 7 Mar 2024, 07-Mar-24, 07mar2024.
fn day_or_month_first(cursor: &mut Cursor<'_>) -> Option<Days> {
    let first = cursor.one_or_two()?;
    let mut numeric = *cursor;
    if let Some(separator) = separator(&mut numeric)
        && let Some(second) = numeric.one_or_two()
    {
        if !numeric.eat(separator) {
            return None;
        }
        let year = numeric.year()?;
        *cursor = numeric;
        return Days::day_month(day_of(year, second, first), day_of(year, first, second));
    }
    gap(cursor);
    let month = cursor.month_name()?;
    gap(cursor);
    day_of(cursor.year()?, month, first).map(Days::One)
}

/// Mar 7, 2024, or a weekday before anything else; the weekday must be the right one.
fn name_first(cursor: &mut Cursor<'_>) -> Option<Days> {
    let mut ahead = *cursor;
    if let Some(weekday) = ahead.weekday_name() {
        *cursor = ahead;
        gap(cursor);
        let days = match cursor.count_digits() {
            1 | 2 => day_or_month_first(cursor)?,
            4 => Days::One(year_first(cursor)?),
            _ => Days::One(month_name_first(cursor)?),
        };
        return days.filter(|day| day.rem_euclid(7) == i64::from(weekday));
    }
    month_name_first(cursor).map(Days::One)
}

fn month_name_first(cursor: &mut Cursor<'_>) -> Option<i64> {
    let month = cursor.month_name()?;
    gap(cursor);
    let day = cursor.one_or_two()?;
    let before = cursor.rest().len();
    gap(cursor);
    // `Mar 72024` is nothing.
    if cursor.rest().len() == before {
        return None;
    }
    day_of(cursor.year()?, month, day)
}

/// 20240307: eight digits are too few for a number of seconds.
fn compact(cursor: &mut Cursor<'_>) -> Option<i64> {
    let (year, month, day) = (cursor.four()?, cursor.two()?, cursor.two()?);
    (1900..=2199).contains(&year).then_some(())?;
    day_of(year, month, day)
}

/// 20240307200911.
fn compact_with_time(mut cursor: Cursor<'_>) -> Option<Reading> {
    let day = compact(&mut cursor)?;
    let (hour, minute, second) = (cursor.two()?, cursor.two()?, cursor.two()?);
    let time = TimeOfDay { hour, minute, second, ..TimeOfDay::default() };
    let millis = day * DAY + time.millis()?;
    cursor.is_empty().then_some(Reading::One(Moment { millis, kind: Clock::Wall }))
}

/// A number since 1970-01-01 UTC: its digits tell the unit. A fraction may follow.
fn epoch(mut cursor: Cursor<'_>, digits: usize) -> Option<Reading> {
    // The number of digits is the magnitude only without a leading zero.
    if cursor.peek() == Some(b'0') {
        return None;
    }
    let number = cursor.integer(digits)?;
    let fraction = if cursor.eat(b'.') { cursor.fraction()? } else { 0 };
    let millis = match digits {
        10 => number * 1000 + i64::from(fraction),
        13 => number,
        16 => number / 1_000,
        19 => number / 1_000_000,
        _ => return None,
    };
    cursor.is_empty().then_some(())?;
    Some(Reading::One(Moment { millis, kind: Clock::Instant }))
}

fn separator(cursor: &mut Cursor<'_>) -> Option<u8> {
    let separator = cursor.peek().filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
    cursor.eat(separator).then_some(separator)
}

/// What may stand between a name and a number: white space and one mark.
fn gap(cursor: &mut Cursor<'_>) {
    cursor.spaces();
    if let Some(mark) = cursor.peek().filter(|byte| matches!(byte, b'-' | b'/' | b'.' | b',')) {
        cursor.eat(mark);
    }
    cursor.spaces();
}

/// What follows a date: nothing, or a time in milliseconds since midnight, maybe with AM or PM, maybe with an
/// offset in milliseconds.
fn time_and_offset(cursor: &mut Cursor<'_>) -> Option<(i64, Option<i64>)> {
    if cursor.is_empty() {
        return Some((0, None));
    }
    if !(cursor.eat(b'T') || cursor.eat(b't')) {
        let comma = cursor.eat(b',');
        if !cursor.spaces() && !comma {
            return None;
        }
    }
    let mut time = TimeOfDay { hour: cursor.one_or_two()?, ..TimeOfDay::default() };
    if cursor.eat(b':') {
        time.minute = cursor.two()?;
        if cursor.eat(b':') {
            time.second = cursor.two()?;
        }
    } else {
        // 20240307T2009, 20240307T200911.
        time.minute = cursor.two()?;
        if cursor.count_digits() > 0 {
            time.second = cursor.two()?;
        }
    }
    if cursor.eat(b'.') || cursor.eat(b',') {
        time.milli = cursor.fraction()?;
    }
    let mut offset = None;
    if !cursor.is_empty() {
        cursor.spaces();
        if let Some(afternoon) = cursor.meridiem() {
            time.afternoon = Some(afternoon);
            cursor.spaces();
        }
        if !cursor.is_empty() {
            offset = Some(i64::from(cursor.offset()?) * 1000);
        }
    }
    cursor.is_empty().then_some((time.millis()?, offset))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Option<Moment> {
        match detect(text.as_bytes())? {
            Reading::One(moment) => Some(moment),
            Reading::DayMonth { .. } => None,
        }
    }

    /// Milliseconds of an ISO text with Z, by jiff.
    fn jiff_millis(iso: &str) -> i64 {
        iso.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn knows_the_layouts() {
        use Clock::{Instant, Wall};
        for (text, iso, kind) in [
            ("2024-03-07", "2024-03-07T00:00Z", Wall),
            ("2024-3-7", "2024-03-07T00:00Z", Wall),
            ("2024/03/07 9:05", "2024-03-07T09:05Z", Wall),
            ("2024.03.07", "2024-03-07T00:00Z", Wall),
            ("2024-Mar-07", "2024-03-07T00:00Z", Wall),
            ("2024-03-07T20:09", "2024-03-07T20:09Z", Wall),
            ("2024-03-07t20:09:11.9999z", "2024-03-07T20:09:11.999Z", Instant),
            ("2024-03-07 20:09:11,123456789", "2024-03-07T20:09:11.123Z", Wall),
            ("2024-03-07 20:09:11 UTC", "2024-03-07T20:09:11Z", Instant),
            ("2024-03-07T20:09:11+01:00", "2024-03-07T19:09:11Z", Instant),
            ("2024-03-07T20:09:11 -0130", "2024-03-07T21:39:11Z", Instant),
            ("2024-03-07T20:09+01", "2024-03-07T19:09Z", Instant),
            ("20240307", "2024-03-07T00:00Z", Wall),
            ("20240307T200911Z", "2024-03-07T20:09:11Z", Instant),
            ("20240307T2009", "2024-03-07T20:09Z", Wall),
            ("20240307200911", "2024-03-07T20:09:11Z", Wall),
            ("7 Mar 2024", "2024-03-07T00:00Z", Wall),
            ("07-MAR-24 8:09 pm", "2024-03-07T20:09Z", Wall),
            ("07mar2024", "2024-03-07T00:00Z", Wall),
            ("7. September 2024", "2024-09-07T00:00Z", Wall),
            ("Sept. 7, 2024", "2024-09-07T00:00Z", Wall),
            ("Mar 7, 2024, 8:09:11\u{202f}PM", "2024-03-07T20:09:11Z", Wall),
            ("Thu, 07 Mar 2024 20:09:11 GMT", "2024-03-07T20:09:11Z", Instant),
            ("Thursday, March 7, 2024", "2024-03-07T00:00Z", Wall),
            ("1709842151", "2024-03-07T20:09:11Z", Instant),
            ("1709842151.25", "2024-03-07T20:09:11.25Z", Instant),
            ("1709842151123", "2024-03-07T20:09:11.123Z", Instant),
            ("1709842151123.0", "2024-03-07T20:09:11.123Z", Instant),
            ("1709842151123456", "2024-03-07T20:09:11.123Z", Instant),
            ("1709842151123456789", "2024-03-07T20:09:11.123Z", Instant),
            ("0000-01-01", "0000-01-01T00:00Z", Wall),
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z", Instant),
        ] {
            let expected = Some(Moment { millis: jiff_millis(iso), kind });
            assert_eq!(one(text), expected, "{text}");
            assert_eq!(one(&format!("\t {text} ")), expected, "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        let long = "9".repeat(1_000_000);
        let spaces = format!("2024-03-07{}x", " ".repeat(1_000_000));
        for text in [
            "",
            " ",
            "5",
            "2024",
            "0",
            "-1",
            "-1709842151",
            "170984215",
            "17098421511",
            "0709842151",
            "9999999999999999999",
            "1709842151.",
            "1709842151.x",
            "1709842151. 5",
            "1709842151e3",
            "12345678",
            "20241332",
            "18990101",
            "2024-03",
            "2024-03-",
            "2024-03-32",
            "2023-02-29",
            "2024-00-07",
            "2024-03/07",
            "2024-03-07T",
            "2024-03-07T20",
            "2024-03-07T24:00",
            "2024-03-07T20:60",
            "2024-03-07T20:09:60",
            "2024-03-07 20:09:11 CET",
            "2024-03-07T20:09:11+25:00",
            "2024-03-07T20:09:11+0160",
            "2024-03-07T20:09:11+01:00[Europe/Copenhagen]",
            "2024-03-07Z",
            "2024-03-07 20:09 PM",
            "2024-03-07\0",
            "2024-03-07T20:09:11.",
            "2024-03-07T20:09:11.1234567890",
            "２０２４-03-07",
            "7/3",
            "7/3/202",
            "7/3/20244",
            "7/3-2024",
            "31/04/2024",
            "13/13/2024",
            "7//3/2024",
            "0/3/2024",
            "7 Mars 2024",
            "Mar 72024",
            "Mar 2024",
            "Mar",
            "30 Feb 2024",
            "Fri, 07 Mar 2024",
            "Fri 7/7/2024",
            "yesterday",
            "N/A",
            "?",
            "Good service",
            "é",
            "\u{fffd}",
            &long,
            &spaces,
        ] {
            assert_eq!(detect(text.as_bytes()), None, "{}", text.get(..30).unwrap_or(text));
        }
    }

    #[test]
    fn keeps_both_orders_of_day_and_month() {
        let both = |text: &str| match detect(text.as_bytes()) {
            Some(Reading::DayMonth { day_first, month_first, kind: Clock::Wall }) => {
                (day_first, month_first)
            }
            other => panic!("{text} {other:?}"),
        };
        let at = |iso: &str| Some(jiff_millis(iso));
        let (march, april) = (at("2024-03-04T00:00Z"), at("2024-04-03T00:00Z"));
        for text in ["4/3/2024", "04-03-2024", "04.03.24", "4/3/24 0:00", "04/03/2024, 12:00 AM"] {
            assert_eq!(both(text), (march, april), "{text}");
        }
        assert_eq!(both("13/3/2024 20:09"), (at("2024-03-13T20:09Z"), None));
        assert_eq!(both("3/13/2024 20:09"), (None, at("2024-03-13T20:09Z")));
        assert_eq!(both("1/1/68").0, at("2068-01-01T00:00Z"));
        assert_eq!(both("1/1/69").0, at("1969-01-01T00:00Z"));
        // 4 March 2024 is a Monday, 3 April a Wednesday.
        assert_eq!(both("Mon 4/3/2024"), (march, None));
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(
            second in -62_167_219_200_i64..253_402_207_200,
            minutes in -720..840_i32,
            format in prop::sample::select([
                "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S %:z", "%Y%m%dT%H%M%S%z", "%a, %d %b %Y %T %z",
                "%B %-d, %Y %-I:%M:%S %p %z", "%d-%b-%Y %T%:z", "%Y/%-m/%-d %-H:%M:%S%z",
            ].as_slice()),
        ) {
            prop_assume!(!format.starts_with("%Y%m") || (0..4_000_000_000).contains(&second));
            let zone = jiff::tz::Offset::from_seconds(minutes * 60).unwrap().to_time_zone();
            let Ok(time) = jiff::Timestamp::from_second(second) else { return Ok(()) };
            let local = time.to_zoned(zone);
            prop_assume!((0..=9999).contains(&local.year()));
            let text = local.strftime(format).to_string();
            let expected = Moment { millis: time.as_millisecond(), kind: Clock::Instant };
            prop_assert_eq!(one(&text), Some(expected), "{}", text);
        }

        #[test]
        fn never_panics(text in "\\PC{0,30}", date in "[-0-9/:., TZapm+]{0,30}") {
            let _ = (detect(text.as_bytes()), detect(date.as_bytes()));
        }

        /// Whatever is read lies within the years that four digits can write.
        #[test]
        fn stays_in_range(bytes in prop::collection::vec(any::<u8>(), 0..20), date in "[0-9/-]{6,19}") {
            for text in [bytes.as_slice(), date.as_bytes()] {
                if let Some(Reading::One(moment)) = detect(text) {
                    prop_assert!((-62_167_219_200_000..253_402_300_800_000).contains(&moment.millis));
                }
            }
        }
    }
}
