//! CSV records, on the state machine of `csv-core`.

use std::io::Read;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::decode::{Decoder, Encoding, not_utf8};
use crate::base::error::{Error, ErrorCode, Result};

/// The greatest record in bytes: beyond that a quote was opened and never closed.
const GREATEST: usize = 1 << 28;
/// Bytes of the file that a delimiter is sniffed from.
const SNIFFED: usize = 1 << 16;
/// Delimiters that are sniffed, in the order of preference.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The records of a source, one at a time in memory that is used again.
#[derive(Debug)]
pub(super) struct CsvRecords<R> {
    source: Decoder<R>,
    core: csv_core::Reader,
    delimiter: u8,
    /// Decoded text; what is before `start` is used up.
    buffer: Vec<u8>,
    start: usize,
    /// Line ends that the state machine did not see.
    skipped: u64,
    /// The byte before `start` was a carriage return at a record's end.
    after_return: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    line: u64,
    ended: bool,
    /// Whether all of the source is in the buffer.
    whole: bool,
}

impl<R: Read> CsvRecords<R> {
    /// The records after the header, and the header's names, trimmed.
    ///
    /// A delimiter that is not given is sniffed from the header: the one that finds most of the
    /// `wanted` names, then the one that finds most fields, then the first of `,`, `;`, tab, `|`.
    pub(super) fn open(
        source: R,
        encoding: Encoding,
        delimiter: Option<char>,
        quote: Option<char>,
        wanted: &[&str],
        head: usize,
    ) -> Result<(Self, Vec<String>)> {
        let ascii = |c: char, path: &str| {
            u8::try_from(c).ok().filter(|c| c.is_ascii() && !matches!(c, b'\n' | b'\r')).ok_or_else(
                || Error::new(ErrorCode::InvalidArgument, "not a single ASCII character").at(path),
            )
        };
        let quote = quote.map(|c| ascii(c, "quote")).transpose()?;
        let delimiter = delimiter.map(|c| ascii(c, "delimiter")).transpose()?;
        if quote.is_some() && quote == delimiter {
            let message = "the delimiter and the quote are the same character";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("quote"));
        }
        let mut source = Decoder::new(source, encoding);
        let mut buffer = Vec::new();
        let mut whole = false;
        while buffer.len() < head.max(SNIFFED) && !whole {
            whole = !source.fill(&mut buffer)?;
        }
        let head = buffer.get(..SNIFFED).unwrap_or(&buffer);
        let delimiter = delimiter.unwrap_or_else(|| sniff(head, quote, wanted));
        let mut records = Self {
            source,
            core: build(delimiter, quote),
            delimiter,
            buffer,
            start: 0,
            skipped: 0,
            after_return: false,
            output: vec![0; 1 << 12],
            ends: vec![0; 1 << 6],
            fields: 0,
            line: 1,
            ended: false,
            whole,
        };
        if !records.advance()? {
            return Err(Error::new(ErrorCode::Csv, "the file is empty: it has no header"));
        }
        let header = records.record().ok_or_else(|| not_utf8().on_line(records.line))?;
        if header.text.contains('\0') {
            return Err(Error::new(
                ErrorCode::Encoding,
                "the header holds zero bytes: if the file is UTF-16, set `encoding` to `utf-16`",
            )
            .on_line(records.line));
        }
        let names = header.iter().map(|name| name.trim().to_owned()).collect();
        Ok((records, names))
    }

    /// The next records, at most so many, without going on, and whether these are all; those that are not in memory
    /// are not looked for.
    pub(super) fn ahead(&self, most: usize, quote: Option<char>) -> (Vec<Vec<String>>, bool) {
        let mut core = build(self.delimiter, quote.and_then(|c| u8::try_from(c).ok()));
        let mut input = self.buffer.get(self.start..).unwrap_or_default().to_vec();
        if self.whole {
            input.push(b'\n');
        }
        let mut rest = input.as_slice();
        let mut output = vec![0; input.len() + 1];
        let mut ends = vec![0; input.len() + 1];
        let mut rows = Vec::new();
        while rows.len() < most {
            let (result, taken, _, fields) = core.read_record(rest, &mut output, &mut ends);
            rest = rest.get(taken..).unwrap_or_default();
            if result != ReadRecordResult::Record {
                // What is left is half a record at most.
                return (rows, self.whole);
            }
            rows.push(lossy(&output, ends.get(..fields).unwrap_or_default()));
        }
        (rows, self.whole && rest.is_empty())
    }

    /// The delimiter that is used.
    pub(super) fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// The encoding that is used.
    pub(super) fn encoding(&self) -> Encoding {
        self.source.encoding()
    }

    /// The line on which the record starts, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many fields the record has.
    pub(super) fn fields(&self) -> usize {
        self.fields
    }

    /// The record; `None` where it is not UTF-8.
    pub(super) fn record(&self) -> Option<Record<'_>> {
        let ends = self.ends.get(..self.fields)?;
        let bytes = self.output.get(..ends.last().copied().unwrap_or(0))?;
        let text = std::str::from_utf8(bytes).ok()?;
        // The record may be UTF-8 and its fields not: half a character before a delimiter and half
        // behind it.
        let whole = text.is_ascii() || ends.iter().all(|end| text.is_char_boundary(*end));
        whole.then_some(Record { text, ends })
    }

    /// The record's fields with what is not UTF-8 replaced, to show a person.
    pub(super) fn shown(&self) -> Vec<String> {
        lossy(&self.output, self.ends.get(..self.fields).unwrap_or_default())
    }

    /// Goes to the next record that is not an empty line; false at the end.
    ///
    /// # Errors
    /// `csv` for a quote that is not closed, `encoding`, `io`.
    pub(super) fn advance(&mut self) -> Result<bool> {
        if self.ended || !self.skip_line_ends()? {
            self.ended = true;
            return Ok(false);
        }
        self.line = self.core.line() + self.skipped;
        let (mut written, mut fields) = (0, 0);
        loop {
            let at_end = self.start >= self.buffer.len() && !self.refill()?;
            // A line end instead of the end of the file: it closes any record but one that is
            // inside of quotes.
            let input = match self.buffer.get(self.start..) {
                Some(input) if !at_end => input,
                _ => b"\n",
            };
            let output = self.output.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(fields..).unwrap_or_default();
            let (result, taken, wrote, ended) = self.core.read_record(input, output, ends);
            if !at_end {
                self.start += taken;
            }
            written += wrote;
            fields += ended;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::OutputFull if written < GREATEST => {
                    self.output.resize(2 * self.output.len(), 0);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::InputEmpty if !at_end => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull => {
                    self.ended = true;
                    return Err(Error::new(ErrorCode::Csv, "a quote is opened and not closed")
                        .on_line(self.line));
                }
                ReadRecordResult::End => {
                    self.ended = true;
                    return Ok(false);
                }
            }
        }
        self.fields = fields;
        let last = self.start.checked_sub(1).and_then(|last| self.buffer.get(last));
        self.after_return = last == Some(&b'\r');
        Ok(true)
    }

    /// Skips what ends the record before and empty lines, so that the record's line is where its
    /// first byte is; false at the end of the source.
    fn skip_line_ends(&mut self) -> Result<bool> {
        loop {
            match self.buffer.get(self.start).copied() {
                Some(b'\n') => {
                    self.skipped += 1;
                    self.after_return = false;
                }
                // A carriage return without a line feed ends a line, too.
                Some(other) => {
                    self.skipped += u64::from(self.after_return);
                    self.after_return = other == b'\r';
                    if !self.after_return {
                        return Ok(true);
                    }
                }
                None => {
                    if !self.refill()? {
                        return Ok(false);
                    }
                    continue;
                }
            }
            self.start += 1;
        }
    }

    fn refill(&mut self) -> Result<bool> {
        self.buffer.clear();
        self.start = 0;
        self.source.fill(&mut self.buffer)
    }
}

/// A record: its fields one behind the other, and where each ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// A field by its place.
    #[inline]
    pub(super) fn get(&self, field: usize) -> Option<&'a str> {
        let start = match field.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(field)?)
    }

    fn iter(&self) -> impl Iterator<Item = &'a str> {
        (0..self.ends.len()).filter_map(|field| self.get(field))
    }
}

/// Fields with what is not UTF-8 replaced.
fn lossy(output: &[u8], ends: &[usize]) -> Vec<String> {
    let starts = std::iter::once(&0).chain(ends);
    let field = |(start, end): (&usize, &usize)| {
        String::from_utf8_lossy(output.get(*start..*end).unwrap_or_default()).into_owned()
    };
    starts.zip(ends).map(field).collect()
}

fn build(delimiter: u8, quote: Option<u8>) -> csv_core::Reader {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter);
    match quote {
        Some(quote) => builder.quote(quote),
        None => builder.quoting(false),
    };
    builder.build()
}

fn sniff(head: &[u8], quote: Option<u8>, wanted: &[&str]) -> u8 {
    let mut output = vec![0; head.len() + 1];
    let mut ends = vec![0; head.len() + 1];
    let mut best = (0, 0, b',');
    for delimiter in DELIMITERS.into_iter().filter(|d| Some(*d) != quote) {
        let mut core = build(delimiter, quote);
        let (_, taken, _, mut fields) = core.read_record(head, &mut output, &mut ends);
        if taken == head.len() {
            // A file that ends with its header, or a header that is longer than what was taken.
            let rest = ends.get_mut(fields..).unwrap_or_default();
            fields += core.read_record(&[], &mut [], rest).3;
        }
        let record = ends.get(..fields).and_then(|ends| {
            let text = output.get(..ends.last().copied().unwrap_or(0))?;
            Some(Record { text: std::str::from_utf8(text).ok()?, ends })
        });
        let found = record
            .map_or(0, |record| record.iter().filter(|name| wanted.contains(&name.trim())).count());
        if (found, fields) > (best.0, best.1) {
            best = (found, fields, delimiter);
        }
    }
    best.2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &[u8]) -> Result<(CsvRecords<&[u8]>, Vec<String>)> {
        CsvRecords::open(text, Encoding::Utf8, None, Some('"'), &[], 0)
    }

    fn rows(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut records = open(text).unwrap().0;
        let mut rows = Vec::new();
        while records.advance().unwrap() {
            rows.push((records.line(), records.shown()));
        }
        rows
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        let expected = |rows: &[(u64, Vec<String>)]| -> Vec<u64> {
            assert!(rows.iter().all(|(_, fields)| fields.len() == 2), "{rows:?}");
            rows.iter().map(|(line, _)| *line).collect()
        };
        let text = "a,b\n1,x\n\n2,\"y\ny\"\n3,z";
        for ending in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', ending);
            // The line break inside of quotes counts where it has a line feed.
            let last = if ending == "\r" { 5 } else { 6 };
            assert_eq!(expected(&rows(text.as_bytes())), [2, 4, last], "{ending:?}");
            assert_eq!(expected(&rows(format!("{text}{ending}").as_bytes())), [2, 4, last]);
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_an_error_where_it_starts() {
        for text in ["a,b\n1,x\n2,\"y\n3,z\n", "a,b\n1,x\n\"2,y", "a,b\n1,x\n2,\""] {
            let mut records = open(text.as_bytes()).unwrap().0;
            assert!(records.advance().unwrap());
            let error = records.advance().unwrap_err();
            assert_eq!((error.code(), error.line()), (ErrorCode::Csv, Some(3)), "{text}");
            assert!(!records.advance().unwrap());
        }
        // A quote at the end that is closed, doubled, or inside of a word.
        assert_eq!(rows(b"a,b\n1,\"y\""), [(2, vec!["1".into(), "y".into()])]);
        assert_eq!(rows(b"a,b\n1,\"y\"\"\""), [(2, vec!["1".into(), "y\"".into()])]);
        assert_eq!(rows(b"a,b\n1,5\" pipe"), [(2, vec!["1".into(), "5\" pipe".into()])]);
    }

    #[test]
    fn delimiters_are_sniffed_from_the_header() {
        let sniffed = |text: &str, wanted: &[&str]| {
            CsvRecords::open(text.as_bytes(), Encoding::Utf8, None, Some('"'), wanted, 0)
                .unwrap()
                .0
                .delimiter()
        };
        assert_eq!(sniffed("a;b;c\n1,2;3,4;5,6\n", &[]), ';');
        assert_eq!(sniffed("a\tb", &[]), '\t');
        assert_eq!(sniffed("a|b,c|d|e\n", &[]), '|');
        assert_eq!(sniffed("score\n10\n", &[]), ',');
        assert_eq!(sniffed("\"a;b;c\",d\n", &[]), ',');
        // Names that were asked for weigh more than the number of fields.
        assert_eq!(sniffed("how, or why, or when;score\n", &["score"]), ';');
        assert_eq!(sniffed("a;b", &["b"]), ';');
    }

    #[test]
    fn fields_longer_than_any_buffer() {
        let long = "é\n".repeat(300_000);
        let text = format!("a,b\n1,\"{long}\"\n2,x\n");
        let rows = rows(text.as_bytes());
        assert_eq!(rows[0].1[1], long);
        assert_eq!(rows[1], (300_003, vec!["2".into(), "x".into()]));
    }

    #[test]
    fn halves_of_a_character_in_two_fields_are_not_utf_8() {
        let mut records = open(b"a,b\n\xc3,\xa9\n").unwrap().0;
        assert!(records.advance().unwrap());
        assert!(records.record().is_none());
    }
}
