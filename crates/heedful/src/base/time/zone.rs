//! Time zones as sorted tables of offset changes.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::super::config::{Config, deserialized, options};
use super::civil::saturate;
use super::scan::Cursor;
use super::unit::SECONDS_PER_DAY;
use crate::base::json::Json;
use crate::{Error, ErrorCode, Result};

/// A change of the offset: from this UTC second on, local time is UTC plus the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    utc: i64,
    offset: i32,
}

/// The Gregorian calendar, weekdays included, repeats after 400 years; so do yearly daylight-saving rules.
const CYCLE: i64 = 146_097 * SECONDS_PER_DAY;
/// 2500-01-01: changes of a named zone are listed up to here. Irregular ones end before 2100 in every zone of
/// the database, so that the last 400 years listed repeat for ever.
#[cfg(feature = "zones")]
const LISTED_UNTIL: i64 = 16_725_225_600;

/// Offsets of local time from UTC are shorter than this.
const LONGEST_OFFSET: i32 = 26 * 3600;

/// A time zone: what to add to UTC, and since when.
///
/// Only instants are converted. A wall-clock time is local already.
///
/// ```
/// use heedful::Zone;
///
/// let zone = Zone::from_transitions(3600, vec![(1_711_846_800, 7200), (1_729_990_800, 3600)])?;
/// let mut clock = zone.clock();
/// assert_eq!(clock.offset(1_711_846_799), 3600); // 2024-03-31 01:59:59 in Copenhagen, and then
/// assert_eq!(clock.offset(1_711_846_800), 7200); // 2024-03-31 03:00:00
/// assert_eq!(clock.local_day(1_719_784_800), 19_905); // 2024-07-01, still June in UTC
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(schema_with = "schema"))]
pub struct Zone {
    /// In the database that it comes from.
    name: Option<Arc<str>>,
    /// The offset before the first change.
    initial: i32,
    /// Strictly ascending in time; shared, because options that hold a zone are copied.
    changes: Arc<[Change]>,
    /// Later times than this one lie in a repetition of the 400 years before it.
    repeats_after: Option<i64>,
}

impl Zone {
    /// Coordinated universal time.
    ///
    /// ```
    /// assert_eq!(heedful::Zone::utc().clock().local_day(86_399), 0);
    /// ```
    #[must_use]
    pub fn utc() -> Self {
        Self::from_changes(0, std::iter::empty(), None)
    }

    /// Local time is UTC plus this many seconds, all year: 19 800 for +05:30.
    ///
    /// ```
    /// // In India it was the next day already.
    /// assert_eq!(heedful::Zone::fixed(19_800)?.clock().local_day(86_399), 1);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for 26 hours and more.
    pub fn fixed(offset_seconds: i32) -> Result<Self> {
        Self::from_transitions(offset_seconds, Vec::new())
    }

    /// A zone from its offsets: the one before the first transition, then pairs of the UTC second since 1970 at
    /// which an offset begins, and that offset in seconds (local less UTC), in ascending order. The last one
    /// stays for ever: hosts list the transitions of the range that their data need.
    ///
    /// ```
    /// // An hour more from the second 1000 on.
    /// let zone = heedful::Zone::from_transitions(0, vec![(1000, 3600)])?;
    /// let mut clock = zone.clock();
    /// assert_eq!((clock.offset(999), clock.offset(1000)), (0, 3600));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when an offset is 26 hours or more, or transitions are not in strictly
    /// ascending order.
    pub fn from_transitions(
        initial_offset_seconds: i32,
        transitions: Vec<(i64, i32)>,
    ) -> Result<Self> {
        let offsets = transitions.iter().map(|&(_, offset)| offset);
        for offset in std::iter::once(initial_offset_seconds).chain(offsets) {
            if offset.unsigned_abs() >= LONGEST_OFFSET.unsigned_abs() {
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    format!("an offset of {offset} seconds from UTC is 26 hours or more"),
                ));
            }
        }
        if !transitions.is_sorted_by(|before, after| before.0 < after.0) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                "time-zone transitions are not in strictly ascending order",
            ));
        }
        let changes = transitions.into_iter().map(|(utc, offset)| Change { utc, offset });
        Ok(Self::from_changes(initial_offset_seconds, changes, None))
    }

    /// A zone by its name in the IANA database (in any case), for example `Europe/Copenhagen`. `UTC` and
    /// offsets such as `+05:30` need no database, and are all that is known without the feature `zones`.
    ///
    /// ```
    /// # #[cfg(feature = "zones")] {
    /// let zone = heedful::Zone::named("Australia/Lord_Howe")?;
    /// assert_eq!(zone.clock().offset(1_709_842_151), 11 * 3600); // summer
    /// assert_eq!(zone.clock().offset(1_719_784_800), 10 * 3600 + 1800); // winter
    /// # }
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorCode::TimeZone`] when the name is unknown, or no database is built in.
    pub fn named(name: &str) -> Result<Self> {
        let mut text = Cursor::new(name.as_bytes());
        if let Some(offset) = text.offset().filter(|_| text.is_empty()) {
            return Self::fixed(offset);
        }
        Self::from_database(name)
    }

    #[cfg(feature = "zones")]
    fn from_database(name: &str) -> Result<Self> {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| Error::new(ErrorCode::TimeZone, format!("unknown time zone `{name}`")))?;
        let first = jiff::Timestamp::MIN;
        let changes = zone
            .following(first)
            .map(|transition| Change {
                utc: transition.timestamp().as_second(),
                offset: transition.offset().seconds(),
            })
            .take_while(|change| change.utc < LISTED_UNTIL);
        let rules =
            Self::from_changes(zone.to_offset(first).seconds(), changes, Some(LISTED_UNTIL));
        Ok(Self { name: zone.iana_name().map(Arc::from), ..rules })
    }

    #[cfg(not(feature = "zones"))]
    fn from_database(name: &str) -> Result<Self> {
        Err(Error::new(
            ErrorCode::TimeZone,
            format!(
                "time zone `{name}` is not built in: supply its transitions, or build with the feature `zones`"
            ),
        ))
    }

    fn from_changes(
        initial: i32,
        changes: impl Iterator<Item = Change>,
        repeats_after: Option<i64>,
    ) -> Self {
        // A database also lists changes of a mere name.
        let mut offset = initial;
        let changes: Arc<[Change]> = changes
            .filter(|change| std::mem::replace(&mut offset, change.offset) != change.offset)
            .collect();
        let repeats_after = repeats_after.filter(|_| !changes.is_empty());
        Self { name: None, initial, changes, repeats_after }
    }

    /// A converter that remembers where it was.
    #[must_use]
    pub fn clock(&self) -> LocalClock<'_> {
        LocalClock { zone: self, recent: [Stretch { since: 0, until: 0, offset: 0 }; SLOTS] }
    }
}

/// A zone of a host that knows zones, as JSON has it.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, deny_unknown_fields))]
struct Object {
    /// Seconds to add to UTC before the first transition.
    offset: i32,
    /// Pairs of the UTC second since 1970 at which an offset begins, and that offset, ascending.
    transitions: Vec<(i64, i32)>,
}

options!(Object, needs [offset, transitions], takes [], from Self::default());

#[cfg(feature = "schema")]
fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let name = schemars::json_schema!({
        "type": "string",
        "description": "A name of the IANA database, `UTC`, or an offset such as `+05:30`.",
    });
    schemars::json_schema!({ "anyOf": [name, generator.subschema_for::<Object>()] })
}

/// In configuration a zone is a name (`"Europe/Copenhagen"`) or, from a host that knows zones,
/// `{"offset": 3600, "transitions": [[utc_seconds, offset_seconds], ...]}`.
impl Config for Zone {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(name) => Self::named(name),
            Json::Object(_) => {
                let object = Object::read(json)?;
                Self::from_transitions(object.offset, object.transitions)
            }
            _ => {
                Err(json
                    .refused("the name of a time zone or an object with offset and transitions"))
            }
        }
    }
}

deserialized!(Zone);

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        if let Some(name) = &self.name {
            return serializer.serialize_str(name);
        }
        let transitions = self.changes.iter().map(|change| (change.utc, change.offset)).collect();
        Object { offset: self.initial, transitions }.serialize(serializer)
    }
}

impl fmt::Debug for Zone {
    /// Names the size of the table, which has up to a thousand entries.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zone")
            .field("initial", &self.initial)
            .field("changes", &self.changes.len())
            .finish_non_exhaustive()
    }
}

/// A time from `since` and before `until` that has one offset.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    since: i64,
    until: i64,
    offset: i32,
}

/// A slot is 2 to the power of 22 seconds, 48 days: the slots together are eight years.
const SLOT_BITS: u32 = 22;
const SLOTS: usize = 64;

/// Converts instants to local time in a [`Zone`], at little cost where they lie within a few years.
///
/// ```
/// let zone = heedful::Zone::fixed(7200)?;
/// let mut clock = zone.clock();
/// assert_eq!((clock.offset(0), clock.local_day(86_399)), (7200, 1)); // 01:59:59 on the next day
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LocalClock<'a> {
    zone: &'a Zone,
    /// The stretch that was found last for a time in each slot; empty at first.
    recent: [Stretch; SLOTS],
}

impl LocalClock<'_> {
    /// Seconds to add to an instant (UTC seconds since 1970) for local time.
    #[must_use]
    #[inline]
    pub fn offset(&mut self, utc: i64) -> i32 {
        let slot = (utc >> SLOT_BITS) as usize % SLOTS;
        if let Some(stretch) = self.recent.get(slot)
            && (stretch.since..stretch.until).contains(&utc)
        {
            return stretch.offset;
        }
        let stretch = self.zone.stretch(utc);
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = stretch;
        }
        stretch.offset
    }

    /// The local civil day of an instant (UTC seconds since 1970), counted from 1970-01-01; beyond 5.8 million
    /// years the nearest `i32`.
    ///
    /// ```
    /// let zone = heedful::Zone::fixed(-3600)?;
    /// assert_eq!(zone.clock().local_day(0), -1); // it was the day before still
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn local_day(&mut self, utc: i64) -> i32 {
        let local = utc.saturating_add(i64::from(self.offset(utc)));
        saturate(local.div_euclid(SECONDS_PER_DAY))
    }
}

impl Zone {
    /// The offset at an instant (UTC seconds since 1970), and the instant before which it holds.
    pub(super) fn offset_until(&self, utc: i64) -> (i32, i64) {
        let stretch = self.stretch(utc);
        (stretch.offset, stretch.until)
    }

    /// The stretch that holds an instant.
    fn stretch(&self, utc: i64) -> Stretch {
        let (back, cycle) = self.repetition(utc);
        let place = self.changes.partition_point(|change| change.utc <= utc - back);
        let before = place.checked_sub(1).and_then(|before| self.changes.get(before));
        let since = before.map_or(i64::MIN, |change| change.utc.saturating_add(back));
        let after = self.changes.get(place);
        let until = after.map_or(i64::MAX, |change| change.utc.saturating_add(back));
        Stretch {
            // It ends where the repetition does, even though its offset may go on.
            since: since.max(cycle.start),
            until: until.min(cycle.end),
            offset: before.map_or(self.initial, |change| change.offset),
        }
    }

    /// How far to go back, in whole cycles, to reach the listed changes, and the range for which that is so.
    fn repetition(&self, utc: i64) -> (i64, Range<i64>) {
        match self.repeats_after {
            Some(end) if utc >= end => {
                let start = utc - (utc - end).rem_euclid(CYCLE);
                (start - end + CYCLE, start..start.saturating_add(CYCLE))
            }
            Some(end) => (0, i64::MIN..end),
            None => (0, i64::MIN..i64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UTC seconds of 2024-03-31 01:00, 2024-10-27 01:00.
    fn copenhagen_2024() -> Zone {
        Zone::from_transitions(3600, vec![(1_711_846_800, 7200), (1_729_990_800, 3600)]).unwrap()
    }

    #[test]
    fn a_change_takes_effect_at_its_second() {
        let zone = copenhagen_2024();
        let mut clock = zone.clock();
        for (utc, offset) in [
            (1_711_846_799, 3600),
            (1_711_846_800, 7200),
            (1_729_990_799, 7200),
            (1_729_990_800, 3600),
            (i64::MIN, 3600),
            (i64::MAX, 3600),
            (1_720_000_000, 7200),
        ] {
            assert_eq!(clock.offset(utc), offset, "{utc}");
        }
    }

    #[test]
    fn days_floor_and_saturate() {
        let utc = Zone::utc();
        let mut clock = utc.clock();
        assert_eq!(clock.local_day(-1), -1);
        assert_eq!(clock.local_day(86_399), 0);
        assert_eq!(clock.local_day(i64::MAX), i32::MAX);
        assert_eq!(clock.local_day(i64::MIN), i32::MIN);
        assert_eq!(Zone::fixed(19_800).unwrap().clock().local_day(66_600), 1);
        assert_eq!(Zone::fixed(-1).unwrap().clock().local_day(i64::MIN), i32::MIN);
    }

    #[test]
    fn refuses_what_is_no_zone() {
        let code = |zone: Result<Zone>| zone.unwrap_err().code();
        assert_eq!(code(Zone::fixed(26 * 3600)), ErrorCode::InvalidArgument);
        assert_eq!(code(Zone::fixed(i32::MIN)), ErrorCode::InvalidArgument);
        assert_eq!(
            code(Zone::from_transitions(0, vec![(5, 1), (5, 2)])),
            ErrorCode::InvalidArgument
        );
        assert_eq!(code(Zone::from_transitions(0, vec![(5, 93_600)])), ErrorCode::InvalidArgument);
        for name in ["Europe/Atlantis", "", "../etc/passwd", "CET\0"] {
            assert_eq!(code(Zone::named(name)), ErrorCode::TimeZone, "{name}");
        }
        assert_eq!(Zone::named("utc").unwrap(), Zone::utc());
        assert_eq!(Zone::named("-05:30").unwrap(), Zone::fixed(-19_800).unwrap());
    }

    #[cfg(feature = "zones")]
    mod named {
        use jiff::{Timestamp, ToSpan, civil, tz};
        use proptest::prelude::*;

        use super::super::*;

        const NAMES: [&str; 14] = [
            "Europe/Copenhagen",
            "America/New_York",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Asia/Kathmandu",
            "Africa/Casablanca",
            "Europe/Dublin",
            "Africa/Monrovia",
            "America/Sao_Paulo",
            "Antarctica/Troll",
            "Asia/Tehran",
            "Etc/GMT+5",
            "Pacific/Kiritimati",
        ];

        /// UTC text, local day, offset in minutes; from GNU date 9 with the IANA database of the day
        /// (`TZ=Europe/Copenhagen date -d 2024-03-30T22:59:59Z '+%F %z'`).
        const KNOWN: [(&str, &str, &str, i32); 17] = [
            ("Europe/Copenhagen", "2024-03-30T22:59:59Z", "2024-03-30", 60),
            ("Europe/Copenhagen", "2024-03-30T23:00:00Z", "2024-03-31", 60),
            ("Europe/Copenhagen", "2024-03-31T22:00:00Z", "2024-04-01", 120),
            ("Europe/Copenhagen", "2024-10-27T22:59:59Z", "2024-10-27", 60),
            ("Europe/Copenhagen", "1940-07-01T22:30:00Z", "1940-07-02", 120),
            ("Europe/Copenhagen", "1975-07-01T22:30:00Z", "1975-07-01", 60),
            ("America/New_York", "2007-03-11T06:59:59Z", "2007-03-11", -300),
            ("America/New_York", "2007-03-11T07:00:00Z", "2007-03-11", -240),
            ("America/New_York", "2006-04-01T04:30:00Z", "2006-03-31", -300),
            ("America/New_York", "1974-02-01T04:30:00Z", "1974-02-01", -240),
            ("Asia/Kolkata", "2024-03-07T18:29:59Z", "2024-03-07", 330),
            ("Asia/Kolkata", "2024-03-07T18:30:00Z", "2024-03-08", 330),
            ("Australia/Lord_Howe", "2024-01-01T12:59:59Z", "2024-01-01", 660),
            ("Australia/Lord_Howe", "2024-07-01T13:30:00Z", "2024-07-02", 630),
            ("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29", -600),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31", 840),
            ("Asia/Kathmandu", "2024-03-07T18:15:00Z", "2024-03-08", 345),
        ];

        #[test]
        fn knows_history() {
            for (name, utc, day, minutes) in KNOWN {
                let zone = Zone::named(name).unwrap();
                let utc: Timestamp = utc.parse().unwrap();
                let day: civil::Date = day.parse().unwrap();
                let days = (day - civil::date(1970, 1, 1)).get_days();
                let mut clock = zone.clock();
                assert_eq!(clock.offset(utc.as_second()), minutes * 60, "{name} {utc}");
                assert_eq!(clock.local_day(utc.as_second()), days, "{name} {utc}");
            }
        }

        #[test]
        fn no_zone_is_irregular_after_2100() {
            let database = tz::TimeZoneDatabase::bundled();
            for name in database.available() {
                let zone = Zone::named(name.as_str()).unwrap();
                let from = LISTED_UNTIL - CYCLE;
                let years = |since: i64| -> Vec<_> {
                    let range = since..since + 90 * 31_556_952;
                    let slow = database.get(name.as_str()).unwrap();
                    let start = Timestamp::from_second(range.start).unwrap();
                    let changes = slow.following(start).map(|t| t.timestamp().as_second() - since);
                    changes.take_while(|&at| at < range.end - since).collect()
                };
                assert_eq!(years(from), years(from + CYCLE), "{name}");
                assert!(zone.changes.len() < 1200, "{name}");
            }
        }

        #[test]
        fn apia_skips_a_day() {
            let zone = Zone::named("pacific/apia").unwrap();
            let mut clock = zone.clock();
            let start = "2011-12-28T00:00:00Z".parse::<Timestamp>().unwrap();
            let mut days: Vec<_> =
                (0..96).map(|hour| clock.local_day((start + hour.hours()).as_second())).collect();
            days.dedup();
            assert_eq!(days, [15_335, 15_336, 15_337, 15_339, 15_340]);
        }

        proptest! {
            #[test]
            fn agrees_with_jiff(
                name in prop::sample::select(NAMES.as_slice()),
                near in prop::collection::vec(-5_000_000_000_i64..8_000_000_000, 1..20),
                far in prop::collection::vec(-377_705_023_201_i64..=253_402_207_200, 1..20),
            ) {
                let zone = Zone::named(name).unwrap();
                let slow = tz::TimeZone::get(name).unwrap();
                let mut clock = zone.clock();
                for utc in near.into_iter().chain(far) {
                    let expected = slow.to_offset(Timestamp::from_second(utc).unwrap()).seconds();
                    prop_assert_eq!(clock.offset(utc), expected, "{} {}", name, utc);
                }
            }

            #[test]
            fn memory_does_not_matter(
                name in prop::sample::select(NAMES.as_slice()),
                times in prop::collection::vec(any::<i64>(), 1..20),
            ) {
                let zone = Zone::named(name).unwrap();
                let mut clock = zone.clock();
                for utc in times {
                    prop_assert_eq!(clock.offset(utc), zone.clock().offset(utc));
                }
            }
        }
    }
}
