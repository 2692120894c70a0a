//! JSON as it is written: fields keep their order, since the order of targets and groups means something.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::config::invalid;
use super::error::{Error, ErrorCode, Result};

/// A parsed document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// # Errors
    /// `json` with line and column.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::new(ErrorCode::Json, error.to_string()))
    }

    /// The error of a value of another kind than expected.
    pub(crate) fn refused(&self, expected: &str) -> Error {
        let found = match self {
            Self::Null => "null",
            Self::Bool(true) => "`true`",
            Self::Bool(false) => "`false`",
            Self::Unsigned(value) => &format!("the number {value}"),
            Self::Signed(value) => &format!("the number {value}"),
            Self::Float(value) => &format!("the number {value}"),
            Self::Text(text) => &format!("the text `{text}`"),
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        };
        invalid(format!("expected {expected}, found {found}"))
    }

    /// # Errors
    /// `invalid-config` unless it is a text.
    pub(crate) fn text(&self) -> Result<&str> {
        let Self::Text(text) = self else { return Err(self.refused("a text")) };
        Ok(text)
    }

    /// # Errors
    /// `invalid-config` unless it is a list.
    pub(crate) fn list(&self) -> Result<&[Self]> {
        let Self::List(list) = self else { return Err(self.refused("a list")) };
        Ok(list)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Door;

        impl<'de> Visitor<'de> for Door {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Unsigned(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Signed(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(Json::Float(value))
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Json::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
                let mut object = Vec::new();
                while let Some(field) = fields.next_entry()? {
                    object.push(field);
                }
                Ok(Json::Object(object))
            }
        }

        deserializer.deserialize_any(Door)
    }
}
