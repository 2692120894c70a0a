//! From bytes in a declared encoding to UTF-8.
//!
//! Our own few lines, because a library of encodings brings the tables of all of them into a web page.

use std::io::{ErrorKind, Read};

use serde::Serialize;

use crate::base::config::names;
use crate::base::error::{Error, ErrorCode, Result};

/// How the text of a file is written as bytes. A byte order mark at the start of the file decides
/// before this does.
///
/// ```
/// use heedful::{CsvOptions, Encoding, Key};
/// let options = CsvOptions::new().attributes(["Größe"]).encoding(Encoding::Latin1);
/// let read = options.read(&b"Gr\xf6\xdfe\nklein\n"[..])?;
/// assert_eq!(read.responses.column("Größe").unwrap().key(0), Key::text("klein"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Encoding {
    /// UTF-8; bytes that are not are an error, never replaced.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Latin-1, that is ISO 8859-1 with the letters and signs that Windows-1252 puts in the place
    /// of its control characters.
    #[serde(rename = "latin-1")]
    Latin1,
    /// UTF-16, little-endian unless a byte order mark says otherwise.
    #[serde(rename = "utf-16")]
    Utf16,
}

names!(Encoding { Utf8 = "utf-8", Latin1 = "latin-1", Utf16 = "utf-16" });

/// Bytes that are taken from the source at once.
const CHUNK: usize = 1 << 17;

/// What Windows-1252 has from 0x80 to 0x9F; the five places that it leaves empty are controls.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[derive(Debug)]
enum State {
    Start(Encoding),
    Utf8,
    Latin1,
    Utf16 {
        big_endian: bool,
        /// A byte or a high surrogate that waits for what follows.
        byte: Option<u8>,
        high: Option<u16>,
        line: u64,
    },
}

/// Decodes a source chunk by chunk. UTF-8 is passed on unchecked: readers check it by record, so
/// that the error has a line.
#[derive(Debug)]
pub(super) struct Decoder<R> {
    source: R,
    state: State,
    raw: Vec<u8>,
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(source: R, encoding: Encoding) -> Self {
        Self { source, state: State::Start(encoding), raw: Vec::new() }
    }

    /// The encoding that is used; known after the first chunk.
    pub(super) fn encoding(&self) -> Encoding {
        match self.state {
            State::Start(encoding) => encoding,
            State::Utf8 => Encoding::Utf8,
            State::Latin1 => Encoding::Latin1,
            State::Utf16 { .. } => Encoding::Utf16,
        }
    }

    /// Appends the next chunk; false at the end of the source, where nothing is appended.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        let before = out.len();
        loop {
            let more = match self.state {
                State::Utf8 => read_chunk(&mut self.source, out)?,
                _ => {
                    self.raw.clear();
                    read_chunk(&mut self.source, &mut self.raw)? | self.decode(out)?
                }
            };
            // A chunk may hold nothing but half a character.
            if !more || out.len() > before {
                return Ok(out.len() > before);
            }
        }
    }

    /// Whether anything was in hand.
    fn decode(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        let mut raw = self.raw.as_slice();
        if let State::Start(declared) = self.state {
            let utf16 = |big_endian| State::Utf16 { big_endian, byte: None, high: None, line: 1 };
            let (state, mark) = match raw {
                [0xEF, 0xBB, 0xBF, ..] => (State::Utf8, 3),
                [0xFF, 0xFE, ..] => (utf16(false), 2),
                [0xFE, 0xFF, ..] => (utf16(true), 2),
                _ => match declared {
                    Encoding::Utf8 => (State::Utf8, 0),
                    Encoding::Latin1 => (State::Latin1, 0),
                    Encoding::Utf16 => (utf16(false), 0),
                },
            };
            self.state = state;
            raw = raw.get(mark..).unwrap_or_default();
        }
        match &mut self.state {
            State::Start(_) | State::Utf8 => out.extend_from_slice(raw),
            State::Latin1 => {
                let mut bytes = [0; 4];
                for byte in raw {
                    if byte.is_ascii() {
                        out.push(*byte);
                        continue;
                    }
                    let place = usize::from(*byte).wrapping_sub(0x80);
                    let letter = WINDOWS.get(place).copied().unwrap_or(char::from(*byte));
                    out.extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes());
                }
            }
            State::Utf16 { big_endian, byte, high, line } => {
                let broken = |line| {
                    Err(Error::new(ErrorCode::Encoding, "the text is not UTF-16").on_line(line))
                };
                if raw.is_empty() {
                    return if byte.take().is_some() || high.take().is_some() {
                        broken(*line)
                    } else {
                        Ok(false)
                    };
                }
                for next in raw {
                    let Some(first) = byte.take() else {
                        *byte = Some(*next);
                        continue;
                    };
                    let pair = [first, *next];
                    let unit = if *big_endian {
                        u16::from_be_bytes(pair)
                    } else {
                        u16::from_le_bytes(pair)
                    };
                    let letter = match (high.take(), unit) {
                        (None, 0xD800..=0xDBFF) => {
                            *high = Some(unit);
                            continue;
                        }
                        (None, unit) => char::from_u32(u32::from(unit)),
                        (Some(high), 0xDC00..=0xDFFF) => {
                            char::decode_utf16([high, unit]).next().and_then(Result::ok)
                        }
                        (Some(_), _) => None,
                    };
                    let Some(letter) = letter else { return broken(*line) };
                    *line += u64::from(letter == '\n');
                    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        Ok(!self.raw.is_empty())
    }
}

/// Appends a whole chunk unless the source ends, so that results do not depend on how a source
/// hands out its bytes.
fn read_chunk(source: &mut impl Read, out: &mut Vec<u8>) -> Result<bool> {
    let start = out.len();
    let mut end = start;
    out.resize(start + CHUNK, 0);
    let outcome = loop {
        let Some(room) = out.get_mut(end..).filter(|room| !room.is_empty()) else { break Ok(()) };
        match source.read(room) {
            Ok(0) => break Ok(()),
            Ok(n) => end = (end + n).min(start + CHUNK),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    out.truncate(end);
    outcome?;
    Ok(end > start)
}

/// Why bytes are not UTF-8, with what to do about it.
#[cold]
pub(super) fn not_utf8() -> Error {
    Error::new(
        ErrorCode::Encoding,
        "the text is not UTF-8: if the file is in another encoding, set `encoding` to `latin-1` or `utf-16`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(out.len()).min(1);
            let (now, later) = self.0.split_at(n);
            out[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    fn decode(bytes: &[u8], encoding: Encoding) -> Result<(String, Encoding)> {
        let mut decoder = Decoder::new(Drip(bytes), encoding);
        let mut out = Vec::new();
        while decoder.fill(&mut out)? {}
        Ok((String::from_utf8(out).unwrap(), decoder.encoding()))
    }

    #[test]
    fn marks_decide_and_are_removed() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect()
        };
        for encoding in [Encoding::Utf8, Encoding::Latin1, Encoding::Utf16] {
            let read = |bytes: &[u8]| decode(bytes, encoding).unwrap();
            assert_eq!(read("\u{feff}é".as_bytes()), ("é".to_owned(), Encoding::Utf8));
            assert_eq!(read(&utf16("é🎉", false)), ("é🎉".to_owned(), Encoding::Utf16));
            assert_eq!(read(&utf16("é🎉", true)), ("é🎉".to_owned(), Encoding::Utf16));
            assert_eq!(read(b"").0, "");
        }
        assert_eq!(decode(&utf16("ab", false)[2..], Encoding::Utf16).unwrap().0, "ab");
    }

    #[test]
    fn latin_1_is_read_as_windows_does() {
        let all: Vec<u8> = (0..=255).collect();
        let text = decode(&all, Encoding::Latin1).unwrap().0;
        // Unicode's table of Windows-1252, by letters that occur.
        assert!(text.contains("ÀÁÂ") && text.contains('€') && text.contains("‘’“”•–—"));
        assert_eq!(text.chars().count(), 256);
        assert_eq!(text.chars().filter(|c| c.is_control()).count(), 32 + 1 + 5);
    }

    #[test]
    fn broken_utf_16_is_an_error_with_its_line() {
        for (bytes, line) in [
            (&b"\xff\xfea"[..], 1),              // half a unit
            (b"\xff\xfe\n\0\x00\xd8", 2),        // half a pair at the end
            (b"\xff\xfe\n\0\n\0\x00\xd8a\0", 3), // half a pair, then a letter
            (b"\xff\xfe\x00\xdca\0", 1),         // the second half first
        ] {
            let error = decode(bytes, Encoding::Utf8).unwrap_err();
            assert_eq!((error.code(), error.line()), (ErrorCode::Encoding, Some(line)));
        }
    }
}
