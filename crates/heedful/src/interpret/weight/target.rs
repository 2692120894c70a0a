//! Targets: what is known of the population.

use serde::{Serialize, Serializer};

use super::MissingValues;
use super::rake::Margin;
use crate::base::config::{Config, entries, invalid, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::number::Shown;
use crate::base::order::sort_by;
use crate::base::sorted::SortedSet;
use crate::interpret::codes::{Codes, NONE, pairs};
use crate::listen::responses::Responses;

/// How far given shares may be from adding up to 1, for rounding.
const ROUNDING: f64 = 0.01;

/// Shares or counts of the values of one column, or of the cells of several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub(crate) columns: Vec<String>,
    pub(crate) shares: Vec<(Vec<Key>, f64)>,
    /// Where it is in the options.
    path: String,
}

impl Target {
    pub(super) fn margin(column: String, shares: Vec<(Vec<Key>, f64)>) -> Self {
        let path = format!("targets.{column}");
        Self { columns: vec![column], shares, path }
    }

    pub(super) fn cells(columns: Vec<String>, shares: Vec<(Vec<Key>, f64)>) -> Self {
        Self { columns, shares, path: "cells".to_owned() }
    }

    fn place(&self, keys: &[Key]) -> String {
        format!("{}.{}", self.path, keys.iter().map(named).collect::<Vec<_>>().join("."))
    }

    pub(super) fn check(&self) -> Result<()> {
        let bad =
            |path: String, text: &str| Err(Error::new(ErrorCode::InvalidArgument, text).at(path));
        let mut sum = 0.0;
        let mut known = SortedSet::new();
        for (keys, share) in &self.shares {
            if keys.len() != self.columns.len() {
                return bad(self.path.clone(), "a cell needs one value for each column");
            }
            if !(*share >= 0.0 && share.is_finite()) {
                return bad(self.place(keys), "a share or count must be a number of at least 0");
            }
            if !known.insert(text(keys)) {
                return bad(self.place(keys), "the target is there twice");
            }
            sum += share;
        }
        if !(sum > 0.0) {
            return bad(self.path.clone(), "the targets must not all be 0");
        }
        if self.shares.iter().all(|(_, share)| *share <= 1.0) && !((sum - 1.0).abs() <= ROUNDING) {
            let text = format!("the shares add up to {}, not to 1", Shown(sum));
            return bad(self.path.clone(), &text);
        }
        Ok(())
    }

    /// Looks the targets up in the table.
    pub(super) fn margin_of(
        &self,
        responses: &Responses,
        mask: Option<&[bool]>,
        missing: MissingValues,
    ) -> Result<Margin> {
        let mut rows = vec![0_u32; responses.len()];
        let mut keys: Vec<Vec<Key>> = vec![Vec::new()];
        for name in &self.columns {
            let codes = Codes::of(responses.require(name)?);
            // Missing comes after the values.
            let last = codes.len();
            let right = codes.rows.iter().map(|code| (*code).min(last));
            let bound = u32::try_from(keys.len()).unwrap_or(NONE);
            let (joint, seen) = pairs(&rows, right, (bound, last.saturating_add(1)));
            keys = seen
                .iter()
                .map(|(left, right)| {
                    let mut list = keys.get(*left as usize).cloned().unwrap_or_default();
                    list.push(codes.values.get(*right as usize).cloned().unwrap_or(Key::Missing));
                    list
                })
                .collect();
            rows = joint;
        }
        let targets: hashbrown::HashMap<Vec<Option<String>>, u32> =
            self.shares.iter().map(|(keys, _)| text(keys)).zip(0..).collect();
        let found: Vec<Option<u32>> =
            keys.iter().map(|keys| targets.get(&text(keys)).copied()).collect();
        let mut counts = vec![0_u64; self.shares.len()];
        for (row, value) in rows.iter_mut().enumerate() {
            if mask.is_some_and(|m| m.get(row) != Some(&true)) {
                *value = NONE;
                continue;
            }
            let at = *value as usize;
            if let Some(target) = found.get(at).copied().flatten() {
                *value = target;
                if let Some(count) = counts.get_mut(target as usize) {
                    *count += 1;
                }
                continue;
            }
            let keys = keys.get(at).map(Vec::as_slice).unwrap_or_default();
            if !keys.contains(&Key::Missing) {
                return Err(Error::new(
                    ErrorCode::TargetMismatch,
                    "responses have a value without a target",
                )
                .at(self.place(keys))
                .on_row(row as u64));
            }
            if missing == MissingValues::Error {
                return Err(Error::new(
                    ErrorCode::TargetMismatch,
                    "responses without a value have no target: give them one under null, or keep their weights as they are",
                )
                .at(self.place(keys))
                .on_row(row as u64));
            }
            *value = NONE;
        }
        for ((keys, share), count) in self.shares.iter().zip(&counts) {
            if *count == 0 && *share > 0.0 {
                return Err(Error::new(
                    ErrorCode::TargetMismatch,
                    "no response has the value of this target",
                )
                .at(self.place(keys)));
            }
        }
        let sum: f64 = self.shares.iter().map(|(_, share)| share).sum();
        let shares = self.shares.iter().map(|(_, share)| share / sum).collect();
        let places = self.shares.iter().map(|(keys, _)| self.place(keys)).collect();
        Ok(Margin { path: self.path.clone(), places, rows, shares })
    }
}

/// How a value is called as the name of a field.
fn named(key: &Key) -> String {
    match key {
        Key::Missing => "null".to_owned(),
        key => key.to_string(),
    }
}

/// Values are compared by their text, so that `1` in JSON finds the numbers 1 and 1.0.
fn text(keys: &[Key]) -> Vec<Option<String>> {
    keys.iter().map(Key::known).collect()
}

/// How JSON has the margins: columns, each with the shares or counts of its values.
#[derive(Default)]
pub(super) struct Margins(pub(super) Vec<Target>);

#[cfg(feature = "schema")]
pub(super) type MarginsShape =
    std::collections::BTreeMap<String, std::collections::BTreeMap<String, f64>>;

impl Config for Margins {
    fn read(json: &Json) -> Result<Self> {
        let key = |name: &str| if name == "null" { Key::Missing } else { Key::text(name) };
        let margin = |(column, Shares(shares))| {
            let shares = shares.iter().map(|(name, share)| (vec![key(name)], *share)).collect();
            Target::margin(column, shares)
        };
        Ok(Self(entries(json)?.into_iter().map(margin).collect()))
    }
}

/// The margins as [`Margins`] reads them.
pub(super) fn write_margins<S: Serializer>(
    margins: &[Target],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let margin = |target: &Target| {
        let name = |(keys, share): &(Vec<Key>, f64)| (keys.iter().map(named).collect(), *share);
        (target.columns.concat(), Pairs(target.shares.iter().map(name).collect()))
    };
    Pairs(margins.iter().map(margin).collect()).serialize(serializer)
}

/// The cells as [`Cells`] reads them.
pub(super) fn write_cells<S: Serializer>(
    cells: &Option<Target>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Cell<'a> {
        keys: Pairs<&'a Key>,
        share: f64,
    }

    fn written(target: &Target) -> Vec<Cell<'_>> {
        let pairs = |keys| Pairs(target.columns.iter().cloned().zip(keys).collect());
        target
            .shares
            .iter()
            .map(|(keys, share)| Cell { keys: pairs(keys), share: *share })
            .collect()
    }

    cells.as_ref().map(written).serialize(serializer)
}

/// An object with the fields in this order.
struct Pairs<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Pairs<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

struct Shares(Vec<(String, f64)>);

impl Config for Shares {
    fn read(json: &Json) -> Result<Self> {
        entries(json).map(Self)
    }
}

/// How JSON has the cells.
pub(super) struct Cells(pub(super) Target);

impl Config for Cells {
    fn read(json: &Json) -> Result<Self> {
        let cells: Vec<Cell> = Vec::read(json)?;
        let names = |Keys(keys): &Keys| -> Vec<String> {
            keys.iter().map(|(name, _)| name.clone()).collect()
        };
        let columns = cells.first().map(|cell| names(&cell.keys)).unwrap_or_default();
        let mut shares = Vec::new();
        for (i, Cell { mut keys, share }) in cells.into_iter().enumerate() {
            // Columns may come in any order.
            let place = |name: &String| columns.iter().position(|c| c == name);
            sort_by(&mut keys.0, |a, b| place(&a.0).cmp(&place(&b.0)));
            if names(&keys) != columns {
                return Err(invalid(format!(
                    "cell {i} does not have the columns of the first cell"
                )));
            }
            shares.push((keys.0.into_iter().map(|(_, key)| key).collect(), share));
        }
        Ok(Self(Target::cells(columns, shares)))
    }
}

#[derive(Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct Cell {
    /// Each column's value.
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, Value>"))]
    keys: Keys,
    /// Share or count.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    share: f64,
}

options!(Cell, needs [keys, share], takes [], from Self::default());

#[derive(Default)]
struct Keys(Vec<(String, Key)>);

impl Config for Keys {
    fn read(json: &Json) -> Result<Self> {
        entries(json).map(Self)
    }
}

impl Config for Key {
    fn read(json: &Json) -> Result<Self> {
        Ok(match json {
            Json::Null => Self::Missing,
            Json::Bool(value) => Self::Bool(*value),
            Json::Unsigned(value) => {
                i64::try_from(*value).map_or(Self::Float(*value as f64), Self::Int)
            }
            Json::Signed(value) => Self::Int(*value),
            Json::Float(value) => Self::Float(*value),
            Json::Text(text) => Self::text(text),
            Json::List(_) | Json::Object(_) => {
                return Err(json.refused("a text, a number, true, false or null"));
            }
        })
    }
}

/// A key as JSON has it.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "stands for the shape of a `Key` only")]
enum Value {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Missing,
}
