//! Reading columns and streams of dates.

use super::detect::{Reading, detect};
use super::{Clock, DateFormat, Moment};
use crate::{Error, ErrorCode, Result};

/// Reads a whole column of dates, in a declared format or by their own shape.
///
/// Without a format these layouts are known, each row by itself:
///
/// - year first: `2024-03-07`, also with `/` or `.` or a month's name; `20240307` (1900 to 2199);
/// - a month's English name: `7 Mar 2024`, `07-Mar-24`, `March 7, 2024`; a weekday before a date, if it is right;
/// - day and month in digits: `7/3/2024`, `07-03-2024`, `07.03.24`. Two-digit years are 1969 to 2068;
/// - after any of them a time: `T20:09`, ` 20:09:11.123456789` (cut to milliseconds), `, 8:09 PM`, and after
///   that an offset: `Z`, `UTC`, `GMT`, `+01`, `+0100`, `+01:00`; `20240307200911`;
/// - numbers since 1970 of 10 digits (seconds), 13 (milliseconds), 16 (microseconds) or 19 (nanoseconds): they
///   reach from September 2001 to November 2286 (nanoseconds to 2262). Other numbers are not dates.
///
/// Day and month in digits are ambiguous, and the reader keeps both readings of the column until a row settles
/// it: with 13 or more in one place, that place is the day. The order then holds for all rows, before and
/// after, so the rows' order does not change the result. In a contradictory file the earliest settling row
/// decides, and later rows that contradict it are errors.
///
/// Seconds are 0 to 59: a leap second is an error, as is any date that does not exist; nothing is moved to the
/// nearest one. Texts without a date are the caller's business: [`push_missing`](Self::push_missing).
///
/// ```
/// use heedful::{DateReader, Clock};
///
/// let mut dates = DateReader::new(None);
/// dates.push(0, "04/03/2024")?; // 4 March or 3 April
/// dates.push(1, "2/28/24 8:09 PM")?; // settles it: the month comes first
/// let dates = dates.finish()?;
/// assert_eq!(dates.millis, [1_712_102_400_000, 1_709_150_940_000]);
/// assert_eq!(dates.kind, Some(Clock::Wall));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DateReader {
    format: Option<DateFormat>,
    dates: Dates,
    order: Order,
}

/// A column of dates that was read.
///
/// ```
/// let mut dates = heedful::DateReader::new(None);
/// dates.push(0, "31/12/1969")?;
/// let dates = dates.finish()?;
/// assert_eq!((dates.millis[0], dates.day_first), (-86_400_000, Some(true)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dates {
    /// Milliseconds since 1970-01-01T00:00:00, one for each row that was pushed; 0 where it was missing.
    pub millis: Vec<i64>,
    /// Whether they are instants or wall-clock times; `None` when every row was missing.
    pub kind: Option<Clock>,
    /// Whether day and month in digits were read with the day first; `None` where no row settled it, because
    /// none had to or the format was declared.
    pub day_first: Option<bool>,
}

#[derive(Debug, Clone)]
enum Order {
    Settled {
        day_first: bool,
        row: u64,
    },
    /// The column holds the readings with the day first; here are the others, where they differ.
    Open {
        month_first: Vec<(usize, i64)>,
        /// The first rows that make a difference, to show.
        shown: Vec<(u64, String)>,
    },
}

/// How many ambiguous rows an error shows.
const SHOWN: usize = 2;
/// How many characters of each.
const LONGEST_SHOWN: usize = 40;

impl DateReader {
    /// A reader of one column: in a format, or by the texts' own shape.
    #[must_use]
    pub fn new(format: Option<DateFormat>) -> Self {
        let order = Order::Open { month_first: Vec::new(), shown: Vec::new() };
        Self { format, dates: Dates::default(), order }
    }

    /// Reads the text of a row and appends its time. `row` is only for error messages. After an error nothing
    /// was appended and the reader goes on: stop, or leave the row out, or [`push_missing`](Self::push_missing).
    ///
    /// # Errors
    /// With the row: [`ErrorCode::DateInvalid`] when the text is not a date, or contradicts the settled order of
    /// day and month; [`ErrorCode::DateMixed`] when it has an offset from UTC and the rows before have none, or
    /// the other way round.
    #[inline]
    pub fn push(&mut self, row: u64, text: impl AsRef<[u8]>) -> Result<()> {
        let text = text.as_ref();
        let millis = match &self.format {
            Some(format) => {
                let moment = format.read(text).map_err(|error| error.on_row(row))?;
                self.dates.kind = Some(moment.kind);
                moment.millis
            }
            None => self.detect(row, text)?,
        };
        self.dates.millis.push(millis);
        Ok(())
    }

    /// Appends a row without a date: 0, which the caller masks.
    ///
    /// ```
    /// let mut dates = heedful::DateReader::new(None);
    /// dates.push(0, "2024-03-04")?;
    /// dates.push_missing();
    /// assert_eq!(dates.finish()?.millis, [1_709_510_400_000, 0]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn push_missing(&mut self) {
        self.dates.millis.push(0);
    }

    /// The column.
    ///
    /// ```
    /// use heedful::{DateReader, ErrorCode};
    /// let mut dates = DateReader::new(None);
    /// dates.push(0, "04/03/2024")?;
    /// assert_eq!(dates.finish().unwrap_err().code(), ErrorCode::DateAmbiguous);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorCode::DateAmbiguous`] when rows can be read as day/month and as month/day, with different results,
    /// and no row settles it. The message shows two of them.
    pub fn finish(self) -> Result<Dates> {
        match &self.order {
            Order::Open { shown, .. } if !shown.is_empty() => Err(ambiguous(shown)),
            Order::Settled { day_first, .. } => {
                Ok(Dates { day_first: Some(*day_first), ..self.dates })
            }
            Order::Open { .. } => Ok(self.dates),
        }
    }

    fn detect(&mut self, row: u64, text: &[u8]) -> Result<i64> {
        match detect(text).ok_or_else(|| unknown().on_row(row))? {
            Reading::One(moment) => {
                same_kind(&mut self.dates.kind, moment.kind).map_err(|error| error.on_row(row))?;
                Ok(moment.millis)
            }
            Reading::DayMonth { day_first, month_first, kind } => {
                same_kind(&mut self.dates.kind, kind).map_err(|error| error.on_row(row))?;
                self.order(row, text, day_first, month_first)
            }
        }
    }

    fn order(
        &mut self,
        row: u64,
        text: &[u8],
        day_first: Option<i64>,
        month_first: Option<i64>,
    ) -> Result<i64> {
        match &mut self.order {
            Order::Settled { day_first: true, row: settled } => {
                day_first.ok_or_else(|| contradicts(*settled).on_row(row))
            }
            Order::Settled { day_first: false, row: settled } => {
                month_first.ok_or_else(|| contradicts(*settled).on_row(row))
            }
            Order::Open { month_first: others, shown } => match (day_first, month_first) {
                (Some(day_first), Some(month_first)) => {
                    if day_first != month_first {
                        others.push((self.dates.millis.len(), month_first));
                        if shown.len() < SHOWN {
                            let text = String::from_utf8_lossy(text.trim_ascii());
                            shown.push((row, text.chars().take(LONGEST_SHOWN).collect()));
                        }
                    }
                    Ok(day_first)
                }
                (Some(day_first), None) => {
                    self.order = Order::Settled { day_first: true, row };
                    Ok(day_first)
                }
                (None, Some(month_first)) => {
                    for (place, other) in std::mem::take(others) {
                        if let Some(millis) = self.dates.millis.get_mut(place) {
                            *millis = other;
                        }
                    }
                    self.order = Order::Settled { day_first: false, row };
                    Ok(month_first)
                }
                (None, None) => Err(unknown().on_row(row)),
            },
        }
    }
}

/// Reads dates one by one, never looking back: the layouts of [`DateReader`], but day and month in digits need
/// a declared format.
///
/// ```
/// use heedful::{DateStream, ErrorCode};
///
/// let mut dates = DateStream::new(None);
/// assert_eq!(dates.read(0, "2024-03-07T20:09:11+01:00")?.millis, 1_709_838_551_000);
/// assert_eq!(dates.read(1, "25/12/2024").unwrap_err().code(), ErrorCode::DateAmbiguous);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DateStream {
    format: Option<DateFormat>,
    kind: Option<Clock>,
}

impl DateStream {
    /// A reader of one column: in a format, or by the texts' own shape.
    ///
    /// ```
    /// use heedful::DateStream;
    /// let mut dates = DateStream::new(Some("%m/%d/%Y".parse()?));
    /// assert_eq!(dates.read(0, "03/04/2024")?.millis, 1_709_510_400_000);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn new(format: Option<DateFormat>) -> Self {
        Self { format, kind: None }
    }

    /// Reads the text of a row. `row` is only for error messages.
    ///
    /// # Errors
    /// With the row: [`ErrorCode::DateInvalid`] when the text is not a date; [`ErrorCode::DateAmbiguous`] when
    /// it has day and month in digits and no format was declared; [`ErrorCode::DateMixed`] when it has an offset
    /// from UTC and the rows before have none, or the other way round.
    #[inline]
    pub fn read(&mut self, row: u64, text: impl AsRef<[u8]>) -> Result<Moment> {
        let text = text.as_ref();
        let moment = match &self.format {
            Some(format) => return format.read(text).map_err(|error| error.on_row(row)),
            None => match detect(text).ok_or_else(|| unknown().on_row(row))? {
                Reading::One(moment) => moment,
                Reading::DayMonth { .. } => {
                    return Err(Error::new(
                        ErrorCode::DateAmbiguous,
                        "a stream of dates with day and month in digits needs a date format such as `%d/%m/%Y`",
                    )
                    .on_row(row));
                }
            },
        };
        same_kind(&mut self.kind, moment.kind).map_err(|error| error.on_row(row))?;
        Ok(moment)
    }
}

fn same_kind(column: &mut Option<Clock>, kind: Clock) -> Result<()> {
    if *column.get_or_insert(kind) == kind {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::DateMixed,
        match kind {
            Clock::Instant => "time has an offset from UTC, those before it have none",
            Clock::Wall => "time has no offset from UTC, those before it have one",
        },
    ))
}

// The messages of texts that are no dates do not show them: the column may be the wrong one.

#[cold]
fn unknown() -> Error {
    Error::new(ErrorCode::DateInvalid, "text is not an existing date in a known layout")
}

#[cold]
fn contradicts(settled: u64) -> Error {
    Error::new(
        ErrorCode::DateInvalid,
        format!("day and month stand in the other order than row {settled} settled"),
    )
}

#[cold]
fn ambiguous(shown: &[(u64, String)]) -> Error {
    let examples: Vec<_> =
        shown.iter().map(|(row, text)| format!("`{text}` in row {row}")).collect();
    Error::new(
        ErrorCode::DateAmbiguous,
        format!(
            "dates can be read as day/month and as month/day ({}): declare a date format such as `%d/%m/%Y`",
            examples.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(texts: &[&str]) -> Result<Vec<i64>> {
        let mut dates = DateReader::new(None);
        for (row, text) in texts.iter().enumerate() {
            dates.push(row as u64, text)?;
        }
        Ok(dates.finish()?.millis)
    }

    /// Midnight of an ISO date, by jiff.
    fn at(iso: &str) -> i64 {
        format!("{iso}T00:00Z").parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_row_settles_the_order_for_all() {
        let day_first = [at("2024-03-04"), at("2024-05-06"), at("2024-02-28")];
        assert_eq!(column(&["4/3/2024", "6/5/2024", "28/2/2024"]).unwrap(), day_first);
        let month_first = [at("2024-04-03"), at("2024-06-05"), at("2024-02-28")];
        assert_eq!(column(&["4/3/2024", "6/5/2024", "2/28/2024"]).unwrap(), month_first);
        assert_eq!(
            column(&["2/28/2024", "4/3/2024"]).unwrap(),
            [at("2024-02-28"), at("2024-04-03")]
        );
    }

    #[test]
    fn an_unsettled_order_is_an_error_only_where_it_matters() {
        assert_eq!(
            column(&["3/3/2024", "4/4/2024"]).unwrap(),
            [at("2024-03-03"), at("2024-04-04")]
        );
        let error = column(&["3/3/2024", "4/3/2024", "2024-01-01", "5/3/2024"]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::DateAmbiguous);
        assert!(error.message().contains("`4/3/2024` in row 1, `5/3/2024` in row 3"));
        let long = format!("4/3/2024{}10:00", " ".repeat(1000));
        assert!(column(&[&long]).unwrap_err().message().len() < 200);
    }

    #[test]
    fn a_contradiction_is_rejected_and_the_column_goes_on() {
        let mut dates = DateReader::new(None);
        dates.push(10, "4/3/2024").unwrap();
        // Neither order has such a date, so it settles nothing.
        assert_eq!(dates.push(11, "31/4/2024").unwrap_err().code(), ErrorCode::DateInvalid);
        dates.push(12, "28/2/2024").unwrap();
        let error = dates.push(13, "2/28/2024").unwrap_err();
        assert_eq!((error.code(), error.row()), (ErrorCode::DateInvalid, Some(13)));
        assert!(error.message().contains("row 12"));
        dates.push_missing();
        dates.push(14, "2024-01-02").unwrap();
        let dates = dates.finish().unwrap();
        assert_eq!(dates.millis, [at("2024-03-04"), at("2024-02-28"), 0, at("2024-01-02")]);
    }

    #[test]
    fn a_missing_row_keeps_its_place_when_the_order_turns() {
        let mut dates = DateReader::new(None);
        dates.push_missing();
        dates.push(1, "4/3/2024").unwrap();
        dates.push(2, "2/28/2024").unwrap();
        assert_eq!(dates.finish().unwrap().millis, [0, at("2024-04-03"), at("2024-02-28")]);
        assert_eq!(DateReader::new(None).finish().unwrap(), Dates::default());
    }

    #[test]
    fn instants_and_wall_clock_times_do_not_mix() {
        let mut dates = DateReader::new(None);
        dates.push(0, "2024-01-02T03:04Z").unwrap();
        let error = dates.push(1, "28/2/2024").unwrap_err();
        assert_eq!((error.code(), error.row()), (ErrorCode::DateMixed, Some(1)));
        // The refused row settled nothing.
        dates.push(2, "2/28/2024 10:00 UTC").unwrap();
        assert_eq!(dates.finish().unwrap().kind, Some(Clock::Instant));
        let error = column(&["2024-01-02", "1709842151"]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::DateMixed);
    }

    #[test]
    fn a_format_needs_no_settling() {
        let format: DateFormat = "%m/%d/%Y".parse().unwrap();
        let mut dates = DateReader::new(Some(format));
        dates.push(0, "4/3/2024").unwrap();
        let error = dates.push(1, "28/2/2024").unwrap_err();
        assert_eq!((error.code(), error.row()), (ErrorCode::DateInvalid, Some(1)));
        let dates = dates.finish().unwrap();
        assert_eq!((dates.millis, dates.kind), (vec![at("2024-04-03")], Some(Clock::Wall)));
    }

    #[test]
    fn a_stream_never_guesses() {
        let mut dates = DateStream::new(None);
        for text in ["28/2/2024", "3/3/2024", "2/28/2024"] {
            let error = dates.read(7, text).unwrap_err();
            assert_eq!((error.code(), error.row()), (ErrorCode::DateAmbiguous, Some(7)));
        }
        assert_eq!(dates.read(8, "2024-03-04").unwrap().millis, at("2024-03-04"));
        assert_eq!(dates.read(9, "1709842151").unwrap_err().code(), ErrorCode::DateMixed);
        assert_eq!(dates.read(9, "soon").unwrap_err().code(), ErrorCode::DateInvalid);
        let mut dates = DateStream::new(Some("%d/%m/%Y".parse().unwrap()));
        assert_eq!(dates.read(0, "4/3/2024").unwrap().millis, at("2024-03-04"));
    }

    #[test]
    fn messages_do_not_show_what_is_no_date() {
        let mut dates = DateReader::new(Some("%F".parse().unwrap()));
        assert!(!dates.push(0, "rude agent").unwrap_err().to_string().contains("rude"));
        assert!(!column(&["rude agent"]).unwrap_err().to_string().contains("rude"));
    }

    proptest! {
        /// Dates of one order in any sequence give the same times, each with its row.
        #[test]
        fn the_order_of_rows_does_not_matter(
            days in prop::collection::vec(0..20_000_i32, 1..30).prop_shuffle(),
            day_first in any::<bool>(),
        ) {
            let layout = if day_first { "%d/%m/%Y" } else { "%m/%d/%Y" };
            let dates: Vec<_> = days.iter().map(|&day| {
                jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap()
            }).collect();
            let texts: Vec<_> = dates.iter().map(|date| date.strftime(layout).to_string()).collect();
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            let settled = dates.iter().any(|date| date.day() > 12);
            let matters = dates.iter().any(|date| i32::from(date.day()) != i32::from(date.month()));
            let expected = (settled || !matters).then(|| {
                days.iter().map(|&day| i64::from(day) * 86_400_000).collect::<Vec<_>>()
            });
            prop_assert_eq!(column(&texts).ok(), expected);
        }
    }
}
