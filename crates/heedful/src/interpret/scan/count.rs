//! Counting all pairs of values of all pairs of attributes.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::interpret::codes::{Codes, NONE};
use crate::interpret::frame::Frame;
use crate::listen::responses::Responses;

/// What is known of a segment: responses, sums of weights, of weighted values and of squared weights.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sums {
    pub(super) n: f64,
    pub(super) mass: f64,
    pub(super) sum: f64,
    pub(super) square: f64,
}

impl Sums {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            mass: self.mass + other.mass,
            sum: self.sum + other.sum,
            square: self.square + other.square,
        }
    }

    pub(super) fn less(self, other: Self) -> Self {
        Self {
            n: self.n - other.n,
            mass: self.mass - other.mass,
            sum: self.sum - other.sum,
            square: self.square - other.square,
        }
    }

    pub(super) fn mean(self) -> f64 {
        self.sum / self.mass
    }

    /// What the responses are worth in unweighted ones.
    pub(super) fn effective(self) -> f64 {
        self.mass * self.mass / self.square
    }
}

/// An attribute's values by number; the missing value is one of them.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) values: Vec<Key>,
}

/// The rated rows of one period, attribute by attribute.
#[derive(Debug)]
pub(super) struct Rows {
    /// Number of each row's value, one list for each attribute.
    pub(super) codes: Vec<Vec<u16>>,
    pub(super) values: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
    /// Mass of each point.
    pub(super) masses: Vec<f64>,
    pub(super) total: Sums,
}

/// The rows of each period with common numbers for values.
pub(super) fn rows(
    names: &[String],
    tables: &[&Responses],
    frames: &[Frame<'_>],
) -> Result<(Vec<Attribute>, Vec<Rows>)> {
    let mut attributes = Vec::new();
    let mut columns: Vec<Vec<Vec<u16>>> = vec![Vec::new(); tables.len()];
    for name in names {
        let coded = tables
            .iter()
            .map(|table| Ok(Codes::of(table.require(name)?)))
            .collect::<Result<Vec<Codes>>>()?;
        let mut values: Vec<Key> = coded.iter().flat_map(|codes| codes.values.clone()).collect();
        if coded.iter().any(|codes| codes.rows.contains(&NONE)) {
            values.push(Key::Missing);
        }
        values.sort();
        values.dedup();
        let too_many = || {
            let message = "a scanned attribute has at most 65536 values";
            Error::new(ErrorCode::InvalidArgument, message).at(name)
        };
        let number = |key: &Key| -> Result<u16> {
            u16::try_from(values.partition_point(|v| v < key)).map_err(|_| too_many())
        };
        let missing = number(&Key::Missing)?;
        for ((codes, frame), column) in coded.iter().zip(frames).zip(&mut columns) {
            let numbers = codes.values.iter().map(number).collect::<Result<Vec<u16>>>()?;
            let place = |(row, _): (usize, usize)| {
                let code = codes.rows.get(row).copied().unwrap_or(NONE);
                numbers.get(code as usize).copied().unwrap_or(missing)
            };
            column.push(frame.rated().map(place).collect());
        }
        attributes.push(Attribute { name: name.clone(), values });
    }
    let rows = frames.iter().zip(columns).map(|(frame, codes)| {
        let mut masses = vec![0.0; frame.points];
        let mut total = Sums::default();
        let mut values = Vec::new();
        let mut weights = frame.weights.as_ref().map(|_| Vec::new());
        for (row, code) in frame.rated() {
            let (value, weight) = (frame.metric.value(code).unwrap_or_default(), frame.weight(row));
            if let Some(mass) = masses.get_mut(code) {
                *mass += weight;
            }
            total = total.plus(one(value, weight));
            values.push(value);
            if let Some(weights) = &mut weights {
                weights.push(weight);
            }
        }
        Rows { codes, values, weights, masses, total }
    });
    Ok((attributes, rows.collect()))
}

fn one(value: f64, weight: f64) -> Sums {
    Sums { n: 1.0, mass: weight, sum: weight * value, square: weight * weight }
}

impl Rows {
    /// The sums of each number below `size` of the numbers that rows have.
    pub(super) fn count(&self, size: usize, numbers: impl Iterator<Item = usize>) -> Vec<Sums> {
        match &self.weights {
            None => {
                let mut cells = vec![[0.0_f64; 2]; size];
                for (number, value) in numbers.zip(&self.values) {
                    if let Some([n, sum]) = cells.get_mut(number) {
                        *n += 1.0;
                        *sum += value;
                    }
                }
                let plain = |[n, sum]: [f64; 2]| Sums { n, mass: n, sum, square: n };
                cells.into_iter().map(plain).collect()
            }
            Some(weights) => {
                let mut cells = vec![Sums::default(); size];
                for ((number, value), weight) in numbers.zip(&self.values).zip(weights) {
                    if let Some(cell) = cells.get_mut(number) {
                        *cell = cell.plus(one(*value, *weight));
                    }
                }
                cells
            }
        }
    }

    /// Numbers of the pairs of values of two attributes, `width` being how many the second has.
    pub(super) fn pairs(&self, a: usize, b: usize, width: usize) -> impl Iterator<Item = usize> {
        let left = self.codes.get(a).map(Vec::as_slice).unwrap_or_default();
        let right = self.codes.get(b).map(Vec::as_slice).unwrap_or_default();
        left.iter().zip(right).map(move |(l, r)| usize::from(*l) * width + usize::from(*r))
    }

    /// Whether a row has all these values: attribute and number.
    pub(super) fn has(&self, row: usize, conditions: &[(usize, u16)]) -> bool {
        conditions.iter().all(|(attribute, value)| {
            self.codes.get(*attribute).and_then(|codes| codes.get(row)) == Some(value)
        })
    }

    /// The sums of one row.
    pub(super) fn row(&self, row: usize) -> Sums {
        let weight = self.weights.as_ref().map_or(1.0, |w| w.get(row).copied().unwrap_or_default());
        one(self.values.get(row).copied().unwrap_or_default(), weight)
    }
}
