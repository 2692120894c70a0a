//! JSON as it is written: fields keep their order, since the order of targets and groups means something.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use super::config::invalid;
use super::error::{Error, ErrorCode, Result};
use super::number::{Shown, decimal};

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
    /// Reads a document.
    ///
    /// # Errors
    /// `json` with line and column.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Self::scan(text).map_err(|(line, column)| {
            Error::new(ErrorCode::Json, format!("not JSON from line {line} column {column} on"))
        })
    }

    /// Reads a document; otherwise says from which line and column on, counted from 1, it is none.
    pub(crate) fn scan(text: &str) -> std::result::Result<Self, (usize, usize)> {
        let mut parser = Parser { text, at: 0 };
        parser.document().ok_or_else(|| {
            let before = text.get(..parser.at).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            (line, column)
        })
    }

    /// The error of a value of another kind than expected.
    pub(crate) fn refused(&self, expected: &str) -> Error {
        let found = match self {
            Self::Null => "null",
            Self::Bool(true) => "`true`",
            Self::Bool(false) => "`false`",
            Self::Unsigned(value) => &format!("the number {value}"),
            Self::Signed(value) => &format!("the number {value}"),
            Self::Float(value) => &format!("the number {}", Shown(*value)),
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

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
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

/// How deep lists and objects may lie in each other.
const DEEPEST: u32 = 128;

/// Reads JSON text. Our own few lines: the reader of numbers of the library that writes JSON is tables and code of
/// 25 kB, a tenth of what a web page may load.
///
/// Every method gives `None` where the text is not JSON, and leaves the place there.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Option<Json> {
        let json = self.value(0)?;
        self.blanks();
        (self.at == self.text.len()).then_some(json)
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        for (word, json) in
            [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if self.takes(word) {
                return Some(json);
            }
        }
        match self.peek()? {
            b'"' => self.string().map(Json::Text),
            b'[' => {
                let mut list = Vec::new();
                self.each("[", "]", |parser| {
                    list.push(parser.value(depth + 1)?);
                    Some(())
                })?;
                Some(Json::List(list))
            }
            b'{' => {
                let mut object = Vec::new();
                self.each("{", "}", |parser| {
                    let name = parser.string()?;
                    parser.blanks();
                    parser.takes(":").then_some(())?;
                    object.push((name, parser.value(depth + 1)?));
                    Some(())
                })?;
                Some(Json::Object(object))
            }
            _ => self.number(),
        }
    }

    /// What stands between brackets, by commas.
    fn each(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.takes(open).then_some(())?;
        self.blanks();
        if self.takes(close) {
            return Some(());
        }
        loop {
            self.blanks();
            item(self)?;
            self.blanks();
            if self.takes(close) {
                return Some(());
            }
            self.takes(",").then_some(())?;
        }
    }

    fn string(&mut self) -> Option<String> {
        self.takes("\"").then_some(())?;
        let mut string = String::new();
        loop {
            string.push_str(self.run(|byte| byte >= b' ' && byte != b'"' && byte != b'\\'));
            if self.takes("\"") {
                return Some(string);
            }
            self.takes("\\").then_some(())?;
            string.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let sign = self.peek()?;
        let character = match sign {
            b'"' | b'\\' | b'/' => char::from(sign),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                let unit = self.unit()?;
                let pair = if (0xd800..0xdc00).contains(&unit) {
                    self.takes("\\u").then_some(())?;
                    Some(self.unit()?)
                } else {
                    None
                };
                let units = std::iter::once(unit).chain(pair);
                let mut decoded = char::decode_utf16(units);
                return decoded.next()?.ok().filter(|_| decoded.next().is_none());
            }
            _ => return None,
        };
        self.at += 1;
        Some(character)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let unit = u16::from_str_radix(digits, 16).ok().filter(|_| all)?;
        self.at += 4;
        Some(unit)
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        let negative = self.takes("-");
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let mut integer = true;
        if self.takes(".") {
            integer = false;
            self.digits()?;
        }
        if self.takes("e") || self.takes("E") {
            integer = false;
            let _sign = self.takes("+") || self.takes("-");
            self.digits()?;
        }
        let text = self.text.get(start..self.at)?;
        let integer = match (integer, negative) {
            (false, _) => None,
            (true, false) => text.parse().ok().map(Json::Unsigned),
            // There is no whole -0.
            (true, true) => text.parse().ok().filter(|value| *value != 0).map(Json::Signed),
        };
        integer.or_else(|| decimal(text).filter(|value| value.is_finite()).map(Json::Float))
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<&'a str> {
        Some(self.run(|byte| byte.is_ascii_digit())).filter(|digits| !digits.is_empty())
    }

    fn blanks(&mut self) {
        self.run(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    }

    /// The longest run of such bytes; they begin and end characters.
    fn run(&mut self, is: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.bytes().position(|byte| !is(byte)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn takes(&mut self, word: &str) -> bool {
        let there = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        if there {
            self.at += word.len();
        }
        there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The library that the rest of the world reads JSON with.
    fn twin(text: &str) -> Option<Json> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn reads_what_others_read_and_nothing_else() {
        for text in [
            "null",
            "true",
            " false\n",
            "0",
            "-0",
            "-1",
            "18446744073709551615",
            "1.5e3",
            "1E-2",
            "0.1",
            "1e400",
            "18446744073709551616",
            "-9223372036854775809",
            "[]",
            "[ ]",
            "[1, [2], {}]",
            "{}",
            r#"{"a": 1, "b": [null], "a": 2}"#,
            r#""\u00e9\n\\\/\"""#,
            r#""\ud83d\ude00""#,
            r#""é😀""#,
            "",
            " ",
            "nul",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "[1,]",
            "[,1]",
            "[1",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "\"",
            "\"\n\"",
            r#""\x""#,
            r#""\u12""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ude00""#,
            r#""\ud83d\u0041""#,
            "1 2",
            "NaN",
            "Infinity",
            "'a'",
            "//",
            "tru e",
            "\u{feff}1",
        ] {
            assert_eq!(Json::parse(text).ok(), twin(text), "{text}");
        }
    }

    #[test]
    fn says_where_it_ends_and_how_deep_it_goes() {
        let error = Json::parse("{\n \"a\": x}").unwrap_err();
        assert_eq!(error.code(), ErrorCode::Json);
        assert!(error.message().contains("line 2 column 7"), "{error}");
        assert!(Json::parse(&"[".repeat(1_000_000)).is_err());
        assert!(Json::parse(&format!("{}{}", "[".repeat(100), "]".repeat(100))).is_ok());
    }

    proptest! {
        #[test]
        fn is_as_others_read_it(text in r#"[\[\]{}",:0-9eE.+\- a-fnrtu\\é]{0,12}"#) {
            prop_assert_eq!(Json::parse(&text).ok(), twin(&text));
        }

        #[test]
        fn texts_and_numbers_survive(text in any::<String>(), number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
            let json = serde_json::json!({ "text": text, "number": number }).to_string();
            prop_assert_eq!(Json::parse(&json).ok(), twin(&json));
        }
    }
}
