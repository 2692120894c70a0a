//! Answers and errors as documents: JSON, and its numbers beside it.

use std::fmt::{self, Display, Write};

use heedful::Error;
use js_sys::{Array, Float64Array};
use serde::Serialize;
use serde::ser::{self, Serializer};
use wasm_bindgen::JsValue;

/// An error as JavaScript gets it: code, message, path, row and line.
pub(crate) fn failure(error: &Error) -> JsValue {
    #[derive(Serialize)]
    struct Failure<'a> {
        code: &'static str,
        message: &'a str,
        path: &'a str,
        row: Option<u64>,
        line: Option<u64>,
    }
    let failure = Failure {
        code: error.code().as_str(),
        message: error.message(),
        path: error.path(),
        row: error.row(),
        line: error.line(),
    };
    document(&failure).into()
}

/// A result as a document.
#[cfg(feature = "answers")]
pub(crate) fn answer<T: Serialize>(result: heedful::Result<T>) -> crate::Answer {
    match result {
        Ok(value) => Ok(document(&value)),
        Err(error) => Err(failure(&error)),
    }
}

/// The JSON of a value with string keys, and the list of its numbers: where a number belongs the JSON has its place in
/// the list. Writing numbers as digits for JavaScript to read them back is slower, and a tenth of the module.
pub(crate) fn document<T: Serialize>(value: &T) -> Array {
    let mut writer = Writer::default();
    // Writing to memory fails only for keys that are no strings, and the engine has none.
    let _ = value.serialize(&mut writer);
    Array::of2(&writer.text.into(), &Float64Array::from(&*writer.numbers).into())
}

#[derive(Default)]
struct Writer {
    text: String,
    numbers: Vec<f64>,
}

impl Writer {
    fn number(&mut self, value: f64) -> Written {
        // JSON has no number that is not one.
        if !value.is_finite() {
            return self.word("null");
        }
        let place = self.numbers.len();
        self.numbers.push(value);
        write!(self.text, "{place}").map_err(|_| Failed)
    }

    fn string(&mut self, text: &str) -> Written {
        self.text.push('"');
        for character in text.chars() {
            if character < ' ' {
                let digit = |digit| char::from_digit(digit, 16).unwrap_or_default();
                let code = u32::from(character);
                self.text.extend(['\\', 'u', '0', '0', digit(code / 16), digit(code % 16)]);
                continue;
            }
            if matches!(character, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(character);
        }
        self.word("\"")
    }

    fn word(&mut self, word: &str) -> Written {
        self.text.push_str(word);
        Ok(())
    }

    /// Opens a list or an object.
    fn parts(&mut self, open: &str, close: &'static str) -> Result<Parts<'_>, Failed> {
        self.word(open)?;
        Ok(Parts { writer: self, first: true, close })
    }

    /// Opens an object with one field.
    fn variant(&mut self, name: &str) -> Written {
        self.word("{")?;
        self.string(name)?;
        self.word(":")
    }
}

/// The items of a list, or the fields of an object.
struct Parts<'a> {
    writer: &'a mut Writer,
    first: bool,
    close: &'static str,
}

impl Parts<'_> {
    fn next(&mut self) -> &mut Writer {
        if !self.first {
            self.writer.text.push(',');
        }
        self.first = false;
        self.writer
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Written {
        let writer = self.next();
        writer.string(name)?;
        writer.word(":")?;
        value.serialize(writer)
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(self.next())
    }

    fn close(self) -> Written {
        self.writer.word(self.close)
    }
}

/// What cannot be written.
#[derive(Debug)]
struct Failed;

type Written = Result<(), Failed>;

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this cannot be written")
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Methods for numbers of each kind.
macro_rules! numbers {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, value: $type) -> Written {
            self.number(value as f64)
        })+
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64
    );

    fn serialize_bool(self, value: bool) -> Written {
        self.word(if value { "true" } else { "false" })
    }

    fn serialize_char(self, value: char) -> Written {
        self.string(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Written {
        self.string(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Written {
        self.word("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.word("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.word("null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.string(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.word("}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Failed> {
        self.parts("[", "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Failed> {
        self.parts("[", "]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Failed> {
        self.parts("[", "]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Failed> {
        self.variant(variant)?;
        self.parts("[", "]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, Failed> {
        self.parts("{", "}")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Failed> {
        self.parts("{", "}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Failed> {
        self.variant(variant)?;
        self.parts("{", "}}")
    }
}

/// The traits of what has parts: items by the one method, fields by the other.
macro_rules! parts {
    (items: $($trait:ident $method:ident),+) => {
        $(impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = Failed;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.item(value)
            }

            fn end(self) -> Written {
                self.close()
            }
        })+
    };
    (fields: $($trait:ident),+) => {
        $(impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = Failed;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Written {
                self.field(name, value)
            }

            fn end(self) -> Written {
                self.close()
            }
        })+
    };
}

parts!(items: SerializeSeq serialize_element, SerializeTuple serialize_element);
parts!(items: SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);
parts!(fields: SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        let writer = self.next();
        let numbers = writer.numbers.len();
        key.serialize(&mut *writer)?;
        if writer.numbers.len() > numbers { Err(Failed) } else { Ok(()) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.writer.word(":")?;
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Written {
        self.close()
    }
}
