//! Values by which responses are grouped.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::number::Shown;
use super::time::Every;

/// A value of an attribute: what a group is made of.
///
/// Keys sort by kind in the order given here, then by value; text by code point, and missing comes
/// last, visibly, because a group of responses without the attribute is a finding too.
///
/// ```
/// use heedful::Key;
/// let mut keys = [Key::Missing, Key::text("pro"), Key::Int(2), Key::Float(1.5), Key::Bool(true)];
/// keys.sort();
/// assert_eq!(keys, [Key::Bool(true), Key::Float(1.5), Key::Int(2), Key::text("pro"), Key::Missing]);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive] // hosts may come with further types
pub enum Key {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number; never NaN.
    Float(f64),
    /// A day, counted from 1970-01-01.
    Date(i32),
    /// A text.
    Text(Arc<str>),
    /// No value.
    Missing,
}

impl Key {
    /// A text.
    ///
    /// ```
    /// assert_eq!(heedful::Key::text("pro").to_string(), "pro");
    /// ```
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The value as a text; `None` where it is missing.
    pub(crate) fn known(&self) -> Option<String> {
        (*self != Self::Missing).then(|| self.to_string())
    }

    /// Sorts as the key does, as far as it reaches: what lies elsewhere in memory need not be looked at.
    pub(crate) fn head(&self) -> (u8, u128) {
        let mut first = [0; 16];
        if let Self::Text(text) = self {
            for (to, from) in first.iter_mut().zip(text.bytes()) {
                *to = from;
            }
        }
        (self.rank(), u128::from_be_bytes(first))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) | Self::Float(_) => 1,
            Self::Date(_) => 2,
            Self::Text(_) => 3,
            Self::Missing => 4,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // One text in two places need not be read.
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => self.cmp(other) == Ordering::Equal,
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Bool(value) => value.hash(state),
            // Equal keys hash alike: whole numbers as floats.
            Self::Int(value) => (*value as f64).to_bits().hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Date(day) => day.hash(state),
            Self::Text(text) => text.hash(state),
            Self::Missing => {}
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            // A whole number and the same float are one key.
            (Self::Int(a), Self::Float(b)) => (*a as f64).total_cmp(b),
            (Self::Float(a), Self::Int(b)) => a.total_cmp(&(*b as f64)),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => Shown(*value).fmt(f),
            Self::Date(day) => f.pad(&Every::Day.label(*day)),
            Self::Text(text) => f.pad(text),
            Self::Missing => f.pad("(missing)"),
        }
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Key {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Key {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl Serialize for Key {
    /// A bool, number, text or null; a date as `2024-03-07`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Date(day) => serializer.serialize_str(&Every::Day.label(*day)),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Missing => serializer.serialize_none(),
        }
    }
}
