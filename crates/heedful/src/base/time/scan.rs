//! Small readers over the bytes of a text; each takes what it understands and leaves the rest.

/// What is left of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

/// Milliseconds in a day.
pub(super) const DAY: i64 = 86_400_000;

/// A time of day, part by part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TimeOfDay {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) milli: u32,
    /// Whether the hour is one of twelve, and which twelve.
    pub(super) afternoon: Option<bool>,
}

impl TimeOfDay {
    /// Milliseconds since midnight; `None` for hour 24, second 60 and anything else that no clock shows.
    pub(super) fn millis(self) -> Option<i64> {
        let hour = match (self.afternoon, self.hour) {
            (None, 0..=23) => self.hour,
            (Some(afternoon), 1..=12) => self.hour % 12 + if afternoon { 12 } else { 0 },
            _ => return None,
        };
        let exists = self.minute <= 59 && self.second <= 59;
        exists
            .then(|| i64::from(((hour * 60 + self.minute) * 60 + self.second) * 1000 + self.milli))
    }
}

/// The POSIX rule: 69 to 99 lie in the last century, 0 to 68 in this one.
pub(super) fn full_year(two_digits: u32) -> u32 {
    two_digits + if two_digits >= 69 { 1900 } else { 2000 }
}

fn digit(byte: u8) -> Option<u32> {
    let value = byte.wrapping_sub(b'0');
    (value <= 9).then_some(u32::from(value))
}

impl<'a> Cursor<'a> {
    /// The text without white space around it.
    pub(super) fn new(text: &'a [u8]) -> Self {
        let mut cursor = Self { rest: text.trim_ascii() };
        cursor.spaces();
        cursor
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, tail @ ..] if *first == byte => {
                self.rest = tail;
                true
            }
            _ => false,
        }
    }

    /// Takes white space, if any. The no-break spaces are what browsers write before AM and PM.
    #[inline]
    pub(super) fn spaces(&mut self) -> bool {
        let before = self.rest.len();
        while let [b' ' | b'\t'..=b'\r', tail @ ..]
        | [0xc2, 0xa0, tail @ ..]
        | [0xe2, 0x80, 0xaf, tail @ ..] = self.rest
        {
            self.rest = tail;
        }
        self.rest.len() != before
    }

    /// The number of digits that come next.
    pub(super) fn count_digits(&self) -> usize {
        self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// A number of one or two digits.
    #[inline]
    pub(super) fn one_or_two(&mut self) -> Option<u32> {
        let (&first, tail) = self.rest.split_first()?;
        let tens = digit(first)?;
        if let Some((&second, beyond)) = tail.split_first()
            && let Some(ones) = digit(second)
        {
            self.rest = beyond;
            return Some(tens * 10 + ones);
        }
        self.rest = tail;
        Some(tens)
    }

    #[inline]
    pub(super) fn two(&mut self) -> Option<u32> {
        let [a, b, tail @ ..] = self.rest else { return None };
        let value = digit(*a)? * 10 + digit(*b)?;
        self.rest = tail;
        Some(value)
    }

    #[inline]
    pub(super) fn four(&mut self) -> Option<u32> {
        Some(self.two()? * 100 + self.two()?)
    }

    /// A number of up to `most` digits (at most 9), and how many it has.
    #[inline]
    pub(super) fn number(&mut self, most: u32) -> Option<(u32, u32)> {
        let (mut value, mut count) = (0, 0);
        while count < most
            && let Some((&byte, tail)) = self.rest.split_first()
            && let Some(digit) = digit(byte)
        {
            value = value * 10 + digit;
            count += 1;
            self.rest = tail;
        }
        (count > 0).then_some((value, count))
    }

    /// The year at the end of a date: four digits, or two.
    pub(super) fn year(&mut self) -> Option<u32> {
        match self.number(4)? {
            (year, 4) => Some(year),
            (year, 2) => Some(full_year(year)),
            _ => None,
        }
    }

    /// One to nine digits of a fraction of a second, as whole milliseconds; the rest is cut off.
    #[inline]
    pub(super) fn fraction(&mut self) -> Option<u32> {
        let (value, count) = self.number(9)?;
        Some(if count <= 3 { value * 10_u32.pow(3 - count) } else { value / 10_u32.pow(count - 3) })
    }

    /// A number of so many digits.
    pub(super) fn integer(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        str::from_utf8(number).ok()?.parse().ok()
    }

    /// A run of ASCII letters, maybe none.
    fn word(&mut self) -> &'a [u8] {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        word
    }

    /// An English name in full or by its first three letters, in any case: its place in the list.
    fn name(&mut self, names: &[&str]) -> Option<u32> {
        let word = self.word();
        let place = names.iter().position(|name| {
            let short = name.as_bytes().get(..3).unwrap_or_default();
            word.eq_ignore_ascii_case(short) || word.eq_ignore_ascii_case(name.as_bytes())
        })?;
        Some(place as u32)
    }

    /// 1 for January.
    pub(super) fn month_name(&mut self) -> Option<u32> {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let mut ahead = *self;
        if ahead.word().eq_ignore_ascii_case(b"sept") {
            *self = ahead;
            return Some(9);
        }
        self.name(&NAMES).map(|place| place + 1)
    }

    /// 0 for Thursday, the weekday of 1970-01-01.
    pub(super) fn weekday_name(&mut self) -> Option<u32> {
        const NAMES: [&str; 7] =
            ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
        self.name(&NAMES)
    }

    /// AM or PM, also written a.m. and p.m.: whether it is the afternoon.
    pub(super) fn meridiem(&mut self) -> Option<bool> {
        let (letter, tail) = self.rest.split_first()?;
        let afternoon = match letter.to_ascii_lowercase() {
            b'a' => false,
            b'p' => true,
            _ => return None,
        };
        let mut ahead = Self { rest: tail };
        let dotted = ahead.eat(b'.');
        if !ahead.word().eq_ignore_ascii_case(b"m") || (dotted && !ahead.eat(b'.')) {
            return None;
        }
        *self = ahead;
        Some(afternoon)
    }

    /// An offset from UTC in seconds: Z, UTC, GMT, +01, +0100, +01:00, or UTC+01:00.
    pub(super) fn offset(&mut self) -> Option<i32> {
        let named = match self.word() {
            b"" => false,
            word => {
                let known = ["Z", "UTC", "GMT"];
                if !known.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes())) {
                    return None;
                }
                true
            }
        };
        let sign = match self.peek() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return named.then_some(0),
        };
        self.rest = self.rest.split_first()?.1;
        // `GMT+1` is how Google writes it.
        let hours = if named { self.one_or_two()? } else { self.two()? };
        let minutes = if self.eat(b':') || self.count_digits() > 0 { self.two()? } else { 0 };
        (hours <= 23 && minutes <= 59).then(|| sign * (hours * 3600 + minutes * 60) as i32)
    }
}
