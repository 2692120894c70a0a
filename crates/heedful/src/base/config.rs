//! Configuration documents: JSON in with paths, JSON out.
//!
//! A type that is read from JSON is a [`Config`]. Options are declared by [`options!`], lists of names by [`names!`];
//! what has a form of its own is written by hand over [`Json`]. All of it is plain code over a parsed document, compiled
//! once: what serde derives for a type of 20 options is 8 kB of WebAssembly, this is 400 bytes.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{Error, ErrorCode, Result};
use super::json::Json;
use super::reader::Reader;

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

/// Declares how a part of stored state is read: as [`options!`], but what a later version added is ignored.
macro_rules! stored {
    ($type:ty, $(needs [$($needed:ident),+],)? takes [$($taken:ident),*], from $initial:expr) => {
        $crate::base::config::fields!(
            $type, finish_state, $(needs [$($needed),+],)? takes [$($taken),*], from $initial
        );
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

pub(crate) use {deserialized, fields, names, options, setter, setters, stored, written};

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

/// The same for a type whose reading serde derives. That is for types that no web page loads.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    T::deserialize(Reader(&Json::parse(text)?))
        .map_err(|problem| located(&problem.message, problem.path))
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

/// A variant of an enum with values: its name alone (the value is null then), or an object whose one key is the name.
pub(crate) fn variant(json: &Json) -> Result<(&str, &Json)> {
    match json {
        Json::Text(name) => Ok((name, &Json::Null)),
        Json::Object(fields) => match fields.as_slice() {
            [(name, value)] => Ok((name, value)),
            _ => Err(invalid(format!("expected an object with one key, found {}", fields.len()))),
        },
        _ => Err(json.refused("a name or an object with one key")),
    }
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

impl<T: Config + Copy> Config for [T; 2] {
    fn read(json: &Json) -> Result<Self> {
        match Vec::read(json)?.as_slice() {
            [a, b] => Ok([*a, *b]),
            list => Err(invalid(format!("expected a list of 2, found one of {}", list.len()))),
        }
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
        self.iter().find(|(known, _)| known == name).map(|(_, value)| value)
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

/// A type may be read either way, so both stay although no type may need one of them.
const _: fn(&str) -> Result<()> = from_json::<()>;

/// Gives an error its place. A value that our own constructors refuse keeps its code: their errors
/// come through serde as text, `message at `path` (code)`.
fn located(message: &str, outer: String) -> Error {
    let own = ErrorCode::ALL.iter().find_map(|own| {
        let (text, _) = message.split_once(&format!(" ({own})"))?;
        Some((*own, text))
    });
    let Some((code, text)) = own else {
        return Error::new(ErrorCode::InvalidConfig, message).at(outer);
    };
    match text.rsplit_once(" at `") {
        Some((text, inner)) => {
            let inner = inner.trim_end_matches('`');
            let dot = if outer.is_empty() || inner.is_empty() { "" } else { "." };
            Error::new(code, text).at(format!("{outer}{dot}{inner}"))
        }
        None => Error::new(code, text).at(outer),
    }
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    // Our configuration types have string keys and finite numbers only, so this cannot fail.
    serde_json::to_string(value).unwrap_or_default()
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
            let nested = from_json::<Vec<Options>>(&format!("[{text}]")).unwrap_err();
            let path = if path.is_empty() { "[0]".to_owned() } else { format!("[0].{path}") };
            assert_eq!(
                (nested.code(), nested.path()),
                (ErrorCode::InvalidConfig, &*path),
                "{text}"
            );
        }
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        list: Vec<Inner>,
        #[serde(default)]
        pair: Option<[f64; 2]>,
        #[serde(default)]
        unit: (),
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Inner {
        Plain,
        Wrapped(u8),
        Named { at: i64 },
        Both(bool, String),
    }

    #[test]
    fn reads_every_shape_that_the_derived_code_asks_for() {
        let text = r#"{"list": ["plain", {"wrapped": 3}, {"named": {"at": -1}}, {"both": [true, "x"]}],
            "pair": [1, 2.5], "unit": null}"#;
        let list = vec![
            Inner::Plain,
            Inner::Wrapped(3),
            Inner::Named { at: -1 },
            Inner::Both(true, "x".to_owned()),
        ];
        let expected = Outer { list, pair: Some([1.0, 2.5]), unit: () };
        assert_eq!(from_json::<Outer>(text).unwrap(), expected);
        assert_eq!(from_json::<Outer>(r#"{"list": [], "pair": null}"#).unwrap().pair, None);
    }

    #[test]
    fn an_error_says_where() {
        let cases = [
            (r#"{"list": [], "pear": 1}"#, "pear", "unknown field `pear`, expected one of"),
            (
                r#"{"list": [], "pair": [1]}"#,
                "pair",
                "invalid length 1, expected an array of length 2",
            ),
            (r#"{"list": [], "pair": [1, 2, 3]}"#, "pair", "fewer elements"),
            (r#"{"list": [], "pair": [1, "2"]}"#, "pair[1]", "expected f64, found the text `2`"),
            (r#"{"list": ["plain", "plane"]}"#, "list[1]", "unknown variant `plane`"),
            (r#"{"list": [{"named": {"at": 1, "on": 2}}]}"#, "list[0].named.on", "unknown field"),
            (r#"{"list": [{"named": {"at": 0.5}}]}"#, "list[0].named.at", "found the number 0.5"),
            (
                r#"{"list": [{"wrapped": 300}]}"#,
                "list[0].wrapped",
                "expected u8, found the number 300",
            ),
            (r#"{"list": [{"wrapped": 1, "plain": null}]}"#, "list[0]", "expected"),
            (r#"{"list": [{"both": [true]}]}"#, "list[0].both", "invalid length 1"),
            (r#"{"list": {}}"#, "list", "expected a sequence, found an object"),
            (r#"{"list": null}"#, "list", "found null"),
            ("{}", "", "missing field `list`"),
            ("[]", "", "expected"),
        ];
        for (text, path, message) in cases {
            let error = from_json::<Outer>(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, path), "{text}");
            assert!(error.message().contains(message), "{text}: {}", error.message());
        }
        for text in ["{", "{} {}", "", "nul"] {
            assert_eq!(from_json::<Outer>(text).unwrap_err().code(), ErrorCode::Json, "{text}");
        }
    }

    #[test]
    fn errors_keep_code_and_path() {
        let read = |text: &str| {
            let error = from_json::<Vec<Metric>>(text).unwrap_err();
            (error.code().as_str(), error.path().to_owned(), error.message().to_owned())
        };
        assert_eq!(read("[\"npz\"]").0, "unknown-name");
        assert_eq!(read("[\"npz\"]").1, "[0]");
        let overlap = r#"[{"scale":"1-5","rule":{"type":"top","boxes":9}}]"#;
        let message = "boxes must be at least one and fewer than the points";
        assert_eq!(read(overlap), ("invalid-argument", "[0].rule.boxes".into(), message.into()));
        assert_eq!(read(r#"[{"scale":"1-5"}]"#).0, "invalid-config");
        assert_eq!(read(r#"[{"scale":"1-5"}]"#).2, "missing field `rule`");
        assert_eq!(read("[").0, "json");
    }
}
