//! What became of accounts: yes or no.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::listen::column::Column;
use crate::stats::Confidence;
use crate::stats::forecast::Auc;

/// An area this near to 1 is more than any honest measure has: the past knows the answer.
const LEAK: f64 = 0.98;

/// Whether points, or that there are any, separate events from the rest all but perfectly, whichever way round.
pub(super) fn separates(points: &[Option<f64>], events: &[bool]) -> bool {
    let clear = |scores: &[f64], events: &[bool]| {
        let auc = Auc::of(scores, events, Confidence::default());
        auc.is_some_and(|auc| auc.value.max(1.0 - auc.value) >= LEAK)
    };
    let known = points.iter().zip(events).filter_map(|(points, event)| points.zip(Some(*event)));
    let (scores, known_events): (Vec<f64>, Vec<bool>) = known.unzip();
    let present: Vec<f64> = points.iter().map(|p| f64::from(u8::from(p.is_some()))).collect();
    clear(&scores, &known_events) || clear(&present, events)
}

/// The rows whose outcome is known, and whether the event came: truths, 1 and 0, or the texts yes and no.
///
/// # Errors
/// `column-type` with column and row for anything else.
pub(crate) fn outcomes(column: &Column, name: &str) -> Result<(Vec<usize>, Vec<bool>)> {
    let (mut rows, mut events) = (Vec::new(), Vec::new());
    for row in 0..column.len() {
        let event = match column.key(row) {
            Key::Missing => continue,
            Key::Bool(event) => Some(event),
            Key::Int(0) => Some(false),
            Key::Int(1) => Some(true),
            Key::Float(value) if value == 0.0 || value == 1.0 => Some(value == 1.0),
            Key::Text(text) if ["yes", "true"].iter().any(|yes| text.eq_ignore_ascii_case(yes)) => {
                Some(true)
            }
            Key::Text(text) if ["no", "false"].iter().any(|no| text.eq_ignore_ascii_case(no)) => {
                Some(false)
            }
            _ => None,
        };
        let Some(event) = event else {
            let message = "an outcome is true or false, 1 or 0, yes or no";
            return Err(Error::new(ErrorCode::ColumnType, message).at(name).on_row(row as u64));
        };
        rows.push(row);
        events.push(event);
    }
    Ok((rows, events))
}
