//! Responses as CSV and JSON Lines.

use std::fmt::Write;

use crate::base::config;
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::time::{Clock, Every, TimeUnit};
use crate::listen::column::{Column, Times};
use crate::listen::responses::Responses;

impl Responses {
    /// The table as CSV: a header, commas, line feeds, quotes where a field needs them. Times are ISO 8601, with `Z`
    /// where they are instants; missing values are empty fields. Reading it back gives the same values.
    ///
    /// ```
    /// use heedful::{Column, CsvOptions, Responses};
    /// let responses = Responses::new()
    ///     .with("score", Column::optional_numbers(&[Some(0.0), None]))?
    ///     .with("why", Column::texts([Some("slow, \"very\""), None]))?;
    /// let file = responses.to_csv();
    /// assert_eq!(file, "score,why\n0,\"slow, \"\"very\"\"\"\n,\n");
    /// let read = CsvOptions::new().rating("score").comment("why").read(file.as_bytes())?;
    /// assert_eq!(read.responses.to_csv(), file);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        // A line with nothing in it would be skipped in a table of one column.
        let alone = self.columns().len() == 1;
        for (index, (name, _)) in self.columns().iter().enumerate() {
            field(&mut out, index, name, alone);
        }
        out.push('\n');
        for row in 0..self.len() {
            for (index, (_, column)) in self.columns().iter().enumerate() {
                let text = match (column, column.key(row)) {
                    (_, Key::Missing) => String::new(),
                    (Column::Time(times), Key::Int(count)) => iso(times, count),
                    (_, key) => key.to_string(),
                };
                field(&mut out, index, &text, alone);
            }
            out.push('\n');
        }
        out
    }

    /// The table as JSON Lines: an object for each row, with numbers as numbers, `true` and `false` as such, times
    /// as ISO 8601 texts and missing values as null.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// let responses = Responses::new().with("score", Column::optional_numbers(&[Some(0.0), None]))?;
    /// assert_eq!(responses.to_jsonl(), "{\"score\":0}\n{\"score\":null}\n");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_jsonl(&self) -> String {
        let mut out = String::new();
        for row in 0..self.len() {
            let value = |(name, column): &(String, Column)| {
                let value = match (column, column.key(row)) {
                    (Column::Time(times), Key::Int(count)) => Json::Text(iso(times, count)),
                    (_, Key::Bool(value)) => Json::Bool(value),
                    (_, Key::Int(value)) => Json::Signed(value),
                    #[expect(clippy::cast_possible_truncation, reason = "is compared back")]
                    (_, Key::Float(value)) if value as i64 as f64 == value => {
                        Json::Signed(value as i64)
                    }
                    (_, Key::Float(value)) if value.is_finite() => Json::Float(value),
                    (_, Key::Text(text)) => Json::Text(text.to_string()),
                    (_, key @ Key::Date(_)) => Json::Text(key.to_string()),
                    // JSON has no infinity.
                    _ => Json::Null,
                };
                (name.clone(), value)
            };
            out.push_str(&config::to_json(&Json::Object(
                self.columns().iter().map(value).collect(),
            )));
            out.push('\n');
        }
        out
    }
}

fn field(out: &mut String, index: usize, text: &str, alone: bool) {
    if index > 0 {
        out.push(',');
    }
    let edges = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if edges || text.contains([',', '"', '\n', '\r', ';', '\t', '|']) || (alone && text.is_empty())
    {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

/// 2024-02-28T09:15:00.25Z, without a fraction that is 0.
fn iso(times: &Times, count: i64) -> String {
    let (per_second, digits) = match times.unit {
        TimeUnit::Second => (1, 0),
        TimeUnit::Millisecond => (1_000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    };
    let seconds = count.div_euclid(per_second);
    let day = i32::try_from(seconds.div_euclid(86_400)).unwrap_or(i32::MAX);
    let second = seconds.rem_euclid(86_400);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let mut text = Every::Day.label(day);
    // Writing to a string does not fail.
    let _ = write!(text, "T{hour:02}:{minute:02}:{:02}", second % 60);
    let fraction = count.rem_euclid(per_second);
    if fraction > 0 {
        let shown = format!("{fraction:0digits$}");
        let _ = write!(text, ".{}", shown.trim_end_matches('0'));
    }
    if times.clock == Clock::Instant {
        text.push('Z');
    }
    text
}
