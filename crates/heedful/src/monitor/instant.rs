//! Times of rows as instants.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::time::{Clock, Zone};
use crate::listen::column::Column;

/// The time of each row in milliseconds since 1970 in UTC; wall-clock times are those of the zone.
///
/// # Errors
/// `invalid-argument` with the row for a time that is missing or none.
#[expect(clippy::cast_possible_truncation, reason = "whole numbers of milliseconds")]
pub(crate) fn instants(column: &Column, zone: &Zone) -> Result<Vec<i64>> {
    let mut clock = zone.clock();
    let mut instant = |row: usize| {
        let wrong = || {
            let message =
                "every response has a time: a column of times, or milliseconds since 1970";
            Error::new(ErrorCode::InvalidArgument, message).on_row(row as u64)
        };
        match (column, column.key(row)) {
            (Column::Time(times), Key::Int(count)) => {
                let millis = times.unit.millis(count).ok_or_else(wrong)?;
                if times.clock == Clock::Instant {
                    return Ok(millis);
                }
                // The offset of the instant that the clock on the wall is about to show.
                let shown = millis.div_euclid(1000);
                let about = i64::from(clock.offset(shown));
                let offset = clock.offset(shown.saturating_sub(about));
                Ok(millis.saturating_sub(1000 * i64::from(offset)))
            }
            (_, Key::Int(millis)) => Ok(millis),
            (_, Key::Float(millis)) if millis.fract() == 0.0 => Ok(millis as i64),
            _ => Err(wrong()),
        }
    };
    (0..column.len()).map(&mut instant).collect()
}
