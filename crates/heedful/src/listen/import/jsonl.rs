//! JSON Lines: one object a line.

use std::borrow::Cow;
use std::io::Read;

use super::decode::{Decoder, Encoding, not_utf8};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::number::Shown;

/// The greatest line in bytes.
const GREATEST: usize = 1 << 28;

/// The lines of a source, one at a time.
#[derive(Debug)]
pub(super) struct JsonLines<R> {
    source: Decoder<R>,
    buffer: Vec<u8>,
    /// The line in hand.
    start: usize,
    end: usize,
    line: u64,
    columns: Vec<Field>,
}

/// The document on a line, or the character from which on it is none.
#[cfg(not(target_arch = "wasm32"))]
fn parsed(line: &str) -> std::result::Result<Json, usize> {
    serde_json::from_str(line).or_else(|_| scanned(line))
}

/// The same by less code, more slowly.
#[cfg(target_arch = "wasm32")]
use scanned as parsed;

fn scanned(line: &str) -> std::result::Result<Json, usize> {
    Json::scan(line).map_err(|(_, column)| column)
}

#[derive(Debug)]
struct Field {
    name: String,
    is_rating: bool,
    /// Whether any object had it.
    seen: bool,
}

impl<R: Read> JsonLines<R> {
    /// `columns` are the names of fields and whether they are ratings.
    pub(super) fn new(
        source: R,
        encoding: Encoding,
        columns: impl Iterator<Item = (String, bool)>,
    ) -> Self {
        let columns =
            columns.map(|(name, is_rating)| Field { name, is_rating, seen: false }).collect();
        let source = Decoder::new(source, encoding);
        Self { source, buffer: Vec::new(), start: 0, end: 0, line: 0, columns }
    }

    /// The encoding that is used.
    pub(super) fn encoding(&self) -> Encoding {
        self.source.encoding()
    }

    /// The line in hand, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The line with what is not UTF-8 replaced, to show a person.
    pub(super) fn shown(&self) -> Vec<String> {
        vec![String::from_utf8_lossy(self.bytes()).into_owned()]
    }

    fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Goes to the next line that is not blank; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool> {
        loop {
            let mut searched = self.end;
            // Past the line feed of the line before.
            self.start = self.end + usize::from(self.line > 0);
            searched = searched.max(self.start);
            loop {
                let rest = self.buffer.get(searched..).unwrap_or_default();
                if let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
                    self.end = searched + length;
                    break;
                }
                let start = self.start.min(self.buffer.len());
                self.buffer.drain(..start);
                self.start = 0;
                searched = self.buffer.len();
                if searched > GREATEST {
                    let error = Error::new(ErrorCode::Json, "the line is too long");
                    return Err(error.on_line(self.line + 1));
                }
                if !self.source.fill(&mut self.buffer)? {
                    if self.buffer.is_empty() {
                        self.end = 0;
                        return Ok(false);
                    }
                    self.buffer.push(b'\n');
                }
            }
            self.line += 1;
            if !self.bytes().trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The object of the line.
    ///
    /// # Errors
    /// `encoding`, `json`.
    pub(super) fn object(&mut self) -> Result<Json> {
        let text = std::str::from_utf8(self.bytes()).map_err(|_| not_utf8())?;
        let object = parsed(text).map_err(|column| {
            let message = format!("not well-formed JSON at character {column} of the line");
            Error::new(ErrorCode::Json, message)
        })?;
        if !matches!(object, Json::Object(_)) {
            return Err(Error::new(ErrorCode::Json, "the line is not an object"));
        }
        Ok(object)
    }

    /// The names in the first object, none without lines.
    pub(super) fn fields(&mut self) -> Result<Vec<String>> {
        if !self.advance()? {
            return Ok(Vec::new());
        }
        Ok(match self.object()? {
            Json::Object(fields) => fields.into_iter().map(|(name, _)| name).collect(),
            _ => Vec::new(),
        })
    }

    /// The text of each column in an object.
    ///
    /// # Errors
    /// `json` with the path of a column that is a list or an object.
    pub(super) fn texts<'a>(&mut self, object: &'a Json) -> Result<Vec<Option<Cow<'a, str>>>> {
        let mut texts = Vec::with_capacity(self.columns.len());
        for column in &mut self.columns {
            let value = find(object, &column.name);
            column.seen |= value.is_some();
            texts.push(match value {
                None | Some(Json::Null) => None,
                Some(Json::Text(text)) => Some(Cow::Borrowed(text.as_str())),
                Some(Json::Unsigned(number)) => Some(Cow::Owned(number.to_string())),
                Some(Json::Signed(number)) => Some(Cow::Owned(number.to_string())),
                // 1.0 is written so, not as 1.
                Some(Json::Float(number)) => Some(Cow::Owned(match number.fract() == 0.0 {
                    true => format!("{}.0", Shown(*number)),
                    false => Shown(*number).to_string(),
                })),
                Some(Json::Bool(yes)) => Some(Cow::Borrowed(match (column.is_rating, yes) {
                    (true, true) => "1",
                    (true, false) => "0",
                    (false, true) => "true",
                    (false, false) => "false",
                })),
                Some(Json::List(_) | Json::Object(_)) => {
                    let message = "the field is a list or an object";
                    return Err(Error::new(ErrorCode::Json, message).at(&column.name));
                }
            });
        }
        Ok(texts)
    }

    /// A rating that no object has is a name that is spelled wrong.
    ///
    /// # Errors
    /// `missing-column`.
    pub(super) fn check_ratings(&self) -> Result<()> {
        match self.columns.iter().find(|column| column.is_rating && !column.seen) {
            Some(column) if self.line > 0 => {
                Err(Error::new(ErrorCode::MissingColumn, "no line has such a field")
                    .at(&column.name))
            }
            _ => Ok(()),
        }
    }
}

/// A field by its name, or by the names on the way to it with dots between them.
fn find<'a>(object: &'a Json, path: &str) -> Option<&'a Json> {
    let Json::Object(fields) = object else { return None };
    // Of fields with one name the last counts.
    let field =
        |name: &str| fields.iter().rev().find(|field| field.0 == name).map(|field| &field.1);
    field(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        find(field(first)?, rest)
    })
}
