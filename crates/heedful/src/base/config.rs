//! Configuration documents: JSON in with paths, JSON out.
//!
//! A type that is read from JSON is a [`Config`]. Options are declared by [`options!`], lists of names by [`names!`];
//! what has a form of its own is written by hand over [`Json`]. All of it is plain code over a parsed document, compiled
//! once: what serde derives for a type of 20 options is 8 kB of WebAssembly, this is 400 bytes.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{Error, ErrorCode, Result};
use super::json::Json;
use super::sorted::SortedMap;

/// A type that is read from JSON. Errors carry the path to what is wrong.
pub(crate) trait Config: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// `invalid-config`, or whatever the type's own constructor refuses.
    fn read(json: &Json) -> Result<Self>;
}

/// Declares how an options type is read: the fields that a document must have, those it may have, and the value that
/// is changed by it. Also implements serde's `Deserialize` by the same way.
///
/// ```ignore
/// options!(Target, needs [value], takes [name, confidence, interval, likely], from Self::new(0.0));
/// ```
macro_rules! options {
    ($type:ty, $(needs [$($needed:ident),+],)? takes [$($taken:ident),*], from $initial:expr) => {
        $crate::base::config::fields!(
            $type, finish, $(needs [$($needed),+],)? takes [$($taken),*], from $initial
        );
        $crate::base::config::deserialized!($type);
    };
}

/// The fields of [`options!`] and [`stored!`], and how reading ends.
macro_rules! fields {
    ($type:ty, $finish:ident, $(needs [$($needed:ident),+],)? takes [$($taken:ident),*], from $initial:expr) => {
        impl $crate::base::config::Config for $type {
            fn read(json: &$crate::base::json::Json) -> $crate::base::error::Result<Self> {
                let mut object = $crate::base::config::Object::of(json)?;
                let mut options: Self = $initial;
                // Every field is named.
                let Self { $($($needed,)+)? $($taken,)* } = &mut options;
                $($(object.needs(stringify!($needed), $needed);)+)?
                $(object.takes(stringify!($taken), $taken);)*
                object.$finish()?;
                Ok(options)
            }
        }
    };
}

/// Declares how a record is read whose fields are all public: each that a document must have, and each that it may leave
/// out with what it is then. A field may have another name in the document.
///
/// ```ignore
/// record!(Question { id, kind as "type", wording, required = false, when = None });
/// ```
macro_rules! record {
    ($type:ty { $($field:ident $(as $name:literal)? $(= $default:expr)?),+ $(,)? }) => {
        $crate::base::config::record!(finish, $type { $($field $(as $name)? $(= $default)?),+ });
    };
    ($finish:ident, $type:ty { $($field:ident $(as $name:literal)? $(= $default:expr)?),+ }) => {
        impl $crate::base::config::Config for $type {
            fn read(json: &$crate::base::json::Json) -> $crate::base::error::Result<Self> {
                let mut object = $crate::base::config::Object::of(json)?;
                $($crate::base::config::field!(object, $field $(as $name)? $(= $default)?);)+
                object.$finish()?;
                Ok(Self { $($field: $crate::base::config::value!($field $(= $default)?)),+ })
            }
        }

        $crate::base::config::deserialized!($type);
    };
}

/// As [`record!`] or [`options!`], for stored state: what a later version added is ignored.
macro_rules! stored {
    ($type:ty, $(needs [$($needed:ident),+],)? takes [$($taken:ident),*], from $initial:expr) => {
        $crate::base::config::fields!(
            $type, finish_state, $(needs [$($needed),+],)? takes [$($taken),*], from $initial
        );
    };
    ($type:ty { $($field:ident $(as $name:literal)? $(= $default:expr)?),+ $(,)? }) => {
        $crate::base::config::record!(finish_state, $type { $($field $(as $name)? $(= $default)?),+ });
    };
}

/// A field of a [`record!`] is asked for.
macro_rules! field {
    ($object:ident, $field:ident) => {
        $crate::base::config::field!($object, $field as (stringify!($field)))
    };
    ($object:ident, $field:ident as $name:tt) => {
        let mut $field = $crate::base::config::Needed(None);
        $object.needs($name, &mut $field);
    };
    ($object:ident, $field:ident = $default:expr) => {
        $crate::base::config::field!($object, $field as (stringify!($field)) = $default)
    };
    ($object:ident, $field:ident as $name:tt = $default:expr) => {
        let mut $field = $default;
        $object.takes($name, &mut $field);
    };
}

/// The value of a field of a [`record!`].
macro_rules! value {
    ($field:ident) => {
        $field.value()?
    };
    ($field:ident = $default:expr) => {
        $field
    };
}

/// Declares how an enum is read of which each value holds something: from an object with one key.
///
/// ```ignore
/// tagged!(Answer { Rating = "rating", Text = "text" });
/// ```
macro_rules! tagged {
    ($type:ty { $($value:ident = $name:literal),+ $(,)? } $($plain:ident = $word:literal),*) => {
        impl $crate::base::config::Config for $type {
            fn read(json: &$crate::base::json::Json) -> $crate::base::error::Result<Self> {
                const NAMES: &[&str] = &[$($name,)+ $($word),*];
                match $crate::base::config::tag(json, NAMES)? {
                    $(($name, Some(json)) => $crate::base::config::Config::read(json)
                        .map(Self::$value)
                        .map_err(|error| error.below($name)),)+
                    $(($word, None) => Ok(Self::$plain),)*
                    _ => Err(json.refused("an object with one field, the name of what it holds")),
                }
            }
        }

        $crate::base::config::deserialized!($type);
    };
}

/// Declares how the values of an enum are spelled, and implements serde's `Deserialize` by it.
///
/// ```ignore
/// names!(Invalid { Error = "error", Count = "count" });
/// ```
macro_rules! names {
    ($type:ty { $($value:ident = $name:literal),+ $(,)? }) => {
        impl $crate::base::config::Config for $type {
            fn read(json: &$crate::base::json::Json) -> $crate::base::error::Result<Self> {
                const VALUES: &[$type] = &[$(<$type>::$value),+];
                $crate::base::config::named(json, &[$($name),+], VALUES)
            }
        }

        $crate::base::config::deserialized!($type);
    };
}

/// Writes the setters of an options type: each takes `self` and a value, and gives the changed options back.
///
/// ```ignore
/// setters!(Drivers {
///     /// Bootstrap replicates.
///     replicates: u32,
///     /// The score without any reason.
///     reference: some f64,
///     /// Columns each of whose values is a candidate.
///     attributes: names,
///     /// The column of the touchpoint.
///     touchpoint: name,
/// });
/// ```
macro_rules! setters {
    ($type:ident { $($(#[$doc:meta])+ $field:ident: $kind:ident $($value:ident)?,)+ }) => {
        impl $type {
            $($crate::base::config::setter! { $(#[$doc])+ $field: $kind $($value)? })+
        }
    };
}

/// One of [`setters!`].
macro_rules! setter {
    ($(#[$doc:meta])+ $field:ident: some $value:ident) => {
        $(#[$doc])+
        #[must_use]
        pub fn $field(mut self, $field: $value) -> Self {
            self.$field = Some($field);
            self
        }
    };
    ($(#[$doc:meta])+ $field:ident: names) => {
        $(#[$doc])+
        #[must_use]
        pub fn $field<S: Into<String>>(mut self, $field: impl IntoIterator<Item = S>) -> Self {
            self.$field = $field.into_iter().map(Into::into).collect();
            self
        }
    };
    ($(#[$doc:meta])+ $field:ident: name) => {
        $(#[$doc])+
        #[must_use]
        pub fn $field(mut self, $field: impl Into<String>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    ($(#[$doc:meta])+ $field:ident: $value:ident) => {
        $(#[$doc])+
        #[must_use]
        pub fn $field(mut self, $field: $value) -> Self {
            self.$field = $field;
            self
        }
    };
}

/// Implements serde's `Deserialize` for a [`Config`].
macro_rules! deserialized {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::base::config::deserialize(deserializer)
            }
        }
    };
}

/// Gives a type that has `from_json` its `to_json`, with an example of a document that comes back as it was.
///
/// ```ignore
/// written!(Target, r#"{"value": 40}"#);
/// ```
macro_rules! written {
    ($type:ident $(of $module:ident)?, $example:literal) => {
        impl $type {
            /// All of it as JSON, which [`from_json`](Self::from_json) reads.
            ///
            /// ```
            #[doc = concat!("use heedful::", $(stringify!($module), "::",)? stringify!($type), ";")]
            #[doc = concat!("let read = ", stringify!($type), "::from_json(r#\"", $example, "\"#)?;")]
            #[doc = concat!("assert_eq!(", stringify!($type), "::from_json(&read.to_json())?, read);")]
            /// # Ok::<(), heedful::Error>(())
            /// ```
            #[must_use]
            pub fn to_json(&self) -> String {
                $crate::base::config::to_json(self)
            }
        }
    };
}

pub(crate) use {
    deserialized, field, fields, names, options, record, setter, setters, stored, tagged, value,
    written,
};

/// What [`deserialized!`] does.
pub(crate) fn deserialize<'de, T: Config, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::read(&Json::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Reads a configuration: unknown fields are errors, and an error carries the path to it.
pub(crate) fn read<T: Config>(text: &str) -> Result<T> {
    T::read(&Json::parse(text)?)
}

/// The fields of an object, each asked for once. The first thing that is wrong comes out at the end.
pub(crate) struct Object<'a> {
    fields: &'a [(String, Json)],
    asked: Vec<&'static str>,
    wrong: Result<()>,
    missing: Option<&'static str>,
}

impl<'a> Object<'a> {
    pub(crate) fn of(json: &'a Json) -> Result<Self> {
        let Json::Object(fields) = json else { return Err(json.refused("an object")) };
        Ok(Self { fields, asked: Vec::new(), wrong: Ok(()), missing: None })
    }

    /// Reads a field that may be left out.
    pub(crate) fn takes(&mut self, name: &'static str, slot: &mut dyn Slot) {
        self.field(name, slot);
    }

    /// Reads a field that must be there.
    pub(crate) fn needs(&mut self, name: &'static str, slot: &mut dyn Slot) {
        if !self.field(name, slot) {
            self.missing.get_or_insert(name);
        }
    }

    /// Whether the field is there.
    fn field(&mut self, name: &'static str, slot: &mut dyn Slot) -> bool {
        self.asked.push(name);
        let mut there = false;
        for (_, json) in self.fields.iter().filter(|(field, _)| field == name) {
            if self.wrong.is_ok() {
                self.wrong = match there {
                    false => slot.fill(json).map_err(|error| error.below(name)),
                    true => Err(invalid(format!("duplicate field `{name}`"))),
                };
            }
            there = true;
        }
        there
    }

    /// # Errors
    /// What is wrong with a value; `invalid-config` for a field that nobody asked for or that is missing.
    pub(crate) fn finish(mut self) -> Result<()> {
        let asked = |name: &str| self.asked.contains(&name);
        if let (Ok(()), Some((name, _))) =
            (&self.wrong, self.fields.iter().find(|(name, _)| !asked(name)))
        {
            self.wrong = Err(unknown("field", name, &self.asked).at(name));
        }
        self.finish_state()
    }

    /// As [`Object::finish`], for stored state: what a later version added is ignored.
    pub(crate) fn finish_state(self) -> Result<()> {
        self.wrong?;
        match self.missing {
            Some(name) => Err(invalid(format!("missing field `{name}`"))),
            None => Ok(()),
        }
    }
}

/// A place for a value of any type that is read.
pub(crate) trait Slot {
    fn fill(&mut self, json: &Json) -> Result<()>;
}

impl<T: Config> Slot for T {
    fn fill(&mut self, json: &Json) -> Result<()> {
        *self = T::read(json)?;
        Ok(())
    }
}

/// A place for a value that must be there.
pub(crate) struct Needed<T>(pub(crate) Option<T>);

impl<T: Config> Slot for Needed<T> {
    fn fill(&mut self, json: &Json) -> Result<()> {
        self.0 = Some(T::read(json)?);
        Ok(())
    }
}

impl<T> Needed<T> {
    /// The value, once [`Object::finish`] has found it there.
    pub(crate) fn value(self) -> Result<T> {
        self.0.ok_or_else(|| Error::new(ErrorCode::Internal, "a needed field without a value"))
    }
}

/// The name of what a value is, and what it holds: of an object with one field, or of a name alone.
pub(crate) fn tag<'a>(
    json: &'a Json,
    names: &[&'static str],
) -> Result<(&'static str, Option<&'a Json>)> {
    let (name, inside) = match json {
        Json::Text(name) => (name, None),
        Json::Object(fields) => match fields.as_slice() {
            [(name, inside)] => (name, Some(inside)),
            _ => return Err(json.refused("an object with one field")),
        },
        _ => return Err(json.refused("an object with one field")),
    };
    match names.iter().find(|known| *known == name) {
        Some(known) => Ok((known, inside)),
        None => Err(unknown("variant", name, names)),
    }
}

/// The value at the place of the name.
pub(crate) fn named<T: Clone>(json: &Json, names: &[&str], values: &[T]) -> Result<T> {
    let place = place_of(json, names)?;
    values
        .get(place)
        .cloned()
        .ok_or_else(|| Error::new(ErrorCode::Internal, "a name without a value"))
}

fn place_of(json: &Json, names: &[&str]) -> Result<usize> {
    let Json::Text(text) = json else { return Err(json.refused("a name")) };
    names.iter().position(|name| name == text).ok_or_else(|| unknown("variant", text, names))
}

pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    let one_of = if known.len() > 1 { "one of " } else { "" };
    invalid(format!("unknown {what} `{name}`, expected {one_of}`{}`", known.join("`, `")))
}

/// An error of the document's shape.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidConfig, message)
}

impl Config for bool {
    fn read(json: &Json) -> Result<Self> {
        let Json::Bool(value) = json else { return Err(json.refused("true or false")) };
        Ok(*value)
    }
}

impl Config for f64 {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Unsigned(value) => Ok(*value as f64),
            Json::Signed(value) => Ok(*value as f64),
            Json::Float(value) => Ok(*value),
            _ => Err(json.refused("a number")),
        }
    }
}

/// Whole numbers, and how they are asked for.
macro_rules! whole {
    ($($type:ident $words:literal,)+) => {
        $(impl Config for $type {
            fn read(json: &Json) -> Result<Self> {
                match json {
                    Json::Unsigned(value) => Self::try_from(*value).ok(),
                    Json::Signed(value) => Self::try_from(*value).ok(),
                    _ => None,
                }
                .ok_or_else(|| json.refused($words))
            }
        })+
    };
}

whole! {
    u8 "a whole number from 0 to 255",
    u16 "a whole number from 0 to 65535",
    u32 "a whole number from 0 to 4294967295",
    u64 "a whole number of at least 0",
    usize "a whole number of at least 0",
    i32 "a whole number",
    i64 "a whole number",
}

impl Config for String {
    fn read(json: &Json) -> Result<Self> {
        Ok(json.text()?.to_owned())
    }
}

impl Config for char {
    fn read(json: &Json) -> Result<Self> {
        let mut characters = json.text()?.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(json.refused("one character")),
        }
    }
}

impl<T: Config> Config for Option<T> {
    fn read(json: &Json) -> Result<Self> {
        if *json == Json::Null { Ok(None) } else { T::read(json).map(Some) }
    }
}

impl<T: Config> Config for Vec<T> {
    fn read(json: &Json) -> Result<Self> {
        let list = json.list()?.iter().enumerate();
        list.map(|(i, item)| T::read(item).map_err(|error| error.below(&format!("[{i}]"))))
            .collect()
    }
}

/// Lists of a given length whose items are of different kinds.
macro_rules! tuples {
    ($($length:literal ($($type:ident $item:ident),+))+) => {
        $(impl<$($type: Config),+> Config for ($($type,)+) {
            fn read(json: &Json) -> Result<Self> {
                let list = json.list()?;
                let [$($item),+] = list else { return Err(uneven($length, list.len())) };
                let mut places = 0..;
                Ok(($({
                    let place: usize = places.next().unwrap_or_default();
                    $type::read($item).map_err(|error| error.below(&format!("[{place}]")))?
                },)+))
            }
        })+
    };
}

tuples! {
    2 (A a, B b)
    3 (A a, B b, C c)
}

fn uneven(expected: usize, found: usize) -> Error {
    invalid(format!("expected a list of {expected}, found one of {found}"))
}

impl<T: Config> Config for Box<T> {
    fn read(json: &Json) -> Result<Self> {
        T::read(json).map(Box::new)
    }
}

impl<T: Config, const N: usize> Config for [T; N] {
    fn read(json: &Json) -> Result<Self> {
        Self::try_from(Vec::read(json)?).map_err(|list| uneven(N, list.len()))
    }
}

/// An object of any names: a short list by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entries<T>(Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// The list in the order of its names.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (String, T)> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let place = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// The last value of a name counts.
    pub(crate) fn insert(&mut self, name: String, value: T) {
        let place = self.0.partition_point(|(known, _)| *known < name);
        match self.0.get_mut(place).filter(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.insert(place, (name, value)),
        }
    }
}

impl<T: Config> Config for Entries<T> {
    fn read(json: &Json) -> Result<Self> {
        let mut map = Self::default();
        for (name, value) in entries(json)? {
            map.insert(name, value);
        }
        Ok(map)
    }
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<T: Config> Config for BTreeMap<String, T> {
    fn read(json: &Json) -> Result<Self> {
        Ok(entries(json)?.into_iter().collect())
    }
}

impl<T: Config> Config for SortedMap<String, T> {
    fn read(json: &Json) -> Result<Self> {
        Ok(entries(json)?.into_iter().collect())
    }
}

/// The fields of an object of any names, in their order.
pub(crate) fn entries<T: Config>(json: &Json) -> Result<Vec<(String, T)>> {
    let Json::Object(fields) = json else { return Err(json.refused("an object")) };
    let entry = |(name, json): &(String, Json)| {
        Ok((name.clone(), T::read(json).map_err(|error| error.below(name))?))
    };
    fields.iter().map(entry).collect()
}

/// In a schema a field that must be given has no default.
#[cfg(feature = "schema")]
pub(crate) fn required<T>(_: &T) -> bool {
    true
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    // Our configuration types have string keys and finite numbers only, so this cannot fail.
    #[cfg(not(target_arch = "wasm32"))]
    return serde_json::to_string(value).unwrap_or_default();
    #[cfg(target_arch = "wasm32")]
    to_small_json(value)
}

/// The same text by less code, more slowly.
#[cfg(any(test, target_arch = "wasm32"))]
fn to_small_json<T: Serialize>(value: &T) -> String {
    struct Small;
    impl serde_json::ser::Formatter for Small {
        fn write_f64<W: std::io::Write + ?Sized>(
            &mut self,
            writer: &mut W,
            value: f64,
        ) -> std::io::Result<()> {
            writer.write_all(super::number::json(value).as_bytes())
        }
    }
    let mut text = Vec::new();
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Small));
    written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::metric::Metric;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Colour {
        Red,
        Green,
    }

    names!(Colour { Red = "red", Green = "green" });

    #[derive(Debug, PartialEq)]
    struct Options {
        size: f64,
        colours: Vec<Colour>,
        pair: Option<[f64; 2]>,
        most: u8,
        words: Entries<String>,
    }

    options!(Options, needs [size], takes [colours, pair, most, words], from Self {
        size: 0.0,
        colours: vec![Colour::Red],
        pair: None,
        most: 7,
        words: Entries::default(),
    });

    #[test]
    fn options_start_from_their_defaults() {
        let options: Options = read(r#"{"size": 2}"#).unwrap();
        assert_eq!((options.size, options.most, options.colours), (2.0, 7, vec![Colour::Red]));
        let text = r#"{"words": {"b": "x", "a": "y"}, "pair": [1, 2.5], "colours": ["green"], "size": -0.5}"#;
        let options: Options = read(text).unwrap();
        assert_eq!((options.pair, options.colours), (Some([1.0, 2.5]), vec![Colour::Green]));
        assert_eq!(options.words.get("a").map(String::as_str), Some("y"));
        assert_eq!(to_json(&options.words), r#"{"a":"y","b":"x"}"#);
        assert_eq!(to_small_json(&options.pair), to_json(&options.pair));
        // By serde as well, where a type is part of one that derives.
        assert_eq!(serde_json::from_str::<Options>(text).unwrap(), read(text).unwrap());
    }

    #[test]
    fn an_error_in_options_says_where() {
        for (text, path, message) in [
            (
                r#"{"size": 1, "sise": 2}"#,
                "sise",
                "unknown field `sise`, expected one of `size`, `colours`",
            ),
            (r#"{"most": 1}"#, "", "missing field `size`"),
            (r#"{"size": 1, "size": 2}"#, "", "duplicate field `size`"),
            (r#"{"size": "1"}"#, "size", "expected a number, found the text `1`"),
            (
                r#"{"size": 1, "most": 300}"#,
                "most",
                "expected a whole number from 0 to 255, found the number 300",
            ),
            (
                r#"{"size": 1, "colours": ["red", "blue"]}"#,
                "colours[1]",
                "unknown variant `blue`, expected one of `red`, `green`",
            ),
            (r#"{"size": 1, "pair": [1]}"#, "pair", "expected a list of 2, found one of 1"),
            (r#"{"size": 1, "words": {"a": null}}"#, "words.a", "expected a text, found null"),
            ("[]", "", "expected an object, found a list"),
        ] {
            let error = read::<Options>(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, path), "{text}");
            assert!(error.message().starts_with(message), "{text}: {}", error.message());
            let nested = read::<Vec<Options>>(&format!("[{text}]")).unwrap_err();
            let path = if path.is_empty() { "[0]".to_owned() } else { format!("[0].{path}") };
            assert_eq!(
                (nested.code(), nested.path()),
                (ErrorCode::InvalidConfig, &*path),
                "{text}"
            );
        }
    }

    #[derive(Debug, PartialEq)]
    struct Outer {
        list: Vec<Inner>,
        kind: Option<[f64; 2]>,
        entries: (bool, String),
    }

    record!(Outer { list, kind as "type" = None, entries = (false, String::new()) });

    #[derive(Debug, PartialEq)]
    enum Inner {
        Plain,
        Wrapped(u8),
        Named(Named),
    }

    tagged!(Inner { Wrapped = "wrapped", Named = "named" } Plain = "plain");

    #[derive(Debug, PartialEq)]
    struct Named {
        at: i64,
    }

    record!(Named { at });

    #[derive(Debug, PartialEq)]
    struct Kept {
        at: i64,
        on: bool,
    }

    stored!(Kept { at, on = true });

    #[test]
    fn records_hold_records() {
        let text = r#"{"list": ["plain", {"wrapped": 3}, {"named": {"at": -1}}], "type": [1, 2.5],
            "entries": [true, "x"]}"#;
        let list = vec![Inner::Plain, Inner::Wrapped(3), Inner::Named(Named { at: -1 })];
        let expected = Outer { list, kind: Some([1.0, 2.5]), entries: (true, "x".to_owned()) };
        assert_eq!(read::<Outer>(text).unwrap(), expected);
        assert_eq!(serde_json::from_str::<Outer>(text).unwrap(), expected);
        assert_eq!(read::<Outer>(r#"{"list": [], "type": null}"#).unwrap().kind, None);
    }

    #[test]
    fn state_of_a_later_version_is_read() {
        let kept = read::<Kept>(r#"{"at": 3, "since": "later"}"#).unwrap();
        assert_eq!(kept, Kept { at: 3, on: true });
        assert_eq!(read::<Kept>("{}").unwrap_err().message(), "missing field `at`");
    }

    #[test]
    fn an_error_says_where() {
        let cases = [
            (r#"{"list": [], "pear": 1}"#, "pear", "unknown field `pear`, expected one of"),
            (r#"{"list": [], "kind": [1, 2]}"#, "kind", "one of `list`, `type`"),
            (r#"{"list": [], "type": [1]}"#, "type", "expected a list of 2, found one of 1"),
            (r#"{"list": [], "type": [1, "2"]}"#, "type[1]", "found the text `2`"),
            (r#"{"list": [], "entries": [1, "2"]}"#, "entries[0]", "found the number 1"),
            (r#"{"list": [], "entries": [true, 2]}"#, "entries[1]", "expected a text"),
            (r#"{"list": ["plain", "plane"]}"#, "list[1]", "unknown variant `plane`"),
            (r#"{"list": ["wrapped"]}"#, "list[0]", "expected an object with one field"),
            (r#"{"list": [{"plain": 1}]}"#, "list[0]", "expected"),
            (r#"{"list": [{"named": {"at": 1, "on": 2}}]}"#, "list[0].named.on", "unknown field"),
            (r#"{"list": [{"named": {"at": 0.5}}]}"#, "list[0].named.at", "found the number 0.5"),
            (r#"{"list": [{"wrapped": 300}]}"#, "list[0].wrapped", "found the number 300"),
            (r#"{"list": [{"wrapped": 1, "plain": null}]}"#, "list[0]", "expected"),
            (r#"{"list": {}}"#, "list", "expected a list, found an object"),
            (r#"{"list": null}"#, "list", "found null"),
            ("{}", "", "missing field `list`"),
            ("[]", "", "expected"),
        ];
        for (text, path, message) in cases {
            let error = read::<Outer>(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, path), "{text}");
            assert!(error.message().contains(message), "{text}: {}", error.message());
        }
        for text in ["{", "{} {}", "", "nul"] {
            assert_eq!(read::<Outer>(text).unwrap_err().code(), ErrorCode::Json, "{text}");
        }
    }

    #[test]
    fn errors_keep_code_and_path() {
        let refused = |text: &str| {
            let error = read::<Vec<Metric>>(text).unwrap_err();
            (error.code().as_str(), error.path().to_owned(), error.message().to_owned())
        };
        assert_eq!(refused("[\"npz\"]").0, "unknown-name");
        assert_eq!(refused("[\"npz\"]").1, "[0]");
        let overlap = r#"[{"scale":"1-5","rule":{"type":"top","boxes":9}}]"#;
        let message = "boxes must be at least one and fewer than the points";
        assert_eq!(refused(overlap), ("invalid-argument", "[0].rule.boxes".into(), message.into()));
        assert_eq!(refused(r#"[{"scale":"1-5"}]"#).0, "invalid-config");
        assert_eq!(refused(r#"[{"scale":"1-5"}]"#).2, "missing field `rule`");
        assert_eq!(refused("[").0, "json");
    }
}
