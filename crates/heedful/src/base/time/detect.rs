//! Reading a date that declares its layout by its own shape.

use super::civil::Civil;
use super::scan::{Cursor, DAY, TimeOfDay};
use super::{Moment, TimeKind};

/// What a text can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    One(Moment),
    /// Day and month in digits, the year behind them: milliseconds when the day comes first, and when the month
    /// does. At least one exists.
    DayMonth {
        day_first: Option<i64>,
        month_first: Option<i64>,
        kind: TimeKind,
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
    let kind = if offset.is_some() { TimeKind::Instant } else { TimeKind::WallClock };
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
    cursor.is_empty().then_some(Reading::One(Moment { millis, kind: TimeKind::WallClock }))
}

/// A number since 1970-01-01 UTC: its digits tell the unit. A fraction may follow.
fn epoch(cursor: Cursor<'_>, digits: usize) -> Option<Reading> {
    let (whole, rest) = cursor.rest().split_at_checked(digits)?;
    let number: i64 = str::from_utf8(whole).ok()?.parse().ok()?;
    let mut fraction = 0;
    if let [b'.', rest @ ..] = rest {
        let mut rest = Cursor::new(rest);
        fraction = rest.fraction()?;
        rest.is_empty().then_some(())?;
    } else if !rest.is_empty() {
        return None;
    }
    // No leading zero: the number of digits is the magnitude.
    let millis = match (whole.first()?, digits) {
        (b'0', _) => return None,
        (_, 10) => number * 1000 + i64::from(fraction),
        (_, 13) => number,
        (_, 16) => number / 1_000,
        (_, 19) => number / 1_000_000,
        _ => return None,
    };
    Some(Reading::One(Moment { millis, kind: TimeKind::Instant }))
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
