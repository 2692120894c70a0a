//! Which responses a score takes, and how much each of them counts.

use serde::Serialize;

use crate::base::config::names;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
pub use crate::base::kind::{Kind, Signal};
use crate::listen::column::Column;
use crate::listen::responses::Responses;

/// Which of a customer's answers count.
///
/// ```
/// use heedful::{CsvOptions, Metric, Repeats, Responses, Scoring};
/// let options = CsvOptions::new().rating("score").at("at").customer("who");
/// let text = "score,at,who\n3,2024-01-05,ada\n10,2024-03-02,ada\n";
/// let responses = Responses::read_csv(text.as_bytes(), &options)?;
/// let latest = Scoring::new(Metric::nps()).repeats(Repeats::Latest).run(&responses)?;
/// assert_eq!((latest.rows[0].score.n, latest.rows[0].score.value), (1, Some(100.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// All of them.
    #[default]
    All,
    /// The latest of each customer; of equal times the later row. Responses without a customer all
    /// count, since nobody knows that they repeat.
    Latest,
}

names!(Repeats { All = "all", Latest = "latest" });

/// What is taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selection {
    pub(crate) kind: Option<Kind>,
    pub(crate) pool: bool,
    pub(crate) signals: Vec<Signal>,
    pub(crate) repeats: Repeats,
}

impl Selection {
    /// A flag for each row, or `None` where all rows are taken.
    ///
    /// `kinds` collects the kinds that were met, over all batches, where they would be pooled.
    pub(crate) fn mask(
        &self,
        responses: &Responses,
        apart: bool,
        kinds: &mut Vec<Kind>,
    ) -> Result<Option<Vec<bool>>> {
        let roles = responses.roles();
        let mut mask: Option<Vec<bool>> = None;
        let mut keep = |flags: Vec<bool>| {
            mask = Some(match mask.take() {
                None => flags,
                Some(mask) => mask.iter().zip(flags).map(|(a, b)| *a && b).collect(),
            });
        };
        if let Some(name) = &roles.signal {
            let column = responses.require(name)?;
            let signals = read_names(
                column,
                "a signal is solicited, unsolicited or inferred",
                &[
                    ("solicited", Signal::Solicited),
                    ("unsolicited", Signal::Unsolicited),
                    ("inferred", Signal::Inferred),
                ],
            )
            .map_err(|e| e.at(name))?;
            let wanted =
                |s: &Option<Signal>| self.signals.contains(&s.unwrap_or(Signal::Solicited));
            keep(signals.iter().map(wanted).collect());
        }
        let mut row_kinds = Vec::new();
        if let Some(name) = &roles.kind {
            let column = responses.require(name)?;
            row_kinds = kinds_of(column).map_err(|e| e.at(name))?;
            if let Some(wanted) = self.kind {
                keep(row_kinds.iter().map(|k| *k == Some(wanted)).collect());
            }
        } else if self.kind.is_some() {
            responses.role("kind", None)?;
        }
        if self.repeats == Repeats::Latest {
            let latest = latest(responses, mask.as_deref())?;
            mask = Some(latest);
        }
        if !self.pool && !apart && self.kind.is_none() {
            let taken = |row: usize| mask.as_ref().is_none_or(|m| m.get(row) == Some(&true));
            for (row, kind) in row_kinds.iter().enumerate() {
                if let Some(kind) = kind.filter(|k| taken(row) && !kinds.contains(k)) {
                    kinds.push(kind);
                    if kinds.len() > 1 {
                        return Err(Error::new(
                            ErrorCode::MixedKinds,
                            "relational and transactional responses are kept apart: choose one kind, group by it, or ask to pool them",
                        )
                        .at(roles.kind.clone().unwrap_or_default())
                        .on_row(row as u64));
                    }
                }
            }
        }
        Ok(mask)
    }
}

/// The kind of each row.
///
/// # Errors
/// `invalid-argument` with the row for a name that is no kind.
pub(crate) fn kinds_of(column: &Column) -> Result<Vec<Option<Kind>>> {
    let names = [("relational", Kind::Relational), ("transactional", Kind::Transactional)];
    read_names(column, "a kind is relational or transactional", &names)
}

/// Reads a column of few names.
fn read_names<T: Copy>(
    column: &Column,
    message: &str,
    names: &[(&str, T)],
) -> Result<Vec<Option<T>>> {
    let spelled: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let places = places_of_names(column, message, &spelled)?;
    Ok(places.iter().map(|place| names.get((*place)?).map(|(_, value)| *value)).collect())
}

/// The place of each row's name in the list; each distinct one is read once.
fn places_of_names(column: &Column, message: &str, names: &[&str]) -> Result<Vec<Option<usize>>> {
    let mut known: Vec<(Key, usize)> = Vec::new();
    let category = Column::Category(column.to_category().into_owned());
    let mut places = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        let key = category.key(row);
        if key == Key::Missing {
            places.push(None);
            continue;
        }
        if let Some((_, place)) = known.iter().find(|(name, _)| *name == key) {
            places.push(Some(*place));
            continue;
        }
        let place = match &key {
            Key::Text(text) => names.iter().position(|name| name.eq_ignore_ascii_case(text.trim())),
            _ => None,
        };
        let Some(place) = place else {
            return Err(Error::new(ErrorCode::InvalidArgument, message).on_row(row as u64));
        };
        known.push((key, place));
        places.push(Some(place));
    }
    Ok(places)
}

/// The latest row of each customer among the rows that are taken.
fn latest(responses: &Responses, mask: Option<&[bool]>) -> Result<Vec<bool>> {
    let roles = responses.roles();
    let customers = responses.role("customer", roles.customer.as_deref())?;
    let times = match &roles.at {
        Some(name) => Some(responses.require(name)?.times(name)?),
        None => None,
    };
    let ids = Column::Category(customers.to_category().into_owned());
    let mut keep = vec![false; responses.len()];
    let mut newest: hashbrown::HashMap<Key, (Option<i64>, usize)> = hashbrown::HashMap::new();
    for (row, flag) in keep.iter_mut().enumerate() {
        if mask.is_some_and(|m| m.get(row) != Some(&true)) {
            continue;
        }
        let at = times.and_then(|t| {
            let valid = t.validity.as_ref().is_none_or(|v| v.is_valid(row));
            t.values.get(row).copied().filter(|_| valid)
        });
        match ids.key(row) {
            Key::Missing => *flag = true,
            customer => {
                let newest = newest.entry(customer).or_insert((at, row));
                if at >= newest.0 {
                    *newest = (at, row);
                }
            }
        }
    }
    for (_, row) in newest.into_values() {
        if let Some(flag) = keep.get_mut(row) {
            *flag = true;
        }
    }
    Ok(keep)
}

/// The weight of each row.
///
/// # Errors
/// `weight-invalid` with the row for a weight that is missing, negative or not finite.
pub(crate) fn weights(responses: &Responses) -> Result<Option<Vec<f64>>> {
    let Some(name) = &responses.roles().weight else { return Ok(None) };
    let column = responses.require(name)?;
    let read = |row: usize| {
        let weight = column.float(row).map_err(|e| e.at(name))?;
        weight.filter(|w| *w >= 0.0 && w.is_finite()).ok_or_else(|| {
            Error::new(
                ErrorCode::WeightInvalid,
                "a weight must be a finite number of at least 0 in every row",
            )
            .at(name)
            .on_row(row as u64)
        })
    };
    (0..responses.len()).map(read).collect::<Result<Vec<f64>>>().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection() -> Selection {
        Selection {
            kind: None,
            pool: false,
            signals: vec![Signal::Solicited],
            repeats: Repeats::All,
        }
    }

    fn table() -> Responses {
        let text = |values: &[&str]| {
            Column::categories(values.iter().map(|v| (!v.is_empty()).then_some(*v)))
        };
        Responses::new()
            .with("kind", text(&["relational", "transactional", "Relational", ""]))
            .unwrap()
            .with("signal", text(&["solicited", "", "inferred", "solicited"]))
            .unwrap()
            .with("who", text(&["a", "b", "a", "a"]))
            .unwrap()
    }

    #[test]
    fn solicited_is_taken_unless_asked_otherwise() {
        let table = table().signal("signal");
        let mask = selection().mask(&table, false, &mut Vec::new()).unwrap();
        assert_eq!(mask, Some(vec![true, true, false, true]));
        let all = Selection { signals: vec![Signal::Inferred], ..selection() };
        let mask = all.mask(&table, false, &mut Vec::new()).unwrap();
        assert_eq!(mask, Some(vec![false, false, true, false]));
    }

    #[test]
    fn kinds_are_not_pooled_unasked() {
        let table = table().kind("kind");
        let error = selection().mask(&table, false, &mut Vec::new()).unwrap_err();
        assert_eq!((error.code(), error.row()), (ErrorCode::MixedKinds, Some(1)));
        assert!(selection().mask(&table, true, &mut Vec::new()).is_ok());
        let pool = Selection { pool: true, ..selection() };
        assert_eq!(pool.mask(&table, false, &mut Vec::new()).unwrap(), None);
        let one = Selection { kind: Some(Kind::Relational), ..selection() };
        let mask = one.mask(&table, false, &mut Vec::new()).unwrap();
        assert_eq!(mask, Some(vec![true, false, true, false]));
        let bad = Responses::new()
            .with("kind", Column::categories([Some("relational"), Some("yearly")]))
            .unwrap()
            .kind("kind");
        let error = selection().mask(&bad, false, &mut Vec::new()).unwrap_err();
        assert_eq!(
            (error.code(), error.path(), error.row()),
            (ErrorCode::InvalidArgument, "kind", Some(1))
        );
    }

    #[test]
    fn the_latest_is_chosen_among_what_is_taken() {
        let latest = Selection { repeats: Repeats::Latest, ..selection() };
        let mask = latest.mask(&table().customer("who"), false, &mut Vec::new()).unwrap();
        assert_eq!(mask, Some(vec![false, true, false, true]));
        // The last row's signal is taken, the inferred third row is not.
        let one = Selection { kind: Some(Kind::Relational), ..latest.clone() };
        let mask = one.mask(&table().customer("who").kind("kind"), false, &mut Vec::new()).unwrap();
        assert_eq!(mask, Some(vec![false, false, true, false]));
        let error = latest.mask(&table(), false, &mut Vec::new()).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "customer"));
    }
}
