//! The week and the clock on the wall, as configuration writes them.

use serde::{Serialize, Serializer};

use crate::base::config::{self, Config, deserialized, names};
use crate::base::error::Result;
use crate::base::json::Json;

/// A time on the clock: minutes since midnight, `HH:MM` in JSON.
///
/// ```
/// use heedful::contact::Quiet;
/// let quiet: Quiet = serde_json::from_str(r#"{"from": "20:00", "to": "08:30"}"#).unwrap();
/// assert_eq!(quiet.from.minutes() - quiet.to.minutes(), 11 * 60 + 30);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String", extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
pub struct Clock(u16);

impl Clock {
    /// A time of the day; what lies beyond 23 hours or 59 minutes is 23 or 59.
    pub(crate) const fn at(hour: u16, minute: u16) -> Self {
        let hour = if hour < 24 { hour } else { 23 };
        Self(hour * 60 + if minute < 60 { minute } else { 59 })
    }

    /// Minutes since midnight.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl Config for Clock {
    fn read(json: &Json) -> Result<Self> {
        let digits = |part: &str| {
            let two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            two.then(|| part.parse::<u16>().ok()).flatten()
        };
        let parts = json.text()?.split_once(':').and_then(|(h, m)| digits(h).zip(digits(m)));
        match parts {
            Some((hour, minute)) if hour < 24 && minute < 60 => Ok(Self(hour * 60 + minute)),
            _ => Err(config::invalid("a time on the clock is written as HH:MM")),
        }
    }
}

deserialized!(Clock);

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{:02}:{:02}", self.0 / 60, self.0 % 60))
    }
}

/// Days of the week.
///
/// ```
/// use heedful::contact::Weekday;
/// assert_eq!(serde_json::to_string(&Weekday::Monday).unwrap(), r#""monday""#);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days of the week")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

names!(Weekday {
    Monday = "monday",
    Tuesday = "tuesday",
    Wednesday = "wednesday",
    Thursday = "thursday",
    Friday = "friday",
    Saturday = "saturday",
    Sunday = "sunday",
});

/// The place of a day, counted from 1970-01-01, in its week: 0 for a Monday.
pub(crate) const fn place_in_week(day: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7)
}
