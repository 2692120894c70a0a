//! A declared date format, compiled once and run over many texts.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::super::config::{Config, deserialized};
use super::civil::{Civil, is_leap};
use super::scan::{Cursor, DAY, TimeOfDay, full_year};
use super::{Clock, Moment};
use crate::base::json::Json;
use crate::{Error, ErrorCode, Result};

/// A date format in the letters of C's `strptime`, compiled.
///
/// | letters | meaning |
/// | --- | --- |
/// | `%Y` `%y` | year in four digits; in two digits, 69 to 99 being 1969 to 1999 and 00 to 68 being 2000 to 2068 |
/// | `%m` `%b` `%B` `%h` | month in digits; its English name, in full or by three letters, in any case |
/// | `%d` `%e` `%j` | day of the month; of the year |
/// | `%a` `%A` | English name of the weekday, in full or by three letters; it must be the right one |
/// | `%H` `%I` `%p` | hour 0 to 23; hour 1 to 12, with AM or PM |
/// | `%M` `%S` | minute; second 0 to 59 (no leap second) |
/// | `%f` | one to nine digits of a fraction of a second, cut to milliseconds |
/// | `%z` `%Z` | offset from UTC: `Z`, `UTC`, `GMT`, `+01`, `+0100`, `+01:00` |
/// | `%F` `%T` `%R` `%D` | `%Y-%m-%d`, `%H:%M:%S`, `%H:%M`, `%m/%d/%y` |
/// | `%n` `%t` or white space | white space, at least one |
/// | `%%` | a percent sign |
///
/// Anything else stands for itself. Numbers may lack their leading zero, unless digits follow directly.
/// White space around the text is ignored. A text must fit entirely, and the date must exist: 31 April,
/// 29 February 2023 and hour 24 are errors.
///
/// A format with an offset reads instants, one without reads wall-clock times.
///
/// ```
/// use heedful::{DateFormat, Clock};
///
/// let format: DateFormat = "%d/%m/%Y %H:%M".parse()?;
/// let moment = format.read("11/04/2018 20:09")?;
/// assert_eq!((moment.millis, moment.kind), (1_523_477_340_000, Clock::Wall));
/// assert!(format.read("31/04/2018 20:09").is_err());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(try_from = "String"))]
#[serde(into = "String")]
pub struct DateFormat {
    text: String,
    steps: Vec<Step>,
    kind: Clock,
}

impl Config for DateFormat {
    fn read(json: &Json) -> Result<Self> {
        json.text()?.parse()
    }
}

deserialized!(DateFormat);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Literal(u8),
    Spaces,
    /// The flag asks for all digits, because digits follow.
    Number(Field, bool),
    MonthName,
    WeekdayName,
    Meridiem,
    Offset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    ShortYear,
    Month,
    Day,
    DayOfYear,
    Hour,
    TwelveHour,
    Minute,
    Second,
    Fraction,
}

impl DateFormat {
    /// Whether texts in this format are instants (the format has an offset) or wall-clock times.
    ///
    /// ```
    /// use heedful::{Clock, DateFormat};
    /// let kind = |text: &str| text.parse::<DateFormat>().map(|format| format.kind());
    /// assert_eq!(kind("%d/%m/%Y %H:%M")?, Clock::Wall);
    /// assert_eq!(kind("%Y-%m-%dT%H:%M:%S%z")?, Clock::Instant);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> Clock {
        self.kind
    }

    /// The format as it was written.
    ///
    /// ```
    /// assert_eq!("%d/%m/%Y".parse::<heedful::DateFormat>()?.as_str(), "%d/%m/%Y");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a text.
    ///
    /// ```
    /// let format = "%d/%m/%Y".parse::<heedful::DateFormat>()?;
    /// assert_eq!(format.read("02/01/1970")?.millis, 86_400_000);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorCode::DateInvalid`] when the text does not fit entirely, or no such date exists.
    #[inline]
    pub fn read(&self, text: impl AsRef<[u8]>) -> Result<Moment> {
        self.scan(text.as_ref()).ok_or_else(|| self.refusal())
    }

    #[cold]
    fn refusal(&self) -> Error {
        let format = &self.text;
        Error::new(
            ErrorCode::DateInvalid,
            format!("text is not an existing date in the format `{format}`"),
        )
    }

    pub(super) fn scan(&self, text: &[u8]) -> Option<Moment> {
        let mut cursor = Cursor::new(text);
        let (mut year, mut month, mut day, mut day_of_year) = (0, 1, 1, None);
        let (mut time, mut weekday, mut offset) = (TimeOfDay::default(), None, 0);
        for step in &self.steps {
            match *step {
                Step::Literal(byte) => {
                    if !cursor.eat(byte) {
                        return None;
                    }
                }
                Step::Spaces => {
                    if !cursor.spaces() {
                        return None;
                    }
                }
                Step::Number(field, whole) => match field {
                    Field::Year => year = cursor.four()?,
                    Field::ShortYear => year = full_year(cursor.two()?),
                    Field::DayOfYear => {
                        let (value, count) = cursor.number(3)?;
                        if whole && count < 3 {
                            return None;
                        }
                        day_of_year = Some(value);
                    }
                    Field::Fraction => time.milli = cursor.fraction()?,
                    _ => {
                        let value = if whole { cursor.two()? } else { cursor.one_or_two()? };
                        match field {
                            Field::Month => month = value,
                            Field::Day => day = value,
                            Field::Hour | Field::TwelveHour => time.hour = value,
                            Field::Minute => time.minute = value,
                            _ => time.second = value,
                        }
                    }
                },
                Step::MonthName => month = cursor.month_name()?,
                Step::WeekdayName => weekday = Some(cursor.weekday_name()?),
                Step::Meridiem => time.afternoon = Some(cursor.meridiem()?),
                Step::Offset => offset = cursor.offset()?,
            }
        }
        if !cursor.is_empty() {
            return None;
        }
        let year = i64::from(year);
        let days = match day_of_year {
            None => Civil { year, month, day }.existing()?,
            Some(day) if day >= 1 && (day <= 365 || (day == 366 && is_leap(year))) => {
                Civil { year, month: 1, day: 1 }.days() + i64::from(day) - 1
            }
            Some(_) => return None,
        };
        if weekday.is_some_and(|weekday| days.rem_euclid(7) != i64::from(weekday)) {
            return None;
        }
        let millis = days * DAY + time.millis()? - i64::from(offset) * 1000;
        Some(Moment { millis, kind: self.kind })
    }

    fn compile(text: &str) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        let mut bytes = text.trim().bytes();
        while let Some(byte) = bytes.next() {
            if byte.is_ascii_whitespace() {
                steps.push(Step::Spaces);
            } else if byte == b'%' {
                letter(bytes.next(), &mut steps).ok_or_else(|| {
                    refuse(text, "it has a `%` without a letter that is understood")
                })?;
            } else {
                steps.push(Step::Literal(byte));
            }
        }
        steps.dedup_by(|step, before| *step == Step::Spaces && *before == Step::Spaces);

        // A number directly before digits has all its digits.
        let mut digits_follow = false;
        for step in steps.iter_mut().rev() {
            if let Step::Number(_, whole) = step {
                *whole = digits_follow;
            }
            digits_follow = match step {
                Step::Number(..) => true,
                Step::Literal(byte) => byte.is_ascii_digit(),
                _ => false,
            };
        }
        Ok(steps)
    }
}

fn refuse(format: &str, why: &str) -> Error {
    Error::new(ErrorCode::InvalidArgument, format!("date format `{format}` cannot be used: {why}"))
}

/// The steps of one letter.
fn letter(letter: Option<u8>, steps: &mut Vec<Step>) -> Option<()> {
    let number = |field| Step::Number(field, false);
    let longer: &[u8] = match letter? {
        b'F' => b"Y-m-d",
        b'T' => b"H:M:S",
        b'R' => b"H:M",
        b'D' => b"m/d/y",
        one => {
            steps.push(match one {
                b'Y' => number(Field::Year),
                b'y' => number(Field::ShortYear),
                b'm' => number(Field::Month),
                b'd' | b'e' => number(Field::Day),
                b'j' => number(Field::DayOfYear),
                b'H' => number(Field::Hour),
                b'I' => number(Field::TwelveHour),
                b'M' => number(Field::Minute),
                b'S' => number(Field::Second),
                b'f' => number(Field::Fraction),
                b'b' | b'B' | b'h' => Step::MonthName,
                b'a' | b'A' => Step::WeekdayName,
                b'p' => Step::Meridiem,
                b'z' | b'Z' => Step::Offset,
                b'n' | b't' => Step::Spaces,
                b'%' => Step::Literal(b'%'),
                _ => return None,
            });
            return Some(());
        }
    };
    for &byte in longer {
        if byte.is_ascii_alphabetic() {
            self::letter(Some(byte), steps)?;
        } else {
            steps.push(Step::Literal(byte));
        }
    }
    Some(())
}

/// Refuses a format that says a thing twice, or leaves the date open.
fn check(format: &str, steps: &[Step]) -> Result<()> {
    let count = |wanted: &[Field]| {
        let fields = steps.iter().filter(|step| match step {
            Step::Number(field, _) => wanted.contains(field),
            Step::MonthName => wanted.contains(&Field::Month),
            _ => false,
        });
        fields.count()
    };
    let times = |wanted: Step| steps.iter().filter(|&&step| step == wanted).count();
    let year = count(&[Field::Year, Field::ShortYear]);
    let (month, day, day_of_year) =
        (count(&[Field::Month]), count(&[Field::Day]), count(&[Field::DayOfYear]));
    let (hour, twelve) = (count(&[Field::Hour]), count(&[Field::TwelveHour]));
    let (minute, second, fraction) =
        (count(&[Field::Minute]), count(&[Field::Second]), count(&[Field::Fraction]));

    if year != 1 || !matches!((month, day, day_of_year), (1, 1, 0) | (0, 0, 1)) {
        Err(refuse(
            format,
            "it needs one year, and one month with one day (or one day of the year)",
        ))
    } else if hour + twelve > 1 || twelve != times(Step::Meridiem) {
        Err(refuse(format, "it needs `%H` alone, or `%I` with `%p`"))
    } else if [hour + twelve, minute, second, fraction].is_sorted_by(|a, b| a >= b) {
        let repeated = times(Step::WeekdayName) > 1 || times(Step::Offset) > 1;
        if repeated { Err(refuse(format, "it has a weekday or an offset twice")) } else { Ok(()) }
    } else {
        Err(refuse(format, "minutes need hours, seconds minutes, fractions seconds, each once"))
    }
}

impl FromStr for DateFormat {
    type Err = Error;

    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when a letter is not understood, a part of the date is missing or comes
    /// twice, or the hours are unclear (`%I` without `%p`).
    fn from_str(text: &str) -> Result<Self> {
        let steps = Self::compile(text)?;
        check(text, &steps)?;
        let instant = steps.contains(&Step::Offset);
        let kind = if instant { Clock::Instant } else { Clock::Wall };
        Ok(Self { text: text.to_owned(), steps, kind })
    }
}

impl TryFrom<String> for DateFormat {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<DateFormat> for String {
    fn from(format: DateFormat) -> Self {
        format.text
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn compiled(text: &str) -> DateFormat {
        text.parse().unwrap()
    }

    fn millis(format: &str, text: &str) -> Option<i64> {
        compiled(format).read(text).ok().map(|moment| moment.millis)
    }

    /// Milliseconds of an ISO text, by jiff.
    fn jiff_millis(iso: &str) -> i64 {
        iso.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn reads_each_letter() {
        for (format, text, iso) in [
            ("%d/%m/%Y %H:%M", "11/04/2018 20:09", "2018-04-11T20:09:00Z"),
            ("%d/%m/%Y %H:%M", "1/4/2018 9:09", "2018-04-01T09:09:00Z"),
            ("%d/%m/%Y %H:%M", "  11/04/2018   20:09\n", "2018-04-11T20:09:00Z"),
            ("%m/%d/%y", "04/11/68", "2068-04-11T00:00:00Z"),
            ("%m/%d/%y", "04/11/69", "1969-04-11T00:00:00Z"),
            ("%D %R", "04/11/18 20:09", "2018-04-11T20:09:00Z"),
            ("%FT%T.%f", "2018-04-11T20:09:11.5", "2018-04-11T20:09:11.5Z"),
            ("%FT%T.%f", "2018-04-11T20:09:11.123999999", "2018-04-11T20:09:11.123Z"),
            ("%FT%T.%f%z", "1918-04-11T20:09:11.123999999-0530", "1918-04-12T01:39:11.123Z"),
            ("%F %T %Z", "2018-04-11 20:09:11 UTC", "2018-04-11T20:09:11Z"),
            ("%F %T%z", "2018-04-11 20:09:11+05:45", "2018-04-11T14:24:11Z"),
            ("%F %T %z", "2018-04-11 20:09:11 +01", "2018-04-11T19:09:11Z"),
            ("%Y%m%d%H%M%S", "20180411200911", "2018-04-11T20:09:11Z"),
            ("%d%b%Y", "1APR2018", "2018-04-01T00:00:00Z"),
            (
                "%A, %B %d, %Y %I:%M %p",
                "Wednesday, April 11, 2018 12:09 AM",
                "2018-04-11T00:09:00Z",
            ),
            ("%a %d %b %Y %I:%M%p", "wed 11 apr 2018 12:09pm", "2018-04-11T12:09:00Z"),
            ("%d.%m.%Y %I.%M %p", "11.04.2018 8.09 p.m.", "2018-04-11T20:09:00Z"),
            ("%Y/%j", "2020/366", "2020-12-31T00:00:00Z"),
            ("%Y%j", "2020060", "2020-02-29T00:00:00Z"),
            ("am %d. %m. %Y%%", "am 11. 4. 2018%", "2018-04-11T00:00:00Z"),
            ("%Y年%m月%d日", "2018年04月11日", "2018-04-11T00:00:00Z"),
            ("%F%T", "2018-04-1120:09:11", "2018-04-11T20:09:11Z"),
            ("%F", "0000-01-01", "0000-01-01T00:00:00Z"),
            ("%F %T", "9999-12-30 22:00:00", "9999-12-30T22:00:00Z"),
        ] {
            assert_eq!(millis(format, text), Some(jiff_millis(iso)), "{format} {text}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit_entirely() {
        let long = "1".repeat(1_000_000);
        for (format, text) in [
            ("%F", ""),
            ("%F", "2018-04-11x"),
            ("%F", "2018-04-11\0"),
            ("%F", "\u{0}2018-04-11"),
            ("%F", "2018-04"),
            ("%F", "2018-04-31"),
            ("%F", "2023-02-29"),
            ("%F", "1900-02-29"),
            ("%F", "2018-00-01"),
            ("%F", "2018-13-01"),
            ("%F", "2018-01-00"),
            ("%F", "-2018-01-01"),
            ("%F", "+2018-01-01"),
            ("%F", "12018-01-01"),
            ("%F", "201-01-01"),
            ("%F", "2018-04-011"),
            ("%F", "２０１８-04-11"),
            ("%F", "٢٠١٨-04-11"),
            ("%F", "2018–04–11"),
            ("%F %T", "2018-04-11 24:00:00"),
            ("%F %T", "2018-04-11 23:60:00"),
            ("%F %T", "2018-04-11 23:59:60"),
            ("%F %T", "2018-04-11"),
            ("%FT%T.%f", "2018-04-11T20:09:11."),
            ("%FT%T.%f", "2018-04-11T20:09:11.1234567890"),
            ("%F %I:%M %p", "2018-04-11 0:09 AM"),
            ("%F %I:%M %p", "2018-04-11 13:09 PM"),
            ("%F %T%z", "2018-04-11 20:09:11+24:00"),
            ("%F %T%z", "2018-04-11 20:09:11+01:60"),
            ("%F %T%z", "2018-04-11 20:09:11+1"),
            ("%F %T%z", "2018-04-11 20:09:11"),
            ("%F %T %Z", "2018-04-11 20:09:11 CET"),
            ("%a %F", "Tue 2018-04-11"),
            ("%b %d %Y", "Avr 11 2018"),
            ("%b %d %Y", "Apri 11 2018"),
            ("%Y%m%d", "2018411"),
            ("%Y%j", "2020367"),
            ("%Y%j", "2019366"),
            ("%Y%j", "2019000"),
            ("%F", &long),
        ] {
            let shown = text.get(..40).unwrap_or(text);
            let error = compiled(format).read(text).expect_err(shown);
            assert_eq!(error.code(), ErrorCode::DateInvalid);
        }
    }

    #[test]
    fn refuses_formats_that_leave_the_date_open() {
        for text in [
            "",
            "%",
            "%d/%m",
            "%Y",
            "%Y-%m",
            "%Y-%d",
            "%Q",
            "%d/%m/%Y %",
            "%d/%m/%Y/%m",
            "%Y %y %m %d",
            "%Y-%m-%d %j",
            "%b %m %d %Y",
            "%F %I:%M",
            "%F %H:%M %p",
            "%F %M",
            "%F %H:%S",
            "%F %H.%f",
            "%F %H:%M %M",
            "%F %H %H",
            "%F %z %Z",
            "%F %F",
            "%a %a %F",
            "yyyy-mm-dd",
            "%-d/%m/%Y",
            "%F %p",
        ] {
            let error = text.parse::<DateFormat>().unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidArgument, "{text}");
        }
    }

    #[test]
    fn is_a_string_in_configuration() {
        let json = "\"%d/%m/%Y\"";
        let format: DateFormat = serde_json::from_str(json).unwrap();
        assert_eq!(format.kind(), Clock::Wall);
        assert_eq!(serde_json::to_string(&format).unwrap(), json);
        assert!(serde_json::from_str::<DateFormat>("\"%d\"").is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_jiff_on_dates(
            second in -62_167_219_200_i64..253_402_207_200,
            nanos in 0..1_000_000_000_i32,
            format in prop::sample::select([
                "%d/%m/%Y %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f%z", "%b %d, %Y %I:%M:%S.%f %p",
                "%A %d %B %Y %H:%M:%S.%f", "%Y%j %T.%f", "%Y%m%d%H%M%S.%f", "%a, %e %b %Y %T.%f %z",
            ].as_slice()),
        ) {
            let time = jiff::Timestamp::new(second, 0).unwrap()
                .checked_add(jiff::SignedDuration::from_nanos(nanos.into())).unwrap();
            let text = time.to_zoned(jiff::tz::TimeZone::UTC).strftime(format).to_string();
            let floor = time.as_nanosecond().div_euclid(1_000_000) as i64;
            let read = compiled(format).read(&text).unwrap();
            prop_assert_eq!(read.millis, floor, "{}", text);
        }

        /// Digits near the bounds of what exists, so that both sides refuse and accept.
        #[test]
        fn agrees_with_jiff_on_what_exists(
            (y, m, d) in (1895..2105_u32, 0..14_u32, 0..33_u32),
            (hour, minute, second) in (0..26_u32, 0..62_u32, 0..60_u32),
            short in any::<bool>(),
        ) {
            let text = if short {
                format!("{d}/{m}/{y} {hour}:{minute}:{second}")
            } else {
                format!("{d:02}/{m:02}/{y} {hour:02}:{minute:02}:{second:02}")
            };
            let slow = DateTime::strptime("%d/%m/%Y %H:%M:%S", &text).ok()
                .map(|time| time.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_millisecond());
            prop_assert_eq!(millis("%d/%m/%Y %H:%M:%S", &text), slow, "{}", text);
        }

        #[test]
        fn never_panics(format in "(%[a-zA-Z%]|[-/ T:.,0-9é]){0,12}", text in "\\PC{0,30}") {
            if let Ok(format) = format.parse::<DateFormat>() {
                let _ = format.read(&text);
            }
        }
    }
}
